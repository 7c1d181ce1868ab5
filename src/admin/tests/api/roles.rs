//! Roles.

use crate::bench::{bench, bench_with};
use serde_json::json;
use types::right::{Noun, Rights, Verb};

const RECORDS: &str = "/api/v1/roles/records";

#[test]
fn a_role_is_made_changed_and_taken_out() {
    let bench = bench();
    let made = bench.ask("PUT", RECORDS, &[], r#"{"may": ["see call-records"]}"#);
    let shown = json!({"name": "records", "may": ["see call-records"]});
    assert_eq!((made.status, made.json()), (201, shown));
    let there = ["If-Match: *"];
    let said = r#"{"may": ["do lines", "see call-records", "do lines"]}"#;
    let changed = bench.ask("PUT", RECORDS, &there, said);
    assert_eq!(
        changed.json()["may"],
        json!(["see call-records", "do lines"])
    );
    let all = bench.get("/api/v1/roles").json();
    let names = all["items"].as_array().expect("a list").iter();
    let names: Vec<&str> = names.filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["administrator", "records"]);
    assert_eq!(bench.ask("DELETE", RECORDS, &there, "").status, 204);
    assert_eq!(
        bench.journaled("role"),
        [
            "1: records: see call-records",
            "1: records: see call-records, do lines",
            "1: removed"
        ]
    );
}

#[test]
fn a_right_that_there_is_not_is_told_with_those_there_are() {
    let bench = bench();
    let said = r#"{"may": ["see call-records", "see everything"]}"#;
    let got = bench.ask("PUT", RECORDS, &[], said);
    assert_eq!(got.status, 422);
    assert_eq!(
        got.problem(),
        ("not-valid".to_owned(), Some("may[1]".to_owned()))
    );
    let why = got.json()["detail"].to_string();
    assert!(why.contains("one of inmates, pins"), "{why}");
}

#[test]
fn the_administrators_role_is_neither_changed_nor_taken_out() {
    let bench = bench();
    let administrator = "/api/v1/roles/administrator";
    for (method, body) in [("PUT", r#"{"may": []}"#), ("DELETE", "")] {
        let got = bench.ask(method, administrator, &["If-Match: *"], body);
        assert_eq!((got.status, got.problem().0.as_str()), (422, "not-valid"));
    }
}

/// Else who may change roles could do everything.
#[test]
fn nobody_gives_or_takes_rights_that_are_not_his_own() {
    let own = Rights::none()
        .with(Noun::Roles, Verb::Change)
        .with(Noun::CallRecords, Verb::See);
    let bench = bench_with(own);
    let ask = |may: &str| bench.ask("PUT", RECORDS, &["If-Match: *"], may);
    let make = |may: &str| bench.ask("PUT", RECORDS, &[], may);
    for more in [r#"{"may": ["see inmates"]}"#, r#"{"may": ["everything"]}"#] {
        let got = make(more);
        assert_eq!((got.status, got.problem().0.as_str()), (403, "not-allowed"));
    }
    assert_eq!(make(r#"{"may": ["see call-records"]}"#).status, 201);
    assert_eq!(ask(r#"{"may": ["everything"]}"#).status, 403);
    let rights = Rights::none().with(Noun::Inmates, Verb::See);
    bench.change(|office, now| office.set_role(now, "another", "records", rights));
    assert_eq!(ask(r#"{"may": ["see call-records"]}"#).status, 403);
}
