//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.

mod contract;
mod tally;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = tally::Tally::default();
    contract::run(&mut tally);
    tally.end()
}
