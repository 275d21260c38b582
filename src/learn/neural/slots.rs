//! Settings → the arrays that a network learns: their names, shapes and first values.

use super::params::{Body, Cell, Input, NetworkParams};
use crate::data::Random;

/// An array that is learned.
pub(super) struct Slot {
    pub name: String,
    pub shape: Vec<usize>,
    pub first: First,
}

/// What an array holds before anything is learned.
pub(super) enum First {
    Zero,
    /// Uniform between -x and x.
    Within(f64),
    /// Normal of this deviation; the row of the padding is 0.
    Vectors(f64),
    /// 0, but 1 in the forget gates: a memory should first keep what it has.
    ForgetGates,
}

/// Name of the vectors of tokens.
pub(super) const EMBEDDING: &str = "embedding";

impl NetworkParams {
    /// The arrays in the order in which the input passes them.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        let mut width = match self.input {
            Input::Rows { columns } => columns,
            Input::Tokens { vocabulary, dimensions, .. } => {
                let shape = vec![vocabulary, dimensions];
                slots.push(Slot { name: EMBEDDING.into(), shape, first: First::Vectors(0.1) });
                self.body_slots(dimensions, &mut slots)
            }
        };
        for (place, &next) in self.hidden.iter().chain([&self.output.width()]).enumerate() {
            let bound = (6.0 / (width + next) as f64).sqrt();
            push(&mut slots, format!("dense.{place}"), &[width, next], First::Within(bound));
            // Borders that do not all pass the origin: exclusive or is found more often.
            slots.last_mut().expect("it was just pushed").first =
                First::Within(1.0 / (width as f64).sqrt());
            width = next;
        }
        slots
    }

    /// Those of the body; gives the width of its row.
    fn body_slots(&self, dimensions: usize, slots: &mut Vec<Slot>) -> usize {
        match &self.body {
            Body::Plain | Body::Mean => dimensions,
            Body::Convolution { widths, filters } => {
                for width in widths {
                    let bound = 1.0 / ((width * dimensions) as f64).sqrt();
                    let name = format!("convolution.{width}");
                    let shape = [*filters, width * dimensions];
                    push(slots, name, &shape, First::Within(bound));
                }
                widths.len() * filters
            }
            Body::Recurrent { cell, hidden, bidirectional, .. } => {
                for name in ["forward", "backward"].iter().take(1 + usize::from(*bidirectional)) {
                    recurrent(slots, name, *cell, (dimensions, *hidden));
                }
                hidden * (1 + usize::from(*bidirectional))
            }
        }
    }
}

/// A matrix and what is added behind it.
fn push(slots: &mut Vec<Slot>, name: String, shape: &[usize; 2], first: First) {
    // Filters stand row by row, dense layers column by column.
    let out = if name.starts_with("convolution") { shape[0] } else { shape[1] };
    slots.push(Slot { name: format!("{name}.weight"), shape: shape.to_vec(), first });
    slots.push(Slot { name: format!("{name}.bias"), shape: vec![out], first: First::Zero });
}

fn recurrent(slots: &mut Vec<Slot>, name: &str, cell: Cell, (from, to): (usize, usize)) {
    let bound = 1.0 / (to as f64).sqrt();
    let wide = cell.gates() * to;
    let bias = || match cell {
        Cell::Lstm => First::ForgetGates,
        Cell::Simple | Cell::Gru => First::Zero,
    };
    for (part, from, bias) in [("input", from, bias()), ("state", to, First::Zero)] {
        push(slots, format!("{name}.{part}"), &[from, wide], First::Within(bound));
        slots.last_mut().expect("it was just pushed").first = bias;
    }
}

impl Slot {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn fill(&self, random: &mut Random) -> Vec<f32> {
        let count = self.len();
        match self.first {
            First::Zero => vec![0.0; count],
            First::Within(bound) => {
                (0..count).map(|_| ((random.uniform() * 2.0 - 1.0) * bound) as f32).collect()
            }
            First::Vectors(deviation) => {
                let mut values: Vec<f32> =
                    (0..count).map(|_| (random.normal() * deviation) as f32).collect();
                values[..self.shape[1]].fill(0.0);
                values
            }
            First::ForgetGates => {
                let hidden = count / 4;
                (0..count).map(|place| f32::from(place / hidden == 1)).collect()
            }
        }
    }
}
