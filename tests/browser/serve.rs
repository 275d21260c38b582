//! The web page as somebody uses it: searches, opens an article, asks for an analysis.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::chromium::Chromium;

const SETTINGS: &str = r#"
version = 1
default = "sample-ko"

[pipeline.sample-ko.source]
kind = "tsv"
path = "ROOT/corpora/reviews/ko.tsv"
quoting = false

[pipeline.sample-ko.analyze]
analyzer = "char"

[pipeline.news.source]
kind = "news"
path = "news.db"
site = "ROOT/corpora/news"
feeds = ["http://hanbit.example/feed.xml", "http://harbourpost.example/sitemap.xml"]

[pipeline.news.crawl]
delay = 0

[pipeline.news.analyze]
analyzer = "char"

[pipeline.news.vectorize]
ngram_range = [2, 4]

[pipeline.news.score]
models = { ko = "sample-ko" }

[pipeline.news.search]

[schedule.job.morning]
cron = "0 7 * * *"
run = ["report news --since 2026-01-01 --output {output}/"]
deliver = [{ folder = "reports" }]
"#;

/// A project, its server and a browser that looks at it.
struct Visitor {
    browser: Chromium,
    server: Child,
    address: String,
    _folder: TempDir,
}

impl Visitor {
    fn come() -> Option<Self> {
        let browser = Chromium::start()?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let settings = SETTINGS.replace("ROOT", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(folder.path().join("pipeline.toml"), settings).expect("it is writable");
        for name in ["sample-ko", "news"] {
            let ran = malmoi(folder.path(), &["run", name, "-q"]).output().expect("it starts");
            assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        }
        let mut server = malmoi(folder.path(), &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut address = String::new();
        let output = server.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut address).expect("it says where it is");
        let address = address.trim().to_owned();
        Some(Visitor { browser, server, address, _folder: folder })
    }

    fn open(&mut self, path: &str) {
        self.browser.open(&format!("{}{path}", self.address));
    }

    /// Does something that leads to another page, and waits for that.
    fn go(&mut self, act: impl FnOnce(&mut Chromium)) {
        self.browser.evaluate("window.isOld = true");
        act(&mut self.browser);
        self.browser.wait_for("!window.isOld && document.readyState == 'complete'");
    }

    fn text(&mut self) -> String {
        let text = self.browser.evaluate("document.querySelector('main').innerText");
        text.as_str().expect("it is text").to_owned()
    }

    fn fits(&mut self) {
        for width in [360, 1280] {
            self.browser.resize(width, 800);
            let scrolled = self.browser.evaluate("document.scrollingElement.scrollWidth");
            assert_eq!(scrolled, width, "at {width}");
        }
        assert_eq!(self.browser.complaints(), [""; 0]);
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn malmoi(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
    let ours = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("MALMOI_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    // No dictionary, whatever the developer has installed.
    command.env("MALMOI_DATA_DIR", folder.join("data"));
    command.current_dir(folder).args(arguments);
    command
}

#[test]
fn a_visitor_searches_in_korean_and_opens_what_was_found() {
    let Some(mut visitor) = Visitor::come() else { return };
    visitor.open("/");
    visitor.fits();
    visitor.browser.click("#q");
    visitor.go(|browser| {
        browser.type_text("새벽 시장");
        browser.press("Enter");
    });
    let first = visitor.browser.evaluate("document.querySelector('main mark').innerText");
    assert!("새벽 시장".contains(first.as_str().unwrap()), "{first} is marked");
    visitor.fits();
    visitor.go(|browser| {
        browser.evaluate("document.querySelector('main a[href^=\"/documents/\"]').click()");
    });
    let text = visitor.text();
    assert!(text.starts_with("새벽 시장에 다시 켜진 등불"), "{text}");
    assert!(text.contains("강나루시장 골목에 등불이"), "{text}");
    let marks = visitor.browser.evaluate("document.querySelectorAll('.body mark').length");
    assert!(marks.as_u64() > Some(2), "{marks} words explain the label");
    let others = "document.querySelectorAll('main a[href^=\"/documents/\"]').length";
    assert!(visitor.browser.evaluate(others).as_u64() > Some(2), "neighbours are missing");
    visitor.fits();
    // `data:` is an icon of the browser's own date field.
    let foreign = |url: &String| !url.starts_with(&visitor.address) && !url.starts_with("data:");
    let requests = visitor.browser.requests();
    assert!(!requests.iter().any(foreign), "{requests:?}");
}

#[test]
fn a_visitor_has_a_text_analysed() {
    let Some(mut visitor) = Visitor::come() else { return };
    visitor.open("/analyse");
    visitor.browser.click("#text");
    visitor.go(|browser| {
        browser.type_text("지루하고 결말이 허무하다 <script>alert(1)</script>");
        browser.evaluate("document.querySelector('form.analyse button').click()");
    });
    let text = visitor.text();
    assert!(text.contains("negative") && text.contains("malmoi dictionary install"), "{text}");
    let kept = visitor.browser.evaluate("document.querySelector('#text').value");
    assert_eq!(kept, "지루하고 결말이 허무하다 <script>alert(1)</script>");
    assert_eq!(visitor.browser.evaluate("document.scripts.length"), 0);
    visitor.fits();
}

#[test]
fn a_visitor_turns_the_light_off() {
    let Some(mut visitor) = Visitor::come() else { return };
    visitor.open("/");
    let paper = "getComputedStyle(document.body).backgroundColor";
    let light = visitor.browser.evaluate(paper);
    visitor.go(|browser| browser.click("button[name=theme][value=dark]"));
    let dark = visitor.browser.evaluate(paper);
    assert_ne!(light, dark);
    // It is kept for the next page, whatever the system prefers.
    visitor.open("/analyse");
    assert_eq!(visitor.browser.evaluate(paper), dark);
    visitor.go(|browser| browser.click("button[name=language][value=ko]"));
    assert_eq!(visitor.browser.evaluate("document.documentElement.lang"), "ko");
}

#[test]
fn a_visitor_runs_a_job_and_prints_its_report() {
    let Some(mut visitor) = Visitor::come() else { return };
    visitor.open("/jobs");
    assert!(visitor.text().contains("0 7 * * * (Asia/Seoul)"));
    visitor.go(|browser| browser.click("section.card button"));
    // The page does not renew itself.
    let begun = std::time::Instant::now();
    while !visitor.text().contains("done") {
        assert!(begun.elapsed().as_secs() < 60, "{}", visitor.text());
        assert!(!visitor.text().contains("failed"), "{}", visitor.text());
        std::thread::sleep(std::time::Duration::from_millis(200));
        visitor.open("/jobs");
    }
    visitor.fits();
    visitor.open("/reports");
    let report = visitor.browser.evaluate(
        "[...document.links].map(a => a.getAttribute('href')).find(h => h.endsWith('news.html'))",
    );
    visitor.open(report.as_str().expect("the report is listed"));
    let heading = visitor.browser.evaluate("document.querySelector('h1').innerText");
    assert!(heading.as_str().unwrap().starts_with("news"), "{heading}");
    assert!(visitor.browser.pdf().starts_with(b"%PDF"));
}
