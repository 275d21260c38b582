//! Documents as sequences of token numbers.

/// Ends a segment: n-grams never cross it.
pub const BREAK: u32 = u32::MAX;

/// A token that the vocabulary does not know.
pub const UNKNOWN: u32 = u32::MAX - 1;

/// Token numbers of many documents, one after another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sequences {
    /// The numbers of all documents; [`BREAK`] and [`UNKNOWN`] are no tokens.
    pub tokens: Vec<u32>,
    /// Where each document ends in `tokens`.
    pub ends: Vec<usize>,
}

impl Sequences {
    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Positions of one document's tokens.
    pub fn range(&self, document: usize) -> std::ops::Range<usize> {
        let start = if document == 0 { 0 } else { self.ends[document - 1] };
        start..self.ends[document]
    }

    /// One document's tokens.
    pub fn document(&self, document: usize) -> &[u32] {
        &self.tokens[self.range(document)]
    }

    /// Adds a document.
    pub fn push(&mut self, tokens: impl IntoIterator<Item = u32>) {
        self.tokens.extend(tokens);
        self.ends.push(self.tokens.len());
    }

    /// The documents named, in that order.
    pub fn select(&self, documents: &[usize]) -> Sequences {
        let mut selected = Sequences::default();
        for &document in documents {
            selected.push(self.document(document).iter().copied());
        }
        selected
    }
}
