//! Every mistake in a site file is named with file, line, key, and what is allowed there.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use crate::{Place, SAMPLE, places::with_database_of, sallyport};

/// Checks the sample with one text in place of another; what `check` prints.
fn changed(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "the sample has no {from:?}");
    let place = Place::with(&SAMPLE.replacen(from, to, 1));
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let file = place.file().display().to_string();
    assert!(run.out.starts_with(&file), "the file is named: {}", run.out);
    run.out.replace(&file, "site.toml")
}

/// The number of the line where the sample has this text.
fn line_of(text: &str) -> usize {
    let at = SAMPLE.find(text).expect("the text is in the sample");
    1 + SAMPLE[..at].matches('\n').count()
}

#[track_caller]
fn told(from: &str, to: &str, key: &str, parts: &[&str]) {
    let out = changed(from, to);
    let start = format!("site.toml: line {}: `{key}`", line_of(from));
    let line = out.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("no {start:?} in:\n{out}"));
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
}

#[test]
fn a_misspelt_key_is_told_with_its_nearest_neighbour() {
    told(
        "time_zone = ",
        "time_zoon = ",
        "site.time_zoon",
        &["did you mean `time_zone`?", "allowed: id, name"],
    );
}

#[test]
fn what_would_move_a_terminals_cursor_is_refused_and_never_printed() {
    for hidden in [r"\u001b[2J", r"\n2026 all is well", r"\u009b1A"] {
        let name = "name = \"North State Correctional Facility\"";
        let out = changed(name, &format!("name = \"Ward{hidden}\""));
        assert!(out.contains("printable characters"), "{out:?}");
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!out.contains(control), "{out:?}");
        assert!(!out.contains("\n2026"), "{out:?}");
    }
    let out = changed("country = \"us\"", "\"c\\u001bountry\" = \"us\"");
    assert!(!out.contains('\u{1b}'), "{out:?}");
}

#[test]
fn a_missing_key_is_told_with_what_it_may_be() {
    let out = changed("country = \"us\"\n", "");
    assert!(
        out.contains("`site.country` is missing; allowed: one of"),
        "{out}"
    );
}

#[test]
fn an_unknown_country_is_told_with_all_there_are() {
    told(
        "country = \"us\"",
        "country = \"atlantis\"",
        "site.country",
        &["\"us\"", "\"mx\""],
    );
}

#[test]
fn an_unknown_time_zone_is_told() {
    told(
        "\"America/New_York\"",
        "\"America/Nowhere\"",
        "site.time_zone",
        &["\"America/Nowhere\"", "such as"],
    );
}

#[test]
fn a_language_without_a_prompt_set_is_told() {
    told(
        "[\"en\", \"es\"]",
        "[\"en\", \"xx\"]",
        "site.languages",
        &["\"xx\"", "\"en\""],
    );
}

#[test]
fn an_exchange_of_seven_digits_needs_something_to_dial_before_ten() {
    told(
        "automated_prefix = \"1\"",
        "automated_prefix = \"\"\nseven_digit_exchange = true",
        "routing.automated_prefix",
        &["is empty", "`seven_digit_exchange`", "its first seven"],
    );
}

#[test]
fn a_wrong_type_is_told_with_the_range() {
    told(
        "id = 7",
        "id = \"seven\"",
        "site.id",
        &["\"seven\"", "a whole number from 1"],
    );
}

#[test]
fn a_number_out_of_range_is_told_with_the_range() {
    told(
        "pin_tries = 3",
        "pin_tries = 0",
        "defaults.pin_tries",
        &["is 0", "from 1 to 10"],
    );
}

#[test]
fn an_unknown_choice_is_told_with_all_choices() {
    told(
        "signalling = \"loop-start\"",
        "signalling = \"tin-cans\"",
        "trunk[1].signalling",
        &["\"tin-cans\"", "\"loop-start\", \"kewl-start\""],
    );
}

#[test]
fn two_lines_with_one_id_are_told() {
    told(
        "id = 3\nname",
        "id = 2\nname",
        "line[3].id",
        &["is 2", "has it already"],
    );
}

#[test]
fn a_trunk_on_a_phones_channel_is_told() {
    told(
        "channel = 9",
        "channel = 8",
        "trunk[1].channel",
        &["is 8", "a [[line]] has it"],
    );
}

#[test]
fn a_trunk_for_a_line_that_is_not_there_is_told() {
    let out = changed("channel = 9\n", "channel = 9\nline = 77\n");
    assert!(
        out.contains("`trunk[1].line` is 77, which no [[line]] has"),
        "{out}"
    );
}

#[test]
fn a_bad_pattern_is_told_with_a_good_one() {
    told(
        "\"900???????\"",
        "\"900x\"",
        "defaults.restricted",
        &["\"900x\"", "900???????"],
    );
}

#[test]
fn a_number_marked_but_not_listed_is_told() {
    let out = changed(
        "numbers = [\"2155550142\", \"2155550166\"]",
        "numbers = [\"2155550142\"]\nuntimed = [\"2155550166\"]",
    );
    assert!(
        out.contains("`defaults.inmate[1].untimed` has 2155550166"),
        "{out}"
    );
}

#[test]
fn a_speed_dial_code_outside_01_to_50_is_told() {
    told(
        "01 = \"02155550142\"",
        "51 = \"02155550142\"",
        "defaults.speed_dial.51",
        &["01 to 50"],
    );
}

#[test]
fn hours_that_end_before_they_begin_are_told() {
    told(
        "hours = [\"08:00-20:00\"]",
        "hours = [\"08:00-07:00\"]",
        "defaults.hours[1].hours",
        &["to a later one"],
    );
}

#[test]
fn hours_off_the_quarter_are_told() {
    told(
        "hours = [\"08:00-20:00\"]",
        "hours = [\"08:10-20:00\"]",
        "defaults.hours[1].hours",
        &["quarter hour"],
    );
}

