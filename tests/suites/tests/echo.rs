//! The echo canceller on the echo suite: a few seeds of each kind, on the half of the voices that
//! nothing was tuned on. `cargo test -p suites --test echo -- --nocapture` prints the figures;
//! `--ignored` runs forty seeds of each.

use dsp::echo::{Canceller, EchoSettings};
use std::sync::LazyLock;
use suites::{
    corpus::{Corpus, Split},
    echo::{Kind, Score, Trial, Voices},
};

const TAPS: [usize; 3] = [128, 256, 512];
const SECONDS: usize = 21;

static VOICES: LazyLock<Voices> = LazyLock::new(|| {
    let corpus = Corpus::installed().expect("the packages that tests/run installs");
    Voices::of(&corpus.half(Split::Test)).expect("readable recordings")
});

fn scores(kind: Kind, taps: usize, suppression: bool, seeds: u64) -> Vec<Score> {
    let score = |seed| {
        let mut canceller = Canceller::new(EchoSettings {
            taps,
            delay: 0,
            suppression,
        });
        let trial = Trial::new(&VOICES, kind, taps, SECONDS, 9000 + seed);
        trial.score(|sent, received, clean| canceller.process(sent, received, clean))
    };
    (0..seeds).map(score).collect()
}

fn mean(scores: &[Score], of: impl Fn(&Score) -> f64) -> f64 {
    scores.iter().map(of).sum::<f64>() / scores.len() as f64
}

fn least(scores: &[Score], of: impl Fn(&Score) -> f64) -> f64 {
    scores.iter().map(of).fold(f64::INFINITY, f64::min)
}

/// The middle one; for ever where a trial never got there.
fn median(scores: &[Score], of: impl Fn(&Score) -> Option<f64>) -> f64 {
    let mut all: Vec<f64> = scores
        .iter()
        .map(|s| of(s).unwrap_or(f64::INFINITY))
        .collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn print(kind: Kind, taps: usize, scores: &[Score]) {
    let pair =
        |of: fn(&Score) -> f64| format!("{:5.1} {:5.1}", mean(scores, of), least(scores, of));
    println!(
        "{kind:?} {taps}: ERLE {} (ceiling {}), echo {}, middle {}, near {}, late {}, worst {}, \
         {:.2} s, again {:.2} s",
        pair(|s| s.erle_db),
        pair(|s| s.ceiling_db),
        pair(|s| s.echo_db),
        pair(|s| s.middle_db),
        pair(|s| s.near_db.unwrap_or(0.0)),
        pair(|s| s.late_db),
        pair(|s| s.worst_db),
        median(scores, |s| s.converged_s),
        median(scores, |s| s.reconverged_s),
    );
}

/// The filter alone.
fn check(seeds: u64) {
    for taps in TAPS {
        for kind in Kind::ALL {
            let scores = scores(kind, taps, false, seeds);
            print(kind, taps, &scores);
            let erle = mean(&scores, |s| s.erle_db);
            assert!(erle > 25.0, "{kind:?} {taps}: {erle} dB");
            assert!(mean(&scores, |s| s.echo_db) > 28.0, "{kind:?} {taps}");
            assert!(least(&scores, |s| s.echo_db) > 18.0, "{kind:?} {taps}");
            let converged = median(&scores, |s| s.converged_s);
            assert!(
                converged < 0.009 * taps as f64,
                "{kind:?} {taps}: {converged} s"
            );
            if kind == Kind::PathChange {
                let again = median(&scores, |s| s.reconverged_s);
                assert!(again < 2.0, "{taps}: {again} s");
            } else {
                assert!(mean(&scores, |s| s.middle_db) > 30.0, "{kind:?} {taps}");
                assert!(least(&scores, |s| s.middle_db) > 8.0, "{kind:?} {taps}");
                assert!(least(&scores, |s| s.worst_db) > 0.0, "{kind:?} {taps}");
            }
            let below = least(&scores, |s| s.late_db - s.ceiling_db);
            assert!(
                below > -10.0,
                "{kind:?} {taps}: {below} dB from what can be had"
            );
        }
    }
}

#[test]
fn echo_is_cancelled_at_every_length() {
    check(2);
}

#[test]
#[ignore = "long: forty seeds"]
fn echo_is_cancelled_at_every_length_over_many_seeds() {
    check(40);
}

#[test]
fn suppression_takes_more_and_leaves_the_far_party() {
    for taps in TAPS {
        let single = scores(Kind::SingleTalk, taps, true, 3);
        print(Kind::SingleTalk, taps, &single);
        assert!(mean(&single, |s| s.late_db - s.ceiling_db) > 0.0, "{taps}");
        let double = scores(Kind::DoubleTalk, taps, true, 3);
        print(Kind::DoubleTalk, taps, &double);
        assert!(
            least(&double, |s| s.near_db.expect("double-talk")) > 25.0,
            "{taps}"
        );
        assert!(least(&double, |s| s.middle_db) > 10.0, "{taps}");
    }
}

#[test]
fn a_seed_is_a_trial() {
    let trial = |seed| Trial::new(&VOICES, Kind::DoubleTalk, 256, 6, seed);
    assert_eq!(trial(1).received, trial(1).received);
    assert_ne!(trial(1).received, trial(2).received);
    // One who does nothing scores nothing, one who cuts everything damages the far party.
    let nothing = trial(3).score(|_, received, clean| *clean = *received);
    assert!(
        nothing.erle_db.abs() < 0.01 && nothing.middle_db.abs() < 0.01,
        "{nothing:?}"
    );
    let mute = trial(3).score(|_, _, clean| clean.fill(0));
    assert!(mute.near_db.expect("double-talk") < 3.0, "{mute:?}");
}
