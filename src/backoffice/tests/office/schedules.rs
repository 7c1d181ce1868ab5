//! Circuit schedules: when a phone is in service, and how long a call may last before it goes out.

use crate::bench::{Bench, DOE, ONE, TWO, bench};
use backoffice::{DaySteps, Phone, Schedule, ScheduleNumber};
use types::{disposition::Blocked, tick::Ticks};

const CLOSED: Schedule = Schedule {
    weekday: DaySteps::CLOSED,
    weekend: DaySteps::CLOSED,
    holiday: DaySteps::CLOSED,
};

fn first() -> ScheduleNumber {
    ScheduleNumber::new(1).expect("a schedule")
}

/// The first phone goes by this schedule; the wall clock is `utc` (RFC 3339).
fn scheduled(utc: &str, schedule: Schedule) -> Bench {
    let mut bench = bench();
    let now = bench.now;
    let utc: jiff::Timestamp = utc.parse().expect("an instant");
    bench.office.anchor(now, utc.as_millisecond());
    let set = bench
        .office
        .set_schedule(now, "warden", first(), "yard", &schedule);
    set.expect("is set");
    let phone = Phone {
        schedule: Some(first()),
        ..Phone::standard("B1")
    };
    bench
        .office
        .set_phone(now, "warden", ONE, &phone)
        .expect("is set");
    bench
}

fn in_service(bench: &Bench) -> bool {
    bench
        .office
        .settings(bench.now, ONE)
        .expect("reads")
        .in_service
}

/// From 8:00 to 22:00 on weekdays.
fn by_day() -> Schedule {
    Schedule {
        weekday: DaySteps::CLOSED.with_open(32, 88),
        ..CLOSED
    }
}

#[test]
fn a_phone_is_in_service_as_its_schedule_says() {
    // A Tuesday; New York is five hours behind in winter.
    let mut bench = scheduled("2026-12-01T12:59:59Z", by_day());
    assert!(!in_service(&bench));
    let blocked = bench.refused(ONE, Some(DOE), "02155550123");
    assert_eq!(blocked, Blocked::PhoneOutOfService);
    bench.wait(1);
    assert!(in_service(&bench));
    bench.permitted(ONE, Some(DOE), "02155550123");
    bench.permitted(TWO, Some(crate::bench::ROE), "02155550123");
}

#[test]
fn weekday_weekend_and_holiday_have_their_own_hours() {
    let schedule = Schedule {
        weekday: DaySteps::CLOSED.with_open(32, 36),
        weekend: DaySteps::CLOSED.with_open(40, 44),
        holiday: DaySteps::CLOSED.with_open(48, 52),
    };
    for (utc, open) in [
        ("2026-12-01T13:30:00Z", true),
        ("2026-12-01T15:30:00Z", false),
        ("2026-12-05T13:30:00Z", false),
        ("2026-12-05T15:30:00Z", true),
        // A Friday that is a holiday.
        ("2026-12-25T13:30:00Z", false),
        ("2026-12-25T17:30:00Z", true),
    ] {
        let mut bench = scheduled(utc, schedule);
        let now = bench.now;
        let set = bench
            .office
            .set_holiday(now, "warden", (2026, 12, 25), "Christmas");
        set.expect("is set");
        assert_eq!(in_service(&bench), open, "{utc}");
    }
}

#[test]
fn a_call_lasts_no_longer_than_the_phone_is_in_service() {
    let mut bench = scheduled("2026-12-02T02:56:30Z", by_day());
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    let left = Ticks::secs(210);
    assert_eq!(permit.limit, Some(left));
    assert_eq!(permit.until, Some(bench.now + left));
}

#[test]
fn a_call_that_ends_well_before_the_phone_goes_out_keeps_its_length() {
    let mut bench = scheduled("2026-12-01T18:00:00Z", by_day());
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(permit.limit, Some(Ticks::secs(600)));
    assert_eq!(permit.until, None);
}

#[test]
fn quarter_hours_that_daylight_saving_leaves_out_never_come() {
    // 2026-03-08, 01:45 in New York; at 02:00 it is 03:00. A Sunday.
    let only_two_to_three = Schedule {
        weekend: DaySteps::CLOSED.with_open(8, 12),
        ..CLOSED
    };
    let mut bench = scheduled("2026-03-08T06:45:00Z", only_two_to_three);
    for _ in 0..8 {
        assert!(!in_service(&bench));
        bench.wait(900);
    }
    let to_three = Schedule {
        weekend: DaySteps::CLOSED.with_open(0, 12),
        ..CLOSED
    };
    let mut bench = scheduled("2026-03-08T06:45:00Z", to_three);
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(900)));
}

#[test]
fn quarter_hours_that_daylight_saving_repeats_are_in_service_twice() {
    // 2026-11-01, 01:45 in New York, for the first time. A Sunday.
    let to_two = Schedule {
        weekend: DaySteps::CLOSED.with_open(0, 8),
        ..CLOSED
    };
    let mut bench = scheduled("2026-11-01T05:45:00Z", to_two);
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(4500)));
}

#[test]
fn a_phone_can_have_no_schedule_that_is_not_entered() {
    let mut bench = bench();
    let phone = Phone {
        schedule: ScheduleNumber::new(4),
        ..Phone::standard("B1")
    };
    let now = bench.now;
    let refused = bench.office.set_phone(now, "warden", ONE, &phone);
    let why = refused.expect_err("is refused").to_string();
    assert_eq!(why, "schedule 4 is not entered");
    assert!(in_service(&bench));
}

#[test]
fn settings_that_change_are_told_once_and_no_others() {
    let mut bench = scheduled("2026-12-01T12:59:50Z", by_day());
    let changes = |bench: &mut Bench| {
        let changes = bench.office.settings_changes(bench.now).expect("reads");
        let in_service = changes.into_iter().map(|(line, s)| (line, s.in_service));
        in_service.collect::<Vec<_>>()
    };
    assert_eq!(changes(&mut bench), [], "as the plant was made");
    bench.wait(9);
    assert_eq!(changes(&mut bench), []);
    bench.wait(1);
    assert_eq!(changes(&mut bench), [(ONE, true)]);
    assert_eq!(changes(&mut bench), []);
    let now = bench.now;
    let off = bench.office.set_in_service(now, "warden", TWO, false);
    off.expect("changes");
    assert_eq!(changes(&mut bench), [(TWO, false)]);
}

/// The longest call takes its time to be set up as well.
#[test]
fn a_call_of_the_longest_length_ends_with_its_phones_service_however_late_it_is_answered() {
    // 20:20; in service until 22:00, a minute longer than the longest call.
    let mut bench = scheduled("2026-12-02T01:20:00Z", by_day());
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    assert_eq!(permit.until, Some(bench.now + Ticks::secs(6000)));
    assert_eq!(permit.limit, Some(Ticks::secs(600)), "of its class");
}
