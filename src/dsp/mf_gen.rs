//! Multifrequency signals: R1 in strings, R2 for as long as they are wanted.
//!
//! What: an [`MfGen`] sends a string of R1 signals, or holds one signal of R2.
//!
//! How: two rotating vectors (`tone_gen.rs`); lengths are counted in samples.
//!
//! Limits: R1 (ITU-T Q.322): -7 dBm0 a tone (1 dB), KP 100 ms (10 ms), other signals and all
//! pauses 68 ms (7 ms), frequencies within 1.5 %. R2 (Q.454): -11.5 dBm0 a tone (1 dB), both
//! tones within 1 dB and 1 ms, frequencies within 4 Hz.

use crate::{
    level::sine_peak,
    mf::MfKind,
    tone_gen::{Chord, Sound},
};
use types::mf::{MfSignal, MfSignals};

/// R1's lengths in samples.
const KP: u64 = 800;
const SIGNAL: u64 = 544;
const PAUSE: u64 = 544;

/// Sends signals of one kind.
#[derive(Clone, Debug)]
pub struct MfGen {
    kind: MfKind,
    queue: MfSignals,
    held: Option<MfSignal>,
    sound: Sound,
}

impl MfGen {
    pub fn new(kind: MfKind) -> MfGen {
        MfGen {
            kind,
            queue: MfSignals::new(),
            held: None,
            sound: Sound::NONE,
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
        self.held = signal;
        self.sound = Sound::NONE;
        if let Some(signal) = signal {
            self.sound.voice = chord(self.kind, signal);
        }
    }

    /// Whether a string, or the pause after it, is still to be written, or a signal is held.
    pub fn busy(&self) -> bool {
        self.held.is_some() || !self.sound.is_over() || !self.queue.is_empty()
    }

    /// Writes the next samples over all of `samples`. `true` when they hold any part of a signal
    /// or of the pause after one; what is left of the slice is silence.
    pub fn fill(&mut self, samples: &mut [i16]) -> bool {
        if self.held.is_some() {
            self.sound.voice.fill(samples);
            self.sound.voice.correct();
            return true;
        }
        let busy = self.busy();
        let MfGen {
            kind, queue, sound, ..
        } = self;
        sound.fill_all(samples, || {
            let signal = (!queue.is_empty()).then(|| queue.remove(0))?;
            let on = if signal == MfSignal::KP { KP } else { SIGNAL };
            Some(Sound::new(chord(*kind, signal), on, PAUSE))
        });
        busy
    }
}

fn chord(kind: MfKind, signal: MfSignal) -> Chord {
    let (one, other) = signal.pair();
    let level = match kind {
        MfKind::R1 => -7.0,
        MfKind::R2Forward | MfKind::R2Backward => -11.5,
    };
    let mut voice = Chord::SILENT;
    voice.set(0, kind.hz()[one], sine_peak(level));
    voice.set(1, kind.hz()[other], sine_peak(level));
    voice
}
