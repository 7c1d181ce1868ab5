//! The forms of the report: tables, JSON lines, hits.

use std::collections::BTreeSet;

use crate::{Place, joined, keyed, silence, tone, wav};

/// The keys are what other programs read: they stay as they are.
#[test]
fn the_keys_of_each_command_are_these() {
    let place = Place::new();
    let busy = tone("tone busy 480+620 -24dBm0 on 500 off 500", 4000);
    place.recording("x.wav", &joined(&[keyed("5"), silence(300), busy]));
    let keys = |arguments: &[&str]| -> String {
        let rows = place.run(arguments).json();
        let row = rows
            .first()
            .expect("a row")
            .as_object()
            .expect("an object")
            .clone();
        row.keys()
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        keys(&["digits", "--json", "x.wav"]),
        "channel digit duration_ms file level_dbm0 start_ms twist_db"
    );
    assert_eq!(
        keys(&["progress", "--json", "x.wav"]),
        "channel confidence cycles end_ms event file level_dbm0 start_ms tone"
    );
    assert_eq!(
        keys(&["answer", "--json", "x.wav"]),
        "beep_end_ms beep_hz beep_ms channel class confidence decided_ms earlier file kind start_ms"
    );
    assert_eq!(
        keys(&["three-way", "--json", "x.wav"]),
        "at_ms channel evidence file joined_ms score three_way"
    );
    assert_eq!(
        keys(&["level", "--json", "x.wav"]),
        "c_message_dbrn0 channel clipped_samples dc_offset duration_ms file level_dbm0 noise_dbm0 \
         noise_dbm0p noise_dbrnc0 peak_dbm0 psophometric_dbm0p signal_to_noise_db"
    );
    assert_eq!(
        keys(&["learn", "--json", "x.wav"]),
        "bursts channel cycles file guessed line problem recognised_ms sounds_like tone"
    );
}

#[test]
fn columns_stand_under_their_words() {
    let place = Place::new();
    let run = place
        .recording("x.wav", &keyed("5#"))
        .run(&["digits", "x.wav"]);
    let lines: Vec<&str> = run.good().lines().collect();
    assert_eq!(
        lines[0],
        "     start  digit  length ms  level dBm0  twist dB  remarks"
    );
    for (line, digit) in [(lines[1], "5"), (lines[2], "#")] {
        let place = |word: &str| lines[0].find(word).expect("a word") + word.len();
        assert_eq!(
            &line[place("start") + 2..place("digit")],
            format!("    {digit}")
        );
        assert!(line.len() == place("twist dB"), "{line}");
    }
    assert_eq!(lines[3], "2 digits: 5#");
}

#[test]
fn several_files_have_their_names_over_them() {
    let place = Place::new();
    place
        .recording("a.wav", &keyed("1"))
        .recording("b.wav", &silence(100));
    let run = place.run(&["digits", "a.wav", "b.wav"]);
    let out = run.good();
    assert!(
        out.starts_with("a.wav\n") && out.contains("\n\nb.wav\nNo digit.\n"),
        "{out}"
    );
}

/// Commands with a line a file have one table for all.
#[test]
fn a_line_a_file_is_one_table() {
    let place = Place::new();
    place
        .recording("a.wav", &silence(4000))
        .recording("b.wav", &silence(4000));
    let run = place.run(&["answer", "a.wav", "b.wav"]);
    let lines: Vec<&str> = run.good().lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].ends_with("  file") && lines[1].ends_with("  a.wav"),
        "{lines:?}"
    );
}

/// What is found goes out while the line is still being recorded.
#[test]
fn standard_input_is_told_of_as_it_comes() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let place = Place::new();
    let mut child = crate::program(
        place.directory.path(),
        &["digits", "--hits", "--raw", "s16le", "-"],
    );
    let mut input = child.stdin.take().expect("standard input");
    input
        .write_all(&wav::linear(&keyed("6")))
        .expect("the program reads");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("standard output"));
    out.read_line(&mut line).expect("a line");
    assert!(line.ends_with(" 6\n"), "{line}");
    drop(input);
    assert!(child.wait().expect("the program ends").success());
}

/// `head` closes the pipe: that is no error.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let place = Place::new();
    let mut list = String::new();
    place.recording("x.wav", &keyed("0123456789"));
    for _ in 0..3000 {
        list += "x.wav\n";
    }
    place.file("list", list.as_bytes());
    let mut child = crate::program(place.directory.path(), &["digits", "--hits", "-L", "list"]);
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("the program ends");
    let run = crate::Run::of(&ended);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        panic!("this system has no /dev/full");
    };
    let place = Place::new();
    place.recording("x.wav", &keyed("5"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_linetest"))
        .args(["digits", "--hits", "x.wav"])
        .current_dir(place.directory.path())
        .stdout(full)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.starts_with("linetest: standard output: no space left"),
        "{told}"
    );
}

#[test]
fn the_manual_says_of_each_command_what_is_good() {
    let place = Place::new();
    for command in crate::COMMANDS {
        let run = place.run(&["help", command]);
        assert!(run.good().contains("Examples:\n"), "{command}");
        for line in run.out.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
