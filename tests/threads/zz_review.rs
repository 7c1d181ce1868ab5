//! What a review by an attacker's mind found: it fails until it is cured.

use crate::parts::{Parts, settle};
use std::{
    thread::sleep,
    time::{Duration, Instant},
};
use types::{id::LineId, tap::TapEntry};

/// The recorder stands still for a while, as before a disk that does not answer, while a second call
/// begins; then it takes all that comes.
#[test]
fn a_call_that_began_while_the_recorder_stood_still_is_recorded_from_then_on() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    let tap = controller.tap(None, 20);
    parts.phones[0].lift();
    settle("the recorder is behind", || tap.receiver.is_full());
    parts.phones[1].lift();
    settle("both calls are up", || {
        parts.trunks.iter().all(|t| t.media())
    });
    sleep(Duration::from_millis(300));
    let until = Instant::now() + Duration::from_secs(1);
    let (mut opened, mut frames) = (0, 0);
    while let Ok(entry) = tap.receiver.recv_deadline(until) {
        match entry {
            TapEntry::Open { line, .. } => opened += usize::from(line == LineId(2)),
            TapEntry::Frame(frame) => frames += usize::from(frame.line == LineId(2)),
            TapEntry::Close { .. } => {}
        }
    }
    controller.stop(Duration::ZERO);
    assert!(frames > 20, "{frames} frames of the second call came");
    assert_eq!(opened, 1, "without its opening none of them is written");
}
