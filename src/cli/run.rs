//! `sallyport run`: the controller of a site until it is told to stop.

use std::{
    path::Path,
    process::ExitCode,
    sync::{Arc, atomic::Ordering},
};

use anyhow::bail;
use backoffice::Anchor;
use drivers::sim::{clocked, exchange::line::ExchangeLine, handset::HandsetScript};
use slog::{Logger, info};
use types::tick::{Tick, Ticks};

use super::stop_flag;
use crate::{
    demo::{Live, Runner, scripts},
    log::{self, Format, log_fact},
    runtime::{
        clock::{Clock, utc_ms},
        seed::Seed,
    },
    site::{LineWire, Parties, Site, TrunkWire},
};

/// How often the signals are looked at.
const SLICE: Ticks = Ticks::ms(200);
/// Simulated inmates have calls for so long; then they leave the phones alone.
const SIMULATED: Ticks = Ticks::secs(24 * 3600);

pub fn run(file: &Path, json: bool, grace: u32) -> anyhow::Result<ExitCode> {
    let site = Site::load(file)?;
    let missing = site.not_yet();
    if !missing.is_empty() {
        bail!("{}: {}", file.display(), missing.join("\n"));
    }
    let stop = stop_flag()?;
    let format = if json { Format::Json } else { Format::Words };
    let (log, _guard) = log::start(format);
    let mut runner = start(&site, &log)?;
    info!(log, "running"; "site" => &site.name, "phones" => site.lines.len(),
        "trunks" => site.trunks.len());
    while !stop.load(Ordering::Relaxed) {
        runner
            .advance(SLICE)
            .iter()
            .for_each(|fact| log_fact(&log, fact));
    }
    info!(log, "stopping"; "grace_seconds" => grace);
    let outcome = runner.finish(Ticks::secs(u64::from(grace)));
    outcome.facts.iter().for_each(|fact| log_fact(&log, fact));
    let open = outcome
        .records
        .iter()
        .filter(|record| record.ended_utc_ms.is_none())
        .count();
    info!(log, "stopped"; "records" => outcome.records.len(), "unfinished" => open);
    Ok(ExitCode::SUCCESS)
}

fn start(site: &Site, log: &Logger) -> anyhow::Result<Box<Live>> {
    let shared = site.shared()?;
    let clock = Clock::start();
    let anchor = Anchor {
        tick: Tick::ZERO,
        utc_ms: utc_ms(),
    };
    let office = site.open_office(&shared, anchor, log.clone())?;
    let parties = Parties {
        handset: &|wire| handset(site, wire),
        exchange: &exchange,
        routes: Arc::new(scripts::routes(site)),
        seed: site.sim.seed,
        clock: Some(clocked::Clock::new(clock.origin())),
    };
    let sim = site.sim_plant(shared, office, &parties)?;
    Ok(Box::new(Live::start(
        sim.plant,
        clock,
        site.recordings.clone(),
        log.clone(),
    )?))
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
