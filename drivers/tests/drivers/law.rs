//! G.711: fixed points of the recommendation, and what any codec must do.

use drivers::sim::law::{compress, expand_apart, linear, octet};
use types::frame::{FRAME, Frame, Law};

#[test]
fn known_points_of_the_tables() {
    assert_eq!(linear(Law::Mu, 0xff), 0);
    assert_eq!(linear(Law::Mu, 0x80), 32124);
    assert_eq!(linear(Law::Mu, 0x00), -32124);
    assert_eq!(linear(Law::Mu, 0xef), 132);
    assert_eq!(linear(Law::A, 0xd5), 8);
    assert_eq!(linear(Law::A, 0x55), -8);
    assert_eq!(linear(Law::A, 0xaa), 32256);
    assert_eq!(linear(Law::A, 0x2a), -32256);
}

#[test]
fn every_octet_survives_a_round_trip() {
    for law in [Law::Mu, Law::A] {
        for code in 0..=255u8 {
            // Mu-law's negative zero comes back positive.
            if law == Law::Mu && code == 0x7f {
                continue;
            }
            assert_eq!(octet(law, linear(law, code)), code, "{law:?} {code:#x}");
        }
        assert_eq!(octet(law, 0), law.idle());
    }
}

#[test]
fn a_frame_that_is_decoded_apart_and_encoded_has_the_octets_it_had() {
    for law in [Law::Mu, Law::A] {
        for first in [0u8, 80, 160, 176] {
            let frame: Frame = std::array::from_fn(|at| first + at as u8);
            let (mut samples, mut back) = ([0; FRAME], [0; FRAME]);
            expand_apart(law, &frame, &mut samples);
            compress(law, &samples, &mut back);
            assert_eq!(back, frame, "{law:?} from {first}");
        }
    }
}

#[test]
fn every_sample_gets_a_nearest_level() {
    for law in [Law::Mu, Law::A] {
        for sample in i16::MIN..=i16::MAX {
            let error = |code: u8| (i32::from(linear(law, code)) - i32::from(sample)).abs();
            let chosen = error(octet(law, sample));
            // The first interval of a segment begins at the segment's end value, up to twice
            // as far from its level as from the one before.
            let least = (0..=255u8).map(error).min().expect("256 levels");
            assert!(
                chosen <= 2 * least + 16,
                "{law:?} {sample}: {chosen} against {least}"
            );
        }
    }
}
