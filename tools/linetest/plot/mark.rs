//! What was found, as it is marked in the picture.

use dsp::tone_gen::dtmf_pair;
use types::digits::Digit;

use super::canvas::Colour;
use crate::row::{self, Row};

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
const DECIDED: Colour = [250, 205, 60];
const BEEP: Colour = [80, 220, 230];
const EVIDENCE: Colour = [235, 70, 70];
const AGAINST: Colour = [150, 150, 165];

/// The marks of a row.
pub(super) fn of(row: &Row) -> Vec<Mark> {
    match row {
        Row::Digit(row) => vec![digit(row)],
        Row::Tone(row) => vec![tone(row)],
        Row::Answer(row) => answer(row),
        Row::ThreeWay(row) => three_way(row),
        Row::Level(_) => Vec::new(),
        Row::Learned(row) => row.sounds.iter().map(sound).collect(),
    }
}

fn digit(row: &row::Digit) -> Mark {
    let digit = Digit::parse(row.digit as u8).expect("a digit");
    let (low, high) = dtmf_pair(digit);
    Mark {
        start_ms: row.start_ms,
        end_ms: row.start_ms + row.duration_ms,
        label: row.digit.to_string(),
        colour: DIGIT,
        look: Look::Boxes([low, high]),
    }
}

fn tone(row: &row::Tone) -> Mark {
    Mark {
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
    }
}

fn answer(row: &row::Answer) -> Vec<Mark> {
    let earlier = row
        .earlier
        .iter()
        .map(|earlier| (earlier.class, Some(earlier.decided_ms)));
    let decisions = earlier.chain([(row.class, row.decided_ms)]);
    let mut marks: Vec<Mark> = decisions
        .filter_map(|(class, decided)| Some(moment(decided?, class.to_owned(), DECIDED)))
        .collect();
    if let (Some(start_ms), Some(end_ms)) = (row.beep_ms, row.beep_end_ms) {
        marks.push(Mark {
            start_ms,
            end_ms,
            label: "beep".into(),
            colour: BEEP,
            look: Look::Band,
        });
    }
    marks
}

/// The time that the far end was away, and each piece of evidence where it was heard.
fn three_way(row: &row::ThreeWay) -> Vec<Mark> {
    let Some(left) = row.at_ms else {
        return Vec::new();
    };
    let verdict = if row.three_way { "three-way" } else { "away" };
    let mut marks = vec![Mark {
        start_ms: left,
        end_ms: row.joined_ms.unwrap_or(left),
        label: format!("{verdict}, score {:.1}", row.score),
        colour: if row.three_way { EVIDENCE } else { AGAINST },
        look: Look::Band,
    }];
    for piece in row.evidence.iter().filter(|piece| piece.weight != 0.0) {
        let colour = if piece.weight > 0.0 {
            EVIDENCE
        } else {
            AGAINST
        };
        let label = format!("{} {:+.1}", piece.kind, piece.weight);
        marks.push(moment(piece.at_ms, label, colour));
    }
    marks
}

fn sound((start_ms, end_ms, freqs): &(f64, f64, String)) -> Mark {
    Mark {
        start_ms: *start_ms,
        end_ms: *end_ms,
        label: freqs.clone(),
        colour: DIAL,
        look: Look::Band,
    }
}

fn moment(at_ms: f64, label: String, colour: Colour) -> Mark {
    Mark {
        start_ms: at_ms,
        end_ms: at_ms,
        label,
        colour,
        look: Look::Moment,
    }
}
