//! Bytes of any encoding → text, piece by piece.
//!
//! In: bytes as they are read. Out: the same as UTF-8. A byte that the encoding
//! does not know becomes a replacement character, and its place is told.

use encoding_rs::{Decoder as Incremental, DecoderResult, Encoding, UTF_8};

use crate::error::{Error, Result};

/// Labels proposed when one is unknown; any label of the WHATWG list is accepted.
const LABELS: &[&str] = &[
    "utf-8",
    "euc-kr",
    "cp949",
    "ks_c_5601-1987",
    "windows-949",
    "utf-16le",
    "utf-16be",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "gbk",
    "gb18030",
    "big5",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "latin1",
    "us-ascii",
    "koi8-r",
    "macintosh",
];

/// What Windows, Python and Java call the encoding that the WHATWG lists as
/// `euc-kr`, but whose names it lacks.
const KOREAN_LABELS: &[&str] = &["cp949", "ms949", "uhc", "x-windows-949"];

/// Checks an encoding label such as `euc-kr`.
///
/// # Errors
/// The label is unknown; the hint names the nearest one.
pub fn check_label(label: &str) -> Result<()> {
    find(label).map(|_| ())
}

/// Bytes that the encoding does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Where their replacement stands in the text.
    pub place: usize,
    /// Bytes of the file before them, after decompression.
    pub offset: u64,
}

/// How such bytes are told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// What is wrong with them.
    pub message: String,
    /// How to fix it.
    pub hint: String,
}

/// Decodes a stream; a byte order mark at its start is dropped.
pub(super) struct Decoder {
    incremental: Incremental,
    given: bool,
    start: Vec<u8>,
    read: u64,
}

impl Decoder {
    /// A decoder for `label`, or for UTF-8.
    pub fn new(label: Option<&str>) -> Result<Self> {
        let encoding = label.map_or(Ok(UTF_8), find)?;
        let incremental = encoding.new_decoder_with_bom_removal();
        Ok(Decoder { incremental, given: label.is_some(), start: Vec::new(), read: 0 })
    }

    /// Appends the text of `bytes` to `out`, and to `flaws` what is none.
    pub fn decode(
        &mut self,
        bytes: &[u8],
        last: bool,
        out: &mut String,
        flaws: &mut impl Extend<Flaw>,
    ) {
        let missing = 2usize.saturating_sub(self.start.len()).min(bytes.len());
        self.start.extend_from_slice(&bytes[..missing]);
        let mut rest = bytes;
        loop {
            out.reserve(self.room(rest.len()));
            let (result, read) =
                self.incremental.decode_to_string_without_replacement(rest, out, last);
            rest = &rest[read..];
            self.read += read as u64;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let back = u64::from(length) + u64::from(after);
                    let offset = self.read.saturating_sub(back);
                    flaws.extend([Flaw { place: out.len(), offset }]);
                    out.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
    }

    /// Never 0, so that a full buffer always grows.
    fn room(&self, bytes: usize) -> usize {
        self.incremental.max_utf8_buffer_length_without_replacement(bytes).unwrap_or(bytes).max(16)
    }

    /// What is wrong at `offset`, and how to fix it.
    pub fn malformed(&self, offset: u64) -> Malformed {
        let name = self.incremental.encoding().name();
        if let Some(label) = utf16_mark(&self.start).filter(|_| offset == 0) {
            return Malformed {
                message: format!("the file is not {name}: it looks like UTF-16"),
                hint: format!(
                    "set source.encoding = \"{label}\", or give `predict` --encoding {label}"
                ),
            };
        }
        let hint = if self.given {
            "set source.encoding, or --encoding of `predict`, to the label of the encoding the \
             file has, or repair the file"
        } else {
            "set source.encoding = \"euc-kr\", or give `predict` --encoding euc-kr, or the label \
             of the encoding the file has"
        };
        let message = format!("the file is not {name}: bad byte at offset {offset}");
        Malformed { message, hint: hint.to_owned() }
    }
}

/// Labels that stand for an encoding no decoder reads (`iso-2022-kr`) are unknown too.
fn find(label: &str) -> Result<&'static Encoding> {
    let wanted = label.trim().to_lowercase();
    let label = if KOREAN_LABELS.contains(&wanted.as_str()) { "euc-kr" } else { label };
    Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
        let nearest = LABELS
            .iter()
            .max_by(|a, b| strsim::jaro(a, &wanted).total_cmp(&strsim::jaro(b, &wanted)))
            .expect("the list of labels is not empty");
        Error::usage(format!("unknown encoding `{label}`"))
            .hinted(format!("the nearest label is `{nearest}`"))
    })
}

