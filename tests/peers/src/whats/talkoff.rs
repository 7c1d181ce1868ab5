//! Talk-off: digits heard where nobody keyed one, in all installed speech and music.
//!
//! Each recording is heard alone at three levels, then at 36 speeds (a voice at another speed is
//! another voice), and mixed: with a second talker as loud, with music 6 dB below, with three more
//! talkers 3 dB below. `talkoff_mixed` hears the mixes at all speeds: three times as much again.

use super::What;
use crate::{
    Settings,
    figure::{Better, Figure, Goal, Report},
    input, parallel,
    spandsp::DtmfRx,
};
use dsp::dtmf::{Dtmf, DtmfEvent, Profile};
use std::{array, collections::BTreeMap};
use suites::{
    corpus::{Corpus, Recording, SAMPLE_RATE},
    mix::{self, Resampler},
    random::Random,
};
use types::{
    frame::{FRAME, Law, Samples},
    tick::Tick,
};

pub const WHAT: What = What {
    name: "talkoff",
    about: "digits heard in speech and music",
    run,
};

pub const MIXED: What = What {
    name: "talkoff_mixed",
    about: "the same, mixed, at all speeds: three times as long",
    run: run_mixed,
};

const LEVELS: [f64; 3] = [0.0, -6.0, -12.0];

/// From 0.70 to 1.40.
const SPEEDS: usize = 36;
const SLOWEST: f64 = 0.70;
const FASTER: f64 = 0.02;

/// Every so many recordings are heard in a short run.
const SLICE: usize = 25;

/// Silence after each recording, so that what began in it is told.
const AFTER: usize = 800;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mix {
    SecondTalker,
    OverMusic,
    Babble,
}

/// What is counted apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Group {
    /// Alone, at one of the levels.
    Level(usize),
    /// Alone at a speed, or mixed.
    Sweep,
    /// Mixed, at a speed.
    Mixed,
}

/// Hits and samples of one group.
#[derive(Clone, Default, Debug)]
struct Count {
    talk: u32,
    /// By package.
    places: BTreeMap<&'static str, u32>,
    pin_entry: u32,
    peer: u32,
    samples: u64,
}

/// The levels, the sweep, the mixed sweep.
type Counts = [Count; LEVELS.len() + 2];

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let counts = hear_all(settings, Listener::hear)?;
    for (level, db) in LEVELS.iter().enumerate() {
        let goal = Some(Goal::AtMost(0.0));
        report_group(report, &format!("plain.{db}dB"), &counts[level], goal)?;
    }
    let goal = Some(Goal::AtMost(1.0));
    report_group(report, "sweep", &counts[Group::Sweep.place()], goal)
}

fn run_mixed(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let counts = hear_all(settings, Listener::hear_mixed)?;
    report_group(report, "sweep_mixed", &counts[Group::Mixed.place()], None)
}

fn report_group(
    report: &mut Report,
    name: &str,
    count: &Count,
    goal: Option<Goal>,
) -> anyhow::Result<()> {
    let hours = count.samples as f64 / f64::from(SAMPLE_RATE) / 3600.0;
    let places = count
        .places
        .iter()
        .map(|(place, hits)| format!(", {hits} in {place}"));
    let note = format!("in {hours:.2} h{}", places.collect::<String>());
    let hits = |what: String, ours: u32| {
        Figure::new(what, f64::from(ours), "hits", Better::Less).peer(f64::from(count.peer))
    };
    let talk = hits(format!("talkoff.{name}"), count.talk);
    report.add(Figure { goal, ..talk }.note(note))?;
    report.add(hits(format!("talkoff.{name}.pin_entry"), count.pin_entry))
}

impl Group {
    fn place(self) -> usize {
        match self {
            Group::Level(level) => level,
            Group::Sweep => LEVELS.len(),
            Group::Mixed => LEVELS.len() + 1,
        }
    }
}

type Hear = fn(&mut Listener, &Recording) -> anyhow::Result<()>;

/// All recordings on all processors. What is drawn for a recording depends on the seed and its
/// name alone.
fn hear_all(settings: &Settings, hear: Hear) -> anyhow::Result<Counts> {
    let corpus = input::corpus()?;
    let heard = corpus.every(if settings.short { SLICE } else { 1 });
    let listeners = parallel::over(
        &heard.recordings,
        || Listener::new(&corpus, settings.seed),
        hear,
    )?;
    let mut sum = Counts::default();
    for listener in listeners {
        for (sum, count) in sum.iter_mut().zip(listener.counts) {
            for (place, hits) in count.places {
                *sum.places.entry(place).or_default() += hits;
            }
            sum.talk += count.talk;
            sum.pin_entry += count.pin_entry;
            sum.peer += count.peer;
            sum.samples += count.samples;
        }
    }
    Ok(sum)
}

/// One thread's detectors and buffers.
struct Listener {
    seed: u64,
    speech: Corpus,
    music: Corpus,
    resamplers: [Resampler; SPEEDS],
    counts: Counts,
    changed: Vec<f32>,
    pcm: Vec<i16>,
}

impl Listener {
    fn new(corpus: &Corpus, seed: u64) -> Listener {
        Listener {
            seed,
            speech: corpus.speech(),
            music: corpus.music(),
            resamplers: array::from_fn(|n| Resampler::new(speed(n))),
            counts: Counts::default(),
            changed: Vec::new(),
            pcm: Vec::new(),
        }
    }

