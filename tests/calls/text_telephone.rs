//! Text telephones: a call of theirs is a call like any other, and what they type arrives.

use crate::{
    bench::{Outcome, Scenario, wait},
    ready::{collect, direct, talks},
    who_answered::classes,
};
use drivers::sim::{clip::Clip, script::Step, transcript::Track};
use std::f64::consts::TAU;
use types::{
    answer_class::AnswerClass,
    disposition::{Disposition, FraudFlags},
    tick::{Tick, Ticks},
};

/// Samples a bit, at 45.45 baud.
const BIT: f64 = 8000.0 / 45.45;
const MARK_HZ: f64 = 1400.0;
const SPACE_HZ: f64 = 1800.0;

/// HELLO GA
const HELLO: [u8; 9] = [0x1f, 0x14, 0x01, 0x12, 0x12, 0x18, 0x04, 0x1a, 0x03];
/// WHO IS IT GA
const WHO: [u8; 13] = [
    0x1f, 0x13, 0x14, 0x18, 0x04, 0x06, 0x05, 0x04, 0x06, 0x10, 0x04, 0x1a, 0x03,
];

/// Letters as a text telephone of TIA-825-A sends them: 45.45 baud, start bit, five bits, a stop bit
/// and a half.
fn baudot(characters: &[u8]) -> Clip {
    let mut elements: Vec<(bool, f64)> = vec![(true, 8.0 * BIT)];
    for code in characters {
        elements.push((false, BIT));
        elements.extend((0..5).map(|bit| (code >> bit & 1 == 1, BIT)));
        elements.push((true, 1.5 * BIT));
    }
    elements.push((true, 6.0 * BIT));
    let (mut samples, mut phase, mut end) = (Vec::new(), 0.0f64, 0.0);
    for (mark, length) in elements {
        end += length;
        let hz = if mark { MARK_HZ } else { SPACE_HZ };
        while (samples.len() as f64) < end {
            phase += TAU * hz / 8000.0;
            samples.push((6000.0 * phase.sin()) as i16);
        }
    }
    Clip::from_samples("text telephone", &samples)
}

/// What a text telephone prints of what it hears: the stronger of both tones over a bit is the
/// bit; a character begins where mark goes over into space.
fn printed(track: &Track, from: Tick, to: Tick) -> Vec<u8> {
    let samples = track.between(from, to.since(from));
    let (mut characters, mut at) = (Vec::new(), 0.0);
    let mut marked = false;
    while let Some(bit) = bit_at(&samples, at) {
        if marked && bit == Some(false) {
            // The edge is where the window became half a space: its middle is half a bit on.
            let bits = (1..=5).map(|n| bit_at(&samples, at + f64::from(n) * BIT + BIT / 2.0));
            let Some(bits) = bits.collect::<Option<Vec<_>>>() else {
                break;
            };
            let code = bits.iter().enumerate();
            characters
                .push(code.fold(0, |code, (n, bit)| code | u8::from(*bit == Some(true)) << n));
            at += 6.5 * BIT;
            marked = false;
            continue;
        }
        marked = bit == Some(true);
        at += 8.0;
    }
    characters
}

/// Mark or space in the bit around this sample, or neither; none after the end.
fn bit_at(samples: &[i16], middle: f64) -> Option<Option<bool>> {
    const LEAST: f64 = 300.0;
    let from = (middle.max(BIT / 2.0) - BIT / 2.0) as usize;
    let bit = samples.get(from..from + BIT as usize)?;
    let size = |hz: f64| {
        let sum = bit
            .iter()
            .enumerate()
            .fold((0.0, 0.0), |sum, (n, &sample)| {
                let (sin, cos) = (TAU * hz * n as f64 / 8000.0).sin_cos();
                (
                    sum.0 + f64::from(sample) * cos,
                    sum.1 + f64::from(sample) * sin,
                )
            });
        f64::hypot(sum.0, sum.1) * 2.0 / BIT
    };
    let (mark, space) = (size(MARK_HZ), size(SPACE_HZ));
    Some((mark.max(space) > LEAST).then_some(mark > space))
}

#[test]
fn a_text_telephone_is_a_person_who_may_accept() {
    let party = vec![
        wait(1000),
        Step::Say(baudot(&HELLO)),
        wait(12_000),
        Step::dial("1"),
        wait(20_000),
    ];
    let out = collect(vec![wait(30_000), Step::OnHook], party)
        .lasting(50)
        .run();
    assert!(classes(&out).contains(&AnswerClass::Tty), "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::Completed);
}

/// Both speak a little, so that an echo canceller knows the line, then type in turns.
fn both_type(cancel_echo: bool) -> Outcome {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(6)),
        wait(1000),
        Step::Mark("inmate types"),
        Step::Say(baudot(&HELLO)),
        wait(6000),
        Step::Mark("inmate types again"),
        Step::Say(baudot(&WHO)),
        wait(8000),
        Step::OnHook,
    ];
    let party = vec![
        wait(2500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(4)),
        wait(7000),
        Step::Say(baudot(&WHO)),
        wait(5500),
        Step::Say(baudot(&HELLO)),
        wait(20_000),
    ];
    let scenario = Scenario {
        cancel_echo,
        ..direct(inmate, party)
    };
    scenario.lasting(45).run()
}

#[test]
fn what_text_telephones_type_arrives_letter_by_letter_and_is_no_fraud() {
    for cancel_echo in [false, true] {
        let out = both_type(cancel_echo);
        talks(&out);
        let first = out.marked("inmate types");
        let again = out.marked("inmate types again");
        let end = again + Ticks::secs(9);
        let at_called = &out.trunk().heard;
        let (at_inmate, sent) = (&out.phone().heard, &out.trunk().emitted);
        let told = format!("canceller {cancel_echo}: {}", out.tale());
        assert_eq!(
            printed(at_called, first, first + Ticks::secs(3)),
            HELLO,
            "{told}"
        );
        assert_eq!(
            printed(at_called, again, again + Ticks::secs(3)),
            WHO,
            "{told}"
        );
        for from in [first, again] {
            let reply = from + Ticks::secs(3);
            let until = (reply + Ticks::secs(4)).min(end);
            assert_eq!(
                printed(at_inmate, reply, until),
                printed(sent, reply, until),
                "{told}"
            );
            assert!(printed(sent, reply, until).len() >= 9, "{told}");
        }
        let record = out.record();
        assert_eq!(record.disposition, Disposition::Completed);
        assert_eq!(record.flags, FraudFlags::NONE, "{told}");
        assert!(record.three_way.is_empty(), "{:?}", record.three_way);
    }
}

#[test]
fn once_a_text_telephone_is_heard_the_inmate_gets_what_came_untouched() {
    let [with, without] = [true, false].map(both_type);
    // The called party typed once before.
    let from = with.marked("inmate types again") + Ticks::secs(2);
    let heard = |out: &Outcome| out.phone().heard.between(from, Ticks::secs(4));
    assert!(!printed(&with.phone().heard, from, from + Ticks::secs(4)).is_empty());
    assert!(heard(&with) == heard(&without), "{}", with.tale());
}
