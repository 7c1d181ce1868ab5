//! Between what is stored of treatments and number records, and what screening speaks of.

use crate::{Error, NumberDetails, PhoneRule};
use db::{
    Read,
    codes::Code,
    keys::Numbered,
    pattern::Pattern,
    values::{self, ExtraDigitKind, ExtraDigits},
};
use screening::{
    CallTypeRules, Days, LineOutcome, LineRule, LineTreatment, NumberRecord, TreatmentRules,
};
use types::{phone_number::PhoneNumber, tick::Ticks, treatment::ExtraDigitResponse};

pub(crate) fn treatment_rules(stored: &values::CallTreatment) -> TreatmentRules {
    TreatmentRules {
        handling: stored.handling.map(|c| c.0),
        three_way: stored.three_way.map(|c| c.0),
        extra_digits: stored.extra_digits.map(extra_digits),
        origin_every: stored.origin_every.map(seconds),
        remaining_every: stored.remaining_every.map(seconds),
        brand: stored.brand.map(|c| c.0),
        record: stored.record,
        limit_seconds: stored.limit,
        announce_limit: stored.announce_limit,
        acceptance: stored.acceptance,
        say_carrier: stored.say_carrier,
        three_way_notice: stored.three_way_notice,
        word_before_cut: stored.word_before_cut,
    }
}

pub(crate) fn stored_treatment(name: &str, rules: &TreatmentRules) -> values::CallTreatment {
    let whole_seconds = |length: Ticks| u32::try_from(length.as_ms() / 1000).unwrap_or(u32::MAX);
    values::CallTreatment {
        name: name.to_owned(),
        handling: rules.handling.map(Code),
        three_way: rules.three_way.map(Code),
        extra_digits: rules.extra_digits.map(stored_extra_digits),
        origin_every: rules.origin_every.map(whole_seconds),
        remaining_every: rules.remaining_every.map(whole_seconds),
        brand: rules.brand.map(Code),
        record: rules.record,
        limit: rules.limit_seconds,
        announce_limit: rules.announce_limit,
        acceptance: rules.acceptance,
        say_carrier: rules.say_carrier,
        three_way_notice: rules.three_way_notice,
        word_before_cut: rules.word_before_cut,
    }
}

fn seconds(seconds: u32) -> Ticks {
    Ticks::secs(u64::from(seconds))
}

fn extra_digits(stored: ExtraDigits) -> ExtraDigitResponse {
    let digits = stored.digits;
    match stored.response.0 {
        ExtraDigitKind::Disconnect => ExtraDigitResponse::Disconnect { digits },
        ExtraDigitKind::Interfere => ExtraDigitResponse::Interfere { digits },
        ExtraDigitKind::Flag => ExtraDigitResponse::Flag,
        ExtraDigitKind::Ignore => ExtraDigitResponse::Ignore,
    }
}

fn stored_extra_digits(response: ExtraDigitResponse) -> ExtraDigits {
    let (response, digits) = match response {
        ExtraDigitResponse::Disconnect { digits } => (ExtraDigitKind::Disconnect, digits),
        ExtraDigitResponse::Interfere { digits } => (ExtraDigitKind::Interfere, digits),
        ExtraDigitResponse::Flag => (ExtraDigitKind::Flag, 0),
        ExtraDigitResponse::Ignore => (ExtraDigitKind::Ignore, 0),
    };
    let response = Code(response);
    ExtraDigits { response, digits }
}

/// A line treatment with the rules whose numbers fit this one.
pub(crate) fn line_treatment(
    tables: &db::Tables,
    txn: &impl Read,
    treatment: u16,
    number: &PhoneNumber,
) -> Result<Option<LineTreatment>, Error> {
    let stored = tables.line_treatments.get(txn, &Numbered(treatment))?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    let mut rules = Vec::with_capacity(stored.rules.len());
    for rule in &stored.rules {
        if let Some(specificity) = specificity(rule, number)? {
            rules.push(line_rule(rule, specificity));
        }
    }
    let others = stored.others;
    Ok(Some(LineTreatment { rules, others }))
}

