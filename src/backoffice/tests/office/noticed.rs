//! What is noticed in mid-call is on disk and counts from then on, once, whatever ends the call.

use crate::bench::{Bench, DOE, ONE, ROE, TWO, bench_with, cases, completed, config, database};
use backoffice::{Alert, Config, FraudRule, FraudRules, NumberFlags};
use proptest::prelude::*;
use types::{
    call_record::{CallEnd, Noticed},
    disposition::{Blocked, Disposition, FraudKind},
    evidence::Weighed,
    id::{CallId, InmateId, LineId},
    party_block::PartyBlock,
    phone_number::PhoneNumber,
    query::Query,
    three_way::ThreeWayEvidence,
    tick::{Tick, Ticks},
};

const NUMBER: &str = "02155550123";
const KEY: &str = "2155550123";

/// So many third parties, and so many calls with keys, block a number for ten minutes.
fn after(times: u16) -> impl Fn(&mut Config) {
    let rule = FraudRule {
        times: Some(times),
        period_seconds: 3600,
    };
    move |config| {
        config.seed.settings.fraud = FraudRules {
            three_way: rule,
            extra_digits: rule,
            block_seconds: Some(600),
        };
    }
}

fn thirds(times: u16, at: Tick) -> Noticed {
    let mut noticed = Noticed::default();
    noticed.flags.three_way = true;
    noticed.response.three_way_times = times;
    noticed.three_way.push(Weighed {
        evidence: ThreeWayEvidence::Click,
        at,
        trust: 80,
    });
    noticed
}

fn keys(count: u16) -> Noticed {
    let mut noticed = Noticed {
        extra_digits: count,
        ..Noticed::default()
    };
    noticed.flags.extra_digits = true;
    noticed
}

fn refused(block: PartyBlock) -> Noticed {
    Noticed {
        party_block: Some(block),
        ..Noticed::default()
    }
}

fn ended(call: CallId, off_hook_at: Tick, noticed: Noticed) -> CallEnd {
    CallEnd {
        flags: noticed.flags,
        extra_digits: noticed.extra_digits,
        response: noticed.response,
        three_way: noticed.three_way,
        party_block: noticed.party_block,
        ..completed(Some(call), off_hook_at)
    }
}

/// Told while they talk.
fn notice(bench: &mut Bench, line: LineId, call: CallId, noticed: Noticed) {
    let talks = bench.now;
    seen(bench, line, call, Some(talks), noticed);
}

fn seen(bench: &mut Bench, line: LineId, call: CallId, talks: Option<Tick>, noticed: Noticed) {
    let query = Query::Seen {
        call,
        at: bench.now,
        answered_at: talks,
        talk_from: talks,
        noticed,
    };
    assert!(bench.ask(line, query).is_none());
    assert!(bench.office.take_failure().is_none());
}

/// A call of Doe's in which this is noticed; it goes on.
fn goes_on_with(bench: &mut Bench, noticed: impl Fn(Tick) -> Noticed) -> CallId {
    let call = bench.permitted(ONE, Some(DOE), NUMBER).call;
    bench.wait(60);
    let noticed = noticed(bench.now);
    notice(bench, ONE, call, noticed);
    call
}

/// What Roe finds at the other phone.
fn found(bench: &mut Bench) -> Option<Blocked> {
    let off_hook = bench.now;
    let outcome = bench.dial(TWO, Some(ROE), NUMBER).outcome;
    let (call, blocked) = match outcome {
        Ok(permit) => (permit.call, None),
        Err(refusal) => (refusal.call, Some(refusal.blocked)),
    };
    bench.end(TWO, completed(Some(call), off_hook));
    blocked
}

