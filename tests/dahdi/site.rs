//! The real program with a site file of real channels: `discover`, `check`, `run`, and what becomes
//! of its calls. It is brought along as `/job/sallyport`. Spans as in `t1.conf`.

pub mod bits;
mod killed;
pub mod place;
mod system;

use crate::{
    far_ends::{FAR, FarEnds},
    tally::{Tally, ensure},
};
use drivers::{
    dahdi::{
        channel::{Channel, Moved, Role},
        dahdi_port::{DahdiPort, Wiring},
        join::Joins,
        setup::{Gain, Setup},
    },
    port::{Port as _, PortError, Read},
    sim::{
        called_party::CalledPartyScript,
        clip::Clip,
        clocked::Clock,
        exchange::{Exchange, line::ExchangeLine, routes::Routes},
        handset::{Handset, HandsetScript},
        law,
        script::Step,
    },
};
use place::{PROGRAM, Place, ended};
use std::{
    fs, os::unix::process::CommandExt as _, path::Path, process::Command, sync::Arc, thread,
    time::Duration,
};
use types::{
    edge::PortCommand,
    frame::{FRAME, Law},
    tick::Ticks,
};

const TRUNK: u16 = 13;
const MOTHER: &str = "12155550142";

/// A check by its name.
type Check = (&'static str, fn() -> Result<(), String>);

const CHECKS: &[Check] = &[
    (
        "discover_prints_a_site_that_check_takes",
        discover_prints_a_site_that_check_takes,
    ),
    (
        "check_says_what_does_not_fit_the_cards",
        check_says_what_does_not_fit_the_cards,
    ),
    (
        "a_channel_that_hears_the_sites_is_told_and_parted",
        a_channel_that_hears_the_sites_is_told_and_parted,
    ),
    (
        "a_user_without_rights_is_told_the_group",
        a_user_without_rights_is_told_the_group,
    ),
    (
        "a_collect_call_goes_over_real_channels",
        a_collect_call_goes_over_real_channels,
    ),
    (
        "two_frames_of_slack_never_run_out",
        two_frames_of_slack_never_run_out,
    ),
    (
        "what_fails_is_told_harms_no_other_and_recovers",
        what_fails_is_told_harms_no_other_and_recovers,
    ),
    (
        "gains_and_echo_canceller_are_set_at_each_opening",
        gains_and_echo_canceller_are_set_at_each_opening,
    ),
    (
        "a_span_in_alarm_ends_the_call_and_is_used_again",
        a_span_in_alarm_ends_the_call_and_is_used_again,
    ),
    (
        "a_card_that_goes_in_a_call_is_used_again",
        a_card_that_goes_in_a_call_is_used_again,
    ),
];

pub fn run(tally: &mut Tally) {
    for (name, check) in CHECKS.iter().chain(system::CHECKS).chain(killed::CHECKS) {
        tally.note(name, &check());
    }
}

/// Runs one alone; whether there is such a check.
pub fn run_one(tally: &mut Tally, wanted: &str) -> bool {
    let mut checks = CHECKS.iter().chain(system::CHECKS).chain(killed::CHECKS);
    let check = checks.find(|(name, _)| *name == wanted);
    if let Some((name, check)) = check {
        tally.note(name, &check());
    }
    check.is_some()
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

/// The phone of a line with its channel, and the trunk with its own.
fn wired(lines: &[(u16, u16)], trunks: &[(u16, u16)]) -> String {
    let mut text = site_text(0, 0);
    for (id, channel) in lines {
        text += &format!("[[line]]\nid = {id}\nchannel = {channel}\n");
    }
    for (id, channel) in trunks {
        text +=
            &format!("[[trunk]]\nid = {id}\nchannel = {channel}\nsignalling = \"kewl-start\"\n");
    }
    text
}

/// Writes a configuration and has the kernel take it.
fn configure(lines: &str) -> Result<(), String> {
    fs::write("/tmp/system.conf", lines).map_err(|error| error.to_string())?;
    let (code, told) = ended(Command::new("dahdi_cfg").args(["-c", "/tmp/system.conf"]));
    match code {
        Some(0) => Ok(()),
        _ => Err(format!("dahdi_cfg: {told}")),
    }
}

/// Whether a text has all of these in it.
fn holds(text: &str, parts: &[&str]) -> Result<(), String> {
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("no {part:?} in:\n{text}")),
    }
}

