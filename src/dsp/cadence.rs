//! Cadences: how well a heard burst and pause fit a nominal one, and how many of them it
//! takes before a tone can be no other of its plan.
//!
//! What: the arithmetic of tone plans that the recogniser and the check of the tables
//! share.
//!
//! How: two cadences are compared pair by pair (burst, pause) at every relative position;
//! the longest stretch in which they agree is what a listener must outlast. How loud a tone is
//! nobody knows, but how much louder one burst is than the one before is a part of its cadence.
//!
//! Limits: a pair fits within 15 % and 5 ms, or 25 ms, whichever is more (exchanges keep 10 %,
//! ITU-T E.180 clause 5; 5 ms are our measurement); frequencies fit within 2.3 %. Two tones
//! sound alike when all their lengths are within 12 %. Lengths further apart can still be
//! mistaken once, until 27 %: then more pairs decide.

use crate::plan::{Burst, MAX_BURSTS, MAX_FREQS, ToneDef};
use arrayvec::ArrayVec;

/// Bursts of one tone keep their levels, or the steps between them, within this.
pub(crate) const EVEN_DB: f32 = 5.0;

/// Largest frequency error that still fits, as a share, and the least in Hz.
pub(crate) const FREQ_TOLERANCE: f32 = 0.023;
const FREQ_SLACK_HZ: f32 = 2.0;

const TIME_TOLERANCE: f32 = 0.15;
const TIME_SLACK_MS: f32 = 25.0;

/// How far off a length may be measured in noise.
const MEASURE_MS: f32 = 5.0;

/// Nominal lengths closer than this share of the longer are not told apart.
const ALIKE: f32 = 0.12;

/// Up to this share an exchange that strays and our tolerance may take one for the other.
const MISTAKEN: f32 = 0.27;

/// The frequencies that a burst is heard as, lowest first: a modulated carrier is heard
/// as itself and its two sidebands.
pub(crate) fn heard_as(burst: &Burst) -> ArrayVec<f32, MAX_FREQS> {
    let mut heard: ArrayVec<f32, MAX_FREQS> = match (burst.modulation, burst.freqs()) {
        (Some(by), [carrier, ..]) => [carrier - by, *carrier, carrier + by].into_iter().collect(),
        (_, freqs) => freqs.iter().copied().collect(),
    };
    heard.sort_by(f32::total_cmp);
    heard
}

/// How far two sets of frequencies differ, 1 being the tolerance; `None` beyond it.
pub(crate) fn freq_error(heard: &[f32], nominal: &[f32]) -> Option<f32> {
    freq_error_within(heard, nominal, allowed_hz)
}

fn allowed_hz(nominal: f32) -> f32 {
    nominal * FREQ_TOLERANCE + FREQ_SLACK_HZ
}

/// How far two sets of as many frequencies differ at worst, 1 being the tolerance.
pub(crate) fn usual_error(heard: &[f32], nominal: &[f32]) -> f32 {
    let errors = heard.iter().zip(nominal);
    errors.fold(0f32, |worst, (heard, nominal)| {
        worst.max((heard - nominal).abs() / allowed_hz(*nominal))
    })
}

/// The same where so many Hz are allowed.
pub(crate) fn freq_error_within(
    heard: &[f32],
    nominal: &[f32],
    allowed: impl Fn(f32) -> f32,
) -> Option<f32> {
    if heard.len() != nominal.len() {
        return None;
    }
    let errors = heard.iter().zip(nominal);
    let worst = errors.fold(0f32, |worst, (heard, nominal)| {
        worst.max((heard - nominal).abs() / allowed(*nominal))
    });
    (worst <= 1.0).then_some(worst)
}

/// How far a measured length is from a nominal one, 1 being the tolerance; `None` beyond.
pub(crate) fn time_error(measured_ms: f32, nominal_ms: u32) -> Option<f32> {
    time_error_within(measured_ms, nominal_ms, 0.0)
}

