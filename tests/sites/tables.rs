//! The rows of a naive site, as `decide` asks for them.

use crate::{
    clock,
    site::{self, Ask, FOREVER, Holder, Site, fixed, most_specific, phone_number},
};
use screening::{
    Allowance, AllowedEntry, CallTypeRules, Class, Contact, Days, Durations, Entry, LineRule,
    LineTreatment, ListedNumber, Listing, NumberBlock, NumberRecord, Open, Periods, PhoneRules,
    PinEntry, PinKey, Profile, Register, RestrictedEntry, RouteRule, Span, Spans, SpeedDial,
    Tables, TreatmentRules, WeekSteps,
};
use std::convert::Infallible;
use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    disposition::FraudKind,
    id::{GroupId, InmateId, LineId, OfficerId},
    inmate::{Enrollment, InmateClass, Scope, Supervision},
    party_block::PartyBlock,
    phone_number::{CallType, PhoneNumber},
    settings::Period,
    tick::Ticks,
    trunk::TrunkGroup,
};

/// A site while a call is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    pub site: &'a Site,
    pub ask: &'a Ask,
}

type Told<T> = Result<T, Infallible>;

fn small(n: usize) -> u8 {
    u8::try_from(n).expect("is small")
}

pub fn keys(text: &str) -> Digits {
    Digits::parse(text).expect("digits")
}

fn open(left_ms: i64) -> Open {
    match u64::try_from(left_ms) {
        Err(_) | Ok(0) => Open::No,
        Ok(_) if left_ms == FOREVER => Open::Throughout,
        Ok(left) => Open::For(Ticks::ms(left)),
    }
}

impl Asked<'_> {
    fn longest(&self) -> i64 {
        i64::try_from(self.ask.hard_limit).expect("is small") * 1000
    }

    fn register(&self, of: Holder) -> Option<Register> {
        let limits = self.site.allowances.iter().find(|row| row.of == of)?;
        let now_utc_ms = self.ask.now;
        let three = |[day, week, month]: [Option<u32>; 3]| Periods { day, week, month };
        let entries = self.site.used.iter().filter(|row| row.of == of);
        Some(Register {
            allowance: Allowance {
                calls: three(limits.calls),
                minutes: three(limits.minutes),
                between_seconds: limits.between_seconds,
            },
            spans: match self.site.rolling {
                true => Spans::Rolling { now_utc_ms },
                false => Spans::Calendar(Periods::each(|period| {
                    let (from, to) = clock::span(number(period), now_utc_ms);
                    Span { from, to }
                })),
            },
            entries: entries
                .map(|row| Entry {
                    at_utc_ms: row.at,
                    calls: row.calls,
                    ticks: row.seconds * 8000,
                    ended: row.ended,
                })
                .collect(),
        })
    }
}

fn number(period: Period) -> usize {
    match period {
        Period::Day => 0,
        Period::Week => 1,
        Period::Month => 2,
    }
}

