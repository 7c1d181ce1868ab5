//! Bit error ratio of a digital channel.
//!
//! What: a known pattern is sent, what comes back is compared: bit errors, errored and severely
//! errored seconds, losses of the pattern, slips and their size.
//!
//! How: the receiver knows its place in the pattern from the received bits themselves, believes it
//! after 64 bits without an error, and then counts what differs. More than a fifth wrong in 256 bits
//! is a loss of the pattern (ITU-T O.151 says 0.2 over a second; the shorter time finds a slip at
//! once). Found again, the new place is compared with the one that went on meanwhile: the difference
//! is what the network slipped.
//!
//! Limits: counts are exact while in step; the bits of a block in which the pattern was lost count as
//! lost, not as errors. Slips up to 4096 bits; of a repeated word only modulo its length. Seconds are
//! 8000 octets.

use crate::pattern::{Pattern, Sequence};
use types::frame::{FRAME, Frame};

/// Bits of an octet that are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// A clear channel.
    Eight,
    /// The lowest bit is robbed for signalling, now and then.
    Seven,
}

impl Width {
    /// Most significant first, as a channel sends them.
    fn shifts(self) -> impl Iterator<Item = u32> {
        let lowest = match self {
            Width::Eight => 0,
            Width::Seven => 1,
        };
        (lowest..8).rev()
    }
}

/// Sends the pattern.
#[derive(Clone, Debug)]
pub struct Source {
    sequence: Sequence,
    width: Width,
    /// Bits that are still to be sent wrong.
    wrong: u32,
}

impl Source {
    pub fn new(pattern: Pattern, width: Width) -> Source {
        Source {
            sequence: Sequence::new(pattern),
            width,
            wrong: 0,
        }
    }

    /// The next bits, one an octet, go out wrong: proves that the far end counts.
    pub fn inject(&mut self, bits: u32) {
        self.wrong += bits;
    }

    pub fn frame(&mut self) -> Frame {
        let mut frame = [0; FRAME];
        for octet in &mut frame {
            // A robbed bit is sent as a one.
            let mut value = u8::from(self.width == Width::Seven);
            for shift in self.width.shifts() {
                value |= u8::from(self.sequence.next_bit()) << shift;
            }
            if self.wrong > 0 {
                self.wrong -= 1;
                value ^= 0x10;
            }
            *octet = value;
        }
        frame
    }
}

/// What has been counted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Count {
    pub in_step: bool,
    /// Octets received, in step or not.
    pub octets: u64,
    /// Bits compared.
    pub bits: u64,
    /// But for those that were expected.
    pub errors: u64,
    /// Errors that were sent on purpose, and came.
    pub expected: u64,
    /// Of the errors, those in the lowest bit of an octet.
    pub lowest: u64,
    /// Whole seconds since the pattern was first found.
    pub seconds: u64,
    /// Of these: with an error or a loss.
    pub errored_seconds: u64,
    /// Of these: with more than one error in a thousand, or a loss.
    pub severely_errored_seconds: u64,
    /// How often the pattern was lost.
    pub losses: u32,
    /// How often it was then found at another place, and how far in all: positive where bits came
    /// twice.
    pub slips: u32,
    pub slipped_bits: i64,
}

impl Count {
    /// Errors a bit; none before anything was compared.
    pub fn ratio(&self) -> Option<f64> {
        (self.bits > 0).then(|| self.errors as f64 / self.bits as f64)
    }

    /// Whether only the bit that signalling robs is wrong.
    pub fn is_robbed(&self) -> bool {
        self.errors >= ROBBED && self.lowest * 100 >= self.errors * 99
    }

    /// The share of seconds without an error (ITU-T G.821); none in the first second.
    pub fn error_free_seconds(&self) -> Option<f64> {
        let free = self.seconds - self.errored_seconds;
        (self.seconds > 0).then(|| free as f64 / self.seconds as f64)
    }
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Received bits, the newest highest, and how many.
    Searching {
        bits: u32,
        count: u32,
    },
    /// A place that has been right for so many bits.
    Trying {
        place: Sequence,
        right: u32,
    },
    InStep {
        place: Sequence,
    },
}

/// Bits without an error that prove a place.
const PROOF: u32 = 64;
/// Bits of a block, and the errors in it that are a loss.
const BLOCK: u32 = 256;
const LOST: u32 = 52;
/// The largest slip that is looked for, in bits.
const LARGEST_SLIP: i64 = 4096;
const SECOND: u64 = 8000;
/// So many errors that are all in one bit are no chance.
const ROBBED: u64 = 20;

/// Compares what is received.
#[derive(Clone, Debug)]
pub struct Checker {
    pattern: Pattern,
    width: Width,
    state: State,
    /// Where the pattern would be had it not been lost.
    flywheel: Option<Sequence>,
    block_bits: u32,
    block_errors: u32,
    /// Of these, in the lowest bit of an octet.
    block_lowest: u32,
    /// Errors that are still to come.
    expects: u32,
    second: Second,
    count: Count,
}

