//! What a line does about fraud, as both parties hear it.

use crate::{
    accept::NOTHING_DB,
    bench::{MOTHER, OTHER_PIN, Outcome, PIN, Scenario, phone, then, typed_in_one_go, wait},
    hearing,
    ready::{collect, direct, hiss, hung_up, picks_up, quick, talks},
    short::hears_fast_busy,
    third_party::{at_home, joins_after_talk, says, talked, talked_with, third_talk},
};
use backoffice::{FraudRule, NamedTreatment, TreatmentRules};
use drivers::{
    sim::{
        called_office::{Services, Switching},
        called_party::{Answer, CalledPartyScript},
        clip::Clip,
        copper::Copper,
        exchange::routes::Routes,
        script::Step,
        transcript::Event,
    },
    wrap::faulty::Faults,
};
use types::{
    call_record::CallRecord,
    disposition::{Blocked, Disposition, EndedBy},
    evidence::ReleaseEvidence,
    fact::{Fact, Leg},
    prompt::{Prompt, THREE_WAY_WARNINGS},
    tick::{Tick, Ticks},
    treatment::{ExtraDigitResponse, ThreeWayResponse, Warning},
    verdict::RecordingRule,
};

/// A called party who hears the announcement out and accepts.
fn accepts() -> Vec<Step> {
    vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial("1"),
        wait(30_000),
    ]
}

// ---- a third party

fn joined(response: ThreeWayResponse) -> Outcome {
    let services = Services::three_way(Switching::ANALOG);
    let party = at_home(joins_after_talk(), services);
    talked(party).treated(|t| t.three_way = response).run()
}

fn times_told(out: &Outcome) -> usize {
    let told = out.facts().filter(|(_, f)| matches!(f, Fact::ThreeWay(_)));
    told.count()
}

/// When the leg was told this.
fn said(out: &Outcome, leg: Leg, prompt: Prompt) -> Vec<Tick> {
    let says = |f: &Fact| match f {
        Fact::Says {
            leg: of,
            prompt: told,
            ..
        } => (*of, *told) == (leg, prompt),
        _ => false,
    };
    out.facts().filter(|(_, f)| says(f)).map(|f| f.0).collect()
}

#[test]
fn a_third_party_ends_the_call_where_it_is_to_be_cut() {
    let out = joined(ThreeWayResponse::Disconnect);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::ThreeWay, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert!(record.flags.three_way && !record.three_way.is_empty());
    assert_eq!(record.response.three_way_times, 1);
    let told = out.fact(|f| matches!(f, Fact::ThreeWay(_))).expect("told");
    // The inmate is told to hang up, and then hears fast busy.
    let heard = out.inmate_heard(Prompt::HangUpFraud);
    assert_eq!(heard.len(), 1, "{}", out.tale());
    assert!(heard[0].at < told + Ticks::ms(200));
    let words = Ticks(
        crate::bench::head(types::language::Language::ENGLISH, Prompt::HangUpFraud).len() as u64,
    );
    let busy = heard[0].at + words + Ticks::ms(300);
    assert!(hearing::rms(&out.phone().heard, busy, busy + Ticks::secs(1)) > 200.0);
    // The trunk goes at once; nothing more is said on it.
    assert!(hung_up(&out) < told + Ticks::ms(100), "{}", out.tale());
    let after = out.facts().filter(|(at, f)| {
        *at >= told
            && matches!(
                f,
                Fact::Says {
                    leg: Leg::Trunk,
                    ..
                }
            )
    });
    assert_eq!(after.count(), 0);
}

#[test]
fn both_parties_are_warned_of_a_third_in_the_same_words() {
    let out = joined(ThreeWayResponse::Warn(Warning::One));
    let warning = Prompt::ThreeWayWarning { choice: 1 };
    let (inmate, called) = (out.inmate_heard(warning), out.called_heard(warning));
    assert_eq!((inmate.len(), called.len()), (1, 1), "{}", out.tale());
    assert!(inmate[0].at.0.abs_diff(called[0].at.0) < 800);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert!(record.flags.three_way);
    let response = record.response;
    assert_eq!((response.three_way_times, response.warned), (1, 1));
    assert_eq!(times_told(&out), 1);
}

