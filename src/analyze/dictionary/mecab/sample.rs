//! The dictionary of the tests, and the compiled form of one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::sources::{Category, Entry, Sources};
use super::parts::CHARACTERS;
use super::words::{HEADER_BYTES, MAGIC, VERSION};

/// A small dictionary in MeCab's source form, made for this project.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/analyze/dictionary")
}

/// Copies its files.
pub(super) fn copy(target: &Path) {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, target.join(path.file_name().unwrap())).unwrap();
    }
}

/// Writes what MeCab would have made of `sources`.
pub(super) fn write_compiled(sources: &Sources, folder: &Path) {
    let unknown: Vec<Entry> =
        sources.categories.iter().flat_map(|category| category.unknown.clone()).collect();
    let posids = posids(sources.entries.iter().chain(&unknown));
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).unwrap();
    write("dicrc", dicrc(&posids).into_bytes());
    write("matrix.bin", matrix(sources));
    write("char.bin", characters(sources));
    write("sys.dic", words(sources, &sources.entries, &posids));
    write("unk.dic", words(sources, &unknown, &posids));
}

/// One number a penalty is enough.
fn posids<'a>(entries: impl Iterator<Item = &'a Entry>) -> BTreeMap<i16, u16> {
    let mut penalties: Vec<i16> = entries.map(|entry| entry.space_penalty).collect();
    penalties.sort();
    penalties.dedup();
    penalties.into_iter().zip(1..).collect()
}

fn dicrc(posids: &BTreeMap<i16, u16>) -> String {
    let pairs: Vec<String> =
        posids.iter().map(|(penalty, posid)| format!("{posid},{penalty}")).collect();
    format!("left-space-penalty-factor = {}\n", pairs.join(","))
}

fn matrix(sources: &Sources) -> Vec<u8> {
    let costs = &sources.costs;
    let sizes = [costs.right_ids as i16, costs.left_ids as i16];
    sizes.iter().chain(&costs.costs).flat_map(|number| number.to_le_bytes()).collect()
}

fn characters(sources: &Sources) -> Vec<u8> {
    let mut bytes = (sources.categories.len() as u32).to_le_bytes().to_vec();
    for category in &sources.categories {
        let mut name = category.name.clone().into_bytes();
        name.resize(32, 0);
        bytes.extend(name);
    }
    assert_eq!(sources.characters.len(), CHARACTERS);
    for character in &sources.characters {
        let default: &Category = &sources.categories[usize::from(character.default)];
        let how = u32::from(default.invoke) << 5
            | u32::from(default.group) << 4
            | u32::from(default.length);
        let word = how << 26 | u32::from(character.default) << 18 | character.categories;
        bytes.extend(word.to_le_bytes());
    }
    bytes
}

fn words(sources: &Sources, entries: &[Entry], posids: &BTreeMap<i16, u16>) -> Vec<u8> {
    let mut sorted = entries.to_vec();
    sorted.sort_by(|one, other| one.surface.cmp(&other.surface));
    let groups: Vec<&[Entry]> = sorted.chunk_by(|a, b| a.surface == b.surface).collect();
    let keys: Vec<Vec<u8>> =
        groups.iter().map(|group| group[0].surface.clone().into_bytes()).collect();
    let counts: Vec<u32> = groups.iter().map(|group| group.len() as u32).collect();
    let trie = double_array(&keys, &counts);
    let (mut tokens, mut features) = (Vec::new(), Vec::new());
    for entry in &sorted {
        let posid = posids[&entry.space_penalty];
        for number in [entry.left_id, entry.right_id, posid, entry.cost as u16] {
            tokens.extend(number.to_le_bytes());
        }
        tokens.extend((features.len() as u32).to_le_bytes());
        tokens.extend([0; 4]);
        features.extend([entry.feature.as_bytes(), b"\0"].concat());
    }
    let total = HEADER_BYTES + trie.len() + tokens.len() + features.len();
    let (rights, lefts) = (sources.costs.right_ids as u32, sources.costs.left_ids as u32);
    let sizes = [trie.len() as u32, tokens.len() as u32, features.len() as u32, 0];
    let head = [total as u32 ^ MAGIC, VERSION, 0, sorted.len() as u32, rights, lefts];
    let mut bytes: Vec<u8> =
        head.iter().chain(&sizes).flat_map(|number| number.to_le_bytes()).collect();
    bytes.extend(b"utf-8");
    bytes.resize(HEADER_BYTES, 0);
    [bytes, trie, tokens, features].concat()
}

/// A double array of sorted keys; each has so many tokens.
pub(super) fn double_array(keys: &[Vec<u8>], counts: &[u32]) -> Vec<u8> {
    let firsts: Vec<u32> = counts
        .iter()
        .scan(0, |next, count| {
            *next += count;
            Some(*next - count)
        })
        .collect();
    let values: Vec<i32> =
        firsts.iter().zip(counts).map(|(first, count)| (first << 8 | count) as i32).collect();
    let mut builder = Builder { units: vec![(0, 0)], taken: vec![true], bases: vec![true] };
    builder.place(0, keys, &values, 0);
    let units = builder.units.into_iter();
    units.flat_map(|(base, check)| [base.to_le_bytes(), check.to_le_bytes()].concat()).collect()
}

struct Builder {
    units: Vec<(i32, u32)>,
    taken: Vec<bool>,
    bases: Vec<bool>,
}

impl Builder {
    fn place(&mut self, node: usize, keys: &[Vec<u8>], values: &[i32], depth: usize) {
        let code = |key: &Vec<u8>| key.get(depth).map_or(0, |&byte| usize::from(byte) + 1);
        let groups: Vec<&[Vec<u8>]> = keys.chunk_by(|a, b| code(a) == code(b)).collect();
        let codes: Vec<usize> = groups.iter().map(|group| code(&group[0])).collect();
        let base = (1..).find(|&base| self.is_free(base, &codes)).unwrap();
        self.bases[base] = true;
        self.units[node].0 = base as i32;
        codes.iter().for_each(|code| self.taken[base + code] = true);
        let mut from = 0;
        for (group, code) in groups.iter().zip(codes) {
            self.units[base + code].1 = base as u32;
            match code {
                0 => self.units[base].0 = -1 - values[from],
                _ => self.place(base + code, group, &values[from..from + group.len()], depth + 1),
            }
            from += group.len();
        }
    }

    fn is_free(&mut self, base: usize, codes: &[usize]) -> bool {
        let size = self.units.len().max(base + 258);
        self.units.resize(size, (0, 0));
        self.taken.resize(size, false);
        self.bases.resize(size, false);
        !self.bases[base] && codes.iter().all(|code| !self.taken[base + code])
    }
}
