//! `sallyport import` and `export` where no controller runs.

use std::{
    fs::{self, Permissions},
    io::Read,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    time::Duration,
};

use serialport::{SerialPort, TTYPort};

use crate::{
    Place, Run, SAMPLE,
    places::{with_database, with_database_of},
    program,
};

impl Place {
    pub fn beside(&self, name: &str) -> String {
        let path = self.directory.path().join(name);
        path.to_str().expect("a path that is text").to_owned()
    }

    /// A file for its owner alone.
    pub fn put(&self, name: &str, text: &str) -> String {
        let path = self.beside(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the mode");
        path
    }

    pub fn exported(&self, what: &str, name: &str) -> String {
        let path = self.beside(name);
        let run = self.run(&["export", what, &path]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        fs::read_to_string(path).unwrap_or_default()
    }
}

#[track_caller]
pub fn says(run: &Run, code: i32, parts: &[&str]) {
    assert_eq!(run.code, Some(code), "{run:?}");
    for part in parts {
        assert!(run.out.contains(part), "no {part:?} in {}", run.out);
    }
}

const GOOD: &str = "id,name,pin,class\nB-1,\"Müller, Jörg\",111222,2\nB-2,=1+1,222333,\n\
                    A-1042,Daniel Reyes,,3\nA-1107,Maria Santos,730264,2\n";

#[test]
fn a_file_is_only_checked_until_it_is_applied_and_is_the_same_the_second_time() {
    let place = with_database();
    let file = place.put("in.csv", GOOD);
    let before = place.exported("--inmates", "before.csv");
    let checked = place.run(&["import", "--inmates", &file]);
    says(
        &checked,
        0,
        &[
            "2 new, 1 changed, 0 as they were, 1 with a PIN, card or code kept or changed, 0 bad; nothing",
        ],
    );
    assert_eq!(place.exported("--inmates", "still.csv"), before);
    let applied = place.run(&["import", "--inmates", &file, "--apply"]);
    says(
        &applied,
        0,
        &[
            "2 new, 1 changed, 0 as they were, 1 with a PIN, card or code kept or changed, 0 bad; written",
        ],
    );
    let again = place.run(&["import", "--inmates", &file, "--apply"]);
    says(
        &again,
        0,
        &["0 new, 0 changed, 1 as they were, 3 with a PIN, card or code kept or changed, 0 bad"],
    );
    let after = place.exported("--inmates", "after.csv");
    assert!(
        after.contains("B-1,\"Müller, Jörg\",,2,no,none,none\nB-2,'=1+1,,,no,none,none\n"),
        "{after}"
    );
    assert!(!after.contains("111222"), "no PIN goes out: {after}");
    for (what, name) in [("--inmates", "all.xlsx"), ("--numbers", "numbers.xlsx")] {
        place.exported(what, name);
        let back = place.run(&["import", what, &place.beside(name), "--apply"]);
        says(&back, 0, &["0 new, 0 changed", "0 bad"]);
    }
    let called = [
        "explain",
        "--line",
        "1",
        "--inmate",
        "B-1",
        "--number",
        "02155550123",
    ];
    says(
        &place.run(&called),
        0,
        &["Müller, Jörg (B-1) dials", "Allowed", "class 2, the PIN's"],
    );
}

#[test]
fn one_bad_row_keeps_the_file_out_unless_bad_rows_are_to_be_skipped() {
    let place = with_database();
    let bad = "B-3,,333444,\nB-4,Poe,1234,\nB-5,Roe,482915,\nB-1,Twice,555666,\nB-6,Loe,111222,\n";
    let file = place.put("in.csv", &format!("{GOOD}{bad}"));
    let told = [
        "row 6, name: inmate's name: must not be empty",
        "row 7, pin: a PIN has 6 decimal digits here",
        "row 8, pin: this PIN is given out already",
        "row 9, id: is in row 2 already",
        "row 10, pin: is in row 2 already",
    ];
    let refused = place.run(&["import", "--inmates", &file, "--apply"]);
    says(&refused, 1, &told);
    says(
        &refused,
        1,
        &["5 bad; nothing was written: mend the bad rows"],
    );
    assert!(
        !refused.out.contains("1234\n") && !refused.out.contains("482915"),
        "{refused:?}"
    );
    assert!(!place.exported("--inmates", "none.csv").contains("B-"));
    let report = place.beside("report.txt");
    let skipped = [
        "import",
        "--inmates",
        &file,
        "--apply",
        "--skip-bad",
        "--report",
        &report,
    ];
    says(
        &place.run(&skipped),
        0,
        &[
            "2 new, 1 changed, 0 as they were, 1 with a PIN, card or code kept or changed, 5 bad; written",
        ],
    );
    let text = fs::read_to_string(&report).expect("a report");
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(told.iter().all(|line| text.contains(line)), "{text}");
    let after = place.exported("--inmates", "after.csv");
    assert!(after.contains("B-2,") && !after.contains("B-4"), "{after}");
    let over = place.run(&skipped);
    assert_eq!(
        over.code,
        Some(1),
        "a report is never written over: {over:?}"
    );
}

#[test]
fn the_first_hundred_bad_rows_are_printed_and_all_are_in_the_report() {
    let place = with_database();
    let rows: String = (0..250).map(|at| format!("C-{at},2155550123\n")).collect();
    let file = place.put("in.csv", &format!("id,number\n{rows}"));
    let report = place.beside("report.txt");
    let run = place.run(&["import", "--numbers", &file, "--report", &report]);
    says(
        &run,
        1,
        &[
            "row 101, id: no inmate has this id",
            "and 150 more: in the report",
        ],
    );
    assert!(!run.out.contains("row 102,"), "{}", run.out);
    let report = fs::read_to_string(report).expect("a report");
    assert_eq!(report.lines().count(), 250);
}

#[test]
fn numbers_of_lists_are_imported_changed_and_exported() {
    let place = with_database();
    let text = "number;id;privileged;disabled\n(215) 555-0123;A-1042;yes;\n\
                +44 20 7946 0123;A-1042;;\n2155550142;A-1042;;yes\n";
    let file = place.put("in.csv", text);
    let run = place.run(&["import", "--numbers", &file, "--apply"]);
    says(
        &run,
        0,
        &["2 new, 1 changed, 0 as they were, 0 bad; written"],
    );
    let out = place.exported("--numbers", "out.csv");
    for line in [
        "A-1042,'+442079460123,no,no,no",
        "A-1042,2155550123,no,yes,no",
        "2155550142,no,no,yes",
    ] {
        assert!(out.contains(line), "no {line} in {out}");
    }
    let again = place.run(&["import", "--numbers", &place.beside("out.csv")]);
    says(&again, 0, &["0 new, 0 changed"]);
    // The list of a PIN holds 20 numbers.
    let rows: String = (0..20)
        .map(|at| format!("A-1042,21555501{at:02}\n"))
        .collect();
    let file = place.put("many.csv", &format!("id,number\n{rows}"));
    let run = place.run(&["import", "--numbers", &file, "--apply"]);
    says(
        &run,
        1,
        &[
            "the list of inmate 1 is full: it holds 20 numbers",
            "nothing was written",
        ],
    );
}

#[test]
fn a_file_with_pins_must_be_for_its_owner_alone_and_none_is_written_over() {
    let place = with_database();
    let file = place.put("in.csv", GOOD);
    fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("the mode");
    let open = place.run(&["import", "--inmates", &file]);
    assert_eq!(open.code, Some(1));
    assert!(open.err.contains("do: chmod 600"), "{}", open.err);
    let without = place.put("names.csv", "id,name\nA-1042,Dan Reyes\n");
    fs::set_permissions(&without, Permissions::from_mode(0o644)).expect("the mode");
    says(
        &place.run(&["import", "--inmates", &without]),
        0,
        &["1 changed"],
    );
    let over = place.run(&["export", "--inmates", &without]);
    assert_eq!(over.code, Some(1), "{over:?}");
    assert!(
        fs::read_to_string(&without)
            .expect("the file")
            .contains("Dan")
    );
    for (name, part) in [
        ("a.xls", "old Excel"),
        ("a.pdf", ".csv or .xlsx"),
        ("none.csv", "there is no such file"),
    ] {
        if name != "none.csv" {
            place.put(name, "x");
        }
        let run = place.run(&["import", "--inmates", &place.beside(name)]);
        assert_eq!(run.code, Some(1));
        assert!(
            run.err.contains(part) && run.err.contains(name),
            "{}",
            run.err
        );
    }
}

#[test]
fn records_are_exported_with_the_keys_of_their_json() {
    let place = with_database();
    let text = place.exported("--records", "records.csv");
    let head = text.lines().next().expect("a first row");
    assert!(
        head.starts_with("call_id,line,inmate,dialed,pattern,call_type,started_at"),
        "{head}"
    );
}

/// A kind of file: good rows with what becomes of them, rows that are bad beside them with what is told,
/// what the export has, and what is secret.
pub struct Kind {
    pub what: &'static str,
    pub good: &'static str,
    became: &'static str,
    bad: &'static str,
    told: &'static [&'static str],
    exported: &'static str,
    secrets: &'static [&'static str],
}

