//! What officers do where no controller runs: presence, bookings, what is lifted, given, disabled and read.

use std::{path::Path, process::Command};

use nix::unistd::Uid;
use serde_json::Value;

use crate::{
    Place, Run, SAMPLE,
    places::{with_database, with_database_of},
    program,
};

/// Done, and says so.
#[track_caller]
fn done(place: &Place, command: &[&str], says: &[&str]) -> String {
    let run = place.run(command);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for part in says {
        assert!(run.out.contains(part), "no {part:?} in {}", run.out);
    }
    run.out
}

/// Refused, with the reason, and nothing is printed.
#[track_caller]
fn refused(place: &Place, command: &[&str], why: &str) {
    let run = place.run(command);
    assert_eq!(run.code, Some(1), "{}", run.out);
    assert!(run.out.is_empty(), "{}", run.out);
    assert!(run.err.contains(why), "no {why:?} in {}", run.err);
}

/// The command line itself is wrong.
#[track_caller]
fn misused(place: &Place, command: &[&str]) {
    let run: Run = place.run(command);
    assert_eq!(run.code, Some(2), "{} {}", run.out, run.err);
}

const TO_MOTHER: [&str; 7] = [
    "explain",
    "--line",
    "1",
    "--inmate",
    "A-1042",
    "--number",
    "02155550142",
];

/// The phone of line 1 is in a group that needs an officer.
fn with_a_group() -> Place {
    let group = "[[defaults.group]]\nname = \"East\"\nofficer = true\n\
                 [[defaults.group]]\nname = \"East/Tier 1\"\n\
                 [[defaults.group]]\nname = \"West\"\n\
                 [[defaults.phone]]\nline = 1\ngroups = [\"East/Tier 1\"]\n\n[[line]]\n";
    with_database_of(&SAMPLE.replacen("[[line]]\n", group, 1), 0)
}

#[test]
fn an_officer_who_is_said_to_be_present_opens_the_phones_of_a_group() {
    let place = with_a_group();
    done(&place, &TO_MOTHER, &["(no-officer)"]);
    done(
        &place,
        &["officer", "places"],
        &["East: calls only while an officer is present; none is"],
    );
    let present = ["officer", "present", "--group", "Tier 1", "--for", "30"];
    let said = done(
        &place,
        &present,
        &["an officer is present at East/Tier 1 until 20"],
    );
    assert!(!said.contains("calls are as before"), "{said}");
    done(
        &place,
        &["officer", "places"],
        &["East/Tier 1: an officer is present until 20"],
    );
    done(&place, &TO_MOTHER, &["Allowed, for 10 min"]);
    let journal = done(
        &place,
        &["journal", "--last", "1"],
        &["officer present until 20"],
    );
    assert!(
        journal.trim_end().ends_with("ST") || journal.trim_end().ends_with("DT"),
        "{journal}"
    );
    done(
        &place,
        &["officer", "gone", "--group", "Tier 1"],
        &[
            "no officer is present at East/Tier 1 any more",
            "shutdown --group \"East/Tier 1\" --cut",
        ],
    );
    done(&place, &TO_MOTHER, &["(no-officer)"]);
    let west = ["officer", "present", "--group", "West", "--for", "1"];
    done(
        &place,
        &west,
        &["nothing at West asks for an officer: calls are as before"],
    );
}

