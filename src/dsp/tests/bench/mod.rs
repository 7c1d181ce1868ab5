//! What the scenarios share: noise, lines, and feeding frames.
#![allow(dead_code)]

use dsp::{
    g711,
    level::{self, sine_peak},
    plan::{Burst, ToneDef, TonePlan},
    progress::{Progress, ProgressEvent},
    tone_gen::ToneGen,
};
use types::{
    frame::{FRAME, Law, Samples},
    tick::Tick,
    tone::{SitKind, Tone},
};

/// Random numbers of its own (xorshift64*), so that a seed gives the same test for ever.
pub struct Rng(pub u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    /// 0 to 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
    pub fn range(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n
    }
    pub fn gauss(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.unit()).cos()
    }
}

/// Silence of so many milliseconds.
pub fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

/// Sines added: Hz, dBm0; phases random.
pub fn sines(rng: &mut Rng, parts: &[(f32, f32)], samples: usize) -> Vec<i16> {
    let mut out = vec![0f64; samples];
    for &(hz, dbm0) in parts {
        let peak = f64::from(sine_peak(dbm0));
        let phase = f64::from(rng.unit()) * std::f64::consts::TAU;
        let step = f64::from(hz) * std::f64::consts::TAU / 8000.0;
        for (n, out) in out.iter_mut().enumerate() {
            *out += peak * (phase + step * n as f64).sin();
        }
    }
    out.iter().map(|v| v.round() as i16).collect()
}

pub fn add(a: &mut [i16], b: &[i16]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = a.saturating_add(*b);
    }
}

/// Adds white Gaussian noise of this level over 0-4 kHz.
pub fn add_noise(rng: &mut Rng, samples: &mut [i16], dbm0: f32) {
    let rms = sine_peak(dbm0) / std::f32::consts::SQRT_2;
    for s in samples {
        *s = (f32::from(*s) + rms * rng.gauss()).round() as i16;
    }
}

/// There and back through a law.
pub fn companded(law: Law, samples: &[i16]) -> Vec<i16> {
    let mut octets = vec![0; samples.len()];
    let mut out = vec![0; samples.len()];
    g711::encode(law, samples, &mut octets);
    g711::decode(law, &octets, &mut out);
    out
}

/// Frames with the tick of each; a last part of a frame is filled with silence.
pub fn frames(samples: &[i16]) -> impl Iterator<Item = (Samples, Tick)> + '_ {
    samples.chunks(FRAME).enumerate().map(|(n, chunk)| {
        let mut frame = [0; FRAME];
        frame[..chunk.len()].copy_from_slice(chunk);
        (frame, Tick((n * FRAME) as u64))
    })
}

pub fn play(def: &ToneDef, ms: usize) -> Vec<i16> {
    let mut out = silence(ms);
    ToneGen::new(def).fill(&mut out);
    out
}

/// Every event with the tick of the end of the frame that told it.
pub fn listen(progress: &mut Progress, samples: &[i16]) -> Vec<(Tick, ProgressEvent)> {
    let mut all = Vec::new();
    for (frame, at) in frames(samples) {
        for event in progress.process(&frame, at).events {
            all.push((Tick(at.0 + FRAME as u64), event));
        }
    }
    all
}

pub fn gain(samples: &mut [i16], db: f32) {
    let k = 10f32.powf(db / 20.0);
    for s in samples {
        *s = (f32::from(*s) * k).round() as i16;
    }
}

/// Syllables of 180 ms under a moving pitch.
pub fn speech(rng: &mut Rng, ms: usize, dbm0: f32) -> Vec<i16> {
    let pitch = rng.range(100.0, 220.0);
    let mut phase = 0f32;
    let mut out: Vec<i16> = (0..ms * 8)
        .map(|n| {
            let t = n as f32 / 8000.0;
            phase += pitch * (1.0 + 0.1 * (t * 3.0).sin()) / 8000.0;
            let syllable = (t * std::f32::consts::PI / 0.18).sin().powi(2).max(0.02);
            let formant = 500.0 + 250.0 * (t * 7.0).sin();
            let voice: f32 = (1..16)
                .map(|k| {
                    let distance = (k as f32 * pitch - formant) / 200.0;
                    (phase * k as f32 * std::f32::consts::TAU).sin() / (1.0 + distance * distance)
                })
                .sum();
            (voice * syllable * 2000.0) as i16
        })
        .collect();
    let now = level::dbm0(&out);
    gain(&mut out, dbm0 - now);
    out
}

/// Precise tone plan of North America (GR-506, SR-2275).
pub fn us() -> TonePlan {
    let sit = |kind, a: (f32, u32), b: (f32, u32)| {
        ToneDef::once(
            Tone::Sit(kind),
            &[
                Burst::new(&[a.0], -24.0, a.1, 0),
                Burst::new(&[b.0], -24.0, b.1, 0),
                Burst::new(&[1776.7], -24.0, 380, 0),
            ],
        )
    };
    let dial = [350.0, 440.0];
    let stutter = Burst::new(&dial, -13.0, 100, 100);
    TonePlan {
        country: "us".into(),
        name: "precise".into(),
        source: "GR-506".into(),
        tones: vec![
            ToneDef::continuous(Tone::Dial, &dial, -13.0),
            ToneDef::once(
                Tone::StutterDial,
                &[stutter, stutter, stutter, Burst::new(&dial, -13.0, 0, 0)],
            ),
            ToneDef::cadenced(
                Tone::Ringback,
                &[Burst::new(&[440.0, 480.0], -19.0, 2000, 4000)],
            ),
            ToneDef::cadenced(Tone::Busy, &[Burst::new(&[480.0, 620.0], -24.0, 500, 500)]),
            ToneDef::cadenced(
                Tone::Reorder,
                &[Burst::new(&[480.0, 620.0], -24.0, 250, 250)],
            ),
            sit(SitKind::Intercept, (913.8, 274), (1370.6, 274)),
            sit(SitKind::VacantCode, (985.2, 380), (1370.6, 274)),
            sit(SitKind::ReorderLocal, (913.8, 274), (1428.5, 380)),
            sit(SitKind::ReorderDistant, (985.2, 274), (1370.6, 380)),
            sit(SitKind::NoCircuitLocal, (985.2, 380), (1428.5, 380)),
            sit(SitKind::NoCircuitDistant, (913.8, 380), (1370.6, 380)),
            sit(SitKind::Ineffective, (913.8, 380), (1428.5, 274)),
            ToneDef::once(
                Tone::Sit(SitKind::Unknown),
                &[
                    Burst::new(&[950.0], -24.0, 330, 0),
                    Burst::new(&[1400.0], -24.0, 330, 0),
                    Burst::new(&[1800.0], -24.0, 330, 0),
                ],
            ),
            ToneDef::cadenced(Tone::CallWaiting, &[Burst::new(&[440.0], -13.0, 300, 9700)]),
            ToneDef::cadenced(
                Tone::Howler,
                &[Burst::new(
                    &[1400.0, 2060.0, 2450.0, 2600.0],
                    -6.0,
                    100,
                    100,
                )],
            ),
            ToneDef::cadenced(Tone::Record, &[Burst::new(&[1400.0], -18.0, 500, 14500)]),
        ],
    }
}
