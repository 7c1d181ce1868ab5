//! Comparing by CPU time.
//!
//! Both do the same work in turn, many times, on the clock of this thread, so that a loaded
//! machine slows both alike. What counts is the median of the rounds' ratios: the best of many
//! wall times would flatter the faster side.

use nix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// CPU times of one pass over the work, and the median of how many times faster ours was.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    pub ours: Duration,
    pub peer: Duration,
    pub ratio: f64,
}

/// A round takes at least this long on each side, so that the clock's own cost is nothing.
const ROUND: Duration = Duration::from_millis(4);

pub fn compare(rounds: usize, mut ours: impl FnMut(), mut peer: impl FnMut()) -> Compared {
    let (ours_passes, peer_passes) = (passes(&mut ours), passes(&mut peer));
    let mut pairs: Vec<(Duration, Duration)> = Vec::with_capacity(rounds);
    for round in 0..rounds {
        // Who goes first changes, so that neither always finds the other's caches.
        let pair = if round % 2 == 0 {
            let ours = time(ours_passes, &mut ours);
            (ours, time(peer_passes, &mut peer))
        } else {
            let peer = time(peer_passes, &mut peer);
            (time(ours_passes, &mut ours), peer)
        };
        pairs.push(pair);
    }
    let ratios = pairs
        .iter()
        .map(|(ours, peer)| peer.as_secs_f64() / ours.as_secs_f64());
    Compared {
        ours: median(pairs.iter().map(|pair| pair.0).collect()),
        peer: median(pairs.iter().map(|pair| pair.1).collect()),
        ratio: median_of(ratios.collect()),
    }
}

/// The median CPU time of one pass, for what has no peer.
pub fn alone(rounds: usize, mut work: impl FnMut()) -> Duration {
    let passes = passes(&mut work);
    median((0..rounds).map(|_| time(passes, &mut work)).collect())
}

/// How many passes make a round. The first pass warms up.
fn passes(work: &mut impl FnMut()) -> u32 {
    work();
    let once = time(1, work).max(Duration::from_nanos(1));
    (ROUND.as_nanos() / once.as_nanos()) as u32 + 1
}

/// CPU time of one pass, as the mean of several.
fn time(passes: u32, work: &mut impl FnMut()) -> Duration {
    let before = cpu();
    (0..passes).for_each(|_| work());
    (cpu() - before) / passes
}

pub fn cpu() -> Duration {
    let now = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a thread has a CPU clock");
    Duration::from(now)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

pub fn median_of(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn twice_the_work_takes_twice_the_time() {
        let work = |n: u64| {
            move || {
                black_box((0..n).fold(1u64, |x, n| black_box(x.wrapping_mul(3) ^ n)));
            }
        };
        let compared = compare(31, work(100_000), work(200_000));
        assert!((1.6..2.4).contains(&compared.ratio), "{compared:?}");
    }
}
