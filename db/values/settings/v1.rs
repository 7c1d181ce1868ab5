use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::settings::LanguageChoice;

/// What holds for the whole site. Lengths of time are in ticks of 1/8000 s.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Settings {
    // The line.
    pub pin_length: u8,
    pub pin_tries: u8,
    pub language_choice: Code<LanguageChoice>,
    /// ISO 639-1, in the order they are offered.
    pub languages: Vec<[u8; 2]>,
    pub dial_tone: u64,
    pub first_digit: u64,
    pub inter_digit: u64,
    pub final_digit: u64,
    pub prompt_repeats: u8,
    pub on_hook_guard: u64,
    pub back_office_wait: u64,
    pub trunk_wait: u64,
    pub trunk_tries: u8,
    pub trunk_silent: u64,
    pub max_rings: u8,
    pub answer_wait: u64,
    pub name_seconds: u8,
    pub accept_key: u8,
    pub refuse_key: u8,
    pub accept_wait: u64,
    pub accept_repeats: u8,
    pub warn_two_minutes: bool,
    pub warn_one_minute: bool,
    pub talk_silence: u64,
    pub hard_limit: u64,
    // Screening.
    pub check_restricted: bool,
    pub allowed_rescues: bool,
    pub global_block_wins: bool,
    pub record: bool,
    /// Monday first, one bit a day, Monday lowest.
    pub weekend: u8,
    pub default_limit_seconds: u32,
    // Both.
    pub announce_limit: bool,
    pub pin_numbers_max: u16,
}
