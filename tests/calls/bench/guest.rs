//! The same scenarios on real DAHDI channels: inside the guest that `tests/dahdi/run` boots, each
//! takes channels of its own, and simulated parties sit behind the far spans.

use super::{
    Outcome, Scenario,
    needs::Need,
    outcome::{lost, office_of},
};
use backoffice::{BackOffice, Config};
use drivers::{
    dahdi::{
        bits::Bits,
        channel::Role,
        dahdi_port::{DahdiPort, Wiring},
        far_channel::FarChannel,
    },
    port::Port,
    sim::{
        clocked, copper::Copper, exchange::Exchange, far_end::FarEnd, handset::Handset,
        transcript::Transcript,
    },
};
use sallyport::{
    runtime::{
        clock::Clock,
        sched::{WATCHDOG_PRIORITY, go_real_time},
        threads::{Controller, ThreadOptions, hub::Audience},
        virtual_time::Story,
    },
    site::trunk_role,
};
use std::{
    fs::OpenOptions,
    io::Write as _,
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use types::{
    frame::Law,
    id::LineId,
    tick::{Tick, Ticks},
};

/// Channels of one kind: the controller's, on the spans of `calls.conf` and `signalling.conf` and the
/// card of `fake.conf`, and how far from each the far end's is.
struct Kind {
    role: Role,
    first: u16,
    count: u16,
    far: u16,
}

const KINDS: &[Kind] = &[
    Kind::new(Role::Feeds, 1, 24, 24),
    Kind::new(Role::IsFed, 49, 24, 24),
    Kind::new(Role::Bits(Bits::Em), 97, 11, 24),
    Kind::new(Role::Bits(Bits::GroundStart), 109, 12, 24),
    Kind::new(Role::Bits(Bits::R2 { cd: 0b01 }), 145, 13, 31),
    Kind::new(Role::Bits(Bits::R2 { cd: 0b11 }), 158, 2, 31),
];

impl Kind {
    const fn new(role: Role, first: u16, count: u16, far: u16) -> Kind {
        Kind {
            role,
            first,
            count,
            far,
        }
    }

    fn of(role: Role) -> usize {
        let kind = KINDS.iter().position(|kind| kind.role == role);
        kind.expect("the guest has channels of each kind")
    }
}
/// A channel that was opened or hung up needs this long until ringing is seen on it.
const REST: Duration = Duration::from_secs(3);
/// From the making of a scenario's clock to its tick zero, at which all threads are there.
const MAKING: Duration = Duration::from_secs(2);
/// What a far end may have lost in a whole scenario. Its samples are counted by the clock, and a
/// local span hands audio over in bursts of 8 ms: a block that came with a late burst, and went out
/// in time, can count as a few samples late. A block that is really lost is 80.
const BURST: u64 = 80;

/// Whether this is the guest.
pub fn inside() -> bool {
    directory().is_some()
}

/// Where what became of each scenario is written: one file for those that ran on channels, and
/// one for those that can't.
fn directory() -> Option<PathBuf> {
    std::env::var_os("SALLYPORT_DAHDI_GUEST").map(PathBuf::from)
}

/// Whether the channels are of the card that is not there, and not of local spans: it has polarity.
fn on_a_card() -> bool {
    std::env::var_os("SALLYPORT_DAHDI_CARD").is_some()
}

/// Adds a line of this scenario's to a file there.
fn report(file: &str, what: &str) {
    let path = directory().expect("inside the guest").join(file);
    let opened = OpenOptions::new().create(true).append(true).open(path);
    let thread = thread::current();
    let name = thread.name().expect("the test's thread has its name");
    let line = format!("{name}\t{what}\n");
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    written.expect("the guest's disk");
}

/// Ends the test of a scenario that asks for what the guest has not: to the test program it has
/// failed, and who runs it reads in the file that it was skipped, and why.
fn skip_what_is_lacking(scenario: &Scenario) {
    let mut needs = scenario.needs();
    if on_a_card() {
        needs.retain(|need| *need != Need::Polarity);
    }
    if needs.is_empty() {
        return;
    }
    let reasons: Vec<&str> = needs.iter().map(|need| need.lacking()).collect();
    report("skipped", &reasons.join("; "));
    std::panic::resume_unwind(Box::new("skipped"));
}

/// Channels that no scenario uses, by kind.
struct Pool {
    free: Mutex<Vec<Vec<u16>>>,
    changed: Condvar,
}

static POOL: Pool = Pool {
    free: Mutex::new(Vec::new()),
    changed: Condvar::new(),
};

/// Channels of one scenario, which go back when this is dropped.
struct Lease {
    phones: Vec<u16>,
    trunks: Vec<u16>,
    trunk_kind: usize,
}

impl Lease {
    fn take(phones: usize, trunks: usize, role: Role) -> Lease {
        static FILL: std::sync::Once = std::sync::Once::new();
        FILL.call_once(|| {
            let mut free = POOL.free.lock().unwrap_or_else(PoisonError::into_inner);
            let channels = |kind: &Kind| (kind.first..kind.first + kind.count).rev().collect();
            free.extend(KINDS.iter().map(channels));
        });
        let trunk_kind = Kind::of(role);
        let there = |kind: usize, wanted| wanted <= usize::from(KINDS[kind].count);
        assert!(
            there(0, phones) && there(trunk_kind, trunks),
            "too many channels"
        );
        let mut free = POOL.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free[0].len() < phones || free[trunk_kind].len() < trunks {
            free = POOL
                .changed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let mut some = |kind: usize, count: usize| {
            let rest = free[kind].len() - count;
            free[kind].split_off(rest)
        };
        Lease {
            phones: some(0, phones),
            trunks: some(trunk_kind, trunks),
            trunk_kind,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut free = POOL.free.lock().unwrap_or_else(PoisonError::into_inner);
        free[0].append(&mut self.phones);
        free[self.trunk_kind].append(&mut self.trunks);
        POOL.changed.notify_all();
    }
}

type Left = JoinHandle<Transcript>;

/// Far ends with a thread each.
struct FarEnds {
    stop: Arc<AtomicBool>,
    controllers: Clock,
    clock: clocked::Clock,
    phones: Vec<Left>,
    trunks: Vec<Left>,
}

impl FarEnds {
    fn live<F: FarEnd + 'static>(
        &self,
        far: F,
        (channel, role): (u16, Role),
        law: Law,
        copper: Copper,
        seed: u64,
    ) -> Left {
        let channel = channel + KINDS[Kind::of(role)].far;
        let opened = match role {
            Role::Bits(bits) => {
                FarChannel::open_bits(far, (channel, bits), law, copper, seed, self.clock)
            }
            Role::Feeds | Role::IsFed => {
                FarChannel::open(far, channel, law, copper, seed, self.clock)
            }
        };
        let far = opened.unwrap_or_else(|e| panic!("the far end at channel {channel}: {e}"));
        let stop = Arc::clone(&self.stop);
        let clock = self.controllers;
        thread::spawn(move || {
            wait_for_tick_zero(clock);
            // It stands for hardware, which no test's own work holds up.
            go_real_time(WATCHDOG_PRIORITY).expect("the guest's programs are root's");
            let lived = far.run(&stop);
            let (transcript, counters) = lived.unwrap_or_else(|e| panic!("channel {channel}: {e}"));
            let lost = counters.overruns + counters.underruns;
            assert!(
                lost < BURST,
                "the far end at channel {channel} lost {lost} samples"
            );
            transcript
        })
    }

    fn end(self) -> (Vec<Transcript>, Vec<Transcript>) {
        self.stop.store(true, Ordering::Release);
        let left = |threads: Vec<Left>| {
            let ends = threads.into_iter().map(|t| t.join().expect("the far end"));
            ends.collect()
        };
        (left(self.phones), left(self.trunks))
    }
}

fn open(channel: u16, role: Role, law: Law) -> Box<dyn Port> {
    let port = DahdiPort::open(Wiring {
        channel,
        role,
        law,
        slack: 2,
    });
    Box::new(port.unwrap_or_else(|e| panic!("channel {channel}: {e}")))
}

fn wait_until(clock: Clock, tick: Tick) {
    thread::sleep(clock.until(tick));
}

fn wait_for_tick_zero(clock: Clock) {
    while clock.now() == Tick::ZERO {
        thread::sleep(Duration::from_millis(1));
    }
}

pub fn run(
    mut scenario: Scenario,
    office: BackOffice,
    dir: tempfile::TempDir,
    config: Config,
) -> Outcome {
    skip_what_is_lacking(&scenario);
    report("ran", &format!("{} s", scenario.length.as_secs()));
    let trunk_role = trunk_role(scenario.signalling);
    let lease = Lease::take(scenario.handsets.len(), scenario.trunks.len(), trunk_role);
    let role = |number: u16| usize::from(number) - 1;
    let mut scripts = Vec::new();
    let lines = scenario.lines(&office, |number, script| {
        let channel = lease.phones[role(number)];
        scripts.push((channel, script));
        open(channel, Role::Feeds, scenario.law.0)
    });
    let mut exchanges = Vec::new();
    let routes = Arc::new(std::mem::take(&mut scenario.routes));
    let trunks = scenario.trunks_with(|number, line| {
        let channel = lease.trunks[role(number)];
        exchanges.push((channel, Exchange::new(line, Arc::clone(&routes))));
        open(channel, trunk_role, scenario.law.1)
    });
    let plant = scenario.plant(lines, trunks, office);
    thread::sleep(REST);
    let clock = Clock::starting_in(MAKING);
    let mut far_ends = FarEnds {
        stop: Arc::default(),
        controllers: clock,
        clock: clocked::Clock::new(clock.origin()),
        phones: Vec::new(),
        trunks: Vec::new(),
    };
    let (law, copper) = (scenario.law.1, scenario.trunk_copper);
    for (number, (channel, exchange)) in (1..).zip(exchanges) {
        let seed = scenario.seed + 1000 + number;
        let left = far_ends.live(exchange, (channel, trunk_role), law, copper, seed);
        far_ends.trunks.push(left);
    }
    let mut audience = Audience::default();
    let facts = audience.facts(1 << 16);
    let tap = audience.tap(None, 1 << 16);
    let options = ThreadOptions {
        clock,
        lock_memory: false,
        silent_after: Ticks::secs(2),
        ..ThreadOptions::default()
    };
    let controller = Controller::start(plant, options, audience).expect("the controller");
    let (law, copper) = (scenario.law.0, scenario.phone_copper);
    for (number, (channel, script)) in (1..).zip(scripts) {
        let seed = scenario.seed + number;
        let left = far_ends.live(
            Handset::new(script),
            (channel, Role::Feeds),
            law,
            copper,
            seed,
        );
        far_ends.phones.push(left);
    }
    assert_eq!(clock.now(), Tick::ZERO, "all is there in time");
    wait_for_tick_zero(clock);
    for (at, line, command) in scenario.commands_in_order() {
        wait_until(clock, at);
        controller
            .command(line, command)
            .expect("the command is taken");
    }
    let end = Tick::ZERO + scenario.length;
    wait_until(clock, end);
    let gauges = controller.gauges().find(|g| g.line == LineId(1));
    let lost = lost(gauges.expect("line 1"));
    let office = office_of(controller.stop(Duration::ZERO));
    let (phones, trunks) = far_ends.end();
    drop(lease);
    let story = Story {
        facts: facts.receiver.try_iter().collect(),
        tap: tap.receiver.try_iter().collect(),
        records: Vec::new(),
    };
    Outcome {
        lost,
        ..Outcome::of(phones, trunks, story, &office, end, dir, config)
    }
}
