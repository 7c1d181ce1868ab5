//! DTMF: the limits of ITU-T Q.24 and what else a prison's line brings.

mod bench;

use bench::*;
use dsp::{
    dtmf::{Dtmf, DtmfEvent, Profile},
    tone_gen::{DigitGen, dtmf_pair},
};
use types::{
    digits::{Digit, Digits},
    frame::{FRAME, Law},
    tick::Tick,
};

const PROFILES: [Profile; 2] = [Profile::PinEntry, Profile::Talk];

/// One digit and what is wrong with it.
#[derive(Clone, Copy, Debug)]
struct Key {
    digit: u8,
    ms: f32,
    /// Shares.
    low_offset: f32,
    high_offset: f32,
    /// Of each tone.
    low_dbm0: f32,
    high_dbm0: f32,
}

impl Key {
    fn new(digit: u8) -> Key {
        Key {
            digit,
            ms: 50.0,
            low_offset: 0.0,
            high_offset: 0.0,
            low_dbm0: -13.0,
            high_dbm0: -13.0,
        }
    }

    /// Level of both together; high less low.
    fn level(self, dbm0: f32, twist_db: f32) -> Key {
        let low = dbm0 - 10.0 * (1.0 + 10f32.powf(twist_db / 10.0)).log10();
        Key {
            low_dbm0: low,
            high_dbm0: low + twist_db,
            ..self
        }
    }

    fn sound(&self, rng: &mut Rng) -> Vec<i16> {
        let (low, high) = dtmf_pair(Digit::parse(self.digit).expect("a digit"));
        let parts = [
            (low * (1.0 + self.low_offset), self.low_dbm0),
            (high * (1.0 + self.high_offset), self.high_dbm0),
        ];
        sines(rng, &parts, (self.ms * 8.0) as usize)
    }
}

fn heard(profile: Profile, audio: &[i16]) -> Vec<(Tick, DtmfEvent)> {
    let mut dtmf = Dtmf::new(profile);
    let mut all = Vec::new();
    for (frame, at) in frames(audio) {
        for event in dtmf.process(&frame, at).events {
            all.push((Tick(at.0 + FRAME as u64), event));
        }
    }
    all
}

fn starts(profile: Profile, audio: &[i16]) -> String {
    let digit = |(_, event): (Tick, DtmfEvent)| match event {
        DtmfEvent::Start { digit, .. } => Some(digit.ascii() as char),
        DtmfEvent::End { .. } => None,
    };
    heard(profile, audio)
        .into_iter()
        .filter_map(digit)
        .collect()
}

/// Silence of a random length, the key, silence; companded, with noise.
fn alone(rng: &mut Rng, key: &Key, noise_dbm0: Option<f32>) -> Vec<i16> {
    let mut audio = vec![0; 400 + rng.below(80)];
    audio.extend(key.sound(rng));
    audio.extend(silence(100));
    if let Some(noise) = noise_dbm0 {
        add_noise(rng, &mut audio, noise);
    }
    companded(law(rng), &audio)
}

fn law(rng: &mut Rng) -> Law {
    [Law::Mu, Law::A][rng.below(2)]
}

/// Runs `count` keys made by `make` in both profiles and counts what was heard just so.
fn sweep(
    seed: u64,
    count: usize,
    noise: Option<f32>,
    make: impl Fn(&mut Rng) -> Key,
) -> [usize; 2] {
    PROFILES.map(|profile| {
        let mut rng = Rng::new(seed);
        let mut right = 0;
        for _ in 0..count {
            let key = make(&mut rng);
            let audio = alone(&mut rng, &key, noise);
            let heard = starts(profile, &audio);
            right += usize::from(heard.as_bytes() == [key.digit]);
        }
        right
    })
}

fn any_digit(rng: &mut Rng) -> u8 {
    Digit::ALL[rng.below(16)]
}

#[test]
fn all_sixteen_digits_at_any_phase() {
    let right = sweep(1, 1600, None, |rng| Key::new(any_digit(rng)));
    assert_eq!(right, [1600; 2]);
}

#[test]
fn accepts_every_corner_of_q24() {
    let right = sweep(2, 4000, None, |rng| {
        let key = Key::new(any_digit(rng));
        Key {
            ms: rng.range(40.0, 80.0),
            low_offset: rng.range(-0.015, 0.015),
            high_offset: rng.range(-0.015, 0.015),
            ..key.level(rng.range(-25.0, 0.0), rng.range(-8.0, 4.0))
        }
    });
    assert_eq!(right, [4000; 2]);
}

