//! Admission: decide, open the record, hold the PIN, all in the caller's transaction.

use crate::{
    Alert, Error, SiteSettings, answer::line_actor, reading::Reading, registers::Reserving,
    session::Session, stored, words::kebab,
};
use db::{
    Read,
    codes::{Code, FlagBits},
    keys::{PinHash, StartKey},
    values::{Call, Caller, OpenCall, PinInUse, Unit},
};
use screening::{Allowed, Decision, PinKey, Refused, Request, Room};
use types::{
    disposition::{Blocked, Disposition, FraudFlags},
    id::{CallId, InmateId, LineId, OfficerId},
    phone_number::PhoneNumber,
    query::{Admission, DialedOrSpeed, OfficerWord},
    tick::Ticks,
    verdict::{Check, Finding, Left, Permit, Refusal, Step, Trace, Verdict},
};

/// From admission to talk no call takes longer: a busy trunk, many rings, a long announcement.
const SETTING_UP: Ticks = Ticks::secs(15 * 60);

/// How far ahead it matters whether something stays open, where calls last no longer than this.
pub(crate) fn looked_ahead(hard_limit: Ticks) -> Ticks {
    hard_limit + SETTING_UP
}

/// How far ahead a caller is told when to call again.
const TOLD_AHEAD: Ticks = Ticks::secs(24 * 3600);

impl Session<'_> {
    /// `None` where an officer must confirm the call first, and none was asked: nothing is written.
    pub fn admit(&mut self, line: LineId, admission: &Admission) -> Result<Option<Verdict>, Error> {
        self.close_left_open(line)?;
        let pin = match &admission.credential {
            Some(credential) => self.caller_key(line, credential)?,
            None => None,
        };
        let settings = self.settings()?;
        let decision = self.reading().screened(line, pin, admission, &settings)?;
        let refused = decision.outcome.err();
        let unconfirmed = refused.is_some_and(|refused| refused.blocked == Blocked::NotConfirmed);
        if unconfirmed && admission.officer == OfficerWord::NotAsked {
            self.waits_for_officer(line, admission, &decision)?;
            return Ok(None);
        }
        let call = self.next_call()?;
        // The PIN is the caller's only where screening asked for it and found it.
        let pin = pin.filter(|_| decision.inmate.is_some());
        let record = self.new_record(line, admission, &decision, pin)?;
        self.open_record(line, call, admission, record, pin)?;
        self.watch_inmate(line, call, decision.inmate, decision.outcome.is_ok())?;
        if decision.watched {
            self.alert(&line_actor(line), call, Alert::WatchedNumber { line, call })?;
        }
        if let Ok(allowed) = &decision.outcome {
            let reserving = Reserving {
                line,
                call,
                counts: allowed.counts,
                limit: allowed.limit,
                shorter: &self.reading().shorter(admission),
            };
            self.reserve(&decision, &reserving)?;
        }
        let reading = self.reading();
        Ok(Some(reading.verdict(call, admission, &decision, &settings)))
    }

    fn new_record(
        &self,
        line: LineId,
        admission: &Admission,
        decision: &Decision,
        pin: Option<PinKey>,
    ) -> Result<Call, Error> {
        let caller = match (decision.inmate, pin) {
            (Some(inmate), Some(pin)) => Some(self.caller(inmate, pin)?),
            _ => None,
        };
        let allowed = decision.outcome.as_ref().ok();
        let blocked = decision.outcome.err().map(|refused| refused.blocked);
        let started_utc_ms = self.anchor.utc_ms(admission.off_hook_at);
        Ok(Call {
            caller,
            dialed: admission.dialed.as_str().to_owned(),
            number: decision.number.map(|n| n.number.to_string()),
            pattern: Some(Code(admission.number.pattern())),
            call_type: decision.number.map(|n| Code(n.call_type)),
            handling: allowed.map(|a| Code(a.handling)),
            acceptance: allowed.map(|a| a.acceptance),
            limit: allowed.and_then(|a| a.limit).map(|limit| limit.0),
            recording: allowed.map(|a| Code(a.recording)),
            disposition: Code(match blocked {
                None => Disposition::InProgress,
                Some(_) => Disposition::Blocked,
            }),
            blocked: blocked.map(Code),
            officer: confirmed(decision, admission),
            screening: stored_trace(&decision.trace),
            treatment: allowed.map(|a| a.treatment.number),
            ..empty_record(line, started_utc_ms)
        })
    }

    fn caller(&self, inmate: InmateId, pin: PinKey) -> Result<Caller, Error> {
        let entry = self.tables.inmates.get(&self.writer, &inmate)?;
        let entry = entry.ok_or_else(|| Error::Stored {
            what: "PIN",
            why: format!("its inmate {} is not there", inmate.0),
        })?;
        Ok(Caller {
            inmate: inmate.0,
            facility_id: entry.facility_id,
            name: entry.name,
            pin: pin.0,
        })
    }

    fn open_record(
        &mut self,
        line: LineId,
        call: CallId,
        admission: &Admission,
        record: Call,
        pin: Option<PinKey>,
    ) -> Result<(), Error> {
        let held = pin.filter(|_| record.blocked.is_none());
        self.insert_record(call, &record)?;
        let stored_id = stored::stored_call_id(call);
        if let Some(pin) = held {
            let holder = PinInUse {
                line: line.0,
                call: stored_id,
            };
            self.tables
                .pins_in_use
                .put(&mut self.writer, &PinHash(pin.0), &holder)?;
        }
        let open = OpenCall {
            call: stored_id,
            pin: held.map(|pin| pin.0),
            off_hook_tick: admission.off_hook_at.0,
            seen_after: self.now.since(admission.off_hook_at).0,
            answered_after: None,
            talk_after: None,
            reservation: None,
        };
        self.tables.open_calls.put(&mut self.writer, &line, &open)?;
        let change = match record.blocked {
            None => "admitted".to_owned(),
            Some(Code(blocked)) => format!("blocked: {}", kebab(blocked)),
        };
        self.journal(&line_actor(line), "call", call, change)
    }

    pub fn insert_record(&mut self, call: CallId, record: &Call) -> Result<(), Error> {
        let start = StartKey {
            started_utc_ms: record.started_utc_ms,
            call,
        };
        self.tables.calls.put(&mut self.writer, &call, record)?;
        self.tables
            .calls_by_start
            .put(&mut self.writer, &start, &Unit)?;
        Ok(())
    }
}

