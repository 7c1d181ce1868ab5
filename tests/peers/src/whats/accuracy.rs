//! DTMF: the mandatory suite and the classic procedure of `suites::dtmf`.
//!
//! Both are given frames of 10 ms, so both tell a digit at the end of a frame. Both are fresh in
//! each case, and the peer has its own standard limits. Under a dial tone it has its dial tone
//! filter. Corners are both tones off tune by the most, together with the most twist or none: harder
//! than one limit after the other, which `limits.rs` measures.

mod limits;

use super::What;
use crate::{
    Settings,
    figure::{Better, Figure, Goal, Report},
    parallel,
    spandsp::DtmfRx,
};
use dsp::{dtmf::Profile, simd::Path};
use std::collections::BTreeMap;
use suites::{
    dtmf::{self, Case, Heard, Key, Score, Under},
    dtmf_limits::quantile,
    random::Random,
};
use types::frame::FRAME;

pub const WHAT: What = What {
    name: "accuracy",
    about: "DTMF digits that must be heard and must not",
    run,
};

/// How much is done.
struct Size {
    seeds: u64,
    cases: u64,
    /// Of each measurement besides.
    trials: usize,
}

const FULL: Size = Size {
    seeds: 10,
    cases: 40_000,
    trials: 2_000,
};

const SHORT: Size = Size {
    seeds: 2,
    cases: 2_000,
    trials: 300,
};

/// Cases that a thread takes at once.
const PART: u64 = 1_000;

/// Who is judged. Their order is that of the arrays below.
const OURS: [(&str, Profile); 2] = [("talk", Profile::Talk), ("pin_entry", Profile::PinEntry)];
const PEER: usize = OURS.len();
const ALL: usize = OURS.len() + 1;

type Listener = Box<dyn FnMut(&[i16]) -> Vec<Heard>>;

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let size = if settings.short { SHORT } else { FULL };
    mandatory(settings, &size, report)?;
    let measured = |report: &mut Report, what: &str, scores: &[Score; ALL]| {
        for (at, (profile, _)) in OURS.iter().enumerate() {
            let of = |at: usize| 100.0 * scores[at].share();
            let figure = Figure::new(
                format!("accuracy.{profile}.{what}"),
                of(at),
                "%",
                Better::More,
            );
            let figure = figure.peer(of(PEER)).note(count(scores[at]));
            report.add(figure.goal(Goal::AtLeast(100.0)))?;
        }
        anyhow::Ok(())
    };
    for snr in [8, 6] {
        let scores = each(listeners(false), |listen| {
            dtmf::noise(settings.seed, size.trials, f64::from(snr), listen)
        });
        measured(report, &format!("snr_{snr}dB"), &scores)?;
    }
    for (name, hz) in [
        ("350_440", &[350.0, 440.0][..]),
        ("350_450", &[350.0, 450.0]),
        ("400_450", &[400.0, 450.0]),
        ("425", &[425.0]),
    ] {
        let scores = each(listeners(true), |listen| {
            dtmf::dial_tone(settings.seed, size.trials, hz, 12.0, listen)
        });
        measured(report, &format!("under_{name}_12dB"), &scores)?;
    }
    dropouts(settings, &size, report)?;
    limits::run(settings, report)
}

fn count(score: Score) -> String {
    format!("{} of {}", score.met, score.of)
}

fn each(
    listeners: [Listener; ALL],
    mut measure: impl FnMut(&mut dtmf::Listen) -> Score,
) -> [Score; ALL] {
    listeners.map(|mut listen| measure(&mut *listen))
}

/// Our profiles and the peer.
fn listeners(dial_tone_filter: bool) -> [Listener; ALL] {
    let [talk, pin_entry] =
        OURS.map(|(_, profile)| -> Listener { Box::new(dtmf::ours(profile, Path::best())) });
    [
        talk,
        pin_entry,
        Box::new(move |audio| heard_by_peer(audio, dial_tone_filter)),
    ]
}

fn heard_by_peer(audio: &[i16], dial_tone_filter: bool) -> Vec<Heard> {
    let mut rx = match dial_tone_filter {
        true => DtmfRx::with_dial_tone_filter(),
        false => DtmfRx::new(),
    };
    let mut heard = Vec::new();
    for (n, frame) in audio.chunks(FRAME).enumerate() {
        rx.process(frame);
        let digits = rx.digits();
        heard.extend(digits.bytes().map(|digit| Heard {
            digit,
            at: (n + 1) * FRAME,
            detail: None,
        }));
    }
    heard
}

/// What one of them did in the mandatory suite.
#[derive(Clone, Default, Debug)]
struct Marks {
    accept: Score,
    reject: Score,
    /// By what a case is.
    kinds: BTreeMap<&'static str, Score>,
    /// Milliseconds from the first sample of an unbroken digit until it was told.
    latencies: Vec<f64>,
    /// Milliseconds by which its beginning and its end were told wrong, and dB.
    starts: Vec<f64>,
    ends: Vec<f64>,
    levels: Vec<f64>,
}

