//! Recorded and made-up sounds that simulated people say.

use crate::sim::{law, level, oscillator::Oscillator};
use std::{fmt, sync::Arc, sync::LazyLock};
use types::{frame::Law, tick::Ticks};

/// A sound, shared by all who say it.
#[derive(Clone)]
pub struct Clip {
    name: &'static str,
    samples: Arc<[i16]>,
}

impl Clip {
    pub fn from_samples(name: &'static str, samples: &[i16]) -> Clip {
        Clip {
            name,
            samples: samples.into(),
        }
    }

    /// A sine.
    pub fn tone(hz: f64, level_dbm0: f64, length: Ticks) -> Clip {
        let mut oscillator = Oscillator::new(hz, level_dbm0);
        let samples: Vec<i16> = (0..length.0)
            .map(|_| level::clip(oscillator.sample()))
            .collect();
        Clip::from_samples("tone", &samples)
    }

    /// The inmate talking at length.
    pub fn inmate_talk() -> Clip {
        INMATE_TALK.clone()
    }

    /// The inmate saying a name.
    pub fn inmate_name() -> Clip {
        INMATE_NAME.clone()
    }

    /// The inmate shouting.
    pub fn inmate_shout() -> Clip {
        INMATE_SHOUT.clone()
    }

    /// The called party's "hello".
    pub fn called_hello() -> Clip {
        CALLED_HELLO.clone()
    }

    /// The called party talking at length.
    pub fn called_talk() -> Clip {
        CALLED_TALK.clone()
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    pub fn length(&self) -> Ticks {
        Ticks(self.samples.len() as u64)
    }
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clip({}, {} ms)", self.name, self.length().as_ms())
    }
}

impl PartialEq for Clip {
    fn eq(&self, other: &Clip) -> bool {
        self.name == other.name && self.samples == other.samples
    }
}

static INMATE_TALK: LazyLock<Clip> =
    LazyLock::new(|| recorded("inmate_talk", include_bytes!("voices/inmate_talk.wav")));
static INMATE_NAME: LazyLock<Clip> =
    LazyLock::new(|| recorded("inmate_name", include_bytes!("voices/inmate_name.wav")));
static INMATE_SHOUT: LazyLock<Clip> =
    LazyLock::new(|| recorded("inmate_shout", include_bytes!("voices/inmate_shout.wav")));
static CALLED_HELLO: LazyLock<Clip> =
    LazyLock::new(|| recorded("called_hello", include_bytes!("voices/called_hello.wav")));
static CALLED_TALK: LazyLock<Clip> =
    LazyLock::new(|| recorded("called_talk", include_bytes!("voices/called_talk.wav")));

/// The WAVE format tag of mu-law.
const MU_LAW: u16 = 7;

/// Decodes an embedded recording.
///
/// # Panics
///
/// When the file built into the program is not 8 kHz mono mu-law: a mistake of the build.
fn recorded(name: &'static str, wav: &[u8]) -> Clip {
    let data = mu_law_data(wav).unwrap_or_else(|| panic!("voice {name} is no mu-law WAV file"));
    let samples: Vec<i16> = data.iter().map(|&o| law::linear(Law::Mu, o)).collect();
    Clip::from_samples(name, &samples)
}

/// The octets of the `data` chunk of an 8 kHz mono mu-law RIFF file.
fn mu_law_data(wav: &[u8]) -> Option<&[u8]> {
    if wav.get(..4)? != b"RIFF" || wav.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut rest = &wav[12..];
    let mut format_is_right = false;
    while rest.len() >= 8 {
        let length = u32::from_le_bytes(rest[4..8].try_into().ok()?) as usize;
        let body = rest.get(8..8 + length)?;
        match &rest[..4] {
            b"fmt " => {
                let word =
                    |at: usize| Some(u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?]));
                format_is_right = word(0)? == MU_LAW && word(2)? == 1 && word(4)? == 8000;
            }
            b"data" => return format_is_right.then_some(body),
            _ => {}
        }
        rest = rest.get(8 + length + length % 2..)?;
    }
    None
}
