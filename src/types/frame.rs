//! Audio as it crosses a port: 10 ms of G.711 octets in the port's own law.

use crate::tick::Ticks;

/// Samples in a frame.
pub const FRAME: usize = 80;

/// The time one frame lasts.
pub const FRAME_TICKS: Ticks = Ticks(FRAME as u64);

/// 80 octets of G.711, first sample first.
pub type Frame = [u8; FRAME];

/// The same 10 ms as 16-bit linear samples, scaled as ITU-T G.711 does: decoded mu-law reaches
/// ±32124, decoded A-law ±32256; a sine peaking at 22651 is 0 dBm0.
pub type Samples = [i16; FRAME];

/// The companding law of a port (ITU-T G.711).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Law {
    Mu,
    A,
}

impl Law {
    /// The octet of the smallest positive sample: what an idle channel carries.
    pub const fn idle(self) -> u8 {
        match self {
            Law::Mu => 0xff,
            Law::A => 0xd5,
        }
    }

    pub const fn silence(self) -> Frame {
        [self.idle(); FRAME]
    }
}
