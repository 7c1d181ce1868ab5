//! The number: complete by the dial plan, by `#`, by time; and the speed dials.

use crate::bench::{
    self, MOTHER, Outcome, PIN, RESTRICTED, STRANGER, Scenario, count_leg, then, typed_in_one_go,
    wait,
};
use drivers::sim::script::Step;
use types::{
    disposition::{Blocked, Disposition, EndedBy},
    fact::{Fact, Leg},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// Somebody in London, as dialed abroad.
const LONDON: &str = "442079460123";

/// With a good PIN and no time lost, these steps at the number, then a hang-up.
fn at_the_number(steps: Vec<Step>) -> Vec<Step> {
    let begin = then(typed_in_one_go(PIN), [wait(700), Step::Mark("number")]);
    then(then(begin, steps), [Step::Mark("done"), Step::OnHook])
}

/// Short times between digits, so that a scenario is short; the final one is the shorter.
fn dialing(steps: Vec<Step>) -> Scenario {
    bench::phone(at_the_number(steps))
        .settings(|s| {
            s.inter_digit = Ticks::ms(3000);
            s.final_digit = Ticks::ms(1000);
        })
        .lasting(14)
}

fn keys(keys: &str) -> Step {
    Step::dial(keys)
}

fn said(out: &Outcome, prompt: Prompt) -> usize {
    count_leg(out, Leg::Phone, prompt)
}

/// What the network was dialed.
fn outpulsed(out: &Outcome) -> Vec<String> {
    out.trunk()
        .dialed()
        .map(|digits| digits.to_string())
        .collect()
}

/// What the record says of what was dialed: the keys, how they are read, and the number.
fn recorded(out: &Outcome) -> (&str, Option<DialingPattern>, Option<String>) {
    let record = out.record();
    (
        &record.dialed,
        record.pattern,
        record.number.map(|n| n.to_string()),
    )
}

/// When the number was taken as complete.
fn taken(out: &Outcome) -> Tick {
    out.entered("admit")
        .unwrap_or_else(|| panic!("a number; {}", out.tale()))
}

fn number(digits: &str) -> Option<String> {
    PhoneNumber::national(digits).map(|n| n.to_string())
}

#[test]
fn ten_digits_are_a_direct_call() {
    let out = dialing(vec![keys(STRANGER), wait(3500)]).run();
    let direct = Some(DialingPattern::Direct);
    assert_eq!(
        recorded(&out),
        (STRANGER, direct, number(STRANGER)),
        "{}",
        out.tale()
    );
    assert_eq!(outpulsed(&out), [STRANGER]);
    assert_eq!(out.record().call_type, Some(CallType::Local));
}

#[test]
fn one_and_a_number_is_a_one_plus_call() {
    let out = dialing(vec![keys("12125550123"), wait(3500)]).run();
    let one_plus = Some(DialingPattern::OnePlus);
    assert_eq!(
        recorded(&out),
        ("12125550123", one_plus, number("2125550123"))
    );
    assert_eq!(outpulsed(&out), ["12125550123"], "{}", out.tale());
    assert_eq!(out.record().call_type, Some(CallType::Interstate));
}

#[test]
fn zero_and_a_number_is_a_collect_call() {
    let out = dialing(vec![keys(&format!("0{MOTHER}")), wait(2500)]).run();
    let zero_plus = Some(DialingPattern::ZeroPlus);
    let dialed = format!("0{MOTHER}");
    assert_eq!(recorded(&out), (dialed.as_str(), zero_plus, number(MOTHER)));
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 1, "{}", out.tale());
}

#[test]
fn an_international_number_is_complete_with_pound() {
    let out = dialing(vec![
        keys(&format!("011{LONDON}#")),
        Step::Mark("last"),
        wait(500),
    ])
    .run();
    let dialed = format!("011{LONDON}");
    let abroad = Some(DialingPattern::International);
    assert_eq!(
        recorded(&out),
        (dialed.as_str(), abroad, Some(format!("+{LONDON}")))
    );
    assert!(taken(&out) < out.marked("last"), "at once; {}", out.tale());
    assert_eq!(out.record().call_type, Some(CallType::International));
}

#[test]
fn an_international_number_is_complete_after_the_final_time() {
    let out = dialing(vec![
        keys(&format!("011{LONDON}")),
        Step::Mark("last"),
        wait(3500),
    ])
    .run();
    let abroad = Some(DialingPattern::International);
    assert_eq!(recorded(&out).1, abroad, "{}", out.tale());
    // The time runs from the last key, which began 180 ms before the mark.
    let waited = taken(&out).since(out.marked("last")).as_ms();
    assert!((820..900).contains(&waited), "{waited}");
}

