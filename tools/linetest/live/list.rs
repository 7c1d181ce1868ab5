//! `list`: what DAHDI has. Nothing is opened that a call could be on.

use std::io::Write as _;

use drivers::dahdi::{
    setup::Signalling,
    survey::{Alarms, FoundChannel, Span, Survey, holders},
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
    timing: String,
    errors: Vec<(&'static str, u32)>,
    lines: Vec<ChannelRow>,
}

#[derive(Debug, Serialize)]
struct ChannelRow {
    channel: u16,
    name: String,
    signalling: &'static str,
    #[serde(rename = "for")]
    purpose: &'static str,
    law: &'static str,
    hook: String,
    /// The first and the last channel that are one data channel with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<[u16; 2]>,
    in_use: bool,
    alarm: bool,
}

impl ChannelRow {
    /// What the table shows of it, beside its number.
    fn shown(&self) -> [&str; 5] {
        let hook = match self.purpose {
            "telephone" | "trunk" => &self.hook,
            _ => "-",
        };
        let state = match (self.alarm, self.in_use) {
            (true, true) => "alarm, in use",
            (true, false) => "alarm",
            (false, true) => "in use",
            (false, false) => "free",
        };
        let signalling = match self.bundle {
            Some(_) => "clear, bundled",
            None => self.signalling,
        };
        [signalling, self.purpose, self.law, hook, state]
    }
}

/// `linetest list`.
pub(crate) fn run(args: &ListArgs) -> Result<Vec<Sheet>, Trouble> {
    let survey = survey()?;
    let rows: Vec<SpanRow> = survey.spans.iter().map(|span| row(&survey, span)).collect();
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

fn row(survey: &Survey, span: &Span) -> SpanRow {
    let errors = span.counters.named().into_iter();
    SpanRow {
        span: span.number,
        name: span.name.clone(),
        description: span.description.clone(),
        channels: span.channels.len(),
        alarms: span.alarms.names(),
        timing: match span.clock_from {
            None => "internal".to_owned(),
            Some(own) if own == span.number => "from its line".to_owned(),
            Some(other) => format!("from span {other}"),
        },
        errors: errors.filter(|(_, count)| *count > 0).collect(),
        lines: span
            .channels
            .iter()
            .map(|found| line(survey, found))
            .collect(),
    }
}

fn line(survey: &Survey, found: &FoundChannel) -> ChannelRow {
    let bundle = match survey.bundle(found.number)[..] {
        [first, .., last] => Some([first, last]),
        _ => None,
    };
    ChannelRow {
        channel: found.number,
        name: found.name.clone(),
        signalling: match found.signalling {
            Signalling::NONE => "none",
            other => other.name(),
        },
        purpose: purpose(found.signalling),
        law: match found.law {
            types::frame::Law::Mu => "mu",
            types::frame::Law::A => "a",
        },
        hook: match found.bits {
            // What they mean, the trunk's kind says.
            Some(bits) if found.signalling == Signalling::CAS => {
                format!("bits {:?}", bits.received)
            }
            _ => receives(found).to_owned(),
        },
        bundle,
        in_use: found.in_use,
        alarm: found.alarms != Alarms::NONE,
    }
}

/// What a channel is, in a word.
fn purpose(signalling: Signalling) -> &'static str {
    match signalling {
        Signalling::NONE => "nothing",
        Signalling::CLEAR => "data",
        other if other.feeds() => "telephone",
        other if other.is_fed() => "trunk",
        Signalling::EM | Signalling::CAS => "trunk",
        // E&M on an E1.
        Signalling(0x2_0000) => "trunk",
        _ => "data",
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
        "span {}  {}  {}  {} channels, timing {}, {alarms}",
        row.span, row.name, row.description, row.channels, row.timing
    )?;
    for (what, count) in &row.errors {
        writeln!(out, "  {count} {what}")?;
    }
    if row.errors.is_empty() {
        writeln!(out, "  no errors counted")?;
    }
    writeln!(
        out,
        "  channel  signalling      for        law  hook       state"
    )?;
    for (channels, [signalling, purpose, law, hook, state]) in folded(&row.lines) {
        writeln!(
            out,
            "  {channels:<7}  {signalling:<14}  {purpose:<9}  {law:<3}  {hook:<9}  {state}"
        )?;
    }
    Ok(())
}

/// Neighbours that are alike, in one row: their numbers, and what is shown of them.
fn folded(lines: &[ChannelRow]) -> Vec<(String, [&str; 5])> {
    let alike =
        |a: &ChannelRow, b: &ChannelRow| a.channel + 1 == b.channel && a.shown() == b.shown();
    let rows = lines.chunk_by(alike).map(|chunk| {
        let (first, last) = (chunk[0].channel, chunk[chunk.len() - 1].channel);
        let channels = match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        (channels, chunk[0].shown())
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(channel: u16, signalling: Signalling, in_use: bool) -> ChannelRow {
        ChannelRow {
            channel,
            name: format!("LOC/1/{channel}"),
            signalling: signalling.name(),
            purpose: purpose(signalling),
            law: "mu",
            hook: "on-hook".into(),
            bundle: None,
            in_use,
            alarm: false,
        }
    }

    fn bundled(number: u16) -> ChannelRow {
        ChannelRow {
            bundle: Some([10, 11]),
            ..channel(number, Signalling::CLEAR, false)
        }
    }

    #[test]
    fn neighbours_that_are_alike_share_a_row() {
        let row = SpanRow {
            span: 1,
            name: "LOC/1".into(),
            description: "a span".into(),
            channels: 8,
            alarms: Vec::new(),
            timing: "internal".into(),
            errors: vec![("code violations", 3)],
            lines: vec![
                channel(1, Signalling::FXOKS, false),
                channel(2, Signalling::FXOKS, false),
                channel(3, Signalling::FXSKS, false),
                channel(4, Signalling::FXSKS, true),
                channel(5, Signalling::FXSKS, false),
                channel(7, Signalling::FXSKS, false),
                channel(8, Signalling::CLEAR, false),
                channel(9, Signalling::NONE, false),
                bundled(10),
                bundled(11),
            ],
        };
        let mut out = Vec::new();
        table(&mut out, &row).expect("it is written");
        let expected = "\
span 1  LOC/1  a span  8 channels, timing internal, no alarm
  3 code violations
  channel  signalling      for        law  hook       state
  1-2      fxoks           telephone  mu   on-hook    free
  3        fxsks           trunk      mu   on-hook    free
  4        fxsks           trunk      mu   on-hook    in use
  5        fxsks           trunk      mu   on-hook    free
  7        fxsks           trunk      mu   on-hook    free
  8        clear           data       mu   -          free
  9        not configured  nothing    mu   -          free
  10-11    clear, bundled  data       mu   -          free
";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
