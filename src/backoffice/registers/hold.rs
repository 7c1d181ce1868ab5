//! What a call holds in registers: reserved with its admission, counted from the moment the rule
//! names, settled when it is over. Each step is in the transaction of what it belongs to.

use crate::{Error, session::Session, stored};
use db::{
    codes::Code,
    keys::{CountedKey, RegisterKey},
    values::{Call, Counted, Counting, OpenCall, Reservation},
};
use screening::{Counts, Decision};
use std::ops::Bound;
use types::{
    disposition::Disposition,
    id::{CallId, InmateId, LineId},
    phone_number::PhoneNumber,
    settings::CountsFrom,
    tick::Ticks,
};

/// Entries are kept so long at least: more than the longest period, and than the longest time
/// between two calls.
const KEPT_MS: i64 = 70 * 24 * 3600 * 1000;

/// So many that are older are forgotten with each call of the register.
const FORGOTTEN_AT_ONCE: usize = 8;

/// A call that screening let through, as registers see it.
pub(crate) struct Reserving<'a> {
    pub line: LineId,
    pub call: CallId,
    pub counts: Counts,
    pub limit: Option<Ticks>,
    /// What the exchange may connect instead of the number.
    pub shorter: &'a [PhoneNumber],
}

impl<'a> Session<'a> {
    /// Holds a call, and the longest it may last, for the open call of the line.
    pub fn reserve(&mut self, decision: &Decision, reserving: &Reserving<'_>) -> Result<(), Error> {
        let &Reserving { line, call, .. } = reserving;
        let timed = match reserving.counts {
            Counts::Nowhere => return Ok(()),
            Counts::AsCall => false,
            Counts::WithMinutes => true,
        };
        let Some(mut open) = self.tables.open_calls.get(&self.writer, &line)? else {
            return Ok(());
        };
        let mut numbers = Vec::new();
        numbers.extend(decision.number.map(|dialed| dialed.number));
        for shorter in reserving.shorter {
            // Without an allowance nobody asks how often it was called by way of a longer one.
            let register = RegisterKey::Number(*shorter);
            if self.reading().registers().allowance(register)?.is_some() {
                numbers.push(*shorter);
            }
        }
        let counts_from = super::rules(self.tables, &self.writer)?.counts_from;
        let now = self.now_utc_ms();
        let reservation = Reservation {
            inmate: decision.inmate.map(|inmate| inmate.0),
            numbers: numbers.iter().map(PhoneNumber::to_string).collect(),
            timed,
            counts_from: Code(counts_from),
            counted_utc_ms: (counts_from == CountsFrom::Dialing).then_some(now),
        };
        let limit = reserving.limit.filter(|_| timed);
        let ticks = limit.map_or(0, |limit| i64::try_from(limit.0).unwrap_or(i64::MAX));
        self.put_entries(call, &reservation, ticks)?;
        open.reservation = Some(reservation);
        self.tables.open_calls.put(&mut self.writer, &line, &open)?;
        Ok(())
    }

    /// The call has come as far as `open` says: perhaps it counts now.
    pub fn count_if_due(&mut self, open: &mut OpenCall) -> Result<(), Error> {
        let Some(reservation) = &mut open.reservation else {
            return Ok(());
        };
        if reservation.counted_utc_ms.is_some() {
            return Ok(());
        }
        let progress = [open.answered_after, open.talk_after];
        let Some(after) = counts_after(reservation.counts_from.0, progress) else {
            return Ok(());
        };
        let call = stored::call_id(open.call);
        let Some(record) = self.tables.calls.get(&self.writer, &call)? else {
            return Ok(());
        };
        let ticks = self.take_entries(call, reservation)?;
        reservation.counted_utc_ms = Some(instant(record.started_utc_ms, after));
        self.put_entries(call, reservation, ticks)?;
        self.tell_if_frequent(reservation, &record)
    }

    /// The call is over: what it held and did not use is free again.
    pub fn settle(&mut self, open: &OpenCall, record: &Call) -> Result<(), Error> {
        let Some(reservation) = &open.reservation else {
            return Ok(());
        };
        let call = stored::call_id(open.call);
        self.take_entries(call, reservation)?;
        let Some(at_utc_ms) = counted_at(reservation, record) else {
            return Ok(());
        };
        let talked = match (record.talk_after, record.ended_after) {
            (Some(from), Some(to)) if reservation.timed => to.saturating_sub(from),
            _ => 0,
        };
        let ended = record
            .ended_after
            .map(|a| instant(record.started_utc_ms, a));
        let counted = Counted {
            counting: Code(Counting::Call),
            calls: 1,
            ticks: i64::try_from(talked).unwrap_or(i64::MAX),
            ended_utc_ms: ended,
            inmate: reservation.inmate,
        };
        for register in registers(reservation)? {
            let key = CountedKey {
                register,
                at_utc_ms,
                call,
            };
            self.tables.counted.put(&mut self.writer, &key, &counted)?;
            self.forget_old(register)?;
        }
        self.tell_if_frequent(reservation, record)
    }

