//! How often a noise had which level: half seconds by whole dB.
//!
//! A mean would be drawn away by what is left of talk, and a mobile's noise has two levels. So the
//! lower part of what was measured is compared, and how much of it was ever heard before.

#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    pub count: f32,
    /// Shared between the two whole dB that it lies between.
    parts: [f32; STEPS],
}

const STEPS: usize = 48;
/// In dB of a mean square.
const LOWEST: f32 = -4.0;

/// The part of a noise's levels below its own.
const LOWER: f32 = 0.35;

impl Default for Levels {
    fn default() -> Levels {
        Levels {
            count: 0.0,
            parts: [0.0; STEPS],
        }
    }
}

impl Levels {
    pub fn add(&mut self, db: f32) {
        let place = (db - LOWEST).clamp(0.0, STEPS as f32 - 1.01);
        let below = place as usize;
        let above = place - below as f32;
        self.parts[below] += 1.0 - above;
        self.parts[below + 1] += above;
        self.count += 1.0;
    }

    pub fn fade(&mut self, by: f32) {
        self.count *= by;
        self.parts.iter_mut().for_each(|part| *part *= by);
    }

    pub fn absorb(&mut self, other: &Levels) {
        self.count += other.count;
        for (to, part) in self.parts.iter_mut().zip(&other.parts) {
            *to += part;
        }
    }

    /// The lower of its usual levels, in dB: the mean around what a third did not reach.
    pub fn own(&self) -> f32 {
        let mut left = LOWER * self.count;
        let middle = self.parts.iter().position(|&part| {
            left -= part;
            left < 0.0
        });
        let middle = middle.unwrap_or(0).clamp(2, STEPS - 3);
        let (mut sum, mut count) = (0.0, 1e-6);
        for at in middle - 2..=middle + 2 {
            sum += self.parts[at] * at as f32;
            count += self.parts[at];
        }
        LOWEST + sum / count
    }

    /// 0 where both had the same levels as often, to 1 where they share none.
    pub fn apart(&self, other: &Levels) -> f32 {
        let all = (self.count * other.count).sqrt().max(1e-6);
        let (ours, theirs) = (self.spread(), other.spread());
        let mut sums = [0.0f32; 8];
        for (a, b) in ours.chunks_exact(8).zip(theirs.chunks_exact(8)) {
            for lane in 0..8 {
                sums[lane] += (a[lane] * b[lane]).sqrt();
            }
        }
        (1.0 - sums.iter().sum::<f32>() / all).clamp(0.0, 1.0)
    }

    /// Shared with the neighbours.
    fn spread(&self) -> [f32; STEPS] {
        let mut spread = [0.0; STEPS];
        for (to, parts) in spread[1..].iter_mut().zip(self.parts.windows(3)) {
            *to = 0.25 * (parts[0] + parts[2]) + 0.5 * parts[1];
        }
        spread
    }
}
