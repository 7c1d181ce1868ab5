//! Progress after outpulsing: what the network says, and what counts as an answer.

use crate::{
    bench::{self, Country, MOTHER, Outcome, Scenario, UNITED_KINGDOM, then, wait},
    hearing,
    short::{dials, failing, hears_fast_busy, utc_ms},
};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    copper::Copper,
    exchange::{
        line::{ExchangeLine, Numbering},
        routes::Destination,
    },
    noise::Colour,
    script::Step,
    tone_plan,
    transcript::Event,
};
use types::{
    disposition::{Disposition, EndedBy},
    evidence::AnswerEvidence,
    fact::Fact,
    heard::Heard,
    prompt::Prompt,
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

/// A direct call to where this leads, listened to until fast busy.
fn leads_to(destination: Destination) -> Scenario {
    failing(MOTHER).to(MOTHER, destination)
}

/// When the trunk was first heard to hold this tone.
fn heard(out: &Outcome, wanted: Tone) -> Option<Tick> {
    out.fact(
        |f| matches!(f, Fact::Heard { heard: Heard::Tone { tone, .. }, .. } if *tone == wanted),
    )
}

/// A line with noise this loud at either end.
fn noisy(dbm0: f64) -> Copper {
    Copper {
        noise: Some((Colour::White, dbm0)),
        ..Copper::default()
    }
}

// ---- what the network says

#[test]
fn busy_is_told_and_recorded() {
    leads_to(Destination::Busy)
        .run()
        .failed(Disposition::Busy, Prompt::LineBusy);
}

#[test]
fn reorder_is_told_and_recorded() {
    leads_to(Destination::Reorder)
        .run()
        .failed(Disposition::NetworkBusy, Prompt::NetworkBusy);
}

fn intercepted(kind: SitKind, heard_as: SitKind) {
    let out = leads_to(Destination::Sit(kind, None)).run();
    out.failed(Disposition::Intercept, Prompt::NumberNotInService);
    assert!(heard(&out, Tone::Sit(heard_as)).is_some(), "{}", out.tale());
}

#[test]
fn the_intercept_tone_is_told_and_recorded() {
    intercepted(SitKind::Intercept, SitKind::Intercept);
}

#[test]
fn the_vacant_code_tone_is_told_and_recorded() {
    intercepted(SitKind::VacantCode, SitKind::VacantCode);
}

#[test]
fn the_local_reorder_tone_is_told_and_recorded() {
    intercepted(SitKind::ReorderLocal, SitKind::ReorderLocal);
}

#[test]
fn the_distant_reorder_tone_is_told_and_recorded() {
    intercepted(SitKind::ReorderDistant, SitKind::ReorderDistant);
}

#[test]
fn the_local_no_circuit_tone_is_told_and_recorded() {
    intercepted(SitKind::NoCircuitLocal, SitKind::NoCircuitLocal);
}

#[test]
fn the_distant_no_circuit_tone_is_told_and_recorded() {
    intercepted(SitKind::NoCircuitDistant, SitKind::NoCircuitDistant);
}

#[test]
fn the_ineffective_tone_is_told_and_recorded() {
    intercepted(SitKind::Ineffective, SitKind::Ineffective);
}

#[test]
fn a_special_tone_of_no_known_kind_is_told_and_recorded() {
    intercepted(SitKind::Unknown, SitKind::Unknown);
}

#[test]
fn an_announcement_after_a_special_tone_is_no_answer_and_not_heard_by_the_inmate() {
    let talk = Clip::called_talk();
    let destination = Destination::Sit(SitKind::VacantCode, Some(talk.clone()));
    let out = leads_to(destination).run();
    out.failed(Disposition::Intercept, Prompt::NumberNotInService);
    let said = &talk.samples()[..4000];
    assert!(hearing::best(&out.phone().heard, said, Tick::ZERO, out.end) < hearing::HEARD);
}

#[test]
fn an_unanswered_call_ends_after_the_set_number_of_rings() {
    let steps = then(dials(MOTHER), [wait(14_000)]);
    let out = bench::phone(then(steps, hears_fast_busy()))
        .to(MOTHER, Destination::RingNoAnswer)
        .settings(|settings| settings.max_rings = 2)
        .lasting(30)
        .run();
    out.failed(Disposition::NoAnswer, Prompt::NoAnswer);
    let second = out.seen(|e| *e == Event::Rings(2), 0);
    let released = out.seen(|e| *e == Event::OnHook, 0);
    let since = released.since(second);
    assert!(
        since >= Ticks::secs(2),
        "the second ring is let ring: {since:?}"
    );
    assert!(since <= Ticks::ms(6500), "and its pause ends it: {since:?}");
}

#[test]
fn an_unanswered_call_ends_by_time_where_that_comes_first() {
    let out = leads_to(Destination::RingNoAnswer)
        .settings(|settings| settings.answer_wait = Ticks::secs(7))
        .lasting(22)
        .run();
    out.failed(Disposition::NoAnswer, Prompt::NoAnswer);
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsed");
    let ended = out.entered("aftermath").expect("the end");
    let waited = ended.since(outpulsed);
    assert!((6990..=7010).contains(&waited.as_ms()), "{waited:?}");
}

#[test]
fn a_trunk_that_stays_silent_is_given_up() {
    let out = leads_to(Destination::Silence)
        .settings(|settings| settings.trunk_silent = Ticks::secs(5))
        .run();
    out.failed(Disposition::TrunkSilent, Prompt::CallNotCompleted);
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsed");
    let waited = out.entered("aftermath").expect("the end").since(outpulsed);
    assert!((4990..=5010).contains(&waited.as_ms()), "{waited:?}");
}

// ---- what the inmate hears meanwhile

#[test]
fn the_inmate_hears_our_own_ringback_and_nothing_of_the_trunk() {
    // Ringback comes weak and the line hisses; ours is at its own level, and clean.
    let copper = Copper {
        loss_in_db: 12.0,
        ..noisy(-48.0)
    };
    let mut scenario = bench::phone(then(
        dials(MOTHER),
        [
            Step::await_ringback(Ticks::secs(18)),
            Step::Mark("ringback"),
            Step::OnHook,
        ],
    ))
    .to(MOTHER, Destination::RingNoAnswer);
    scenario.trunk_copper = copper;
    let out = scenario.lasting(24).run();
    out.nothing_was_missed();
    let began = heard(&out, Tone::Ringback).expect("ringback");
    let track = &out.phone().heard;
    let level =
        |from: u64, to: u64| hearing::rms(track, began + Ticks::ms(from), began + Ticks::ms(to));
    let burst = level(200, 1800);
    // Twice -19 dBm0 less the 1 dB of the phone's loop.
    let dbm0 = 20.0 * (burst / 32_768.0).log10() + 6.18 - 3.01;
    assert!((-19.0..=-15.0).contains(&(dbm0 + 3.01)), "{dbm0}");
    let pause = level(2500, 5500);
    assert!(pause < 25.0, "the hiss of the trunk is not heard: {pause}");
}

#[test]
fn the_inmate_hears_no_busy_of_the_trunk_before_the_prompt() {
    let out = leads_to(Destination::Busy).run();
    let reached = out.seen(|e| matches!(e, Event::Reached(_)), 0);
    let told = out.entered("aftermath").expect("the end");
    let level = hearing::rms(&out.phone().heard, reached, told);
    assert!(level < 25.0, "{level}");
}

// ---- noise

#[test]
fn busy_is_known_through_noise_of_20_db_less() {
    // Twice -24 dBm0 less the 1 dB of the loop: -22 dBm0.
    let mut scenario = leads_to(Destination::Busy);
    scenario.trunk_copper = noisy(-42.0);
    scenario.run().failed(Disposition::Busy, Prompt::LineBusy);
}

#[test]
fn busy_is_known_over_a_long_loop() {
    // -34 dBm0.
    let mut scenario = leads_to(Destination::Busy);
    scenario.trunk_copper = Copper {
        loss_in_db: 13.0,
        ..Copper::default()
    };
    scenario.run().failed(Disposition::Busy, Prompt::LineBusy);
}

#[test]
fn an_answer_is_known_over_a_long_loop() {
    let party = CalledPartyScript::new(Answer::After(Ticks::ms(1200)), speaks_after(500));
    let mut scenario = answered_by(party, 8000).lasting(15);
    scenario.trunk_copper = Copper {
        loss_in_db: 13.0,
        ..Copper::default()
    };
    let out = scenario.run();
    let speaks = out.seen(|e| *e == Event::Answered, 0) + Ticks::ms(500);
    answered(
        &out,
        &[AnswerEvidence::RingbackStopped, AnswerEvidence::Voice],
        speaks,
    );
}

#[test]
fn noise_in_ringback_is_no_answer() {
    // Ringback comes at -17 dBm0.
    let mut scenario = leads_to(Destination::RingNoAnswer)
        .settings(|settings| settings.answer_wait = Ticks::secs(14))
        .lasting(30);
    scenario.trunk_copper = noisy(-37.0);
    let out = scenario.run();
    out.failed(Disposition::NoAnswer, Prompt::NoAnswer);
    assert!(heard(&out, Tone::Ringback).is_some());
    assert!(
        out.record().answer_evidence.is_empty(),
        "{:?}",
        out.record().answer_evidence
    );
}

#[test]
fn noise_alone_is_no_answer() {
    let mut scenario =
        leads_to(Destination::Silence).settings(|settings| settings.trunk_silent = Ticks::secs(6));
    scenario.trunk_copper = noisy(-37.0);
    scenario
        .run()
        .failed(Disposition::TrunkSilent, Prompt::CallNotCompleted);
}

// ---- answers

/// A direct call to this party, whom the inmate listens to for a while.
fn answered_by(party: CalledPartyScript, listening: u64) -> Scenario {
    bench::phone(then(dials(MOTHER), [wait(listening), Step::OnHook])).to(MOTHER, party)
}

/// The call was answered, by what, and not before this: when the record says so.
fn answered(out: &Outcome, wanted: &[AnswerEvidence], since: Tick) {
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Inmate));
    let told = out.answer_evidence().into_iter();
    let told: Vec<_> = told
        .filter(|e| !matches!(e, AnswerEvidence::Class(_)))
        .collect();
    assert_eq!(told, wanted, "{}", out.tale());
    let trust: u32 = record.answer_evidence.iter().map(|e| u32::from(e.1)).sum();
    assert!(trust >= 100, "{:?}", record.answer_evidence);
    let late = record.answered_utc_ms.expect("answered") - utc_ms(since);
    assert!(
        (0..=1000).contains(&late),
        "{late} ms after it could be known; {}",
        out.tale()
    );
}

