//! The rows of a site, as the database holds them.

use crate::{
    Error, NumberDetails, OutboundRoute, Phone, PhoneIdentity, PhoneRule, RegisterRules,
    lookups::read_number,
    registers::{self, stored_allowance},
    session::Session,
    stored, stored_routes, stored_treatments,
};
use db::{
    codes::Code,
    keys::*,
    pattern::Pattern,
    values::{self, CallIdV1, Counting, StepsV1, Unit},
};
use jiff::civil;
use screening::{Allowance, CallTypeRules, Class, Days, Ended, Periods, WeekSteps};
use sites::site::{Holder, Inmate, Limits, Site, Text, Times, Used, key, keyed, phone_number};
use types::{
    credential::{ConfirmBy, IdentifyBy},
    dial_plan::DialPlan,
    disposition::FraudKind,
    id::{CallId, GroupId, InmateId, LineId, OfficerId},
    inmate::{Enrollment, Scope},
    phone_number::DialingPattern,
    trunk::TrunkGroup,
};

/// Of calls that nobody has records of.
const CALL: CallIdV1 = CallIdV1 {
    site: 7,
    sequence: 1,
};

macro_rules! empty {
    ($session:ident: $($table:ident $(.$entries:ident())?,)+) => {
        $(
            let table = &$session.tables.$table;
            for (key, _) in table$(.$entries())?.all(&$session.writer)? {
                table.delete(&mut $session.writer, &key)?;
            }
        )+
    };
}

/// Takes out all of the site that is there.
pub fn take_out(session: &mut Session<'_>) -> Result<(), Error> {
    empty!(session:
        phones, phone_identity, groups, phone_groups, officer_posts, officers, holidays,
        pins, pins_in_use, inmates, pin_numbers, listers, contacts, windows, bookings,
        restricted.entries(), allowed.entries(), time_restricted.entries(),
        number_records.entries(), call_types.entries(), number_allowances.entries(),
        lists.entries(), line_treatments, call_treatments, call_type_rules, routes,
        duration_classes, called_party_blocks, fraud_counts, allowances, counted, speed_dials,
    );
    Ok(())
}

/// Puts a site in.
pub fn put_in(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    put_phones(session, site)?;
    put_inmates(session, site)?;
    put_patterns(session, site)?;
    put_people(session, site)?;
    put_treatments(session, site)?;
    put_refusals(session, site)?;
    put_registers(session, site)
}

/// More entries of each kind of filter than it was made for; no call that is asked for meets them.
pub fn crowd(session: &mut Session<'_>) -> Result<(), Error> {
    for number in 0..10_000_u32 {
        let text = format!("70055{number:05}");
        let (tables, to) = (session.tables, &mut session.writer);
        let note = String::new();
        tables
            .restricted
            .put(to, &pattern(&text), &values::Restricted { note })?;
        let key = ListKey {
            list: ListOf {
                scope: Scope::Inmate(InmateId(1)),
                blocked: true,
            },
            pattern: pattern(&text),
        };
        let note = String::new();
        tables.lists.put(to, &key, &values::ListEntry { note })?;
        let count = values::FraudCount {
            three_way: Vec::new(),
            extra_digits: Vec::new(),
            block: None,
        };
        tables.fraud_counts.put(to, &phone_number(&text), &count)?;
        let key = PartyBlockKey {
            inmate: None,
            number: phone_number(&text),
        };
        tables.called_party_blocks.put(to, &key, &party_block(1))?;
    }
    Ok(())
}

fn party_block(least_digits: usize) -> values::PartyBlock {
    values::PartyBlock {
        utc_ms: 0,
        call: CALL,
        least_digits: u8::try_from(least_digits).expect("is small"),
    }
}

fn pattern(text: &str) -> Pattern {
    text.parse().expect("a pattern")
}

/// A phone's own group, below none.
fn group_of(line: u16) -> GroupId {
    GroupId(10 + line)
}

