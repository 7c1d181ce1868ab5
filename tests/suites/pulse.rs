//! Pulse digits heard as clicks: labelled trains from seeds, and sound that holds none.
//!
//! A dial at the far end opens and closes its loop; through the network each is a click in the
//! band of a channel. Drawn are pace (8 to 12 and 18 to 22 pulses a second), break, how unlike makes
//! and breaks are, bounce, the clicks of the rest contact, noise, law, and whether our own
//! announcement is said meanwhile and comes back of a hybrid. Training and test part share no setting.

use crate::{
    echo::Hybrid,
    random::Random,
    three_way::{Click, Corpus, Draw, Hiss, Part, Talker, click, coded, gain},
};
use types::frame::{FRAME, Law, Samples};

/// What is heard beside the dial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beside {
    /// The line's noise.
    Quiet,
    /// An announcement of ours, from before the first digit on, and its echo of a hybrid of 14 to
    /// 26 dB.
    Announcement,
}

/// A digit that was dialed, by its pulses; first and last click in samples.
#[derive(Clone, Copy, Debug)]
pub struct Dialed {
    pub pulses: usize,
    pub start: usize,
    pub end: usize,
}

/// Some digits of one dial.
#[derive(Debug)]
pub struct Dialing {
    /// What we said, and what was received.
    pub sent: Vec<i16>,
    pub samples: Vec<i16>,
    /// Peaks of breaks and makes.
    pub peaks_dbm0: [f32; 2],
    pub digits: Vec<Dialed>,
}

/// A telephone's dial as it is heard.
#[derive(Clone, Copy, Debug)]
struct Dial {
    /// Samples.
    period: f32,
    open: f32,
    /// Of a period.
    jitter: f32,
    levels: [f32; 2],
    shapes: [Click; 2],
    /// Level of the rest contact, if it is heard.
    rest: Option<f32>,
}

/// Digits of a dialing.
const DIGITS: usize = 6;

impl Dialing {
    pub fn new(corpus: &Corpus, beside: Beside, seed: u64) -> Dialing {
        let mut draw = Draw::new(corpus.part, seed ^ 0x7075_6c73);
        let dial = Dial::drawn(&mut draw);
        let mut sound = vec![0.0; 8000];
        let mut digits = Vec::new();
        for _ in 0..DIGITS {
            let pulses = 1 + draw.below(10);
            digits.push(dial.turn(&mut draw, &mut sound, pulses));
            let pause = draw.setting(0.5, 1.6);
            sound.resize(sound.len() + (pause * 8000.0) as usize, 0.0);
        }
        sound.resize(sound.len().next_multiple_of(FRAME), 0.0);
        let hiss = Hiss(draw.below(2), draw.setting(-70.0, -52.0));
        hiss.add(&mut draw, corpus, &mut sound);
        let law = if draw.chance(0.7) { Law::Mu } else { Law::A };
        let mut said = vec![0.0; sound.len()];
        if beside == Beside::Announcement {
            announce(&mut draw, corpus, &mut said);
        }
        let sent = coded(&said, law);
        if beside == Beside::Announcement {
            add_echo(&mut draw, &sent, &mut sound);
        }
        Dialing {
            sent,
            samples: coded(&sound, law),
            peaks_dbm0: dial.levels,
            digits,
        }
    }
}

/// As loud as prompts are.
fn announce(draw: &mut Draw, corpus: &Corpus, said: &mut [f32]) {
    let talker = Talker {
        level_dbm0: draw.setting(-19.0, -13.0),
        ..Talker::new(corpus, draw)
    };
    let mut at = 0;
    while at < said.len() {
        at = talker.say(draw, said, at) + draw.below(3000);
    }
}

fn add_echo(draw: &mut Draw, sent: &[i16], sound: &mut [f32]) {
    let hybrid = Hybrid {
        return_loss_db: f64::from(draw.setting(14.0, 26.0)),
        delay: draw.setting(0.0, 120.0) as usize,
        spread: draw.setting(32.0, 96.0) as usize,
        noise_dbm0: -90.0,
    };
    let response = hybrid.response(&mut Random::new(draw.word()));
    for (n, to) in sound.iter_mut().enumerate() {
        let late = response.iter().zip(sent[..=n].iter().rev());
        *to += late.map(|(tap, &s)| tap * f32::from(s)).sum::<f32>();
    }
}

impl Dial {
    fn drawn(draw: &mut Draw) -> Dial {
        let fast = draw.chance(0.2);
        let pace = if fast {
            draw.setting(18.0, 22.0)
        } else {
            draw.setting(8.0, 12.0)
        };
        let level = draw.setting(-33.0, -10.0);
        let unlike = draw.setting(-10.0, 6.0);
        let kinds = [Click::Sharp, Click::Thump, Click::Bounce];
        // A bounce of 3 ms is a good part of a fast dial's make.
        let kinds = if fast { &kinds[..2] } else { &kinds[..] };
        Dial {
            period: 8000.0 / pace,
            open: draw.setting(0.55, 0.7),
            jitter: draw.setting(0.0, 0.02),
            levels: [level, (level + unlike).clamp(-35.0, -6.0)],
            shapes: [*draw.pick(kinds), *draw.pick(kinds)],
            rest: draw.chance(0.6).then(|| level - draw.setting(0.0, 15.0)),
        }
    }

