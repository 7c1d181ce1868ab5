//! Levels, frequencies, noise, hits.

use super::{frames, near, peak, samples, sine, sum, white};
use dsp::g711;
use measure::{
    distortion::MilliwattMeter, hits::HitCounter, noise::NoiseMeter, sine as tone, slope::Slope,
    stimulus::Stimulus,
};
use types::frame::Law;

fn through(law: Law, samples: &[i16]) -> Vec<i16> {
    let mut octets = vec![0; samples.len()];
    let mut back = vec![0; samples.len()];
    g711::encode(law, samples, &mut octets);
    g711::decode(law, &octets, &mut back);
    back
}

#[test]
fn a_tone_has_its_level_and_its_frequency() {
    for (hz, dbm0) in [
        (404.0, 0.0),
        (1004.0, -16.0),
        (1019.7, -40.3),
        (2804.2, -9.9),
        (3400.0, 3.0),
    ] {
        let found = tone::strongest(&samples(&sine(hz, dbm0, 4000))).expect("a tone");
        near("frequency", found.hz, hz, 0.01);
        near("level", found.level_dbm0, dbm0, 0.02);
    }
}

#[test]
fn a_tone_under_noise_is_still_within_a_tenth() {
    let mixed = samples(&sum(&sine(1004.0, -20.0, 8000), &white(-40.0, 8000)));
    let found = tone::near(&mixed, 1004.0).expect("a tone");
    near("frequency", found.hz, 1004.0, 0.1);
    near("level", found.level_dbm0, -20.0, 0.1);
    near("rest", found.rest_dbm0, -40.0, 0.3);
    near("above", found.above_rest_db(), 20.0, 0.4);
}

#[test]
fn companding_moves_a_level_by_less_than_a_tenth() {
    for law in [Law::Mu, Law::A] {
        for dbm0 in [0.0, -10.0, -16.0, -25.0, -40.0] {
            let sent = through(law, &samples(&sine(1004.0, dbm0, 8000)));
            let found = tone::near(&sent, 1004.0).expect("a tone");
            near("level", found.level_dbm0, dbm0, 0.1);
        }
    }
}

#[test]
fn of_silence_and_of_a_few_samples_there_is_no_tone() {
    assert!(tone::strongest(&[0; 800]).is_none());
    assert!(tone::strongest(&samples(&sine(1004.0, 0.0, 40))).is_none());
}

#[test]
fn slope_is_loss_beyond_that_at_1004_hz() {
    let slope = Slope::new(-16.0, [-17.5, -16.5, -20.0]);
    near("low", slope.low_db(), 1.0, 1e-9);
    near("high", slope.high_db(), 3.5, 1e-9);
}

#[test]
fn the_sources_send_what_they_say() {
    let mut milliwatt = Stimulus::tone(1004.0, 0.0);
    let sent: Vec<i16> = (0..100).flat_map(|_| milliwatt.frame()).collect();
    let found = tone::strongest(&sent).expect("a tone");
    near("level", found.level_dbm0, 0.0, 0.02);
    near("frequency", found.hz, 1004.0, 0.01);
    assert!(Stimulus::Quiet.frame().iter().all(|&s| s == 0));
}

/// White noise up to 4 kHz through C-message is 2.87 dB less, psophometrically 3.48 dB (integrals of the
/// tables).
#[test]
fn noise_is_weighted_as_the_tables_say() {
    let noise = samples(&white(-50.0, 8 * 8000));
    let mut meter = NoiseMeter::seconds(5, false);
    let found = frames(&noise)
        .find_map(|frame| meter.process(&frame))
        .expect("a reading");
    near("flat", found.flat_dbm0, -50.0, 0.1);
    near("C-message", found.c_message_dbrn0, 40.0 - 2.87, 0.5);
    near("psophometric", found.psophometric_dbm0p, -50.0 - 3.48, 0.6);
    near("direct", found.direct, 0.0, 2.0);
    for (hz, weight) in [(300.0, -16.3), (1000.0, 0.0), (3000.0, -3.0)] {
        let tone = samples(&sine(hz, -30.0, 16_000));
        let mut meter = NoiseMeter::seconds(1, false);
        let found = frames(&tone)
            .find_map(|frame| meter.process(&frame))
            .expect("a reading");
        near("weight", found.c_message_dbrn0, 60.0 + weight, 0.15);
    }
}

