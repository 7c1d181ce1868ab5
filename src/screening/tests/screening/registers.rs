//! What a lockout register leaves for one more call.

use screening::{
    Allowance, Ended, Entry, LEAST_TALK, Lack, Period, Periods, Register, Room, Span, Spans,
};
use types::tick::Ticks;

/// Ten in the morning of a Tuesday, the 15th.
const NOW: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The day began ten hours ago, the week, on a Sunday, two days before, the month two weeks before.
fn calendar() -> Spans {
    let midnight = NOW - 10 * HOUR;
    let of = |from: i64, days: i64| Span {
        from: midnight + from * DAY,
        to: midnight + (from + days) * DAY,
    };
    Spans::Calendar(Periods {
        day: of(0, 1),
        week: of(-2, 7),
        month: of(-14, 30),
    })
}

/// A call of so many minutes that began so long ago.
fn call(ago: i64, minutes: i64) -> Entry {
    Entry {
        at_utc_ms: Some(NOW - ago),
        calls: 1,
        ticks: minutes * 60 * 8000,
        ended: Ended::At(NOW - ago + minutes * 60_000),
    }
}

/// What an administrator gave back an hour ago.
fn given(calls: i64, minutes: i64) -> Entry {
    Entry {
        at_utc_ms: Some(NOW - HOUR),
        calls: -calls,
        ticks: -minutes * 60 * 8000,
        ended: Ended::NoCall,
    }
}

fn register(allowance: Allowance, entries: &[Entry]) -> Register {
    Register {
        allowance,
        spans: calendar(),
        entries: entries.to_vec(),
    }
}

fn rolling(allowance: Allowance, entries: &[Entry]) -> Register {
    Register {
        spans: Spans::Rolling { now_utc_ms: NOW },
        ..register(allowance, entries)
    }
}

fn calls(day: Option<u32>, week: Option<u32>, month: Option<u32>) -> Allowance {
    Allowance {
        calls: Periods { day, week, month },
        ..Allowance::default()
    }
}

fn minutes(day: Option<u32>, month: Option<u32>) -> Allowance {
    Allowance {
        minutes: Periods {
            day,
            week: None,
            month,
        },
        ..Allowance::default()
    }
}

fn between(seconds: u32) -> Allowance {
    Allowance {
        between_seconds: Some(seconds),
        ..Allowance::default()
    }
}

fn room(register: &Register) -> Result<Room, Lack> {
    register.room(true, NOW)
}

#[test]
fn without_an_allowance_nothing_is_lacking() {
    let many: Vec<Entry> = (0..100).map(|n| call(n * HOUR, 50)).collect();
    let register = register(Allowance::default(), &many);
    assert_eq!(room(&register), Ok(Room::default()));
    assert!(Allowance::default().is_boundless());
    assert!(!between(1).is_boundless());
}

#[test]
fn the_last_call_of_a_day_is_allowed_and_the_next_is_not() {
    let two = calls(Some(2), None, None);
    let first = register(two, &[call(HOUR, 5)]);
    assert_eq!(room(&first).map(|room| room.calls), Ok(Some(1)));
    let both = register(two, &[call(HOUR, 5), call(2 * HOUR, 5)]);
    assert_eq!(room(&both), Err(Lack::Calls(Period::Day)));
    assert_eq!(both.opens(true, NOW), Some(NOW + 14 * HOUR));
}

#[test]
fn the_calls_of_yesterday_are_of_this_week_and_not_of_today() {
    let entries = [call(11 * HOUR, 5), call(12 * HOUR, 5)];
    let today = register(calls(Some(1), Some(9), None), &entries);
    assert_eq!(room(&today).map(|room| room.calls), Ok(Some(1)));
    let week = register(calls(Some(1), Some(2), None), &entries);
    assert_eq!(room(&week), Err(Lack::Calls(Period::Week)));
    // Saturday's is of the month alone.
    let week = register(calls(None, Some(1), Some(1)), &[call(3 * DAY, 5)]);
    assert_eq!(room(&week), Err(Lack::Calls(Period::Month)));
}

#[test]
fn where_several_periods_lack_all_of_them_have_to_pass() {
    let entries = [call(HOUR, 5), call(2 * HOUR, 5)];
    let lacking = register(calls(Some(2), Some(2), None), &entries);
    assert_eq!(room(&lacking), Err(Lack::Calls(Period::Week)));
    assert_eq!(lacking.opens(true, NOW), Some(NOW + 14 * HOUR + 4 * DAY));
}

#[test]
fn a_call_lasts_no_longer_than_the_fewest_minutes_left() {
    let talked = [call(HOUR, 15)];
    let left = |allowance| room(&register(allowance, &talked)).map(|room| room.talk);
    assert_eq!(
        left(minutes(Some(20), Some(30))),
        Ok(Some(Ticks::secs(300)))
    );
    assert_eq!(
        left(minutes(Some(60), Some(30))),
        Ok(Some(Ticks::secs(900)))
    );
    let lacking = Err(Lack::Minutes(Period::Month));
    assert_eq!(left(minutes(Some(60), Some(15))), lacking);
}

#[test]
fn with_less_than_a_minute_no_call_is_placed() {
    let almost = Entry {
        ticks: 10 * 60 * 8000,
        ..call(HOUR, 9)
    };
    let exactly = register(minutes(Some(11), None), &[almost]);
    assert_eq!(room(&exactly).map(|room| room.talk), Ok(Some(LEAST_TALK)));
    let less = Entry {
        ticks: almost.ticks + 1,
        ..almost
    };
    let lacking = register(minutes(Some(11), None), &[less]);
    assert_eq!(room(&lacking), Err(Lack::Minutes(Period::Day)));
    assert_eq!(lacking.opens(true, NOW), Some(NOW + 14 * HOUR));
    // A call without limit uses no minutes.
    assert_eq!(lacking.room(false, NOW), Ok(Room::default()));
    assert_eq!(lacking.opens(false, NOW), Some(NOW));
}

