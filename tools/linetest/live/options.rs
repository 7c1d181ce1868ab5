//! The command line of the live commands.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use measure::{bert::Width, pattern::Pattern};
use types::{digits::Digits, frame::Law, trunk::TrunkSignalling};

use super::{emergency, manual, profile};

#[derive(Debug, Subcommand)]
pub(crate) enum LiveCommand {
    /// Spans, channels, signalling, alarms, counters, and which are in use. Disturbs nothing.
    List(ListArgs),
    /// A live table of one line: hook, events, levels both ways, errors.
    Watch(WatchArgs),
    /// Seizes a trunk and says what comes back; of a handset port, what the switch hook does.
    Hook(HookArgs),
    /// Rings a telephone and says whether it was answered.
    Ring(RingArgs),
    /// Places a call and tells each step.
    Dial(DialArgs),
    /// Sends a tone or quiet, and measures what arrives: level, frequency, slope, noise.
    Tone(ToneArgs),
    /// Through a loopback at the far end: round trip delay, loss, distortion, noise.
    Loop(MeasureArgs),
    /// Sends back all that arrives: the far end of "loop", "bert" and "dtmf".
    Loopback(TimedArgs),
    /// Return loss over frequency, and which balance network suits the line.
    Echo(EchoArgs),
    /// Sends all sixteen DTMF digits and verifies those that come back.
    Dtmf(DtmfArgs),
    /// Bit error ratio, slips, errored seconds of a digital channel with a known pattern.
    Bert(BertArgs),
    /// Places a call, has the far end hung up, and learns how the trunk tells it.
    LearnRelease(LearnReleaseArgs),
    /// Every raw edge of a line with its time, and what the controller makes of it.
    Supervise(SuperviseArgs),
    /// Tests all lines of a site or of a simulation: a table, JSON, and a page to hand over.
    Report(ReportArgs),
}

/// The heading of the options that say which line.
const WHICH: &str = "Which line (one of --channel, --site, --sim must be there)";

/// Which line: one of `--channel`, `--site`, `--sim` must be there.
#[derive(Clone, Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("place").args(["channel", "site", "sim"]).required(true))]
pub(crate) struct Place {
    /// A DAHDI channel, whether it is in a site file or not.
    #[arg(long, value_name = "N")]
    #[arg(help_heading = WHICH)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    pub channel: Option<u16>,
    /// The site file that the line is in, with --trunk or --line.
    #[arg(long, value_name = "FILE")]
    #[arg(help_heading = WHICH)]
    pub site: Option<PathBuf>,
    /// The trunk of the site file.
    #[arg(long, value_name = "ID", requires = "site", conflicts_with = "line")]
    #[arg(help_heading = WHICH)]
    pub trunk: Option<u16>,
    /// The phone of the site file.
    #[arg(long, value_name = "ID", requires = "site")]
    #[arg(help_heading = WHICH)]
    pub line: Option<u16>,
    /// A simulated line: FAR[,KEY=VALUE...], such as loopback,loss=4,noise=-60; see --help.
    #[arg(long, value_name = "FAR", long_help = manual::SIM)]
    #[arg(help_heading = WHICH)]
    pub sim: Option<String>,
    /// How the channel's bits signal (DAHDI's cas); a trunk of a site file says it there.
    #[arg(long, value_name = "KIND", value_parser = signalling, conflicts_with = "site")]
    #[arg(long_help = manual::SIGNALLING, help_heading = WHICH)]
    pub signalling: Option<TrunkSignalling>,
    /// Digits go out as R1 multifrequency signals, on E&M.
    #[arg(long, conflicts_with = "site")]
    #[arg(help_heading = WHICH)]
    pub mf: bool,
    /// The channel's law; else what DAHDI says.
    #[arg(long, value_name = "LAW", value_parser = law)]
    #[arg(help_heading = WHICH)]
    pub law: Option<Law>,
    /// A simulated line runs on the real clock.
    #[arg(long, requires = "sim", conflicts_with_all = ["channel", "site"])]
    #[arg(help_heading = WHICH)]
    pub real_time: bool,
    /// The country whose tones the exchange sends.
    #[arg(long, value_name = "CC")]
    #[arg(help_heading = WHICH)]
    pub country: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    pub json: bool,
    /// What is sent is to come back, which an echo canceller would prevent.
    #[arg(skip)]
    pub hears_itself: bool,
}

impl Place {
    /// The line for a test that listens to what it sends itself.
    pub fn hearing_itself(&self) -> Place {
        Place {
            hears_itself: true,
            ..self.clone()
        }
    }
}

