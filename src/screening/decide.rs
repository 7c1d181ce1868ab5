//! The flowchart: its order here, its steps in `decide/`.

mod caller;
mod fraud;
mod hours;
mod lists;
mod number;
mod officer;
mod party;
mod people;
mod record;
mod registers;
mod route;
mod shorter;
mod time;
mod treatment;

pub use registers::Counts;
pub use time::LimitedBy;

use crate::{
    Disabled, LocalTime, Open, PhoneRules, PinEntry, PinKey, Room, Routing, Rules, Tables,
};
use record::Whole;
use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    disposition::Blocked,
    id::{InmateId, LineId, OfficerId},
    phone_number::PhoneNumber,
    prompt::Prompt,
    query::DialedOrSpeed,
    route::Routes,
    settings::Warnings,
    tick::Ticks,
    treatment::CallTreatment,
    verdict::{Check, Finding, Handling, RecordingRule, Step, Trace},
};

/// What is known of a call that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request<'a> {
    pub line: LineId,
    /// What was keyed, hashed; ignored at a phone that requires none.
    pub pin: Option<PinKey>,
    /// Who confirmed the call.
    pub officer: Option<OfficerId>,
    pub number: DialedOrSpeed,
    /// As it was keyed.
    pub dialed: Digits,
    /// What an exchange may connect that takes the last digits for none of the number's.
    pub shorter: &'a [PhoneNumber],
    pub now_utc_ms: i64,
    pub when: LocalTime,
    /// How long the phone stays in service; `None` is longer than any call.
    pub in_service_for: Option<Ticks>,
    /// No call lasts longer, timed or not.
    pub hard_limit: Ticks,
    pub routing: &'a Routing,
    pub recorder_works: bool,
}

/// The answer, and what was found on the way to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub trace: Trace,
    /// Whose PIN it is, also one that is refused.
    pub inmate: Option<InmateId>,
    /// The number that was screened: what was dialed, or what the code stands for.
    pub number: Option<DialedNumber>,
    /// The officers are to know of it, let through or not.
    pub watched: bool,
    /// Which limit is the smallest, where the call is allowed and limited.
    pub limited_by: Option<LimitedBy>,
    pub outcome: Result<Allowed, Refused>,
    /// When a register that is used up holds something again, UTC in milliseconds; `None` where
    /// none is, and where no waiting helps.
    pub opens_utc_ms: Option<i64>,
}

/// A call that may not be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused {
    pub blocked: Blocked,
    /// What the inmate hears of it.
    pub prompt: Prompt,
}

/// A call that may be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allowed {
    pub number: DialedNumber,
    /// `None` is untimed.
    pub limit: Option<Ticks>,
    /// How long from now on the caller may talk, by hours, booking, an officer's presence, and the
    /// phone's schedule; `None` is longer than any call.
    pub open_for: Option<Ticks>,
    /// Of those that lie within the talk.
    pub warnings: Warnings,
    pub recording: RecordingRule,
    pub treatment: CallTreatment,
    pub handling: Handling,
    /// Whether the called party must accept the call.
    pub acceptance: bool,
    /// Over which trunks it goes out, and what these are dialed.
    pub routes: Routes,
    /// Whether the limit is told before the call; there is one then.
    pub announce_limit: bool,
    pub counts: Counts,
    /// What the inmate's lockout register leaves, this call included.
    pub room: Room,
}

/// What a PIN is worth at this moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinState {
    Valid(PinEntry),
    Unknown,
    Disabled(PinEntry),
    /// Valid at a later time.
    NotYet(PinEntry),
    Expired(PinEntry),
    /// In a call at another phone.
    InUse(PinEntry),
}

impl PinState {
    /// What it is the PIN of, as far as there is such a PIN.
    pub fn entry(&self) -> Option<&PinEntry> {
        match self {
            PinState::Unknown => None,
            PinState::Valid(entry)
            | PinState::Disabled(entry)
            | PinState::NotYet(entry)
            | PinState::Expired(entry)
            | PinState::InUse(entry) => Some(entry),
        }
    }
}

