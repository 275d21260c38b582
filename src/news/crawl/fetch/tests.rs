//! Every fault is survived, in time, with its reason; the next request is not harmed.

use std::io::Write;
use std::net::TcpListener;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::fault_server::{Act, FaultServer, answer, page};
use super::*;

const HTML: &str = "Content-Type: text/html";
/// 64 MiB of blanks, packed by brotli into 106 bytes.
const BROTLI_BOMB: &str = "cbffff3ff82540e2b14020f7fe8fffff7ff04b00c4611180eefd1fffffffe0970088c\
    30200ddfb3ffeffffc12f0110870500baf77ffcffff835f02200e0b0074effff8ffff07bf04401c1600e8defff1ff\
    ff0f7e0980382c00d0bdffcbffff3ffc1200715800a07bff07";
/// `<html>한글 page</html>`
const BROTLI_PAGE: &str = "8b0b803c68746d6c3eed959ceab88020706167653c2f68746d6c3e03";

/// The server is allowed by name; no test waits as long as this fetcher does.
fn fetcher(server: &FaultServer) -> Fetcher {
    fetcher_within(server, 20.0)
}

fn fetcher_within(server: &FaultServer, timeout: f64) -> Fetcher {
    let params = CrawlParams {
        timeout,
        max_size: 1,
        allow_private: vec![server.host()],
        ..CrawlParams::default()
    };
    Fetcher::new(&params).unwrap()
}

fn get(fetcher: &Fetcher, url: &str) -> Fetched {
    fetcher.get(&Url::parse(url).unwrap(), &Validators::default())
}

/// How a request to a server that does this ends: a reason, or the status and the length.
fn outcome(act: Act) -> String {
    outcome_within(act, 20.0)
}

fn outcome_within(act: Act, timeout: f64) -> String {
    let good = page("<p>good</p>");
    let server =
        FaultServer::new(move |head, _| if asks(head, "/") { act.clone() } else { good.clone() });
    let outcome = told(&get(&fetcher_within(&server, timeout), &server.url("/")));
    assert_eq!(told(&get(&fetcher(&server), &server.url("/good"))), "200 11", "after {outcome}");
    outcome
}

fn asks(head: &str, path: &str) -> bool {
    head.starts_with(&format!("GET {path} "))
}

fn told(fetched: &Fetched) -> String {
    match fetched {
        Fetched::New(answer) => format!("{} {}", answer.status, answer.body.len()),
        Fetched::NotModified => "not modified".to_owned(),
        Fetched::Gone => "gone".to_owned(),
        Fetched::Moved(url) => format!("moved to {url}"),
        Fetched::Failed { code, .. } => code.to_string(),
    }
}

fn raw(text: &str) -> Act {
    Act::Send(text.as_bytes().to_vec())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn hexadecimal(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn packed(encoding: &str, body: &[u8]) -> Act {
    answer(&format!("200 OK\r\n{HTML}\r\nContent-Encoding: {encoding}"), body)
}

#[test]
fn connections_that_break_are_told() {
    for (act, expected) in [
        (Act::Reset(vec![]), "connection-broken"),
        (Act::Send(vec![]), "connection-broken"),
        (raw("HTTP/1.1 200 OK\r\nContent-"), "connection-broken"),
        (raw("SSH-2.0-OpenSSH_9.6\r\n"), "bad-answer"),
        (raw("HTTP/1.1 999999 OK\r\n\r\n"), "bad-answer"),
        (raw(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(2 << 20))), "bad-answer"),
        (raw(&format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(5000))), "bad-answer"),
    ] {
        let name = format!("{act:?}");
        assert_eq!(outcome(act), expected, "{}", &name[..name.len().min(100)]);
    }
}

