//! The real program with a site file of real channels: `discover`, `check`, `run`, and what becomes
//! of its calls. It is brought along as `/job/sallyport`.

use crate::{far_ends::FarEnds, tally::Tally};
use drivers::sim::{
    called_party::CalledPartyScript,
    clip::Clip,
    clocked::Clock,
    exchange::{Exchange, line::ExchangeLine, routes::Routes},
    handset::{Handset, HandsetScript},
    script::Step,
};
use std::{
    fs,
    io::Read as _,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};
use types::tick::Ticks;

const PROGRAM: &str = "/job/sallyport";
const TRUNK: u16 = 13;
const MOTHER: &str = "12155550142";

/// What each check is called, and what it does.
const CHECKS: &[(&str, fn() -> Result<(), String>)] = &[(
    "a_collect_call_goes_over_real_channels",
    a_collect_call_goes_over_real_channels,
)];

pub fn run(tally: &mut Tally) {
    for (name, check) in CHECKS {
        tally.note(name, &check());
    }
}

/// A directory with a site file in it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, text: &str) -> Place {
        let directory = Path::new("/tmp").join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).expect("a directory");
        let place = Place(directory);
        fs::write(place.file(), text).expect("the site file");
        fs::set_permissions(place.file(), fs::Permissions::from_mode(0o600)).expect("its mode");
        place
    }

    fn file(&self) -> PathBuf {
        self.0.join("site.toml")
    }

    fn command(&self, command: &[&str]) -> Command {
        let mut program = Command::new(PROGRAM);
        program.args(command).arg("--site").arg(self.file());
        program
    }

    /// Runs a command to its end: its status and all it printed.
    fn run(&self, command: &[&str]) -> (Option<i32>, String) {
        ended(&mut self.command(command))
    }

    /// The controller, which runs until it is told to stop.
    fn controller(&self) -> Controller {
        let mut command = self.command(&["run", "--grace", "0"]);
        let log = fs::File::create(self.0.join("log")).expect("the log");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(log).spawn().expect("the controller starts");
        Controller {
            child,
            log: self.0.join("log"),
        }
    }
}

fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output = command.stdin(Stdio::null()).output().expect("the program");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (output.status.code(), text)
}

/// A controller at work; killed if it is not stopped.
struct Controller {
    child: Child,
    log: PathBuf,
}

impl Controller {
    fn log(&self) -> String {
        let mut text = String::new();
        let mut file = fs::File::open(&self.log).expect("the log");
        let _ = file.read_to_string(&mut text);
        text
    }

    /// Waits until the log says this.
    fn await_log(&self, what: &str, seconds: u64) -> Result<(), String> {
        for _ in 0..seconds * 5 {
            if self.log().contains(what) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(200));
        }
        let log = self.log();
        let last: Vec<&str> = log.lines().rev().take(30).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Err(format!("no {what:?} in its log:\n{}", last.join("\n")))
    }

    fn stop(mut self) -> Result<String, String> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").arg(&pid).status();
        told.map_err(|error| format!("it can't be told to stop: {error}"))?;
        for _ in 0..300 {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(self.log()),
                Ok(Some(status)) => return Err(format!("{status}: {}", self.log())),
                _ => thread::sleep(Duration::from_millis(100)),
            }
        }
        Err("it did not stop within 30 s".to_owned())
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Phones on the first channels, trunks behind them.
fn site_text(phones: u16, trunks: u16) -> String {
    let mut text = "[site]\nid = 1\nname = \"Guest\"\ncountry = \"us\"\narea_code = \"215\"\n\
        time_zone = \"America/New_York\"\ndata = \"db\"\nrecordings = \"rec\"\n\
        languages = [\"en\"]\ndriver = \"dahdi\"\n\
        [defaults]\nname_seconds = 2\n\
        [[defaults.inmate]]\nid = \"A-1\"\nname = \"Daniel Reyes\"\npin = \"482915\"\n\
        [[defaults.inmate]]\nid = \"A-2\"\nname = \"Maria Santos\"\npin = \"730264\"\n"
        .to_owned();
    for id in 1..=phones {
        text += &format!("[[line]]\nid = {id}\nchannel = {id}\n");
    }
    for id in 1..=trunks {
        let channel = TRUNK + id - 1;
        text +=
            &format!("[[trunk]]\nid = {id}\nchannel = {channel}\nsignalling = \"kewl-start\"\n");
    }
    text
}

/// Lifts, makes a collect call, talks, and hangs up at the fast busy.
fn caller(pin: &str) -> Vec<Step> {
    vec![
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(3)),
        Step::dial(pin),
        Step::wait_ms(300),
        Step::dial("02155550142"),
        Step::await_beep(Ticks::secs(12)),
        Step::wait_ms(150),
        Step::Say(Clip::inmate_name()),
        Step::wait_ms(20_000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(6)),
        Step::await_fast_busy(Ticks::secs(60)),
        Step::wait_ms(300),
        Step::OnHook,
    ]
}

/// The network: the mother takes the call and hangs up after a while.
fn routes() -> Arc<Routes> {
    let mother = vec![
        Step::await_voice(Ticks::secs(8)),
        Step::wait_ms(12_000),
        Step::dial("1"),
        Step::wait_ms(1800),
        Step::SayFor(Clip::called_talk(), Ticks::secs(8)),
        Step::OnHook,
    ];
    let party = CalledPartyScript::answering(1, mother);
    Arc::new(Routes::new().to(MOTHER, party))
}

/// Exchanges behind so many trunks.
fn exchanges(far_ends: &mut FarEnds, trunks: u16, clock: Clock) {
    let routes = routes();
    for channel in TRUNK..TRUNK + trunks {
        let exchange = Exchange::new(ExchangeLine::kewl_start(), Arc::clone(&routes));
        far_ends.add(exchange, channel, clock);
    }
}

fn handset(far_ends: &mut FarEnds, channel: u16, steps: Vec<Step>, clock: Clock) {
    far_ends.add(Handset::new(HandsetScript::new(steps)), channel, clock);
}

/// Whether a text has all of these in it.
fn holds(text: &str, parts: &[&str]) -> Result<(), String> {
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("no {part:?} in:\n{text}")),
    }
}

fn a_collect_call_goes_over_real_channels() -> Result<(), String> {
    let place = Place::new("collect", &site_text(2, 2));
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 2, clock);
    let controller = place.controller();
    controller.await_log("running", 20)?;
    thread::sleep(Duration::from_secs(4));
    handset(&mut far_ends, 1, caller("482915"), clock);
    controller.await_log("talk-begins", 60)?;
    controller.await_log("disposition: completed", 60)?;
    thread::sleep(Duration::from_secs(3));
    controller.stop()?;
    let (_, records) = place.run(&["records", "--json"]);
    holds(
        &records,
        &[
            "\"disposition\":\"completed\"",
            "\"ended_by\":\"called-party\"",
            "\"inmate\":\"A-1\"",
            "\"dialed\":\"02155550142\"",
            "\"call_type\":\"",
            "loop-break",
        ],
    )
}
