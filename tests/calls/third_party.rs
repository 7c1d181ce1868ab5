//! A third party who is joined to the call: told by evidence, never by one click.

use crate::{
    bench::{Outcome, wait},
    ready::direct,
};
use drivers::sim::{clip::Clip, script::Step};
use types::{fact::Fact, three_way::ThreeWayEvidence, tick::Ticks};

/// Another voice on another connection: weaker, and with a noise of its own.
fn other_party() -> Clip {
    let mut state = 7u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i32 % 128 - 64
    };
    let talk = Clip::inmate_shout();
    let samples: Vec<i16> = talk
        .samples()
        .iter()
        .map(|&voice| (i32::from(voice) * 3 / 10 + noise()) as i16)
        .collect();
    Clip::from_samples("other party", &samples)
}

fn talked(party: Vec<Step>) -> Outcome {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(4)),
        wait(8000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(4)),
        wait(60_000),
        Step::OnHook,
    ];
    direct(inmate, party).lasting(85).run()
}

#[test]
fn a_third_party_who_is_joined_is_flagged_with_the_evidence() {
    let out = talked(vec![
        wait(400),
        Step::SayFor(Clip::called_talk(), Ticks::secs(24)),
        Step::flash_ms(600),
        wait(6000),
        Step::flash_ms(400),
        Step::SayFor(other_party(), Ticks::secs(25)),
        wait(20_000),
    ]);
    let record = out.record();
    assert!(record.flags.three_way, "{}", out.tale());
    let pieces: Vec<ThreeWayEvidence> = record.three_way.iter().map(|p| p.0).collect();
    assert!(pieces.len() >= 2, "no single piece decides: {pieces:?}");
    assert!(out.fact(|fact| matches!(fact, Fact::ThreeWay(_))).is_some());
}

#[test]
fn an_ordinary_talk_is_not_flagged() {
    let out = talked(vec![
        wait(400),
        Step::SayFor(Clip::called_talk(), Ticks::secs(20)),
        wait(6000),
        Step::SayFor(Clip::called_talk(), Ticks::secs(30)),
        wait(20_000),
    ]);
    let record = out.record();
    assert!(!record.flags.three_way, "{:?}", record.three_way);
    assert!(record.three_way.is_empty());
}
