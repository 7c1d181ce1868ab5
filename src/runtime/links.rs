//! The rings between a line and the others: single producer, single consumer, fixed room, no
//! lock. What happens when one is full is said at its capacity; it is always counted.
//!
//! | ring | from, to | when full |
//! |---|---|---|
//! | asks, answers | line, back office and back | see [`ASKS`] |
//! | trunk asks, handovers | line, keeper and back | see [`TRUNK_ASKS`] |
//! | facts | line, hub | dropped and counted |
//! | tap | line, hub | frames are dropped and counted; opening and closing have room kept |
//! | commands | controller, line | the sender is told |

use crate::runtime::{gauges::Gauges, side::Edges};
use drivers::port::Port;
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use types::{
    fact::{Fact, FactAt},
    id::{LineId, TrunkId},
    query::{Answered, Asked, LineCommand, Query, Reply},
    tap::TapEntry,
    tick::Tick,
    trunk::{TrunkCondition, TrunkGroup, TrunkProfile},
};

/// Questions of a line that may be without an answer at once. Seconds of a call that were seen
/// and empty off-hooks are dropped when little room is left (the next second stands for the
/// last); PINs and admissions are then answered `Unavailable` on the spot; the end of a call
/// that has no record is dropped in the very last places only, after hundreds of attempts
/// against a back office that stands still. The end of an open call
/// is dropped only where it was told again, each second, until nothing was left.
pub const ASKS: usize = 256;
/// Places that only the ends of calls may use.
pub const ASKS_KEPT: usize = 32;
/// Places that only the end of an open call may use. One call at a time is open, and a line
/// that died ends one more.
pub const ASKS_LAST: usize = 8;
/// An answer for each question that may be without one.
pub const ANSWERS: usize = ASKS;

/// Borrowings that may be without an answer at once, and the return. When little room is left
/// a borrowing is answered `NoneFree` on the spot; a return always has room.
pub const TRUNK_ASKS: usize = 16;
pub const TRUNK_ASKS_KEPT: usize = 8;
pub const HANDOVERS: usize = TRUNK_ASKS;

/// Facts: a busy second of a call has a dozen.
pub const FACTS: usize = 256;
/// Tap entries: 2.5 s of audio, more than the hub ever sleeps.
pub const TAP: usize = 256;
/// Places that only opening and closing may use.
pub const TAP_KEPT: usize = 8;

pub const COMMANDS: usize = 16;

/// What a line asks the keeper. A trunk goes back by value.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "it crosses a ring, whose room is made at the start"
)]
pub enum TrunkAsk {
    Borrow {
        number: u32,
        group: Option<TrunkGroup>,
    },
    Return {
        trunk: TrunkId,
        condition: TrunkCondition,
        port: Box<dyn Port>,
        /// What it told of itself as it was given back.
        edges: Edges,
    },
}

/// What the keeper hands to a line. A trunk comes by value.
#[derive(Debug)]
pub enum Handover {
    Lent {
        number: u32,
        profile: TrunkProfile,
        port: Box<dyn Port>,
    },
    NoneFree {
        number: u32,
    },
}

/// What comes to a line.
#[derive(Debug)]
pub struct Inbox {
    pub answers: Consumer<Answered>,
    pub handovers: Consumer<Handover>,
    pub commands: Consumer<LineCommand>,
}

impl Handover {
    /// The trunk on its way back, if one was on its way.
    pub fn refused(self) -> Option<TrunkAsk> {
        match self {
            Handover::NoneFree { .. } => None,
            Handover::Lent { profile, port, .. } => Some(TrunkAsk::Return {
                trunk: profile.id,
                condition: TrunkCondition::Good,
                port,
                edges: Edges::new(),
            }),
        }
    }
}

impl Inbox {
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.handovers.is_empty() && self.commands.is_empty()
    }
}

/// Whom a line has sent something since they were last woken.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Wakes {
    pub office: bool,
    pub keeper: bool,
    pub hub: bool,
}

/// What goes out from a line.
#[derive(Debug)]
pub struct Outbox {
    asks: Producer<Asked>,
    trunk_asks: Producer<TrunkAsk>,
    facts: Producer<FactAt>,
    tap: Producer<TapEntry>,
    gauges: Arc<Gauges>,
    wakes: Wakes,
    /// Questions and borrowings that the other side has not answered.
    unanswered: usize,
    unlent: usize,
    /// A tap frame was dropped: the next one says so.
    tap_gap: bool,
}

/// The back office's end of a line.
#[derive(Debug)]
pub struct OfficeEnd {
    pub line: LineId,
    pub asks: Consumer<Asked>,
    answers: Producer<Answered>,
}

/// The keeper's end of a line.
#[derive(Debug)]
pub struct KeeperEnd {
    pub line: LineId,
    pub asks: Consumer<TrunkAsk>,
    handovers: Producer<Handover>,
}

/// The hub's end of a line.
#[derive(Debug)]
pub struct HubEnd {
    pub line: LineId,
    pub facts: Consumer<FactAt>,
    pub tap: Consumer<TapEntry>,
}

/// All ends of one line's rings.
#[derive(Debug)]
pub struct Links {
    pub inbox: Inbox,
    pub outbox: Outbox,
    pub office: OfficeEnd,
    pub keeper: KeeperEnd,
    pub hub: HubEnd,
    pub commands: Producer<LineCommand>,
}

