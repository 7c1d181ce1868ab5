//! Samples in, facts out: detectors and generators of telephone audio
