//! How commands end: 0 done or answered, 1 not done and why, 2 misused; and what of it is journaled.

use serde_json::Value;

use crate::{Place, SAMPLE, places::with_database_of, sallyport};

/// How a command ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// Something was changed, which is an entry of the journal.
    Done,
    /// A question was answered.
    Answered,
    /// Refused, unknown, or as it was already.
    Not,
    Misused,
}
use End::{Answered, Done, Misused, Not};

fn place() -> Place {
    let group = "[[defaults.group]]\nname = \"East\"\nofficer = true\n\
                 [[defaults.phone]]\nline = 1\ngroups = [\"East\"]\n\n[[line]]\n";
    with_database_of(&SAMPLE.replacen("[[line]]\n", group, 1), 0)
}

/// Entries of the journal.
fn entries(place: &Place) -> u64 {
    let last = place.run(&["journal", "--last", "1", "--json"]);
    let last: Value = serde_json::from_str(last.out.trim()).expect("an entry");
    last["sequence"].as_u64().expect("a number")
}

/// One after the other, each with what it says.
fn all_end_so(place: &Place, rows: &[(&str, End, &str)]) {
    let mut before = entries(place);
    for (command, end, says) in rows {
        let run = place.run(&words(command));
        let told = format!("{command}: {run:?}");
        let (code, voice, silent) = match end {
            Done | Answered => (0, &run.out, &run.err),
            Not => (1, &run.err, &run.out),
            Misused => (2, &run.err, &run.out),
        };
        assert_eq!(run.code, Some(code), "{told}");
        assert!(silent.is_empty(), "{told}");
        assert!(voice.contains(says), "no {says:?} in {told}");
        let after = entries(place);
        assert_eq!(after - before, u64::from(*end == Done), "journaled: {told}");
        before = after;
    }
}

/// Words of a command line; what is in apostrophes is one of them.
fn words(command: &str) -> Vec<&str> {
    let parts = command.split('\'').enumerate();
    let words = parts.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    words.collect()
}

#[test]
fn what_is_done_ends_with_0_and_what_was_so_already_with_1_and_no_entry_in_the_journal() {
    all_end_so(&place(), SAID_TWICE);
}

#[test]
fn an_inmate_or_a_register_that_stays_as_it_was_ends_with_1_and_no_entry_in_the_journal() {
    let until = "--until '2099-11-24 09:30'";
    let later = format!("inmate suspend --inmate A-1042 {until}");
    let off = format!("inmate disable --inmate A-1042 {until}");
    let as_before = "nothing was changed: it was so already";
    all_end_so(
        &place(),
        &[
            ("inmate reinstate --inmate A-1042", Not, as_before),
            (
                "inmate suspend --inmate A-1042",
                Done,
                "Daniel Reyes (A-1042): suspended from calling: until it is taken back",
            ),
            (
                "inmate suspend --inmate A-1042",
                Not,
                "Daniel Reyes (A-1042): suspended from calling: until it is taken back; nothing was changed",
            ),
            (
                &later,
                Done,
                "suspended from calling: until 2099-11-24 09:30:00 EST",
            ),
            (&later, Not, as_before),
            (
                "inmate reinstate --inmate A-1042",
                Done,
                "suspended from calling: no",
            ),
            ("inmate enable --inmate A-1042", Not, as_before),
            (&off, Done, "PIN disabled: until 2099-11-24 09:30:00 EST"),
            (&off, Not, as_before),
            (
                "inmate disable --inmate A-1042",
                Done,
                "PIN disabled: until it is taken back",
            ),
            ("inmate disable --inmate A-1042", Not, as_before),
            ("inmate enable --inmate A-1042", Done, "PIN disabled: no"),
            (
                "inmate enable --inmate A-1042 --number 2155550142",
                Not,
                as_before,
            ),
            (
                "inmate disable --inmate A-1042 --number 2155550142",
                Done,
                "number 2155550142: disabled",
            ),
            (
                "inmate disable --inmate A-1042 --number 2155550142",
                Not,
                as_before,
            ),
            (
                "inmate enable --inmate A-1042 --number 2155550142",
                Done,
                "number 2155550142: disabled: no",
            ),
            (
                "register reset --inmate A-1219",
                Not,
                "nothing is counted in the register of Robert Hall (A-1219)",
            ),
            (
                "register adjust --inmate A-1219 --calls -1 --note lost",
                Done,
                "  day: 1 call, 0 left",
            ),
            (
                "register reset --inmate A-1219",
                Done,
                "  day: 0 calls, 1 left",
            ),
            ("register reset --inmate A-1219", Not, "nothing is counted"),
            (
                "register show --number 2155550142",
                Answered,
                "no allowance limits it",
            ),
        ],
    );
}

