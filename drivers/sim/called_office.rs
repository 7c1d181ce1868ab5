//! The called party's own exchange: its subscriber's line, and what it does for a hook flash.
//!
//! A subscriber with three-way calling who flashes puts the trunk on hold, hears recall dial tone and
//! dials a third number by keys (a rotary dial is not taken there). The next flash joins all three,
//! also while the third still rings; one more drops the third. A flash before there is a third
//! takes the trunk back. With call waiting a flash within half a minute of the tone takes the call
//! that waits, and the next comes back.
//!
//! What our trunk hears of it: the click of the opening, the open loop (no room, nearly all of our own
//! sound sent back), the click of the closing, the exchange's silence; then the bridge with its
//! loss and noise, the third line's noise, its echo of us, and who talks there.

use crate::sim::{
    called_party::CalledPartyScript,
    contact::Contact,
    dtmf_register::DtmfRegister,
    exchange::{
        line::Numbering,
        routes::{Completeness, Destination, Routes},
    },
    level,
    noise::{Colour, Noise},
    subscriber::{LoopEvent, Subscriber},
    tone_plan::TonePlan,
    tone_player::TonePlayer,
    transcript::{Event, Transcript},
};
use std::sync::Arc;
use types::{
    digits::Digits,
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// What the exchange does for its subscriber; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Services {
    pub three_way: bool,
    /// The subscriber may hang up and leave the trunk to the third.
    pub transfer: bool,
    pub waiting: Option<WaitingCall>,
    pub switching: Switching,
}

impl Services {
    /// Three-way calling through this switching.
    pub fn three_way(switching: Switching) -> Services {
        Services {
            three_way: true,
            switching,
            ..Services::default()
        }
    }

    /// A call of this caller comes so long after the answer.
    pub fn call_waiting(after: Ticks, caller: CalledPartyScript) -> Services {
        Services {
            waiting: Some(WaitingCall {
                after,
                caller: Arc::new(caller),
            }),
            ..Services::default()
        }
    }
}

/// A second call to the called party.
#[derive(Clone, Debug)]
pub struct WaitingCall {
    /// From the answer of the first one.
    pub after: Ticks,
    /// Steps begin when it is taken.
    pub caller: Arc<CalledPartyScript>,
}

/// How the exchange connects.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Switching {
    /// Loss from any of three that are joined to any other.
    pub bridge_loss_db: f64,
    pub bridge_noise: Option<(Colour, f64)>,
    /// What a trunk hears that is held.
    pub idle_noise: Option<(Colour, f64)>,
    /// Peak of the click with which a path is switched.
    pub click_dbm0: Option<f64>,
}

impl Switching {
    /// Relays and a bridge of transformers: paths are switched with a click.
    pub const ANALOG: Switching = Switching {
        bridge_loss_db: 3.5,
        bridge_noise: Some((Colour::White, -64.0)),
        idle_noise: Some((Colour::White, -70.0)),
        click_dbm0: Some(-20.0),
    };

    /// Time slots and a bridge that adds numbers: idle code on hold, no click but the loop's own.
    pub const DIGITAL: Switching = Switching {
        bridge_loss_db: 3.0,
        bridge_noise: None,
        idle_noise: None,
        click_dbm0: None,
    };
}

impl Default for Switching {
    fn default() -> Switching {
        Switching::DIGITAL
    }
}

/// A loop open this long is a flash: shorter ones are pulses, longer ones have no effect here.
const FLASH: std::ops::RangeInclusive<Ticks> = Ticks::ms(200)..=Ticks::ms(1500);
/// The loop must be closed again this long before it is one.
const RECOGNISED: Ticks = Ticks::ms(40);
/// The tone of a waiting call comes so often, so far apart; the call can be taken until this long
/// after the first.
const WAITING_TONES: u8 = 2;
const WAITING_EVERY: Ticks = Ticks::secs(10);
const WAITING_LASTS: Ticks = Ticks::secs(30);

/// The network as a subscriber's register sees it.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    pub routes: &'a Routes,
    pub numbering: Numbering,
    pub plan: &'static TonePlan,
    pub post_dial: Ticks,
}

