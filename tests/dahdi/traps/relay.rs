//! The talk path through user space, with far ends that never fail: what is put on the telephone's
//! line is read there, passed on by us, and comes off the exchange's line.

use super::bench::{
    Bench, Places, Stretch, Wakes, blocks_of, failed, next_block, sleep, stretches,
};
use drivers::{
    dahdi::{
        channel::{Channel, Moved},
        dahdi_port::DahdiPort,
    },
    port::Port,
};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::{
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};
use types::{
    edge::PortCommand,
    frame::{FRAME, Law},
    tick::{Tick, Ticks},
};

/// Blocks that the far ends keep queued: they stand for wires, and are never late.
const FAR_PRIMED: u64 = 3;

/// Both far ends, with a thread of their own.
#[derive(Debug)]
struct FarEnds {
    stop: Arc<AtomicBool>,
    /// Samples that came off the exchange's line by now.
    heard: Arc<AtomicUsize>,
    thread: Option<JoinHandle<Result<Vec<u8>, String>>>,
}

impl FarEnds {
    fn start(speaks: Channel, hears: Channel) -> FarEnds {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(AtomicUsize::new(0));
        let (until, count) = (Arc::clone(&stop), Arc::clone(&heard));
        let thread = thread::spawn(move || live(&speaks, &hears, &until, &count));
        FarEnds {
            stop,
            heard,
            thread: Some(thread),
        }
    }

    /// What came off the exchange's line.
    fn end(&mut self) -> Result<Vec<u8>, String> {
        self.stop.store(true, Ordering::Release);
        let thread = self.thread.take().ok_or("the far ends have ended")?;
        thread.join().map_err(|_| "the far ends panicked")?
    }
}

impl Drop for FarEnds {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

fn wait_for_block(channel: &Channel) -> Result<(), String> {
    let mut wanted = [PollFd::new(channel.as_fd(), PollFlags::POLLIN)];
    let waited = poll(&mut wanted, PollTimeout::from(100u16));
    waited.map(drop).map_err(|error| error.to_string())
}

/// Both begin at one tick of the card.
fn live(
    speaks: &Channel,
    hears: &Channel,
    stop: &AtomicBool,
    count: &AtomicUsize,
) -> Result<Vec<u8>, String> {
    let mut places = Places::new();
    let mut frame = Law::Mu.silence();
    speaks.flush().map_err(failed)?;
    wait_for_block(speaks)?;
    for channel in [speaks, hears] {
        channel.flush().map_err(failed)?;
    }
    let mut speak = |frame: &mut types::frame::Frame| {
        places.fill(frame);
        let written = speaks.write(frame).map_err(failed)?;
        if written == Moved::Block {
            Ok(())
        } else {
            Err(format!("the far end could not write: {written:?}"))
        }
    };
    let silence = Law::Mu.silence();
    for _ in 0..FAR_PRIMED {
        speaks.write(&silence).map_err(failed)?;
    }
    let mut heard = Vec::new();
    while !stop.load(Ordering::Acquire) {
        wait_for_block(speaks)?;
        let due = blocks_of(speaks, &mut |_| {})?;
        for _ in 0..due {
            speak(&mut frame)?;
        }
        blocks_of(hears, &mut |frame| heard.extend_from_slice(frame))?;
        count.store(heard.len(), Ordering::Release);
    }
    Ok(heard)
}

/// What a turn of the relay moved.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Turn {
    pub phone: usize,
    pub trunk: usize,
    pub lost: u32,
    /// Blocks that were read more than a block after their end.
    pub late: usize,
    /// Samples between the ends of blocks and their passing on, of all of them.
    pub behind: u64,
}

#[derive(Debug)]
pub struct Relay {
    bench: Bench,
    far: FarEnds,
    pub phone: DahdiPort,
    pub trunk: DahdiPort,
    pub wakes: Wakes,
}

impl Relay {
    /// Two ports with media on, at rest, their blocks together.
    pub fn start(bench: &Bench, slack: usize) -> Result<Relay, String> {
        let mut phone = bench.phone(slack)?;
        let mut trunk = bench.trunk(slack)?;
        let far = (bench.far_phone()?, bench.far_trunk()?);
        bench.command(&mut phone, PortCommand::Media(true))?;
        bench.command(&mut trunk, PortCommand::Media(true))?;
        let wakes = Wakes::of(&phone)?;
        let mut relay = Relay {
            bench: *bench,
            far: FarEnds::start(far.0, far.1),
            phone,
            trunk,
            wakes,
        };
        relay.run(1000)?;
        relay.together()?;
        relay.run(200)?;
        Ok(relay)
    }

    /// Both ports flushed right after a wake, as at connect.
    pub fn together(&mut self) -> Result<(), String> {
        self.wakes.wait(100)?;
        self.turn()?;
        let now = self.now();
        self.trunk.flush(now).map_err(failed)?;
        self.phone.flush(now).map_err(failed)
    }

    pub fn now(&self) -> Tick {
        self.bench.clock.now()
    }

    /// All that is there, each block passed on.
    pub fn turn(&mut self) -> Result<Turn, String> {
        let mut turn = Turn::default();
        let mut frame = Law::Mu.silence();
        let ports = [&mut self.phone, &mut self.trunk];
        let [phone, trunk] = ports;
        for phones in [true, false] {
            let (from, to) = if phones {
                (&mut *phone, &mut *trunk)
            } else {
                (&mut *trunk, &mut *phone)
            };
            while let Some((end, lost)) = next_block(&self.bench, from, &mut frame)? {
                let now = self.bench.clock.now();
                to.write(now, &frame).map_err(failed)?;
                turn.behind += now.since(end).0;
                turn.late += usize::from(now.since(end) > Ticks(FRAME as u64));
                turn.lost += lost;
                *(if phones {
                    &mut turn.phone
                } else {
                    &mut turn.trunk
                }) += 1;
            }
        }
        Ok(turn)
    }

    /// Serves each wake at once, for so long.
    pub fn run(&mut self, ms: u64) -> Result<Turn, String> {
        self.run_late(ms, 0)
    }

    /// Serves each 21st wake so much later: the bursts of a timer and blocks meet each fourth time.
    pub fn run_late(&mut self, ms: u64, late_ms: u64) -> Result<Turn, String> {
        let end = self.now() + Ticks::ms(ms);
        let mut all = Turn::default();
        let mut wakes = 0u32;
        while self.now() < end {
            self.wakes.wait(100)?;
            wakes += 1;
            if late_ms > 0 && wakes.is_multiple_of(21) {
                sleep(late_ms);
            }
            let turn = self.turn()?;
            all.phone += turn.phone;
            all.trunk += turn.trunk;
            all.lost += turn.lost;
            all.late += turn.late;
            all.behind += turn.behind;
        }
        Ok(all)
    }

    /// Samples that either port lost, received or sent.
    pub fn losses(&self) -> u64 {
        let (phone, trunk) = (self.phone.counters(), self.trunk.counters());
        phone.overruns + phone.underruns + trunk.overruns + trunk.underruns
    }

    /// Samples that came off the exchange's line since the start.
    pub fn heard(&self) -> usize {
        self.far.heard.load(Ordering::Acquire)
    }

    /// Ends it: what came off the exchange's line, in stretches without a gap.
    pub fn end(mut self) -> Result<Vec<Stretch>, String> {
        let heard = self.far.end()?;
        Ok(stretches(&heard, FAR_PRIMED * FRAME as u64))
    }
}