impl<R: Read> Reading<'_, R> {
    /// What an admission would be answered; nothing is written. The permit's call has the number 0,
    /// for it is none.
    pub fn weighed(
        &self,
        line: LineId,
        pin: Option<PinKey>,
        admission: &Admission,
    ) -> Result<(Decision, Verdict), Error> {
        let settings = self.settings()?;
        let decision = self.screened(line, pin, admission, &settings)?;
        let none = CallId {
            site: self.fixed.site,
            sequence: 0,
        };
        let verdict = self.verdict(none, admission, &decision, &settings);
        Ok((decision, verdict))
    }

    fn screened(
        &self,
        line: LineId,
        pin: Option<PinKey>,
        admission: &Admission,
        settings: &SiteSettings,
    ) -> Result<Decision, Error> {
        let shorter = self.shorter(admission);
        let request = self.request(line, pin, admission, &shorter, settings)?;
        self.lookups().decided(&request, &settings.rules)
    }

    /// How long a register that refused the call holds nothing, if it is near enough to be told.
    fn again_in(&self, decision: &Decision) -> Option<Ticks> {
        let wait = decision.opens_utc_ms? - self.now_utc_ms;
        let wait = Ticks::ms(u64::try_from(wait).ok()?);
        (wait > Ticks::ZERO && wait <= TOLD_AHEAD).then_some(wait)
    }

    /// What an exchange may connect instead; a code stands for what an administrator entered.
    fn shorter(&self, admission: &Admission) -> Vec<PhoneNumber> {
        match admission.number {
            DialedOrSpeed::Number(_) => self.fixed.dial_plan.shorter(&admission.dialed),
            DialedOrSpeed::Speed(_) => Vec::new(),
        }
    }

    /// How long the schedule keeps the phone in service, if it does not for a whole call from here.
    fn in_service_for(
        &self,
        line: LineId,
        settings: &SiteSettings,
    ) -> Result<Option<Ticks>, Error> {
        let phone = self.tables.phones.get(self.txn, &line)?;
        let phone = phone.map(stored::phone).transpose()?;
        let schedule = phone.and_then(|phone| phone.schedule);
        let weekend = settings.rules.weekend;
        let ahead = looked_ahead(settings.call.hard_limit);
        self.calendar()
            .in_service_for(schedule, weekend, self.now_utc_ms, ahead)
    }

    fn request<'a>(
        &'a self,
        line: LineId,
        pin: Option<PinKey>,
        admission: &Admission,
        shorter: &'a [PhoneNumber],
        settings: &SiteSettings,
    ) -> Result<Request<'a>, Error> {
        Ok(Request {
            line,
            pin,
            officer: confirming(admission),
            number: admission.number,
            dialed: admission.dialed,
            shorter,
            now_utc_ms: self.now_utc_ms,
            when: self.calendar().local(self.now_utc_ms)?,
            in_service_for: self.in_service_for(line, settings)?,
            hard_limit: settings.call.hard_limit,
            routing: &self.fixed.routing,
            recorder_works: self.recorder_works,
        })
    }

    fn verdict(
        &self,
        call: CallId,
        admission: &Admission,
        decision: &Decision,
        settings: &SiteSettings,
    ) -> Verdict {
        let permit = |allowed: Allowed| Permit {
            call,
            inmate: decision.inmate,
            number: allowed.number.number,
            pattern: admission.number.pattern(),
            call_type: allowed.number.call_type,
            handling: allowed.handling,
            acceptance: allowed.acceptance,
            routes: allowed.routes,
            limit: allowed.limit,
            until: allowed.open_for.map(|left| self.now + left),
            announce_limit: allowed.announce_limit,
            warnings: allowed.warnings,
            recording: allowed.recording,
            treatment: allowed.treatment,
            left: left(&allowed.room, settings),
        };
        let refusal = |refused: Refused| Refusal {
            call,
            blocked: refused.blocked,
            prompt: refused.prompt,
            again_in: self.again_in(decision),
        };
        Verdict {
            trace: decision.trace.clone(),
            outcome: decision.outcome.map(permit).map_err(refusal),
        }
    }
}

