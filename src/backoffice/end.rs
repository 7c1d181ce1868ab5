//! The end of an attempt: its record is finished once, however often it is asked.

use crate::{
    BackOffice, Error,
    admit::empty_record,
    answer::{RECORDS_STOP_PERCENT, line_actor},
    memory::Outcome,
    noticed,
    session::Session,
    stored,
    words::kebab,
};
use db::{
    codes::Code,
    keys::{CounterKey, CounterKind, PinHash},
    values::{Call, Caller, OpenCall},
};
use types::{
    call_record::{CallEnd, Recorded},
    disposition::{Disposition, EndedBy},
    evidence::Weighed,
    id::{CallId, InmateId, LineId},
    tick::Tick,
};

impl BackOffice {
    /// Notes what recordings hold that were closed: one transaction, or nothing.
    pub fn recorded(&mut self, now: Tick, recordings: &[Recorded]) -> Result<(), Error> {
        self.change(now, |session| {
            let mut recordings = recordings.iter();
            recordings.try_for_each(|recorded| session.note_recording(recorded))
        })
    }
}

impl Session<'_> {
    /// Finishes the record of an attempt, or writes it if it has none. `None`: there is no
    /// room for the record of a call that was never admitted; it is only counted.
    pub fn end(&mut self, line: LineId, end: &CallEnd) -> Result<Option<CallId>, Error> {
        if let Some((call, mut record)) = self.record_of(line, end)? {
            // Kept even if the call was taken for interrupted before its end was told.
            let noticed = end.noticed();
            let talk = end.talk_from.map(|at| at.since(end.off_hook_at).0);
            let since = (end.off_hook_at, talk);
            let news = self.keep_noticed(line, call, &mut record, &noticed, since)?;
            if record.ended_after.is_none() {
                self.finish(line, call, record, end)?;
            } else if news {
                self.tables.calls.put(&mut self.writer, &call, &record)?;
            }
            return Ok(Some(call));
        }
        let before = self.outcome(line, end.off_hook_at);
        if let Some(Outcome::Recorded(call)) = before {
            return Ok(Some(call));
        }
        if self.fullness >= RECORDS_STOP_PERCENT {
            if before == Some(Outcome::Counted) {
                return Ok(None);
            }
            self.remember(line, end.off_hook_at, Outcome::Counted);
            self.count(CounterKey::of_line(CounterKind::UnrecordedAttempt, line))?;
            return Ok(None);
        }
        let call = self.next_call()?;
        let mut record = empty_record(line, self.anchor.utc_ms(end.off_hook_at));
        self.fill(&mut record, end)?;
        self.insert_record(call, &record)?;
        self.journal_end(line, call, &record)?;
        self.remember(line, end.off_hook_at, Outcome::Recorded(call));
        // Refused before any number was asked for.
        if end.blocked.is_some() {
            self.watch_inmate(line, call, end.inmate, false)?;
        }
        Ok(Some(call))
    }

    /// Notes what a closed recording holds. It may come before the end of its call or long after it, which
    /// leave each other alone; told again, it changes nothing.
    pub fn note_recording(&mut self, recorded: &Recorded) -> Result<(), Error> {
        let Some(mut record) = self.tables.calls.get(&self.writer, &recorded.call)? else {
            return Ok(());
        };
        if record.recorded.is_some() {
            return Ok(());
        }
        record.recorded = Some(recorded.length.0);
        record.recording_gap = Some(recorded.gap.0);
        let call = recorded.call;
        self.tables.calls.put(&mut self.writer, &call, &record)?;
        let (length, gap) = (recorded.length.as_ms(), recorded.gap.as_ms());
        let change = format!("recorded: {length} ms, {gap} ms missing");
        self.journal("recorder", "call", call, change)
    }

    /// The record an end belongs to: the one it names; or, when the answer to the admission
    /// never reached the line, the open one of the same off-hook.
    fn record_of(&self, line: LineId, end: &CallEnd) -> Result<Option<(CallId, Call)>, Error> {
        let call = match end.call {
            Some(call) => call,
            None => match self.tables.open_calls.get(&self.writer, &line)? {
                Some(open) if open.off_hook_tick == end.off_hook_at.0 => stored::call_id(open.call),
                _ => return Ok(None),
            },
        };
        let record = self.tables.calls.get(&self.writer, &call)?;
        Ok(record
            .filter(|record| record.line == line.0)
            .map(|record| (call, record)))
    }

    fn finish(
        &mut self,
        line: LineId,
        call: CallId,
        mut record: Call,
        end: &CallEnd,
    ) -> Result<(), Error> {
        self.fill(&mut record, end)?;
        let open = self.tables.open_calls.get(&self.writer, &line)?;
        let open = open.filter(|open| open.call == stored::stored_call_id(call));
        // The line itself may take back what it told: an answer just before an alarm is none.
        if let Some(open) = open.filter(|_| !end.by_line) {
            record.answered_after = record.answered_after.or(open.answered_after);
            record.talk_after = record.talk_after.or(open.talk_after);
        }
        self.tables.calls.put(&mut self.writer, &call, &record)?;
        self.release(line, call, Some(&record))?;
        self.journal_end(line, call, &record)?;
        self.remember(line, end.off_hook_at, Outcome::Recorded(call));
        Ok(())
    }

    /// Takes the call off the line, its PIN out of use, and settles what it held in registers.
    fn release(&mut self, line: LineId, call: CallId, record: Option<&Call>) -> Result<(), Error> {
        let id = stored::stored_call_id(call);
        let Some(open) = self.tables.open_calls.get(&self.writer, &line)? else {
            return Ok(());
        };
        if open.call != id {
            return Ok(());
        }
        self.tables.open_calls.delete(&mut self.writer, &line)?;
        if let Some(record) = record {
            self.settle(&open, record)?;
        }
        let Some(pin) = open.pin.map(PinHash) else {
            return Ok(());
        };
        let held = self.tables.pins_in_use.get(&self.writer, &pin)?;
        if held.is_some_and(|held| held.call == id) {
            self.tables.pins_in_use.delete(&mut self.writer, &pin)?;
        }
        Ok(())
    }

    fn journal_end(&mut self, line: LineId, call: CallId, record: &Call) -> Result<(), Error> {
        let change = format!("ended: {}", kebab(record.disposition.0));
        self.journal(&line_actor(line), "call", call, change)
    }

    /// A line that asks for a new call cannot have another one open: what was left is ended.
    pub fn close_left_open(&mut self, line: LineId) -> Result<(), Error> {
        match self.tables.open_calls.get(&self.writer, &line)? {
            Some(open) => self.interrupt(line, &open),
            None => Ok(()),
        }
    }

    /// Ends a call of which nobody will tell the end, at the last sign of life.
    pub fn interrupt(&mut self, line: LineId, open: &OpenCall) -> Result<(), Error> {
        let call = stored::call_id(open.call);
        let mut record = self.tables.calls.get(&self.writer, &call)?;
        if let Some(record) = &mut record
            && record.ended_after.is_none()
        {
            record.ended_after = Some(open.seen_after);
            record.answered_after = open.answered_after;
            record.talk_after = open.talk_after;
            record.ended_by = Some(Code(EndedBy::Controller));
            // A refused call stays what it is: only its end was not told.
            if record.disposition.0 == Disposition::InProgress {
                record.disposition = Code(Disposition::Interrupted);
            }
            self.tables.calls.put(&mut self.writer, &call, record)?;
            let change = format!("ended without a word: {}", kebab(record.disposition.0));
            self.journal("system", "call", call, change)?;
            let off_hook = Tick(open.off_hook_tick);
            self.remember(line, off_hook, Outcome::Recorded(call));
        }
        self.release(line, call, record.as_ref())
    }

    /// Writes what the line knows into the record.
    fn fill(&self, record: &mut Call, end: &CallEnd) -> Result<(), Error> {
        fill(record, end);
        if let (None, Some(inmate)) = (&record.caller, end.inmate) {
            record.caller = self.caller_now(inmate)?;
        }
        Ok(())
    }

    /// An inmate as entered now. One that is not there costs no record.
    fn caller_now(&self, inmate: InmateId) -> Result<Option<Caller>, Error> {
        let entry = self.tables.inmates.get(&self.writer, &inmate)?;
        Ok(entry.map(|entry| Caller {
            inmate: inmate.0,
            facility_id: entry.facility_id,
            name: entry.name,
            // Whoever keyed a PIN has one; zeroes, which nothing hashes to, if it is gone.
            pin: entry.pin.unwrap_or_default(),
        }))
    }
}

