//! Fraud on calls to a number, whoever called: how much of it in how long a time blocks the number.

use types::disposition::FraudKind;

/// The most events of one kind that can be asked for: each is kept with its time.
pub const MAX_FRAUD_TIMES: u16 = 1000;

/// How much of one kind is too much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FraudRule {
    /// So many within the period block the number; `None` is never.
    pub times: Option<u16>,
    pub period_seconds: u32,
}

/// The site's settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FraudRules {
    pub three_way: FraudRule,
    pub extra_digits: FraudRule,
    /// How long a number is blocked; `None` is until somebody lifts it.
    pub block_seconds: Option<u32>,
}

impl FraudRules {
    /// Nothing is blocked unless the site says so: no detector is never wrong.
    pub fn standard() -> FraudRules {
        let never = FraudRule {
            times: None,
            period_seconds: 30 * 24 * 3600,
        };
        FraudRules {
            three_way: never,
            extra_digits: never,
            block_seconds: None,
        }
    }
}

/// Why and since when a number is blocked. Instants are UTC in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberBlock {
    pub kind: FraudKind,
    pub from: i64,
    /// `None` is until somebody lifts it.
    pub until: Option<i64>,
}

impl NumberBlock {
    pub fn holds(&self, now_utc_ms: i64) -> bool {
        self.until.is_none_or(|until| now_utc_ms < until)
    }
}

/// What happened on calls to a number.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FraudCount {
    /// When each happened that still counts, oldest first.
    pub three_way: Vec<i64>,
    pub extra_digits: Vec<i64>,
    pub block: Option<NumberBlock>,
}

impl FraudCount {
    /// So many more; the block, if they bring one. What brought it counts for no other.
    pub fn add(
        &mut self,
        kind: FraudKind,
        times: u16,
        now_utc_ms: i64,
        rules: &FraudRules,
    ) -> Option<NumberBlock> {
        let (events, rule) = match kind {
            FraudKind::ThreeWay => (&mut self.three_way, rules.three_way),
            FraudKind::ExtraDigits => (&mut self.extra_digits, rules.extra_digits),
        };
        let most = rule.times.filter(|_| times > 0)?;
        let since = now_utc_ms.saturating_sub(i64::from(rule.period_seconds) * 1000);
        events.retain(|at| *at > since);
        events.extend((0..times.min(most)).map(|_| now_utc_ms));
        if events.len() < usize::from(most) {
            return None;
        }
        events.clear();
        let length = rules.block_seconds.map(|seconds| i64::from(seconds) * 1000);
        let until = length.map(|length| now_utc_ms.saturating_add(length));
        // One that holds is made no shorter, and least of all one that somebody is to lift.
        let held = self.block.filter(|held| held.holds(now_utc_ms));
        let block = NumberBlock {
            kind,
            from: now_utc_ms,
            until: match held {
                Some(held) => held.until.zip(until).map(|(held, new)| held.max(new)),
                None => until,
            },
        };
        self.block = Some(block);
        self.block
    }
}
