//! `linetest progress`.

use crate::{Place, joined, silence, tone};
use types::tone::Tone;

fn us(name: &str, ms: usize) -> Vec<i16> {
    let country = tonetables::load("us").expect("the table");
    let tones = &country.tones.tones;
    let line = tones
        .iter()
        .map(tonetables::write)
        .find(|line| line.starts_with(name));
    tone(&line.expect("the tone"), ms)
}

#[test]
fn a_call_is_told_tone_by_tone() {
    let place = Place::new();
    let call = joined(&[
        us("tone dial", 3000),
        silence(500),
        us("tone ringback", 12_000),
        silence(3000),
        us("tone busy", 6000),
        silence(500),
    ]);
    let rows = place
        .recording("call.wav", &call)
        .run(&["progress", "--country", "us", "--json", "call.wav"])
        .json();
    let events: Vec<_> = rows
        .iter()
        .map(|row| row["event"].as_str().expect("text"))
        .collect();
    assert_eq!(events, ["dial", "ring", "busy"], "{rows:?}");
    let tones: Vec<_> = rows
        .iter()
        .map(|row| row["tone"].as_str().expect("text"))
        .collect();
    assert_eq!(tones, ["dial", "ringback", "busy"]);
    for (row, (start, end)) in
        rows.iter()
            .zip([(0.0, 3000.0), (3500.0, 11_500.0), (18_500.0, 24_000.0)])
    {
        let near = |key: &str, ms: f64| (row[key].as_f64().expect(key) - ms).abs() <= 40.0;
        assert!(near("start_ms", start) && near("end_ms", end), "{row}");
        assert!(row["confidence"].as_f64().expect("a number") > 0.7, "{row}");
    }
}

/// A network may have several cadences of one meaning: whichever it plays is told once.
#[test]
fn a_tone_of_several_cadences_is_told_once() {
    let place = Place::new();
    let mut tried = 0;
    for code in tonetables::codes() {
        let tones = tonetables::load(code).expect("a table").tones.tones;
        for name in [Tone::Ringback, Tone::Busy] {
            let own = tones
                .iter()
                .filter(|def| def.tone == name && def.same_as.is_none());
            let own: Vec<_> = own.collect();
            for def in own.iter().filter(|_| own.len() > 1) {
                tried += 1;
                let sound = tone(&tonetables::write(def), 26_000);
                place.recording("x.wav", &joined(&[silence(700), sound, silence(300)]));
                let rows = place
                    .run(&["progress", "--country", code, "--json", "x.wav"])
                    .json();
                assert_eq!(rows.len(), 1, "{code} {def:?}\n{rows:#?}");
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

/// The pause after a burst is no part of the tone, wherever the recording stops in it.
#[test]
fn a_tone_ends_with_its_last_burst() {
    let place = Place::new();
    let ends = |samples: &[i16]| -> Vec<f64> {
        place.recording("x.wav", samples);
        let rows = place.run(&["progress", "--json", "x.wav"]).json();
        let end = |row: &serde_json::Value| row["end_ms"].as_f64().expect("a time");
        rows.iter().map(end).collect()
    };
    let near = |ends: Vec<f64>, end: f64| {
        assert!(
            matches!(ends[..], [only] if (only - end).abs() <= 40.0),
            "{ends:?}, not {end}"
        );
    };
    for more in [100, 1000, 3900, 10_000, 30_000] {
        // Two bursts of 2 s with 4 s between.
        let rung = joined(&[us("tone ringback", 8000), silence(more)]);
        near(ends(&rung), 8000.0);
    }
    // The longest pause of all: 15 s.
    let warned = joined(&[us("tone record", 15_600), silence(9000)]);
    near(ends(&warned), 15_500.0);
    // What is cut in the middle of a burst goes on to the end.
    near(ends(&us("tone ringback", 7200)), 7200.0);
    near(ends(&us("tone dial", 3001)), 3001.0);
}

/// Many cycles are one hit; the same tone after another is a new one.
#[test]
fn a_tone_is_one_hit_each_time_it_begins() {
    let place = Place::new();
    let call = joined(&[
        us("tone busy", 8000),
        silence(3000),
        us("tone dial", 2000),
        silence(1000),
        us("tone busy", 5000),
    ]);
    place.recording("call.wav", &call);
    let run = place.run(&["progress", "--hits", "call.wav"]);
    let labels: Vec<_> = run
        .good()
        .lines()
        .map(|line| line.rsplit(' ').next().expect("a label"))
        .collect();
    assert_eq!(labels, ["busy", "dial", "busy"]);
}

#[test]
fn special_information_tones_are_told_with_their_kind_and_hit_as_sit() {
    let place = Place::new();
    place.recording(
        "sit.wav",
        &joined(&[silence(300), us("tone sit-intercept", 1200)]),
    );
    let rows = place.run(&["progress", "--json", "sit.wav"]).json();
    assert_eq!(
        (rows[0]["event"].as_str(), rows[0]["tone"].as_str()),
        (Some("sit"), Some("sit-intercept"))
    );
    assert!(
        place
            .run(&["progress", "--hits", "sit.wav"])
            .good()
            .ends_with(" sit\n")
    );
}

/// The list of labels is closed.
#[test]
fn only_five_tones_are_hits() {
    let place = Place::new();
    place.recording(
        "waiting.wav",
        &joined(&[
            silence(500),
            us("tone howler", 4000),
            silence(2000),
            us("tone stutter", 4000),
        ]),
    );
    let run = place.run(&["progress", "--hits", "waiting.wav"]);
    let labels: Vec<_> = run
        .good()
        .lines()
        .map(|line| line.rsplit(' ').next().expect("a label"))
        .collect();
    assert_eq!(labels, ["dial"]);
    let rows = place.run(&["progress", "--json", "waiting.wav"]).json();
    let tones: Vec<_> = rows
        .iter()
        .map(|row| row["tone"].as_str().expect("text"))
        .collect();
    assert_eq!(tones, ["howler", "stutter"]);
}

#[test]
fn a_country_is_taken_in_capitals_too() {
    let place = Place::new();
    let german = tonetables::load("de").expect("the table");
    let dial = german
        .tones
        .tone(types::tone::Tone::Dial)
        .expect("a dial tone");
    place.recording("dial.wav", &tone(&tonetables::write(dial), 4000));
    let run = place.run(&["progress", "--country", "DE", "--hits", "dial.wav"]);
    assert!(run.good().ends_with(" dial\n"), "{run:?}");
}
