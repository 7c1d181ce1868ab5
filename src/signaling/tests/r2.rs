//! R2 where no simulated exchange plays it: what lasts long enough to be a signal, how long is
//! waited, and that each country's table is whole.

use signaling::{
    SupervisionEvent,
    r2_line::R2Line,
    r2_register::{FORWARD, R2Register, SILENT},
    r2_variant::{Ask, Line, Variant},
    step::{LineSignal, Step, Steps},
};
use types::{
    digits::Digits,
    edge::{Abcd, Edge, EdgeAt, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    mf::MfSignal,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{R2Country, R2Trunk},
};

const COUNTRIES: [R2Country; 7] = [
    R2Country::Itu,
    R2Country::Argentina,
    R2Country::Brazil,
    R2Country::China,
    R2Country::Colombia,
    R2Country::Mexico,
    R2Country::Venezuela,
];

fn signal(number: u8) -> MfSignal {
    MfSignal::new(number).expect("a signal")
}

fn at(ms: u64) -> Tick {
    Tick(8000) + Ticks::ms(ms)
}

/// A line that gets these bits at these times, and is looked at each 10 ms.
fn line(country: R2Country, bits: &[(u64, u8)], until: u64) -> (Vec<Step>, Vec<LineSignal>) {
    line_of(&trunk(country, ""), bits, until)
}

fn line_of(trunk: &R2Trunk, bits: &[(u64, u8)], until: u64) -> (Vec<Step>, Vec<LineSignal>) {
    let mut line = R2Line::new(trunk);
    let mut steps: Vec<Step> = line.seize().into_iter().collect();
    let mut signals = Vec::new();
    for ms in (0..until).step_by(10) {
        for &(_, ab) in bits.iter().filter(|(when, _)| *when == ms) {
            let edge = Edge::Bits(Abcd::new(ab << 2 | 0b01));
            line.edge(EdgeAt { at: at(ms), edge });
        }
        let told = line.passed(at(ms), true);
        if told.contains(&Step::Event(SupervisionEvent::Proceed)) {
            line.dialed();
        }
        steps.extend(told);
        signals.extend(line.take_signal());
    }
    (steps, signals)
}

#[test]
fn a_seizure_sends_zeros_and_its_acknowledgement_must_last() {
    let (steps, _) = line(R2Country::Itu, &[(100, 0b11), (110, 0b10)], 500);
    let seized = Step::Command(PortCommand::Bits(Abcd::new(0b0001)));
    assert_eq!(steps, std::slice::from_ref(&seized));
    let (steps, _) = line(R2Country::Itu, &[(100, 0b11)], 500);
    assert_eq!(steps, [seized, Step::Event(SupervisionEvent::Proceed)]);
}

#[test]
fn a_trunk_that_shows_an_answer_before_the_acknowledgement_is_not_free() {
    for wrong in [0b01, 0b00] {
        let (steps, _) = line(R2Country::Itu, &[(100, wrong)], 500);
        assert_eq!(steps[1..], [Step::Event(SupervisionEvent::InUse)]);
    }
}

#[test]
fn answer_and_clear_back_are_told_from_when_they_began() {
    let bits = [(100, 0b11), (1000, 0b01), (5000, 0b11)];
    let (_, signals) = line(R2Country::Itu, &bits, 6000);
    let answer = LineSignal::Answer(AnswerEvidence::AnswerSignal, at(1000));
    let release = LineSignal::Release(ReleaseEvidence::ClearBack, at(5000));
    assert_eq!(signals, [answer, release]);
}

#[test]
fn metering_is_told_from_a_clear_back_by_its_length() {
    let bits = [
        (100, 0b11),
        (1000, 0b01),
        (2000, 0b11),
        (2380, 0b01),
        (4000, 0b11),
    ];
    let (_, signals) = line(R2Country::Argentina, &bits, 4600);
    let release = LineSignal::Release(ReleaseEvidence::ClearBack, at(4000));
    assert_eq!(signals[1..], [release]);
}

#[test]
fn how_long_metering_pulses_are_can_be_other_than_the_countrys() {
    let bits = [(100, 0b11), (1000, 0b01), (2000, 0b11), (2240, 0b01)];
    for (country, metering, released) in [
        (R2Country::Itu, None, true),
        (R2Country::Itu, Some(Ticks::ms(250)), false),
        (R2Country::Argentina, None, false),
        (R2Country::Argentina, Some(Ticks::ms(150)), true),
        (R2Country::Argentina, Some(Ticks::ZERO), true),
    ] {
        let trunk = R2Trunk {
            metering,
            ..trunk(country, "")
        };
        let (_, signals) = line_of(&trunk, &bits, 3000);
        let release = LineSignal::Release(ReleaseEvidence::ClearBack, at(2000));
        let expected = if released { vec![release] } else { vec![] };
        assert_eq!(signals[1..], expected, "{country:?} {metering:?}");
    }
}

#[test]
fn the_idle_state_in_a_call_is_a_forced_release_too() {
    for ab in [0b00, 0b10] {
        let (_, signals) = line(
            R2Country::Itu,
            &[(100, 0b11), (1000, 0b01), (2000, ab)],
            3000,
        );
        let release = LineSignal::Release(ReleaseEvidence::ForcedRelease, at(2000));
        assert_eq!(signals[1..], [release]);
    }
}

fn trunk(country: R2Country, ani: &str) -> R2Trunk {
    R2Trunk {
        country,
        ani: Digits::parse(ani).expect("digits"),
        category: signal(1),
        metering: None,
    }
}

fn register(country: R2Country, ani: &str) -> R2Register {
    R2Register::new(trunk(country, ani))
}

/// What is held after the exchange's signal came and went.
fn asked(register: &mut R2Register, number: u8) -> Steps {
    assert_eq!(
        register.began(at(0), signal(number)).as_slice(),
        [Step::Hold(None)]
    );
    register.ended(at(0), signal(number))
}

fn held(steps: &Steps) -> Option<u8> {
    match steps.as_slice() {
        [Step::Hold(Some(signal))] => Some(signal.number()),
        _ => None,
    }
}

#[test]
fn a_forward_signal_waits_fifteen_seconds_and_a_silence_twenty_four() {
    let number = Digits::parse("21").expect("digits");
    let failed = Step::Event(SupervisionEvent::Failed(Tone::Reorder));
    let mut sending = register(R2Country::Itu, "");
    sending.outpulse(at(0), number);
    assert!(sending.passed(at(0) + FORWARD - Ticks(1)).is_empty());
    assert!(sending.passed(at(0) + FORWARD).contains(&failed));
    // Brazil has no signal for the end of the number.
    let mut silent = register(R2Country::Brazil, "");
    silent.outpulse(at(0), number);
    asked(&mut silent, 1);
    assert_eq!(asked(&mut silent, 1).as_slice(), [Step::Hold(None)]);
    assert!(silent.passed(at(0) + SILENT - Ticks(1)).is_empty());
    assert!(silent.passed(at(0) + SILENT).contains(&failed));
}

#[test]
fn a_backward_signal_that_never_ends_fails_the_call() {
    let mut register = register(R2Country::Itu, "");
    register.outpulse(at(0), Digits::parse("21").expect("digits"));
    register.began(at(100), signal(1));
    assert!(register.passed(at(100) + SILENT - Ticks(1)).is_empty());
    let steps = register.passed(at(100) + SILENT);
    assert!(steps.contains(&Step::Event(SupervisionEvent::Failed(Tone::Reorder))));
}

#[test]
fn a_signal_that_ends_otherwise_than_it_began_moves_nothing() {
    let mut register = register(R2Country::Itu, "");
    register.outpulse(at(0), Digits::parse("21").expect("digits"));
    register.began(at(0), signal(1));
    assert!(register.ended(at(50), signal(3)).is_empty());
    assert_eq!(held(&register.ended(at(60), signal(1))), Some(1));
}

#[test]
fn a_caller_without_a_number_is_told_as_one() {
    for (country, asks, none) in [
        (R2Country::Itu, [5, 5], 12),
        (R2Country::Argentina, [5, 5], 15),
        (R2Country::Mexico, [6, 1], 15),
        (R2Country::Venezuela, [5, 9], 12),
    ] {
        let mut register = register(country, "");
        register.outpulse(at(0), Digits::parse("2155").expect("digits"));
        assert_eq!(held(&asked(&mut register, asks[0])), Some(1), "{country:?}");
        assert_eq!(
            held(&asked(&mut register, asks[1])),
            Some(none),
            "{country:?}"
        );
    }
}

#[test]
fn every_earlier_digit_can_be_asked_for_again() {
    let mut register = register(R2Country::Itu, "");
    register.outpulse(at(0), Digits::parse("123456").expect("digits"));
    for digit in 2..=5 {
        assert_eq!(held(&asked(&mut register, 1)), Some(digit));
    }
    assert_eq!(held(&asked(&mut register, 2)), Some(4), "the last but one");
    assert_eq!(held(&asked(&mut register, 1)), Some(5));
    assert_eq!(
        held(&asked(&mut register, 8)),
        Some(2),
        "the last but three"
    );
    assert_eq!(
        held(&asked(&mut register, 7)),
        Some(1),
        "never before the first"
    );
}

#[test]
fn each_country_can_ask_for_digits_and_tell_free_busy_and_congested_lines() {
    for country in COUNTRIES {
        let variant = Variant::of(country);
        for ask in [Ask::Next, Ask::ToB, Ask::Congestion] {
            assert!(variant.group_a.contains(&ask), "{country:?} {ask:?}");
        }
        for line in [Line::Free, Line::Busy, Line::Congestion] {
            assert!(variant.group_b.contains(&line), "{country:?} {line:?}");
        }
        assert_eq!(variant.cd & 0b11, variant.cd, "{country:?}");
    }
}

#[test]
fn what_a_country_does_not_use_ends_the_call() {
    let mut register = register(R2Country::Brazil, "");
    register.outpulse(at(0), Digits::parse("21").expect("digits"));
    let steps = asked(&mut register, 6);
    assert!(steps.contains(&Step::Event(SupervisionEvent::Failed(Tone::Reorder))));
}

#[test]
fn bits_without_meaning_that_flap_hide_no_clear_back() {
    let mut line = R2Line::new(&trunk(R2Country::Itu, ""));
    line.seize();
    let bits = |line: &mut R2Line, ms: u64, bits: u8| {
        let edge = Edge::Bits(Abcd::new(bits));
        line.edge(EdgeAt { at: at(ms), edge });
        let _ = line.passed(at(ms), true);
    };
    for (ms, ab) in [(100, 0b1101), (1000, 0b0101)] {
        bits(&mut line, ms, ab);
        let _ = line.passed(at(ms + 20), true);
        line.dialed();
    }
    line.take_signal().expect("the answer");
    // Cleared back; C and D never rest.
    for n in 0..100 {
        bits(&mut line, 2000 + 10 * n, 0b1100 | (n % 2) as u8);
    }
    let release = LineSignal::Release(ReleaseEvidence::ClearBack, at(2000));
    assert_eq!(line.take_signal(), Some(release));
}

#[test]
fn an_answer_before_the_last_digit_is_asked_for_fails_the_call() {
    for (number_out, told) in [
        (false, SupervisionEvent::Failed(Tone::Reorder)),
        (true, SupervisionEvent::Outpulsed),
    ] {
        let mut line = R2Line::new(&trunk(R2Country::Itu, ""));
        line.seize();
        for (ms, ab) in [(100, 0b1101), (1000, 0b0101)] {
            let edge = Edge::Bits(Abcd::new(ab));
            line.edge(EdgeAt { at: at(ms), edge });
            let steps = line.passed(at(ms + 20), number_out);
            let told = if ms == 100 {
                SupervisionEvent::Proceed
            } else {
                told
            };
            assert_eq!(steps.as_slice(), [Step::Event(told)]);
        }
        assert_eq!(line.take_signal().is_some(), number_out);
    }
}

#[test]
fn a_number_taken_for_complete_before_its_last_digit_fails_the_call() {
    let failed = Step::Event(SupervisionEvent::Failed(Tone::Reorder));
    let outpulsed = Step::Event(SupervisionEvent::Outpulsed);
    // Group B by A-3, put through by A-6, and the same after digits that are asked for again.
    for (asks, fails) in [
        (&[1, 3][..], true),
        (&[1, 6][..], true),
        (&[1, 1, 3][..], false),
        (&[1, 1, 6][..], false),
        (&[1, 1, 2, 6][..], false),
    ] {
        let mut register = register(R2Country::Itu, "");
        register.outpulse(at(0), Digits::parse("123").expect("digits"));
        let last = asks.iter().map(|&ask| asked(&mut register, ask)).last();
        let last = last.expect("steps");
        assert_eq!(last.contains(&failed), fails, "{asks:?}: {last:?}");
        assert_eq!(
            last.contains(&outpulsed),
            !fails && asks.ends_with(&[6]),
            "{asks:?}"
        );
    }
}