/// In the order in which they are imported: cards need their officers.
pub const KINDS: &[Kind] = &[
    Kind {
        what: "--profiles",
        good: "id,unit,inmate class,supervision,watched,booked_only,longest-seconds,enrolled,suspended\n\
               A-1042,East/Tier 1,3,2,yes,,300,identified; rules-signed,\n\
               A-1107,none,,,no,,,,no\n",
        became: "0 new, 1 changed, 1 as they were",
        bad: "Z-1,,,,,,,,\nA-1042,,,,,,,,\n,none,,,,,,,\nA-1219,West,,,,,,,\nA-1233,,,,often,,,,\n",
        told: &[
            "row 4, id: no inmate has this id",
            "row 5, id: is in row 2 already",
            "row 6, id: is empty",
            "row 7, unit: group \"West\" is not entered",
            "row 8, watched: is neither yes nor no",
        ],
        exported: "A-1042,East/Tier 1,3,2,yes,no,300,identified; rules-signed,no,none,no,,,,,,,\n",
        secrets: &[],
    },
    Kind {
        what: "--contacts",
        good: "id,number,name,relationship,identification,review\n\
               A-1042,(215) 555-0142,=Rosa Reyes,parent,passport seen,approved\n\
               A-1042,+44 20 7946 0123,Ana Reyes,friend,,\n",
        became: "2 new, 0 changed, 0 as they were",
        bad: "A-1042,2155550142,Other,friend,,\nA-1107,call me,X,friend,,\nA-1107,2155550142,,friend,,\n\
              A-1107,2155550143,X,,,\nA-1107,2155550144,X,aunt,,\n",
        told: &[
            "row 4, number: is in row 2 already",
            "row 5, number: \"call me\" is no number",
            "row 6, name: contact's name: must not be empty",
            "row 7, relationship: relationship: a new contact has to have one",
            "row 8, relationship: \"aunt\" is none of spouse",
        ],
        exported: "A-1042,2155550142,'=Rosa Reyes,parent,passport seen,approved,yes\n\
                   A-1042,'+442079460123,Ana Reyes,friend,,pending,yes\n",
        secrets: &[],
    },
    Kind {
        what: "--officers",
        good: "id,name,code,active\nO-1,Sgt. Lee,480915,\nO-2,Kim,773102,no\n",
        became: "2 new, 0 changed, 0 as they were",
        bad: "O-1,Again,,\nO-3,Poe,480915,\nO-4,Roe,12,\nO-5,,662211,\n",
        told: &[
            "row 4, id: is in row 2 already",
            "row 5, code: is in row 2 already",
            "row 6, code: officer's code: ",
            "row 7, name: officer's name: must not be empty",
        ],
        exported: "O-1,Sgt. Lee,yes\nO-2,Kim,no\n",
        secrets: &["480915", "773102", "662211"],
    },
    Kind {
        what: "--cards",
        good: "id,holder,card,taken,note\nA-1042,,4b7f2210,,\nO-1,officer,99AA1177,no,lost\n",
        became: "2 new, 0 changed, 0 as they were",
        bad: "A-1042,inmate,12345678,,\nA-1107,inmate,4B7F2210,,\nA-1219,,5C 00,,\nA-1233,,5C00113,no,\n\
              O-2,officer,,yes,\n",
        told: &[
            "row 4, id: is in row 2 already",
            "row 5, card: is in row 2 already",
            "row 6, card: is no card number",
            "row 7, note: note: must not be empty",
            "row 8, card: officer 2 has no card",
        ],
        exported: "A-1042,inmate,yes,\nO-1,officer,no,lost\n",
        secrets: &[
            "4b7f2210", "4B7F2210", "99AA1177", "12345678", "5C 00", "5C00113",
        ],
    },
    Kind {
        what: "--restricted",
        good: "pattern,note\n(800) 555-????,toll-free\n2155550191,\n",
        became: "2 new, 0 changed, 0 as they were",
        bad: "800-555-????,again\n12155550143,\nnine,\n48291,\n",
        told: &[
            "row 4, pattern: is in row 2 already",
            "row 5, pattern: no dialing makes this number",
            "row 6, pattern: \"nine\" is no pattern: digits, ? for any digit",
            "row 7, pattern: no dialing makes this number",
        ],
        exported: "800555????,toll-free,yes\n2155550191,,yes\n",
        secrets: &["48291", "12155550143"],
    },
    Kind {
        what: "--allowed",
        good: "pattern,untimed,privileged,note\n2155550192,yes,yes,the consulate\n+4420*,,no,\n",
        became: "2 new, 0 changed, 0 as they were",
        bad: "2155550192,,,\n2155550193,maybe,,\n,,,\u{a0}x\n",
        told: &[
            "row 4, pattern: is in row 2 already",
            "row 5, untimed: is neither yes nor no",
            "row 6, pattern: is empty",
        ],
        exported: "2155550192,yes,yes,the consulate,yes\n'+4420*,no,no,,yes\n",
        secrets: &[],
    },
    Kind {
        what: "--number-records",
        good: "pattern,blocked,watched,three_way,limit-seconds,treatment,party,note\n\
               2155550194,,yes,warn-random,300,none,Court,ask first\n2155550*,no,,,,,,\n",
        became: "2 new, 0 changed, 0 as they were",
        bad: "2155550194,,,,,,,\n2155550195,,,shout,,,,\n2155550196,,,,6000,,,\n2155550197,,,,,77,,\n",
        told: &[
            "row 4, pattern: is in row 2 already",
            "row 5, three-way: \"shout\" is not one of disconnect, warn, warn-random, flag, ignore, nor none",
            "row 6, limit-seconds: limit: 1 second to 99 minutes",
            "row 7, treatment: call treatment 77 is not entered",
        ],
        exported: "2155550194,no,no,no,no,no,yes,warn-random,300,none,Court,ask first,yes\n\
                   2155550*,no,no,no,no,no,no,none,none,none,,,yes\n",
        secrets: &[],
    },
    Kind {
        what: "--lists",
        good: "of,side,pattern,note\ngroup East/Tier 1,blocked,2155550198,a gang\n\
               class 3,allowed,215*,\nrelationship friend,allowed,215*,\nsupervision 2,blocked,+44*,\n\
               inmate A-1042,blocked,900*,a court order\n",
        became: "5 new, 0 changed, 0 as they were",
        bad: "class 3,allowed,215*,\nclass 4,blocked,215*,\ngroup West,blocked,215*,\n\
              inmate A-1042,allowed,215*,\nclass 3,dark,215*,\nclass 3,blocked,1215*,\n\
              wing East,blocked,215*,\ninmate Z-1,blocked,215*,\n",
        told: &[
            "row 7, pattern: is in row 3 already",
            "row 8, of: class of inmates 4 is not entered",
            "row 9, of: group \"West\" is not entered",
            "row 10, side: list: what an inmate may call is on the list of the PIN",
            "row 11, side: \"dark\" is none of blocked, allowed",
            "row 12, pattern: no dialing makes this number",
            "row 13, of: \"wing East\" is nobody's list: relationship friend, class 3",
            "row 14, of: no inmate has this id",
        ],
        exported: "group East/Tier 1,blocked,2155550198,a gang,yes\nclass 3,allowed,215*,,yes\n\
                   relationship friend,allowed,215*,,yes\nsupervision 2,blocked,'+44*,,yes\n\
                   inmate A-1042,blocked,900*,a court order,yes\n",
        secrets: &[],
    },
];

