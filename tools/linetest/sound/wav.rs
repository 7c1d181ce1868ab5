//! The header of a WAV file.
//!
//! What: finds the format and the beginning of the samples.
//!
//! How: RIFF chunk by chunk, forwards only, so that a pipe will do. Chunks that are not needed are
//! passed over, however long they say they are; only octets that are really there are read.
//!
//! Limits (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991; format tags of RFC 2361;
//! WAVE_FORMAT_EXTENSIBLE): format tags 1, 6, 7 and their extensible forms. A data chunk whose
//! length was never filled in (0, or about 2^31 and more, as writers to a pipe leave it) goes on to
//! the end of the file.

use std::io::Read;

use types::frame::Law;

use super::{Coding, Format, SoundError, octets::Octets};

const PCM: u16 = 1;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;

/// What follows the format tag in the identifier of an extensible format.
const TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// A length from here on is a place left for one: 37 hours of 16-bit samples.
const NOT_FILLED_IN: u32 = 0x7fff_f000;

const RATE: u32 = dsp::SAMPLE_RATE;

/// The format, and the octets of sound, where they are known.
pub(super) fn header<R: Read>(octets: &mut Octets<R>) -> Result<(Format, Option<u64>), SoundError> {
    let start = octets.next(12)?;
    if start.is_empty() {
        return Err(SoundError::Empty);
    }
    if start.starts_with(b"RIFF") && start.len() < 12 {
        return Err(cut());
    }
    if !start.starts_with(b"RIFF") || &start[8..] != b"WAVE" {
        return Err(no_wav(start));
    }
    let riff_size = u32_at(start, 4);
    let mut place = 12u64;
    let mut format = None;
    loop {
        let Some(&chunk) = octets.next(8)?.first_chunk::<8>() else {
            return Err(match format {
                Some(_) => damaged("the file ends before its data chunk"),
                None => damaged("the file ends before its fmt chunk"),
            });
        };
        let size = u32_at(&chunk, 4);
        place += 8;
        match (&chunk[..4], format) {
            (b"fmt ", None) => format = Some(read_format(octets, size)?),
            (b"fmt ", Some(_)) => return Err(damaged("it has two fmt chunks")),
            (b"data", None) => return Err(damaged("its samples come before their format")),
            (b"data", Some(format)) => return Ok((format, data_length(size, riff_size, place)?)),
            // A chunk of odd length is followed by one octet that is not counted.
            _ if !octets.skip(u64::from(size) + u64::from(size % 2))? => {
                return Err(damaged("the file ends before its data chunk"));
            }
            _ => {}
        }
        place += u64::from(size) + u64::from(size % 2);
    }
}

fn data_length(size: u32, riff_size: u32, place: u64) -> Result<Option<u64>, SoundError> {
    let told = 8 + u64::from(riff_size);
    let never_told = riff_size >= NOT_FILLED_IN || told <= place;
    match size {
        0 if never_told => Ok(None),
        0 => Err(SoundError::NoSamples),
        NOT_FILLED_IN.. => Ok(None),
        size => Ok(Some(u64::from(size))),
    }
}

/// Reads the chunk and what pads it.
fn read_format<R: Read>(octets: &mut Octets<R>, size: u32) -> Result<Format, SoundError> {
    const LONGEST: u32 = 40;
    if size < 16 {
        return Err(damaged("its fmt chunk is too short"));
    }
    let wanted = size.min(LONGEST) as usize;
    let fmt = octets.next(wanted)?;
    if fmt.len() < wanted {
        return Err(cut());
    }
    let format = parse_format(fmt)?;
    let rest = u64::from(size - size.min(LONGEST)) + u64::from(size % 2);
    if octets.skip(rest)? {
        Ok(format)
    } else {
        Err(cut())
    }
}

fn parse_format(fmt: &[u8]) -> Result<Format, SoundError> {
    let (tag, channels, rate) = (u16_at(fmt, 0), u16_at(fmt, 2), u32_at(fmt, 4));
    let (width, bits) = (u16_at(fmt, 12), u16_at(fmt, 14));
    let tag = match tag {
        EXTENSIBLE => extended_tag(fmt, bits)?,
        tag => tag,
    };
    let coding = match (tag, bits) {
        (PCM, 16) => Coding::Linear,
        (MU_LAW, 8) => Coding::Companded(Law::Mu),
        (A_LAW, 8) => Coding::Companded(Law::A),
        _ => {
            let found = described(tag, bits);
            return Err(SoundError::Coding { found });
        }
    };
    match channels {
        0 => return Err(damaged("its header tells of no channel")),
        1 | 2 => {}
        found => return Err(SoundError::Channels { found }),
    }
    if rate != RATE {
        return Err(SoundError::Rate { found: rate });
    }
    if width != channels * (bits / 8) {
        return Err(damaged(&format!(
            "its header contradicts itself: {channels} times {bits} bits in {width} octets"
        )));
    }
    Ok(Format {
        coding,
        channels: usize::from(channels),
    })
}

fn extended_tag(fmt: &[u8], bits: u16) -> Result<u16, SoundError> {
    if fmt.len() < 40 || u16_at(fmt, 16) < 22 {
        return Err(damaged("its extensible fmt chunk is too short"));
    }
    let valid_bits = u16_at(fmt, 18);
    if fmt[26..40] != TAIL || (valid_bits != bits && valid_bits != 0) {
        return Err(SoundError::Coding {
            found: format!("{valid_bits} valid bits of {bits} in an extensible format"),
        });
    }
    Ok(u16_at(fmt, 24))
}

fn described(tag: u16, bits: u16) -> String {
    let name = match tag {
        PCM => "PCM",
        2 => "Microsoft ADPCM",
        3 => "floating-point",
        A_LAW => "A-law",
        MU_LAW => "mu-law",
        0x11 => "IMA ADPCM",
        0x31 => "GSM 06.10",
        0x40 => "G.721 ADPCM",
        0x50 | 0x55 => "MPEG audio",
        _ => return format!("of an unknown coding, format tag {tag:#06x}, {bits} bits"),
    };
    match bits {
        0 => name.to_owned(),
        bits => format!("{bits}-bit {name}"),
    }
}

fn no_wav(start: &[u8]) -> SoundError {
    let known: &[(&[u8], &str)] = &[
        (b"RIFX", "a big-endian WAV file"),
        (b"RF64", "an RF64 file (a WAV file of more than 4 GB)"),
        (b"riff", "a Wave64 file"),
        (b"RIFF", "a RIFF file that is no WAV file"),
        (b"FORM", "an AIFF file"),
        (b".snd", "a Sun audio file"),
        (b"fLaC", "a FLAC file"),
        (b"OggS", "an Ogg file"),
        (b"ID3", "an MP3 file"),
        (b"\xff\xfb", "an MP3 file"),
        (b"\x1f\x8b", "a gzip file"),
        (b"PK", "a zip file"),
    ];
    let found = known.iter().find(|(magic, _)| start.starts_with(magic));
    let likeness = match found {
        Some((_, name)) => (*name).to_owned(),
        None => {
            let first = &start[..start.len().min(4)];
            format!("\"{}\"", first.escape_ascii())
        }
    };
    SoundError::NoWav { likeness }
}

fn cut() -> SoundError {
    damaged("the file ends in its header")
}

fn damaged(what: &str) -> SoundError {
    SoundError::Damaged(what.into())
}

fn u16_at(octets: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([octets[at], octets[at + 1]])
}

fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]])
}
