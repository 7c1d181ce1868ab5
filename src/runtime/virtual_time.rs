//! Virtual time: one scheduler on one thread runs the lines, the keeper and the back office in
//! the order (tick, line, sequence). Time goes from frame to frame, and stops between frames
//! where anything is due. The same plant and the same seed give the same bytes.

use crate::runtime::{
    gauges::Gauges,
    links::{Handover, HubEnd, Inbox, KeeperEnd, Links, OfficeEnd, Outbox, links},
    office::{Office, OfficeRoom},
    plant::{Plant, PlantLine, Remains},
    realtime::RealTimeMark,
    seed::Seed,
    station::{AudioProbe, Station, Way},
    trunk_room::TrunkRoom,
};
use blake3::Hasher;
use line::keeper::TrunkState;
use rtrb::Producer;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use types::{
    call_record::CallEnd,
    fact::{Fact, FactAt, Leg},
    frame::{FRAME_TICKS, Frame},
    id::{LineId, TrunkId},
    query::{Answered, LineCommand},
    tap::TapEntry,
    tick::{Tick, Ticks},
};

/// The wall clock is told to the back office this often.
const ANCHOR_EVERY: Ticks = Ticks::secs(1);

/// The clock of a card: blocks begin and end on it.
const PROBE: Ticks = Ticks::ms(1);

/// What is chosen for a run beside its plant.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    pub seed: u64,
    /// Replies take from nothing up to this long, drawn from the seed.
    pub office_reply: Ticks,
    pub keeper_reply: Ticks,
    /// A fault: so many of a thousand replies of the back office take up to this long instead.
    pub late_replies: Option<(u16, Ticks)>,
    /// UTC at tick zero, in milliseconds since 1970.
    pub starts_utc_ms: i64,
    /// Whether tap entries are kept. An hour of one call is 250 MB.
    pub keep_tap: bool,
}

impl Default for WorldOptions {
    fn default() -> WorldOptions {
        WorldOptions {
            seed: 1,
            office_reply: Ticks::ms(50),
            keeper_reply: Ticks::ms(20),
            late_replies: None,
            // 2026-01-05 08:00 UTC, a Monday.
            starts_utc_ms: 1_767_600_000_000,
            keep_tap: true,
        }
    }
}

/// What has been collected of a run.
#[derive(Debug, Default)]
pub struct Story {
    pub facts: Vec<FactAt>,
    pub tap: Vec<TapEntry>,
    /// The ends of all attempts, as the lines told them.
    pub records: Vec<(LineId, CallEnd)>,
}

impl Story {
    /// The facts of one line.
    pub fn of(&self, line: LineId) -> impl Iterator<Item = &FactAt> + '_ {
        self.facts.iter().filter(move |f| f.line == line)
    }
}

/// A line with all ends of its rings.
struct Seat {
    station: Station,
    inbox: Inbox,
    outbox: Outbox,
    office: OfficeEnd,
    keeper: KeeperEnd,
    hub: HubEnd,
    commands: Producer<LineCommand>,
    audio: Arc<Mutex<Hasher>>,
    /// No reply overtakes the one before it.
    last_answer: Tick,
    last_handover: Tick,
    /// When the line is to have its next turn, if nothing comes before.
    next: Tick,
}

/// A reply on its way to a line.
#[expect(
    clippy::large_enum_variant,
    reason = "a few are on their way at a time, and a verdict holds its routes by value"
)]
enum Delivery {
    Answer(Answered),
    Handover(Handover),
}

/// A plant on virtual time.
pub struct World {
    now: Tick,
    /// Whether nothing has run yet.
    fresh: bool,
    options: WorldOptions,
    seats: Vec<Seat>,
    trunks: TrunkRoom,
    office: OfficeRoom,
    /// By when, whose (by place), and in which order sent.
    deliveries: BTreeMap<(Tick, usize, u64), Delivery>,
    sequence: u64,
    seed: Seed,
    anchor_at: Tick,
    story: Story,
    told: Hasher,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .field("lines", &self.seats.len())
            .field("facts", &self.story.facts.len())
            .finish_non_exhaustive()
    }
}

