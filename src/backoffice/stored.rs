//! Between what is stored and what the other rooms speak of.

use crate::{Error, Phone, RegisterRules, SiteSettings};
use db::{
    codes::Code,
    values::{self, CallIdV1, DisabledV1},
};
use screening::{
    Class, DaySteps, Disabled, Durations, FraudRules, GuessRule, PeopleRules, PhoneRules, Rules,
    Schedule, ScheduleNumber, WeekSteps, Weekend,
};
use types::{
    call_record::{CallRecord, Response},
    digits::List,
    id::{CallId, InmateId, LineId, OfficerId, TrunkId},
    language::Language,
    party_block::BlockKeys,
    phone_number::PhoneNumber,
    settings::{CallSettings, MAX_LANGUAGES, Warnings},
    tick::Ticks,
    verdict::{Step, Trace},
};

/// What is stored, and can't have been stored.
pub(crate) fn senseless(what: &'static str, why: impl Into<String>) -> Error {
    let why = why.into();
    Error::Stored { what, why }
}

pub(crate) fn call_id(stored: CallIdV1) -> CallId {
    CallId {
        site: stored.site,
        sequence: stored.sequence,
    }
}

pub(crate) fn stored_call_id(call: CallId) -> CallIdV1 {
    CallIdV1 {
        site: call.site,
        sequence: call.sequence,
    }
}

pub(crate) fn disabled(stored: DisabledV1) -> Disabled {
    match (stored.disabled, stored.until_utc_ms) {
        (false, _) => Disabled::No,
        (true, Some(end)) => Disabled::Until(end),
        (true, None) => Disabled::ForGood,
    }
}

pub(crate) fn stored_disabled(disabled: Disabled) -> DisabledV1 {
    let (disabled, until_utc_ms) = match disabled {
        Disabled::No => (false, None),
        Disabled::Until(end) => (true, Some(end)),
        Disabled::ForGood => (true, None),
    };
    DisabledV1 {
        disabled,
        until_utc_ms,
    }
}

pub(crate) fn class(number: u8) -> Result<Class, Error> {
    Class::new(number).ok_or_else(|| Error::Stored {
        what: "duration class",
        why: format!("{number} is not 1 to 5"),
    })
}

pub(crate) fn language(code: [u8; 2]) -> Result<Language, Error> {
    let text = std::str::from_utf8(&code).ok();
    text.and_then(Language::parse).ok_or_else(|| Error::Stored {
        what: "language",
        why: format!("{code:?} are not two lower-case letters"),
    })
}

pub(crate) fn stored_language(language: Language) -> [u8; 2] {
    let code = language.code().as_bytes();
    code.try_into().expect("two letters")
}

pub(crate) fn number(text: &str) -> Result<PhoneNumber, Error> {
    PhoneNumber::parse(text).ok_or_else(|| Error::Stored {
        what: "number",
        why: format!("{text:?}"),
    })
}

pub(crate) fn durations(stored: values::Duration) -> Durations {
    Durations {
        weekday: stored.weekday,
        weekend: stored.weekend,
        holiday: stored.holiday,
    }
}

pub(crate) fn steps(stored: &values::TimeRestricted) -> WeekSteps {
    WeekSteps {
        open: stored.open.map(DaySteps),
    }
}

pub(crate) fn phone_rules(stored: values::Phone) -> Result<PhoneRules, Error> {
    let phone = phone(stored)?;
    Ok(PhoneRules {
        in_service: phone.in_service,
        pin_required: phone.pin_required,
        class: phone.class,
        privileged: phone.privileged,
        call_types: phone.call_types,
        patterns: phone.patterns,
        line_treatment: phone.line_treatment,
    })
}

pub(crate) fn phone(stored: values::Phone) -> Result<Phone, Error> {
    Ok(Phone {
        name: stored.name,
        in_service: stored.in_service,
        pin_required: stored.pin_required,
        class: class(stored.duration_class)?,
        privileged: stored.privileged,
        call_types: stored.call_types.map(uncoded),
        patterns: stored.patterns.map(uncoded),
        schedule: stored.schedule.map(schedule_number).transpose()?,
        line_treatment: stored.line_treatment,
    })
}

pub(crate) fn stored_phone(phone: &Phone) -> values::Phone {
    values::Phone {
        name: phone.name.clone(),
        in_service: phone.in_service,
        pin_required: phone.pin_required,
        duration_class: phone.class.number(),
        privileged: phone.privileged,
        call_types: phone.call_types.as_deref().map(coded),
        patterns: phone.patterns.as_deref().map(coded),
        schedule: phone.schedule.map(ScheduleNumber::number),
        line_treatment: phone.line_treatment,
    }
}

