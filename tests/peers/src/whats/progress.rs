//! Call-progress tones: the trials of `suites::progress`, and false ones in speech and music.

use super::What;
use crate::{
    Settings,
    figure::{Better, Figure, Goal, Report, snake},
    input, parallel,
    spandsp::SuperToneRx,
};
use dsp::{
    plan::TonePlan,
    progress::{Progress, ProgressEvent},
};
use std::collections::BTreeMap;
use suites::{
    corpus::{Corpus, Recording},
    mix,
    progress::{self, Class, FULL, Mark, Score, Told},
};
use types::{
    frame::{FRAME, Law},
    tick::Tick,
    tone::{SitKind, Tone},
};

pub const WHAT: What = What {
    name: "progress",
    about: "call-progress tones found, and false ones",
    run,
};

const SHORT: usize = 180;

/// Every so many recordings are heard in a short run.
const SLICE: usize = 25;

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let plans: BTreeMap<&str, TonePlan> = tonetables::codes()
        .map(|code| {
            (
                code,
                tonetables::load(code).expect("a built-in table").tones,
            )
        })
        .collect();
    let trials = progress::trials(settings.seed, if settings.short { SHORT } else { FULL });
    let ours = |trial: &progress::Trial, audio: &[i16]| told_by_us(&plans[trial.country], audio);
    let told = for_peer(&plans);
    let peer = |trial: &progress::Trial, audio: &[i16]| told_by_peer(&told[trial.country], audio);
    let exact = Score::of(&trials, ours, |a, b| a == b);
    let ours = Score::of(&trials, ours, alike);
    let peer = Score::of(&trials, peer, alike);
    shares(report, &ours, &peer, &exact)?;
    latencies(report, &ours, &peer)?;
    false_tones(settings, report, &plans)
}

/// The peer's tones: of North America's those of its own examples, of nine frequencies. Between
/// frequencies that lie closer it can't tell one from two.
pub fn nine_frequencies() -> TonePlan {
    let known = |tone| match tone {
        Tone::Sit(kind) => kind != SitKind::Unknown,
        _ => [Tone::Dial, Tone::Busy, Tone::Reorder, Tone::Ringback].contains(&tone),
    };
    tonetables::load("us")
        .expect("a built-in table")
        .tones
        .only(known)
}

fn for_peer<'a>(plans: &BTreeMap<&'a str, TonePlan>) -> BTreeMap<&'a str, TonePlan> {
    let mut plans = plans.clone();
    plans.insert("us", nine_frequencies());
    plans
}

/// The peer knows one special information tone: its kinds count as one for both.
fn alike(a: Tone, b: Tone) -> bool {
    a == b || matches!((a, b), (Tone::Sit(_), Tone::Sit(_)))
}

fn told_by_us(plan: &TonePlan, audio: &[i16]) -> Vec<Told> {
    let mut progress = Progress::new(plan);
    let mut told = Vec::new();
    for (n, frame) in audio.as_chunks::<FRAME>().0.iter().enumerate() {
        for event in progress.process(frame, Tick((n * FRAME) as u64)).events {
            if let ProgressEvent::Tone { tone, .. } = event {
                let sample = (n + 1) * FRAME;
                told.push(Told { tone, sample });
            }
        }
    }
    told
}

fn told_by_peer(plan: &TonePlan, audio: &[i16]) -> Vec<Told> {
    let mut rx = SuperToneRx::new(plan);
    let mut told = Vec::new();
    for (n, frame) in audio.as_chunks::<FRAME>().0.iter().enumerate() {
        rx.process(frame);
        let sample = (n + 1) * FRAME;
        told.extend(rx.told().into_iter().map(|tone| Told { tone, sample }));
    }
    told
}

