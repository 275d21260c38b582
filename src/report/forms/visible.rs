//! Text that users wrote → text that only looks as it does.
//!
//! In: any text. Out: the same without characters that act: controls, and marks that turn
//! the direction of what stands behind them. Promises: nothing outside of the text is
//! moved or hidden by it; ordinary text of any language stays as it is.

/// The text on one line, every run of white space a space.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter_map(shown));
    }
    line
}

/// A name on one line, no longer than a reader needs to know it.
pub fn name(text: &str) -> String {
    shortened(&line(text), 120)
}

/// The text with its spaces: a piece of a longer one.
pub fn piece(text: &str) -> String {
    let space = |c: char| if c.is_whitespace() { ' ' } else { c };
    text.chars().map(space).filter_map(shown).collect()
}

/// The first `longest` characters, and a mark if there were more.
pub fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether a character shows nothing and acts on its neighbours: it is left out.
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn shown(c: char) -> Option<char> {
    match c {
        c if is_unseen(c) => None,
        c if c.is_control() || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff) => Some('\u{fffd}'),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_taken_away() {
        assert_eq!(line(" a\u{202e}b\r\n\tc\u{200f} "), "ab c");
        assert_eq!(line("a\u{1b}[31m\0"), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(line("그대들은 👩‍🚀 어떻게"), "그대들은 👩‍🚀 어떻게");
        assert_eq!(piece(" 좋은\n"), " 좋은 ");
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(shortened("가나다", 2), "가나…");
        assert_eq!(shortened("가나다", 3), "가나다");
        assert!(name(&"가".repeat(10_000)).chars().count() == 121);
    }
}
