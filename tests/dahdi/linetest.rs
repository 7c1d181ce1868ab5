//! Runs inside the guest, with linetest beside it: its live commands on channels of a real DAHDI
//! kernel, against far ends of known behaviour on the other span.
//!
//! `GUEST_FILES=target/release/linetest tests/dahdi/guest/boot WORK measure linetest-guest`

// Part of it only the other program of the guest uses.
#[allow(dead_code, unused_imports, unused_macros)]
mod tally;

mod linetest_lines;

use drivers::{
    dahdi::{
        channel::{Channel, Event, Hook},
        far_channel::FarChannel,
    },
    sim::{
        called_party::{Answer, CalledPartyScript},
        clip::Clip,
        clocked::Clock,
        copper::Copper,
        exchange::{Exchange, line::ExchangeLine, routes::Routes},
        far_end::FarEnd,
        handset::{Handset, HandsetScript},
        script::Step,
    },
};
use std::{
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use tally::Tally;
use types::{frame::Law, tick::Ticks};

/// From a channel to the one at its other end.
const FAR: u16 = 24;
const PHONE: u16 = 1;
const TRUNK: u16 = 5;
const CLEAR: u16 = 13;

/// What a run of linetest left.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

/// A linetest at work; it does not outlive a check that failed.
struct Program(Option<Child>);

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start(arguments: &str) -> Program {
    let mut program = Command::new("/job/linetest");
    program.args(arguments.split_whitespace());
    program.stdin(Stdio::null());
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = program.spawn();
    Program(Some(
        child.unwrap_or_else(|e| panic!("linetest {arguments}: {e}")),
    ))
}

fn end(mut program: Program) -> Run {
    let child = program.0.take().expect("a program ends once");
    let output = child.wait_with_output().expect("linetest ends");
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    Run {
        code: output.status.code(),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

fn run(arguments: &str) -> Run {
    end(start(arguments))
}

impl Run {
    /// The value of a figure of the JSON line.
    fn figure(&self, name: &str) -> Result<f64, String> {
        let key = format!("\"name\":\"{name}\",\"value\":");
        let at = self
            .out
            .find(&key)
            .ok_or_else(|| self.told(&format!("no {name:?}")))?;
        let rest = &self.out[at + key.len()..];
        let number = rest.split([',', '}']).next().unwrap_or_default();
        number
            .parse()
            .map_err(|_| self.told(&format!("{name}: {number}")))
    }

    fn near(&self, name: &str, wanted: f64, tolerance: f64) -> Result<(), String> {
        let found = self.figure(name)?;
        match (found - wanted).abs() <= tolerance {
            true => Ok(()),
            false => Err(self.told(&format!("{name}: {found}, wanted {wanted} +- {tolerance}"))),
        }
    }

    fn says(&self, words: &str) -> Result<(), String> {
        match self.out.contains(words) || self.err.contains(words) {
            true => Ok(()),
            false => Err(self.told(&format!("does not say {words:?}"))),
        }
    }

    fn ended(&self, code: i32) -> Result<(), String> {
        match self.code == Some(code) {
            true => Ok(()),
            false => Err(self.told(&format!("ended with {:?}, wanted {code}", self.code))),
        }
    }

    fn told(&self, what: &str) -> String {
        format!("{what}\n{}{}", self.out, self.err)
    }
}

/// A far end that lives until this is dropped.
struct Far {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Far {
    fn new<F: FarEnd + 'static>(far: F, channel: u16) -> Far {
        let clock = Clock::starting_now();
        let opened = FarChannel::open(far, channel, Law::Mu, Copper::clear(), 1, clock);
        let far = opened.unwrap_or_else(|e| panic!("the far end, channel {channel}: {e}"));
        let stop = Arc::new(AtomicBool::new(false));
        let its = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            if let Err(error) = far.run(&its) {
                println!("      the far end of channel {channel} failed: {error}");
            }
        });
        Far {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn exchange() -> Exchange {
    let leaves = vec![
        Step::Say(Clip::called_hello()),
        Step::Wait(Ticks::secs(2)),
        Step::OnHook,
    ];
    let routes = Routes::new().to(
        "5550103",
        CalledPartyScript::new(Answer::AfterRings(1), leaves),
    );
    Exchange::new(ExchangeLine::kewl_start(), Arc::new(routes))
}

/// The line comes to rest between two checks.
fn rest() {
    thread::sleep(Duration::from_secs(3));
}

fn list() -> Result<(), String> {
    let held = Channel::open(TRUNK, Law::Mu).map_err(|e| e.to_string())?;
    let found = run("list --json");
    drop(held);
    found.ended(0)?;
    if found.out.lines().count() != 2 {
        return Err(found.told("two spans"));
    }
    for (channel, signalling) in [(1, "fxoks"), (5, "fxsks"), (13, "clear"), (29, "fxoks")] {
        let name = found.out.split(&format!("\"channel\":{channel},")).nth(1);
        let row = name
            .and_then(|row| row.split('}').next())
            .unwrap_or_default();
        if !row.contains(&format!("\"signalling\":\"{signalling}\"")) {
            return Err(found.told(&format!("channel {channel} is no {signalling}")));
        }
        if row.contains("\"in_use\":true") != (channel == 5) {
            return Err(found.told(&format!("channel {channel}: in use?")));
        }
    }
    run("list").says("fxsks")
}

fn busy() -> Result<(), String> {
    let held = Channel::open(TRUNK, Law::Mu).map_err(|e| e.to_string())?;
    let found = run(&format!("tone --channel {TRUNK}"));
    drop(held);
    found.ended(1)?;
    found.says("the channel is in use")?;
    found.says(&format!("channels are held by {}. ", holder()?))
}

/// This program, which alone holds channels, as the kernel names it.
fn holder() -> Result<String, String> {
    let name = std::fs::read_to_string("/proc/self/comm").map_err(|e| e.to_string())?;
    Ok(format!("{} (process {})", name.trim(), std::process::id()))
}

fn absent() -> Result<(), String> {
    let found = run("tone --channel 999");
    found.ended(1)?;
    found.says("there is no channel 999")
}

fn bert() -> Result<(), String> {
    let far = start(&format!("loopback --channel {} --seconds 30", CLEAR + FAR));
    thread::sleep(Duration::from_millis(500));
    for (pattern, bits) in [("prbs11", 8), ("qrss", 8), ("prbs15", 7), ("3in24", 8)] {
        let found = run(&format!(
            "bert --channel {CLEAR} --seconds 4 --pattern {pattern} --bits {bits} --json"
        ));
        found.ended(0)?;
        found.near("bit errors", 0.0, 0.0)?;
        found.near("losses of the pattern", 0.0, 0.0)?;
        let least = f64::from(bits) * 8000.0 * 3.5;
        if found.figure("bits compared")? < least {
            return Err(found.told("too few bits"));
        }
    }
    let found = run(&format!(
        "bert --channel {CLEAR} --seconds 5 --inject 5 --json"
    ));
    found.near("bit errors", 5.0, 0.0)?;
    let stopped = stop(far);
    stopped.ended(130)
}

/// Ctrl-C.
fn stop(program: Program) -> Run {
    if let Some(child) = &program.0 {
        let id = child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
    }
    end(program)
}

fn around() -> Result<(), String> {
    let far = start(&format!("loopback --channel {} --seconds 60", TRUNK + FAR));
    thread::sleep(Duration::from_millis(500));
    let found = run(&format!("loop --channel {TRUNK} --json"));
    let keys = run(&format!("dtmf --channel {TRUNK} --json"));
    stop(far).ended(130)?;
    found.near("loss at 1004 Hz, both ways", 0.0, 0.1)?;
    found.near("slope 404 Hz", 0.0, 0.1)?;
    found.near("slope 2804 Hz", 0.0, 0.1)?;
    // Both ends' queues, less ours: two blocks and the kernel's own bursts.
    found.near("round trip", 36.0, 20.0)?;
    if found.figure("signal to total distortion")? < 35.0 {
        return Err(found.told("distortion"));
    }
    keys.ended(0)?;
    keys.near("digits missing or too many", 0.0, 0.0)
}

fn tone() -> Result<(), String> {
    let far = start(&format!(
        "tone --channel {} --send milliwatt --seconds 20",
        TRUNK + FAR
    ));
    thread::sleep(Duration::from_millis(500));
    let found = run(&format!("tone --channel {TRUNK} --send quiet --json"));
    stop(far).ended(130)?;
    found.ended(0)?;
    found.near("1004 Hz level", 0.0, 0.1)?;
    found.near("frequency offset", 0.0, 0.1)?;
    let quiet = run(&format!("tone --channel {TRUNK} --send quiet --json"));
    quiet.ended(0)?;
    quiet.near("level, flat", -99.0, 35.0)
}

fn seizure() -> Result<(), String> {
    let _far = Far::new(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!("hook --channel {TRUNK} --seconds 3 --json"));
    found.ended(0)?;
    found.near("dial tone delay", 0.4, 0.4)?;
    found.near("dial tone", -10.0, 4.0)
}

fn supervise() -> Result<(), String> {
    let _far = Far::new(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "supervise --channel {TRUNK} --dial 5550103 --seconds 16"
    ));
    found.ended(0)?;
    found.says("the far end is rung")?;
    found.says("battery lost")?;
    found.says("released, by LoopBreak")
}

fn learn_release() -> Result<(), String> {
    let _far = Far::new(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "learn-release --channel {TRUNK} --dial 5550103 --hangs-up-after 2 --wait 15"
    ));
    found.ended(0)?;
    found.says("loop break of")?;
    found.says("signalling = \"kewl-start\"")
}

fn watch() -> Result<(), String> {
    let found = run(&format!("watch --channel {TRUNK} --seconds 3 --json"));
    found.ended(0)?;
    if found
        .out
        .lines()
        .filter(|line| line.contains("\"received_dbm0\""))
        .count()
        != 3
    {
        return Err(found.told("three rows"));
    }
    found.says("\"lost_samples\":0")
}

/// Both directions carry a tone; nothing of it is told, and who uses the channel notices nothing.
fn held() -> Result<(), String> {
    let far = start(&format!(
        "tone --channel {} --send 1004@-20 --seconds 30",
        TRUNK + FAR
    ));
    let near = start(&format!(
        "tone --channel {TRUNK} --send 404@-10 --seconds 8 --json"
    ));
    thread::sleep(Duration::from_secs(2));
    let found = run(&format!("watch --channel {TRUNK} --seconds 2 --json"));
    let shown = run(&format!("watch --channel {TRUNK} --seconds 1"));
    let near = end(near);
    stop(far).ended(130)?;
    found.ended(0)?;
    let rows: Vec<&str> = found.out.lines().collect();
    let right = |row: &&str| {
        row.contains("\"levels\":\"in use\"")
            && row.contains("\"hook\":")
            && row.contains("\"bits_received\":")
            && row.contains("\"alarms\":[]")
            && !row.contains("dbm0")
    };
    if rows.len() != 2 || !rows.iter().all(right) {
        return Err(found.told("two rows without levels"));
    }
    found.says("may be privileged")?;
    shown.says("  in use in use    in use  ")?;
    near.near("1004 Hz level", -20.0, 0.1)
}

/// Off-hook, then Ctrl-C: the other end sees the trunk go off-hook and on-hook again.
fn restored() -> Result<(), String> {
    let far = Channel::open(TRUNK + FAR, Law::Mu).map_err(|e| e.to_string())?;
    far.hook(Hook::OnHook).map_err(|e| e.to_string())?;
    while far.event().map_err(|e| e.to_string())?.is_some() {}
    let child = start(&format!("watch --channel {TRUNK} --off-hook"));
    thread::sleep(Duration::from_secs(3));
    let before = far.params().map_err(|e| e.to_string())?.rxisoffhook;
    let found = stop(child);
    thread::sleep(Duration::from_secs(1));
    let after = far.params().map_err(|e| e.to_string())?.rxisoffhook;
    found.ended(130)?;
    found.says("on-hook")?;
    let mut events = Vec::new();
    while let Some(event) = far.event().map_err(|e| e.to_string())? {
        events.push(event);
    }
    if (before, after) != (1, 0) || !events.contains(&Event::OnHook) {
        return Err(found.told(&format!("{before} {after} {events:?}")));
    }
    Ok(())
}

fn ring() -> Result<(), String> {
    let script = HandsetScript::new(vec![
        Step::wait_ms(8000),
        Step::OffHook,
        Step::wait_ms(4000),
        Step::OnHook,
    ]);
    let _far = Far::new(Handset::new(script), PHONE + FAR);
    rest();
    let found = run(&format!("ring --channel {PHONE} --seconds 12 --json"));
    found.ended(0)?;
    found.near("answered after", 5.0, 1.5)
}

fn report() -> Result<(), String> {
    let _far = Far::new(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "report --channel {TRUNK} --html /out/report.html --json"
    ));
    found.ended(0)?;
    found.near("dial tone delay", 0.4, 0.4)?;
    let page = std::fs::read_to_string("/out/report.html").map_err(|e| e.to_string())?;
    match page.contains("1 line: 1 good") {
        true => Ok(()),
        false => Err(found.told("the page does not say that the line is good")),
    }
}

fn main() -> ExitCode {
    let mut tally = Tally::default();
    type Check = fn() -> Result<(), String>;
    let checks: [(&str, Check); 14] = [
        (
            "list tells spans, signalling and which channel is in use",
            list,
        ),
        (
            "a busy channel is left alone, and who holds channels is said",
            busy,
        ),
        ("a channel that is not there is said so", absent),
        (
            "no bit error on clear channels, and each that is made is counted",
            bert,
        ),
        (
            "a loop has its loss, slope and distortion, and all digits",
            around,
        ),
        ("a milliwatt and quiet are measured", tone),
        ("a seizure tells its dial tone", seizure),
        (
            "supervise tells ringing and the release by a loop break",
            supervise,
        ),
        ("learn-release makes a kewl start trunk", learn_release),
        ("watch prints a row a second and loses nothing", watch),
        ("a channel in use is watched without its sound", held),
        ("Ctrl-C puts the trunk on-hook", restored),
        ("a telephone is rung until it is lifted", ring),
        ("the report of a trunk is good", report),
    ];
    for (name, check) in checks.into_iter().chain(linetest_lines::CHECKS) {
        tally.note(name, &check());
        rest();
    }
    tally.end()
}
