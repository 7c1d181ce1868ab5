//! What the trunk was sent last: what is received now may hold its echo.

use types::frame::{FRAME, Samples};

/// Frames that a port may let wait before it sends one, and the one that it sends.
const KEPT: usize = 5;

#[derive(Debug)]
pub(crate) struct Sent {
    /// Newest first.
    frames: [Samples; KEPT],
}

impl Sent {
    pub fn new() -> Sent {
        Sent {
            frames: [[0; FRAME]; KEPT],
        }
    }

    pub fn push(&mut self, frame: &Samples) {
        self.frames.copy_within(..KEPT - 1, 1);
        self.frames[0] = *frame;
    }

    /// What went out while the newest frame was received, if so many frames wait to be sent. An
    /// echo comes no sooner.
    pub fn meanwhile(&self, waiting: usize) -> &Samples {
        &self.frames[waiting.min(KEPT - 1)]
    }

    pub fn forget(&mut self) {
        *self = Sent::new();
    }
}
