//! Whole runs of the program, searched for the PINs that were keyed in them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use nix::sys::signal::Signal;

use crate::{
    Place, Run, SAMPLE, listening, program,
    scan::{self, files, found, hold_none, tells_none},
    site, story,
};

/// None of their digits is in a number that can be called, and no time has so many digits.
const PINS: [&str; 8] = [
    "738946387496",
    "496873648397",
    "864793869473",
    "379468936847",
    "683974836749",
    "947386479368",
    "836497386947",
    "469783649873",
];

/// PINs of nobody, which the same people key another time.
const WRONG: [&str; 8] = [
    "987643987634",
    "876439876439",
    "764398764398",
    "643987643986",
    "439876439874",
    "398764398763",
    "978634978637",
    "786349786347",
];

const NUMBER: &str = "21555501";

/// A controller from its start to its end.
fn lives(place: &Place, arguments: &[&str], log: &str, length: Duration) -> String {
    let mut controller = place.start(arguments, log);
    thread::sleep(length);
    controller.signal(Signal::SIGTERM);
    let status = controller.wait(Duration::from_secs(15));
    assert!(status.success(), "{}", controller.last_words());
    controller.log()
}

fn recordings(directory: &Path) -> Vec<PathBuf> {
    let mut files = files(directory);
    files.retain(|file| file.extension().is_some_and(|e| e == "wav"));
    files
}

/// Four digits of a PIN in a row are too many. Gives all digits that were heard, for each side.
fn keys_no_pin(wavs: &[PathBuf], pins: &[&str]) -> [Vec<String>; 2] {
    assert!(!wavs.is_empty(), "nothing was recorded");
    let mut all = [Vec::new(), Vec::new()];
    for wav in wavs {
        for (side, digits) in listening::digits(wav).into_iter().enumerate() {
            for pin in pins {
                let piece = (0..=pin.len() - 4).find(|at| digits.contains(&pin[*at..*at + 4]));
                assert_eq!(piece, None, "{pin} in {digits} of {}", wav.display());
            }
            all[side].push(digits);
        }
    }
    all
}

#[test]
fn a_controller_leaves_no_pin_in_its_output_database_or_recordings() {
    let place = Place::with(&site(&PINS, true));
    let log = lives(
        &place,
        &["--log-json", "--log", "debug", "--grace", "1"],
        "run.log",
        Duration::from_secs(13),
    );
    // The database is filled once: these are PINs of nobody now.
    place.write(&site(&WRONG, true));
    let second = lives(
        &place,
        &["--log-json", "--log", "debug", "--grace", "0"],
        "wrong.log",
        Duration::from_secs(8),
    );
    lives(
        &place,
        &["--log", "debug", "--grace", "0"],
        "words.log",
        Duration::from_secs(3),
    );
    let all: Vec<&str> = PINS.into_iter().chain(WRONG).collect();

    let mut told = String::new();
    for command in [&["check"][..], &["records"], &["records", "--json"]] {
        let run = place.run(command);
        assert_eq!(run.code, Some(0), "{command:?}: {}", run.err);
        tells_none(&run.out, &all);
        tells_none(&run.err, &all);
        told.push_str(&run.out);
    }
    assert!(told.contains(NUMBER), "the dialed numbers are told");
    assert!(log.contains("pin-table:found"), "PINs were keyed");
    assert!(second.contains("pin-try-again"), "wrong PINs were keyed");

    // The site file is where PINs are, and where they may be.
    let file = place.path("site.toml");
    let octets = fs::read(&file).expect("the site file");
    assert_eq!(found(&octets, WRONG[0]), Some("text"));
    let mut files = files(place.directory.path());
    files.retain(|path| *path != file);
    hold_none(&files, &all);
    for name in ["run.log", "wrong.log", "words.log"] {
        tells_none(&fs::read_to_string(place.path(name)).expect("a log"), &all);
    }
    let database = fs::read(place.path("database/data.mdb")).expect("the database");
    let text = String::from_utf8_lossy(&database);
    assert!(
        text.contains(NUMBER),
        "the search can see into the database"
    );
    for log in [&log, &second] {
        spells_no_pin(log, &all);
    }

    let [phones, trunks] = keys_no_pin(&recordings(&place.path("wav")), &all);
    let dialed = trunks
        .iter()
        .filter(|digits| digits.contains(NUMBER))
        .count();
    assert!(dialed >= 3, "numbers that were outpulsed: {trunks:?}");
    assert!(
        phones.iter().all(|digits| !digits.contains(NUMBER)),
        "{phones:?}"
    );
}

