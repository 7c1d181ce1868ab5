//! Simulated parties behind the far span, each on a thread of its own.

use drivers::{
    dahdi::far_channel::FarChannel,
    sim::{clocked::Clock, copper::Copper, far_end::FarEnd, transcript::Transcript},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};
use types::frame::Law;

/// How far from each of the controller's channels the far end's is.
pub const FAR: u16 = 24;

/// Far ends that live until this is dropped.
#[derive(Default)]
pub struct FarEnds {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Option<Transcript>>>,
}

impl FarEnds {
    /// Puts a far end behind a channel of the controller's.
    pub fn add<F: FarEnd + 'static>(&mut self, far: F, channel: u16, clock: Clock) {
        self.add_at(far, channel + FAR, clock);
    }

    /// Puts a far end on a channel.
    pub fn add_at<F: FarEnd + 'static>(&mut self, far: F, channel: u16, clock: Clock) {
        let copper = Copper::default();
        let opened = FarChannel::open(far, channel, Law::Mu, copper, u64::from(channel), clock);
        let far = opened.unwrap_or_else(|e| panic!("the far end, channel {channel}: {e}"));
        let stop = Arc::clone(&self.stop);
        self.threads.push(thread::spawn(move || {
            let lived = far.run(&stop);
            if let Err(error) = &lived {
                println!("      the far end of channel {channel} failed: {error}");
            }
            lived.ok().map(|(transcript, _)| transcript)
        }));
    }

    /// Ends all; what each heard and said, in the order in which they were added. Who failed is left out.
    pub fn end(mut self) -> Vec<Transcript> {
        self.stop.store(true, Ordering::Release);
        let threads = std::mem::take(&mut self.threads).into_iter();
        threads.filter_map(|thread| thread.join().ok()?).collect()
    }
}

impl Drop for FarEnds {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
