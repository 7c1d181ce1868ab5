//! `linetest three-way`: whether the called party let a third one into the call, and on which
//! evidence.

use dsp::{
    data::DataSignals,
    dtmf::{Dtmf, DtmfEvent, Profile},
    modem::{ModemEvent, Signal},
    plan::TonePlan,
    progress::{Progress, ProgressEvent},
    three_way::{Facts, NO_EPISODE, ThreeWay, ThreeWayEvent, ThreeWaySettings},
    tty::TtyEvent,
};
use types::{
    frame::{FRAME, Samples},
    tick::Tick,
};

use crate::{
    analysis::{Analysis, Found, Label, Leg, Place},
    row::{self, Row},
    sound::Frame,
};

/// Hears both sides of a call, or the trunk's alone.
#[derive(Clone, Debug)]
pub(crate) struct ThirdParty {
    detector: ThreeWay,
    trunk: TrunkEar,
    /// The episode with the highest score since the last was told of, and whether it was enough.
    best: Option<ThreeWayEvent>,
    told: bool,
    any: bool,
    stereo: bool,
}

/// What else is heard on the trunk: what a line's own detectors would say.
#[derive(Clone, Debug)]
struct TrunkEar {
    progress: Progress,
    dtmf: Dtmf,
    data: DataSignals,
    digit: bool,
    modem: bool,
    tty: bool,
}

impl ThirdParty {
    pub fn new(plan: &TonePlan, settings: ThreeWaySettings) -> ThirdParty {
        ThirdParty {
            detector: ThreeWay::new(settings),
            trunk: TrunkEar {
                progress: Progress::new(plan),
                dtmf: Dtmf::new(Profile::Talk),
                data: DataSignals::new(),
                digit: false,
                modem: false,
                tty: false,
            },
            best: None,
            told: false,
            any: false,
            stereo: false,
        }
    }

    /// The last episode that was kept, as a row.
    fn tell(&mut self, length: u64, found: &mut Found) {
        let best = self.best.take();
        let ms = |at: Tick| row::ms(at.0.min(length));
        let evidence = best.iter().flat_map(|best| &best.evidence);
        let evidence = evidence.map(|piece| row::Evidence {
            kind: piece.kind.name(),
            at_ms: ms(piece.at),
            weight: row::hundredths(piece.weight),
        });
        let row = row::ThreeWay {
            three_way: self.told,
            score: row::hundredths(best.as_ref().map_or(NO_EPISODE, |best| best.score)),
            at_ms: best.as_ref().map(|best| ms(best.left)),
            joined_ms: best.as_ref().and_then(|best| best.joined.map(ms)),
            evidence: evidence.collect(),
        };
        let leg = match self.stereo {
            true => Leg::Right,
            false => Leg::Mono,
        };
        found.rows.push((leg, Row::ThreeWay(row)));
        self.any = true;
        self.told = false;
    }
}

impl Analysis for ThirdParty {
    fn frame(&mut self, frame: &Frame, at: &Place, found: &mut Found) {
        const NOBODY: Samples = [0; FRAME];
        self.stereo = frame.channels.len() == 2;
        let (phone, trunk) = match frame.channels[..] {
            [phone, trunk] => (phone, trunk),
            [trunk] => (&NOBODY, trunk),
            _ => unreachable!("a recording has one channel or two"),
        };
        let facts = self.trunk.hear(trunk, at.start);
        let heard = self.detector.process(phone, trunk, at.start, facts);
        if let Some(event) = heard.event {
            // An episode that was told of is done when the next one is enough.
            let another = |best: &ThreeWayEvent| best.left != event.left;
            if self.told && self.best.as_ref().is_some_and(another) {
                self.tell(at.consumed, found);
            }
            found.hit(at, Label::Word("three-way"));
            self.best = Some(event);
            self.told = true;
        } else if self
            .best
            .as_ref()
            .is_none_or(|best| heard.score > best.score)
            && let Some(episode) = self.detector.evidence()
        {
            let same = |best: &ThreeWayEvent| best.left == episode.left;
            if !self.told || self.best.as_ref().is_some_and(same) {
                self.best = Some(episode);
            }
        }
    }

    /// There is always a row: without a third party, how near it came.
    fn end(&mut self, length: u64, found: &mut Found) {
        if self.told || !self.any {
            self.tell(length, found);
        }
    }
}

impl TrunkEar {
    fn hear(&mut self, samples: &Samples, at: Tick) -> Facts {
        let progress = self.progress.process(samples, at);
        let dtmf = self.dtmf.process(samples, at);
        let data = self.data.process(samples, at);
        for event in &dtmf.events {
            self.digit = matches!(event, DtmfEvent::Start { .. });
        }
        for event in &data.modem {
            match event {
                // A burst is over when it is told, and no end follows.
                ModemEvent::Heard {
                    signal: Signal::FaxCalling | Signal::DataCalling,
                    ..
                } => {}
                ModemEvent::Heard { .. } => self.modem = true,
                ModemEvent::Ended { .. } => self.modem = false,
            }
        }
        match data.tty {
            Some(TtyEvent::Began { .. }) => self.tty = true,
            Some(TtyEvent::Ended { .. }) => self.tty = false,
            None => {}
        }
        let mut tones = progress.events.iter().filter_map(|event| match event {
            ProgressEvent::Tone { tone, .. } => Some(*tone),
            ProgressEvent::ToneEnd { .. } => None,
        });
        Facts {
            tonal: progress.tonal || dtmf.suspect,
            dtmf: self.digit,
            tone: tones.next_back(),
            machine: self.tty || self.modem,
        }
    }
}
