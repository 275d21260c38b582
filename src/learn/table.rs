//! A table of numbers, as a teaching example or another program writes it.
//!
//! In: CSV or TSV, packed with gzip or not, that names its columns. Out: rows of finite
//! numbers, and a target beside them. Promises: what is no number is named by file, line
//! and column; size is bounded before memory is taken.

use std::collections::HashMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::files::{Dialect, Format, Record, TableReader, place};

/// 512 MB of numbers.
const MOST_NUMBERS: usize = 1 << 26;
/// More different labels are names, not classes.
const MOST_CLASSES: usize = 1_000;
/// Names that a message lists.
const LISTED: usize = 12;

/// Rows of numbers under names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DenseTable {
    names: Vec<String>,
    values: Vec<f64>,
    rows: usize,
}

impl DenseTable {
    /// A table of `values`, row by row.
    ///
    /// # Errors
    /// If `values` do not fill rows as wide as `names`.
    pub fn new(names: Vec<String>, values: Vec<f64>) -> Result<Self> {
        if names.is_empty() || !values.len().is_multiple_of(names.len()) {
            let (values, names) = (values.len(), names.len());
            return Err(Error::data(format!("{values} numbers do not fill rows of {names}")));
        }
        Ok(DenseTable { rows: values.len() / names.len(), names, values })
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.names.len()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.names.len()..(row + 1) * self.names.len()]
    }

    /// All rows, one after another.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same with each number changed by its column.
    pub(super) fn map(&self, change: impl Fn(usize, f64) -> f64) -> DenseTable {
        let columns = self.columns();
        let values = self.values.iter().enumerate();
        let values = values.map(|(place, value)| change(place % columns, *value)).collect();
        DenseTable { names: self.names.clone(), values, rows: self.rows }
    }
}

/// What is learned from a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A number a row.
    Numbers(Vec<f64>),
    /// A class a row.
    Classes {
        /// Their names: by size where all are numbers, else by bytes.
        names: Vec<String>,
        /// The number of each row's class.
        of_rows: Vec<u32>,
    },
}

/// Which kind of target a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// Numbers.
    Numbers,
    /// Classes.
    Classes,
}

/// Reads a table and its target. The features are `columns`, or all but the target.
///
/// # Errors
/// If the file cannot be read, lacks a column, is too large, or a cell is no finite number.
pub fn read_table(
    path: &Path,
    (target, kind): (&str, TargetKind),
    columns: Option<&[String]>,
) -> Result<(DenseTable, Target)> {
    let mut reading = Reading::open(path)?;
    let target = reading.find(target)?;
    let chosen = match columns {
        Some(columns) => reading.find_all(columns)?,
        None => (0..reading.header().len()).filter(|column| *column != target).collect(),
    };
    if chosen.contains(&target) {
        return Err(Error::usage(format!("`{}` is the target", reading.header()[target]))
            .at(path.display().to_string())
            .hinted("leave it out of --columns"));
    }
    let mut labels = Labels::default();
    let mut numbers: Vec<f64> = Vec::new();
    let table = reading.read(&chosen, Some(target), |text| {
        match kind {
            TargetKind::Numbers => numbers.push(number(text)?),
            TargetKind::Classes => labels.add(text.trim())?,
        }
        Ok(())
    })?;
    if table.rows() == 0 {
        return Err(
            Error::data("the table has no rows to learn from").at(path.display().to_string())
        );
    }
    let target = match kind {
        TargetKind::Numbers => Target::Numbers(numbers),
        TargetKind::Classes => labels.in_order(),
    };
    Ok((table, target))
}

/// Reads `columns` of a table, in that order; others are passed over.
///
/// # Errors
/// As [`read_table`].
pub fn read_columns(path: &Path, columns: &[String]) -> Result<DenseTable> {
    let mut reading = Reading::open(path)?;
    let chosen = reading.find_all(columns)?;
    reading.read(&chosen, None, |_| Ok(()))
}

