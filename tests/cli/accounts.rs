//! Accounts and roles, by commands where no controller runs.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

use crate::{Place, Run, places::with_database, program};

const GOOD: &str = "correct horse battery";
const OPEN: [&str; 8] = [
    "account",
    "open",
    "--officer",
    "O-17",
    "--name",
    "Doe, Josephine",
    "--role",
    "administrator",
];

/// With this on standard input.
fn told(place: &Place, command: &[&str], input: &str) -> Run {
    let mut child = Command::new(program())
        .args(command)
        .arg("--site")
        .arg(place.file())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    // One that needs no password may end before it is written.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    Run::of(child.wait_with_output().expect("its end"))
}

#[track_caller]
fn done(place: &Place, command: &[&str], input: &str) -> String {
    let run = told(place, command, input);
    assert_eq!(run.code, Some(0), "{}", run.err);
    run.out
}

#[track_caller]
fn refused(place: &Place, command: &[&str], input: &str, why: &str) {
    let run = told(place, command, input);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{}", run.err);
    assert!(run.err.contains(why), "no {why:?} in {}", run.err);
}

fn account<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["account"], words].concat()
}

#[test]
fn the_first_administrator_is_made_by_a_command() {
    let place = with_database();
    let out = done(&place, &OPEN, &format!("{GOOD}\n"));
    assert_eq!(
        out,
        "Doe, Josephine (O-17) has an account: role administrator, the whole facility\n"
    );
    let list = done(&place, &account(&["list"]), "");
    assert!(
        list.starts_with(
            "Doe, Josephine (O-17): role administrator, the whole facility; password of 20"
        ),
        "{list}"
    );
    let journal = done(&place, &["journal", "--last", "1"], "");
    assert!(
        journal.contains("opened: role 0 (administrator)"),
        "{journal}"
    );
    assert!(
        !journal.contains(GOOD) && !journal.contains("argon2"),
        "{journal}"
    );
    refused(
        &place,
        &OPEN,
        &format!("{GOOD}\n"),
        "O-17 has an account already",
    );
}

#[test]
fn a_password_that_is_none_opens_nothing() {
    let place = with_database();
    for (input, why) in [
        ("", "there is no password in the first line"),
        ("\n", "there is no password in the first line"),
        ("short\n", "less than 12 characters"),
        ("Josephine-2026\n", "made of the id or the name"),
        ("Password2026!\n", "a common word"),
    ] {
        refused(&place, &OPEN, input, why);
    }
    let long = "x7".repeat(100_000);
    refused(&place, &OPEN, &long, "more than 128 bytes");
    assert_eq!(
        done(&place, &account(&["list"]), ""),
        "nobody has an account\n"
    );
}

#[test]
fn a_password_of_chance_is_told_once_and_is_to_be_changed() {
    let place = with_database();
    let out = done(&place, &[&OPEN[..], &["--generate"]].concat(), "");
    let told = out.lines().nth(1).expect("a second line");
    let password = told
        .strip_prefix("its password, told this once: ")
        .expect("it");
    assert_eq!(password.len(), 32);
    let list = done(&place, &account(&["list"]), "");
    assert!(
        list.ends_with(", to be changed at the next login\n"),
        "{list}"
    );
    assert!(!list.contains(password));
}

/// What a terminal shows while the program runs at it; each answer is typed when it is asked for.
fn at_a_terminal(command: &str, answers: [(&str, &str); 2]) -> (Option<i32>, String) {
    let mut child = Command::new("timeout")
        .args([
            "60",
            "script",
            "--quiet",
            "--return",
            "--command",
            command,
            "/dev/null",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script");
    let mut keys = child.stdin.take().expect("a pipe");
    let mut screen = child.stdout.take().expect("a pipe");
    let mut shown = Vec::new();
    let mut answers = answers.into_iter().peekable();
    let mut octets = [0; 4096];
    loop {
        let read = screen.read(&mut octets).expect("is shown");
        if read == 0 {
            break;
        }
        shown.extend_from_slice(&octets[..read]);
        let text = String::from_utf8_lossy(&shown);
        if let Some((_, answer)) = answers.next_if(|(asked, _)| text.contains(asked)) {
            writeln!(keys, "{answer}").expect("is typed");
        }
    }
    let code = child.wait().expect("its end").code();
    (code, String::from_utf8(shown).expect("text"))
}

#[test]
fn a_password_typed_at_a_terminal_is_asked_for_twice_and_not_shown() {
    let place = with_database();
    let words = OPEN.map(|word| format!("'{word}'")).join(" ");
    let file = place.file();
    let command = format!("{} {words} --site {}", program().display(), file.display());
    let (first, second) = ("Password of Doe, Josephine (O-17): ", "The same again: ");
    let typed = |again| at_a_terminal(&command, [(first, GOOD), (second, again)]);
    let (code, shown) = typed("correct horse batter");
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains("the two differ: nothing was changed"),
        "{shown}"
    );
    assert!(!shown.contains("horse"), "{shown}");
    let (code, shown) = typed(GOOD);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("has an account: role administrator"),
        "{shown}"
    );
    assert!(!shown.contains("horse"), "{shown}");
}