/// Digits that are logged one by one must not spell a PIN either.
fn spells_no_pin(log: &str, pins: &[&str]) {
    let keyed = story::keyed(log);
    assert_eq!(keyed.len(), pins.len() / 2, "every phone was used");
    for (line, digits) in keyed {
        assert!(digits.starts_with("............"), "line {line}: {digits}");
        for pin in pins {
            let piece = (0..=pin.len() - 4).find(|at| digits.contains(&pin[*at..*at + 4]));
            assert_eq!(piece, None, "{pin} in {digits} of line {line}");
        }
    }
}

/// The PINs of the sample site.
fn sample_pins() -> Vec<&'static str> {
    let pins = SAMPLE.lines().filter_map(|line| {
        line.strip_prefix("pin = \"")
            .and_then(|rest| rest.strip_suffix('"'))
    });
    let pins: Vec<&str> = pins.collect();
    assert_eq!(pins.len(), 8);
    pins
}

fn demo(temporary: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("demo").args(arguments).env("TMPDIR", temporary);
    command
}

#[test]
fn a_demonstration_tells_and_records_no_pin() {
    let pins = sample_pins();
    let temporary = tempfile::tempdir().expect("a directory");
    let into = tempfile::tempdir().expect("a directory");
    let into = into.path();
    let directory = into.to_str().expect("text");
    let mut told = String::new();
    for arguments in [
        &["--fast", "--json"][..],
        &["--fast"],
        &["--fast", "--seed", "9", "--record", directory],
    ] {
        let run = Run::of(demo(temporary.path(), arguments).output().expect("it runs"));
        assert_eq!(run.code, Some(0), "{}", run.err);
        tells_none(&run.out, &pins);
        tells_none(&run.err, &pins);
        told.push_str(&run.out);
    }
    assert!(told.contains("2155550142"), "the dialed number is told");
    assert!(told.contains("keys ••••••"), "that a PIN is keyed is told");

    let mut wavs = recordings(temporary.path());
    wavs.extend(recordings(into));
    hold_none(&wavs, &pins);
    let [_, trunks] = keys_no_pin(&wavs, &pins);
    let mother = trunks
        .iter()
        .filter(|digits| digits.contains("12155550142"));
    assert!(mother.count() >= 2, "the followed call: {trunks:?}");
    let left = files(temporary.path());
    assert!(
        left.iter().all(|file| wavs.contains(file)),
        "only recordings stay behind: {left:?}"
    );
}

/// A demonstration throws its database away at the end; so it is killed before that.
#[test]
fn the_database_of_a_demonstration_holds_no_pin() {
    let pins = sample_pins();
    let temporary = tempfile::tempdir().expect("a directory");
    let mut child = demo(temporary.path(), &["--json", "--seconds", "60"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    thread::sleep(Duration::from_secs(8));
    child.kill().expect("it ran");
    child.wait().expect("its end");
    let files = scan::files(temporary.path());
    hold_none(&files, &pins);
    let database = files.iter().find(|file| file.ends_with("data.mdb"));
    let octets = fs::read(database.expect("a database")).expect("the database");
    assert_eq!(
        found(&octets, "2155550199"),
        Some("text"),
        "a dialed number"
    );
}
