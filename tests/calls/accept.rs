//! Collect calls: announcement and acceptance, and what neither party hears before.

use crate::{
    bench::{
        self, COLLECT_CALL, MOTHER, Outcome, PIN, collect_call, count_leg, presses, shared, then,
        wait,
    },
    hearing::{self, Match},
    ready::{self, collect, first_sound, hiss, same_until},
};
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    exchange::{
        line::{Afterwards, ExchangeLine, HangUpSignal},
        routes::Destination,
    },
    script::Step,
    transcript::{Event, Track},
};
use speech::Piece;
use types::{
    disposition::*,
    evidence::{AnswerEvidence, ReleaseEvidence},
    fact::{Fact, Leg},
    frame::Law,
    language::Language,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

const CHOICE: Prompt = Prompt::AcceptOrRefuse {
    accept: 1,
    refuse: 2,
};

/// The audio of all clips of a prompt, in order; the recorded name is the empty one.
fn pieces(prompt: Prompt) -> Vec<Vec<i16>> {
    let shared = shared();
    let pieces = shared.speech.phrase(Language::ENGLISH, &prompt).into_iter();
    pieces
        .filter_map(|piece| match piece {
            Piece::Clip(clip) => {
                let octets = shared.speech.clip(clip);
                let mut samples = vec![0; octets.len()];
                dsp::g711::decode(Law::Mu, octets, &mut samples);
                Some(samples)
            }
            Piece::Name => Some(Vec::new()),
            Piece::Pause { .. } => None,
        })
        .collect()
}

/// When the called party heard each piece of this, one after the other, from `after` on.
fn called_heard_pieces(out: &Outcome, prompt: Prompt, after: Tick) -> Tick {
    let mut after = after;
    for mut piece in pieces(prompt) {
        if piece.is_empty() {
            piece = Clip::inmate_name().samples().to_vec();
        }
        let heard = hearing::find(&out.trunk().heard, &piece, after, out.end);
        let first = heard
            .first()
            .unwrap_or_else(|| panic!("{prompt:?}: {}", out.tale()));
        after = first.at + Ticks(piece.len() as u64 * 9 / 10);
    }
    after
}

fn only(heard: Vec<Match>) -> Match {
    assert_eq!(heard.len(), 1, "heard once: {heard:?}");
    heard[0]
}

/// The trunk was on-hook again, and when.
fn released(out: &Outcome) -> Tick {
    out.trunk()
        .first(|e| *e == Event::Released)
        .unwrap_or_else(|| panic!("{}", out.tale()))
}

fn hangs_up_after(ms: u64) -> Vec<Step> {
    vec![wait(ms), Step::OnHook]
}

#[test]
fn an_accepted_collect_call_is_talked_and_completed() {
    let steps = then(
        collect_call(PIN, MOTHER),
        [
            wait(40_000),
            Step::SayFor(Clip::inmate_talk(), Ticks::secs(8)),
            Step::OnHook,
        ],
    );
    let party = presses(
        "1",
        vec![
            wait(3000),
            Step::SayFor(Clip::called_talk(), Ticks::secs(30)),
        ],
    );
    let out = bench::phone(steps)
        .to(&format!("1{MOTHER}"), party)
        .lasting(80)
        .run();
    out.inmate_heard_in_order(&[Prompt::EnterPin, Prompt::EnterNumber, Prompt::SayName]);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed);
    assert_eq!(record.ended_by, Some(EndedBy::Inmate));
    assert!(
        record.talk_utc_ms > record.answered_utc_ms,
        "acceptance comes after the answer"
    );
    assert_eq!(record.inmate_id.as_deref(), Some("1001"));
}

#[test]
fn the_called_party_hears_who_calls_then_the_notices_then_the_choice() {
    let party = vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial("1"),
    ];
    let out = collect(vec![], party).lasting(40).run();
    let mut after = Tick::ZERO;
    let said = [
        COLLECT_CALL,
        Prompt::RecordingNotice,
        Prompt::ThreeWayNotice,
        CHOICE,
        Prompt::ThankYouGoAhead,
    ];
    for prompt in said {
        after = called_heard_pieces(&out, prompt, after);
    }
    let named = pieces(COLLECT_CALL).iter().any(Vec::is_empty);
    assert!(named, "the announcement holds the inmate's name");
    let name = Clip::inmate_name();
    let name = only(hearing::find(
        &out.trunk().heard,
        name.samples(),
        Tick::ZERO,
        out.end,
    ));
    assert!(name.likeness > 0.8, "the inmate's own voice: {name:?}");
    assert!(out.entered("talk").is_some_and(|at| at < out.end));
}

