//! What a port leaves behind when it is dropped: a line thread owns its port and must not
//! share state with a test, so the test gets the port's notes after the port is gone.

use std::sync::{Arc, OnceLock};

/// The receiving end: empty until the port that fills it is dropped.
#[derive(Debug)]
pub struct Handed<T>(Arc<OnceLock<T>>);

impl<T> Handed<T> {
    pub fn new() -> Handed<T> {
        Handed(Arc::new(OnceLock::new()))
    }

    /// What was left; `None` while the port lives.
    pub fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// Leaves the value. The first one stays.
    pub(crate) fn leave(&self, value: T) {
        let _ = self.0.set(value);
    }
}

impl<T> Default for Handed<T> {
    fn default() -> Handed<T> {
        Handed::new()
    }
}

impl<T> Clone for Handed<T> {
    fn clone(&self) -> Handed<T> {
        Handed(Arc::clone(&self.0))
    }
}