/// One collect call on the first phone and trunk: the log and the records.
fn collect_call(place: &Place) -> Result<(String, String), String> {
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 1, clock);
    let controller = place.controller();
    controller.await_log("running", 20)?;
    thread::sleep(Duration::from_secs(4));
    handset(&mut far_ends, 1, caller("482915"), clock);
    controller.await_log("talk-begins", 60)?;
    controller.await_log("disposition: completed", 60)?;
    thread::sleep(Duration::from_secs(3));
    let log = controller.stop()?;
    let (_, records) = place.run(&["records", "--json"]);
    Ok((log, records))
}

fn a_collect_call_goes_over_real_channels() -> Result<(), String> {
    let place = Place::new("collect", &site_text(2, 2));
    let (_, records) = collect_call(&place)?;
    holds(
        &records,
        &[
            "\"disposition\":\"completed\"",
            "\"ended_by\":\"called-party\"",
            "\"inmate\":\"A-1\"",
            "\"dialed\":\"02155550142\"",
            "\"handling\":\"automated-operator\"",
            "loop-break",
        ],
    )
}

/// On spans whose blocks come in bursts of 8 ms, the hardest there are.
fn two_frames_of_slack_never_run_out() -> Result<(), String> {
    for slack in 1..=3 {
        let text = site_text(1, 1) + &format!("[dahdi]\ntransmit_slack_frames = {slack}\n");
        let (log, _) = collect_call(&Place::new("slack", &text))?;
        let ports: Vec<&str> = log.lines().filter(|l| l.contains("openings: ")).collect();
        let whole = |port: &&str| {
            let nothing = [
                "underrun_samples: 0,",
                "overrun_samples: 0,",
                "edges_dropped: 0,",
            ];
            nothing.iter().all(|counter| port.contains(counter))
        };
        for port in &ports {
            let counters = port.split("INFO port, ").last().unwrap_or_default();
            println!("info  slack of {slack} frames: {counters}");
        }
        equal("channels told of", &ports.len(), &2)?;
        if slack > 1 && !ports.iter().all(whole) {
            return Err(format!("samples were lost with {slack} frames of slack"));
        }
    }
    Ok(())
}

fn discover(file: &Path) -> (Option<i32>, String) {
    ended(Command::new(PROGRAM).args(["discover", "--out"]).arg(file))
}

/// Has a site file made where there is none yet; its text.
fn discovered(place: &Place) -> Result<String, String> {
    let file = place.file();
    let _ = fs::remove_file(&file);
    let (code, told) = discover(&file);
    equal("the status of discover", &code, &Some(0))?;
    equal("what it says", &told.as_str(), &"")?;
    fs::read_to_string(&file).map_err(|error| error.to_string())
}

fn discover_prints_a_site_that_check_takes() -> Result<(), String> {
    let place = Place::new("discover", "");
    let file = place.file();
    let text = discovered(&place)?;
    let (_, printed) = ended(Command::new(PROGRAM).arg("discover"));
    equal("what it prints", &printed, &text)?;
    holds(
        &text,
        &["[[line]]\nid = 24\n", "[[trunk]]\nid = 24\n", "# span 2: "],
    )?;
    let (code, told) = discover(&file);
    equal("the status of a second one", &code, &Some(1))?;
    holds(&told, &["is there already and stays as it is"])?;
    let after = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    equal("the file after it", &after, &text)?;
    let (code, told) = place.run(&["check"]);
    holds(
        &told,
        &["nothing to change", "line 1: channel 1, fxoks, on span 1"],
    )?;
    equal("the status of check", &code, &Some(0))
}

