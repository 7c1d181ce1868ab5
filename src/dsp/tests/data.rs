//! Fax, modem and text telephone signals: told once each, with start and level, and nothing else is
//! taken for them. The sweeps over level, noise and frequency are in the suites.

mod bench;

use bench::*;
use dsp::{
    data::{DataFrame, DataSignals},
    level::sine_peak,
    modem::{ModemEvent, Signal},
    simd::Path,
    tone_gen::DigitGen,
    tty::{Speed, TtyEvent},
};
use types::{frame::Law, tick::Tick};

/// A wave of one frequency after another, its phase unbroken.
#[derive(Default)]
struct Wave {
    samples: Vec<i16>,
    phase: f64,
    dbm0: f32,
}

impl Wave {
    /// After half a second of silence.
    fn new(dbm0: f32) -> Wave {
        Wave {
            samples: silence(500),
            phase: 0.0,
            dbm0,
        }
    }

    fn tone(mut self, hz: f64, ms: f64) -> Wave {
        let peak = f64::from(sine_peak(self.dbm0));
        for _ in 0..(ms * 8.0).round() as usize {
            self.phase += hz / 8000.0;
            let value = (self.phase * std::f64::consts::TAU).sin() * peak;
            self.samples.push(value.round() as i16);
        }
        self
    }

    fn pause(mut self, ms: usize) -> Wave {
        self.samples.extend(silence(ms));
        self
    }

    /// Half a turn ahead.
    fn reversed(mut self) -> Wave {
        self.phase += 0.5;
        self
    }

    /// A character of five bits, the lowest first, at this length of a bit.
    fn character(mut self, code: u8, bit_ms: f64) -> Wave {
        self = self.tone(1800.0, bit_ms);
        for bit in 0..5 {
            let hz = if code >> bit & 1 == 1 { 1400.0 } else { 1800.0 };
            self = self.tone(hz, bit_ms);
        }
        self.tone(1400.0, 2.0 * bit_ms)
    }

    /// Octets at 300 bit/s in V.21 channel 2.
    fn v21(mut self, octets: &[u8]) -> Wave {
        for octet in octets {
            for bit in 0..8 {
                let hz = if octet >> bit & 1 == 1 {
                    1650.0
                } else {
                    1850.0
                };
                self = self.tone(hz, 1000.0 / 300.0);
            }
        }
        self
    }
}

fn told(samples: &[i16]) -> Vec<(Tick, DataFrame)> {
    let mut signals = DataSignals::new();
    let mut all = Vec::new();
    for (frame, at) in frames(&companded(Law::Mu, samples)) {
        let frame = signals.process(&frame, at);
        if !frame.modem.is_empty() || frame.tty.is_some() {
            all.push((at, frame));
        }
    }
    all
}

fn heard(samples: &[i16]) -> Vec<(Signal, u64)> {
    let told = told(samples);
    let events = told.iter().flat_map(|(_, frame)| &frame.modem);
    events
        .filter_map(|event| match event {
            ModemEvent::Heard { signal, start, .. } => Some((*signal, start.0 / 8)),
            ModemEvent::Ended { .. } => None,
        })
        .collect()
}

const fn answer(reversals: bool, modulated: bool) -> Signal {
    Signal::Answer {
        reversals,
        modulated,
    }
}

#[test]
fn bursts_of_a_calling_fax_are_told_each() {
    for hz in [1062.0, 1100.0, 1138.0] {
        let wave = Wave::new(-30.0).tone(hz, 500.0).pause(3000).tone(hz, 500.0);
        let heard = heard(&wave.pause(200).samples);
        assert_eq!(heard.len(), 2, "{hz} Hz: {heard:?}");
        assert!(heard.iter().all(|h| h.0 == Signal::FaxCalling));
        assert!(heard[0].1.abs_diff(500) <= 5 && heard[1].1.abs_diff(4000) <= 5);
    }
}

#[test]
fn bursts_of_other_lengths_or_frequencies_call_nobody() {
    for (hz, ms) in [
        (1100.0, 300.0),
        (1100.0, 800.0),
        (1000.0, 500.0),
        (1200.0, 500.0),
    ] {
        let wave = Wave::new(-15.0).tone(hz, ms).pause(500);
        assert_eq!(heard(&wave.samples), [], "{hz} Hz for {ms} ms");
    }
}

