//! Commands beside a running controller. One process has the database open; what other commands
//! want of it they ask over the Unix socket `control.sock` in the directory `data`. Where no
//! controller runs, a command opens the database itself and is answered by the same functions.
//!
//! A connection carries one request and its answer, each a line of JSON of bounded length, within
//! seconds; what is long (records, files) is asked for in pages, each a request of its own. So a
//! client that is slow, or went away, holds nothing but a connection. The process at the other end
//! must be root's or of the controller's own user. Requests run between two batches of the lines'
//! questions, on the back office's thread.
//!
//! Beside it is `api.sock`, the same for programs: HTTP, see [`Api`].
//!
//! To add a command: a variant of [`Request`] and its arm in `serve`; what has several verbs is a file of
//! its own here, with an enum of them.

pub mod accounts;
mod actor;
mod api;
pub mod blocks;
pub mod bookings;
mod client;
mod desk;
mod explain;
pub mod export;
pub mod hours;
pub mod inmates;
pub mod journal;
pub mod officers;
pub mod people;
pub mod registers;
mod serve;
mod server;
pub mod tables;
mod treatment;
pub mod when;

pub use actor::tells_nobody;
pub use api::Api;
pub use client::Office;
pub use desk::Desk;
pub use server::Server;

use backoffice::{BackOffice, Error};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use types::id::InmateId;

/// The longest request, in octets.
const LONGEST_REQUEST: usize = 64 << 10;
/// The longest answer.
const LONGEST_ANSWER: usize = 4 << 20;
/// A whole request must come, and a whole answer be taken, within this time.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest path that the address of a Unix socket holds.
const LONGEST_PATH: usize = 107;
const NAME: &str = "control.sock";

/// What a command wants.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// A page of call records, oldest first.
    Records {
        json: bool,
        /// Only so many at the end.
        last: Option<u64>,
        /// The last call of the page before.
        after: Option<String>,
    },
    /// What would be decided about a call.
    Explain {
        line: u16,
        inmate: Option<String>,
        /// As it is keyed.
        number: String,
        /// Date and time of the site's zone.
        at: Option<String>,
        json: bool,
    },
    /// What was decided about a call that was made.
    ExplainCall {
        call: String,
        json: bool,
    },
    /// Out of service, until it is resumed by the same name.
    Shutdown {
        what: Whole,
        /// Calls are cut; else they go on to their ends.
        cut: bool,
    },
    Resume {
        what: Whole,
    },
    /// What is shut down.
    Shutdowns,
    /// A portion of a file's rows; answered by what became of each.
    Import {
        rows: Vec<people::Row>,
        mode: people::Mode,
    },
    /// Where an import began and ended, for the journal.
    ImportNote {
        note: String,
    },
    /// A page of what a file can hold.
    Export {
        of: export::Kind,
        /// Where the page before said that there is more.
        after: Option<String>,
    },
    /// Who may use the administrators' interface, and for what.
    Account {
        ask: accounts::Ask,
    },
    /// Where an officer is, and what one confirms.
    Officer {
        ask: officers::Ask,
    },
    Booking {
        ask: bookings::Ask,
    },
    /// What is blocked or rests.
    Block {
        ask: blocks::Ask,
    },
    Register {
        of: registers::Whose,
        what: registers::What,
    },
    /// By the facility's own id.
    Inmate {
        id: String,
        what: inmates::What,
    },
    /// A page of the journal, oldest first.
    Journal {
        json: bool,
        from: journal::Begin,
        /// Where the page before ended.
        after: Option<String>,
    },
    Frequent(journal::Frequent),
}

/// What is shut down as a whole; phones and groups by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whole {
    Phone(String),
    Group(String),
    Everything,
}

impl Request {
    /// One of many of the same command.
    fn is_portion(&self) -> bool {
        match self {
            Request::Records { after, .. }
            | Request::Export { after, .. }
            | Request::Journal { after, .. }
            | Request::Booking {
                ask: bookings::Ask::List { after, .. },
            }
            | Request::Block {
                ask: blocks::Ask::List { after },
            }
            | Request::Account {
                ask: accounts::Ask::List { after },
            } => after.is_some(),
            Request::Import { .. } => true,
            _ => false,
        }
    }

    /// For the log.
    fn name(&self) -> &'static str {
        match self {
            Request::Records { .. } => "records",
            Request::Explain { .. } | Request::ExplainCall { .. } => "explain",
            Request::Shutdown { .. } => "shutdown",
            Request::Resume { .. } => "resume",
            Request::Shutdowns => "shutdowns",
            Request::Import { .. } | Request::ImportNote { .. } => "import",
            Request::Export { .. } => "export",
            Request::Account { .. } => "account",
            Request::Officer { .. } => "officer",
            Request::Booking { .. } => "booking",
            Request::Block { .. } => "block",
            Request::Register { .. } => "register",
            Request::Inmate { .. } => "inmate",
            Request::Journal { .. } => "journal",
            Request::Frequent(_) => "frequent",
        }
    }
}

/// What it gets.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// To be printed.
    pub lines: Vec<String>,
    /// There is more after this.
    pub more: Option<String>,
}

impl Answer {
    fn text(lines: Vec<String>) -> Answer {
        Answer { lines, more: None }
    }
}

/// An answer as it crosses the socket.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reply {
    Done(Answer),
    /// Why not, in words.
    Refused(String),
}

/// The inmate with this id of the facility's own.
fn inmate_of(office: &BackOffice, id: &str) -> Result<InmateId, Error> {
    let inmate = office.inmate(id)?;
    inmate.ok_or(Error::UnknownFacilityId)
}

/// The inmate's name and id.
fn known_as(office: &BackOffice, inmate: InmateId) -> Result<String, Error> {
    let details = office.inmate_details(inmate)?;
    Ok(details.map_or_else(
        || format!("inmate {}", inmate.0),
        |details| who(&(details.facility_id, details.name)),
    ))
}

/// Id and name.
fn who((id, name): &(String, String)) -> String {
    format!("{name} ({id})")
}

/// Where the socket of a database is.
fn socket(data: &Path) -> PathBuf {
    data.join(NAME)
}

/// Why no socket can be in this directory, and what to do.
pub fn too_long(data: &Path) -> Option<String> {
    let path = std::path::absolute(socket(data)).unwrap_or_else(|_| socket(data));
    let length = path.as_os_str().len();
    (length > LONGEST_PATH).then(|| {
        format!(
            "the path of its control socket, {}, has {length} octets; a Unix socket's may have \
             {LONGEST_PATH}: choose a directory with a shorter path",
            path.display()
        )
    })
}
