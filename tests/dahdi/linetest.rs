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
        bits::Bits,
        channel::{Channel, Event, Hook, Moved},
        far_channel::{FarChannel, Living},
    },
    port::PortError,
    sim::{
        called_party::{Answer, CalledPartyScript},
        clip::Clip,
        clocked::Clock,
        copper::Copper,
        exchange::{Exchange, line::ExchangeLine, routes::Routes},
        far_end::FarEnd,
        handset::{Handset, HandsetScript},
        noise::Colour,
        script::Step,
    },
};
use std::{
    collections::VecDeque,
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tally::Tally;
use types::{
    digits::Digits,
    frame::{FRAME, Law},
    id::TrunkId,
    mf::MfSignal,
    tick::Ticks,
    trunk::{
        Outpulsing, R2Country, R2Trunk, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust, Wink,
    },
};

/// From a channel to the one at its other end.
const FAR: u16 = 24;
const PHONE: u16 = 1;
const TRUNK: u16 = 5;
/// Signalled by bits.
const EM: u16 = 9;
const R2: u16 = 11;
const CLEAR: u16 = 13;
/// The first of four that are bundled.
const BUNDLED: u16 = 21;

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
        // Figures are told in tenths, which a float is not: 20.1 is more than 0.1 from 20.
        match (found - wanted).abs() < tolerance + 0.001 {
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
fn far<F: FarEnd + 'static>(far: F, channel: u16) -> Living {
    behind(Copper::clear(), far, channel)
}

fn behind<F: FarEnd + 'static>(copper: Copper, far: F, channel: u16) -> Living {
    let clock = Clock::starting_now();
    let opened = FarChannel::open(far, channel, Law::Mu, copper, 1, clock);
    living(opened, channel)
}

fn living<F: FarEnd + 'static>(opened: Result<FarChannel<F>, PortError>, channel: u16) -> Living {
    let far = opened.unwrap_or_else(|e| panic!("the far end, channel {channel}: {e}"));
    far.live(|| {})
}

fn exchange() -> Exchange {
    Exchange::new(ExchangeLine::kewl_start(), Arc::new(routes()))
}

fn routes() -> Routes {
    let leaves = vec![
        Step::Say(Clip::called_hello()),
        Step::Wait(Ticks::secs(2)),
        Step::OnHook,
    ];
    let sends_back = vec![Step::SendBackFor(Ticks::secs(3600))];
    let answers = |steps| CalledPartyScript::new(Answer::AfterRings(1), steps);
    Routes::new()
        .to("5550103", answers(leaves))
        .to("5550108", answers(sends_back))
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
    let table = run("list");
    table.says("  5-8      fxsks           trunk      mu   on-hook    free")?;
    table.says("  11-12    cas             trunk      mu   bits 1001  free")?;
    table.says("  13-20    clear           data       mu   -          free")?;
    table.says("  21-24    clear, bundled  data       mu   -          free")
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

/// What a faulty span does: errors at known places, then an octet that is left out.
fn faults() -> Result<(), String> {
    const WRONG: std::ops::Range<u32> = 300..307;
    const SLIP: u32 = 500;
    let stop = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&stop);
    let span = thread::spawn(move || -> Result<(), PortError> {
        let channel = Channel::open(CLEAR + FAR, Law::Mu)?;
        channel.flush()?;
        // Spare octets, so that one can be left out.
        let mut line: VecDeque<u8> = VecDeque::from(vec![Law::Mu.idle(); FRAME / 2]);
        let mut frame = Law::Mu.silence();
        let mut blocks = 0;
        for _ in 0..2 {
            channel.write(&Law::Mu.silence())?;
        }
        while !ends.load(Ordering::Acquire) {
            if channel.read(&mut frame)? != Moved::Block {
                thread::sleep(Duration::from_millis(2));
                continue;
            }
            blocks += 1;
            if WRONG.contains(&blocks) {
                frame[17] ^= 0b0100;
            }
            line.extend(&frame[usize::from(blocks == SLIP)..]);
            for octet in &mut frame {
                *octet = line.pop_front().unwrap_or(Law::Mu.idle());
            }
            channel.write(&frame)?;
        }
        Ok(())
    });
    thread::sleep(Duration::from_millis(500));
    let found = run(&format!("bert --channel {CLEAR} --seconds 8 --json"));
    stop.store(true, Ordering::Release);
    let span = span.join().map_err(|_| "the span fell over".to_owned())?;
    span.map_err(|e| e.to_string())?;
    found.near("bit errors", WRONG.len() as f64, 0.0)?;
    found.near("losses of the pattern", 1.0, 0.0)?;
    found.near("slips", 1.0, 0.0)?;
    found.says("slipped by -8 bits")
}

/// The octets of a bundle are dealt out over all its channels: none of them is measured, and each is told
/// so, those too that can't be opened.
fn bundled() -> Result<(), String> {
    for channel in [BUNDLED, BUNDLED + 3] {
        for command in ["bert", "tone"] {
            let found = run(&format!("{command} --channel {channel}"));
            found.ended(1)?;
            found.says("channels 21 to 24 are bundled into one data channel of 256 kbit/s")?;
        }
    }
    Ok(())
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
    found.near("slope 404 Hz, both ways", 0.0, 0.1)?;
    found.near("slope 2804 Hz, both ways", 0.0, 0.1)?;
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
    // Nobody is there, and a digital span has no noise of its own.
    quiet.ended(3)?;
    quiet.near("digital silence", 1.0, 0.0)?;
    quiet.near("level, flat", -99.0, 0.0)
}

