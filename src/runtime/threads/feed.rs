//! A listener of taps, as the hub sees it. It never waits: frames that find no room are lost and
//! counted. That a recording opens and closes is never lost: the room for each closing is kept when its
//! opening is sent; an opening that finds no room waits, the latest of each line, and is sent before its
//! next frame; a call that came and went meanwhile is told when there is room.

use crate::runtime::gauges::Count;
use crossbeam_channel::Sender;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use types::{
    frame::FRAME_TICKS,
    id::{CallId, LineId},
    tap::{TapEntry, TapFrame},
    tick::Tick,
};

/// Calls that came and went without room, to be told. Of more than these nobody will know what is
/// missing: each took seconds, so that is hours.
const MISSED: usize = 4096;

/// The hub's end.
#[derive(Debug)]
pub struct Feed {
    to: Sender<TapEntry>,
    lost: Arc<Count>,
    /// One line, or all.
    only: Option<LineId>,
    gates: BTreeMap<LineId, Gate>,
    missed: VecDeque<Missed>,
    /// Closings whose room is kept.
    kept: usize,
}

/// A tap that is open.
#[derive(Debug)]
struct Gate {
    call: CallId,
    at: Tick,
    /// The listener knows of it.
    told: bool,
    /// Something was lost before the next frame.
    gap: bool,
}

#[derive(Debug)]
struct Missed {
    line: LineId,
    call: CallId,
    from: Tick,
    to: Tick,
}

impl Feed {
    /// Into a channel that nobody else sends to, and whose room is bounded.
    pub fn new(to: Sender<TapEntry>, lost: Arc<Count>, only: Option<LineId>) -> Feed {
        assert!(to.capacity().is_some(), "an unbounded listener");
        Feed {
            to,
            lost,
            only,
            gates: BTreeMap::new(),
            missed: VecDeque::new(),
            kept: 0,
        }
    }

    /// Whether the listener is still there.
    pub fn send(&mut self, entry: &TapEntry) -> bool {
        match *entry {
            TapEntry::Open { line, call, at } => self.open(line, call, at),
            TapEntry::Frame(ref frame) => self.frame(frame),
            TapEntry::Close { line, call, at } => self.close(line, call, at),
        }
    }

    fn is_for(&self, line: LineId) -> bool {
        self.only.is_none_or(|only| only == line)
    }

    fn open(&mut self, line: LineId, call: CallId, at: Tick) -> bool {
        if !self.is_for(line) {
            return true;
        }
        let gate = Gate {
            call,
            at,
            told: false,
            gap: false,
        };
        self.gates.insert(line, gate);
        self.tell_open(line)
    }

    fn frame(&mut self, frame: &TapFrame) -> bool {
        let (line, call) = (frame.line, frame.call);
        if !self.is_for(line) {
            return true;
        }
        // Who listens from the middle of a call on begins here.
        let known = self.gates.get(&line).is_some_and(|gate| gate.call == call);
        if !known && !self.open(line, call, frame.at - FRAME_TICKS) {
            return false;
        }
        if !self.tell_open(line) {
            return false;
        }
        let free = self.free();
        let gate = self.gates.get_mut(&line).expect("opened above");
        if !gate.told || free == 0 {
            gate.gap = true;
            self.lost.add(1);
            return true;
        }
        let mut frame = *frame;
        frame.flags.gap |= std::mem::take(&mut gate.gap);
        self.put(TapEntry::Frame(frame))
    }

    fn close(&mut self, line: LineId, call: CallId, at: Tick) -> bool {
        let Some(gate) = self.gates.remove(&line) else {
            return true;
        };
        if gate.told {
            self.kept -= 1;
            return self.put(TapEntry::Close { line, call, at });
        }
        if self.missed.len() < MISSED {
            self.missed.push_back(Missed {
                line,
                call: gate.call,
                from: gate.at,
                to: at,
            });
        }
        true
    }

    /// Tells that the tap of this line is open, if that is not known yet and there is room; what was
    /// missed comes first.
    fn tell_open(&mut self, line: LineId) -> bool {
        if self.gates.get(&line).is_none_or(|gate| gate.told) {
            return true;
        }
        if !self.tell_missed() {
            return false;
        }
        // Its own room, and its closing's.
        if !self.missed.is_empty() || self.free() < 2 {
            return true;
        }
        let gate = self.gates.get_mut(&line).expect("looked at above");
        gate.told = true;
        let (call, at) = (gate.call, gate.at);
        self.kept += 1;
        self.put(TapEntry::Open { line, call, at })
    }

    /// Tells of calls that came and went, as far as there is room: also when nothing else happens.
    pub fn tell_missed(&mut self) -> bool {
        while self.free() >= 2 {
            let Some(missed) = self.missed.pop_front() else {
                return true;
            };
            let Missed { line, call, .. } = missed;
            let (from, to) = (missed.from, missed.to);
            let told = self.put(TapEntry::Open {
                line,
                call,
                at: from,
            }) && self.put(TapEntry::Close { line, call, at: to });
            if !told {
                return false;
            }
        }
        true
    }

