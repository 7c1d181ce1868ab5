//! What may be called from this phone (line treatment), and how the call is treated (call treatment).

use super::{Flags, LimitedBy, Stop, Walk, record::Whole};
use crate::{
    LineOutcome, LineRule, LineTreatment, PhoneRules, Tables, TreatmentRules, treatments::carrier,
};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    phone_number::{CallType, PhoneNumber},
    tick::Ticks,
    treatment::{CallTreatment, ExtraDigitResponse, ThreeWayResponse},
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// What the phone's line treatment made of a call that it let through.
#[derive(Clone, Copy)]
pub(super) struct FromPhone {
    /// The call treatment that the rule names.
    treatment: Option<u16>,
    /// How exact the rule's numbers are.
    specificity: u8,
}

/// How the call is treated.
pub(super) struct Treated {
    pub told: CallTreatment,
    pub handling: Option<Handling>,
    pub acceptance: bool,
    pub recording: RecordingRule,
    /// What the number's record and the call treatment allow.
    pub limits: [Option<(Ticks, LimitedBy)>; 2],
    pub announce_limit: Option<bool>,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// The first rule that fits decides. A line treatment that is not there lets nothing through.
    pub(super) fn line_treatment_of(
        &mut self,
        phone: &PhoneRules,
        number: &DialedNumber,
        privileged: bool,
    ) -> Result<FromPhone, Stop<T::Error>> {
        let Some(treatment) = phone.line_treatment else {
            return Ok(FromPhone {
                treatment: None,
                specificity: 0,
            });
        };
        let treatment = self.tables.line_treatment(treatment, &number.number)?;
        let blocked = Blocked::NotFromThisPhone;
        let Some(treatment) = treatment else {
            return self.stop(Check::LineTreatment, Finding::NotFound, blocked);
        };
        let fits = |rule: &&LineRule| self.fits(rule, number.call_type, privileged);
        let (outcome, specificity) = match treatment.rules.iter().find(fits) {
            Some(rule) => (rule.outcome, rule.specificity),
            None if treatment.others => (LineOutcome::Allow(None), 0),
            None => (LineOutcome::Refuse, 0),
        };
        match outcome {
            LineOutcome::Refuse => self.stop(Check::LineTreatment, Finding::Found, blocked),
            LineOutcome::Allow(treatment) => {
                self.note(Check::LineTreatment, Finding::Passed);
                Ok(FromPhone {
                    treatment,
                    specificity,
                })
            }
        }
    }

    fn fits(&self, rule: &LineRule, call_type: CallType, privileged: bool) -> bool {
        let types = rule.call_types.as_ref();
        types.is_none_or(|types| types.contains(&call_type))
            && rule.days.has(self.request.when.weekday)
            && (privileged || !rule.privileged_only)
    }

    /// Why a number that may be reached instead can't be called from this phone: its type, or a rule that
    /// refuses it and is more exact than the one for the whole number.
    pub(super) fn line_treatment_there(
        &self,
        shorter: &PhoneNumber,
        phone: &PhoneRules,
        number: &DialedNumber,
        whole: FromPhone,
    ) -> Result<Option<Blocked>, Stop<T::Error>> {
        let of_table = self.tables.call_type(shorter)?;
        let call_type = of_table.unwrap_or(number.call_type);
        let types = phone.call_types.as_ref();
        if types.is_some_and(|types| !types.contains(&call_type)) {
            return Ok(Some(Blocked::CallTypeNotAllowed));
        }
        let Some(treatment) = phone.line_treatment else {
            return Ok(None);
        };
        let there = self.tables.line_treatment(treatment, shorter)?;
        let rules = there.map_or_else(Vec::new, |LineTreatment { rules, .. }| rules);
        // One for privileged calls alone fits no stranger: it lets nothing through here.
        let rule = rules.iter().find(|rule| self.fits(rule, call_type, false));
        let refuses = rule.is_some_and(|rule| {
            rule.outcome == LineOutcome::Refuse && rule.specificity > whole.specificity
        });
        Ok(refuses.then_some(Blocked::NotFromThisPhone))
    }

    /// Most specific first: what the number's record names, the rule of the phone's line treatment, the
    /// call type; else the site's.
    pub(super) fn treatment(
        &mut self,
        number: &DialedNumber,
        whole: &Whole,
        from_phone: FromPhone,
        flags: &Flags,
    ) -> Result<Treated, Stop<T::Error>> {
        let record = whole.record.unwrap_or_default();
        let of_type = self.tables.call_type_rules(number.call_type)?;
        let named = [
            (record.treatment, Finding::OfNumber),
            (from_phone.treatment, Finding::OfPhone),
            (of_type.treatment, Finding::OfCallType),
        ];
        let mut named = named
            .iter()
            .filter_map(|(number, by)| Some(((*number)?, *by)));
        let site = self.tables.call_treatment(TreatmentRules::SITE)?;
        let site = site.unwrap_or_default();
        let (chosen, own) = match named.next() {
            Some((chosen, by)) => {
                let own = self.tables.call_treatment(chosen)?;
                self.note(Check::Treatment, own.map_or(Finding::NotFound, |_| by));
                own.map_or((TreatmentRules::SITE, site), |own| (chosen, own))
            }
            None => (TreatmentRules::SITE, site),
        };
        let rules = own.over(&site);
        let desk = record.customer_service && record.treatment.is_none();
        let handling = match desk {
            true => Some(Handling::Direct),
            false => rules.handling.or(of_type.handling),
        };
        let brand = rules.brand.or(of_type.brand);
        let brand = brand.unwrap_or_else(|| carrier(number.call_type));
        let records = !record.no_recording && rules.record.unwrap_or(self.rules.record);
        let of_treatment = rules.limit_seconds.filter(|_| !flags.untimed);
        let mut told = rules.told(chosen, record.three_way, brand);
        // Whom an attorney joins, and what is keyed to him, is nobody's affair, whatever is said of it.
        if flags.privileged {
            told.three_way = ThreeWayResponse::Ignore;
            told.extra_digits = ExtraDigitResponse::Ignore;
        }
        Ok(Treated {
            told,
            handling,
            acceptance: !desk && rules.acceptance.unwrap_or(false),
            recording: match (flags.privileged, records) {
                (true, _) => RecordingRule::Privileged,
                (false, true) => RecordingRule::Record,
                (false, false) => RecordingRule::DoNotRecord,
            },
            limits: [
                limited(record.limit_seconds, LimitedBy::Number),
                limited(of_treatment, LimitedBy::Treatment),
            ],
            announce_limit: rules.announce_limit,
        })
    }
}

fn limited(seconds: Option<u32>, by: LimitedBy) -> Option<(Ticks, LimitedBy)> {
    seconds.map(|seconds| (Ticks::secs(u64::from(seconds)), by))
}