#[test]
fn an_entry_that_would_silently_replace_another_is_told() {
    let twice = [
        (
            "class",
            "number",
            "number = 1\nseconds = 60\ncall_types = [\"local\"]",
        ),
        ("number_limit", "number", "number = \"216*\""),
        ("number", "number", "number = \"(216)*\""),
        ("call_type", "type", "type = \"mobile\""),
        (
            "call_type",
            "prefixes",
            "type = \"local\"\nprefixes = [\"216\"]",
        ),
        (
            "list",
            "blocked",
            "of = \"supervision 2\"\nblocked = [\"216*\"]",
        ),
        ("phone", "line", "line = 1"),
        ("schedule", "number", "number = 1"),
        ("inmate_class", "number", "number = 9\nname = \"N\""),
        ("group", "name", "name = \"North\""),
    ];
    for (table, key, entry) in twice {
        let entry = format!("\n[[defaults.{table}]]\n{entry}\n");
        let place = Place::with(&format!("{SAMPLE}{entry}{entry}"));
        let run = place.run(&["check"]);
        let told = |line: &str| {
            line.contains(&format!("`defaults.{table}["))
                && line.contains(&format!("].{key}`"))
                && line.contains("above")
        };
        assert!(run.out.lines().any(told), "{table}: {}", run.out);
        assert_eq!(run.code, Some(1), "{table}");
    }
}

#[test]
fn a_date_that_is_none_is_told() {
    told(
        "\"2026-12-25\"",
        "\"2026-02-30\"",
        "defaults.holidays.2026-02-30",
        &["not a date"],
    );
}

#[test]
fn a_pin_of_the_wrong_length_is_told_but_not_shown() {
    let out = changed("pin = \"482915\"", "pin = \"4829\"");
    assert!(out.contains("`defaults.inmate[1].pin`"), "{out}");
    assert!(out.contains("6 digits"), "{out}");
    assert!(!out.contains("4829"), "a PIN is shown: {out}");
}

#[test]
fn a_pin_given_out_twice_is_told_but_not_shown() {
    let out = changed("pin = \"730264\"", "pin = \"482915\"");
    assert!(
        out.contains("`defaults.inmate[2].pin` is the PIN of an inmate above"),
        "{out}"
    );
    assert!(!out.contains("482915"), "a PIN is shown: {out}");
}

#[test]
fn keys_to_accept_and_refuse_must_differ() {
    let out = changed("refuse_key = 2", "refuse_key = 1");
    assert!(
        out.contains("`defaults.refuse_key` is 1, which is also `accept_key`"),
        "{out}"
    );
}

#[test]
fn keys_to_refuse_all_further_calls_mean_nothing_else() {
    let with = |keys: &str| changed("block_inmate_key = 7", keys);
    for (keys, told) in [
        (
            "block_inmate_key = 2",
            "`defaults.block_inmate_key` is 2, which is also `refuse_key`",
        ),
        (
            "block_facility_key = 1",
            "`defaults.block_facility_key` is 1, which is also `accept_key`",
        ),
        (
            "block_inmate_key = 7\nblock_facility_key = 7",
            "`defaults.block_facility_key` is 7, which is also `block_inmate_key`",
        ),
    ] {
        let out = with(keys);
        assert!(out.contains(told), "{out}");
    }
}

#[test]
fn an_unknown_table_is_told() {
    told(
        "[routing]",
        "[rooting]",
        "rooting",
        &["did you mean `routing`?"],
    );
}

