//! Random settings of which the training and the test part never share one.

use crate::random::Random;

/// Which part of the set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What detectors are tuned on.
    Train,
    /// What they are judged on.
    Test,
}

/// A call's numbers, by its seed.
#[derive(Clone, Debug)]
pub struct Draw {
    random: Random,
    pub part: Part,
}

/// Into so many strips a range of a setting is cut: training has the even ones, test the odd ones.
const STRIPS: usize = 16;

impl Draw {
    pub fn new(part: Part, seed: u64) -> Draw {
        Draw {
            random: Random::for_case(seed, part as u64),
            part,
        }
    }

    /// For a stream of its own.
    pub fn word(&mut self) -> u64 {
        self.random.next_u64()
    }

    /// 0 to 1; the same for both parts: for what is chance and no setting.
    pub fn unit(&mut self) -> f32 {
        // Of 24 bits: rounding never makes it 1.
        (self.word() >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    pub fn gauss(&mut self) -> f32 {
        self.random.normal() as f32
    }

    /// A setting, from this part's strips of the range.
    pub fn setting(&mut self, from: f32, to: f32) -> f32 {
        let strip = 2 * self.below(STRIPS / 2) + usize::from(self.part == Part::Test);
        from + (to - from) * (strip as f32 + self.unit()) / STRIPS as f32
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        self.random.choose(from)
    }

    /// One of several by their shares.
    pub fn share<T: Copy>(&mut self, of: &[(T, f32)]) -> T {
        let mut left = self.unit() * of.iter().map(|(_, share)| share).sum::<f32>();
        for (value, share) in of {
            left -= share;
            if left < 0.0 {
                return *value;
            }
        }
        of[of.len() - 1].0
    }
}

pub fn gain(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}
