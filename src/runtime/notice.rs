//! What the running program tells its operator, once each: to be logged and shown as an alarm.

use crate::runtime::{
    gauges::{Count, Gauges},
    memory::NotResident,
    port_gauge::{FarEnd, PortState},
};
use crossbeam_channel::{Receiver, Sender, bounded};
use drivers::port::PortError;
use std::{fmt, io, sync::Arc};
use types::{
    id::{LineId, TrunkId},
    text::counted,
    tick::{Tick, Ticks},
};

/// Notices that wait to be read. More are counted and dropped.
pub const NOTICES: usize = 1024;

/// One thing to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The system does not allow real-time scheduling; told once for the process.
    NotRealTime {
        why: String,
    },
    /// Memory could not be kept resident; told once for a start.
    NotResident(NotResident),
    /// The watchdog has no hand on this port.
    NoCutoff {
        port: PortName,
        why: String,
    },
    /// A phone's descriptor can't be waited for; the line looks at it each frame instead.
    NotPollable {
        line: LineId,
        /// The system's error number: words would take memory, which a line's thread does not.
        os_error: i32,
    },
    /// A port does not work. It is tried again and again; the others don't notice.
    PortFailed {
        port: PortName,
        error: PortError,
    },
    /// A port works again.
    PortWorks {
        port: PortName,
    },
    /// The far end has held or blocked a trunk for minutes: no call can be made on it.
    TrunkBlocked {
        trunk: TrunkId,
        at: Tick,
    },
    /// The far end has let it go.
    TrunkFreed {
        trunk: TrunkId,
        at: Tick,
    },
    /// The program of a line failed. Both its ports were put on-hook.
    LineDied {
        line: LineId,
        at: Tick,
        message: String,
    },
    /// A line's thread was silent too long; the watchdog cut it off.
    LineCut {
        line: LineId,
        at: Tick,
    },
    /// A line that had been cut came back to life and was ended.
    LineRevived {
        line: LineId,
        at: Tick,
    },
    /// The line runs again, with a fresh object.
    LineRestarted {
        line: LineId,
        at: Tick,
    },
    /// The line died too often: it stays out of service.
    LineOutOfService {
        line: LineId,
        at: Tick,
        deaths: usize,
    },
    /// At a stop: a line had to be given up, with its call.
    LineAbandoned {
        line: LineId,
        at: Tick,
    },
    /// Nothing can be written to the database; calls are refused until it can.
    OfficeFailing {
        why: String,
    },
    OfficeRecovered,
    /// Ends of calls that could not be kept until the database could be written again.
    RecordsLost {
        count: u64,
    },
    /// Calls that must be recorded can't be.
    NotRecording {
        why: String,
    },
    /// They can be again.
    RecordingAgain {
        lasted: Ticks,
    },
    /// The program of a thread that serves all lines failed, and goes on.
    ServiceRestarted {
        service: &'static str,
        message: String,
    },
    /// It failed, and the controller is to be stopped.
    ServiceFailed {
        service: &'static str,
        message: String,
    },
}

/// Whose port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortName {
    Phone(LineId),
    Trunk(TrunkId),
}

impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortName::Phone(line) => write!(f, "the phone of line {line}"),
            PortName::Trunk(trunk) => write!(f, "trunk {trunk}"),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::NotRealTime { why } => write!(
                f,
                "lines run without real-time priority ({why}): audio may stutter under load; \
                 grant CAP_SYS_NICE or a real-time priority limit"
            ),
            Notice::NotResident(what) => what.fmt(f),
            Notice::NoCutoff { port, why } => {
                write!(f, "the watchdog can't put {port} on-hook: {why}")
            }
            Notice::NotPollable { line, os_error } => {
                let why = io::Error::from_raw_os_error(*os_error);
                write!(f, "the phone of line {line} can't be waited for: {why}")
            }
            Notice::PortFailed { port, error } => {
                write!(f, "alarm: {port} does not work: {error}")
            }
            Notice::PortWorks { port } => write!(f, "{port} works again"),
            Notice::TrunkBlocked { trunk, .. } => tell_blocked(f, *trunk),
            Notice::TrunkFreed { trunk, .. } => {
                write!(f, "trunk {trunk} is no longer blocked by its far end")
            }
            Notice::LineDied { line, message, .. } => {
                write!(f, "line {line} failed and was put on-hook: {message}")
            }
            Notice::LineCut { line, .. } => {
                write!(f, "line {line} did not react and was put on-hook")
            }
            Notice::LineRevived { line, .. } => {
                write!(f, "line {line} reacts again and was ended")
            }
            Notice::LineRestarted { line, .. } => write!(f, "line {line} was started afresh"),
            Notice::LineOutOfService { line, deaths, .. } => {
                let within = DEATHS_WITHIN.as_secs() / 60;
                write!(f, "line {line} is out of service: ")?;
                write!(f, "it failed {deaths} times within {within} minutes")
            }
            Notice::LineAbandoned { line, .. } => {
                write!(f, "line {line} did not stop in time and was given up")
            }
            Notice::OfficeFailing { why } => write!(f, "nothing can be stored: {why}"),
            Notice::OfficeRecovered => f.write_str("the database can be written again"),
            Notice::RecordsLost { count } => {
                write!(
                    f,
                    "the ends of {} could not be stored",
                    counted(*count, "call")
                )
            }
            Notice::NotRecording { why } => {
                write!(f, "alarm: what must be recorded can't be: {why}")
            }
            Notice::RecordingAgain { lasted } => {
                let seconds = lasted.as_secs();
                write!(f, "calls are recorded again; that lasted {seconds} s")
            }
            Notice::ServiceRestarted { service, message } => {
                write!(f, "alarm: the {service} failed and goes on: {message}")
            }
            Notice::ServiceFailed { service, message } => {
                write!(
                    f,
                    "alarm: the {service} failed, the controller stops: {message}"
                )
            }
        }
    }
}

