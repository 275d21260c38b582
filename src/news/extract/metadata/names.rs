//! A byline → the names of people in it.
//!
//! `[서울=연합뉴스] 홍길동·김철수 기자 a@b.kr =` names two people; a newspaper, a
//! department, an address and the word for reporter are no names.

use std::sync::LazyLock;

use regex::Regex;

use super::clues::tidy;
use super::name_words::WORDS;

/// A name of a person in any script is shorter.
const LONGEST: usize = 60;
/// More people sign no article.
const MOST: usize = 20;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*|https?://\S+|www\.\S+|@\w+|<[^>]*>";
    Regex::new(pattern).expect("the pattern is tested")
});

/// Names in a text that readers see: only what is surely one.
pub(super) fn in_byline(text: &str) -> Vec<String> {
    let text = bare(text);
    match is_korean(&text) {
        true => {
            let named = before_roles(&text);
            if named.is_empty() && text.chars().count() <= 30 { korean(&text) } else { named }
        }
        false => english(&text, false),
    }
}

/// Names in a text that is said to hold them: `홍길동 기자`, `By Jane Doe and John Roe`.
pub(super) fn stated(text: &str) -> Vec<String> {
    let text = bare(text);
    match is_korean(&text) {
        true => Some(before_roles(&text))
            .filter(|names| !names.is_empty())
            .unwrap_or_else(|| korean(&text)),
        false => english(&text, true),
    }
}

/// Names before `기자` and its like alone.
pub(super) fn before_role(text: &str) -> Vec<String> {
    before_roles(&bare(text))
}

/// The same names once each.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if kept.len() < MOST
            && !kept.iter().any(|known| known.to_lowercase() == name.to_lowercase())
        {
            kept.push(name);
        }
    }
    kept
}

/// Without addresses and without `By`.
fn bare(text: &str) -> String {
    let text = tidy(text);
    let text = ADDRESS.replace_all(&text, " ");
    let text = text.trim_matches(|c: char| c.is_whitespace() || "|-–—:·,/".contains(c));
    without_by(text).to_owned()
}

fn without_by(text: &str) -> &str {
    let starts = |by: &&&str| {
        text.get(..by.len()).is_some_and(|start| start.eq_ignore_ascii_case(by))
            && text[by.len()..].starts_with(|c: char| c.is_whitespace() || c == ':')
    };
    match WORDS.by.iter().find(starts) {
        Some(by) => text[by.len()..].trim_start_matches([' ', ':']),
        None => text,
    }
}

fn is_hangul(letter: char) -> bool {
    ('가'..='힣').contains(&letter)
}

fn is_surname(letter: char) -> bool {
    WORDS.surnames.contains(&letter)
}

fn is_korean(text: &str) -> bool {
    text.chars().any(is_hangul)
}

const SEPARATORS: &str = ",·ㆍ•∙・、/&;";

/// Words and the signs between them; what else stands there parts the text.
fn words(text: &str) -> Vec<&str> {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"[\p{L}\p{N}.'’-]+|[,·ㆍ•∙・、/&;]|[^\s\p{L}\p{N}]";
        Regex::new(pattern).expect("the pattern is tested")
    });
    WORDS.find_iter(text).map(|word| word.as_str()).collect()
}

fn is_separator(word: &str) -> bool {
    word.chars().count() == 1 && SEPARATORS.contains(word)
}

/// `홍길동·김철수 기자` and `홍길동기자`, but not `순천, 광양` before them.
fn before_roles(text: &str) -> Vec<String> {
    let words = words(text);
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if WORDS.roles.contains(*word) {
            names.extend(names_before(&words[..at]));
        } else if let Some(name) = word.strip_suffix("기자").filter(|name| is_name(name)) {
            names.push(name.to_owned());
        }
    }
    distinct(names)
}

fn names_before(words: &[&str]) -> Vec<String> {
    let is_modifier = |word: &&str| WORDS.no_names.contains(*word) || WORDS.roles.contains(*word);
    let mut end = words.len() - words.iter().rev().take_while(|word| is_modifier(word)).count();
    let mut names = Vec::new();
    while end > 0 && is_name(words[end - 1]) {
        names.insert(0, words[end - 1].to_owned());
        match end >= 3 && is_separator(words[end - 2]) {
            true => end -= 2,
            false => break,
        }
    }
    names
}

