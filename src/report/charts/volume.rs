//! Documents over time → stacked bars.
//!
//! In: a number for each period and layer. Out: a chart from zero. Promises: bars stand on
//! each other in the order given; an empty period has none, and its slot is shaded.

use super::path::Path;
use super::timeline::Timeline;
use super::{Chart, Layer, Row, UNITS, scale};
use crate::report::forms::numbers::count;

/// What bars are made of.
pub struct Stack<'a> {
    /// Class of the style sheet.
    pub class: &'a str,
    /// A number a period.
    pub numbers: Vec<u64>,
}

/// Bars of what is stacked, from the bottom up.
pub fn volume(id: &str, title: &str, timeline: &Timeline, stacks: &[Stack], height: i64) -> Chart {
    let mut tops: Vec<Vec<u64>> = Vec::new();
    for stack in stacks {
        let below = tops.last();
        let top = |place: usize| {
            let below = below.map_or(0, |below| below[place]);
            below.saturating_add(stack.numbers.get(place).copied().unwrap_or_default())
        };
        tops.push((0..timeline.len()).map(top).collect());
    }
    let totals = tops.last().cloned().unwrap_or_default();
    let axis = scale::counts(
        totals.iter().copied().max().unwrap_or_default(),
        (height as u64 / 40).max(1),
    );
    let most = *axis.last().expect("an axis has ticks") as f64;
    let depth = height * UNITS;
    let down = |number: u64| depth - (number as f64 / most * depth as f64).round() as i64;
    let mut layers = vec![timeline.gaps(height)];
    // The whole first and what is below over it: each is one simple outline.
    for (stack, tops) in stacks.iter().zip(&tops).rev() {
        layers
            .push(Layer { class: stack.class.to_owned(), path: bars(timeline, tops, depth, down) });
    }
    layers.push(timeline.partial(height));
    layers.retain(|layer| !layer.path.is_empty());
    Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        description: description(timeline, &totals),
        width: timeline.width(),
        height,
        layers,
        rows: axis.iter().map(|n| Row { at: down(*n) / UNITS, label: compact(*n) }).collect(),
        columns: timeline.columns(),
    }
}

fn bars(timeline: &Timeline, tops: &[u64], bottom: i64, down: impl Fn(u64) -> i64) -> String {
    let mut path = Path::default();
    let mut end = None;
    for (place, top) in tops.iter().enumerate().filter(|(_, top)| **top > 0) {
        let (left, right) = timeline.bar(place);
        if end != Some(left) {
            if let Some(end) = end {
                path.line(end, bottom);
                path.close();
            }
            path.start(left, bottom);
        }
        path.line(left, down(*top));
        path.line(right, down(*top));
        end = Some(right);
    }
    if let Some(end) = end {
        path.line(end, bottom);
        path.close();
    }
    path.finish()
}

fn description(timeline: &Timeline, totals: &[u64]) -> String {
    let by = timeline.by();
    let empty = totals.iter().filter(|total| **total == 0).count();
    let most = (0..totals.len()).max_by_key(|place| (totals[*place], std::cmp::Reverse(*place)));
    let most = most.and_then(|place| Some((timeline.start(place)?, totals[place])));
    let most = most.map_or(String::new(), |(day, total)| {
        format!(" Most in the {by} from {day}: {}.", count(total))
    });
    let empty = match empty {
        0 => String::new(),
        empty => format!(" Without any: {}.", count(empty as u64)),
    };
    format!("Documents of {} {by}s.{most}{empty}", count(totals.len() as u64))
}

/// `12000` → `12k`
fn compact(number: u64) -> String {
    match number {
        n if n >= 1_000_000 && n % 100_000 == 0 => format!("{}M", n as f64 / 1e6),
        n if n >= 10_000 && n % 100 == 0 => format!("{}k", n as f64 / 1e3),
        n => count(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::facts::{Counts, Period};

    #[test]
    fn bars_stand_on_each_other_and_empty_slots_are_shaded() {
        let period = |documents| Period {
            counts: Counts { documents, ..Counts::default() },
            ..Period::default()
        };
        let mut periods = [3, 0, 1].map(period);
        periods[2].is_partial = true;
        let stacks = [
            Stack { class: "p", numbers: vec![2, 0, 1] },
            Stack { class: "n", numbers: vec![1, 0, 0] },
        ];
        let chart = volume("v", "Volume", &Timeline::new(&periods, "day"), &stacks, 120);
        let layers: Vec<(&str, &str)> =
            chart.layers.iter().map(|layer| (layer.class.as_str(), layer.path.as_str())).collect();
        assert_eq!(
            layers,
            [
                ("gap", "M10 0h10v240h-10z"),
                ("n", "M1 240v-240h8v240zM21 240v-80h8v80z"),
                ("p", "M1 240v-160h8v160zM21 240v-80h8v80z"),
                ("partial", "M20 0h10v240h-10z"),
            ]
        );
        assert_eq!(chart.rows.len(), 4);
        assert!(chart.description.contains("Without any: 1."), "{}", chart.description);
    }

    #[test]
    fn numbers_of_an_axis_are_short() {
        assert_eq!(
            [0, 500, 1_500, 15_000, 2_500_000].map(compact).join(" "),
            "0 500 1,500 15k 2.5M"
        );
    }
}
