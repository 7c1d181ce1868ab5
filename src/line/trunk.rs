//! The trunk that is lent to the line: its supervision, its outpulsing, its part of the audio.

use crate::{
    Key, Line,
    bridge::Heard10,
    ear::Stage,
    io::{Input, Outputs},
    keeper,
    sender::Sender,
    tell,
};
use call::{Bridge, Event};
use dsp::mf::{MfEvent, MfReceiver};
use signaling::{
    SupervisionEvent,
    step::{Step, Steps},
    trunk::far_end_free,
};
use types::{
    digits::{Digit, Digits},
    edge::{Edge, PortCommand},
    evidence::Weighed,
    fact::{Fact, Leg},
    frame::{FRAME, FRAME_TICKS, Samples},
    heard::Heard,
    query::{TrunkQuery, TrunkReply},
    tick::{Tick, Ticks},
    trunk::{TrunkCondition, TrunkProfile},
};

/// After so long nothing comes back of a name any more: a hop over a geostationary satellite echoes
/// after 520 to 560 ms, and its equipment takes time as well.
const NAME_ECHO: Ticks = Ticks::ms(1000);

/// A frame of the trunk's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrunkFrame {
    /// Without the echo of what was sent.
    pub(crate) heard: Heard10,
    /// Without what the canceller's filter alone takes off: the clicks of a dial are in this, which a
    /// suppressor would take for traces of the echo.
    pub(crate) filtered: Samples,
    /// As it came: an echo that changes is in this.
    pub(crate) received: Samples,
}

impl TrunkFrame {
    fn as_received(heard: Heard10) -> TrunkFrame {
        let received = heard.samples;
        TrunkFrame {
            heard,
            filtered: received,
            received,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) profile: TrunkProfile,
    pub(crate) signals: signaling::Trunk,
    sender: Sender,
}

impl Held {
    pub(crate) fn new(profile: TrunkProfile, register_ear: &MfReceiver) -> Held {
        Held {
            profile,
            signals: signaling::Trunk::new(&profile),
            sender: Sender::new(&profile, register_ear.clone()),
        }
    }
}

impl Line {
    /// The trunk's frame, without the echo of what was sent.
    pub(crate) fn trunk_frame(&mut self, input: &Input<'_>) -> Option<TrunkFrame> {
        let profile = self.held.as_ref()?.profile;
        let received = input.trunk.map(|frame| Heard10::decode(profile.law, frame));
        // What we say to the called party must not be taken for a machine that greets.
        let announcing = matches!(self.stage(), Stage::Called { .. });
        if !profile.cancel_echo && !announcing {
            return received.map(TrunkFrame::as_received);
        }
        let Some(received) = received else {
            // It comes a frame later, and all after it.
            if input.phone.is_some() {
                self.canceller.lost(FRAME as u32, 0);
            }
            return None;
        };
        if input.trunk_lost > 0 {
            self.canceller.lost(0, input.trunk_lost);
        }
        let mut clean = [0; FRAME];
        self.canceller
            .process(&self.sent, &received.samples, &mut clean);
        Some(TrunkFrame {
            heard: Heard10::encode(profile.law, &clean),
            filtered: self.canceller.filtered(),
            received: received.samples,
        })
    }

    /// What there is to listen for on the trunk.
    pub(crate) fn stage(&self) -> Stage {
        let dialed = self.held.as_ref().is_some_and(|h| h.signals.dialed());
        if self.call.bridge() != Bridge::Closed {
            return Stage::Talk;
        }
        if !dialed {
            return Stage::Seized;
        }
        Stage::Called {
            pulses: self.call.takes_pulses(),
        }
    }

    /// A loan is taken if the call still wants it; else it goes straight back.
    pub(crate) fn trunk_reply(&mut self, now: Tick, reply: &TrunkReply, out: &mut Outputs) {
        match reply {
            TrunkReply::NoneFree { number } => {
                self.deliver(now, Event::NoneFree { number: *number }, out);
            }
            TrunkReply::Lent { number, profile } => {
                if !self.offer(now, *number, profile, out) {
                    let condition = TrunkCondition::Good;
                    out.trunk_asks.push(TrunkQuery::Return {
                        trunk: profile.id,
                        condition,
                    });
                    tell(
                        out,
                        Fact::TrunkReturned {
                            trunk: profile.id,
                            condition,
                        },
                    );
                }
            }
        }
    }

    /// Puts a trunk before the call; whether it took it.
    fn offer(&mut self, now: Tick, number: u32, profile: &TrunkProfile, out: &mut Outputs) -> bool {
        if self.held.is_some() {
            return false;
        }
        self.held = Some(Held::new(*profile, &self.register_ear));
        self.deliver(now, Event::Lent { number, profile }, out);
        let taken = self.call.holds_trunk();
        if !taken {
            self.held = None;
        }
        taken
    }

