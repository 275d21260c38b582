//! The report as a file that somebody opens.

use std::path::PathBuf;

use malmoi::report::facts::Facts;
use malmoi::report::forms::{Form, written};
use serde_json::json;
use tempfile::TempDir;

use super::chromium::{Chromium, file_url};
use super::sample;

/// A browser and a folder with the report as `report.html`.
struct Reader {
    browser: Chromium,
    folder: TempDir,
}

impl Reader {
    fn of(facts: &Facts) -> Option<Self> {
        let browser = Chromium::start()?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut reader = Reader { browser, folder };
        let page = written(Form::Html, facts);
        std::fs::write(reader.path(), page).expect("it is writable");
        reader.open();
        Some(reader)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("보고서 report.html")
    }

    fn open(&mut self) {
        let url = file_url(&self.path());
        self.browser.open(&url);
    }

    /// Asserts that a list in the page is empty, and shows it if not.
    fn none(&mut self, script: &str) {
        assert_eq!(self.browser.evaluate(script), json!([]), "{script}");
    }
}

#[test]
fn a_report_asks_for_nothing_and_complains_of_nothing() {
    for facts in [sample::small(), sample::large()] {
        let Some(mut reader) = Reader::of(&facts) else { return };
        reader
            .browser
            .evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
        let url = file_url(&reader.path());
        assert_eq!(reader.browser.requests(), [url]);
        assert_eq!(reader.browser.complaints(), [""; 0]);
    }
}

#[test]
fn what_is_slipped_in_neither_loads_nor_paints() {
    let Some(mut reader) = Reader::of(&sample::small()) else { return };
    let browser = &mut reader.browser;
    browser.evaluate(
        "document.body.insertAdjacentHTML('beforeend', \
         '<p id=x style=\"color:red\">x<img src=\"http://127.0.0.1:9/x.png\">')",
    );
    let colour = browser.evaluate("getComputedStyle(document.getElementById('x')).color");
    assert_ne!(colour, "rgb(255, 0, 0)");
    let complaints = browser.complaints().join("\n");
    assert!(complaints.contains("style") && complaints.contains("x.png"), "{complaints}");
}

#[test]
fn hostile_text_made_no_elements() {
    let Some(mut reader) = Reader::of(&sample::small()) else { return };
    reader.none(
        "[...document.querySelectorAll('script, img, iframe, object, form')].map(e => e.outerHTML)",
    );
    reader.none(
        "[...document.links].map(a => a.getAttribute('href')).filter(h => !/^(#|https?:)/.test(h))",
    );
    reader.none(
        "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => \
         a.name.startsWith('on'))).map(e => e.outerHTML)",
    );
    let shown = reader.browser.evaluate("document.body.innerText.includes(\"<script>alert('x')\")");
    assert_eq!(shown, true);
}

#[test]
fn nothing_is_wider_than_the_page() {
    for facts in [sample::small(), sample::large()] {
        let Some(mut reader) = Reader::of(&facts) else { return };
        for width in [320, 360, 1280] {
            reader.browser.resize(width, 800);
            reader
                .browser
                .evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
            let wide = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .unseen, svg') \
                && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))";
            reader.none(wide);
            let scrolled = reader.browser.evaluate("document.scrollingElement.scrollWidth");
            assert_eq!(scrolled, width, "at {width}");
        }
    }
}

#[test]
fn what_is_most_important_needs_no_scrolling_at_360() {
    let Some(mut reader) = Reader::of(&sample::large()) else { return };
    reader.browser.resize(360, 800);
    reader.none(
        "[...document.querySelectorAll('.counts')].map(t => t.parentElement).filter(e => \
         e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map(e => e.innerText.slice(0, 99))",
    );
    // Letters of charts keep their size.
    reader.none(
        "[...document.querySelectorAll('.chart text')].filter(e => e.checkVisibility()).map(e => \
         parseFloat(getComputedStyle(e).fontSize)).filter(size => size < 11)",
    );
    // Names along the bottom do not touch.
    reader.none(
        "[...document.querySelectorAll('.plot')].flatMap(plot => { const boxes = \
         [...plot.querySelectorAll('g text')].map(e => e.getBoundingClientRect()).filter(b => b.width); \
         return boxes.slice(1).filter((b, i) => b.left < boxes[i].right + 4).map(b => b.left); })",
    );
}