#[test]
fn each_bad_argument_is_told_with_what_and_why() {
    all_end_so(&place(), BAD_ARGUMENTS);
}

#[test]
fn bare_explain_names_both_ways_to_ask() {
    let run = sallyport(&["explain"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    for option in ["--site", "--line", "--inmate", "--number", "--call"] {
        assert!(run.err.contains(option), "no {option} in {}", run.err);
    }
}

#[test]
fn an_id_that_nobody_has_and_may_be_a_pin_is_told_nowhere() {
    let place = place();
    for command in [
        "explain --line 1 --inmate 482915 --number 02155550142",
        "booking add --inmate 482915 --for 5",
        "booking list --inmate 482915",
        "booking cancel --inmate 482915 --booking 1",
        "block lift --inmate 482915",
        "block lift --called-party 2155550142 --inmate 482915",
        "register show --inmate 482915",
        "register adjust --inmate 482915 --calls 1 --note n",
        "register reset --inmate 482915",
        "inmate show --inmate 482915",
        "inmate disable --inmate 482915",
        "inmate enable --inmate 482915 --number 2155550142",
        "inmate suspend --inmate 482915",
        "officer confirm --line 1 --attempt 1 --officer 482915",
    ] {
        let run = place.run(&words(command));
        assert_eq!(run.code, Some(1), "{command}: {run:?}");
        let told = format!("{}{}", run.out, run.err);
        assert!(!told.contains("482915"), "{command}: {told}");
    }
    let journal = place.run(&["journal"]).out;
    assert!(!journal.contains("482915"), "{journal}");
}

#[test]
fn times_are_told_in_the_sites_zone_and_one_thing_in_one_wording() {
    let place = place();
    for command in [
        "booking add --inmate A-1042 --from '2099-07-04 09:30' --for 30",
        "inmate disable --inmate A-1042 --until '2099-11-01 01:30-04:00'",
        "inmate suspend --inmate A-1042",
        "officer present --group East --for 5",
    ] {
        let run = place.run(&words(command));
        assert_eq!(run.code, Some(0), "{command}: {run:?}");
    }
    let journal = place.run(&["journal", "--last", "4"]).out;
    for told in [
        "booking 1: from 2099-07-04 09:30:00 EDT until 2099-07-04 10:00:00 EDT, to any number",
        "disabled: until 2099-11-01 01:30:00 EDT",
        "suspended: until it is taken back",
        "officer present until 20",
    ] {
        assert!(journal.contains(told), "no {told:?} in {journal}");
    }
    for line in journal.lines() {
        assert!(!line.ends_with('Z') && !line.contains("for good"), "{line}");
        assert!(line.contains(" EST ") || line.contains(" EDT "), "{line}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error_and_a_full_disk_is_one() {
    use std::{fs::OpenOptions, process::Stdio};
    let place = place();
    let journal = |out: Stdio| {
        let mut command = std::process::Command::new(crate::program());
        command.args(["journal", "--site"]).arg(place.file());
        let child = command.stdout(out).stderr(Stdio::piped()).spawn();
        crate::Run::of(
            child
                .expect("the program")
                .wait_with_output()
                .expect("its end"),
        )
    };
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let gone = journal(writer.into());
    assert_eq!((gone.code, gone.err.as_str()), (Some(0), ""));
    let full = OpenOptions::new().write(true).open("/dev/full");
    let full = journal(full.expect("the device").into());
    assert_eq!(full.code, Some(1), "{full:?}");
    let why = "sallyport: standard output: No space left on device";
    assert!(full.err.contains(why), "{full:?}");
}

/// One after the other, each as it finds what the one before left.
const SAID_TWICE: &[(&str, End, &str)] = &[
    (
        "resume --all",
        Not,
        "everything is not shut down by this name",
    ),
    ("shutdowns", Answered, "nothing is shut down"),
    ("shutdown --all", Done, "shut down: everything, 8 phones"),
    ("shutdown --all", Not, "everything is shut down already"),
    (
        "shutdown --all --cut",
        Not,
        "everything is shut down already, and no call is under way there",
    ),
    (
        "shutdown --phone 2",
        Done,
        "shut down: the phone of line 2, 1 phone; no call is under way there",
    ),
    ("shutdowns", Answered, "shut down: everything, since 20"),
    ("resume --all", Done, "still shut down: the phone of line 2"),
    ("resume --all", Not, "not shut down by this name"),
    ("resume --phone 2", Done, "resumed: the phone of line 2"),
    (
        "officer gone --group East",
        Not,
        "no officer was said to be present at East",
    ),
    (
        "officer present --group East --for 5",
        Done,
        "is present at East until 20",
    ),
    (
        "officer gone --group East",
        Done,
        "no officer is present at East any more",
    ),
    (
        "officer gone --group East",
        Not,
        "no officer was said to be present at East",
    ),
    ("booking list", Answered, "no call is booked"),
    (
        "booking cancel --inmate A-1042 --booking 1",
        Not,
        "A-1042 has no booking 1",
    ),
    (
        "booking add --inmate A-1042 --from '2099-11-24 09:30' --for 20",
        Done,
        "booked as booking 1: Daniel Reyes",
    ),
    (
        "booking add --inmate A-1042 --from '2099-11-24 09:30' --for 20",
        Not,
        "it is booked already, as booking 1",
    ),
    (
        "booking list --inmate A-1042",
        Answered,
        "booking 1: Daniel Reyes (A-1042)",
    ),
    (
        "booking cancel --inmate A-1042 --booking 1",
        Done,
        "cancelled: booking 1 of A-1042",
    ),
    (
        "booking cancel --inmate A-1042 --booking 1",
        Not,
        "A-1042 has no booking 1",
    ),
    (
        "block list",
        Answered,
        "nothing is blocked, and nothing rests",
    ),
    (
        "block lift --fraud 2155550142",
        Not,
        "2155550142 is not blocked for fraud",
    ),
    (
        "block lift --called-party 2155550142",
        Not,
        "has not refused the calls of every inmate",
    ),
    (
        "block lift --called-party 2155550142 --inmate A-1042",
        Not,
        "has not refused the calls of inmate A-1042",
    ),
    (
        "block lift --phone 'Law library'",
        Not,
        "no wrong guesses count for the phone of line 8",
    ),
    (
        "block lift --inmate A-1042",
        Not,
        "no wrong guesses count for PIN and passcode of A-1042",
    ),
    ("records", Answered, "there is no call record yet"),
    ("records --json", Answered, ""),
    ("records --last 3", Answered, "there is no call record yet"),
    ("frequent", Answered, "no number was called so often"),
    (
        "journal --after 99999",
        Answered,
        "nothing is in the journal after entry 99999: its last is ",
    ),
    ("journal --after 99999 --json", Answered, ""),
];

/// Nothing of it is done.
const BAD_ARGUMENTS: &[(&str, End, &str)] = &[
    (
        "explain --line 99 --inmate A-1042 --number 02155550142",
        Not,
        "phone 99 is not entered",
    ),
    (
        "explain --line 99 --number 02155550142",
        Not,
        "phone 99 is not entered",
    ),
    (
        "explain --line 1 --inmate A-1 --number 02155550142",
        Not,
        "no inmate has this id",
    ),
    (
        "explain --line 1 --inmate A-1042 --number mother",
        Not,
        "is no number as it would be keyed",
    ),
    (
        "explain --line 1 --inmate A-1042 --number 05 --at noon",
        Not,
        NO_TIME,
    ),
    (
        "explain --line one --inmate A-1042 --number 05",
        Misused,
        "invalid value 'one' for '--line <L>'",
    ),
    ("explain --line 1", Misused, "--number <NUMBER>"),
    ("explain --number 05", Misused, "--line <L>"),
    (
        "explain --call 7-1 --at noon",
        Misused,
        "cannot be used with",
    ),
    ("explain --call 7-1", Not, "there is no call 7-1"),
    ("explain --call 8-1", Not, "there is no call 8-1"),
    ("explain --call seven", Not, "is no call: site and number"),
    ("shutdown --phone Attic", Not, "no phone is named \"Attic\""),
    ("shutdown --phone 99", Not, "no phone is named \"99\""),
    (
        "resume --group South",
        Not,
        "group \"South\" is not entered: there are East",
    ),
    ("shutdown --phone 1 --all", Misused, "cannot be used with"),
    ("shutdown", Misused, "--phone <NAME>"),
    (
        "booking add --inmate A-1042 --until '2099-02-30 10:00'",
        Not,
        NO_TIME,
    ),
    (
        "booking add --inmate A-1042 --from noon --for 5",
        Not,
        NO_TIME,
    ),
    ("booking add --inmate A-1042 --for 1441", Misused, WHOLE),
    (
        "booking add --inmate A-1042 --for 5 --number mother",
        Not,
        "\"mother\" is not a number",
    ),
    (
        "booking add --inmate A-1 --for 5",
        Not,
        "no inmate has this id",
    ),
    ("booking list --inmate A-1", Not, "no inmate has this id"),
    (
        "booking cancel --inmate A-1 --booking 1",
        Not,
        "no inmate has this id",
    ),
    (
        "booking cancel --inmate A-1042 --booking x",
        Misused,
        "invalid value 'x'",
    ),
    (
        "block lift --fraud mother",
        Not,
        "\"mother\" is not a number",
    ),
    (
        "block lift --called-party mother",
        Not,
        "\"mother\" is not a number",
    ),
    (
        "block lift --called-party 2155550142 --inmate A-1",
        Not,
        "no inmate has this id",
    ),
    ("block lift --inmate A-1", Not, "no inmate has this id"),
    (
        "block lift --phone Attic",
        Not,
        "no phone is named \"Attic\"",
    ),
    ("register show --inmate A-1", Not, "no inmate has this id"),
    (
        "register show --number mother",
        Not,
        "\"mother\" is not a number",
    ),
    (
        "register show --number 12155550142",
        Not,
        "no dialing makes \"12155550142\"",
    ),
    (
        "register reset --number 12155550142",
        Not,
        "no dialing makes \"12155550142\"",
    ),
    (
        "register adjust --inmate A-1219 --note n",
        Misused,
        "--calls <N>",
    ),
    (
        "register adjust --inmate A-1219 --calls 1 --note ' '",
        Not,
        "note: must not be empty",
    ),
    (
        "register adjust --inmate A-1219 --calls 0 --note n",
        Misused,
        "but not 0",
    ),
    (
        "register adjust --inmate A-1219 --calls 0 --minutes 0 --note n",
        Misused,
        "but not 0",
    ),
    (
        "register adjust --inmate A-1219 --calls 100001 --note n",
        Misused,
        "from -100000 to 100000",
    ),
    (
        "register adjust --inmate A-1219 --calls 99999999999 --note n",
        Misused,
        "from -100000 to 100000",
    ),
    (
        "register adjust --inmate A-1219 --minutes -44641 --note n",
        Misused,
        "from -44640 to 44640",
    ),
    (
        "register adjust --inmate A-1 --calls 1 --note n",
        Not,
        "no inmate has this id",
    ),
    (
        "inmate suspend --inmate A-1042 --until '2099-02-30 10:00'",
        Not,
        NO_TIME,
    ),
    ("inmate show --inmate A-1", Not, "no inmate has this id"),
    (
        "inmate disable --inmate A-1042 --number mother",
        Not,
        "\"mother\" is not a number",
    ),
    (
        "inmate enable --inmate A-1042 --number 2155550199",
        Not,
        "is not on the list of A-1042",
    ),
    ("journal --after -1", Misused, "invalid value '-1'"),
    ("journal --last 0", Misused, WHOLE),
    ("records --last 0", Misused, WHOLE),
    ("records --last -1", Misused, WHOLE),
    (
        "frequent --per year",
        Misused,
        "possible values: day, week, month",
    ),
    ("frequent --most 0", Misused, WHOLE),
    ("frequent --calls many", Misused, "invalid value 'many'"),
];

const NO_TIME: &str = "is no time: write date and time of the site";
const WHOLE: &str = "allowed: a whole number from ";
