//! How recordings are named: on the command line, in lists, on standard input.

use std::fs;

use crate::{Place, keyed, wav};

#[test]
fn a_list_is_done_in_its_order_however_many_cores_there_are() {
    let place = Place::new();
    let mut list = String::new();
    let mut expected = Vec::new();
    for n in 0..300 {
        let (name, digit) = (format!("{n}.wav"), char::from(b'0' + (n % 10) as u8));
        // Long and short ones, so that they end out of order.
        let digits = digit.to_string().repeat(if n % 7 == 0 { 30 } else { 1 });
        place.recording(&name, &keyed(&digits));
        list += &format!("{name}\n");
        expected.extend(vec![format!("{name} {digit}"); digits.len()]);
    }
    place.file("list", list.as_bytes());
    for jobs in ["1", "2", "7"] {
        let run = place.run(&["digits", "--hits", "--jobs", jobs, "-L", "list"]);
        let found: Vec<String> = run.good().lines().map(file_and_label).collect();
        assert_eq!(found, expected);
    }
}

fn file_and_label(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    format!("{} {}", words[0], words[2])
}

#[test]
fn a_list_may_come_from_standard_input() {
    let place = Place::new();
    place
        .recording("a b.wav", &keyed("4"))
        .recording("c.wav", &keyed("5"));
    let run = place.run_with_input(&["digits", "--hits", "-L", "-"], b"a b.wav\r\n\nc.wav");
    assert_eq!(run.good().lines().count(), 2);
    assert!(run.out.starts_with("a b.wav "), "{run:?}");
}

#[test]
fn a_recording_may_come_from_standard_input() {
    let place = Place::new();
    let run = place.run_with_input(&["digits", "--hits", "-"], &wav::pcm(1, &keyed("8")));
    assert!(
        run.good().starts_with("- ") && run.out.ends_with(" 8\n"),
        "{run:?}"
    );
}

#[test]
fn names_of_the_command_line_come_before_those_of_lists() {
    let place = Place::new();
    place
        .recording("1.wav", &keyed("1"))
        .recording("2.wav", &keyed("2"));
    place.file("list", b"1.wav\n");
    let run = place.run(&["digits", "--hits", "-L", "list", "2.wav"]);
    let files: Vec<_> = run.good().lines().map(|line| &line[..5]).collect();
    assert_eq!(files, ["2.wav", "1.wav"]);
}

#[test]
fn a_list_that_is_wrong_is_told_and_the_rest_done() {
    let place = Place::new();
    place.recording("good.wav", &keyed("5"));
    place.file("empty", b"\n\n").file("long", &[b'x'; 5000]);
    for (list, told) in [
        ("nowhere", "linetest: nowhere: no such file or directory\n"),
        ("empty", "linetest: empty: the list names no file\n"),
        (
            "long",
            "linetest: long: line 1 is longer than any file's name\n",
        ),
    ] {
        let run = place.run(&["digits", "--hits", "good.wav", "-L", list]);
        assert_eq!((run.code, run.out.lines().count()), (Some(1), 1), "{run:?}");
        assert_eq!(run.err, told);
    }
}

/// Who waits at a pipe that a list names waits for ever; on the command line it is meant.
#[test]
fn a_pipe_is_read_where_the_command_line_names_it_and_not_a_list() {
    let place = Place::new();
    let pipe = place.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    place
        .recording("good.wav", &keyed("5"))
        .file("list", b"pipe\n/dev/null\ngood.wav\n");
    let writer = std::thread::spawn(move || fs::write(pipe, wav::pcm(1, &keyed("8"))));
    let run = place.run(&["digits", "--hits", "-L", "list"]);
    assert_eq!((run.code, run.out.lines().count()), (Some(1), 1), "{run:?}");
    let told = "a pipe or a device, which is read only where the command line names it";
    assert_eq!(
        run.err,
        format!("linetest: pipe: {told}\nlinetest: /dev/null: {told}\n")
    );
    let run = place.run(&["digits", "--hits", "pipe"]);
    assert!(run.good().ends_with(" 8\n"), "{run:?}");
    let written = writer.join().expect("the writer ends");
    written.expect("the pipe is written");
}