#[test]
fn a_warning_in_changing_words_is_one_of_all_and_the_same_to_both_and_in_a_replay() {
    let out = joined(ThreeWayResponse::Warn(Warning::Random));
    let heard = |choice| {
        let warning = Prompt::ThreeWayWarning { choice };
        [out.inmate_heard(warning), out.called_heard(warning)].map(|heard| heard.len())
    };
    let all: Vec<[usize; 2]> = (1..=THREE_WAY_WARNINGS).map(heard).collect();
    let warned = all.iter().filter(|heard| **heard == [1, 1]).count();
    assert_eq!(warned, 1, "{all:?} {}", out.tale());
    assert_eq!(all.iter().flatten().sum::<usize>(), 2, "{all:?}");
    let again = joined(ThreeWayResponse::Warn(Warning::Random));
    assert_eq!(out.hash, again.hash);
}

/// A third is joined, dropped, and joined again a minute and a half later.
#[test]
fn a_third_party_who_comes_again_later_is_warned_of_again_and_one_who_stays_is_not() {
    let mut steps = joins_after_talk();
    steps.truncate(steps.len() - 1);
    steps.extend([wait(9000), Step::flash_ms(450), wait(40_000)]);
    steps.extend(joins_after_talk());
    let third = [(500, 2), (6500, 7), (8000, 9), (8000, 9)];
    let third = third
        .iter()
        .flat_map(|&(ms, s)| [wait(ms), says(&third_talk(), s)]);
    let mut scenario = talked_with(
        at_home(steps, Services::three_way(Switching::ANALOG)),
        crate::third_party::third(third.chain([wait(60_000)]).collect()),
    );
    scenario.handsets[0].pop();
    let again = scenario.handsets[0].clone();
    scenario.handsets[0].extend(again.into_iter().skip(6));
    scenario.handsets[0].push(Step::OnHook);
    let scenario = scenario.treated(|t| t.three_way = ThreeWayResponse::Warn(Warning::Random));
    let out = scenario.lasting(240).run();
    let told: Vec<Tick> = out
        .facts()
        .filter(|(_, f)| matches!(f, Fact::ThreeWay(_)))
        .map(|f| f.0)
        .collect();
    assert!(told.len() >= 2, "{}", out.tale());
    for two in told.windows(2) {
        assert!(two[1].since(two[0]) >= Ticks::secs(60), "{told:?}");
    }
    let response = out.record().response;
    assert_eq!(usize::from(response.three_way_times), told.len());
    assert_eq!(response.warned, response.three_way_times);
    let choices: Vec<u8> = out
        .facts()
        .filter_map(|(_, f)| match f {
            Fact::Says {
                leg: Leg::Trunk,
                prompt: Prompt::ThreeWayWarning { choice },
                ..
            } => Some(*choice),
            _ => None,
        })
        .collect();
    assert_eq!(choices.len(), told.len(), "{}", out.tale());
    assert!(
        choices.windows(2).all(|two| two[0] != two[1]),
        "{choices:?}"
    );
}

#[test]
fn a_third_party_is_neither_flagged_nor_counted_where_it_is_ignored() {
    let out = joined(ThreeWayResponse::Ignore);
    crate::third_party::not_flagged(&out);
    assert_eq!(times_told(&out), 0);
    assert_eq!(out.record().response.three_way_times, 0);
}

#[test]
fn who_is_not_watched_is_not_told_of_three_way_calls() {
    let announced = |response| {
        let scenario = collect(vec![wait(20_000)], accepts()).lasting(36);
        let out = scenario.treated(|t| t.three_way = response).run();
        assert!(out.entered("talk").is_some(), "{}", out.tale());
        out.called_heard(Prompt::ThreeWayNotice).len()
    };
    assert_eq!(announced(ThreeWayResponse::Flag), 1);
    assert_eq!(announced(ThreeWayResponse::Ignore), 0);
}

// ---- keys

fn keyed(response: ExtraDigitResponse, inmate: Vec<Step>, party: Vec<Step>) -> Outcome {
    let scenario = direct(inmate, party).lasting(24);
    scenario.treated(|t| t.extra_digits = response).run()
}

fn keys(digits: &str) -> Vec<Step> {
    then(vec![Step::dial(digits)], [wait(6000), Step::OnHook])
}

