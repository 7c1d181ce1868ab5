//! A prompt recording, read strictly: what is not exactly a mono 8 kHz telephone clip is
//! refused with its reason, because a clip that plays wrong is noticed by an inmate first.

use crate::error::WavFault;
use crate::g711;
use crate::{MAX_CLIP_SECONDS, SAMPLE_RATE};

/// About -50 dBFS: below it a recording holds no speech.
const SILENCE: i16 = 104;

const PCM: u16 = 1;
const ALAW: u16 = 6;
const MULAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;
/// What follows the format tag in the GUID of an extensible header.
const EXTENSIBLE_TAIL: [u8; 14] = [
    0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71,
];

/// The mu-law octets of a WAV file.
pub(crate) fn mulaw(file: &[u8]) -> Result<Vec<u8>, WavFault> {
    let chunks = Chunks(riff_body(file)?);
    let mut encoding = None;
    let mut audio = None;
    for chunk in chunks {
        let (name, body) = chunk?;
        match (&name, encoding) {
            (b"fmt ", None) => encoding = Some(Encoding::parse(body)?),
            (b"fmt ", Some(_)) => return Err(WavFault::Damaged("it has two format chunks")),
            (b"data", None) => return Err(WavFault::Damaged("its format does not come first")),
            (b"data", Some(_)) if audio.is_some() => {
                return Err(WavFault::Damaged("it has two data chunks"));
            }
            (b"data", Some(encoding)) => audio = Some(encoding.mulaw(body)?),
            _ => {}
        }
    }
    let audio = audio.ok_or(WavFault::Damaged("it has no data chunk"))?;
    check_content(&audio)?;
    Ok(audio)
}

fn check_content(audio: &[u8]) -> Result<(), WavFault> {
    if audio.is_empty() {
        return Err(WavFault::Empty);
    }
    if audio.len() > MAX_CLIP_SECONDS * SAMPLE_RATE {
        let seconds = audio.len().div_ceil(SAMPLE_RATE);
        return Err(WavFault::TooLong { seconds });
    }
    let loud = |&octet: &u8| g711::linear_from_mulaw(octet).abs() > SILENCE;
    if !audio.iter().any(loud) {
        return Err(WavFault::Silent);
    }
    Ok(())
}

fn riff_body(file: &[u8]) -> Result<&[u8], WavFault> {
    let (header, rest) = file.split_at_checked(8).ok_or(WavFault::NotWav)?;
    if &header[..4] != b"RIFF" || !rest.starts_with(b"WAVE") {
        return Err(WavFault::NotWav);
    }
    let says = u32_at(header, 4) as usize;
    if says > rest.len() {
        return Err(WavFault::Truncated {
            says,
            has: rest.len(),
        });
    }
    if says < rest.len() {
        return Err(WavFault::TrailingOctets(rest.len() - says));
    }
    Ok(&rest[4..])
}

/// Name and body of each chunk; ends after the first fault.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<([u8; 4], &'a [u8]), WavFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = std::mem::take(&mut self.0);
        if rest.is_empty() {
            return None;
        }
        let Some((header, rest)) = rest.split_at_checked(8) else {
            return Some(Err(WavFault::Damaged("it ends inside a chunk header")));
        };
        let says = u32_at(header, 4) as usize;
        if says > rest.len() {
            let has = rest.len();
            return Some(Err(WavFault::Truncated { says, has }));
        }
        let (body, rest) = rest.split_at(says);
        // Chunks are padded to an even length; the last one often is not.
        self.0 = rest.get(says % 2..).unwrap_or(&[]);
        let name = [header[0], header[1], header[2], header[3]];
        Some(Ok((name, body)))
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Pcm16,
    Alaw,
    Mulaw,
}

impl Encoding {
    fn parse(body: &[u8]) -> Result<Encoding, WavFault> {
        if body.len() < 16 {
            return Err(WavFault::Damaged("its format chunk is too short"));
        }
        let (channels, rate) = (u16_at(body, 2), u32_at(body, 4));
        let (align, bits) = (u16_at(body, 12), u16_at(body, 14));
        let tag = match u16_at(body, 0) {
            EXTENSIBLE if body.len() >= 40 && body[26..40] == EXTENSIBLE_TAIL => u16_at(body, 24),
            tag => tag,
        };
        let encoding = match (tag, bits) {
            (PCM, 16) => Encoding::Pcm16,
            (ALAW, 8) => Encoding::Alaw,
            (MULAW, 8) => Encoding::Mulaw,
            _ => return Err(WavFault::Format { tag, bits }),
        };
        if channels != 1 {
            return Err(WavFault::Channels(channels));
        }
        if rate as usize != SAMPLE_RATE {
            return Err(WavFault::Rate(rate));
        }
        if align != bits / 8 {
            return Err(WavFault::Damaged("its block size does not fit its format"));
        }
        Ok(encoding)
    }

    fn mulaw(self, body: &[u8]) -> Result<Vec<u8>, WavFault> {
        match self {
            Encoding::Mulaw => Ok(body.to_vec()),
            Encoding::Alaw => {
                let linear = body.iter().map(|&octet| g711::linear_from_alaw(octet));
                Ok(linear.map(g711::mulaw_from_linear).collect())
            }
            Encoding::Pcm16 => {
                let (samples, odd) = body.as_chunks::<2>();
                if !odd.is_empty() {
                    return Err(WavFault::Damaged("its last sample is half a sample"));
                }
                let linear = samples.iter().map(|&pair| i16::from_le_bytes(pair));
                Ok(linear.map(g711::mulaw_from_linear).collect())
            }
        }
    }
}

fn u16_at(octets: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([octets[at], octets[at + 1]])
}

fn u32_at(octets: &[u8], at: usize) -> u32 {
    let quad = [octets[at], octets[at + 1], octets[at + 2], octets[at + 3]];
    u32::from_le_bytes(quad)
}
