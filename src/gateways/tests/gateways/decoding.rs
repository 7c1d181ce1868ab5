//! What comes from a reader, as cards.

use gateways::card_reader::{Decoder, Fault, Format, Reading};
use proptest::prelude::*;
use types::{
    credential::CardNumber,
    secret::Secret,
    tick::{Tick, Ticks},
};

fn card(text: &str) -> Reading {
    let number = CardNumber::parse(text.as_bytes()).expect("a card's number");
    Reading::Card(Secret::new(number))
}

fn ms(ms: u64) -> Tick {
    Tick::ZERO + Ticks::ms(ms)
}

/// All at once.
fn read(format: Format, octets: &[u8]) -> Vec<Reading> {
    let mut told = Vec::new();
    Decoder::new(format).octets(ms(1000), octets, |reading| told.push(reading));
    told
}

#[test]
fn a_line_is_a_card_however_it_ends() {
    for line in [
        &b"04A1B2C3\r\n"[..],
        b"04a1b2c3\n",
        b"04A1B2C3\r",
        b"\r\n04:A1:B2:C3\n",
        b"04 A1-B2 C3\n",
    ] {
        assert_eq!(read(Format::Lines, line), [card("04A1B2C3")], "{line:?}");
    }
}

#[test]
fn empty_lines_are_nothing() {
    assert_eq!(read(Format::Lines, b"\r\n\r\n \n\n"), []);
}

#[test]
fn a_line_of_other_characters_is_told_as_bad_and_not_as_a_card() {
    for line in [
        &b"04A1\x00B2\n"[..],
        b"04A1\xffB2\n",
        b"a card\xc3\xa9\n",
        b"<04A1B2>\n",
    ] {
        assert_eq!(read(Format::Lines, line), [Reading::Bad(Fault::Character)]);
    }
    assert_eq!(read(Format::Lines, b"123\n"), [Reading::Bad(Fault::Length)]);
    let long = [&[b'1'; 41][..], b"\n"].concat();
    assert_eq!(read(Format::Lines, &long), [Reading::Bad(Fault::Length)]);
    let endless = [&[b'1'; 5000][..], b"\n04A1B2C3\n"].concat();
    let told = read(Format::Lines, &endless);
    assert_eq!(told, [Reading::Bad(Fault::TooLong), card("04A1B2C3")]);
}

#[test]
fn a_frame_is_what_stands_between_stx_and_etx() {
    assert_eq!(
        read(Format::StxEtx, b"\x0204A1B2C3\x03"),
        [card("04A1B2C3")]
    );
    assert_eq!(
        read(Format::StxEtx, b"\x0204A1B2C3\r\n\x03"),
        [card("04A1B2C3")]
    );
    let noisy = b"1234\x03\x00\xff\x0204A1B2C3\x03junk\x03";
    assert_eq!(read(Format::StxEtx, noisy), [card("04A1B2C3")]);
    let broken = b"\x0204A1\x0204A1B2C3\x03";
    let half = Reading::Bad(Fault::Half);
    assert_eq!(read(Format::StxEtx, broken), [half, card("04A1B2C3")]);
    assert_eq!(read(Format::StxEtx, b"\x02\x03"), []);
}

#[test]
fn a_checksum_is_held_against_what_came_before_it() {
    // 0A ^ 00 ^ 62 ^ 3D ^ E2 = B7
    let good = b"\x020A00623DE2B7\r\n\x03";
    assert_eq!(read(Format::StxEtxChecksum, good), [card("0A00623DE2")]);
    let wrong = b"\x020A00623DE3B7\r\n\x03";
    let bad = [Reading::Bad(Fault::Checksum)];
    assert_eq!(read(Format::StxEtxChecksum, wrong), bad);
    let bad = [Reading::Bad(Fault::Length)];
    assert_eq!(read(Format::StxEtxChecksum, b"\x020A006\x03"), bad);
    let bad = [Reading::Bad(Fault::Character)];
    assert_eq!(read(Format::StxEtxChecksum, b"\x020A00XX\x03"), bad);
}

