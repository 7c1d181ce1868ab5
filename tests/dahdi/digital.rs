//! Channels of digital trunks: blocks both ways, octet by octet. What their bits mean is for
//! `signaling`, and not tested here.

use crate::tally::{Tally, ensure};
use drivers::{
    dahdi::{
        bits::Bits,
        channel::{Channel, Moved, QUEUE, Role},
        dahdi_port::{DahdiPort, Wiring},
    },
    port::{Port, PortError},
    sim::clocked::Clock,
};
use std::{
    thread,
    time::{Duration, Instant},
};
use types::{
    edge::{Abcd, Edge},
    frame::{FRAME, Frame, Law},
};

/// One kind of signalling, on channels of `lines.conf`.
struct Kind {
    name: &'static str,
    law: Law,
    /// The first channel, one in the middle, and the last.
    channels: [u16; 3],
    /// How far from each its far end is.
    far: u16,
    /// A timeslot that carries no audio.
    none: Option<u16>,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "T1 E&M",
        law: Law::Mu,
        channels: [97, 108, 120],
        far: 24,
        none: None,
    },
    Kind {
        name: "E1 CAS",
        law: Law::A,
        channels: [145, 161, 175],
        far: 31,
        none: Some(160),
    },
];

type Check = fn(&Kind) -> Result<(), String>;

const CHECKS: &[(&str, Check)] = &[
    ("channels open, once at a time", channels_open_once),
    (
        "the queue takes what it is asked to hold",
        queue_holds_its_blocks,
    ),
    ("an empty queue is told, not waited for", empty_is_told),
    (
        "every octet crosses, both ways, in order",
        every_octet_crosses,
    ),
    ("blocks keep the pace of the clock", blocks_keep_pace),
];

pub fn run(tally: &mut Tally) {
    let dropped = "E1 CAS: how bits stand is told again when an edge found no room";
    tally.note(dropped, &bits_that_found_no_room());
    for kind in KINDS {
        for (name, check) in CHECKS {
            tally.note(&format!("{}: {name}", kind.name), &check(kind));
        }
        let name = format!("{}: a signalling timeslot is no channel", kind.name);
        match kind.none {
            Some(none) => tally.note(&name, &is_no_channel(kind, none)),
            None => tally.skip(&name, "a T1 signals in its channels' own bits"),
        }
    }
}

fn failed(error: PortError) -> String {
    format!("the channel failed: {error}")
}

fn open(kind: &Kind, channel: u16) -> Result<Channel, String> {
    Channel::open(channel, kind.law).map_err(|e| format!("channel {channel}: {e}"))
}

fn channels_open_once(kind: &Kind) -> Result<(), String> {
    for channel in kind.channels {
        let _held = open(kind, channel)?;
        let again = Channel::open(channel, kind.law).map(drop);
        ensure!(
            again == Err(PortError::Busy),
            "channel {channel} again: {again:?}"
        );
        open(kind, channel + kind.far)?;
    }
    Ok(())
}

fn queue_holds_its_blocks(kind: &Kind) -> Result<(), String> {
    let channel = open(kind, kind.channels[0])?;
    channel.flush().map_err(failed)?;
    let mut taken = 0;
    while channel.write(&kind.law.silence()).map_err(failed)? == Moved::Block {
        taken += 1;
        ensure!(taken <= QUEUE, "more than {QUEUE} blocks were taken");
    }
    ensure!(taken == QUEUE, "{taken} blocks of {QUEUE} were taken");
    Ok(())
}

fn empty_is_told(kind: &Kind) -> Result<(), String> {
    let channel = open(kind, kind.channels[0])?;
    channel.flush().map_err(failed)?;
    let mut frame: Frame = kind.law.silence();
    let begun = Instant::now();
    let moved = channel.read(&mut frame).map_err(failed)?;
    ensure!(moved == Moved::NotNow, "{moved:?} right after a flush");
    ensure!(
        begun.elapsed() < Duration::from_millis(5),
        "the read waited"
    );
    Ok(())
}