fn fill(record: &mut Call, end: &CallEnd) {
    let after = |at: Tick| at.since(end.off_hook_at).0;
    record.trunk = end.trunk.map(|trunk| trunk.0);
    record.route = end.route;
    if record.dialed.is_empty() {
        record.dialed = end.dialed.as_str().to_owned();
    }
    if let Some(language) = end.language {
        record.language = Some(stored::stored_language(language));
    }
    record.answered_after = end.answered_at.map(after);
    record.talk_after = end.talk_from.map(after);
    record.joined = Some(end.joined.0);
    record.ended_after = Some(after(end.ended_at));
    // A finished record cannot be in progress: such a word from a line is a fault of its own.
    record.disposition = Code(match end.disposition {
        Disposition::InProgress => Disposition::Fault,
        other => other,
    });
    record.blocked = end.blocked.map(Code).or(record.blocked);
    record.ended_by = Some(Code(end.ended_by));
    record.answer_evidence = evidence(&end.answer_evidence, after);
    record.release_evidence = evidence(&end.release_evidence, after);
    noticed::write(record, &end.noticed(), end.off_hook_at);
}

pub(crate) fn evidence<E: Copy>(
    pieces: &[Weighed<E>],
    after: impl Fn(Tick) -> u64,
) -> Vec<(Code<E>, u64, u8)> {
    let stored = |piece: &Weighed<E>| (Code(piece.evidence), after(piece.at), piece.trust);
    pieces.iter().map(stored).collect()
}
