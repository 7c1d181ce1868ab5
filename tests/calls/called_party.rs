//! What the called party decides beyond the call: no more calls of this inmate, or from here.

use crate::{
    bench::{MOTHER, OTHER_PIN, Outcome, PIN, Scenario, phone, then, typed_in_one_go, wait},
    hearing,
    ready::{collect, picks_up, quick},
    short::hears_fast_busy,
};
use backoffice::{AllowedFlags, NumberFlags};
use drivers::sim::{
    clip::Clip,
    script::{Keying, Step},
};
use types::{
    digits::Digits,
    disposition::{Blocked, Disposition, EndedBy},
    fact::Fact,
    language::Language,
    party_block::{BlockKeys, PartyBlock},
    prompt::Prompt,
    settings::CallSettings,
    tick::{Tick, Ticks},
    treatment::Brand,
};

/// The key for the inmate, and the one for the facility.
const HIM: &str = "7";
const ALL: &str = "8";

const OFFER_HIM: Prompt = Prompt::BlockInmateOffer { key: 7 };
const OFFER_ALL: Prompt = Prompt::BlockFacilityOffer { key: 8 };
const CHOICE: Prompt = Prompt::AcceptOrRefuse {
    accept: 1,
    refuse: 2,
};

pub fn offered(scenario: Scenario) -> Scenario {
    offered_with(scenario, |_| {})
}

fn offered_with(scenario: Scenario, change: fn(&mut CallSettings)) -> Scenario {
    scenario.settings(move |settings| {
        settings.block_keys = BlockKeys {
            inmate: Some(7),
            facility: Some(8),
        };
        change(settings);
    })
}

/// Silence is over soon.
fn impatient(settings: &mut CallSettings) {
    settings.accept_wait = Ticks::secs(3);
}

/// A collect call, named, listened to its end; hung up at the fast busy.
pub fn calls(pin: &str) -> Vec<Step> {
    let mut steps = typed_in_one_go(&format!("{pin}0{MOTHER}"));
    steps.extend([
        Step::await_beep(Ticks::secs(20)),
        wait(200),
        Step::Say(Clip::inmate_name()),
        Step::await_fast_busy(Ticks::secs(100)),
        Step::OnHook,
        wait(3000),
    ]);
    steps
}

/// Somebody calls, the called party does this, and then he tries again.
fn twice(first: &str, second: &str, party: Vec<Step>) -> Scenario {
    offered(phone(then(calls(first), again(second))))
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(party))
        .lasting(140)
}

fn again(pin: &str) -> Vec<Step> {
    then(
        typed_in_one_go(&format!("{pin}0{MOTHER}")),
        hears_fast_busy(),
    )
}

/// Hears the announcement out.
fn hears_it_out() -> Vec<Step> {
    vec![Step::await_quiet(Ticks::ms(1200), Ticks::secs(40))]
}

/// Presses the key, hears what it means and the question, and presses this.
fn presses_and_then(key: &str, answer: Vec<Step>) -> Vec<Step> {
    let pressed = [
        Step::dial(key),
        wait(600),
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(20)),
        Step::Mark("asked"),
    ];
    then(then(hears_it_out(), pressed), answer)
}

pub fn confirms(key: &str) -> Vec<Step> {
    presses_and_then(key, vec![Step::dial(key), wait(20_000)])
}

/// The called party heard these, whole and in this order, in the first call.
fn called_heard_in_order(out: &Outcome, prompts: &[Prompt]) {
    let mut after = Tick::ZERO;
    for &prompt in prompts {
        let heard = out.called_heard(prompt);
        let next = heard.iter().find(|m| m.at >= after);
        let next =
            next.unwrap_or_else(|| panic!("{prompt:?} after {after:?}: {heard:?}; {}", out.tale()));
        after = next.at;
    }
}

