//! The watchdog's hand on a channel: by its duplicated descriptor and, should that fail, by the way
//! that hangs up whoever has the channel open.

use super::channel::{self, Grip};
use crate::port::{Cutoff, PortError};
use std::sync::Arc;

#[derive(Debug)]
pub struct DahdiCutoff(pub Arc<Grip>, pub u16);

impl Cutoff for DahdiCutoff {
    fn on_hook(&self) -> Result<(), PortError> {
        match self.0.on_hook() {
            // A closed channel was hung up by its closing.
            done @ (Ok(()) | Err(PortError::Gone)) => done,
            Err(_) => channel::force_on_hook(self.1),
        }
    }

    fn part(&self) -> Result<(), PortError> {
        self.0.part()
    }
}
