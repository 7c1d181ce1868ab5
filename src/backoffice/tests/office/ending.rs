use crate::bench::{DOE, NOON_ISH, ONE, TWO, admission, bench, completed};
use backoffice::RecordRange;
use types::{
    call_record::Noticed,
    disposition::{Blocked, Disposition, EndedBy, FraudFlags},
    evidence::{AnswerEvidence, ReleaseEvidence, Weighed},
    id::{CallId, InmateId, TrunkId},
    query::{Query, Reply},
    tick::Ticks,
};

#[test]
fn an_end_fills_the_record() {
    let mut bench = bench();
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    let mut end = completed(Some(permit.call), start);
    end.trunk = Some(TrunkId(4));
    end.disposition = Disposition::Limited;
    end.ended_by = EndedBy::Controller;
    end.extra_digits = 3;
    end.flags = FraudFlags {
        extra_digits: true,
        ..FraudFlags::NONE
    };
    end.answer_evidence.push(Weighed {
        evidence: AnswerEvidence::Voice,
        at: start + Ticks::secs(20),
        trust: 70,
    });
    end.release_evidence.push(Weighed {
        evidence: ReleaseEvidence::LoopBreak,
        at: start + Ticks::secs(90),
        trust: 100,
    });
    bench.wait(90);
    assert_eq!(bench.end(ONE, end.clone()), permit.call);
    let record = bench.record(permit.call);
    assert_eq!(record.trunk, Some(TrunkId(4)));
    assert_eq!(record.disposition, Disposition::Limited);
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert_eq!(record.answered_utc_ms, Some(NOON_ISH + 20_000));
    assert_eq!(record.talk_utc_ms, Some(NOON_ISH + 30_000));
    assert_eq!(record.ended_utc_ms, Some(NOON_ISH + 90_000));
    assert_eq!(record.talk, Ticks::secs(60));
    assert_eq!(record.answer_evidence, [(AnswerEvidence::Voice, 70)]);
    assert_eq!(record.release_evidence, [(ReleaseEvidence::LoopBreak, 100)]);
    assert_eq!(record.flags, end.flags);
    assert_eq!(record.extra_digits, 3);
}

#[test]
fn a_clock_that_is_stepped_in_mid_call_changes_no_length() {
    let mut bench = bench();
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(90);
    bench.office.anchor(bench.now, NOON_ISH - 86_400_000);
    bench.end(ONE, completed(Some(permit.call), start));
    let record = bench.record(permit.call);
    assert_eq!(record.talk, Ticks::secs(60));
    assert_eq!(record.ended_utc_ms, Some(NOON_ISH + 90_000));
}

#[test]
fn an_attempt_without_admission_gets_a_record_of_its_own() {
    let mut bench = bench();
    let start = bench.now;
    bench.wait(20);
    let mut end = completed(None, start);
    end.disposition = Disposition::NotDialed;
    end.blocked = Some(Blocked::PinInvalid);
    let call = bench.end(TWO, end);
    let record = bench.record(call);
    assert_eq!(record.line, TWO);
    assert_eq!(record.disposition, Disposition::NotDialed);
    assert_eq!(record.blocked, Some(Blocked::PinInvalid));
    assert_eq!(record.started_utc_ms, NOON_ISH);
    assert!(record.screening.is_empty());
}

#[test]
fn the_record_of_an_attempt_without_admission_names_whose_pin_was_keyed() {
    let mut bench = bench();
    let mut end = completed(None, bench.now);
    end.inmate = Some(InmateId(2));
    let call = bench.end(ONE, end);
    let record = bench.record(call);
    assert_eq!(record.inmate, Some(InmateId(2)));
    assert_eq!(record.inmate_id.as_deref(), Some("A-18"));
    assert_eq!(record.inmate_name.as_deref(), Some("Roe, R"));
}

#[test]
fn an_end_does_not_change_the_inmate_that_admission_wrote() {
    let mut bench = bench();
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    let mut end = completed(Some(permit.call), start);
    end.inmate = Some(InmateId(2));
    bench.end(ONE, end);
    assert_eq!(bench.record(permit.call).inmate, Some(InmateId(1)));
}

#[test]
fn an_end_of_an_inmate_who_is_not_entered_is_still_recorded() {
    let mut bench = bench();
    let mut end = completed(None, bench.now);
    end.inmate = Some(InmateId(4000));
    let call = bench.end(ONE, end);
    assert_eq!(bench.record(call).inmate, None);
}

#[test]
fn the_same_end_twice_is_one_record() {
    let mut bench = bench();
    let end = completed(None, bench.now);
    let first = bench.end(ONE, end.clone());
    let mut again = end.clone();
    again.disposition = Disposition::Fault;
    assert_eq!(bench.end(ONE, again), first);
    let answers = bench.batch(vec![(ONE, Query::End(end.clone())), (ONE, Query::End(end))]);
    for (_, answered) in answers {
        assert!(matches!(answered.reply, Reply::Recorded(call) if call == first));
    }
    let records = bench.office.records(&RecordRange::all()).expect("reads");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].disposition, Disposition::Completed);
}

#[test]
fn an_end_told_again_after_others_of_its_line_is_known() {
    let mut bench = bench();
    let mut ends = Vec::new();
    for _ in 0..4 {
        ends.push(completed(None, bench.now));
        bench.wait(10);
    }
    let calls: Vec<CallId> = ends.iter().map(|end| bench.end(ONE, end.clone())).collect();
    let again: Vec<CallId> = ends.iter().map(|end| bench.end(ONE, end.clone())).collect();
    assert_eq!(calls, again);
    assert_eq!(
        bench
            .office
            .records(&RecordRange::all())
            .expect("reads")
            .len(),
        4
    );
}

