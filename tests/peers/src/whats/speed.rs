//! Speed: CPU time and instructions of 160 samples, on speech with digits in it.

use super::{What, progress::nine_frequencies};
use crate::{
    Settings, clock, count,
    figure::{Better, Figure, Goal, Report},
    input,
    spandsp::{ConnectTone, ConnectTonesRx, DtmfRx, EchoCan, G711, SuperToneRx},
};
use anyhow::Context;
use desk::Desk;
use dsp::{
    data::DataSignals,
    dtmf::{Dtmf, Profile},
    echo::{Canceller, EchoSettings},
    g711,
    leg::{Frames, Listeners},
    plan::TonePlan,
    progress::Progress,
    simd::Path,
};
use std::{hint::black_box, time::Duration};
use types::{
    frame::{FRAME, FRAME_TICKS, Law, Samples},
    tick::Tick,
};

#[path = "../../../measure/desk.rs"]
mod desk;

pub const WHAT: What = What {
    name: "speed",
    about: "CPU time of 160 samples, and instructions",
    run,
};

const SAMPLE_RATE: usize = 8000;

/// The block of all figures: 20 ms.
const BLOCK: usize = 160;

/// Two pieces of work side by side.
struct Pair {
    what: &'static str,
    ours: &'static str,
    peer: &'static str,
    goal: Option<Goal>,
    /// The goal of our instructions.
    instructions: Option<Goal>,
}

impl Pair {
    const fn new(what: &'static str, ours: &'static str, peer: &'static str) -> Pair {
        Pair {
            what,
            ours,
            peer,
            goal: None,
            instructions: None,
        }
    }

    const fn goal(self, goal: Goal) -> Pair {
        Pair {
            goal: Some(goal),
            ..self
        }
    }
}

/// On speech with digits.
const PAIRS: &[Pair] = &[
    Pair {
        instructions: Some(Goal::AtMost(1000.0)),
        ..Pair::new("dtmf.avx2", "dtmf.avx2", "dtmf").goal(Goal::Ratio(8.0))
    },
    Pair::new("dtmf.sse2", "dtmf.sse2", "dtmf").goal(Goal::Ratio(4.5)),
    Pair::new("dtmf.portable", "dtmf.portable", "dtmf"),
    Pair::new("dtmf_dial_tone", "dtmf.avx2", "dtmf_dial_tone"),
    Pair::new("progress", "progress", "progress"),
    Pair::new("cng", "data_signals", "cng"),
    Pair::new("answer_tone", "data_signals", "answer_tone"),
    Pair::new("dtmf_progress_cng", "together", "together").goal(Goal::Ratio(12.0)),
    Pair::new("mu_law_decode", "mu_law_decode", "mu_law_decode"),
    Pair::new("mu_law_encode", "mu_law_encode", "mu_law_encode"),
];

/// On speech alone: what a line in talk hears nearly always.
const SPEECH: &[Pair] = &[
    Pair::new("dtmf_in_speech", "dtmf.avx2", "dtmf"),
    Pair::new("echo.128", "echo.128", "echo.128").goal(Goal::AtMost(5000.0)),
    Pair::new("echo.256", "echo.256", "echo.256"),
    Pair::new("echo.512", "echo.512", "echo.512"),
];

/// On nothing but digits, 60 ms each with as much between: what hardly a line hears for long.
const DENSE: &[Pair] = &[
    Pair::new("dtmf_dense.avx2", "dtmf.avx2", "dtmf"),
    Pair::new("dtmf_dense.sse2", "dtmf.sse2", "dtmf"),
];

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let (seconds, rounds) = if settings.short { (10, 15) } else { (20, 101) };
    let digits = input::speech_and_digits(settings.seed, seconds)?;
    let speech = input::speech(settings.seed, seconds)?;
    let dense = input::dense_digits(settings.seed, seconds);
    let all = [(PAIRS, &digits), (SPEECH, &speech), (DENSE, &dense)];
    for (pairs, samples) in all {
        for pair in pairs {
            report.add(cpu_time(pair, samples, rounds)?)?;
        }
    }
    report.add(line_in_talk(rounds))?;
    for (pairs, samples) in all {
        for pair in pairs {
            if !settings.short || pair.instructions.is_some() {
                report.add(instructions(pair, samples)?)?;
            }
        }
    }
    Ok(())
}

fn cpu_time(pair: &Pair, samples: &[i16], rounds: usize) -> anyhow::Result<Figure> {
    let blocks = (samples.len() / BLOCK) as f64;
    let ns = |time: Duration| time.as_nanos() as f64 / blocks;
    let (ours, peer) = (
        piece(OURS, pair.ours, samples)?,
        piece(PEER, pair.peer, samples)?,
    );
    let compared = clock::compare(rounds, ours, peer);
    let what = format!("speed.{}", pair.what);
    Ok(Figure {
        peer: Some(ns(compared.peer)),
        measured_ratio: Some(compared.ratio),
        goal: pair.goal,
        ..Figure::new(what, ns(compared.ours), "ns/160", Better::Less)
    })
}

