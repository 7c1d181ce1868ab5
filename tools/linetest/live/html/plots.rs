//! Pictures of the page: where a value lies among its limits, and return loss over frequency. Colours
//! are the style's, so that they follow light, dark and print.

use std::fmt::Write as _;

use measure::{
    echo::{ERL, SRL_HIGH, SRL_LOW},
    limits::{Limit, Quantity},
};

const GAUGE_WIDTH: f64 = 110.0;
const GAUGE_HEIGHT: f64 = 12.0;

/// Where the value lies between bad, doubtful and good. None where that is no matter of length: counts
/// that must be zero, ratios.
pub(super) fn gauge(limit: &Limit, value: f64) -> Option<String> {
    let [from, to] = scale(limit)?;
    let x = |value: f64| GAUGE_WIDTH * ((value - from) / (to - from)).clamp(0.0, 1.0);
    let mut out = format!(
        "<svg viewBox=\"0 0 {GAUGE_WIDTH} {GAUGE_HEIGHT}\" width=\"{GAUGE_WIDTH}\" \
         height=\"{GAUGE_HEIGHT}\" role=\"img\" aria-label=\"{value:.4} of {from:.4} to {to:.4}\">\
         <rect class=\"gb\" x=\"0\" y=\"3\" width=\"{GAUGE_WIDTH}\" height=\"6\"/>"
    );
    for (class, [least, most]) in [("gd", limit.bearable), ("gg", limit.good)] {
        let (left, right) = (x(least), x(most));
        let width = right - left;
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"3\" width=\"{width:.1}\" height=\"6\"/>"
        );
    }
    let at = x(value).clamp(1.5, GAUGE_WIDTH - 1.5) - 1.5;
    let _ = write!(
        out,
        "<rect class=\"at\" x=\"{at:.1}\" y=\"0\" width=\"3\" height=\"{GAUGE_HEIGHT}\"/></svg>"
    );
    Some(out)
}

/// What a gauge spans: the limits, and as much beyond as lies between good and bad.
fn scale(limit: &Limit) -> Option<[f64; 2]> {
    let [least, most] = limit.bearable;
    let [low, high] = limit.good;
    let gap = [(low - least).abs(), (most - high).abs()];
    let gap = gap
        .into_iter()
        .filter(|gap| gap.is_finite())
        .fold(0.0, f64::max);
    if gap == 0.0 || (low == 0.0 && most >= 100.0 * high) {
        return None;
    }
    let from = match least {
        0.0 => 0.0,
        least if least.is_finite() => least - gap,
        // Less is always better.
        _ => high - 2.0 * gap,
    };
    let to = match most {
        100.0 => 100.0,
        most if most.is_finite() => most + gap,
        _ => low + 2.0 * gap,
    };
    Some([from, to])
}

/// Places on the picture of return loss.
struct Axes;

impl Axes {
    const WIDTH: f64 = 760.0;
    const HEIGHT: f64 = 260.0;
    const LEFT: f64 = 44.0;
    const RIGHT: f64 = 14.0;
    const TOP: f64 = 10.0;
    const BOTTOM: f64 = 34.0;
    const MOST_HZ: f64 = 3600.0;
    const MOST_DB: f64 = 42.0;

    fn x(hz: f64) -> f64 {
        Axes::LEFT + (Axes::WIDTH - Axes::LEFT - Axes::RIGHT) * hz / Axes::MOST_HZ
    }

    /// Good is up.
    fn y(db: f64) -> f64 {
        let part = db.clamp(0.0, Axes::MOST_DB) / Axes::MOST_DB;
        (Axes::HEIGHT - Axes::BOTTOM) * (1.0 - part) + Axes::TOP * part
    }
}

/// The curve, with what is asked for in each band.
pub(super) fn return_loss(out: &mut String, curve: &[(f64, f64)]) {
    let (width, height) = (Axes::WIDTH, Axes::HEIGHT);
    let _ = writeln!(
        out,
        "<figure>\n<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"return loss over frequency\">"
    );
    grid(out);
    bands(out);
    let points: Vec<String> = curve
        .iter()
        .map(|&(hz, db)| format!("{:.1},{:.1}", Axes::x(hz), Axes::y(db)))
        .collect();
    let _ = writeln!(
        out,
        "<polyline class=\"curve\" points=\"{}\"/>\n</svg>\n<figcaption>Return loss over frequency: more is \
         better. Dashed: from where on each band is good.</figcaption></figure>",
        points.join(" ")
    );
}

