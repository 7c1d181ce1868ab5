//! The conversation: full duplex, its delay, warnings, limits, silence.

use crate::{
    bench::{self, COLLECT_CALL, MOTHER, Outcome, Scenario, limit, wait},
    hearing,
    ready::{self, direct, hiss, hung_up, picks_up, plain, same_until, talks},
};
use backoffice::AllowedFlags;
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    delay::one_way,
    exchange::line::ExchangeLine,
    law,
    script::Step,
    transcript::{Event, Track},
};
use types::{
    disposition::*,
    evidence::{AnswerEvidence, ReleaseEvidence},
    frame::Law,
    phone_number::DialingPattern,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// Both talk for this long, from the mark on.
fn both_talk(seconds: u64) -> Scenario {
    let long = Ticks::secs(seconds);
    let inmate = vec![Step::SayFor(Clip::inmate_talk(), long), wait(30_000)];
    let party = vec![
        wait(2500),
        Step::SayFor(Clip::called_talk(), long + Ticks::secs(2)),
    ];
    direct(inmate, party)
}

fn without_wires(scenario: Scenario) -> Scenario {
    Scenario {
        phone_copper: Copper::clear(),
        trunk_copper: Copper::clear(),
        ..scenario
    }
}

/// Both say a hiss from before the talk to the end.
fn both_hiss(seconds: u64) -> Scenario {
    let sound = || Step::Say(hiss(Ticks::secs(seconds)));
    direct(vec![sound(), wait(30_000)], vec![wait(2500), sound()])
}

fn close(a: Tick, b: Tick, within: Ticks) -> bool {
    a.since(b).0.max(b.since(a).0) <= within.0
}

#[test]
fn both_hear_each_others_voice_at_the_same_time() {
    let out = both_talk(6).run();
    let from = talks(&out);
    let to = from + Ticks::secs(6);
    let inmate = &Clip::inmate_talk().samples()[4000..24_000].to_vec();
    let called = &Clip::called_talk().samples()[8000..28_000].to_vec();
    let heard = hearing::best(&out.trunk().heard, inmate, from, to);
    assert!(heard > 0.8, "the called party hears the inmate: {heard}");
    let heard = hearing::best(&out.phone().heard, called, Tick(from.0 - 16_000), to);
    assert!(heard > 0.8, "the inmate hears the called party: {heard}");
}

/// Milliseconds each way, measured on what was said.
fn delays(phase: u64) -> [f64; 2] {
    let mut scenario = both_talk(5);
    scenario.trunk_phase = phase;
    let out = scenario.run();
    let from = talks(&out) + Ticks::ms(500);
    let measure = |said: &Track, heard: &Track| {
        let way = one_way(said, heard, from, Ticks::secs(2), Ticks::ms(200)).expect("audio");
        assert!(way.correlation > 0.8, "phase {phase}: {way:?}");
        way.ms()
    };
    let (phone, trunk) = (out.phone(), out.trunk());
    [
        measure(&phone.emitted, &trunk.heard),
        measure(&trunk.emitted, &phone.heard),
    ]
}

#[test]
fn the_path_adds_at_most_20_ms_when_the_clocks_are_aligned() {
    for ms in delays(0) {
        assert!(ms <= 20.5, "{ms} ms, half of one in the wires");
    }
}

#[test]
fn the_path_adds_at_most_30_ms_whatever_the_phase_of_the_clocks() {
    for phase in [1, 37, 40, 79] {
        for ms in delays(phase) {
            assert!(ms <= 30.5, "{ms} ms at phase {phase}");
        }
    }
}

/// What a listener should have heard of this after one passage through a law.
fn companded(said: &[i16], law: Law) -> Vec<i16> {
    said.iter()
        .map(|&s| law::linear(law, law::octet(law, s)))
        .collect()
}

/// Whether four seconds of the talk arrived sample by sample.
fn arrived_exactly(out: &Outcome, said: &Track, heard: &Track, law: Law) -> bool {
    let from = talks(out) + Ticks::ms(500);
    let length = Ticks::secs(4);
    let lag = one_way(said, heard, from, Ticks::secs(1), Ticks::ms(200))
        .expect("audio")
        .delay;
    heard.between(from + lag, length) == companded(&said.between(from, length), law)
}

#[test]
fn between_ports_of_one_law_every_octet_passes_unchanged_and_none_is_lost() {
    for (law, phase) in [(Law::Mu, 0), (Law::A, 0), (Law::Mu, 37)] {
        let mut scenario = without_wires(both_talk(6));
        (scenario.law, scenario.trunk_phase) = ((law, law), phase);
        let out = scenario.run();
        let (phone, trunk) = (out.phone(), out.trunk());
        assert!(
            arrived_exactly(&out, &phone.emitted, &trunk.heard, law),
            "{law:?} {phase}"
        );
        assert!(
            arrived_exactly(&out, &trunk.emitted, &phone.heard, law),
            "{law:?} {phase}"
        );
        assert_eq!(out.lost, 0, "{law:?} {phase}");
    }
}

#[test]
fn between_two_laws_the_audio_is_converted() {
    for laws in [(Law::Mu, Law::A), (Law::A, Law::Mu)] {
        let mut scenario = without_wires(both_talk(6));
        scenario.law = laws;
        let out = scenario.run();
        let from = talks(&out) + Ticks::ms(500);
        let level = |track: &Track| hearing::rms(track, from, from + Ticks::secs(3));
        for (said, heard) in [
            (&out.phone().emitted, &out.trunk().heard),
            (&out.trunk().emitted, &out.phone().heard),
        ] {
            let way = one_way(said, heard, from, Ticks::secs(3), Ticks::ms(100)).expect("audio");
            assert!(way.correlation > 0.995, "{laws:?}: {way:?}");
            let ratio = level(heard) / level(said);
            assert!(
                (0.97..1.03).contains(&ratio),
                "as loud as it was said: {ratio}"
            );
        }
    }
}

#[test]
fn a_one_plus_call_is_talked_from_the_answer_on() {
    let out = both_talk(3).run();
    let record = out.record();
    assert_eq!(record.pattern, Some(DialingPattern::OnePlus));
    let answered = out
        .trunk()
        .first(|e| *e == Event::Answered)
        .expect("an answer");
    let talk = out.entered("talk").expect("talk");
    assert!(talk.since(answered) < Ticks::ms(250), "{}", out.tale());
    assert!(out.called_heard(COLLECT_CALL).is_empty());
    assert!(out.entered("accept").is_none() && out.entered("name").is_none());
}

#[test]
fn a_call_dialed_without_a_prefix_is_talked_from_a_voice_that_answers() {
    let inmate = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(MOTHER),
        wait(12_000),
    ];
    let party = picks_up(vec![
        wait(300),
        Step::Say(Clip::called_hello()),
        wait(2500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(6)),
    ]);
    let mut steps = inmate;
    steps.push(Step::OnHook);
    let line = ExchangeLine {
        answer_reversal: false,
        ..ready::quick()
    };
    let out = bench::phone(steps)
        .exchange(line)
        .to(MOTHER, party)
        .site(plain)
        .lasting(18)
        .run();
    assert_eq!(
        out.record().pattern,
        Some(DialingPattern::Direct),
        "{}",
        out.tale()
    );
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    assert!(out.answer_evidence().contains(&AnswerEvidence::Voice));
    assert_eq!(out.record().disposition, Disposition::Completed);
}

