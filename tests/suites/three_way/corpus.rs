//! The voices, the music and the noise that calls are made of, read from installed packages.

use super::draw::{Draw, Part};
use dsp::level::ZERO_DBM0_PEAK;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A recorded talker: speech of 0 dBm0 active level and where each utterance lies in it.
#[derive(Debug)]
pub struct Voice {
    pub name: &'static str,
    pub samples: Vec<f32>,
    pub utterances: Vec<(usize, usize)>,
}

#[derive(Debug)]
pub struct Corpus {
    pub part: Part,
    pub voices: Vec<Voice>,
    pub music: Vec<Vec<f32>>,
    /// White, pink, of a room, and many voices at once; 0 dBm0.
    pub noises: [Vec<f32>; 4],
}

/// A talker: name, directory, how file names end, what they contain.
type Source = (&'static str, &'static str, &'static str, &'static str);

const TRAIN: &[Source] = &[
    (
        "Allison",
        "/usr/share/asterisk/sounds/en_US_f_Allison",
        ".wav",
        "",
    ),
    (
        "Carlo",
        "/usr/share/asterisk/sounds/it_IT_m_Carlo",
        ".wav",
        "",
    ),
    (
        "ru",
        "/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU",
        ".wav",
        "",
    ),
    ("es", "/usr/share/asterisk/sounds/es", ".gsm", ""),
];
const TEST: &[Source] = &[
    (
        "June",
        "/usr/share/asterisk/sounds/fr_CA_f_June",
        ".wav",
        "",
    ),
    ("Armelle", "/usr/share/asterisk/sounds/fr", ".gsm", ""),
    (
        "big fish",
        "/usr/share/games/fillets-ng/sound",
        ".ogg",
        "-v-",
    ),
    (
        "small fish",
        "/usr/share/games/fillets-ng/sound",
        ".ogg",
        "-m-",
    ),
];
const MUSIC: &str = "/usr/share/asterisk/moh";

/// 2^17 samples: 16 s, entered at random places.
const NOISE: usize = 1 << 17;

/// Files of a talker that are read, at most.
const FILES: usize = 420;

pub const ZERO_DBM0_RMS: f32 = ZERO_DBM0_PEAK / std::f32::consts::SQRT_2;

impl Corpus {
    /// # Panics
    /// When a package is not installed.
    pub fn load(part: Part) -> Corpus {
        let sources = match part {
            Part::Train => TRAIN,
            Part::Test => TEST,
        };
        let voices: Vec<Voice> = sources.iter().map(Voice::load).collect();
        let mut songs = files(MUSIC, ".wav", "");
        assert!(
            songs.len() >= 4,
            "asterisk-moh-opsound-wav is not installed"
        );
        let half = songs.len() / 2;
        let songs = match part {
            Part::Train => songs.drain(..half),
            Part::Test => songs.drain(half..),
        };
        let read = |song: PathBuf| {
            let mut samples = sox(&[song]);
            samples.truncate(120 * 8000);
            scale(&mut samples);
            samples
        };
        let music = songs.map(read).collect();
        let noises = noises(part, &voices);
        Corpus {
            part,
            voices,
            music,
            noises,
        }
    }
}

impl Voice {
    fn load(&(name, directory, ending, containing): &Source) -> Voice {
        let mut all = files(directory, ending, containing);
        assert!(
            all.len() >= 100,
            "{directory}: the sounds of {name} are not installed"
        );
        // Evenly from all of them.
        let step = all.len().div_ceil(FILES);
        all = all.into_iter().step_by(step).collect();
        let mut samples = sox(&all);
        let utterances = cut(&samples);
        for &(from, length) in &utterances {
            scale(&mut samples[from..from + length]);
        }
        Voice {
            name,
            samples,
            utterances,
        }
    }
}

fn files(directory: &str, ending: &str, containing: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(Path::new(directory), &mut |path| {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.ends_with(ending) && name.contains(containing) {
            found.push(path);
        }
    });
    found.sort();
    found
}

