//! The group commit: no answer before the disk has it, and no end of a call is lost.

use crate::parts::{EasyOffice, OfficeState};
use sallyport::runtime::{
    attempt::of_dead_line,
    gauges::OpenCall,
    office::{BATCH, OfficeRoom, RETRY, UNWRITTEN},
};
use std::sync::{Arc, atomic::Ordering::SeqCst};
use types::{
    credential::Credential,
    digits::Digits,
    id::{CallId, LineId},
    query::{Asked, PinAnswer, Query, Reply},
    secret::Secret,
    tick::Tick,
};

const LINE: LineId = LineId(1);
const NOW: Tick = Tick(800);

fn room() -> (Arc<OfficeState>, OfficeRoom) {
    let state = Arc::new(OfficeState::default());
    let office = EasyOffice::new(Arc::clone(&state));
    (state, OfficeRoom::new(Box::new(office)))
}

fn pin(number: u32) -> Asked {
    let query = Query::Identify(Credential::Pin(Secret::new(Digits::EMPTY)));
    Asked { number, query }
}

fn end(number: u32) -> Asked {
    let call = CallId {
        site: 1,
        sequence: u64::from(number),
    };
    let open = OpenCall {
        call,
        off_hook_at: Tick(3),
    };
    Asked {
        number,
        query: Query::End(of_dead_line(open, NOW)),
    }
}

#[test]
fn answers_come_in_order_with_the_commit() {
    let (state, mut room) = room();
    assert!(!room.has_work());
    for number in 0..BATCH as u32 {
        assert!(!room.is_full());
        let asked = if number % 2 == 0 {
            pin(number)
        } else {
            end(number)
        };
        room.take(LINE, asked);
    }
    assert!(room.is_full());
    assert_eq!(state.commits.load(SeqCst), 0);
    let answers = room.commit(NOW);
    assert_eq!(state.commits.load(SeqCst), 1);
    let numbers: Vec<u32> = answers.iter().map(|(_, a)| a.number).collect();
    assert_eq!(numbers, (0..BATCH as u32).collect::<Vec<u32>>());
    assert!(matches!(
        answers[0].1.reply,
        Reply::Pin(PinAnswer::Valid { .. })
    ));
    assert!(!room.has_work());
}

#[test]
fn what_has_no_answer_is_committed_all_the_same() {
    let (state, mut room) = room();
    let query = Query::EmptyOffHook;
    room.take(LINE, Asked { number: 0, query });
    assert!(room.has_work());
    assert!(room.commit(NOW).is_empty());
    assert_eq!(state.commits.load(SeqCst), 1);
    assert_eq!(state.seen.load(SeqCst), 1);
}

#[test]
fn without_a_commit_all_is_unavailable_and_ends_are_tried_again() {
    let (state, mut room) = room();
    state.full.store(true, SeqCst);
    room.take(LINE, pin(1));
    room.take(LINE, end(2));
    let answers = room.commit(NOW);
    assert_eq!(
        answers.len(),
        1,
        "the end has no answer until it is on disk"
    );
    assert!(matches!(answers[0].1.reply, Reply::Unavailable));
    assert_eq!(room.failing(), Some("the disk is full"));
    assert_eq!(room.retry_at(), Some(NOW + RETRY));
    room.retry();
    assert!(room.commit(NOW + RETRY).is_empty());
    assert_eq!(room.unwritten(), 1);

    state.full.store(false, SeqCst);
    let later = NOW + RETRY + RETRY;
    room.retry();
    let answers = room.commit(later);
    assert!(matches!(answers[0].1.reply, Reply::Recorded(_)));
    assert_eq!((answers[0].1.number, room.unwritten()), (2, 0));
    assert_eq!((room.failing(), room.retry_at()), (None, None));
    assert_eq!(state.stored.lock().expect("no panic").len(), 1);
}

#[test]
fn an_end_that_is_told_again_is_kept_once_and_waits_for_one_answer() {
    let (state, mut room) = room();
    state.full.store(true, SeqCst);
    room.take(LINE, end(2));
    assert!(room.commit(NOW).is_empty());
    room.take(LINE, end(2));
    let answers = room.commit(NOW);
    assert!(matches!(answers[0].1.reply, Reply::Unavailable));
    assert_eq!((answers.len(), room.unwritten()), (1, 1));
    state.full.store(false, SeqCst);
    room.retry();
    let answers = room.commit(NOW + RETRY);
    assert!(matches!(answers[0].1.reply, Reply::Recorded(_)));
    assert_eq!((answers.len(), room.unwritten()), (1, 0));
}

#[test]
fn an_end_that_is_given_up_is_answered() {
    let (state, mut room) = room();
    state.full.store(true, SeqCst);
    for number in 0..UNWRITTEN as u32 {
        room.take(LINE, end(number));
        assert!(room.commit(NOW).is_empty());
    }
    room.take(LINE, end(UNWRITTEN as u32));
    let answers = room.commit(NOW);
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].1.number, 0, "the oldest");
    assert!(matches!(answers[0].1.reply, Reply::Unavailable));
}

#[test]
fn unwritten_ends_are_bounded_and_counted() {
    let (state, mut room) = room();
    state.full.store(true, SeqCst);
    for number in 0..UNWRITTEN as u32 + 5 {
        room.take(LINE, end(number));
        room.commit(NOW);
    }
    assert_eq!((room.unwritten(), room.dropped()), (UNWRITTEN, 5));
}