#[test]
fn before_the_answer_of_a_direct_call_neither_hears_the_other() {
    let run = |noise: bool| {
        let number = format!("1{MOTHER}");
        let mut steps = vec![wait(300), Step::OffHook, wait(300), Step::dial(&number)];
        steps.push(if noise {
            Step::Say(hiss(Ticks::secs(9)))
        } else {
            wait(9000)
        });
        let party = drivers::sim::called_party::CalledPartyScript::new(
            drivers::sim::called_party::Answer::After(Ticks::secs(3)),
            vec![wait(5000)],
        );
        bench::phone(steps)
            .exchange(ready::quick())
            .to(&number, party)
            .site(plain)
            .lasting(12)
            .run()
    };
    let (loud, quiet) = (run(true), run(false));
    let talk = loud
        .entered("talk")
        .unwrap_or_else(|| panic!("{}", loud.tale()));
    assert_eq!(Some(talk), quiet.entered("talk"));
    assert!(same_until(&loud.trunk().heard, &quiet.trunk().heard, talk));
    assert!(!same_until(
        &loud.trunk().heard,
        &quiet.trunk().heard,
        talk + Ticks::secs(1)
    ));
}

#[test]
fn a_recorded_direct_call_tells_both_parties_so_at_its_beginning() {
    let out = both_talk(4)
        .site(|seed| {
            plain(seed);
            seed.settings.rules.record = true;
        })
        .run();
    let talk = out.entered("talk").expect("talk");
    for heard in [
        out.inmate_heard(Prompt::RecordingNotice),
        out.called_heard(Prompt::RecordingNotice),
    ] {
        assert_eq!(heard.len(), 1, "{}", out.tale());
        assert!(
            heard[0].at.since(talk) < Ticks::ms(300),
            "{heard:?} {talk:?}"
        );
    }
}