#[test]
fn a_table_written_as_one_is_told_to_be_many() {
    let place = Place::with("[site]\nid = 1\n[line]\nid = 1\n");
    let out = place.run(&["check"]).out;
    assert!(
        out.contains("line 3: `line` must be written as `[[line]]`"),
        "{out}"
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_line_and_without_its_text() {
    let out = changed("pin = \"482915\"", "pin = 482915x");
    let line = line_of("pin = \"482915\"");
    assert!(
        out.contains(&format!("site.toml: line {line}: is not TOML")),
        "{out}"
    );
    assert!(!out.contains("482915"), "a PIN is shown: {out}");
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_their_lines() {
    let text = SAMPLE
        .replace("pin_tries = 3", "pin_tries = 99")
        .replace("area_code = \"215\"", "area_code = 215")
        .replace("max_rings = 3", "max_ring = 3");
    let out = Place::with(&text).run(&["check"]).out;
    let keys = ["site.area_code", "defaults.pin_tries", "defaults.max_ring"];
    let places: Vec<usize> = keys
        .iter()
        .map(|key| {
            out.find(&format!("`{key}`"))
                .unwrap_or_else(|| panic!("no {key} in {out}"))
        })
        .collect();
    assert!(places.is_sorted(), "{out}");
    assert_eq!(out.lines().count(), 3, "{out}");
}

#[test]
fn an_empty_file_is_told_what_it_needs() {
    let out = Place::with("").run(&["check"]).out;
    for table in [
        "`site` is missing",
        "`line` is missing",
        "`trunk` is missing",
    ] {
        assert!(out.contains(table), "{table} in {out}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let place = Place::with("");
    fs::remove_file(place.file()).expect("removed");
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("can't be opened"), "{}", run.out);
}

#[test]
fn a_file_with_pins_that_others_may_read_is_refused_with_the_remedy() {
    for mode in [0o644, 0o640, 0o604, 0o620] {
        let place = Place::with(SAMPLE);
        place.mode(mode);
        let run = place.run(&["check"]);
        assert_eq!(run.code, Some(1), "mode {mode:o}");
        let remedy = format!("chmod 600 {}", place.file().display());
        assert!(run.out.contains(&remedy), "{}", run.out);
    }
}

#[test]
fn a_site_with_cards_on_a_machine_without_dahdi_is_told_what_to_do() {
    assert!(
        !Path::new("/dev/dahdi").exists(),
        "this machine has DAHDI; the tests of cards are those in the guest"
    );
    let out = changed("driver = \"sim\"", "driver = \"dahdi\"");
    assert!(out.contains("to change: there is no DAHDI here"), "{out}");
    assert!(out.contains("modprobe dahdi"), "{out}");
    let place = Place::with(&SAMPLE.replace("driver = \"sim\"", "driver = \"dahdi\""));
    let run = place.run(&["run"]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("there is no DAHDI here"), "{}", run.err);
    assert!(!place.file().with_file_name("north-state").exists());
    let file = place.file().with_file_name("first.toml");
    let path = file.to_str().expect("a path that is text");
    for arguments in [&["discover"][..], &["discover", "--out", path]] {
        let run = sallyport(arguments);
        assert_eq!(run.code, Some(1));
        assert!(run.err.contains("there is no DAHDI here"), "{}", run.err);
        assert_eq!(run.out, "");
    }
    assert!(!file.exists());
}

#[test]
fn the_keys_of_cards_are_checked_everywhere_they_may_stand() {
    let trunk = "[[trunk]]\nid = 1\n";
    for (key, value, allowed) in [
        ("rx_gain_db", "30", "a number from -24 to 24"),
        ("tx_gain_db", "\"loud\"", "a number from -24 to 24"),
        ("echo_canceller_taps", "-1", "a whole number from 0 to 1024"),
        (
            "echo_canceller_taps",
            "100",
            "0, 32, 64, 128, 256, 512, 1024",
        ),
        ("debounce_ms", "2", "a whole number from 5 to 1000"),
        ("transmit_slack_frames", "4", "a whole number from 1 to 3"),
    ] {
        let out = changed(trunk, &format!("{trunk}{key} = {value}\n"));
        let wrong = format!("`trunk[1].{key}` is {value}; allowed: {allowed}");
        assert!(out.contains(&wrong), "no {wrong:?} in {out}");
        let out = changed(trunk, &format!("[dahdi]\n{key} = {value}\n\n{trunk}"));
        let wrong = format!("`dahdi.{key}` is {value}; allowed: {allowed}");
        assert!(out.contains(&wrong), "no {wrong:?} in {out}");
    }
}

#[test]
fn a_country_whose_dial_plan_is_not_yet_there_is_told_with_those_that_are() {
    let out = changed("country = \"us\"", "country = \"jp\"");
    assert!(
        out.contains("`site.country` is \"jp\": its tones are known, its dial plan is not yet"),
        "{out}"
    );
    assert!(out.contains("de, dk, es, fr, gb"), "{out}");
    assert!(!out.contains("never match"), "{out}");
    let place = Place::with(&SAMPLE.replace("country = \"us\"", "country = \"jp\""));
    let run = place.run(&["run"]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("its dial plan is not yet"), "{}", run.err);
}

#[test]
fn what_a_trunk_s_signalling_needs_is_asked_for_and_what_it_cannot_have_is_refused() {
    let loop_start = "signalling = \"loop-start\"";
    let out = changed(loop_start, "signalling = \"r2\"");
    assert!(out.contains("`trunk[1].r2_country`"), "{out}");
    let out = changed(loop_start, "signalling = \"r2\"\nr2_country = \"atlantis\"");
    assert!(out.contains("\"itu\", \"argentina\""), "{out}");
    let wink = "signalling = \"em-wink\"\nwink_min_ms = 300\nwink_max_ms = 200";
    let out = changed(loop_start, wink);
    assert!(out.contains("more than `wink_min_ms`, 300 ms"), "{out}");
    let pulse = "signalling = \"em-immediate\"\noutpulsing = \"pulse\"";
    let out = changed(loop_start, pulse);
    assert!(out.contains("`trunk[1].outpulsing`"), "{out}");
    let carrier = "signalling = \"feature-group-d\"\nani = \"215-555\"";
    let out = changed(loop_start, carrier);
    assert!(out.contains("at most 15 digits"), "{out}");
    let out = changed(
        loop_start,
        "signalling = \"loop-start\"\nani = \"2155557100\"",
    );
    assert!(out.contains("`trunk[1].ani`"), "{out}");
}

#[test]
fn the_longest_metering_pulse_of_an_r2_trunk_is_a_length_and_no_other_trunk_has_one() {
    let loop_start = "signalling = \"loop-start\"";
    let r2 = "signalling = \"r2\"\nr2_country = \"argentina\"\nr2_metering_ms";
    for length in ["0", "150", "1000"] {
        let text = SAMPLE.replacen(loop_start, &format!("{r2} = {length}"), 1);
        let run = Place::with(&text).run(&["check"]);
        assert_eq!(run.code, Some(0), "{length}: {}", run.out);
        assert!(run.out.contains("MFC-R2"), "{}", run.out);
    }
    for (length, told) in [
        ("1001", "is 1001"),
        ("-1", "is -1"),
        ("\"150\"", "is \"150\""),
    ] {
        let out = changed(loop_start, &format!("{r2} = {length}"));
        let wrong =
            format!("`trunk[1].r2_metering_ms` {told}; allowed: a whole number from 0 to 1000");
        assert!(out.contains(&wrong), "no {wrong:?} in {out}");
    }
    for other in ["loop-start", "em-wink", "ground-start"] {
        let out = changed(
            loop_start,
            &format!("signalling = \"{other}\"\nr2_metering_ms = 150"),
        );
        assert!(
            out.contains("`trunk[1].r2_metering_ms` is not a key here"),
            "{out}"
        );
    }
}

/// Without PINs: who may read it is the facility's affair, who may change it is not.
#[test]
fn a_file_that_others_may_change_is_refused_with_the_remedy() {
    let plain = "[site]\nid = 7\nname = \"North\"\ncountry = \"us\"\ntime_zone = \"UTC\"\n\
        data = \"db\"\nrecordings = \"rec\"\nlanguages = [\"en\"]\ndriver = \"sim\"\n\
        [[line]]\nid = 1\nchannel = 1\n[[trunk]]\nid = 1\nchannel = 2\nsignalling = \"loop-start\"\n";
    for (mode, by) in [
        (0o600, None),
        (0o644, None),
        (0o664, Some("its group")),
        (0o646, Some("everybody")),
        (0o666, Some("its group and everybody")),
    ] {
        let place = Place::with(plain);
        place.mode(mode);
        let run = place.run(&["check"]);
        assert_eq!(
            run.code,
            Some(i32::from(by.is_some())),
            "{mode:o}: {}",
            run.out
        );
        let file = place.file();
        let remedy = by.map(|by| {
            let file = file.display();
            format!("may be changed by {by} (mode {mode:o}); do: chmod go-w {file}")
        });
        assert!(
            remedy.is_none_or(|remedy| run.out.contains(&remedy)),
            "{mode:o}: {}",
            run.out
        );
        let again = Command::new("chmod").arg("go-w").arg(&file).status();
        assert!(again.expect("chmod").success());
        assert_eq!(place.run(&["check"]).code, Some(0), "after what was told");
    }
}

#[test]
fn a_directory_of_recordings_or_prompts_that_others_may_change_is_refused() {
    let recordings = r#"recordings = "north-state/recordings""#;
    for key in ["recordings", "prompts"] {
        let kept = format!("{key} = \"kept\"");
        let place = Place::with(&SAMPLE.replacen(recordings, &kept, 1));
        let kept = place.file().with_file_name("kept");
        fs::create_dir(&kept).expect("a directory");
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o777)).expect("the mode");
        let run = place.run(&["check"]);
        assert_eq!(run.code, Some(1), "{key}");
        let remedy = format!("do: chmod go-w {}", kept.display());
        assert!(run.out.contains(&remedy), "{key}: {}", run.out);
    }
}

#[test]
fn an_area_code_that_no_number_has_is_told() {
    for code in ["21", "911"] {
        told(
            "area_code = \"215\"",
            &format!("area_code = \"{code}\""),
            "site.area_code",
            &[&format!("is \"{code}\""), "no number of the dial plan"],
        );
    }
}

#[test]
fn a_language_that_is_not_there_is_told_once() {
    let out = changed("[\"en\", \"es\"]", "[\"xx\"]");
    assert!(out.contains("has \"xx\""), "{out}");
    assert!(!out.contains("empty"), "{out}");
    let out = changed("[\"en\", \"es\"]", "[]");
    assert!(out.contains("`site.languages` is empty"), "{out}");
}

#[test]
fn tables_with_one_bracket_of_which_there_are_many_are_told_to_have_two() {
    let single = SAMPLE.replace("[[line]]", "[line]");
    let run = Place::with(&single).run(&["check"]);
    assert!(
        run.out
            .contains("write it with two brackets each time: [[line]]"),
        "{run:?}"
    );
    let single = SAMPLE.replace("[[defaults.inmate]]", "[defaults.inmate]");
    let run = Place::with(&single).run(&["check"]);
    assert!(run.out.contains("[[defaults.inmate]]"), "{run:?}");
}

#[test]
fn an_entry_that_restricts_nothing_is_told_with_what_may_be_meant() {
    let place = Place::with(&SAMPLE.replacen("\"900???????\"", "\"900\"", 1));
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("fits 900: it would never match") && run.out.contains("; 900* fits all"),
        "{run:?}"
    );
}

#[test]
fn a_class_that_allows_more_than_any_call_may_have_is_noted() {
    let short = SAMPLE.replacen("[defaults]\n", "[defaults]\nhard_limit_seconds = 300\n", 1);
    let run = Place::with(&short).run(&["check"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let note = "and no call lasts longer than 300 s (`hard_limit_seconds` in [defaults])";
    assert!(run.out.contains(note), "{run:?}");
    let run = Place::with(SAMPLE).run(&["check"]);
    assert!(!run.out.contains("no call lasts longer"), "{run:?}");
}

#[test]
fn a_number_that_is_restricted_and_allowed_is_noted_with_what_wins() {
    let both = SAMPLE.replacen(
        "allowed = [\"2155550100\"]",
        "allowed = [\"2155550199\"]",
        1,
    );
    for (rescues, wins) in [("true", "it may be called"), ("false", "it is refused")] {
        let text = both.replacen(
            "allowed_rescues = true",
            &format!("allowed_rescues = {rescues}"),
            1,
        );
        let run = Place::with(&text).run(&["check"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let note = format!("note: 2155550199 is both restricted and allowed: {wins}");
        assert!(run.out.contains(&note), "{run:?}");
    }
    for (wins, told) in [
        ("true", "it may be called, as `allowed_rescues` is true"),
        (
            "false",
            "as `check_restricted` and `global_block_wins` are false",
        ),
    ] {
        let settings = format!("check_restricted = false\nglobal_block_wins = {wins}");
        let text = both.replacen("check_restricted = true", &settings, 1);
        let run = Place::with(&text).run(&["check"]);
        assert!(run.out.contains(told), "{run:?}");
    }
    let wide = SAMPLE.replacen("\"2155550199\"", "\"2155550*\"", 1);
    let run = Place::with(&wide).run(&["check"]);
    assert!(
        run.out
            .contains("2155550100 is both restricted (as 2155550*) and allowed"),
        "{run:?}"
    );
}

/// The sample with these tables before its first class: what is told of a key of theirs.
#[track_caller]
fn told_with(tables: &str, key: &str, parts: &[&str]) {
    const FIRST_CLASS: &str = "[[defaults.class]]\nnumber = 1\n";
    let out = changed(FIRST_CLASS, &format!("{tables}\n{FIRST_CLASS}"));
    let line = out.lines().find(|line| line.contains(&format!("`{key}`")));
    let line = line.unwrap_or_else(|| panic!("nothing of {key} in:\n{out}"));
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
}

#[test]
fn hours_of_a_schedule_that_are_no_quarter_hours_are_told() {
    for hours in ["08:10-22:00", "22:00-08:00", "08:00", "08:00-24:15"] {
        let text = format!("[[defaults.schedule]]\nnumber = 1\nweekday = [\"{hours}\"]");
        told_with(
            &text,
            "defaults.schedule[1].weekday",
            &[hours, "08:00-11:45"],
        );
    }
}

#[test]
fn two_schedules_of_one_number_are_told() {
    let schedule = "[[defaults.schedule]]\nnumber = 2\nweekday = [\"08:00-22:00\"]";
    told_with(
        &format!("{schedule}\n{schedule}"),
        "defaults.schedule[2].number",
        &["a schedule above"],
    );
}

#[test]
fn a_phone_that_names_a_schedule_that_is_not_there_is_told() {
    let phone = "[[defaults.phone]]\nline = 1\nschedule = 3";
    told_with(
        phone,
        "defaults.phone[1].schedule",
        &["is 3", "no [[defaults.schedule]]"],
    );
}

#[test]
fn calls_that_are_to_be_recorded_nowhere_are_told() {
    let nowhere = SAMPLE.replacen("recordings = ", "prompts = ", 1);
    let place = Place::with(&nowhere);
    fs::create_dir_all(
        place
            .file()
            .with_file_name("north-state")
            .join("recordings"),
    )
    .expect("a directory");
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("`site.recordings` is not there"),
        "{run:?}"
    );
    let unrecorded = nowhere.replacen("[defaults]\n", "[defaults]\nrecord = false\n", 1);
    let run = Place::with(&unrecorded).run(&["check"]);
    assert!(!run.out.contains("`site.recordings`"), "{run:?}");
}

/// The sample with one more table, and what is told of it.
#[track_caller]
fn added(table: &str, parts: &[&str]) {
    let anchor = "[[trunk]]";
    let out = changed(anchor, &format!("{table}\n\n{anchor}"));
    for part in parts {
        assert!(out.contains(part), "no {part:?} in {out}");
    }
}

#[test]
fn readers_of_no_phone_and_of_one_port_are_told() {
    let reader = |line: u8, port: &str| {
        format!("[[reader]]\nline = {line}\nport = \"{port}\"\nformat = \"lines\"\n")
    };
    let both = |one: String, other: String| format!("{one}\n{other}");
    added(
        &reader(99, "/dev/ttyS0"),
        &["`reader[1].line` is 99, which no [[line]] has"],
    );
    let twice = both(reader(1, "/dev/ttyS0"), reader(2, "/dev/ttyS0"));
    added(&twice, &["`reader[2].port` is \"/dev/ttyS0\", as above"]);
    let twice = both(reader(1, "/dev/ttyS0"), reader(1, "/dev/ttyS1"));
    added(
        &twice,
        &["`reader[2].line` is 1, as above; a phone has one reader"],
    );
}

#[test]
fn a_reader_that_is_not_there_is_told_and_so_is_a_phone_for_cards_without_one() {
    let reader = "[[reader]]\nline = 1\nport = \"/dev/no-such\"\nformat = \"lines\"\n";
    let place = Place::with(&SAMPLE.replacen("[[trunk]]", &format!("{reader}\n[[trunk]]"), 1));
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("the card reader of line 1: /dev/no-such"),
        "{}",
        run.out
    );
    let phone = "[[defaults.phone]]\nline = 2\nidentity = \"card\"\n";
    let place = Place::with(&format!("{SAMPLE}\n{phone}"));
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out
            .contains("is 2; the phone asks for cards, and no [[reader]] has this line"),
        "{}",
        run.out
    );
}

#[test]
fn mistakes_of_cards_passcodes_and_officers_are_told_without_showing_them() {
    let id = "id = \"A-1042\"";
    let with = |lines: &str| changed(id, &format!("{id}\n{lines}"));
    let out = with("card = \"04-A1\"");
    assert!(
        out.contains("4 to 40 letters and digits") && !out.contains("04-A1"),
        "{out}"
    );
    let out = with("passcode = \"271828\"");
    assert!(
        out.contains("can't be keyed") && !out.contains("271828"),
        "{out}"
    );
    let officer = |id: &str, code: &str| {
        format!("[[defaults.officer]]\nid = \"{id}\"\nname = \"N\"\ncode = \"{code}\"\n")
    };
    let two = format!("{}\n{}", officer("O-1", "314159"), officer("O-2", "314159"));
    let run = Place::with(&format!("{SAMPLE}\n{two}")).run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("the code of an officer above"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("314159"), "{}", run.out);
}

const TREATED: &str = "[[defaults.call_treatment]]\nnumber = 1\n[[defaults.line_treatment]]\nnumber = 2\n\
                       [[defaults.line_treatment.rule]]\ncalls = \"allow\"\ntreatment = 1\n";

#[test]
fn what_names_a_treatment_that_is_not_there_is_told() {
    let naming = [
        (
            "[[defaults.number]]\nnumber = \"215*\"\ntreatment = 7",
            "defaults.number[1].treatment",
        ),
        (
            "[[defaults.call_type]]\ntype = \"local\"\ntreatment = 7",
            "defaults.call_type[1].treatment",
        ),
        (
            "[[defaults.line_treatment.rule]]\ncalls = \"allow\"\ntreatment = 7",
            "defaults.line_treatment[1].rule[2].treatment",
        ),
    ];
    for (tables, key) in naming {
        told_with(
            &format!("{TREATED}{tables}\n"),
            key,
            &["is 7", "[[defaults.call_treatment]]"],
        );
    }
    let phone = format!("{TREATED}[[defaults.phone]]\nline = 1\nline_treatment = 3\n");
    let parts = ["is 3", "[[defaults.line_treatment]]"];
    told_with(&phone, "defaults.phone[1].line_treatment", &parts);
}

#[test]
fn who_handles_calls_is_said_in_one_place() {
    let tables = "[[defaults.call_treatment]]\nnumber = 0\nhandling = \"direct\"\n";
    told_with(
        tables,
        "defaults.call_treatment[1].handling",
        &["routing.zero_plus"],
    );
}

#[test]
fn an_acceptance_that_somebody_else_decides_is_told() {
    let table = "[[defaults.call_treatment]]\nnumber = 1\n";
    let key = "defaults.call_treatment[1].acceptance";
    let collect = format!("{table}handling = \"automated-operator\"\nacceptance = false\n");
    told_with(&collect, key, &["is false", "the called party pays"]);
    let operator = format!("{table}handling = \"carrier-operator\"\nacceptance = true\n");
    told_with(&operator, key, &["is true", "the carrier's operator"]);
}

#[test]
fn a_rule_that_refuses_has_no_treatment() {
    let refuses = TREATED.replace("\"allow\"", "\"refuse\"");
    told_with(
        &refuses,
        "defaults.line_treatment[1].rule[1].treatment",
        &["refuses"],
    );
}

#[test]
fn announcements_without_end_are_told() {
    let tables = "[[defaults.call_treatment]]\nnumber = 1\norigin_every_seconds = 3\n";
    let key = "defaults.call_treatment[1].origin_every_seconds";
    told_with(tables, key, &["is 3", "10 seconds at least"]);
}

#[test]
fn numbers_of_treatments_that_can_not_match_are_told() {
    let tables = "[[defaults.number]]\nnumber = \"5550199\"\n[[defaults.call_type]]\ntype = \"local\"\n\
                  prefixes = [\"1215\"]\n";
    let place = Place::with(&format!("{SAMPLE}\n{TREATED}numbers = [\"+1*\"]\n{tables}"));
    let run = place.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for key in [
        "number",
        "call_type.prefixes",
        "line_treatment.rule.numbers",
    ] {
        let told = format!("`defaults.{key}`: no number of the dial plan");
        assert!(run.out.contains(&told), "{key}: {}", run.out);
    }
}

/// What `check` tells of the sample with these tables.
fn checked(tables: &str) -> (Option<i32>, String) {
    let run = Place::with(&format!("{SAMPLE}\n{tables}")).run(&["check"]);
    (run.code, run.out)
}

#[test]
fn a_route_over_a_group_without_trunks_is_told() {
    let (code, out) = checked("[[defaults.route]]\nnumber = 1\ngroup = 4\n");
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("`defaults.route[1].group` is 4, in which there is no trunk"),
        "{out}"
    );
    let (code, out) = checked("[[defaults.route]]\nnumber = 1\ngroup = 1\n");
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_route_that_no_call_comes_to_is_told() {
    let unknown = "[[defaults.route]]\nnumber = 1\nprefixes = [\"1215\"]\n";
    let (code, out) = checked(unknown);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("`defaults.route.prefixes`: no number of the dial plan"),
        "{out}"
    );

    let any = |number: u8| format!("[[defaults.route]]\nnumber = {number}\n");
    let last = "[[defaults.route]]\nnumber = 9\nprefixes = [\"215\"]\n";
    let (code, out) = checked(&format!("{last}{}", [1, 2, 3].map(any).concat()));
    assert_eq!(code, Some(0), "{out}");
    let (code, out) = checked(&format!("{last}{}", [1, 2, 3, 4].map(any).concat()));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("no call comes to route 9"), "{out}");
}

