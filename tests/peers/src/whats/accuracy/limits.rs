//! Where the limits of both lie, by the steps of `suites::dtmf_limits`, and how exactly ours tells
//! what it heard.

use super::{ALL, Listener, OURS, PEER, count, listeners};
use crate::{
    Settings,
    figure::{Better, Figure, Goal, Report},
    parallel,
};
use suites::{
    dtmf::{Listen, Score},
    dtmf_limits::{self as limits, Edge, Exactness, Side, quantile},
};

/// Digits a step: each of the sixteen once, or five times.
const STEP: usize = 80;
const STEP_SHORT: usize = 16;

/// How many digits tell how exact a detector is, in all.
const EXACT: usize = 4_000;
const EXACT_SHORT: usize = 400;

/// ITU-T Q.24, and its 1 dB for what is told.
const BANDWIDTH_ACCEPTED: Goal = Goal::AtLeast(1.5);
const BANDWIDTH_REJECTED: Goal = Goal::AtMost(3.5);
const TOLD_DB: Goal = Goal::AtMost(0.5);
const TOLD_MS: Goal = Goal::AtMost(1.0);

pub fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let trials = if settings.short { STEP_SHORT } else { STEP };
    bandwidth(settings.seed, trials, report)?;
    one_limit_each(settings.seed, trials, report)?;
    pauses_and_bursts(settings.seed, trials, report)?;
    exactness(settings, report)
}

/// The same of all three, each on a thread while there are some.
fn of_all<T: Send>(measure: impl Fn(&mut Listen) -> T + Sync) -> anyhow::Result<[T; ALL]> {
    let who: Vec<usize> = (0..ALL).collect();
    let found = parallel::over(&who, Vec::new, |found: &mut Vec<(usize, T)>, &at| {
        let mut all: [Listener; ALL] = listeners(false);
        found.push((at, measure(&mut *all[at])));
        Ok(())
    })?;
    let mut found: Vec<(usize, T)> = found.into_iter().flatten().collect();
    found.sort_by_key(|(at, _)| *at);
    let found: Vec<T> = found.into_iter().map(|(_, found)| found).collect();
    let array: Result<[T; ALL], _> = found.try_into();
    array.map_err(|found| anyhow::anyhow!("{} of {ALL} were measured", found.len()))
}

