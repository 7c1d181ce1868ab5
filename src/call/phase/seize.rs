//! A trunk is borrowed and taken off-hook; digits go out only after its own proceed signal. Where none
//! of a route's trunks is free, or gives it, the next route is tried.

use super::{Dial, Phase};
use crate::{
    attempt::Attempt,
    cx::Cx,
    event::{Action, Event},
};
use types::{
    disposition::{Disposition, EndedBy},
    fact::Fact,
    prompt::Prompt,
    tick::Tick,
    trunk::TrunkCondition,
};

/// Waits for a trunk, then for its proceed signal.
#[derive(Debug)]
pub struct Seize {
    pub until: Tick,
    pub attempt: Attempt,
    asked: u32,
}

impl Seize {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        let group = attempt.route().and_then(|route| route.group);
        let asked = cx.borrow_trunk(group);
        Phase::Seize(Seize {
            until: cx.now + cx.settings.trunk_wait,
            attempt,
            asked,
        })
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Lent { number, profile }
                if number == self.asked && self.attempt.trunk.is_none() =>
            {
                cx.tell(Fact::TrunkLent(profile.id));
                self.until = cx.now + profile.dial_tone_wait;
                self.attempt.trunk = Some(*profile);
                self.attempt.forget_release();
                self.attempt.trunks_tried += 1;
                cx.do_(Action::Seize);
                Phase::Seize(self)
            }
            Event::NoneFree { number } if number == self.asked => {
                cx.tell(Fact::NoTrunkFree);
                next_route(self.attempt, cx)
            }
            Event::Proceed if self.attempt.trunk.is_some() => {
                cx.tell(Fact::ProceedHeard);
                Dial::enter(self.attempt, cx)
            }
            Event::Released(piece) => {
                self.attempt.released(piece);
                next_trunk(self.attempt, cx)
            }
            Event::TrunkLost | Event::TrunkInUse if self.attempt.trunk.is_some() => {
                next_trunk(self.attempt, cx)
            }
            Event::Timer if cx.now >= self.until => next_trunk(self.attempt, cx),
            _ => Phase::Seize(self),
        }
    }
}

/// No proceed signal, or one that was not the exchange's: the fault is counted and another trunk is
/// tried.
pub(super) fn next_trunk(mut attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    if attempt.trunk.is_none() {
        return no_trunk(attempt, cx);
    }
    attempt.return_trunk(cx, TrunkCondition::Faulty);
    if attempt.trunks_tried >= cx.settings.trunk_tries {
        return next_route(attempt, cx);
    }
    Seize::enter(attempt, cx)
}

/// Overflow: the trunks of the next route, with its digits.
fn next_route(mut attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    match attempt.overflow() {
        true => Seize::enter(attempt, cx),
        false => no_trunk(attempt, cx),
    }
}

fn no_trunk(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    attempt.over(
        cx,
        Disposition::NoTrunk,
        EndedBy::Network,
        &[Prompt::NoLineAvailable],
    )
}