/// Makes the rings of a line.
pub fn links(gauges: Arc<Gauges>) -> Links {
    let line = gauges.line;
    let (asks, office_asks) = RingBuffer::new(ASKS);
    let (office_answers, answers) = RingBuffer::new(ANSWERS);
    let (trunk_asks, keeper_asks) = RingBuffer::new(TRUNK_ASKS);
    let (keeper_handovers, handovers) = RingBuffer::new(HANDOVERS);
    let (facts, hub_facts) = RingBuffer::new(FACTS);
    let (tap, hub_tap) = RingBuffer::new(TAP);
    let (commands, line_commands) = RingBuffer::new(COMMANDS);
    Links {
        inbox: Inbox {
            answers,
            handovers,
            commands: line_commands,
        },
        outbox: Outbox {
            asks,
            trunk_asks,
            facts,
            tap,
            gauges,
            wakes: Wakes::default(),
            unanswered: 0,
            unlent: 0,
            tap_gap: false,
        },
        office: OfficeEnd {
            line,
            asks: office_asks,
            answers: office_answers,
        },
        keeper: KeeperEnd {
            line,
            asks: keeper_asks,
            handovers: keeper_handovers,
        },
        hub: HubEnd {
            line,
            facts: hub_facts,
            tap: hub_tap,
        },
        commands,
    }
}

/// Whether the back office answers this question.
pub fn is_answered(query: &Query) -> bool {
    match query {
        Query::Identify(_) | Query::Officer { .. } | Query::Admit(_) | Query::End(_) => true,
        Query::Seen { .. } | Query::EmptyOffHook => false,
    }
}

impl Outbox {
    /// Sends a question, or gives back the answer that stands in for the back office's.
    pub fn ask(&mut self, asked: Asked) -> Option<Answered> {
        let room = self.asks.slots().min(ANSWERS - self.unanswered);
        match &asked.query {
            Query::Seen { .. } | Query::EmptyOffHook if room <= ASKS_KEPT => {
                self.gauges.counts.asks_dropped.add(1);
                return None;
            }
            Query::Identify(_) | Query::Officer { .. } | Query::Admit(_) if room <= ASKS_KEPT => {
                self.gauges.counts.asks_refused.add(1);
                let reply = Reply::Unavailable;
                return Some(Answered {
                    number: asked.number,
                    reply,
                });
            }
            Query::End(end) if room == 0 || (end.call.is_none() && room <= ASKS_LAST) => {
                self.gauges.counts.asks_dropped.add(1);
                return None;
            }
            _ => {}
        }
        self.unanswered += usize::from(is_answered(&asked.query));
        assert!(self.asks.push(asked).is_ok(), "the end of a call has room");
        self.wakes.office = true;
        None
    }

    /// An answer was taken from the inbox.
    pub(crate) fn answered(&mut self) {
        self.unanswered = self
            .unanswered
            .checked_sub(1)
            .expect("one answer a question");
    }

    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// Asks for a trunk; `false` when the keeper is too far behind and there is none.
    pub fn borrow(&mut self, number: u32, group: Option<TrunkGroup>) -> bool {
        let room = self.trunk_asks.slots().min(HANDOVERS - self.unlent);
        if room <= TRUNK_ASKS_KEPT {
            self.gauges.counts.borrows_refused.add(1);
            return false;
        }
        self.unlent += 1;
        self.send_to_keeper(TrunkAsk::Borrow { number, group });
        true
    }

    /// A handover was taken from the inbox.
    pub(crate) fn handed_over(&mut self) {
        self.unlent = self
            .unlent
            .checked_sub(1)
            .expect("one handover a borrowing");
    }

    pub fn unlent(&self) -> usize {
        self.unlent
    }

    /// With the edges that no line has a use for any more: a trunk that begins to ring as it goes back
    /// is not to be lent again.
    pub fn give_back(
        &mut self,
        trunk: TrunkId,
        condition: TrunkCondition,
        port: Box<dyn Port>,
        edges: Edges,
    ) {
        self.send_to_keeper(TrunkAsk::Return {
            trunk,
            condition,
            port,
            edges,
        });
    }

    fn send_to_keeper(&mut self, ask: TrunkAsk) {
        let sent = self.trunk_asks.push(ask);
        assert!(sent.is_ok(), "what was borrowed has room to go back");
        self.wakes.keeper = true;
    }

    pub fn fact(&mut self, at: Tick, fact: Fact) {
        let line = self.gauges.line;
        match self.facts.push(FactAt { line, at, fact }) {
            Ok(()) => self.wakes.hub = true,
            Err(_) => self.gauges.counts.facts_dropped.add(1),
        }
    }

    pub fn tap(&mut self, mut entry: TapEntry) {
        if let TapEntry::Frame(frame) = &mut entry {
            if self.tap.slots() <= TAP_KEPT {
                self.gauges.counts.tap_dropped.add(1);
                self.tap_gap = true;
                return;
            }
            frame.flags.gap |= std::mem::take(&mut self.tap_gap);
        } else {
            self.wakes.hub = true;
        }
        if self.tap.push(entry).is_err() {
            self.gauges.counts.tap_dropped.add(1);
        }
    }

    /// Who is to be woken, told once.
    pub fn take_wakes(&mut self) -> Wakes {
        std::mem::take(&mut self.wakes)
    }
}

impl OfficeEnd {
    /// Sends an answer. A line never has more questions open than this ring has room.
    pub fn answer(&mut self, answered: Answered) {
        let sent = self.answers.push(answered);
        assert!(sent.is_ok(), "an answer has room: its question was counted");
    }
}

impl KeeperEnd {
    /// Hands a trunk over, or says that there is none.
    pub fn hand_over(&mut self, handover: Handover) {
        let sent = self.handovers.push(handover);
        assert!(
            sent.is_ok(),
            "a handover has room: its borrowing was counted"
        );
    }
}
