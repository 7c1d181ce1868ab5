//! The flowchart said again as a table: all conditions are worked out first, each refusal is a
//! row, and the first row that holds is the answer. The trace is the list of all
//! steps that apply, cut off at the row.

use crate::world::{Dials, PinIs, Time, World, class_of_phone, class_of_pin, minutes_of};
use screening::AllowedEntry;
use types::{
    disposition::Blocked,
    tick::Ticks,
    verdict::{Check, Finding, RecordingRule},
};

pub struct Answer {
    pub blocked: Option<Blocked>,
    pub steps: Vec<(Check, Finding)>,
    pub limit: Option<Ticks>,
    pub recording: RecordingRule,
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
    let blocked_for_fraud = w
        .block
        .is_some_and(|b| b.until.unwrap_or(i64::MAX) > crate::world::NOW);
    let is_privileged = recording(w, on_list) == RecordingRule::Privileged;

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
        let privileged_for_all = there.allowed.is_some_and(|e| e.privileged) && whole < part;
        let privileged_for_one = own.is_some_and(|own| own.privileged) && whole < 9;
        if privileged_for_all || privileged_for_one {
            return Some(Blocked::NumberNotAllowed);
        }
    }
    there.closed.then_some(Blocked::TimeRestricted)
}

fn limit(w: &World, on_list: bool) -> Option<Ticks> {
    let untimed = match on_list {
        true => w.listed.is_some_and(|own| own.untimed),
        false => w.allowed.is_some_and(|entry| entry.untimed),
    };
    let class = match w.pin_required && w.class_of_pin {
        true => class_of_pin(),
        false => class_of_phone(),
    };
    let seconds = match w.durations_entered {
        true => minutes_of(class) * 60,
        false => w.rules.default_limit_seconds,
    };
    let of_class = Ticks::secs(u64::from(seconds));
    let all = [(!untimed).then_some(of_class), w.service];
    all.into_iter().flatten().min()
}

fn recording(w: &World, on_list: bool) -> RecordingRule {
    let own = on_list && w.listed.is_some_and(|own| own.privileged);
    let global = w.allowed.is_some_and(|entry| entry.privileged);
    if own || global || w.phone_privileged {
        RecordingRule::Privileged
    } else if w.rules.record {
        RecordingRule::Record
    } else {
        RecordingRule::DoNotRecord
    }
}
