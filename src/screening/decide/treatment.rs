//! What may be called from this phone (line treatment), and how the call is treated (call treatment).

use super::{Flags, LimitedBy, Stop, Walk, record::Whole};
use crate::{
    LineOutcome, LineRule, LineTreatment, NumberRecord, PhoneRules, Tables, TreatmentRules,
    treatments::carrier,
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

    /// Where the record of a number that may be reached instead is more exact, the call is treated as one
    /// to that number, the most exact of them, but as strictly as one to each other of these, and to the
    /// number that was dialed.
    pub(super) fn treatment(
        &mut self,
        number: &DialedNumber,
        whole: &Whole,
        from_phone: FromPhone,
        flags: &Flags,
    ) -> Result<Treated, Stop<T::Error>> {
        let record = whole.record.unwrap_or_default();
        let mut most_exact: Option<&NumberRecord> = None;
        for there in &whole.beneath {
            if most_exact.is_none_or(|most| most.specificity < there.specificity) {
                most_exact = Some(there);
            }
        }
        let mut chosen = self.chosen(number, most_exact.unwrap_or(&record), from_phone)?;
        if most_exact.is_some() {
            for other in whole.beneath.iter().chain([&record]) {
                chosen = chosen.but_as_strict_as(&self.chosen(number, other, from_phone)?);
            }
        }
        self.note_chosen(&chosen);
        // Whom an attorney joins, and what is keyed to him, is nobody's affair, whatever is said of it.
        if flags.privileged {
            chosen.told.three_way = ThreeWayResponse::Ignore;
            chosen.told.extra_digits = ExtraDigitResponse::Ignore;
        }
        let of_treatment = chosen.of_treatment.filter(|_| !flags.untimed);
        Ok(Treated {
            told: chosen.told,
            handling: chosen.handling,
            acceptance: chosen.acceptance,
            recording: match (flags.privileged, chosen.records && !record.no_recording) {
                (true, _) => RecordingRule::Privileged,
                (false, true) => RecordingRule::Record,
                (false, false) => RecordingRule::DoNotRecord,
            },
            limits: [
                limited(chosen.of_number, LimitedBy::Number),
                limited(of_treatment, LimitedBy::Treatment),
            ],
            announce_limit: chosen.announce_limit,
        })
    }

    /// Most specific first: what the number's record names, the rule of the phone's line treatment, the
    /// call type; else the site's.
    fn chosen(
        &self,
        number: &DialedNumber,
        record: &NumberRecord,
        from_phone: FromPhone,
    ) -> Result<Chosen, Stop<T::Error>> {
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
        let (chosen, own, finding) = match named.next() {
            Some((chosen, by)) => {
                let own = self.tables.call_treatment(chosen)?;
                let finding = Some(own.map_or(Finding::NotFound, |_| by));
                let (chosen, own) = own.map_or((TreatmentRules::SITE, site), |own| (chosen, own));
                (chosen, own, finding)
            }
            None => (TreatmentRules::SITE, site, None),
        };
        let rules = own.over(&site);
        let desk = record.customer_service && record.treatment.is_none();
        let brand = rules.brand.or(of_type.brand);
        let brand = brand.unwrap_or_else(|| carrier(number.call_type));
        Ok(Chosen {
            finding,
            told: rules.told(chosen, record.three_way, brand),
            handling: match desk {
                true => Some(Handling::Direct),
                false => rules.handling.or(of_type.handling),
            },
            acceptance: !desk && rules.acceptance.unwrap_or(false),
            records: rules.record.unwrap_or(self.rules.record),
            of_number: record.limit_seconds,
            of_treatment: rules.limit_seconds,
            announce_limit: rules.announce_limit,
        })
    }

    fn note_chosen(&mut self, chosen: &Chosen) {
        if let Some(finding) = chosen.finding {
            self.note(Check::Treatment, finding);
        }
    }
}

/// What the call treatment that was chosen by one record says.
struct Chosen {
    /// Who named it; `None` where it is the site's.
    finding: Option<Finding>,
    told: CallTreatment,
    handling: Option<Handling>,
    acceptance: bool,
    records: bool,
    /// The limits of the record, and of the treatment.
    of_number: Option<u32>,
    of_treatment: Option<u32>,
    announce_limit: Option<bool>,
}

impl Chosen {
    /// As this one says, and no looser than `other`.
    fn but_as_strict_as(mut self, other: &Chosen) -> Chosen {
        let (told, others) = (&mut self.told, &other.told);
        // The strictest is the first.
        told.three_way = told.three_way.min(others.three_way);
        told.extra_digits = told.extra_digits.min(others.extra_digits);
        told.messages.carrier |= others.messages.carrier;
        told.messages.three_way_notice |= others.messages.three_way_notice;
        // At once is stricter.
        told.word_before_cut &= others.word_before_cut;
        let (every, others) = (&mut told.announcements, &others.announcements);
        every.origin_every = least(every.origin_every, others.origin_every);
        every.remaining_every = least(every.remaining_every, others.remaining_every);
        if self.handling == Some(Handling::Direct) {
            self.handling = other.handling;
        }
        Chosen {
            acceptance: self.acceptance || other.acceptance,
            records: self.records || other.records,
            of_number: least(self.of_number, other.of_number),
            of_treatment: least(self.of_treatment, other.of_treatment),
            ..self
        }
    }
}

fn least<X: Ord>(one: Option<X>, other: Option<X>) -> Option<X> {
    one.into_iter().chain(other).min()
}

fn limited(seconds: Option<u32>, by: LimitedBy) -> Option<(Ticks, LimitedBy)> {
    seconds.map(|seconds| (Ticks::secs(u64::from(seconds)), by))
}
