//! Officers beside a running controller: their word, their presence, and what they book, disable and lift.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{Controller, Place, Run, control::done, json_lines, site, utc_ms};

const PIN: &str = "666666777777";
/// A simulated inmate makes another call within this time, whatever became of the last.
const SOON: Duration = Duration::from_secs(90);

/// A site with one phone, of which this is said.
fn with(phone: &str) -> (Place, Controller) {
    let more = format!(
        "[[defaults.officer]]\nid = \"F-9\"\nname = \"Officer\"\ncode = \"918273\"\n\
         [[defaults.group]]\nname = \"East\"\nofficer = {}\n\
         [[defaults.phone]]\nline = 1\n{phone}\n",
        phone.contains("groups")
    );
    // A busy machine's disk takes its time.
    let patient = "[defaults]\nback_office_wait_seconds = 10\nwrong_pins_borne = 1\n";
    let site = site(&[PIN], false).replace("[defaults]\n", patient);
    let place = Place::with(&(site + &more));
    let controller = place.live("run.log");
    (place, controller)
}

/// Asks again until it says so.
#[track_caller]
fn until(place: &Place, controller: &Controller, command: &[&str], says: &str) -> Run {
    let begun = Instant::now();
    loop {
        let run = place.run(command);
        assert_eq!(run.code, Some(0), "{}", run.err);
        if run.out.contains(says) {
            return run;
        }
        let last = controller.last_words();
        assert!(begun.elapsed() < SOON, "no {says:?} in {}{last}", run.out);
        thread::sleep(Duration::from_millis(100));
    }
}

/// The first call that was refused for this.
#[track_caller]
fn refused_call(place: &Place, controller: &Controller, why: &str) -> Value {
    let begun = Instant::now();
    loop {
        let refused = |record: &Value| record["blocked"] == why;
        if let Some(record) = place.records().into_iter().find(refused) {
            return record;
        }
        assert!(begun.elapsed() < SOON, "{}", controller.last_words());
        thread::sleep(Duration::from_millis(100));
    }
}

#[track_caller]
fn refused(place: &Place, command: &[&str], why: &str) {
    let run = place.run(command);
    assert_eq!(run.code, Some(1), "{}", run.out);
    assert!(run.err.contains(why), "no {why:?} in {}", run.err);
}

/// The number of the call that waits.
#[track_caller]
fn attempt(waiting: &Run) -> String {
    let words = waiting.out.split_once(", attempt ");
    let number = words.and_then(|(_, rest)| rest.split_once(": "));
    number.expect("its number").0.to_owned()
}

fn confirm<'a>(attempt: &'a str, officer: &'a str) -> [&'a str; 8] {
    [
        "officer",
        "confirm",
        "--line",
        "1",
        "--attempt",
        attempt,
        "--officer",
        officer,
    ]
}