    /// Room that is not kept. Only the listener changes it meanwhile, and makes it more.
    fn free(&self) -> usize {
        let capacity = self.to.capacity().expect("asserted at the start");
        capacity.saturating_sub(self.to.len() + self.kept)
    }

    fn put(&self, entry: TapEntry) -> bool {
        match self.to.try_send(entry) {
            Ok(()) => true,
            Err(error) => {
                assert!(error.is_disconnected(), "its room was kept");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::{Receiver, bounded};
    use types::{frame::FRAME, tap::TapFlags};

    const LINE: LineId = LineId(1);

    fn feed(room: usize) -> (Feed, Receiver<TapEntry>, Arc<Count>) {
        let (to, from) = bounded(room);
        let lost: Arc<Count> = Arc::default();
        (Feed::new(to, Arc::clone(&lost), None), from, lost)
    }

    fn call(sequence: u64) -> CallId {
        CallId { site: 1, sequence }
    }

    fn frame(of: u64, at: u64) -> TapEntry {
        TapEntry::Frame(TapFrame {
            line: LINE,
            call: call(of),
            at: Tick(at),
            from_phone: [0; FRAME],
            from_trunk: [0; FRAME],
            to_phone: [0; FRAME],
            to_trunk: [0; FRAME],
            flags: TapFlags::default(),
        })
    }

    /// A call of so many frames, at ten seconds each.
    fn tell(feed: &mut Feed, of: u64, frames: u64) {
        let (line, at) = (LINE, Tick(of * 80_000));
        let call = call(of);
        assert!(feed.send(&TapEntry::Open { line, call, at }));
        for number in 1..=frames {
            assert!(feed.send(&frame(of, at.0 + number * 80)));
        }
        let at = Tick(at.0 + frames * 80);
        assert!(feed.send(&TapEntry::Close { line, call, at }));
    }

    /// What came: the call, `+` for its opening, `-` for its closing, frames as they are marked.
    fn came(from: &Receiver<TapEntry>) -> Vec<String> {
        let words = |entry| match entry {
            TapEntry::Open { call, at, .. } => format!("{call}+{}", at.0),
            TapEntry::Frame(frame) if frame.flags.gap => "gap".to_owned(),
            TapEntry::Frame(_) => "frame".to_owned(),
            TapEntry::Close { call, at, .. } => format!("{call}-{}", at.0),
        };
        from.try_iter().map(words).collect()
    }

    #[test]
    fn a_listener_that_stands_still_is_told_of_every_call_when_it_goes_on() {
        let (mut feed, from, lost) = feed(4);
        for of in 1..=100 {
            tell(&mut feed, of, 10);
        }
        // Two frames of the first found room.
        assert_eq!(lost.get(), 998);
        assert_eq!(came(&from), ["1-1+80000", "frame", "frame", "1-1-80800"]);
        let mut told = Vec::new();
        while let Some(more) = Some(came(&from)).filter(|_| feed.tell_missed()) {
            if more.is_empty() && from.is_empty() {
                break;
            }
            told.extend(more);
        }
        told.extend(came(&from));
        assert_eq!(told.len(), 2 * 99);
        assert_eq!(told[..2], ["1-2+160000", "1-2-160800"]);
        assert_eq!(told[196..], ["1-100+8000000", "1-100-8000800"]);
    }

    #[test]
    fn a_call_that_began_without_room_begins_when_there_is_some() {
        let (mut feed, from, lost) = feed(4);
        tell(&mut feed, 1, 10);
        let (line, at) = (LINE, Tick(160_000));
        let second = call(2);
        assert!(feed.send(&TapEntry::Open {
            line,
            call: second,
            at
        }));
        assert!(feed.send(&frame(2, 160_080)));
        assert_eq!(lost.get(), 9);
        assert_eq!(came(&from).len(), 4);
        assert!(feed.send(&frame(2, 160_160)));
        assert!(feed.send(&frame(2, 160_240)));
        assert_eq!(came(&from), ["1-2+160000", "gap", "frame"]);
        let at = Tick(160_240);
        assert!(feed.send(&TapEntry::Close {
            line,
            call: second,
            at
        }));
        assert_eq!(came(&from), ["1-2-160240"]);
    }

    #[test]
    fn who_comes_in_mid_call_is_told_of_its_opening_then() {
        let (mut feed, from, _) = feed(8);
        assert!(feed.send(&frame(3, 800)));
        assert_eq!(came(&from), ["1-3+720", "frame"]);
    }

    #[test]
    fn a_listener_that_left_is_known() {
        let (mut feed, from, _) = feed(8);
        drop(from);
        assert!(!feed.send(&frame(3, 800)));
    }
}
