//! What a page tells about its article elsewhere: its description, its linked data.

use std::ops::Range;

use super::hints::Hints;
use super::scripts::Payload;
use super::segments::Blocks;
use super::text;
use crate::news::page::{Element, Page};

/// Blocks that the body should hold.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    /// Where the description of the page is said again.
    described: Option<usize>,
    /// Where the body of the linked data starts and ends.
    start: Option<usize>,
    end: Option<usize>,
}

impl Witnesses {
    /// Looks for what the page tells in its blocks.
    pub(super) fn of(page: &Page, blocks: &Blocks, declared: Option<&Payload>) -> Witnesses {
        let (mut first, mut last) = (String::new(), String::new());
        if let Some(declared) = declared {
            let body = bare(&Page::parse(&declared.html).root().text());
            first = body.chars().take(SAMPLE).collect();
            let skipped = body.chars().count().saturating_sub(SAMPLE);
            last = body.chars().skip(skipped).collect();
        }
        let description = description(page).map(|text| bare(&text)).unwrap_or_default();
        let description: String = description.chars().take(SAMPLE).collect();
        let mut witnesses = Witnesses::default();
        if [&description, &first].iter().all(|sample| sample.is_empty()) {
            return witnesses;
        }
        let prose = blocks.list.iter().enumerate().filter(|(_, block)| block.body_prose() > 0);
        for (at, block) in prose.take(MOST_BLOCKS) {
            let line = bare(&text::line(page, block, Hints::ASIDES));
            let holds = |sample: &str| sample.chars().count() >= SHORTEST && line.contains(sample);
            witnesses.described = witnesses.described.or(holds(&description).then_some(at));
            witnesses.start = witnesses.start.or(holds(&first).then_some(at));
            witnesses.end = if holds(&last) { Some(at) } else { witnesses.end };
        }
        witnesses
    }

    /// What the witnesses say for a range of blocks.
    pub(super) fn points(&self, range: &Range<usize>) -> f32 {
        let says = |block: Option<usize>, range: Range<usize>, points: f32| match block {
            Some(block) if range.contains(&block) => points,
            _ => 0.0,
        };
        // The description may be said above the body.
        let around = range.start.saturating_sub(ABOVE)..range.end;
        says(self.described, around, 0.5)
            + says(self.start, range.clone(), 0.7)
            + says(self.end, range.clone(), 0.7)
    }
}

/// Blocks between a description and the body: dates, names, a picture.
const ABOVE: usize = 8;

/// More than an article has: what is behind them is not compared.
const MOST_BLOCKS: usize = 5_000;

/// Characters that are compared: descriptions are cut at any length.
const SAMPLE: usize = 40;

const SHORTEST: usize = 15;

fn description(page: &Page) -> Option<String> {
    let is_description = |name: &str| {
        ["og:description", "description"].iter().any(|known| name.eq_ignore_ascii_case(known))
    };
    page.elements(Element::Meta).find_map(|meta| {
        let name = meta.raw_attribute("property").or(meta.raw_attribute("name"))?;
        is_description(name).then(|| meta.attribute("content"))?.map(|text| text.into_owned())
    })
}

/// Letters and digits alone, in lower case.
pub(super) fn bare(line: &str) -> String {
    let mut bare = String::with_capacity(line.len());
    bare.extend(line.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    bare
}
