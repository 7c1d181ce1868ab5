//! Multifrequency registers, R1 and both directions of R2: both receivers on signals of all levels,
//! twists, frequencies and noises, each receiver on the other's generator, and their speed.

use super::What;
use crate::{
    Settings, clock,
    figure::{Better, Figure, Goal, Report, snake},
    parallel,
    spandsp::{BellMfRx, R2MfRx, bell_mf, r2_mf},
};
use dsp::{
    mf::{MfEvent, MfKind, MfReceiver},
    mf_gen::MfGen,
};
use std::{f64::consts::TAU, hint::black_box};
use suites::{
    mix::{self, Color},
    random::Random,
};
use types::{
    frame::{FRAME, FRAME_TICKS, Law, Samples},
    mf::{MfSignal, MfSignals},
    tick::Tick,
};

pub const WHAT: What = What {
    name: "mf",
    about: "R1 and R2 signals heard, by each other too",
    run,
};

const KINDS: [MfKind; 3] = [MfKind::R1, MfKind::R2Forward, MfKind::R2Backward];

/// Cases of each signal in each set.
const FULL: u64 = 200;
const SHORT: u64 = 10;

/// Samples of a case, the signal beginning after the first part of it.
const LENGTH: usize = 2400;
const BEGIN: usize = 800;

/// One signal as a line brings it.
#[derive(Clone, Copy, Debug)]
struct Case {
    kind: MfKind,
    signal: MfSignal,
    dbm0: [f64; 2],
    off_hz: [f64; 2],
    ms: f64,
    /// Samples that it begins later.
    late: usize,
    /// White noise so far below both tones together.
    snr_db: Option<f64>,
    /// A third tone as loud as the weaker.
    third: bool,
}

/// What a set asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Set {
    /// All within the limits of the recommendations at once: level, twist, frequency, length.
    Within,
    /// At the edge of all of them: the weakest level, the most twist, 10 Hz off, 40 ms.
    Edge,
    Noise20,
    Noise12,
    Noise6,
    Noise3,
    /// Too quiet by the recommendations.
    Quiet,
    /// 7 ms and shorter.
    Glitch,
    OneTone,
    ThreeTones,
}

const MUST: [Set; 6] = [
    Set::Within,
    Set::Edge,
    Set::Noise20,
    Set::Noise12,
    Set::Noise6,
    Set::Noise3,
];
const MUST_NOT: [Set; 4] = [Set::Quiet, Set::Glitch, Set::OneTone, Set::ThreeTones];

/// Levels of a tone (dBm0) and difference of both (dB): Q.323, and Q.455.
fn limits(kind: MfKind) -> (f64, f64, f64) {
    match kind {
        MfKind::R1 => (0.0, -25.0, 6.0),
        MfKind::R2Forward | MfKind::R2Backward => (-5.0, -35.0, 7.0),
    }
}

impl Case {
    fn new(kind: MfKind, set: Set, signal: MfSignal, random: &mut Random) -> Case {
        let (loudest, weakest, apart) = limits(kind);
        let mut any = |from: f64, to: f64| random.uniform(from, to);
        let level = any(weakest + apart, loudest);
        let twist = any(-apart, apart);
        let mut case = Case {
            kind,
            signal,
            dbm0: [level - twist.max(0.0), level + twist.min(0.0)],
            off_hz: [any(-10.0, 10.0), any(-10.0, 10.0)],
            ms: any(40.0, 100.0),
            late: any(0.0, 160.0) as usize,
            snr_db: None,
            third: false,
        };
        let (first, second) = (any(0.0, 1.0) < 0.5, any(0.0, 1.0) < 0.5);
        match set {
            Set::Within => {}
            Set::Edge => {
                let (strong, weak) = (weakest + apart, weakest);
                case.dbm0 = if first {
                    [strong, weak]
                } else {
                    [weak, strong]
                };
                case.off_hz = [if second { 10.0 } else { -10.0 }; 2];
                case.ms = 40.0;
            }
            Set::Noise20 | Set::Noise12 | Set::Noise6 | Set::Noise3 => {
                case.dbm0 = [any(-20.0, -7.0); 2];
                case.snr_db = Some(match set {
                    Set::Noise20 => 20.0,
                    Set::Noise12 => 12.0,
                    Set::Noise6 => 6.0,
                    _ => 3.0,
                });
            }
            Set::Quiet => case.dbm0 = [any(-55.0, weakest - 10.0); 2],
            Set::Glitch => case.ms = any(2.0, 7.0),
            Set::OneTone => {
                let silent = f64::NEG_INFINITY;
                case.dbm0 = if first {
                    [level, silent]
                } else {
                    [silent, level]
                };
            }
            Set::ThreeTones => {
                case.dbm0 = [level; 2];
                case.third = true;
            }
        }
        case
    }

