//! What every driver must do at the [`Port`], as checks that run against any of them.
//!
//! The far ends are told, not asked: see [`Pair`]. Each check gets a fresh pair. Times are
//! checked to [`Pair::tolerance`] because real drivers report edges late.

macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}

mod joins;

use crate::port::{Port, PortError, Read, Write};
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame},
    tick::{Tick, Ticks},
};

/// The far telephone goes off-hook this long after the start.
pub const OFF_HOOK: Ticks = Ticks::ms(300);
/// It stays silent until then, then says something above -30 dBm0.
pub const SPEAKS: Ticks = Ticks::ms(500);
/// It hangs up.
pub const ON_HOOK: Ticks = Ticks::ms(1500);
/// The exchange gives dial tone within this time of a seizure...
pub const DIAL_TONE: Ticks = Ticks::ms(800);
/// ...and, when nothing is dialed, breaks the loop after this and within the next time.
pub const BREAK_FROM: Ticks = Ticks::secs(2);
pub const BREAK_TO: Ticks = Ticks::ms(3500);
/// How long the break lasts, at least and at most.
pub const BREAK_LENGTH: [Ticks; 2] = [Ticks::ms(350), Ticks::ms(1000)];

/// A handset port and a trunk port, just opened, media off, whose far ends do what the
/// constants above say.
pub struct Pair {
    pub phone: Box<dyn Port>,
    pub trunk: Box<dyn Port>,
    pub start: Tick,
    /// Waits until this tick and says what time it is; on virtual time it waits for nothing.
    pub wait: Box<dyn FnMut(Tick) -> Tick>,
    /// How far a reported tick may be from the true one.
    pub tolerance: Ticks,
    /// How much later than it was complete a block may be there to be read.
    pub lateness: Ticks,
    /// How many blocks can be written right after a flush: the queue less what it is primed
    /// with.
    pub blocks_queued: usize,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair")
            .field("phone", &self.phone)
            .field("trunk", &self.trunk)
            .finish_non_exhaustive()
    }
}

