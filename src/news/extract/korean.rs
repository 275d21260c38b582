//! What Korean papers write around an article: who reports from where, and how to
//! reach them.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// Whether the line only says who wrote the article, or when.
pub(super) fn is_byline(line: &str) -> bool {
    line.len() <= 300
        && (may_name(line) || line.starts_with(|first: char| first.is_ascii_digit()))
        && line.chars().count() <= 100
        && BYLINES.iter().any(|(may_be, pattern)| may_be(line) && pattern.is_match(line))
}

/// The line without `부산=홍길동 기자 a@b.kr` behind its last sentence.
pub(super) fn without_byline(line: &str) -> &str {
    if !may_name(line) || !(line.contains('@') || ROLES.is_match(line)) {
        return line;
    }
    let end = TRAILING.find(line).map_or(line.len(), |found| {
        // The mark that ends the sentence stays.
        found.start() + found.as_str().chars().next().map_or(0, char::len_utf8)
    });
    line[..end].trim_end()
}

/// Whether the line holds Hangul or an address: the patterns are dear.
fn may_name(line: &str) -> bool {
    line.bytes().any(|byte| byte == b'@' || (0xEA..=0xED).contains(&byte))
}

const NAME: &str = r"[가-힣]{2,4}";
const ROLE: &str = r"(?:선임|수석|인턴|객원|전문|취재|사진|수습|영상|디지털)?\s?(?:기자|특파원|논설위원|편집위원|통신원|에디터|앵커|리포터|PD)";
const MAIL: &str = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+";

/// Forms of bylines, each behind a look whether a line may have it.
static BYLINES: LazyLock<Vec<(MayBe, Regex)>> = LazyLock::new(|| {
    let reporter = format!(r"{NAME}\s?(?:·\s?{NAME}\s?)*{ROLE}");
    let forms: [(MayBe, String); 6] = [
        // [부산=]홍길동 기자 a@b.kr, with any brackets
        (|line| ROLES.is_match(line), format!(r"^[\s(\[/<|=·]*(?:[가-힣A-Za-z·,\s]{{1,14}}\s?[=/|]\s?)?(?:[가-힣]{{2,5}}(?:,\s?[가-힣]{{2,5}})*\s)?(?:글|취재|사진|정리)?\s?[/=·]?\s?{reporter}(?:\s?[,·/|]?\s?{reporter})*[\s)\]/>|=·:]*(?:[(\[]?\s?{MAIL}\s?[)\]]?[\s,|/]*)*(?:입력|수정|승인|등록)?[\d\s.:-]*$")),
        (|line| line.contains('@'), format!(r"^[\s(\[|/]*{MAIL}[\s)\]|/]*$")),
        (|line| line.contains('@'), format!(r"^[\s(\[]*{NAME}\s?[(\[]?\s?{MAIL}[\s)\]]*$")),
        (|line| line.starts_with("기자명"), r"^기자명\s.*".to_owned()),
        (|line| line.starts_with(is_hangul), r"^(?:기사\s?)?(?:입력|수정|등록|승인|송고|발행|업데이트)(?:\s?시간|일시?)?\s*[:：]?\s*\d{4}.*$".to_owned()),
        (|line| line.starts_with(|first: char| first.is_ascii_digit()), r"^\d{4}[.년/-]\s?\d{1,2}[.월/-]\s?\d{1,2}[.일]?(?:\s?\(?[월화수목금토일]\)?)?(?:\s?(?:오전|오후)?\s?\d{1,2}:\d{2}(?::\d{2})?)?\s?(?:입력|수정)?$".to_owned()),
    ];
    forms.iter().map(|(may_be, pattern)| (*may_be, compiled(pattern))).collect()
});

/// Classes of Hangul make many states: in the usual memory they are made again and again.
fn compiled(pattern: &str) -> Regex {
    const STATES: usize = 32 << 20;
    RegexBuilder::new(pattern).dfa_size_limit(STATES).build().expect("it is a pattern")
}

type MayBe = fn(&str) -> bool;

static ROLES: LazyLock<Regex> = LazyLock::new(|| Regex::new(ROLE).expect("it is a pattern"));

fn is_hangul(letter: char) -> bool {
    ('가'..='힣').contains(&letter)
}

static TRAILING: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r#"[.”"’'!?]\s*(?:[\[(/<]?\s?(?:[가-힣]{{2,6}}\s?[=/]\s?)?{NAME}\s?{ROLE}\s?[\])>]?\s?[(\[]?\s?(?:{MAIL})?\s?[)\]]?|[(\[]?\s?{MAIL}\s?[)\]]?)\s*$"#
    );
    compiled(&pattern)
});

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: bool) {
        assert_eq!(is_byline(line), expected, "{line:?}");
    }

    #[test]
    fn bylines_are_known_in_their_forms() {
        check("홍길동 기자 hong@example.kr", true);
        check("부산=홍길동 기자 hong@example.kr", true);
        check("(hong@example.kr)", true);
        check("[hong@example.kr]", true);
        check("순천, 광양 홍길동 기자 hong@example.kr", true);
        check("취재 홍길동 기자", true);
        check("입력 2020.08.27 20:27", true);
        check("기자명 홍길동 입력 2020.08.27 댓글 0", true);
        check("홍길동 기자는 어제 부산에 있었다.", false);
        check("그는 기자 회견을 열었다.", false);
    }

    #[test]
    fn bylines_leave_their_sentence() {
        assert_eq!(without_byline("경기가 끝났다.부산=홍길동 기자 h@e.kr"), "경기가 끝났다.");
        assert_eq!(without_byline("경기가 끝났다. /홍길동 기자"), "경기가 끝났다.");
        assert_eq!(without_byline("비가 온다고 했다."), "비가 온다고 했다.");
    }
}
