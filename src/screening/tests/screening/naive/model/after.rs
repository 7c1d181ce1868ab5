//! What a call is like that may be placed.

use super::*;

type Limits = Vec<(i64, LimitedBy)>;

fn ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1000
}

impl Model<'_> {
    /// How it is treated: as the number with the most exact record, and as strictly as each other that may
    /// be reached and has a more exact one than the number itself, shortest first, and as that one.
    pub(super) fn treated(&mut self, known: &Known, rule: Option<&LineRule>) -> (Call, Limits) {
        let Some(beneath) = self.beneath(known.record) else {
            let (call, limits, finding) = self.treated_as(known.record, known, rule);
            self.steps.extend(finding.map(|f| (Check::Treatment, f)));
            return (call, limits);
        };
        let (mut call, mut limits, finding) = self.treated_as(Some(beneath), known, rule);
        self.steps.extend(finding.map(|f| (Check::Treatment, f)));
        let others = self.all_beneath(known.record).into_iter().map(Some);
        for other in others.chain([known.record]) {
            let (own, other_limits, _) = self.treated_as(other, known, rule);
            limits.extend(other_limits);
            no_looser(&mut call, &own, known);
        }
        (call, limits)
    }

    /// As a record says, the rule of the phone, the type, or the site; and who said it.
    fn treated_as(
        &self,
        of_number: Option<&Record>,
        known: &Known,
        rule: Option<&LineRule>,
    ) -> (Call, Limits, Option<Finding>) {
        let of_phone = match rule.map(|rule| rule.outcome) {
            Some(LineOutcome::Allow(treatment)) => treatment,
            _ => None,
        };
        let mut types = self.site.type_rules.iter();
        let of_type = types.find(|row| row.call_type == known.call_type);
        let of_record = of_number.and_then(|row| row.treatment);
        let by = match (of_record, of_phone) {
            (Some(number), _) => Some((number, Finding::OfNumber)),
            (None, Some(number)) => Some((number, Finding::OfPhone)),
            (None, None) => of_type
                .and_then(|row| row.treatment)
                .map(|number| (number, Finding::OfCallType)),
        };
        let find = |number| {
            let mut rows = self.site.call_treatments.iter();
            rows.find(|row| row.0 == number).map(|row| row.1)
        };
        let site = find(0).unwrap_or_default();
        let own = by.and_then(|(number, _)| Some((number, find(number)?)));
        let finding = by.map(|(_, finding)| own.map_or(Finding::NotFound, |_| finding));
        let number = own.map_or(0, |own| own.0);
        let own = own.map(|own| own.1).unwrap_or_default();
        let desk = of_number.is_some_and(|row| row.customer_service) && of_record.is_none();
        let of_type_handling = of_type.and_then(|row| row.handling);
        let quiet = known.record.is_some_and(|row| row.no_recording);
        let record = own.record.or(site.record).unwrap_or(self.site.rules.record);
        let call = Call {
            treatment: number,
            handling: match desk {
                true => Some(Handling::Direct),
                false => own.handling.or(of_type_handling),
            },
            // Who answers at a desk is asked nothing, unless its number has a treatment that says so.
            acceptance: match own.acceptance {
                _ if desk => false,
                Some(asked) => asked,
                None => site.acceptance == Some(true),
            },
            says_carrier: own.say_carrier.or(site.say_carrier) != Some(false),
            says_three_way: own.three_way_notice.or(site.three_way_notice) != Some(false),
            word_before_cut: own.word_before_cut.or(site.word_before_cut) == Some(true),
            recording: match (known.privileged, record && !quiet) {
                (true, _) => RecordingRule::Privileged,
                (false, true) => RecordingRule::Record,
                (false, false) => RecordingRule::DoNotRecord,
            },
            three_way: match (of_number.and_then(|row| row.three_way), own.three_way) {
                _ if known.privileged => ThreeWayResponse::Ignore,
                (Some(of_number), _) => of_number,
                (None, Some(of_treatment)) => of_treatment,
                (None, None) => site.three_way.unwrap_or(ThreeWayResponse::Flag),
            },
            extra_digits: match own.extra_digits.or(site.extra_digits) {
                _ if known.privileged => ExtraDigitResponse::Ignore,
                Some(response) => response,
                None => ExtraDigitResponse::Flag,
            },
            origin_every: own.origin_every.or(site.origin_every).map_or(0, |t| t.0),
            remaining_every: own
                .remaining_every
                .or(site.remaining_every)
                .map_or(0, |t| t.0),
            brand: own
                .brand
                .or(site.brand)
                .or(of_type.and_then(|row| row.brand))
                .unwrap_or(carrier(known.call_type)),
            announce_limit: match (own.announce_limit, site.announce_limit) {
                (Some(told), _) | (None, Some(told)) => told,
                (None, None) => self.site.rules.announce_limit,
            },
            counts: match (known.privileged, known.untimed) {
                (true, _) => Counts::Nowhere,
                (false, true) => Counts::AsCall,
                (false, false) => Counts::WithMinutes,
            },
            warnings: Vec::new(),
            limit_ms: None,
            limited_by: Vec::new(),
            open_ms: 0,
            left: Left::default(),
        };
        let of_treatment = own.limit_seconds.or(site.limit_seconds);
        let of_treatment = of_treatment.filter(|_| !known.untimed);
        let mut limits = Limits::new();
        let of_number = of_number.and_then(|row| row.limit);
        limits.extend(of_number.map(|s| (ms(s), LimitedBy::Number)));
        limits.extend(of_treatment.map(|s| (ms(s), LimitedBy::Treatment)));
        (call, limits, finding)
    }

    /// What lockout registers, class, schedule and hours leave.
    pub(super) fn limited(
        &mut self,
        known: &Known,
        (call, mut limits): (Call, Limits),
        open_ms: i64,
    ) -> Refused<Call> {
        let left = self.registers(known, &mut limits)?;
        if self.ask.in_service_for == Some(0) {
            return Err(vec![Blocked::PhoneOutOfService]);
        }
        let seconds = |s: u64| i64::try_from(s).expect("is small") * 1000;
        let service = self.ask.in_service_for.map(seconds);
        let near = service.filter(|left| *left <= seconds(self.ask.hard_limit));
        limits.extend(near.map(|left| (left, LimitedBy::Service)));
        if open_ms <= seconds(self.ask.hard_limit) {
            limits.push((open_ms, LimitedBy::Hours));
        }
        if !known.untimed {
            limits.push(self.of_class(known));
            let longest = known.person.and_then(|person| person.longest);
            limits.extend(longest.map(|s| (ms(s), LimitedBy::Inmate)));
        }
        // What is timed is never told a longer time than any call may have.
        if !limits.is_empty() {
            limits.push((seconds(self.ask.hard_limit), LimitedBy::HardLimit));
        }
        let limit_ms = limits.iter().map(|limit| limit.0).min();
        let timed = if limit_ms.is_some() {
            Finding::Yes
        } else {
            Finding::No
        };
        self.step(Check::Limit, timed);
        let end = limit_ms.unwrap_or(seconds(self.ask.hard_limit));
        let wanted = self.site.rules.warnings;
        let mut warnings = Vec::new();
        if wanted.two_minutes {
            warnings.push((2 * clock::MINUTE, end));
        }
        if wanted.one_minute {
            warnings.push((clock::MINUTE, end));
        }
        let smallest = limits.iter().filter(|limit| Some(limit.0) == limit_ms);
        Ok(Call {
            limit_ms,
            limited_by: smallest.map(|limit| limit.1).collect(),
            warnings,
            open_ms: open_ms.min(service.unwrap_or(FOREVER)),
            announce_limit: call.announce_limit && limit_ms.is_some(),
            left,
            ..call
        })
    }

    fn of_class(&self, known: &Known) -> (i64, LimitedBy) {
        let local = clock::local(self.ask.now);
        let day = if self.site.holidays.contains(&local.day) {
            DayKind::Holiday
        } else if self.site.rules.weekend.0 >> local.weekday & 1 == 1 {
            DayKind::Weekend
        } else {
            DayKind::Weekday
        };
        let of_pin = known.pin.and_then(|pin| pin.class);
        let number = of_pin.unwrap_or(known.phone.class);
        let mut rows = self.site.durations.iter();
        let row = rows.find(|row| row.0 == number && row.1 == known.call_type);
        let (seconds, by) = match row {
            None => (self.site.rules.default_limit_seconds, LimitedBy::Default),
            Some((_, _, of)) => {
                let by = LimitedBy::Class {
                    class: Class::new(number).expect("a class"),
                    of_pin: of_pin.is_some(),
                    day,
                };
                let seconds = match day {
                    DayKind::Weekday => of.weekday,
                    DayKind::Weekend => of.weekend,
                    DayKind::Holiday => of.holiday,
                };
                (seconds, by)
            }
        };
        (i64::from(seconds) * 1000, by)
    }

    fn registers(&mut self, known: &Known, limits: &mut Limits) -> Refused<Left> {
        let mut of_inmate = Left::default();
        if known.privileged {
            return Ok(of_inmate);
        }
        let timed = !known.untimed;
        let count = |of| Count::of(self.site, of, self.ask.now, timed);
        let own = known.person.and_then(|p| count(Holder::Inmate(p.id)));
        let numbers = std::iter::once(&known.number).chain(&self.ask.shorter);
        let of_numbers = numbers.filter_map(|number| {
            let mut rows = self.site.allowances.iter();
            let is_it = |of: Holder| matches!(of, Holder::Number(n) if n == number);
            count(rows.find(|row| is_it(row.of))?.of)
        });
        let of_numbers: Vec<Count> = of_numbers.collect();
        if let Some(count) = own {
            if let Some(why) = count.lacks() {
                self.opens = count.opens();
                return self.no(Check::InmateRegister, Finding::UsedUp, why);
            }
            self.step(Check::InmateRegister, Finding::Passed);
            of_inmate = count.left();
            limits.extend(of_inmate.talk_ms.map(|ms| (ms, LimitedBy::InmateMinutes)));
        }
        for count in &of_numbers {
            if count.lacks().is_some() {
                self.opens = count.opens();
                return self.no(
                    Check::NumberRegister,
                    Finding::UsedUp,
                    Blocked::NumberUsedUp,
                );
            }
            limits.extend(
                count
                    .left()
                    .talk_ms
                    .map(|ms| (ms, LimitedBy::NumberMinutes)),
            );
        }
        if !of_numbers.is_empty() {
            self.step(Check::NumberRegister, Finding::Passed);
        }
        Ok(of_inmate)
    }

    /// Whether an officer confirmed it.
    pub(super) fn officer(&mut self, known: &Known) -> Refused<()> {
        if !known.phone.wants_officer {
            return Ok(());
        }
        if known.privileged && !self.site.rules.officer_for_privileged {
            self.step(Check::Officer, Finding::No);
            return Ok(());
        }
        let mut confirmed = self.ask.officer.iter();
        if confirmed.any(|officer| self.site.officers.contains(officer)) {
            self.step(Check::Officer, Finding::Found);
            return Ok(());
        }
        self.no(Check::Officer, Finding::NotFound, Blocked::NotConfirmed)
    }
}

