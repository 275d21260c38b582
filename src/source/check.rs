//! Settings of a source that contradict themselves or each other.

use super::mapping::Role;
use super::{SourceKind, SourceParams};
use crate::error::Error;
use crate::files::check_label;

impl SourceParams {
    /// Every problem of the settings, found without touching a file.
    pub fn check(&self) -> Vec<Error> {
        let mut problems = Vec::new();
        problems.extend(self.check_place());
        problems.extend(self.check_sha256());
        problems.extend(self.check_encoding());
        problems.extend(self.check_applies());
        problems.extend(self.check_columns());
        problems.extend(self.check_labels());
        problems
    }

    fn check_place(&self) -> Option<Error> {
        let named = [
            self.path.as_ref().map(|path| path.as_os_str().is_empty()),
            self.url.as_ref().map(|url| url.is_empty()),
        ];
        if named.contains(&Some(false)) {
            return None;
        }
        Some(
            Error::usage("`source` has neither `path` nor `url`")
                .hinted("set source.path to a file or folder, or source.url to a download"),
        )
    }

    fn check_sha256(&self) -> Vec<Error> {
        let mut problems = Vec::new();
        let Some(sha256) = &self.sha256 else { return problems };
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let message =
                format!("setting `source.sha256` is `{sha256}`, not 64 hexadecimal digits");
            problems.push(Error::usage(message).hinted("`sha256sum FILE` prints them"));
        }
        if self.url.is_none() {
            problems.push(
                Error::usage("setting `source.sha256` needs `source.url`")
                    .hinted("it is checked after a download; a file at `path` is read as it is"),
            );
        }
        problems
    }

    fn check_encoding(&self) -> Option<Error> {
        let problem = check_label(self.encoding.as_deref()?).err()?;
        Some(problem.at("setting `source.encoding`"))
    }

    fn check_applies(&self) -> Vec<Error> {
        let (kind, name) = (self.kind, kind_name(self.kind));
        let table = matches!(kind, SourceKind::Tsv | SourceKind::Csv);
        let has_columns = table || matches!(kind, SourceKind::Jsonl | SourceKind::Parquet);
        let has_text = !matches!(kind, SourceKind::Imdb | SourceKind::Parquet);
        [
            (!self.quoting && !table, "quoting", "tables (`tsv`, `csv`)"),
            (self.encoding.is_some() && !has_text, "encoding", "tables, JSON lines and folders"),
            (
                self.columns != Default::default() && !has_columns,
                "columns",
                "tables, JSON lines and Parquet",
            ),
        ]
        .into_iter()
        .filter(|(wrong, ..)| *wrong)
        .map(|(_, key, kinds)| {
            Error::usage(format!("setting `source.{key}` does not apply to the kind `{name}`"))
                .hinted(format!("remove it; it is for {kinds}"))
        })
        .collect()
    }

    fn check_columns(&self) -> Vec<Error> {
        let mut problems = Vec::new();
        let mut seen: Vec<(&str, Role)> = Vec::new();
        for role in Role::ALL {
            let Some(column) = role.configured(&self.columns) else { continue };
            let key = role.name();
            if column.is_empty() {
                problems.push(Error::usage(format!("setting `source.columns.{key}` is empty")));
            } else if let Some((_, other)) = seen.iter().find(|(name, _)| *name == column) {
                let other = other.name();
                problems.push(
                    Error::usage(format!(
                        "`source.columns.{other}` and `source.columns.{key}` are both `{column}`"
                    ))
                    .hinted("a column has one meaning; remove one of the two"),
                );
            }
            seen.push((column, role));
        }
        problems
    }

    fn check_labels(&self) -> Vec<Error> {
        let empty = |(from, to): (&String, &String)| {
            (from.trim() != from || from.is_empty() || to.is_empty()).then(|| {
                Error::usage(format!("setting `source.labels` maps `{from}` to `{to}`"))
                    .hinted("neither side may be empty or have spaces around it")
            })
        };
        self.labels.iter().filter_map(empty).collect()
    }
}

fn kind_name(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Imdb => "imdb",
        SourceKind::Tsv => "tsv",
        SourceKind::Csv => "csv",
        SourceKind::Jsonl => "jsonl",
        SourceKind::Parquet => "parquet",
        SourceKind::Folder => "folder",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::params;

    fn check(settings: &str, expected: &[&str]) {
        let found: Vec<_> = params(settings).check().iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn good_settings_have_no_problem() {
        check("kind = \"tsv\"\npath = \"a\"\nquoting = false\nencoding = \"euc-kr\"", &[]);
        check("kind = \"imdb\"\nurl = \"https://a.b/c\"\nlabels = { pos = \"positive\" }", &[]);
        let digits = "0aF9".repeat(16);
        check(&format!("kind = \"jsonl\"\nurl = \"https://a.b\"\nsha256 = \"{digits}\""), &[]);
    }

    #[test]
    fn a_place_is_needed() {
        check("kind = \"csv\"", &["neither"]);
        check("kind = \"csv\"\npath = \"\"", &["neither"]);
    }

    #[test]
    fn keys_of_other_kinds_are_named() {
        let settings = "kind = \"folder\"\npath = \"a\"\nquoting = false\ncolumns = { id = \"a\" }";
        check(settings, &["`source.quoting` does not apply", "`source.columns` does not apply"]);
        let settings = "kind = \"parquet\"\npath = \"a\"\nencoding = \"euc-kr\"";
        check(settings, &["`source.encoding` does not apply to the kind `parquet`"]);
    }

    #[test]
    fn wrong_values_are_all_reported() {
        check(
            "kind = \"csv\"\npath = \"a\"\nsha256 = \"12\"\nencoding = \"klingon\"\n\
             columns = { id = \"a\", text = \"a\", group = \"\" }\nlabels = { 0 = \"\" }",
            &[
                "64 hexadecimal",
                "needs `source.url`",
                "`klingon`",
                "are both `a`",
                "is empty",
                "maps `0`",
            ],
        );
    }
}