#[track_caller]
fn cut_for_keys(out: &Outcome) {
    let record = out.record();
    assert_eq!(
        record.disposition,
        Disposition::ExtraDigits,
        "{}",
        out.tale()
    );
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    assert!(record.flags.extra_digits);
    assert_eq!(
        out.inmate_heard(Prompt::HangUpFraud).len(),
        1,
        "{}",
        out.tale()
    );
}

#[test]
fn so_many_keys_end_the_call_and_one_less_does_not() {
    let response = ExtraDigitResponse::Disconnect { digits: 3 };
    let party = || vec![wait(20_000)];
    let out = keyed(response, keys("123"), party());
    cut_for_keys(&out);
    assert_eq!(out.record().extra_digits, 3);
    let out = keyed(response, keys("12"), party());
    assert_eq!(out.record().disposition, Disposition::Completed);
    assert_eq!(out.record().extra_digits, 2);
    assert!(!out.record().flags.extra_digits, "two are borne");
}

#[test]
fn what_the_site_says_of_keys_holds_on_the_line() {
    let scenario = direct(keys("12"), vec![wait(20_000)]).lasting(24);
    let out = scenario
        .site(|seed| {
            crate::ready::plain(seed);
            let rules = TreatmentRules {
                extra_digits: Some(ExtraDigitResponse::Disconnect { digits: 2 }),
                ..TreatmentRules::default()
            };
            let name = "all calls".to_owned();
            seed.treatments.call_treatments = vec![(0, NamedTreatment { name, rules })];
        })
        .run();
    cut_for_keys(&out);
    assert_eq!(out.record().treatment, Some(0));
}

#[test]
fn keys_of_both_parties_count() {
    let response = ExtraDigitResponse::Disconnect { digits: 4 };
    let party = vec![wait(7000), Step::dial("55"), wait(20_000)];
    let out = keyed(response, keys("12"), party);
    cut_for_keys(&out);
    let record = out.record();
    assert_eq!((record.extra_digits, record.response.far_digits), (2, 2));
}

#[test]
fn the_key_that_accepts_a_call_is_no_extra_digit() {
    let scenario = collect(vec![wait(20_000)], accepts()).lasting(36);
    let response = ExtraDigitResponse::Disconnect { digits: 1 };
    let out = scenario.treated(|t| t.extra_digits = response).run();
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    out.goes_on();
    assert_eq!(out.record().response.far_digits, 0);
}

#[test]
fn keys_while_it_rings_end_the_call_too() {
    let inmate = vec![wait(5000), Step::dial("88"), wait(9000), Step::OnHook];
    let response = ExtraDigitResponse::Disconnect { digits: 2 };
    let mut scenario = collect(inmate, vec![]);
    let late = CalledPartyScript::new(Answer::After(Ticks::secs(15)), vec![wait(20_000)]);
    scenario.routes = Routes::new().to(&format!("1{MOTHER}"), late);
    let out = scenario.treated(|t| t.extra_digits = response).run();
    assert_eq!(out.record().extra_digits, 2);
    cut_for_keys(&out);
    assert_eq!(out.record().answered_utc_ms, None, "{}", out.tale());
    assert!(out.called_heard(crate::bench::COLLECT_CALL).is_empty());
}

#[test]
fn keys_that_are_ignored_are_counted_and_not_flagged() {
    let party = vec![wait(20_000)];
    let out = keyed(ExtraDigitResponse::Ignore, keys("12345"), party);
    assert_eq!(out.record().extra_digits, 5);
    assert!(!out.record().flags.extra_digits);
    assert_eq!(out.record().disposition, Disposition::Completed);
}

#[test]
fn an_attorneys_call_is_neither_cut_nor_flagged_for_keys() {
    for response in [
        ExtraDigitResponse::Disconnect { digits: 1 },
        ExtraDigitResponse::Interfere { digits: 1 },
        ExtraDigitResponse::Flag,
    ] {
        let party = vec![wait(5000), Step::dial("55"), wait(20_000)];
        let scenario = direct(keys("12"), party).lasting(24).site(|seed| {
            crate::ready::plain(seed);
            seed.phones[0].1.privileged = true;
        });
        // Whatever its treatment says.
        let out = scenario.treated(|t| t.extra_digits = response).run();
        let record = out.record();
        assert_eq!(record.recording, Some(RecordingRule::Privileged));
        assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
        assert!(!record.flags.extra_digits, "{response:?} {}", out.tale());
        assert_eq!((record.extra_digits, record.response.far_digits), (2, 2));
        assert_eq!(record.response.interfered, 0);
        assert_eq!(out.trunk().digits_after_answer().count(), 0);
    }
}

