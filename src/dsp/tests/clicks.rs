//! Clicks, and pulse digits made of them.

mod bench;

use bench::*;
use dsp::{
    click::{Click, Clicks},
    pulse::{CERTAIN, PulseDigits, PulseEvent},
};
use types::frame::Law;

/// A click of 1 ms: two samples up, two down, and what a channel's band makes of it.
fn add_click(audio: &mut [i16], at_ms: f32, peak: f32) {
    let from = (at_ms * 8.0) as usize;
    for (n, part) in [0.4, 1.0, -0.8, -0.5, 0.3, 0.15, -0.1]
        .into_iter()
        .enumerate()
    {
        audio[from + n] = audio[from + n].saturating_add((peak * part) as i16);
    }
}

/// A train as a dial makes it: first break at this time.
fn add_digit(audio: &mut [i16], at_ms: f32, pulses: usize, pace: f32, open: f32, peaks: [f32; 2]) {
    for pulse in 0..pulses {
        let from = at_ms + 1000.0 / pace * pulse as f32;
        add_click(audio, from, peaks[0]);
        add_click(audio, from + 1000.0 / pace * open, peaks[1]);
    }
}

fn clicks(audio: &[i16]) -> Vec<Click> {
    let mut detector = Clicks::new();
    let found = frames(audio).flat_map(|(frame, at)| detector.process(&frame, at));
    found.collect()
}

fn digits(audio: &[i16]) -> Vec<PulseEvent> {
    let mut detector = PulseDigits::new();
    let found = frames(audio).flat_map(|(frame, at)| detector.process(&frame, at));
    found.collect()
}

fn line(ms: usize, seed: u64) -> Vec<i16> {
    let mut audio = silence(ms);
    add_noise(&mut Rng::new(seed), &mut audio, -62.0);
    audio
}

#[test]
fn a_click_is_found_where_it_is() {
    let mut audio = line(1000, 1);
    for (n, at) in [203.0, 411.5, 640.25].into_iter().enumerate() {
        add_click(&mut audio, at, 900.0 * (n + 1) as f32);
    }
    let found = clicks(&companded(Law::Mu, &audio));
    let times: Vec<f32> = found.iter().map(|click| click.at.0 as f32 / 8.0).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    for (time, at) in times.iter().zip([203.0, 411.5, 640.25]) {
        assert!((time - at).abs() <= 1.5, "{times:?}");
    }
    assert!(
        found
            .iter()
            .all(|click| click.rise_db > 10.0 && click.low < 0.9)
    );
}

#[test]
fn noise_tones_and_silence_have_no_clicks() {
    let mut rng = Rng::new(2);
    let mut noise = silence(20_000);
    add_noise(&mut rng, &mut noise, -30.0);
    let tone = sines(&mut rng, &[(350.0, -16.0), (440.0, -16.0)], 80_000);
    // A tone's own edge is one.
    assert_eq!(clicks(&tone).iter().filter(|c| c.at.0 > 400).count(), 0);
    assert_eq!(clicks(&noise), []);
    assert_eq!(clicks(&silence(5000)), []);
}

#[test]
fn every_digit_at_every_pace() {
    let mut wrong = Vec::new();
    for pulses in 1..=10 {
        for pace in [8.2, 10.0, 11.8, 18.5, 20.0, 21.5] {
            for (peaks, open) in [([3000.0, 3000.0], 0.6), ([2000.0, 900.0], 0.66)] {
                let mut audio = line(3000, pulses as u64);
                add_digit(&mut audio, 700.0, pulses, pace, open, peaks);
                let found = digits(&companded(Law::A, &audio));
                let expected = Some((pulses % 10) as u8);
                let sure = found.len() == 1
                    && found[0].digit.value() == expected
                    && (found[0].start.0 as i64 - 5600).abs() <= 16
                    && (found[0].confidence >= CERTAIN) == (pulses > 1);
                if !sure {
                    wrong.push((pulses, pace, open, found));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn two_digits_are_two_and_the_rest_contact_is_none() {
    let mut audio = line(4000, 3);
    add_click(&mut audio, 400.0, 900.0);
    add_digit(&mut audio, 520.0, 4, 10.0, 0.6, [3000.0, 2500.0]);
    add_click(&mut audio, 960.0, 900.0);
    add_digit(&mut audio, 1700.0, 7, 10.0, 0.6, [3000.0, 2500.0]);
    let found: Vec<u8> = digits(&audio)
        .iter()
        .filter_map(|e| e.digit.value())
        .collect();
    assert_eq!(found, [4, 7]);
}

#[test]
fn what_is_no_dial_is_no_digit() {
    // Knocks without a rhythm, a hum's needles, a rhythm that no dial has.
    let mut rng = Rng::new(4);
    let mut knocks = line(60_000, 5);
    let mut at = 300.0;
    while at < 59_000.0 {
        add_click(&mut knocks, at, 2500.0);
        at += rng.range(90.0, 900.0);
    }
    let mut needles = line(5000, 6);
    (0..400).for_each(|n| add_click(&mut needles, 200.0 + 10.0 * n as f32, 2500.0));
    let mut slow = line(8000, 7);
    (0..12).for_each(|n| add_click(&mut slow, 300.0 + 300.0 * n as f32, 2500.0));
    for audio in [knocks, needles, slow] {
        let found = digits(&audio);
        let sure = found.iter().filter(|e| e.confidence >= CERTAIN).count();
        assert_eq!(sure, 0, "{found:?}");
    }
}

#[test]
fn a_loss_or_a_new_call_ends_a_train() {
    let mut audio = line(3000, 8);
    add_digit(&mut audio, 700.0, 8, 10.0, 0.6, [3000.0, 3000.0]);
    let heard = |disturb: &dyn Fn(&mut PulseDigits)| {
        let mut detector = PulseDigits::new();
        let mut found = Vec::new();
        for (frame, at) in frames(&audio) {
            if at.0 == 80 * 110 {
                disturb(&mut detector);
            }
            found.extend(detector.process(&frame, at));
        }
        found
            .iter()
            .filter_map(|e| e.digit.value())
            .collect::<Vec<_>>()
    };
    assert_eq!(heard(&|_| ()), [8]);
    assert_ne!(heard(&|detector| detector.lost(160)), [8]);
    assert_ne!(heard(&|detector| detector.reset()), [8]);
}