#[test]
fn the_inmate_is_asked_to_hold_meanwhile() {
    let party = vec![wait(8000), Step::dial("1")];
    let out = collect(vec![], party).run();
    let answered = out
        .fact(|f| matches!(f, Fact::Answered(_)))
        .expect("an answer");
    let hold = only(out.inmate_heard(Prompt::PleaseHold));
    assert!(hold.at.since(answered) < Ticks::ms(500), "{}", out.tale());
}

#[test]
fn a_called_party_who_refuses_hears_goodbye_before_the_trunk_goes() {
    let party = vec![wait(4000), Step::dial("2")];
    let out = collect(vec![wait(20_000)], party).run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Refused);
    assert_eq!(record.ended_by, Some(EndedBy::CalledParty));
    assert_eq!(record.talk_utc_ms, None);
    assert!(record.answered_utc_ms.is_some());
    let goodbye = only(out.called_heard(Prompt::Goodbye));
    let words = bench::head(Language::ENGLISH, Prompt::Goodbye).len() as u64;
    assert!(
        goodbye.at + Ticks(words) <= released(&out),
        "{}",
        out.tale()
    );
    out.inmate_heard_in_order(&[Prompt::CallRefused]);
    assert!(out.entered("talk").is_none());
}

#[test]
fn a_hang_up_during_the_goodbye_leaves_the_refusal_and_is_in_the_evidence() {
    let mut party = vec![wait(4000), Step::dial("2")];
    party.extend(hangs_up_after(300));
    let out = collect(vec![wait(20_000)], party).run();
    assert_eq!(out.record().disposition, Disposition::Refused);
    assert_eq!(out.release_evidence(), [ReleaseEvidence::LoopBreak]);
    out.inmate_heard_in_order(&[Prompt::CallRefused]);
}

#[test]
fn a_called_party_who_hangs_up_during_the_announcement_has_not_accepted() {
    let out = collect(vec![wait(20_000)], hangs_up_after(5000)).run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::NotAccepted);
    assert_eq!(record.ended_by, Some(EndedBy::CalledParty));
    assert!(out.release_evidence().contains(&ReleaseEvidence::LoopBreak));
    out.inmate_heard_in_order(&[Prompt::CallNotAccepted]);
    assert!(
        out.called_heard(CHOICE).is_empty(),
        "nobody was there to hear it"
    );
    assert!(out.called_heard(Prompt::Goodbye).is_empty());
    assert!(released(&out) > Tick::ZERO);
}

#[test]
fn a_called_party_who_accepts_and_hangs_up_before_any_talk_is_nothing_to_charge() {
    let mut party = vec![wait(6500), Step::dial("1")];
    party.extend(hangs_up_after(300));
    let out = collect(vec![wait(20_000)], party).run();
    let accepted = out.fact(|f| matches!(f, Fact::Accepted));
    assert!(accepted.is_some(), "{}", out.tale());
    assert!(out.entered("talk").is_none(), "{}", out.tale());
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Abandoned);
    assert_eq!(record.ended_by, Some(EndedBy::CalledParty));
    assert!(record.answered_utc_ms.is_some());
    assert_eq!((record.talk_utc_ms, record.talk), (None, Ticks::ZERO));
    assert_eq!(out.release_evidence(), [ReleaseEvidence::LoopBreak]);
    out.inmate_heard_in_order(&[Prompt::FarEndHungUp, Prompt::HangUp]);
}

#[test]
fn a_silent_called_party_hears_it_twice_and_has_then_not_accepted() {
    let scenario = collect(vec![wait(70_000)], vec![wait(100_000)]);
    let out = scenario
        .settings(|s| s.accept_wait = Ticks::secs(3))
        .lasting(72)
        .run();
    assert_eq!(out.record().disposition, Disposition::NotAccepted);
    assert_eq!(out.record().ended_by, Some(EndedBy::CalledParty));
    let choices = out.called_heard(CHOICE);
    assert_eq!(choices.len(), 2, "{}", out.tale());
    assert_eq!(out.called_heard(Prompt::RecordingNotice).len(), 2);
    let goodbye = only(out.called_heard(Prompt::Goodbye)).at;
    assert!(goodbye > choices[1].at);
    out.inmate_heard_in_order(&[Prompt::CallNotAccepted]);
}

