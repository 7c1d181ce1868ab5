//! Keys of `[defaults]` about numbers with too much fraud on calls to them.

use backoffice::{FraudRule, FraudRules};

use super::reader::Section;

/// Ten years.
const HOURS_MAX: u64 = 87_600;

pub(super) fn rules(section: &mut Section<'_>) -> FraudRules {
    let standard = FraudRules::standard();
    let three_way = ["third_parties_borne", "third_parties_hours"];
    let extra_digits = ["extra_digits_borne", "extra_digits_hours"];
    FraudRules {
        three_way: rule(section, three_way, standard.three_way),
        extra_digits: rule(section, extra_digits, standard.extra_digits),
        block_seconds: seconds(section, "fraud_block_hours").or(standard.block_seconds),
    }
}

/// One more than is borne blocks.
fn rule(
    section: &mut Section<'_>,
    [borne, hours]: [&'static str; 2],
    standard: FraudRule,
) -> FraudRule {
    let borne = section.key(borne).int(0..=999);
    FraudRule {
        times: borne.map(|borne| borne as u16 + 1).or(standard.times),
        period_seconds: seconds(section, hours).unwrap_or(standard.period_seconds),
    }
}

fn seconds(section: &mut Section<'_>, key: &'static str) -> Option<u32> {
    let hours = section.key(key).int(1..=HOURS_MAX)?;
    Some(hours as u32 * 3600)
}
