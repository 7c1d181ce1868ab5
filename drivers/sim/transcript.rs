//! What a far end emitted and heard, and what happened there: the evidence of a test.
//!
//! All space is taken at construction; what does not fit is counted. Audio is kept only while
//! there is a connection (a telephone off-hook, a trunk seized).

use types::{
    digits::{Digit, Digits},
    edge::Abcd,
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// How many events and how many stretches of audio are kept.
pub const MAX_EVENTS: usize = 4096;
pub const MAX_STRETCHES: usize = 1024;

/// How much audio is kept each way unless told otherwise. Untouched memory costs nothing.
pub const DEFAULT_LENGTH: Ticks = Ticks::secs(300);

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EventAt {
    pub at: Tick,
    pub event: Event,
}

/// Something that happened at a far end.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Event {
    /// A scripted step began; the number counts from 0.
    Step(u16),
    /// A step stopped waiting for what did not come.
    TimedOut(u16),
    /// A mark of the script.
    Mark(&'static str),
    /// The script came to its end.
    Finished,

    /// The telephone's hook; for an exchange, that of the port: the trunk is seized, and (told
    /// at the release, with the tick at which the loop opened) opened for good.
    OffHook,
    OnHook,
    /// The phone's line was broken by the port for this long.
    LoopOpened(Ticks),

    /// The exchange gave dial tone; `again` after a call on the same seizure.
    DialTone {
        again: bool,
    },
    /// A digit was registered. `pulse`: from loop pulses.
    Digit {
        digit: Digit,
        pulse: bool,
    },
    /// The number was complete.
    Dialed(Digits),
    /// It led to this.
    Reached(Reached),
    /// The called telephone rings for the nth time.
    Rings(u16),
    /// The called party went off-hook, or hung up.
    Answered,
    PartyHungUp,
    /// The called party's own exchange: it flashed (or took a call that waited), and the trunk is
    /// held; then what was done meanwhile, until the trunk hears somebody again.
    Held,
    ThirdDialed(Digits),
    ThirdRings,
    ThirdAnswered,
    /// A second call was announced to the called party.
    CallWaits,
    /// All three talk; the third was dropped, or hung up; the two are as before.
    Joined,
    ThirdGone,
    Resumed,
    /// The called party hung up and left the call to the third.
    Transferred,
    /// The line flashed (the loop was open this long, too long for a pulse, too short for
    /// a release).
    Flash(Ticks),
    /// The loop stayed open: the exchange released the line.
    Released,
    /// The port seized the line while it was rung or still held.
    Glare,
    HeldLine,
    /// The exchange took battery, or gave it back.
    BatteryLost,
    BatteryBack,
    PolarityReversed,
    PolarityNormal,
    /// E&M: the exchange went off-hook or on-hook; R2: it sends these bits now.
    FarOffHook,
    FarOnHook,
    Bits(Abcd),
    /// Ground start: the ring was grounded; the exchange grounded the tip, or took it off.
    RingGround,
    TipGround,
    TipOpen,
    /// R1: a string between KP and ST that is no called number.
    Identified(Digits),
    /// R2: the caller's category and number, as told.
    Category(u8),
    Caller(Digits),
    /// An incoming call rings; the port rings the telephone.
    RingStart,
    RingStop,
    /// Nothing was dialed, or not enough.
    DialingTimedOut,
}

/// Where a dialed number led.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reached {
    Party,
    Busy,
    Reorder,
    Sit,
    Ringing,
    Silence,
    /// No route: the exchange's own treatment of unknown numbers.
    Unknown,
}

/// Audio by tick: stretches without a gap, each with the tick of its first sample.
#[derive(Clone, Debug, Default)]
pub struct Track {
    samples: Vec<i16>,
    stretches: Vec<Stretch>,
    dropped: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    at: Tick,
    first: usize,
}

impl Track {
    /// Space for this much audio.
    pub fn with_capacity(length: Ticks) -> Track {
        Track {
            samples: Vec::with_capacity(length.0 as usize),
            stretches: Vec::with_capacity(MAX_STRETCHES),
            dropped: 0,
        }
    }

    /// Every sample, gaps closed up.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// Samples that found no space.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The tick of the first sample.
    pub fn start(&self) -> Option<Tick> {
        self.stretches.first().map(|stretch| stretch.at)
    }

    /// The tick after the last sample.
    pub fn end(&self) -> Option<Tick> {
        let last = self.stretches.last()?;
        Some(Tick(last.at.0 + (self.samples.len() - last.first) as u64))
    }