#[test]
fn a_wrong_key_is_no_choice_and_stops_nothing() {
    let party = vec![
        wait(3000),
        Step::dial("5390*#"),
        wait(16_000),
        Step::dial("1"),
    ];
    let out = collect(vec![], party).lasting(40).run();
    let wrong = out
        .fact(|f| matches!(f, Fact::FarKeyed { .. }))
        .expect("a key");
    let accepted = out
        .fact(|f| matches!(f, Fact::Accepted))
        .expect("acceptance");
    assert!(accepted.since(wrong) > Ticks::secs(15), "{}", out.tale());
    assert!(out.fact(|f| matches!(f, Fact::Refused)).is_none());
    only(out.called_heard(Prompt::ThreeWayNotice));
    only(out.called_heard(CHOICE));
    assert!(out.entered("talk").is_some());
}

#[test]
fn a_key_in_the_middle_of_the_announcement_counts_and_stops_it() {
    let party = vec![wait(6000), Step::Mark("key"), Step::dial("1")];
    let out = collect(vec![], party).run();
    let key = out.trunk().mark("key").expect("a key");
    let thanks = only(out.called_heard(Prompt::ThankYouGoAhead)).at;
    assert!(thanks.since(key) < Ticks::ms(250), "{}", out.tale());
    assert!(out.called_heard(Prompt::ThreeWayNotice).is_empty());
    let rest = bench::head(Language::ENGLISH, Prompt::ThankYouGoAhead).len() as u64;
    let after = out.called_heard(CHOICE);
    assert!(
        after.is_empty(),
        "after {rest} samples of thanks: {after:?}"
    );
    assert!(out.entered("talk").is_some());
}

#[test]
fn the_inmates_own_key_accepts_nothing() {
    let inmate = vec![wait(6000), Step::dial("1"), wait(1000), Step::dial("111")];
    let out = collect(inmate, vec![wait(30_000)]).lasting(28).run();
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    assert!(
        out.fact(|f| matches!(f, Fact::Accepted)).is_none(),
        "{}",
        out.tale()
    );
    assert!(out.fact(|f| matches!(f, Fact::FarKeyed { .. })).is_none());
}

#[test]
fn the_site_says_which_keys_accept_and_refuse() {
    let party = vec![wait(3000), Step::dial("1"), wait(1500), Step::dial("7")];
    let scenario = collect(vec![], party).settings(|s| (s.accept_key, s.refuse_key) = (7, 1));
    let out = scenario.run();
    assert_eq!(
        out.record().disposition,
        Disposition::Refused,
        "{}",
        out.tale()
    );
}

/// How much softer what was said must be in what was heard where nothing of it is to get through. By
/// chance two voices have 44 dB less in common over such a stretch; the path, once open, loses 7.
pub const NOTHING_DB: f64 = 30.0;

/// Whether nothing that was said until this tick got through: two tracks of calls that differ in what
/// was said alone are the same, sample by sample. No two calls on channels are; there nothing of it
/// may be found in what was heard.
pub fn nothing_got_through((heard, same): (&Track, &Track), said: &Track, until: Tick) -> bool {
    if bench::guest::inside() {
        hearing::loss_db(heard, said, Tick::ZERO, until) > NOTHING_DB
    } else {
        same_until(heard, same, until)
    }
}

/// Whether what is said after this tick does get through.
pub fn gets_through((heard, same): (&Track, &Track), said: &Track, from: Tick) -> bool {
    const OPEN_DB: f64 = 15.0;
    let to = from + Ticks::secs(2);
    hearing::loss_db(heard, said, from, to) < OPEN_DB && !same_until(heard, same, to)
}

/// The other call came to its talk, and at the same tick where time is virtual.
pub fn together(talk: Tick, other: &Outcome) {
    let other_talk = other.entered("talk");
    let as_well = match bench::guest::inside() {
        true => other_talk.is_some(),
        false => other_talk == Some(talk),
    };
    assert!(as_well, "{}", other.tale());
}

fn inmate_shouting(shouts: bool) -> Outcome {
    let noise = Step::SayFor(Clip::inmate_shout(), Ticks::secs(30));
    let inmate = if shouts { noise } else { wait(30_000) };
    let party = vec![wait(6000), Step::dial("1"), wait(8000)];
    collect(vec![inmate], party).lasting(28).run()
}

