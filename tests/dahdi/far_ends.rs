//! Simulated parties behind the far span, each on a thread of its own.

use drivers::{
    dahdi::far_channel::{FarChannel, Living},
    sim::{clocked::Clock, copper::Copper, far_end::FarEnd, transcript::Transcript},
};
use types::frame::Law;

/// How far from each of the controller's channels the far end's is.
pub const FAR: u16 = 24;

/// Far ends that live until this is dropped.
#[derive(Default)]
pub struct FarEnds(Vec<(u16, Living)>);

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
        self.0.push((channel, far.live(|| {})));
    }

    /// Ends all; what each heard and said, in the order in which they were added. Who failed is left out.
    pub fn end(mut self) -> Vec<Transcript> {
        self.take().collect()
    }

    fn take(&mut self) -> impl Iterator<Item = Transcript> + use<> {
        self.0.iter().for_each(|(_, far)| far.stop());
        let living = std::mem::take(&mut self.0).into_iter();
        living.filter_map(|(channel, far)| match far.end() {
            Ok((transcript, _)) => Some(transcript),
            Err(error) => {
                println!("      the far end of channel {channel} failed: {error}");
                None
            }
        })
    }
}

impl Drop for FarEnds {
    fn drop(&mut self) {
        self.take().for_each(drop);
    }
}
