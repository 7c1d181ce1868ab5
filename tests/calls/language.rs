//! The language menu, and the language of everything after it.

use crate::bench::{
    self, COLLECT_CALL, MOTHER, Outcome, PIN, RESTRICTED, Scenario, listen, then, two_languages,
    typed_in_one_go, wait,
};
use drivers::sim::{called_party::CalledPartyScript, script::Step};
use types::{
    disposition::Disposition, fact::Fact, language::Language, prompt::Prompt,
    settings::LanguageChoice, tick::Ticks,
};

const ENGLISH: Language = Language::ENGLISH;
const SPANISH: Language = Language::SPANISH;
const FOR_ENGLISH: Prompt = Prompt::LanguageOffer {
    language: ENGLISH,
    key: 1,
};
const FOR_SPANISH: Prompt = Prompt::LanguageOffer {
    language: SPANISH,
    key: 2,
};

/// Lifts and hears the whole menu.
fn menu_heard(more: Vec<Step>) -> Vec<Step> {
    let steps = vec![
        wait(500),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        wait(800),
        listen(),
        Step::Mark("offered"),
    ];
    then(steps, more)
}

/// Which languages' audio of a prompt the inmate heard: English, Spanish.
fn heard_in(out: &Outcome, prompt: Prompt) -> (usize, usize) {
    let count = |language| out.heard(out.phone(), language, prompt).len();
    (count(ENGLISH), count(SPANISH))
}

fn pin_speaks_spanish(scenario: Scenario) -> Scenario {
    scenario.site(|seed| {
        let pin = seed.inmates[0].pin.as_mut().expect("a PIN");
        pin.language = Some(SPANISH);
    })
}

#[test]
fn one_installed_language_needs_no_menu() {
    let out = bench::phone(vec![wait(500), Step::OffHook, wait(3500), Step::OnHook])
        .settings(|s| s.language_choice = LanguageChoice::Menu)
        .lasting(6)
        .run();
    assert_eq!(out.entered("language"), None);
    assert_eq!(heard_in(&out, FOR_ENGLISH), (0, 0));
    assert_eq!(heard_in(&out, Prompt::EnterPin), (1, 0));
}

#[test]
fn each_language_offers_itself_in_its_own_words_in_their_order() {
    let out = bench::phone(menu_heard(vec![Step::OnHook]))
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(9)
        .run();
    let english = out.heard(out.phone(), ENGLISH, FOR_ENGLISH);
    let spanish = out.heard(out.phone(), SPANISH, FOR_SPANISH);
    assert_eq!((english.len(), spanish.len()), (1, 1), "{}", out.tale());
    assert!(english[0].at < spanish[0].at);
    assert!(out.marked("offered") > spanish[0].at);
}

#[test]
fn who_chooses_spanish_hears_spanish_to_the_end() {
    let more = vec![
        Step::dial("2"),
        wait(600),
        listen(),
        Step::dial(PIN),
        wait(600),
        listen(),
        Step::dial(&format!("0{RESTRICTED}")),
        wait(600),
        Step::await_fast_busy(Ticks::secs(12)),
        Step::OnHook,
    ];
    let out = bench::phone(menu_heard(more))
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(38)
        .run();
    for prompt in [
        Prompt::EnterPin,
        Prompt::EnterNumber,
        Prompt::NumberRestricted,
    ] {
        assert_eq!(heard_in(&out, prompt), (0, 1), "{prompt:?}; {}", out.tale());
    }
    assert_eq!(out.record().language, Some(SPANISH));
    assert_eq!(out.record().disposition, Disposition::Blocked);
}

#[test]
fn who_chooses_english_hears_english() {
    let more = vec![
        Step::dial("1"),
        wait(600),
        listen(),
        Step::dial(PIN),
        wait(2500),
        Step::OnHook,
    ];
    let out = bench::phone(menu_heard(more))
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(14)
        .run();
    assert_eq!(heard_in(&out, Prompt::EnterPin), (1, 0));
    assert_eq!(heard_in(&out, Prompt::EnterNumber), (1, 0));
    assert_eq!(out.record().language, Some(ENGLISH));
}

#[test]
fn a_wrong_key_repeats_the_offer() {
    let more = vec![
        Step::dial("5"),
        wait(600),
        listen(),
        Step::dial("2"),
        wait(2500),
        Step::OnHook,
    ];
    let out = bench::phone(menu_heard(more))
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(17)
        .run();
    assert_eq!(
        out.heard(out.phone(), ENGLISH, FOR_ENGLISH).len(),
        2,
        "{}",
        out.tale()
    );
    assert_eq!(out.heard(out.phone(), SPANISH, FOR_SPANISH).len(), 2);
    assert_eq!(heard_in(&out, Prompt::EnterPin), (0, 1));
}

#[test]
fn when_nobody_chooses_the_offer_is_repeated_and_the_first_language_taken() {
    let steps = vec![wait(500), Step::OffHook, wait(16_000), Step::OnHook];
    let out = bench::phone(steps)
        .settings(|s| {
            two_languages(LanguageChoice::Menu)(s);
            s.languages = [SPANISH, ENGLISH].into_iter().collect();
            s.first_digit = Ticks::secs(2);
            s.prompt_repeats = 2;
        })
        .lasting(18)
        .run();
    let first = Prompt::LanguageOffer {
        language: SPANISH,
        key: 1,
    };
    assert_eq!(
        out.heard(out.phone(), SPANISH, first).len(),
        2,
        "{}",
        out.tale()
    );
    assert_eq!(heard_in(&out, Prompt::EnterPin), (0, 1));
}

