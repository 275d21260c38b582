//! Keys and types, compared with the schema: every mismatch is a problem.

use std::collections::BTreeSet;

use serde_json::Value as Schema;
use toml::Value;

use super::problems::Problem;
use super::schema::{forms, keys, resolve};
use super::settings::{Content, Place, Setting, Table};

/// Reports every unknown or missing key and every value of a wrong type, and
/// takes them out of `table`, so that what is left can be checked further.
///
/// `path` is where `table` stands, from the top of the file. `false` if a key
/// that is needed is missing.
pub(super) fn check(
    table: &mut Table,
    place: &Place,
    schema: &'static Schema,
    path: &[String],
    problems: &mut Vec<Problem>,
) -> bool {
    let schema = resolve(schema);
    let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
    let written: BTreeSet<String> = table.keys().cloned().collect();
    table.retain(|key, setting| {
        let path = [path, std::slice::from_ref(key)].concat();
        match schema["properties"].get(key).or(rest) {
            Some(inner) => check_value(setting, resolve(inner), &path, problems),
            None => {
                problems.push(unknown(key, setting, schema, &path));
                false
            }
        }
    });
    check_required(&written, place, schema, path, problems);
    required(schema).all(|key| table.contains_key(key))
}

/// A key's path as messages show it: `vectorize.max_df`, whatever the pipeline.
pub(super) fn label(path: &[String]) -> String {
    let shown = match path {
        [first, _, rest @ ..] if first == "pipeline" && !rest.is_empty() => rest,
        whole => whole,
    };
    // A quoted key may hold anything, even what steers a terminal.
    shown.join(".").replace(char::is_control, "\u{fffd}")
}

/// A value as messages show it.
pub(super) fn shown(content: &Content) -> String {
    match content {
        Content::List(_) => "a list".to_owned(),
        Content::Table(_) => "a table".to_owned(),
        Content::One(Value::String(text)) => quoted(text),
        Content::One(value) => value.to_string(),
    }
}

/// A text in quotes, cut where it is too long for a message.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", short.replace(char::is_control, "\u{fffd}"))
}

/// `did you mean …?` for what is close enough, and all that exists.
pub(super) fn suggestion(unknown: &str, known: &[&str], kind: &str) -> String {
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match nearest(unknown, known) {
        _ if known.is_empty() => format!("{kind} none"),
        Some(name) => format!("did you mean `{name}`? {kind} {list}"),
        None => format!("{kind} {list}"),
    }
}

fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let unknown: String = unknown.chars().take(64).flat_map(char::to_lowercase).collect();
    let score = |name: &str| strsim::jaro_winkler(&unknown, &name.to_lowercase());
    let best = known.iter().map(|name| (score(name), *name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.75).then_some(best.1)
}

/// What is written and wrong is reported already; only what is not there is missing.
fn check_required(
    written: &BTreeSet<String>,
    place: &Place,
    schema: &'static Schema,
    path: &[String],
    problems: &mut Vec<Problem>,
) {
    for key in required(schema).filter(|key| !written.contains(*key)) {
        let path = [path, &[key.to_owned()]].concat();
        let wanted = describe(resolve(&schema["properties"][key]));
        let message = format!("setting `{}` is missing", label(&path));
        problems.push(Problem::new(message, place.clone()).hinted(format!("it must be {wanted}")));
    }
}

fn required(schema: &Schema) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Schema::as_str)
}

fn unknown(key: &str, setting: &Setting, schema: &Schema, path: &[String]) -> Problem {
    let message = format!("unknown setting `{}`", label(path));
    let hint = suggestion(key, &keys(schema), "the keys here are");
    Problem::new(message, setting.key.clone()).hinted(hint)
}

/// `false` if the value is wrong, or something in it that it needs.
fn check_value(
    setting: &mut Setting,
    schema: &'static Schema,
    path: &[String],
    problems: &mut Vec<Problem>,
) -> bool {
    let fits = match &mut setting.content {
        Content::Table(inner) if is(schema, "object") => {
            return check(inner, &setting.place, schema, path, problems);
        }
        Content::List(items) if has_length(items, schema) => {
            return check_items(items, schema, path, problems);
        }
        Content::One(value) => fits(value, schema),
        Content::Table(_) | Content::List(_) => false,
    };
    if !fits {
        problems.push(wrong(setting, schema, path));
    }
    fits
}

fn wrong(setting: &Setting, schema: &'static Schema, path: &[String]) -> Problem {
    let (shown, must) = (shown(&setting.content), describe(schema) + &most(setting, schema));
    let message = format!("setting `{}` is {shown}, but must be {must}", label(path));
    let problem = Problem::new(message, setting.place.clone());
    match nearest_choice(setting, schema) {
        Some(choice) => problem.hinted(format!("did you mean \"{choice}\"?")),
        None => problem,
    }
}

