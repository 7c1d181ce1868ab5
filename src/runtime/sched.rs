//! The scheduling class of threads.

#![allow(unsafe_code)]

use nix::errno::Errno;
use nix::unistd::{Pid, gettid};

/// Priorities in SCHED_FIFO. The watchdog stands above what it watches.
pub const LINE_PRIORITY: i32 = 50;
pub const WATCHDOG_PRIORITY: i32 = 60;

/// Where a thread is known to the system.
pub fn this_thread() -> i32 {
    gettid().as_raw()
}

/// Puts this thread into SCHED_FIFO.
///
/// # Errors
/// `EPERM` without the privilege (CAP_SYS_NICE, or RLIMIT_RTPRIO of at least `priority`).
pub fn go_real_time(priority: i32) -> Result<(), Errno> {
    // A child process starts in the ordinary class again.
    let class = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    set_class(Pid::from_raw(0), class, priority)
}

/// Puts another thread back into the ordinary class, so that it can't starve others.
///
/// # Errors
/// `ESRCH` when there is no such thread any more.
pub fn demote(thread: i32) -> Result<(), Errno> {
    if thread <= 0 {
        return Err(Errno::ESRCH);
    }
    // The flag stays as it was set: only a privileged thread may clear it.
    let class = libc::SCHED_OTHER | libc::SCHED_RESET_ON_FORK;
    set_class(Pid::from_raw(thread), class, 0)
}

fn set_class(thread: Pid, class: i32, priority: i32) -> Result<(), Errno> {
    let param = libc::sched_param {
        sched_priority: priority,
    };
    // SAFETY: the call reads `param`, which lives until it returns, and touches no other
    // memory of ours. nix has no wrapper for it.
    Errno::result(unsafe { libc::sched_setscheduler(thread.as_raw(), class, &param) }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time_is_had_or_denied_and_can_be_taken_back() {
        let worker = std::thread::spawn(|| {
            let got = go_real_time(LINE_PRIORITY);
            assert!(matches!(got, Ok(()) | Err(Errno::EPERM)), "{got:?}");
            assert_eq!(demote(this_thread()), Ok(()));
        });
        worker.join().expect("joined");
        assert_eq!(demote(0), Err(Errno::ESRCH));
    }
}
