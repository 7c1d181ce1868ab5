//! `watch`: one line as it is now, a row a second.

use std::{
    io::{IsTerminal as _, Write as _},
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

use dsp::level;
use measure::hits::peak_dbm0;
use serde::Serialize;
use types::{
    frame::FRAME,
    tick::{Tick, Ticks},
};

use super::{
    beside::Beside, handset::words, options::WatchArgs, rig::Rig, sheet::Sheet, station::Part,
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
    lost_samples: u64,
    overruns: u64,
    underruns: u64,
    events: &'a [String],
}

const HEAD: &str = "   time  hook       in dBm0   peak  out dBm0  lost  over/underruns  events";
/// Rows after which the head is shown again.
const HEAD_EVERY: u64 = 20;

/// `linetest watch`.
pub(crate) fn watch(rig: &mut Rig, args: &WatchArgs) -> Result<Sheet, Trouble> {
    let sheet = Sheet::new(rig.name(), "watch");
    if args.off_hook && rig.part() == Part::Trunk {
        rig.say("seizes the trunk (off-hook) and sends nothing");
        rig.off_hook()?;
    } else {
        rig.say("listens, and sends nothing");
        rig.media(true)?;
    }
    let mut second = Second::default();
    let start = rig.now();
    for number in 1..=args.seconds.unwrap_or(u64::MAX) {
        second.clear();
        rig.run(Ticks::secs(2), &mut |heard, _| {
            second.hear(heard.samples, heard.lost);
            for edge in heard.edges {
                second.event(start, edge.at, &format!("{:?}", edge.edge));
            }
            match second.frames {
                100 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })?;
        let row = second.row(number, rig)?;
        print(&row, args.place.json)?;
    }
    Ok(sheet)
}

/// `linetest watch` of a channel that is in use: levels both ways, from beside it.
pub(crate) fn watch_beside(
    channel: u16,
    args: &WatchArgs,
    stop: &AtomicBool,
) -> Result<(), Trouble> {
    let line = format!("DAHDI channel {channel}");
    let failed = |error| Trouble::Port {
        line: line.clone(),
        error,
        holders: Vec::new(),
    };
    super::say(&format!(
        "{line} is in use: levels are read from beside it, nothing is sent"
    ));
    let beside = Beside::open(channel).map_err(failed)?;
    for number in 1..=args.seconds.unwrap_or(u64::MAX) {
        let mut second = Second::default();
        second.clear();
        while second.frames < 100 {
            if stop.load(Ordering::Acquire) {
                return Err(Trouble::Stopped);
            }
            let Some((received, sent)) = beside.next().map_err(failed)? else {
                return Err(Trouble::Said(format!("{line}: no audio arrives")));
            };
            second.hear(&received, 0);
            second.sent += mean_square(&sent);
        }
        let row = Row {
            second: number,
            hook: "in use",
            received_dbm0: second.received_dbm0(),
            peak_dbm0: second.peak,
            sent_dbm0: level::power_dbm0((second.sent / f64::from(second.frames)) as f32),
            lost_samples: 0,
            overruns: 0,
            underruns: 0,
            events: &[],
        };
        print(&row, args.place.json)?;
    }
    Ok(())
}

fn mean_square(samples: &[i16; FRAME]) -> f64 {
    let squares = samples.iter().map(|&s| f64::from(s) * f64::from(s));
    squares.sum::<f64>() / FRAME as f64
}

#[derive(Debug, Default)]
struct Second {
    frames: u32,
    power: f64,
    /// Of what is sent, where that is known.
    sent: f64,
    peak: f64,
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

    fn received_dbm0(&self) -> f32 {
        level::power_dbm0((self.power / f64::from(self.frames.max(1))) as f32)
    }

    fn event(&mut self, start: Tick, at: Tick, what: &str) {
        let seconds = super::call::seconds(at.since(start));
        self.events.push(format!("{seconds:.2} {what}"));
    }

    fn row(&self, second: u64, rig: &Rig) -> Result<Row<'_>, Trouble> {
        let counters = rig.counters();
        Ok(Row {
            second,
            hook: words(rig.hook_state()?),
            received_dbm0: self.received_dbm0(),
            peak_dbm0: self.peak,
            // Only silence is sent here.
            sent_dbm0: level::SILENCE_DBM0,
            lost_samples: self.lost,
            overruns: counters.overruns,
            underruns: counters.underruns,
            events: &self.events,
        })
    }
}

fn print(row: &Row<'_>, json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, row)?;
        writeln!(out)?;
    } else {
        let heads = out.is_terminal() && row.second % HEAD_EVERY == 1;
        if heads || row.second == 1 {
            writeln!(out, "{HEAD}")?;
        }
        writeln!(
            out,
            "{:>5} s  {:<9} {:>8.1} {:>6.1} {:>9.1} {:>5} {:>7}/{:<7} {}",
            row.second,
            row.hook,
            row.received_dbm0,
            row.peak_dbm0,
            row.sent_dbm0,
            row.lost_samples,
            row.overruns,
            row.underruns,
            row.events.join(", ")
        )?;
    }
    out.flush()
}