/// As one call is treated, and no looser than `own`.
fn no_looser(call: &mut Call, own: &Call, known: &Known) {
    let three_way = |response| match response {
        ThreeWayResponse::Disconnect => (0, 0),
        ThreeWayResponse::Warn(warning) => (1, u8::from(warning != Warning::One)),
        ThreeWayResponse::Flag => (2, 0),
        ThreeWayResponse::Ignore => (3, 0),
    };
    let keys = |response| match response {
        ExtraDigitResponse::Disconnect { digits } => (0, digits),
        ExtraDigitResponse::Interfere { digits } => (1, digits),
        ExtraDigitResponse::Flag => (2, 0),
        ExtraDigitResponse::Ignore => (3, 0),
    };
    if three_way(own.three_way) < three_way(call.three_way) {
        call.three_way = own.three_way;
    }
    if keys(own.extra_digits) < keys(call.extra_digits) {
        call.extra_digits = own.extra_digits;
    }
    let often = |one: u64, other: u64| match (one, other) {
        (0, every) | (every, 0) => every,
        (one, other) => one.min(other),
    };
    call.origin_every = often(call.origin_every, own.origin_every);
    call.remaining_every = often(call.remaining_every, own.remaining_every);
    if call.handling == Some(Handling::Direct) {
        call.handling = own.handling;
    }
    // Whoever is asked for one of the two is asked, and told what is told for one of them; a word of
    // warning is for calls that have it for both.
    call.acceptance = call.acceptance || own.acceptance;
    call.says_carrier = call.says_carrier || own.says_carrier;
    call.says_three_way = call.says_three_way || own.says_three_way;
    call.word_before_cut = call.word_before_cut && own.word_before_cut;
    // What the record of another says of recording was asked before: there it refuses the call.
    let quiet = known.record.is_some_and(|row| row.no_recording);
    let named = [call.recording, own.recording];
    call.recording = match (known.privileged, quiet) {
        (true, _) => RecordingRule::Privileged,
        (false, true) => RecordingRule::DoNotRecord,
        (false, false) if named.contains(&RecordingRule::Record) => RecordingRule::Record,
        (false, false) => RecordingRule::DoNotRecord,
    };
}
