//! The clock of the examples that measure.

/// CPU time of this thread: the kernel's own count, in ns (first figure of schedstat).
pub fn thread_cpu_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat");
    let stat = stat.expect("a Linux kernel that keeps schedstat");
    let first = stat.split_whitespace().next();
    first.and_then(|ns| ns.parse().ok()).expect("a count of ns")
}
