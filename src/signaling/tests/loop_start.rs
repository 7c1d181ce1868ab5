//! Loop start: when the digits after the first go out, and when none do.

use signaling::{
    SupervisionEvent,
    loop_start::LoopStart,
    step::{Sending, Step},
};
use types::{
    digits::Digits,
    tick::{Tick, Ticks},
    trunk::Outpulsing,
};

const DTMF_DIGIT: u64 = 140;

/// Outpulses 215 into a dial tone that lasts so long after the first digit began; what goes out and
/// what is told, each with its millisecond.
fn outpulse(kind: Outpulsing, digit_ms: u64, bound: u64, tone_ms: u64) -> Vec<(u64, Step)> {
    let at = |ms: u64| Tick(8000) + Ticks::ms(ms);
    let mut line = LoopStart::new(kind, Ticks::ms(bound));
    let _ = line.seize();
    let mut told: Vec<(u64, Step)> = Vec::new();
    let mut sending = Some(0);
    let number = Digits::parse("215").expect("digits");
    told.extend(line.outpulse(at(0), number).into_iter().map(|s| (0, s)));
    for ms in (10..4000).step_by(10) {
        let mut steps: Vec<Step> = Vec::new();
        if sending.is_some_and(|since| ms >= since + digit_ms) {
            sending = None;
            steps.extend(line.sent(at(ms)));
        }
        steps.extend(line.dial_tone(at(ms), ms < tone_ms));
        if steps.iter().any(|step| matches!(step, Step::Send(_))) {
            sending = Some(ms);
        }
        told.extend(steps.into_iter().map(|step| (ms, step)));
    }
    told
}

fn digits(step: &Step) -> Option<String> {
    match step {
        Step::Send(Sending::Dtmf(digits) | Sending::Pulse(digits)) => Some(digits.to_string()),
        _ => None,
    }
}

#[test]
fn the_rest_follows_when_dial_tone_has_broken() {
    for tone_ms in [0, 60, 200, 290] {
        let told = outpulse(Outpulsing::Dtmf, DTMF_DIGIT, 300, tone_ms);
        let sent: Vec<_> = told.iter().filter_map(|(_, step)| digits(step)).collect();
        assert_eq!(sent, ["2", "15"], "{tone_ms} ms");
        let last = told.last().expect("steps");
        assert_eq!(last.1, Step::Event(SupervisionEvent::Outpulsed));
        // An exchange that breaks it at once costs a tenth of a second.
        assert!(tone_ms > 60 || told[1].0 <= DTMF_DIGIT + 120, "{told:?}");
    }
}

#[test]
fn a_dial_tone_that_goes_on_is_no_exchange_s() {
    for (bound, tone_ms) in [(300, 350), (300, 4000), (1000, 1050)] {
        let told = outpulse(Outpulsing::Dtmf, DTMF_DIGIT, bound, tone_ms);
        let sent: Vec<_> = told.iter().filter_map(|(_, step)| digits(step)).collect();
        assert_eq!(sent, ["2"], "{tone_ms} ms");
        let in_use = Step::Event(SupervisionEvent::InUse);
        assert_eq!(told.last(), Some(&(bound, in_use)));
    }
}

#[test]
fn without_a_bound_the_number_goes_out_at_once() {
    let told = outpulse(Outpulsing::Dtmf, 3 * DTMF_DIGIT, 0, 4000);
    let sent: Vec<_> = told.iter().filter_map(|(_, step)| digits(step)).collect();
    assert_eq!(sent, ["215"]);
}

#[test]
fn between_the_first_digit_s_pulses_and_the_next_is_a_pause() {
    let told = outpulse(Outpulsing::Pulse, 200, 300, 60);
    assert_eq!(digits(&told[1].1).as_deref(), Some("15"));
    assert!((900..=920).contains(&told[1].0), "{told:?}");
    let told = outpulse(Outpulsing::Pulse, 200, 300, 4000);
    assert_eq!(told[1], (500, Step::Event(SupervisionEvent::InUse)));
}
