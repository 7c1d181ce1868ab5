//! `linetest answer` and `linetest three-way`: what is certain without a corpus.

use crate::{Place, joined, silence, tone, wav};

#[test]
fn a_fax_machine_is_told_with_its_signal() {
    let place = Place::new();
    let answer = tone("tone record 2100 -13dBm0 on 3000, once", 4000);
    place.recording("fax.wav", &joined(&[silence(500), answer]));
    let row = &place.run(&["answer", "--json", "fax.wav"]).json()[0];
    assert_eq!(
        (row["class"].as_str(), row["kind"].as_str()),
        (Some("fax-modem"), Some("answer"))
    );
    let decided = row["decided_ms"].as_f64().expect("a time");
    assert!((500.0..2500.0).contains(&decided), "{row}");
    let hits = place.run(&["answer", "--hits", "fax.wav"]);
    assert!(hits.good().ends_with(" fax-modem\n"), "{hits:?}");
}

#[test]
fn nobody_there_is_silence_and_too_short_a_recording_undecided() {
    let place = Place::new();
    place
        .recording("still.wav", &silence(6000))
        .recording("short.wav", &silence(300));
    let rows = place
        .run(&["answer", "--json", "still.wav", "short.wav"])
        .json();
    assert_eq!(rows[0]["class"], "silence");
    assert_eq!(rows[1]["class"], "undecided");
    assert!(rows[1]["decided_ms"].is_null() && rows[1]["confidence"].is_null());
}

/// The table tells the last decision, JSON those before it, too.
#[test]
fn a_decision_that_was_replaced_is_kept_in_json() {
    let place = Place::new();
    let answer = tone("tone record 2100 -13dBm0 on 3000, once", 4000);
    place.recording("late.wav", &joined(&[silence(5000), answer]));
    let row = &place.run(&["answer", "--json", "late.wav"]).json()[0];
    assert_eq!(row["class"], "fax-modem");
    assert_eq!(row["earlier"][0]["class"], "silence");
    let before = row["earlier"][0]["decided_ms"].as_f64().expect("a time");
    assert!((1000.0..5000.0).contains(&before), "{row}");
    let table = place.run(&["answer", "late.wav"]);
    let lines: Vec<&str> = table.good().lines().collect();
    assert_eq!(lines.len(), 2, "{table:?}");
    assert!(
        lines[1].starts_with("mono   fax-modem  answer "),
        "{table:?}"
    );
}

/// The longest words do not push the times out of their columns.
#[test]
fn times_stand_under_their_words() {
    let place = Place::new();
    let sit = tone(
        "tone sit-no-circuit-distant 913.8 -15dBm0 on 380, 1370.6 on 380, 1776.7 on 380, once",
        1500,
    );
    let run = place
        .recording("x.wav", &joined(&[silence(300), sit]))
        .run(&["answer", "x.wav"]);
    let lines: Vec<&str> = run.good().lines().collect();
    let decided = lines[0].find("decided").expect("the word") + "decided".len();
    let before = &lines[1][..decided];
    assert!(before.contains("  sit-no-circuit-distant "), "{lines:?}");
    let time = before.rsplit(' ').next().expect("a time");
    assert!(time.starts_with("0:01."), "{lines:?}");
    assert!(lines[1][decided..].starts_with("  "), "{lines:?}");
}

/// What was heard before the answer does not decide; of two sides, the trunk's does.
#[test]
fn the_answer_may_come_later_in_the_recording() {
    let place = Place::new();
    let sit = tone(
        "tone sit-intercept 913.8 -15dBm0 on 274, 1370.6 on 274, 1776.7 on 380, once",
        1500,
    );
    let trunk = joined(&[sit, silence(6000)]);
    place.file(
        "x.wav",
        &wav::pcm(2, &wav::interleaved(&silence(10), &trunk)),
    );
    let class = |answered: &str| {
        place
            .run(&["answer", "--json", "--answered", answered, "x.wav"])
            .json()[0]["class"]
            .clone()
    };
    assert_eq!(class("0"), "sit");
    assert_eq!(class("2500"), "silence");
}

#[test]
fn a_recording_without_an_event_has_a_score_and_no_third_party() {
    let place = Place::new();
    place.recording("x.wav", &silence(5000));
    let rows = place.run(&["three-way", "--json", "x.wav"]).json();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0]["three_way"].as_bool(), rows[0]["score"].as_f64()),
        (Some(false), Some(-20.0))
    );
    assert_eq!(place.run(&["three-way", "--hits", "x.wav"]).good(), "");
}