/// The same where a length may be measured so much worse than usual.
pub(crate) fn time_error_within(measured_ms: f32, nominal_ms: u32, worse_ms: f32) -> Option<f32> {
    let nominal = nominal_ms as f32;
    let error = (measured_ms - nominal).abs() / (allowed_ms(nominal) + worse_ms);
    (error <= 1.0).then_some(error)
}

/// The same beyond the tolerance as well.
pub(crate) fn time_error_unbound(measured_ms: f32, nominal_ms: u32) -> f32 {
    let nominal = nominal_ms as f32;
    (measured_ms - nominal).abs() / allowed_ms(nominal)
}

/// The longest that a length may be measured and still fit, in ms.
pub(crate) fn longest(nominal_ms: u32) -> f32 {
    nominal_ms as f32 + allowed_ms(nominal_ms as f32)
}

fn allowed_ms(nominal: f32) -> f32 {
    (nominal * TIME_TOLERANCE + MEASURE_MS).max(TIME_SLACK_MS)
}

/// Whether two bursts have the same nominal frequencies.
pub(crate) fn same_freqs(a: &Burst, b: &Burst) -> bool {
    freq_error(&heard_as(a), &heard_as(b)).is_some()
}

pub(crate) fn sounds_like(a: &ToneDef, b: &ToneDef) -> bool {
    if ends_steady(a) || ends_steady(b) || !a.repeat || !b.repeat {
        return a.repeat == b.repeat
            && a.bursts.len() == b.bursts.len()
            && a.bursts
                .iter()
                .zip(&b.bursts)
                .all(|(a, b)| same_pair(a, b, ALIKE));
    }
    pairs_needed_against(a, b, ALIKE).is_none()
}

/// How many pairs in a row of the cadenced tone `def` can be no other tone of `all`.
pub(crate) fn pairs_needed(def: &ToneDef, all: &[ToneDef]) -> usize {
    let cycle = def.bursts.len();
    all.iter()
        .filter(|other| other.repeat && !ends_steady(other) && other.tone != def.tone)
        // Two that may be mistaken for each other at every pair: the better fit decides.
        .map(|other| pairs_needed_against(def, other, MISTAKEN).unwrap_or(cycle))
        .fold(cycle, usize::max)
}

/// Whether the last burst goes on for ever.
pub(crate) fn ends_steady(def: &ToneDef) -> bool {
    def.bursts.last().is_some_and(|burst| burst.on_ms == 0)
}

/// One more than the longest stretch of `a` that is also one of `b`; `None` when there is
/// no end to it.
fn pairs_needed_against(a: &ToneDef, b: &ToneDef, share: f32) -> Option<usize> {
    // Two cycles of different length drift through every position in this many pairs.
    const FOR_EVER: usize = MAX_BURSTS * MAX_BURSTS;
    let mut stretch = 0;
    for from_a in 0..a.bursts.len() {
        for from_b in 0..b.bursts.len() {
            let mut louder_db = None;
            let agreed = (0..FOR_EVER)
                .take_while(|i| {
                    let a = &a.bursts[(from_a + i) % a.bursts.len()];
                    let b = &b.bursts[(from_b + i) % b.bursts.len()];
                    let db = a.level_dbm0 - b.level_dbm0;
                    let step = db - louder_db.replace(db).unwrap_or(db);
                    same_pair(a, b, share) && step.abs() <= EVEN_DB
                })
                .count();
            stretch = stretch.max(agreed);
        }
    }
    (stretch < FOR_EVER).then_some(stretch + 1)
}

fn same_pair(a: &Burst, b: &Burst, share: f32) -> bool {
    same_freqs(a, b)
        && same_length(a.on_ms, b.on_ms, share)
        && same_length(a.off_ms, b.off_ms, share)
}

fn same_length(a: u32, b: u32, share: f32) -> bool {
    let (short, long) = (a.min(b) as f32, a.max(b) as f32);
    (long - short <= TIME_SLACK_MS) || (short > 0.0 && (long - short) / long <= share)
}
