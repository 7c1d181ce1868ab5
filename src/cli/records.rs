//! `sallyport records`: the call records of a site, whether its controller runs or not.

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use crate::{
    control::{Office, Request},
    log,
    site::Site,
};

pub fn records(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let site = Site::load(file)?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let office = Office::reach(&site, &log)?;
    let mut out = io::stdout().lock();
    let mut after = None;
    loop {
        let page = office.ask(Request::Records { json, after })?;
        for line in &page.lines {
            if writeln!(out, "{line}").is_err() {
                // The reader has seen enough.
                return Ok(ExitCode::SUCCESS);
            }
        }
        if page.more.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
        after = page.more;
    }
}
