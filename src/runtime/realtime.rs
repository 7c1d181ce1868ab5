//! The mark of a thread that runs in real time: nothing on it may allocate, free, lock or log.

use std::cell::Cell;

thread_local! {
    static ON_LINE_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is at work for a phone now. A test's allocator asks this; it neither
/// allocates nor needs a destructor.
pub fn on_line_thread() -> bool {
    ON_LINE_THREAD.with(Cell::get)
}

/// Marks the thread while it lives.
#[derive(Debug)]
pub struct RealTimeMark(());

impl RealTimeMark {
    pub fn set() -> RealTimeMark {
        ON_LINE_THREAD.with(|on| on.set(true));
        RealTimeMark(())
    }
}

impl Drop for RealTimeMark {
    fn drop(&mut self) {
        ON_LINE_THREAD.with(|on| on.set(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_of_one_thread_and_ends_with_its_value() {
        assert!(!on_line_thread());
        let mark = RealTimeMark::set();
        assert!(on_line_thread());
        assert!(!std::thread::spawn(on_line_thread).join().expect("joined"));
        drop(mark);
        assert!(!on_line_thread());
    }
}
