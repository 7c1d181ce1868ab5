//! What an import gives away and what it does not, what is no file, and files that were made to do harm.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{PermissionsExt as _, symlink},
        net::UnixListener,
    },
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Place, Run, SAMPLE,
    files::{KINDS, says, with_groups},
    places::with_database,
    program,
};

/// What is refused is refused at once, on a slow machine too.
const AT_ONCE: Duration = Duration::from_secs(20);

impl Place {
    fn journal(&self) -> String {
        let run = self.run(&["journal"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.out
    }

    /// Runs it, and kills it where it waits for what never comes.
    fn at_once(&self, command: &[&str]) -> Run {
        let mut program = Command::new(program());
        program.args(command).arg("--site").arg(self.file());
        ends(program)
    }
}

fn ends(command: Command) -> Run {
    ends_within(command, AT_ONCE)
}

pub fn ends_within(mut command: Command, most: Duration) -> Run {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child: Child = command.spawn().expect("the program");
    let begun = Instant::now();
    while child.try_wait().expect("is asked").is_none() {
        if begun.elapsed() > most {
            child.kill().expect("is killed");
            panic!("it waits: {command:?}");
        }
        thread::sleep(Duration::from_millis(10));
    }
    Run::of(child.wait_with_output().expect("its words"))
}

#[track_caller]
fn refused(run: &Run, parts: &[&str]) {
    assert_eq!(run.code, Some(1), "{run:?}");
    for part in parts {
        assert!(run.err.contains(part), "no {part:?} in {}", run.err);
    }
    assert!(!run.err.contains("os error"), "{}", run.err);
}

#[test]
fn a_dry_run_with_secrets_is_in_the_journal_with_its_file_and_what_it_met() {
    let place = with_database();
    let before = place.journal();
    let names = place.put("names.csv", "id,name\nA-1042,Dan\n");
    says(
        &place.run(&["import", "--inmates", &names]),
        0,
        &["1 changed"],
    );
    assert_eq!(place.journal(), before, "there was no secret in it");
    let rows = "id,name,pin\nB-1,Poe,730264\nB-2,Roe,111222\nA-1042,,\n";
    let file = place.put("guess.csv", rows);
    let checked = place.run(&["import", "--inmates", &file]);
    says(&checked, 1, &["row 2, pin: this PIN is given out already"]);
    let told = "checked guess.csv: 3 rows, 2 of them with a PIN, card or code, 1 with somebody else's; \
                nothing was written";
    let journal = place.journal();
    assert_eq!(journal.matches(told).count(), 1, "{journal}");
    assert!(!journal.contains("730264"), "{journal}");
    let whole = place.run(&["import", "--inmates", &file, "--apply"]);
    says(&whole, 1, &["nothing was written"]);
    let told = "ends: nothing was written; 3 rows, 2 of them with a PIN, card or code, 1 with \
                somebody else's";
    assert!(place.journal().contains(told), "{}", place.journal());
}

#[test]
fn which_rows_have_somebody_elses_secret_is_told_of_a_few_and_all_are_refused() {
    let place = with_database();
    let rows = |who: &str| -> String {
        let row = |at: u32| format!("{who}-{at},Somebody,{}\n", 310_000 + at);
        (0..12).map(row).collect()
    };
    let file = place.put("in.csv", &format!("id,name,pin\n{}", rows("B")));
    says(
        &place.run(&["import", "--inmates", &file, "--apply"]),
        0,
        &["12 new"],
    );
    let file = place.put(
        "in.csv",
        &format!("id,name,pin\n{}C-99,Free,310099\n", rows("C")),
    );
    let report = place.beside("report.txt");
    let run = place.run(&["import", "--inmates", &file, "--report", &report]);
    says(
        &run,
        1,
        &[
            "row 6, pin: this PIN is given out already",
            "and 7 more rows with a PIN, card or code that somebody else has: which is not told",
            "1 new, 0 changed, 0 as they were, 12 bad",
        ],
    );
    let report = fs::read_to_string(report).expect("a report");
    for said in [&run.out, &report] {
        assert_eq!(said.matches("given out already").count(), 5, "{said}");
        assert!(said.contains("and 7 more rows with a PIN"), "{said}");
    }
    let skipped = place.run(&["import", "--inmates", &file, "--apply", "--skip-bad"]);
    says(&skipped, 0, &["1 new", "12 bad; written"]);
    assert_eq!(skipped.out.matches("given out already").count(), 5);
    let out = place.exported("--inmates", "out.csv");
    assert!(out.contains("C-99,") && !out.contains("C-11,"), "{out}");
}

#[test]
fn a_quote_that_is_never_closed_refuses_the_file_also_where_bad_rows_are_skipped() {
    let place = with_database();
    let text = "id,name\nB-20,First\nB-21,\"Oops\nB-22,a\nB-23,b\n";
    let file = place.put("in.csv", text);
    let run = place.run(&["import", "--inmates", &file, "--apply", "--skip-bad"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let why = "row 3: a quote that begins in it is never closed, up to the end of the file";
    assert!(run.err.contains(why), "{run:?}");
    let out = place.exported("--inmates", "out.csv");
    assert!(!out.contains("B-2"), "{out}");
}

/// Whether a guess is right is told by nothing that is printed, whatever stands beside it.
#[test]
fn a_secret_that_is_the_own_one_and_one_that_is_not_are_counted_alike() {
    let place = with_database();
    for (what, text) in [
        (
            "--officers",
            "id,name,code\nO-1,Lee,480915\nO-2,Kim,773102\n",
        ),
        (
            "--cards",
            "id,card,taken,note\nA-1042,4B7F2210,,\nA-1107,99AA1177,no,lost\nA-1219,5C001133,,\n",
        ),
        ("--cards", "id,taken,note\nA-1219,no,lost\nA-1107,,\n"),
        ("--cards", "id,taken,note\nA-1219,yes,found\n"),
    ] {
        let file = place.put("in.csv", text);
        says(
            &place.run(&["import", what, &file, "--apply"]),
            0,
            &["written"],
        );
    }
    let guesses = [
        ("--inmates", "id,pin", "A-1042,482915", "A-1042,111999"),
        (
            "--inmates",
            "id,pin,name",
            "A-1042,482915,Dan",
            "A-1042,111999,Dan",
        ),
        ("--officers", "id,code", "O-1,480915", "O-1,111999"),
    ];
    let mut pairs: Vec<[String; 3]> = Vec::new();
    for (what, head, right, wrong) in guesses {
        pairs.push(
            [
                what,
                &format!("{head}\n{right}\n"),
                &format!("{head}\n{wrong}\n"),
            ]
            .map(str::to_owned),
        );
    }
    for (who, card) in [
        ("A-1042", "4B7F2210"),
        ("A-1107", "99AA1177"),
        ("A-1219", "5C001133"),
    ] {
        for rest in [
            ",",
            "yes,",
            "no,",
            ",lost",
            "yes,found",
            "no,lost",
            "no,worn",
            ",found",
            "yes,lost",
        ] {
            let [right, wrong] =
                [card, "77777777"].map(|card| format!("id,card,taken,note\n{who},{card},{rest}\n"));
            pairs.push(["--cards".to_owned(), right, wrong]);
        }
    }
    for [what, right, wrong] in pairs {
        let told = [&right, &wrong].map(|text| {
            let file = place.put("guess.csv", text);
            let run = place.run(&["import", &what, &file]);
            (run.code, run.out, run.err)
        });
        assert_eq!(told[0], told[1], "{right} and {wrong}");
    }
}

#[test]
fn what_is_no_file_is_refused_by_what_it_is_and_not_waited_for() {
    let place = Place::with(SAMPLE);
    let pipe = place.beside("pipe.csv");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let directory = place.beside("directory.csv");
    fs::create_dir(&directory).expect("a directory");
    let device = place.beside("device.csv");
    symlink("/dev/zero", &device).expect("a link");
    let socket = place.beside("socket.csv");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    for (path, what) in [
        (&pipe, "is a named pipe"),
        (&directory, "is a directory"),
        (&device, "is a device"),
        (&socket, "is a socket"),
    ] {
        let told = format!("{path}: {what}, and no file");
        let run = place.at_once(&["import", "--restricted", path]);
        refused(&run, &[&told]);
        for command in ["run", "records", "export"] {
            let mut program = Command::new(program());
            program.args([command, "--site", path]);
            if command == "export" {
                program.args(["--inmates", "out.csv"]);
            }
            refused(&ends(program), &[path, &format!("{what}, and no file")]);
        }
        let mut check = Command::new(program());
        check.args(["check", "--site", path]);
        let check = ends(check);
        assert_eq!(check.code, Some(1), "{check:?}");
        assert!(check.out.contains(what), "{check:?}");
        let file = place.put("in.csv", "pattern\n");
        let run = place.at_once(&["import", "--restricted", &file, "--report", path]);
        refused(&run, &[path, "is there already, and stays as it is"]);
    }
}

#[test]
fn a_recording_of_prompts_that_is_a_pipe_is_refused_and_not_waited_for() {
    let place = Place::with(&SAMPLE.replacen("[site]", "[site]\nprompts = \"own\"", 1));
    fs::create_dir_all(place.beside("own/en")).expect("directories");
    let pipe = place.beside("own/en/enter_pin.wav");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let run = place.at_once(&["run"]);
    refused(&run, &[&pipe, "is no file"]);
}

#[test]
fn a_file_without_a_good_row_writes_nothing_also_where_bad_rows_are_skipped() {
    let place = with_database();
    for rows in [
        "B-1,,111222\n",
        "B-1,Poe,12x\nB-2,,111222\n",
        "B-1,Poe,12x\n",
    ] {
        let file = place.put("in.csv", &format!("id,name,pin\n{rows}"));
        let run = place.run(&["import", "--inmates", &file, "--apply", "--skip-bad"]);
        says(&run, 1, &["bad; nothing was written: no row is good"]);
    }
    let file = place.put("in.csv", "id,name,pin\n");
    let run = place.run(&["import", "--inmates", &file, "--apply"]);
    says(&run, 0, &["0 bad; nothing was written: there is no row"]);
    let journal = place.journal();
    assert!(!journal.contains("ends: 0 new"), "{journal}");
}

#[test]
fn bad_rows_are_told_in_the_order_of_the_file() {
    let place = with_database();
    let rows =
        "id,name,pin\nB-1,,111222\nB-2,Poe,12x\nB-3,,111223\nB-1,Roe,111224\nB-5,Poe,730264\n";
    let file = place.put("in.csv", rows);
    let run = place.run(&["import", "--inmates", &file]);
    let told: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    let order = [
        "row 2, name",
        "row 3, pin",
        "row 4, name",
        "row 5, id",
        "row 6, pin",
    ];
    assert_eq!(told[..5], order, "{}", run.out);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
    let place = with_database();
    let text = "id,name\n\nB-1,\"Poe\n\nAllan\"\n\n\nB-2,\nB-3,Roe\n";
    for text in [
        text.to_owned(),
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
    ] {
        let file = place.put("in.csv", &text);
        let run = place.run(&["import", "--inmates", &file]);
        says(
            &run,
            1,
            &[
                "row 3, name: inmate's name: holds a control",
                "row 6, name: inmate's name: must",
            ],
        );
    }
}

#[test]
fn a_bad_row_that_is_skipped_stands_in_the_way_of_no_good_one() {
    let place = with_database();
    let skip = |what: &str, text: &str| {
        let file = place.put("in.csv", text);
        place.run(&["import", what, &file, "--apply", "--skip-bad"])
    };
    // Bad for the database, for a time, for what another row has: none of them keeps an id or a PIN.
    let text = "id,name,pin,valid-from\nB-1,,111222,\nB-1,Poe,111222,\nB-2,Roe,222333,never\n\
                B-3,Loe,222333,\nB-1,Moe,333444,\nB-4,Noe,333444,\n";
    let run = skip("--inmates", text);
    says(
        &run,
        0,
        &[
            "row 2, name: inmate's name: must not be empty",
            "row 4, valid-from: ",
            "row 6, id: is in row 3 already",
            "3 new, 0 changed, 0 as they were, 3 bad; written",
        ],
    );
    let out = place.exported("--inmates", "out.csv");
    for there in ["B-1,Poe,", "B-3,Loe,", "B-4,Noe,"] {
        assert!(out.contains(there), "no {there} in {out}");
    }
    // The second of three is good: it stands in the way of the third.
    let run = skip("--inmates", "id,name\nC-1,\nC-1,\nC-1,Poe\nC-1,Roe\n");
    let told = [
        "row 2, name",
        "row 3, name",
        "row 5, id: is in row 4 already",
        "1 new",
        "3 bad; written",
    ];
    says(&run, 0, &told);
    // Without --skip-bad nothing is taken, and each row that stands twice is told.
    let file = place.put("in.csv", "id,name\nD-1,\nD-1,Poe\n");
    let run = place.run(&["import", "--inmates", &file, "--apply"]);
    says(
        &run,
        1,
        &[
            "row 2, name",
            "row 3, id: is in row 2 already",
            "2 bad; nothing",
        ],
    );
}

#[test]
fn what_the_system_says_is_told_in_words_with_what_and_where() {
    let place = with_database();
    let there = place.put("there.csv", "pattern\n");
    let there_stays = format!("{there}: is there already, and stays as it is");
    refused(
        &place.run(&["export", "--inmates", &there]),
        &[&there_stays],
    );
    let nowhere = place.beside("none/out.csv");
    let no_directory = format!("{nowhere}: can't be made: there is no such file or directory");
    refused(
        &place.run(&["export", "--inmates", &nowhere]),
        &[&no_directory],
    );
    let run = place.run(&["import", "--restricted", &nowhere]);
    refused(
        &run,
        &[&format!(
            "{nowhere}: can't be opened: there is no such file or directory"
        )],
    );
    let through = format!("{there}/in.csv");
    let run = place.run(&["import", "--restricted", &through]);
    refused(
        &run,
        &[&format!(
            "{through}: can't be opened: what stands before the last / is no directory"
        )],
    );
    let run = place.run(&["import", "--restricted", &there, "--report", &there]);
    refused(&run, &[&format!("the report {there_stays}")]);
    let text = place.put("text.xlsx", "id,name\n");
    refused(
        &place.run(&["import", "--inmates", &text]),
        &[&text, "is no Excel file, or cut short"],
    );
    let cut = place.beside("cut.xlsx");
    place.exported("--inmates", "whole.xlsx");
    let whole = fs::read(place.beside("whole.xlsx")).expect("a workbook");
    fs::write(&cut, &whole[..whole.len() / 2]).expect("a file");
    let run = place.run(&["import", "--inmates", &cut]);
    refused(&run, &[&cut, "is no Excel file, or cut short"]);
    assert!(!run.err.contains("EOCD"), "{}", run.err);
    let mut none = Command::new(program());
    none.args(["check", "--site", &nowhere]);
    let none = ends(none);
    assert!(
        none.out.contains("there is no such file or directory"),
        "{none:?}"
    );
    assert!(!none.out.contains("os error"), "{none:?}");
}

#[test]
fn no_command_says_what_it_was_given_in_place_of_an_id() {
    let place = with_database();
    for id in ["482915", "A-9999", "4829 15", "pin"] {
        let commands: [&[&str]; 8] = [
            &["explain", "--line", "1", "--inmate", id, "--number", "05"],
            &["inmate", "show", "--inmate", id],
            &["inmate", "disable", "--inmate", id],
            &["register", "show", "--inmate", id],
            &["booking", "add", "--inmate", id, "--for", "5"],
            &["booking", "cancel", "--inmate", id, "--booking", "1"],
            &["block", "lift", "--inmate", id],
            &[
                "block",
                "lift",
                "--called-party",
                "2155550142",
                "--inmate",
                id,
            ],
        ];
        for command in commands {
            let run = place.run(command);
            refused(&run, &["no inmate has this id"]);
            assert!(!run.err.contains(id), "{command:?}: {}", run.err);
        }
    }
}

/// A secret in any cell of any file, and beside good cells.
#[test]
fn a_secret_in_the_wrong_cell_of_any_kind_of_file_is_said_nowhere() {
    let place = with_groups();
    for kind in KINDS {
        let mut lines = kind.good.lines();
        let (head, good) = (lines.next().expect("names"), lines.next().expect("a row"));
        let separated: Vec<&str> = good.split(',').collect();
        let mut text = format!("{head}\n");
        for at in 0..separated.len() {
            let mut row = separated.clone();
            row[at] = "735914";
            text.push_str(&row.join(","));
            text.push('\n');
        }
        let whole = place.put("in.csv", &text);
        let alone: Vec<String> = text
            .lines()
            .skip(1)
            .map(|row| format!("{head}\n{row}\n"))
            .collect();
        let mut said = vec![format!("{:?}", place.run(&["import", kind.what, &whole]))];
        for (at, row) in alone.iter().enumerate() {
            let file = place.put(&format!("row{at}.csv"), row);
            said.push(format!("{:?}", place.run(&["import", kind.what, &file])));
        }
        for said in said {
            assert!(!said.contains("735914"), "{}: {said}", kind.what);
        }
    }
    let text = "id,name,pin,language\n735914,Poe,,en\n";
    let file = place.put("in.csv", text);
    let run = place.run(&["import", "--inmates", &file]);
    says(&run, 1, &["row 2, language: this inmate has no PIN"]);
    assert!(!format!("{run:?}").contains("735914"), "{run:?}");
}

#[test]
fn a_file_that_may_not_be_read_says_so() {
    let place = with_database();
    let file = place.put("in.csv", "pattern\n");
    fs::set_permissions(&file, Permissions::from_mode(0o000)).expect("the mode");
    let run = place.run(&["import", "--restricted", &file]);
    if nix::unistd::Uid::effective().is_root() {
        // Root may read it all the same.
        return says(&run, 0, &["there is no row"]);
    }
    refused(&run, &[&file, "may not be"]);
}

/// Of the line of a file, of this site and of its database: at once, in the order of the columns.
#[test]
fn all_that_is_wrong_with_a_row_is_told_at_once_in_the_order_of_its_columns() {
    let place = with_database();
    let rows = "class,pin,valid-to,id,language,disabled,name\n\
                9,482915,noon,B-7,English,2001-01-01,\n\
                ,73x264,2001-01-01,B-8,en,,\n\
                3,,2001-01-01,B-9,en,perhaps,Poe\n";
    let file = place.put("in.csv", rows);
    let run = place.run(&["import", "--inmates", &file]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let lines: Vec<&str> = run.out.lines().collect();
    let told = [
        "row 2, class: \"9\" is no class: 1 to 5, or phone",
        "row 2, pin: this PIN is given out already",
        "row 2, valid-to: is no date and time of the site, as 2026-11-24 09:30",
        "row 2, language: \"English\" is no language: two letters, as en",
        "row 2, name: inmate's name: must not be empty",
        "row 3, pin: is no PIN: decimal digits alone",
        "row 3, name: inmate's name: must not be empty",
        "row 4, class: this inmate has no PIN",
        "row 4, valid-to: this inmate has no PIN",
        "row 4, language: this inmate has no PIN",
        "row 4, disabled: is neither yes nor no, and is no date and time of the site, as \
         2026-11-24 09:30",
        "0 new, 0 changed, 0 as they were, 3 bad; nothing was written: mend the bad rows, or --apply \
         --skip-bad",
    ];
    assert_eq!(lines, told);
    for secret in ["482915", "73x264"] {
        assert!(!run.out.contains(secret), "{run:?}");
    }
    // Who has the PIN of the second row is as much learned as of a good one.
    let journal = place.journal();
    let met = "checked in.csv: 3 rows, 1 of them with a PIN, card or code, 1 with somebody else's";
    assert!(journal.contains(met), "{journal}");
}

#[test]
fn all_that_the_database_finds_wrong_with_a_row_is_told_of_each_kind_of_file() {
    let place = with_groups();
    let file = |what: &str, rows: &str, told: &[&str]| {
        let file = place.put("in.csv", rows);
        let run = place.run(&["import", what, &file]);
        assert_eq!(run.code, Some(1), "{run:?}");
        let lines: Vec<&str> = run.out.lines().collect();
        assert_eq!(lines.len(), told.len() + 1, "{run:?}");
        for (line, told) in lines.iter().zip(told) {
            assert!(line.contains(told), "no {told:?} in {line}");
        }
        assert!(lines[told.len()].contains(", 1 bad; "), "{run:?}");
    };
    file(
        "--profiles",
        "id,unit,inmate-class,longest-seconds,own-allowance,calls-per-day,supervision\n\
         A-1042,Nowhere,77,99999,no,3,20\n",
        &[
            "row 2, unit: ",
            "row 2, inmate-class: class of inmates 77",
            "row 2, longest-seconds: longest call: 1 second to 99 minutes",
            "row 2, own-allowance: ",
            "row 2, supervision: ",
        ],
    );
    file(
        "--contacts",
        "id,number,name,relationship\nA-1042,12155550142,,\n",
        &[
            "row 2, number: no dialing makes",
            "row 2, name: contact's name: must not be empty",
            "row 2, relationship: ",
        ],
    );
    file(
        "--officers",
        "id,name,code\nO-9,,12\n",
        &[
            "row 2, name: officer's name: must not be empty",
            "row 2, code: ",
        ],
    );
    file(
        "--number-records",
        "pattern,limit-seconds,treatment\n12155550142,99999,99\n",
        &[
            "row 2, pattern: no dialing makes",
            "row 2, limit-seconds: limit: 1 second to 99 minutes",
            "row 2, treatment: call treatment 99",
        ],
    );
    file(
        "--lists",
        "of,side,pattern\ngroup Nowhere,sideways,9*1\n",
        &["row 2, side: "],
    );
}

#[test]
fn of_a_row_that_is_bad_for_one_cell_nothing_is_written_where_bad_rows_are_skipped() {
    let place = with_database();
    let rows = "id,name,disabled\nA-1042,Renamed,2001-01-01\nA-1107,Other,no\n";
    let off = place.run(&["inmate", "disable", "--inmate", "A-1042"]);
    says(&off, 0, &[]);
    let file = place.put("in.csv", rows);
    let run = place.run(&["import", "--inmates", &file, "--apply", "--skip-bad"]);
    says(
        &run,
        0,
        &[
            "row 2, disabled: the time it ends: is over",
            "1 bad; written",
        ],
    );
    let out = place.exported("--inmates", "out.csv");
    assert!(!out.contains("Renamed") && out.contains("Other"), "{out}");
}
