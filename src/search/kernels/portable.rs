//! The loops for every machine; what they give is what the wide ones must give.

use super::{Plane, STRIDE, Sums};

pub(super) fn add_planes(sums: &mut Sums, planes: &[Plane]) {
    let (groups, _) = sums.as_chunks_mut::<64>();
    for plane in planes {
        for (group, &word) in groups.iter_mut().zip(plane.bits) {
            if word == 0 {
                continue;
            }
            for (place, sum) in group.iter_mut().enumerate() {
                // All ones or all zeros: no branch a document.
                let mask = ((word >> place) as u16 & 1).wrapping_neg();
                *sum = sum.saturating_add(mask & plane.weight);
            }
        }
    }
}

pub(super) fn above(sums: &[u16], floor: u16, base: u32, found: &mut Vec<u32>) {
    let places = sums.iter().enumerate().filter(|(_, sum)| **sum > floor);
    found.extend(places.map(|(place, _)| base + place as u32));
}

pub(super) fn highest(sums: &[u16; STRIDE]) -> [u16; STRIDE / 64] {
    let (groups, _) = sums.as_chunks::<64>();
    std::array::from_fn(|group| groups[group].iter().copied().max().unwrap_or(0))
}
