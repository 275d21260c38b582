//! The texts of two periods → terms that rose, for each side.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::Plan;
use super::reading::{Reading, Row};
use super::span::Compared;
use crate::analyze::{AnalyzeParams, Analyzer, AnalyzerKind, BUNDLED_STOP_WORDS};
use crate::clean::Cleaner;
use crate::error::Result;
use crate::report::facts::{RisingTerm, RisingTerms};
use crate::trends::{TermCounts, log_odds};

/// A term that fewer documents use is the whim of one writer.
const FEWEST_DOCUMENTS: u64 = 3;
/// Standard errors that a term must have risen by.
const LEAST_Z: f64 = 1.96;
/// Texts that one thread counts at a time.
const CHUNK: usize = 256;
/// Parts of speech that name things and qualities; endings and particles do not.
const TELLING_TAGS: [&str; 9] = ["NNG", "NNP", "VV", "VA", "MAG", "XR", "SL", "SH", "IC"];

/// What a term of a report is: as `analyze` says, but for what only a classifier needs.
///
/// Characters say nothing to a reader, so words stand in their place; words that every
/// text has are dropped unless the settings drop others; morphemes are those that name
/// things and qualities unless the settings choose others.
pub(super) fn settings(analyze: &AnalyzeParams) -> AnalyzeParams {
    let mut terms = analyze.clone();
    if matches!(terms.analyzer, AnalyzerKind::Char | AnalyzerKind::CharWb) {
        terms = AnalyzeParams { stop_words: terms.stop_words, ..AnalyzeParams::default() };
    }
    terms.negation = 0;
    terms.punctuation = false;
    (terms.tagged, terms.characters) = (false, false);
    if terms.stop_words.is_empty() {
        terms.stop_words = BUNDLED_STOP_WORDS.iter().map(|list| list.to_string()).collect();
    }
    if terms.needs_korean() && terms.keep_tags.is_empty() && terms.stop_tags.is_empty() {
        terms.keep_tags = TELLING_TAGS.map(str::to_owned).to_vec();
    }
    terms
}

/// How often a term occurs: by stretch and side, and in how many documents.
#[derive(Debug, Clone, Default)]
struct Uses {
    occurrences: [Vec<u64>; 2],
    documents: [Vec<u64>; 2],
}

/// Terms that rose from the one period to the other, for the positive and the negative
/// side; a note if not all texts were counted.
pub(super) fn rising(
    plan: &Plan,
    reading: &Reading,
    compared: Option<Compared>,
    notes: &mut Vec<String>,
) -> Result<Vec<RisingTerms>> {
    let sides = [plan.sides.positive, plan.sides.negative];
    let Some(compared) = compared else {
        return Ok(sides.map(|side| RisingTerms { side, terms: Vec::new() }).to_vec());
    };
    if let Some(share) = reading.texts.sampled() {
        let share = 100.0 * share;
        notes.push(format!("rising terms are counted in a sample of {share:.1} % of the texts"));
    }
    let uses = uses(plan, reading, compared)?;
    let terms = |side| RisingTerms { side, terms: risen(&uses, side, plan.pipeline.report.top) };
    Ok(sides.map(terms).to_vec())
}

fn uses(plan: &Plan, reading: &Reading, compared: Compared) -> Result<BTreeMap<String, Uses>> {
    let analyzer = Analyzer::open(&settings(&plan.pipeline.analyze))?;
    let cleaner = Cleaner::open(&plan.pipeline.clean)?;
    let stretch = |row: &Row| {
        let day = row.date();
        let is_in = |(start, end): (_, _)| start <= day && day <= end;
        [compared.before, compared.after].iter().position(|days| is_in(*days))
    };
    let texts = reading.texts.all().filter_map(|(row, text)| {
        let row = &reading.rows[row as usize];
        row.counts().then(|| Some((stretch(row)?, usize::from(row.side), text)))?
    });
    let texts: Vec<(usize, usize, &str)> = texts.collect();
    let width = plan.sides.len();
    let count = |texts: &[(usize, usize, &str)]| {
        let mut all: HashMap<String, Uses> = HashMap::new();
        for (stretch, side, text) in texts {
            let Ok(text) = cleaner.try_clean(text) else { continue };
            let mut once: HashMap<String, u64> = HashMap::new();
            for (term, _) in analyzer.analyze(&text) {
                *once.entry(term).or_default() += 1;
            }
            for (term, count) in once {
                let uses = all.entry(term).or_insert_with(|| Uses::new(width));
                uses.occurrences[*stretch][*side] += count;
                uses.documents[*stretch][*side] += 1;
            }
        }
        all
    };
    let counted: Vec<HashMap<String, Uses>> = texts.par_chunks(CHUNK).map(count).collect();
    let mut all: BTreeMap<String, Uses> = BTreeMap::new();
    for (term, uses) in counted.into_iter().flatten() {
        all.entry(term).or_insert_with(|| Uses::new(width)).add(&uses);
    }
    Ok(all)
}

