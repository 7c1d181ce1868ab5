//! The commands as analyses. Detectors are made once and copied, so that each file is heard by one
//! that never heard anything.

use dsp::{dtmf::Dtmf, progress::Progress};

use crate::{
    analysis::{Analysis, EachLeg, Which},
    digits::Digits,
    progress::Tones,
    table,
};

#[derive(Debug)]
pub(crate) enum Task {
    Digits(Box<Dtmf>),
    Progress(Box<Progress>),
}

impl Task {
    pub fn start(&self, which: Which, channels: usize) -> Box<dyn Analysis> {
        match self {
            Task::Digits(fresh) => Box::new(EachLeg::new(which, channels, |leg| {
                Digits::new(leg, (**fresh).clone())
            })),
            Task::Progress(fresh) => Box::new(EachLeg::new(which, channels, |leg| {
                Tones::new(leg, (**fresh).clone())
            })),
        }
    }

    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Task::Digits(_) => "digits",
            Task::Progress(_) => "progress",
        }
    }

    /// The words over the table's columns, and what is said when nothing was found.
    pub fn table(&self) -> (&'static str, &'static str) {
        match self {
            Task::Digits(_) => table::DIGITS,
            Task::Progress(_) => table::PROGRESS,
        }
    }
}
