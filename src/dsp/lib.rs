//! Samples in, facts out: detectors and generators of telephone audio.
//!
//! One algorithm a file. A detector has `process`, which takes one 10 ms frame and the
//! tick of its first sample and returns what it found in a fixed space; it never
//! allocates, never calls back and never changes its input. `lost` tells it that samples
//! are missing before the next frame. The same samples always give the same facts.
//!
//! Levels are dBm0 with the reference of [`level::ZERO_DBM0_PEAK`]. Frequencies are Hz,
//! lengths milliseconds unless a type says otherwise, the sampling rate is 8000 Hz.

mod activity;
pub mod answer;
pub mod auto_level;
mod bands;
mod bank;
mod cadence;
pub mod click;
pub mod data;
pub mod dtmf;
pub mod echo;
pub mod g711;
pub mod leg;
pub mod level;
pub mod meter;
pub mod mf;
pub mod mf_gen;
pub mod modem;
mod pattern;
pub mod plan;
pub mod progress;
pub mod pulse;
mod recogniser;
pub mod segment;
mod shape;
pub mod simd;
mod spectrum;
pub mod three_way;
pub mod tone_gen;
pub mod tty;
pub mod voice;
mod wave;

/// Samples a second, everywhere.
pub const SAMPLE_RATE: u32 = 8000;
