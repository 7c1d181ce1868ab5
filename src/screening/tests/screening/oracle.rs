//! The flowchart said again as a table: all conditions are worked out first, each refusal is a
//! row, and the first row that holds is the answer. The trace is the list of all
//! steps that apply, cut off at the row.

use crate::world::{
    Dials, FromPhone, Held, PinIs, SEVEN, Time, World, class_of_phone, class_of_pin, minutes_of,
};
use screening::AllowedEntry;
use types::{
    disposition::Blocked,
    party_block::PartyBlock,
    phone_number::CallType,
    tick::Ticks,
    treatment::{Brand, CallTreatment, ThreeWayResponse},
    verdict::{Check, Finding, Handling, RecordingRule},
};

pub struct Answer {
    pub blocked: Option<Blocked>,
    pub steps: Vec<(Check, Finding)>,
    pub limit: Option<Ticks>,
    pub recording: RecordingRule,
    pub treatment: CallTreatment,
    pub handling: Option<Handling>,
}

pub fn answer(w: &World) -> Answer {
    let identified = w.pin_required;
    let on_list = identified && w.listed.is_some();
    let off_list = identified && w.listed.is_none();
    let own_lists_only = identified && !w.rules.check_restricted;
    let restricted_counts = if on_list {
        w.rules.global_block_wins
    } else {
        !own_lists_only
    };
    let block = if restricted_counts {
        w.restricted
    } else {
        None
    };
    let rescued = match (block, w.allowed) {
        (Some(block), Some(allowed)) => w.rules.allowed_rescues && allowed.specificity >= block,
        _ => false,
    };
    let pin_unknown = matches!(w.pin, PinIs::NotKeyed | PinIs::Unknown);
    let number_off = w
        .listed
        .is_some_and(|own| own.disabled.holds(crate::world::NOW));
    let no_time_left = w.service == Some(Ticks::ZERO);

    let shorter_refuses = shorter(w);
    let party_refuses = party(w, w.party).or(party(w, w.party_beyond));
    let is_privileged = is_privileged(w, on_list);
    let blocked_for_fraud = w
        .block
        .is_some_and(|b| b.until.unwrap_or(i64::MAX) > crate::world::NOW);
    let record_blocks =
        w.record.is_some_and(|record| record.blocked) && (!on_list || w.rules.global_block_wins);
    let record_rescued = match (w.record, w.allowed) {
        (Some(record), Some(allowed)) => {
            w.rules.allowed_rescues && allowed.specificity >= record.specificity
        }
        _ => false,
    };
    let from_phone = match w.from_phone {
        FromPhone::NoTreatment => None,
        FromPhone::Missing => Some(Finding::NotFound),
        FromPhone::Others(true) | FromPhone::Allowed(_) => Some(Finding::Passed),
        FromPhone::AttorneysOnly if is_privileged => Some(Finding::Passed),
        _ => Some(Finding::Found),
    };
    let treatment = treatment(w, on_list);

    // (does it apply, the step, does it refuse and why)
    let yes_no = |yes| if yes { Finding::Yes } else { Finding::No };
    let found = |there| {
        if there {
            Finding::Found
        } else {
            Finding::NotFound
        }
    };
    let pin_found = match w.pin {
        PinIs::NotKeyed | PinIs::Unknown => Finding::NotFound,
        PinIs::Disabled => Finding::Disabled,
        PinIs::InUse | PinIs::Good => Finding::Found,
    };
    let untimed = is_untimed(w, on_list);
    let privileged = recording(w, on_list) == RecordingRule::Privileged;
    let held = |held: Held| match held {
        Held::NoCalls | Held::NoTime => Finding::UsedUp,
        Held::NoMinutes if !untimed => Finding::UsedUp,
        _ => Finding::Passed,
    };
    let limit = limit(w, on_list);
    type Row = (bool, Option<(Check, Finding)>, Option<Blocked>);
    let refuse = |when: bool, why| when.then_some(why);
    let rows: Vec<Row> = vec![
        (
            true,
            None,
            refuse(w.in_service != Some(true), Blocked::PhoneOutOfService),
        ),
        (true, Some((Check::PinRequired, yes_no(identified))), None),
        (
            identified && pin_unknown,
            Some((Check::PinTable, pin_found)),
            Some(Blocked::PinInvalid),
        ),
        (
            identified && !pin_unknown,
            Some((Check::PinTable, pin_found)),
            refuse(w.pin == PinIs::Disabled, Blocked::PinDisabled),
        ),
        (
            identified,
            Some((Check::PinInUse, yes_no(w.pin == PinIs::InUse))),
            refuse(w.pin == PinIs::InUse, Blocked::PinInUse),
        ),
        (
            w.dials != Dials::Number,
            Some((Check::SpeedDial, found(w.dials == Dials::Code))),
            refuse(
                w.dials == Dials::CodeWithoutNumber,
                Blocked::SpeedDialNotAssigned,
            ),
        ),
        (
            w.type_of_table.is_some(),
            Some((Check::CallTypeTable, Finding::Found)),
            None,
        ),
        (
            !(w.type_open && w.pattern_open),
            Some((Check::CallType, Finding::No)),
            Some(Blocked::CallTypeNotAllowed),
        ),
        (true, Some((Check::CallType, Finding::Passed)), None),
        (
            on_list && number_off,
            Some((Check::PinNumberList, Finding::Disabled)),
            Some(Blocked::PinNumberDisabled),
        ),
        (
            identified,
            Some((Check::PinNumberList, found(on_list))),
            None,
        ),
        (
            w.record.is_some() && !record_blocks,
            Some((Check::NumberRecord, Finding::Passed)),
            None,
        ),
        (
            record_blocks,
            Some((Check::NumberRecord, Finding::Found)),
            refuse(!record_rescued, Blocked::NumberRestricted),
        ),
        (
            record_blocks,
            Some((Check::AllowedTable, Finding::Rescued)),
            None,
        ),
        (
            off_list,
            Some((Check::RestrictedMode, yes_no(w.rules.check_restricted))),
            None,
        ),
        (
            restricted_counts,
            Some((Check::RestrictedTable, found(block.is_some()))),
            None,
        ),
        (rescued, Some((Check::AllowedTable, Finding::Rescued)), None),
        (
            block.is_some() && !rescued && w.rules.allowed_rescues,
            Some((Check::AllowedTable, found(w.allowed.is_some()))),
            Some(Blocked::NumberRestricted),
        ),
        (
            block.is_some() && !rescued,
            None,
            Some(Blocked::NumberRestricted),
        ),
        (
            !on_list && block.is_none(),
            Some((Check::AllowedTable, found(w.allowed.is_some()))),
            refuse(
                own_lists_only && w.allowed.is_none(),
                Blocked::NumberNotAllowed,
            ),
        ),
        (
            from_phone.is_some(),
            from_phone.map(|finding| (Check::LineTreatment, finding)),
            refuse(
                from_phone.is_some() && from_phone != Some(Finding::Passed),
                Blocked::NotFromThisPhone,
            ),
        ),
        (
            party_refuses.is_some(),
            Some((Check::CalledParty, Finding::Yes)),
            party_refuses,
        ),
        (
            w.time == Time::NotRestricted,
            Some((Check::TimeRestricted, Finding::NotFound)),
            None,
        ),
        (
            w.time == Time::Open,
            Some((Check::TimeRestricted, Finding::Passed)),
            None,
        ),
        (
            w.time == Time::Closed,
            Some((Check::TimeRestricted, Finding::Found)),
            Some(Blocked::TimeRestricted),
        ),
        (
            shorter_refuses.is_some(),
            Some((Check::ShorterNumber, Finding::Found)),
            shorter_refuses,
        ),
        (
            blocked_for_fraud && !is_privileged,
            Some((Check::NumberFraud, Finding::Found)),
            Some(Blocked::NumberFraud),
        ),
        (
            blocked_for_fraud && is_privileged,
            Some((Check::NumberFraud, Finding::Passed)),
            None,
        ),
        (
            treatment.step.is_some(),
            treatment.step.map(|by| (Check::Treatment, by)),
            None,
        ),
        (
            identified && !privileged && w.of_inmate != Held::Boundless,
            Some((Check::InmateRegister, held(w.of_inmate))),
            match w.of_inmate {
                Held::NoCalls => Some(Blocked::CallsUsedUp),
                Held::NoTime => Some(Blocked::TooSoon),
                Held::NoMinutes if !untimed => Some(Blocked::MinutesUsedUp),
                _ => None,
            },
        ),
        (
            !privileged && w.of_number != Held::Boundless,
            Some((Check::NumberRegister, held(w.of_number))),
            refuse(held(w.of_number) == Finding::UsedUp, Blocked::NumberUsedUp),
        ),
        (no_time_left, None, Some(Blocked::PhoneOutOfService)),
        (true, Some((Check::Limit, yes_no(limit.is_some()))), None),
    ];
    let mut steps = Vec::new();
    let mut blocked = None;
    for (applies, step, why) in rows {
        if applies && blocked.is_none() {
            steps.extend(step);
            blocked = why;
        }
    }
    Answer {
        blocked,
        steps,
        limit,
        recording: recording(w, on_list),
        treatment: treatment.told,
        handling: treatment.handling,
    }
}

