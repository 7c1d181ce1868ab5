//! `--plot`: the spectrogram of a recording with what was found marked in it.
//!
//! What: for each channel, 0 to 4 kHz over time, the level below it, and a mark for each thing
//! found: digits boxed at their two frequencies, tones as bands, moments as lines.
//!
//! How: the recording is heard once, with the analysis. Columns are kept at a bounded number; when
//! they are full, neighbours are merged and each stands for twice the time, by its loudest part, so
//! that a digit is still seen in an hour.

mod canvas;
mod colours;
mod draw;
mod lanes;
mod mark;
mod spectrogram;

use std::{fs::File, io, path::Path};

use crate::{
    analysis::{Found, Leg},
    sound::Frame,
};

use mark::Mark;
use spectrogram::Spectrogram;

/// A picture that is being made.
#[derive(Debug)]
pub(crate) struct Plot {
    title: String,
    command: &'static str,
    panels: Vec<Panel>,
    /// Samples heard.
    length: u64,
}

/// A channel.
#[derive(Debug)]
struct Panel {
    leg: Leg,
    spectrogram: Spectrogram,
    marks: Vec<Mark>,
    /// Marks beyond [`MOST_MARKS`].
    left_out: u64,
}

/// Marks that are drawn on a channel; more could not be told apart.
const MOST_MARKS: usize = 4000;

impl Plot {
    pub fn new(title: &str, command: &'static str, stereo: bool) -> Plot {
        let legs: &[Leg] = match stereo {
            true => &[Leg::Left, Leg::Right],
            false => &[Leg::Mono],
        };
        let panel = |&leg: &Leg| Panel {
            leg,
            spectrogram: Spectrogram::new(),
            marks: Vec::new(),
            left_out: 0,
        };
        Plot {
            title: title.to_owned(),
            command,
            panels: legs.iter().map(panel).collect(),
            length: 0,
        }
    }

    pub fn frame(&mut self, frame: &Frame) {
        for (panel, samples) in self.panels.iter_mut().zip(&frame.channels) {
            panel.spectrogram.hear(samples);
        }
        self.length += frame.length as u64;
    }

    pub fn mark(&mut self, found: &Found) {
        for (leg, row) in &found.rows {
            let Some(panel) = self.panels.iter_mut().find(|panel| panel.leg == *leg) else {
                continue;
            };
            for mark in mark::of(row) {
                if panel.marks.len() < MOST_MARKS {
                    panel.marks.push(mark);
                } else {
                    panel.left_out += 1;
                }
            }
        }
    }

    pub fn write(self, path: &Path) -> io::Result<()> {
        let canvas = draw::picture(&self);
        canvas.write(File::create(path)?)
    }
}
