//! The body of a line: what it does with what comes, and in which order.

use drivers::{
    port::{Cutoff, Descriptor, JoinKey, Port, PortCounters, PortError, Read, Write},
    sim::join::Received,
};
use line::{Input, Outputs};
use sallyport::{
    runtime::{
        gauges::Gauges,
        links::{Handover, Links, TrunkAsk, links},
        notice::{BLOCKED_FOR, Notice, Notices, ToldOwnTrunk},
        side::FIRST_BACK_OFF,
        station::{FRAMES_A_TURN, HOOK_EVERY, LineLogic, Station},
    },
    site::Site,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use types::{
    credential::Credential,
    digits::Digits,
    edge::{Edge, EdgeAt, HookState, PortCommand},
    fact::Fact,
    frame::{FRAME_TICKS, Frame, Law},
    id::{LineId, TrunkId},
    query::{Answered, Asked, LineCommand, Query, Reply, TrunkQuery, TrunkReply},
    secret::Secret,
    settings::CallSettings,
    tick::{Tick, Ticks},
    trunk::{TrunkCondition, TrunkProfile, TrunkSignalling, Wink},
};

use crate::parts::profile;

/// What happened, in words.
#[derive(Clone, Debug, Default)]
pub struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("one thread").push(what.into());
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("one thread"))
    }
}

/// What a port brings next, shared with the test.
#[derive(Debug, Default)]
pub struct Feed {
    pub reads: VecDeque<Result<Read, PortError>>,
    pub edges: VecDeque<Edge>,
    pub hook: Option<HookState>,
    pub fail_hook: bool,
    pub fail_join: bool,
    /// When frames were read.
    pub read_at: Vec<Tick>,
}

#[derive(Debug)]
pub struct Fed {
    pub name: &'static str,
    pub feed: Arc<Mutex<Feed>>,
    pub diary: Diary,
}

impl Port for Fed {
    fn law(&self) -> Law {
        Law::A
    }

    fn descriptor(&self) -> Option<Descriptor> {
        None
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        frame.fill(self.name.len() as u8);
        let mut feed = self.feed.lock().expect("one thread");
        feed.read_at.push(now);
        feed.reads.pop_front().unwrap_or(Ok(Read::Empty))
    }

    fn write(&mut self, _: Tick, _: &Frame) -> Result<Write, PortError> {
        self.diary.note(format!("{} write", self.name));
        Ok(Write::Taken)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        let mut feed = self.feed.lock().expect("one thread");
        Ok(feed.edges.pop_front().map(|edge| EdgeAt { at: now, edge }))
    }

    fn command(&mut self, _: Tick, command: PortCommand) -> Result<(), PortError> {
        self.diary.note(format!("{} {command:?}", self.name));
        Ok(())
    }

    fn hook(&self) -> Result<HookState, PortError> {
        let feed = self.feed.lock().expect("one thread");
        if feed.fail_hook {
            return Err(PortError::Gone);
        }
        Ok(feed.hook.unwrap_or(HookState::OnHook))
    }

    fn flush(&mut self, _: Tick) -> Result<(), PortError> {
        self.diary.note(format!("{} flush", self.name));
        Ok(())
    }

    fn counters(&self) -> PortCounters {
        PortCounters::default()
    }

    fn join_key(&self) -> Option<JoinKey> {
        Some(Arc::new(Received::new()).into())
    }

    fn join(&mut self, _: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        let word = if other.is_some() { "joins" } else { "parts" };
        self.diary.note(format!("{} {word}", self.name));
        let feed = self.feed.lock().expect("one thread");
        if feed.fail_join && other.is_some() {
            return Err(PortError::Unsupported("joining"));
        }
        Ok(())
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        Err(PortError::Unsupported("cutoff"))
    }
}

type Reaction = Box<dyn FnMut(Tick, &Input<'_>) -> Outputs + Send>;

/// A line made of a closure.
struct Puppet {
    react: Reaction,
    deadline: Option<Tick>,
}

impl LineLogic for Puppet {
    fn handle(&mut self, now: Tick, input: Input<'_>) -> Outputs {
        if self.deadline.is_some_and(|at| at <= now) {
            self.deadline = None;
        }
        (self.react)(now, &input)
    }

    fn deadline(&self) -> Option<Tick> {
        self.deadline
    }

    fn phase(&self) -> &'static str {
        "puppet"
    }
}

