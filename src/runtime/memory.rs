//! Keeping our own memory resident: named ranges only, never all of the process, which would
//! lock the database's map and every stack.

#![allow(unsafe_code)]

use nix::{
    errno::Errno,
    sys::{
        mman::mlock,
        resource::{Resource, getrlimit},
    },
};
use std::{
    fmt,
    hint::black_box,
    ptr::NonNull,
    sync::atomic::{AtomicU64, Ordering},
};

/// The stack of a line's thread.
pub const LINE_STACK: usize = 256 * 1024;

/// How much of it is touched and locked at start. The rest is for what the thread has used
/// before, and for the guard of the signal stack.
const TOUCHED_STACK: usize = 192 * 1024;

/// What was locked, and what the system refused, since the start.
#[derive(Debug, Default)]
pub struct Resident {
    locked: AtomicU64,
    refused: AtomicU64,
}

/// Memory that could not be locked: it may be paged out, and a line may then be late.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotResident {
    pub refused: u64,
    pub locked: u64,
    /// RLIMIT_MEMLOCK in octets; `None` when there is no limit, or none can be read.
    pub limit: Option<u64>,
}

impl fmt::Display for NotResident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refused, locked) = (kib(self.refused), kib(self.locked));
        write!(f, "{refused} KiB of memory could not be locked ")?;
        write!(f, "({locked} KiB were; the limit of locked memory is ")?;
        match self.limit {
            Some(limit) => write!(f, "{} KiB)", kib(limit)),
            None => f.write_str("not set)"),
        }
    }
}

fn kib(octets: u64) -> u64 {
    octets.div_ceil(1024)
}

impl Resident {
    /// Locks what `range` lies in. A refusal is only counted.
    pub fn lock(&self, range: &[u8]) {
        if range.is_empty() {
            return;
        }
        let amount = range.len() as u64;
        match lock_range(range) {
            Ok(()) => self.locked.fetch_add(amount, Ordering::Relaxed),
            Err(_) => self.refused.fetch_add(amount, Ordering::Relaxed),
        };
    }

    /// Touches and locks most of this thread's stack, which must be [`LINE_STACK`] large and
    /// hardly used yet.
    #[inline(never)]
    pub fn lock_stack(&self) {
        let mut room = [0u8; TOUCHED_STACK];
        for page in room.chunks_mut(4096) {
            page[0] = black_box(1);
        }
        self.lock(black_box(&room));
    }

    /// The one warning of a start, if anything was refused.
    pub fn refusal(&self) -> Option<NotResident> {
        let refused = self.refused.load(Ordering::Relaxed);
        let limit = getrlimit(Resource::RLIMIT_MEMLOCK).ok();
        (refused > 0).then(|| NotResident {
            refused,
            locked: self.locked.load(Ordering::Relaxed),
            limit: limit.map(|(soft, _)| soft).filter(|&l| l != u64::MAX),
        })
    }
}

fn lock_range(range: &[u8]) -> Result<(), Errno> {
    let start = NonNull::from(range).cast();
    // SAFETY: `range` is a live slice, so all its pages are mapped; locking a page changes
    // neither its content nor who may use it. A page that is unmapped later is unlocked by
    // the system.
    unsafe { mlock(start, range.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_told_once_with_its_amount_and_limit() {
        let resident = Resident::default();
        resident.lock(&[]);
        resident.lock(&[0u8; 4096]);
        assert_eq!(
            resident.locked.load(Ordering::Relaxed) + resident.refused.load(Ordering::Relaxed),
            4096
        );
        resident.refused.store(3 * 1024 * 1024, Ordering::Relaxed);
        let text = resident.refusal().expect("refused").to_string();
        assert!(text.starts_with("3072 KiB of memory could not be locked"));
    }

    #[test]
    fn a_lines_stack_has_room_to_be_touched() {
        let resident = std::thread::Builder::new()
            .stack_size(LINE_STACK)
            .spawn(|| {
                let resident = Resident::default();
                resident.lock_stack();
                resident
            })
            .expect("a thread")
            .join()
            .expect("no overflow");
        let all = resident.locked.into_inner() + resident.refused.into_inner();
        assert_eq!(all, TOUCHED_STACK as u64);
    }
}
