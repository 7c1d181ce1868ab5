//! Bit errors, losses and slips that were made on purpose.

use super::Chance;
use measure::{
    bert::{Checker, Count, Source, Width},
    pattern::Pattern,
};
use types::frame::{FRAME, Frame};

/// So many frames of what is sent, as one row of octets.
fn sent(pattern: Pattern, width: Width, frames: usize) -> Vec<u8> {
    let mut source = Source::new(pattern, width);
    (0..frames).flat_map(|_| source.frame()).collect()
}

fn check(pattern: Pattern, width: Width, octets: &[u8]) -> Count {
    let mut checker = Checker::new(pattern, width);
    for frame in octets.chunks_exact(FRAME) {
        let frame: Frame = frame.try_into().expect("a frame");
        checker.process(&frame);
    }
    checker.count()
}

#[test]
fn every_pattern_is_found_and_counts_no_error_on_a_clear_channel() {
    for (name, pattern) in Pattern::ALL {
        for width in [Width::Eight, Width::Seven] {
            let count = check(pattern, width, &sent(pattern, width, 1100));
            assert!(count.in_step, "{name} {width:?}");
            assert_eq!(
                (count.errors, count.losses, count.slips),
                (0, 0, 0),
                "{name} {width:?}"
            );
            let used = if width == Width::Eight { 8 } else { 7 };
            let most = 1100 * 80 * used;
            assert!(
                count.bits > most - 2000 && count.bits < most,
                "{name} {}",
                count.bits
            );
            assert_eq!((count.seconds, count.errored_seconds), (10, 0), "{name}");
            assert_eq!(count.ratio(), Some(0.0));
        }
    }
}

#[test]
fn each_bit_error_is_counted_once() {
    for (name, pattern) in Pattern::ALL {
        let mut octets = sent(pattern, Width::Eight, 1000);
        let mut chance = Chance(11);
        let mut made = 0;
        // One in a thousand octets, after the pattern was found.
        for octet in octets.iter_mut().skip(800) {
            if chance.bits().is_multiple_of(1000) {
                *octet ^= 1 << (chance.bits() % 8);
                made += 1;
            }
        }
        let count = check(pattern, Width::Eight, &octets);
        assert_eq!((count.errors, count.losses), (made, 0), "{name}");
    }
}

#[test]
fn errors_are_put_into_their_seconds() {
    let mut octets = sent(Pattern::Prbs11, Width::Eight, 1010);
    octets[20_000] ^= 1;
    octets[50_000..50_200]
        .iter_mut()
        .for_each(|octet| *octet ^= 2);
    let count = check(Pattern::Prbs11, Width::Eight, &octets);
    assert_eq!(count.errors, 201);
    assert_eq!((count.seconds, count.errored_seconds), (10, 2));
    assert_eq!(count.severely_errored_seconds, 1);
    assert_eq!(count.error_free_seconds(), Some(0.8));
}

#[test]
fn a_slip_is_told_with_its_size_and_is_no_bit_error() {
    // Octets that are left out, and octets that come twice.
    for (left_out, twice, bits) in [(1, 0, -8), (0, 1, 8), (193, 0, -1544), (0, 256, 2048)] {
        let octets = sent(Pattern::Prbs15, Width::Eight, 600);
        let mut slipped = octets[..24_000].to_vec();
        slipped.extend_from_slice(&octets[24_000 - twice + left_out..]);
        let count = check(Pattern::Prbs15, Width::Eight, &slipped);
        assert_eq!(
            (count.losses, count.slips, count.slipped_bits),
            (1, 1, bits)
        );
        assert!(count.in_step);
        assert!(
            count.errors < 52,
            "before the loss was certain: {}",
            count.errors
        );
    }
}

#[test]
fn noise_is_a_loss_and_no_slip_once_it_is_over() {
    let mut octets = sent(Pattern::Prbs11, Width::Eight, 600);
    let mut chance = Chance(5);
    octets[24_000..26_000]
        .iter_mut()
        .for_each(|octet| *octet = chance.bits() as u8);
    let count = check(Pattern::Prbs11, Width::Eight, &octets);
    assert_eq!((count.losses, count.slips), (1, 0));
    assert!(count.in_step);
}

#[test]
fn robbed_bits_are_errors_of_eight_and_none_of_seven() {
    for (width, clean) in [(Width::Eight, false), (Width::Seven, true)] {
        let mut octets = sent(Pattern::Prbs9, width, 600);
        // Each sixth frame of a T1.
        octets
            .iter_mut()
            .step_by(6)
            .for_each(|octet| *octet &= 0xfe);
        let count = check(Pattern::Prbs9, width, &octets);
        assert_eq!(count.errors == 0, clean, "{width:?} {count:?}");
        assert!(count.in_step);
    }
}

#[test]
fn errors_put_in_on_purpose_are_counted_at_the_other_end() {
    let mut source = Source::new(Pattern::Qrss, Width::Eight);
    let mut checker = Checker::new(Pattern::Qrss, Width::Eight);
    for at in 0..300 {
        if at == 100 {
            source.inject(7);
        }
        checker.process(&source.frame());
    }
    assert_eq!(checker.count().errors, 7);
}

#[test]
fn nothing_is_found_in_another_pattern_or_in_silence() {
    for (name, pattern) in Pattern::ALL
        .into_iter()
        .filter(|(_, p)| *p != Pattern::Ones)
    {
        let count = check(pattern, Width::Eight, &[0xff; 8000]);
        assert!(!count.in_step && count.bits == 0, "{name}");
    }
    let other = sent(Pattern::Prbs9, Width::Eight, 100);
    assert_eq!(check(Pattern::Prbs11, Width::Eight, &other).ratio(), None);
}

#[test]
fn samples_that_this_machine_lost_are_no_errors_of_the_network() {
    let octets = sent(Pattern::Prbs11, Width::Eight, 400);
    let mut checker = Checker::new(Pattern::Prbs11, Width::Eight);
    for (at, frame) in octets.chunks_exact(FRAME).enumerate() {
        if at == 200 {
            checker.lost(80);
            continue;
        }
        checker.process(frame.try_into().expect("a frame"));
    }
    let count = checker.count();
    assert_eq!((count.errors, count.losses, count.slips), (0, 0, 0));
}