#[test]
fn a_third_party_of_a_call_that_a_power_failure_ended_is_in_its_record_and_counts() {
    let mut bench = bench_with(after(2));
    for expected in [None, Some(Blocked::NumberFraud)] {
        let call = goes_on_with(&mut bench, |at| thirds(1, at));
        bench = bench.restart();
        let record = bench.record(call);
        assert_eq!(record.disposition, Disposition::Interrupted);
        assert!(record.flags.three_way);
        assert_eq!(record.response.three_way_times, 1);
        let heard = record.three_way[0];
        assert_eq!((heard.0, heard.1), (ThreeWayEvidence::Click, 80));
        assert_eq!(heard.2, record.started_utc_ms + 60_000);
        assert_eq!(found(&mut bench), expected);
    }
    bench.office.verify_journal().expect("is whole");
}

#[test]
fn keys_in_calls_that_a_power_failure_ended_count_once_a_call() {
    let mut bench = bench_with(after(2));
    for expected in [None, Some(Blocked::NumberFraud)] {
        let call = goes_on_with(&mut bench, |_| keys(3));
        notice(&mut bench, ONE, call, keys(9));
        bench = bench.restart();
        assert_eq!(bench.record(call).extra_digits, 9);
        assert_eq!(found(&mut bench), expected);
    }
}

#[test]
fn keys_on_calls_that_nobody_answered_block_no_number() {
    let mut bench = bench_with(after(1));
    let rings = |bench: &mut Bench| {
        let (start, call) = (bench.now, bench.permitted(ONE, Some(DOE), NUMBER).call);
        bench.wait(10);
        seen(bench, ONE, call, None, keys(3));
        (start, call)
    };
    for _ in 0..3 {
        let (start, call) = rings(&mut bench);
        let unanswered = CallEnd {
            answered_at: None,
            talk_from: None,
            ..ended(call, start, keys(3))
        };
        bench.end(ONE, unanswered);
        assert!(bench.record(call).flags.extra_digits);
        assert_eq!(found(&mut bench), None);
    }
    rings(&mut bench);
    let mut bench = bench.restart();
    assert_eq!(found(&mut bench), None);
    // One that is answered after all counts, once.
    let (start, call) = rings(&mut bench);
    bench.wait(5);
    notice(&mut bench, ONE, call, keys(3));
    bench.end(ONE, ended(call, start, keys(3)));
    assert_eq!(found(&mut bench), Some(Blocked::NumberFraud));
    assert_eq!(bench.office.take_alerts().len(), 1);
}

#[test]
fn keys_of_the_called_party_alone_block_no_number() {
    let mut bench = bench_with(after(1));
    let start = bench.now;
    let far = |_| {
        let mut noticed = keys(0);
        noticed.response.far_digits = 7;
        noticed
    };
    let call = goes_on_with(&mut bench, far);
    bench.end(ONE, ended(call, start, far(start)));
    assert!(bench.record(call).flags.extra_digits);
    assert_eq!(found(&mut bench), None);
}

#[test]
fn the_event_that_is_too_many_blocks_the_number_while_its_call_goes_on() {
    let mut bench = bench_with(after(2));
    let call = goes_on_with(&mut bench, |at| thirds(1, at));
    assert_eq!(found(&mut bench), None);
    assert!(bench.office.take_alerts().is_empty());
    let now = bench.now;
    notice(&mut bench, ONE, call, thirds(2, now));
    let alert = Alert::NumberBlocked {
        number: PhoneNumber::parse(KEY).expect("a number"),
        kind: FraudKind::ThreeWay,
        seconds: Some(600),
    };
    assert_eq!(bench.office.take_alerts(), [alert]);
    assert_eq!(found(&mut bench), Some(Blocked::NumberFraud));
    assert_eq!(bench.record(call).disposition, Disposition::InProgress);
}

#[test]
fn what_was_noticed_in_mid_call_is_not_counted_again_with_the_end() {
    let mut bench = bench_with(after(2));
    let start = bench.now;
    let call = goes_on_with(&mut bench, |at| thirds(1, at));
    let now = bench.now;
    notice(&mut bench, ONE, call, thirds(1, now));
    bench.end(ONE, ended(call, start, thirds(1, now)));
    bench.end(ONE, ended(call, start, thirds(1, now)));
    assert_eq!(found(&mut bench), None);
    // What was not told before the end is.
    let start = bench.now;
    let call = goes_on_with(&mut bench, |_| keys(1));
    bench.end(ONE, ended(call, start, thirds(1, now)));
    assert_eq!(found(&mut bench), Some(Blocked::NumberFraud));
    let record = bench.record(call);
    assert!(record.flags.three_way && record.flags.extra_digits);
}