/// Groups and a class for profiles.
pub fn with_groups() -> Place {
    let site = format!(
        "{SAMPLE}\n[[defaults.group]]\nname = \"East\"\n[[defaults.group]]\nname = \"East/Tier 1\"\n\
         [[defaults.inmate_class]]\nnumber = 3\nname = \"pretrial\"\n"
    );
    with_database_of(&site, 0)
}

impl Kind {
    /// Nothing that was printed or written has a secret in it.
    #[track_caller]
    fn keeps(&self, text: &str) {
        for secret in self.secrets {
            assert!(!text.contains(secret), "{}: {secret} in {text}", self.what);
        }
    }

    /// What is counted of the good rows the second time. Of secrets nothing is told.
    fn again(&self) -> String {
        let rows = self.good.lines().count() - 1;
        match self.what {
            "--officers" | "--cards" => format!(
                "0 new, 0 changed, 0 as they were, {rows} with a PIN, card or code kept or changed, 0 bad"
            ),
            _ => format!("0 new, 0 changed, {rows} as they were, 0 bad"),
        }
    }
}

#[test]
fn every_kind_of_file_is_checked_taken_exported_and_the_same_again() {
    let place = with_groups();
    for kind in KINDS {
        let what = kind.what;
        let file = place.put("in.csv", kind.good);
        let before = place.exported(what, &format!("before{what}.csv"));
        let checked = place.run(&["import", what, &file]);
        let told = format!("{}, 0 bad; nothing was written", kind.became);
        says(&checked, 0, &[&told]);
        assert_eq!(place.exported(what, &format!("still{what}.csv")), before);
        let written = place.run(&["import", what, &file, "--apply"]);
        says(&written, 0, &[&format!("{}, 0 bad; written", kind.became)]);
        let again = place.run(&["import", what, &file, "--apply"]);
        says(&again, 0, &[&kind.again()]);
        let csv = place.exported(what, &format!("after{what}.csv"));
        for line in kind.exported.lines() {
            assert!(
                csv.lines().any(|it| it == line),
                "{what}: no {line} in {csv}"
            );
        }
        kind.keeps(&csv);
        place.exported(what, &format!("after{what}.xlsx"));
        for end in ["csv", "xlsx"] {
            let back = place.beside(&format!("after{what}.{end}"));
            let back = place.run(&["import", what, &back, "--apply"]);
            says(&back, 0, &["0 new, 0 changed", "0 bad"]);
        }
        for run in [checked, written, again] {
            kind.keeps(&format!("{run:?}"));
        }
    }
}