fn put_phones(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    for row in &site.phones {
        let line = LineId(row.line);
        let phone = Phone {
            in_service: row.in_service,
            pin_required: row.pin_required,
            class: Class::new(row.class).expect("a class"),
            privileged: row.privileged,
            call_types: row.call_types.clone(),
            patterns: row.patterns.clone(),
            line_treatment: row.line_treatment,
            ..Phone::standard("phone")
        };
        tables
            .phones
            .put(to, &line, &stored::stored_phone(&phone))?;
        if row.wants_officer {
            let identity = values::PhoneIdentity {
                by: Code(IdentifyBy::Pin),
                officer: Code(ConfirmBy::Code),
                wait_seconds: PhoneIdentity::standard().wait_seconds,
            };
            tables.phone_identity.put(to, &line, &identity)?;
        }
        let group = group_of(row.line);
        let name = format!("of {line}");
        let stored = values::Group { name, parent: None };
        tables.groups.put(to, &group, &stored)?;
        tables
            .phone_groups
            .put(to, &PhoneGroup { line, group }, &Unit)?;
        if let Some(until) = row.officer_until {
            let post = values::OfficerPost {
                needed: true,
                until_utc_ms: Some(until),
            };
            tables.officer_posts.put(to, &group, &post)?;
        }
    }
    for officer in &site.officers {
        let stored = values::Officer {
            id: format!("O-{officer}"),
            name: "Officer".to_owned(),
            active: true,
            code: None,
        };
        tables.officers.put(to, &OfficerId(*officer), &stored)?;
    }
    for day in &site.holidays {
        let date = civil::date(1970, 1, 1) + jiff::Span::new().days(*day);
        let small = |n: i8| u8::try_from(n).expect("of a date");
        let day = DateKey {
            year: date.year(),
            month: small(date.month()),
            day: small(date.day()),
        };
        let name = "a holiday".to_owned();
        tables.holidays.put(to, &day, &values::Holiday { name })?;
    }
    for (code, number, pattern) in &site.codes {
        let dialed = keyed(number, *pattern);
        tables
            .speed_dials
            .put(to, &SpeedCode(*code), &values::SpeedDial { dialed })?;
    }
    Ok(())
}

fn put_inmates(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    for (group, parent) in [(1, None), (2, Some(1))] {
        let name = format!("unit {group}");
        tables
            .groups
            .put(to, &GroupId(group), &values::Group { name, parent })?;
    }
    for row in &site.pins {
        let hash = PinHash(key(row.pin).0);
        let pin = values::Pin {
            inmate: row.inmate,
            disabled: stored::stored_disabled(row.disabled),
            duration_class: row.class,
            language: None,
            valid_from_utc_ms: row.from,
            valid_to_utc_ms: row.to,
        };
        tables.pins.put(to, &hash, &pin)?;
        if let Some(line) = row.in_call_at {
            let call = CALL;
            tables
                .pins_in_use
                .put(to, &hash, &values::PinInUse { line, call })?;
        }
    }
    for row in &site.inmates {
        tables.inmates.put(to, &InmateId(row.id), &inmate(row))?;
    }
    for row in &site.own {
        let (inmate, number) = (InmateId(row.inmate), phone_number(row.number));
        let entry = values::PinNumber {
            untimed: row.untimed,
            privileged: row.privileged,
            disabled: stored::stored_disabled(row.disabled),
        };
        tables
            .pin_numbers
            .put(to, &PinNumberKey { inmate, number }, &entry)?;
        tables
            .listers
            .put(to, &ListerKey { number, inmate }, &Unit)?;
    }
    Ok(())
}

fn inmate(row: &Inmate) -> values::Inmate {
    let steps = row.steps.iter();
    values::Inmate {
        facility_id: format!("A-{}", row.id),
        name: "Doe, J".to_owned(),
        pin: None,
        living_unit: row.units.first().copied(),
        class: row.class,
        supervision: row.level,
        watched: false,
        suspended: stored::stored_disabled(row.suspended),
        booked_only: row.booked_only,
        longest_seconds: row.longest,
        enrolled: StepsV1(steps.fold(Enrollment::NONE, |done, step| done.with(*step))),
        note_for_next_call: None,
    }
}

