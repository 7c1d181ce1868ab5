//! `list`: what DAHDI has. Nothing is opened that a call could be on.

use std::{collections::BTreeSet, fs, io::Write as _};

use drivers::dahdi::spans::{ChannelState, Control, Span};
use serde::Serialize;

use super::{
    options::ListArgs,
    sheet::Sheet,
    station::{control, holders},
    trouble::Trouble,
};

#[derive(Debug, Serialize)]
struct SpanRow {
    span: u16,
    name: String,
    description: String,
    channels: u16,
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

/// Channels are numbered without large gaps: this many that are not there are the end.
const GAP: u16 = 64;
const MOST_CHANNELS: u16 = 1024;

/// `linetest list`.
pub(crate) fn run(args: &ListArgs) -> Result<Vec<Sheet>, Trouble> {
    let control = control()?;
    let failed = |error| Trouble::Port {
        line: "/dev/dahdi/ctl".into(),
        error,
        holders: Vec::new(),
    };
    let spans = control.spans().map_err(failed)?;
    let channels = channels(&control).map_err(failed)?;
    let rows: Vec<SpanRow> = spans.iter().map(|span| row(span, &channels)).collect();
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
        writeln!(out, "channels are held by: {}", holders.join(", "))?;
    }
    Ok(Vec::new())
}

fn channels(control: &Control) -> Result<Vec<ChannelState>, drivers::port::PortError> {
    let mut found = Vec::new();
    let mut missing = 0;
    for number in 1..=MOST_CHANNELS {
        match control.channel(number)? {
            Some(state) => {
                missing = 0;
                found.push(state);
            }
            None => missing += 1,
        }
        if missing > GAP {
            break;
        }
    }
    Ok(found)
}

fn row(span: &Span, channels: &[ChannelState]) -> SpanRow {
    let used = in_use(span.number);
    let own = channels.iter().filter(|state| state.span == span.number);
    let c = span.counters;
    let errors = [
        ("bipolar violations", c.bipolar_violations),
        ("CRC-4 errors", c.crc4),
        ("E bits", c.e_bits),
        ("frame alignment errors", c.frame_alignment),
        ("framing errors", c.framing),
        ("code violations", c.code_violations),
        ("bit errors", c.bit_errors),
        ("errored seconds", c.errored_seconds),
        ("missed interrupts", c.missed_interrupts),
    ];
    SpanRow {
        span: span.number,
        name: span.name.clone(),
        description: span.description.clone(),
        channels: span.channels,
        alarms: span.alarms.clone(),
        clock: match span.clock_from {
            0 => "own".to_owned(),
            other => format!("span {other}"),
        },
        errors: errors.into_iter().filter(|(_, count)| *count > 0).collect(),
        lines: own.map(|state| line(state, &used)).collect(),
    }
}

fn line(state: &ChannelState, used: &BTreeSet<u16>) -> ChannelRow {
    ChannelRow {
        channel: state.number,
        name: state.name.clone(),
        signalling: state.signalling.word(),
        law: match state.law {
            types::frame::Law::Mu => "mu",
            types::frame::Law::A => "a",
        },
        receives: if state.receives_off_hook {
            "off-hook"
        } else {
            "on-hook"
        },
        in_use: used.contains(&state.number),
        alarm: state.in_alarm,
    }
}

/// The channels of a span that a program has open, as DAHDI's own page of the span tells.
pub(super) fn in_use(span: u16) -> BTreeSet<u16> {
    let page = fs::read_to_string(format!("/proc/dahdi/{span}")).unwrap_or_default();
    let used = page.lines().filter(|line| line.contains("(In use)"));
    used.filter_map(|line| line.split_whitespace().next()?.parse().ok())
        .collect()
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
