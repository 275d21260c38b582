//! Values of named keys in the scripts of a page, for pages that keep all in them.

use memchr::memmem::Finder;

use super::clues::Clues;

const MOST_BYTES: usize = 4 << 20;
const LONGEST: usize = 80;

/// The value of the first key of `keys` that a script has: `"key":"value"`, also with
/// its quotes escaped, as scripts in scripts have them.
pub(super) fn value(clues: &Clues, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| values(clues, key).next())
}

fn values<'c>(clues: &'c Clues, key: &'c str) -> impl Iterator<Item = String> + 'c {
    let mut left = MOST_BYTES;
    let scripts = clues.scripts.iter().map(|script| script.contents()).take_while(move |script| {
        let is_within = script.len() <= left;
        left = left.saturating_sub(script.len());
        is_within
    });
    // To build one costs as much as to search a short script.
    let finder = Finder::new(key);
    scripts
        .filter(move |script| script.len() > key.len() + 2)
        .flat_map(move |script| values_in(script, key, &finder))
}

fn values_in<'a>(script: &'a str, key: &'a str, finder: &Finder) -> Vec<String> {
    let after = finder.find_iter(script.as_bytes());
    let found = after.take(20).filter_map(move |at| {
        let is_whole = script[..at].ends_with(['"', '\'']);
        is_whole.then(|| quoted(&script[at + key.len()..])).flatten()
    });
    found.collect()
}

/// The text in quotes behind the end of a key.
fn quoted(after: &str) -> Option<String> {
    let rest = after.trim_start_matches(['\\', '"', '\'', ' ']).strip_prefix(':')?;
    let rest = rest.trim_start().trim_start_matches('\\');
    let quote = rest.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
    let rest = &rest[1..];
    let end = rest.find([quote, '\\', '<', '\n'])?;
    let value = rest[..end].trim();
    (!value.is_empty() && value.len() <= LONGEST).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_may_be_escaped() {
        let find =
            |script: &str| values_in(script, "name", &Finder::new("name")).into_iter().next();
        assert_eq!(find(r#"{"name" : "Kim"}"#).as_deref(), Some("Kim"));
        assert_eq!(find(r#"f("{\"name\":\"Kim\"}")"#).as_deref(), Some("Kim"));
        assert_eq!(find(r#"{"rename":"x","name":null}"#), None);
        assert_eq!(find(r#"name"#), None);
    }
}
