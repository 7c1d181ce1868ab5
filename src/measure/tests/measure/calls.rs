//! Digits, edges and how a far end's hang-up is told.

use super::near;
use dsp::tone_gen::DigitGen;
use measure::{
    keys::{ALL, Key, KeyEar, verify},
    release::{Sign, Story},
    timeline::Timeline,
};
use types::{
    digits::{Digit, Digits},
    edge::{Abcd, Edge, EdgeAt},
    frame::FRAME,
    mf::MfSignal,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{R2Country, R2Trunk, TrunkSignalling, Wink},
};

fn digits(text: &str) -> Vec<Digit> {
    Digits::parse(text).expect("digits").iter().collect()
}

#[test]
fn all_keys_that_are_sent_are_verified_with_level_and_twist() {
    let mut source = DigitGen::new(-9.0, -7.0, 80, 80);
    assert!(source.send(Digits::parse(ALL).expect("digits")));
    let mut ear = KeyEar::new();
    let mut samples = [0; FRAME];
    while source.fill(&mut samples) {
        ear.process(&samples);
    }
    let keys = verify(&digits(ALL), ear.heard());
    assert_eq!(keys.len(), 16);
    for key in keys {
        let Key::Good(heard) = key else {
            panic!("{key:?}");
        };
        near("level", f64::from(heard.level_dbm0), -4.9, 1.0);
        near("twist", f64::from(heard.twist_db), 2.0, 1.0);
    }
}

#[test]
fn missing_and_extra_keys_are_named() {
    let mut ear = KeyEar::new();
    let mut source = DigitGen::new(-9.0, -7.0, 80, 80);
    assert!(source.send(Digits::parse("12446").expect("digits")));
    let mut samples = [0; FRAME];
    while source.fill(&mut samples) {
        ear.process(&samples);
    }
    let keys = verify(&digits("123456"), ear.heard());
    let told: String = keys
        .iter()
        .map(|key| match key {
            Key::Good(heard) => char::from(heard.digit.ascii()),
            Key::Missing(_) => '_',
            Key::Extra(_) => '+',
        })
        .collect();
    assert!(
        told == "12_4+_6" || told == "12_+4_6" || told == "12_4_+6",
        "{told}"
    );
}

fn edges(list: &[(u64, Edge)]) -> Vec<EdgeAt> {
    list.iter()
        .map(|&(ms, edge)| EdgeAt {
            at: Tick(ms * 8),
            edge,
        })
        .collect()
}

#[test]
fn an_edge_says_how_long_what_it_ends_had_lasted() {
    let mut timeline = Timeline::default();
    let list = [
        (0, Edge::RingStart),
        (2000, Edge::RingStop),
        (9000, Edge::BatteryLost),
        (9650, Edge::BatteryBack),
        (9700, Edge::LoopOpen),
        (9760, Edge::LoopClosed),
    ];
    let entries: Vec<_> = edges(&list).into_iter().map(|e| timeline.edge(e)).collect();
    assert_eq!(entries[0].lasted, None);
    assert_eq!(entries[1].lasted, Some(Ticks::ms(2000)));
    assert!(entries[1].usual().expect("a ring").contains("American"));
    assert!(entries[3].usual().expect("a break").contains("disconnect"));
    assert_eq!(entries[5].usual(), Some("a dial pulse"));
    assert_eq!(timeline.entries().len(), 6);
}

fn story() -> Story {
    Story {
        answered: Tick(5 * 8000),
        hung_up: Tick(10 * 8000),
        ended: Tick(40 * 8000),
        last_sound: Some(Tick(9 * 8000)),
        ..Story::new(TrunkSignalling::LoopStart)
    }
}

#[test]
fn a_loop_break_makes_a_kewl_start_trunk() {
    let learned = Story {
        edges: edges(&[(10_500, Edge::BatteryLost), (11_150, Edge::BatteryBack)]),
        tones: vec![(Tone::Ringback, Tick(8000)), (Tone::Dial, Tick(20 * 8000))],
        ..story()
    }
    .learn();
    assert_eq!(learned.signalling, TrunkSignalling::KewlStart);
    let first = Sign::LoopBreak {
        length: Some(Ticks::ms(650)),
    };
    assert_eq!(learned.signs[0], (first, Ticks::ms(500)));
    assert!(
        learned
            .signs
            .contains(&(Sign::Tone(Tone::Dial), Ticks::secs(10)))
    );
    assert!(learned.sure());
    assert!(
        learned
            .site_file()
            .starts_with("signalling = \"kewl-start\"")
    );
}

