use super::super::sample;
use super::*;

#[test]
fn hostile_text_stays_text() {
    let page = written(&sample::small());
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("javascript:"));
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("&#60;/style&#62;"), "the text itself is shown");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{7}'));
}

#[test]
fn only_addresses_of_the_web_are_linked_to() {
    let page = written(&sample::small());
    let links: Vec<&str> =
        page.split("href=\"").skip(1).filter_map(|l| l.split('"').next()).collect();
    assert!(links.iter().any(|link| link.starts_with("https://")), "{links:?}");
    assert!(
        links.iter().all(|link| link.starts_with('#') || link.starts_with("https://")),
        "{links:?}"
    );
    assert_eq!(
        page.matches("href=\"https").count(),
        page.matches("rel=\"noreferrer noopener\"").count()
    );
    assert!(!page.contains("src=\"") && !page.contains("style=\""));
}

#[test]
fn twelve_years_are_half_a_megabyte() {
    let page = written(&sample::large());
    assert!(page.len() < 500_000, "{} bytes", page.len());
    assert!(page.len() > 100_000, "all of it is there");
}

#[test]
fn an_empty_report_is_a_page() {
    let page = written(&Facts::default());
    assert!(page.contains("No document of these days.") && page.ends_with("</html>"));
}
