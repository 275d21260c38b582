//! Lines that are no part of an article by what they say.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

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
    if line.chars().nth(LONGEST_LINE).is_some() {
        return Verdict::Unknown;
    }
    let line = line.to_lowercase();
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
    let lists = &*LISTS;
    let starts = |line: &str| lists.starts.iter().any(|start| line.starts_with(start));
    let holds = |phrases: &[&str]| phrases.iter().any(|phrase| line.contains(phrase));
    if (bare.is_empty() && !line.contains('_'))
        || lists.whole.contains_key(bare)
        || starts(&line)
        || holds(&lists.holds)
    {
        Verdict::Boilerplate
    } else if holds(&lists.end) {
        Verdict::BoilerplateAtEnd
    } else {
        Verdict::Unknown
    }
}

struct Lists {
    whole: FxHashMap<&'static str, ()>,
    starts: Vec<&'static str>,
    holds: Vec<&'static str>,
    end: Vec<&'static str>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let table = include_str!("../../../dictionaries/news/boilerplate.txt");
    let of = |kind: &'static str| {
        let lines = table.lines().filter_map(move |line| line.split_once(": "));
        lines.filter(move |(name, _)| *name == kind).map(|(_, phrase)| phrase.trim())
    };
    Lists {
        whole: of("is").map(|phrase| (phrase, ())).collect(),
        starts: of("starts").collect(),
        holds: of("holds").collect(),
        end: of("end").collect(),
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
    fn long_lines_tell_something() {
        check(&format!("Photo by Kim. {}", "It was late. ".repeat(40)), Verdict::Unknown);
    }
}