impl World {
    pub fn new(plant: Plant, options: WorldOptions) -> World {
        let now = Tick::ZERO;
        let Plant {
            lines,
            trunks,
            office,
            make_line,
            shared: _,
            recorder: _,
        } = plant;
        let seat = |l: PlantLine| {
            let line = make_line(l.traits());
            let gauges = Arc::new(Gauges::new(l.id));
            let mut station = Station::new(line, l.phone, Arc::clone(&gauges));
            if let Some(own) = l.own_trunk {
                station = station.with_own_trunk(own.profile, own.port);
            }
            Seat::new(station, links(gauges))
        };
        let trunks = trunks.into_iter().map(|t| (t.profile, t.port)).collect();
        World {
            now,
            fresh: true,
            seed: Seed::new(options.seed),
            options,
            seats: lines.into_iter().map(seat).collect(),
            trunks: TrunkRoom::new(now, trunks),
            office: OfficeRoom::new(office),
            deliveries: BTreeMap::new(),
            sequence: 0,
            anchor_at: now,
            story: Story::default(),
            told: Hasher::new(),
        }
    }

    pub fn now(&self) -> Tick {
        self.now
    }

    /// Runs everything up to and including `tick`.
    pub fn run_until(&mut self, tick: Tick) {
        self.run_while(|_| true, tick);
    }

    /// Runs while `goes_on` holds, but not past `limit`; whether it ceased to hold.
    pub fn run_while(&mut self, mut goes_on: impl FnMut(&World) -> bool, limit: Tick) -> bool {
        loop {
            if !goes_on(self) {
                return true;
            }
            let next = if self.fresh { self.now } else { self.next() };
            if next > limit {
                self.now = self.now.max(limit);
                return false;
            }
            self.fresh = false;
            self.now = next;
            self.step();
        }
    }

    /// Tells a line something, as an officer's console would.
    ///
    /// # Panics
    /// When there is no such line, or it has not taken what it was told before.
    pub fn command(&mut self, line: LineId, command: LineCommand) {
        let seat = self.seats.iter_mut().find(|s| s.station.id() == line);
        let seat = seat.unwrap_or_else(|| panic!("there is no line {line}"));
        let taken = seat.commands.push(command);
        assert!(taken.is_ok(), "line {line} takes its commands each turn");
    }

    pub fn story(&self) -> &Story {
        &self.story
    }

