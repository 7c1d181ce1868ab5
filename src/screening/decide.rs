//! The flowchart, one step a function.

use crate::{
    AllowedEntry, Class, Disabled, ListedNumber, LocalTime, PhoneRules, PinEntry, PinKey, Rules,
    Tables,
};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    id::{InmateId, LineId},
    phone_number::PhoneNumber,
    query::DialedOrSpeed,
    tick::Ticks,
    verdict::{Check, Finding, RecordingRule, Step, Trace},
};

/// What is known of a call that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request<'a> {
    pub line: LineId,
    /// What was keyed, hashed; ignored at a phone that requires none.
    pub pin: Option<PinKey>,
    pub number: DialedOrSpeed,
    /// What an exchange may connect that takes the last digits for none of the number's.
    pub shorter: &'a [PhoneNumber],
    pub now_utc_ms: i64,
    pub when: LocalTime,
    /// How long the phone stays in service; `None` is without end.
    pub in_service_for: Option<Ticks>,
}

/// The answer, and what was found on the way to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub trace: Trace,
    pub inmate: Option<InmateId>,
    /// The number that was screened: what was dialed, or what the code stands for.
    pub number: Option<DialedNumber>,
    pub outcome: Result<Allowed, Blocked>,
}

/// A call that may be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allowed {
    /// `None` is untimed.
    pub limit: Option<Ticks>,
    pub recording: RecordingRule,
}

/// What a PIN is worth at this moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinState {
    Valid(PinEntry),
    Unknown,
    Disabled(PinEntry),
    /// In a call at another phone.
    InUse(PinEntry),
}

