//! The installed recordings: all there, each once, in order, and none that is a tone.

use std::collections::{BTreeMap, BTreeSet};
use suites::corpus::{AGAIN, Corpus, Kind, NOT_SPEECH, PACKAGES, Split};

fn installed() -> Corpus {
    Corpus::installed().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_package_gives_recordings_in_a_fixed_order() {
    let corpus = installed();
    let mut hours: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for recording in &corpus.recordings {
        let sum = hours.entry(recording.package.name).or_default();
        sum.0 += 1;
        sum.1 += recording.hours();
    }
    for (name, (count, hours)) in &hours {
        println!("{name}: {count} recordings, {hours:.3} h");
    }
    println!(
        "{:.3} h of speech, {:.3} h of music",
        corpus.speech().hours(),
        corpus.music().hours()
    );
    assert_eq!(hours.len(), PACKAGES.len());
    let again = installed();
    let names = |corpus: &Corpus| -> Vec<String> {
        corpus.recordings.iter().map(|r| r.name.clone()).collect()
    };
    assert_eq!(names(&corpus), names(&again));
    let once: BTreeSet<String> = names(&corpus).into_iter().collect();
    assert_eq!(
        once.len(),
        corpus.recordings.len(),
        "a name stands for one recording"
    );
}

#[test]
fn a_recording_is_as_long_as_its_samples() {
    let corpus = installed();
    for recording in &corpus.every(50).recordings {
        let samples = recording
            .samples()
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(samples.len(), recording.length, "{}", recording.name);
        assert!(
            samples.iter().any(|&s| s.unsigned_abs() > 100),
            "{}",
            recording.name
        );
    }
}

#[test]
fn no_content_is_there_twice() {
    let corpus = installed();
    let mut seen: BTreeMap<Vec<i16>, String> = BTreeMap::new();
    let mut twice = Vec::new();
    for recording in &corpus.recordings {
        let samples = recording
            .samples()
            .unwrap_or_else(|error| panic!("{error}"));
        if let Some(other) = seen.insert(samples, recording.name.clone()) {
            twice.push((other, recording.name.clone()));
        }
    }
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn both_halves_have_all_voices_and_stay_as_they_are() {
    let corpus = installed();
    let voices = |corpus: &Corpus| -> BTreeSet<String> {
        corpus
            .speech()
            .recordings
            .iter()
            .map(|r| r.voice())
            .collect()
    };
    let (train, test) = (corpus.half(Split::Train), corpus.half(Split::Test));
    assert_eq!(voices(&train), voices(&test));
    let share = train.hours() / corpus.hours();
    assert!((0.4..0.6).contains(&share), "{share} to train");
    assert_eq!(
        train.recordings.len() + test.recordings.len(),
        corpus.recordings.len()
    );
    let goodbye = corpus
        .find("en/vm-goodbye")
        .expect("a prompt of the English set");
    assert_eq!(goodbye.split(), Split::Test);
    assert_eq!(goodbye.package.kind, Kind::Speech);
}

#[test]
fn tones_are_left_out_by_name() {
    let corpus = installed();
    for (listed, reason) in NOT_SPEECH {
        assert!(!reason.is_empty());
        assert!(corpus.find(&format!("en/{listed}")).is_none(), "{listed}");
    }
    for (again, first) in AGAIN {
        assert!(
            corpus.find(again).is_none() && corpus.find(first).is_some(),
            "{again}"
        );
    }
}