    /// The name of the phase a line's call is in.
    pub fn phase(&self, line: LineId) -> Option<&'static str> {
        self.seat(line).map(|s| s.station.phase())
    }

    /// Whether all lines were told to stop and have nothing going on.
    pub fn is_quiet(&self) -> bool {
        self.seats.iter().all(|s| s.station.quiet(&s.outbox))
    }

    /// Whether all lines were cut and have come to their end.
    pub fn is_stopped(&self) -> bool {
        let stopped = |s: &Seat| s.station.stopped(self.now, &s.outbox);
        self.seats.iter().all(stopped)
    }

    pub fn gauges(&self, line: LineId) -> Option<&Gauges> {
        self.seat(line).map(|s| &**s.station.gauges())
    }

    pub fn trunk_states(&self) -> impl Iterator<Item = (TrunkId, TrunkState)> + '_ {
        self.trunks.states()
    }

    pub fn office(&mut self) -> &mut dyn Office {
        self.office.office()
    }

    /// A fingerprint of every frame that went through a port and of every fact so far.
    pub fn hash(&self) -> blake3::Hash {
        let mut all = self.told.clone();
        for seat in &self.seats {
            all.update(locked(&seat.audio).finalize().as_bytes());
        }
        all.finalize()
    }

    /// Ends the run: what it left, and what it told. Lent trunks come home.
    pub fn finish(mut self) -> (Remains, Story) {
        for (at, seat) in self.seats.iter_mut().enumerate() {
            seat.station.release_trunk(self.now, &mut seat.outbox);
            while let Ok(handover) = seat.inbox.handovers.pop() {
                bring_home(&mut self.trunks, self.now, seat.keeper.line, handover);
            }
            let line = seat.keeper.line;
            let mine = self.deliveries.extract_if(.., |key, _| key.1 == at);
            for (_, delivery) in mine {
                if let Delivery::Handover(handover) = delivery {
                    bring_home(&mut self.trunks, self.now, line, handover);
                }
            }
            while let Ok(ask) = seat.keeper.asks.pop() {
                if let Some(handover) = self.trunks.ask(self.now, line, ask) {
                    bring_home(&mut self.trunks, self.now, line, handover);
                }
            }
        }
        self.serve_office();
        let stations = self.seats.into_iter().map(|seat| seat.station);
        let remains = Remains::of(
            stations,
            self.trunks.into_ports(),
            Some(self.office.into_office()),
            Vec::new(),
        );
        (remains, self.story)
    }

    fn seat(&self, line: LineId) -> Option<&Seat> {
        self.seats.iter().find(|s| s.station.id() == line)
    }

    /// The next instant at which anything may happen. What the far end of an idle trunk does
    /// by itself is seen each frame.
    fn next(&self) -> Tick {
        let delivery = self.deliveries.keys().next().map(|key| key.0);
        let seats = self.seats.iter().map(|s| s.next);
        let next = delivery.into_iter().chain(seats);
        let next = next.fold(self.trunks.wake_at(), Tick::min);
        next.min(next_frame(self.now)).max(self.now + Ticks(1))
    }

    fn step(&mut self) {
        if self.now >= self.anchor_at {
            self.anchor_at = self.now + ANCHOR_EVERY;
            let utc_ms = self.now.since(Tick::ZERO).as_ms().cast_signed();
            let utc_ms = self.options.starts_utc_ms + utc_ms;
            self.office.office().anchor(self.now, utc_ms);
            for (line, settings) in self.office.office().settings_changes(self.now) {
                self.command(line, LineCommand::Settings(settings));
            }
            for line in self.office.office().cuts() {
                self.command(line, LineCommand::CutOff);
            }
            for (line, officer) in self.office.office().words(self.now) {
                self.command(line, LineCommand::Confirm { officer });
            }
        }
        self.deliver();
        let frame = self.now.0.is_multiple_of(FRAME_TICKS.0);
        for seat in &mut self.seats {
            if seat.next <= self.now || !seat.inbox.is_empty() {
                seat.turn(self.now);
            }
        }
        if frame || self.trunks.wake_at() <= self.now {
            self.trunks.turn(self.now);
        }
        self.serve_keeper();
        self.serve_office();
        self.collect();
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.deliveries.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let ((_, at, _), delivery) = entry.remove_entry();
            let seat = &mut self.seats[at];
            match delivery {
                Delivery::Answer(answer) => seat.office.answer(answer),
                Delivery::Handover(handover) => seat.keeper.hand_over(handover),
            }
        }
    }

    fn serve_keeper(&mut self) {
        for (at, seat) in self.seats.iter_mut().enumerate() {
            while let Ok(ask) = seat.keeper.asks.pop() {
                let Some(handover) = self.trunks.ask(self.now, seat.keeper.line, ask) else {
                    continue;
                };
                let delay = self.seed.up_to(self.options.keeper_reply);
                seat.last_handover = seat.last_handover.max(self.now + delay);
                self.sequence += 1;
                let key = (seat.last_handover, at, self.sequence);
                let delivery = Delivery::Handover(handover);
                self.deliveries.insert(key, delivery);
            }
        }
    }

    fn serve_office(&mut self) {
        if self.office.retry_at().is_some_and(|at| at <= self.now) {
            self.office.retry();
        }
        for at in 0..self.seats.len() {
            while let Ok(asked) = self.seats[at].office.asks.pop() {
                let line = self.seats[at].office.line;
                self.office.take(line, asked);
                if self.office.is_full() {
                    self.commit();
                }
            }
        }
        if self.office.has_work() {
            self.commit();
        }
    }

    fn commit(&mut self) {
        let answers = self.office.commit(self.now);
        if let Some(message) = self.office.take_panic() {
            panic!("the back office failed: {message}");
        }
        for (line, answer) in answers {
            let at = self.seats.iter().position(|s| s.office.line == line);
            let at = at.expect("an answer goes to who asked");
            let delay = self.office_delay();
            let seat = &mut self.seats[at];
            seat.last_answer = seat.last_answer.max(self.now + delay);
            self.sequence += 1;
            let key = (seat.last_answer, at, self.sequence);
            self.deliveries.insert(key, Delivery::Answer(answer));
        }
    }

    fn office_delay(&mut self) -> Ticks {
        let longest = match self.options.late_replies {
            Some((thousandths, longest)) if self.seed.once_in(thousandths) => longest,
            _ => self.options.office_reply,
        };
        self.seed.up_to(longest)
    }

    fn collect(&mut self) {
        for seat in &mut self.seats {
            seat.outbox.take_wakes();
            while let Ok(fact) = seat.hub.facts.pop() {
                self.told.update(format!("{fact:?}\n").as_bytes());
                if let Fact::Ended(end) = &fact.fact {
                    self.story.records.push((fact.line, end.clone()));
                }
                self.story.facts.push(fact);
            }
            while let Ok(entry) = seat.hub.tap.pop() {
                if self.options.keep_tap {
                    self.story.tap.push(entry);
                }
            }
        }
    }
}

