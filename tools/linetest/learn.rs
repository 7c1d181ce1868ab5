//! `linetest learn`: an unknown tone into an entry of a tone table.
//!
//! What: the frequencies, levels and cadence of the tone on a recording, how far they stray, and
//! the line of a tone table that says the same.
//!
//! How: `frequencies` finds what sounds steadily; the segmenter that also detects tones cuts the
//! recording into sounds of these frequencies; `shape` finds the cycle that repeats. The entry is
//! then given to the detector of tones, which has to recognise the recording by it.
//!
//! Limits: the first two minutes of a recording; sounds from 45 ms; up to eight bursts in a cycle.

mod frequencies;
mod shape;

use dsp::{
    plan::{Burst, ToneDef, TonePlan},
    progress::{Progress, ProgressEvent},
    segment::{Ended, Segmenter},
};
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

use crate::{
    analysis::{Ear, Found, Leg, Place},
    row::{self, Row},
    words,
};
use shape::{Shape, Sound};

/// Keeps one channel and learns from it at the end.
#[derive(Debug)]
pub(crate) struct Learn {
    leg: Leg,
    /// What the tone is called in its entry; else it is guessed.
    tone: Option<Tone>,
    heard: Vec<i16>,
}

/// The longest that is kept.
const MOST: usize = 120 * dsp::SAMPLE_RATE as usize;

/// What is told of a tone that was learned, or why none was.
type Learned = Result<row::Learned, String>;

impl Learn {
    pub fn new(leg: Leg, tone: Option<Tone>) -> Learn {
        Learn {
            leg,
            tone,
            heard: Vec::new(),
        }
    }

    fn learn(&self) -> Learned {
        let freqs = frequencies::steady(&self.heard);
        if freqs.is_empty() {
            return Err("nothing sounds steadily enough".into());
        }
        let sounds = sounds(&self.heard, &freqs);
        let shape = Shape::of(&sounds, self.heard.len() as u64)?;
        let bursts: Vec<Burst> = shape.bursts.iter().map(shape::Burst::nominal).collect();
        let mut def = match shape.repeats {
            true => ToneDef::cadenced(Tone::Dial, &bursts),
            false => ToneDef::once(Tone::Dial, &bursts),
        };
        let namesakes = namesakes(&def);
        let tone = self.tone.or_else(|| usual(&namesakes));
        let tone = tone.unwrap_or_else(|| guess(&bursts, shape.repeats));
        def.tone = tone;
        let line = tonetables::write(&def);
        tonetables::read(&line).map_err(|what| format!("{line}: no table may hold it: {what}"))?;
        Ok(row::Learned {
            line: Some(line),
            problem: None,
            tone: Some(words::name(tone)),
            guessed: self.tone.is_none(),
            cycles: shape.cycles,
            bursts: shape.bursts.iter().map(shape::Burst::row).collect(),
            recognised_ms: recognised(&self.heard, &def),
            sounds_like: rows(&namesakes),
            sounds: sounds.iter().map(Sound::shown).collect(),
        })
    }
}

impl Ear for Learn {
    fn hear(&mut self, samples: &Samples, _: &Place, _: &mut Found) {
        let room = MOST - self.heard.len();
        self.heard.extend_from_slice(&samples[..room.min(FRAME)]);
    }

    fn end(&mut self, length: u64, found: &mut Found) {
        self.heard.truncate(usize::try_from(length).unwrap_or(MOST));
        let row = self.learn().unwrap_or_else(row::Learned::none);
        found.rows.push((self.leg, Row::Learned(row)));
    }
}

/// Frames of a recording, with silence after its end.
fn frames(heard: &[i16]) -> impl Iterator<Item = (Tick, Samples)> {
    const AFTER: usize = 10;
    let count = heard.len().div_ceil(FRAME);
    (0..count + AFTER).map(|n| {
        let rest = heard.get(n * FRAME..).unwrap_or_default();
        let mut samples = [0; FRAME];
        let length = rest.len().min(FRAME);
        samples[..length].copy_from_slice(&rest[..length]);
        (Tick((n * FRAME) as u64), samples)
    })
}

fn sounds(heard: &[i16], freqs: &[f32]) -> Vec<Sound> {
    let mut segmenter = Segmenter::new(freqs);
    let mut ended: Vec<Ended> = Vec::new();
    for (at, samples) in frames(heard) {
        ended.extend(segmenter.process(&samples, at).ended);
    }
    let sounds = ended.iter().map(|ended| Sound::new(ended, freqs, heard));
    shape::joined(sounds.collect())
}

/// When the detector knows the recording by the entry.
fn recognised(heard: &[i16], def: &ToneDef) -> Option<f64> {
    let plan = TonePlan {
        tones: vec![def.clone()],
        ..TonePlan::default()
    };
    let mut detector = Progress::new(&plan);
    let known = frames(heard).find(|(at, samples)| {
        let events = detector.process(samples, *at).events;
        events.iter().any(|event| match event {
            ProgressEvent::Tone { tone, .. } => *tone == def.tone,
            ProgressEvent::ToneEnd { .. } => false,
        })
    });
    let end = |at: Tick| (at + Ticks(FRAME as u64)).0.min(heard.len() as u64);
    known.map(|(at, _)| row::ms(end(at)))
}

/// What every command takes a line's country to be where nothing else is said.
const OWN_COUNTRY: &str = "us";

/// The tones of all countries that cannot be told from this one, with their countries.
fn namesakes(def: &ToneDef) -> Vec<(Tone, &'static str)> {
    let mut found = Vec::new();
    // The program's own country first, as the list is cut where it is shown.
    let others = tonetables::codes().filter(|code| *code != OWN_COUNTRY);
    for code in std::iter::once(OWN_COUNTRY).chain(others) {
        let Ok(country) = tonetables::load(code) else {
            continue;
        };
        let own = country.tones.tones.iter();
        for other in own.filter(|other| other.same_as.is_none() && def.sounds_like(other)) {
            if !found.contains(&(other.tone, code)) {
                found.push((other.tone, code));
            }
        }
    }
    found
}

fn rows(namesakes: &[(Tone, &'static str)]) -> Vec<row::Namesake> {
    let row = |&(tone, country): &(Tone, &'static str)| row::Namesake {
        country,
        tone: words::name(tone),
    };
    namesakes.iter().map(row).collect()
}

/// What most countries that have this sound mean by it.
fn usual(namesakes: &[(Tone, &'static str)]) -> Option<Tone> {
    let countries = |tone: Tone| namesakes.iter().filter(|(other, _)| *other == tone).count();
    // Of two that are as usual, the first.
    let tones = namesakes.iter().rev().map(|(tone, _)| *tone);
    tones.max_by_key(|tone| countries(*tone))
}

/// What a tone of this shape usually is (ITU-T E.180), where no table has it.
fn guess(bursts: &[Burst], repeats: bool) -> Tone {
    let first = &bursts[0];
    let last = bursts.last().expect("a tone has bursts");
    let rising = bursts
        .windows(2)
        .all(|two| two[0].freqs()[0] < two[1].freqs()[0]);
    match (bursts.len(), repeats, last.on_ms) {
        (1, _, 0) => Tone::Dial,
        (_, _, 0) => Tone::StutterDial,
        (3, false, _) if rising => Tone::Sit(SitKind::Unknown),
        (_, false, _) => Tone::Record,
        _ if last.off_ms >= 1500 => Tone::Ringback,
        (1, true, on) if on < 330 && first.off_ms < 330 => Tone::Reorder,
        _ => Tone::Busy,
    }
}