fn schedule_number(number: u8) -> Result<ScheduleNumber, Error> {
    ScheduleNumber::new(number).ok_or_else(|| Error::Stored {
        what: "phone",
        why: format!("there is no schedule {number}"),
    })
}

pub(crate) fn schedule(stored: &values::Schedule) -> Schedule {
    Schedule {
        weekday: DaySteps(stored.weekday),
        weekend: DaySteps(stored.weekend),
        holiday: DaySteps(stored.holiday),
    }
}

fn uncoded<T>(codes: Vec<Code<T>>) -> Vec<T> {
    codes.into_iter().map(|Code(value)| value).collect()
}

fn coded<T: Copy>(values: &[T]) -> Vec<Code<T>> {
    values.iter().map(|value| Code(*value)).collect()
}

fn languages(codes: Vec<[u8; 2]>) -> Result<List<Language, MAX_LANGUAGES>, Error> {
    let mut languages = List::new();
    for code in codes {
        languages
            .try_push(language(code)?)
            .map_err(|_| Error::Stored {
                what: "settings",
                why: "more languages than a site can have".to_owned(),
            })?;
    }
    Ok(languages)
}

pub(crate) fn settings(
    stored: values::Settings,
    people: PeopleRules,
) -> Result<SiteSettings, Error> {
    let call = CallSettings {
        in_service: true,
        pin_required: true,
        pin_length: stored.pin_length,
        pin_tries: stored.pin_tries,
        language_choice: stored.language_choice.0,
        languages: languages(stored.languages)?,
        dial_tone: Ticks(stored.dial_tone),
        first_digit: Ticks(stored.first_digit),
        inter_digit: Ticks(stored.inter_digit),
        final_digit: Ticks(stored.final_digit),
        prompt_repeats: stored.prompt_repeats,
        on_hook_guard: Ticks(stored.on_hook_guard),
        back_office_wait: Ticks(stored.back_office_wait),
        trunk_wait: Ticks(stored.trunk_wait),
        trunk_tries: stored.trunk_tries,
        trunk_silent: Ticks(stored.trunk_silent),
        max_rings: stored.max_rings,
        answer_wait: Ticks(stored.answer_wait),
        name_seconds: stored.name_seconds,
        accept_key: stored.accept_key,
        refuse_key: stored.refuse_key,
        // In a table of their own.
        block_keys: BlockKeys::default(),
        pulse_acceptance: stored.pulse_acceptance,
        drop_machines: stored.drop_machines,
        accept_wait: Ticks(stored.accept_wait),
        accept_repeats: stored.accept_repeats,
        talk_silence: Ticks(stored.talk_silence),
        hard_limit: Ticks(stored.hard_limit),
        join_talk: stored.join_talk,
        // Who calls and who confirms: put in by what has a table of its own.
        ..CallSettings::standard()
    };
    Ok(SiteSettings {
        call,
        rules: Rules {
            check_restricted: stored.check_restricted,
            allowed_rescues: stored.allowed_rescues,
            global_block_wins: stored.global_block_wins,
            record: stored.record,
            officer_for_privileged: Rules::standard().officer_for_privileged,
            weekend: Weekend(stored.weekend),
            default_limit_seconds: stored.default_limit_seconds,
            announce_limit: stored.announce_limit,
            warnings: Warnings {
                two_minutes: stored.warn_two_minutes,
                one_minute: stored.warn_one_minute,
            },
            unrecorded: stored.unrecorded.0,
            people,
        },
        pin_numbers_max: stored.pin_numbers_max,
        guessing: GuessRule {
            borne: stored.wrong_pins_borne,
            forget_seconds: stored.wrong_pin_forget_seconds,
            rest_seconds: stored.rest_seconds,
            longest_rest_seconds: stored.longest_rest_seconds,
        },
        // In tables of their own.
        registers: RegisterRules::standard(),
        fraud: FraudRules::standard(),
    })
}

