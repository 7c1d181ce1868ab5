use super::{v1, v2, v3};
use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::settings::{LanguageChoice, Unrecorded};

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
    // The line, since version 2.
    pub pulse_acceptance: bool,
    pub drop_machines: bool,
    // The line, since version 3.
    pub join_talk: bool,
    // Guessing of PINs, since version 4.
    /// `None` is as many as one likes.
    pub wrong_pins_borne: Option<u16>,
    pub wrong_pin_forget_seconds: u32,
    pub rest_seconds: u32,
    pub longest_rest_seconds: u32,
    // Screening, since version 4.
    pub unrecorded: Code<Unrecorded>,
}

impl From<v3::Settings> for Settings {
    fn from(old: v3::Settings) -> Settings {
        Settings {
            pin_length: old.pin_length,
            pin_tries: old.pin_tries,
            language_choice: old.language_choice,
            languages: old.languages,
            dial_tone: old.dial_tone,
            first_digit: old.first_digit,
            inter_digit: old.inter_digit,
            final_digit: old.final_digit,
            prompt_repeats: old.prompt_repeats,
            on_hook_guard: old.on_hook_guard,
            back_office_wait: old.back_office_wait,
            trunk_wait: old.trunk_wait,
            trunk_tries: old.trunk_tries,
            trunk_silent: old.trunk_silent,
            max_rings: old.max_rings,
            answer_wait: old.answer_wait,
            name_seconds: old.name_seconds,
            accept_key: old.accept_key,
            refuse_key: old.refuse_key,
            accept_wait: old.accept_wait,
            accept_repeats: old.accept_repeats,
            warn_two_minutes: old.warn_two_minutes,
            warn_one_minute: old.warn_one_minute,
            talk_silence: old.talk_silence,
            hard_limit: old.hard_limit,
            check_restricted: old.check_restricted,
            allowed_rescues: old.allowed_rescues,
            global_block_wins: old.global_block_wins,
            record: old.record,
            weekend: old.weekend,
            default_limit_seconds: old.default_limit_seconds,
            announce_limit: old.announce_limit,
            pin_numbers_max: old.pin_numbers_max,
            pulse_acceptance: old.pulse_acceptance,
            drop_machines: old.drop_machines,
            join_talk: old.join_talk,
            wrong_pins_borne: Some(8),
            wrong_pin_forget_seconds: 600,
            rest_seconds: 60,
            longest_rest_seconds: 3600,
            // What a new site begins with: the safe one.
            unrecorded: Code(Unrecorded::Refuse),
        }
    }
}

impl From<v2::Settings> for Settings {
    fn from(old: v2::Settings) -> Settings {
        v3::Settings::from(old).into()
    }
}

impl From<v1::Settings> for Settings {
    fn from(old: v1::Settings) -> Settings {
        v2::Settings::from(old).into()
    }
}