#[test]
fn accepts_down_to_minus_32_dbm0() {
    let right = sweep(3, 800, None, |rng| {
        Key::new(any_digit(rng)).level(-32.0, 0.0)
    });
    assert_eq!(right, [800; 2]);
}

#[test]
fn accepts_40_ms_in_noise_12_db_below() {
    for level in [-8.0, -20.0, -25.0] {
        let right = sweep(4, 1000, Some(level - 12.0), |rng| {
            let twist = rng.range(-4.0, 2.0);
            let key = Key {
                ms: 40.0,
                ..Key::new(any_digit(rng)).level(level, twist)
            };
            Key {
                low_offset: rng.range(-0.01, 0.01),
                high_offset: rng.range(-0.01, 0.01),
                ..key
            }
        });
        assert!(
            right.iter().all(|&n| n >= 998),
            "{right:?} of 1000 at {level}"
        );
    }
}

#[test]
fn rejects_23_ms() {
    let right = sweep(5, 2000, None, |rng| Key {
        ms: 23.0,
        ..Key::new(any_digit(rng))
    });
    assert_eq!(right, [0; 2]);
}

#[test]
fn rejects_minus_55_dbm0() {
    let right = sweep(6, 500, None, |rng| {
        Key::new(any_digit(rng)).level(-55.0, 0.0)
    });
    assert_eq!(right, [0; 2]);
}

#[test]
fn rejects_frequencies_off_by_3_5_percent() {
    for (low, high) in [(0.035, 0.0), (-0.035, 0.0), (0.0, 0.035), (0.0, -0.035)] {
        let right = sweep(7, 400, None, |rng| Key {
            low_offset: low,
            high_offset: high,
            ms: 100.0,
            ..Key::new(any_digit(rng))
        });
        assert_eq!(right, [0; 2], "off by {low} {high}");
    }
}

#[test]
fn rejects_a_single_tone_and_great_twist() {
    for twist in [-40.0, -14.0, 9.0, 40.0] {
        let right = sweep(8, 200, None, |rng| {
            Key::new(any_digit(rng)).level(-10.0, twist)
        });
        assert_eq!(right, [0; 2], "twist {twist}");
    }
}

#[test]
fn bridges_an_interruption_of_10_ms() {
    let mut rng = Rng::new(9);
    for profile in PROFILES {
        for n in 0..400 {
            let digit = any_digit(&mut rng);
            let key = Key {
                ms: 120.0,
                ..Key::new(digit)
            };
            let mut audio = vec![0; 400 + n % 80];
            let from = audio.len() + 8 * (45 + rng.below(50));
            audio.extend(key.sound(&mut rng));
            audio[from..from + 80].fill(0);
            audio.extend(silence(100));
            assert_eq!(starts(profile, &audio).as_bytes(), [digit], "case {n}");
        }
    }
}

#[test]
fn tells_the_same_digit_again_after_a_pause_of_40_ms() {
    let mut rng = Rng::new(10);
    for profile in PROFILES {
        for n in 0..400 {
            let digit = any_digit(&mut rng);
            let key = Key {
                ms: 53.0,
                ..Key::new(digit).level(rng.range(-25.0, 0.0), 0.0)
            };
            let mut audio = vec![0; 400 + n % 80];
            for _ in 0..3 {
                audio.extend(key.sound(&mut rng));
                audio.extend(silence(40));
            }
            audio.extend(silence(60));
            add_noise(&mut rng, &mut audio, key.low_dbm0 - 15.0);
            let audio = companded(law(&mut rng), &audio);
            assert_eq!(starts(profile, &audio).as_bytes(), [digit; 3], "case {n}");
        }
    }
}

#[test]
fn hears_digits_under_dial_tone_of_their_level() {
    let mut rng = Rng::new(11);
    for dial in [
        &[(350.0, -13.0), (440.0, -13.0)][..],
        &[(425.0, -10.0)],
        &[(350.0, -3.0), (440.0, -3.0)],
    ] {
        for profile in PROFILES {
            let mut right = 0;
            for _ in 0..400 {
                let digit = any_digit(&mut rng);
                let mut audio = sines(&mut rng, dial, 8 * 500);
                let key = Key {
                    ms: 60.0,
                    ..Key::new(digit)
                };
                let from = 8 * 200 + rng.below(80);
                let sound = key.sound(&mut rng);
                add(&mut audio[from..], &sound);
                let audio = companded(law(&mut rng), &audio);
                right += usize::from(starts(profile, &audio).as_bytes() == [digit]);
            }
            assert!(right >= 398, "{right} of 400 under {dial:?} in {profile:?}");
        }
    }
}

