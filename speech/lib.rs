//! What sallyport says: prompts in words, in each language's own order, and their audio.
//!
//! A [`Prompt`] says *what* is to be said ("your call is limited to 600 seconds"). This
//! room knows *how*: it turns the prompt into a [`Phrase`], a short list of recorded clips,
//! pauses, and the place where the inmate's own recorded name is played. The line plays it.
//!
//! ```
//! use speech::Speech;
//! use types::{language::Language, prompt::Prompt};
//!
//! let speech = Speech::load(&[Language::ENGLISH, Language::SPANISH], None)?;
//! let limit = Prompt::CallLimit { seconds: 600 };
//! assert_eq!(speech.words(Language::ENGLISH, &limit), "Your call is limited to 10 minutes.");
//! assert!(!speech.phrase(Language::SPANISH, &limit).is_empty());
//! # Ok::<(), speech::SpeechError>(())
//! ```
//!
//! Catalogues and recordings are inside the binary: nothing is read at run time but a
//! facility's own recordings. Everything is checked by [`Speech::load`], for every prompt
//! and every argument: a missing or damaged clip is an error at start that names it, never
//! a silence in a call.
//!
//! # A facility's own recordings
//!
//! Any clip can be replaced. The two that every facility should replace are `carrier` (the
//! carrier's name) and `facility` (its own). Put a file of the clip's name under a
//! directory of the language and name the top directory in the site file:
//!
//! ```text
//! recordings/en/carrier.wav
//! recordings/en/facility.wav
//! recordings/es/facility.wav
//! ```
//!
//! A recording is a WAV file, mono, 8000 samples a second, in mu-law, A-law or 16-bit PCM,
//! at most [`MAX_CLIP_SECONDS`] long. Trim the silence at both ends. It is played at the
//! level it has: the built-in voice speaks at -19 dBFS (RMS while speaking). The names and
//! words of all clips are in `catalogue/<language>.txt`. A file that names no clip, or that
//! is not such a recording, is an error at start; hidden files are passed over. The words
//! in the logs stay those of the catalogue.
//!
//! # The catalogue
//!
//! `catalogue/<language>.txt` is plain text in three sections; a line that starts with `#`
//! is a comment.
//!
//! * `[clips]`: `name: words`, or `name: words | the words as the voice must read them`. A
//!   clip is the smallest thing recorded: `sets/<language>/<name>.wav`. The words are shown
//!   in logs; joined, they make the sentence, so a clip that continues one may begin with a
//!   comma.
//! * `[prompts]`: `name: clips and slots`, in the order the language wants. The names are
//!   those of [`Prompt`] in lower case. A prompt without a line is the clip of its own name.
//!   `{seconds}` is a duration; `{name}` the inmate's recorded name; `{pause 200}` a silence
//!   in milliseconds. A digit stands inside a clip's name: `press_{key}` is `press_0` to
//!   `press_9`, so that a language can bend the words around it. Every argument of a prompt
//!   must be said somewhere.
//! * `[durations]`: how time is told. `minutes 21 31: one_{n} minutes` holds for these
//!   counts, `minutes *: number_{n} minutes` for all others; the first rule that holds is
//!   taken, and `{n}` is the count as a part of a clip's name. All of 0 to 59 `seconds`, 0 to
//!   99 `minutes` and 0 to 24 `hours` must be covered. `join` puts two parts together. From
//!   100 minutes on, hours and minutes are told, rounded down; over 24 hours, 24 hours.
//!
//! # To add a prompt
//!
//! 1. Add the variant to [`Prompt`] and, as the compiler then asks, its name and slots to
//!    the list in `kind.rs`.
//! 2. Add its clips, and a line in `[prompts]` if it is not just a clip of its name, to every
//!    catalogue. The tests name what is missing.
//! 3. Run `build/build`: it makes the audio of the new words only. `build/build --check` has
//!    a speech recogniser listen to all of it.
//!
//! # To add a language
//!
//! Copy a catalogue to `catalogue/<code>.txt` and translate it. Then either record every
//! clip into `sets/<code>/`, or name a voice in `build/make.py` and let `build/build` speak.
//! Nothing else changes: what has a catalogue is [`Speech::available`].

#![forbid(unsafe_code)]

mod assets;
mod catalogue;
mod duration;
mod error;
mod g711;
mod kind;
mod load;
mod own;
mod wav;

#[cfg(test)]
mod test;

use std::fmt;
use std::ops::Range;
use std::path::Path;

use arrayvec::ArrayVec;
use types::language::Language;
use types::prompt::Prompt;

pub use error::{SpeechError, WavFault};
pub use kind::prompt_name;

use assets::{BuiltIn, Source};
use catalogue::Step;
use duration::Durations;
use kind::Kind;

/// Of every clip, in samples (and mu-law octets) a second.
pub const SAMPLE_RATE: usize = 8000;

