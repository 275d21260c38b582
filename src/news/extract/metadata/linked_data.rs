//! Linked data (JSON-LD) of a page → what it says of the article.
//!
//! Editors' systems write it by hand: raw line ends in strings, commas before brackets,
//! quotes without a backslash, text behind the end. All that is mended before it is given up.

use memchr::memchr3_iter;
use serde_json::{Map, Value};

use super::clues::tidy;

type Object = Map<String, Value>;

/// Longer scripts are no description of an article.
const MOST_BYTES: usize = 2 << 20;
/// Of objects and lists, by the marks before them; a comma in a text counts as one.
const MOST_VALUES: usize = 50_000;
const MOST_OBJECTS: usize = 300;

/// The objects of a page, and which of them is the article.
#[derive(Default)]
pub(super) struct LinkedData {
    objects: Vec<Object>,
    article: Option<usize>,
}

impl LinkedData {
    /// Reads scripts; `url` tells the article from others that the page lists.
    pub fn read<'a>(scripts: impl Iterator<Item = &'a str>, url: Option<&str>) -> Self {
        let mut data = LinkedData::default();
        let (mut bytes, mut values) = (0, 0);
        for script in scripts {
            bytes += script.len();
            values += memchr3_iter(b',', b'{', b'[', script.as_bytes()).count();
            if bytes <= MOST_BYTES && values <= MOST_VALUES {
                parse(script).into_iter().for_each(|value| data.add(value));
            }
        }
        data.article = data.find_article(url);
        data
    }

    /// serde_json bounds the depth, so that this may call itself.
    fn add(&mut self, value: Value) {
        match value {
            Value::Array(values) => values.into_iter().for_each(|value| self.add(value)),
            Value::Object(mut object) if self.objects.len() < MOST_OBJECTS => {
                for inner in ["@graph", "mainEntity"] {
                    object.remove(inner).into_iter().for_each(|inner| self.add(inner));
                }
                self.objects.push(object);
            }
            _ => {}
        }
    }

    fn find_article(&self, url: Option<&str>) -> Option<usize> {
        let at = |kind: fn(&str) -> bool| {
            let of_kind = |at: &usize| types(&self.objects[*at]).any(kind);
            (0..self.objects.len()).filter(of_kind).collect::<Vec<_>>()
        };
        let mut articles = at(is_article);
        if articles.is_empty() {
            articles = at(is_page);
        }
        let is_meant = |at: &usize| url.is_some_and(|url| self.is_at(*at, url));
        articles.iter().copied().find(is_meant).or(articles.first().copied())
    }

    fn is_at(&self, at: usize, url: &str) -> bool {
        let object = &self.objects[at];
        let addresses =
            ["url", "mainEntityOfPage", "@id"].into_iter().filter_map(|key| object.get(key));
        addresses.filter_map(address).any(|found| same_page(found, url))
    }

    fn article(&self) -> Option<&Object> {
        self.objects.get(self.article?)
    }

    /// A text of the article, as `headline`.
    pub fn text(&self, key: &str) -> Option<String> {
        string(self.article()?.get(key)?)
    }

    /// The name of the publisher.
    pub fn publisher(&self) -> Option<String> {
        let publisher = self.article()?.get("publisher")?;
        self.entities(publisher).into_iter().map(|(name, _)| name).next()
    }

    /// Names of the authors, and whether each is called a person or nothing.
    pub fn authors(&self) -> Vec<(String, bool)> {
        let article = self.article();
        let author =
            article.and_then(|article| article.get("author").or_else(|| article.get("creator")));
        author.map(|author| self.entities(author)).unwrap_or_default()
    }

    /// The address of the article's image.
    pub fn image(&self) -> Option<String> {
        let article = self.article()?;
        let image = article.get("image").or_else(|| article.get("thumbnailUrl"))?;
        let image = match image {
            Value::Array(images) => images.first()?,
            image => image,
        };
        address(image).map(str::to_owned)
    }

    fn entities(&self, value: &Value) -> Vec<(String, bool)> {
        match value {
            Value::Array(values) => {
                values.iter().take(50).flat_map(|value| self.entity(value)).collect()
            }
            value => self.entity(value).into_iter().collect(),
        }
    }

    fn entity(&self, value: &Value) -> Vec<(String, bool)> {
        let object = match value {
            Value::String(name) => return vec![(tidy(name), true)],
            Value::Object(object) if object.contains_key("name") => Some(object),
            Value::Object(object) => object.get("@id").and_then(|id| self.of_id(id)),
            _ => None,
        };
        let Some(object) = object else { return Vec::new() };
        let is_person = types(object).all(|kind| kind == "Person");
        let names = match object.get("name") {
            Some(Value::Array(names)) => names.iter().take(50).filter_map(string).collect(),
            Some(name) => string(name).into_iter().collect(),
            None => Vec::new(),
        };
        names.into_iter().map(|name| (name, is_person)).collect()
    }

    fn of_id(&self, id: &Value) -> Option<&Object> {
        let is_it = |object: &&Object| object.get("@id") == Some(id) && object.contains_key("name");
        self.objects.iter().find(is_it)
    }
}

fn types(object: &Object) -> impl Iterator<Item = &str> {
    let (one, many) = match object.get("@type") {
        Some(Value::String(kind)) => (Some(kind.as_str()), None),
        Some(Value::Array(kinds)) => (None, Some(kinds)),
        _ => (None, None),
    };
    let kinds = one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_str));
    kinds.map(|kind| kind.rsplit(['/', ':']).next().unwrap_or(kind))
}