fn check_says_what_does_not_fit_the_cards() -> Result<(), String> {
    let trunks = [(1, TRUNK), (2, 3), (3, TRUNK + 1), (4, TRUNK + 2)];
    let text = wired(&[(1, 1), (2, 99), (3, TRUNK + 3), (4, 4)], &trunks);
    let text = text.replacen(
        "channel = 14\nsignalling = \"kewl-start\"",
        "channel = 14\nlaw = \"a\"\nsignalling = \"loop-start\"\necho_canceller_taps = 64",
        1,
    );
    let place = Place::new("check", &text);
    let held = Channel::open(4, Law::Mu).map_err(|error| error.to_string())?;
    let (code, told) = place.run(&["check"]);
    drop(held);
    let name = fs::read_to_string("/proc/self/comm").map_err(|error| error.to_string())?;
    let held_by = format!(
        "to change: line 4: channel 4 is in use by {} (process {}); end it",
        name.trim(),
        std::process::id()
    );
    equal("its status", &code, &Some(1))?;
    holds(
        &told,
        &[
            "line 1: channel 1, fxoks, on span 1",
            "to change: line 2: there is no channel 99; the cards have channels 1 to 48",
            "to change: line 3: channel 16 is configured as fxsks; write `fxoks=16` into \
         /etc/dahdi/system.conf instead",
            &held_by,
            "to change: trunk 2: channel 3 is configured as fxoks; write `fxsks=3` into",
            "to change: trunk 3: channel 14 is configured as fxsks; write `fxsls=14` into",
            "or write `signalling = \"kewl-start\"` into its [[trunk]]",
            "to change: trunk 3: channel 14 speaks mu-law; write `law = \"mu\"` into its [[trunk]]",
            "to change: trunk 3: channel 14 has no echo canceller",
        ],
    )?;
    equal(
        "how much is to be changed",
        &told.matches("to change: ").count(),
        &7,
    )
}

fn a_channel_that_hears_the_sites_is_told_and_parted() -> Result<(), String> {
    let place = Place::new("listener", &site_text(1, 1));
    let failed = |error: PortError| error.to_string();
    let stranger = Channel::open(2, Law::Mu).map_err(failed)?;
    stranger.join(Some(1)).map_err(failed)?;
    let (status, told) = place.run(&["check"]);
    let wanted = "channel 2 is sent all that channel 1 receives";
    ensure!(
        status == Some(1) && told.contains(wanted),
        "{status:?}\n{told}"
    );
    let controller = place.controller();
    controller.await_log("a channel was taken out of a join", 20)?;
    let joins = Joins::open().map_err(failed)?;
    equal(
        "heard by channel 2",
        &joins.heard_by(2).map_err(failed)?,
        &None,
    )?;
    controller.stop().map(drop)
}

/// `nobody` has no right to the devices, and no limits of root's.
fn a_user_without_rights_is_told_the_group() -> Result<(), String> {
    let place = Place::new("denied", &site_text(1, 1));
    for path in [Path::new("/tmp/denied"), &place.file()] {
        std::os::unix::fs::chown(path, Some(65_534), None).map_err(|error| error.to_string())?;
    }
    fs::write(
        "/etc/passwd",
        "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
    )
    .and_then(|()| fs::write("/etc/group", "root:x:0:\n"))
    .map_err(|error| error.to_string())?;
    let mut command = place.command(&["check"]);
    let (code, told) = ended(command.gid(65_534).uid(65_534));
    equal("its status", &code, &Some(1))?;
    holds(
        &told,
        &[
            "to change: /dev/dahdi/ctl may not be opened by this user; do: usermod -a -G root nobody",
            "write `nobody - rtprio 60` into /etc/security/limits.d/sallyport.conf",
        ],
    )
}

