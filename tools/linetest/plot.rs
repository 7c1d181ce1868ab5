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

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::ffi::OsStrExt as _,
    path::Path,
};

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

/// What a PNG file begins with.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Why no picture may be written there: a name that was mistyped must not cost a recording.
pub(crate) fn refusal(path: &Path) -> Option<&'static str> {
    let end = path.as_os_str().as_bytes().last_chunk();
    if !end.is_some_and(|end: &[u8; 4]| end.eq_ignore_ascii_case(b".png")) {
        return Some("does not end in .png");
    }
    // What is not there is made; what cannot be looked at fails when it is written.
    let about = path.metadata().ok()?;
    let picture = || -> io::Result<bool> {
        let mut start = Vec::new();
        let most = SIGNATURE.len() as u64;
        File::open(path)?.take(most).read_to_end(&mut start)?;
        Ok(start.is_empty() || start == SIGNATURE)
    };
    let replaced = about.is_file() && picture().unwrap_or(false);
    (!replaced).then_some("is there and is no picture: it is not replaced")
}

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
        if let Some(what) = refusal(path) {
            return Err(io::Error::other(what));
        }
        let canvas = draw::picture(&self);
        canvas.write(File::create(path)?)
    }
}
