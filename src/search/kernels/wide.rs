//! The loops with AVX-512: 32 sums an instruction.
//!
//! The bits of a plane are the masks that its instructions take, so adding a
//! plane to 32 documents is one load and one addition.
//!
//! This is one of the two modules with `unsafe`. It calls functions compiled for
//! AVX-512BW, which is allowed where the processor has it: both entrances are
//! reached only after the processor was asked. Memory is touched through
//! slices alone; loads and stores take references to arrays of the right size.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_adds_epu16, _mm512_castsi512_si256, _mm512_cmpgt_epu16_mask,
    _mm512_cvtepu8_epi16, _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_mask_add_epi8,
    _mm512_mask_add_epi16, _mm512_mask_adds_epu16, _mm512_max_epu16, _mm512_set1_epi8,
    _mm512_set1_epi16, _mm512_setzero_si512, _mm512_storeu_si512,
};

use super::{BLOCK, Plane, STRIDE, Sums, WORDS};

/// Sums in a register.
const LANES: usize = 32;

pub(super) fn add_planes(sums: &mut Sums, planes: &[Plane], crowded: bool) {
    // SAFETY: `kernels::add_planes` asked the processor for AVX-512BW.
    unsafe {
        match crowded {
            true => add_all::<true>(sums, planes),
            false => add_all::<false>(sums, planes),
        }
    }
}

pub(super) fn add_light_planes(sums: &mut Sums, planes: &[Plane], crowded: bool) {
    // SAFETY: `kernels::add_light_planes` asked the processor for AVX-512BW.
    unsafe { add_light(sums, planes, crowded) }
}

pub(super) fn above(sums: &[u16], floor: u16, base: u32, found: &mut Vec<u32>) {
    // SAFETY: `kernels::above` asked the processor for AVX-512BW.
    unsafe { find_above(sums, floor, base, found) }
}

pub(super) fn highest(sums: &[u16; STRIDE]) -> [u16; STRIDE / 64] {
    // SAFETY: `kernels::highest` asked the processor for AVX-512BW.
    unsafe { find_highest(sums) }
}

/// Sums are loaded and stored once for several planes.
#[target_feature(enable = "avx512bw,avx512f")]
fn add_all<const CROWDED: bool>(sums: &mut Sums, planes: &[Plane]) {
    let (eights, rest) = planes.as_chunks::<8>();
    for eight in eights {
        add_group::<CROWDED, 8>(sums, eight);
    }
    let (fours, rest) = rest.as_chunks::<4>();
    for four in fours {
        add_group::<CROWDED, 4>(sums, four);
    }
    for one in rest {
        add_group::<CROWDED, 1>(sums, std::array::from_ref(one));
    }
}

#[target_feature(enable = "avx512bw,avx512f")]
fn add_group<const CROWDED: bool, const PLANES: usize>(sums: &mut Sums, planes: &[Plane; PLANES]) {
    let weights = planes.map(|plane| _mm512_set1_epi16(plane.weight as i16));
    let bits: [&[u64; WORDS]; PLANES] = planes.map(|plane| plane.bits);
    let (registers, _) = sums.as_chunks_mut::<LANES>();
    let (pairs, _) = registers.as_chunks_mut::<2>();
    for (place, [low, high]) in pairs.iter_mut().enumerate() {
        let (mut first, mut second) = (load(low), load(high));
        for plane in 0..PLANES {
            let word = bits[plane][place];
            first = add::<CROWDED>(first, word as u32, weights[plane]);
            second = add::<CROWDED>(second, (word >> 32) as u32, weights[plane]);
        }
        store(low, first);
        store(high, second);
    }
}

#[target_feature(enable = "avx512bw,avx512f")]
#[inline]
fn add<const CROWDED: bool>(sums: __m512i, mask: u32, weight: __m512i) -> __m512i {
    match CROWDED {
        true => _mm512_mask_adds_epu16(sums, mask, sums, weight),
        false => _mm512_mask_add_epi16(sums, mask, sums, weight),
    }
}

/// Words of bits whose documents are summed at once.
const TILE: usize = 4;

/// Sums of eight bits first, which then go into those of sixteen.
#[target_feature(enable = "avx512bw,avx512f")]
fn add_light(sums: &mut Sums, planes: &[Plane], crowded: bool) {
    let (tiles, _) = sums.as_chunks_mut::<{ TILE * 64 }>();
    for (tile, sums) in tiles.iter_mut().enumerate() {
        let mut light = [_mm512_setzero_si512(); TILE];
        for plane in planes {
            let weight = _mm512_set1_epi8(plane.weight as i8);
            let (words, _) = plane.bits.as_chunks::<TILE>();
            for (light, word) in light.iter_mut().zip(words[tile]) {
                *light = _mm512_mask_add_epi8(*light, word, *light, weight);
            }
        }
        let (registers, _) = sums.as_chunks_mut::<LANES>();
        let (pairs, _) = registers.as_chunks_mut::<2>();
        for ([low, high], light) in pairs.iter_mut().zip(light) {
            let first = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(light));
            let second = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(light));
            store(low, widened(load(low), first, crowded));
            store(high, widened(load(high), second, crowded));
        }
    }
}

#[target_feature(enable = "avx512bw,avx512f")]
#[inline]
fn widened(sums: __m512i, light: __m512i, crowded: bool) -> __m512i {
    match crowded {
        true => _mm512_adds_epu16(sums, light),
        false => _mm512_add_epi16(sums, light),
    }
}

#[target_feature(enable = "avx512bw,avx512f")]
fn find_above(sums: &[u16], floor: u16, base: u32, found: &mut Vec<u32>) {
    debug_assert!(sums.len() <= BLOCK);
    let wanted = _mm512_set1_epi16(floor as i16);
    let (registers, rest) = sums.as_chunks::<LANES>();
    for (place, register) in registers.iter().enumerate() {
        let mut mask = _mm512_cmpgt_epu16_mask(load(register), wanted);
        while mask != 0 {
            found.push(base + (place * LANES) as u32 + mask.trailing_zeros());
            mask &= mask - 1;
        }
    }
    let start = registers.len() * LANES;
    super::portable::above(rest, floor, base + start as u32, found);
}

#[target_feature(enable = "avx512bw,avx512f")]
fn find_highest(sums: &[u16; STRIDE]) -> [u16; STRIDE / 64] {
    let (registers, _) = sums.as_chunks::<LANES>();
    let (pairs, _) = registers.as_chunks::<2>();
    std::array::from_fn(|group| {
        let [low, high] = &pairs[group];
        let mut both = [0; LANES];
        store(&mut both, _mm512_max_epu16(load(low), load(high)));
        both.into_iter().fold(0, u16::max)
    })
}

#[target_feature(enable = "avx512f")]
fn load(sums: &[u16; LANES]) -> __m512i {
    // SAFETY: 64 bytes are readable behind the reference; no alignment is needed.
    unsafe { _mm512_loadu_si512(sums.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn store(sums: &mut [u16; LANES], register: __m512i) {
    // SAFETY: 64 bytes are writable behind the reference; no alignment is needed.
    unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), register) }
}
