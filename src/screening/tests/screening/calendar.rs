use proptest::prelude::*;
use screening::{DayKind, LocalTime, STEPS_A_DAY, WeekSteps, Weekend};

fn at(weekday: u8, step: u8) -> LocalTime {
    LocalTime {
        weekday,
        step,
        holiday: false,
    }
}

#[test]
fn a_week_has_its_weekend_and_a_holiday_is_neither() {
    let weekend = Weekend::SATURDAY_SUNDAY;
    let kinds: Vec<DayKind> = (0..7).map(|day| at(day, 0).day_kind(weekend)).collect();
    assert_eq!(kinds[..5], [DayKind::Weekday; 5]);
    assert_eq!(kinds[5..], [DayKind::Weekend; 2]);
    for weekday in 0..7 {
        let holiday = LocalTime {
            holiday: true,
            ..at(weekday, 0)
        };
        assert_eq!(holiday.day_kind(weekend), DayKind::Holiday);
    }
}

#[test]
fn another_weekend_can_be_set() {
    // Friday and Saturday.
    let weekend = Weekend(0b011_0000);
    assert_eq!(at(4, 0).day_kind(weekend), DayKind::Weekend);
    assert_eq!(at(6, 0).day_kind(weekend), DayKind::Weekday);
}

#[test]
fn tuesday_morning_and_afternoon() {
    // 9:00 to 11:45 and 13:30 to 16:00.
    let week = WeekSteps::CLOSED.with_open(1, 36, 47).with_open(1, 54, 64);
    let open = |weekday, hour: u8, minute: u8| week.is_open(&at(weekday, hour * 4 + minute / 15));
    assert!(!open(1, 8, 59) && open(1, 9, 0) && open(1, 11, 44) && !open(1, 11, 45));
    assert!(!open(1, 13, 29) && open(1, 13, 30) && open(1, 15, 59) && !open(1, 16, 0));
    assert!(!open(0, 10, 0) && !open(2, 10, 0));
}

#[test]
fn a_time_that_does_not_exist_is_closed() {
    assert!(!WeekSteps::OPEN.is_open(&at(7, 0)));
    assert!(!WeekSteps::OPEN.is_open(&at(0, STEPS_A_DAY)));
}

proptest! {
    #[test]
    fn a_quarter_hour_is_open_if_some_span_holds_it(
        spans in proptest::collection::vec((0u8..7, 0u8..=96, 0u8..=96), 0..6),
        weekday in 0u8..7,
        step in 0u8..96,
    ) {
        let week = spans
            .iter()
            .fold(WeekSteps::CLOSED, |week, (day, from, to)| week.with_open(*day, *from, *to));
        let held = spans
            .iter()
            .any(|(day, from, to)| *day == weekday && (*from..*to).contains(&step));
        prop_assert_eq!(week.is_open(&at(weekday, step)), held);
    }
}
