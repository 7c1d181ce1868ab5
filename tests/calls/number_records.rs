//! What the record of a number says, as inmate and called party hear it.

use crate::{
    bench::{MOTHER, Outcome, Scenario, then, wait},
    ready::{collect, plain, told},
    rights::{MILLER, closed},
    short::{dials, failing, ringing, rings},
    third_party::{at_home, joins_after_talk, not_flagged, talked},
};
use backoffice::{NamedTreatment, NumberDetails, Seed, TreatmentRules};
use drivers::sim::{
    called_office::{Services, Switching},
    script::Step,
};
use types::{
    disposition::Blocked,
    fact::Fact,
    inmate::Scope,
    prompt::Prompt,
    tick::Ticks,
    treatment::ThreeWayResponse,
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// The mother's number has this record.
fn of_mother(details: NumberDetails) -> impl Fn(&mut Seed) + 'static {
    move |seed| seed.treatments.numbers = vec![(MOTHER.to_owned(), details.clone())]
}

fn accepts() -> Vec<Step> {
    vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial("1"),
        wait(30_000),
    ]
}

/// A collect call to her that is accepted.
fn accepted(details: NumberDetails) -> Outcome {
    let record = of_mother(details);
    let scenario = collect(vec![wait(20_000)], accepts()).site(move |seed| {
        told(seed);
        record(seed);
    });
    let out = scenario.lasting(36).run();
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    out
}

/// The limit that was told and recorded.
fn limited_to(out: &Outcome, seconds: u32) {
    let limit = Prompt::CallLimit { seconds };
    assert!(out.inmate_heard_whole(limit).is_some(), "{}", out.tale());
    let recorded = out.record().limit;
    assert_eq!(recorded, Some(Ticks::secs(u64::from(seconds))));
}

#[test]
fn the_limit_of_a_numbers_record_is_told_and_recorded() {
    let details = NumberDetails {
        limit_seconds: Some(420),
        ..NumberDetails::default()
    };
    limited_to(&rings(MOTHER).site(of_mother(details)).run(), 420);
}

#[test]
fn the_limit_of_the_call_treatment_that_a_number_names_is_told_and_recorded() {
    let details = NumberDetails {
        treatment: Some(3),
        ..NumberDetails::default()
    };
    let record = of_mother(details);
    let site = move |seed: &mut Seed| {
        let rules = TreatmentRules {
            limit_seconds: Some(240),
            ..TreatmentRules::default()
        };
        let name = "short".to_owned();
        seed.treatments.call_treatments = vec![(3, NamedTreatment { name, rules })];
        record(seed);
    };
    let out = rings(MOTHER).site(site).run();
    limited_to(&out, 240);
    assert_eq!(out.record().treatment, Some(3));
    out.met(Check::Treatment, Finding::OfNumber);
}

#[test]
fn a_call_to_a_number_that_is_not_recorded_has_no_notice_and_leaves_no_audio() {
    for no_recording in [false, true] {
        let details = NumberDetails {
            no_recording,
            ..NumberDetails::default()
        };
        let out = accepted(details);
        let notices = out.called_heard(Prompt::RecordingNotice).len();
        assert_eq!(notices == 0, no_recording, "{}", out.tale());
        assert_eq!(out.story.tap.is_empty(), no_recording);
        let rule = match no_recording {
            true => RecordingRule::DoNotRecord,
            false => RecordingRule::Record,
        };
        assert_eq!(out.record().recording, Some(rule));
    }
}

fn unwatched() -> NumberDetails {
    NumberDetails {
        three_way: Some(ThreeWayResponse::Ignore),
        ..NumberDetails::default()
    }
}

#[test]
fn a_third_party_is_nobodys_affair_where_the_numbers_record_says_so() {
    let services = Services::three_way(Switching::ANALOG);
    let record = of_mother(unwatched());
    let scenario = talked(at_home(joins_after_talk(), services)).site(move |seed| {
        plain(seed);
        record(seed);
    });
    let out = scenario.run();
    not_flagged(&out);
    assert!(out.fact(|f| matches!(f, Fact::ThreeWay(_))).is_none());
}

#[test]
fn a_called_party_whose_number_is_not_watched_for_three_way_calls_hears_nothing_of_them() {
    let heard = |details| accepted(details).called_heard(Prompt::ThreeWayNotice).len();
    assert_eq!(heard(NumberDetails::default()), 1);
    assert_eq!(heard(unwatched()), 0);
}

#[test]
fn a_collect_call_to_customer_service_is_put_through_without_name_or_acceptance() {
    let details = NumberDetails {
        customer_service: true,
        free: true,
        ..NumberDetails::default()
    };
    let steps = then(dials(&format!("0{MOTHER}")), [wait(5500), Step::OnHook]);
    let out = ringing(steps).site(of_mother(details)).lasting(14).run();
    assert!(out.inmate_heard(Prompt::SayName).is_empty());
    assert_eq!(
        out.record().handling,
        Some(Handling::Direct),
        "{}",
        out.tale()
    );
    assert_eq!(out.record().acceptance, Some(false));
    assert_eq!(out.dialed().len(), 1);
}

#[test]
fn each_call_of_a_watched_number_is_in_the_journal_let_through_or_refused() {
    let alerts = |scenario: Scenario, watched: bool| {
        let details = NumberDetails {
            watched,
            ..NumberDetails::default()
        };
        let out = scenario.site(of_mother(details)).run();
        let call = out.record().call;
        let journal = out.restarted().journal(0, 1000).expect("reads");
        let words = format!("a watched number was dialed at the phone of line 1: call {call}");
        let alerts = journal
            .iter()
            .filter(|e| e.noun == "alert" && e.change == words);
        (alerts.count(), out)
    };
    assert_eq!(alerts(rings(MOTHER), false).0, 0);
    let (told, out) = alerts(rings(MOTHER), true);
    out.let_through(MOTHER);
    assert_eq!(told, 1);
    let (told, out) = alerts(
        failing(MOTHER).prepared(closed(Scope::Inmate(MILLER))),
        true,
    );
    out.refused(Prompt::OutsideWindow, Blocked::OutsideWindow);
    assert_eq!(told, 1);
}