#[test]
fn call_types_without_a_route_are_noted() {
    let local = "[[defaults.route]]\nnumber = 1\ncall_types = [\"local\"]\n";
    let (code, out) = checked(local);
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("note: no [[defaults.route]] is for international calls"),
        "{out}"
    );
    assert!(!out.contains("is for local calls"), "{out}");
}

#[test]
fn two_routes_of_one_number_are_told() {
    let route = "[[defaults.route]]\nnumber = 2\n";
    let tables = format!("{route}{route}");
    told_with(&tables, "defaults.route[2].number", &["a route above"]);
}

/// An inmate of whom the file says this besides.
fn inmate_with(rest: &str) -> String {
    format!("[[defaults.inmate]]\nid = \"G-1\"\nname = \"N\"\npin = \"730518\"\n{rest}\n")
}

#[test]
fn a_group_that_is_not_there_is_told_wherever_it_is_named() {
    let east = "[[defaults.group]]\nname = \"East\"\n";
    let unit = inmate_with("unit = \"West\"");
    for (table, key) in [
        (
            "[[defaults.phone]]\nline = 1\ngroups = [\"West\"]\n",
            "defaults.phone[1].groups",
        ),
        (&unit, "defaults.inmate[1].unit"),
    ] {
        let parts = ["the name of a [[defaults.group]]"];
        told_with(&format!("{east}{table}"), key, &parts);
    }
    for (table, key) in [
        ("list", "defaults.list[1].of"),
        ("window", "defaults.window[1].of"),
    ] {
        let table = format!("{east}[[defaults.{table}]]\nof = \"group West\"\n");
        told_with(
            &table,
            key,
            &["is \"group West\", and no [[defaults.group]] has this name"],
        );
    }
}

