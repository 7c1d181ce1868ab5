//! Simulated parties behind the far span, each on a thread of its own.

use drivers::{
    dahdi::far_channel::FarChannel,
    sim::{clocked::Clock, copper::Copper, far_end::FarEnd},
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
    threads: Vec<JoinHandle<()>>,
}

impl FarEnds {
    /// Puts a far end behind a channel of the controller's.
    pub fn add<F: FarEnd + 'static>(&mut self, far: F, channel: u16, clock: Clock) {
        let channel = channel + FAR;
        let copper = Copper::default();
        let opened = FarChannel::open(far, channel, Law::Mu, copper, u64::from(channel), clock);
        let far = opened.unwrap_or_else(|e| panic!("the far end, channel {channel}: {e}"));
        let stop = Arc::clone(&self.stop);
        self.threads.push(thread::spawn(move || {
            if let Err(error) = far.run(&stop) {
                println!("      the far end of channel {channel} failed: {error}");
            }
        }));
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
