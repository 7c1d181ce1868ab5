//! The program as a process of its own: killed at any moment, searched for secrets afterwards,
//! and started by a user without any privilege.

mod api;
mod control;
mod crash;
mod listening;
mod officers;
mod ordinary;
mod scan;
mod secrets;
mod story;

use std::{
    fmt::Write as _,
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output},
    thread,
    time::{Duration, Instant, SystemTime},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

/// The sample site as it is shipped.
const SAMPLE: &str = include_str!("../../src/demo/sample.toml");

/// Milliseconds since 1970.
fn utc_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.expect("a clock past 1970").as_millis()).expect("a clock of this age")
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sallyport"))
}

/// A copy of the program for whoever can't reach the directory of the build. By a program of its own: what
/// this one has open to write, a child of another test has open too for a moment, and nothing is run
/// that somebody may write to.
fn copied(to: &Path) {
    let copied = Command::new("cp").arg(program()).arg(to).status();
    assert!(copied.expect("cp").success());
}

/// A site with one phone and one trunk for each PIN, of people who call without a pause. Its
/// phone numbers have only the digits 0, 1, 2 and 5, so that a PIN of other digits can't be
/// found by chance.
fn site(pins: &[&str], recordings: bool) -> String {
    let mut text = format!(
        r#"
[site]
id = 7
name = "Test"
country = "us"
area_code = "215"
time_zone = "America/New_York"
data = "database"
{}
languages = ["en"]
driver = "sim"

[routing]
zero_plus = "automated-operator"

[defaults]
pin_length = {}
max_rings = 2
name_seconds = 1
restricted = ["2155550199"]
"#,
        if recordings {
            r#"recordings = "wav""#
        } else {
            ""
        },
        pins[0].len()
    );
    for (at, pin) in pins.iter().enumerate() {
        let id = at + 1;
        let trunk = id + pins.len();
        let _ = write!(
            text,
            "[[defaults.inmate]]\nid = \"A-{id}\"\nname = \"Inmate\"\npin = \"{pin}\"\n\
             [[line]]\nid = {id}\nchannel = {id}\n\
             [[trunk]]\nid = {id}\nchannel = {trunk}\nsignalling = \"loop-start\"\n"
        );
    }
    text.push_str("[sim]\nseed = 5\ncalls_per_hour = 3600\n");
    for (number, ending, talk) in [
        ("2155550100", "answer", 2),
        ("2155550101", "answer", 30),
        ("2155550110", "busy", 1),
        ("2155550111", "reorder", 1),
    ] {
        let _ = write!(
            text,
            "[[sim.route]]\nnumber = \"{number}\"\nending = \"{ending}\"\nrings = 1\n\
             talk_seconds = {talk}\n"
        );
    }
    text
}

/// A directory with a site file in it.
struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn with(text: &str) -> Place {
        let place = Place {
            directory: tempfile::tempdir().expect("a directory"),
        };
        place.write(text);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes the site file with the mode a file with PINs must have.
    fn write(&self, text: &str) {
        let file = self.path("site.toml");
        fs::write(&file, text).expect("the site file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the mode");
    }

    fn command(&self, command: &[&str]) -> Command {
        let mut program = Command::new(program());
        program
            .args(command)
            .arg("--site")
            .arg(self.path("site.toml"));
        program
    }

    fn run(&self, command: &[&str]) -> Run {
        Run::of(self.command(command).output().expect("the program"))
    }

    /// All records, as the program tells them when no controller runs.
    fn records(&self) -> Vec<Value> {
        let run = self.run(&["records", "--json"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        json_lines(&run.out)
    }

    /// Starts a controller whose log goes into a file of this name.
    fn start(&self, arguments: &[&str], log: &str) -> Controller {
        let log = self.path(log);
        let mut command = self.command(&[&["run"], arguments].concat());
        command
            .stdout(File::create(log.with_extension("out")).expect("a file"))
            .stderr(File::create(&log).expect("a file"));
        Controller {
            begun_ms: utc_ms(),
            child: command.spawn().expect("the program"),
            log,
        }
    }
}

/// What a run of the program left.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

fn json_lines(text: &str) -> Vec<Value> {
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

/// A controller that runs. A test that fails leaves none behind.
struct Controller {
    child: Child,
    log: PathBuf,
    /// Just before it was started.
    begun_ms: i64,
}

impl Controller {
    fn pid(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid().cast_signed()), signal).expect("the signal");
    }

    fn wait(&mut self, longest: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(
                begun.elapsed() < longest,
                "still there after {longest:?}: {}",
                self.last_words()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// The end of the log, for whoever reads of a failure.
    fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log")
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        // It may be over already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
