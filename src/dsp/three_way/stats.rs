//! What a connection is like over some time: means and spreads of half seconds.

use super::{
    cepstrum::CEPSTRA,
    echo_path::GROUPS,
    front::OCTAVES,
    half::{Half, VoiceOf},
    levels::Levels,
};

/// Mean and variance of a value, additive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    pub count: f32,
    sum: f32,
    squares: f32,
}

impl Moments {
    pub fn add(&mut self, value: f32) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    pub fn fade(&mut self, by: f32) {
        self.count *= by;
        self.sum *= by;
        self.squares *= by;
    }

    pub fn mean(&self) -> f32 {
        self.sum / self.count.max(1e-6)
    }

    pub fn variance(&self) -> f32 {
        let mean = self.mean();
        (self.squares / self.count.max(1e-6) - mean * mean).max(0.0)
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stats {
    /// The noise, in dB by octave.
    pub noise: [Levels; OCTAVES],
    /// The same in short pauses of the far end.
    pub pause: [Levels; OCTAVES],
    /// How much quiet frames vary, in dB.
    pub flutter: Moments,
    /// Level of the far end's voice, in dB.
    pub level: Moments,
    pub pitch: Moments,
    pub shape: [Moments; OCTAVES],
    pub cepstra: [Moments; CEPSTRA],
    /// Gain of the echo by group of lags, in dB.
    pub echo: [Moments; GROUPS],
    /// Frames without the phone, and those of them with the far end.
    pub alone: f32,
    pub far: f32,
    /// Of those without the phone, in which anything sounded.
    pub loud: f32,
    /// Half seconds.
    pub lasted: f32,
}

/// Frames of the far end that make a level.
const ENOUGH: u8 = 12;

/// Of an octave: less is the steps of the law's code.
pub(super) const LEAST_NOISE: f32 = 2.5;

impl Stats {
    pub fn add(&mut self, half: &Half) {
        self.lasted += 1.0;
        self.alone += f32::from(half.alone);
        self.far += f32::from(half.far_alone);
        self.loud += f32::from(half.loud_alone);
        if let Some(noise) = half.noise {
            for (levels, power) in self.noise.iter_mut().zip(noise) {
                levels.add(db(power.max(LEAST_NOISE)));
            }
            self.flutter.add(half.flutter);
        }
        if let Some(pause) = half.pause {
            for (levels, power) in self.pause.iter_mut().zip(pause) {
                levels.add(db(power.max(LEAST_NOISE)));
            }
        }
        if half.far >= ENOUGH && half.voice.is_some() {
            self.level.add(db(half.far_power));
        }
        if let Some(voice) = &half.voice {
            self.hear(voice);
        }
        if let Some(echo) = half.echo {
            for (moments, gain) in self.echo.iter_mut().zip(echo) {
                moments.add(db(gain.max(1e-5)));
            }
        }
    }

    /// Takes the noise of other half seconds as well.
    pub fn absorb(&mut self, other: &Stats) {
        for (levels, others) in self.noise.iter_mut().zip(&other.noise) {
            levels.absorb(others);
        }
    }

    fn hear(&mut self, voice: &VoiceOf) {
        self.pitch.add(voice.pitch);
        for (moments, &octave) in self.shape.iter_mut().zip(&voice.shape) {
            moments.add(3.01 * octave);
        }
        for (moments, &cepstrum) in self.cepstra.iter_mut().zip(&voice.cepstra) {
            moments.add(cepstrum);
        }
    }

    /// What is older counts less.
    pub fn fade(&mut self, by: f32) {
        for levels in self.noise.iter_mut().chain(&mut self.pause) {
            levels.fade(by);
        }
        let all = self.shape.iter_mut().chain(&mut self.cepstra);
        all.chain(&mut self.echo)
            .chain([&mut self.flutter, &mut self.level, &mut self.pitch])
            .for_each(|moments| moments.fade(by));
        self.lasted *= by;
        self.alone *= by;
        self.far *= by;
        self.loud *= by;
    }
}

pub(super) fn db(power: f32) -> f32 {
    3.0103 * power.log2()
}
