//! `malmoi serve` as browsers and programs ask it, over loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::run;

const SETTINGS: &str = r#"
version = 1
default = "sample"

[pipeline.sample.source]
kind = "tsv"
path = "ROOT/corpora/reviews/ko.tsv"
quoting = false

[pipeline.sample.analyze]
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
models = { ko = "sample" }

[pipeline.news.search]

[pipeline.reviews.source]
kind = "tsv"
path = "reviews.tsv"
quoting = false

[pipeline.reviews.search]
"#;

const REVIEWS: &str = "\
id\ttext\tdate\tsource\tlabel
a/1\tA slow burn horror film with a great score\t2026-11-01\tpost\tpositive
b\tThe score was great, the film was not &lt;script&gt;alert(1)&lt;/script&gt;\t2026-11-02\tpost\tnegative
c\tHorror without a plot\t2026-11-03\therald\tnegative
d\tA great score for a great film\t2026-11-04\therald\tpositive
";

/// A project with two indexes and two models, made once.
static PROJECT: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let settings = SETTINGS.replace("ROOT", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(folder.path().join("pipeline.toml"), settings).unwrap();
    std::fs::write(folder.path().join("reviews.tsv"), REVIEWS).unwrap();
    std::fs::create_dir(folder.path().join("reports")).unwrap();
    std::fs::write(folder.path().join("reports/week.html"), "<h1>week</h1>").unwrap();
    for name in ["sample", "news", "reviews"] {
        let (code, _, errors) = run(folder.path(), &["run", name, "-q"]);
        assert_eq!(code, 0, "{errors}");
    }
    folder
});

