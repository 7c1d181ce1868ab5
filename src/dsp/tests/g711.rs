//! G.711 against a plain search through the standard's decision values.

use dsp::{
    g711::{decode, decode_on, encode, encode_on},
    simd::Path,
};
use types::frame::Law;

/// The eight segments of a law, in the standard's own units: first decision value and
/// step, 16 steps each (ITU-T G.711, tables 1a and 2a).
fn segments(law: Law) -> [(i32, i32); 8] {
    match law {
        // 14 bits. The first step of segment 0 is half as wide: its values begin at -1.
        Law::Mu => std::array::from_fn(|n| ((33 << n) - 33 - (1 << n), 2 << n)),
        // 13 bits.
        Law::A => std::array::from_fn(|n| match n {
            0 => (0, 1),
            n => (8 << n, 1 << (n - 1)),
        }),
    }
}

fn units(law: Law) -> i32 {
    match law {
        Law::Mu => 4,
        Law::A => 16,
    }
}

/// Sign (1 is positive) and 7-bit code of a sample, by search.
fn search(law: Law, sample: i16) -> (u8, u8) {
    let positive = sample >= 0;
    let whole = if positive {
        i32::from(sample)
    } else {
        -1 - i32::from(sample)
    };
    let magnitude = whole / units(law);
    let mut code = 0;
    for (segment, (from, step)) in segments(law).into_iter().enumerate() {
        for n in 0..16 {
            if magnitude >= from + n * step {
                code = (16 * segment as i32 + n) as u8;
            }
        }
    }
    (u8::from(positive), code)
}

fn octet(law: Law, (sign, code): (u8, u8)) -> u8 {
    let plain = (sign << 7) | code;
    match law {
        // All magnitude bits inverted.
        Law::Mu => plain ^ 0x7f,
        // Even bits inverted.
        Law::A => plain ^ 0x55,
    }
}

/// The middle of the code's step, in 16-bit units.
fn value(law: Law, (sign, code): (u8, u8)) -> i16 {
    let (from, step) = segments(law)[usize::from(code >> 4)];
    let doubled = 2 * (from + i32::from(code & 15) * step) + step;
    let magnitude = doubled * units(law) / 2;
    (if sign == 1 { magnitude } else { -magnitude }) as i16
}

#[test]
fn every_sample_is_encoded_as_the_standard_says() {
    for law in [Law::Mu, Law::A] {
        let samples: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        let mut octets = vec![0; samples.len()];
        encode(law, &samples, &mut octets);
        for (sample, got) in samples.iter().zip(octets) {
            assert_eq!(got, octet(law, search(law, *sample)), "{sample} in {law:?}");
        }
    }
}

#[test]
fn every_octet_is_decoded_to_the_middle_of_its_step() {
    for law in [Law::Mu, Law::A] {
        for sign in [0, 1] {
            for code in 0..128 {
                let mut sample = [0];
                decode(law, &[octet(law, (sign, code))], &mut sample);
                assert_eq!(
                    sample[0],
                    value(law, (sign, code)),
                    "{sign} {code} in {law:?}"
                );
            }
        }
    }
}

#[test]
fn decoding_and_encoding_gives_the_octet_back() {
    for law in [Law::Mu, Law::A] {
        let octets: Vec<u8> = (0..=255).collect();
        let mut samples = vec![0; 256];
        let mut again = vec![0; 256];
        decode(law, &octets, &mut samples);
        encode(law, &samples, &mut again);
        for (octet, again) in octets.into_iter().zip(again) {
            // Mu-law's negative zero is told as zero.
            let expected = if law == Law::Mu && octet == 0x7f {
                0xff
            } else {
                octet
            };
            assert_eq!(again, expected, "{law:?}");
        }
    }
}

#[test]
fn the_idle_octet_is_silence_and_full_scale_is_where_the_frame_says() {
    for (law, quiet, full) in [(Law::Mu, 0, 32124), (Law::A, 8, 32256)] {
        let mut sample = [1];
        decode(law, &[law.idle()], &mut sample);
        assert_eq!(sample[0], quiet);
        let mut loudest = [0];
        encode(law, &[i16::MAX], &mut loudest);
        decode(law, &loudest, &mut sample);
        assert_eq!(sample[0], full);
    }
}

#[test]
fn all_instructions_give_the_same_octets_and_samples() {
    // Of every length, so that what is left over is tried as well.
    let samples: Vec<i16> = (i16::MIN..=i16::MAX).step_by(7).collect();
    let octets: Vec<u8> = (0..=255).collect();
    for law in [Law::Mu, Law::A] {
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            for length in [0, 1, 15, 16, 17, 80, 255] {
                let mut ours = vec![0; length];
                let mut plain = vec![0; length];
                for part in samples.chunks_exact(length.max(1)) {
                    encode_on(path, law, &part[..length], &mut ours);
                    encode_on(Path::Portable, law, &part[..length], &mut plain);
                    assert_eq!(ours, plain, "{law:?} {path:?}");
                }
                let mut ours = vec![0; length];
                let mut plain = vec![0; length];
                decode_on(path, law, &octets[..length], &mut ours);
                decode_on(Path::Portable, law, &octets[..length], &mut plain);
                assert_eq!(ours, plain, "{law:?} {path:?}");
            }
        }
    }
}
