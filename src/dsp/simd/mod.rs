//! Which vector instructions the hot loops use.
//!
//! What: the choice, made once at run time. Every kernel has a portable form, one for SSE2 and
//! one for AVX2; all three give the same bits, so detections never depend on the machine and a
//! replay of one is a replay of all.
//!
//! How: kernels work on integers, or add floats in one fixed order without fused
//! multiply-add.

pub(crate) mod fir;
pub(crate) mod g711;
mod lanes;

/// A set of instructions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Path {
    /// Plain Rust, for every processor.
    Portable,
    /// 128 bits: every x86-64 has it.
    Sse2,
    /// 256 bits.
    Avx2,
}

impl Path {
    pub const ALL: [Path; 3] = [Path::Portable, Path::Sse2, Path::Avx2];

    /// The fastest that this machine has.
    pub fn best() -> Path {
        let has = |path: &&Path| path.is_available();
        *Path::ALL.iter().rev().find(has).unwrap_or(&Path::Portable)
    }

    pub fn is_available(self) -> bool {
        match self {
            Path::Portable => true,
            Path::Sse2 => cfg!(target_arch = "x86_64"),
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(not(target_arch = "x86_64"))]
            Path::Avx2 => false,
        }
    }
}
