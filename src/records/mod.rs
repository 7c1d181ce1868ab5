//! Call records as others read them: a line of JSON, a sentence, a recording.

#[cfg(test)]
mod example;
mod json;
pub mod names;
mod recorder;
mod wav_file;
mod words;

pub use backoffice::moment;
pub use json::{KEYS, json_line, rfc3339};
pub use recorder::Recorder;
pub use words::{
    answer_words, blocked_words, check_words, class_words, finding_words, handling_words, length,
    party_words, pattern_words, permit_words, recording_words, release_words, three_way_words,
    tone_words, type_words, words,
};