fn speaks_after(ms: u64) -> Vec<Step> {
    vec![wait(ms), Step::SayFor(Clip::called_talk(), Ticks::secs(8))]
}

#[test]
fn ringback_that_stops_in_mid_ring_and_a_voice_are_an_answer() {
    let party = CalledPartyScript::new(Answer::After(Ticks::ms(1200)), speaks_after(1000));
    let out = answered_by(party, 8000).lasting(15).run();
    let speaks = out.seen(|e| *e == Event::Answered, 0) + Ticks::secs(1);
    answered(
        &out,
        &[AnswerEvidence::RingbackStopped, AnswerEvidence::Voice],
        speaks,
    );
}

#[test]
fn a_voice_after_ringback_is_an_answer() {
    let party = CalledPartyScript::new(Answer::AfterRings(1), speaks_after(300));
    let out = answered_by(party, 8500).lasting(15).run();
    let speaks = out.seen(|e| *e == Event::Answered, 0) + Ticks::ms(300);
    answered(&out, &[AnswerEvidence::Voice], speaks);
}

#[test]
fn a_voice_alone_must_be_a_persons_to_be_an_answer() {
    // Picked up before ringback could be known: the network could speak, too, but does not wait.
    let greets = vec![
        wait(500),
        Step::Say(Clip::called_hello()),
        wait(2500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(8)),
    ];
    let party = CalledPartyScript::new(Answer::After(Ticks::ms(60)), greets);
    let out = answered_by(party, 8000).lasting(15).run();
    assert_eq!(heard(&out, Tone::Ringback), None);
    let speaks = out.seen(|e| *e == Event::Answered, 0) + Ticks::ms(500);
    answered(&out, &[AnswerEvidence::Voice], speaks + Ticks::ms(1300));
}

