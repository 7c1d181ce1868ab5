//! `sallyport records`: what is in a database, while no controller holds it.

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use backoffice::Anchor;
use types::tick::Tick;

use crate::{log, records, runtime::clock::utc_ms, site::Site};

pub fn records(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let site = Site::load(file)?;
    if !site.data.exists() {
        bail!("there is no database in {} yet", site.data.display());
    }
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let anchor = Anchor {
        tick: Tick::ZERO,
        utc_ms: utc_ms(),
    };
    let shared = site.shared()?;
    let office = site.open_office(&shared, anchor, log)?;
    let records = office.records_since(i64::MIN).context("the records")?;
    let mut out = io::stdout().lock();
    for record in &records {
        let line = match json {
            true => records::json_line(record),
            false => records::words(record, &site.time_zone),
        };
        if writeln!(out, "{line}").is_err() {
            // The reader has seen enough.
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}
