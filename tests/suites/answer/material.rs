//! Prompts, cut at their pauses.

use super::seconds;
use crate::{
    corpus::{Corpus, Error, Recording, Split},
    mix,
    random::Random,
};
use std::{collections::BTreeMap, ops::Range};

/// Which voices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Voices {
    Train,
    Test,
}

/// What calls are made of.
#[derive(Debug)]
pub struct Material {
    voices: Vec<Voice>,
    music: Vec<Vec<f32>>,
}

#[derive(Debug, Default)]
pub(super) struct Voice {
    recordings: Vec<Vec<f32>>,
    /// Pieces without a pause of [`PAUSE`]: recording and samples.
    pieces: Vec<(usize, Range<usize>)>,
}

/// Frames of 10 ms that cut a prompt in two.
const PAUSE: usize = 30;

/// A frame this far under the level of the speech is a pause.
const BELOW_DB: f64 = 26.0;

/// Voices that train; all others test.
const TRAIN: [&str; 4] = [
    "Allison Smith",
    "Maxim's IVR voice",
    "acted, Czech: big fish",
    "acted, Czech: others",
];

impl Material {
    /// At most so many recordings of each voice.
    ///
    /// # Errors
    /// When recordings are not installed.
    pub fn load(voices: Voices, most: usize) -> Result<Material, Error> {
        let corpus = Corpus::installed()?;
        let mut by_voice: BTreeMap<String, Vec<Recording>> = BTreeMap::new();
        for recording in corpus.speech().recordings {
            let voice = recording.voice();
            if TRAIN.contains(&voice.as_str()) == (voices == Voices::Train) {
                by_voice.entry(voice).or_default().push(recording);
            }
        }
        let half = match voices {
            Voices::Train => Split::Train,
            Voices::Test => Split::Test,
        };
        let voices = by_voice
            .values()
            .map(|recordings| Voice::read(recordings, most));
        let mut voices: Vec<Voice> = voices.collect::<Result<_, _>>()?;
        voices.retain(Voice::says_words);
        let music = corpus.music().half(half).recordings;
        let music = music
            .iter()
            .map(|recording| Ok(mix::to_float(&recording.samples()?)));
        Ok(Material {
            voices,
            music: music.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn voice(&self, random: &mut Random) -> &Voice {
        random.choose(&self.voices)
    }

    /// A piece of this length in seconds.
    pub(super) fn utterance(
        &self,
        random: &mut Random,
        voice: &Voice,
        length_s: Range<f64>,
    ) -> Vec<f32> {
        let length = seconds(length_s.start)..seconds(length_s.end);
        let fitting: Vec<_> = voice
            .pieces
            .iter()
            .filter(|(_, piece)| length.contains(&piece.len()))
            .collect();
        let (recording, piece) = random.choose(&fitting);
        voice.recordings[*recording][piece.clone()].to_vec()
    }

    /// 4 to 9 s of speech with pauses of 0.1 to 0.48 s.
    pub(super) fn greeting(&self, random: &mut Random, voice: &Voice) -> Vec<f32> {
        let wanted = seconds(random.uniform(4.0, 9.0));
        let mut at = random.below(voice.pieces.len());
        let mut said = Vec::new();
        while said.len() < wanted {
            let (recording, piece) = &voice.pieces[at];
            said.extend_from_slice(&voice.recordings[*recording][piece.clone()]);
            if said.len() < wanted {
                said.extend(vec![0.0; seconds(random.uniform(0.1, 0.48))]);
            }
            at = (at + 1) % voice.pieces.len();
        }
        said
    }

    /// Eight voices at once.
    pub(super) fn babble(&self, random: &mut Random, samples: usize) -> Vec<f32> {
        let mut babble = vec![0.0; samples];
        for _ in 0..8 {
            let voice = self.voice(random);
            let mut said = Vec::new();
            while said.len() < samples {
                let mut recording = random.choose(&voice.recordings).clone();
                mix::set_active_level(&mut recording, -30.0);
                said.extend(recording);
            }
            mix::mix(&mut babble, &said, 0.0);
        }
        babble
    }

    pub(super) fn music(&self, random: &mut Random, samples: usize) -> Vec<f32> {
        let music = random.choose(&self.music);
        let from = random.below(music.len().saturating_sub(samples).max(1));
        music[from..(from + samples).min(music.len())].to_vec()
    }
}

impl Voice {
    /// Whether it has short utterances to choose from.
    fn says_words(&self) -> bool {
        let words = seconds(0.35)..seconds(1.0);
        let fitting = self
            .pieces
            .iter()
            .filter(|(_, piece)| words.contains(&piece.len()));
        fitting.count() >= 5
    }

    fn read(recordings: &[Recording], most: usize) -> Result<Voice, Error> {
        let mut voice = Voice::default();
        let nth = recordings.len().div_ceil(most);
        for recording in recordings.iter().step_by(nth) {
            let samples = mix::to_float(&recording.samples()?);
            let at = voice.recordings.len();
            voice
                .pieces
                .extend(pieces(&samples).into_iter().map(|piece| (at, piece)));
            voice.recordings.push(samples);
        }
        Ok(voice)
    }
}

/// Where somebody speaks, cut at pauses.
fn pieces(samples: &[f32]) -> Vec<Range<usize>> {
    let least = mix::active_level_dbm0(samples) - BELOW_DB;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (n, frame) in samples.chunks(80).enumerate() {
        if mix::level_dbm0(frame) < least {
            continue;
        }
        match pieces.last_mut() {
            Some(last) if n * 80 - last.end < PAUSE * 80 => last.end = (n + 1) * 80,
            _ => pieces.push(n * 80..(n + 1) * 80),
        }
    }
    pieces
        .iter_mut()
        .for_each(|piece| piece.end = piece.end.min(samples.len()));
    pieces.retain(|piece| piece.len() >= seconds(0.2));
    pieces
}
