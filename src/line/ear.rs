//! What a line hears: each leg's frame is read once, unchanged, by all its detectors, and their
//! facts become [`Heard`] here and nowhere else.

use crate::Shared;
use dsp::{
    dtmf::{Dtmf, DtmfEvent, Profile},
    progress::{Progress, ProgressEvent},
    voice::{Voice, VoiceEvent, VoiceSettings},
};
use types::{
    digits::List,
    frame::Samples,
    heard::Heard,
    tick::{Tick, Ticks},
    tone::Tone,
};

const SILENCE: Ticks = Ticks::secs(2);

/// All that one frame of one leg can bring.
pub type HeardList = List<Heard, 10>;

/// The handset's side. Keys to prompts and keys in a conversation have their own detectors,
/// because a voice must not be taken for a key in the second case, and nobody talks in the first.
#[derive(Debug)]
pub struct PhoneEar {
    entry: Dtmf,
    talk: Dtmf,
    voice: Voice,
    talking: bool,
    /// A key is down, or looks like it.
    key_down: bool,
}

impl PhoneEar {
    pub fn new() -> PhoneEar {
        PhoneEar {
            entry: Dtmf::new(Profile::PinEntry),
            talk: Dtmf::new(Profile::Talk),
            voice: Voice::new(VoiceSettings { silence: SILENCE }),
            talking: false,
            key_down: false,
        }
    }

    /// Forgets the last call.
    pub fn reset(&mut self) {
        self.entry.reset();
        self.talk.reset();
        self.voice = Voice::new(VoiceSettings { silence: SILENCE });
        self.talking = false;
        self.key_down = false;
    }

    pub fn lost(&mut self, samples: u32) {
        self.entry.lost(samples);
        self.talk.lost(samples);
        self.voice.lost(samples);
    }

    /// A frame whose first sample is at `at`. `talking` chooses the detector.
    pub fn frame(&mut self, samples: &Samples, at: Tick, talking: bool, out: &mut HeardList) {
        if talking != self.talking {
            self.talking = talking;
            self.key_down = false;
        }
        let detector = if talking {
            &mut self.talk
        } else {
            &mut self.entry
        };
        let dtmf = detector.process(samples, at);
        push_digits(&dtmf.events, &mut self.key_down, out);
        self.key_down |= dtmf.guarded && talking;
        if !dtmf.guarded
            && !dtmf
                .events
                .iter()
                .any(|e| matches!(e, DtmfEvent::Start { .. }))
        {
            self.key_down = false;
        }
        if talking {
            push_voice(&self.voice.process(samples, at, dtmf.suspect), out);
        }
    }

    /// The frame just read holds, or may hold, a key.
    pub fn key_down(&self) -> bool {
        self.key_down
    }
}

impl Default for PhoneEar {
    fn default() -> PhoneEar {
        PhoneEar::new()
    }
}

/// The trunk's side.
#[derive(Debug)]
pub struct TrunkEar {
    dtmf: Dtmf,
    /// Dial tones only: with fewer tones to tell apart it decides earlier. Used until the trunk
    /// is dialed.
    proceed: Progress,
    progress: Progress,
    voice: Voice,
    key_down: bool,
}

impl TrunkEar {
    pub fn new(shared: &Shared) -> TrunkEar {
        TrunkEar {
            dtmf: Dtmf::new(Profile::Talk),
            proceed: Progress::new(
                &shared
                    .plan
                    .only(|tone| matches!(tone, Tone::Dial | Tone::StutterDial)),
            ),
            progress: Progress::new(&shared.plan),
            voice: Voice::new(VoiceSettings { silence: SILENCE }),
            key_down: false,
        }
    }

    pub fn reset(&mut self) {
        self.dtmf.reset();
        self.proceed.reset();
        self.progress.reset();
        self.voice = Voice::new(VoiceSettings { silence: SILENCE });
        self.key_down = false;
    }

    pub fn lost(&mut self, samples: u32) {
        self.dtmf.lost(samples);
        self.proceed.lost(samples);
        self.progress.lost(samples);
        self.voice.lost(samples);
    }

    /// A frame whose first sample is at `at`; `dialed` once digits have been sent.
    pub fn frame(&mut self, samples: &Samples, at: Tick, dialed: bool, out: &mut HeardList) {
        let dtmf = self.dtmf.process(samples, at);
        let tones = if dialed {
            &mut self.progress
        } else {
            &mut self.proceed
        };
        let progress = tones.process(samples, at);
        push_digits(&dtmf.events, &mut self.key_down, out);
        for event in &progress.events {
            let _ = out.try_push(match *event {
                ProgressEvent::Tone {
                    tone,
                    cycles,
                    start,
                    level_dbm0,
                    confidence,
                } => Heard::Tone {
                    tone,
                    cycles,
                    start,
                    level_dbm0,
                    confidence,
                },
                ProgressEvent::ToneEnd { tone, at } => Heard::ToneEnd { tone, at },
            });
        }
        let tonal = progress.tonal || dtmf.suspect;
        push_voice(&self.voice.process(samples, at, tonal), out);
    }
}

fn push_digits(events: &[DtmfEvent], key_down: &mut bool, out: &mut HeardList) {
    for event in events {
        let _ = out.try_push(match *event {
            DtmfEvent::Start {
                digit,
                start,
                level_dbm0,
                twist_db,
            } => {
                *key_down = true;
                Heard::DigitStart {
                    digit,
                    start,
                    level_dbm0,
                    twist_db,
                }
            }
            DtmfEvent::End { digit, start, end } => {
                *key_down = false;
                Heard::DigitEnd { digit, start, end }
            }
        });
    }
}

fn push_voice(events: &[VoiceEvent], out: &mut HeardList) {
    for event in events {
        let _ = out.try_push(match *event {
            VoiceEvent::Began { start, level_dbm0 } => Heard::Voice { start, level_dbm0 },
            VoiceEvent::Silence { since } => Heard::Silence { since },
        });
    }
}