/// The largest number, where it is what the setting goes beyond.
fn most(setting: &Setting, schema: &Schema) -> String {
    match &setting.content {
        Content::One(Value::Integer(number)) if *number > highest(schema) => {
            format!(" to {}", highest(schema))
        }
        _ => String::new(),
    }
}

fn has_length(items: &[Setting], schema: &Schema) -> bool {
    let least = schema["minItems"].as_u64().unwrap_or(0);
    let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
    is(schema, "array") && (least..=most).contains(&(items.len() as u64))
}

fn check_items(
    items: &mut [Setting],
    schema: &'static Schema,
    path: &[String],
    problems: &mut Vec<Problem>,
) -> bool {
    let mut all_fit = true;
    for (index, item) in items.iter_mut().enumerate() {
        if let Some(schema) = schema["prefixItems"].get(index).or(schema.get("items")) {
            let path = [path, &[index.to_string()]].concat();
            all_fit &= check_value(item, resolve(schema), &path, problems);
        }
    }
    all_fit
}

fn fits(value: &Value, schema: &'static Schema) -> bool {
    let forms = forms(schema);
    if !forms.is_empty() {
        return forms.into_iter().any(|form| fits(value, resolve(form)));
    }
    match value {
        Value::String(text) => {
            let choices = choices(schema);
            choices.contains(&text.as_str()) || (choices.is_empty() && is(schema, "string"))
        }
        Value::Boolean(_) => is(schema, "boolean"),
        // TOML's integers are numbers too: `C = 20`.
        Value::Integer(number) => is(schema, "number") || in_range(*number, schema),
        Value::Float(_) => is(schema, "number"),
        _ => false,
    }
}

fn in_range(number: i64, schema: &Schema) -> bool {
    let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
    is(schema, "integer") && (least..=highest(schema)).contains(&number)
}

fn highest(schema: &Schema) -> i64 {
    match schema["format"].as_str() {
        Some("uint32") => i64::from(u32::MAX),
        _ => i64::MAX,
    }
}

fn is(schema: &Schema, kind: &str) -> bool {
    match &schema["type"] {
        Schema::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    }
}

/// The names that a text may be, if it may not be anything.
fn choices(schema: &Schema) -> Vec<&str> {
    let variants =
        schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(schema));
    variants.iter().flat_map(names).collect()
}

fn names(variant: &Schema) -> Vec<&str> {
    let many = variant["enum"].as_array().into_iter().flatten();
    many.chain(variant.get("const")).filter_map(Schema::as_str).collect()
}

fn nearest_choice(setting: &Setting, schema: &'static Schema) -> Option<&'static str> {
    let Content::One(Value::String(text)) = &setting.content else { return None };
    nearest(text, &choices(schema))
}

/// What a setting must be, in words.
fn describe(schema: &'static Schema) -> String {
    let choices = choices(schema);
    if !choices.is_empty() {
        return format!("one of \"{}\"", choices.join("\", \""));
    }
    let forms: Vec<_> = forms(schema).into_iter().map(resolve).collect();
    // Every whole number is a number.
    let wide = |form: &&'static Schema| !is(form, "integer");
    if forms.iter().any(|form| is(form, "number")) {
        return forms.into_iter().filter(wide).map(describe).collect::<Vec<_>>().join(" or ");
    }
    if !forms.is_empty() {
        return forms.into_iter().map(describe).collect::<Vec<_>>().join(" or ");
    }
    if let Some(items) = schema["prefixItems"].as_array() {
        let each = items.first().map_or_else(String::new, |item| describe(resolve(item)));
        return format!("a list of {} items, each {each}", items.len());
    }
    const WORDS: [(&str, &str); 5] = [
        ("string", "a text in quotes"),
        ("boolean", "true or false"),
        ("number", "a number"),
        ("array", "a list"),
        ("object", "a table"),
    ];
    let word = WORDS.iter().find(|(kind, _)| is(schema, kind));
    word.map_or_else(|| whole_number(schema), |(_, words)| (*words).to_owned())
}

fn whole_number(schema: &Schema) -> String {
    match schema["minimum"].as_i64() {
        Some(least) => format!("a whole number from {least}"),
        None => "a whole number".to_owned(),
    }
}

/// Whether a setting can be nothing but text, so that `2024` means the text.
pub(super) fn is_text(schema: &Schema) -> bool {
    is(schema, "string") || !choices(schema).is_empty()
}
