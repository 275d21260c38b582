//! The hallway: rooms in order, results kept.

mod blocks;
mod clean_lines;
pub mod dictionary;
mod documents;
mod download;
mod encoder;
mod evaluate;
mod explain;
mod export_vectors;
mod fingerprint;
mod fit;
mod folds;
#[cfg(test)]
mod golden_tfidf;
mod ingest;
mod known_texts;
mod label_terms;
mod labeler;
mod learn;
mod line_by_line;
mod model;
mod morphemes;
mod nearest;
mod news;
mod occlusion;
mod open_source;
mod ordered;
mod outcome;
mod outdated;
mod plan;
mod prepared;
mod run;
#[cfg(test)]
mod sample_model;
mod score;
mod score_table;
mod scored;
mod search;
mod shelf;
mod split;
mod state;
mod terms;
mod tour;
mod train;
mod tune;
mod vectorizer_file;
mod watch;

pub use clean_lines::{Texts, clean_lines};
pub use documents::{CleanStage, Feature, Features, StagedToken, Stages, find_document, stages};
pub use encoder::{Encoder, EncoderWorker};
pub use evaluate::{TestPart, evidence};
pub use explain::{Contribution, Explanation, Highlight, Method, explain};
pub use export_vectors::{Exported, RowsOf, export_vectors};
pub use known_texts::KnownTexts;
pub use label_terms::{LabelTerms, WeightedTerm, strongest_terms};
pub use labeler::{Labeler, find_labeler, labeler_names, load_labeler};
pub use learn::{
    Alpha, EmbedReport, KeptEmbedding, Rated, Rater, RatingOptions, TriedAlpha, embedding_file,
    import_embedding, learn_ratings, learned_file, list_embeddings, load_embedding,
    remove_embedding, train_embedding,
};
#[cfg(feature = "neural")]
pub use learn::{
    AugmentSettings, Augmented, Beside, LearnedNetwork, NetworkSettings, TextNetwork,
    TextNetworkWorker, Tried, analyze_for_networks, augment, learn_network,
};
pub use learn::{ReduceOptions, Reduced, ReducedAxis, ReducedDocument, Reduction, reduce};
pub use model::{Model, Prediction, find_model, load_model};
pub use morphemes::{MorphemeForm, Told, morpheme_lines};
pub use news::{
    NewsUpdate, news_database, now, re_extract_news, source_name, source_url, update_news,
};
pub use outcome::{Evaluation, Learned, Outcome, StageReport, Status, Unseen};
pub use outdated::is_outdated;
pub use plan::{Plan, PlannedStage, plan};
pub use run::run;
pub use score::{LABEL, Lines, PROBABILITY, Predictor, score_lines};
pub use score_table::{TableForm, TableInput, score_lines_as_table, score_table};
pub use scored::{Outcome as ScoreOutcome, Score, Scored, Scorer, Scorers, score_documents};
pub use search::{
    Answer, Asker, BatchParams, Built, Comparison, DuplicateDocument, DuplicateGroup, IndexChange,
    IndexStatus, Neighbor, Neighbors, Question, SearchEngine, add_to_index, build_index,
    check_index, compare, delete_from_index, encoder_of_pair, index_manifest, index_status,
    kept_encoder,
};
pub use shelf::{Kept, Lock, Manifest, Shelf, kept_file};
pub use state::{KeptFile, KeptPipeline, StateReport, list_state, remove_state};
pub use terms::{TermTable, Terms};
pub use tour::{Tagged, Tour, tour};
pub use train::{TrainSettings, train};
pub use tune::{Candidate, TuneOptions, Tuned, tune};
pub use watch::{Silent, Watch};
