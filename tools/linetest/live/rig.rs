//! Moves frames between a port and a measurement, and restores the line whatever happens.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use drivers::port::{PortCounters, PortError, Read, Write};
use dsp::g711;
use signaling::{
    SupervisionEvent, Trunk,
    step::{Step, Steps},
};
use types::{
    edge::{EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law, Samples},
    tick::{Tick, Ticks},
    trunk::{TrunkProfile, TrunkSignalling},
};

use super::{
    station::{Part, Station, Time},
    trouble::Trouble,
    wires::BothWays,
};

/// A frame that came in, with what happened on the wires since the last one.
#[derive(Debug)]
pub(crate) struct Heard<'a> {
    pub octets: &'a Frame,
    pub samples: &'a Samples,
    pub end: Tick,
    /// Samples lost before it, by us or by the card.
    pub lost: u32,
    pub edges: &'a [EdgeAt],
}

/// What a measurement does with each frame: fills the one that goes out.
pub(crate) type Job<'a> = &'a mut dyn FnMut(&Heard<'_>, &mut Frame) -> ControlFlow<()>;

/// A line under measurement.
pub(crate) struct Rig {
    station: Station,
    stop: Arc<AtomicBool>,
    off_hook: bool,
    media: bool,
    ringing: bool,
    /// A frame of ours was not taken: what is sent and what is heard have moved apart.
    unsent: u32,
    edges: Vec<EdgeAt>,
    restored: Vec<&'static str>,
}

/// Nothing arrived for so long: the channel does not move audio.
const DEAD: Ticks = Ticks::secs(3);
/// How long an exchange may take to ground the tip.
const GROUND: Ticks = Ticks::secs(5);
/// A loop through two queues and two spans is shorter.
const SETTLES: Ticks = Ticks::ms(300);
const NAP: Duration = Duration::from_millis(2);

impl Rig {
    pub fn new(station: Station, stop: Arc<AtomicBool>) -> Rig {
        Rig {
            station,
            stop,
            off_hook: false,
            media: false,
            ringing: false,
            unsent: 0,
            edges: Vec::new(),
            restored: Vec::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.station.name
    }

    pub fn part(&self) -> Part {
        self.station.part
    }

    /// Whether a loop break of the exchange goes untold, as the channel is configured.
    pub fn hides_loop_breaks(&self) -> bool {
        self.station.hides_loop_breaks
    }

    pub fn law(&self) -> Law {
        self.station.port.law()
    }

    pub fn country(&self) -> &tonetables::Country {
        &self.station.country
    }

    /// Samples that our own queue adds to a round trip.
    pub fn turnaround(&self) -> usize {
        self.station.turnaround
    }

    pub fn counters(&self) -> PortCounters {
        self.station.port.counters()
    }

    pub fn hook_state(&self) -> Result<HookState, Trouble> {
        self.station.port.hook().map_err(|error| self.failed(error))
    }

    /// The signalling bits, where the line has such.
    pub fn bits(&self) -> Option<BothWays> {
        self.station.wires.now()
    }

    pub fn now(&self) -> Tick {
        match self.station.time {
            Time::Virtual(now) => now,
            Time::Real(clock) => clock.now(),
        }
    }

    /// Says what is about to be done to the line.
    pub fn say(&self, what: &str) {
        super::say(&format!("{}: {what}", self.name()));
    }

    fn failed(&self, error: PortError) -> Trouble {
        Trouble::Port {
            line: self.name().to_owned(),
            error,
            holders: drivers::dahdi::survey::holders(),
        }
    }

    fn command(&mut self, command: PortCommand) -> Result<(), Trouble> {
        let now = self.now();
        let done = self.station.port.command(now, command);
        done.map_err(|error| self.failed(error))?;
        self.station.wires.commanded(command);
        Ok(())
    }

    /// How the trunk signals.
    pub fn profile(&self) -> &TrunkProfile {
        &self.station.profile
    }

    /// Whether the trunk's far end signals answer and release by bits.
    pub fn is_supervised(&self) -> bool {
        self.part() == Part::Trunk && self.profile().signalling.is_supervised()
    }

    /// Whether its path may be digital to its end, which then can be without any noise.
    pub fn may_be_silent(&self) -> bool {
        self.part() == Part::Clear || self.is_supervised()
    }

    /// Seizes a trunk; a handset port and a clear channel need nothing.
    pub fn off_hook(&mut self) -> Result<(), Trouble> {
        if self.part() == Part::Trunk && !self.off_hook {
            self.seize()?;
        }
        self.media(true)
    }

    /// Seizes a trunk as it is seized: by off-hook, by grounding the ring first, by bits.
    pub fn seize(&mut self) -> Result<Trunk, Trouble> {
        let mut trunk = Trunk::new(self.profile());
        let steps = trunk.seize(self.now());
        // What fails half-way is put back as well.
        self.off_hook = true;
        self.obey(steps)?;
        if self.profile().signalling == TrunkSignalling::GroundStart {
            self.await_ground(&mut trunk)?;
        }
        Ok(trunk)
    }

    /// The exchange grounds the tip; then the loop is closed.
    fn await_ground(&mut self, trunk: &mut Trunk) -> Result<(), Trouble> {
        let mut steps = Steps::new();
        let grounded = self.idle(GROUND, &mut |now, edges| {
            for edge in edges {
                steps = trunk.edge(*edge);
            }
            if steps.is_empty() {
                steps = trunk.passed(now);
            }
            match steps.is_empty() {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
        let in_use = Step::Event(SupervisionEvent::InUse);
        if steps.contains(&in_use) {
            return Err(Trouble::InUse);
        }
        if !grounded {
            return Err(Trouble::Said(format!(
                "{}: the exchange did not ground the tip within {} s",
                self.name(),
                GROUND.0 / Ticks::PER_SECOND
            )));
        }
        self.obey(steps)
    }

    fn obey(&mut self, steps: Steps) -> Result<(), Trouble> {
        for step in steps {
            if let Step::Command(command) = step {
                self.command(command)?;
            }
        }
        Ok(())
    }

    pub fn on_hook(&mut self) -> Result<(), Trouble> {
        if self.off_hook {
            self.command(PortCommand::OnHook)?;
            self.off_hook = false;
        }
        Ok(())
    }

    pub fn media(&mut self, on: bool) -> Result<(), Trouble> {
        if on != self.media {
            self.command(PortCommand::Media(on))?;
            self.media = on;
        }
        Ok(())
    }

    pub fn ring(&mut self, on: bool) -> Result<(), Trouble> {
        self.command(PortCommand::Ring(on))?;
        self.ringing = on;
        Ok(())
    }

    pub fn pulse(&mut self, digits: types::digits::Digits) -> Result<(), Trouble> {
        self.command(PortCommand::Pulse(digits))
    }

    /// Empties both queues, so that what is sent first is heard first.
    pub fn flush(&mut self) -> Result<(), Trouble> {
        let now = self.now();
        self.unsent = 0;
        let done = self.station.port.flush(now);
        done.map_err(|error| self.failed(error))
    }

    /// Frames of ours that the port did not take since the last flush.
    pub fn unsent(&self) -> u32 {
        self.unsent
    }

    /// Puts everything back that was changed, once; what that was is then told by
    /// [`Rig::restored`].
    pub fn restore(&mut self) -> Result<(), Trouble> {
        let mut first = Ok(());
        let mut keep = |done: Result<(), Trouble>, what: &'static str| match done {
            Ok(()) => Some(what),
            Err(trouble) if first.is_ok() => {
                first = Err(trouble);
                None
            }
            Err(_) => None,
        };
        if self.ringing {
            let done = keep(self.ring(false), "ringing stopped");
            self.restored.extend(done);
        }
        if self.off_hook {
            let done = keep(self.on_hook(), "on-hook");
            self.restored.extend(done);
        }
        if self.media {
            let done = keep(self.media(false), "nothing is sent any more");
            self.restored.extend(done);
        }
        self.settle();
        first
    }

    pub fn restored(&self) -> &[&'static str] {
        &self.restored
    }

    /// A simulated far end lives on for two seconds, so that it sees what was restored.
    fn settle(&mut self) {
        if let Time::Virtual(now) = &mut self.station.time {
            *now += Ticks::secs(2);
            let now = *now;
            let _ = self.station.port.edge(now);
        }
    }

    /// The simulated far end's hook, as it sees our port.
    pub fn far_hook(&self) -> Option<HookState> {
        self.station.witness.as_ref().map(|witness| witness.hook())
    }

    /// Runs a measurement until it breaks (true) or the time is over (false).
    pub fn run(&mut self, limit: Ticks, job: Job<'_>) -> Result<bool, Trouble> {
        let until = self.now() + limit;
        let mut last = self.now();
        while self.now() < until {
            self.wait()?;
            self.take_edges()?;
            while let Some((octets, end, lost)) = self.read()? {
                last = self.now();
                let mut samples: Samples = [0; FRAME];
                g711::decode(self.law(), &octets, &mut samples);
                let mut out = self.law().silence();
                let edges = std::mem::take(&mut self.edges);
                let heard = Heard {
                    octets: &octets,
                    samples: &samples,
                    end,
                    lost,
                    edges: &edges,
                };
                let flow = job(&heard, &mut out);
                self.write(&out)?;
                if flow.is_break() {
                    return Ok(true);
                }
            }
            if self.now().since(last) > DEAD {
                return Err(Trouble::Said(format!(
                    "{}: no audio arrives: is the span in alarm, or its clock missing?",
                    self.name()
                )));
            }
        }
        Ok(false)
    }

    /// Silence, until what was on its way before has passed: a talk path that has just been switched
    /// through, and what an earlier measurement left in a loop.
    pub fn settle_path(&mut self) -> Result<(), Trouble> {
        self.run(SETTLES, &mut |_, _| ControlFlow::Continue(()))?;
        self.flush()
    }

    /// Watches the wires without moving audio, in steps of 10 ms.
    pub fn idle(
        &mut self,
        limit: Ticks,
        job: &mut dyn FnMut(Tick, &[EdgeAt]) -> ControlFlow<()>,
    ) -> Result<bool, Trouble> {
        let until = self.now() + limit;
        while self.now() < until {
            self.wait()?;
            self.take_edges()?;
            let edges = std::mem::take(&mut self.edges);
            let now = self.now();
            if job(now, &edges).is_break() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Until something may be there.
    fn wait(&mut self) -> Result<(), Trouble> {
        if self.stop.load(Ordering::Acquire) {
            return Err(Trouble::Stopped);
        }
        if let Time::Virtual(now) = &mut self.station.time {
            *now += FRAME_TICKS;
            return Ok(());
        }
        // A block is 10 ms, and a card's queue bears a wake-up that is 9 ms late.
        std::thread::sleep(NAP);
        Ok(())
    }

    fn take_edges(&mut self) -> Result<(), Trouble> {
        let now = self.now();
        loop {
            match self.station.port.edge(now) {
                Ok(Some(edge)) => {
                    self.station.wires.told(edge.edge);
                    self.edges.push(edge);
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    fn read(&mut self) -> Result<Option<(Frame, Tick, u32)>, Trouble> {
        let mut frame = self.law().silence();
        loop {
            let now = self.now();
            match self.station.port.read(now, &mut frame) {
                Ok(Read::Frame { end, lost }) => return Ok(Some((frame, end, lost))),
                Ok(Read::Empty) => return Ok(None),
                Ok(Read::EdgesFirst) => self.take_edges()?,
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    fn write(&mut self, frame: &Frame) -> Result<(), Trouble> {
        let now = self.now();
        match self.station.port.write(now, frame) {
            Ok(Write::Taken) => Ok(()),
            Ok(Write::Full) => {
                self.unsent += 1;
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }
}

impl Drop for Rig {
    /// A panic in a measurement leaves no line off-hook.
    fn drop(&mut self) {
        let _ = self.restore();
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{options::Place, station},
        *,
    };
    use clap::Parser as _;
    use drivers::wrap::faulty::{Faults, Faulty};

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        place: Place,
    }

    #[test]
    fn only_what_was_put_back_is_told_as_restored() {
        let line = Line::parse_from(["line", "--sim", "quiet"]);
        for (fails, told) in [
            (None, &["on-hook", "nothing is sent any more"][..]),
            (
                Some((
                    Tick::ZERO + Ticks::secs(1),
                    Ticks::secs(60),
                    PortError::Gone,
                )),
                &[],
            ),
        ] {
            let mut station = station::open(&line.place).expect("a simulated line");
            let faults = Faults {
                fails,
                ..Faults::default()
            };
            station.port = Box::new(Faulty::new(station.port, faults));
            let mut rig = Rig::new(station, Arc::default());
            rig.off_hook().expect("it is seized");
            let listened = rig.run(Ticks::secs(2), &mut |_, _| ControlFlow::Continue(()));
            assert_eq!(listened.is_err(), fails.is_some());
            assert_eq!(rig.restore().is_err(), fails.is_some());
            assert_eq!(rig.restored(), told);
        }
    }
}
