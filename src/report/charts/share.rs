//! A share over time → a line in its confidence band.
//!
//! In: a share for each period, or none. Out: a chart whose axis fits the line. Promises:
//! the line breaks where there is no share; what leaves the chart is said to.

use super::path::Path;
use super::timeline::Timeline;
use super::{Chart, Layer, Row, UNITS, scale};
use crate::report::facts::Share;
use crate::report::forms::numbers::percent;

/// A line for the class, and the share of all periods together across.
pub fn share(
    id: &str,
    title: &str,
    timeline: &Timeline,
    (class, shares): (&str, &[Option<Share>]),
    overall: Option<Share>,
    height: i64,
) -> Chart {
    let axis = axis(shares, overall, height);
    let ends = axis[0] as f64..*axis.last().expect("an axis has ticks") as f64;
    let depth = height * UNITS;
    let down = |value: f64| {
        let place = (value * 1_000.0 - ends.start) / (ends.end - ends.start);
        // Far outside is as far as just outside.
        depth - (place.clamp(-1.0, 2.0) * depth as f64).round() as i64
    };
    let (band, line) = outlines(timeline, shares, down);
    let mut layers = vec![timeline.gaps(height)];
    layers.push(Layer { class: format!("band {class}"), path: band });
    if let Some(overall) = overall.filter(|overall| overall.value.is_finite()) {
        let mut path = Path::default();
        path.start(0, down(overall.value));
        path.line(timeline.width(), down(overall.value));
        layers.push(Layer { class: "overall".to_owned(), path: path.finish() });
    }
    layers.push(Layer {
        class: format!("line {class}{}", if timeline.is_dense() { " thin" } else { "" }),
        path: line,
    });
    layers.retain(|layer| !layer.path.is_empty());
    let row = |tick: &i64| Row {
        at: down(*tick as f64 / 1_000.0) / UNITS,
        label: percent(*tick as f64 / 1_000.0).replace(".0%", "%"),
    };
    Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        description: description(timeline, shares, &ends),
        width: timeline.width(),
        height,
        layers,
        rows: axis.iter().map(row).collect(),
        columns: timeline.columns(),
    }
}

/// Fits the line and most of its band: the bands of a few small periods would flatten all.
fn axis(shares: &[Option<Share>], overall: Option<Share>, height: i64) -> Vec<i64> {
    let all = || shares.iter().flatten().chain(&overall).filter(|share| share.value.is_finite());
    let quantile = |mut ends: Vec<f64>, at: f64| {
        ends.retain(|end| end.is_finite());
        ends.sort_by(f64::total_cmp);
        let last = ends.len().checked_sub(1)?;
        Some(ends[(last as f64 * at).round() as usize])
    };
    let low = quantile(all().map(|share| share.low).collect(), 0.05);
    let high = quantile(all().map(|share| share.high).collect(), 0.95);
    let least = quantile(all().map(|share| share.value).collect(), 0.01);
    let most = quantile(all().map(|share| share.value).collect(), 0.99);
    let least = low.into_iter().chain(least).fold(f64::INFINITY, f64::min);
    let most = high.into_iter().chain(most).fold(f64::NEG_INFINITY, f64::max);
    match least <= most {
        true => scale::shares(least * 1_000.0, most * 1_000.0, (height / 32).max(3)),
        false => scale::shares(0.0, 1_000.0, 2),
    }
}