/// Line 2's channel is another program's, line 3's has no signalling, line 4's is not there, and so
/// with trunks.
fn what_fails_is_told_harms_no_other_and_recovers() -> Result<(), String> {
    let lines = [(1, 1), (2, 2), (3, 3), (4, 99)];
    let trunks = [(1, TRUNK), (2, TRUNK + 1), (3, TRUNK + 2), (4, 98)];
    let place = Place::new("fails", &wired(&lines, &trunks));
    let busy = [Channel::open(2, Law::Mu), Channel::open(TRUNK + 1, Law::Mu)];
    for channel in &busy {
        channel.as_ref().map_err(|error| error.to_string())?;
    }
    configure("fxsks=3\nfxoks=15\n")?;
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 2, clock);
    let controller = place.controller();
    for alarm in [
        "alarm: the phone of line 2 does not work: the channel is in use by another program",
        "alarm: the phone of line 3 does not work: the channel's signalling is not what",
        "alarm: the phone of line 4 does not work: the channel is gone",
        "alarm: trunk 2 does not work: the channel is in use by another program",
        "alarm: trunk 3 does not work: the channel's signalling is not what",
        "alarm: trunk 4 does not work: the channel is gone",
    ] {
        controller.await_log(alarm, 20)?;
    }
    thread::sleep(Duration::from_secs(3));
    handset(&mut far_ends, 1, caller("482915"), clock);
    controller.await_log("talk-begins", 60)?;
    drop(busy);
    configure("fxoks=3\nfxsks=15\n")?;
    for works in [
        "the phone of line 2 works again",
        "the phone of line 3 works again",
        "trunk 2 works again",
        "trunk 3 works again",
    ] {
        controller.await_log(works, 20)?;
    }
    controller.await_log("disposition: completed", 60)?;
    // Each trunk but the first rests for a while, and the first has its guard.
    handset(&mut far_ends, 2, caller("730264"), clock);
    controller.await_log("line: 2", 20)?;
    thread::sleep(Duration::from_secs(75));
    controller.stop()?;
    let (_, records) = place.run(&["records", "--json"]);
    let completed = records.matches("\"disposition\":\"completed\"").count();
    equal(&format!("calls completed in\n{records}"), &completed, &2)
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, right: &T) -> Result<(), String> {
    if is == right {
        return Ok(());
    }
    Err(format!("{what}: {is:?}, not {right:?}"))
}

/// Takes a span out of the kernel, or brings it in again: what pulling a card does.
fn plug(device: u8, what: &str) -> Result<(), String> {
    let path = format!("/sys/bus/dahdi_devices/devices/dynamic:loc:{device}/{what}");
    fs::write(&path, "1").map_err(|error| format!("{path}: {error}"))
}

fn a_card_that_goes_in_a_call_is_used_again() -> Result<(), String> {
    let place = Place::new("card", &site_text(1, 1));
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 1, clock);
    let controller = place.controller();
    controller.await_log("running", 20)?;
    thread::sleep(Duration::from_secs(4));
    let mut steps = caller("482915");
    steps.truncate(steps.len() - 3);
    steps.extend([Step::OnHook, Step::wait_ms(40_000)]);
    steps.extend(caller("482915"));
    handset(&mut far_ends, 1, steps, clock);
    controller.await_log("talk-begins", 60)?;
    plug(0, "unassign_span")?;
    controller.await_log("alarm: the phone of line 1 does not work: ", 5)?;
    controller.await_log("alarm: trunk 1 does not work: ", 5)?;
    controller.await_log("disposition: ", 5)?;
    plug(0, "auto_assign")?;
    let unconfigured = "does not work: the channel has no signalling: it is not configured";
    controller.await_log(&format!("alarm: the phone of line 1 {unconfigured}"), 5)?;
    controller.await_log(&format!("alarm: trunk 1 {unconfigured}"), 5)?;
    configure("fxoks=1-12\nfxsks=13-24\n")?;
    controller.await_log("the phone of line 1 works again", 10)?;
    controller.await_log("trunk 1 works again", 10)?;
    controller.await_log("disposition: completed", 160)?;
    let log = controller.stop()?;
    let ports = log
        .lines()
        .filter(|line| line.contains("openings") || line.contains("WARN"));
    for line in ports {
        println!("      {line}");
    }
    Ok(())
}