fn shares(report: &mut Report, ours: &Score, peer: &Score, exact: &Score) -> anyhow::Result<()> {
    let percent = |mark: &Mark| 100.0 * f64::from(mark.share());
    let share = |what: &str, ours: &Mark, peer: Option<&Mark>| {
        let figure = Figure::new(format!("progress.{what}"), percent(ours), "%", Better::More);
        Figure {
            peer: peer.map(percent),
            ..figure.note(format!("{} trials", ours.trials))
        }
    };
    let (must, peer_must) = (Mark::sum(ours.must.values()), Mark::sum(peer.must.values()));
    report.add(share("must", &must, Some(&peer_must)).goal(Goal::AtLeast(99.0)))?;
    let exact = Mark::sum(exact.must.values());
    report.add(share("must.sit_kinds", &exact, None))?;
    let all = |score: &Score| Mark::sum(score.must.values().chain(score.beyond.values()));
    report.add(share("all", &all(ours), Some(&all(peer))))?;
    let main = |score: &Score| Mark::sum(main_tones(score).map(|(_, mark)| mark));
    report.add(share("must.us_main_tones", &main(ours), Some(&main(peer))))?;
    let wrong = |what: &str, ours: &Mark, peer: &Mark| {
        Figure::new(
            format!("progress.{what}"),
            ours.wrong as f64,
            "trials",
            Better::Less,
        )
        .peer(peer.wrong as f64)
        .note(format!("of {}: told as something else", ours.trials))
    };
    report.add(wrong("mistaken", &all(ours), &all(peer)))
}

/// The marks of the tones of North America that both know.
fn main_tones(score: &Score) -> impl Iterator<Item = (&Class, &Mark)> {
    let others = [Class::Other, Class::World];
    score
        .must
        .iter()
        .filter(move |(class, _)| !others.contains(class))
}

fn latencies(report: &mut Report, ours: &Score, peer: &Score) -> anyhow::Result<()> {
    for (class, mark) in main_tones(ours) {
        let Some(ms) = mark.median_ms() else {
            continue;
        };
        let what = format!("progress.latency.{}", snake(class));
        report.add(Figure {
            peer: peer
                .must
                .get(class)
                .and_then(Mark::median_ms)
                .map(f64::from),
            ..Figure::new(what, f64::from(ms), "ms", Better::Less)
        })?;
    }
    Ok(())
}

/// Tones told in speech and music: of the home plan, and of all networks' plans in turn.
fn false_tones(
    settings: &Settings,
    report: &mut Report,
    plans: &BTreeMap<&str, TonePlan>,
) -> anyhow::Result<()> {
    let corpus = input::corpus()?;
    let corpus = corpus.every(if settings.short { SLICE } else { 1 });
    let for_peer = for_peer(plans);
    let pairs: Vec<Plans> = plans.values().zip(for_peer.values()).collect();
    let home = [(&plans["us"], &for_peer["us"])];
    for (what, plans) in [("false.us", &home[..]), ("false.all_networks", &pairs)] {
        let (ours, peer) = count_false(&corpus, plans)?;
        let hours = corpus.hours();
        let figure = Figure::new(
            format!("progress.{what}"),
            ours as f64,
            "tones",
            Better::Less,
        );
        let note = format!("{} plans, each in {hours:.2} h", plans.len());
        let figure = figure.peer(peer as f64).note(note);
        report.add(figure.goal(Goal::AtMost(0.0)))?;
    }
    Ok(())
}

/// Ours and the peer's.
type Plans<'a> = (&'a TonePlan, &'a TonePlan);

fn count_false(corpus: &Corpus, plans: &[Plans]) -> anyhow::Result<(usize, usize)> {
    let hear = |sum: &mut (usize, usize), recording: &Recording| {
        let mut audio = recording.samples()?;
        audio.resize((audio.len() + 8000).next_multiple_of(FRAME), 0);
        mix::companded(Law::Mu, &mut audio);
        for (plan, for_peer) in plans {
            let (ours, peer) = (told_by_us(plan, &audio), told_by_peer(for_peer, &audio));
            if let Some(told) = ours.first() {
                let at = told.sample as f64 / 8000.0;
                let (name, network) = (&recording.name, &plan.country);
                eprintln!(
                    "progress: ours: {:?} of {network} in {name} at {at:.2} s",
                    told.tone
                );
            }
            sum.0 += ours.len();
            sum.1 += peer.len();
        }
        Ok(())
    };
    let sums = parallel::over(&corpus.recordings, || (0, 0), hear)?;
    Ok(sums
        .iter()
        .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)))
}
