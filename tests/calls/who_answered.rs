//! Who answers: a person, a machine, a fax, a text telephone, an announcement, a rotary dial.

use crate::{
    bench::{MOTHER, Outcome, Scenario, wait},
    ready::{self, collect, picks_up, plain},
    short,
};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    script::Step,
};
use types::{
    answer_class::AnswerClass,
    disposition::{Disposition, EndedBy},
    evidence::AnswerEvidence,
    fact::Fact,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// Talks on as a greeting does, then gives the tone to speak after.
pub fn greeting(length: Ticks) -> Vec<Step> {
    vec![
        wait(600),
        Step::SayFor(Clip::called_talk(), length),
        wait(300),
        Step::Say(Clip::tone(1000.0, -12.0, Ticks::ms(400))),
        wait(20_000),
    ]
}

pub fn classes(out: &Outcome) -> Vec<AnswerClass> {
    let of = |evidence: &AnswerEvidence| match evidence {
        AnswerEvidence::Class(class) => Some(*class),
        _ => None,
    };
    out.answer_evidence().iter().filter_map(of).collect()
}

fn classified(out: &Outcome) -> Tick {
    let at = out.fact(|fact| matches!(fact, Fact::Class(_)));
    at.unwrap_or_else(|| panic!("{}", out.tale()))
}

#[test]
fn an_answering_machine_is_hung_up_on_and_the_inmate_told() {
    let party = greeting(Ticks::secs(7));
    let out = collect(short::hears_fast_busy(), party).lasting(40).run();
    out.told_then_fast_busy(Prompt::AnsweredByMachine);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::AnsweringMachine);
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert_eq!(record.talk, Ticks::ZERO);
    assert_eq!(classes(&out), [AnswerClass::Machine], "{}", out.tale());
    // Before the machine gives its tone: nothing of the call is on its tape.
    let answered = out.entered("accept").expect("the announcement began");
    assert!(
        classified(&out).since(answered) < Ticks::secs(6),
        "{}",
        out.tale()
    );
}

#[test]
fn a_machine_is_announced_to_where_the_site_wants_that() {
    let party = greeting(Ticks::secs(6));
    let out = collect(vec![wait(60_000), Step::OnHook], party)
        .settings(|settings| settings.drop_machines = false)
        .lasting(75)
        .run();
    assert_eq!(out.record().disposition, Disposition::NotAccepted);
    assert!(
        classes(&out).contains(&AnswerClass::Machine),
        "{}",
        out.tale()
    );
}

#[test]
fn our_own_announcement_is_no_machine_over_any_echo() {
    for echo_db in [8.0, 14.0, 26.0] {
        let hello = vec![wait(400), Step::Say(Clip::called_hello()), wait(90_000)];
        let mut scenario = collect(vec![wait(60_000), Step::OnHook], hello);
        scenario.trunk_copper.echo_db = Some(echo_db);
        let out = scenario.lasting(75).run();
        let disposition = out.record().disposition;
        assert_eq!(disposition, Disposition::NotAccepted, "{echo_db} dB");
        assert!(!classes(&out).contains(&AnswerClass::Machine));
    }
}

/// Of hybrids near and far, behind a driver's queues, by way of a satellite.
const ECHO_MS: [usize; 10] = [1, 10, 31, 33, 40, 60, 120, 200, 300, 540];

/// The announcement, said once, comes back so much weaker, so late.
fn echoing(echo_db: f64, ms: usize, party: Vec<Step>) -> Outcome {
    let mut scenario = collect(vec![wait(40_000), Step::OnHook], party);
    scenario.trunk_copper.echo_db = Some(echo_db);
    scenario.trunk_copper.echo_delay = 8 * ms;
    let once = scenario.settings(|settings| settings.accept_repeats = 1);
    once.lasting(50).run()
}

/// The echoes over which another one is told than this, or the call ends otherwise.
fn misjudged(party: fn() -> Vec<Step>, told: AnswerClass, ends: Disposition) -> Vec<String> {
    let mut wrong = Vec::new();
    for ms in ECHO_MS {
        for echo_db in [8.0, 14.0, 22.0] {
            let out = echoing(echo_db, ms, party());
            let (classes, disposition) = (classes(&out), out.record().disposition);
            // What is too short for a word breaks a silence.
            let nobody = told == AnswerClass::Silence && classes.is_empty();
            if !(nobody || classes == [told]) || disposition != ends {
                wrong.push(format!(
                    "{echo_db} dB after {ms} ms: {disposition:?}, {classes:?}"
                ));
            }
        }
    }
    wrong
}

