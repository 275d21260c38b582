//! What holds for every component and every setting.

use std::collections::{BTreeMap, BTreeSet};

use malmoi::analyze::{AnalyzeParams, Analyzer, AnalyzerKind, StemmerKind, TokenizerKind};
use malmoi::data::{BREAK, Interner, Sequences, Tokens, UNKNOWN};
use malmoi::pipeline::{Model, TermTable, TrainSettings, train};
use malmoi::vectorize::{
    DocumentFrequency, Norm, Row, VectorizeParams, Vectorizer, Vocabulary, Weighting,
};
use proptest::prelude::*;

/// Anything, and text that looks like a review.
fn text() -> impl Strategy<Value = String> {
    let review = "(not|never|Good|BAD|don't|İstanbul|좋아요|ㅋㅋ|The|a|[.,!?'\" \n\u{3000}]){0,24}";
    prop_oneof![any::<String>(), review]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 1..6)
}

/// Every tokenizer, and every filter on and off.
fn analyzers() -> Vec<AnalyzeParams> {
    let mut all = Vec::new();
    for analyzer in [AnalyzerKind::Word, AnalyzerKind::Char, AnalyzerKind::CharWb] {
        for tokenizer in [TokenizerKind::Pattern, TokenizerKind::Words] {
            for switches in 0..32 {
                let on = |bit: u32| switches >> bit & 1 == 1;
                let params = AnalyzeParams { analyzer, tokenizer, ..AnalyzeParams::default() };
                all.push(AnalyzeParams {
                    lowercase: on(0),
                    punctuation: on(1),
                    stop_words: if on(2) { vec!["en".to_owned()] } else { Vec::new() },
                    stemmer: on(3).then_some(StemmerKind::English),
                    negation: if on(4) { 3 } else { 0 },
                    ..params
                });
            }
        }
    }
    let token_pattern = r"(\S)\S*".to_owned();
    all.push(AnalyzeParams { token_pattern, ..AnalyzeParams::default() });
    all
}

fn analyzer() -> impl Strategy<Value = AnalyzeParams> {
    prop::sample::select(analyzers())
}

fn encode(analyzer: &Analyzer, texts: &[String], names: Interner) -> (Interner, Sequences) {
    let mut table = TermTable::new(analyzer, names);
    let mut corpus = Sequences::default();
    for text in texts {
        table.encode(text, &mut corpus.tokens);
        corpus.ends.push(corpus.tokens.len());
    }
    (table.terms, corpus)
}

/// Two labels in turn.
fn classes(texts: &[String]) -> Vec<u32> {
    (0..texts.len() as u32).map(|place| place % 2).collect()
}

/// The corpus as the vocabulary numbers its tokens.
fn renumbered(corpus: &Sequences, names: &Interner, vocabulary: &Vocabulary) -> Sequences {
    let number = |&token: &u32| match token < UNKNOWN {
        true => vocabulary.token(names.resolve(token)),
        false => token,
    };
    Sequences { tokens: corpus.tokens.iter().map(number).collect(), ends: corpus.ends.clone() }
}