    /// One digit at the end of `sound`, which grows.
    fn turn(&self, draw: &mut Draw, sound: &mut Vec<f32>, pulses: usize) -> Dialed {
        let first = sound.len() + draw.between(1600.0, 4000.0) as usize;
        sound.resize(
            first + ((pulses as f32 + 1.5) * self.period) as usize + 2400,
            0.0,
        );
        if let Some(rest) = self.rest {
            let wound = first - draw.between(500.0, 1500.0) as usize;
            click(draw, sound, wound, self.shapes[1], rest);
        }
        let (mut at, mut end) = (first as f32, first);
        for _ in 0..pulses {
            let wander = self.period * self.jitter * draw.gauss().clamp(-2.0, 2.0);
            end = (at + wander + self.period * self.open) as usize;
            for (side, when) in [at as usize, end].into_iter().enumerate() {
                let level = self.levels[side] + draw.gauss();
                click(draw, sound, when, self.shapes[side], level);
            }
            at += wander + self.period;
        }
        if let Some(rest) = self.rest {
            let back = end + draw.between(200.0, 1200.0) as usize;
            click(draw, sound, back, self.shapes[1], rest);
        }
        Dialed {
            pulses,
            start: first,
            end,
        }
    }
}

/// A detector of pulse digits, started anew for each dialing: pulses, first sample, whether it is
/// sure.
pub trait Listener {
    /// What was sent and received in these 10 ms.
    fn frame(&mut self, sent: &Samples, samples: &Samples, at: u64) -> Option<(usize, u64, bool)>;
}

/// Right, wrong and false digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// Digits of two pulses and more; those found right and surely.
    pub dialed: usize,
    pub right: usize,
    /// Digits 1, and those found at all.
    pub ones: usize,
    pub ones_right: usize,
    /// Sure digits where there was another or none.
    pub wrong: usize,
}

/// Dialings of these seeds.
pub fn run<L: Listener>(
    corpus: &Corpus,
    beside: Beside,
    seeds: std::ops::Range<u64>,
    start: impl Fn() -> L,
) -> Marks {
    let mut marks = Marks::default();
    for seed in seeds {
        let dialing = Dialing::new(corpus, beside, seed);
        let mut told = hear(&dialing.sent, &dialing.samples, start());
        for digit in &dialing.digits {
            // The first click may be lost.
            let near = |told: &(usize, u64, bool)| {
                let from = told.1 as usize;
                from + 1600 >= digit.start && from <= digit.end
            };
            let right = told.iter().position(|t| near(t) && t.0 == digit.pulses);
            let sure = right.is_some_and(|at| told[at].2);
            if digit.pulses == 1 {
                marks.ones += 1;
                marks.ones_right += usize::from(right.is_some());
            } else {
                marks.dialed += 1;
                marks.right += usize::from(sure);
            }
            right.map(|at| told.remove(at));
        }
        marks.wrong += told.iter().filter(|t| t.2).count();
    }
    marks
}

/// What a detector tells of sound.
pub fn hear(sent: &[i16], samples: &[i16], mut listener: impl Listener) -> Vec<(usize, u64, bool)> {
    let frames = sent.chunks_exact(FRAME).zip(samples.chunks_exact(FRAME));
    let told = frames.enumerate().filter_map(|(n, (sent, samples))| {
        let frame = |samples: &[i16]| -> Samples { samples.try_into().expect("a frame") };
        listener.frame(&frame(sent), &frame(samples), (n * FRAME) as u64)
    });
    told.collect()
}

/// All the speech and music of a part, at a level: no digit is in it. Hours of it, and the sure
/// digits that were told.
pub fn run_on_talk<L: Listener>(
    corpus: &Corpus,
    beside: Beside,
    level_dbm0: f32,
    start: impl Fn() -> L,
) -> (f32, usize) {
    let mut draw = Draw::new(corpus.part, 0x7461_6c6b);
    let voices = corpus.voices.iter().map(|voice| &voice.samples);
    let (mut hours, mut told) = (0.0, 0);
    for sound in voices.chain(&corpus.music) {
        let factor = gain(level_dbm0);
        let mut received: Vec<f32> = sound.iter().map(|s| s * factor).collect();
        let mut sent = vec![0; received.len()];
        if beside == Beside::Announcement {
            let mut said = vec![0.0; received.len()];
            announce(&mut draw, corpus, &mut said);
            sent = coded(&said, Law::Mu);
            sent.resize(received.len(), 0);
            add_echo(&mut draw, &sent, &mut received);
        }
        let samples = coded(&received, Law::Mu);
        hours += samples.len() as f32 / 8000.0 / 3600.0;
        let heard = hear(&sent, &samples, start());
        told += heard.iter().filter(|t| t.2).count();
    }
    (hours, told)
}

/// Both parts, for whoever reports.
pub const PARTS: [Part; 2] = [Part::Train, Part::Test];
