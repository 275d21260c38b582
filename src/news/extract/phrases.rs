//! Lines that are no part of an article by what they say.

use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashSet;

/// What is known of a line by its words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Unknown,
    /// Boilerplate wherever it stands.
    Boilerplate,
    /// Boilerplate at the end of a body: who wrote it, how to reach them.
    BoilerplateAtEnd,
}

/// Longer lines tell something, whatever phrase they hold.
const LONGEST_LINE: usize = 300;

/// Judges a line.
pub(super) fn judge(line: &str) -> Verdict {
    if line.len() > LONGEST_LINE && line.chars().nth(LONGEST_LINE).is_some() {
        return Verdict::Unknown;
    }
    let line = lower(line);
    let bare = line.trim_matches(|c: char| !(('가'..='힣').contains(&c) || c.is_alphanumeric()));
    let lists = &*LISTS;
    let is_mark = bare.is_empty() && !line.contains('_');
    if is_mark || lists.whole.contains(bare) || lists.starts.is_match(&line) {
        return Verdict::Boilerplate;
    }
    match lists.holds_any.is_match(&line) {
        true if lists.holds.is_match(&line) => Verdict::Boilerplate,
        true => Verdict::BoilerplateAtEnd,
        false => Verdict::Unknown,
    }
}

/// In lower case; a table is asked only for letters that may have one, which Hangul and
/// common marks have not.
fn lower(line: &str) -> String {
    let bytes = line.as_bytes();
    let has_no_case = |at: usize| {
        matches!(
            (bytes[at], bytes.get(at + 1)),
            (..0xC0 | 0xEB..=0xED, _) | (0xEA, Some(0xB0..)) | (0xE2 | 0xE3, Some(0x80))
        )
    };
    match (0..bytes.len()).all(has_no_case) {
        true => line.to_ascii_lowercase(),
        false => line.to_lowercase(),
    }
}

/// Whether the heading `line` stands above comments: `3 comments`, `댓글 3`.
pub(super) fn heads_comments(line: &str) -> bool {
    line.len() <= LONGEST_LINE && LISTS.comments.is_match(&line.to_lowercase())
}

struct Lists {
    whole: FxHashSet<&'static str>,
    starts: Regex,
    /// What may stand anywhere, of both verdicts: one pass for all of it.
    holds_any: Regex,
    holds: Regex,
    comments: Regex,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let table = include_str!("../../../dictionaries/news/boilerplate.txt");
    let of = |kind: &'static str| {
        let lines = table.lines().filter_map(move |line| line.split_once(": "));
        lines.filter(move |(name, _)| *name == kind).map(|(_, phrase)| phrase.trim())
    };
    let any = |kind: &'static str| {
        let phrases: Vec<String> = of(kind).map(regex::escape).collect();
        format!("(?:{})", phrases.join("|"))
    };
    let compiled = |pattern: &str| Regex::new(pattern).expect("escaped phrases are a pattern");
    Lists {
        whole: of("is").collect(),
        starts: compiled(&format!("^{}", any("starts"))),
        holds_any: compiled(&format!("{}|{}", any("holds"), any("end"))),
        holds: compiled(&any("holds")),
        comments: compiled(
            r"^(?:(?:\(?[\d,]+\)? )?(?:comments?|responses?|replies|thoughts on)\b|leave a (?:reply|comment)|(?:전체 ?)?댓글)",
        ),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Verdict) {
        assert_eq!(judge(line), expected, "{line:?}");
    }

    #[test]
    fn lines_are_judged_by_their_words() {
        check("ADVERTISEMENT", Verdict::Boilerplate);
        check("— Share this —", Verdict::Boilerplate);
        check("Read more: Ten facts", Verdict::Boilerplate);
        check("무단 전재 및 재배포 금지", Verdict::Boilerplate);
        check("Follow her on Twitter.", Verdict::BoilerplateAtEnd);
        check("He wants to share this with all.", Verdict::Unknown);
        check("* * *", Verdict::Boilerplate);
    }

    #[test]
    fn letters_of_all_scripts_get_lower() {
        for line in ["AD 광고 “X” 。", "ÄÖ É", "ΑΒ ДА", "Ⓐ Ⅷ Ａ", "Ꙁ Ꜣ", "İ"]
        {
            assert_eq!(lower(line), line.to_lowercase());
        }
    }

    #[test]
    fn comments_have_headings() {
        assert!(heads_comments("34 responses to “A bridge”") && heads_comments("Comments (3)"));
        assert!(heads_comments("댓글 3") && !heads_comments("3 bridges"));
    }

    #[test]
    fn long_lines_tell_something() {
        check(&format!("Photo by Kim. {}", "It was late. ".repeat(40)), Verdict::Unknown);
    }
}
