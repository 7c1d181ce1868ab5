//! A third party who is joined to the call: told by evidence, never by one click.

use crate::{
    bench::{Outcome, Scenario, shared, wait},
    ready::{direct, picks_up},
};
use drivers::sim::{
    called_office::{Services, Switching},
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    script::Step,
    subscriber::SubscriberLine,
    transcript::Event,
};
use speech::Piece;
use types::{
    disposition::{Disposition, EndedBy},
    fact::Fact,
    frame::Law,
    language::Language,
    prompt::Prompt,
    three_way::ThreeWayEvidence,
    tick::{Tick, Ticks},
    treatment::ThreeWayResponse,
    verdict::RecordingRule,
};

/// The number that the called party dials, as its exchange wants it.
const THIRD: &str = "2155550177";

/// A voice that is neither the inmate's nor the called party's: whoever says the Spanish prompts.
pub fn third_talk() -> Clip {
    let prompts = [
        Prompt::NumberTimeRestricted,
        Prompt::AnsweredByMachine,
        Prompt::CallEndedByFacility,
        Prompt::ThreeWayNotice,
        Prompt::EnterNumber,
    ];
    let speech = &shared().speech;
    let mut samples = Vec::new();
    for prompt in prompts {
        for piece in speech.phrase(Language::SPANISH, &prompt) {
            if let Piece::Clip(clip) = piece {
                let coded = speech.clip(clip);
                let from = samples.len();
                samples.resize(from + coded.len(), 0);
                dsp::g711::decode(Law::Mu, coded, &mut samples[from..]);
            }
        }
        samples.resize(samples.len() + 3200, 0);
    }
    Clip::from_samples("third_talk", &samples)
}

pub fn says(clip: &Clip, seconds: u64) -> Step {
    Step::SayFor(clip.clone(), Ticks::secs(seconds))
}

/// The inmate of an ordinary talk: speaks, listens, speaks again.
fn inmate() -> Vec<Step> {
    let talk = Clip::inmate_talk();
    let mut steps = Vec::new();
    for pause in [7000, 6000, 26_000, 11_000, 18_000] {
        steps.extend([says(&talk, 5), wait(pause)]);
    }
    steps.push(Step::OnHook);
    steps
}

/// Half a minute of the called party before anything happens.
pub fn talks_a_while() -> Vec<Step> {
    let talk = Clip::called_talk();
    vec![
        says(&talk, 3),
        wait(5000),
        says(&talk, 6),
        wait(6000),
        says(&talk, 5),
        wait(500),
    ]
}

/// The called party's telephone and its exchange.
pub fn at_home(steps: Vec<Step>, services: Services) -> CalledPartyScript {
    picks_up(steps)
        .on(SubscriberLine::house(2.0, 17.0, -56.0))
        .with(services)
}

/// Somebody farther away, in a louder room.
pub fn third(steps: Vec<Step>) -> CalledPartyScript {
    CalledPartyScript::new(Answer::After(Ticks::secs(5)), steps)
        .on(SubscriberLine::house(5.0, 13.0, -47.0))
}

/// The called party flashes and dials the third.
fn dials_the_third() -> Vec<Step> {
    vec![
        Step::flash_ms(550),
        Step::await_dial_tone(Ticks::secs(3)),
        wait(400),
        Step::dial(THIRD),
    ]
}

/// Talks with the third, tells of the call, and joins all.
pub fn joins_after_talk() -> Vec<Step> {
    let mut steps = talks_a_while();
    steps.extend(dials_the_third());
    steps.extend([
        Step::await_voice(Ticks::secs(15)),
        wait(2500),
        says(&Clip::called_talk(), 3),
        wait(500),
        Step::flash_ms(450),
        Step::Mark("joined"),
        wait(9000),
        says(&Clip::called_talk(), 4),
        wait(60_000),
    ]);
    steps
}

/// Answers, says something to the called party, and from the joining on talks with the inmate.
fn third_who_talks() -> CalledPartyScript {
    let talk = third_talk();
    third(vec![
        wait(500),
        says(&talk, 2),
        wait(6500),
        says(&talk, 7),
        wait(8000),
        says(&talk, 9),
        wait(60_000),
    ])
}

