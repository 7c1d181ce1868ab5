//! One trunk for one call, whatever its signalling: seizure, digits, and what follows.
//!
//! Each signalling has a state machine of its own that brings the call to the last digit; what
//! battery, hook, line signals and tones then mean is weighed by [`Supervision`].

use crate::{
    Supervision, SupervisionEvent,
    em::Em,
    ground_start::GroundStart,
    loop_start::LoopStart,
    r2_line::{self, R2Line},
    r2_register::R2Register,
    step::{LineSignal, Sending, Step, Steps, one, told},
};
use types::{
    digits::Digits,
    edge::{Edge, EdgeAt},
    heard::Heard,
    mf::MfSignal,
    tick::Tick,
    trunk::{Outpulsing, TrunkProfile, TrunkSignalling},
};

/// One trunk for one call.
#[derive(Clone, Debug)]
pub struct Trunk {
    outpulsing: Outpulsing,
    supervision: Supervision,
    kind: Kind,
}

#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "made once a call, in place, without allocation"
)]
enum Kind {
    Loop(LoopStart),
    Ground(GroundStart),
    Em(Em),
    R2 { line: R2Line, register: R2Register },
}

impl Trunk {
    pub fn new(profile: &TrunkProfile) -> Trunk {
        let (signalling, outpulsing) = (profile.signalling, profile.outpulsing);
        let kind = match signalling {
            TrunkSignalling::GroundStart => Kind::Ground(GroundStart::default()),
            TrunkSignalling::R2(trunk) => Kind::R2 {
                line: R2Line::new(&trunk),
                register: R2Register::new(trunk),
            },
            _ => Em::new(signalling, outpulsing).map_or_else(
                || Kind::Loop(LoopStart::new(outpulsing, profile.dial_tone_break)),
                Kind::Em,
            ),
        };
        Trunk {
            outpulsing,
            supervision: if signalling.is_supervised() {
                Supervision::signalled(profile.trust)
            } else {
                Supervision::new(profile.trust)
            },
            kind,
        }
    }

    /// Asks for the trunk; [`SupervisionEvent::Proceed`] follows.
    pub fn seize(&mut self, now: Tick) -> Steps {
        self.supervision.seized();
        match &mut self.kind {
            Kind::Loop(line) => line.seize(),
            Kind::Ground(ground) => ground.seize(),
            Kind::Em(em) => em.seize(now),
            Kind::R2 { line, .. } => line.seize(),
        }
    }

    /// Sends the number; [`SupervisionEvent::Outpulsed`] follows.
    pub fn outpulse(&mut self, now: Tick, digits: Digits) -> Steps {
        self.supervision.outpulsing();
        match &mut self.kind {
            Kind::Loop(line) => line.outpulse(now, digits),
            Kind::Ground(_) => one(Step::Send(match self.outpulsing {
                Outpulsing::Dtmf | Outpulsing::Mf => Sending::Dtmf(digits),
                Outpulsing::Pulse => Sending::Pulse(digits),
            })),
            Kind::Em(em) => em.outpulse(digits),
            Kind::R2 { register, .. } => register.outpulse(now, digits),
        }
    }

    /// What was to be sent is out.
    pub fn sent(&mut self, now: Tick) -> Steps {
        let steps = match &mut self.kind {
            Kind::Loop(line) => line.sent(now),
            Kind::Ground(_) => one(Step::Event(SupervisionEvent::Outpulsed)),
            Kind::Em(em) => em.sent(now),
            Kind::R2 { .. } => Steps::new(),
        };
        self.settled(steps)
    }

    pub fn edge(&mut self, edge: EdgeAt) -> Steps {
        // A call that came in as a two-wire trunk was seized: its dial tone is the caller's.
        if edge.edge == Edge::RingStart && !self.supervision.dialed() {
            return one(Step::Event(SupervisionEvent::InUse));
        }
        let steps = match &mut self.kind {
            Kind::Loop(_) => Steps::new(),
            Kind::Ground(ground) => ground.edge(edge),
            Kind::Em(em) => em.edge(edge),
            Kind::R2 { line, .. } => {
                line.edge(edge);
                Steps::new()
            }
        };
        let mut steps = self.settled(steps);
        if self.opens_unserved(edge.edge) {
            return steps;
        }
        if let Some(event) = self.supervision.edge(edge.at, edge.edge) {
            steps.push(Step::Event(event));
        }
        steps
    }

