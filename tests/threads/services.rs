//! A panic in a thread that serves all lines is told at once, and the thread goes on, or the controller is
//! to be stopped.

use crate::parts::{Cue, Parts, settle};
use sallyport::{
    demo::{Live, Runner},
    runtime::{
        clock::Clock,
        notice::Notice,
        threads::{Controller, hub::Listener},
    },
};
use slog::{Drain, Logger, OwnedKVList, o};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    thread::sleep,
    time::Duration,
};
use types::{fact::FactAt, id::LineId, tap::TapEntry, tick::Ticks};

fn notices(controller: &Controller) -> Vec<Notice> {
    controller.notices().try_iter().collect()
}

fn restarts(told: &[Notice], of: &str) -> usize {
    let restarted = |notice: &&Notice| {
        matches!(notice, Notice::ServiceRestarted { service, message }
            if *service == of && message.contains("on cue"))
    };
    told.iter().filter(restarted).count()
}

fn has_failed(told: &[Notice], of: &str) -> bool {
    let failed = |notice: &Notice| {
        matches!(notice, Notice::ServiceFailed { service, message }
            if *service == of && message.contains("on cue"))
    };
    told.iter().any(failed)
}

/// A listener with a bug, which shows so many times.
struct Clumsy(Arc<AtomicU32>);

impl Listener for Clumsy {
    fn fact(&mut self, _: &FactAt) -> bool {
        let due = self
            .0
            .try_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        assert!(due.is_err(), "a panic on cue");
        true
    }
}

#[test]
fn a_hub_that_panics_is_told_and_goes_on_with_all_its_listeners() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    let tap = controller.tap(None, 10_000);
    let facts = controller.facts(1000);
    let panics: Arc<AtomicU32> = Arc::new(AtomicU32::new(1));
    controller.listen(Box::new(Clumsy(Arc::clone(&panics))));
    parts.phones[0].lift();
    let mut told = Vec::new();
    settle("it is told", || {
        told.extend(notices(&controller));
        restarts(&told, "hub") == 1
    });
    settle("the call is up", || parts.trunks[0].media());
    sleep(Duration::from_millis(200));
    parts.phones[0].hang_up();
    settle("the call is over", || parts.ended().len() == 1);
    assert_eq!(controller.failed(), None);
    controller.stop(Duration::ZERO);
    let entries: Vec<TapEntry> = tap.receiver.iter().collect();
    assert!(matches!(entries.first(), Some(TapEntry::Open { .. })));
    assert!(matches!(entries.last(), Some(TapEntry::Close { .. })));
    assert!(entries.len() > 12 && facts.receiver.iter().count() > 3);
}

#[test]
fn a_hub_that_panics_three_times_stops_the_controller() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    controller.listen(Box::new(Clumsy(Arc::new(AtomicU32::new(u32::MAX)))));
    for _ in 0..3 {
        parts.phones[0].lift();
        sleep(Duration::from_millis(50));
        parts.phones[0].hang_up();
        sleep(Duration::from_millis(50));
    }
    settle("it is given up", || controller.failed().is_some());
    assert_eq!(controller.failed(), Some("hub"));
    let told = notices(&controller);
    assert_eq!(restarts(&told, "hub"), 2);
    assert!(has_failed(&told, "hub"), "{told:?}");
    let remains = controller.stop(Duration::ZERO);
    assert_eq!((remains.phones.len(), remains.trunks.len()), (1, 1));
}

#[test]
fn a_back_office_that_panics_is_told_and_loses_no_end_of_a_call() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks[0].media());
    let mut told = Vec::new();
    parts.office.panics.store(1, SeqCst);
    parts.phones[0].hang_up();
    settle("its end is stored all the same", || {
        parts.ended().len() == 1
    });
    settle("it is told", || {
        told.extend(notices(&controller));
        restarts(&told, "office") == 1
    });
    // The next call is admitted.
    parts.phones[0].lift();
    settle("the next call is up", || parts.trunks[0].media());
    assert_eq!(controller.failed(), None);
    controller.stop(Duration::ZERO);
    assert_eq!(parts.ended().len(), 2);
}

#[test]
fn a_wish_that_panics_gets_no_answer_and_the_back_office_goes_on() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    assert!(
        controller
            .office(|_, _| panic!("a panic on cue"))
            .map(|()| 0)
            .is_err()
    );
    assert_eq!(controller.office(|_, _| 7), Ok(7));
    settle("it is told", || {
        restarts(&notices(&controller), "office") == 1
    });
    controller.stop(Duration::ZERO);
}

#[test]
fn a_back_office_that_panics_three_times_stops_the_controller() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks[0].media());
    for _ in 0..3 {
        assert!(
            controller
                .office(|_, _| panic!("a panic on cue"))
                .map(|()| 0)
                .is_err()
        );
    }
    settle("it is given up", || controller.failed().is_some());
    assert_eq!(controller.failed(), Some("office"));
    assert!(has_failed(&notices(&controller), "office"));
    let remains = controller.stop(Duration::ZERO);
    assert_eq!(remains.phones.len(), 1);
    assert_eq!(parts.ended().len(), 1, "the call that was cut is stored");
}

