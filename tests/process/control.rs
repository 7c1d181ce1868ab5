//! Commands beside a running controller, and what nobody may do to it by its socket.

use std::{
    fs::{self, Permissions},
    io::{Read as _, Write as _},
    os::unix::{
        fs::{PermissionsExt as _, chown},
        net::UnixStream,
        process::CommandExt as _,
    },
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use nix::{sys::signal::Signal, unistd::Uid};

use crate::{Controller, Place, Run, copied, json_lines, site};

const NOBODY: u32 = 65_534;
const START: Duration = Duration::from_secs(20);
const EXPLAIN: [&str; 7] = [
    "explain",
    "--line",
    "1",
    "--inmate",
    "A-1",
    "--number",
    "02155550199",
];

impl Place {
    fn socket(&self) -> PathBuf {
        self.path("database/control.sock")
    }

    /// A controller that answers.
    pub fn live(&self, log: &str) -> Controller {
        let mut controller = self.start(&["--grace", "0"], log);
        let begun = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            assert!(controller.is_alive(), "{}", controller.last_words());
            assert!(
                begun.elapsed() < START,
                "no socket: {}",
                controller.last_words()
            );
            thread::sleep(Duration::from_millis(20));
        }
        controller
    }

    /// What the controller says to these octets.
    fn tell(&self, octets: &[u8]) -> String {
        let mut stream = UnixStream::connect(self.socket()).expect("a controller");
        // It may have heard enough.
        let _ = stream.write_all(octets);
        let mut said = String::new();
        let _ = stream.read_to_string(&mut said);
        said
    }
}

fn live() -> (Place, Controller) {
    let place = Place::with(&site(&["666666777777"], false));
    let controller = place.live("run.log");
    (place, controller)
}

#[track_caller]
fn is_explained(place: &Place) {
    let run = place.run(&EXPLAIN);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("the number is restricted"), "{}", run.out);
}

