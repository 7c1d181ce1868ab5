//! Two steady tones of a key, whatever sounds beside them.
//!
//! Limits: where a detector guards what goes to an exchange, beside a low tone 12 dB and more above
//! the key's `beneath.rs` gives it bins without that tone: of keys beneath a hum of 280 to 480 Hz, 12 to
//! 22 dB stronger, none passes (`keys_far_beneath_a_hum_are_heard_by_nobody_behind_the_bridge`). Some
//! may pass beneath one of 480 Hz and more, one that is 22 dB and more stronger or comes and goes with
//! the keys, and beside a third tone above 2.2 kHz.

use super::screen::{Key, Screen, Tones};

/// Tells when the last two hops hold the same key, each tone at the same level. With the hops' own
/// length that is after 17 to 27 ms: sooner than any receiver takes it. From the third window in a
/// row on the level doesn't matter: a receiver's longer blocks average what swells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guard {
    tones: Option<Tones>,
    earlier: Option<Tones>,
}

impl Guard {
    /// Power ratio from hop to hop.
    const UNEVEN: f32 = 2.2;

    /// Whether one of the last two windows had them: the beats of a dial tone cover every second.
    pub fn had(&self, tones: Option<Tones>) -> bool {
        self.tones == tones || self.earlier == tones
    }

    /// A window without tones.
    #[inline(always)]
    pub fn pause(&mut self) {
        self.earlier = self.tones.take();
    }

    /// A window that is guarded anyway.
    #[inline(always)]
    pub fn pass(&mut self, tones: Tones) {
        self.tones = Some(tones);
        self.earlier = None;
    }

    /// `known`: the frame is guarded anyway.
    pub fn follow(&mut self, key: Option<&Key>, screen: &Screen, known: bool) -> bool {
        let tones = key.map(|key| key.tones);
        let before = std::mem::replace(&mut self.tones, tones);
        let held = tones == before && before == self.earlier;
        self.earlier = before;
        let Some(key) = key.filter(|_| !known && tones == before) else {
            return false;
        };
        let (now, then) = (key.now.powers(), key.then.powers());
        let even = |a: f32, b: f32| a <= Guard::UNEVEN * b && b <= Guard::UNEVEN * a;
        (held || even(now[0], then[0]) && even(now[1], then[1]))
            && screen.stand_out()
            && screen.in_tune(key)
    }
}
