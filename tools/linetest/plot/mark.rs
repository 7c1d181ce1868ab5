//! What was found, as it is marked in the picture.

use dsp::tone_gen::dtmf_pair;
use types::digits;

use super::canvas::Colour;
use crate::row::Row;

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Mark {
    pub start_ms: f64,
    /// The same as the start for a moment.
    pub end_ms: f64,
    pub label: String,
    pub colour: Colour,
    pub look: Look,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Look {
    /// Boxes at these frequencies.
    Boxes([f32; 2]),
    /// A band over the whole height.
    Band,
    /// A line at its start.
    Moment,
}

const DIGIT: Colour = [80, 220, 230];
const DIAL: Colour = [60, 190, 90];
const RING: Colour = [70, 140, 250];
const BUSY: Colour = [235, 70, 70];
const REORDER: Colour = [245, 150, 40];
const SIT: Colour = [225, 90, 220];
const OTHER: Colour = [150, 150, 165];

/// The marks of a row.
pub(super) fn of(row: &Row) -> Vec<Mark> {
    match row {
        Row::Digit(row) => {
            let digit = digits::Digit::parse(row.digit as u8).expect("a digit");
            let (low, high) = dtmf_pair(digit);
            vec![Mark {
                start_ms: row.start_ms,
                end_ms: row.start_ms + row.duration_ms,
                label: row.digit.to_string(),
                colour: DIGIT,
                look: Look::Boxes([low, high]),
            }]
        }
        Row::Tone(row) => vec![Mark {
            start_ms: row.start_ms,
            end_ms: row.end_ms,
            label: row.tone.to_owned(),
            colour: match row.event {
                "dial" => DIAL,
                "ring" => RING,
                "busy" => BUSY,
                "reorder" => REORDER,
                "sit" => SIT,
                _ => OTHER,
            },
            look: Look::Band,
        }],
    }
}
