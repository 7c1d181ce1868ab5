//! Who has answered: calls made of installed prompts.
//!
//! What: the sound of a trunk from the answer on, with who it is. Persons of the easy set say one
//! utterance of 0.35 to 1.4 s and wait, machines speak 4 s and more with pauses under 0.5 s and
//! then beep, or not. Those of the hard set begin alike: a word of 0.25 to 1 s and a pause of 0.4
//! to 1.2 s, whose lengths tell nothing; then a person says a second one and waits, a machine
//! speaks on. Both come after 0.1 to 2 s of silence at -12 to -27 dBm0, as they are and in
//! noise of -33 dBm0, white, of a line (hum and pink noise) or of other people's voices.
//!
//! How: prompts are cut at their pauses. A machine's greeting is a long prompt or several of one
//! voice. Voices of the two halves are disjoint. All goes through mu-law.
//!
//! Limits: the prompts are statements read in studios: what a person's question or a room adds is
//! not in them, so the durations must do. The limits of the sets are those of the published
//! comparisons of such detectors.

mod duration_rule;
mod material;

use crate::{
    mix::{self, Color},
    random::Random,
};
use dsp::answer::{AnswerEvent, AnswerSettings, Class, Classifier, Decision};
use dsp::plan::TonePlan;
pub use duration_rule::DurationRule;
pub use material::{Material, Voices};
use types::{
    frame::{FRAME, Law},
    tick::{Tick, Ticks},
};

/// Who answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Party {
    EasyPerson,
    EasyMachine,
    HardPerson,
    HardMachine,
    /// Nobody: only the noise of the line.
    Silence,
    /// Music from the first moment.
    Music,
}

/// What lies under it all, at [`NOISE_DBM0`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Background {
    Quiet,
    White,
    Line,
    Babble,
}

/// The sound of one call.
#[derive(Clone, Debug)]
pub struct Case {
    pub samples: Vec<i16>,
    pub party: Party,
    pub first_sound: Tick,
    /// The end of the first utterance or greeting.
    pub first_end: Tick,
    pub beep: Option<Beep>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Beep {
    pub start: Tick,
    pub end: Tick,
    pub hz: f32,
}

pub const NOISE_DBM0: f64 = -33.0;

pub const PARTIES: [Party; 4] = [
    Party::EasyPerson,
    Party::EasyMachine,
    Party::HardPerson,
    Party::HardMachine,
];
pub const BACKGROUNDS: [Background; 4] = [
    Background::Quiet,
    Background::White,
    Background::Line,
    Background::Babble,
];

/// Silence after the last sound.
const TAIL_S: f64 = 4.0;

impl Case {
    /// The call of this number: the same seed and number give the same samples.
    pub fn new(
        material: &Material,
        party: Party,
        background: Background,
        seed: u64,
        number: u64,
    ) -> Case {
        let mut random = Random::for_case(seed ^ (party as u64) << 32, number);
        let mut call = Call::new(&mut random);
        if party != Party::Silence {
            call.content(material, party);
        }
        let (mut samples, spans, beep) = (call.samples, call.spans, call.beep);
        samples.extend(vec![0.0; seconds(TAIL_S)]);
        add_background(&mut samples, material, background, &mut random);
        let mut samples = mix::to_pcm(&samples);
        mix::companded(Law::Mu, &mut samples);
        let (first_sound, first_end) = spans.first().copied().unwrap_or_default();
        Case {
            samples,
            party,
            first_sound: Tick(first_sound as u64),
            first_end: Tick(first_end as u64),
            beep,
        }
    }
}

/// A call that is being put together.
#[derive(Debug)]
struct Call<'a> {
    samples: Vec<f32>,
    /// Where something was said.
    spans: Vec<(usize, usize)>,
    beep: Option<Beep>,
    random: &'a mut Random,
}

