//! The command line.

mod account;
mod block;
mod booking;
mod check;
mod discover;
mod explain;
mod export;
mod import;
mod inmate;
mod journal;
mod officer;
mod records;
#[cfg(test)]
mod reference;
mod register;
mod run;
mod shutdown;

use std::{
    fmt::Display,
    io::Write as _,
    ops::RangeInclusive,
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
    sync::{Arc, atomic::AtomicBool},
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::{
    control::{Office, Request, when::Until},
    demo, log,
    site::Site,
};

/// The controller between a correctional facility's analog phones and the telephone network.
#[derive(Debug, Parser)]
#[command(name = "sallyport", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows calls on simulated phones and trunks; needs no file and leaves nothing behind but
    /// recordings.
    Demo(DemoArgs),
    /// Runs the controller of a site.
    Run(RunArgs),
    /// Says whether a site file is right, and fits cards and system; and what to change.
    Check(SiteArgs),
    /// Prints a first site file from the telephone cards there are.
    Discover(DiscoverArgs),
    /// Prints the call records; also while the controller runs.
    Records(RecordsArgs),
    /// Says which tables a call passes, and why it is refused; also while the controller runs.
    Explain(explain::ExplainArgs),
    /// Puts a phone, a group or everything out of service; also while the controller runs.
    Shutdown(shutdown::ShutdownArgs),
    /// Takes a shutdown back.
    Resume(shutdown::WholeArgs),
    /// Says what is shut down.
    Shutdowns(SiteArgs),
    /// Opens accounts for the administrators' interface, changes and closes them.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Says what accounts may do: a role of verbs over nouns.
    #[command(subcommand)]
    Role(account::RoleCommand),
    /// Says where an officer is present, and confirms calls that wait for one.
    #[command(subcommand)]
    Officer(officer::OfficerCommand),
    /// Books calls, cancels them, and says which are booked.
    #[command(subcommand)]
    Booking(booking::BookingCommand),
    /// Says what is blocked or rests after wrong guesses, and lifts it.
    #[command(subcommand)]
    Block(block::BlockCommand),
    /// Shows what an inmate, or all callers of a number, have used; gives, takes and forgets.
    #[command(subcommand)]
    Register(register::RegisterCommand),
    /// Shows an inmate; disables PINs and numbers of lists, suspends from calling, and takes it back.
    #[command(subcommand)]
    Inmate(inmate::InmateCommand),
    /// Prints the journal: who changed what, and alarms; also while the controller runs.
    Journal(journal::JournalArgs),
    /// Lists the numbers that are called often in the present day, week or month.
    Frequent(journal::FrequentArgs),
    /// Takes inmates, officers or tables of numbers from a file of CSV or Excel; checks it alone without
    /// --apply.
    Import(import::ImportArgs),
    /// Writes inmates, officers, tables of numbers or call records to a file of CSV or Excel.
    Export(export::ExportArgs),
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Phones, each with an inmate; there are as many trunks.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = phones)]
    #[arg(allow_negative_numbers = true)]
    phones: u16,
    /// How long it takes.
    #[arg(long, value_name = "S", default_value_t = 90, value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    seconds: u32,
    /// The calls that are made by chance; the same seed makes the same calls.
    #[arg(long, value_name = "K", default_value_t = 1)]
    seed: u64,
    /// Directory for one stereo WAV a call; without it, a new directory of temporary files.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// The same on virtual time: as fast as the machine can.
    #[arg(long)]
    fast: bool,
    /// Print only call records, one line of JSON as each call ends.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct SiteArgs {
    /// The site file.
    #[arg(long, value_name = "FILE")]
    site: PathBuf,
}

/// When something ends.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct UntilArgs {
    /// Date and time of the site, as in "2026-11-24 09:30"; with its offset, -05:00, where an hour comes
    /// twice.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// So long, in minutes.
    #[arg(long = "for", value_name = "MINUTES", value_parser = minutes)]
    #[arg(allow_negative_numbers = true)]
    minutes: Option<u32>,
}

impl UntilArgs {
    fn until(self) -> Until {
        match (self.until, self.minutes) {
            (Some(time), _) => Until::Time(time),
            (None, minutes) => Until::Minutes(minutes.unwrap_or_default()),
        }
    }
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Log as JSON, one object a line.
    #[arg(long)]
    log_json: bool,
    /// How much is logged: debug has each key, prompt, tone and step of every call.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: LogLevel,
    /// At SIGTERM or SIGINT calls may go on this long before they are cut.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    grace: u32,
}

/// The least serious line that is logged.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

