//! Sources → system dictionary.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::sources::{Category, Costs, Entry, Sources};
use super::system::{LAST, Morpheme, SystemDictionary, UnknownClass};
use super::trie::Trie;
use crate::error::{Error, Result};

impl SystemDictionary {
    /// Makes the dictionary of `sources`.
    ///
    /// # Errors
    /// If the sources contradict themselves.
    pub fn new(sources: &Sources) -> Result<Self> {
        check_costs(sources)?;
        let numbers = Numbers::new(sources);
        let mut words = Words::empty(&numbers);
        let surfaces = words.add_all(&sources.entries);
        let trie = Trie::new(&surfaces, &words.starts);
        let classes = sources.categories.iter().map(|category| words.add_class(category)).collect();
        let usual = words.usual_ids(&sources.entries);
        let costs = numbers.arrange(&sources.costs);
        let dictionary = SystemDictionary {
            trie,
            morphemes: words.morphemes,
            features: words.features,
            tags: words.tags,
            expressions: words.expressions,
            classes,
            characters: sources.characters.clone(),
            costs,
            left_ids: numbers.left_ids(),
            right_ids: numbers.right_ids(),
            usual,
            entries: sources.entries.len(),
            left_numbers: numbers.left,
            right_numbers: numbers.right,
        };
        dictionary
            .checked()
            .map_err(|what| Error::data(format!("the dictionary contradicts itself: {what}")))
    }
}

/// Ids are used as places in the table of costs, so they are checked first.
fn check_costs(sources: &Sources) -> Result<()> {
    let Costs { right_ids, left_ids, costs } = &sources.costs;
    if right_ids * left_ids != costs.len() {
        return Err(Error::data("the dictionary's table of costs is incomplete"));
    }
    let unknown = sources.categories.iter().flat_map(|category| &category.unknown);
    let wrong = sources.entries.iter().chain(unknown).find(|entry| {
        usize::from(entry.left_id) >= *left_ids || usize::from(entry.right_id) >= *right_ids
    });
    match wrong {
        Some(entry) => Err(Error::data(format!(
            "the word `{}` has ids ({}, {}), but there are costs for {left_ids} and {right_ids}",
            entry.surface, entry.left_id, entry.right_id
        ))),
        None => Ok(()),
    }
}

/// New numbers of ids: the likeliest first, 0 (the ends of a text) stays.
///
/// Ids that have the same costs are one: no way through a text could tell them
/// apart, and mecab-ko-dic's table shrinks to a third.
struct Numbers {
    left: Vec<u16>,
    right: Vec<u16>,
}

impl Numbers {
    fn new(sources: &Sources) -> Self {
        let Costs { right_ids, left_ids, costs } = &sources.costs;
        let rows = same(costs.chunks_exact((*right_ids).max(1)));
        let column = |right: usize| (0..*left_ids).map(move |left| costs[left * right_ids + right]);
        let columns = same((0..*right_ids).map(|right| column(right).collect::<Vec<i16>>()));
        Numbers {
            left: by_weight(&weights(sources, *left_ids, |entry| entry.left_id), &rows),
            right: by_weight(&weights(sources, *right_ids, |entry| entry.right_id), &columns),
        }
    }

    fn left_ids(&self) -> usize {
        count(&self.left)
    }

    fn right_ids(&self) -> usize {
        count(&self.right)
    }

    /// The costs, a row for each left id.
    fn arrange(&self, old: &Costs) -> Vec<i16> {
        let right_ids = self.right_ids();
        let mut costs = vec![0; self.left_ids() * right_ids];
        for (row, &left) in old.costs.chunks_exact(old.right_ids.max(1)).zip(&self.left) {
            let start = usize::from(left) * right_ids;
            for (&cost, &right) in row.iter().zip(&self.right) {
                costs[start + usize::from(right)] = cost;
            }
        }
        costs
    }
}

/// For each of `items`, the place of the first that equals it.
fn same<T: Eq + Hash>(items: impl Iterator<Item = T>) -> Vec<usize> {
    let mut firsts = HashMap::new();
    items.enumerate().map(|(place, item)| *firsts.entry(item).or_insert(place)).collect()
}

/// How likely a word has each id.
fn weights(sources: &Sources, ids: usize, id: fn(&Entry) -> u16) -> Vec<f64> {
    let mut weights = vec![0.0; ids];
    sources.entries.iter().for_each(|entry| weights[usize::from(id(entry))] += weight(entry));
    weights
}

/// A cost is a negative log-probability times 800 (`cost-factor` in dicrc).
fn weight(entry: &Entry) -> f64 {
    (-f64::from(entry.cost) / 800.0).exp()
}

/// Numbers of ids that rise as the weights fall, one for all that are the `same`.
fn by_weight(weights: &[f64], same: &[usize]) -> Vec<u16> {
    let mut sums = vec![0.0; weights.len()];
    weights.iter().zip(same).for_each(|(weight, &first)| sums[first] += weight);
    let mut firsts: Vec<usize> = (1..weights.len()).filter(|&id| same[id] == id).collect();
    firsts.sort_by(|&left, &right| sums[right].total_cmp(&sums[left]).then(left.cmp(&right)));
    let mut numbers = vec![0; weights.len()];
    firsts.iter().enumerate().for_each(|(place, &id)| numbers[id] = place as u16 + 1);
    same.iter().map(|&first| numbers[first]).collect()
}