impl Call<'_> {
    fn new(random: &mut Random) -> Call<'_> {
        let lead = seconds(random.uniform(0.1, 2.0));
        Call {
            samples: vec![0.0; lead],
            spans: Vec::new(),
            beep: None,
            random,
        }
    }

    fn content(&mut self, material: &Material, party: Party) {
        let dbm0 = self.random.uniform(-27.0, -12.0);
        if party == Party::Music {
            let music = material.music(self.random, seconds(10.0));
            self.say(music, dbm0);
            return;
        }
        let voice = material.voice(self.random);
        if matches!(party, Party::HardPerson | Party::HardMachine) {
            let word = material.utterance(self.random, voice, 0.25..1.0);
            self.say(word, dbm0);
            self.pause(0.4, 1.2);
        }
        let said = match party {
            Party::EasyPerson => material.utterance(self.random, voice, 0.35..1.4),
            Party::HardPerson => material.utterance(self.random, voice, 0.25..1.2),
            _ => material.greeting(self.random, voice),
        };
        self.say(said, dbm0);
        if party.truth() == Answer::Machine && self.random.chance(0.6) {
            self.beep(dbm0);
        }
    }

    fn say(&mut self, mut said: Vec<f32>, dbm0: f64) {
        mix::set_active_level(&mut said, dbm0);
        let start = self.samples.len();
        self.samples.extend(said);
        self.spans.push((start, self.samples.len()));
    }

    fn pause(&mut self, from_s: f64, to_s: f64) {
        let pause = seconds(self.random.uniform(from_s, to_s));
        self.samples.extend(vec![0.0; pause]);
    }

    /// One tone, now and then two together, within 5 dB of the speech.
    fn beep(&mut self, dbm0: f64) {
        self.pause(0.05, 1.5);
        let hz = self.random.uniform(400.0, 2100.0);
        let second = self
            .random
            .chance(0.2)
            .then(|| self.random.uniform(1.15, 1.6) * hz);
        let length = seconds(self.random.uniform(0.15, 1.5));
        let peak = f64::from(dsp::level::sine_peak(dbm0 as f32)) * self.random.uniform(0.6, 1.7);
        let start = self.samples.len();
        for n in 0..length {
            let turn = |hz: f64| (std::f64::consts::TAU * hz * n as f64 / 8000.0).sin();
            let second = second.map_or(0.0, |hz| 0.7 * turn(hz));
            self.samples.push((peak * (turn(hz) + second)) as f32);
        }
        self.beep = Some(Beep {
            start: Tick(start as u64),
            end: Tick(self.samples.len() as u64),
            hz: hz as f32,
        });
    }
}

fn add_background(
    samples: &mut [f32],
    material: &Material,
    background: Background,
    random: &mut Random,
) {
    match background {
        Background::Quiet => mix::add_noise(samples, Color::White, -68.0, random),
        Background::White => mix::add_noise(samples, Color::White, NOISE_DBM0, random),
        Background::Line => {
            mix::add_noise(samples, Color::Pink, NOISE_DBM0 - 1.25, random);
            let hz = if random.chance(0.5) { 50.0 } else { 60.0 };
            for (harmonic, db) in [(1.0, -43.0), (2.0, -43.0), (3.0, -46.0), (5.0, -49.0)] {
                let peak = f64::from(dsp::level::sine_peak(db));
                let phase = random.uniform(0.0, std::f64::consts::TAU);
                let step = std::f64::consts::TAU * hz * harmonic / 8000.0;
                for (n, sample) in samples.iter_mut().enumerate() {
                    *sample += (peak * (phase + step * n as f64).sin()) as f32;
                }
            }
        }
        Background::Babble => {
            let mut babble = material.babble(random, samples.len());
            mix::set_level(&mut babble, NOISE_DBM0);
            mix::mix(samples, &babble, 0.0);
        }
    }
}

pub(crate) fn seconds(s: f64) -> usize {
    (s * 8000.0) as usize
}

