//! What the handset sends: keys, and a voice.

use super::{HeardList, SILENCE, push_digits, push_voice};
use dsp::{
    dtmf::{Dtmf, DtmfEvent, Profile},
    voice::{Voice, VoiceSettings},
};
use types::{
    digits::Digit,
    frame::Samples,
    tick::{Tick, Ticks},
};

/// The handset's side. Keys to prompts and keys in a conversation have their own detectors,
/// because a voice must not be taken for a key in the second case, and nobody talks in the first.
#[derive(Debug)]
pub struct PhoneEar {
    entry: Dtmf,
    talk: Dtmf,
    voice: Voice,
    talking: bool,
    /// A key is down, or looks like it.
    key_down: bool,
    /// The last frame looked like a key to somebody's receiver.
    guarded: bool,
    /// Frames of a conversation in a row that did, and whether the last one left no doubt.
    key_frames: u8,
    clear: bool,
    /// Frames in which a key that was down at a change of detectors can't be seen by the new one.
    unseen: u8,
    /// The key that was told and is down.
    down: Option<Digit>,
    /// The key that was down at the last change of detectors, and when that was.
    carried: Option<(Digit, Tick)>,
}

/// What a detector hears before it can tell a key.
const UNSEEN: u8 = 2;

/// A key that a new detector dates no later was down before it began; between two presses is more.
const CARRIED_WITHIN: Ticks = Ticks::ms(12);

impl PhoneEar {
    pub fn new() -> PhoneEar {
        PhoneEar {
            entry: Dtmf::new(Profile::PinEntry),
            talk: Dtmf::new(Profile::Talk).guarding_beneath(),
            voice: Voice::new(VoiceSettings { silence: SILENCE }),
            talking: false,
            key_down: false,
            guarded: false,
            key_frames: 0,
            clear: false,
            unseen: 0,
            down: None,
            carried: None,
        }
    }

    /// Forgets the last call.
    pub fn reset(&mut self) {
        self.entry.reset();
        self.talk.reset();
        self.voice.reset();
        self.talking = false;
        self.key_down = false;
        self.guarded = false;
        self.key_frames = 0;
        self.clear = false;
        self.unseen = 0;
        self.down = None;
        self.carried = None;
    }

    pub fn lost(&mut self, samples: u32) {
        self.entry.lost(samples);
        self.talk.lost(samples);
        self.voice.lost(samples);
    }

    /// A frame whose first sample is at `at`. `talking` chooses the detector.
    pub fn frame(&mut self, samples: &Samples, at: Tick, talking: bool, out: &mut HeardList) {
        if talking != self.talking {
            self.take_turns(talking, at);
        }
        let detector = if talking {
            &mut self.talk
        } else {
            &mut self.entry
        };
        let dtmf = detector.process(samples, at);
        self.push_keys(&dtmf.events, out);
        self.key_down |= dtmf.guarded && talking;
        if !dtmf.guarded
            && !dtmf
                .events
                .iter()
                .any(|e| matches!(e, DtmfEvent::Start { .. }))
        {
            self.key_down = false;
            self.down = None;
        }
        self.guarded = dtmf.guarded;
        if self.unseen > 0 {
            self.unseen -= 1;
            (self.key_down, self.guarded) = (true, true);
        }
        self.clear = self.key_down && dtmf.suspect;
        self.key_frames = if self.key_down && talking {
            self.key_frames.saturating_add(1)
        } else {
            0
        };
        if talking {
            push_voice(&self.voice.process(samples, at, dtmf.suspect), out);
        }
    }

    /// The other detector takes over, and knows nothing of the last time. A key that is down stays so
    /// until it can tell.
    fn take_turns(&mut self, talking: bool, at: Tick) {
        self.talking = talking;
        self.carried = self.down.map(|digit| (digit, at));
        if talking {
            self.talk.reset();
        } else {
            self.entry.reset();
        }
        self.voice.reset();
        self.key_down = false;
        self.unseen = if self.guarded { UNSEEN } else { 0 };
    }

    /// One press is one key: what the detector before has told is not told again.
    fn push_keys(&mut self, events: &[DtmfEvent], out: &mut HeardList) {
        for event in events {
            match *event {
                DtmfEvent::Start { digit, start, .. } => {
                    self.down = Some(digit);
                    let again =
                        |(told, at): (Digit, Tick)| told == digit && start <= at + CARRIED_WITHIN;
                    if self.carried.take().is_some_and(again) {
                        self.key_down = true;
                        continue;
                    }
                }
                DtmfEvent::End { .. } => self.down = None,
            }
            push_digits(std::slice::from_ref(event), &mut self.key_down, out);
        }
    }