fn collect(directory: &Path, take: &mut impl FnMut(PathBuf)) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, take);
        } else {
            take(path);
        }
    }
}

/// One after the other, as 8 kHz.
fn sox(files: &[PathBuf]) -> Vec<f32> {
    let run = Command::new("sox")
        // Without dither, which is other noise in each run.
        .args(["-V1", "-D"])
        .args(files)
        .args([
            "-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1", "-",
        ])
        .output()
        .expect("sox is installed");
    assert!(
        run.status.success(),
        "sox: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let pairs = run.stdout.chunks_exact(2);
    pairs
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])))
        .collect()
}

/// Where somebody speaks for 0.3 to 6 s: parted by 200 ms of less than a hundredth of the power.
fn cut(samples: &[f32]) -> Vec<(usize, usize)> {
    const STEP: usize = 80;
    let powers: Vec<f32> = samples
        .chunks_exact(STEP)
        .map(|c| c.iter().map(|s| s * s).sum::<f32>() / STEP as f32)
        .collect();
    let mut sorted = powers.clone();
    sorted.sort_by(f32::total_cmp);
    let limit = sorted[sorted.len() * 9 / 10] * 0.004;
    let (mut found, mut from, mut quiet) = (Vec::new(), None, 0usize);
    for (at, &power) in powers.iter().enumerate() {
        quiet = if power < limit { quiet + 1 } else { 0 };
        match from {
            None if power >= limit => from = Some(at.saturating_sub(2)),
            Some(start) if quiet >= 20 || at - start >= 600 => {
                let length = at - start - quiet.saturating_sub(4);
                if length >= 30 {
                    found.push((start * STEP, length * STEP));
                }
                from = None;
            }
            _ => {}
        }
    }
    found
}

/// To 0 dBm0 of active level: the mean power where it is above a hundredth of the greatest.
fn scale(samples: &mut [f32]) {
    let powers = samples
        .chunks(80)
        .map(|c| c.iter().map(|s| s * s).sum::<f32>() / c.len() as f32);
    let powers: Vec<f32> = powers.collect();
    let most = powers.iter().fold(0.0f32, |a, &b| a.max(b));
    let active: Vec<f32> = powers.into_iter().filter(|p| *p > 0.01 * most).collect();
    let mean = active.iter().sum::<f32>() / active.len().max(1) as f32;
    let factor = ZERO_DBM0_RMS / mean.sqrt().max(1.0);
    samples.iter_mut().for_each(|s| *s *= factor);
}

fn noises(part: Part, voices: &[Voice]) -> [Vec<f32>; 4] {
    let mut draw = Draw::new(part, 99);
    let white: Vec<f32> = (0..NOISE).map(|_| draw.gauss()).collect();
    let mut slow = [0.0f32; 3];
    let pink = white.iter().map(|w| {
        slow[0] = 0.997 * slow[0] + 0.03 * w;
        slow[1] = 0.95 * slow[1] + 0.1 * w;
        slow[2] = 0.6 * slow[2] + 0.3 * w;
        slow[0] + slow[1] + slow[2]
    });
    let pink: Vec<f32> = pink.collect();
    let mut low = [0.0f32; 2];
    let room = white.iter().map(|w| {
        low[0] += 0.25 * (w - low[0]);
        low[1] += 0.12 * (low[0] - low[1]);
        low[0] - 0.7 * low[1] + 0.02 * w
    });
    let room: Vec<f32> = room.collect();
    let mut many = vec![0.0; NOISE];
    for _ in 0..7 {
        let voice = draw.pick(voices);
        let from = draw.below(voice.samples.len() - NOISE);
        let part = &voice.samples[from..from + NOISE];
        many.iter_mut().zip(part).for_each(|(to, from)| *to += from);
    }
    [white, pink, room, many].map(|mut noise| {
        let power = noise.iter().map(|s| s * s).sum::<f32>() / NOISE as f32;
        noise
            .iter_mut()
            .for_each(|s| *s *= ZERO_DBM0_RMS / power.sqrt());
        noise
    })
}
