//! Words → the parts that have vectors of their own.
//!
//! Parts are hashed into a fixed number of buckets as fastText does it, so that a word that
//! was never seen is made of parts that were.

use super::params::SubwordKind;

/// Stand at both ends of a word.
const ENDS: [char; 2] = ['<', '>'];

/// Stands where a syllable has no final consonant, so that each has three letters.
const NO_FINAL: char = '\u{11a7}';

/// Characters of a word that are looked at.
const LONGEST: usize = 64;

/// Vectors of parts of words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subwords {
    /// Which parts there are.
    pub kind: SubwordKind,
    /// Whether words end with a tag, which is no part.
    pub tagged: bool,
    /// buckets × dimensions, row by row; all finite.
    pub vectors: Vec<f32>,
}

impl Subwords {
    /// The mean of the vectors of the parts of `word`, or nothing if it has none.
    pub fn compose(&self, word: &str, dimensions: usize) -> Option<Vec<f32>> {
        let buckets = self.vectors.len().checked_div(dimensions)?;
        let parts = parts(word, self.kind, self.tagged, buckets);
        let mut mean = vec![0.0; dimensions];
        for &part in &parts {
            let vector = &self.vectors[part as usize * dimensions..][..dimensions];
            mean.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
        }
        mean.iter_mut().for_each(|sum| *sum /= parts.len().max(1) as f32);
        (!parts.is_empty()).then_some(mean)
    }
}

/// The bucket of each part of `word`.
pub(super) fn parts(word: &str, kind: SubwordKind, tagged: bool, buckets: usize) -> Vec<u32> {
    let word = if tagged { without_tag(word) } else { word };
    let characters: Vec<char> = ended(word.chars().take(LONGEST));
    let mut parts = Vec::new();
    let mut add = |part: &[char]| parts.push((hash(part) as usize % buckets.max(1)) as u32);
    match kind {
        SubwordKind::None => {}
        SubwordKind::Characters => runs(&characters, 3, 6, &mut add),
        SubwordKind::Syllables => runs(&characters, 1, 4, &mut add),
        SubwordKind::Jamo => {
            runs(&characters, 1, 4, &mut add);
            let letters = ended(word.chars().take(LONGEST).flat_map(letters));
            if letters.len() > characters.len() {
                runs(&letters, 3, 5, &mut add);
            }
        }
    }
    parts
}

/// The word before its tag: `재미/NNG`, `했/XSV+EP`.
pub(super) fn without_tag(term: &str) -> &str {
    let is_tag = |tag: &str| {
        tag.starts_with(|first: char| first.is_ascii_uppercase())
            && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'+')
    };
    match term.rsplit_once('/') {
        Some((word, tag)) if !word.is_empty() && is_tag(tag) => word,
        _ => term,
    }
}

fn ended(characters: impl Iterator<Item = char>) -> Vec<char> {
    let [first, last] = ENDS;
    std::iter::once(first).chain(characters).chain([last]).collect()
}

/// Runs of `low` to `high` characters; an end alone is none.
fn runs(characters: &[char], low: usize, high: usize, found: &mut impl FnMut(&[char])) {
    for length in low..=high {
        let windows = characters.windows(length);
        windows.filter(|run| length > 1 || !ENDS.contains(&run[0])).for_each(&mut *found);
    }
}

/// The three letters of a Hangul syllable, by the arithmetic of the Unicode standard
/// (section 3.12); any other character as it is.
fn letters(character: char) -> impl Iterator<Item = char> {
    let letters = match character {
        '가'..='힣' => {
            let place = character as u32 - '가' as u32;
            let (initial, vowel, last) = (place / 588, place / 28 % 21, place % 28);
            let letter = |code| char::from_u32(code).expect("they are letters");
            let last = if last == 0 { NO_FINAL } else { letter(0x11a7 + last) };
            [Some(letter(0x1100 + initial)), Some(letter(0x1161 + vowel)), Some(last)]
        }
        other => [Some(other), None, None],
    };
    letters.into_iter().flatten()
}

/// FNV-1a over the bytes, as fastText's.
fn hash(part: &[char]) -> u32 {
    let mut buffer = [0; 4];
    part.iter().fold(2_166_136_261, |hash: u32, character| {
        let bytes = character.encode_utf8(&mut buffer).bytes();
        // fastText hashes signed bytes.
        let one = |hash: u32, byte: u8| {
            (hash ^ i32::from(byte.cast_signed()).cast_unsigned()).wrapping_mul(16_777_619)
        };
        bytes.fold(hash, one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_have_three_letters() {
        let split = |text: &str| text.chars().flat_map(letters).collect::<String>();
        assert_eq!(
            split("강아지"),
            "\u{1100}\u{1161}\u{11bc}\u{110b}\u{1161}\u{11a7}\u{110c}\u{1175}\u{11a7}"
        );
        assert_eq!(split("힣a"), "\u{1112}\u{1175}\u{11c2}a");
    }

    #[test]
    fn words_have_as_many_parts_as_runs() {
        let count = |word, kind| parts(word, kind, true, 1000).len();
        // <ab>: two of three, one of four.
        assert_eq!(count("ab", SubwordKind::Characters), 3);
        // 재, 미; <재, 재미, 미>; <재미, 재미>; <재미>
        assert_eq!(count("재미/NNG", SubwordKind::Syllables), 8);
        // and of 8 letters 6 of three, 5 of four, 4 of five
        assert_eq!(count("재미/NNG", SubwordKind::Jamo), 8 + 15);
        assert_eq!(count("ab", SubwordKind::Jamo), 8);
        assert_eq!(count("a", SubwordKind::None), 0);
        assert_eq!(count("", SubwordKind::Jamo), 1);
    }

    #[test]
    fn tags_are_no_parts() {
        let check = |term, expected| assert_eq!(without_tag(term), expected);
        check("재미/NNG", "재미");
        check("했/XSV+EP", "했");
        check("//SY", "/");
        check("/SY", "/SY");
        check("and/or", "and/or");
        check("a/", "a/");
    }

    #[test]
    fn hashes_are_those_of_fasttext() {
        // gensim.models.fasttext.ft_hash_bytes
        assert_eq!(hash(&['<', 'a', 'b']), FASTTEXT[0]);
        assert_eq!(hash(&['재', '미']), FASTTEXT[1]);
    }

    const FASTTEXT: [u32; 2] = [1_218_209_508, 3_815_295_769];

    #[test]
    fn unknown_words_are_made_of_known_parts() {
        let kind = SubwordKind::Syllables;
        let vectors = (0..20).map(|n| n as f32).collect();
        let subwords = Subwords { kind, tagged: false, vectors };
        let parts = parts("재", kind, false, 10);
        let mean: f32 =
            parts.iter().map(|&part| (part * 2) as f32).sum::<f32>() / parts.len() as f32;
        let vector = subwords.compose("재", 2).unwrap();
        assert!((vector[0] - mean).abs() < 1e-5 && (vector[1] - mean - 1.0).abs() < 1e-5);
        assert_eq!(Subwords::default().compose("재", 2), None);
    }
}
