//! The room from its door: text in, text out.

use super::*;

fn cleaner(html: HtmlMode) -> Cleaner {
    Cleaner::open(&CleanParams { html, ..CleanParams::default() }).unwrap()
}

fn rule(pattern: &str, replacement: &str) -> Rule {
    Rule { pattern: pattern.into(), replacement: replacement.into() }
}

#[test]
fn steps_run_in_order_and_show_themselves() {
    let params = CleanParams {
        normalize: Normalization::Nfkc,
        replace: vec![rule("[^a-zA-Z]", " "), rule(" +", " ")],
        ..CleanParams::default()
    };
    let cleaner = Cleaner::open(&params).unwrap();
    let html = "<p>Ｇｏｏｄ&amp;fun<br />10/10 it is";
    let stages = cleaner.stages(html);
    let stages: Vec<_> = stages.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(
        stages,
        [
            ("html", "Ｇｏｏｄ&fun\n10/10 it is"),
            ("normalize", "Good&fun\n10/10 it is"),
            ("replace[0]", "Good fun       it is"),
            ("replace[1]", "Good fun it is"),
        ]
    );
    assert_eq!(cleaner.clean(html), "Good fun it is");
}

#[test]
fn all_problems_are_told_at_once() {
    let params = CleanParams {
        replace: vec![rule("(", ""), rule("a", ""), rule("a", "$x")],
        ..Default::default()
    };
    assert_eq!(params.check().len(), 2);
    assert_eq!(Cleaner::open(&params).err().map(|error| error.also().len()), Some(1));
}

#[test]
fn text_that_needs_no_change_is_borrowed() {
    let params = CleanParams {
        normalize: Normalization::Nfc,
        replace: vec![rule("x", "y")],
        ..CleanParams::default()
    };
    let cleaner = Cleaner::open(&params).unwrap();
    for text in ["", "plain", "I <3 it & you, 5 < 6", "재미있다\n또 보자"] {
        assert!(matches!(cleaner.clean(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn without_html_markup_means_itself() {
    assert_eq!(cleaner(HtmlMode::None).clean(" <b>&amp;\r\n"), " <b>&amp;\r\n");
}

#[test]
fn a_replacement_that_makes_a_text_too_long_is_told() {
    let params =
        CleanParams { replace: vec![rule("x", &"y".repeat(1 << 20))], ..CleanParams::default() };
    let cleaner = Cleaner::open(&params).unwrap();
    assert_eq!(cleaner.try_clean("x").unwrap().len(), 1 << 20);
    let problem = cleaner.try_clean(&"x".repeat(65)).unwrap_err();
    assert_eq!(problem, "`clean.replace[0]` makes the text longer than 64 MB");
    assert_eq!(cleaner.clean(&"x".repeat(65)), "x".repeat(65));
}
