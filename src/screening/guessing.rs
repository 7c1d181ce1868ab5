//! Guessing of PINs: how often a phone, or an inmate's PIN, may fail, and how long it rests then.
//!
//! Failures fill a bucket that leaks: a slip of the finger now and then never adds up, and a
//! good PIN in between empties nothing, so that one's own PIN is no help in guessing others'.
//! Each failure of a full bucket brings a rest, twice as long as the last. While something
//! rests, nothing is tried: the right PIN is refused as any other, and tells nothing.

/// The site's settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GuessRule {
    /// Failures that are borne; the next one brings a rest. `None` is as many as one likes.
    pub borne: Option<u16>,
    /// How long until one failure is forgotten, in seconds.
    pub forget_seconds: u32,
    /// The first rest, and the longest, in seconds.
    pub rest_seconds: u32,
    pub longest_rest_seconds: u32,
}

impl GuessRule {
    /// Of six-digit PINs of a thousand inmates, one guess in a thousand hits. With these a phone
    /// has some eight guesses, and then one in ten minutes at most.
    pub fn standard() -> GuessRule {
        GuessRule {
            borne: Some(8),
            forget_seconds: 600,
            rest_seconds: 60,
            longest_rest_seconds: 3600,
        }
    }

    /// Of the passwords of accounts: a slow hash and a policy stand before them. Rests are shorter, as
    /// whoever knows an id can lock its officer out: four tries an hour at the longest find nothing.
    pub fn of_accounts() -> GuessRule {
        GuessRule {
            borne: Some(5),
            forget_seconds: 600,
            rest_seconds: 30,
            longest_rest_seconds: 900,
        }
    }
}

/// What failed so far. Instants are UTC in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Guesses {
    pub failures: u16,
    /// When the last failure was forgotten, or the first one made.
    pub counted_from: i64,
    /// Rests since the bucket was last empty.
    pub rests: u8,
    pub rests_until: i64,
}

impl Guesses {
    /// A clock that was set back makes no rest longer than the longest there is.
    pub fn is_resting(&self, now_utc_ms: i64, rule: &GuessRule) -> bool {
        let left = self.rests_until.saturating_sub(now_utc_ms);
        rule.borne.is_some() && (1..=ms(rule.longest_rest_seconds)).contains(&left)
    }

    /// One more failure; how long it rests from now, in seconds, if it has to.
    pub fn fail(&mut self, now_utc_ms: i64, rule: &GuessRule) -> Option<u32> {
        let borne = rule.borne?;
        self.forget(now_utc_ms, rule);
        if self.failures == 0 {
            *self = Guesses {
                counted_from: now_utc_ms,
                ..Guesses::default()
            };
        }
        if self.failures < borne {
            self.failures += 1;
            return None;
        }
        let doubled = 1u32.checked_shl(u32::from(self.rests)).unwrap_or(u32::MAX);
        let rest = rule.rest_seconds.saturating_mul(doubled);
        let rest = rest.min(rule.longest_rest_seconds);
        self.rests = self.rests.saturating_add(1);
        self.rests_until = now_utc_ms.saturating_add(ms(rest));
        Some(rest)
    }

    fn forget(&mut self, now_utc_ms: i64, rule: &GuessRule) {
        let step = ms(rule.forget_seconds.max(1));
        let passed = now_utc_ms.saturating_sub(self.counted_from);
        if passed < 0 {
            // The clock was set back: counted from here on.
            self.counted_from = now_utc_ms;
            return;
        }
        let forgotten = u16::try_from(passed / step).unwrap_or(u16::MAX);
        self.failures = self.failures.saturating_sub(forgotten);
        self.counted_from += i64::from(forgotten) * step;
    }
}

fn ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1000
}
