//! When inmates may call: hours, booked calls, an officer's presence. The bench's clock begins at
//! 9:30 on a Tuesday.

use crate::{
    bench::{Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, ROE, TWO, bench},
    people::{DOES_ID, WHO, change, class, found, profile, refuses, settings},
};
use backoffice::{Booking, InmateClassDetails, InmateProfile, NumberFlags, Shut, WeekSteps};
use types::{
    disposition::Blocked,
    id::{GroupId, LineId},
    inmate::{InmateClass, Relationship, Scope},
    tick::Ticks,
    verdict::{Check, Finding},
};

const MINUTE: i64 = 60_000;
const TUESDAY: u8 = 1;
const COLLECT: &str = "02155550123";

/// Open on Tuesdays from one quarter hour to another.
fn tuesdays(from: u8, to: u8) -> WeekSteps {
    WeekSteps::CLOSED.with_open(TUESDAY, from, to)
}

fn hours(bench: &mut Bench, scope: Scope, hours: &WeekSteps) {
    change(bench, |office, now| {
        office.set_window(now, WHO, scope, Some(hours))
    });
}

fn group(bench: &mut Bench, name: &str, parent: Option<GroupId>) -> GroupId {
    change(bench, |office, now| {
        office.add_group(now, WHO, name, parent)
    })
}

#[test]
fn an_inmate_calls_within_the_hours_and_no_longer_than_they_last() {
    let mut bench = bench();
    hours(&mut bench, Scope::Inmate(DOES_ID), &tuesdays(39, 42));
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::OutsideWindow);
    bench.wait(15 * 60);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.limit, Some(Ticks::secs(600)), "as ever");
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(45 * 60)));
    bench.wait(40 * 60);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.limit, Some(Ticks::secs(300)));
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(300)));
    bench.wait(5 * 60);
    assert_eq!(found(&mut bench, Check::Window), Some(Finding::No));
    bench.permitted(TWO, Some(ROE), COLLECT);
    change(&mut bench, |office, now| {
        office.set_window(now, WHO, Scope::Inmate(DOES_ID), None)
    });
    assert_eq!(found(&mut bench, Check::Window), None);
}

#[test]
fn untimed_calls_end_with_the_hours_too() {
    let mut bench = bench();
    let flags = NumberFlags {
        untimed: true,
        ..NumberFlags::default()
    };
    change(&mut bench, |office, now| {
        office.add_pin_number(now, WHO, DOES_ID, "2155550123", &flags)
    });
    assert_eq!(bench.permitted(ONE, Some(DOE), COLLECT).limit, None);
    hours(&mut bench, Scope::Inmate(DOES_ID), &tuesdays(38, 39));
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.limit, Some(Ticks::secs(900)));
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(900)));
}

#[test]
fn all_hours_that_there_are_must_be_open_or_the_nearest_where_the_site_wants_it() {
    let mut bench = bench();
    let east = group(&mut bench, "East", None);
    let tier = group(&mut bench, "Tier 1", Some(east));
    let class = class(&mut bench, 5, None);
    let lives = InmateProfile {
        living_unit: Some(tier),
        class: Some(class),
        ..InmateProfile::default()
    };
    profile(&mut bench, &lives);
    hours(&mut bench, Scope::Inmate(DOES_ID), &tuesdays(36, 44));
    hours(&mut bench, Scope::Class(class), &tuesdays(36, 42));
    hours(&mut bench, Scope::Group(tier), &tuesdays(36, 40));
    hours(&mut bench, Scope::Group(east), &tuesdays(36, 39));
    let until = |bench: &mut Bench| {
        let permit = bench.permitted(ONE, Some(DOE), COLLECT);
        let until = permit.until.map(|until| until.since(bench.now).as_secs());
        until.map(|left| left / 60)
    };
    assert_eq!(until(&mut bench), Some(15), "of the wing");
    settings(&mut bench, |site| site.rules.people.all_windows = false);
    assert_eq!(until(&mut bench), Some(90), "of the inmate");
    change(&mut bench, |office, now| {
        office.set_window(now, WHO, Scope::Inmate(DOES_ID), None)
    });
    assert_eq!(until(&mut bench), Some(60), "of the class");
    bench.wait(15 * 60);
    assert_eq!(until(&mut bench), Some(45), "of the class");
    settings(&mut bench, |site| site.rules.people.all_windows = true);
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::OutsideWindow, "the wing is closed");
}

#[test]
fn hours_are_for_an_inmate_a_class_or_a_group() {
    let mut bench = bench();
    let friends = Scope::Relationship(Relationship::Friend);
    let words = "hours: they are for an inmate, a class, or a group";
    refuses(&mut bench, words, |office, now| {
        office.set_window(now, WHO, friends, Some(&WeekSteps::OPEN))
    });
    let nowhere = Scope::Class(InmateClass::new(9).expect("a class"));
    refuses(
        &mut bench,
        "class of inmates 9 is not entered",
        |office, now| office.set_window(now, WHO, nowhere, Some(&WeekSteps::OPEN)),
    );
}

