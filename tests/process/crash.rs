//! A controller that is killed, and one that is told to stop: no record is lost, none stays
//! open, and none tells more than was seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::process::ExitStatusExt,
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{
    Place, site,
    story::{self, Told, text, utc},
    utc_ms,
};

const PINS: [&str; 20] = [
    "3467", "3468", "3469", "3476", "3478", "3479", "3486", "3487", "3489", "3496", "3497", "3498",
    "4367", "4368", "4369", "4376", "4378", "4379", "4386", "4387",
];

/// How long after its start each controller is killed, in milliseconds: a fixed part and one
/// drawn by chance. The first ones die while they make the database.
const KILLS: [(u64, u64); 8] = [
    (0, 60),
    (60, 120),
    (150, 250),
    (300, 400),
    (9_000, 2_500),
    (4_000, 1_500),
    (8_000, 2_500),
    (9_500, 2_500),
];

/// What happened before this long is on disk: one group commit, on a busy machine.
const STORED_MS: i64 = 700;
/// An open call is seen once a second; so much later it is surely stored.
const SEEN_MS: i64 = 2500;

/// One life of a controller.
struct Life {
    begun_ms: i64,
    /// Just before the signal, and when the process was gone.
    killed_ms: (i64, i64),
    told: Vec<Told>,
}

/// The same moments in every run of the tests.
struct Chance(u64);

