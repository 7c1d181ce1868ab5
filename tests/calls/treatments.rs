//! Line treatments, call treatments, number records and call types, as they are heard.

use crate::{
    bench::{self, MOTHER, Outcome, PIN, STRANGER, Scenario, then, wait},
    operator::through_the_carrier,
    ready::plain,
    short::{hears_fast_busy, keys, ringing, tables, without_pin},
};
use backoffice::{
    CallTypeRules, LineOutcome, NumberDetails, PhoneRule, PhoneTreatment, Routing, Seed,
};
use drivers::sim::{script::Step, transcript::Event};
use types::{
    disposition::Blocked,
    phone_number::CallType,
    prompt::Prompt,
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// A lawyer's, on nobody's list.
const LAWYER: &str = "2155550177";

/// From every phone only attorneys can be called; one is known.
fn law_library(seed: &mut Seed) {
    let lawyers = PhoneRule {
        privileged_only: true,
        ..PhoneRule::any(LineOutcome::Allow(None))
    };
    let treatment = PhoneTreatment {
        name: "law library".to_owned(),
        rules: vec![lawyers],
        others: false,
    };
    let attorney = NumberDetails {
        privileged: true,
        ..NumberDetails::default()
    };
    seed.treatments.line_treatments = vec![(1, treatment)];
    seed.treatments.numbers = vec![(LAWYER.to_owned(), attorney)];
    for (_, phone) in &mut seed.phones {
        phone.line_treatment = Some(1);
    }
}

fn law_library_without_pin(seed: &mut Seed) {
    law_library(seed);
    without_pin(seed);
}

/// A call that is left to ring for a moment, and one that hears why it is not placed.
fn rings(digits: &str) -> Scenario {
    ringing(then(keys(digits), [wait(5500), Step::OnHook])).lasting(12)
}

fn fails(digits: &str) -> Scenario {
    bench::phone(then(keys(digits), hears_fast_busy()))
}

fn dialed(out: &Outcome) -> Vec<String> {
    out.dialed().iter().map(|d| d.as_str().to_owned()).collect()
}

#[test]
fn from_the_law_library_a_lawyer_is_called_and_nothing_is_recorded() {
    let out = rings(LAWYER).site(law_library_without_pin).run();
    assert_eq!(dialed(&out), [LAWYER], "{}", out.tale());
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
    assert!(tables(out.record()).contains(&(Check::LineTreatment, Finding::Passed)));

    let out = rings(&format!("{PIN}{LAWYER}")).site(law_library).run();
    assert_eq!(dialed(&out), [LAWYER], "{}", out.tale());
    assert_eq!(out.record().inmate_id.as_deref(), Some("1001"));
}

#[test]
fn from_the_law_library_nobody_else_is_called() {
    let out = fails(STRANGER).site(law_library_without_pin).run();
    out.refused(Prompt::NotFromThisPhone, Blocked::NotFromThisPhone);

    // His mother neither, though she is on his list.
    let out = fails(&format!("{PIN}{MOTHER}")).site(law_library).run();
    out.refused(Prompt::NotFromThisPhone, Blocked::NotFromThisPhone);
    let trace = tables(out.record());
    assert_eq!(trace.last(), Some(&(Check::LineTreatment, Finding::Found)));
}

#[test]
fn a_number_whose_record_is_blocked_is_refused_as_restricted() {
    let out = fails(STRANGER)
        .site(|seed| {
            without_pin(seed);
            let blocked = NumberDetails {
                blocked: true,
                ..NumberDetails::default()
            };
            seed.treatments.numbers = vec![("215555*".to_owned(), blocked)];
        })
        .run();
    out.refused(Prompt::NumberRestricted, Blocked::NumberRestricted);
    let by = [
        (Check::NumberRecord, Finding::Found),
        (Check::AllowedRescues, Finding::Yes),
    ];
    assert!(tables(out.record()).ends_with(&by));
}

#[test]
fn one_call_type_goes_to_the_carriers_operator_and_the_others_do_not() {
    let far = |seed: &mut Seed| {
        plain(seed);
        let handled = CallTypeRules {
            handling: Some(Handling::CarrierOperator),
            ..CallTypeRules::default()
        };
        seed.treatments.call_types = vec![(MOTHER[..6].to_owned(), CallType::InterLata)];
        seed.treatments.call_type_rules = vec![(CallType::InterLata, handled)];
    };
    let mut scenario = through_the_carrier(vec![wait(1000), Step::OnHook], vec![wait(9000)]);
    scenario.routing = Routing::north_america();
    let out = scenario.site(far).run();
    assert_eq!(dialed(&out), [format!("0{MOTHER}")], "{}", out.tale());
    assert!(out.entered("name").is_none() && out.entered("accept").is_none());
    assert!(out.entered("talk").is_some(), "the voice path is open");
    assert_eq!(out.record().handling, Some(Handling::CarrierOperator));
    assert_eq!(out.record().call_type, Some(CallType::InterLata));

    // 412 is no number of the table: the dial plan's type, and our own operator asks for the name.
    let near = "04125550123";
    let out = ringing(then(keys(near), [wait(15_000), Step::OnHook]))
        .site(far)
        .lasting(20)
        .run();
    assert!(out.entered("name").is_some(), "{}", out.tale());
    let outpulsed = out.trunk().first(|e| matches!(e, Event::Dialed(_)));
    assert!(outpulsed.is_some(), "{}", out.tale());
}
