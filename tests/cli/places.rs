//! What stands in the way of a start on the disk: `check` tells it before `run` does, in the same words.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};

use crate::{Place, Run, SAMPLE, copied, program};

/// Nobody: a user without rights on every system.
const NOBODY: u32 = 65_534;

impl Place {
    fn data(&self) -> PathBuf {
        self.directory.path().join("north-state/database")
    }

    fn make_data(&self) {
        fs::create_dir_all(self.data()).expect("a directory");
    }
}

/// Both refuse, and say so with these words.
#[track_caller]
fn both_refuse(place: &Place, parts: &[&str]) {
    let check = place.run(&["check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    let run = place.run(&["run"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for part in parts {
        assert!(check.out.contains(part), "no {part:?}: {}", check.out);
        assert!(run.err.contains(part), "no {part:?}: {}", run.err);
    }
}

/// A site whose database was made by a controller that has run.
pub fn with_database() -> Place {
    with_database_of(SAMPLE, 0)
}

/// The same of another site file, of which `check` says so.
pub fn with_database_of(site: &str, checked: i32) -> Place {
    let place = Place::with(site);
    let mut child = Command::new(program())
        .args(["run", "--grace", "0", "--site"])
        .arg(place.file())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let recordings = place.directory.path().join("north-state/recordings");
    while !place.data().join("site.key").exists() || !recordings.exists() {
        let ended = child.try_wait().expect("is asked");
        assert!(ended.is_none(), "the controller does not run: {ended:?}");
        thread::sleep(Duration::from_millis(50));
    }
    let held = place.run(&["check"]);
    assert_eq!(held.code, Some(checked), "while it runs: {held:?}");
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("the signal");
    assert!(child.wait().expect("the end").success());
    let check = place.run(&["check"]);
    assert_eq!(check.code, Some(checked), "{check:?}");
    place
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode");
}

#[test]
fn a_directory_of_data_that_everybody_may_change_is_refused() {
    let place = Place::with(SAMPLE);
    place.make_data();
    mode(&place.data(), 0o777);
    let remedy = format!("do: chmod go-w {}", place.data().display());
    both_refuse(&place, &["site.data", "mode 777", &remedy]);
}

#[test]
fn a_directory_that_everybody_can_put_another_in_place_of_is_refused() {
    let place = Place::with(SAMPLE);
    place.make_data();
    let above = place.directory.path().join("north-state");
    mode(&above, 0o777);
    let remedy = format!("do: chmod go-w {}", above.display());
    both_refuse(&place, &["`site.data`", "`site.recordings`", &remedy]);
}

#[test]
fn a_site_file_in_a_directory_that_everybody_may_change_is_refused() {
    let place = Place::with(SAMPLE);
    mode(place.directory.path(), 0o777);
    let remedy = format!("do: chmod go-w {}", place.directory.path().display());
    both_refuse(&place, &["site.toml", &remedy]);
    mode(place.directory.path(), 0o1777);
    assert_eq!(
        place.run(&["check"]).code,
        Some(0),
        "with the sticky bit only owners can"
    );
}

#[test]
fn directories_that_cannot_be_made_are_told_with_key_and_place() {
    for key in ["data", "recordings"] {
        let lines = SAMPLE
            .lines()
            .map(|line| match line.starts_with(&format!("{key} = ")) {
                true => format!("{key} = \"/proc/foo\"\n"),
                false => format!("{line}\n"),
            });
        let place = Place::with(&lines.collect::<String>());
        let key = format!("`site.{key}`: /proc/foo: can't be made in /proc: ");
        both_refuse(&place, &[&key]);
    }
}

#[test]
fn a_file_in_the_place_of_a_directory_is_told() {
    let place = Place::with(SAMPLE);
    place.make_data();
    fs::remove_dir(place.data()).expect("removed");
    fs::write(place.data(), "").expect("a file");
    let what = format!(
        "`site.data`: {}: is not a directory",
        place.data().display()
    );
    both_refuse(&place, &[&what]);
}

#[test]
fn one_directory_for_data_and_recordings_is_refused() {
    let same = SAMPLE.replacen("north-state/recordings", "./north-state/database", 1);
    both_refuse(
        &Place::with(&same),
        &["`site.recordings`", "the directory of `data` too"],
    );
}

#[test]
fn a_directory_of_data_that_the_user_may_not_write_is_told() {
    if !Uid::effective().is_root() {
        // Only root can become another user; for who is another, the directory is of root.
        let place = Place::with(&SAMPLE.replacen("\"north-state/database\"", "\"/usr\"", 1));
        return both_refuse(&place, &["can't be written"]);
    }
    let place = Place::with(SAMPLE);
    place.make_data();
    let copy = place.directory.path().join("sallyport");
    copied(&copy);
    mode(&copy, 0o755);
    mode(&place.data(), 0o500);
    for path in [
        place.directory.path(),
        &place.file(),
        &place.data().join(".."),
        &place.data(),
    ] {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("nobody's");
    }
    let site = place.file();
    let as_nobody = |command: &str| {
        let mut program = Command::new(&copy);
        program.args([command, "--site"]).arg(&site);
        Run::of(
            program
                .uid(NOBODY)
                .gid(NOBODY)
                .output()
                .expect("the program"),
        )
    };
    let (check, run) = (as_nobody("check"), as_nobody("run"));
    assert_eq!(
        (check.code, run.code),
        (Some(1), Some(1)),
        "{check:?} {run:?}"
    );
    let what = format!("{}", place.data().display());
    for told in [check.out, run.err] {
        assert!(
            told.contains("`site.data`") && told.contains(&what),
            "{told}"
        );
        assert!(told.contains("Permission denied"), "{told}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_told_before_it_is_opened() {
    let place = with_database();
    let data = place.data();
    let key = fs::read(data.join("site.key")).expect("the key");

    fs::remove_file(data.join("site.key")).expect("removed");
    both_refuse(&place, &["site.key is missing: restore it"]);
    fs::write(data.join("site.key"), &key).expect("the key");
    mode(&data.join("site.key"), 0o600);

    let text = SAMPLE.replacen("id = 7", "id = 8", 1);
    fs::write(place.file(), &text).expect("the site file");
    both_refuse(&place, &["belongs to site 7, the site file says 8"]);
    fs::write(place.file(), SAMPLE).expect("the site file");

    fs::remove_dir_all(data.with_file_name("recordings")).expect("removed");
    assert_eq!(place.run(&["check"]).code, Some(0), "it is made again");

    fs::write(data.join("data.mdb"), vec![0x5a; 65_536]).expect("garbage");
    both_refuse(&place, &["site.data", "cannot be opened"]);
}
