//! Random settings of which the training and the test part never share one.

/// Which part of the set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What detectors are tuned on.
    Train,
    /// What they are judged on.
    Test,
}

/// Random numbers of its own (xorshift64*), so that a seed gives the same call for ever.
#[derive(Clone, Debug)]
pub struct Draw {
    state: u64,
    pub part: Part,
}

/// Into so many strips a range of a setting is cut: training has the even ones, test the odd ones.
const STRIPS: usize = 16;

impl Draw {
    pub fn new(part: Part, seed: u64) -> Draw {
        let salt = match part {
            Part::Train => 0x7261_696e,
            Part::Test => 0x7465_7374,
        };
        let mut draw = Draw {
            state: (seed ^ salt << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            part,
        };
        (0..8).for_each(|_| _ = draw.word());
        draw
    }

    pub fn word(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// 0 to 1; the same for both parts: for what is chance and no setting.
    pub fn unit(&mut self) -> f32 {
        (self.word() >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.word() >> 33) as usize % n
    }

    pub fn gauss(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.unit()).cos()
    }

    /// A setting, from this part's strips of the range.
    pub fn setting(&mut self, from: f32, to: f32) -> f32 {
        let strip = 2 * self.below(STRIPS / 2) + usize::from(self.part == Part::Test);
        from + (to - from) * (strip as f32 + self.unit()) / STRIPS as f32
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
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
