//! The table that a technician reads.

use std::io::{self, Write};

use crate::{
    analysis::Leg,
    row::{Digit, Row, Tone},
};

/// Writes the rows of one file under a heading, and a sentence at the end.
#[derive(Debug)]
pub(crate) struct Table {
    /// The file's name, where there are several.
    heading: Option<String>,
    head: &'static str,
    nothing: &'static str,
    stereo: bool,
    started: bool,
    /// The digits in their order, for each side.
    digits: [(Leg, String); 3],
}

/// The words over the columns, and what is said when there is no row.
pub(crate) const DIGITS: (&str, &str) = (
    "     start  digit  length ms  level dBm0  twist dB  remarks",
    "No digit.",
);
pub(crate) const PROGRESS: (&str, &str) = (
    "     start         end  tone                    confidence  level dBm0  cycles",
    "No tone.",
);

/// Digits that are repeated below the table.
const MOST_DIGITS: usize = 64;

impl Table {
    pub fn new(
        heading: Option<String>,
        (head, nothing): (&'static str, &'static str),
        stereo: bool,
    ) -> Table {
        Table {
            heading,
            head,
            nothing,
            stereo,
            started: false,
            digits: [Leg::Mono, Leg::Left, Leg::Right].map(|leg| (leg, String::new())),
        }
    }

    pub fn row(&mut self, out: &mut impl Write, leg: Leg, row: &Row) -> io::Result<()> {
        if !self.started {
            self.heading(out)?;
            self.columns(out)?;
        }
        if self.stereo {
            write!(out, "{:5}  ", leg.side())?;
        }
        match row {
            Row::Digit(digit) => {
                if let Some((_, keyed)) = self.digits.iter_mut().find(|(of, _)| *of == leg) {
                    keyed.push(digit.digit);
                }
                write_digit(out, digit)
            }
            Row::Tone(tone) => write_tone(out, tone),
        }
    }

    pub fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if !self.started {
            self.heading(out)?;
            writeln!(out, "{}", self.nothing)?;
        }
        for (leg, digits) in &self.digits {
            if digits.is_empty() {
                continue;
            }
            let count = digits.len();
            let plural = if count == 1 { "digit" } else { "digits" };
            let side = match leg {
                Leg::Mono => "",
                Leg::Left => "left: ",
                Leg::Right => "right: ",
            };
            let (shown, more) = match digits.get(..MOST_DIGITS) {
                Some(first) => (first, " ..."),
                None => (digits.as_str(), ""),
            };
            writeln!(out, "{side}{count} {plural}: {shown}{more}")?;
        }
        match self.heading {
            Some(_) => writeln!(out),
            None => Ok(()),
        }
    }

    fn heading(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.started = true;
        match &self.heading {
            Some(heading) => writeln!(out, "{heading}"),
            None => Ok(()),
        }
    }

    fn columns(&self, out: &mut impl Write) -> io::Result<()> {
        let side = if self.stereo { "side   " } else { "" };
        writeln!(out, "{side}{}", self.head)
    }
}

fn write_digit(out: &mut impl Write, row: &Digit) -> io::Result<()> {
    writeln!(
        out,
        "{}  {:>5}  {:>9.1}  {:>10.1}  {:>+8.1}{}",
        clock(row.start_ms),
        row.digit,
        row.duration_ms,
        row.level_dbm0,
        row.twist_db,
        remarks(row)
    )
}

fn write_tone(out: &mut impl Write, row: &Tone) -> io::Result<()> {
    writeln!(
        out,
        "{}  {}  {:22}  {:>10.2}  {:>10.1}  {:>6}",
        clock(row.start_ms),
        clock(row.end_ms),
        row.tone,
        row.confidence,
        row.level_dbm0,
        row.cycles
    )
}

/// Where a digit is outside of what every receiver must take (ITU-T Q.24, the AT&T column).
fn remarks(row: &Digit) -> String {
    // The levels of the two tones from that of both together.
    let ratio = 10f64.powf(row.twist_db / 10.0);
    let low = row.level_dbm0 - 10.0 * (1.0 + ratio).log10();
    let high = low + row.twist_db;
    let checks = [
        (row.duration_ms < 40.0, "short"),
        (low.min(high) < -25.0, "weak"),
        (low.max(high) > 0.0, "loud"),
        (!(-8.0..=4.0).contains(&row.twist_db), "twist"),
    ];
    let found: Vec<_> = checks.iter().filter(|(holds, _)| *holds).collect();
    let words = found.iter().map(|(_, word)| *word).collect::<Vec<_>>();
    match words.is_empty() {
        true => String::new(),
        false => format!("  {}", words.join(", ")),
    }
}

/// `0:01.234`, with hours where there are any, in ten columns.
pub(crate) fn clock(ms: f64) -> String {
    let all = ms.round() as u64;
    let (hours, minutes) = (all / 3_600_000, all / 60_000 % 60);
    let (seconds, ms) = (all / 1000 % 60, all % 1000);
    let text = match hours {
        0 => format!("{minutes}:{seconds:02}.{ms:03}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{ms:03}"),
    };
    format!("{text:>10}")
}