#[test]
fn of_a_magnetic_stripe_the_number_of_track_two_counts() {
    let tracks = b"%B5301250070000191^DOE/J?;5301250070000191=0805201?\r\n";
    let told = read(Format::Track2, tracks);
    assert_eq!(told, [card("5301250070000191")]);
    assert_eq!(read(Format::Track2, b";00123456?"), [card("00123456")]);
    let error = [Reading::Bad(Fault::Character)];
    assert_eq!(read(Format::Track2, b";E?"), error);
    assert_eq!(
        read(Format::Track2, b";12=0805?"),
        [Reading::Bad(Fault::Length)]
    );
}

#[test]
fn a_card_that_comes_in_pieces_is_one() {
    let mut told = Vec::new();
    let mut decoder = Decoder::new(Format::Lines);
    for (at, octet) in b"04A1B2C3\n".iter().enumerate() {
        decoder.octets(ms(100 * at as u64), &[*octet], |reading| told.push(reading));
    }
    assert_eq!(told, [card("04A1B2C3")]);
}

#[test]
fn half_a_card_is_dropped_after_a_time_and_does_not_begin_the_next() {
    for format in [Format::Lines, Format::StxEtx] {
        let (begin, end) = match format {
            Format::Lines => ("", "\n"),
            _ => ("\x02", "\x03"),
        };
        let mut told = Vec::new();
        let mut decoder = Decoder::new(format);
        decoder.octets(ms(1000), format!("{begin}04A1").as_bytes(), |r| {
            told.push(r)
        });
        assert_eq!(decoder.time(ms(1400)), None);
        assert_eq!(decoder.time(ms(1500)), Some(Reading::Bad(Fault::Half)));
        assert_eq!(decoder.time(ms(1600)), None, "told once");
        let next = format!("{begin}B2C3D4{end}");
        decoder.octets(ms(2000), next.as_bytes(), |r| told.push(r));
        assert_eq!(told, [card("B2C3D4")]);
    }
}

#[test]
fn a_card_that_lies_on_its_reader_is_one_reading() {
    let mut told = Vec::new();
    let mut decoder = Decoder::new(Format::Lines);
    for at in (0..10_000).step_by(700) {
        decoder.octets(ms(at), b"04A1B2C3\n", |reading| told.push(reading));
    }
    assert_eq!(told, [card("04A1B2C3")]);
    // Another card in between is another reading, and so is the first after it.
    decoder.octets(ms(10_500), b"99887766\n", |reading| told.push(reading));
    decoder.octets(ms(10_900), b"04A1B2C3\n", |reading| told.push(reading));
    decoder.octets(ms(13_000), b"04A1B2C3\n", |reading| told.push(reading));
    let first = || card("04A1B2C3");
    assert_eq!(told, [first(), card("99887766"), first(), first()]);
}

#[test]
fn nothing_of_a_card_is_shown() {
    let mut decoder = Decoder::new(Format::Lines);
    let mut told = String::new();
    decoder.octets(ms(0), b"04A1B2C3\n778899", |reading| {
        told += &format!("{reading:?}")
    });
    told += &format!("{decoder:?}");
    assert!(!told.contains("A1B2") && !told.contains("7788"), "{told}");
}

proptest! {
    /// Whatever comes, in whatever pieces, is no panic, and the whole card after it is read.
    #[test]
    fn a_flood_of_anything_hides_no_later_card(
        noise in proptest::collection::vec(any::<u8>(), 0..2000),
        piece in 1usize..64,
        format in 0usize..4,
    ) {
        let (format, whole) = [
            (Format::Lines, &b"\n04A1B2C3\n"[..]),
            (Format::StxEtx, b"\x0204A1B2C3\x03"),
            (Format::StxEtxChecksum, b"\x020A00623DE2B7\x03"),
            (Format::Track2, b";5301250070000191=08?"),
        ][format];
        let mut decoder = Decoder::new(format);
        for octets in noise.chunks(piece) {
            decoder.octets(ms(100), octets, |_| {});
        }
        let mut told = Vec::new();
        decoder.octets(ms(3000), whole, |reading| told.push(reading));
        let last = told.last();
        prop_assert!(matches!(last, Some(Reading::Card(_))), "{:?}", told);
    }
}
