//! What lockout registers leave, added up anew for each question.

use screening::Ended;
use sites::{
    clock,
    site::{Holder, Limits, Site, Used},
};
use types::disposition::Blocked;

/// What is left for this call and those after it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Left {
    pub calls: Option<i64>,
    pub talk_ms: Option<i64>,
}

pub struct Count<'a> {
    limits: &'a Limits,
    used: Vec<&'a Used>,
    rolling: bool,
    now: i64,
    timed: bool,
}

/// A day, a week and a month where they are no calendar's.
const LENGTHS: [i64; 3] = [clock::DAY, 7 * clock::DAY, 30 * clock::DAY];

impl<'a> Count<'a> {
    pub fn of(site: &'a Site, of: Holder, now: i64, timed: bool) -> Option<Count<'a>> {
        Some(Count {
            limits: site.allowances.iter().find(|row| row.of == of)?,
            used: site.used.iter().filter(|row| row.of == of).collect(),
            rolling: site.rolling,
            now,
            timed,
        })
    }

    /// What counts in a period; what has no instant yet counts in each.
    fn counted(&self, period: usize) -> Vec<&'a Used> {
        let same = |at: i64| match self.rolling {
            true => (at - self.now).abs() < LENGTHS[period],
            false => clock::number_of(period, at) == clock::number_of(period, self.now),
        };
        let rows = self.used.iter().copied();
        rows.filter(|row| row.at.is_none_or(same)).collect()
    }

    /// What `rows` leave of calls, or of talk in seconds.
    fn left_by(&self, rows: &[&Used], period: usize, talk: bool) -> Option<i64> {
        let allowed = match talk {
            true => self.limits.minutes[period].map(|minutes| i64::from(minutes) * 60),
            false => self.limits.calls[period].map(i64::from),
        };
        let used = rows
            .iter()
            .map(|row| if talk { row.seconds } else { row.calls });
        Some(allowed? - used.sum::<i64>())
    }

    /// Whether it is enough for a call: one, or a minute.
    fn is_enough(&self, rows: &[&Used], period: usize, talk: bool) -> bool {
        let least = if talk { 60 } else { 1 };
        self.left_by(rows, period, talk)
            .is_none_or(|left| left >= least)
    }

    /// When the time between two calls is over.
    fn soonest(&self) -> Option<i64> {
        let ended = self.used.iter().filter_map(|row| match row.ended {
            Ended::NoCall => None,
            Ended::NotYet => Some(self.now),
            Ended::At(at) => (at <= self.now).then_some(at),
        });
        Some(ended.max()? + i64::from(self.limits.between_seconds?) * 1000)
    }

    pub fn lacks(&self) -> Option<Blocked> {
        let short = |talk| (0..3).any(|p| !self.is_enough(&self.counted(p), p, talk));
        if short(false) {
            Some(Blocked::CallsUsedUp)
        } else if self.soonest().is_some_and(|at| at > self.now) {
            Some(Blocked::TooSoon)
        } else if self.timed && short(true) {
            Some(Blocked::MinutesUsedUp)
        } else {
            None
        }
    }

    pub fn left(&self) -> Left {
        let least = |talk| {
            let all = (0..3).filter_map(|p| self.left_by(&self.counted(p), p, talk));
            all.min()
        };
        Left {
            calls: least(false),
            talk_ms: least(true).map(|s| s * 1000).filter(|_| self.timed),
        }
    }

    /// When there is enough again; `None` where no waiting helps.
    pub fn opens(&self) -> Option<i64> {
        let mut opens = self.soonest().unwrap_or(self.now).max(self.now);
        for period in 0..3 {
            for talk in [false, true] {
                let asked = self.timed || !talk;
                if asked && !self.is_enough(&self.counted(period), period, talk) {
                    opens = opens.max(self.enough_from(period, talk)?);
                }
            }
        }
        Some(opens)
    }

    fn enough_from(&self, period: usize, talk: bool) -> Option<i64> {
        if !self.is_enough(&[], period, talk) {
            return None;
        }
        if !self.rolling {
            return Some(clock::span(period, self.now).1);
        }
        let rows = self.counted(period);
        let leaves = |row: &Used| row.at.map(|at| at + LENGTHS[period]);
        let mut instants: Vec<i64> = rows.iter().filter_map(|row| leaves(row)).collect();
        instants.sort_unstable();
        instants.into_iter().find(|at| {
            let still = rows.iter().copied();
            let still = still.filter(|row| leaves(row).is_none_or(|leaves| leaves > *at));
            self.is_enough(&still.collect::<Vec<_>>(), period, talk)
        })
    }
}
