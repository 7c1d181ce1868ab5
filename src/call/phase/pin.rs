//! Who calls: a PIN, a card, a card and its PIN, or the caller's own number and a passcode, as the
//! phone asks. Set lengths or `#`, `*` starts again, a set number of tries.

use super::{LanguageMenu, Number, PROMPT_MAX, Phase};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    credential::{CardNumber, Credential, IdentifyBy},
    digits::{Digit, Digits},
    disposition::Blocked,
    fact::{Fact, Leg},
    prompt::Prompt,
    query::{LineCommand, PinAnswer, Query, Reply},
    secret::Secret,
    settings::CallSettings,
    tick::Tick,
};

/// What is waited for.
#[derive(Clone, Debug)]
enum Entry {
    /// A PIN, or a card where those are taken in its place.
    Pin,
    Card,
    PinOf(Secret<CardNumber>),
    Id,
    PasscodeOf(Secret<Digits>),
}

impl Entry {
    fn first(by: IdentifyBy) -> Entry {
        match by {
            IdentifyBy::Pin | IdentifyBy::PinOrCard => Entry::Pin,
            IdentifyBy::Card | IdentifyBy::CardAndPin => Entry::Card,
            IdentifyBy::IdAndPasscode => Entry::Id,
        }
    }

    /// Where to begin again after this failed: a card that is known stays so.
    fn again(self) -> Entry {
        match self {
            Entry::PasscodeOf(_) => Entry::Id,
            entry => entry,
        }
    }

    fn prompt(&self, by: IdentifyBy) -> Prompt {
        match self {
            Entry::Pin if by == IdentifyBy::PinOrCard => Prompt::EnterPinOrCard,
            Entry::Pin | Entry::PinOf(_) => Prompt::EnterPin,
            Entry::Card => Prompt::PresentCard,
            Entry::Id => Prompt::EnterId,
            Entry::PasscodeOf(_) => Prompt::EnterPasscode,
        }
    }

    /// How many keys it has; without a length `#` or a pause ends it.
    fn length(&self, settings: &CallSettings) -> Option<usize> {
        let length = match self {
            Entry::Pin | Entry::PinOf(_) | Entry::Card => settings.pin_length,
            Entry::Id => settings.id_length,
            Entry::PasscodeOf(_) => settings.passcode_length,
        };
        (length > 0).then_some(usize::from(length))
    }

    fn ends_with_pound(&self) -> bool {
        matches!(self, Entry::Id | Entry::PasscodeOf(_))
    }

    fn takes_cards(&self, by: IdentifyBy) -> bool {
        by.takes_cards() && !self.ends_with_pound()
    }
}

/// What failed, for the words that tell it.
#[derive(Clone, Copy, Debug)]
enum Failed {
    Pin,
    Card,
    Account,
}

impl Failed {
    fn of(entry: &Entry) -> Failed {
        match entry {
            Entry::Pin | Entry::PinOf(_) => Failed::Pin,
            Entry::Card => Failed::Card,
            Entry::Id | Entry::PasscodeOf(_) => Failed::Account,
        }
    }

    fn prompt(self) -> Prompt {
        match self {
            Failed::Pin => Prompt::PinTryAgain,
            Failed::Card => Prompt::CardUnknown,
            Failed::Account => Prompt::IdUnknown,
        }
    }

    fn blocked(self) -> Blocked {
        match self {
            Failed::Pin => Blocked::PinInvalid,
            Failed::Card => Blocked::CardUnknown,
            Failed::Account => Blocked::IdUnknown,
        }
    }
}

/// Waits for what says who calls.
#[derive(Debug)]
pub struct Pin {
    pub until: Tick,
    pub attempt: Attempt,
    entry: Entry,
    keyed: Secret<Digits>,
    tries_left: u8,
    repeats_left: u8,
    /// Keys before this follow a wrong PIN in one go: they were meant for what follows a good
    /// one, and are forgotten.
    forget_until: Tick,
}

impl Pin {
    pub(crate) fn enter(mut attempt: Attempt, cx: &mut Cx<'_>, tries_left: u8) -> Phase {
        let entry = Entry::first(cx.settings.identify_by);
        if let Some(card) = attempt.card.take()
            && entry.takes_cards(cx.settings.identify_by)
        {
            return PinCheck::of_card(attempt, cx, card, entry, tries_left);
        }
        Pin::asked(attempt, cx, entry, tries_left)
    }

    fn asked(attempt: Attempt, cx: &mut Cx<'_>, entry: Entry, tries_left: u8) -> Phase {
        let prompt = entry.prompt(cx.settings.identify_by);
        let repeats = cx.settings.prompt_repeats;
        Pin::prompted(attempt, cx, entry, tries_left, &[prompt], repeats)
    }