/// What valgrind runs is fifty times slower: a part of the same input.
fn instructions(pair: &Pair, samples: &[i16]) -> anyhow::Result<Figure> {
    let part = &samples[..10 * SAMPLE_RATE];
    let blocks = (part.len() / BLOCK) as f64;
    let ours = count::instructions(&format!("{OURS}{}", pair.ours), part)? / blocks;
    let peer = count::instructions(&format!("{PEER}{}", pair.peer), part)? / blocks;
    let what = format!("instructions.{}", pair.what);
    Ok(Figure {
        peer: Some(peer),
        goal: pair.instructions,
        ..Figure::new(what, ours, "per_160", Better::Less)
    })
}

/// A whole line with both parties' frames: the wake-up that brings them is not in it.
fn line_in_talk(rounds: usize) -> Figure {
    const FRAMES: u32 = 1000;
    let mut desk = Desk::in_talk();
    let pass = clock::alone(rounds, || (0..FRAMES).for_each(|_| desk.talk_frame()));
    desk.assert_in_talk();
    let frame_us = pass.as_secs_f64() * 1e6 / f64::from(FRAMES);
    Figure::new("speed.line_in_talk", frame_us, "us/frame", Better::Less)
        .goal(Goal::AtMost(2.0))
        .note("10 ms of both directions, all detectors, mix and tap")
}

fn piece(whose: &str, name: &str, samples: &[i16]) -> anyhow::Result<Work> {
    let name = format!("{whose}{name}");
    work(&name, samples).with_context(|| format!("there is no piece of work {name}"))
}

/// Whose work it is: the beginning of its name.
const OURS: &str = "ours.";
const PEER: &str = "peer.";

/// The names of all pieces of work.
#[cfg(test)]
pub fn pieces() -> impl Iterator<Item = String> {
    let pairs = PAIRS.iter().chain(SPEECH).chain(DENSE);
    pairs.flat_map(|pair| {
        [
            format!("{OURS}{}", pair.ours),
            format!("{PEER}{}", pair.peer),
        ]
    })
}

type Work = Box<dyn FnMut()>;

/// One pass of a piece of work over the input; none for a name that is no piece.
pub fn work(piece: &str, samples: &[i16]) -> Option<Work> {
    match (piece.strip_prefix(OURS), piece.strip_prefix(PEER)) {
        (Some(piece), _) => our_work(piece, samples),
        (_, Some(piece)) => peer_work(piece, samples),
        _ => None,
    }
}

fn our_work(piece: &str, samples: &[i16]) -> Option<Work> {
    let work = match piece {
        "dtmf.avx2" | "dtmf.sse2" | "dtmf.portable" => {
            let mut dtmf = Dtmf::with_path(Profile::Talk, path(piece)?);
            by_frame(samples, move |frame, at| {
                black_box(dtmf.process(frame, at));
            })
        }
        "progress" => {
            let mut progress = Progress::new(&united_states());
            by_frame(samples, move |frame, at| {
                black_box(progress.process(frame, at));
            })
        }
        "data_signals" => {
            let mut data = DataSignals::new();
            by_frame(samples, move |frame, at| {
                black_box(data.process(frame, at));
            })
        }
        "together" => {
            let mut dtmf = Dtmf::new(Profile::Talk);
            let mut progress = Progress::new(&united_states());
            let mut data = DataSignals::new();
            let mut frames = Frames::default();
            by_frame(samples, move |frame, at| {
                let listeners = Listeners {
                    dtmf: &mut dtmf,
                    progress: &mut progress,
                    data: Some(&mut data),
                };
                listeners.process(frame, at, &mut frames);
                black_box(&frames);
            })
        }
        "mu_law_decode" => {
            let (octets, mut out) = (encoded(samples), vec![0; BLOCK]);
            Box::new(move || {
                for block in octets.chunks_exact(BLOCK) {
                    g711::decode(Law::Mu, black_box(block), &mut out);
                    black_box(&out);
                }
            })
        }
        "mu_law_encode" => {
            let mut out = vec![0; BLOCK];
            by_block(samples, move |block| {
                g711::encode(Law::Mu, block, &mut out);
                black_box(&out);
            })
        }
        _ => our_canceller(piece.strip_prefix("echo.")?.parse().ok()?, samples),
    };
    Some(work)
}

