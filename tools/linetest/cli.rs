//! The command line.

use std::{ffi::OsString, num::NonZeroUsize, path::PathBuf, process::ExitCode, thread};

use clap::{
    Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum, error::ErrorKind,
};
use dsp::{
    answer::Classifier,
    dtmf::{Dtmf, Profile},
    progress::Progress,
    three_way::ThreeWaySettings,
};
use types::{frame::Law, tick::Ticks, tone::Tone};

use crate::{
    analysis::Which,
    level::Level,
    live::{self, options::LiveCommand},
    manual,
    names::{Names, shown},
    plot,
    report::Form,
    run::{self, Outcome, Work},
    sound::{Coding, Format},
    task::Task,
    three_way::ThirdParty,
};

/// Tells a technician what a telephone line is like, live or on a recording.
#[derive(Debug, Parser)]
#[command(name = "linetest", version, about, max_term_width = 100)]
#[command(after_long_help = manual::program(), after_help = manual::SHORT)]
#[command(
    help_template = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}Options:\n\
                           {options}{after-help}"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// DTMF digits: which, when, how long, how loud, with what twist.
    #[command(after_long_help = manual::DIGITS)]
    Digits(DigitsArgs),
    /// The network's tones: dial tone, ringing, busy, reorder, special information tones.
    #[command(after_long_help = manual::PROGRESS)]
    Progress(ProgressArgs),
    /// Who answered: a person, a machine, a fax machine or modem, the network, nobody.
    #[command(after_long_help = manual::ANSWER)]
    Answer(AnswerArgs),
    /// Whether the called party let a third one into the call, and what speaks for it.
    #[command(after_long_help = manual::THREE_WAY)]
    ThreeWay(ThreeWayArgs),
    /// How loud and how noisy it is: flat, C-message, psophometric; peak, direct voltage.
    #[command(after_long_help = manual::LEVEL)]
    Level(LevelArgs),
    /// An unknown tone as a line of a tone table, with what was measured.
    #[command(after_long_help = manual::LEARN)]
    Learn(LearnArgs),
    #[command(flatten)]
    Live(LiveCommand),
}

/// What every command has.
#[derive(Debug, Args)]
struct Common {
    /// Recordings, also pipes and devices; "-" is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,
    /// A file with the names of recordings (files only), one a line; "-" is standard input.
    #[arg(short = 'L', long = "list", value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// The recordings are samples without a header, in this coding.
    #[arg(long, value_name = "CODING")]
    raw: Option<RawCoding>,
    /// Channels of samples without a header.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "raw")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=2))]
    channels: u8,
    /// Files that are analysed at a time; else one a core. The report keeps their order.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// One line of JSON for each thing found.
    #[arg(long)]
    json: bool,
    /// A picture: the spectrogram with what was found, of one recording.
    #[arg(long, value_name = "FILE.png")]
    plot: Option<PathBuf>,
}

/// What the commands have that detect something at a moment.
#[derive(Debug, Args)]
struct Detecting {
    #[command(flatten)]
    common: Common,
    /// One line a detection: FILE SAMPLE LABEL, with the samples consumed when it was reported.
    #[arg(long, conflicts_with = "json")]
    hits: bool,
}

#[derive(Debug, Args)]
struct DigitsArgs {
    #[command(flatten)]
    detecting: Detecting,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "both")]
    channel: Which,
    /// "talk" is deaf to voices; "pin" takes noisy and distorted digits too, where nobody talks.
    #[arg(long, value_name = "PROFILE", default_value = "talk")]
    profile: DigitProfile,
}

#[derive(Debug, Args)]
struct Network {
    /// The country whose tones they are, as its two letters.
    #[arg(long, value_name = "CC", default_value = "us", value_parser = country)]
    country: Country,
}

#[derive(Debug, Args)]
struct ProgressArgs {
    #[command(flatten)]
    detecting: Detecting,
    #[command(flatten)]
    network: Network,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "both")]
    channel: Which,
}

#[derive(Debug, Args)]
struct AnswerArgs {
    #[command(flatten)]
    detecting: Detecting,
    #[command(flatten)]
    network: Network,
    /// When in the recording the call was answered, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    answered: u32,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "right")]
    channel: Which,
}

#[derive(Debug, Args)]
struct ThreeWayArgs {
    #[command(flatten)]
    detecting: Detecting,
    #[command(flatten)]
    network: Network,
    /// The score from which a call is called three-way.
    #[arg(long, value_name = "SCORE", value_parser = score, allow_negative_numbers = true)]
    #[arg(default_value_t = ThreeWaySettings::default().threshold)]
    threshold: f32,
}

#[derive(Debug, Args)]
struct LevelArgs {
    #[command(flatten)]
    common: Common,
    /// A holding tone of about 1010 Hz is on the line: the noise beside it is measured.
    #[arg(long)]
    holding_tone: bool,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "both")]
    channel: Which,
}