impl Chance {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

fn kill_after(place: &Place, after: Duration, number: usize) -> Life {
    let mut controller = place.start(&["--log-json"], &format!("life-{number}.log"));
    thread::sleep(after);
    assert!(controller.is_alive(), "{}", controller.last_words());
    let before = utc_ms();
    controller.signal(Signal::SIGKILL);
    let status = controller.wait(Duration::from_secs(10));
    assert_eq!(status.code(), None, "killed, not ended");
    Life {
        begun_ms: controller.begun_ms,
        killed_ms: (before, utc_ms()),
        told: story::calls(&controller.log()),
    }
}

#[test]
fn every_record_is_there_and_finished_however_often_the_controller_is_killed() {
    let place = Place::with(&site(&PINS, false));
    let mut chance = Chance(0x5a11_9047);
    let mut lives = Vec::new();
    for (number, (least, more)) in KILLS.into_iter().enumerate() {
        let after = Duration::from_millis(least + chance.up_to(more));
        lives.push(kill_after(&place, after, number));
    }
    let records = place.records();
    are_gapless(&records);
    records.iter().for_each(is_consistent);
    for life in &lives {
        let of_life = |record: &&Value| utc(&record["started_at"]) >= life.begun_ms;
        let until = |record: &&Value| utc(&record["started_at"]) <= life.killed_ms.1;
        let records: Vec<&Value> = records.iter().filter(of_life).filter(until).collect();
        records
            .iter()
            .for_each(|record| ended_in_its_life(record, life));
        is_as_told(&records, life);
    }
    something_was_cut(&records, &lives);
    assert_eq!(place.records(), records, "reading changes nothing");
}

/// The test would say nothing if the kills had met no call.
fn something_was_cut(records: &[Value], lives: &[Life]) {
    let interrupted = |record: &&Value| record["disposition"] == "interrupted";
    let cut: Vec<&Value> = records.iter().filter(interrupted).collect();
    assert!(cut.len() >= 20, "{} calls were cut", cut.len());
    assert!(
        cut.iter().any(|record| talk_seconds(record) > 0.5),
        "no call was cut while people talked"
    );
    let whole = lives.iter().flat_map(|life| &life.told);
    let whole = whole.filter(|told| told.ended.is_some()).count();
    assert!(whole >= 8, "{whole} calls ended before a kill");
}

fn talk_seconds(record: &Value) -> f64 {
    record["talk_seconds"].as_f64().expect("a number")
}

fn sequence(call: &str) -> u64 {
    let (site, sequence) = call.split_once('-').expect("site and sequence");
    assert_eq!(site, "7");
    sequence.parse().expect("a number")
}

fn are_gapless(records: &[Value]) {
    let ids: BTreeSet<u64> = records
        .iter()
        .map(|record| sequence(text(&record["call_id"])))
        .collect();
    assert_eq!(ids.len(), records.len(), "an id twice");
    let all: BTreeSet<u64> = (1..=records.len() as u64).collect();
    assert_eq!(ids, all, "a call is missing");
}

/// What holds for every record, whatever became of its call.
fn is_consistent(record: &Value) {
    assert!(record["ended_at"].is_string(), "not finished: {record}");
    assert!(record["ended_by"].is_string(), "{record}");
    assert_ne!(record["disposition"], "in-progress", "{record}");
    let (started, ended) = (utc(&record["started_at"]), utc(&record["ended_at"]));
    assert!(started <= ended, "{record}");
    let talk = talk_seconds(record);
    if record["answered_at"].is_null() {
        assert!(talk == 0.0, "talk without an answer: {record}");
        return;
    }
    let answered = utc(&record["answered_at"]);
    assert!((started..=ended).contains(&answered), "{record}");
    let longest = (ended - answered + 2) as f64 / 1000.0;
    assert!((0.0..=longest).contains(&talk), "{record}");
}

/// No record tells of a time when nobody could have seen it; a call that was cut ends when it was
/// last seen.
fn ended_in_its_life(record: &Value, life: &Life) {
    let ended = utc(&record["ended_at"]);
    let (before, after) = life.killed_ms;
    assert!(ended <= after, "ended after the kill at {after}: {record}");
    if record["disposition"] == "interrupted" {
        assert_eq!(record["ended_by"], "controller", "{record}");
        assert!(
            ended >= before - SEEN_MS,
            "seen last {} ms before the kill: {record}",
            before - ended
        );
    }
}

/// The records agree with what the log had told.
fn is_as_told(records: &[&Value], life: &Life) {
    let records: BTreeMap<&str, &Value> = records
        .iter()
        .map(|record| (text(&record["call_id"]), *record))
        .collect();
    for told in &life.told {
        let Some(record) = records.get(told.call.as_str()) else {
            panic!("a call was let go on, and has no record: {told:?}");
        };
        let since_off_hook = |at: i64| at - told.off_hook;
        let lasted = utc(&record["ended_at"]) - utc(&record["started_at"]);
        if let Some(end) = &told.ended {
            let stored = end.at_utc <= life.killed_ms.0 - STORED_MS;
            if stored || record["disposition"] != "interrupted" {
                assert_eq!(record["disposition"], end.disposition.as_str(), "{told:?}");
                assert!(since_off_hook(end.at) >= lasted - 20, "{told:?} {record}");
            }
        } else {
            assert!(lasted <= life.killed_ms.1 - life.begun_ms, "{record}");
        }
        let talked = told.talk_begins.map_or(0, |at| lasted - since_off_hook(at));
        let expected = talked.max(0) as f64 / 1000.0;
        // A talk that the log had no time to tell.
        let untold = told.talk_begins.is_none() && record["disposition"] == "interrupted";
        assert!(
            (talk_seconds(record) - expected).abs() <= 0.02 || untold,
            "talk of {expected} s: {told:?} {record}"
        );
    }
}

#[test]
fn a_second_controller_is_refused_with_the_first_ones_pid_and_harms_nothing() {
    let place = Place::with(&site(&PINS, false));
    // A pid that a killed controller left is nobody's.
    kill_after(&place, Duration::from_millis(1500), 0);
    let mut first = place.start(&["--log-json", "--grace", "0"], "first.log");
    thread::sleep(Duration::from_millis(2500));
    let begun = Instant::now();
    let second = place.run(&["run", "--log-json"]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "at once");
    let told = format!("is in use by process {}", first.pid());
    assert!(second.err.contains(&told), "{}", second.err);
    assert!(second.out.is_empty(), "{}", second.out);
    thread::sleep(Duration::from_millis(2500));
    assert!(first.is_alive(), "{}", first.last_words());
    first.signal(Signal::SIGTERM);
    assert!(first.wait(Duration::from_secs(10)).success());
    let calls = story::calls(&first.log());
    assert!(!calls.is_empty(), "the first one goes on with its calls");
}

#[test]
fn at_sigterm_calls_get_the_grace_and_no_new_one_begins() {
    const GRACE_MS: i64 = 3000;
    let place = Place::with(&site(&PINS, false));
    let mut controller = place.start(&["--log-json", "--grace", "3"], "stopped.log");
    thread::sleep(Duration::from_millis(11_000));
    let asked = utc_ms();
    controller.signal(Signal::SIGTERM);
    let status = controller.wait(Duration::from_millis(GRACE_MS.cast_unsigned() + 6000));
    let took = utc_ms() - asked;
    assert_eq!(status.code(), Some(0), "{}", controller.last_words());
    assert!(took >= GRACE_MS, "calls had only {took} ms");

    let records = place.records();
    are_gapless(&records);
    records.iter().for_each(is_consistent);
    assert!(
        records
            .iter()
            .all(|record| record["disposition"] != "interrupted"),
        "nothing was left for the next start"
    );
    was_cut_at_the_grace(&records, asked, asked + GRACE_MS);
    let stopped = Life {
        begun_ms: controller.begun_ms,
        killed_ms: (asked + took, asked + took),
        told: story::calls(&controller.log()),
    };
    let records: Vec<&Value> = records.iter().collect();
    is_as_told(&records, &stopped);
    let log = controller.log();
    let last = log.lines().last().expect("a log");
    let last: Value = serde_json::from_str(last).expect("a whole line");
    assert_eq!(last["msg"], "stopped", "{last}");
    assert_eq!(last["unfinished"], 0, "{last}");
    assert_eq!(last["records"], records.len(), "{last}");
}

#[test]
fn the_log_goes_on_during_the_grace_and_each_line_has_the_time_of_what_it_tells() {
    let place = Place::with(&site(&PINS, false));
    let arguments = ["--log-json", "--log", "debug", "--grace", "20"];
    let mut controller = place.start(&arguments, "grace.log");
    thread::sleep(Duration::from_millis(11_000));
    controller.signal(Signal::SIGTERM);
    thread::sleep(Duration::from_millis(2500));
    assert!(controller.is_alive(), "a call has the grace");
    let log = controller.log();
    let (_, after) = log.split_once(r#""msg":"stopping""#).expect("it is told");
    assert!(
        after.matches(r#""ms":"#).count() > 3,
        "nothing of the calls: {after}"
    );
    let facts: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["ms"].is_i64())
        .collect();
    let zero = |fact: &Value| utc(&fact["ts"]) - fact["ms"].as_i64().expect("checked");
    assert!(facts.len() > 50, "{log}");
    for fact in &facts {
        assert_eq!(zero(fact), zero(&facts[0]), "{fact}");
    }
}

#[test]
fn who_is_cut_at_the_end_hears_why_and_a_second_signal_waits_for_nothing() {
    let place = Place::with(&site(&PINS, false));
    let mut controller = place.start(
        &["--log-json", "--log", "debug", "--grace", "0"],
        "words.log",
    );
    thread::sleep(Duration::from_millis(11_000));
    controller.signal(Signal::SIGTERM);
    let status = controller.wait(Duration::from_secs(12));
    assert_eq!(status.code(), Some(0), "{}", controller.last_words());
    let log = controller.log();
    let cut = log.matches(r#""disposition":"cut-off""#).count();
    let words = log.split_once(r#""prompt":"call-ended-by-facility""#);
    let words = words.map_or("", |(_, words)| words);
    let last_words = words.matches(r#""prompt":"hang-up""#).count();
    assert!(cut > 0 && last_words >= cut, "{cut} were cut: {log}");

    let mut controller = place.start(&["--log-json", "--grace", "30"], "twice.log");
    thread::sleep(Duration::from_millis(11_000));
    controller.signal(Signal::SIGTERM);
    thread::sleep(Duration::from_millis(1000));
    assert!(controller.is_alive(), "calls have the grace");
    controller.signal(Signal::SIGTERM);
    let status = controller.wait(Duration::from_millis(500));
    assert_eq!(status.signal(), Some(Signal::SIGTERM as i32), "{status}");
    let records = place.records();
    assert!(records.iter().any(|r| r["disposition"] == "interrupted"));
}

fn was_cut_at_the_grace(records: &[Value], asked: i64, over: i64) {
    let cut: Vec<&Value> = records
        .iter()
        .filter(|record| record["disposition"] == "cut-off")
        .collect();
    assert!(!cut.is_empty(), "no call lasted past the grace");
    for record in cut {
        let ended = utc(&record["ended_at"]);
        assert!((over - 50..over + 2000).contains(&ended), "{record}");
    }
    for record in records {
        // The signal is seen within 200 ms; a phone that was lifted before may go on.
        let started = utc(&record["started_at"]);
        assert!(started <= asked + 500, "{record}");
    }
}

/// Calls that count, by inmate: those that came to a talk.
fn counted(records: &[Value]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for record in records {
        if record["talk_seconds"].as_f64().unwrap_or(0.0) > 0.0 {
            *counted
                .entry(text(&record["inmate"]).to_owned())
                .or_insert(0) += 1;
        }
    }
    counted
}

#[test]
fn who_has_one_call_has_one_however_often_the_controller_is_killed_in_it() {
    // A month, so that no midnight is in the test.
    let one = "[defaults]\ncalls_per_month = 1\n";
    let place = Place::with(&site(&PINS, false).replace("[defaults]\n", one));
    for (number, ms) in [11_000, 9_000, 10_000].into_iter().enumerate() {
        kill_after(&place, Duration::from_millis(ms), number);
    }
    let records = place.records();
    let counted = counted(&records);
    let cut = |record: &&Value| record["disposition"] == "interrupted";
    let (talked, untalked): (Vec<&Value>, Vec<&Value>) = records
        .iter()
        .filter(cut)
        .partition(|record| talk_seconds(record) > 0.0);
    assert!(
        !talked.is_empty() && !untalked.is_empty(),
        "{} calls were cut in talks, {} before",
        talked.len(),
        untalked.len()
    );
    let refused = records.iter().filter(|r| r["blocked"] == "calls-used-up");
    assert!(refused.count() > 0, "nobody tried a second call");
    for id in 1..=PINS.len() {
        let id = format!("A-{id}");
        let show = place.run(&["register", "show", "--inmate", &id]);
        assert_eq!(show.code, Some(0), "{}", show.err);
        let calls = counted.get(&id).copied().unwrap_or(0);
        assert!(calls <= 1, "{id} had {calls} calls that count");
        let left = 1 - calls;
        let unit = if calls == 1 { "call" } else { "calls" };
        let told = format!("month: {calls} {unit}, {left} left;");
        assert!(show.out.contains(&told), "{id}, no {told:?}: {}", show.out);
    }
}
