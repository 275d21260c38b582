//! Sparse rows → a few dimensions → axes that a map is drawn on.
//!
//! In: rows of a vectorizer, and classes where there are some. Out: a truncated singular
//! value decomposition, principal components, discriminants. Promises: the number of
//! threads changes no bit; directions that the rows do not have are left out, never
//! made up of rounding errors; signs are fixed, so that two runs can be compared.

mod dense;
mod eigen;
#[cfg(test)]
mod golden;
mod lda;
mod orthonormal;
mod pca;
mod sparse;
mod svd;

pub use lda::Lda;
pub use pca::Pca;
pub use svd::{SvdParams, TruncatedSvd};
