//! What a line hears: each leg's frame is read once, unchanged, by all its detectors, and their
//! facts become [`Heard`] here and nowhere else.

mod phone;
mod trunk;

pub use phone::PhoneEar;
pub use trunk::{Stage, TrunkEar};

use dsp::{
    dtmf::DtmfEvent,
    progress::ProgressEvent,
    pulse::{CERTAIN, PulseEvent},
    voice::VoiceEvent,
};
use types::{digits::List, heard::Heard, tick::Ticks};

/// Nobody speaks for so long.
const SILENCE: Ticks = Ticks::secs(2);

/// All that one frame of one leg can bring.
pub type HeardList = List<Heard, 12>;

fn push_tones(events: &[ProgressEvent], out: &mut HeardList) {
    for event in events {
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
}

/// A digit that could be a knock on the line is no answer.
fn push_pulses(events: &[PulseEvent], out: &mut HeardList) {
    for event in events.iter().filter(|e| e.confidence >= CERTAIN) {
        let _ = out.try_push(Heard::PulseDigit {
            digit: event.digit,
            start: event.start,
            end: event.end,
        });
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
