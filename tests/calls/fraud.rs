//! What inmates try with the hook and the keys, and that none of it reaches the network.

use crate::{
    bench::{MOTHER, Outcome, Scenario, wait},
    hearing,
    ready::{collect, direct, hiss, plain, quick, talks},
};
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    exchange::line::{Afterwards, ExchangeLine, HangUpSignal},
    script::{Keying, Step},
    transcript::Event,
};
use types::{
    digits::Digits,
    disposition::Disposition,
    evidence::ReleaseEvidence,
    fact::Fact,
    tick::{Tick, Ticks},
};

fn talking(steps: Vec<Step>) -> Scenario {
    direct(steps, vec![wait(60_000)])
}

/// An exchange that would give dial tone for a flash.
fn recalling() -> ExchangeLine {
    ExchangeLine {
        flash_recall: true,
        ..quick()
    }
}

/// What the exchange took for the inmate's doing since the answer.
fn nothing_got_through(out: &Outcome) {
    assert_eq!(
        out.trunk().flashes_after_answer().count(),
        0,
        "{}",
        out.tale()
    );
    let pulsed = |e: &Event| matches!(e, Event::Digit { pulse: true, .. });
    assert_eq!(out.trunk().count(pulsed), 0, "{}", out.tale());
    let again = |e: &Event| matches!(e, Event::DialTone { again: true });
    assert_eq!(out.trunk().count(again), 0, "{}", out.tale());
}

#[test]
fn hook_flashes_in_a_conversation_never_reach_the_trunk_and_are_flagged() {
    let mut steps = Vec::new();
    for length in [130, 200, 300, 380] {
        steps.extend([Step::flash_ms(length), wait(500)]);
    }
    steps.extend([
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        Step::OnHook,
    ]);
    let out = talking(steps).exchange(recalling()).lasting(18).run();
    nothing_got_through(&out);
    assert!(out.record().flags.switch_hook);
    assert_eq!(out.record().disposition, Disposition::Completed);
    let said = &Clip::inmate_talk().samples()[4000..20_000].to_vec();
    let heard = hearing::best(&out.trunk().heard, said, talks(&out), out.end);
    assert!(heard > 0.8, "and the conversation goes on: {heard}");
}

#[test]
fn dial_pulses_in_a_conversation_never_reach_the_trunk_and_are_flagged() {
    let out = talking(vec![Step::pulse_dial("7215"), wait(1000), Step::OnHook])
        .lasting(20)
        .run();
    nothing_got_through(&out);
    assert!(out.record().flags.switch_hook, "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::Completed);
    assert!(
        out.trunk().digits_after_answer().next().is_none(),
        "{}",
        out.tale()
    );
}

#[test]
fn nothing_is_sent_to_the_called_party_while_the_loop_is_open() {
    let breaks = [15u64, 60, 110, 250, 390];
    let mut steps = vec![Step::Mark("flash")];
    for length in breaks {
        steps.extend([Step::flash_ms(length), wait(600 - length)]);
    }
    let mut scenario = direct(steps, vec![wait(1500), Step::Say(hiss(Ticks::secs(9)))]);
    // What we send to the phone comes back of it, also with its loop open.
    scenario.phone_copper = Copper {
        echo_db: Some(6.0),
        ..Copper::clear()
    };
    scenario.trunk_copper = Copper::clear();
    let out = scenario.lasting(14).run();
    let first = talks(&out);
    for (at, length) in breaks.into_iter().enumerate() {
        let open = first + Ticks::ms(600 * at as u64);
        let before = hearing::rms(&out.trunk().heard, Tick(open.0 - 800), open);
        assert!(before > 100.0, "the echo is there otherwise: {before}");
        // A frame and the way to the exchange later, up to the closing.
        let heard = out
            .trunk()
            .heard
            .between(open + Ticks::ms(30), Ticks::ms(length));
        let loud = heard.iter().filter(|s| s.unsigned_abs() > 8).count();
        let closing = 30 * 8;
        let limit = if length > 30 { closing } else { heard.len() };
        assert!(loud <= limit, "{length} ms open: {loud} samples of sound");
    }
}

#[test]
fn a_flash_while_it_rings_reaches_nobody_and_is_flagged() {
    let mut scenario = collect(
        vec![wait(4500), Step::flash_ms(250), wait(3000), Step::OnHook],
        vec![],
    );
    scenario = scenario.exchange(recalling()).lasting(20);
    let out = scenario.run();
    nothing_got_through(&out);
    assert!(out.record().flags.switch_hook, "{}", out.tale());
}

#[test]
fn a_flash_before_a_trunk_is_seized_is_no_offence() {
    let number = format!("1{}", MOTHER);
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(500),
        Step::flash_ms(200),
        wait(300),
        Step::dial(&number),
        wait(5000),
        Step::OnHook,
    ];
    let out = crate::bench::phone(steps)
        .exchange(quick())
        .to(&number, crate::ready::picks_up(vec![]))
        .site(plain)
        .lasting(14)
        .run();
    assert!(
        out.fact(|f| matches!(f, Fact::Flash)).is_some(),
        "{}",
        out.tale()
    );
    assert!(!out.record().flags.switch_hook);
    assert_eq!(
        out.record().disposition,
        Disposition::Completed,
        "{}",
        out.tale()
    );
}

