//! Eight floats side by side, as each set of instructions has them.
//!
//! What: load, store, add and multiply. A kernel is written once over [`Lanes`] and compiled
//! once for each of its forms.
//!
//! How: every form adds and multiplies each lane as IEEE 754 says and nothing is fused, so all
//! give the same bits.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Floats in a register, or in a pair of them.
pub(crate) const LANES: usize = 8;

pub(super) trait Lanes: Copy {
    /// Of the first eight.
    fn load(from: &[f32]) -> Self;
    fn store(self, to: &mut [f32]);
    fn splat(value: f32) -> Self;
    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    /// The sum of all lanes, in one order.
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        let [a, b, c, d, e, f, g, h] = lanes;
        ((a + b) + (c + d)) + ((e + f) + (g + h))
    }
}

/// Plain Rust.
impl Lanes for [f32; LANES] {
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let mut lanes = [0.0; LANES];
        lanes.copy_from_slice(&from[..LANES]);
        lanes
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..LANES].copy_from_slice(&self);
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; LANES]
    }

    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self[lane] += other[lane];
        }
        self
    }

    #[inline(always)]
    fn mul(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self[lane] *= other[lane];
        }
        self
    }
}

/// SSE2, which every x86-64 has.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Sse2(__m128, __m128);

#[cfg(target_arch = "x86_64")]
impl Lanes for Sse2 {
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let from = &from[..LANES];
        // SAFETY: there are eight floats; any alignment will do.
        unsafe {
            Sse2(
                _mm_loadu_ps(from.as_ptr()),
                _mm_loadu_ps(from.as_ptr().add(4)),
            )
        }
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        let to = &mut to[..LANES];
        // SAFETY: there is room for eight floats; any alignment will do.
        unsafe {
            _mm_storeu_ps(to.as_mut_ptr(), self.0);
            _mm_storeu_ps(to.as_mut_ptr().add(4), self.1);
        }
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: every x86-64 has SSE.
        unsafe { Sse2(_mm_set1_ps(value), _mm_set1_ps(value)) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: every x86-64 has SSE.
        unsafe { Sse2(_mm_add_ps(self.0, other.0), _mm_add_ps(self.1, other.1)) }
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: every x86-64 has SSE.
        unsafe { Sse2(_mm_mul_ps(self.0, other.0), _mm_mul_ps(self.1, other.1)) }
    }
}

/// AVX. Only for functions that are compiled for it and called where the processor has it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Avx(__m256);

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx {
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let from = &from[..LANES];
        // SAFETY: there are eight floats, any alignment will do; see the type for AVX.
        unsafe { Avx(_mm256_loadu_ps(from.as_ptr())) }
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        let to = &mut to[..LANES];
        // SAFETY: there is room for eight floats, any alignment will do; see the type for AVX.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the type.
        unsafe { Avx(_mm256_set1_ps(value)) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: see the type.
        unsafe { Avx(_mm256_add_ps(self.0, other.0)) }
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: see the type.
        unsafe { Avx(_mm256_mul_ps(self.0, other.0)) }
    }
}