    fn prompted(
        attempt: Attempt,
        cx: &mut Cx<'_>,
        entry: Entry,
        tries_left: u8,
        prompts: &[Prompt],
        repeats_left: u8,
    ) -> Phase {
        let typed_ahead = !attempt.ahead.expose().is_empty();
        if !typed_ahead {
            attempt.ask(cx, prompts);
        }
        let pin = Pin {
            until: cx.now
                + if typed_ahead {
                    cx.settings.inter_digit
                } else {
                    PROMPT_MAX
                },
            attempt,
            entry,
            keyed: Secret::default(),
            tries_left,
            repeats_left,
            forget_until: Tick::ZERO,
        };
        pin.take_ahead(cx)
    }

    /// After what failed, with at least this one try left.
    fn again(
        mut attempt: Attempt,
        cx: &mut Cx<'_>,
        entry: Entry,
        tries_left: u8,
        failed: Failed,
    ) -> Phase {
        attempt.forget_ahead();
        let forget_until = attempt.keying_until();
        let prompts = [failed.prompt(), entry.prompt(cx.settings.identify_by)];
        let repeats = cx.settings.prompt_repeats;
        match Pin::prompted(attempt, cx, entry, tries_left, &prompts, repeats) {
            Phase::Pin(pin) => Phase::Pin(Pin {
                forget_until,
                ..pin
            }),
            other => other,
        }
    }

    fn take_ahead(mut self, cx: &mut Cx<'_>) -> Phase {
        while let Some(digit) = self.attempt.ahead.expose_mut().pop_front() {
            match self.key(cx, digit) {
                Phase::Pin(pin) => self = pin,
                other => return other,
            }
        }
        Phase::Pin(self)
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            // Nothing is to be keyed: the words go on.
            Event::Key(_) if matches!(self.entry, Entry::Card) => Phase::Pin(self),
            Event::Key(digit) if self.is_late_pound(digit) => Phase::Pin(self),
            Event::Key(digit) => {
                cx.hush(Leg::Phone);
                if cx.now < self.forget_until {
                    let failed = Failed::of(&self.entry);
                    return Pin::again(self.attempt, cx, self.entry, self.tries_left, failed);
                }
                self.key(cx, digit)
            }
            Event::Command(LineCommand::Card(card))
                if self.entry.takes_cards(cx.settings.identify_by) =>
            {
                cx.hush(Leg::Phone);
                let entry = Entry::first(cx.settings.identify_by);
                PinCheck::of_card(self.attempt, cx, card.clone(), entry, self.tries_left)
            }
            Event::Said(Leg::Phone) if self.keyed.expose().is_empty() => Phase::Pin(Pin {
                until: cx.now + cx.settings.first_digit,
                ..self
            }),
            Event::Timer if cx.now >= self.until => self.timed_out(cx),
            _ => Phase::Pin(self),
        }
    }

    /// The `#` after an id of set length, which was complete without it.
    fn is_late_pound(&self, digit: Digit) -> bool {
        let none_yet = self.keyed.expose().is_empty();
        digit == Digit::POUND && none_yet && self.entry.ends_with_pound()
    }

    fn key(mut self, cx: &mut Cx<'_>, digit: Digit) -> Phase {
        if matches!(self.entry, Entry::Card) {
            return Phase::Pin(self);
        }
        if digit == Digit::STAR {
            return self.first_step(cx);
        }
        if digit == Digit::POUND && self.entry.ends_with_pound() {
            return match self.is_late_pound(digit) {
                true => Phase::Pin(self),
                false => self.complete(cx),
            };
        }
        if digit.value().is_none() {
            return self.failed_try(cx);
        }
        // With no room left it is nobody's, whatever follows.
        let _ = self.keyed.expose_mut().push(digit);
        self.until = cx.now + cx.settings.inter_digit;
        let length = self.entry.length(cx.settings);
        if length == Some(self.keyed.expose().len()) {
            return self.complete(cx);
        }
        Phase::Pin(self)
    }

    /// `*`
    fn first_step(mut self, cx: &mut Cx<'_>) -> Phase {
        self.keyed = Secret::default();
        if let Entry::PasscodeOf(_) = self.entry {
            return Pin::asked(self.attempt, cx, Entry::Id, self.tries_left);
        }
        self.until = cx.now + cx.settings.first_digit;
        Phase::Pin(self)
    }

    fn complete(self, cx: &mut Cx<'_>) -> Phase {
        let Pin {
            attempt,
            entry,
            keyed,
            tries_left,
            ..
        } = self;
        let credential = match &entry {
            Entry::Id => {
                return Pin::asked(attempt, cx, Entry::PasscodeOf(keyed), tries_left);
            }
            Entry::PasscodeOf(id) => Credential::Account {
                id: id.clone(),
                passcode: keyed,
            },
            Entry::PinOf(card) => Credential::CardAndPin {
                card: card.clone(),
                pin: keyed,
            },
            Entry::Pin | Entry::Card => Credential::Pin(keyed),
        };
        PinCheck::enter(attempt, cx, credential, entry, tries_left)
    }

    fn timed_out(self, cx: &mut Cx<'_>) -> Phase {
        if !self.keyed.expose().is_empty() {
            return match self.entry.length(cx.settings) {
                Some(_) => self.failed_try(cx),
                None => self.complete(cx),
            };
        }
        if self.repeats_left > 1 {
            let Pin {
                attempt,
                entry,
                tries_left,
                repeats_left,
                ..
            } = self;
            let prompt = entry.prompt(cx.settings.identify_by);
            return Pin::prompted(attempt, cx, entry, tries_left, &[prompt], repeats_left - 1);
        }
        self.attempt.give_up(cx)
    }

    fn failed_try(self, cx: &mut Cx<'_>) -> Phase {
        let failed = Failed::of(&self.entry);
        another_try(self.attempt, cx, self.entry, self.tries_left, failed)
    }
}

