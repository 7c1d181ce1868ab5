//! Channels of digital trunks: blocks both ways, octet by octet, and none that a change of bits keeps
//! out. What the bits mean is for `signaling`, and not tested here.

use crate::tally::{Tally, ensure};
use drivers::{
    dahdi::{
        bits::Bits,
        channel::{Channel, Moved, QUEUE, Role},
        dahdi_port::{DahdiPort, Wiring},
        far_channel::FarChannel,
    },
    port::{Port, PortError, Read},
    sim::{
        clocked::Clock,
        copper::Copper,
        exchange::{
            Exchange, line::ExchangeLine, r2::R2Line, routes::Routes, signalling::LineSignalling,
        },
    },
};
use sallyport::runtime::sched::{WATCHDOG_PRIORITY, go_real_time};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use types::{
    edge::{Abcd, Edge, PortCommand},
    frame::{FRAME, Frame, Law},
    tick::Ticks,
    trunk::R2Country,
};

/// One kind of signalling, on channels of `lines.conf`.
struct Kind {
    name: &'static str,
    law: Law,
    /// The first channel, one in the middle, and the last.
    channels: [u16; 3],
    /// How far from each its far end is.
    far: u16,
    /// What its bits stand for, where they are passed on as they are.
    bits: Option<Bits>,
    /// A timeslot that carries no audio.
    none: Option<u16>,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "T1 E&M",
        law: Law::Mu,
        channels: [97, 108, 120],
        far: 24,
        bits: None,
        none: None,
    },
    Kind {
        name: "E1 CAS",
        law: Law::A,
        channels: [145, 161, 175],
        far: 31,
        bits: Some(Bits::R2 { cd: 0b01 }),
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
        let name = format!(
            "{}: both sides prime their silence though an event waits",
            kind.name
        );
        match kind.bits {
            Some(bits) => tally.note(&name, &primed_past_events(kind, bits)),
            None => tally.skip(&name, "its bits are the kernel's own to read"),
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

/// Bits that change before a side begins: the kernel takes no block until that is heard of.
fn primed_past_events(kind: &Kind, bits: Bits) -> Result<(), String> {
    let (near, far) = (kind.channels[0], kind.channels[0] + kind.far);
    let clock = Clock::starting_now();
    let wiring = Wiring {
        channel: near,
        role: Role::Bits(bits),
        law: kind.law,
        slack: 2,
    };
    let mut port = DahdiPort::open(wiring).map_err(failed)?;
    let line = ExchangeLine::digital(LineSignalling::R2(R2Line::of_country(R2Country::Itu)));
    let exchange = Exchange::new(line, Arc::new(Routes::new()));
    let copper = Copper::clear();
    let opened = FarChannel::open_bits(exchange, (far, bits), kind.law, copper, 1, clock);
    let exchange = opened.map_err(failed)?;
    let seizes = PortCommand::Bits(Abcd::new(0b0001));
    port.command(clock.now(), seizes).map_err(failed)?;
    thread::sleep(Duration::from_millis(50));
    let living = exchange.live(|| {
        go_real_time(WATCHDOG_PRIORITY).expect("the guest's programs are root's");
    });
    let shown = port.command(clock.now(), PortCommand::Media(true));
    let lived = shown.and_then(|()| relay(&mut port, clock, kind.law));
    let (_, theirs) = living.end().map_err(failed)?;
    lived.map_err(failed)?;
    for (who, counters) in [("the port", port.counters()), ("the far end", theirs)] {
        let (lost, silent) = (counters.overruns, counters.underruns);
        ensure!(
            counters.frames_read > 90 && lost == 0 && silent < FRAME as u64,
            "{who} lost {lost} and sent {silent} as silence"
        );
    }
    Ok(())
}

/// A second of a port's life.
fn relay(port: &mut DahdiPort, clock: Clock, law: Law) -> Result<(), PortError> {
    let end = clock.now() + Ticks::secs(1);
    let mut frame: Frame = law.silence();
    while clock.now() < end {
        thread::sleep(Duration::from_millis(2));
        let now = clock.now();
        while port.edge(now)?.is_some() {}
        while let Read::Frame { .. } = port.read(now, &mut frame)? {
            port.write(now, &frame)?;
        }
    }
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