/// A record of which nothing is known but its line and its start.
pub(crate) fn empty_record(line: LineId, started_utc_ms: i64) -> Call {
    Call {
        line: line.0,
        trunk: None,
        caller: None,
        dialed: String::new(),
        number: None,
        pattern: None,
        call_type: None,
        handling: None,
        language: None,
        started_utc_ms,
        answered_after: None,
        talk_after: None,
        ended_after: None,
        limit: None,
        recording: None,
        disposition: Code(Disposition::InProgress),
        blocked: None,
        ended_by: None,
        screening: Vec::new(),
        answer_evidence: Vec::new(),
        release_evidence: Vec::new(),
        three_way: Vec::new(),
        flags: FlagBits(FraudFlags::NONE),
        extra_digits: 0,
        joined: None,
        recorded: None,
        recording_gap: None,
        officer: None,
        acceptance: None,
        treatment: None,
        route: None,
        far_digits: 0,
        three_way_times: 0,
        warned: 0,
        interfered: 0,
        party_block: None,
    }
}

fn confirming(admission: &Admission) -> Option<OfficerId> {
    match admission.officer {
        OfficerWord::Confirmed(officer) => Some(officer),
        OfficerWord::NotAsked | OfficerWord::Nothing => None,
    }
}

/// Who confirmed it, where that was what let it through.
fn confirmed(decision: &Decision, admission: &Admission) -> Option<u32> {
    let found = Step {
        check: Check::Officer,
        finding: Finding::Found,
    };
    let officer = confirming(admission).filter(|_| decision.trace.contains(&found));
    officer.map(|officer| officer.0)
}

fn stored_trace(trace: &Trace) -> Vec<(Code<Check>, Code<Finding>)> {
    let stored = |step: &Step| (Code(step.check), Code(step.finding));
    trace.iter().map(stored).collect()
}

/// What is told of what registers leave, where the site wants it.
fn left(room: &Room, settings: &SiteSettings) -> Left {
    match settings.registers.tell_left {
        true => Left {
            calls: room.calls,
            talk: room.talk,
        },
        false => Left::default(),
    }
}
