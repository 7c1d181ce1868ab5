//! Automatic level: measured levels of what a listener hears.

mod bench;

use bench::*;
use dsp::{
    auto_level::{AutoLevel, AutoLevelSettings},
    level::{dbm0, sine_peak},
};
use types::frame::{FRAME, Samples};

const TARGET: f32 = -18.0;

/// Something with the swelling and the pauses of speech: bursts of coloured noise of 60 to
/// 300 ms, the loud ones of this level.
fn talk(seed: u64, level: f32, seconds: usize) -> Vec<i16> {
    let mut rng = Rng::new(seed);
    let mut samples = Vec::new();
    while samples.len() < seconds * 8000 {
        let length = rng.range(480.0, 2400.0) as usize;
        let peak = sine_peak(level) * rng.range(0.5, 1.0);
        let (mut a, mut b) = (0.0f32, 0.0f32);
        for n in 0..length {
            let swell = (std::f32::consts::PI * n as f32 / length as f32).sin();
            let out = 0.45 * rng.gauss() + 1.3 * a - 0.6 * b;
            b = a;
            a = out;
            samples.push((0.62 * peak * swell * out) as i16);
        }
        let pause = if rng.unit() < 0.2 {
            rng.range(2400.0, 8000.0)
        } else {
            rng.range(200.0, 900.0)
        };
        samples.extend(std::iter::repeat_n(0, pause as usize));
    }
    samples.truncate(seconds * 8000);
    samples
}

fn through(leg: &mut AutoLevel, samples: &[i16]) -> Vec<i16> {
    let mut all = Vec::new();
    for (frame, _) in frames(samples) {
        let mut out = [0; FRAME];
        leg.process(&frame, &mut out);
        all.extend(out);
    }
    all
}

/// Level of the frames within 15 dB of the loudest ones.
fn speech_level(samples: &[i16]) -> f32 {
    let mut levels: Vec<f32> = samples.chunks(FRAME).map(dbm0).collect();
    levels.sort_by(f32::total_cmp);
    let loud = levels[levels.len() * 95 / 100];
    let active: Vec<f32> = levels.into_iter().filter(|l| *l > loud - 15.0).collect();
    let power: f32 = active.iter().map(|l| 10f32.powf(l / 10.0)).sum();
    10.0 * (power / active.len() as f32).log10()
}

#[test]
fn both_parties_come_out_alike_whatever_their_levels() {
    let mut heard = Vec::new();
    for (seed, level) in [(1, -6.0), (2, -14.0), (3, -22.0), (4, -30.0), (5, -38.0)] {
        let mut leg = AutoLevel::new(AutoLevelSettings::default());
        let out = through(&mut leg, &talk(seed, level, 16));
        // After the first seconds, in which the gain finds its place.
        heard.push(speech_level(&out[5 * 8000..]));
    }
    println!("{heard:?}");
    for level in &heard {
        assert!((level - TARGET).abs() < 3.0, "{heard:?}");
    }
    let (least, most) = heard
        .iter()
        .fold((0f32, -99f32), |(a, b), l| (a.min(*l), b.max(*l)));
    assert!(most - least < 4.0, "{heard:?}");
}

#[test]
fn noise_in_pauses_is_not_pumped_up() {
    for noise in [-55.0, -65.0] {
        let mut leg = AutoLevel::new(AutoLevelSettings::default());
        let mut samples = talk(6, -32.0, 10);
        samples.extend(silence(5000));
        add_noise(&mut Rng::new(7), &mut samples, noise);
        let out = through(&mut leg, &samples);
        let at_once = dbm0(&out[10 * 8000 + 800..11 * 8000]);
        let later = dbm0(&out[14 * 8000..]);
        println!("{noise}: {at_once} {later}");
        assert!(
            (at_once - later).abs() < 1.0,
            "gain moves in a pause: {at_once} {later}"
        );
        assert!(later < -46.0, "{noise} became {later}");
    }
}

#[test]
fn noise_alone_is_never_taken_for_speech() {
    for level in [-30.0, -40.0, -52.0] {
        let mut leg = AutoLevel::new(AutoLevelSettings::default());
        let mut noise = silence(20_000);
        add_noise(&mut Rng::new(8), &mut noise, level);
        through(&mut leg, &noise);
        assert!(leg.gain_db().abs() < 0.5, "{level}: {}", leg.gain_db());
    }
}

#[test]
fn peaks_stay_in_range_and_are_not_cut_flat() {
    // Faint speech brings the gain up, then somebody shouts at full scale.
    let mut leg = AutoLevel::new(AutoLevelSettings::default());
    through(&mut leg, &talk(9, -38.0, 8));
    assert!(leg.gain_db() > 12.0);
    let shout = sines(&mut Rng::new(10), &[(300.0, 3.0)], 4000);
    let out = through(&mut leg, &shout);
    let largest = out.iter().map(|s| s.unsigned_abs()).max();
    assert!(largest < Some(32_124), "{largest:?}");
    // Cut flat, neighbours at the top would be equal again and again.
    let flat = out
        .windows(3)
        .filter(|w| w[0].unsigned_abs() > 31_000 && w[0] == w[1] && w[1] == w[2]);
    assert_eq!(flat.count(), 0);
}

#[test]
fn what_needs_no_change_is_only_late() {
    let mut leg = AutoLevel::new(AutoLevelSettings {
        target_dbm0: TARGET,
        range_db: 0.0,
    });
    let samples = talk(11, -20.0, 1);
    let out = through(&mut leg, &samples);
    assert_eq!(out[40..], samples[..samples.len() - 40]);
    let mut fresh = leg.clone();
    fresh.reset();
    let frame: Samples = std::array::from_fn(|n| samples[n]);
    let mut first = [1; FRAME];
    fresh.process(&frame, &mut first);
    assert_eq!(first[..40], [0; 40]);
}
