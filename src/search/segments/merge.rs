//! Which segments are worth merging.
//!
//! Each segment costs a query a constant, each merge the documents that it writes again.
//! As in Lucene's TieredMergePolicy, segments of about the same size are merged, so that
//! a document is written again only when its segment has grown by a factor; unlike
//! there, only neighbours are, so that documents keep their order.

use std::ops::Range;

/// More segments than these are merged.
const MAX_SEGMENTS: usize = 8;

/// So many are merged at once at most: bounds the search, and the open files of a merge.
const MAX_MERGED: usize = 10;

/// A segment as a merge sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Its documents, deleted ones included.
    pub documents: u32,
    /// How many of them are deleted.
    pub deleted: u32,
}

/// The next segments to merge into one, or the one to write again without its deleted
/// documents. Asked until it gives none.
pub fn to_merge(sizes: &[Size]) -> Option<Range<usize>> {
    sparse(sizes).or_else(|| crowded(sizes))
}

/// A segment of which more than a third is deleted.
fn sparse(sizes: &[Size]) -> Option<Range<usize>> {
    let is_sparse = |size: &Size| u64::from(size.deleted) * 3 > u64::from(size.documents);
    sizes.iter().position(is_sparse).map(|place| place..place + 1)
}

/// The neighbours that are cheapest to merge: fewest documents to write for the cube of
/// the number of segments that there are less; of equal ones the longest. By the cube,
/// long runs of like segments win over a small one beside a large one: of 1000 equal
/// segments each document is written 4.0 times more, by the number itself 17.4 times.
fn crowded(sizes: &[Size]) -> Option<Range<usize>> {
    if sizes.len() <= MAX_SEGMENTS {
        return None;
    }
    let longest = sizes.len().min(MAX_MERGED);
    let runs = (2..=longest)
        .rev()
        .flat_map(|length| (0..=sizes.len() - length).map(move |start| start..start + length));
    runs.min_by(|left, right| {
        let product = |cost, other| self::cost(sizes, cost) * gain(other);
        product(left, right).cmp(&product(right, left))
    })
}

/// Documents to write; an empty segment is not free.
fn cost(sizes: &[Size], run: &Range<usize>) -> u64 {
    let live = |size: &Size| u64::from(size.documents.saturating_sub(size.deleted));
    sizes[run.clone()].iter().map(|size| live(size).max(1)).sum()
}

fn gain(run: &Range<usize>) -> u64 {
    (run.len() as u64 - 1).pow(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(documents: &[u32], expected: Option<Range<usize>>) {
        let sizes: Vec<Size> =
            documents.iter().map(|&documents| Size { documents, deleted: 0 }).collect();
        assert_eq!(to_merge(&sizes), expected, "{documents:?}");
    }

    #[test]
    fn few_segments_stay() {
        check(&[], None);
        check(&[5, 5, 5, 5, 5, 5, 5, 5], None);
    }

    #[test]
    fn neighbours_of_one_size_are_merged() {
        check(&[5; 9], Some(0..9));
        check(&[1000, 5, 5, 5, 5, 5, 5, 5, 5], Some(1..9));
        check(&[900, 100, 100, 100, 9, 9, 9, 1, 1], Some(4..9));
        check(&[0; 40], Some(0..10));
    }

    #[test]
    fn a_segment_with_many_deleted_documents_is_written_again() {
        let sizes = |deleted| [Size { documents: 9, deleted: 0 }, Size { documents: 9, deleted }];
        assert_eq!(to_merge(&sizes(3)), None);
        assert_eq!(to_merge(&sizes(4)), Some(1..2));
        let all = Size { documents: u32::MAX, deleted: u32::MAX };
        assert_eq!(to_merge(&[all]), Some(0..1));
    }

    #[test]
    fn a_document_is_written_again_a_few_times_alone() {
        let (mut sizes, mut written, mut most) = (Vec::new(), 0, 0);
        for _ in 0..1000 {
            sizes.push(Size { documents: 1000, deleted: 0 });
            while let Some(run) = to_merge(&sizes) {
                let documents = sizes[run.clone()].iter().map(|size| size.documents).sum();
                written += u64::from(documents);
                sizes.splice(run, [Size { documents, deleted: 0 }]);
            }
            most = most.max(sizes.len());
        }
        assert!(most <= MAX_SEGMENTS, "{most} segments");
        assert!(written <= 4_000_000, "{written} documents were written again");
    }
}
