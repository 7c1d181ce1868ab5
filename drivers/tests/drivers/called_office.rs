//! The called party's own exchange: hold, a third party, a call that waits, as a trunk hears them.

use crate::bench::{Bench, level_at, level_dbm0, sine, trunk};
use drivers::sim::{
    called_office::{Services, Switching},
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::{Exchange, line::ExchangeLine, routes::Routes},
    script::Step,
    subscriber::SubscriberLine,
    transcript::Event,
};
use types::tick::{Tick, Ticks};

const NUMBER: &str = "5551234567";
const THIRD: &str = "5557654321";

/// Hums at 1000 Hz while it does all this.
fn hums(hz: f64, seconds: u64) -> Step {
    Step::Say(Clip::tone(hz, -12.0, Ticks::secs(seconds)))
}

fn party(steps: Vec<Step>) -> CalledPartyScript {
    CalledPartyScript::new(Answer::After(Ticks::ms(500)), steps)
        .with(Services::three_way(Switching::DIGITAL))
}

/// Flashes and dials the third number into recall dial tone.
fn calls_a_third() -> Vec<Step> {
    vec![
        Step::wait_ms(1000),
        Step::flash_ms(500),
        Step::await_dial_tone(Ticks::secs(3)),
        Step::dial(THIRD),
    ]
}

/// The trunk's call to a party, with a third who answers after four seconds and hums at 1500 Hz.
fn called(party: CalledPartyScript, third: Vec<Step>, seconds: u64) -> Bench<Exchange> {
    let third = CalledPartyScript::new(Answer::After(Ticks::secs(4)), third);
    let line = ExchangeLine::kewl_start();
    let mut bench = trunk(line, Routes::new().to(NUMBER, party).to(THIRD, third));
    bench.seize();
    bench.dial(NUMBER);
    bench.run(Ticks::secs(seconds));
    bench
}

fn when(bench: &Bench<Exchange>, event: Event) -> Tick {
    let found = bench.transcript().first(|e| *e == event);
    found.unwrap_or_else(|| panic!("no {event:?} in {:?}", bench.transcript().events()))
}

/// What was heard from so long after a tick on, for so long.
fn after(bench: &Bench<Exchange>, tick: Tick, ms: u64, length_ms: u64) -> &[i16] {
    let from = tick + Ticks::ms(ms);
    bench.heard_between(from, from + Ticks::ms(length_ms))
}

/// Whether 1000 and 1500 Hz are there, and at this level.
fn hear(samples: &[i16], levels: [Option<f64>; 2]) {
    for (hz, wanted) in [1000.0, 1500.0].into_iter().zip(levels) {
        let found = level_at(samples, hz);
        let right = wanted.map_or(found < -55.0, |wanted| (found - wanted).abs() < 0.5);
        assert!(right, "{hz} Hz at {found:.1} dBm0, not {wanted:?}");
    }
}

#[test]
fn a_flash_calls_a_third_and_the_next_joins_all_three() {
    let mut steps = vec![hums(1000.0, 1)];
    steps.extend(calls_a_third());
    steps.extend([
        Step::await_sound(Ticks::secs(9)),
        Step::wait_ms(6000),
        Step::flash_ms(400),
    ]);
    steps.extend([hums(1000.0, 4), Step::flash_ms(400), hums(1000.0, 4)]);
    let bench = called(party(steps), vec![hums(1500.0, 60)], 26);
    assert_eq!(bench.transcript().timed_out().count(), 0);
    let answered = when(&bench, Event::Answered);
    hear(after(&bench, answered, 100, 500), [Some(-12.0), None]);
    let held = when(&bench, Event::Held);
    let joined = when(&bench, Event::Joined);
    let dialed = bench
        .transcript()
        .first(|e| matches!(e, Event::ThirdDialed(_)));
    assert!(dialed.is_some_and(|at| at > held));
    assert!(when(&bench, Event::ThirdAnswered) < joined);
    let aside = bench.heard_between(held + Ticks::ms(40), joined);
    assert!(aside.iter().all(|s| s.unsigned_abs() < 16), "on hold");
    hear(after(&bench, joined, 500, 500), [Some(-15.0), Some(-15.0)]);
    let gone = when(&bench, Event::ThirdGone);
    hear(after(&bench, gone, 500, 500), [Some(-12.0), None]);
}

/// A party who flashes after two seconds, while the trunk says this.
fn flashes_over(said: &[i16]) -> (Bench<Exchange>, Tick) {
    let line = SubscriberLine::house(2.0, 20.0, -60.0);
    let steps = vec![
        Step::wait_ms(2000),
        Step::Mark("flash"),
        Step::flash_ms(500),
    ];
    let mut bench = called(party(steps).on(line), vec![], 1);
    bench.say(said);
    bench.run(Ticks::secs(5));
    let flash = bench.transcript().mark("flash").expect("a flash");
    (bench, flash)
}

#[test]
fn an_open_loop_sends_our_own_sound_back() {
    let (bench, flash) = flashes_over(&sine(1300.0, -10.0, 6000));
    let before = bench.heard_between(Tick(flash.0 - 8000), Tick(flash.0 - 160));
    assert!((level_at(before, 1300.0) + 30.0).abs() < 0.5);
    assert!((level_at(after(&bench, flash, 100, 300), 1300.0) + 15.0).abs() < 0.5);
    // On hold nothing comes back.
    assert!(level_at(after(&bench, flash, 700, 500), 1300.0) < -60.0);
}

