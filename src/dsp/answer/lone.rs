//! The classifier with all detectors that it needs.

use super::{Answer, AnswerEvents, AnswerSettings, Decision, Tones};
use crate::{
    activity::ActivityMeter,
    data::DataSignals,
    dtmf::{Dtmf, Profile},
    plan::TonePlan,
    progress::Progress,
};
use types::{frame::Samples, tick::Tick};

/// A classifier with all that it needs, for a recording or a line that has no other detectors.
#[derive(Clone, Debug)]
pub struct Classifier {
    answer: Answer,
    meter: ActivityMeter,
    progress: Progress,
    dtmf: Dtmf,
    data: DataSignals,
}

impl Classifier {
    /// Allocates; nothing later does.
    pub fn new(plan: &TonePlan) -> Classifier {
        Classifier::with(plan, AnswerSettings::default())
    }

    pub fn with(plan: &TonePlan, settings: AnswerSettings) -> Classifier {
        Classifier {
            answer: Answer::new(settings),
            meter: ActivityMeter::new(),
            progress: Progress::new(plan),
            dtmf: Dtmf::new(Profile::Talk),
            data: DataSignals::new(),
        }
    }

    /// See [`Answer::answered`].
    pub fn answered(&mut self, at: Tick) {
        self.answer.answered(at);
    }

    /// See [`Answer::decision`].
    pub fn decision(&self) -> Option<Decision> {
        self.answer.decision()
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> AnswerEvents {
        let progress = self.progress.process(samples, at);
        let dtmf = self.dtmf.process(samples, at);
        let data = self.data.process(samples, at);
        let tones = Tones::of(&progress, &dtmf, &data);
        let activity = self.meter.frame(samples);
        self.answer.process(samples, at, &activity, tones)
    }

    pub fn lost(&mut self, samples: u32) {
        self.progress.lost(samples);
        self.dtmf.lost(samples);
        self.data.lost(samples);
        if samples > 0 {
            self.meter.lost();
        }
        self.answer.lost(samples);
    }

    pub fn reset(&mut self) {
        self.progress.reset();
        self.dtmf.reset();
        self.data.reset();
        self.meter.reset();
        self.answer.reset();
    }
}