pub fn talked(party: CalledPartyScript) -> Scenario {
    talked_with(party, third_who_talks())
}

pub fn talked_with(party: CalledPartyScript, third: CalledPartyScript) -> Scenario {
    let mut scenario = direct(inmate(), vec![]).lasting(106);
    scenario.routes = drivers::sim::exchange::routes::Routes::new()
        .to(&format!("1{}", crate::bench::MOTHER), party)
        .to(THIRD, third);
    scenario
}

fn event(out: &Outcome, wanted: Event) -> Tick {
    let found = out.trunk().first(|e| *e == wanted);
    found.unwrap_or_else(|| panic!("no {wanted:?}: {}", out.tale()))
}

/// When the third party was told, if it was.
fn told(out: &Outcome) -> Option<Tick> {
    out.fact(|f| matches!(f, Fact::ThreeWay(_)))
}

fn pieces(out: &Outcome) -> Vec<ThreeWayEvidence> {
    out.record().three_way.iter().map(|piece| piece.0).collect()
}

/// The record says three-way and why; nobody was cut off for it.
pub fn flagged(out: &Outcome) {
    let (held, joined) = (event(out, Event::Held), event(out, Event::Joined));
    let told = told(out).unwrap_or_else(|| panic!("not told: {}", out.tale()));
    assert!(
        told > held && told < joined + Ticks::secs(30),
        "{}",
        out.tale()
    );
    let record = out.record();
    assert!(record.flags.three_way, "{}", out.tale());
    // Each piece with its weight, and the moment it is about; silence is there since the far end was
    // last heard, some seconds before the hold.
    let started = record.started_utc_ms;
    let about = |tick: Tick| started + tick.0 as i64 / 8;
    for &(piece, weight, at) in &record.three_way {
        assert!(weight > 0, "{piece:?}");
        assert!(
            at >= about(held) - 20_000 && at <= about(told) + 1000,
            "{piece:?} at {at}, held {}",
            about(held)
        );
    }
    goes_on(out);
}

/// The call went on until the inmate hung up.
fn goes_on(out: &Outcome) {
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Inmate), "{}", out.tale());
    assert!(record.release_evidence.is_empty(), "{}", out.tale());
}

pub fn not_flagged(out: &Outcome) {
    assert!(
        !out.record().flags.three_way,
        "{:?}",
        out.record().three_way
    );
    assert!(out.record().three_way.is_empty());
    goes_on(out);
}

#[test]
fn a_third_party_who_is_joined_is_flagged_with_the_evidence() {
    let services = Services::three_way(Switching::ANALOG);
    let out = talked(at_home(joins_after_talk(), services)).run();
    flagged(&out);
    let pieces = pieces(&out);
    for piece in [ThreeWayEvidence::Click, ThreeWayEvidence::Silence] {
        assert!(pieces.contains(&piece), "{pieces:?}");
    }
    let of_the_third = [
        ThreeWayEvidence::NewTalker,
        ThreeWayEvidence::NoiseFloor,
        ThreeWayEvidence::EchoPath,
        ThreeWayEvidence::Level,
    ];
    assert!(
        of_the_third.iter().any(|p| pieces.contains(p)),
        "{pieces:?}"
    );
}

#[test]
fn a_third_party_who_is_joined_behind_a_digital_exchange_is_flagged() {
    let services = Services::three_way(Switching::DIGITAL);
    let out = talked(at_home(joins_after_talk(), services)).run();
    flagged(&out);
}

#[test]
fn a_third_party_who_is_joined_while_the_telephone_rings_is_flagged() {
    let mut steps = talks_a_while();
    steps.extend(dials_the_third());
    steps.extend([
        Step::await_sound(Ticks::secs(9)),
        wait(300),
        Step::flash_ms(450),
        wait(14_000),
        says(&Clip::called_talk(), 4),
        wait(60_000),
    ]);
    let services = Services::three_way(Switching::ANALOG);
    let out = talked(at_home(steps, services)).run();
    flagged(&out);
}

