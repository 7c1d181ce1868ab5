use crate::bench::{DOE, NOON_ISH, ONE, OPEN_PHONE, TWO, bench, bench_with, completed};
use types::{
    disposition::{Blocked, Disposition},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    tick::Ticks,
    verdict::{Check, Finding, Handling, RecordingRule},
};

#[test]
fn a_collect_call_is_permitted_with_all_a_line_needs() {
    let mut bench = bench();
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(
        permit.number,
        PhoneNumber::parse("2155550123").expect("a number")
    );
    assert_eq!(permit.pattern, DialingPattern::ZeroPlus);
    assert_eq!(permit.call_type, CallType::Local);
    assert_eq!(permit.handling, Handling::AutomatedOperator);
    assert_eq!(permit.routes.first().outpulse.as_str(), "12155550123");
    assert_eq!(
        permit.limit,
        Some(Ticks::secs(10 * 60)),
        "class 2 of the standard seed"
    );
    assert!(permit.announce_limit);
    assert_eq!(permit.recording, RecordingRule::Record);
}

#[test]
fn the_carriers_operator_is_reached_by_its_prefix() {
    let mut bench = bench_with(|config| {
        config.routing.zero_plus = Handling::CarrierOperator;
    });
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(permit.handling, Handling::CarrierOperator);
    assert_eq!(permit.routes.first().outpulse.as_str(), "02155550123");
}

#[test]
fn other_calls_are_dialed_as_they_were() {
    let mut bench = bench();
    for dialed in ["12155550123", "2155550123", "011442079460123"] {
        let permit = bench.permitted(ONE, Some(DOE), dialed);
        assert_eq!(permit.routes.first().outpulse.as_str(), dialed);
        assert_eq!(permit.handling, Handling::Direct);
    }
}

#[test]
fn an_open_record_shows_the_call_in_progress() {
    let mut bench = bench();
    bench.wait(5);
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    let record = bench.record(permit.call);
    assert_eq!(record.disposition, Disposition::InProgress);
    assert_eq!(record.started_utc_ms, NOON_ISH + 5000);
    assert_eq!(record.ended_utc_ms, None);
    assert_eq!(record.inmate_id.as_deref(), Some("A-17"));
    assert_eq!(record.inmate_name.as_deref(), Some("Doe, J"));
    assert_eq!(record.dialed, "02155550123");
    assert_eq!(record.limit, permit.limit);
}

#[test]
fn a_phone_without_pins_records_no_caller() {
    let mut bench = bench();
    let permit = bench.permitted(OPEN_PHONE, None, "02155550123");
    assert_eq!(permit.inmate, None);
    let record = bench.record(permit.call);
    assert_eq!(record.inmate, None);
    let first = record.screening.first().expect("a step");
    assert_eq!(
        (first.check, first.finding),
        (Check::PinRequired, Finding::No)
    );
}

#[test]
fn a_pin_keyed_at_a_phone_without_pins_is_not_held() {
    let mut bench = bench();
    bench.permitted(OPEN_PHONE, Some(DOE), "02155550123");
    bench.permitted(ONE, Some(DOE), "02155550123");
}

#[test]
fn a_refusal_is_on_record_at_once_and_finished_by_its_end() {
    let mut bench = bench();
    let verdict = bench.dial(ONE, Some("000000"), "02155550123");
    let refusal = verdict.outcome.expect_err("is refused");
    assert_eq!(refusal.blocked, Blocked::PinInvalid);
    let record = bench.record(refusal.call);
    assert_eq!(record.disposition, Disposition::Blocked);
    assert_eq!(record.blocked, Some(Blocked::PinInvalid));
    assert_eq!(record.ended_utc_ms, None);
    assert_eq!(record.inmate, None, "a wrong PIN names nobody");
    let mut end = completed(Some(refusal.call), bench.now);
    end.disposition = Disposition::Blocked;
    end.talk_from = None;
    assert_eq!(bench.end(ONE, end), refusal.call);
    let record = bench.record(refusal.call);
    assert_eq!(record.blocked, Some(Blocked::PinInvalid));
    assert!(record.ended_utc_ms.is_some());
    assert_eq!(record.talk, Ticks::ZERO);
}

#[test]
fn the_trace_of_the_verdict_is_the_trace_of_the_record() {
    let mut bench = bench();
    let verdict = bench.dial(ONE, Some(DOE), "02155550123");
    let call = verdict.outcome.as_ref().expect("is permitted").call;
    assert_eq!(bench.record(call).screening, verdict.trace);
}

#[test]
fn a_pin_in_use_is_refused_at_another_phone_and_freed_by_the_end() {
    let mut bench = bench();
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(10);
    assert_eq!(
        bench.refused(TWO, Some(DOE), "02155550124"),
        Blocked::PinInUse
    );
    bench.wait(10);
    bench.end(ONE, completed(Some(permit.call), start));
    bench.wait(10);
    bench.permitted(TWO, Some(DOE), "02155550124");
}

#[test]
fn a_refused_call_holds_no_pin() {
    let mut bench = bench_with(|config| {
        config.seed.restricted = vec![("2155550123".to_owned(), String::new())];
    });
    assert_eq!(
        bench.refused(ONE, Some(DOE), "02155550123"),
        Blocked::NumberRestricted
    );
    bench.permitted(TWO, Some(DOE), "02155550124");
}

#[test]
fn a_line_that_asks_again_gives_up_what_it_left_open() {
    let mut bench = bench();
    let lost = bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(100);
    let next = bench.permitted(ONE, Some(DOE), "02155550124");
    assert_ne!(lost.call, next.call);
    let record = bench.record(lost.call);
    assert_eq!(record.disposition, Disposition::Interrupted);
    assert_eq!(record.ended_utc_ms, Some(NOON_ISH), "when it was last seen");
    assert_eq!(
        bench.refused(TWO, Some(DOE), "02155550124"),
        Blocked::PinInUse
    );
}

#[test]
fn a_limit_is_announced_only_where_the_site_wants_it() {
    let mut bench = bench_with(|config| {
        config.seed.settings.rules.announce_limit = false;
    });
    assert!(
        !bench
            .permitted(ONE, Some(DOE), "02155550123")
            .announce_limit
    );
}

#[test]
fn a_line_nobody_entered_is_out_of_service() {
    let mut bench = bench();
    let line = types::id::LineId(99);
    assert_eq!(
        bench.refused(line, Some(DOE), "02155550123"),
        Blocked::PhoneOutOfService
    );
    assert!(
        !bench
            .office
            .settings(bench.now, line)
            .expect("reads")
            .in_service
    );
}

#[test]
fn calls_are_numbered_without_gaps_by_site() {
    let mut bench = bench();
    for sequence in 1..=5 {
        let call = bench.permitted(ONE, Some(DOE), "02155550123").call;
        assert_eq!((call.site, call.sequence), (7, sequence));
    }
}
