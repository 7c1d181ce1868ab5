//! The project's recorded prompts are no tone of any country.

use dsp::{
    g711,
    progress::{Progress, ProgressEvent},
};
use std::path::{Path, PathBuf};
use tonetables::{codes, load};
use types::{
    frame::{FRAME, Law},
    tick::Tick,
    tone::Tone,
};

fn prompts() -> Vec<PathBuf> {
    let sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../speech/sets");
    let mut files = Vec::new();
    let mut folders = vec![sets];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the prompts are there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "wav") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 100, "{} prompts", files.len());
    files
}

/// The audio of a mu-law WAV file, each sample `stretch` hundredths long.
fn audio(path: &Path, stretch: usize) -> Vec<i16> {
    let file = std::fs::read(path).expect("a readable file");
    let at = file
        .windows(4)
        .position(|w| w == b"data")
        .expect("a data chunk")
        + 8;
    let mut samples = vec![0; file.len() - at];
    g711::decode(Law::Mu, &file[at..], &mut samples);
    let count = samples.len() * stretch / 100;
    (0..count).map(|n| samples[n * 100 / stretch]).collect()
}

/// Country, tone, cycles, and how long its audio was stretched, in hundredths.
type Told = (&'static str, Tone, u16, usize);

/// What a country's tones are heard in all this, and of how many frames.
fn tones_told(code: &'static str, speech: &[(usize, Vec<i16>)]) -> (Vec<Told>, u64) {
    let (mut told, mut frames) = (Vec::new(), 0);
    let country = load(code).expect("a good table");
    let mut progress = Progress::new(&country.tones);
    for (stretch, audio) in speech {
        for frame in audio.as_chunks::<FRAME>().0 {
            frames += 1;
            for event in progress.process(frame, Tick(frames * FRAME as u64)).events {
                if let ProgressEvent::Tone { tone, cycles, .. } = event {
                    told.push((code, tone, cycles, *stretch));
                }
            }
        }
    }
    (told, frames)
}

#[test]
fn prompts_are_no_tone_of_any_country() {
    let mut told = Vec::new();
    let mut frames = 0u64;
    // Of each as it is, and of every third faster and slower.
    let speech: Vec<_> = prompts()
        .iter()
        .enumerate()
        .flat_map(|(at, path)| {
            let stretches = match at % 3 {
                0 => &[80, 100, 125][..],
                _ => &[100],
            };
            stretches
                .iter()
                .map(|stretch| (*stretch, audio(path, *stretch)))
        })
        .collect();
    // A country at a time, by as many threads as the machine has.
    let codes: Vec<_> = codes().collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let share = |worker: usize| codes.iter().skip(worker).step_by(workers);
        let worker = |worker| {
            let (share, speech) = (share(worker), &speech);
            scope.spawn(move || {
                share
                    .map(|code| tones_told(code, speech))
                    .collect::<Vec<_>>()
            })
        };
        let workers: Vec<_> = (0..workers).map(worker).collect();
        for (of_country, length) in workers
            .into_iter()
            .flat_map(|w| w.join().expect("no panic"))
        {
            told.extend(of_country);
            frames += length;
        }
    });
    let hours = frames as f64 / 360_000.0;
    println!("{hours:.1} h; {told:?}");
    // Call waiting is one short burst of one frequency, which a vowel can be; nothing follows from it.
    let (waiting, others): (Vec<Told>, Vec<Told>) = told
        .into_iter()
        .partition(|(_, tone, ..)| *tone == Tone::CallWaiting);
    assert!(waiting.len() as f64 <= hours / 10.0, "{waiting:?}");
    // Prompts as they are make no other tone; faster or slower ones, one in a hundred hours.
    assert!(others.iter().all(|told| told.3 != 100), "{others:?}");
    assert!(others.len() as f64 <= hours / 100.0, "{others:?}");
}