    /// The phone's own trunk answers like the keeper would, without leaving the line.
    pub(crate) fn lend_own(&mut self, now: Tick, number: u32, out: &mut Outputs) {
        let Some(own) = self.own_trunk.as_ref() else {
            return;
        };
        if now < own.free_at || own.alarm || own.far_busy {
            self.deliver(now, Event::NoneFree { number }, out);
            return;
        }
        let profile = own.profile;
        self.offer(now, number, &profile, out);
    }

    pub(crate) fn seize(&mut self, now: Tick, out: &mut Outputs) {
        let Some(held) = &mut self.held else { return };
        let steps = held.signals.seize(now);
        self.trunk_ear.reset();
        self.canceller.reset();
        self.sent = [0; FRAME];
        self.named_at = None;
        self.trunk_mouth.hush();
        self.steps(now, steps, out);
        out.trunk_commands.push(PortCommand::Media(true));
        out.flush = true;
    }

    pub(crate) fn outpulse(&mut self, now: Tick, digits: Digits, out: &mut Outputs) {
        if let Some(held) = &mut self.held {
            let steps = held.signals.outpulse(now, digits);
            self.steps(now, steps, out);
        }
    }

    /// Does what the trunk's signalling wants.
    fn steps(&mut self, now: Tick, steps: Steps, out: &mut Outputs) {
        for step in steps {
            // What came before may have given the trunk back.
            let Some(held) = &mut self.held else { return };
            match step {
                Step::Command(command) => out.trunk_commands.push(command),
                Step::Send(sending) => out.trunk_commands.extend(held.sender.send(sending)),
                Step::Hold(signal) => held.sender.hold(signal),
                Step::Event(event) => self.supervised(now, event, out),
            }
        }
    }

    /// What the exchange's registers send while they are at work.
    pub(crate) fn hear_registers(
        &mut self,
        now: Tick,
        frame: &TrunkFrame,
        lost: u32,
        out: &mut Outputs,
    ) {
        let Some(held) = &mut self.held else { return };
        if !held.signals.listens_for_mf() {
            return;
        }
        let at = now - FRAME_TICKS;
        for event in held.sender.hear(&frame.received, lost, at) {
            let Some(held) = &mut self.held else { return };
            let steps = match event {
                MfEvent::Start { signal, .. } => held.signals.mf_began(now, signal),
                MfEvent::End { signal, .. } => held.signals.mf_ended(now, signal),
            };
            self.steps(now, steps, out);
        }
    }

    pub(crate) fn return_trunk(&mut self, now: Tick, condition: TrunkCondition, out: &mut Outputs) {
        let Some(held) = self.held.take() else { return };
        self.trunk_mouth.hush();
        out.trunk_commands.push(PortCommand::OnHook);
        out.trunk_commands.push(PortCommand::Media(false));
        let trunk = held.profile.id;
        tell(out, Fact::TrunkReturned { trunk, condition });
        match &mut self.own_trunk {
            Some(own) => own.returned(now, condition),
            None => out.trunk_asks.push(TrunkQuery::Return { trunk, condition }),
        }
    }

    pub(crate) fn trunk_edges(&mut self, now: Tick, input: &Input<'_>, out: &mut Outputs) {
        for &edge in input.trunk_edges {
            tell(out, Fact::TrunkEdge(edge.edge));
            self.note_alarm(now, edge.edge);
            let Some(held) = &mut self.held else {
                self.rest_own(now, edge.edge);
                continue;
            };
            let steps = match edge.edge {
                Edge::PulsesSent if held.sender.pulses_sent() => held.signals.sent(now),
                _ => held.signals.edge(edge),
            };
            self.steps(now, steps, out);
        }
    }

    /// The alarm of the phone's own trunk outlives the call that it ends.
    fn note_alarm(&mut self, now: Tick, edge: Edge) {
        let Some(own) = &mut self.own_trunk else {
            return;
        };
        match edge {
            Edge::AlarmOn => own.alarm = true,
            Edge::AlarmOff => {
                own.alarm = false;
                own.rest_until(now + own.profile.guard);
            }
            _ => {}
        }
    }

    /// The phone's own idle trunk rings in, or lost its battery: it is left alone for as long as
    /// the keeper would leave it.
    fn rest_own(&mut self, now: Tick, edge: Edge) {
        let Some(own) = &mut self.own_trunk else {
            return;
        };
        if let Some(free) = far_end_free(&own.profile.signalling, edge) {
            own.far_busy = !free;
            own.free_at = own.free_at.max(now + own.profile.guard);
        }
        let rest = match edge {
            Edge::RingStart | Edge::RingStop => keeper::RING_QUIET,
            Edge::BatteryLost | Edge::BatteryBack => keeper::BATTERY_REST,
            _ => return,
        };
        own.rest_until(now + rest);
    }