#[test]
fn digits_of_our_own_go_out_over_each_key_and_are_nobodys() {
    let inmate = vec![
        Step::dial("7"),
        wait(1500),
        Step::dial("8"),
        wait(1500),
        Step::dial("9"),
        wait(3000),
        Step::OnHook,
    ];
    let response = ExtraDigitResponse::Interfere { digits: 2 };
    let mut scenario = direct(inmate, vec![wait(20_000)]).lasting(24);
    scenario = scenario.treated(|t| t.extra_digits = response);
    // What goes out comes back, and is nobody's key.
    scenario.trunk_copper = Copper {
        echo_db: Some(9.0),
        ..Copper::default()
    };
    let out = scenario.run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert!(record.flags.extra_digits);
    assert_eq!(record.extra_digits, 3, "{}", out.tale());
    assert_eq!(
        (record.response.far_digits, record.response.interfered),
        (0, 2)
    );
    assert!(!record.flags.three_way && record.three_way.is_empty());
    // The network takes none of the keys, and three digits for each from the second on.
    let sent = out.trunk().digits_after_answer();
    let sent: String = sent.map(|(_, digit)| char::from(digit.ascii())).collect();
    assert_eq!(sent.len(), 6, "{sent}");
    for burst in [&sent[..3], &sent[3..]] {
        assert!(burst.starts_with("*4"), "{sent}");
        assert!("2356789".contains(&burst[2..]), "{sent}");
    }
    let told = out.facts().filter(|(_, f)| matches!(f, Fact::Interfered));
    assert_eq!(told.count(), 2);
    assert!(out.fact(|f| matches!(f, Fact::FarKeyed { .. })).is_none());
}

#[test]
fn neither_party_hears_the_other_while_digits_go_out() {
    let party = vec![wait(3000), Step::Say(hiss(Ticks::secs(12)))];
    let inmate = then(
        vec![wait(1000), Step::dial("7")],
        [wait(3000), Step::OnHook],
    );
    let out = keyed(ExtraDigitResponse::Interfere { digits: 1 }, inmate, party);
    let began = out.fact(|f| matches!(f, Fact::Interfered)).expect("digits");
    let level = |from: u64, ms: u64| {
        let from = began + Ticks::ms(from);
        hearing::rms(&out.phone().heard, from, from + Ticks::ms(ms))
    };
    let before = hearing::rms(&out.phone().heard, Tick(began.0 - 4000), began);
    assert!(before > 100.0, "the hiss is heard before: {before}");
    assert!(level(60, 300) < before / 10.0, "{}", level(60, 300));
    assert!(
        level(700, 300) > before / 2.0,
        "and after: {}",
        level(700, 300)
    );
}

// ---- a word before the cut

/// Both talk by a hiss, and two keys end the call.
fn cut_with_a_word(after: Vec<Step>, party: Vec<Step>) -> Scenario {
    let inmate = then(vec![Step::dial("12")], after);
    direct(inmate, party).lasting(24).treated(|t| {
        t.extra_digits = ExtraDigitResponse::Disconnect { digits: 2 };
        t.word_before_cut = true;
    })
}

/// The ways into and out of it.
pub fn ways_with_a_word() -> Vec<Scenario> {
    let party = || vec![wait(20_000)];
    let announced = collect(vec![wait(6000), Step::dial("88"), wait(9000)], party());
    vec![
        cut_with_a_word(vec![wait(9000), Step::OnHook], party()),
        cut_with_a_word(vec![wait(1500), Step::OnHook], party()),
        announced.lasting(24).treated(|t| {
            t.extra_digits = ExtraDigitResponse::Disconnect { digits: 2 };
            t.word_before_cut = true;
        }),
    ]
}

fn cut_began(out: &Outcome) -> Tick {
    let cut = out.entered("cut");
    cut.unwrap_or_else(|| panic!("no word: {}", out.tale()))
}