/// A Korean name of two to four syllables.
fn is_name(word: &str) -> bool {
    let length = word.chars().count();
    (2..=4).contains(&length)
        && word.chars().all(is_hangul)
        && word.starts_with(is_surname)
        && !WORDS.no_names.contains(word)
        && !WORDS.roles.contains(word)
        && !is_house(word)
}

/// Whether it is a newspaper, an agency or a department.
pub(super) fn is_house(word: &str) -> bool {
    WORDS.houses.iter().any(|part| word.contains(part))
        || WORDS.house_ends.iter().any(|end| word.ends_with(end))
}

/// `홍길동, 김철수`; also names of people from elsewhere, as `존 스미스`.
fn korean(text: &str) -> Vec<String> {
    let parts =
        text.split(|letter: char| SEPARATORS.contains(letter) || "|()[]=<>".contains(letter));
    let people = parts.filter_map(|part| {
        let words: Vec<&str> = part
            .split_whitespace()
            .filter(|word| {
                !WORDS.roles.contains(*word) && !WORDS.no_names.contains(*word) && !is_house(word)
            })
            .collect();
        let length: usize = words.iter().map(|word| word.chars().count()).sum();
        let is_hangul = words.iter().all(|word| word.chars().all(is_hangul));
        match words.as_slice() {
            [name] if is_hangul && (2..=5).contains(&length) => Some((*name).to_owned()),
            [family, given] if is_hangul && is_family(family) && given.chars().count() <= 2 => {
                Some(format!("{family}{given}"))
            }
            [_, _] | [_, _, _] if is_hangul && (4..=12).contains(&length) => Some(words.join(" ")),
            _ => None,
        }
    });
    distinct(people.collect())
}

fn is_family(word: &str) -> bool {
    word.chars().count() == 1 && word.starts_with(is_surname)
}

/// `Jane Doe, John Roe and Ann Poe | Agency`.
fn english(text: &str, is_stated: bool) -> Vec<String> {
    static AND: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)\s*(?:[,;&]|\s/\s|\band\b|\bwith\b|\bund\b)\s*(?:by\s+)?";
        Regex::new(pattern).expect("the pattern is tested")
    });
    static END: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)\s*(?:[|•·(\[]|\s[-–—]\s|[-–—]{2}|\b(?:for|in|at|from|of|on|published|updated)\s|\b[a-z]{3,}\. )";
        Regex::new(pattern).expect("the pattern is tested")
    });
    let end = END.find(text).map_or(text.len(), |end| match end.as_str().ends_with(". ") {
        true => end.end() - 2,
        false => end.start(),
    });
    let parts = AND.split(&text[..end]);
    let people = parts.map(|part| part.trim_matches(|c: char| !c.is_alphanumeric() && c != '.'));
    let mut names: Vec<String> = Vec::new();
    for part in people {
        match names.last_mut() {
            Some(last) if is_suffix(part) => *last = format!("{last}, {part}"),
            Some(_) if is_degree(part) => {}
            _ if is_western_name(part, is_stated) => {
                names.push(part.trim_end_matches(' ').to_owned())
            }
            _ => {}
        }
    }
    distinct(names)
}

fn is_suffix(part: &str) -> bool {
    ["Jr.", "Jr", "Sr.", "Sr", "III"].contains(&part)
}

/// `MD`, `RDN`, and agencies behind a name.
fn is_degree(part: &str) -> bool {
    let letters = part.chars().filter(|letter| *letter != '.');
    let (count, capitals) = letters.fold((0, 0), |(all, capitals), letter| {
        (all + 1, capitals + usize::from(letter.is_uppercase()))
    });
    count <= 4 && capitals + 1 >= count && capitals >= 2
}

