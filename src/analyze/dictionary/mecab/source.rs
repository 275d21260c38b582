//! The sources of a MeCab dictionary → [`Sources`].

use std::path::{Path, PathBuf};

use super::super::sources::{Costs, Entry, Sources};
use super::char_def;
use super::columns::split_column;
use super::dicrc::Settings;
use super::lines::each_line;
use super::parts::{MAX_COSTS, Parts, Words};
use super::pos_id::PosIds;
use crate::error::{Error, Result};

/// The file that tells this form.
pub(super) const COSTS: &str = "matrix.def";

/// Reads all `*.csv` in the order of their names, and the definitions beside them.
///
/// MeCab takes the files in the order in which the disk lists them; only equal
/// surfaces can tell the difference.
///
/// # Errors
/// A file is missing, or a line of it has another form.
pub fn read_sources(folder: &Path) -> Result<Sources> {
    let costs = read_costs(&folder.join(COSTS))?;
    let numbering = Numbering {
        settings: Settings::read(&folder.join("dicrc"))?,
        posids: PosIds::read(&folder.join("pos-id.def"))?,
    };
    let (categories, characters) = char_def::read(&folder.join("char.def"))?;
    let unknown = read_words(&[folder.join("unk.def")], &costs, &numbering)?;
    let entries = read_words(&tables(folder)?, &costs, &numbering)?;
    Parts { entries, unknown, categories, characters, costs }.join()
}

/// How a feature gets its penalty.
struct Numbering {
    settings: Settings,
    posids: PosIds,
}

impl Numbering {
    fn penalty(&self, feature: &str) -> i16 {
        self.posids.find(feature).map_or(0, |posid| self.settings.penalty(posid))
    }
}

/// The first line has the numbers of right and left ids, each further one a
/// right id, a left id and their cost.
fn read_costs(path: &Path) -> Result<Costs> {
    let (mut costs, mut given) = (None, 0);
    each_line(path, &mut |line| {
        let mut numbers = line.split_ascii_whitespace();
        match &mut costs {
            None => costs = Some(read_sizes(&mut numbers)?),
            Some(costs) => read_cost(&mut numbers, costs).inspect(|()| given += 1)?,
        }
        match numbers.next() {
            None => Ok(()),
            Some(more) => Err(format!("`{more}` is too much")),
        }
    })?;
    let costs = costs.unwrap_or_default();
    match costs.costs.len() {
        0 => Err(Error::data("there are no costs").at(path.display().to_string())),
        expected if expected != given => {
            let message = format!("there are {given} costs, expected {expected}");
            Err(Error::data(message).at(path.display().to_string()))
        }
        _ => Ok(costs),
    }
}

fn read_sizes<'a>(numbers: &mut impl Iterator<Item = &'a str>) -> Result<Costs, String> {
    let right_ids = usize::from(number::<u16>(numbers.next(), "number of right ids")?);
    let left_ids = usize::from(number::<u16>(numbers.next(), "number of left ids")?);
    match right_ids * left_ids {
        count if count > MAX_COSTS => Err(format!("{count} costs are more than {MAX_COSTS}")),
        count => Ok(Costs { right_ids, left_ids, costs: vec![0; count] }),
    }
}

fn read_cost<'a>(
    numbers: &mut impl Iterator<Item = &'a str>,
    costs: &mut Costs,
) -> Result<(), String> {
    let right_id = usize::from(number::<u16>(numbers.next(), "right id")?);
    let left_id = usize::from(number::<u16>(numbers.next(), "left id")?);
    let cost = number(numbers.next(), "cost")?;
    if right_id >= costs.right_ids || left_id >= costs.left_ids {
        let (right_ids, left_ids) = (costs.right_ids, costs.left_ids);
        return Err(format!("{right_id} {left_id} is outside of {right_ids} {left_ids}"));
    }
    costs.costs[right_id + costs.right_ids * left_id] = cost;
    Ok(())
}

fn number<T: std::str::FromStr>(text: Option<&str>, what: &str) -> Result<T, String> {
    let text = text.map(str::trim).unwrap_or_default();
    text.parse().map_err(|_| format!("`{text}` is no {what}"))
}

