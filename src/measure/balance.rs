//! Which balance network suits a line.
//!
//! What: from the return loss over frequency, which known network's impedance the line looks like,
//! and what to do about it in words.
//!
//! How: a hybrid that is balanced for one impedance returns of a line of another the share
//! |(Zl - Zb) / (Zl + Zb)|. Each network's curve is laid on the measured one with the gain that fits
//! best; what remains, in dB, says how well it fits.
//!
//! Limits: it tells networks apart by the shape of the curve alone, for lengths of cable that look
//! like one of them. A flat curve has no shape: gains that are too high give it as well as a wrong
//! resistance, so a network is named for it only where it is as loud as that makes it, and gains beside
//! it. An echo under the floor, or one that arrives late, says nothing about the near hybrid.

use crate::{
    echo::Sounding,
    fourier::Complex,
    limits::{Quantity, Verdict},
};
use std::{f64::consts::TAU, ops::RangeInclusive};

/// An impedance of a line card's setting: `series` Ω, then `parallel` Ω beside `farads`, then a
/// capacitor in series with all (0: none).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Network {
    pub name: &'static str,
    pub series: f64,
    pub parallel: f64,
    pub farads: f64,
    pub series_farads: f64,
}

const fn network(name: &'static str, rc: [f64; 3], series_farads: f64) -> Network {
    Network {
        name,
        series: rc[0],
        parallel: rc[1],
        farads: rc[2],
        series_farads,
    }
}

/// Impedances that cards can be set to.
pub const NETWORKS: &[Network] = &[
    network("600 ohm", [600.0, 0.0, 0.0], 0.0),
    network("900 ohm", [900.0, 0.0, 0.0], 0.0),
    network("600 ohm + 2.16 uF", [600.0, 0.0, 0.0], 2.16e-6),
    network("900 ohm + 2.16 uF", [900.0, 0.0, 0.0], 2.16e-6),
    network(
        "270 ohm + 750 ohm || 150 nF (TBR 21)",
        [270.0, 750.0, 150e-9],
        0.0,
    ),
    network(
        "220 ohm + 820 ohm || 120 nF (Australia)",
        [220.0, 820.0, 120e-9],
        0.0,
    ),
    network(
        "220 ohm + 820 ohm || 115 nF (Germany)",
        [220.0, 820.0, 115e-9],
        0.0,
    ),
    network(
        "370 ohm + 620 ohm || 310 nF (United Kingdom)",
        [370.0, 620.0, 310e-9],
        0.0,
    ),
    network(
        "320 ohm + 1050 ohm || 230 nF (United Kingdom)",
        [320.0, 1050.0, 230e-9],
        0.0,
    ),
    network("370 ohm + 820 ohm || 110 nF", [370.0, 820.0, 110e-9], 0.0),
    network("275 ohm + 780 ohm || 150 nF", [275.0, 780.0, 150e-9], 0.0),
    network("120 ohm + 820 ohm || 110 nF", [120.0, 820.0, 110e-9], 0.0),
    network(
        "350 ohm + 1000 ohm || 210 nF (cable)",
        [350.0, 1000.0, 210e-9],
        0.0,
    ),
    network(
        "800 ohm || 50 nF + 100 ohm (loaded cable)",
        [100.0, 800.0, 50e-9],
        0.0,
    ),
];

impl Network {
    fn impedance(&self, hz: f64) -> Complex {
        let w = TAU * hz;
        let one = Complex::new(1.0, 0.0);
        let resistor = Complex::new(self.series, 0.0);
        let parallel = match self.parallel > 0.0 {
            true => {
                Complex::new(self.parallel, 0.0)
                    / (one + Complex::new(0.0, w * self.parallel * self.farads))
            }
            false => Complex::default(),
        };
        let blocked = match self.series_farads > 0.0 {
            true => Complex::new(0.0, -1.0 / (w * self.series_farads)),
            false => Complex::default(),
        };
        resistor + parallel + blocked
    }

    /// How much a hybrid balanced for `balance` returns of this line, in dB.
    pub fn return_loss_db(&self, balance: &Network, hz: f64) -> f64 {
        let (line, own) = (self.impedance(hz), balance.impedance(hz));
        let share = ((line - own) / (line + own)).square();
        -10.0 * share.max(1e-6).log10()
    }
}

/// A network by how it is written in [`NETWORKS`], or its first words.
pub fn named(name: &str) -> Option<&'static Network> {
    NETWORKS
        .iter()
        .find(|network| network.name.starts_with(name))
}

/// What is found, and in words what to do.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice {
    /// What the line looks like, and how far (dB) its curve is from the measured one.
    pub looks_like: Option<(&'static Network, f64)>,
    pub words: String,
}

