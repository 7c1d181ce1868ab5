//! Colours: of levels, of marks, of the page.

use super::canvas::Colour;

pub(super) const PAPER: Colour = [255, 255, 255];
pub(super) const INK: Colour = [34, 34, 40];
pub(super) const FAINT: Colour = [120, 120, 130];
pub(super) const GRID: Colour = [255, 255, 255];
pub(super) const RULE: Colour = [214, 214, 220];
pub(super) const LEVEL: Colour = [92, 122, 168];

/// What a level is drawn from and to, in dBm0.
pub(super) const DARKEST: f32 = -75.0;
pub(super) const BRIGHTEST: f32 = 0.0;

/// From silence to full level; each stop is brighter than the one before, also in grey.
const STOPS: [[f32; 3]; 7] = [
    [6.0, 6.0, 18.0],
    [28.0, 20.0, 82.0],
    [88.0, 24.0, 124.0],
    [166.0, 44.0, 112.0],
    [230.0, 92.0, 64.0],
    [252.0, 172.0, 56.0],
    [255.0, 250.0, 210.0],
];

/// The colour of a level in dBm0.
pub(super) fn of_level(dbm0: f32) -> Colour {
    let part = ((dbm0 - DARKEST) / (BRIGHTEST - DARKEST)).clamp(0.0, 1.0);
    let place = part * (STOPS.len() - 1) as f32;
    let stop = (place as usize).min(STOPS.len() - 2);
    let rest = place - stop as f32;
    std::array::from_fn(|at| {
        (STOPS[stop][at] + rest * (STOPS[stop + 1][at] - STOPS[stop][at])).round() as u8
    })
}