#[test]
fn the_language_of_the_pin_skips_the_menu() {
    let steps = then(
        typed_in_one_go(PIN),
        [
            wait(600),
            listen(),
            Step::dial(&format!("0{RESTRICTED}")),
            wait(3000),
            Step::OnHook,
        ],
    );
    let scenario = bench::phone(steps)
        .settings(two_languages(LanguageChoice::FromPin))
        .lasting(18);
    let out = pin_speaks_spanish(scenario).run();
    assert_eq!(out.entered("language"), None);
    assert_eq!(heard_in(&out, Prompt::EnterNumber), (0, 1));
    assert_eq!(heard_in(&out, Prompt::NumberRestricted), (0, 1));
    assert_eq!(out.record().language, Some(SPANISH));
}

#[test]
fn the_menu_follows_a_pin_that_does_not_say() {
    let steps = then(
        typed_in_one_go(PIN),
        [
            wait(600),
            listen(),
            Step::dial("2"),
            wait(2500),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps)
        .settings(two_languages(LanguageChoice::FromPin))
        .lasting(13)
        .run();
    assert!(out.entered("pin") < out.entered("language"));
    assert!(
        out.entered("language") < out.entered("number"),
        "{}",
        out.tale()
    );
    assert_eq!(out.heard(out.phone(), ENGLISH, FOR_ENGLISH).len(), 1);
    assert_eq!(out.heard(out.phone(), SPANISH, FOR_SPANISH).len(), 1);
    assert_eq!(heard_in(&out, Prompt::EnterNumber), (0, 1));
    // The PIN is known by then: this key is no secret.
    assert_eq!(out.told_keys(), "......2");
}

#[test]
fn a_pins_language_that_is_not_installed_is_passed_over() {
    let steps = then(typed_in_one_go(PIN), [wait(2500), Step::OnHook]);
    let out = pin_speaks_spanish(bench::phone(steps).lasting(8)).run();
    assert_eq!(out.entered("language"), None);
    assert_eq!(heard_in(&out, Prompt::EnterNumber), (1, 0));
    assert_eq!(out.record().language, Some(ENGLISH));
}

#[test]
fn a_choice_at_the_menu_holds_against_the_language_of_the_pin() {
    let steps = then(
        typed_in_one_go(&format!("1{PIN}")),
        [wait(2500), Step::OnHook],
    );
    let scenario = bench::phone(steps)
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(8);
    let out = pin_speaks_spanish(scenario).run();
    assert_eq!(
        heard_in(&out, Prompt::EnterNumber),
        (1, 0),
        "{}",
        out.tale()
    );
    let spoke = out.fact(|f| matches!(f, Fact::Says { language, .. } if *language == SPANISH));
    assert_eq!(spoke, None);
}

/// An inmate whose PIN speaks Spanish calls and stays so long after the name; the called party does this.
fn called_by_a_spanish_speaker(inmate_ms: u64, party: Vec<Step>) -> Scenario {
    let steps = then(
        bench::collect_call(PIN, MOTHER),
        [wait(inmate_ms), Step::OnHook],
    );
    let scenario = bench::phone(steps)
        .to(
            &format!("1{MOTHER}"),
            CalledPartyScript::answering(1, party),
        )
        .settings(two_languages(LanguageChoice::FromPin));
    pin_speaks_spanish(scenario)
}

/// Hears all out.
fn hears() -> Step {
    Step::await_quiet(Ticks::ms(1200), Ticks::secs(60))
}

#[test]
fn the_called_party_chooses_a_language_of_its_own_and_hears_it_to_the_end() {
    let party = vec![
        hears(),
        Step::dial("3"),
        wait(600),
        hears(),
        Step::dial("1"),
        wait(60_000),
    ];
    let scenario = called_by_a_spanish_speaker(90_000, party)
        .treated(|t| t.announcements.origin_every = Some(Ticks::secs(20)))
        .lasting(115);
    let out = scenario.run();
    let called = |language, prompt| out.heard(out.trunk(), language, prompt).len();
    // What is offered is every other language, in its own words.
    let offer = |language| Prompt::LanguageOffer { language, key: 3 };
    for language in [SPANISH, ENGLISH] {
        assert!(called(language, offer(language)) > 0, "{}", out.tale());
    }
    for language in [SPANISH, ENGLISH] {
        assert!(called(language, COLLECT_CALL) > 0, "{}", out.tale());
    }
    assert_eq!(
        called(ENGLISH, Prompt::ThankYouGoAhead),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(called(SPANISH, Prompt::ThankYouGoAhead), 0);
    // In the talk each hears its own.
    assert!(called(ENGLISH, Prompt::CallOrigin) > 0, "{}", out.tale());
    let (english, spanish) = heard_in(&out, Prompt::CallOrigin);
    assert!(english == 0 && spanish > 0, "{}", out.tale());
    assert_eq!(out.record().language, Some(SPANISH));
}

#[test]
fn a_called_party_who_only_changes_languages_is_given_up() {
    let mut party = Vec::new();
    for _ in 0..9 {
        party.extend([wait(4000), Step::dial("3")]);
    }
    let out = called_by_a_spanish_speaker(140_000, party)
        .lasting(150)
        .run();
    let began = out.facts().filter(|(_, fact)| {
        matches!(
            fact,
            Fact::Says {
                prompt: Prompt::CollectCallFrom { .. },
                ..
            }
        )
    });
    // Once, three changes, and once more as nothing was chosen.
    assert_eq!(began.count(), 5, "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::NotAccepted);
}
