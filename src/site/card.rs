//! How the channels of telephone cards are set: keys of `[dahdi]` for all of them, the same keys
//! in a `[[line]]` or `[[trunk]]` for one.

use drivers::dahdi::{
    bits::Bits,
    channel::Role,
    dahdi_port::Wiring,
    setup::{ECHO_TAPS, Gain, Setup, Signalling},
};
use signaling::r2_variant::Variant;
use types::{frame::Law, tick::Ticks, trunk::TrunkSignalling};

use super::reader::Section;

/// Frames of silence that are queued before what is sent; two bear a thread that wakes 9 ms late.
const SLACK: u8 = 2;

/// One channel's settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Card {
    pub setup: Setup,
    /// Frames of 10 ms.
    pub slack: u8,
}

impl Default for Card {
    fn default() -> Card {
        Card {
            setup: Setup::default(),
            slack: SLACK,
        }
    }
}

impl Card {
    /// `[dahdi]`.
    pub(super) fn of_all(mut section: Section<'_>) -> Card {
        let card = Card::default().with(&mut section);
        section.finish();
        card
    }

    /// What a channel's own table says, and for the rest what is so everywhere.
    pub(super) fn with(self, section: &mut Section<'_>) -> Card {
        let rx_gain = gain(section, "rx_gain_db");
        let tx_gain = gain(section, "tx_gain_db");
        let taps = echo_taps(section);
        let debounce = section.key("debounce_ms").int(5..=1000);
        let slack = section.key("transmit_slack_frames").int(1..=3);
        let base = self.setup;
        Card {
            setup: Setup {
                rx_gain: rx_gain.unwrap_or(base.rx_gain),
                tx_gain: tx_gain.unwrap_or(base.tx_gain),
                echo_taps: taps.unwrap_or(base.echo_taps),
                debounce: debounce.map_or(base.debounce, Ticks::ms),
                signalling: base.signalling,
            },
            slack: slack.map_or(self.slack, |frames| frames as u8),
        }
    }

    pub fn wiring(&self, channel: u16, role: Role, law: Law) -> Wiring {
        Wiring {
            channel,
            role,
            law,
            slack: usize::from(self.slack),
        }
    }
}

fn echo_taps(section: &mut Section<'_>) -> Option<u16> {
    let found = section.key("echo_canceller_taps").int_at(0..=1024)?;
    let taps = found.value as u16;
    if taps != 0 && !ECHO_TAPS.contains(&taps) {
        let allowed = ECHO_TAPS.map(|taps| taps.to_string()).join(", ");
        let what = format!("is {taps}; allowed: 0, {allowed}");
        section
            .notes()
            .add(found.line, section.path("echo_canceller_taps"), what);
    }
    Some(taps)
}

fn gain(section: &mut Section<'_>, key: &'static str) -> Option<Gain> {
    let decibels = section.key(key).number(-24.0..=24.0)?;
    Some(Gain((decibels * 10.0).round() as i16))
}

/// What DAHDI calls a trunk's signalling.
pub fn trunk_signalling(signalling: TrunkSignalling) -> Signalling {
    match signalling {
        TrunkSignalling::LoopStart => Signalling::FXSLS,
        TrunkSignalling::KewlStart => Signalling::FXSKS,
        _ => Signalling::CAS,
    }
}

/// What a trunk's channel is at the far end of.
pub fn trunk_role(signalling: TrunkSignalling) -> Role {
    match signalling {
        TrunkSignalling::LoopStart | TrunkSignalling::KewlStart => Role::IsFed,
        TrunkSignalling::GroundStart => Role::Bits(Bits::GroundStart),
        TrunkSignalling::EmImmediate { .. }
        | TrunkSignalling::EmWink(_)
        | TrunkSignalling::EmDelayDial
        | TrunkSignalling::FeatureGroupD(_) => Role::Bits(Bits::Em),
        TrunkSignalling::R2(trunk) => Role::Bits(Bits::R2 {
            cd: Variant::of(trunk.country).cd,
        }),
    }
}