#[test]
fn an_answer_tone_is_told_after_half_a_second_and_ends_when_it_ends() {
    let wave = Wave::new(-20.0).tone(2100.0, 2600.0).pause(300);
    let told = told(&wave.samples);
    assert_eq!(told.len(), 2);
    assert!(told[0].0.0 / 8 <= 1010, "told at {:?}", told[0].0);
    let ModemEvent::Heard {
        signal,
        start,
        level_dbm0,
        confidence,
    } = told[0].1.modem[0]
    else {
        panic!("{:?}", told[0].1);
    };
    assert_eq!(signal, answer(false, false));
    assert!((start.0 / 8).abs_diff(500) <= 5);
    assert!((level_dbm0 + 20.0).abs() < 0.3);
    assert!(confidence > 0.95);
    let ModemEvent::Ended { at, .. } = told[1].1.modem[0] else {
        panic!("{:?}", told[1].1);
    };
    assert!((at.0 / 8).abs_diff(3100) <= 10);
}

#[test]
fn reversals_are_told_when_three_of_them_are_450_ms_apart() {
    let mut wave = Wave::new(-20.0);
    for _ in 0..6 {
        wave = wave.tone(2100.0, 450.0).reversed();
    }
    let heard = heard(&wave.pause(200).samples);
    assert_eq!(heard.last().map(|h| h.0), Some(answer(true, false)));
    assert!(heard.len() <= 2, "{heard:?}");
}

#[test]
fn one_break_in_an_answer_tone_is_no_reversal() {
    let wave = Wave::new(-20.0).tone(2100.0, 700.0).reversed();
    let wave = wave.tone(2100.0, 1500.0).pause(200);
    assert_eq!(heard(&wave.samples), [(answer(false, false), 500)]);
}

/// An answer tone of this amplitude, which a function of the second changes.
fn swelling(hz: f64, ms: u64, amplitude: impl Fn(f64) -> f64) -> Vec<i16> {
    let mut samples = silence(500);
    samples.extend((0..ms * 8).map(|n| {
        let second = n as f64 / 8000.0;
        (amplitude(second) * (std::f64::consts::TAU * hz * second).sin()) as i16
    }));
    samples.extend(silence(200));
    samples
}

#[test]
fn a_whistle_that_grows_louder_once_is_not_modulated() {
    for step in 1..=20 {
        let at = 0.6 + 0.02 * f64::from(step);
        for swell in [0.001, 0.05, 0.2] {
            let wave = swelling(2105.0, 2000, |second| {
                let grown = ((second - at).max(0.0) / swell).min(1.0);
                1500.0 * (1.0 + grown)
            });
            let heard = heard(&wave);
            assert_eq!(
                heard.iter().map(|h| h.0).collect::<Vec<_>>(),
                [answer(false, false)],
                "at {at} s within {swell} s"
            );
        }
    }
}

#[test]
fn a_whistle_that_breaks_off_once_does_not_reverse() {
    for (gap_at, gap) in (395..=505).step_by(5).flat_map(|at| [(at, 0), (at, 16)]) {
        let wave = Wave::new(-14.0).tone(2105.0, f64::from(gap_at)).pause(gap);
        let wave = wave.reversed().tone(2105.0, 1500.0).pause(200);
        let heard = heard(&wave.samples);
        let told: Vec<Signal> = heard.iter().map(|h| h.0).collect();
        assert_eq!(told, [answer(false, false)], "{gap} ms after {gap_at} ms");
    }
}

#[test]
fn lost_samples_are_no_reversal_and_end_no_tone() {
    let audio = companded(Law::Mu, &Wave::new(-20.0).tone(2100.0, 3000.0).samples);
    let mut signals = DataSignals::new();
    let mut events = Vec::new();
    for (n, (frame, at)) in frames(&audio).enumerate() {
        // A frame is lost each 450 ms.
        if n % 45 == 7 {
            signals.lost(80);
            continue;
        }
        events.extend(signals.process(&frame, at).modem);
    }
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(matches!(
        events[0],
        ModemEvent::Heard { signal, .. } if signal == answer(false, false)
    ));
}

#[test]
fn flags_are_told_and_the_data_after_them_is_not() {
    let flags = [0x7e; 37];
    let data: Vec<u8> = (0..60u32).map(|n| (n * 77 + 13) as u8).collect();
    let wave = Wave::new(-25.0).v21(&flags).v21(&data).pause(300);
    let heard = heard(&wave.samples);
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].0, Signal::FaxPreamble);
    assert!(heard[0].1.abs_diff(500) <= 10);
    assert_eq!(
        self::heard(&Wave::new(-25.0).v21(&data).v21(&data).samples),
        []
    );
}

#[test]
fn bell_answers_at_2225() {
    let wave = Wave::new(-35.0).tone(2225.0, 1500.0).pause(200);
    assert_eq!(heard(&wave.samples)[0].0, Signal::BellAnswer);
}

