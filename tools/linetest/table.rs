//! The tables that a technician reads.

use std::io::{self, Write};

use dsp::level::SILENCE_DBM0;

use crate::{
    analysis::Leg,
    row::{Answer, Digit, Learned, Level, Namesake, Range, Row, ThreeWay, Tone},
};

/// What a table tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Digits,
    Progress,
    Answer,
    ThreeWay,
    Level,
    Learn,
}

/// The report on one file.
#[derive(Debug)]
pub(crate) struct Table {
    kind: Kind,
    /// The file's name, where there are several.
    file: Option<String>,
    stereo: bool,
    started: bool,
    /// The digits in their order, for each side.
    digits: [(Leg, String); 3],
}

/// Digits that are repeated below the table.
const MOST_DIGITS: usize = 64;

/// Countries that are named for one tone; `--json` names all.
const MOST_COUNTRIES: usize = 12;

impl Kind {
    /// The words over the columns.
    fn head(self) -> &'static str {
        match self {
            Kind::Digits => "     start  digit  length ms  level dBm0  twist dB  remarks",
            Kind::Progress => {
                "     start         end  tone                    confidence  level dBm0  cycles"
            }
            Kind::Answer => {
                "class      kind                           decided  confidence      beep"
            }
            Kind::ThreeWay => "three-way  score       left     joined  evidence",
            Kind::Level => {
                "level dBm0  dBrnC0   dBm0p   peak | noise dBm0  dBrnC0   dBm0p  S/N dB |     DC  \
                 clipped  remarks"
            }
            Kind::Learn => "",
        }
    }

    /// What is said of a file without a row.
    fn nothing(self) -> &'static str {
        match self {
            Kind::Digits => "No digit.",
            Kind::Progress => "No tone.",
            Kind::Answer | Kind::ThreeWay | Kind::Level | Kind::Learn => "",
        }
    }

    /// Each file is a line or a few of one table; else it has a table of its own.
    fn is_common(self) -> bool {
        match self {
            Kind::Digits | Kind::Progress | Kind::Learn => false,
            Kind::Answer | Kind::ThreeWay | Kind::Level => true,
        }
    }

    /// Begins a table that all files share.
    pub fn begin(self, out: &mut impl Write, many: bool) -> io::Result<()> {
        match (self.is_common(), many) {
            (false, _) => Ok(()),
            (true, false) => writeln!(out, "side   {}", self.head()),
            (true, true) => writeln!(out, "side   {}  file", self.head()),
        }
    }
}

impl Table {
    /// `file` is told only where there are several.
    pub fn new(kind: Kind, file: Option<String>, stereo: bool) -> Table {
        Table {
            kind,
            file,
            stereo,
            started: false,
            digits: [Leg::Mono, Leg::Left, Leg::Right].map(|leg| (leg, String::new())),
        }
    }

    pub fn row(&mut self, out: &mut impl Write, leg: Leg, row: &Row) -> io::Result<()> {
        if !self.started {
            self.start(out, true)?;
        }
        if self.kind != Kind::Learn && (self.stereo || self.kind.is_common()) {
            write!(out, "{:5}  ", leg.side())?;
        }
        match row {
            Row::Digit(digit) => {
                if let Some((_, keyed)) = self.digits.iter_mut().find(|(of, _)| *of == leg) {
                    keyed.push(digit.digit);
                }
                writeln!(out, "{}", digit_cells(digit))
            }
            Row::Tone(tone) => writeln!(out, "{}", tone_cells(tone)),
            Row::Answer(answer) => self.line(out, &answer_cells(answer)),
            Row::ThreeWay(found) => self.line(out, &three_way_cells(found)),
            Row::Level(level) => self.line(out, &level_cells(level)),
            Row::Learned(learned) => write_learned(out, learned),
        }
    }

