//! What requests are served with.

use crate::{
    problem::{Kind, Problem},
    server::Caller,
};
use backoffice::{BackOffice, Error, View};
use std::{fmt, sync::mpsc};
use types::{right::Rights, tick::Tick};

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// As the journal tells it.
    pub name: String,
    pub rights: Rights,
}

/// The controller, as far as the interface needs it. Each call may block, for seconds at most.
pub trait Desk: Send + Sync {
    /// Who a process is, and what it may do; `None` may ask for nothing.
    fn who(&self, caller: Caller) -> Option<Actor>;

    /// Does a bounded portion of work on the back office's thread, where lines wait behind it; comes back
    /// when what it changed is on disk.
    ///
    /// # Errors
    /// [`Away`], and then it is not done, or nobody knows.
    fn change(&self, work: Work) -> Result<(), Away>;
}

/// What is to be done there.
pub type Work = Box<dyn FnOnce(&mut BackOffice, Tick) + Send>;

/// The back office has no room, or is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Away;

/// Where requests are served.
pub struct House {
    desk: Box<dyn Desk>,
    view: View,
}

impl House {
    pub fn new(desk: Box<dyn Desk>, view: View) -> House {
        House { desk, view }
    }

    /// What is on disk.
    pub fn view(&self) -> &View {
        &self.view
    }

    pub fn who(&self, caller: Caller) -> Option<Actor> {
        self.desk.who(caller)
    }

    /// Does one change, and says what came of it when it is on disk.
    pub fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut BackOffice, Tick) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (to, done) = mpsc::sync_channel(1);
        let away = |_| Problem::of(Kind::Busy).because("try again in a moment");
        let work = Box::new(move |office: &mut BackOffice, now: Tick| {
            // Nobody waits for it where the desk gave it up.
            let _ = to.send(work(office, now));
        });
        self.desk.change(work).map_err(away)?;
        done.recv()
            .unwrap_or_else(|_| Err(Problem::of(Kind::Busy).because("try again in a moment")))
    }
}

impl fmt::Debug for House {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("House").finish_non_exhaustive()
    }
}

/// Which problem an error of the back office is, for a request that names things in its body.
impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let words = error.to_string();
        match error {
            Error::Database(_) | Error::Stored { .. } | Error::Journal { .. } => {
                Problem::of(Kind::Busy).because(words)
            }
            Error::Invalid { field, .. } => Problem::of(Kind::NotValid).at(field).because(words),
            Error::InUse { .. } => Problem::of(Kind::Conflict).because(words),
            _ => Problem::of(Kind::NotValid).because(words),
        }
    }
}