fn seizure() -> Result<(), String> {
    let _far = far(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!("hook --channel {TRUNK} --seconds 3 --json"));
    found.ended(0)?;
    found.near("dial tone delay", 0.4, 0.4)?;
    found.near("dial tone", -10.0, 4.0)
}

fn supervise() -> Result<(), String> {
    let _far = far(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "supervise --channel {TRUNK} --dial 5550103 --seconds 16"
    ));
    found.ended(0)?;
    found.says("the far end is rung")?;
    found.says("battery lost")?;
    found.says("released, by a loop break")
}

fn learn_release() -> Result<(), String> {
    let _far = far(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "learn-release --channel {TRUNK} --dial 5550103 --hangs-up-after 2 --wait 15"
    ));
    found.ended(0)?;
    found.says("loop break of")?;
    found.says("signalling = \"kewl-start\"")
}

/// The exchange at the other end of a trunk that is signalled by bits.
fn on_bits(signalling: TrunkSignalling, bits: Bits, channel: u16) -> Living {
    let profile = TrunkProfile {
        id: TrunkId(1),
        law: Law::Mu,
        signalling,
        outpulsing: match signalling {
            TrunkSignalling::R2(_) => Outpulsing::Mf,
            _ => Outpulsing::Dtmf,
        },
        trust: TrunkTrust::LOOP_START,
        guard: Ticks::secs(2),
        dial_tone_wait: Ticks::secs(10),
        dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
        cancel_echo: false,
        group: TrunkGroup::FIRST,
    };
    let exchange = Exchange::new(ExchangeLine::of_trunk(&profile), Arc::new(routes()));
    let clock = Clock::starting_now();
    let opened = FarChannel::open_bits(
        exchange,
        (channel, bits),
        Law::Mu,
        Copper::clear(),
        1,
        clock,
    );
    living(opened.map(FarChannel::digital), channel)
}

fn e_and_m() -> Result<(), String> {
    let wink = TrunkSignalling::EmWink(Wink::STANDARD);
    let _far = on_bits(wink, Bits::Em, EM + FAR);
    rest();
    let which = run(&format!("hook --channel {EM}"));
    which.ended(1)?;
    which.says("say with --signalling what they mean (em-wink")?;
    let on = format!("--channel {EM} --signalling em-wink");
    let seized = run(&format!("hook {on} --seconds 2 --json"));
    seized.ended(0)?;
    seized.near("wink", 200.0, 25.0)?;
    rest();
    let found = run(&format!(
        "learn-release {on} --dial 5550103 --hangs-up-after 2 --wait 8"
    ));
    found.ended(0)?;
    found.says("answered: the far end's off-hook")?;
    found.says("the far end went on-hook")?;
    found.says("line_signal = 100")?;
    rest();
    let shown = run(&format!("supervise {on} --dial 5550103 --seconds 14"));
    shown.ended(0)?;
    shown.says("answered, by the far end's off-hook")?;
    shown.says("released, by the far end's on-hook")
}

fn itu() -> TrunkSignalling {
    TrunkSignalling::R2(R2Trunk {
        country: R2Country::Itu,
        ani: Digits::EMPTY,
        category: MfSignal::new(1).expect("a signal"),
        metering: None,
    })
}

fn r2() -> Result<(), String> {
    let _far = on_bits(itu(), Bits::R2 { cd: 1 }, R2 + FAR);
    rest();
    let on = format!("--channel {R2} --signalling r2-itu");
    let found = run(&format!(
        "learn-release {on} --dial 5550103 --hangs-up-after 2 --wait 8"
    ));
    found.ended(0)?;
    found.says("answered: the answer signal")?;
    found.says("clear-back")?;
    found.says("r2_country = \"itu\"")?;
    let watched = run(&format!("watch {on} --seconds 2 --json"));
    watched.ended(0)?;
    watched.says("\"hook\":\"on-hook\"")
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
    let _far = far(Handset::new(script), PHONE + FAR);
    rest();
    let found = run(&format!("ring --channel {PHONE} --seconds 12 --json"));
    found.ended(0)?;
    found.near("answered after", 5.0, 1.5)
}

fn report() -> Result<(), String> {
    // Without any noise the channel would be dead.
    let copper = Copper {
        noise: Some((Colour::White, -72.0)),
        ..Copper::clear()
    };
    let _far = behind(copper, exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "report --channel {TRUNK} --html /out/report.html --json"
    ));
    found.ended(0)?;
    found.near("dial tone delay", 0.4, 0.4)?;
    let page = std::fs::read_to_string("/out/report.html").map_err(|e| e.to_string())?;
    match page.contains("<strong>Good</strong> 1 line: 1 good") {
        true => Ok(()),
        false => Err(found.told("the page does not say that the line is good")),
    }
}

fn main() -> ExitCode {
    let mut tally = Tally::default();
    type Check = fn() -> Result<(), String>;
    let checks: [(&str, Check); 18] = [
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
            "errors and a slip of a faulty span are counted, each of them",
            faults,
        ),
        ("a bundle of clear channels is told and left alone", bundled),
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
        ("an E&M trunk tells its wink, answer and release", e_and_m),
        ("an R2 trunk tells its answer and clear-back", r2),
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
