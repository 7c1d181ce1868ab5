//! libspandsp 0.0.6, as far as it is compared with. One of its detectors a file: the C functions
//! that are used, and an owner that makes them safe.
//!
//! The declarations follow the headers of Debian's libspandsp-dev. Every object is behind a
//! pointer that its own `init` gave, so no layout is repeated here.

#![allow(unsafe_code)]

mod connect_tones;
mod dtmf;
mod echo;
mod g711;
mod mf;
mod super_tone;

pub use connect_tones::{ConnectTone, ConnectTonesRx};
pub use dtmf::DtmfRx;
pub use echo::EchoCan;
pub use g711::G711;
pub use mf::{BellMfRx, R2MfRx, bell_mf, r2_mf};
pub use super_tone::SuperToneRx;

use std::ffi::c_int;

/// A length as the library takes it.
fn length(samples: &[i16]) -> c_int {
    c_int::try_from(samples.len()).expect("a block of samples")
}
