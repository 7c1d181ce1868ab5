//! The trunk that is lent to the line: its supervision, its outpulsing, its part of the audio.

use crate::{
    Key, Line,
    bridge::Heard10,
    ear::Stage,
    io::{Input, Outputs},
    sender::Sender,
    tell,
};
use call::{Bridge, Event};
use dsp::{
    level::dbm0,
    mf::{MfEvent, MfReceiver},
};
use signaling::{
    SupervisionEvent,
    step::{Step, Steps},
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
    trunk::{TrunkCondition, TrunkGroup, TrunkProfile},
};

/// After so long nothing comes back of what was sent any more: a hop over a geostationary satellite echoes
/// after 520 to 560 ms, and its equipment takes time as well.
const LATEST_ECHO: Ticks = Ticks::ms(1000);

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
    /// For whoever listens for words: the echo whole, or taken off, but never in part, which is like
    /// nothing that was sent.
    pub(crate) said: Samples,
}

impl TrunkFrame {
    fn as_received(heard: Heard10) -> TrunkFrame {
        let received = heard.samples;
        TrunkFrame {
            heard,
            filtered: received,
            received,
            said: received,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) profile: TrunkProfile,
    pub(crate) signals: signaling::Trunk,
    sender: Sender,
    /// When the trunk was last sent a digit, or a part of one.
    sent_digits_at: Option<Tick>,
}

impl Held {
    pub(crate) fn new(profile: TrunkProfile, register_ear: &MfReceiver) -> Held {
        Held {
            profile,
            signals: signaling::Trunk::new(&profile),
            sender: Sender::new(&profile, register_ear.clone()),
            sent_digits_at: None,
        }
    }

    /// Whether digits are sent over a key.
    pub(crate) fn interferes(&self) -> bool {
        self.sender.interferes()
    }

    /// Whether what is heard at `at` may hold our own digits.
    pub(crate) fn may_echo_digits(&self, at: Tick) -> bool {
        let sent_at = self.sent_digits_at;
        self.sender.sends() || sent_at.is_some_and(|sent| sent + LATEST_ECHO >= at)
    }

    /// What comes back of our own digits is an echo, not a key.
    fn echoes_digits(&self, heard: &Heard) -> bool {
        let (Heard::DigitStart { start: at, .. } | Heard::DigitEnd { start: at, .. }) = *heard
        else {
            return false;
        };
        self.may_echo_digits(at)
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
        let sent = self.sent.meanwhile(input.trunk_waiting);
        self.canceller.process(sent, &received.samples, &mut clean);
        // Misled by an echo beyond its reach, a canceller adds what it takes for one.
        let helps = self.canceller.learned() && dbm0(&clean) <= dbm0(&received.samples);
        let heard = Heard10::encode(profile.law, &clean);
        Some(TrunkFrame {
            heard,
            filtered: self.canceller.filtered(),
            received: received.samples,
            said: if helps {
                heard.samples
            } else {
                received.samples
            },
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
    /// A phone's own trunk serves the routes of its group alone, as a shared one does.
    pub(crate) fn lend_own(
        &mut self,
        now: Tick,
        number: u32,
        group: Option<TrunkGroup>,
        out: &mut Outputs,
    ) {
        let Some(own) = self.own_trunk.as_ref() else {
            return;
        };
        let wanted = group.is_none_or(|group| group == own.profile.group);
        if !wanted || !own.is_free(now) {
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
        self.sent.forget();
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

    /// Sends digits over a key; what is keyed while such digits go out is covered by them.
    pub(crate) fn interfere(&mut self, digits: Digits) -> bool {
        let held = self.held.as_mut();
        held.is_some_and(|held| held.sender.interfere(digits))
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
            self.note_own(now, edge.edge);
            let Some(held) = &mut self.held else { continue };
            let steps = match edge.edge {
                Edge::PulsesSent if held.sender.pulses_sent() => held.signals.sent(now),
                _ => held.signals.edge(edge),
            };
            self.steps(now, steps, out);
        }
    }

    /// The phone's own trunk, idle, is left alone for what it shows; an alarm outlives the call that it
    /// ends.
    fn note_own(&mut self, now: Tick, edge: Edge) {
        let alarm = matches!(edge, Edge::AlarmOn | Edge::AlarmOff);
        if let Some(own) = &mut self.own_trunk
            && (alarm || self.held.is_none())
        {
            own.edge(now, edge);
        }
    }

    pub(crate) fn trunk_heard(&mut self, now: Tick, heard: Heard, out: &mut Outputs) {
        let Some(held) = &mut self.held else {
            return;
        };
        if held.echoes_digits(&heard) {
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
            SupervisionEvent::DoubtOver(evidence) => Event::DoubtOver(evidence),
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
            held.sent_digits_at = Some(now);
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
        let doubtful = self.named_at.is_some_and(|at| at + LATEST_ECHO >= start);
        self.deliver(now, Event::Choice { digit, doubtful }, out);
    }
}

fn tell_heard(out: &mut Outputs, heard: Heard) {
    let leg = Leg::Trunk;
    tell(out, Fact::Heard { leg, heard });
}