#[test]
fn a_keeper_that_panics_stops_the_controller_and_the_talk_that_is_cut_is_stored() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    let idle = parts.trunks.iter().find(|t| !t.media()).expect("one");
    idle.cue(Cue::PanicAtEdge);
    settle("it is given up", || controller.failed().is_some());
    assert_eq!(controller.failed(), Some("keeper"));
    assert!(has_failed(&notices(&controller), "keeper"));
    assert!(parts.phones[0].media(), "nobody is cut before the stop");
    let remains = controller.stop(Duration::ZERO);
    assert_eq!(remains.phones.len(), 2);
    assert_eq!(parts.ended().len(), 1);
    // All that it had is let go, and so is what came back to it.
    assert!(parts.phones.iter().all(|phone| !phone.media()));
    assert!(
        parts
            .trunks
            .iter()
            .all(|trunk| trunk.is_gone() && !trunk.media())
    );
    drop(remains);
}

/// It makes the fresh object of a line that died: here it fails at that.
#[test]
fn a_supervisor_that_panics_stops_the_controller_and_the_other_line_is_cut_in_order() {
    let parts = Parts::new(2, 2);
    let mut plant = parts.plant();
    let (make, made) = (Arc::clone(&plant.make_line), AtomicU32::new(0));
    plant.make_line = Arc::new(move |of| {
        assert!(made.fetch_add(1, SeqCst) < 2, "a panic on cue");
        make(of)
    });
    let controller = parts.start_plant(plant);
    parts.phones[1].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    parts.phones[0].cue(Cue::PanicAtEdge);
    settle("it is given up", || controller.failed().is_some());
    assert_eq!(controller.failed(), Some("supervisor"));
    let told = notices(&controller);
    assert!(has_failed(&told, "supervisor"), "{told:?}");
    drop(controller.stop(Duration::ZERO));
    assert_eq!(parts.ended().len(), 1);
    assert!(parts.phones.iter().all(|phone| !phone.media()));
    assert!(parts.trunks.iter().all(|trunk| !trunk.media()));
}

/// As `sallyport run` runs it: it looks each fifth of a second, and stops without grace.
#[test]
fn who_runs_a_controller_learns_that_it_failed_and_all_calls_are_cut() {
    let parts = Parts::new(2, 2);
    let told = Counted::default();
    let log = Logger::root(told.clone(), o!());
    let clock = Clock::start();
    let live = Live::start(parts.plant(), clock, None, log).expect("it starts");
    let mut live: Box<dyn Runner> = Box::new(live);
    let idle = live.now() + Ticks::secs(1);
    settle("the trunks are idle", || {
        live.advance(Ticks::ms(100));
        live.now() >= idle
    });
    parts.phones[0].lift();
    settle("the call is up", || {
        live.advance(Ticks::ms(100));
        parts.trunks.iter().any(|t| t.media())
    });
    assert_eq!(live.failed(), None);
    parts.trunks.iter().for_each(|t| t.cue(Cue::PanicAtEdge));
    settle("it failed", || {
        live.advance(Ticks::ms(200));
        live.failed().is_some()
    });
    assert_eq!(live.failed(), Some("keeper"));
    assert_eq!(told.alarms(), 1, "in the log at once");
    parts.trunks.iter().for_each(|t| t.cue(Cue::Work));
    drop(live.finish(Ticks::ZERO));
    assert!(parts.phones.iter().all(|phone| !phone.media()));
    assert!(parts.trunks.iter().all(|trunk| !trunk.media()));
    assert_eq!(parts.ended().len(), 1);
}

/// Counts the alarms of failed services in a log.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicU32>);

impl Counted {
    fn alarms(&self) -> u32 {
        self.0.load(SeqCst)
    }
}

impl Drain for Counted {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, record: &slog::Record<'_>, _: &OwnedKVList) -> Result<(), slog::Never> {
        let text = record.msg().to_string();
        let alarm = text.starts_with("alarm: the ") && text.contains("the controller stops");
        self.0.fetch_add(u32::from(alarm), SeqCst);
        Ok(())
    }
}

#[test]
fn a_call_that_an_officer_cuts_with_a_shutdown_ends_within_a_second() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    for phone in &parts.phones {
        phone.lift();
    }
    let up = || parts.trunks.iter().filter(|t| t.media()).count();
    settle("both calls are up", || up() == 2);
    parts.office.cuts.lock().expect("no panic").push(LineId(1));
    let asked = std::time::Instant::now();
    settle("one is cut", || up() == 1);
    assert!(asked.elapsed() < Duration::from_millis(1500), "a second");
    assert!(parts.phones[1].media(), "the other one goes on");
    drop(controller.stop(Duration::ZERO));
}