#[test]
fn a_flash_is_two_clicks_and_the_room_between_them_is_gone() {
    let (bench, flash) = flashes_over(&[]);
    let peak_dbm0 = |ms: u64| {
        let samples = after(&bench, flash, ms, 25);
        let most = samples.iter().map(|s| s.unsigned_abs()).max();
        20.0 * (f64::from(most.expect("samples")) / 22_303.0).log10()
    };
    assert!((peak_dbm0(0) + 14.0).abs() < 0.7, "{}", peak_dbm0(0));
    assert!((peak_dbm0(500) + 18.0).abs() < 0.7, "{}", peak_dbm0(500));
    let room = bench.heard_between(Tick(flash.0 - 8000), flash);
    let open = after(&bench, flash, 50, 400);
    assert!(level_dbm0(room) > -61.5, "{}", level_dbm0(room));
    assert!(level_dbm0(open) < -64.0, "{}", level_dbm0(open));
}

#[test]
fn a_third_may_be_joined_while_it_rings() {
    let mut steps = calls_a_third();
    steps.extend([
        Step::await_sound(Ticks::secs(9)),
        Step::flash_ms(300),
        hums(1000.0, 60),
    ]);
    let bench = called(party(steps), vec![hums(1500.0, 60)], 20);
    let joined = when(&bench, Event::Joined);
    let answered = when(&bench, Event::ThirdAnswered);
    assert!(joined < answered);
    assert!((level_at(after(&bench, joined, 100, 500), 440.0) + 22.0).abs() < 0.5);
    hear(
        after(&bench, answered, 500, 500),
        [Some(-15.0), Some(-15.0)],
    );
}

#[test]
fn a_flash_before_there_is_a_third_takes_the_trunk_back() {
    let steps = vec![
        Step::wait_ms(500),
        Step::flash_ms(500),
        Step::await_dial_tone(Ticks::secs(3)),
        Step::flash_ms(500),
        hums(1000.0, 4),
    ];
    let bench = called(party(steps), vec![], 6);
    let resumed = when(&bench, Event::Resumed);
    assert!(resumed > when(&bench, Event::Held));
    hear(after(&bench, resumed, 500, 500), [Some(-12.0), None]);
}

#[test]
fn pulses_and_a_flash_without_the_service_change_nothing() {
    for (services, step) in [
        (Services::default(), Step::flash_ms(500)),
        (
            Services::three_way(Switching::ANALOG),
            Step::pulse_dial("5"),
        ),
    ] {
        let steps = vec![Step::wait_ms(500), step, hums(1000.0, 4)];
        let bench = called(party(steps).with(services), vec![], 6);
        assert_eq!(bench.transcript().count(|e| *e == Event::Held), 0);
        hear(bench.last_heard(300), [Some(-12.0), None]);
    }
}

#[test]
fn a_third_who_hangs_up_leaves_the_two() {
    let mut steps = calls_a_third();
    steps.extend([Step::wait_ms(6500), Step::flash_ms(300), hums(1000.0, 60)]);
    let bench = called(party(steps), vec![hums(1500.0, 5), Step::OnHook], 20);
    let joined = when(&bench, Event::Joined);
    let gone = when(&bench, Event::ThirdGone);
    assert!(gone > joined);
    hear(after(&bench, gone, 200, 500), [Some(-12.0), None]);
    assert_eq!(bench.transcript().count(|e| *e == Event::PartyHungUp), 0);
}

#[test]
fn the_called_party_may_leave_the_call_to_the_third() {
    for transfer in [true, false] {
        let mut steps = calls_a_third();
        steps.extend([
            Step::wait_ms(6500),
            Step::flash_ms(300),
            hums(1000.0, 2),
            Step::OnHook,
        ]);
        let services = Services {
            transfer,
            ..Services::three_way(Switching::DIGITAL)
        };
        let bench = called(party(steps).with(services), vec![hums(1500.0, 60)], 20);
        let ended = bench.transcript().first(|e| *e == Event::PartyHungUp);
        assert_eq!(ended.is_none(), transfer);
        if transfer {
            let left = when(&bench, Event::Transferred);
            hear(after(&bench, left, 200, 500), [None, Some(-12.0)]);
        }
    }
}

#[test]
fn a_call_that_waits_is_told_taken_and_left() {
    let caller = CalledPartyScript::new(Answer::After(Ticks::ZERO), vec![hums(1500.0, 60)]);
    let services = Services::call_waiting(Ticks::secs(1), caller);
    let steps = vec![
        hums(1000.0, 2),
        Step::flash_ms(400),
        Step::wait_ms(3000),
        Step::flash_ms(400),
        hums(1000.0, 14),
    ];
    let bench = called(party(steps).with(services), vec![], 20);
    let waits = when(&bench, Event::CallWaits);
    let during = after(&bench, waits, 30, 250);
    assert!(
        level_dbm0(during) < -60.0,
        "the trunk is cut off for the tone"
    );
    hear(after(&bench, waits, 400, 400), [Some(-12.0), None]);
    let held = when(&bench, Event::Held);
    let resumed = when(&bench, Event::Resumed);
    let aside = bench.heard_between(held + Ticks::ms(40), resumed);
    assert!(aside.iter().all(|s| s.unsigned_abs() < 16), "on hold");
    let rest = after(&bench, resumed, 500, 9000);
    hear(rest, [Some(-12.0), None]);
}
