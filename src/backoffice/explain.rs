//! What would be decided about a call, for the officer who asks why. It goes the way of an
//! admission, in a transaction that only reads: what is told is what a call would meet, nothing is
//! changed, and nobody who writes is waited for.

use crate::{AllowanceOf, Error, Phone, View, reading::Reading, stored};
use db::{
    Read,
    keys::{FacilityId, GuessKey, PinHash},
};
use screening::{LimitedBy, PinKey, Weekend};
use types::{
    credential::IdentifyBy,
    digits::Digits,
    disposition::Blocked,
    id::{InmateId, LineId},
    language::Language,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::{Admission, DialedOrSpeed, OfficerWord},
    tick::{Tick, Ticks},
    verdict::{Check, Finding, Permit, Step, Trace},
};

/// A call that somebody might make.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asking {
    pub line: LineId,
    /// The facility's own id of who calls; not needed at a phone that asks for no PIN.
    pub inmate: Option<String>,
    /// As it is keyed.
    pub dialed: Digits,
    pub number: DialedOrSpeed,
    /// UTC in milliseconds; `None` is now. Who is in a call is told as of now.
    pub at_utc_ms: Option<i64>,
}

/// What would be decided about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    pub at_utc_ms: i64,
    pub phone: Phone,
    /// The inmate's id and name, where the phone asks for a PIN.
    pub caller: Option<(String, String)>,
    /// What was screened: what a speed dial stands for.
    pub number: Option<(PhoneNumber, DialingPattern, CallType)>,
    pub trace: Trace,
    /// What the inmate is spoken to in, where the PIN says it and was taken; else the site's own.
    pub language: Option<Language>,
    /// Why the phone is out of service, if it is.
    pub why_out: Option<WhyOut>,
    /// Of several limits the smallest.
    pub limited_by: Option<LimitedBy>,
    /// No call lasts longer, also one without a limit of its own.
    pub hard_limit: Ticks,
    pub outcome: Result<Permit, Blocked>,
    /// When a lockout register that refuses it would let it through.
    pub opens_utc_ms: Option<i64>,
    /// By whose allowance the inmate's lockout register was looked at, if it was.
    pub allowance_of: Option<AllowanceOf>,
}

/// Why a phone is out of service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyOut {
    SwitchedOff,
    /// By an officer: itself, a group it is in, or everything.
    ShutDown,
    /// By its schedule.
    Schedule,
}

/// Whose PIN it would be.
struct Caller {
    inmate: InmateId,
    id: String,
    name: String,
    pin: PinKey,
    language: Option<Language>,
}

impl View {
    /// What would be decided about a call.
    ///
    /// # Errors
    /// When there is no such phone, nobody has this id, or who has it has no PIN though the phone asks
    /// for one.
    pub fn explain(&self, now: Tick, asking: &Asking) -> Result<Explanation, Error> {
        let reader = self.database.read()?;
        let mut reading = self.reading(now, &reader);
        if let Some(utc_ms) = asking.at_utc_ms {
            reading.now_utc_ms = utc_ms;
        }
        reading.explain(asking)
    }
}

impl View {
    /// Whose allowance holds for an inmate.
    ///
    /// # Errors
    /// Those of the database.
    pub fn allowance_of(&self, now: Tick, inmate: InmateId) -> Result<Option<AllowanceOf>, Error> {
        let reader = self.database.read()?;
        let found = self
            .reading(now, &reader)
            .registers()
            .inmates_allowance(inmate)?;
        Ok(found.map(|(of, _)| of))
    }
}

