//! Rows of each text → one row.

use std::sync::{Arc, OnceLock};

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::{Real, Spans, by_type, copied, numbers, tensor};

/// What is taken of a text's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::learn::neural) enum Taken {
    First,
    Last,
    Max,
    Mean,
}

/// Rows (rows × width) → one for each text (texts × width).
pub(in crate::learn::neural) struct Pool {
    taken: Taken,
    spans: Arc<Spans>,
    largest: OnceLock<Vec<usize>>,
}

impl Pool {
    pub fn new(taken: Taken, spans: &Arc<Spans>) -> Self {
        Pool { taken, spans: spans.clone(), largest: OnceLock::new() }
    }

    /// First and last row that are looked at in each text, and their part in the sum.
    fn texts<T: Real>(&self) -> impl Iterator<Item = (usize, usize, T)> {
        let spans = self.spans.starts.iter().zip(&self.spans.lengths);
        spans.map(|(&start, &length)| match self.taken {
            Taken::First => (start, start, T::one()),
            Taken::Last => (start + length - 1, start + length - 1, T::one()),
            Taken::Max => (start, start + length - 1, T::one()),
            Taken::Mean => (start, start + length - 1, T::one() / T::from_f64(length as f64)),
        })
    }

    fn forward<T: Real>(&self, rows: &[T], width: usize) -> Vec<T> {
        let mut pooled = vec![T::zero(); self.spans.starts.len() * width];
        let mut largest = vec![0; if self.taken == Taken::Max { pooled.len() } else { 0 }];
        for (text, (first, last, part)) in self.texts::<T>().enumerate() {
            let out = &mut pooled[text * width..(text + 1) * width];
            if self.taken == Taken::Max {
                out.copy_from_slice(&rows[first * width..(first + 1) * width]);
                let places = &mut largest[text * width..(text + 1) * width];
                places.fill(first);
                for row in first + 1..=last {
                    let values = &rows[row * width..(row + 1) * width];
                    for ((value, out), place) in values.iter().zip(&mut *out).zip(&mut *places) {
                        if *value > *out {
                            (*out, *place) = (*value, row);
                        }
                    }
                }
                continue;
            }
            for values in rows[first * width..(last + 1) * width].chunks_exact(width) {
                out.iter_mut().zip(values).for_each(|(out, value)| *out += part * *value);
            }
        }
        let _ = self.largest.set(largest);
        pooled
    }

    fn backward<T: Real>(&self, gradient: &[T], rows: usize, width: usize) -> Vec<T> {
        let mut back = vec![T::zero(); rows * width];
        if self.taken == Taken::Max {
            let largest = self.largest.get().expect("the way back follows the way there");
            for (place, (&row, &gradient)) in largest.iter().zip(gradient).enumerate() {
                back[row * width + place % width] += gradient;
            }
            return back;
        }
        for ((first, last, part), gradient) in self.texts::<T>().zip(gradient.chunks_exact(width)) {
            for out in back[first * width..(last + 1) * width].chunks_exact_mut(width) {
                out.iter_mut().zip(gradient).for_each(|(out, value)| *out += part * *value);
            }
        }
        back
    }
}

impl CustomOp1 for Pool {
    fn name(&self) -> &'static str {
        "pool"
    }

    fn cpu_fwd(&self, rows: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.shape().dims2()?.1;
        let shape = Shape::from((self.spans.starts.len(), width));
        by_type!(rows, T => {
            let pooled = self.forward::<T>(numbers::<T>(rows, layout)?, width);
            Ok((<T as candle_core::WithDType>::to_cpu_storage_owned(pooled), shape))
        })
    }

    fn bwd(&self, rows: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (count, width) = rows.dims2()?;
        by_type!(rows, T => {
            tensor(self.backward::<T>(&copied::<T>(gradient)?, count, width), rows)
        })
    }
}