/// The tables that hold for every caller.
fn put_patterns(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    for text in &site.restricted {
        let note = String::new();
        tables
            .restricted
            .put(to, &pattern(text), &values::Restricted { note })?;
    }
    for row in &site.allowed {
        let entry = values::Allowed {
            untimed: row.untimed,
            privileged: row.privileged,
            note: String::new(),
        };
        tables.allowed.put(to, &pattern(row.pattern), &entry)?;
    }
    for (text, _) in &site.closed_numbers {
        let rows = site.closed_numbers.iter();
        let open = week(rows.filter(|row| row.0 == *text).map(|row| row.1));
        let entry = values::TimeRestricted { open };
        tables.time_restricted.put(to, &pattern(text), &entry)?;
    }
    for row in &site.records {
        let record = NumberDetails {
            blocked: row.blocked,
            privileged: row.privileged,
            no_recording: row.no_recording,
            customer_service: row.customer_service,
            watched: row.watched,
            three_way: row.three_way,
            limit_seconds: row.limit,
            treatment: row.treatment,
            ..NumberDetails::default()
        };
        let record = stored_treatments::stored_number_record(&record);
        tables
            .number_records
            .put(to, &pattern(row.pattern), &record)?;
    }
    for (text, call_type) in &site.call_types {
        let call_type = Code(*call_type);
        tables
            .call_types
            .put(to, &pattern(text), &values::CallType { call_type })?;
    }
    Ok(())
}

fn week(times: impl Iterator<Item = Times>) -> [[u8; 12]; 7] {
    let mut week = WeekSteps::CLOSED;
    for times in times {
        for day in (0..7).filter(|day| times.days >> day & 1 == 1) {
            week = week.with_open(day, times.from, times.to);
        }
    }
    week.open.map(|day| day.0)
}

/// What is attached to inmates.
fn put_people(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    for row in &site.lists {
        let key = ListKey {
            list: ListOf {
                scope: row.scope,
                blocked: row.blocked,
            },
            pattern: pattern(row.pattern),
        };
        let note = String::new();
        tables.lists.put(to, &key, &values::ListEntry { note })?;
    }
    for row in &site.contacts {
        let key = PinNumberKey {
            inmate: InmateId(row.inmate),
            number: phone_number(row.number),
        };
        let contact = values::Contact {
            name: "a friend".to_owned(),
            relationship: Code(row.relationship),
            identification: String::new(),
            review: Code(row.review),
            approved_by: Vec::new(),
        };
        tables.contacts.put(to, &key, &contact)?;
    }
    for (scope, _) in &site.windows {
        let rows = site.windows.iter().filter(|row| row.0 == *scope);
        let open = week(rows.map(|row| row.1));
        tables.windows.put(to, scope, &values::Window { open })?;
    }
    for (row, booking) in site.bookings.iter().zip(1..) {
        let key = BookingKey {
            inmate: InmateId(row.inmate),
            booking,
        };
        let booking = values::Booking {
            from_utc_ms: row.from,
            to_utc_ms: row.to,
            number: row.number.map(str::to_owned),
            note: String::new(),
        };
        tables.bookings.put(to, &key, &booking)?;
    }
    Ok(())
}

fn put_treatments(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    for (number, others) in &site.line_treatments {
        let rules = site
            .line_rules
            .iter()
            .filter(|row| row.treatment == *number);
        let stored = rules.map(|row| {
            let numbers = row.pattern.map(|text| vec![pattern(text).to_string()]);
            let rule = PhoneRule {
                call_types: row.call_types.clone(),
                numbers: numbers.clone(),
                days: Days(row.days),
                privileged_only: row.privileged_only,
                outcome: row.outcome,
            };
            stored_treatments::stored_line_rule(&rule, numbers)
        });
        let treatment = values::LineTreatment {
            name: "of phones".to_owned(),
            rules: stored.collect(),
            others: *others,
        };
        tables
            .line_treatments
            .put(to, &Numbered(*number), &treatment)?;
    }
    for (number, rules) in &site.call_treatments {
        let stored = stored_treatments::stored_treatment("of calls", rules);
        tables
            .call_treatments
            .put(to, &Numbered(*number), &stored)?;
    }
    for row in &site.type_rules {
        let rules = stored_treatments::stored_call_type_rule(&CallTypeRules {
            treatment: row.treatment,
            handling: row.handling,
            brand: row.brand,
        });
        tables.call_type_rules.put(to, &row.call_type, &rules)?;
    }
    for row in &site.routes {
        let prefixes = row.prefixes.as_ref();
        let route = OutboundRoute {
            name: "a way out".to_owned(),
            call_types: row.call_types.clone(),
            prefixes: prefixes.map(|all| all.iter().map(|p| (*p).to_owned()).collect()),
            handlings: row.handlings.clone(),
            brands: row.brands.clone(),
            group: row.group.map(TrunkGroup),
            remove: u8::try_from(row.remove).expect("is small"),
            add: row.add.to_owned(),
            carrier: row.carrier.to_owned(),
        };
        let stored = stored_routes::stored(&route);
        tables.routes.put(to, &Numbered(row.number), &stored)?;
    }
    for (class, call_type, durations) in &site.durations {
        let key = DurationKey {
            class: *class,
            call_type: *call_type,
        };
        let stored = values::Duration {
            weekday: durations.weekday,
            weekend: durations.weekend,
            holiday: durations.holiday,
        };
        tables.duration_classes.put(to, &key, &stored)?;
    }
    Ok(())
}

