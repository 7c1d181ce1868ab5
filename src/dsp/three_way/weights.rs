//! What each measurement of an episode is worth.
//!
//! The weights were fitted by logistic regression on the training part of the labelled set
//! (`tests/suites/three_way`), never on its test part.

use super::EvidenceKind;

/// Measurements of an episode.
pub const INPUTS: usize = 30;

/// The measurements of an episode, each in a range of a few units.
pub type Inputs = [f32; INPUTS];

/// What the default detector calls three-way.
pub const THRESHOLD: f32 = 0.0;

/// Before anything is known.
pub(super) const PRIOR: f32 = -8.0;

/// What each input is about, and its weight.
pub(super) const WEIGHTS: [(EvidenceKind, f32); INPUTS] = [
    (EvidenceKind::Silence, 0.4),
    (EvidenceKind::Silence, 0.3),
    (EvidenceKind::Silence, 0.0),
    (EvidenceKind::Silence, 0.5),
    (EvidenceKind::Silence, 0.2),
    (EvidenceKind::Click, 1.0),
    (EvidenceKind::Click, 2.0),
    (EvidenceKind::Click, 1.0),
    (EvidenceKind::NoiseFloor, 0.3),
    (EvidenceKind::NoiseFloor, 0.3),
    (EvidenceKind::EchoPath, 0.1),
    (EvidenceKind::EchoPath, 0.2),
    (EvidenceKind::Level, 0.2),
    (EvidenceKind::NewTalker, 0.5),
    (EvidenceKind::NewTalker, 0.5),
    (EvidenceKind::Ringback, 4.0),
    (EvidenceKind::DialTone, 2.0),
    (EvidenceKind::Dtmf, 1.0),
    (EvidenceKind::Level, 0.0),
    (EvidenceKind::NewTalker, 0.0),
    (EvidenceKind::Silence, 0.0),
    (EvidenceKind::NewTalker, 0.0),
    (EvidenceKind::NewTalker, 0.0),
    (EvidenceKind::Silence, 0.0),
    (EvidenceKind::NoiseFloor, 0.0),
    (EvidenceKind::EchoPath, 0.0),
    (EvidenceKind::NewTalker, 0.0),
    (EvidenceKind::NewTalker, 0.0),
    (EvidenceKind::Level, 0.0),
    (EvidenceKind::Silence, 0.0),
];
