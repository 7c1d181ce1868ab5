//! MFC-R2 against the exchange of others: OpenR2's test program (Debian's libopenr2-bin) answers
//! on the far span, and our line signals, registers and tones call it, through real channels.

use crate::tally::Tally;
use drivers::{
    dahdi::{
        bits::Bits,
        channel::Role,
        dahdi_port::{DahdiPort, Wiring},
    },
    port::{Port, Read},
    sim::clocked::Clock,
};
use dsp::{
    g711,
    mf::{MfEvent, MfKind, MfReceiver},
    mf_gen::MfGen,
};
use signaling::{
    SupervisionEvent, Trunk,
    r2_variant::Variant,
    step::{Step, Steps},
};
use std::{
    fs::File,
    process::{Child, Command},
    thread,
    time::Duration,
};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    evidence::AnswerEvidence,
    frame::{FRAME, FRAME_TICKS, Frame, Law},
    id::TrunkId,
    mf::MfSignal,
    tick::{Tick, Ticks},
    trunk::{Outpulsing, R2Country, R2Trunk, TrunkProfile, TrunkSignalling, TrunkTrust},
};

const NUMBER: &str = "12155550123";
const ANI: &str = "2155557100";
/// The controller's channels on the E1 of `signalling.conf`, one a country, and how far from each
/// the exchange's is.
const FIRST: u16 = 145;
const FAR: u16 = 31;

/// Our name for a country's R2, and OpenR2's.
const COUNTRIES: &[(R2Country, &str)] = &[
    (R2Country::Itu, "ITU"),
    (R2Country::Argentina, "AR"),
    (R2Country::Brazil, "BR"),
    (R2Country::China, "CN"),
    (R2Country::Colombia, "CO"),
    (R2Country::Mexico, "MX"),
    (R2Country::Venezuela, "VE"),
];

/// The exchange, which ends with this.
struct Exchange {
    program: Child,
    log: String,
}

impl Exchange {
    /// It asks for number, caller's number and category as it does in that country, and answers.
    fn start(variant: &str, channel: u16, charged: bool) -> Exchange {
        let charge = if charged { "yes" } else { "no" };
        let config = format!(
            "loglevel=all\nvariant={variant}\nmaxani={}\nmaxdnis={}\ngetanifirst=no\n\
             mfbacktimeout=-1\nchargecalls={charge}\nchannel={channel}-{channel}\n",
            ANI.len(),
            NUMBER.len()
        );
        let name = format!("/tmp/r2-{variant}-{charge}");
        std::fs::write(&name, config).expect("the guest's disk");
        let log = format!("{name}.log");
        let output = File::create(&log).expect("the guest's disk");
        let program = Command::new("/sbin/r2test")
            .args(["-c", &name])
            // Line by line, or what it says is lost with it.
            .env("LD_PRELOAD", "/lib/x86_64-linux-gnu/libstdbuf.so")
            .env("_STDBUF_O", "L")
            .stdout(output.try_clone().expect("a descriptor"))
            .stderr(output)
            .spawn();
        Exchange {
            program: program.expect("the guest has OpenR2's test program"),
            log,
        }
    }

    fn says(&self, what: &str) -> Result<(), String> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        if log.contains(what) {
            return Ok(());
        }
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(60)..].join("\n      ");
        Err(format!("the exchange never said {what:?}:\n      {end}"))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The calling side: what a line does with a trunk, without a call.
struct Caller {
    port: DahdiPort,
    trunk: Trunk,
    voice: MfGen,
    ear: MfReceiver,
    clock: Clock,
    told: Vec<SupervisionEvent>,
    bits: Option<u8>,
}

impl Caller {
    fn new(country: R2Country, channel: u16, clock: Clock) -> Result<Caller, String> {
        let ani = Digits::parse(ANI).expect("digits");
        let category = MfSignal::new(1).expect("a signal");
        let trunk = R2Trunk {
            country,
            ani,
            category,
        };
        let profile = TrunkProfile {
            id: TrunkId(channel),
            law: Law::A,
            signalling: TrunkSignalling::R2(trunk),
            outpulsing: Outpulsing::Mf,
            trust: TrunkTrust::LOOP_START,
            guard: Ticks::secs(1),
            dial_tone_wait: Ticks::secs(4),
            cancel_echo: false,
        };
        let role = Role::Bits(Bits::R2 {
            cd: Variant::of(country).cd,
        });
        let port = DahdiPort::open(Wiring {
            channel,
            role,
            law: Law::A,
            slack: 2,
        });
        Ok(Caller {
            port: port.map_err(|e| format!("channel {channel}: {e}"))?,
            trunk: Trunk::new(&profile),
            voice: MfGen::new(MfKind::R2Forward),
            ear: MfReceiver::new(MfKind::R2Backward),
            clock,
            told: Vec::new(),
            bits: None,
        })
    }

