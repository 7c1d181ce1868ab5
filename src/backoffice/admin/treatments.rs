//! Call treatments, line treatments, number records, call types.

use super::text;
use crate::{Error, session::Session, stored_treatments as stored, words::kebab};
use db::{
    keys::Numbered,
    pattern::Pattern,
    values::{self, LineTreatment},
};
use screening::{CallTypeRules, Days, LineOutcome, TreatmentRules};
use types::{
    id::LineId,
    phone_number::CallType,
    tick::Ticks,
    treatment::{ExtraDigitResponse, ThreeWayResponse},
    verdict::Handling,
};

/// The longest limit, in seconds: 99 minutes.
const LONGEST: u32 = 99 * 60;

/// Announcements in a talk keep at least so much apart.
const CLOSEST: Ticks = Ticks::secs(10);

/// A call treatment as it is administered.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NamedTreatment {
    pub name: String,
    pub rules: TreatmentRules,
}

/// A line treatment: what may be called from the phones that name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneTreatment {
    pub name: String,
    /// The first that fits decides.
    pub rules: Vec<PhoneRule>,
    /// Whether a call that no rule fits may be placed.
    pub others: bool,
}

/// One rule of a line treatment. What it does not name it fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneRule {
    pub call_types: Option<Vec<CallType>>,
    /// Patterns, as people write them.
    pub numbers: Option<Vec<String>>,
    pub days: Days,
    /// For privileged calls alone: to attorneys.
    pub privileged_only: bool,
    pub outcome: LineOutcome,
}

impl PhoneRule {
    /// Fits every call.
    pub fn any(outcome: LineOutcome) -> PhoneRule {
        PhoneRule {
            call_types: None,
            numbers: None,
            days: Days::ALL,
            privileged_only: false,
            outcome,
        }
    }
}

/// A global number record as it is administered.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NumberDetails {
    pub blocked: bool,
    /// Nobody pays for calls to it.
    pub free: bool,
    pub privileged: bool,
    pub no_recording: bool,
    pub customer_service: bool,
    /// Calls to it are told to the officers.
    pub watched: bool,
    pub three_way: Option<ThreeWayResponse>,
    pub limit_seconds: Option<u32>,
    /// The number of a call treatment.
    pub treatment: Option<u16>,
    /// Who answers there.
    pub party: String,
    pub note: String,
}

