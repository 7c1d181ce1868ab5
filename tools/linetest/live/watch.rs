//! `watch`: one line as it is now, a row a second.

use std::{
    io::{IsTerminal as _, Write as _},
    ops::ControlFlow,
};

use dsp::{g711, level};
use measure::{hits::peak_dbm0, timeline::words as words_of};
use serde::Serialize;
use types::{
    frame::{FRAME, Frame, Law, Samples},
    tick::{Tick, Ticks},
};

use super::{
    audio, handset::words, options::WatchArgs, rig::Rig, sheet::Sheet, station::Part,
    trouble::Trouble,
};

/// A second of a line.
#[derive(Debug, Serialize)]
struct Row<'a> {
    second: u64,
    hook: &'static str,
    received_dbm0: f32,
    peak_dbm0: f64,
    sent_dbm0: f32,
    /// A, B, C, D; none where it is not signalled by bits.
    bits_received: Option<String>,
    bits_sent: Option<String>,
    lost_samples: u64,
    overruns: u64,
    underruns: u64,
    events: &'a [String],
}

const HEAD: &str = "   time  hook       in dBm0   peak  out dBm0  lost  over/underruns  events";
const HEAD_OF_BITS: &str =
    "   time  hook       in dBm0   peak  out dBm0  bits in/out  lost  over/underruns  events";
/// Rows after which the head is shown again.
const HEAD_EVERY: u64 = 20;

/// `linetest watch`.
pub(crate) fn watch(rig: &mut Rig, args: &WatchArgs) -> Result<Sheet, Trouble> {
    let sheet = Sheet::new(rig.name(), "watch");
    let (mut source, words) = audio::steady(rig, &args.send)?;
    if args.off_hook && rig.part() == Part::Trunk {
        rig.say(&format!("seizes the trunk (off-hook) and sends {words}"));
        rig.off_hook()?;
    } else {
        rig.say(&format!("listens, and sends {words}"));
        rig.media(true)?;
    }
    let law = rig.law();
    let mut second = Second::default();
    let start = rig.now();
    for number in 1..=args.seconds.unwrap_or(u64::MAX) {
        second.clear();
        rig.run(Ticks::secs(2), &mut |heard, out| {
            g711::encode(law, &source.frame(), out);
            second.send(law, out);
            second.hear(heard.samples, heard.lost);
            for edge in heard.edges {
                second.event(start, edge.at, &words_of(edge.edge));
            }
            match second.frames {
                100 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })?;
        let row = second.row(number, rig)?;
        let head = match row.bits_sent {
            Some(_) => HEAD_OF_BITS,
            None => HEAD,
        };
        print_row(head, number, &row, &row.line(), args.place.json)?;
    }
    Ok(sheet)
}

fn mean_square(samples: &[i16; FRAME]) -> f64 {
    let squares = samples.iter().map(|&s| f64::from(s) * f64::from(s));
    squares.sum::<f64>() / FRAME as f64
}

#[derive(Debug, Default)]
struct Second {
    frames: u32,
    power: f64,
    peak: f64,
    sent: f64,
    lost: u64,
    events: Vec<String>,
}

impl Second {
    fn clear(&mut self) {
        *self = Second {
            peak: f64::from(level::SILENCE_DBM0),
            ..Second::default()
        };
    }

    fn hear(&mut self, samples: &[i16; FRAME], lost: u32) {
        self.frames += 1;
        self.power += mean_square(samples);
        self.peak = self.peak.max(peak_dbm0(samples));
        self.lost += u64::from(lost);
    }

    /// What the driver is given: as the codec makes it, before gains of the card.
    fn send(&mut self, law: Law, octets: &Frame) {
        let mut samples: Samples = [0; FRAME];
        g711::decode(law, octets, &mut samples);
        self.sent += mean_square(&samples);
    }

    fn dbm0(&self, power: f64) -> f32 {
        level::power_dbm0((power / f64::from(self.frames.max(1))) as f32)
    }

    fn event(&mut self, start: Tick, at: Tick, what: &str) {
        let seconds = super::call::seconds(at.since(start));
        self.events.push(format!("{seconds:.2} {what}"));
    }

    fn row(&self, second: u64, rig: &Rig) -> Result<Row<'_>, Trouble> {
        let counters = rig.counters();
        let bits = rig.bits();
        Ok(Row {
            second,
            hook: words(rig.hook_state()?),
            received_dbm0: self.dbm0(self.power),
            peak_dbm0: self.peak,
            sent_dbm0: self.dbm0(self.sent),
            bits_received: bits.map(|bits| format!("{:?}", bits.received)),
            bits_sent: bits.map(|bits| format!("{:?}", bits.sent)),
            lost_samples: self.lost,
            overruns: counters.overruns,
            underruns: counters.underruns,
            events: &self.events,
        })
    }
}

impl Row<'_> {
    fn line(&self) -> String {
        let bits = match (&self.bits_received, &self.bits_sent) {
            (Some(received), Some(sent)) => format!("  {:<11}", format!("{received}/{sent}")),
            _ => String::new(),
        };
        let line = format!(
            "{:>5} s  {:<9} {:>8.1} {:>6.1} {:>9.1}{bits} {:>5} {:>7}/{:<7} {}",
            self.second,
            self.hook,
            self.received_dbm0,
            self.peak_dbm0,
            self.sent_dbm0,
            self.lost_samples,
            self.overruns,
            self.underruns,
            self.events.join(", ")
        );
        line.trim_end().to_owned()
    }
}

/// One second: as JSON, or as a line under a head that is shown again and again.
pub(super) fn print_row(
    head: &str,
    second: u64,
    row: &impl Serialize,
    line: &str,
    json: bool,
) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, row)?;
        writeln!(out)?;
    } else {
        let heads = out.is_terminal() && second % HEAD_EVERY == 1;
        if heads || second == 1 {
            writeln!(out, "{head}")?;
        }
        writeln!(out, "{line}")?;
    }
    out.flush()
}
