//! The commands as analyses. Detectors are made once and copied, so that each file is heard by one
//! that never heard anything.

use dsp::{answer::Classifier, dtmf::Dtmf, progress::Progress};
use types::{tick::Ticks, tone::Tone};

use crate::{
    analysis::{Analysis, EachLeg, Which},
    answer::Answer,
    digits::Digits,
    learn::Learn,
    level::Level,
    progress::Tones,
    table::Kind,
    three_way::ThirdParty,
};

#[derive(Debug)]
pub(crate) enum Task {
    Digits(Box<Dtmf>),
    Progress(Box<Progress>),
    /// With the time of the answer in the recording.
    Answer(Box<Classifier>, Ticks),
    ThreeWay(Box<ThirdParty>),
    Level(Box<Level>),
    /// With what the tone is called.
    Learn(Option<Tone>),
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
            Task::Answer(fresh, answered) => Box::new(EachLeg::new(which, channels, |leg| {
                Answer::new(leg, (**fresh).clone(), *answered)
            })),
            Task::ThreeWay(fresh) => fresh.clone(),
            Task::Level(fresh) => Box::new(EachLeg::new(which, channels, |leg| fresh.of(leg))),
            Task::Learn(tone) => {
                Box::new(EachLeg::new(which, channels, |leg| Learn::new(leg, *tone)))
            }
        }
    }

    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Task::Digits(_) => "digits",
            Task::Progress(_) => "progress",
            Task::Answer(..) => "answer",
            Task::ThreeWay(_) => "three-way",
            Task::Level(_) => "level",
            Task::Learn(_) => "learn",
        }
    }

    pub fn table(&self) -> Kind {
        match self {
            Task::Digits(_) => Kind::Digits,
            Task::Progress(_) => Kind::Progress,
            Task::Answer(..) => Kind::Answer,
            Task::ThreeWay(_) => Kind::ThreeWay,
            Task::Level(_) => Kind::Level,
            Task::Learn(_) => Kind::Learn,
        }
    }
}