/// Why the number that is reached without the last digit refuses the call: each reason, and then
/// what excuses it.
fn shorter(w: &World) -> Option<Blocked> {
    let there = w.shorter?;
    let whole_on_list = w.pin_required && w.listed.is_some();
    let own = there.listed.filter(|_| w.pin_required);
    let of_allowed = |entry: Option<AllowedEntry>| entry.map_or(-1, |e| i32::from(e.specificity));
    let (whole, part) = (of_allowed(w.allowed), of_allowed(there.allowed));

    let restricted = there.restricted.map_or(-1, i32::from);
    let table_is_read = if whole_on_list {
        w.rules.global_block_wins
    } else {
        w.rules.check_restricted || !w.pin_required
    };
    let rescued = w.rules.allowed_rescues && whole.max(part) >= restricted;
    if restricted >= 0 && table_is_read && !rescued {
        return Some(Blocked::NumberRestricted);
    }
    if !whole_on_list {
        if own.is_some_and(|own| own.disabled.holds(crate::world::NOW)) {
            return Some(Blocked::PinNumberDisabled);
        }
        let record = w.record.map_or(-1, |record| i32::from(record.specificity));
        let whole = whole.max(record);
        let privileged_for_all = there.allowed.is_some_and(|e| e.privileged) && whole < part;
        let privileged_for_one = own.is_some_and(|own| own.privileged) && whole < 9;
        if privileged_for_all || privileged_for_one {
            return Some(Blocked::NumberNotAllowed);
        }
    }
    if let Some(refused) = party(w, there.party) {
        return Some(refused);
    }
    if there.closed {
        return Some(Blocked::TimeRestricted);
    }
    if let Some(record) = there.record {
        let of_record = w.record.map_or(-1, |record| i32::from(record.specificity));
        let its = i32::from(record.specificity);
        let counts = !whole_on_list || w.rules.global_block_wins;
        let rescued = w.rules.allowed_rescues && whole.max(part) >= its;
        let cleared = w.record.is_some_and(|own| !own.blocked) && of_record >= its;
        if record.blocked && counts && !rescued && !cleared {
            return Some(Blocked::NumberRestricted);
        }
        let told_apart = whole.max(of_record) >= its;
        if (record.privileged || record.no_recording) && !whole_on_list && !told_apart {
            return Some(Blocked::NumberNotAllowed);
        }
    }
    if there.type_closed {
        return Some(Blocked::CallTypeNotAllowed);
    }
    let rule = match w.from_phone {
        FromPhone::NoTreatment => None,
        FromPhone::Allowed(_) => there.refused_from_phone.filter(|digits| *digits > 10),
        _ => there.refused_from_phone.filter(|digits| *digits > 0),
    };
    rule.map(|_| Blocked::NotFromThisPhone)
}