/// How the far end is reached: not at all, where it is connected already.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reach {
    /// Dial this number first: that of a test line.
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub dial: Option<Digits>,
    /// Dial by loop pulses.
    #[arg(long, requires = "dial")]
    pub pulse: bool,
    /// Go on though dial tone is on the line: what is sent may dial a number.
    #[arg(long, conflicts_with = "dial")]
    pub into_dial_tone: bool,
    #[command(flatten)]
    pub consent: Consent,
}

/// What nobody does by mistake.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Consent {
    /// Call a number that is one of the emergency services somewhere, such as 911 or 112.
    #[arg(long)]
    pub call_emergency: bool,
}

/// What `hook` does.
#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    #[command(flatten)]
    pub place: Place,
    /// How long it is watched; a trunk is held no longer.
    #[arg(long, value_name = "S", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// One line of JSON a span.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub place: Place,
    /// How long; else until Ctrl-C.
    #[arg(long, value_name = "S")]
    pub seconds: Option<u64>,
    /// Seize the trunk meanwhile.
    #[arg(long)]
    pub off_hook: bool,
    /// What is sent meanwhile: quiet, milliwatt, HZ@DBM0 such as 1004@-10, or a tone of the country.
    #[arg(long, value_name = "WHAT", default_value = "quiet")]
    pub send: String,
}

#[derive(Debug, Args)]
pub(crate) struct TimedArgs {
    #[command(flatten)]
    pub place: Place,
    /// How long.
    #[arg(long, value_name = "S", default_value_t = 5)]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub(crate) struct RingArgs {
    #[command(flatten)]
    pub place: Place,
    /// How long, at most; it ends when the phone is picked up.
    #[arg(long, value_name = "S", default_value_t = 12)]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub(crate) struct DialArgs {
    #[command(flatten)]
    pub place: Place,
    /// The number.
    #[arg(value_name = "DIGITS", value_parser = digits)]
    pub number: Digits,
    /// Dial by loop pulses.
    #[arg(long)]
    pub pulse: bool,
    /// How long the call is held after it was answered.
    #[arg(long, value_name = "S", default_value_t = 2)]
    pub hold: u64,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct MeasureArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Debug, Args)]
pub(crate) struct ToneArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub reach: Reach,
    /// milliwatt, slope, quiet, HZ@DBM0 such as 1004@-10, or a tone of the country.
    #[arg(long, value_name = "WHAT", default_value = "milliwatt")]
    pub send: String,
    /// How long each tone is sent.
    #[arg(long, value_name = "S", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u64).range(2..=3600))]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub(crate) struct EchoArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub reach: Reach,
    /// What the card is set to now, as one of the networks of --help begins.
    #[arg(long, value_name = "NETWORK", default_value = "600 ohm")]
    pub balance: String,
    /// Send one digit after dial tone, so that the exchange is quiet.
    #[arg(long, conflicts_with = "dial")]
    pub break_dial_tone: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DtmfArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub reach: Reach,
    /// Only listen: keys are pressed at the far end for so many seconds.
    #[arg(long, value_name = "S")]
    pub hear: Option<u64>,
    /// Length of each digit and of each pause, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 70)]
    #[arg(value_parser = clap::value_parser!(u32).range(40..=1000))]
    pub length: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Bits {
    #[value(name = "8")]
    Eight,
    #[value(name = "7")]
    Seven,
}

