//! What a loop that is opened or closed sounds like behind its exchange.
//!
//! Loop current falls at once and leaves a step, which the channel's band cuts to a sharp click of
//! about a millisecond; a contact that closes bounces, and the current builds up through the
//! telephone's inductance: a lower, longer thump.

use crate::sim::level;

/// 25 ms.
const LENGTH: usize = 200;

/// A transient as it leaves the exchange's codec.
type Shape = [f64; LENGTH];

/// The transients of one loop, and those under way.
#[derive(Clone, Debug)]
pub struct Contact {
    shapes: [Shape; 2],
    /// Where each is; at the end when it is over.
    place: [usize; 2],
}

const OPENS: usize = 0;
const CLOSES: usize = 1;

impl Contact {
    /// Peaks of the opening and the closing, each that of a sine of this level.
    pub fn new(opens_dbm0: f64, closes_dbm0: f64) -> Contact {
        Contact {
            shapes: [shape(opening, opens_dbm0), shape(closing, closes_dbm0)],
            place: [LENGTH; 2],
        }
    }

    pub fn changes(&mut self, closes: bool) {
        self.place[if closes { CLOSES } else { OPENS }] = 0;
    }

    pub fn sample(&mut self) -> f64 {
        let mut sum = 0.0;
        for (shape, place) in self.shapes.iter().zip(&mut self.place) {
            if let Some(value) = shape.get(*place) {
                sum += value;
                *place += 1;
            }
        }
        sum
    }
}

/// Battery comes up on the open wires within a fraction of a sample, and is coupled out.
fn opening(n: f64) -> f64 {
    (1.0 - (-(n + 1.0) / 0.3).exp()) * (-n / 9.0).exp()
}

/// Two contacts after each other, and a current that rises for half a millisecond.
fn closing(n: f64) -> f64 {
    const BOUNCE: f64 = 11.0;
    let rise = |n: f64| (1.0 - (-(n + 1.0) / 2.0).exp()) * (-n / 22.0).exp();
    let again = if n >= BOUNCE { rise(n - BOUNCE) } else { 0.0 };
    0.45 * again - rise(n)
}

/// Through the band of a channel (ITU-T G.712, roughly): two poles at 220 Hz, two at 3.3 kHz.
fn shape(raw: fn(f64) -> f64, peak_dbm0: f64) -> Shape {
    let (mut low, mut high) = ([0.0; 2], [0.0; 2]);
    let mut shape: Shape = std::array::from_fn(|n| {
        let mut value = raw(n as f64);
        for low in &mut low {
            *low += 0.16 * (value - *low);
            value -= *low;
        }
        for high in &mut high {
            *high += 0.82 * (value - *high);
            value = *high;
        }
        value
    });
    let most = shape
        .iter()
        .fold(0.0f64, |most, value| most.max(value.abs()));
    let factor = level::peak(peak_dbm0) / most;
    shape.iter_mut().for_each(|value| *value *= factor);
    shape
}
