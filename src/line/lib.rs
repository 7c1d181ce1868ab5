//! One line as an object: ear, mouth, bridge, tap; and the keeper of the trunks. Still without
//! I/O: frames, edges and replies go in, frames, commands and questions come out.
//!
//! [`Line::handle`] is the whole of it. It takes one [`Input`], never waits and never allocates, and
//! returns one [`Outputs`] of fixed size; [`Line::deadline`] says when it wants to be woken though
//! nothing happened. The call itself is `call::Call`; what battery and tones mean is `signaling`'s;
//! what the samples hold is `dsp`'s. This room puts them together and owns what needs the audio:
//!
//! * `ear`: detectors of both legs, and the only place where their facts become `Heard`;
//! * `mouth`: prompts and tones, one for each leg;
//! * `bridge`: who hears whom, bit-exact where nothing is mixed in;
//! * `join`: when the driver may do so in the bridge's place;
//! * `name`: the inmate's recorded name;
//! * `tap`: the only way out for audio.

mod act;
mod bridge;
mod ear;
mod idle_trunk;
pub mod io;
mod join;
pub mod keeper;
mod mouth;
mod name;
mod own_data;
mod sender;
mod sent;
mod tap;
mod trunk;

use std::sync::Arc;

use bridge::Heard10;
use call::{Bridge, Call, Event};
use dsp::{
    echo::{Canceller, EchoSettings},
    mf::{MfKind, MfReceiver},
};
use ear::{HeardList, PhoneEar, TrunkEar};
use idle_trunk::IdleTrunk;
use join::Joining;
use keeper::TrunkState;
use mouth::Mouth;
use name::NameClip;
use sent::Sent;
use signaling::{Hook, HookEvent};
use tap::Tap;
use trunk::{Held, TrunkFrame};
use types::{
    dial_plan::DialPlan,
    digits::Digit,
    edge::PortCommand,
    fact::{Fact, Leg},
    frame::{FRAME, FRAME_TICKS, Law, Samples},
    heard::Heard,
    id::LineId,
    query::LineCommand,
    settings::CallSettings,
    tap::{TapFlags, TapFrame},
    tick::{Tick, Ticks},
    trunk::{TrunkGroup, TrunkProfile},
};

pub use io::{Input, Outputs};

/// A line that needs more timers than this at one instant spins.
const TIMERS_AT_ONCE: u32 = 8;
/// A key of the called party's comes back from the phone's wires this much later at most, and at
/// least this much weaker.
const ECHO_WITHIN: Ticks = Ticks::ms(60);
const ECHO_LOSS_DB: f32 = 6.0;

/// What all lines of a site share, read-only and resident in memory.
#[derive(Debug)]
pub struct Shared {
    pub plan: dsp::plan::TonePlan,
    pub dial_plan: DialPlan,
    pub speech: speech::Speech,
    /// The longest echo of a trunk that is taken out, in samples; a multiple of 8.
    pub echo_tail: usize,
}

/// One phone: its call, its detectors, what it says and what it lets through.
#[derive(Debug)]
pub struct Line {
    id: LineId,
    law: Law,
    shared: Arc<Shared>,
    call: Call,
    hook: Hook,
    phone_ear: PhoneEar,
    trunk_ear: TrunkEar,
    phone_mouth: Mouth,
    trunk_mouth: Mouth,
    name: NameClip,
    tap: Tap,
    held: Option<Held>,
    canceller: Canceller,
    joining: Joining,
    /// What each trunk's ear for register signals begins as: making one anew allocates.
    register_ear: MfReceiver,
    sent: Sent,
    /// When the trunk was last sent a part of the inmate's name.
    named_at: Option<Tick>,
    /// The last key of the called party's.
    far_key: Option<Key>,
    /// A trunk that is wired to this phone alone and never leaves its line.
    own_trunk: Option<IdleTrunk>,
    media: bool,
    /// A question for the phone's own trunk, answered after the event that asked it.
    own_asked: Option<(u32, Option<TrunkGroup>)>,
}

/// A key that was pressed.
#[derive(Clone, Copy, Debug)]
struct Key {
    digit: Digit,
    start: Tick,
    level_dbm0: f32,
}

