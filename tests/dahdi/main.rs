//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! Without an argument the contract of all drivers; `traps [NAME]` what only DAHDI does; `delays`
//! a table of what the path through user space costs.

mod contract;
mod delays;
mod tally;
mod traps;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = tally::Tally::default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => contract::run(&mut tally),
        ["traps"] => traps::run(&mut tally, ""),
        ["traps", name] => traps::run(&mut tally, name),
        ["delays"] => tally.note("the table of delays", &delays::print()),
        [traps::HOLD, channel] => return traps::hold(channel),
        _ => {
            eprintln!("usage: dahdi-guest [traps [NAME] | delays]");
            return ExitCode::from(2);
        }
    }
    tally.end()
}
