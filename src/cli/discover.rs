//! `sallyport discover`: a first site file from the telephone cards there are.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use drivers::dahdi::survey::Survey;
use jiff::tz::TimeZone;

use crate::site::{first_site, without_survey};

/// Prints the file, or writes it where there is none yet.
pub fn discover(out: Option<&Path>) -> anyhow::Result<ExitCode> {
    let survey = match Survey::take() {
        Ok(survey) => survey,
        Err(error) => bail!("{}", without_survey(&error)),
    };
    let zone = TimeZone::system();
    let text = first_site(&survey, zone.iana_name());
    let Some(path) = out else {
        let _ = io::stdout().lock().write_all(text.as_bytes());
        return Ok(ExitCode::SUCCESS);
    };
    // It will hold PINs.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = match file {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already and stays as it is", path.display());
        }
        file => file.with_context(|| format!("{} can't be made", path.display()))?,
    };
    file.write_all(text.as_bytes())
        .with_context(|| format!("{} can't be written", path.display()))?;
    Ok(ExitCode::SUCCESS)
}
