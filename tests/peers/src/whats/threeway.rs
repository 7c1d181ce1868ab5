//! Three-way calls: the labelled set of `suites::three_way`, its test part. One call is one trial.
//! No library detects them: there is no peer.

use super::What;
use crate::{
    Settings,
    figure::{Better, Figure, Goal, Report, snake},
    parallel,
};
use dsp::three_way::{Facts, ThreeWay, ThreeWaySettings};
use std::collections::BTreeMap;
use suites::three_way::{Corpus, Kind, Listener, Part, Scored, point, run as listen};
use types::{frame::Samples, tick::Tick};

pub const WHAT: What = What {
    name: "threeway",
    about: "three-way calls found, and false alarms",
    run,
};

/// Calls with a third party and without.
const FULL: (u64, u64) = (400, 1500);
const SHORT: (u64, u64) = (10, 20);

/// Hours that one false alarm is allowed in.
const HOURS: f64 = 20.0;

struct Ours(ThreeWay);

impl Listener for Ours {
    fn frame(&mut self, phone: &Samples, trunk: &Samples, at: Tick, facts: Facts) -> f32 {
        self.0.process(phone, trunk, at, facts).score
    }
}

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let (joined, alone) = if settings.short { SHORT } else { FULL };
    let corpus = Corpus::load(Part::Test);
    let plan = tonetables::load("us")?.tones;
    let first = settings.seed.wrapping_mul(100_000);
    let calls: Vec<(bool, u64)> = (first..first + joined)
        .map(|seed| (true, seed))
        .chain((first..first + alone).map(|seed| (false, seed)))
        .collect();
    let threads = parallel::over(&calls, Vec::new, |scored, &(joined, seed)| {
        let start = || Ours(ThreeWay::new(ThreeWaySettings::default()));
        scored.extend(listen(&corpus, &plan, joined, seed..seed + 1, start));
        Ok(())
    })?;
    let scored: Vec<Scored> = threads.into_iter().flatten().collect();
    let threshold = ThreeWaySettings::default().threshold;
    at_threshold(&scored, threshold, report)?;
    hidden(&scored, threshold, report)?;
    by_kind(&scored, threshold, report)?;
    curve(&scored, report)
}

fn at_threshold(scored: &[Scored], threshold: f32, report: &mut Report) -> anyhow::Result<()> {
    let now = point(scored, threshold);
    let alone = || scored.iter().filter(|call| call.third.is_none());
    let hours: f32 = alone().map(|call| call.hours).sum();
    let events = scored.len() - alone().count();
    let found = 100.0 * f64::from(now.found);
    let found = Figure::new("threeway.found", found, "%", Better::More);
    report.add(
        found
            .goal(Goal::AtLeast(95.0))
            .note(format!("of {events} calls")),
    )?;
    let alarms = HOURS * f64::from(now.false_alarms_an_hour);
    let alarms = Figure::new("threeway.false_alarms", alarms, "in_20_h", Better::Less);
    let note = format!("{hours:.1} h in {} calls without an event", alone().count());
    report.add(alarms.goal(Goal::AtMost(1.0)).note(note))?;
    let latency = f64::from(now.latency);
    report.add(Figure::new("threeway.latency", latency, "s", Better::Less))
}

fn by_kind(scored: &[Scored], threshold: f32, report: &mut Report) -> anyhow::Result<()> {
    let mut kinds: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
    for call in scored {
        let (met, of) = kinds.entry(call.kind).or_default();
        *of += 1;
        *met += match call.third {
            Some(_) => usize::from(call.found(threshold).is_some()),
            None => call.false_alarms(threshold),
        };
    }
    for (kind, (met, of)) in kinds {
        let name = snake(kind);
        let note = format!("of {of} calls");
        let figure = if kind.has_third() {
            let share = 100.0 * met as f64 / of as f64;
            Figure::new(format!("threeway.found.{name}"), share, "%", Better::More)
        } else {
            Figure::new(
                format!("threeway.false.{name}"),
                met as f64,
                "alarms",
                Better::Less,
            )
        };
        report.add(figure.note(note))?;
    }
    Ok(())
}

/// Without the joinings that differ in nothing from somebody else taking the telephone.
fn hidden(scored: &[Scored], threshold: f32, report: &mut Report) -> anyhow::Result<()> {
    let hidden = scored.iter().filter(|call| call.hidden).count();
    let told: Vec<Scored> = scored.iter().filter(|c| !c.hidden).cloned().collect();
    let found = 100.0 * f64::from(point(&told, threshold).found);
    let note = format!("without {hidden} joinings that leave no trace but a new voice");
    report.add(Figure::new("threeway.found.traced", found, "%", Better::More).note(note))
}

/// The operating curve: threshold, found, false alarms in 20 hours, half of them found within.
fn curve(scored: &[Scored], report: &mut Report) -> anyhow::Result<()> {
    for at in -2..=8 {
        let point = point(scored, at as f32 * 0.5);
        let name = format!("threeway.curve.{:.1}", point.threshold);
        let found = 100.0 * f64::from(point.found);
        let alarms = HOURS * f64::from(point.false_alarms_an_hour);
        let note = format!(
            "{alarms:.2} false alarms in 20 h, half within {:.1} s",
            point.latency
        );
        report.add(Figure::new(name, found, "%", Better::More).note(note))?;
    }
    Ok(())
}