#[test]
fn a_third_party_who_is_dropped_again_stays_in_the_record() {
    let mut steps = joins_after_talk();
    steps.truncate(steps.len() - 1);
    steps.extend([wait(9000), Step::flash_ms(450), wait(60_000)]);
    let services = Services::three_way(Switching::ANALOG);
    let out = talked(at_home(steps, services)).run();
    flagged(&out);
    assert!(event(&out, Event::ThirdGone) > event(&out, Event::Joined));
}

/// The harder ones: a third whose line and room are like the called party's, or quieter, behind either
/// exchange. What is left is another voice, and nothing is known of the third before it speaks.
/// Not all are found: where the third adds neither noise nor loss, the voice alone says too little.
#[test]
fn of_thirds_on_lines_like_the_called_partys_some_are_found() {
    let houses = [(2.0, 17.0, -56.0), (3.0, 20.0, -60.0), (5.0, 13.0, -52.0)];
    let mut found = Vec::new();
    for switching in [Switching::ANALOG, Switching::DIGITAL] {
        for (loss, echo, room) in houses {
            for (called_loss, called_echo, called_room) in [houses[0], (4.0, 14.0, -48.0)] {
                let called = SubscriberLine::house(called_loss, called_echo, called_room);
                let party = picks_up(joins_after_talk()).on(called);
                let party = party.with(Services::three_way(switching));
                let third = third_who_talks().on(SubscriberLine::house(loss, echo, room));
                let out = talked_with(party, third).run();
                goes_on(&out);
                found.push(told(&out).is_some_and(|at| at > event(&out, Event::Held)));
            }
        }
    }
    let count = found.iter().filter(|&&found| found).count();
    assert!(
        count * 2 >= found.len(),
        "{count} of {}: {found:?}",
        found.len()
    );
}

#[test]
fn an_attorneys_call_is_neither_recorded_nor_flagged_whoever_is_joined() {
    let services = Services::three_way(Switching::ANALOG);
    let scenario = talked(at_home(joins_after_talk(), services)).site(|seed| {
        crate::ready::plain(seed);
        seed.settings.rules.record = true;
        seed.phones[0].1.privileged = true;
    });
    // Whatever its treatment says.
    let scenario = scenario.treated(|t| t.three_way = ThreeWayResponse::Disconnect);
    let out = scenario.run();
    event(&out, Event::Joined);
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
    not_flagged(&out);
    assert_eq!(told(&out), None);
}

#[test]
fn an_ordinary_talk_is_not_flagged() {
    let mut steps = talks_a_while();
    steps.extend([
        wait(5000),
        says(&Clip::called_talk(), 20),
        wait(6000),
        says(&Clip::called_talk(), 10),
        wait(60_000),
    ]);
    for services in [Services::default(), Services::three_way(Switching::ANALOG)] {
        not_flagged(&talked(at_home(steps.clone(), services)).run());
    }
}

/// In a room of -48 dBm0 and louder this is not met: the room that is heard again after the exchange's
/// silence is taken for a talker of another level.
#[test]
fn a_flash_without_a_third_party_is_not_flagged() {
    let mut steps = talks_a_while();
    steps.extend([
        Step::flash_ms(500),
        Step::await_dial_tone(Ticks::secs(3)),
        wait(2500),
        Step::flash_ms(500),
    ]);
    steps.extend([
        wait(1200),
        says(&Clip::called_talk(), 6),
        wait(6000),
        says(&Clip::called_talk(), 8),
        wait(60_000),
    ]);
    for switching in [Switching::ANALOG, Switching::DIGITAL] {
        let services = Services::three_way(switching);
        let out = talked(at_home(steps.clone(), services)).run();
        event(&out, Event::Resumed);
        not_flagged(&out);
    }
}

#[test]
fn a_call_that_waits_and_is_taken_is_not_flagged() {
    let mut steps = talks_a_while();
    steps.extend([
        wait(3000),
        Step::flash_ms(500),
        wait(7000),
        Step::flash_ms(500),
        wait(1200),
        says(&Clip::called_talk(), 6),
        wait(6000),
        says(&Clip::called_talk(), 8),
        wait(60_000),
    ]);
    let caller = third(vec![wait(300), says(&third_talk(), 5)]);
    let services = Services::call_waiting(Ticks::secs(26), caller);
    let out = talked(at_home(steps, services)).run();
    event(&out, Event::Resumed);
    not_flagged(&out);
}
