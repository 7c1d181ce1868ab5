//! The same scenarios on real DAHDI channels: inside the guest that `tests/dahdi/run` boots, each
//! takes channels of its own, and simulated parties sit behind the far spans.

use super::{
    Outcome, Scenario, memory,
    needs::Need,
    outcome::{lost, office_of},
    own_office,
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
        plant::Plant,
        sched::{WATCHDOG_PRIORITY, go_real_time},
        threads::{Controller, ThreadOptions, hub::Audience},
        virtual_time::Story,
    },
    site::trunk_role,
};
use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
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
const MAKING: Duration = Duration::from_secs(8);
/// What a far end may have lost in a whole scenario. Its samples are counted by the clock, and a
/// local span hands audio over in bursts of 8 ms: a block that came with a late burst, and went out
/// in time, can count as a few samples late. A block that is really lost is 80; one may be, as to take
/// a span away and make it again holds the guest's one processor for 15 ms.
const BURST: u64 = 160;

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
    Path::new("/proc/fakecard").exists()
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
    /// They are none of the pool's.
    named: bool,
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
            named: false,
        }
    }

    fn of(scenario: &Scenario) -> Lease {
        let role = trunk_role(scenario.signalling);
        match &scenario.harm {
            Some(harm) => Lease {
                phones: harm.phones.clone(),
                trunks: harm.trunks.clone(),
                trunk_kind: Kind::of(role),
                named: true,
            },
            None => Lease::take(scenario.handsets.len(), scenario.trunks.len(), role),
        }
    }
}

/// A scenario's own channels, of spans that nobody else is at, and what is done to them meanwhile.
pub struct Harm {
    pub phones: Vec<u16>,
    pub trunks: Vec<u16>,
    /// While this is set, the exchange of the first trunk has left its channel; afterwards it is
    /// another one.
    pub away: Arc<AtomicBool>,
    /// What is done and when, in order of time.
    pub acts: Vec<(Tick, Box<dyn FnOnce()>)>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.named {
            return;
        }
        let mut free = POOL.free.lock().unwrap_or_else(PoisonError::into_inner);
        free[0].append(&mut self.phones);
        free[self.trunk_kind].append(&mut self.trunks);
        POOL.changed.notify_all();
    }
}

type Left = JoinHandle<Transcript>;

/// Far ends with a thread each.
pub struct FarEnds {
    stop: Arc<AtomicBool>,
    controllers: Clock,
    clock: clocked::Clock,
    /// The first exchange has left its channel.
    away: Option<Arc<AtomicBool>>,
    phones: Vec<Left>,
    trunks: Vec<Left>,
}

/// The wires to a far end, by the controller's channel.
#[derive(Clone, Copy)]
struct Wires {
    channel: u16,
    role: Role,
    law: Law,
    copper: Copper,
    seed: u64,
}

impl FarEnds {
    fn none_yet(clock: Clock, scenario: &Scenario) -> FarEnds {
        FarEnds {
            stop: Arc::default(),
            controllers: clock,
            clock: clocked::Clock::new(clock.origin()),
            away: scenario.harm.as_ref().map(|h| Arc::clone(&h.away)),
            phones: Vec::new(),
            trunks: Vec::new(),
        }
    }