#[test]
fn a_bad_row_of_any_kind_keeps_the_file_out_or_is_skipped_and_says_no_secret() {
    let place = with_groups();
    for kind in KINDS {
        let what = kind.what;
        let file = place.put("in.csv", &format!("{}{}", kind.good, kind.bad));
        let before = place.exported(what, &format!("before{what}.csv"));
        let refused = place.run(&["import", what, &file, "--apply"]);
        says(&refused, 1, kind.told);
        says(
            &refused,
            1,
            &["bad; nothing was written: mend the bad rows"],
        );
        kind.keeps(&format!("{refused:?}"));
        assert_eq!(place.exported(what, &format!("still{what}.csv")), before);
        let report = place.beside(&format!("report{what}.txt"));
        let skipped = [
            "import",
            what,
            &file,
            "--apply",
            "--skip-bad",
            "--report",
            &report,
        ];
        let skipped = place.run(&skipped);
        let bad = kind.bad.lines().count();
        says(
            &skipped,
            0,
            &[&format!("{}, {bad} bad; written", kind.became)],
        );
        let report = fs::read_to_string(&report).expect("a report");
        assert_eq!(report.lines().count(), bad, "{report}");
        kind.keeps(&report);
        let good = place.put("good.csv", kind.good);
        let again = place.run(&["import", what, &good]);
        says(&again, 0, &[&kind.again()]);
    }
}

