//! `sallyport run`: the controller of a site until it is told to stop.

use std::{
    path::Path,
    process::ExitCode,
    sync::{Arc, atomic::Ordering},
};

use anyhow::bail;
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
use slog::{Logger, info, warn};
use types::tick::{Tick, Ticks};

use super::stop_flag;
use crate::{
    demo::{Frames, Live, Runner, scripts},
    log::{self, Format, log_fact},
    runtime::{
        clock::{Clock, utc_ms},
        notice::PortName,
        plant::Plant,
        seed::Seed,
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
/// Simulated inmates have calls for so long; then they leave the phones alone.
const SIMULATED: Ticks = Ticks::secs(24 * 3600);

pub fn run(file: &Path, json: bool, grace: u32) -> anyhow::Result<ExitCode> {
    let site = Site::load(file)?;
    let missing = site.not_yet();
    if !missing.is_empty() {
        bail!("{}: {}", file.display(), missing.join("\n"));
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
    let format = if json { Format::Json } else { Format::Words };
    let (log, _guard) = log::start(format);
    // A channel that is not right rests until it is; the others work.
    for problem in &wrong {
        warn!(log, "{}", problem);
    }
    part(&listeners, &log);
    let mut runner = start(&site, &log)?;
    info!(log, "running"; "site" => &site.name, "phones" => site.lines.len(),
        "trunks" => site.trunks.len());
    while !stop.load(Ordering::Relaxed) && runner.failed().is_none() {
        runner
            .advance(SLICE)
            .iter()
            .for_each(|fact| log_fact(&log, fact));
    }
    // What is left of a program that failed does not go on with its calls.
    let failed = runner.failed();
    let grace = if failed.is_some() { 0 } else { grace };
    info!(log, "stopping"; "grace_seconds" => grace);
    let outcome = runner.finish(Ticks::secs(u64::from(grace)));
    outcome.facts.iter().for_each(|fact| log_fact(&log, fact));
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

fn start(site: &Site, log: &Logger) -> anyhow::Result<Box<Live>> {
    let shared = site.shared()?;
    let clock = Clock::start();
    let anchor = Anchor {
        tick: Tick::ZERO,
        utc_ms: utc_ms(),
    };
    let office = site.open_office(&shared, anchor, log.clone())?;
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
    let steps = inmate.map_or_else(Vec::new, |inmate| {
        let pin = inmate.pin.expose();
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
