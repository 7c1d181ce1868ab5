//! Events go to the call here, and what the call wants is done here.

use crate::{Line, io::Outputs, tell};
use call::{Action, Actions, Event};
use types::{
    fact::{Fact, Leg},
    query::{Asked, Query, TrunkQuery},
    tick::Tick,
};

impl Line {
    pub(crate) fn deliver(&mut self, now: Tick, event: Event<'_>, out: &mut Outputs) {
        let mut actions = Actions::new();
        self.call
            .handle(now, &self.shared.dial_plan, event, &mut actions);
        for action in actions {
            self.act(now, action, out);
        }
        if let Some((number, group)) = self.own_asked.take() {
            self.lend_own(now, number, group, out);
        }
    }

    fn act(&mut self, now: Tick, action: Action, out: &mut Outputs) {
        match action {
            Action::Say {
                leg,
                language,
                prompt,
            } => {
                let mouth = match leg {
                    Leg::Phone => &mut self.phone_mouth,
                    Leg::Trunk => &mut self.trunk_mouth,
                };
                assert!(
                    mouth.say(&self.shared, language, prompt),
                    "a leg's prompt queue is full"
                );
            }
            Action::Pause { leg, length } => match leg {
                Leg::Phone => self.phone_mouth.pause(length),
                Leg::Trunk => self.trunk_mouth.pause(length),
            },
            Action::Beep => self.phone_mouth.beep(),
            Action::Hush(leg) => {
                let stopped = match leg {
                    Leg::Phone => self.phone_mouth.hush(),
                    Leg::Trunk => self.trunk_mouth.hush(),
                };
                if stopped {
                    tell(out, Fact::PromptStopped { leg });
                }
            }
            Action::RecordName(length) => self.name.start(length),
            Action::StopName => self.name.stop(),
            Action::Ask { number, query } => {
                // A second's sign of life may be lost, and the next stands for it; anything
                // else that finds no room is a bug.
                let spare = matches!(query, Query::Seen { .. } | Query::EmptyOffHook);
                let asked = out.asks.try_push(Asked { number, query });
                assert!(asked.is_ok() || spare, "a line asks less in one turn");
            }
            Action::Borrow { number, group } => match self.own_trunk {
                Some(_) => self.own_asked = Some((number, group)),
                None => out.trunk_asks.push(TrunkQuery::Borrow { number, group }),
            },
            Action::Seize => self.seize(now, out),
            Action::Outpulse(digits) => self.outpulse(now, digits, out),
            Action::Interfere(digits) => {
                if self.interfere(digits) {
                    tell(out, Fact::Interfered);
                }
            }
            Action::TakenAsAnswered => {
                if let Some(held) = &mut self.held {
                    held.signals.taken_as_answered();
                }
            }
            Action::ReturnTrunk(condition) => self.return_trunk(now, condition, out),
            Action::Tell(fact) => tell(out, fact),
        }
    }
}