/// Curves further apart than this are not the same.
const FITS_DB: f64 = 2.0;
/// From here on nobody hears it, and nothing need be changed.
const GOOD_ERL: f64 = 24.0;
/// Less than this is no echo of a hybrid: all of it comes back.
const NO_LINE: f64 = 3.0;
/// A curve that stays this near its mean (RMS) is flat.
const FLAT_DB: f64 = 1.0;
/// What a hybrid loses on the way, and a gain adds: any of it where the shape tells the network;
/// where the level alone does, what cards have.
const WAY_DB: RangeInclusive<f64> = -3.0..=14.0;
const FLAT_WAY_DB: RangeInclusive<f64> = -0.5..=6.0;
/// Samples after which an echo is another hybrid's.
const NEAR: usize = 64;

/// Reads an echo from a card that is balanced for `own`; `queue` samples of the delay are our own.
pub fn advise(sounding: &Sounding, own: &Network, queue: usize) -> Advice {
    let only = |words: &str| Advice {
        looks_like: None,
        words: words.to_owned(),
    };
    if !sounding.heard() {
        return only("no echo above the noise: the balance is as good as can be measured");
    }
    if sounding.delay().saturating_sub(queue) > NEAR {
        return only(
            "the strongest echo is late: it is the far end's hybrid, or a loopback, and no balance \
             of this card changes it; an echo canceller with a tail longer than the delay does",
        );
    }
    let erl = sounding.erl_db();
    if erl >= GOOD_ERL || is_good(sounding) {
        return only("leave it as it is: the return loss is good");
    }
    if erl < NO_LINE {
        return only("all that is sent comes back: the pair is open or shorted, or looped back");
    }
    if spread(&losses(sounding)) <= FLAT_DB {
        return flat(sounding, own, GOOD_ERL - erl);
    }
    let (network, off_db) = best(sounding, own, &WAY_DB);
    let tilt = sounding.srl_high_db() - sounding.srl_low_db();
    let words = if off_db > FITS_DB {
        "no known network looks like this line: look for a bridged tap, a telephone off-hook beside \
         it, a load coil or a bad pair before changing the balance"
            .to_owned()
    } else {
        let where_ = match tilt {
            t if t < -3.0 => "high frequencies return most, as with long or capacitive cable",
            t if t > 3.0 => "low frequencies return most, as behind a series capacitor",
            _ => "neither end of the band returns more than the other",
        };
        format!("set the card's impedance to {}: {where_}", network.name)
    };
    Advice {
        looks_like: (off_db <= FITS_DB).then_some((network, off_db)),
        words,
    }
}

/// What the limits call good is not changed.
fn is_good(sounding: &Sounding) -> bool {
    let bands = [
        (Quantity::Erl, sounding.erl_db()),
        (Quantity::SrlLow, sounding.srl_low_db()),
        (Quantity::SrlHigh, sounding.srl_high_db()),
    ];
    let mut judged = bands.into_iter().map(|(band, loss)| band.judge(loss));
    judged.all(|verdict| verdict == Verdict::Good)
}

/// All frequencies return alike, so much too loud.
fn flat(sounding: &Sounding, own: &Network, too_loud_db: f64) -> Advice {
    let (network, off_db) = best(sounding, own, &FLAT_WAY_DB);
    if off_db > FLAT_DB {
        return Advice {
            looks_like: None,
            words: format!(
                "all frequencies return alike: the balance of {} suits the line, and the echo is too \
                 loud by gain: lower the card's gains, both together by up to {too_loud_db:.0} dB",
                own.name
            ),
        };
    }
    Advice {
        looks_like: Some((network, off_db)),
        words: format!(
            "set the card's impedance to {}, or lower its gains, both together by up to \
             {too_loud_db:.0} dB: all frequencies return alike, as from a wrong resistance or from gains \
             that are too high",
            network.name
        ),
    }
}

fn losses(sounding: &Sounding) -> Vec<f64> {
    sounding.curve().into_iter().map(|(_, loss)| loss).collect()
}

/// The RMS distance from the mean.
fn spread(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>();
    (squares / count).sqrt()
}

/// The network whose curve fits best, with a loss within `way` beside it, and the RMS of what does
/// not.
fn best(sounding: &Sounding, own: &Network, way: &RangeInclusive<f64>) -> (&'static Network, f64) {
    let points: Vec<(f64, f64)> = sounding.curve();
    let misfit = |network: &Network| {
        let off = points
            .iter()
            .map(|&(hz, loss)| loss - network.return_loss_db(own, hz).min(40.0));
        let off: Vec<f64> = off.collect();
        let mean = off.iter().sum::<f64>() / off.len() as f64;
        let mean = mean.clamp(*way.start(), *way.end());
        let squares = off.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>();
        (squares / off.len() as f64).sqrt()
    };
    let others = NETWORKS.iter().filter(|network| network.name != own.name);
    let judged = others.map(|network| (network, misfit(network)));
    let found = judged.min_by(|a, b| a.1.total_cmp(&b.1));
    found.unwrap_or((&NETWORKS[0], f64::MAX))
}
