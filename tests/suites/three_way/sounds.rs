//! What is heard on lines beside talk: clicks of contacts, knocks, slams, pops, coughs, keys,
//! text telephones, babies.

use super::corpus::ZERO_DBM0_RMS;
use super::draw::{Draw, gain};
use std::f32::consts::TAU;

/// How a switched contact sounds behind the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Click {
    /// A step through the band of a channel.
    Sharp,
    /// A relay or a transformer: a low, short bump.
    Thump,
    /// A contact that bounces.
    Bounce,
}

/// The band of a channel: two poles at 220 Hz, two at 3.3 kHz.
#[derive(Clone, Copy, Debug, Default)]
pub struct Band {
    low: [f32; 2],
    high: [f32; 2],
}

impl Band {
    pub fn sample(&mut self, mut value: f32) -> f32 {
        for low in &mut self.low {
            *low += 0.16 * (value - *low);
            value -= *low;
        }
        for high in &mut self.high {
            *high += 0.82 * (value - *high);
            value = *high;
        }
        value
    }
}

/// Adds `parts` samples through the band of a channel, scaled to a peak in dBm0.
fn add_peaked(out: &mut [f32], at: usize, peak_dbm0: f32, raw: impl Iterator<Item = f32>) {
    let mut band = Band::default();
    let shaped: Vec<f32> = raw.map(|s| band.sample(s)).collect();
    let peak = shaped.iter().fold(1e-9f32, |a, b| a.max(b.abs()));
    let factor = gain(peak_dbm0) * ZERO_DBM0_RMS * std::f32::consts::SQRT_2 / peak;
    let end = (at + shaped.len()).min(out.len());
    for (to, from) in out[at.min(end)..end].iter_mut().zip(&shaped) {
        *to += factor * from;
    }
}

/// A click whose peak is that of a sine of this level.
pub fn click(draw: &mut Draw, out: &mut [f32], at: usize, kind: Click, peak_dbm0: f32) {
    let sign = if draw.chance(0.5) { 1.0 } else { -1.0 };
    let decay = match kind {
        Click::Sharp | Click::Bounce => draw.setting(2.0, 14.0),
        Click::Thump => draw.setting(12.0, 50.0),
    };
    let second = match kind {
        Click::Bounce => draw.between(6.0, 24.0) as usize,
        Click::Sharp | Click::Thump => usize::MAX,
    };
    let rise = if kind == Click::Thump {
        draw.setting(3.0, 8.0)
    } else {
        0.3
    };
    let shape = move |n: usize| {
        let n = n as f32;
        (1.0 - (-n / rise).exp()) * (-n / decay).exp()
    };
    let raw = (0..320).map(|n| {
        let again = if n >= second {
            -0.6 * shape(n - second)
        } else {
            0.0
        };
        sign * (shape(n) + again)
    });
    add_peaked(out, at, peak_dbm0, raw);
}

/// Something that is knocked, dropped, shut, popped or coughed at a telephone.
pub fn knock(draw: &mut Draw, out: &mut [f32], at: usize, level_dbm0: f32) {
    match draw.below(5) {
        0 => handset(draw, out, at, level_dbm0),
        1 => slam(draw, out, at, level_dbm0),
        2 => {
            let kind = *draw.pick(&[Click::Sharp, Click::Thump, Click::Bounce]);
            click(draw, out, at, kind, level_dbm0);
        }
        3 => cough(draw, out, at, level_dbm0),
        _ => {
            let mut at = at;
            for _ in 0..1 + draw.below(4) {
                let level = level_dbm0 + 3.0 * draw.gauss();
                handset(draw, out, at, level);
                at += draw.between(500.0, 5000.0) as usize;
            }
        }
    }
}

/// Plastic on wood: a few resonances that die within some 10 ms.
fn handset(draw: &mut Draw, out: &mut [f32], at: usize, level_dbm0: f32) {
    let modes: Vec<(f32, f32, f32)> = (0..4)
        .map(|_| {
            let hz = draw.setting(150.0, 2500.0);
            (TAU * hz / 8000.0, draw.setting(20.0, 200.0), draw.unit())
        })
        .collect();
    let raw = (0..1600).map(|n| {
        let n = n as f32;
        modes
            .iter()
            .map(|(step, decay, part)| part * (step * n).sin() * (-n / decay).exp())
            .sum()
    });
    add_peaked(out, at, level_dbm0, raw);
}