/// The second call was refused for this, and nothing of it came to the trunk.
fn second_refused(out: &Outcome, prompt: Prompt, blocked: Blocked) {
    let told: Vec<_> = out
        .records
        .iter()
        .map(|r| (r.disposition, r.blocked))
        .collect();
    let second = (Disposition::Blocked, Some(blocked));
    assert_eq!(
        told,
        [(Disposition::Refused, None), second],
        "{}",
        out.tale()
    );
    assert_eq!(out.dialed().len(), 1, "only the first call was dialed");
    let heard = out.heard(out.phone(), Language::ENGLISH, prompt);
    assert_eq!(heard.len(), 1, "{prompt:?}: {heard:?}; {}", out.tale());
    out.nothing_was_missed();
}

#[test]
fn a_called_party_who_refuses_an_inmate_for_good_is_not_called_by_him_again() {
    let out = twice(PIN, PIN, confirms(HIM)).run();
    called_heard_in_order(
        &out,
        &[
            Prompt::CollectCallFrom {
                brand: Brand::IntraLata,
            },
            CHOICE,
            OFFER_HIM,
            OFFER_ALL,
            Prompt::InmateBlockMeans,
            Prompt::ConfirmBlock { key: 7 },
            Prompt::BlockKept,
            Prompt::Goodbye,
        ],
    );
    assert!(out.called_heard(Prompt::FacilityBlockMeans).is_empty());
    second_refused(
        &out,
        Prompt::CalledPartyBlocksInmate,
        Blocked::CalledPartyBlocksInmate,
    );
    let first = &out.records[0];
    assert_eq!(first.party_block, Some(PartyBlock::Inmate));
    assert_eq!(first.ended_by, Some(EndedBy::CalledParty));
    assert_eq!(first.talk, Ticks::ZERO);
    // The inmate is told no more than that the call was refused.
    out.inmate_heard_in_order(&[Prompt::CallRefused, Prompt::CalledPartyBlocksInmate]);
    assert_eq!(out.inmate_heard(Prompt::CallRefused).len(), 1);
}

#[test]
fn a_called_party_who_refuses_the_facility_for_good_is_called_by_nobody_of_it() {
    let out = twice(PIN, OTHER_PIN, confirms(ALL)).run();
    called_heard_in_order(
        &out,
        &[
            OFFER_ALL,
            Prompt::FacilityBlockMeans,
            Prompt::ConfirmBlock { key: 8 },
            Prompt::BlockKept,
            Prompt::Goodbye,
        ],
    );
    assert!(out.called_heard(Prompt::InmateBlockMeans).is_empty());
    second_refused(
        &out,
        Prompt::CalledPartyBlocksFacility,
        Blocked::CalledPartyBlocksFacility,
    );
    assert_eq!(out.records[0].party_block, Some(PartyBlock::Facility));
}

#[test]
fn a_called_party_who_refuses_one_inmate_is_called_by_another() {
    let out = offered(phone(then(calls(PIN), calls(OTHER_PIN))))
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(confirms(HIM)))
        .lasting(140)
        .run();
    let told: Vec<_> = out
        .records
        .iter()
        .map(|r| (r.disposition, r.party_block))
        .collect();
    let refused = (Disposition::Refused, Some(PartyBlock::Inmate));
    assert_eq!(told, [refused, refused], "each by himself: {}", out.tale());
    assert_eq!(out.dialed().len(), 2);
}

#[test]
fn an_attorney_may_refuse_a_client_for_good() {
    let out = twice(PIN, PIN, confirms(HIM))
        .site(|seed| {
            let flags = AllowedFlags {
                privileged: true,
                ..AllowedFlags::default()
            };
            seed.allowed = vec![(MOTHER.to_owned(), flags)];
            let listed = NumberFlags {
                privileged: true,
                ..NumberFlags::default()
            };
            seed.inmates[0].numbers = vec![(MOTHER.to_owned(), listed)];
        })
        .run();
    second_refused(
        &out,
        Prompt::CalledPartyBlocksInmate,
        Blocked::CalledPartyBlocksInmate,
    );
    assert!(out.story.tap.is_empty(), "no audio left the line");
}