impl Key {
    fn began(heard: &Heard) -> Option<Key> {
        match *heard {
            Heard::DigitStart {
                digit,
                start,
                level_dbm0,
                ..
            } => Some(Key {
                digit,
                start,
                level_dbm0,
            }),
            _ => None,
        }
    }
}

impl Line {
    /// Allocates all that the line will ever use.
    pub fn new(id: LineId, law: Law, shared: Arc<Shared>, settings: CallSettings) -> Line {
        Line {
            id,
            law,
            call: Call::new(settings),
            hook: Hook::default(),
            phone_ear: PhoneEar::new(),
            trunk_ear: TrunkEar::new(&shared),
            phone_mouth: Mouth::new(),
            trunk_mouth: Mouth::new(),
            name: NameClip::new(),
            tap: Tap::closed(id),
            held: None,
            canceller: Canceller::new(EchoSettings {
                taps: shared.echo_tail,
                delay: 0,
                suppression: true,
            }),
            joining: Joining::default(),
            register_ear: MfReceiver::new(MfKind::R2Backward),
            sent: Sent::new(),
            named_at: None,
            far_key: None,
            own_trunk: None,
            media: false,
            own_asked: None,
            shared,
        }
    }

    /// The phone has a trunk of its own instead of the keeper's.
    pub fn with_own_trunk(mut self, profile: TrunkProfile) -> Line {
        self.own_trunk = Some(IdleTrunk::new(Tick::ZERO, profile));
        self
    }

    pub fn id(&self) -> LineId {
        self.id
    }

    /// Takes what happened and says what to do; never waits, never allocates.
    pub fn handle(&mut self, now: Tick, input: Input<'_>) -> Outputs {
        let mut out = Outputs::default();
        self.follow_join(now, &input);
        self.messages(now, &input, &mut out);
        self.phone_edges(now, &input, &mut out);
        self.trunk_edges(now, &input, &mut out);
        self.phone_fault(now, &input, &mut out);
        let phone = input.phone.map(|frame| Heard10::decode(self.law, frame));
        let trunk = self.trunk_frame(&input);
        self.listen(now, &input, phone.as_ref(), trunk.as_ref(), &mut out);
        self.timers(now, &mut out);
        self.media(&mut out);
        if let Some(phone) = &phone {
            let trunk = trunk.as_ref().map(|frame| &frame.heard);
            self.speak(now, phone, trunk, &input, &mut out);
        }
        // What was said or dialed in this frame may have ended a phase.
        self.timers(now, &mut out);
        self.media(&mut out);
        self.tap.set(now, self.call.tap(), &mut out.tap);
        out.joined = self.is_to_join(now);
        self.check();
        out
    }