/// How much of what one party said is in what the other hears: 1 is all, 0.25 is 12 dB less.
fn share(said: &Track, heard: &Track, from: Tick, length: Ticks, lag: Ticks) -> f64 {
    let (said, heard) = (
        said.between(from, length),
        heard.between(from + lag, length),
    );
    let product = |a: &[i16], b: &[i16]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum()
    };
    product(&said, &heard) / product(&said, &said)
}

/// That this prompt was heard by both, this long after the talk began, over a conversation that
/// stayed audible under it.
fn warned(out: &Outcome, prompt: Prompt, after: Ticks) {
    let wanted = out.entered("talk").expect("talk") + after;
    let (phone, trunk) = (out.phone(), out.trunk());
    for (heard, said, ear) in [
        (out.inmate_heard(prompt), &trunk.emitted, &phone.heard),
        (out.called_heard(prompt), &phone.emitted, &trunk.heard),
    ] {
        assert_eq!(
            heard.len(),
            1,
            "{prompt:?} heard at {heard:?}: {}",
            out.tale()
        );
        let at = heard[0].at;
        assert!(
            close(at, wanted, Ticks::ms(300)),
            "{at:?}, wanted at {wanted:?}"
        );
        let before = Tick(at.0 - 16_000);
        let lag = one_way(said, ear, before, Ticks::secs(1), Ticks::ms(100))
            .expect("audio")
            .delay;
        let whole = share(said, ear, before, Ticks::secs(1), lag);
        let under = share(said, ear, at + Ticks::ms(100), Ticks::ms(700), lag);
        assert!((0.9..1.1).contains(&whole), "before the warning: {whole}");
        assert!((0.15..0.4).contains(&under), "under the warning: {under}");
    }
}

#[test]
fn both_are_warned_one_minute_before_the_limit() {
    let scenario = without_wires(both_hiss(15)).site(|seed| {
        plain(seed);
        limit(65)(seed);
    });
    warned(
        &scenario.run(),
        Prompt::TimeRemaining { seconds: 60 },
        Ticks::secs(5),
    );
}

#[test]
fn both_are_warned_two_minutes_before_the_limit_where_the_site_wants_it() {
    let scenario = without_wires(both_hiss(15)).site(|seed| {
        plain(seed);
        limit(125)(seed);
        seed.settings.rules.warnings.two_minutes = true;
    });
    warned(
        &scenario.run(),
        Prompt::TimeRemaining { seconds: 120 },
        Ticks::secs(5),
    );
}

#[test]
fn the_two_minute_warning_is_not_given_unasked() {
    let scenario = both_talk(10).site(|seed| {
        plain(seed);
        limit(125)(seed);
    });
    let out = scenario.run();
    assert!(
        out.inmate_heard(Prompt::TimeRemaining { seconds: 120 })
            .is_empty()
    );
    assert!(
        out.called_heard(Prompt::TimeRemaining { seconds: 120 })
            .is_empty()
    );
    assert!(out.phone().finished_talking(&out));
}

/// Whether the scenario lasted past the time that it is about.
trait Lasted {
    fn finished_talking(&self, out: &Outcome) -> bool;
}

impl Lasted for drivers::sim::transcript::Transcript {
    fn finished_talking(&self, out: &Outcome) -> bool {
        out.entered("talk")
            .is_some_and(|talk| out.end.since(talk) > Ticks::secs(10))
    }
}

fn limited_to(seconds: u32) -> Scenario {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(20)),
        wait(30_000),
    ];
    let party = vec![
        wait(1000),
        Step::SayFor(Clip::called_talk(), Ticks::secs(40)),
    ];
    direct(inmate, party).site(move |seed| {
        plain(seed);
        limit(seconds)(seed);
    })
}

#[test]
fn at_zero_the_call_is_cut_and_the_inmate_told() {
    let out = limited_to(10).lasting(26).run();
    let zero = out.entered("talk").expect("talk") + Ticks::secs(10);
    let cut = hung_up(&out);
    assert!(
        close(cut, zero, Ticks::ms(100)),
        "cut at {cut:?}, zero at {zero:?}"
    );
    let told = out.inmate_heard(Prompt::TimeIsUp);
    assert_eq!(told.len(), 1, "{}", out.tale());
    assert!(
        close(told[0].at, zero, Ticks::ms(200)),
        "{told:?}, zero at {zero:?}"
    );
    out.inmate_heard_in_order(&[Prompt::TimeIsUp, Prompt::HangUp]);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Limited);
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert_eq!(record.limit, Some(Ticks::secs(10)));
    assert!(close(
        Tick(record.talk.0),
        Tick(Ticks::secs(10).0),
        Ticks::ms(100)
    ));
    // Nothing of the called party is heard any more.
    let heard = hearing::best(
        &out.phone().heard,
        &Clip::called_talk().samples()[..20_000],
        cut + Ticks::ms(100),
        out.end,
    );
    assert!(heard < 0.35, "{heard}");
}