#[derive(Clone, Copy, Default, Debug)]
struct Second {
    octets: u64,
    bits: u64,
    errors: u64,
    lost: bool,
}

impl Checker {
    pub fn new(pattern: Pattern, width: Width) -> Checker {
        Checker {
            pattern,
            width,
            state: State::Searching { bits: 0, count: 0 },
            flywheel: None,
            block_bits: 0,
            block_errors: 0,
            block_lowest: 0,
            expects: 0,
            second: Second::default(),
            count: Count::default(),
        }
    }

    pub fn process(&mut self, frame: &Frame) {
        for &octet in frame {
            for shift in self.width.shifts() {
                self.bit(octet >> shift & 1 == 1, shift == 0);
            }
            self.count.octets += 1;
            self.octet_over();
        }
    }

    /// The next errors, so many, were sent on purpose: they are counted apart and spoil no second.
    pub fn expect_errors(&mut self, errors: u32) {
        self.expects += errors;
    }

    /// Samples never arrived here: not the network's fault, the place moves on.
    pub fn lost(&mut self, samples: u32) {
        let bits = samples * self.width.shifts().count() as u32;
        let place = match &mut self.state {
            State::InStep { place } | State::Trying { place, .. } => Some(place),
            State::Searching { .. } => None,
        };
        for place in place.into_iter().chain(&mut self.flywheel) {
            for _ in 0..bits {
                place.next_bit();
            }
        }
    }

    /// The block under way counts too.
    pub fn count(&self) -> Count {
        Count {
            bits: self.count.bits + u64::from(self.block_bits),
            errors: self.count.errors + u64::from(self.block_errors),
            lowest: self.count.lowest + u64::from(self.block_lowest),
            ..self.count
        }
    }

    fn bit(&mut self, received: bool, lowest: bool) {
        if let Some(flywheel) = &mut self.flywheel {
            flywheel.next_bit();
        }
        match &mut self.state {
            State::Searching { bits, count } => {
                let order = Sequence::order(self.pattern);
                *bits = (*bits >> 1) | (u32::from(received) << (order - 1));
                *count += 1;
                if *count >= order
                    && let Some(place) = Sequence::after(self.pattern, *bits)
                {
                    self.state = State::Trying { place, right: 0 };
                }
            }
            State::Trying { place, right } => {
                if place.next_bit() != received {
                    self.state = State::Searching { bits: 0, count: 0 };
                    return;
                }
                *right += 1;
                if *right >= PROOF {
                    let place = *place;
                    self.found(place);
                }
            }
            State::InStep { place } => {
                let wrong = place.next_bit() != received;
                self.block_bits += 1;
                if wrong && self.expects > 0 {
                    self.expects -= 1;
                    self.count.expected += 1;
                } else {
                    self.block_errors += u32::from(wrong);
                    self.block_lowest += u32::from(wrong && lowest);
                }
                if self.block_bits == BLOCK || self.block_errors >= LOST {
                    self.block_over();
                }
            }
        }
    }

    fn found(&mut self, place: Sequence) {
        if let Some(flywheel) = self.flywheel.take() {
            let slip = slip(flywheel, place);
            if slip != 0 {
                self.count.slips += 1;
                self.count.slipped_bits += slip;
            }
        }
        self.state = State::InStep { place };
        self.block_bits = 0;
        self.block_errors = 0;
        self.block_lowest = 0;
        self.count.in_step = true;
    }

    fn block_over(&mut self) {
        let (bits, errors) = (self.block_bits, self.block_errors);
        let lowest = std::mem::take(&mut self.block_lowest);
        self.block_bits = 0;
        self.block_errors = 0;
        if errors >= LOST {
            if let State::InStep { place } = self.state {
                self.flywheel = Some(place);
            }
            self.state = State::Searching { bits: 0, count: 0 };
            self.count.in_step = false;
            self.count.losses += 1;
            self.second.lost = true;
            return;
        }
        self.count.bits += u64::from(bits);
        self.count.errors += u64::from(errors);
        self.count.lowest += u64::from(lowest);
        self.second.bits += u64::from(bits);
        self.second.errors += u64::from(errors);
    }

    fn octet_over(&mut self) {
        let begun = self.count.in_step || self.count.losses > 0;
        if !begun {
            return;
        }
        self.second.octets += 1;
        self.second.lost |= !self.count.in_step;
        if self.second.octets < SECOND {
            return;
        }
        let second = std::mem::take(&mut self.second);
        let severe = second.lost || second.errors * 1000 > second.bits;
        self.count.seconds += 1;
        self.count.errored_seconds += u64::from(severe || second.errors > 0);
        self.count.severely_errored_seconds += u64::from(severe);
    }
}

/// How far `found` is behind `expected`, in bits; zero where that is not found.
fn slip(expected: Sequence, found: Sequence) -> i64 {
    let (mut behind, mut ahead) = (found, expected);
    for bits in 0..=LARGEST_SLIP {
        if behind == expected {
            return bits;
        }
        if ahead == found {
            return -bits;
        }
        behind.next_bit();
        ahead.next_bit();
    }
    0
}
