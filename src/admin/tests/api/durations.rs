//! How long calls may last.

use crate::bench::bench;
use serde_json::json;

const LOCAL: &str = "/api/v1/durations/2/toll-free";
const TWENTY: &str =
    r#"{"weekday_seconds": 1200, "weekend_seconds": 1800, "holiday_seconds": 2400}"#;

#[test]
fn durations_are_those_of_class_and_type_and_are_taken_back() {
    let bench = bench();
    let set = bench.ask("PUT", LOCAL, &["If-Match: *"], TWENTY);
    let shown = json!({"class": 2, "call_type": "toll-free", "weekday_seconds": 1200,
        "weekend_seconds": 1800, "holiday_seconds": 2400});
    assert_eq!(set.json(), shown);
    let all = bench.get("/api/v1/durations").json();
    let items = all["items"].as_array().expect("a list");
    assert!(items.contains(&shown), "{all}");
    assert_eq!(bench.ask("DELETE", LOCAL, &["If-Match: *"], "").status, 204);
    assert_eq!(bench.get(LOCAL).status, 404);
}

#[test]
fn what_is_no_duration_is_told() {
    let bench = bench();
    let day = r#"{"weekday_seconds": 86400, "weekend_seconds": 1, "holiday_seconds": 1}"#;
    let got = bench.ask("PUT", LOCAL, &["If-Match: *"], day);
    assert_eq!(
        got.problem(),
        ("not-valid".to_owned(), Some("duration".to_owned()))
    );
    for path in ["/api/v1/durations/6/local", "/api/v1/durations/1/lunar"] {
        let got = bench.get(path);
        assert_eq!(got.problem().0, "not-found");
        let why = got.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(why.contains("toll-free"), "{why}");
    }
}
