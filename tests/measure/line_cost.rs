//! What one line's 10 ms costs in talk, with all its detectors: thread CPU time of
//! `Line::handle`, and of a wake-up. `tests/measure/run` adds instruction counts.
//!
//!     cargo run --release --example line_cost [-- FRAMES]

mod desk;

use desk::Desk;
use nix::time::{ClockId, clock_gettime};
use std::{os::fd::AsFd, time::Duration};

const WAKES: u32 = 20_000;

fn main() {
    let frames: u32 = match std::env::args().nth(1).map(|a| a.parse()) {
        None => 300_000,
        Some(Ok(frames)) => frames,
        Some(Err(e)) => {
            eprintln!("line_cost: the number of frames: {e}");
            std::process::exit(2);
        }
    };
    let mut desk = Desk::in_talk();
    let before = cpu();
    for _ in 0..frames {
        desk.talk_frame();
    }
    let spent = cpu() - before;
    desk.assert_in_talk();
    let frame_ns = spent.as_nanos() as f64 / f64::from(frames);
    println!("frame of a line in talk  {frame_ns:8.0} ns CPU   ({frames} frames)");
    if frames >= 100_000 {
        println!(
            "wake-up of a thread      {:8.0} ns CPU   ({WAKES} wakes)",
            wake_ns()
        );
    }
}

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a thread has a CPU clock");
    Duration::from(now)
}

/// CPU time of sleeping on a timer descriptor and being woken by it, as a line's thread is.
fn wake_ns() -> f64 {
    use nix::sys::{
        time::TimeSpec,
        timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags},
    };
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::empty()).expect("a timer");
    let every = Expiration::Interval(TimeSpec::from_duration(Duration::from_micros(100)));
    timer
        .set(every, TimerSetTimeFlags::empty())
        .expect("a timer runs");
    let before = cpu();
    for _ in 0..WAKES {
        let mut polled = [nix::poll::PollFd::new(
            timer.as_fd(),
            nix::poll::PollFlags::POLLIN,
        )];
        nix::poll::poll(&mut polled, nix::poll::PollTimeout::NONE).expect("poll");
        timer.wait().expect("the timer fired");
    }
    (cpu() - before).as_nanos() as f64 / f64::from(WAKES)
}
