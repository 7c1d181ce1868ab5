//! Screening as the database feeds it: each table, and the calendar.

use crate::bench::{Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, ROE, bench, bench_with};
use backoffice::{
    AllowedFlags, Disabled, Durations, NumberFlags, Rules, Seed, SiteSettings, TimeRestriction,
    WeekSteps,
};
use types::{
    disposition::Blocked,
    phone_number::{CallType, DialingPattern},
    tick::Ticks,
    verdict::RecordingRule,
};

const FRIEND: &str = "02155550123";

fn rules(change: impl FnOnce(&mut Rules)) -> SiteSettings {
    let mut settings = SiteSettings::standard();
    change(&mut settings.rules);
    settings
}

fn seeded(change: impl FnOnce(&mut Seed)) -> Bench {
    bench_with(|config| change(&mut config.seed))
}

fn restricted(pattern: &str) -> Bench {
    seeded(|seed| seed.restricted = vec![(pattern.to_owned(), "blocked".to_owned())])
}

#[test]
fn an_exchange_is_restricted_with_question_marks() {
    let mut bench = restricted("215-555-????");
    assert_eq!(
        bench.refused(ONE, Some(DOE), FRIEND),
        Blocked::NumberRestricted
    );
    assert_eq!(
        bench.refused(OPEN_PHONE, None, FRIEND),
        Blocked::NumberRestricted
    );
    bench.permitted(ONE, Some(DOE), "02155560123");
}

#[test]
fn a_pattern_with_the_international_prefix_means_numbers_abroad() {
    let mut bench = restricted("011*");
    let abroad = bench.refused(ONE, Some(DOE), "011442079460123");
    assert_eq!(abroad, Blocked::NumberRestricted);
    bench.permitted(ONE, Some(DOE), FRIEND);
}

#[test]
fn an_allowed_exception_rescues() {
    let mut bench = seeded(|seed| {
        seed.restricted = vec![("215*".to_owned(), String::new())];
        seed.allowed = vec![("2155550123".to_owned(), AllowedFlags::default())];
    });
    bench.permitted(ONE, Some(DOE), FRIEND);
    assert_eq!(
        bench.refused(ONE, Some(DOE), "02155550124"),
        Blocked::NumberRestricted
    );
}

#[test]
fn the_strictest_mode_knows_only_lists_and_allowed_numbers() {
    let mut bench = seeded(|seed| {
        seed.settings = rules(|rules| rules.check_restricted = false);
        seed.allowed = vec![("2155550199".to_owned(), AllowedFlags::default())];
        seed.inmates[0].numbers = vec![("2155550123".to_owned(), NumberFlags::default())];
    });
    bench.permitted(ONE, Some(DOE), FRIEND);
    bench.permitted(ONE, Some(DOE), "02155550199");
    assert_eq!(
        bench.refused(ONE, Some(DOE), "02155550124"),
        Blocked::NumberNotAllowed
    );
    // Numbers of one list are nobody else's.
    assert_eq!(
        bench.refused(ONE, Some(ROE), FRIEND),
        Blocked::NumberPrivate
    );
}

#[test]
fn a_number_of_the_list_is_disabled_until_its_time() {
    let disabled = Disabled::Until(NOON_ISH + 60_000);
    let flags = NumberFlags {
        disabled,
        ..NumberFlags::default()
    };
    let mut bench = seeded(|seed| {
        seed.inmates[0].numbers = vec![("2155550123".to_owned(), flags)];
    });
    assert_eq!(
        bench.refused(ONE, Some(DOE), FRIEND),
        Blocked::PinNumberDisabled
    );
    bench.wait(60);
    bench.permitted(ONE, Some(DOE), FRIEND);
}

#[test]
fn a_number_is_open_by_the_wall_clock_of_the_facility() {
    // Tuesdays from 9:30 to 9:45 in New York; the bench begins at 9:30.
    let mut bench = seeded(|seed| {
        seed.time_restricted = vec![TimeRestriction {
            pattern: "2155550123".to_owned(),
            open: WeekSteps::CLOSED.with_open(1, 38, 39),
        }];
    });
    bench.permitted(ONE, Some(DOE), FRIEND);
    bench.wait(15 * 60);
    assert_eq!(
        bench.refused(ONE, Some(DOE), FRIEND),
        Blocked::TimeRestricted
    );
    bench.permitted(ONE, Some(DOE), "02155550124");
    // A week later, same time.
    bench.wait(7 * 86_400 - 15 * 60);
    bench.permitted(ONE, Some(DOE), FRIEND);
    // And in summer, when UTC is an hour nearer: 13:30 UTC is 9:30. 2027-06-15 is a Tuesday.
    bench.office.anchor(bench.now, 1_813_066_200_000);
    bench.permitted(ONE, Some(DOE), FRIEND);
}

