//! Admissions and ends of calls with all that is written for them, on disk before anybody is told.
//!
//! The back office takes what waits together into one transaction; so both sides do it with one call a
//! commit, and with several. SQLite writes the same rows: the record with its index, the open call, the
//! PIN in use, the registers, the journal and its counters. It is spared what it could hold in memory:
//! the site's settings, and the hash of the last journal entry.

use super::{
    Both, TOGETHER,
    lookups::{self, Lookups},
    requests::{self, Asked},
    site::{self, CALLERS, NOW, NOW_UTC_MS, SITE},
    spans,
};
use crate::{
    clock,
    figure::{Better, Figure, Goal, Report},
};
use anyhow::{Context, bail, ensure};
use backoffice::{BackOffice, Rules};
use db::codes::Coded;
use rusqlite::{Connection, params};
use screening::{Decision, PinKey};
use std::time::{Duration, Instant};
use types::{
    call_record::CallEnd,
    credential::Credential,
    digits::Digits,
    disposition::{Disposition, EndedBy},
    id::{CallId, LineId},
    query::{self, Admission, OfficerWord, Query, Reply},
    secret::Secret,
    tick::{Tick, Ticks},
    verdict::Verdict,
};

/// A caller with one of the numbers of the list.
struct Caller {
    asked: Asked,
    inmate: u32,
    pin: Secret<Digits>,
    dialed: Digits,
}

/// From off-hook to the end of the call, and from one call to the next.
const CALL: Ticks = Ticks::secs(10);
const EVERY: Ticks = Ticks::secs(20);

pub fn admissions(both: Both, goals: bool, report: &mut Report) -> anyhow::Result<()> {
    let Both {
        site,
        dir,
        mut office,
        sqlite,
        plan,
    } = both;
    let peer = Peer {
        lookups: Lookups::new(&sqlite, &plan, spans(), NOW_UTC_MS)?,
        connection: &sqlite,
        rules: Rules::standard(),
    };
    let mut now = NOW;
    for together in TOGETHER {
        let (mut we, mut they) = (Vec::new(), Vec::new());
        let mut refused = 0;
        let calls: Vec<u32> = (0..site.size.calls as u32).collect();
        for (round, group) in calls.chunks(together).enumerate() {
            now += EVERY;
            let callers = group.iter().map(|call| caller(&sqlite, *call));
            let callers: Vec<Caller> = callers.collect::<anyhow::Result<_>>()?;
            let mut own = |now| ours(&mut office, now, &callers);
            // Who goes first changes.
            let ((spent, verdicts), (theirs, decisions)) = match round % 2 {
                0 => (own(now)?, peer.calls(now, &callers)?),
                _ => {
                    let theirs = peer.calls(now, &callers)?;
                    (own(now)?, theirs)
                }
            };
            for (verdict, decision) in verdicts.iter().zip(&decisions) {
                refused += usize::from(verdict.outcome.is_err());
                alike(verdict, decision)?;
            }
            we.push(spent.as_secs_f64());
            they.push(theirs.as_secs_f64());
        }
        // The disk's flushes are fast now and slow then: what is compared is what went one after the other.
        let ratios = they.iter().zip(&we).map(|(theirs, ours)| theirs / ours);
        let (ratio, spread) = median_and_spread(ratios.collect());
        // A call is two commits, shared by those that go together.
        let rate = |spent: Vec<f64>| together as f64 / clock::median_of(spent);
        let name = format!("screening.admitted.{together}");
        let figure = Figure::new(name, rate(we), "calls/s", Better::More).peer(rate(they));
        let goal = goals.then_some(Goal::Ratio(1.0));
        let figure = Figure {
            goal,
            measured_ratio: Some(ratio),
            ..figure
        };
        let [low, high] = spread;
        let (rounds, all) = (calls.len().div_ceil(together), calls.len());
        report.add(figure.note(format!(
            "{together} a commit, {rounds} rounds, half of the ratios from {low:.2} to {high:.2}; \
             {refused} of {all} refused"
        )))?;
    }
    drop(dir);
    Ok(())
}