/// A refusal of one inmate's calls means who keys his PIN, and nobody at a phone without.
fn party(w: &World, block: Option<PartyBlock>) -> Option<Blocked> {
    match block? {
        PartyBlock::Facility => Some(Blocked::CalledPartyBlocksFacility),
        PartyBlock::Inmate => w.pin_required.then_some(Blocked::CalledPartyBlocksInmate),
    }
}

struct Treatment {
    step: Option<Finding>,
    told: CallTreatment,
    handling: Option<Handling>,
}

/// The first of number, phone and call type that names a treatment has it; one that is not there is as
/// none.
fn treatment(w: &World, on_list: bool) -> Treatment {
    let of_phone = match w.from_phone {
        FromPhone::Allowed(with) => with,
        _ => None,
    };
    let (named, by) = match (w.record.and_then(|r| r.treatment), of_phone) {
        (Some(number), _) => (Some(number), Finding::OfNumber),
        (None, Some(number)) => (Some(number), Finding::OfPhone),
        (None, None) => (w.type_rules.treatment, Finding::OfCallType),
    };
    let own = (named == Some(7)).then_some(SEVEN);
    let site = w.site.unwrap_or_default();
    let three_way = if let Some(of_number) = w.record.and_then(|r| r.three_way) {
        of_number
    } else if own.is_some() {
        ThreeWayResponse::Disconnect
    } else if is_privileged(w, on_list) {
        ThreeWayResponse::Ignore
    } else {
        site.three_way.unwrap_or(ThreeWayResponse::Flag)
    };
    let standard = CallTreatment::standard();
    let far = !matches!(w.type_of_table, Some(CallType::Local));
    let by_type = if far {
        Brand::InterLata
    } else {
        Brand::IntraLata
    };
    let desk = w
        .record
        .is_some_and(|r| r.customer_service && r.treatment.is_none());
    let handling = match (desk, own) {
        (true, _) => Some(Handling::Direct),
        (false, Some(_)) => Some(Handling::CarrierOperator),
        (false, None) => w.type_rules.handling,
    };
    Treatment {
        step: named.map(|number| if number == 7 { by } else { Finding::NotFound }),
        told: CallTreatment {
            number: if own.is_some() { 7 } else { 0 },
            three_way,
            extra_digits: site.extra_digits.unwrap_or(standard.extra_digits),
            announcements: standard.announcements,
            brand: site.brand.or(w.type_rules.brand).unwrap_or(by_type),
        },
        handling,
    }
}

