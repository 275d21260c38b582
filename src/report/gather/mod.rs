//! Documents → the facts of a report.
//!
//! In: a pipeline, what is asked of its report, and the time. Out: [`Facts`]. Promises: one
//! pass over the source; memory for some dozen bytes a document and a bounded share of the
//! texts; the same facts for the same documents, models, settings and time.

mod candidates;
mod card;
mod copies;
mod excerpt;
mod keywords;
mod look;
mod movers;
mod quotes;
mod reading;
mod recent;
mod sides;
mod span;
mod tally;
mod terms;
#[cfg(test)]
mod tests;

use std::path::Path;

use self::keywords::Keywords;
use self::quotes::Quotes;
use self::reading::Reading;
use self::sides::Sides;
use self::span::Asked;
use self::tally::Tally;
use super::facts::{Documents, Facts};
use super::request::{Request, zone_of};
use crate::config::Pipeline;
use crate::data::{Skipped, Zone};
use crate::error::{Error, Result};
use crate::pipeline::{Scorers, Watch, score_documents};
use crate::source::SourceKind;
use crate::trends::By;

/// What all parts of a report go by.
struct Plan<'a> {
    pipeline: &'a Pipeline,
    scorers: &'a Scorers,
    sides: Sides,
    zone: Zone,
    by: By,
    asked: Asked,
    keywords: Keywords,
    is_news: bool,
}

/// The facts of a report of `pipeline` at the time `now` (seconds since 1970).
///
/// # Errors
/// If no model is trained, documents have no dates, the source or a model cannot be used,
/// what is asked makes no sense, or the user stops.
pub fn gather(
    pipeline: &Pipeline,
    state: &Path,
    request: &Request,
    now: i64,
    watch: &dyn Watch,
) -> Result<Facts> {
    let zone = request.zone.map_or_else(|| zone_of(pipeline), Ok)?;
    let today = zone.day_of(now).ok_or_else(|| Error::usage("the clock shows no day"))?;
    let by = request.by.unwrap_or(pipeline.report.by);
    let asked = Asked { since: request.since, until: request.until, today, by }.check()?;
    let words = request.watch.as_ref().unwrap_or(&pipeline.report.watch);
    let keywords = Keywords::new(words, &pipeline.clean)?;
    crate::pipeline::dictionary::ensure_for(&terms::settings(&pipeline.analyze), watch)?;
    let scorers = Scorers::load(pipeline, state, watch)?;
    let plan = Plan {
        pipeline,
        sides: Sides::new(scorers.labels(), &pipeline.report)?,
        scorers: &scorers,
        zone,
        by,
        asked,
        keywords,
        is_news: pipeline.source.kind == SourceKind::News,
    };
    let mut reading = Reading::new(&plan);
    let take = |scored| {
        reading.take(scored);
        Ok(())
    };
    let look = |document: &_| plan.look(document);
    let skipped = score_documents(pipeline, state, &scorers, watch, look, take)?;
    watch.stage("report");
    let made = zone.at(now).map(|time| time.to_rfc3339()).unwrap_or_default();
    assembled(&plan, reading, &skipped, made, watch)
}

/// Everything from what was read.
fn assembled(
    plan: &Plan,
    mut reading: Reading,
    skipped: &Skipped,
    made: String,
    watch: &dyn Watch,
) -> Result<Facts> {
    reading.check_dates()?;
    let span = plan.asked.settled(reading.days());
    let periods = span.periods()?;
    let compared = span.compared(&periods);
    let mut notes = reading.notes(skipped);
    if plan.is_news {
        copies::strike(&mut reading)?;
    }
    watch.check()?;
    let terms = terms::rising(plan, &reading, compared, &mut notes)?;
    watch.check()?;
    let tally = Tally { plan, reading: &reading, span: &span };
    let last = periods.last().map_or(0, |period| period.number);
    let after = compared.map_or(last, |compared| plan.by.number(compared.after.0));
    let quotes = Quotes { plan, reading: &reading, span: &span, after };
    let documents = Documents {
        read: reading.read + skipped.count,
        undated: reading.undated,
        outside: reading.outside(&span),
        skipped: skipped.count + reading.unscored(&span),
        copies: tally.copies(),
    };
    Ok(Facts {
        pipeline: plan.pipeline.name.clone(),
        made,
        zone: plan.zone.name().to_owned(),
        since: span.since,
        until: span.until,
        by: plan.by.name().to_owned(),
        sides: plan.sides.names.clone(),
        positive: plan.sides.positive,
        negative: plan.sides.negative,
        unsure_below: plan.pipeline.report.unsure_below,
        documents,
        total: tally.total(),
        periods: tally.periods(&periods),
        sources: tally.groups(&reading.sources, |row| row.source, |_| true),
        labels: tally.groups(&reading.topics, |row| row.topic, |_| true),
        keywords: tally.keywords(&periods, |word| quotes.with_word(word)),
        movers: movers::movers(&tally, compared),
        terms,
        quotes: quotes.of_sides(),
        model: card::card(&tally, &mut notes),
        notes,
    })
}
