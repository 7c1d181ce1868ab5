//! Files that are to be written: checked before a line is touched, never lost, never in the place of
//! another's.

use std::{
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::Place;

fn site(place: &Place) {
    let sample = include_bytes!("../../../../src/demo/sample.toml");
    place.file("site.toml", sample);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
}

fn run(place: &Place, command: &str) -> super::Run {
    place.run(&command.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn a_file_that_cannot_be_made_is_told_before_the_call() {
    let place = Place::new();
    let learn =
        "learn-release --sim exchange --dial 5550103 --hangs-up-after 2.5 --out none/x.toml";
    for (command, file) in [
        (learn, "none/x.toml"),
        ("report --sim exchange --html none/x.html", "none/x.html"),
    ] {
        let run = run(&place, command);
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = format!("{file}: it cannot be written: No such file");
        assert!(run.err.contains(&told), "{run:?}");
        assert!(!run.err.contains("seizes"), "{run:?}");
    }
    let left = std::fs::read_dir(place.path("."))
        .expect("a directory")
        .count();
    assert_eq!(left, 0, "nothing is left behind");
}

#[test]
fn a_page_replaces_only_a_page_of_ours() {
    let place = Place::new();
    let report = "report --sim loopback --html page.html";
    place.file("page.html", b"<html>precious</html>");
    let refused = run(&place, report);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("stays as it is"), "{refused:?}");
    let page = || std::fs::read_to_string(place.path("page.html")).expect("a page");
    assert_eq!(page(), "<html>precious</html>");
    std::fs::remove_file(place.path("page.html")).expect("it is there");
    run(&place, report);
    let first = page();
    assert!(first.contains("simulated loopback"));
    run(&place, "report --sim quiet --html page.html");
    assert!(page().contains("simulated quiet"), "ours is replaced");
}

#[test]
fn the_page_names_the_phones_and_why_a_line_is_dead() {
    let place = Place::new();
    site(&place);
    let run = run(&place, "report --sim quiet --html page.html");
    assert_eq!(run.code, Some(3), "{run:?}");
    let page = std::fs::read_to_string(place.path("page.html")).expect("a page");
    assert!(page.contains("<td>no dial tone within 10 s"), "{page}");
    assert!(!page.contains("see the remark"), "{page}");
    let run = super::targets::run(&place, "report --site site.toml --html page.html");
    assert_eq!(run.code, Some(0), "{run:?}");
    let page = std::fs::read_to_string(place.path("page.html")).expect("a page");
    let sample = include_str!("../../../../src/demo/sample.toml");
    let phones = sample.split("[[line]]").nth(1).expect("a phone");
    let name = phones
        .split("name = \"")
        .nth(1)
        .and_then(|text| text.split('"').next());
    let name = name.expect("its name");
    assert!(
        page.contains(&format!("phone 1 &quot;{name}&quot;")),
        "{page}"
    );
    assert!(page.contains("North State Correctional Facility"), "{page}");
}

/// What was tested till then is told.
#[test]
fn ctrl_c_in_a_report_keeps_what_was_tested() {
    let place = Place::new();
    let arguments = "report --sim exchange --real-time --html page.html";
    let child = Command::new(env!("CARGO_BIN_EXE_linetest"))
        .args(arguments.split_whitespace())
        .current_dir(place.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("linetest");
    thread::sleep(Duration::from_millis(2500));
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("kill").success());
    let ended = child.wait_with_output().expect("its end");
    let out = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(130), "{out}");
    for told in [
        "dial tone delay",
        "Ctrl-C ended the test: it is unfinished",
        "doubtful",
    ] {
        assert!(out.contains(told), "{told}: {out}");
    }
    let page = std::fs::read_to_string(place.path("page.html")).expect("a page");
    assert!(page.contains("unfinished"), "{page}");
}
