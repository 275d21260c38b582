//! Whether an eojeol makes sense with a registered word that cuts known words.
//!
//! In: its analysis with the word, and what the word would cut. Out: yes, if what is
//! left before it is a word and what is left behind it can stand behind a noun.

use std::ops::Range;

use super::lattice::{Found, What};
use super::noun_endings::{self, Suffixes};
use crate::analyze::dictionary::SystemDictionary;

/// What a word with a suffix saves at least against two known words, its own cost set
/// aside: 실미도 and 급 win against 실미 and 도급, but 자유시 and 간 do not against 자유 and 시간.
/// Of pairs of common nouns, each beside a registered word that would cut it, 87 % stay
/// two words with this number, 80 % with 0, and 93 % if such a word never won.
const LEAST_GAIN: i64 = 1500;

/// Where known words would be cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cuts {
    /// A word that begins before the registered one.
    pub before: bool,
    /// A word that goes on behind it.
    pub after: bool,
    /// Whether the word cut before has only particles behind it (산화제 in 산화제도,
    /// where 제도 is registered): all makes sense without the registered word.
    pub is_whole: bool,
    /// Where the word cut before begins.
    pub from: usize,
    /// What stands against it if `after`.
    pub rival: Rival,
}

/// What stands against a registered word where a known word goes on behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Rival {
    /// Pieces (범죄, 도 and 시급 against 범죄도시).
    #[default]
    Pieces,
    /// Words side by side, the first of which begins with it (한국 and 사진
    /// against 한국사).
    Words,
    /// A word that stands behind a blank (봉오동 전투기 against 봉오동 전투).
    Behind,
    /// A word behind an ending that a stem needs (교사 in 많은교사 against 은교).
    Apart,
}

/// What an eojeol becomes with a registered word.
pub(super) struct Trial<'a> {
    /// Where tags are looked up.
    pub dictionary: &'a SystemDictionary,
    /// The eojeol.
    pub text: &'a str,
    /// Its analysis with the word.
    pub found: &'a [Found],
    /// Where the word stands in it.
    pub span: Range<usize>,
    /// How much less the analysis costs than the one without the word.
    pub gain: i64,
    /// What of its cost is the word's own.
    pub own_cost: i64,
}

impl Trial<'_> {
    /// Whether what is left of the words that are cut makes sense.
    pub fn makes_sense(&self, cuts: Cuts) -> bool {
        (!cuts.before || self.fits_before(cuts)) && (!cuts.after || self.fits_after(cuts.rival))
    }

    /// Whether a word ends where the registered one begins: one of more than one
    /// syllable, since a single one is found before anything (설 before 명량 in
    /// 설명량), or a particle or an adnominal that follows another word.
    ///
    /// Of a word that makes sense as it is (무한도전 in 무한도전도, where 전도 is
    /// registered), no piece is such a particle.
    fn fits_before(&self, cuts: Cuts) -> bool {
        let at = self.found.iter().position(|found| found.end == self.span.start);
        let Some(at) = at else { return false };
        let before = &self.found[at];
        let is_bound = |tag: &str| tag.starts_with(['J', 'E']) || tag.ends_with("ETM");
        let is_piece = cuts.is_whole && before.start >= cuts.from;
        let follows = at > 0 && !is_piece && self.tag(before).is_some_and(is_bound);
        self.is_no_dearer() && (follows || !cuts.is_whole && has_two_letters(self.text, before))
    }

    fn fits_after(&self, rival: Rival) -> bool {
        let Trial { dictionary, text, found, span: Range { end, .. }, .. } = *self;
        let are_endings = |which| noun_endings::are_endings(dictionary, text, end, which);
        let are_particles = || noun_endings::are_particles(dictionary, text, found, end);
        match rival {
            Rival::Apart => false,
            // 기 in 전투기 is an ending too, but 와 in 신의 한 수와 nothing but a particle.
            Rival::Behind => noun_endings::is_one_particle(dictionary, text, end),
            _ if are_particles() => true,
            Rival::Pieces => {
                are_endings(Suffixes::All) || self.is_no_dearer() && self.is_before_a_noun()
            }
            Rival::Words => self.gain + self.own_cost >= LEAST_GAIN && are_endings(Suffixes::Free),
        }
    }

    /// Whether the word costs no more than what it replaces; what a short word costs
    /// for being short does not count.
    fn is_no_dearer(&self) -> bool {
        self.gain + self.own_cost.max(0) >= 0
    }

    /// Whether a noun of more than one syllable begins where the registered word ends.
    fn is_before_a_noun(&self) -> bool {
        let next = self.found.iter().find(|found| found.start == self.span.end);
        next.is_some_and(|next| {
            let is_noun = self.tag(next).is_some_and(|tag| tag.starts_with('N'));
            is_noun && has_two_letters(self.text, next)
        })
    }

    /// The tag of a word of the system dictionary.
    fn tag(&self, found: &Found) -> Option<&str> {
        match found.what {
            What::Known(number) => Some(self.dictionary.feature(number).tag),
            _ => None,
        }
    }
}

/// Whether a word has more than one letter or syllable.
pub(super) fn has_two_letters(text: &str, found: &Found) -> bool {
    text[found.start..found.end].chars().nth(1).is_some()
}