#[test]
fn a_call_that_is_not_accepted_yet_counts_whatever_the_day() {
    let reserved = Entry {
        at_utc_ms: None,
        calls: 1,
        ticks: 600 * 8000,
        ended: Ended::NotYet,
    };
    let held = register(calls(Some(1), None, None), &[reserved]);
    assert_eq!(room(&held), Err(Lack::Calls(Period::Day)));
    let held = register(minutes(Some(15), None), &[reserved]);
    assert_eq!(
        room(&held).map(|room| room.talk),
        Ok(Some(Ticks::secs(300)))
    );
    // And nobody knows when it ends: the time between two calls has not begun.
    let held = register(between(60), &[reserved]);
    assert_eq!(room(&held), Err(Lack::Time));
}

#[test]
fn what_an_administrator_gave_back_is_more_than_there_was() {
    let entries = [call(HOUR, 5), given(3, 30)];
    let more = register(calls(Some(1), None, None), &entries);
    assert_eq!(room(&more).map(|room| room.calls), Ok(Some(3)));
    let more = register(minutes(Some(20), None), &entries);
    assert_eq!(
        room(&more).map(|room| room.talk),
        Ok(Some(Ticks::secs(45 * 60)))
    );
    let taken = register(calls(Some(2), None, None), &[given(-2, 0)]);
    assert_eq!(room(&taken), Err(Lack::Calls(Period::Day)));
}

#[test]
fn the_time_between_two_calls_is_from_the_end_of_the_one() {
    let ended = |ago: i64| register(between(600), &[call(ago + 300_000, 5)]);
    assert_eq!(room(&register(between(600), &[])), Ok(Room::default()));
    assert_eq!(room(&ended(599_999)), Err(Lack::Time));
    assert_eq!(ended(400_000).opens(true, NOW), Some(NOW + 200_000));
    assert_eq!(room(&ended(600_000)), Ok(Room::default()));
    // The clock was set back since: nobody waits for it.
    assert_eq!(room(&ended(-1)), Ok(Room::default()));
    // What an administrator did is no call.
    let given = register(between(600), &[given(1, 1)]);
    assert_eq!(room(&given), Ok(Room::default()));
}

#[test]
fn rolling_periods_go_by_the_hours_that_have_passed() {
    let one = calls(Some(1), None, None);
    let before = rolling(one, &[call(DAY - 1, 5)]);
    assert_eq!(room(&before), Err(Lack::Calls(Period::Day)));
    assert_eq!(before.opens(true, NOW), Some(NOW + 1));
    assert_eq!(
        room(&rolling(one, &[call(DAY, 5)])).map(|room| room.calls),
        Ok(Some(1))
    );
    let week = rolling(calls(None, Some(1), None), &[call(7 * DAY - 1, 5)]);
    assert_eq!(room(&week), Err(Lack::Calls(Period::Week)));
    let month = rolling(calls(None, None, Some(1)), &[call(30 * DAY - 1, 5)]);
    assert_eq!(room(&month), Err(Lack::Calls(Period::Month)));
}

#[test]
fn a_rolling_register_opens_when_enough_calls_have_left_it() {
    let entries = [call(2 * HOUR, 20), call(20 * HOUR, 20), call(10 * HOUR, 20)];
    let calls = rolling(calls(Some(2), None, None), &entries);
    assert_eq!(calls.opens(true, NOW), Some(NOW + 14 * HOUR));
    let minutes = rolling(minutes(Some(40), None), &entries);
    assert_eq!(minutes.opens(true, NOW), Some(NOW + 14 * HOUR));
    let at = minutes.opens(true, NOW).expect("opens");
    let later = Register {
        spans: Spans::Rolling { now_utc_ms: at },
        ..minutes.clone()
    };
    assert!(later.room(true, at).is_ok());
    let before = Register {
        spans: Spans::Rolling { now_utc_ms: at - 1 },
        ..minutes
    };
    assert!(before.room(true, at - 1).is_err());
}

#[test]
fn what_leaves_a_rolling_register_together_is_weighed_together() {
    let ago = 20 * HOUR;
    let taken = Entry {
        at_utc_ms: Some(NOW - ago),
        calls: -1,
        ended: Ended::NoCall,
        ..call(ago, 0)
    };
    let entries = [call(ago, 5), taken, call(10 * HOUR, 5)];
    let register = rolling(calls(Some(1), None, None), &entries);
    assert_eq!(register.opens(true, NOW), Some(NOW + 14 * HOUR));
}

#[test]
fn what_lies_further_ahead_than_a_period_frees_nothing_when_it_leaves() {
    let going_on = Entry {
        at_utc_ms: None,
        ended: Ended::NotYet,
        ..call(0, 5)
    };
    // Written before the clock was set back.
    let entries = [going_on, call(-2 * DAY, 5)];
    let register = rolling(calls(Some(1), None, None), &entries);
    assert_eq!(room(&register), Err(Lack::Calls(Period::Day)));
    assert_eq!(register.opens(true, NOW), None);
}

#[test]
fn where_nothing_is_allowed_no_waiting_helps() {
    let none = register(calls(Some(0), None, None), &[]);
    assert_eq!(room(&none), Err(Lack::Calls(Period::Day)));
    assert_eq!(none.opens(true, NOW), None);
    let none = register(minutes(Some(0), None), &[]);
    assert_eq!(none.opens(true, NOW), None);
}
