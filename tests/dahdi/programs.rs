//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! `dahdi-guest SUITE...`, each with its configuration of spans:
//! * `contract` (`lines`): what every driver must do, on kewl start and on loop start;
//! * `delays` (`t1`, `fake`): a table of what the path through user space costs;
//! * `digital` (`lines`): blocks of E&M and of CAS channels;
//! * `join` (`t1`): talk paths joined in the kernel;
//! * `layout=INCLUDE` (none; it runs on the host): the driver's structures and calls against the
//!   header;
//! * `load` (`load`): 96 and 192 channels at once, every block accounted for;
//! * `site` (`t1`): the real program; or one of its checks by its name;
//! * `traps` or `traps=NAME` (`t1`, `fake`): what only DAHDI does.

mod contract;
mod delays;
mod digital;
mod far_ends;
mod join;
mod layout;
mod load;
mod site;
mod tally;
mod traps;

use std::process::ExitCode;
use tally::Tally;

fn main() -> ExitCode {
    let mut tally = Tally::default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [traps::HOLD, channel] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return traps::hold(channel);
    }
    for suite in &arguments {
        run(suite, &mut tally);
    }
    tally.end()
}

fn run(suite: &str, tally: &mut Tally) {
    match suite.split_once('=') {
        Some(("layout", include)) => return layout::run(tally, include),
        Some(("traps", name)) => return traps::run(tally, name),
        _ => {}
    }
    match suite {
        join::HOLD => join::hold().expect("a join until the end"),
        "contract" => contract::run(tally),
        "delays" => tally.note("the table of delays", &delays::print()),
        "digital" => digital::run(tally),
        "join" => join::run(tally),
        "load" => load::run(tally),
        "site" => site::run(tally),
        "traps" => traps::run(tally, ""),
        check if site::run_one(tally, check) => {}
        other => tally.note(other, &Err("no such suite".into())),
    }
}