/// The vector instructions that a piece is named for.
fn path(piece: &str) -> Option<Path> {
    let named = match piece.rsplit('.').next()? {
        "avx2" => Path::Avx2,
        "sse2" => Path::Sse2,
        _ => Path::Portable,
    };
    named.is_available().then_some(named)
}

fn peer_work(piece: &str, samples: &[i16]) -> Option<Work> {
    let work = match piece {
        "dtmf" | "dtmf_dial_tone" => {
            let mut rx = match piece {
                "dtmf" => DtmfRx::new(),
                _ => DtmfRx::with_dial_tone_filter(),
            };
            let mut blocks = 0;
            by_block(samples, move |block| {
                rx.process(block);
                // Before its buffer is full, and seldom enough to cost nothing.
                blocks += 1;
                if blocks % 100 == 0 {
                    black_box(rx.digits());
                }
            })
        }
        "progress" => {
            let mut rx = SuperToneRx::new(&nine_frequencies());
            by_block(samples, move |block| rx.process(block))
        }
        "cng" | "answer_tone" => {
            let mut rx = ConnectTonesRx::new(match piece {
                "cng" => ConnectTone::FaxCng,
                _ => ConnectTone::AnsPr,
            });
            by_block(samples, move |block| rx.process(block))
        }
        "mu_law_decode" => {
            let (octets, mut out) = (encoded(samples), vec![0; BLOCK]);
            let mut codec = G711::new(Law::Mu);
            Box::new(move || {
                for block in octets.chunks_exact(BLOCK) {
                    codec.decode(black_box(block), &mut out);
                    black_box(&out);
                }
            })
        }
        "mu_law_encode" => {
            let (mut codec, mut out) = (G711::new(Law::Mu), vec![0; BLOCK]);
            by_block(samples, move |block| {
                codec.encode(block, &mut out);
                black_box(&out);
            })
        }
        "together" => {
            let mut dtmf = peer_work("dtmf", samples)?;
            let mut progress = peer_work("progress", samples)?;
            let mut cng = peer_work("cng", samples)?;
            Box::new(move || {
                dtmf();
                progress();
                cng();
            })
        }
        _ => peer_canceller(piece.strip_prefix("echo.")?.parse().ok()?, samples),
    };
    Some(work)
}

fn our_canceller(taps: usize, samples: &[i16]) -> Work {
    let received = echo_of(samples);
    let settings = EchoSettings {
        taps,
        delay: 0,
        suppression: true,
    };
    let mut canceller = Canceller::new(settings);
    let (mut at, mut clean) = (0, [0; FRAME]);
    by_frame(samples, move |sent, _| {
        canceller.process(sent, &received[at], &mut clean);
        black_box(&clean);
        at = (at + 1) % received.len();
    })
}

fn peer_canceller(taps: usize, samples: &[i16]) -> Work {
    let received = echo_of(samples);
    let mut canceller = EchoCan::new(taps, true);
    let mut at = 0;
    by_frame(samples, move |sent, _| {
        let mut clean = received[at];
        canceller.process(sent, &mut clean);
        black_box(&clean);
        at = (at + 1) % received.len();
    })
}

/// What a hybrid returns: three reflections, 12 dB down together.
fn echo_of(samples: &[i16]) -> Vec<Samples> {
    let reflected = |n: usize, late: usize, part: f32| match n.checked_sub(late) {
        Some(at) => part * f32::from(samples[at]),
        None => 0.0,
    };
    let echo = |n| reflected(n, 12, 0.2) - reflected(n, 17, 0.12) + reflected(n, 31, 0.07);
    let echo: Vec<i16> = (0..samples.len()).map(|n| echo(n) as i16).collect();
    echo.as_chunks::<FRAME>().0.to_vec()
}

/// As a line hands them over: frames of 10 ms with their time.
fn by_frame(samples: &[i16], mut work: impl FnMut(&Samples, Tick) + 'static) -> Work {
    let frames: Vec<Samples> = samples.as_chunks::<FRAME>().0.to_vec();
    let mut at = Tick::ZERO;
    Box::new(move || {
        for frame in &frames {
            work(black_box(frame), at);
            at += FRAME_TICKS;
        }
    })
}

fn by_block(samples: &[i16], mut work: impl FnMut(&[i16]) + 'static) -> Work {
    let samples = samples.to_vec();
    Box::new(move || {
        for block in samples.chunks_exact(BLOCK) {
            work(black_box(block));
        }
    })
}

fn encoded(samples: &[i16]) -> Vec<u8> {
    let mut octets = vec![0; samples.len()];
    g711::encode(Law::Mu, samples, &mut octets);
    octets
}

/// All tones of the United States' plan.
fn united_states() -> TonePlan {
    tonetables::load("us")
        .expect("the United States are built in")
        .tones
}
