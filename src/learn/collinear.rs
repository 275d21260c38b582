//! Columns that say what others say.
//!
//! In: a table. Out: each column that others before it give, and how. Promises: what is
//! found does not depend on the units of the columns; a row that keeps to the relations has
//! one prediction only, whichever weights were learned.

use super::scaling::Scaling;
use super::{DenseTable, losses::dot};

/// What is left of a column, of its length, when the others are taken out: rounding.
const NOTHING: f64 = 1e-9;
/// A share that is rounding, in units of deviations.
const LEAST_SHARE: f64 = 1e-6;
/// Products that take about ten seconds.
const MOST_PRODUCTS: f64 = 2e10;

/// A column that the columns before it give.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The column.
    pub column: usize,
    /// The others and how much of each, in units of deviations; none: the column is the
    /// same number in every row.
    pub others: Vec<(usize, f64)>,
}

/// What the columns of a table say of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Collinearity {
    scaling: Scaling,
    /// In the order of the columns.
    pub relations: Vec<Relation>,
}

impl Collinearity {
    /// Looks for columns that others give, an intercept included; none where the table is
    /// too large to look.
    pub fn of(table: &DenseTable) -> Option<Self> {
        let products = table.rows() as f64 * (table.columns() as f64).powi(2);
        if products > MOST_PRODUCTS {
            return None;
        }
        let scaling = Scaling::of(table);
        let scaled = scaling.scaled(table);
        let mut basis = Basis::default();
        let relations =
            (0..table.columns()).filter_map(|column| basis.add(column, &scaled)).collect();
        Some(Collinearity { relations, scaling })
    }

    /// Whether every way to fit the table predicts the same at `row`.
    pub fn determines(&self, row: &[f64]) -> bool {
        let place = |column: usize| {
            (row[column] - self.scaling.means[column]) / self.scaling.deviations[column]
        };
        self.relations.iter().all(|relation| {
            let parts = relation.others.iter().map(|(column, share)| share * place(*column));
            let (sum, size) =
                parts.fold((0.0, 1.0f64), |(sum, size), part| (sum + part, size.max(part.abs())));
            let at = place(relation.column);
            (at - sum).abs() <= LEAST_SHARE * size.max(at.abs())
        })
    }
}

/// Columns of length 1 at right angles to each other, and what they are made of.
#[derive(Default)]
struct Basis {
    vectors: Vec<Vec<f64>>,
    /// Of each vector: the column behind it, the length it had, and its parts of the others.
    made_of: Vec<(usize, f64, Vec<f64>)>,
}

impl Basis {
    /// Adds a column, or says which others give it.
    fn add(&mut self, column: usize, table: &DenseTable) -> Option<Relation> {
        let mut rest: Vec<f64> = (0..table.rows()).map(|row| table.row(row)[column]).collect();
        let length = dot(&rest, &rest).sqrt();
        let mut parts = vec![0.0; self.vectors.len()];
        // Twice: the first time leaves rounding of the size of what it took out.
        for _ in 0..2 {
            for (vector, part) in self.vectors.iter().zip(&mut parts) {
                let share = dot(vector, &rest);
                rest.iter_mut().zip(vector).for_each(|(rest, at)| *rest -= share * at);
                *part += share;
            }
        }
        let left = dot(&rest, &rest).sqrt();
        if left <= NOTHING * length.max(1.0) {
            return Some(Relation { column, others: self.shares(parts) });
        }
        rest.iter_mut().for_each(|rest| *rest /= left);
        self.vectors.push(rest);
        self.made_of.push((column, left, parts));
        None
    }

    /// Parts of the vectors → shares of the columns behind them.
    fn shares(&self, mut parts: Vec<f64>) -> Vec<(usize, f64)> {
        let mut shares = Vec::new();
        for number in (0..parts.len()).rev() {
            let (column, length, others) = &self.made_of[number];
            let share = parts[number] / length;
            parts.iter_mut().zip(others).for_each(|(part, other)| *part -= share * other);
            if share.abs() > LEAST_SHARE {
                shares.push((*column, share));
            }
        }
        shares.reverse();
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(columns: usize, values: &[f64]) -> Collinearity {
        let names = (0..columns).map(|column| format!("c{column}")).collect();
        Collinearity::of(&DenseTable::new(names, values.to_vec()).unwrap()).unwrap()
    }

    #[test]
    fn the_teaching_table_fixes_only_the_sum() {
        let found = found(2, &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!(found.relations.len(), 1);
        assert_eq!((found.relations[0].column, found.relations[0].others[0].0), (1, 0));
        assert!(found.determines(&[4.0, 4.0]) && found.determines(&[-1e6, -1e6]));
        assert!(!found.determines(&[4.0, 1.0]));
    }

    #[test]
    fn units_do_not_matter() {
        // c2 = 1000 · c0 − c1 / 1000 + 7
        let rows = [[0.001, 5.0], [0.004, 1000.0], [0.002, -3000.0], [0.009, 2.0], [0.3, 9.0]];
        let values: Vec<f64> =
            rows.iter().flat_map(|[a, b]| [*a, *b, 1000.0 * a - b / 1000.0 + 7.0, b * b]).collect();
        let found = found(4, &values);
        let relation = &found.relations[0];
        let others: Vec<usize> = relation.others.iter().map(|(column, _)| *column).collect();
        assert_eq!((found.relations.len(), relation.column, others), (1, 2, vec![0, 1]));
        assert!(found.determines(&[1.0, 1.0, 1006.999, 0.0]));
        assert!(!found.determines(&[1.0, 1.0, 1007.9, 0.0]));
    }

    #[test]
    fn a_column_of_one_number_is_given_by_nothing() {
        let found = found(2, &[1.0, 0.1, 2.0, 0.1, 4.0, 0.1]);
        assert_eq!(found.relations, [Relation { column: 1, others: vec![] }]);
        assert!(found.determines(&[7.0, 0.1]) && !found.determines(&[7.0, 0.2]));
    }

    #[test]
    fn too_few_rows_leave_columns_free() {
        let found = found(3, &[1.0, 2.0, 5.0, 4.0, -5.0, 6.0]);
        assert_eq!(found.relations.iter().map(|one| one.column).collect::<Vec<_>>(), [1, 2]);
        assert!(super::tests::found(1, &[1.0, 2.0]).relations.is_empty());
    }

    #[test]
    fn nearly_the_same_is_not_the_same() {
        let values: Vec<f64> = (0..20)
            .flat_map(|row| [f64::from(row), f64::from(row) + f64::from(row % 3) * 1e-5])
            .collect();
        assert!(found(2, &values).relations.is_empty());
    }
}
