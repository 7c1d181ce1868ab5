//! What an opening resets.

use super::bench::{Bench, ensure, failed, sleep};
use drivers::{
    dahdi::{
        channel::Role,
        dahdi_port::{DahdiPort, Wiring},
    },
    port::PortError,
};
use std::fs::File;
use types::{edge::PortCommand, frame::Law};

/// The kernel's own times, ms.
const KERNELS: (i32, i32) = (1250, 600);
/// Ours.
const OURS: (i32, i32) = (3, 50);

fn times(bench: &Bench, channel: u16) -> Result<(i32, i32), String> {
    let params = bench.params(channel)?;
    Ok((params.rxflashtime, params.debouncetime))
}

pub fn an_opening_sets_everything(bench: &Bench) -> Result<(), String> {
    let path = format!("/dev/dahdi/{}", bench.trunk);
    let wiring = Wiring {
        channel: bench.trunk,
        role: Role::IsFed,
        law: Law::A,
        slack: 2,
    };
    for round in 1..=3 {
        let mut port = DahdiPort::open(wiring).map_err(failed)?;
        ensure!(times(bench, bench.trunk)? == OURS, "opening {round}");
        let law = bench.params(bench.trunk)?.curlaw;
        ensure!(law == 2, "opening {round}: law {law}, not A-law");
        let second = DahdiPort::open(wiring).map(drop);
        ensure!(second == Err(PortError::Busy), "opened twice: {second:?}");
        bench.command(&mut port, PortCommand::OffHook)?;
        drop(port);
        // Another program opens it, and sets nothing.
        let other = File::open(&path).map_err(|error| format!("{path}: {error}"))?;
        let kernels = times(bench, bench.trunk)?;
        ensure!(kernels == KERNELS, "{kernels:?}: the trap is not there");
        let hook = bench.params(bench.trunk)?.txhooksig;
        ensure!(hook == 0, "closing and opening left it off-hook: {hook}");
        let taken = DahdiPort::open(wiring).map(drop);
        ensure!(taken == Err(PortError::Busy), "taken, but {taken:?}");
        drop(other);
        sleep(10);
    }
    let wrong = DahdiPort::open(Wiring {
        role: Role::Feeds,
        ..wiring
    });
    ensure!(
        matches!(wrong, Err(PortError::Signalling)),
        "a trunk opened as a phone: {wrong:?}"
    );
    let absent = DahdiPort::open(Wiring {
        channel: 999,
        ..wiring
    });
    ensure!(
        matches!(absent, Err(PortError::Gone)),
        "an absent channel: {absent:?}"
    );
    Ok(())
}
