//! On channels the threads of lines are real ones, with the driver of cards: whatever they do in a
//! scenario, none allocates or frees. (On virtual time a port plays its far end as well, which does.)

use crate::watchful::Watchful;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[global_allocator]
static WATCHFUL: Watchful = Watchful {
    watches: || WATCHES.load(Ordering::Relaxed),
    then: || {
        FOUND.fetch_add(1, Ordering::Relaxed);
    },
};

static WATCHES: AtomicBool = AtomicBool::new(false);
static FOUND: AtomicUsize = AtomicUsize::new(0);

pub fn watch() {
    WATCHES.store(true, Ordering::Relaxed);
}

/// That nothing was found in any scenario so far.
pub fn assert_none_was_taken() {
    let found = FOUND.load(Ordering::Relaxed);
    assert_eq!(
        found, 0,
        "lines' threads allocated or freed memory: see above where"
    );
}
