//! `sallyport explain` where no controller runs: the officer's question and the answer in words.

use std::fs;

use serde_json::Value;

use crate::{
    Place, Run, SAMPLE,
    places::{with_database, with_database_of},
    sallyport,
};

fn explain(place: &Place, arguments: &[&str]) -> Run {
    place.run(&[&["explain"], arguments].concat())
}

#[track_caller]
fn says(run: &Run, parts: &[&str]) {
    assert_eq!(run.code, Some(0), "{}", run.err);
    for part in parts {
        assert!(run.out.contains(part), "no {part:?} in {}", run.out);
    }
}

#[test]
fn explain_tells_each_table_and_what_the_inmate_hears() {
    let place = with_database();
    let premium = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "19005551234",
    ];
    says(
        &explain(&place, &premium),
        &[
            "Daniel Reyes (A-1042) dials 19005551234 (9005551234, 1+, premium) at line 1",
            "  1. Does this phone ask for a PIN? yes\n",
            "  7. Is the number in the restricted table? yes, found there\n",
            "Can an allowed entry rescue a restricted number? yes, one as exact or more, as \
             `allowed_rescues` is true\n",
            "Refused: the number is restricted (number-restricted).",
            "The inmate hears: \"The number you dialed is restricted",
        ],
    );
    let listed = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "02155550142",
    ];
    let at = [&listed[..], &["--at", "2026-11-24 09:30"]].concat();
    says(
        &explain(&place, &at),
        &[
            "2026-11-24 09:30:00 EST:",
            "Is the number on the PIN's own list? yes",
            "Do blocks for everybody hold against every list? yes, as `global_block_wins` is true\n",
            "Allowed, for 10 min at most: class 1, the PIN's, on a weekday.",
            "Dialed on the trunk: 12155550142.",
            "Recording: recorded.",
            "Call treatment: that of the whole site.",
            "  A third party: the call is cut.",
            "  Keys after dialing: the call is cut at 4.",
        ],
    );
    let holiday = [&listed[..], &["--at", "2026-12-25T09:30"]].concat();
    says(&explain(&place, &holiday), &["the PIN's, on a holiday."]);
    let dial = ["--line", "1", "--inmate", "A-1107", "--number", "01"];
    says(
        &explain(&place, &dial),
        &["Does the speed dial stand for a number? yes"],
    );
}

#[test]
fn a_call_without_a_limit_of_its_own_is_told_the_longest_of_the_site() {
    let place = with_database_of(SAMPLE, 0);
    let attorney = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "02155550177",
    ];
    let told = explain(&place, &attorney);
    says(
        &told,
        &["without a limit of its own: no call at this site lasts longer than 99 min.\n"],
    );
}

#[test]
fn explain_says_that_the_own_list_goes_first_and_that_nothing_rescues_where_it_is_so() {
    let settings = "allowed_rescues = false\nglobal_block_wins = false";
    let place = with_database_of(&SAMPLE.replacen("allowed_rescues = true", settings, 1), 0);
    let to = |number| {
        explain(
            &place,
            &["--line", "1", "--inmate", "A-1042", "--number", number],
        )
    };
    says(
        &to("02155550142"),
        &[
            "hold against every list? no, as `global_block_wins` is false\n",
            "Allowed",
        ],
    );
    let rescue = "rescue a restricted number? no, as `allowed_rescues` is false\n";
    says(&to("19005551234"), &[rescue, "(number-restricted)"]);
}

#[test]
fn explain_says_who_must_accept_and_what_a_treatment_leaves_out() {
    let usual = "[[defaults.call_treatment]]\nnumber = 0\n";
    let keys = "acceptance = true\nsay_carrier = false\nthree_way_notice = false\n\
                word_before_cut = true\n";
    assert!(SAMPLE.contains(usual));
    let site = SAMPLE.replacen(usual, &format!("{usual}{keys}"), 1);
    let place = with_database_of(&site, 0);
    let asked = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "12155550142",
    ];
    says(
        &explain(&place, &asked),
        &[
            "Handled so: a direct call, which the called party must accept.",
            "  The carrier is not named where nobody else pays.",
            "  Nobody is told beforehand that no third party may join.",
            "  Before the call is cut both are told so.",
        ],
    );
    let json = explain(&place, &[&asked[..], &["--json"]].concat());
    let told: Value = serde_json::from_str(json.out.trim()).expect("an object");
    assert_eq!(
        (&told["handling"], &told["acceptance"]),
        (&"direct".into(), &true.into())
    );
}