impl From<LogLevel> for slog::Level {
    fn from(level: LogLevel) -> slog::Level {
        match level {
            LogLevel::Error => slog::Level::Error,
            LogLevel::Warn => slog::Level::Warning,
            LogLevel::Info => slog::Level::Info,
            LogLevel::Debug => slog::Level::Debug,
        }
    }
}

#[derive(Debug, Args)]
struct DiscoverArgs {
    /// Where the file goes, if there is none yet; without it, to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RecordsArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Only so many at the end.
    #[arg(long, value_name = "N", value_parser = last, allow_negative_numbers = true)]
    last: Option<u64>,
    /// One line of JSON a record instead of words.
    #[arg(long)]
    json: bool,
}

/// Runs the program; errors go to standard error in one paragraph.
pub fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sallyport: {}", causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes. One that tells its cause itself has not to be told of it again.
pub(crate) fn causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        match text.as_str() {
            "" => text = cause,
            told if told.ends_with(&cause) => {}
            _ => text.extend([": ", cause.as_str()]),
        }
    }
    text
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => demo_command(args),
        Command::Run(args) => run::run(&args),
        Command::Check(args) => Ok(check::check(&args.site)),
        Command::Discover(args) => discover::discover(args.out.as_deref()),
        Command::Records(args) => records::records(&args.site, args.json, args.last),
        Command::Explain(args) => explain::explain(args),
        Command::Shutdown(args) => shutdown::shutdown(args),
        Command::Resume(args) => shutdown::resume(args),
        Command::Shutdowns(args) => shutdown::shutdowns(&args),
        Command::Account(command) => account::account(command),
        Command::Role(command) => account::role(command),
        Command::Officer(command) => officer::officer(command),
        Command::Booking(command) => booking::booking(command),
        Command::Block(command) => block::block(command),
        Command::Register(command) => register::register(command),
        Command::Inmate(command) => inmate::inmate(command),
        Command::Journal(args) => journal::journal(&args),
        Command::Frequent(args) => journal::frequent(&args),
        Command::Import(args) => import::import(&args),
        Command::Export(args) => export::export(&args),
    }
}

/// Asks the controller of the site, or its database, and prints the answer.
fn ask(site: &SiteArgs, request: Request) -> anyhow::Result<ExitCode> {
    let site = Site::load(&site.site)?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let office = Office::reach(&site, &log)?;
    print(&office.ask(request)?.lines)?;
    Ok(ExitCode::SUCCESS)
}

/// The same page by page; each request says where the page before ended. Says `nothing` where there is
/// none of it.
fn ask_pages(
    site: &SiteArgs,
    nothing: Option<&str>,
    request: impl Fn(Option<String>) -> Request,
) -> anyhow::Result<ExitCode> {
    let site = Site::load(&site.site)?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let office = Office::reach(&site, &log)?;
    let (mut after, mut printed) = (None, 0);
    loop {
        let page = office.ask(request(after))?;
        printed += page.lines.len();
        if !print(&page.lines)? {
            return Ok(ExitCode::SUCCESS);
        }
        if page.more.is_none() {
            break;
        }
        after = page.more;
    }
    if let Some(nothing) = nothing.filter(|_| printed == 0) {
        print(&[nothing.to_owned()])?;
    }
    Ok(ExitCode::SUCCESS)
}

/// To standard output; `false` where the reader has seen enough.
fn print(lines: &[String]) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    match lines.iter().try_for_each(|line| writeln!(out, "{line}")) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("standard output"),
    }
}

/// The last of them, or more.
fn last(text: &str) -> Result<u64, String> {
    within(text, 1..=u64::MAX)
}

fn phones(text: &str) -> Result<u16, String> {
    within(text, 1..=500)
}

fn seconds(text: &str) -> Result<u32, String> {
    within(text, 1..=86_400)
}

/// A day at most.
fn minutes(text: &str) -> Result<u32, String> {
    within(text, 1..=24 * 60)
}

fn within<T: FromStr + PartialOrd + Display>(
    text: &str,
    allowed: RangeInclusive<T>,
) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| allowed.contains(number));
    number.ok_or_else(|| {
        let (least, most) = (allowed.start(), allowed.end());
        format!("allowed: a whole number from {least} to {most}")
    })
}

fn demo_command(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let stop = stop_flag()?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let options = demo::Options {
        phones: args.phones,
        seconds: args.seconds,
        seed: args.seed,
        record: args.record,
        fast: args.fast,
        json: args.json,
    };
    demo::run(options, &stop, &log)?;
    Ok(ExitCode::SUCCESS)
}

/// Set by SIGTERM or SIGINT. A second signal ends the program at once, as is usual.
fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register_conditional_default(signal, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}
