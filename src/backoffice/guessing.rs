//! Guessing of PINs: what failed is kept on disk, so that a restart forgets nothing.

use crate::{
    Error, View,
    admin::identity::officer_subject,
    answer::{inmate_subject, line_actor},
    lookups,
    reading::Reading,
    session::Session,
    words::kebab,
};
use db::{Read, keys::GuessKey, values};
use screening::{GuessRule, Guesses};
use std::{fmt, ops::Bound};
use types::{
    disposition::FraudKind,
    id::{CallId, InmateId, LineId, OfficerId},
    phone_number::PhoneNumber,
    settings::Period,
    text::counted,
    tick::Tick,
};

/// Something an officer is to look at; it is in the journal as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alert {
    /// Too many PINs failed at a phone.
    PhoneRests { line: LineId, seconds: u32 },
    /// An inmate's PIN failed too often.
    PinRests { inmate: InmateId, seconds: u32 },
    /// The passcode to an inmate's id was tried too often.
    PasscodeRests { inmate: InmateId, seconds: u32 },
    /// The password of an officer's account failed too often.
    AccountRests { officer: OfficerId, seconds: u32 },
    /// An inmate who is watched asked for a call.
    WatchedInmate {
        line: LineId,
        call: CallId,
        inmate: InmateId,
    },
    /// There is a note for the call of an inmate; the journal holds it.
    NoteForCall {
        line: LineId,
        call: CallId,
        inmate: InmateId,
    },
    /// A number is called too often, or by too many.
    FrequentNumber {
        number: PhoneNumber,
        calls: u32,
        inmates: u32,
        period: Period,
    },
    /// A card that is not taken any more was presented at a phone.
    DisabledCard {
        line: LineId,
        /// Whose it was, if an inmate's.
        inmate: Option<InmateId>,
    },
    /// There was too much fraud on calls to a number; no `seconds` is until somebody lifts it.
    NumberBlocked {
        number: PhoneNumber,
        kind: FraudKind,
        seconds: Option<u32>,
    },
    /// Somebody calls a watched number, or tried to.
    WatchedNumber { line: LineId, call: CallId },
}

fn often(calls: u32, inmates: u32, period: &Period) -> String {
    let (calls, inmates) = (counted(calls, "call"), counted(inmates, "inmate"));
    format!("{calls} of {inmates} this {}", kebab(period))
}

fn failed(what: &str, whose: &str, seconds: u32) -> String {
    format!("the {what} of {whose} failed too often: it is not taken for {seconds} s")
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Alert::PhoneRests { line, seconds } => write!(
                f,
                "too many wrong PINs (cards, passcodes, codes) at the phone of line {line}: it takes \
                 none for {seconds} s"
            ),
            Alert::PinRests { inmate, seconds } => {
                f.write_str(&failed("PIN", &inmate_subject(*inmate), *seconds))
            }
            Alert::PasscodeRests { inmate, seconds } => {
                f.write_str(&failed("passcode", &inmate_subject(*inmate), *seconds))
            }
            Alert::AccountRests { officer, seconds } => {
                f.write_str(&failed("password", &officer_subject(*officer), *seconds))
            }
            Alert::WatchedInmate { line, call, inmate } => write!(
                f,
                "inmate {}, who is watched, calls from line {line}: call {call}",
                inmate.0
            ),
            Alert::NoteForCall { line, call, inmate } => write!(
                f,
                "there is a note for call {call} of inmate {} from line {line}",
                inmate.0
            ),
            Alert::FrequentNumber {
                number,
                calls,
                inmates,
                period,
            } => write!(f, "number {number} has {}", often(*calls, *inmates, period)),
            Alert::DisabledCard {
                line,
                inmate: Some(inmate),
            } => write!(
                f,
                "a card of inmate {} that is not taken any more was presented at the phone of line {line}",
                inmate.0
            ),
            Alert::DisabledCard { line, inmate: None } => write!(
                f,
                "an officer's card that is not taken any more was presented at the phone of line {line}"
            ),
            Alert::NumberBlocked {
                number,
                kind,
                seconds,
            } => {
                let what = match kind {
                    FraudKind::ThreeWay => "third parties",
                    FraudKind::ExtraDigits => "keys pressed",
                };
                write!(f, "too often {what} on calls to {number}: it is blocked ")?;
                match seconds {
                    Some(seconds) => write!(f, "for {seconds} s"),
                    None => write!(f, "until it is lifted"),
                }
            }
            Alert::WatchedNumber { line, call } => write!(
                f,
                "a watched number was dialed at the phone of line {line}: call {call}"
            ),
        }
    }
}

/// What rests after wrong guesses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RestOf {
    Phone(LineId),
    /// The PIN of an inmate.
    Pin(InmateId),
    Passcode(InmateId),
}

impl RestOf {
    fn key(self) -> GuessKey {
        match self {
            RestOf::Phone(line) => GuessKey::Phone(line),
            RestOf::Pin(inmate) => GuessKey::Inmate(inmate),
            RestOf::Passcode(inmate) => GuessKey::Passcode(inmate),
        }
    }
}

/// How long something rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rest {
    pub of: RestOf,
    /// `None`: something failed there, and it does not rest.
    pub until_utc_ms: Option<i64>,
}