impl<R: Read> Reading<'_, R> {
    fn explain(&self, asking: &Asking) -> Result<Explanation, Error> {
        let phone = self.tables.phones.get(self.txn, &asking.line)?;
        let phone = phone.ok_or(Error::UnknownPhone(asking.line))?;
        let phone = stored::phone(phone)?;
        let asks_for_pin = phone.pin_required;
        let caller = match &asking.inmate {
            Some(id) if asks_for_pin => Some(self.caller_of(id)?),
            None if asks_for_pin => {
                return Err(Error::WhoseCall(asking.line));
            }
            _ => None,
        };
        let settings = self.settings()?;
        let told = Explanation {
            at_utc_ms: self.now_utc_ms,
            caller: caller.as_ref().map(|c| (c.id.clone(), c.name.clone())),
            number: None,
            trace: Trace::new(),
            language: None,
            why_out: self.why_out(asking.line, &phone, settings.rules.weekend)?,
            limited_by: None,
            hard_limit: settings.call.hard_limit,
            outcome: Err(Blocked::PinResting),
            opens_utc_ms: None,
            allowance_of: None,
            phone,
        };
        if let Some(caller) = &caller
            && told.why_out.is_none()
            && self.rests(asking.line, caller.inmate)?
        {
            let step = Step {
                check: Check::PinRequired,
                finding: Finding::Yes,
            };
            let trace = [step].into_iter().collect();
            return Ok(Explanation { trace, ..told });
        }
        let admission = Admission {
            off_hook_at: self.now,
            credential: None,
            officer: OfficerWord::NotAsked,
            dialed: asking.dialed,
            number: asking.number,
        };
        let pin = caller.as_ref().map(|caller| caller.pin);
        let (decision, verdict) = self.weighed(asking.line, pin, &admission)?;
        let outcome = verdict.outcome.map_err(|refusal| refusal.blocked);
        let caller_taken = caller.as_ref().filter(|_| !before_language(&outcome));
        let language = caller_taken.and_then(|caller| caller.language);
        let mut steps = verdict.trace.iter();
        let allowance_of = match caller {
            Some(caller) if steps.any(|step| step.check == Check::InmateRegister) => {
                self.registers().inmates_allowance(caller.inmate)?
            }
            _ => None,
        };
        Ok(Explanation {
            number: decision.number.map(|n| (n.number, n.pattern, n.call_type)),
            trace: verdict.trace,
            limited_by: decision.limited_by,
            opens_utc_ms: decision.opens_utc_ms,
            allowance_of: allowance_of.map(|(of, _)| of),
            language,
            outcome,
            ..told
        })
    }

    pub fn why_out(
        &self,
        line: LineId,
        phone: &Phone,
        weekend: Weekend,
    ) -> Result<Option<WhyOut>, Error> {
        if !phone.in_service {
            return Ok(Some(WhyOut::SwitchedOff));
        }
        if self.groups().is_shut(line)? {
            return Ok(Some(WhyOut::ShutDown));
        }
        let calendar = self.calendar();
        let left =
            calendar.in_service_for(phone.schedule, weekend, self.now_utc_ms, Ticks::ms(1))?;
        Ok(left.map(|_| WhyOut::Schedule))
    }

    fn caller_of(&self, id: &str) -> Result<Caller, Error> {
        let key = FacilityId(id.to_owned());
        let found = self.tables.inmates_by_id.get(self.txn, &key)?;
        let inmate = found.map(|found| InmateId(found.inmate));
        let inmate = inmate.ok_or(Error::UnknownFacilityId)?;
        let entry = self.tables.inmates.get(self.txn, &inmate)?;
        let entry = entry.ok_or(Error::UnknownFacilityId)?;
        let pin = entry.pin.ok_or_else(|| Error::NoPinOf(id.to_owned()))?;
        let there = self.tables.pins.get(self.txn, &PinHash(pin))?;
        let language = there.and_then(|there| there.language);
        let language = language.map(stored::language).transpose()?;
        let loaded = self.settings()?.call.languages;
        Ok(Caller {
            inmate,
            pin: PinKey(pin),
            language: language.filter(|language| loaded.contains(language)),
            id: entry.facility_id,
            name: entry.name,
        })
    }

    /// Whether a PIN keyed there would not even be looked at.
    fn rests(&self, line: LineId, inmate: InmateId) -> Result<bool, Error> {
        let rule = self.settings()?.guessing;
        let by_passcode = self.identity_of(line)?.by == IdentifyBy::IdAndPasscode;
        Ok(self.is_resting(GuessKey::Phone(line), &rule)?
            || self.is_resting(GuessKey::Inmate(inmate), &rule)?
            || by_passcode && self.is_resting(GuessKey::Passcode(inmate), &rule)?)
    }
}

/// Whether it is refused before what the PIN says of a language is known.
fn before_language(outcome: &Result<Permit, Blocked>) -> bool {
    matches!(
        outcome,
        Err(Blocked::PinInvalid
            | Blocked::PinDisabled
            | Blocked::PinInUse
            | Blocked::PinNotYetValid
            | Blocked::PinExpired
            | Blocked::PinResting
            | Blocked::InmateSuspended
            | Blocked::NotEnrolled
            | Blocked::PhoneOutOfService)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Anchor, BackOffice, Config, Routing, Seed, session::Session};
    use std::{
        sync::{Arc, mpsc},
        thread,
        time::Duration,
    };
    use types::{dial_plan::DialedNumber, phone_number::PhoneNumber};

    const NOW: Tick = Tick(8_000_000);

    fn office(dir: &std::path::Path) -> BackOffice {
        let open = Phone {
            pin_required: false,
            ..Phone::standard("lobby")
        };
        let mut seed = Seed::standard();
        seed.phones = vec![(LineId(1), open)];
        let config = Config {
            site: 7,
            time_zone: "America/New_York".to_owned(),
            dial_plan: Arc::default(),
            map_size: 8 << 20,
            durable: true,
            anchor: Anchor {
                tick: NOW,
                utc_ms: 1_795_530_600_000,
            },
            routing: Routing::north_america(),
            seed,
        };
        BackOffice::open(dir, config).expect("opens")
    }

    /// A thread, for one that waited for ever must not hold up the tests.
    #[allow(clippy::disallowed_methods)]
    #[test]
    fn an_explanation_waits_for_nobody_who_writes() {
        let dir = tempfile::tempdir().expect("a directory");
        let office = Arc::new(office(dir.path()));
        let dialed = Digits::parse("02155550123").expect("digits");
        let asking = Asking {
            line: LineId(1),
            inmate: None,
            dialed,
            number: DialedOrSpeed::Number(DialedNumber {
                number: PhoneNumber::parse("2155550123").expect("a number"),
                pattern: DialingPattern::ZeroPlus,
                call_type: CallType::Local,
            }),
            at_utc_ms: None,
        };
        let before = office.explain(NOW, &asking).expect("is told");
        assert!(before.outcome.is_ok(), "{before:?}");
        let writing = Session::begin(&office, NOW).expect("begins to write");
        let (tell, told) = mpsc::channel();
        let asked = Arc::clone(&office);
        let thread = thread::spawn(move || {
            let told = asked.explain(NOW, &asking).expect("is told");
            tell.send(told).is_ok()
        });
        let told = told.recv_timeout(Duration::from_secs(20));
        drop(writing);
        assert_eq!(told.expect("it waits for no writer"), before);
        assert!(thread.join().expect("ends"));
    }
}