    /// The telephones and exchanges of a scenario, at the far ends of these channels.
    fn of(scenario: &mut Scenario, lease: &Lease, clock: Clock) -> FarEnds {
        let mut far_ends = FarEnds::none_yet(clock, scenario);
        let routes = Arc::new(std::mem::take(&mut scenario.routes));
        for (number, (line, channel)) in (1..).zip(scenario.trunks.iter().zip(&lease.trunks)) {
            let line = scenario.exchange_line(line);
            let routes = Arc::clone(&routes);
            let wires = Wires {
                channel: *channel,
                role: KINDS[lease.trunk_kind].role,
                law: scenario.law.1,
                copper: scenario.trunk_copper,
                seed: scenario.seed + 1000 + number,
            };
            let exchange = move || Exchange::new(line.clone(), Arc::clone(&routes));
            let away = far_ends.away.clone().filter(|_| number == 1);
            far_ends.trunks.push(far_ends.live(exchange, wires, away));
        }
        for (number, (steps, channel)) in (1..).zip(scenario.handsets.iter().zip(&lease.phones)) {
            let script = scenario.script(steps);
            let wires = Wires {
                channel: *channel,
                role: Role::Feeds,
                law: scenario.law.0,
                copper: scenario.phone_copper,
                seed: scenario.seed + number,
            };
            let handset = move || Handset::new(script.clone());
            far_ends.phones.push(far_ends.live(handset, wires, None));
        }
        far_ends
    }

    fn live<F: FarEnd + 'static>(
        &self,
        party: impl Fn() -> F + Send + 'static,
        wires: Wires,
        away: Option<Arc<AtomicBool>>,
    ) -> Left {
        let (clock, controllers) = (self.clock, self.controllers);
        let open = move || {
            let Wires {
                channel,
                role,
                law,
                copper,
                seed,
            } = wires;
            let far = channel + KINDS[Kind::of(role)].far;
            match role {
                Role::Bits(bits) => {
                    FarChannel::open_bits(party(), (far, bits), law, copper, seed, clock)
                }
                Role::Feeds | Role::IsFed => {
                    FarChannel::open(party(), far, law, copper, seed, clock)
                }
            }
        };
        let channel = wires.channel;
        let mut far = open().unwrap_or_else(|e| panic!("the far end at channel {channel}: {e}"));
        let ended = Arc::clone(&self.stop);
        let leaves = away.is_some();
        let leave = away.unwrap_or_else(|| Arc::clone(&ended));
        thread::spawn(move || {
            wait_for_tick_zero(controllers);
            // It stands for hardware, which no test's own work holds up.
            go_real_time(WATCHDOG_PRIORITY).expect("the guest's programs are root's");
            loop {
                let lived = far.run(&leave);
                let (transcript, counters) = lived.unwrap_or_else(|e| panic!("{channel}: {e}"));
                if ended.load(Ordering::Acquire) {
                    let lost = counters.overruns + counters.underruns;
                    let well = leaves || lost < BURST;
                    assert!(well, "the far end at channel {channel} lost {lost} samples");
                    return transcript;
                }
                while leave.load(Ordering::Acquire) {
                    thread::sleep(Duration::from_millis(20));
                }
                far = open().unwrap_or_else(|e| panic!("channel {channel} again: {e}"));
            }
        })
    }

    /// Ends them: the transcripts of the telephones, and of the exchanges.
    pub fn end(self) -> (Vec<Transcript>, Vec<Transcript>) {
        self.stop.store(true, Ordering::Release);
        if let Some(away) = &self.away {
            away.store(true, Ordering::Release);
        }
        let left = |threads: Vec<Left>| {
            let ends = threads.into_iter().map(|t| t.join().expect("the far end"));
            ends.collect()
        };
        (left(self.phones), left(self.trunks))
    }
}

