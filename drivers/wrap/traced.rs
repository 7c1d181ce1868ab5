//! Counts what crosses a port and keeps the last events.

use crate::{
    handed::Handed,
    port::{Cutoff, Descriptor, JoinKey, Port, PortCounters, PortError, Read, Write},
};
use std::collections::VecDeque;
use types::{
    edge::{EdgeAt, HookState, PortCommand},
    frame::{Frame, Law},
    tick::Tick,
};

/// What is worth remembering. Frames are only counted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum What {
    Edge(EdgeAt),
    Command(PortCommand),
    Flush,
    /// It was joined with another port, or taken out.
    Join(bool),
    /// A read told of lost samples.
    Lost(u32),
    Failed(PortError),
}

/// How often what happened.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    pub frames: u64,
    pub empty: u64,
    pub edges_first: u64,
    pub lost_samples: u64,
    pub written: u64,
    pub full: u64,
    pub edges: u64,
    pub commands: u64,
    pub flushes: u64,
    pub failures: u64,
}

/// The counts and the last events.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub counts: Counts,
    last: VecDeque<(Tick, What)>,
    keep: usize,
}

impl Trace {
    /// The last events, oldest first, each with the caller's time.
    pub fn last(&self) -> impl Iterator<Item = &(Tick, What)> + '_ {
        self.last.iter()
    }

    fn note(&mut self, now: Tick, what: What) {
        if self.keep == 0 {
            return;
        }
        if self.last.len() == self.keep {
            self.last.pop_front();
        }
        self.last.push_back((now, what));
    }
}

#[derive(Debug)]
pub struct Traced {
    inner: Box<dyn Port>,
    trace: Trace,
    handed: Handed<Trace>,
}

impl Traced {
    /// Keeps the last `keep` events.
    pub fn new(inner: Box<dyn Port>, keep: usize) -> Traced {
        Traced {
            inner,
            trace: Trace {
                counts: Counts::default(),
                last: VecDeque::with_capacity(keep),
                keep,
            },
            handed: Handed::new(),
        }
    }

    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Where the trace will be when the port is dropped.
    pub fn handed(&self) -> Handed<Trace> {
        self.handed.clone()
    }

    fn noted<T>(&mut self, now: Tick, result: Result<T, PortError>) -> Result<T, PortError> {
        if let Err(error) = &result {
            self.trace.counts.failures += 1;
            self.trace.note(now, What::Failed(*error));
        }
        result
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.handed.leave(std::mem::take(&mut self.trace));
    }
}

impl Port for Traced {
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
        let read = self.inner.read(now, frame);
        let read = self.noted(now, read)?;
        let counts = &mut self.trace.counts;
        match read {
            Read::Empty => counts.empty += 1,
            Read::EdgesFirst => counts.edges_first += 1,
            Read::Frame { lost, .. } => {
                counts.frames += 1;
                counts.lost_samples += u64::from(lost);
                if lost > 0 {
                    self.trace.note(now, What::Lost(lost));
                }
            }
        }
        Ok(read)
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        let write = self.inner.write(now, frame);
        let write = self.noted(now, write)?;
        match write {
            Write::Taken => self.trace.counts.written += 1,
            Write::Full => self.trace.counts.full += 1,
        }
        Ok(write)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        let edge = self.inner.edge(now);
        let edge = self.noted(now, edge)?;
        if let Some(edge) = edge {
            self.trace.counts.edges += 1;
            self.trace.note(now, What::Edge(edge));
        }
        Ok(edge)
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        self.trace.counts.commands += 1;
        self.trace.note(now, What::Command(command));
        let done = self.inner.command(now, command);
        self.noted(now, done)
    }

    fn hook(&self) -> Result<HookState, PortError> {
        self.inner.hook()
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.trace.counts.flushes += 1;
        self.trace.note(now, What::Flush);
        let done = self.inner.flush(now);
        self.noted(now, done)
    }

    fn counters(&self) -> PortCounters {
        self.inner.counters()
    }

    fn join_key(&self) -> Option<JoinKey> {
        self.inner.join_key()
    }

    fn join(&mut self, now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        self.trace.note(now, What::Join(other.is_some()));
        let done = self.inner.join(now, other);
        self.noted(now, done)
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        self.inner.cutoff()
    }
}