#[test]
fn an_end_after_a_verdict_that_never_arrived_finishes_that_record() {
    let mut bench = bench();
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(2);
    // The line gave up waiting: it knows of no call.
    let mut end = completed(None, start);
    end.disposition = Disposition::Blocked;
    end.blocked = Some(Blocked::SystemUnavailable);
    assert_eq!(bench.end(ONE, end.clone()), permit.call);
    assert_eq!(bench.end(ONE, end), permit.call);
    let record = bench.record(permit.call);
    assert_eq!(record.blocked, Some(Blocked::SystemUnavailable));
    assert_eq!(
        bench
            .office
            .records(&RecordRange::all())
            .expect("reads")
            .len(),
        1
    );
    bench.permitted(TWO, Some(DOE), "02155550123");
}

#[test]
fn an_end_for_another_off_hook_does_not_touch_the_open_call() {
    let mut bench = bench();
    bench.wait(100);
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    let other = bench.end(ONE, completed(None, crate::bench::START));
    assert_ne!(other, permit.call);
    assert_eq!(
        bench.record(permit.call).disposition,
        Disposition::InProgress
    );
}

#[test]
fn an_end_of_a_call_that_is_not_known_is_still_recorded() {
    let mut bench = bench();
    let unknown = CallId {
        site: 7,
        sequence: 4000,
    };
    let call = bench.end(ONE, completed(Some(unknown), bench.now));
    assert_ne!(call, unknown);
    assert_eq!(bench.record(call).disposition, Disposition::Completed);
}

#[test]
fn a_line_cannot_end_the_call_of_another() {
    let mut bench = bench();
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    let other = bench.end(TWO, completed(Some(permit.call), bench.now));
    assert_ne!(other, permit.call);
    assert_eq!(
        bench.record(permit.call).disposition,
        Disposition::InProgress
    );
}

#[test]
fn an_end_that_says_in_progress_is_a_fault() {
    let mut bench = bench();
    let mut end = completed(None, bench.now);
    end.disposition = Disposition::InProgress;
    let call = bench.end(ONE, end);
    assert_eq!(bench.record(call).disposition, Disposition::Fault);
}

#[test]
fn a_call_left_open_is_ended_where_it_was_last_seen() {
    let mut bench = bench();
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    for _ in 0..45 {
        bench.wait(1);
        bench.seen(ONE, permit.call, bench.now);
    }
    bench.wait(30);
    let mut bench = bench.restart();
    let record = bench.record(permit.call);
    assert_eq!(record.disposition, Disposition::Interrupted);
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert_eq!(record.ended_utc_ms, Some(NOON_ISH + 45_000));
    bench.permitted(TWO, Some(DOE), "02155550123");
    let entries = bench.office.journal(0, 1000).expect("reads");
    let words = "ended without a word: interrupted";
    assert!(
        entries
            .iter()
            .any(|e| e.change == words && e.subject == "7-1")
    );
}

#[test]
fn a_refusal_left_open_stays_a_refusal() {
    let mut bench = bench();
    let verdict = bench.dial(ONE, Some("000000"), "02155550123");
    let call = verdict.outcome.expect_err("is refused").call;
    let bench = bench.restart();
    let record = bench.record(call);
    assert_eq!(record.disposition, Disposition::Blocked);
    assert_eq!(record.ended_utc_ms, Some(NOON_ISH));
}

#[test]
fn a_sign_of_life_of_another_call_changes_nothing() {
    let mut bench = bench();
    let first = bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(10);
    let second = bench.permitted(ONE, Some(DOE), "02155550123");
    let at = bench.now + Ticks::secs(50);
    let call = first.call;
    bench.seen(ONE, call, at);
    bench.seen(TWO, call, at);
    let bench = bench.restart();
    assert_eq!(
        bench.record(second.call).ended_utc_ms,
        Some(NOON_ISH + 10_000)
    );
}

#[test]
fn an_empty_off_hook_is_only_counted() {
    let mut bench = bench();
    for _ in 0..3 {
        assert!(bench.ask(ONE, Query::EmptyOffHook).is_none());
    }
    bench.ask(TWO, Query::EmptyOffHook);
    let counters = bench.office.counters().expect("reads");
    assert_eq!(counters.empty_off_hooks, [(ONE, 3), (TWO, 1)]);
    assert!(
        bench
            .office
            .records(&RecordRange::all())
            .expect("reads")
            .is_empty()
    );
}

#[test]
fn a_verdict_asked_for_again_leaves_one_open_call() {
    let mut bench = bench();
    let now = bench.now;
    for _ in 0..3 {
        bench.ask(ONE, admission(Some(DOE), "02155550123", now));
    }
    let records = bench.office.records(&RecordRange::all()).expect("reads");
    let open = records.iter().filter(|r| r.ended_utc_ms.is_none());
    assert_eq!(open.count(), 1);
}

#[test]
fn an_interrupted_call_keeps_its_answer_and_its_talk_time() {
    let mut bench = bench();
    let call = bench.permitted(ONE, Some(DOE), "02155550123").call;
    let answered = bench.now + Ticks::secs(12);
    let talk = bench.now + Ticks::secs(20);
    let seen = Query::Seen {
        call,
        at: bench.now + Ticks::secs(50),
        answered_at: Some(answered),
        talk_from: Some(talk),
        noticed: Noticed::default(),
    };
    assert!(bench.ask(ONE, seen).is_none());
    let bench = bench.restart();
    let record = bench.record(call);
    assert_eq!(record.disposition, Disposition::Interrupted);
    assert_eq!(record.talk, Ticks::secs(30));
    let answered_after = record.answered_utc_ms.map(|at| at - record.started_utc_ms);
    assert!(answered_after.is_some_and(|ms| ms >= 12_000), "{record:?}");
}
