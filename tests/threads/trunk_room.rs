//! The keeper with its ports.

use crate::{
    parts::profile,
    station::{Diary, Fed, Feed},
};
use drivers::port::{Port, PortError};
use line::keeper::{FIRST_REST, TrunkState};
use sallyport::runtime::{
    links::{Handover, TrunkAsk},
    notice::{BLOCKED_FOR, Notice, Notices, PortName},
    side::Edges,
    trunk_room::{LOOK, TrunkRoom},
};
use std::sync::{Arc, Mutex};
use types::{
    edge::{Edge, EdgeAt, HookState},
    id::{LineId, TrunkId},
    tick::{Tick, Ticks},
    trunk::TrunkCondition,
};

const LINE: LineId = LineId(2);

struct Bench {
    room: TrunkRoom,
    feed: Arc<Mutex<Feed>>,
    diary: Diary,
    now: Tick,
}

impl Bench {
    /// One trunk, past its first guard.
    fn new() -> Bench {
        let (feed, diary) = (Arc::default(), Diary::default());
        let port = Fed {
            name: "trunk",
            feed: Arc::clone(&feed),
            diary: diary.clone(),
        };
        let trunks = vec![(profile(1), Box::new(port) as Box<dyn Port>)];
        let room = TrunkRoom::new(Tick::ZERO, trunks);
        let now = Tick::ZERO;
        let mut bench = Bench {
            room,
            feed,
            diary,
            now,
        };
        bench.room.turn(Tick::ZERO);
        assert_eq!(bench.diary.take(), ["trunk OnHook"]);
        bench.wait(Ticks::secs(2));
        bench
    }

    fn wait(&mut self, length: Ticks) {
        self.now += length;
        self.room.turn(self.now);
    }

    fn borrow(&mut self) -> Option<Box<dyn Port>> {
        let ask = TrunkAsk::Borrow {
            number: 4,
            group: None,
        };
        match self
            .room
            .ask(self.now, LINE, ask)
            .expect("an answer at once")
        {
            Handover::Lent { number, port, .. } => {
                assert_eq!(number, 4);
                Some(port)
            }
            Handover::NoneFree { number } => {
                assert_eq!(number, 4);
                None
            }
        }
    }

    fn state(&self) -> TrunkState {
        self.room.states().next().expect("one trunk").1
    }
}

#[test]
fn a_trunk_goes_out_by_value_and_comes_back() {
    let mut bench = Bench::new();
    let port = bench.borrow().expect("a free trunk");
    assert_eq!(bench.state(), TrunkState::Lent { to: LINE });
    assert!(bench.borrow().is_none());
    let back = TrunkAsk::Return {
        trunk: TrunkId(1),
        condition: TrunkCondition::Suspect,
        port,
        edges: Edges::new(),
    };
    assert!(bench.room.ask(bench.now, LINE, back).is_none());
    assert_eq!(bench.diary.take(), ["trunk Media(false)", "trunk OnHook"]);
    assert!(matches!(bench.state(), TrunkState::Resting { .. }));
    assert_eq!(bench.room.into_ports().len(), 1);
}

#[test]
fn a_ring_that_began_a_moment_ago_keeps_the_trunk_from_being_lent() {
    let mut bench = Bench::new();
    let mut feed = bench.feed.lock().expect("one thread");
    feed.edges.push_back(Edge::RingStart);
    drop(feed);
    assert!(bench.borrow().is_none());
    assert!(matches!(bench.state(), TrunkState::Ringing { .. }));
    assert!(bench.diary.take().is_empty(), "and nothing answers it");
}

#[test]
fn a_trunk_that_rings_as_it_comes_back_is_not_lent_again() {
    let mut bench = Bench::new();
    let port = bench.borrow().expect("a free trunk");
    let edge = Edge::RingStart;
    let back = TrunkAsk::Return {
        trunk: TrunkId(1),
        condition: TrunkCondition::Good,
        port,
        edges: [EdgeAt {
            at: bench.now,
            edge,
        }]
        .into_iter()
        .collect(),
    };
    assert!(bench.room.ask(bench.now, LINE, back).is_none());
    bench.wait(Ticks::secs(2));
    assert!(matches!(bench.state(), TrunkState::Ringing { .. }));
    assert!(bench.borrow().is_none());
}

#[test]
fn the_hook_of_an_idle_trunk_is_reconciled_each_second() {
    let mut bench = Bench::new();
    bench.feed.lock().expect("one thread").hook = Some(HookState::OffHook);
    bench.wait(LOOK - Ticks(1));
    assert!(bench.diary.take().is_empty());
    bench.wait(Ticks(1));
    assert_eq!(bench.diary.take(), ["trunk OnHook"]);
}

#[test]
fn a_failing_port_rests_its_trunk() {
    let mut bench = Bench::new();
    bench.feed.lock().expect("one thread").fail_hook = true;
    bench.wait(LOOK);
    let until = bench.now + FIRST_REST;
    assert_eq!(bench.state(), TrunkState::Resting { until, faults: 1 });
    assert!(bench.borrow().is_none());
    bench.feed.lock().expect("one thread").fail_hook = false;
    bench.wait(FIRST_REST);
    assert!(bench.borrow().is_some());
}

#[test]
fn a_trunk_whose_port_fails_again_and_again_is_lent_soon_after_it_works() {
    let mut bench = Bench::new();
    let (notices, told) = Notices::new();
    bench.feed.lock().expect("one thread").fail_hook = true;
    for _ in 0..120 {
        bench.wait(LOOK);
        bench.room.tell_ports(&notices);
    }
    let port = PortName::Trunk(TrunkId(1));
    let error = PortError::Gone;
    let failed = Notice::PortFailed { port, error };
    assert_eq!(told.try_recv(), Ok(failed));
    bench.feed.lock().expect("one thread").fail_hook = false;
    bench.wait(LOOK);
    bench.room.tell_ports(&notices);
    let last = std::iter::from_fn(|| told.try_recv().ok()).last();
    assert_eq!(last, Some(Notice::PortWorks { port }));
    bench.wait(FIRST_REST);
    assert!(bench.borrow().is_some(), "after minutes of failures");
}

#[test]
fn a_trunk_that_its_far_end_blocks_for_minutes_is_told_once_and_when_it_is_free() {
    let mut bench = Bench::new();
    let (notices, told) = Notices::new();
    let tell = |bench: &mut Bench, edge: Option<Edge>, length: Ticks| {
        let mut feed = bench.feed.lock().expect("one thread");
        feed.edges.extend(edge);
        drop(feed);
        bench.wait(Ticks::ZERO);
        for _ in 0..length.as_secs() {
            bench.wait(Ticks::secs(1));
            bench.room.tell_blocked(bench.now, &notices);
        }
        told.try_iter().collect::<Vec<_>>()
    };
    // A call of the far end's own is no news.
    assert_eq!(
        tell(&mut bench, Some(Edge::FarOffHook), Ticks::secs(60)),
        []
    );
    assert_eq!(tell(&mut bench, Some(Edge::FarOnHook), Ticks::secs(10)), []);
    let held = tell(
        &mut bench,
        Some(Edge::FarOffHook),
        BLOCKED_FOR + BLOCKED_FOR,
    );
    let trunk = TrunkId(1);
    assert!(
        matches!(held[..], [Notice::TrunkBlocked { trunk: t, .. }] if t == trunk),
        "{held:?}"
    );
    let freed = tell(&mut bench, Some(Edge::FarOnHook), Ticks::secs(10));
    assert!(
        matches!(freed[..], [Notice::TrunkFreed { trunk: t, .. }] if t == trunk),
        "{freed:?}"
    );
}
