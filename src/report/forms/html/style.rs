//! The style sheet, and the policy that lets a page use it and nothing else.
//!
//! In: `templates/report/style.css`. Out: its text and a Content-Security-Policy.
//! Promises: a style that somebody slips into the page does not fit the sum.

use sha2::{Digest, Sha256};

/// The style sheet of a report.
pub const STYLE: &str = include_str!("../../../../templates/report/style.css");

/// What a report may load: its own style sheet.
pub fn policy() -> String {
    let sum = base64(&Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{sum}'; base-uri 'none'; form-action 'none'")
}

/// RFC 4648; this sum is the only thing that is written so.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > three.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let written = texts.map(|text| base64(text.as_bytes())).join(" ");
        assert_eq!(written, " Zg== Zm8= Zm9v Zm9vYg== Zm9vYmE= Zm9vYmFy");
    }

    #[test]
    fn the_style_sheet_loads_nothing() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    }
}
