//! What sallyport says: prompts in words, in each language's own order, and their audio.
//!
//! A [`Prompt`] says *what* is to be said ("your call is limited to 600 seconds"). This
//! room knows *how*: it turns the prompt into a [`Phrase`], a short list of recorded clips,
//! pauses, and the place where the inmate's own recorded name is played. The line plays it.
//!
//! ```
//! use speech::{Currency, Speech, Value};
//! use types::{language::Language, prompt::Prompt};
//!
//! let speech = Speech::load(&[Language::ENGLISH, Language::SPANISH], None)?;
//! let limit = Prompt::CallLimit { seconds: 600 };
//! assert_eq!(speech.words(Language::ENGLISH, &limit), "Your call is limited to 10 minutes.");
//! assert!(!speech.phrase(Language::SPANISH, &limit).is_empty());
//!
//! let balance = Value::Money { minor: 2101, currency: Currency::Usd };
//! assert_eq!(speech.spoken(Language::SPANISH, &balance), "veintiún dólares con un centavo");
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
//! carrier's name) and `facility` (its own). Where another carrier takes the calls to other LATAs,
//! to other states and abroad, `carrier_interlata` is its name; without a recording both are
//! `carrier`. Put a file of the clip's name under a
//! directory of the language and name the top directory in the site file:
//!
//! ```text
//! recordings/en/carrier.wav
//! recordings/en/carrier_interlata.wav
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
//! `catalogue/<language>.txt` is plain text in two sections; a line that starts with `#`
//! is a comment.
//!
//! * `[clips]`: `name: words`, or `name: words | the words as the voice must read them`. A
//!   clip is the smallest thing recorded: `sets/<language>/<name>.wav`. The words are shown
//!   in logs; joined, they make the sentence, so a clip that continues one may begin with a
//!   comma. `name: = other` is a clip that is heard as that other one, which stands before it,
//!   until a facility records it.
//! * `[prompts]`: `name: clips and slots`, in the order the language wants. The names are
//!   those of [`Prompt`] in lower case. A prompt without a line is the clip of its own name.
//!   `{seconds}` is a duration; `{calls}` a count of calls; `{name}` the inmate's recorded
//!   name; `{pause 200}` a silence in milliseconds; `{carrier}` the carrier whose call it is. A
//!   digit stands inside a clip's name: `press_{key}` is `press_0` to `press_9`, so that a
//!   language can bend the words around it. Every argument of a prompt must be said somewhere.
//!
//! # Numbers, money and time
//!
//! A [`Value`] is said by the language's grammar, a file in `grammar/` that knows its
//! numbers, their agreement with what is counted, how a sum and a time of day are told. It
//! asks for clips by name: `number_0` to `number_99`, `hundreds_1` to `hundreds_9`, a noun
//! such as `minutes`, and whatever else the language needs. A count that has a clip of its
//! own (`minutes_5`) is said with it, so a catalogue may have more or fewer of these. From
//! 100 minutes on, hours and minutes are told, rounded down; over 24 hours, 24 hours.
//!
//! # What a language costs
//!
//! 2.1 to 3.1 MiB of the binary, loaded or not (24 MiB the nine): what is not loaded is never
//! read from disk. A site loads the languages of its settings only: each takes as much memory
//! again, which the lines lock, and some 10 ms at start. They are told apart by
//! `cargo run --release -p speech --example cost`.
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
//! Copy a catalogue to `catalogue/<code>.txt` and translate it. Write its grammar beside the
//! others and name it in `grammar/mod.rs`; put at least 60 values and how they are said into
//! `test/said/<code>.txt`. Then either record every clip into `sets/<code>/`, or name a voice
//! in `build/make.py` and let `build/build` speak. What has a catalogue is
//! [`Speech::available`].

#![forbid(unsafe_code)]

mod assets;
mod catalogue;
mod error;
mod g711;
mod grammar;
mod kind;
mod load;
mod own;
mod value;
mod wav;

#[cfg(test)]
mod test;

use std::fmt;
use std::ops::Range;
use std::path::Path;

use arrayvec::ArrayVec;
use types::language::Language;
use types::prompt::Prompt;
use types::treatment::Brand;

pub use error::{SpeechError, WavFault};
pub use kind::prompt_name;
pub use value::{Currency, Value};

