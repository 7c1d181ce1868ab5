use crate::bench::{DOE, ONE, ROE, TWO, admission, bench, completed, database, secret};
use db::keys::{CounterKey, CounterKind};
use types::{
    credential::Credential,
    disposition::Blocked,
    id::LineId,
    query::{PinAnswer, Query, Reply},
};

#[test]
fn an_empty_batch_has_no_answers() {
    assert!(bench().batch(Vec::new()).is_empty());
}

#[test]
fn later_questions_of_a_batch_see_the_earlier_ones() {
    let mut bench = bench();
    let now = bench.now;
    let answers = bench.batch(vec![
        (ONE, admission(Some(DOE), "02155550123", now)),
        (TWO, admission(Some(DOE), "02155550123", now)),
        (TWO, Query::Identify(Credential::Pin(secret(DOE)))),
        (ONE, Query::End(completed(None, now))),
        (TWO, admission(Some(DOE), "02155550124", now)),
    ]);
    let replies: Vec<&Reply> = answers
        .iter()
        .map(|(_, answered)| &answered.reply)
        .collect();
    let verdict = |at: usize| match replies[at] {
        Reply::Admitted(verdict) => verdict.outcome,
        other => panic!("no verdict: {other:?}"),
    };
    assert!(verdict(0).is_ok());
    assert_eq!(
        verdict(1).expect_err("is refused").blocked,
        Blocked::PinInUse
    );
    assert!(matches!(replies[2], Reply::Pin(PinAnswer::InUse { .. })));
    assert!(matches!(replies[3], Reply::Recorded(_)));
    assert!(verdict(4).is_ok());
}

#[test]
fn answers_carry_the_lines_and_numbers_of_their_questions() {
    let mut bench = bench();
    let now = bench.now;
    let answers = bench.batch(vec![
        (TWO, Query::Identify(Credential::Pin(secret(ROE)))),
        (ONE, Query::EmptyOffHook),
        (ONE, admission(Some(DOE), "02155550123", now)),
    ]);
    let whose: Vec<(LineId, u32)> = answers.iter().map(|(l, a)| (*l, a.number)).collect();
    assert_eq!(whose, [(TWO, 1), (ONE, 3)]);
}

#[test]
fn an_empty_off_hook_that_cannot_be_counted_takes_nothing_with_it() {
    let crate::bench::Bench { dir, office, .. } = bench();
    drop(office);
    damage(dir.path(), |tables, writer| {
        let key = CounterKey::of_line(CounterKind::EmptyOffHook, TWO);
        let key = db::Key::bytes(&key);
        tables.counters.put_bytes(writer, &key, &[9, 9])
    });
    let mut office = crate::bench::open(dir.path(), crate::bench::config());
    let now = crate::bench::START;
    let ask = |number, query| types::query::Asked { number, query };
    for _ in 0..2 {
        let answers = office.answer(
            now,
            &[
                (TWO, ask(1, Query::EmptyOffHook)),
                (ONE, ask(2, admission(Some(DOE), "02155550123", now))),
            ],
        );
        assert_eq!(answers.len(), 1);
        assert!(matches!(&answers[0].1.reply, Reply::Admitted(v) if v.outcome.is_ok()));
        assert!(office.take_failure().is_some(), "it is told");
        office.answer(now, &[(ONE, ask(3, Query::EmptyOffHook))]);
        assert!(office.take_failure().is_none(), "it is told once");
    }
}

/// A question that cannot be served, in a database where one phone's entry is damaged.
fn damage_phone_two(dir: &std::path::Path) {
    damage(dir, |tables, writer| {
        let key = db::Key::bytes(&TWO);
        tables.phones.put_bytes(writer, &key, &[9, 9])
    });
}

fn damage(
    dir: &std::path::Path,
    put: impl Fn(&db::Tables, &mut db::Writer<'_>) -> Result<(), db::Error>,
) {
    let database = database(dir);
    let mut writer = database.write().expect("writes");
    put(database.tables(), &mut writer).expect("puts");
    writer.commit().expect("commits");
}

#[test]
fn one_question_that_cannot_be_served_does_not_take_the_others_with_it() {
    let crate::bench::Bench { dir, office, .. } = bench();
    drop(office);
    damage_phone_two(dir.path());
    let mut office = crate::bench::open(dir.path(), crate::bench::config());
    let now = crate::bench::START;
    let ask = |number, query| types::query::Asked { number, query };
    let answers = office.answer(
        now,
        &[
            (ONE, ask(1, admission(Some(DOE), "02155550123", now))),
            (TWO, ask(2, admission(Some(ROE), "02155550123", now))),
            (ONE, ask(3, Query::End(completed(None, now)))),
        ],
    );
    assert!(matches!(&answers[0].1.reply, Reply::Admitted(v) if v.outcome.is_ok()));
    assert!(matches!(answers[1].1.reply, Reply::Unavailable));
    assert!(matches!(answers[2].1.reply, Reply::Recorded(_)));
    let failure = office.take_failure().expect("is told").to_string();
    assert!(
        failure.contains("phones") && failure.contains("0002"),
        "{failure}"
    );
    assert!(office.take_failure().is_none());
    let records = office
        .records(&backoffice::RecordRange::all())
        .expect("reads");
    assert_eq!(records.len(), 1, "nothing is half done");
    office.verify_journal().expect("is whole");
}
