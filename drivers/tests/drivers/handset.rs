//! The handset and the person at it.

use crate::bench::{Bench, handset, level_dbm0, sine};
use drivers::sim::{
    clip::Clip,
    dtmf_register::DtmfRegister,
    handset::Handset,
    oscillator::Oscillator,
    script::{Keying, Step},
    transcript::Event,
};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    frame::FRAME,
    tick::Ticks,
};

const LONG: Ticks = Ticks::secs(20);

fn tone(hz: &[f64], level: f64, ms: usize) -> Vec<i16> {
    let mut oscillators: Vec<Oscillator> =
        hz.iter().map(|&hz| Oscillator::new(hz, level)).collect();
    (0..8 * ms)
        .map(|_| {
            oscillators
                .iter_mut()
                .map(Oscillator::sample)
                .sum::<f64>()
                .round() as i16
        })
        .collect()
}

fn cadence(hz: &[f64], level: f64, parts: &[usize], times: usize) -> Vec<i16> {
    let mut samples = Vec::new();
    for _ in 0..times {
        for (at, &ms) in parts.iter().enumerate() {
            if at % 2 == 0 {
                samples.extend(tone(hz, level, ms));
            } else {
                samples.extend(vec![0; 8 * ms]);
            }
        }
    }
    samples
}

/// Says this to a person who waits for `step`; whether and when (ms after it began) they
/// went on without the time-out.
fn awaited(step: Step, said: &[i16]) -> Option<u64> {
    let mut bench = handset(vec![Step::OffHook, step, Step::Mark("heard"), Step::OnHook]);
    bench.say(said);
    bench.run_ms(said.len() as u64 / 8 + 1000);
    let mark = bench.transcript().mark("heard")?;
    if bench.transcript().timed_out().next().is_some() {
        return None;
    }
    Some(Ticks(mark.0).as_ms())
}

fn edges(bench: &Bench<Handset>) -> Vec<(Edge, u64)> {
    bench.edges.iter().map(|e| (e.edge, e.at.0)).collect()
}

#[test]
fn hook_edges_have_the_scripts_own_ticks() {
    let mut bench = handset(vec![
        Step::Wait(Ticks(1003)),
        Step::OffHook,
        Step::Wait(Ticks(5001)),
        Step::OnHook,
    ]);
    bench.run_ms(1000);
    assert_eq!(
        edges(&bench),
        [(Edge::LoopClosed, 1003), (Edge::LoopOpen, 6004)]
    );
}

#[test]
fn a_flash_and_pulses_are_loop_edges() {
    let mut bench = handset(vec![
        Step::OffHook,
        Step::wait_ms(100),
        Step::flash_ms(500),
        Step::wait_ms(100),
        Step::pulse_dial("2"),
    ]);
    bench.run_ms(1500);
    assert_eq!(
        edges(&bench),
        [
            (Edge::LoopClosed, 0),
            (Edge::LoopOpen, 800),
            (Edge::LoopClosed, 4800),
            (Edge::LoopOpen, 5600),
            (Edge::LoopClosed, 6080),
            (Edge::LoopOpen, 6400),
            (Edge::LoopClosed, 6880),
        ]
    );
}

#[test]
fn keys_are_heard_with_the_given_level_and_length() {
    let keying = Keying {
        on: Ticks::ms(50),
        off: Ticks::ms(50),
        level_dbm0: -10.0,
        twist_db: 1.0,
    };
    let digits = Digits::parse("1234567890*#").expect("digits");
    let mut bench = handset(vec![Step::OffHook, Step::Dial { digits, keying }]);
    bench.run_ms(1400);
    let mut register = DtmfRegister::new();
    let heard: String = bench
        .heard
        .chunks_exact(FRAME)
        .filter_map(|frame| register.hear(frame.try_into().expect("80 samples")))
        .map(|digit| digit.to_string())
        .collect();
    assert_eq!(heard, digits.as_str());
    assert!(level_dbm0(&bench.heard[8 * 55..8 * 95]) < -60.0);
}

#[test]
fn speech_is_looped_for_its_time() {
    let clip = Clip::inmate_name();
    let mut bench = handset(vec![
        Step::OffHook,
        Step::SayFor(clip.clone(), Ticks::secs(3)),
        Step::Mark("done"),
    ]);
    bench.run_ms(4000);
    assert_eq!(bench.transcript().mark("done").expect("done").0, 24_000);
    let (first, second) = (clip.samples(), &bench.heard[clip.samples().len()..]);
    assert!(
        first.iter().zip(second).all(|(a, b)| a == b),
        "the second time is the same"
    );
}

#[test]
fn an_on_hook_phone_is_silent() {
    let mut bench = handset(vec![
        Step::Say(Clip::inmate_shout()),
        Step::OffHook,
        Step::wait_ms(50),
        Step::OnHook,
        Step::Say(Clip::inmate_shout()),
    ]);
    bench.run_ms(6000);
    assert!(level_dbm0(&bench.heard) < -60.0);
}

