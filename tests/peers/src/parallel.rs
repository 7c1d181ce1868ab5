//! The same work on many things, on all processors.

use std::{
    panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Gives each thing to one of the threads, each with a state of its own; the states come back in
/// no order, or the first error.
pub fn over<A: Sync, S: Send>(
    things: &[A],
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &A) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<Vec<S>> {
    let next = AtomicUsize::new(0);
    let one = || -> anyhow::Result<S> {
        let mut state = state();
        while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(&mut state, thing)?;
        }
        Ok(state)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let joined = running.into_iter().map(|thread| thread.join());
        joined
            .map(|state| state.unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_done_once_and_errors_come_back() {
        let things: Vec<u64> = (0..1000).collect();
        let sums = over(
            &things,
            || 0,
            |sum, thing| {
                *sum += thing;
                Ok(())
            },
        );
        assert_eq!(sums.expect("no error").iter().sum::<u64>(), 499_500);
        let failed = over(
            &things,
            || (),
            |_, &thing| {
                anyhow::ensure!(thing != 700, "at 700");
                Ok(())
            },
        );
        assert!(failed.is_err());
    }
}