    pub fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.kind.is_common() {
            return Ok(());
        }
        if !self.started {
            self.start(out, false)?;
            writeln!(out, "{}", self.kind.nothing())?;
        }
        for (leg, digits) in &self.digits {
            write_digits(out, *leg, digits)?;
        }
        match self.file {
            Some(_) => writeln!(out),
            None => Ok(()),
        }
    }

    /// Writes the heading of a table of its own.
    fn start(&mut self, out: &mut impl Write, rows: bool) -> io::Result<()> {
        self.started = true;
        if self.kind.is_common() {
            return Ok(());
        }
        if let Some(file) = &self.file {
            writeln!(out, "{file}")?;
        }
        let side = if self.stereo { "side   " } else { "" };
        match rows && !self.kind.head().is_empty() {
            true => writeln!(out, "{side}{}", self.kind.head()),
            false => Ok(()),
        }
    }

    fn line(&self, out: &mut impl Write, cells: &str) -> io::Result<()> {
        match &self.file {
            Some(file) => writeln!(out, "{cells}  {file}"),
            None => writeln!(out, "{}", cells.trim_end()),
        }
    }
}

/// The digits below their table, as they would be dialed.
fn write_digits(out: &mut impl Write, leg: Leg, digits: &str) -> io::Result<()> {
    let plural = match digits.len() {
        0 => return Ok(()),
        1 => "digit",
        _ => "digits",
    };
    let (shown, more) = match digits.get(..MOST_DIGITS) {
        Some(first) if first.len() < digits.len() => (first, " ..."),
        _ => (digits, ""),
    };
    let side = match leg {
        Leg::Mono => "",
        Leg::Left => "left: ",
        Leg::Right => "right: ",
    };
    writeln!(out, "{side}{} {plural}: {shown}{more}", digits.len())
}

fn digit_cells(row: &Digit) -> String {
    let cells = format!(
        "{}  {:>5}  {:>9.1}  {:>10.1}  {:>+8.1}  {}",
        clock(row.start_ms),
        row.digit,
        row.duration_ms,
        row.level_dbm0,
        row.twist_db,
        remarks(row)
    );
    cells.trim_end().to_owned()
}

fn tone_cells(row: &Tone) -> String {
    format!(
        "{}  {}  {:22}  {:>10.2}  {:>10.1}  {:>6}",
        clock(row.start_ms),
        clock(row.end_ms),
        row.tone,
        row.confidence,
        row.level_dbm0,
        row.cycles
    )
}

fn answer_cells(row: &Answer) -> String {
    let confidence = row.confidence.map(|value| format!("{value:.2}"));
    format!(
        "{:9}  {:26}  {}  {:>10}  {}",
        row.class,
        row.kind.unwrap_or_default(),
        row.decided_ms.map_or_else(none, clock),
        confidence.unwrap_or_default(),
        row.beep_ms.map_or_else(none, clock),
    )
}

fn three_way_cells(row: &ThreeWay) -> String {
    let evidence = row.evidence.iter().filter(|piece| piece.weight != 0.0);
    let evidence = evidence.map(|piece| format!("{} {:+.1}", piece.kind, piece.weight));
    format!(
        "{:9}  {:>5.1}  {} {}  {}",
        if row.three_way { "yes" } else { "no" },
        row.score,
        row.at_ms.map_or_else(none, clock),
        row.joined_ms.map_or_else(none, clock),
        evidence.collect::<Vec<_>>().join(", ")
    )
}

