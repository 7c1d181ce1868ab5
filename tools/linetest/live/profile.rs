//! What a trunk is taken to be where no site file says it.

use types::{
    digits::Digits,
    frame::Law,
    id::TrunkId,
    mf::MfSignal,
    tick::Ticks,
    trunk::{
        Outpulsing, R2Country, R2Trunk, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust, Wink,
    },
};

/// Kinds of trunks that are signalled by bits, as `--signalling` names them. Feature group D needs
/// the caller's number, which only a site file has.
pub(crate) const KINDS: &[(&str, TrunkSignalling)] = &[
    ("em-wink", TrunkSignalling::EmWink(Wink::STANDARD)),
    ("em-immediate", EM_IMMEDIATE),
    ("em-delay-dial", TrunkSignalling::EmDelayDial),
    ("ground-start", TrunkSignalling::GroundStart),
    ("r2-itu", r2(R2Country::Itu)),
    ("r2-argentina", r2(R2Country::Argentina)),
    ("r2-brazil", r2(R2Country::Brazil)),
    ("r2-china", r2(R2Country::China)),
    ("r2-colombia", r2(R2Country::Colombia)),
    ("r2-mexico", r2(R2Country::Mexico)),
    ("r2-venezuela", r2(R2Country::Venezuela)),
];

const EM_IMMEDIATE: TrunkSignalling = TrunkSignalling::EmImmediate {
    wait: Ticks::ms(200),
};

/// An ordinary subscriber without a number.
const fn r2(country: R2Country) -> TrunkSignalling {
    TrunkSignalling::R2(R2Trunk {
        country,
        ani: Digits::EMPTY,
        category: MfSignal::new(1).expect("from 1 to 15"),
        metering: None,
    })
}

/// A trunk of this signalling, as the site file has it when nothing else is said.
pub(crate) fn of(signalling: TrunkSignalling, mf: bool) -> TrunkProfile {
    TrunkProfile {
        id: TrunkId(1),
        law: Law::Mu,
        signalling,
        outpulsing: match signalling {
            TrunkSignalling::R2(_) | TrunkSignalling::FeatureGroupD(_) => Outpulsing::Mf,
            _ if mf => Outpulsing::Mf,
            _ => Outpulsing::Dtmf,
        },
        trust: TrunkTrust::LOOP_START,
        guard: Ticks::secs(2),
        dial_tone_wait: Ticks::secs(10),
        dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
        cancel_echo: false,
        group: TrunkGroup::FIRST,
    }
}
