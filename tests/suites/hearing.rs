//! Finding a recording in what a party heard: normalised cross-correlation by FFT.

use drivers::sim::transcript::Track;
use rustfft::{Fft, FftPlanner, num_complex::Complex32};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
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
    let mut late = vec![0.0; DELAYS];
    late.extend(whitened(&heard.between(from, length)));
    let said = whitened(&said.between(from, length));
    let strongest = products(&late, &said, 2 * DELAYS)
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
    let linear =
        |samples: &[i16]| -> Vec<f32> { samples.iter().map(|&s| f32::from(s) / 32768.0).collect() };
    let places = audio.len() - clip.len();
    let product = products(&linear(audio), &linear(clip), places);
    let energy = |samples: &[i16]| -> f64 {
        samples
            .iter()
            .map(|&s| (f64::from(s) / 32768.0).powi(2))
            .sum()
    };
    let clip_energy = energy(clip).max(1e-9);
    let mut window = energy(&audio[..clip.len()]);
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

/// The sum of products of `clip` with `audio` at each of so many places; after its end `audio` is
/// silent. By overlap-save: a transform of all at once costs a guest's emulated processor more than
/// the call it is of. Both parts of a complex transform carry a block of their own, as `clip` is real.
fn products(audio: &[f32], clip: &[f32], places: usize) -> Vec<f32> {
    let size = (clip.len() + places.min(3 * clip.len())).next_power_of_two();
    let step = size - clip.len() + 1;
    let (forward, inverse) = plans(size);
    let part = |at: usize| audio.get(at).copied().unwrap_or(0.0);
    let mut scratch = vec![Complex32::default(); forward.get_inplace_scratch_len()];
    let mut wanted = vec![Complex32::default(); size];
    for (bin, &sample) in wanted.iter_mut().zip(clip) {
        bin.re = sample / size as f32;
    }
    forward.process_with_scratch(&mut wanted, &mut scratch);
    scratch.resize(
        scratch.len().max(inverse.get_inplace_scratch_len()),
        Complex32::default(),
    );
    let mut found = Vec::with_capacity(places + 2 * step);
    let mut bins = vec![Complex32::default(); size];
    for from in (0..places).step_by(2 * step) {
        for (at, bin) in (from..).zip(bins.iter_mut()) {
            *bin = Complex32::new(part(at), part(at + step));
        }
        forward.process_with_scratch(&mut bins, &mut scratch);
        for (bin, clip) in bins.iter_mut().zip(&wanted) {
            *bin *= clip.conj();
        }
        inverse.process_with_scratch(&mut bins, &mut scratch);
        found.extend(bins[..step].iter().map(|b| b.re));
        found.extend(bins[..step].iter().map(|b| b.im));
    }
    found.truncate(places);
    found
}

/// To make the tables of a transform costs more than to use them once.
fn plans(size: usize) -> (Arc<dyn Fft<f32>>, Arc<dyn Fft<f32>>) {
    static PLANNER: LazyLock<Mutex<FftPlanner<f32>>> =
        LazyLock::new(|| Mutex::new(FftPlanner::new()));
    let mut planner = PLANNER.lock().unwrap_or_else(PoisonError::into_inner);
    (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    )
}
