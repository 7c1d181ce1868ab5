use crate::bench::{Bench, NOON_ISH, ONE, bench, completed};
use backoffice::RecordRange;
use types::id::CallId;

/// Ten attempts, a minute apart.
fn ten() -> Bench {
    let mut bench = bench();
    for _ in 0..10 {
        let end = completed(None, bench.now);
        bench.end(ONE, end);
        bench.wait(60);
    }
    bench
}

fn sequences(bench: &Bench, range: &RecordRange) -> Vec<u64> {
    let records = bench.office.records(range).expect("reads");
    records.iter().map(|record| record.call.sequence).collect()
}

#[test]
fn records_come_in_the_order_of_their_start() {
    let bench = ten();
    let expected: Vec<u64> = (1..=10).collect();
    assert_eq!(sequences(&bench, &RecordRange::all()), expected);
}

#[test]
fn a_range_of_time_holds_its_beginning_and_not_its_end() {
    let bench = ten();
    let range = RecordRange {
        from_utc_ms: NOON_ISH + 60_000,
        to_utc_ms: NOON_ISH + 180_000,
        ..RecordRange::all()
    };
    assert_eq!(sequences(&bench, &range), [2, 3]);
    let newest_first = RecordRange {
        newest_first: true,
        ..range
    };
    assert_eq!(sequences(&bench, &newest_first), [3, 2]);
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let bench = ten();
    for newest_first in [false, true] {
        let mut range = RecordRange {
            limit: 4,
            newest_first,
            ..RecordRange::all()
        };
        let mut found = Vec::new();
        for expected in [4, 4, 2, 0] {
            let page = bench.office.records(&range).expect("reads");
            assert_eq!(page.len(), expected);
            range.after = page.last().map(|record| record.call).or(range.after);
            found.extend(page.iter().map(|record| record.call.sequence));
        }
        let mut all: Vec<u64> = (1..=10).collect();
        if newest_first {
            all.reverse();
        }
        assert_eq!(found, all);
    }
}

#[test]
fn an_empty_or_backward_range_has_no_records() {
    let bench = ten();
    let range = |from, to| RecordRange {
        from_utc_ms: from,
        to_utc_ms: to,
        ..RecordRange::all()
    };
    assert!(sequences(&bench, &range(0, 1000)).is_empty());
    assert!(sequences(&bench, &range(NOON_ISH + 1000, NOON_ISH)).is_empty());
    assert!(sequences(&bench, &range(NOON_ISH, NOON_ISH)).is_empty());
}

#[test]
fn a_record_that_is_not_there_is_none() {
    let bench = ten();
    let call = CallId {
        site: 7,
        sequence: 11,
    };
    assert!(bench.office.record(call).expect("reads").is_none());
    let elsewhere = CallId {
        site: 8,
        sequence: 1,
    };
    assert!(bench.office.record(elsewhere).expect("reads").is_none());
}