#[test]
fn keys_in_a_conversation_are_counted_and_flagged() {
    let out = talking(vec![Step::dial("12345"), wait(1500), Step::OnHook]).run();
    assert_eq!(out.record().extra_digits, 5);
    assert!(out.record().flags.extra_digits);
    let dialed: Vec<_> = out.trunk().dialed().collect();
    assert_eq!(dialed.len(), 1, "nothing more was dialed");
}

#[test]
fn a_conversation_without_keys_has_no_extra_digits() {
    let out = talking(vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(20)),
        Step::OnHook,
    ])
    .lasting(30)
    .run();
    // That they keyed is told; what, is theirs.
    let shown = |f: &Fact| matches!(f, Fact::FarKeyed { digit: Some(_) });
    assert!(out.fact(shown).is_none(), "{}", out.tale());
    assert_eq!(out.record().extra_digits, 0, "{}", out.tale());
    assert!(!out.record().flags.extra_digits);
}

#[test]
fn keys_before_the_end_of_outpulsing_are_not_extra() {
    let out = collect(vec![Step::dial("123456"), wait(6000), Step::OnHook], vec![]).run();
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsing");
    let keyed = out.facts().filter(|(_, f)| matches!(f, Fact::Keyed { .. }));
    let last = keyed.last().expect("keys").0;
    assert!(
        last < outpulsed,
        "the scenario presses in time: {}",
        out.tale()
    );
    assert_eq!(out.record().extra_digits, 0, "{}", out.tale());
    assert!(!out.record().flags.extra_digits);
    let dialed: Vec<String> = out.trunk().dialed().map(|d| d.to_string()).collect();
    assert_eq!(dialed, [format!("1{}", MOTHER)]);
}

#[test]
fn keys_while_it_rings_during_the_announcement_and_the_goodbye_are_extra() {
    let inmate = vec![
        wait(3200),
        Step::dial("88"),
        wait(1300),
        Step::dial("9"),
        wait(1300),
        Step::dial("7"),
        wait(4000),
        Step::OnHook,
    ];
    let out = collect(inmate, vec![wait(4000), Step::dial("2")]).run();
    let phase_at = |at: Tick| {
        let phases = out
            .facts()
            .filter(|(t, f)| *t <= at && matches!(f, Fact::Phase { .. }));
        phases.last().map(|(_, f)| format!("{f:?}"))
    };
    let keyed: Vec<_> = out
        .facts()
        .filter(|(_, f)| matches!(f, Fact::Keyed { .. }))
        .map(|k| k.0)
        .collect();
    let phases: Vec<_> = keyed.iter().skip(11).map(|&at| phase_at(at)).collect();
    assert_eq!(out.record().extra_digits, 4, "{phases:?} {}", out.tale());
}

/// The called party hangs up, and the exchange says so with nothing but a new dial tone.
fn silent_exchange() -> ExchangeLine {
    ExchangeLine {
        hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::secs(3)),
        answer_reversal: false,
        ..quick()
    }
}

fn fast(digits: &str, on: u64, off: u64) -> Step {
    let keying = Keying {
        on: Ticks::ms(on),
        off: Ticks::ms(off),
        level_dbm0: -6.0,
        twist_db: 1.0,
    };
    Step::Dial {
        digits: Digits::parse(digits).expect("digits"),
        keying,
    }
}

