//! How people write: one spelling for what means the same.
//!
//! In: any text. Out: text in one spelling, and for every range of it the bytes of the
//! original that it was made from. Doing it twice is doing it once.

mod letters;
mod scan;
mod width;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use letters::Letter;

/// `최고오오오`: syllables that only draw a vowel out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RepeatedSyllables {
    /// Stay.
    Keep,
    /// Two or more after the vowel are dropped.
    // Of the 150,000 training reviews of NSMC 155 have one. mecab-ko makes 2,362 tokens of
    // them, and 2,142 once folded; those seen less than 5 times fall from 278 to 196.
    #[default]
    Fold,
}

/// How Korean text is brought into one spelling before it is cut into morphemes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NormalizeParams {
    /// Compose letters (Unicode NFC), and write letters that stand alone as such (`ㅋ`).
    pub compose: bool,
    /// Write full-width ASCII, half-width Hangul and kana, and the wide blank as usual.
    pub width: bool,
    /// How many equal letters, marks or symbols in a row are kept (`ㅋㅋㅋㅋ` → `ㅋㅋ`);
    /// three points stay three. 0: all.
    pub repeats: u32,
    /// What becomes of syllables that only draw a vowel out (`최고오오오`).
    pub repeated_syllables: RepeatedSyllables,
}

impl Default for NormalizeParams {
    fn default() -> Self {
        NormalizeParams {
            compose: true,
            width: true,
            repeats: 2,
            repeated_syllables: RepeatedSyllables::default(),
        }
    }
}

impl NormalizeParams {
    /// Changes nothing.
    pub fn off() -> Self {
        NormalizeParams {
            compose: false,
            width: false,
            repeats: 0,
            repeated_syllables: RepeatedSyllables::Keep,
        }
    }
}

/// Brings texts into one spelling.
#[derive(Debug, Clone)]
pub struct Normalizer {
    params: NormalizeParams,
}

impl Normalizer {
    /// Every setting is good.
    pub fn new(params: &NormalizeParams) -> Self {
        Normalizer { params: params.clone() }
    }

    /// Normalizes `text` into `out`, which is cleared first.
    ///
    /// Text that is normal already, as most is, is looked at once and not copied.
    ///
    /// # Examples
    /// ```
    /// use malmoi::analyze::korean::normalize::{Normalized, Normalizer};
    ///
    /// let (text, mut normalized) = ("대박ㅋㅋㅋㅋ！", Normalized::default());
    /// Normalizer::new(&Default::default()).normalize(text, &mut normalized);
    /// assert_eq!(normalized.text(text), "대박ㅋㅋ!");
    /// let (start, end) = normalized.original_range(6, 12);
    /// assert_eq!(&text[start..end], "ㅋㅋㅋㅋ");
    /// ```
    pub fn normalize(&self, text: &str, out: &mut Normalized) {
        out.clear();
        if !scan::is_surely_normal(text, &self.params) {
            out.read(text, self.params.width);
            self.rewrite(out);
            out.write(text);
        }
    }

    fn rewrite(&self, out: &mut Normalized) {
        if self.params.compose {
            letters::compose(&mut out.letters, &mut out.spare);
            letters::modernize(&mut out.letters);
        }
        if self.params.repeats > 0 {
            letters::fold_repeats(&mut out.letters, self.params.repeats);
        }
        if self.params.repeated_syllables == RepeatedSyllables::Fold {
            letters::fold_lengthened(&mut out.letters);
        }
    }
}

/// One text in its normal spelling and the way back, reused from text to text.
#[derive(Debug, Clone, Default)]
pub struct Normalized {
    text: String,
    pieces: Vec<Piece>,
    is_changed: bool,
    letters: Vec<Letter>,
    spare: Vec<Letter>,
}

/// A part of the normal text, from `start` to the next piece.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    original: (usize, usize),
    /// Byte for byte the original; else made from it as a whole.
    is_copy: bool,
}

impl Normalized {
    /// The normal text; `original` itself, which was given to `normalize`, if that
    /// changed nothing.
    pub fn text<'a>(&'a self, original: &'a str) -> &'a str {
        if self.is_changed { &self.text } else { original }
    }

    /// Whether the normal text is another than the original.
    pub fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Byte range of the original that `start..end` of the normal text was made from.
    ///
    /// Both are boundaries of characters. Ranges that meet in the normal text meet in the
    /// original; of repeated letters the last one kept stands for those dropped.
    pub fn original_range(&self, start: usize, end: usize) -> (usize, usize) {
        if !self.is_changed {
            return (start, end);
        }
        let original_start = self.original_start(start);
        let original_end = if end > start { self.original_end(end) } else { original_start };
        (original_start, original_end.max(original_start))
    }

    fn original_start(&self, position: usize) -> usize {
        let found = self.pieces.partition_point(|piece| piece.start <= position);
        let piece = &self.pieces[found.saturating_sub(1)];
        match position - piece.start {
            inside if piece.is_copy => (piece.original.0 + inside).min(piece.original.1),
            _ if position >= self.text.len() => piece.original.1,
            _ => piece.original.0,
        }
    }

    fn original_end(&self, position: usize) -> usize {
        let found = self.pieces.partition_point(|piece| piece.start < position);
        let piece = &self.pieces[found.saturating_sub(1)];
        match position - piece.start {
            inside if piece.is_copy => (piece.original.0 + inside).min(piece.original.1),
            _ => piece.original.1,
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.letters.clear();
        self.is_changed = false;
    }

    fn read(&mut self, text: &str, width: bool) {
        self.letters.extend(text.char_indices().map(|(start, character)| Letter {
            character: if width { width::usual_width(character) } else { character },
            start,
            end: start + character.len_utf8(),
        }));
    }

    fn write(&mut self, original: &str) {
        for letter in &self.letters {
            let start = self.text.len();
            self.text.push(letter.character);
            let is_copy = original[letter.start..letter.end] == self.text[start..];
            match self.pieces.last_mut() {
                Some(piece) if piece.is_copy && is_copy && piece.original.1 == letter.start => {
                    piece.original.1 = letter.end;
                }
                _ => {
                    self.pieces.push(Piece { start, original: (letter.start, letter.end), is_copy })
                }
            }
        }
        self.is_changed = self.text != original;
    }
}

#[cfg(test)]
mod tests;
