//! What a serial card reader sends, octet by octet, as the numbers of cards.
//!
//! Nothing of it is kept longer than it takes to read a card: what was collected is zeroed with each
//! card, each mistake, and when the rest does not come. A card that lies on its reader is sent again
//! and again and is one reading.

use arrayvec::ArrayVec;
use std::fmt;
use types::{
    credential::CardNumber,
    secret::Secret,
    tick::{Tick, Ticks},
};

/// The rest of a card comes within this time, or is none.
const HALF_AFTER: Ticks = Ticks::ms(500);
/// The same card again within this time is the same reading.
const SAME_WITHIN: Ticks = Ticks::secs(2);
/// More is no card of any format: two ends, separators, a number, a checksum.
const LONGEST: usize = 96;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// How a reader frames what it sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// ASCII, ended by CR, LF or both. Blanks, `:` and `-` between digits count for nothing.
    Lines,
    /// STX, ASCII, ETX; CR and LF before ETX count for nothing.
    StxEtx,
    /// The same in hexadecimal digits, of which the last two are the exclusive or of the octets
    /// before.
    StxEtxChecksum,
    /// Track 2 of a magnetic stripe: `;`, the number, `=` and what the issuer added, `?`. The number
    /// counts, to the `=`.
    Track2,
}

/// Why what came is no card.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fault {
    /// Longer than anything a reader of this format sends.
    TooLong,
    /// Not the length of a card's number, 4 to 40.
    Length,
    /// A character that the format has not, as one that came with a wrong parity.
    Character,
    Checksum,
    /// It began and did not end.
    Half,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::TooLong => "more octets than a card has",
            Fault::Length => "not 4 to 40 characters",
            Fault::Character => {
                "a character that no card has: baud, parity or format may be another"
            }
            Fault::Checksum => "its checksum is wrong",
            Fault::Half => "it broke off",
        })
    }
}

/// What came of some octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading {
    Card(Secret<CardNumber>),
    Bad(Fault),
}

/// Follows one reader.
#[derive(Debug)]
pub struct Decoder {
    format: Format,
    inside: bool,
    /// What is wrong with what is being read; it is told at its end.
    bad: Option<Fault>,
    collected: Secret<ArrayVec<u8, LONGEST>>,
    last_octet: Tick,
    last_card: Option<(Secret<CardNumber>, Tick)>,
}

impl Decoder {
    pub fn new(format: Format) -> Decoder {
        Decoder {
            format,
            inside: false,
            bad: None,
            collected: Secret::default(),
            last_octet: Tick::ZERO,
            last_card: None,
        }
    }

    /// Takes what came until `now`, in order.
    pub fn octets(&mut self, now: Tick, octets: &[u8], mut told: impl FnMut(Reading)) {
        if let Some(half) = self.time(now) {
            told(half);
        }
        for &octet in octets {
            self.last_octet = now;
            if let Some(reading) = self.octet(now, octet) {
                told(reading);
            }
        }
    }

    /// What began and did not go on is dropped.
    pub fn time(&mut self, now: Tick) -> Option<Reading> {
        if self.deadline().is_none_or(|at| now < at) {
            return None;
        }
        self.forget();
        Some(Reading::Bad(Fault::Half))
    }

    /// When that is, unless more comes.
    pub fn deadline(&self) -> Option<Tick> {
        let begun = self.inside && (self.bad.is_some() || !self.collected.expose().is_empty());
        begun.then_some(self.last_octet + HALF_AFTER)
    }

    /// The reader was unplugged: nothing of before goes on.
    pub fn reset(&mut self) {
        self.forget();
        self.last_card = None;
    }

    fn forget(&mut self) {
        self.inside = false;
        self.bad = None;
        self.collected = Secret::default();
    }

