//! A way to the back office for threads of their own, such as the one that serves commands.

use crate::runtime::{
    office::Office,
    threads::{
        CALL_WAIT, CallError,
        office::{Afterwards, OfficeCall},
    },
};
use crossbeam_channel::{SendTimeoutError, Sender, bounded};
use mio::Waker;
use std::{fmt, sync::Arc};
use types::tick::Tick;

/// The back office of a controller, as somebody else than a line reaches it.
#[derive(Clone)]
pub struct OfficeDoor {
    pub(super) calls: Sender<OfficeCall>,
    pub(super) waker: Arc<Waker>,
}

impl OfficeDoor {
    /// Runs `wish` on the back office's thread, between two batches; the answer comes when what
    /// it changed is on disk. Keep it short: lines wait behind it.
    ///
    /// # Errors
    /// When the back office has no room or is gone.
    pub fn ask<R: Send + 'static>(
        &self,
        wish: impl FnOnce(&mut dyn Office, Tick) -> R + Send + 'static,
    ) -> Result<R, CallError> {
        let (to, answer) = bounded(1);
        let run = move |office: &mut dyn Office, now: Tick| -> Afterwards {
            let result = wish(office, now);
            // Nobody takes it when the caller is gone.
            Box::new(move || drop(to.send(result)))
        };
        let call = OfficeCall::Run(Box::new(run));
        let sent = self.calls.send_timeout(call, CALL_WAIT);
        sent.map_err(|error| match error {
            SendTimeoutError::Timeout(_) => CallError::Busy,
            SendTimeoutError::Disconnected(_) => CallError::Gone,
        })?;
        self.waker.wake().map_err(|_| CallError::Gone)?;
        answer.recv().map_err(|_| CallError::Gone)
    }
}

impl fmt::Debug for OfficeDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfficeDoor")
    }
}
