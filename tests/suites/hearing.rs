//! Finding a recording in what a party heard: normalised cross-correlation by FFT.

use drivers::sim::transcript::Track;
use rustfft::{FftPlanner, num_complex::Complex32};
use types::tick::{Tick, Ticks};

/// Over this a recording was heard; speech that only resembles it stays well under.
pub const HEARD: f32 = 0.6;

/// Root mean square of a line on which nothing is said: its noise, some -45 dBm0.
pub const QUIET: f32 = 90.0;

/// Where and how well a recording fits.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub at: Tick,
    pub likeness: f32,
}

/// All places where `clip` was heard in `track` between two ticks, first to last.
pub fn find(track: &Track, clip: &[i16], from: Tick, to: Tick) -> Vec<Match> {
    let audio = track.between(from, Ticks(to.0 - from.0));
    let scores = likeness(&audio, clip);
    let mut found: Vec<Match> = Vec::new();
    for (offset, &score) in scores.iter().enumerate() {
        if score < HEARD {
            continue;
        }
        let place = Match {
            at: from + Ticks(offset as u64),
            likeness: score,
        };
        match found.last_mut() {
            // One hearing is one peak.
            Some(last) if place.at.since(last.at).0 < clip.len() as u64 => {
                if score > last.likeness {
                    *last = place;
                }
            }
            _ => found.push(place),
        }
    }
    found
}

/// The best fit anywhere, for tests that want nothing of it to be there.
pub fn best(track: &Track, clip: &[i16], from: Tick, to: Tick) -> f32 {
    let audio = track.between(from, Ticks(to.0.saturating_sub(from.0)));
    likeness(&audio, clip).into_iter().fold(0.0, f32::max)
}

/// Root mean square of a stretch, in linear units.
pub fn rms(track: &Track, from: Tick, to: Tick) -> f32 {
    let audio = track.between(from, Ticks(to.0 - from.0));
    let sum: f64 = audio.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    ((sum / audio.len().max(1) as f64).sqrt()) as f32
}

/// The share of a stretch's power that sines of these frequencies hold, 0 to 1. Exact for
/// stretches of whole tenths of a second.
pub fn tone_share(track: &Track, hz: &[f64], from: Tick, to: Tick) -> f64 {
    let audio = track.between(from, Ticks(to.0 - from.0));
    let count = audio.len() as f64;
    let power = audio.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / count;
    let of = |hz: f64| {
        let turn = std::f64::consts::TAU * hz / Ticks::PER_SECOND as f64;
        let (mut re, mut im) = (0.0, 0.0);
        for (at, &sample) in audio.iter().enumerate() {
            let angle = turn * at as f64;
            re += f64::from(sample) * angle.cos();
            im += f64::from(sample) * angle.sin();
        }
        2.0 * (re * re + im * im) / (count * count)
    };
    hz.iter().map(|&hz| of(hz)).sum::<f64>() / power.max(1.0)
}

/// How much softer than it was said something is heard, in dB: the strongest trace of `said` in `heard`
/// at any delay up to half a second either way. Where nothing of it is heard, this is what the two have
/// in common by chance.
pub fn loss_db(heard: &Track, said: &Track, from: Tick, to: Tick) -> f64 {
    const DELAYS: usize = 4000;
    let length = Ticks(to.0 - from.0);
    let (heard, said) = (
        whitened(&heard.between(from, length)),
        whitened(&said.between(from, length)),
    );
    let size = (heard.len() + said.len()).next_power_of_two();
    let mut common = correlation(&heard, &said, size);
    common.drain(DELAYS..size - DELAYS);
    let strongest = common
        .iter()
        .fold(0.0_f64, |most, c| most.max(f64::from(c.abs())));
    let power: f64 = said.iter().map(|&s| f64::from(s).powi(2)).sum();
    -20.0 * (strongest / power.max(1e-9)).log10()
}

/// Speech with its low tones, which any two voices have in common, made as soft as the rest.
fn whitened(samples: &[i16]) -> Vec<f32> {
    let second = |w: &[i16]| (f32::from(w[2]) - 2.0 * f32::from(w[1]) + f32::from(w[0])) / 32768.0;
    samples.windows(3).map(second).collect()
}

/// When anything louder than a quiet line was heard first: the beginning of that 10 ms.
pub fn first_sound(track: &Track, from: Tick, to: Tick) -> Option<Tick> {
    let mut at = from;
    while at < to {
        if rms(track, at, at + Ticks::ms(10)) > QUIET {
            return Some(at);
        }
        at += Ticks::ms(10);
    }
    None
}

/// The other way round: when the track was quiet for 50 ms first.
pub fn first_quiet(track: &Track, from: Tick, to: Tick) -> Option<Tick> {
    let mut at = from;
    while at < to {
        if rms(track, at, at + Ticks::ms(50)) < QUIET {
            return Some(at);
        }
        at += Ticks::ms(10);
    }
    None
}

/// How well `clip` fits at each place of `audio`.
pub fn likeness(audio: &[i16], clip: &[i16]) -> Vec<f32> {
    if audio.len() < clip.len() || clip.is_empty() {
        return Vec::new();
    }
    let size = (audio.len() + clip.len()).next_power_of_two();
    let linear =
        |samples: &[i16]| -> Vec<f32> { samples.iter().map(|&s| f32::from(s) / 32768.0).collect() };
    let product = correlation(&linear(audio), &linear(clip), size);
    let energy = |samples: &[i16]| -> f64 {
        samples
            .iter()
            .map(|&s| (f64::from(s) / 32768.0).powi(2))
            .sum()
    };
    let clip_energy = energy(clip).max(1e-9);
    let mut window = energy(&audio[..clip.len()]);
    let places = audio.len() - clip.len();
    let mut scores = Vec::with_capacity(places);
    for at in 0..places {
        let dot = f64::from(product[at]);
        // A window quieter than the idle channel's noise has nothing to compare.
        let norm = (clip_energy * window.max(clip_energy * 1e-4)).sqrt();
        scores.push((dot / norm) as f32);
        let (out, in_) = (
            f64::from(audio[at]) / 32768.0,
            f64::from(audio[at + clip.len()]) / 32768.0,
        );
        window += in_ * in_ - out * out;
    }
    scores
}

/// The sum of products at each place of `clip` in `audio`; places before its beginning come last.
fn correlation(audio: &[f32], clip: &[f32], size: usize) -> Vec<f32> {
    let mut planner = FftPlanner::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    );
    let spectrum = |samples: &[f32]| {
        let mut bins: Vec<Complex32> = samples.iter().map(|&s| Complex32::new(s, 0.0)).collect();
        bins.resize(size, Complex32::new(0.0, 0.0));
        forward.process(&mut bins);
        bins
    };
    let mut product = spectrum(audio);
    for (a, c) in product.iter_mut().zip(spectrum(clip)) {
        *a *= c.conj();
    }
    inverse.process(&mut product);
    product.iter().map(|p| p.re / size as f32).collect()
}
