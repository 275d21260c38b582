//! Packed bytes → bytes → text, within bounds.

use std::borrow::Cow;
use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use encoding_rs::{EUC_KR, Encoding};
use flate2::read::MultiGzDecoder;

use super::reason::Reason;

const GZIP: &[u8] = &[0x1f, 0x8b];
const PIECE: usize = 16 * 1024;

/// Undoes `Content-Encoding`; no more than `limit` bytes come out.
pub(super) fn unpack(body: Vec<u8>, encoding: &str, limit: u64) -> Result<Vec<u8>, Reason> {
    let names: Vec<String> = encoding.split(',').map(|name| name.trim().to_lowercase()).collect();
    // The last one was applied last.
    names.iter().rev().try_fold(body, |body, name| unpack_one(body, name, limit))
}

/// Whether the bytes are packed by gzip, whatever they are called.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP)
}

/// The file within a gzip file, as far as it can be read and `limit` allows, and whether
/// it goes on; other bytes as they are.
pub(super) fn gunzip(bytes: &[u8], limit: u64) -> (Cow<'_, [u8]>, bool) {
    let most = limit as usize;
    if !is_gzip(bytes) {
        return (Cow::Borrowed(&bytes[..bytes.len().min(most)]), bytes.len() > most);
    }
    let mut out = Vec::new();
    // What was read before the damage counts.
    let _ = MultiGzDecoder::new(bytes).take(limit + 1).read_to_end(&mut out);
    let goes_on = out.len() > most;
    out.truncate(most);
    (Cow::Owned(out), goes_on)
}

/// XML as text: by its byte order mark, as UTF-8 if it is that, else by what it says.
pub(super) fn xml_text(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    if let Some(encoding) = declared(bytes).filter(|encoding| *encoding != encoding_rs::UTF_8) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    let korean = EUC_KR.decode_without_bom_handling_and_without_replacement(bytes);
    korean.unwrap_or_else(|| String::from_utf8_lossy(bytes))
}

fn unpack_one(body: Vec<u8>, name: &str, limit: u64) -> Result<Vec<u8>, Reason> {
    match name {
        "" | "identity" | "none" => Ok(body),
        // Some servers say so and send the page as it is.
        "gzip" | "x-gzip" if !is_gzip(&body) => Ok(body),
        "gzip" | "x-gzip" => read_all(MultiGzDecoder::new(&body[..]), limit),
        "br" => read_all(Decompressor::new(&body[..], PIECE), limit),
        _ => Err(Reason::BadEncoding),
    }
}

fn read_all(reader: impl Read, limit: u64) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::new();
    let read: io::Result<usize> = reader.take(limit.saturating_add(1)).read_to_end(&mut out);
    match read {
        _ if out.len() as u64 > limit => Err(Reason::TooLarge),
        Ok(_) => Ok(out),
        Err(_) => Err(Reason::Truncated),
    }
}

/// The encoding in `<?xml … encoding="…"?>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]);
    let head = head.split("?>").next()?.to_lowercase();
    let value = head.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?.trim().to_owned();
    match label.as_str() {
        // The WHATWG's list lacks these names of its `euc-kr`.
        "cp949" | "ms949" | "uhc" | "x-windows-949" => Some(EUC_KR),
        label => Encoding::for_label(label.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bodies_are_unpacked_within_bounds() {
        let page = packed(b"page");
        // "page" as one uncompressed brotli meta-block, and the last, empty one.
        let brotli = [0x8b, 0x01, 0x80, b'p', b'a', b'g', b'e', 0x03];
        assert_eq!(unpack(brotli.to_vec(), "br", 4), Ok(b"page".to_vec()));
        for (body, encoding, limit, expected) in [
            (page.clone(), "gzip", 4, Ok(b"page".to_vec())),
            (page.clone(), "gzip", 3, Err(Reason::TooLarge)),
            (page[..page.len() - 3].to_vec(), "gzip", 9, Err(Reason::Truncated)),
            (packed(&page), "gzip, X-GZIP", 99, Ok(b"page".to_vec())),
            (b"page".to_vec(), "gzip", 9, Ok(b"page".to_vec())),
            (b"page".to_vec(), "", 9, Ok(b"page".to_vec())),
            (b"page".to_vec(), "zstd", 9, Err(Reason::BadEncoding)),
            (brotli[..5].to_vec(), "br", 9, Err(Reason::Truncated)),
            (vec![0; 1000], "br", 9, Err(Reason::Truncated)),
        ] {
            assert_eq!(unpack(body, encoding, limit), expected, "{encoding} {limit}");
        }
    }

    #[test]
    fn files_are_read_as_far_as_they_go() {
        let file = packed("줄\n".repeat(1000).as_bytes());
        let read = |bytes, limit| {
            let (file, goes_on) = gunzip(bytes, limit);
            (file.into_owned(), goes_on)
        };
        assert_eq!(read(&file, 4), ("줄\n".into(), true));
        assert_eq!(read(&file, 4000), ("줄\n".repeat(1000).into(), false));
        assert!(read(&file[..file.len() - 9], 9999).0.starts_with("줄\n".as_bytes()));
        assert_eq!(read(b"plain", 3), (b"pla".to_vec(), true));
        assert_eq!(read(b"plain", 5), (b"plain".to_vec(), false));
    }

    #[test]
    fn encodings_are_found() {
        let (korean, ..) = EUC_KR.encode("<?xml version='1.0' encoding='CP949'?><a>똠방각하</a>");
        assert!(xml_text(&korean).contains("똠방각하"));
        let (korean, ..) = EUC_KR.encode("<?xml version='1.0' encoding=\"UTF-8\"?><a>한글</a>");
        assert!(xml_text(&korean).contains("한글"));
        let wrong = "<?xml version='1.0' encoding='euc-kr'?><a>한글</a>";
        assert_eq!(xml_text(wrong.as_bytes()), wrong);
        let wide: Vec<u8> =
            "\u{feff}<a>한글</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(xml_text(&wide), "<a>한글</a>");
        assert_eq!(xml_text(b"<a>\xff\xfe\xff</a>"), "<a>\u{fffd}\u{fffd}\u{fffd}</a>");
    }
}
