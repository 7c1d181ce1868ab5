//! WAV files octet by octet, right and wrong.

/// The octets of a fmt chunk.
pub fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let width = channels.wrapping_mul(bits / 8);
    let mut fmt = Vec::new();
    fmt.extend(tag.to_le_bytes());
    fmt.extend(channels.to_le_bytes());
    fmt.extend(rate.to_le_bytes());
    fmt.extend((rate.wrapping_mul(u32::from(width))).to_le_bytes());
    fmt.extend(width.to_le_bytes());
    fmt.extend(bits.to_le_bytes());
    fmt
}

/// The same as WAVE_FORMAT_EXTENSIBLE.
pub fn extensible(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let mut fmt = fmt(0xfffe, channels, rate, bits);
    fmt.extend(22u16.to_le_bytes());
    fmt.extend(bits.to_le_bytes());
    fmt.extend(4u32.to_le_bytes());
    fmt.extend(tag.to_le_bytes());
    fmt.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    fmt
}

/// A chunk, with what pads it.
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = chunk_of_length(name, body.len() as u32, body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A chunk that says it has another length than it has.
pub fn chunk_of_length(name: &[u8; 4], length: u32, body: &[u8]) -> Vec<u8> {
    [&name[..], &length.to_le_bytes(), body].concat()
}

/// A file of these chunks.
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    let size = (body.len() as u32 + 4).to_le_bytes();
    [b"RIFF", &size[..], b"WAVE", &body].concat()
}

pub fn pcm(channels: u16, samples: &[i16]) -> Vec<u8> {
    let data = linear(samples);
    riff(&[
        chunk(b"fmt ", &fmt(1, channels, 8000, 16)),
        chunk(b"data", &data),
    ])
}

pub fn linear(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

/// Companded by the textbook (ITU-T G.711), not by the detectors' own code.
pub fn mu_law(samples: &[i16]) -> Vec<u8> {
    let octet = |&sample: &i16| {
        let magnitude = (i32::from(sample).abs() / 4 + 33).min(8191);
        let segment = (magnitude as f64).log2() as i32 - 5;
        let step = (magnitude >> (segment + 1)) & 0x0f;
        let sign = if sample < 0 { 0x80 } else { 0 };
        !(sign | (segment << 4) | step) as u8
    };
    samples.iter().map(octet).collect()
}

pub fn a_law(samples: &[i16]) -> Vec<u8> {
    let octet = |&sample: &i16| {
        let magnitude = (i32::from(sample).abs() / 8).min(4095);
        let segment = if magnitude < 32 {
            0
        } else {
            (magnitude as f64).log2() as i32 - 4
        };
        let step = (magnitude >> segment.max(1)) & 0x0f;
        let sign = if sample < 0 { 0 } else { 0x80 };
        (sign | (segment << 4) | step) as u8 ^ 0x55
    };
    samples.iter().map(octet).collect()
}

/// Two channels, a sample of each in turn.
pub fn interleaved(left: &[i16], right: &[i16]) -> Vec<i16> {
    let length = left.len().max(right.len());
    let at = |side: &[i16], n| side.get(n).copied().unwrap_or(0);
    (0..length)
        .flat_map(|n| [at(left, n), at(right, n)])
        .collect()
}