/// The exchange of one called party at a time. Nothing here allocates once it is made.
#[derive(Debug)]
pub struct CalledOffice {
    script: Option<Arc<CalledPartyScript>>,
    answer_at: Tick,
    state: State,
    called: Subscriber,
    third: Subscriber,
    third_is: Third,
    /// What came of the third in the last frame: the bridge takes it a frame later.
    from_third: Samples,
    /// A flash that is over, until it is acted on.
    flashed: Option<Tick>,
    /// Tones to the called party; while all are joined, to all.
    tones: TonePlayer,
    register: DtmfRegister,
    dialed: Digits,
    waiting_tones: u8,
    switch: Contact,
    idle: Option<Noise>,
    bridge: Option<Noise>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Ringing,
    Talk {
        since: Tick,
    },
    /// The trunk is held in these three. Recall dial tone, or digits:
    Recall,
    Reaching {
        until: Tick,
    },
    Aside,
    Joined,
    /// The called party is gone; the trunk talks to the third.
    Transferred,
}

#[derive(Clone, Debug)]
enum Third {
    Nobody,
    /// A tone instead of a telephone.
    Refused,
    Rings {
        script: Arc<CalledPartyScript>,
        answer_at: Tick,
    },
    Talks,
    /// Came by a waiting call: cannot be joined.
    Waited,
}

/// What of each goes to each: of the trunk, the third and the tones to the called party; of the called
/// party, the third and the tones to the trunk; of the trunk and the called party to the third.
struct Mix {
    to_called: [f64; 3],
    to_trunk: [f64; 3],
    to_third: [f64; 2],
}

impl CalledOffice {
    pub fn new(plan: &'static TonePlan) -> CalledOffice {
        CalledOffice {
            script: None,
            answer_at: Tick::ZERO,
            state: State::Ringing,
            called: Subscriber::new(plan),
            third: Subscriber::new(plan),
            third_is: Third::Nobody,
            from_third: [0; FRAME],
            flashed: None,
            tones: TonePlayer::default(),
            register: DtmfRegister::new(),
            dialed: Digits::EMPTY,
            waiting_tones: 0,
            switch: Contact::new(0.0, 0.0),
            idle: None,
            bridge: None,
        }
    }

    /// The telephone begins to ring at `at`.
    pub fn ring(&mut self, at: Tick, script: &Arc<CalledPartyScript>, plan: &'static TonePlan) {
        self.clear();
        self.answer_at = script.answers(at, plan);
        let switching = script.services.switching;
        let seed = at.0 ^ 0x6f66_6669_6365;
        let noise = |of: Option<(Colour, f64)>, salt: u64| {
            of.map(|(colour, dbm0)| Noise::new(colour, dbm0, seed ^ salt))
        };
        self.idle = noise(switching.idle_noise, 1);
        self.bridge = noise(switching.bridge_noise, 2);
        if let Some(click) = switching.click_dbm0 {
            self.switch = Contact::new(click, click);
        }
        self.called
            .connect(&script.line, Arc::clone(&script.steps), plan, seed ^ 3);
        self.script = Some(Arc::clone(script));
    }

    /// Nobody is called any more.
    pub fn clear(&mut self) {
        self.script = None;
        self.state = State::Ringing;
        self.third_is = Third::Nobody;
        self.from_third = [0; FRAME];
        self.flashed = None;
        self.tones.stop();
        self.dialed = Digits::EMPTY;
        self.waiting_tones = 0;
    }

    /// Whether the telephone rings and is picked up by now.
    pub fn answers(&self, at: Tick) -> bool {
        self.script.is_some() && self.answer_at <= at
    }

    /// A frame of an answered call: what the trunk sends, and what it gets. `false` when nobody
    /// is there any more.
    pub fn frame(
        &mut self,
        at: Tick,
        trunk: &Samples,
        out: &mut Samples,
        network: &Network<'_>,
        transcript: &mut Transcript,
    ) -> bool {
        let Some(script) = self.script.clone() else {
            return false;
        };
        if self.state == State::Ringing {
            self.state = State::Talk { since: at };
        }
        self.look_at_flash(at, &script.services, network, transcript);
        let mut tone = [0; FRAME];
        self.tones.add_to(&mut tone);
        let mix = self.mix(&script.services);
        let mut to_called = [0; FRAME];
        add(&mut to_called, trunk, mix.to_called[0]);
        add(&mut to_called, &self.from_third, mix.to_called[1]);
        add(&mut to_called, &tone, mix.to_called[2]);
        let mut from_called = [0; FRAME];
        let event = if self.state == State::Transferred {
            None
        } else {
            self.called
                .frame(at, &to_called, &mut from_called, transcript)
        };
        let mut to_third = [0; FRAME];
        add(&mut to_third, trunk, mix.to_third[0]);
        add(&mut to_third, &from_called, mix.to_third[1]);
        self.step_third(at, &to_third, network.plan, transcript);
        add(out, &from_called, mix.to_trunk[0]);
        add(out, &self.from_third, mix.to_trunk[1]);
        add(out, &tone, mix.to_trunk[2]);
        self.add_own(out);
        self.proceed(at, &from_called, &script.services, network, transcript);
        match event {
            Some(LoopEvent::OnHook) => self.called_hung_up(at, &script.services, transcript),
            Some(LoopEvent::Closed { at, open }) if FLASH.contains(&open) => {
                self.flashed = Some(at);
            }
            _ => {}
        }
        self.script.is_some()
    }

