//! The administrators' interface of a running controller: HTTP at the Unix socket `api.sock` in the
//! directory `data`, for those who may give commands. Who asks is known by the kernel, as for commands.

use super::{Desk, actor, server};
use admin::{Actor, Away, Caller, House, Work};
use anyhow::Context as _;
use nix::unistd::Uid;
use slog::{Logger, warn};
use std::{
    fs,
    path::{Path, PathBuf},
};
use types::right::Rights;

const NAME: &str = "api.sock";

/// Serves requests until it is dropped.
#[derive(Debug)]
pub struct Api {
    path: PathBuf,
    server: Option<admin::Server>,
}

impl Api {
    /// Listens in the directory of a database that this process has open.
    pub fn start(data: &Path, desk: Desk, log: Logger) -> anyhow::Result<Api> {
        let path = data.join(NAME);
        let view = desk.with(|office, _| Ok((**office).clone()))?;
        let listener = server::listen(&path).with_context(|| path.display().to_string())?;
        let house = House::new(Box::new(Way { desk, log }), view);
        let server = Some(admin::Server::start(listener, house)?);
        Ok(Api { path, server })
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        drop(self.server.take());
        // The next start removes one that is left.
        let _ = fs::remove_file(&self.path);
    }
}

/// What the interface asks of the controller.
struct Way {
    desk: Desk,
    log: Logger,
}

impl admin::Desk for Way {
    /// Who may give commands on this machine may do everything.
    fn who(&self, Caller { user, process }: Caller) -> Option<Actor> {
        if server::may_command(user, Uid::effective().as_raw()) {
            let name = actor::of(process, user);
            let rights = Rights::all();
            return Some(Actor { name, rights });
        }
        warn!(self.log, "a request of another user is refused"; "user" => user);
        None
    }

    fn change(&self, work: Work) -> Result<(), Away> {
        let done = self.desk.with(move |office, now| {
            work(office, now);
            Ok(())
        });
        done.map_err(|why| {
            warn!(self.log, "a change can't be made"; "why" => %crate::cli::causes(&why));
            Away
        })
    }
}
