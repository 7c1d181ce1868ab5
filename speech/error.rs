//! What can be wrong with a catalogue or a recording, told to the person who can mend it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use types::language::Language;

use crate::MAX_CLIP_SECONDS;

/// Why the prompts were not loaded. Every message names the file or clip and the reason.
#[derive(Debug, Error)]
pub enum SpeechError {
    #[error("no prompt language was asked for; built in are: {built_in}")]
    NoLanguage { built_in: String },

    #[error("no prompts are built in for language `{language}`; built in are: {built_in}")]
    UnknownLanguage {
        language: Language,
        built_in: String,
    },

    #[error("language `{language}` is asked for twice")]
    LanguageTwice { language: Language },

    #[error("{file}:{line}: {problem}")]
    Catalogue {
        file: String,
        line: usize,
        problem: String,
    },

    /// Something that a catalogue lacks as a whole, so that no line can be named.
    #[error("{file}: {problem}")]
    CatalogueLacks { file: String, problem: String },

    #[error("clip `{clip}` of language `{language}` has no recording: sets/{language}/{clip}.wav")]
    MissingClip { language: Language, clip: String },

    #[error("{file}: {fault}")]
    Recording { file: String, fault: WavFault },

    #[error("{}: cannot be read: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },

    #[error("{}: {problem}", .path.display())]
    Stray { path: PathBuf, problem: String },
}

/// Why a recording was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WavFault {
    #[error("is no WAV file (no RIFF header)")]
    NotWav,
    #[error("is cut short: {says} octets are announced, {has} are there")]
    Truncated { says: usize, has: usize },
    #[error("is damaged: {0} octets follow its end")]
    TrailingOctets(usize),
    #[error("is damaged: {0}")]
    Damaged(&'static str),
    #[error("has {0} channels; a prompt is mono")]
    Channels(u16),
    #[error("has {0} samples a second; a prompt has 8000")]
    Rate(u32),
    #[error(
        "is of format {tag} with {bits} bits; allowed are mu-law (7), A-law (6) and 16-bit PCM (1)"
    )]
    Format { tag: u16, bits: u16 },
    #[error("is empty: it holds no sample")]
    Empty,
    #[error("is silent: no sample is louder than -50 dBFS")]
    Silent,
    #[error("lasts {seconds} s; the limit is {MAX_CLIP_SECONDS} s")]
    TooLong { seconds: usize },
}