fn is_article(kind: &str) -> bool {
    kind.ends_with("Article")
        || kind.ends_with("BlogPosting")
        || ["Report", "Review"].contains(&kind)
}

fn is_page(kind: &str) -> bool {
    kind.ends_with("WebPage") || ["ItemPage", "CreativeWork", "VideoObject"].contains(&kind)
}

fn string(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Array(values) => values.first()?.as_str()?,
        Value::Object(object) => object.get("@value")?.as_str()?,
        _ => return None,
    };
    Some(tidy(text)).filter(|text| !text.is_empty())
}

fn address(value: &Value) -> Option<&str> {
    match value {
        Value::String(address) => Some(address),
        Value::Object(object) => {
            ["url", "contentUrl", "@id"].into_iter().find_map(|key| object.get(key)?.as_str())
        }
        _ => None,
    }
}

/// Whether two addresses differ in no more than scheme, `www.`, query and fragment.
fn same_page(one: &str, other: &str) -> bool {
    fn bare(address: &str) -> &str {
        let address = address.split(['?', '#']).next().unwrap_or_default();
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        address.trim_start_matches("www.").trim_end_matches('/')
    }
    bare(one) == bare(other)
}

/// The values in a script; nothing if it cannot be mended.
fn parse(script: &str) -> Vec<Value> {
    let text = unwrapped(script);
    let values = |text: &str| -> Vec<Value> {
        let values = serde_json::Deserializer::from_str(text).into_iter();
        values.map_while(Result::ok).take(MOST_OBJECTS).collect()
    };
    let found = values(text);
    match found.is_empty() && text.starts_with(['{', '[']) {
        true => values(&mended(text)),
        false => found,
    }
}

/// Without comments and `<![CDATA[` around it.
fn unwrapped(script: &str) -> &str {
    let start = script.find(['{', '[']).unwrap_or(0);
    let start = match script[start..].starts_with("[CDATA[") {
        true => start + script[start..].find('{').unwrap_or(0),
        false => start,
    };
    script[start..].trim()
}

/// JSON with what its writers get wrong put right.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut letters = text.char_indices().peekable();
    let mut in_string = false;
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if in_string => match letters.next() {
                Some((_, escaped)) if "\"\\/bfnrtu".contains(escaped) => {
                    out.extend(['\\', escaped])
                }
                Some((_, other)) => out.push(other),
                None => {}
            },
            '"' if in_string && !ends_string(&text[at + 1..]) => out.push_str("\\\""),
            '"' => {
                in_string = !in_string;
                out.push('"');
            }
            // Raw line ends and tabs, in strings and around them.
            letter if letter.is_control() => out.push(' '),
            ',' if !in_string && closes(&text[at + 1..]) => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Whether what follows a quote shows that it ended a string.
fn ends_string(rest: &str) -> bool {
    let rest = rest.trim_start();
    match rest.strip_prefix(',') {
        Some(rest) => rest.trim_start().starts_with(['"', '{', '[', '}', ']']),
        None => rest.is_empty() || rest.starts_with([':', '}', ']']),
    }
}

fn closes(rest: &str) -> bool {
    rest.trim_start().starts_with(['}', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, headline: &str) {
        let data = LinkedData::read([script].into_iter(), Some("https://a.example/1?x=2"));
        assert_eq!(data.text("headline").as_deref(), Some(headline), "{script}");
    }

    #[test]
    fn the_article_is_found() {
        check(r#"{"@type":"NewsArticle","headline":"a &amp;quot;b&amp;quot;"}"#, "a &quot;b&quot;");
        check(r#"[{"@type":"WebSite","headline":"x"},{"@type":["Article"],"headline":"a"}]"#, "a");
        check(r#"{"@graph":[{"@type":"http://schema.org/BlogPosting","headline":"a"}]}"#, "a");
        check(
            r#"[{"@type":"Article","headline":"x","url":"https://a.example/2"},
                {"@type":"Article","headline":"a","mainEntityOfPage":{"@id":"http://www.a.example/1"}}]"#,
            "a",
        );
        check(r#"{"@type":"WebPage","headline":"a"}"#, "a");
    }

    #[test]
    fn faults_of_writers_are_mended() {
        check("{\"@type\":\"Article\",\"headline\":\"a\nb\tc\"}", "a b c");
        check(r#"{"@type":"Article","headline":"a",}"#, "a");
        check(r#"{"@type":"Article","headline":"a"} ; trailing"#, "a");
        check(r#"{"@type":"Article","headline":"it\'s"}"#, "it's");
        check(r#"{"@type":"Article","headline":"say "yes" now","x":1}"#, "say \"yes\" now");
        check("<!-- {\"@type\":\"Article\",\"headline\":\"a\"} -->", "a");
        check("//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"a\"}\n//]]>", "a");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(200_000) + &"{\"@graph\":".repeat(1000);
        assert!(LinkedData::read([deep.as_str()].into_iter(), None).text("headline").is_none());
    }

    #[test]
    fn authors_are_resolved() {
        let script = r#"{"@graph":[{"@type":"Article","author":[{"@id":"p"},"Kim",{"@type":"Organization",
            "name":"AP"}],"publisher":{"name":"Site"}},{"@id":"p","@type":"Person","name":"Ann"}]}"#;
        let data = LinkedData::read([script].into_iter(), None);
        let expected = [("Ann", true), ("Kim", true), ("AP", false)];
        assert_eq!(data.authors(), expected.map(|(name, is_person)| (name.to_owned(), is_person)));
        assert_eq!(data.publisher().as_deref(), Some("Site"));
    }
}