#[test]
fn a_milliwatt_tells_level_frequency_and_distortion() {
    let signal = samples(&sum(&sine(1004.3, -12.0, 16_000), &white(-42.0, 16_000)));
    let mut meter = MilliwattMeter::new();
    let found = frames(&signal).find_map(|frame| meter.process(&frame));
    let found = found.expect("in time").expect("a tone");
    near("level", found.tone.level_dbm0, -12.0, 0.1);
    near("frequency", found.tone.hz, 1004.3, 0.1);
    // 30 dB flat; weighting and the notch take 3.3 dB of the noise.
    near("distortion", found.distortion_db, 33.3, 0.5);
}

#[test]
fn one_coding_of_g711_has_the_distortion_that_it_must_have() {
    for law in [Law::Mu, Law::A] {
        let signal = through(law, &samples(&sine(1004.0, -10.0, 16_000)));
        let mut meter = MilliwattMeter::new();
        let found = frames(&signal).find_map(|frame| meter.process(&frame));
        let found = found.expect("in time").expect("a tone");
        assert!(
            (36.0..42.0).contains(&found.distortion_db),
            "{law:?} {}",
            found.distortion_db
        );
    }
}

#[test]
fn a_harmonic_is_measured() {
    let signal = samples(&sum(
        &sine(1004.0, -10.0, 16_000),
        &sine(2008.0, -45.0, 16_000),
    ));
    let mut meter = MilliwattMeter::new();
    let found = frames(&signal).find_map(|frame| meter.process(&frame));
    let found = found.expect("in time").expect("a tone");
    near("harmonic", found.harmonic_db, -35.0, 0.3);
}

#[test]
fn impulses_count_once_and_only_above_the_threshold() {
    let mut line = white(-60.0, 4 * 8000);
    for (at, dbm0) in [
        (1000, -10.0),
        (1100, -10.0),
        (12_000, -25.0),
        (20_000, -15.0),
    ] {
        line[at] += peak(dbm0);
    }
    let mut counter = HitCounter::new(-20.0, false);
    frames(&samples(&line)).for_each(|frame| counter.process(&frame));
    // The second is within the blind time of the first, the third is too small.
    assert_eq!(counter.hits().impulses, 2);
}

#[test]
fn dropouts_gain_and_phase_hits_count_each_once() {
    let count = 6 * 8000;
    let mut line = sine(1004.0, -13.0, count);
    let turned: Vec<f64> = {
        let turn = std::f64::consts::TAU * 1004.0 / 8000.0;
        (0..count)
            .map(|n| peak(-13.0) * (turn * n as f64 + 0.3 + 0.6).sin())
            .collect()
    };
    line[12_000..12_400].fill(0.0);
    line[20_000..20_400].iter_mut().for_each(|s| *s *= 1.7);
    line[32_000..].copy_from_slice(&turned[32_000..]);
    let line = sum(&line, &white(-60.0, count));
    let mut counter = HitCounter::new(-20.0, true);
    frames(&samples(&line)).for_each(|frame| counter.process(&frame));
    let hits = counter.hits();
    assert_eq!(
        (hits.dropouts, hits.gain_hits, hits.phase_hits),
        (1, 1, 1),
        "{hits:?}"
    );
}

#[test]
fn a_steady_tone_a_little_off_is_no_hit() {
    for hz in [999.5, 1004.0, 1008.5] {
        let line = sum(&sine(hz, -13.0, 80_000), &white(-50.0, 80_000));
        let mut counter = HitCounter::new(-25.0, true);
        frames(&samples(&line)).for_each(|frame| counter.process(&frame));
        assert_eq!(counter.hits(), measure::hits::Hits::default(), "{hz}");
    }
}
