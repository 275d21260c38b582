use proptest::prelude::*;

use super::*;

/// Long enough for prose.
const FIRST: &str = "The mayor opened the new bridge on Monday, two years later than planned.";
const SECOND: &str = "Hundreds of people came to walk across it, and some of them danced.";
const KOREAN: &str = "시장은 월요일에 새 다리를 열었으며, 예정보다 두 해가 늦었다고 말했다.";

fn extracted(html: &str) -> Result<String, Refusal> {
    extract_body(&Page::parse(html), &BodyParams::default()).map(|body| body.text)
}

/// The body of `<article>` with the two sentences around `inside`.
fn check(inside: &str, expected: &str) {
    let html =
        format!("<nav><a>Home</a></nav><article><p>{FIRST}</p>{inside}<p>{SECOND}</p></article>");
    let expected = [FIRST, expected, SECOND].into_iter().filter(|line| !line.is_empty());
    assert_eq!(extracted(&html), Ok(expected.collect::<Vec<_>>().join("\n")), "{inside:?}");
}

#[test]
fn what_is_no_article_is_left_out() {
    for inside in [
        "<div class=share-bar>Tell your friends about it, on all the networks there are.</div>",
        "<div class='c-newsletter'><p>Every morning in your mailbox, all the news of the day.</p></div>",
        "<figure><img src=a><figcaption>The bridge, seen from the hill.</figcaption></figure>",
        "<div class=image><img src=a><p>The bridge, seen from the hill.</p></div>",
        "<p>Read more: <a href=b>All bridges of the town</a></p>",
        "<p><a href=b>All bridges of the town, and who built them</a></p>",
        "<ul><li><a href=b>All bridges</a><li><a href=b>All towers</a></ul>",
        "<p>ADVERTISEMENT</p>",
        "<p style='display: none'>This is hidden from all who read, for a reason.</p>",
        "<script>var a = 'text';</script>",
    ] {
        check(inside, "");
    }
}

#[test]
fn what_belongs_to_an_article_is_kept() {
    check("<h2>What comes next</h2>", "What comes next");
    check("<blockquote>I am <b>glad</b>.</blockquote>", "I am glad.");
    check("<ul><li>a boat<li>a <a href=b>ship</a></ul>", "a boat\na ship");
    check("<table><tr><td>Length<td>90 m</table>", "Length\n90 m");
    check("<p>It cost more<br>than was planned.", "It cost more\nthan was planned.");
    check("<p>Mr <a href=b>Kim</a> said so.", "Mr Kim said so.");
}

#[test]
fn classes_may_lie_about_what_holds_most_of_the_text() {
    let html = format!("<div class='post has-sidebar share'><p>{FIRST}<p>{SECOND}</div>");
    assert_eq!(extracted(&html), Ok(format!("{FIRST}\n{SECOND}")));
}

#[test]
fn bylines_and_rights_of_korean_papers_are_left_out() {
    let html = format!(
        "<div id=articleBodyContents>입력 2026.11.23 09:05<br>{KOREAN} 그는 기뻐했다.부산=홍길동 기자 h@e.kr<br>\
         김철수 기자 k@e.kr<br>▶ 관련 영상 보기<br>&lt;저작권자 ⓒ 신문, 무단 전재 및 재배포 금지&gt;</div>"
    );
    assert_eq!(extracted(&html), Ok(format!("{KOREAN} 그는 기뻐했다.")));
}

#[test]
fn captions_are_kept_if_they_are_asked_for() {
    let html = format!(
        "<article><p>{FIRST}<figure><figcaption>A bridge.</figcaption></figure><p>{SECOND}"
    );
    let params = BodyParams { captions: true };
    let body = extract_body(&Page::parse(&html), &params).expect("it is an article");
    assert_eq!(body.text, format!("{FIRST}\nA bridge.\n{SECOND}"));
    assert!(body.confidence > 0.5);
}

#[test]
fn a_body_may_stand_in_a_script_alone() {
    let paragraphs: String =
        (0..9).map(|at| format!("\\u003cp\\u003e{at}: {FIRST}\\u003c/p\\u003e")).collect();
    let html =
        format!("<title>Bridge</title><script>f.push([1,\"{paragraphs}\"])</script><p>Loading</p>");
    assert!(
        extracted(&html).is_ok_and(|text| text.starts_with("0: The") && text.lines().count() == 9)
    );
}

#[test]
fn pages_without_an_article_are_refused() {
    assert_eq!(extracted(""), Err(Refusal::Empty));
    assert_eq!(extracted("<h1>Page not found</h1><p>Sorry."), Err(Refusal::NotFound));
    assert_eq!(extracted("<title>Just a moment...</title>"), Err(Refusal::Blocked));
    let consent = "We and our partners store personal data, and use cookies on your device.";
    assert_eq!(extracted(&format!("<p>{consent}<p>{consent}!")), Err(Refusal::Consent));
    assert_eq!(extracted("<p>It is late.<p>Subscribe to continue reading."), Err(Refusal::Paywall));
    let teaser =
        "<h2><a href=b>A bridge is opened</a></h2><p>The mayor came, with many others.</p>";
    assert_eq!(extracted(&format!("<main>{}</main>", teaser.repeat(9))), Err(Refusal::Index));
}

#[test]
fn depth_and_length_are_no_matter() {
    for part in [
        "<div>",
        "<p>a, b. ",
        "<a>x",
        "<li><a>x</a>",
        "<h2>a</h2>b",
        "\"",
        "{\"a\":\"",
        "<span class=hidden>a",
    ] {
        let _ = extracted(&part.repeat(100_000));
        let _ = extracted(&format!("<script>{}</script>", part.repeat(100_000)));
    }
}

proptest! {
    #[test]
    fn any_text_is_accepted(html in "(<|>|/|a|p|div|class=share|h2|script|\"|\\\\|'|&|;| |다\\. |\\PC){0,80}") {
        if let Ok(body) = extract_body(&Page::parse(&html), &BodyParams::default()) {
            prop_assert!((0.0..=1.0).contains(&body.confidence));
            prop_assert!(body.text.lines().all(|line| line == line.trim()));
        }
    }
}