/// A copy of it that a test may change.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let status =
        Command::new("cp").arg("-r").arg(PROJECT.path().join(".")).arg(folder.path()).status();
    assert!(status.unwrap().success());
    folder
}

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = crate::malmoi(folder, &["serve", "-q"]);
        child.args(arguments);
        if !arguments.contains(&"--listen") {
            child.args(["--listen", "127.0.0.1:0"]);
        }
        let mut command = Command::new(child.get_program());
        command.args(child.get_args()).current_dir(folder).env_remove("MALMOI_SERVE_TOKEN");
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").expect("it says where").to_owned();
        Server { child, address }
    }

    /// Of the project that no test changes.
    fn shared() -> Self {
        Server::start(PROJECT.path(), &[])
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it is listening");
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let mut stream = self.connect();
        // Who refuses a large body reads none of it.
        let _ = stream.write_all(text.as_bytes());
        Answer::read(&mut stream)
    }

    /// Sends SIGTERM; the exit code.
    fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).expect("answers are UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.unwrap(), head: head.to_lowercase(), body: body.to_owned() }
    }

    fn json(&self) -> Value {
        assert!(self.head.contains("content-type: application/json"), "{}", self.head);
        serde_json::from_str(&self.body).expect("it is JSON")
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let json = answer.json();
    let hits = json["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn korean_is_found_and_marked() {
    let server = Server::shared();
    let answer = server.get("/api/v1/search?pipeline=news&q=%EC%8B%9C%EC%9E%A5&top=3");
    let json = answer.json();
    let hit = &json["hits"][0];
    let snippet = hit["snippet"].as_str().unwrap();
    let marked = hit["highlights"][0].as_array().unwrap();
    let place = |number: usize| marked[number].as_u64().unwrap() as usize;
    assert_eq!(&snippet[place(0)..place(1)], "시장");
    let page = server.get("/?pipeline=news&q=%EC%8B%9C%EC%9E%A5");
    assert!(page.body.contains("<mark class=\"hit\">시장</mark>"), "{}", page.body);
    let faster = server.get("/api/v1/search?pipeline=news&q=%EC%8B%9C%EC%9E%A5&snippet=false");
    assert_eq!(ids(&faster)[0], hit["id"].as_str().unwrap());
    assert!(faster.json()["hits"][0].get("snippet").is_none());
}

#[test]
fn filters_and_measures_are_those_of_the_command_line() {
    let server = Server::shared();
    let found = |more: &str| {
        ids(&server.get(&format!("/api/v1/search?pipeline=reviews&q=great+score+film{more}")))
    };
    assert_eq!(found("&source=herald"), ["d"]);
    assert_eq!(found("&label=negative"), ["b"]);
    assert_eq!(found("&since=2026-11-03"), ["d"]);
    assert_eq!(found("&until=2026-11-02"), ["a/1"]);
    assert_eq!(found("&source=nobody"), Vec::<String>::new());
    assert_eq!(found("&measure=jaccard&top=1"), ["d"]);
    let like = server.get("/api/v1/search?pipeline=reviews&like=a%2F1&top=1");
    assert_eq!(ids(&like), ids(&server.get("/api/v1/documents/reviews/a%2F1/neighbors?top=1")));
    let positive = ids(&server.get("/api/v1/search?pipeline=reviews&q=great&sentiment=positive"));
    let negative = ids(&server.get("/api/v1/search?pipeline=reviews&q=great&sentiment=negative"));
    assert!(positive.iter().all(|id| !negative.contains(id)) && !positive.is_empty());
}

#[test]
fn a_document_is_explained_and_escaped() {
    let server = Server::shared();
    let found = server.get("/api/v1/search?pipeline=news&q=%EC%8B%9C%EC%9E%A5");
    let id = ids(&found).remove(0);
    let page = server.get(&format!("/documents/news/{id}"));
    assert!(page.body.contains("rel=\"noreferrer noopener external\""), "{}", page.body);
    assert!(page.body.contains("class=\"up s") && page.body.contains("positive"));
    let json = server.get(&format!("/api/v1/documents/news/{id}")).json();
    assert_eq!(json["sentiment"]["pipeline"], "sample");
    assert!(json["url"].as_str().unwrap().starts_with("http://hanbit.example/"));
    let page = server.get("/documents/reviews/b");
    assert!(!page.body.contains("<script>"), "{}", page.body);
    assert!(page.body.contains("alert"), "{}", page.body);
}

#[test]
fn a_text_is_analysed_by_every_model() {
    let server = Server::shared();
    let json = [("Content-Type", "application/json")];
    let body = r#"{"text": "정말 지루한 영화", "pipeline": "news"}"#;
    let answer = server.ask("POST", "/api/v1/analyse", &json, body).json();
    let models = answer["sentiments"].as_array().unwrap().iter();
    let names: Vec<&str> = models.map(|one| one["pipeline"].as_str().unwrap()).collect();
    assert_eq!(names, ["reviews", "sample"]);
    assert_eq!(answer["similar"]["pipeline"], "news");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let page = server.ask("POST", "/analyse", &form, "text=%3Cb%3Egreat%3C%2Fb%3E&pipeline=");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("&#60;b&#62;great") || page.body.contains("&lt;b&gt;great"));
}

#[test]
fn wrong_requests_are_told_what_is_wrong() {
    let server = Server::shared();
    for (path, status) in [
        ("/api/v1/search?q=a&top=0", 400),
        ("/api/v1/search?q=a&tpo=1", 400),
        ("/api/v1/search?q=a&since=someday", 400),
        ("/api/v1/search?q=a&pipeline=nobody", 404),
        ("/api/v1/search?like=nobody", 404),
        ("/api/v1/documents/reviews/nobody", 404),
        ("/api/v1/nothing", 404),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        let json = answer.json();
        assert!(json["error"].is_string() && json["hint"].is_string(), "{path}: {json}");
        let folder = PROJECT.path().to_str().unwrap();
        assert!(!answer.body.contains(folder), "{path}: {json}");
    }
    let page = server.get("/nothing");
    assert!(page.status == 404 && page.body.contains("<h1>"), "{}", page.body);
    let other = server.ask("DELETE", "/api/v1/search", &[], "");
    assert_eq!((other.status, other.header("allow")), (405, Some("get,head")));
}

