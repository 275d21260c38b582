//! Emoji and emoticons: spans that stay one token.
//!
//! In: any text. Out: byte ranges in order that do not overlap. Text without any, as
//! most is, costs one look at each byte.

mod emoji;

use crate::error::{Error, Result};

const TABLE: &str = include_str!("../../../dictionaries/emoticons.txt");
const PLACE: &str = "dictionaries/emoticons.txt";

/// A face has a few characters; anything longer is another file.
const LONGEST_BYTES: usize = 64;

/// Finds emoji and emoticons.
#[derive(Debug, Clone)]
pub struct Symbols {
    /// By first byte, the longest first.
    emoticons: Vec<String>,
    /// Range of `emoticons` for each first byte.
    ranges: Vec<(usize, usize)>,
    /// Whether a span may begin with a byte.
    begins: [bool; 256],
}

impl Symbols {
    /// With the emoticons that come with the program.
    pub fn bundled() -> Self {
        Self::parse(TABLE, PLACE).expect("a test parses the bundled table")
    }

    /// With the emoticons of `table`, one a line; `# ` starts a comment.
    ///
    /// # Errors
    /// If a line is too long to be one, named with `place`.
    pub fn parse(table: &str, place: &str) -> Result<Self> {
        let mut emoticons = Vec::new();
        let lines = table.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
        for (line, number) in lines.filter(|(line, _)| !is_comment(line)) {
            if line.len() > LONGEST_BYTES {
                let message = format!("an emoticon of {} bytes is no emoticon", line.len());
                let hint = format!("write one a line, of up to {LONGEST_BYTES} bytes");
                return Err(Error::data(message)
                    .at(format!("{place}, line {number}"))
                    .hinted(hint));
            }
            emoticons.push(line.to_owned());
        }
        Ok(Self::new(emoticons))
    }

    fn new(mut emoticons: Vec<String>) -> Self {
        let first = |emoticon: &String| emoticon.as_bytes()[0];
        emoticons.sort_by(|left, right| {
            (first(left), right.len(), left).cmp(&(first(right), left.len(), right))
        });
        emoticons.dedup();
        let range = |byte: usize| {
            let start = emoticons.partition_point(|emoticon| usize::from(first(emoticon)) < byte);
            let end = emoticons.partition_point(|emoticon| usize::from(first(emoticon)) <= byte);
            (start, end)
        };
        let ranges: Vec<_> = (0..256).map(range).collect();
        let mut begins = [false; 256];
        for byte in 0..=255_u8 {
            let (start, end) = ranges[usize::from(byte)];
            begins[usize::from(byte)] = start < end || RUNS.contains(&byte) || emoji::begins(byte);
        }
        Symbols { emoticons, ranges, begins }
    }

    /// Puts the byte ranges of emoji and emoticons in `text` into `out`, cleared first.
    ///
    /// # Examples
    /// ```
    /// use malmoi::analyze::korean::symbols::Symbols;
    ///
    /// let (text, mut spans) = ("재밌다^^ 8:3 👨‍👩‍👧", Vec::new());
    /// Symbols::bundled().spans(text, &mut spans);
    /// let found: Vec<&str> = spans.iter().map(|&(start, end)| &text[start..end]).collect();
    /// assert_eq!(found, ["^^", "👨‍👩‍👧"]);
    /// ```
    pub fn spans(&self, text: &str, out: &mut Vec<(usize, usize)>) {
        out.clear();
        let bytes = text.as_bytes();
        let mut position = 0;
        let begins = |&byte: &u8| self.begins[usize::from(byte)];
        while let Some(skipped) = bytes[position..].iter().position(begins) {
            let start = position + skipped;
            position = match self.span_end(text, start) {
                Some(end) => {
                    out.push((start, end));
                    end
                }
                None => start + text[start..].chars().next().map_or(1, char::len_utf8),
            };
        }
    }

    fn span_end(&self, text: &str, start: usize) -> Option<usize> {
        let ends =
            [emoji::end(text, start), self.bracketed_end(text, start), self.face_end(text, start)];
        ends.into_iter().flatten().max()
    }

    /// `(ㅠㅠ)`: brackets around a face belong to it, unless it has brackets of its own.
    fn bracketed_end(&self, text: &str, start: usize) -> Option<usize> {
        let inner = text[start..].strip_prefix('(')?;
        let is_western = inner.starts_with([':', ';', '=']);
        let end = self.face_end(text, start + 1).filter(|_| !is_western)?;
        text[end..].starts_with(')').then_some(end + 1)
    }

    fn face_end(&self, text: &str, start: usize) -> Option<usize> {
        let listed = self.listed_end(text, start);
        let end = listed.max(run_end(text, start))?;
        let is_western = text[start..].starts_with([':', ';', '=']);
        let drops = text[end..].bytes().take_while(|&byte| byte == b';' && !is_western).count();
        Some(end + drops)
    }

    fn listed_end(&self, text: &str, start: usize) -> Option<usize> {
        let (first, last) = self.ranges[usize::from(*text.as_bytes().get(start)?)];
        let found = self.emoticons[first..last].iter().find(|emoticon| {
            text[start..].starts_with(emoticon.as_str())
                && stands_free(text, start, start + emoticon.len())
        });
        found.map(|emoticon| start + emoticon.len())
    }
}

