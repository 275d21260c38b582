//! What may be linked to.
//!
//! In: an address that a document came with. Out: the same, or nothing. Promises: a link
//! is of `http` or `https`; no other scheme runs, reads or sends anything.

/// The address, if it is one that a reader may be sent to.
pub fn safe(url: &str) -> Option<&str> {
    const LONGEST: usize = 2_000;
    let has = |scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && url.len() > scheme.len()
    };
    let is_clean = |c: char| !c.is_control() && !c.is_whitespace() && !super::visible::is_unseen(c);
    let is_safe = (has("http://") || has("https://")) && url.len() <= LONGEST;
    (is_safe && url.chars().all(is_clean)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_schemes_are_no_links() {
        for url in ["http://a.test/?b=\"c", "HTTPS://a.test/뉴스"] {
            assert_eq!(safe(url), Some(url));
        }
        let wrong =
            ["javascript:alert(1)", "", "https://", "//a.test", " https://a.test", "가나다"];
        for url in wrong.into_iter().chain(["java\nscript:", "https://a.test/\u{202e}", "data:,x"])
        {
            assert_eq!(safe(url), None, "{url:?}");
        }
    }
}
