use crate::bench::{DOE, ONE, ROE, TWO, bench, secret};
use backoffice::{Disabled, PinDetails};
use types::{disposition::Blocked, id::InmateId, language::Language, query::PinAnswer};

const DOES_ID: InmateId = InmateId(1);
const ROES_ID: InmateId = InmateId(2);

fn valid(inmate: InmateId) -> PinAnswer {
    PinAnswer::Valid {
        inmate,
        language: Some(Language::SPANISH),
    }
}

const DISABLED: PinAnswer = PinAnswer::Disabled { inmate: DOES_ID };
const IN_USE: PinAnswer = PinAnswer::InUse { inmate: DOES_ID };

#[test]
fn a_good_pin_tells_whose_it_is_and_its_language() {
    let mut bench = bench();
    assert_eq!(bench.pin(ONE, DOE), valid(DOES_ID));
}

#[test]
fn an_unknown_pin_is_unknown() {
    let mut bench = bench();
    assert_eq!(bench.pin(ONE, "000000"), PinAnswer::Unknown);
    assert_eq!(bench.pin(ONE, ""), PinAnswer::Unknown);
}

#[test]
fn a_pin_on_the_line_elsewhere_is_in_use() {
    let mut bench = bench();
    bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(bench.pin(TWO, DOE), IN_USE);
    assert_eq!(bench.pin(TWO, ROE), valid(ROES_ID));
}

#[test]
fn a_pin_is_not_in_use_for_the_line_whose_own_lost_call_holds_it() {
    let mut bench = bench();
    bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(10);
    assert_eq!(bench.pin(ONE, DOE), valid(DOES_ID));
    bench.permitted(ONE, Some(DOE), "02155550124");
}

#[test]
fn a_disabled_pin_is_refused_until_its_time_has_come() {
    let mut bench = bench();
    let until = crate::bench::NOON_ISH + 60_000;
    let set = |bench: &mut crate::bench::Bench, disabled| {
        let now = bench.now;
        let done = bench
            .office
            .set_pin_disabled(now, "warden", DOES_ID, disabled);
        done.expect("changes");
    };
    set(&mut bench, Disabled::Until(until));
    assert_eq!(bench.pin(ONE, DOE), DISABLED);
    assert_eq!(
        bench.refused(ONE, Some(DOE), "02155550123"),
        Blocked::PinDisabled
    );
    bench.wait(60);
    assert_eq!(bench.pin(ONE, DOE), valid(DOES_ID));
    set(&mut bench, Disabled::ForGood);
    bench.wait(1_000_000);
    assert_eq!(bench.pin(ONE, DOE), DISABLED);
    set(&mut bench, Disabled::No);
    assert_eq!(bench.pin(ONE, DOE), valid(DOES_ID));
}

fn give(bench: &mut crate::bench::Bench, inmate: InmateId, pin: &str) {
    let details = PinDetails {
        pin: secret(pin),
        language: None,
        class: None,
    };
    let now = bench.now;
    let done = bench.office.set_pin(now, "warden", inmate, &details);
    done.expect("is given out");
}

#[test]
fn a_new_pin_replaces_the_old_one() {
    let mut bench = bench();
    give(&mut bench, DOES_ID, "111111");
    assert_eq!(bench.pin(ONE, DOE), PinAnswer::Unknown);
    assert_eq!(
        bench.pin(ONE, "111111"),
        PinAnswer::Valid {
            inmate: DOES_ID,
            language: None
        }
    );
}

#[test]
fn a_new_pin_stays_disabled_and_in_use() {
    let mut bench = bench();
    bench.permitted(ONE, Some(DOE), "02155550123");
    give(&mut bench, DOES_ID, "111111");
    assert_eq!(bench.pin(TWO, "111111"), IN_USE);
    bench.end(ONE, crate::bench::completed(None, bench.now));
    assert!(matches!(bench.pin(TWO, "111111"), PinAnswer::Valid { .. }));
    let now = bench.now;
    let done = bench
        .office
        .set_pin_disabled(now, "warden", DOES_ID, Disabled::ForGood);
    done.expect("changes");
    give(&mut bench, DOES_ID, "222222");
    assert_eq!(bench.pin(TWO, "222222"), DISABLED);
}

#[test]
fn failed_tries_are_in_the_journal_and_good_ones_are_not() {
    let mut bench = bench();
    let before = bench.office.verify_journal().expect("is whole").entries;
    bench.pin(ONE, DOE);
    assert_eq!(
        bench.office.verify_journal().expect("is whole").entries,
        before
    );
    bench.pin(ONE, "000000");
    let entries = bench.office.journal(before, 10).expect("reads");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].actor, "line 1");
    assert_eq!(entries[0].noun, "pin");
    assert_eq!(entries[0].change, "tried: unknown");
}

#[test]
fn no_pin_is_in_any_file_of_the_database_or_in_any_text() {
    let mut bench = bench();
    // Digits that nothing else could hold by chance.
    give(&mut bench, DOES_ID, "840217");
    bench.pin(ONE, "840217");
    bench.pin(ONE, "739164");
    bench.permitted(ONE, Some("840217"), "02155550123");
    bench.refused(TWO, Some("739164"), "02155550123");
    let text = format!(
        "{:?} {:?} {:?} {:?}",
        bench.office.journal(0, 1000).expect("reads"),
        bench
            .office
            .records(&backoffice::RecordRange::all())
            .expect("reads"),
        bench.office,
        crate::bench::inmate("x", "y", "840217"),
    );
    assert!(!text.contains("840217") && !text.contains("739164"));
    for file in std::fs::read_dir(bench.dir.path()).expect("lists") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("reads");
        for pin in [b"840217", b"739164"] {
            let found = bytes.windows(pin.len()).any(|window| window == pin);
            assert!(!found, "a PIN is in {}", path.display());
        }
    }
}