/// Phones of one group that want an officer in different ways.
#[test]
fn what_a_presence_is_for_each_phone_is_told_as_it_is() {
    let group = "[[defaults.group]]\nname = \"East\"\nofficer = true\n\
                 [[defaults.group]]\nname = \"East/Tier 1\"\n\
                 [[defaults.group]]\nname = \"Yard\"\nofficer = true\n\
                 [[defaults.group]]\nname = \"West\"\n";
    let phone = |line: u16, groups: &str, officer: &str| {
        format!("[[defaults.phone]]\nline = {line}\ngroups = [{groups}]\n{officer}\n")
    };
    let any = "officer = \"any\"";
    let site = [
        group.to_owned(),
        phone(1, "\"East/Tier 1\"", ""),
        phone(2, "\"East/Tier 1\"", any),
        phone(3, "\"East/Tier 1\", \"Yard\"", ""),
        phone(4, "\"West\"", any),
        phone(5, "\"West\"", any),
        phone(6, "\"West\"", any),
        phone(7, "\"West\"", ""),
        "\n[[line]]\n".to_owned(),
    ];
    let place = with_database_of(&SAMPLE.replacen("[[line]]\n", &site.concat(), 1), 0);
    let word =
        "each call waits for an officer's card or code at the phone, or an officer at a console";
    let at_west = format!("lines 4 to 6: {word}, whether one is present or not");
    let shut = "no call is let through, as no officer is said to be there";
    let besides = format!("line 2: {shut}; while one is, {word} besides");
    let nobody = format!("lines 1, 3: {shut}\n");
    let places = ["officer", "places"];
    done(&place, &places, &[&nobody, &besides, &at_west]);
    let present = |group| ["officer", "present", "--group", group, "--for", "30"];
    let of_yard = format!("line 3: {shut}\n");
    let open = "line 1: calls are let through, as an officer is present\n";
    let both = format!("line 2: an officer is present, and {word} besides\n");
    let told = done(&place, &present("East"), &[open, &both, &of_yard]);
    assert!(!told.contains("as before"), "{told}");
    let told = done(&place, &present("West"), &[&at_west]);
    assert!(
        told.contains("line 7: nothing asks for an officer: calls are as before"),
        "{told}"
    );
    let told = done(&place, &places, &[open, &both, &of_yard, &at_west]);
    assert!(!told.contains("line 7"), "{told}");
}

#[test]
fn an_officer_who_goes_leaves_what_another_was_said_to_open() {
    let place = with_a_group();
    let present = |group, minutes| ["officer", "present", "--group", group, "--for", minutes];
    let first = done(&place, &present("East", "60"), &[]);
    assert!(!first.contains("had been said before"), "{first}");
    done(&place, &present("Tier 1", "30"), &["East/Tier 1 until"]);
    // One of two goes; the other is at the whole wing.
    let gone = |group| ["officer", "gone", "--group", group];
    let open = "line 1: calls are let through, as an officer is present\n";
    let left = [
        "no officer is present at East/Tier 1 any more\n",
        "but one is said to be at East until 20",
        "`sallyport officer gone --group \"East\"` takes it back\n",
        open,
    ];
    done(&place, &gone("Tier 1"), &left);
    done(&place, &TO_MOTHER, &["Allowed, for 10 min"]);
    // A place has one time: the last word.
    let shorter = done(
        &place,
        &present("East", "5"),
        &["an officer is present at East"],
    );
    assert!(
        shorter.contains("had been said before: that holds no more"),
        "{shorter}"
    );
    let shut = "line 1: no call is let through, as no officer is said to be there\n";
    done(&place, &gone("East"), &["at East any more\n", shut]);
    done(&place, &TO_MOTHER, &["(no-officer)"]);
    let again = place.run(&gone("East"));
    assert_eq!(again.code, Some(1), "{again:?}");
    let nobody = "no officer was said to be present at East\n";
    assert!(again.err.contains(nobody), "{again:?}");
    assert!(again.err.contains(shut), "{again:?}");
}

/// A process that nobody logged in for, or root's, says for itself who did.
#[test]
fn nobody_is_who_a_process_says_that_it_is_by_its_login_uid() {
    let place = with_a_group();
    let says = "echo 54321 >/proc/self/loginuid; exec \"$0\" \"$@\"";
    let gone = Command::new("sh")
        .args(["-c", says])
        .arg(program())
        .args([
            "officer", "present", "--group", "East", "--for", "5", "--site",
        ])
        .arg(place.file())
        .output()
        .expect("a shell");
    assert!(gone.status.success(), "{gone:?}");
    let entry = done(&place, &["journal", "--last", "1"], &["officer"]);
    assert!(!entry.contains("54321"), "{entry}");
    assert!(entry.contains("somebody, as user "), "{entry}");
}

#[test]
fn check_says_where_two_persons_are_wanted_and_nobody_is_told_from_another() {
    let wanting = "[defaults]\ntwo_persons_approve = true\n";
    let place = Place::with(&SAMPLE.replacen("[defaults]\n", wanting, 1));
    let out = done(&place, &["check"], &["nothing to change"]);
    let note = "note: two_persons_approve in [defaults] wants two persons";
    let told = Uid::effective().is_root() || !Path::new("/run/systemd/sessions").is_dir();
    assert_eq!(out.contains(note), told, "{out}");
    assert_eq!(out.contains("no contact will be approved"), told, "{out}");
    let place = Place::with(SAMPLE);
    let out = done(&place, &["check"], &["nothing to change"]);
    assert!(!out.contains("two persons"), "{out}");
}

