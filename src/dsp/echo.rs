//! Echo canceller for a 2-wire trunk.
//!
//! What: takes the echo of what is sent, as the hybrid returns it, out of what is received;
//! tells how well it does, how much echo the line returns, and whether the echo path changed.
//!
//! How: two filters model the echo path. One learns all the time, a Kalman filter of one
//! variance a tap on whitened signals, so that it learns from speech as fast as from noise
//! (`echo/learner.rs`). The other cancels. It takes over from the first what the errors of both
//! prove beyond doubt (`echo/transfer.rs`): when both parties talk at once nothing is proved,
//! and nothing is spoilt. What companding leaves is replaced by noise of the line's kind
//! (`echo/suppressor.rs`). There is no delay.
//!
//! Limits: an echo that comes later than delay and taps together stays. After ITU-T G.168, with
//! signals and hybrids of our own instead of its tabulated ones: convergence (test 2),
//! double-talk (3), leak rate (4), infinite return loss (5), narrow-band signals (6), comfort
//! noise (9), offset (15) are tested. Not met or not tried:
//!
//! * in-band signalling of systems 5, 6 and 7 (8): it is cancelled like any other echo;
//! * facsimile and data (10, 14): there is no tone disabler here, [`Canceller::bypass`] is told;
//! * cancellers in tandem (11), acoustic echo (12), low-rate codecs in the echo path (13);
//! * after a path change the old estimate makes things worse for a tenth of a second or two;
//! * suppression acts on the whole band: faint syllables of the far party under a loud echo, less
//!   than 6 dB above what is left of it, become noise.

pub mod late;
mod learner;
mod suppressor;
mod transfer;
mod whitener;

use crate::simd::{Path, fir};
use learner::Learner;
use suppressor::Suppressor;
use transfer::Transfer;
use types::frame::{FRAME, Samples};

/// What a trunk's canceller is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EchoSettings {
    /// Samples of echo path that are modelled; a multiple of 8.
    pub taps: usize,
    /// Samples that every echo takes at least: the path is modelled from there on.
    pub delay: usize,
    /// Whether what the filter leaves is suppressed.
    pub suppression: bool,
}

/// What the canceller knows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EchoFacts {
    /// How much weaker the received signal became by the filter, where only echo came.
    pub erle_db: f32,
    /// How much weaker the echo is than what is sent; none before anything was learned.
    pub return_loss_db: Option<f32>,
    /// Samples from sending to the first and to the last of the echo: 99 % of its power.
    pub span: Option<(usize, usize)>,
    /// How far the echo path is from where it was some seconds of speech ago, relative to
    /// itself: under -15 dB for one that stays, around 0 dB for another one.
    pub moved_db: Option<f32>,
    /// Whether the far party is heard.
    pub near: bool,
}

/// One a trunk.
#[derive(Clone, Debug)]
pub struct Canceller {
    settings: EchoSettings,
    path: Path,
    bypass: bool,
    /// What was sent, oldest first, so far back as the longest echo.
    sent: Vec<f32>,
    /// The filter that cancels, last tap first.
    taps: Vec<f32>,
    /// What it left of the last frame.
    left: [f32; FRAME],
    learner: Learner,
    transfer: Transfer,
    suppressor: Suppressor,
    memory: Memory,
}

/// The path of some seconds ago, and the powers of received and left signal.
#[derive(Clone, Debug)]
struct Memory {
    taps: Vec<f32>,
    /// Frames that taught something.
    frames: u32,
    received: f32,
    left: f32,
}

/// Frames that teach until the path is learned, and until it is held for known; how fast the
/// known one is forgotten after that: three seconds.
const LEARNS: u32 = 50;
const SETTLES: u32 = 100;
const FOLLOWS: f32 = 0.003;

/// Of an echo that is not known yet: 6 dB.
const LEAST_LOSS: f32 = 0.25;

/// A second or so.
const POWERS_FADE: f32 = 0.99;

/// Mean square of an echo worth measuring, -60 dBm0.
const AUDIBLE: f32 = 250.0;

impl Canceller {
    /// # Panics
    /// When the taps are none or not a multiple of 8.
    pub fn new(settings: EchoSettings) -> Canceller {
        Canceller::on(Path::best(), settings)
    }

    /// With vector instructions of choice. All give the same.
    ///
    /// # Panics
    /// When the taps are none or not a multiple of 8.
    pub fn on(path: Path, settings: EchoSettings) -> Canceller {
        let taps = settings.taps;
        assert!(taps > 0 && taps.is_multiple_of(fir::LANES), "{taps} taps");
        Canceller {
            settings,
            path,
            bypass: false,
            sent: vec![0.0; whitener::TAPS + settings.delay + taps + FRAME],
            taps: vec![0.0; taps],
            left: [0.0; FRAME],
            learner: Learner::new(path, &settings),
            transfer: Transfer::new(),
            suppressor: Suppressor::new(path),
            memory: Memory::new(taps),
        }
    }

    /// Takes the echo of `sent` out of `received`. Both are of the same 10 ms.
    pub fn process(&mut self, sent: &Samples, received: &Samples, clean: &mut Samples) {
        push(&mut self.sent, &sent.map(f32::from));
        let received = received.map(f32::from);
        let mut echo = [0.0; FRAME];
        let reach = &self.sent[whitener::TAPS..][..self.taps.len() + FRAME];
        fir::filter(self.path, &self.taps, reach, &mut echo);
        let mut left: [f32; FRAME] = std::array::from_fn(|n| received[n] - echo[n]);
        if self.bypass {
            self.left = received;
            *clean = received.map(|s| s as i16);
            return;
        }
        self.left = left;
        if let Some(errors) = self.learner.learn(&self.sent, &received, &left) {
            self.transfer
                .weigh(&errors, &mut self.taps, &mut self.learner);
            self.memory.follow(&self.taps);
        }
        let [before, after] = [&received, &left].map(|s| fir::energy(s));
        let learned = self.learned();
        let unknown = if learned {
            0.0
        } else {
            LEAST_LOSS * fir::energy(reach) / reach.len() as f32
        };
        self.suppressor
            .process(&echo, &mut left, unknown, self.settings.suppression);
        if learned && !self.suppressor.near() && fir::energy(&echo) > AUDIBLE * FRAME as f32 {
            self.memory.compare(before, after);
        }
        *clean = left.map(rounded);
    }

