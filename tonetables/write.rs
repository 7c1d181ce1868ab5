//! Writes a tone as a line of a table.

use crate::tone;
use dsp::plan::{Burst, ToneDef};
use std::fmt::Write as _;

/// The line of a table that defines this tone; [`read`](crate::read) gives it back. What a
/// table may hold (Hz, levels and lengths within their limits) is checked there, not here.
pub fn write(def: &ToneDef) -> String {
    let mut line = format!("tone {}", tone::name(def.tone));
    if let Some(other) = def.same_as {
        let _ = write!(line, " same-as {}", tone::name(other));
        return line;
    }
    let mut before = None;
    for (at, burst) in def.bursts.iter().enumerate() {
        line.push_str(if at == 0 { " " } else { ", " });
        add_burst(&mut line, burst, before);
        before = Some(burst);
    }
    let steady = def.bursts.last().is_some_and(|last| last.on_ms == 0);
    if !def.repeat && !steady {
        line.push_str(", once");
    }
    line
}

/// Frequencies and level stand only where they are not those of the burst before.
fn add_burst(line: &mut String, burst: &Burst, before: Option<&Burst>) {
    let same_sound =
        |before: &Burst| before.freqs() == burst.freqs() && before.modulation == burst.modulation;
    let same_level = before.is_some_and(|before| before.level_dbm0 == burst.level_dbm0);
    if !same_level || !before.is_some_and(same_sound) {
        for (at, hz) in burst.freqs().iter().enumerate() {
            line.push_str(if at == 0 { "" } else { "+" });
            let _ = write!(line, "{hz}");
        }
        if let Some(by) = burst.modulation {
            let _ = write!(line, "x{by}");
        }
        line.push(' ');
    }
    if !same_level {
        let _ = write!(line, "{}dBm0 ", burst.level_dbm0);
    }
    let _ = match (burst.on_ms, burst.off_ms) {
        (0, _) => write!(line, "steady"),
        (on, 0) => write!(line, "on {on}"),
        (on, off) => write!(line, "on {on} off {off}"),
    };
}
