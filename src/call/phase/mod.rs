//! The phases of a call, one file each.

mod accept;
mod admit;
mod aftermath;
mod block;
mod confirm;
mod cut;
mod dial;
mod dial_tone;
mod farewell;
mod held;
mod idle;
mod language;
mod name;
mod number;
mod pin;
mod progress;
mod seize;
mod talk;

pub use accept::Accept;
pub use admit::Admit;
pub use aftermath::Aftermath;
pub use block::Block;
pub use confirm::Confirm;
pub use cut::Cut;
pub use dial::Dial;
pub use dial_tone::DialTone;
pub use farewell::Farewell;
pub use held::Held;
pub use idle::Idle;
pub use language::LanguageMenu;
pub use name::Name;
pub use number::{Number, as_keyed};
pub use pin::{Pin, PinCheck};
pub use progress::Progress;
pub use seize::Seize;
pub use talk::Talk;

use crate::{Bridge, attempt::Attempt, cx::Cx, event::Event};
use types::{
    disposition::{Disposition, EndedBy},
    settings::{CallSettings, LanguageChoice},
    tick::{Tick, Ticks},
    tone::Tone,
};

/// The longest a prompt can take, while the wait for the first digit has not begun.
pub(crate) const PROMPT_MAX: Ticks = Ticks::secs(60);

/// Where a call is. Each phase is named for what it waits for.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a call moves between phases without allocation"
)]
pub enum Phase {
    Idle(Idle),
    Held(Held),
    DialTone(DialTone),
    LanguageMenu(LanguageMenu),
    Pin(Pin),
    PinCheck(PinCheck),
    Number(Number),
    Admit(Admit),
    Confirm(Confirm),
    Name(Name),
    Seize(Seize),
    Dial(Dial),
    Progress(Progress),
    Accept(Accept),
    Block(Block),
    Farewell(Farewell),
    Talk(Talk),
    Cut(Cut),
    Aftermath(Aftermath),
}

