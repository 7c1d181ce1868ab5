//! How a central office serves one line: its options.

use crate::sim::{
    clip::Clip,
    exchange::{
        r2::R2Line,
        signalling::{EmLine, EmRegister, EmStart, LineSignalling},
    },
    tone_plan::{self, TonePlan},
    transcript::DEFAULT_LENGTH,
};
use types::{
    tick::{Tick, Ticks},
    trunk::{Outpulsing, TrunkProfile, TrunkSignalling},
};

/// What the caller hears some time after the called party hung up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Afterwards {
    Silence,
    Busy,
    Reorder,
    /// A new dial tone, and a register that takes digits: what chain dialing lives on.
    DialTone,
}

/// How the exchange tells that the called party hung up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HangUpSignal {
    /// From the hang-up to the signals.
    pub delay: Ticks,
    /// Polarity goes back to normal, if an answer reversed it.
    pub polarity_back: bool,
    /// Battery is removed for this long (kewl start; GR-506 calls it open switching interval
    /// disconnect, typically 600 ms or more).
    pub loop_break: Option<Ticks>,
    pub afterwards: Afterwards,
    /// From the hang-up to that.
    pub afterwards_delay: Ticks,
}

impl HangUpSignal {
    /// Nothing at all ever tells.
    pub const NOTHING: HangUpSignal = HangUpSignal {
        delay: Ticks::ZERO,
        polarity_back: false,
        loop_break: None,
        afterwards: Afterwards::Silence,
        afterwards_delay: Ticks::ZERO,
    };

    /// Only a tone tells.
    pub const fn only(afterwards: Afterwards, delay: Ticks) -> HangUpSignal {
        HangUpSignal {
            afterwards,
            afterwards_delay: delay,
            ..HangUpSignal::NOTHING
        }
    }

    /// A loop break 0.5 s after the hang-up, dial tone after ten seconds.
    pub const KEWL: HangUpSignal = HangUpSignal {
        delay: Ticks::ms(500),
        polarity_back: true,
        loop_break: Some(Ticks::ms(650)),
        afterwards: Afterwards::DialTone,
        afterwards_delay: Ticks::secs(10),
    };
}

/// When a string of digits is a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbering {
    /// 10 digits, 11 beginning with 0 or 1, at once; 7 digits at once where local dialing is
    /// so, else after the inter-digit time, as `0`, `N11` and `011...` (which `#` ends too).
    NorthAmerica { seven_digits: bool },
    /// Only routes and the inter-digit time tell.
    Open,
}

/// A call that comes in while nobody wants it.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub at: Tick,
    pub rings: u16,
    /// What the caller says when the line is seized in mid-ring.
    pub caller: Option<Clip>,
}

/// The options of one line.
#[derive(Clone, Debug)]
pub struct ExchangeLine {
    pub signalling: LineSignalling,
    pub plan: &'static TonePlan,
    pub numbering: Numbering,
    /// Whether the exchange feeds the line at all.
    pub battery: bool,
    /// From off-hook to dial tone; `None`: it never comes.
    pub dial_tone: Option<Ticks>,
    /// The longest wait for the first and for any further digit.
    pub first_digit: Ticks,
    pub inter_digit: Ticks,
    /// From the last digit to what the number leads to.
    pub post_dial: Ticks,
    /// Answer is told by reversed polarity.
    pub answer_reversal: bool,
    pub hang_up: HangUpSignal,
    /// A hook flash in talk gets dial tone.
    pub flash_recall: bool,
    /// The loop open this long is a release; shorter is a pulse or a flash.
    pub release: Ticks,
    /// Calling party control the other way round: after our release the connection stays up
    /// this long while the called party holds it.
    pub held: Ticks,
    /// Calls towards the trunk, in order of time.
    pub incoming: Vec<Incoming>,
    /// How much audio the transcript keeps each way.
    pub keep: Ticks,
}

impl ExchangeLine {
    /// A kewl start line of a quick American exchange.
    pub fn kewl_start() -> ExchangeLine {
        ExchangeLine {
            signalling: LineSignalling::Loop,
            plan: &tone_plan::US,
            numbering: Numbering::NorthAmerica {
                seven_digits: false,
            },
            battery: true,
            dial_tone: Some(Ticks::ms(300)),
            first_digit: Ticks::secs(16),
            inter_digit: Ticks::secs(4),
            post_dial: Ticks::ms(1200),
            answer_reversal: false,
            hang_up: HangUpSignal::KEWL,
            flash_recall: false,
            release: Ticks::ms(700),
            held: Ticks::ZERO,
            incoming: Vec::new(),
            keep: DEFAULT_LENGTH,
        }
    }

    /// A loop start line: a hang-up is told by dial tone after ten seconds only.
    pub fn loop_start() -> ExchangeLine {
        ExchangeLine {
            hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::secs(10)),
            ..ExchangeLine::kewl_start()
        }
    }
}

impl ExchangeLine {
    /// A trunk that signals so: told and released by its signals, without dial tone.
    pub fn digital(signalling: LineSignalling) -> ExchangeLine {
        ExchangeLine {
            signalling,
            dial_tone: Some(Ticks::ZERO),
            release: Ticks::ms(200),
            hang_up: HangUpSignal::only(Afterwards::Silence, Ticks::ZERO),
            ..ExchangeLine::kewl_start()
        }
    }

    /// The line that suits a trunk of the controller's.
    pub fn of_trunk(profile: &TrunkProfile) -> ExchangeLine {
        let em = |start, register| {
            ExchangeLine::digital(LineSignalling::Em(EmLine {
                start,
                register,
                own: Vec::new(),
            }))
        };
        let register = match profile.outpulsing {
            Outpulsing::Mf => EmRegister::Mf,
            Outpulsing::Dtmf | Outpulsing::Pulse => EmRegister::Keys,
        };
        let wink = EmLine::wink().start;
        match profile.signalling {
            TrunkSignalling::LoopStart => ExchangeLine::loop_start(),
            TrunkSignalling::KewlStart => ExchangeLine::kewl_start(),
            TrunkSignalling::GroundStart => ExchangeLine::ground_start(),
            TrunkSignalling::EmImmediate { .. } => em(EmStart::Immediate, register),
            TrunkSignalling::EmWink(_) => em(wink, register),
            TrunkSignalling::EmDelayDial => {
                let (after, length) = (Ticks::ms(50), Ticks::ms(600));
                em(EmStart::OffHook { after, length }, register)
            }
            TrunkSignalling::FeatureGroupD(carrier) => {
                let register = EmRegister::Carrier {
                    tandem: !carrier.carrier.is_empty(),
                    winks_for_number: carrier.winks_for_number,
                    acknowledges: true,
                };
                em(wink, register)
            }
            TrunkSignalling::R2(trunk) => {
                let line = R2Line {
                    category_after: Some(3),
                    asks_caller: true,
                    ..R2Line::of_country(trunk.country)
                };
                ExchangeLine::digital(LineSignalling::R2(line))
            }
        }
    }

    /// A ground start line whose tip is grounded 150 ms after the ring.
    pub fn ground_start() -> ExchangeLine {
        ExchangeLine {
            signalling: LineSignalling::Ground {
                tip_after: Ticks::ms(150),
            },
            hang_up: HangUpSignal {
                delay: Ticks::ms(500),
                ..HangUpSignal::NOTHING
            },
            ..ExchangeLine::kewl_start()
        }
    }
}

impl Default for ExchangeLine {
    fn default() -> ExchangeLine {
        ExchangeLine::kewl_start()
    }
}
