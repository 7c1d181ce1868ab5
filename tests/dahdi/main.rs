//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! `dahdi-guest SUITE...`, each on spans of its own:
//! * `contract` (`t1.conf`): what every driver must do;
//! * `delays` (`t1.conf`, `fake.conf`): a table of what the path through user space costs;
//! * `join` (`t1.conf`): talk paths joined in the kernel;
//! * `site` (`t1.conf`): the real program; or one of its checks by its name;
//! * `traps` or `traps=NAME` (`t1.conf`, `fake.conf`): what only DAHDI does.

mod contract;
mod delays;
mod far_ends;
mod join;
mod site;
mod tally;
mod traps;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = tally::Tally::default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [traps::HOLD, channel] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return traps::hold(channel);
    }
    for suite in &arguments {
        match suite.as_str() {
            join::HOLD => join::hold().expect("a join until the end"),
            "contract" => contract::run(&mut tally),
            "delays" => tally.note("the table of delays", &delays::print()),
            "join" => join::run(&mut tally),
            "site" => site::run(&mut tally),
            "traps" => traps::run(&mut tally, ""),
            check if site::run_one(&mut tally, check) => {}
            other => match other.strip_prefix("traps=") {
                Some(name) => traps::run(&mut tally, name),
                None => tally.note(other, &Err("no such suite".into())),
            },
        }
    }
    tally.end()
}
