//! A source that is an address: servers that fail, and downloads that go on.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};

use sha2::{Digest, Sha256};

use crate::reviews::{files, ran, reviews, train, trained_on_reviews};
use crate::run;

/// How the server answers one request.
#[derive(Clone, Copy)]
enum Answer {
    /// What was asked for.
    Serve,
    /// Half of it, then the connection is closed.
    Cut,
    /// Half of it, then silence until the client leaves.
    Stall,
    /// A page that is not what was asked for.
    Page,
    Status(u16),
}

struct Server {
    url: String,
    ranges: Arc<Mutex<Vec<Option<usize>>>>,
    stalled: mpsc::Receiver<()>,
}

/// Serves `body`; one answer a request, in order.
fn serve(body: Vec<u8>, answers: &[Answer]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/reviews.tsv", listener.local_addr().unwrap());
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let (seen, answers) = (ranges.clone(), answers.to_vec());
    let (stalls, stalled) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let range = lines
                .by_ref()
                .map_while(|line| line.ok().filter(|line| !line.is_empty()))
                .filter_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("range: bytes=")?
                        .strip_suffix('-')?
                        .parse()
                        .ok()
                })
                .last();
            seen.lock().unwrap().push(range);
            let bytes = respond(&body, range, answer);
            // A client that was killed does not read to the end.
            let _ = stream.write_all(&bytes);
            if let Answer::Stall = answer {
                stalls.send(()).unwrap();
                lines.next();
            }
        }
    });
    Server { url, ranges, stalled }
}

fn respond(body: &[u8], range: Option<usize>, answer: Answer) -> Vec<u8> {
    if let Answer::Status(status) = answer {
        let head = "Content-Length: 0\r\nConnection: close\r\n\r\n";
        return format!("HTTP/1.1 {status} x\r\n{head}").into_bytes();
    }
    if let Answer::Page = answer {
        let page = "<html>please log in</html>";
        let head = format!("Content-Length: {}\r\nConnection: close\r\n\r\n", page.len());
        return format!("HTTP/1.1 200 x\r\n{head}{page}").into_bytes();
    }
    let (start, total) = (range.unwrap_or(0), body.len());
    let status = if range.is_some() { "206 x" } else { "200 x" };
    let length = total - start;
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nContent-Range: bytes {start}-{}/{total}\r\n\
         ETag: \"1\"\r\nConnection: close\r\n\r\n",
        total - 1
    )
    .into_bytes();
    let sent = if let Answer::Serve = answer { length } else { length / 2 };
    bytes.extend(&body[start..start + sent]);
    bytes
}

fn corpus() -> Vec<u8> {
    reviews(600).into_bytes()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A project whose source is the server's file.
fn project_at(url: &str, sha256: &str) -> tempfile::TempDir {
    let folder = trained_on_reviews();
    let path = folder.path().join("pipeline.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let source = format!("url = \"{url}\"\nsha256 = \"{sha256}\"");
    std::fs::write(path, settings.replace("path = \"reviews.tsv\"", &source)).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let downloads = folder.join(".malmoi/downloads");
    files(&downloads)
        .keys()
        .map(|path| path.file_name().unwrap().to_string_lossy().into())
        .collect()
}

#[test]
fn a_download_survives_a_bad_server() {
    let body = corpus();
    let answers = [Answer::Cut, Answer::Status(503), Answer::Status(503), Answer::Serve];
    let server = serve(body.clone(), &answers);
    let folder = project_at(&server.url, &sha256(&body));
    let downloaded = train(folder.path(), &[]);
    let half = Some(body.len() / 2);
    assert_eq!(*server.ranges.lock().unwrap(), [None, half, half, half]);
    assert_eq!(names(folder.path()), ["reviews.tsv", "reviews.tsv.json", "reviews.tsv.lock"]);
    let local = trained_on_reviews();
    std::fs::write(local.path().join("reviews.tsv"), &body).unwrap();
    assert_eq!(train(local.path(), &[])["metrics"], downloaded["metrics"]);
    assert!(ran(&train(folder.path(), &[])).is_empty(), "nothing is asked again");
}

#[test]
fn a_killed_download_goes_on_where_it_stopped() {
    let body = corpus();
    let server = serve(body.clone(), &[Answer::Stall, Answer::Serve]);
    let folder = project_at(&server.url, &sha256(&body));
    let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
    command.current_dir(folder.path()).arg("run").env_remove("MALMOI_STATE");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    server.stalled.recv().unwrap();
    let is_half = || {
        let state = files(&folder.path().join(".malmoi"));
        let mut parts = state.iter().filter(|(path, _)| path.to_string_lossy().ends_with(".part"));
        parts.any(|(_, bytes)| bytes.len() == body.len() / 2)
    };
    while !is_half() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    train(folder.path(), &[]);
    assert_eq!(*server.ranges.lock().unwrap(), [None, Some(body.len() / 2)]);
    assert_eq!(names(folder.path()), ["reviews.tsv", "reviews.tsv.json", "reviews.tsv.lock"]);
}

#[test]
fn a_wrong_checksum_is_told_and_the_file_removed() {
    let server = serve(corpus(), &[Answer::Serve]);
    let folder = project_at(&server.url, &"0".repeat(64));
    let (code, stdout, stderr) = run(folder.path(), &["run"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains(&format!("expected {}", "0".repeat(64))), "{stderr}");
    assert!(stderr.contains(&server.url) && stderr.contains(&sha256(&corpus())), "{stderr}");
    assert_eq!(names(folder.path()), ["reviews.tsv.lock"]);
}

#[test]
fn a_missing_file_is_told_with_the_way_on() {
    let server = serve(corpus(), &[Answer::Status(404)]);
    let folder = project_at(&server.url, &"0".repeat(64));
    let (code, _, stderr) = run(folder.path(), &["run"]);
    assert_eq!(code, 1);
    assert!(stderr.contains(&format!("`{}` answers 404", server.url)), "{stderr}");
    assert!(stderr.contains("--set source.path="), "{stderr}");
}

#[test]
fn a_page_in_place_of_the_file_can_be_fetched_anew() {
    let body = corpus();
    let server = serve(body.clone(), &[Answer::Page, Answer::Serve]);
    let folder = project_at(&server.url, "");
    let path = folder.path().join("pipeline.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, settings.replace("sha256 = \"\"\n", "\n")).unwrap();
    for _ in 0..2 {
        let (code, _, stderr) = run(folder.path(), &["run"]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("`malmoi run mine --force` downloads it anew"), "{stderr}");
    }
    train(folder.path(), &["--force"]);
    assert_eq!(server.ranges.lock().unwrap().len(), 2);
}
