//! Both modes against examples, and against html5ever on made-up text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::*;

use super::*;

fn check(mode: HtmlMode, html: &str, expected: &str) {
    assert_eq!(strip(html, mode), expected, "{html:?}");
}

#[test]
fn breaks_and_blocks_become_one_newline() {
    let check = |html, expected| check(HtmlMode::Newlines, html, expected);
    check("a.<br /><br /> B <BR>\n<br/>c", "a.\nB\nc");
    check("<div>\n  <p>a</p>\n  <p>b <b>c</b>d</p>&nbsp;<hr></div>\n", "a\nb cd");
    check("<ul><li>a<li>b</ul><table><tr><td>1<td>2</table>", "a\nb\n1\n2");
    check("<h1>a</h1>b<blockquote>c</blockquote>d</br>e", "a\nb\nc\nd\ne");
    check("a\n\nb\rc\r\nd", "a\n\nb\nc\nd");
    check(" <br> ", "");
}

#[test]
fn what_is_not_shown_is_dropped() {
    let check = |html, expected| check(HtmlMode::Newlines, html, expected);
    check("a<script>b<p></script>c<style>d</style><!-- e --><noscript>f</noscript>g", "acg");
    check("a<template>b<template>c</template>d<br></template>e</template>f", "aef");
    check("a\0<iframe>b</iframe><xmp><i>\0</xmp>", "a\n<i>");
    check("<title>T&amp;<b></title>a", "T&<b>\na");
}

#[test]
fn entities_are_decoded_once() {
    check(HtmlMode::Newlines, "&lt;b&gt; &amp;lt; &#8217;", "<b> &lt; ’");
}

#[test]
fn get_text_glues_words_at_breaks() {
    let check = |html, expected| check(HtmlMode::GetText, html, expected);
    check(" a.<br /><br />B &#32;<br> ", "a.B   ");
    check("&#32;&Tab; a<br> b", "a b");
    check("<br> a\r\nb", " a\nb");
    check("\0 a\0", " a");
    check(" AT&T <3 ", "AT&T <3 ");
}

#[test]
fn get_text_of_a_hostile_page_keeps_its_text() {
    let html = "<div>".repeat(30_000) + "a&amp;<script>b</script>";
    check(HtmlMode::GetText, &html, "a&b");
}

#[test]
fn plain_text_is_borrowed() {
    for text in ["plain", "1 < 2 & 3 <3"] {
        for mode in [HtmlMode::Newlines, HtmlMode::GetText, HtmlMode::None] {
            assert!(matches!(strip(text, mode), Cow::Borrowed(_)), "{text}");
        }
    }
}

#[test]
fn long_hostile_text_takes_linear_time() {
    for part in ["<", "&", "<!--", "</script", "<script>", "<a b='", "&#", "<br>", " <p> ", "--!"] {
        let html = part.repeat((1 << 20) / part.len());
        strip(&html, HtmlMode::Newlines);
    }
}

/// The tokens of html5ever, made into lines in the same way as the pieces are.
#[derive(Default)]
struct TokenLines {
    lines: RefCell<Option<Lines>>,
    skipped: RefCell<Vec<String>>,
}