    fn command(&mut self, command: PortCommand) -> Result<(), String> {
        let done = self.port.command(self.clock.now(), command);
        done.map_err(|e| format!("{command:?}: {e}"))
    }

    fn take(&mut self, steps: Steps) -> Result<(), String> {
        for step in steps {
            match step {
                Step::Command(command) => self.command(command)?,
                Step::Hold(signal) => self.voice.hold(signal),
                Step::Event(event) => self.told.push(event),
                Step::Send(sending) => return Err(format!("R2 sends no {sending:?}")),
            }
        }
        Ok(())
    }

    /// Lives until `done` or so long.
    fn live(&mut self, limit: Ticks, done: impl Fn(&Caller) -> bool) -> Result<(), String> {
        let end = self.clock.now() + limit;
        while !done(self) && self.clock.now() < end {
            thread::sleep(Duration::from_millis(2));
            self.turn()?;
        }
        if done(self) {
            return Ok(());
        }
        Err(format!("it came to nothing: {:?}", self.told))
    }

    fn turn(&mut self) -> Result<(), String> {
        let now = self.clock.now();
        while let Some(edge) = self.port.edge(now).map_err(|e| e.to_string())? {
            if let Edge::Bits(bits) = edge.edge {
                self.bits = Some(bits.ab());
            }
            let steps = self.trunk.edge(edge);
            self.take(steps)?;
        }
        let mut frame: Frame = Law::A.silence();
        while let Ok(Read::Frame { lost, .. }) = self.port.read(now, &mut frame) {
            self.hear(now, &frame, lost)?;
            let steps = self.trunk.passed(now);
            self.take(steps)?;
            let mut samples = [0; FRAME];
            self.voice.fill(&mut samples);
            g711::encode(Law::A, &samples, &mut frame);
            let _ = self.port.write(now, &frame).map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    fn hear(&mut self, now: Tick, frame: &Frame, lost: u32) -> Result<(), String> {
        if !self.trunk.listens_for_mf() {
            return Ok(());
        }
        let mut samples = [0; FRAME];
        g711::decode(Law::A, frame, &mut samples);
        self.ear.lost(lost);
        for event in self.ear.process(&samples, now - FRAME_TICKS) {
            let steps = match event {
                MfEvent::Start { signal, .. } => self.trunk.mf_began(now, signal),
                MfEvent::End { signal, .. } => self.trunk.mf_ended(now, signal),
            };
            self.take(steps)?;
        }
        Ok(())
    }

    fn was_told(&self, wanted: impl Fn(&SupervisionEvent) -> bool) -> bool {
        self.told.iter().any(wanted)
    }
}

/// A call from seizure to release; what the exchange made of it.
fn call(country: R2Country, variant: &str, place: u16, charged: bool) -> Result<(), String> {
    let channel = FIRST + place;
    let clock = Clock::starting_now();
    let mut caller = Caller::new(country, channel, clock)?;
    let exchange = Exchange::start(variant, channel + FAR, charged);
    let ready = caller.live(Ticks::secs(10), |_| {
        exchange.says("far end unblocked").is_ok()
    });
    if ready.is_err() {
        return exchange.says("far end unblocked");
    }
    caller.command(PortCommand::Media(true))?;
    let steps = caller.trunk.seize(clock.now());
    caller.take(steps)?;
    caller.live(Ticks::secs(2), |c| {
        c.was_told(|e| *e == SupervisionEvent::Proceed)
    })?;
    let digits = Digits::parse(NUMBER).expect("digits");
    let steps = caller.trunk.outpulse(clock.now(), digits);
    caller.take(steps)?;
    let answered = |e: &SupervisionEvent| {
        matches!(e, SupervisionEvent::Answered(piece)
            if piece.evidence == AnswerEvidence::AnswerSignal)
    };
    let reached = caller.live(Ticks::secs(25), |c| c.was_told(answered));
    if reached.is_err() {
        exchange.says("call has been answered")?;
    }
    reached?;
    let outpulsed = caller.was_told(|e| *e == SupervisionEvent::Outpulsed);
    if !outpulsed {
        return Err(format!(
            "answered before the number was out: {:?}",
            caller.told
        ));
    }
    caller.command(PortCommand::OnHook)?;
    caller.live(Ticks::secs(3), |c| c.bits == Some(0b10))?;
    exchange.says(&format!("ANI = {ANI}, DNIS = {NUMBER}, Category = "))?;
    exchange.says("call ended")
}

pub fn run(tally: &mut Tally) {
    for (place, (country, variant)) in (0..).zip(COUNTRIES) {
        for charged in [true, false] {
            let how = if charged { "with" } else { "without" };
            let name = format!("R2 of OpenR2, {variant}: a call {how} charge, and its release");
            // China has no signal for a free call.
            if *country == R2Country::China && !charged {
                continue;
            }
            tally.note(&name, &call(*country, variant, place, charged));
        }
    }
}