#[test]
fn bodies_are_bounded_and_of_the_right_kind() {
    let server = Server::shared();
    let json = [("Content-Type", "application/json")];
    let send = |headers: &[(&str, &str)], body: &str| {
        server.ask("POST", "/api/v1/analyse", headers, body).status
    };
    assert_eq!(send(&json, &"x".repeat(300 << 10)), 413);
    assert_eq!(send(&json, "{"), 400);
    assert_eq!(send(&json, "{}"), 422);
    assert_eq!(send(&json, r#"{"text": "a", "other": 1}"#), 422);
    assert_eq!(send(&json, &format!("{{\"text\": \"{}\"}}", "x".repeat(20_001))), 422);
    assert_eq!(send(&[("Content-Type", "text/plain")], "{}"), 415);
    // A body of unknown length is counted while it comes.
    let mut stream = server.connect();
    let head = "POST /analyse HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 64 << 10, "x".repeat(64 << 10));
    for _ in 0..8 {
        let _ = stream.write_all(chunk.as_bytes());
    }
    let _ = stream.shutdown(std::net::Shutdown::Write);
    assert_eq!(Answer::read(&mut stream).status, 413);
}

#[test]
fn pages_of_other_sites_get_and_send_nothing() {
    let server = Server::shared();
    for host in ["evil.example", "10.0.0.1:7777"] {
        assert_eq!(server.ask("GET", "/api/v1/pipelines", &[("Host", host)], "").status, 403);
    }
    assert_eq!(server.ask("GET", "/", &[("Host", "localhost:1")], "").status, 200);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let send = |path: &str, headers: &[(&str, &str)], body: &str| {
        server.ask("POST", path, &[headers, &[form]].concat(), body).status
    };
    for header in [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        for path in ["/analyse", "/preferences", "/jobs/run", "/login", "/logout"] {
            assert_eq!(send(path, &[header], "text=a"), 403, "{path} {header:?}");
        }
    }
    // A form that changes something needs what the page said.
    assert_eq!(send("/jobs/run", &[("Sec-Fetch-Site", "same-origin")], "job=a&form=b"), 403);
    let page = server.get("/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn others_need_the_token() {
    let folder = PROJECT.path();
    let (code, _, errors) = run(folder, &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("--token-file"), "{errors}");
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("token");
    std::fs::write(&file, "0123456789abcdef\n").unwrap();
    let file = file.to_str().unwrap();
    let mut server = Server::start(folder, &["--listen", "0.0.0.0:0", "--token-file", file]);
    server.address = server.address.replace("0.0.0.0", "127.0.0.1");
    let status =
        |headers: &[(&str, &str)]| server.ask("GET", "/api/v1/pipelines", headers, "").status;
    assert_eq!(status(&[]), 401);
    assert_eq!(status(&[("Authorization", "Bearer wrong")]), 401);
    assert_eq!(status(&[("Authorization", "Bearer 0123456789abcdef")]), 200);
    let page = server.get("/?q=a");
    assert_eq!((page.status, page.header("location")), (303, Some("/login?back=%2f%3fq%3da")));
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/metrics").status, 401);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let wrong = server.ask("POST", "/login", &form, "token=wrong");
    assert!(wrong.status == 401 && wrong.header("set-cookie").is_none());
    let entered = server.ask("POST", "/login", &form, "token=0123456789abcdef&back=//evil.example");
    assert_eq!((entered.status, entered.header("location")), (303, Some("/")));
    let cookie = entered.header("set-cookie").unwrap();
    assert!(cookie.contains("httponly") && cookie.contains("samesite=strict"), "{cookie}");
    assert_eq!(status(&[("Cookie", cookie.split(';').next().unwrap())]), 200);
    let codes: Vec<u16> = (0..12).map(|_| status(&[("Authorization", "Bearer wrong")])).collect();
    assert!(codes.contains(&429), "{codes:?}");
    assert_eq!(status(&[("Authorization", "Bearer 0123456789abcdef")]), 200);
}

#[test]
fn reports_are_shown_in_a_sandbox() {
    let server = Server::shared();
    assert!(server.get("/reports").body.contains("href=\"/reports/week.html\""));
    assert_eq!(server.get("/api/v1/reports").json()["reports"][0]["name"], "week.html");
    let report = server.get("/reports/week.html");
    assert_eq!((report.status, report.body.as_str()), (200, "<h1>week</h1>"));
    let policy = report.header("content-security-policy").unwrap();
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    for path in
        ["/reports/..%2Fpipeline.toml", "/reports/../pipeline.toml", "/reports/%2e%2e/x.html"]
    {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn language_and_colours_are_kept_in_cookies() {
    let server = Server::shared();
    assert!(server.get("/").body.contains("<html lang=\"en\" data-theme=\"system\">"));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let kept = server.ask("POST", "/preferences", &form, "theme=dark&back=%2Fjobs");
    assert_eq!((kept.status, kept.header("location")), (303, Some("/jobs")));
    let cookie = kept.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [("Cookie", cookie.as_str()), ("Accept-Language", "ko-KR,ko;q=0.9")];
    let page = server.ask("GET", "/", &headers, "");
    assert!(page.body.contains("<html lang=\"ko\" data-theme=\"dark\">"), "{}", page.body);
}

#[test]
fn who_sends_slowly_holds_nobody_up() {
    let server = Server::shared();
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    assert_eq!(server.get("/healthz").status, 200);
    let mut rest = Vec::new();
    let ended = slow.read_to_end(&mut rest);
    assert!(ended.is_ok() || ended.is_err_and(|error| error.raw_os_error().is_some()));
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{rest:?}");
}

#[test]
fn too_many_connections_are_told_so() {
    let server = Server::shared();
    let held: Vec<TcpStream> = (0..256).map(|_| server.connect()).collect();
    // The last of them may wait to be accepted for a moment.
    let refused = (0..50).map(|_| server.get("/healthz")).find(|answer| answer.status == 503);
    let refused = refused.expect("one is too many");
    assert_eq!(refused.header("retry-after"), Some("1"));
    drop(held);
    let begun = Instant::now();
    while server.get("/healthz").status == 503 {
        assert!(begun.elapsed() < Duration::from_secs(20), "places are not given back");
    }
}

#[test]
fn a_request_to_end_is_followed() {
    let server = Server::start(PROJECT.path(), &[]);
    // Held open and idle: it is not waited for.
    let _idle = server.connect();
    assert_eq!(server.get("/readyz").json()["status"], "ready");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_is_not_there_is_said_at_the_start() {
    let (code, _, errors) = run(PROJECT.path(), &["serve", "sample", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 1);
    assert!(errors.contains("malmoi index sample"), "{errors}");
    let (code, _, errors) = run(PROJECT.path(), &["serve", "nobody", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 2, "{errors}");
}

/// No request fails while the index is changed, and the change is seen.
#[test]
fn a_new_index_is_taken_over_under_load() {
    let folder = copy();
    let server = Server::start(folder.path(), &["reviews"]);
    let added = folder.path().join("more.tsv");
    std::fs::write(&added, "id\ttext\nz\tgreat great score of a horror film\n").unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let ask = || {
            let mut failed = 0;
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                failed += u32::from(server.get("/api/v1/search?q=great").status != 200);
            }
            failed
        };
        let askers = [scope.spawn(ask), scope.spawn(ask)];
        for _ in 0..3 {
            let path = added.to_str().unwrap();
            let (code, _, errors) = run(folder.path(), &["index", "reviews", "--add", path]);
            assert_eq!(code, 0, "{errors}");
        }
        wait_for(|| ids(&server.get("/api/v1/search?q=great+horror")).contains(&"z".to_owned()));
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(askers.map(|one| one.join().unwrap()), [0, 0]);
    });
}

#[test]
fn a_damaged_index_takes_nobodys_place() {
    let folder = copy();
    let server = Server::start(folder.path(), &["reviews"]);
    let manifest = folder.path().join(".malmoi/reviews/search/manifest.json");
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, b"{").unwrap();
    wait_for(|| server.get("/readyz").json()["status"] == "stale");
    assert!(!ids(&server.get("/api/v1/search?q=great")).is_empty());
    let metrics = server.get("/metrics").body;
    let line = "malmoi_artifact_stale{pipeline=\"reviews\",kind=\"index\"} 1";
    assert!(metrics.contains(line), "{metrics}");
    std::fs::write(&manifest, whole).unwrap();
    wait_for(|| server.get("/readyz").json()["status"] == "ready");
}

#[track_caller]
fn wait_for(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came to be");
        std::thread::sleep(Duration::from_millis(100));
    }
}