    fn mix(&self, services: &Services) -> Mix {
        let g = level::gain(-services.switching.bridge_loss_db);
        let [to_called, to_trunk, to_third] = match self.state {
            // The tone of a waiting call takes the place of the trunk for its time.
            State::Talk { .. } if self.tones.playing() => [[0.0, 0.0, 1.0], [0.0; 3], [0.0; 3]],
            State::Ringing | State::Talk { .. } => [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]],
            State::Recall | State::Reaching { .. } => [[0.0, 0.0, 1.0], [0.0; 3], [0.0; 3]],
            State::Aside => [[0.0, 1.0, 1.0], [0.0; 3], [0.0, 1.0, 0.0]],
            State::Joined => [[g; 3], [g; 3], [g; 3]],
            State::Transferred => [[0.0; 3], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        };
        Mix {
            to_called,
            to_trunk,
            to_third: [to_third[0], to_third[1]],
        }
    }

    /// The exchange's own noise, and the clicks of its switches.
    fn add_own(&mut self, out: &mut Samples) {
        let noise = match self.state {
            State::Recall | State::Reaching { .. } | State::Aside => &mut self.idle,
            State::Joined => &mut self.bridge,
            State::Ringing | State::Talk { .. } | State::Transferred => &mut None,
        };
        for sample in out {
            let value = noise.as_mut().map_or(0.0, Noise::sample) + self.switch.sample();
            *sample = level::clip(f64::from(*sample) + value);
        }
    }

    // ---- what the called party does with its hook

    fn look_at_flash(
        &mut self,
        at: Tick,
        services: &Services,
        network: &Network<'_>,
        transcript: &mut Transcript,
    ) {
        if self.flashed.is_none_or(|closed| at < closed + RECOGNISED) {
            return;
        }
        self.flashed = None;
        match (self.state, &self.third_is) {
            (State::Talk { since }, _) => {
                if let Some(waiting) = self.waits(at, since, services) {
                    let caller = Arc::clone(&waiting.caller);
                    self.answer_third(at, &caller, network.plan);
                    self.third_is = Third::Waited;
                    self.tones.stop();
                    self.goes(at, State::Aside, Event::Held, services, transcript);
                } else if services.three_way {
                    self.dialed = Digits::EMPTY;
                    self.tones.start(network.plan.recall);
                    self.goes(at, State::Recall, Event::Held, services, transcript);
                }
            }
            (State::Aside, Third::Rings { .. } | Third::Talks) => {
                self.goes(at, State::Joined, Event::Joined, services, transcript);
            }
            (State::Joined, _) => {
                transcript.note(at, Event::ThirdGone);
                self.resume(at, services, transcript);
            }
            (State::Recall | State::Reaching { .. } | State::Aside, _) => {
                self.resume(at, services, transcript);
            }
            (State::Ringing | State::Transferred, _) => {}
        }
    }

    fn goes(
        &mut self,
        at: Tick,
        state: State,
        event: Event,
        services: &Services,
        transcript: &mut Transcript,
    ) {
        transcript.note(at, event);
        self.state = state;
        if services.switching.click_dbm0.is_some() {
            self.switch.changes(false);
        }
    }

    /// The two talk as before.
    fn resume(&mut self, at: Tick, services: &Services, transcript: &mut Transcript) {
        self.third_is = Third::Nobody;
        self.from_third = [0; FRAME];
        self.tones.stop();
        // What waited has been taken or is gone.
        self.waiting_tones = WAITING_TONES;
        let talk = State::Talk { since: Tick::ZERO };
        self.goes(at, talk, Event::Resumed, services, transcript);
    }

    fn called_hung_up(&mut self, at: Tick, services: &Services, transcript: &mut Transcript) {
        let transfers = services.transfer
            && self.state == State::Joined
            && matches!(self.third_is, Third::Rings { .. } | Third::Talks);
        if transfers {
            self.goes(
                at,
                State::Transferred,
                Event::Transferred,
                services,
                transcript,
            );
        } else {
            self.clear();
        }
    }

    // ---- a call that waits

