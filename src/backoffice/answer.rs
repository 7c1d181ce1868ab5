//! The lines' questions: a batch is one transaction.

use crate::{BackOffice, Error, Usage, session::Session, stored};
use db::keys::{CounterKey, CounterKind};
use types::{
    id::{CallId, InmateId, LineId},
    query::{Answered, Asked, Query, Reply},
    tick::Tick,
};

/// From here on not even an attempt that was never admitted gets a record: what is left
/// belongs to the calls that are open. Such attempts are counted.
pub(crate) const RECORDS_STOP_PERCENT: u64 = 95;

impl BackOffice {
    /// Answers questions in the order they are given, in one transaction that is on disk when
    /// this returns. `now` is the present tick.
    ///
    /// `Query::Seen` and `Query::EmptyOffHook` are told, not asked: they get no answer. Every
    /// other question gets one. If the transaction fails, each question is tried in one of
    /// its own, so that one that cannot be served does not take the others with it; those
    /// that fail again are answered `Unavailable`, and nothing of them is left behind.
    /// [`BackOffice::take_failure`] says why.
    pub fn answer(&mut self, now: Tick, requests: &[(LineId, Asked)]) -> Vec<(LineId, Answered)> {
        if requests.is_empty() {
            return Vec::new();
        }
        match self.answer_together(now, requests) {
            Ok(answers) => {
                self.count_owed(now);
                answers
            }
            Err(error) if requests.len() == 1 => {
                self.last_failure = Some(error);
                let (line, asked) = &requests[0];
                if matches!(asked.query, Query::EmptyOffHook) {
                    self.memory.owe_empty_off_hook(*line);
                }
                unavailable(&requests[0]).into_iter().collect()
            }
            Err(error) => {
                self.last_failure = Some(error);
                let mut answers = Vec::with_capacity(requests.len());
                for request in requests {
                    answers.extend(self.answer(now, std::slice::from_ref(request)));
                }
                answers
            }
        }
    }

    fn answer_together(
        &mut self,
        now: Tick,
        requests: &[(LineId, Asked)],
    ) -> Result<Vec<(LineId, Answered)>, Error> {
        self.change(now, |session| {
            let mut answers = Vec::with_capacity(requests.len());
            for (line, asked) in requests {
                if let Some(reply) = session.answer(*line, &asked.query)? {
                    let number = asked.number;
                    answers.push((*line, Answered { number, reply }));
                }
            }
            Ok(answers)
        })
    }

    /// In a transaction of its own: a counter that can't be written takes nothing with it. Its
    /// failure was told when the off-hook was.
    fn count_owed(&mut self, now: Tick) {
        if self.memory.uncounted().next().is_none() {
            return;
        }
        if self.change(now, |session| session.count_owed()).is_ok() {
            self.memory.all_counted();
        }
    }
}

fn unavailable((line, asked): &(LineId, Asked)) -> Option<(LineId, Answered)> {
    let reply = match asked.query {
        Query::Seen { .. } | Query::EmptyOffHook => return None,
        Query::Identify(_) | Query::Officer { .. } | Query::Admit(_) | Query::End(_) => {
            Reply::Unavailable
        }
    };
    let number = asked.number;
    Some((*line, Answered { number, reply }))
}

impl Session<'_> {
    fn answer(&mut self, line: LineId, query: &Query) -> Result<Option<Reply>, Error> {
        match query {
            Query::Identify(credential) => Ok(Some(Reply::Pin(self.identify(line, credential)?))),
            Query::Officer { proof, inmate } => {
                let answer = self.officer(line, proof, *inmate)?;
                Ok(Some(Reply::Officer(answer)))
            }
            Query::Admit(_) if self.fullness >= Usage::REFUSE_PERCENT => {
                Ok(Some(Reply::Unavailable))
            }
            Query::Admit(admission) => Ok(Some(match self.admit(line, admission)? {
                Some(verdict) => {
                    self.waits_no_more(line, admission.off_hook_at);
                    Reply::Admitted(verdict)
                }
                None => Reply::Confirm,
            })),
            Query::End(end) => {
                self.waits_no_more(line, end.off_hook_at);
                Ok(Some(match self.end(line, end)? {
                    Some(call) => Reply::Recorded(call),
                    None => Reply::Unavailable,
                }))
            }
            Query::Seen {
                call,
                at,
                answered_at,
                talk_from,
                noticed,
            } => {
                self.seen(line, *call, *at, [*answered_at, *talk_from])?;
                self.notice(line, *call, noticed)?;
                Ok(None)
            }
            Query::EmptyOffHook => {
                self.count(CounterKey::of_line(CounterKind::EmptyOffHook, line))?;
                Ok(None)
            }
        }
    }

    /// The call was alive at `at`.
    fn seen(
        &mut self,
        line: LineId,
        call: CallId,
        at: Tick,
        progress: [Option<Tick>; 2],
    ) -> Result<(), Error> {
        let Some(mut open) = self.tables.open_calls.get(&self.writer, &line)? else {
            return Ok(());
        };
        let since = |at: Tick| at.since(Tick(open.off_hook_tick)).0;
        let after = since(at);
        let [answered_after, talk_after] = progress.map(|at| at.map(since));
        if stored::call_id(open.call) == call && after > open.seen_after {
            open.seen_after = after;
            open.answered_after = answered_after;
            open.talk_after = talk_after;
            self.count_if_due(&mut open)?;
            self.tables.open_calls.put(&mut self.writer, &line, &open)?;
        }
        Ok(())
    }
}

pub(crate) fn line_actor(line: LineId) -> String {
    format!("line {line}")
}

pub(crate) fn inmate_subject(inmate: InmateId) -> String {
    format!("inmate {}", inmate.0)
}
