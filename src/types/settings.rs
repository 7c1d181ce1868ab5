//! How calls are to be handled at a phone: administered values, copied to the line
//! whole, so that a call sees one set from its beginning to its end.

use crate::{
    credential::{ConfirmBy, IdentifyBy},
    digits::List,
    language::Language,
    party_block::BlockKeys,
    tick::Ticks,
};

/// The most prompt languages a site can offer (C1).
pub const MAX_LANGUAGES: usize = 9;

/// Where a call's language comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LanguageChoice {
    /// Offer the installed languages first, if there is more than one.
    Menu,
    /// Take the PIN's language; offer the menu only when the PIN does not say.
    FromPin,
}

/// Which words both parties hear before the end of a talk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Warnings {
    /// Two minutes before it.
    pub two_minutes: bool,
    pub one_minute: bool,
}

impl Warnings {
    pub const TWO_MINUTES: Ticks = Ticks::secs(120);
    pub const ONE_MINUTE: Ticks = Ticks::secs(60);

    /// Those of them that a talk of this length has a time for.
    pub fn within(self, talk: Ticks) -> Warnings {
        Warnings {
            two_minutes: self.two_minutes && talk > Warnings::TWO_MINUTES,
            one_minute: self.one_minute && talk > Warnings::ONE_MINUTE,
        }
    }

    /// What an unconfigured site gets.
    pub const fn standard() -> Warnings {
        Warnings {
            two_minutes: false,
            one_minute: true,
        }
    }
}

/// What becomes of a call that must be recorded while the recorder can't write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unrecorded {
    /// It is not placed.
    Refuse,
    /// It is placed; its record says what is missing on the recording.
    Allow,
}

/// Over what calls are counted; the days are the facility's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    pub const ALL: [Period; 3] = [Period::Day, Period::Week, Period::Month];
}

/// How far a call has to come to count in the lockout registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountsFrom {
    /// A trunk was taken to dial it.
    Dialing,
    /// It was answered.
    Answer,
    /// It was accepted, where somebody has to: the talk began.
    Acceptance,
}

/// The settings of one phone. Times are lengths on the line's own clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallSettings {
    pub in_service: bool,
    pub pin_required: bool,
    /// How callers say who they are, where `pin_required` asks for it.
    pub identify_by: IdentifyBy,
    pub pin_length: u8,
    /// Keys of a caller's own number and of a passcode; with 0 a `#` or a pause ends them.
    pub id_length: u8,
    pub passcode_length: u8,
    pub pin_tries: u8,
    /// By what an officer confirms a call, and how long it waits for one.
    pub confirm_by: ConfirmBy,
    pub confirm_wait: Ticks,
    /// Keys of an officer's code.
    pub code_length: u8,
    pub language_choice: LanguageChoice,
    /// Offered in this order, keys from 1; the first is the default.
    pub languages: List<Language, MAX_LANGUAGES>,
    /// How long the controller's own dial tone sounds before the first prompt.
    pub dial_tone: Ticks,
    /// Waiting for the first digit of a step.
    pub first_digit: Ticks,
    /// Between two digits when more must come.
    pub inter_digit: Ticks,
    /// After digits that are a number already, though more could come, and after such as can be
    /// none any more.
    pub final_digit: Ticks,
    /// The prompt for a step is said this often before the call is given up.
    pub prompt_repeats: u8,
    /// Shortest on-hook time before dial tone is given again.
    pub on_hook_guard: Ticks,
    /// The longest a reply of the back office may take.
    pub back_office_wait: Ticks,
    /// A free trunk may take this long to come.
    pub trunk_wait: Ticks,
    /// How many trunks are tried when one gives no proceed signal.
    pub trunk_tries: u8,
    /// After outpulsing, silence this long is a dead trunk.
    pub trunk_silent: Ticks,
    /// Unanswered after this many ringback cycles.
    pub max_rings: u8,
    /// Unanswered after this long, whatever is heard.
    pub answer_wait: Ticks,
    pub name_seconds: u8,
    pub accept_key: u8,
    pub refuse_key: u8,
    /// The keys to refuse all further calls as well.
    pub block_keys: BlockKeys,
    /// The called party may also dial the keys on a rotary telephone. Keys of one or two pulses
    /// are easily mistaken for noise: choose keys from 3 on.
    pub pulse_acceptance: bool,
    /// A call that a person must accept is given up when a machine answers.
    pub drop_machines: bool,
    /// Waiting for the called party's choice after the announcement.
    pub accept_wait: Ticks,
    /// The announcement is said this often.
    pub accept_repeats: u8,
    /// Both parties silent this long in talk is release evidence.
    pub talk_silence: Ticks,
    /// No call lasts longer, timed or not.
    pub hard_limit: Ticks,
    /// A talk may be joined by the driver, past us: next to no delay, but the beginning of a key of
    /// the inmate's reaches the trunk before it is known as one.
    pub join_talk: bool,
}

impl CallSettings {
    /// Whether a card may say who calls.
    pub fn takes_cards(&self) -> bool {
        self.pin_required && self.identify_by.takes_cards()
    }

    /// What an unconfigured site gets; the database is seeded with these.
    pub fn standard() -> CallSettings {
        CallSettings {
            in_service: true,
            pin_required: true,
            identify_by: IdentifyBy::Pin,
            pin_length: 6,
            id_length: 0,
            passcode_length: 0,
            pin_tries: 3,
            confirm_by: ConfirmBy::Nobody,
            confirm_wait: Ticks::secs(60),
            code_length: 6,
            language_choice: LanguageChoice::FromPin,
            languages: [Language::ENGLISH].into_iter().collect(),
            dial_tone: Ticks::secs(3),
            first_digit: Ticks::secs(10),
            inter_digit: Ticks::secs(5),
            final_digit: Ticks::secs(4),
            prompt_repeats: 2,
            on_hook_guard: Ticks::ms(1500),
            back_office_wait: Ticks::secs(2),
            trunk_wait: Ticks::secs(3),
            trunk_tries: 3,
            trunk_silent: Ticks::secs(20),
            max_rings: 8,
            answer_wait: Ticks::secs(60),
            name_seconds: 3,
            accept_key: 1,
            refuse_key: 2,
            block_keys: BlockKeys::default(),
            pulse_acceptance: false,
            drop_machines: true,
            accept_wait: Ticks::secs(8),
            accept_repeats: 2,
            talk_silence: Ticks::secs(120),
            hard_limit: Ticks::secs(99 * 60),
            join_talk: false,
        }
    }
}
