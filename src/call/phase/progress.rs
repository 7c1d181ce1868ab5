//! After outpulsing: ringback, failure, silence or an answer. Nothing of the trunk is heard by the
//! inmate; the ringback is our own, made from what was recognised.

use super::{Accept, Phase, Talk, accept::unattended};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    answer_class::AnswerClass,
    disposition::{Disposition, EndedBy},
    evidence::{AnswerEvidence, Weighed},
    prompt::Prompt,
    tick::{Tick, Ticks},
    tone::Tone,
};

/// An announcement of the network's may be followed by ringing this much later.
const ANNOUNCEMENT: Ticks = Ticks::secs(15);

/// Waits for an answer, or for the network to give the call up.
#[derive(Debug)]
pub struct Progress {
    pub attempt: Attempt,
    /// Give up as unanswered.
    answer_by: Tick,
    /// The same while nothing but an announcement speaks against waiting.
    wait_until: Tick,
    /// The network announces something instead of ringing.
    announced: bool,
    /// Give up as a dead trunk, unless something is heard.
    silent_until: Option<Tick>,
    ringing: bool,
}

impl Progress {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        Phase::Progress(Progress {
            attempt,
            answer_by: cx.now + cx.settings.answer_wait,
            wait_until: cx.now + cx.settings.answer_wait,
            announced: false,
            silent_until: Some(cx.now + cx.settings.trunk_silent),
            ringing: false,
        })
    }

    pub(crate) fn deadline(&self) -> Tick {
        self.silent_until
            .map_or(self.answer_by, |s| s.min(self.answer_by))
    }

    pub(crate) fn tone(&self) -> Option<Tone> {
        self.ringing.then_some(Tone::Ringback)
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Ringback { cycles } => {
                self.ringing = true;
                self.silent_until = None;
                self.answer_by = self.wait_until;
                self.announced = false;
                if cycles >= u16::from(cx.settings.max_rings) {
                    return no_answer(self.attempt, cx);
                }
                Phase::Progress(self)
            }
            Event::Class(class) => self.classified(cx, class.evidence),
            Event::Announcement => {
                self.silent_until = None;
                self.answer_by = self.answer_by.min(cx.now + ANNOUNCEMENT);
                self.announced = true;
                Phase::Progress(self)
            }
            Event::Failed(tone) => failed(self.attempt, cx, tone),
            Event::AnswerHint(piece) => {
                self.silent_until = None;
                // Our ringback stops with theirs.
                self.ringing &= piece.evidence != AnswerEvidence::RingbackStopped;
                self.attempt.hint(piece);
                Phase::Progress(self)
            }
            Event::Answered(piece) => self.answered(cx, piece),
            Event::ReleaseHint(piece) => {
                self.attempt.release_hint(piece);
                Phase::Progress(self)
            }
            Event::Released(piece) => {
                self.attempt.released(piece);
                let prompts = [Prompt::CallNotCompleted];
                self.attempt
                    .over(cx, Disposition::NetworkBusy, EndedBy::Network, &prompts)
            }
            Event::Timer if cx.now >= self.deadline() => {
                if self.silent_until.is_some_and(|at| cx.now >= at) {
                    let prompts = [Prompt::CallNotCompleted];
                    return self.attempt.over(
                        cx,
                        Disposition::TrunkSilent,
                        EndedBy::Network,
                        &prompts,
                    );
                }
                if self.announced {
                    let prompts = [Prompt::CallNotCompleted];
                    let disposition = Disposition::Intercept;
                    return self
                        .attempt
                        .over(cx, disposition, EndedBy::Network, &prompts);
                }
                no_answer(self.attempt, cx)
            }
            _ => Phase::Progress(self),
        }
    }

    /// A fax machine or a modem is no party to talk to, whoever pays.
    fn classified(self, cx: &mut Cx<'_>, class: AnswerClass) -> Phase {
        match class {
            AnswerClass::Fax | AnswerClass::Modem => {
                let (disposition, prompt) = unattended(class).expect("nobody is there");
                let by = EndedBy::Controller;
                self.attempt.over(cx, disposition, by, &[prompt])
            }
            _ => Phase::Progress(self),
        }
    }

    fn answered(self, cx: &mut Cx<'_>, piece: Weighed<AnswerEvidence>) -> Phase {
        let mut attempt = self.attempt;
        attempt.answered(cx, piece);
        if attempt.permit.as_ref().is_some_and(|p| p.acceptance) {
            return Accept::enter(attempt, cx);
        }
        Talk::enter(attempt, cx)
    }
}

fn no_answer(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    attempt.over(
        cx,
        Disposition::NoAnswer,
        EndedBy::Network,
        &[Prompt::NoAnswer],
    )
}

pub(super) fn failed(attempt: Attempt, cx: &mut Cx<'_>, tone: Tone) -> Phase {
    let (disposition, prompt) = match tone {
        Tone::Busy => (Disposition::Busy, Prompt::LineBusy),
        Tone::Sit(_) => (Disposition::Intercept, Prompt::NumberNotInService),
        _ => (Disposition::NetworkBusy, Prompt::NetworkBusy),
    };
    attempt.over(cx, disposition, EndedBy::Network, &[prompt])
}
