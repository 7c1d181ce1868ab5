//! When a channel wakes who waits for it, and what it gives then.

use super::{
    bench::{Bench, Wakes, ensure, failed, kinds, next_block, sleep},
    relay::Relay,
};
use drivers::{
    dahdi::{
        channel::{Channel, QUEUE},
        dahdi_port::DahdiPort,
    },
    port::{Port, Read},
};
use std::{fs::File, io::Read as _, os::fd::AsFd};
use types::{
    edge::{Edge, PortCommand},
    frame::{FRAME, Law},
    tick::Ticks,
};

/// Reads and answers all that is there: the blocks, and what was lost before them.
fn serve(bench: &Bench, port: &mut DahdiPort) -> Result<(usize, u32), String> {
    let mut frame = Law::Mu.silence();
    let (mut blocks, mut all_lost) = (0, 0);
    while let Some((_, lost)) = next_block(bench, port, &mut frame)? {
        blocks += 1;
        all_lost += lost;
        port.write(bench.clock.now(), &Law::Mu.silence())
            .map_err(failed)?;
    }
    Ok((blocks, all_lost))
}

fn with_media(bench: &Bench) -> Result<(DahdiPort, Wakes), String> {
    let mut port = bench.phone(2)?;
    bench.command(&mut port, PortCommand::Media(true))?;
    let wakes = Wakes::of(&port)?;
    Ok((port, wakes))
}

pub fn one_edge_a_block(bench: &Bench) -> Result<(), String> {
    let (mut port, mut wakes) = with_media(bench)?;
    // The end of the hook's debounce is a wake-up of its own.
    for _ in 0..20 {
        wakes.wait(100)?;
        serve(bench, &mut port)?;
    }
    let (mut blocks, mut woken, mut empty) = (0, 0, 0);
    let end = bench.clock.now() + Ticks::secs(5);
    while bench.clock.now() < end {
        ensure!(wakes.wait(100)?, "no wake-up after {blocks} blocks");
        let (now, _) = serve(bench, &mut port)?;
        woken += 1;
        empty += usize::from(now == 0);
        blocks += now;
    }
    ensure!((499..=501).contains(&blocks), "{blocks} blocks in 5 s");
    ensure!(empty == 0, "{empty} of {woken} wake-ups for nothing");
    ensure!(
        woken == blocks,
        "{woken} wake-ups for {blocks} blocks: some came two at a time"
    );
    Ok(())
}

pub fn a_stall_ends_with_one_read(bench: &Bench) -> Result<(), String> {
    let (mut port, mut wakes) = with_media(bench)?;
    wakes.wait(100)?;
    // Edges are consumed, nothing is read or sent, until the queue is full.
    let end = bench.clock.now() + Ticks::ms(200);
    while bench.clock.now() < end {
        wakes.wait(20)?;
    }
    ensure!(
        !wakes.wait(2000)?,
        "a full queue woke us: the trap is not there"
    );
    let (blocks, _) = serve(bench, &mut port)?;
    ensure!(blocks == QUEUE, "{blocks} blocks had been kept");
    let (mut later, mut all_lost) = (0, 0);
    for _ in 0..20 {
        ensure!(wakes.wait(100)?, "no wake-up after the stall");
        let (blocks, lost) = serve(bench, &mut port)?;
        later += blocks;
        all_lost += lost;
    }
    ensure!(later >= 20, "{later} blocks at 20 wake-ups after the stall");
    let gap = u64::from(all_lost);
    ensure!(
        gap >= 16_000,
        "2.2 s stood still, {gap} samples told as lost"
    );
    ensure!(
        port.counters().overruns == gap,
        "{:?}, {gap} told",
        port.counters()
    );
    Ok(())
}

/// Half a block is lost with a short read. We read whole blocks, so that nothing is.
pub fn a_short_read_loses_the_rest(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 2)?;
    let from = relay.heard();
    relay.run(2000)?;
    let all = relay.end()?;
    let last = all.last().ok_or("nothing arrived")?;
    ensure!(last.from <= from, "blocks are not read whole: {all:?}");
    rest_of_a_block_is_gone(&bench.far_phone()?)
}

/// The kernel's own behaviour, at the far end's channel: what a read of less than a block does.
fn rest_of_a_block_is_gone(channel: &Channel) -> Result<(), String> {
    let descriptor = channel.as_fd().try_clone_to_owned();
    let mut raw = File::from(descriptor.map_err(|error| error.to_string())?);
    channel.flush().map_err(failed)?;
    sleep(38);
    let mut half = [0; FRAME / 2];
    let mut reads = 0;
    while raw.read(&mut half).is_ok_and(|n| n == half.len()) {
        reads += 1;
    }
    ensure!(
        (3..=4).contains(&reads),
        "{reads} reads of half a block emptied a queue of 38 ms: the trap is not there"
    );
    Ok(())
}

/// Polarity comes and goes while audio flows on the trunk: every edge in its order, every block.
pub fn edges_come_first(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 3)?;
    let before = relay.losses();
    let mut edges = Vec::new();
    let mut frame = Law::Mu.silence();
    let (mut first, mut refused) = (0, 0);
    let injected = 20;
    let mut told = 0;
    let mut blocks = 0;
    let start = relay.now();
    let mut next = start + Ticks::ms(100);
    while relay.now() < start + Ticks::secs(3) {
        relay.wakes.wait(20)?;
        if told < injected && relay.now() >= next {
            next = relay.now() + Ticks::ms(100);
            told += 1;
            event_on_trunk(bench)?;
            // What waits there now is an event; a block as well, soon.
            sleep(1);
        }
        let now = relay.now();
        loop {
            match relay.trunk.read(now, &mut frame).map_err(failed)? {
                Read::EdgesFirst => {
                    first += 1;
                    while let Some(edge) = relay.trunk.edge(now).map_err(failed)? {
                        edges.push(edge);
                    }
                }
                Read::Frame { lost, .. } => {
                    refused += lost;
                    blocks += 1;
                    relay.phone.write(now, &frame).map_err(failed)?;
                }
                Read::Empty => break,
            }
        }
        while let Some((_, lost)) = next_block(bench, &mut relay.phone, &mut frame)? {
            refused += lost;
            relay.trunk.write(now, &frame).map_err(failed)?;
        }
    }
    let losses = relay.losses() - before;
    let all = relay.end()?;
    ensure!(
        refused == 0 && losses == 0,
        "{refused} and {losses} samples lost"
    );
    ensure!((298..=301).contains(&blocks), "{blocks} blocks in 3 s");
    let wanted: Vec<Edge> = (1..=injected).map(edge_of).collect();
    ensure!(kinds(&edges) == wanted, "{edges:?}");
    ensure!(first >= injected, "only {first} times edges came first");
    let last = all.last().ok_or("nothing arrived")?;
    ensure!(last.samples >= 3 * 8000, "audio was broken: {all:?}");
    Ok(())
}

fn edge_of(n: usize) -> Edge {
    if n % 2 == 1 {
        Edge::PolarityReversed
    } else {
        Edge::PolarityNormal
    }
}

/// An event that leaves audio alone.
fn event_on_trunk(bench: &Bench) -> Result<(), String> {
    const POLARITY: i32 = 17;
    bench.tell(&format!("event {} {POLARITY}", bench.trunk))
}