/// The phone whose gains and echo canceller are set.
const SET: Wiring = Wiring {
    channel: 5,
    role: Role::Feeds,
    law: Law::Mu,
    slack: 2,
};

/// A port as a site file sets it, with media on.
fn port_with(setup: Setup, clock: Clock) -> Result<DahdiPort, PortError> {
    let mut port = DahdiPort::new(SET)?.with_setup(setup);
    port.command(clock.now(), PortCommand::Media(true))?;
    Ok(port)
}

/// The level that a far channel hears of a steady octet, through these gains.
fn heard_through(setup: Setup) -> Result<i16, String> {
    let failed = |error: PortError| error.to_string();
    let clock = Clock::starting_now();
    let mut near = port_with(setup, clock).map_err(failed)?;
    let far = Channel::open(SET.channel + FAR, Law::Mu).map_err(failed)?;
    let sent = [law::octet(Law::Mu, 8000); FRAME];
    let mut heard = [0; FRAME];
    for _ in 0..40 {
        thread::sleep(Duration::from_millis(10));
        let now = clock.now();
        while near.edge(now).map_err(failed)?.is_some() {}
        while let Read::Frame { .. } = near.read(now, &mut heard).map_err(failed)? {
            near.write(now, &sent).map_err(failed)?;
        }
        while far.read(&mut heard).map_err(failed)? == Moved::EventsFirst {
            far.event().map_err(failed)?;
        }
    }
    Ok(law::linear(Law::Mu, heard[40]))
}

fn gains_and_echo_canceller_are_set_at_each_opening() -> Result<(), String> {
    let plain = heard_through(Setup::default())?;
    let softer = heard_through(Setup {
        tx_gain: Gain(-60),
        ..Setup::default()
    })?;
    let ratio = f64::from(softer) / f64::from(plain);
    if !(0.48..0.53).contains(&ratio) {
        return Err(format!("6 dB less is {softer} for {plain}"));
    }
    equal(
        "an opening after it",
        &heard_through(Setup::default())?,
        &plain,
    )?;
    let active = |attached: &str| -> Result<bool, String> {
        configure(&format!("fxoks=5\n{attached}"))?;
        let setup = Setup {
            echo_taps: 128,
            ..Setup::default()
        };
        let port = port_with(setup, Clock::starting_now());
        let _port = port.map_err(|error| error.to_string())?;
        let span = fs::read_to_string("/proc/dahdi/1").map_err(|error| error.to_string())?;
        let mut lines = span
            .lines()
            .filter(|line| line.trim_start().starts_with("5 "));
        Ok(lines.any(|line| line.contains("(EC: MG2 - ACTIVE)")))
    };
    equal("with a canceller", &active("echocanceller=mg2,5\n")?, &true)?;
    equal("without one", &active("")?, &false)
}

fn a_span_in_alarm_ends_the_call_and_is_used_again() -> Result<(), String> {
    let place = Place::new("alarm", &site_text(1, 1));
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 1, clock);
    let controller = place.controller();
    controller.await_log("running", 20)?;
    thread::sleep(Duration::from_secs(4));
    handset(&mut far_ends, 1, caller("482915"), clock);
    controller.await_log("talk-begins", 60)?;
    // The far span goes, and takes its parties with it.
    plug(1, "unassign_span")?;
    controller.await_log(
        "alarm: the phone of line 1 does not work: the span is in alarm",
        5,
    )?;
    controller.await_log("alarm: trunk 1 does not work: the span is in alarm", 5)?;
    controller.await_log("disposition: trunk-lost", 5)?;
    drop(far_ends);
    plug(1, "auto_assign")?;
    configure("fxsks=25-36\nfxoks=37-48\n")?;
    controller.await_log("the phone of line 1 works again", 10)?;
    controller.await_log("trunk 1 works again", 10)?;
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 1, clock);
    thread::sleep(Duration::from_secs(12));
    handset(&mut far_ends, 1, caller("482915"), clock);
    controller.await_log("disposition: completed", 100)?;
    controller.stop().map(drop)
}