/// The result of one check: what was wrong, if anything.
pub type Outcome = (&'static str, Result<(), String>);

/// One check, for who runs them one by one.
pub type Check = fn(&mut Pair) -> Result<(), String>;

const CHECKS: &[(&str, Check)] = &[
    ("edges come with ticks", edges_come_with_ticks),
    ("edges come in order", edges_come_in_order),
    (
        "media off gives edges but no frames",
        media_off_gives_edges_but_no_frames,
    ),
    (
        "read is empty when no block is due",
        read_is_empty_when_no_block_is_due,
    ),
    ("edges come before audio", edges_come_before_audio),
    ("frames are contiguous", frames_are_contiguous),
    ("audio crosses", audio_crosses),
    (
        "write is full when the queue is",
        write_is_full_when_the_queue_is,
    ),
    ("underruns are counted", underruns_are_counted),
    (
        "overruns are counted and told",
        overruns_are_counted_and_told,
    ),
    ("flush empties and primes", flush_empties_and_primes),
    (
        "two flushed ports read together",
        two_flushed_ports_read_together,
    ),
    ("seizure gives dial tone", seizure_gives_dial_tone),
    ("a loop break is two edges", a_loop_break_is_two_edges),
    ("on-hook is idempotent", on_hook_is_idempotent),
    (
        "cutoff hangs up while the owner holds the port",
        cutoff_hangs_up,
    ),
    (
        "a trunk works again after cutoff",
        a_trunk_works_again_after_cutoff,
    ),
    (
        "what a port can't do is said",
        what_a_port_cannot_do_is_said,
    ),
];

/// All checks by name.
pub fn checks() -> impl Iterator<Item = (&'static str, Check)> {
    CHECKS.iter().chain(joins::CHECKS).copied()
}

/// Runs all checks, each on a new pair.
pub fn check(make: &mut dyn FnMut() -> Pair) -> Vec<Outcome> {
    checks()
        .map(|(name, check)| (name, check(&mut make())))
        .collect()
}

fn failed(error: PortError) -> String {
    format!("the port failed: {error}")
}

/// Waits in frames until `until`, and gives each port's life to `each`.
fn live(
    pair: &mut Pair,
    until: Tick,
    mut each: impl FnMut(&mut Pair, Tick) -> Result<(), String>,
) -> Result<Tick, String> {
    let mut now = (pair.wait)(pair.start);
    while now < until {
        now = (pair.wait)(now + FRAME_TICKS);
        each(pair, now)?;
    }
    Ok(now)
}

fn edges_of(port: &mut dyn Port, now: Tick, edges: &mut Vec<EdgeAt>) -> Result<(), String> {
    while let Some(edge) = port.edge(now).map_err(failed)? {
        edges.push(edge);
    }
    Ok(())
}

/// The next frame, edges thrown away.
fn frame_of(
    port: &mut dyn Port,
    now: Tick,
    frame: &mut Frame,
) -> Result<Option<(Tick, u32)>, String> {
    loop {
        match port.read(now, frame).map_err(failed)? {
            Read::Frame { end, lost } => return Ok(Some((end, lost))),
            Read::Empty => return Ok(None),
            Read::EdgesFirst => edges_of(port, now, &mut Vec::new())?,
        }
    }
}

fn near(pair: &Pair, at: Tick, wanted: Tick) -> bool {
    at.since(wanted).max(wanted.since(at)) <= pair.tolerance
}

fn phone_edges(pair: &mut Pair) -> Result<Vec<EdgeAt>, String> {
    let mut edges = Vec::new();
    let end = pair.start + ON_HOOK + Ticks::ms(500);
    live(pair, end, |pair, now| {
        edges_of(&mut *pair.phone, now, &mut edges)
    })?;
    Ok(edges)
}

fn edges_come_with_ticks(pair: &mut Pair) -> Result<(), String> {
    let edges = phone_edges(pair)?;
    let wanted = [
        (Edge::LoopClosed, pair.start + OFF_HOOK),
        (Edge::LoopOpen, pair.start + ON_HOOK),
    ];
    for (edge, at) in wanted {
        let found = edges.iter().find(|e| e.edge == edge);
        let Some(found) = found else {
            return Err(format!("no {edge:?} among {edges:?}"));
        };
        ensure!(
            near(pair, found.at, at),
            "{edge:?} at {:?}, not {at:?}",
            found.at
        );
    }
    ensure!(edges.len() == 2, "more edges than two: {edges:?}");
    Ok(())
}

fn edges_come_in_order(pair: &mut Pair) -> Result<(), String> {
    // All at once, long after they happened.
    let now = (pair.wait)(pair.start + ON_HOOK + Ticks::ms(500));
    let mut edges = Vec::new();
    edges_of(&mut *pair.phone, now, &mut edges)?;
    ensure!(edges.len() == 2, "two edges wanted: {edges:?}");
    ensure!(edges[0].at < edges[1].at, "out of order: {edges:?}");
    ensure!(
        edges.iter().all(|e| e.at <= now),
        "from the future: {edges:?}"
    );
    Ok(())
}

fn media_off_gives_edges_but_no_frames(pair: &mut Pair) -> Result<(), String> {
    let mut frame = pair.phone.law().silence();
    let (mut edges, mut frames) = (Vec::new(), 0);
    let end = pair.start + ON_HOOK;
    live(pair, end, |pair, now| {
        edges_of(&mut *pair.phone, now, &mut edges)?;
        frames += usize::from(frame_of(&mut *pair.phone, now, &mut frame)?.is_some());
        Ok(())
    })?;
    ensure!(frames == 0, "{frames} frames came");
    ensure!(!edges.is_empty(), "no edge came");
    ensure!(
        pair.phone.counters().underruns == 0,
        "underruns with media off"
    );
    Ok(())
}

fn media_on(pair: &mut Pair) -> Result<Tick, String> {
    let now = (pair.wait)(pair.start);
    for port in [&mut pair.phone, &mut pair.trunk] {
        port.command(now, PortCommand::Media(true))
            .map_err(failed)?;
        port.flush(now).map_err(failed)?;
    }
    Ok(now)
}

fn read_is_empty_when_no_block_is_due(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    let mut frame = pair.phone.law().silence();
    let early = frame_of(&mut *pair.phone, now, &mut frame)?;
    ensure!(early.is_none(), "a frame at once after flush");
    let later = (pair.wait)(now + Ticks(2 * FRAME as u64));
    let mut frames = 0;
    while frame_of(&mut *pair.phone, later, &mut frame)?.is_some() {
        frames += 1;
    }
    ensure!((1..=3).contains(&frames), "{frames} frames in 20 ms");
    Ok(())
}

fn edges_come_before_audio(pair: &mut Pair) -> Result<(), String> {
    media_on(pair)?;
    let now = (pair.wait)(pair.start + OFF_HOOK + Ticks::ms(100));
    let mut frame = pair.phone.law().silence();
    for _ in 0..16 {
        match pair.phone.read(now, &mut frame).map_err(failed)? {
            Read::EdgesFirst => break,
            Read::Frame { end, .. } => {
                let closed = pair.start + OFF_HOOK + pair.tolerance;
                ensure!(
                    end <= closed + FRAME_TICKS,
                    "audio of {end:?} came before the edge"
                );
            }
            Read::Empty => break,
        }
    }
    let edge = pair.phone.edge(now).map_err(failed)?;
    ensure!(edge.is_some(), "no edge was there");
    Ok(())
}

fn frames_are_contiguous(pair: &mut Pair) -> Result<(), String> {
    media_on(pair)?;
    let mut ends: Vec<(Tick, u32)> = Vec::new();
    let end = pair.start + Ticks::ms(1000);
    live(pair, end, |pair, now| {
        let mut frame = pair.phone.law().silence();
        while let Some(got) = frame_of(&mut *pair.phone, now, &mut frame)? {
            ends.push(got);
            pair.phone.write(now, &frame).map_err(failed)?;
        }
        Ok(())
    })?;
    ensure!(ends.len() >= 90, "only {} frames in a second", ends.len());
    for two in ends.windows(2) {
        let step = two[1].0.since(two[0].0).0;
        let wanted = FRAME as u64 + u64::from(two[1].1);
        let slack = pair.tolerance.0;
        ensure!(
            step + slack >= wanted && step <= wanted + slack,
            "a step of {step} ticks"
        );
    }
    let read = pair.phone.counters().frames_read;
    ensure!(
        read == ends.len() as u64,
        "{read} frames counted, {} read",
        ends.len()
    );
    Ok(())
}

fn audio_crosses(pair: &mut Pair) -> Result<(), String> {
    media_on(pair)?;
    let (mut before, mut after) = (0u32, 0u32);
    let speaks = pair.start + SPEAKS;
    let idle = pair.phone.law().idle();
    live(pair, pair.start + ON_HOOK, |pair, now| {
        let mut frame = pair.phone.law().silence();
        while let Some((end, _)) = frame_of(&mut *pair.phone, now, &mut frame)? {
            // An octet's exponent: the idle code's differs by at most its lowest steps.
            let loud = frame
                .iter()
                .filter(|&&o| ((o ^ idle) & 0x7f) >= 0x20)
                .count() as u32;
            if end < speaks {
                before += loud;
            } else {
                after += loud;
            }
        }
        Ok(())
    })?;
    ensure!(before < 8, "{before} loud samples before anybody spoke");
    ensure!(after > 800, "only {after} loud samples of speech");
    Ok(())
}

fn write_is_full_when_the_queue_is(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    let frame = pair.phone.law().silence();
    let mut taken = 0;
    while pair.phone.write(now, &frame).map_err(failed)? == Write::Taken {
        taken += 1;
        ensure!(taken <= 32, "32 blocks were taken at once");
    }
    let wanted = pair.blocks_queued;
    ensure!(taken == wanted, "{taken} blocks taken, {wanted} fit");
    let later = (pair.wait)(now + Ticks(2 * FRAME as u64));
    let again = pair.phone.write(later, &frame).map_err(failed)?;
    ensure!(
        again == Write::Taken,
        "still full after two blocks went out"
    );
    Ok(())
}

fn underruns_are_counted(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    let later = (pair.wait)(now + Ticks::ms(100));
    let mut frame = pair.phone.law().silence();
    frame_of(&mut *pair.phone, later, &mut frame)?;
    let underruns = pair.phone.counters().underruns;
    ensure!(
        (320..=880).contains(&underruns),
        "{underruns} samples in 100 ms without a write"
    );
    Ok(())
}

fn overruns_are_counted_and_told(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    let later = (pair.wait)(now + Ticks::ms(200));
    let mut frame = pair.phone.law().silence();
    let mut old = 0;
    while frame_of(&mut *pair.phone, later, &mut frame)?.is_some() {
        old += 1;
    }
    ensure!(old < 19, "{old} blocks were kept without a limit");
    let last = (pair.wait)(later + FRAME_TICKS + pair.lateness);
    let Some((_, lost)) = frame_of(&mut *pair.phone, last, &mut frame)? else {
        return Err("no frame after an overrun".into());
    };
    let counted = pair.phone.counters().overruns;
    ensure!(lost > 0, "the lost samples were not told");
    ensure!(counted == u64::from(lost), "{counted} counted, {lost} told");
    Ok(())
}

fn flush_empties_and_primes(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    let later = (pair.wait)(now + Ticks::ms(200));
    pair.phone.flush(later).map_err(failed)?;
    let mut frame = pair.phone.law().silence();
    let left = frame_of(&mut *pair.phone, later, &mut frame)?;
    ensure!(left.is_none(), "a frame survived the flush");
    let before = pair.phone.counters().underruns;
    let then = (pair.wait)(later + FRAME_TICKS + pair.lateness);
    let Some((_, lost)) = frame_of(&mut *pair.phone, then, &mut frame)? else {
        return Err("no frame 10 ms after the flush".into());
    };
    ensure!(lost == 0, "flushed samples were told as lost");
    let after = pair.phone.counters().underruns;
    ensure!(after == before, "the queue was not primed");
    Ok(())
}

fn two_flushed_ports_read_together(pair: &mut Pair) -> Result<(), String> {
    media_on(pair)?;
    let (mut together, mut apart) = (0, 0);
    live(pair, pair.start + Ticks::ms(250), |pair, now| {
        let mut frame = pair.phone.law().silence();
        while frame_of(&mut *pair.phone, now, &mut frame)?.is_some() {
            match frame_of(&mut *pair.trunk, now, &mut frame)? {
                Some(_) => together += 1,
                None => apart += 1,
            }
        }
        Ok(())
    })?;
    ensure!(
        together >= 20 && apart <= 2,
        "{together} together, {apart} apart"
    );
    Ok(())
}

fn seizure_gives_dial_tone(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    pair.trunk
        .command(now, PortCommand::OffHook)
        .map_err(failed)?;
    let hook = pair.trunk.hook().map_err(failed)?;
    ensure!(hook != HookState::OnHook, "still on-hook");
    let idle = pair.trunk.law().idle();
    let mut loud = 0;
    live(
        pair,
        pair.start + DIAL_TONE + Ticks::ms(400),
        |pair, now| {
            let mut frame = pair.trunk.law().silence();
            while frame_of(&mut *pair.trunk, now, &mut frame)?.is_some() {
                loud += frame
                    .iter()
                    .filter(|&&o| ((o ^ idle) & 0x7f) >= 0x20)
                    .count();
            }
            Ok(())
        },
    )?;
    ensure!(
        loud > 1600,
        "{loud} samples of tone in {} ms",
        DIAL_TONE.as_ms() + 400
    );
    Ok(())
}

fn a_loop_break_is_two_edges(pair: &mut Pair) -> Result<(), String> {
    let now = (pair.wait)(pair.start);
    pair.trunk
        .command(now, PortCommand::OffHook)
        .map_err(failed)?;
    let mut edges = Vec::new();
    live(pair, now + BREAK_TO + BREAK_LENGTH[1], |pair, now| {
        edges_of(&mut *pair.trunk, now, &mut edges)
    })?;
    let found = |edge| edges.iter().find(|e| e.edge == edge).map(|e: &EdgeAt| e.at);
    let (Some(lost), Some(back)) = (found(Edge::BatteryLost), found(Edge::BatteryBack)) else {
        return Err(format!("no loop break among {edges:?}"));
    };
    let after = lost.since(now);
    ensure!(
        after >= BREAK_FROM && after <= BREAK_TO,
        "the break came after {after:?}"
    );
    let length = back.since(lost);
    ensure!(
        length >= BREAK_LENGTH[0] && length <= BREAK_LENGTH[1],
        "it lasted {length:?}"
    );
    Ok(())
}

fn on_hook_is_idempotent(pair: &mut Pair) -> Result<(), String> {
    let now = (pair.wait)(pair.start);
    for command in [
        PortCommand::OnHook,
        PortCommand::OffHook,
        PortCommand::OnHook,
        PortCommand::OnHook,
    ] {
        pair.trunk.command(now, command).map_err(failed)?;
    }
    let later = (pair.wait)(now + Ticks::secs(1));
    let mut edges = Vec::new();
    edges_of(&mut *pair.trunk, later, &mut edges)?;
    let hook = pair.trunk.hook().map_err(failed)?;
    ensure!(hook != HookState::OffHook, "still off-hook");
    ensure!(edges.is_empty(), "edges of our own hook: {edges:?}");
    Ok(())
}

fn cutoff_hangs_up(pair: &mut Pair) -> Result<(), String> {
    let now = media_on(pair)?;
    pair.trunk
        .command(now, PortCommand::OffHook)
        .map_err(failed)?;
    let cutoff = pair.trunk.cutoff().map_err(failed)?;
    let later = (pair.wait)(now + DIAL_TONE + Ticks::ms(200));
    let mut frame = pair.trunk.law().silence();
    frame_of(&mut *pair.trunk, later, &mut frame)?;
    cutoff.on_hook().map_err(failed)?;
    cutoff.on_hook().map_err(failed)?;
    let hook = pair.trunk.hook().map_err(failed)?;
    ensure!(
        hook != HookState::OffHook,
        "off-hook right after the cutoff"
    );
    let last = (pair.wait)(later + Ticks::secs(1));
    frame_of(&mut *pair.trunk, last, &mut frame)?;
    let hook = pair.trunk.hook().map_err(failed)?;
    ensure!(
        hook != HookState::OffHook,
        "off-hook a second after the cutoff"
    );
    let phone = pair.phone.cutoff().map_err(failed)?;
    phone.on_hook().map_err(failed)
}

fn a_trunk_works_again_after_cutoff(pair: &mut Pair) -> Result<(), String> {
    let now = (pair.wait)(pair.start);
    pair.trunk
        .command(now, PortCommand::OffHook)
        .map_err(failed)?;
    pair.trunk
        .cutoff()
        .map_err(failed)?
        .on_hook()
        .map_err(failed)?;
    pair.start = (pair.wait)(now + Ticks::secs(3));
    seizure_gives_dial_tone(pair)
}

fn what_a_port_cannot_do_is_said(pair: &mut Pair) -> Result<(), String> {
    let now = (pair.wait)(pair.start);
    let cases = [
        pair.phone.command(now, PortCommand::OffHook),
        pair.trunk
            .command(now, PortCommand::LoopOpen(Ticks::ms(500))),
    ];
    for case in cases {
        ensure!(
            matches!(case, Err(PortError::Unsupported(_))),
            "{case:?} instead of a refusal"
        );
    }
    Ok(())
}
