//! Tables of numbers, by pattern, and their pages.

use crate::bench::{Bench, bench};
use serde_json::{Value, json};

const RESTRICTED: &str = "/api/v1/restricted-numbers";
const ALLOWED: &str = "/api/v1/allowed-numbers";

/// The members of this name of a page, and where there is more.
fn page(bench: &Bench, path: &str) -> (Vec<String>, Option<String>) {
    let got = bench.get(path);
    assert_eq!(got.status, 200, "{got:?}");
    let page = got.json();
    let items = page["items"].as_array().expect("items").iter();
    let patterns = items.filter_map(|it| it["pattern"].as_str().map(str::to_owned));
    (patterns.collect(), page["next"].as_str().map(str::to_owned))
}

#[test]
fn a_pattern_is_restricted_and_restricted_no_more() {
    let bench = bench();
    let path = format!("{RESTRICTED}/900%3F%3F%3F%3F%3F%3F%3F");
    let made = bench.ask("PUT", &path, &[], r#"{"note": "dear"}"#);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        made.json(),
        json!({"pattern": "900???????", "note": "dear"})
    );
    let there = ["If-Match: *"];
    let other = bench.ask("PUT", &path, &there, "{}");
    assert_eq!((other.status, &other.json()["note"]), (200, &json!("")));
    assert_eq!(bench.ask("DELETE", &path, &there, "").status, 204);
    assert_eq!(bench.get(&path).status, 404);
}

#[test]
fn one_pattern_is_one_thing_however_it_is_written() {
    let bench = bench();
    let put = |path: &str| {
        bench.ask(
            "PUT",
            &format!("{ALLOWED}/{path}"),
            &[],
            r#"{"untimed": true}"#,
        )
    };
    assert_eq!(put("215-555-0142").status, 201);
    assert_eq!(put("(215)%20555.0142").status, 428, "it is there");
    let shown = json!({"pattern": "2155550142", "untimed": true, "privileged": false, "note": ""});
    assert_eq!(bench.get(&format!("{ALLOWED}/2155550142")).json(), shown);
    for none in ["21x", "*5", "%3F%3F*%3F", "+"] {
        let got = bench.ask("PUT", &format!("{ALLOWED}/{none}"), &[], "{}");
        assert_eq!(got.status, 404, "{none}");
        assert!(
            got.json()["detail"]
                .as_str()
                .is_some_and(|why| why.contains("pattern")),
            "{none}"
        );
    }
}

/// As commands and files take it: tables hold no prefix of the dial plan.
#[test]
fn a_pattern_with_the_prefix_for_other_countries_is_theirs() {
    let bench = bench();
    let made = bench.ask("PUT", &format!("{RESTRICTED}/01144*"), &[], "{}");
    assert_eq!(
        (made.status, &made.json()["pattern"]),
        (201, &json!("+44*")),
        "{made:?}"
    );
    let told = page(&bench, RESTRICTED);
    assert_eq!(told, (vec!["+44*".to_owned()], None));
    for path in ["01144*", "+44*", "%2B44*"] {
        assert_eq!(
            bench.get(&format!("{RESTRICTED}/{path}")).status,
            200,
            "{path}"
        );
    }
}

#[test]
fn no_number_is_kept_from_lists_without_a_reason() {
    let bench = bench();
    let path = "/api/v1/entry-restricted-numbers/2155550177";
    for none in ["{}", r#"{"reason": " "}"#] {
        assert_eq!(bench.ask("PUT", path, &[], none).status, 422, "{none}");
    }
    let made = bench.ask("PUT", path, &[], r#"{"reason": "a judge"}"#);
    assert_eq!(made.status, 201, "{made:?}");
    let there = ["If-Match: *"];
    let other = bench.ask("PUT", path, &there, r#"{"reason": "a witness"}"#);
    assert_eq!(
        other.json(),
        json!({"pattern": "2155550177", "reason": "a witness"})
    );
    assert_eq!(bench.ask("DELETE", path, &there, "").status, 204);
    let told = [
        "2155550177: added",
        "2155550177: changed",
        "2155550177: removed",
    ];
    assert_eq!(bench.journaled("entry-restricted"), told);
}

#[test]
fn a_number_that_nobody_can_dial_is_refused() {
    let bench = bench();
    let got = bench.ask("PUT", &format!("{RESTRICTED}/0551234"), &[], "{}");
    assert_eq!(got.status, 422, "{got:?}");
}

#[test]
fn a_long_table_comes_in_pages_without_a_gap() {
    let bench = bench();
    let mut all: Vec<String> = (0..25).map(|at| format!("21555501{at:02}")).collect();
    all.push("900*".to_owned());
    for pattern in &all {
        bench.change(|office, now| office.set_restricted(now, "warden", pattern, ""));
    }
    for limit in [1, 7, 25, 26, 1000] {
        let (mut met, mut next) = page(&bench, &format!("{RESTRICTED}?limit={limit}"));
        while let Some(after) = next {
            assert_eq!(met.len() % limit, 0, "a whole page");
            // What goes meanwhile leaves no gap.
            let (more, then) = page(&bench, &format!("{RESTRICTED}?limit={limit}&after={after}"));
            assert!(!more.is_empty(), "there is more where it says so");
            met.extend(more);
            next = then;
        }
        assert_eq!(met, all, "{limit} a page");
    }
}

#[test]
fn pages_of_few_things_go_on_after_what_is_gone() {
    let bench = bench();
    for code in 1..=5 {
        bench.change(|office, now| office.set_speed_dial(now, "warden", code, "12155550123"));
    }
    let codes = |query: &str| -> (Vec<u64>, Value) {
        let page = bench.get(&format!("/api/v1/speed-dials?{query}")).json();
        let items = page["items"].as_array().expect("items").iter();
        let codes = items.filter_map(|it| it["code"].as_u64()).collect();
        (codes, page["next"].clone())
    };
    assert_eq!(codes("limit=2"), (vec![1, 2], json!("2")));
    bench.change(|office, now| office.remove_speed_dial(now, "warden", 2));
    assert_eq!(codes("limit=2&after=2"), (vec![3, 4], json!("4")));
    assert_eq!(codes("after=4"), (vec![5], Value::Null));
}

#[test]
fn a_page_that_can_not_be_is_told_with_the_parameter() {
    let bench = bench();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("limit=-1", "limit"),
        ("limit=5&limit=6", "limit"),
        ("after=", "after"),
        ("after=x", "after"),
        ("after=%FF", "after"),
        ("after=1/2/3*4", "after"),
        ("before=1", "before"),
    ] {
        let got = bench.get(&format!("{RESTRICTED}?{query}"));
        assert_eq!(got.status, 400, "{query}: {got:?}");
        assert_eq!(got.problem().1.as_deref(), Some(field), "{query}");
    }
}
