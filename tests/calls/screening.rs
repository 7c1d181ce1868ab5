//! Screening: the three modes, each refusal, and the trace of tables in the record.

use crate::{
    bench::{
        self, MOTHER, OTHER_PIN, Outcome, PIN, RESTRICTED, STRANGER, Scenario, also_allowed, then,
        wait,
    },
    short::{failing, hears_fast_busy, keys, ringing, tables, without_pin},
};
use backoffice::{Disabled, NumberFlags, Seed, TimeRestriction, WeekSteps};
use drivers::sim::script::Step;
use types::{
    disposition::{Blocked, Disposition},
    phone_number::{CallType, DialingPattern},
    prompt::Prompt,
    verdict::{Check, Finding},
};

/// A PIN that is known and free, at a phone open for the call.
const WITH_PIN: [(Check, Finding); 4] = [
    (Check::PinRequired, Finding::Yes),
    (Check::PinTable, Finding::Found),
    (Check::PinInUse, Finding::No),
    (Check::CallType, Finding::Passed),
];
const WITHOUT_PIN: [(Check, Finding); 2] = [
    (Check::PinRequired, Finding::No),
    (Check::CallType, Finding::Passed),
];
const NOT_LISTED: (Check, Finding) = (Check::PinNumberList, Finding::NotFound);
const LISTED: (Check, Finding) = (Check::PinNumberList, Finding::Found);
const CHECKED: (Check, Finding) = (Check::RestrictedMode, Finding::Yes);
const UNCHECKED: (Check, Finding) = (Check::RestrictedMode, Finding::No);
const IS_RESTRICTED: (Check, Finding) = (Check::RestrictedTable, Finding::Found);
const NOT_RESTRICTED: (Check, Finding) = (Check::RestrictedTable, Finding::NotFound);
const IS_ALLOWED: (Check, Finding) = (Check::AllowedTable, Finding::Found);
const NOT_ALLOWED: (Check, Finding) = (Check::AllowedTable, Finding::NotFound);
const RESCUED: (Check, Finding) = (Check::AllowedTable, Finding::Rescued);
const ANY_TIME: (Check, Finding) = (Check::TimeRestricted, Finding::NotFound);
const LIMITED: (Check, Finding) = (Check::Limit, Finding::Yes);

/// A call to this number that is left to ring for a moment.
fn calling(digits: &str) -> Scenario {
    ringing(then(keys(digits), [wait(5500), Step::OnHook])).lasting(12)
}

fn with_pin(number: &str) -> Scenario {
    calling(&format!("{PIN}{number}"))
}

fn only_listed_and_allowed(seed: &mut Seed) {
    seed.settings.rules.check_restricted = false;
}

fn on_the_list(seed: &mut Seed, number: &str, flags: NumberFlags) {
    seed.inmates[0].numbers.push((number.to_owned(), flags));
}

/// The call was dialed, and these are all tables it passed.
fn passed(out: &Outcome, dialed: &str, trace: &[&[(Check, Finding)]]) {
    let trunk: Vec<String> = out.dialed().iter().map(|d| d.as_str().to_owned()).collect();
    assert_eq!(trunk, [dialed], "{}", out.tale());
    assert_eq!(tables(out.record()), trace.concat());
    assert_eq!(out.record().disposition, Disposition::Abandoned);
}

fn refused(out: &Outcome, prompt: Prompt, blocked: Blocked, trace: &[&[(Check, Finding)]]) {
    out.refused(prompt, blocked);
    assert_eq!(tables(out.record()), trace.concat());
}

// ---- a phone without PIN

#[test]
fn without_pin_a_number_in_no_table_is_called() {
    let out = calling(STRANGER).site(without_pin).run();
    let trace = [
        &WITHOUT_PIN[..],
        &[NOT_RESTRICTED, NOT_ALLOWED, ANY_TIME, LIMITED],
    ];
    passed(&out, STRANGER, &trace);
    assert_eq!(out.record().inmate, None);
}

#[test]
fn without_pin_a_restricted_number_is_refused() {
    let out = bench::phone(then(keys(RESTRICTED), hears_fast_busy()))
        .site(without_pin)
        .run();
    let trace = [&WITHOUT_PIN[..], &[IS_RESTRICTED, NOT_ALLOWED]];
    refused(
        &out,
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
        &trace,
    );
}

