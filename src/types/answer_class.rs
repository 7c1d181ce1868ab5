//! Who or what answered a call, told by the sound after the answer.

use crate::tone::SitKind;

/// The kinds of answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AnswerClass {
    /// Somebody who speaks and then waits.
    Person,
    /// An answering machine or a voice mailbox: it goes on speaking.
    Machine,
    /// A fax machine.
    Fax,
    /// Another modem.
    Modem,
    /// A text telephone for the deaf: a person.
    Tty,
    /// The network's own recording, after a special information tone.
    Sit(SitKind),
    /// Nobody says anything.
    Silence,
}

/// A fax machine or a modem with less trust than this was told by a tone that a person could whistle.
pub const SURE_MACHINE: u8 = 80;