#[test]
fn a_group_comes_once_and_after_the_one_it_is_a_part_of() {
    let groups = |names: &[&str]| {
        let group = |name: &&str| format!("[[defaults.group]]\nname = \"{name}\"\n");
        names.iter().map(group).collect::<String>()
    };
    // So no group is within itself, however long the way round.
    for names in [&["East/Tier 1", "East"], &["East/East", "East"]] {
        let told = "is a part of \"East\", which is no [[defaults.group]] above";
        told_with(&groups(names), "defaults.group[1].name", &[told]);
    }
    let twice = groups(&["East", "East/Tier 1", "East/Tier 1"]);
    told_with(&twice, "defaults.group[3].name", &["as above"]);
    let nameless = groups(&["East", "East/ "]);
    told_with(
        &nameless,
        "defaults.group[2].name",
        &["has nothing after its last /"],
    );
    let (code, out) = checked(&groups(&["East", "East/Tier 1", "East/Tier 1/A", "West"]));
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_class_of_inmates_that_is_not_there_is_told_wherever_it_is_named() {
    let class = "[[defaults.inmate_class]]\nnumber = 2\nname = \"Workers\"\n";
    let inmate = format!("{class}{}", inmate_with("inmate_class = 3"));
    let told = "there is no [[defaults.inmate_class]] of this number";
    told_with(&inmate, "defaults.inmate[1].inmate_class", &[told]);
    let twice = format!("{class}{class}");
    let told = "is the number of an inmate class above";
    told_with(&twice, "defaults.inmate_class[2].number", &[told]);
    for (table, key) in [
        ("list", "defaults.list[1].of"),
        ("window", "defaults.window[1].of"),
    ] {
        let hours = ["", "hours = []\n"][usize::from(table == "window")];
        let of = |number| format!("{class}[[defaults.{table}]]\nof = \"class {number}\"\n{hours}");
        let told = "is \"class 3\", and no [[defaults.inmate_class]] has this number";
        told_with(&of(3), key, &[told]);
        let (code, out) = checked(&of(2));
        assert_eq!(code, Some(0), "{out}");
    }
}

#[test]
fn what_has_no_list_or_no_hours_of_its_own_is_told() {
    let list = |side| format!("[[defaults.list]]\nof = \"inmate A-1042\"\n{side} = [\"900*\"]\n");
    let numbers = "what one may call is in `numbers` of the [[defaults.inmate]]";
    told_with(&list("allowed"), "defaults.list[1].allowed", &[numbers]);
    let (code, out) = checked(&list("blocked"));
    assert_eq!(code, Some(0), "{out}");
    let list = "[[defaults.list]]\nof = \"everybody\"\n";
    told_with(list, "defaults.list[1].of", &["and which"]);
    for of in ["supervision 2", "relationship friend", "everybody"] {
        let window = format!("[[defaults.window]]\nof = \"{of}\"\n");
        told_with(&window, "defaults.window[1].of", &["and which"]);
    }
}

#[test]
fn days_of_a_pin_that_end_before_they_begin_are_told() {
    let days = |to: &str| inmate_with(&format!("valid_from = \"2026-12-25\"\nvalid_to = \"{to}\""));
    for to in ["2026-12-24", "2026-12-25"] {
        let told = "must be later than `valid_from`";
        told_with(&days(to), "defaults.inmate[1].valid_to", &[told]);
    }
    let (code, out) = checked(&days("2026-12-26"));
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_listed_number_that_no_list_takes_is_told() {
    const TRIES: &str = "pin_tries = 3";
    let listed = inmate_with("numbers = [\"2155550142\"]");
    let text = SAMPLE.replacen(
        TRIES,
        &format!("entry_restricted = [\"215555*\"]\n{TRIES}"),
        1,
    );
    let run = Place::with(&format!("{text}\n{listed}")).run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let told = "has 2155550142, which `entry_restricted` has as 215555*";
    assert!(run.out.contains(told), "{}", run.out);
}

/// What names something in `[defaults]`: the table with `@` in place of it, the key, one that is not
/// there, one that is, and what is told.
const NAMES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "[[defaults.window]]\nhours = []\nof = \"inmate @\"",
        "window[1].of",
        "Z-9",
        "A-1042",
        "no [[defaults.inmate]]",
    ),
    (
        "[[defaults.window]]\nhours = []\nof = \"class @\"",
        "window[1].of",
        "9",
        "2",
        "no [[defaults.inmate_class]]",
    ),
    (
        "[[defaults.window]]\nhours = []\nof = \"group @\"",
        "window[1].of",
        "West",
        "East",
        "no [[defaults.group]]",
    ),
    (
        "[[defaults.list]]\nof = \"inmate @\"",
        "list[1].of",
        "Z-9",
        "A-1042",
        "no [[defaults.inmate]]",
    ),
    (
        "[[defaults.list]]\nof = \"class @\"",
        "list[1].of",
        "9",
        "2",
        "no [[defaults.inmate_class]]",
    ),
    (
        "[[defaults.list]]\nof = \"group @\"",
        "list[1].of",
        "West",
        "East",
        "no [[defaults.group]]",
    ),
    (
        "[[defaults.list]]\nof = \"supervision @\"",
        "list[1].of",
        "10",
        "9",
        "allowed: ",
    ),
    (
        "[[defaults.list]]\nof = \"relationship @\"",
        "list[1].of",
        "aunt",
        "friend",
        "allowed: ",
    ),
    (
        "[[defaults.group]]\nname = \"@/Tier 1\"",
        "group[2].name",
        "West",
        "East",
        "no [[defaults.group]] above",
    ),
    (
        "[[defaults.phone]]\nline = @",
        "phone[1].line",
        "99",
        "2",
        "no [[line]]",
    ),
    (
        "[[defaults.phone]]\nline = 2\nclass = @",
        "phone[1].class",
        "5",
        "1",
        "no [[defaults.class]]",
    ),
    (
        "[[defaults.phone]]\nline = 2\nschedule = @",
        "phone[1].schedule",
        "5",
        "1",
        "no [[defaults.schedule]]",
    ),
    (
        "[[defaults.phone]]\nline = 2\ngroups = [\"@\"]",
        "phone[1].groups",
        "West",
        "East",
        "[[defaults.group]]",
    ),
    (
        "[[defaults.phone]]\nline = 2\nline_treatment = @",
        "phone[1].line_treatment",
        "9",
        "1",
        "no [[defaults.line_treatment]]",
    ),
    (
        "INMATE\nclass = @",
        "inmate[1].class",
        "5",
        "1",
        "no [[defaults.class]]",
    ),
    (
        "INMATE\nunit = \"@\"",
        "inmate[1].unit",
        "West",
        "East",
        "[[defaults.group]]",
    ),
    (
        "INMATE\ninmate_class = @",
        "inmate[1].inmate_class",
        "9",
        "2",
        "no [[defaults.inmate_class]]",
    ),
    (
        "INMATE\nlanguage = \"@\"",
        "inmate[1].language",
        "fr",
        "es",
        "a code of [site] languages",
    ),
    (
        "INMATE\nnumbers = [\"2155550101\"]\nuntimed = [\"@\"]",
        "inmate[1].untimed",
        "2155550109",
        "2155550101",
        "not in `numbers` of the same inmate",
    ),
    (
        "[[defaults.number]]\nnumber = \"215*\"\ntreatment = @",
        "number[1].treatment",
        "9",
        "3",
        "no [[defaults.call_treatment]]",
    ),
    (
        "[[defaults.call_type]]\ntype = \"local\"\ntreatment = @",
        "call_type[1].treatment",
        "9",
        "3",
        "no [[defaults.call_treatment]]",
    ),
    (
        "[[defaults.line_treatment]]\nnumber = 2\n[[defaults.line_treatment.rule]]\ncalls = \"allow\"\n\
         treatment = @",
        "line_treatment[2].rule[1].treatment",
        "9",
        "3",
        "no [[defaults.call_treatment]]",
    ),
    (
        "[[defaults.route]]\nnumber = 1\ngroup = @",
        "route[1].group",
        "9",
        "1",
        "there is no trunk",
    ),
];