#[test]
fn not_one_sample_of_the_inmate_reaches_the_called_party_before_acceptance() {
    let (loud, quiet) = (inmate_shouting(true), inmate_shouting(false));
    let talk = loud.entered("talk").expect("talk");
    together(talk, &quiet);
    let tracks = (&loud.trunk().heard, &quiet.trunk().heard);
    let said = &loud.phone().emitted;
    assert!(
        nothing_got_through(tracks, said, talk),
        "a shout got through: {}",
        loud.tale()
    );
    assert!(
        gets_through(tracks, said, talk),
        "and then it does get through"
    );
    let shouted = loud.phone().mark("named").expect("shouting");
    assert!(
        hearing::rms(&loud.phone().emitted, shouted, talk) > 300.0,
        "it was loud"
    );
}

fn called_party_talking(talks: bool) -> Outcome {
    let voice = || match talks {
        true => Step::SayFor(Clip::called_talk(), Ticks::secs(6)),
        false => wait(6000),
    };
    let party = vec![wait(100), voice(), Step::dial("1"), voice()];
    collect(vec![wait(30_000)], party)
        .settings(|settings| settings.drop_machines = false)
        .lasting(28)
        .run()
}

#[test]
fn not_one_sample_of_the_called_party_reaches_the_inmate_before_acceptance() {
    let (loud, quiet) = (called_party_talking(true), called_party_talking(false));
    let talk = loud
        .entered("talk")
        .unwrap_or_else(|| panic!("{}", loud.tale()));
    together(talk, &quiet);
    let tracks = (&loud.phone().heard, &quiet.phone().heard);
    let said = &loud.trunk().emitted;
    assert!(
        nothing_got_through(tracks, said, talk),
        "a voice got through: {}",
        loud.tale()
    );
    assert!(
        gets_through(tracks, said, talk),
        "and then it does get through"
    );
}

#[test]
fn a_hello_that_answers_is_not_heard_by_the_inmate() {
    let party = presses("1", vec![wait(8000)]);
    let number = format!("1{MOTHER}");
    let inmate = vec![wait(35_000), Step::OnHook];
    let mut scenario = collect(inmate, vec![])
        .exchange(ExchangeLine::kewl_start())
        .lasting(45);
    scenario.routes = drivers::sim::exchange::routes::Routes::new().to(&number, party);
    let out = scenario.run();
    assert!(
        out.answer_evidence().contains(&AnswerEvidence::Voice),
        "{}",
        out.tale()
    );
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    let hello = Clip::called_hello();
    let said = hearing::best(&out.trunk().emitted, hello.samples(), Tick::ZERO, out.end);
    assert!(said > 0.95, "it was said");
    let heard = hearing::best(&out.phone().heard, hello.samples(), Tick::ZERO, out.end);
    assert!(heard < 0.35, "the inmate heard it: {heard}");
}

#[test]
fn a_shout_into_the_ringing_is_no_answer_and_is_not_heard() {
    let ringing = |inmate: Vec<Step>| {
        let mut scenario = collect(inmate, vec![])
            .settings(|s| s.max_rings = 2)
            .lasting(30);
        scenario.routes = drivers::sim::exchange::routes::Routes::new()
            .to(&format!("1{MOTHER}"), Destination::RingNoAnswer);
        scenario.run()
    };
    let loud = ringing(vec![Step::SayFor(Clip::inmate_shout(), Ticks::secs(20))]);
    let quiet = ringing(vec![wait(20_000)]);
    assert_eq!(
        loud.record().disposition,
        Disposition::NoAnswer,
        "{}",
        loud.tale()
    );
    assert!(loud.record().answer_evidence.is_empty());
    let tracks = (&loud.trunk().heard, &quiet.trunk().heard);
    let said = &loud.phone().emitted;
    assert!(nothing_got_through(tracks, said, loud.end));
}