/// One call in which the called party does this; nothing may come of it but a refusal.
fn only_refuses(party: Vec<Step>, what: &str) -> Outcome {
    let out = offered_with(phone(calls(PIN)), impatient)
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(party))
        .lasting(75)
        .run();
    let record = out.record();
    assert_eq!(
        record.disposition,
        Disposition::Refused,
        "{what}: {}",
        out.tale()
    );
    assert_eq!(record.ended_by, Some(EndedBy::CalledParty), "{what}");
    not_blocked(&out, what);
    out.inmate_heard_in_order(&[Prompt::CallRefused]);
    out
}

fn not_blocked(out: &Outcome, what: &str) {
    let kept: Vec<_> = out.records.iter().filter_map(|r| r.party_block).collect();
    assert!(kept.is_empty(), "{what}: {kept:?} {}", out.tale());
    let told = out.fact(|fact| matches!(fact, Fact::Blocks(_)));
    assert_eq!(told, None, "{what}: {}", out.tale());
    assert!(out.called_heard(Prompt::BlockKept).is_empty(), "{what}");
}

#[test]
fn without_a_confirmation_a_key_to_refuse_for_good_is_a_refusal_and_no_more() {
    let silent = only_refuses(presses_and_then(HIM, vec![wait(60_000)]), "silence");
    assert_eq!(silent.called_heard(Prompt::Goodbye).len(), 1);
    for key in ["8", "1", "2", "5", "*"] {
        let other = vec![Step::dial(key), wait(30_000)];
        only_refuses(presses_and_then(HIM, other), key);
    }
    let gone = presses_and_then(ALL, vec![Step::OnHook]);
    only_refuses(gone, "a hang-up");
}

#[test]
fn a_key_that_is_held_or_bounces_does_not_confirm_itself() {
    let held = Keying {
        on: Ticks::secs(4),
        ..Keying::STANDARD
    };
    let held = Step::Dial {
        digits: Digits::parse(HIM).expect("a digit"),
        keying: held,
    };
    let mut steps = hears_it_out();
    steps.extend([held, wait(60_000)]);
    only_refuses(steps, "held");
    let mut steps = hears_it_out();
    steps.extend([Step::dial("777"), wait(60_000)]);
    only_refuses(steps, "pressed at once again and again");
}

#[test]
fn a_child_that_plays_with_the_keys_blocks_nobody() {
    let mut steps = hears_it_out();
    for keys in ["7", "8", "77", "8", "78", "7"] {
        steps.extend([Step::dial(keys), wait(900)]);
    }
    steps.push(wait(30_000));
    only_refuses(steps, "a child");
}

#[test]
fn who_talks_on_after_the_key_blocks_nobody() {
    let mut steps = hears_it_out();
    steps.extend([
        Step::dial(HIM),
        wait(500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(40)),
    ]);
    only_refuses(steps, "talk");
}

#[test]
fn no_talk_blocks_anybody() {
    let talks = vec![
        wait(100),
        Step::SayFor(Clip::called_talk(), Ticks::secs(60)),
    ];
    // Whoever talks so long is held for a machine.
    let out = offered_with(phone(calls(PIN)), |settings| settings.drop_machines = false)
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(talks))
        .lasting(80)
        .run();
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    assert!(out.entered("block").is_none(), "{}", out.tale());
    not_blocked(&out, "talk");
}

#[test]
fn keys_of_the_inmates_block_nobody() {
    // Seven is pressed by him all the time; by the called party only once.
    let mut inmate = typed_in_one_go(&format!("{PIN}0{MOTHER}"));
    inmate.extend([
        Step::await_beep(Ticks::secs(20)),
        wait(200),
        Step::Say(Clip::inmate_name()),
    ]);
    for _ in 0..40 {
        inmate.extend([wait(1300), Step::dial(HIM)]);
    }
    for (party, disposition) in [
        (vec![wait(90_000)], Disposition::NotAccepted),
        (
            presses_and_then(HIM, vec![wait(90_000)]),
            Disposition::Refused,
        ),
    ] {
        let out = offered_with(phone(inmate.clone()), impatient)
            .exchange(quick())
            .to(&format!("1{MOTHER}"), picks_up(party))
            .lasting(80)
            .run();
        assert_eq!(out.records[0].disposition, disposition, "{}", out.tale());
        not_blocked(&out, "the inmate's keys");
        assert!(out.records[0].flags.extra_digits);
    }
}