/// Looks a PIN up, in the order the flowchart gives: known, enabled, free. Its days come between.
pub fn pin_state<T: Tables + ?Sized>(
    pin: &PinKey,
    line: LineId,
    now_utc_ms: i64,
    tables: &T,
) -> Result<PinState, T::Error> {
    let Some(entry) = tables.pin(pin)? else {
        return Ok(PinState::Unknown);
    };
    if entry.disabled.holds(now_utc_ms) {
        return Ok(PinState::Disabled(entry));
    }
    if entry.valid_from.is_some_and(|from| now_utc_ms < from) {
        return Ok(PinState::NotYet(entry));
    }
    if entry.valid_to.is_some_and(|to| now_utc_ms >= to) {
        return Ok(PinState::Expired(entry));
    }
    if tables.pin_in_use(pin, line)? {
        return Ok(PinState::InUse(entry));
    }
    Ok(PinState::Valid(entry))
}

/// Decides one call. An error is one of the tables'.
pub fn decide<T: Tables + ?Sized>(
    request: &Request<'_>,
    tables: &T,
    rules: &Rules,
) -> Result<Decision, T::Error> {
    let mut walk = Walk {
        request,
        tables,
        rules,
        trace: Trace::new(),
        inmate: None,
        watched: None,
        number: match request.number {
            DialedOrSpeed::Number(number) => Some(number),
            DialedOrSpeed::Speed(_) => None,
        },
        dialed: request.dialed,
        limited_by: None,
        opens: None,
    };
    let outcome = match walk.through() {
        Ok(allowed) => Ok(allowed),
        Err(Stop::Blocked(blocked)) => Err(Refused {
            blocked,
            prompt: Prompt::of_refusal(blocked),
        }),
        Err(Stop::Failed(error)) => return Err(error),
    };
    let watched = walk.is_watched()?;
    Ok(Decision {
        trace: walk.trace,
        inmate: walk.inmate,
        number: walk.number,
        watched,
        limited_by: walk.limited_by,
        outcome,
        opens_utc_ms: walk.opens,
    })
}

/// Why the walk ends early.
enum Stop<E> {
    Blocked(Blocked),
    Failed(E),
}

impl<E> From<E> for Stop<E> {
    fn from(error: E) -> Stop<E> {
        Stop::Failed(error)
    }
}

