//! Calls left to the carrier's operator: the path is open from the end of outpulsing, but for keys.

use crate::{
    bench::{self, MOTHER, Outcome, Scenario, wait},
    hearing,
    ready::{picks_up, plain, quick},
};
use backoffice::Routing;
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    script::{Keying, Step},
    transcript::Event,
};
use types::{
    digits::Digits,
    disposition::*,
    fact::Fact,
    prompt::Prompt,
    tick::{Tick, Ticks},
    verdict::Handling,
};

/// The inmate calls `0 +` through the carrier and does this from the fifth second on, when
/// outpulsing is over; the operator answers after a ring and does that.
pub fn through_the_carrier(inmate: Vec<Step>, operator: Vec<Step>) -> Scenario {
    let number = format!("0{MOTHER}");
    let mut steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(&number),
        wait(3500),
    ];
    steps.push(Step::Mark("talks"));
    steps.extend(inmate);
    let mut scenario = bench::phone(steps)
        .exchange(quick())
        .to(&number, picks_up(operator))
        .site(plain)
        .lasting(20);
    scenario.routing = Routing {
        zero_plus: Handling::CarrierOperator,
        ..Routing::north_america()
    };
    scenario
}

/// Digits that the exchange registered after the number was complete.
fn registered_later(out: &Outcome) -> usize {
    let dialed = out.trunk().first(|e| matches!(e, Event::Dialed(_)));
    let dialed = dialed.unwrap_or_else(|| panic!("nothing dialed: {}", out.tale()));
    let later = |e: &&drivers::sim::transcript::EventAt| {
        matches!(e.event, Event::Digit { .. }) && e.at > dialed
    };
    out.trunk().events().iter().filter(later).count()
}

fn keys(digits: &str, on: u64, off: u64, level_dbm0: f64) -> Step {
    let keying = Keying {
        on: Ticks::ms(on),
        off: Ticks::ms(off),
        level_dbm0,
        twist_db: 2.0,
    };
    Step::Dial {
        digits: Digits::parse(digits).expect("digits"),
        keying,
    }
}

#[test]
fn the_carriers_operator_is_reached_with_its_prefix_and_no_name_is_asked() {
    let out = through_the_carrier(vec![wait(1000), Step::OnHook], vec![wait(9000)]).run();
    let dialed: Vec<String> = out.trunk().dialed().map(|d| d.to_string()).collect();
    assert_eq!(dialed, [format!("0{MOTHER}")]);
    assert!(out.entered("name").is_none() && out.entered("accept").is_none());
    assert_eq!(out.record().handling, Some(Handling::CarrierOperator));
}

#[test]
fn the_voice_path_opens_at_the_end_of_outpulsing() {
    let inmate = vec![Step::await_ringback(Ticks::secs(12)), Step::Mark("rings")];
    let mut scenario = through_the_carrier(inmate, vec![]);
    let ringing = drivers::sim::exchange::routes::Destination::RingNoAnswer;
    scenario.routes = Default::default();
    let out = scenario.to(&format!("0{MOTHER}"), ringing).run();
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsing ends");
    let talk = out.entered("talk").expect("talk");
    assert!(talk.since(outpulsed) <= Ticks::ms(10));
    assert_eq!(
        out.phone().timed_out().count(),
        0,
        "the inmate hears the network's ringback"
    );
    // It is the network's own, sample by sample the one that the exchange sent.
    let ring = out
        .trunk()
        .first(|e| matches!(e, Event::Rings(_)))
        .expect("ringing");
    let sent = out.trunk().emitted.between(ring, Ticks::secs(1));
    assert!(hearing::best(&out.phone().heard, &sent, ring, ring + Ticks::secs(3)) > 0.9);
}

#[test]
fn operator_and_inmate_hear_each_other() {
    let inmate = vec![
        wait(1000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(6)),
        wait(9000),
    ];
    let operator = vec![
        wait(3500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(6)),
    ];
    let out = through_the_carrier(inmate, operator).run();
    let said = Clip::inmate_talk().samples()[4000..24_000].to_vec();
    let heard = hearing::best(&out.trunk().heard, &said, Tick::ZERO, out.end);
    assert!(heard > 0.8, "the operator hears the inmate: {heard}");
    let said = Clip::called_talk().samples()[4000..24_000].to_vec();
    let heard = hearing::best(&out.phone().heard, &said, Tick::ZERO, out.end);
    assert!(heard > 0.8, "the inmate hears the operator: {heard}");
    assert_eq!(out.record().extra_digits, 0, "a voice is no key");
}

