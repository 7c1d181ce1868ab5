//! Holidays.

use crate::bench::bench;
use serde_json::json;

const CHRISTMAS: &str = "/api/v1/holidays/2026-12-25";

#[test]
fn a_day_is_made_a_holiday_and_one_like_others_again() {
    let bench = bench();
    let made = bench.ask("PUT", CHRISTMAS, &[], r#"{"name": "Christmas"}"#);
    let shown = json!({"date": "2026-12-25", "name": "Christmas"});
    assert_eq!((made.status, made.json()), (201, shown.clone()));
    assert_eq!(
        bench.get("/api/v1/holidays").json(),
        json!({"items": [shown]})
    );
    let gone = bench.ask("DELETE", CHRISTMAS, &["If-Match: *"], "");
    assert_eq!(gone.status, 204);
    assert_eq!(
        bench.ask("DELETE", CHRISTMAS, &["If-Match: *"], "").status,
        404
    );
}

#[test]
fn a_date_has_one_way_to_be_written_and_is_in_the_calendar() {
    let bench = bench();
    for path in [
        "2026-12-5",
        "26-12-25",
        "2026-12",
        "2026-12-25-1",
        "today",
        "2026-12-+5",
    ] {
        let got = bench.get(&format!("/api/v1/holidays/{path}"));
        assert_eq!(got.problem().0, "not-found", "{path}");
    }
    let never = bench.ask(
        "PUT",
        "/api/v1/holidays/2026-02-29",
        &[],
        r#"{"name": "leap"}"#,
    );
    assert_eq!(never.problem().0, "not-valid");
    assert_eq!(never.json()["detail"], "2026-02-29 is not a date");
}