/// The back office looks up who it is. Keys go on into the type-ahead.
#[derive(Debug)]
pub struct PinCheck {
    pub until: Tick,
    pub attempt: Attempt,
    credential: Credential,
    /// Where it was keyed or presented.
    entry: Entry,
    tries_left: u8,
    pub asked: u32,
}

impl PinCheck {
    fn enter(
        attempt: Attempt,
        cx: &mut Cx<'_>,
        credential: Credential,
        entry: Entry,
        tries_left: u8,
    ) -> Phase {
        let asked = cx.ask(Query::Identify(credential.clone()));
        Phase::PinCheck(PinCheck {
            until: cx.now + cx.settings.back_office_wait,
            attempt,
            credential,
            entry,
            tries_left,
            asked,
        })
    }

    /// Who presents a card has begun an attempt, as who presses a key has.
    fn of_card(
        mut attempt: Attempt,
        cx: &mut Cx<'_>,
        card: Secret<CardNumber>,
        entry: Entry,
        tries_left: u8,
    ) -> Phase {
        cx.tell(Fact::CardRead);
        attempt.keyed_at = Some(cx.now);
        attempt.forget_ahead();
        PinCheck::enter(attempt, cx, Credential::Card(card), entry, tries_left)
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Key(digit) => {
                // That of a passcode of set length, which was complete without it.
                let ended = digit == Digit::POUND && self.entry.ends_with_pound();
                if !ended {
                    self.attempt.type_ahead(digit);
                }
                Phase::PinCheck(self)
            }
            Event::Answer(answered) => match answered.reply {
                Reply::Pin(answer) => self.answered(cx, answer),
                _ => self.attempt.refuse(cx, Blocked::SystemUnavailable),
            },
            Event::Timer if cx.now >= self.until => {
                self.attempt.refuse(cx, Blocked::SystemUnavailable)
            }
            _ => Phase::PinCheck(self),
        }
    }

    fn answered(self, cx: &mut Cx<'_>, answer: PinAnswer) -> Phase {
        let PinCheck {
            mut attempt,
            credential,
            entry,
            tries_left,
            ..
        } = self;
        match answer {
            PinAnswer::Valid { inmate, language } => {
                attempt.inmate = Some(inmate);
                let known = language.filter(|l| cx.settings.languages.contains(l));
                attempt.language = attempt.language.or(known);
                match credential {
                    Credential::Card(card) if cx.settings.identify_by == IdentifyBy::CardAndPin => {
                        Pin::asked(attempt, cx, Entry::PinOf(card), tries_left)
                    }
                    credential => identified(attempt, cx, credential),
                }
            }
            PinAnswer::Unknown => {
                let failed = match credential {
                    Credential::Card(_) => Failed::Card,
                    Credential::Pin(_) | Credential::CardAndPin { .. } => Failed::Pin,
                    Credential::Account { .. } => Failed::Account,
                };
                another_try(attempt, cx, entry, tries_left, failed)
            }
            PinAnswer::Disabled { inmate } => {
                attempt.inmate = Some(inmate);
                attempt.refuse(cx, Blocked::PinDisabled)
            }
            PinAnswer::InUse { inmate } => {
                attempt.inmate = Some(inmate);
                attempt.refuse(cx, Blocked::PinInUse)
            }
            PinAnswer::Refused { inmate, blocked } => {
                attempt.inmate = Some(inmate);
                attempt.refuse(cx, blocked)
            }
            PinAnswer::Resting => attempt.refuse(cx, Blocked::PinResting),
        }
    }
}

fn identified(mut attempt: Attempt, cx: &mut Cx<'_>, credential: Credential) -> Phase {
    attempt.credential = Some(credential);
    if attempt.language.is_none() && cx.settings.languages.len() > 1 {
        return LanguageMenu::enter(attempt, cx);
    }
    Number::enter(attempt, cx)
}

fn another_try(
    attempt: Attempt,
    cx: &mut Cx<'_>,
    entry: Entry,
    tries_left: u8,
    failed: Failed,
) -> Phase {
    if tries_left <= 1 {
        return attempt.refuse(cx, failed.blocked());
    }
    Pin::again(attempt, cx, entry.again(), tries_left - 1, failed)
}