/// The median, and between what the middle half of them is.
fn median_and_spread(mut ratios: Vec<f64>) -> (f64, [f64; 2]) {
    ratios.sort_by(f64::total_cmp);
    let quarter = |quarters: usize| ratios[(ratios.len() - 1) * quarters / 4];
    (quarter(2), [quarter(1), quarter(3)])
}

fn caller(sqlite: &Connection, call: u32) -> anyhow::Result<Caller> {
    let inmate = 1 + call % CALLERS;
    let (pin, numbers) = site::caller(inmate);
    let number = site::phone_number(numbers[(call / CALLERS) as usize % numbers.len()])?;
    let sql = "SELECT pin FROM inmates WHERE id = ?1";
    let hash = sqlite.query_row(sql, [inmate], |row| row.get(0))?;
    let digits = |text: &str| Digits::parse(text).context("digits");
    Ok(Caller {
        asked: Asked {
            line: LineId(inmate as u16),
            pin: PinKey(hash),
            number: requests::dialed(number),
        },
        inmate,
        pin: Secret::new(digits(&pin)?),
        dialed: digits("0")?
            .followed_by(number.digits.as_str())
            .context("digits")?,
    })
}

fn alike(verdict: &Verdict, decision: &Decision) -> anyhow::Result<()> {
    let ours = match &verdict.outcome {
        Ok(permit) => Ok((permit.limit, permit.handling, permit.routes)),
        Err(refusal) => Err(refusal.blocked),
    };
    let theirs = match decision.outcome {
        Ok(allowed) => Ok((allowed.limit, allowed.handling, allowed.routes)),
        Err(refused) => Err(refused.blocked),
    };
    ensure!(
        ours == theirs && verdict.trace == decision.trace,
        "a call is decided in two ways:\n{verdict:?}\n{decision:?}"
    );
    Ok(())
}

/// Admits calls together and ends them together; how long that took, on the wall's clock.
fn ours(
    office: &mut BackOffice,
    now: Tick,
    callers: &[Caller],
) -> anyhow::Result<(Duration, Vec<Verdict>)> {
    let asked = |query| query::Asked { number: 1, query };
    let admit = |caller: &Caller| {
        let admission = Admission {
            off_hook_at: now,
            credential: Some(Credential::Pin(caller.pin.clone())),
            officer: OfficerWord::NotAsked,
            dialed: caller.dialed,
            number: caller.asked.number,
        };
        (caller.asked.line, asked(Query::Admit(admission)))
    };
    let batch: Vec<_> = callers.iter().map(admit).collect();
    let before = Instant::now();
    let answers = office.answer(now, &batch);
    let admitted = before.elapsed();
    let mut verdicts = Vec::with_capacity(answers.len());
    let mut ends = Vec::with_capacity(answers.len());
    for (line, answered) in answers {
        let Reply::Admitted(verdict) = answered.reply else {
            bail!("no verdict: {:?}", office.take_failure());
        };
        let call = match &verdict.outcome {
            Ok(permit) => permit.call,
            Err(refusal) => refusal.call,
        };
        let end = ended(now, call, verdict.outcome.is_ok());
        ends.push((line, asked(Query::End(end))));
        verdicts.push(verdict);
    }
    let before = Instant::now();
    let answers = office.answer(now + CALL, &ends);
    let spent = admitted + before.elapsed();
    let recorded = answers
        .iter()
        .all(|(_, answered)| matches!(answered.reply, Reply::Recorded(_)));
    ensure!(
        recorded,
        "an end is not recorded: {:?}",
        office.take_failure()
    );
    Ok((spent, verdicts))
}

fn ended(off_hook: Tick, call: CallId, talked: bool) -> CallEnd {
    let disposition = match talked {
        true => Disposition::Completed,
        false => Disposition::Blocked,
    };
    let bare = CallEnd::bare(off_hook, off_hook + CALL, disposition, EndedBy::Inmate);
    CallEnd {
        call: Some(call),
        answered_at: talked.then_some(off_hook + Ticks::secs(3)),
        talk_from: talked.then_some(off_hook + Ticks::secs(5)),
        ..bare
    }
}