#[test]
fn without_pin_an_allowed_number_is_called() {
    let out = calling(STRANGER)
        .site(|seed| {
            without_pin(seed);
            seed.allowed = vec![also_allowed(STRANGER)];
        })
        .run();
    let trace = [
        &WITHOUT_PIN[..],
        &[NOT_RESTRICTED, IS_ALLOWED, ANY_TIME, LIMITED],
    ];
    passed(&out, STRANGER, &trace);
}

// ---- PIN, and the restricted table

#[test]
fn with_pin_a_number_on_the_list_is_called() {
    let out = with_pin(MOTHER).run();
    passed(
        &out,
        MOTHER,
        &[&WITH_PIN, &[LISTED, NOT_RESTRICTED, ANY_TIME, LIMITED]],
    );
    assert_eq!(out.record().inmate_id.as_deref(), Some("1001"));
}

#[test]
fn with_pin_a_number_in_no_table_is_called() {
    let out = with_pin(STRANGER).run();
    let rest = [
        NOT_LISTED,
        CHECKED,
        NOT_RESTRICTED,
        NOT_ALLOWED,
        ANY_TIME,
        LIMITED,
    ];
    passed(&out, STRANGER, &[&WITH_PIN, &rest]);
}

#[test]
fn with_pin_a_restricted_number_is_refused() {
    let out = failing(RESTRICTED).run();
    let trace = [
        &WITH_PIN[..],
        &[NOT_LISTED, CHECKED, IS_RESTRICTED, NOT_ALLOWED],
    ];
    refused(
        &out,
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
        &trace,
    );
}

#[test]
fn with_pin_an_allowed_number_is_called() {
    let out = with_pin(STRANGER)
        .site(|seed| seed.allowed = vec![also_allowed(STRANGER)])
        .run();
    let rest = [
        NOT_LISTED,
        CHECKED,
        NOT_RESTRICTED,
        IS_ALLOWED,
        ANY_TIME,
        LIMITED,
    ];
    passed(&out, STRANGER, &[&WITH_PIN, &rest]);
}

#[test]
fn the_list_of_one_inmate_is_not_that_of_another() {
    let out = calling(&format!("{OTHER_PIN}{STRANGER}"))
        .site(|seed| {
            on_the_list(seed, STRANGER, NumberFlags::default());
            // Where they are private it is refused before.
            seed.settings.rules.people.private_numbers = false;
        })
        .run();
    let rest = [
        NOT_LISTED,
        CHECKED,
        NOT_RESTRICTED,
        NOT_ALLOWED,
        ANY_TIME,
        LIMITED,
    ];
    passed(&out, STRANGER, &[&WITH_PIN, &rest]);
    assert_eq!(out.record().inmate_id.as_deref(), Some("1002"));
}

// ---- PIN, without the restricted table

#[test]
fn without_the_restricted_table_a_number_on_the_list_is_called() {
    let out = with_pin(MOTHER).site(only_listed_and_allowed).run();
    passed(
        &out,
        MOTHER,
        &[&WITH_PIN, &[LISTED, NOT_RESTRICTED, ANY_TIME, LIMITED]],
    );
}

#[test]
fn without_the_restricted_table_a_number_in_no_table_is_refused() {
    let out = failing(STRANGER).site(only_listed_and_allowed).run();
    let trace = [&WITH_PIN[..], &[NOT_LISTED, UNCHECKED, NOT_ALLOWED]];
    refused(
        &out,
        Prompt::NumberNotAllowed,
        Blocked::NumberNotAllowed,
        &trace,
    );
}

#[test]
fn without_the_restricted_table_a_restricted_number_on_no_list_is_refused_as_not_allowed() {
    let out = failing(RESTRICTED).site(only_listed_and_allowed).run();
    let trace = [&WITH_PIN[..], &[NOT_LISTED, UNCHECKED, NOT_ALLOWED]];
    refused(
        &out,
        Prompt::NumberNotAllowed,
        Blocked::NumberNotAllowed,
        &trace,
    );
}

#[test]
fn without_the_restricted_table_an_allowed_number_is_called() {
    let out = with_pin(STRANGER)
        .site(|seed| {
            only_listed_and_allowed(seed);
            seed.allowed = vec![also_allowed(STRANGER)];
        })
        .run();
    let rest = [NOT_LISTED, UNCHECKED, IS_ALLOWED, ANY_TIME, LIMITED];
    passed(&out, STRANGER, &[&WITH_PIN, &rest]);
}

