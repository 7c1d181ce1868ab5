//! Outpulsing: what goes out for what was dialed, how it sounds, and what must not get in.

use crate::{
    bench::{MOTHER, Outcome, PIN, then, wait},
    hearing,
    short::{dials, keys, ringing},
};
use backoffice::Routing;
use drivers::sim::{clip::Clip, exchange::line::Numbering, script::Step, transcript::Event};
use types::{
    disposition::Disposition, fact::Fact, prompt::Prompt, tick::Ticks, trunk::Outpulsing,
    verdict::Handling,
};

/// The network saw exactly these digits of a call of this handling.
fn outpulses(keyed: &str, dialed: &str, handling: Handling) {
    let out = ringing(then(dials(keyed), [wait(10_000), Step::OnHook]))
        .lasting(16)
        .run();
    let seen: Vec<_> = out.dialed().iter().map(|d| d.as_str().to_owned()).collect();
    assert_eq!(seen, [dialed], "{}", out.tale());
    assert_eq!(out.record().handling, Some(handling));
}

#[test]
fn a_direct_number_goes_out_as_it_was_dialed() {
    outpulses(MOTHER, MOTHER, Handling::Direct);
}

#[test]
fn a_one_plus_number_goes_out_with_its_prefix() {
    let one_plus = format!("1{MOTHER}");
    outpulses(&one_plus, &one_plus, Handling::Direct);
}

#[test]
fn an_international_number_goes_out_with_its_prefix_and_without_the_pound_key() {
    outpulses("011442079460123#", "011442079460123", Handling::Direct);
}

fn collect(routing: Routing) -> Outcome {
    let name = [
        Step::await_beep(Ticks::secs(8)),
        wait(200),
        Step::Say(Clip::inmate_name()),
        wait(8000),
        Step::OnHook,
    ];
    let mut scenario = ringing(then(dials(&format!("0{MOTHER}")), name)).lasting(24);
    scenario.routing = routing;
    scenario.run()
}

#[test]
fn a_collect_call_of_the_automated_operator_goes_out_as_one_plus() {
    let out = collect(Routing::north_america());
    out.nothing_was_missed();
    assert_eq!(
        out.dialed()[0].as_str(),
        format!("1{MOTHER}"),
        "{}",
        out.tale()
    );
}

#[test]
fn a_collect_call_of_the_carrier_s_operator_goes_out_as_zero_plus() {
    let zero_plus = Handling::CarrierOperator;
    let out = collect(Routing {
        zero_plus,
        ..Routing::north_america()
    });
    assert_eq!(
        out.dialed()[0].as_str(),
        format!("0{MOTHER}"),
        "{}",
        out.tale()
    );
    assert_eq!(
        out.inmate_heard(Prompt::SayName).len(),
        0,
        "the operator asks the name"
    );
}

#[test]
fn dtmf_goes_out_with_standard_lengths_pauses_and_levels() {
    let out = ringing(then(dials(MOTHER), [wait(4500), Step::OnHook]))
        .lasting(11)
        .run();
    let first = out.seen(|e| matches!(e, Event::Digit { .. }), 0) - Ticks::ms(200);
    let audio = &out.trunk().heard;
    // On or off, each 5 ms.
    let loud: Vec<bool> = (0..400)
        .map(|n| first + Ticks::ms(5 * n))
        .map(|at| hearing::rms(audio, at, at + Ticks::ms(5)) > 300.0)
        .collect();
    let from = loud.iter().position(|on| *on).expect("a digit");
    let runs: Vec<(bool, usize)> = loud[from..]
        .chunk_by(|a, b| a == b)
        .map(|run| (run[0], 5 * run.len()))
        .take(19)
        .collect();
    assert_eq!(runs.len(), 19, "ten digits and nine pauses: {runs:?}");
    // After the first digit dial tone must be gone.
    let (pause, others) = (runs[1].1, runs.iter().enumerate().filter(|(n, _)| *n != 1));
    assert!((70..=250).contains(&pause), "{runs:?}");
    assert!(
        others
            .into_iter()
            .all(|(_, (_, ms))| (60..=80).contains(ms)),
        "{runs:?}"
    );
    // -9 and -7 dBm0 less the 1 dB of the loop: -5.9 dBm0 in all.
    let middle = first + Ticks::ms(5 * from as u64 + 20);
    let level = hearing::rms(audio, middle, middle + Ticks::ms(40));
    let dbm0 = 20.0 * (level / 32_768.0).log10() + 6.18;
    assert!((-7.9..=-3.9).contains(&dbm0), "{dbm0} dBm0");
}

