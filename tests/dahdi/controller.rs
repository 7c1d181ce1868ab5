//! The whole controller under load: the program itself, with a thread a line, its back office and its
//! recordings, and a call on every line at once. Each line's telephone and each trunk's exchange are
//! simulated behind the far spans, outside of the program, so that what it takes is its own.
//! The card that is not there has as many channels as that takes (`controller_8.conf` and so on), and
//! ticks each millisecond. The guest's processor, a thousand million instructions a second, bears some 40
//! lines.

use crate::{
    far_ends::FarEnds,
    site::place::{self, Place},
    tally::{Tally, ensure},
};
use drivers::sim::{
    called_party::CalledPartyScript,
    clip::Clip,
    clocked::Clock,
    delay::{OneWay, one_way},
    exchange::{Exchange, line::ExchangeLine, routes::Routes},
    handset::{Handset, HandsetScript},
    script::Step,
    transcript::Transcript,
};
use nix::{
    time::{ClockId, clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use std::{fmt::Write as _, fs, sync::Arc, thread::sleep, time::Duration};
use types::tick::{Tick, Ticks};

/// From one line's call to the next one's.
const APART: u64 = 25;
/// The processor is watched for so long while all lines talk.
const WATCHED: Duration = Duration::from_secs(4);
/// How long an inmate talks, from so long after the off-hook on.
const BEFORE_TALK: Ticks = Ticks::secs(14);
const TALK: Ticks = Ticks::secs(14);
/// Every record must tell of as much talk.
const LEAST_TALK: f64 = 6.0;
/// What is compared to find the delay, and how long it may be.
const COMPARED: Ticks = Ticks::secs(2);
const LONGEST: Ticks = Ticks::ms(250);
/// For three comparisons.
const HEARD: Ticks = Ticks::secs(7);

/// So many lines at once, of a card that has as many; `8-joined`: with talks that the driver joins.
pub fn run(tally: &mut Tally, load: &str) {
    let (lines, how) = load.split_once('-').unwrap_or((load, ""));
    let joined = how == "joined";
    let name = format!("controller, {load} lines in calls at once: nothing is lost");
    let borne = lines.parse().map_err(|_| "no such load".to_owned());
    tally.note(&name, &borne.and_then(|lines| bear(lines, joined)));
}

/// The channel of a trunk; a line's own is that of its phone.
fn trunk(id: u16, lines: u16) -> u16 {
    id + 2 * lines
}

fn pin(line: u16) -> String {
    format!("{:06}", 100_000 + u32::from(line) * 7919 % 900_000)
}

fn number(line: u16) -> String {
    format!("1215555{:04}", 1000 + line)
}

/// Who of a call hangs up.
fn inmate_ends(line: u16) -> bool {
    line.is_multiple_of(2)
}

fn site_text(lines: u16, joined: bool) -> String {
    let mut text = format!(
        "[site]\nid = 1\nname = \"Load\"\ncountry = \"us\"\narea_code = \"215\"\n\
         time_zone = \"America/New_York\"\ndata = \"db\"\nrecordings = \"rec\"\n\
         languages = [\"en\"]\ndriver = \"dahdi\"\n[defaults]\njoin_talk = {joined}\n"
    );
    for id in 1..=lines {
        let _ = write!(
            text,
            "[[defaults.inmate]]\nid = \"A-{id}\"\nname = \"Inmate {id}\"\npin = \"{}\"\n\
             [[line]]\nid = {id}\nchannel = {id}\n\
             [[trunk]]\nid = {id}\nchannel = {}\nsignalling = \"kewl-start\"\ncancel_echo = {}\n",
            pin(id),
            trunk(id, lines),
            !joined
        );
    }
    text
}

/// Lifts, keys the PIN where it is asked for, calls direct, talks; and hangs up then, or when the
/// other has.
fn inmate(line: u16, pin: Option<&str>) -> Vec<Step> {
    let mut steps = vec![
        Step::wait_ms(u64::from(line) * APART),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(3)),
    ];
    if let Some(pin) = pin {
        steps.extend([Step::dial(pin), Step::wait_ms(300)]);
    }
    steps.extend([
        Step::dial(&number(line)),
        Step::Wait(BEFORE_TALK - Ticks::secs(4)),
        Step::SayFor(Clip::inmate_talk(), TALK),
    ]);
    if !inmate_ends(line) {
        steps.extend([Step::await_fast_busy(Ticks::secs(60)), Step::wait_ms(300)]);
    }
    steps.push(Step::OnHook);
    steps
}

/// A person, who says hello first: who begins with a long speech is a machine.
fn called(line: u16) -> Vec<Step> {
    let mut steps = vec![
        Step::wait_ms(600),
        Step::Say(Clip::called_hello()),
        Step::wait_ms(2500),
        Step::SayFor(Clip::called_talk(), TALK + Ticks::secs(2)),
    ];
    if !inmate_ends(line) {
        steps.push(Step::OnHook);
    }
    steps
}

fn routes(lines: u16) -> Arc<Routes> {
    let all = (1..=lines).fold(Routes::new(), |routes, line| {
        let party = CalledPartyScript::answering(1, called(line));
        routes.to(&number(line), party)
    });
    Arc::new(all)
}

/// What a channel's far end keeps of its audio: the first line's is listened to.
fn kept(id: u16) -> Ticks {
    if id == 1 {
        Ticks::secs(60)
    } else {
        Ticks::ZERO
    }
}

fn exchange(id: u16, routes: &Arc<Routes>) -> Exchange {
    let line = ExchangeLine {
        post_dial: Ticks::ms(200),
        keep: kept(id),
        ..ExchangeLine::kewl_start()
    };
    Exchange::new(line, Arc::clone(routes))
}

fn handset(line: u16, pin: Option<&str>) -> Handset {
    Handset::new(HandsetScript::new(inmate(line, pin)).keep(kept(line)))
}

/// One load of the controller, and what it came to.
fn bear(lines: u16, joined: bool) -> Result<(), String> {
    let wire = without_a_controller(lines)?;
    let place = Place::new("controller", &site_text(lines, joined));
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    let routes = routes(lines);
    for id in 1..=lines {
        far_ends.add_at(exchange(id, &routes), trunk(id, lines) + lines, clock);
    }
    let controller = place.controller();
    controller.await_log("running", 60)?;
    // Ringing and battery of channels just opened come to rest.
    sleep(Duration::from_secs(4));
    let began = clock.now();
    for line in 1..=lines {
        far_ends.add_at(handset(line, Some(&pin(line))), line + lines, clock);
    }
    let busy = while_all_talk(&controller, lines)?;
    let ended = await_count(&controller, "disposition: ", lines, 90);
    let far_ends = far_ends.end();
    let log = controller.stop()?;
    ended?;
    ports_lost_nothing(&log, lines)?;
    calls_are_right(&place, lines, joined)?;
    recordings_are_there(&place, lines)?;
    let ways = delays(&far_ends, began, BEFORE_TALK + Ticks::secs(5))?;
    tell(lines, joined, &log, busy, [ways, wire]);
    Ok(())
}

fn await_count(
    controller: &place::Controller,
    what: &str,
    count: u16,
    seconds: u64,
) -> Result<(), String> {
    let mut seen = 0;
    for _ in 0..seconds {
        seen = controller.log().matches(what).count();
        if seen >= usize::from(count) {
            return Ok(());
        }
        sleep(Duration::from_secs(1));
    }
    Err(format!("{seen} of {count} lines came to {what:?}"))
}

/// The processor's time of the program, the kernel's part of it included.
fn processor_time(pid: u32) -> Result<Duration, String> {
    let pid = Pid::from_raw(pid.cast_signed());
    let clock: ClockId = clock_getcpuclockid(pid).map_err(|e| format!("its clock: {e}"))?;
    let time = clock_gettime(clock).map_err(|e| format!("its clock: {e}"))?;
    Ok(time.into())
}

/// The share of the processor that the program takes while all lines talk.
fn while_all_talk(controller: &place::Controller, lines: u16) -> Result<f64, String> {
    await_count(controller, "talk-begins", lines, 60)?;
    let before = processor_time(controller.pid())?;
    sleep(WATCHED);
    let after = processor_time(controller.pid())?;
    let over = controller.log().matches("disposition: ").count();
    ensure!(over == 0, "{over} calls were over too soon");
    Ok((after - before).as_secs_f64() / WATCHED.as_secs_f64())
}

/// Every channel was opened once, and lost nothing.
fn ports_lost_nothing(log: &str, lines: u16) -> Result<(), String> {
    let ports: Vec<&str> = log.lines().filter(|l| l.contains("openings: ")).collect();
    ensure!(
        ports.len() == 2 * usize::from(lines),
        "{} channels told of",
        ports.len()
    );
    let whole = |port: &&&str| {
        let nothing = [
            "underrun_samples: 0,",
            "overrun_samples: 0,",
            "edges_dropped: 0,",
        ];
        !nothing.iter().all(|counter| port.contains(counter))
    };
    let lost: Vec<&&str> = ports.iter().filter(whole).collect();
    for port in lost.iter().take(8) {
        println!("      {port}");
    }
    ensure!(lost.is_empty(), "{} channels lost something", lost.len());
    Ok(())
}

/// One record a line, and each says what happened.
fn calls_are_right(place: &Place, lines: u16, joined: bool) -> Result<(), String> {
    let (_, records) = place.run(&["records", "--json"]);
    let all: Vec<&str> = records.lines().filter(|l| l.starts_with('{')).collect();
    ensure!(all.len() == usize::from(lines), "{} records", all.len());
    for line in 1..=lines {
        let own = format!("\"line\":{line},");
        let record = all.iter().find(|r| r.contains(&own));
        let record = record.ok_or_else(|| format!("no record of line {line}"))?;
        let ended_by = if inmate_ends(line) {
            "inmate"
        } else {
            "called-party"
        };
        for right in [
            format!("\"inmate\":\"A-{line}\""),
            format!("\"dialed\":\"{}\"", number(line)),
            "\"disposition\":\"completed\"".to_owned(),
            format!("\"ended_by\":\"{ended_by}\""),
        ] {
            ensure!(record.contains(&right), "no {right} in {record}");
        }
        let talk = seconds(record, "talk_seconds")?;
        let short = talk < LEAST_TALK;
        ensure!(!short, "{talk} s of talk in {record}");
        let share = seconds(record, "joined_seconds")? / talk;
        ensure!(joined == (share > 0.3), "{share:.2} joined: {record}");
    }
    Ok(())
}

fn seconds(record: &str, key: &str) -> Result<f64, String> {
    let value = record.split(&format!("\"{key}\":")).nth(1);
    let value = value.and_then(|rest| rest.split([',', '}']).next());
    let value = value.and_then(|text| text.parse().ok());
    value.ok_or_else(|| format!("no {key} in {record}"))
}

/// A recording a line, of both sides of its talk.
fn recordings_are_there(place: &Place, lines: u16) -> Result<(), String> {
    const SECOND: u64 = 2 * 2 * 8000;
    let least = LEAST_TALK as u64 * SECOND;
    let files = place::files_under(&place.directory().join("rec"));
    let long = files.iter().filter(|file| {
        let length = fs::metadata(file).map_or(0, |about| about.len());
        file.extension().is_some_and(|e| e == "wav") && length >= least
    });
    let long = long.count();
    ensure!(
        long == usize::from(lines),
        "{long} recordings of a talk, among {} files",
        files.len()
    );
    Ok(())
}

/// From the inmate to the called party, and back.
type Ways = [OneWay; 2];

/// The first line's telephone and the first trunk's exchange, with nothing but the wire between: what
/// is theirs, and the kernel's, of any delay that is measured between them.
fn without_a_controller(lines: u16) -> Result<Ways, String> {
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    far_ends.add_at(exchange(1, &routes(1)), 1, clock);
    sleep(Duration::from_secs(4));
    let began = clock.now();
    far_ends.add_at(handset(1, None), 1 + lines, clock);
    sleep(Duration::from_millis((BEFORE_TALK + HEARD).as_ms()));
    delays(&far_ends.end(), began, BEFORE_TALK)
}

/// The delays between the first telephone and the first exchange, so long after the call began.
fn delays(far_ends: &[Transcript], began: Tick, after: Ticks) -> Result<Ways, String> {
    // Trunks were added before phones, and only the first of each keep their audio.
    let mut kept = far_ends.iter().filter(|far| far.heard.end().is_some());
    let (Some(trunk), Some(phone)) = (kept.next(), kept.next()) else {
        return Err("no far end kept what it heard".into());
    };
    let there = clearest(phone, trunk, began + after)?;
    Ok([there, clearest(trunk, phone, began + after)?])
}

fn clearest(said: &Transcript, heard: &Transcript, from: Tick) -> Result<OneWay, String> {
    let places = (0..3).map(|n| from + Ticks(n * COMPARED.0));
    let ways = places.filter_map(|at| one_way(&said.emitted, &heard.heard, at, COMPARED, LONGEST));
    let best = ways.max_by(|a, b| a.correlation.total_cmp(&b.correlation));
    best.filter(|way| way.correlation > 0.5)
        .ok_or_else(|| format!("the one does not hear the other: {best:?}"))
}

/// The figures, as one line.
fn tell(lines: u16, joined: bool, log: &str, busy: f64, [through, wire]: [Ways; 2]) {
    let frames = log.lines().find(|l| l.contains("frames, "));
    let frames = frames.and_then(|l| l.split("frames, ").nth(1));
    let added = [0, 1].map(|way: usize| through[way].ms() - wire[way].ms());
    let how = if joined { ", joined" } else { "" };
    println!(
        "info  controller, {lines} lines{how}: {}; {:.1} % of the guest's processor while all talk, \
         {:.2} million instructions a line and second; {:.1} ms to the called party and {:.1} ms back \
         more than the wire's",
        frames.unwrap_or("no word of frames"),
        busy * 100.0,
        busy * 1e3 / f64::from(lines),
        added[0],
        added[1],
    );
}