#[test]
fn both_parties_are_told_before_a_call_is_cut_and_hear_each_other_no_more() {
    let party = vec![wait(500), Step::Say(hiss(Ticks::secs(20)))];
    let inmate = vec![Step::Say(hiss(Ticks::secs(9))), Step::OnHook];
    let out = cut_with_a_word(inmate, party).run();
    cut_for_keys(&out);
    assert_eq!(out.called_heard(Prompt::HangUpFraud).len(), 1);
    let (cut, over) = (cut_began(&out), hung_up(&out));
    assert!(
        (3..12).contains(&over.since(cut).as_secs()),
        "{}",
        out.tale()
    );
    // A moment for what was on its way.
    let from = cut + Ticks::ms(100);
    let pairs = [
        (&out.phone().heard, &out.trunk().emitted),
        (&out.trunk().heard, &out.phone().emitted),
    ];
    for (heard, said) in pairs {
        let through = hearing::loss_db(heard, said, from, over);
        assert!(through > NOTHING_DB, "{through} {}", out.tale());
    }
    let before = talks(&out);
    let open = hearing::loss_db(
        &out.phone().heard,
        &out.trunk().emitted,
        Tick(before.0 - 8000),
        before,
    );
    assert!(open < NOTHING_DB / 2.0, "{open}: heard before");
    // What is said to them is no time of their talk.
    let record = out.record();
    let talk = out.entered("talk").expect("they talked");
    assert!(
        record.talk.0.abs_diff(cut.since(talk).0) < 160,
        "{record:?}"
    );
}

#[test]
fn both_parties_are_told_before_a_call_is_cut_for_a_third_party() {
    let services = Services::three_way(Switching::ANALOG);
    let party = at_home(joins_after_talk(), services);
    let out = talked(party)
        .treated(|t| {
            t.three_way = ThreeWayResponse::Disconnect;
            t.word_before_cut = true;
        })
        .run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::ThreeWay, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Controller));
    let told = out.fact(|f| matches!(f, Fact::ThreeWay(_))).expect("told");
    let word = Prompt::HangUpFraud;
    let heard = [out.inmate_heard(word), out.called_heard(word)];
    for heard in heard {
        assert_eq!(heard.len(), 1, "{}", out.tale());
        assert!(heard[0].at < told + Ticks::ms(700));
    }
    assert!(hung_up(&out) > told + Ticks::secs(3));
}

#[test]
fn a_party_who_hangs_up_during_the_word_ends_it_at_once() {
    let party = || vec![wait(20_000)];
    let out = cut_with_a_word(vec![wait(1500), Step::OnHook], party()).run();
    assert_eq!(
        out.record().disposition,
        Disposition::ExtraDigits,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().ended_by, Some(EndedBy::Controller));
    assert!(
        hung_up(&out) < cut_began(&out) + Ticks::secs(3),
        "{}",
        out.tale()
    );

    // The called party, a moment into it: the inmate hears it to its end.
    let lasts = |party| {
        let out = cut_with_a_word(vec![wait(9000), Step::OnHook], party).run();
        cut_for_keys(&out);
        let over = out.entered("aftermath").expect("it is over");
        (over.since(cut_began(&out)), out)
    };
    let (whole, _) = lasts(party());
    let (ended, out) = lasts(vec![wait(4000), Step::OnHook]);
    assert!(ended + Ticks::secs(1) < whole, "{ended:?} {}", out.tale());
    assert!(!out.release_evidence().is_empty());
}

#[test]
fn a_cut_with_a_word_stays_one_for_fraud_whatever_else_ends_it() {
    let scenario = || cut_with_a_word(vec![wait(9000), Step::OnHook], vec![wait(20_000)]);
    let usual = scenario().run();
    let cut = cut_began(&usual);
    let second = cut.0 / 8000 + 2;
    let at = Tick(second * 8000);
    let officers = scenario()
        .at(second, types::query::LineCommand::CutOff)
        .run();
    let mut lost = scenario();
    let gone = Faults {
        gone_at: Some(at),
        ..Faults::default()
    };
    lost.trunk_faults = vec![(1, gone)];
    for out in [officers, lost.run()] {
        cut_for_keys(&out);
        assert_eq!(cut_began(&out), cut);
        let over = out.entered("aftermath").expect("it is over");
        assert!(
            over >= at && over.since(at) < Ticks::ms(300),
            "{}",
            out.tale()
        );
    }
}

