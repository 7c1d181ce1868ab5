//! Multifrequency signals: R1 in strings, R2 for as long as they are wanted.
//!
//! What: an [`MfGen`] sends a string of R1 signals, or holds one signal of R2.
//!
//! How: two rotating vectors (`tone_gen.rs`); lengths are counted in samples.
//!
//! Limits: R1 (ITU-T Q.322): -7 dBm0 a tone (1 dB), KP 100 ms (10 ms), other signals and all
//! pauses 68 ms (7 ms), frequencies within 1.5 %. R2 (Q.454): -11.5 dBm0 a tone (1 dB), both
//! tones within 1 dB and 1 ms, frequencies within 4 Hz.

use crate::{level::sine_peak, mf::MfKind, tone_gen::Chord};
use types::mf::{MfSignal, MfSignals};

/// R1's lengths in samples.
const KP: u64 = 800;
const SIGNAL: u64 = 544;
const PAUSE: u64 = 544;

/// Sends signals of one kind.
#[derive(Clone, Debug)]
pub struct MfGen {
    kind: MfKind,
    voice: Chord,
    queue: MfSignals,
    held: Option<MfSignal>,
    on_left: u64,
    off_left: u64,
}

impl MfGen {
    pub fn new(kind: MfKind) -> MfGen {
        MfGen {
            kind,
            voice: Chord::SILENT,
            queue: MfSignals::new(),
            held: None,
            on_left: 0,
            off_left: 0,
        }
    }

    /// Sends these signals with R1's lengths, a pause after each; what was being sent is cut off.
    pub fn send(&mut self, signals: MfSignals) {
        self.hold(None);
        self.queue = signals;
    }

    /// Sends this signal until told otherwise, or nothing.
    pub fn hold(&mut self, signal: Option<MfSignal>) {
        self.queue.clear();
        (self.on_left, self.off_left) = (0, 0);
        self.held = signal;
        if let Some(signal) = signal {
            self.voice = self.chord(signal);
        }
    }

    /// Whether a string, or the pause after it, is still to be written, or a signal is held.
    pub fn busy(&self) -> bool {
        self.held.is_some() || self.on_left > 0 || self.off_left > 0 || !self.queue.is_empty()
    }

    /// Writes the next samples over all of `samples`. `true` when they hold any part of a signal
    /// or of the pause after one; what is left of the slice is silence.
    pub fn fill(&mut self, samples: &mut [i16]) -> bool {
        let busy = self.busy();
        if self.held.is_some() {
            self.voice.fill(samples);
            self.voice.correct();
            return true;
        }
        let mut at = 0;
        while at < samples.len() {
            let rest = &mut samples[at..];
            let space = rest.len() as u64;
            if self.on_left > 0 {
                let n = space.min(self.on_left);
                self.voice.fill(&mut rest[..n as usize]);
                self.on_left -= n;
                at += n as usize;
            } else if self.off_left > 0 {
                let n = space.min(self.off_left);
                rest[..n as usize].fill(0);
                self.off_left -= n;
                at += n as usize;
            } else if !self.queue.is_empty() {
                let signal = self.queue.remove(0);
                self.voice = self.chord(signal);
                self.on_left = if signal == MfSignal::KP { KP } else { SIGNAL };
                self.off_left = PAUSE;
            } else {
                rest.fill(0);
                break;
            }
        }
        busy
    }

    fn chord(&self, signal: MfSignal) -> Chord {
        let (one, other) = signal.pair();
        let level = match self.kind {
            MfKind::R1 => -7.0,
            MfKind::R2Forward | MfKind::R2Backward => -11.5,
        };
        let mut voice = Chord::SILENT;
        voice.set(0, self.kind.hz()[one], sine_peak(level));
        voice.set(1, self.kind.hz()[other], sine_peak(level));
        voice
    }
}