struct Bench {
    station: Station,
    links: Links,
    gauges: Arc<Gauges>,
    phone: Arc<Mutex<Feed>>,
    trunk: Arc<Mutex<Feed>>,
    diary: Diary,
}

impl Bench {
    fn new(react: impl FnMut(Tick, &Input<'_>) -> Outputs + Send + 'static) -> Bench {
        Bench::with_deadline(None, react)
    }

    fn with_deadline(
        deadline: Option<Tick>,
        react: impl FnMut(Tick, &Input<'_>) -> Outputs + Send + 'static,
    ) -> Bench {
        let react = Box::new(react);
        Bench::of(Box::new(Puppet { react, deadline }))
    }

    fn of(line: Box<dyn LineLogic>) -> Bench {
        let gauges = Arc::new(Gauges::new(LineId(1)));
        let diary = Diary::default();
        let phone: Arc<Mutex<Feed>> = Arc::default();
        let port = Fed {
            name: "phone",
            feed: Arc::clone(&phone),
            diary: diary.clone(),
        };
        Bench {
            station: Station::new(line, Box::new(port), Arc::clone(&gauges)),
            links: links(Arc::clone(&gauges)),
            gauges,
            phone,
            trunk: Arc::default(),
            diary,
        }
    }

    fn turn(&mut self, now: u64) -> Vec<String> {
        let (inbox, outbox) = (&mut self.links.inbox, &mut self.links.outbox);
        self.station.turn(|| Tick(now), inbox, outbox);
        self.diary.take()
    }

    /// A turn that is held up: the clock goes on by so much each time that it is read.
    fn slow_turn(&mut self, mut now: u64, step: u64) {
        let clock = || {
            now += step;
            Tick(now)
        };
        let (inbox, outbox) = (&mut self.links.inbox, &mut self.links.outbox);
        self.station.turn(clock, inbox, outbox);
    }

    fn phone_frames(&self, ends: impl IntoIterator<Item = u64>) {
        let mut feed = self.phone.lock().expect("one thread");
        let frame = |end| Read::Frame {
            end: Tick(end),
            lost: 0,
        };
        feed.reads
            .extend(ends.into_iter().map(|end| Ok(frame(end))));
    }

    /// Serves what the line asked of the keeper; the trunk has this id.
    fn lend(&mut self, trunk: u16) {
        while let Ok(TrunkAsk::Borrow { number, .. }) = self.links.keeper.asks.pop() {
            let port = Fed {
                name: "trunk",
                feed: Arc::clone(&self.trunk),
                diary: self.diary.clone(),
            };
            self.links.keeper.hand_over(Handover::Lent {
                number,
                profile: profile(trunk),
                port: Box::new(port),
            });
        }
    }
}

/// Media on at the first wake, a trunk wanted, both legs fed with each frame.
fn eager() -> impl FnMut(Tick, &Input<'_>) -> Outputs + Send {
    let mut first = true;
    let mut trunk = None;
    move |_, input| {
        let mut out = Outputs::default();
        if std::mem::take(&mut first) {
            out.phone_commands.push(PortCommand::Media(true));
            out.trunk_asks.push(TrunkQuery::Borrow {
                number: 1,
                group: None,
            });
        }
        for reply in input.trunk_replies {
            if let TrunkReply::Lent { profile, .. } = reply {
                trunk = Some(profile.id);
                out.trunk_commands.push(PortCommand::OffHook);
                out.trunk_commands.push(PortCommand::Media(true));
                out.flush = true;
            }
        }
        for command in input.commands {
            if *command == LineCommand::CutOff
                && let Some(trunk) = trunk.take()
            {
                let condition = TrunkCondition::Good;
                out.trunk_asks.push(TrunkQuery::Return { trunk, condition });
                out.trunk_commands.push(PortCommand::OnHook);
                out.phone_commands
                    .push(PortCommand::LoopOpen(Ticks::ms(500)));
                out.facts.push(Fact::CutOff);
            }
        }
        if input.phone.is_some() {
            out.to_phone = Some(Law::A.silence());
            out.to_trunk = trunk.map(|_| Law::A.silence());
        }
        out
    }
}

#[test]
fn outputs_are_done_in_their_order_and_a_trunk_goes_back_after_its_commands() {
    let mut bench = Bench::new(eager());
    assert_eq!(bench.turn(0), ["phone Media(true)"]);
    assert_eq!(
        bench.station.wake_at(),
        Tick(0),
        "what came before is read at once"
    );
    bench.lend(5);
    bench.phone_frames([80]);
    let expected = [
        "trunk OffHook",
        "trunk Media(true)",
        "trunk flush",
        "phone flush",
        "phone write",
        "trunk write",
    ];
    assert_eq!(bench.turn(80), expected);
    assert_eq!(bench.station.trunk(), Some(TrunkId(5)));
    assert_eq!(bench.gauges.pulse.lent(), Some(TrunkId(5)));
    bench
        .links
        .commands
        .push(LineCommand::CutOff)
        .expect("room");
    let mut trunk = bench.trunk.lock().expect("one thread");
    trunk.edges.push_back(Edge::RingStart);
    drop(trunk);
    assert_eq!(
        bench.turn(100),
        ["phone LoopOpen(Ticks(4000))", "trunk OnHook"]
    );
    assert_eq!(bench.gauges.pulse.lent(), None);
    let back = bench.links.keeper.asks.pop().expect("the trunk");
    let TrunkAsk::Return {
        trunk,
        condition,
        edges,
        ..
    } = back
    else {
        panic!("{back:?}");
    };
    let edges: Vec<Edge> = edges.iter().map(|edge| edge.edge).collect();
    assert_eq!(edges, [Edge::RingStart], "what it told goes with it");
    assert_eq!((trunk, condition), (TrunkId(5), TrunkCondition::Good));
    assert!(bench.links.hub.facts.pop().is_ok());
}

#[test]
fn one_frame_of_the_trunk_is_read_for_each_of_the_phone() {
    let seen: Arc<Mutex<Vec<(u64, bool)>>> = Arc::default();
    let mut inner = eager();
    let notes = Arc::clone(&seen);
    let mut bench = Bench::new(move |now, input| {
        if input.phone.is_some() {
            let mut notes = notes.lock().expect("one thread");
            notes.push((now.0, input.trunk.is_some()));
        }
        inner(now, input)
    });
    bench.turn(0);
    bench.lend(5);
    bench.turn(1);
    bench.phone_frames([80, 160, 240]);
    let frame = Ok(Read::Frame {
        end: Tick(160),
        lost: 3,
    });
    let mut trunk = bench.trunk.lock().expect("one thread");
    trunk.reads.extend([frame, Ok(Read::Empty), frame]);
    drop(trunk);
    bench.turn(250);
    let seen = seen.lock().expect("one thread");
    assert_eq!(*seen, [(80, true), (160, false), (240, true)]);
    assert_eq!(bench.gauges.counts.trunk_lost.get(), 6);
    assert_eq!(bench.gauges.lateness.worst(), Ticks(170));
    assert_eq!(bench.gauges.lateness.late(), 2);
}

#[test]
fn a_trunk_that_lags_behind_loses_a_frame_and_says_so() {
    let mut lost = Vec::new();
    let told: Arc<Mutex<Vec<u32>>> = Arc::default();
    let notes = Arc::clone(&told);
    let mut inner = eager();
    let mut bench = Bench::new(move |now, input| {
        if input.trunk.is_some() {
            notes.lock().expect("one thread").push(input.trunk_lost);
        }
        inner(now, input)
    });
    bench.turn(0);
    bench.lend(5);
    bench.turn(1);
    bench.phone_frames([1000]);
    let frames = [680, 760, 840].map(|end| {
        Ok(Read::Frame {
            end: Tick(end),
            lost: 0,
        })
    });
    bench.trunk.lock().expect("one thread").reads.extend(frames);
    bench.turn(1000);
    lost.extend(told.lock().expect("one thread").iter().copied());
    assert_eq!(lost, [80]);
    assert_eq!(bench.gauges.counts.slips.get(), 1);
    let left = bench.trunk.lock().expect("one thread").reads.len();
    assert_eq!(left, 1, "one at a time");
}

#[test]
fn edges_come_first_when_the_port_says_so() {
    let edges: Arc<Mutex<Vec<(bool, usize)>>> = Arc::default();
    let notes = Arc::clone(&edges);
    let mut inner = eager();
    let mut bench = Bench::new(move |now, input| {
        let mut notes = notes.lock().expect("one thread");
        notes.push((input.phone.is_some(), input.phone_edges.len()));
        drop(notes);
        inner(now, input)
    });
    bench.turn(0);
    bench.turn(1);
    edges.lock().expect("one thread").clear();
    let mut phone = bench.phone.lock().expect("one thread");
    phone.reads.push_back(Ok(Read::EdgesFirst));
    phone.edges.extend([Edge::Flash; 2]);
    drop(phone);
    bench.phone_frames([80]);
    bench.turn(80);
    assert_eq!(*edges.lock().expect("one thread"), [(true, 2)]);
}

#[test]
fn nothing_is_handled_when_nothing_happened_and_the_hook_is_asked_each_second() {
    let calls: Arc<Mutex<Vec<(u64, bool)>>> = Arc::default();
    let notes = Arc::clone(&calls);
    let mut bench = Bench::with_deadline(Some(Tick(400)), move |now, input| {
        let mut notes = notes.lock().expect("one thread");
        notes.push((now.0, input.phone_hook.is_some()));
        Outputs::default()
    });
    for now in [0, 80, 160] {
        bench.turn(now);
    }
    assert_eq!(bench.station.wake_at(), Tick(400));
    bench.turn(400);
    assert_eq!(bench.station.wake_at(), Tick(8000));
    bench.turn(8000);
    let calls = calls.lock().expect("one thread");
    assert_eq!(*calls, [(0, true), (400, false), (8000, true)]);
}

#[test]
fn a_failing_port_rests_twice_as_long_each_time_and_the_line_is_told() {
    let faults: Arc<Mutex<Vec<u64>>> = Arc::default();
    let notes = Arc::clone(&faults);
    let mut inner = eager();
    let mut bench = Bench::new(move |now, input| {
        if input.phone_fault {
            notes.lock().expect("one thread").push(now.0 / 8);
        }
        inner(now, input)
    });
    bench.turn(0);
    for ms in 1..500 {
        let mut phone = bench.phone.lock().expect("one thread");
        phone.reads.clear();
        phone.reads.push_back(Err(PortError::Gone));
        drop(phone);
        bench.turn(ms * 8);
    }
    let faults = faults.lock().expect("one thread");
    assert_eq!(*faults, [1, 21, 61, 141, 301]);
    assert_eq!(bench.gauges.counts.phone_faults.get(), 5);
    assert_eq!(bench.station.wake_at(), Tick(621 * 8));
}

#[test]
fn a_trunk_that_nobody_waits_for_goes_straight_back() {
    let mut asked = 0;
    let replies: Arc<Mutex<Vec<TrunkReply>>> = Arc::default();
    let notes = Arc::clone(&replies);
    let mut bench = Bench::with_deadline(Some(Tick(80)), move |_, input| {
        notes
            .lock()
            .expect("one thread")
            .extend_from_slice(input.trunk_replies);
        let mut out = Outputs::default();
        if asked < 2 {
            asked += 1;
            out.trunk_asks.push(TrunkQuery::Borrow {
                number: asked,
                group: None,
            });
        }
        out
    });
    bench.turn(0);
    bench.turn(80);
    bench.lend(5);
    bench.turn(160);
    let first = TrunkReply::Lent {
        number: 2,
        profile: profile(5),
    };
    assert_eq!(*replies.lock().expect("one thread"), [first]);
    let back = bench.links.keeper.asks.pop();
    assert!(matches!(
        back,
        Ok(TrunkAsk::Return {
            condition: TrunkCondition::Good,
            ..
        })
    ));
    assert_eq!(bench.station.trunk(), Some(TrunkId(5)));
    assert_eq!(bench.links.outbox.unlent(), 0);
}

#[test]
fn each_frame_is_read_at_its_own_time() {
    let mut bench = Bench::new(eager());
    bench.turn(0);
    bench.phone_frames([80, 160, 240]);
    bench.phone.lock().expect("one thread").read_at.clear();
    bench.slow_turn(240, 10);
    let read_at = bench.phone.lock().expect("one thread").read_at.clone();
    assert_eq!(read_at.len(), 4, "three frames, and nothing more");
    let strictly = read_at.windows(2).all(|two| two[0] < two[1]);
    assert!(strictly, "{read_at:?}");
}

#[test]
fn a_port_that_always_has_more_cannot_hold_the_thread() {
    let mut bench = Bench::new(eager());
    bench.turn(0);
    bench.phone_frames((1..1000).map(|n| n * FRAME_TICKS.0));
    bench.turn(80_000);
    assert_eq!(bench.gauges.counts.frames.get(), FRAMES_A_TURN as u64);
    assert!(
        bench.station.wake_at() < Tick(80_000),
        "it wants to go on at once"
    );
}

#[test]
fn a_reborn_line_hears_no_answer_that_was_meant_for_the_dead_one() {
    let asks = |_: Tick, input: &Input<'_>| {
        let mut out = Outputs::default();
        assert!(input.answers.iter().all(|a| a.number != 66));
        assert!(input.trunk_replies.is_empty());
        if input.phone_hook.is_some() {
            let query = Query::Identify(Credential::Pin(Secret::new(Digits::EMPTY)));
            out.asks.push(Asked { number: 66, query });
            out.trunk_asks.push(TrunkQuery::Borrow {
                number: 7,
                group: None,
            });
        }
        out
    };
    let mut bench = Bench::new(asks);
    bench.turn(0);
    let got: Arc<Mutex<Vec<u32>>> = Arc::default();
    let notes = Arc::clone(&got);
    let fresh = Puppet {
        deadline: None,
        react: Box::new(move |_, input| {
            assert!(input.trunk_replies.is_empty());
            let numbers = input.answers.iter().map(|a| a.number);
            notes.lock().expect("one thread").extend(numbers);
            let mut out = Outputs::default();
            if input.phone_hook.is_some() {
                let query = Query::Identify(Credential::Pin(Secret::new(Digits::EMPTY)));
                out.asks.push(Asked { number: 1, query });
            }
            out
        }),
    };
    bench.station = bench.station.reborn(Box::new(fresh), &bench.links.outbox);
    bench.turn(80);
    let mut asked = Vec::new();
    while let Ok(question) = bench.links.office.asks.pop() {
        asked.push(question.number);
    }
    assert_eq!(asked.len(), 2);
    // The dead one's may come last, as that of an end that could not be written at first.
    for number in asked.into_iter().rev() {
        let reply = Reply::Unavailable;
        bench.links.office.answer(Answered { number, reply });
    }
    bench.lend(5);
    bench.turn(160);
    assert_eq!(*got.lock().expect("one thread"), [1]);
    assert!(matches!(
        bench.links.keeper.asks.pop(),
        Ok(TrunkAsk::Return { .. })
    ));
    assert_eq!(bench.station.trunk(), None);
}

/// What a line is told of the path between its ports: joined, and whether the tap lost something.
type Path = Arc<Mutex<Vec<(bool, bool)>>>;

/// Feeds both legs, and wants a join unless it is cut off.
fn joining(path: &Path) -> impl FnMut(Tick, &Input<'_>) -> Outputs + Send + use<> {
    let mut inner = eager();
    let mut lent = false;
    let path = Arc::clone(path);
    move |now, input| {
        let told = (input.joined, input.tap_gap);
        path.lock().expect("one thread").push(told);
        let mut out = inner(now, input);
        lent |= !input.trunk_replies.is_empty();
        lent &= input.commands.is_empty();
        out.joined = lent;
        out
    }
}

#[test]
fn both_ports_are_joined_after_the_frames_and_leave_before_any_command() {
    let path = Path::default();
    let mut bench = Bench::new(joining(&path));
    bench.turn(0);
    bench.lend(5);
    assert_eq!(
        bench.turn(80)[4..],
        ["phone joins", "trunk joins"],
        "after both ports' commands and flush"
    );
    bench.phone_frames([160]);
    let both = ["phone write", "trunk write"];
    assert_eq!(bench.turn(160), both, "once, and writing goes on");
    bench
        .links
        .commands
        .push(LineCommand::CutOff)
        .expect("room");
    let last = bench.turn(240);
    assert_eq!(
        last[..3],
        ["phone parts", "trunk parts", "phone LoopOpen(Ticks(4000))"]
    );
    let told: Vec<bool> = path
        .lock()
        .expect("one thread")
        .iter()
        .map(|t| t.0)
        .collect();
    assert_eq!(told, [false, false, true, true]);
    let facts = std::iter::from_fn(|| bench.links.hub.facts.pop().ok());
    let facts: Vec<_> = facts.map(|f| format!("{:?}", f.fact)).collect();
    assert_eq!(facts, ["Joined", "Parted", "CutOff"]);
}

#[test]
fn ports_of_which_one_refuses_are_both_taken_out_and_not_tried_again() {
    let path = Path::default();
    let mut bench = Bench::new(joining(&path));
    bench.turn(0);
    bench.trunk.lock().expect("one thread").fail_join = true;
    bench.lend(5);
    let tried = ["phone joins", "trunk joins", "phone parts", "trunk parts"];
    assert_eq!(bench.turn(80)[4..], tried);
    bench.phone_frames([160]);
    assert_eq!(bench.turn(160), ["phone write", "trunk write"]);
    assert!(path.lock().expect("one thread").iter().all(|t| !t.0));
    assert_eq!(
        bench.gauges.counts.trunk_faults.get(),
        0,
        "no fault of the port"
    );
}

#[test]
fn a_dead_lines_ports_are_taken_out_of_a_join_before_they_are_put_on_hook() {
    let path = Path::default();
    let mut bench = Bench::new(joining(&path));
    bench.turn(0);
    bench.lend(5);
    bench.turn(80);
    bench.station.silence_phone(Tick(160));
    let done = bench.diary.take();
    assert_eq!(done[..2], ["phone parts", "trunk parts"]);
    assert_eq!(done[2..], ["phone Media(false)", "phone OnHook"]);
}

#[test]
fn a_line_is_told_of_entries_that_its_tap_lost() {
    let path = Path::default();
    let mut bench = Bench::new(joining(&path));
    bench.turn(0);
    bench.gauges.counts.tap_dropped.add(1);
    bench.phone_frames([80]);
    bench.turn(80);
    bench.phone_frames([160]);
    bench.turn(160);
    let told: Vec<bool> = path
        .lock()
        .expect("one thread")
        .iter()
        .map(|t| t.1)
        .collect();
    assert_eq!(told, [false, true, false]);
}

#[test]
fn what_is_wrong_with_the_phone_is_shown_until_it_works_again() {
    let mut bench = Bench::new(eager());
    bench.turn(0);
    assert_eq!(bench.gauges.phone.state(), Ok(()));
    let gone = Err(PortError::Gone);
    bench
        .phone
        .lock()
        .expect("one thread")
        .reads
        .push_back(gone);
    bench.turn(80);
    assert_eq!(bench.gauges.phone.state(), Err(PortError::Gone));
    assert_eq!(bench.gauges.counts.phone_faults.get(), 1);
    bench.turn(100);
    assert_eq!(bench.gauges.phone.state(), Err(PortError::Gone), "it rests");
    bench.turn(80 + FIRST_BACK_OFF.0);
    assert_eq!(bench.gauges.phone.state(), Ok(()));
}

#[test]
fn the_alarm_of_a_phones_span_is_shown_though_edges_still_come() {
    let mut bench = Bench::new(eager());
    bench.turn(0);
    let mut feed = bench.phone.lock().expect("one thread");
    feed.edges.push_back(Edge::AlarmOn);
    drop(feed);
    bench.turn(80);
    assert_eq!(bench.gauges.phone.state(), Err(PortError::Alarm));
    bench.turn(160);
    assert_eq!(bench.gauges.phone.state(), Err(PortError::Alarm));
    let mut feed = bench.phone.lock().expect("one thread");
    feed.edges.push_back(Edge::AlarmOff);
    drop(feed);
    bench.turn(240);
    assert_eq!(bench.gauges.phone.state(), Ok(()));
}

#[test]
fn a_seized_trunk_that_the_card_finds_on_hook_is_lost() {
    let lost: Arc<Mutex<Vec<u64>>> = Arc::default();
    let notes = Arc::clone(&lost);
    let mut inner = eager();
    let mut bench = Bench::new(move |now, input| {
        if input.trunk_fault {
            notes.lock().expect("one thread").push(now.0);
        }
        inner(now, input)
    });
    bench.turn(0);
    bench.lend(5);
    bench.trunk.lock().expect("one thread").hook = Some(HookState::OffHook);
    bench.turn(1);
    bench.turn(HOOK_EVERY.0);
    assert_eq!(*lost.lock().expect("one thread"), [0u64; 0]);
    bench.trunk.lock().expect("one thread").hook = Some(HookState::OnHook);
    bench.turn(2 * HOOK_EVERY.0);
    assert_eq!(*lost.lock().expect("one thread"), [2 * HOOK_EVERY.0]);
}

#[test]
fn a_phones_own_idle_trunk_that_the_card_finds_off_hook_is_put_on_hook() {
    let mut commanded = false;
    let mut bench = Bench::new(move |_, _| {
        let mut out = Outputs::default();
        if !std::mem::replace(&mut commanded, true) {
            out.trunk_commands.push(PortCommand::OnHook);
        }
        out
    });
    let port = Fed {
        name: "own",
        feed: Arc::clone(&bench.trunk),
        diary: bench.diary.clone(),
    };
    bench.station = bench.station.with_own_trunk(profile(3), Box::new(port));
    bench
        .phone
        .lock()
        .expect("one thread")
        .edges
        .push_back(Edge::LoopClosed);
    assert_eq!(bench.turn(0), ["own OnHook"]);
    bench.trunk.lock().expect("one thread").hook = Some(HookState::OffHook);
    assert_eq!(bench.turn(HOOK_EVERY.0), ["own OnHook"]);
    bench.trunk.lock().expect("one thread").hook = Some(HookState::OnHook);
    assert_eq!(bench.turn(2 * HOOK_EVERY.0), [""; 0]);
}

#[test]
fn a_phones_own_trunk_that_its_far_end_blocks_for_minutes_is_told_as_a_shared_one_is() {
    let site = include_str!("../../src/demo/sample.toml");
    let site = Site::parse(site, "sample.toml".as_ref()).expect("the sample");
    let shared = site.shared().expect("its tones and prompts");
    let own = TrunkProfile {
        signalling: TrunkSignalling::EmWink(Wink::STANDARD),
        ..profile(3)
    };
    let line = line::Line::new(LineId(1), Law::A, shared, CallSettings::standard());
    let mut bench = Bench::of(Box::new(line.with_own_trunk(own)));
    let port = Fed {
        name: "own",
        feed: Arc::clone(&bench.trunk),
        diary: bench.diary.clone(),
    };
    bench.station = bench.station.with_own_trunk(own, Box::new(port));
    let (notices, told) = Notices::new();
    let mut teller = ToldOwnTrunk::default();
    let mut now = Tick::ZERO;
    let mut tell = |edge: Edge, length: Ticks| {
        let mut feed = bench.trunk.lock().expect("one thread");
        feed.edges.push_back(edge);
        drop(feed);
        for _ in 0..length.as_secs() {
            now += Ticks::secs(1);
            bench.turn(now.0);
            teller.tell(own.id, &bench.gauges, now, &notices);
        }
        let far_ends = |notice: &Notice| {
            matches!(
                notice,
                Notice::TrunkBlocked { .. } | Notice::TrunkFreed { .. }
            )
        };
        told.try_iter().filter(far_ends).collect::<Vec<_>>()
    };
    // A call of the far end's own is no news.
    assert_eq!(tell(Edge::FarOffHook, Ticks::secs(60)), []);
    assert_eq!(tell(Edge::FarOnHook, Ticks::secs(10)), []);
    let (alarm, twice) = ((BLOCKED_FOR + Ticks::secs(10)), BLOCKED_FOR + BLOCKED_FOR);
    let held = tell(Edge::FarOffHook, twice);
    assert!(
        matches!(held[..], [Notice::TrunkBlocked { trunk, .. }] if trunk == own.id),
        "{held:?}"
    );
    assert_eq!(
        tell(Edge::AlarmOn, alarm),
        [],
        "an alarm says nothing of it"
    );
    assert_eq!(tell(Edge::AlarmOff, Ticks::secs(10)), []);
    let freed = tell(Edge::FarOnHook, Ticks::secs(10));
    assert!(
        matches!(freed[..], [Notice::TrunkFreed { trunk, .. }] if trunk == own.id),
        "{freed:?}"
    );
}
