use proptest::prelude::*;

use super::*;

fn read(html: &str, url: &str) -> Metadata {
    metadata(&Page::parse(html), Some(url))
}

/// Title, date and authors of a page.
fn check(html: &str, url: &str, title: &str, date: &str, authors: &[&str]) {
    let found = read(html, url);
    assert_eq!(found.title.as_deref().unwrap_or(""), title);
    assert_eq!(found.date.as_deref().unwrap_or(""), date);
    assert_eq!(found.authors, authors);
}

const KOREAN_TEXT: &str = "<p>바람골 도서관이 오는 23일 다시 문을 연다. 주민 삼백여 명이 책 나르기에 \
    손을 보탰다.</p><p>관장은 “기다려 준 이웃에게 고맙다”고 말했다.</p>";
const ENGLISH_TEXT: &str = "<p>The library of Barley Hill opens again on the 23rd of the month. It was closed \
    for the repair of the roof, and for the want of a door that shuts.</p>";

#[test]
fn a_portal_names_the_newspaper() {
    let html = format!(
        "<html lang=ko><head><title>도서관, 석 달 만에 다시 연다</title>
        <meta property=og:title content='도서관, 석 달 만에 다시 연다'>
        <meta property=og:article:author content='바람골일보 | 포털'>
        <meta name=twitter:site content='포털 뉴스'></head>
        <body><h1><a href=/press/1>바람골일보</a></h1><h2 id=title_area>도서관, 석 달 만에 다시 연다</h2>
        <em>입력</em><span class=datestamp data-date-time='2026-11-23 21:05:12'>2026.11.23. 오후 9:05</span>
        <em>수정</em><span class=datestamp>2026.11.24. 오후 9:05</span><div id=dic_area>{KOREAN_TEXT}</div>"
    );
    let url = "https://n.portal.example/article/1/2";
    check(&html, url, "도서관, 석 달 만에 다시 연다", "2026-11-23T21:05:12+09:00", &["바람골일보"]);
    let signed = html.replace("</div>", "<p>홍길동 기자 hong@baram.kr</p></div>");
    assert_eq!(read(&signed, url).authors, ["홍길동"]);
}

#[test]
fn an_editors_system_writes_labels() {
    let html = format!(
        "<html><head><title>바람골신문 모바일 :: 도서관 다시 연다</title>
        <meta property=og:site_name content=바람골신문>
        <meta property=og:title content='바람골신문 모바일 :: 도서관 다시 연다'></head>
        <body><h2 class=sub_tit>도서관 다시 연다</h2><ul class=infomation><li>기자명 홍길동·김철수 기자</li>
        <li>입력 2026.11.23 09:05</li><li>수정 2026.11.24 10:00</li><li>댓글 0</li></ul>
        <div id=article-view-content-div>{KOREAN_TEXT}</div><p>저작권자 © 바람골신문 무단전재 및 재배포 금지"
    );
    let url = "http://m.baram.example/news/articleView.html?idxno=1";
    check(&html, url, "도서관 다시 연다", "2026-11-23T09:05:00+09:00", &["홍길동", "김철수"]);
}

#[test]
fn an_agency_signs_in_the_first_line() {
    let html = format!(
        "<html lang=ko-KR><head><title>도서관 다시 연다 | 바람통신</title>
        <meta property=og:site_name content=바람통신><meta property='article:published_time' content='2026-11-23T09:05:00Z'>
        </head><body><h1 class=tit>도서관 다시 연다</h1><p class=txt-time>송고시간 2026-11-23 09:05</p>
        <article><p>(바람골=바람통신) 홍길동 특파원 = 바람골 도서관이 다시 문을 연다고 시장이 밝혔다.</p>{KOREAN_TEXT}</article>"
    );
    check(
        &html,
        "https://www.baram.example/view/1",
        "도서관 다시 연다",
        "2026-11-23T09:05:00+09:00",
        &["홍길동"],
    );
}