impl Session<'_> {
    pub fn set_call_treatment(
        &mut self,
        actor: &str,
        number: u16,
        treatment: &NamedTreatment,
    ) -> Result<(), Error> {
        text("call treatment's name", &treatment.name, false)?;
        check(number, &treatment.rules)?;
        let value = stored::stored_treatment(&treatment.name, &treatment.rules);
        let table = &self.tables.call_treatments;
        table.put(&mut self.writer, &Numbered(number), &value)?;
        let change = format!("{:?}", treatment.rules);
        self.journal(actor, "call-treatment", number, change)
    }

    pub fn remove_call_treatment(&mut self, actor: &str, number: u16) -> Result<bool, Error> {
        if number == TreatmentRules::SITE {
            let why = "0 is what holds for the whole site: it may be changed, and not taken out";
            return Err(Error::invalid("call treatment", why));
        }
        if let Some(by) = self.names_treatment(number)? {
            let what = format!("call treatment {number}");
            return Err(Error::InUse { what, by });
        }
        let table = &self.tables.call_treatments;
        let was = table.delete(&mut self.writer, &Numbered(number))?;
        self.removed(actor, "call-treatment", number, was)
    }

    /// What names a call treatment, if anything does.
    fn names_treatment(&self, number: u16) -> Result<Option<String>, Error> {
        let tables = self.tables;
        for (line_treatment, value) in tables.line_treatments.all(&self.writer)? {
            if value
                .rules
                .iter()
                .any(|rule| rule.treatment == Some(number))
            {
                return Ok(Some(format!("line treatment {}", line_treatment.0)));
            }
        }
        for (call_type, rules) in tables.call_type_rules.all(&self.writer)? {
            if rules.treatment == Some(number) {
                return Ok(Some(format!("{} calls", kebab(call_type))));
            }
        }
        let records = tables.number_records.entries().all(&self.writer)?;
        let naming = records
            .iter()
            .find(|(_, record)| record.treatment == Some(number));
        Ok(naming.map(|(pattern, _)| format!("the record of {pattern}")))
    }

    pub fn set_line_treatment(
        &mut self,
        actor: &str,
        number: u16,
        treatment: &PhoneTreatment,
    ) -> Result<(), Error> {
        text("line treatment's name", &treatment.name, false)?;
        if number == 0 {
            return Err(Error::invalid("line treatment", "numbered from 1"));
        }
        let mut rules = Vec::with_capacity(treatment.rules.len());
        for rule in &treatment.rules {
            if rule.days.0 == 0 || rule.days.0 > Days::ALL.0 {
                let why = "at least one day of a week of seven days";
                return Err(Error::invalid("days of a line treatment's rule", why));
            }
            if let LineOutcome::Allow(Some(treatment)) = rule.outcome {
                self.treatment_there(treatment)?;
            }
            let numbers = rule.numbers.as_ref();
            let canonical = |text: &String| self.dialable(text).map(|pattern| pattern.to_string());
            let numbers = numbers.map(|texts| texts.iter().map(canonical).collect());
            rules.push(stored::stored_line_rule(rule, numbers.transpose()?));
        }
        let value = LineTreatment {
            name: treatment.name.clone(),
            rules,
            others: treatment.others,
        };
        let table = &self.tables.line_treatments;
        table.put(&mut self.writer, &Numbered(number), &value)?;
        self.journal(actor, "line-treatment", number, format!("{treatment:?}"))
    }

    pub fn remove_line_treatment(&mut self, actor: &str, number: u16) -> Result<bool, Error> {
        let phones = self.tables.phones.all(&self.writer)?;
        let has = |(_, phone): &&(LineId, values::Phone)| phone.line_treatment == Some(number);
        if let Some((line, _)) = phones.iter().find(has) {
            return Err(Error::InUse {
                what: format!("line treatment {number}"),
                by: format!("the phone of line {line}"),
            });
        }
        let table = &self.tables.line_treatments;
        let was = table.delete(&mut self.writer, &Numbered(number))?;
        self.removed(actor, "line-treatment", number, was)
    }

    pub fn set_number_record(
        &mut self,
        actor: &str,
        pattern: &str,
        details: &NumberDetails,
    ) -> Result<(), Error> {
        text("note", &details.note, false)?;
        text("registered party", &details.party, false)?;
        limit_fits(details.limit_seconds)?;
        if let Some(treatment) = details.treatment {
            self.treatment_there(treatment)?;
        }
        let table = &self.tables.number_records;
        let (pattern, _) = self.dialable_or_in(table, pattern)?;
        let value = stored::stored_number_record(details);
        table.put(&mut self.writer, &pattern, &value)?;
        self.journal(actor, "number-record", pattern, format!("{details:?}"))
    }

    pub fn remove_number_record(&mut self, actor: &str, pattern: &str) -> Result<(), Error> {
        let tables = self.tables;
        self.remove_pattern(actor, &tables.number_records, pattern)
    }

    pub fn set_call_type(
        &mut self,
        actor: &str,
        prefix: &str,
        call_type: CallType,
    ) -> Result<(), Error> {
        let table = &self.tables.call_types;
        let prefix = self.prefix(prefix)?;
        let (prefix, _) = self.dialable_or_in(table, &prefix.to_string())?;
        let value = values::CallType {
            call_type: db::codes::Code(call_type),
        };
        table.put(&mut self.writer, &prefix, &value)?;
        self.journal(actor, "call-type", prefix, kebab(call_type))
    }

    pub fn remove_call_type(&mut self, actor: &str, prefix: &str) -> Result<(), Error> {
        let prefix = self.prefix(prefix)?.to_string();
        let tables = self.tables;
        self.remove_pattern(actor, &tables.call_types, &prefix)
    }

    pub fn set_call_type_rules(
        &mut self,
        actor: &str,
        call_type: CallType,
        rules: &CallTypeRules,
    ) -> Result<(), Error> {
        if let Some(treatment) = rules.treatment {
            self.treatment_there(treatment)?;
        }
        let value = stored::stored_call_type_rule(rules);
        let table = &self.tables.call_type_rules;
        table.put(&mut self.writer, &call_type, &value)?;
        let change = format!("{rules:?}");
        self.journal(actor, "call-type-rules", kebab(call_type), change)
    }

    pub fn remove_call_type_rules(
        &mut self,
        actor: &str,
        call_type: CallType,
    ) -> Result<bool, Error> {
        let table = &self.tables.call_type_rules;
        let was = table.delete(&mut self.writer, &call_type)?;
        self.removed(actor, "call-type-rules", kebab(call_type), was)
    }

    /// A phone's line treatment has to be there before the phone names it.
    pub fn line_treatment_there(&self, treatment: u16) -> Result<(), Error> {
        let table = &self.tables.line_treatments;
        match table.contains(&self.writer, &Numbered(treatment))? {
            true => Ok(()),
            false => Err(Error::UnknownLineTreatment(treatment)),
        }
    }

    pub(crate) fn treatment_there(&self, treatment: u16) -> Result<(), Error> {
        let table = &self.tables.call_treatments;
        match table.contains(&self.writer, &Numbered(treatment))? {
            true => Ok(()),
            false => Err(Error::UnknownCallTreatment(treatment)),
        }
    }

    /// The beginning of numbers, as a pattern.
    fn prefix(&self, text: &str) -> Result<Pattern, Error> {
        let digits = text.strip_suffix('*').unwrap_or(text);
        if digits.contains('?') {
            return Err(Error::invalid("prefix", "digits alone, without ?"));
        }
        self.pattern(&format!("{digits}*"))
    }
}

