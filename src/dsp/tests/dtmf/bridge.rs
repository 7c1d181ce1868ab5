//! What passes a bridge that mutes what is suspect or guarded: no receiver behind it hears a key.

use super::{Key, PROFILES, alone, any_digit, bench::*, starts};
use dsp::{
    dtmf::{Dtmf, Profile},
    tone_gen::{COLUMNS, KEYPAD, ROWS, dtmf_pair},
};
use std::fmt::Debug;
use types::{digits::Digit, frame::FRAME};

/// A receiver as many exchanges have one: blocks of 102 samples by Goertzel's recursion, and two
/// in a row that hold the same key.
struct OtherReceiver {
    before: Option<u8>,
    told: bool,
}

impl OtherReceiver {
    const BLOCK: usize = 102;

    fn digits(audio: &[i16]) -> String {
        let mut receiver = OtherReceiver {
            before: None,
            told: false,
        };
        let blocks = audio.chunks_exact(Self::BLOCK);
        blocks.filter_map(|block| receiver.take(block)).collect()
    }

    fn take(&mut self, block: &[i16]) -> Option<char> {
        let key = Self::key(block);
        let same = key.is_some() && key == self.before;
        let tell = same && !self.told;
        self.told = same;
        self.before = key;
        key.filter(|_| tell).map(char::from)
    }

    /// A row and a column within 4 and 8 dB of each other, 8 dB above the rest of theirs, with
    /// most of the power.
    fn key(block: &[i16]) -> Option<u8> {
        let strongest = |freqs: &[f32; 4]| {
            let mut powers = freqs
                .map(|hz| Self::power(block, hz))
                .into_iter()
                .enumerate();
            let first = powers.next().expect("four");
            let (mut most, mut second) = (first, 0.0);
            for (at, power) in powers {
                if power > most.1 {
                    (second, most) = (most.1, (at, power));
                } else {
                    second = power.max(second);
                }
            }
            (most.0, most.1, most.1 > 6.3 * second)
        };
        let (row, low, row_stands) = strongest(&ROWS);
        let (column, high, column_stands) = strongest(&COLUMNS);
        let total: f32 = block.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
        let total = total / block.len() as f32;
        let is_key = low.min(high) > 8_000.0
            && row_stands
            && column_stands
            && high < 2.6 * low
            && low < 6.4 * high
            && low + high > 0.8 * total;
        is_key.then(|| KEYPAD[4 * row + column])
    }

    /// Mean square of a sine of this frequency.
    fn power(block: &[i16], hz: f32) -> f32 {
        let factor = 2.0 * (std::f32::consts::TAU * hz / 8000.0).cos();
        let (mut a, mut b) = (0.0f32, 0.0f32);
        for &sample in block {
            (a, b) = (f32::from(sample) + factor * a - b, a);
        }
        let count = block.len() as f32;
        2.0 * (a * a + b * b - factor * a * b) / (count * count)
    }
}

#[test]
fn another_receiver_reads_digits_and_none_behind_the_bridge() {
    let mut rng = Rng::new(16);
    let (mut plain, mut passed) = (0, Vec::new());
    for _ in 0..4000 {
        let level = rng.range(-29.0, 0.0);
        let key = Key {
            ms: rng.range(25.0, 150.0),
            low_offset: rng.range(-0.03, 0.03),
            high_offset: rng.range(-0.03, 0.03),
            ..Key::new(any_digit(&mut rng)).level(level, rng.range(-14.0, 14.0))
        };
        let noise = rng.range(-70.0, -45.0);
        let audio = alone(&mut rng, &key, Some(noise));
        let mut dtmf = Dtmf::new(Profile::Talk).guarding_beneath();
        let mut behind = Vec::new();
        for (frame, at) in frames(&audio) {
            let heard = dtmf.process(&frame, at);
            let muted = heard.suspect || heard.guarded;
            behind.extend(if muted { [0; FRAME] } else { frame });
        }
        plain += OtherReceiver::digits(&audio).len();
        if !OtherReceiver::digits(&behind).is_empty() {
            passed.push(key);
        }
    }
    assert!(plain > 1000, "the receiver heard only {plain}");
    assert!(
        passed.is_empty(),
        "{} of {plain}: {:?}",
        passed.len(),
        &passed[..passed.len().min(5)]
    );
}

/// Keys whose tones swell, in turns or together, beside a tone that the line takes down.
#[derive(Clone, Copy, Debug)]
struct Swelling {
    digit: u8,
    row_dbm0: f32,
    column_dbm0: f32,
    /// How often a second they swell, by how much of the amplitude, and whether in turns.
    hz: f32,
    depth: f32,
    in_turns: bool,
    beside: (f32, f32),
}

impl Swelling {
    fn new(rng: &mut Rng) -> Swelling {
        let row_dbm0 = -16.0;
        Swelling {
            digit: any_digit(rng),
            row_dbm0,
            column_dbm0: row_dbm0 + rng.range(-3.0, 5.0),
            hz: rng.range(40.0, 65.0),
            depth: rng.range(0.5, 0.75),
            in_turns: rng.below(3) > 0,
            beside: (rng.range(180.0, 300.0), row_dbm0 + rng.range(0.0, 5.0)),
        }
    }

