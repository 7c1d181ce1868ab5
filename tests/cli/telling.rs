//! What commands say beside what they do: notes, names that were perhaps meant, counts; and to whom reads
//! no further.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::{
    Place, SAMPLE,
    places::{with_database, with_database_of},
    program,
};

#[track_caller]
fn says(place: &Place, command: &[&str], code: i32, parts: &[&str]) -> String {
    let run = place.run(command);
    assert_eq!(run.code, Some(code), "{run:?}");
    let told = if code == 0 { run.out } else { run.err };
    for part in parts {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    told
}

#[test]
fn a_booking_that_changes_nothing_is_taken_and_a_note_says_why() {
    let only = "id = \"A-1042\"\nbooked_only = true\n";
    let place = with_database_of(&SAMPLE.replacen("id = \"A-1042\"\n", only, 1), 0);
    let book = |id, more: &[&'static str]| {
        let add = ["booking", "add", "--inmate", id, "--for", "20"];
        says(
            &place,
            &[&add[..], more].concat(),
            0,
            &["booked as booking "],
        )
    };
    let told = book("A-1042", &[]);
    assert_eq!(told.lines().count(), 1, "nothing is to be said: {told}");
    let told = book("A-1107", &["--number", "2155550142"]);
    let free = "(A-1107) may call without a booking too: this one changes nothing while that is so";
    assert!(told.contains(free) && told.lines().count() == 2, "{told}");
    let told = book("A-1042", &["--number", "9005551234"]);
    let restricted = "note: 9005551234 is restricted for everybody (by 900???????), and a booking lets \
                      no such call through";
    assert!(
        told.contains(restricted) && told.lines().count() == 2,
        "{told}"
    );
    let told = book("A-1107", &["--number", "9005551234"]);
    assert!(told.contains(free) && told.contains(restricted), "{told}");
}

#[test]
fn an_allowance_of_another_kind_does_not_hold_for_what_is_given() {
    let place = with_database();
    let adjust = [
        "register",
        "adjust",
        "--note",
        "n",
        "--number",
        "2155550142",
    ];
    let note = "note: no allowance of calls or minutes holds here";
    let given = ["--calls", "1", "--minutes", "-1"];
    let told = says(
        &place,
        &[&adjust[..], &given].concat(),
        0,
        &[
            "all callers of 2155550142: 1 call given back, 1 minute charged",
            note,
        ],
    );
    assert!(
        told.contains("  day: 1 call given back, no limit; 1 min"),
        "{told}"
    );
}

#[test]
fn a_misspelt_group_is_answered_with_those_there_are_the_most_alike_first() {
    let group = |name: &str| format!("[[defaults.group]]\nname = \"{name}\"\n");
    let few = format!("{SAMPLE}\n{}{}", group("West"), group("East"));
    let place = with_database_of(&few, 0);
    let there = ["group \"easst\" is not entered: there are East, West"];
    says(&place, &["shutdown", "--group", "easst"], 1, &there);
    says(&place, &["officer", "gone", "--group", "easst"], 1, &there);
    let many: String = (10..35).map(|at| group(&format!("Tier {at}"))).collect();
    let place = with_database_of(&format!("{SAMPLE}\n{many}{}", group("Yard")), 0);
    let told = says(
        &place,
        &["shutdown", "--group", "yart"],
        1,
        &["is not entered: 10 of the 26 there are: Yard, Tier 10, Tier 11,"],
    );
    assert!(told.trim_end().ends_with("Tier 18"), "{told}");
    let none = with_database();
    says(
        &none,
        &["shutdown", "--group", "East"],
        1,
        &["is not entered: there is none"],
    );
}

#[test]
fn who_is_not_found_by_an_id_is_told_that_case_counts() {
    let place = with_database();
    let why = "no inmate has this id: ids are compared exactly, capital and small letters too";
    says(&place, &["inmate", "show", "--inmate", "a-1042"], 1, &[why]);
}

#[test]
fn one_row_is_told_as_one() {
    let place = with_database();
    let file = place.put("in.csv", "pattern,note\n2155550999,x\n");
    says(
        &place,
        &["import", "--restricted", &file, "--apply"],
        0,
        &["1 new"],
    );
    let journal = says(
        &place,
        &["journal", "--last", "3"],
        0,
        &["begins: in.csv, 1 row"],
    );
    assert!(!journal.contains("1 rows"), "{journal}");
    let rest = "pattern,kept\n900???????,no\n2155550199,no\n";
    let rest = place.put("rest.csv", rest);
    says(
        &place,
        &["import", "--restricted", &rest, "--apply"],
        0,
        &["2 changed"],
    );
    let out = place.beside("out.csv");
    says(
        &place,
        &["export", "--restricted", &out],
        0,
        &["1 row written"],
    );
}

/// `| head -1`: the reader goes away after the first line, or before it.
#[test]
fn an_output_that_is_closed_early_ends_every_command_quietly() {
    let place = with_database();
    let mut rows = String::from("id,name\n");
    for at in 0..3000 {
        rows += &format!("Z-{at},Somebody {at}\n");
    }
    let file = place.put("in.csv", &rows);
    let bad = place.put("bad.csv", "id,class\nA-1042,9\n");
    says(
        &place,
        &["import", "--inmates", &file, "--apply"],
        0,
        &["3000 new"],
    );
    let commands: [(&[&str], i32); 14] = [
        (&["journal"], 0),
        (&["journal", "--json"], 0),
        (&["records"], 0),
        (&["records", "--last", "2", "--json"], 0),
        (&["frequent"], 0),
        (&["booking", "list"], 0),
        (&["block", "list"], 0),
        (&["shutdowns"], 0),
        (&["officer", "places"], 0),
        (&["inmate", "show", "--inmate", "A-1042"], 0),
        (&["register", "show", "--inmate", "A-1042"], 0),
        (&["check"], 0),
        (&["import", "--inmates", &file], 0),
        (&["import", "--inmates", &bad], 1),
    ];
    for (command, status) in commands {
        for lines in [0, 1] {
            let mut program = Command::new(program());
            program.args(command).arg("--site").arg(place.file());
            program.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = program.spawn().expect("the program");
            let mut out = BufReader::new(child.stdout.take().expect("its output"));
            for _ in 0..lines {
                out.read_line(&mut String::new()).expect("a line");
            }
            drop(out);
            let end = child.wait_with_output().expect("its end");
            let told = String::from_utf8_lossy(&end.stderr).into_owned();
            assert_eq!(
                (end.status.code(), told.as_str()),
                (Some(status), ""),
                "{command:?}"
            );
        }
    }
}
