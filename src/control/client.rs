//! The side of a command: the controller that holds the database, or the database itself.

use super::{
    Answer, Desk, LONGEST_ANSWER, LONGEST_REQUEST, NAME, Reply, Request, actor,
    serve::serve,
    server::{self, Line},
    socket, too_long,
};
use crate::site::{Site, rights};
use anyhow::{Context as _, bail};
use nix::unistd::Uid;
use slog::Logger;
use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::{fs::MetadataExt as _, net::UnixStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};
use types::secret::Secret;

/// How long an answer may take: the disk may be slow.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A controller that has the database, and no socket yet, is about to start.
const STARTS_WITHIN: Duration = Duration::from_secs(3);
const NO_ROOM: &str = "the controller has ended, or has no room for another command now";
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Who answers the requests of a command.
#[derive(Debug)]
pub struct Office<'a> {
    site: &'a Site,
    /// `None` where a controller runs.
    here: Option<Desk>,
}

impl<'a> Office<'a> {
    /// The controller of the site, if one runs; else its database, which is then in use until the
    /// command ends.
    pub fn reach(site: &'a Site, log: &Logger) -> anyhow::Result<Office<'a>> {
        let begun = Instant::now();
        if !site.data.exists() {
            bail!("there is no database in {} yet", site.data.display());
        }
        if let Some(why) = rights::changeable_directory(&site.data) {
            bail!(why);
        }
        loop {
            if connect(&site.data)?.is_some() {
                return Ok(Office { site, here: None });
            }
            match Desk::here(site, log.clone()) {
                Ok(desk) => {
                    let here = Some(desk);
                    return Ok(Office { site, here });
                }
                Err(error) if !is_held(&error) => return Err(error),
                Err(error) if begun.elapsed() > STARTS_WITHIN => {
                    return Err(error.context(format!(
                        "nobody answers at {NAME} there: is it a demonstration, an older \
                         controller, or another command?"
                    )));
                }
                Err(_) => thread::sleep(LOOK_AGAIN),
            }
        }
    }

    /// Whether a controller answers.
    pub fn is_live(&self) -> bool {
        self.here.is_none()
    }

    pub fn ask(&self, request: Request) -> anyhow::Result<Answer> {
        match &self.here {
            Some(desk) => serve(request, desk, actor::own()),
            None => ask(&self.site.data, &request),
        }
    }
}

fn is_held(error: &anyhow::Error) -> bool {
    let held = |cause: &backoffice::Error| {
        matches!(cause, backoffice::Error::Database(db::Error::InUse { .. }))
    };
    error.downcast_ref().is_some_and(held)
}

fn ask(data: &Path, request: &Request) -> anyhow::Result<Answer> {
    let Some(mut stream) = connect(data)? else {
        bail!("the controller has ended");
    };
    // It can hold PINs.
    let mut line = Secret::new(Vec::with_capacity(2 * LONGEST_REQUEST));
    serde_json::to_writer(line.expose_mut(), request)?;
    line.expose_mut().push(b'\n');
    if line.expose().len() > LONGEST_REQUEST {
        bail!("the request is too long: {} octets", line.expose().len());
    }
    stream.set_write_timeout(Some(LONGEST_WAIT))?;
    stream.write_all(line.expose()).context(NO_ROOM)?;
    let reply = match server::line(&stream, LONGEST_ANSWER, LONGEST_WAIT) {
        Line::Whole(reply) => reply,
        Line::None => bail!(NO_ROOM),
        Line::Failed(error) if error.kind() == ErrorKind::ConnectionReset => bail!(NO_ROOM),
        Line::TooLong => bail!("the controller's answer is too long"),
        Line::Failed(error) => return Err(error).context("the controller's answer"),
    };
    match serde_json::from_slice(reply.expose()).context("the controller's answer")? {
        Reply::Done(answer) => Ok(answer),
        Reply::Refused(why) => bail!(why),
    }
}

/// `None` where nobody listens. Whoever listens must be who may have the database: a request can hold
/// what is confidential.
fn connect(data: &Path) -> anyhow::Result<Option<UnixStream>> {
    if too_long(data).is_some() {
        return Ok(None);
    }
    let path = socket(data);
    let stream = match UnixStream::connect(&path) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error).context(path.display().to_string()),
    };
    let owner = fs::metadata(data).map(|about| about.uid());
    let owner = owner.with_context(|| data.display().to_string())?;
    let (peer, _) = server::peer(&stream).context("the controller")?;
    if ![0, Uid::effective().as_raw(), owner].contains(&peer) {
        bail!(
            "{} is served by user {peer}, who is not its owner",
            path.display()
        );
    }
    Ok(Some(stream))
}
