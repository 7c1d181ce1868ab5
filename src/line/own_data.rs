//! Whether what sounds like a fax machine or a modem on the trunk is only what we send there, come
//! back: a tone that the inmate plays into the phone, or said as a name, tells nothing of who answered.
//! A text telephone is told once, and may begin in the echo of the inmate's: it is never passed over.

use crate::trunk::TrunkFrame;
use dsp::{
    data::{DataFrame, DataSignals},
    level::dbm0,
};
use types::{frame::Samples, tick::Tick};

#[derive(Debug)]
pub(crate) struct OwnData {
    signals: DataSignals,
    /// Frames in a row in which the trunk held such a tone; in which what was sent did, now and at most.
    heard: u32,
    sent: u32,
    longest: u32,
}

impl OwnData {
    /// Echo and tone overlap for so large a part of it, and a voice looks like a tone only shortly.
    const PARTS: u32 = 3;
    /// The strongest echo, and what a meter may be off.
    const LOSSLESS_DB: f32 = 1.5;

    pub fn new() -> OwnData {
        OwnData {
            signals: DataSignals::new(),
            heard: 0,
            sent: 0,
            longest: 0,
        }
    }

    pub fn reset(&mut self) {
        self.signals.reset();
        (self.heard, self.sent, self.longest) = (0, 0, 0);
    }

    /// What is sent is looked at only while the trunk holds what may be a machine's. An echo is weaker
    /// than what it is one of; a tone of the far end comes back of the phone, and is weaker there.
    pub fn echoes(
        &mut self,
        sent: &Samples,
        frame: &TrunkFrame,
        at: Tick,
        data: &DataFrame,
    ) -> bool {
        if !data.tonal && data.modem.is_empty() {
            if self.heard > 0 {
                self.reset();
            }
            return false;
        }
        self.heard += 1;
        let tonal = self.signals.process(sent, at).tonal;
        self.sent = match tonal && dbm0(sent) + OwnData::LOSSLESS_DB >= dbm0(&frame.received) {
            true => self.sent + 1,
            false => 0,
        };
        self.longest = self.longest.max(self.sent);
        OwnData::PARTS * self.longest >= self.heard
    }
}
