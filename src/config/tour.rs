//! `[tour]`: what `malmoi run` shows without the name of a pipeline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[tour]`: the examples that `malmoi run` shows to every room.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TourParams {
    /// A news page, whose article is found.
    pub page: PathBuf,
    /// Id of a document of the default pipeline, which is followed through the rooms.
    pub document: String,
    /// Sentences, each by the name of the pipeline whose model judges it.
    pub sentences: BTreeMap<String, String>,
    /// Two sentences that are compared.
    pub compare: [String; 2],
    /// A Korean title, cut into morphemes before and after `user_dictionary` has it.
    pub title: String,
    /// A user dictionary with the title.
    pub user_dictionary: PathBuf,
    /// The pipeline whose report is written.
    pub report: String,
}

impl TourParams {
    /// Gives every file its full path.
    pub(super) fn placed(mut self, root: &Path) -> Self {
        self.page = root.join(self.page);
        self.user_dictionary = root.join(self.user_dictionary);
        self
    }
}