    /// The frame just read holds, or may hold, a key.
    pub fn key_down(&self) -> bool {
        self.key_down
    }

    /// For how many frames of a conversation in a row there may have been one.
    pub fn key_frames(&self) -> u8 {
        self.key_frames
    }

    /// The frame just read holds a key for all that can be told of one frame.
    pub fn key_is_clear(&self) -> bool {
        self.clear
    }
}

impl Default for PhoneEar {
    fn default() -> PhoneEar {
        PhoneEar::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsp::tone_gen::dtmf_pair;
    use types::heard::Heard;

    /// A phone whose keys are pressed and let go, and what its ear tells.
    struct Phone {
        ear: PhoneEar,
        now: Tick,
        talking: bool,
        key: Option<Digit>,
        /// Starts that were told, and frames of a key that were not taken for one.
        told: Vec<(Digit, Tick)>,
        passed: u32,
    }

    impl Phone {
        fn new(talking: bool) -> Phone {
            Phone {
                ear: PhoneEar::new(),
                now: Tick::ZERO,
                talking,
                key: None,
                told: Vec::new(),
                passed: 0,
            }
        }

        fn lasts(&mut self, ms: u64) {
            for _ in 0..ms / 10 {
                let samples: Samples = std::array::from_fn(|n| self.sample(n));
                let mut heard = HeardList::new();
                self.ear.frame(&samples, self.now, self.talking, &mut heard);
                for heard in heard {
                    if let Heard::DigitStart { digit, start, .. } = heard {
                        self.told.push((digit, start));
                    }
                }
                self.passed += u32::from(self.key.is_some() && !self.ear.key_down());
                self.now += Ticks::ms(10);
            }
        }

        fn sample(&self, n: usize) -> i16 {
            let Some(digit) = self.key else {
                return 0;
            };
            let (low, high) = dtmf_pair(digit);
            let at = (self.now.0 as usize + n) as f64 / 8000.0;
            let turn = |hz: f32| (std::f64::consts::TAU * f64::from(hz) * at).sin();
            (4000.0 * (turn(low) + turn(high))) as i16
        }
    }

    fn five() -> Digit {
        Digit::parse(b'5').expect("a digit")
    }

    #[test]
    fn a_key_down_at_a_change_of_detectors_can_be_pressed_again() {
        for talking in [false, true] {
            let mut phone = Phone::new(talking);
            phone.lasts(500);
            phone.key = Some(five());
            phone.lasts(200);
            phone.talking = !talking;
            phone.lasts(1000);
            phone.key = None;
            phone.lasts(2000);
            phone.talking = talking;
            phone.key = Some(five());
            let pressed = phone.now;
            phone.lasts(100);
            let told = phone
                .told
                .last()
                .map(|&(digit, start)| (digit, start >= pressed));
            assert_eq!(told, Some((five(), true)), "{:?}", phone.told);
        }
    }

    #[test]
    fn a_key_held_through_changes_of_detectors_is_one_key() {
        for talking in [false, true] {
            let mut phone = Phone::new(talking);
            phone.lasts(500);
            phone.key = Some(five());
            for turn in 0..4 {
                phone.talking = talking ^ (turn % 2 == 1);
                phone.lasts(150);
            }
            phone.key = None;
            phone.lasts(300);
            assert_eq!(phone.told.len(), 1, "{:?}", phone.told);
        }
    }

    #[test]
    fn a_key_let_go_at_a_change_of_detectors_and_pressed_again_is_two_keys() {
        for (before, after) in [(0, 50), (0, 30), (10, 20)] {
            let mut phone = Phone::new(false);
            phone.lasts(500);
            phone.key = Some(five());
            phone.lasts(100);
            phone.key = None;
            phone.lasts(before);
            phone.talking = true;
            phone.lasts(after);
            phone.key = Some(five());
            phone.lasts(100);
            assert_eq!(phone.told.len(), 2, "{before}, {after}: {:?}", phone.told);
        }
    }

    #[test]
    fn a_key_that_is_down_when_the_bridge_opens_stays_muted() {
        let mut phone = Phone::new(false);
        phone.lasts(500);
        phone.key = Some(five());
        phone.lasts(200);
        phone.talking = true;
        phone.passed = 0;
        phone.lasts(300);
        assert_eq!(phone.passed, 0, "frames passed");
        phone.key = None;
        phone.lasts(100);
        assert!(!phone.ear.key_down());
    }
}
