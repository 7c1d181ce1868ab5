//! Runs inside the guest: the driver of DAHDI channels against a real kernel, with simulated
//! telephones and exchanges behind the far span. Each check is a line; the last one counts them.

mod caller;
mod contract;
mod far_ends;
mod kernel_em;
mod openr2;
mod site;
mod tally;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tally = tally::Tally::default();
    // What is to be run, or all.
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let runs = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    if runs("contract") {
        contract::run(&mut tally);
    }
    // On the spans of `signalling.conf`.
    if wanted.iter().any(|name| name == "kernel-em") {
        kernel_em::run(&mut tally);
    }
    if wanted.iter().any(|name| name == "openr2") {
        openr2::run(&mut tally);
    }
    if runs("site") {
        site::run(&mut tally);
    }
    tally.end()
}