#[test]
fn no_key_of_the_inmate_reaches_the_network_at_any_speed_or_level() {
    let keying = vec![
        keys("123456789*0#", 90, 90, -9.0),
        keys("2155550199", 50, 50, -9.0),
        keys("2155550199", 45, 30, -3.0),
        keys("18005550199", 80, 60, -22.0),
        keys("7", 2000, 100, -9.0),
        Step::OnHook,
    ];
    let out = through_the_carrier(keying, vec![wait(20_000)])
        .lasting(16)
        .run();
    assert_eq!(registered_later(&out), 0, "{}", out.tale());
    let record = out.record();
    assert!(
        record.flags.extra_digits && record.extra_digits >= 40,
        "{record:?}"
    );
}

#[test]
fn keys_pressed_the_moment_the_path_opens_don_t_reach_the_network() {
    for early in [0u64, 40, 90, 130] {
        let number = format!("0{MOTHER}");
        let mut steps = vec![wait(300), Step::OffHook, wait(300), Step::dial(&number)];
        steps.push(wait(500 + early));
        steps.extend((0..3).map(|_| keys("21555501992155550199", 60, 60, -9.0)));
        steps.push(Step::OnHook);
        let mut scenario = bench::phone(steps)
            .exchange(quick())
            .to(&number, picks_up(vec![]))
            .site(plain)
            .lasting(10);
        scenario.routing = Routing {
            zero_plus: Handling::CarrierOperator,
            ..Routing::north_america()
        };
        let out = scenario.run();
        assert!(out.entered("talk").is_some(), "{}", out.tale());
        assert_eq!(registered_later(&out), 0, "{early}: {}", out.tale());
        let dialed: Vec<String> = out.trunk().dialed().map(|d| d.to_string()).collect();
        assert_eq!(dialed, [number], "what we dialed is what was registered");
    }
}

#[test]
fn at_most_20_ms_of_a_key_are_heard_by_the_network() {
    let number = "2155550199";
    let inmate = vec![
        wait(2000),
        Step::Mark("keys"),
        keys(number, 100, 100, -9.0),
        wait(900),
    ];
    let mut scenario = through_the_carrier(inmate, vec![wait(20_000)]).lasting(12);
    (scenario.phone_copper, scenario.trunk_copper) = (Copper::clear(), Copper::clear());
    let out = scenario.run();
    let from = out.phone().mark("keys").expect("keys");
    for digit in 0..number.len() as u64 {
        let pressed = from + Ticks::ms(200 * digit);
        let heard = out.trunk().heard.between(pressed, Ticks::ms(200));
        let leaked = heard.iter().filter(|s| s.unsigned_abs() > 8).count();
        assert!(leaked <= 160, "digit {digit}: {} ms", leaked / 8);
    }
    assert!(
        hearing::rms(&out.phone().emitted, from, from + Ticks::ms(90)) > 1000.0,
        "pressed"
    );
}

#[test]
fn keys_of_the_operators_side_do_reach_the_inmate() {
    let operator = vec![wait(3000), Step::Mark("key"), keys("5", 300, 100, -9.0)];
    let out = through_the_carrier(vec![wait(9000)], operator)
        .lasting(12)
        .run();
    let key = out.trunk().mark("key").expect("a key");
    assert!(
        hearing::rms(
            &out.phone().heard,
            key + Ticks::ms(60),
            key + Ticks::ms(250)
        ) > 1000.0
    );
}

#[test]
fn a_call_through_the_operator_ends_with_the_inmates_on_hook() {
    let out = through_the_carrier(vec![wait(4000), Step::OnHook], vec![wait(20_000)]).run();
    assert_eq!(out.record().ended_by, Some(EndedBy::Inmate));
    assert_eq!(out.record().disposition, Disposition::Completed);
    assert!(out.trunk().count(|e| *e == Event::Released) == 1);
    assert!(out.inmate_heard(Prompt::PleaseHold).is_empty());
}
