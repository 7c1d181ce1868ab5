//! How often something may fail: it is started afresh, until it fails too often.

use crate::runtime::notice::{DEATHS, DEATHS_WITHIN};
use std::any::Any;
use types::tick::Tick;

/// The failures of late.
#[derive(Clone, Debug, Default)]
pub struct Deaths(Vec<Tick>);

impl Deaths {
    /// One more; whether it may be started again.
    pub fn one_more(&mut self, at: Tick) -> bool {
        self.0.retain(|&death| at.since(death) < DEATHS_WITHIN);
        self.0.push(at);
        self.0.len() < DEATHS
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// What a panic said.
pub fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_string())
}
