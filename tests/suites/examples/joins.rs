//! What ends a talk that the driver joined, by several rules: how often speech does, how much of a
//! talk is left joined, and how long a key is on the wire before it is ended.
//!
//! `cargo run --release -p suites --example joins -- [every nth recording] [keys]`

use dsp::dtmf::{Dtmf, Profile};
use suites::{
    corpus::Corpus,
    dtmf::{Case, Key, Under, within},
    random::Random,
};
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// A rule, by the last frames: does what was heard end a join?
type Rule = (&'static str, fn(&[Seen]) -> bool);

/// What the ear told of a frame.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    suspect: bool,
    guarded: bool,
}

/// That so many frames in a row, the last ones, are guarded.
fn guarded(seen: &[Seen], frames: usize) -> bool {
    seen.len() >= frames && seen[seen.len() - frames..].iter().all(|s| s.guarded)
}

fn suspect(seen: &[Seen]) -> bool {
    seen.last().is_some_and(|s| s.suspect)
}

const RULES: [Rule; 7] = [
    ("guarded", |seen| guarded(seen, 1)),
    ("guarded twice in a row, or clear", |seen| {
        suspect(seen) || guarded(seen, 2)
    }),
    ("guarded three times, or clear", |seen| {
        suspect(seen) || guarded(seen, 3)
    }),
    ("guarded four times, or clear", |seen| {
        suspect(seen) || guarded(seen, 4)
    }),
    ("clear", suspect),
    ("guarded six times", |seen| guarded(seen, 6)),
    ("guarded eight times", |seen| guarded(seen, 8)),
];

/// What must have been over for a while before the next join: `SETTLED` of `line`, and two shorter.
const SETTLED: [usize; 3] = [50, 30, 20];

fn main() {
    let mut words = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let (nth, keys) = (words.next().unwrap_or(1), words.next().unwrap_or(1000));
    match Corpus::installed() {
        Ok(corpus) => speech(&corpus.speech().every(nth)),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
    for (kind, under, key) in KINDS {
        pressed(kind, under, *key, keys);
    }
}

fn heard(audio: &[i16]) -> Vec<Seen> {
    let mut ear = Dtmf::new(Profile::Talk).guarding_beneath();
    let (frames, _) = audio.as_chunks::<FRAME>();
    let ticks = (0..).map(|n| Tick::ZERO + Ticks(n * FRAME as u64));
    let hear = |(frame, at): (&Samples, Tick)| {
        let told = ear.process(frame, at);
        Seen {
            suspect: told.suspect,
            guarded: told.guarded,
        }
    };
    frames.iter().zip(ticks).map(hear).collect()
}

fn speech(corpus: &Corpus) {
    let mut ends = [[0usize; SETTLED.len()]; RULES.len()];
    let mut joined = ends;
    let mut frames = 0;
    for recording in &corpus.recordings {
        let Ok(samples) = recording.samples() else {
            continue;
        };
        let seen = heard(&samples);
        frames += seen.len();
        for (rule, (_, is_end)) in RULES.iter().enumerate() {
            let hit: Vec<bool> = (1..=seen.len()).map(|n| is_end(&seen[..n])).collect();
            for (wait, &settled) in SETTLED.iter().enumerate() {
                let mut since = settled;
                for &hit in &hit {
                    ends[rule][wait] += usize::from(hit && since >= settled);
                    since = if hit { 0 } else { since + 1 };
                    joined[rule][wait] += usize::from(since >= settled);
                }
            }
        }
    }
    let minutes = frames as f64 / 6000.0;
    println!("{:.1} hours of speech", minutes / 60.0);
    for (rule, (name, _)) in RULES.iter().enumerate() {
        print!("  {name:34}");
        for (wait, settled) in SETTLED.iter().enumerate() {
            print!(
                "  {} ms: {:5.2} ends a minute, {:4.1} % joined",
                settled * 10,
                ends[rule][wait] as f64 / minutes,
                100.0 * joined[rule][wait] as f64 / frames as f64
            );
        }
        println!();
    }
}

/// How a key is pressed, and what sounds beside it.
type Press = fn(&mut Random) -> Key;
type Kind = (&'static str, &'static [(f64, f64)], Press);

const KINDS: &[Kind] = &[
    ("keys as Q.24 has them", &[], within),
    ("high tone 10 dB above the low one", &[], |random| {
        Key::any(random).twisted(-10.0, 10.0)
    }),
    ("low tone 14 dB above the high one", &[], |random| {
        Key::any(random).twisted(-10.0, -14.0)
    }),
    ("2.5 % out of tune", &[], |random| Key {
        off: [0.025, -0.025],
        ..Key::any(random)
    }),
    (
        "15 dB beneath a hum of 350 Hz",
        &[(350.0, -10.0)],
        |random| Key::any(random).twisted(-25.0, 0.0),
    ),
    (
        "20 dB beneath a hum of 440 Hz",
        &[(440.0, -8.0)],
        |random| Key::any(random).twisted(-28.0, 0.0),
    ),
];

/// Of a key, in samples.
const LENGTH: usize = 800;

fn pressed(kind: &str, under: &[(f64, f64)], press: Press, count: usize) {
    let mut random = Random::new(7);
    let mut after: [Vec<usize>; RULES.len()] = Default::default();
    for _ in 0..count {
        let key = Key {
            on: LENGTH,
            ..press(&mut random)
        };
        let case = Case::new(&[key], Under::Tones(under, true), &mut random);
        let seen = heard(&case.audio);
        let begin = case.begins[0];
        for (rule, (_, is_end)) in RULES.iter().enumerate() {
            let first = (1..=seen.len()).find(|&n| n * FRAME > begin && is_end(&seen[..n]));
            after[rule].extend(first.map(|n| n * FRAME - begin));
        }
    }
    println!("{kind}: heard on the wire");
    for (rule, (name, _)) in RULES.iter().enumerate() {
        // What is not ended while it sounds has passed.
        let times = &mut after[rule];
        times.retain(|&samples| samples < LENGTH);
        times.sort_unstable();
        let ms = |share: f64| {
            let at = (share * (times.len().max(1) - 1) as f64) as usize;
            times.get(at).map_or(f64::NAN, |&n| n as f64 / 8.0)
        };
        println!(
            "  {name:34}  half {:4.1} ms, 99 of 100 {:4.1} ms, longest {:5.1} ms; {:.1} % never ended",
            ms(0.5),
            ms(0.99),
            ms(1.0),
            100.0 * (count - times.len()) as f64 / count as f64
        );
    }
}
