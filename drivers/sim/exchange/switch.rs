//! The exchange's call: what follows what.

use crate::sim::{
    called_office::Network,
    clip::Clip,
    exchange::{
        Exchange, Feed,
        line::Afterwards,
        r2::Outcome,
        routes::{Completeness, Destination},
        signalling::{EmRegister, EmStart, LineSignalling},
    },
    level,
    transcript::{Event, Reached},
};
use std::sync::Arc;
use types::{
    digits::{Digit, Digits},
    frame::Samples,
    tick::{Tick, Ticks},
};

#[derive(Clone, Debug)]
pub(super) enum State {
    Idle,
    /// An incoming call rings.
    Rung {
        since: Tick,
    },
    /// The line is seized; dial tone comes, or never does.
    Seized {
        dial_tone: Option<Tick>,
        again: bool,
    },
    /// Dial tone sounds, or digits come.
    Register {
        since: Tick,
    },
    /// R2: the registers are at work.
    Registers,
    /// The number is complete.
    Switching {
        until: Tick,
    },
    /// A tone, an announcement after it, or nothing.
    Treatment {
        clip: Option<Clip>,
        clip_since: Option<Tick>,
    },
    /// The called telephone rings; without a party for ever.
    Ringing {
        since: Tick,
        rings: u16,
    },
    Talk {
        reversed: bool,
        since: Tick,
    },
    /// The called party hung up, or the caller never dialed; signals follow.
    Gone {
        since: Tick,
        reversed: bool,
        afterwards: Afterwards,
    },
    /// We released, but the connection is held for a while.
    Held {
        until: Tick,
        reversed: bool,
    },
}

impl State {
    /// Whether the line is not in use by the port.
    pub(super) fn is_released(&self) -> bool {
        matches!(self, State::Idle | State::Rung { .. } | State::Held { .. })
    }
}

impl Exchange {
    pub(super) fn seize(&mut self, at: Tick) {
        if self.line.signalling.holds(at) {
            self.transcript.note(at, Event::Glare);
            self.treat(None);
            return;
        }
        let ready = match &self.line.signalling {
            LineSignalling::Em(em) => match em.start {
                EmStart::Immediate => Some(at),
                EmStart::OffHook { after, length } => {
                    self.signals.wink(at + after, length);
                    Some(at + after + length)
                }
                EmStart::Never => None,
            },
            LineSignalling::R2(r2) => r2.acknowledge.map(|after| at + after),
            LineSignalling::Loop | LineSignalling::Ground { .. } => {
                self.line.dial_tone.map(|delay| at + delay)
            }
        };
        if self.line.battery {
            self.state = State::Seized {
                dial_tone: ready,
                again: false,
            };
        }
    }

    pub(super) fn glare(&mut self, at: Tick) {
        self.transcript.note(at, Event::Glare);
        let clip = self.line.incoming[self.incoming_done].caller.clone();
        self.incoming_done += 1;
        self.treat(clip);
    }

    pub(super) fn reseize_held(&mut self, at: Tick) {
        self.transcript.note(at, Event::HeldLine);
        if let State::Held { reversed, .. } = self.state {
            self.state = State::Talk {
                reversed,
                since: at,
            };
        }
    }

    pub(super) fn flash(&mut self, at: Tick, length: Ticks) {
        self.loop_.pulses = 0;
        self.transcript.note(at, Event::Flash(length));
        if self.line.flash_recall && matches!(self.state, State::Talk { .. }) {
            self.offer_dial_tone(at);
        }
    }

    pub(super) fn release(&mut self, at: Tick) {
        self.transcript.note(self.loop_.since, Event::OnHook);
        self.transcript.note(at, Event::Released);
        self.tones.stop();
        self.loop_.pulses = 0;
        self.dialed = Digits::EMPTY;
        self.signals.clear();
        self.state = match self.state {
            State::Talk { reversed, .. } if self.line.held > Ticks::ZERO => State::Held {
                until: at + self.line.held,
                reversed,
            },
            _ => State::Idle,
        };
        if matches!(self.state, State::Idle) {
            self.far.clear();
        }
    }

