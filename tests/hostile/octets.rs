//! Octets as choices: whatever they are, they mean something.

/// Octets that are taken one after the other; after the last there are zeros.
#[derive(Debug)]
pub struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    pub fn new(data: &'a [u8]) -> Octets<'a> {
        Octets(data)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    pub fn next_i16(&mut self) -> i16 {
        i16::from_le_bytes([self.next(), self.next()])
    }

    pub fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes([self.next(), self.next(), self.next(), self.next()])
    }

    /// Evenly from 0 to `count - 1`, as far as an octet goes.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.next()) * count / 256
    }
}
