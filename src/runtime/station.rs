//! A line with its ports: the one loop body of both runners.
//!
//! A turn takes what has come (messages, edges, frames), lets the line handle it, and does what
//! the line says. It never waits, and on a line's thread it never allocates, frees, locks or
//! logs. A port that fails is a fault that the line is told; other lines don't notice.

mod after_death;
mod logic;

use crate::runtime::{
    attempt::Attempt,
    gauges::Gauges,
    links::{Handover, Inbox, Outbox},
    numbering::Numbering,
    port_gauge::FarEnd,
    side::{Edges, Received, Side},
    talk_path::TalkPath,
};
use drivers::port::{Descriptor, Port};
use line::{Input, Outputs};
use std::{fmt, sync::Arc};
use types::{
    digits::List,
    edge::{HookState, PortCommand},
    fact::{Fact, Leg},
    frame::{FRAME, FRAME_TICKS, Frame},
    id::{LineId, TrunkId},
    query::{Answered, LineCommand, TrunkQuery, TrunkReply},
    tick::{Tick, Ticks},
    trunk::{TrunkCondition, TrunkProfile},
};

pub use logic::LineLogic;

/// The phone's hook is asked for this often.
pub const HOOK_EVERY: Ticks = Ticks::secs(1);
/// Frames handled in one turn. More wait for the next, so that a port that always has one more
/// can't hold the thread.
pub const FRAMES_A_TURN: usize = 32;
/// Answers and commands taken in one turn.
pub const MESSAGES_A_TURN: usize = 8;
/// A trunk whose frame is older than the phone's by more than this has run ahead and filled its
/// queue: one frame of it is thrown away.
pub const TRUNK_LAG: Ticks = Ticks::ms(30);
/// A line that was cut at a stop may take this long to tell the inmate so.
pub const LAST_WORDS: Ticks = Ticks::secs(8);
/// What was said waits in the phone's queue for no longer.
const SAID: Ticks = Ticks::ms(100);

/// Which way a frame went, seen from the controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    In,
    Out,
}

/// Sees every frame of a station; on virtual time only.
pub trait AudioProbe: Send {
    fn audio(&mut self, at: Tick, leg: Leg, way: Way, frame: &Frame);
}

/// A trunk that is lent to this line.
#[derive(Debug)]
struct Loan {
    profile: TrunkProfile,
    side: Side,
    /// The phone's own: it never goes back.
    own: bool,
}

/// One line, its phone, and the trunk lent to it.
pub struct Station {
    id: LineId,
    line: Box<dyn LineLogic>,
    phone: Side,
    trunk: Option<Loan>,
    gauges: Arc<Gauges>,
    probe: Option<Box<dyn AudioProbe>>,
    attempt: Attempt,
    answers: List<Answered, MESSAGES_A_TURN>,
    replies: List<TrunkReply, MESSAGES_A_TURN>,
    commands: List<LineCommand, MESSAGES_A_TURN>,
    phone_hook: Option<HookState>,
    /// The last borrowing of the line; handovers with another number are too late.
    borrowing: Option<u32>,
    numbering: Numbering,
    /// Handovers that are meant for a line object that died.
    stale_handovers: usize,
    /// The last instant handled: time never goes back for the line.
    last: Tick,
    hook_at: Tick,
    /// When the phone's next frame is complete, as the last one tells.
    frame_at: Option<Tick>,
    more: bool,
    path: TalkPath,
    /// Set by the line's stop command: when, and whether to cut.
    stop: Option<(Tick, bool)>,
    /// When the phone was told something last.
    spoke_at: Tick,
}

