//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! `dahdi-guest SUITE...`, each with its configuration of spans:
//! * `contract` (`lines`): what every driver must do, on kewl start and on loop start;
//! * `digital` (`lines`): blocks of E&M and of CAS channels;
//! * `layout=INCLUDE` (none; it runs on the host): the driver's structures and calls against the
//!   header;
//! * `load` (`load`): 96 and 192 channels at once, every block accounted for.

mod contract;
mod digital;
mod layout;
mod load;
mod tally;

use std::process::ExitCode;
use tally::Tally;

fn main() -> ExitCode {
    let mut tally = Tally::default();
    for suite in std::env::args().skip(1) {
        match suite.as_str() {
            "contract" => contract::run(&mut tally),
            "digital" => digital::run(&mut tally),
            "load" => load::run(&mut tally),
            other => match other.strip_prefix("layout=") {
                Some(include) => layout::run(&mut tally, include),
                None => tally.note(other, &Err("no such suite".into())),
            },
        }
    }
    tally.end()
}
