//! Speeds, levels, noise: what a suite says of its cases is so.

use std::f64::consts::TAU;
use suites::{
    mix::{self, Color, Noise, Resampler},
    random::Random,
};
use types::frame::Law;

/// A sine of a peak of 10,000.
fn sine(hz: f64, samples: usize) -> Vec<f32> {
    let at = |n: usize| (10_000.0 * (TAU * hz * n as f64 / 8000.0).sin()) as f32;
    (0..samples).map(at).collect()
}

/// The amplitude of a sine in the middle of samples, and the level of all else, as a share.
fn tone_and_rest(samples: &[f32], hz: f64) -> (f64, f64) {
    let samples = &samples[200..samples.len() - 200];
    let (mut re, mut im, mut all, mut weights) = (0.0, 0.0, 0.0, 0.0);
    for (n, &sample) in samples.iter().enumerate() {
        // A Hann window keeps its neighbours out.
        let weight = 1.0 - (TAU * (n as f64 + 0.5) / samples.len() as f64).cos();
        let angle = TAU * hz * n as f64 / 8000.0;
        re += weight * f64::from(sample) * angle.cos();
        im += weight * f64::from(sample) * angle.sin();
        weights += weight;
    }
    let (re, im) = (2.0 * re / weights, 2.0 * im / weights);
    for (n, &sample) in samples.iter().enumerate() {
        let angle = TAU * hz * n as f64 / 8000.0;
        all += (f64::from(sample) - re * angle.cos() - im * angle.sin()).powi(2);
    }
    let rest = (2.0 * all / samples.len() as f64).sqrt();
    (re.hypot(im), rest)
}

fn db(share: f64) -> f64 {
    20.0 * share.max(1e-12).log10()
}

const SPEEDS: [f64; 9] = [0.5, 0.707, 0.9, 0.99, 1.0, 1.01, 1.1, 1.414, 2.0];

#[test]
fn the_telephone_band_passes_clean_at_every_speed() {
    for speed in SPEEDS {
        for hz in [50.0, 300.0, 697.0, 1004.0, 1633.0, 2600.0, 3390.0] {
            let heard_at = hz * speed;
            if heard_at > 3390.0 {
                continue;
            }
            let output = mix::at_speed(&sine(hz, 8000), speed);
            let (amplitude, rest) = tone_and_rest(&output, heard_at);
            let gain = db(amplitude / 10_000.0);
            assert!(gain.abs() < 0.1, "{hz} Hz at {speed}: {gain:.3} dB");
            let rest = db(rest / 10_000.0);
            assert!(rest < -72.0, "{hz} Hz at {speed}: {rest:.1} dB beside it");
        }
    }
}

#[test]
fn what_would_fold_is_taken_out() {
    for speed in [1.2, 1.414, 1.7, 2.0] {
        for above in [1.01, 1.1, 1.2, 1.35] {
            let hz = 4000.0 / speed * above;
            if hz < 3990.0 {
                let output = mix::at_speed(&sine(hz, 8000), speed);
                let level = db(tone_and_rest(&output, 0.0).1 / 10_000.0);
                assert!(level < -75.0, "{hz:.0} Hz at {speed}: {level:.1} dB folded");
            }
        }
    }
}

#[test]
fn parts_of_any_length_give_the_same_samples() {
    let mut random = Random::new(3);
    let input: Vec<f32> = (0..20_000)
        .map(|_| 3000.0 * random.normal() as f32)
        .collect();
    for speed in SPEEDS {
        let whole = mix::at_speed(&input, speed);
        let expected = input.len() as f64 / speed;
        assert!(
            (whole.len() as f64 - expected).abs() <= 2.0,
            "{} at {speed}",
            whole.len()
        );
        let mut resampler = Resampler::new(speed);
        for _ in 0..2 {
            let (mut parts, mut at) = (Vec::new(), 0);
            while at < input.len() {
                let to = (at + random.below(700)).min(input.len());
                resampler.process(&input[at..to], &mut parts);
                at = to;
            }
            resampler.finish(&mut parts);
            assert!(
                parts == whole,
                "at {speed}: the same samples, also the second time"
            );
        }
    }
}