#[test]
fn reversed_polarity_is_an_answer_though_nobody_speaks() {
    let party = CalledPartyScript::new(Answer::AfterRings(1), vec![wait(20_000)]);
    let reversing = ExchangeLine {
        answer_reversal: true,
        ..ExchangeLine::kewl_start()
    };
    let out = answered_by(party, 7500)
        .exchange(reversing)
        .lasting(14)
        .run();
    let reversed = out.seen(|e| *e == Event::PolarityReversed, 0);
    answered(&out, &[AnswerEvidence::PolarityReversal], reversed);
}

#[test]
fn a_called_party_who_says_nothing_has_not_answered_until_speaking() {
    let party = CalledPartyScript::new(Answer::AfterRings(1), speaks_after(7000));
    let out = answered_by(party, 16_000).lasting(23).run();
    let speaks = out.seen(|e| *e == Event::Answered, 0) + Ticks::secs(7);
    answered(
        &out,
        &[AnswerEvidence::RingbackStopped, AnswerEvidence::Voice],
        speaks,
    );
}

#[test]
fn our_ringback_stops_when_that_of_the_network_does() {
    let party = CalledPartyScript::new(Answer::After(Ticks::ms(1000)), vec![wait(20_000)]);
    let out = answered_by(party, 9000).lasting(15).run();
    let stopped = out.seen(|e| *e == Event::Answered, 0);
    let track = &out.phone().heard;
    let sounding = hearing::rms(track, stopped - Ticks::ms(400), stopped);
    assert!(sounding > 1000.0, "it sounded: {sounding}");
    let after = hearing::rms(track, stopped + Ticks::ms(600), stopped + Ticks::ms(3000));
    assert!(after < 25.0, "{after}");
}