#[test]
fn nobody_is_told_before_a_call_is_cut_that_nobody_answered() {
    let inmate = vec![wait(5000), Step::dial("88"), wait(9000), Step::OnHook];
    let mut scenario = collect(inmate, vec![]);
    let late = CalledPartyScript::new(Answer::After(Ticks::secs(15)), vec![wait(20_000)]);
    scenario.routes = Routes::new().to(&format!("1{MOTHER}"), late);
    let out = scenario
        .treated(|t| {
            t.extra_digits = ExtraDigitResponse::Disconnect { digits: 2 };
            t.word_before_cut = true;
        })
        .run();
    cut_for_keys(&out);
    assert!(out.entered("cut").is_none(), "{}", out.tale());
}

// ---- numbers with too much fraud

/// Calls, is connected, keys something, hangs up.
pub fn calls_and_keys(pin: &str, after: u64) -> Vec<Step> {
    let mut steps = vec![wait(after)];
    steps.extend(typed_in_one_go(&format!("{pin}1{MOTHER}")));
    steps.extend([wait(7000), Step::dial("99"), wait(1000), Step::OnHook]);
    steps
}

#[test]
fn a_number_is_blocked_after_fraud_on_calls_of_different_inmates() {
    let mut third = vec![wait(34_000)];
    third.extend(then(
        typed_in_one_go(&format!("{PIN}1{MOTHER}")),
        hears_fast_busy(),
    ));
    let out = phone(third)
        .and_phone(calls_and_keys(PIN, 500))
        .and_phone(calls_and_keys(OTHER_PIN, 17_000))
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(vec![wait(60_000)]))
        .site(|seed| {
            seed.settings.rules.announce_limit = false;
            seed.settings.fraud.extra_digits = FraudRule {
                times: Some(2),
                period_seconds: 3600,
            };
        })
        .lasting(56)
        .run();
    let of = |line: u16| -> &CallRecord {
        let mut records = out.records.iter().filter(|r| r.line.0 == line);
        records.next().unwrap_or_else(|| panic!("{}", out.tale()))
    };
    for line in [2, 3] {
        assert_eq!(
            of(line).disposition,
            Disposition::Completed,
            "{}",
            out.tale()
        );
        assert!(of(line).flags.extra_digits);
    }
    assert_ne!(of(2).inmate, of(3).inmate);
    assert_eq!(of(1).blocked, Some(Blocked::NumberFraud), "{}", out.tale());
    out.told_then_fast_busy(Prompt::NumberFraud);
}

// ---- what both are told while they talk

/// Both talk, now and then.
fn chat(rounds: usize) -> [Vec<Step>; 2] {
    let round = |clip: Clip, first: u64| [wait(first), says(&clip, 3), wait(7000 - first)];
    let inmate = (0..rounds).flat_map(|_| round(Clip::inmate_talk(), 0));
    let called = (0..rounds).flat_map(|_| round(Clip::called_talk(), 4000));
    [inmate.collect(), called.collect()]
}

#[test]
fn both_are_told_where_the_call_comes_from_and_how_much_time_is_left() {
    let [inmate, called] = chat(16);
    let scenario = direct(inmate, called)
        .site(|seed| {
            crate::ready::plain(seed);
            crate::bench::limit(150)(seed);
        })
        .treated(|t| {
            t.announcements.origin_every = Some(Ticks::secs(30));
            t.announcements.remaining_every = Some(Ticks::secs(70));
        })
        .lasting(165);
    let out = scenario.run();
    let talk = out.entered("talk").expect("a talk");
    let seconds = |prompt| -> Vec<u64> {
        let [phone, trunk] = [Leg::Phone, Leg::Trunk].map(|leg| said(&out, leg, prompt));
        assert_eq!(phone, trunk, "{prompt:?} {}", out.tale());
        phone.iter().map(|at| at.since(talk).as_secs()).collect()
    };
    let [origin, left, minute] = [
        Prompt::CallOrigin,
        Prompt::TimeRemaining { seconds: 80 },
        Prompt::TimeRemaining { seconds: 60 },
    ]
    .map(seconds);
    // At 60 s the first would come too close before the second, which would be too close before the
    // warning: what is told is at least 15 s apart.
    assert_eq!(minute, [90], "{}", out.tale());
    assert_eq!(origin[0], 30);
    assert_eq!(left.len() + origin.len(), said_in_all(&out) - 1);
    let mut all = [origin, left, minute].concat();
    all.sort_unstable();
    for two in all.windows(2) {
        assert!(two[1] - two[0] >= 15, "{all:?}");
    }
    // As they hear it, not only as it is told.
    for heard in [
        out.inmate_heard(Prompt::CallOrigin),
        out.called_heard(Prompt::CallOrigin),
    ] {
        assert!(!heard.is_empty(), "{}", out.tale());
    }
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Limited, "{}", out.tale());
    assert!(
        !record.flags.three_way && record.three_way.is_empty(),
        "{}",
        out.tale()
    );
}

