//! Which charts a report has.
//!
//! In: facts. Out: charts. Promises: the volume, and a chart of its own for each side: lines
//! of three sides in one chart would be told apart by their colour alone.

use crate::report::charts::{Chart, Stack, Timeline, share, volume};
use crate::report::facts::{Counts, Facts, Share};
use crate::report::forms::numbers::{band, percent};
use crate::report::forms::sides::Side;

/// A chart with its caption.
pub struct Graph {
    /// Class of what it shows.
    pub class: &'static str,
    /// What it shows.
    pub name: String,
    /// The same over all days.
    pub overall: Option<String>,
    /// The chart.
    pub chart: Chart,
}

/// A patch of colour and its meaning.
pub struct Key {
    /// Class of the style sheet.
    pub class: &'static str,
    /// What it stands for.
    pub name: String,
}

/// Documents by side, those trained on above; nothing if there is one period only.
pub fn volumes(facts: &Facts, sides: &[Side]) -> Option<Chart> {
    if facts.periods.len() < 2 {
        return None;
    }
    let counts: Vec<&Counts> = facts.periods.iter().map(|period| &period.counts).collect();
    let numbers = |number: &dyn Fn(&Counts) -> u64| counts.iter().map(|one| number(one)).collect();
    let stack = |side: &Side| Stack { class: side.class, numbers: numbers(&|one| side.count(one)) };
    let trained = Stack { class: "t", numbers: numbers(&|one| one.trained_on) };
    let stacks: Vec<Stack> = sides.iter().map(stack).chain([trained]).collect();
    let title = format!("Documents by {} and side", facts.by);
    let timeline = Timeline::new(&facts.periods, &facts.by);
    Some(volume("volume", &title, &timeline, &stacks, 180))
}

/// What the colours of [`volumes`] mean.
pub fn keys(facts: &Facts, sides: &[Side]) -> Vec<Key> {
    let key = |side: &Side| Key { class: side.class, name: side.name.clone() };
    let trained = Key { class: "t", name: "trained on".to_owned() };
    let trained = (facts.total.counts.trained_on > 0).then_some(trained);
    let gap = Key { class: "gap", name: "no document".to_owned() };
    let gap = facts.periods.iter().any(|one| one.counts.documents == 0).then_some(gap);
    let partial = Key { class: "partial", name: format!("{} not whole", facts.by) };
    let partial = facts.periods.iter().any(|one| one.is_partial).then_some(partial);
    sides.iter().map(key).chain(trained).chain(gap).chain(partial).collect()
}

/// The share of each side; nothing if there is one period only.
pub fn shares(facts: &Facts, sides: &[Side]) -> Vec<Graph> {
    let counts: Vec<&Counts> = facts.periods.iter().map(|period| &period.counts).collect();
    let graph = |side: &Side| {
        let overall = side.share(&facts.total.counts);
        let id = format!("share-{}", side.place);
        let chart = line(facts, side, &counts, overall, &id, "", 110);
        let overall = overall.map(|share| format!("{} ({})", percent(share.value), band(&share)));
        Graph { class: side.class, name: side.name.clone(), overall, chart }
    };
    if facts.periods.len() < 2 { Vec::new() } else { sides.iter().map(graph).collect() }
}

/// Volume and shares of both sides of a keyword, smaller.
pub fn keyword(facts: &Facts, sides: &[Side], number: usize) -> Vec<Graph> {
    let keyword = facts.keywords.get(number).filter(|_| facts.periods.len() > 1);
    let Some(keyword) = keyword else { return Vec::new() };
    let name = super::super::visible::name(&keyword.group.name);
    let counts: Vec<&Counts> = keyword.periods.iter().collect();
    let timeline = Timeline::new(&facts.periods, &facts.by);
    let documents = counts.iter().map(|one| one.documents).collect();
    let stacks = [Stack { class: "v", numbers: documents }];
    let title = format!("Documents with {name} by {}", facts.by);
    let mut chart = volume(&format!("keyword-{number}-volume"), &title, &timeline, &stacks, 56);
    chart.columns.clear();
    let mut graphs = vec![Graph { class: "v", name: "documents".to_owned(), overall: None, chart }];
    for side in sides.iter().filter(|side| matches!(side.class, "p" | "n")) {
        let overall = side.share(&keyword.group.counts);
        let id = format!("keyword-{number}-{}", side.place);
        let of = format!(" of documents with {name}");
        let mut chart = line(facts, side, &counts, overall, &id, &of, 64);
        if side.class == "p" && sides.iter().any(|side| side.class == "n") {
            chart.columns.clear();
        }
        let overall = overall.map(|share| format!("{} ({})", percent(share.value), band(&share)));
        graphs.push(Graph { class: side.class, name: side.name.clone(), overall, chart });
    }
    graphs
}

fn line(
    facts: &Facts,
    side: &Side,
    counts: &[&Counts],
    overall: Option<Share>,
    id: &str,
    of: &str,
    height: i64,
) -> Chart {
    let values: Vec<Option<Share>> = counts.iter().map(|one| side.share(one)).collect();
    let title = format!("Share of {}{of} by {}", side.name, facts.by);
    let timeline = Timeline::new(&facts.periods, &facts.by);
    share(id, &title, &timeline, (side.class, &values), overall, height)
}
