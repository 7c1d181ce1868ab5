//! The allocator of this test program: it ends the program when a line's thread allocates or
//! frees while it is at work. So every test here that runs threads is a test of that.

use crate::{
    parts::{Parts, settle},
    scripted_line::Script,
    watchful::{COMPLAINT, Watchful},
};
use sallyport::runtime::realtime::RealTimeMark;
use std::{
    process::{Command, abort},
    time::Duration,
};

#[global_allocator]
static WATCHFUL: Watchful = Watchful {
    watches: || true,
    then: || {
        if std::env::var_os(TELL_ALL).is_none() {
            abort();
        }
    },
};

/// With this in the environment all places are told, and the program goes on.
const TELL_ALL: &str = "SALLYPORT_TELL_ALLOCATIONS";

#[test]
fn a_whole_call_allocates_nothing_on_its_lines_thread() {
    let mut parts = Parts::new(2, 1);
    parts.script = Script {
        talk_frames: Some(40),
        ..Script::default()
    };
    let controller = parts.start();
    let tap = controller.tap(None, 10_000);
    parts.phones[0].lift();
    settle("the call ends", || parts.ended().len() == 1);
    parts.phones[0].hang_up();
    settle("the phone's audio stops", || !parts.phones[0].media());
    assert_eq!(parts.trunks[0].off_hooks(), 1);
    let mut entries = 0;
    settle("its tap was told", || {
        entries += tap.receiver.try_iter().count();
        entries >= 40
    });
    assert_eq!(tap.lost(), 0);
    controller.stop(Duration::from_secs(1));
}

/// Run by the next test in a process of its own.
#[test]
#[ignore = "it ends the program: see the next test"]
fn allocates_where_it_must_not() {
    let _mark = RealTimeMark::set();
    std::hint::black_box(Box::new(1));
}

#[test]
fn the_allocator_has_teeth() {
    let (passed, said) = alone("allocator::allocates_where_it_must_not");
    assert!(!passed);
    assert!(said.contains(COMPLAINT.trim_end()), "{said}");
}

/// Runs an ignored test in a process of its own, which may end as it likes: whether it passed,
/// and all it said.
pub fn alone(test: &str) -> (bool, String) {
    let this = std::env::current_exe().expect("this program");
    let child = Command::new(this)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_remove(TELL_ALL)
        .output()
        .expect("it runs");
    let said = [child.stdout, child.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (child.status.success(), said)
}