/// What the inmate was told in the talk, warnings and announcements.
fn said_in_all(out: &Outcome) -> usize {
    let told = out.facts().filter(|(_, f)| {
        matches!(
            f,
            Fact::Says {
                leg: Leg::Phone,
                prompt: Prompt::CallOrigin | Prompt::TimeRemaining { .. },
                ..
            }
        )
    });
    told.count()
}

#[test]
fn our_own_words_keep_no_call_alive_at_which_nobody_is_left() {
    let inmate = vec![says(&Clip::inmate_talk(), 3), wait(200_000)];
    let mut scenario = direct(inmate, vec![wait(200_000)])
        .settings(|settings| settings.talk_silence = Ticks::secs(30))
        .treated(|t| t.announcements.origin_every = Some(Ticks::secs(20)))
        .lasting(110);
    // All that is said comes back, loud.
    let echo = Copper {
        echo_db: Some(9.0),
        ..Copper::default()
    };
    (scenario.phone_copper, scenario.trunk_copper) = (echo, echo);
    let out = scenario.run();
    assert!(!said(&out, Leg::Phone, Prompt::CallOrigin).is_empty());
    assert!(
        out.release_evidence().contains(&ReleaseEvidence::Silence),
        "{}",
        out.tale()
    );
    let spoke = talks(&out) + Ticks::secs(3);
    assert!(hung_up(&out) < spoke + Ticks::secs(75), "{}", out.tale());
}

// ---- the carrier's name

/// A recording of the second carrier's name: of that of a clip that is said nowhere else here.
fn second_carrier() -> tempfile::TempDir {
    let own = tempfile::tempdir().expect("a directory");
    let folder = own.path().join("en");
    std::fs::create_dir(&folder).expect("a directory");
    let sets = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/speech/sets/en/network_busy.wav"
    );
    std::fs::copy(sets, folder.join("carrier_interlata.wav")).expect("a recording");
    own
}

#[test]
fn each_carrier_is_named_on_its_own_calls_to_both_parties() {
    use types::treatment::Brand;
    for (brand, named) in [(Brand::IntraLata, 0), (Brand::InterLata, 1)] {
        let mut scenario = collect(vec![wait(20_000)], accepts());
        scenario = scenario.treated(|t| t.brand = brand).lasting(36);
        scenario.own_recordings = Some(second_carrier());
        let out = scenario.run();
        let second = Prompt::NetworkBusy;
        assert_eq!(out.inmate_heard(second).len(), named, "{}", out.tale());
        assert_eq!(out.called_heard(second).len(), named, "{}", out.tale());
        let released = out.trunk().first(|e| *e == Event::Released);
        assert_eq!(released, None, "{}", out.tale());
    }
}

/// What nobody says anything about goes by the type of the call.
#[test]
fn a_call_to_another_state_is_the_second_carriers_and_a_local_one_the_firsts() {
    for (number, named) in [(MOTHER, 0), ("2125550123", 1)] {
        let mut scenario = collect(vec![], vec![]).lasting(36);
        scenario.handsets = vec![vec![
            wait(300),
            Step::OffHook,
            wait(300),
            Step::dial(&format!("0{number}")),
            Step::await_beep(Ticks::secs(12)),
            wait(200),
            Step::Say(Clip::inmate_name()),
            wait(30_000),
        ]];
        scenario.routes = Routes::new().to(&format!("1{number}"), picks_up(accepts()));
        scenario.own_recordings = Some(second_carrier());
        let out = scenario.run();
        let second = Prompt::NetworkBusy;
        assert_eq!(out.inmate_heard(second).len(), named, "{}", out.tale());
        assert_eq!(out.called_heard(second).len(), named, "{}", out.tale());
    }
}