#[test]
fn a_loop_opened_by_the_port_is_deaf_and_dumb() {
    let mut bench = handset(vec![
        Step::OffHook,
        Step::SayFor(Clip::tone(800.0, -10.0, Ticks::secs(1)), LONG),
    ]);
    bench.run_ms(500);
    bench.command(PortCommand::LoopOpen(Ticks::ms(800)));
    bench.run_ms(700);
    assert!(level_dbm0(bench.last_heard(600)) < -60.0);
    bench.run_ms(500);
    assert!(level_dbm0(bench.last_heard(200)) > -12.0);
}

#[test]
fn dial_tone_is_awaited() {
    assert!(
        awaited(
            Step::await_dial_tone(LONG),
            &tone(&[350.0, 440.0], -16.0, 1000)
        )
        .is_some()
    );
    let timeout = Ticks::secs(3);
    let busy = cadence(&[480.0, 620.0], -20.0, &[500, 500], 3);
    assert_eq!(awaited(Step::await_dial_tone(timeout), &busy), None);
    assert_eq!(
        awaited(
            Step::await_dial_tone(timeout),
            Clip::called_talk().samples()
        ),
        None
    );
}

#[test]
fn fast_busy_busy_and_ringback_are_told_apart() {
    let reorder = cadence(&[480.0, 620.0], -20.0, &[250, 250], 12);
    let busy = cadence(&[480.0, 620.0], -20.0, &[500, 500], 6);
    let ringback = cadence(&[440.0, 480.0], -20.0, &[2000, 4000], 3);
    let timeout = Ticks::secs(5);
    assert!(awaited(Step::await_fast_busy(timeout), &reorder).is_some());
    assert!(awaited(Step::await_busy(timeout), &busy).is_some());
    assert!(awaited(Step::await_ringback(LONG), &ringback).is_some());
    assert_eq!(awaited(Step::await_fast_busy(timeout), &busy), None);
    assert_eq!(awaited(Step::await_busy(timeout), &reorder), None);
    assert_eq!(awaited(Step::await_busy(timeout), &ringback), None);
}

#[test]
fn a_beep_is_awaited_to_its_end() {
    let mut said = Clip::called_talk().samples()[..16_000].to_vec();
    let begin = said.len() as u64 / 8;
    said.extend(sine(1400.0, -12.0, 300));
    said.extend([0; 8000]);
    let heard = awaited(Step::await_beep(LONG), &said).expect("a beep");
    assert!(
        (begin + 300..begin + 360).contains(&heard),
        "at {heard}, began {begin}"
    );
    let timeout = Ticks::secs(10);
    assert_eq!(
        awaited(Step::await_beep(timeout), Clip::called_talk().samples()),
        None
    );
}

#[test]
fn voice_is_awaited_and_tones_are_no_voice() {
    assert!(
        awaited(
            Step::await_voice(Ticks::secs(6)),
            Clip::called_talk().samples()
        )
        .is_some()
    );
    let hello = awaited(
        Step::await_voice(Ticks::secs(6)),
        Clip::called_hello().samples(),
    );
    assert!(hello.is_some());
    let timeout = Ticks::secs(6);
    assert_eq!(
        awaited(
            Step::await_voice(timeout),
            &tone(&[350.0, 440.0], -16.0, 7000)
        ),
        None
    );
    let reorder = cadence(&[480.0, 620.0], -20.0, &[250, 250], 14);
    assert_eq!(awaited(Step::await_voice(timeout), &reorder), None);
    let ringback = cadence(&[440.0, 480.0], -20.0, &[2000, 4000], 1);
    assert_eq!(awaited(Step::await_voice(timeout), &ringback), None);
}

#[test]
fn sound_and_quiet_are_awaited() {
    let mut said = vec![0; 8000];
    said.extend(sine(500.0, -20.0, 1000));
    said.extend(vec![0; 16_000]);
    let sound = awaited(Step::await_sound(LONG), &said).expect("a sound");
    assert!((1050..1110).contains(&sound), "{sound}");
    let mut bench = handset(vec![
        Step::OffHook,
        Step::await_sound(LONG),
        Step::await_quiet(Ticks::ms(700), LONG),
        Step::Mark("quiet"),
    ]);
    bench.say(&said);
    bench.run_ms(4000);
    let quiet = Ticks(bench.transcript().mark("quiet").expect("quiet").0).as_ms();
    assert!((2690..2760).contains(&quiet), "{quiet}");
}

#[test]
fn a_timed_out_await_is_noted_and_the_script_goes_on() {
    let mut bench = handset(vec![
        Step::OffHook,
        Step::await_sound(Ticks::ms(500)),
        Step::Mark("on"),
    ]);
    bench.run_ms(1000);
    assert_eq!(bench.transcript().timed_out().collect::<Vec<_>>(), [1]);
    assert_eq!(bench.transcript().mark("on").expect("went on").0, 4000);
    assert!(
        bench
            .transcript()
            .first(|e| *e == Event::Finished)
            .is_some()
    );
}

#[test]
fn repeat_begins_again() {
    let mut bench = handset(vec![
        Step::OffHook,
        Step::wait_ms(300),
        Step::OnHook,
        Step::wait_ms(300),
        Step::Repeat,
    ]);
    bench.run_ms(3000);
    assert!(bench.edges.len() >= 9);
    let mut idle = handset(vec![Step::Repeat]);
    idle.run_ms(100);
}
