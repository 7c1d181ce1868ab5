//! Rules that bite at the same moment.

use crate::{
    bench::{Outcome, limit},
    ready::{direct, plain},
    third_party::{at_home, joins_after_talk, says, talked},
};
use drivers::sim::{
    called_office::{Services, Switching},
    clip::Clip,
    script::Step,
};
use types::{
    disposition::Disposition,
    fact::{Fact, Leg},
    prompt::Prompt,
    tick::{Tick, Ticks},
    treatment::{ThreeWayResponse, Warning},
};

/// When the leg was told this first.
fn said(out: &Outcome, leg: Leg, prompt: Prompt) -> Option<Tick> {
    out.fact(|fact| match fact {
        Fact::Says {
            leg: of,
            prompt: told,
            ..
        } => (*of, *told) == (leg, prompt),
        _ => false,
    })
}

/// A talk of forty seconds at most, in which both are told where the call comes from after so long.
fn told_after(seconds: u64) -> Outcome {
    let chat = |clip: Clip| -> Vec<Step> {
        let round = [says(&clip, 3), Step::wait_ms(2000)];
        (0..12).flat_map(|_| round.clone()).collect()
    };
    let every = Some(Ticks::secs(seconds));
    direct(chat(Clip::inmate_talk()), chat(Clip::called_talk()))
        .site(|seed| {
            plain(seed);
            limit(40)(seed);
        })
        .treated(|t| t.announcements.origin_every = every)
        .lasting(60)
        .run()
}

#[test]
fn what_is_told_now_and_then_is_not_begun_where_the_end_would_cut_it() {
    let out = told_after(16);
    let talk = out.entered("talk").expect("a talk");
    let over = said(&out, Leg::Phone, Prompt::TimeIsUp).expect("is told");
    assert_eq!(over.since(talk).as_secs(), 40, "{}", out.tale());
    // Due again after 32 seconds.
    assert_eq!(out.inmate_heard(Prompt::CallOrigin).len(), 1);
    assert_eq!(out.called_heard(Prompt::CallOrigin).len(), 1);
    ends_by_limit(&out, 40);
}

/// The inmate hears that the time is up, and the talk was as long as it might be.
fn ends_by_limit(out: &Outcome, seconds: u64) {
    assert_eq!(out.record().disposition, Disposition::Limited);
    assert_eq!(out.record().talk.as_secs(), seconds, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::TimeIsUp).len(), 1);
    // The called party's line is released at once.
    assert!(out.called_heard(Prompt::TimeIsUp).is_empty());
}

/// A third party joins a talk of at most so long; both are warned for it.
fn warned_within(seconds: u32) -> Outcome {
    let services = Services::three_way(Switching::ANALOG);
    talked(at_home(joins_after_talk(), services))
        .site(move |seed| {
            plain(seed);
            limit(seconds)(seed);
        })
        .treated(|t| t.three_way = ThreeWayResponse::Warn(Warning::One))
        .run()
}

/// How many seconds after the begin of the talk the third party is heard.
fn heard_after() -> u32 {
    let out = warned_within(900);
    let talk = out.entered("talk").expect("a talk");
    let found = out.fact(|f| matches!(f, Fact::ThreeWay(_))).expect("found");
    u32::try_from(found.since(talk).as_secs()).expect("not long")
}

#[test]
fn words_of_a_third_party_in_the_second_of_a_warning_or_of_the_end_take_nothing_from_it() {
    let after = heard_after();
    let out = warned_within(after + 60);
    let minute = Prompt::TimeRemaining { seconds: 60 };
    let third = Prompt::ThreeWayWarning { choice: 1 };
    for prompt in [minute, third] {
        assert_eq!(out.inmate_heard(prompt).len(), 1, "{}", out.tale());
        assert_eq!(out.called_heard(prompt).len(), 1, "{}", out.tale());
    }
    let [one, other] = [minute, third].map(|prompt| out.inmate_heard(prompt)[0].at.0);
    assert!(one.abs_diff(other) < Ticks::secs(10).0, "{}", out.tale());

    // The end comes while both are warned of the third party.
    let out = warned_within(after + 1);
    let begun = said(&out, Leg::Phone, third).expect("is told");
    let over = said(&out, Leg::Phone, Prompt::TimeIsUp).expect("is told");
    assert!(
        over > begun && over.since(begun) < Ticks::secs(1),
        "{}",
        out.tale()
    );
    ends_by_limit(&out, u64::from(after) + 1);
}
