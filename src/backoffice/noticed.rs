//! What was noticed in a call: kept and counted once, when it is told first, be that in mid-call or with
//! the call's end. The record is the account of it: what it says already was counted.

use crate::{Error, end::evidence, session::Session, stored};
use db::{
    codes::{Code, FlagBits},
    values::Call,
};
use types::{
    call_record::Noticed,
    disposition::FraudKind,
    id::{CallId, LineId},
    phone_number::PhoneNumber,
    tick::Tick,
    verdict::RecordingRule,
};

impl Session<'_> {
    /// What was noticed so far in a call that goes on.
    pub fn notice(&mut self, line: LineId, call: CallId, noticed: &Noticed) -> Result<(), Error> {
        if *noticed == Noticed::default() {
            return Ok(());
        }
        let open = self.tables.open_calls.get(&self.writer, &line)?;
        let Some(open) = open.filter(|open| stored::call_id(open.call) == call) else {
            return Ok(());
        };
        let Some(mut record) = self.tables.calls.get(&self.writer, &call)? else {
            return Ok(());
        };
        let off_hook = Tick(open.off_hook_tick);
        let talk = open.talk_after;
        if self.keep_noticed(line, call, &mut record, noticed, (off_hook, talk))? {
            self.tables.calls.put(&mut self.writer, &call, &record)?;
        }
        Ok(())
    }

    /// Takes up into the record, and counts, what it does not say yet; whether there was any.
    pub fn keep_noticed(
        &mut self,
        line: LineId,
        call: CallId,
        record: &mut Call,
        noticed: &Noticed,
        (off_hook, talk_after): (Tick, Option<u64>),
    ) -> Result<bool, Error> {
        let before = record.clone();
        // Kept with it: of keys, those of a talk count, once. What is over is as long as it is.
        if record.ended_after.is_none() {
            record.talk_after = record.talk_after.or(talk_after);
        }
        self.keep_party_block(call, record, noticed.party_block)?;
        write(record, noticed, off_hook);
        self.count_news(line, &before, record)?;
        Ok(*record != before)
    }

    /// Counts for the number what the record says now and did not say before. An attorney's is never
    /// counted. Nor are keys of a call that never came to a talk, or of the called party's alone: with
    /// them anybody could have any number blocked, without reaching it.
    fn count_news(&mut self, line: LineId, before: &Call, now: &Call) -> Result<(), Error> {
        let privileged = now.recording == Some(Code(RecordingRule::Privileged));
        let number = now.number.as_deref().and_then(PhoneNumber::parse);
        let (Some(number), false) = (number, privileged) else {
            return Ok(());
        };
        let keyed = |record: &Call| {
            let flagged = record.flags.0.extra_digits && record.extra_digits > 0;
            u16::from(flagged && record.talk_after.is_some())
        };
        let happened = [
            (
                FraudKind::ThreeWay,
                now.three_way_times - before.three_way_times,
            ),
            (FraudKind::ExtraDigits, keyed(now) - keyed(before)),
        ];
        for (kind, times) in happened.into_iter().filter(|(_, times)| *times > 0) {
            let number = self.counted_for(now, number)?;
            self.count_fraud(line, &number, kind, times)?;
        }
        Ok(())
    }
}

/// Nothing that was noticed is taken back: not by the end that the program tells of a line that died,
/// which knows less than the line did.
pub(crate) fn write(record: &mut Call, noticed: &Noticed, off_hook: Tick) {
    let response = &noticed.response;
    record.flags = FlagBits(record.flags.0.or(noticed.flags));
    let counts = [
        (&mut record.extra_digits, noticed.extra_digits),
        (&mut record.far_digits, response.far_digits),
        (&mut record.three_way_times, response.three_way_times),
        (&mut record.warned, response.warned),
        (&mut record.interfered, response.interfered),
    ];
    for (kept, told) in counts {
        *kept = told.max(*kept);
    }
    if !noticed.three_way.is_empty() {
        record.three_way = evidence(&noticed.three_way, |at| at.since(off_hook).0);
    }
}
