//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.

mod contract;
mod far_ends;
mod site;
mod tally;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = tally::Tally::default();
    // A part and the names in it, or all.
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let (part, named) = match wanted.split_first() {
        Some((part, named)) => (part.as_str(), named),
        None => ("all", &[][..]),
    };
    if matches!(part, "contract" | "all") {
        contract::run(&mut tally);
    }
    if matches!(part, "site" | "all") {
        site::run(&mut tally, named);
    }
    tally.end()
}
