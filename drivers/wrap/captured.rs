//! Keeps the audio that crosses a port, up to a stated capacity.

use crate::{
    handed::Handed,
    port::{Cutoff, Descriptor, JoinKey, Port, PortCounters, PortError, Read, Write},
};
use types::{
    edge::{EdgeAt, HookState, PortCommand},
    frame::{Frame, Law},
    tick::Tick,
};

/// One captured block: when its last sample was on the line (received), or when it was handed
/// over (sent).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    pub at: Tick,
    pub frame: Frame,
}

/// Both directions, in the port's law.
#[derive(Clone, Debug, Default)]
pub struct Capture {
    pub received: Vec<Block>,
    pub sent: Vec<Block>,
    /// Blocks that found no space.
    pub dropped: u64,
}

impl Capture {
    fn keep(blocks: &mut Vec<Block>, dropped: &mut u64, block: Block) {
        if blocks.len() < blocks.capacity() {
            blocks.push(block);
        } else {
            *dropped += 1;
        }
    }
}

#[derive(Debug)]
pub struct Captured {
    inner: Box<dyn Port>,
    capture: Capture,
    handed: Handed<Capture>,
}

impl Captured {
    /// Keeps the first `blocks` of each direction.
    pub fn new(inner: Box<dyn Port>, blocks: usize) -> Captured {
        Captured {
            inner,
            capture: Capture {
                received: Vec::with_capacity(blocks),
                sent: Vec::with_capacity(blocks),
                dropped: 0,
            },
            handed: Handed::new(),
        }
    }

    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    /// Where the audio will be when the port is dropped.
    pub fn handed(&self) -> Handed<Capture> {
        self.handed.clone()
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        self.handed.leave(std::mem::take(&mut self.capture));
    }
}

impl Port for Captured {
    fn law(&self) -> Law {
        self.inner.law()
    }

    fn descriptor(&self) -> Option<Descriptor> {
        self.inner.descriptor()
    }

    fn waiting(&self) -> usize {
        self.inner.waiting()
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        let read = self.inner.read(now, frame)?;
        if let Read::Frame { end, .. } = read {
            let block = Block {
                at: end,
                frame: *frame,
            };
            let Capture {
                received, dropped, ..
            } = &mut self.capture;
            Capture::keep(received, dropped, block);
        }
        Ok(read)
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        let write = self.inner.write(now, frame)?;
        if write == Write::Taken {
            let block = Block {
                at: now,
                frame: *frame,
            };
            let Capture { sent, dropped, .. } = &mut self.capture;
            Capture::keep(sent, dropped, block);
        }
        Ok(write)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        self.inner.edge(now)
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        self.inner.command(now, command)
    }

    fn hook(&self) -> Result<HookState, PortError> {
        self.inner.hook()
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.inner.flush(now)
    }

    fn counters(&self) -> PortCounters {
        self.inner.counters()
    }

    fn join_key(&self) -> Option<JoinKey> {
        self.inner.join_key()
    }

    fn join(&mut self, now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        self.inner.join(now, other)
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        self.inner.cutoff()
    }
}