fn is_comment(line: &str) -> bool {
    line.is_empty() || line == "#" || line.starts_with("# ")
}

/// First bytes of the runs below; all letters that stand alone begin with E3.
const RUNS: [u8; 3] = [b'^', b';', 0xe3];

/// `ㅠㅠ`, `ㅡㅡ`, `^^`, `;;`: two and more.
fn run_end(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let members = match rest.chars().next()? {
        'ㅠ' | 'ㅜ' => ['ㅠ', 'ㅜ'],
        one @ ('ㅡ' | '^' | ';') => [one, one],
        _ => return None,
    };
    let length = rest.find(|character| !members.contains(&character)).unwrap_or(rest.len());
    let is_run = rest[..length].chars().nth(1).is_some();
    (is_run && stands_free(text, start, start + length)).then_some(start + length)
}

/// Whether `start..end` is no part of a word, a number, a time or an address.
fn stands_free(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let is_word = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
    let (first, last) = (text[start..end].chars().next(), text[start..end].chars().next_back());
    let ends_in_word = is_word(last);
    let is_western = matches!(first, Some(':' | ';' | '='));
    // `8:)` and `10:00` are numbers, `a:/` and `see:D` words.
    let follows_number = first == Some(':') && before.is_some_and(|c| c.is_ascii_digit());
    let needs_room = is_word(first)
        || first == Some('<')
        || is_western && (ends_in_word || matches!(last, Some('/' | '\\' | '|' | '*' | '$')));
    let opens = is_western && matches!(last, Some('(' | '[' | '{'));
    let touches = is_word(before) && (is_word(after) || needs_room)
        || is_word(after) && (ends_in_word || opens)
        || last == Some('/') && after == Some('/');
    !touches && !follows_number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(text: &str) -> Vec<&str> {
        let mut spans = Vec::new();
        Symbols::bundled().spans(text, &mut spans);
        spans.iter().map(|&(start, end)| &text[start..end]).collect()
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(spans(text), expected, "{text}");
    }

    #[test]
    fn every_listed_emoticon_is_found() {
        for emoticon in &Symbols::bundled().emoticons {
            check(&format!("좋다 {emoticon} 정말"), &[emoticon]);
            check(emoticon, &[emoticon]);
        }
    }

    #[test]
    fn faces_follow_hangul() {
        check("재밌어요^^ 슬퍼ㅠㅠ 뭐야-_-", &["^^", "ㅠㅠ", "-_-"]);
        check("감동ㅠㅜㅜㅠ굿:)아쉽다T_T", &["ㅠㅜㅜㅠ", ":)", "T_T"]);
        check("good^^ thanks:) 10점^^ 10^^", &["^^", ":)", "^^", "^^"]);
    }

    #[test]
    fn runs_and_drops_belong_together() {
        check("참;; 음-_-;; ㅡㅡ; ^^;;; ^^^^", &[";;", "-_-;;", "ㅡㅡ;", "^^;;;", "^^^^"]);
        check("ㅠ ㅡ ^ ;", &[]);
    }

    #[test]
    fn brackets_belong_to_a_face() {
        check("(ㅠㅠ) (^_^) (:)) (참고) (", &["(ㅠㅠ)", "(^_^)", ":)"]);
    }

    #[test]
    fn words_numbers_and_addresses_are_none() {
        check("8:3 10:00 1:3 http://a.b/c;d=(e) c:/dir a:D", &[]);
        check("a-o-b x<30 ratio=(3) OTLs TOTL f(x):(y)", &[]);
        check("3-0-2 it's_'_quoted NOTE:Important", &[]);
    }

    #[test]
    fn known_wrong_results() {
        // A heart and "fewer than three" are written alike.
        check("in <3 days", &["<3"]);
    }

    #[test]
    fn emoji_stay_whole() {
        check("👍🏽좋아요❤️ 👨‍👩‍👧‍👦🇰🇷🇺🇸", &["👍🏽", "❤️", "👨‍👩‍👧‍👦", "🇰🇷", "🇺🇸"]);
        check("1️⃣ #⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ⚡ ☺️ 🏳️‍🌈", &["1️⃣", "#⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "⚡", "☺️", "🏳️‍🌈"]);
        check("12 # ♥ © 한글", &[]);
    }

    #[test]
    fn lines_that_are_too_long_are_named() {
        let error = Symbols::parse(&format!(":)\n{}", "x".repeat(65)), "mine.txt").unwrap_err();
        assert_eq!(error.place(), Some("mine.txt, line 2"));
    }

    proptest! {
        #[test]
        fn spans_rise_and_hold_whole_characters(
            text in prop_oneof![any::<String>(), "[ㅠ^;:()<>_=/TOD13가👍🏽❤🇰\u{200d}\u{fe0f}\u{20e3} -]{0,16}"]
        ) {
            let mut spans = Vec::new();
            Symbols::bundled().spans(&text, &mut spans);
            let mut last = 0;
            for (start, end) in spans {
                prop_assert!(last <= start && start < end);
                prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
                last = end;
            }
        }
    }
}
