//! The demonstration as an ordinary user starts it: no real-time right, little memory that may
//! be locked.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use nix::{
    sys::resource::{Resource, getrlimit},
    unistd::Uid,
};

use crate::{Run, copied};

/// Nobody: a user without rights on every system.
const NOBODY: u32 = 65_534;
/// What most systems let an ordinary user lock.
const USUAL: u64 = 8 << 20;

/// Runs `sallyport demo` without privileges, with at most this much locked memory.
fn demo(memory: u64, arguments: &[&str]) -> Run {
    let root = Uid::effective().is_root();
    let home = tempfile::tempdir().expect("a directory");
    let copy = home.path().join("sallyport");
    copied(&copy);
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("the mode");
    if root {
        chown(home.path(), Some(NOBODY), Some(NOBODY)).expect("a directory of nobody");
    }
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--memlock={0}:{0}", memory.min(most_memory())))
        .arg("--rtprio=0:0")
        .arg(&copy)
        .arg("demo")
        .args(arguments)
        .current_dir(home.path())
        .env("TMPDIR", home.path());
    if root {
        // All groups and capabilities go with the user.
        command.uid(NOBODY).gid(NOBODY);
    }
    let run = Run::of(command.output().expect("prlimit of util-linux"));
    was_put_away(home.path());
    run
}

/// A limit can be lowered by everybody, and raised by nobody.
fn most_memory() -> u64 {
    let (_, hard) = getrlimit(Resource::RLIMIT_MEMLOCK).expect("a limit");
    hard
}

fn was_put_away(home: &Path) {
    for entry in fs::read_dir(home).expect("the directory") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(!name.starts_with("sallyport-demo-"), "{name} stays behind");
    }
}

#[track_caller]
fn warnings<'a>(run: &'a Run, words: &str) -> Vec<&'a str> {
    run.err
        .lines()
        .filter(|line| line.contains(words))
        .collect()
}

/// That real time is denied is told once, with what to do.
#[track_caller]
fn is_warned_of_real_time(run: &Run) {
    let told = warnings(run, "real-time");
    assert_eq!(told.len(), 1, "{}", run.err);
    for words in [
        "WARN",
        "lines run without real-time priority",
        "audio may stutter under load",
        "grant CAP_SYS_NICE or a real-time priority limit",
    ] {
        assert!(told[0].contains(words), "no {words:?} in {}", told[0]);
    }
}

#[test]
fn the_demonstration_works_for_an_ordinary_user() {
    let run = demo(USUAL, &["--phones", "4", "--seconds", "12"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    is_warned_of_real_time(&run);
    let memory = warnings(&run, "could not be locked");
    assert!(memory.len() <= 1, "{}", run.err);
    assert_eq!(
        run.err.lines().count(),
        1 + memory.len(),
        "nothing else is wrong: {}",
        run.err
    );
    assert!(run.out.contains("4 phones, 4 trunks"), "{}", run.out);
    assert!(
        run.out
            .contains("dialed 2155550199 (direct, local). Refused: the number is restricted."),
        "{}",
        run.out
    );
    assert!(run.out.contains("late frames: "), "{}", run.out);
    let frames = run.out.split("late frames: ").nth(1).expect("a count");
    let handled = frames.split_whitespace().nth(2).expect("of how many");
    let handled: u64 = handled.parse().expect("a number");
    assert!(handled > 1000, "frames were handled: {frames}");
}

#[test]
fn memory_that_may_not_be_locked_is_told_once_with_the_limit() {
    let run = demo(64 << 10, &["--json", "--phones", "4", "--seconds", "3"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    is_warned_of_real_time(&run);
    let told = warnings(&run, "could not be locked");
    assert_eq!(told.len(), 1, "{}", run.err);
    assert!(
        told[0].contains("the limit of locked memory is 64 KiB"),
        "{}",
        told[0]
    );
    assert_eq!(run.err.lines().count(), 2, "{}", run.err);
}
