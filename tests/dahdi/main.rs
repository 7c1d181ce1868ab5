//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! `dahdi-guest [SUITE...]`, each with its configurations of spans; the first two if none is named:
//! * `contract` (`t1`): what every driver must do;
//! * `site` (`t1`): a site file's lines;
//! * `traps`, or `traps=PART OF A NAME` (`fake`, `t1`): what only DAHDI does;
//! * `delays` (`fake`, `t1`): a table of what the path through user space costs.

mod contract;
mod delays;
mod far_ends;
mod site;
mod tally;
mod traps;

use std::process::ExitCode;
use tally::Tally;

fn main() -> ExitCode {
    let mut tally = Tally::default();
    let named: Vec<String> = std::env::args().skip(1).collect();
    let all = ["contract".into(), "site".into()];
    for suite in if named.is_empty() { &all[..] } else { &named } {
        match suite.split_once('=').unwrap_or((suite, "")) {
            ("contract", "") => contract::run(&mut tally),
            ("site", "") => site::run(&mut tally),
            ("traps", part) => traps::run(&mut tally, part),
            ("delays", "") => tally.note("the table of delays", &delays::print()),
            (traps::HOLD, channel) => return traps::hold(channel),
            _ => tally.note(suite, &Err("no such suite".into())),
        }
    }
    tally.end()
}