#[test]
fn a_file_with_cards_or_codes_must_be_for_its_owner_alone() {
    let place = with_database();
    for (what, secret, open) in [
        ("--cards", "id,card\n", "id,taken\n"),
        ("--officers", "id,code\n", "id,name\n"),
    ] {
        for (text, code) in [(secret, 1), (open, 0)] {
            let file = place.put("in.csv", text);
            fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("the mode");
            let run = place.run(&["import", what, &file]);
            assert_eq!(run.code, Some(code), "{run:?}");
            assert_eq!(run.err.contains("do: chmod 600"), code == 1, "{}", run.err);
        }
    }
}

#[test]
fn one_kind_of_file_is_imported_or_exported_at_a_time() {
    let place = with_database();
    for command in ["import", "export"] {
        let none = place.run(&[command]);
        assert_eq!(none.code, Some(2), "{none:?}");
        let two = place.run(&[command, "--cards", "a.csv", "--officers", "b.csv"]);
        assert_eq!(two.code, Some(2), "{two:?}");
    }
}

#[test]
fn what_is_exported_changes_nothing_when_it_is_imported() {
    let place = with_groups();
    let files = [
        (
            "--inmates",
            "id,name,pin,disabled,valid-from,valid-to\n\
             A-1042,,,2027-01-15 08:00,2026-01-01,2027-11-07 01:30-05:00\nA-1107,,,yes,none,\n\
             B-9,No Pin,,,,\n",
            "A-1042,Daniel Reyes,en,1,2027-01-15T08:00:00-05:00,2026-01-01T00:00:00-05:00,\
             2027-11-07T01:30:00-05:00",
        ),
        (
            "--numbers",
            "id,number,disabled\nA-1042,2155550123,2027-07-01 08:00\nA-1042,2155550142,yes\n",
            "A-1042,2155550123,no,no,2027-07-01T08:00:00-04:00",
        ),
        (
            "--profiles",
            "id,suspended,hours,own-allowance,calls-per-day,minutes-per-week,seconds-between-calls\n\
             A-1042,2027-01-15 08:00,monday 08:00-09:00 20:00-21:30; sunday 10:00-12:00,,2,none,600\n\
             A-1107,,,yes,,,\n",
            "2027-01-15T08:00:00-05:00,monday 08:00-09:00 20:00-21:30; sunday 10:00-12:00,yes,2,none,none,\
             none,none,none,600",
        ),
    ];
    for (what, text, exported) in files {
        let file = place.put("in.csv", text);
        let run = place.run(&["import", what, &file, "--apply"]);
        says(&run, 0, &[", 0 bad; written"]);
        let csv = place.exported(what, &format!("out{what}.csv"));
        assert!(csv.contains(exported), "no {exported} in {csv}");
        place.exported(what, &format!("out{what}.xlsx"));
        for end in ["csv", "xlsx"] {
            let back = place.beside(&format!("out{what}.{end}"));
            let back = place.run(&["import", what, &back, "--apply"]);
            says(&back, 0, &["0 new, 0 changed", "0 bad"]);
        }
        assert_eq!(place.exported(what, &format!("again{what}.csv")), csv);
    }
}