impl fmt::Debug for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Station")
            .field("id", &self.id)
            .field("phase", &self.line.phase())
            .field("phone", &self.phone)
            .field("trunk", &self.trunk)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl Station {
    pub fn new(line: Box<dyn LineLogic>, phone: Box<dyn Port>, gauges: Arc<Gauges>) -> Station {
        Station {
            id: gauges.line,
            line,
            phone: Side::new(phone),
            trunk: None,
            gauges,
            probe: None,
            attempt: Attempt::default(),
            answers: List::new(),
            replies: List::new(),
            commands: List::new(),
            phone_hook: None,
            borrowing: None,
            numbering: Numbering::default(),
            stale_handovers: 0,
            last: Tick::ZERO,
            hook_at: Tick::ZERO,
            frame_at: None,
            more: true,
            path: TalkPath::default(),
            stop: None,
            spoke_at: Tick::ZERO,
        }
    }

    /// The phone has a trunk of its own.
    pub fn with_own_trunk(mut self, profile: TrunkProfile, port: Box<dyn Port>) -> Station {
        self.gauges.pulse.lend(Some(profile.id));
        let side = Side::new(port);
        self.trunk = Some(Loan {
            profile,
            side,
            own: true,
        });
        self
    }

    pub fn set_probe(&mut self, probe: Box<dyn AudioProbe>) {
        self.probe = Some(probe);
    }

    pub fn id(&self) -> LineId {
        self.id
    }

    pub fn gauges(&self) -> &Arc<Gauges> {
        &self.gauges
    }

    pub fn phase(&self) -> &'static str {
        self.line.phase()
    }

    /// The phone's descriptor, to be waited for.
    pub fn descriptor(&self) -> Option<Descriptor> {
        self.phone.port.descriptor()
    }

    /// Whether frames are to come from the phone.
    pub fn media(&self) -> bool {
        self.phone.media()
    }

    /// When the phone's next frame is to be expected; `None` when only reading tells.
    pub fn frame_at(&self) -> Option<Tick> {
        self.frame_at.filter(|_| self.media())
    }

    pub fn trunk(&self) -> Option<TrunkId> {
        self.trunk.as_ref().map(|t| t.profile.id)
    }

    /// When the station wants its next turn though nothing comes; the past means at once.
    pub fn wake_at(&self) -> Tick {
        if self.more {
            return self.last;
        }
        let retry = |side: &Side| side.retry_at(self.last);
        let trunk_retry = self.trunk.as_ref().and_then(|t| retry(&t.side));
        [self.line.deadline(), retry(&self.phone), trunk_retry]
            .into_iter()
            .flatten()
            .fold(self.hook_at, Tick::min)
    }

    /// Takes what has come, handles it, and does what the line says. The clock is read again for each
    /// frame: one may become complete while another is handled, and ports tell by the time of its
    /// reading when it was on the line.
    pub fn turn(
        &mut self,
        mut clock: impl FnMut() -> Tick,
        inbox: &mut Inbox,
        outbox: &mut Outbox,
    ) {
        let mut now = clock().max(self.last);
        self.more = false;
        self.take_messages(now, inbox, outbox);
        self.reconcile(now);
        self.phone.drain_edges(now);
        if let Some(trunk) = &mut self.trunk {
            trunk.side.drain_edges(now);
        }
        self.more |= self.phone.has_more_edges() || !inbox.is_empty();
        let mut frames = 0;
        loop {
            now = clock().max(now);
            let Some(phone) = self.phone.read(now) else {
                break;
            };
            self.frame(now, phone, outbox);
            frames += 1;
            if frames == FRAMES_A_TURN {
                self.more = true;
                break;
            }
        }
        if let (true, Some(trunk)) = (self.phone.fault, &mut self.trunk) {
            // A span's alarm takes both: the line is to know before it hears of the phone.
            trunk.side.drain_edges(now);
        }
        // Also after frames: a read may have brought edges or a fault.
        if self.has_news(now, frames) {
            self.handle(now, now, None, None, outbox);
        }
        if self.line.speaks() {
            self.spoke_at = now;
        }
        self.gauges.counts.turns.add(1);
        self.show_ports();
    }

    /// Told to stop, the line has no call: only that keeps others waiting. A handset that hears fast busy
    /// can lie beside its phone for ever.
    pub fn quiet(&self, outbox: &Outbox) -> bool {
        self.stop.is_some() && self.is_settled(outbox) && !self.has_attempt()
    }

    /// Whether the line was cut and has come to its end: the trunk is back, the record on disk, and
    /// the inmate has heard why.
    pub fn stopped(&self, now: Tick, outbox: &Outbox) -> bool {
        let Some((since, true)) = self.stop else {
            return false;
        };
        let said = now.since(self.spoke_at) >= SAID || now.since(since) >= LAST_WORDS;
        self.is_settled(outbox) && (self.is_idle() || said)
    }

    /// Nothing is open, nothing is waited for.
    fn is_settled(&self, outbox: &Outbox) -> bool {
        let in_use = |loan: &Loan| !loan.own || loan.side.media();
        !self.trunk.as_ref().is_some_and(in_use)
            && outbox.unanswered() == 0
            && outbox.unlent() == 0
            && !self.attempt.is_open()
    }

    fn is_idle(&self) -> bool {
        self.line.phase() == "idle"
    }

    fn has_attempt(&self) -> bool {
        !matches!(self.line.phase(), "idle" | "held" | "aftermath")
    }

    fn take_messages(&mut self, now: Tick, inbox: &mut Inbox, outbox: &mut Outbox) {
        while !self.answers.is_full() {
            let Ok(answer) = inbox.answers.pop() else {
                break;
            };
            outbox.answered();
            self.answers.extend(self.numbering.take(answer));
        }
        while !self.replies.is_full() {
            let Ok(handover) = inbox.handovers.pop() else {
                break;
            };
            outbox.handed_over();
            self.take_handover(handover, outbox);
        }
        while !self.commands.is_full() {
            let Ok(command) = inbox.commands.pop() else {
                break;
            };
            if let LineCommand::Stop { cut } = command
                && !matches!(self.stop, Some((_, true)))
            {
                self.stop = Some((now, cut));
            }
            self.commands.push(command);
        }
    }

    /// A trunk that nobody waits for any more goes straight back: the line never sees it.
    fn take_handover(&mut self, handover: Handover, outbox: &mut Outbox) {
        let stale = self.stale_handovers > 0;
        self.stale_handovers -= usize::from(stale);
        match handover {
            Handover::NoneFree { number } => {
                if !stale && self.borrowing == Some(number) {
                    self.borrowing = None;
                    self.replies.push(TrunkReply::NoneFree { number });
                }
            }
            Handover::Lent {
                number,
                profile,
                port,
            } => {
                if stale || self.trunk.is_some() || self.borrowing != Some(number) {
                    let condition = TrunkCondition::Good;
                    outbox.give_back(profile.id, condition, port, Edges::new());
                    return;
                }
                self.borrowing = None;
                self.gauges.pulse.lend(Some(profile.id));
                self.attempt.has_trunk(profile.id);
                let side = Side::new(port);
                self.trunk = Some(Loan {
                    profile,
                    side,
                    own: false,
                });
                self.replies.push(TrunkReply::Lent { number, profile });
            }
        }
    }

    fn reconcile(&mut self, now: Tick) {
        if now >= self.hook_at {
            self.hook_at = now + HOOK_EVERY;
            self.phone_hook = self.phone.hook(now);
            if let Some(loan) = &mut self.trunk {
                loan.side.reconcile_trunk(now);
            }
        }
    }

    /// The ports that are always this line's.
    fn show_ports(&self) {
        self.gauges.phone.show(&self.phone, self.last);
        if let Some(own) = self.trunk.as_ref().filter(|loan| loan.own) {
            self.gauges.own_trunk.show(&own.side, self.last);
            let state = self.line.own_trunk(self.last);
            let far_end = state.map_or(FarEnd::Free, FarEnd::from);
            self.gauges.own_far_end.set(far_end);
        }
    }

    /// Whether there is anything for the line beside frames.
    fn has_news(&self, now: Tick, frames: usize) -> bool {
        let trunk = self.trunk.as_ref();
        let trunk_news = trunk.is_some_and(|t| t.side.fault || !t.side.edges.is_empty());
        let due = self.line.deadline().is_some_and(|at| at <= now);
        self.phone.fault
            || !self.phone.edges.is_empty()
            || trunk_news
            || !self.answers.is_empty()
            || !self.replies.is_empty()
            || !self.commands.is_empty()
            || self.phone_hook.is_some()
            || (frames == 0 && due)
    }

    /// One frame of the phone, with the trunk's if there is one.
    fn frame(&mut self, now: Tick, phone: Received, outbox: &mut Outbox) {
        let at = phone.end.min(now).max(self.last);
        self.gauges.lateness.note(now.since(phone.end));
        let counts = &self.gauges.counts;
        counts.frames.add(1);
        self.frame_at = Some(phone.end + FRAME_TICKS);
        counts.phone_lost.add(u64::from(phone.lost));
        if let Some(probe) = &mut self.probe {
            probe.audio(at, Leg::Phone, Way::In, &self.phone.frame);
        }
        let trunk = self.trunk_frame(now, at);
        if let (Some(probe), Some(loan), Some(_)) = (&mut self.probe, &self.trunk, trunk) {
            probe.audio(at, Leg::Trunk, Way::In, &loan.side.frame);
        }
        self.handle(at, now, Some(phone.lost), trunk, outbox);
    }

    /// Reads the trunk's frame for a frame of the phone: how many samples were lost before it.
    fn trunk_frame(&mut self, now: Tick, phone_end: Tick) -> Option<u32> {
        let loan = self.trunk.as_mut()?;
        let mut frame = loan.side.read(now)?;
        if phone_end.since(frame.end) > TRUNK_LAG {
            let skipped = frame.lost + FRAME as u32;
            if let Some(next) = loan.side.read(now) {
                self.gauges.counts.slips.add(1);
                frame = Received {
                    end: next.end,
                    lost: next.lost + skipped,
                };
            }
        }
        let lost = u64::from(frame.lost);
        self.gauges.counts.trunk_lost.add(lost);
        Some(frame.lost)
    }

    fn handle(
        &mut self,
        at: Tick,
        now: Tick,
        phone_lost: Option<u32>,
        trunk_lost: Option<u32>,
        outbox: &mut Outbox,
    ) {
        if self.path.is_joined() {
            self.attempt.joined(at.since(self.last));
        }
        self.last = at;
        let tap_gap = self.path.has_lost_tap(&self.gauges);
        let trunk = self.trunk.as_ref().map(|t| &t.side);
        let input = Input {
            phone: phone_lost.map(|_| &self.phone.frame),
            phone_lost: phone_lost.unwrap_or(0),
            trunk: trunk.filter(|_| trunk_lost.is_some()).map(|t| &t.frame),
            trunk_lost: trunk_lost.unwrap_or(0),
            trunk_waiting: trunk.map_or(0, |t| t.port.waiting()),
            phone_edges: &self.phone.edges,
            trunk_edges: trunk.map_or(&[], |t| &t.edges),
            phone_hook: self.phone_hook.take(),
            answers: &self.answers,
            trunk_replies: &self.replies,
            commands: &self.commands,
            phone_fault: self.phone.fault,
            trunk_fault: trunk.is_some_and(|t| t.fault),
            joined: self.path.is_joined(),
            tap_gap,
        };
        let out = self.line.handle(at, input);
        self.clear_news();
        self.execute(at, now, out, outbox);
        // A trunk that goes back takes them with it.
        if let Some(loan) = &mut self.trunk {
            loan.side.edges.clear();
        }
    }

    fn clear_news(&mut self) {
        let counts = &self.gauges.counts;
        self.phone.edges.clear();
        counts.phone_faults.add(u64::from(self.phone.fault));
        self.phone.fault = false;
        if let Some(loan) = &mut self.trunk {
            counts.trunk_faults.add(u64::from(loan.side.fault));
            loan.side.fault = false;
        }
        self.answers.clear();
        self.replies.clear();
        self.commands.clear();
    }

    /// The parting, commands, flush, frames, the joining, then messages.
    fn execute(&mut self, at: Tick, now: Tick, out: Outputs, outbox: &mut Outbox) {
        if !out.joined {
            self.part(at, now, outbox);
        }
        for command in out.phone_commands {
            self.phone.command(now, command);
            if let PortCommand::Media(on) = command {
                // What came before media was switched on is read at once.
                self.more |= on;
                self.frame_at = None;
            }
        }
        for command in out.trunk_commands {
            let loan = self.trunk.as_mut().expect("only a lent trunk is commanded");
            loan.side.command(now, command);
        }
        if out.flush {
            self.flush(now);
        }
        self.write(at, now, out.to_phone, out.to_trunk);
        if out.joined {
            self.join(at, now, outbox);
        }
        for fact in &out.facts {
            self.attempt.observe(at, fact, &self.gauges);
        }
        for asked in out.asks {
            self.attempt.asks(&asked.query, &self.gauges);
            let refused = outbox.ask(self.numbering.send(asked));
            if let Some(answer) = refused.and_then(|answer| self.numbering.take(answer)) {
                // Room is kept: a turn takes no more answers than the line was shown.
                self.more |= self.answers.try_push(answer).is_ok();
            }
        }
        for ask in out.trunk_asks {
            self.ask_keeper(ask, outbox);
        }
        for entry in out.tap {
            outbox.tap(entry);
        }
        let dropped = u64::from(out.facts_dropped);
        self.gauges.counts.facts_dropped.add(dropped);
        for fact in out.facts {
            outbox.fact(at, fact);
        }
    }

    /// Both legs' blocks begin together. The phone's wakes serve both, so its is the second flush: a tick
    /// of the card between the two has the trunk's block wait for it by that tick, where it would be
    /// missed by that tick, and wait for the next wake, the other way round.
    fn flush(&mut self, now: Tick) {
        if let Some(loan) = &mut self.trunk {
            loan.side.flush(now);
        }
        self.phone.flush(now);
        self.frame_at = None;
    }

    fn join(&mut self, at: Tick, now: Tick, outbox: &mut Outbox) {
        let Some(loan) = &mut self.trunk else { return };
        // A line that was cut off is taken apart by others at this moment.
        let cut = self.gauges.pulse.is_cut();
        if !cut && self.path.join(now, &mut self.phone, &mut loan.side) {
            outbox.fact(at, Fact::Joined);
        }
    }

    fn part(&mut self, at: Tick, now: Tick, outbox: &mut Outbox) {
        let trunk = self.trunk.as_mut().map(|loan| &mut loan.side);
        if self.path.part(now, &mut self.phone, trunk) {
            outbox.fact(at, Fact::Parted);
        }
    }

    fn write(&mut self, at: Tick, now: Tick, to_phone: Option<Frame>, to_trunk: Option<Frame>) {
        if let Some(frame) = to_phone {
            if let Some(probe) = &mut self.probe {
                probe.audio(at, Leg::Phone, Way::Out, &frame);
            }
            let written = self.phone.write(now, &frame);
            written.count(&self.gauges.counts);
        }
        if let (Some(frame), Some(loan)) = (to_trunk, &mut self.trunk) {
            if let Some(probe) = &mut self.probe {
                probe.audio(at, Leg::Trunk, Way::Out, &frame);
            }
            let written = loan.side.write(now, &frame);
            written.count(&self.gauges.counts);
        }
    }

    fn ask_keeper(&mut self, ask: TrunkQuery, outbox: &mut Outbox) {
        match ask {
            TrunkQuery::Borrow { number, group } => {
                self.borrowing = Some(number);
                if !outbox.borrow(number, group) {
                    self.borrowing = None;
                    self.more = true;
                    self.replies.push(TrunkReply::NoneFree { number });
                }
            }
            TrunkQuery::Return { trunk, condition } => {
                let loan = self.trunk.take().expect("only a lent trunk goes back");
                self.path.is_another();
                assert_eq!(loan.profile.id, trunk, "the trunk that was lent goes back");
                self.gauges.pulse.lend(None);
                outbox.give_back(trunk, condition, loan.side.port, loan.side.edges);
            }
        }
    }
}

/// The port of a trunk, when its line is over.
pub type TrunkPort = (TrunkId, Box<dyn Port>);
