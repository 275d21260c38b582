//! Stored pages → records of a web archive (WARC 1.1, ISO 28500:2017).
//!
//! In: pages as servers sent them. Out: the bytes of records. Promises: the same pages
//! give the same bytes; what is no header line never becomes one.
//!
//! Of an answer the store keeps the body, unpacked, and its type; the head of the
//! archived answer is made of these, as the first record says.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use xxhash_rust::xxh3::xxh3_128;

use super::store::RawPage;

const ABOUT: &str = concat!(
    "software: malmoi/",
    env!("CARGO_PKG_VERSION"),
    "\r\nformat: WARC File Format 1.1\r\n",
    "description: pages of articles; bodies are unpacked, heads are made of what was kept\r\n"
);

/// The record that a file begins with; `date` in seconds since 1970.
pub fn first_record(date: i64) -> Vec<u8> {
    record("warcinfo", None, date, "application/warc-fields", ABOUT.as_bytes())
}

/// The record of a page.
pub fn page_record(page: &RawPage) -> Vec<u8> {
    let kind = page.content_type.as_deref().map(header_value).filter(|kind| !kind.is_empty());
    let kind = kind.map_or(String::new(), |kind| format!("Content-Type: {kind}\r\n"));
    let head = format!("HTTP/1.1 200 OK\r\n{kind}Content-Length: {}\r\n\r\n", page.body.len());
    let block = [head.as_bytes(), &page.body].concat();
    record("response", Some(&page.url), page.fetched, "application/http;msgtype=response", &block)
}

/// A record as a gzip member of its own, so that readers can begin at each.
pub fn packed(record: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(record).and_then(|()| packed.finish()).expect("writing to memory never fails")
}

fn record(kind: &str, url: Option<&str>, date: i64, content_type: &str, block: &[u8]) -> Vec<u8> {
    let target =
        url.map(header_value).map_or(String::new(), |url| format!("WARC-Target-URI: {url}\r\n"));
    let date = chrono::DateTime::from_timestamp(date, 0).unwrap_or_default();
    let about = format!(
        "WARC-Type: {kind}\r\n{target}WARC-Date: {}\r\nContent-Type: {content_type}\r\n",
        date.format("%Y-%m-%dT%H:%M:%SZ")
    );
    let id = identifier(&[about.as_bytes(), block].concat());
    let length = block.len();
    let head =
        format!("WARC/1.1\r\nWARC-Record-ID: <{id}>\r\n{about}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

/// A UUID of version 8 (RFC 9562): all of it but version and variant is the sum of what
/// it names.
fn identifier(bytes: &[u8]) -> String {
    let sum = xxh3_128(bytes) & !(0xf << 76) & !(0x3 << 62) | (0x8 << 76) | (0x2 << 62);
    let digits = format!("{sum:032x}");
    let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    format!("urn:uuid:{a}-{b}-{c}-{d}-{e}")
}

fn header_value(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(content_type: Option<&str>, body: &[u8]) -> RawPage {
        RawPage {
            id: 1,
            page: 1,
            source: 1,
            url: "http://a.test/1".to_owned(),
            content_type: content_type.map(str::to_owned),
            body: body.to_vec(),
            fetched: 1_700_000_000,
            listed_date: None,
        }
    }

    #[test]
    fn records_are_as_the_standard_writes_them() {
        let record = page_record(&page(Some("text/html\r\nX: y"), b"<p>\xff\r\n\r\n"));
        let text = String::from_utf8_lossy(&record).into_owned();
        let (head, block) = text.split_once("\r\n\r\n").unwrap();
        let lines: Vec<&str> = head.split("\r\n").collect();
        assert_eq!(lines[0], "WARC/1.1");
        assert!(lines[1].starts_with("WARC-Record-ID: <urn:uuid:") && lines[1].len() == 63);
        assert_eq!(
            lines[2..6],
            [
                "WARC-Type: response",
                "WARC-Target-URI: http://a.test/1",
                "WARC-Date: 2023-11-14T22:13:20Z",
                "Content-Type: application/http;msgtype=response"
            ]
        );
        let begin = record.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(lines[6], format!("Content-Length: {}", record.len() - begin - 4));
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/htmlX: y\r\nContent-Length: 8\r\n\r\n";
        assert!(block.starts_with(answer), "{block}");
        assert!(record.ends_with(b"<p>\xff\r\n\r\n\r\n\r\n"));
    }

    #[test]
    fn pages_have_names_of_their_own_and_keep_them() {
        let one = page_record(&page(None, b"1"));
        assert_eq!(one, page_record(&page(None, b"1")));
        assert_ne!(one[..70], page_record(&page(None, b"2"))[..70]);
        let id = identifier(b"x");
        assert!(&id[23..24] == "8" && matches!(&id[28..29], "8" | "9" | "a" | "b"), "{id}");
    }
}