#[test]
fn times_hours_and_limits_that_are_none_are_told_before_anything_is_written() {
    let place = with_database();
    for (what, text, told) in [
        (
            "--inmates",
            "id,disabled,valid-from,valid-to\nA-1042,482915,,\nA-1107,,tomorrow,\n\
             A-1219,,,2027-11-07 01:30\nA-1233,,2027-01-02,2027-01-01\n",
            &[
                "row 2, disabled: is neither yes nor no, and is no date and time",
                "row 3, valid-from: is no date and time of the site, as 2026-11-24 09:30",
                "row 4, valid-to: 2027-11-07T01:30:00: that time comes twice",
                "row 5, valid-to: days of the PIN: they end before they begin",
            ][..],
        ),
        (
            "--numbers",
            "id,number,disabled\nA-1042,2155550142,perhaps\n",
            &["row 2, disabled: is neither yes nor no, and is no date"],
        ),
        (
            "--profiles",
            "id,suspended,hours,own-allowance,calls-per-day\nA-1042,2027-03-14 02:30,,,\n\
             A-1107,,mornings 482915,,\nA-1219,,,,100001\nA-1233,,,no,3\n",
            &[
                "row 2, suspended: is neither yes nor no, and 2027-03-14T02:30:00: the clock skips",
                "row 3, hours: is no hours of a week, as monday",
                "row 4, calls-per-day: is not a whole number from 0 to 1000, nor none",
                "row 5, own-allowance: allowance: is no, beside limits",
            ],
        ),
    ] {
        let file = place.put("in.csv", text);
        let run = place.run(&["import", what, &file, "--apply"]);
        says(&run, 1, told);
        says(&run, 1, &["nothing was written"]);
        assert!(!format!("{run:?}").contains("4829"), "{run:?}");
    }
}