#[test]
fn only_a_tone_or_only_silence_make_a_loop_start_trunk() {
    let tone = Story {
        tones: vec![(Tone::Ringback, Tick(8000)), (Tone::Busy, Tick(11 * 8000))],
        // Too short to be a disconnect.
        edges: edges(&[(10_500, Edge::BatteryLost), (10_540, Edge::BatteryBack)]),
        ..story()
    }
    .learn();
    assert_eq!(tone.signalling, TrunkSignalling::LoopStart);
    assert_eq!(tone.signs, [(Sign::Tone(Tone::Busy), Ticks::secs(1))]);
    let silence = story().learn();
    assert_eq!(silence.signs.len(), 1);
    assert_eq!(silence.signs[0].0, Sign::Silence);
    assert!(!silence.sure());
}

#[test]
fn polarity_counts_where_the_answer_reversed_it() {
    let reversal = [
        (5000, Edge::PolarityReversed),
        (10_100, Edge::PolarityNormal),
    ];
    let learned = Story {
        edges: edges(&reversal),
        ..story()
    }
    .learn();
    assert!(learned.answer_reversal);
    assert_eq!(learned.signs[0], (Sign::PolarityBack, Ticks::ms(100)));
    assert_eq!(learned.trust.polarity, 100);
    let without = Story {
        edges: edges(&reversal[1..]),
        ..story()
    }
    .learn();
    assert!(!without.answer_reversal);
    assert_eq!(without.trust.polarity, 0);
}

fn wink() -> TrunkSignalling {
    TrunkSignalling::EmWink(Wink::STANDARD)
}

#[test]
fn the_far_hook_of_an_e_and_m_trunk_is_trusted_where_it_told_the_answer_too() {
    let told = [
        (1000, Edge::FarOffHook),
        (1200, Edge::FarOnHook),
        (5000, Edge::FarOffHook),
        (10_400, Edge::FarOnHook),
    ];
    let learned = Story {
        signalling: wink(),
        edges: edges(&told),
        ..story()
    }
    .learn();
    assert_eq!(learned.signs[0], (Sign::FarOnHook, Ticks::ms(400)));
    assert!(learned.sure() && learned.answer_signal);
    assert!(
        learned
            .site_file()
            .starts_with("signalling = \"em-wink\"\n\n[trunk.trust]\n")
    );
    assert!(learned.site_file().contains("\nline_signal = 100\n"));
    // A flash of 100 ms is none, and a far end that is never off-hook tells nothing.
    let flash = [
        (5000, Edge::FarOffHook),
        (10_400, Edge::FarOnHook),
        (10_500, Edge::FarOffHook),
    ];
    for list in [&flash[..], &[]] {
        let learned = Story {
            signalling: wink(),
            edges: edges(list),
            ..story()
        }
        .learn();
        assert!(!learned.sure(), "{:?}", learned.signs);
        assert!(learned.site_file().contains("\nline_signal = 0\n"));
    }
}

#[test]
fn clear_back_and_forced_release_of_r2_are_told_from_metering() {
    let r2 = TrunkSignalling::R2(R2Trunk {
        country: R2Country::Mexico,
        ani: Digits::EMPTY,
        category: MfSignal::new(1).expect("a signal"),
        metering: None,
    });
    let bits = |ab: u8| Edge::Bits(Abcd::new(ab << 2 | 1));
    let learn = |list: &[(u64, Edge)]| {
        let mut all = vec![(1000, bits(0b11)), (5000, bits(0b01))];
        all.extend_from_slice(list);
        Story {
            signalling: r2,
            edges: edges(&all),
            ..story()
        }
        .learn()
    };
    let cleared = learn(&[(10_200, bits(0b11))]);
    assert_eq!(cleared.signs[0], (Sign::ClearBack, Ticks::ms(200)));
    let keys = cleared.site_file();
    assert!(keys.starts_with("signalling = \"r2\"\nr2_country = \"mexico\"\n"));
    let forced = learn(&[(10_200, bits(0b00))]);
    assert_eq!(forced.signs[0].0, Sign::ForcedRelease);
    let metered = learn(&[(10_200, bits(0b11)), (10_350, bits(0b01))]);
    assert!(!metered.sure(), "{:?}", metered.signs);
}

#[test]
fn the_tip_of_a_ground_start_trunk_tells_a_release() {
    let learned = Story {
        signalling: TrunkSignalling::GroundStart,
        edges: edges(&[(1000, Edge::TipGround), (10_500, Edge::TipOpen)]),
        ..story()
    }
    .learn();
    assert_eq!(learned.signs[0], (Sign::TipOpen, Ticks::ms(500)));
    assert_eq!(learned.signalling, TrunkSignalling::GroundStart);
    assert!(learned.site_file().contains("\nloop_break = 100\n"));
}