/// A dial tone as it comes back from the wires.
#[test]
fn hears_digits_under_dial_tones_of_any_level() {
    let both = |below_db| PROFILES.map(|profile| (below_db, profile));
    for hz in [&[350.0, 440.0][..], &[400.0, 450.0], &[425.0]] {
        for (below_db, profile) in (-8..=30).step_by(2).flat_map(both) {
            let mut rng = Rng::new(93);
            let tone = -14.0 - below_db as f32;
            let dial: Vec<_> = hz.iter().map(|&hz| (hz, tone)).collect();
            for _ in 0..48 {
                let mut audio = sines(&mut rng, &dial, 8 * 500);
                let key = Key::new(any_digit(&mut rng)).level(-11.0, 0.0);
                let from = 1600 + rng.below(1600);
                let sound = key.sound(&mut rng);
                add(&mut audio[from..], &sound);
                let audio = companded(law(&mut rng), &audio);
                let heard = starts(profile, &audio);
                let told = format!("{hz:?} {below_db} dB below the digit in {profile:?}");
                assert_eq!(heard.as_bytes(), [key.digit], "{told}");
            }
        }
    }
}

#[test]
fn tells_start_end_level_and_twist() {
    let mut rng = Rng::new(12);
    for _ in 0..400 {
        let twist = rng.range(-8.0, 4.0);
        let level = rng.range(-25.0, 0.0);
        let key = Key {
            ms: 80.0,
            ..Key::new(any_digit(&mut rng)).level(level, twist)
        };
        let lead = 400 + rng.below(80);
        let mut audio = vec![0; lead];
        audio.extend(key.sound(&mut rng));
        audio.extend(silence(100));
        let audio = companded(Law::Mu, &audio);
        let events = heard(Profile::Talk, &audio);
        let [
            (
                told,
                DtmfEvent::Start {
                    start,
                    level_dbm0,
                    twist_db,
                    ..
                },
            ),
            (_, DtmfEvent::End { end, .. }),
        ] = events[..]
        else {
            panic!("{events:?}");
        };
        let off = |tick: Tick, at: usize| (tick.0 as f32 - at as f32).abs() / 8.0;
        assert!(
            off(start, lead) <= 1.25,
            "start {} ms off",
            off(start, lead)
        );
        assert!(
            off(end, lead + 640) <= 1.25,
            "end {} ms off",
            off(end, lead + 640)
        );
        assert!((level_dbm0 - level).abs() < 0.6, "{level_dbm0} for {level}");
        assert!((twist_db - twist).abs() < 0.6, "{twist_db} for {twist}");
        assert!(
            told.0 - lead as u64 <= 45 * 8,
            "told after {} ms",
            (told.0 - lead as u64) / 8
        );
    }
}

#[test]
fn suspects_a_digit_before_two_frames_have_passed() {
    let mut rng = Rng::new(13);
    for _ in 0..800 {
        let key = Key::new(any_digit(&mut rng)).level(rng.range(-25.0, 0.0), rng.range(-8.0, 4.0));
        let audio = alone(&mut rng, &key, None);
        let first = audio.iter().position(|s| s.abs() > 100).expect("a sound");
        let mut dtmf = Dtmf::new(Profile::Talk);
        let passed = frames(&audio)
            .filter(|(_, at)| at.0 as usize + FRAME > first)
            .take_while(|(frame, at)| !dtmf.process(frame, *at).suspect)
            .count();
        // The frame in which it begins, and one whole one.
        assert!(passed <= 2, "{passed} frames passed");
    }
}

#[test]
fn reads_outpulsed_digits_in_order() {
    let number = Digits::parse("0123456789*#ABCD").expect("digits");
    let mut out = DigitGen::new(-9.0, -7.0, 50, 50);
    out.send(number);
    let mut audio = Vec::new();
    let mut part = [0; FRAME];
    while out.fill(&mut part) {
        audio.extend_from_slice(&part);
    }
    assert_eq!(audio.len(), 16 * 800);
    audio.extend(silence(50));
    for profile in PROFILES {
        assert_eq!(starts(profile, &audio), number.as_str());
    }
}

