//! `list`: what DAHDI has. Nothing is opened that a call could be on.

use std::io::Write as _;

use drivers::dahdi::{
    setup::Signalling,
    survey::{Alarms, FoundChannel, Span, holders},
};
use serde::Serialize;

use super::{options::ListArgs, sheet::Sheet, station::survey, trouble::Trouble};

#[derive(Debug, Serialize)]
struct SpanRow {
    span: u16,
    name: String,
    description: String,
    channels: usize,
    alarms: Vec<&'static str>,
    clock: String,
    errors: Vec<(&'static str, u32)>,
    lines: Vec<ChannelRow>,
}

#[derive(Debug, Serialize)]
struct ChannelRow {
    channel: u16,
    name: String,
    signalling: &'static str,
    law: &'static str,
    receives: &'static str,
    in_use: bool,
    alarm: bool,
}

/// `linetest list`.
pub(crate) fn run(args: &ListArgs) -> Result<Vec<Sheet>, Trouble> {
    let survey = survey()?;
    let rows: Vec<SpanRow> = survey.spans.iter().map(row).collect();
    let mut out = std::io::stdout().lock();
    if args.json {
        for row in &rows {
            serde_json::to_writer(&mut out, row).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(Vec::new());
    }
    if rows.is_empty() {
        writeln!(
            out,
            "DAHDI is loaded and has no span: is the card's module loaded?"
        )?;
    }
    for row in &rows {
        table(&mut out, row)?;
    }
    let holders = holders();
    if !holders.is_empty() {
        let holders: Vec<String> = holders.iter().map(ToString::to_string).collect();
        writeln!(out, "channels are held by: {}", holders.join(", "))?;
    }
    Ok(Vec::new())
}

fn row(span: &Span) -> SpanRow {
    let errors = span.counters.named().into_iter();
    SpanRow {
        span: span.number,
        name: span.name.clone(),
        description: span.description.clone(),
        channels: span.channels.len(),
        alarms: span.alarms.names(),
        clock: match span.clock_from {
            None => "own".to_owned(),
            Some(other) => format!("span {other}"),
        },
        errors: errors.filter(|(_, count)| *count > 0).collect(),
        lines: span.channels.iter().map(line).collect(),
    }
}

fn line(found: &FoundChannel) -> ChannelRow {
    ChannelRow {
        channel: found.number,
        name: found.name.clone(),
        signalling: match found.signalling {
            Signalling::NONE => "none",
            other => other.name(),
        },
        law: match found.law {
            types::frame::Law::Mu => "mu",
            types::frame::Law::A => "a",
        },
        receives: receives(found),
        in_use: found.in_use,
        alarm: found.alarms != Alarms::NONE,
    }
}

/// The hook as the channel sees it.
pub(super) fn receives(found: &FoundChannel) -> &'static str {
    if found.receives_off_hook {
        "off-hook"
    } else {
        "on-hook"
    }
}

fn table(out: &mut impl std::io::Write, row: &SpanRow) -> std::io::Result<()> {
    let alarms = match row.alarms.is_empty() {
        true => "no alarm".to_owned(),
        false => format!("ALARM: {}", row.alarms.join(", ")),
    };
    writeln!(
        out,
        "span {}  {}  {}  {} channels, clock {}, {alarms}",
        row.span, row.name, row.description, row.channels, row.clock
    )?;
    for (what, count) in &row.errors {
        writeln!(out, "  {count} {what}")?;
    }
    if row.errors.is_empty() {
        writeln!(out, "  no errors counted")?;
    }
    writeln!(out, "  channel  signalling  law  receives  state")?;
    for line in &row.lines {
        let state = match (line.alarm, line.in_use) {
            (true, _) => "alarm",
            (false, true) => "in use",
            (false, false) => "free",
        };
        writeln!(
            out,
            "  {:>7}  {:<10}  {:<3}  {:<8}  {state}",
            line.channel, line.signalling, line.law, line.receives
        )?;
    }
    Ok(())
}