fn booked_only(bench: &mut Bench) {
    let booked_only = InmateProfile {
        booked_only: true,
        ..InmateProfile::default()
    };
    profile(bench, &booked_only);
}

/// Booked from so many minutes from the start on, for so many.
fn book(bench: &mut Bench, after: i64, minutes: i64, number: Option<&str>) -> u32 {
    let booking = Booking {
        from_utc_ms: NOON_ISH + after * MINUTE,
        to_utc_ms: NOON_ISH + (after + minutes) * MINUTE,
        number: number.map(str::to_owned),
        note: String::new(),
    };
    change(bench, |office, now| {
        office.book_call(now, WHO, DOES_ID, &booking)
    })
}

#[test]
fn an_inmate_of_booked_calls_calls_when_one_is_booked_and_whom_it_is_for() {
    let mut bench = bench();
    booked_only(&mut bench);
    let blocked = Blocked::NotBooked;
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    book(&mut bench, 10, 5, Some("2155550123"));
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    bench.wait(10 * 60);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.limit, Some(Ticks::secs(300)));
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(300)));
    assert_eq!(bench.refused(ONE, Some(DOE), "02155550124"), blocked);
    // A booking for any number, and the longer of two holds.
    book(&mut bench, 0, 18, None);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.limit, Some(Ticks::secs(480)));
    bench.permitted(ONE, Some(DOE), "02155550124");
    bench.wait(8 * 60);
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    // Whose calls are not booked calls at any time.
    bench.permitted(TWO, Some(ROE), COLLECT);
}

#[test]
fn a_class_may_have_booked_calls_only() {
    let mut bench = bench();
    let class = class(&mut bench, 5, None);
    let of_class = InmateProfile {
        class: Some(class),
        ..InmateProfile::default()
    };
    profile(&mut bench, &of_class);
    bench.permitted(ONE, Some(DOE), COLLECT);
    let details = InmateClassDetails {
        name: "segregation".to_owned(),
        longest_seconds: None,
        booked_only: true,
    };
    change(&mut bench, |office, now| {
        office.set_inmate_class(now, WHO, class, &details)
    });
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::NotBooked);
}

#[test]
fn a_booking_is_cancelled_and_old_ones_are_forgotten() {
    let mut bench = bench();
    booked_only(&mut bench);
    let first = book(&mut bench, 0, 5, None);
    bench.permitted(ONE, Some(DOE), COLLECT);
    let cancel = |bench: &mut Bench, booking| {
        change(bench, |office, now| {
            office.cancel_booking(now, WHO, DOES_ID, booking)
        })
    };
    assert!(cancel(&mut bench, first));
    assert!(!cancel(&mut bench, first));
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::NotBooked);
    let words = "booked call: it ends before it begins, or is over";
    let over = Booking {
        from_utc_ms: NOON_ISH - 2 * MINUTE,
        to_utc_ms: NOON_ISH,
        number: None,
        note: String::new(),
    };
    refuses(&mut bench, words, |office, now| {
        office.book_call(now, WHO, DOES_ID, &over)
    });
    // As many as one can have; those that are over make room.
    for number in 0..100 {
        book(&mut bench, 1, 1, Some(&format!("21555501{number:02}")));
    }
    let next = Booking {
        to_utc_ms: NOON_ISH + 9 * MINUTE,
        ..over
    };
    let words = "A-17 has as many booked calls as one can have";
    refuses(&mut bench, words, |office, now| {
        office.book_call(now, WHO, DOES_ID, &next)
    });
    bench.wait(120);
    book(&mut bench, 2, 7, None);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

/// The first phone is in tier 1 of the east wing, the second in the wing alone.
fn wing(bench: &mut Bench) -> (GroupId, GroupId) {
    let east = group(bench, "East", None);
    let tier = group(bench, "Tier 1", Some(east));
    for (group, line) in [(tier, ONE), (east, TWO)] {
        change(bench, |office, now| {
            office.add_group_phone(now, WHO, group, line)
        });
    }
    (east, tier)
}

fn needs_officer(bench: &mut Bench, group: GroupId) {
    change(bench, |office, now| {
        office.set_officer_needed(now, WHO, group, true)
    });
}

fn officer(bench: &mut Bench, group: GroupId, minutes: Option<i64>) {
    let until = minutes.map(|minutes| NOON_ISH + minutes * MINUTE);
    change(bench, |office, now| {
        office.officer_present(now, "officer Reyes", group, until)
    });
}