#[test]
fn lost_samples_neither_split_nor_invent_a_digit() {
    let mut rng = Rng::new(14);
    for profile in PROFILES {
        let key = Key {
            ms: 300.0,
            ..Key::new(b'5')
        };
        let mut audio = silence(50);
        audio.extend(key.sound(&mut rng));
        audio.extend(silence(100));
        let mut dtmf = Dtmf::new(profile);
        let mut digits = String::new();
        let mut ends = 0;
        for (n, (frame, at)) in frames(&audio).enumerate() {
            if n == 18 {
                dtmf.lost(FRAME as u32);
                continue;
            }
            for event in dtmf.process(&frame, at).events {
                match event {
                    DtmfEvent::Start { digit, .. } => digits.push(digit.ascii() as char),
                    DtmfEvent::End { .. } => ends += 1,
                }
            }
        }
        assert_eq!((digits.as_str(), ends), ("5", 1));
    }
}

#[test]
fn agrees_with_a_plain_goertzel_on_which_keys_sound() {
    use dsp::tone_gen::{COLUMNS, KEYPAD, ROWS};
    use goertzel_nostd::Parameters;
    let mut rng = Rng::new(15);
    for _ in 0..400 {
        let key = Key {
            ms: 60.0,
            ..Key::new(any_digit(&mut rng))
        };
        let audio = alone(&mut rng, &key, Some(-35.0));
        let events = heard(Profile::PinEntry, &audio);
        let (_, DtmfEvent::Start { digit, start, .. }) = events[0] else {
            panic!("{events:?}");
        };
        let window = &audio[start.0 as usize + 80..][..205];
        let loudest = |freqs: &[f32; 4]| {
            let magnitude = |hz: f32| {
                let samples = window.iter().map(|&s| f32::from(s));
                Parameters::new(hz, 8000, 205).mag_squared(samples)
            };
            (0..4).max_by(|&a, &b| magnitude(freqs[a]).total_cmp(&magnitude(freqs[b])))
        };
        let (row, column) = (
            loudest(&ROWS).expect("four"),
            loudest(&COLUMNS).expect("four"),
        );
        assert_eq!(digit.ascii(), KEYPAD[4 * row + column]);
    }
}

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
        use dsp::tone_gen::{COLUMNS, KEYPAD, ROWS};
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
        let mut dtmf = Dtmf::new(Profile::Talk);
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

#[test]
fn keys_that_swell_beside_a_low_tone_are_heard_by_nobody_behind_the_bridge() {
    let mut rng = Rng::new(18);
    let (mut plain, mut passed) = (0, Vec::new());
    for _ in 0..400 {
        let attack = Swelling::new(&mut rng);
        let [keys, beside] = attack.sounds(&mut rng);
        let mut at_the_bridge = keys.clone();
        add(&mut at_the_bridge, &beside);
        // The line takes off what lies below the voices.
        let mut dtmf = Dtmf::new(Profile::Talk);
        let mut behind = Vec::new();
        for ((frame, at), (key, _)) in frames(&at_the_bridge).zip(frames(&keys)) {
            let muted = dtmf.process(&frame, at).guarded;
            behind.extend(if muted { [0; FRAME] } else { key });
        }
        plain += starts(Profile::PinEntry, &keys).len();
        let heard = PROFILES.map(|profile| starts(profile, &behind));
        if heard.iter().any(|heard| !heard.is_empty()) {
            passed.push((attack, heard));
        }
    }
    assert!(plain > 2000, "the receiver heard only {plain}");
    assert!(
        passed.is_empty(),
        "{} of {plain}: {:?}",
        passed.len(),
        &passed[..passed.len().min(5)]
    );
}

#[test]
fn after_a_reset_time_may_begin_anew() {
    let mut rng = Rng::new(17);
    let mut audio = silence(500);
    audio.extend(Key::new(b'5').sound(&mut rng));
    audio.extend(silence(100));
    let mut dtmf = Dtmf::new(Profile::Talk);
    for late in [80_000, 0] {
        let events: Vec<_> = frames(&audio)
            .flat_map(|(frame, at)| dtmf.process(&frame, Tick(at.0 + late)).events)
            .collect();
        let [DtmfEvent::Start { start, .. }, DtmfEvent::End { .. }] = events[..] else {
            panic!("{events:?}");
        };
        assert!(start.0.abs_diff(late + 4000) <= 8, "{start:?}");
        dtmf.reset();
    }
}
