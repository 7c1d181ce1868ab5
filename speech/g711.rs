//! ITU-T G.711, only as far as importing a recording needs it: 16-bit PCM to mu-law, both
//! laws back to PCM. The codec of the audio path is the `dsp` room's.

const BIAS: i32 = 132;
const LOUDEST: i32 = 32635;

pub(crate) fn mulaw_from_linear(sample: i16) -> u8 {
    let magnitude = i32::from(sample).abs().min(LOUDEST) + BIAS;
    // 132..=32767 has its leading one in bit 7..=14: segment 0..=7.
    let segment = magnitude.ilog2() - 7;
    let step = (magnitude >> (segment + 3)) & 15;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (segment as u8) << 4 | step as u8)
}

pub(crate) fn linear_from_mulaw(octet: u8) -> i16 {
    let code = !octet;
    let segment = (code >> 4) & 7;
    let magnitude = (((i32::from(code & 15) << 3) + BIAS) << segment) - BIAS;
    signed(magnitude, code & 0x80 != 0)
}

pub(crate) fn linear_from_alaw(octet: u8) -> i16 {
    let code = octet ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = i32::from(code & 15) << 4;
    let magnitude = match segment {
        0 => step + 8,
        _ => (step + 0x108) << (segment - 1),
    };
    // In A-law a set sign bit is positive.
    signed(magnitude, code & 0x80 == 0)
}

fn signed(magnitude: i32, negative: bool) -> i16 {
    let value = if negative { -magnitude } else { magnitude };
    i16::try_from(value).expect("G.711 spans 16 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mulaw_survives_the_way_through_linear() {
        for octet in 0..=255u8 {
            // 0x7f is minus zero; linear has only one zero.
            let expected = if octet == 0x7f { 0xff } else { octet };
            assert_eq!(mulaw_from_linear(linear_from_mulaw(octet)), expected);
        }
    }

    #[test]
    fn known_values_of_the_recommendation() {
        assert_eq!(linear_from_mulaw(0x80), 32124);
        assert_eq!(linear_from_mulaw(0x00), -32124);
        assert_eq!(linear_from_mulaw(0xff), 0);
        assert_eq!(linear_from_alaw(0xd5), 8);
        assert_eq!(linear_from_alaw(0x55), -8);
        assert_eq!(linear_from_alaw(0xaa), 32256);
        assert_eq!(linear_from_alaw(0x2a), -32256);
        assert_eq!(mulaw_from_linear(i16::MIN), 0x00);
        assert_eq!(mulaw_from_linear(i16::MAX), 0x80);
    }
}