/// A door: noise of low frequencies that dies within some 100 ms.
fn slam(draw: &mut Draw, out: &mut [f32], at: usize, level_dbm0: f32) {
    let decay = draw.setting(300.0, 1600.0);
    let noise: Vec<f32> = (0..6000).map(|_| draw.gauss()).collect();
    let mut low = 0.0;
    let raw = noise.iter().enumerate().map(|(n, w)| {
        low += 0.2 * (w - low);
        low * (-(n as f32) / decay).exp()
    });
    add_peaked(out, at, level_dbm0, raw);
}

fn cough(draw: &mut Draw, out: &mut [f32], at: usize, level_dbm0: f32) {
    let length = draw.setting(1000.0, 2800.0);
    let noise: Vec<f32> = (0..length as usize).map(|_| draw.gauss()).collect();
    let hz = draw.setting(500.0, 1400.0);
    let (turn, keep) = ((TAU * hz / 8000.0).cos(), 0.93f32);
    let mut state = [0.0f32; 2];
    let raw = noise.iter().enumerate().map(|(n, w)| {
        let part = n as f32 / length;
        let value = w * (part * 12.0).min(1.0) * (1.0 - part) + 2.0 * keep * turn * state[0]
            - keep * keep * state[1];
        state = [value, state[0]];
        value
    });
    add_peaked(out, at, level_dbm0, raw);
}

/// Sines added, with edges of 2 ms.
pub fn tones(out: &mut [f32], at: usize, length: usize, hz: &[f32], dbm0: f32) {
    let peak = gain(dbm0) * ZERO_DBM0_RMS * std::f32::consts::SQRT_2;
    let end = (at + length).min(out.len());
    let length = end - at.min(end);
    for (n, to) in out[at.min(end)..end].iter_mut().enumerate() {
        let edge = (n.min(length - n) as f32 / 16.0).min(1.0);
        let sum: f32 = hz
            .iter()
            .map(|hz| (TAU * (hz * n as f32 / 8000.0).fract()).sin())
            .sum();
        *to += edge * peak * sum;
    }
}

pub const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
pub const COLUMNS: [f32; 3] = [1209.0, 1336.0, 1477.0];

/// Digits keyed by a person; returns where they end.
pub fn keys(draw: &mut Draw, out: &mut [f32], at: usize, digits: usize, dbm0: f32) -> usize {
    let mut at = at;
    for _ in 0..digits {
        let hz = [*draw.pick(&ROWS), *draw.pick(&COLUMNS)];
        let length = draw.between(700.0, 2400.0) as usize;
        tones(out, at, length, &hz, dbm0);
        at += length + draw.between(600.0, 4000.0) as usize;
    }
    at
}

/// A text telephone (ITU-T V.18, annex A): 45.45 baud, 1400 Hz mark, 1800 Hz space; returns where
/// it ends.
pub fn text(draw: &mut Draw, out: &mut [f32], at: usize, characters: usize, dbm0: f32) -> usize {
    const BIT: f32 = 176.02;
    let peak = gain(dbm0) * ZERO_DBM0_RMS * std::f32::consts::SQRT_2;
    let (mut phase, mut position) = (0.0f32, at as f32);
    let mut at = at;
    let mut bit = |mark: bool, bits: f32, at: &mut usize| {
        position += bits * BIT;
        let step = TAU * if mark { 1400.0 } else { 1800.0 } / 8000.0;
        while (*at as f32) < position && *at < out.len() {
            out[*at] += peak * phase.sin();
            phase = (phase + step) % TAU;
            *at += 1;
        }
    };
    bit(true, 6.0, &mut at);
    for _ in 0..characters {
        bit(false, 1.0, &mut at);
        let code = draw.below(32);
        (0..5).for_each(|n| bit(code >> n & 1 == 1, 1.0, &mut at));
        bit(true, if draw.chance(0.3) { 8.0 } else { 1.5 }, &mut at);
    }
    at
}

/// A baby cries once: a second of harmonics that rise and fall; returns where it ends.
pub fn cry(draw: &mut Draw, out: &mut [f32], at: usize, dbm0: f32) -> usize {
    let length = draw.between(4000.0, 11_000.0) as usize;
    let hz = draw.setting(320.0, 520.0);
    let peak = gain(dbm0) * ZERO_DBM0_RMS;
    let mut phase = 0.0f32;
    let end = (at + length).min(out.len());
    for (n, to) in out[at.min(end)..end].iter_mut().enumerate() {
        let part = n as f32 / length as f32;
        let bow = (std::f32::consts::PI * part).sin();
        phase = (phase + TAU * hz * (0.85 + 0.3 * bow) / 8000.0) % TAU;
        let sum: f32 = (1..6).map(|k| (k as f32 * phase).sin() / k as f32).sum();
        *to += peak * bow * sum;
    }
    end
}
