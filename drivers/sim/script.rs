//! What a simulated person does, step by step.

use crate::sim::{clip::Clip, pulser::PulseTiming};
use types::{digits::Digits, tick::Ticks};

/// How keys are pressed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Keying {
    pub on: Ticks,
    pub off: Ticks,
    /// Level of the row's (lower) tone.
    pub level_dbm0: f64,
    /// How far the column's (higher) tone is above it.
    pub twist_db: f64,
}

impl Keying {
    /// A person at a good telephone.
    pub const STANDARD: Keying = Keying {
        on: Ticks::ms(90),
        off: Ticks::ms(90),
        level_dbm0: -9.0,
        twist_db: 2.0,
    };
}

/// What an await waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listen {
    /// The plan's dial tone for 400 ms.
    DialTone,
    /// Two cycles of the plan's reorder (fast busy), busy or ringback cadence.
    FastBusy,
    Busy,
    Ringback,
    /// A single tone of 600 to 2500 Hz for 80 ms to 2 s, and its end.
    Beep,
    /// 300 ms of sound within a second, of levels that vary as speech does.
    Voice,
    /// 60 ms of anything above -40 dBm0.
    Sound,
    /// Nothing above -42 dBm0 for this long, counted from the beginning of the step.
    Quiet(Ticks),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    OffHook,
    /// Hangs up: the inmate or the called party.
    OnHook,
    Wait(Ticks),
    /// Presses keys.
    Dial {
        digits: Digits,
        keying: Keying,
    },
    /// Dials by loop pulses. At a called party they are only heard, as clicks.
    PulseDial {
        digits: Digits,
        timing: PulseTiming,
    },
    /// Opens the loop for this long.
    Flash(Ticks),
    Say(Clip),
    /// Says it over and over for this long.
    SayFor(Clip, Ticks),
    /// Sends back all that is heard for this long, as a test line does.
    SendBackFor(Ticks),
    /// Waits until this is heard. After `timeout` the script goes on, and the transcript says so.
    Await {
        what: Listen,
        timeout: Ticks,
    },
    /// Leaves a mark in the transcript.
    Mark(&'static str),
    /// Starts again with the first step.
    Repeat,
}

/// Shorthands, so that a script reads as what the person does.
impl Step {
    /// Presses keys as a person does.
    ///
    /// # Panics
    ///
    /// When `digits` are none: a mistake in the script.
    pub fn dial(digits: &str) -> Step {
        Step::Dial {
            digits: parse(digits),
            keying: Keying::STANDARD,
        }
    }

    /// Dials by standard pulses.
    ///
    /// # Panics
    ///
    /// When `digits` are none: a mistake in the script.
    pub fn pulse_dial(digits: &str) -> Step {
        Step::PulseDial {
            digits: parse(digits),
            timing: PulseTiming::STANDARD,
        }
    }

    pub const fn wait_ms(ms: u64) -> Step {
        Step::Wait(Ticks::ms(ms))
    }

    pub const fn flash_ms(ms: u64) -> Step {
        Step::Flash(Ticks::ms(ms))
    }

    pub const fn await_dial_tone(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::DialTone,
            timeout,
        }
    }

    pub const fn await_fast_busy(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::FastBusy,
            timeout,
        }
    }

    pub const fn await_busy(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::Busy,
            timeout,
        }
    }

    pub const fn await_ringback(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::Ringback,
            timeout,
        }
    }

    pub const fn await_beep(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::Beep,
            timeout,
        }
    }

    pub const fn await_voice(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::Voice,
            timeout,
        }
    }

    pub const fn await_sound(timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::Sound,
            timeout,
        }
    }

    pub const fn await_quiet(long: Ticks, timeout: Ticks) -> Step {
        Step::Await {
            what: Listen::Quiet(long),
            timeout,
        }
    }
}

fn parse(digits: &str) -> Digits {
    Digits::parse(digits)
        .unwrap_or_else(|| panic!("a script dials {digits:?}, which are no digits"))
}
