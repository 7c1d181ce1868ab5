//! What a hostile called party or network does to get a call accepted, kept or spoiled.

use crate::{
    bench::{Outcome, wait},
    hearing,
    ready::{collect, direct},
};
use drivers::sim::{
    clip::Clip,
    script::{Keying, Step},
    transcript::Event,
};
use types::{
    digits::Digits,
    disposition::Disposition,
    fact::Fact,
    tick::{Tick, Ticks},
};

fn key_held(digit: &str, ms: u64) -> Step {
    Step::Dial {
        digits: Digits::parse(digit).expect("a key"),
        keying: Keying {
            on: Ticks::ms(ms),
            ..Keying::STANDARD
        },
    }
}

fn tone(freqs: &'static [f64], on_ms: u64, off_ms: u64) -> Clip {
    let sample = |at: u64| {
        let turn = |hz: f64| (std::f64::consts::TAU * hz * at as f64 / 8000.0).sin();
        let sum: f64 = freqs.iter().map(|&hz| 3500.0 * turn(hz)).sum();
        if at < on_ms * 8 { sum as i16 } else { 0 }
    };
    let samples: Vec<i16> = (0..(on_ms + off_ms) * 8).map(sample).collect();
    Clip::from_samples("tone", &samples)
}

/// Nothing that the inmate said was heard by the called party.
fn unheard(out: &Outcome) {
    let talk = Clip::inmate_talk();
    let said = &talk.samples()[4000..20_000];
    let heard = hearing::best(&out.trunk().heard, said, Tick::ZERO, out.end);
    assert!(heard < 0.3, "{heard}");
}

#[test]
fn a_key_from_before_the_announcement_does_not_accept_the_call() {
    // Held from the answer on, which is known 100 ms later, over the announcement's beginning.
    let inmate = vec![Step::SayFor(Clip::inmate_talk(), Ticks::secs(12))];
    let out = collect(inmate, vec![key_held("1", 6000), wait(30_000)])
        .lasting(22)
        .run();
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    assert!(out.entered("talk").is_none(), "{}", out.tale());
    unheard(&out);
}

#[test]
fn a_called_party_who_plays_tones_is_never_connected_without_a_choice() {
    for clip in [
        tone(&[440.0, 480.0], 2000, 4000),
        tone(&[2600.0], 1000, 500),
        tone(&[697.0], 100, 100),
        tone(&[1209.0], 100, 100),
        tone(&[697.0, 852.0, 1209.0], 100, 100),
        tone(&[697.0, 1209.0, 1477.0], 100, 100),
        tone(&[914.0, 1371.0, 1777.0], 300, 100),
    ] {
        let inmate = vec![Step::SayFor(Clip::inmate_talk(), Ticks::secs(16))];
        let out = collect(inmate, vec![Step::SayFor(clip.clone(), Ticks::secs(20))]).run();
        assert!(out.entered("accept").is_some(), "{}", out.tale());
        assert!(out.entered("talk").is_none(), "{clip:?}: {}", out.tale());
        unheard(&out);
    }
}

#[test]
fn tones_of_a_hang_up_played_in_a_conversation_free_the_trunk_or_do_nothing() {
    for clip in [
        tone(&[350.0, 440.0], 3000, 1),
        tone(&[480.0, 620.0], 500, 500),
        tone(&[480.0, 620.0], 250, 250),
        tone(&[440.0, 480.0], 2000, 4000),
        tone(&[950.0], 330, 1),
    ] {
        let party = vec![
            wait(6000),
            Step::SayFor(clip.clone(), Ticks::secs(5)),
            wait(60_000),
        ];
        let out = direct(vec![wait(12_000), Step::OnHook], party)
            .lasting(24)
            .run();
        let released = out.trunk().count(|e| *e == Event::Released);
        assert_eq!(released, 1, "{clip:?}: {}", out.tale());
        assert_eq!(out.record().disposition, Disposition::Completed);
        assert_eq!(out.trunk().dialed().count(), 1);
        let talk = out.entered("talk").expect("talk");
        let over = out.fact(|f| matches!(f, Fact::Ended(_))).expect("the end");
        // Not what it took to know the end from its beginning.
        let (told, until_known) = (out.record().talk, over.since(talk));
        assert!(
            told <= until_known && until_known <= told + Ticks::secs(3),
            "the record tells the talk's own length: {told:?} of {until_known:?}"
        );
    }
}

#[test]
fn hang_up_tones_instead_of_a_choice_end_the_call_untalked() {
    for clip in [
        tone(&[350.0, 440.0], 3000, 1),
        tone(&[480.0, 620.0], 250, 250),
    ] {
        let inmate = vec![Step::SayFor(Clip::inmate_talk(), Ticks::secs(12))];
        let out = collect(
            inmate,
            vec![wait(2500), Step::SayFor(clip, Ticks::secs(12))],
        )
        .run();
        assert!(out.entered("talk").is_none(), "{}", out.tale());
        assert_eq!(out.record().disposition, Disposition::NotAccepted);
        assert_eq!(out.record().talk, Ticks::ZERO);
        unheard(&out);
    }
}
