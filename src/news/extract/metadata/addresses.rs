//! Addresses: of the page itself, of its site, of its lead image.

use reqwest::Url;

use super::clues::Clues;

/// Longer addresses are refused.
const LONGEST: usize = 2048;

/// The canonical address, if it is one of the same site.
pub(super) fn canonical(clues: &Clues) -> Option<String> {
    let stated = clues.canonical.as_deref().into_iter().chain(clues.first_meta(&["og:url"]));
    let absolute = stated.filter_map(|address| absolute(clues, address));
    let is_own = |url: &Url| clues.url.as_ref().is_none_or(|own| same_site(own, url));
    absolute.into_iter().find(is_own).map(String::from)
}

/// The name of the site, else its host.
pub(super) fn site(clues: &Clues) -> Option<String> {
    let name = clues.first_meta(&["og:site_name"]).map(str::to_owned);
    let name = name.or_else(|| clues.data.publisher()).filter(|name| name.chars().count() <= 100);
    let name = name.map(|name| name.trim_start_matches('@').to_owned());
    name.or_else(|| clues.host().map(str::to_owned))
}

/// The lead image.
pub(super) fn image(clues: &Clues) -> Option<String> {
    let names =
        ["og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"];
    let metas = names.iter().flat_map(|name| clues.metas(name)).map(str::to_owned);
    let all = metas.chain(clues.data.image());
    all.filter_map(|address| absolute(clues, &address)).next().map(String::from)
}

fn absolute(clues: &Clues, address: &str) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.len() > LONGEST {
        return None;
    }
    let url = match (&clues.url, &clues.base) {
        (Some(url), Some(base)) => url.join(base).and_then(|base| base.join(address)),
        (Some(url), None) => url.join(address),
        (None, _) => Url::parse(address),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether two addresses belong to one registered name, as `www.a.co.kr` and `m.a.co.kr`.
fn same_site(one: &Url, other: &Url) -> bool {
    match (one.host_str(), other.host_str()) {
        (Some(one), Some(other)) => one == other || registered(one) == registered(other),
        _ => false,
    }
}

/// Labels below which countries give names out.
const SHARED: [&str; 12] =
    ["co", "or", "go", "ac", "ne", "re", "pe", "com", "org", "net", "gov", "edu"];

/// The last two labels, or three where a country has its own `co`, `or`, `com`.
fn registered(host: &str) -> &str {
    let ends: Vec<usize> = host.rmatch_indices('.').map(|(at, _)| at).take(3).collect();
    let (Some(&top), Some(&second)) = (ends.first(), ends.get(1)) else { return host };
    let is_number = host[top + 1..].bytes().all(|byte| byte.is_ascii_digit());
    let is_shared = host.len() - top == 3 && SHARED.contains(&&host[second + 1..top]);
    match (is_number, is_shared) {
        (true, _) => host,
        (false, true) => ends.get(2).map_or(host, |third| &host[third + 1..]),
        (false, false) => &host[second + 1..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_registered_names() {
        for (host, expected) in [
            ("www.baram.co.kr", "baram.co.kr"),
            ("baram.co.kr", "baram.co.kr"),
            ("news.baram.example", "baram.example"),
            ("baram.example", "baram.example"),
            ("m.ab.kr", "ab.kr"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(registered(host), expected);
        }
    }
}
