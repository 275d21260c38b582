//! The first page: a search with filters, and its hits.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::marked::{Piece, harmless, snippet};
use super::words::{date, grouped};
use super::{Page, encoded, look, shown};
use crate::search::Measure;
use crate::serve::api::{MOST_TOP, SEARCH, judge_if_wanted};
use crate::serve::found::{Found, FoundHit, Wanted, What, search};
use crate::serve::house::Shared;
use crate::serve::look::Look;
use crate::serve::parameters::Values;
use crate::serve::stock::Indexed;

/// How many hits a reader may choose.
const TOPS: [usize; 4] = [10, 20, 50, MOST_TOP as usize];

/// A hit as a page shows it.
pub struct Hit {
    /// Address of its page.
    pub href: String,
    /// Its title, else its id.
    pub title: String,
    /// Whether the title is an id.
    pub is_id: bool,
    /// Its score with four digits.
    pub score: String,
    /// Where it is from, when it was published, and so on.
    pub about: Vec<String>,
    /// The label that a model gives it.
    pub sentiment: String,
    /// The part of its text that matches.
    pub snippet: Vec<Piece>,
}

impl Hit {
    /// Whether there is more to say than its title.
    pub fn has_about(&self) -> bool {
        !self.about.is_empty() || !self.sentiment.is_empty()
    }
}

#[derive(Template)]
#[template(path = "serve/search.html")]
struct Shown<'a> {
    look: &'a Look,
    form: Form,
    found: Option<&'a Found>,
    hits: Vec<Hit>,
    more: Option<String>,
}

/// What the form says, and what it offers.
#[derive(Default)]
struct Form {
    q: String,
    like: String,
    pipeline: String,
    pipelines: Vec<String>,
    documents: String,
    measure: &'static str,
    measures: Vec<&'static str>,
    top: usize,
    tops: Vec<usize>,
    source: String,
    sources: Vec<String>,
    label: String,
    labels: Vec<String>,
    language: String,
    languages: Vec<String>,
    has_dates: bool,
    since: String,
    until: String,
    sentiment: String,
    sentiments: Vec<String>,
}

impl Form {
    /// Whether anything but the words restricts the hits.
    fn is_filtered(&self) -> bool {
        let filters = [&self.source, &self.label, &self.language, &self.since, &self.until];
        filters.iter().any(|one| !one.is_empty()) || !self.sentiment.is_empty()
    }
}

/// `GET /`
pub async fn show(State(house): State<Shared>, uri: Uri, headers: HeaderMap) -> Page {
    let look = look(&house, &uri, &headers);
    let values = Values::read_form(uri.query().unwrap_or_default(), &SEARCH)?;
    if house.stock.searched().next().is_none() && values.text("pipeline").is_none() {
        let form = Form::default();
        let page = Shown { look: &look, form, found: None, hits: Vec::new(), more: None };
        return Ok(shown(StatusCode::OK, &page));
    }
    let (entry, index) = house.index(values.text("pipeline"))?;
    let wanted = Wanted::of(&values, &index);
    let judge = house.judge(entry).await?;
    let pipelines = house.stock.searched().map(|(one, _)| one.pipeline.name.clone()).collect();
    let form = Form {
        pipelines,
        pipeline: entry.pipeline.name.clone(),
        sentiments: judge.labels(),
        ..form(&values, &index, &wanted)
    };
    let is_asked = wanted.what != What::Text(String::new());
    let found = match is_asked {
        true => {
            let judge = judge_if_wanted(&house, entry, &wanted).await?;
            Some(search(entry, &index, wanted, judge).await?)
        }
        false => None,
    };
    let hits = found.as_ref().map(hits).unwrap_or_default();
    let more = more(&uri, &form, hits.len());
    Ok(shown(StatusCode::OK, &Shown { look: &look, form, found: found.as_ref(), hits, more }))
}

fn form(values: &Values, index: &Indexed, wanted: &Wanted) -> Form {
    let text = |name: &str| values.text(name).unwrap_or_default().to_owned();
    let [sources, labels, languages] = index.values.clone();
    let mut tops = TOPS.to_vec();
    if !tops.contains(&wanted.top) {
        tops.push(wanted.top);
        tops.sort_unstable();
    }
    Form {
        q: text("q"),
        like: text("like"),
        documents: grouped(index.documents),
        measure: wanted.measure.name(),
        measures: Measure::ALL.map(Measure::name).to_vec(),
        top: wanted.top,
        tops,
        source: text("source"),
        sources,
        label: text("label"),
        labels,
        language: text("language"),
        languages,
        has_dates: index.has_dates,
        since: text("since"),
        until: text("until"),
        sentiment: text("sentiment"),
        ..Form::default()
    }
}

/// The address of the same search with more hits, if there may be more.
fn more(uri: &Uri, form: &Form, shown: usize) -> Option<String> {
    let next = TOPS.into_iter().find(|top| *top > form.top).filter(|_| shown == form.top)?;
    let pairs = crate::serve::parameters::pairs(uri.query().unwrap_or_default());
    let kept = pairs.filter(|(name, value)| name != "top" && !value.is_empty());
    let mut query: Vec<String> =
        kept.map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value))).collect();
    query.push(format!("top={next}"));
    Some(format!("/?{}#hit-{}", query.join("&"), form.top + 1))
}

/// The hits of a search as a page shows them.
fn hits(found: &Found) -> Vec<Hit> {
    found.hits.iter().map(|hit| shown_hit(&found.pipeline, hit)).collect()
}

/// Documents like a whole text, which has a term in common with every line of them:
/// nothing is marked.
pub fn similar(found: &Found) -> Vec<Hit> {
    let plain = |hit: &FoundHit| FoundHit { highlights: None, ..hit.clone() };
    found.hits.iter().map(|hit| shown_hit(&found.pipeline, &plain(hit))).collect()
}

fn shown_hit(pipeline: &str, hit: &FoundHit) -> Hit {
    let about = &hit.about;
    let day = date(&about.date);
    let told = [&about.source, &day, &about.label, &about.language];
    let text = hit.snippet.as_deref().unwrap_or_default();
    let is_id = about.title.is_empty();
    Hit {
        href: format!("/documents/{}/{}", encoded(pipeline), encoded(&hit.id)),
        title: harmless(if is_id { &hit.id } else { &about.title }),
        is_id,
        score: format!("{:.4}", hit.score),
        about: told.into_iter().filter(|one| !one.is_empty()).map(|one| harmless(one)).collect(),
        sentiment: hit.sentiment.as_ref().map(|one| one.label.clone()).unwrap_or_default(),
        snippet: snippet(text, hit.highlights.as_deref().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_hits_are_the_same_search() {
        let form = Form { top: 10, ..Form::default() };
        let uri = "/?q=%ED%95%99+a&top=10&source=&label=x%26y".parse().unwrap();
        let address = more(&uri, &form, 10).unwrap();
        assert_eq!(address, "/?q=%ED%95%99%20a&label=x%26y&top=20#hit-11");
        assert_eq!(more(&uri, &form, 9), None);
        assert_eq!(more(&uri, &Form { top: 100, ..Form::default() }, 100), None);
    }
}
