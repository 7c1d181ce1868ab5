//! The end of a controller: no record is left open, every port comes back.

use crate::{
    parts::{Parts, settle},
    scripted_line::Script,
};
use sallyport::runtime::{station::LAST_WORDS, threads::STOP_LIMIT};
use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};
use types::{disposition::Disposition, id::LineId, query::LineCommand, settings::CallSettings};

#[test]
fn an_idle_controller_stops_at_once() {
    let parts = Parts::new(3, 2);
    let controller = parts.start();
    settle("the wall clock was told", || {
        parts.office.anchors.load(SeqCst) > 0
    });
    let start = Instant::now();
    let remains = controller.stop(Duration::from_secs(30));
    assert!(start.elapsed() < Duration::from_secs(5));
    let phones: Vec<LineId> = remains.phones.iter().map(|p| p.0).collect();
    assert_eq!(phones, [LineId(1), LineId(2), LineId(3)]);
    assert_eq!(remains.trunks.len(), 2);
    assert!(
        parts.trunks.iter().all(|t| t.on_hooks() == 1),
        "put on-hook at the start"
    );
    drop(remains);
    assert!(
        parts
            .phones
            .iter()
            .chain(&parts.trunks)
            .all(|p| p.is_gone())
    );
}

#[test]
fn a_call_that_ends_within_the_grace_ends_by_itself() {
    let mut parts = Parts::new(1, 1);
    parts.script = Script {
        talk_frames: Some(60),
        ..Script::default()
    };
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks[0].media());
    parts.phones[0].lift();
    let hanging_up = {
        let phone = parts.phones[0].clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(900));
            phone.hang_up();
        })
    };
    let remains = controller.stop(Duration::from_secs(20));
    hanging_up.join().expect("joined");
    let ended = parts.ended();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].1.disposition, Disposition::Completed);
    assert_eq!(remains.trunks.len(), 1);
}

#[test]
fn a_handset_that_lies_beside_its_phone_after_its_call_uses_up_no_grace() {
    let mut parts = Parts::new(1, 1);
    parts.script.talk_frames = Some(60);
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is over", || parts.ended().len() == 1);
    let start = Instant::now();
    controller.stop(Duration::from_secs(20));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_call_that_outlasts_the_grace_is_cut_and_stored() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    for phone in &parts.phones {
        phone.lift();
    }
    settle("both calls are up", || {
        parts.trunks.iter().all(|t| t.media())
    });
    let start = Instant::now();
    let remains = controller.stop(Duration::from_millis(300));
    assert!(
        start.elapsed() >= Duration::from_millis(300),
        "the grace was given"
    );
    let ended = parts.ended();
    assert_eq!(ended.len(), 2);
    for (_, end) in ended {
        assert_eq!(end.disposition, Disposition::CutOff);
    }
    assert_eq!((remains.phones.len(), remains.trunks.len()), (2, 2));
    for trunk in &parts.trunks {
        assert!(!trunk.media() && trunk.on_hooks() >= 2);
    }
}

/// A call that is cut at once, and how long that takes; the phone is told something in so many frames.
fn cut_with_last_words(frames: u32) -> (Parts, Duration, bool) {
    let mut parts = Parts::new(1, 1);
    parts.script.last_words = frames;
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks[0].media());
    let (phone, trunk) = (parts.phones[0].clone(), parts.trunks[0].clone());
    let start = Instant::now();
    let stopping = std::thread::spawn(move || drop(controller.stop(Duration::ZERO)));
    settle("the record is stored", || parts.ended().len() == 1);
    let hears_after_that = phone.media() && !trunk.media();
    stopping.join().expect("joined");
    let took = start.elapsed();
    assert!(!phone.media() && phone.is_gone(), "the phone is let go");
    (parts, took, hears_after_that)
}

#[test]
fn who_is_cut_hears_why_after_the_record_is_stored_and_before_the_phone_is_let_go() {
    let (_, took, heard) = cut_with_last_words(80);
    assert!(heard, "the trunk is gone, the phone is not");
    assert!(took >= Duration::from_millis(800), "{took:?}");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn words_without_an_end_do_not_hold_a_stop_up() {
    let (parts, took, _) = cut_with_last_words(u32::MAX);
    assert!(
        took >= Duration::from_millis(LAST_WORDS.as_ms()),
        "{took:?}"
    );
    assert!(took < STOP_LIMIT, "{took:?}");
    assert_eq!(parts.ended().len(), 1);
}

#[test]
fn a_phone_that_is_lifted_during_the_grace_is_still_served() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    let [talking, idle] = [0, 1].map(|phone| parts.phones[phone].clone());
    let stopping = std::thread::spawn(move || drop(controller.stop(Duration::from_secs(20))));
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        !idle.is_gone(),
        "a line without a call waits for the others"
    );
    talking.hang_up();
    stopping.join().expect("joined");
    assert!(idle.is_gone());
}

#[test]
fn a_record_that_cannot_be_written_is_written_when_the_disk_has_room_again() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks[0].media());
    parts.office.full.store(true, SeqCst);
    parts.phones[0].hang_up();
    settle("the line is idle", || !parts.phones[0].media());
    std::thread::sleep(Duration::from_millis(100));
    assert!(parts.ended().is_empty());
    parts.office.full.store(false, SeqCst);
    settle("it is stored after all", || parts.ended().len() == 1);
    controller.stop(Duration::from_secs(1));
    assert_eq!(parts.ended().len(), 1);
}

#[test]
fn the_console_speaks_to_the_back_office_between_two_batches() {
    let parts = Parts::new(1, 0);
    let controller = parts.start();
    let commits = parts.office.commits.load(SeqCst);
    let answer = controller.office(|_, now| now).expect("it answers");
    assert!(answer <= controller.clock().now());
    assert!(
        parts.office.commits.load(SeqCst) > commits,
        "what it changed is stored"
    );
    let settings = LineCommand::Settings(CallSettings::standard());
    assert_eq!(controller.command(LineId(1), settings), Ok(()));
    assert!(controller.command(LineId(9), LineCommand::CutOff).is_err());
    controller.stop(Duration::ZERO);
}

#[test]
fn a_subscriber_that_does_not_read_loses_entries_and_nobody_else_does() {
    let mut parts = Parts::new(1, 1);
    parts.script = Script {
        talk_frames: Some(30),
        ..Script::default()
    };
    let controller = parts.start();
    let lazy = controller.tap(Some(LineId(1)), 5);
    let other_line = controller.tap(Some(LineId(2)), 5);
    let keen = controller.tap(None, 1000);
    let facts = controller.facts(1000);
    parts.phones[0].lift();
    settle("the call ends", || parts.ended().len() == 1);
    controller.stop(Duration::from_secs(1));
    assert_eq!(
        keen.receiver.iter().count(),
        32,
        "an opening, frames, a closing"
    );
    assert_eq!((lazy.receiver.iter().count(), lazy.lost()), (5, 27));
    assert_eq!(
        (other_line.receiver.iter().count(), other_line.lost()),
        (0, 0)
    );
    assert!(facts.receiver.iter().count() > 4);
    assert_eq!((keen.lost(), facts.lost()), (0, 0));
}
