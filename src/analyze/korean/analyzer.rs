//! Korean text → morphemes, as a user asks for them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::analysis::{CharOffsets, Decompound, Likeliest, Morph, MorphRef};
use super::lattice::{Fixed, Found, Lattice, What};
use super::normalize::{NormalizeParams, Normalized, Normalizer};
use super::symbols::Symbols;
use super::user_words::{Place, UserWords, merge};
use crate::analyze::dictionary::{
    self, Candidate, Feature, IdCounts, Matcher, SystemDictionary, UserDictionary, UserWord,
    WordKind, final_consonant,
};
use crate::error::Result;

/// What an analyzer does beside cutting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KoreanParams {
    /// How people's spelling is evened out.
    pub normalize: NormalizeParams,
    /// Words that win.
    pub user_dictionary: Option<PathBuf>,
    /// What becomes of words that stand for several morphemes, in `morphs`, `nouns` and `pos`.
    pub decompound: Decompound,
}

/// Analyzes Korean text by a system dictionary and a user's.
///
/// Threads share one: it keeps the memory of as many analyses as run at once.
pub struct Analyzer {
    dictionary: Arc<SystemDictionary>,
    user: Option<User>,
    normalizer: Normalizer,
    symbols: Option<Symbols>,
    symbol_ids: (u16, u16),
    decompound: Decompound,
    resting: Mutex<Vec<Buffers>>,
}

/// A user dictionary as the lattice takes it.
struct User {
    words: UserDictionary,
    matcher: Matcher,
    /// Left id, right id and cost of each word.
    costs: Vec<(u16, u16, i16)>,
}

/// Memory of one analysis, reused from text to text.
#[derive(Default)]
struct Buffers {
    lattice: Lattice,
    user_words: UserWords,
    normalized: Normalized,
    symbols: Vec<(usize, usize)>,
    candidates: Vec<Candidate>,
    places: Vec<Place>,
    others: Vec<Fixed>,
    fixed: Vec<Fixed>,
    found: Vec<Found>,
}

impl Analyzer {
    /// An analyzer with the installed dictionary.
    ///
    /// # Errors
    /// If no dictionary is installed, or the user's has problems.
    pub fn open(params: &KoreanParams) -> Result<Self> {
        Analyzer::new(Arc::new(dictionary::installed()?), params)
    }

    /// An analyzer with a dictionary that is read already.
    ///
    /// # Errors
    /// If the user's dictionary has problems.
    pub fn new(dictionary: Arc<SystemDictionary>, params: &KoreanParams) -> Result<Self> {
        let ids = Some(IdCounts::of(&dictionary));
        let user = params.user_dictionary.as_deref();
        let user = user.map(|path| UserDictionary::read(path, ids)).transpose()?;
        Ok(Analyzer {
            user: user.map(|words| User::new(words, &dictionary)),
            normalizer: Normalizer::new(&params.normalize),
            symbols: (params.normalize != NormalizeParams::off()).then(Symbols::bundled),
            symbol_ids: dictionary.usual_ids("SY", false).unwrap_or_default(),
            decompound: params.decompound,
            dictionary,
            resting: Mutex::default(),
        })
    }

    /// Surfaces of all morphemes.
    pub fn morphs(&self, text: &str) -> Vec<String> {
        self.collect(text, |surface, _| Some(surface.to_owned()))
    }

    /// Surfaces of all nouns, pronouns and numerals (tags that begin with `N`).
    pub fn nouns(&self, text: &str) -> Vec<String> {
        self.collect(text, |surface, tag| tag.starts_with('N').then(|| surface.to_owned()))
    }

    /// Surfaces and Sejong tags of all morphemes.
    pub fn pos(&self, text: &str) -> Vec<(String, String)> {
        self.collect(text, |surface, tag| Some((surface.to_owned(), tag.to_owned())))
    }

    /// Everything that is known of each morpheme.
    pub fn analyze(&self, text: &str) -> Vec<Morph> {
        let mut chars = CharOffsets::new(text);
        let mut morphs = Vec::new();
        self.each(text, |one| morphs.push(one.to_morph(&mut chars)));
        morphs
    }