#[test]
fn explain_says_which_warnings_the_parties_hear() {
    let asked = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "12155550142",
    ];
    let names = |place: &Place| {
        let json = explain(place, &[&asked[..], &["--json"]].concat());
        let told: Value = serde_json::from_str(json.out.trim()).expect("an object");
        told["warned"].clone()
    };
    let of_site = |keys: &str| {
        let site = SAMPLE.replacen("[defaults]\n", &format!("[defaults]\n{keys}"), 1);
        with_database_of(&site, 0)
    };
    let both = of_site("warn_two_minutes = true\nwarn_one_minute = true\n");
    let line = "Both parties are warned two minutes and one minute before its end.";
    says(&explain(&both, &asked), &[line]);
    assert_eq!(
        names(&both),
        serde_json::json!(["two-minutes", "one-minute"])
    );
    // There is no time for the other.
    let short =
        of_site("warn_two_minutes = true\nwarn_one_minute = true\nhard_limit_seconds = 90\n");
    let line = "Both parties are warned one minute before its end.";
    says(&explain(&short, &asked), &[line]);
    let none = of_site("warn_one_minute = false\n");
    assert_eq!(names(&none), serde_json::json!([]));
}

#[test]
fn explain_tells_hours_at_the_time_that_is_asked_for() {
    let place = with_database();
    let library = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "2155550100",
    ];
    let at = |time| explain(&place, &[&library[..], &["--at", time]].concat());
    says(
        &at("2026-11-24 19:59"),
        &["it may be called? yes, and this time is in them", "Allowed"],
    );
    says(
        &at("2026-11-24 20:00"),
        &[
            "it may be called? yes, and this time is not in them",
            "(time-restricted)",
        ],
    );
    let skipped = at("2026-03-08 02:30");
    assert_eq!(skipped.code, Some(1));
    assert!(skipped.err.contains("skips that time"), "{}", skipped.err);
    let twice = at("2026-11-01 01:30");
    assert_eq!(twice.code, Some(1));
    assert!(twice.err.contains("comes twice"), "{}", twice.err);
    says(
        &at("2026-11-01 01:30-04:00"),
        &["2026-11-01 01:30:00 EDT", "(time-restricted)"],
    );
    says(
        &at("2026-11-01T01:30:00-05:00"),
        &["2026-11-01 01:30:00 EST"],
    );
    let nonsense = at("noon");
    assert!(
        nonsense.err.contains("write date and time of the site"),
        "{}",
        nonsense.err
    );
}

#[test]
fn explain_prints_one_object_of_json() {
    let place = with_database();
    let asked = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "19005551234",
        "--json",
    ];
    let run = explain(&place, &asked);
    let told: Value = serde_json::from_str(run.out.trim()).expect("an object");
    assert_eq!(told["allowed"], false);
    assert_eq!(told["blocked"], "number-restricted");
    assert_eq!(told["prompt"], "number-restricted");
    assert_eq!(told["number"], "9005551234");
    assert_eq!(told["screening"][0], "pin-required:yes");
    let asked = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "02155550177",
        "--json",
    ];
    let told: Value = serde_json::from_str(explain(&place, &asked).out.trim()).expect("an object");
    assert_eq!(told["allowed"], true);
    assert_eq!(told["recording"], "privileged");
    assert_eq!(
        told["limited_by"],
        Value::Null,
        "an attorney's number is untimed"
    );
}

#[test]
fn explain_says_whose_allowance_it_is() {
    let of = |key: &str| {
        let class = "[[defaults.inmate_class]]\nnumber = 3\nname = \"pretrial\"\n\
                     calls_per_day = 40\n\n[[defaults.inmate]]\n";
        let site = SAMPLE.replacen("[[defaults.inmate]]\n", class, 1);
        let id = "id = \"A-1042\"\n";
        let place = with_database_of(&site.replacen(id, &format!("{id}{key}\n"), 1), 0);
        let asked = ["--line", "1", "--inmate", "A-1042", "--number"];
        let asked = [&asked[..], &["02155550142"]].concat();
        let json = explain(&place, &[&asked[..], &["--json"]].concat());
        let told: Value = serde_json::from_str(json.out.trim()).expect("an object");
        (explain(&place, &asked), told["allowance"].clone())
    };
    let (run, allowance) = of("calls_per_week = 7");
    says(&run, &["Allowance of calls and minutes: the inmate's own."]);
    assert_eq!(allowance, "inmate");
    let (run, allowance) = of("inmate_class = 3");
    let words = "Allowance of calls and minutes: that of inmate class 3.";
    says(&run, &[words]);
    assert_eq!(allowance, "class 3");
    let (run, allowance) = of("watched = true");
    assert!(!run.out.contains("Allowance"), "{}", run.out);
    assert_eq!(allowance, Value::Null, "nothing limits the inmate");
}

