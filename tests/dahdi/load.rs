//! Many channels at once, each with a thread as a line of the controller has: every sample that one
//! side sends is looked for at the other, and every block is accounted for.

use crate::tally::{Tally, ensure};
use drivers::{
    dahdi::{
        channel::Role,
        dahdi_port::{DahdiPort, Wiring},
    },
    port::{Port, PortCounters, PortError, Read, Write},
    sim::clocked::Clock,
};
use mio::{Events, Interest, Poll, Token, unix::SourceFd};
use nix::time::{ClockId, clock_gettime};
use sallyport::runtime::sched::{LINE_PRIORITY, go_real_time};
use std::{
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};
use types::{
    edge::{Edge, PortCommand},
    frame::{FRAME, Frame, Law},
    tick::{Tick, Ticks},
};

/// How long a load lasts.
const LENGTH: Ticks = Ticks::secs(20);
/// A block that is read this much later than it was complete is late: the burst of a local span,
/// and what the transmit queue bears beyond it.
const LATE: Ticks = Ticks::ms(9);
const SLACK: usize = 2;
/// The other side may end this much sooner, and is heard no more.
const ENDS_TOGETHER: Ticks = Ticks::ms(500);
/// Silence is counted by the clock, and a local span takes audio in bursts of 8 ms: a block written
/// between two bursts, in time, can count as late. What was really sent in its place the other
/// side tells exactly.
const BURST: u64 = 80;
/// What the kernel sends for want of anything: the other zero of mu-law.
const KERNELS_SILENCE: u8 = 0x7f;
/// Channels of which it is told what is wrong.
const SHOWN: usize = 8;

/// One kind of load on `load.conf`: the channels that feed, in spans of 24; their partners, the
/// trunks, are 24 further on.
struct Load {
    name: &'static str,
    spans: &'static [u16],
}

const LOADS: &[Load] = &[
    Load {
        name: "96 channels, kewl start",
        spans: &[1, 49],
    },
    Load {
        name: "96 channels, loop start",
        spans: &[97, 145],
    },
    Load {
        name: "192 channels, both",
        spans: &[1, 49, 97, 145],
    },
];
const SPAN: u16 = 24;

pub fn run(tally: &mut Tally) {
    for load in LOADS {
        tally.note(
            &format!("load, {}: every block accounted for", load.name),
            &bear(load),
        );
    }
}

fn bear(load: &Load) -> Result<(), String> {
    let feeders: Vec<u16> = load.spans.iter().flat_map(|&s| s..s + SPAN).collect();
    let all = feeders.iter().map(|&c| (c, Role::Feeds));
    let all = all.chain(feeders.iter().map(|&c| (c + SPAN, Role::IsFed)));
    let ports: Vec<(u16, Role, DahdiPort)> = all
        .map(|(channel, role)| Ok((channel, role, open(channel, role)?)))
        .collect::<Result<_, String>>()?;
    let count = ports.len();
    // Ringing and battery of channels just opened come to rest.
    thread::sleep(Duration::from_secs(3));
    let clock = Clock::starting_now();
    let all_media_on = Arc::new(Barrier::new(count));
    let before = processor_time();
    let threads: Vec<_> = ports
        .into_iter()
        .map(|(channel, role, port)| {
            let all_media_on = Arc::clone(&all_media_on);
            thread::spawn(move || {
                let end = End::new(port, role, clock);
                let lived = end.live(&all_media_on);
                lived.map_err(|e| format!("channel {channel}: {e}"))
            })
        })
        .collect();
    let ends: Vec<Result<Life, String>> = threads
        .into_iter()
        .map(|t| t.join().expect("no thread panics"))
        .collect();
    let wrong = ends.iter().filter_map(|e| e.as_ref().err());
    for what in wrong.take(SHOWN) {
        println!("      {what}");
    }
    let ends: Vec<Life> = ends.into_iter().collect::<Result<_, String>>()?;
    tell(load, &ends, processor_time() - before);
    Ok(())
}

/// The figures of a load.
fn tell(load: &Load, ends: &[Life], processor: Duration) {
    let frames: u64 = ends.iter().map(|l| l.counters.frames_read).sum();
    let late: u64 = ends.iter().map(|l| l.late).sum();
    let latest = ends.iter().map(|l| l.latest).max().unwrap_or(Ticks::ZERO);
    let busy = processor.as_secs_f64() / (LENGTH.as_ms() as f64 / 1000.0);
    println!(
        "info  load, {}: {frames} blocks read, {late} later than {} ms, the latest {:.1} ms; \
         {:.1} % of the guest's processor, {:.0} us a channel and second",
        load.name,
        LATE.as_ms(),
        latest.0 as f64 / 8.0,
        busy * 100.0,
        busy * 1e6 / ends.len() as f64,
    );
}

fn open(channel: u16, role: Role) -> Result<DahdiPort, String> {
    let wiring = Wiring {
        channel,
        role,
        law: Law::Mu,
        slack: SLACK,
    };
    DahdiPort::open(wiring).map_err(|e| format!("channel {channel}: {e}"))
}

/// The processor time of this process, the kernel's part of it included.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    time.expect("every Linux counts it").into()
}

/// What became of one channel.
struct Life {
    counters: PortCounters,
    late: u64,
    latest: Ticks,
}

/// One channel with what it sends and what it expects.
struct End {
    port: DahdiPort,
    role: Role,
    clock: Clock,
    /// From then on nothing is expected of the other side.
    until: Tick,
    sent: u8,
    /// What the next sample must be, once the first has come.
    expected: Option<u8>,
    received: u64,
    wrong: Wrong,
    /// Blocks of ours that the queue had no room for.
    refused: u64,
    closed: bool,
    late: u64,
    latest: Ticks,
}