impl Phase {
    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match self {
            Phase::Idle(p) => p.step(cx, event),
            Phase::Held(p) => p.step(cx, event),
            Phase::DialTone(p) => p.step(cx, event),
            Phase::LanguageMenu(p) => p.step(cx, event),
            Phase::Pin(p) => p.step(cx, event),
            Phase::PinCheck(p) => p.step(cx, event),
            Phase::Number(p) => p.step(cx, event),
            Phase::Admit(p) => p.step(cx, event),
            Phase::Confirm(p) => p.step(cx, event),
            Phase::Name(p) => p.step(cx, event),
            Phase::Seize(p) => p.step(cx, event),
            Phase::Dial(p) => p.step(cx, event),
            Phase::Progress(p) => p.step(cx, event),
            Phase::Accept(p) => p.step(cx, event),
            Phase::Block(p) => p.step(cx, event),
            Phase::Farewell(p) => p.step(cx, event),
            Phase::Talk(p) => p.step(cx, event),
            Phase::Cut(p) => p.step(cx, event),
            Phase::Aftermath(p) => p.step(cx, event),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Phase::Idle(_) => "idle",
            Phase::Held(_) => "held",
            Phase::DialTone(_) => "dial-tone",
            Phase::LanguageMenu(_) => "language",
            Phase::Pin(_) => "pin",
            Phase::PinCheck(_) => "pin-check",
            Phase::Number(_) => "number",
            Phase::Admit(_) => "admit",
            Phase::Confirm(_) => "confirm",
            Phase::Name(_) => "name",
            Phase::Seize(_) => "seize",
            Phase::Dial(_) => "dial",
            Phase::Progress(_) => "progress",
            Phase::Accept(_) => "accept",
            Phase::Block(_) => "block",
            Phase::Farewell(_) => "farewell",
            Phase::Talk(_) => "talk",
            Phase::Cut(_) => "cut",
            Phase::Aftermath(_) => "aftermath",
        }
    }

    pub(crate) fn deadline(&self) -> Option<Tick> {
        Some(match self {
            Phase::Idle(_) => return None,
            Phase::Held(p) => p.until,
            Phase::DialTone(p) => p.until,
            Phase::LanguageMenu(p) => p.until,
            Phase::Pin(p) => p.until,
            Phase::PinCheck(p) => p.until,
            Phase::Number(p) => p.until,
            Phase::Admit(p) => p.until,
            Phase::Confirm(p) => p.deadline(),
            Phase::Name(p) => p.until,
            Phase::Seize(p) => p.until,
            Phase::Dial(p) => p.until,
            Phase::Progress(p) => p.deadline(),
            Phase::Accept(p) => p.until,
            Phase::Block(p) => p.until,
            Phase::Farewell(p) => p.until,
            Phase::Talk(p) => p.deadline(),
            Phase::Cut(p) => p.until,
            Phase::Aftermath(p) => p.until,
        })
    }

    pub(crate) fn bridge(&self) -> Bridge {
        match self {
            Phase::Talk(p) => p.bridge(),
            _ => Bridge::Closed,
        }
    }

    pub(crate) fn phone_tone(&self) -> Option<Tone> {
        match self {
            Phase::DialTone(_) => Some(Tone::Dial),
            Phase::Held(p) => p.tone(),
            Phase::Progress(p) => p.tone(),
            Phase::Aftermath(_) => Some(Tone::Reorder),
            _ => None,
        }
    }

    /// Digits that are, or may turn out to be, a PIN, a passcode or an officer's code: also those
    /// typed ahead of its prompt, and those of somebody who tries again before hanging up.
    pub(crate) fn secret(&self, settings: &CallSettings) -> bool {
        let codes = settings.confirm_by.takes_codes();
        match self {
            Phase::Pin(_) | Phase::PinCheck(_) | Phase::Confirm(_) => true,
            Phase::Admit(_) => codes,
            Phase::DialTone(_) | Phase::Held(_) | Phase::Farewell(_) | Phase::Aftermath(_) => {
                settings.pin_required || codes
            }
            Phase::LanguageMenu(p) => settings.pin_required && !p.pin_known(),
            // The rest of a code that was no more needed.
            Phase::Talk(_) | Phase::Cut(_) => false,
            phase => phase.attempt().is_some_and(|a| a.code_begun),
        }
    }

    /// Keys of the inmate that nobody asked for, from the end of outpulsing on.
    pub(crate) fn watches_extra_digits(&self) -> bool {
        matches!(
            self,
            Phase::Progress(_)
                | Phase::Accept(_)
                | Phase::Block(_)
                | Phase::Farewell(_)
                | Phase::Talk(_)
                | Phase::Cut(_)
        )
    }

    /// The question whose answer the phase waits for.
    pub(crate) fn asked(&self) -> Option<u32> {
        match self {
            Phase::PinCheck(p) => Some(p.asked),
            Phase::Admit(p) => Some(p.asked),
            Phase::Confirm(p) => p.asked(),
            _ => None,
        }
    }

    /// How the call ends if the inmate hangs up now, where that is decided already.
    pub(crate) fn outcome(&self) -> Option<(Disposition, EndedBy)> {
        match self {
            Phase::Block(_) => Some(Block::OUTCOME),
            Phase::Farewell(p) => Some(p.outcome()),
            Phase::Cut(p) => Some(p.outcome()),
            _ => None,
        }
    }

    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        match self {
            Phase::Idle(_) | Phase::Held(_) | Phase::Aftermath(_) => None,
            Phase::DialTone(p) => Some(&p.attempt),
            Phase::LanguageMenu(p) => Some(&p.attempt),
            Phase::Pin(p) => Some(&p.attempt),
            Phase::PinCheck(p) => Some(&p.attempt),
            Phase::Number(p) => Some(&p.attempt),
            Phase::Admit(p) => Some(&p.attempt),
            Phase::Confirm(p) => Some(&p.attempt),
            Phase::Name(p) => Some(&p.attempt),
            Phase::Seize(p) => Some(&p.attempt),
            Phase::Dial(p) => Some(&p.attempt),
            Phase::Progress(p) => Some(&p.attempt),
            Phase::Accept(p) => Some(&p.attempt),
            Phase::Block(p) => Some(&p.attempt),
            Phase::Farewell(p) => Some(&p.attempt),
            Phase::Talk(p) => Some(&p.attempt),
            Phase::Cut(p) => Some(&p.attempt),
        }
    }

    pub(crate) fn attempt_mut(&mut self) -> Option<&mut Attempt> {
        match self {
            Phase::Idle(_) | Phase::Held(_) | Phase::Aftermath(_) => None,
            Phase::DialTone(p) => Some(&mut p.attempt),
            Phase::LanguageMenu(p) => Some(&mut p.attempt),
            Phase::Pin(p) => Some(&mut p.attempt),
            Phase::PinCheck(p) => Some(&mut p.attempt),
            Phase::Number(p) => Some(&mut p.attempt),
            Phase::Admit(p) => Some(&mut p.attempt),
            Phase::Confirm(p) => Some(&mut p.attempt),
            Phase::Name(p) => Some(&mut p.attempt),
            Phase::Seize(p) => Some(&mut p.attempt),
            Phase::Dial(p) => Some(&mut p.attempt),
            Phase::Progress(p) => Some(&mut p.attempt),
            Phase::Accept(p) => Some(&mut p.attempt),
            Phase::Block(p) => Some(&mut p.attempt),
            Phase::Farewell(p) => Some(&mut p.attempt),
            Phase::Talk(p) => Some(&mut p.attempt),
            Phase::Cut(p) => Some(&mut p.attempt),
        }
    }

    pub(crate) fn into_attempt(self) -> Option<Attempt> {
        match self {
            Phase::Idle(_) | Phase::Held(_) | Phase::Aftermath(_) => None,
            Phase::DialTone(p) => Some(p.attempt),
            Phase::LanguageMenu(p) => Some(p.attempt),
            Phase::Pin(p) => Some(p.attempt),
            Phase::PinCheck(p) => Some(p.attempt),
            Phase::Number(p) => Some(p.attempt),
            Phase::Admit(p) => Some(p.attempt),
            Phase::Confirm(p) => Some(p.attempt),
            Phase::Name(p) => Some(p.attempt),
            Phase::Seize(p) => Some(p.attempt),
            Phase::Dial(p) => Some(p.attempt),
            Phase::Progress(p) => Some(p.attempt),
            Phase::Accept(p) => Some(p.attempt),
            Phase::Block(p) => Some(p.attempt),
            Phase::Farewell(p) => Some(p.attempt),
            Phase::Talk(p) => Some(p.attempt),
            Phase::Cut(p) => Some(p.attempt),
        }
    }
}

/// Dial tone is over: the first step that this phone and site want.
pub(crate) fn first_step(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    let pin_first =
        cx.settings.pin_required && cx.settings.language_choice == LanguageChoice::FromPin;
    let choose = attempt.language.is_none() && cx.settings.languages.len() > 1 && !pin_first;
    if choose {
        return LanguageMenu::enter(attempt, cx);
    }
    after_language(attempt, cx)
}

/// The language is chosen, or there is nothing to choose.
pub(crate) fn after_language(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    if cx.settings.pin_required && attempt.credential.is_none() {
        return Pin::enter(attempt, cx, cx.settings.pin_tries);
    }
    Number::enter(attempt, cx)
}
