//! Fax, modem and text telephone signals over level, frequency, noise and law, and what speech and
//! music are taken for: the short form of `examples/data_signals.rs`.

use suites::{
    corpus::Corpus,
    data_signals::{Case, SENT, run, told},
    mix,
};

#[test]
fn signals_within_their_limits_are_found_and_taken_for_nothing_else() {
    const CASES: u64 = 60;
    for sent in SENT {
        let outcomes: Vec<_> = (0..CASES).map(|n| run(&Case::new(sent, 11, n))).collect();
        let right = outcomes.iter().filter(|o| o.right).count() as u64;
        let wrong = outcomes.iter().filter(|o| o.wrong).count();
        assert!(right >= CASES - 1, "{sent:?}: {right} of {CASES}");
        assert_eq!(wrong, 0, "{sent:?}");
        for outcome in outcomes.iter().filter(|o| o.right) {
            assert!(outcome.level_db.abs() < 1.0, "{sent:?}: {outcome:?}");
            assert!(outcome.delay_ms <= 850, "{sent:?}: {outcome:?}");
        }
    }
}

#[test]
fn speech_and_music_are_no_data() {
    let corpus = Corpus::installed().unwrap_or_else(|error| panic!("{error}"));
    let corpus = corpus.every(25);
    for recording in &corpus.recordings {
        let samples = mix::to_float(&recording.samples().unwrap_or_else(|e| panic!("{e}")));
        for db in [0.0, -6.0, -12.0] {
            let mut samples = samples.clone();
            mix::gain(&mut samples, db);
            let told = told(&mix::to_pcm(&samples));
            assert!(told.is_empty(), "{} at {db} dB: {told:?}", recording.name);
        }
    }
}