impl Tables for Asked<'_> {
    type Error = Infallible;

    fn phone(&self, line: LineId) -> Told<Option<PhoneRules>> {
        let phone = self.site.phones.iter().find(|row| row.line == line.0);
        Ok(phone.map(|phone| PhoneRules {
            in_service: phone.in_service,
            pin_required: phone.pin_required,
            class: Class::new(phone.class).expect("a class"),
            privileged: phone.privileged,
            call_types: phone.call_types.clone(),
            patterns: phone.patterns.clone(),
            line_treatment: phone.line_treatment,
        }))
    }

    fn pin(&self, pin: &PinKey) -> Told<Option<PinEntry>> {
        let row = self.site.pins.iter().find(|row| site::key(row.pin) == *pin);
        Ok(row.map(|row| PinEntry {
            inmate: InmateId(row.inmate),
            disabled: row.disabled,
            class: row.class.and_then(Class::new),
            valid_from: row.from,
            valid_to: row.to,
        }))
    }

    fn pin_in_use(&self, pin: &PinKey, line: LineId) -> Told<bool> {
        let row = self.site.pins.iter().find(|row| site::key(row.pin) == *pin);
        let at = row.and_then(|row| row.in_call_at);
        Ok(at.is_some_and(|at| at != line.0))
    }

    fn wants_officer(&self, line: LineId) -> Told<bool> {
        let mut rows = self.site.phones.iter();
        Ok(rows.any(|row| row.line == line.0 && row.wants_officer))
    }

    fn is_officer(&self, officer: OfficerId) -> Told<bool> {
        Ok(self.site.officers.contains(&officer.0))
    }

    fn speed_dial(&self, code: u8) -> Told<Option<SpeedDial>> {
        let row = self.site.codes.iter().find(|row| row.0 == code);
        Ok(row.map(|(_, number, pattern)| SpeedDial {
            number: DialedNumber {
                number: phone_number(number),
                pattern: *pattern,
                call_type: site::planned_type(number),
            },
            dialed: keys(&site::keyed(number, *pattern)),
        }))
    }

    fn listed(&self, inmate: InmateId, number: &PhoneNumber) -> Told<Option<ListedNumber>> {
        let row = self.site.own(inmate.0, &number.to_string());
        Ok(row.map(|row| ListedNumber {
            untimed: row.untimed,
            privileged: row.privileged,
            disabled: row.disabled,
        }))
    }

    fn restricted(&self, number: &PhoneNumber) -> Told<Option<RestrictedEntry>> {
        let found = self.site.restricted(&number.to_string()).map(small);
        Ok(found.map(|specificity| RestrictedEntry { specificity }))
    }

    fn allowed(&self, number: &PhoneNumber) -> Told<Option<AllowedEntry>> {
        let row = self.site.allowed(&number.to_string());
        Ok(row.map(|row| AllowedEntry {
            specificity: small(fixed(row.pattern)),
            untimed: row.untimed,
            privileged: row.privileged,
        }))
    }

    fn party_block(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Told<Option<PartyBlock>> {
        let inmate = inmate.map(|inmate| inmate.0);
        let refused = self.site.party(inmate, &number.to_string(), false);
        Ok(refused.map(party_block))
    }

    fn party_block_beyond(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Told<Option<PartyBlock>> {
        let inmate = inmate.map(|inmate| inmate.0);
        let refused = self.site.party(inmate, &number.to_string(), true);
        Ok(refused.map(party_block))
    }

    fn number_block(&self, number: &PhoneNumber) -> Told<Option<NumberBlock>> {
        let number = number.to_string();
        let row = self.site.fraud.iter().find(|row| row.0 == number);
        Ok(row.map(|row| NumberBlock {
            kind: FraudKind::ThreeWay,
            from: 0,
            until: row.1,
        }))
    }

    fn number_block_beyond(&self, number: &PhoneNumber) -> Told<Option<NumberBlock>> {
        let until = self.site.fraud_beyond(&number.to_string(), self.ask.now);
        Ok(until.map(|until| NumberBlock {
            kind: FraudKind::ThreeWay,
            from: 0,
            until,
        }))
    }

    fn open_times(&self, number: &PhoneNumber) -> Told<Option<WeekSteps>> {
        let number = number.to_string();
        let Some(best) = most_specific(&self.site.closed_numbers, &number, |row| row.0) else {
            return Ok(None);
        };
        let rows = self.site.closed_numbers.iter();
        let mut week = WeekSteps::CLOSED;
        for (_, times) in rows.filter(|row| row.0 == best.0) {
            for day in (0..7).filter(|day| times.days >> day & 1 == 1) {
                week = week.with_open(day, times.from, times.to);
            }
        }
        Ok(Some(week))
    }

    fn durations(&self, class: Class, call_type: CallType) -> Told<Option<Durations>> {
        let mut rows = self.site.durations.iter();
        let row = rows.find(|row| row.0 == class.number() && row.1 == call_type);
        Ok(row.map(|row| row.2))
    }

    fn profile(&self, inmate: InmateId) -> Told<Profile> {
        let row = self.site.inmates.iter().find(|row| row.id == inmate.0);
        let row = row.expect("every PIN is somebody's");
        let steps = row.steps.iter();
        Ok(Profile {
            suspended: row.suspended,
            enrolled: steps.fold(Enrollment::NONE, |done, step| done.with(*step)),
            class: row.class.and_then(InmateClass::new),
            supervision: row.level.and_then(Supervision::new),
            units: row.units.iter().copied().map(GroupId).collect(),
            booked_only: row.booked_only,
            longest_seconds: row.longest,
        })
    }

    fn contact(&self, inmate: InmateId, number: &PhoneNumber) -> Told<Option<Contact>> {
        let row = self.site.contact(inmate.0, &number.to_string());
        Ok(row.map(|row| Contact {
            relationship: row.relationship,
            review: row.review,
        }))
    }

    fn listed_by_others(&self, inmate: InmateId, number: &PhoneNumber) -> Told<bool> {
        Ok(self.site.others_list(inmate.0, &number.to_string()))
    }

    fn listing(&self, scope: Scope, number: &PhoneNumber) -> Told<Option<Listing>> {
        let found = self.site.on_list(scope, &number.to_string());
        Ok(found.map(|(blocked, entry)| match blocked {
            true => Listing::Blocked(small(fixed(entry))),
            false => Listing::Allowed(small(fixed(entry))),
        }))
    }

    fn window(&self, scope: Scope) -> Told<Option<Open>> {
        let left = self.site.window(scope, self.ask.now, self.longest());
        Ok(left.map(open))
    }

    fn booked(&self, inmate: InmateId, number: &PhoneNumber) -> Told<Open> {
        let (now, longest) = (self.ask.now, self.longest());
        let number = number.to_string();
        Ok(open(self.site.booked(inmate.0, &number, now, longest)))
    }

    fn officer_presence(&self, line: LineId) -> Told<Option<Open>> {
        let phone = self.site.phones.iter().find(|row| row.line == line.0);
        let until = phone.and_then(|phone| phone.officer_until);
        Ok(until.map(|until| open((until - self.ask.now).max(0))))
    }

    fn record(&self, number: &PhoneNumber) -> Told<Option<NumberRecord>> {
        let row = self.site.record(&number.to_string());
        Ok(row.map(|row| NumberRecord {
            specificity: small(fixed(row.pattern)),
            blocked: row.blocked,
            privileged: row.privileged,
            no_recording: row.no_recording,
            customer_service: row.customer_service,
            watched: row.watched,
            three_way: row.three_way,
            limit_seconds: row.limit,
            treatment: row.treatment,
        }))
    }

    fn call_type(&self, number: &PhoneNumber) -> Told<Option<CallType>> {
        Ok(self.site.call_type(&number.to_string()))
    }

    fn call_type_rules(&self, call_type: CallType) -> Told<CallTypeRules> {
        let mut rows = self.site.type_rules.iter();
        let row = rows.find(|row| row.call_type == call_type);
        Ok(
            row.map_or_else(CallTypeRules::default, |row| CallTypeRules {
                treatment: row.treatment,
                handling: row.handling,
                brand: row.brand,
            }),
        )
    }

    fn line_treatment(&self, treatment: u16, number: &PhoneNumber) -> Told<Option<LineTreatment>> {
        let number = number.to_string();
        let mut rows = self.site.line_treatments.iter();
        let Some((_, others)) = rows.find(|row| row.0 == treatment) else {
            return Ok(None);
        };
        let is_for = |row: &&site::LineRule| {
            row.treatment == treatment && row.pattern.is_none_or(|p| site::fits(p, &number))
        };
        let rules = self.site.line_rules.iter().filter(is_for);
        Ok(Some(LineTreatment {
            rules: rules
                .map(|row| LineRule {
                    specificity: row.pattern.map_or(0, |pattern| small(fixed(pattern))),
                    call_types: row.call_types.clone(),
                    days: Days(row.days),
                    privileged_only: row.privileged_only,
                    outcome: row.outcome,
                })
                .collect(),
            others: *others,
        }))
    }

    fn call_treatment(&self, treatment: u16) -> Told<Option<TreatmentRules>> {
        let mut rows = self.site.call_treatments.iter();
        Ok(rows.find(|row| row.0 == treatment).map(|row| row.1))
    }

    fn routes(&self) -> Told<Vec<RouteRule>> {
        let rule = |row: &site::Way| RouteRule {
            number: row.number,
            call_types: row.call_types.clone(),
            handlings: row.handlings.clone(),
            brands: row.brands.clone(),
            prefixes: row
                .prefixes
                .as_ref()
                .map(|all| all.iter().map(|prefix| (*prefix).to_owned()).collect()),
            group: row.group.map(TrunkGroup),
            remove: small(row.remove),
            add: keys(row.add),
            carrier: keys(row.carrier),
        };
        Ok(self.site.routes.iter().map(rule).collect())
    }

    fn inmate_register(&self, inmate: InmateId) -> Told<Option<Register>> {
        Ok(self.register(Holder::Inmate(inmate.0)))
    }

    fn number_register(&self, number: &PhoneNumber) -> Told<Option<Register>> {
        let number = number.to_string();
        let mut rows = self.site.allowances.iter();
        let of = rows.find_map(|row| match row.of {
            Holder::Number(of) if of == number => Some(row.of),
            _ => None,
        });
        Ok(of.and_then(|of| self.register(of)))
    }

    // Each allowance is of one number here.
    fn reached_register(&self, shorter: &PhoneNumber) -> Told<Option<Register>> {
        self.number_register(shorter)
    }
}

fn party_block(of_everybody: bool) -> PartyBlock {
    match of_everybody {
        true => PartyBlock::Facility,
        false => PartyBlock::Inmate,
    }
}
