//! Look-ups by pattern, held against a walk over the whole list.

use crate::bench::{small, with_map};
use db::{
    Database, Error, MAX_WILDCARDS, Options,
    keys::{ListKey, ListOf},
    pattern::{BadPattern, Pattern},
    values::{ListEntry, Restricted},
};
use proptest::prelude::*;
use types::{id::GroupId, inmate::Scope, phone_number::PhoneNumber};

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).expect("a number")
}

/// The entry that wins for a number, by its text.
fn best(patterns: &[&str], dialed: &str) -> Option<String> {
    let (_dir, database) = small();
    let table = &database.tables().restricted;
    let mut writer = database.write().expect("writes");
    for text in patterns {
        let pattern = Pattern::parse(text).expect("a pattern");
        let note = (*text).to_owned();
        let value = Restricted { note };
        table.put(&mut writer, &pattern, &value).expect("puts");
    }
    let found = table.best(&writer, &number(dialed)).expect("reads");
    found.map(|found| found.value.note)
}

#[test]
fn an_exact_entry_fits_its_number_alone() {
    assert_eq!(
        best(&["2155550123"], "2155550123").as_deref(),
        Some("2155550123")
    );
    assert_eq!(best(&["2155550123"], "2155550124"), None);
    assert_eq!(best(&["2155550123"], "21555501234"), None);
    assert_eq!(best(&["2155550123"], "215555012"), None);
}

#[test]
fn question_marks_fit_numbers_of_that_length() {
    assert_eq!(
        best(&["900???????"], "9005550123").as_deref(),
        Some("900???????")
    );
    assert_eq!(best(&["900???????"], "900555012"), None);
    assert_eq!(best(&["900???????"], "8005550123"), None);
}

#[test]
fn a_prefix_fits_longer_numbers_and_itself() {
    assert_eq!(best(&["011*"], "0114420").as_deref(), Some("011*"));
    assert_eq!(best(&["011*"], "011").as_deref(), Some("011*"));
    assert_eq!(best(&["011*"], "01"), None);
    assert_eq!(best(&["*"], "4").as_deref(), Some("*"));
}

#[test]
fn national_and_international_numbers_are_apart() {
    assert_eq!(best(&["44*"], "+442079460123"), None);
    assert_eq!(best(&["+44*"], "442079460123"), None);
    assert_eq!(best(&["+*", "*"], "+442079460123").as_deref(), Some("+*"));
}

#[test]
fn the_most_fixed_digits_win() {
    let table = ["9*", "900???????", "900555*", "9005550123", "90055501??"];
    let wins = |dialed| best(&table, dialed);
    assert_eq!(wins("9005550123").as_deref(), Some("9005550123"));
    assert_eq!(wins("9005550199").as_deref(), Some("90055501??"));
    assert_eq!(wins("9005559999").as_deref(), Some("900555*"));
    assert_eq!(wins("9001234567").as_deref(), Some("900???????"));
    assert_eq!(wins("9111234567").as_deref(), Some("9*"));
    assert_eq!(wins("8111234567"), None);
}

#[test]
fn among_equals_a_fixed_length_wins() {
    assert_eq!(
        best(&["900*", "900???"], "900123").as_deref(),
        Some("900???")
    );
    assert_eq!(best(&["9?0*", "90*"], "900123").as_deref(), Some("9?0*"));
}

#[test]
fn patterns_read_as_people_write_them() {
    let shown = |text| Pattern::parse(text).map(|p| p.to_string());
    assert_eq!(shown("900-???-????").as_deref(), Ok("900???????"));
    assert_eq!(shown("(215) 555.0123").as_deref(), Ok("2155550123"));
    assert_eq!(shown("+44 20*").as_deref(), Ok("+4420*"));
}

#[test]
fn a_text_that_is_no_pattern_is_refused_with_its_reason() {
    let why = |text| Pattern::parse(text).expect_err("is no pattern");
    assert_eq!(why(""), BadPattern::Empty);
    assert_eq!(why("+"), BadPattern::Empty);
    assert_eq!(why("-"), BadPattern::Empty);
    assert_eq!(why("9x"), BadPattern::Character('x'));
    assert_eq!(why("9é"), BadPattern::Character('é'));
    assert_eq!(why("9*0"), BadPattern::StarInside);
    assert_eq!(why("9**"), BadPattern::StarInside);
    assert_eq!(why("9+"), BadPattern::Character('+'));
    assert_eq!(why(&"1".repeat(33)), BadPattern::TooLong);
}

#[test]
fn wildcards_are_bounded_and_other_patterns_are_not() {
    let (_dir, database) = with_map(8 << 20);
    let table = &database.tables().restricted;
    let value = Restricted {
        note: String::new(),
    };
    let mut writer = database.write().expect("writes");
    let pattern = |text: String| Pattern::parse(&text).expect("a pattern");
    for n in 0..MAX_WILDCARDS {
        let wildcard = pattern(format!("{n:04}?"));
        table.put(&mut writer, &wildcard, &value).expect("puts");
    }
    let error = table.put(&mut writer, &pattern("9?9".into()), &value);
    let error = error.expect_err("is one too many");
    assert!(matches!(error, Error::TooManyWildcards { .. }), "{error}");
    // One that is there can still be changed, and other kinds still come in.
    let again = table.put(&mut writer, &pattern("0000?".into()), &value);
    again.expect("puts");
    for n in 0..2000 {
        let exact = pattern(format!("555{n:07}"));
        table.put(&mut writer, &exact, &value).expect("puts");
    }
    let found = table.best(&writer, &number("5550001999")).expect("reads");
    assert!(found.is_some());
}

