//! G.711 companding from the recommendation's tables of decision values (ITU-T G.711, tables
//! 1a and 2a). Linear samples are the recommendation's 13 (A-law) and 14 (mu-law) bit values
//! shifted up to 16 bits.

use types::frame::{FRAME, Frame, Law, Samples};

/// One segment of a positive half: where it starts, the size of its intervals, the number
/// of its first interval.
#[derive(Clone, Copy)]
struct Segment {
    start: u16,
    step: u16,
    first: u16,
}

const fn segment(start: u16, step: u16, first: u16) -> Segment {
    Segment { start, step, first }
}

/// Mu-law, 14-bit units; the first interval is half as wide, which the `- 1` makes up for.
const MU: [Segment; 8] = [
    segment(0, 2, 0),
    segment(31, 4, 16),
    segment(95, 8, 32),
    segment(223, 16, 48),
    segment(479, 32, 64),
    segment(991, 64, 80),
    segment(2015, 128, 96),
    segment(4063, 256, 112),
];

/// A-law, 13-bit units; the first two segments of the table are one straight line.
const A: [Segment; 7] = [
    segment(0, 2, 0),
    segment(64, 4, 32),
    segment(128, 8, 48),
    segment(256, 16, 64),
    segment(512, 32, 80),
    segment(1024, 64, 96),
    segment(2048, 128, 112),
];

static MU_LINEAR: [i16; 256] = linear_table(Law::Mu);
static A_LINEAR: [i16; 256] = linear_table(Law::A);

const NEGATIVE_ZERO: u8 = 0x7f;

/// The linear value of an octet.
pub fn linear(law: Law, octet: u8) -> i16 {
    match law {
        Law::Mu => MU_LINEAR[usize::from(octet)],
        Law::A => A_LINEAR[usize::from(octet)],
    }
}

/// The octet of a linear sample.
pub fn octet(law: Law, sample: i16) -> u8 {
    let magnitude = sample.unsigned_abs();
    let (number, mask) = match law {
        Law::Mu => (mu_number(magnitude >> 2), 0x7f),
        Law::A => (interval(&A, (magnitude >> 3).min(4095)), 0x55),
    };
    let sign = if sample < 0 { 0 } else { 0x80 };
    (sign | number) ^ mask
}

/// How a frame is decoded: [`expand`] or [`expand_apart`].
pub type Expand = fn(Law, &Frame, &mut Samples);

/// Decodes a frame.
pub fn expand(law: Law, frame: &Frame, samples: &mut Samples) {
    for at in 0..FRAME {
        samples[at] = linear(law, frame[at]);
    }
}

/// Decodes a frame, and the negative zero of mu-law to -1, less than any step: [`compress`] makes the
/// same octet of it, so that a path which changes no sample changes no octet, as a digital one does not.
pub fn expand_apart(law: Law, frame: &Frame, samples: &mut Samples) {
    expand(law, frame, samples);
    for (sample, octet) in samples.iter_mut().zip(frame) {
        if (law, *octet) == (Law::Mu, NEGATIVE_ZERO) {
            *sample = -1;
        }
    }
}

/// Encodes a frame.
pub fn compress(law: Law, samples: &Samples, frame: &mut Frame) {
    for at in 0..FRAME {
        frame[at] = octet(law, samples[at]);
    }
}

fn mu_number(magnitude: u16) -> u8 {
    if magnitude < 31 {
        return magnitude.div_ceil(2) as u8;
    }
    interval(&MU, magnitude.min(8158))
}

fn interval(segments: &[Segment], magnitude: u16) -> u8 {
    let mut found = segments[0];
    for segment in segments {
        if segment.start <= magnitude {
            found = *segment;
        }
    }
    (found.first + (magnitude - found.start) / found.step) as u8
}

const fn linear_table(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let (plain, shift) = match law {
            Law::Mu => (octet as u16 ^ 0x7f, 2),
            Law::A => (octet as u16 ^ 0x55, 3),
        };
        let number = plain & 0x7f;
        let value = match law {
            Law::Mu if number < 16 => 2 * number,
            Law::Mu => middle(&MU, number),
            Law::A => middle(&A, number),
        };
        let value = (value as i16) << shift;
        table[octet] = if plain & 0x80 == 0 { -value } else { value };
        octet += 1;
    }
    table
}

/// The output value of an interval: its middle.
const fn middle(segments: &[Segment], number: u16) -> u16 {
    let mut found = segments[0];
    let mut at = 1;
    while at < segments.len() {
        if segments[at].first <= number {
            found = segments[at];
        }
        at += 1;
    }
    found.start + (number - found.first) * found.step + found.step / 2
}