    /// A tip that has not been grounded for us yet takes nothing away by being open.
    fn opens_unserved(&self, edge: Edge) -> bool {
        matches!(&self.kind, Kind::Ground(ground) if !ground.is_served()) && edge == Edge::TipOpen
    }

    /// Time alone; call each frame.
    pub fn passed(&mut self, now: Tick) -> Steps {
        let steps = match &mut self.kind {
            Kind::Loop(_) => Steps::new(),
            Kind::Ground(ground) => ground.passed(now),
            Kind::Em(em) => em.passed(now),
            Kind::R2 { line, register } => {
                let steps = line.passed(now, register.is_number_out());
                if steps.is_empty() {
                    register.passed(now)
                } else if line.is_dialing() {
                    steps
                } else {
                    // The line has said all that there is to know: the registers stop.
                    steps.into_iter().chain(register.stop()).collect()
                }
            }
        };
        let mut steps = self.settled(steps);
        if let Some(event) = self.supervision.passed(now) {
            steps.push(Step::Event(event));
        }
        steps
    }

    /// A network tone, a voice, a digit. On a trunk with signals of its own, none is a proceed
    /// signal.
    pub fn heard(&mut self, heard: &Heard) -> Steps {
        let event = self.supervision.heard(heard);
        let signalled = matches!(self.kind, Kind::Em(_) | Kind::R2 { .. });
        told(event.filter(|event| !signalled || *event != SupervisionEvent::Proceed))
    }

    /// Whether dial tone sounds in a frame of the trunk's that is not dialed yet.
    pub fn dial_tone(&mut self, now: Tick, sounds: bool) -> Steps {
        let steps = match &mut self.kind {
            Kind::Loop(line) => line.dial_tone(now, sounds),
            _ => Steps::new(),
        };
        self.settled(steps)
    }

    /// A backward signal of R2 began.
    pub fn mf_began(&mut self, now: Tick, signal: MfSignal) -> Steps {
        match &mut self.kind {
            Kind::R2 { register, .. } => register.began(now, signal),
            _ => Steps::new(),
        }
    }

    pub fn mf_ended(&mut self, now: Tick, signal: MfSignal) -> Steps {
        let steps = match &mut self.kind {
            Kind::R2 { register, .. } => register.ended(now, signal),
            _ => Steps::new(),
        };
        self.settled(steps)
    }

    /// Whether backward signals are to be listened for.
    pub fn listens_for_mf(&self) -> bool {
        matches!(&self.kind, Kind::R2 { line, .. } if line.is_dialing())
    }

    /// The call is answered whatever the trunk shows (a call left to the carrier's operator).
    pub fn taken_as_answered(&mut self) {
        self.supervision.taken_as_answered();
    }

    /// All digits have been sent.
    pub fn dialed(&self) -> bool {
        self.supervision.dialed()
    }

    /// What follows from these steps for the supervision, and what the far end signalled.
    fn settled(&mut self, mut steps: Steps) -> Steps {
        if steps.contains(&Step::Event(SupervisionEvent::Outpulsed)) {
            self.supervision.outpulsed();
            if let Kind::R2 { line, .. } = &mut self.kind {
                line.dialed();
            }
        }
        if let Some(event) = self.take_signal().and_then(|s| self.supervision.signal(s)) {
            steps.push(Step::Event(event));
        }
        steps
    }

    fn take_signal(&mut self) -> Option<LineSignal> {
        match &mut self.kind {
            Kind::Loop(_) | Kind::Ground(_) => None,
            Kind::Em(em) => em.take_signal(),
            Kind::R2 { line, .. } => line.take_signal(),
        }
    }
}

/// What an edge tells of the far end of a trunk that is not in use by us: whether it is free for
/// a call, or has seized or blocked the trunk. `None`: nothing.
pub fn far_end_free(signalling: &TrunkSignalling, edge: Edge) -> Option<bool> {
    match (signalling, edge) {
        (TrunkSignalling::GroundStart, Edge::TipGround) | (_, Edge::FarOffHook) => Some(false),
        (TrunkSignalling::GroundStart, Edge::TipOpen) | (_, Edge::FarOnHook) => Some(true),
        (TrunkSignalling::R2(_), Edge::Bits(bits)) => Some(bits.ab() == r2_line::IDLE),
        _ => None,
    }
}
