//! One call as a state machine without I/O: what happened goes in, what to do comes out, and
//! the phase says the rest.
//!
//! A phase is a struct in [`phase::Phase`], consumed by its `step`; state of a call lives in
//! its phase and dies with it. What is common to all phases (on-hook, the trunk lost, an
//! officer's cut-off) is handled once, in [`Call::handle`], before dispatch. What each party hears of
//! the other, which tone sounds, whether keys are secret and whether the tap is open are not commands
//! but properties of the phase ([`Call::bridge`], [`Call::phone_tone`], ...): they cannot be
//! forgotten when a phase is left.
//!
//! To add a phase: a file in `phase/`, a variant and its lines in `phase/mod.rs`, the step that enters
//! it, and a scenario; the snapshot of phase edges then shows the new one to the reviewer.

mod announcer;
mod attempt;
mod cx;
mod event;
mod fraud;
pub mod phase;

use types::{
    call_record::CallEnd,
    dial_plan::DialPlan,
    digits::List,
    disposition::{Disposition, EndedBy},
    evidence::ReleaseEvidence,
    fact::{Fact, Leg},
    id::CallId,
    query::{Answered, LineCommand, Query, Reply},
    settings::CallSettings,
    tick::{Tick, Ticks},
    tone::Tone,
    verdict::Handling,
};

pub use attempt::Attempt;
use attempt::News;
pub use cx::Cx;
pub use event::{Action, Actions, Event};
pub use phase::as_keyed;
use phase::{Held, Idle, Phase};

/// An open call's record is told this often that the call still lives.
const SEEN_EACH: Ticks = Ticks::secs(1);
/// The end of a call is said again this often until the back office has it on disk.
const RESEND_END: Ticks = Ticks::secs(1);
/// Ends of calls that may wait for a back office that does not answer. With these full, the
/// phone takes no new call: a call whose end could not be kept must not be placed.
const UNRECORDED_MAX: usize = 4;

/// Who hears whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bridge {
    /// Neither party hears the other.
    Closed,
    /// Voices pass; no key of the inmate's does.
    Open,
}

/// The call of one line, idle or not.
#[derive(Debug)]
pub struct Call {
    phase: Phase,
    settings: CallSettings,
    /// Settings that came during a call wait for its end.
    next_settings: Option<CallSettings>,
    next_number: u32,
    seen_due: Option<Tick>,
    /// What the back office was told was noticed in the open call.
    told: News,
    unrecorded: List<Unrecorded, UNRECORDED_MAX>,
    /// No new call, whatever the settings say: the controller is stopping.
    stopped: bool,
}

#[derive(Debug)]
struct Unrecorded {
    end: CallEnd,
    number: u32,
    due: Tick,
}

impl Call {
    pub fn new(settings: CallSettings) -> Call {
        Call {
            phase: Phase::Idle(Idle {
                guard_until: Tick::ZERO,
            }),
            settings,
            next_settings: None,
            next_number: 1,
            seen_due: None,
            told: News::default(),
            unrecorded: List::new(),
            stopped: false,
        }
    }

    /// Takes one event; actions are appended to `out`.
    pub fn handle(&mut self, now: Tick, plan: &DialPlan, event: Event<'_>, out: &mut Actions) {
        if let Event::Answer(answered) = &event
            && self.recorded(answered)
        {
            return;
        }
        if let Event::Command(LineCommand::Settings(settings)) = event {
            self.next_settings = Some(settings.clone());
            self.adopt_settings();
            return;
        }
        if let Event::Command(LineCommand::Stop { .. }) = event {
            self.stopped = true;
        }
        let room = !self.unrecorded.is_full();
        let mut cx = Cx {
            now,
            settings: &self.settings,
            plan,
            out,
            next_number: &mut self.next_number,
            in_service: self.settings.in_service && !self.stopped,
            room,
            ended: None,
        };
        let before = self.phase.name();
        let phase = std::mem::replace(&mut self.phase, Phase::Idle(Idle { guard_until: now }));
        let phase =
            common(phase, &mut cx, &event).unwrap_or_else(|phase| phase.step(&mut cx, event));
        let ended = cx.ended.take();
        self.phase = phase;
        let after = self.phase.name();
        if before != after {
            out.push(Action::Tell(Fact::Phase {
                from: before,
                to: after,
            }));
        }
        if let Some(end) = ended {
            self.end(now, end, out);
        }
        self.after(now, out);
    }

    /// When the call wants a [`Event::Timer`] though nothing happened.
    pub fn deadline(&self) -> Option<Tick> {
        let resend = self.unrecorded.iter().map(|u| u.due).min();
        [self.phase.deadline(), self.seen_due, resend]
            .into_iter()
            .flatten()
            .min()
    }