#[test]
fn a_pin_is_no_argument_and_who_is_not_there_is_told() {
    let place = with_database();
    let pin = explain(
        &place,
        &["--line", "1", "--pin", "482915", "--number", "02155550142"],
    );
    assert_eq!(pin.code, Some(2), "{pin:?}");
    let nobody = explain(
        &place,
        &["--line", "1", "--inmate", "482915", "--number", "05"],
    );
    assert_eq!(nobody.code, Some(1));
    assert!(
        nobody.err.contains("no inmate has this id"),
        "{}",
        nobody.err
    );
    let whose = explain(&place, &["--line", "1", "--number", "02155550142"]);
    assert!(
        whose.err.contains("asks for a PIN: say whose"),
        "{}",
        whose.err
    );
    let short = explain(
        &place,
        &["--line", "1", "--inmate", "A-1042", "--number", "5"],
    );
    assert!(
        short.err.contains("is no number as it would be keyed"),
        "{}",
        short.err
    );
    let call = explain(&place, &["--call", "7-99999"]);
    assert!(
        call.err.contains("there is no call 7-99999"),
        "{}",
        call.err
    );
    let call = explain(&place, &["--call", "nonsense"]);
    assert!(
        call.err.contains("is no call: site and number"),
        "{}",
        call.err
    );
}

#[test]
fn a_directory_too_deep_for_a_socket_is_told_before_a_start() {
    let deep = format!("{}/database", "d".repeat(100));
    let place = Place::with(&SAMPLE.replace("north-state/database", &deep));
    for command in ["check", "run"] {
        let run = place.run(&[command]);
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = format!("{}{}", run.out, run.err);
        assert!(
            told.contains("choose a directory with a shorter path"),
            "{told}"
        );
    }
    assert!(
        !fs::exists(place.file().with_file_name(&deep)).expect("looks"),
        "nothing is made"
    );
    assert_eq!(sallyport(&["explain"]).code, Some(2), "it needs a site");
}

#[test]
fn who_needs_an_officer_waits_for_one_in_words_and_in_json() {
    let officer = "[[defaults.phone]]\nline = 1\nofficer = \"code\"\n\n[[defaults.inmate]]\n";
    let site = SAMPLE.replacen("[[defaults.inmate]]\n", officer, 1);
    let place = with_database_of(&site, 0);
    let asked = ["--line", "1", "--inmate", "A-1042", "--number"];
    let asked = [&asked[..], &["02155550142"]].concat();
    says(
        &explain(&place, &asked),
        &["Waits for an officer, and is refused if none confirms it in time."],
    );
    let json = explain(&place, &[&asked[..], &["--json"]].concat());
    let told: Value = serde_json::from_str(json.out.trim()).expect("an object");
    assert_eq!(told["allowed"], false);
    assert_eq!(told["blocked"], Value::Null, "nobody has refused it yet");
    assert_eq!(told["waits_for"], "officer");
    assert_eq!(told["prompt"], "officer-must-confirm");
}

#[test]
fn explain_says_what_the_inmate_hears_in_the_inmates_language() {
    let place = with_database();
    let heard = |inmate: &str| {
        let asked = ["--line", "1", "--inmate", inmate, "--number", "19005551234"];
        let json = explain(&place, &[&asked[..], &["--json"]].concat());
        let told: Value = serde_json::from_str(json.out.trim()).expect("an object");
        let heard = told["heard"].as_str().expect("words").to_owned();
        (explain(&place, &asked), heard)
    };
    let (run, english) = heard("A-1042");
    says(&run, &[&format!("The inmate hears: \"{english}\"")]);
    let (run, spanish) = heard("A-1107");
    assert_ne!(english, spanish);
    says(&run, &[&format!("The inmate hears (es): \"{spanish}\"")]);
}

#[test]
fn hours_of_some_days_and_several_spans_add_up() {
    let hours = "[[defaults.hours]]\nnumber = \"2155550142\"\n";
    let weekdays = "days = [\"monday\", \"tuesday\"]\nhours = [\"08:00-09:00\", \"13:00-14:00\"]\n";
    let tuesdays = "days = [\"tuesday\"]\nhours = [\"20:00-21:00\"]\n";
    let place = with_database_of(&format!("{SAMPLE}\n{hours}{weekdays}{hours}{tuesdays}"), 0);
    let mother = [
        "--line",
        "1",
        "--inmate",
        "A-1042",
        "--number",
        "02155550142",
    ];
    // The 23rd is a Monday.
    for (at, open) in [
        ("2026-11-23 08:30", true),
        ("2026-11-23 09:00", false),
        ("2026-11-23 13:59", true),
        ("2026-11-23 20:30", false),
        ("2026-11-24 20:30", true),
        ("2026-11-24 08:00", true),
        ("2026-11-25 08:30", false),
    ] {
        let run = explain(&place, &[&mother[..], &["--at", at]].concat());
        let end = if open {
            "Allowed"
        } else {
            "Refused: the number may not be called at this time"
        };
        says(&run, &[end]);
    }
}

#[test]
fn a_phone_is_open_for_the_ways_to_dial_that_it_names() {
    let only = "line = 1\ndialing = [\"zero-plus\"]\n";
    let place = with_database_of(&format!("{SAMPLE}\n[[defaults.phone]]\n{only}"), 0);
    for (number, open) in [("02155550142", true), ("12155550142", false)] {
        let run = explain(
            &place,
            &["--line", "1", "--inmate", "A-1042", "--number", number],
        );
        says(&run, &[if open { "Allowed" } else { "Refused" }]);
    }
}
