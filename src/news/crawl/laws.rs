//! What holds for any bytes that a site may send.

use proptest::prelude::*;

use super::dates::{Zone, rfc3339};
use super::{Robots, canonical, read_feed, read_sitemap};
use crate::net::Url;

/// Anything, and what looks like a file of a site.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let xml = "(<(/)?(rss|item|link|title|url|loc|urlset|x)( a=\"|/)?>?|&(amp|#x|#9)?;?|\\[|<!|한|]]>|\
        <!\\[CDATA\\[|http://a.kr/|\"| |\\?>){0,60}";
    let robots =
        "((user-agent|allow|disallow|crawl-delay|sitemap)?:?[ *$/%a:2]{0,9}(\n|\r)?){0,20}";
    prop_oneof![
        any::<Vec<u8>>(),
        xml.prop_map(String::into_bytes),
        robots.prop_map(String::into_bytes),
    ]
}

fn address() -> impl Strategy<Value = Url> {
    let text = "http://a\\.kr/[a-z/.%:*$?&=#한 ]{0,30}";
    text.prop_filter_map("it is an address", |text| Url::parse(&text).ok())
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in bytes(), url in address()) {
        let _ = read_feed(&bytes, &url);
        let _ = read_sitemap(&bytes, &url);
        let robots = Robots::parse(&bytes, "malmoi");
        robots.allows(&url);
        rfc3339(&String::from_utf8_lossy(&bytes), Zone::Korea);
    }

    #[test]
    fn the_canonical_form_is_its_own(url in address()) {
        let once = canonical(&url);
        prop_assert_eq!(canonical(&once), once.clone());
        prop_assert_eq!(Url::parse(once.as_str()).unwrap(), once);
    }

    #[test]
    fn a_rule_fits_the_address_it_is_written_as(url in address()) {
        // `*` and `$` mean something else in a rule.
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", url.path()).replace('*', "%2A").replace('$', "%24");
        let file = format!("user-agent: *\ndisallow: {path}");
        prop_assert!(!Robots::parse(file.as_bytes(), "malmoi").allows(&url), "{}", file);
    }
}
