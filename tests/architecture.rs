//! Who may import whom, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// From the lowest floor up; rooms of one floor do not know each other.
const ORDER: &str = "error < data < traits < net, files, markup \
    < source, news, clean, analyze, vectorize, classify, search, trends, learn < config < pipeline < report \
    < schedule < serve < cli < main";

/// Lines of a file without its tests.
const LONGEST: usize = 400;

#[test]
fn imports_come_from_the_floors_below() {
    let breaches: Vec<String> = files(Path::new("src")).iter().flat_map(|f| breaches(f)).collect();
    assert!(breaches.is_empty(), "{ORDER}\n{}", breaches.join("\n"));
}

#[test]
fn the_order_is_the_one_that_is_written_down() {
    let page = fs::read_to_string("ARCHITECTURE.md").expect("the page stands in the root");
    let words: Vec<&str> = page.split_whitespace().collect();
    assert!(words.join(" ").contains(ORDER), "ARCHITECTURE.md does not say:\n{ORDER}");
}

#[test]
fn a_file_has_one_job() {
    let too_long = |file: &PathBuf| {
        let lines = code(file).len();
        (lines > LONGEST).then(|| format!("{}: {lines} lines", file.display()))
    };
    let long: Vec<String> = files(Path::new("src")).iter().filter_map(too_long).collect();
    assert!(long.is_empty(), "more than {LONGEST} lines without tests:\n{}", long.join("\n"));
}

fn breaches(file: &Path) -> Vec<String> {
    let room = file.strip_prefix("src").expect("it stands there").components().next();
    let room = room.expect("it has a name").as_os_str().to_string_lossy();
    let room = room.trim_end_matches(".rs");
    let text = fs::read_to_string(file).expect("sources are text");
    let mut found = Vec::new();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
        for used in line.split("crate::").skip(1) {
            let used: String =
                used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if room != "lib" && used != room && floor(&used) >= floor(room) {
                let place = format!("{}:{}", file.display(), place + 1);
                found.push(format!("{place}: `{room}` imports `{used}`"));
            }
        }
    }
    found
}

/// Only `error` is re-exported by the root, under capitals. A name that is on no
/// floor, as in `crate::{…}`, hides what is imported: above all.
fn floor(room: &str) -> usize {
    let room = if room.starts_with(char::is_uppercase) { "error" } else { room };
    let rooms = ORDER.split(" < ").position(|floor| floor.split(", ").any(|name| name == room));
    rooms.unwrap_or(usize::MAX)
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The lines before the tests; none of a file that is all tests.
fn code(file: &Path) -> Vec<String> {
    if file.file_name().is_some_and(|name| name == "tests.rs") {
        return Vec::new();
    }
    let text = fs::read_to_string(file).expect("sources are text");
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(str::to_owned).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("it can be listed").path()) {
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn a_breach_would_be_seen() {
    assert!(floor("analyze") > floor("files") && floor("analyze") == floor("clean"));
    assert!(floor("") > floor("main"));
}
