//! Measurements on live lines: ports of cards, or simulated ones.
//!
//! [`options`] is the command line, `station` finds and opens the port, `rig` moves frames between
//! it and a measurement and restores the line whatever happens, `call` places calls. Each command
//! is a file; what it found is a `sheet`, as a table, as JSON, or in the page of a report.

mod audio;
mod bits;
mod call;
mod digital;
mod echo;
mod emergency;
mod far;
mod handset;
mod held;
mod html;
mod learn_release;
mod list;
mod manual;
pub(crate) mod options;
mod profile;
mod report;
mod rig;
mod settings;
mod sheet;
mod signalled;
mod simulation;
mod station;
mod supervise;
mod trouble;
mod watch;
mod wires;

use std::{
    io::{ErrorKind, Write as _},
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use options::{LiveCommand, Place};
use rig::Rig;
use sheet::Sheet;
use trouble::Trouble;

pub(crate) use manual::{LIVE as MANUAL, bound as manual};

/// Exit status when the command line is wrong, as clap has it.
const WRONG: u8 = 2;
/// Exit status when something was measured and is bad.
const BAD: u8 = 3;
/// The same as a shell's for a program ended by Ctrl-C.
const STOPPED: u8 = 130;

/// Tells the technician what is done to the line, before it is done.
fn say(text: &str) {
    crate::run::tell(text);
}

/// Runs a command: 0 when all is good or doubtful, 1 when it could not be done or nothing be tested or
/// proven, 3 when something is bad, 130 after Ctrl-C.
pub(crate) fn main(command: &LiveCommand) -> ExitCode {
    let stop = Arc::new(AtomicBool::new(false));
    if let Err(error) = catch(&stop) {
        say(&format!("Ctrl-C would not restore the line: {error}"));
        return ExitCode::FAILURE;
    }
    match dispatch(command, &stop) {
        Ok(sheets) => {
            if sheets.iter().any(Sheet::is_bad) {
                ExitCode::from(BAD)
            } else if sheets.iter().any(|sheet| sheet.failure.is_some()) {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            }
        }
        Err(Trouble::Stopped) => ExitCode::from(STOPPED),
        Err(Trouble::Usage(what)) => {
            say(&what);
            ExitCode::from(WRONG)
        }
        // Whoever reads the table has seen enough.
        Err(Trouble::Out(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(trouble) => {
            say(&trouble.to_string());
            if command.place().is_some_and(|place| place.json) {
                let failure = Failure {
                    command: command.name(),
                    failure: trouble.to_string(),
                };
                // Who does not read it has the status.
                let _ = failure.print();
            }
            ExitCode::FAILURE
        }
    }
}

/// What `--json` prints where nothing was measured.
#[derive(serde::Serialize)]
struct Failure {
    command: &'static str,
    failure: String,
}

impl Failure {
    fn print(&self) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, self)?;
        writeln!(out)
    }
}

/// Ctrl-C, and the end of the terminal or of the system, stop a measurement; a second one ends the
/// program where it stands (a card's driver then hangs up by itself).
fn catch(stop: &Arc<AtomicBool>) -> std::io::Result<()> {
    use signal_hook::{consts::TERM_SIGNALS, flag};
    for signal in TERM_SIGNALS.iter().chain(&[signal_hook::consts::SIGHUP]) {
        flag::register_conditional_shutdown(*signal, i32::from(STOPPED), Arc::clone(stop))?;
        flag::register(*signal, Arc::clone(stop))?;
    }
    Ok(())
}

fn dispatch(command: &LiveCommand, stop: &Arc<AtomicBool>) -> Result<Vec<Sheet>, Trouble> {
    use LiveCommand as C;
    let alone = |place: &Place| place.hearing_itself();
    if let Some(place) = command.place()
        && let Some(number) = command.emergency(&station::country_of(place)?)
    {
        return Err(Trouble::Emergency(number.to_string()));
    }
    match command {
        C::List(args) => list::run(args),
        C::Watch(args) => match station::in_use(&args.place)? {
            Some(channel) => held::watch(channel, args, stop).map(|()| Vec::new()),
            None => on(&args.place, stop, |rig| watch::watch(rig, args)),
        },
        C::Hook(args) => on(&args.place, stop, |rig| handset::hook(rig, args)),
        C::Ring(args) => on(&args.place, stop, |rig| handset::ring(rig, args)),
        C::Dial(args) => on(&args.place, stop, |rig| call::dial(rig, args)),
        C::Tone(args) if args.send == "quiet" => {
            on(&args.place, stop, |rig| audio::tone(rig, args))
        }
        C::Tone(args) => on(&alone(&args.place), stop, |rig| audio::tone(rig, args)),
        C::Loop(args) => on(&alone(&args.place), stop, |rig| echo::around(rig, args)),
        C::Echo(args) => on(&alone(&args.place), stop, |rig| echo::echo(rig, args)),
        C::Dtmf(args) if args.hear.is_some() => on(&args.place, stop, |rig| audio::keys(rig, args)),
        C::Dtmf(args) => on(&alone(&args.place), stop, |rig| audio::keys(rig, args)),
        C::Bert(args) => on(&alone(&args.place), stop, |rig| bits::bert(rig, args)),
        C::Loopback(args) => on(&alone(&args.place), stop, |rig| bits::loopback(rig, args)),
        C::LearnRelease(args) => on(&args.place, stop, |rig| learn_release::learn(rig, args)),
        C::Supervise(args) => on(&args.place, stop, |rig| supervise::supervise(rig, args)),
        C::Report(args) => report::run(args, stop),
    }
}

/// Does something with one line and restores it, whatever came of it.
fn on(
    place: &options::Place,
    stop: &Arc<AtomicBool>,
    work: impl FnOnce(&mut Rig) -> Result<Sheet, Trouble>,
) -> Result<Vec<Sheet>, Trouble> {
    let station = station::open(place)?;
    let mut rig = Rig::new(station, Arc::clone(stop));
    let done = work(&mut rig);
    let restored = rig.restore();
    if let Err(Trouble::Stopped) = done {
        say("stopped");
    }
    for what in rig.restored() {
        say(&format!("{}: {what}", rig.name()));
    }
    if let Some(hook) = rig.far_hook() {
        say(&format!(
            "the simulated far end sees: {}",
            handset::words(hook)
        ));
    }
    let sheet = done?;
    restored?;
    if !sheet.is_empty() {
        sheet.print(place.json)?;
    }
    Ok(vec![sheet])
}