proptest! {
    #[test]
    fn offsets_point_at_surfaces(params in analyzer(), text in text()) {
        let analyzer = Analyzer::open(&params).unwrap();
        let mut tokens = Tokens::default();
        analyzer.tokenize(&text, &mut tokens);
        let mut last = 0;
        for token in &tokens.tokens {
            let surface = text.get(token.start as usize..token.end as usize);
            let surface = surface.expect("offsets stand between characters");
            let term = tokens.term(token);
            let is_blank = surface.chars().all(|c| c.is_whitespace() || c < ' ');
            let is_padding = params.analyzer != AnalyzerKind::Word && term == " " && is_blank;
            prop_assert!(term == surface || is_padding);
            prop_assert!(last <= token.start, "tokens stand in the order of the text");
            last = token.start;
        }
        prop_assert!(tokens.segment_ends.is_sorted());
        let last = tokens.segment_ends.last();
        prop_assert!(last.is_none_or(|&end| end as usize == tokens.tokens.len()));
    }

    #[test]
    fn what_is_remembered_is_what_is_analyzed(params in analyzer(), texts in texts()) {
        let analyzer = Analyzer::open(&params).unwrap();
        // Twice, so that every surface is both asked for and remembered.
        let twice = [texts.clone(), texts].concat();
        let (names, corpus) = encode(&analyzer, &twice, Interner::default());
        for (place, text) in twice.iter().enumerate() {
            let tokens = corpus.document(place).iter().filter(|token| **token != BREAK);
            let remembered: Vec<&str> = tokens.map(|&token| names.resolve(token)).collect();
            let plain = analyzer.analyze(text);
            let plain: Vec<&str> = plain.iter().map(|(term, _)| term.as_str()).collect();
            prop_assert_eq!(remembered, plain);
        }
    }

    #[test]
    fn one_document_equals_many(params in analyzer(), settings in vectorizer(), texts in texts()) {
        let analyzer = Analyzer::open(&params).unwrap();
        let (names, corpus) = encode(&analyzer, &texts, Interner::default());
        let classes = classes(&texts);
        let joiner = analyzer.joiner();
        let fitted = Vectorizer::fit_transform(&settings, &corpus, &names, joiner, &classes);
        let Ok((vectorizer, rows)) = fitted else { return Ok(()) };
        let corpus = renumbered(&corpus, &names, &vectorizer.vocabulary);
        prop_assert_eq!(&vectorizer.transform(&corpus), &rows);
        let mut one = Row::default();
        for document in 0..corpus.len() {
            vectorizer.transform_one(corpus.document(document), &mut one);
            prop_assert_eq!((&one.columns[..], &one.values[..]), rows.row(document));
        }
    }

    #[test]
    fn threads_and_numbering_do_not_show(
        params in analyzer(), settings in vectorizer(), texts in texts(), workers in 1usize..4,
    ) {
        let analyzer = Analyzer::open(&params).unwrap();
        let fit = |threads: usize, names: Interner| {
            let (names, corpus) = encode(&analyzer, &texts, names);
            let (joiner, classes) = (analyzer.joiner(), classes(&texts));
            let fitted = POOLS[threads].install(|| {
                Vectorizer::fit_transform(&settings, &corpus, &names, joiner, &classes)
            });
            let (fitted, rows) = fitted.ok()?;
            Some((fitted.vocabulary.parts().clone(), fitted.weights.factors, rows))
        };
        let alone = fit(0, Interner::default());
        prop_assert_eq!(&alone, &fit(1, Interner::default()));
        // Workers meet the terms in another order: the last worker's come first.
        let part = |worker| texts.iter().skip(worker).step_by(workers).cloned().collect();
        let parts: Vec<Vec<String>> = (0..workers).map(part).collect();
        let meet = |names, part: &Vec<String>| encode(&analyzer, part, names).0;
        let met = parts.iter().rev().fold(Interner::default(), meet);
        prop_assert_eq!(&alone, &fit(1, met));
    }
}

/// One thread, and four.
static POOLS: std::sync::LazyLock<[rayon::ThreadPool; 2]> = std::sync::LazyLock::new(|| {
    [1, 4].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap())
});

fn frequency() -> impl Strategy<Value = (DocumentFrequency, DocumentFrequency)> {
    let shares = [0.5, 0.75, 1.0, 1.0].map(DocumentFrequency::Share);
    let most = prop_oneof![
        prop::sample::select(shares.to_vec()),
        (2u64..6).prop_map(DocumentFrequency::Count)
    ];
    ((1u64..4).prop_map(DocumentFrequency::Count), most)
}

fn vectorizer() -> impl Strategy<Value = VectorizeParams> {
    let switches = (any::<[bool; 5]>(), prop::sample::select(vec![Norm::L2, Norm::L1, Norm::None]));
    let ngram_range = (1u32..5, 0u32..4).prop_map(|(low, more)| (low, (low + more).min(4)));
    let most = prop::option::of(1u32..12);
    (ngram_range, frequency(), most, switches).prop_map(
        |(ngram_range, (min_df, max_df), max_features, (on, norm))| VectorizeParams {
            ngram_range,
            min_df,
            max_df,
            max_features,
            binary: on[0],
            use_idf: on[1],
            smooth_idf: on[2],
            sublinear_tf: on[3] && !on[4],
            weighting: if on[4] { Weighting::NaiveBayesRatio } else { Weighting::Tfidf },
            norm,
            ..VectorizeParams::default()
        },
    )
}

/// An n-gram as its tokens; columns are in the order of length, then of tokens.
type Ngram = (usize, Vec<String>);

/// Columns with their document frequencies, and each document's counts.
type Counted = (Vec<(String, u32)>, Vec<BTreeMap<String, u32>>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn ngrams_are_those_of_plain_counting(
        texts in prop::collection::vec("[abAB ]{0,14}", 1..9),
        is_word in any::<bool>(),
        settings in vectorizer(),
    ) {
        let (analyzer, tokenizer) = match is_word {
            true => (AnalyzerKind::Word, TokenizerKind::Words),
            false => (AnalyzerKind::CharWb, TokenizerKind::Pattern),
        };
        let params = AnalyzeParams { analyzer, tokenizer, ..AnalyzeParams::default() };
        let analyzer = Analyzer::open(&params).unwrap();
        let (names, corpus) = encode(&analyzer, &texts, Interner::default());
        let learned = Vocabulary::learn(&corpus, &names, analyzer.joiner(), &settings);
        let segments = |place| segments(&corpus, place, &names);
        let segments: Vec<_> = (0..corpus.len()).map(segments).collect();
        let expected = count_plainly(&segments, analyzer.joiner(), &settings);
        let Ok(learned) = learned else {
            prop_assert!(expected.0.is_empty());
            return Ok(());
        };
        let vocabulary = &learned.vocabulary;
        let terms = (0..vocabulary.len() as u32).map(|column| vocabulary.term(column));
        let found: Vec<_> = terms.zip(learned.document_frequencies).collect();
        let counts = (0..corpus.len()).map(|row| {
            let (columns, values) = learned.rows.row(row);
            let term = |column: &u32| found[*column as usize].0.clone();
            columns.iter().map(term).zip(values.iter().map(|&count| count as u32)).collect()
        });
        let counts: Vec<BTreeMap<String, u32>> = counts.collect();
        prop_assert_eq!((found, counts), expected);
    }
}