#[test]
fn not_one_digit_of_a_chain_dialed_number_is_registered() {
    for (offset, on, off) in [
        (0, 90, 90),
        (30, 90, 90),
        (60, 90, 90),
        (100, 90, 90),
        (140, 90, 90),
        (0, 50, 50),
        (20, 50, 50),
        (45, 50, 50),
        (70, 50, 50),
        (10, 200, 60),
        (90, 200, 60),
        (170, 200, 60),
    ] {
        let mut steps = vec![wait(offset)];
        for _ in 0..4 {
            steps.push(fast("18005550199180055501991800555", on, off));
        }
        let party = vec![
            Step::SayFor(Clip::called_talk(), Ticks::secs(2)),
            wait(1500),
            Step::OnHook,
        ];
        let out = direct(steps, party)
            .exchange(silent_exchange())
            .lasting(15)
            .run();
        let again = out
            .trunk()
            .first(|e| matches!(e, Event::DialTone { again: true }));
        let again = again.unwrap_or_else(|| panic!("no second dial tone: {}", out.tale()));
        let taken: Vec<_> = out
            .trunk()
            .events()
            .iter()
            .filter(|e| e.at >= again && matches!(e.event, Event::Digit { .. }))
            .collect();
        assert!(
            taken.is_empty(),
            "{offset} {on}/{off}: {taken:?} {}",
            out.tale()
        );
        assert_eq!(out.trunk().dialed().count(), 1);
        let record = out.record();
        assert!(
            record.flags.second_dial_tone,
            "{offset} {on}/{off}: {}",
            out.tale()
        );
        assert!(record.flags.extra_digits);
        assert!(out.release_evidence().contains(&ReleaseEvidence::DialTone));
    }
}

#[test]
fn keys_of_the_called_party_are_not_taken_for_the_inmates() {
    let party = vec![
        wait(3500),
        Step::dial("5081"),
        wait(500),
        fast("44", 300, 100),
        Step::Mark("keyed"),
    ];
    let out = direct(vec![wait(4000), Step::OnHook], party).run();
    assert!(out.trunk().mark("keyed").is_some());
    let far = |f: &Fact| matches!(f, Fact::FarKeyed { .. });
    assert_eq!(
        out.facts().filter(|(_, f)| far(f)).count(),
        6,
        "{}",
        out.tale()
    );
    let record = out.record();
    assert_eq!((record.extra_digits, record.response.far_digits), (0, 6));
    assert!(record.flags.extra_digits);
}

#[test]
fn keys_of_the_inmate_are_not_taken_for_the_called_partys() {
    let out = talking(vec![Step::dial("5081"), fast("44", 300, 100), Step::OnHook]).run();
    assert_eq!(out.record().extra_digits, 6, "{}", out.tale());
    assert_eq!(out.record().response.far_digits, 0);
    let told = out
        .facts()
        .filter(|(_, f)| matches!(f, Fact::Keyed { digit: None }));
    assert_eq!(told.count(), 6, "told as keys, but not which");
    assert!(
        out.fact(|f| matches!(f, Fact::FarKeyed { .. })).is_none(),
        "{}",
        out.tale()
    );
}

/// A collect call whose "name" is keyed.
fn named_by_keys(keys: Vec<Step>, party: Vec<Step>) -> Scenario {
    let mut steps = vec![wait(300), Step::OffHook, wait(300)];
    steps.extend([
        Step::dial(&format!("0{MOTHER}")),
        Step::await_beep(Ticks::secs(12)),
        wait(200),
    ]);
    steps.extend(keys);
    let mut scenario = collect(vec![], party).lasting(36);
    scenario.handsets = vec![steps];
    scenario
}

#[test]
fn a_key_recorded_as_the_name_does_not_accept_the_call() {
    for (on, off, times) in [(600, 100, "1"), (150, 60, "11111")] {
        let keys = vec![fast(times, on, off), fast(times, on, off)];
        let out = named_by_keys(keys, vec![wait(40_000)]).run();
        assert!(out.entered("accept").is_some(), "{}", out.tale());
        assert!(
            out.fact(|f| matches!(f, Fact::FarKeyed { .. })).is_none(),
            "{}",
            out.tale()
        );
        assert!(out.fact(|f| matches!(f, Fact::Accepted)).is_none());
    }
}

#[test]
fn a_number_recorded_as_the_name_is_not_dialed_into_a_second_dial_tone() {
    let digits: Vec<Step> = vec![fast("18005550199", 70, 50), fast("1800555", 70, 50)];
    // Dial tone comes a moment before the name is to be said.
    let party = vec![
        Step::SayFor(Clip::called_talk(), Ticks::ms(1200)),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::ms(3000)),
        answer_reversal: false,
        ..quick()
    };
    let out = named_by_keys(digits, party).exchange(line).run();
    let again = out
        .trunk()
        .first(|e| matches!(e, Event::DialTone { again: true }));
    let again = again.unwrap_or_else(|| panic!("no second dial tone: {}", out.tale()));
    let late = |e: &&drivers::sim::transcript::EventAt| {
        e.at >= again && matches!(e.event, Event::Digit { .. })
    };
    assert_eq!(
        out.trunk().events().iter().filter(late).count(),
        0,
        "{}",
        out.tale()
    );
    assert_eq!(out.trunk().dialed().count(), 1);
}
