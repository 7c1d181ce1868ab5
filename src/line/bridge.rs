//! The two legs and what passes between them.

use types::frame::{FRAME, Frame, Law, Samples};

/// While a prompt is said in a conversation, the other party stays audible under it.
const DUCK_SHIFT: u32 = 2;

/// One direction's frame in both forms.
#[derive(Clone, Copy, Debug)]
pub struct Heard10 {
    pub octets: Frame,
    pub samples: Samples,
}

impl Heard10 {
    pub fn silence(law: Law) -> Heard10 {
        Heard10 {
            octets: law.silence(),
            samples: [0; FRAME],
        }
    }

    pub fn encode(law: Law, samples: &Samples) -> Heard10 {
        let octets = encode(law, samples);
        // What the other party hears of it is what the detectors hear of it.
        Heard10::decode(law, &octets)
    }

    pub fn decode(law: Law, octets: &Frame) -> Heard10 {
        let mut samples = [0; FRAME];
        dsp::g711::decode(law, octets, &mut samples);
        Heard10 {
            octets: *octets,
            samples,
        }
    }
}

/// What a leg is sent: what was generated for it and, if the path is open, what the other leg said.
/// With nothing generated and one law on both sides the octets pass untouched.
pub fn mix(
    other: Option<&Heard10>,
    other_law: Law,
    generated: Option<&Samples>,
    law: Law,
) -> Frame {
    match (other, generated) {
        (Some(other), None) if other_law == law => other.octets,
        (Some(other), None) => encode(law, &other.samples),
        (None, Some(generated)) => encode(law, generated),
        (None, None) => law.silence(),
        (Some(other), Some(generated)) => {
            let mut both = [0i16; FRAME];
            for ((out, &voice), &said) in both.iter_mut().zip(&other.samples).zip(generated) {
                *out = (voice >> DUCK_SHIFT).saturating_add(said);
            }
            encode(law, &both)
        }
    }
}

fn encode(law: Law, samples: &Samples) -> Frame {
    let mut frame = law.silence();
    dsp::g711::encode(law, samples, &mut frame);
    frame
}