impl TokenSink for TokenLines {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut lines = self.lines.borrow_mut();
        let lines = lines.get_or_insert_with(|| Lines::with_capacity(0));
        let mut skipped = self.skipped.borrow_mut();
        match token {
            Token::CharacterTokens(text) if skipped.is_empty() => lines.text().push_str(&text),
            Token::TagToken(tag) => {
                let name = tag.name.to_string();
                let raw = match &*name {
                    "title" | "textarea" => Some(Rcdata),
                    "style" | "noscript" | "iframe" | "xmp" => Some(Rawtext),
                    "script" => Some(ScriptData),
                    _ => None,
                };
                let is_hidden =
                    matches!(&*name, "style" | "noscript" | "iframe" | "script" | "template");
                if tag.kind == TagKind::EndTag && skipped.last() == Some(&name) {
                    skipped.pop();
                } else if tag.kind == TagKind::StartTag && is_hidden {
                    skipped.push(name);
                } else if skipped.is_empty() && breaks_line(&name) {
                    lines.end_line();
                }
                match raw {
                    Some(kind) if tag.kind == TagKind::StartTag => {
                        return TokenSinkResult::RawData(kind);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn lines_of_tokens(html: &str) -> String {
    let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let tokenizer = Tokenizer::new(TokenLines::default(), options);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let lines = tokenizer.sink.lines.take();
    lines.map(Lines::finish).unwrap_or_default()
}

/// Breaks, references with and without semicolon, strays, blanks, CR, NUL.
fn review() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "<br>", "<br />", "<BR/>", "<br\n>", "<br /", "<brr>", "<", "< ", "<3", "</", "</>",
            "&", "&amp;", "&lt", "&gt;", "&nbsp;", "&notit;", "&copyx", "&bogus;", "&#39;",
            "&#x80", "&#0;", "&#13;", "&#32;", "&#", "&#x", "&Tab;", ";", " ", "\n", "\r", "\r\n",
            "\t", "\u{c}", "\u{b}", "\0", "\u{feff}", "\u{a0}", "\u{2028}", "a", "한글", "é",
        ])
        .prop_map(String::from),
        "\\PC{0,3}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// Reviews between tags of all kinds.
fn page() -> impl Strategy<Value = String> {
    let tag = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<div a='>'>",
        "<b>",
        "</b>",
        "<td>",
        "<a b=c / d>",
        "<a =\">",
        "<script>",
        "</script>",
        "<style>",
        "</style >",
        "<title>",
        "</title/>",
        "<textarea>",
        "</textarea>",
        "<xmp>",
        "</xmp>",
        "<noscript>",
        "</noscript>",
        "<template>",
        "</template>",
        "<iframe>",
        "</iframe>",
        "<!doctype html>",
        "<?php ?>",
        "<!-->",
        "<!-- a -->",
        "<!--",
        "--!>",
        "-->",
    ]);
    prop::collection::vec((review(), tag), 0..6)
        .prop_map(|parts| parts.into_iter().map(|(text, tag)| text + tag).collect())
}

/// A NUL in a tag's name or a title is shown as U+FFFD there and dropped here;
/// a comment in a script may hide the script's end, see `markup.rs`.
fn is_comparable(html: &str) -> bool {
    !(html.contains('\0') || html.contains("<script") && html.contains("<!--"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn breaks_alone_need_no_tree(html in review()) {
        prop_assert_eq!(strip(&html, HtmlMode::GetText), tree_text(&html).unwrap());
    }

    #[test]
    fn lines_of_reviews_equal_html5ever(html in review()) {
        prop_assert_eq!(strip(&html, HtmlMode::Newlines), lines_of_tokens(&html));
    }

    #[test]
    fn lines_of_pages_equal_html5ever(html in page().prop_filter("see above", |html| is_comparable(html))) {
        prop_assert_eq!(strip(&html, HtmlMode::Newlines), lines_of_tokens(&html));
    }

    #[test]
    fn any_text_is_accepted(html in "[<>/!&#;a-c'\"= \\-\\x00\\r\\n가]{0,40}") {
        for mode in [HtmlMode::Newlines, HtmlMode::GetText, HtmlMode::None] {
            strip(&html, mode);
        }
    }

    #[test]
    fn no_tag_is_left(text in "[a-z ]{0,8}", name in "[a-z]{1,6}", attribute in "[a-z=' ]{0,6}") {
        let tag = format!("<{name} {}>", attribute.replace('\'', ""));
        let raw = ["xmp", "title", "textarea", "plaintext"].contains(&&*name);
        prop_assume!(!raw);
        let html = format!("{text}{tag}{text}</{name}>");
        let stripped = strip(&html, HtmlMode::Newlines);
        prop_assert!(!stripped.contains(['<', '>']), "{}", stripped);
    }
}