fn write_learned(out: &mut impl Write, row: &Learned) -> io::Result<()> {
    let Some(line) = &row.line else {
        let why = row.problem.as_deref().unwrap_or_default();
        return writeln!(out, "No tone could be learned: {why}.");
    };
    writeln!(out, "{line}\n")?;
    let cell = |range: &Range| {
        format!(
            "{:.1} ({:.1} to {:.1})",
            range.mean, range.least, range.most
        )
    };
    let length = |range: &Option<Range>, none: &str| range.as_ref().map_or(none.to_owned(), cell);
    const HEAD: [&str; 3] = ["frequency Hz (least, most)", "level dBm0", "on ms"];
    let [hz, level, on] = HEAD;
    writeln!(out, "burst  {hz:26}  {level:24}  {on:26}  off ms")?;
    for (n, burst) in row.bursts.iter().enumerate() {
        for (at, (hz, level)) in burst
            .frequencies_hz
            .iter()
            .zip(&burst.levels_dbm0)
            .enumerate()
        {
            let (hz, level) = (cell(hz), cell(level));
            let text = match at {
                0 => format!(
                    "{:<5}  {hz:26}  {level:24}  {:26}  {}",
                    n + 1,
                    length(&burst.on_ms, "steady"),
                    length(&burst.off_ms, "-"),
                ),
                _ => format!("       {hz:26}  {level}"),
            };
            writeln!(out, "{}", text.trim_end())?;
        }
    }
    writeln!(out)?;
    if row.guessed {
        let tone = row.tone.unwrap_or_default();
        let by = match row.sounds_like.is_empty() {
            true => "by its cadence alone",
            false => "as most tables call this sound",
        };
        writeln!(
            out,
            "Called {tone} {by}, which is a guess: --tone names it."
        )?;
    }
    let cycles = if row.cycles == 1 { "cycle" } else { "cycles" };
    match row.recognised_ms {
        Some(ms) => writeln!(
            out,
            "{} whole {cycles} heard; by this line the recording is recognised at {}.",
            row.cycles,
            clock(ms).trim_start()
        )?,
        None => writeln!(
            out,
            "{} whole {cycles} heard; by this line the recording is NOT recognised: it is too \
             short, too noisy or too irregular.",
            row.cycles
        )?,
    }
    write_namesakes(out, &row.sounds_like)
}

/// A line for each meaning, with its countries.
fn write_namesakes(out: &mut impl Write, namesakes: &[Namesake]) -> io::Result<()> {
    if namesakes.is_empty() {
        return writeln!(out, "No table has a tone like it.");
    }
    let mut tones: Vec<&str> = namesakes.iter().map(|like| like.tone).collect();
    tones.sort_unstable();
    tones.dedup();
    for tone in tones {
        let of = namesakes.iter().filter(|like| like.tone == tone);
        let countries: Vec<&str> = of.map(|like| like.country).collect();
        let (shown, rest) = countries.split_at(countries.len().min(MOST_COUNTRIES));
        write!(out, "Sounds like {tone} of {}", shown.join(", "))?;
        match rest.len() {
            0 => writeln!(out, ".")?,
            more => writeln!(out, " and {more} more.")?,
        }
    }
    Ok(())
}

fn level_cells(row: &Level) -> String {
    let cell = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    format!(
        "{:>10.1}  {:>6}  {:>6}  {:>5.1} | {:>10}  {:>6}  {:>6}  {:>6} | {:>6.1}  {:>7}  {}",
        row.level_dbm0,
        cell(row.c_message_dbrn0),
        cell(row.psophometric_dbm0p),
        row.peak_dbm0,
        cell(row.noise_dbm0),
        cell(row.noise_dbrnc0),
        cell(row.noise_dbm0p),
        cell(row.signal_to_noise_db),
        row.dc_offset,
        row.clipped_samples,
        level_remarks(row)
    )
}

/// What a technician should look into.
fn level_remarks(row: &Level) -> String {
    let silent = row.peak_dbm0 <= f64::from(SILENCE_DBM0);
    let checks = [
        (silent, "digital silence"),
        (row.duration_ms < 1000.0, "too short"),
        (row.clipped_samples > 0, "clipped"),
        (row.level_dbm0 > -9.0 && !row.holding_tone, "loud"),
        (row.peak_dbm0 < -30.0 && !silent, "weak"),
        (row.noise_dbrnc0.is_some_and(|noise| noise > 30.0), "noise"),
        (
            row.signal_to_noise_db.is_some_and(|ratio| ratio < 24.0),
            "noise beside the tone",
        ),
        (row.dc_offset.abs() > 160.0, "DC"),
    ];
    those_that_hold(&checks)
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
    those_that_hold(&checks)
}

fn those_that_hold(checks: &[(bool, &str)]) -> String {
    let found = checks.iter().filter(|(holds, _)| *holds);
    found.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
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

/// A time that there is none of, as wide as one.
fn none() -> String {
    format!("{:>10}", "-")
}