/// SQLite, and what is asked of it.
struct Peer<'c> {
    lookups: Lookups<'c>,
    connection: &'c Connection,
    rules: Rules,
}

const RECORD: &str =
    "INSERT INTO calls (site, sequence, line, inmate, facility_id, name, pin, dialed,
    number, pattern, call_type, started, limited, disposition, blocked, screening)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

const OPEN: &str =
    "INSERT INTO open_calls (line, site, sequence, pin, off_hook, seen_after, inmate,
    number, timed, counts_from) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, 1, 3)";

const COUNTED: &str = "INSERT INTO counted VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8)";

const FINISHED: &str = "UPDATE calls SET answered_after = ?3, talk_after = ?4, ended_after = ?5,
    disposition = ?6, ended_by = ?7, answer_evidence = x'', release_evidence = x'', flags = 0,
    extra_digits = 0 WHERE site = ?1 AND sequence = ?2";

/// Registers keep their entries for seventy days.
const KEPT_MS: i64 = 70 * 24 * 3600 * 1000;

impl Peer<'_> {
    fn calls(&self, now: Tick, callers: &[Caller]) -> anyhow::Result<(Duration, Vec<Decision>)> {
        let before = Instant::now();
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let admit = |caller: &Caller| self.admit(utc_ms(now), now, caller);
        let decisions = callers.iter().map(admit).collect::<anyhow::Result<_>>()?;
        self.connection.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        let mut callers = callers.iter();
        callers.try_for_each(|caller| self.end(utc_ms(now), utc_ms(now + CALL), caller))?;
        self.connection.execute_batch("COMMIT")?;
        Ok((before.elapsed(), decisions))
    }

    fn run(&self, sql: &str, given: impl rusqlite::Params) -> anyhow::Result<()> {
        self.connection.prepare_cached(sql)?.execute(given)?;
        Ok(())
    }

    fn next(&self, counter: u8) -> anyhow::Result<i64> {
        let sql = "UPDATE counters SET count = count + 1 WHERE kind = ?1 RETURNING count";
        let mut counting = self.connection.prepare_cached(sql)?;
        Ok(counting.query_row([counter], |row| row.get(0))?)
    }

    fn journal(&self, at: i64, line: LineId, call: i64, change: &str) -> anyhow::Result<()> {
        let sequence = self.next(2)?;
        let (actor, subject) = (format!("line {}", line.0), format!("{SITE}-{call}"));
        self.run(
            "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, 'call', ?5, ?6, zeroblob(32))",
            params![SITE, sequence, at, actor, subject, change],
        )
    }

    fn admit(&self, at: i64, now: Tick, caller: &Caller) -> anyhow::Result<Decision> {
        let line = caller.asked.line;
        let sql = "SELECT sequence FROM open_calls WHERE line = ?1";
        let open = self.connection.prepare_cached(sql)?.exists([line.0])?;
        ensure!(!open, "a call of line {} is open", line.0);
        let request = caller.asked.request_at(at);
        let decision = screening::decide(&request, &self.lookups, &self.rules)?;
        let call = self.next(1)?;
        let sql = "SELECT facility_id, name, watched FROM inmates WHERE id = ?1";
        let mut inmate = self.connection.prepare_cached(sql)?;
        let (id, name): (String, String) =
            inmate.query_row([caller.inmate], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let pin = caller.asked.pin.0;
        let number = decision.number.context("a number")?;
        let text = number.number.to_string();
        let (disposition, limit) = match decision.outcome {
            Ok(allowed) => (Disposition::InProgress, allowed.limit),
            Err(_) => (Disposition::Blocked, None),
        };
        let steps = decision.trace.iter();
        let steps = steps.flat_map(|step| [step.check.code(), step.finding.code()]);
        self.run(
            RECORD,
            params![
                SITE,
                call,
                line.0,
                caller.inmate,
                id,
                name,
                pin,
                caller.dialed.as_str(),
                text,
                number.pattern.code(),
                number.call_type.code(),
                at,
                limit.map(|limit| limit.0),
                disposition.code(),
                decision.outcome.err().map(|refused| refused.blocked.code()),
                steps.collect::<Vec<u8>>(),
            ],
        )?;
        let inmate = caller.inmate;
        self.run(OPEN, params![line.0, SITE, call, pin, now.0, inmate, text])?;
        if decision.outcome.is_ok() {
            let sql = "INSERT INTO pins_in_use VALUES (?1, ?2, ?3, ?4)";
            self.run(sql, params![pin, line.0, SITE, call])?;
            let ticks = limit.map_or(0, |limit| limit.0);
            let none: Option<i64> = None;
            let (counting, not_yet) = (lookups::RESERVED, i64::MAX);
            let of_inmate = params![inmate, not_yet, SITE, call, counting, ticks, none, inmate];
            self.run(COUNTED, of_inmate)?;
            let of_number = params![text, not_yet, SITE, call, counting, ticks, none, inmate];
            self.run(COUNTED, of_number)?;
        }
        if decision.watched {
            self.journal(at, line, call, "a watched number was dialed")?;
        }
        self.journal(at, line, call, "admitted")?;
        Ok(decision)
    }

    fn end(&self, started: i64, at: i64, caller: &Caller) -> anyhow::Result<()> {
        let line = caller.asked.line;
        let sql = "SELECT sequence, number, inmate FROM open_calls WHERE line = ?1";
        let mut open = self.connection.prepare_cached(sql)?;
        let (call, number, inmate): (i64, String, u32) =
            open.query_row([line.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let sql = "SELECT disposition FROM calls WHERE site = ?1 AND sequence = ?2";
        let mut record = self.connection.prepare_cached(sql)?;
        let before: u8 = record.query_row(params![SITE, call], |row| row.get(0))?;
        let talked = before == Disposition::InProgress.code();
        let disposition = match talked {
            true => Disposition::Completed,
            false => Disposition::Blocked,
        };
        let after = |seconds: u64| talked.then_some(Ticks::secs(seconds).0);
        let (answered, talk, by) = (after(3), after(5), EndedBy::Inmate.code());
        let disposition = disposition.code();
        let given = params![SITE, call, answered, talk, CALL.0, disposition, by];
        self.run(FINISHED, given)?;
        self.run("DELETE FROM open_calls WHERE line = ?1", [line.0])?;
        if talked {
            let counts_from = started + 5000;
            let ticks = Ticks::secs(5).0;
            self.settle(params![inmate, i64::MAX, SITE, call], at)?;
            let kind = lookups::CALL;
            let of_inmate = params![inmate, counts_from, SITE, call, kind, ticks, at, inmate];
            self.run(COUNTED, of_inmate)?;
            self.settle(params![number, i64::MAX, SITE, call], at)?;
            let of_number = params![number, counts_from, SITE, call, kind, ticks, at, inmate];
            self.run(COUNTED, of_number)?;
            let sql = "DELETE FROM pins_in_use WHERE hash = ?1";
            self.run(sql, [caller.asked.pin.0])?;
        }
        self.journal(at, line, call, "ended")
    }

    /// What a call held in a register is taken out, and what is too old.
    fn settle(&self, held: &[&dyn rusqlite::ToSql], at: i64) -> anyhow::Result<()> {
        let sql =
            "DELETE FROM counted WHERE register = ?1 AND at = ?2 AND site = ?3 AND sequence = ?4";
        self.run(sql, held)?;
        let sql = "DELETE FROM counted WHERE register = ?1 AND at < ?2";
        self.run(sql, params![held[0], at - KEPT_MS])
    }
}

fn utc_ms(now: Tick) -> i64 {
    NOW_UTC_MS + now.since(NOW).as_ms() as i64
}