#[test]
fn the_end_of_a_line_that_died_takes_back_nothing_that_was_noticed() {
    let mut bench = bench_with(after(2));
    let start = bench.now;
    let call = goes_on_with(&mut bench, |at| thirds(1, at));
    bench.end(ONE, CallEnd::of_dead_line(call, start, bench.now));
    let record = bench.record(call);
    assert_eq!(record.disposition, Disposition::Fault);
    assert!(record.flags.three_way);
    assert_eq!(record.response.three_way_times, 1);
    assert_eq!(record.three_way.len(), 1);
    assert_eq!(found(&mut bench), None);
}

#[test]
fn an_end_that_comes_after_its_line_was_taken_for_dead_counts_what_nobody_had_told() {
    let mut bench = bench_with(after(2));
    let start = bench.now;
    let call = goes_on_with(&mut bench, |at| thirds(1, at));
    // The line asks for its next call before it could tell the end of this one.
    let next = bench.permitted(ONE, Some(DOE), "02155550124").call;
    let next = completed(Some(next), bench.now);
    let now = bench.now;
    bench.end(ONE, ended(call, start, thirds(2, now)));
    let record = bench.record(call);
    assert_eq!(record.disposition, Disposition::Interrupted);
    assert_eq!(record.response.three_way_times, 2);
    bench.end(ONE, next);
    assert_eq!(found(&mut bench), Some(Blocked::NumberFraud));
}

#[test]
fn what_is_told_of_a_call_that_is_over_or_of_another_line_counts_nothing() {
    let mut bench = bench_with(after(1));
    let start = bench.now;
    let call = bench.permitted(ONE, Some(DOE), NUMBER).call;
    notice(&mut bench, TWO, call, thirds(1, start));
    bench.end(ONE, completed(Some(call), start));
    notice(&mut bench, ONE, call, thirds(1, start));
    assert_eq!(found(&mut bench), None);
    assert!(!bench.record(call).flags.three_way);
}

#[test]
fn what_is_noticed_in_a_call_with_an_attorney_counts_nothing() {
    let mut bench = bench_with(after(1));
    let (now, does) = (bench.now, InmateId(1));
    let flags = NumberFlags {
        privileged: true,
        ..NumberFlags::default()
    };
    let added = bench.office.add_pin_number(now, "clerk", does, KEY, &flags);
    added.expect("is added");
    goes_on_with(&mut bench, |at| thirds(1, at));
    assert!(bench.office.take_alerts().is_empty());
    let Bench { dir, office, .. } = bench.restart();
    drop(office);
    assert_eq!(counted(dir.path()), (0, 0));
}

#[test]
fn a_refusal_for_good_holds_from_the_confirmation_on_whatever_ends_the_call() {
    for (block, blocked) in [
        (PartyBlock::Inmate, Blocked::CalledPartyBlocksInmate),
        (PartyBlock::Facility, Blocked::CalledPartyBlocksFacility),
    ] {
        let mut bench = bench_with(|_| {});
        let call = goes_on_with(&mut bench, |_| refused(block));
        let mut bench = bench.restart();
        let record = bench.record(call);
        assert_eq!(record.disposition, Disposition::Interrupted);
        assert_eq!(record.party_block, Some(block));
        assert_eq!(bench.refused(ONE, Some(DOE), NUMBER), blocked);
        bench.office.verify_journal().expect("is whole");
    }
}