use assets::{BuiltIn, Source};
use catalogue::Step;
use grammar::{Grammar, Said};
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

/// One language: its prompts, resolved to clips, and its grammar.
struct Script {
    /// By `Kind as usize`.
    prompts: Vec<Vec<Step>>,
    grammar: &'static dyn Grammar,
    /// Its clips, in the order of their names.
    by_name: Vec<ClipId>,
}

struct Clip {
    language: Language,
    name: String,
    words: String,
    /// The words as the voice reads them.
    spoken: String,
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
    /// If a key of the prompt is above 9, or there is no wording of its number.
    pub fn phrase(&self, language: Language, prompt: &Prompt) -> Phrase {
        let script = match *prompt {
            Prompt::LanguageOffer { language, .. } => match self.script(language) {
                Some(script) => script,
                None => return Phrase::new(),
            },
            _ => self.script(language).unwrap_or(&self.scripts[0]),
        };
        self.prompt(script, prompt)
    }

    /// What to play for `value`; does not allocate. A language that is not loaded is answered
    /// in the first one.
    pub fn value(&self, language: Language, value: &Value) -> Phrase {
        let script = self.script(language).unwrap_or(&self.scripts[0]);
        let mut phrase = Phrase::new();
        self.say(script, value, &mut phrase);
        phrase
    }

    /// `value` in words, as the voice reads them: "twenty-four dollars and sixty-five cents".
    pub fn spoken(&self, language: Language, value: &Value) -> String {
        let mut sentence = String::new();
        for piece in self.value(language, value) {
            let Piece::Clip(id) = piece else {
                sentence.push(',');
                continue;
            };
            if !sentence.is_empty() {
                sentence.push(' ');
            }
            let spoken = &self.clips[usize::from(id.0)].spoken;
            sentence.push_str(spoken.trim_end_matches(PUNCTUATION));
        }
        sentence
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
            if !sentence.is_empty() && !words.starts_with(PUNCTUATION) {
                sentence.push(' ');
            }
            sentence.push_str(words);
        }
        if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?', '。', '।']) {
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

    fn prompt(&self, script: &Script, prompt: &Prompt) -> Phrase {
        let mut phrase = Phrase::new();
        for step in &script.prompts[Kind::of(prompt) as usize] {
            match step {
                Step::Clip(clip) => phrase.push(Piece::Clip(*clip)),
                Step::Number(slot, clips) => {
                    let (number, range) = (slot.number(prompt), slot.range());
                    assert!(range.contains(&number), "{prompt:?}: not in {range:?}");
                    phrase.push(Piece::Clip(clips[usize::from(number - range.start())]));
                }
                Step::Carrier {
                    intra_lata,
                    inter_lata,
                } => phrase.push(Piece::Clip(match kind::brand(prompt) {
                    Brand::IntraLata => *intra_lata,
                    Brand::InterLata => *inter_lata,
                })),
                Step::Duration => {
                    let seconds = kind::seconds(prompt);
                    self.say(script, &Value::Duration { seconds }, &mut phrase);
                }
                Step::Calls => {
                    let calls = kind::calls(prompt);
                    self.say(script, &Value::Calls(calls), &mut phrase);
                }
                Step::Name => phrase.push(Piece::Name),
                Step::Pause(ms) => phrase.push(Piece::Pause { ms: *ms }),
            }
        }
        phrase
    }

    fn say(&self, script: &Script, value: &Value, phrase: &mut Phrase) {
        let name = |id: &ClipId| self.clip_name(*id);
        let find = |wanted: &str| {
            let at = script.by_name.binary_search_by(|id| name(id).cmp(wanted));
            Some(script.by_name[at.ok()?])
        };
        let mut said = Said::new(&find, phrase);
        grammar::say(script.grammar, value, &mut said);
        let missing = said.missing();
        assert!(
            missing.is_none(),
            "{value:?} needs {missing:?}: the check is wrong"
        );
    }
}

const PUNCTUATION: [char; 11] = [',', '.', ';', ':', '!', '?', '，', '。', '、', '।', '：'];

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speech")
            .field("languages", &self.languages)
            .field("clips", &self.clips.len())
            .field("octets", &self.audio.len())
            .finish_non_exhaustive()
    }
}