/// Before a second is over after the name, a key could be its echo.
#[test]
fn what_may_be_an_echo_of_the_name_refuses_nobody_for_good() {
    let rung = |party| {
        offered(collect(vec![wait(30_000)], party))
            .lasting(34)
            .run()
    };
    let out = rung(vec![wait(40_000)]);
    let name = Clip::inmate_name();
    let said = hearing::find(&out.trunk().heard, name.samples(), Tick::ZERO, out.end)[0].at;
    let answered = out.fact(|fact| matches!(fact, Fact::Answered(_)));
    let before = said.since(answered.expect("an answer")).as_ms();
    let over = before + name.length().as_ms();
    for (ms, taken) in [
        (before + 200, false),
        (over + 600, false),
        (over + 1500, true),
    ] {
        let out = rung(vec![wait(ms), Step::dial(ALL), wait(40_000)]);
        let entered = out.entered("block").is_some();
        assert_eq!(entered, taken, "after {ms} ms: {}", out.tale());
        not_blocked(&out, "one key");
    }
}

#[test]
fn where_nobody_is_known_no_inmate_is_offered() {
    let party = then(
        hears_it_out(),
        [Step::dial(HIM), wait(3000), Step::dial(HIM), wait(20_000)],
    );
    let out = offered(collect(vec![wait(40_000)], party))
        .lasting(45)
        .run();
    assert!(!out.called_heard(OFFER_ALL).is_empty(), "{}", out.tale());
    assert!(out.called_heard(OFFER_HIM).is_empty());
    assert!(out.entered("block").is_none(), "{}", out.tale());
    not_blocked(&out, "a caller without a PIN");
}

#[test]
fn where_the_site_has_no_such_keys_none_are_offered_and_none_count() {
    let party = then(
        hears_it_out(),
        [Step::dial("78"), wait(3000), Step::dial("78"), wait(20_000)],
    );
    let out = phone(calls(PIN))
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(party))
        .lasting(75)
        .run();
    for offer in [OFFER_HIM, OFFER_ALL] {
        assert!(out.called_heard(offer).is_empty(), "{offer:?}");
    }
    assert!(out.entered("block").is_none(), "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::NotAccepted);
}

#[test]
fn an_inmate_who_hangs_up_meanwhile_was_refused_and_is_not_blocked() {
    let mut inmate = typed_in_one_go(&format!("{PIN}0{MOTHER}"));
    inmate.extend([
        Step::await_beep(Ticks::secs(20)),
        wait(200),
        Step::Say(Clip::inmate_name()),
        wait(15_000),
        Step::OnHook,
    ]);
    let party = vec![wait(8000), Step::dial(ALL), wait(20_000)];
    let out = offered(phone(inmate))
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(party))
        .lasting(40)
        .run();
    assert!(out.entered("block").is_some(), "{}", out.tale());
    assert_eq!(
        out.record().disposition,
        Disposition::Refused,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().ended_by, Some(EndedBy::CalledParty));
    not_blocked(&out, "a hang-up");
}

#[test]
fn who_hangs_up_after_confirming_has_confirmed() {
    let party = presses_and_then(HIM, vec![Step::dial(HIM), wait(250), Step::OnHook]);
    let out = twice(PIN, PIN, party).run();
    assert_eq!(out.records[0].party_block, Some(PartyBlock::Inmate));
    second_refused(
        &out,
        Prompt::CalledPartyBlocksInmate,
        Blocked::CalledPartyBlocksInmate,
    );
}

#[test]
fn a_rotary_telephone_refuses_for_good_by_the_same_keys() {
    let dial = || Step::pulse_dial("7");
    let party = vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        dial(),
        wait(600),
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(20)),
        dial(),
        wait(20_000),
    ];
    let rotary = |settings: &mut CallSettings| {
        settings.pulse_acceptance = true;
        (settings.accept_key, settings.refuse_key) = (3, 9);
    };
    let out = offered_with(twice(PIN, PIN, party), rotary).run();
    assert_eq!(
        out.records[0].party_block,
        Some(PartyBlock::Inmate),
        "{}",
        out.tale()
    );
}