/// Octets in an order that tells each from its neighbours: all values, then shifted by one.
fn octet(sample: usize) -> u8 {
    (sample % 256).wrapping_add(sample / 256) as u8
}

fn every_octet_crosses(kind: &Kind) -> Result<(), String> {
    for channel in kind.channels {
        let here = open(kind, channel)?;
        let there = open(kind, channel + kind.far)?;
        for (from, to, way) in [(&here, &there, "out"), (&there, &here, "in")] {
            crosses(from, to).map_err(|e| format!("channel {channel}, {way}: {e}"))?;
        }
    }
    Ok(())
}

/// Sends 2000 octets in blocks and finds them again on the other side.
fn crosses(from: &Channel, to: &Channel) -> Result<(), String> {
    const SENT: usize = 25 * FRAME;
    let sent: Vec<u8> = (0..SENT).map(octet).collect();
    for channel in [from, to] {
        channel.flush().map_err(failed)?;
    }
    let (mut received, mut next) = (Vec::new(), 0);
    let mut frame: Frame = [0; FRAME];
    for _ in 0..120 {
        while next < SENT {
            frame.copy_from_slice(&sent[next..next + FRAME]);
            if from.write(&frame).map_err(failed)? != Moved::Block {
                break;
            }
            next += FRAME;
        }
        while to.read(&mut frame).map_err(failed)? == Moved::Block {
            received.extend_from_slice(&frame);
        }
        thread::sleep(Duration::from_millis(5));
    }
    ensure!(next == SENT, "only {next} octets could be sent");
    let found = received.windows(SENT).any(|stretch| stretch == sent);
    ensure!(found, "not found among {} octets", received.len());
    Ok(())
}

fn blocks_keep_pace(kind: &Kind) -> Result<(), String> {
    let channel = open(kind, kind.channels[1])?;
    channel.flush().map_err(failed)?;
    let begun = Instant::now();
    let mut frame: Frame = kind.law.silence();
    let mut blocks = 0u32;
    while begun.elapsed() < Duration::from_secs(2) {
        while channel.read(&mut frame).map_err(failed)? == Moved::Block {
            blocks += 1;
            channel.write(&frame).map_err(failed)?;
        }
        thread::sleep(Duration::from_millis(5));
    }
    ensure!(
        (198..=201).contains(&blocks),
        "{blocks} blocks in two seconds"
    );
    Ok(())
}

/// The far end changes its bits more often than the port keeps edges, and nobody takes them: the last
/// change finds no room.
fn bits_that_found_no_room() -> Result<(), String> {
    const IDLE: u8 = 0b1001;
    const BLOCKED: u8 = 0b1101;
    let kind = &KINDS[1];
    let channel = kind.channels[0];
    let far = open(kind, channel + kind.far)?;
    let clock = Clock::starting_now();
    let mut port = DahdiPort::open(Wiring {
        channel,
        role: Role::Bits(Bits::R2 { cd: 0b01 }),
        law: kind.law,
        slack: 2,
    })
    .map_err(failed)?;
    let mut frame: Frame = kind.law.silence();
    for bits in [BLOCKED, IDLE].into_iter().cycle().take(64) {
        far.send_bits(Abcd::new(bits)).map_err(failed)?;
        thread::sleep(Duration::from_millis(10));
        port.read(clock.now(), &mut frame).map_err(failed)?;
    }
    let dropped = port.counters().edges_dropped;
    ensure!(dropped > 0, "all found room: nothing is tested");
    let mut last = None;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1500) {
        while let Some(edge) = port.edge(clock.now()).map_err(failed)? {
            last = Some(edge.edge);
        }
        thread::sleep(Duration::from_millis(20));
    }
    let wanted = Some(Edge::Bits(Abcd::new(IDLE)));
    ensure!(last == wanted, "{last:?} is what was told last");
    Ok(())
}

fn is_no_channel(kind: &Kind, timeslot: u16) -> Result<(), String> {
    let opened = Channel::open(timeslot, kind.law).map(drop);
    ensure!(
        opened == Err(PortError::Unconfigured),
        "channel {timeslot}: {opened:?}"
    );
    Ok(())
}