#[test]
fn half_a_body_is_no_page() {
    let half = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Length: 100\r\n\r\n<p>half</p>");
    let chunks = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let more = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Length: 4\r\n\r\n<p>more</p>");
    let page = gzip("<p>page</p>".repeat(1000).as_bytes());
    for (act, expected) in [
        (raw(&half), "truncated"),
        (Act::Reset(half.into_bytes()), "truncated or broken"),
        (raw(&format!("{chunks}5\r\n<p>ha\r\n")), "truncated"),
        (raw(&format!("{chunks}zz\r\n<p>ha\r\n0\r\n\r\n")), "truncated"),
        (raw(&format!("{chunks}3\r\n<p>\r\n0\r\n\r\n")), "200 3"),
        (packed("gzip", &page), "200 11000"),
        (packed("gzip", &page[..page.len() / 2]), "truncated"),
        (packed("br", &hexadecimal(BROTLI_PAGE)), "200 24"),
        (packed("br", &hexadecimal(&BROTLI_PAGE[..20])), "truncated"),
        (packed("br", b"<p>no brotli</p>"), "truncated"),
        (packed("zstd", b"(\xb5/\xfd"), "bad-encoding"),
        (answer(&format!("206 Partial Content\r\n{HTML}"), b"<p>"), "truncated"),
        // What is sent beyond the announced length belongs to no answer; browsers and
        // everybody else show the four bytes, too.
        (raw(&more), "200 4"),
    ] {
        let outcome = outcome(act);
        let fits = outcome == expected
            // A reset may overtake what was sent before it.
            || expected == "truncated or broken"
                && ["truncated", "connection-broken"].contains(&outcome.as_str());
        assert!(fits, "{outcome} instead of {expected}");
    }
}

#[test]
fn nothing_waits_for_ever() {
    let head = format!("HTTP/1.1 200 OK\r\n{HTML}\r\n");
    let start = format!("{head}\r\n<p>").into_bytes();
    let pause = Duration::from_millis(20);
    for act in [
        Act::Hang(vec![]),
        Act::Hang(head.clone().into_bytes()),
        Act::Hang(start.clone()),
        Act::Drip(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), b"x".to_vec(), pause),
        Act::Drip(start.clone(), b"x".to_vec(), pause),
    ] {
        let started = Instant::now();
        assert_eq!(outcome_within(act, 0.3), "timeout");
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}

#[test]
fn nothing_grows_without_end() {
    let chunked = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let plain = format!("HTTP/1.1 200 OK\r\n{HTML}\r\n\r\n");
    let announced = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Length: 99999999999\r\n\r\n<p>");
    let redirects = "HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n";
    let bomb = gzip(&vec![b' '; 64 << 20]);
    for (act, expected) in [
        (Act::Endless(plain.into_bytes(), vec![b'x'; 65536]), "too-large"),
        (
            Act::Endless(chunked.into_bytes(), [b"1000\r\n", &[b'x'; 4096][..], b"\r\n"].concat()),
            "too-large",
        ),
        (Act::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(100)), "bad-answer"),
        (Act::Endless(redirects.as_bytes().to_vec(), vec![b'x'; 65536]), "200 11"),
        (Act::Hang(announced.into_bytes()), "too-large"),
        (packed("gzip", &bomb), "too-large"),
        (packed("gzip, gzip", &gzip(&bomb)), "too-large"),
        (packed("br", &hexadecimal(BROTLI_BOMB)), "too-large"),
    ] {
        let name = format!("{act:?}");
        assert_eq!(outcome(act), expected, "{}", &name[..name.len().min(100)]);
    }
}

