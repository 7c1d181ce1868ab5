//! DTMF: the limits of ITU-T Q.24 and what else a prison's line brings.

#[path = "../bench/mod.rs"]
mod bench;
mod bridge;

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
