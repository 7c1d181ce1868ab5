//! What became of the last attempts of each line. A line that waits in vain for the answer to
//! an end asks again, and others may have come between: the same attempt must be known.

use std::collections::{BTreeMap, VecDeque};
use types::{
    id::{CallId, LineId},
    tick::Tick,
};

/// Attempts kept for each line; a line holds back fewer ends than that.
const KEPT: usize = 16;

/// What became of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Recorded(CallId),
    /// There was no room for its record.
    Counted,
}

/// One attempt: a line, and when its phone went off-hook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Attempt {
    pub line: LineId,
    pub off_hook: Tick,
    pub outcome: Outcome,
}

#[derive(Default)]
pub(crate) struct Memory {
    lines: BTreeMap<LineId, VecDeque<(Tick, Outcome)>>,
    /// Empty off-hooks that could not be written when they were told.
    uncounted: BTreeMap<LineId, u64>,
}

impl Memory {
    pub fn outcome(&self, line: LineId, off_hook: Tick) -> Option<Outcome> {
        let attempts = self.lines.get(&line)?;
        let known = attempts.iter().rev().find(|(at, _)| *at == off_hook);
        known.map(|(_, outcome)| *outcome)
    }

    /// An empty off-hook that is to be counted with the next transaction that succeeds.
    pub fn owe_empty_off_hook(&mut self, line: LineId) {
        *self.uncounted.entry(line).or_default() += 1;
    }

    pub fn uncounted(&self) -> impl Iterator<Item = (LineId, u64)> + '_ {
        self.uncounted.iter().map(|(line, count)| (*line, *count))
    }

    pub fn all_counted(&mut self) {
        self.uncounted.clear();
    }

    pub fn remember(&mut self, attempt: Attempt) {
        let attempts = self.lines.entry(attempt.line).or_default();
        if attempts.len() == KEPT {
            attempts.pop_front();
        }
        attempts.push_back((attempt.off_hook, attempt.outcome));
    }
}
