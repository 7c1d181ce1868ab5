//! What each detector costs: nanoseconds of thread CPU time for a frame of 80 samples.
//!
//! `cargo run --release -p dsp --example frame_cost`

mod cpu;

use cpu::thread_cpu_ns;
use dsp::{
    answer::{Answer, AnswerSettings, Tones},
    data::DataSignals,
    dtmf::{Dtmf, Profile},
    g711,
    leg::{Frames, Listeners},
    level,
    plan::{Burst, ToneDef, TonePlan},
    progress::Progress,
    pulse::PulseDigits,
    simd::Path,
    three_way::{Facts, ThreeWay, ThreeWaySettings},
    tone_gen::{DigitGen, ToneGen},
    voice::{Voice, VoiceSettings},
};
use std::hint::black_box;
use types::{
    digits::Digits,
    frame::{FRAME, Law, Samples},
    tick::{Tick, Ticks},
    tone::Tone,
};

const FRAMES: usize = 200;
const ROUNDS: usize = 100;
const BATCHES: usize = 5;

/// The kernel updates a thread's CPU time every few milliseconds: a batch is much longer.
const BATCH_NS: u64 = 200_000_000;

fn main() {
    let plan = plan();
    let audio = audio(&plan);
    let settings = VoiceSettings {
        silence: Ticks::secs(60),
    };

    let mut octets = [0u8; FRAME];
    report("mu-law encode", &audio, |frame, _| {
        g711::encode(Law::Mu, frame, &mut octets)
    });
    let mut samples = [0i16; FRAME];
    report("mu-law decode", &audio, |frame, _| {
        let octets: [u8; FRAME] = std::array::from_fn(|n| frame[n] as u8);
        g711::decode(Law::Mu, &octets, &mut samples);
        black_box(&samples);
    });
    report("level", &audio, |frame, _| {
        black_box(level::dbm0(frame));
    });
    let mut tone = ToneGen::new(&plan.tones[0]);
    report("two tones generated", &audio, |_, _| {
        tone.fill(&mut samples);
        black_box(&samples);
    });
    let keys = keys();
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        for (what, audio) in [("noise and tones", &audio), ("digits", &keys)] {
            let mut dtmf = Dtmf::with_path(Profile::Talk, path);
            report(&format!("DTMF, {path:?}, {what}"), audio, |frame, at| {
                black_box(dtmf.process(frame, at));
            });
        }
    }
    let mut progress = Progress::new(&plan);
    report("progress, 15 frequencies", &audio, |frame, at| {
        black_box(progress.process(frame, at));
    });
    let mut voice = Voice::new(settings);
    report("voice", &audio, |frame, at| {
        black_box(voice.process(frame, at, false));
    });
    let mut data = DataSignals::new();
    report(
        "fax, modem and text telephone signals",
        &audio,
        |frame, at| {
            black_box(data.process(frame, at));
        },
    );
    let mut answer = Answer::new(AnswerSettings::default());
    report("who answered, beside the voice", &audio, |frame, at| {
        black_box(answer.process(frame, at, voice.activity(), Tones::default()));
    });
    let mut pulses = PulseDigits::new();
    report("pulse digits", &audio, |frame, at| {
        black_box(pulses.process(frame, at));
    });
    let mut three_way = ThreeWay::new(ThreeWaySettings::default());
    let facts = Facts::default();
    report("three-way", &audio, |frame, at| {
        black_box(three_way.process(frame, frame, at, facts));
    });
    ears(&plan, settings, &audio);
}

fn ears(plan: &TonePlan, settings: VoiceSettings, audio: &[Samples]) {
    let mut ear = Ear::new(plan, settings);
    report("whole ear in talk, both legs", audio, |frame, at| {
        ear.hear(frame, at, false);
    });
    let mut ear = Ear::new(plan, settings);
    report("whole ear while somebody answers", audio, |frame, at| {
        ear.hear(frame, at, true);
    });
}

/// All that a line listens with in talk.
struct Ear {
    phone: (Dtmf, Voice),
    dtmf: Dtmf,
    progress: Progress,
    data: DataSignals,
    voice: Voice,
    answer: Answer,
    three_way: ThreeWay,
}

