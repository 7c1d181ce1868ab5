//! Plays one cadenced tone, sample by sample.

use crate::sim::{
    level,
    oscillator::Oscillator,
    tone_plan::{Segment, ToneSpec},
};
use types::frame::Samples;

#[derive(Clone, Debug, Default)]
pub struct TonePlayer {
    tone: Option<ToneSpec>,
    segment: usize,
    /// Samples of the segment still to come; `None` for a segment without end.
    left: Option<u64>,
    oscillators: [Oscillator; 2],
}

impl TonePlayer {
    pub fn start(&mut self, tone: ToneSpec) {
        self.tone = Some(tone);
        self.enter(0);
    }

    pub fn stop(&mut self) {
        self.tone = None;
    }

    /// Whether something is playing (also in the pauses of a cadence).
    pub fn playing(&self) -> bool {
        self.tone.is_some()
    }

    /// Adds the next 80 samples to the frame.
    pub fn add_to(&mut self, out: &mut Samples) {
        for sample in out.iter_mut() {
            while self.left == Some(0) {
                self.enter(self.segment + 1);
            }
            if self.tone.is_none() {
                return;
            }
            let value = self.oscillators[0].sample() + self.oscillators[1].sample();
            *sample = level::clip(f64::from(*sample) + value);
            if let Some(left) = &mut self.left {
                *left -= 1;
            }
        }
    }

    fn enter(&mut self, segment: usize) {
        let Some(tone) = self.tone else {
            self.left = None;
            return;
        };
        let at = if segment < tone.segments.len() {
            segment
        } else if tone.repeats {
            0
        } else {
            self.stop();
            self.left = None;
            return;
        };
        let Segment { hz, ms } = tone.segments[at];
        self.segment = at;
        self.left = (ms > 0).then_some(u64::from(ms) * 8);
        self.oscillators = hz.map(|hz| Oscillator::new(hz, tone.level_dbm0));
    }
}
