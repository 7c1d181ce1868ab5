//! The command line.

use std::{ffi::OsString, num::NonZeroUsize, path::PathBuf, process::ExitCode, thread};

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum, error::ErrorKind};
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
    manual,
    names::Names,
    report::Form,
    run::{self, Outcome, Work},
    sound::{Coding, Format},
    task::Task,
    three_way::ThirdParty,
};

/// Tells a technician what is on the recording of a telephone line.
#[derive(Debug, Parser)]
#[command(name = "linetest", version, about, max_term_width = 100)]
#[command(after_long_help = manual::PROGRAM, after_help = "--help says more.")]
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
    /// Who answered: a person, an answering machine, a fax machine or modem, the network, nobody.
    #[command(after_long_help = manual::ANSWER)]
    Answer(AnswerArgs),
    /// Whether the called party let a third one into the call, and what speaks for it.
    #[command(after_long_help = manual::THREE_WAY)]
    ThreeWay(ThreeWayArgs),
    /// How loud and how noisy a recording is: flat, C-message, psophometric; peak, direct voltage.
    #[command(after_long_help = manual::LEVEL)]
    Level(LevelArgs),
    /// An unknown tone as a line of a tone table, with what was measured.
    #[command(after_long_help = manual::LEARN)]
    Learn(LearnArgs),
}

#[derive(Debug, Args)]
struct Input {
    /// Recordings; "-" is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,
    /// A file with the names of recordings, one a line; "-" is standard input.
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
}

#[derive(Debug, Args)]
struct Output {
    /// One line of JSON for each thing found.
    #[arg(long)]
    json: bool,
    /// A picture: the spectrogram with what was found, of one recording.
    #[arg(long, value_name = "FILE.png")]
    plot: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Hits {
    /// One line a detection: FILE SAMPLE LABEL, with the samples consumed when it was reported.
    #[arg(long, conflicts_with = "json")]
    hits: bool,
}

#[derive(Debug, Args)]
struct DigitsArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    hits: Hits,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "both")]
    channel: Which,
    /// "talk" is deaf to voices; "pin" takes weak and distorted digits too, where nobody talks.
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
    input: Input,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    hits: Hits,
    #[command(flatten)]
    network: Network,
    /// The channel of a stereo recording.
    #[arg(long, value_name = "WHICH", default_value = "both")]
    channel: Which,
}

#[derive(Debug, Args)]
struct AnswerArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    hits: Hits,
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
    input: Input,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    hits: Hits,
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
    input: Input,
    #[command(flatten)]
    output: Output,
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
    input: Input,
    #[command(flatten)]
    output: Output,
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
    let cli = Cli::parse();
    let (input, mut work) = match cli.command {
        Command::Digits(args) => digits(args),
        Command::Progress(args) => progress(args),
        Command::Answer(args) => answer(args),
        Command::ThreeWay(args) => three_way(args),
        Command::Level(args) => level(args),
        Command::Learn(args) => learn(args),
    };
    let input = input.checked();
    work.raw = input.raw();
    work.threads = input.threads();
    match run::run(&work, Names::new(input.files, input.lists)) {
        Outcome::Done => ExitCode::SUCCESS,
        Outcome::Failed => ExitCode::FAILURE,
        Outcome::TooManyForOnePicture => usage("--plot draws one recording: name only one"),
    }
}

fn digits(args: DigitsArgs) -> (Input, Work) {
    let profile = match args.profile {
        DigitProfile::Talk => Profile::Talk,
        DigitProfile::Pin => Profile::PinEntry,
    };
    let task = Task::Digits(Box::new(Dtmf::new(profile)));
    (
        args.input,
        work(task, args.channel, args.output, args.hits.hits),
    )
}

fn progress(args: ProgressArgs) -> (Input, Work) {
    let task = Task::Progress(Box::new(Progress::new(&args.network.country.tones)));
    (
        args.input,
        work(task, args.channel, args.output, args.hits.hits),
    )
}

fn answer(args: AnswerArgs) -> (Input, Work) {
    let classifier = Classifier::new(&args.network.country.tones);
    let task = Task::Answer(Box::new(classifier), Ticks::ms(args.answered.into()));
    (
        args.input,
        work(task, args.channel, args.output, args.hits.hits),
    )
}

fn three_way(args: ThreeWayArgs) -> (Input, Work) {
    let settings = ThreeWaySettings {
        threshold: args.threshold,
    };
    let fresh = ThirdParty::new(&args.network.country.tones, settings);
    let task = Task::ThreeWay(Box::new(fresh));
    (
        args.input,
        work(task, Which::Both, args.output, args.hits.hits),
    )
}

fn level(args: LevelArgs) -> (Input, Work) {
    let task = Task::Level(Box::new(Level::new(args.holding_tone)));
    (args.input, work(task, args.channel, args.output, false))
}

fn learn(args: LearnArgs) -> (Input, Work) {
    let task = Task::Learn(args.tone);
    (args.input, work(task, args.channel, args.output, false))
}

fn work(task: Task, which: Which, output: Output, hits: bool) -> Work {
    Work {
        task,
        which,
        form: match (output.json, hits) {
            (true, _) => Form::Json,
            (_, true) => Form::Hits,
            _ => Form::Table,
        },
        raw: None,
        plot: output.plot,
        threads: NonZeroUsize::MIN,
    }
}

impl Input {
    /// Ends the program with status 2 where no recording is named, or standard input twice.
    fn checked(self) -> Input {
        if self.files.is_empty() && self.lists.is_empty() {
            usage::<()>("no recording: name files, \"-\" for standard input, or a list with -L");
        }
        let from_standard_input = self.files.iter().filter(|file| *file == "-").count()
            + self
                .lists
                .iter()
                .filter(|list| list.as_os_str() == "-")
                .count();
        if from_standard_input > 1 {
            usage::<()>("standard input (\"-\") can be read once only");
        }
        self
    }

    fn raw(&self) -> Option<Format> {
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

/// Ends the program as a mistake on the command line does.
fn usage<T>(what: &str) -> T {
    Cli::command()
        .error(ErrorKind::ValueValidation, what)
        .exit()
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
