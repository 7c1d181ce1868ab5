//! What the canceller, the search for late echoes, the meters and companding cost: nanoseconds of
//! thread CPU time for two frames, 160 samples, on each set of vector instructions.
//!
//! `cargo run --release -p dsp --example echo_cost`

mod cpu;

use cpu::thread_cpu_ns;
use dsp::{
    echo::{Canceller, EchoSettings, late::LateEcho},
    g711,
    simd::Path,
};
use std::hint::black_box;
use types::frame::{FRAME, Law, Samples};

const FRAMES: usize = 400;
const BATCHES: usize = 5;

/// The kernel updates a thread's CPU time every few milliseconds: a batch is much longer.
const BATCH_NS: u64 = 100_000_000;

fn main() {
    let sent = speech_like(1);
    let received = echoed(&sent);
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        companding(path, &sent);
        for taps in [128, 256, 512] {
            for suppression in [false, true] {
                let mut canceller = Canceller::on(
                    path,
                    EchoSettings {
                        taps,
                        delay: 0,
                        suppression,
                    },
                );
                let mut clean = [0; FRAME];
                let with = if suppression { ", suppression" } else { "" };
                report(&format!("{path:?}: echo, {taps} taps{with}"), |n| {
                    canceller.process(&sent[n], &received[n], &mut clean);
                    black_box(&clean);
                });
            }
        }
        let mut late = LateEcho::on(path);
        report(&format!("{path:?}: late echo"), |n| {
            black_box(late.process(&sent[n], &received[n]));
        });
        let silence = [0; FRAME];
        report(&format!("{path:?}: late echo, nothing received"), |n| {
            black_box(late.process(&sent[n], &silence));
        });
    }
}

fn companding(path: Path, audio: &[Samples]) {
    for law in [Law::Mu, Law::A] {
        let mut octets = [0; FRAME];
        report(&format!("{path:?}: {law:?}-law encode"), |n| {
            g711::encode_on(path, law, black_box(&audio[n]), &mut octets);
            black_box(&octets);
        });
        let mut samples = [0; FRAME];
        report(&format!("{path:?}: {law:?}-law decode"), |_| {
            g711::decode_on(path, law, black_box(&octets), &mut samples);
            black_box(&samples);
        });
    }
}

/// Runs over all frames until the clock is exact; prints the best of some batches.
fn report(what: &str, mut run: impl FnMut(usize)) {
    let mut best = f64::MAX;
    for _ in 0..BATCHES {
        let before = thread_cpu_ns();
        let (mut frames, mut spent) = (0, 0);
        while spent < BATCH_NS {
            (0..FRAMES).for_each(&mut run);
            frames += FRAMES;
            spent = thread_cpu_ns() - before;
        }
        best = best.min(2.0 * spent as f64 / frames as f64);
    }
    println!("{best:8.0} ns  {what}");
}

/// Noise with the spectrum and the swelling of speech.
fn speech_like(seed: u32) -> Vec<Samples> {
    let mut random = seed;
    let (mut a, mut b) = (0.0f32, 0.0f32);
    let mut next = |level: f32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let white = level * (random as i32 as f32 / 2f32.powi(31));
        let out = white + 1.3 * a - 0.6 * b;
        b = a;
        a = out;
        out as i16
    };
    let frame = |n: usize| {
        let level = 1500.0 * (1.0 + (n as f32 / 7.0).sin());
        std::array::from_fn(|_| next(level))
    };
    (0..FRAMES).map(frame).collect()
}

/// The echo of a few taps, and a little noise.
fn echoed(sent: &[Samples]) -> Vec<Samples> {
    let all: Vec<i16> = sent.iter().flatten().copied().collect();
    let at = |n: usize, back: usize| f32::from(all[(n + all.len() - back) % all.len()]);
    let mut random = 7u32;
    let echo = |n: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (random >> 28) as f32 - 8.0;
        (0.2 * at(n, 5) - 0.1 * at(n, 9) + 0.05 * at(n, 30) + noise) as i16
    };
    let echo: Vec<i16> = (0..all.len()).map(echo).collect();
    let frames = echo.chunks_exact(FRAME);
    frames.map(|f| std::array::from_fn(|n| f[n])).collect()
}
