//! The short form of the trials of call-progress tones, and tones where there are none.

use dsp::progress::{Progress, ProgressEvent};
use std::collections::BTreeMap;
use suites::{
    corpus::Corpus,
    progress::{Class, Mark, Score, Told, Trial, trials},
};
use types::{
    frame::FRAME,
    tick::Tick,
    tone::{SitKind, Tone},
};

/// Every tone told, with the samples consumed by then; the detector starts fresh.
fn told(progress: &mut Progress, audio: &[i16]) -> Vec<Told> {
    progress.reset();
    let mut all = Vec::new();
    for (n, samples) in audio.chunks_exact(FRAME).enumerate() {
        let samples = samples.try_into().expect("a frame");
        let frame = progress.process(samples, Tick((n * FRAME) as u64));
        for event in frame.events {
            if let ProgressEvent::Tone { tone, .. } = event {
                let sample = (n + 1) * FRAME;
                all.push(Told { tone, sample });
            }
        }
    }
    all
}

fn all_plans() -> BTreeMap<&'static str, Progress> {
    let plan = |code| tonetables::load(code).expect("a built-in table").tones;
    let detectors = tonetables::codes().map(|code| (code, Progress::new(&plan(code))));
    detectors.collect()
}

/// A special information tone of whatever kind.
fn same(a: Tone, b: Tone) -> bool {
    a == b || matches!((a, b), (Tone::Sit(_), Tone::Sit(_)))
}

fn score(trials: &[Trial], same: impl Fn(Tone, Tone) -> bool) -> Score {
    let mut detectors = all_plans();
    let detector = |trial: &Trial, audio: &[i16]| {
        let progress = detectors.get_mut(trial.country).expect("a plan");
        told(progress, audio)
    };
    Score::of(trials, detector, same)
}

#[test]
fn what_must_be_detected_is() {
    let trials = trials(7, 1000);
    let score = score(&trials, same);
    println!("{score}");
    let all = Mark::sum(score.must.values());
    assert!(all.trials > 600, "{} trials", all.trials);
    assert!(all.share() >= 0.99, "{all}");
    for (class, mark) in &score.must {
        let least = if *class == Class::World { 0.97 } else { 1.0 };
        assert!(mark.share() >= least, "{class:?}: {mark}");
    }
    for (class, limit_ms) in [
        (Class::Dial, 704.0),
        (Class::Busy, 1449.0),
        (Class::Reorder, 692.0),
        (Class::Ringback, 1600.0),
        (Class::Sit, 922.0),
    ] {
        let median = score.must[&class].median_ms().expect("some were right");
        assert!(median <= limit_ms, "{class:?} after {median} ms");
    }
}

#[test]
fn the_kinds_of_special_information_tone_are_told_apart() {
    let trials: Vec<Trial> = trials(8, 2500)
        .into_iter()
        .filter(|trial| trial.country == "us" && trial.right[0] != Tone::Sit(SitKind::Unknown))
        .filter(|trial| matches!(trial.right[0], Tone::Sit(_)))
        .collect();
    let score = score(&trials, |a, b| a == b);
    println!("{score}");
    let mark = Mark::sum(score.must.values());
    assert!(mark.trials > 150, "{mark}");
    assert!(mark.share() >= 0.98, "{mark}");
}

#[test]
fn a_seed_gives_the_same_samples() {
    let once = trials(3, 60);
    assert_eq!(once, trials(3, 60));
    assert_ne!(once, trials(4, 60));
    let (a, b) = (&once[41], &trials(3, 60)[41]);
    assert_eq!(a.audio(), b.audio());
}

/// A share of all recordings; the long form goes through all at three levels.
#[test]
fn speech_and_music_hold_no_tone() {
    let corpus = Corpus::installed().expect("the recordings are installed");
    let mut progress = Progress::new(&tonetables::load("us").expect("built in").tones);
    let mut found = Vec::new();
    for recording in &corpus.every(12).recordings {
        let samples = recording.samples().expect("readable");
        for told in told(&mut progress, &samples) {
            found.push((recording.name.clone(), told));
        }
    }
    assert!(found.is_empty(), "{found:?}");
}
