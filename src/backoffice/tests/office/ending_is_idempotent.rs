//! Whatever the order, repetition and batching of questions: one attempt is one record, and
//! it says what its first end said.

use crate::bench::{NOON_ISH, ONE, OPEN_PHONE, START, TWO, admission, bench_with, completed};
use backoffice::{BackOffice, Phone, RecordRange};
use proptest::prelude::*;
use std::collections::BTreeMap;
use types::{
    call_record::Noticed,
    disposition::Disposition,
    id::{CallId, LineId},
    query::{Asked, Query, Reply},
    tick::{Tick, Ticks},
};

const LINES: [LineId; 3] = [ONE, TWO, OPEN_PHONE];

#[derive(Clone, Copy, Debug)]
enum Move {
    /// Off-hook anew, and a number dialed.
    Admit,
    /// Off-hook anew, and nothing dialed yet.
    Lift,
    /// The end of the present attempt, with its call if the line knows it.
    End {
        named: bool,
        disposition: u8,
    },
    Seen,
}

fn moves() -> impl Strategy<Value = Vec<(usize, Move, bool)>> {
    let each = prop_oneof![
        2 => Just(Move::Admit),
        1 => Just(Move::Lift),
        5 => (any::<bool>(), 0u8..3).prop_map(|(named, disposition)| Move::End { named, disposition }),
        1 => Just(Move::Seen),
    ];
    proptest::collection::vec((0..LINES.len(), each, any::<bool>()), 1..40)
}

fn disposition(number: u8) -> Disposition {
    [
        Disposition::Completed,
        Disposition::Busy,
        Disposition::Fault,
    ][usize::from(number)]
}

struct Attempt {
    lifted: Tick,
    call: Option<CallId>,
    admitted: bool,
    /// What the first end said.
    ended: Option<Disposition>,
}

impl Attempt {
    fn lifted(at: Tick, step: Move) -> Attempt {
        Attempt {
            lifted: at,
            call: None,
            admitted: matches!(step, Move::Admit),
            ended: None,
        }
    }

    /// When it was lifted, if it has a record that nobody finished.
    fn left_open(&self) -> Option<Tick> {
        (self.admitted && self.ended.is_none()).then_some(self.lifted)
    }
}

fn tick_of(utc_ms: i64) -> Tick {
    START + Ticks::ms((utc_ms - NOON_ISH).unsigned_abs())
}

fn lifted_of(office: &BackOffice, call: CallId) -> Tick {
    let record = office.record(call).expect("reads").expect("is recorded");
    tick_of(record.started_utc_ms)
}

proptest! {
    #![proptest_config(crate::bench::cases(24))]
    #[test]
    fn one_attempt_is_one_record(moves in moves()) {
        let mut bench = bench_with(|config| {
            for (_, phone) in &mut config.seed.phones {
                *phone = Phone { pin_required: false, ..Phone::standard("any") };
            }
        });
        let mut now = START;
        let mut attempts: BTreeMap<LineId, Attempt> = BTreeMap::new();
        let mut expected: Vec<(LineId, Tick, Option<Disposition>)> = Vec::new();
        let mut waiting: Vec<(LineId, Asked)> = Vec::new();
        let mut number = 0;
        for (line, step, more_to_come) in moves {
            let line = LINES[line];
            now += Ticks::secs(1);
            let query = match step {
                Move::Admit | Move::Lift => {
                    let before = attempts.insert(line, Attempt::lifted(now, step));
                    if let Some(at) = before.and_then(|before| before.left_open()) {
                        expected.push((line, at, None));
                    }
                    match step {
                        Move::Admit => admission(None, "02155550123", now),
                        _ => Query::EmptyOffHook,
                    }
                }
                Move::End { named, disposition: said } => {
                    let Some(attempt) = attempts.get_mut(&line) else { continue };
                    let at = attempt.lifted;
                    let call = attempt.call.filter(|_| named);
                    let mut end = completed(call, at);
                    end.disposition = disposition(said);
                    if attempt.ended.is_none() {
                        attempt.ended = Some(end.disposition);
                        expected.push((line, at, attempt.ended));
                    }
                    Query::End(end)
                }
                Move::Seen => match attempts.get(&line).and_then(|attempt| attempt.call) {
                    Some(call) => Query::Seen {
                        call,
                        at: now,
                        answered_at: None,
                        talk_from: None,
                        noticed: Noticed::default(),
                    },
                    None => continue,
                },
            };
            number += 1;
            waiting.push((line, Asked { number, query }));
            if more_to_come {
                continue;
            }
            for (line, answered) in bench.office.answer(now, &std::mem::take(&mut waiting)) {
                if let Reply::Admitted(verdict) = answered.reply {
                    let call = verdict.outcome.expect("is permitted").call;
                    let attempt = attempts.get_mut(&line).expect("asked");
                    if attempt.lifted == lifted_of(&bench.office, call) {
                        attempt.call = Some(call);
                    }
                }
            }
        }
        bench.office.answer(now, &waiting);
        for (line, attempt) in &attempts {
            expected.extend(attempt.left_open().map(|at| (*line, at, None)));
        }
        let mut found: Vec<_> = bench.office.records(&RecordRange::all()).expect("reads")
            .into_iter()
            .map(|record| {
                let at = tick_of(record.started_utc_ms);
                let ended = match record.disposition {
                    Disposition::InProgress | Disposition::Interrupted => None,
                    other => Some(other),
                };
                (record.line, at, ended)
            })
            .collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
        bench.office.verify_journal().expect("is whole");
    }
}
