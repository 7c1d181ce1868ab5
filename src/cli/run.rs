//! `sallyport run`: the controller of a site until it is told to stop.

use std::{
    process::ExitCode,
    sync::{Arc, atomic::Ordering},
};

use anyhow::{Context as _, bail};
use backoffice::Anchor;
use drivers::{
    dahdi::{
        join::Joins,
        survey::{Survey, holders},
    },
    port::PortCounters,
    sim::{clocked, exchange::line::ExchangeLine, handset::HandsetScript},
};
use line::Shared;
use slog::{Logger, error, info, warn};
use types::{fact::FactAt, tick::Ticks};

use super::{RunArgs, causes, stop_flag};
use crate::{
    control::{Api, Desk, Server},
    demo::{Frames, Live, Runner, scripts},
    log::{self, log_fact},
    runtime::{
        clock::Clock, notice::PortName, plant::Plant, readers::Readers, seed::Seed,
        station::LAST_WORDS,
    },
    site::{
        Driver, LineWire, Listener, Parties, Site, SiteOffice, TrunkWire, compare, listeners,
        without_survey,
    },
};

/// How often the signals are looked at.
const SLICE: Ticks = Ticks::ms(200);
/// The status of a program that stopped because a part of it had failed: `EX_SOFTWARE` of sysexits.
const FAILED: u8 = 70;
/// While calls come to their ends: how often it is looked whether all have.
const WIND_DOWN_SLICE: Ticks = Ticks::ms(50);
/// Simulated inmates have calls for so long; then they leave the phones alone.
const SIMULATED: Ticks = Ticks::secs(24 * 3600);

pub fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let (file, grace) = (args.site.site.as_path(), args.grace);
    let site = Site::load(file)?;
    let mut wanting = site.not_yet();
    wanting.extend(site.obstacles());
    if !wanting.is_empty() {
        bail!("{}: {}", file.display(), wanting.join("\n"));
    }
    let (wrong, listeners) = match site.driver {
        Driver::Sim => (Vec::new(), Vec::new()),
        Driver::Dahdi => match Survey::take() {
            Ok(survey) => {
                let wrong = compare(&site, &survey, &holders()).problems;
                (wrong, listeners(&site, &survey))
            }
            Err(error) => bail!("{}: {}", file.display(), without_survey(&error)),
        },
    };
    let stop = stop_flag()?;
    let clock = Clock::start();
    let (tick, utc_ms) = clock.anchor();
    let anchor = Anchor { tick, utc_ms };
    let (log, _guard) = log::start(log::Options {
        json: args.log_json,
        level: args.log.into(),
        tick_zero_utc_ms: utc_ms - i64::try_from(tick.0 / 8).unwrap_or(0),
    });
    // A channel that is not right rests until it is; the others work.
    for problem in &wrong {
        warn!(log, "{}", problem);
    }
    part(&listeners, &log);
    let shared = site.shared()?;
    let mut runner = start(&site, &shared, clock, anchor, &log)?;
    let doors = doors(&site, &shared, &runner, &log);
    let readers = readers(&site, &runner, clock, &log)?;
    info!(log, "running"; "site" => &site.name, "phones" => site.lines.len(),
        "trunks" => site.trunks.len());
    while !stop.load(Ordering::Relaxed) && runner.failed().is_none() {
        tell(runner.advance(SLICE), &log);
    }
    // What is left of a program that failed does not go on with its calls.
    let failed = runner.failed();
    let grace = if failed.is_some() { 0 } else { grace };
    info!(log, "stopping"; "grace_seconds" => grace);
    wind_down(&mut runner, Ticks::secs(u64::from(grace)), &log);
    drop(doors);
    drop(readers);
    let mut outcome = runner.finish(Ticks::ZERO);
    tell(std::mem::take(&mut outcome.facts), &log);
    for (port, counters) in &outcome.ports {
        log_port(&log, *port, counters);
    }
    if let Some(frames) = &outcome.frames {
        log_frames(&log, frames);
    }
    let open = outcome
        .records
        .iter()
        .filter(|record| record.ended_utc_ms.is_none())
        .count();
    info!(log, "stopped"; "records" => outcome.records.len(), "unfinished" => open);
    Ok(match failed {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(FAILED),
    })
}

/// Where commands and requests come in. Calls are worth more: without one of them they go on.
fn doors(
    site: &Site,
    shared: &Arc<Shared>,
    runner: &Live,
    log: &Logger,
) -> (Option<Server>, Option<Api>) {
    let desk = || Desk::beside(site, Arc::clone(shared), runner.office_door());
    let control = Server::start(&site.data, desk(), log.clone())
        .inspect_err(|why| error!(log, "alarm: no command can be taken"; "why" => %causes(why)));
    let api = Api::start(&site.data, desk(), log.clone())
        .inspect_err(|why| error!(log, "alarm: no request can be taken"; "why" => %causes(why)));
    (control.ok(), api.ok())
}