/// Tables of subfolders are not part of the dictionary; upstream has samples there.
fn tables(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| Error::file("cannot list", folder, error);
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            tables.push(path);
        }
    }
    tables.sort();
    match tables.is_empty() {
        true => Err(Error::data(format!("there is no *.csv in `{}`", folder.display()))),
        false => Ok(tables),
    }
}

fn read_words(tables: &[PathBuf], costs: &Costs, numbering: &Numbering) -> Result<Vec<Entry>> {
    let mut words = Words::new(costs);
    for table in tables {
        each_line(table, &mut |line| {
            let mut entry = parse_entry(line)?;
            // MeCab leaves out a word of no letters, and so do we.
            if entry.surface.is_empty() {
                return Ok(());
            }
            entry.space_penalty = numbering.penalty(&entry.feature);
            words.push(entry)
        })?;
    }
    Ok(words.finish())
}

/// `surface,left id,right id,cost,feature…`
fn parse_entry(line: &str) -> Result<Entry, String> {
    let (surface, mut rest) = split_column(line);
    let mut next = || {
        let (column, after) = split_column(rest.unwrap_or_default());
        rest = after;
        column
    };
    let (left_id, right_id, cost) = (next(), next(), next());
    Ok(Entry {
        surface: surface.into_owned(),
        left_id: number(Some(&left_id), "left id")?,
        right_id: number(Some(&right_id), "right id")?,
        cost: number(Some(&cost), "cost")?,
        space_penalty: 0,
        feature: rest.unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_sample_is_read_whole() {
        let sources = read_sources(&sample::folder()).unwrap();
        let surfaces: Vec<&str> = sources.entries.iter().map(|one| one.surface.as_str()).collect();
        assert!(surfaces.is_sorted() && surfaces.contains(&","), "{surfaces:?}");
        let find = |surface: &str, tag: &str| {
            let fits = |one: &&Entry| one.surface == surface && one.feature.starts_with(tag);
            sources.entries.iter().find(fits).unwrap()
        };
        assert_eq!(find("가", "JKS").space_penalty, 6000);
        assert_eq!(find("가", "VV").space_penalty, 0);
        assert_eq!(find("가", "JKS").feature, "JKS,*,F,가,*,*,*,*");
        assert_eq!(sources.categories[0].name, "DEFAULT");
        assert_eq!(sources.characters.len(), 0xFFFF);
    }

    /// Replaces `from` in one file of the sample, and gives the error and its place.
    fn check(file: &str, from: &str, to: &str, message: &str, place: &str) {
        let folder = tempfile::tempdir().unwrap();
        sample::copy(folder.path());
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
        let error = read_sources(folder.path()).map(drop).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        let shown = error.place().unwrap_or_default();
        assert!(shown.ends_with(place), "{shown}: {error}");
    }

    #[test]
    fn what_is_wrong_is_named_by_file_and_line() {
        check("words.csv", "가게,", "가게,x", "no left id", "words.csv, line 1");
        check("words.csv", "가게,1", "가게,99", "the left id is 99", "words.csv, line 1");
        check("words.csv", ",NNG,", ",NNG,*,", "9 columns", "words.csv, line 1");
        check("matrix.def", "0 0 ", "0 99 ", "outside of", "matrix.def, line 2");
        check("matrix.def", "0 0 0", "0 0 0 1", "`1` is too much", "matrix.def, line 2");
        check("matrix.def", "0 0 0\n", "", "there are", "matrix.def");
        check("matrix.def", "6 5\n", "60000 60000\n", "more than", "matrix.def, line 1");
        check("char.def", "SPACE 0", "SPACE 2", "`2`", "char.def, line 3");
        check("char.def", "0x0020 SPACE", "0x0020 NONE", "`NONE`", "char.def");
        check("unk.def", "SPACE,", "NONE,", "`NONE` is no class", "");
        check("pos-id.def", " 120", " x", "a rule is", "pos-id.def, line 2");
        check("dicrc", "200,3000", "200", "`200`", "dicrc, line 2");
    }

    #[test]
    fn a_missing_file_is_named() {
        for name in ["char.def", "unk.def", "pos-id.def", "dicrc", COSTS] {
            let folder = tempfile::tempdir().unwrap();
            sample::copy(folder.path());
            std::fs::remove_file(folder.path().join(name)).unwrap();
            let shown = read_sources(folder.path()).map(drop).unwrap_err().to_string();
            assert!(shown.contains(name), "{shown}");
        }
    }
}
