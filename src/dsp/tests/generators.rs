//! Tones and digits as they are generated: level, frequency, length, phase.

mod bench;

use bench::*;
use dsp::{
    g711,
    level::{SILENCE_DBM0, dbm0},
    plan::{Burst, ToneDef},
    tone_gen::{DigitGen, ToneGen, dtmf_pair},
};
use types::{
    digits::{Digit, Digits},
    frame::Law,
    tone::Tone,
};

#[test]
fn a_level_is_exact_to_a_tenth_of_a_db() {
    for hz in [350.0, 1004.0, 2600.0] {
        for level in [0.0, -10.0, -24.0, -40.0] {
            let def = ToneDef::continuous(Tone::Dial, &[hz], level);
            let heard = dbm0(&play(&def, 1000));
            assert!((heard - level).abs() < 0.1, "{heard} for {level} at {hz}");
        }
    }
    assert_eq!(dbm0(&[0; 80]), SILENCE_DBM0);
    assert_eq!(dbm0(&[]), SILENCE_DBM0);
}

#[test]
fn a_modulated_tone_has_its_level_too() {
    let mut burst = Burst::new(&[400.0], -10.0, 0, 0);
    burst.modulation = Some(25.0);
    let heard = dbm0(&play(&ToneDef::cadenced(Tone::Ringback, &[burst]), 1000));
    assert!((heard + 10.0).abs() < 0.1, "{heard}");
}

#[test]
fn the_digital_milliwatt_of_either_law_is_0_dbm0() {
    // ITU-T G.711, tables 5 (A) and 6 (mu): 1000 Hz.
    let mu = [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E];
    let a = [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4];
    for (law, octets, level) in [(Law::Mu, mu, 0.0), (Law::A, a, 0.066)] {
        let mut samples = [0; 8];
        g711::decode(law, &octets, &mut samples);
        assert!((dbm0(&samples) - level).abs() < 0.005, "{law:?}");
    }
}

#[test]
fn a_cadence_is_exact_to_the_sample_whatever_the_fills() {
    let def = ToneDef::cadenced(Tone::Busy, &[Burst::new(&[480.0, 620.0], -10.0, 500, 250)]);
    let whole = play(&def, 3000);
    for part in [1, 7, 80, 333] {
        let mut tone = ToneGen::new(&def);
        let mut pieces = vec![0; whole.len()];
        pieces.chunks_mut(part).for_each(|piece| tone.fill(piece));
        let worst = whole.iter().zip(&pieces).map(|(a, b)| (a - b).abs()).max();
        assert!(worst <= Some(1), "{worst:?} apart");
        assert!(!tone.done());
    }
    for cycle in 0..4 {
        let at = cycle * 6000;
        assert!(whole[at + 3990..at + 4000].iter().any(|&s| s != 0));
        assert!(whole[at + 4000..at + 6000].iter().all(|&s| s == 0));
        assert!(
            whole[at + 1..at + 6].iter().all(|&s| s > 0),
            "begins at phase zero"
        );
    }
}

#[test]
fn the_phase_runs_on_over_hours() {
    let def = ToneDef::continuous(Tone::Dial, &[440.0], 0.0);
    let mut tone = ToneGen::new(&def);
    let mut frame = [0; 80];
    for _ in 0..360_000 {
        tone.fill(&mut frame);
    }
    // 440 Hz repeats after 200 samples; an hour is a multiple of it.
    let fresh = play(&def, 10);
    tone.fill(&mut frame);
    assert!(frame.iter().zip(&fresh).all(|(a, b)| (a - b).abs() <= 1));
}

#[test]
fn a_beep_ends_and_is_silent_then() {
    let mut beep = ToneGen::beep(1000.0, 25, -10.0);
    let mut audio = [1; 400];
    beep.fill(&mut audio);
    assert!(beep.done());
    assert!(audio[190..200].iter().any(|&s| s != 0));
    assert!(audio[200..].iter().all(|&s| s == 0));
}

#[test]
fn digits_are_sent_with_exact_lengths_and_levels() {
    let mut digits = DigitGen::new(-9.0, -7.0, 70, 50);
    assert!(!digits.fill(&mut [0; 80]));
    assert!(digits.send(Digits::parse("59").expect("digits")));
    let mut audio = vec![1; 8 * 300];
    assert!(digits.fill(&mut audio));
    assert!(!digits.busy());
    for at in [0, 960] {
        let on = &audio[at..at + 560];
        // Both groups: -9 and -7 dBm0 add up to -4.88.
        assert!((dbm0(on) + 4.88).abs() < 0.15, "{}", dbm0(on));
        assert!(audio[at + 560..at + 960].iter().all(|&s| s == 0));
    }
    assert!(audio[1920..].iter().all(|&s| s == 0));
    assert!(!digits.fill(&mut audio));
}

#[test]
fn digits_that_do_not_fit_are_refused_whole() {
    let mut digits = DigitGen::new(-9.0, -7.0, 50, 50);
    assert!(digits.send(Digits::parse(&"1".repeat(32)).expect("digits")));
    assert!(!digits.send(Digits::parse("2").expect("digits")));
}

#[test]
fn the_pairs_are_those_of_q23() {
    let pair = |c| dtmf_pair(Digit::parse(c).expect("a digit"));
    assert_eq!(pair(b'1'), (697.0, 1209.0));
    assert_eq!(pair(b'0'), (941.0, 1336.0));
    assert_eq!(pair(b'#'), (941.0, 1477.0));
    assert_eq!(pair(b'D'), (941.0, 1633.0));
}
