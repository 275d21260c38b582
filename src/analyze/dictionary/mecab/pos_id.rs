//! `pos-id.def`: rules that number features.

use std::path::Path;

use super::columns::columns;
use super::lines::each_rule;
use crate::error::Result;

/// mecab-ko-dic has 65.
const MAX_RULES: usize = 10_000;

/// Rules in their order; the first that fits counts.
#[derive(Debug, Default)]
pub(super) struct PosIds {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    columns: Vec<Pattern>,
    posid: u16,
}

/// What one column may be.
#[derive(Debug)]
enum Pattern {
    Any,
    One(String),
    OneOf(Vec<String>),
}

impl PosIds {
    /// Reads lines such as `NNG,*,(T|F) 150`.
    ///
    /// # Errors
    /// The file cannot be read, or a line has another form.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut rules = Vec::new();
        each_rule(path, &mut |line| {
            if rules.len() == MAX_RULES {
                return Err(format!("there are more than {MAX_RULES} rules"));
            }
            let rule = parse(line).ok_or("a rule is a pattern, a space and a number")?;
            rules.push(rule);
            Ok(())
        })?;
        Ok(PosIds { rules })
    }

    /// The number of a feature, if a rule fits it.
    pub(super) fn find(&self, feature: &str) -> Option<u16> {
        let columns: Vec<_> = columns(feature).collect();
        self.rules.iter().find(|rule| rule.fits(&columns)).map(|rule| rule.posid)
    }
}

impl Rule {
    /// A feature may have more columns than the rule, not fewer.
    fn fits<T: AsRef<str>>(&self, columns: &[T]) -> bool {
        self.columns.len() <= columns.len()
            && self
                .columns
                .iter()
                .zip(columns)
                .all(|(pattern, column)| pattern.fits(column.as_ref()))
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        match (text, inner) {
            ("*", _) => Pattern::Any,
            (_, Some(inner)) => Pattern::OneOf(inner.split('|').map(str::to_owned).collect()),
            _ => Pattern::One(text.to_owned()),
        }
    }

    fn fits(&self, column: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::One(text) => text == column,
            Pattern::OneOf(texts) => texts.iter().any(|text| text == column),
        }
    }
}

fn parse(line: &str) -> Option<Rule> {
    let (pattern, posid) = line.rsplit_once(char::is_whitespace)?;
    let columns = columns(pattern.trim()).map(|column| Pattern::new(&column)).collect();
    Some(Rule { columns, posid: posid.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PosIds> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        PosIds::read(file.path())
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let ids = read("*,*,Compound 1\n# none\nJX,* 120\n(VA|VV) 170\nJX,*,* 9\n").unwrap();
        let check = |feature, expected| assert_eq!(ids.find(feature), expected, "{feature}");
        check("JX,a,b,c", Some(120));
        check("JX,a,Compound", Some(1));
        check("VV", Some(170));
        check("JX", None);
        check("\"VV\",x", Some(170));
        for bad in ["JX", "JX x", "JX 70000"] {
            assert!(read(bad).unwrap_err().place().unwrap().ends_with(", line 1"), "{bad}");
        }
    }
}