    /// Through the codec of such a trunk.
    fn audio(&self, random: &mut Random) -> Vec<i16> {
        let mut audio = vec![0f32; LENGTH];
        let hz = self.kind.hz();
        let (one, other) = self.signal.pair();
        let begin = BEGIN + self.late;
        let part = &mut audio[begin..begin + (self.ms * 8.0) as usize];
        for ((tone, dbm0), off) in [one, other].into_iter().zip(self.dbm0).zip(self.off_hz) {
            add_tone(part, f64::from(hz[tone]) + off, dbm0, random);
        }
        if self.third {
            let third = (0..6)
                .find(|t| *t != one && *t != other)
                .expect("six tones");
            add_tone(part, f64::from(hz[third]), self.dbm0[0], random);
        }
        if let Some(snr) = self.snr_db {
            let both = self.dbm0[0] + 3.0;
            mix::add_noise(&mut audio, Color::White, both - snr, random);
        }
        let mut pcm = mix::to_pcm(&audio);
        let law = if self.kind == MfKind::R1 {
            Law::Mu
        } else {
            Law::A
        };
        mix::companded(law, &mut pcm);
        pcm
    }
}

fn add_tone(part: &mut [f32], hz: f64, dbm0: f64, random: &mut Random) {
    /// The peak of a sine of 0 dBm0.
    const PEAK: f64 = 22_651.0;
    let (peak, phase) = (PEAK * 10f64.powf(dbm0 / 20.0), random.uniform(0.0, TAU));
    for (n, sample) in part.iter_mut().enumerate() {
        *sample += (peak * (TAU * hz * n as f64 / 8000.0 + phase).sin()) as f32;
    }
}

/// A signal and the sample after which it was told.
type Heard = Vec<(MfSignal, usize)>;

fn heard_by_us(kind: MfKind, audio: &[i16]) -> Heard {
    let mut receiver = MfReceiver::new(kind);
    let mut heard = Heard::new();
    for (n, frame) in audio.as_chunks::<FRAME>().0.iter().enumerate() {
        for event in receiver.process(frame, Tick((n * FRAME) as u64)) {
            if let MfEvent::Start { signal, .. } = event {
                heard.push((signal, (n + 1) * FRAME));
            }
        }
    }
    heard
}

/// It is given half a frame at a time, so that nothing it tells is missed.
fn heard_by_peer(kind: MfKind, audio: &[i16]) -> Heard {
    let mut heard = Heard::new();
    let parts = audio
        .chunks(FRAME / 2)
        .zip((FRAME / 2..).step_by(FRAME / 2));
    if kind == MfKind::R1 {
        let mut rx = BellMfRx::new();
        for (part, end) in parts {
            rx.process(part);
            heard.extend(rx.signals().into_iter().map(|signal| (signal, end)));
        }
        return heard;
    }
    let mut rx = R2MfRx::new(kind == MfKind::R2Forward);
    let mut before = None;
    for (part, end) in parts {
        rx.process(part);
        let now = rx.current();
        if now != before {
            heard.extend(now.map(|signal| (signal, end)));
        }
        before = now;
    }
    heard
}

/// How one receiver did in one set.
#[derive(Clone, Default, Debug)]
struct Score {
    cases: usize,
    /// Heard as itself, once; or not heard, where it must not be.
    right: usize,
    latencies_ms: Vec<f64>,
}

impl Score {
    fn add(&mut self, case: &Case, must: bool, heard: &Heard) {
        self.cases += 1;
        match heard[..] {
            [(signal, at)] if must && signal == case.signal => {
                self.right += 1;
                let late = at as f64 - (BEGIN + case.late) as f64;
                self.latencies_ms.push(late / 8.0);
            }
            [] if !must => self.right += 1,
            _ => {}
        }
    }

    fn percent(&self) -> f64 {
        100.0 * self.right as f64 / self.cases as f64
    }

    fn median_latency(mut self) -> f64 {
        self.latencies_ms.sort_by(f64::total_cmp);
        let middle = self.latencies_ms.len() / 2;
        self.latencies_ms.get(middle).copied().unwrap_or(f64::NAN)
    }
}

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let count = if settings.short { SHORT } else { FULL };
    let of = |kind| MUST.into_iter().chain(MUST_NOT).map(move |set| (kind, set));
    let all: Vec<(MfKind, Set)> = KINDS.into_iter().flat_map(of).collect();
    let scored = parallel::over(&all, Vec::new, |done, &(kind, set)| {
        done.push((kind, set, score(kind, set, settings.seed, count)));
        Ok(())
    })?;
    let scored: Vec<_> = scored.into_iter().flatten().collect();
    for (kind, set) in all {
        let found = scored.iter().find(|(k, s, _)| (*k, *s) == (kind, set));
        let (_, _, (ours, peer)) = found.expect("all were scored");
        report_set(kind, set, ours, peer, report)?;
    }
    for kind in KINDS {
        generators(kind, report)?;
        speed(kind, settings, report)?;
    }
    Ok(())
}

