//! Every effective value and where it comes from.

use std::fmt;

use super::Pipeline;
use super::problems::Text;
use super::settings::{self, Place, Table};

/// Where a value comes from; each kind wins over those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The program.
    Default,
    /// A line of `pipeline.toml`.
    File {
        /// The file as the user knows it.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// This environment variable.
    Environment(String),
    /// `--set`.
    Flag,
}

/// One effective setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Its path, from the room on.
    pub key: Vec<String>,
    /// What it is set to.
    pub value: serde_json::Value,
    /// Where that comes from.
    pub origin: Origin,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { name, line } => write!(f, "{name}:{line}"),
            Origin::Environment(name) => f.write_str(name),
            Origin::Flag => f.write_str("--set"),
        }
    }
}

impl Value {
    /// The key below its room, as TOML writes it: `columns.group`.
    pub fn toml_key(&self) -> String {
        let keys = self.key.iter().skip(1).map(|key| quoted(key));
        keys.collect::<Vec<_>>().join(".")
    }

    /// The value as TOML writes it.
    pub fn toml_value(&self) -> String {
        toml::Value::try_from(&self.value)
            .expect("settings hold no null and no number beyond TOML's")
            .to_string()
    }
}

/// A bare key where TOML allows one.
fn quoted(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    match !key.is_empty() && key.bytes().all(is_bare) {
        true => key.to_owned(),
        false => toml::Value::from(key).to_string(),
    }
}

/// All values of the rooms, in the order of flow.
pub(super) fn values(pipeline: &Pipeline, table: &Table, text: &Text) -> Vec<Value> {
    let json = serde_json::to_value(pipeline).expect("settings are plain data with text keys");
    let mut values = Vec::new();
    let rooms = json.as_object().into_iter().flatten().filter(|(_, room)| room.is_object());
    for (room, settings) in rooms {
        leaves(&mut vec![room.clone()], settings, &mut values);
    }
    let with_origin = |(key, value): (Vec<String>, serde_json::Value)| {
        let path: Vec<&str> = key.iter().map(String::as_str).collect();
        let setting = settings::find(table, &path);
        let origin = setting.map_or(Origin::Default, |setting| origin(&setting.place, text));
        Value { key, value, origin }
    };
    values.into_iter().map(with_origin).collect()
}

fn leaves(
    path: &mut Vec<String>,
    value: &serde_json::Value,
    out: &mut Vec<(Vec<String>, serde_json::Value)>,
) {
    match value {
        // What is not set has no value to show.
        serde_json::Value::Null => {}
        serde_json::Value::Object(inner) if !inner.is_empty() => {
            for (key, value) in inner {
                path.push(key.clone());
                leaves(path, value, out);
                path.pop();
            }
        }
        leaf => out.push((path.clone(), leaf.clone())),
    }
}

fn origin(place: &Place, text: &Text) -> Origin {
    match place {
        Place::File(range) => {
            Origin::File { name: text.name.clone(), line: text.line_number(range) }
        }
        Place::Environment(name) => Origin::Environment(name.clone()),
        Place::Flag(_) => Origin::Flag,
    }
}