#[test]
fn a_presence_that_makes_no_sense_is_refused() {
    let place = with_a_group();
    let until = |time| ["officer", "present", "--group", "East", "--until", time];
    refused(
        &place,
        &until("2026-11-20 09:30"),
        "2026-11-20 09:30:00 EST is over: it is 20",
    );
    refused(
        &place,
        &until("2099-01-01 09:30"),
        "said for 24 hours at most",
    );
    refused(
        &place,
        &until("2099-03-08 02:30"),
        "the clock skips that time",
    );
    let twice = "2099-11-01T01:30:00-04 for the first or 2099-11-01T01:30:00-05 for the second";
    refused(&place, &until("2099-11-01 01:30"), twice);
    refused(&place, &until("noon"), "write date and time of the site");
    let nowhere = ["officer", "present", "--group", "South", "--for", "5"];
    refused(&place, &nowhere, "group \"South\" is not entered");
    misused(&place, &["officer", "present", "--group", "East"]);
    misused(
        &place,
        &["officer", "present", "--group", "East", "--for", "0"],
    );
    misused(
        &place,
        &["officer", "present", "--group", "East", "--for", "1441"],
    );
}

#[test]
fn no_call_waits_for_an_officer_where_no_controller_runs() {
    let place = with_database();
    done(
        &place,
        &["officer", "waiting"],
        &["no call waits for an officer"],
    );
    let of_line = |line| ["officer", "confirm", "--line", line, "--officer", "F-9"];
    let confirm = |line| [&of_line(line)[..], &["--attempt", "17"]].concat();
    misused(&place, &of_line("1"));
    refused(
        &place,
        &confirm("1"),
        "no call waits for an officer at the phone of line 1",
    );
    refused(&place, &confirm("99"), "phone 99 is not entered");
    misused(
        &place,
        &[
            "officer",
            "confirm",
            "--line",
            "1",
            "--attempt",
            "17",
            "--code",
            "918273",
        ],
    );
}

#[test]
fn a_call_is_booked_listed_and_cancelled() {
    let only = "id = \"A-1042\"\nbooked_only = true\n";
    let place = with_database_of(&SAMPLE.replacen("id = \"A-1042\"\n", only, 1), 0);
    done(&place, &["booking", "list"], &["no call is booked"]);
    let at = [&TO_MOTHER[..], &["--at", "2099-11-24 09:45"]].concat();
    done(&place, &at, &["(not-booked)"]);
    let add = |from, until| {
        let to = [
            "--inmate",
            "A-1042",
            "--number",
            "2155550142",
            "--note",
            "a birthday",
        ];
        [
            &["booking", "add"],
            &to[..],
            &["--from", from, "--until", until],
        ]
        .concat()
    };
    let words = "booking 1: Daniel Reyes (A-1042) to 2155550142, from 2099-11-24 09:30:00 EST until \
                 2099-11-24 10:00:00 EST: a birthday";
    let booked = done(
        &place,
        &add("2099-11-24 09:30", "2099-11-24 10:00"),
        &[words],
    );
    assert_eq!(booked, format!("booked as {words}\n"));
    done(&place, &at, &["Allowed, for 10 min"]);
    done(&place, &["booking", "list"], &[words]);
    done(
        &place,
        &["booking", "list", "--inmate", "A-1107"],
        &["no call is booked"],
    );
    let now = ["booking", "add", "--inmate", "A-1042", "--for", "20"];
    done(
        &place,
        &now,
        &["booking 2: Daniel Reyes (A-1042) to any number, from 20"],
    );
    done(&place, &TO_MOTHER, &["Allowed, for 10 min"]);
    let cancel = ["booking", "cancel", "--inmate", "A-1042", "--booking", "1"];
    done(&place, &cancel, &["cancelled: booking 1 of A-1042"]);
    refused(&place, &cancel, "A-1042 has no booking 1");
    done(&place, &at, &["(not-booked)"]);
    refused(
        &place,
        &add("2026-11-20 09:30", "2026-11-20 10:00"),
        "is over: it is 20",
    );
    refused(
        &place,
        &add("2099-11-24 10:00", "2099-11-24 09:30"),
        "not after it begins",
    );
    refused(
        &place,
        &add("2099-11-24 09:30", "2100-11-24 10:00"),
        "24 hours at most",
    );
    refused(
        &place,
        &add("2099-11-01 01:30", "2099-11-01 09:30"),
        "comes twice",
    );
    let nobody = ["booking", "add", "--inmate", "A-1", "--for", "20"];
    refused(&place, &nobody, "no inmate has this id");
    let number = [
        "--inmate",
        "A-1042",
        "--number",
        "12155550142",
        "--for",
        "20",
    ];
    let number = [&["booking", "add"], &number[..]].concat();
    refused(&place, &number, "no dialing makes \"12155550142\"");
}