#[test]
fn an_entry_of_a_table_or_a_list_is_changed_and_taken_out_by_a_file() {
    let place = with_groups();
    let all = [
        (
            "--numbers",
            "id,number\nA-1042,2155550191\n",
            "id,number,untimed\nA-1042,2155550191,yes\n",
            "id,number,kept\nA-1042,215-555-0191,no\n",
        ),
        (
            "--contacts",
            "id,number,name,relationship\nA-1042,2155550191,Ann Reyes,parent\n",
            "id,number,name\nA-1042,2155550191,Ana Reyes\n",
            "id,number,kept\nA-1042,2155550191,no\n",
        ),
        (
            "--lists",
            "of,side,pattern\ninmate A-1042,blocked,+44*\n",
            "of,side,pattern,note\ninmate A-1042,blocked,+44*,a court order\n",
            "of,side,pattern,kept\ninmate A-1042,blocked,+44*,no\n",
        ),
        (
            "--restricted",
            "pattern,note\n2155550191,one\n",
            "pattern,note\n2155550191,two\n",
            "pattern,kept\n215-555-0191,no\n",
        ),
        (
            "--allowed",
            "pattern,privileged\n2155550192,yes\n",
            "pattern,privileged,note\n2155550192,no,closed\n",
            "pattern,kept\n2155550192,no\n",
        ),
        (
            "--number-records",
            "pattern,watched\n2155550193,yes\n",
            "pattern,limit-seconds\n2155550193,60\n",
            "pattern,kept\n2155550193,no\n",
        ),
        (
            "--lists",
            "of,side,pattern\nclass 3,blocked,2155550194\n",
            "of,side,pattern,note\nclass 3,blocked,2155550194,a judge\n",
            "of,side,pattern,kept\nclass 3,blocked,2155550194,no\n",
        ),
    ];
    for (at, (what, new, changed, out)) in all.into_iter().enumerate() {
        let name = |when: &str| format!("{when}-{at}.csv");
        let before = place.exported(what, &name("before"));
        let taken = |text: &str, became: &str| {
            let file = place.put("in.csv", text);
            let run = place.run(&["import", what, &file, "--apply"]);
            says(&run, 0, &[&format!("{became}, 0 bad; written")]);
        };
        taken(new, "1 new, 0 changed, 0 as they were");
        taken(changed, "0 new, 1 changed, 0 as they were");
        taken(changed, "0 new, 0 changed, 1 as they were");
        assert_ne!(place.exported(what, &name("with")), before);
        taken(out, "0 new, 1 changed, 0 as they were");
        taken(out, "0 new, 0 changed, 1 as they were");
        assert_eq!(place.exported(what, &name("after")), before);
    }
}

#[test]
fn a_number_that_a_file_restricts_is_refused() {
    let place = with_database();
    let called = |number: &str| {
        let asked = [
            "explain", "--line", "1", "--inmate", "A-1042", "--number", number,
        ];
        place.run(&asked)
    };
    says(&called("02155550142"), 0, &["Allowed"]);
    let file = place.put("in.csv", "pattern\n2155550142\n");
    let run = place.run(&["import", "--restricted", &file, "--apply"]);
    says(&run, 0, &["1 new"]);
    says(&called("02155550142"), 0, &["(number-restricted)"]);
}

#[test]
fn a_long_import_shows_on_a_terminal_how_far_it_is_and_leaves_no_trace() {
    let place = with_database();
    let rows: String = (0..30_000).map(|n| format!("N-{n},Nobody {n}\n")).collect();
    let file = place.put("many.csv", &format!("id,name\n{rows}"));
    let (mut terminal, port) = TTYPort::pair().expect("a pseudo-terminal");
    terminal
        .set_timeout(Duration::from_millis(200))
        .expect("a time");
    let screen = port.name().expect("its name");
    let screen = fs::File::options()
        .write(true)
        .open(screen)
        .expect("the terminal");
    let mut child = Command::new(program())
        .args(["import", "--inmates", &file, "--site"])
        .arg(place.file())
        .stdout(Stdio::null())
        .stderr(screen)
        .spawn()
        .expect("the program");
    let (mut shown, mut part) = (Vec::new(), [0; 4096]);
    let status = loop {
        let ended = child.try_wait().expect("is asked");
        // Nothing for a while is no fault.
        let count = terminal.read(&mut part).unwrap_or(0);
        shown.extend(&part[..count]);
        if let (Some(status), 0) = (ended, count) {
            break status;
        }
    };
    let shown = String::from_utf8(shown).expect("text");
    assert!(status.success(), "{shown}");
    assert!(shown.contains("\r[#"), "{shown:?}");
    assert!(shown.contains(" of 30000 rows checked"), "{shown:?}");
    assert!(shown.ends_with("\r\x1b[K"), "{shown:?}");
}
