//! Settings as they were written: values, and where each one stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Value;
use toml::de::{DeInteger, DeTable, DeValue};

use super::problems::Problem;

/// Where a key or a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A range of bytes of `pipeline.toml`.
    File(Range<usize>),
    /// An environment variable of this name.
    Environment(String),
    /// `--set` with this key.
    Flag(String),
}

/// One key and what it was set to.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub key: Place,
    pub place: Place,
    pub content: Content,
}

/// What a key was set to.
#[derive(Debug, Clone)]
pub(super) enum Content {
    One(Value),
    List(Vec<Setting>),
    Table(Table),
}

/// Settings by key.
pub(super) type Table = BTreeMap<String, Setting>;

/// Tells where the value at a byte range was written.
pub(super) type Locate<'a> = &'a dyn Fn(Range<usize>) -> Place;

/// Takes over a parsed table; numbers beyond 64 bits are problems.
pub(super) fn table(parsed: &DeTable, locate: Locate, problems: &mut Vec<Problem>) -> Table {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue>)| {
        let content = content(value.get_ref(), &locate(value.span()), locate, problems);
        let setting = Setting { key: locate(key.span()), place: locate(value.span()), content };
        let name: &std::borrow::Cow<str> = key.get_ref();
        (name.to_string(), setting)
    };
    parsed.iter().map(entry).collect()
}

/// Takes over a parsed value.
pub(super) fn content(
    parsed: &DeValue,
    place: &Place,
    locate: Locate,
    problems: &mut Vec<Problem>,
) -> Content {
    match parsed {
        DeValue::String(text) => Content::One(Value::String(text.to_string())),
        DeValue::Boolean(yes) => Content::One(Value::Boolean(*yes)),
        DeValue::Datetime(date) => Content::One(Value::Datetime(*date)),
        DeValue::Float(float) => Content::One(float.as_str().parse().map_or(
            // The parser has checked the form, so this is out of reach.
            Value::Float(f64::NAN),
            Value::Float,
        )),
        DeValue::Integer(integer) => Content::One(Value::Integer(whole(integer, place, problems))),
        DeValue::Table(inner) => Content::Table(table(inner, locate, problems)),
        DeValue::Array(items) => Content::List(
            items
                .iter()
                .map(|item| {
                    let place = locate(item.span());
                    let content = content(item.get_ref(), &place, locate, problems);
                    Setting { key: place.clone(), place, content }
                })
                .collect(),
        ),
    }
}

fn whole(integer: &DeInteger, place: &Place, problems: &mut Vec<Problem>) -> i64 {
    i64::from_str_radix(integer.as_str(), integer.radix()).unwrap_or_else(|_| {
        let message = format!("the number {integer} is too large");
        problems.push(Problem::new(message, place.clone()));
        0
    })
}

impl Content {
    /// The plain value, for serde.
    pub fn to_value(&self) -> Value {
        match self {
            Content::One(value) => value.clone(),
            Content::List(items) => {
                Value::Array(items.iter().map(|item| item.content.to_value()).collect())
            }
            Content::Table(table) => to_value(table),
        }
    }
}

/// The plain table, for serde.
pub(super) fn to_value(table: &Table) -> Value {
    let entries = table.iter().map(|(key, setting)| (key.clone(), setting.content.to_value()));
    Value::Table(entries.collect())
}

/// The setting at `path`, or the nearest one above it.
pub(super) fn nearest<'a>(table: &'a Table, path: &[String]) -> Option<&'a Setting> {
    let (first, rest) = path.split_first()?;
    let setting = table.get(first)?;
    let deeper = match &setting.content {
        Content::One(_) => None,
        Content::Table(inner) => nearest(inner, rest),
        Content::List(items) => item(items, rest),
    };
    Some(deeper.unwrap_or(setting))
}

fn item<'a>(items: &'a [Setting], path: &[String]) -> Option<&'a Setting> {
    let (index, rest) = path.split_first()?;
    let item = items.get(index.parse::<usize>().ok()?)?;
    let Content::Table(inner) = &item.content else { return Some(item) };
    nearest(inner, rest).or(Some(item))
}

/// The setting at exactly `path`.
pub(super) fn find<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Setting> {
    let (first, rest) = path.split_first()?;
    let setting = table.get(*first)?;
    match (&setting.content, rest) {
        (_, []) => Some(setting),
        (Content::Table(inner), _) => find(inner, rest),
        _ => None,
    }
}

/// Puts `setting` at `path`; what is no table on the way is replaced by one.
pub(super) fn put(table: &mut Table, path: &[String], setting: Setting) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        table.insert(first.clone(), setting);
        return;
    }
    let empty = || Content::Table(Table::new());
    let inner = table.entry(first.clone()).or_insert_with(|| Setting {
        key: setting.key.clone(),
        place: setting.place.clone(),
        content: empty(),
    });
    if !matches!(inner.content, Content::Table(_)) {
        inner.content = empty();
    }
    if let Content::Table(inner) = &mut inner.content {
        put(inner, rest, setting);
    }
}
