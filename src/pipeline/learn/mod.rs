//! The learning room's part of the hallway: a pipeline's documents → what is learned of them.

#[cfg(feature = "neural")]
mod augment;
#[cfg(feature = "neural")]
mod beside;
mod embed;
#[cfg(feature = "neural")]
mod lexicon;
mod material;
#[cfg(feature = "neural")]
mod network;
mod place;
mod rating;
#[cfg(feature = "neural")]
mod reading;
mod reduce;
#[cfg(feature = "neural")]
mod reduced;
#[cfg(feature = "neural")]
mod tested;
#[cfg(feature = "neural")]
mod text_network;
#[cfg(feature = "neural")]
mod vectors;

#[cfg(feature = "neural")]
pub use augment::{AugmentSettings, Augmented, Tried, augment};
#[cfg(feature = "neural")]
pub use beside::Beside;
pub use embed::{
    EmbedReport, KeptEmbedding, import_embedding, list_embeddings, load_embedding,
    remove_embedding, train_embedding,
};
#[cfg(feature = "neural")]
pub use network::{LearnedNetwork, NetworkSettings, analyze_for_networks, learn_network};
pub(super) use place::{EMBEDDINGS, learned_names};
pub use place::{embedding_file, learned_file};
pub use rating::{Alpha, Rated, Rater, RatingOptions, TriedAlpha, learn_ratings};
pub use reduce::{ReduceOptions, Reduced, ReducedAxis, ReducedDocument, Reduction, reduce};
#[cfg(feature = "neural")]
pub use text_network::{TextNetwork, TextNetworkWorker};