    fn hear(&mut self, recording: &Recording) -> anyhow::Result<()> {
        let alone = mix::to_float(&recording.samples()?);
        for (level, &db) in LEVELS.iter().enumerate() {
            let mut samples = alone.clone();
            mix::gain(&mut samples, db);
            let what = format!("{} {db} dB", recording.name);
            self.listen(recording, &what, Group::Level(level), &samples);
        }
        self.at_all_speeds(recording, &recording.name, Group::Sweep, &alone);
        self.mixes(recording, |listener, recording, what, mixed| {
            listener.listen(recording, what, Group::Sweep, mixed)
        })
    }

    fn hear_mixed(&mut self, recording: &Recording) -> anyhow::Result<()> {
        self.mixes(recording, |listener, recording, what, mixed| {
            listener.at_all_speeds(recording, what, Group::Mixed, mixed);
        })
    }

    fn mixes(
        &mut self,
        recording: &Recording,
        hear: fn(&mut Listener, &Recording, &str, &[f32]),
    ) -> anyhow::Result<()> {
        let alone = mix::to_float(&recording.samples()?);
        // The same partners whichever thread this is.
        let case = recording.name.bytes().fold(0u64, |sum, octet| {
            sum.wrapping_mul(0x0100_0000_01b3)
                .wrapping_add(u64::from(octet))
        });
        let mut random = Random::for_case(self.seed, case);
        for kind in [Mix::SecondTalker, Mix::OverMusic, Mix::Babble] {
            let mixed = self.mixed(&alone, recording, kind, &mut random)?;
            hear(
                self,
                recording,
                &format!("{} {kind:?}", recording.name),
                &mixed,
            );
        }
        Ok(())
    }

    fn at_all_speeds(&mut self, recording: &Recording, what: &str, group: Group, samples: &[f32]) {
        for n in 0..SPEEDS {
            let mut changed = std::mem::take(&mut self.changed);
            changed.clear();
            self.resamplers[n].process(samples, &mut changed);
            self.resamplers[n].finish(&mut changed);
            self.listen(
                recording,
                &format!("{what} at {:.2}", speed(n)),
                group,
                &changed,
            );
            self.changed = changed;
        }
    }

    /// The recording with others of other packages behind it, as long as it is.
    fn mixed(
        &self,
        alone: &[f32],
        recording: &Recording,
        kind: Mix,
        random: &mut Random,
    ) -> anyhow::Result<Vec<f32>> {
        let (others, count, db) = match kind {
            Mix::SecondTalker => (&self.speech, 1, 0.0),
            Mix::OverMusic => (&self.music, 1, -6.0),
            Mix::Babble => (&self.speech, 3, -3.0),
        };
        let mut mixed = alone.to_vec();
        let level = mix::active_level_dbm0(alone);
        for _ in 0..count {
            let other = loop {
                let other = random.choose(&others.recordings);
                if other.package.name != recording.package.name {
                    break other;
                }
            };
            let mut behind = mix::to_float(&other.samples()?);
            mix::set_active_level(&mut behind, level + db);
            let behind: Vec<f32> = behind.iter().copied().cycle().take(alone.len()).collect();
            mix::mix(&mut mixed, &behind, 0.0);
        }
        Ok(mixed)
    }

    /// Through a mu-law line to all detectors.
    fn listen(&mut self, recording: &Recording, what: &str, group: Group, samples: &[f32]) {
        self.pcm.clear();
        mix::push_pcm(samples, &mut self.pcm);
        self.pcm
            .resize((self.pcm.len() + AFTER).next_multiple_of(FRAME), 0);
        mix::companded(Law::Mu, &mut self.pcm);
        let frames = self.pcm.as_chunks::<FRAME>().0;
        let talk = heard_by_us(Profile::Talk, frames);
        let pin_entry = heard_by_us(Profile::PinEntry, frames);
        let mut peer = DtmfRx::new();
        let mut heard_by_peer = String::new();
        for second in self.pcm.chunks(SAMPLE_RATE as usize) {
            second
                .chunks(2 * FRAME)
                .for_each(|block| peer.process(block));
            heard_by_peer += &peer.digits();
        }
        for (who, digits) in [
            ("ours", &talk),
            ("ours, PIN entry", &pin_entry),
            ("peer", &heard_by_peer),
        ] {
            if !digits.is_empty() {
                eprintln!("talk-off: {who}: {digits} in {what}");
            }
        }
        let count = &mut self.counts[group.place()];
        count.talk += talk.len() as u32;
        if !talk.is_empty() {
            *count.places.entry(recording.package.short).or_default() += talk.len() as u32;
        }
        count.pin_entry += pin_entry.len() as u32;
        count.peer += heard_by_peer.len() as u32;
        count.samples += samples.len() as u64;
    }
}

fn speed(n: usize) -> f64 {
    SLOWEST + FASTER * n as f64
}

fn heard_by_us(profile: Profile, frames: &[Samples]) -> String {
    let mut dtmf = Dtmf::new(profile);
    let mut digits = String::new();
    for (n, frame) in frames.iter().enumerate() {
        for event in dtmf.process(frame, Tick((n * FRAME) as u64)).events {
            if let DtmfEvent::Start { digit, .. } = event {
                digits.push(char::from(digit.ascii()));
            }
        }
    }
    digits
}