#[test]
fn a_code_is_dialed_and_recorded_as_what_it_stands_for() {
    let mut bench = seeded(|seed| seed.speed_dials = vec![(7, FRIEND.to_owned())]);
    let permit = bench.permitted(ONE, Some(DOE), "07");
    assert_eq!(permit.routes.first().outpulse.as_str(), "12155550123");
    assert_eq!(permit.pattern, DialingPattern::SpeedDial);
    assert_eq!(permit.number.to_string(), "2155550123");
    let record = bench.record(permit.call);
    assert_eq!(record.dialed, "07");
    assert_eq!(record.pattern, Some(DialingPattern::SpeedDial));
    assert_eq!(record.number, Some(permit.number));
    assert_eq!(
        bench.refused(ONE, Some(DOE), "08"),
        Blocked::SpeedDialNotAssigned
    );
}

#[test]
fn types_and_patterns_are_closed_by_phone() {
    let mut bench = seeded(|seed| {
        seed.phones[0].1.call_types = Some(vec![CallType::Local]);
        seed.phones[1].1.patterns = Some(vec![DialingPattern::ZeroPlus]);
    });
    bench.permitted(ONE, Some(DOE), FRIEND);
    let far = bench.refused(ONE, Some(DOE), "03105550123");
    assert_eq!(far, Blocked::CallTypeNotAllowed);
    let direct = bench.refused(crate::bench::TWO, Some(ROE), "2155550123");
    assert_eq!(direct, Blocked::CallTypeNotAllowed);
}

#[test]
fn a_phone_is_open_for_codes_by_how_they_are_keyed_not_by_what_they_stand_for() {
    let mut bench = seeded(|seed| {
        seed.speed_dials = vec![(7, FRIEND.to_owned())];
        seed.phones[0].1.patterns = Some(vec![DialingPattern::SpeedDial]);
        seed.phones[1].1.patterns = Some(vec![DialingPattern::ZeroPlus]);
    });
    bench.permitted(ONE, Some(DOE), "07");
    let keyed = bench.refused(ONE, Some(DOE), FRIEND);
    assert_eq!(keyed, Blocked::CallTypeNotAllowed);
    let code = bench.refused(crate::bench::TWO, Some(ROE), "07");
    assert_eq!(code, Blocked::CallTypeNotAllowed);
}

#[test]
fn weekends_and_holidays_have_their_own_durations() {
    let mut bench = seeded(|seed| {
        for (_, _, durations) in &mut seed.durations {
            *durations = Durations {
                weekday: 60,
                weekend: 120,
                holiday: 180,
            };
        }
        // Thanksgiving, two days on.
        seed.holidays = vec![(2026, 11, 26, "Thanksgiving".to_owned())];
    });
    let mut limit = || {
        let limit = bench.permitted(ONE, Some(DOE), FRIEND).limit;
        bench.wait(86_400);
        limit.expect("is timed").as_secs()
    };
    let week: Vec<u64> = (0..7).map(|_| limit()).collect();
    assert_eq!(week, [60, 60, 180, 60, 120, 120, 60], "from Tuesday on");
}

#[test]
fn an_untimed_number_has_no_limit_to_announce() {
    let untimed = NumberFlags {
        untimed: true,
        ..NumberFlags::default()
    };
    let mut bench = seeded(|seed| {
        seed.inmates[0].numbers = vec![("2155550123".to_owned(), untimed)];
    });
    let permit = bench.permitted(ONE, Some(DOE), FRIEND);
    assert_eq!(permit.limit, None);
    assert!(!permit.announce_limit);
    assert_eq!(bench.record(permit.call).limit, None);
}

#[test]
fn counsel_is_never_recorded() {
    let counsel = AllowedFlags {
        privileged: true,
        ..AllowedFlags::default()
    };
    let mut bench = seeded(|seed| {
        seed.allowed = vec![("2155550123".to_owned(), counsel)];
        seed.inmates[0].numbers = vec![("2155550123".to_owned(), NumberFlags::default())];
    });
    for line in [ONE, OPEN_PHONE] {
        let permit = bench.permitted(line, Some(DOE), FRIEND);
        assert_eq!(permit.recording, RecordingRule::Privileged);
        let record = bench.record(permit.call);
        assert_eq!(record.recording, Some(RecordingRule::Privileged));
    }
    let other = bench.permitted(ONE, Some(DOE), "02155550124");
    assert_eq!(other.recording, RecordingRule::Record);
}

#[test]
fn the_class_of_the_phone_holds_where_there_is_no_pin() {
    let mut bench = bench();
    let limit = bench.permitted(OPEN_PHONE, None, FRIEND).limit;
    assert_eq!(
        limit,
        Some(Ticks::secs(15 * 60)),
        "class 1 of the standard seed"
    );
}