    /// One frame of the call; `digit` is what the registers heard in it.
    pub(super) fn step(
        &mut self,
        at: Tick,
        heard: &Samples,
        digit: Option<Digit>,
        out: &mut Samples,
    ) {
        match self.state {
            State::Idle => self.look_for_incoming(at),
            State::Rung { since } => self.ring_in(at, since),
            State::Seized { dial_tone, again } => {
                if dial_tone.is_some_and(|tick| tick <= at) {
                    self.give_dial_tone(at, again);
                }
            }
            State::Register { since } => self.collect(at, since, heard, digit),
            State::Registers => self.compelled(at, heard, out),
            State::Switching { until } => {
                if until <= at {
                    self.reach(at);
                }
            }
            State::Treatment { .. } => self.announce(at, out),
            State::Ringing { since, rings } => self.ring_out(at, since, rings),
            State::Talk { reversed, .. } => self.talk(at, heard, out, reversed),
            State::Gone {
                since, afterwards, ..
            } => self.after_hang_up(at, since, afterwards),
            State::Held { until, .. } => {
                if until <= at {
                    self.far.clear();
                    self.state = State::Idle;
                }
            }
        }
        self.tones.add_to(out);
    }

    /// What belongs on the wires in this state.
    pub(super) fn wanted_feed(&self, at: Tick) -> Feed {
        let mut feed = Feed {
            battery: self.line.battery,
            reversed: false,
            ..Feed::IDLE
        };
        self.signal(at, &mut feed);
        match self.state {
            State::Rung { since } => {
                let (on, off) = self.line.plan.ring;
                let within = at.since(since).as_ms() % u64::from(on + off);
                feed.ringing = within < u64::from(on);
            }
            State::Talk { reversed, .. } | State::Held { reversed, .. } => feed.reversed = reversed,
            State::Gone {
                since, reversed, ..
            } => {
                let signal = self.line.hang_up;
                let told = since + signal.delay;
                feed.reversed = reversed && !(signal.polarity_back && at >= told);
                if let Some(length) = signal.loop_break {
                    feed.battery &= at < told || at >= told + length;
                }
            }
            _ => {}
        }
        feed
    }

    /// What belongs on a trunk with signals of its own.
    fn signal(&self, at: Tick, feed: &mut Feed) {
        let state = &self.state;
        match &self.line.signalling {
            LineSignalling::Loop => {}
            LineSignalling::Ground { tip_after } => {
                feed.tip = match state {
                    State::Idle => self.signals.asked.is_some_and(|t| at >= t + *tip_after),
                    State::Gone { since, .. } => at < *since + self.line.hang_up.delay,
                    _ => true,
                };
            }
            LineSignalling::Em(_) => {
                feed.off_hook = self.line.signalling.holds(at)
                    || self.signals.winks(at)
                    || matches!(state, State::Talk { .. } | State::Held { .. });
            }
            LineSignalling::R2(r2) => {
                let metered = |since: Tick| {
                    let within = at.since(since).0 % 8000;
                    r2.metering
                        .is_some_and(|long| at.since(since).0 >= 8000 && within < long.0)
                };
                let ab = match state {
                    State::Idle if self.line.signalling.holds(at) => 0b11,
                    State::Idle | State::Seized { .. } | State::Rung { .. } => 0b10,
                    State::Talk { since, .. } if metered(*since) => 0b11,
                    State::Talk { .. } | State::Held { .. } => 0b01,
                    State::Gone { .. } if r2.forces_release => 0b00,
                    _ => 0b11,
                };
                feed.bits = ab << 2 | r2.cd;
            }
        }
    }

    fn look_for_incoming(&mut self, at: Tick) {
        let Some(incoming) = self.line.incoming.get(self.incoming_done) else {
            return;
        };
        if incoming.at <= at && !self.loop_.closed && self.line.battery {
            self.state = State::Rung { since: at };
        }
    }

