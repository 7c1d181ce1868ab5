//! What the commands do when the file is right.

use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sallyport::demo::scripts::STAGED;
use serde_json::Value;

use crate::{Place, Run, SAMPLE, program, sallyport};

const KEYS: [&str; 35] = [
    "call_id",
    "line",
    "inmate",
    "dialed",
    "pattern",
    "call_type",
    "started_at",
    "answered_at",
    "ended_at",
    "talk_seconds",
    "joined_seconds",
    "recorded_seconds",
    "recording_gap_seconds",
    "limit_seconds",
    "disposition",
    "ended_by",
    "screening",
    "answer_evidence",
    "release_evidence",
    "three_way",
    "flags",
    "blocked",
    "trunk",
    "language",
    "handling",
    "officer",
    "treatment",
    "route",
    "extra_digits",
    "far_digits",
    "three_way_times",
    "warned",
    "interfered",
    "party_block",
    "acceptance",
];

fn records(run: &Run) -> Vec<Value> {
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    run.out.lines().map(parse).collect()
}

#[track_caller]
fn find<'a>(records: &'a [Value], key: &str, value: &str) -> &'a Value {
    let found = records.iter().find(|record| record[key] == value);
    found.unwrap_or_else(|| panic!("no record with {key} {value}"))
}

#[test]
fn the_sample_site_has_nothing_to_change() {
    let run = Place::with(SAMPLE).run(&["check"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("8 phones, 8 trunks"), "{}", run.out);
    assert!(run.out.contains("nothing to change"), "{}", run.out);
}

#[test]
fn a_trunk_for_one_phone_alone_is_told() {
    let own = SAMPLE.replacen("channel = 9\n", "channel = 9\nline = 4\n", 1);
    let run = Place::with(&own).run(&["check"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.out
            .contains("trunk 1: channel 9, loop start, DTMF, for line 4 alone"),
        "{run:?}"
    );
}

#[test]
fn records_of_a_site_without_a_database_say_so() {
    let run = Place::with(SAMPLE).run(&["records"]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("there is no database"), "{}", run.err);
}

#[test]
fn a_fast_demo_prints_only_records_with_these_keys() {
    let run = sallyport(&["demo", "--fast", "--json", "--phones", "6"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let records = records(&run);
    let keys: BTreeSet<&str> = KEYS.into_iter().collect();
    for record in &records {
        let found: BTreeSet<&str> = record
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(found, keys);
    }
    let ids: BTreeSet<String> = records
        .iter()
        .map(|record| record["call_id"].to_string())
        .collect();
    assert_eq!(ids.len(), records.len(), "each call once");
    for disposition in [
        "blocked",
        "busy",
        "intercept",
        "no-answer",
        "refused",
        "completed",
        "limited",
    ] {
        find(&records, "disposition", disposition);
    }
}

#[test]
fn the_staged_collect_call_is_accepted_and_left_by_the_called_party() {
    let run = sallyport(&["demo", "--fast", "--json", "--phones", "1"]);
    let records = records(&run);
    let call = find(&records, "dialed", "02155550142");
    assert_eq!(call["inmate"], "A-1042");
    assert_eq!(call["pattern"], "zero-plus");
    assert_eq!(call["handling"], "automated-operator");
    assert_eq!(call["disposition"], "completed");
    assert_eq!(call["ended_by"], "called-party");
    assert!(
        call["talk_seconds"].as_f64().expect("a number") > 5.0,
        "{call}"
    );
    let released = call["release_evidence"].as_array().expect("a list");
    assert!(
        released
            .iter()
            .any(|piece| piece["evidence"] == "dial-tone"),
        "{call}"
    );
    assert_eq!(
        call["flags"],
        serde_json::json!([]),
        "its exchange tells every end so"
    );
}

#[test]
fn each_staged_call_ends_as_it_is_staged() {
    let kept = tempfile::tempdir().expect("a directory");
    let into = kept.path().to_str().expect("text");
    let run = sallyport(&["demo", "--fast", "--json", "--record", into]);
    let mut records = records(&run);
    records.sort_by_key(|record| record["started_at"].to_string());
    for line in 1..=8 {
        let of_line = |record: &&Value| record["line"] == line;
        let told: Vec<String> = records.iter().filter(of_line).map(outcome).collect();
        let staged: Vec<String> = STAGED
            .iter()
            .filter(|call| call.line == line)
            .map(|call| {
                let why = call.blocked.unwrap_or("placed");
                format!("{} {} {why}", call.dialed, call.disposition)
            })
            .collect();
        assert!(
            !staged.is_empty() && told.starts_with(&staged),
            "line {line}: {told:#?}"
        );
    }
    let attorney = find(&records, "dialed", "2155550177");
    assert!(attorney["recorded_seconds"].is_null(), "{attorney}");
    let sister = find(&records, "disposition", "dtmf-disconnect");
    assert!(sister["recorded_seconds"].as_f64() > Some(1.0), "{sister}");
    assert!(attorney["limit_seconds"].is_null(), "{attorney}");
}

fn outcome(record: &Value) -> String {
    let text = |key: &str| record[key].as_str().unwrap_or("placed").to_owned();
    format!(
        "{} {} {}",
        text("dialed"),
        text("disposition"),
        text("blocked")
    )
}

#[test]
fn a_demo_ends_with_why_a_call_was_refused() {
    let run = sallyport(&["demo", "--fast", "--phones", "3"]);
    for part in [
        "why was call 7-",
        "calls and minutes left",
        "(calls-used-up)",
    ] {
        assert!(run.out.contains(part), "no {part:?} in:\n{}", run.out);
    }
}

#[test]
fn the_same_seed_makes_the_same_records() {
    let run = |seed| {
        sallyport(&[
            "demo",
            "--fast",
            "--json",
            "--seconds",
            "60",
            "--seed",
            seed,
        ])
        .out
    };
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5"), run("6"));
}

#[test]
fn a_fast_demo_tells_a_story_and_no_pin() {
    let record = tempfile::tempdir().expect("a directory");
    let into = record.path().to_str().expect("text");
    let run = sallyport(&["demo", "--fast", "--phones", "2", "--record", into]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for part in [
        "the inmate keys ••••••",
        "says to the inmate: \"",
        "says to the called party: \"",
        "hears on the trunk: dial tone",
        "the called party accepts the call",
        "the far end is gone: dial tone",
        "(number-restricted); passed: pin required (yes), pin table (found)",
        "one way",
    ] {
        assert!(run.out.contains(part), "no {part:?} in:\n{}", run.out);
    }
    let text = format!("{}{}", run.out, run.err);
    assert!(!text.contains('\x1b'), "plain text when it is no terminal");
    for pin in ["482915", "730264"] {
        assert!(!text.contains(pin), "a PIN is told");
    }
    let recordings = fs::read_dir(record.path()).expect("the directory").count();
    assert!(recordings >= 1, "line 1's call is recorded");
    assert!(run.out.contains(into), "the path of the recording is told");
}

#[test]
fn a_log_has_neither_keys_nor_steps_unless_they_are_asked_for_and_no_prompt_as_code() {
    let busy = SAMPLE.replace("calls_per_hour = 240", "calls_per_hour = 3600");
    let lines = |level: &[&str]| {
        let place = Place::with(&busy);
        let mut child = Command::new(program())
            .args(["run", "--grace", "0", "--site"])
            .arg(place.file())
            .args(level)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        thread::sleep(Duration::from_secs(8));
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("the signal");
        let mut log = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        std::io::Read::read_to_string(&mut stderr, &mut log).expect("the log");
        assert!(child.wait().expect("the end").success(), "{log}");
        log
    };
    let usual = lines(&[]);
    for absent in ["keyed", "phase", "says", "heard"] {
        assert!(
            !usual.contains(&format!(" {absent}, ")),
            "{absent} in {usual}"
        );
    }
    for told in ["off-hook", "ended", "stopped"] {
        assert!(usual.contains(&format!(" {told}")), "no {told} in {usual}");
    }
    let all = lines(&["--log", "debug"]);
    assert!(all.contains("DEBG keyed, "), "{all}");
    let prompts = all.split("prompt: ").skip(1);
    let first: Vec<Option<char>> = prompts.map(|prompt| prompt.chars().next()).collect();
    let as_names = first.iter().flatten().all(char::is_ascii_lowercase);
    assert!(
        !first.is_empty() && as_names && !all.contains(" { "),
        "{all}"
    );
}

/// A controller on the real clock, told to stop as a service manager does.
#[test]
fn a_run_ends_at_sigterm_with_every_record_finished() {
    let busy = SAMPLE.replace("calls_per_hour = 240", "calls_per_hour = 3600");
    let place = Place::with(&busy);
    let mut child = Command::new(program())
        .args([
            "run",
            "--log-json",
            "--log",
            "debug",
            "--grace",
            "1",
            "--site",
        ])
        .arg(place.file())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    thread::sleep(Duration::from_secs(8));
    let live = place.run(&["records"]);
    assert_eq!(live.code, Some(0), "asked of the controller: {}", live.err);
    let second = place.run(&["run"]);
    assert_eq!(second.code, Some(1), "the database is held");
    let pid = child.id().to_string();
    assert!(
        second.err.contains(&pid),
        "the holder's process is named: {}",
        second.err
    );

    let asked = Instant::now();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("the signal");
    let mut log = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    std::io::Read::read_to_string(&mut stderr, &mut log).expect("the log");
    let status = child.wait().expect("the end");
    assert!(status.success(), "{status}: {log}");
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "{:?}",
        asked.elapsed()
    );
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "{log}"
    );
    // Without the times: their fractions of a second can spell anything.
    let told = log.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect("checked above");
        line["ts"] = Value::Null;
        line.to_string()
    });
    let told: String = told.collect();
    for pin in ["482915", "730264", "615738"] {
        assert!(!told.contains(pin), "a PIN is logged");
    }

    let words = place.run(&["records"]).out;
    let records = records(&place.run(&["records", "--json"]));
    assert!(!records.is_empty());
    let times: Vec<&str> = words.lines().map(|line| &line[..19]).collect();
    assert_eq!(times.len(), records.len(), "{words}");
    assert!(
        times.is_sorted(),
        "in the order of their beginnings: {words}"
    );
    for line in words.lines() {
        let date = line.starts_with("20") && line.as_bytes()[4] == b'-';
        assert!(
            date && (line.contains(" EST call 7-") || line.contains(" EDT call 7-")),
            "{line}"
        );
    }
    for record in &records {
        assert_ne!(record["disposition"], "in-progress", "{record}");
        assert!(record["ended_at"].is_string(), "{record}");
    }
}