/// Keys `5` so long after the last digit of the number; how many keys the record tells of.
fn keys_on(after: u64) -> Outcome {
    let steps = [wait(after), Step::dial("5"), wait(2000), Step::OnHook];
    let out = ringing(then(dials(MOTHER), steps)).lasting(12).run();
    let digits = out.trunk().count(|e| matches!(e, Event::Digit { .. }));
    assert_eq!(
        digits,
        MOTHER.len(),
        "the trunk hears our digits alone; {}",
        out.tale()
    );
    out
}

#[test]
fn a_key_after_outpulsing_is_counted_and_does_not_reach_the_trunk() {
    let out = keys_on(3000);
    assert_eq!(out.record().extra_digits, 1, "{}", out.tale());
    assert!(out.record().flags.extra_digits);
}

#[test]
fn a_key_during_outpulsing_does_not_reach_the_trunk() {
    let out = keys_on(1000);
    let keyed = out
        .facts()
        .filter(|(_, f)| matches!(f, Fact::Keyed { .. }))
        .last();
    let (at, _) = keyed.expect("the key was heard");
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsed");
    assert!(at < outpulsed, "{}", out.tale());
    assert_eq!(out.record().extra_digits, 0);
}

#[test]
fn a_trunk_that_says_so_is_dialed_by_pulses() {
    let mut scenario = ringing(then(
        keys(&format!("{PIN}2122122121")),
        [wait(14_000), Step::OnHook],
    ));
    scenario.outpulsing = Outpulsing::Pulse;
    let out = scenario.lasting(20).run();
    let pulsed = out
        .trunk()
        .count(|e| matches!(e, Event::Digit { pulse: true, .. }));
    let keyed = out
        .trunk()
        .count(|e| matches!(e, Event::Digit { pulse: false, .. }));
    assert_eq!((pulsed, keyed), (10, 0), "{}", out.tale());
    assert_eq!(out.dialed()[0].as_str(), "2122122121");
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsing ended");
    let dialed = out.seen(|e| matches!(e, Event::Dialed(_)), 0);
    let early = dialed.since(outpulsed);
    assert!(
        early < Ticks::ms(600),
        "not told as done {early:?} before the last digit"
    );
}

#[test]
fn a_hang_up_while_pulses_go_out_ends_them_and_frees_the_trunk() {
    let mut scenario = ringing(then(dials(MOTHER), [wait(4000), Step::OnHook]));
    scenario.outpulsing = Outpulsing::Pulse;
    let out = scenario.lasting(14).run();
    let released = out.seen(|e| *e == Event::Released, 0);
    let on_hook = out.phone().first(|e| *e == Event::OnHook).expect("hung up");
    assert!(released.since(on_hook) < Ticks::ms(1500), "{}", out.tale());
    assert!(out.dialed().is_empty());
    assert_eq!(out.record().disposition, Disposition::Abandoned);
    let after = |e: &&drivers::sim::transcript::EventAt| e.at > released;
    assert_eq!(
        out.trunk().events().iter().filter(after).count(),
        0,
        "{}",
        out.tale()
    );
}

/// Ten digits that a local exchange would take for seven and three too many.
#[test]
fn ten_digits_reach_a_seven_digit_exchange_as_the_number_that_was_screened() {
    let ten = "5559876123";
    let seven = |behind: bool| {
        let mut scenario = ringing(then(dials(ten), [wait(10_000), Step::OnHook])).lasting(16);
        for line in &mut scenario.trunks {
            line.numbering = Numbering::NorthAmerica { seven_digits: true };
        }
        scenario.routing.seven_digit_exchange = behind;
        let out = scenario.run();
        out.dialed()[0].as_str().to_owned()
    };
    assert_eq!(seven(true), format!("1{ten}"));
    assert_eq!(seven(false), ten[..7], "what the setting is there for");
}