/// What a detector made of a call.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Verdict {
    /// The first decision between person and machine, and the one that held in the end.
    pub first: Option<(Answer, Tick)>,
    pub last: Option<(Answer, Tick)>,
    pub beep: Option<(Tick, f32)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Person,
    Machine,
    Other,
}

impl Party {
    pub fn truth(self) -> Answer {
        match self {
            Party::EasyPerson | Party::HardPerson => Answer::Person,
            Party::EasyMachine | Party::HardMachine => Answer::Machine,
            Party::Silence | Party::Music => Answer::Other,
        }
    }
}

/// All that our classifier says of these samples.
pub fn decisions(plan: &TonePlan, settings: AnswerSettings, samples: &[i16]) -> Vec<AnswerEvent> {
    let mut classifier = Classifier::with(plan, settings);
    let mut events = Vec::new();
    for (n, frame) in samples.as_chunks::<FRAME>().0.iter().enumerate() {
        events.extend(classifier.process(frame, Tick((n * FRAME) as u64)));
    }
    events
}

/// Our classifier's verdict on a call.
pub fn classify(plan: &TonePlan, settings: AnswerSettings, case: &Case) -> Verdict {
    let mut verdict = Verdict::default();
    for event in decisions(plan, settings, &case.samples) {
        match event {
            AnswerEvent::Decided(Decision { class, decided, .. }) => {
                let answer = match class {
                    Class::Person => Answer::Person,
                    Class::Machine => Answer::Machine,
                    Class::Silence => continue,
                    _ => Answer::Other,
                };
                verdict.first.get_or_insert((answer, decided));
                verdict.last = Some((answer, decided));
            }
            AnswerEvent::Beep { end, hz, .. } => verdict.beep = Some((end, hz)),
        }
    }
    verdict
}

/// Results of one set in one background.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub cases: u32,
    pub first_right: u32,
    pub last_right: u32,
    delays: Vec<Ticks>,
    last_delays: Vec<Ticks>,
    pub beeps: u32,
    pub beeps_found: u32,
    pub beeps_false: u32,
}

impl Score {
    pub fn add(&mut self, case: &Case, verdict: &Verdict) {
        let truth = case.party.truth();
        let right = |decision: Option<(Answer, Tick)>| match decision {
            Some((answer, _)) => answer == truth,
            None => truth == Answer::Other,
        };
        self.cases += 1;
        self.first_right += u32::from(right(verdict.first));
        self.last_right += u32::from(right(verdict.last));
        let delay =
            |decision: Option<(Answer, Tick)>| decision.map(|(_, at)| at.since(case.first_sound));
        self.delays.extend(delay(verdict.first));
        self.last_delays.extend(delay(verdict.last));
        let near = |beep: &Beep, (end, hz): (Tick, f32)| {
            end.0.abs_diff(beep.end.0) <= 400 && (hz / beep.hz - 1.0).abs() < 0.03
        };
        match (case.beep, verdict.beep) {
            (Some(beep), heard) => {
                self.beeps += 1;
                self.beeps_found += u32::from(heard.is_some_and(|heard| near(&beep, heard)));
            }
            (None, heard) => self.beeps_false += u32::from(heard.is_some()),
        }
    }

    /// Shares of first and of last decisions that are right.
    pub fn shares(&self) -> (f32, f32) {
        let share = |n: u32| n as f32 / self.cases.max(1) as f32;
        (share(self.first_right), share(self.last_right))
    }

    /// Seconds from the first sound to the first decision, and to the last: the medians.
    pub fn medians(&self) -> (f32, f32) {
        (median(&self.delays), median(&self.last_delays))
    }
}

fn median(delays: &[Ticks]) -> f32 {
    let mut delays = delays.to_vec();
    delays.sort_unstable();
    let middle = delays.get(delays.len() / 2);
    middle.map_or(f32::NAN, |delay| delay.0 as f32 / 8000.0)
}
