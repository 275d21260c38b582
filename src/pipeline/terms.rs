//! Text → token numbers; filters are asked once a distinct surface.

use crate::analyze::{Analyzer, NEGATION_PREFIX, Role};
use crate::data::{BREAK, Interner, Token, Tokens, UNKNOWN};
use crate::vectorize::Vocabulary;

/// How terms get their numbers.
pub trait Terms {
    /// The number of a term.
    fn number(&mut self, term: &str) -> u32;
}

/// While learning, every new term gets a new number.
impl Terms for Interner {
    fn number(&mut self, term: &str) -> u32 {
        self.intern(term)
    }
}

/// Afterwards, the vocabulary knows the number or does not.
impl Terms for &Vocabulary {
    fn number(&mut self, term: &str) -> u32 {
        self.token(term)
    }
}

/// What is remembered of a surface.
#[derive(Clone, Copy)]
struct Seen {
    number: u32,
    negated: u32,
    role: Role,
}

/// Not asked for yet; no token has this number.
const UNASKED: u32 = UNKNOWN - 1;

/// The filters drop it.
const DROPPED: u32 = UNKNOWN - 2;

/// More distinct surfaces than this are forgotten, so that a stream of any
/// length runs in bounded memory.
const MOST_SURFACES: usize = 1 << 20;

/// One worker's memory of surfaces.
pub struct TermTable<'a, T> {
    analyzer: &'a Analyzer,
    /// The numbering.
    pub terms: T,
    surfaces: Interner,
    seen: Vec<Seen>,
    tokens: Tokens,
    ids: Vec<u32>,
}

impl<'a, T: Terms> TermTable<'a, T> {
    /// A table that has seen nothing.
    pub fn new(analyzer: &'a Analyzer, terms: T) -> Self {
        TermTable {
            analyzer,
            terms,
            surfaces: Interner::default(),
            seen: Vec::new(),
            tokens: Tokens::default(),
            ids: Vec::new(),
        }
    }

    /// Adds the token numbers of `text` to `out`, with a [`BREAK`] after each segment.
    pub fn encode(&mut self, text: &str, out: &mut Vec<u32>) {
        self.each(text, |number, _| out.push(number));
    }

    /// Calls `found` with each of those numbers and the token it stands for; a
    /// [`BREAK`] comes with the last token of its segment.
    pub fn each(&mut self, text: &str, mut found: impl FnMut(u32, &Token)) {
        if self.surfaces.len() > MOST_SURFACES {
            self.surfaces.clear();
            self.seen.clear();
        }
        let mut tokens = std::mem::take(&mut self.tokens);
        self.analyzer.tokenize(text, &mut tokens);
        // Look-ups alone, one right after the other, overlap their waits for memory.
        let mut ids = std::mem::take(&mut self.ids);
        ids.clear();
        ids.extend(tokens.terms().map(|surface| self.surfaces.intern(surface)));
        let mut reach = self.analyzer.reach();
        let mut segment_ends = tokens.segment_ends.iter().peekable();
        for (place, (token, &id)) in tokens.tokens.iter().zip(&ids).enumerate() {
            let (surface, id) = (tokens.term(token), id as usize);
            let seen = self.seen(id, surface);
            let number = match reach.mark(seen.role) {
                true => self.negated(id, surface),
                false => seen.number,
            };
            if number != DROPPED {
                found(number, token);
            }
            if segment_ends.next_if(|&&end| end as usize == place + 1).is_some() {
                found(BREAK, token);
            }
        }
        self.tokens = tokens;
        self.ids = ids;
    }

    /// Surfaces are numbered as they come, so a new one is always the next.
    fn seen(&mut self, id: usize, surface: &str) -> Seen {
        if id == self.seen.len() {
            let number = match self.analyzer.filter(surface) {
                Some(term) => self.terms.number(&term),
                None => DROPPED,
            };
            let role = self.analyzer.role(surface);
            self.seen.push(Seen { number, negated: UNASKED, role });
        }
        self.seen[id]
    }

    fn negated(&mut self, id: usize, surface: &str) -> u32 {
        if self.seen[id].negated == UNASKED {
            self.seen[id].negated = match self.analyzer.filter(surface) {
                Some(term) => self.terms.number(&format!("{NEGATION_PREFIX}{term}")),
                None => DROPPED,
            };
        }
        self.seen[id].negated
    }
}