/// How exact the rule's pattern is that fits; `None` where none does.
fn specificity(rule: &values::LineRule, number: &PhoneNumber) -> Result<Option<u8>, Error> {
    let Some(numbers) = &rule.numbers else {
        return Ok(Some(0));
    };
    let mut best = None;
    for text in numbers {
        let pattern = Pattern::parse(text).map_err(|why| Error::Stored {
            what: "line treatment",
            why: format!("{text:?}: {why}"),
        })?;
        if pattern.fits(number) {
            best = best.max(Some(pattern.specificity()));
        }
    }
    Ok(best)
}

fn line_rule(stored: &values::LineRule, specificity: u8) -> LineRule {
    let call_types = stored.call_types.as_ref();
    LineRule {
        specificity,
        call_types: call_types.map(|types| types.iter().map(|c| c.0).collect()),
        days: Days(stored.days),
        privileged_only: stored.privileged_only,
        outcome: match stored.allowed {
            true => LineOutcome::Allow(stored.treatment),
            false => LineOutcome::Refuse,
        },
    }
}

/// `numbers` are the rule's patterns as tables hold them.
pub(crate) fn stored_line_rule(rule: &PhoneRule, numbers: Option<Vec<String>>) -> values::LineRule {
    let call_types = rule.call_types.as_ref();
    let (allowed, treatment) = match rule.outcome {
        LineOutcome::Allow(treatment) => (true, treatment),
        LineOutcome::Refuse => (false, None),
    };
    values::LineRule {
        call_types: call_types.map(|types| types.iter().copied().map(Code).collect()),
        numbers,
        days: rule.days.0,
        privileged_only: rule.privileged_only,
        allowed,
        treatment,
    }
}

pub(crate) fn number_record(stored: &values::NumberRecord, specificity: u8) -> NumberRecord {
    NumberRecord {
        specificity,
        blocked: stored.blocked,
        privileged: stored.privileged,
        no_recording: stored.no_recording,
        customer_service: stored.customer_service,
        watched: stored.watched,
        three_way: stored.three_way.map(|c| c.0),
        limit_seconds: stored.limit,
        treatment: stored.treatment,
    }
}

/// The record as it is administered.
pub(crate) fn number_details(stored: values::NumberRecord) -> NumberDetails {
    NumberDetails {
        blocked: stored.blocked,
        free: stored.free,
        privileged: stored.privileged,
        no_recording: stored.no_recording,
        customer_service: stored.customer_service,
        watched: stored.watched,
        three_way: stored.three_way.map(|c| c.0),
        limit_seconds: stored.limit,
        treatment: stored.treatment,
        party: stored.party,
        note: stored.note,
    }
}

pub(crate) fn stored_number_record(details: &NumberDetails) -> values::NumberRecord {
    values::NumberRecord {
        blocked: details.blocked,
        free: details.free,
        privileged: details.privileged,
        no_recording: details.no_recording,
        customer_service: details.customer_service,
        watched: details.watched,
        three_way: details.three_way.map(Code),
        limit: details.limit_seconds,
        treatment: details.treatment,
        party: details.party.clone(),
        note: details.note.clone(),
    }
}

pub(crate) fn call_type_rules(stored: &values::CallTypeRule) -> CallTypeRules {
    CallTypeRules {
        treatment: stored.treatment,
        handling: stored.handling.map(|c| c.0),
        brand: stored.brand.map(|c| c.0),
    }
}

pub(crate) fn stored_call_type_rule(rules: &CallTypeRules) -> values::CallTypeRule {
    values::CallTypeRule {
        treatment: rules.treatment,
        handling: rules.handling.map(Code),
        brand: rules.brand.map(Code),
    }
}
