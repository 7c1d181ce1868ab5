//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! `dahdi-guest SUITE...`, on the spans of `t1.conf`: `contract`, what every driver must do; `join`,
//! joins in the kernel, in samples; `site`, the real program (or one of its checks by its name).

mod contract;
mod far_ends;
mod join;
mod site;
mod tally;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = tally::Tally::default();
    for suite in std::env::args().skip(1) {
        match suite.as_str() {
            join::HOLD => join::hold().expect("a join until the end"),
            "contract" => contract::run(&mut tally),
            "join" => join::run(&mut tally),
            "site" => site::run(&mut tally),
            check if site::run_one(&mut tally, check) => {}
            other => tally.note(other, &Err("no such suite".into())),
        }
    }
    tally.end()
}
