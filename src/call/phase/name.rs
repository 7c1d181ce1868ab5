//! The inmate's name, recorded for this call only and kept in the line's memory.

use super::{Phase, Seize, admit::announce};
use crate::{
    attempt::Attempt,
    cx::Cx,
    event::{Action, Event},
};
use types::{
    fact::{Fact, Leg},
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// Less voice than this is no name.
const SHORTEST: Ticks = Ticks::ms(250);
/// The prompt, the tone and the recording never take longer.
const LONGEST: Ticks = Ticks::secs(40);
const TRIES: u8 = 2;

/// Waits for the name to be recorded.
#[derive(Debug)]
pub struct Name {
    pub until: Tick,
    pub attempt: Attempt,
    tries_left: u8,
    recording: bool,
}

impl Name {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        ask(attempt, cx, TRIES)
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            // The prompt and the tone are over.
            Event::Said(Leg::Phone) if !self.recording => {
                cx.do_(Action::RecordName(Ticks::secs(u64::from(
                    cx.settings.name_seconds,
                ))));
                Phase::Name(Name {
                    recording: true,
                    ..self
                })
            }
            Event::NameRecorded { voiced } => {
                cx.tell(Fact::NameRecorded {
                    ms: u32::try_from(voiced.as_ms()).unwrap_or(u32::MAX),
                });
                if voiced < SHORTEST && self.tries_left > 1 {
                    return ask(self.attempt, cx, self.tries_left - 1);
                }
                dial(self.attempt, cx)
            }
            Event::Timer if cx.now >= self.until => {
                cx.do_(Action::StopName);
                dial(self.attempt, cx)
            }
            _ => Phase::Name(self),
        }
    }
}

fn ask(attempt: Attempt, cx: &mut Cx<'_>, tries_left: u8) -> Phase {
    attempt.say(cx, Leg::Phone, Prompt::SayName);
    cx.do_(Action::Beep);
    Phase::Name(Name {
        until: cx.now + LONGEST,
        attempt,
        tries_left,
        recording: false,
    })
}

fn dial(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    let permit = attempt
        .permit
        .expect("a name is recorded only for an admitted call");
    announce(&attempt, cx, &permit);
    Seize::enter(attempt, cx)
}
