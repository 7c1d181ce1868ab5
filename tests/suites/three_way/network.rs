//! The way from the far ends to our trunk: telephones with their rooms, loops, hybrids, the exchange's
//! switching, the channel's code.

use super::{
    corpus::{Corpus, ZERO_DBM0_RMS},
    draw::{Draw, gain},
};
use types::frame::Law;

/// The phone's own sound coming back.
#[derive(Clone, Copy, Debug)]
pub struct Echo {
    /// Samples until it is back.
    delay: usize,
    taps: [f32; 3],
}

impl Echo {
    /// Return loss in dB and delay in ms.
    pub fn drawn(draw: &mut Draw, loss: (f32, f32), delay_ms: (f32, f32)) -> Echo {
        let mut taps = [1.0, 0.6 * draw.gauss(), 0.4 * draw.gauss()];
        let power: f32 = taps.iter().map(|t| t * t).sum();
        let factor = gain(-draw.setting(loss.0, loss.1)) / power.sqrt();
        taps.iter_mut().for_each(|t| *t *= factor);
        Echo {
            delay: (draw.setting(delay_ms.0, delay_ms.1) * 8.0) as usize,
            taps,
        }
    }

    pub fn by(mut self, db: f32) -> Echo {
        self.taps.iter_mut().for_each(|t| *t *= gain(db));
        self
    }

    fn add(&self, sent: &[f32], out: &mut [f32], from: usize, until: usize) {
        let from = from.max(self.delay + 2);
        if from >= until {
            return;
        }
        let [a, b, c] = self.taps;
        let late = &sent[from - self.delay - 2..until - self.delay];
        for (to, sent) in out[from..until].iter_mut().zip(late.windows(3)) {
            *to += a * sent[2] + b * sent[1] + c * sent[0];
        }
    }
}

/// Steady noise: which of the corpus, and its level.
#[derive(Clone, Copy, Debug)]
pub struct Hiss(pub usize, pub f32);

impl Hiss {
    pub(crate) fn add(self, draw: &mut Draw, corpus: &Corpus, out: &mut [f32]) {
        let noise = &corpus.noises[self.0];
        let factor = gain(self.1);
        for block in out.chunks_mut(8192) {
            let from = draw.below(noise.len() - block.len());
            let noise = &noise[from..from + block.len()];
            block
                .iter_mut()
                .zip(noise)
                .for_each(|(to, n)| *to += factor * n);
        }
    }
}

/// A telephone at the far end and its loop.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    pub room: Hiss,
    pub loss_db: f32,
    /// First-order tilt, and what the microphone leaves of the low frequencies.
    pub tilt: f32,
    pub low: f32,
    pub echo: Option<Echo>,
    /// A mobile that sends noise of its own while nobody speaks.
    pub dtx: bool,
}

impl Leg {
    pub fn drawn(draw: &mut Draw) -> Leg {
        let dtx = draw.chance(0.25);
        // Behind a canceller nothing comes back.
        let cancelled = dtx || draw.chance(0.15);
        Leg {
            room: Hiss(1 + draw.below(2), draw.setting(-66.0, -42.0)),
            loss_db: draw.setting(0.0, 9.0),
            tilt: draw.setting(-0.35, 0.35),
            low: draw.setting(0.05, 0.3),
            echo: (!cancelled).then(|| Echo::drawn(draw, (12.0, 30.0), (2.0, 60.0))),
            dtx,
        }
    }

    /// Makes of what is said at the telephone what leaves its loop.
    pub fn emit(&self, draw: &mut Draw, corpus: &Corpus, said: &mut [f32]) {
        let mut room = vec![0.0; said.len()];
        self.room.add(draw, corpus, &mut room);
        if self.dtx {
            gate(said, &mut room);
        }
        let factor = gain(-self.loss_db);
        let (mut low, mut before) = (0.0, 0.0);
        for (to, noise) in said.iter_mut().zip(&room) {
            let sum = *to + noise;
            low += self.low * (sum - low);
            let high = sum - 0.7 * low;
            *to = factor * (high + self.tilt * before);
            before = high;
        }
    }
}

