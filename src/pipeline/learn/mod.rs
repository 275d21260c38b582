//! The learning room's part of the hallway: a pipeline's documents → what is learned of them.

mod embed;
mod material;
mod place;

pub use embed::{
    EmbedReport, KeptEmbedding, import_embedding, list_embeddings, load_embedding,
    remove_embedding, train_embedding,
};
pub(super) use place::EMBEDDINGS;
pub use place::{embedding_file, learned_file};