#[test]
fn both_are_told_before_the_cut_at_the_limit_where_that_is_wanted() {
    let out = limited_to(12)
        .treated(|t| t.word_before_cut = true)
        .lasting(28)
        .run();
    let talk = out.entered("talk").expect("talk");
    let cut = hung_up(&out);
    assert!(
        close(cut, talk + Ticks::secs(12), Ticks::ms(100)),
        "{}",
        out.tale()
    );
    let word = talk + Ticks::secs(7);
    for heard in [
        out.inmate_heard(Prompt::TimeIsUp),
        out.called_heard(Prompt::TimeIsUp),
    ] {
        assert_eq!(heard.len(), 1, "{}", out.tale());
        assert!(close(heard[0].at, word, Ticks::ms(300)), "{heard:?}");
    }
    let after = out.inmate_heard(Prompt::HangUp);
    assert!(after.iter().any(|heard| heard.at >= cut), "{after:?}");
    assert_eq!(out.record().disposition, Disposition::Limited);
}

#[test]
fn a_limit_shorter_than_the_warning_is_not_warned_of() {
    let out = limited_to(10).lasting(22).run();
    assert!(
        out.inmate_heard(Prompt::TimeRemaining { seconds: 60 })
            .is_empty()
    );
    assert!(
        out.inmate_heard(Prompt::TimeRemaining { seconds: 120 })
            .is_empty()
    );
    assert_eq!(out.record().disposition, Disposition::Limited);
}

/// A call whose class allows `seconds`, at a site where none lasts longer than 70 s.
fn no_longer_than_70(seconds: u32, untimed: bool) -> Outcome {
    let scenario = limited_to(seconds).site(move |seed| {
        plain(seed);
        limit(seconds)(seed);
        let flags = AllowedFlags {
            untimed,
            ..AllowedFlags::default()
        };
        seed.allowed.push((MOTHER.into(), flags));
        seed.settings.call.hard_limit = Ticks::secs(70);
    });
    let out = scenario.lasting(90).run();
    let talk = out.entered("talk").expect("talk");
    let after = |seconds| talk + Ticks::secs(seconds);
    let (soon, tale) = (Ticks::ms(100), out.tale());
    assert!(close(hung_up(&out), after(70), soon), "{tale}");
    let warned = out.inmate_heard(Prompt::TimeRemaining { seconds: 60 });
    assert_eq!(warned.len(), 1, "{tale}");
    assert!(close(warned[0].at, after(10), Ticks::ms(500)), "{tale}");
    assert_eq!(out.record().disposition, Disposition::Limited);
    out
}

#[test]
fn an_untimed_call_has_the_hard_limit_only_and_is_warned_before_it() {
    let out = no_longer_than_70(30, true);
    assert_eq!(out.record().limit, None);
}

#[test]
fn the_hard_limit_is_the_limit_of_a_call_that_would_have_a_longer_one() {
    let out = no_longer_than_70(600, false);
    assert_eq!(out.record().limit, Some(Ticks::secs(70)));
}

#[test]
fn a_call_in_which_nobody_speaks_ends() {
    let out = direct(vec![wait(30_000)], vec![wait(60_000)])
        .settings(|s| s.talk_silence = Ticks::secs(6))
        .run();
    let talk = out.entered("talk").expect("talk");
    assert!(
        close(hung_up(&out), talk + Ticks::secs(6), Ticks::ms(100)),
        "{}",
        out.tale()
    );
    assert!(out.release_evidence().contains(&ReleaseEvidence::Silence));
    out.inmate_heard_in_order(&[Prompt::FarEndHungUp, Prompt::HangUp]);
}

#[test]
fn a_call_in_which_either_party_speaks_now_and_then_goes_on() {
    let inmate = vec![
        wait(8000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(2)),
        wait(30_000),
    ];
    let party = vec![
        wait(5000),
        Step::SayFor(Clip::called_talk(), Ticks::secs(2)),
        wait(30_000),
    ];
    let out = direct(inmate, party)
        .settings(|s| s.talk_silence = Ticks::secs(6))
        .lasting(21)
        .run();
    out.goes_on();
}
