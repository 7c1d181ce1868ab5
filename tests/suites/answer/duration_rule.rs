//! The peer: the well-known rule of durations, by its public parameters.
//!
//! What: words are stretches of frames above a fixed threshold, and all is decided by their
//! number and lengths: no sound for long is a machine, a long greeting or many words are a
//! machine, a short greeting and then silence is a person, no decision in time is neither.
//!
//! How: written anew from the documented meaning of the parameters and their usual values: initial
//! silence 2500 ms, greeting 1500, silence after it 800, total 5000, a word at least 100, silence
//! between words 50, more than 3 words (the maximum) a machine, mean amplitude 256.

use super::{Answer, Case, Verdict};
use types::{frame::FRAME, tick::Tick};

#[derive(Clone, Copy, Debug)]
pub struct DurationRule {
    pub initial_silence_ms: u32,
    pub greeting_ms: u32,
    pub after_greeting_ms: u32,
    pub total_ms: u32,
    pub word_ms: u32,
    pub between_words_ms: u32,
    pub words: u32,
    pub threshold: f32,
}

impl Default for DurationRule {
    fn default() -> DurationRule {
        DurationRule {
            initial_silence_ms: 2500,
            greeting_ms: 1500,
            after_greeting_ms: 800,
            total_ms: 5000,
            word_ms: 100,
            between_words_ms: 50,
            words: 3,
            threshold: 256.0,
        }
    }
}

/// Samples that are judged together: 20 ms.
const BLOCK: usize = 2 * FRAME;
const BLOCK_MS: u32 = 20;

impl DurationRule {
    pub fn classify(&self, case: &Case) -> Verdict {
        let decided = self.decide(&case.samples);
        Verdict {
            first: decided,
            last: decided,
            beep: None,
        }
    }

    fn decide(&self, samples: &[i16]) -> Option<(Answer, Tick)> {
        let (mut silence, mut voice, mut words) = (0, 0, 0);
        let (mut in_greeting, mut in_word) = (false, false);
        for (n, block) in samples.as_chunks::<BLOCK>().0.iter().enumerate() {
            let elapsed = (n as u32 + 1) * BLOCK_MS;
            let now = Tick(((n + 1) * BLOCK) as u64);
            let sum: f32 = block.iter().map(|&s| f32::from(s).abs()).sum();
            if sum / BLOCK as f32 >= self.threshold {
                silence = 0;
                voice += BLOCK_MS;
                if voice >= self.word_ms && !in_word {
                    words += 1;
                    in_word = true;
                    in_greeting = true;
                }
            } else {
                silence += BLOCK_MS;
                if silence >= self.between_words_ms {
                    if in_word {
                        in_word = false;
                    }
                    if voice < self.word_ms {
                        voice = 0;
                    }
                }
            }
            if !in_greeting && silence >= self.initial_silence_ms {
                return Some((Answer::Machine, now));
            }
            if in_greeting && silence >= self.after_greeting_ms {
                return Some((Answer::Person, now));
            }
            if in_greeting && (words > self.words || voice >= self.greeting_ms) {
                return Some((Answer::Machine, now));
            }
            if elapsed >= self.total_ms {
                return None;
            }
        }
        None
    }
}