// ---- where tables disagree

#[test]
fn a_number_on_the_list_that_is_restricted_for_all_is_refused() {
    let out = failing(RESTRICTED)
        .site(|seed| on_the_list(seed, RESTRICTED, NumberFlags::default()))
        .run();
    let trace = [&WITH_PIN[..], &[LISTED, IS_RESTRICTED, NOT_ALLOWED]];
    refused(
        &out,
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
        &trace,
    );
}

#[test]
fn a_number_on_the_list_is_called_though_restricted_where_the_list_wins() {
    let out = with_pin(RESTRICTED)
        .site(|seed| {
            on_the_list(seed, RESTRICTED, NumberFlags::default());
            seed.settings.rules.global_block_wins = false;
        })
        .run();
    passed(&out, RESTRICTED, &[&WITH_PIN, &[LISTED, ANY_TIME, LIMITED]]);
}

#[test]
fn an_allowed_number_rescues_itself_from_a_wider_restriction() {
    let out = with_pin(RESTRICTED)
        .site(|seed| seed.allowed = vec![also_allowed(RESTRICTED)])
        .run();
    let rest = [
        NOT_LISTED,
        CHECKED,
        IS_RESTRICTED,
        RESCUED,
        ANY_TIME,
        LIMITED,
    ];
    passed(&out, RESTRICTED, &[&WITH_PIN, &rest]);
}

#[test]
fn an_allowed_pattern_as_specific_as_the_restricted_one_rescues() {
    let out = with_pin(RESTRICTED)
        .site(|seed| seed.allowed = vec![also_allowed("900???????")])
        .run();
    let rest = [
        NOT_LISTED,
        CHECKED,
        IS_RESTRICTED,
        RESCUED,
        ANY_TIME,
        LIMITED,
    ];
    passed(&out, RESTRICTED, &[&WITH_PIN, &rest]);
}

#[test]
fn an_allowed_pattern_wider_than_the_restricted_one_does_not_rescue() {
    let out = failing(RESTRICTED)
        .site(|seed| seed.allowed = vec![also_allowed("90????????")])
        .run();
    let trace = [
        &WITH_PIN[..],
        &[NOT_LISTED, CHECKED, IS_RESTRICTED, IS_ALLOWED],
    ];
    refused(
        &out,
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
        &trace,
    );
}

#[test]
fn no_allowed_number_rescues_where_the_site_says_so() {
    let out = failing(RESTRICTED)
        .site(|seed| {
            seed.allowed = vec![also_allowed(RESTRICTED)];
            seed.settings.rules.allowed_rescues = false;
        })
        .run();
    let trace = [&WITH_PIN[..], &[NOT_LISTED, CHECKED, IS_RESTRICTED]];
    refused(
        &out,
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
        &trace,
    );
}

#[test]
fn a_wildcard_restricts_every_number_of_its_shape() {
    let out = failing("9007654321").run();
    refused(
        &out,
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
        &[
            &WITH_PIN,
            &[NOT_LISTED, CHECKED, IS_RESTRICTED, NOT_ALLOWED],
        ],
    );
}

#[test]
fn a_wildcard_leaves_the_number_beside_its_shape_alone() {
    let out = with_pin("9015550100").run();
    let rest = [
        NOT_LISTED,
        CHECKED,
        NOT_RESTRICTED,
        NOT_ALLOWED,
        ANY_TIME,
        LIMITED,
    ];
    passed(&out, "9015550100", &[&WITH_PIN, &rest]);
}

// ---- one inmate's own entries

#[test]
fn a_disabled_number_of_the_list_is_refused() {
    let disabled = NumberFlags {
        disabled: Disabled::ForGood,
        ..NumberFlags::default()
    };
    let out = failing(STRANGER)
        .site(move |seed| on_the_list(seed, STRANGER, disabled))
        .run();
    let trace = [&WITH_PIN[..], &[(Check::PinNumberList, Finding::Disabled)]];
    refused(
        &out,
        Prompt::NumberTimeRestricted,
        Blocked::PinNumberDisabled,
        &trace,
    );
}

// ---- what the phone and the hour allow

#[test]
fn a_call_type_that_the_phone_is_closed_for_is_refused() {
    let out = failing("3125550100")
        .site(|seed| seed.phones[0].1.call_types = Some(vec![CallType::Local]))
        .run();
    let trace = [&WITH_PIN[..3], &[(Check::CallType, Finding::No)]];
    refused(
        &out,
        Prompt::CallTypeNotAllowed,
        Blocked::CallTypeNotAllowed,
        &trace,
    );
    assert_eq!(out.record().call_type, Some(CallType::Interstate));
}

