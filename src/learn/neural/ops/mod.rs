//! Layers whose gradients are written by hand: texts of all lengths stand one after
//! another, so that no padding is multiplied and none can reach a result.

mod cells;
mod convolution;
mod pool;
mod recurrent;

pub(super) use convolution::Convolution;
pub(super) use pool::{Pool, Taken};
pub(super) use recurrent::Recurrent;

use candle_core::{CpuStorage, Device, Layout, Result, Tensor, WithDType};
use ndarray::{ArrayView2, NdFloat};

/// Numbers that layers are computed in: `f32`, and `f64` where gradients are checked.
pub(super) trait Real: NdFloat + WithDType {}

impl Real for f32 {}
impl Real for f64 {}

/// Where each text stands among the rows of a batch.
#[derive(Debug, Default, PartialEq)]
pub(in crate::learn::neural) struct Spans {
    /// First row of each text.
    pub starts: Vec<usize>,
    /// Number of its tokens, never 0.
    pub lengths: Vec<usize>,
    /// Rows in all, with those between the texts.
    pub rows: usize,
}

/// The numbers of a tensor that lies in one piece.
fn numbers<'a, T: Real>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("a layer got a tensor that does not lie in one piece")
    };
    Ok(&storage.as_slice::<T>()?[start..end])
}

/// The same, copied out of a tensor.
fn copied<T: Real>(tensor: &Tensor) -> Result<Vec<T>> {
    tensor.flatten_all()?.to_vec1::<T>()
}

fn tensor<T: Real>(values: Vec<T>, like: &Tensor) -> Result<Option<Tensor>> {
    Tensor::from_vec(values, like.shape(), &Device::Cpu).map(Some)
}

fn matrix<T>(values: &[T], (rows, columns): (usize, usize)) -> ArrayView2<'_, T> {
    ArrayView2::from_shape((rows, columns), values).expect("its shape was computed from its length")
}

/// Runs `$body` with `$T` as the type of the numbers in `$storage`.
macro_rules! by_type {
    ($storage:expr, $T:ident => $body:expr) => {
        match $storage.dtype() {
            candle_core::DType::F32 => {
                type $T = f32;
                $body
            }
            candle_core::DType::F64 => {
                type $T = f64;
                $body
            }
            other => candle_core::bail!("a layer cannot compute in {other:?}"),
        }
    };
}
use by_type;