/// The longest recording of one clip.
pub const MAX_CLIP_SECONDS: usize = 30;

/// The longest phrase, in pieces.
pub const PHRASE_MAX: usize = 32;

/// A clip of one language in a [`Speech`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClipId(u16);

/// One thing to play.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    Clip(ClipId),
    /// The inmate's own recorded name, which the line holds.
    Name,
    Pause {
        ms: u16,
    },
}

/// A prompt as what to play, in order.
pub type Phrase = ArrayVec<Piece, PHRASE_MAX>;

/// The loaded languages: immutable, and shared by all lines.
pub struct Speech {
    languages: Vec<Language>,
    /// In the order of `languages`.
    scripts: Vec<Script>,
    clips: Vec<Clip>,
    audio: Box<[u8]>,
}

/// One language's grammar, resolved to clips.
struct Script {
    /// By `Kind as usize`.
    prompts: Vec<Vec<Step>>,
    durations: Durations,
}

struct Clip {
    language: Language,
    name: String,
    words: String,
    audio: Range<usize>,
}

impl Speech {
    /// Loads the built-in sets of `languages`, then a facility's own recordings over them:
    /// `own/<language>/<clip>.wav` replaces a clip. The first language is the site's own.
    pub fn load(languages: &[Language], own: Option<&Path>) -> Result<Speech, SpeechError> {
        load::load(&BuiltIn, languages, own)
    }

    /// The languages that are built in.
    pub fn available() -> Vec<Language> {
        BuiltIn.languages()
    }

    /// The loaded languages, in the order they were asked for.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// What to play for `prompt`; does not allocate.
    ///
    /// A language that is not loaded is answered in the first one: a stale setting of one
    /// inmate must not silence a phone. For the same reason the offer of a language that is
    /// not loaded is an empty phrase: it could not be kept.
    ///
    /// # Panics
    /// If a key of the prompt is above 9.
    pub fn phrase(&self, language: Language, prompt: &Prompt) -> Phrase {
        let script = match *prompt {
            Prompt::LanguageOffer { language, .. } => match self.script(language) {
                Some(script) => script,
                None => return Phrase::new(),
            },
            _ => self.script(language).unwrap_or(&self.scripts[0]),
        };
        script.phrase(prompt)
    }

    /// G.711 mu-law at 8 kHz.
    pub fn clip(&self, id: ClipId) -> &[u8] {
        &self.audio[self.clips[usize::from(id.0)].audio.clone()]
    }

    pub fn clip_name(&self, id: ClipId) -> &str {
        &self.clips[usize::from(id.0)].name
    }

    /// The sentence that `prompt` is, for logs: "Your call is limited to 10 minutes."
    pub fn words(&self, language: Language, prompt: &Prompt) -> String {
        let mut sentence = String::new();
        for piece in self.phrase(language, prompt) {
            let words = match piece {
                Piece::Clip(id) => &self.clips[usize::from(id.0)].words,
                Piece::Name => "[recorded name]",
                Piece::Pause { .. } => continue,
            };
            if !sentence.is_empty() && !words.starts_with([',', '.', ';', ':', '!', '?']) {
                sentence.push(' ');
            }
            sentence.push_str(words);
        }
        if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
            sentence.push('.');
        }
        sentence
    }

    /// Every clip with its language and name.
    pub fn clips(&self) -> impl Iterator<Item = (Language, ClipId, &str)> {
        let numbered = (0..).zip(&self.clips);
        numbered.map(|(id, clip)| (clip.language, ClipId(id), clip.name.as_str()))
    }

    /// All clips in one piece of memory, to be locked: no prompt waits for the disk.
    pub fn audio(&self) -> &[u8] {
        &self.audio
    }

    fn script(&self, language: Language) -> Option<&Script> {
        let index = self
            .languages
            .iter()
            .position(|&loaded| loaded == language)?;
        Some(&self.scripts[index])
    }
}

impl Script {
    fn phrase(&self, prompt: &Prompt) -> Phrase {
        let mut phrase = Phrase::new();
        for step in &self.prompts[Kind::of(prompt) as usize] {
            match step {
                Step::Clip(clip) => phrase.push(Piece::Clip(*clip)),
                Step::Digit(slot, clips) => {
                    let digit = usize::from(slot.digit(prompt));
                    assert!(digit <= 9, "{prompt:?}: a key is a digit");
                    phrase.push(Piece::Clip(clips[digit]));
                }
                Step::Duration => {
                    let say = |clip| phrase.push(Piece::Clip(clip));
                    self.durations.say(kind::seconds(prompt), say);
                }
                Step::Name => phrase.push(Piece::Name),
                Step::Pause(ms) => phrase.push(Piece::Pause { ms: *ms }),
            }
        }
        phrase
    }
}

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speech")
            .field("languages", &self.languages)
            .field("clips", &self.clips.len())
            .field("octets", &self.audio.len())
            .finish_non_exhaustive()
    }
}