fn is_privileged(w: &World, on_list: bool) -> bool {
    w.phone_privileged
        || on_list && w.listed.is_some_and(|own| own.privileged)
        || w.allowed.is_some_and(|entry| entry.privileged)
        || w.record.is_some_and(|record| record.privileged)
}

fn is_untimed(w: &World, on_list: bool) -> bool {
    match on_list {
        true => w.listed.is_some_and(|own| own.untimed),
        false => w.allowed.is_some_and(|entry| entry.untimed),
    }
}

fn limit(w: &World, on_list: bool) -> Option<Ticks> {
    let untimed = is_untimed(w, on_list);
    let class = match w.pin_required && w.class_of_pin {
        true => class_of_pin(),
        false => class_of_phone(),
    };
    let seconds = match w.durations_entered {
        true => minutes_of(class) * 60,
        false => w.rules.default_limit_seconds,
    };
    let of_class = Ticks::secs(u64::from(seconds));
    let own = w.record.and_then(|record| record.limit_seconds);
    let is_seven = treatment(w, on_list).told.number == 7;
    let of_treatment = match is_seven {
        true => Some(300),
        false => w.site.and_then(|site| site.limit_seconds),
    };
    let of_treatment = of_treatment.filter(|_| !untimed);
    let seconds = |seconds: u32| Ticks::secs(u64::from(seconds));
    let counts = !untimed && recording(w, on_list) != RecordingRule::Privileged;
    let left = |held| match held {
        Held::Minutes(left) if counts => Some(Ticks::secs(u64::from(left) * 60)),
        _ => None,
    };
    let of_inmate = left(w.of_inmate).filter(|_| w.pin_required);
    let all = [
        (!untimed).then_some(of_class),
        w.service,
        own.map(seconds),
        of_treatment.map(seconds),
        of_inmate,
        left(w.of_number),
    ];
    all.into_iter().flatten().min()
}

fn recording(w: &World, on_list: bool) -> RecordingRule {
    let off = w.record.is_some_and(|record| record.no_recording);
    let wanted = w
        .site
        .and_then(|site| site.record)
        .unwrap_or(w.rules.record);
    if is_privileged(w, on_list) {
        RecordingRule::Privileged
    } else if wanted && !off {
        RecordingRule::Record
    } else {
        RecordingRule::DoNotRecord
    }
}
