//! A map that fills up: nothing new is begun, what is open is finished.

use crate::bench::{
    Bench, DOE, ONE, OPEN_PHONE, START, admission, bench_with, completed, config, open,
};
use backoffice::{RecordRange, Usage};
use types::{
    disposition::Disposition,
    id::CallId,
    query::{Query, Reply},
    tick::Ticks,
};

/// Admits and ends calls on the open phone until admissions are refused.
fn fill(bench: &mut Bench) -> usize {
    for calls in 0.. {
        // Many a transaction, so that it does not take minutes.
        let mut queries = Vec::new();
        for _ in 0..20 {
            bench.now += Ticks::secs(1);
            let at = bench.now;
            queries.push((OPEN_PHONE, admission(None, "02155550123", at)));
            queries.push((OPEN_PHONE, Query::End(completed(None, at))));
        }
        let answers = bench.batch(queries);
        let refused = |reply: &Reply| matches!(reply, Reply::Unavailable);
        if answers.iter().any(|(_, answered)| refused(&answered.reply)) {
            return calls;
        }
    }
    unreachable!("a map of a few megabytes fills")
}

fn open_call(bench: &mut Bench) -> CallId {
    bench.permitted(ONE, Some(DOE), "02155550123").call
}

#[test]
fn at_ninety_per_cent_admissions_are_refused_and_open_calls_finish() {
    let mut bench = bench_with(|config| config.map_size = 2 << 20);
    let call = open_call(&mut bench);
    let lifted = bench.now;
    assert!(fill(&mut bench) > 0);
    let usage = bench.office.usage().expect("counts");
    assert!(usage.percent() >= Usage::REFUSE_PERCENT, "{usage:?}");
    let now = bench.now;
    let asked = bench.ask(OPEN_PHONE, admission(None, "02155550123", now));
    assert!(matches!(asked, Some(Reply::Unavailable)));
    // The open call lives on, second by second, and ends.
    for _ in 0..50 {
        bench.wait(1);
        bench.seen(ONE, call, bench.now);
    }
    assert!(bench.office.take_failure().is_none());
    assert_eq!(bench.end(ONE, completed(Some(call), lifted)), call);
    assert_eq!(bench.record(call).disposition, Disposition::Completed);
    bench.office.verify_journal().expect("is whole");
}

#[test]
fn attempts_without_admission_stop_being_recorded_but_are_counted() {
    let mut bench = bench_with(|config| config.map_size = 2 << 20);
    let call = open_call(&mut bench);
    let lifted = bench.now;
    fill(&mut bench);
    let mut unrecorded = 0;
    for _ in 0..2000 {
        bench.wait(1);
        let end = Query::End(completed(None, bench.now));
        if let Some(Reply::Unavailable) = bench.ask(OPEN_PHONE, end) {
            unrecorded += 1;
            if unrecorded == 3 {
                break;
            }
        }
    }
    assert_eq!(unrecorded, 3, "{:?}", bench.office.take_failure());
    // Told again, one attempt is still one.
    let counted = bench.office.counters().expect("reads");
    let end = Query::End(completed(None, bench.now));
    assert!(matches!(
        bench.ask(OPEN_PHONE, end),
        Some(Reply::Unavailable)
    ));
    let counters = bench.office.counters().expect("reads");
    assert_eq!(counters, counted);
    assert!(
        counters
            .unrecorded_attempts
            .iter()
            .any(|(line, n)| *line == OPEN_PHONE && *n >= 3)
    );
    assert_eq!(bench.end(ONE, completed(Some(call), lifted)), call);
}

#[test]
fn a_call_open_at_a_crash_in_a_full_database_is_finished_at_the_next_open() {
    let mut bench = bench_with(|config| config.map_size = 2 << 20);
    let call = open_call(&mut bench);
    fill(&mut bench);
    let Bench { dir, office, .. } = bench;
    drop(office);
    let mut small = config();
    small.map_size = 2 << 20;
    let office = open(dir.path(), small);
    let record = office.record(call).expect("reads").expect("is there");
    assert_eq!(record.disposition, Disposition::Interrupted);
}

#[test]
fn a_raised_map_admits_again() {
    let mut bench = bench_with(|config| config.map_size = 2 << 20);
    fill(&mut bench);
    let mut bench = bench.restart();
    let usage = bench.office.usage().expect("counts");
    assert!(usage.percent() < Usage::WARN_PERCENT, "{usage:?}");
    bench.now = START;
    bench.permitted(ONE, Some(DOE), "02155550123");
    let mut range = RecordRange::newest(1);
    range.from_utc_ms = 0;
    assert_eq!(bench.office.records(&range).expect("reads").len(), 1);
}

#[test]
fn a_map_without_a_page_left_answers_unavailable_and_stays_readable() {
    let mut bench = bench_with(|config| config.map_size = 2 << 20);
    let call = open_call(&mut bench);
    let Bench { dir, office, .. } = bench;
    drop(office);
    // Somebody else's doing: the last page is taken.
    {
        let database = db::Database::open(
            dir.path(),
            &db::Options {
                map_size: 2 << 20,
                durable: true,
            },
        );
        let database = database.expect("opens");
        let name = "x".repeat(1500);
        'full: for year in 0.. {
            let mut writer = database.write().expect("writes");
            for day in 0..4 {
                let key = db::keys::DateKey {
                    year,
                    month: 1,
                    day,
                };
                let value = db::values::Holiday { name: name.clone() };
                if database
                    .tables()
                    .holidays
                    .put(&mut writer, &key, &value)
                    .is_err()
                {
                    break 'full;
                }
            }
            if writer.commit().is_err() {
                break;
            }
        }
    }
    let mut config = config();
    config.map_size = 2 << 20;
    match backoffice::BackOffice::open(dir.path(), config) {
        // Not even the open call's end found room: said so, and nothing is half done.
        Err(error) => assert!(error.to_string().contains("map size"), "{error}"),
        Ok(mut office) => {
            let query = Query::End(completed(None, START));
            let asked = types::query::Asked { number: 1, query };
            let answers = office.answer(START, &[(OPEN_PHONE, asked)]);
            assert!(matches!(answers[0].1.reply, Reply::Unavailable));
            assert!(office.record(call).expect("reads").is_some());
            office.verify_journal().expect("is whole");
        }
    }
    // Raised, it opens and goes on.
    let office = open(dir.path(), crate::bench::config());
    let record = office.record(call).expect("reads").expect("is there");
    assert_eq!(record.disposition, Disposition::Interrupted);
}