impl Ear {
    fn new(plan: &TonePlan, settings: VoiceSettings) -> Ear {
        Ear {
            phone: (Dtmf::new(Profile::Talk), Voice::new(settings)),
            dtmf: Dtmf::new(Profile::Talk),
            progress: Progress::new(plan),
            data: DataSignals::new(),
            voice: Voice::new(settings),
            answer: Answer::new(AnswerSettings::default()),
            three_way: ThreeWay::new(ThreeWaySettings::default()),
        }
    }

    /// The same frame on both legs; `answering` in the first seconds, when it is not known by whom.
    fn hear(&mut self, frame: &Samples, at: Tick, answering: bool) {
        let (dtmf, voice) = &mut self.phone;
        let key = dtmf.process(frame, at);
        black_box(voice.process(frame, at, key.suspect));
        let listeners = Listeners {
            dtmf: &mut self.dtmf,
            progress: &mut self.progress,
            data: Some(&mut self.data),
        };
        let mut frames = Frames::default();
        listeners.process(frame, at, &mut frames);
        let Frames {
            dtmf,
            progress,
            data,
        } = &frames;
        let tonal = progress.tonal || dtmf.suspect || data.tonal;
        black_box(self.voice.process(frame, at, tonal));
        if answering {
            let tones = Tones::of(progress, dtmf, data);
            let activity = self.voice.activity();
            black_box(self.answer.process(frame, at, activity, tones));
        }
        let facts = Facts {
            tonal,
            dtmf: dtmf.suspect,
            machine: data.tonal,
            ..Facts::default()
        };
        black_box(self.three_way.process(frame, frame, at, facts));
    }
}

fn report(what: &str, audio: &[Samples], mut run: impl FnMut(&Samples, Tick)) {
    let mut best = f64::MAX;
    let mut at = Tick::ZERO;
    for _ in 0..BATCHES {
        let before = thread_cpu_ns();
        let (mut frames, mut spent) = (0, 0);
        while spent < BATCH_NS {
            for _ in 0..ROUNDS {
                for frame in audio {
                    run(black_box(frame), at);
                    at += Ticks(FRAME as u64);
                }
            }
            frames += ROUNDS * audio.len();
            spent = thread_cpu_ns() - before;
        }
        best = best.min(spent as f64 / frames as f64);
    }
    println!("{best:8.0} ns  {what}");
}

/// Noise, tone and something between, in turn.
fn audio(plan: &TonePlan) -> Vec<Samples> {
    let mut tone = ToneGen::new(&plan.tones[2]);
    let mut random = 1u32;
    let mut frames = Vec::new();
    for n in 0..FRAMES {
        let mut frame = [0; FRAME];
        if n % 50 < 30 {
            tone.fill(&mut frame);
        }
        for sample in &mut frame {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample += (random >> 22) as i16 - 512;
        }
        frames.push(frame);
    }
    frames
}

/// Digits of 60 ms with pauses of 60 ms.
fn keys() -> Vec<Samples> {
    let mut out = DigitGen::new(-9.0, -7.0, 60, 60);
    out.send(Digits::parse("0123456789*#ABCD").expect("digits"));
    let mut frames = Vec::new();
    while out.busy() {
        let mut frame = [0; FRAME];
        out.fill(&mut frame);
        frames.push(frame);
    }
    frames
}

/// As many frequencies as North America's plan.
fn plan() -> TonePlan {
    let sit = |freqs: [f32; 3]| {
        let bursts = freqs.map(|hz| Burst::new(&[hz], -24.0, 330, 0));
        ToneDef::once(Tone::Sit(types::tone::SitKind::Unknown), &bursts)
    };
    let cadenced = |tone, freqs: &[f32], on, off| {
        ToneDef::cadenced(tone, &[Burst::new(freqs, -20.0, on, off)])
    };
    TonePlan {
        tones: vec![
            ToneDef::continuous(Tone::Dial, &[350.0, 440.0], -13.0),
            cadenced(Tone::Ringback, &[440.0, 480.0], 2000, 4000),
            cadenced(Tone::Busy, &[480.0, 620.0], 500, 500),
            cadenced(Tone::Reorder, &[480.0, 620.0], 250, 250),
            cadenced(Tone::Howler, &[1400.0, 2060.0, 2450.0, 2600.0], 100, 100),
            sit([913.8, 1370.6, 1776.7]),
            sit([985.2, 1428.5, 1776.7]),
            sit([950.0, 1400.0, 1800.0]),
        ],
        ..TonePlan::default()
    }
}