fn mandatory(settings: &Settings, size: &Size, report: &mut Report) -> anyhow::Result<()> {
    let parts: Vec<(u64, u64)> = (0..size.seeds)
        .flat_map(|n| (0..size.cases / PART).map(move |part| (n, part * PART)))
        .collect();
    let state = || -> [Marks; ALL] { std::array::from_fn(|_| Marks::default()) };
    let threads = parallel::over(&parts, state, |marks, &(seed, from)| {
        let mut listeners = listeners(false);
        for n in from..from + PART {
            let case = dtmf::mandatory_case(settings.seed + seed, n);
            for (marks, listen) in marks.iter_mut().zip(&mut listeners) {
                marks.take(&case, &listen(&case.audio));
            }
        }
        Ok(())
    })?;
    let mut sums = state();
    for thread in threads {
        sums.iter_mut()
            .zip(thread)
            .for_each(|(sum, marks)| sum.add(marks));
    }
    sums.iter_mut().for_each(Marks::sort);
    for (at, (profile, _)) in OURS.iter().enumerate() {
        report_mandatory(profile, &sums[at], &sums[PEER], report)?;
    }
    Ok(())
}

impl Marks {
    fn take(&mut self, case: &Case, heard: &[Heard]) {
        let met = case.is_met(heard);
        self.kinds.entry(case.what).or_default().add(met);
        if !case.accept {
            self.reject.add(met);
            return;
        }
        self.accept.add(met);
        // A break near its beginning makes a digit late for everybody: not counted here.
        if !met || case.keys.iter().any(|key| key.gap.is_some()) {
            return;
        }
        let ms = |samples: f64| samples / 8.0;
        for ((heard, &begin), key) in heard.iter().zip(&case.begins).zip(&case.keys) {
            self.latencies.push(ms((heard.at - begin) as f64));
            let Some(detail) = heard.detail else {
                continue;
            };
            self.starts.push(ms((detail.start - begin as f64).abs()));
            let end = (begin + key.on) as f64;
            self.ends
                .extend(detail.end.map(|told| ms((told - end).abs())));
            let both = key
                .dbm0
                .map(|dbm0| 10f64.powf(dbm0 / 10.0))
                .iter()
                .sum::<f64>();
            self.levels
                .push((detail.level_dbm0 - 10.0 * both.log10()).abs());
        }
    }

    fn add(&mut self, other: Marks) {
        let add = |sum: &mut Score, score: Score| {
            sum.met += score.met;
            sum.of += score.of;
        };
        add(&mut self.accept, other.accept);
        add(&mut self.reject, other.reject);
        for (kind, score) in other.kinds {
            add(self.kinds.entry(kind).or_default(), score);
        }
        self.latencies.extend(other.latencies);
        self.starts.extend(other.starts);
        self.ends.extend(other.ends);
        self.levels.extend(other.levels);
    }

    fn sort(&mut self) {
        for values in [
            &mut self.latencies,
            &mut self.starts,
            &mut self.ends,
            &mut self.levels,
        ] {
            values.sort_by(f64::total_cmp);
        }
    }
}

fn report_mandatory(
    profile: &str,
    ours: &Marks,
    peer: &Marks,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = |what: &str| format!("accuracy.{profile}.{what}");
    let share = |what: &str, ours: Score, peer: Score| {
        Figure::new(name(what), 100.0 * ours.share(), "%", Better::More)
            .peer(100.0 * peer.share())
            .note(count(ours))
            .goal(Goal::AtLeast(100.0))
    };
    report.add(share("must_accept", ours.accept, peer.accept))?;
    report.add(share("must_reject", ours.reject, peer.reject))?;
    for (kind, &score) in &ours.kinds {
        let what = kind.replace(' ', "_");
        report.add(share(&what, score, peer.kinds[kind]))?;
    }
    let ms = |what: &str, of: &[f64], part: f64| {
        Figure::new(name(what), quantile(of, part), "ms", Better::Less)
    };
    let p50 = ms("latency_p50", &ours.latencies, 0.5);
    report.add(p50.peer(quantile(&peer.latencies, 0.5)))?;
    let p99 = ms("latency_p99", &ours.latencies, 0.99);
    report.add(
        p99.peer(quantile(&peer.latencies, 0.99))
            .goal(Goal::AtMost(45.0)),
    )?;
    report.add(ms("start_error_p99", &ours.starts, 0.99))?;
    report.add(ms("end_error_p99", &ours.ends, 0.99))?;
    let level = quantile(&ours.levels, 0.99);
    report.add(Figure::new(
        name("level_error_p99"),
        level,
        "dB",
        Better::Less,
    ))
}

/// Digits of 120 ms with a break of 10 ms: how many are heard as two.
fn dropouts(settings: &Settings, size: &Size, report: &mut Report) -> anyhow::Result<()> {
    let mut splits = [0u32; ALL];
    let mut listeners = listeners(false);
    for n in 0..size.trials {
        let random = &mut Random::for_case(settings.seed, n as u64);
        let key = Key {
            on: 960,
            gap: Some((400 + random.below(80), 80)),
            ..Key::any(random)
        };
        let case = Case::new(&[key], Under::Silence, random);
        for (splits, listen) in splits.iter_mut().zip(&mut listeners) {
            *splits += u32::from(listen(&case.audio).len() > 1);
        }
    }
    for (at, (profile, _)) in OURS.iter().enumerate() {
        let what = format!("accuracy.{profile}.split_by_10ms");
        let figure = Figure::new(what, f64::from(splits[at]), "digits", Better::Less);
        let figure = figure
            .peer(f64::from(splits[PEER]))
            .note(format!("of {}", size.trials));
        report.add(figure.goal(Goal::AtMost(0.0)))?;
    }
    Ok(())
}
