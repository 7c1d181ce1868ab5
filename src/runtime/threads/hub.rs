//! The hub's thread: it takes the facts and the tap of all lines and fans them out.

use crate::runtime::{
    clock::duration,
    gauges::Count,
    links::HubEnd,
    threads::{feed::Feed, service::ServiceTerms},
};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use mio::{Events, Poll};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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
    pub(super) lost: Arc<Count>,
}

impl<T> Subscription<T> {
    /// What the subscriber did not take in time.
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }
}

/// Somebody whom the hub tells. It must not wait: what it has no room for it loses and counts.
/// `false` is the last that it is told.
pub trait Listener: Send {
    fn fact(&mut self, _fact: &FactAt) -> bool {
        true
    }

    fn tap(&mut self, _entry: &TapEntry) -> bool {
        true
    }

    /// All was told for now.
    fn round(&mut self) -> bool {
        true
    }
}

/// Takes facts.
struct FactFeed {
    to: Sender<FactAt>,
    lost: Arc<Count>,
}

impl Listener for FactFeed {
    fn fact(&mut self, fact: &FactAt) -> bool {
        match self.to.try_send(fact.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.lost.add(1);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}

impl Listener for Feed {
    fn tap(&mut self, entry: &TapEntry) -> bool {
        self.send(entry)
    }

    fn round(&mut self) -> bool {
        self.tell_missed()
    }
}

/// A listener to the facts of all lines, and where they come, with room for so many.
pub fn facts(capacity: usize) -> (Box<dyn Listener>, Subscription<FactAt>) {
    let (to, receiver) = bounded(capacity);
    let lost: Arc<Count> = Arc::default();
    let feed = FactFeed {
        to,
        lost: Arc::clone(&lost),
    };
    (Box::new(feed), Subscription { receiver, lost })
}

/// A listener to the tap of one line, or of all, and where it comes, with room for so many entries.
pub fn tap(line: Option<LineId>, capacity: usize) -> (Box<dyn Listener>, Subscription<TapEntry>) {
    let (to, receiver) = bounded(capacity);
    let lost: Arc<Count> = Arc::default();
    let feed = Feed::new(to, Arc::clone(&lost), line);
    (Box::new(feed), Subscription { receiver, lost })
}

/// Who listens from the first moment on: what lines tell before anybody listens is lost.
#[derive(Default)]
pub struct Audience {
    listeners: Vec<Box<dyn Listener>>,
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listeners = self.listeners.len();
        f.debug_struct("Audience")
            .field("listeners", &listeners)
            .finish()
    }
}

impl Audience {
    pub fn add(&mut self, listener: Box<dyn Listener>) {
        self.listeners.push(listener);
    }

    /// The facts of all lines, with room for so many.
    pub fn facts(&mut self, capacity: usize) -> Subscription<FactAt> {
        let (listener, subscription) = facts(capacity);
        self.add(listener);
        subscription
    }

    /// The tap of one line, or of all, with room for so many entries.
    pub fn tap(&mut self, line: Option<LineId>, capacity: usize) -> Subscription<TapEntry> {
        let (listener, subscription) = tap(line, capacity);
        self.add(listener);
        subscription
    }
}

pub(super) struct HubSeat {
    pub lines: Vec<HubEnd>,
    pub audience: Audience,
    pub entries: Receiver<Box<dyn Listener>>,
    pub poll: Poll,
    pub terms: ServiceTerms,
    pub stop: Arc<AtomicBool>,
}

impl HubSeat {
    pub fn run(mut self) {
        let terms = self.terms.clone();
        let mut open = vec![false; self.lines.len()];
        terms.restarting("hub", || self.work(&mut open));
    }

    fn work(&mut self, open: &mut [bool]) {
        let mut events = Events::with_capacity(4);
        loop {
            let stop = self.stop.load(Ordering::Acquire);
            let listeners = &mut self.audience.listeners;
            listeners.extend(self.entries.try_iter());
            for (end, open) in self.lines.iter_mut().zip(&mut *open) {
                drain(end, open, listeners);
            }
            listeners.retain_mut(|listener| listener.round());
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

fn drain(end: &mut HubEnd, open: &mut bool, listeners: &mut Vec<Box<dyn Listener>>) {
    while let Ok(fact) = end.facts.pop() {
        listeners.retain_mut(|listener| listener.fact(&fact));
    }
    while let Ok(entry) = end.tap.pop() {
        match entry {
            TapEntry::Open { .. } => *open = true,
            TapEntry::Close { .. } => *open = false,
            TapEntry::Frame(_) => {}
        }
        listeners.retain_mut(|listener| listener.tap(&entry));
    }
}
