//! An inmate's telephone and the scripted person at it.

use crate::sim::{
    actor::{Actor, LoopChanges},
    far_end::{Edges, FarEnd, Side},
    script::Step,
    tone_plan::{self, TonePlan},
    transcript::{DEFAULT_LENGTH, Event, Transcript},
};
use std::sync::Arc;
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::Samples,
    tick::{Tick, Ticks},
};

/// What the person does, and whose tones they know.
#[derive(Clone, Debug)]
pub struct HandsetScript {
    pub steps: Arc<[Step]>,
    pub plan: &'static TonePlan,
    /// How much audio the transcript keeps each way.
    pub keep: Ticks,
}

impl HandsetScript {
    /// A script of a person who knows American tones.
    pub fn new(steps: Vec<Step>) -> HandsetScript {
        HandsetScript {
            steps: steps.into(),
            plan: &tone_plan::US,
            keep: DEFAULT_LENGTH,
        }
    }

    pub fn plan(self, plan: &'static TonePlan) -> HandsetScript {
        HandsetScript { plan, ..self }
    }

    pub fn keep(self, keep: Ticks) -> HandsetScript {
        HandsetScript { keep, ..self }
    }
}

#[derive(Debug)]
pub struct Handset {
    actor: Actor,
    /// Loop current flows: off-hook and not in a flash or a pulse.
    closed: bool,
    /// The port has broken the loop until then.
    broken_until: Tick,
    now: Tick,
    transcript: Transcript,
}

impl Handset {
    pub fn new(script: HandsetScript) -> Handset {
        Handset {
            actor: Actor::new(script.steps, script.plan, false),
            closed: false,
            broken_until: Tick::ZERO,
            now: Tick::ZERO,
            transcript: Transcript::with_capacity(script.keep),
        }
    }

    fn change_loop(&mut self, at: Tick, closed: bool, edges: &mut Edges) {
        if closed == self.closed {
            return;
        }
        self.closed = closed;
        let edge = if closed {
            Edge::LoopClosed
        } else {
            Edge::LoopOpen
        };
        let _ = edges.try_push(EdgeAt { at, edge });
    }
}

impl FarEnd for Handset {
    fn side(&self) -> Side {
        Side::Phone
    }

    fn frame(&mut self, at: Tick, heard: &Samples, out: &mut Samples, edges: &mut Edges) {
        self.now = at + types::frame::FRAME_TICKS;
        let connected = self.closed && at >= self.broken_until;
        let deaf = [0; types::frame::FRAME];
        let heard = if connected { heard } else { &deaf };
        out.fill(0);
        let mut changes = LoopChanges::new();
        let was_off_hook = self.actor.off_hook();
        self.actor
            .frame(at, heard, out, &mut changes, &mut self.transcript);
        for change in changes {
            self.change_loop(change.at, change.closed, edges);
        }
        // What is spoken into an open loop stays there.
        if !self.closed || at < self.broken_until {
            out.fill(0);
        }
        if was_off_hook || self.actor.off_hook() {
            self.transcript.keep(at, heard, out);
        }
    }

    fn command(&mut self, at: Tick, command: PortCommand) {
        match command {
            PortCommand::LoopOpen(length) => {
                self.broken_until = at + length;
                self.transcript.note(at, Event::LoopOpened(length));
            }
            PortCommand::Ring(true) => self.transcript.note(at, Event::RingStart),
            PortCommand::Ring(false) => self.transcript.note(at, Event::RingStop),
            _ => {}
        }
    }

    fn hook(&self) -> HookState {
        if self.closed {
            HookState::OffHook
        } else {
            HookState::OnHook
        }
    }

    fn next_action(&self) -> Option<Tick> {
        if self.closed {
            return Some(self.now);
        }
        self.actor.next_action(self.now)
    }

    fn finished(&self) -> bool {
        self.actor.finished()
    }

    fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    fn take_transcript(&mut self) -> Transcript {
        std::mem::take(&mut self.transcript)
    }
}
