//! Two rows → how alike they are.

use super::measure::{Common, Measure};
use super::query::Query;

/// The scores of two rows, in the order of [`Measure::ALL`].
///
/// # Examples
/// ```
/// use malmoi::search::{Query, scores};
///
/// let left = Query::new(&[0, 1, 5], &[3.0, 4.0, 0.0]);
/// let right = Query::new(&[0, 7], &[3.0, 4.0]);
/// assert_eq!(scores(&left, &right), [9.0 / 25.0, 32.0_f64.sqrt(), 8.0, 1.0 / 4.0]);
/// ```
pub fn scores(left: &Query, right: &Query) -> [f64; Measure::ALL.len()] {
    let common = common(left, right);
    Measure::ALL.map(|measure| measure.score(common.key(measure, left.whole, right.whole)))
}

fn common(left: &Query, right: &Query) -> Common {
    let mut common = Common::default();
    let mut others = right.columns.iter().zip(right.values).peekable();
    for (column, value) in left.columns.iter().zip(left.values) {
        while others.next_if(|(other, _)| *other < column).is_some() {}
        if let Some((_, other)) = others.next_if(|(other, _)| *other == column) {
            common.add(*value, *other);
        }
    }
    common
}