#[test]
fn commands_are_served_beside_the_calls_of_a_running_controller() {
    let (place, mut controller) = live();
    is_explained(&place);
    let begun = Instant::now();
    let call = loop {
        if let Some(call) = place.records().into_iter().next() {
            break call;
        }
        assert!(
            begun.elapsed() < START,
            "no record: {}",
            controller.last_words()
        );
        thread::sleep(Duration::from_millis(100));
    };
    let id = call["call_id"].as_str().expect("an id");
    let told = place.run(&["explain", "--call", id]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(
        told.out.contains(&format!("call {id}, line 1")),
        "{}",
        told.out
    );
    let json = place.run(&["explain", "--json", "--call", id]);
    assert_eq!(json_lines(&json.out)[0]["call_id"], *id);
    assert!(controller.is_alive());
    controller.signal(Signal::SIGTERM);
    assert!(
        controller.wait(START).success(),
        "{}",
        controller.last_words()
    );
    assert!(
        !place.socket().exists(),
        "the socket goes with its controller"
    );
    is_explained(&place);
}

#[test]
fn a_socket_that_a_dead_controller_left_is_replaced() {
    let (place, mut controller) = live();
    controller.signal(Signal::SIGKILL);
    controller.wait(START);
    assert!(place.socket().exists(), "it could not remove it");
    is_explained(&place);
    let mut controller = place.live("again.log");
    let mode = fs::metadata(place.socket())
        .expect("a socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    is_explained(&place);
    controller.signal(Signal::SIGTERM);
    controller.wait(START);
    fs::write(place.socket(), "mine").expect("a file in its place");
    let controller = place.start(&["--grace", "0"], "third.log");
    let begun = Instant::now();
    while !controller.log().contains("is no socket: take it away") {
        assert!(begun.elapsed() < START, "{}", controller.last_words());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        fs::read_to_string(place.socket()).expect("the file"),
        "mine"
    );
}

#[test]
fn nonsense_too_much_and_too_many_are_refused_and_calls_go_on() {
    let (place, mut controller) = live();
    assert!(place.tell(b"hello\n").contains("not a request"));
    assert!(
        place
            .tell(b"{\"command\":\"open-the-doors\"}\n")
            .contains("not a request")
    );
    assert!(
        place
            .tell(b"{\"command\":\"records\"}\n")
            .contains("missing field")
    );
    assert!(
        place.tell(&[b'['; 60_000]).is_empty(),
        "a half is no request"
    );
    assert!(
        !place.tell(&[b'{'; 1 << 20]).contains("done"),
        "it is not read to its end"
    );
    assert!(place.tell(&[0xff, 0xfe, b'\n']).contains("not a request"));
    // All places are taken by clients that say nothing; they lose them after some seconds.
    let idle: Vec<UnixStream> = (0..8)
        .map(|_| UnixStream::connect(place.socket()).expect("a controller"))
        .collect();
    thread::sleep(Duration::from_millis(500));
    let full = place.run(&EXPLAIN);
    assert_eq!(full.code, Some(1), "{}", full.out);
    assert!(
        full.err.contains("no room for another command"),
        "{}",
        full.err
    );
    thread::sleep(Duration::from_secs(6));
    is_explained(&place);
    drop(idle);
    assert!(controller.is_alive());
    assert!(
        !controller.log().contains("late-reply"),
        "{}",
        controller.last_words()
    );
}

#[test]
fn a_command_of_another_user_is_refused() {
    if !Uid::effective().is_root() {
        // Only root can be another user; whom the rule lets in is a test of the server's own.
        return;
    }
    let (place, controller) = live();
    // As if somebody had opened what is closed by its modes.
    for path in [place.directory.path().to_owned(), place.path("database")] {
        fs::set_permissions(path, Permissions::from_mode(0o711)).expect("the mode");
    }
    fs::set_permissions(place.socket(), Permissions::from_mode(0o666)).expect("the mode");
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("site.toml");
    let copy = home.path().join("sallyport");
    copied(&copy);
    let database = place.path("database").display().to_string();
    let text = site(&["666666777777"], false).replace("\"database\"", &format!("{database:?}"));
    fs::write(&file, text).expect("a site file");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("the mode");
    for path in [home.path(), &file] {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("a file of nobody");
    }
    let mut command = Command::new(&copy);
    command.args(EXPLAIN).arg("--site").arg(&file);
    let run = Run::of(
        command
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .expect("the program"),
    );
    assert_eq!(run.code, Some(1), "{}", run.out);
    assert!(run.out.is_empty(), "{}", run.out);
    let told = "a command of another user is refused, user: 65534";
    wait_for(&controller, 0, told);
}

/// The log's lines from this moment on.
fn logged(controller: &Controller, since: usize) -> String {
    controller.log().split_off(since)
}

/// Who was cut keys on for a while before the handset goes down.
const LONGEST_CALL: Duration = Duration::from_secs(120);

#[track_caller]
fn wait_for(controller: &Controller, since: usize, words: &str) {
    let begun = Instant::now();
    while !logged(controller, since).contains(words) {
        assert!(
            begun.elapsed() < LONGEST_CALL,
            "no {words:?}: {}",
            controller.last_words()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// When the first line with these words was logged, in milliseconds since 1970.
fn stamp(log: &str, words: &str) -> i64 {
    let line = log
        .lines()
        .find(|line| line.contains(words))
        .expect("such a line");
    let time: jiff::Timestamp = line[..24].parse().expect("a time");
    time.as_millisecond()
}

/// Done, and says so.
#[track_caller]
pub fn done(place: &Place, command: &[&str], says: &str) {
    let run = place.run(command);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains(says), "no {says:?} in {}", run.out);
}

#[test]
fn everything_is_shut_down_within_a_second_on_live_lines_and_resumed() {
    // Some call and some are idle, who will lift their handsets soon.
    let pins: Vec<String> = (0..8).map(|at| format!("66666677777{at}")).collect();
    let pins: Vec<&str> = pins.iter().map(String::as_str).collect();
    let place = Place::with(&site(&pins, false));
    let controller = {
        let mut controller = place.start(&["--grace", "0", "--log", "debug"], "run.log");
        wait_for(&controller, 0, "to: pin");
        assert!(controller.is_alive());
        controller
    };
    let since = controller.log().len();
    done(
        &place,
        &["shutdown", "--all", "--cut"],
        "shut down: everything, 8 phones; ",
    );
    wait_for(&controller, since, "cut-off");
    // As the controller has it: the command's own process may be slow to start.
    let log = logged(&controller, since);
    let took = stamp(&log, "cut-off") - stamp(&log, "what: shutdown");
    assert!(
        took < Duration::from_secs(1).as_millis() as i64,
        "{took} ms: {log}"
    );
    done(&place, &["shutdowns"], "shut down: everything, since");
    // Whoever lifts a handset from now on hears so, and no dial tone.
    let since = controller.log().len();
    wait_for(&controller, since, "prompt: out-of-service");
    let log = logged(&controller, since);
    assert!(!log.contains("to: dial-tone"), "{log}");
    done(
        &place,
        &[
            "explain",
            "--line",
            "1",
            "--inmate",
            "A-1",
            "--number",
            "2155550100",
        ],
        "Refused: the phone is out of service",
    );
    done(
        &place,
        &["shutdown", "--phone", "2"],
        "the phone of line 2, 1 phone; no call is under way there",
    );
    done(
        &place,
        &["resume", "--all"],
        "still shut down: the phone of line 2",
    );
    let since = controller.log().len();
    wait_for(&controller, since, "to: dial-tone");
    assert!(!logged(&controller, since).contains("to: dial-tone, from: idle, line: 2"));
    done(
        &place,
        &["resume", "--phone", "2"],
        "resumed: the phone of line 2",
    );
    let again = place.run(&["resume", "--phone", "2"]);
    assert_eq!(again.code, Some(1), "{}", again.out);
    let why = "is not shut down by this name";
    assert!(again.err.contains(why), "{}", again.err);
    let unknown = place.run(&["shutdown", "--group", "East"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.out);
    assert_eq!(
        place.run(&["shutdown"]).code,
        Some(2),
        "of what is to be said"
    );
}

#[test]
fn a_file_is_imported_beside_calls_all_of_it_or_none() {
    let (place, mut controller) = live();
    let file = place.path("in.csv");
    let path = file.to_str().expect("text").to_owned();
    let import = |text: String, apply: &[&str]| {
        fs::write(&file, text).expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("the mode");
        place.run(&[&["import", "--inmates", &path], apply].concat())
    };
    let rows: String = (0..2000)
        .map(|at| format!("N-{at},Name,{at:012}\n"))
        .collect();
    let bad = format!("id,name,pin\n{rows}N-2000,,\n");
    let refused = import(bad, &["--apply"]);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.out.contains("row 2002, name"), "{}", refused.out);
    assert!(
        refused.out.contains("1 bad; nothing was written"),
        "{}",
        refused.out
    );
    let good = format!("id,name,pin\n{rows}");
    let checked = import(good.clone(), &[]);
    assert!(
        checked.out.contains("2000 new, 0 changed"),
        "{}",
        checked.out
    );
    let written = import(good.clone(), &["--apply"]);
    assert_eq!(written.code, Some(0), "{}", written.err);
    assert!(
        written
            .out
            .contains("2000 new, 0 changed, 0 as they were, 0 bad; written")
    );
    let again = import(good, &["--apply"]);
    let kept = "0 new, 0 changed, 0 as they were, 2000 with a PIN, card or code kept or changed";
    assert!(again.out.contains(kept), "{}", again.out);
    assert!(controller.is_alive());
    let log = controller.log();
    assert!(!log.contains("late-reply"), "{log}");
    assert!(!log.contains("000000001999"), "no PIN is in the log");
}

#[test]
fn officers_and_cards_go_in_and_out_beside_calls_and_no_secret_is_told() {
    let (place, mut controller) = live();
    let text = |path: std::path::PathBuf| path.to_str().expect("text").to_owned();
    let import = |what: &str, rows: String| {
        let file = place.path("in.csv");
        fs::write(&file, rows).expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("the mode");
        place.run(&["import", what, &text(file), "--apply"])
    };
    let officers = (0..1200).map(|at| format!("F-{at},Officer,{}\n", 700_000 + at));
    let cards = (0..1200).map(|at| format!("F-{at},officer,SECRET{at:04}\n"));
    let head = ["id,name,code\n", "id,holder,card\n"].map(str::to_owned);
    let [officers, cards] = [officers.collect::<String>(), cards.collect()];
    let [of_officers, of_cards] = head;
    for (what, rows) in [
        ("--officers", of_officers + &officers),
        ("--cards", of_cards + &cards),
    ] {
        let written = import(what, rows.clone());
        assert_eq!(written.code, Some(0), "{}", written.err);
        let told = "1200 new, 0 changed, 0 as they were, 0 bad; written";
        assert!(written.out.contains(told), "{}", written.out);
        let again = import(what, rows);
        let kept =
            "0 new, 0 changed, 0 as they were, 1200 with a PIN, card or code kept or changed";
        assert!(again.out.contains(kept), "{}", again.out);
        let out = text(place.path(&format!("out{what}.csv")));
        let export = place.run(&["export", what, &out]);
        assert_eq!(export.code, Some(0), "{}", export.err);
        let out = fs::read_to_string(out).expect("a file");
        let ours = out.lines().filter(|line| line.starts_with("F-"));
        assert_eq!(ours.count(), 1200, "pages are put together");
        assert!(!out.contains("SECRET") && !out.contains("701199"), "{what}");
    }
    assert!(controller.is_alive());
    let log = controller.log();
    assert!(!log.contains("late-reply"), "{log}");
    assert!(!log.contains("SECRET") && !log.contains("701199"), "{log}");
}

#[test]
fn an_export_that_fails_half_way_leaves_no_file_and_is_tried_again() {
    let (place, mut controller) = live();
    let rows: String = (0..1200)
        .map(|at| format!("F-{at},Officer {at}\n"))
        .collect();
    let file = place.path("in.csv");
    fs::write(&file, format!("id,name\n{rows}")).expect("a file");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("the mode");
    let file = file.to_str().expect("text");
    let written = place.run(&["import", "--officers", file, "--apply"]);
    assert_eq!(written.code, Some(0), "{}", written.err);
    let out = place.path("out");
    fs::create_dir(&out).expect("a directory");
    for (name, why) in [
        ("out.csv", "it would be larger than"),
        ("out.xlsx", "the rows of a workbook are kept in"),
    ] {
        let path = out.join(name);
        let mut export = place.command(&["export", "--officers", path.to_str().expect("text")]);
        // As a disk that is full after some KiB.
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]);
        limited.arg(export.get_program()).args(export.get_args());
        let run = Run::of(limited.output().expect("a shell"));
        assert_eq!(run.code, Some(1), "{} {}", run.out, run.err);
        let told = format!("{}: can't be written: {why}", path.display());
        assert!(!run.err.contains("panicked"), "{}", run.err);
        assert!(run.err.contains(&told), "{}", run.err);
        let left = fs::read_dir(&out).expect("reads").count();
        assert_eq!(left, 0, "nothing is left of {name}");
        let again = Run::of(export.output().expect("the program"));
        assert!(again.out.contains("rows written"), "{}", again.err);
        let once_more = Run::of(export.output().expect("the program"));
        assert!(
            once_more.err.contains("is there already, and stays"),
            "{}",
            once_more.err
        );
        assert_eq!(
            fs::read_dir(&out).expect("reads").count(),
            1,
            "and no draft"
        );
        fs::remove_file(path).expect("is removed");
    }
    assert!(controller.is_alive());
}

#[test]
fn a_dry_run_beside_calls_is_in_the_journal_before_anything_of_it_is_told() {
    let (place, mut controller) = live();
    let rows: String = (0..300)
        .map(|at| format!("N-{at},Name,{at:012}\n"))
        .collect();
    let file = place.path("in.csv");
    fs::write(
        &file,
        format!("id,name,pin\n{rows}N-300,Name,666666777777\n"),
    )
    .expect("a file");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("the mode");
    let file = file.to_str().expect("text");
    for apply in [&[][..], &["--apply"]] {
        let run = place.run(&[&["import", "--inmates", file], apply].concat());
        assert_eq!(run.code, Some(1), "{}", run.err);
        let told = "row 302, pin: this PIN is given out already";
        assert!(run.out.contains(told), "{}", run.out);
    }
    let journal = place.run(&["journal"]).out;
    let told =
        "checked in.csv: 301 rows, 301 of them with a PIN, card or code, 1 with somebody else's";
    assert_eq!(journal.matches(told).count(), 2, "{journal}");
    assert!(controller.is_alive());
}