#[test]
fn a_key_of_the_called_party_after_ringback_stopped_is_an_answer() {
    let party = CalledPartyScript::new(
        Answer::After(Ticks::ms(1200)),
        vec![wait(1500), Step::dial("5")],
    );
    let out = answered_by(party, 7500).lasting(14).run();
    let pressed = out.seen(|e| *e == Event::Answered, 0) + Ticks::ms(1500);
    answered(
        &out,
        &[AnswerEvidence::RingbackStopped, AnswerEvidence::Digit],
        pressed,
    );
}

// ---- another country

const LONDON: &str = "02079460123";

/// A phone in the United Kingdom, on an exchange there.
fn in_the_kingdom(steps: Vec<Step>, destination: Destination) -> Scenario {
    let country: Country = UNITED_KINGDOM;
    let exchange = ExchangeLine {
        plan: &tone_plan::GB,
        numbering: Numbering::Open,
        ..ExchangeLine::kewl_start()
    };
    Scenario {
        country,
        ..bench::phone(steps)
    }
    .exchange(exchange)
    .to(LONDON, destination)
    .site(|seed| seed.speed_dials.clear())
    .lasting(20)
}

fn fails_in_the_kingdom(destination: Destination) -> Outcome {
    in_the_kingdom(then(dials(LONDON), hears_fast_busy()), destination).run()
}

#[test]
fn british_busy_is_told_and_recorded() {
    fails_in_the_kingdom(Destination::Busy).failed(Disposition::Busy, Prompt::LineBusy);
}

#[test]
fn british_congestion_is_told_and_recorded() {
    let out = fails_in_the_kingdom(Destination::Reorder);
    out.failed(Disposition::NetworkBusy, Prompt::NetworkBusy);
}

#[test]
fn the_international_special_tone_is_told_and_recorded_in_britain() {
    let out = fails_in_the_kingdom(Destination::Sit(SitKind::VacantCode, None));
    out.failed(Disposition::Intercept, Prompt::NumberNotInService);
}

#[test]
fn in_britain_the_inmate_hears_british_ringback() {
    let listens = [Step::await_ringback(Ticks::secs(16)), Step::OnHook];
    let out = in_the_kingdom(then(dials(LONDON), listens), Destination::RingNoAnswer).run();
    out.nothing_was_missed();
    assert_eq!(out.record().disposition, Disposition::Abandoned);
    assert_eq!(out.record().dialed, LONDON);
}
