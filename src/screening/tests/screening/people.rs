//! How long several things are open together.

use screening::Open;
use types::tick::Ticks;

/// Seconds that something is open: none is closed, `u64::MAX` is throughout.
fn seconds(open: Open) -> u64 {
    match open {
        Open::No => 0,
        Open::For(left) => left.as_secs(),
        Open::Throughout => u64::MAX,
    }
}

#[test]
fn open_is_as_long_as_both_or_as_one_of_them() {
    let all = [
        Open::No,
        Open::For(Ticks::secs(5)),
        Open::For(Ticks::secs(9)),
        Open::Throughout,
    ];
    for a in all {
        for b in all {
            let (both, one) = (seconds(a.and(b)), seconds(a.or(b)));
            assert_eq!(both, seconds(a).min(seconds(b)), "{a:?} and {b:?}");
            assert_eq!(one, seconds(a).max(seconds(b)), "{a:?} or {b:?}");
        }
    }
}