/// Band and line; both break where there is no share.
fn outlines(
    timeline: &Timeline,
    shares: &[Option<Share>],
    down: impl Fn(f64) -> i64,
) -> (String, String) {
    let (mut band, mut line) = (Path::default(), Path::default());
    let shares: Vec<(i64, Option<Share>)> =
        shares.iter().enumerate().map(|(place, share)| (timeline.middle(place), *share)).collect();
    for run in shares.split(|(_, share)| share.is_none_or(|share| !share.value.is_finite())) {
        let run: Vec<(i64, Share)> =
            run.iter().filter_map(|(x, share)| Some((*x, (*share)?))).collect();
        let Some((first, share)) = run.first().copied() else { continue };
        line.start(first, down(share.value));
        if run.len() == 1 {
            line.dot();
        }
        run.iter().for_each(|(x, share)| line.line(*x, down(share.value)));
        if run.iter().any(|(_, share)| !share.low.is_finite() || !share.high.is_finite()) {
            continue;
        }
        // A period alone has a band as wide as half its slot.
        let half = if run.len() == 1 { (timeline.slot() / 4).max(1) } else { 0 };
        let last = run[run.len() - 1];
        band.start(first - half, down(share.high));
        run.iter().for_each(|(x, share)| band.line(*x, down(share.high)));
        band.line(last.0 + half, down(last.1.high));
        band.line(last.0 + half, down(last.1.low));
        run.iter().rev().for_each(|(x, share)| band.line(*x, down(share.low)));
        band.line(first - half, down(share.low));
        band.close();
    }
    (band.finish(), line.finish())
}

fn description(
    timeline: &Timeline,
    shares: &[Option<Share>],
    ends: &std::ops::Range<f64>,
) -> String {
    let by = timeline.by();
    let values: Vec<(usize, f64)> = shares
        .iter()
        .enumerate()
        .filter_map(|(place, share)| Some((place, share.as_ref()?.value)))
        .filter(|(_, value)| value.is_finite())
        .collect();
    let said = |what: &str, found: Option<&(usize, f64)>| {
        found.and_then(|(place, value)| {
            Some(format!(
                " {what} {} in the {by} from {}.",
                percent(*value),
                timeline.start(*place)?
            ))
        })
    };
    let order = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
    let outside =
        values.iter().filter(|(_, value)| !(ends.start..=ends.end).contains(&(value * 1_000.0)));
    let outside = match outside.count() {
        0 => String::new(),
        number => format!(" {number} lie outside of the chart."),
    };
    let parts = [
        Some(format!("{} {by}s with a share.", values.len())),
        said("First:", values.first()),
        said("Last:", values.last()),
        said("Lowest:", values.iter().min_by(order)),
        said("Highest:", values.iter().max_by(order)),
        Some(outside),
    ];
    parts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::facts::Period;

    fn drawn(values: &[Option<f64>]) -> Chart {
        let share = |value: f64| Share { value, low: value - 0.1, high: value + 0.1 };
        let shares: Vec<Option<Share>> = values.iter().map(|value| value.map(share)).collect();
        let periods = vec![Period::default(); values.len()];
        let timeline = Timeline::new(&periods, "week");
        share_of(&timeline, &shares)
    }

    fn share_of(timeline: &Timeline, shares: &[Option<Share>]) -> Chart {
        share("s", "Share", timeline, ("p", shares), None, 100)
    }

    #[test]
    fn the_line_breaks_where_there_is_no_share() {
        let chart = drawn(&[Some(0.5), Some(0.6), None, Some(0.5)]);
        let line = chart.layers.iter().find(|layer| layer.class == "line p").unwrap();
        assert_eq!(line.path.matches('M').count(), 2, "{}", line.path);
        assert!(line.path.ends_with("h0"), "a period alone is a dot: {}", line.path);
        let band = chart.layers.iter().find(|layer| layer.class == "band p").unwrap();
        assert_eq!(band.path.matches('z').count(), 2, "{}", band.path);
    }

    #[test]
    fn nothing_to_draw_is_no_panic() {
        for values in
            [&[][..], &[None], &[Some(f64::NAN)], &[Some(1.0)], &[Some(f64::INFINITY), None]]
        {
            let chart = drawn(values);
            assert!(
                chart.rows.len() >= 2
                    && chart.layers.iter().all(|layer| !layer.path.contains("NaN"))
            );
        }
    }
}