impl Uses {
    fn new(sides: usize) -> Self {
        let none = || [vec![0; sides], vec![0; sides]];
        Uses { occurrences: none(), documents: none() }
    }

    fn add(&mut self, other: &Uses) {
        let ours = self.occurrences.iter_mut().chain(&mut self.documents).flatten();
        let theirs = other.occurrences.iter().chain(&other.documents).flatten();
        ours.zip(theirs).for_each(|(ours, theirs)| *ours += theirs);
    }
}

fn risen(uses: &BTreeMap<String, Uses>, side: usize, top: u32) -> Vec<RisingTerm> {
    let counts: Vec<TermCounts> = uses
        .values()
        .map(|uses| TermCounts {
            before: uses.occurrences[0][side],
            after: uses.occurrences[1][side],
            background: uses.occurrences.iter().flatten().sum(),
        })
        .collect();
    let mut risen: Vec<RisingTerm> = Vec::new();
    for ((term, uses), (counts, found)) in uses.iter().zip(counts.iter().zip(log_odds(&counts))) {
        if found.z >= LEAST_Z && uses.documents[1][side] >= FEWEST_DOCUMENTS {
            risen.push(RisingTerm {
                term: term.clone(),
                before: counts.before,
                after: counts.after,
                log_odds: found.change,
                z: found.z,
            });
        }
    }
    // Of equal ones the first by its bytes: terms came in that order.
    risen.sort_by(|one, other| other.z.total_cmp(&one.z));
    risen.truncate(top as usize);
    risen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_get_words() {
        let of = |analyzer| settings(&AnalyzeParams { analyzer, ..AnalyzeParams::default() });
        assert_eq!(of(AnalyzerKind::Char).analyzer, AnalyzerKind::Word);
        assert_eq!(of(AnalyzerKind::CharWb).stop_words, BUNDLED_STOP_WORDS);
        assert!(of(AnalyzerKind::Auto).keep_tags.contains(&"NNG".to_owned()));
        let own = AnalyzeParams {
            analyzer: AnalyzerKind::Korean,
            stop_tags: vec!["J".to_owned()],
            stop_words: vec!["en".to_owned()],
            tagged: true,
            characters: true,
            ..AnalyzeParams::default()
        };
        let terms = settings(&own);
        assert!(terms.keep_tags.is_empty() && !terms.tagged && !terms.characters);
        assert_eq!((terms.stop_words, terms.stop_tags), (own.stop_words, own.stop_tags));
    }

    #[test]
    fn only_terms_of_several_documents_rise() {
        let mut all = BTreeMap::new();
        let mut put = |term: &str, before, after, documents| {
            let mut uses = Uses::new(3);
            (uses.occurrences[0][1], uses.occurrences[1][1]) = (before, after);
            uses.documents[1][1] = documents;
            all.insert(term.to_owned(), uses);
        };
        put("risen", 5, 90, 80);
        put("shouted", 0, 90, 2);
        put("same", 500, 500, 400);
        put("fallen", 90, 5, 4);
        let terms = |side, top| risen(&all, side, top);
        let names: Vec<String> = terms(1, 9).into_iter().map(|one| one.term).collect();
        assert_eq!(names, ["risen"]);
        assert!(terms(0, 9).is_empty() && terms(1, 0).is_empty());
    }
}