/// A port; where harm is done, one that may be opened later.
fn open(scenario: &Scenario, channel: u16, role: Role, law: Law) -> Box<dyn Port> {
    let wiring = Wiring {
        channel,
        role,
        law,
        slack: 2,
    };
    let port = match scenario.harm {
        Some(_) => DahdiPort::new(wiring),
        None => DahdiPort::open(wiring),
    };
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

fn plant(scenario: &Scenario, lease: &Lease, office: BackOffice) -> Plant {
    let place = |number: u16| usize::from(number) - 1;
    let lines = scenario.lines(&office, |number, _| {
        let channel = lease.phones[place(number)];
        open(scenario, channel, Role::Feeds, scenario.law.0)
    });
    let trunks = scenario.trunks_with(|number, _| {
        let channel = lease.trunks[place(number)];
        open(
            scenario,
            channel,
            KINDS[lease.trunk_kind].role,
            scenario.law.1,
        )
    });
    scenario.plant(lines, trunks, office)
}

fn control(plant: Plant, clock: Clock, audience: Audience) -> Controller {
    let options = ThreadOptions {
        clock,
        lock_memory: false,
        silent_after: Ticks::secs(2),
        ..ThreadOptions::default()
    };
    Controller::start(plant, options, audience).expect("the controller")
}

/// What officers do, and what is done to the channels.
fn drive(scenario: &mut Scenario, controller: &Controller, clock: Clock) {
    let mut commands = scenario.commands_in_order().into_iter().peekable();
    let mut changes = scenario.changes_in_order().into_iter().peekable();
    let harm = scenario.harm.as_mut();
    let mut acts = harm.map_or(Vec::new(), |h| std::mem::take(&mut h.acts));
    let mut order = |until: Tick| {
        while let Some((at, line, command)) = commands.next_if(|c| c.0 <= until) {
            wait_until(clock, at);
            let taken = controller.command(line, command);
            taken.expect("the command is taken");
        }
        while let Some((at, change)) = changes.next_if(|c| c.0 <= until) {
            wait_until(clock, at);
            let changed = controller.office(move |office, now| change(own_office(office), now));
            changed.expect("the back office is there");
        }
        wait_until(clock, until);
    };
    for (at, act) in acts.drain(..) {
        order(at);
        act();
    }
    order(Tick::ZERO + scenario.length);
}

pub fn run(
    mut scenario: Scenario,
    office: BackOffice,
    dir: tempfile::TempDir,
    config: Config,
) -> Outcome {
    skip_what_is_lacking(&scenario);
    report("ran", &format!("{} s", scenario.length.as_secs()));
    memory::watch();
    let lease = Lease::of(&scenario);
    let plant = plant(&scenario, &lease, office);
    thread::sleep(REST);
    let clock = Clock::starting_in(MAKING);
    let mut audience = Audience::default();
    let facts = audience.facts(1 << 16);
    let tap = audience.tap(None, 1 << 16);
    let controller = control(plant, clock, audience);
    let far_ends = FarEnds::of(&mut scenario, &lease, clock);
    assert_eq!(clock.now(), Tick::ZERO, "all is there in time");
    wait_for_tick_zero(clock);
    drive(&mut scenario, &controller, clock);
    let gauges = controller.gauges().find(|g| g.line == LineId(1));
    let lost = lost(gauges.expect("line 1"));
    let office = office_of(controller.stop(Duration::ZERO));
    let (phones, trunks) = far_ends.end();
    drop(lease);
    memory::assert_none_was_taken();
    let story = Story {
        facts: facts.receiver.try_iter().collect(),
        tap: tap.receiver.try_iter().collect(),
        records: Vec::new(),
    };
    let end = Tick::ZERO + scenario.length;
    Outcome {
        lost,
        ..Outcome::of(phones, trunks, story, &office, end, dir, config)
    }
}

/// The controller of a scenario alone, to be killed: it never returns.
pub fn only_control(scenario: &Scenario, office: BackOffice, ready: &Path) -> ! {
    let lease = Lease::of(scenario);
    let plant = plant(scenario, &lease, office);
    thread::sleep(REST);
    let _controller = control(plant, Clock::start(), Audience::default());
    std::fs::write(ready, "").expect("the guest's disk");
    loop {
        thread::sleep(Duration::from_secs(60));
    }
}

/// The other parties of a scenario alone, from now on.
pub fn only_parties(scenario: &mut Scenario) -> (FarEnds, Clock) {
    report("ran", &format!("{} s", scenario.length.as_secs()));
    let clock = Clock::starting_in(MAKING);
    let lease = Lease::of(scenario);
    let far_ends = FarEnds::of(scenario, &lease, clock);
    wait_for_tick_zero(clock);
    (far_ends, clock)
}
