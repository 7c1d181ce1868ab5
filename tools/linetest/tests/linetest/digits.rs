//! `linetest digits`.

use crate::{Place, joined, keyed, silence, tone, wav};

#[test]
fn every_digit_comes_back_with_its_times_level_and_twist() {
    const ALL: &str = "0123456789*#ABCD";
    let place = Place::new();
    let mut keys = dsp::tone_gen::DigitGen::new(-14.0, -12.0, 60, 60);
    assert!(keys.send(types::digits::Digits::parse(ALL).expect("digits")));
    let mut samples = silence(100 + 16 * 120);
    keys.fill(&mut samples[800..]);
    let rows = place
        .recording("all.wav", &samples)
        .run(&["digits", "--json", "all.wav"])
        .json();
    assert_eq!(rows.len(), 16);
    for (n, (row, digit)) in rows.iter().zip(ALL.chars()).enumerate() {
        let number = |key: &str| row[key].as_f64().expect(key);
        assert_eq!(row["digit"], digit.to_string());
        assert!(
            (number("start_ms") - (100 + n * 120) as f64).abs() <= 5.0,
            "{row}"
        );
        assert!((number("duration_ms") - 60.0).abs() <= 6.0, "{row}");
        assert!((number("level_dbm0") - -9.88).abs() <= 0.5, "{row}");
        assert!((number("twist_db") - 2.0).abs() <= 0.5, "{row}");
    }
}

/// 70 ms from sample 400 on: known after 45 ms at the latest, in whole frames.
#[test]
fn a_hit_counts_the_samples_consumed_when_it_was_reported() {
    let place = Place::new();
    let run = place
        .recording("x.wav", &keyed("7"))
        .run(&["digits", "--hits", "x.wav"]);
    let words: Vec<&str> = run.good().trim_end().split(' ').collect();
    let sample: u64 = words[1].parse().expect("a number");
    assert_eq!((words[0], words[2]), ("x.wav", "7"));
    assert!(
        sample.is_multiple_of(80) && (400 + 160..=400 + 45 * 8 + 80).contains(&sample),
        "{sample}"
    );
}

/// The recording ends in the middle of a frame, just after a digit that is long enough.
#[test]
fn a_hit_is_never_beyond_the_recording() {
    let place = Place::new();
    let whole = keyed("7");
    let mut found = 0;
    for length in (400 + 300..400 + 560).step_by(7) {
        place.recording("x.wav", &whole[..length]);
        let run = place.run(&["digits", "--hits", "x.wav"]);
        for line in run.good().lines() {
            let sample: usize = line
                .split(' ')
                .nth(1)
                .and_then(|n| n.parse().ok())
                .expect("a number");
            assert!(sample <= length, "{line} of {length}");
            found += 1;
        }
    }
    assert!(
        found >= 15,
        "a digit of 40 ms before the end is a digit: {found}"
    );
}

/// What one file leaves in a detector must not be heard in the next.
#[test]
fn detectors_start_fresh_for_each_file() {
    let place = Place::new();
    // Half a digit at the end of one, half at the beginning of the next: neither is one.
    let digit = keyed("5")[400..960].to_vec();
    place.recording("first.wav", &joined(&[silence(100), digit[..150].to_vec()]));
    place.recording(
        "second.wav",
        &joined(&[digit[150..300].to_vec(), silence(100)]),
    );
    let run = place.run(&["digits", "--hits", "--jobs", "1", "first.wav", "second.wav"]);
    assert_eq!(run.good(), "");
    place.recording(
        "both.wav",
        &joined(&[silence(100), digit[..300].to_vec(), silence(100)]),
    );
    assert_eq!(
        place
            .run(&["digits", "--hits", "both.wav"])
            .good()
            .lines()
            .count(),
        1
    );
}

#[test]
fn each_side_of_a_stereo_recording_is_heard_by_itself() {
    let place = Place::new();
    let both = wav::interleaved(&keyed("12"), &joined(&[silence(75), keyed("3")]));
    place.file("call.wav", &wav::pcm(2, &both));
    let sides = |which: &str| -> Vec<String> {
        let run = place.run(&["digits", "--json", "--channel", which, "call.wav"]);
        let rows = run.json();
        let side = |row: &serde_json::Value| {
            format!(
                "{} {}",
                row["channel"].as_str().expect("text"),
                row["digit"].as_str().expect("text")
            )
        };
        rows.iter().map(side).collect()
    };
    assert_eq!(sides("left"), ["left 1", "left 2"]);
    assert_eq!(sides("right"), ["right 3"]);
    assert_eq!(sides("both"), ["left 1", "right 3", "left 2"]);
}

#[test]
fn a_digit_that_an_exchange_may_not_take_is_remarked() {
    let place = Place::new();
    let weak: Vec<i16> = keyed("5").iter().map(|sample| sample / 8).collect();
    place.recording("weak.wav", &weak);
    let run = place.run(&["digits", "weak.wav"]);
    assert!(
        run.good()
            .lines()
            .nth(1)
            .is_some_and(|line| line.ends_with("  weak")),
        "{run:?}"
    );
}

#[test]
fn dial_tone_is_no_digit() {
    let place = Place::new();
    place.recording("dial.wav", &tone("tone dial 350+440 -13dBm0 steady", 2000));
    assert_eq!(place.run(&["digits", "dial.wav"]).good(), "No digit.\n");
}