    pub fn phase_name(&self) -> &'static str {
        self.phase.name()
    }

    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle(_))
    }

    pub fn bridge(&self) -> Bridge {
        self.phase.bridge()
    }

    /// May the driver join the parties past us? Never while one hears what the other does not say,
    /// and not with an operator, who would take a key of the inmate's for the called party's choice.
    pub fn may_join(&self) -> bool {
        let no_operator = |a: &Attempt| {
            let handling = a.permit.as_ref().map(|p| p.handling);
            handling != Some(Handling::CarrierOperator)
        };
        self.settings.join_talk
            && self.bridge() == Bridge::Open
            && self.phase.attempt().is_some_and(no_operator)
    }

    /// The driver has joined the parties for so long since this was last told.
    pub fn joined(&mut self, length: Ticks) {
        if let Some(attempt) = self.phase.attempt_mut() {
            attempt.joined = attempt.joined + length;
        }
    }

    /// What the inmate hears whenever no prompt plays.
    pub fn phone_tone(&self) -> Option<Tone> {
        self.phase.phone_tone()
    }

    /// Are the keys being pressed secret?
    pub fn secret(&self) -> bool {
        self.phase.secret(&self.settings)
    }

    /// May the called party choose by dial pulses now?
    pub fn takes_pulses(&self) -> bool {
        self.settings.pulse_acceptance && matches!(self.phase, Phase::Accept(_) | Phase::Block(_))
    }

    /// The call whose audio may leave the line, while it may.
    pub fn tap(&self) -> Option<CallId> {
        self.phase.attempt().and_then(Attempt::tap)
    }

    pub fn holds_trunk(&self) -> bool {
        self.phase.attempt().is_some_and(|a| a.trunk.is_some())
    }

    /// An off-hook phone with a seized trunk always has a hard limit; a phase that is not idle
    /// always has a timer.
    pub fn assert_armed(&self) {
        assert!(
            self.is_idle() || self.phase.deadline().is_some(),
            "phase {} has no armed timer",
            self.phase.name()
        );
    }

    fn recorded(&mut self, answered: &Answered) -> bool {
        let Some(at) = self
            .unrecorded
            .iter()
            .position(|u| u.number == answered.number)
        else {
            return false;
        };
        if matches!(answered.reply, Reply::Recorded(_)) {
            self.unrecorded.remove(at);
        }
        true
    }

    fn end(&mut self, now: Tick, end: CallEnd, out: &mut Actions) {
        let number = self.next_number;
        self.next_number += 1;
        out.push(Action::Tell(Fact::Ended(end.clone())));
        out.push(Action::Ask {
            number,
            query: Query::End(end.clone()),
        });
        // `room` kept new calls away while there was no room.
        self.unrecorded.push(Unrecorded {
            end,
            number,
            due: now + RESEND_END,
        });
    }

    /// What runs beside the phases: last-seen, ends not yet on disk, settings.
    fn after(&mut self, now: Tick, out: &mut Actions) {
        self.tell_seen(now, out);
        for waiting in &mut self.unrecorded {
            if now >= waiting.due && !out.is_full() {
                waiting.due = now + RESEND_END;
                let query = Query::End(waiting.end.clone());
                out.push(Action::Ask {
                    number: waiting.number,
                    query,
                });
            }
        }
        self.adopt_settings();
    }

    /// Tells that the open call lives: each second, and at once when there is news that must not be lost
    /// with it.
    fn tell_seen(&mut self, now: Tick, out: &mut Actions) {
        let attempt = self.phase.attempt();
        let permit = attempt.and_then(|a| Some((a, a.permit.as_ref()?)));
        let Some((attempt, permit)) = permit else {
            self.seen_due = None;
            self.told = News::default();
            return;
        };
        let due = *self.seen_due.get_or_insert(now + SEEN_EACH);
        let news = attempt.news();
        if now < due && news == self.told {
            return;
        }
        let query = Query::Seen {
            call: permit.call,
            at: now,
            answered_at: attempt.answered_at,
            talk_from: attempt.talk_from,
            noticed: attempt.noticed(),
        };
        self.seen_due = Some(now + SEEN_EACH);
        self.told = news;
        let number = self.next_number;
        self.next_number += 1;
        out.push(Action::Ask { number, query });
    }

    fn adopt_settings(&mut self) {
        if self.is_idle()
            && let Some(settings) = self.next_settings.take()
        {
            self.settings = settings;
        }
    }
}