struct Walk<'a, T: Tables + ?Sized> {
    request: &'a Request<'a>,
    tables: &'a T,
    rules: &'a Rules,
    trace: Trace,
    inmate: Option<InmateId>,
    /// `None` until the number's record was asked for.
    watched: Option<bool>,
    number: Option<DialedNumber>,
    /// As it was keyed, or as what the code stands for would be.
    dialed: Digits,
    limited_by: Option<LimitedBy>,
    opens: Option<i64>,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    fn through(&mut self) -> Result<Allowed, Stop<T::Error>> {
        let phone = self.phone()?;
        let pin = self.pin(&phone)?;
        let caller = self.caller(pin)?;
        let caller = caller.as_ref();
        let number = self.number()?;
        self.call_type(&phone, &number)?;
        self.inmate_list(caller, &number.number)?;
        let listed = self.listed(pin.as_ref(), &number)?;
        // Looked up for every call: an entry marks a number as privileged and untimed
        // even where the flowchart does not need it to let the call through.
        let allowed = self.tables.allowed(&number.number)?;
        let whole = self.record(&number, listed, allowed)?;
        let contact = self.contact(caller, &number.number, allowed)?;
        self.lists_of_others(caller, &number.number, listed, allowed)?;
        let listing = match listed {
            Some(_) if !self.global_block_wins() => None,
            _ => self.lists(caller, contact, &number.number)?,
        };
        if listed.is_none() && listing.is_none() {
            self.tables_of_all(pin.is_some(), &number, allowed)?;
        } else if self.global_block_wins() {
            self.restricted(&number, allowed)?;
        }
        let mut flags = Flags::of(&whole, &phone);
        let from_phone = self.line_treatment_of(&phone, &number, flags.privileged)?;
        self.party(&number)?;
        self.time(&number)?;
        let open = self.hours(caller, &number.number)?;
        for shorter in self.request.shorter {
            let timed = self.shorter(shorter, caller, &whole, listing)?;
            flags.untimed &= !timed;
            let there = self.line_treatment_there(shorter, &phone, &number, from_phone)?;
            self.not_instead(there)?;
        }
        self.number_fraud(&number.number, flags.privileged)?;
        let treated = self.treatment(&number, &whole, from_phone, &flags)?;
        let held = self.registers(pin.as_ref(), &number, &flags)?;
        let limits = treated.limits.into_iter().chain([held.longest]);
        let limit = self.limit(&phone, caller, &number, flags.untimed, open, limits)?;
        let way = self.way(&number, &treated)?;
        self.recordable(treated.recording)?;
        self.officer(flags.privileged)?;
        let open = match open {
            Open::For(left) => Some(left),
            Open::No | Open::Throughout => None,
        };
        let told = treated.announce_limit.unwrap_or(self.rules.announce_limit);
        let longest = limit.unwrap_or(self.request.hard_limit);
        Ok(Allowed {
            number,
            limit,
            open_for: [self.request.in_service_for, open]
                .into_iter()
                .flatten()
                .min(),
            warnings: self.rules.warnings.within(longest),
            recording: treated.recording,
            treatment: treated.told,
            handling: way.handling,
            acceptance: way.acceptance,
            routes: way.routes,
            announce_limit: told && limit.is_some(),
            counts: held.counts,
            room: held.room,
        })
    }

    fn note(&mut self, check: Check, finding: Finding) {
        self.trace.push(Step { check, finding });
    }

    /// Notes a setting that changes the order of the checks, the first time that it is asked.
    fn setting(&mut self, check: Check, is: bool) -> bool {
        if self.trace.iter().all(|step| step.check != check) {
            let finding = if is { Finding::Yes } else { Finding::No };
            self.note(check, finding);
        }
        is
    }

    fn global_block_wins(&mut self) -> bool {
        self.setting(Check::GlobalBlockWins, self.rules.global_block_wins)
    }

    fn allowed_rescues(&mut self) -> bool {
        self.setting(Check::AllowedRescues, self.rules.allowed_rescues)
    }

    /// Notes what a check found and stops there.
    fn stop<X>(
        &mut self,
        check: Check,
        finding: Finding,
        blocked: Blocked,
    ) -> Result<X, Stop<T::Error>> {
        self.note(check, finding);
        Err(Stop::Blocked(blocked))
    }

    fn is_off(&self, disabled: Disabled) -> bool {
        disabled.holds(self.request.now_utc_ms)
    }
}

/// What the entries that were met say of the call beyond letting it through.
struct Flags {
    untimed: bool,
    privileged: bool,
}

impl Flags {
    /// Timed or not is for the entry that let the call through: the PIN's own, or else the
    /// allowed one. One word is enough to make a call privileged.
    fn of(whole: &Whole, phone: &PhoneRules) -> Flags {
        let Whole {
            listed,
            allowed,
            record,
            ..
        } = *whole;
        let untimed = match (listed, allowed) {
            (Some(own), _) => own.untimed,
            (None, Some(entry)) => entry.untimed,
            (None, None) => false,
        };
        let privileged = phone.privileged
            || listed.is_some_and(|own| own.privileged)
            || allowed.is_some_and(|entry| entry.privileged)
            || record.is_some_and(|record| record.privileged);
        Flags {
            untimed,
            privileged,
        }
    }
}
