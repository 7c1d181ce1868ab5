//! The one gate through which a line's audio leaves it. Closed until a verdict says otherwise;
//! closes at once.

use types::{
    digits::List,
    id::{CallId, LineId},
    tap::{TapEntry, TapFrame},
    tick::Tick,
};

/// The gate, and the call it is open for.
#[derive(Debug)]
pub struct Tap {
    line: LineId,
    open: Option<CallId>,
}

impl Tap {
    pub fn closed(line: LineId) -> Tap {
        Tap { line, open: None }
    }

    /// Sets the gate to what the phase says; called each time before audio is offered.
    pub fn set(&mut self, now: Tick, call: Option<CallId>, out: &mut List<TapEntry, 3>) {
        if self.open == call {
            return;
        }
        if let Some(call) = self.open.take() {
            out.push(TapEntry::Close {
                line: self.line,
                call,
                at: now,
            });
        }
        if let Some(call) = call {
            out.push(TapEntry::Open {
                line: self.line,
                call,
                at: now,
            });
            self.open = Some(call);
        }
    }

    /// Lets a frame out if the gate is open; `frame` is only made then.
    pub fn offer(&self, out: &mut List<TapEntry, 3>, frame: impl FnOnce(CallId) -> TapFrame) {
        if let Some(call) = self.open
            && !out.is_full()
        {
            out.push(TapEntry::Frame(frame(call)));
        }
    }
}
