//! All pulses of a dial sound alike: what the clicks that were heard have in common is looked for where
//! others must be.
//!
//! How: the mean of the clicks of a side, laid over each other, is a matched filter. At the places before,
//! after and between the pulses it tells how much better a click explains the samples than the noise
//! between the clicks does: the logarithm of the ratio of the two likelihoods.

use types::{
    frame::{FRAME, Samples},
    tick::Tick,
};

/// Samples that are kept: two seconds, more than ten slow pulses and the pause after them.
const KEPT: usize = 16_000;

/// The last two seconds, with the low frequencies made weaker: hum and rooms are there.
#[derive(Clone, Debug)]
pub(super) struct Past {
    /// Somewhat longer than what is kept, so that it is moved seldom.
    samples: Vec<f32>,
    /// Where the next goes, and its time.
    end: usize,
    next: Tick,
    last: f32,
}

const LOWS: f32 = 0.7;

impl Past {
    pub fn new() -> Past {
        Past {
            samples: vec![0.0; KEPT + KEPT / 8],
            end: KEPT,
            next: Tick::ZERO,
            last: 0.0,
        }
    }

    pub fn reset(&mut self) {
        self.samples.fill(0.0);
        self.last = 0.0;
    }

    pub fn push(&mut self, samples: &Samples, at: Tick) {
        if self.end + FRAME > self.samples.len() {
            self.samples.copy_within(self.end - KEPT.., 0);
            self.end = KEPT;
        }
        for (to, &sample) in self.samples[self.end..].iter_mut().zip(samples) {
            let sample = f32::from(sample);
            *to = sample - LOWS * self.last;
            self.last = sample;
        }
        self.end += FRAME;
        self.next = Tick(at.0 + FRAME as u64);
    }

    /// The samples from so many ticks around `at` on, while all of them are kept.
    fn around(&self, at: Tick, before: usize, after: usize) -> Option<&[f32]> {
        let back = usize::try_from(self.next.0.checked_sub(at.0)?).ok()?;
        if back < after || back + before > KEPT {
            return None;
        }
        Some(&self.samples[self.end - back - before..self.end - back + after])
    }
}

/// A click takes this many samples, of which so many come before the time that is told for it.
const LENGTH: usize = 64;
const LEAD: usize = 20;

/// How far the told time may be off, in samples.
const OFF: usize = 10;

/// What the clicks of one side have in common.
#[derive(Clone, Debug)]
pub(super) struct Template {
    shape: [f32; LENGTH],
    energy: f32,
    /// Clicks that it was made of.
    count: f32,
}

/// How well a click is explained at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub at: Tick,
    /// Natural logarithm of how much likelier a click is there than none.
    pub odds: f32,
}

impl Template {
    /// Of the clicks at these times; none when there are none, or they are too long ago.
    pub fn of(past: &Past, clicks: impl Iterator<Item = Tick>) -> Option<Template> {
        let mut template: Option<Template> = None;
        for at in clicks {
            match &mut template {
                None => {
                    let samples = past.around(at, LEAD, LENGTH - LEAD)?;
                    let shape = std::array::from_fn(|n| samples[n]);
                    template = Some(Template {
                        shape,
                        energy: dot(&shape, &shape),
                        count: 1.0,
                    });
                }
                Some(template) => template.learn(past, at),
            }
        }
        template
    }

    fn learn(&mut self, past: &Past, at: Tick) {
        let Some((offset, samples, _)) = self.place(past, at, OFF) else {
            return;
        };
        self.count += 1.0;
        for (mean, sample) in self.shape.iter_mut().zip(&samples[offset..]) {
            *mean += (sample - *mean) / self.count;
        }
        self.energy = dot(&self.shape, &self.shape);
    }

    /// Where within `slack` of a time the shape fits best, and how much of it is there.
    fn place<'p>(&self, past: &'p Past, at: Tick, slack: usize) -> Option<(usize, &'p [f32], f32)> {
        let samples = past.around(at, LEAD + slack, LENGTH - LEAD + slack)?;
        let mut best = (0, f32::MIN);
        for (offset, samples) in samples.windows(LENGTH).enumerate() {
            let product = dot(&self.shape, samples);
            if product > best.1 {
                best = (offset, product);
            }
        }
        Some((best.0, samples, best.1))
    }

    /// Looks for the click within `slack` of a time, in noise of this mean square.
    pub fn find(&self, past: &Past, at: Tick, slack: usize, noise: f32) -> Option<Found> {
        /// A click is at most so much stronger or weaker than the mean: 6 dB.
        const ALIKE: std::ops::Range<f32> = 0.5..2.0;
        let (offset, _, product) = self.place(past, at, slack)?;
        // The noise in the mean itself is no click.
        let energy = self.energy - LENGTH as f32 * noise / self.count;
        if energy <= 0.0 {
            return None;
        }
        let part = product / energy;
        let odds = if ALIKE.contains(&part) {
            (2.0 * product - energy) / (2.0 * noise)
        } else {
            -energy / (2.0 * noise)
        };
        Some(Found {
            at: Tick((at.0 + offset as u64).saturating_sub(slack as u64)),
            odds,
        })
    }
}

/// Mean square from a time on over so many samples, where they are kept.
pub(super) fn power(past: &Past, from: Tick, samples: usize) -> Option<f32> {
    let samples = past.around(from, 0, samples)?;
    Some(dot(samples, samples) / samples.len().max(1) as f32)
}

/// In eight sums of one order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    for (a, b) in a.zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}