    /// The `count` likeliest analyses that differ in surfaces or tags.
    pub fn n_best(&self, text: &str, count: usize) -> Likeliest {
        self.with_buffers(|buffers| {
            self.find(text, buffers);
            let Buffers { lattice, normalized, fixed, places, .. } = buffers;
            let normal = normalized.text(text);
            let best = lattice.best_ways(&self.dictionary, normal, fixed, count);
            let way = |(found, cost): (Vec<Found>, i64)| {
                let mut chars = CharOffsets::new(text);
                let morph = |one: &Found| {
                    self.morph(one, normal, normalized, fixed, places).to_morph(&mut chars)
                };
                (found.iter().map(morph).collect(), cost)
            };
            let analyses = best.ways.into_iter().map(way).collect();
            Likeliest { analyses, is_cut: best.is_cut }
        })
    }

    /// Calls `take` with every morpheme, in the order of the text.
    pub fn each(&self, text: &str, mut take: impl FnMut(MorphRef<'_>)) {
        self.with_buffers(|buffers| {
            self.find(text, buffers);
            let Buffers { normalized, found, fixed, places, .. } = &*buffers;
            let normal = normalized.text(text);
            found.iter().for_each(|one| take(self.morph(one, normal, normalized, fixed, places)));
        });
    }

    /// Calls `take` with surface, tag and byte offsets of every morpheme, words
    /// that stand for several treated as `decompound` says.
    pub fn each_decompounded(
        &self,
        text: &str,
        mut take: impl FnMut(&str, &str, usize, usize, &MorphRef<'_>),
    ) {
        self.each(text, |one| {
            let is_split = self.decompound != Decompound::None && one.parts().nth(1).is_some();
            if !is_split || self.decompound == Decompound::Mixed {
                take(one.surface, one.feature.tag, one.start, one.end, &one);
            }
            if is_split {
                each_part(&one, &mut take);
            }
        });
    }

    fn collect<T>(&self, text: &str, choose: impl Fn(&str, &str) -> Option<T>) -> Vec<T> {
        let mut chosen = Vec::new();
        self.each_decompounded(text, |surface, tag, _, _, _| chosen.extend(choose(surface, tag)));
        chosen
    }

    fn with_buffers<T>(&self, work: impl FnOnce(&mut Buffers) -> T) -> T {
        let resting = || self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buffers = resting().pop().unwrap_or_default();
        let result = work(&mut buffers);
        resting().push(buffers);
        result
    }

    /// Leaves the analysis in `found`, and the spans that were fixed in `fixed`.
    fn find(&self, text: &str, buffers: &mut Buffers) {
        let Buffers { lattice, normalized, symbols, others, fixed, found, places, .. } = buffers;
        self.normalizer.normalize(text, normalized);
        let normal = normalized.text(text);
        symbols.clear();
        if let Some(finder) = &self.symbols {
            finder.spans(normal, symbols);
        }
        let (left, right) = self.symbol_ids;
        others.clear();
        others.extend(symbols.iter().map(|&(start, end)| Fixed {
            start,
            end,
            left,
            right,
            cost: 0,
        }));
        places.clear();
        lattice.decode(&self.dictionary, normal, others, found);
        fixed.clone_from(others);
        if let Some(user) = &self.user {
            self.find_user_words(user, text, buffers);
        }
    }

    fn find_user_words(&self, user: &User, text: &str, buffers: &mut Buffers) {
        let normal = buffers.normalized.text(text);
        buffers.candidates.clear();
        user.matcher.matches(normal, &mut buffers.candidates);
        if buffers.candidates.is_empty() {
            return;
        }
        let Buffers { lattice, user_words, candidates, places, others, fixed, found, .. } = buffers;
        places.extend(candidates.iter().map(|candidate| user.place(candidate)));
        user_words.decide(lattice, &self.dictionary, normal, others, found, places);
        if !places.is_empty() {
            merge(places, others, fixed);
            lattice.decode(&self.dictionary, normal, fixed, found);
        }
    }

    fn morph<'a>(
        &'a self,
        one: &Found,
        normal: &'a str,
        normalized: &Normalized,
        fixed: &[Fixed],
        places: &[Place],
    ) -> MorphRef<'a> {
        let (start, end) = normalized.original_range(one.start, one.end);
        let surface = &normal[one.start..one.end];
        let (feature, registered) = match one.what {
            What::Known(number) | What::Unknown(number) => (self.dictionary.feature(number), None),
            What::Fixed(place) => self.fixed_feature(fixed.get(place as usize), places),
        };
        MorphRef { surface, feature, start, end, registered }
    }

