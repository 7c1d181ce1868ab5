//! What a controller's log tells of its calls, read back from the lines of JSON: a second
//! witness beside the records.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

/// A call as the log tells it. Times are milliseconds of the controller's clock.
#[derive(Clone, Debug)]
pub struct Told {
    pub call: String,
    pub off_hook: i64,
    pub talk_begins: Option<i64>,
    pub ended: Option<End>,
}

#[derive(Clone, Debug)]
pub struct End {
    pub at: i64,
    /// The same in milliseconds since 1970.
    pub at_utc: i64,
    pub disposition: String,
}

/// What is known of a line's present call.
#[derive(Default)]
struct Present {
    off_hook: i64,
    call: Option<usize>,
}

/// The calls of a log, in the order of their decisions. The last line may be torn.
pub fn calls(log: &str) -> Vec<Told> {
    let mut calls: Vec<Told> = Vec::new();
    let mut lines: BTreeMap<i64, Present> = BTreeMap::new();
    for entry in entries(log) {
        let (Some(line), Some(ms)) = (entry["line"].as_i64(), entry["ms"].as_i64()) else {
            continue;
        };
        let present = lines.entry(line).or_default();
        match text(&entry["msg"]) {
            "off-hook" => {
                *present = Present {
                    off_hook: ms,
                    call: None,
                };
            }
            "decided" => {
                present.call = Some(calls.len());
                calls.push(Told {
                    call: text(&entry["call"]).to_owned(),
                    off_hook: present.off_hook,
                    talk_begins: None,
                    ended: None,
                });
            }
            "talk-begins" => {
                let call = present.call.expect("no talk without a decision");
                calls[call].talk_begins = Some(ms);
            }
            "ended" => {
                if let Some(call) = present.call.take() {
                    calls[call].ended = Some(End {
                        at: ms,
                        at_utc: utc(&entry["ts"]),
                        disposition: text(&entry["disposition"]).to_owned(),
                    });
                }
            }
            _ => {}
        }
    }
    calls
}

/// What each line's log spells when its keyed digits are put together; a secret one is a dot.
pub fn keyed(log: &str) -> BTreeMap<i64, String> {
    let mut keyed: BTreeMap<i64, String> = BTreeMap::new();
    for entry in entries(log) {
        if text(&entry["msg"]) != "keyed" {
            continue;
        }
        let line = entry["line"].as_i64().expect("a line keys");
        let digit = match text(&entry["digit"]) {
            "secret" => ".",
            digit => digit,
        };
        keyed.entry(line).or_default().push_str(digit);
    }
    keyed
}

fn entries(log: &str) -> Vec<Value> {
    let parsed: Vec<Result<Value, _>> = log.lines().map(serde_json::from_str).collect();
    let last = parsed.len().saturating_sub(1);
    let whole = |(at, entry): (usize, Result<Value, serde_json::Error>)| match entry {
        Ok(entry) => Some(entry),
        Err(_) if at == last => None,
        Err(error) => panic!("{error}: line {} of a log", at + 1),
    };
    parsed.into_iter().enumerate().filter_map(whole).collect()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An RFC 3339 time as milliseconds since 1970.
#[track_caller]
pub fn utc(value: &Value) -> i64 {
    let time: Timestamp = text(value)
        .parse()
        .unwrap_or_else(|error| panic!("{error}: {value}"));
    time.as_millisecond()
}
