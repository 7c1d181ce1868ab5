//! Whether the system lets the controller run in real time: priority and locked memory.

use nix::sys::resource::{Resource, getrlimit};
use std::fs;

use super::{Site, compare::user};
use crate::runtime::{memory::LINE_STACK, sched::WATCHDOG_PRIORITY};

/// What this process may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Allowed {
    /// The highest real-time priority.
    priority: u64,
    /// Octets of locked memory.
    memory: u64,
}

/// What is to be changed so that lines keep their time. `prompts` is the size of what the lines
/// say, which is kept in memory.
pub fn limits(site: &Site, prompts: usize) -> Vec<String> {
    let stacks = site.lines.len() * LINE_STACK;
    wanting(Allowed::now(), &user(), (prompts + stacks) as u64)
}

impl Allowed {
    fn now() -> Allowed {
        const IPC_LOCK: u64 = 1 << 14;
        const SYS_NICE: u64 = 1 << 23;
        let capabilities = capabilities();
        // A limit that can't be read is told by the program when it meets it.
        let limit = |of| getrlimit(of).map_or(u64::MAX, |(soft, _)| soft);
        let unless = |capability, of| match capabilities & capability {
            0 => limit(of),
            _ => u64::MAX,
        };
        Allowed {
            priority: unless(SYS_NICE, Resource::RLIMIT_RTPRIO),
            memory: unless(IPC_LOCK, Resource::RLIMIT_MEMLOCK),
        }
    }
}

/// The effective capabilities of this process.
fn capabilities() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let set = set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    set.unwrap_or(0)
}

fn wanting(allowed: Allowed, user: &str, memory: u64) -> Vec<String> {
    const FILE: &str = "/etc/security/limits.d/sallyport.conf";
    let mut problems = Vec::new();
    let priority = WATCHDOG_PRIORITY as u64;
    if allowed.priority < priority {
        problems.push(format!(
            "real-time priority is limited to {}, which makes lines late under load; write \
             `{user} - rtprio {priority}` into {FILE} and log in anew, or `LimitRTPRIO={priority}` \
             into the service's unit",
            allowed.priority
        ));
    }
    if allowed.memory < memory {
        let (has, needs) = (allowed.memory / 1024, memory.div_ceil(1024));
        // Room for what else is locked, in whole MiB.
        let needs = needs.next_multiple_of(1024) + 4096;
        problems.push(format!(
            "locked memory is limited to {has} KiB, so that prompts and stacks may be paged out; \
             write `{user} - memlock {needs}` into {FILE} and log in anew, or \
             `LimitMEMLOCK={needs}K` into the service's unit"
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanting_is_told_with_the_line_to_write() {
        let allowed = Allowed {
            priority: 0,
            memory: 64 * 1024,
        };
        let told = wanting(allowed, "ward", 9 << 20);
        assert_eq!(told.len(), 2);
        assert!(told[0].contains("`ward - rtprio 60`"), "{told:?}");
        assert!(told[1].contains("limited to 64 KiB"), "{told:?}");
        assert!(told[1].contains("`ward - memlock 13312`"), "{told:?}");
    }

    #[test]
    fn what_suffices_is_not_told() {
        let allowed = Allowed {
            priority: 60,
            memory: 9 << 20,
        };
        assert_eq!(wanting(allowed, "ward", 9 << 20), [""; 0]);
    }
}