#[test]
fn answers_are_told_by_their_status() {
    for (head, body, expected) in [
        ("200 OK", "<title>404 Not Found</title>", "200 28"),
        ("200 OK", "", "empty"),
        ("200 OK", " \n ", "empty"),
        ("204 No Content", "", "empty"),
        ("304 Not Modified", "", "bad-answer"),
        ("403 Forbidden", "no", "forbidden"),
        ("404 Not Found", "no", "gone"),
        ("410 Gone", "no", "gone"),
        ("418 Teapot", "no", "client-error"),
        ("429 Too Many Requests", "no", "rate-limited"),
        ("500 Error", "no", "server-error"),
        ("503 Unavailable", "no", "server-error"),
        ("200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT", "<p>", "200 3"),
        ("200 OK\r\nContent-Type: text/html; charset=klingon", "<p>", "200 3"),
        ("200 OK\r\nContent-Type: image/png", "PNG", "not-html"),
        ("200 OK\r\nContent-Type: application/octet-stream", "\0\u{1}", "not-html"),
        ("200 OK\r\nContent-Type: application/feed+json", "{}", "200 2"),
    ] {
        assert_eq!(outcome(answer(head, body.as_bytes())), expected, "{head}");
    }
    assert_eq!(outcome(raw("HTTP/1.0 200 OK\r\n\r\n<p>old</p>")), "200 10");
}

