//! Facts → what they say, in sentences.
//!
//! In: facts. Out: plain English, the same for every form. Promises: nothing is called a
//! change that was not tested; what was not compared is said to be so.

use chrono::NaiveDate;

use super::numbers::{chance, count, decimal, percent};
use super::sides::{Side, sides};
use super::visible::name;
use crate::report::facts::{Facts, ModelFacts, Mover, Period};

/// What the whole is about: pipeline and days.
pub fn title(facts: &Facts) -> String {
    format!("{}: {}", name(&facts.pipeline), stretch((facts.since, facts.until)))
}

/// How the days were cut, and when that was.
pub fn about(facts: &Facts) -> String {
    let made = match chrono::DateTime::parse_from_rfc3339(&facts.made) {
        Ok(made) => made.format("%Y-%m-%d %H:%M").to_string(),
        Err(_) => name(&facts.made),
    };
    format!("By {}, days of {}. Made {made}.", name(&facts.by), name(&facts.zone))
}

/// What a reader takes away who reads nothing else.
pub fn headline(facts: &Facts) -> String {
    let counts = &facts.total.counts;
    let said = |side: Side| Some(format!("{} {}", percent(side.share(counts)?.value), side.name));
    let shares: Vec<String> = sides(facts).into_iter().filter_map(said).collect();
    let documents = plural(counts.documents, "document");
    match shares.split_last() {
        _ if counts.documents == 0 => "No document of these days.".to_owned(),
        None => format!("{documents}, none of which counts for a share."),
        Some((only, [])) => format!("{documents}: {only}."),
        Some((last, others)) => format!("{documents}: {} and {last}.", others.join(", ")),
    }
}

/// Documents that the model knows by heart.
pub fn trained_on(facts: &Facts) -> Option<String> {
    let counts = &facts.total.counts;
    let text = || {
        let (trained_on, counted) = (count(counts.trained_on), count(counts.counted()));
        let what = "these are part of the volume and of no share";
        format!("The model was trained on {trained_on} of them: {what} ({counted} count).")
    };
    (counts.trained_on > 0).then(text)
}

/// How the last whole period compares with the one before.
pub fn change(facts: &Facts) -> String {
    let (Some(before), Some(after)) = (facts.movers.before, facts.movers.after) else {
        return format!("There are no two whole {}s to compare.", name(&facts.by));
    };
    let by = name(&facts.by);
    let all = |side: usize| move |mover: &&Mover| mover.kind == "all" && mover.side == side;
    let shown = &facts.movers.shown;
    let found = shown.iter().find(all(facts.positive)).or(shown.iter().find(all(facts.negative)));
    let place = found.map_or(facts.positive, |mover| mover.side);
    let Some(side) = sides(facts).into_iter().find(|side| side.place == place) else {
        return String::new();
    };
    let share = |days: (NaiveDate, NaiveDate)| {
        let period = facts.periods.iter().find(|period| (period.start, period.end) == days)?;
        Some(side.share(&period.counts)?.value)
    };
    let shares = match found {
        Some(mover) => Some((mover.before, mover.after)),
        None => share(before).zip(share(after)),
    };
    let Some((earlier, later)) = shares else {
        let text = "too few documents to compare it with the one before";
        return format!("The last whole {by} ({}) has {text}.", stretch(after));
    };
    let step = step(earlier, later);
    let verdict = match found {
        Some(mover) if mover.is_significant => {
            format!("more than noise (adjusted p {})", equals(mover.q))
        }
        Some(mover) => format!("no more than chance may do (adjusted p {})", equals(mover.q)),
        None => "not tested".to_owned(),
    };
    let (first, then) = if by == "day" { ("On", "on") } else { ("In", "in") };
    format!(
        "{first} the last whole {by} ({}) {} were {}, against {} {then} the {by} before: {step}, \
         {verdict}.",
        stretch(after),
        percent(later),
        side.name,
        percent(earlier),
    )
}

