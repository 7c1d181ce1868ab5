//! A recorder whose disk fails or stands still, beside calls.

use crate::parts::{Parts, settle};
use sallyport::{
    records::Recorder,
    runtime::{
        notice::Notice,
        recording::{Finished, RecorderPlan, Recording},
        threads::Controller,
    },
};
use slog::{Discard, Logger, o};
use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use types::{
    id::LineId,
    tap::TapEntry,
    tick::{Tick, Ticks},
};

/// What is wrong with the disk, or the recorder.
#[derive(Default)]
struct Trouble {
    stands_still: AtomicBool,
    fails: AtomicBool,
    /// So many panics are still to come, each at a frame.
    panics: AtomicU32,
}

impl Trouble {
    fn wait(&self) {
        while self.stands_still.load(SeqCst) {
            sleep(Duration::from_millis(5));
        }
    }
}

/// The recorder as it ships, on a disk that has trouble.
struct Troubled {
    recorder: Box<dyn Recording>,
    trouble: Arc<Trouble>,
}

impl Recording for Troubled {
    fn take(&mut self, entry: &TapEntry) {
        self.trouble.wait();
        if matches!(entry, TapEntry::Frame(_)) {
            let panics = &self.trouble.panics;
            let due = panics.try_update(SeqCst, SeqCst, |left| left.checked_sub(1));
            assert!(due.is_err(), "a panic on cue");
        }
        self.recorder.take(entry);
    }

    fn finish(&mut self) {
        self.recorder.finish();
    }

    fn take_finished(&mut self) -> Vec<Finished> {
        self.recorder.take_finished()
    }

    fn take_outcome(&mut self) -> Option<Result<(), String>> {
        self.recorder.take_outcome()
    }
}

/// Two phones and trunks, recorded.
struct Recorded {
    parts: Parts,
    trouble: Arc<Trouble>,
    dir: TempDir,
}

fn recorded() -> Recorded {
    let dir = tempfile::tempdir().expect("a directory");
    let plan = Recorder::plan(dir.path(), Logger::root(Discard, o!())).expect("a plan");
    let trouble: Arc<Trouble> = Arc::default();
    let (at_work, on_trial) = (Arc::clone(&trouble), Arc::clone(&trouble));
    let mut parts = Parts::new(2, 2);
    parts.recorder = Some(RecorderPlan {
        make: Arc::new(move || {
            Box::new(Troubled {
                recorder: (plan.make)(),
                trouble: Arc::clone(&at_work),
            })
        }),
        trial: Arc::new(move || {
            on_trial.wait();
            match on_trial.fails.load(SeqCst) {
                true => Err(io::Error::from(ErrorKind::StorageFull)),
                false => (plan.trial)(),
            }
        }),
    });
    Recorded {
        parts,
        trouble,
        dir,
    }
}

fn told(controller: &Controller, wanted: impl Fn(&Notice) -> bool) -> bool {
    controller
        .notices()
        .try_iter()
        .any(|notice| wanted(&notice))
}

fn not_recording(notice: &Notice) -> bool {
    matches!(notice, Notice::NotRecording { .. })
}

fn wavs(dir: &Path) -> Vec<Vec<i16>> {
    let files = fs::read_dir(dir).expect("read");
    let paths = files.map(|file| file.expect("a file").path());
    let wavs = paths.filter(|path| path.extension().is_some_and(|e| e == "wav"));
    let samples = |path| {
        let reader = hound::WavReader::open(path).expect("a WAV");
        let samples = reader.into_samples();
        samples.map(|sample| sample.expect("a sample")).collect()
    };
    wavs.map(samples).collect()
}

#[test]
fn a_call_that_is_recorded_has_its_figures_in_its_record() {
    let Recorded { parts, dir, .. } = recorded();
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    sleep(Duration::from_millis(1200));
    parts.phones[0].hang_up();
    settle("it is noted", || {
        parts.office.recorded.lock().expect("no panic").len() == 1
    });
    let noted = parts.office.recorded.lock().expect("no panic")[0];
    assert!(noted.length >= Ticks::secs(1), "{noted:?}");
    let remains = controller.stop(Duration::ZERO);
    assert_eq!(remains.recordings.len(), 1);
    assert_eq!(remains.recordings[0].recorded, noted);
    let samples = wavs(dir.path()).remove(0);
    let whole = (noted.length + noted.gap).0;
    assert_eq!(samples.len() as u64, 2 * whole);
}

#[test]
fn a_call_that_the_stop_cut_has_its_figures_too() {
    let Recorded {
        parts, dir: _dir, ..
    } = recorded();
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    sleep(Duration::from_millis(300));
    controller.stop(Duration::ZERO);
    assert_eq!(parts.ended().len(), 1);
    let noted = parts.office.recorded.lock().expect("no panic");
    assert_eq!(noted.len(), 1);
    assert!(noted[0].length >= Ticks::ms(200), "{noted:?}");
}

#[test]
fn a_disk_that_stands_still_is_told_and_refuses_calls_and_loses_nothing_that_waits() {
    let Recorded {
        parts,
        trouble,
        dir,
    } = recorded();
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    trouble.stands_still.store(true, SeqCst);
    let since = Instant::now();
    settle("it is told", || told(&controller, not_recording));
    assert!(
        since.elapsed() < Duration::from_secs(9),
        "{:?}",
        since.elapsed()
    );
    // Nobody waits for the disk: the next call is admitted by this easy office, which was told.
    parts.phones[1].lift();
    settle("both calls are up", || {
        parts.trunks.iter().all(|t| t.media())
    });
    assert!(parts.office.unrecordable.load(SeqCst));
    sleep(Duration::from_millis(300));
    trouble.stands_still.store(false, SeqCst);
    sleep(Duration::from_millis(200));
    parts.phones[0].hang_up();
    parts.phones[1].hang_up();
    settle("both are noted", || {
        parts.office.recorded.lock().expect("no panic").len() == 2
    });
    settle("it works again", || {
        controller.office(|_, _| ()).expect("it answers");
        !parts.office.unrecordable.load(SeqCst)
    });
    for noted in parts.office.recorded.lock().expect("no panic").iter() {
        assert!(noted.length >= Ticks::ms(400), "{noted:?}");
        // It was all in the queue; what is missing is before the trunk came.
        assert!(noted.gap <= Ticks::ms(500), "{noted:?}");
    }
    controller.stop(Duration::ZERO);
    assert_eq!(wavs(dir.path()).len(), 2);
}