    /// Twelve keys of 90 ms: what the keys are, and the tone beside them.
    fn sounds(&self, rng: &mut Rng) -> [Vec<i16>; 2] {
        let (low, high) = dtmf_pair(Digit::parse(self.digit).expect("a digit"));
        let [row, column] = [(low, self.row_dbm0), (high, self.column_dbm0)]
            .map(|part| sines(rng, &[part], 8 * 90));
        let mut keys = vec![0; 400 + rng.below(80)];
        let phase = rng.range(0.0, std::f32::consts::TAU);
        for _ in 0..12 {
            for (row, column) in row.iter().zip(&column) {
                let at = keys.len() as f32;
                let swell = (std::f32::consts::TAU * self.hz * at / 8000.0 + phase).sin();
                let gain = |side: f32| 1.0 - self.depth * (0.5 + 0.5 * side * swell);
                let other = if self.in_turns { -1.0 } else { 1.0 };
                keys.push((f32::from(*row) * gain(1.0) + f32::from(*column) * gain(other)) as i16);
            }
            keys.extend(silence(60));
        }
        let beside = sines(rng, &[self.beside], keys.len());
        [keys, beside]
    }
}

/// What is left of the keys where no frame of what holds them was muted.
fn behind_the_bridge(at_the_bridge: &[i16], keys: &[i16]) -> Vec<i16> {
    let mut dtmf = Dtmf::new(Profile::Talk).guarding_beneath();
    let mut behind = Vec::new();
    for ((frame, at), (key, _)) in frames(at_the_bridge).zip(frames(keys)) {
        let muted = dtmf.process(&frame, at).guarded;
        behind.extend(if muted { [0; FRAME] } else { key });
    }
    behind
}

/// Of keys, and what is played beside them and filtered out by who listens behind the bridge, nobody
/// hears any; without a bridge more than so many are heard.
fn heard_by_nobody<A: Debug>(attacks: impl Iterator<Item = (A, [Vec<i16>; 2])>, least: usize) {
    let (mut plain, mut passed) = (0, Vec::new());
    for (attack, [keys, beside]) in attacks {
        let mut at_the_bridge = keys.clone();
        add(&mut at_the_bridge, &beside);
        let behind = behind_the_bridge(&at_the_bridge, &keys);
        plain += starts(Profile::PinEntry, &keys).len();
        let heard = PROFILES.map(|profile| starts(profile, &behind));
        if heard.iter().any(|heard| !heard.is_empty()) {
            passed.push((attack, heard));
        }
    }
    assert!(plain > least, "the receiver heard only {plain}");
    assert!(
        passed.is_empty(),
        "{} of {plain}: {:?}",
        passed.len(),
        &passed[..passed.len().min(5)]
    );
}

#[test]
fn keys_that_swell_beside_a_low_tone_are_heard_by_nobody_behind_the_bridge() {
    let mut rng = Rng::new(18);
    let attacks = (0..400).map(|_| {
        let attack = Swelling::new(&mut rng);
        let sounds = attack.sounds(&mut rng);
        (attack, sounds)
    });
    heard_by_nobody(attacks, 2000);
}

/// Keys far beneath a steady tone, as a filter for dial tone takes it away behind the bridge.
#[derive(Clone, Copy, Debug)]
struct Beneath {
    digit: u8,
    on_ms: f32,
    off_ms: f32,
    row_dbm0: f32,
    twist_db: f32,
    off_tune: f32,
    hum: (f32, f32),
}

impl Beneath {
    fn new(rng: &mut Rng) -> Beneath {
        let hum_dbm0 = 0.0;
        Beneath {
            digit: any_digit(rng),
            on_ms: rng.range(35.0, 70.0),
            off_ms: rng.range(40.0, 60.0),
            row_dbm0: hum_dbm0 - rng.range(12.0, 22.0),
            twist_db: rng.range(-4.0, 4.0),
            off_tune: rng.range(-0.01, 0.01),
            hum: (rng.range(280.0, 480.0), hum_dbm0),
        }
    }

    /// Thirty keys: what they are, and the tone above them.
    fn sounds(&self, rng: &mut Rng) -> [Vec<i16>; 2] {
        let (low, high) = dtmf_pair(Digit::parse(self.digit).expect("a digit"));
        let tune = 1.0 + self.off_tune;
        let parts = [
            (low * tune, self.row_dbm0),
            (high * tune, self.row_dbm0 + self.twist_db),
        ];
        let mut keys = vec![0; 400 + rng.below(80)];
        for _ in 0..30 {
            keys.extend(sines(rng, &parts, (8.0 * self.on_ms) as usize));
            keys.extend(vec![0; (8.0 * self.off_ms) as usize]);
        }
        let hum = sines(rng, &[self.hum], keys.len());
        [keys, hum]
    }
}

#[test]
fn keys_far_beneath_a_hum_are_heard_by_nobody_behind_the_bridge() {
    let mut rng = Rng::new(19);
    let attacks = (0..300).map(|_| {
        let attack = Beneath::new(&mut rng);
        let sounds = attack.sounds(&mut rng);
        (attack, sounds)
    });
    heard_by_nobody(attacks, 7000);
}
