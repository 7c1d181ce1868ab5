//! Calls that wait for an officer, and the word of one at a console.
//!
//! Which calls wait is known by the lines that asked, and kept in memory alone: after a start none does.

use crate::{BackOffice, Error, session::Session, stored};
use db::keys::FacilityId;
use screening::Decision;
use types::{
    credential::ConfirmBy,
    id::{CallId, LineId, OfficerId},
    phone_number::PhoneNumber,
    query::Admission,
    tick::{Tick, Ticks},
};

/// A call that everything lets through, and an officer must confirm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitingCall {
    pub line: LineId,
    /// Its own among all that wait at one time, or did: who confirms it says which one was looked at.
    pub attempt: u64,
    /// The phone's name.
    pub phone: String,
    /// Which attempt of the line it is.
    pub off_hook_at: Tick,
    /// The inmate's id and name, where the phone asks who calls.
    pub caller: Option<(String, String)>,
    pub number: Option<PhoneNumber>,
    pub confirm_by: ConfirmBy,
    pub since_utc_ms: i64,
    /// It is refused then.
    pub until: Tick,
    pub until_utc_ms: i64,
}

/// What became of a call whose confirmation was told to its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmed {
    NotYet,
    /// It is being dialed, or was.
    Placed(CallId),
    /// It was over before, or refused for something else.
    Over,
}

/// The numbers of calls that wait, one after the other. A start begins at another one, by the clock's
/// seconds, so that one that was read before it is no other call's after it.
#[derive(Debug)]
pub(crate) struct Attempts(u64);

impl Attempts {
    /// So many, that people can read them out; they come again after eleven days of starts.
    const NUMBERS: u64 = 1_000_000;

    pub fn since(utc_ms: i64) -> Attempts {
        Attempts((utc_ms / 1000).unsigned_abs() % Attempts::NUMBERS)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0 % Attempts::NUMBERS + 1;
        self.0
    }
}

/// An officer's word on its way to a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    line: LineId,
    off_hook_at: Tick,
    officer: OfficerId,
}

impl BackOffice {
    /// The calls that wait for an officer, by line.
    pub fn waiting_calls(&self, now: Tick) -> Vec<WaitingCall> {
        let waits = self.waiting.values().filter(|call| now < call.until);
        waits.cloned().collect()
    }

    /// An officer confirms, at a console, the call that waits at this phone and that has this number; what
    /// becomes of it is told by [`BackOffice::confirmed`]. The officer goes by the facility's own id.
    ///
    /// # Errors
    /// When no call waits there, or another one, or not for a console, or the officer is not known or not
    /// active.
    pub fn confirm_call(
        &mut self,
        now: Tick,
        actor: &str,
        line: LineId,
        attempt: u64,
        officer: &str,
    ) -> Result<WaitingCall, Error> {
        let call = self.waiting.get(&line).filter(|call| now < call.until);
        let call = call.cloned();
        let officer = self.change(now, |session| {
            session.known_phone(line)?;
            let call = call.as_ref().ok_or(Error::NoCallWaits(line))?;
            if call.attempt != attempt {
                let there = call.attempt;
                return Err(Error::OtherCallWaits {
                    line,
                    attempt,
                    there,
                });
            }
            if !call.confirm_by.takes_console() {
                return Err(Error::NotAtConsole(line));
            }
            session.word_at_console(actor, line, officer)
        })?;
        let call = call.ok_or(Error::NoCallWaits(line))?;
        self.words.push(Word {
            line,
            off_hook_at: call.off_hook_at,
            officer,
        });
        Ok(call)
    }

    /// Lines that an officer's word is for, since this was asked last. A word for a call that is over
    /// meanwhile is for none.
    pub fn take_words(&mut self, now: Tick) -> Vec<(LineId, OfficerId)> {
        let words = std::mem::take(&mut self.words).into_iter();
        let waits = |word: &Word| {
            let call = self.waiting.get(&word.line);
            call.is_some_and(|call| call.off_hook_at == word.off_hook_at && now < call.until)
        };
        let told = words.filter(waits).map(|word| (word.line, word.officer));
        told.collect()
    }

    /// What became of a call that was confirmed.
    pub fn confirmed(&self, call: &WaitingCall) -> Result<Confirmed, Error> {
        let there = self.waiting.get(&call.line);
        if there.is_some_and(|there| there.off_hook_at == call.off_hook_at) {
            return Ok(Confirmed::NotYet);
        }
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let open = tables.open_calls.get(&reader, &call.line)?;
        let open = open.filter(|open| open.off_hook_tick == call.off_hook_at.0);
        let Some(id) = open.map(|open| stored::call_id(open.call)) else {
            return Ok(Confirmed::Over);
        };
        // One that is refused is open too, until its handset is down.
        let record = tables.calls.get(&reader, &id)?;
        let placed = record.is_some_and(|record| record.blocked.is_none());
        Ok(match placed {
            true => Confirmed::Placed(id),
            false => Confirmed::Over,
        })
    }
}

impl Session<'_> {
    /// The call of this line waits for an officer from now on.
    pub fn waits_for_officer(
        &mut self,
        line: LineId,
        admission: &Admission,
        decision: &Decision,
    ) -> Result<(), Error> {
        let caller = match decision.inmate {
            Some(inmate) => self.tables.inmates.get(&self.writer, &inmate)?,
            None => None,
        };
        let identity = self.reading().identity_of(line)?;
        let wait = Ticks::secs(u64::from(identity.wait_seconds));
        let since_utc_ms = self.now_utc_ms();
        let phone = self.tables.phones.get(&self.writer, &line)?;
        self.waiting.push(WaitingCall {
            line,
            attempt: 0,
            phone: phone.map_or_else(String::new, |phone| phone.name),
            off_hook_at: admission.off_hook_at,
            caller: caller.map(|caller| (caller.facility_id, caller.name)),
            number: decision.number.map(|number| number.number),
            confirm_by: identity.officer,
            since_utc_ms,
            until: self.now + wait,
            until_utc_ms: since_utc_ms + i64::from(identity.wait_seconds) * 1000,
        });
        Ok(())
    }

    /// Whatever waited of this attempt does so no more.
    pub fn waits_no_more(&mut self, line: LineId, off_hook_at: Tick) {
        self.settled.push((line, off_hook_at));
    }

    fn word_at_console(
        &mut self,
        actor: &str,
        line: LineId,
        officer: &str,
    ) -> Result<OfficerId, Error> {
        let key = FacilityId(officer.to_owned());
        let found = self.tables.officers_by_id.get(&self.writer, &key)?;
        let found = found.ok_or(Error::UnknownOfficerId)?;
        let id = OfficerId(found.officer);
        if !screening::Tables::is_officer(&self.lookups(), id)? {
            return Err(Error::OfficerInactive(officer.to_owned()));
        }
        let change = format!("confirms at a console the call that waits at phone {line}");
        self.journal(actor, "officer", format!("officer {}", id.0), change)?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_waiting_calls_are_others_after_a_restart() {
        const START: i64 = 1_795_435_093_000;
        let numbers = |start, count| -> Vec<u64> {
            let mut attempts = Attempts::since(start);
            (0..count).map(|_| attempts.next()).collect()
        };
        let before = numbers(START, 60);
        // A call a second and a restart after a minute; the numbers end, and begin again.
        let after = numbers(START + 60_000, 60);
        assert!(before.iter().all(|number| !after.contains(number)));
        let last = (START / 1_000_000_000 + 1) * 1_000_000_000 - 1000;
        assert_eq!(numbers(last, 2), [1_000_000, 1]);
    }
}