#[test]
fn our_own_announcement_is_nobody_however_late_it_comes_back() {
    let silent = || vec![wait(90_000)];
    let wrong = misjudged(silent, AnswerClass::Silence, Disposition::NotAccepted);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_person_is_heard_over_our_announcement_however_late_it_comes_back() {
    let speaks = || {
        vec![
            wait(4000),
            Step::SayFor(Clip::called_hello(), Ticks::ms(700)),
            wait(90_000),
        ]
    };
    let wrong = misjudged(speaks, AnswerClass::Person, Disposition::NotAccepted);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_machine_is_heard_over_our_announcement_however_late_it_comes_back() {
    let greets = || greeting(Ticks::secs(7));
    let wrong = misjudged(greets, AnswerClass::Machine, Disposition::AnsweringMachine);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_person_who_says_hello_is_known_as_one() {
    let hello = vec![wait(500), Step::Say(Clip::called_hello()), wait(30_000)];
    let out = collect(vec![wait(15_000), Step::OnHook], hello).run();
    assert_eq!(classes(&out), [AnswerClass::Person], "{}", out.tale());
}

#[test]
fn a_fax_machine_ends_a_call_of_any_kind() {
    let answer_tone = || {
        vec![
            wait(1500),
            Step::Say(Clip::tone(2100.0, -15.0, Ticks::ms(3300))),
            wait(20_000),
        ]
    };
    let direct = short::failing(&format!("1{MOTHER}"))
        .exchange(ready::quick())
        .to(&format!("1{MOTHER}"), picks_up(answer_tone()))
        .site(plain);
    let mut direct = direct.lasting(35);
    direct.handsets = vec![crate::bench::then(
        short::keys(&format!("1{MOTHER}")),
        short::hears_fast_busy(),
    )];
    for scenario in [collect(short::hears_fast_busy(), answer_tone()), direct] {
        let out = scenario.run();
        out.told_then_fast_busy(Prompt::AnsweredByFax);
        assert_eq!(out.record().disposition, Disposition::FaxModem);
    }
}

#[test]
fn a_person_who_is_talked_with_and_speaks_on_stays_a_person() {
    let party = vec![
        wait(500),
        Step::SayFor(Clip::called_hello(), Ticks::ms(700)),
        wait(2500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(9)),
        wait(20_000),
    ];
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(1)),
        wait(12_000),
        Step::OnHook,
    ];
    let out = ready::direct(inmate, party).lasting(25).run();
    assert_eq!(classes(&out), [AnswerClass::Person], "{}", out.tale());
}

/// Picked up before any ring was heard, and speaks for so long.
fn unrung(length: Ticks) -> Scenario {
    let party = CalledPartyScript::new(
        Answer::After(Ticks::ms(60)),
        vec![
            wait(600),
            Step::SayFor(Clip::called_talk(), length),
            wait(30_000),
        ],
    );
    short::failing(MOTHER).to(MOTHER, party).lasting(50)
}

#[test]
fn an_announcement_instead_of_ringing_is_no_answer() {
    let out = unrung(Ticks::secs(9)).run();
    assert_eq!(
        out.record().disposition,
        Disposition::Intercept,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().answered_utc_ms, None);
    out.told_then_fast_busy(Prompt::CallNotCompleted);
}

// ---- rotary telephones

fn rotary(scenario: Scenario) -> Scenario {
    scenario.settings(|settings| {
        settings.pulse_acceptance = true;
        (settings.accept_key, settings.refuse_key) = (3, 9);
    })
}

fn dials_pulses(digits: &str, after_ms: u64) -> Vec<Step> {
    vec![
        wait(400),
        Step::Say(Clip::called_hello()),
        wait(after_ms),
        Step::pulse_dial(digits),
        wait(20_000),
    ]
}

#[test]
fn a_rotary_telephone_accepts_while_the_announcement_is_said() {
    // All of them after the name, whose echo could be clicks.
    for after in [5000, 5700, 7400] {
        rotary_accepts(after);
    }
}

#[test]
fn a_rotary_telephone_accepts_in_the_wait_after_the_announcement() {
    rotary_accepts(18_500);
}

fn rotary_accepts(after: u64) {
    let inmate = vec![wait(32_000), Step::OnHook];
    let out = rotary(collect(inmate, dials_pulses("3", after)))
        .lasting(55)
        .run();
    let accepted = out.fact(|fact| matches!(fact, Fact::Accepted));
    assert!(accepted.is_some(), "{after}: {}", out.tale());
    assert_eq!(out.record().disposition, Disposition::Completed);
}

#[test]
fn a_rotary_telephone_refuses() {
    let out = rotary(collect(short::hears_fast_busy(), dials_pulses("9", 4000))).run();
    assert_eq!(
        out.record().disposition,
        Disposition::Refused,
        "{}",
        out.tale()
    );
}

#[test]
fn pulses_are_no_choice_where_the_site_has_not_said_so() {
    let out = collect(vec![wait(65_000), Step::OnHook], dials_pulses("1", 4000))
        .lasting(80)
        .run();
    assert_eq!(
        out.record().disposition,
        Disposition::NotAccepted,
        "{}",
        out.tale()
    );
}