#[test]
fn a_text_telephone_is_told_within_two_characters_with_its_speed() {
    for (speed, bit_ms) in [(Speed::Baud45, 22.0), (Speed::Baud50, 20.0)] {
        let mut wave = Wave::new(-20.0);
        for code in [0b10100, 0b00001, 0b10010, 0b11000] {
            wave = wave.character(code, bit_ms);
        }
        let told = told(&wave.pause(3000).samples);
        let Some(TtyEvent::Began {
            speed: heard,
            start,
            level_dbm0,
            ..
        }) = told[0].1.tty
        else {
            panic!("{told:?}");
        };
        assert_eq!(heard, speed);
        assert!((start.0 / 8).abs_diff(500) <= 5);
        assert!((level_dbm0 + 20.0).abs() < 0.5);
        let two = 500 + (16.0 * bit_ms) as u64;
        assert!(told[0].0.0 / 8 <= two + 20, "told at {}", told[0].0.0 / 8);
        assert_eq!(told.len(), 2, "told once, and its end");
        assert!(matches!(told[1].1.tty, Some(TtyEvent::Ended { .. })));
    }
}

#[test]
fn mark_and_space_at_other_bit_times_are_no_text() {
    for bit_ms in [13.3, 16.0, 27.0, 33.0] {
        let mut wave = Wave::new(-20.0).tone(1400.0, 300.0);
        for code in [0b10100, 0b01010, 0b10010, 0b10101, 0b01101] {
            wave = wave.character(code, bit_ms);
        }
        let told = told(&wave.pause(300).samples);
        assert!(told.is_empty(), "{bit_ms} ms a bit: {told:?}");
    }
}

#[test]
fn digits_and_noise_are_no_data() {
    let mut digits = DigitGen::new(-6.0, -4.0, 50, 50);
    digits.send(types::digits::Digits::parse("0123456789*#ABCD").expect("digits"));
    let mut audio = silence(2000);
    digits.fill(&mut audio);
    assert!(told(&audio).is_empty());
    for dbm0 in [-40.0, -20.0, -10.0] {
        let mut audio = silence(20_000);
        add_noise(&mut Rng::new(1), &mut audio, dbm0);
        assert!(told(&audio).is_empty());
    }
}

#[test]
fn reset_forgets_a_tone_that_goes_on() {
    let audio = Wave::new(-20.0).tone(2100.0, 2000.0).samples;
    let mut signals = DataSignals::new();
    let mut told = Vec::new();
    for (frame, at) in frames(&audio) {
        if at == Tick(8 * 900) {
            signals.reset();
        }
        for event in signals.process(&frame, at).modem {
            told.push((at.0 / 8, event));
        }
    }
    let (at, ModemEvent::Heard { start, .. }) = told[0] else {
        panic!("{told:?}");
    };
    assert!(
        at.abs_diff(1400) <= 20,
        "half a second after the reset: {at}"
    );
    assert!((start.0 / 8).abs_diff(900) <= 15);
}

/// All that is known in noise: events and what is tonal, to the last bit.
#[test]
fn all_paths_hear_the_same() {
    let mut wave = Wave::new(-15.0).tone(1100.0, 500.0).pause(3000);
    wave = wave.tone(1100.0, 500.0).pause(300);
    for _ in 0..4 {
        wave = wave.tone(2100.0, 450.0).reversed();
    }
    wave = wave.pause(300).v21(&[0x7e; 50]).pause(300);
    for code in [1, 10, 20, 6, 22] {
        wave = wave.character(code, 22.0);
    }
    let mut rng = Rng::new(5);
    let mut audio = wave.pause(2500).samples;
    audio.extend(speech(&mut rng, 2000, -20.0));
    add_noise(&mut rng, &mut audio, -40.0);
    let heard = |path: Path| {
        let mut data = DataSignals::with_path(path);
        let frames = frames(&audio).map(|(frame, at)| {
            let frame = data.process(&frame, at);
            (frame.tonal, frame.modem, frame.tty)
        });
        frames.collect::<Vec<_>>()
    };
    let plain = heard(Path::Portable);
    let modem: usize = plain.iter().map(|(_, modem, _)| modem.len()).sum();
    let tty = plain.iter().filter(|(_, _, tty)| tty.is_some()).count();
    assert!(modem >= 5 && tty == 2, "{modem} and {tty} events");
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        assert!(heard(path) == plain, "{path:?}");
    }
}

#[test]
fn a_text_telephone_has_its_own_level_whatever_beeped_before() {
    for hz in [1400.0, 1800.0, 1600.0] {
        let mut wave = Wave::new(0.0).tone(hz, 500.0).pause(10_000);
        wave.dbm0 = -25.0;
        for code in [0b10100, 0b00001, 0b10010, 0b11000] {
            wave = wave.character(code, 22.0);
        }
        let told = told(&wave.pause(300).samples);
        let tty = told.iter().find_map(|(_, frame)| frame.tty);
        let Some(TtyEvent::Began { level_dbm0, .. }) = tty else {
            panic!("{told:?}");
        };
        assert!(
            (level_dbm0 + 25.0).abs() < 0.5,
            "{level_dbm0} after {hz} Hz"
        );
    }
}