fn check(number: u16, rules: &TreatmentRules) -> Result<(), Error> {
    if number == TreatmentRules::SITE && rules.handling.is_some() {
        let why = "of the whole site is said by what is wired, and by call type";
        return Err(Error::invalid("handling", why));
    }
    let asks = (rules.handling, rules.acceptance);
    if asks == (Some(Handling::AutomatedOperator), Some(false)) {
        let why = "can't be left out of a collect call, for which the called party is to pay";
        return Err(Error::invalid("acceptance", why));
    }
    if asks == (Some(Handling::CarrierOperator), Some(true)) {
        let why = "is asked for by the carrier's operator, and not here";
        return Err(Error::invalid("acceptance", why));
    }
    limit_fits(rules.limit_seconds)?;
    let counted = match rules.extra_digits {
        Some(
            ExtraDigitResponse::Disconnect { digits } | ExtraDigitResponse::Interfere { digits },
        ) => Some(digits),
        Some(ExtraDigitResponse::Flag | ExtraDigitResponse::Ignore) | None => None,
    };
    if counted == Some(0) {
        return Err(Error::invalid("extra digits", "from one digit on"));
    }
    for every in [rules.origin_every, rules.remaining_every]
        .into_iter()
        .flatten()
    {
        if every != Ticks::ZERO && every < CLOSEST {
            return Err(Error::invalid("announcement", "every 10 s at most"));
        }
    }
    Ok(())
}

pub(crate) fn limit_fits(seconds: Option<u32>) -> Result<(), Error> {
    match seconds.is_none_or(|seconds| (1..=LONGEST).contains(&seconds)) {
        true => Ok(()),
        false => Err(Error::invalid("limit", "1 second to 99 minutes")),
    }
}