    fn ring_in(&mut self, at: Tick, since: Tick) {
        let (on, off) = self.line.plan.ring;
        let rings = u64::from(self.line.incoming[self.incoming_done].rings);
        if at.since(since) >= Ticks::ms(rings * u64::from(on + off)) {
            self.incoming_done += 1;
            self.state = State::Idle;
        }
    }

    fn offer_dial_tone(&mut self, at: Tick) {
        self.tones.stop();
        self.state = State::Seized {
            dial_tone: Some(at),
            again: true,
        };
    }

    fn give_dial_tone(&mut self, at: Tick, again: bool) {
        match self.line.signalling {
            LineSignalling::Em(_) => {
                self.state = State::Register { since: at };
                return;
            }
            LineSignalling::R2(_) => {
                self.state = State::Registers;
                return;
            }
            LineSignalling::Loop | LineSignalling::Ground { .. } => {}
        }
        self.transcript.note(at, Event::DialTone { again });
        self.tones.start(self.line.plan.dial);
        self.far.clear();
        self.dialed = Digits::EMPTY;
        self.state = State::Register { since: at };
    }

    /// R1: the strings of a call.
    fn collect_strings(&mut self, at: Tick, heard: &Samples, register: EmRegister) {
        let Some((string, count)) = self.signals.hear(heard) else {
            return;
        };
        self.state = State::Register { since: at };
        let EmRegister::Carrier {
            tandem,
            winks_for_number,
            acknowledges,
        } = register
        else {
            self.dialed = string;
            self.switch(at);
            return;
        };
        match count - u8::from(tandem) {
            0 => {
                self.transcript.note(at, Event::Identified(string));
                self.signals.wink_back(at);
            }
            1 => {
                self.transcript.note(at, Event::Identified(string));
                if winks_for_number {
                    self.signals.wink_back(at);
                }
            }
            _ => {
                self.dialed = string;
                if acknowledges {
                    self.signals.wink_back(at);
                }
                self.switch(at);
            }
        }
    }

    /// R2: the registers of both sides.
    fn compelled(&mut self, at: Tick, heard: &Samples, out: &mut Samples) {
        let (routes, numbering) = (&self.routes, self.line.numbering);
        let outcome = self.signals.r2.frame(
            at,
            heard,
            out,
            |number| routes.completeness(numbering, number),
            |number| routes.look(number),
        );
        let Some(outcome) = outcome else {
            return;
        };
        let register = &self.signals.r2;
        if let Some(category) = register.category {
            self.transcript.note(at, Event::Category(category));
        }
        if !register.caller.is_empty() {
            self.transcript.note(at, Event::Caller(register.caller));
        }
        self.dialed = register.number;
        match outcome {
            Outcome::Free => self.switch(at),
            Outcome::Failed => {
                self.transcript.note(at, Event::Dialed(self.dialed));
                self.treat(None);
            }
        }
    }

    fn collect(&mut self, at: Tick, since: Tick, heard: &Samples, digit: Option<Digit>) {
        if let LineSignalling::Em(em) = &self.line.signalling
            && em.register != EmRegister::Keys
        {
            let register = em.register;
            return self.collect_strings(at, heard, register);
        }
        if let Some(digit) = digit {
            self.tones.stop();
            self.dialed.push(digit);
            self.state = State::Register { since: at };
        }
        let so_far = self.routes.completeness(self.line.numbering, &self.dialed);
        let pulsing = self.loop_.pulses > 0 || !self.loop_.closed;
        let limit = if self.dialed.is_empty() {
            self.line.first_digit
        } else {
            self.line.inter_digit
        };
        let waited = at.since(since) >= limit && digit.is_none() && !pulsing;
        match so_far {
            _ if self.dialed.is_empty() && !waited => {}
            Completeness::Complete => self.switch(at),
            Completeness::CouldEnd if waited => self.switch(at),
            _ if waited => {
                self.transcript.note(at, Event::DialingTimedOut);
                self.tones.stop();
                self.state = State::Gone {
                    since: at,
                    reversed: false,
                    afterwards: Afterwards::Reorder,
                };
            }
            _ => {}
        }
    }