#[test]
fn calls_from_a_groups_phones_need_an_officer_there_and_end_when_the_officer_goes() {
    let mut bench = bench();
    let (east, tier) = wing(&mut bench);
    needs_officer(&mut bench, east);
    for (line, pin) in [(ONE, DOE), (TWO, ROE)] {
        let blocked = bench.refused(line, Some(pin), COLLECT);
        assert_eq!(blocked, Blocked::NoOfficer);
    }
    bench.permitted(OPEN_PHONE, None, COLLECT);
    // At the tier, the officer is at its phones alone.
    officer(&mut bench, tier, Some(5));
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.limit, Some(Ticks::secs(300)));
    assert_eq!(bench.refused(TWO, Some(ROE), COLLECT), Blocked::NoOfficer);
    // At the wing, at all of them.
    officer(&mut bench, east, Some(60));
    bench.permitted(TWO, Some(ROE), COLLECT);
    bench.wait(5 * 60);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(55 * 60)));
    officer(&mut bench, east, None);
    assert_eq!(bench.refused(TWO, Some(ROE), COLLECT), Blocked::NoOfficer);
    assert_eq!(found(&mut bench, Check::OfficerPresent), Some(Finding::No));
}

#[test]
fn each_group_of_a_phone_that_wants_an_officer_has_one() {
    let mut bench = bench();
    let (_, tier) = wing(&mut bench);
    let yard = group(&mut bench, "Yard", None);
    change(&mut bench, |office, now| {
        office.add_group_phone(now, WHO, yard, ONE)
    });
    needs_officer(&mut bench, tier);
    needs_officer(&mut bench, yard);
    officer(&mut bench, tier, Some(60));
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), Blocked::NoOfficer);
    officer(&mut bench, yard, Some(20));
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(1200)));
}

#[test]
fn hours_booking_officer_and_shutdown_hold_together() {
    let mut bench = bench();
    let (east, _) = wing(&mut bench);
    booked_only(&mut bench);
    book(&mut bench, 0, 9, None);
    needs_officer(&mut bench, east);
    officer(&mut bench, east, Some(8));
    hours(&mut bench, Scope::Inmate(DOES_ID), &tuesdays(38, 39));
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(480)));
    for check in [Check::Window, Check::Booking, Check::OfficerPresent] {
        assert_eq!(found(&mut bench, check), Some(Finding::Passed));
    }
    change(&mut bench, |office, now| {
        office.shut_down(now, WHO, Shut::Phone(LineId(1)), false)
    });
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::PhoneOutOfService);
}

const SUNDAY: u8 = 6;

/// The wall clock is `utc` (RFC 3339); New York's is changed at 2:00.
fn at(utc: &str) -> Bench {
    let mut bench = bench();
    let utc: jiff::Timestamp = utc.parse().expect("an instant");
    bench.office.anchor(bench.now, utc.as_millisecond());
    bench
}

#[test]
fn hours_that_end_at_a_time_daylight_saving_leaves_out_end_when_the_clock_passes_it() {
    // 1:50 on a Sunday; at 2:00 it is 3:00.
    let mut bench = at("2026-03-08T06:50:00Z");
    let to_half_past_two = WeekSteps::CLOSED.with_open(SUNDAY, 0, 10);
    hours(&mut bench, Scope::Inmate(DOES_ID), &to_half_past_two);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(600)));
    bench.wait(600);
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::OutsideWindow);
}

#[test]
fn hours_that_daylight_saving_repeats_are_open_twice() {
    // 1:45 on a Sunday, for the first time.
    let mut bench = at("2026-11-01T05:45:00Z");
    let to_two = WeekSteps::CLOSED.with_open(SUNDAY, 0, 8);
    hours(&mut bench, Scope::Inmate(DOES_ID), &to_two);
    let permit = bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(4500)));
}

#[test]
fn a_booked_call_and_a_limit_keep_their_length_over_a_change_of_the_clock() {
    for utc in ["2026-03-08T06:55:00Z", "2026-11-01T05:55:00Z"] {
        let mut bench = at(utc);
        booked_only(&mut bench);
        let from_utc_ms = utc.parse::<jiff::Timestamp>().expect("an instant");
        let from_utc_ms = from_utc_ms.as_millisecond();
        let booking = Booking {
            from_utc_ms,
            to_utc_ms: from_utc_ms + 30 * MINUTE,
            number: None,
            note: String::new(),
        };
        change(&mut bench, |office, now| {
            office.book_call(now, WHO, DOES_ID, &booking)
        });
        let permit = bench.permitted(ONE, Some(DOE), COLLECT);
        assert_eq!(permit.limit, Some(Ticks::secs(600)), "{utc}");
        assert_eq!(permit.until, Some(bench.now + Ticks::secs(1800)), "{utc}");
        bench.wait(25 * 60);
        let permit = bench.permitted(ONE, Some(DOE), COLLECT);
        assert_eq!(permit.limit, Some(Ticks::secs(300)), "{utc}");
    }
}
