//! What both parties are told while they talk, as the treatment wants it: where the call comes from,
//! and how much time is left. Nothing is announced within [`APART`] of other words, nor so that a
//! warning before the end, or the end, would come within that; and only to somebody: after an
//! announcement one of the parties must have been heard, or else the echo of our own words would keep
//! a call alive at which nobody is left.

use types::{
    prompt::Prompt,
    tick::{Tick, Ticks},
    treatment::Announcements,
};

/// Between the end of other words and an announcement.
const APART: Ticks = Ticks::secs(15);
/// The longest announcement, and [`APART`]: a warning is not to be nearer than this.
const ROOM: Ticks = Ticks::secs(15 + 8);
/// What is heard this long after our words may still be an echo of them.
const ECHO: Ticks = Ticks::secs(1);
/// No words take longer.
const WORDS_MAX: Ticks = Ticks::secs(60);
/// Above a minute the time left is told in so many seconds, rounded down.
const COARSE: u64 = 10;

#[derive(Debug)]
pub(crate) struct Announcer {
    origin: Option<Regular>,
    remaining: Option<Regular>,
    not_before: Tick,
    /// What is heard until here may be our own words.
    own_until: Tick,
    heard: bool,
}

#[derive(Clone, Copy, Debug)]
struct Regular {
    every: Ticks,
    due: Tick,
}

impl Regular {
    fn new(now: Tick, every: Option<Ticks>) -> Option<Regular> {
        let every = every.filter(|every| *every > Ticks::ZERO)?;
        Some(Regular {
            every,
            due: now + every,
        })
    }

    /// What was late is not made up for.
    fn done(&mut self, now: Tick) {
        while self.due <= now {
            self.due += self.every;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    Origin,
    Remaining,
}

impl Announcer {
    /// For a talk that begins now; without a limit no time is left to be told.
    pub(crate) fn new(now: Tick, wanted: &Announcements, limited: bool) -> Announcer {
        Announcer {
            origin: Regular::new(now, wanted.origin_every),
            remaining: Regular::new(now, wanted.remaining_every.filter(|_| limited)),
            not_before: now + APART,
            own_until: now,
            heard: true,
        }
    }

    /// Something is being said to both parties.
    pub(crate) fn says(&mut self, now: Tick) {
        self.not_before = now + WORDS_MAX + APART;
        self.own_until = now + WORDS_MAX;
    }

    /// It was said.
    pub(crate) fn said(&mut self, now: Tick) {
        self.not_before = now + APART;
        self.own_until = now + ECHO;
    }

    /// Somebody was heard, or something.
    pub(crate) fn voice(&mut self, now: Tick) {
        self.heard |= now >= self.own_until;
    }

    /// What is to be announced now, when the next warning or the end comes at `ahead`, and the call's
    /// limit is `limit`.
    pub(crate) fn due(
        &mut self,
        now: Tick,
        ahead: Option<Tick>,
        limit: Option<Tick>,
    ) -> Option<Prompt> {
        let (at, what) = self.next(ahead)?;
        if now < at {
            return None;
        }
        self.heard = false;
        match what {
            What::Origin => {
                self.origin.as_mut()?.done(now);
                Some(Prompt::CallOrigin)
            }
            What::Remaining => {
                self.remaining.as_mut()?.done(now);
                Some(Prompt::TimeRemaining {
                    seconds: told(limit?.since(now)),
                })
            }
        }
    }

    /// When it wants to be asked for what is due.
    pub(crate) fn deadline(&self, ahead: Option<Tick>) -> Option<Tick> {
        self.next(ahead).map(|(at, _)| at)
    }

    fn next(&self, ahead: Option<Tick>) -> Option<(Tick, What)> {
        let all = [
            (self.origin, What::Origin),
            (self.remaining, What::Remaining),
        ];
        let next = all.into_iter().filter_map(|(regular, what)| {
            let at = regular?.due.max(self.not_before);
            ahead
                .is_none_or(|ahead| at + ROOM <= ahead)
                .then_some((at, what))
        });
        next.min_by_key(|(at, _)| *at).filter(|_| self.heard)
    }
}

fn told(left: Ticks) -> u32 {
    let left = left.as_secs();
    let left = if left > 60 {
        left - left % COARSE
    } else {
        left
    };
    u32::try_from(left).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Tick {
        Tick::ZERO + Ticks::secs(seconds)
    }

    fn both(origin: u64, remaining: u64) -> Announcements {
        Announcements {
            origin_every: Some(Ticks::secs(origin)),
            remaining_every: Some(Ticks::secs(remaining)),
        }
    }

    /// Both parties talk all the time, each announcement takes 3 s; when what was said, in seconds.
    fn run(announcer: &mut Announcer, ahead: Option<u64>, limit: u64) -> Vec<(u64, Prompt)> {
        let mut said = Vec::new();
        let mut ends = None;
        for second in 0..limit {
            let now = at(second);
            if ends == Some(second) {
                announcer.said(now);
            }
            announcer.voice(now);
            if ahead == Some(second) {
                announcer.says(now);
                ends = Some(second + 3);
            }
            let ahead = ahead.filter(|ahead| *ahead > second).unwrap_or(limit);
            let wanted = announcer.deadline(Some(at(ahead)));
            if let Some(prompt) = announcer.due(now, Some(at(ahead)), Some(at(limit))) {
                assert!(wanted.is_some_and(|wanted| wanted <= now));
                announcer.says(now);
                ends = Some(second + 3);
                said.push((second, prompt));
            } else {
                assert!(wanted.is_none_or(|wanted| wanted > now));
            }
        }
        said
    }

    #[test]
    fn two_that_are_due_at_once_are_kept_apart() {
        let mut announcer = Announcer::new(at(0), &both(60, 60), true);
        let said = run(&mut announcer, None, 110);
        let left = Prompt::TimeRemaining { seconds: 32 };
        assert_eq!(said, [(60, Prompt::CallOrigin), (78, left)]);
    }

    #[test]
    fn nothing_is_announced_close_before_a_warning_or_the_end() {
        // The warning comes at 60 s, the end at 120 s.
        let times = |every| {
            let mut announcer = Announcer::new(at(0), &both(every, 1000), true);
            let said = run(&mut announcer, Some(60), 120).into_iter();
            said.map(|(second, _)| second).collect::<Vec<u64>>()
        };
        assert_eq!(times(50), [78]);
        assert_eq!(times(30), [30, 78, 96]);
    }

    #[test]
    fn the_time_left_is_told_in_tens_of_seconds_above_a_minute() {
        for (left, words) in [(599, 590), (61, 60), (60, 60), (47, 47)] {
            assert_eq!(told(Ticks::secs(left)), words);
        }
    }

    #[test]
    fn our_own_words_keep_nobody_there() {
        let mut announcer = Announcer::new(at(0), &both(20, 1000), false);
        assert_eq!(announcer.due(at(20), None, None), Some(Prompt::CallOrigin));
        announcer.says(at(20));
        announcer.voice(at(21));
        announcer.said(at(23));
        announcer.voice(at(23));
        assert_eq!(announcer.deadline(None), None);
        announcer.voice(at(25));
        assert_eq!(announcer.deadline(None), Some(at(40)));
    }
}
