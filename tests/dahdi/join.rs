//! Joins in the real kernel, counted in samples: what a join adds to the way, what the bridge adds,
//! what is lost at joining and leaving, and what is left of a join when a controller is killed.

use crate::{far_ends::FAR, tally::Tally};
use drivers::{
    dahdi::{
        channel::{Channel, Hook, Moved, Role},
        dahdi_port::{DahdiPort, Wiring},
        ioctl::{self, ConfInfo},
        join::Joins,
    },
    port::{Port, Read},
    sim::clocked::Clock,
};
use std::{
    env, fs,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};
use types::{
    edge::PortCommand,
    frame::{FRAME, Frame, Law},
    tick::Ticks,
};

const PHONE: u16 = 1;
const TRUNK: u16 = 13;
const SLACK: usize = 2;
/// What makes this program the one that is killed.
pub const HOLD: &str = "hold-a-join";

/// A check by its name.
type Check = (&'static str, fn() -> Result<(), String>);

const CHECKS: &[Check] = &[
    (
        "a join adds less than 2 ms, and leaving it costs less than 30 ms",
        the_way_through_a_join,
    ),
    (
        "a killed controller leaves no join",
        a_killed_controller_leaves_no_join,
    ),
    (
        "a join that was left over is taken apart when its channel is opened",
        a_leftover_is_taken_apart,
    ),
    (
        "a join outlasts the other channel's closing, until it is left",
        a_join_outlasts_a_closing,
    ),
];

pub fn run(tally: &mut Tally) {
    for (name, check) in CHECKS {
        tally.note(name, &check());
    }
}

fn wrong(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn open(channel: u16, role: Role) -> Result<DahdiPort, String> {
    DahdiPort::open(Wiring {
        channel,
        role,
        law: Law::Mu,
        slack: SLACK,
    })
    .map_err(wrong)
}

/// A party that says octets by chance, none of them silence.
struct Party {
    channel: Channel,
    state: u32,
    said: Vec<u8>,
    heard: Vec<u8>,
}

impl Party {
    fn behind(channel: u16) -> Result<Party, String> {
        let far = Channel::open(channel + FAR, Law::Mu).map_err(wrong)?;
        Ok(Party {
            channel: far,
            state: u32::from(channel),
            said: Vec::new(),
            heard: Vec::new(),
        })
    }

    fn says(&mut self) -> Frame {
        let frame = std::array::from_fn(|_| {
            self.state = self
                .state
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            let octet = (self.state >> 24) as u8;
            if octet & 0x7f == 0x7f { 0x55 } else { octet }
        });
        self.said.extend(frame);
        frame
    }

    fn start(&mut self) -> Result<(), String> {
        self.take_events()?;
        self.channel.flush().map_err(wrong)?;
        for _ in 0..SLACK {
            self.say()?;
        }
        Ok(())
    }

    fn say(&mut self) -> Result<(), String> {
        let frame = self.says();
        loop {
            match self.channel.write(&frame).map_err(wrong)? {
                Moved::Block => return Ok(()),
                Moved::EventsFirst => self.take_events()?,
                Moved::NotNow => return Err("a party's queue is full".into()),
            }
        }
    }

    fn take_events(&self) -> Result<(), String> {
        while self.channel.event().map_err(wrong)?.is_some() {}
        Ok(())
    }

    fn live(&mut self) -> Result<(), String> {
        let mut frame = Law::Mu.silence();
        loop {
            match self.channel.read(&mut frame).map_err(wrong)? {
                Moved::Block => {
                    self.heard.extend(frame);
                    self.say()?;
                }
                Moved::EventsFirst => self.take_events()?,
                Moved::NotNow => return Ok(()),
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Path {
    Silent,
    Bridged,
    Joined,
}

/// A controller's two ports, and a party behind each.
struct Rig {
    clock: Clock,
    ports: [DahdiPort; 2],
    heard: [Vec<u8>; 2],
    parties: [Party; 2],
    path: Path,
}

impl Rig {
    fn new() -> Result<Rig, String> {
        let clock = Clock::starting_now();
        let mut rig = Rig {
            clock,
            ports: [open(PHONE, Role::Feeds)?, open(TRUNK, Role::IsFed)?],
            heard: [Vec::new(), Vec::new()],
            parties: [Party::behind(PHONE)?, Party::behind(TRUNK)?],
            path: Path::Silent,
        };
        // Of what was before on these channels.
        sleep(Duration::from_secs(3));
        rig.parties[0].channel.hook(Hook::OffHook).map_err(wrong)?;
        rig.command(1, PortCommand::OffHook)?;
        sleep(Duration::from_millis(200));
        rig.parties[1].channel.hook(Hook::OffHook).map_err(wrong)?;
        rig.command(0, PortCommand::Media(true))?;
        rig.command(1, PortCommand::Media(true))?;
        sleep(Duration::from_millis(100));
        let now = clock.now();
        for port in &mut rig.ports {
            while port.edge(now).map_err(wrong)?.is_some() {}
            port.flush(now).map_err(wrong)?;
        }
        for party in &mut rig.parties {
            party.start()?;
        }
        Ok(rig)
    }

    fn command(&mut self, port: usize, command: PortCommand) -> Result<(), String> {
        let now = self.clock.now();
        self.ports[port].command(now, command).map_err(wrong)
    }

    fn live(&mut self, ms: u64) -> Result<(), String> {
        let until = self.clock.now() + Ticks::ms(ms);
        while self.clock.now() < until {
            sleep(Duration::from_millis(1));
            for party in &mut self.parties {
                party.live()?;
            }
            self.turn()?;
        }
        Ok(())
    }

    /// What a line's thread does: a block of each port, then one to each.
    fn turn(&mut self) -> Result<(), String> {
        while let Some(phone) = self.read(0)? {
            let trunk = self.read(1)?;
            let silence = Law::Mu.silence();
            let (to_phone, to_trunk) = match self.path {
                Path::Bridged => (trunk.unwrap_or(silence), phone),
                Path::Silent | Path::Joined => (silence, silence),
            };
            let now = self.clock.now();
            self.ports[0].write(now, &to_phone).map_err(wrong)?;
            self.ports[1].write(now, &to_trunk).map_err(wrong)?;
        }
        Ok(())
    }

    fn read(&mut self, port: usize) -> Result<Option<Frame>, String> {
        let now = self.clock.now();
        let mut frame = Law::Mu.silence();
        loop {
            match self.ports[port].read(now, &mut frame).map_err(wrong)? {
                Read::Frame { .. } => {
                    self.heard[port].extend(frame);
                    return Ok(Some(frame));
                }
                Read::Empty => return Ok(None),
                Read::EdgesFirst => while self.ports[port].edge(now).map_err(wrong)?.is_some() {},
            }
        }
    }

    /// Takes another path; how much each party had heard by then.
    fn change(&mut self, path: Path) -> Result<[usize; 2], String> {
        let now = self.clock.now();
        if path == Path::Joined {
            let keys = [self.ports[0].join_key(), self.ports[1].join_key()];
            self.ports[0].join(now, keys[1].as_ref()).map_err(wrong)?;
            self.ports[1].join(now, keys[0].as_ref()).map_err(wrong)?;
        } else {
            self.ports[0].join(now, None).map_err(wrong)?;
            self.ports[1].join(now, None).map_err(wrong)?;
        }
        self.path = path;
        Ok([0, 1].map(|party: usize| self.parties[party].heard.len()))
    }

    /// By how many samples what a party hears is behind what the other's port received.
    fn lag(&self, party: usize, at: usize) -> Result<usize, String> {
        lag(&self.heard[1 - party], &self.parties[party].heard, at)
            .ok_or_else(|| format!("party {party} does not hear the other at {at}"))
    }

    /// The wire alone: from a party to its port, and back by the bridge, both counted from when each
    /// channel began. What they began apart cancels out: the wire, and by how much the party began
    /// after its port.
    fn wire(&self, party: usize, at: usize) -> Result<(i64, i64), String> {
        let said = &self.parties[party];
        let there = lag(&said.said, &self.heard[party], at).ok_or("a port hears nobody")?;
        let back = self.lag(party, at)? as i64 - (SLACK * FRAME) as i64;
        let there = there as i64;
        Ok(((there + back) / 2, (there - back) / 2))
    }

    /// The samples from the last one of the old lag to the first of the new one.
    fn gap(&self, party: usize, change: usize, lags: [usize; 2]) -> Result<i64, String> {
        let (said, heard) = (&self.heard[1 - party], &self.parties[party].heard);
        let follows = |at: usize, lag: usize| {
            let end = at + 8;
            end <= heard.len() && at >= lag && said.get(at - lag..end - lag) == heard.get(at..end)
        };
        let around = change.saturating_sub(400)..change + 1200;
        let last = around.clone().rev().find(|&at| follows(at, lags[0]));
        let first = around.clone().find(|&at| follows(at, lags[1]));
        let (Some(last), Some(first)) = (last, first) else {
            return Err(format!("party {party}: no change of path at {change}"));
        };
        Ok(first as i64 - (last as i64 + 8))
    }
}

/// By how many samples something is heard after it was said, or what was received before.
fn lag(said: &[u8], heard: &[u8], at: usize) -> Option<usize> {
    let piece = &said[at..at + 64];
    let from = &heard[at..heard.len().min(at + 2000)];
    from.windows(64).position(|w| w == piece)
}

fn ms(samples: i64) -> f64 {
    samples as f64 / 8.0
}

/// Joins and leaves so often.
const TIMES: usize = 8;

fn the_way_through_a_join() -> Result<(), String> {
    let mut rig = Rig::new()?;
    rig.live(500)?;
    rig.change(Path::Bridged)?;
    rig.live(700)?;
    let at = rig.heard[0].len() - 2400;
    let wires = [rig.wire(0, at)?, rig.wire(1, at)?];
    // Printing takes longer than a queue lasts: it is done at the end.
    let mut told = vec![format!("wire and beginning {wires:?} samples")];
    let mut worst = [i64::MIN; 3];
    for time in 0..TIMES {
        let at = rig.heard[0].len() - 2400;
        let bridged = [rig.lag(0, at)?, rig.lag(1, at)?];
        let joins = rig.change(Path::Joined)?;
        // Not always the same part of a block.
        rig.live(600 + 3 * time as u64)?;
        let at = rig.heard[0].len() - 2400;
        let joined = [rig.lag(0, at)?, rig.lag(1, at)?];
        let leaves = rig.change(Path::Bridged)?;
        rig.live(600)?;
        let at = rig.heard[0].len() - 2400;
        let again = [rig.lag(0, at)?, rig.lag(1, at)?];
        for party in 0..2 {
            let enter = rig.gap(party, joins[party], [bridged[party], joined[party]])?;
            let leave = rig.gap(party, leaves[party], [joined[party], again[party]])?;
            let (wire, late) = wires[party];
            let found = [joined[party] as i64 + late - wire, leave, enter];
            worst = std::array::from_fn(|n| worst[n].max(found[n]));
        }
        told.push(format!(
            "bridge {bridged:?}, join {joined:?}, bridge {again:?} samples"
        ));
    }
    let [join, leave, enter] = worst;
    for line in told {
        println!("      {line}");
    }
    println!(
        "      a join adds {} ms at most; leaving it costs {} ms, joining {} ms",
        ms(join),
        ms(leave),
        ms(enter)
    );
    for (what, samples, most) in [("a join adds", join, 15), ("leaving costs", leave, 240)] {
        if samples > most {
            return Err(format!("{what} {} ms", ms(samples)));
        }
    }
    let lost: u64 = rig
        .ports
        .iter()
        .map(|p| p.counters().overruns + p.counters().underruns)
        .sum();
    if lost > 0 {
        return Err(format!("{lost} samples were lost"));
    }
    Ok(())
}

/// Whether either party hears the other though the controller sends silence.
fn nothing_passes() -> Result<(), String> {
    let mut rig = Rig::new()?;
    rig.live(600)?;
    for party in &rig.parties {
        let loud = party
            .heard
            .iter()
            .skip(400)
            .filter(|&&o| o & 0x7f < 0x70)
            .count();
        if loud > 0 {
            return Err(format!("{loud} samples of somebody are heard"));
        }
    }
    Ok(())
}

fn joined(channels: [u16; 2]) -> Result<[Option<u16>; 2], String> {
    let joins = Joins::open().map_err(wrong)?;
    let [a, b] = channels.map(|channel| joins.heard_by(channel).map_err(wrong));
    Ok([a?, b?])
}

const BOTH: [u16; 2] = [PHONE, TRUNK];

/// A controller in a talk, until it is killed.
pub fn hold() -> Result<(), String> {
    let mut rig = Rig::new()?;
    rig.change(Path::Joined)?;
    loop {
        rig.live(100)?;
    }
}

fn a_killed_controller_leaves_no_join() -> Result<(), String> {
    let program = env::current_exe().map_err(wrong)?;
    let mut controller = Command::new(program);
    let mut controller = controller
        .arg(HOLD)
        .stdout(Stdio::null())
        .spawn()
        .map_err(wrong)?;
    sleep(Duration::from_secs(5));
    let before = joined(BOTH)?;
    controller.kill().map_err(wrong)?;
    controller.wait().map_err(wrong)?;
    if before != [Some(TRUNK), Some(PHONE)] {
        return Err(format!("it was not joined: {before:?}"));
    }
    sleep(Duration::from_millis(100));
    let after = joined(BOTH)?;
    if after != [None, None] {
        return Err(format!("still joined: {after:?}"));
    }
    nothing_passes()
}

fn a_leftover_is_taken_apart() -> Result<(), String> {
    const DIGITAL_MONITOR: i32 = 9;
    let mut pseudo = fs::OpenOptions::new();
    let pseudo = pseudo
        .read(true)
        .write(true)
        .open("/dev/dahdi/pseudo")
        .map_err(wrong)?;
    for (channel, other) in [(PHONE, TRUNK), (TRUNK, PHONE)] {
        let mut conf = ConfInfo {
            chan: i32::from(channel),
            confno: i32::from(other),
            confmode: DIGITAL_MONITOR,
        };
        ioctl::set_conf(&pseudo, &mut conf).map_err(wrong)?;
    }
    let left = joined(BOTH)?;
    if left != [Some(TRUNK), Some(PHONE)] {
        return Err(format!("nothing was left over: {left:?}"));
    }
    nothing_passes()?;
    match joined(BOTH)? {
        [None, None] => Ok(()),
        still => Err(format!("still joined: {still:?}")),
    }
}

fn a_join_outlasts_a_closing() -> Result<(), String> {
    let clock = Clock::starting_now();
    let (mut phone, trunk) = (open(PHONE, Role::Feeds)?, open(TRUNK, Role::IsFed)?);
    let key = trunk.join_key();
    phone.join(clock.now(), key.as_ref()).map_err(wrong)?;
    drop(trunk);
    let after_closing = joined(BOTH)?;
    let again = open(TRUNK, Role::IsFed)?;
    let after_opening = joined(BOTH)?;
    phone.join(clock.now(), None).map_err(wrong)?;
    drop(again);
    let after_leaving = joined(BOTH)?;
    let found = [after_closing[0], after_opening[0], after_leaving[0]];
    if found != [Some(TRUNK), Some(TRUNK), None] {
        return Err(format!("{found:?}"));
    }
    Ok(())
}