fn tell_blocked(f: &mut fmt::Formatter<'_>, trunk: TrunkId) -> fmt::Result {
    let minutes = BLOCKED_FOR.as_secs() / 60;
    write!(
        f,
        "alarm: trunk {trunk} has been held or blocked by its far end for {minutes} minutes: no \
         call is made on it; ask the carrier, or look at its `signalling`"
    )
}

/// The state of a port as it was last told.
#[derive(Clone, Copy, Debug)]
pub struct ToldPort(PortState);

impl Default for ToldPort {
    fn default() -> ToldPort {
        ToldPort(Ok(()))
    }
}

impl ToldPort {
    /// Tells what has changed.
    pub fn tell(&mut self, port: PortName, state: PortState, notices: &Notices) {
        if state == self.0 {
            return;
        }
        self.0 = state;
        notices.tell(match state {
            Err(error) => Notice::PortFailed { port, error },
            Ok(()) => Notice::PortWorks { port },
        });
    }
}

/// Whether it was told that a trunk is blocked.
#[derive(Clone, Copy, Default, Debug)]
pub struct ToldBlocked(bool);

impl ToldBlocked {
    /// Tells of a trunk whose far end has held or blocked it for long, or holds it no longer.
    pub fn tell(&mut self, trunk: TrunkId, far_end: FarEnd, at: Tick, notices: &Notices) {
        match far_end {
            FarEnd::Blocks { since } if !self.0 && at.since(since) >= BLOCKED_FOR => {
                self.0 = true;
                notices.tell(Notice::TrunkBlocked { trunk, at });
            }
            // In alarm it tells nothing.
            FarEnd::Blocks { .. } | FarEnd::InAlarm => {}
            FarEnd::Free if self.0 => {
                self.0 = false;
                notices.tell(Notice::TrunkFreed { trunk, at });
            }
            FarEnd::Free => {}
        }
    }
}

/// What was told of a phone's own trunk.
#[derive(Clone, Copy, Default, Debug)]
pub struct ToldOwnTrunk {
    port: ToldPort,
    blocked: ToldBlocked,
}

impl ToldOwnTrunk {
    /// Tells what has changed.
    pub fn tell(&mut self, trunk: TrunkId, gauges: &Gauges, at: Tick, notices: &Notices) {
        let port = PortName::Trunk(trunk);
        self.port.tell(port, gauges.own_trunk.state(), notices);
        let far_end = gauges.own_far_end.get();
        self.blocked.tell(trunk, far_end, at, notices);
    }
}

/// A trunk that its far end holds or blocks for so long is told.
pub const BLOCKED_FOR: Ticks = Ticks::secs(180);

/// A line that dies this often ...
pub const DEATHS: usize = 3;
/// ... within this time is taken out of service.
pub const DEATHS_WITHIN: Ticks = Ticks::secs(600);

/// Where notices are put. Never used by a line's thread while it is at work.
#[derive(Clone, Debug)]
pub struct Notices {
    to: Sender<Notice>,
    lost: Arc<Count>,
}

impl Notices {
    pub fn new() -> (Notices, Receiver<Notice>) {
        let (to, from) = bounded(NOTICES);
        let lost = Arc::default();
        (Notices { to, lost }, from)
    }

    pub fn tell(&self, notice: Notice) {
        if self.to.try_send(notice).is_err() {
            self.lost.add(1);
        }
    }

    /// Notices that nobody read in time.
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }
}
