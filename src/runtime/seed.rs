//! Numbers drawn from a seed (SplitMix64): the same seed gives the same run for all time.

use types::tick::Ticks;

#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    pub fn new(seed: u64) -> Seed {
        Seed(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From zero up to `most` inclusive.
    pub fn up_to(&mut self, most: Ticks) -> Ticks {
        let range = u128::from(most.0) + 1;
        // The high half of the product is spread evenly enough for delays.
        Ticks(((u128::from(self.draw()) * range) >> 64) as u64)
    }

    /// True in so many of a thousand draws.
    pub fn once_in(&mut self, thousandths: u16) -> bool {
        self.up_to(Ticks(999)).0 < u64::from(thousandths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence_and_delays_keep_their_bounds() {
        let (mut a, mut b) = (Seed::new(7), Seed::new(7));
        let mut seen = [false; 5];
        for _ in 0..200 {
            let delay = a.up_to(Ticks(4));
            assert_eq!(delay, b.up_to(Ticks(4)));
            seen[delay.0 as usize] = true;
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(a.up_to(Ticks::ZERO), Ticks::ZERO);
        assert!(!a.once_in(0) && a.once_in(1000));
    }
}