    pub(crate) fn trunk_heard(&mut self, now: Tick, heard: Heard, out: &mut Outputs) {
        let Some(held) = &mut self.held else {
            return;
        };
        // What comes back of our own digits is an echo, not a key.
        if held.sender.sends() && matches!(heard, Heard::DigitStart { .. } | Heard::DigitEnd { .. })
        {
            return;
        }
        let steps = held.signals.heard(&heard);
        let answers = |step: &Step| matches!(step, Step::Event(SupervisionEvent::Answered(_)));
        match heard {
            Heard::DigitStart { digit, start, .. } => {
                self.far_key = Key::began(&heard);
                let shown = (self.call.bridge() == Bridge::Closed).then_some(digit);
                tell(out, Fact::FarKeyed { digit: shown });
                self.chosen(now, digit, start, out);
            }
            Heard::PulseDigit { digit, start, .. } => {
                tell_heard(out, heard);
                self.chosen(now, digit, start, out);
            }
            Heard::DigitEnd { .. } | Heard::Silence { .. } | Heard::Class { .. } => {}
            // A voice is news until there is an answer; then it is a conversation.
            Heard::Voice { .. } if steps.iter().any(answers) => {
                tell_heard(out, heard);
            }
            Heard::Voice { .. } => self.deliver(now, Event::Voice(Leg::Trunk), out),
            Heard::Tone { .. } | Heard::ToneEnd { .. } => tell_heard(out, heard),
        }
        self.steps(now, steps, out);
        // After what it may mean for the answer: who has to accept must be known by then.
        if let Heard::Class {
            class,
            decided,
            trust,
        } = heard
        {
            let class = Weighed {
                evidence: class,
                at: decided,
                trust,
            };
            self.deliver(now, Event::Class(class), out);
        }
    }

    /// What dial tone does while digits go out.
    pub(crate) fn follow_dial_tone(&mut self, now: Tick, out: &mut Outputs) {
        if let Some(held) = &mut self.held {
            let steps = held.signals.dial_tone(now, self.trunk_ear.dial_tone());
            self.steps(now, steps, out);
        }
    }

    /// What time alone makes of the evidence.
    pub(crate) fn supervise(&mut self, now: Tick, out: &mut Outputs) {
        if let Some(held) = &mut self.held {
            let steps = held.signals.passed(now);
            self.steps(now, steps, out);
        }
    }

    fn supervised(&mut self, now: Tick, event: SupervisionEvent, out: &mut Outputs) {
        if let SupervisionEvent::Answered(piece) = &event {
            self.trunk_ear.answered(piece);
        }
        let event = match event {
            SupervisionEvent::Proceed => Event::Proceed,
            SupervisionEvent::InUse => Event::TrunkInUse,
            SupervisionEvent::Outpulsed => Event::Outpulsed,
            SupervisionEvent::Ringback { cycles } => Event::Ringback { cycles },
            SupervisionEvent::Failed(tone) => Event::Failed(tone),
            SupervisionEvent::AnswerHint(piece) => Event::AnswerHint(piece),
            SupervisionEvent::Answered(piece) => Event::Answered(piece),
            SupervisionEvent::Announcement => Event::Announcement,
            SupervisionEvent::ReleaseHint(piece) => Event::ReleaseHint(piece),
            SupervisionEvent::Released(piece) => Event::Released(piece),
        };
        self.deliver(now, event, out);
    }

    /// Prompts and digits towards the trunk; whether the frame holds any.
    pub(crate) fn speak_on_trunk(
        &mut self,
        now: Tick,
        frame: &mut Samples,
        out: &mut Outputs,
    ) -> bool {
        let Some(held) = &mut self.held else {
            return false;
        };
        if let Some((sounds, ended)) = held.sender.fill(frame) {
            if ended {
                let steps = held.signals.sent(now);
                self.steps(now, steps, out);
            }
            return sounds;
        }
        let spoken = self.trunk_mouth.fill(&self.shared, &self.name, None, frame);
        for (language, prompt) in spoken.began {
            tell(
                out,
                Fact::Says {
                    leg: Leg::Trunk,
                    language,
                    prompt,
                },
            );
        }
        if spoken.name {
            self.named_at = Some(now);
        }
        if spoken.ended {
            self.deliver(now, Event::Said(Leg::Trunk), out);
        }
        spoken.sounds
    }

    /// What began with the name, or soon after, may be an echo of what the inmate recorded for it.
    fn chosen(&mut self, now: Tick, digit: Digit, start: Tick, out: &mut Outputs) {
        let doubtful = self.named_at.is_some_and(|at| at + NAME_ECHO >= start);
        self.deliver(now, Event::Choice { digit, doubtful }, out);
    }
}

fn tell_heard(out: &mut Outputs, heard: Heard) {
    let leg = Leg::Trunk;
    tell(out, Fact::Heard { leg, heard });
}