/// How many changes there were to look at, and what of them is more than noise.
pub fn movers(facts: &Facts) -> String {
    let movers = &facts.movers;
    let (Some(before), Some(after)) = (movers.before, movers.after) else {
        return change(facts);
    };
    let significant = movers.shown.iter().filter(|mover| mover.is_significant).count();
    let tested = match movers.tested {
        1 => "One change has".to_owned(),
        tested => format!("{} changes have", count(tested)),
    };
    format!(
        "{} against {}. {tested} at least {} documents on both sides and {} tested; of those \
         shown, {} {} more than noise, at a false discovery rate of {}.",
        stretch(after),
        stretch(before),
        count(movers.fewest),
        if movers.tested == 1 { "was" } else { "were" },
        count(significant as u64),
        if significant == 1 { "is" } else { "are" },
        percent(movers.false_discovery_rate),
    )
}

/// Whether a move is more than noise.
pub fn verdict(mover: &Mover) -> &'static str {
    if mover.is_significant { "more than noise" } else { "may be noise" }
}

/// What a model was worth where it was measured.
pub fn model(model: &ModelFacts) -> String {
    let whose = match model.language.as_str() {
        "" => String::new(),
        language => format!(" ({})", name(language)),
    };
    let learned = format!(
        "{}{whose} learned from {}",
        name(&model.pipeline),
        plural(model.trained_documents, "document")
    );
    let worth = match model.accuracy {
        Some(accuracy) if model.test_documents > 0 => format!(
            "it was right on {} of {} that it had not seen",
            percent(accuracy),
            plural(model.test_documents, "other")
        ),
        _ => "how often it is right was not measured".to_owned(),
    };
    let labelled = plural(model.labelled, "document");
    format!("{learned}; {worth}. Here it labelled {labelled}.")
}

/// How far probabilities have moved: a figure and a word for it.
pub fn drift(drift: f64) -> String {
    let word = match drift {
        drift if drift < 0.1 => "little",
        drift if drift <= 0.25 => "some",
        _ => "much: read the shares with care",
    };
    format!("{} ({word})", decimal(drift, 3))
}

/// The name of the last side, and when a document is on it.
pub fn unsure(facts: &Facts) -> Option<(String, String)> {
    let unsure = sides(facts).pop().filter(|side| side.class == "u")?;
    let below = percent(facts.unsure_below);
    let text = format!("The model's best guess is less than {below} probable.");
    Some((unsure.name, text))
}

/// Groups that are not shown.
pub fn more(found: u64, shown: usize, what: &str) -> Option<String> {
    let text = || format!("The {shown} with most documents of {} {what}.", count(found));
    (found > shown as u64).then(text)
}

/// Both ends, or the day if they are one.
pub fn stretch((first, last): (NaiveDate, NaiveDate)) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

/// What a period is called in a report by `by`.
pub fn period(by: &str, period: &Period) -> String {
    match by {
        "month" => period.start.format("%Y-%m").to_string(),
        "year" => period.start.format("%Y").to_string(),
        _ => period.start.to_string(),
    }
}

/// `1 document`, `2 documents`
pub fn plural(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

fn step(before: f64, after: f64) -> String {
    let points = decimal((after - before).abs() * 100.0, 1);
    match after - before {
        _ if points == "0.0" => "no change".to_owned(),
        step if step < 0.0 => format!("{points} points down"),
        _ => format!("{points} points up"),
    }
}

fn equals(p: f64) -> String {
    let p = chance(p);
    if p.starts_with('<') { p } else { format!("= {p}") }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_move_is_said_with_its_verdict() {
        let mut facts = sample::small();
        let said = change(&facts);
        assert!(said.contains("points up, more than noise (adjusted p = 0.004)"), "{said}");
        facts.movers.shown[0].is_significant = false;
        assert!(change(&facts).contains("no more than chance may do"), "{}", change(&facts));
        facts.movers.shown.clear();
        assert!(change(&facts).ends_with("not tested."), "{}", change(&facts));
        facts.movers.after = None;
        assert_eq!(change(&facts), "There are no two whole weeks to compare.");
    }

    #[test]
    fn a_report_of_nothing_says_so() {
        let facts = Facts::default();
        assert_eq!(headline(&facts), "No document of these days.");
        let mut facts = sample::small();
        facts.total.counts.shares.clear();
        assert!(headline(&facts).ends_with("none of which counts for a share."));
    }

    #[test]
    fn drift_has_a_word() {
        assert_eq!(drift(0.05), "0.050 (little)");
        assert!(drift(0.3).contains("much") && drift(0.2).contains("some"));
    }
}
