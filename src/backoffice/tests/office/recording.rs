//! What can't be recorded, and what recordings hold.

use crate::bench::{DOE, ONE, bench, bench_with, completed};
use backoffice::{AllowedFlags, NumberFlags};
use types::{
    call_record::Recorded,
    disposition::{Blocked, Disposition, EndedBy},
    id::CallId,
    settings::Unrecorded,
    tick::Ticks,
    verdict::RecordingRule,
};

const FRIEND: &str = "02155550123";

fn recorded(call: CallId) -> Recorded {
    Recorded {
        call,
        length: Ticks::secs(80),
        gap: Ticks::ms(500),
    }
}

#[test]
fn a_call_that_must_be_recorded_and_can_not_be_is_refused() {
    let mut bench = bench();
    bench.office.recorder(false);
    let refused = bench.dial(ONE, Some(DOE), FRIEND).outcome;
    let refused = refused.expect_err("is refused");
    assert_eq!(refused.blocked, Blocked::NotRecordable);
    let mut end = completed(Some(refused.call), bench.now);
    (end.disposition, end.blocked) = (Disposition::Blocked, Some(refused.blocked));
    end.ended_by = EndedBy::Controller;
    bench.end(ONE, end);
    let record = bench.record(refused.call);
    assert_eq!(record.blocked, Some(Blocked::NotRecordable));
    assert_eq!(record.recording, None);
    // The PIN is free again, and so is the way.
    bench.office.recorder(true);
    bench.permitted(ONE, Some(DOE), FRIEND);
}

#[test]
fn counsel_is_called_whatever_the_recorder_does() {
    let counsel = AllowedFlags {
        privileged: true,
        ..AllowedFlags::default()
    };
    let mut bench = bench_with(|config| {
        let seed = &mut config.seed;
        seed.allowed = vec![("2155550123".to_owned(), counsel)];
        seed.inmates[0].numbers = vec![("2155550123".to_owned(), NumberFlags::default())];
    });
    bench.office.recorder(false);
    let permit = bench.permitted(ONE, Some(DOE), FRIEND);
    assert_eq!(permit.recording, RecordingRule::Privileged);
}

#[test]
fn a_site_may_let_a_call_go_that_can_not_be_recorded_or_record_none() {
    for (record, unrecorded) in [(true, Unrecorded::Allow), (false, Unrecorded::Refuse)] {
        let mut bench = bench_with(|config| {
            config.seed.settings.rules.record = record;
            config.seed.settings.rules.unrecorded = unrecorded;
        });
        bench.office.recorder(false);
        bench.permitted(ONE, Some(DOE), FRIEND);
    }
}

#[test]
fn what_a_recording_holds_is_noted_before_the_end_of_its_call_or_after_it() {
    for before in [true, false] {
        let mut bench = bench();
        let start = bench.now;
        let call = bench.permitted(ONE, Some(DOE), FRIEND).call;
        assert_eq!(bench.record(call).recorded, None);
        bench.wait(90);
        let now = bench.now;
        let note = |bench: &mut crate::bench::Bench| {
            bench
                .office
                .recorded(now, &[recorded(call)])
                .expect("notes");
        };
        if before {
            note(&mut bench);
        }
        bench.end(ONE, completed(Some(call), start));
        if !before {
            note(&mut bench);
        }
        let record = bench.record(call);
        assert_eq!(record.recorded, Some(Ticks::secs(80)));
        assert_eq!(record.recording_gap, Some(Ticks::ms(500)));
        assert_eq!(record.disposition, Disposition::Completed);
        let entries = bench.office.verify_journal().expect("whole").entries;
        // Told again it changes nothing; of a call that is not there it is nothing.
        note(&mut bench);
        let nobody = CallId {
            site: 7,
            sequence: 99,
        };
        let told = bench.office.recorded(now, &[recorded(nobody)]);
        told.expect("nothing to note");
        assert_eq!(bench.record(call), record);
        let after = bench.office.verify_journal().expect("whole").entries;
        assert_eq!(after, entries);
    }
}

#[test]
fn after_a_crash_nobody_knows_what_was_recorded() {
    let mut bench = bench();
    let call = bench.permitted(ONE, Some(DOE), FRIEND).call;
    let bench = bench.restart();
    let record = bench.record(call);
    assert_eq!(record.disposition, Disposition::Interrupted);
    assert_eq!((record.recorded, record.recording_gap), (None, None));
}
