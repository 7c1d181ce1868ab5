//! Side by side with libspandsp, and SQLite: the same work for both, in one process.
//!
//! `tests/peers/run WHAT [--json] [--seed K] [--short]` installs what this needs, builds it and
//! runs it. A figure is a line, `what ours peer ratio unit`, where the ratio is how many times
//! better ours is. Figures with a goal are judged by it; goals that are not met are listed at the
//! end. The exit status tells whether the run itself worked: 0 or 1; 2 is a wrong command line.

mod clock;
mod count;
mod figure;
mod input;
mod parallel;
mod spandsp;
mod whats;

use anyhow::Context;
use clap::Parser;
use figure::Report;
use std::process::ExitCode;
use whats::What;

#[derive(Parser, Debug)]
#[command(name = "peers", about, after_help = whats::list())]
struct Arguments {
    /// What to compare: one of those below, or `all`
    #[arg(value_parser = whats::find)]
    what: &'static [What],
    /// A JSON object a line: what, ours, peer, ratio, unit, goal, met
    #[arg(long)]
    json: bool,
    /// Where all random numbers come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A slice of the work, to see in a minute that all is well
    #[arg(long)]
    short: bool,
}

/// What a comparison may depend on.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub seed: u64,
    pub short: bool,
}

fn main() -> ExitCode {
    // What valgrind counts: this program again, with a piece of work and how often to do it.
    if let Some(done) = count::child() {
        return status(done);
    }
    let arguments = Arguments::parse();
    let settings = Settings {
        seed: arguments.seed,
        short: arguments.short,
    };
    status(compare(&arguments, &settings))
}

fn compare(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    let mut report = Report::new(arguments.json);
    for what in arguments.what {
        (what.run)(settings, &mut report).context(what.name)?;
    }
    report.close()
}

fn status(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error:#}");
            ExitCode::FAILURE
        }
    }
}
