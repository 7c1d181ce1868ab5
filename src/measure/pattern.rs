//! Test patterns of bit error measurements.
//!
//! What: pseudo-random sequences (ITU-T O.150, O.151, O.152, O.153; ANSI T1.403 for QRSS) and short
//! repeated words, bit by bit, and whether received bits are such a sequence.
//!
//! How: a window of bits that slides over the sequence. A sequence of order n is known from any n
//! bits of it; a repeated word from one period.

/// What is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// 2^9 - 1 (O.153): up to 14.4 kbit/s.
    Prbs9,
    /// 2^11 - 1 (O.152): 48 to 64 kbit/s, the usual one of a single channel.
    Prbs11,
    /// 2^15 - 1, inverted (O.151): 2048 kbit/s.
    Prbs15,
    /// Quasi-random, 2^20 - 1 with at most 14 zeros in a row (T1.403): 1544 kbit/s.
    Qrss,
    /// 2^23 - 1, inverted (O.151): 34 Mbit/s and more.
    Prbs23,
    Ones,
    Zeros,
    /// One 1 in eight bits.
    OneInEight,
    Alternating,
    /// Three 1 in 24 bits: 15 zeros in a row.
    ThreeInTwentyFour,
}

impl Pattern {
    /// Names and patterns, for a command line.
    pub const ALL: [(&'static str, Pattern); 10] = [
        ("prbs9", Pattern::Prbs9),
        ("prbs11", Pattern::Prbs11),
        ("prbs15", Pattern::Prbs15),
        ("qrss", Pattern::Qrss),
        ("prbs23", Pattern::Prbs23),
        ("ones", Pattern::Ones),
        ("zeros", Pattern::Zeros),
        ("1:7", Pattern::OneInEight),
        ("1:1", Pattern::Alternating),
        ("3in24", Pattern::ThreeInTwentyFour),
    ];

    pub fn name(self) -> &'static str {
        let found = Pattern::ALL.iter().find(|(_, pattern)| *pattern == self);
        found.map_or("", |(name, _)| name)
    }

    /// Length of the window, and how far back the second bit is that makes the next one.
    const fn order(self) -> (u32, u32) {
        match self {
            Pattern::Prbs9 => (9, 5),
            Pattern::Prbs11 => (11, 9),
            Pattern::Prbs15 => (15, 14),
            Pattern::Qrss => (20, 17),
            Pattern::Prbs23 => (23, 18),
            Pattern::Ones | Pattern::Zeros | Pattern::OneInEight | Pattern::Alternating => (8, 0),
            Pattern::ThreeInTwentyFour => (24, 0),
        }
    }

    /// The repeated word, its first bit lowest.
    const fn word(self) -> Option<u32> {
        match self {
            Pattern::Ones => Some(0xff),
            Pattern::Zeros => Some(0),
            Pattern::OneInEight => Some(0b0000_0010),
            Pattern::Alternating => Some(0b0101_0101),
            Pattern::ThreeInTwentyFour => Some(1 << 1 | 1 << 5 | 1 << 21),
            _ => None,
        }
    }

    const fn inverted(self) -> bool {
        matches!(self, Pattern::Prbs15 | Pattern::Prbs23)
    }

    /// Bits after which it begins again.
    pub const fn period(self) -> u32 {
        let (order, _) = self.order();
        match self.word() {
            Some(_) => order,
            None => (1 << order) - 1,
        }
    }
}

/// A place in a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sequence {
    pattern: Pattern,
    /// The bits from here on, the next one lowest; not inverted, no zeros suppressed.
    window: u32,
}

impl Sequence {
    pub fn new(pattern: Pattern) -> Sequence {
        let ones = (1 << pattern.order().0) - 1;
        Sequence {
            pattern,
            window: pattern.word().unwrap_or(ones),
        }
    }