    /// The samples from `from` on, silence where nothing was kept.
    pub fn between(&self, from: Tick, length: Ticks) -> Vec<i16> {
        let mut audio = vec![0; length.0 as usize];
        for (number, stretch) in self.stretches.iter().enumerate() {
            let end = self
                .stretches
                .get(number + 1)
                .map_or(self.samples.len(), |next| next.first);
            let kept = &self.samples[stretch.first..end];
            let begin = stretch.at.0.max(from.0);
            let stop = (stretch.at.0 + kept.len() as u64).min(from.0 + length.0);
            if begin < stop {
                let source = (begin - stretch.at.0) as usize..(stop - stretch.at.0) as usize;
                let target = (begin - from.0) as usize..(stop - from.0) as usize;
                audio[target].copy_from_slice(&kept[source]);
            }
        }
        audio
    }

    pub(crate) fn keep(&mut self, at: Tick, frame: &Samples) {
        let joins = self.end() == Some(at);
        let fits = self.samples.len() + FRAME <= self.samples.capacity();
        if !fits || (!joins && self.stretches.len() == self.stretches.capacity()) {
            self.dropped += FRAME as u64;
            return;
        }
        if !joins {
            self.stretches.push(Stretch {
                at,
                first: self.samples.len(),
            });
        }
        self.samples.extend_from_slice(frame);
    }
}

/// A far end's evidence.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// What it sent, before the copper; for an exchange also what the called party said.
    pub emitted: Track,
    /// What came to it, after the copper.
    pub heard: Track,
    events: Vec<EventAt>,
    dropped_events: u64,
}

impl Transcript {
    /// Space for this much audio each way.
    pub fn with_capacity(length: Ticks) -> Transcript {
        Transcript {
            emitted: Track::with_capacity(length),
            heard: Track::with_capacity(length),
            events: Vec::with_capacity(MAX_EVENTS),
            dropped_events: 0,
        }
    }

    /// What happened, oldest first.
    pub fn events(&self) -> &[EventAt] {
        &self.events
    }

    /// Events that found no space.
    pub fn dropped_events(&self) -> u64 {
        self.dropped_events
    }

    /// When this first happened.
    pub fn first(&self, wanted: impl Fn(&Event) -> bool) -> Option<Tick> {
        let found = self.events.iter().find(|event| wanted(&event.event))?;
        Some(found.at)
    }

    /// How often this happened.
    pub fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|e| wanted(&e.event)).count()
    }

    /// When the script's mark was passed first.
    pub fn mark(&self, name: &str) -> Option<Tick> {
        self.first(|event| matches!(event, Event::Mark(mark) if *mark == name))
    }

    /// The marks in order.
    pub fn marks(&self) -> impl Iterator<Item = (Tick, &'static str)> + '_ {
        self.events.iter().filter_map(|e| match e.event {
            Event::Mark(name) => Some((e.at, name)),
            _ => None,
        })
    }

    /// The numbers that were dialed, in order.
    pub fn dialed(&self) -> impl Iterator<Item = Digits> + '_ {
        self.events.iter().filter_map(|e| match e.event {
            Event::Dialed(digits) => Some(digits),
            _ => None,
        })
    }

    /// The steps that gave up waiting.
    pub fn timed_out(&self) -> impl Iterator<Item = u16> + '_ {
        self.events.iter().filter_map(|e| match e.event {
            Event::TimedOut(step) => Some(step),
            _ => None,
        })
    }

    /// Digits that reached the network from an answer to the release of that line: what
    /// chain dialing would be.
    pub fn digits_after_answer(&self) -> impl Iterator<Item = (Tick, Digit)> + '_ {
        self.after_answer().filter_map(|e| match e.event {
            Event::Digit { digit, .. } => Some((e.at, digit)),
            _ => None,
        })
    }

    /// Hook flashes that reached the network from an answer to the release.
    pub fn flashes_after_answer(&self) -> impl Iterator<Item = (Tick, Ticks)> + '_ {
        self.after_answer().filter_map(|e| match e.event {
            Event::Flash(length) => Some((e.at, length)),
            _ => None,
        })
    }

    fn after_answer(&self) -> impl Iterator<Item = &EventAt> + '_ {
        let mut answered = false;
        self.events.iter().filter(move |e| {
            match e.event {
                Event::Answered => answered = true,
                Event::Released => answered = false,
                _ => {}
            }
            answered
        })
    }

    pub fn note(&mut self, at: Tick, event: Event) {
        if self.events.len() < self.events.capacity() {
            self.events.push(EventAt { at, event });
        } else {
            self.dropped_events += 1;
        }
    }

    pub(crate) fn keep(&mut self, at: Tick, heard: &Samples, emitted: &Samples) {
        self.heard.keep(at, heard);
        self.emitted.keep(at, emitted);
    }
}
