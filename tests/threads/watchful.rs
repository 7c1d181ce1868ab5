//! An allocator that tells where a line's thread allocates or frees while it is at work.

#![allow(unsafe_code)]

use sallyport::runtime::realtime::on_line_thread;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    backtrace::Backtrace,
    sync::atomic::{AtomicBool, Ordering},
    thread::panicking,
};

pub const COMPLAINT: &str = "a line's thread allocated or freed memory at\n";

/// The system's allocator, with an eye on the threads of lines.
pub struct Watchful {
    /// Whether to look; it must not allocate.
    pub watches: fn() -> bool,
    /// What is done after a place was told.
    pub then: fn(),
}

/// Where it was is told, with all the memory that takes.
static TELLING: AtomicBool = AtomicBool::new(false);

impl Watchful {
    /// A thread that panics has left real time already.
    fn check(&self) {
        let wanted = on_line_thread() && !panicking() && (self.watches)();
        if wanted && !TELLING.swap(true, Ordering::SeqCst) {
            let text = format!("{COMPLAINT}{}\n", Backtrace::force_capture());
            // Past the harness, which keeps to itself what a test prints.
            let _ = nix::unistd::write(std::io::stderr(), text.as_bytes());
            drop(text);
            (self.then)();
            TELLING.store(false, Ordering::SeqCst);
        }
    }
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Watchful {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.check();
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        self.check();
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.check();
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(at, layout, size) }
    }
}
