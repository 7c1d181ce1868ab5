//! The hub's thread: it takes the facts and the tap of all lines and fans them out.

use crate::runtime::{clock::duration, gauges::Count, links::HubEnd};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use mio::{Events, Poll};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use types::{fact::FactAt, id::LineId, tap::TapEntry, tick::Ticks};

/// Subscriptions that wait to be taken up.
pub const ENTRIES: usize = 64;
/// While a tap is open it is emptied this often; its ring holds a hundred times as much.
const TAP_LOOK: Ticks = Ticks::ms(20);
const IDLE_LOOK: Ticks = Ticks::secs(1);

/// A stream of facts or tap entries. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription<T> {
    pub receiver: Receiver<T>,
    lost: Arc<Count>,
}

impl<T> Subscription<T> {
    /// What the subscriber did not take in time.
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }
}

/// The hub's end of a subscription.
#[derive(Debug)]
pub struct Subscriber<T> {
    to: Sender<T>,
    lost: Arc<Count>,
    /// One line, or all.
    line: Option<LineId>,
}

impl<T: Clone> Subscriber<T> {
    /// Both ends, with room for so many entries.
    pub fn new(line: Option<LineId>, capacity: usize) -> (Subscriber<T>, Subscription<T>) {
        let (to, receiver) = bounded(capacity);
        let lost: Arc<Count> = Arc::default();
        let subscriber = Subscriber {
            to,
            lost: Arc::clone(&lost),
            line,
        };
        (subscriber, Subscription { receiver, lost })
    }

    /// Whether the subscriber is still there.
    fn send(&self, line: LineId, entry: &T) -> bool {
        if self.line.is_some_and(|only| only != line) {
            return true;
        }
        match self.to.try_send(entry.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.lost.add(1);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}

/// Who listens from the first moment on: what lines tell before anybody listens is lost.
#[derive(Debug, Default)]
pub struct Audience {
    entries: Vec<HubEntry>,
}

impl Audience {
    /// The facts of all lines, with room for so many.
    pub fn facts(&mut self, capacity: usize) -> Subscription<FactAt> {
        let (subscriber, subscription) = Subscriber::new(None, capacity);
        self.entries.push(HubEntry::Facts(subscriber));
        subscription
    }

    /// The tap of one line, or of all, with room for so many entries.
    pub fn tap(&mut self, line: Option<LineId>, capacity: usize) -> Subscription<TapEntry> {
        let (subscriber, subscription) = Subscriber::new(line, capacity);
        self.entries.push(HubEntry::Tap(subscriber));
        subscription
    }
}

/// A new subscriber.
#[derive(Debug)]
pub enum HubEntry {
    Facts(Subscriber<FactAt>),
    Tap(Subscriber<TapEntry>),
}

#[derive(Debug)]
pub struct HubSeat {
    pub lines: Vec<HubEnd>,
    pub audience: Audience,
    pub entries: Receiver<HubEntry>,
    pub poll: Poll,
    pub stop: Arc<AtomicBool>,
}

impl HubSeat {
    pub fn run(mut self) {
        let mut events = Events::with_capacity(4);
        let mut facts: Vec<Subscriber<FactAt>> = Vec::new();
        let mut taps: Vec<Subscriber<TapEntry>> = Vec::new();
        let mut open = vec![false; self.lines.len()];
        loop {
            let stop = self.stop.load(Ordering::Acquire);
            for entry in self
                .audience
                .entries
                .drain(..)
                .chain(self.entries.try_iter())
            {
                match entry {
                    HubEntry::Facts(subscriber) => facts.push(subscriber),
                    HubEntry::Tap(subscriber) => taps.push(subscriber),
                }
            }
            for (end, open) in self.lines.iter_mut().zip(&mut open) {
                drain(end, open, &mut facts, &mut taps);
            }
            if stop {
                return;
            }
            let look = if open.contains(&true) {
                TAP_LOOK
            } else {
                IDLE_LOOK
            };
            // An interrupted wait is a short one.
            let _ = self.poll.poll(&mut events, Some(duration(look)));
        }
    }
}

fn drain(
    end: &mut HubEnd,
    open: &mut bool,
    facts: &mut Vec<Subscriber<FactAt>>,
    taps: &mut Vec<Subscriber<TapEntry>>,
) {
    let line = end.line;
    while let Ok(fact) = end.facts.pop() {
        facts.retain(|subscriber| subscriber.send(line, &fact));
    }
    while let Ok(entry) = end.tap.pop() {
        match entry {
            TapEntry::Open { .. } => *open = true,
            TapEntry::Close { .. } => *open = false,
            TapEntry::Frame(_) => {}
        }
        taps.retain(|subscriber| subscriber.send(line, &entry));
    }
}