    fn waits<'s>(&self, at: Tick, since: Tick, services: &'s Services) -> Option<&'s WaitingCall> {
        let waiting = services.waiting.as_ref()?;
        let begun = since + waiting.after;
        let now = at >= begun && at < begun + WAITING_LASTS;
        (self.waiting_tones > 0 && since > Tick::ZERO && now).then_some(waiting)
    }

    fn announce_waiting(
        &mut self,
        at: Tick,
        since: Tick,
        services: &Services,
        network: &Network<'_>,
        transcript: &mut Transcript,
    ) {
        let Some(waiting) = services.waiting.as_ref() else {
            return;
        };
        let before = Ticks(WAITING_EVERY.0 * u64::from(self.waiting_tones));
        if self.waiting_tones < WAITING_TONES && at >= since + waiting.after + before {
            if self.waiting_tones == 0 {
                transcript.note(at, Event::CallWaits);
            }
            self.waiting_tones += 1;
            self.tones.start(network.plan.call_waiting);
            if services.switching.click_dbm0.is_some() {
                self.switch.changes(false);
            }
        }
    }

    // ---- the third party

    /// What follows of itself: dialing, ringing, answering.
    fn proceed(
        &mut self,
        at: Tick,
        from_called: &Samples,
        services: &Services,
        network: &Network<'_>,
        transcript: &mut Transcript,
    ) {
        match self.state {
            State::Talk { since } => {
                self.announce_waiting(at, since, services, network, transcript);
            }
            State::Recall => self.collect(at, from_called, network, transcript),
            State::Reaching { until } if until <= at => self.reach(at, network, transcript),
            _ => {}
        }
    }

    fn collect(
        &mut self,
        at: Tick,
        from_called: &Samples,
        network: &Network<'_>,
        transcript: &mut Transcript,
    ) {
        let Some(digit) = self.register.hear(from_called) else {
            return;
        };
        self.tones.stop();
        self.dialed.push(digit);
        let so_far = network.routes.completeness(network.numbering, &self.dialed);
        if so_far == Completeness::Complete {
            transcript.note(at, Event::ThirdDialed(self.dialed));
            self.state = State::Reaching {
                until: at + network.post_dial,
            };
        }
    }

    fn reach(&mut self, at: Tick, network: &Network<'_>, transcript: &mut Transcript) {
        let plan = network.plan;
        self.state = State::Aside;
        match network.routes.take(&self.dialed).0 {
            Destination::Party(script) => {
                transcript.note(at, Event::ThirdRings);
                self.tones.start(plan.ringback);
                self.third_is = Third::Rings {
                    script: Arc::clone(script),
                    answer_at: script.answers(at, plan),
                };
            }
            Destination::Busy => self.refuse(plan, |plan| plan.busy),
            _ => self.refuse(plan, |plan| plan.reorder),
        }
    }

    fn refuse(
        &mut self,
        plan: &TonePlan,
        tone: impl Fn(&TonePlan) -> crate::sim::tone_plan::ToneSpec,
    ) {
        self.tones.start(tone(plan));
        self.third_is = Third::Refused;
    }

    fn answer_third(&mut self, at: Tick, script: &CalledPartyScript, plan: &'static TonePlan) {
        let seed = at.0 ^ 0x0074_6869_7264;
        self.third
            .connect(&script.line, Arc::clone(&script.steps), plan, seed);
        self.third_is = Third::Talks;
    }

    fn step_third(
        &mut self,
        at: Tick,
        sent: &Samples,
        plan: &'static TonePlan,
        transcript: &mut Transcript,
    ) {
        if let Third::Rings { script, answer_at } = &self.third_is
            && *answer_at <= at
        {
            let script = Arc::clone(script);
            transcript.note(at, Event::ThirdAnswered);
            self.tones.stop();
            self.answer_third(at, &script, plan);
        }
        self.from_third = [0; FRAME];
        if !matches!(self.third_is, Third::Talks | Third::Waited) {
            return;
        }
        let mut back = [0; FRAME];
        let event = self.third.frame(at, sent, &mut back, transcript);
        self.from_third = back;
        if event == Some(LoopEvent::OnHook) {
            transcript.note(at, Event::ThirdGone);
            self.third_is = Third::Nobody;
            match self.state {
                State::Joined => {
                    self.waiting_tones = WAITING_TONES;
                    self.state = State::Talk { since: Tick::ZERO };
                }
                State::Transferred => self.clear(),
                _ => {}
            }
        }
    }
}

fn add(to: &mut Samples, from: &Samples, gain: f64) {
    if gain == 0.0 {
        return;
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to = level::clip(f64::from(*to) + gain * f64::from(*from));
    }
}