#[test]
fn what_is_not_blocked_is_said_to_be_so_and_who_is_unknown_refused() {
    let place = with_database();
    done(
        &place,
        &["block", "list"],
        &["nothing is blocked, and nothing rests"],
    );
    let lift = |what: &[&'static str]| [&["block", "lift"], what].concat();
    let fraud = lift(&["--fraud", "2155550142"]);
    refused(&place, &fraud, "2155550142 is not blocked for fraud");
    let party = lift(&["--called-party", "2155550142", "--inmate", "A-1042"]);
    refused(&place, &party, "has not refused the calls of inmate A-1042");
    let every = lift(&["--called-party", "2155550142"]);
    refused(&place, &every, "has not refused the calls of every inmate");
    let phone = lift(&["--phone", "Law library"]);
    refused(
        &place,
        &phone,
        "no wrong guesses count for the phone of line 8",
    );
    refused(
        &place,
        &lift(&["--inmate", "A-1042"]),
        "no wrong guesses count for PIN and passcode of A-1042",
    );
    refused(&place, &lift(&["--inmate", "A-1"]), "no inmate has this id");
    refused(
        &place,
        &lift(&["--phone", "Attic"]),
        "no phone is named \"Attic\"",
    );
    refused(
        &place,
        &lift(&["--fraud", "mother"]),
        "\"mother\" is not a number",
    );
    misused(&place, &["block", "lift"]);
    misused(&place, &lift(&["--fraud", "2155550142", "--phone", "1"]));
}

#[test]
fn a_register_is_shown_adjusted_and_reset() {
    let place = with_database();
    let of_hall = |verb| ["register", verb, "--inmate", "A-1219"];
    done(
        &place,
        &of_hall("show"),
        &[
            "register of Robert Hall (A-1219): limited by the inmate's own allowance",
            "  day: 0 calls, 1 left; 0 s, no limit",
            "a call is let through now",
        ],
    );
    let adjust = |more: &[&'static str]| [&of_hall("adjust")[..], more].concat();
    let taken = adjust(&["--calls", "-1", "--minutes", "5", "--note", "lost a call"]);
    done(
        &place,
        &taken,
        &[
            "Robert Hall (A-1219): 1 call charged, 5 minutes given back\n\
             note: no allowance of minutes holds here: it counts for nothing before there is one\n",
            "  day: 1 call, 0 left; 5 min given back, no limit",
            "a call is let through from 20",
        ],
    );
    let given = adjust(&["--calls", "3", "--note", "a birthday"]);
    done(
        &place,
        &given,
        &[
            "Robert Hall (A-1219): 3 calls given back\nregister of",
            "  month: 2 calls given back, no limit",
            "a call is let through now",
        ],
    );
    done(&place, &of_hall("reset"), &["  day: 0 calls, 1 left; 0 s"]);
    let number = ["register", "show", "--number", "2155550142"];
    done(
        &place,
        &number,
        &["register of all callers of 2155550142: no allowance limits it"],
    );
    let journal = done(
        &place,
        &["journal", "--last", "3"],
        &["given 3 calls, 0 s: a birthday"],
    );
    assert_eq!(journal.lines().count(), 3, "{journal}");
    refused(
        &place,
        &["register", "show", "--inmate", "A-1"],
        "no inmate has this id",
    );
    refused(
        &place,
        &["register", "reset", "--number", "mother"],
        "\"mother\" is not a number",
    );
    let nothing = adjust(&["--calls", "0", "--note", "none"]);
    misused(&place, &nothing);
    misused(&place, &adjust(&["--note", "none"]));
    misused(&place, &["register", "show"]);
}

#[test]
fn a_pin_and_a_number_are_disabled_and_an_inmate_suspended_until_a_time_or_for_good() {
    let place = with_database();
    let inmate =
        |verb, more: &[&'static str]| [&["inmate", verb, "--inmate", "A-1042"], more].concat();
    let then = "2099-11-24 09:30";
    done(
        &place,
        &inmate("disable", &["--until", then]),
        &["Daniel Reyes (A-1042): PIN disabled: until 2099-11-24 09:30:00 EST"],
    );
    done(&place, &TO_MOTHER, &["(pin-disabled)"]);
    done(&place, &inmate("enable", &[]), &["PIN disabled: no"]);
    let number = ["--number", "2155550142"];
    done(
        &place,
        &inmate("disable", &number),
        &["number 2155550142: disabled: until it is taken back"],
    );
    done(&place, &TO_MOTHER, &["(pin-number-disabled)"]);
    done(
        &place,
        &inmate("show", &[]),
        &["number 2155550142, disabled: until it is taken back"],
    );
    done(
        &place,
        &inmate("enable", &number),
        &["number 2155550142: disabled: no"],
    );
    done(
        &place,
        &inmate("suspend", &["--until", then]),
        &["suspended from calling: until 2099"],
    );
    done(&place, &TO_MOTHER, &["(inmate-suspended)"]);
    done(
        &place,
        &inmate("reinstate", &[]),
        &["suspended from calling: no"],
    );
    done(&place, &TO_MOTHER, &["Allowed, for 10 min"]);
    refused(
        &place,
        &inmate("disable", &["--until", "2026-11-20 09:30"]),
        "is over: it is 20",
    );
    let unlisted = inmate("disable", &["--number", "2155550199"]);
    refused(
        &place,
        &unlisted,
        "number 2155550199 is not on the list of A-1042",
    );
    refused(
        &place,
        &["inmate", "suspend", "--inmate", "A-1"],
        "no inmate has this id",
    );
}

#[test]
fn an_inmate_and_the_journal_are_shown_without_a_pin() {
    let unit = "[[defaults.group]]\nname = \"East\"\n\n[[defaults.inmate]]\n";
    let site = SAMPLE.replacen("[[defaults.inmate]]\n", unit, 1);
    let id = "id = \"A-1042\"\n";
    let place = with_database_of(&site.replacen(id, &format!("{id}unit = \"East\"\n"), 1), 0);
    let shown = done(
        &place,
        &["inmate", "show", "--inmate", "A-1042"],
        &[
            "Daniel Reyes (A-1042)\n",
            "living unit: East",
            "suspended: no",
            "PIN disabled: no",
            "class of durations: 1",
            "language: en",
            "number 2155550166\n",
        ],
    );
    done(
        &place,
        &["inmate", "suspend", "--inmate", "A-1042"],
        &["until it is taken back"],
    );
    let words = done(
        &place,
        &["journal"],
        &["inmate, inmate 1 (A-1042): suspended: until it is taken back"],
    );
    let json = done(&place, &["journal", "--json"], &[]);
    let entries: Vec<Value> = (json.lines())
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    assert_eq!(entries.len(), words.lines().count());
    let last = entries.last().expect("an entry");
    let keys: Vec<&String> = last.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "actor", "at", "change", "id", "noun", "sequence", "site", "subject"
        ]
    );
    assert_eq!(last["sequence"], entries.len());
    assert_eq!(last["id"], "A-1042");
    assert!(
        last["actor"].as_str().expect("who").contains("user "),
        "{last}"
    );
    let after = (entries.len() - 2).to_string();
    let rest = done(&place, &["journal", "--after", &after], &[]);
    assert_eq!(rest.lines().count(), 2, "{rest}");
    for pin in ["482915", "730264", "615738"] {
        assert!(
            !format!("{shown}{words}{json}").contains(pin),
            "a PIN is told"
        );
    }
    misused(&place, &["journal", "--after", "1", "--last", "1"]);
}

#[test]
fn numbers_that_are_called_often_are_none_where_nobody_called() {
    let place = with_database();
    done(&place, &["frequent"], &["no number was called so often"]);
    let json = done(&place, &["frequent", "--per", "month", "--json"], &[]);
    assert_eq!(json, "");
    misused(&place, &["frequent", "--per", "year"]);
    misused(&place, &["frequent", "--most", "0"]);
}

#[test]
fn check_says_where_calls_wait_for_an_officer_whom_nobody_has_entered() {
    let checked = |by: &str, officer: &str| {
        let phone =
            format!("[[defaults.phone]]\nline = 1\nofficer = \"{by}\"\n{officer}\n[[line]]\n");
        let place = Place::with(&SAMPLE.replacen("[[line]]\n", &phone, 1));
        done(&place, &["check"], &["nothing to change"])
    };
    let note = "note: each call from line 1 waits for an officer";
    let lee = "[[defaults.officer]]\nid = \"F-9\"\nname = \"Lee\"\n";
    for by in ["console", "any"] {
        let out = checked(by, "");
        assert!(
            out.contains(note) && out.contains("[[defaults.officer]] at all"),
            "{out}"
        );
        assert!(!checked(by, lee).contains(note), "{by}");
    }
    let out = checked("code", lee);
    assert!(
        out.contains(note) && out.contains("[[defaults.officer]] with a code"),
        "{out}"
    );
    let code = format!("{lee}code = \"918273\"\n");
    assert!(!checked("code", &code).contains(note));
}

#[test]
fn numbers_are_blocked_for_one_inmate_by_command_until_that_is_taken_back() {
    let place = with_database();
    let inmate =
        |verb, more: &[&'static str]| [&["inmate", verb, "--inmate", "A-1042"], more].concat();
    let number = ["--number", "215555????"];
    let block = inmate(
        "block",
        &[&number[..], &["--note", "a court order"]].concat(),
    );
    let said = "Daniel Reyes (A-1042): 215555???? is blocked, whatever allows it";
    done(&place, &block, &[said]);
    done(
        &place,
        &TO_MOTHER,
        &[
            "Is the number blocked for this inmate alone? yes\n",
            "Refused: the number is blocked for this inmate (number-blocked-for-inmate).",
            "The inmate hears: \"The number you dialed is blocked for you.\"",
        ],
    );
    let mut another = TO_MOTHER;
    another[4] = "A-1107";
    another[6] = "02155550155";
    done(&place, &another, &["Allowed, for 12 s"]);
    let again = format!("{said}; nothing was changed: it was so already");
    refused(&place, &inmate("block", &number), &again);
    refused(&place, &block, &again);
    done(
        &place,
        &inmate("show", &[]),
        &[
            "  number 2155550142\n",
            "  blocked 215555????: a court order\n",
        ],
    );
    done(
        &place,
        &inmate("unblock", &number),
        &["Daniel Reyes (A-1042): 215555???? is not blocked any more"],
    );
    done(&place, &TO_MOTHER, &["Allowed, for 10 min"]);
    done(
        &place,
        &["journal", "--last", "1"],
        &["list, inmate 1 (A-1042): blocked 215555????: removed"],
    );
    refused(
        &place,
        &inmate("unblock", &number),
        "215555???? is not blocked for A-1042",
    );
    let never = inmate("block", &["--number", "12155550142"]);
    refused(&place, &never, "it would never match");
    let none = inmate("block", &["--number", "nine*"]);
    refused(&place, &none, "pattern \"nine*\"");
    let nobody = ["inmate", "block", "--inmate", "A-1", "--number", "900*"];
    refused(&place, &nobody, "no inmate has this id");
    misused(&place, &inmate("block", &[]));
}

#[test]
fn a_number_is_taken_off_a_list_and_a_contact_away_by_command() {
    let place = with_database();
    let remove = |what, number| ["inmate", "remove", "--inmate", "A-1042", what, number];
    let text = "id,number,name,relationship\nA-1042,2155550142,Ann Reyes,parent\n";
    let contacts = place.put("in.csv", text);
    done(
        &place,
        &["import", "--contacts", &contacts, "--apply"],
        &["1 new"],
    );
    let off = remove("--number", "2155550142");
    done(
        &place,
        &off,
        &["Daniel Reyes (A-1042): 2155550142 is off the list"],
    );
    let shown = done(
        &place,
        &["inmate", "show", "--inmate", "A-1042"],
        &["contact 2155550142"],
    );
    assert!(!shown.contains("number 2155550142"), "{shown}");
    done(
        &place,
        &["journal", "--last", "1"],
        &["pin-number, inmate 1 (A-1042): removed 2155550142"],
    );
    refused(
        &place,
        &off,
        "number 2155550142 is not on the list of A-1042",
    );
    let away = remove("--contact", "2155550142");
    done(
        &place,
        &away,
        &["Daniel Reyes (A-1042): 2155550142 is no contact any more"],
    );
    let shown = done(&place, &["inmate", "show", "--inmate", "A-1042"], &[]);
    assert!(!shown.contains("contact"), "{shown}");
    done(
        &place,
        &["journal", "--last", "1"],
        &["contact, inmate 1 (A-1042): 2155550142: removed"],
    );
    refused(&place, &away, "2155550142 is no contact of A-1042");
    refused(
        &place,
        &remove("--number", "mother"),
        "\"mother\" is not a number",
    );
    misused(&place, &["inmate", "remove", "--inmate", "A-1042"]);
    let both = [&off[..], &["--contact", "2155550142"]].concat();
    misused(&place, &both);
}
