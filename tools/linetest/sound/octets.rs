//! Octets as they come, in a buffer of a fixed size.

use std::io::{self, Read};

#[derive(Debug)]
pub(super) struct Octets<R> {
    input: R,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
}

const SIZE: usize = 1 << 16;

impl<R: Read> Octets<R> {
    pub fn new(input: R) -> Octets<R> {
        Octets {
            input,
            buffer: vec![0; SIZE],
            from: 0,
            to: 0,
        }
    }

    /// What was read and not consumed.
    pub fn held(&self) -> &[u8] {
        &self.buffer[self.from..self.to]
    }

    /// # Panics
    /// When more is consumed than held.
    pub fn consume(&mut self, count: usize) {
        assert!(count <= self.to - self.from, "only what is held");
        self.from += count;
    }

    /// Reads once more; `false` at the end of the input. There must be room.
    pub fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        assert!(self.to < SIZE, "room to read into");
        loop {
            match self.input.read(&mut self.buffer[self.to..]) {
                Ok(count) => {
                    self.to += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next octets, fewer only at the end of the input.
    pub fn next(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.held().len() < count && self.fill()? {}
        let count = count.min(self.held().len());
        self.from += count;
        Ok(&self.buffer[self.from - count..self.from])
    }

    /// Passes over so many octets; `false` when there are fewer.
    pub fn skip(&mut self, mut count: u64) -> io::Result<bool> {
        loop {
            let held = self.held().len();
            if count <= held as u64 {
                self.from += count as usize;
                return Ok(true);
            }
            count -= held as u64;
            self.from = self.to;
            if !self.fill()? {
                return Ok(false);
            }
        }
    }
}