    fn switch(&mut self, at: Tick) {
        self.transcript.note(at, Event::Dialed(self.dialed));
        self.state = State::Switching {
            until: at + self.line.post_dial,
        };
    }

    fn reach(&mut self, at: Tick) {
        let routes = Arc::clone(&self.routes);
        let (destination, known) = routes.take(&self.dialed);
        self.dialed = Digits::EMPTY;
        let plan = self.line.plan;
        let reached = match destination {
            Destination::Party(script) => {
                self.far.ring(at, script, plan);
                self.start_ringing(at);
                Reached::Party
            }
            Destination::RingNoAnswer => {
                self.start_ringing(at);
                Reached::Ringing
            }
            Destination::Busy => {
                self.tones.start(plan.busy);
                self.treat(None);
                Reached::Busy
            }
            Destination::Reorder => {
                self.tones.start(plan.reorder);
                self.treat(None);
                Reached::Reorder
            }
            Destination::Sit(kind, clip) => {
                self.tones.start(plan.sit(*kind));
                self.treat(clip.clone());
                Reached::Sit
            }
            Destination::Silence => {
                self.treat(None);
                Reached::Silence
            }
        };
        let reached = if known { reached } else { Reached::Unknown };
        self.transcript.note(at, Event::Reached(reached));
    }

    fn treat(&mut self, clip: Option<Clip>) {
        self.state = State::Treatment {
            clip,
            clip_since: None,
        };
    }

    fn start_ringing(&mut self, at: Tick) {
        self.tones.start(self.line.plan.ringback);
        self.transcript.note(at, Event::Rings(1));
        self.state = State::Ringing {
            since: at,
            rings: 1,
        };
    }

    /// What is said once a tone that ends has ended.
    fn announce(&mut self, at: Tick, out: &mut Samples) {
        let State::Treatment { clip, clip_since } = &mut self.state else {
            return;
        };
        if self.tones.playing() {
            return;
        }
        let Some(clip) = clip else {
            return;
        };
        let since = *clip_since.get_or_insert(at);
        let from = at.since(since).0 as usize;
        for (sample, said) in out.iter_mut().zip(clip.samples().iter().skip(from)) {
            *sample = level::clip(f64::from(*sample) + f64::from(*said));
        }
    }

    fn ring_out(&mut self, at: Tick, since: Tick, rings: u16) {
        let period = u64::from(self.line.plan.ringback.period_ms());
        let begun = (at.since(since).as_ms() / period) as u16 + 1;
        if begun > rings {
            self.transcript.note(at, Event::Rings(begun));
            self.state = State::Ringing {
                since,
                rings: begun,
            };
        }
        if self.far.answers(at) {
            self.tones.stop();
            self.transcript.note(at, Event::Answered);
            self.state = State::Talk {
                reversed: self.line.answer_reversal,
                since: at,
            };
        }
    }

    fn talk(&mut self, at: Tick, heard: &Samples, out: &mut Samples, reversed: bool) {
        let network = Network {
            routes: &self.routes,
            numbering: self.line.numbering,
            plan: self.line.plan,
            post_dial: self.line.post_dial,
        };
        let transcript = &mut self.transcript;
        if !self.far.frame(at, heard, out, &network, transcript) {
            self.transcript.note(at, Event::PartyHungUp);
            self.far.clear();
            self.state = State::Gone {
                since: at,
                reversed,
                afterwards: self.line.hang_up.afterwards,
            };
        }
    }

    fn after_hang_up(&mut self, at: Tick, since: Tick, afterwards: Afterwards) {
        let signal = self.line.hang_up;
        let break_end = signal.loop_break.map_or(Ticks::ZERO, |l| signal.delay + l);
        let delay = signal.afterwards_delay.0.max(break_end.0);
        if at.since(since).0 < delay || self.tones.playing() {
            return;
        }
        match afterwards {
            Afterwards::Silence => {}
            Afterwards::Busy => self.tones.start(self.line.plan.busy),
            Afterwards::Reorder => self.tones.start(self.line.plan.reorder),
            Afterwards::DialTone => self.offer_dial_tone(at),
        }
    }
}
