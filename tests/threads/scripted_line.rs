//! A line that makes a call of the simplest kind, without detectors or prompts, and notes what
//! it was given.

use line::{Input, Outputs};
use sallyport::runtime::station::LineLogic;
use types::{
    call_record::{CallEnd, Noticed},
    digits::Digits,
    disposition::{Disposition, EndedBy},
    edge::{Edge, PortCommand},
    fact::Fact,
    frame::{FRAME, Law},
    id::{CallId, LineId, TrunkId},
    query::{
        Admission, Asked, DialedOrSpeed, LineCommand, OfficerWord, Query, Reply, TrunkQuery,
        TrunkReply,
    },
    tap::{TapEntry, TapFlags, TapFrame},
    tick::{Tick, Ticks},
    trunk::TrunkCondition,
};

#[derive(Clone, Copy, Default, Debug)]
pub struct Script {
    /// The call ends by itself after so many frames of talk.
    pub talk_frames: Option<u32>,
    /// So many frames are said to who was cut.
    pub last_words: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Idle,
    Admit,
    Seize,
    Talk {
        frames: u32,
    },
    /// The call is over, the handset still off.
    Clear,
}

#[derive(Debug)]
pub struct ScriptedLine {
    id: LineId,
    script: Script,
    phase: Phase,
    number: u32,
    off_hook_at: Tick,
    call: Option<CallId>,
    trunk: Option<TrunkId>,
    media: bool,
    stopping: bool,
    seen_at: Tick,
    /// Frames that are still to be said.
    words: u32,
}

impl ScriptedLine {
    pub fn new(id: LineId, script: Script) -> ScriptedLine {
        ScriptedLine {
            id,
            script,
            phase: Phase::Idle,
            number: 0,
            off_hook_at: Tick::ZERO,
            call: None,
            trunk: None,
            media: false,
            stopping: false,
            seen_at: Tick::ZERO,
            words: 0,
        }
    }

    fn ask(&mut self, query: Query, out: &mut Outputs) {
        self.number += 1;
        out.asks.push(Asked {
            number: self.number,
            query,
        });
    }

    fn off_hook(&mut self, now: Tick, out: &mut Outputs) {
        if self.phase != Phase::Idle || self.stopping {
            return;
        }
        self.phase = Phase::Admit;
        self.off_hook_at = now;
        self.media = true;
        out.phone_commands.push(PortCommand::Media(true));
        out.facts.push(Fact::OffHook);
        let dialed = Digits::parse("2155550123").expect("digits");
        let admission = Admission {
            off_hook_at: now,
            credential: None,
            officer: OfficerWord::NotAsked,
            dialed,
            number: DialedOrSpeed::Speed(1),
        };
        self.ask(Query::Admit(admission), out);
    }

    fn on_hook(&mut self, now: Tick, out: &mut Outputs) {
        out.facts.push(Fact::OnHook);
        self.end(now, Disposition::Completed, out);
        self.phase = Phase::Idle;
        self.media = false;
        out.phone_commands.push(PortCommand::Media(false));
    }

    fn end(&mut self, now: Tick, disposition: Disposition, out: &mut Outputs) {
        if matches!(self.phase, Phase::Idle | Phase::Clear) {
            return;
        }
        self.phase = Phase::Clear;
        if let Some(trunk) = self.trunk.take() {
            out.trunk_commands.push(PortCommand::Media(false));
            out.trunk_commands.push(PortCommand::OnHook);
            let condition = TrunkCondition::Good;
            out.trunk_asks.push(TrunkQuery::Return { trunk, condition });
        }
        let end = CallEnd {
            call: self.call.take(),
            ..CallEnd::bare(self.off_hook_at, now, disposition, EndedBy::Inmate)
        };
        if let Some(call) = end.call {
            let (line, at) = (self.id, now);
            out.tap.push(TapEntry::Close { line, call, at });
        }
        out.facts.push(Fact::Ended(end.clone()));
        self.ask(Query::End(end), out);
    }