/// What was heard that the other side did not send in this place.
#[derive(Default)]
struct Wrong {
    /// Samples of silence.
    silent: u64,
    /// Breaks in the count.
    breaks: u64,
    /// Which sample of the count was the first of either.
    first: Option<u64>,
}

fn failed(error: PortError) -> String {
    format!("the port failed: {error}")
}

impl End {
    fn new(port: DahdiPort, role: Role, clock: Clock) -> End {
        End {
            port,
            role,
            clock,
            until: Tick::ZERO,
            sent: 0,
            expected: None,
            received: 0,
            wrong: Wrong::default(),
            refused: 0,
            closed: false,
            late: 0,
            latest: Ticks::ZERO,
        }
    }

    fn live(mut self, all_media_on: &Barrier) -> Result<Life, String> {
        go_real_time(LINE_PRIORITY).map_err(|e| format!("no real time: {e}"))?;
        let now = self.clock.now();
        if self.role == Role::IsFed {
            self.port
                .command(now, PortCommand::OffHook)
                .map_err(failed)?;
        }
        self.port
            .command(now, PortCommand::Media(true))
            .map_err(failed)?;
        all_media_on.wait();
        let (mut poll, mut events) = (self.registered()?, Events::with_capacity(4));
        let start = self.clock.now();
        self.port.flush(start).map_err(failed)?;
        let begun = self.port.counters();
        let end = start + LENGTH;
        self.until = Tick(end.0 - ENDS_TOGETHER.0);
        while self.clock.now() < end {
            let waited = poll.poll(&mut events, Some(Duration::from_millis(100)));
            waited.map_err(|e| format!("poll: {e}"))?;
            self.take()?;
        }
        let stopped = self.clock.now();
        self.judge(begun, stopped.since(start))
    }

    /// The channel as a line waits for it: told once of each block and each event.
    fn registered(&self) -> Result<Poll, String> {
        let poll = Poll::new().map_err(|e| format!("poll: {e}"))?;
        let descriptor = self.port.descriptor().ok_or("no descriptor")?;
        let wanted = Interest::READABLE | Interest::PRIORITY;
        let registered = poll
            .registry()
            .register(&mut SourceFd(&descriptor.fd), Token(0), wanted);
        registered.map_err(|e| format!("poll: {e}"))?;
        Ok(poll)
    }

    /// All edges and all blocks that are there; one written for each one read.
    fn take(&mut self) -> Result<(), String> {
        let mut frame: Frame = Law::Mu.silence();
        loop {
            let now = self.clock.now();
            match self.port.read(now, &mut frame).map_err(failed)? {
                Read::Frame { end, .. } => {
                    self.time(now, end);
                    if end < self.until {
                        self.hear(&frame);
                    }
                    self.speak(&mut frame);
                    let written = self.port.write(now, &frame).map_err(failed)?;
                    self.refused += u64::from(written == Write::Full);
                }
                Read::Empty => return Ok(()),
                Read::EdgesFirst => {
                    while let Some(edge) = self.port.edge(now).map_err(failed)? {
                        self.closed |= edge.edge == Edge::LoopClosed;
                    }
                }
            }
        }
    }

    fn time(&mut self, now: Tick, end: Tick) {
        let age = now.since(end);
        self.latest = self.latest.max(age);
        self.late += u64::from(age > LATE);
    }

    /// A count that never rests and has no silence in it: a gap of any length shows.
    fn speak(&mut self, frame: &mut Frame) {
        for octet in frame {
            self.sent = following(self.sent);
            *octet = self.sent;
        }
    }

    fn hear(&mut self, frame: &Frame) {
        for &octet in frame {
            let silent = octet == Law::Mu.idle() || octet == KERNELS_SILENCE;
            let expected = match self.expected {
                Some(expected) => expected,
                // Before the other's first block; what was primed, and before that the kernel's.
                None if silent => continue,
                None => following(0),
            };
            self.received += 1;
            if octet == expected {
                self.expected = Some(following(octet));
                continue;
            }
            self.wrong.first.get_or_insert(self.received);
            self.wrong.silent += u64::from(silent);
            self.wrong.breaks += u64::from(!silent);
            self.expected = Some(if silent { expected } else { following(octet) });
        }
    }

    fn judge(self, begun: PortCounters, elapsed: Ticks) -> Result<Life, String> {
        let counters = self.port.counters();
        let read = (counters.frames_read - begun.frames_read) * FRAME as u64;
        let lost = counters.overruns - begun.overruns;
        let apart = elapsed.0.abs_diff(read + lost);
        // A block under way, and the burst in which it comes.
        ensure!(
            apart <= 2 * FRAME as u64,
            "{read} samples read and {lost} lost in {} ticks",
            elapsed.0
        );
        let silent = counters.underruns - begun.underruns;
        let Wrong {
            silent: heard_silent,
            breaks,
            first,
        } = self.wrong;
        ensure!(
            lost + heard_silent + breaks + self.refused == 0 && silent < BURST,
            "{lost} samples lost, {silent} sent as silence, {} blocks refused; of the other side \
             {heard_silent} silent and {breaks} breaks, the first at {first:?}; the latest block {:.1} ms",
            self.refused,
            self.latest.0 as f64 / 8.0
        );
        let heard = self.received * 10 > elapsed.0 * 9;
        ensure!(heard, "only {} samples of the other side", self.received);
        let feeds = self.role == Role::Feeds;
        ensure!(
            !feeds || self.closed,
            "the other side's off-hook was not told"
        );
        Ok(Life {
            counters,
            late: self.late,
            latest: self.latest,
        })
    }
}

/// The next of the octets 1 to 251.
fn following(octet: u8) -> u8 {
    octet % 251 + 1
}
