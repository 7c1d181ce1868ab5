//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.
//!
//! `dahdi-guest SUITE...`, each with its configuration of spans:
//! * `contract` (`lines`): what every driver must do, on kewl start and on loop start;
//! * `controller=LINES` (`controller_8`, 24, 48): the real program with calls on all lines at once;
//!   `controller=8-joined`: talks that the driver joins;
//! * `delays` (`t1`, `fake`): what the path through user space costs;
//! * `digital` (`lines`): blocks of E&M and of CAS channels;
//! * `join` (`t1`): talk paths joined in the kernel;
//! * `kernel-em` (`signalling`): E&M trunks against the kernel's own;
//! * `layout=INCLUDE` (none; it runs on the host): the driver's structures and calls against the
//!   header;
//! * `load` (`load`): 96 and 192 channels at once, every block accounted for;
//! * `openr2` (`signalling`): R2 trunks against OpenR2's exchange;
//! * `site` (`t1`): the real program; or one of its checks by its name;
//! * `site-bits` (`signalling`): the real program's `check`, `discover` and `run` on trunks of bits;
//! * `traps` or `traps=PART OF A NAME` (`t1`, `fake`): what only DAHDI does.

mod caller;
mod contract;
mod controller;
mod delays;
mod digital;
mod far_ends;
mod join;
mod kernel_em;
mod layout;
mod load;
mod openr2;
mod site;
mod tally;
mod traps;

use std::process::ExitCode;
use tally::Tally;

fn main() -> ExitCode {
    let mut tally = Tally::default();
    for suite in std::env::args().skip(1) {
        match suite.split_once('=').unwrap_or((&suite, "")) {
            ("contract", "") => contract::run(&mut tally),
            ("controller", lines) => controller::run(&mut tally, lines),
            ("delays", "") => tally.note("delays through user space", &delays::print()),
            ("digital", "") => digital::run(&mut tally),
            ("join", "") => join::run(&mut tally),
            ("kernel-em", "") => kernel_em::run(&mut tally),
            ("layout", include) => layout::run(&mut tally, include),
            ("load", "") => load::run(&mut tally),
            ("openr2", "") => openr2::run(&mut tally),
            ("site", "") => site::run(&mut tally),
            ("site-bits", "") => site::bits::run(&mut tally),
            ("traps", part) => traps::run(&mut tally, part),
            (join::HOLD, "") => join::hold().expect("a join until the end"),
            (traps::HOLD, channel) => return traps::hold(channel),
            (check, "") if site::run_one(&mut tally, check) => {}
            _ => tally.note(&suite, &Err("no such suite".into())),
        }
    }
    tally.end()
}
