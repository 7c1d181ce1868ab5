//! The calling side of a trunk without a call: what a line does with a trunk's signalling, on a
//! real channel.

use drivers::{
    dahdi::{
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
    tone_gen::DigitGen,
};
use signaling::{
    SupervisionEvent, Trunk,
    step::{Sending, Step, Steps},
};
use std::{thread, time::Duration};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law},
    id::TrunkId,
    tick::{Tick, Ticks},
    trunk::{Outpulsing, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust},
};

/// What sounds a string of digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Keys,
    Mf,
}

/// The calling side.
pub struct Caller {
    port: DahdiPort,
    law: Law,
    trunk: Trunk,
    voice: MfGen,
    digits: DigitGen,
    sends: Option<Voice>,
    ear: MfReceiver,
    pub clock: Clock,
    pub told: Vec<SupervisionEvent>,
    /// What the far end showed last.
    pub shows: Option<Edge>,
}

impl Caller {
    pub fn new(
        signalling: TrunkSignalling,
        (channel, role): (u16, Role),
        law: Law,
        clock: Clock,
    ) -> Result<Caller, String> {
        let (voice, outpulsing) = match signalling {
            TrunkSignalling::R2(_) => (MfKind::R2Forward, Outpulsing::Mf),
            TrunkSignalling::FeatureGroupD(_) => (MfKind::R1, Outpulsing::Mf),
            _ => (MfKind::R1, Outpulsing::Dtmf),
        };
        let profile = TrunkProfile {
            id: TrunkId(channel),
            law,
            signalling,
            outpulsing,
            trust: TrunkTrust::LOOP_START,
            guard: Ticks::secs(1),
            dial_tone_wait: Ticks::secs(4),
            dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
            cancel_echo: false,
            group: TrunkGroup::FIRST,
        };
        let port = DahdiPort::open(Wiring {
            channel,
            role,
            law,
            slack: 2,
        });
        Ok(Caller {
            port: port.map_err(|e| format!("channel {channel}: {e}"))?,
            law,
            trunk: Trunk::new(&profile),
            voice: MfGen::new(voice),
            digits: DigitGen::new(-9.0, -7.0, 70, 70),
            sends: None,
            ear: MfReceiver::new(MfKind::R2Backward),
            clock,
            told: Vec::new(),
            shows: None,
        })
    }

    pub fn seize(&mut self) -> Result<(), String> {
        self.command(PortCommand::Media(true))?;
        let steps = self.trunk.seize(self.clock.now());
        self.take(steps)
    }

    pub fn outpulse(&mut self, number: &str) -> Result<(), String> {
        let digits = Digits::parse(number).expect("digits");
        let steps = self.trunk.outpulse(self.clock.now(), digits);
        self.take(steps)
    }

    pub fn command(&mut self, command: PortCommand) -> Result<(), String> {
        let done = self.port.command(self.clock.now(), command);
        done.map_err(|e| format!("{command:?}: {e}"))
    }

    fn take(&mut self, steps: Steps) -> Result<(), String> {
        for step in steps {
            match step {
                Step::Command(command) => self.command(command)?,
                Step::Hold(signal) => self.voice.hold(signal),
                Step::Event(event) => self.told.push(event),
                Step::Send(Sending::Dtmf(digits)) => {
                    assert!(self.digits.send(digits), "digits fit");
                    self.sends = Some(Voice::Keys);
                }
                Step::Send(Sending::Mf(signals)) => {
                    self.voice.send(signals);
                    self.sends = Some(Voice::Mf);
                }
                Step::Send(other) => return Err(format!("{other:?} is sent by no check")),
            }
        }
        Ok(())
    }

    /// Lives until `done` or so long.
    pub fn live(&mut self, limit: Ticks, done: impl Fn(&Caller) -> bool) -> Result<(), String> {
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
            self.shows = Some(edge.edge);
            let steps = self.trunk.edge(edge);
            self.take(steps)?;
        }
        let mut frame: Frame = self.law.silence();
        while let Ok(Read::Frame { lost, .. }) = self.port.read(now, &mut frame) {
            self.hear(now, &frame, lost)?;
            let steps = self.trunk.passed(now);
            self.take(steps)?;
            self.speak(now, &mut frame)?;
        }
        Ok(())
    }

    fn speak(&mut self, now: Tick, frame: &mut Frame) -> Result<(), String> {
        let mut samples = [0; FRAME];
        let busy = if self.sends == Some(Voice::Keys) {
            self.digits.fill(&mut samples);
            self.digits.busy()
        } else {
            self.voice.fill(&mut samples);
            self.voice.busy()
        };
        if self.sends.is_some() && !busy {
            self.sends = None;
            let steps = self.trunk.sent(now);
            self.take(steps)?;
        }
        g711::encode(self.law, &samples, frame);
        self.port
            .write(now, frame)
            .map(drop)
            .map_err(|e| e.to_string())
    }

    fn hear(&mut self, now: Tick, frame: &Frame, lost: u32) -> Result<(), String> {
        if !self.trunk.listens_for_mf() {
            return Ok(());
        }
        let mut samples = [0; FRAME];
        g711::decode(self.law, frame, &mut samples);
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

    pub fn was_told(&self, wanted: impl Fn(&SupervisionEvent) -> bool) -> bool {
        self.told.iter().any(wanted)
    }
}
