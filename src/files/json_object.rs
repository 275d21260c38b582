//! A line of JSON → the fields of its object, values as they are written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Keys in their order, and their values as JSON.
pub(crate) type Fields<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The fields of the object that `line` is.
///
/// # Errors
/// Why it is none, or which key comes twice.
pub(crate) fn json_object(line: &str) -> Result<Fields<'_>, String> {
    let mut reader = serde_json::Deserializer::from_str(line.trim());
    let fields = reader.deserialize_map(Object).and_then(|found| reader.end().map(|()| found));
    let fields = fields.map_err(|error| {
        let problem = error.to_string().replace(" at line 1 column", " at column");
        format!("no JSON object: {problem}")
    })?;
    let mut keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("the key `{}` comes twice", pair[0])),
        None => Ok(fields),
    }
}

/// The string that `value` is; `None` if it is another kind of value.
pub(crate) fn json_string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            fields.push((key, map.next_value()?));
        }
        Ok(fields)
    }
}

/// A string that borrows from the line where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_are_written() {
        let fields = json_object(r#" {"a\n": 1.10, "b": {"c": [ 2 ]}, "d": "x\u00e9"} "#).unwrap();
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(key, value)| (key.as_ref(), value.get())).collect();
        assert_eq!(fields, [("a\n", "1.10"), ("b", r#"{"c": [ 2 ]}"#), ("d", r#""x\u00e9""#)]);
        assert_eq!(json_string(json_object(r#"{"d":"x\u00e9"}"#).unwrap()[0].1).unwrap(), "xé");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let check = |line: &str, part: &str| {
            let error = json_object(line).unwrap_err();
            assert!(error.contains(part), "{error}");
        };
        check("[1]", "a JSON object");
        check(r#"{"a": 1"#, "EOF");
        check(r#"{"a": 1} x"#, "trailing");
        check(r#"{"a": 1, "\u0061": 2}"#, "the key `a` comes twice");
        check("", "no JSON object");
        check(&"[".repeat(100_000), "no JSON object");
    }
}
