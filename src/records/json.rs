//! A call record as one line of JSON. The keys and their order are part of the interface.

use jiff::Timestamp;
use serde::Serialize;
use types::{call_record::CallRecord, tick::Ticks};

use super::names;

/// Makes of the shape of the line both the struct and the list of its keys.
macro_rules! keyed {
    ($(#[$doc:meta])* struct $name:ident<$life:lifetime> { $($key:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Serialize)]
        struct $name<$life> {
            $($key: $type,)+
        }

        /// All keys of a record, in their order.
        pub const KEYS: &[&str] = &[$(stringify!($key)),+];
    };
}

keyed! {
    /// Times are RFC 3339, UTC, with milliseconds.
    struct Line<'a> {
        call_id: String,
        line: u16,
        inmate: Option<&'a str>,
        dialed: &'a str,
        pattern: Option<&'static str>,
        call_type: Option<&'static str>,
        started_at: String,
        answered_at: Option<String>,
        ended_at: Option<String>,
        talk_seconds: f64,
        joined_seconds: Option<f64>,
        recorded_seconds: Option<f64>,
        recording_gap_seconds: Option<f64>,
        limit_seconds: Option<f64>,
        disposition: &'static str,
        ended_by: Option<&'static str>,
        screening: Vec<String>,
        answer_evidence: Vec<Evidence>,
        release_evidence: Vec<Evidence>,
        three_way: Vec<Piece>,
        flags: Vec<&'static str>,
        blocked: Option<&'static str>,
        trunk: Option<u16>,
        language: Option<String>,
        handling: Option<&'static str>,
        officer: Option<&'a str>,
        treatment: Option<u16>,
        route: Option<u16>,
        extra_digits: u16,
        far_digits: u16,
        three_way_times: u16,
        warned: u16,
        interfered: u16,
        party_block: Option<&'static str>,
        acceptance: Option<bool>,
    }
}

/// One piece of evidence and how far it was believed, in hundredths.
#[derive(Serialize)]
struct Evidence {
    evidence: &'static str,
    trust: u8,
}

/// A piece of evidence that counts by when it came.
#[derive(Serialize)]
struct Piece {
    evidence: &'static str,
    weight: u8,
    at: String,
}

/// The record as one line of JSON, without the line's end.
pub fn json_line(record: &CallRecord) -> String {
    let line = Line {
        call_id: record.call.to_string(),
        line: record.line.0,
        inmate: record.inmate_id.as_deref(),
        dialed: &record.dialed,
        pattern: record.pattern.map(names::pattern),
        call_type: record.call_type.map(names::call_type),
        started_at: rfc3339(record.started_utc_ms),
        answered_at: record.answered_utc_ms.map(rfc3339),
        ended_at: record.ended_utc_ms.map(rfc3339),
        talk_seconds: seconds(record.talk),
        joined_seconds: record.joined.map(seconds),
        recorded_seconds: record.recorded.map(seconds),
        recording_gap_seconds: record.recording_gap.map(seconds),
        limit_seconds: record.limit.map(seconds),
        disposition: names::disposition(record.disposition),
        ended_by: record.ended_by.map(names::ended_by),
        screening: trace(record),
        answer_evidence: evidence(&record.answer_evidence, names::answer_evidence),
        release_evidence: evidence(&record.release_evidence, names::release_evidence),
        three_way: three_way(record),
        flags: record.flags.names().collect(),
        blocked: record.blocked.map(names::blocked),
        trunk: record.trunk.map(|trunk| trunk.0),
        language: record.language.map(|language| language.to_string()),
        handling: record.handling.map(names::handling),
        officer: record.officer_id.as_deref(),
        treatment: record.treatment,
        route: record.route,
        extra_digits: record.extra_digits,
        far_digits: record.response.far_digits,
        three_way_times: record.response.three_way_times,
        warned: record.response.warned,
        interfered: record.response.interfered,
        party_block: record.party_block.map(names::party_block),
        acceptance: record.acceptance,
    };
    serde_json::to_string(&line).expect("a record has no map with keys that are not text")
}

/// The steps of screening as `check:finding`, in their order.
fn trace(record: &CallRecord) -> Vec<String> {
    let steps = record.screening.iter();
    steps
        .map(|step| {
            let check = names::check(step.check);
            format!("{check}:{}", names::finding(step.finding))
        })
        .collect()
}

fn evidence<E: Copy>(pieces: &[(E, u8)], name: fn(E) -> &'static str) -> Vec<Evidence> {
    let pieces = pieces.iter();
    pieces
        .map(|&(piece, trust)| Evidence {
            evidence: name(piece),
            trust,
        })
        .collect()
}

fn three_way(record: &CallRecord) -> Vec<Piece> {
    let pieces = record.three_way.iter();
    pieces
        .map(|&(piece, weight, at)| Piece {
            evidence: names::three_way(piece),
            weight,
            at: rfc3339(at),
        })
        .collect()
}

fn seconds(length: Ticks) -> f64 {
    length.as_ms() as f64 / 1000.0
}

/// Milliseconds since 1970 as `2026-11-21T22:53:58.120Z`.
pub fn rfc3339(utc_ms: i64) -> String {
    match Timestamp::from_millisecond(utc_ms) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => format!("{utc_ms} ms since 1970"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::example;

    #[test]
    fn a_record_has_exactly_these_keys_in_this_order() {
        let line = json_line(&example::talked());
        assert_eq!(
            line,
            concat!(
                r#"{"call_id":"7-42","line":1,"inmate":"A-1042","dialed":"02155550142","#,
                r#""pattern":"zero-plus","call_type":"local","#,
                r#""started_at":"2026-11-21T22:53:58.120Z","#,
                r#""answered_at":"2026-11-21T22:54:28.120Z","#,
                r#""ended_at":"2026-11-21T22:55:00.000Z","#,
                r#""talk_seconds":20.25,"joined_seconds":19.5,"#,
                r#""recorded_seconds":58.4,"recording_gap_seconds":0.5,"limit_seconds":600.0,"#,
                r#""disposition":"completed","ended_by":"called-party","#,
                r#""screening":["pin-table:found","allowed-table:rescued"],"#,
                r#""answer_evidence":[{"evidence":"polarity-reversal","trust":100}],"#,
                r#""release_evidence":[{"evidence":"tone-busy","trust":100}],"#,
                r#""three_way":[],"#,
                r#""flags":["second-dial-tone"],"blocked":null,"trunk":3,"#,
                r#""language":"en","handling":"automated-operator","officer":"O-31","#,
                r#""treatment":4,"route":null,"extra_digits":0,"far_digits":0,"#,
                r#""three_way_times":2,"warned":1,"interfered":0,"party_block":null,"#,
                r#""acceptance":true}"#
            )
        );
    }

    #[test]
    fn what_a_refused_attempt_has_not_is_null() {
        let line = json_line(&example::refused());
        for absent in [
            "answered_at",
            "limit_seconds",
            "trunk",
            "handling",
            "acceptance",
        ] {
            assert!(
                line.contains(&format!("\"{absent}\":null")),
                "{absent} in {line}"
            );
        }
        assert!(line.contains(r#""disposition":"blocked""#), "{line}");
        assert!(line.contains(r#""blocked":"number-restricted""#), "{line}");
    }
}