/// A line of `--hits` is one detection, whatever a file is called.
#[test]
fn a_name_cannot_forge_a_line() {
    let place = Place::new();
    let forged = "x.wav 100 1\ny.wav";
    let returned = "z\r.wav";
    place
        .recording(forged, &keyed("5"))
        .recording(returned, &keyed("6"))
        .recording("good.wav", &keyed("7"));
    let run = place.run(&["digits", "--hits", forged, returned, "good.wav"]);
    assert_eq!((run.code, run.out.lines().count()), (Some(1), 1), "{run:?}");
    assert!(run.out.starts_with("good.wav "), "{run:?}");
    let told = "its name has more than one line, and --hits prints lines: rename it";
    assert_eq!(
        run.err,
        format!("linetest: x.wav 100 1\u{fffd}y.wav: {told}\nlinetest: z\u{fffd}.wav: {told}\n")
    );
    let rows = place.run(&["digits", "--json", forged]).json();
    assert_eq!(rows[0]["file"], forged);
}

/// A name that a terminal would obey is shown, not sent.
#[test]
fn control_characters_of_names_are_not_printed() {
    let place = Place::new();
    let name = "\u{1b}[2J\u{9b}31m.wav";
    let shown = "\u{fffd}[2J\u{fffd}31m.wav";
    place.recording(name, &keyed("5"));
    let run = place.run(&["digits", name, name]);
    assert!(run.good().starts_with(&format!("{shown}\n")), "{run:?}");
    let run = place.run(&["level", name, name]);
    assert!(run.good().ends_with(&format!("  {shown}\n")), "{run:?}");
    for arguments in [
        ["digits", "nowhere\u{1b}.wav"],
        ["digits", "-Lnowhere\u{1b}.wav"],
        ["digits", "--plot=nowhere\u{1b}/x.png"],
    ] {
        let run = place.run(&[&arguments[..], &[name]].concat());
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.err.starts_with("linetest: nowhere\u{fffd}"), "{run:?}");
    }
}

#[test]
fn usage_errors_end_with_status_2_and_print_nothing() {
    let place = Place::new();
    place.recording("x.wav", &keyed("5"));
    let wrong: [&[&str]; 14] = [
        &[],
        &["digits"],
        &["digits", "-", "-"],
        &["digits", "-", "-L", "-"],
        &["digits", "--json", "--hits", "x.wav"],
        &["digits", "--raw", "mp3", "x.wav"],
        &["digits", "--channels", "2", "x.wav"],
        &["digits", "--raw", "ulaw", "--channels", "3", "x.wav"],
        &["digits", "--jobs", "0", "x.wav"],
        &["progress", "--country", "xx", "x.wav"],
        &["three-way", "--threshold", "nan", "x.wav"],
        &["learn", "--tone", "music", "x.wav"],
        &["learn", "--hits", "x.wav"],
        &["sing", "x.wav"],
    ];
    for arguments in wrong {
        let run = place.run(arguments);
        assert_eq!(
            (run.code, run.out.as_str()),
            (Some(2), ""),
            "{arguments:?}: {run:?}"
        );
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

/// The usage is that of the command that was meant.
#[test]
fn a_command_without_a_recording_shows_how_it_is_used() {
    let place = Place::new();
    for command in crate::COMMANDS {
        let run = place.run(&[command]);
        assert!(run.err.contains("no recording: name files"), "{run:?}");
        let usage = format!("Usage: linetest {command} [OPTIONS] [FILE]...");
        assert!(run.err.contains(&usage), "{run:?}");
    }
}

#[test]
fn a_country_that_is_not_there_is_told_with_those_that_are() {
    let place = Place::new();
    let run = place.run(&["progress", "--country", "xx", "x.wav"]);
    assert!(
        run.err.contains("no such country; there are") && run.err.contains(" us,"),
        "{run:?}"
    );
}