/// The card readers of the site tell the lines what they read.
fn readers(site: &Site, runner: &Live, clock: Clock, log: &Logger) -> anyhow::Result<Readers> {
    let wires = site.readers.iter();
    let wires: Vec<_> = wires
        .map(|reader| (reader.line, reader.wire.clone()))
        .collect();
    Readers::start(&wires, runner.line_door(), clock, log.clone()).context("card readers")
}

/// What happened since the last time, in the order of time.
fn tell(mut facts: Vec<FactAt>, log: &Logger) {
    facts.sort_by_key(|fact| fact.at);
    facts.iter().for_each(|fact| log_fact(log, fact));
}

/// Calls may go on for this long, if there are any; then they are cut, and who was cut is told so. What
/// happens meanwhile is logged as it happens.
fn wind_down(runner: &mut Live, grace: Ticks, log: &Logger) {
    for (cut, longest) in [(false, grace), (true, LAST_WORDS)] {
        runner.wind_down(cut);
        let until = runner.now() + longest;
        while !runner.is_wound_down(cut) && runner.now() < until {
            tell(runner.advance(WIND_DOWN_SLICE), log);
        }
    }
}

/// Nobody outside of the site hears its channels.
fn part(listeners: &[Listener], log: &Logger) {
    for Listener { channel, hears } in listeners {
        match Joins::open().and_then(|joins| joins.part(*channel)) {
            Ok(()) => warn!(log, "a channel was taken out of a join"; "channel" => channel,
                "heard" => hears),
            Err(why) => warn!(log, "a channel hears one of the site, and can't be stopped";
                "channel" => channel, "hears" => hears, "why" => %why),
        }
    }
}

/// What a port counted from start to end.
fn log_port(log: &Logger, port: PortName, counters: &PortCounters) {
    info!(log, "port"; "of" => %port, "openings" => counters.openings,
        "read" => counters.frames_read, "written" => counters.frames_written,
        "overrun_samples" => counters.overruns, "underrun_samples" => counters.underruns,
        "late" => counters.late, "edges_dropped" => counters.edges_dropped,
        "edges_recovered" => counters.edges_recovered);
}

/// How late the lines handled what they read.
fn log_frames(log: &Logger, frames: &Frames) {
    let ms = |ticks: Ticks| ticks.0 as f64 / 8.0;
    info!(log, "frames"; "handled" => frames.handled, "late" => frames.late,
        "worst_ms" => ms(frames.worst), "p999_ms" => ms(frames.p999));
}

fn start(
    site: &Site,
    shared: &Arc<Shared>,
    clock: Clock,
    anchor: Anchor,
    log: &Logger,
) -> anyhow::Result<Box<Live>> {
    let office = site.open_office(shared, anchor, log.clone())?;
    let shared = Arc::clone(shared);
    let plant = match site.driver {
        Driver::Sim => sim_plant(site, shared, office, clock)?,
        Driver::Dahdi => site.card_plant(shared, office)?,
    };
    Ok(Box::new(Live::start(
        plant,
        clock,
        site.recordings.clone(),
        log.clone(),
    )?))
}

fn sim_plant(
    site: &Site,
    shared: Arc<Shared>,
    office: SiteOffice,
    clock: Clock,
) -> anyhow::Result<Plant> {
    let parties = Parties {
        handset: &|wire| handset(site, wire),
        exchange: &exchange,
        routes: Arc::new(scripts::routes(site)),
        seed: site.sim.seed,
        clock: Some(clocked::Clock::new(clock.origin())),
    };
    Ok(site.sim_plant(shared, office, &parties)?.plant)
}

/// The inmates of the site share its phones: each phone has one of them.
fn handset(site: &Site, wire: &LineWire) -> HandsetScript {
    let inmates = &site.defaults.inmates;
    let place = site.lines.iter().position(|line| line.id == wire.id);
    let inmate = place.and_then(|place| inmates.get(place));
    let mut seed = Seed::new(site.sim.seed ^ u64::from(wire.id.0) << 32);
    // Who has no PIN makes no call by chance.
    let pin = inmate.and_then(|inmate| inmate.pin.as_ref());
    let steps = pin.map_or_else(Vec::new, |pin| {
        let pin = pin.expose();
        scripts::by_chance(site, &mut seed, pin.as_str(), SIMULATED)
    });
    HandsetScript::new(steps).keep(Ticks::ZERO)
}

fn exchange(wire: &TrunkWire) -> ExchangeLine {
    let line = ExchangeLine::of_trunk(&wire.profile);
    ExchangeLine {
        keep: Ticks::ZERO,
        ..line
    }
}