/// What there is to be named.
const NAMED: &str = "[[defaults.group]]\nname = \"East\"\n\
    [[defaults.inmate_class]]\nnumber = 2\nname = \"Workers\"\n\
    [[defaults.schedule]]\nnumber = 1\nweekday = [\"08:00-22:00\"]\n\
    [[defaults.call_treatment]]\nnumber = 3\n\
    [[defaults.line_treatment]]\nnumber = 1\nothers = \"allow\"\n";

#[test]
fn whatever_names_what_is_not_there_is_told_with_its_line() {
    for (table, key, gone, there, told) in NAMES {
        let table = table.replace("INMATE", inmate_with("").trim_end());
        let of = |what: &str| format!("{NAMED}{}\n", table.replace('@', what));
        let tables = of(gone);
        let key = format!("defaults.{key}");
        told_with(&tables, &key, &[told]);
        // The last line that has it; a table is meant where its key is missing one.
        const FIRST_CLASS: &str = "[[defaults.class]]\nnumber = 1\n";
        let text = SAMPLE.replacen(FIRST_CLASS, &format!("{tables}{FIRST_CLASS}"), 1);
        let place = Place::with(&text);
        let out = place.run(&["check"]).out;
        let line = out.lines().find(|line| line.contains(&format!("`{key}`")));
        let line =
            line.and_then(|line| line.split("line ").nth(1)?.split(':').next()?.parse().ok());
        let line: usize = line.unwrap_or_else(|| panic!("{key}: no line in {out}"));
        let near = text.lines().skip(line - 1).take(8).collect::<Vec<_>>();
        assert!(
            near.join("\n").contains(gone),
            "{key}: line {line} is {near:?}"
        );
        let good = SAMPLE.replacen(FIRST_CLASS, &format!("{}{FIRST_CLASS}", of(there)), 1);
        let run = Place::with(&good).run(&["check"]);
        assert_eq!(run.code, Some(0), "{key} is {there}: {}", run.out);
    }
}