#[test]
fn a_dialing_pattern_that_the_phone_is_closed_for_is_refused() {
    let out = failing(MOTHER)
        .site(|seed| seed.phones[0].1.patterns = Some(vec![DialingPattern::ZeroPlus]))
        .run();
    out.refused(Prompt::CallTypeNotAllowed, Blocked::CallTypeNotAllowed);
    assert_eq!(out.record().pattern, Some(DialingPattern::Direct));
}

/// Monday, these quarter hours. The scenario begins on a Monday at 9:00.
fn open_from(pattern: &str, from: u8, to: u8) -> TimeRestriction {
    TimeRestriction {
        pattern: pattern.to_owned(),
        open: WeekSteps::CLOSED.with_open(0, from, to),
    }
}

#[test]
fn a_number_out_of_its_hours_is_refused_last_of_all_even_on_the_list() {
    let out = failing(MOTHER)
        .site(|seed| seed.time_restricted = vec![open_from(MOTHER, 37, 96)])
        .run();
    let last = (Check::TimeRestricted, Finding::Found);
    let trace = [&WITH_PIN[..], &[LISTED, NOT_RESTRICTED, last]];
    refused(
        &out,
        Prompt::NumberTimeRestricted,
        Blocked::TimeRestricted,
        &trace,
    );
}

#[test]
fn a_number_within_its_hours_is_called() {
    let out = with_pin(MOTHER)
        .site(|seed| seed.time_restricted = vec![open_from(MOTHER, 36, 37)])
        .run();
    let within = (Check::TimeRestricted, Finding::Passed);
    passed(
        &out,
        MOTHER,
        &[&WITH_PIN, &[LISTED, NOT_RESTRICTED, within, LIMITED]],
    );
}

#[test]
fn a_restricted_number_out_of_its_hours_is_refused_as_restricted() {
    let out = failing(RESTRICTED)
        .site(|seed| seed.time_restricted = vec![open_from("900???????", 37, 96)])
        .run();
    out.refused(Prompt::NumberRestricted, Blocked::NumberRestricted);
}

// ---- speed dials

#[test]
fn a_speed_dial_is_screened_and_dialed_as_what_it_stands_for() {
    let out = with_pin("07#")
        .site(|seed| seed.speed_dials = vec![(7, MOTHER.to_owned())])
        .run();
    let speed = (Check::SpeedDial, Finding::Found);
    let trace = [
        &WITH_PIN[..3],
        &[
            speed,
            WITH_PIN[3],
            LISTED,
            NOT_RESTRICTED,
            ANY_TIME,
            LIMITED,
        ],
    ];
    passed(&out, MOTHER, &trace);
    let record = out.record();
    assert_eq!(
        (&*record.dialed, record.pattern),
        ("07", Some(DialingPattern::SpeedDial))
    );
    assert_eq!(
        record.number.map(|n| n.to_string()).as_deref(),
        Some(MOTHER)
    );
}

#[test]
fn a_phone_that_is_open_for_speed_dials_alone_takes_no_number() {
    let only = |dialed: &str| {
        with_pin(dialed)
            .site(|seed| {
                seed.speed_dials = vec![(7, MOTHER.to_owned())];
                seed.phones[0].1.patterns = Some(vec![DialingPattern::SpeedDial]);
            })
            .run()
    };
    assert_eq!(only("07#").record().blocked, None);
    let keyed = only(MOTHER);
    assert_eq!(keyed.record().blocked, Some(Blocked::CallTypeNotAllowed));
}

#[test]
fn a_speed_dial_without_a_number_is_refused() {
    let out = failing("08#").run();
    let trace = [&WITH_PIN[..3], &[(Check::SpeedDial, Finding::NotFound)]];
    refused(
        &out,
        Prompt::SpeedDialNotAssigned,
        Blocked::SpeedDialNotAssigned,
        &trace,
    );
}

#[test]
fn a_speed_dial_for_a_restricted_number_is_refused() {
    let out = failing("09#")
        .site(|seed| seed.speed_dials = vec![(9, RESTRICTED.to_owned())])
        .run();
    out.refused(Prompt::NumberRestricted, Blocked::NumberRestricted);
}