#[test]
fn the_path_opens_both_ways_within_300_ms_of_the_thank_you_and_not_before() {
    let mut scenario = collect(
        vec![Step::Say(hiss(Ticks::secs(20)))],
        vec![
            wait(6500),
            Step::dial("1"),
            wait(300),
            Step::Say(hiss(Ticks::secs(8))),
        ],
    );
    (scenario.phone_copper, scenario.trunk_copper) = (Copper::clear(), Copper::clear());
    let out = scenario.lasting(22).run();
    let thanks = only(out.called_heard(Prompt::ThankYouGoAhead)).at;
    let words = bench::head(Language::ENGLISH, Prompt::ThankYouGoAhead).len() as u64;
    let over = thanks + Ticks(words);
    // What the called party hears after the words, and the inmate after the hush of holding.
    let called = first_sound(&out.trunk().heard, over + Ticks::ms(20), out.end);
    let inmate = first_sound(&out.phone().heard, thanks + Ticks::ms(100), out.end);
    for heard in [called, inmate] {
        let heard = heard.unwrap_or_else(|| panic!("nothing heard: {}", out.tale()));
        assert!(heard.since(over) <= Ticks::ms(300), "{heard:?} {over:?}");
        assert!(
            heard + Ticks::ms(150) >= over,
            "too early: {heard:?} {over:?}"
        );
    }
    assert_eq!(count_leg(&out, Leg::Trunk, Prompt::ThankYouGoAhead), 1);
}

/// Lifts, dials `0 +`, and does this after the tone for the name.
fn names_after_the_tone(steps: Vec<Step>) -> Vec<Step> {
    let mut all = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(&format!("0{MOTHER}")),
        Step::await_beep(Ticks::secs(12)),
        wait(200),
    ];
    all.extend(steps);
    all
}

#[test]
fn an_inmate_who_says_no_name_is_asked_once_more_and_announced_without_one() {
    let mut scenario = collect(vec![], vec![wait(30_000)]).lasting(34);
    scenario.handsets = vec![names_after_the_tone(vec![wait(30_000)])];
    let out = scenario.run();
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 2, "{}", out.tale());
    let said: Vec<Vec<i16>> = pieces(COLLECT_CALL);
    for piece in said.iter().filter(|piece| !piece.is_empty()) {
        let heard = hearing::find(&out.trunk().heard, piece, Tick::ZERO, out.end);
        assert!(!heard.is_empty(), "{}", out.tale());
    }
    let name = Clip::inmate_name();
    let heard = hearing::best(&out.trunk().heard, name.samples(), Tick::ZERO, out.end);
    assert!(heard < 0.35, "{heard}");
}

#[test]
fn a_name_is_forgotten_with_its_call() {
    let mut steps = names_after_the_tone(vec![Step::Say(Clip::inmate_name()), wait(8000)]);
    steps.extend([Step::OnHook, wait(3000)]);
    steps.extend(names_after_the_tone(vec![wait(30_000)]));
    let mut scenario = collect(vec![], vec![wait(30_000)]).lasting(50);
    scenario.handsets = vec![steps];
    let out = scenario.run();
    assert_eq!(out.trunk().dialed().count(), 2, "{}", out.tale());
    let answered = |e: &&drivers::sim::transcript::EventAt| e.event == Event::Answered;
    let second = out
        .trunk()
        .events()
        .iter()
        .filter(answered)
        .nth(1)
        .expect("two answers")
        .at;
    let name = Clip::inmate_name();
    let first = hearing::best(&out.trunk().heard, name.samples(), Tick::ZERO, second);
    assert!(first > 0.8, "the first call had the name: {first}");
    let later = hearing::best(&out.trunk().heard, name.samples(), second, out.end);
    assert!(later < 0.35, "it is heard in the second call, too: {later}");
    assert!(
        out.end.since(second) > Ticks::secs(9),
        "the second announcement was heard"
    );
}

#[test]
fn a_hang_up_that_only_a_dial_tone_tells_ends_the_announcement() {
    let line = ExchangeLine {
        hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::secs(2)),
        answer_reversal: false,
        ..ready::quick()
    };
    let party = vec![Step::Say(Clip::called_hello()), wait(3000), Step::OnHook];
    let scenario = collect(vec![wait(60_000)], party).exchange(line);
    let out = scenario.lasting(32).run();
    assert_eq!(
        out.record().disposition,
        Disposition::NotAccepted,
        "{}",
        out.tale()
    );
    assert!(out.release_evidence().contains(&ReleaseEvidence::DialTone));
    assert!(!out.record().flags.second_dial_tone);
    let again = out
        .trunk()
        .first(|e| *e == Event::DialTone { again: true })
        .expect("dial tone");
    assert!(
        released(&out).since(again) < Ticks::secs(6),
        "{}",
        out.tale()
    );
}
