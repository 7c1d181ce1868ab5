//! Every ring is bounded, and what doesn't fit is counted.

use crate::parts::{PortState, Tape};
use line::{Input, Outputs};
use sallyport::runtime::{
    attempt::of_dead_line,
    gauges::{Gauges, OpenCall},
    links::{
        ASKS, ASKS_KEPT, ASKS_LAST, FACTS, Links, TAP, TAP_KEPT, TRUNK_ASKS, TRUNK_ASKS_KEPT,
        TrunkAsk, links,
    },
    side::Edges,
    station::{LineLogic, Station},
};
use std::sync::Arc;
use types::{
    call_record::{CallEnd, Noticed},
    credential::Credential,
    digits::Digits,
    fact::Fact,
    frame::FRAME,
    id::{CallId, LineId, TrunkId},
    query::{Answered, Asked, Query, Reply},
    secret::Secret,
    tap::{TapEntry, TapFlags, TapFrame},
    tick::Tick,
    trunk::TrunkCondition,
};

const LINE: LineId = LineId(4);
const CALL: CallId = CallId {
    site: 1,
    sequence: 8,
};

fn rings() -> (Arc<Gauges>, Links) {
    let gauges = Arc::new(Gauges::new(LINE));
    (Arc::clone(&gauges), links(gauges))
}

fn end(call: Option<CallId>) -> Query {
    let open = OpenCall {
        call: CALL,
        off_hook_at: Tick(5),
    };
    Query::End(CallEnd {
        call,
        ..of_dead_line(open, Tick(10))
    })
}

fn asked(query: Query) -> Asked {
    Asked { number: 1, query }
}

fn pin() -> Query {
    Query::Identify(Credential::Pin(Secret::new(Digits::EMPTY)))
}

fn frame() -> TapEntry {
    TapEntry::Frame(TapFrame {
        line: LINE,
        call: CALL,
        at: Tick(1),
        from_phone: [0; FRAME],
        from_trunk: [0; FRAME],
        to_phone: [0; FRAME],
        to_trunk: [0; FRAME],
        flags: TapFlags::default(),
    })
}

#[test]
fn facts_that_find_no_room_are_dropped_and_counted() {
    let (gauges, mut links) = rings();
    for _ in 0..FACTS + 3 {
        links.outbox.fact(Tick(1), Fact::Flash);
    }
    assert_eq!(gauges.counts.facts_dropped.get(), 3);
    assert!(links.outbox.take_wakes().hub);
    assert!(!links.outbox.take_wakes().hub, "told once");
    let mut count = 0;
    while links.hub.facts.pop().is_ok() {
        count += 1;
    }
    assert_eq!(count, FACTS);
}

#[test]
fn tap_frames_leave_room_for_the_close_and_the_next_says_there_is_a_gap() {
    let (gauges, mut links) = rings();
    for _ in 0..TAP {
        links.outbox.tap(frame());
    }
    assert_eq!(gauges.counts.tap_dropped.get(), TAP_KEPT as u64);
    links.outbox.tap(TapEntry::Close {
        line: LINE,
        call: CALL,
        at: Tick(2),
    });
    assert_eq!(gauges.counts.tap_dropped.get(), TAP_KEPT as u64);
    for _ in 0..10 {
        links.hub.tap.pop().expect("a frame");
    }
    links.outbox.tap(frame());
    links.outbox.tap(frame());
    let mut gaps = Vec::new();
    while let Ok(entry) = links.hub.tap.pop() {
        match entry {
            TapEntry::Frame(frame) => gaps.push(frame.flags.gap),
            TapEntry::Close { .. } => gaps.clear(),
            TapEntry::Open { .. } => {}
        }
    }
    assert_eq!(gaps, [true, false]);
}

