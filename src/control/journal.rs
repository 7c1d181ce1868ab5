//! What is on record beside the calls themselves: the journal, and which numbers are called often.

use super::{Answer, Desk};
use crate::records::{length, moment, rfc3339};
use anyhow::Context as _;
use backoffice::{FrequentNumber, FrequentTally, JournalEntry, Often, Period};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use types::text::counted;

/// Entries of one page.
const PAGE: usize = 500;
/// Call records that are counted at once.
const RECORDS: usize = 200;

/// Where the journal is begun.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begin {
    /// After this entry; 0 is from the beginning.
    After(u64),
    /// So many before the end.
    Last(u64),
}

pub fn page(desk: &Desk, json: bool, from: Begin, after: Option<&str>) -> anyhow::Result<Answer> {
    let wrong = || format!("{after:?} is no entry of the journal");
    let after = after.map(str::parse).transpose().with_context(wrong)?;
    let page = desk.with(move |office, _| {
        let after = match (after, from) {
            (Some(after), _) | (None, Begin::After(after)) => after,
            (None, Begin::Last(entries)) => office.journal_entries()?.saturating_sub(entries),
        };
        office.journal(after, PAGE)
    })?;
    let last = page.last().filter(|_| page.len() == PAGE);
    let more = last.map(|last| last.sequence.to_string());
    let lines = page.iter().map(|entry| match json {
        true => line(entry),
        false => words(entry, &desk.zone),
    });
    let mut lines: Vec<String> = lines.collect();
    if let (None, Begin::After(entry), false, true) = (after, from, json, lines.is_empty()) {
        let last = desk.with(|office, _| office.journal_entries())?;
        lines.push(format!(
            "nothing is in the journal after entry {entry}: its last is {last}"
        ));
    }
    Ok(Answer { lines, more })
}

fn words(entry: &JournalEntry, zone: &TimeZone) -> String {
    let (at, sequence) = (moment(entry.utc_ms, zone), entry.sequence);
    let (actor, noun, subject, change) = (&entry.actor, &entry.noun, &entry.subject, &entry.change);
    let id = entry.id.as_ref().map(|id| format!(" ({id})"));
    let id = id.unwrap_or_default();
    format!("{at} {sequence} {actor}: {noun}, {subject}{id}: {change}")
}

fn line(entry: &JournalEntry) -> String {
    let line = json!({
        "site": entry.site,
        "sequence": entry.sequence,
        "at": rfc3339(entry.utc_ms),
        "actor": entry.actor,
        "noun": entry.noun,
        "subject": entry.subject,
        "id": entry.id,
        "change": entry.change,
    });
    line.to_string()
}

/// So many, or more, are often.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Frequent {
    pub calls: Option<u32>,
    pub inmates: Option<u32>,
    pub per: Per,
    /// So many are listed at most.
    pub most: usize,
    pub json: bool,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    Day,
    Week,
    Month,
}

/// The numbers that are called often. The lines wait for no more than a page of records.
pub fn frequent(desk: &Desk, asked: Frequent) -> anyhow::Result<Answer> {
    let often = Often {
        calls: asked.calls,
        inmates: asked.inmates,
        period: match asked.per {
            Per::Day => Period::Day,
            Per::Week => Period::Week,
            Per::Month => Period::Month,
        },
    };
    let mut tally =
        desk.with(move |office, now| FrequentTally::begin(office, now, &often, RECORDS))?;
    loop {
        let more;
        (tally, more) = desk.with(move |office, _| {
            let more = tally.page(office)?;
            Ok((tally, more))
        })?;
        if !more {
            break;
        }
    }
    let numbers = tally.numbers();
    let lines = numbers
        .iter()
        .take(asked.most)
        .map(|number| match asked.json {
            true => number_line(number),
            false => number_words(number),
        });
    Ok(Answer::text(lines.collect()))
}

fn number_words(of: &FrequentNumber) -> String {
    let (number, attempts) = (of.number, counted(of.attempts, "time"));
    let (inmates, calls) = (counted(of.inmates, "inmate"), counted(of.calls, "talk"));
    let talk = length(of.talk);
    format!("{number}: asked for {attempts}, by {inmates}; {calls}, {talk}")
}

fn number_line(of: &FrequentNumber) -> String {
    let line = json!({
        "number": of.number.to_string(),
        "attempts": of.attempts,
        "inmates": of.inmates,
        "calls": of.calls,
        "talk_seconds": of.talk.as_ms() as f64 / 1000.0,
    });
    line.to_string()
}