    fn answered(&mut self, reply: &Reply, now: Tick, out: &mut Outputs) {
        let Reply::Admitted(verdict) = reply else {
            return;
        };
        if self.phase != Phase::Admit {
            return;
        }
        out.facts.push(Fact::Decided(verdict.clone()));
        let call = verdict.outcome.as_ref().expect("the office is easy").call;
        self.call = Some(call);
        let (line, at) = (self.id, now);
        out.tap.push(TapEntry::Open { line, call, at });
        self.phase = Phase::Seize;
        self.number += 1;
        let number = self.number;
        out.trunk_asks.push(TrunkQuery::Borrow {
            number,
            group: None,
        });
    }

    fn lent(&mut self, reply: &TrunkReply, now: Tick, out: &mut Outputs) {
        match reply {
            TrunkReply::Lent { profile, .. } if self.phase == Phase::Seize => {
                self.trunk = Some(profile.id);
                self.phase = Phase::Talk { frames: 0 };
                out.trunk_commands.push(PortCommand::OffHook);
                out.trunk_commands.push(PortCommand::Media(true));
                out.flush = true;
                out.facts.push(Fact::TrunkLent(profile.id));
                out.facts.push(Fact::TalkBegins);
            }
            TrunkReply::Lent { profile, .. } => {
                let (trunk, condition) = (profile.id, TrunkCondition::Good);
                out.trunk_asks.push(TrunkQuery::Return { trunk, condition });
            }
            TrunkReply::NoneFree { .. } => self.end(now, Disposition::NoTrunk, out),
        }
    }

    fn frame(&mut self, now: Tick, out: &mut Outputs) {
        out.to_phone = self.media.then(|| Law::Mu.silence());
        let Phase::Talk { frames } = &mut self.phase else {
            return;
        };
        *frames += 1;
        let over = self
            .script
            .talk_frames
            .is_some_and(|limit| *frames >= limit);
        let call = self.call.expect("a call talks");
        out.to_trunk = Some(Law::Mu.silence());
        out.tap.push(TapEntry::Frame(TapFrame {
            line: self.id,
            call,
            at: now,
            from_phone: [0; FRAME],
            from_trunk: [0; FRAME],
            to_phone: [0; FRAME],
            to_trunk: [0; FRAME],
            flags: TapFlags::default(),
        }));
        if now.since(self.seen_at) >= Ticks::secs(1) {
            self.seen_at = now;
            self.ask(
                Query::Seen {
                    call,
                    at: now,
                    answered_at: None,
                    talk_from: None,
                    noticed: Noticed::default(),
                },
                out,
            );
        }
        if over {
            out.to_trunk = None;
            self.end(now, Disposition::Completed, out);
        }
    }
}

impl LineLogic for ScriptedLine {
    fn speaks(&self) -> bool {
        self.words > 0
    }

    fn handle(&mut self, now: Tick, input: Input<'_>) -> Outputs {
        let mut out = Outputs::default();
        for command in input.commands {
            match command {
                LineCommand::Stop { cut } => {
                    self.stopping = true;
                    if *cut && self.trunk.is_some() {
                        self.words = self.script.last_words;
                    }
                    if *cut {
                        self.end(now, Disposition::CutOff, &mut out);
                    }
                }
                LineCommand::CutOff => self.end(now, Disposition::CutOff, &mut out),
                LineCommand::Card(_) => out.facts.push(Fact::CardRead),
                LineCommand::Settings(_) | LineCommand::Confirm { .. } => {}
            }
        }
        for edge in input.phone_edges {
            match edge.edge {
                Edge::LoopClosed => self.off_hook(now, &mut out),
                Edge::LoopOpen => self.on_hook(now, &mut out),
                _ => {}
            }
        }
        for answer in input.answers {
            self.answered(&answer.reply, now, &mut out);
        }
        for reply in input.trunk_replies {
            self.lent(reply, now, &mut out);
        }
        if input.phone_fault || input.trunk_fault {
            self.end(now, Disposition::TrunkLost, &mut out);
        }
        if input.phone.is_some() {
            self.words = self.words.saturating_sub(1);
            self.frame(now, &mut out);
        }
        out.joined = matches!(self.phase, Phase::Talk { .. });
        out
    }

    fn deadline(&self) -> Option<Tick> {
        None
    }

    fn phase(&self) -> &'static str {
        match self.phase {
            Phase::Idle => "idle",
            Phase::Admit => "admit",
            Phase::Seize => "seize",
            Phase::Talk { .. } => "talk",
            Phase::Clear => "aftermath",
        }
    }
}