#[test]
fn speed_one_changes_nothing_but_the_edge_of_the_band() {
    let input = sine(1000.0, 2000);
    let output = mix::at_speed(&input, 1.0);
    for n in 100..1900 {
        assert!((input[n] - output[n]).abs() < 5.0, "sample {n}");
    }
}

#[test]
fn levels_are_what_is_said() {
    assert!((mix::level_dbm0(&sine(1000.0, 8000)) - db(10_000.0 / 22_651.1)).abs() < 0.001);
    let mut tone = sine(440.0, 8000);
    mix::set_level(&mut tone, -23.5);
    assert!((mix::level_dbm0(&tone) + 23.5).abs() < 1e-3);
    // Two thirds of silence don't count as speech.
    let mut speech = vec![0.0; 8000];
    speech.extend(sine(440.0, 8000));
    speech.extend(vec![0.0; 8000]);
    mix::set_active_level(&mut speech, -20.0);
    assert!((mix::active_level_dbm0(&speech) + 20.0).abs() < 1e-3);
    assert!((mix::level_dbm0(&speech) + 24.77).abs() < 0.01);
    let mut silence = vec![0.0; 80];
    mix::set_level(&mut silence, -10.0);
    assert_eq!(silence, vec![0.0; 80]);
}

#[test]
fn noise_has_its_level_and_its_color() {
    let octave = |samples: &[f32], hz: f64| {
        // Mean power of many windows at one frequency: noise of one colour a Hz.
        let powers = samples.chunks_exact(400).map(|part| {
            let turn = |f: fn(f64) -> f64| -> f64 {
                let weighted = part.iter().enumerate();
                let weighted = weighted.map(|(n, &s)| {
                    let window = 1.0 - (TAU * (n as f64 + 0.5) / 400.0).cos();
                    window * f64::from(s) * f(TAU * hz * n as f64 / 8000.0)
                });
                weighted.sum()
            };
            turn(f64::cos).powi(2) + turn(f64::sin).powi(2)
        });
        10.0 * powers.sum::<f64>().log10()
    };
    for (color, slope) in [
        (Color::White, 0.0),
        (Color::Pink, -3.01),
        (Color::Brown, -6.02),
    ] {
        let mut samples = vec![0.0; 800_000];
        Noise::new(color, -30.0, Random::new(5)).add_to(&mut samples);
        let level = mix::level_dbm0(&samples);
        assert!((level + 30.0).abs() < 0.3, "{color:?} at {level}");
        for hz in [200.0, 400.0, 800.0] {
            let fall = octave(&samples, 2.0 * hz) - octave(&samples, hz);
            assert!(
                (fall - slope).abs() < 0.8,
                "{color:?} from {hz} Hz: {fall:.2} dB"
            );
        }
    }
}

#[test]
fn added_noise_makes_the_stated_ratio() {
    for color in [Color::White, Color::Pink, Color::Brown] {
        let signal = sine(1000.0, 1600);
        let level = mix::level_dbm0(&signal);
        let mut noisy = signal.clone();
        mix::add_noise(&mut noisy, color, level - 6.0, &mut Random::new(9));
        let noise: Vec<f32> = noisy.iter().zip(&signal).map(|(a, b)| a - b).collect();
        assert!(
            (level - mix::level_dbm0(&noise) - 6.0).abs() < 1e-3,
            "{color:?}"
        );
    }
}

#[test]
fn mixing_adds_and_companding_is_the_codec() {
    let mut both = sine(500.0, 800);
    mix::mix(&mut both, &sine(900.0, 400), -6.0);
    assert_eq!(both[500..], sine(500.0, 800)[500..]);
    let (a, _) = tone_and_rest(&both[..400 + 200], 500.0);
    assert!(a > 9000.0);
    let mut pcm = mix::to_pcm(&[40_000.0, -40_000.0, 0.5, 1.5, 5.0]);
    assert_eq!(pcm, [32_767, -32_768, 0, 2, 5]);
    mix::companded(Law::Mu, &mut pcm);
    assert_eq!(pcm[..3], [32_124, -32_124, 0]);
    let mut samples: Vec<i16> = (0..=u16::MAX).map(|n| n as i16).collect();
    mix::companded(Law::A, &mut samples);
    let once = samples.clone();
    mix::companded(Law::A, &mut samples);
    assert_eq!(samples, once, "the second codec changes nothing");
}