    /// When the line wants to be woken though nothing happened.
    pub fn deadline(&self) -> Option<Tick> {
        [self.call.deadline(), self.hook.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The name of the phase the call is in, as facts tell it.
    pub fn phase(&self) -> &'static str {
        self.call.phase_name()
    }

    /// Whether the phone is being told something, tones apart.
    pub fn speaks(&self) -> bool {
        self.phone_mouth.speaking()
    }

    /// The state of the phone's own trunk, which no keeper tells; lent in a call.
    pub fn own_trunk(&self, now: Tick) -> Option<TrunkState> {
        let own = self.own_trunk.as_ref()?;
        Some(match self.held {
            Some(_) => TrunkState::Lent { to: self.id },
            None => own.state(now),
        })
    }

    fn messages(&mut self, now: Tick, input: &Input<'_>, out: &mut Outputs) {
        for command in input.commands {
            if matches!(command, LineCommand::CutOff) && self.call.is_idle() {
                continue;
            }
            self.deliver(now, Event::Command(command), out);
        }
        for answered in input.answers {
            self.deliver(now, Event::Answer(answered), out);
        }
        for reply in input.trunk_replies {
            self.trunk_reply(now, reply, out);
        }
        if input.trunk_fault && self.held.is_some() {
            tell(out, Fact::PortFault { leg: Leg::Trunk });
            self.deliver(now, Event::TrunkLost, out);
        } else if let (true, Some(own)) = (input.trunk_fault, &mut self.own_trunk) {
            own.port_failed(now);
        }
    }

    /// After the trunk's edges: an alarm of a span that carries both is the trunk's loss first.
    fn phone_fault(&mut self, now: Tick, input: &Input<'_>, out: &mut Outputs) {
        if input.phone_fault && !self.call.is_idle() {
            tell(out, Fact::PortFault { leg: Leg::Phone });
            self.hook = Hook::default();
            self.deliver(now, Event::PhoneLost, out);
        }
    }

    fn phone_edges(&mut self, now: Tick, input: &Input<'_>, out: &mut Outputs) {
        for &edge in input.phone_edges {
            for event in self.hook.edge(edge) {
                self.hooked(now, event, out);
            }
        }
        if let Some(card) = input.phone_hook {
            for event in self.hook.reconcile(now, card) {
                self.hooked(now, event, out);
            }
        }
        for event in self.hook.passed(now) {
            self.hooked(now, event, out);
        }
    }

    fn hooked(&mut self, now: Tick, event: HookEvent, out: &mut Outputs) {
        let (fact, event) = match event {
            HookEvent::OffHook => (Fact::OffHook, Event::OffHook),
            HookEvent::OnHook { since } => (Fact::OnHook, Event::OnHook { since }),
            HookEvent::Flash => (Fact::Flash, Event::Flash),
            HookEvent::Pulses(count) => {
                let shown = (!self.call.secret()).then_some(count);
                (Fact::Pulses(shown), Event::Pulses(count))
            }
        };
        tell(out, fact);
        if matches!(event, Event::OffHook) {
            self.phone_ear.reset();
            self.name.forget();
        }
        self.deliver(now, event, out);
    }

    /// All detectors read the frames before anything is muted or mixed.
    fn listen(
        &mut self,
        now: Tick,
        input: &Input<'_>,
        phone: Option<&Heard10>,
        trunk: Option<&TrunkFrame>,
        out: &mut Outputs,
    ) {
        let at = now - FRAME_TICKS;
        if let Some(phone) = phone {
            if input.phone_lost > 0 {
                self.phone_ear.lost(input.phone_lost);
            }
            let mut heard = HeardList::new();
            let talking = self.call.bridge() != Bridge::Closed || self.name.recording();
            self.phone_ear
                .frame(&phone.samples, at, talking, &mut heard);
            let key_down = self.phone_ear.key_down();
            if let Some(voiced) = self.name.record(&phone.samples, key_down) {
                self.deliver(now, Event::NameRecorded { voiced }, out);
            }
            for heard in heard {
                self.phone_heard(now, heard, out);
            }
        }
        if let Some(trunk) = trunk {
            if input.trunk_lost > 0 {
                self.trunk_ear.lost(input.trunk_lost);
            }
            self.hear_registers(now, trunk, input.trunk_lost, out);
            let mut heard = HeardList::new();
            let stage = self.stage();
            let sent = self.sent_meanwhile(phone, input);
            let own_digits = self.held.as_ref().is_some_and(|h| h.may_echo_digits(at));
            self.trunk_ear.own_digits(own_digits);
            self.trunk_ear.frame(trunk, &sent, at, stage, &mut heard);
            self.follow_dial_tone(now, out);
            if self.trunk_ear.machine() {
                self.canceller.bypass(true);
            }
            for heard in heard {
                self.trunk_heard(now, heard, out);
            }
            if let Some(pieces) = self.trunk_ear.joined() {
                self.deliver(now, Event::ThreeWay(&pieces), out);
            }
        }
        self.supervise(now, out);
    }

    fn phone_heard(&mut self, now: Tick, heard: Heard, out: &mut Outputs) {
        match heard {
            Heard::DigitStart { .. } if self.is_far_echo(&heard) => {}
            Heard::DigitStart { digit, .. } => {
                // What is keyed to the other party in a conversation is theirs: a card number, a
                // code. That it was keyed is told and counted, not what.
                let in_talk = self.call.bridge() != Bridge::Closed;
                let secret = self.call.secret() || in_talk;
                let shown = (!secret).then_some(digit);
                if in_talk {
                    self.joining.keyed(now);
                }
                tell(out, Fact::Keyed { digit: shown });
                self.deliver(now, Event::Key(digit), out);
            }
            Heard::Voice { .. } => self.deliver(now, Event::Voice(Leg::Phone), out),
            _ => {}
        }
    }

    /// Is this the called party's key, come back from the phone?
    fn is_far_echo(&self, heard: &Heard) -> bool {
        let (Some(far), Some(near)) = (self.far_key, Key::began(heard)) else {
            return false;
        };
        self.call.bridge() == Bridge::Open
            && near.digit == far.digit
            && (far.start..far.start + ECHO_WITHIN).contains(&near.start)
            && near.level_dbm0 <= far.level_dbm0 - ECHO_LOSS_DB
    }

    /// Fires what is due. The bound turns a call that spins into a panic that names it.
    fn timers(&mut self, now: Tick, out: &mut Outputs) {
        for _ in 0..TIMERS_AT_ONCE {
            if self.call.deadline().is_none_or(|due| due > now) {
                return;
            }
            self.deliver(now, Event::Timer, out);
        }
        panic!(
            "line {}: phase {} spins on its timer",
            self.id,
            self.call.phase_name()
        );
    }

    fn media(&mut self, out: &mut Outputs) {
        let wanted = !self.call.is_idle();
        if wanted != self.media {
            self.media = wanted;
            if !wanted {
                self.name.forget();
            }
            out.phone_commands.push(PortCommand::Media(wanted));
            out.flush |= wanted;
        }
    }

    fn speak(
        &mut self,
        now: Tick,
        phone: &Heard10,
        trunk: Option<&Heard10>,
        input: &Input<'_>,
        out: &mut Outputs,
    ) {
        let mut to_phone: Samples = [0; FRAME];
        let mut to_trunk: Samples = [0; FRAME];
        let tone = self.call.phone_tone();
        let spoken = self
            .phone_mouth
            .fill(&self.shared, &self.name, tone, &mut to_phone);
        for (language, prompt) in spoken.began {
            tell(
                out,
                Fact::Says {
                    leg: Leg::Phone,
                    language,
                    prompt,
                },
            );
        }
        if spoken.ended {
            self.deliver(now, Event::Said(Leg::Phone), out);
        }
        let interferes = self.held.as_ref().is_some_and(Held::interferes);
        let trunk_sounds = self.speak_on_trunk(now, &mut to_trunk, out);
        let open = self.call.bridge() != Bridge::Closed && !interferes;
        // The queues hold silence when the ports leave each other: nothing is heard twice.
        let bridged = open && !(input.joined && self.is_to_join(now));
        let silence = Heard10::silence(self.law);
        let trunk_law = self.held.as_ref().map_or(self.law, |h| h.profile.law);
        if self.media {
            let far = bridged.then_some(trunk.unwrap_or(&silence));
            let far_law = if trunk.is_some() { trunk_law } else { self.law };
            let said = spoken.sounds.then_some(&to_phone);
            out.to_phone = Some(bridge::mix(far, far_law, said, self.law));
        }
        let muted = self.muted_towards_trunk();
        if self.held.is_some() {
            let near = (bridged && !muted).then_some(phone);
            let said = trunk_sounds.then_some(&to_trunk);
            let frame = bridge::mix(near, self.law, said, trunk_law);
            self.sent.push(&Heard10::decode(trunk_law, &frame).samples);
            out.to_trunk = Some(frame);
        }
        self.tap.set(now, self.call.tap(), &mut out.tap);
        let secret = self.call.secret();
        let line = self.id;
        self.tap.offer(&mut out.tap, |call| TapFrame {
            line,
            call,
            at: now,
            from_phone: if secret { [0; FRAME] } else { phone.samples },
            from_trunk: trunk.map_or([0; FRAME], |t| t.samples),
            to_phone,
            to_trunk,
            flags: TapFlags {
                muted: !open,
                joined: input.joined,
                masked: secret,
                gap: input.trunk_lost > 0,
            },
        });
    }

    /// Is the inmate kept from the trunk though the path is open? No key goes there, ever: after
    /// the far end has hung up an exchange may offer a new call at any moment, and an operator
    /// would take the key for the called party's choice.
    fn muted_towards_trunk(&self) -> bool {
        self.hook.is_open() || self.phone_ear.key_down()
    }

    fn check(&self) {
        self.call.assert_armed();
        assert_eq!(
            self.call.holds_trunk(),
            self.held.is_some(),
            "line {}: phase {} and the trunk disagree",
            self.id,
            self.call.phase_name()
        );
    }
}

/// Facts are for people to read: with the list full the rest of this frame's are dropped and
/// counted.
fn tell(out: &mut Outputs, fact: Fact) {
    if out.facts.try_push(fact).is_err() {
        out.facts_dropped += 1;
    }
}