    fn fixed_feature(&self, span: Option<&Fixed>, places: &[Place]) -> (Feature<'_>, Option<&str>) {
        let simple = |tag| Feature { tag, kind: WordKind::Simple, expression: "" };
        // They rise, as the spans do.
        let at = |span: &Fixed| places.binary_search_by_key(&span.start, |place| place.fixed.start);
        let place = span.and_then(|span| at(span).ok()).map(|at| &places[at]);
        let place = place.filter(|place| Some(&place.fixed) == span);
        match (place, &self.user) {
            (Some(place), Some(user)) => {
                let UserWord { surface, tag, kind, expression, .. } =
                    &user.words.words[place.word as usize];
                (Feature { tag, kind: *kind, expression }, Some(surface))
            }
            _ => (simple("SY"), None),
        }
    }
}

/// The parts of a word, each at its own place where they spell the surface.
fn each_part(one: &MorphRef<'_>, take: &mut impl FnMut(&str, &str, usize, usize, &MorphRef<'_>)) {
    let spelled: usize = one.parts().map(|(form, _)| form.len()).sum();
    let is_spelled = spelled == one.end - one.start
        && one.parts().try_fold(one.surface, |rest, (form, _)| rest.strip_prefix(form)).is_some();
    // What is registered is the whole.
    let part = MorphRef { registered: None, ..*one };
    let mut start = one.start;
    for (form, tag) in one.parts() {
        if is_spelled {
            take(form, tag, start, start + form.len(), &part);
            start += form.len();
        } else {
            take(form, tag, one.start, one.end, &part);
        }
    }
}

impl User {
    fn new(words: UserDictionary, dictionary: &SystemDictionary) -> Self {
        let costs = words.words.iter().map(|word| costs(word, dictionary)).collect();
        User { matcher: Matcher::new(&words), words, costs }
    }

    fn place(&self, candidate: &Candidate) -> Place {
        let (left, right, cost) = self.costs[candidate.word as usize];
        let Candidate { start, end, word } = *candidate;
        let fixed = Fixed { start, end, left, right, cost };
        Place { fixed, word, force: self.words.words[word as usize].force }
    }
}

/// Ids and cost of a user's word: its own, or those that words of its tag have.
fn costs(word: &UserWord, dictionary: &SystemDictionary) -> (u16, u16, i16) {
    if let Some((left, right, cost)) = word.ids_and_cost {
        let ids = dictionary.ids(left, right);
        let (left, right) = ids.expect("ids were checked when the words were read");
        return (left, right, cost);
    }
    let ends_in_consonant = word.surface.chars().next_back().is_some_and(reads_with_consonant);
    let ids = [ends_in_consonant, !ends_in_consonant];
    let ids = ids.iter().find_map(|&consonant| dictionary.usual_ids(&word.tag, consonant));
    let (left, right) = ids.unwrap_or_default();
    (left, right, cost_by_length(&word.surface))
}

/// Long words are rarely there by chance. Around 0 a title of three syllables
/// wins against its pieces and leaves longer words whole.
fn cost_by_length(surface: &str) -> i16 {
    match surface.chars().count() {
        0..=1 => 4000,
        2 => 2000,
        3 => 0,
        _ => -2000,
    }
}

/// Whether a character's reading ends in a consonant, which chooses 은 or 는.
fn reads_with_consonant(character: char) -> bool {
    match final_consonant(character) {
        Some(consonant) => consonant,
        // 영 일 삼 육 칠 팔; 엘 엠 엔 알 and what English words end in.
        None => {
            matches!(character.to_ascii_lowercase(), '0' | '1' | '3' | '6'..='8')
                || "lmnrbcgkpt".contains(character.to_ascii_lowercase())
        }
    }
}
