//! Echoes later than a canceller reaches, on the voices that nothing was tuned on: what of the echo is
//! taken for the far party, and what of the far party for the echo.
//! `cargo test -p suites --test late_echo -- --nocapture` prints the figures.

use dsp::{
    echo::late::{LateEcho, REACH},
    voice::{Voice, VoiceSettings},
};
use std::sync::LazyLock;
use suites::{
    corpus::{Corpus, Split},
    echo::{Kind, Trial, Voices},
    mix::{Color, add_noise, companded, factor, to_pcm},
    random::Random,
};
use types::{
    frame::{FRAME, FRAME_TICKS, Law},
    tick::{Tick, Ticks},
};

const SEEDS: u64 = 20;
const SECONDS: usize = 18;

static VOICES: LazyLock<Voices> = LazyLock::new(|| {
    let corpus = Corpus::installed().expect("the packages that tests/run installs");
    Voices::of(&corpus.half(Split::Test)).expect("readable recordings")
});

/// Frames in which somebody is heard to speak, and of these those that are wrongly judged.
#[derive(Clone, Copy, Default, Debug)]
struct Count {
    frames: u32,
    wrong: u32,
}

impl Count {
    fn add(&mut self, wrong: bool) {
        self.frames += 1;
        self.wrong += u32::from(wrong);
    }

    fn share(&self) -> f64 {
        f64::from(self.wrong) / f64::from(self.frames.max(1))
    }
}

#[derive(Default, Debug)]
struct Figures {
    /// Of each trial: frames of echo before the first that was known for one.
    first: Vec<u32>,
    /// Echo after that that was taken for a voice.
    echo: Count,
    /// A voice that was taken for echo, by 6 dB of its level over the echo's in that frame: under
    /// 6 dB, to 12, to 18, above. Without an echo all is in the last.
    voice: [Count; 4],
}

impl Figures {
    /// `loss_db` beside that of the trial's hybrid.
    fn of(loss_db: f64) -> Figures {
        let mut figures = Figures::default();
        for seed in 0..SEEDS {
            figures.add(
                &Trial::new(&VOICES, Kind::DoubleTalk, 512, SECONDS, 77 + seed),
                loss_db,
                seed,
            );
        }
        figures.first.sort_unstable();
        println!(
            "{loss_db} dB more: first after {:?} frames, echo {:.2} % of {}, voice {:.1?} %",
            figures.first,
            100.0 * figures.echo.share(),
            figures.echo.frames,
            figures.voice.map(|count| 100.0 * count.share()),
        );
        figures
    }

    fn add(&mut self, trial: &Trial, loss_db: f64, seed: u64) {
        let late = Random::new(seed).below(REACH - 600);
        let mut echo = vec![0.0; trial.echo.len()];
        let gain = factor(-loss_db);
        for (late, soon) in echo[late..].iter_mut().zip(&trial.echo) {
            *late = gain * soon;
        }
        let nothing = vec![0.0; echo.len()];
        let received = line(trial, &echo, &trial.near, seed);
        let echo_heard = heard(&line(trial, &echo, &nothing, seed));
        let near_heard = heard(&line(trial, &nothing, &trial.near, seed));
        let frames = echo_heard.len();
        let middle = frames / 3..2 * frames / 3;
        let (mut known, mut first) = (false, 0);
        let mut detector = LateEcho::new();
        let pairs = trial.sent.as_chunks().0.iter().zip(received.as_chunks().0);
        for (n, (sent, received)) in pairs.enumerate() {
            let own = detector.process(sent, received);
            if middle.contains(&n) && near_heard[n] {
                let over_db = power_db(&trial.near, n) - power_db(&echo, n);
                let bin = (over_db / 6.0).clamp(0.0, 3.0) as usize;
                self.voice[bin].add(own);
            } else if !middle.contains(&n) && echo_heard[n] {
                known |= own;
                match known {
                    true => self.echo.add(!own),
                    false => first += 1,
                }
            }
        }
        self.first.push(first);
    }
}

fn power_db(samples: &[f32], frame: usize) -> f64 {
    let squares = samples[frame * FRAME..][..FRAME].iter();
    let power: f32 = squares.map(|sample| sample * sample).sum();
    f64::from(10.0 * (power + 1.0).log10())
}

fn line(trial: &Trial, echo: &[f32], near: &[f32], seed: u64) -> Vec<i16> {
    let mut line: Vec<f32> = echo.iter().zip(near).map(|(a, b)| a + b).collect();
    let noise_dbm0 = trial.hybrid.noise_dbm0;
    add_noise(&mut line, Color::White, noise_dbm0, &mut Random::new(seed));
    let mut samples = to_pcm(&line);
    companded(Law::Mu, &mut samples);
    samples
}

/// The frames in which somebody speaks.
fn heard(samples: &[i16]) -> Vec<bool> {
    let silence = Ticks::secs(2);
    let mut voice = Voice::new(VoiceSettings { silence });
    let frames = samples.as_chunks().0.iter().enumerate();
    let active = frames.map(|(n, frame)| {
        voice.process(frame, Tick(n as u64 * FRAME_TICKS.0), false);
        voice.activity().active
    });
    active.collect()
}

#[test]
fn a_late_echo_is_no_voice_and_a_voice_over_it_is_no_echo() {
    for loss_db in [0.0, 6.0, 12.0] {
        let figures = Figures::of(loss_db);
        // Less than a word, 80 ms.
        let first = figures.first.iter().all(|frames| *frames <= 6);
        assert!(first && figures.echo.share() < 0.015, "{figures:?}");
        let [_, faint, clear, loud] = figures.voice.map(|count| count.share());
        let heard = faint < 0.6 && clear < 0.25 && loud < 0.05;
        assert!(heard, "{figures:?}");
    }
}

#[test]
fn a_voice_where_there_is_no_echo_is_none() {
    let [.., voice] = Figures::of(200.0).voice;
    assert!(voice.frames > 9000 && voice.share() < 0.02, "{voice:?}");
}
