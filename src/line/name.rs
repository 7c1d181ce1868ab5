//! The inmate's name for one call: recorded into the line's own memory, trimmed to its voice,
//! forgotten with the call.

use dsp::level;
use types::{
    frame::{FRAME, Samples},
    tick::Ticks,
};

/// The longest name that is kept, whatever the site asks for.
pub const NAME_MAX: Ticks = Ticks::secs(10);
/// A frame over this is voice; a quiet handset with a person near it lies well under.
const VOICED_DBM0: f32 = -40.0;
/// Kept before the first and after the last voiced frame.
const MARGIN_FRAMES: usize = 8;
/// Silenced before and after a key, whose edges may not be taken for it.
const KEY_MARGIN: usize = 2;

/// The recorded name: kept in memory taken at the start, zeroed when it is forgotten.
#[derive(Debug)]
pub struct NameClip {
    samples: Vec<i16>,
    /// Frames still to record; recording while not zero.
    frames_left: usize,
    /// Frames still to silence after a key.
    silenced: usize,
    first_voiced: Option<usize>,
    last_voiced: usize,
    voiced_frames: usize,
    /// What is played: the trimmed range.
    range: std::ops::Range<usize>,
}

impl NameClip {
    pub fn new() -> NameClip {
        NameClip {
            samples: Vec::with_capacity(usize::try_from(NAME_MAX.0).expect("ten seconds")),
            frames_left: 0,
            silenced: 0,
            first_voiced: None,
            last_voiced: 0,
            voiced_frames: 0,
            range: 0..0,
        }
    }

    pub fn start(&mut self, length: Ticks) {
        self.forget();
        self.frames_left = usize::try_from(length.min(NAME_MAX).0).expect("short") / FRAME;
    }

    pub fn recording(&self) -> bool {
        self.frames_left > 0
    }

    /// Takes a frame of the phone; the length of voice when the recording is complete. A key would be
    /// played to the called party, and its echo taken for the choice, or dial another number.
    pub fn record(&mut self, frame: &Samples, key_down: bool) -> Option<Ticks> {
        if self.frames_left == 0 {
            return None;
        }
        if key_down {
            let from = self.samples.len().saturating_sub(KEY_MARGIN * FRAME);
            self.samples[from..].fill(0);
            self.silenced = KEY_MARGIN + 1;
        }
        let frame = if self.silenced > 0 {
            &[0; FRAME]
        } else {
            frame
        };
        self.silenced = self.silenced.saturating_sub(1);
        let at = self.samples.len() / FRAME;
        if level::dbm0(frame) > VOICED_DBM0 {
            self.first_voiced.get_or_insert(at);
            self.last_voiced = at;
            self.voiced_frames += 1;
        }
        self.samples.extend_from_slice(frame);
        self.frames_left -= 1;
        if self.frames_left > 0 {
            return None;
        }
        self.trim();
        Some(Ticks((self.voiced_frames * FRAME) as u64))
    }

    pub fn stop(&mut self) {
        if self.frames_left > 0 {
            self.frames_left = 0;
            self.trim();
        }
    }

    /// Zeroes what was said.
    pub fn forget(&mut self) {
        self.samples.fill(0);
        self.samples.clear();
        self.frames_left = 0;
        self.silenced = 0;
        self.first_voiced = None;
        self.last_voiced = 0;
        self.voiced_frames = 0;
        self.range = 0..0;
    }

    /// Samples to play.
    pub fn length(&self) -> usize {
        self.range.len()
    }

    /// Copies the part from `from` on; how many samples.
    pub fn part(&self, from: usize, out: &mut [i16]) -> usize {
        let voice = &self.samples[self.range.clone()];
        let rest = &voice[from.min(voice.len())..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        count
    }

    fn trim(&mut self) {
        let Some(first) = self.first_voiced else {
            return;
        };
        let from = first.saturating_sub(MARGIN_FRAMES) * FRAME;
        let to = ((self.last_voiced + 1 + MARGIN_FRAMES) * FRAME).min(self.samples.len());
        self.range = from..to;
    }
}

impl Default for NameClip {
    fn default() -> NameClip {
        NameClip::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_recorded_nor_what_is_next_to_it() {
        let mut name = NameClip::new();
        name.start(Ticks::ms(200));
        for at in 0..20 {
            name.record(&[1000; FRAME], at == 9);
        }
        let mut samples = [0; 20 * FRAME];
        assert_eq!(name.part(0, &mut samples), samples.len());
        for (at, frame) in samples.as_chunks::<FRAME>().0.iter().enumerate() {
            let silent = (7..=11).contains(&at);
            assert_eq!(*frame, [if silent { 0 } else { 1000 }; FRAME], "frame {at}");
        }
    }
}