    /// Takes an open call out of its registers, and gives the time it held.
    fn take_entries(&mut self, call: CallId, reservation: &Reservation) -> Result<i64, Error> {
        let mut ticks = 0;
        for register in registers(reservation)? {
            let key = open_key(register, call, reservation);
            if let Some(held) = self.tables.counted.get(&self.writer, &key)? {
                ticks = held.ticks;
                self.tables.counted.delete(&mut self.writer, &key)?;
            }
        }
        Ok(ticks)
    }

    fn put_entries(
        &mut self,
        call: CallId,
        reservation: &Reservation,
        ticks: i64,
    ) -> Result<(), Error> {
        let counting = match reservation.counted_utc_ms {
            Some(_) => Counting::Open,
            None => Counting::Reserved,
        };
        let held = Counted {
            counting: Code(counting),
            calls: 1,
            ticks,
            ended_utc_ms: None,
            inmate: reservation.inmate,
        };
        for register in registers(reservation)? {
            let key = open_key(register, call, reservation);
            self.tables.counted.put(&mut self.writer, &key, &held)?;
        }
        Ok(())
    }

    /// A register keeps what a period or an officer may ask for, and grows no further.
    fn forget_old(&mut self, register: RegisterKey) -> Result<(), Error> {
        let first = super::key(register, i64::MIN, 0);
        let last = super::key(register, self.now_utc_ms() - KEPT_MS, 0);
        let range = (Bound::Included(&first), Bound::Excluded(&last));
        let counted = &self.tables.counted;
        let old = counted.page(&self.writer, range.0, range.1, FORGOTTEN_AT_ONCE)?;
        for (key, entry) in old {
            if matches!(entry.counting.0, Counting::Call | Counting::Adjustment) {
                self.tables.counted.delete(&mut self.writer, &key)?;
            }
        }
        Ok(())
    }
}

/// The registers that a call counts in.
fn registers(reservation: &Reservation) -> Result<Vec<RegisterKey>, Error> {
    let inmate = reservation.inmate.map(InmateId).map(RegisterKey::Inmate);
    let mut registers: Vec<RegisterKey> = inmate.into_iter().collect();
    for number in &reservation.numbers {
        registers.push(RegisterKey::Number(stored::number(number)?));
    }
    Ok(registers)
}

/// Where an open call stands in a register.
fn open_key(register: RegisterKey, call: CallId, reservation: &Reservation) -> CountedKey {
    CountedKey {
        register,
        at_utc_ms: reservation.counted_utc_ms.unwrap_or(CountedKey::NOT_YET),
        call,
    }
}

/// After how long the call counts, by how far it has come: answer, and talk.
fn counts_after(rule: CountsFrom, [answered, talk]: [Option<u64>; 2]) -> Option<u64> {
    match rule {
        CountsFrom::Dialing => None,
        CountsFrom::Answer => answered.or(talk),
        CountsFrom::Acceptance => talk,
    }
}

/// Since when a call that is over counts, if it does.
fn counted_at(reservation: &Reservation, record: &Call) -> Option<i64> {
    if reservation.counts_from.0 == CountsFrom::Dialing {
        let dialed = record.trunk.is_some() && record.disposition.0 != Disposition::NoTrunk;
        // Nobody was left to say how far a call had come that was interrupted, or whose line was cut.
        let cut = [Disposition::Interrupted, Disposition::Fault].contains(&record.disposition.0);
        let counts = dialed || cut;
        return reservation.counted_utc_ms.filter(|_| counts);
    }
    let progress = [record.answered_after, record.talk_after];
    let after = counts_after(reservation.counts_from.0, progress)?;
    Some(instant(record.started_utc_ms, after))
}

/// So many ticks after another instant.
fn instant(started_utc_ms: i64, after: u64) -> i64 {
    let ms = i64::try_from(Ticks(after).as_ms()).unwrap_or(i64::MAX);
    // What may count yet has the last instant for itself.
    started_utc_ms
        .saturating_add(ms)
        .min(CountedKey::NOT_YET - 1)
}
