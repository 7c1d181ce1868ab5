//! What all analyses share: they hear a recording frame by frame and tell what they found.

use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

use crate::{row::Row, sound::Frame};

/// One analysis of one recording, from its first frame to its end.
pub(crate) trait Analysis {
    fn frame(&mut self, frame: &Frame, at: &Place, found: &mut Found);

    /// The recording ends after so many samples.
    fn end(&mut self, length: u64, found: &mut Found);
}

/// An analysis of one channel, whatever the other holds.
pub(crate) trait Ear {
    fn hear(&mut self, samples: &Samples, at: &Place, found: &mut Found);

    fn end(&mut self, length: u64, found: &mut Found);
}

/// Where in the recording a frame stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its first sample.
    pub start: Tick,
    /// Samples of the recording up to its end.
    pub consumed: u64,
}

/// A channel of a recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Leg {
    /// There is only this one.
    Mono,
    /// As sallyport records: the phone's side.
    Left,
    /// The trunk's side.
    Right,
}

/// Which channels of a stereo recording are analysed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Which {
    Left,
    Right,
    Both,
}

/// What was found since it was last looked at.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub hits: Vec<Hit>,
    pub rows: Vec<(Leg, Row)>,
}

/// A detection at the moment it is reported.
#[derive(Debug)]
pub(crate) struct Hit {
    /// Samples consumed until then.
    pub sample: u64,
    pub label: Label,
}

#[derive(Debug)]
pub(crate) enum Label {
    Digit(u8),
    Word(&'static str),
}

impl Found {
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.rows.is_empty()
    }

    pub fn clear(&mut self) {
        self.hits.clear();
        self.rows.clear();
    }

    pub fn hit(&mut self, at: &Place, label: Label) {
        self.hits.push(Hit {
            sample: at.consumed,
            label,
        });
    }
}

impl Leg {
    /// Its name.
    pub fn side(self) -> &'static str {
        match self {
            Leg::Mono => "mono",
            Leg::Left => "left",
            Leg::Right => "right",
        }
    }
}

impl Which {
    /// The channels to hear, with their place in a frame.
    fn of(self, channels: usize) -> &'static [(usize, Leg)] {
        const STEREO: [(usize, Leg); 2] = [(0, Leg::Left), (1, Leg::Right)];
        match (channels, self) {
            (1, _) => &[(0, Leg::Mono)],
            (_, Which::Left) => &STEREO[..1],
            (_, Which::Right) => &STEREO[1..],
            (_, Which::Both) => &STEREO,
        }
    }
}

/// An ear for each channel that is to be heard.
#[derive(Debug)]
pub(crate) struct EachLeg<E> {
    ears: Vec<(usize, E)>,
}

impl<E: Ear> EachLeg<E> {
    pub fn new(which: Which, channels: usize, ear: impl Fn(Leg) -> E) -> EachLeg<E> {
        let legs = which.of(channels).iter();
        EachLeg {
            ears: legs.map(|&(channel, leg)| (channel, ear(leg))).collect(),
        }
    }
}

impl<E: Ear> Analysis for EachLeg<E> {
    fn frame(&mut self, frame: &Frame, at: &Place, found: &mut Found) {
        for (channel, ear) in &mut self.ears {
            ear.hear(frame.channels[*channel], at, found);
        }
    }

    fn end(&mut self, length: u64, found: &mut Found) {
        for (_, ear) in &mut self.ears {
            ear.end(length, found);
        }
    }
}

/// Frames of the silence that a recording's end counts as, for detectors that wait for one: a digit
/// or a tone that the recording was cut after is still told.
pub(crate) const AFTER_END: usize = 6;

pub(crate) const NOTHING: Samples = [0; FRAME];

/// The places of the frames after the end; nothing of them counts as consumed.
pub(crate) fn after_end(length: u64) -> impl Iterator<Item = Place> {
    let first = Tick(length.next_multiple_of(FRAME as u64));
    (0..).map(move |n| Place {
        start: first + Ticks(n * FRAME as u64),
        consumed: length,
    })
}
