//! The sums that a training spends its time in.
//!
//! All work on rows of whole [`LANES`] and add up lane by lane in one order, so that every
//! machine gets the same bits.

use super::rows::LANES;

/// Groups of lanes that are summed at once.
const GROUPS: usize = 4;

/// The product of `row` with each row of `others`; `lanes` is room for them.
#[inline(always)]
pub(super) fn dots(row: &[f32], others: &[f32], lanes: &mut [[f32; LANES]], out: &mut [f32]) {
    // Lane by lane first: were a product summed up at once, the compiler would take its lanes
    // two by two from the start, for half the speed.
    let others = others.chunks_exact(row.len());
    others.zip(lanes.iter_mut()).for_each(|(other, lanes)| *lanes = dot(row, other));
    lanes.iter().zip(out).for_each(|(lanes, out)| *out = total(lanes));
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
    }
    sums
}

#[inline(always)]
fn total([a, b, c, d, e, f, g, h]: &[f32; LANES]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The sum of `rows`, each times its weight, goes to `out`.
#[inline(always)]
pub(super) fn weighted_sum(weights: &[f32], rows: &[f32], out: &mut [f32]) {
    let stride = out.len();
    let mut start = 0;
    while start + GROUPS * LANES <= stride {
        some_sums::<GROUPS>(weights, rows, stride, start, out);
        start += GROUPS * LANES;
    }
    while start < stride {
        some_sums::<1>(weights, rows, stride, start, out);
        start += LANES;
    }
}

#[inline(always)]
fn some_sums<const N: usize>(
    weights: &[f32],
    rows: &[f32],
    stride: usize,
    start: usize,
    out: &mut [f32],
) {
    let mut sums = [[0.0; LANES]; N];
    for (row, &weight) in rows.chunks_exact(stride).zip(weights) {
        let (lanes, _) = row[start..start + N * LANES].as_chunks::<LANES>();
        for (sums, lanes) in sums.iter_mut().zip(lanes) {
            sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += weight * lane);
        }
    }
    out[start..start + N * LANES].copy_from_slice(sums.as_flattened());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;

    #[test]
    fn sums_are_those_of_the_definition() {
        let mut random = Random::new(2);
        for (stride, count) in [(8, 1), (16, 2), (40, 3), (104, 6), (104, 7)] {
            let mut draw =
                |count: usize| (0..count).map(|_| random.normal() as f32).collect::<Vec<_>>();
            let (row, others, weights) = (draw(stride), draw(stride * count), draw(count));
            let mut products = vec![0.0; count];
            dots(&row, &others, &mut vec![[0.0; LANES]; count], &mut products);
            let mut sum = vec![0.0; stride];
            weighted_sum(&weights, &others, &mut sum);
            for (n, product) in products.iter().enumerate() {
                let pairs = row.iter().zip(&others[n * stride..]);
                let expected: f32 = pairs.map(|(a, b)| a * b).sum();
                assert!((product - expected).abs() < 1e-4, "{product} {expected}");
            }
            for (place, sum) in sum.iter().enumerate() {
                let rows = weights.iter().enumerate();
                let expected: f32 = rows.map(|(n, w)| w * others[n * stride + place]).sum();
                assert!((sum - expected).abs() < 1e-4, "{sum} {expected}");
            }
        }
    }
}