/// The names of a table's columns.
///
/// # Errors
/// As [`read_table`].
pub fn read_names(path: &Path) -> Result<Vec<String>> {
    Ok(Reading::open(path)?.header().to_vec())
}

/// `1,2.5` → a row of `columns` numbers.
///
/// # Errors
/// If they are others or no finite numbers.
pub fn read_row(text: &str, columns: usize) -> Result<Vec<f64>> {
    let shown: String = text.chars().take(60).collect();
    let wrong = |reason: String| {
        Error::usage(format!("`{shown}` is no row: {reason}")).hinted(format!(
            "give {columns} numbers with commas between, in the order of the columns"
        ))
    };
    let fields: Vec<&str> = text.split(',').collect();
    if fields.len() != columns {
        return Err(wrong(format!("{} numbers instead of {columns}", fields.len())));
    }
    fields.into_iter().map(|field| number(field).map_err(wrong)).collect()
}

struct Reading<'a> {
    path: &'a Path,
    reader: TableReader,
}

impl<'a> Reading<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let delimiter = match Format::of(path)? {
            Format::Csv => b',',
            Format::Tsv => b'\t',
            Format::Jsonl | Format::Parquet => {
                return Err(Error::usage(format!("`{}` is no table of text", path.display()))
                    .hinted("numbers are learned from `.csv` or `.tsv`, with `.gz` or without"));
            }
        };
        let reader = TableReader::open(path, Dialect { delimiter, quoting: true }, None)?;
        let reading = Reading { path, reader };
        reading.check_header()?;
        Ok(reading)
    }

    fn header(&self) -> &[String] {
        self.reader.header()
    }

    fn check_header(&self) -> Result<()> {
        let mut names: Vec<&str> = self.header().iter().map(|name| name.trim()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let problem = match twice {
            _ if names.contains(&"") => "a column has no name".to_owned(),
            Some(name) => format!("two columns are named `{name}`"),
            None => return Ok(()),
        };
        Err(Error::data(problem).at(place(self.path, 1)).hinted("the first line names the columns"))
    }

    fn find(&self, name: &str) -> Result<usize> {
        let found = self.header().iter().position(|known| known.trim() == name.trim());
        found.ok_or_else(|| {
            let names =
                self.header().iter().take(LISTED).map(|known| format!("`{}`", known.trim()));
            let names = names.collect::<Vec<_>>().join(", ");
            let more = self.header().len().saturating_sub(LISTED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            Error::usage(format!("the table has no column `{name}`"))
                .at(self.path.display().to_string())
                .hinted(format!("its columns are {names}{more}"))
        })
    }

    fn find_all(&self, names: &[String]) -> Result<Vec<usize>> {
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let place = self.find(name)?;
            if found.contains(&place) {
                return Err(Error::usage(format!("the column `{name}` is asked for twice")));
            }
            found.push(place);
        }
        Ok(found)
    }

    /// Reads the `chosen` columns; `take` gets the text of the `target`, if there is one.
    fn read(
        &mut self,
        chosen: &[usize],
        target: Option<usize>,
        mut take: impl FnMut(&str) -> std::result::Result<(), String>,
    ) -> Result<DenseTable> {
        if chosen.is_empty() {
            return Err(Error::usage("the table has no column to learn from")
                .at(self.path.display().to_string()));
        }
        let names: Vec<String> = self.header().iter().map(|name| name.trim().to_owned()).collect();
        let (mut values, mut rows) = (Vec::new(), 0);
        let mut record = Record::default();
        while self.reader.next_record(&mut record)? {
            let here = |error: Error| error.at(place(self.path, record.line()));
            if let Some(problem) = record.problem(names.len()) {
                return Err(here(Error::data(problem)));
            }
            if values.len() + chosen.len() > MOST_NUMBERS {
                let message = format!("the table has more than {MOST_NUMBERS} numbers");
                return Err(here(Error::data(message)).hinted("choose some --columns"));
            }
            let fields: Vec<&str> = record.fields().collect();
            let wrong = |column: usize, problem: String, hint: &str| {
                here(Error::data(format!("the column `{}` {problem}", names[column]))).hinted(hint)
            };
            let of_cell = "mend the cell, or name the columns that hold numbers with --columns";
            let of_target = "`linear` learns numbers, `logistic` and `softmax` a few labels";
            for &column in chosen {
                values.push(
                    number(fields[column]).map_err(|problem| wrong(column, problem, of_cell))?,
                );
            }
            if let Some(target) = target {
                take(fields[target]).map_err(|problem| wrong(target, problem, of_target))?;
            }
            rows += 1;
        }
        let names = chosen.iter().map(|column| names[*column].clone()).collect();
        Ok(DenseTable { names, values, rows })
    }
}