fn count(numbers: &[u16]) -> usize {
    numbers.iter().max().map_or(0, |&largest| usize::from(largest) + 1)
}

/// The columns of the dictionary while it grows.
struct Words<'a> {
    numbers: &'a Numbers,
    /// Number of the first morpheme of each surface.
    starts: Vec<u32>,
    morphemes: Vec<Morpheme>,
    features: Vec<[u32; 4]>,
    known_features: HashMap<(u32, u32, String), u32>,
    tags: Vec<String>,
    known_tags: HashMap<String, u32>,
    expressions: String,
}

impl<'a> Words<'a> {
    fn empty(numbers: &'a Numbers) -> Self {
        Words {
            numbers,
            starts: Vec::new(),
            morphemes: Vec::new(),
            features: Vec::new(),
            known_features: HashMap::new(),
            tags: Vec::new(),
            known_tags: HashMap::new(),
            expressions: String::new(),
        }
    }

    /// Adds the entries, those of the likeliest surfaces first: what is asked for most
    /// stands close together. Gives the surfaces in their own order.
    fn add_all<'e>(&mut self, entries: &'e [Entry]) -> Vec<&'e str> {
        let same: Vec<&[Entry]> =
            entries.chunk_by(|left, right| left.surface == right.surface).collect();
        let weights: Vec<f64> = same.iter().map(|same| same.iter().map(weight).sum()).collect();
        let mut order: Vec<usize> = (0..same.len()).collect();
        order.sort_by(|&left, &right| weights[right].total_cmp(&weights[left]));
        self.starts.resize(same.len(), 0);
        for place in order {
            self.starts[place] = self.morphemes.len() as u32;
            self.add_same(same[place]);
        }
        same.iter().map(|same| same[0].surface.as_str()).collect()
    }

    fn add_class(&mut self, category: &Category) -> UnknownClass {
        let start = self.morphemes.len() as u32;
        self.add_same(&category.unknown);
        UnknownClass {
            invoke: category.invoke,
            group: category.group,
            length: category.length.into(),
            morphemes: start..self.morphemes.len() as u32,
        }
    }

    /// Adds what stands side by side.
    fn add_same(&mut self, entries: &[Entry]) {
        entries.iter().for_each(|entry| self.add(entry));
        if let Some(last) = self.morphemes.last_mut() {
            last.feature_and_last |= LAST;
        }
    }

    fn add(&mut self, entry: &Entry) {
        let feature = self.feature(&entry.feature);
        self.morphemes.push(Morpheme {
            left: self.numbers.left[usize::from(entry.left_id)],
            right: self.numbers.right[usize::from(entry.right_id)],
            cost: entry.cost,
            space_penalty: entry.space_penalty,
            feature_and_last: feature,
        });
    }

    /// Tag, type and expression are the columns 0, 4 and 7 of mecab-ko-dic.
    fn feature(&mut self, text: &str) -> u32 {
        let mut columns = text.split(',');
        let tag = self.tag(columns.next().unwrap_or_default());
        let kind = match columns.nth(3) {
            Some("Compound") => 1,
            Some("Inflect") => 2,
            Some("Preanalysis") => 3,
            _ => 0,
        };
        let expression = match columns.nth(2) {
            Some(expression) if kind > 0 && expression != "*" => expression,
            _ => "",
        };
        let key = (tag, kind, expression.to_owned());
        if let Some(&known) = self.known_features.get(&key) {
            return known;
        }
        let start = self.expressions.len() as u32;
        self.expressions.push_str(expression);
        self.features.push([tag, kind, start, self.expressions.len() as u32]);
        let number = self.features.len() as u32 - 1;
        self.known_features.insert(key, number);
        number
    }

    fn tag(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.known_tags.get(name) {
            return known;
        }
        let number = self.tags.len() as u32;
        self.tags.push(name.to_owned());
        self.known_tags.insert(name.to_owned(), number);
        number
    }

    /// For each tag, the ids that most of its words have, with and without a
    /// final consonant.
    fn usual_ids(&self, entries: &[Entry]) -> Vec<[u32; 4]> {
        let mut counts: BTreeMap<[u32; 2], BTreeMap<[u32; 2], u32>> = BTreeMap::new();
        let same = entries.chunk_by(|left, right| left.surface == right.surface).zip(&self.starts);
        let pairs =
            same.flat_map(|(same, &start)| same.iter().zip(&self.morphemes[start as usize..]));
        for (entry, one) in pairs {
            let tag = self.features[one.feature()][0];
            let last = entry.surface.chars().next_back();
            let Some(consonant) = last.and_then(final_consonant) else { continue };
            let ids = [u32::from(one.left), u32::from(one.right)];
            let of_tag = counts.entry([tag, u32::from(consonant)]).or_default();
            *of_tag.entry(ids).or_default() += 1;
        }
        let usual = |([tag, consonant], ids): ([u32; 2], BTreeMap<[u32; 2], u32>)| {
            let most = ids.into_iter().max_by_key(|&(ids, count)| (count, std::cmp::Reverse(ids)));
            most.map(|([left, right], _)| [tag, consonant, left, right])
        };
        counts.into_iter().filter_map(usual).collect()
    }
}

/// Whether a syllable ends in a consonant; `None` for what is no syllable.
pub fn final_consonant(character: char) -> Option<bool> {
    let place = (character as u32).checked_sub('가' as u32)?;
    (character <= '힣').then_some(place % 28 != 0)
}
