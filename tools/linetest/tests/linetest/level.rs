//! `linetest level`.

use crate::{Place, joined, silence, tone, wav};

#[track_caller]
fn measured(arguments: &[&str], samples: &[i16]) -> serde_json::Value {
    let place = Place::new();
    place.recording("x.wav", samples);
    let run = place.run(&[&["level", "--json"], arguments, &["x.wav"]].concat());
    run.json().remove(0)
}

#[track_caller]
fn near(row: &serde_json::Value, key: &str, expected: f64, within: f64) {
    let value = row[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no {key} in {row}"));
    assert!(
        (value - expected).abs() <= within,
        "{key}: {value}, not {expected}\n{row}"
    );
}

/// 1 kHz is where both weightings are as flat as no weighting (800 Hz for the psophometric).
#[test]
fn a_tone_has_its_level_in_every_weighting() {
    let row = measured(&[], &tone("tone dial 1000 -20dBm0 steady", 3000));
    near(&row, "level_dbm0", -20.0, 0.1);
    near(&row, "peak_dbm0", -20.0, 0.1);
    near(&row, "c_message_dbrn0", 70.0, 0.2);
    near(&row, "psophometric_dbm0p", -19.0, 0.2);
    near(&row, "noise_dbm0", -20.0, 0.1);
    near(&row, "dc_offset", 0.0, 1.0);
    near(&row, "duration_ms", 3000.0, 0.0);
    assert_eq!(row["clipped_samples"], 0);
    assert!(row["signal_to_noise_db"].is_null());
}

/// C-message takes 60 Hz away by 55.7 dB (IEEE 743), psophometric 50 Hz by 63 (ITU-T O.41).
#[test]
fn hum_counts_little_when_weighted() {
    let hum: Vec<i16> = (0..24_000)
        .map(|n| (2000.0 * (f64::from(n) * std::f64::consts::TAU * 60.0 / 8000.0).sin()) as i16)
        .collect();
    let row = measured(&[], &hum);
    let flat = row["level_dbm0"].as_f64().expect("a level");
    near(&row, "c_message_dbrn0", flat + 90.0 - 55.7, 1.0);
}

#[test]
fn the_noise_is_that_of_the_pauses() {
    let loud = tone("tone dial 1000 -10dBm0 steady", 3000);
    let quiet = tone("tone dial 1000 -40dBm0 steady", 1000);
    let row = measured(&[], &joined(&[loud.clone(), quiet, loud]));
    near(&row, "noise_dbm0", -40.0, 0.2);
    near(&row, "noise_dbrnc0", 50.0, 0.3);
    near(&row, "level_dbm0", -10.7, 0.2);
}

#[test]
fn direct_voltage_is_told_and_is_no_level() {
    let samples: Vec<i16> = tone("tone dial 1000 -30dBm0 steady", 2000)
        .iter()
        .map(|sample| sample + 500)
        .collect();
    let row = measured(&[], &samples);
    near(&row, "dc_offset", 500.0, 0.5);
    near(&row, "level_dbm0", -30.0, 0.1);
}

#[test]
fn clipping_is_counted_to_the_last_sample() {
    let mut samples = silence(1000);
    samples.extend([i16::MAX, i16::MIN, 32_767]);
    let row = measured(&[], &samples);
    assert_eq!(row["clipped_samples"], 3, "{row}");
    near(&row, "peak_dbm0", 3.3, 0.1);
}

#[test]
fn noise_beside_a_holding_tone_is_measured_without_it() {
    let tones = tone("tone dial 1010+2000 -20dBm0 steady", 3000);
    let row = measured(&["--holding-tone"], &tones);
    // 2000 Hz weighs -1.3 dB; the total is that of two tones.
    near(&row, "signal_to_noise_db", 3.0 + 1.3, 0.4);
}

#[test]
fn a_recording_that_is_too_short_for_the_filters_says_so() {
    let row = measured(&[], &silence(50));
    assert!(
        row["noise_dbrnc0"].is_null() && row["level_dbm0"].is_number(),
        "{row}"
    );
}

#[test]
fn remarks_say_what_to_look_into() {
    let place = Place::new();
    let remark = |samples: &[i16]| -> String {
        place.recording("x.wav", samples);
        let run = place.run(&["level", "x.wav"]);
        let row = run.good().lines().nth(1).expect("a row").to_owned();
        row.rsplit("  ").next().expect("remarks").to_owned()
    };
    assert_eq!(remark(&silence(2000)), "digital silence");
    assert_eq!(
        remark(&tone("tone dial 1000 -5dBm0 steady", 2000)),
        "loud, noise"
    );
    let weak = tone("tone dial 1000 -40dBm0 steady", 2000);
    let weak: Vec<i16> = weak.iter().map(|sample| sample / 16).collect();
    assert_eq!(remark(&weak), "weak");
}

/// How loud a holding tone is, its sender decides: it says nothing of the line.
#[test]
fn a_loud_holding_tone_is_not_remarked_upon() {
    let place = Place::new();
    place.recording("x.wav", &tone("tone dial 1010 -3dBm0 steady", 2000));
    let run = place.run(&["level", "--holding-tone", "x.wav"]);
    let row = run.good().lines().nth(1).expect("a row");
    assert!(!row.contains("loud") && !row.contains("noise"), "{row}");
}

#[test]
fn each_channel_is_measured() {
    let place = Place::new();
    let left = tone("tone dial 1000 -20dBm0 steady", 2000);
    place.file(
        "x.wav",
        &wav::pcm(2, &wav::interleaved(&left, &silence(2000))),
    );
    let rows = place.run(&["level", "--json", "x.wav"]).json();
    assert_eq!(
        (rows[0]["channel"].as_str(), rows[1]["channel"].as_str()),
        (Some("left"), Some("right"))
    );
    near(&rows[0], "level_dbm0", -20.0, 0.1);
    near(&rows[1], "level_dbm0", -99.0, 0.0);
}
