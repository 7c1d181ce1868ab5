//! Sines so many and so near each other that they are looked for together.
//!
//! What: whether a window holds all the sines of a chord that is expected, and little else.
//!
//! How: they are laid where an exchange may have put them, strayed all alike; their amplitudes are
//! fitted in turn, then frequencies and amplitudes. The place that explains the power best counts.
//!
//! Limits: three sines and more in windows of 80 ms, three quarters of a bin (9.5 Hz) apart.

use super::{APART_BINS, Peaks, Spectrum, TWIST, place};
use crate::{
    SAMPLE_RATE,
    bank::LANES,
    plan::MAX_FREQS,
    shape::{LONGEST, Peak},
    wave::{FRAME_ANGLE, sin_cos, sinc},
};
use arrayvec::ArrayVec;
use types::frame::FRAME;

/// Where the sines of a chord are looked for: an exchange strays in all alike.
const STRAYED: [f32; 3] = [0.0, -0.013, 0.013];

/// Times that the sines of a chord are measured, at the frequencies given and then at their own.
const FITS: usize = 3;
const CHORD_SWEEPS: usize = 4;

/// The share of all power that a chord explains.
const CHORD_EXPLAINED: f32 = 0.75;
const CHORD_MOST: f32 = 1.2;

impl Spectrum {
    /// Sines of these frequencies sound together. Three and more in a long window are from now on
    /// looked for as a whole: who takes off the strongest first finds two of them, or four.
    pub fn expect(&mut self, chords: &[ArrayVec<f32, MAX_FREQS>]) {
        if self.longest < LONGEST {
            return;
        }
        let many = chords.iter().filter(|chord| chord.len() > 2);
        let placed = many.flat_map(|chord| {
            let stray = |share: f32| chord.iter().map(move |hz| hz * (1.0 + share));
            STRAYED.map(|share| stray(share).filter_map(|hz| self.unheard(hz)).collect())
        });
        self.chords = placed.collect();
    }

    /// A sine of which only the frequency is known, in the nearest bin.
    fn unheard(&self, hz: f32) -> Option<Peak> {
        let lanes = (0..self.shapes.len() * LANES).filter(|&lane| {
            let (group, at) = (lane / LANES, lane % LANES);
            self.shapes[group].frames[at] as usize == LONGEST
        });
        let off = |lane: usize| (self.shapes[lane / LANES].hz[lane % LANES] - hz).abs();
        let lane = lanes.min_by(|a, b| off(*a).total_cmp(&off(*b)))?;
        let (sin, cos) = sin_cos(FRAME_ANGLE * hz);
        Some(Peak {
            hz,
            power: 0.0,
            lane: lane as u8,
            amplitude: (0.0, 0.0),
            turn: (cos, sin),
        })
    }

    /// Whether one of the chords that are expected sounds: all its sines, and hardly anything
    /// else.
    #[inline(always)]
    pub(super) fn is_chord(&mut self, least: f32, total: f32) -> bool {
        let mut best: Option<(f32, Peaks)> = None;
        for at in 0..self.chords.len() {
            self.peaks.clone_from(&self.chords[at]);
            (0..FITS).for_each(|_| self.fit());
            self.refine(CHORD_SWEEPS);
            let powers = self.peaks.iter().map(|peak| peak.power);
            let weakest = TWIST * powers.clone().fold(0.0, f32::max);
            let whole = powers.clone().all(|power| power >= weakest);
            let bin = SAMPLE_RATE as f32 / (LONGEST * FRAME) as f32;
            let explained = powers.sum::<f32>() / total;
            let good = whole
                && self.least_apart() >= APART_BINS * bin
                && (least.max(CHORD_EXPLAINED)..=CHORD_MOST).contains(&explained);
            let off = (explained - 1.0).abs();
            if good && best.as_ref().is_none_or(|(least, _)| off < *least) {
                best = Some((off, self.peaks.clone()));
                self.explained = explained;
            }
        }
        self.peaks.clear();
        match best {
            Some((_, peaks)) => self.peaks = peaks,
            None => return false,
        }
        true
    }

    /// The amplitudes of sines whose frequencies are known, one after the other.
    #[inline(always)]
    fn fit(&mut self) {
        for at in 0..self.peaks.len() {
            let peak = self.peaks[at];
            let (group, lane) = place(peak.lane);
            let shape = &self.shapes[group];
            let seen = sinc((peak.hz - shape.hz[lane]) * shape.half[lane]);
            let (now, _) = self.without_others(at, peak.lane);
            self.peaks[at].amplitude = (now.0 / seen, now.1 / seen);
        }
    }
}
