//! Keeps the questions of a line object apart from those of the objects before it on the same
//! line, whose answers may still come: each object counts from one.

use types::query::{Answered, Asked};

/// The number of the questions that a station asks for a line that died.
pub const OWN_NUMBER: u32 = u32::MAX - 1;

/// The numbers of one line object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbering {
    from: u32,
    /// Past all that were asked.
    to: u32,
}

impl Numbering {
    /// The numbers of the line object after this one.
    pub fn next(self) -> Numbering {
        Numbering {
            from: self.to,
            to: self.to,
        }
    }

    /// The question as it is sent.
    pub fn send(&mut self, mut asked: Asked) -> Asked {
        asked.number += self.from;
        self.to = self.to.max(asked.number + 1);
        asked
    }

    /// The answer by the object's own number, if it is for this object.
    pub fn take(&self, answer: Answered) -> Option<Answered> {
        if answer.number == OWN_NUMBER {
            return None;
        }
        let number = answer.number.checked_sub(self.from)?;
        Some(Answered { number, ..answer })
    }
}
