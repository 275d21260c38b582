//! What every room does to a small example, for who runs the program the first time.
//!
//! In: the settings of `[tour]` and models that are trained. Out: what was found in a
//! page, what became of a document, how sentences are judged, how alike two texts are, and
//! what a registered word changes. Nothing here computes: each part is what a command does.

use std::path::Path;
use std::sync::Arc;

use super::documents::{Stages, find_document, stages};
use super::explain::{Explanation, explain_linear};
use super::model::load_model;
use super::news::extractor;
use super::search::{Comparison, compare, encoder_of_pair};
use super::watch::Watch;
use crate::analyze::dictionary;
use crate::analyze::korean::{Analyzer, KoreanParams};
use crate::config::{Pipeline, TourParams};
use crate::error::{Error, Result};
use crate::news::extract::Listed;
use crate::news::store::Article;

/// Morphemes with their tags.
pub type Tagged = Vec<(String, String)>;

/// What there is to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Tour {
    /// The article of the page.
    pub article: Article,
    /// The document in each room.
    pub stages: Stages,
    /// Pipeline, and why its model judges the sentence as it does.
    pub sentences: Vec<(String, Explanation)>,
    /// How alike the two sentences are.
    pub comparison: Comparison,
    /// Morphemes and tags of the title before and after; absent without a dictionary.
    pub title: Option<[Tagged; 2]>,
}

/// Shows the example of `params` to every room; `pipeline` is the default one. Models
/// have to be trained before.
///
/// # Errors
/// If a file, document or model is missing, or the page has no article.
pub fn tour(
    params: &TourParams,
    pipeline: &Pipeline,
    state: &Path,
    watch: &dyn Watch,
) -> Result<Tour> {
    let model = load_model(state, &pipeline.name, watch)?;
    let document = find_document(pipeline, state, &params.document, watch)?;
    let judged = |(name, sentence): (&String, &String)| {
        let model = load_model(state, name, watch)?;
        Ok((name.clone(), explain_linear(&model, sentence)))
    };
    Ok(Tour {
        article: article(&params.page, pipeline)?,
        stages: stages(pipeline, Some(&model), &document.body.0)?,
        sentences: params.sentences.iter().map(judged).collect::<Result<_>>()?,
        comparison: compared(params, pipeline)?,
        title: title(params)?,
    })
}

fn article(page: &Path, pipeline: &Pipeline) -> Result<Article> {
    let bytes = std::fs::read(page).map_err(|error| Error::file("cannot read", page, error))?;
    let made = extractor(pipeline)?.article(&bytes, None, None, &Listed::default());
    let place = page.display().to_string();
    made.article.map_err(|why| Error::data(format!("no article was found: {why}")).at(place))
}

fn compared(params: &TourParams, pipeline: &Pipeline) -> Result<Comparison> {
    let [left, right] = [params.compare[0].as_str(), params.compare[1].as_str()];
    let encoder = encoder_of_pair([left, right], &pipeline.clean, &pipeline.analyze)?;
    Ok(compare(&encoder, left, right))
}

/// A dictionary is used where it is, and never fetched for this.
fn title(params: &TourParams) -> Result<Option<[Tagged; 2]>> {
    if super::dictionary::status()?.is_none() {
        return Ok(None);
    }
    let system = Arc::new(dictionary::installed()?);
    let cut = |user_dictionary| -> Result<Tagged> {
        let korean = KoreanParams { user_dictionary, ..KoreanParams::default() };
        Ok(Analyzer::new(Arc::clone(&system), &korean)?.pos(&params.title))
    };
    Ok(Some([cut(None)?, cut(Some(params.user_dictionary.clone()))?]))
}
