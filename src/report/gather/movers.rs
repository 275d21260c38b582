//! Counts before and after → what moved, and whether it is more than noise.

use super::reading::{NONE, Row};
use super::span::Compared;
use super::tally::{Cell, Tally};
use crate::report::facts::{Mover, Movers};
use crate::trends::{adjusted, moved};

/// What moved between the two periods. Every name with enough documents in both is tested
/// for the positive and for the negative side; of the two the clearer move is shown.
pub(super) fn movers(tally: &Tally, compared: Option<Compared>) -> Movers {
    let report = &tally.plan.pipeline.report;
    let none = Movers {
        false_discovery_rate: report.false_discovery_rate,
        fewest: u64::from(report.fewest),
        ..Movers::default()
    };
    let Some(compared) = compared else { return none };
    let mut tested = all_tests(tally, compared);
    let q = adjusted(&tested.iter().map(|mover| mover.p).collect::<Vec<_>>());
    for (mover, q) in tested.iter_mut().zip(q) {
        mover.q = q;
        mover.is_significant = q <= report.false_discovery_rate;
    }
    let count = tested.len() as u64;
    tested.sort_by(|one, other| {
        let name = |mover: &Mover| (rank(&mover.kind), mover.name.clone(), mover.side);
        one.p
            .total_cmp(&other.p)
            .then(other.z.abs().total_cmp(&one.z.abs()))
            .then_with(|| name(one).cmp(&name(other)))
    });
    let mut seen = std::collections::HashSet::new();
    tested.retain(|mover| seen.insert((mover.kind.clone(), mover.name.clone())));
    // Significant ones come first: their p is below that of all others.
    tested.sort_by_key(|mover| !mover.is_significant);
    tested.truncate(report.top as usize);
    Movers {
        before: Some(compared.before),
        after: Some(compared.after),
        tested: count,
        shown: tested,
        ..none
    }
}

fn rank(kind: &str) -> usize {
    ["all", "source", "label", "keyword"].iter().position(|one| *one == kind).unwrap_or(4)
}

/// How the rows of a kind get the numbers of their names.
type Numbers<'a> = &'a dyn Fn(&Row) -> Vec<u32>;

/// The name of a number.
type Name<'a> = &'a dyn Fn(u32) -> String;

fn all_tests(tally: &Tally, compared: Compared) -> Vec<Mover> {
    let words = &tally.plan.keywords.words;
    let (sources, topics) = (&tally.reading.sources, &tally.reading.topics);
    let known = |number: u32| (number != NONE).then_some(number).into_iter().collect::<Vec<_>>();
    let bits =
        |row: &Row| (0..words.len() as u32).filter(|word| row.keywords >> word & 1 == 1).collect();
    let kinds: [(&str, Numbers, Name); 4] = [
        ("all", &|_| vec![0], &|_| "all".to_owned()),
        ("source", &|row| known(row.source), &|number| sources.resolve(number).to_owned()),
        ("label", &|row| known(row.topic), &|number| topics.resolve(number).to_owned()),
        ("keyword", &bits, &|number| words[number as usize].clone()),
    ];
    let mut tests = Vec::new();
    for (kind, numbers, name) in kinds {
        for (number, cells) in tally.stretches(compared, numbers) {
            tests.extend(tests_of(tally, kind, &|| name(number), &cells));
        }
    }
    tests
}

fn tests_of(
    tally: &Tally,
    kind: &str,
    name: &dyn Fn() -> String,
    [before, after]: &[Cell; 2],
) -> Vec<Mover> {
    let fewest = u64::from(tally.plan.pipeline.report.fewest);
    let (all_before, all_after) = (before.counted(), after.counted());
    if all_before < fewest || all_after < fewest {
        return Vec::new();
    }
    let sides = [tally.plan.sides.positive, tally.plan.sides.negative];
    let test = |side: usize| {
        let (part_before, part_after) = (before.sides[side], after.sides[side]);
        let change = moved((part_before, all_before), (part_after, all_after))?;
        Some(Mover {
            kind: kind.to_owned(),
            name: name(),
            side,
            documents_before: all_before,
            documents_after: all_after,
            before: part_before as f64 / all_before as f64,
            after: part_after as f64 / all_after as f64,
            z: change.z,
            p: change.p,
            q: 1.0,
            is_significant: false,
        })
    };
    sides.into_iter().filter_map(test).collect()
}
