//! Echo: the trials of `suites::echo`.

use super::What;
use crate::{
    Settings,
    clock::median_of,
    figure::{Better, Figure, Goal, Report, snake},
    input, parallel,
    spandsp::EchoCan,
};
use dsp::echo::{Canceller, EchoSettings};
use suites::echo::{Kind, Score, Trial, Voices};

pub const WHAT: What = What {
    name: "echo",
    about: "what echo cancellers leave, and what they spoil",
    run,
};

pub const TAPS: [usize; 3] = [128, 256, 512];

/// Seconds of a trial; its three parts are as long.
const SECONDS: usize = 30;

/// Trials of each kind and length.
const FULL: u64 = 40;
const SHORT: u64 = 4;

/// The scores of one kind of trial.
#[derive(Default)]
struct Scores {
    ours: Vec<Score>,
    peer: Vec<Score>,
}

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let voices = Voices::of(&input::corpus()?)?;
    let count = if settings.short { SHORT } else { FULL };
    let seeds: Vec<u64> = (0..count)
        .map(|n| settings.seed.wrapping_mul(10_000) + n)
        .collect();
    for taps in TAPS {
        let hear = |kind, suppression| listen(&voices, &seeds, kind, taps, suppression);
        let single = hear(Kind::SingleTalk, false)?;
        report.add(median("erle", taps, &single, |s| s.erle_db).goal(Goal::AtLeast(25.0)))?;
        let ceiling = median_of(single.ours.iter().map(|s| s.ceiling_db).collect());
        let knows = Figure::new(
            format!("echo.erle_ceiling.{taps}"),
            ceiling,
            "dB",
            Better::More,
        );
        report.add(knows.note("of one who knows the echo: noise and companding are left"))?;
        report.add(worst("erle_worst", taps, &single, |s| s.erle_db))?;
        let double = hear(Kind::DoubleTalk, false)?;
        let never = worst("double_talk_worst", taps, &double, |s| s.middle_db);
        report.add(never.goal(Goal::AtLeast(0.0)))?;
        report.add(median("double_talk", taps, &double, |s| s.middle_db))?;
        let changed = hear(Kind::PathChange, false)?;
        report.add(median("after_change", taps, &changed, |s| s.late_db))?;
        if !settings.short {
            for kind in [Kind::Tones, Kind::Digits] {
                let what = format!("worst_{}", snake(kind));
                report.add(worst(&what, taps, &hear(kind, false)?, |s| s.worst_db))?;
            }
        }
        // The peer's suppression is silence whenever it thinks that only echo is there.
        let single = hear(Kind::SingleTalk, true)?;
        report.add(median("suppressed.erle", taps, &single, |s| s.erle_db))?;
        let double = hear(Kind::DoubleTalk, true)?;
        let never = worst("suppressed.double_talk_worst", taps, &double, |s| {
            s.middle_db
        });
        report.add(never.goal(Goal::AtLeast(0.0)))?;
    }
    Ok(())
}

fn listen(
    voices: &Voices,
    seeds: &[u64],
    kind: Kind,
    taps: usize,
    suppression: bool,
) -> anyhow::Result<Scores> {
    let parts = parallel::over(seeds, Scores::default, |scores, &seed| {
        let trial = Trial::new(voices, kind, taps, SECONDS, seed);
        let settings = EchoSettings {
            taps,
            delay: 0,
            suppression,
        };
        let mut ours = Canceller::new(settings);
        scores
            .ours
            .push(trial.score(|sent, received, clean| ours.process(sent, received, clean)));
        let mut peer = EchoCan::new(taps, suppression);
        scores.peer.push(trial.score(|sent, received, clean| {
            *clean = *received;
            peer.process(sent, clean);
        }));
        Ok(())
    })?;
    let mut all = Scores::default();
    for part in parts {
        all.ours.extend(part.ours);
        all.peer.extend(part.peer);
    }
    Ok(all)
}

/// The median of the trials.
fn median(what: &str, taps: usize, scores: &Scores, of: fn(&Score) -> f64) -> Figure {
    let median = |scores: &[Score]| median_of(scores.iter().map(of).collect());
    figure(
        what,
        taps,
        scores,
        median(&scores.ours),
        median(&scores.peer),
    )
}

fn worst(what: &str, taps: usize, scores: &Scores, of: fn(&Score) -> f64) -> Figure {
    let least = |scores: &[Score]| scores.iter().map(of).fold(f64::INFINITY, f64::min);
    figure(what, taps, scores, least(&scores.ours), least(&scores.peer))
}

fn figure(what: &str, taps: usize, scores: &Scores, ours: f64, peer: f64) -> Figure {
    Figure::new(format!("echo.{what}.{taps}"), ours, "dB", Better::More)
        .peer(peer)
        .note(format!("{} trials", scores.ours.len()))
}
