//! The tone detectors of one leg in one pass.
//!
//! What: the facts of [`Dtmf`], [`Progress`] and [`DataSignals`], each as its own `process` gives
//! them.
//!
//! How: the frame is folded once for both that take it whole, and the vector instructions are
//! chosen once for all.
//!
//! Limits: those of the detectors.

use crate::{
    bank::Hop,
    data::{DataFrame, DataSignals},
    dtmf::{Dtmf, DtmfFrame},
    progress::{Progress, ProgressFrame, Steady},
    simd::{Kernels, Work},
};
use types::{frame::Samples, tick::Tick};

/// Who listens to the next frame.
#[derive(Debug)]
pub struct Listeners<'a> {
    pub dtmf: &'a mut Dtmf,
    pub progress: &'a mut Progress,
    /// None while machines are not listened for.
    pub data: Option<&'a mut DataSignals>,
}

/// What each heard in it.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    pub dtmf: DtmfFrame,
    pub progress: ProgressFrame,
    /// Empty when nobody listened.
    pub data: DataFrame,
}

impl Listeners<'_> {
    /// What was in `frames` is forgotten. They are half a kilobyte: to return them would copy it.
    pub fn process(mut self, samples: &Samples, at: Tick, frames: &mut Frames) {
        *frames = Frames::default();
        let steady = self.dtmf.path().run(NextFrame {
            listeners: &mut self,
            samples,
            at,
            frames,
        });
        self.progress.tell(steady, at, &mut frames.progress);
    }
}

struct NextFrame<'a, 'b> {
    listeners: &'a mut Listeners<'b>,
    samples: &'a Samples,
    at: Tick,
    frames: &'a mut Frames,
}

impl Work for NextFrame<'_, '_> {
    type Output = Steady;

    /// Which windows of progress tones are steady.
    #[inline(always)]
    fn run<K: Kernels>(self) -> Steady {
        let (samples, at) = (self.samples, self.at);
        let mut hop = Hop::NOTHING;
        hop.take::<K>(samples);
        let Listeners {
            dtmf,
            progress,
            data,
        } = self.listeners;
        dtmf.hear::<K>(samples, &hop, at, &mut self.frames.dtmf);
        if let Some(data) = data {
            data.hear::<K>(samples, at, &mut self.frames.data);
        }
        progress.hear::<K>(&hop)
    }
}