/// Noise that goes down a few dB, 300 ms after somebody spoke.
fn gate(said: &[f32], room: &mut [f32]) {
    let mut hold = 0;
    for (said, room) in said.chunks(160).zip(room.chunks_mut(160)) {
        let power = said.iter().map(|s| s * s).sum::<f32>() / 160.0;
        hold = if power > 400.0 { 15 } else { hold - 1 };
        if hold <= 0 {
            room.iter_mut().for_each(|r| *r *= 0.4);
        }
    }
}

/// Our own end.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    echo: Echo,
    hiss: Hiss,
    hum: (f32, f32),
    law: Law,
}

impl Near {
    pub fn drawn(draw: &mut Draw) -> Near {
        Near {
            echo: Echo::drawn(draw, (9.0, 28.0), (0.0, 1.5)),
            hiss: Hiss(draw.below(2), draw.setting(-76.0, -58.0)),
            hum: (
                *draw.pick(&[50.0, 60.0, 100.0, 120.0]),
                draw.setting(-80.0, -55.0),
            ),
            law: if draw.chance(0.7) { Law::Mu } else { Law::A },
        }
    }
}

/// How the connection is switched from `from` on.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub from: usize,
    /// What of each far end comes through, in parts.
    pub gains: [f32; 2],
    pub hiss: Hiss,
    pub echoes: [Option<Echo>; 2],
}

/// All that meets at our trunk.
#[derive(Debug)]
pub struct Wires<'a> {
    pub corpus: &'a Corpus,
    pub near: Near,
    pub stretches: &'a [Stretch],
    /// What the exchange itself adds.
    pub network: &'a [f32],
}

impl Wires<'_> {
    /// What the trunk receives while `sent` goes out.
    pub fn receive(&self, draw: &mut Draw, sent: &[f32], far: [&[f32]; 2]) -> Vec<i16> {
        let mut out = self.network.to_vec();
        for (at, stretch) in self.stretches.iter().enumerate() {
            let until = self
                .stretches
                .get(at + 1)
                .map_or(out.len(), |next| next.from);
            let (from, until) = (stretch.from.min(out.len()), until.min(out.len()));
            if from >= until {
                continue;
            }
            for (gain, far) in stretch.gains.iter().zip(far) {
                if *gain != 0.0 {
                    let pairs = out[from..until].iter_mut().zip(&far[from..until]);
                    pairs.for_each(|(to, far)| *to += gain * far);
                }
            }
            stretch.hiss.add(draw, self.corpus, &mut out[from..until]);
            for echo in stretch.echoes.iter().flatten() {
                echo.add(sent, &mut out, from, until);
            }
        }
        self.near.echo.add(sent, &mut out, 0, sent.len());
        self.near.hiss.add(draw, self.corpus, &mut out);
        self.near.hum(&mut out);
        coded(&out, self.near.law)
    }

    /// What the phone's port gave: `sent` in the law's code.
    pub fn sent(&self, sent: &[f32]) -> Vec<i16> {
        coded(sent, self.near.law)
    }
}

impl Near {
    /// Power of the hiss, of 0 dBm0.
    pub fn noise(&self) -> f32 {
        10f32.powf(self.hiss.1 / 10.0)
    }

    fn hum(&self, out: &mut [f32]) {
        let (hz, dbm0) = self.hum;
        let peak = gain(dbm0) * ZERO_DBM0_RMS * std::f32::consts::SQRT_2;
        let cycle = 8000.0 / hz;
        // 160 samples are whole cycles of all that are drawn but 60 and 120 Hz: 400 are of all.
        let table: Vec<f32> = (0..400)
            .map(|n| peak * (std::f32::consts::TAU * n as f32 / cycle).sin())
            .collect();
        for block in out.chunks_mut(400) {
            block
                .iter_mut()
                .zip(&table)
                .for_each(|(to, hum)| *to += hum);
        }
    }
}

/// To G.711 and back.
pub fn coded(samples: &[f32], law: Law) -> Vec<i16> {
    let mut linear = Vec::with_capacity(samples.len());
    let mut octets = [0u8; 80];
    let mut back = [0i16; 80];
    for block in samples.chunks_exact(80) {
        let rounded: [i16; 80] = std::array::from_fn(|n| block[n].round_ties_even() as i16);
        dsp::g711::encode(law, &rounded, &mut octets);
        dsp::g711::decode(law, &octets, &mut back);
        linear.extend_from_slice(&back);
    }
    linear
}