fn segments(corpus: &Sequences, document: usize, names: &Interner) -> Vec<Vec<String>> {
    let parts = corpus.document(document).split(|token| *token == BREAK);
    parts.map(|part| part.iter().map(|&token| names.resolve(token).to_owned()).collect()).collect()
}

/// scikit-learn's CountVectorizer, word for word.
fn count_plainly(
    documents: &[Vec<Vec<String>>],
    joiner: &str,
    settings: &VectorizeParams,
) -> Counted {
    let ngrams: Vec<BTreeMap<Ngram, u32>> =
        documents.iter().map(|segments| ngrams_of(segments, joiner, settings)).collect();
    let mut totals: BTreeMap<&Ngram, (u32, u32)> = BTreeMap::new();
    for (ngram, &count) in ngrams.iter().flatten() {
        let (documents, occurrences) = totals.entry(ngram).or_default();
        *documents += 1;
        *occurrences += count;
    }
    let bound = |bound| match bound {
        DocumentFrequency::Count(count) => count as f64,
        DocumentFrequency::Share(share) => share * documents.len() as f64,
    };
    let (least, most) = (bound(settings.min_df), bound(settings.max_df));
    totals.retain(|_, (documents, _)| (least..=most).contains(&f64::from(*documents)));
    let mut kept: Vec<(&Ngram, (u32, u32))> = totals.into_iter().collect();
    if let Some(limit) = settings.max_features {
        kept.sort_by_key(|(ngram, (_, occurrences))| (std::cmp::Reverse(*occurrences), *ngram));
        kept.truncate(limit as usize);
        kept.sort();
    }
    let known: BTreeSet<&Ngram> = kept.iter().map(|(ngram, _)| *ngram).collect();
    let term = |ngram: &Ngram| ngram.1.join(joiner);
    let row = |counts: &BTreeMap<Ngram, u32>| {
        let counts = counts.iter().filter(|(ngram, _)| known.contains(ngram));
        counts.map(|(ngram, &count)| (term(ngram), count)).collect()
    };
    let columns = kept.iter().map(|(ngram, (documents, _))| (term(ngram), *documents)).collect();
    (columns, ngrams.iter().map(row).collect())
}

fn ngrams_of(
    segments: &[Vec<String>],
    joiner: &str,
    settings: &VectorizeParams,
) -> BTreeMap<Ngram, u32> {
    let (low, high) = (settings.ngram_range.0 as usize, settings.ngram_range.1 as usize);
    let mut counts = BTreeMap::new();
    for segment in segments.iter().filter(|segment| !segment.is_empty()) {
        for length in low..=high {
            for ngram in segment.windows(length) {
                *counts.entry((length, ngram.to_vec())).or_default() += 1;
            }
        }
        // A padded word that is too short for any n-gram counts once, as a whole.
        if joiner.is_empty() && segment.len() < low {
            *counts.entry((segment.len(), segment.clone())).or_default() += 1;
        }
    }
    if settings.binary {
        counts.values_mut().for_each(|count| *count = 1);
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_model_survives_its_file(
        analyze in analyzer(),
        vectorize in vectorizer(),
        texts in prop::collection::vec(text(), 6),
        labels in 2usize..4,
    ) {
        let label = |place: usize| ["a", "b", "c"][place % labels];
        let texts = texts.iter().enumerate();
        let texts: Vec<_> = texts.map(|(place, text)| (text.as_str(), label(place))).collect();
        let settings = TrainSettings { analyze, vectorize, ..TrainSettings::default() };
        let Ok(model) = train(&texts, &settings) else { return Ok(()) };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        model.save(&path).unwrap();
        let loaded = Model::load(&path).unwrap();
        for (text, _) in texts {
            let (before, after) = (model.predict(text), loaded.predict(text));
            prop_assert_eq!(bits(&before.probabilities), bits(&after.probabilities));
            prop_assert_eq!(before.label, after.label);
        }
    }
}

fn bits(probabilities: &[f64]) -> Vec<u64> {
    probabilities.iter().map(|probability| probability.to_bits()).collect()
}
