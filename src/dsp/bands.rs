//! What a detector of sines listens for.
//!
//! What: the frequencies to know become the bins of a bank: where each stands, how far from it
//! a sine may be, and how long its window is.
//!
//! How: below 700 Hz a bin for each frequency, because there they sound together and lie near
//! each other; above, where they stray by more than a bin is wide, as many as it takes to see
//! all of the band. The window is as long as the nearest frequencies need to be told apart and
//! as short as their straying asks.
//!
//! Limits: 2.4 % and 3 Hz off, unless told otherwise.

use crate::SAMPLE_RATE;
use types::frame::FRAME;

/// What to listen for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Band {
    pub hz: f32,
    /// How far off it may be.
    pub reach: f32,
    /// How many sines sound together when this one does.
    pub together: usize,
    /// Frames in its window: 1, 2, 4 or 8.
    pub frames: usize,
}

impl Band {
    /// Whether bins stand for parts of what frequencies may stray over, not for one each.
    pub fn is_shared(&self) -> bool {
        self.hz >= LOW_BELOW_HZ || self.frames > 4
    }
}

/// Below this, each frequency has a bin of its own; above, bins stand for bands.
pub(crate) const LOW_BELOW_HZ: f32 = 700.0;
const HIGH_FROM_HZ: f32 = 2000.0;

/// How far a frequency may be off the known one.
const STRAYS: f32 = 0.024;
const STRAYS_HZ: f32 = 3.0;

/// The most that one lane serves: in bins of its window, and where the turn is unambiguous.
const SPAN_BINS: f32 = 1.4;
const SPAN_HZ: f32 = 90.0;

/// Frequencies nearer than this need a window of eight frames.
const CLOSE_HZ: f32 = 30.0;

/// How far off a frequency is usually looked for.
pub(crate) fn usual_reach(hz: f32) -> f32 {
    STRAYS * hz + STRAYS_HZ
}

/// The window in which frequencies so near each other are told apart, in frames. High ones stray
/// by so many Hz that their windows must be short.
pub(crate) fn usual_frames(hz: f32, nearest_hz: f32) -> usize {
    match hz {
        HIGH_FROM_HZ.. => 1,
        LOW_BELOW_HZ.. => 2,
        _ if nearest_hz < CLOSE_HZ => 8,
        _ => 4,
    }
}

/// What each bin stands for: below 700 Hz one of the frequencies; above, and where windows are
/// long, a part of what they may stray over.
pub(crate) fn lanes_for(bands: &[Band]) -> Vec<Band> {
    let mut bands = bands.to_vec();
    bands.sort_by(|a, b| (a.hz - a.reach).total_cmp(&(b.hz - b.reach)));
    let (mut low, mut high): (Vec<Band>, Vec<Band>) =
        bands.into_iter().partition(|band| !band.is_shared());
    low.sort_by(|a, b| a.hz.total_cmp(&b.hz));
    low.dedup_by(|next, band| {
        let same = next.hz - band.hz < 1.0;
        if same {
            band.together = band.together.max(next.together);
        }
        same
    });
    high.dedup_by(|next, band| {
        let (from, to) = (band.hz - band.reach, band.hz + band.reach);
        let joined = next.hz - next.reach <= to && next.frames == band.frames;
        if joined {
            let to = to.max(next.hz + next.reach);
            (band.hz, band.reach) = ((from + to) / 2.0, (to - from) / 2.0);
            band.together = band.together.max(next.together);
        }
        joined
    });
    low.extend(high.iter().flat_map(parts));
    low
}

/// As many bins as see all of a band.
fn parts(band: &Band) -> impl Iterator<Item = Band> {
    let band = *band;
    let bin = SAMPLE_RATE as f32 / (band.frames * FRAME) as f32;
    let count = (2.0 * band.reach / (SPAN_BINS * bin).min(SPAN_HZ)).ceil();
    let width = 2.0 * band.reach / count;
    (0..count as usize).map(move |n| Band {
        hz: band.hz - band.reach + (n as f32 + 0.5) * width,
        reach: width / 2.0 + STRAYS_HZ,
        ..band
    })
}