impl From<Bits> for Width {
    fn from(bits: Bits) -> Width {
        match bits {
            Bits::Eight => Width::Eight,
            Bits::Seven => Width::Seven,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct BertArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub reach: Reach,
    /// prbs9 prbs11 prbs15 qrss prbs23 ones zeros 1:7 1:1 3in24.
    #[arg(long, value_name = "PATTERN", default_value = "prbs11", value_parser = pattern)]
    pub pattern: Pattern,
    /// Bits of an octet that are used: 7 where signalling robs the lowest.
    #[arg(long, value_name = "N", default_value = "8")]
    pub bits: Bits,
    /// How long, at most a week.
    #[arg(long, value_name = "S", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub seconds: u64,
    /// So many wrong bits are sent on purpose: the far end must count them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub inject: u32,
}

#[derive(Debug, Args)]
pub(crate) struct LearnReleaseArgs {
    #[command(flatten)]
    pub place: Place,
    /// A telephone that you can hang up.
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub dial: Digits,
    /// Dial by loop pulses.
    #[arg(long)]
    pub pulse: bool,
    /// The far end hangs up so many seconds after it answered; else press Enter when it does.
    #[arg(long, value_name = "S")]
    pub hangs_up_after: Option<f64>,
    /// How long after the hang-up signs are waited for.
    #[arg(long, value_name = "S", default_value_t = 30)]
    pub wait: u64,
    /// A new file for what was learned: with --site and --trunk a copy of the site file with it.
    #[arg(long, value_name = "FILE.toml")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct SuperviseArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub reach: Reach,
    /// How long.
    #[arg(long, value_name = "S", default_value_t = 30)]
    pub seconds: u64,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub place: Place,
    /// The page: HTML in one file.
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
    /// Who tested, and where: goes on the page.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub title: String,
    /// The number of a quiet termination.
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub quiet: Option<Digits>,
    /// The number of a milliwatt.
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub milliwatt: Option<Digits>,
    #[command(flatten)]
    pub consent: Consent,
}

impl LiveCommand {
    /// The numbers that it calls, and what was consented to.
    fn calls(&self) -> (Vec<Digits>, Option<Consent>) {
        use LiveCommand as C;
        let of = |reach: &Reach| (reach.dial.into_iter().collect(), Some(reach.consent));
        match self {
            C::Dial(args) => (vec![args.number], Some(args.consent)),
            C::LearnRelease(args) => (vec![args.dial], Some(args.consent)),
            C::Report(args) => {
                let numbers = args.quiet.into_iter().chain(args.milliwatt);
                (numbers.collect(), Some(args.consent))
            }
            C::Tone(args) => of(&args.reach),
            C::Loop(args) => of(&args.reach),
            C::Echo(args) => of(&args.reach),
            C::Dtmf(args) => of(&args.reach),
            C::Bert(args) => of(&args.reach),
            C::Supervise(args) => of(&args.reach),
            C::List(_) | C::Watch(_) | C::Hook(_) | C::Ring(_) | C::Loopback(_) => (vec![], None),
        }
    }

    /// The first number of the emergency services that it would call unasked, in a country.
    pub fn emergency(&self, country: &str) -> Option<Digits> {
        let (numbers, consent) = self.calls();
        let asked = consent.is_some_and(|consent| consent.call_emergency);
        let mut numbers = numbers.into_iter().filter(|_| !asked);
        numbers.find(|number| emergency::is(*number, country))
    }

    /// As it is typed.
    pub fn name(&self) -> &'static str {
        use LiveCommand as C;
        match self {
            C::List(_) => "list",
            C::Watch(_) => "watch",
            C::Hook(_) => "hook",
            C::Ring(_) => "ring",
            C::Dial(_) => "dial",
            C::Tone(_) => "tone",
            C::Loop(_) => "loop",
            C::Loopback(_) => "loopback",
            C::Echo(_) => "echo",
            C::Dtmf(_) => "dtmf",
            C::Bert(_) => "bert",
            C::LearnRelease(_) => "learn-release",
            C::Supervise(_) => "supervise",
            C::Report(_) => "report",
        }
    }

    /// The line that is meant.
    pub fn place(&self) -> Option<&Place> {
        use LiveCommand as C;
        Some(match self {
            C::List(_) => return None,
            C::Watch(args) => &args.place,
            C::Hook(args) => &args.place,
            C::Ring(args) => &args.place,
            C::Dial(args) => &args.place,
            C::Tone(args) => &args.place,
            C::Loop(args) => &args.place,
            C::Loopback(args) => &args.place,
            C::Echo(args) => &args.place,
            C::Dtmf(args) => &args.place,
            C::Bert(args) => &args.place,
            C::LearnRelease(args) => &args.place,
            C::Supervise(args) => &args.place,
            C::Report(args) => &args.place,
        })
    }
}

fn law(word: &str) -> Result<Law, String> {
    match word {
        "mu" => Ok(Law::Mu),
        "a" => Ok(Law::A),
        _ => Err("allowed: mu, a".to_owned()),
    }
}

fn signalling(word: &str) -> Result<TrunkSignalling, String> {
    profile::KINDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, signalling)| *signalling)
        .ok_or_else(|| {
            let names: Vec<&str> = profile::KINDS.iter().map(|(name, _)| *name).collect();
            format!("allowed: {}", names.join(", "))
        })
}

fn digits(text: &str) -> Result<Digits, String> {
    let found = Digits::parse(text).filter(|digits| !digits.is_empty());
    found.ok_or_else(|| "allowed: 0 to 9, * # A B C D".to_owned())
}

fn pattern(word: &str) -> Result<Pattern, String> {
    let found = Pattern::ALL.iter().find(|(name, _)| *name == word);
    found.map(|(_, pattern)| *pattern).ok_or_else(|| {
        let names: Vec<&str> = Pattern::ALL.iter().map(|(name, _)| *name).collect();
        format!("allowed: {}", names.join(", "))
    })
}