fn is_western_name(part: &str, is_stated: bool) -> bool {
    let words: Vec<&str> = part.split_whitespace().collect();
    let is_office = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        WORDS.offices.contains(word.as_str())
    };
    let is_capital = |word: &&str| {
        WORDS.particles.contains(*word)
            || word.starts_with(|first: char| first.is_uppercase() || !first.is_lowercase())
    };
    let fits =
        part.chars().count() <= LONGEST && part.chars().filter(char::is_ascii_digit).count() == 0;
    let count = if is_stated { 1..=6 } else { 2..=4 };
    let letters = part.chars().filter(|letter| letter.is_alphabetic()).count();
    let is_file = words.len() == 1 && part.trim_end_matches('.').contains('.');
    fits && letters >= 2
        && !is_file
        && !part.to_lowercase().contains("admin")
        && count.contains(&words.len())
        && !words.iter().any(is_office)
        && (words.iter().all(is_capital) || is_stated && words.len() <= 3)
        && !part.contains(['/', '_', '{', '=', '%', ':', '?', '!', '"'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(stated(text), expected, "{text:?}");
    }

    #[test]
    fn korean_bylines_are_read() {
        check("홍길동 기자", &["홍길동"]);
        check("홍길동·김철수 기자", &["홍길동", "김철수"]);
        check("홍길동, 김철수 기자 a@b.kr", &["홍길동", "김철수"]);
        check("홍길동 기자(hong@baram.kr), 김철수 인턴기자", &["홍길동", "김철수"]);
        check("[서울=연합뉴스] 홍길동 기자 =", &["홍길동"]);
        check("바람신문=홍길동 기자", &["홍길동"]);
        check("[부산=바람스포츠 홍길동 기자]", &["홍길동"]);
        check("순천, 광양 홍길동 기자 hong@baram.kr", &["홍길동"]);
        check("홍길동기자", &["홍길동"]);
        check("홍길동 선임 기자", &["홍길동"]);
        check("홍길동 워싱턴 특파원", &["홍길동"]);
        check("By 홍길동", &["홍길동"]);
        check("홍길동,김철수,남궁영희", &["홍길동", "김철수", "남궁영희"]);
        check("정치부 홍길동", &["홍길동"]);
        check("존 스미스", &["존 스미스"]);
        check("홍길동 hong@baram.kr", &["홍길동"]);
    }

    #[test]
    fn houses_and_addresses_are_no_names() {
        for text in [
            "바람일보",
            "바람골뉴스 webmaster@baram.kr",
            "취재 기자",
            "기자",
            "디지털뉴스팀",
            "정치부",
            "a@b.kr",
            "https://www.facebook.com/baram",
            "admin",
            "Staff Writer",
            "Baram News Desk",
            "",
            "12345",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn english_bylines_are_read() {
        check("By Jane Doe", &["Jane Doe"]);
        check("Jane Doe and John Roe", &["Jane Doe", "John Roe"]);
        check("JANE DOE, Baram National Political Writer", &["JANE DOE"]);
        check("Jane Doe | jdoe@baram.example", &["Jane Doe"]);
        check(
            "Written by: Jane M. Doe, John Roe, Jr. & Ann van der Poe",
            &["Jane M. Doe", "John Roe, Jr.", "Ann van der Poe"],
        );
        check("Jane Doe, Senior Reporter, Jane Doe", &["Jane Doe"]);
        check("jane doe", &["jane doe"]);
        check("Jane Doe, MS, Ph.D.", &["Jane Doe"]);
        check("<a href='/x'>Jane O'Doe-Roe</a>", &["Jane O'Doe-Roe"]);
    }

    #[test]
    fn what_readers_see_is_read_strictly() {
        assert_eq!(in_byline("By Jane Doe for the Baram Times"), ["Jane Doe"]);
        assert_eq!(in_byline("입력 2026.11.23 | 홍길동 기자"), ["홍길동"]);
        assert_eq!(in_byline("홍길동"), ["홍길동"]);
        assert!(in_byline("more from this author").is_empty());
        assert!(in_byline("이 기자의 다른 기사 보기").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_may_be_a_byline(text in "(By |기자|홍길동|, | and |@|<|\\PC){0,12}") {
            for name in stated(&text).into_iter().chain(in_byline(&text)) {
                prop_assert!(!name.is_empty());
            }
        }
    }
}
