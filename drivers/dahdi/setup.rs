//! What a channel is set to at each opening, beside its law: gains, the card's own echo canceller,
//! the signalling it must have.

use super::ioctl::Gains;
use crate::sim::law;
use types::{frame::Law, tick::Ticks};

/// A channel's signalling as DAHDI numbers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signalling(pub i32);

const FXO: i32 = 1 << 12;
const FXS: i32 = 1 << 13;

impl Signalling {
    pub const NONE: Signalling = Signalling(0);
    /// Feeds a telephone.
    pub const FXOLS: Signalling = Signalling(1 << 3 | FXO);
    pub const FXOGS: Signalling = Signalling(1 << 4 | FXO);
    pub const FXOKS: Signalling = Signalling(1 << 5 | FXO);
    /// Is fed by an exchange.
    pub const FXSLS: Signalling = Signalling(1 | FXS);
    pub const FXSGS: Signalling = Signalling(1 << 1 | FXS);
    pub const FXSKS: Signalling = Signalling(1 << 2 | FXS);
    /// The kernel's own E&M, by bits.
    pub const EM: Signalling = Signalling(1 << 6);
    /// No signalling at all: octets.
    pub const CLEAR: Signalling = Signalling(1 << 7);
    /// Passes the signalling bits on as they are.
    pub const CAS: Signalling = Signalling(1 << 15);

    /// The word for it in DAHDI's own configuration file.
    pub fn name(self) -> &'static str {
        match self {
            Signalling::NONE => "not configured",
            Signalling::FXOLS => "fxols",
            Signalling::FXOGS => "fxogs",
            Signalling::FXOKS => "fxoks",
            Signalling::FXSLS => "fxsls",
            Signalling::FXSGS => "fxsgs",
            Signalling::FXSKS => "fxsks",
            Signalling::EM => "e&m",
            Signalling::CLEAR => "clear",
            Signalling::CAS => "cas",
            Signalling(0x2_0000) => "e&me1",
            Signalling(0x8_0080) => "hardhdlc",
            _ => "of another kind",
        }
    }

    /// Whether it feeds a telephone.
    pub fn feeds(self) -> bool {
        self.0 & FXO != 0
    }

    /// Whether it is the telephone on an exchange's line.
    pub fn is_fed(self) -> bool {
        self.0 & FXS != 0
    }
}

/// Tenths of a decibel.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Gain(pub i16);

/// Lengths of echo that the kernel's cancellers have, in samples; it takes another for its default.
pub const ECHO_TAPS: [u16; 6] = [32, 64, 128, 256, 512, 1024];

/// What an opening sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Of what comes from the line, and of what goes to it.
    pub rx_gain: Gain,
    pub tx_gain: Gain,
    /// Samples of echo that the canceller attached to the channel takes: one of [`ECHO_TAPS`], or 0
    /// for off.
    pub echo_taps: u16,
    /// A disconnect this soon after our own off-hook is not seen.
    pub debounce: Ticks,
    /// What the channel must be configured as; `None` leaves it to the role.
    pub signalling: Option<Signalling>,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            rx_gain: Gain(0),
            tx_gain: Gain(0),
            echo_taps: 0,
            debounce: Ticks::ms(50),
            signalling: None,
        }
    }
}

impl Setup {
    /// The kernel's tables of gains; those without any are what it has from the start.
    pub fn gains(&self, law: Law) -> Gains {
        Gains {
            chan: 0,
            rxgain: table(law, self.rx_gain),
            txgain: table(law, self.tx_gain),
        }
    }
}

fn table(law: Law, gain: Gain) -> [u8; 256] {
    let mut table = [0; 256];
    let factor = 10f64.powf(f64::from(gain.0) / 200.0);
    for (octet, out) in (0u8..=255).zip(&mut table) {
        // Without a gain every octet stays what it is, both zeros of mu-law too.
        *out = if gain.0 == 0 {
            octet
        } else {
            let loud = f64::from(law::linear(law, octet)) * factor;
            law::octet(law, loud.clamp(-32_768.0, 32_767.0).round() as i16)
        };
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_gain_changes_nothing() {
        let gains = Setup::default().gains(Law::Mu);
        assert!((0u8..=255).all(|octet| gains.rxgain[usize::from(octet)] == octet));
        assert!((0u8..=255).all(|octet| gains.txgain[usize::from(octet)] == octet));
    }

    #[test]
    fn six_decibels_double_what_fits_and_clip_the_rest() {
        for law in [Law::Mu, Law::A] {
            let setup = Setup {
                rx_gain: Gain(60),
                tx_gain: Gain(-60),
                ..Setup::default()
            };
            let gains = setup.gains(law);
            for sample in [-12_000i16, -900, 400, 8000] {
                let octet = usize::from(law::octet(law, sample));
                let louder = f64::from(law::linear(law, gains.rxgain[octet]));
                let softer = f64::from(law::linear(law, gains.txgain[octet]));
                let was = f64::from(law::linear(law, octet as u8));
                assert!(
                    (louder / was / 1.995 - 1.0).abs() < 0.05,
                    "{law:?} {sample}"
                );
                assert!(
                    (softer * 1.995 / was - 1.0).abs() < 0.05,
                    "{law:?} {sample}"
                );
            }
            let loud = usize::from(law::octet(law, 30_000));
            let most = law::linear(law, law::octet(law, i16::MAX));
            assert_eq!(law::linear(law, gains.rxgain[loud]), most);
        }
    }
}
