//! The program as a technician meets it: what it prints, and with which exit status it ends.

mod answer;
mod digits;
mod learn;
mod level;
mod live;
mod names;
mod plot;
mod progress;
mod proof;
mod reading;
mod report;
mod signalled;
mod targets;
mod usage;
mod wav;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use dsp::tone_gen::{DigitGen, ToneGen};
use types::digits::Digits;

const COMMANDS: [&str; 6] = [
    "digits",
    "progress",
    "answer",
    "three-way",
    "level",
    "learn",
];

/// A directory with recordings in it; the program runs there, so that names are short.
struct Place {
    directory: tempfile::TempDir,
}

/// What a run of the program left.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Place {
        Place {
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str, octets: &[u8]) -> &Place {
        fs::write(self.path(name), octets).expect("a file");
        self
    }

    /// A recording of one channel, in 16-bit PCM.
    fn recording(&self, name: &str, samples: &[i16]) -> &Place {
        self.file(name, &wav::pcm(1, samples))
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input(arguments, &[])
    }

    /// Runs with these octets on standard input.
    fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut child = program(self.directory.path(), arguments);
        let mut stdin = child.stdin.take().expect("standard input");
        let writer = std::thread::spawn({
            let input = input.to_vec();
            // The program may end before it has read all.
            move || drop(stdin.write_all(&input))
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the input is written");
        Run::of(&output)
    }
}

impl Run {
    fn of(output: &Output) -> Run {
        Run {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The report of a run in which nothing went wrong.
    #[track_caller]
    fn good(&self) -> &str {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        &self.out
    }

    /// The report as JSON lines.
    #[track_caller]
    fn json(&self) -> Vec<serde_json::Value> {
        let line = |line| serde_json::from_str(line).expect("a line of JSON");
        self.good().lines().map(line).collect()
    }
}

fn program(directory: &Path, arguments: &[&str]) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_linetest"))
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

/// Digits of 70 ms at -10 dBm0 a tone, with pauses of 80 ms, silence before.
fn keyed(digits: &str) -> Vec<i16> {
    let mut keys = DigitGen::new(-10.0, -10.0, 70, 80);
    assert!(keys.send(Digits::parse(digits).expect("digits")));
    let mut samples = silence(50);
    samples.resize(400 + digits.len() * 1200, 0);
    keys.fill(&mut samples[400..]);
    samples
}

/// A tone as a line of a table has it.
fn tone(line: &str, ms: usize) -> Vec<i16> {
    let def = tonetables::read(line).expect("a tone");
    let mut samples = silence(ms);
    ToneGen::new(&def).fill(&mut samples);
    samples
}

fn joined(parts: &[Vec<i16>]) -> Vec<i16> {
    parts.concat()
}
