//! A stereo WAV that is written where its samples belong: what is left out is silence that takes no
//! room, and a write that failed harms nothing that comes after it.

use std::{fs::File, io, mem, os::unix::fs::FileExt};

/// Telephone audio.
const RATE: u32 = 8000;
const CHANNELS: u16 = 2;
const BITS: u16 = 16;
/// Bytes of a pair of samples.
const PAIR: u64 = (CHANNELS * BITS / 8) as u64;
const HEADER: usize = 44;

/// A file whose header tells of what was flushed.
#[derive(Debug)]
pub struct WavFile {
    file: File,
    /// What is not on the file yet; it belongs before `end`.
    buffer: Vec<u8>,
    /// Pairs so far, silence and buffer included.
    end: u64,
    /// Pairs that were pushed and are on the file, and those of them that its header tells of.
    written: u64,
    told: u64,
}

impl WavFile {
    /// Begins an empty file; with room for so many pairs between two flushes.
    pub fn begin(file: File, room: usize) -> io::Result<WavFile> {
        file.write_all_at(&header(0), 0)?;
        Ok(WavFile {
            file,
            buffer: Vec::with_capacity(room * PAIR as usize),
            end: 0,
            written: 0,
            told: 0,
        })
    }

    pub fn push(&mut self, left: i16, right: i16) {
        self.buffer.extend(left.to_le_bytes());
        self.buffer.extend(right.to_le_bytes());
        self.end += 1;
    }

    /// Writes what was pushed and makes the header true. After an error silence stays in its place.
    pub fn flush(&mut self) -> io::Result<()> {
        let bytes = mem::take(&mut self.buffer);
        let at = HEADER as u64 + self.end * PAIR - bytes.len() as u64;
        let written = self.file.write_all_at(&bytes, at);
        let pairs = bytes.len() as u64 / PAIR;
        self.buffer = bytes;
        self.buffer.clear();
        written?;
        self.written += pairs;
        self.file.write_all_at(&header(self.end), 0)?;
        self.told = self.written;
        Ok(())
    }

    /// Puts another file in its place.
    #[cfg(test)]
    pub fn replace(&mut self, file: File) -> File {
        mem::replace(&mut self.file, file)
    }

    /// Pairs that were pushed and can be played.
    pub fn playable(&self) -> u64 {
        self.told
    }

    /// Goes on so many pairs later. What was pushed must have been flushed.
    pub fn skip(&mut self, pairs: u64) {
        assert!(self.buffer.is_empty(), "a gap begins after a flush");
        self.end += pairs;
    }

    /// Makes the file as long as it says, with silence at its end.
    pub fn finish(&mut self) -> io::Result<()> {
        self.flush()?;
        self.file.set_len(HEADER as u64 + self.end * PAIR)
    }
}

/// The header of a file of so many pairs.
fn header(pairs: u64) -> [u8; HEADER] {
    let data = u32::try_from(pairs * PAIR).unwrap_or(u32::MAX - HEADER as u32);
    let mut bytes = [0; HEADER];
    let mut rest = &mut bytes[..];
    let mut put = |part: &[u8]| {
        let (head, tail) = mem::take(&mut rest).split_at_mut(part.len());
        head.copy_from_slice(part);
        rest = tail;
    };
    put(b"RIFF");
    put(&(data + HEADER as u32 - 8).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    // PCM.
    put(&1_u16.to_le_bytes());
    put(&CHANNELS.to_le_bytes());
    put(&RATE.to_le_bytes());
    put(&(RATE * PAIR as u32).to_le_bytes());
    put(&(PAIR as u16).to_le_bytes());
    put(&BITS.to_le_bytes());
    put(b"data");
    put(&data.to_le_bytes());
    bytes
}