/// A line a profile: ours and the peer's.
fn each_profile<T: Copy>(
    report: &mut Report,
    what: &str,
    (unit, better, goal): (&'static str, Better, Option<Goal>),
    all: &[T; ALL],
    value: impl Fn(T) -> f64,
) -> anyhow::Result<()> {
    for (at, (profile, _)) in OURS.iter().enumerate() {
        let name = format!("accuracy.{profile}.{what}");
        let figure = Figure::new(name, value(all[at]), unit, better).peer(value(all[PEER]));
        report.add(Figure { goal, ..figure })?;
    }
    Ok(())
}

fn bandwidth(seed: u64, trials: usize, report: &mut Report) -> anyhow::Result<()> {
    for (tone, hz) in limits::tones().enumerate() {
        for (side, sign) in [(Side::Below, "below"), (Side::Above, "above")] {
            let edges = of_all(|listen| limits::bandwidth(seed, trials, tone, side, listen))?;
            let what = format!("bandwidth_{hz:.0}_{sign}");
            let accepted = ("%", Better::More, Some(BANDWIDTH_ACCEPTED));
            each_profile(report, &what, accepted, &edges, |edge: Edge| edge.all)?;
            let rejected = ("%", Better::Less, Some(BANDWIDTH_REJECTED));
            let what = format!("{what}_none_from");
            each_profile(report, &what, rejected, &edges, |edge| edge.none)?;
        }
    }
    Ok(())
}

fn one_limit_each(seed: u64, trials: usize, report: &mut Report) -> anyhow::Result<()> {
    for (what, side, least) in [
        ("twist_low_stronger", Side::Below, 8.0),
        ("twist_high_stronger", Side::Above, 4.0),
    ] {
        let edges = of_all(|listen| limits::twist(seed, trials, side, listen))?;
        let accepted = ("dB", Better::More, Some(Goal::AtLeast(least)));
        each_profile(report, what, accepted, &edges, |edge| edge.all)?;
        let what = format!("{what}_none_from");
        each_profile(report, &what, ("dB", Better::Less, None), &edges, |edge| {
            edge.none
        })?;
    }
    let edges = of_all(|listen| limits::weakest(seed, trials, listen))?;
    let weakest = ("dBm0", Better::Less, Some(Goal::AtMost(-25.0)));
    each_profile(report, "level_weakest", weakest, &edges, |edge| edge.all)?;
    let none = ("dBm0", Better::More, Some(Goal::AtLeast(-55.0)));
    each_profile(report, "level_none_from", none, &edges, |edge| edge.none)?;
    let most = of_all(|listen| limits::strongest(seed, trials, listen))?;
    let strongest = ("dBm0", Better::More, Some(Goal::AtLeast(0.0)));
    each_profile(report, "level_strongest", strongest, &most, |dbm0| dbm0)?;
    let edges = of_all(|listen| limits::length(seed, trials, listen))?;
    let shortest = ("ms", Better::Less, Some(Goal::AtMost(40.0)));
    each_profile(report, "length_shortest", shortest, &edges, |edge| edge.all)?;
    let none = ("ms", Better::More, Some(Goal::AtLeast(20.0)));
    each_profile(report, "length_none_from", none, &edges, |edge| edge.none)
}

fn pauses_and_bursts(seed: u64, trials: usize, report: &mut Report) -> anyhow::Result<()> {
    let edges = of_all(|listen| limits::pause(seed, trials, listen))?;
    let shortest = ("ms", Better::Less, Some(Goal::AtMost(40.0)));
    each_profile(report, "pause_shortest", shortest, &edges, |edge| edge.all)?;
    let scores = of_all(|listen| limits::repeated(seed, 5 * trials, 160, listen))?;
    let told = |score: Score| 100.0 * score.share();
    let again = ("%", Better::More, None);
    each_profile(report, "again_after_20ms", again, &scores, told)?;
    for ms in [10.0, 15.0, 20.0] {
        let scores = of_all(|listen| limits::bursts(seed, 5 * trials, ms, listen))?;
        for (at, (profile, _)) in OURS.iter().enumerate() {
            let name = format!("accuracy.{profile}.bursts_{ms}ms_rejected");
            let figure = Figure::new(name, told(scores[at]), "%", Better::More)
                .peer(told(scores[PEER]))
                .note(count(scores[at]));
            report.add(figure.goal(Goal::AtLeast(100.0)))?;
        }
    }
    Ok(())
}

/// In silence, and in noise of 15 dB less than the digit.
fn exactness(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let trials = if settings.short { EXACT_SHORT } else { EXACT };
    for (place, snr) in [("quiet", None), ("snr_15dB", Some(15.0))] {
        let all = of_all(|listen| limits::exactness(settings.seed, trials, snr, listen))?;
        for (at, (profile, _)) in OURS.iter().enumerate() {
            let exact = &all[at];
            let name = |what: &str| format!("accuracy.{profile}.{place}.{what}");
            let heard = Figure::new(
                name("heard"),
                100.0 * exact.heard.share(),
                "%",
                Better::More,
            )
            .peer(100.0 * all[PEER].heard.share())
            .goal(Goal::AtLeast(100.0))
            .note(count(exact.heard));
            report.add(heard)?;
            told(report, &name, exact)?;
            for part in [0.5, 0.99] {
                let what = format!("latency_p{:.0}", 100.0 * part);
                let ours = quantile(&exact.latencies_ms, part);
                let figure = Figure::new(name(&what), ours, "ms", Better::Less);
                let figure = figure.peer(quantile(&all[PEER].latencies_ms, part));
                let goal = (part == 0.99).then_some(Goal::AtMost(45.0));
                report.add(Figure { goal, ..figure })?;
            }
        }
    }
    Ok(())
}

fn told(
    report: &mut Report,
    name: &impl Fn(&str) -> String,
    exact: &Exactness,
) -> anyhow::Result<()> {
    for (what, errors, unit, goal) in [
        ("start_error", &exact.starts_ms, "ms", TOLD_MS),
        ("end_error", &exact.ends_ms, "ms", TOLD_MS),
        ("level_error", &exact.levels_db, "dB", TOLD_DB),
        ("twist_error", &exact.twists_db, "dB", TOLD_DB),
    ] {
        let p99 = quantile(errors, 0.99);
        let figure = Figure::new(name(&format!("{what}_p99")), p99, unit, Better::Less);
        let most = quantile(errors, 1.0);
        report.add(figure.goal(goal).note(format!("at most {most:.2}")))?;
    }
    Ok(())
}