#[test]
fn an_officer_who_is_not_entered_needs_a_name() {
    let place = with_database();
    let open = account(&["open", "--officer", "O-17", "--role", "administrator"]);
    refused(
        &place,
        &open,
        &format!("{GOOD}\n"),
        "no officer has the id \"O-17\"",
    );
}

#[test]
fn roles_are_made_given_changed_and_taken_out() {
    let place = with_database();
    done(&place, &OPEN, &format!("{GOOD}\n"));
    let set = [
        "role",
        "set",
        "--name",
        "records",
        "--may",
        "see call-records",
    ];
    assert_eq!(
        done(&place, &set, ""),
        "role records may: see call-records\n"
    );
    let set = [&set[..], &["--may", "do lines"]].concat();
    assert_eq!(
        done(&place, &set, ""),
        "role records may: see call-records, do lines\n"
    );
    assert_eq!(
        done(&place, &["role", "list"], ""),
        "administrator: everything\nrecords: see call-records, do lines\n"
    );
    let bad = ["role", "set", "--name", "other", "--may", "see call-record"];
    refused(&place, &bad, "", "no noun of rights: one of inmates, pins");
    refused(
        &place,
        &["role", "remove", "--name", "administrator"],
        "",
        "it is built in",
    );
    let open = account(&[
        "open",
        "--officer",
        "O-18",
        "--name",
        "Roe, R",
        "--role",
        "records",
    ]);
    done(&place, &open, &format!("{GOOD}\n"));
    let remove = ["role", "remove", "--name", "records"];
    refused(&place, &remove, "", "the account of O-18");
    let other = account(&["role", "--officer", "O-18", "--role", "administrator"]);
    assert_eq!(
        done(&place, &other, ""),
        "the account of O-18 has the role administrator\n"
    );
    assert_eq!(done(&place, &remove, ""), "role records is gone\n");
    let unknown = account(&["role", "--officer", "O-18", "--role", "records"]);
    refused(&place, &unknown, "", "administrator");
}

#[test]
fn an_account_is_off_on_and_closed_but_never_the_last_administrators() {
    let place = with_database();
    done(&place, &OPEN, &format!("{GOOD}\n"));
    for word in ["off", "close"] {
        let command = account(&[word, "--officer", "O-17"]);
        refused(&place, &command, "", "the last administrator");
    }
    let second = account(&[
        "open",
        "--officer",
        "O-18",
        "--name",
        "Roe, R",
        "--role",
        "administrator",
    ]);
    done(&place, &second, &format!("{GOOD}\n"));
    let say = |word| done(&place, &account(&[word, "--officer", "O-17"]), "");
    assert_eq!(say("off"), "the account of O-17 is off\n");
    assert_eq!(say("off"), "the account of O-17 was off already\n");
    assert!(done(&place, &account(&["list"]), "").contains("; off\n"));
    assert_eq!(say("on"), "the account of O-17 is on\n");
    let password = account(&["password", "--officer", "O-17", "--must-change"]);
    assert_eq!(
        done(&place, &password, "another horse battery\n"),
        "the account of O-17 has a new password, to be changed at the next login\n"
    );
    assert_eq!(
        say("close"),
        "the account of O-17 is closed, and its tokens are gone\n"
    );
    let off = account(&["off", "--officer", "O-17"]);
    refused(&place, &off, "", "O-17 has no account");
}
