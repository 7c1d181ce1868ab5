//! What a station knows of the attempt in progress: enough to end its record, whatever becomes
//! of the line's program.

use crate::runtime::gauges::{Gauges, OpenCall};
use types::{
    call_record::CallEnd,
    digits::Digits,
    fact::Fact,
    id::TrunkId,
    query::Query,
    tick::{Tick, Ticks},
    verdict::Verdict,
};

/// Made from what the line tells and asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempt {
    open: Option<OpenCall>,
    off_hook_at: Tick,
    dialed: Digits,
    trunk: Option<TrunkId>,
    answered_at: Option<Tick>,
    talk_from: Option<Tick>,
    joined: Ticks,
}

impl Attempt {
    /// Whether a record is open at the back office.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The end is taken from here and not from the facts, which may be dropped.
    pub fn asks(&mut self, query: &Query, gauges: &Gauges) {
        match query {
            Query::Admit(admission) => {
                self.dialed = admission.dialed;
                self.off_hook_at = admission.off_hook_at;
            }
            // Also an end that is told again, after the next call was opened.
            Query::End(end) if self.open.is_none_or(|open| Some(open.call) == end.call) => {
                self.forget(gauges);
            }
            _ => {}
        }
    }

    pub fn has_trunk(&mut self, trunk: TrunkId) {
        self.trunk = Some(trunk);
    }

    /// The ports have been joined for so long since this was last told.
    pub fn joined(&mut self, length: Ticks) {
        self.joined = self.joined + length;
    }

    pub fn observe(&mut self, at: Tick, fact: &Fact, gauges: &Gauges) {
        match fact {
            Fact::OffHook if self.open.is_none() => {
                *self = Attempt {
                    off_hook_at: at,
                    ..Attempt::default()
                };
            }
            Fact::Decided(Verdict {
                outcome: Ok(permit),
                ..
            }) => {
                let call = permit.call;
                let off_hook_at = self.off_hook_at;
                self.open = Some(OpenCall { call, off_hook_at });
                gauges.set_open_call(self.open);
            }
            Fact::Answered(_) => {
                self.answered_at.get_or_insert(at);
            }
            Fact::TalkBegins => self.talk_from = Some(at),
            _ => {}
        }
    }

    pub fn forget(&mut self, gauges: &Gauges) {
        *self = Attempt::default();
        gauges.set_open_call(None);
    }

    /// The end of the open record as a fault, if one is open.
    pub fn end(&self, now: Tick) -> Option<CallEnd> {
        Some(CallEnd {
            dialed: self.dialed,
            trunk: self.trunk,
            answered_at: self.answered_at,
            talk_from: self.talk_from,
            joined: self.joined,
            ..of_dead_line(self.open?, now)
        })
    }
}

/// The end of a call whose line died. The record has its inmate since admission.
pub fn of_dead_line(open: OpenCall, now: Tick) -> CallEnd {
    CallEnd::of_dead_line(open.call, open.off_hook_at, now)
}