#[test]
fn a_phone_that_stands_twice_is_told() {
    let phone = "[[defaults.phone]]\nline = 2\n";
    told_with(
        &format!("{phone}{phone}"),
        "defaults.phone[2].line",
        &["is 2, as above"],
    );
}

#[test]
fn a_site_runs_though_its_defaults_name_what_is_wired_no_more() {
    let text = format!("{SAMPLE}\n[[defaults.phone]]\nline = 99\n");
    let place = with_database_of(&text, 1);
    let run = place.run(&["records"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn what_no_database_can_be_filled_with_is_told() {
    let twice = inmate_with("numbers = [\"2155550101\", \"2155550101\"]");
    let many: Vec<String> = (100..121).map(|n| format!("\"2155550{n}\"")).collect();
    let many = inmate_with(&format!("numbers = [{}]", many.join(", ")));
    for (tables, told) in [
        (twice.as_str(), "number 2155550101 is on the list of inmate"),
        (&many, "is full: it holds 20 numbers"),
        ("[defaults.speed_dial]\n07 = \"2155\"\n", "speed dial 07: "),
    ] {
        let text = match tables.starts_with("[defaults") {
            true => SAMPLE.replacen("[defaults.speed_dial]\n", tables, 1),
            false => format!("{SAMPLE}\n{tables}"),
        };
        let run = Place::with(&text).run(&["check"]);
        assert_eq!(run.code, Some(1), "{}", run.out);
        let start = "no empty database can be filled with [defaults]: ";
        let line = run.out.lines().find(|line| line.contains(start));
        let line = line.unwrap_or_else(|| panic!("nothing of {told} in {}", run.out));
        assert!(line.contains(told), "{line}");
    }
}

#[test]
fn an_id_of_other_letters_or_with_what_nobody_sees_is_told_with_its_line() {
    for id in ["A-1042\u{200b}", "\u{410}-1042", "A\u{a0}1042", "A  1042"] {
        let site = SAMPLE.replacen("id = \"A-1042\"", &format!("id = \"{id}\""), 1);
        let run = Place::with(&site).run(&["check"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = format!("{}{}", run.out, run.err);
        let what = "`defaults.inmate[1].id`";
        let allowed = "allowed: 1 to 40 letters A to Z, digits and signs of ASCII";
        assert!(told.contains(what) && told.contains(allowed), "{told}");
    }
}