#[test]
fn the_speed_dial_rule_does_not_cut_an_international_number() {
    let steps = vec![
        keys("01"),
        wait(2000),
        keys(&format!("1{LONDON}#")),
        wait(500),
    ];
    let out = dialing(steps).run();
    assert_eq!(
        recorded(&out).1,
        Some(DialingPattern::International),
        "{}",
        out.tale()
    );
}

#[test]
fn a_collect_call_keyed_slowly_is_no_speed_dial() {
    // Each pause is longer than the final time and shorter than the inter-digit time.
    let slow = "021"
        .chars()
        .flat_map(|key| [keys(&key.to_string()), wait(1800)]);
    let out = dialing(then(slow.collect(), [keys("55550123"), wait(2200)])).run();
    assert_eq!(
        recorded(&out).1,
        Some(DialingPattern::ZeroPlus),
        "{}",
        out.tale()
    );
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 1);
}

#[test]
fn a_speed_dial_is_complete_with_pound() {
    let out = dialing(vec![keys("07#"), wait(2500)]).run();
    let speed = Some(DialingPattern::SpeedDial);
    assert_eq!(
        recorded(&out),
        ("07", speed, number(MOTHER)),
        "{}",
        out.tale()
    );
    // It stands for a collect call.
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 1);
}

#[test]
fn a_speed_dial_is_complete_after_a_time() {
    let out = dialing(vec![keys("07"), Step::Mark("last"), wait(5500)]).run();
    assert_eq!(
        recorded(&out),
        ("07", Some(DialingPattern::SpeedDial), number(MOTHER))
    );
    // More digits would be a collect call: it is the inter-digit time that must pass.
    let waited = taken(&out).since(out.marked("last")).as_ms();
    assert!((2820..2900).contains(&waited), "{waited}; {}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 1);
}

#[test]
fn a_speed_dial_that_begins_no_number_is_complete_after_the_final_time() {
    let out = dialing(vec![keys("11"), Step::Mark("last"), wait(3000)])
        .site(|seed| seed.speed_dials.push((11, format!("0{MOTHER}"))))
        .run();
    assert_eq!(
        recorded(&out),
        ("11", Some(DialingPattern::SpeedDial), number(MOTHER))
    );
    let waited = taken(&out).since(out.marked("last")).as_ms();
    assert!((820..900).contains(&waited), "{waited}; {}", out.tale());
}

#[test]
fn a_code_that_stands_for_nothing_is_refused_with_its_own_prompt() {
    let steps = vec![keys("12#"), Step::await_fast_busy(Ticks::secs(9))];
    let out = dialing(steps).run();
    assert_eq!(
        out.inmate_heard(Prompt::SpeedDialNotAssigned).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Blocked);
    assert_eq!(record.blocked, Some(Blocked::SpeedDialNotAssigned));
    assert_eq!(
        (record.dialed.as_str(), record.pattern),
        ("12", Some(DialingPattern::SpeedDial))
    );
}

#[test]
fn a_speed_dial_is_screened_like_any_number() {
    let out = dialing(vec![keys("09#"), wait(2500)])
        .site(|seed| seed.speed_dials.push((9, format!("0{RESTRICTED}"))))
        .run();
    assert_eq!(
        out.inmate_heard(Prompt::NumberRestricted).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().blocked, Some(Blocked::NumberRestricted));
    assert_eq!(
        recorded(&out),
        ("09", Some(DialingPattern::SpeedDial), number(RESTRICTED))
    );
    assert!(outpulsed(&out).is_empty());
}

#[test]
fn a_number_that_is_none_is_told_and_asked_again() {
    let steps = vec![keys("215#"), wait(6200), keys(STRANGER), wait(500)];
    let out = dialing(steps).run();
    out.inmate_heard_in_order(&[Prompt::NumberNotValid, Prompt::EnterNumber]);
    let direct = Some(DialingPattern::Direct);
    assert_eq!(
        recorded(&out),
        (STRANGER, direct, number(STRANGER)),
        "{}",
        out.tale()
    );
}

#[test]
fn a_second_number_that_is_none_ends_the_attempt() {
    let steps = vec![
        keys("215#"),
        wait(2500),
        keys("0#"),
        wait(500),
        Step::await_fast_busy(Ticks::secs(9)),
    ];
    let out = dialing(steps).lasting(16).run();
    assert_eq!(
        out.inmate_heard(Prompt::NumberNotValid).len(),
        2,
        "{}",
        out.tale()
    );
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    let record = out.record();
    assert_eq!(record.disposition, Disposition::NotDialed);
    assert_eq!(record.blocked, Some(Blocked::NumberNotValid));
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert!(outpulsed(&out).is_empty());
}

#[test]
fn the_rest_of_a_wrong_number_is_not_dialed_as_another() {
    // No country's code begins with 0: wrong from the fourth digit on, and what follows it
    // would be a local number.
    let out = dialing(vec![
        keys("0110215555"),
        keys("0199"),
        Step::Mark("last"),
        wait(4000),
    ])
    .run();
    let told = out.inmate_heard(Prompt::NumberNotValid);
    assert_eq!(told.len(), 1, "{}", out.tale());
    let waited = told[0].at.since(out.marked("last")).as_ms();
    assert!((820..920).contains(&waited), "{waited}");
    assert_eq!(out.entered("admit"), None);
    assert!(outpulsed(&out).is_empty());
}

#[test]
fn star_starts_the_number_again() {
    let out = dialing(vec![keys(&format!("21577*0*{STRANGER}")), wait(3500)]).run();
    let direct = Some(DialingPattern::Direct);
    assert_eq!(
        recorded(&out),
        (STRANGER, direct, number(STRANGER)),
        "{}",
        out.tale()
    );
    assert_eq!(outpulsed(&out), [STRANGER]);
    assert_eq!(said(&out, Prompt::NumberNotValid), 0);
}

#[test]
fn star_makes_a_wrong_number_good() {
    let out = dialing(vec![keys(&format!("01100*{STRANGER}")), wait(500)]).run();
    assert_eq!(recorded(&out).0, STRANGER, "{}", out.tale());
    assert_eq!(said(&out, Prompt::NumberNotValid), 0);
}

#[test]
fn seven_digits_are_a_number_of_the_own_area() {
    // No area code goes on like this: complete at once.
    let out = dialing(vec![keys("5550199"), Step::Mark("last"), wait(500)]).run();
    assert_eq!(
        recorded(&out),
        ("5550199", Some(DialingPattern::Direct), number(STRANGER))
    );
    assert!(taken(&out) < out.marked("last"), "{}", out.tale());
}

#[test]
fn seven_digits_that_ten_could_begin_with_are_complete_after_the_final_time() {
    let out = dialing(vec![keys("5552199"), Step::Mark("last"), wait(2000)]).run();
    let direct = Some(DialingPattern::Direct);
    assert_eq!(recorded(&out), ("5552199", direct, number("2155552199")));
    let waited = taken(&out).since(out.marked("last")).as_ms();
    assert!((820..900).contains(&waited), "{waited}; {}", out.tale());
}

#[test]
fn half_a_number_and_no_more_is_not_valid() {
    let out = dialing(vec![keys("2155"), Step::Mark("last"), wait(5500)]).run();
    let told = out.inmate_heard(Prompt::NumberNotValid);
    assert_eq!(told.len(), 1, "{}", out.tale());
    let waited = told[0].at.since(out.marked("last")).as_ms();
    assert!((2820..2920).contains(&waited), "{waited}");
}

#[test]
fn who_dials_nothing_is_asked_again_and_then_given_up() {
    let steps = vec![wait(18_000), Step::await_fast_busy(Ticks::secs(6))];
    let out = bench::phone(at_the_number(steps))
        .settings(|s| {
            s.first_digit = Ticks::secs(2);
            s.prompt_repeats = 2;
        })
        .lasting(26)
        .run();
    let asked = out.inmate_heard(Prompt::EnterNumber);
    assert_eq!(asked.len(), 2, "{}", out.tale());
    // The prompt is 6.4 s long.
    let apart = asked[1].at.since(asked[0].at).as_ms();
    assert!((8350..8500).contains(&apart), "{apart}");
    assert_eq!(said(&out, Prompt::HangUp), 1);
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    let record = out.record();
    assert_eq!(record.disposition, Disposition::NotDialed);
    assert_eq!(
        (record.blocked, record.ended_by),
        (None, Some(EndedBy::Controller))
    );
    assert_eq!((record.dialed.as_str(), record.pattern), ("", None));
}

#[test]
fn keys_after_a_complete_number_are_no_part_of_it() {
    let out = dialing(vec![keys(&format!("{STRANGER}#44")), wait(3500)]).run();
    assert_eq!(recorded(&out).0, STRANGER, "{}", out.tale());
    assert_eq!(outpulsed(&out), [STRANGER]);
    let numbers = out
        .facts()
        .filter(|(_, f)| matches!(f, Fact::Decided(_)))
        .count();
    assert_eq!(numbers, 1);
}