    /// The place after these received bits (the newest highest), if they can be of the sequence.
    /// `bits` holds [`Sequence::order`] of them.
    pub fn after(pattern: Pattern, bits: u32) -> Option<Sequence> {
        let (order, _) = pattern.order();
        let mask = (1 << order) - 1;
        let window = if pattern.inverted() { !bits } else { bits } & mask;
        let mut place = Sequence { pattern, window };
        match pattern.word() {
            Some(word) => {
                let turned = |by| ((word >> by) | (word << (order - by))) & mask;
                (0..order).any(|by| turned(by) == window).then_some(place)
            }
            None if window == 0 => None,
            None => {
                for _ in 0..order {
                    place.next_bit();
                }
                Some(place)
            }
        }
    }

    /// Bits that tell where a sequence is.
    pub fn order(pattern: Pattern) -> u32 {
        pattern.order().0
    }

    pub fn next_bit(&mut self) -> bool {
        let (order, tap) = self.pattern.order();
        let first = self.window & 1;
        let new = match tap {
            0 => first,
            tap => first ^ ((self.window >> (order - tap)) & 1),
        };
        let mut bit = first == 1;
        if self.pattern == Pattern::Qrss {
            // A one where 14 zeros follow.
            bit |= self.window & (0x3fff << 1) == 0;
        }
        self.window = (self.window >> 1) | (new << (order - 1));
        bit != self.pattern.inverted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(pattern: Pattern, count: usize) -> Vec<bool> {
        let mut sequence = Sequence::new(pattern);
        (0..count).map(|_| sequence.next_bit()).collect()
    }

    fn longest(bits: &[bool], value: bool) -> usize {
        bits.split(|bit| *bit != value)
            .map(<[bool]>::len)
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn each_sequence_has_its_length_and_its_longest_runs() {
        for (name, pattern) in Pattern::ALL {
            let period = pattern.period() as usize;
            let twice = bits(pattern, 2 * period);
            assert_eq!(twice[..period], twice[period..], "{name}");
            let order = Sequence::order(pattern) as usize;
            if pattern.word().is_some() || pattern == Pattern::Qrss {
                continue;
            }
            // Only one place in the whole period is like the first.
            let ones = twice[..period].iter().filter(|bit| **bit).count();
            let more = usize::from(!pattern.inverted());
            assert_eq!(ones, (period - 1) / 2 + more, "{name}");
            assert_eq!(longest(&twice, !pattern.inverted()), order, "{name}");
            assert_eq!(longest(&twice, pattern.inverted()), order - 1, "{name}");
        }
    }

    #[test]
    fn qrss_has_never_more_than_fourteen_zeros() {
        let all = bits(Pattern::Qrss, Pattern::Qrss.period() as usize);
        assert_eq!(longest(&all, false), 14);
    }

    #[test]
    fn the_short_words_have_their_density() {
        let ones = |pattern: Pattern| bits(pattern, 240).iter().filter(|bit| **bit).count();
        assert_eq!(ones(Pattern::Ones), 240);
        assert_eq!(ones(Pattern::Zeros), 0);
        assert_eq!(ones(Pattern::OneInEight), 30);
        assert_eq!(ones(Pattern::Alternating), 120);
        assert_eq!(ones(Pattern::ThreeInTwentyFour), 30);
        assert_eq!(longest(&bits(Pattern::ThreeInTwentyFour, 240), false), 15);
    }

    #[test]
    fn a_place_is_known_from_as_many_bits_as_the_order() {
        for (name, pattern) in Pattern::ALL {
            let order = Sequence::order(pattern) as usize;
            let all = bits(pattern, 3000);
            // What zeros are suppressed in is no place to begin at; others are there.
            let found = (0..100).any(|from| {
                let word = (0..order).fold(0, |word, n| word | u32::from(all[from + n]) << n);
                Sequence::after(pattern, word).is_some_and(|mut place| {
                    (from + order..2000).all(|at| place.next_bit() == all[at])
                })
            });
            assert!(found, "{name}");
        }
    }
}
