//! Columns → the parts of a document.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Columns, SourceParams};
use crate::data::{Document, Html, Split};
use crate::error::{Error, Result};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Text,
    Label,
    Rating,
    Date,
    Source,
    Title,
    Split,
    Group,
}

impl Role {
    pub const ALL: [Role; 9] = [
        Role::Id,
        Role::Text,
        Role::Label,
        Role::Rating,
        Role::Date,
        Role::Source,
        Role::Title,
        Role::Split,
        Role::Group,
    ];

    /// The key in `columns`, and the column's name when the key is absent.
    pub fn name(self) -> &'static str {
        match self {
            Role::Id => "id",
            Role::Text => "text",
            Role::Label => "label",
            Role::Rating => "rating",
            Role::Date => "date",
            Role::Source => "source",
            Role::Title => "title",
            Role::Split => "split",
            Role::Group => "group",
        }
    }

    /// The column named in the settings.
    pub fn configured(self, columns: &Columns) -> Option<&str> {
        let name = match self {
            Role::Id => &columns.id,
            Role::Text => &columns.text,
            Role::Label => &columns.label,
            Role::Rating => &columns.rating,
            Role::Date => &columns.date,
            Role::Source => &columns.source,
            Role::Title => &columns.title,
            Role::Split => &columns.split,
            Role::Group => &columns.group,
        };
        name.as_deref()
    }
}

/// Why a row cannot be used.
pub(super) type Reason = String;

/// Which column holds what, and the names of the labels.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    roles: Vec<(String, Role)>,
    required: Vec<(String, Role)>,
    labels: BTreeMap<String, String>,
}

impl Mapping {
    /// A column named in the settings never doubles as another one's default.
    pub fn new(params: &SourceParams) -> Self {
        let configured = |role: Role| role.configured(&params.columns).map(str::to_owned);
        let mut roles: Vec<(String, Role)> =
            Role::ALL.iter().filter_map(|&role| Some((configured(role)?, role))).collect();
        let mut required = roles.clone();
        for role in Role::ALL.into_iter().filter(|&role| configured(role).is_none()) {
            if roles.iter().all(|(name, _)| name != role.name()) {
                roles.push((role.name().to_owned(), role));
            }
        }
        if configured(Role::Text).is_none() {
            required.push((Role::Text.name().to_owned(), Role::Text));
        }
        Mapping { roles, required, labels: params.labels.clone() }
    }

    /// What the column `name` holds; `None`: it is kept in `extra`.
    pub fn role(&self, name: &str) -> Option<Role> {
        self.roles.iter().find(|(column, _)| column == name).map(|&(_, role)| role)
    }

    /// The role of each column of a header.
    ///
    /// # Errors
    /// A column that is needed is missing, or stands there twice.
    pub fn resolve(&self, header: &[String], path: &Path) -> Result<Vec<Option<Role>>> {
        let roles: Vec<_> = header.iter().map(|name| self.role(name)).collect();
        self.check_present(header, path)?;
        for (index, role) in roles.iter().enumerate() {
            if role.is_some() && roles[..index].contains(role) {
                return Err(Error::data(format!("there are two columns `{}`", header[index]))
                    .at(path.display().to_string())
                    .hinted("rename one of them"));
            }
        }
        Ok(roles)
    }

    /// Whether every configured column and the text are among `names`.
    ///
    /// # Errors
    /// One is missing; the message lists the columns there are.
    pub fn check_present(&self, names: &[String], path: &Path) -> Result<()> {
        let missing = self.required.iter().find(|(column, _)| !names.contains(column));
        let Some((column, role)) = missing else { return Ok(()) };
        let key = role.name();
        let found = listed(names);
        let hint = match (other_delimiter(names), nearest(column, names)) {
            (Some(hint), _) => hint.to_owned(),
            (None, Some(name)) => format!("set source.columns.{key} = \"{name}\""),
            (None, None) => format!("set source.columns.{key} to one of the columns"),
        };
        Err(Error::usage(format!("there is no column `{column}`; the columns are {found}"))
            .at(path.display().to_string())
            .hinted(hint))
    }

    /// Puts a value into its place.
    ///
    /// # Errors
    /// The reason why the row cannot be used.
    pub fn assign(
        &self,
        document: &mut Document<Html>,
        role: Role,
        value: &str,
    ) -> std::result::Result<(), Reason> {
        let some = || (!value.is_empty()).then(|| value.to_owned());
        match role {
            Role::Id => value.clone_into(&mut document.id),
            Role::Text => value.clone_into(&mut document.body.0),
            Role::Label => document.label = self.label(value)?,
            Role::Rating => document.rating = rating(value)?,
            Role::Split => document.split = split(value)?,
            Role::Date => document.date = some(),
            Role::Source => document.source = some(),
            Role::Title => document.title = some(),
            Role::Group => document.group = some(),
        }
        Ok(())
    }

    /// The label by its name here; an empty one is no label.
    ///
    /// # Errors
    /// The settings list labels, and this is none of them.
    pub fn label(&self, value: &str) -> std::result::Result<Option<String>, Reason> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(None);
        }
        if self.labels.is_empty() {
            return Ok(Some(value.to_owned()));
        }
        let name = self.labels.get(value).cloned();
        name.map(Some).ok_or_else(|| format!("unknown label `{}`", shortened(value)))
    }
}

