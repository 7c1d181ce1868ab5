//! Work on several cores with its results in order.

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};

/// Pieces of work that are ahead of the one whose result is awaited, a thread: what is finished
/// early is held in memory.
const AHEAD: usize = 32;

/// Does `work` on each item and gives the results to `take` in the items' order. Items are drawn
/// only as they are needed; a `Break` draws no more.
pub(crate) fn in_order<T: Send, R: Send>(
    items: impl Iterator<Item = T>,
    threads: NonZeroUsize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> ControlFlow<()>,
) {
    let most = threads.get() * AHEAD;
    let (jobs, queue) = bounded::<(T, Sender<R>)>(most);
    let broken_off = AtomicBool::new(false);
    let mut take = |result| {
        let on = take(result);
        broken_off.store(on.is_break(), Ordering::Relaxed);
        on
    };
    thread::scope(|scope| {
        for _ in 0..threads.get() {
            let (queue, work, broken_off) = (queue.clone(), &work, &broken_off);
            scope.spawn(move || {
                for (item, done) in queue {
                    if !broken_off.load(Ordering::Relaxed) {
                        // Nobody may wait for it any more.
                        let _ = done.send(work(item));
                    }
                }
            });
        }
        drop(queue);
        let mut awaited: VecDeque<Receiver<R>> = VecDeque::with_capacity(most);
        for item in items {
            while awaited.len() == most || awaited.front().is_some_and(|first| !first.is_empty()) {
                if next(&mut awaited, &mut take).is_break() {
                    return;
                }
            }
            let (done, result) = bounded(1);
            awaited.push_back(result);
            if jobs.send((item, done)).is_err() {
                break;
            }
        }
        drop(jobs);
        while !awaited.is_empty() {
            if next(&mut awaited, &mut take).is_break() {
                return;
            }
        }
    });
}

fn next<R>(
    awaited: &mut VecDeque<Receiver<R>>,
    take: &mut impl FnMut(R) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match awaited.pop_front().map(|first| first.recv()) {
        Some(Ok(result)) => take(result),
        // Its thread has panicked, which the scope passes on.
        _ => ControlFlow::Break(()),
    }
}
