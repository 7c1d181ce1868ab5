//! Keys far beneath a low tone.
//!
//! What: says when another receiver, behind a filter that takes a low tone away, might hear a key.
//!
//! How: what a low tone leaves in the bins of the rows comes from the edges of the hop. A filter of
//! three taps, with its zero amid the dial tones, only changes the gains of the bins and what the
//! samples at the edges add to them: so four samples a hop, each times a table, make of the bins
//! those of the filtered hop. What then looks like a key twice is guarded (`guard.rs`) when there
//! is hardly more than the key and one low tone: of voices, that is one frame in some thousands.
//!
//! Limits: steady tones from 60 to 480 Hz, to 25 dB stronger than a tone of the key. 4.4 h of prompts
//! and music are muted in 0.88 % of frames, 0.85 % without this.

use super::{
    Recent,
    guard::Guard,
    screen::{FREQS, Key, Screen},
};
use crate::{
    SAMPLE_RATE,
    bank::{Bins, Complex, HOP},
    simd::{Kernels, lanes::Floats},
    wave::sin_cos,
};
use std::{f32::consts::TAU, sync::LazyLock};

/// What each sample at an edge adds to the bins: the last two before the hop, its last two.
static EDGES: LazyLock<[Bins; 4]> = LazyLock::new(|| {
    let mut edges = [Bins::ZERO; 4];
    for (lane, hz) in FREQS.into_iter().enumerate() {
        for (edge, (re, im)) in edges.iter_mut().zip(at_edges(hz)) {
            (edge.re[lane], edge.im[lane]) = (re, im);
        }
    }
    edges
});

/// The zero of the filter, in Hz.
const ZERO: f64 = 395.0;

/// The rows and columns have at most this share of all power beneath a low tone.
const BENEATH: f32 = 0.25;

/// What neither the low tone nor the key explains of the power, at most, or of the key's.
const REST: f32 = 0.003;
const REST_OF_KEY: f32 = 0.08;

#[derive(Clone, Debug)]
pub(super) struct Beneath {
    edges: &'static [Bins; 4],
    /// Of the filtered hops.
    screen: Screen,
    guard: Guard,
    /// The last hop was filtered.
    runs: bool,
}

impl Beneath {
    pub fn new() -> Beneath {
        Beneath {
            edges: &EDGES,
            screen: Screen::new(),
            guard: Guard::default(),
            runs: false,
        }
    }

    pub fn restart(&mut self) {
        self.guard = Guard::default();
        self.runs = false;
    }

    /// Whether the newest hop is guarded. `plain`: the screen without the filter.
    #[inline(always)]
    pub fn guards<K: Kernels>(&mut self, plain: &Screen, recent: &Recent) -> bool {
        if !plain.keys_have_less_than::<K>(BENEATH) {
            self.restart();
            return false;
        }
        if !self.runs {
            self.take::<K>(plain, recent, 1);
            self.runs = true;
        }
        self.take::<K>(plain, recent, 0);
        let Some(tones) = self.screen.tones::<K>() else {
            self.guard.pause();
            return false;
        };
        let key = self.screen.key(tones);
        self.guard.follow(Some(&key), &self.screen, false) && is_beneath_a_tone(&key, recent)
    }

    #[inline(always)]
    fn take<K: Kernels>(&mut self, plain: &Screen, recent: &Recent, ago: usize) {
        let [.., b, a] = recent.frame(ago + 1);
        let [.., d, c] = recent.frame(ago);
        let mut bins = Complex::<K>::load(plain.hop(ago));
        for (edge, sample) in self.edges.iter().zip([b, a, d, c]) {
            let sample = K::Floats::splat(f32::from(sample));
            bins = bins.plus(Complex::load(edge).scaled(sample));
        }
        self.screen.put::<K>(bins.bins());
    }
}

/// What the filter 1 - c/z + 1/z² adds, at a frequency, of the samples at the edges of a hop, once
/// its gain there is made 1; in the phase of the hop's middle.
fn at_edges(hz: f32) -> [(f32, f32); 4] {
    let rate = f64::from(SAMPLE_RATE);
    let [w, zero] = [f64::from(hz), ZERO].map(|hz| std::f64::consts::TAU * hz / rate);
    let c = 2.0 * zero.cos();
    let middle = (HOP as f64 - 1.0) / 2.0;
    // Its gain is real after half of its delay of two samples.
    let gain = 2.0 * w.cos() - c;
    let wave = |n: f64| {
        let angle = -w * (n - 1.0 - middle);
        (angle.cos() / gain, angle.sin() / gain)
    };
    let [first, second] = [wave(0.0), wave(1.0)];
    let [last, beyond] = [HOP, HOP + 1].map(|n| wave(n as f64));
    let times = |k: f64, a: (f64, f64), b: (f64, f64)| (k * a.0 + b.0, k * a.1 + b.1);
    let none = (0.0, 0.0);
    [
        first,
        times(-c, first, second),
        times(-1.0, last, none),
        times(c, last, (-beyond.0, -beyond.1)),
    ]
    .map(|(re, im)| (re as f32, im as f32))
}

/// Whether the window holds the key, one low tone, and hardly more. The rest is what a filter leaves
/// of all but the key whose zero is where it leaves least: as good as nothing of one tone, little of
/// two low ones.
fn is_beneath_a_tone(key: &Key, recent: &Recent) -> bool {
    let samples = [recent.frame(1), recent.frame(0)];
    let window = samples.as_flattened();
    // Squares of the outer two of three samples, of the inner one, and the product of both; smoothed,
    // so that noise counts by what it has near the keys.
    let (mut outer, mut both, mut inner) = (0.0, 0.0, 0.0);
    let smooth = |at: usize| {
        let [a, b, c] = [at, at + 1, at + 2].map(|at| f32::from(window[at]));
        0.25 * (a + 2.0 * b + c)
    };
    let count = window.len() - 4;
    let (mut a, mut b) = (smooth(0), smooth(1));
    for at in 2..count + 2 {
        let c = smooth(at);
        let sum = a + c;
        outer += sum * sum;
        both += sum * b;
        inner += b * b;
        (a, b) = (b, c);
    }
    let [mut outer, mut both, mut inner] = [outer, both, inner].map(|sum| sum / count as f32);
    let [all, mut keys] = [inner, 0.0];
    for (power, hz) in key.powers().into_iter().zip(key.tones.hz()) {
        let sum = 2.0 * sin_cos(TAU * hz / SAMPLE_RATE as f32).1;
        let power = power * (0.5 + 0.25 * sum).powi(2);
        outer -= power * sum * sum;
        both -= power * sum;
        inner -= power;
        keys += power;
    }
    let rest = outer * inner - both * both;
    rest <= inner * (REST * all).max(REST_OF_KEY * keys)
}
