//! Speed dials.

use crate::bench::bench;
use serde_json::json;

const SEVEN: &str = "/api/v1/speed-dials/7";

#[test]
fn a_code_is_given_a_meaning_changed_and_taken_back() {
    let bench = bench();
    assert_eq!(bench.get(SEVEN).status, 404);
    let made = bench.ask("PUT", SEVEN, &[], r#"{"dialed": "12155550123"}"#);
    assert_eq!(
        (made.status, made.json()),
        (201, json!({"code": 7, "dialed": "12155550123"}))
    );
    let tag = made.header("etag").expect("has a version").to_owned();
    let read = bench.get(SEVEN);
    assert_eq!(read.header("etag"), Some(&*tag));
    assert_eq!(read.json(), made.json());
    let all = bench.get("/api/v1/speed-dials");
    assert_eq!(
        all.json(),
        json!({"items": [{"code": 7, "dialed": "12155550123"}]})
    );
    let known = format!("If-Match: {tag}");
    let changed = bench.ask("PUT", SEVEN, &[&known], r#"{"dialed": "12155550124"}"#);
    assert_eq!(changed.status, 200);
    let known = format!("If-Match: {}", changed.header("etag").expect("a version"));
    let gone = bench.ask("DELETE", SEVEN, &[&known], "");
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(bench.get(SEVEN).status, 404);
    assert_eq!(
        bench.journaled("speed-dial"),
        [
            "07: stands for 12155550123",
            "07: stands for 12155550124",
            "07: removed"
        ]
    );
}

#[test]
fn what_is_there_already_is_no_change() {
    let bench = bench();
    let said = r#"{"dialed": "12155550123"}"#;
    let made = bench.ask("PUT", SEVEN, &[], said);
    let known = format!("If-Match: {}", made.header("etag").expect("a version"));
    let again = bench.ask("PUT", SEVEN, &[&known], said);
    assert_eq!((again.status, again.json()), (200, made.json()));
    assert_eq!(again.header("etag"), made.header("etag"));
    assert_eq!(
        bench.journaled("speed-dial"),
        ["07: stands for 12155550123"]
    );
}

#[test]
fn of_two_who_change_the_same_the_second_is_told() {
    let bench = bench();
    let first = bench.ask("PUT", SEVEN, &[], r#"{"dialed": "12155550123"}"#);
    let known = format!("If-Match: {}", first.header("etag").expect("a version"));
    let one = bench.ask("PUT", SEVEN, &[&known], r#"{"dialed": "12155550124"}"#);
    assert_eq!(one.status, 200);
    for (method, body) in [("PUT", r#"{"dialed": "12155550125"}"#), ("DELETE", "")] {
        let two = bench.ask(method, SEVEN, &[&known], body);
        assert_eq!(two.status, 412);
        assert_eq!(two.problem().0, "changed-meanwhile");
    }
    // Who says nothing of what is there is asked.
    let blind = bench.ask("PUT", SEVEN, &[], r#"{"dialed": "12155550125"}"#);
    assert_eq!(blind.status, 428);
    assert_eq!(
        blind.problem(),
        ("say-which-version".to_owned(), Some("If-Match".to_owned()))
    );
    let only_new = bench.ask(
        "PUT",
        SEVEN,
        &["If-None-Match: *"],
        r#"{"dialed": "12155550125"}"#,
    );
    assert_eq!(only_new.status, 412);
    assert_eq!(bench.get(SEVEN).json()["dialed"], "12155550124");
}

#[test]
fn what_can_be_no_speed_dial_is_told_with_its_field() {
    let bench = bench();
    for (body, field, words) in [
        (r#"{"dialed": 7}"#, Some("dialed"), "expected a string"),
        (
            r#"{"dialled": "1"}"#,
            Some("dialled"),
            "unknown field `dialled`",
        ),
        (r#"{}"#, None, "missing field `dialed`"),
        (r#"{"dialed": "12155550123"} x"#, None, "more follows"),
        (r#"{"dialed": "#, Some("dialed"), "EOF"),
        (r#"{"dialed": "1215"}"#, None, "no number of the dial plan"),
    ] {
        let got = bench.ask("PUT", SEVEN, &[], body);
        assert_eq!(got.status, 422, "{body}");
        let (kind, at) = got.problem();
        assert_eq!(
            (kind.as_str(), at.as_deref()),
            ("not-valid", field),
            "{body}"
        );
        let detail = got.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains(words), "{body}: {detail}");
    }
    let out = bench.ask(
        "PUT",
        "/api/v1/speed-dials/51",
        &[],
        r#"{"dialed": "12155550123"}"#,
    );
    assert_eq!(out.status, 422);
    for none in [
        "/api/v1/speed-dials/x",
        "/api/v1/speed-dials/300",
        "/api/v1/speed-dials/%ff",
    ] {
        assert_eq!(bench.get(none).problem().0, "not-found", "{none}");
    }
    assert_eq!(bench.journaled("speed-dial"), [""; 0]);
}