#[test]
fn dark_and_light_are_both_legible() {
    let Some(mut reader) = Reader::of(&sample::small()) else { return };
    let colours =
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]";
    let mut seen = Vec::new();
    for is_dark in [false, true] {
        reader.browser.prefer_dark(is_dark);
        let contrast = reader.browser.evaluate(&format!(
            "(() => {{ {LUMINANCE} \
            const [a, b] = {colours}.map(luminance); \
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }})()"
        ));
        assert!(contrast.as_f64().expect("a number") >= 7.0, "{is_dark}: {contrast}");
        seen.push(reader.browser.evaluate(colours));
    }
    assert_ne!(seen[0], seen[1]);
}

/// WCAG 2.2, relative luminance.
const LUMINANCE: &str = "const luminance = colour => { const [r, g, b] = \
    colour.match(/\\d+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); \
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };";

#[test]
fn it_is_printed_light_and_on_several_pages_of_a4() {
    let Some(mut reader) = Reader::of(&sample::small()) else { return };
    reader.browser.prefer_dark(true);
    let pdf = reader.browser.pdf();
    assert!(pdf.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&pdf);
    let pages = text.matches("/Type /Page\n").count();
    assert!((3..20).contains(&pages), "{pages} pages");
    let sizes = text.matches("/MediaBox [0 0 594.95996 841.91998]").count();
    assert_eq!(sizes, pages, "A4");
}

#[test]
fn the_page_has_a_shape_for_who_does_not_see_it() {
    let Some(mut reader) = Reader::of(&sample::small()) else { return };
    let page = &mut reader;
    for landmark in ["main", "nav[aria-label]", "body > header", "body > footer", "h1"] {
        let number =
            page.browser.evaluate(&format!("document.querySelectorAll('{landmark}').length"));
        assert_eq!(number, 1, "{landmark}");
    }
    page.none(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1]).filter((level, i, all) => \
         level > (all[i - 1] ?? 0) + 1)",
    );
    page.none("[...document.querySelectorAll('table')].filter(t => !t.caption || !t.caption.textContent.trim()).map(t => t.outerHTML)");
    page.none("[...document.querySelectorAll('th')].filter(h => !h.scope).map(h => h.outerHTML)");
    page.none(
        "[...document.querySelectorAll('svg[role=img]')].filter(s => s.getAttribute('aria-labelledby') \
         .split(' ').some(id => !document.getElementById(id)?.textContent.trim())).map(s => s.outerHTML)",
    );
    page.none("[...document.querySelectorAll('blockquote')].filter(q => /[가-힣]{8}/.test(q.innerText.replaceAll(' ', '')) && q.lang != 'ko' && !/[a-z]{4}/.test(q.innerText)).map(q => q.outerHTML)");
    page.none("[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) != i)");
    page.none("[...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.hash)).map(a => a.hash)");
}

#[test]
fn the_keyboard_skips_to_the_report() {
    let Some(mut reader) = Reader::of(&sample::small()) else { return };
    let browser = &mut reader.browser;
    browser.press("Tab");
    assert_eq!(browser.evaluate("document.activeElement.className"), "skip");
    assert_eq!(browser.evaluate("document.activeElement.getBoundingClientRect().top >= 0"), true);
    browser.press("Enter");
    browser.wait_for("document.activeElement.id == 'main'");
}

/// With `MALMOI_SCREENSHOTS=FOLDER`, pictures and the PDF for somebody to look at.
#[test]
fn pictures_are_made_on_request() {
    let Some(folder) = std::env::var_os("MALMOI_SCREENSHOTS").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for (name, facts) in [("small", sample::small()), ("large", sample::large())] {
        let Some(mut reader) = Reader::of(&facts) else { return };
        for (width, is_dark) in [(360, false), (360, true), (1280, false), (1280, true)] {
            reader.browser.resize(width, 800);
            reader.browser.prefer_dark(is_dark);
            let picture = reader.browser.screenshot();
            assert!(picture.starts_with(b"\x89PNG"));
            let dark = if is_dark { "dark" } else { "light" };
            let path = folder.join(format!("report-{name}-{width}-{dark}.png"));
            std::fs::write(path, picture).expect("it is writable");
        }
        let path = folder.join(format!("report-{name}.pdf"));
        std::fs::write(path, reader.browser.pdf()).expect("it is writable");
    }
}