#[test]
fn questions_to_a_back_office_that_stands_still_give_way_in_the_stated_order() {
    let (gauges, mut links) = rings();
    let counts = &gauges.counts;
    for _ in 0..ASKS - ASKS_KEPT {
        assert!(links.outbox.ask(asked(pin())).is_none());
    }
    let seen = Query::Seen {
        call: CALL,
        at: Tick(1),
        answered_at: None,
        talk_from: None,
        noticed: Noticed::default(),
    };
    assert!(links.outbox.ask(asked(seen)).is_none());
    assert!(links.outbox.ask(asked(Query::EmptyOffHook)).is_none());
    assert_eq!(counts.asks_dropped.get(), 2);
    let refused = links.outbox.ask(asked(pin()));
    let unavailable = |a: &Answered| matches!(a.reply, Reply::Unavailable) && a.number == 1;
    assert!(refused.as_ref().is_some_and(unavailable));
    assert_eq!(counts.asks_refused.get(), 1);
    for _ in 0..ASKS_KEPT - ASKS_LAST {
        links.outbox.ask(asked(end(None)));
    }
    assert_eq!(counts.asks_dropped.get(), 2);
    links.outbox.ask(asked(end(None)));
    assert_eq!(counts.asks_dropped.get(), 3);
    links.outbox.ask(asked(end(Some(CALL))));
    assert_eq!(
        counts.asks_dropped.get(),
        3,
        "the end of an open call has room"
    );
    assert_eq!(links.outbox.unanswered(), ASKS - ASKS_LAST + 1);
}

#[test]
fn an_end_told_each_second_to_a_back_office_that_stands_still_never_fails_the_line() {
    let (gauges, mut links) = rings();
    for _ in 0..ASKS + 10 {
        assert!(links.outbox.ask(asked(end(Some(CALL)))).is_none());
    }
    assert_eq!(links.outbox.unanswered(), ASKS);
    assert_eq!(gauges.counts.asks_dropped.get(), 10);
}

#[test]
fn answers_have_room_for_all_questions_even_when_the_line_takes_none() {
    let (_, mut links) = rings();
    let mut taken = 0;
    loop {
        let refused = links.outbox.ask(asked(pin())).is_some();
        while links.office.asks.pop().is_ok() {
            taken += 1;
            links.office.answer(Answered {
                number: 1,
                reply: Reply::Unavailable,
            });
        }
        if refused {
            break;
        }
    }
    assert_eq!(taken, ASKS - ASKS_KEPT);
}

#[test]
fn a_keeper_that_stands_still_has_none_free_and_room_for_the_return() {
    let (gauges, mut links) = rings();
    for number in 0..(TRUNK_ASKS - TRUNK_ASKS_KEPT) as u32 {
        assert!(links.outbox.borrow(number, None));
    }
    assert!(!links.outbox.borrow(99, None));
    assert_eq!(gauges.counts.borrows_refused.get(), 1);
    let port = Box::new(Tape::new(Arc::new(PortState::default())));
    links
        .outbox
        .give_back(TrunkId(1), TrunkCondition::Good, port, Edges::new());
    let mut last = None;
    while let Ok(ask) = links.keeper.asks.pop() {
        last = Some(ask);
    }
    assert!(matches!(last, Some(TrunkAsk::Return { .. })));
}

/// A line that asks for a PIN in each turn, and counts what it hears.
struct Impatient {
    asked: u32,
    refused: u32,
}

impl LineLogic for Impatient {
    fn handle(&mut self, _: Tick, input: Input<'_>) -> Outputs {
        let refused = |a: &&Answered| matches!(a.reply, Reply::Unavailable);
        self.refused += input.answers.iter().filter(refused).count() as u32;
        let mut out = Outputs::default();
        if self.refused == 0 {
            self.asked += 1;
            out.asks.push(Asked {
                number: self.asked,
                query: pin(),
            });
        }
        out
    }

    fn deadline(&self) -> Option<Tick> {
        (self.refused == 0).then_some(Tick::ZERO)
    }

    fn phase(&self) -> &'static str {
        if self.refused > 0 {
            "refused"
        } else {
            "asking"
        }
    }
}

#[test]
fn a_refused_question_is_answered_in_the_next_turn() {
    let (gauges, mut links) = rings();
    let phone = Box::new(Tape::new(Arc::default()));
    let line = Impatient {
        asked: 0,
        refused: 0,
    };
    let mut station = Station::new(Box::new(line), phone, gauges);
    for turn in 0..ASKS as u64 {
        station.turn(|| Tick(turn), &mut links.inbox, &mut links.outbox);
    }
    assert_eq!(station.phase(), "refused");
    assert_eq!(links.outbox.unanswered(), ASKS - ASKS_KEPT);
}
