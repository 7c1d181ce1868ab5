//! Labelled audio, made from seeds and from recordings that are installed beside the system, and
//! the scores of detectors on it.
//!
//! One suite a file: what a case is, which limits it is built to, its source. A suite is a
//! value of a seed and a size; the same seed gives the same samples. Whoever runs it (the short
//! form in `tests/` here, the long form and the comparison with other detectors in
//! `tests/peers`) brings the detector as a function.

pub mod answer;
pub mod corpus;
pub mod data_signals;
pub mod dtmf;
pub mod dtmf_limits;
pub mod echo;
pub mod hearing;
pub mod mix;
pub mod progress;
pub mod pulse;
pub mod random;
pub mod talk_off;
pub mod three_way;