pub(crate) fn stored_settings(settings: &SiteSettings) -> values::Settings {
    let (call, rules, guessing) = (&settings.call, &settings.rules, &settings.guessing);
    values::Settings {
        pin_length: call.pin_length,
        pin_tries: call.pin_tries,
        language_choice: Code(call.language_choice),
        languages: call.languages.iter().map(|l| stored_language(*l)).collect(),
        dial_tone: call.dial_tone.0,
        first_digit: call.first_digit.0,
        inter_digit: call.inter_digit.0,
        final_digit: call.final_digit.0,
        prompt_repeats: call.prompt_repeats,
        on_hook_guard: call.on_hook_guard.0,
        back_office_wait: call.back_office_wait.0,
        trunk_wait: call.trunk_wait.0,
        trunk_tries: call.trunk_tries,
        trunk_silent: call.trunk_silent.0,
        max_rings: call.max_rings,
        answer_wait: call.answer_wait.0,
        name_seconds: call.name_seconds,
        accept_key: call.accept_key,
        refuse_key: call.refuse_key,
        accept_wait: call.accept_wait.0,
        accept_repeats: call.accept_repeats,
        warn_two_minutes: rules.warnings.two_minutes,
        warn_one_minute: rules.warnings.one_minute,
        talk_silence: call.talk_silence.0,
        hard_limit: call.hard_limit.0,
        check_restricted: rules.check_restricted,
        allowed_rescues: rules.allowed_rescues,
        global_block_wins: rules.global_block_wins,
        record: rules.record,
        weekend: rules.weekend.0,
        default_limit_seconds: rules.default_limit_seconds,
        announce_limit: rules.announce_limit,
        pin_numbers_max: settings.pin_numbers_max,
        pulse_acceptance: call.pulse_acceptance,
        drop_machines: call.drop_machines,
        join_talk: call.join_talk,
        wrong_pins_borne: guessing.borne,
        wrong_pin_forget_seconds: guessing.forget_seconds,
        rest_seconds: guessing.rest_seconds,
        longest_rest_seconds: guessing.longest_rest_seconds,
        unrecorded: Code(rules.unrecorded),
    }
}

pub(crate) fn record(call: CallId, stored: values::Call) -> Result<CallRecord, Error> {
    let started = stored.started_utc_ms;
    let utc = |after: u64| started.saturating_add(i64::try_from(after / 8).unwrap_or(i64::MAX));
    let talk = match (stored.talk_after, stored.ended_after) {
        (Some(from), Some(to)) => Ticks(to.saturating_sub(from)),
        _ => Ticks::ZERO,
    };
    let mut screening = Trace::new();
    for (Code(check), Code(finding)) in stored.screening {
        screening
            .try_push(Step { check, finding })
            .map_err(|_| Error::Stored {
                what: "trace of a call",
                why: "longer than a trace can be".to_owned(),
            })?;
    }
    let caller = stored.caller;
    Ok(CallRecord {
        call,
        line: LineId(stored.line),
        trunk: stored.trunk.map(TrunkId),
        inmate: caller.as_ref().map(|c| InmateId(c.inmate)),
        inmate_id: caller.as_ref().map(|c| c.facility_id.clone()),
        inmate_name: caller.map(|c| c.name),
        dialed: stored.dialed,
        number: stored.number.as_deref().map(number).transpose()?,
        pattern: stored.pattern.map(|c| c.0),
        call_type: stored.call_type.map(|c| c.0),
        handling: stored.handling.map(|c| c.0),
        acceptance: stored.acceptance,
        language: stored.language.map(language).transpose()?,
        started_utc_ms: started,
        answered_utc_ms: stored.answered_after.map(utc),
        talk_utc_ms: stored.talk_after.map(utc),
        ended_utc_ms: stored.ended_after.map(utc),
        talk,
        joined: stored.joined.map(Ticks),
        recorded: stored.recorded.map(Ticks),
        recording_gap: stored.recording_gap.map(Ticks),
        limit: stored.limit.map(Ticks),
        recording: stored.recording.map(|c| c.0),
        disposition: stored.disposition.0,
        blocked: stored.blocked.map(|c| c.0),
        ended_by: stored.ended_by.map(|c| c.0),
        screening,
        answer_evidence: plain(stored.answer_evidence),
        release_evidence: plain(stored.release_evidence),
        three_way: stored
            .three_way
            .into_iter()
            .map(|(Code(evidence), after, weight)| (evidence, weight, utc(after)))
            .collect(),
        flags: stored.flags.0,
        extra_digits: stored.extra_digits,
        response: Response {
            far_digits: stored.far_digits,
            three_way_times: stored.three_way_times,
            warned: stored.warned,
            interfered: stored.interfered,
        },
        treatment: stored.treatment,
        route: stored.route,
        officer: stored.officer.map(OfficerId),
        officer_id: None,
        party_block: stored.party_block.map(|c| c.0),
    })
}

fn plain<E>(stored: Vec<(Code<E>, u64, u8)>) -> Vec<(E, u8)> {
    let without_time = |(Code(evidence), _, trust)| (evidence, trust);
    stored.into_iter().map(without_time).collect()
}
