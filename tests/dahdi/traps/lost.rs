//! Events that never come, as the kernel keeps 64 and no more, and channels that fail when there are no
//! descriptors left.

use super::bench::{Bench, ensure, failed, hook, kinds, sleep};
use drivers::{
    dahdi::channel::Hook,
    port::{Port, PortError},
};
use std::{fs::File, iter};
use types::edge::{Edge, HookState};

/// Tells a trunk nothing, and takes a place in the kernel's queue.
const WINK_FLASH: u32 = 3;
/// Fills the queue of a channel, so that what happens next is told by no event.
fn deafen(bench: &Bench, channel: u16) -> Result<(), String> {
    (0..64).try_for_each(|_| bench.tell(&format!("event {channel} {WINK_FLASH}")))
}

pub fn an_alarm_whose_event_was_lost_is_told(bench: &Bench) -> Result<(), String> {
    let mut trunk = bench.trunk(2)?;
    bench.edges(&mut trunk, 1500)?;
    for (mask, edge) in [(4, Edge::AlarmOn), (0, Edge::AlarmOff)] {
        deafen(bench, bench.trunk)?;
        bench.tell(&format!("alarm {} {mask}", bench.trunk))?;
        let told = kinds(&bench.edges(&mut trunk, 1500)?);
        ensure!(told == [edge], "alarm {mask}: {told:?}");
    }
    let counters = trunk.counters();
    ensure!(counters.edges_recovered == 2, "{counters:?}");
    Ok(())
}

pub fn in_an_alarm_no_hook_is_known(bench: &Bench) -> Result<(), String> {
    let far = bench.far_phone()?;
    let mut phone = bench.phone(2)?;
    hook(&far, Hook::OffHook)?;
    bench.edges(&mut phone, 200)?;
    for (mask, known) in [(4, HookState::Unknown), (0, HookState::OffHook)] {
        bench.tell(&format!("alarm {} {mask}", bench.phone))?;
        bench.edges(&mut phone, 50)?;
        let found = phone.hook().map_err(failed)?;
        ensure!(found == known, "alarm {mask}: {found:?}");
    }
    hook(&far, Hook::OnHook)
}

/// The kernel says that the channel goes away when the program has no descriptor left.
pub fn a_channel_that_failed_is_let_go_without_a_descriptor(bench: &Bench) -> Result<(), String> {
    const REMOVED: u32 = 20;
    let mut trunk = bench.trunk(2)?;
    bench.edges(&mut trunk, 20)?;
    bench.tell(&format!("event {} {REMOVED}", bench.trunk))?;
    let all: Vec<File> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let told = trunk.edge(bench.clock.now());
    drop(all);
    ensure!(told == Err(PortError::Gone), "{told:?}");
    sleep(20);
    let again = trunk.edge(bench.clock.now());
    ensure!(again.is_ok(), "opened again: {again:?}");
    Ok(())
}
