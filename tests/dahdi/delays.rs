//! What the path through user space costs, measured on its samples: one-way delay by slack, the
//! lateness of a wake-up that is survived, and blocks that came late.

use crate::traps::{bench::Bench, relay::Relay};

/// Milliseconds of lateness that no queue bears.
const LATEST: u64 = 60;
/// How long blocks are watched.
const WATCHED: u64 = 60_000;

struct Measured {
    /// Samples from the one line to the other, least and most.
    delay: (u64, u64),
    /// Milliseconds.
    survived: u64,
    late: usize,
    blocks: usize,
}

/// Whether all that is sent arrives though each twentieth wake is served so late.
fn survives(bench: &Bench, slack: usize, late_ms: u64) -> Result<bool, String> {
    let mut relay = Relay::start(bench, slack)?;
    let from = relay.heard();
    relay.run_late(3000, late_ms)?;
    let stretches = relay.end()?;
    let last = stretches.last().ok_or("nothing arrived")?;
    Ok(last.from <= from)
}

/// The most milliseconds that are survived.
fn most_survived(bench: &Bench, slack: usize) -> Result<u64, String> {
    let (mut survived, mut broken) = (0, LATEST);
    while broken - survived > 1 {
        let middle = survived.midpoint(broken);
        if survives(bench, slack, middle)? {
            survived = middle;
        } else {
            broken = middle;
        }
    }
    Ok(survived)
}

fn measure(bench: &Bench, slack: usize) -> Result<Measured, String> {
    let mut relay = Relay::start(bench, slack)?;
    let from = relay.heard();
    let all = relay.run(WATCHED)?;
    let stretches = relay.end()?;
    let delays = stretches
        .iter()
        .filter(|s| s.from + s.samples > from)
        .map(|s| s.delay);
    let least = delays.clone().min().ok_or("nothing arrived")?;
    let most = delays.max().unwrap_or(least);
    Ok(Measured {
        delay: (least, most),
        survived: most_survived(bench, slack)?,
        late: all.late,
        blocks: all.phone + all.trunk,
    })
}

/// Prints a line for each slack, on the channels that are there.
pub fn print() -> Result<(), String> {
    let bench = Bench::here();
    let wires = if bench.card {
        "the fake card, a clock of 1 ms"
    } else {
        "local spans, bursts of 8 ms"
    };
    for slack in 1..=4 {
        let m = measure(&bench, slack)?;
        let ms = |samples: u64| samples as f64 / 8.0;
        let delay = if m.delay.0 == m.delay.1 {
            format!("{:.3}", ms(m.delay.0))
        } else {
            format!("{:.3} to {:.3}", ms(m.delay.0), ms(m.delay.1))
        };
        println!(
            "info  one way through user space, {wires}, {slack} blocks primed: {delay} ms; wake-ups \
             {} ms late are survived; {} of {} blocks came late",
            m.survived, m.late, m.blocks
        );
    }
    Ok(())
}
