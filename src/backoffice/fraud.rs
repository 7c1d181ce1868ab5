//! Fraud on calls to a number: counted over all callers when it is noticed, and kept on disk, so that
//! nothing that ends a call or the controller forgets what happened or the block that it brought.

use crate::{Alert, Error, answer::line_actor, reached::LOOKED_THROUGH, session::Session};
use db::{Key, codes::Code, keys::SiteKey, values};
use screening::{FraudCount, FraudRule, FraudRules, MAX_FRAUD_TIMES, NumberBlock};
use types::{disposition::FraudKind, id::LineId, phone_number::PhoneNumber};

impl Session<'_> {
    /// Counts events on a call to the number, and blocks it when they are too many.
    pub fn count_fraud(
        &mut self,
        line: LineId,
        number: &PhoneNumber,
        kind: FraudKind,
        times: u16,
    ) -> Result<(), Error> {
        let rules = self.settings()?.fraud;
        let table = &self.tables.fraud_counts;
        let before = table.get(&self.writer, number)?;
        let mut count = before.map_or_else(FraudCount::default, fraud_count);
        self.take_from_longer(number, &mut count)?;
        let block = count.add(kind, times, self.now_utc_ms(), &rules);
        if count == FraudCount::default() {
            return Ok(());
        }
        table.put(&mut self.writer, number, &stored_fraud_count(&count))?;
        let Some(block) = block else { return Ok(()) };
        let alert = Alert::NumberBlocked {
            number: *number,
            kind: block.kind,
            seconds: rules.block_seconds,
        };
        self.alert(&line_actor(line), number, alert)
    }

    /// What was counted for numbers of more digits while nobody knew that this is a number counts for it.
    /// Their blocks stay theirs, and hold for it too.
    fn take_from_longer(
        &mut self,
        number: &PhoneNumber,
        count: &mut FraudCount,
    ) -> Result<(), Error> {
        if !self.fixed.dial_plan.could_grow(number) {
            return Ok(());
        }
        let table = &self.tables.fraud_counts;
        let begin = table.with_prefix(&self.writer, &number.bytes(), LOOKED_THROUGH)?;
        for (longer, mut stored) in begin.into_iter().filter(|(longer, _)| longer != number) {
            count.three_way.append(&mut stored.three_way);
            count.extra_digits.append(&mut stored.extra_digits);
            if stored.block.is_some() {
                table.put(&mut self.writer, &longer, &stored)?;
            } else {
                table.delete(&mut self.writer, &longer)?;
            }
        }
        count.three_way.sort_unstable();
        count.extra_digits.sort_unstable();
        Ok(())
    }
}

pub(crate) fn fraud_count(stored: values::FraudCount) -> FraudCount {
    FraudCount {
        three_way: stored.three_way,
        extra_digits: stored.extra_digits,
        block: stored.block.map(number_block),
    }
}

pub(crate) fn number_block(stored: values::NumberBlock) -> NumberBlock {
    NumberBlock {
        kind: stored.kind.0,
        from: stored.from_utc_ms,
        until: stored.until_utc_ms,
    }
}

fn stored_fraud_count(count: &FraudCount) -> values::FraudCount {
    values::FraudCount {
        three_way: count.three_way.clone(),
        extra_digits: count.extra_digits.clone(),
        block: count.block.map(|block| values::NumberBlock {
            kind: Code(block.kind),
            from_utc_ms: block.from,
            until_utc_ms: block.until,
        }),
    }
}

pub(crate) fn fraud_rules(stored: values::FraudRules) -> FraudRules {
    FraudRules {
        three_way: FraudRule {
            times: stored.three_way_times,
            period_seconds: stored.three_way_period_seconds,
        },
        extra_digits: FraudRule {
            times: stored.extra_digits_times,
            period_seconds: stored.extra_digits_period_seconds,
        },
        block_seconds: stored.block_seconds,
    }
}

impl Session<'_> {
    pub fn put_fraud_rules(&mut self, rules: &FraudRules) -> Result<(), Error> {
        let stored = values::FraudRules {
            three_way_times: rules.three_way.times,
            three_way_period_seconds: rules.three_way.period_seconds,
            extra_digits_times: rules.extra_digits.times,
            extra_digits_period_seconds: rules.extra_digits.period_seconds,
            block_seconds: rules.block_seconds,
        };
        let table = &self.tables.fraud_rules;
        Ok(table.put(&mut self.writer, &SiteKey, &stored)?)
    }
}

pub(crate) fn check(rules: &FraudRules) -> Result<(), Error> {
    for rule in [rules.three_way, rules.extra_digits] {
        if rule
            .times
            .is_some_and(|t| !(1..=MAX_FRAUD_TIMES).contains(&t))
        {
            let why = format!("1 to {MAX_FRAUD_TIMES} times, or never");
            return Err(Error::invalid("fraud that blocks a number", why));
        }
        if rule.period_seconds == 0 {
            return Err(Error::invalid(
                "time in which fraud counts",
                "longer than nothing",
            ));
        }
    }
    if rules.block_seconds == Some(0) {
        return Err(Error::invalid("block of a number", "longer than nothing"));
    }
    Ok(())
}