#[test]
fn a_call_that_waits_is_let_through_by_an_officers_word_at_a_console() {
    let (place, controller) = with("officer = \"console\"\nofficer_seconds = 60");
    let waits = "Inmate (A-1) to 21555501";
    let run = until(&place, &controller, &["officer", "waiting"], waits);
    assert!(
        run.out.contains("waits for an officer at a console until"),
        "{}",
        run.out
    );
    let attempt = attempt(&run);
    let confirm = |officer| confirm(&attempt, officer);
    refused(&place, &confirm("F-8"), "no officer has this id");
    let run = place.run(&confirm("F-9"));
    assert_eq!(run.code, Some(0), "{}", run.err);
    let (_, call) = run
        .out
        .trim()
        .split_once("confirmed by officer F-9: call ")
        .expect("a call");
    done(&place, &["officer", "waiting"], "no call waits");
    let begun = Instant::now();
    let record = loop {
        let records = place.records();
        let record = records
            .into_iter()
            .find(|record| record["call_id"] == *call);
        match record.filter(|record| !record["ended_at"].is_null()) {
            Some(record) => break record,
            None => assert!(begun.elapsed() < SOON, "{}", controller.last_words()),
        }
        thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(record["officer"], "F-9", "{record}");
    assert_eq!(record["blocked"], Value::Null, "{record}");
    assert!(!record["trunk"].is_null(), "it was dialed: {record}");
    let journal = json_lines(&place.run(&["journal", "--json"]).out);
    let word = "confirms at a console the call that waits at phone 1";
    let entry = journal.iter().find(|entry| entry["change"] == word);
    let entry = entry.expect("in the journal");
    assert_eq!(entry["id"], "F-9");
    assert!(
        entry["actor"].as_str().expect("who").contains("user "),
        "{entry}"
    );
    let told = format!("{journal:?}{}", controller.log());
    assert!(
        !told.contains("918273") && !told.contains(PIN),
        "no code and no PIN"
    );
}

#[test]
fn without_an_officers_word_a_call_is_refused_as_not_confirmed_when_its_time_is_over() {
    let (place, controller) = with("officer = \"console\"\nofficer_seconds = 5");
    until(
        &place,
        &controller,
        &["officer", "waiting"],
        "waits for an officer",
    );
    let record = refused_call(&place, &controller, "not-confirmed");
    assert_eq!(record["officer"], Value::Null, "{record}");
    let began = record["started_at"].as_str().expect("a time");
    let began: jiff::Timestamp = began.parse().expect("a time");
    let took = utc_ms() - began.as_millisecond();
    assert!(took >= 5000, "{took} ms: {record}");
}

#[test]
fn a_call_that_waits_for_an_officer_at_its_phone_is_not_confirmed_at_a_console() {
    let (place, controller) = with("officer = \"code\"\nofficer_seconds = 60");
    let waits = "waits for an officer's code at the phone";
    let run = until(&place, &controller, &["officer", "waiting"], waits);
    let attempt = attempt(&run);
    refused(&place, &confirm(&attempt, "F-9"), "takes no console");
}

#[test]
fn calls_are_let_through_while_an_officer_is_said_to_be_present() {
    let (place, controller) = with("groups = [\"East\"]");
    refused_call(&place, &controller, "no-officer");
    let present = ["officer", "present", "--group", "East", "--for", "5"];
    done(&place, &present, "an officer is present at East until");
    done(
        &place,
        &["officer", "places"],
        "East: calls only while an officer is present; one is until",
    );
    let explain = [
        "explain",
        "--line",
        "1",
        "--inmate",
        "A-1",
        "--number",
        "2155550100",
    ];
    done(&place, &explain, "Allowed, for ");
    done(
        &place,
        &["officer", "gone", "--group", "East"],
        "no officer is present at East any more",
    );
    done(&place, &explain, "(no-officer)");
    done(&place, &["officer", "places"], "none is said to be there");
}

#[test]
fn a_pin_that_is_disabled_by_command_is_refused_at_the_next_call() {
    let (place, controller) = with("class = 1");
    done(
        &place,
        &["inmate", "disable", "--inmate", "A-1"],
        "PIN disabled: until it is taken back",
    );
    refused_call(&place, &controller, "pin-disabled");
    done(
        &place,
        &["journal"],
        "pin, inmate 1 (A-1): disabled: until it is taken back",
    );
}

#[test]
fn a_phone_that_rests_after_wrong_guesses_is_listed_and_lifted() {
    let (place, controller) = with("class = 1");
    // The simulated inmate goes on keying the PIN that was taken away.
    let file = place.path("in.csv");
    fs::write(&file, "id,pin\nA-1,999999888888\n").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the mode");
    let file = file.to_str().expect("text");
    done(
        &place,
        &["import", "--inmates", file, "--apply"],
        "1 with a PIN, card or code kept or changed",
    );
    let rests = "wrong guesses: the phone of line 1 rests until 20";
    until(&place, &controller, &["block", "list"], rests);
    let lift = ["block", "lift", "--phone", "1"];
    done(&place, &lift, "lifted: the rest of the phone of line 1");
}

#[test]
fn the_numbers_that_were_called_are_listed_beside_calls() {
    let (place, controller) = with("class = 1");
    let run = until(
        &place,
        &controller,
        &["frequent", "--per", "day"],
        "asked for ",
    );
    assert!(run.out.starts_with("21555501"), "{}", run.out);
    let json = json_lines(&place.run(&["frequent", "--per", "day", "--json"]).out);
    assert!(json[0]["attempts"].as_u64() >= Some(1), "{json:?}");
    done(
        &place,
        &["frequent", "--inmates", "9"],
        "no number was called so often",
    );
}

#[test]
fn an_officers_presence_holds_over_a_kill_and_no_call_waits_after_it() {
    let (place, mut controller) = with("groups = [\"East\"]\nofficer = \"console\"");
    let present = ["officer", "present", "--group", "East", "--for", "60"];
    let said = place.run(&present);
    let told = said
        .out
        .lines()
        .next()
        .and_then(|line| line.split_once(" is present at East "));
    let told = told.expect("until when").1;
    let waiting = ["officer", "waiting"];
    let run = until(
        &place,
        &controller,
        &waiting,
        "waits for an officer at a console",
    );
    let before = attempt(&run);
    controller.signal(Signal::SIGKILL);
    controller.wait(Duration::from_secs(10));
    let controller = place.live("again.log");
    let one = format!("East: calls only while an officer is present; one is {told}");
    done(&place, &["officer", "places"], &one);
    let run = until(
        &place,
        &controller,
        &waiting,
        "waits for an officer at a console",
    );
    let after = attempt(&run);
    assert_ne!(after, before, "a number from before the kill is no call's");
    let other = "waits for an officer no more";
    refused(&place, &confirm(&before, "F-9"), other);
    let run = place.run(&confirm(&after, "F-9"));
    assert_eq!(run.code, Some(0), "{}", run.err);
}