fn utf16_mark(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xFF, 0xFE] => Some("utf-16le"),
        [0xFE, 0xFF] => Some("utf-16be"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_16BE, UTF_16LE};

    use super::*;

    /// Decodes in pieces of `size` bytes.
    fn decode(label: Option<&str>, bytes: &[u8], size: usize) -> std::result::Result<String, u64> {
        let mut decoder = Decoder::new(label).unwrap();
        let mut text = String::new();
        let mut flaws = Vec::new();
        for piece in bytes.chunks(size) {
            decoder.decode(piece, false, &mut text, &mut flaws);
        }
        decoder.decode(&[], true, &mut text, &mut flaws);
        assert!(flaws.iter().all(|flaw| text[flaw.place..].starts_with('\u{fffd}')));
        flaws.first().map_or(Ok(text), |flaw| Err(flaw.offset))
    }

    fn check(label: Option<&str>, bytes: &[u8], expected: std::result::Result<&str, u64>) {
        for size in 1..=bytes.len().max(1) {
            assert_eq!(decode(label, bytes, size), expected.map(str::to_owned), "pieces of {size}");
        }
    }

    #[test]
    fn reads_utf8_with_and_without_mark() {
        check(None, "영화 a".as_bytes(), Ok("영화 a"));
        check(None, "\u{feff}영화".as_bytes(), Ok("영화"));
        check(None, b"", Ok(""));
    }

    #[test]
    fn reads_other_encodings_by_label() {
        check(Some("euc-kr"), b"\xBF\xB5\xC8\xAD a", Ok("영화 a"));
        check(Some("CP949"), b"\x94\xEE", Ok("뷁"));
        check(Some("utf-16le"), b"\xFF\xFE\x01\xC6", Ok("영"));
        check(Some("utf-16be"), b"\xC6\x01", Ok("영"));
    }

    #[test]
    fn names_the_first_bad_byte() {
        check(None, b"ab\xBF\xB5", Err(2));
        check(None, "영\u{ff}".as_bytes().split_last().unwrap().1, Err(3));
        check(Some("euc-kr"), b"abc\xFFd", Err(3));
        check(Some("euc-kr"), b"abc\xBF", Err(3));
    }

    #[test]
    fn what_stands_behind_a_bad_byte_is_read() {
        let (mut decoder, mut flaws) = (Decoder::new(Some("euc-kr")).unwrap(), Vec::new());
        let mut text = String::new();
        decoder.decode(b"a\xFF\n\xBF\xB5\xBF\n\xBF", true, &mut text, &mut flaws);
        assert_eq!(text, "a\u{fffd}\n영\u{fffd}\n\u{fffd}");
        let offsets: Vec<u64> = flaws.iter().map(|flaw| flaw.offset).collect();
        assert_eq!(offsets, [1, 5, 7]);
    }

    #[test]
    fn a_utf16_mark_is_recognised() {
        for (bytes, label) in [(b"\xFF\xFEa\0", "utf-16le"), (b"\xFE\xFF\0a", "utf-16be")] {
            let (mut decoder, mut flaws) = (Decoder::new(None).unwrap(), Vec::new());
            decoder.decode(bytes, true, &mut String::new(), &mut flaws);
            let bad = decoder.malformed(flaws[0].offset);
            assert!(bad.message.contains("looks like UTF-16"), "{}", bad.message);
            assert!(bad.hint.contains(label));
        }
    }

    #[test]
    fn an_unknown_label_names_the_nearest() {
        let error = check_label("euckr2").unwrap_err();
        assert!(error.hint().unwrap().contains("`euc-kr`"), "{:?}", error.hint());
        assert!(check_label("iso-2022-kr").is_err());
        assert!(check_label("UTF-8").is_ok());
    }

    #[test]
    fn every_proposed_label_is_valid() {
        LABELS.iter().for_each(|label| check_label(label).unwrap());
        assert_eq!(find("utf-16le").unwrap(), UTF_16LE);
        assert_eq!(find("utf-16be").unwrap(), UTF_16BE);
    }
}
