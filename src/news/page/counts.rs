//! What a part of a page holds, in numbers.

use std::ops::Sub;

/// Counts over the visible text of a node and all that stands in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Characters; a run of blanks counts once, a wide one (Hangul, Han, Kana) twice,
    /// since it says as much as two letters.
    pub characters: u32,
    /// Those of them that stand in links.
    pub link_characters: u32,
    /// Commas, and marks that end sentences.
    pub punctuation: u32,
    /// `<p>` elements.
    pub paragraphs: u32,
    /// `<br>` elements.
    pub breaks: u32,
    /// `<a>` elements.
    pub links: u32,
}

impl Counts {
    /// The share of the characters that stands in links.
    pub fn link_density(&self) -> f32 {
        self.link_characters as f32 / self.characters.max(1) as f32
    }

    pub(super) fn add_text(&mut self, text: &str, in_link: bool) {
        let (characters, punctuation) = measure(text);
        self.characters += characters;
        self.link_characters += if in_link { characters } else { 0 };
        self.punctuation += punctuation;
    }
}

impl Sub for Counts {
    type Output = Counts;

    fn sub(self, before: Counts) -> Counts {
        Counts {
            characters: self.characters.saturating_sub(before.characters),
            link_characters: self.link_characters.saturating_sub(before.link_characters),
            punctuation: self.punctuation.saturating_sub(before.punctuation),
            paragraphs: self.paragraphs.saturating_sub(before.paragraphs),
            breaks: self.breaks.saturating_sub(before.breaks),
            links: self.links.saturating_sub(before.links),
        }
    }
}

/// Characters and punctuation. A reference counts as one character.
fn measure(text: &str) -> (u32, u32) {
    let bytes = text.as_bytes();
    let (mut characters, mut punctuation, mut at) = (0, 0, 0);
    let mut after_blank = true;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let is_blank = byte <= b' ';
        let continues = byte & 0xC0 == 0x80;
        characters += u32::from(!continues && (!is_blank || !after_blank));
        characters += u32::from((0xE3..=0xEF).contains(&byte));
        after_blank = is_blank;
        match byte {
            b',' | b'.' | b'!' | b'?' => punctuation += 1,
            b'&' => at += reference_length(&bytes[at..]),
            // 、。 and their full-width neighbours, the danda, the Arabic comma
            0xD8 | 0xE0 | 0xE3 | 0xEF => punctuation += u32::from(is_wide_mark(&bytes[at - 1..])),
            _ => {}
        }
    }
    (characters - u32::from(after_blank && characters > 0), punctuation)
}

/// The longest names that pages use have eight letters.
fn reference_length(bytes: &[u8]) -> usize {
    let end = bytes.iter().take(10).position(|&byte| byte == b';');
    let is_name = |length: &usize| {
        bytes[..*length].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
    };
    end.filter(is_name).map_or(0, |length| length + 1)
}

fn is_wide_mark(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xD8, 0x8C | 0x9F, ..]
            | [0xE0, 0xA5, 0xA4, ..]
            | [0xE3, 0x80, 0x81 | 0x82, ..]
            | [0xEF, 0xBC, 0x81 | 0x8C | 0x8E | 0x9F, ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, characters: u32, punctuation: u32) {
        assert_eq!(measure(text), (characters, punctuation), "{text:?}");
    }

    #[test]
    fn blanks_count_once_and_references_as_one() {
        check("  a  b, c.  ", 7, 2);
        check("a&nbsp;b &#8217; AT&T", 10, 0);
        check("갔다. 왔다。", 12, 2);
        check("", 0, 0);
        check("  ", 0, 0);
    }
}
