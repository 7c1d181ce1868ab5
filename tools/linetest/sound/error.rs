//! Why a recording can't be read, in words that say what to do about it.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error("{}", plain(.0))]
    Io(#[from] io::Error),

    #[error("empty: not one octet is in it")]
    Empty,

    #[error("no sound: it holds no samples")]
    NoSamples,

    #[error(
        "no WAV file: it begins like {likeness}; convert it with \"sox IN -r 8000 -b 16 OUT.wav\", \
         or say with --raw which samples without a header it holds"
    )]
    NoWav { likeness: String },

    #[error("damaged: {0}")]
    Damaged(String),

    #[error(
        "sampled at {found} Hz, and a telephone line is 8000: convert it with \
         \"sox IN -r 8000 -b 16 OUT.wav\""
    )]
    Rate { found: u32 },

    #[error(
        "{found} channels, where one or two are read: take one with \
         \"sox IN -r 8000 -b 16 OUT.wav remix 1\""
    )]
    Channels { found: u16 },

    #[error(
        "samples are {found}, where 16-bit PCM, mu-law and A-law are read: convert it with \
         \"sox IN -r 8000 -b 16 OUT.wav\""
    )]
    Coding { found: String },

    #[error(
        "truncated: its header tells of {missing} octets more than there are; what is there was \
         analysed"
    )]
    Truncated { missing: u64 },

    #[error("truncated: of the {missing} octets of sound that its header tells of there is none")]
    CutBeforeSound { missing: u64 },

    #[error(
        "damaged: it ends in the middle of a sample (octets of it: {over}); what is before was \
         analysed"
    )]
    PartOfASample { over: u64 },
}

/// The system's word without its number.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let mut text = text[..end].to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}