/// What is held in memory of a table is no more than a hint: it is made anew at each opening, and a
/// transaction that is given up, or an entry that is taken out, leaves nothing that is found.
#[test]
fn a_look_up_finds_what_is_there_after_reopening_giving_up_and_taking_out() {
    let (dir, database) = small();
    let value = |note: &str| Restricted { note: note.into() };
    let texts = ["2155550123", "900*", "???5550000", "+44?0*", "011*"];
    let dialed = ["2155550123", "9001", "8005550000", "+44208", "0114"];
    let mut writer = database.write().expect("writes");
    let table = &database.tables().restricted;
    for text in texts {
        let pattern = Pattern::parse(text).expect("a pattern");
        table
            .put(&mut writer, &pattern, &value(text))
            .expect("puts");
    }
    writer.commit().expect("commits");
    let mut given_up = database.write().expect("writes");
    let pattern = Pattern::parse("7??*").expect("a pattern");
    table
        .put(&mut given_up, &pattern, &value("7??*"))
        .expect("puts");
    drop(given_up);
    drop(database);
    let options = Options {
        map_size: 1 << 20,
        durable: true,
    };
    let database = Database::open(dir.path(), &options).expect("opens");
    let table = &database.tables().restricted;
    let mut writer = database.write().expect("writes");
    for (text, dialed) in texts.iter().zip(dialed) {
        let found = table.best(&writer, &number(dialed)).expect("reads");
        assert_eq!(found.map(|found| found.value.note).as_deref(), Some(*text));
        let pattern = Pattern::parse(text).expect("a pattern");
        assert!(table.delete(&mut writer, &pattern).expect("deletes"));
        let found = table.best(&writer, &number(dialed)).expect("reads");
        assert_eq!(found, None, "{dialed}");
    }
    let found = table.best(&writer, &number("7123")).expect("reads");
    assert_eq!(found, None);
}

/// Few digits and short texts, so that much fits.
fn pattern_text() -> impl Strategy<Value = String> {
    "[+]?[12?]{1,5}[*]?|[+]?[*]"
}

/// The rule of the design, said again: fits; most fixed digits; no `*`; then exact before
/// wildcard before prefix; then the smaller text.
fn walked(patterns: &[String], dialed: &str) -> Option<String> {
    let fits = |pattern: &&String| {
        let (open, body) = match pattern.strip_suffix('*') {
            Some(body) => (true, body),
            None => (false, pattern.as_str()),
        };
        let enough = match open {
            true => dialed.len() >= body.len(),
            false => dialed.len() == body.len(),
        };
        enough
            && body.starts_with('+') == dialed.starts_with('+')
            && body
                .chars()
                .zip(dialed.chars())
                .all(|(p, d)| p == d || p == '?' && d != '+')
    };
    let order = |pattern: &&String| {
        let fixed = pattern.chars().filter(char::is_ascii_digit).count();
        let kind = match (pattern.contains('?'), pattern.ends_with('*')) {
            (false, false) => 0,
            (true, _) => 1,
            (false, true) => 2,
        };
        let open = pattern.ends_with('*');
        (
            std::cmp::Reverse(fixed),
            open,
            kind,
            pattern.trim_end_matches('*').to_owned(),
        )
    };
    patterns.iter().filter(fits).min_by_key(order).cloned()
}

proptest! {
    #![proptest_config(crate::bench::cases(300))]
    #[test]
    fn a_look_up_finds_what_a_walk_finds(
        patterns in proptest::collection::vec(pattern_text(), 0..25),
        dialed in "[+]?[12]{1,6}",
    ) {
        let texts: Vec<&str> = patterns.iter().map(String::as_str).collect();
        prop_assert_eq!(best(&texts, &dialed), walked(&patterns, &dialed));
    }

    #[test]
    fn a_pattern_comes_back_from_its_text_and_its_key(text in pattern_text()) {
        let pattern = Pattern::parse(&text).expect("a pattern");
        prop_assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern.clone()));
        let bytes = db::Key::bytes(&pattern);
        prop_assert_eq!(<Pattern as db::Key>::from_bytes(&bytes), Some(pattern));
    }
}

/// Each list is as a table of its own: another list, or the other side of this one, has no part in it.
#[test]
fn a_list_answers_for_its_own_entries_alone() {
    let (_dir, database) = small();
    let lists = &database.tables().lists;
    let mut writer = database.write().expect("writes");
    let scopes = [Scope::Group(GroupId(1)), Scope::Group(GroupId(2))];
    let list = |scope: usize, blocked| ListOf {
        scope: scopes[scope],
        blocked,
    };
    let entries = [
        (list(0, true), "900???????"),
        (list(0, true), "9005550123"),
        (list(0, false), "900*"),
        (list(1, true), "*"),
    ];
    for (list, text) in entries {
        let pattern = Pattern::parse(text).expect("a pattern");
        let note = text.to_owned();
        let key = ListKey { list, pattern };
        lists
            .put(&mut writer, &key, &ListEntry { note })
            .expect("puts");
    }
    let best = |list, dialed: &str| {
        let found = lists.best(&writer, list, &number(dialed)).expect("reads");
        found.map(|found| found.value.note)
    };
    for (of, dialed, expected) in [
        (list(0, true), "9005550123", Some("9005550123")),
        (list(0, true), "9005550124", Some("900???????")),
        (list(0, true), "2155550123", None),
        (list(0, false), "9005550123", Some("900*")),
        (list(1, true), "9005550123", Some("*")),
        (list(1, false), "9005550123", None),
    ] {
        assert_eq!(best(of, dialed).as_deref(), expected, "{of:?} {dialed}");
    }
}