impl Seat {
    fn new(mut station: Station, links: Links) -> Seat {
        let audio = Arc::new(Mutex::new(Hasher::new()));
        station.set_probe(Box::new(AudioHash(Arc::clone(&audio))));
        Seat {
            station,
            inbox: links.inbox,
            outbox: links.outbox,
            office: links.office,
            keeper: links.keeper,
            hub: links.hub,
            commands: links.commands,
            audio,
            last_answer: Tick::ZERO,
            last_handover: Tick::ZERO,
            next: Tick::ZERO,
        }
    }

    fn turn(&mut self, now: Tick) {
        // As strict as a line's thread: what allocates here would allocate there.
        let mark = RealTimeMark::set();
        self.station.turn(|| now, &mut self.inbox, &mut self.outbox);
        drop(mark);
        // A port can't say when its far end will act: an idle one is looked at each frame, one
        // that has just started its blocks anew each millisecond until the first is there.
        let look = match (self.station.media(), self.station.frame_at()) {
            (false, _) => next_frame(now),
            (true, Some(at)) if at > now => at,
            (true, _) => next_on(now, PROBE),
        };
        self.next = look.min(self.station.wake_at()).max(now + Ticks(1));
    }
}

/// The next tick on the common grid of frames.
fn next_frame(now: Tick) -> Tick {
    next_on(now, FRAME_TICKS)
}

fn next_on(now: Tick, grid: Ticks) -> Tick {
    Tick(now.0 - now.0 % grid.0) + grid
}

/// A trunk that was on its way to a line goes back unused.
fn bring_home(trunks: &mut TrunkRoom, now: Tick, line: LineId, handover: Handover) {
    if let Some(back) = handover.refused() {
        trunks.ask(now, line, back);
    }
}

/// Hashes what goes through a line's ports.
struct AudioHash(Arc<Mutex<Hasher>>);

impl AudioProbe for AudioHash {
    fn audio(&mut self, at: Tick, leg: Leg, way: Way, frame: &Frame) {
        let mut hasher = locked(&self.0);
        hasher.update(&at.0.to_le_bytes());
        hasher.update(&[u8::from(leg == Leg::Trunk), u8::from(way == Way::Out)]);
        hasher.update(frame);
    }
}

/// There is one thread: nobody can have panicked with the lock held and gone on.
fn locked(hasher: &Mutex<Hasher>) -> MutexGuard<'_, Hasher> {
    hasher.lock().unwrap_or_else(PoisonError::into_inner)
}
