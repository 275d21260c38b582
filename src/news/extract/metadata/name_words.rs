//! Words of bylines that tell names from what stands beside them.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// Lists of `names.txt`, each under its kind there.
pub(super) struct NameWords {
    pub by: Vec<&'static str>,
    pub roles: FxHashSet<&'static str>,
    pub no_names: FxHashSet<&'static str>,
    pub surnames: FxHashSet<char>,
    pub houses: Vec<&'static str>,
    pub house_ends: Vec<&'static str>,
    pub particles: FxHashSet<&'static str>,
    pub offices: FxHashSet<&'static str>,
}

pub(super) static WORDS: LazyLock<NameWords> = LazyLock::new(|| NameWords {
    by: of("by").collect(),
    roles: of("role").collect(),
    no_names: of("no_name").collect(),
    surnames: of("surname").flat_map(str::chars).collect(),
    houses: of("house").collect(),
    house_ends: of("house_end").collect(),
    particles: of("particle").collect(),
    offices: of("office").collect(),
});

fn of(kind: &'static str) -> impl Iterator<Item = &'static str> {
    let table = include_str!("../../../../dictionaries/news/names.txt");
    let lines = table.lines().filter_map(|line| line.split_once(": "));
    let of_kind = lines.filter(move |(name, _)| *name == kind);
    of_kind.flat_map(|(_, words)| words.split(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_holds_words() {
        let words = &*WORDS;
        let sets = [&words.roles, &words.no_names, &words.particles, &words.offices];
        assert!(sets.iter().all(|set| set.len() > 10));
        let lists = [&words.by, &words.houses, &words.house_ends];
        assert!(lists.iter().all(|list| list.len() > 10));
        assert!(words.surnames.len() > 100 && words.surnames.contains(&'김'));
    }
}
