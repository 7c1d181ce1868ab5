//! Circuit schedules.

use crate::bench::bench;
use backoffice::{Phone, ScheduleNumber};
use serde_json::json;
use types::id::LineId;

const FIRST: &str = "/api/v1/schedules/1";
const YARD: &str = r#"{"name": "yard", "weekday": ["08:00-11:45", "13:00-24:00"], "weekend": [],
    "holiday": ["00:00-24:00"]}"#;

#[test]
fn a_schedule_is_entered_and_shown_as_it_was_said() {
    let bench = bench();
    let made = bench.ask("PUT", FIRST, &[], YARD);
    let shown = json!({"number": 1, "name": "yard", "weekday": ["08:00-11:45", "13:00-24:00"],
        "weekend": [], "holiday": ["00:00-24:00"]});
    assert_eq!((made.status, made.json()), (201, shown.clone()));
    assert_eq!(
        bench.get("/api/v1/schedules").json(),
        json!({"items": [shown]})
    );
    assert_eq!(bench.get("/api/v1/schedules/6").problem().0, "not-found");
}

#[test]
fn hours_that_are_none_are_told_with_their_place() {
    let bench = bench();
    for hours in ["08:10-09:00", "09:00-08:00", "8-9", "+8:00-09:00", ""] {
        let body =
            json!({"name": "", "weekday": ["08:00-09:00", hours], "weekend": [], "holiday": []});
        let got = bench.ask("PUT", FIRST, &[], &body.to_string());
        let field = Some("weekday[1]".to_owned());
        assert_eq!(got.problem(), ("not-valid".to_owned(), field), "{hours}");
    }
    assert_eq!(bench.get(FIRST).status, 404);
}

#[test]
fn a_schedule_that_a_phone_has_is_not_taken_out() {
    let bench = bench();
    bench.ask("PUT", FIRST, &[], YARD);
    bench.change(|office, now| {
        let phone = Phone {
            schedule: ScheduleNumber::new(1),
            ..Phone::standard("B1")
        };
        office.set_phone(now, "warden", LineId(1), &phone)
    });
    let kept = bench.ask("DELETE", FIRST, &["If-Match: *"], "");
    assert_eq!((kept.status, kept.problem().0.as_str()), (409, "conflict"));
    let why = kept.json()["detail"].clone();
    assert_eq!(
        why,
        "schedule 1 is in use by the phone of line 1: take it from there first"
    );
    bench.change(|office, now| office.set_phone(now, "warden", LineId(1), &Phone::standard("B1")));
    assert_eq!(bench.ask("DELETE", FIRST, &["If-Match: *"], "").status, 204);
}