    fn octet(&mut self, now: Tick, octet: u8) -> Option<Reading> {
        if self.begins(octet) {
            // What was begun before had no end.
            let half = self.inside && !self.collected.expose().is_empty();
            self.forget();
            self.inside = true;
            return half.then_some(Reading::Bad(Fault::Half));
        }
        if self.ends(octet) {
            if !self.inside || (self.bad.is_none() && self.collected.expose().is_empty()) {
                self.forget();
                return None;
            }
            return self.complete(now);
        }
        match self.format {
            Format::Lines => self.inside = true,
            // Between two cards there is noise, or the other tracks.
            _ if !self.inside => return None,
            _ => {}
        }
        if self.bad.is_none() && !self.belongs(octet) {
            self.bad = Some(Fault::Character);
        }
        if self.bad.is_none() && self.collected.expose_mut().try_push(octet).is_err() {
            self.bad = Some(Fault::TooLong);
        }
        if self.bad.is_some() {
            self.collected = Secret::default();
        }
        None
    }

    fn begins(&self, octet: u8) -> bool {
        match self.format {
            Format::Lines => false,
            Format::StxEtx | Format::StxEtxChecksum => octet == STX,
            Format::Track2 => octet == b';',
        }
    }

    fn ends(&self, octet: u8) -> bool {
        match self.format {
            Format::Lines => matches!(octet, b'\r' | b'\n'),
            Format::StxEtx | Format::StxEtxChecksum => octet == ETX,
            Format::Track2 => octet == b'?',
        }
    }

    fn belongs(&self, octet: u8) -> bool {
        let separator = matches!(octet, b' ' | b':' | b'-' | b'\t');
        let end_of_line = matches!(octet, b'\r' | b'\n');
        match self.format {
            Format::Lines => octet.is_ascii_alphanumeric() || separator,
            Format::StxEtx => octet.is_ascii_alphanumeric() || separator || end_of_line,
            Format::StxEtxChecksum => octet.is_ascii_hexdigit() || end_of_line,
            Format::Track2 => octet.is_ascii_digit() || octet == b'=',
        }
    }

    fn complete(&mut self, now: Tick) -> Option<Reading> {
        let number = match self.bad {
            Some(fault) => Err(fault),
            None => number(self.format, &self.collected),
        };
        self.forget();
        let number = match number {
            // A blank line.
            Ok(None) => return None,
            Ok(Some(number)) => number,
            Err(fault) => return Some(Reading::Bad(fault)),
        };
        let again = self
            .last_card
            .as_ref()
            .is_some_and(|(last, at)| *last == number && now.since(*at) < SAME_WITHIN);
        self.last_card = Some((number.clone(), now));
        (!again).then_some(Reading::Card(number))
    }
}

/// The number in what stood between the ends.
fn number(
    format: Format,
    collected: &Secret<ArrayVec<u8, LONGEST>>,
) -> Result<Option<Secret<CardNumber>>, Fault> {
    let mut text: Secret<ArrayVec<u8, LONGEST>> = Secret::default();
    let kept = collected.expose().iter().copied();
    let kept = kept.filter(|octet| !matches!(octet, b' ' | b':' | b'-' | b'\t' | b'\r' | b'\n'));
    text.expose_mut().extend(kept);
    let whole = text.expose().as_slice();
    if whole.is_empty() {
        return Ok(None);
    }
    let number = match format {
        Format::Lines | Format::StxEtx => whole,
        Format::StxEtxChecksum => checked(whole)?,
        Format::Track2 => whole.split(|&octet| octet == b'=').next().unwrap_or(whole),
    };
    let number = CardNumber::parse(number).ok_or(Fault::Length)?;
    Ok(Some(Secret::new(number)))
}

/// Without the checksum, if that is right.
fn checked(text: &[u8]) -> Result<&[u8], Fault> {
    let (octets, odd) = text.as_chunks::<2>();
    if !odd.is_empty() || octets.len() < 2 {
        return Err(Fault::Length);
    }
    // The exclusive or over all of it, the checksum included, leaves nothing.
    let sum = octets.iter().fold(0, |sum, pair| sum ^ value(*pair));
    match sum {
        0 => Ok(&text[..text.len() - 2]),
        _ => Err(Fault::Checksum),
    }
}

fn value([high, low]: [u8; 2]) -> u8 {
    let digit = |octet: u8| match octet {
        b'0'..=b'9' => octet - b'0',
        _ => octet.to_ascii_uppercase() - b'A' + 10,
    };
    digit(high) << 4 | digit(low)
}