impl View {
    /// Up to so many after one of the phones, then the PINs, then the passcodes that failed
    /// lately.
    pub fn rests(
        &self,
        now: Tick,
        after: Option<RestOf>,
        limit: usize,
    ) -> Result<Vec<Rest>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let rule = lookups::site_settings(tables, &reader)?.guessing;
        let after = after.map(RestOf::key);
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        // Ids that are nobody's are between the two.
        let last_pin = GuessKey::Inmate(InmateId(u32::MAX));
        let passcodes = GuessKey::Passcode(InmateId(0));
        let (mut page, from) = match after {
            Some(GuessKey::Passcode(_)) => (Vec::new(), from),
            _ => {
                let to = Bound::Included(&last_pin);
                let page = tables.guesses.page(&reader, from, to, limit)?;
                (page, Bound::Included(&passcodes))
            }
        };
        let left = limit - page.len();
        let last = GuessKey::Passcode(InmateId(u32::MAX));
        let rest = tables
            .guesses
            .page(&reader, from, Bound::Included(&last), left)?;
        page.extend(rest);
        let utc_ms = self.utc_ms(now);
        let rest = |(key, stored): (GuessKey, values::Guesses)| {
            let of = match key {
                GuessKey::Phone(line) => RestOf::Phone(line),
                GuessKey::Inmate(inmate) => RestOf::Pin(inmate),
                GuessKey::Passcode(inmate) => RestOf::Passcode(inmate),
                GuessKey::NobodysId(_) | GuessKey::Account(_) | GuessKey::NobodysLogin(_) => {
                    return None;
                }
            };
            let guesses = guesses(stored);
            let rests = guesses.is_resting(utc_ms, &rule);
            Some(Rest {
                of,
                until_utc_ms: rests.then_some(guesses.rests_until),
            })
        };
        Ok(page.into_iter().filter_map(rest).collect())
    }
}

impl<R: Read> Reading<'_, R> {
    pub fn is_resting(&self, at: GuessKey, rule: &GuessRule) -> Result<bool, Error> {
        Ok(self.guesses(at)?.is_resting(self.now_utc_ms, rule))
    }

    /// `None` where it does not rest.
    pub fn rests_until(&self, at: GuessKey, rule: &GuessRule) -> Result<Option<i64>, Error> {
        let guesses = self.guesses(at)?;
        let rests = guesses.is_resting(self.now_utc_ms, rule);
        Ok(rests.then_some(guesses.rests_until))
    }

    fn guesses(&self, at: GuessKey) -> Result<Guesses, Error> {
        let stored = self.tables.guesses.get(self.txn, &at)?;
        Ok(stored.map_or_else(Guesses::default, guesses))
    }
}

impl Session<'_> {
    /// A PIN failed at `line`, for this phone or this inmate.
    pub fn pin_failed(
        &mut self,
        line: LineId,
        at: GuessKey,
        rule: &GuessRule,
    ) -> Result<(), Error> {
        self.guess_failed(&line_actor(line), at, rule)
    }

    /// Something failed there; who tells it is in the journal if that brings a rest.
    pub fn guess_failed(
        &mut self,
        actor: &str,
        at: GuessKey,
        rule: &GuessRule,
    ) -> Result<(), Error> {
        let mut guesses = self.reading().guesses(at)?;
        let rests = guesses.fail(self.now_utc_ms(), rule);
        let stored = values::Guesses {
            failures: guesses.failures,
            counted_from_utc_ms: guesses.counted_from,
            rests: guesses.rests,
            rests_until_utc_ms: guesses.rests_until,
        };
        self.tables.guesses.put(&mut self.writer, &at, &stored)?;
        let Some(seconds) = rests else { return Ok(()) };
        let alert = match at {
            GuessKey::Phone(line) => Alert::PhoneRests { line, seconds },
            GuessKey::Inmate(inmate) => Alert::PinRests { inmate, seconds },
            GuessKey::Passcode(inmate) => Alert::PasscodeRests { inmate, seconds },
            GuessKey::Account(officer) => Alert::AccountRests { officer, seconds },
            // There is nobody to look after.
            GuessKey::NobodysId(_) | GuessKey::NobodysLogin(_) => return Ok(()),
        };
        self.alert(actor, subject(at), alert)
    }

    pub fn lift_phone_rest(&mut self, actor: &str, line: LineId) -> Result<bool, Error> {
        self.lift_rest(actor, GuessKey::Phone(line))
    }

    pub fn lift_pin_rest(&mut self, actor: &str, inmate: InmateId) -> Result<bool, Error> {
        let passcode = self.lift_rest(actor, GuessKey::Passcode(inmate))?;
        Ok(self.lift_rest(actor, GuessKey::Inmate(inmate))? || passcode)
    }

    /// Ends a rest and forgets what failed.
    pub fn lift_rest(&mut self, actor: &str, at: GuessKey) -> Result<bool, Error> {
        let was = self.tables.guesses.delete(&mut self.writer, &at)?;
        if was {
            let noun = match at {
                GuessKey::Account(_) | GuessKey::NobodysLogin(_) => "wrong passwords",
                _ => "wrong PINs",
            };
            self.journal(actor, noun, subject(at), "forgotten")?;
        }
        Ok(was)
    }
}

fn guesses(stored: values::Guesses) -> Guesses {
    Guesses {
        failures: stored.failures,
        counted_from: stored.counted_from_utc_ms,
        rests: stored.rests,
        rests_until: stored.rests_until_utc_ms,
    }
}

fn subject(at: GuessKey) -> String {
    match at {
        GuessKey::Phone(line) => format!("phone {line}"),
        GuessKey::Inmate(inmate) | GuessKey::Passcode(inmate) => inmate_subject(inmate),
        GuessKey::Account(officer) => officer_subject(officer),
        GuessKey::NobodysId(_) | GuessKey::NobodysLogin(_) => "unknown".to_owned(),
    }
}
