//! Eight floats side by side, as each set of instructions has them.
//!
//! What: load, store, and what is calculated with them. What is written once over [`Floats`] is
//! compiled once for each of its forms.
//!
//! How: every form calculates each lane as IEEE 754 says and nothing is fused, so all give the
//! same bits.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Floats in a register, or in a pair of them.
pub(crate) const LANES: usize = 8;

pub(crate) trait Floats: Copy {
    /// Of the first eight.
    fn load(from: &[f32]) -> Self;
    fn store(self, to: &mut [f32]);
    fn splat(value: f32) -> Self;
    fn of(integers: &[i32; LANES]) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// The greater of both in each lane; neither is NaN.
    fn greater(self, other: Self) -> Self;
    /// `yes` in lanes where this is less than that, `no` in others.
    fn if_less(self, that: Self, yes: Self, no: Self) -> Self;

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.greater(Self::zero().sub(self))
    }

    /// The sum of all lanes, in one order.
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        let [a, b, c, d, e, f, g, h] = lanes;
        ((a + b) + (c + d)) + ((e + f) + (g + h))
    }

    /// The greatest of all lanes.
    #[inline(always)]
    fn greatest(self) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        let [a, b, c, d, e, f, g, h] = lanes;
        let (ae, bf, cg, dh) = (greater(a, e), greater(b, f), greater(c, g), greater(d, h));
        greater(greater(ae, cg), greater(bf, dh))
    }
}

#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Lane by lane.
macro_rules! plain {
    ($($name:ident: $of:expr;)*) => {
        $(#[inline(always)]
        fn $name(mut self, other: Self) -> Self {
            for lane in 0..LANES {
                self[lane] = $of(self[lane], other[lane]);
            }
            self
        })*
    };
}

/// Plain Rust.
impl Floats for [f32; LANES] {
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
    fn of(integers: &[i32; LANES]) -> Self {
        integers.map(|integer| integer as f32)
    }

    plain! {
        add: |a, b| a + b;
        sub: |a, b| a - b;
        mul: |a, b| a * b;
        div: |a, b| a / b;
        greater: greater;
    }

    #[inline(always)]
    fn if_less(self, that: Self, yes: Self, no: Self) -> Self {
        let mut out = no;
        for lane in 0..LANES {
            if self[lane] < that[lane] {
                out[lane] = yes[lane];
            }
        }
        out
    }
}

/// SSE2, which every x86-64 has.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Sse2(__m128, __m128);

/// By one instruction on each half.
#[cfg(target_arch = "x86_64")]
macro_rules! halves {
    ($($name:ident: $of:path;)*) => {
        $(#[inline(always)]
        fn $name(self, other: Self) -> Self {
            // SAFETY: every x86-64 has SSE.
            unsafe { Sse2($of(self.0, other.0), $of(self.1, other.1)) }
        })*
    };
}

#[cfg(target_arch = "x86_64")]
impl Floats for Sse2 {
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
    fn of(integers: &[i32; LANES]) -> Self {
        // SAFETY: there are eight integers; any alignment will do.
        unsafe {
            let from: *const __m128i = integers.as_ptr().cast();
            Sse2(
                _mm_cvtepi32_ps(_mm_loadu_si128(from)),
                _mm_cvtepi32_ps(_mm_loadu_si128(from.add(1))),
            )
        }
    }

    halves! {
        add: _mm_add_ps;
        sub: _mm_sub_ps;
        mul: _mm_mul_ps;
        div: _mm_div_ps;
        greater: _mm_max_ps;
    }

    #[inline(always)]
    fn if_less(self, that: Self, yes: Self, no: Self) -> Self {
        // SAFETY: every x86-64 has SSE.
        unsafe {
            let (a, b) = (_mm_cmplt_ps(self.0, that.0), _mm_cmplt_ps(self.1, that.1));
            Sse2(
                _mm_or_ps(_mm_and_ps(a, yes.0), _mm_andnot_ps(a, no.0)),
                _mm_or_ps(_mm_and_ps(b, yes.1), _mm_andnot_ps(b, no.1)),
            )
        }
    }
}

/// AVX. Only for functions that are compiled for it and called where the processor has it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx(__m256);

/// By one instruction.
#[cfg(target_arch = "x86_64")]
macro_rules! whole {
    ($($name:ident: $of:path;)*) => {
        $(#[inline(always)]
        fn $name(self, other: Self) -> Self {
            // SAFETY: see the type.
            unsafe { Avx($of(self.0, other.0)) }
        })*
    };
}

#[cfg(target_arch = "x86_64")]
impl Floats for Avx {
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
    fn of(integers: &[i32; LANES]) -> Self {
        // SAFETY: there are eight integers, any alignment will do; see the type for AVX.
        unsafe {
            Avx(_mm256_cvtepi32_ps(_mm256_loadu_si256(
                integers.as_ptr().cast(),
            )))
        }
    }

    whole! {
        add: _mm256_add_ps;
        sub: _mm256_sub_ps;
        mul: _mm256_mul_ps;
        div: _mm256_div_ps;
        greater: _mm256_max_ps;
    }

    #[inline(always)]
    fn if_less(self, that: Self, yes: Self, no: Self) -> Self {
        // SAFETY: see the type.
        unsafe {
            let less = _mm256_cmp_ps::<_CMP_LT_OQ>(self.0, that.0);
            Avx(_mm256_blendv_ps(no.0, yes.0, less))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernels, Path, Work};

    /// What all operations make of some values, as bits.
    struct All;

    impl Work for All {
        type Output = Vec<u32>;

        #[inline(always)]
        fn run<K: Kernels>(self) -> Vec<u32> {
            let mut out = Vec::new();
            let mut state = 1u32;
            for _ in 0..500 {
                let integers: [i32; LANES] = std::array::from_fn(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state as i32) >> (state % 24)
                });
                let a = K::Floats::of(&integers);
                let b = K::Floats::load(&integers.map(|integer| 1e6 / integer as f32 + 0.37));
                let zero = K::Floats::zero();
                for value in [
                    a,
                    b,
                    a.add(b),
                    a.sub(b),
                    a.mul(b),
                    a.div(b),
                    a.greater(b),
                    a.abs(),
                    a.if_less(b, zero, b),
                ] {
                    let mut lanes = [0.0; LANES];
                    value.store(&mut lanes);
                    out.extend(lanes.map(f32::to_bits));
                }
                out.extend([a.sum(), b.sum(), a.greatest()].map(f32::to_bits));
            }
            out
        }
    }

    #[test]
    fn all_forms_give_the_same_bits() {
        let plain = Path::Portable.run(All);
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            assert!(path.run(All) == plain, "{path:?}");
        }
    }
}
