//! A telephone, the person at it, and its pair of wires to the exchange that serves it.

use crate::sim::{
    actor::{Actor, LoopChanges},
    contact::Contact,
    copper::{Copper, Path},
    level,
    noise::{Colour, Noise},
    script::Step,
    tone_plan::TonePlan,
    transcript::Transcript,
};
use std::sync::{Arc, LazyLock};
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// The wires of a telephone and what is around it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SubscriberLine {
    /// As the exchange sees it: what it sends comes back of the hybrid there.
    pub copper: Copper,
    /// The room as its microphone sends it.
    pub room: Option<(Colour, f64)>,
    /// Peaks of the clicks with which the loop opens and closes.
    pub click_dbm0: [f64; 2],
}

impl SubscriberLine {
    /// Wires without loss, noise or echo: what the telephone sends is what the exchange gets.
    pub const fn clear() -> SubscriberLine {
        SubscriberLine {
            copper: Copper::clear(),
            room: None,
            click_dbm0: [-15.0, -15.0],
        }
    }

    /// A house some miles from its exchange: `loss_db` of copper with the echo and the noise of such
    /// a loop, and a room of `room_dbm0`.
    pub fn house(loss_db: f64, echo_db: f64, room_dbm0: f64) -> SubscriberLine {
        SubscriberLine {
            copper: Copper {
                loss_in_db: loss_db,
                loss_out_db: loss_db,
                echo_db: Some(echo_db),
                echo_delay: 14,
                noise: Some((Colour::White, -66.0)),
                delay: 1,
                twist_db: -0.4 * loss_db,
                dc_offset: 0.0,
                hum: None,
            },
            room: Some((Colour::Pink, room_dbm0)),
            click_dbm0: [-14.0, -18.0],
        }
    }
}

/// With the loop open its end sends back nearly all that comes.
const OPEN_ECHO_DB: f64 = 5.0;

/// What the exchange saw of the loop in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoopEvent {
    /// It was open this long, and is closed again since then.
    Closed { at: Tick, open: Ticks },
    /// The telephone was hung up.
    OnHook,
}

/// A telephone on its line. Nothing here allocates once it is made.
#[derive(Debug)]
pub struct Subscriber {
    actor: Actor,
    closed: bool,
    /// When the loop was last opened.
    opened: Tick,
    wires: Path,
    /// The same wires while nothing is at their end.
    open_wires: Path,
    room: Option<Noise>,
    contact: Contact,
}

/// What nobody does. Shared: where the next script takes its place nothing is freed, as ports are
/// read by threads that may not.
static NOBODY: LazyLock<Arc<[Step]>> = LazyLock::new(|| Arc::from([]));

impl Subscriber {
    pub fn new(plan: &'static TonePlan) -> Subscriber {
        let line = SubscriberLine::clear();
        Subscriber {
            actor: Actor::new(Arc::clone(&NOBODY), plan, false),
            closed: false,
            opened: Tick::ZERO,
            wires: Path::new(&line.copper, 0),
            open_wires: Path::new(&line.copper, 0),
            room: None,
            contact: Contact::new(line.click_dbm0[0], line.click_dbm0[1]),
        }
    }

    /// The telephone is off-hook on this line from now on, and the person begins with the steps.
    pub fn connect(
        &mut self,
        line: &SubscriberLine,
        steps: Arc<[Step]>,
        plan: &'static TonePlan,
        seed: u64,
    ) {
        let open = Copper {
            echo_db: line.copper.echo_db.map(|db| db.min(OPEN_ECHO_DB)),
            ..line.copper
        };
        self.actor = Actor::new(steps, plan, true);
        self.closed = true;
        self.wires.rewire(&line.copper, seed);
        self.open_wires.rewire(&open, seed ^ 0x6f70_656e);
        self.room = line
            .room
            .map(|(colour, dbm0)| Noise::new(colour, dbm0, seed ^ 0x726f_6f6d));
        self.contact = Contact::new(line.click_dbm0[0], line.click_dbm0[1]);
    }

    /// A frame: what the exchange sends to the telephone, and what it gets of it.
    pub fn frame(
        &mut self,
        at: Tick,
        sent: &Samples,
        back: &mut Samples,
        transcript: &mut Transcript,
    ) -> Option<LoopEvent> {
        let mut heard = [0; FRAME];
        self.wires.outward(sent, &mut heard);
        if !self.closed {
            heard.fill(0);
        }
        let mut said = [0; FRAME];
        let mut changes = LoopChanges::new();
        self.actor
            .frame(at, &heard, &mut said, &mut changes, transcript);
        for sample in &mut said {
            let room = self.room.as_mut().map_or(0.0, Noise::sample);
            *sample = level::clip(f64::from(*sample) + room);
        }
        let mut event = None;
        let mut clicks = [0.0; FRAME];
        let mut is_closed = [self.closed; FRAME];
        for (n, click) in clicks.iter_mut().enumerate() {
            let tick = at + Ticks(n as u64);
            for change in changes.iter().filter(|change| change.at == tick) {
                event = self.change(change.closed, tick).or(event);
            }
            is_closed[n] = self.closed;
            *click = self.contact.sample();
        }
        let silence = [0; FRAME];
        let mut open = [0; FRAME];
        self.wires.inward(&said, sent, back);
        self.open_wires.inward(&silence, sent, &mut open);
        for (n, back) in back.iter_mut().enumerate() {
            let value = if is_closed[n] { *back } else { open[n] };
            *back = level::clip(f64::from(value) + clicks[n]);
        }
        if self.actor.off_hook() {
            event
        } else {
            Some(LoopEvent::OnHook)
        }
    }

    fn change(&mut self, closed: bool, at: Tick) -> Option<LoopEvent> {
        if closed == self.closed {
            return None;
        }
        self.closed = closed;
        self.contact.changes(closed);
        if !closed {
            self.opened = at;
            return None;
        }
        Some(LoopEvent::Closed {
            at,
            open: at.since(self.opened),
        })
    }
}