/// The exits that every phase has, once. `Err` gives the phase back for its own step.
#[allow(
    clippy::result_large_err,
    reason = "a call moves between phases without allocation"
)]
fn common(phase: Phase, cx: &mut Cx<'_>, event: &Event<'_>) -> Result<Phase, Phase> {
    let mut phase = phase;
    note(&mut phase, cx, event);
    match event {
        Event::OnHook { since } if !matches!(phase, Phase::Idle(_)) => {
            let by_inmate = match phase.attempt().is_some_and(|a| a.talk_from.is_some()) {
                true => Disposition::Completed,
                false => Disposition::Abandoned,
            };
            Ok(on_hook(phase, cx, *since, (by_inmate, EndedBy::Inmate)))
        }
        Event::PhoneLost if !matches!(phase, Phase::Idle(_)) => {
            let ending = (Disposition::PhoneLost, EndedBy::Controller);
            let now = cx.now;
            Ok(on_hook(phase, cx, now, ending))
        }
        Event::TrunkLost if loses_trunk(&phase) => {
            let attempt = phase.into_attempt().expect("an attempt holds the trunk");
            Ok(attempt.lose_trunk(cx))
        }
        Event::Released(piece)
            if piece.evidence == ReleaseEvidence::Alarm && loses_trunk(&phase) =>
        {
            let mut attempt = phase.into_attempt().expect("an attempt holds the trunk");
            attempt.released(*piece);
            Ok(attempt.lose_trunk(cx))
        }
        Event::Command(command @ (LineCommand::CutOff | LineCommand::Stop { cut: true }))
            if phase.attempt().is_some() && !matches!(phase, Phase::Cut(_)) =>
        {
            let by = match command {
                LineCommand::CutOff => EndedBy::Officer,
                _ => EndedBy::Controller,
            };
            let attempt = phase.into_attempt().expect("checked");
            Ok(attempt.cut_off(cx, by))
        }
        Event::Answer(answered) if phase.asked() != Some(answered.number) => {
            cx.tell(Fact::LateReply);
            Ok(phase)
        }
        Event::Flash | Event::Pulses(_) => {
            let mut phase = phase;
            if let Some(attempt) = phase.attempt_mut()
                && attempt.trunk.is_some()
            {
                attempt.flags.switch_hook = true;
            }
            Ok(phase)
        }
        Event::Key(_) => {
            let mut phase = phase;
            if let Some(attempt) = phase.attempt_mut() {
                attempt.keyed_at = Some(cx.now);
            }
            if phase.watches_extra_digits() {
                return Ok(fraud::extra_key(phase, cx, Leg::Phone));
            }
            Err(phase)
        }
        _ => Err(phase),
    }
}

/// What the record keeps whatever the phase makes of it.
fn note(phase: &mut Phase, cx: &mut Cx<'_>, event: &Event<'_>) {
    let talks = match phase {
        Phase::Talk(_) | Phase::Cut(_) => true,
        Phase::Accept(accept) => accept.accepted,
        _ => false,
    };
    let Some(attempt) = phase.attempt_mut() else {
        return;
    };
    match event {
        Event::Class(class) => attempt.classified(cx, *class, talks),
        Event::DoubtOver(evidence) => attempt.doubt_over(*evidence),
        _ => {}
    }
}

/// Whether the call is lost with its trunk. While it is only being seized it is one that gives
/// no proceed signal, and the next is tried; a call that is being cut has its end already.
fn loses_trunk(phase: &Phase) -> bool {
    !matches!(phase, Phase::Seize(_) | Phase::Cut(_))
        && phase.attempt().is_some_and(|a| a.trunk.is_some())
}

/// The phone is on-hook, or as good as that: whatever went on is over, and an attempt that had not
/// come to its end comes to this one.
fn on_hook(phase: Phase, cx: &mut Cx<'_>, since: Tick, ending: (Disposition, EndedBy)) -> Phase {
    cx.hush(Leg::Phone);
    cx.hush(Leg::Trunk);
    cx.do_(Action::StopName);
    let (disposition, by) = phase.outcome().unwrap_or(ending);
    if let Some(mut attempt) = phase.into_attempt() {
        attempt.over_at = Some(attempt.over_at.map_or(since, |at| at.min(since)));
        attempt.finish(cx, disposition, by);
    }
    let guard_until = since + cx.settings.on_hook_guard;
    Phase::Idle(Idle { guard_until })
}

impl Idle {
    /// Off-hook before on-hook lasted its time gives no dial tone.
    pub(crate) fn lifted(self, cx: &mut Cx<'_>) -> Phase {
        if cx.now < self.guard_until {
            return Phase::Held(Held::silent(cx));
        }
        Attempt::lift(cx)
    }
}