/// The wait that an answer asks for, in seconds.
fn retry(head: &str) -> Option<u64> {
    let act = answer(head, b"no");
    let server = FaultServer::new(move |_, _| act.clone());
    match get(&fetcher(&server), &server.url("/")) {
        Fetched::Failed { retry, .. } => retry.map(|wait| wait.as_secs()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_wait_that_a_server_asks_for_is_told() {
    let date = "Retry-After: Sun, 06 Nov 1994 08:50:37 GMT";
    for (head, expected) in [
        ("429 x\r\nRetry-After: 120".to_owned(), Some(120)),
        ("503 x\r\nRetry-After: 5".to_owned(), Some(5)),
        // The server's clock is years behind, and what it means is a minute.
        (format!("429 x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n{date}"), Some(60)),
        (format!("429 x\r\n{date}"), Some(0)),
        ("429 x\r\nRetry-After: later".to_owned(), None),
        ("500 x".to_owned(), None),
    ] {
        assert_eq!(retry(&head), expected, "{head}");
    }
}

#[test]
fn bursts_of_errors_pass() {
    let server = FaultServer::new(|_, before| match before {
        0..3 => answer("503 x", b""),
        _ => page("<p>back</p>"),
    });
    let fetcher = fetcher(&server);
    let outcomes = [(); 4].map(|()| told(&get(&fetcher, &server.url("/"))));
    assert_eq!(outcomes, ["server-error", "server-error", "server-error", "200 11"]);
}

fn redirect_to(target: &str) -> Act {
    answer(&format!("301 Moved\r\nLocation: {target}"), b"")
}

#[test]
fn redirects_are_followed_so_far_and_checked() {
    let server = FaultServer::new(|head, before| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        match path.split_at_checked(2) {
            Some(("/c", left)) => match left.parse::<u32>() {
                Ok(0) | Err(_) => page("<p>end</p>"),
                Ok(left) => redirect_to(&format!("/c{}#part", left - 1)),
            },
            Some(("/u", _)) => redirect_to(&format!("/u{before}")),
            Some(("/l", _)) => redirect_to("/m"),
            Some(("/m", _)) => redirect_to("/l"),
            Some(("/f", _)) => redirect_to("file:///etc/passwd"),
            Some(("/p", _)) => redirect_to("http://127.0.0.1:9/"),
            Some(("/n", _)) => redirect_to("http://localhost:9/"),
            Some(("/i", _)) => redirect_to("http://169.254.169.254/latest/meta-data/"),
            Some(("/6", _)) => redirect_to("http://[::ffff:10.0.0.1]/"),
            Some(("/b", _)) => redirect_to("http://"),
            _ => answer("301 Moved", b""),
        }
    });
    let fetcher = fetcher(&server);
    for (path, expected) in [
        ("/c10", "200 10"),
        ("/c11", "too-many-redirects"),
        ("/u", "too-many-redirects"),
        ("/l", "redirect-loop"),
        ("/f", "bad-address"),
        ("/p", "private-address"),
        ("/n", "private-address"),
        ("/i", "private-address"),
        ("/6", "private-address"),
        ("/b", "bad-answer"),
        ("/x", "bad-answer"),
    ] {
        assert_eq!(told(&get(&fetcher, &server.url(path))), expected, "{path}");
    }
    let Fetched::New(answer) = get(&fetcher, &server.url("/c3")) else { panic!() };
    assert_eq!(answer.url.as_str(), server.url("/c0"));
}

#[test]
fn private_addresses_are_asked_only_if_allowed_by_name() {
    let server = FaultServer::new(|_, _| page("<p>secret</p>"));
    let port = server.host().split(':').next_back().unwrap().to_owned();
    for (allowed, url, expected) in [
        (None, server.url("/"), "private-address"),
        (None, format!("http://localhost:{port}/"), "private-address"),
        (Some(server.host()), server.url("/"), "200 13"),
        (Some("127.0.0.1".to_owned()), server.url("/"), "200 13"),
        (Some("127.0.0.1:9".to_owned()), server.url("/"), "private-address"),
        (Some(format!("LOCALHOST:{port}")), format!("http://localhost:{port}/"), "200 13"),
        (Some("localhost".to_owned()), server.url("/"), "private-address"),
    ] {
        let allow_private = allowed.iter().cloned().collect();
        let params = CrawlParams { allow_private, ..CrawlParams::default() };
        let fetcher = Fetcher::new(&params).unwrap();
        assert_eq!(told(&get(&fetcher, &url)), expected, "{url}, allowed: {allowed:?}");
    }
    assert_eq!(server.requests(), 3);
}

#[test]
fn hosts_that_cannot_be_reached_are_told() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // A label of 64 letters is refused by the resolver without asking anybody.
    let unknown = format!("{}.example", "a".repeat(64));
    let plain = FaultServer::new(|_, _| raw("HTTP/1.1 400 plain text on a port for TLS\r\n\r\n"));
    let params = CrawlParams {
        timeout: 5.0,
        allow_private: vec![closed.to_string(), plain.host(), unknown.clone()],
        ..CrawlParams::default()
    };
    let fetcher = Fetcher::new(&params).unwrap();
    for (url, expected) in [
        (format!("http://{closed}/"), "connection-refused"),
        (format!("http://{unknown}/"), "dns-failure"),
        (format!("https://{}/", plain.host()), "bad-tls"),
        ("ftp://example.org/".to_owned(), "bad-address"),
    ] {
        assert_eq!(told(&get(&fetcher, &url)), expected, "{url}");
    }
}

#[test]
fn a_page_that_is_known_is_not_sent_again() {
    let server = FaultServer::new(|head, _| match head.to_lowercase() {
        head if head.contains("if-none-match: \"1\"") => answer("304 Not Modified", b""),
        head if head.contains("if-modified-since: sun") => answer("304 Not Modified", b""),
        _ => {
            let dates = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT";
            answer(&format!("200 OK\r\n{HTML}\r\nETag: \"1\"\r\n{dates}"), b"<p>new</p>")
        }
    });
    let fetcher = fetcher(&server);
    let Fetched::New(answer) = get(&fetcher, &server.url("/")) else { panic!() };
    let url = Url::parse(&server.url("/")).unwrap();
    let by_date = Validators { etag: None, ..answer.validators.clone() };
    let changed = Validators { etag: Some("\"2\"".to_owned()), last_modified: None };
    let odd = Validators { etag: Some("a\r\nb".to_owned()), last_modified: None };
    for (known, expected) in [
        (answer.validators, "not modified"),
        (by_date, "not modified"),
        (changed, "200 10"),
        (odd, "200 10"),
    ] {
        assert_eq!(told(&fetcher.get(&url, &known)), expected, "{known:?}");
    }
}

#[test]
fn the_crawler_introduces_itself() {
    let server = FaultServer::new(|head, _| {
        let wanted = ["user-agent: malmoi/", "(+me@example.org)", "accept-encoding: gzip, br"];
        let head = head.to_lowercase();
        page(if wanted.iter().all(|part| head.contains(part)) { "known" } else { "unknown" })
    });
    let params = CrawlParams {
        contact: Some("me@example.org".to_owned()),
        allow_private: vec![server.host()],
        ..CrawlParams::default()
    };
    let fetcher = Fetcher::new(&params).unwrap();
    assert_eq!(told(&get(&fetcher, &server.url("/"))), "200 5");
}

fn robots(fetcher: &Fetcher, server: &FaultServer) -> RobotsFile {
    let url = Url::parse(&server.url("/robots.txt")).unwrap();
    let fetched = fetcher.follow(&url, |url| fetcher.request_robots(url));
    RobotsFile::of(fetched).unwrap_or(RobotsFile::Unreachable)
}

#[test]
fn robots_are_had_or_not() {
    let file = RobotsFile::File(b"user-agent: *\ndisallow: /a".to_vec());
    let text = "200 OK\r\nContent-Type: text/plain";
    let long = "# long\n".repeat(200_000);
    for (act, expected) in [
        (answer(text, b"user-agent: *\ndisallow: /a"), file),
        (answer("404 x", b""), RobotsFile::Missing),
        (answer("403 x", b""), RobotsFile::Missing),
        (answer(text, b""), RobotsFile::Missing),
        (redirect_to("/robots.txt"), RobotsFile::Missing),
        (answer("500 x", b""), RobotsFile::Unreachable),
        (answer("429 x", b""), RobotsFile::Unreachable),
        (Act::Reset(vec![]), RobotsFile::Unreachable),
        (Act::Hang(vec![]), RobotsFile::Unreachable),
        (answer(text, long.as_bytes()), RobotsFile::File(long.as_bytes()[..500 * 1024].to_vec())),
    ] {
        let server = FaultServer::new(move |_, _| act.clone());
        let timeout = if expected == RobotsFile::Unreachable { 0.3 } else { 20.0 };
        assert!(robots(&fetcher_within(&server, timeout), &server) == expected);
    }
    let server = FaultServer::new(|head, _| match asks(head, "/robots.txt") {
        true => redirect_to("/elsewhere"),
        false => answer("200 OK", b"user-agent: *"),
    });
    assert!(matches!(robots(&fetcher(&server), &server), RobotsFile::File(_)));
}

#[test]
fn only_troubles_of_the_host_count_against_it() {
    let failed = |code, retry| Fetched::Failed { code, message: String::new(), retry };
    let wait = Some(Duration::from_secs(9));
    for (fetched, expected) in [
        (failed(Reason::RateLimited, wait), Outcome::Failed { retry: wait }),
        (failed(Reason::Forbidden, wait), Outcome::Refused { retry: wait }),
        (failed(Reason::Timeout, None), Outcome::Failed { retry: None }),
        (failed(Reason::NotHtml, None), Outcome::Answered),
        (failed(Reason::TooLarge, None), Outcome::Answered),
        (Fetched::Gone, Outcome::Answered),
        (Fetched::NotModified, Outcome::Answered),
    ] {
        assert_eq!(fetched.outcome(), expected, "{fetched:?}");
    }
}

#[test]
fn one_fetcher_serves_many_threads() {
    let server = FaultServer::new(|head, _| match asks(head, "/bad") {
        true => Act::Reset(vec![]),
        false => page("<p>good</p>"),
    });
    let fetcher = fetcher(&server);
    std::thread::scope(|scope| {
        for path in ["/bad", "/1", "/bad", "/2", "/bad", "/3"] {
            let (fetcher, url) = (&fetcher, server.url(path));
            scope.spawn(move || {
                let expected = if path == "/bad" { "connection-broken" } else { "200 11" };
                assert_eq!(told(&get(fetcher, &url)), expected);
            });
        }
    });
}
