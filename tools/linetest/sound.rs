//! Recordings as the detectors take them: frames of 80 samples a channel, read as they come.
//!
//! What: WAV files (PCM of 16 bits, mu-law, A-law; one or two channels; 8000 Hz) and raw samples,
//! from anything that can be read, a pipe included.
//!
//! How: one buffer of octets and one of samples, both of a fixed size: an hour takes no more
//! memory than a second. Nothing that a file says about its own size is believed before it is read.
//!
//! Crate `hound` is not used here: it reads no companded samples, and no file whose length is not
//! in its header.

mod error;
mod octets;
mod wav;

use std::io::Read;

use arrayvec::ArrayVec;
use dsp::g711;
use types::frame::{FRAME, Law, Samples};

pub use error::SoundError;
pub(crate) use error::plain;
use octets::Octets;

/// How samples are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coding {
    /// Signed 16-bit integers, low octet first.
    Linear,
    /// An octet a sample (ITU-T G.711).
    Companded(Law),
}

/// What a recording is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Format {
    pub coding: Coding,
    /// 1 or 2.
    pub channels: usize,
}

/// The next 10 ms.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// One or two, as the format says.
    pub channels: ArrayVec<&'a Samples, 2>,
    /// How many of the samples are the recording's; the rest of the last frame is silence.
    pub length: usize,
}

/// A recording that is being read.
#[derive(Debug)]
pub struct Sound<R> {
    octets: Octets<R>,
    format: Format,
    /// Octets of sound still to come; `None` where only the end of the file ends it.
    left: Option<u64>,
    /// Decoded samples of each channel, those at `from..to` not taken yet.
    decoded: [Vec<i16>; 2],
    from: usize,
    to: usize,
    /// The last frame, with silence after it.
    padded: [Samples; 2],
    any: bool,
}

/// Samples of each channel that are decoded in one go: a second.
const BLOCK: usize = 8000;

impl Format {
    /// Octets of one sample of every channel.
    fn width(self) -> usize {
        let sample = match self.coding {
            Coding::Linear => 2,
            Coding::Companded(_) => 1,
        };
        sample * self.channels
    }
}

impl<R: Read> Sound<R> {
    /// Reads the header of a WAV file.
    pub fn wav(input: R) -> Result<Sound<R>, SoundError> {
        let mut octets = Octets::new(input);
        let (format, left) = wav::header(&mut octets)?;
        Ok(Sound::new(octets, format, left))
    }

    /// Takes samples without a header.
    ///
    /// # Panics
    /// When there are not one or two channels.
    pub fn raw(input: R, format: Format) -> Sound<R> {
        assert!((1..=2).contains(&format.channels), "one channel or two");
        Sound::new(Octets::new(input), format, None)
    }

    fn new(octets: Octets<R>, format: Format, left: Option<u64>) -> Sound<R> {
        let second = if format.channels == 2 { BLOCK } else { 0 };
        Sound {
            octets,
            format,
            left,
            decoded: [vec![0; BLOCK], vec![0; second]],
            from: 0,
            to: 0,
            padded: [[0; FRAME]; 2],
            any: false,
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// The next frame, `None` at the end. A recording that is shorter than its header says gives
    /// all that is there, then the error.
    pub fn frame(&mut self) -> Result<Option<Frame<'_>>, SoundError> {
        while self.to - self.from < FRAME {
            if !self.decode()? {
                return self.last_frame();
            }
        }
        self.any = true;
        let at = self.from;
        self.from += FRAME;
        let channels = self.decoded[..self.format.channels].iter();
        Ok(Some(Frame {
            channels: channels
                .map(|samples| samples[at..].first_chunk().expect("a whole frame"))
                .collect(),
            length: FRAME,
        }))
    }

    fn last_frame(&mut self) -> Result<Option<Frame<'_>>, SoundError> {
        let length = self.to - self.from;
        if length == 0 {
            return self.ended().map(|()| None);
        }
        self.any = true;
        for (padded, decoded) in self
            .padded
            .iter_mut()
            .zip(&self.decoded[..self.format.channels])
        {
            *padded = [0; FRAME];
            padded[..length].copy_from_slice(&decoded[self.from..self.to]);
        }
        self.from = self.to;
        Ok(Some(Frame {
            channels: self.padded[..self.format.channels].iter().collect(),
            length,
        }))
    }

    /// Whether it is right that no more samples come.
    fn ended(&self) -> Result<(), SoundError> {
        let held = self.octets.held().len() as u64;
        match self.left {
            Some(missing) if missing > held && !self.any && held == 0 => {
                Err(SoundError::CutBeforeSound { missing })
            }
            Some(left) if left > held => Err(SoundError::Truncated {
                missing: left - held,
            }),
            Some(over) if over > 0 => Err(SoundError::PartOfASample { over }),
            None if held > 0 => Err(SoundError::PartOfASample { over: held }),
            _ if !self.any => Err(SoundError::NoSamples),
            _ => Ok(()),
        }
    }

    /// Decodes what one read gives; `false` at the end.
    fn decode(&mut self) -> Result<bool, SoundError> {
        for samples in &mut self.decoded[..self.format.channels] {
            samples.copy_within(self.from..self.to, 0);
        }
        self.to -= self.from;
        self.from = 0;
        let width = self.format.width();
        let wanted = self.left.unwrap_or(u64::MAX);
        loop {
            let held = self.octets.held();
            let usable = held
                .len()
                .min(usize::try_from(wanted).unwrap_or(usize::MAX));
            let count = (usable / width).min(BLOCK - self.to);
            if count > 0 {
                self.take(count);
                return Ok(true);
            }
            // What stands after the sound is not read.
            if wanted <= held.len() as u64 || !self.octets.fill()? {
                return Ok(false);
            }
        }
    }

    fn take(&mut self, count: usize) {
        let Format { coding, channels } = self.format;
        let octets = count * self.format.width();
        let held = &self.octets.held()[..octets];
        let place = self.to..self.to + count;
        let [first, second] = &mut self.decoded;
        let mut interleaved = [0; 2 * 1024];
        if channels == 1 {
            expand(coding, held, &mut first[place]);
        } else {
            let width = self.format.width();
            for (n, part) in held.chunks(1024 * width).enumerate() {
                let both = &mut interleaved[..part.len() / width * 2];
                expand(coding, part, both);
                for (at, pair) in both.as_chunks::<2>().0.iter().enumerate() {
                    let to = place.start + n * 1024 + at;
                    (first[to], second[to]) = (pair[0], pair[1]);
                }
            }
        }
        self.to += count;
        self.octets.consume(octets);
        if let Some(left) = &mut self.left {
            *left -= octets as u64;
        }
    }
}

fn expand(coding: Coding, octets: &[u8], samples: &mut [i16]) {
    match coding {
        Coding::Linear => {
            for (sample, octets) in samples.iter_mut().zip(octets.as_chunks::<2>().0) {
                *sample = i16::from_le_bytes(*octets);
            }
        }
        Coding::Companded(law) => g711::decode(law, octets, samples),
    }
}