fn number(text: &str) -> std::result::Result<f64, String> {
    let text = text.trim();
    let shown = || text.chars().take(40).collect::<String>();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(format!("holds `{}`, which is not finite", shown())),
        Err(_) if text.is_empty() => Err("is empty".to_owned()),
        Err(_) => Err(format!("holds `{}`, which is no number", shown())),
    }
}

/// Labels, numbered as they come.
#[derive(Default)]
struct Labels {
    numbers: HashMap<String, u32>,
    of_rows: Vec<u32>,
}

impl Labels {
    fn add(&mut self, label: &str) -> std::result::Result<(), String> {
        let number = match self.numbers.get(label) {
            Some(number) => *number,
            None if label.is_empty() => return Err("is empty".to_owned()),
            None if self.numbers.len() == MOST_CLASSES => {
                return Err(format!("has more than {MOST_CLASSES} different labels"));
            }
            None => {
                let number = self.numbers.len() as u32;
                self.numbers.insert(label.to_owned(), number);
                number
            }
        };
        self.of_rows.push(number);
        Ok(())
    }

    /// Numbers them by size where all are numbers (`10` comes after `9`), else by bytes.
    fn in_order(self) -> Target {
        let mut names: Vec<(String, u32)> = self.numbers.into_iter().collect();
        names.sort_unstable();
        let sizes: Option<Vec<f64>> = names.iter().map(|(name, _)| number(name).ok()).collect();
        if let Some(sizes) = sizes {
            let mut order: Vec<usize> = (0..names.len()).collect();
            order.sort_by(|left, right| sizes[*left].total_cmp(&sizes[*right]));
            names = order.into_iter().map(|place| names[place].clone()).collect();
        }
        let mut places = vec![0; names.len()];
        names.iter().enumerate().for_each(|(place, (_, old))| places[*old as usize] = place as u32);
        Target::Classes {
            of_rows: self.of_rows.into_iter().map(|old| places[old as usize]).collect(),
            names: names.into_iter().map(|(name, _)| name).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(
        name: &str,
        text: &str,
        kind: TargetKind,
        columns: Option<&[&str]>,
    ) -> Result<(DenseTable, Target)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let columns: Option<Vec<String>> =
            columns.map(|columns| columns.iter().map(|name| (*name).to_owned()).collect());
        read_table(&path, ("y", kind), columns.as_deref())
    }

    #[test]
    fn features_are_all_columns_but_the_target() {
        let (table, target) =
            read("a.csv", "a, y,b\n1,10,\"2\"\n\n3,-2e1,4.5\n", TargetKind::Numbers, None).unwrap();
        assert_eq!((table.names(), table.rows()), (&["a".to_owned(), "b".to_owned()][..], 2));
        assert_eq!(table.values(), [1.0, 2.0, 3.0, 4.5]);
        assert_eq!(target, Target::Numbers(vec![10.0, -20.0]));
        let (table, _) =
            read("a.tsv", "a\tname\ty\n1\tx\t10\n", TargetKind::Numbers, Some(&["a"])).unwrap();
        assert_eq!(table.values(), [1.0]);
    }

    #[test]
    fn classes_are_in_their_order() {
        let check = |text: &str, names: &[&str], rows: &[u32]| {
            let (_, target) = read("a.csv", text, TargetKind::Classes, None).unwrap();
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(target, Target::Classes { names, of_rows: rows.to_vec() });
        };
        check("a,y\n1,10\n2,9\n3,10\n", &["9", "10"], &[1, 0, 1]);
        check("a,y\n1,yes\n2,no\n", &["no", "yes"], &[1, 0]);
        check("a,y\n1,가\n2,10\n3,9\n", &["10", "9", "가"], &[2, 0, 1]);
    }

    #[test]
    fn what_is_no_number_is_named_with_its_place() {
        let check = |text: &str, message: &str, line: &str| {
            let error = read("a.csv", text, TargetKind::Numbers, None).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(error.place().unwrap().ends_with(line), "{:?}", error.place());
        };
        check("a,y\n1,2\nx,3\n", "the column `a` holds `x`, which is no number", "a.csv, line 3");
        check("a,y\n1,inf\n", "the column `y` holds `inf`, which is not finite", "a.csv, line 2");
        check("a,y\n,1\n", "the column `a` is empty", "a.csv, line 2");
        check("a,y\n1\n", "1 field instead of 2", "a.csv, line 2");
        check("a,a,y\n", "two columns are named `a`", "a.csv, line 1");
        check("a,,y\n", "a column has no name", "a.csv, line 1");
        check("a,y\n", "the table has no rows to learn from", "a.csv");
        check("y\n1\n", "the table has no column to learn from", "a.csv");
        check("a,b\n1,2\n", "the table has no column `y`", "a.csv");
    }

    #[test]
    fn wrong_columns_are_refused() {
        let text = "a,y\n1,2\n";
        for columns in [&["y"][..], &["a", "a"], &["c"]] {
            let error = read("a.csv", text, TargetKind::Numbers, Some(columns)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{error}");
        }
        assert!(read("a.jsonl", "{}", TargetKind::Numbers, None).is_err());
        assert!(read("a.csv", "a,y\n1,\n", TargetKind::Classes, None).is_err());
        let many: String = (0..=MOST_CLASSES).map(|row| format!("1,{row}\n")).collect();
        let error = read("a.csv", &format!("a,y\n{many}"), TargetKind::Classes, None).unwrap_err();
        assert_eq!(error.to_string(), "the column `y` has more than 1000 different labels");
    }

    #[test]
    fn rows_are_given_by_hand() {
        assert_eq!(read_row("4, 1.5", 2).unwrap(), [4.0, 1.5]);
        for text in ["4", "4,1,2", "4,x", "4,nan", ""] {
            assert_eq!(read_row(text, 2).unwrap_err().exit_code(), 2, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_table_or_an_error(text in "(?s).{0,60}", numbers in any::<bool>()) {
            let kind = if numbers { TargetKind::Numbers } else { TargetKind::Classes };
            if let Ok((table, _)) = read("a.csv", &text, kind, None) {
                prop_assert!(table.values().iter().all(|value| value.is_finite()));
            }
        }

        #[test]
        fn tables_are_read_as_they_were_written(rows in prop::collection::vec((-1e9f64..1e9, any::<i32>()), 1..9)) {
            let lines = rows.iter().map(|(a, y)| format!("{a}\t{y}\n")).collect::<String>();
            let (table, target) = read("a.tsv", &format!("a\ty\n{lines}"), TargetKind::Numbers, None).unwrap();
            prop_assert_eq!(table.values(), rows.iter().map(|row| row.0).collect::<Vec<_>>());
            prop_assert_eq!(target, Target::Numbers(rows.iter().map(|row| f64::from(row.1)).collect()));
        }
    }
}