    /// What the filter alone left of the last frame, nothing suppressed: for whoever looks for
    /// what is shorter than a word, and would rather have some echo than lose it.
    pub fn filtered(&self) -> Samples {
        self.left.map(rounded)
    }

    /// Whether the echo path is known. Until then the echo may be taken off in part.
    pub fn learned(&self) -> bool {
        self.memory.frames >= LEARNS
    }

    /// Passes what is received as it is, and learns nothing, until told otherwise: for modems
    /// that bring their own canceller (ITU-T G.164, G.165: 2100 Hz with phase reversals).
    pub fn bypass(&mut self, on: bool) {
        self.bypass = on;
    }

    /// As new, in place.
    pub fn reset(&mut self) {
        self.bypass = false;
        self.sent.fill(0.0);
        self.taps.fill(0.0);
        self.left.fill(0.0);
        self.learner.reset();
        self.transfer = Transfer::new();
        self.suppressor.reset();
        self.memory.reset();
    }

    /// Samples of either direction are missing before the next frame. The echo moves by the
    /// difference, and the filters with it.
    pub fn lost(&mut self, sent: u32, received: u32) {
        let later = sent as isize - received as isize;
        clear(&mut self.sent, sent as usize);
        self.learner.shift(later);
        shift(&mut self.taps, later, 0.0);
        shift(&mut self.memory.taps, later, 0.0);
        self.transfer.interrupt();
    }

    pub fn facts(&self) -> EchoFacts {
        let energy = fir::energy(&self.taps);
        let known = energy > 0.0;
        EchoFacts {
            erle_db: self.memory.erle_db(),
            return_loss_db: known.then(|| -decibels(energy)),
            span: self.span(energy),
            moved_db: self.memory.moved_db(&self.taps, energy),
            near: self.suppressor.near(),
        }
    }

    fn span(&self, energy: f32) -> Option<(usize, usize)> {
        let edge = 0.005 * energy;
        let first = passes(self.taps.iter().rev(), edge)?;
        let last = passes(self.taps.iter(), edge)?;
        let delay = self.settings.delay;
        Some((delay + first, delay + self.taps.len() - 1 - last))
    }
}

impl Memory {
    fn new(taps: usize) -> Memory {
        Memory {
            taps: vec![0.0; taps],
            frames: 0,
            received: 0.0,
            left: 0.0,
        }
    }

    fn reset(&mut self) {
        self.taps.fill(0.0);
        self.frames = 0;
        self.received = 0.0;
        self.left = 0.0;
    }

    fn follow(&mut self, taps: &[f32]) {
        self.frames = self.frames.saturating_add(1);
        let learned = self.frames.saturating_sub(LEARNS).max(1);
        let part = FOLLOWS.max(1.0 / learned as f32);
        for (old, new) in self.taps.iter_mut().zip(taps) {
            *old += part * (new - *old);
        }
    }

    fn compare(&mut self, received: f32, left: f32) {
        self.received = POWERS_FADE * self.received + received;
        self.left = POWERS_FADE * self.left + left;
    }

    fn erle_db(&self) -> f32 {
        decibels((self.received + 1.0) / (self.left + 1.0))
    }

    fn moved_db(&self, taps: &[f32], energy: f32) -> Option<f32> {
        let apart = |(new, old): (&f32, &f32)| (new - old) * (new - old);
        let moved: f32 = taps.iter().zip(&self.taps).map(apart).sum();
        let of = energy.max(fir::energy(&self.taps));
        (self.frames >= SETTLES).then(|| decibels(moved / of))
    }
}

fn rounded(sample: f32) -> i16 {
    (sample + 0.5f32.copysign(sample)) as i16
}

fn decibels(ratio: f32) -> f32 {
    10.0 * ratio.max(1e-9).log10()
}

/// Where the energy of the taps first passes `edge`.
fn passes<'a>(taps: impl Iterator<Item = &'a f32>, edge: f32) -> Option<usize> {
    let mut energy = 0.0;
    for (n, tap) in taps.enumerate() {
        energy += tap * tap;
        if energy > edge {
            return Some(n);
        }
    }
    None
}

/// Appends a frame, dropping as much of the oldest.
fn push<const N: usize>(history: &mut [f32], frame: &[f32; N]) {
    history.copy_within(N.., 0);
    let from = history.len() - N;
    history[from..].copy_from_slice(frame);
}

/// Appends so many samples of silence.
fn clear(history: &mut [f32], samples: usize) {
    let samples = samples.min(history.len());
    history.copy_within(samples.., 0);
    let from = history.len() - samples;
    history[from..].fill(0.0);
}

/// Moves taps, which stand last first, to echoes that come later, or earlier.
fn shift(taps: &mut [f32], later: isize, fill: f32) {
    let by = later.unsigned_abs().min(taps.len());
    let rest = taps.len() - by;
    if later > 0 {
        taps.copy_within(by.., 0);
        taps[rest..].fill(fill);
    } else {
        taps.copy_within(..rest, by);
        taps[..by].fill(fill);
    }
}
