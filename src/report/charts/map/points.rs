//! Documents → points in the colours of their labels.

use super::{Frame, Map, grouped, pixels, plain};
use crate::data::Random;

/// Labels with a colour of their own; what is left is grey together.
const COLOURS: usize = 8;

/// The grey colour, of the class `none` in the picture.
const NONE: usize = COLOURS;

/// Points are drawn in so many turns, so that no label covers the others.
const TURNS: usize = 24;

/// Points of one colour, drawn together.
pub struct Dots {
    /// The colour.
    pub class: String,
    /// All of them as one path.
    pub path: String,
}

/// A row of the legend.
pub struct Legend {
    /// The colour.
    pub class: String,
    /// The label.
    pub name: String,
    /// How many documents.
    pub count: String,
    /// Pixels from the top.
    pub at: f64,
    /// Where the mean of its documents lies; none of what is grey.
    pub middle: Option<(String, String)>,
}

/// Places of the documents that are drawn, shuffled: of each label its share.
pub fn shown(map: &Map) -> Vec<usize> {
    let mut random = Random::new(map.seed);
    let total = map.documents.len();
    let mut by_label: Vec<Vec<usize>> = vec![Vec::new(); map.labels.len() + 1];
    for (place, document) in map.documents.iter().enumerate() {
        by_label[label(map, document.label)].push(place);
    }
    let mut shown = Vec::new();
    let (mut seen, mut taken) = (0, 0);
    for places in &mut by_label {
        random.shuffle(places);
        // What rounding takes from one label it gives to the next.
        seen += places.len();
        let until = if total > map.most_points { seen * map.most_points / total } else { seen };
        shown.extend(places.iter().take(until - taken));
        taken = until;
    }
    random.shuffle(&mut shown);
    shown
}

/// A place in the labels; behind them all without one.
fn label(map: &Map, label: Option<u32>) -> usize {
    label.map_or(map.labels.len(), |label| (label as usize).min(map.labels.len()))
}

/// The colour of each label, and of documents without one.
fn colours(map: &Map, counts: &[usize]) -> Vec<usize> {
    let labels = map.labels.len();
    let mut colours: Vec<usize> = (0..labels).chain([NONE]).collect();
    if labels > COLOURS {
        let mut largest: Vec<usize> = (0..labels).collect();
        largest.sort_by_key(|&label| (std::cmp::Reverse(counts[label]), label));
        let coloured = &largest[..COLOURS - 1];
        let mut next = 0..;
        for (label, colour) in colours.iter_mut().enumerate().take(labels) {
            let is_coloured = coloured.contains(&label);
            *colour = if is_coloured { next.next().unwrap_or(NONE) } else { NONE };
        }
    }
    colours
}

fn counts(map: &Map) -> Vec<usize> {
    let mut counts = vec![0; map.labels.len() + 1];
    map.documents.iter().for_each(|document| counts[label(map, document.label)] += 1);
    counts
}

fn class(colour: usize) -> String {
    if colour == NONE { "none".to_owned() } else { format!("c{colour}") }
}

/// The points, in turns.
pub fn dots(map: &Map, shown: &[usize], frame: &Frame) -> Vec<Dots> {
    let colours = colours(map, &counts(map));
    let mut all = Vec::new();
    for turn in shown.chunks(shown.len().div_ceil(TURNS).max(1)) {
        let mut paths = vec![String::new(); NONE + 1];
        for document in turn.iter().map(|&place| &map.documents[place]) {
            let [x, y] = frame.at(document.at);
            if x.is_finite() && y.is_finite() {
                let path = &mut paths[colours[label(map, document.label)]];
                *path += &format!("M{} {}h0", pixels(x), pixels(y));
            }
        }
        let drawn = paths.into_iter().enumerate().filter(|(_, path)| !path.is_empty());
        all.extend(drawn.map(|(colour, path)| Dots { class: class(colour), path }));
    }
    all
}

/// The labels with a colour, then what is grey.
pub fn legend(map: &Map, frame: &Frame) -> Vec<Legend> {
    let counts = counts(map);
    let colours = colours(map, &counts);
    let middles = middles(map);
    let mut rows = Vec::new();
    let coloured = (0..map.labels.len()).filter(|&label| colours[label] != NONE);
    for label in coloured {
        let middle = middles[label].map(|at| frame.at(at).map(pixels)).map(|[x, y]| (x, y));
        rows.push((class(colours[label]), plain(&map.labels[label], 26), counts[label], middle));
    }
    let others: usize =
        (0..map.labels.len()).filter(|&label| colours[label] == NONE).map(|l| counts[l]).sum();
    let without = counts[map.labels.len()];
    for (name, count) in [("other labels", others), ("no label", without)] {
        if count > 0 {
            rows.push((class(NONE), name.to_owned(), count, None));
        }
    }
    let at = |place: usize| frame.top + 12.0 + 38.0 * place as f64;
    let row = |(place, (class, name, count, middle))| {
        let count = format!("{} documents", grouped(count));
        Legend { class, name, count, at: at(place), middle }
    };
    rows.into_iter().enumerate().map(row).collect()
}

/// Mean of all documents of each label.
fn middles(map: &Map) -> Vec<Option<[f64; 2]>> {
    let mut sums = vec![([0.0, 0.0], 0.0); map.labels.len() + 1];
    for document in
        map.documents.iter().filter(|document| document.at.iter().all(|x| x.is_finite()))
    {
        let (sum, count) = &mut sums[label(map, document.label)];
        sum[0] += document.at[0];
        sum[1] += document.at[1];
        *count += 1.0;
    }
    let mean = |(sum, count): ([f64; 2], f64)| (count > 0.0).then(|| sum.map(|sum| sum / count));
    sums.into_iter().map(mean).collect()
}
