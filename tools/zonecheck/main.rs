//! Compares the tone plans with the zone list of libtonezone, as `list_zones` prints it.
//!
//! A figure that differs must stand in `differences.txt` with the reason; one that stands
//! there and does not differ, or differs in another way, is an error too. `run` beside this
//! file does all that is needed.

mod differences;
mod sound;
mod zone;

use anyhow::{Context as _, bail};
use differences::Differences;
use std::{collections::BTreeMap, io::Read as _, process::ExitCode};
use zone::Zone;

const DIFFERENCES: &str = include_str!("differences.txt");

fn main() -> anyhow::Result<ExitCode> {
    if std::env::args().len() > 1 {
        bail!("it takes no arguments: list_zones | zonecheck");
    }
    let mut list = String::new();
    std::io::stdin()
        .read_to_string(&mut list)
        .context("the zone list on standard input")?;
    let zones = zone::read(&list)?;
    let mut differences = Differences::read(DIFFERENCES)?;
    let mut wrong = Vec::new();
    let (mut tones, mut alike) = (0, 0);
    for zone in &zones {
        if !zone.is_known() {
            bail!("zone {} is not {} in drivers/dahdi", zone.number, zone.code);
        }
        let found = zone.unlike()?;
        tones += zone.tones.len();
        alike += zone.tones.len() - found.len();
        println!("{}", line(zone, &found));
        for (tone, theirs) in found {
            if !differences.take(&zone.code, tone, &theirs) {
                wrong.push(format!(
                    "{}: {tone}\n  theirs {theirs}\n  why    ",
                    zone.code
                ));
            }
        }
    }
    let stale = differences.left();
    println!(
        "{} zones, {tones} tones: {alike} as in the tables, {} listed as different, {} not listed",
        zones.len(),
        tones - alike - wrong.len(),
        wrong.len(),
    );
    if wrong.is_empty() && stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for block in &wrong {
        println!("\nnot as in the tables, and not in differences.txt:\n{block}");
    }
    for block in &stale {
        println!("\nin differences.txt, but not so in the zone list: {block}");
    }
    Ok(ExitCode::FAILURE)
}

fn line(zone: &Zone, unlike: &BTreeMap<&'static str, String>) -> String {
    let mut line = format!(
        "{:8} {:3} tones, {:3} as in {}.txt",
        zone.code,
        zone.tones.len(),
        zone.tones.len() - unlike.len(),
        zone.table()
    );
    if !unlike.is_empty() {
        let names: Vec<&str> = unlike.keys().copied().collect();
        line += &format!("; other: {}", names.join(", "));
    }
    line
}