fn grid(out: &mut String) {
    for db in [0.0, 6.0, 12.0, 18.0, 24.0, 30.0, 36.0, 42.0] {
        let y = Axes::y(db);
        let right = Axes::WIDTH - Axes::RIGHT;
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{db}</text>",
            Axes::LEFT,
            Axes::LEFT - 6.0,
            y + 4.0
        );
    }
    for half in 0..=7 {
        let hz = f64::from(half) * 500.0;
        let x = Axes::x(hz);
        let bottom = Axes::HEIGHT - Axes::BOTTOM;
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{bottom}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{hz}</text>",
            Axes::TOP,
            bottom + 15.0
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">Hz</text><text x=\"2\" y=\"14\">dB</text>",
        (Axes::WIDTH + Axes::LEFT) / 2.0,
        Axes::HEIGHT - 4.0
    );
}

/// What is good in each band, as a line below which the curve should not fall.
fn bands(out: &mut String) {
    let asked = [
        (SRL_LOW, Quantity::SrlLow, "SRL low"),
        (ERL, Quantity::Erl, "ERL"),
        (SRL_HIGH, Quantity::SrlHigh, "SRL high"),
    ];
    for (band, quantity, name) in asked {
        let least = quantity.limit().good[0];
        let y = Axes::y(least);
        let (from, to) = (Axes::x(*band.start()), Axes::x(*band.end()));
        let _ = writeln!(
            out,
            "<line class=\"asked\" x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"asks\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{name} {least}</text>",
            (from + to) / 2.0,
            y + 15.0,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the marker of a gauge is, and the good zone.
    fn places(quantity: Quantity, value: f64) -> (f64, [f64; 2]) {
        let svg = gauge(quantity.limit(), value).expect("a gauge");
        let number = |class: &str, key: &str| -> f64 {
            let rect = svg
                .split(&format!("class=\"{class}\""))
                .nth(1)
                .expect("a zone");
            let text = rect.split(&format!(" {key}=\"")).nth(1).expect("a place");
            text.split('"')
                .next()
                .expect("a value")
                .parse()
                .expect("a number")
        };
        let left = number("gg", "x");
        (
            number("at", "x") + 1.5,
            [left, left + number("gg", "width")],
        )
    }

    #[test]
    fn a_gauge_marks_good_values_within_the_good_zone_and_bad_ones_without() {
        for (quantity, good, bad) in [
            (Quantity::Erl, 20.0, 10.0),
            (Quantity::CMessageNoise, 12.0, 31.0),
            (Quantity::Loss, 3.0, 11.0),
            (Quantity::DialToneDelay, 0.3, 12.0),
            (Quantity::Twist, 0.0, -9.0),
        ] {
            let (at, zone) = places(quantity, good);
            assert!(zone[0] <= at && at <= zone[1], "{quantity:?} {at} {zone:?}");
            let (at, zone) = places(quantity, bad);
            assert!(at < zone[0] || zone[1] < at, "{quantity:?} {at} {zone:?}");
        }
        for none in [
            Quantity::BitErrors,
            Quantity::MissingDigits,
            Quantity::Untested,
        ] {
            assert_eq!(gauge(none.limit(), 0.0), None);
        }
    }

    #[test]
    fn what_is_good_in_return_loss_is_up() {
        assert!(Axes::y(30.0) < Axes::y(10.0));
        assert!((Axes::y(0.0) - (Axes::HEIGHT - Axes::BOTTOM)).abs() < 1e-9);
        let mut out = String::new();
        return_loss(&mut out, &[(300.0, 12.0), (3400.0, 99.0)]);
        assert!(out.contains(&format!("{:.1},{:.1}", Axes::x(3400.0), Axes::TOP)));
    }
}