#[derive(Debug, Args)]
struct LearnArgs {
    #[command(flatten)]
    common: Common,
    /// What the tone is called in its line: dial, busy, ...; else it is guessed.
    #[arg(long, value_name = "TONE", value_parser = tone)]
    tone: Option<Tone>,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "right")]
    channel: Which,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RawCoding {
    S16le,
    Ulaw,
    Alaw,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DigitProfile {
    Talk,
    Pin,
}

/// A country of the tone tables.
type Country = Box<tonetables::Country>;

/// Runs the program. The exit status is 0, 1 where a file could not be analysed whole, 2 where the
/// command line is wrong.
pub fn main() -> ExitCode {
    let matches = program().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let command = match cli.command {
        Command::Live(command) => return live::main(&command),
        command => command,
    };
    let (task, which, detecting) = command.parts();
    let name = task.name();
    let (common, hits) = (detecting.common, detecting.hits);
    if let Err(what) = common.check() {
        usage(name, &what);
    }
    let work = Work {
        task,
        which,
        form: match (common.json, hits) {
            (true, _) => Form::Json,
            (_, true) => Form::Hits,
            _ => Form::Table,
        },
        raw: common.format(),
        threads: common.threads(),
        plot: common.plot,
    };
    match run::run(&work, Names::new(common.files, common.lists)) {
        Outcome::Done => ExitCode::SUCCESS,
        Outcome::Failed => ExitCode::FAILURE,
        Outcome::TooManyForOnePicture => usage(name, "--plot draws one recording: name only one"),
    }
}

impl Command {
    /// What is to be done, on which channels, with which files.
    fn parts(self) -> (Task, Which, Detecting) {
        let silent = |common| Detecting {
            common,
            hits: false,
        };
        match self {
            Command::Digits(args) => {
                let profile = match args.profile {
                    DigitProfile::Talk => Profile::Talk,
                    DigitProfile::Pin => Profile::PinEntry,
                };
                let task = Task::Digits(Box::new(Dtmf::new(profile)));
                (task, args.channel, args.detecting)
            }
            Command::Progress(args) => {
                let fresh = Progress::new(&args.network.country.tones);
                let task = Task::Progress(Box::new(fresh));
                (task, args.channel, args.detecting)
            }
            Command::Answer(args) => {
                let fresh = Classifier::new(&args.network.country.tones);
                let task = Task::Answer(Box::new(fresh), Ticks::ms(args.answered.into()));
                (task, args.channel, args.detecting)
            }
            Command::ThreeWay(args) => {
                let settings = ThreeWaySettings {
                    threshold: args.threshold,
                };
                let fresh = ThirdParty::new(&args.network.country.tones, settings);
                let task = Task::ThreeWay(Box::new(fresh));
                (task, Which::Both, args.detecting)
            }
            Command::Level(args) => {
                let task = Task::Level(Box::new(Level::new(args.holding_tone)));
                (task, args.channel, silent(args.common))
            }
            Command::Learn(args) => (Task::Learn(args.tone), args.channel, silent(args.common)),
            Command::Live(_) => unreachable!("live commands have no recordings"),
        }
    }
}

impl Common {
    /// What is wrong: no recording, standard input twice, a picture where something else is.
    fn check(&self) -> Result<(), String> {
        if self.files.is_empty() && self.lists.is_empty() {
            let what = "no recording: name files, \"-\" for standard input, or a list with -L";
            return Err(what.to_owned());
        }
        let files = self.files.iter().filter(|file| *file == "-");
        let lists = self.lists.iter().filter(|list| list.as_os_str() == "-");
        if files.count() + lists.count() > 1 {
            return Err("standard input (\"-\") can be read once only".to_owned());
        }
        if let Some(path) = &self.plot
            && let Some(what) = plot::refusal(path)
        {
            return Err(format!("--plot: {} {what}", shown(path.as_os_str())));
        }
        Ok(())
    }

    /// What samples without a header are.
    fn format(&self) -> Option<Format> {
        let coding = match self.raw? {
            RawCoding::S16le => Coding::Linear,
            RawCoding::Ulaw => Coding::Companded(Law::Mu),
            RawCoding::Alaw => Coding::Companded(Law::A),
        };
        Some(Format {
            coding,
            channels: usize::from(self.channels),
        })
    }

    fn threads(&self) -> NonZeroUsize {
        self.jobs
            .or_else(|| thread::available_parallelism().ok())
            .unwrap_or(NonZeroUsize::MIN)
    }
}

/// The command line with the manual in it, its commands in two groups.
fn program() -> clap::Command {
    let program = live::manual(Cli::command());
    let live = LiveCommand::augment_subcommands(clap::Command::new("live"));
    let is_live = |name: &str| live.get_subcommands().any(|known| known.get_name() == name);
    let listed = |wanted: bool| {
        let commands = program.get_subcommands();
        let commands = commands.filter(|command| is_live(command.get_name()) == wanted);
        let line = |command: &clap::Command| {
            let about = command.get_about().map(ToString::to_string);
            let name = command.get_name();
            format!("  {name:<14} {}\n", about.unwrap_or_default())
        };
        commands.map(line).collect::<String>()
    };
    let groups = format!(
        "Recordings:\n{}\nLive lines, on a card or simulated:\n{}\n  {:<14} {}\n\n",
        listed(false),
        listed(true),
        "help COMMAND",
        "The manual of a command: what it does, which values are good, what others mean",
    );
    program.before_help(groups)
}

/// Ends the program as a mistake on the command line of this command does.
fn usage(command: &str, what: &str) -> ! {
    let mut program = program();
    program.build();
    let command = program.find_subcommand_mut(command).expect("a command");
    command.error(ErrorKind::ValueValidation, what).exit()
}

/// A tone by the word that the tables have for it.
fn tone(word: &str) -> Result<Tone, String> {
    let def = tonetables::read(&format!("tone {word} 400 -10dBm0 steady"))?;
    Ok(def.tone)
}

fn score(text: &str) -> Result<f32, String> {
    let score = text.parse().ok().filter(|score: &f32| score.is_finite());
    score.ok_or_else(|| "allowed: a number".to_owned())
}

fn country(code: &str) -> Result<Country, String> {
    let code = code.to_ascii_lowercase();
    if !tonetables::codes().any(|known| known == code) {
        let known: Vec<_> = tonetables::codes().collect();
        return Err(format!("no such country; there are {}", known.join(", ")));
    }
    let country = tonetables::load(&code).map_err(|error| error.to_string())?;
    Ok(Box::new(country))
}
