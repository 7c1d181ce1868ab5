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

/// Of the recordings, besides as they are.
const LEVELS: [f64; 3] = [0.0, -6.0, -12.0];

/// Every so many recordings are heard in a short run, and by the peer with all plans.
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

/// Tones told in speech and music at several levels: of the home plan, and of all networks' plans in
/// turn. The peer takes as long as ours with all those, so it gets them in a slice alone.
fn false_tones(
    settings: &Settings,
    report: &mut Report,
    plans: &BTreeMap<&str, TonePlan>,
) -> anyhow::Result<()> {
    let corpus = input::corpus()?;
    let slice = corpus.every(SLICE);
    let corpus = if settings.short { &slice } else { &corpus };
    let for_peer = for_peer(plans);
    let home = [(&plans["us"], Some(&for_peer["us"]))];
    let ours: Vec<Plans> = plans.values().map(|plan| (plan, None)).collect();
    for db in LEVELS {
        for (what, plans) in [("us", &home[..]), ("all_networks", &ours)] {
            let figure = count_false(corpus, plans, db)?.figure(&format!("{what}.{db}dB"));
            report.add(figure.goal(Goal::AtMost(0.0)))?;
        }
    }
    let both: Vec<Plans> = plans.values().zip(for_peer.values().map(Some)).collect();
    report.add(count_false(&slice, &both, 0.0)?.figure("all_networks.slice"))
}

/// Ours and the peer's.
type Plans<'a> = (&'a TonePlan, Option<&'a TonePlan>);

/// Tones told where none was.
#[derive(Default)]
struct False {
    ours: usize,
    /// None where no plan was the peer's.
    peer: Option<usize>,
    plans: usize,
    hours: f64,
}

impl False {
    fn figure(&self, what: &str) -> Figure {
        let name = format!("progress.false.{what}");
        let figure = Figure::new(name, self.ours as f64, "tones", Better::Less);
        let note = format!("{} plans, each in {:.2} h", self.plans, self.hours);
        Figure {
            peer: self.peer.map(|peer| peer as f64),
            ..figure.note(note)
        }
    }

    fn hear(&mut self, audio: &[i16], plans: &[Plans], what: &str) {
        for (plan, for_peer) in plans {
            let told = told_by_us(plan, audio);
            if let Some(first) = told.first() {
                let at = first.sample as f64 / 8000.0;
                let (tone, network) = (first.tone, &plan.country);
                eprintln!("progress: ours: {tone:?} of {network} in {what} at {at:.2} s");
            }
            self.ours += told.len();
            if let Some(plan) = for_peer {
                *self.peer.get_or_insert_default() += told_by_peer(plan, audio).len();
            }
        }
    }
}

fn count_false(corpus: &Corpus, plans: &[Plans], db: f64) -> anyhow::Result<False> {
    let hear = |part: &mut False, recording: &Recording| {
        let mut samples = mix::to_float(&recording.samples()?);
        mix::gain(&mut samples, db);
        let mut audio = mix::to_pcm(&samples);
        audio.resize((audio.len() + 8000).next_multiple_of(FRAME), 0);
        mix::companded(Law::Mu, &mut audio);
        part.hear(&audio, plans, &format!("{} {db} dB", recording.name));
        Ok(())
    };
    let parts = parallel::over(&corpus.recordings, False::default, hear)?;
    Ok(False {
        ours: parts.iter().map(|part| part.ours).sum(),
        peer: parts
            .iter()
            .filter_map(|part| part.peer)
            .reduce(|a, b| a + b),
        plans: plans.len(),
        hours: corpus.hours(),
    })
}