/// Looks a PIN up, in the order the flowchart gives: known, enabled, free.
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
        number: match request.number {
            DialedOrSpeed::Number(number) => Some(number),
            DialedOrSpeed::Speed(_) => None,
        },
    };
    let outcome = match walk.through() {
        Ok(allowed) => Ok(allowed),
        Err(Stop::Blocked(blocked)) => Err(blocked),
        Err(Stop::Failed(error)) => return Err(error),
    };
    Ok(Decision {
        trace: walk.trace,
        inmate: walk.inmate,
        number: walk.number,
        outcome,
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
    number: Option<DialedNumber>,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    fn through(&mut self) -> Result<Allowed, Stop<T::Error>> {
        let phone = self.phone()?;
        let pin = self.pin(&phone)?;
        let number = self.number()?;
        self.call_type(&phone, &number)?;
        let listed = self.listed(pin.as_ref(), &number)?;
        // Looked up for every call: an entry marks a number as privileged and untimed
        // even where the flowchart does not need it to let the call through.
        let allowed = self.tables.allowed(&number.number)?;
        match listed {
            Some(_) if self.rules.global_block_wins => {
                self.restricted(&number, allowed)?;
            }
            Some(_) => {}
            None => self.tables_of_all(pin.is_some(), &number, allowed)?,
        }
        self.time(&number)?;
        for shorter in self.request.shorter {
            self.shorter(shorter, pin.as_ref(), listed, allowed)?;
        }
        let flags = Flags::of(listed, allowed, &phone);
        let limit = self.limit(&phone, pin.as_ref(), &number, flags.untimed)?;
        let recording = match (flags.privileged, self.rules.record) {
            (true, _) => RecordingRule::Privileged,
            (false, true) => RecordingRule::Record,
            (false, false) => RecordingRule::DoNotRecord,
        };
        Ok(Allowed { limit, recording })
    }

    fn note(&mut self, check: Check, finding: Finding) {
        self.trace.push(Step { check, finding });
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

    /// A phone that nobody entered is as one that is switched off.
    fn phone(&self) -> Result<PhoneRules, Stop<T::Error>> {
        match self.tables.phone(self.request.line)? {
            Some(phone) if phone.in_service => Ok(phone),
            _ => Err(Stop::Blocked(Blocked::PhoneOutOfService)),
        }
    }

    fn pin(&mut self, phone: &PhoneRules) -> Result<Option<PinEntry>, Stop<T::Error>> {
        if !phone.pin_required {
            self.note(Check::PinRequired, Finding::No);
            return Ok(None);
        }
        self.note(Check::PinRequired, Finding::Yes);
        let Request {
            pin,
            line,
            now_utc_ms,
            ..
        } = *self.request;
        let state = match pin {
            Some(pin) => pin_state(&pin, line, now_utc_ms, self.tables)?,
            None => PinState::Unknown,
        };
        match state {
            PinState::Unknown => self.stop(Check::PinTable, Finding::NotFound, Blocked::PinInvalid),
            PinState::Disabled(_) => {
                self.stop(Check::PinTable, Finding::Disabled, Blocked::PinDisabled)
            }
            PinState::InUse(_) => {
                self.note(Check::PinTable, Finding::Found);
                self.stop(Check::PinInUse, Finding::Yes, Blocked::PinInUse)
            }
            PinState::Valid(entry) => {
                self.note(Check::PinTable, Finding::Found);
                self.note(Check::PinInUse, Finding::No);
                self.inmate = Some(entry.inmate);
                Ok(Some(entry))
            }
        }
    }

    fn number(&mut self) -> Result<DialedNumber, Stop<T::Error>> {
        let code = match self.request.number {
            DialedOrSpeed::Number(number) => return Ok(number),
            DialedOrSpeed::Speed(code) => code,
        };
        let Some(number) = self.tables.speed_dial(code)? else {
            let blocked = Blocked::SpeedDialNotAssigned;
            return self.stop(Check::SpeedDial, Finding::NotFound, blocked);
        };
        self.note(Check::SpeedDial, Finding::Found);
        self.number = Some(number);
        Ok(number)
    }

    fn call_type(
        &mut self,
        phone: &PhoneRules,
        number: &DialedNumber,
    ) -> Result<(), Stop<T::Error>> {
        let type_open = match &phone.call_types {
            Some(types) => types.contains(&number.call_type),
            None => true,
        };
        let pattern_open = match &phone.patterns {
            Some(patterns) => patterns.contains(&number.pattern),
            None => true,
        };
        if !(type_open && pattern_open) {
            return self.stop(Check::CallType, Finding::No, Blocked::CallTypeNotAllowed);
        }
        self.note(Check::CallType, Finding::Passed);
        Ok(())
    }

    fn listed(
        &mut self,
        pin: Option<&PinEntry>,
        number: &DialedNumber,
    ) -> Result<Option<ListedNumber>, Stop<T::Error>> {
        let Some(pin) = pin else { return Ok(None) };
        let Some(listed) = self.tables.listed(pin.inmate, &number.number)? else {
            self.note(Check::PinNumberList, Finding::NotFound);
            return Ok(None);
        };
        if self.is_off(listed.disabled) {
            let blocked = Blocked::PinNumberDisabled;
            return self.stop(Check::PinNumberList, Finding::Disabled, blocked);
        }
        self.note(Check::PinNumberList, Finding::Found);
        Ok(Some(listed))
    }

    /// The tables that hold for every caller, for a number on nobody's list.
    fn tables_of_all(
        &mut self,
        with_pin: bool,
        number: &DialedNumber,
        allowed: Option<AllowedEntry>,
    ) -> Result<(), Stop<T::Error>> {
        if with_pin && !self.rules.check_restricted {
            self.note(Check::RestrictedMode, Finding::No);
            if allowed.is_none() {
                let blocked = Blocked::NumberNotAllowed;
                return self.stop(Check::AllowedTable, Finding::NotFound, blocked);
            }
            self.note(Check::AllowedTable, Finding::Found);
            return Ok(());
        }
        if with_pin {
            self.note(Check::RestrictedMode, Finding::Yes);
        }
        let in_table = self.restricted(number, allowed)?;
        if !in_table {
            // A number in no table is allowed in these modes: noted, not decided.
            let finding = match allowed {
                Some(_) => Finding::Found,
                None => Finding::NotFound,
            };
            self.note(Check::AllowedTable, finding);
        }
        Ok(())
    }

    /// The restricted table, and the allowed entry that may rescue. Tells whether the number
    /// was in the restricted table.
    fn restricted(
        &mut self,
        number: &DialedNumber,
        allowed: Option<AllowedEntry>,
    ) -> Result<bool, Stop<T::Error>> {
        let Some(restricted) = self.tables.restricted(&number.number)? else {
            self.note(Check::RestrictedTable, Finding::NotFound);
            return Ok(false);
        };
        self.note(Check::RestrictedTable, Finding::Found);
        let blocked = Blocked::NumberRestricted;
        if !self.rules.allowed_rescues {
            return Err(Stop::Blocked(blocked));
        }
        match allowed {
            None => self.stop(Check::AllowedTable, Finding::NotFound, blocked),
            Some(entry) if entry.specificity < restricted.specificity => {
                self.stop(Check::AllowedTable, Finding::Found, blocked)
            }
            Some(_) => {
                self.note(Check::AllowedTable, Finding::Rescued);
                Ok(true)
            }
        }
    }

    fn time(&mut self, number: &DialedNumber) -> Result<(), Stop<T::Error>> {
        let finding = match self.tables.open_times(&number.number)? {
            None => Finding::NotFound,
            Some(steps) if steps.is_open(&self.request.when) => Finding::Passed,
            Some(_) => {
                let blocked = Blocked::TimeRestricted;
                return self.stop(Check::TimeRestricted, Finding::Found, blocked);
            }
        };
        self.note(Check::TimeRestricted, finding);
        Ok(())
    }

    /// A number that would be reached if the last digits count for nothing: what blocks it
    /// blocks the call. An entry for the whole number goes before one for the shorter: whoever
    /// made it knew where the number goes.
    fn shorter(
        &mut self,
        shorter: &PhoneNumber,
        pin: Option<&PinEntry>,
        listed: Option<ListedNumber>,
        allowed: Option<AllowedEntry>,
    ) -> Result<(), Stop<T::Error>> {
        let there = self.tables.allowed(shorter)?;
        let own = match pin {
            Some(pin) => self.tables.listed(pin.inmate, shorter)?,
            None => None,
        };
        let tables_count = match listed {
            Some(_) => self.rules.global_block_wins,
            None => pin.is_none() || self.rules.check_restricted,
        };
        let blocked = if tables_count && self.restricted_there(shorter, [allowed, there])? {
            Some(Blocked::NumberRestricted)
        } else if listed.is_none() && own.is_some_and(|own| self.is_off(own.disabled)) {
            Some(Blocked::PinNumberDisabled)
        } else if listed.is_none() && is_anothers_privilege(shorter, own, there, allowed) {
            Some(Blocked::NumberNotAllowed)
        } else if !self.is_open(shorter)? {
            Some(Blocked::TimeRestricted)
        } else {
            None
        };
        match blocked {
            Some(blocked) => self.stop(Check::ShorterNumber, Finding::Found, blocked),
            None => Ok(()),
        }
    }

    /// Whether the number is in the restricted table, and none of these entries rescues it.
    fn restricted_there(
        &self,
        number: &PhoneNumber,
        rescuers: [Option<AllowedEntry>; 2],
    ) -> Result<bool, Stop<T::Error>> {
        let Some(restricted) = self.tables.restricted(number)? else {
            return Ok(false);
        };
        let rescues = |entry: &AllowedEntry| entry.specificity >= restricted.specificity;
        let rescued = self.rules.allowed_rescues && rescuers.iter().flatten().any(rescues);
        Ok(!rescued)
    }

    fn is_off(&self, disabled: Disabled) -> bool {
        disabled.holds(self.request.now_utc_ms)
    }

    fn is_open(&self, number: &PhoneNumber) -> Result<bool, Stop<T::Error>> {
        let steps = self.tables.open_times(number)?;
        Ok(steps.is_none_or(|steps| steps.is_open(&self.request.when)))
    }

    fn limit(
        &mut self,
        phone: &PhoneRules,
        pin: Option<&PinEntry>,
        number: &DialedNumber,
        untimed: bool,
    ) -> Result<Option<Ticks>, Stop<T::Error>> {
        let service = self.request.in_service_for;
        if service == Some(Ticks::ZERO) {
            return Err(Stop::Blocked(Blocked::PhoneOutOfService));
        }
        let of_class = if untimed {
            None
        } else {
            let class: Class = pin.and_then(|pin| pin.class).unwrap_or(phone.class);
            let kind = self.request.when.day_kind(self.rules.weekend);
            let seconds = match self.tables.durations(class, number.call_type)? {
                Some(durations) => durations.of(kind),
                None => self.rules.default_limit_seconds,
            };
            Some(Ticks::secs(u64::from(seconds)))
        };
        let limit = match (of_class, service) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let finding = if limit.is_some() {
            Finding::Yes
        } else {
            Finding::No
        };
        self.note(Check::Limit, finding);
        Ok(limit)
    }
}

/// Whether the shorter number is privileged, and no entry as exact as that one says what the whole
/// number is: it can be let through neither as the attorney's nor as a stranger's.
fn is_anothers_privilege(
    shorter: &PhoneNumber,
    own: Option<ListedNumber>,
    there: Option<AllowedEntry>,
    whole: Option<AllowedEntry>,
) -> bool {
    // A number on a PIN's list is exact: each of its digits is fixed.
    let own = own.filter(|own| own.privileged);
    let own = own.map(|_| shorter.digits.len());
    let there = there.filter(|there| there.privileged);
    let there = there.map(|there| usize::from(there.specificity));
    let whole = whole.map(|whole| usize::from(whole.specificity));
    own.max(there)
        .is_some_and(|privileged| whole < Some(privileged))
}

/// What the entries that were met say of the call beyond letting it through.
struct Flags {
    untimed: bool,
    privileged: bool,
}

impl Flags {
    /// Timed or not is for the entry that let the call through: the PIN's own, or else the
    /// allowed one. One word is enough to make a call privileged.
    fn of(
        listed: Option<ListedNumber>,
        allowed: Option<AllowedEntry>,
        phone: &PhoneRules,
    ) -> Flags {
        let untimed = match (listed, allowed) {
            (Some(own), _) => own.untimed,
            (None, Some(entry)) => entry.untimed,
            (None, None) => false,
        };
        let privileged = phone.privileged
            || listed.is_some_and(|own| own.privileged)
            || allowed.is_some_and(|entry| entry.privileged);
        Flags {
            untimed,
            privileged,
        }
    }
}
