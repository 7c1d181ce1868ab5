//! The clock of New York in 2026, by hand.

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// The days before 2026.
const YEAR: i64 = 20_454;
const MONTHS: [i64; 13] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31];

/// The summer of 2026: from 8 March, 2:00, up to 1 November, 2:00.
pub const SPRING: i64 = (YEAR + 66) * DAY + 7 * HOUR;
pub const AUTUMN: i64 = (YEAR + 304) * DAY + 6 * HOUR;
/// Midnight of a Monday, of the first day of a month, and of a holiday.
pub const MONDAY: i64 = (YEAR + 305) * DAY + 5 * HOUR;
pub const FIRST: i64 = (YEAR + 334) * DAY + 5 * HOUR;
pub const HOLIDAY: i64 = (YEAR + 329) * DAY + 5 * HOUR;
/// A Tuesday, 9:30.
pub const TUESDAY: i64 = (YEAR + 327) * DAY + 14 * HOUR + 30 * MINUTE;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Local {
    /// Since 1970.
    pub day: i64,
    /// 0 is Monday.
    pub weekday: u8,
    /// Quarter hours since midnight.
    pub step: u8,
}

fn offset(now: i64) -> i64 {
    match (SPRING..AUTUMN).contains(&now) {
        true => -4 * HOUR,
        false => -5 * HOUR,
    }
}

pub fn local(now: i64) -> Local {
    let wall = now + offset(now);
    let small = |n: i64| u8::try_from(n).expect("is small");
    Local {
        day: wall.div_euclid(DAY),
        // The first of 1970 was a Thursday.
        weekday: small((wall.div_euclid(DAY) + 3).rem_euclid(7)),
        step: small(wall.rem_euclid(DAY) / (15 * MINUTE)),
    }
}

/// When a local day begins.
pub fn midnight(day: i64) -> i64 {
    let both = [day * DAY + 4 * HOUR, day * DAY + 5 * HOUR];
    let begins = both.into_iter().find(|at| at + offset(*at) == day * DAY);
    begins.expect("it begins once")
}

/// Which day, week or month of all an instant is in: 0 is days.
pub fn number_of(period: usize, now: i64) -> i64 {
    let day = local(now).day;
    match period {
        0 => day,
        1 => (day + 3).div_euclid(7),
        _ => {
            let (mut month, mut left) = (-1, day - YEAR);
            for days in MONTHS {
                if left < 0 {
                    break;
                }
                left -= days;
                month += 1;
            }
            month
        }
    }
}

/// The beginning and the end of the day, week or month that it is.
pub fn span(period: usize, now: i64) -> (i64, i64) {
    let it = number_of(period, now);
    let (mut first, mut after) = (local(now).day, local(now).day);
    while number_of(period, midnight(first - 1)) == it {
        first -= 1;
    }
    while number_of(period, midnight(after)) == it {
        after += 1;
    }
    (midnight(first), midnight(after))
}