/// What called parties refused, and what fraud brought.
fn put_refusals(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    for row in &site.parties {
        let key = PartyBlockKey {
            inmate: row.inmate.map(InmateId),
            number: phone_number(row.number),
        };
        let block = party_block(row.least_digits);
        tables.called_party_blocks.put(to, &key, &block)?;
    }
    for (number, until) in &site.fraud {
        let count = values::FraudCount {
            three_way: Vec::new(),
            extra_digits: Vec::new(),
            block: Some(values::NumberBlock {
                kind: Code(FraudKind::ThreeWay),
                from_utc_ms: 0,
                until_utc_ms: *until,
            }),
        };
        tables.fraud_counts.put(to, &phone_number(number), &count)?;
    }
    Ok(())
}

fn put_registers(session: &mut Session<'_>, site: &Site) -> Result<(), Error> {
    let (tables, to) = (session.tables, &mut session.writer);
    let rules = RegisterRules {
        rolling: site.rolling,
        week_start: 0,
        ..RegisterRules::standard()
    };
    let rules = registers::stored_rules(&rules);
    tables.register_rules.put(to, &SiteKey, &rules)?;
    for row in &site.allowances {
        let allowance = stored_allowance(&allowance(row));
        match row.of {
            Holder::Inmate(inmate) => {
                let key = AllowanceKey::Inmate(InmateId(inmate));
                tables.allowances.put(to, &key, &allowance)?;
            }
            Holder::Number(number) => {
                let table = &tables.number_allowances;
                table.put(to, &pattern(number), &allowance)?;
            }
        }
    }
    for (row, sequence) in site.used.iter().zip(1..) {
        let key = CountedKey {
            register: match row.of {
                Holder::Inmate(inmate) => RegisterKey::Inmate(InmateId(inmate)),
                Holder::Number(number) => RegisterKey::Number(phone_number(number)),
            },
            at_utc_ms: row.at.unwrap_or(CountedKey::NOT_YET),
            call: CallId { site: 7, sequence },
        };
        tables.counted.put(to, &key, &counted(row))?;
    }
    Ok(())
}

pub fn allowance(row: &Limits) -> Allowance {
    let three = |[day, week, month]: [Option<u32>; 3]| Periods { day, week, month };
    Allowance {
        calls: three(row.calls),
        minutes: three(row.minutes),
        between_seconds: row.between_seconds,
    }
}

fn counted(row: &Used) -> values::Counted {
    let (counting, ended_utc_ms) = match (row.ended, row.at) {
        (Ended::NoCall, _) => (Counting::Adjustment, None),
        (Ended::At(at), _) => (Counting::Call, Some(at)),
        (Ended::NotYet, Some(_)) => (Counting::Open, None),
        (Ended::NotYet, None) => (Counting::Reserved, None),
    };
    values::Counted {
        counting: Code(counting),
        calls: i32::try_from(row.calls).expect("is small"),
        ticks: row.seconds * 8000,
        ended_utc_ms,
        inmate: Some(1),
    }
}

/// Whether the dial plan makes of the keys that a code stands for what the row says.
pub fn is_keyed(plan: &DialPlan, (_, number, pattern): &(u8, Text, DialingPattern)) -> bool {
    let read = read_number(plan, &keyed(number, *pattern));
    read.is_some_and(|read| read.number == phone_number(number) && read.pattern == *pattern)
}