#[test]
fn a_disk_that_fails_is_told_and_known_before_the_next_call() {
    let Recorded {
        parts,
        trouble,
        dir: _dir,
    } = recorded();
    let controller = parts.start();
    settle("the disk was tried", || {
        controller.office(|_, _| ()).expect("it answers");
        !parts.office.unrecordable.load(SeqCst)
    });
    trouble.fails.store(true, SeqCst);
    settle("it is told", || told(&controller, not_recording));
    controller.office(|_, _| ()).expect("it answers");
    assert!(parts.office.unrecordable.load(SeqCst));
    trouble.fails.store(false, SeqCst);
    settle("it works again", || {
        controller.office(|_, _| ()).expect("it answers");
        !parts.office.unrecordable.load(SeqCst)
    });
    controller.stop(Duration::ZERO);
}

#[test]
fn a_disk_that_stands_still_at_the_stop_does_not_hold_it_up_for_good() {
    let Recorded {
        parts,
        trouble,
        dir: _dir,
    } = recorded();
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    trouble.stands_still.store(true, SeqCst);
    sleep(Duration::from_millis(100));
    let since = Instant::now();
    let remains = controller.stop(Duration::ZERO);
    assert!(
        since.elapsed() < Duration::from_secs(12),
        "{:?}",
        since.elapsed()
    );
    assert_eq!((parts.ended().len(), remains.recordings.len()), (1, 0));
    assert!(remains.office.is_some());
    // Lets the threads go before the directory does.
    trouble.stands_still.store(false, SeqCst);
    sleep(Duration::from_millis(200));
}

#[test]
fn a_recorder_that_panics_is_told_and_goes_on_with_a_further_file() {
    let Recorded {
        parts,
        trouble,
        dir,
    } = recorded();
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    sleep(Duration::from_millis(1200));
    trouble.panics.store(1, SeqCst);
    let restarted = |notice: &Notice| {
        matches!(notice, Notice::ServiceRestarted { service: "recorder", message }
            if message.contains("on cue"))
    };
    settle("it is told", || told(&controller, restarted));
    sleep(Duration::from_millis(300));
    parts.phones[0].hang_up();
    settle("the call is over", || parts.ended().len() == 1);
    // The next one is whole, and the only one of which anybody knows.
    parts.phones[0].lift();
    settle("the next call is up", || {
        parts.trunks.iter().any(|t| t.media())
    });
    sleep(Duration::from_millis(300));
    parts.phones[0].hang_up();
    settle("it is noted", || {
        !parts.office.recorded.lock().expect("no panic").is_empty()
    });
    assert_eq!(controller.failed(), None);
    controller.stop(Duration::ZERO);
    let noted = parts.office.recorded.lock().expect("no panic").clone();
    let calls: Vec<u64> = noted.iter().map(|noted| noted.call.sequence).collect();
    assert_eq!(calls, [2]);
    assert_eq!(wavs(dir.path()).len(), 3);
}

#[test]
fn a_recorder_that_panics_three_times_stops_the_controller() {
    let Recorded {
        parts,
        trouble,
        dir: _dir,
    } = recorded();
    let controller = parts.start();
    parts.phones[0].lift();
    settle("the call is up", || parts.trunks.iter().any(|t| t.media()));
    trouble.panics.store(3, SeqCst);
    settle("it is given up", || controller.failed().is_some());
    assert_eq!(controller.failed(), Some("recorder"));
    let remains = controller.stop(Duration::ZERO);
    assert_eq!((remains.phones.len(), remains.trunks.len()), (2, 2));
    assert_eq!(parts.ended().len(), 1);
}

/// A listener stands still, as the recorder before a disk that does not answer, while a second call
/// begins; then it takes all that comes.
#[test]
fn a_call_that_began_while_a_listener_stood_still_is_told_of_when_it_goes_on() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    let tap = controller.tap(None, 20);
    parts.phones[0].lift();
    // The room of one closing is kept.
    settle("it is behind", || tap.receiver.len() >= 19);
    parts.phones[1].lift();
    settle("both calls are up", || {
        parts.trunks.iter().all(|t| t.media())
    });
    sleep(Duration::from_millis(300));
    let until = Instant::now() + Duration::from_secs(1);
    let (mut opened, mut frames, mut gaps) = (Vec::new(), 0, 0);
    while let Ok(entry) = tap.receiver.recv_deadline(until) {
        match entry {
            TapEntry::Open {
                line: LineId(2),
                at,
                ..
            } => opened.push(at),
            TapEntry::Frame(frame) if frame.line == LineId(2) => {
                assert!(opened[0] < frame.at - Ticks::ms(200), "it began before");
                frames += 1;
                gaps += u32::from(frame.flags.gap);
            }
            _ => {}
        }
    }
    let now: Tick = controller.clock().now();
    controller.stop(Duration::ZERO);
    assert!(frames > 20, "{frames} frames of the second call came");
    assert_eq!(opened.len(), 1);
    assert!(opened[0] < now && gaps >= 1, "{gaps} gaps");
}