#[test]
fn a_refusal_that_was_told_before_is_kept_once_and_stays_lifted_when_the_end_tells_it_again() {
    let mut bench = bench_with(|_| {});
    let start = bench.now;
    let call = goes_on_with(&mut bench, |_| refused(PartyBlock::Inmate));
    notice(&mut bench, ONE, call, refused(PartyBlock::Inmate));
    let kept = |bench: &Bench| bench.office.called_party_blocks(None, 9).expect("reads");
    let blocks = kept(&bench);
    assert_eq!(blocks.len(), 1);
    let now = bench.now;
    let lifted = bench
        .office
        .lift_called_party_block(now, "warden", KEY, blocks[0].inmate);
    assert!(lifted.expect("lifts"));
    bench.end(ONE, ended(call, start, refused(PartyBlock::Inmate)));
    assert_eq!(kept(&bench), []);
    let journal = bench.office.journal(0, 1000).expect("reads").into_iter();
    let ours = journal.filter(|entry| entry.noun == "called-party-block");
    assert_eq!(ours.count(), 2, "refused and lifted");
}

/// Third parties and calls with keys that are counted for the number, of a closed database.
fn counted(dir: &std::path::Path) -> (usize, usize) {
    let database = database(dir);
    let reader = database.read().expect("reads");
    let number = PhoneNumber::parse(KEY).expect("a number");
    let count = database.tables().fraud_counts.get(&reader, &number);
    let count = count.expect("reads");
    count.map_or((0, 0), |c| (c.three_way.len(), c.extra_digits.len()))
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Third,
    Key,
    /// Told at once, or lost on its way.
    Seen,
    End,
    Fault,
    Kill,
}

proptest! {
    #![proptest_config(cases(24))]
    #[test]
    fn each_event_that_was_told_counts_once_whatever_ends_the_calls(
        moves in proptest::collection::vec(prop_oneof![
            3 => Just(Move::Third), 2 => Just(Move::Key), 4 => Just(Move::Seen),
            2 => Just(Move::End), 1 => Just(Move::Fault), 1 => Just(Move::Kill),
        ], 1..60)
    ) {
        let mut bench = bench_with(after(1000));
        let mut expected = (0, 0);
        let mut open: Option<(CallId, Tick, Noticed)> = None;
        // What of the open call was told last.
        let mut told = (0, 0);
        for step in moves {
            bench.wait(1);
            let now = bench.now;
            let (call, start, noticed) = open.get_or_insert_with(|| {
                (bench.permitted(ONE, Some(DOE), NUMBER).call, now, Noticed::default())
            });
            let (call, start) = (*call, *start);
            let all = (
                usize::from(noticed.response.three_way_times),
                usize::from(noticed.flags.extra_digits),
            );
            match step {
                Move::Third => *noticed = Noticed {
                    flags: thirds(0, now).flags.or(noticed.flags),
                    response: thirds(noticed.response.three_way_times + 1, now).response,
                    ..noticed.clone()
                },
                Move::Key => *noticed = Noticed {
                    flags: keys(0).flags.or(noticed.flags),
                    extra_digits: noticed.extra_digits + 1,
                    ..noticed.clone()
                },
                Move::Seen => {
                    let noticed = noticed.clone();
                    notice(&mut bench, ONE, call, noticed);
                    told = all;
                }
                Move::End | Move::Fault | Move::Kill => {
                    let noticed = noticed.clone();
                    let end = ended(call, start, noticed);
                    match step {
                        Move::End => {
                            bench.end(ONE, end);
                            told = all;
                        }
                        Move::Fault => {
                            bench.end(ONE, CallEnd::of_dead_line(call, start, now));
                        }
                        _ => bench = bench.restart(),
                    }
                    expected = (expected.0 + told.0, expected.1 + told.1);
                    (open, told) = (None, (0, 0));
                }
            }
        }
        let Bench { dir, office, .. } = bench.restart();
        drop(office);
        prop_assert_eq!(counted(dir.path()), (expected.0 + told.0, expected.1 + told.1));
    }
}

#[test]
fn a_rule_without_a_number_counts_nothing_that_is_noticed() {
    let mut bench = bench_with(|_| {});
    assert_eq!(config().seed.settings.fraud.three_way.times, None);
    for _ in 0..3 {
        let call = goes_on_with(&mut bench, |at| thirds(1, at));
        let start = bench.now;
        bench.end(ONE, completed(Some(call), start + Ticks::secs(1)));
    }
    assert_eq!(found(&mut bench), None);
}