#[test]
fn a_site_keeps_all_in_scripts() {
    let html = format!(
        "<html lang=ko><head><title>도서관 다시 연다-사회ㅣ바람일보</title><meta property=og:site_name content=바람일보>
        <meta name=author content=바람일보></head><body><div>{KOREAN_TEXT}</div>
        <script>push(\"{{\\\"writerName\\\":\\\"홍길동\\\",\\\"deployDt\\\":\\\"2026.11.23 09:05\\\",
        \\\"paperDate\\\":\\\"2026-11-24\\\"}}\")</script>"
    );
    check(
        &html,
        "https://baram.example/news/A1",
        "도서관 다시 연다",
        "2026-11-23T09:05:00+09:00",
        &["홍길동"],
    );
}

#[test]
fn linked_data_is_believed() {
    let html = format!(
        "<html lang=en><head><title>Barley Hill library opens again - Hill Times</title>
        <meta property=og:title content='A door that shuts'><meta property=og:site_name content='Hill Times'>
        <link rel=canonical href=/2026/11/library><meta property=og:image content='//img.hill.example/1.jpg'>
        <script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Barley Hill library opens again\",
        \"datePublished\":\"2026-11-23T09:05:00-05:00\",\"dateModified\":\"2026-11-24T10:00:00-05:00\",
        \"author\":[{{\"@type\":\"Person\",\"name\":\"Jane Doe\"}},{{\"@type\":\"Person\",\"name\":\"By John Roe\"}}]}}</script>
        </head><body><h1>Barley Hill library opens again</h1>{ENGLISH_TEXT}"
    );
    let url = "https://www.hill.example/2026/11/library?utm=1";
    check(
        &html,
        url,
        "Barley Hill library opens again",
        "2026-11-23T09:05:00-05:00",
        &["Jane Doe", "John Roe"],
    );
    let found = read(&html, url);
    assert_eq!(found.canonical.as_deref(), Some("https://www.hill.example/2026/11/library"));
    assert_eq!(found.image.as_deref(), Some("https://img.hill.example/1.jpg"));
    assert_eq!(found.site.as_deref(), Some("Hill Times"));
    assert_eq!(found.language.as_deref(), Some("en"));
}

#[test]
fn a_blog_has_a_byline_and_a_time() {
    let html = format!(
        "<html><head><title>On doors » Hill Blog</title></head><body><article><h1 class=entry-title>On doors</h1>
        <span class=byline>By <a rel=author href=/jane>Jane Doe</a></span>
        <time class=updated datetime=2026-11-25>25 Nov</time>
        <time class=entry-date datetime='2026-11-23T09:05:00+01:00'>23 Nov</time>{ENGLISH_TEXT}</article>
        <aside><time datetime=2020-01-01>x</time></aside>"
    );
    check(
        &html,
        "https://blog.hill.example/doors",
        "On doors",
        "2026-11-23T09:05:00+01:00",
        &["Jane Doe"],
    );
}

#[test]
fn readers_see_a_date_in_words() {
    let html = format!(
        "<html><head><title>Library opens | Hill Times</title><meta name=author content='Staff Writer'></head><body>
        <h1>Library opens</h1><div class=by>By Jane Doe, Staff Writer</div><div>Updated November 25, 2026 8:00 AM EST</div>
        <div>Published November 23, 2026 9:05 AM EST</div>{ENGLISH_TEXT}"
    );
    check(
        &html,
        "https://hill.example/a",
        "Library opens",
        "2026-11-23T09:05:00-05:00",
        &["Jane Doe"],
    );
}

#[test]
fn an_address_is_the_last_resort() {
    let html = format!("<html><body><h1>Library opens</h1>{ENGLISH_TEXT}");
    check(
        &html,
        "https://hill.example/2026/11/23/library",
        "Library opens",
        "2026-11-23T00:00:00+00:00",
        &[],
    );
}

#[test]
fn a_page_may_lie_or_say_nothing() {
    let html = format!(
        "<html lang=en><link rel=canonical href=https://other.example/><meta property=og:image content='data:image/png,x'>
        <body>{KOREAN_TEXT}"
    );
    let found = read(&html, "https://hill.example/a");
    assert_eq!(found.language.as_deref(), Some("ko"));
    assert_eq!((found.canonical, found.image, found.title), (None, None, None));
    assert_eq!(metadata(&Page::parse(""), None), Metadata::default());
}

#[test]
fn nesting_and_repetition_cost_no_more_than_their_length() {
    for tag in [
        "<h1>",
        "<div class=byline>By ",
        "<time itemprop=datePublished>",
        "<p rel=author>",
        "<title>",
        "<span>2026-11-23 ",
        "<meta name=author content=x>",
        "<script type=application/ld+json>[",
        "<p>기자 ",
        "<p>By</p>",
    ] {
        metadata(&Page::parse(&tag.repeat(50_000)), Some("https://hill.example/"));
    }
}

proptest! {
    #[test]
    fn any_text_is_a_page(html in "(<meta name=author content=|<title>|<h1>|<time>|<script type=application/ld\\+json>|\\{\"@type\":\"Article\",\"headline\":|\"|\\}|<|>|기자|입력|2026-1|1.23 9:05|By |[ -~]|\\PC){0,40}", url: Option<String>) {
        let found = metadata(&Page::parse(&html), url.as_deref());
        prop_assert!(found.title.is_none_or(|title| title.chars().count() <= 500));
        prop_assert!(found.authors.len() <= 20);
    }
}