/// What stands in a column of a text, as text; `None` for lists and objects.
///
/// A whole number is written without a point: where values are missing, many
/// programs write the labels 0 and 1 as 0.0 and 1.0.
pub(super) fn plain_text(value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 1e15 => {
                format!("{value:.0}")
            }
            _ => number.to_string(),
        }),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn rating(value: &str) -> std::result::Result<Option<f32>, Reason> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    match value.parse::<f32>() {
        Ok(rating) if rating.is_finite() => Ok(Some(rating)),
        _ => Err(format!("the rating `{}` is no number", shortened(value))),
    }
}

fn split(value: &str) -> std::result::Result<Option<Split>, Reason> {
    match value.trim().to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "train" => Ok(Some(Split::Train)),
        "test" => Ok(Some(Split::Test)),
        _ => Err(format!("the split `{}` is neither `train` nor `test`", shortened(value))),
    }
}

/// Hostile values do not fill the report.
fn shortened(value: &str) -> String {
    value.chars().take(40).collect()
}

/// Names in backticks, the first ones if there are many.
pub(super) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 30;
    let mut list: Vec<_> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", shortened(name))).collect();
    if names.len() > SHOWN {
        list.push("…".to_owned());
    }
    list.join(", ")
}

/// What to do about a table whose columns are parted by something else.
fn other_delimiter(names: &[String]) -> Option<&'static str> {
    let [only] = names else { return None };
    let hints = [
        ('\t', "its columns are parted by tabs: set source.kind = \"tsv\""),
        (',', "its columns are parted by commas: set source.kind = \"csv\""),
        (';', "columns parted by `;` are not read: save the table with commas or tabs"),
    ];
    hints.into_iter().find(|(delimiter, _)| only.contains(*delimiter)).map(|(_, hint)| hint)
}

fn nearest<'a>(wanted: &str, names: &'a [String]) -> Option<&'a String> {
    let likeness = |name: &str| strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase());
    names
        .iter()
        .filter(|name| name.len() < 200 && likeness(name) > 0.6)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(settings: &str) -> Mapping {
        let params: SourceParams = toml::from_str(&format!("kind = \"csv\"\n{settings}")).unwrap();
        Mapping::new(&params)
    }

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn assigned(settings: &str, role: Role, value: &str) -> Option<Document<Html>> {
        let mut document = Document::default();
        mapping(settings).assign(&mut document, role, value).ok().map(|()| document)
    }

    #[test]
    fn columns_are_found_by_settings_then_by_name() {
        let mapping = mapping("columns = { text = \"title\", id = \"key\" }");
        let roles = mapping
            .resolve(&header(&["key", "title", "id", "label", "x"]), Path::new("a.csv"))
            .unwrap();
        assert_eq!(roles, [Some(Role::Id), Some(Role::Text), None, Some(Role::Label), None]);
    }

    #[test]
    fn a_missing_column_is_an_error_with_the_nearest_name() {
        let mapping = mapping("columns = { text = \"documnt\" }");
        let names = header(&["id", "document", "label"]);
        let error = mapping.resolve(&names, Path::new("a.csv")).unwrap_err();
        assert!(error.to_string().ends_with("`id`, `document`, `label`"), "{error}");
        assert_eq!(error.hint(), Some("set source.columns.text = \"document\""));
    }

    #[test]
    fn text_is_needed_even_without_settings() {
        assert!(mapping("").resolve(&header(&["id"]), Path::new("a.csv")).is_err());
        assert!(mapping("").resolve(&header(&["text"]), Path::new("a.csv")).is_ok());
    }

    #[test]
    fn a_column_twice_is_an_error_if_it_is_used() {
        let resolve = |names| mapping("").resolve(&header(names), Path::new("a.csv"));
        assert!(resolve(&["text", "label", "label"]).is_err());
        assert!(resolve(&["text", "", ""]).is_ok());
    }

    #[test]
    fn labels_get_their_names() {
        let labels = "labels = { 0 = \"negative\", 1 = \"positive\" }";
        let label = |value| assigned(labels, Role::Label, value).map(|document| document.label);
        assert_eq!(label(" 1 "), Some(Some("positive".to_owned())));
        assert_eq!(label(""), Some(None));
        assert_eq!(label("positive"), None);
        assert_eq!(assigned("", Role::Label, "any").unwrap().label.unwrap(), "any");
    }

    #[test]
    fn ratings_and_splits_are_read_or_refused() {
        let rating = |value| assigned("", Role::Rating, value).map(|document| document.rating);
        assert_eq!(rating("7.5"), Some(Some(7.5)));
        assert_eq!(rating(" "), Some(None));
        assert_eq!((rating("many"), rating("NaN"), rating("1e99")), (None, None, None));
        assert_eq!(assigned("", Role::Split, "Test").unwrap().split, Some(Split::Test));
        assert!(assigned("", Role::Split, "dev").is_none());
    }

    #[test]
    fn values_become_text() {
        let text = |json: &str| plain_text(serde_json::from_str(json).unwrap());
        assert_eq!(text("1").as_deref(), Some("1"));
        assert_eq!(text("1.0").as_deref(), Some("1"));
        assert_eq!(text("0.5").as_deref(), Some("0.5"));
        assert_eq!(text("true").as_deref(), Some("true"));
        assert_eq!(text("null").as_deref(), Some(""));
        assert_eq!(text("[1]"), None);
    }
}