fn score(kind: MfKind, set: Set, seed: u64, count: u64) -> (Score, Score) {
    let (mut ours, mut peer) = (Score::default(), Score::default());
    let must = MUST.contains(&set);
    for signal in (1..=15).filter_map(MfSignal::new) {
        for number in 0..count {
            let case = u64::from(signal.number()) << 32 | number;
            let mut random = Random::for_case(seed ^ (set as u64) << 8 ^ kind as u64, case);
            let case = Case::new(kind, set, signal, &mut random);
            let audio = case.audio(&mut random);
            ours.add(&case, must, &heard_by_us(kind, &audio));
            peer.add(&case, must, &heard_by_peer(kind, &audio));
        }
    }
    (ours, peer)
}

fn report_set(
    kind: MfKind,
    set: Set,
    ours: &Score,
    peer: &Score,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = format!("mf.{}.{}", snake(kind), snake(set));
    let share = Figure::new(name.clone(), ours.percent(), "%", Better::More)
        .peer(peer.percent())
        .note(format!("{} signals", ours.cases));
    let goal = match set {
        Set::Noise6 | Set::Noise3 => None,
        // A corner of four limits at once is more than any recommendation asks.
        Set::Edge => Some(Goal::AtLeast(99.5)),
        _ => Some(Goal::AtLeast(100.0)),
    };
    report.add(Figure { goal, ..share })?;
    if set == Set::Within {
        let latency = ours.clone().median_latency();
        let median = Figure::new(format!("{name}.median"), latency, "ms", Better::Less);
        report.add(median.peer(peer.clone().median_latency()))?;
    }
    Ok(())
}

/// Ours is told of all fifteen signals of theirs, theirs of ours.
fn generators(kind: MfKind, report: &mut Report) -> anyhow::Result<()> {
    const EACH: usize = 800;
    let all: Vec<MfSignal> = (1..=15).filter_map(MfSignal::new).collect();
    let theirs = match kind {
        MfKind::R1 => bell_mf(&all),
        _ => r2_mf(kind == MfKind::R2Forward, &all, EACH),
    };
    let right = |heard: Heard| {
        let heard: Vec<MfSignal> = heard.into_iter().map(|(signal, _)| signal).collect();
        let same = heard.iter().zip(&all).filter(|(a, b)| a == b).count();
        if heard.len() == all.len() {
            same as f64
        } else {
            0.0
        }
    };
    let theirs = [theirs, vec![0; EACH]].concat();
    let name = |who: &str| format!("mf.{}.{who}", snake(kind));
    let heard = right(heard_by_us(kind, &theirs));
    let figure = Figure::new(name("theirs_by_us"), heard, "of_15", Better::More);
    report.add(figure.goal(Goal::AtLeast(15.0)))?;
    let heard = right(heard_by_peer(kind, &generated(kind, &all, EACH)));
    let figure = Figure::new(name("ours_by_them"), heard, "of_15", Better::More);
    report.add(figure.goal(Goal::AtLeast(15.0)))
}

fn generated(kind: MfKind, signals: &[MfSignal], each: usize) -> Vec<i16> {
    let mut voice = MfGen::new(kind);
    let mut audio = Vec::new();
    let mut frame: Samples = [0; FRAME];
    if kind == MfKind::R1 {
        voice.send(signals.iter().copied().collect::<MfSignals>());
        while voice.fill(&mut frame) {
            audio.extend(frame);
        }
    } else {
        for &signal in signals {
            for held in [Some(signal), None] {
                voice.hold(held);
                for _ in 0..each / FRAME {
                    voice.fill(&mut frame);
                    audio.extend(frame);
                }
            }
        }
    }
    audio.extend([0; 800]);
    audio
}

/// CPU time of 160 samples of nothing but signals.
fn speed(kind: MfKind, settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let rounds = if settings.short { 15 } else { 101 };
    let all: Vec<MfSignal> = (1..=15).filter_map(MfSignal::new).collect();
    let mut audio = generated(kind, &all, 800);
    audio.truncate(audio.len() / 160 * 160);
    let frames: Vec<Samples> = audio.as_chunks::<FRAME>().0.to_vec();
    let (mut receiver, mut at) = (MfReceiver::new(kind), Tick::ZERO);
    let ours = || {
        for frame in &frames {
            black_box(receiver.process(black_box(frame), at));
            at += FRAME_TICKS;
        }
    };
    let mut bell = BellMfRx::new();
    let mut r2 = R2MfRx::new(kind == MfKind::R2Forward);
    let peer = || {
        for block in audio.chunks_exact(160) {
            if kind == MfKind::R1 {
                bell.process(black_box(block));
            } else {
                r2.process(black_box(block));
            }
        }
        black_box(bell.signals());
    };
    let compared = clock::compare(rounds, ours, peer);
    let ns = |time: std::time::Duration| time.as_nanos() as f64 / (audio.len() / 160) as f64;
    let name = format!("mf.{}.speed", snake(kind));
    report.add(Figure {
        peer: Some(ns(compared.peer)),
        measured_ratio: Some(compared.ratio),
        ..Figure::new(name, ns(compared.ours), "ns/160", Better::Less)
    })
}
