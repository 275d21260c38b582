//! Filters over neighbouring tokens, and the strongest answer of each.

use std::sync::{Arc, OnceLock};

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use ndarray::{ArrayView2, ShapeBuilder};

use super::{Real, Spans, by_type, copied, matrix, numbers, tensor};

/// Vectors of tokens (rows × dimensions) and filters (filters × width·dimensions) → the
/// largest product of each filter with a window of each text (texts × filters).
///
/// Windows overlap in memory instead of being copied, and only the strongest ones have a
/// gradient: learning costs little more than looking. Texts that are shorter than a window
/// see the zeros behind them.
pub(in crate::learn::neural) struct Convolution {
    pub width: usize,
    pub spans: Arc<Spans>,
    strongest: OnceLock<Vec<usize>>,
}

impl Convolution {
    pub fn new(width: usize, spans: &Arc<Spans>) -> Self {
        Convolution { width, spans: spans.clone(), strongest: OnceLock::new() }
    }

    fn forward<T: Real>(&self, vectors: &[T], filters: &[T], count: usize) -> Vec<T> {
        let size = filters.len() / count;
        let dimensions = size / self.width;
        let windows = (self.spans.rows + 1).saturating_sub(self.width);
        let view = ArrayView2::from_shape((windows, size).strides((dimensions, 1)), vectors);
        let view = view.expect("texts end in rows for the last window");
        let products = view.dot(&matrix(filters, (count, size)).t());
        let mut best = vec![T::neg_infinity(); self.spans.starts.len() * count];
        let mut strongest = vec![0; best.len()];
        for (text, (&start, &length)) in
            self.spans.starts.iter().zip(&self.spans.lengths).enumerate()
        {
            let out = text * count..(text + 1) * count;
            let (best, strongest) = (&mut best[out.clone()], &mut strongest[out]);
            for window in start..start + (length + 1).saturating_sub(self.width).max(1) {
                let row = products.row(window);
                for ((value, best), place) in row.iter().zip(&mut *best).zip(&mut *strongest) {
                    if *value > *best {
                        (*best, *place) = (*value, window);
                    }
                }
            }
        }
        // Numbers that are none have no largest among them, and must be seen.
        best.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = T::nan());
        let _ = self.strongest.set(strongest);
        best
    }

    fn backward<T: Real>(
        &self,
        (vectors, filters, gradient): (&[T], &[T], &[T]),
        count: usize,
    ) -> (Vec<T>, Vec<T>) {
        let size = filters.len() / count;
        let dimensions = size / self.width;
        let strongest = self.strongest.get().expect("the way back follows the way there");
        let (mut to_vectors, mut to_filters) =
            (vec![T::zero(); vectors.len()], vec![T::zero(); filters.len()]);
        for (place, (&window, &gradient)) in strongest.iter().zip(gradient).enumerate() {
            if gradient == T::zero() {
                continue;
            }
            let window = window * dimensions..window * dimensions + size;
            let filter = place % count * size..(place % count + 1) * size;
            add(&mut to_filters[filter.clone()], gradient, &vectors[window.clone()]);
            add(&mut to_vectors[window], gradient, &filters[filter]);
        }
        (to_vectors, to_filters)
    }
}

fn add<T: Real>(sum: &mut [T], factor: T, values: &[T]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * *value);
}

impl CustomOp2 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        vectors: &CpuStorage,
        vectors_layout: &Layout,
        filters: &CpuStorage,
        filters_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let count = filters_layout.shape().dims2()?.0;
        let shape = Shape::from((self.spans.starts.len(), count));
        by_type!(vectors, T => {
            let vectors = numbers::<T>(vectors, vectors_layout)?;
            let filters = numbers::<T>(filters, filters_layout)?;
            let best = self.forward::<T>(vectors, filters, count);
            Ok((<T as candle_core::WithDType>::to_cpu_storage_owned(best), shape))
        })
    }

    fn bwd(
        &self,
        vectors: &Tensor,
        filters: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let count = filters.dims2()?.0;
        by_type!(vectors, T => {
            let given = (copied::<T>(vectors)?, copied::<T>(filters)?, copied::<T>(gradient)?);
            let (to_vectors, to_filters) =
                self.backward((&given.0, &given.1, &given.2), count);
            Ok((tensor(to_vectors, vectors)?, tensor(to_filters, filters)?))
        })
    }
}
