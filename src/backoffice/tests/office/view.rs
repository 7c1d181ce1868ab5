//! Reading beside the one that writes.

use crate::bench::{DOE, ONE, bench, completed};
use backoffice::{RecordRange, View};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};
use types::tick::Ticks;

#[test]
fn a_view_on_another_thread_sees_each_record_whole_as_soon_as_it_is_on_disk() {
    let mut bench = bench();
    let view: View = (*bench.office).clone();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Acquire) {
                let records = view.records(&RecordRange::newest(500)).expect("reads");
                assert!(records.len() >= most, "{} after {most}", records.len());
                most = records.len();
                // An open call has no end yet; another has all of it.
                for record in records {
                    let ended = record.ended_by.is_some();
                    assert_eq!(ended, record.ended_utc_ms.is_some(), "{record:?}");
                    assert_eq!(ended, record.talk > Ticks::ZERO, "{record:?}");
                }
            }
        });
        for _ in 0..100 {
            let permit = bench.permitted(ONE, Some(DOE), "02155550123");
            let begun = bench.now;
            bench.wait(120);
            bench.end(ONE, completed(Some(permit.call), begun));
            // What was answered is there for any view.
            assert!(view.record(permit.call).expect("reads").is_some());
        }
        done.store(true, Ordering::Release);
        reader.join().expect("reads to the end");
    });
}

#[test]
fn a_view_has_the_clock_that_the_office_was_told() {
    let mut bench = bench();
    let view: View = (*bench.office).clone();
    let now = bench.now;
    bench.office.anchor(now, 1_813_066_200_000);
    assert_eq!(view.utc_ms(now), 1_813_066_200_000);
}
