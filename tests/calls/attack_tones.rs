//! Clicks and machines' tones from where no rotary dial and no machine is.

use crate::{
    bench::{MOTHER, Outcome, Scenario, then, wait},
    hearing,
    ready::{collect, direct},
    short::{hears_fast_busy, keys},
    who_answered::classes,
};
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    script::{Keying, Step},
};
use types::{
    answer_class::AnswerClass,
    digits::Digits,
    disposition::{Disposition, EndedBy},
    fact::Fact,
    language::Language,
    prompt::Prompt,
    settings::CallSettings,
    tick::{Tick, Ticks},
};

/// Half a second of a voice, then clicks as a dial makes them: one at each break and one at each make,
/// again and again.
fn clicks(pulses: u64, peak: f64, times: u64) -> Clip {
    let mut samples = Clip::inmate_name().samples()[..4000].to_vec();
    for _ in 0..times {
        let from = samples.len();
        samples.resize(from + (pulses * 100 + 500) as usize * 8, 0i16);
        for pulse in 0..pulses {
            for (ms, sign) in [(100 * pulse + 200, 1.0), (100 * pulse + 260, -1.0)] {
                for n in 0..16u32 {
                    let ring =
                        (-f64::from(n) / 4.0).exp() * if n.is_multiple_of(2) { 1.0 } else { -1.0 };
                    samples[from + ms as usize * 8 + n as usize] = (sign * peak * ring) as i16;
                }
            }
        }
    }
    Clip::from_samples("clicks", &samples)
}

/// The inmate says this for a name, and nobody touches a dial at the far end.
fn named(name: Clip, accept_key: u8, echo_db: f64, echo_delay: usize) -> Scenario {
    let mut scenario = collect(vec![], vec![wait(40_000)]).lasting(30);
    scenario.handsets = vec![vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(&format!("0{MOTHER}")),
        Step::await_beep(Ticks::secs(12)),
        wait(100),
        Step::Say(name),
    ]];
    scenario.trunk_copper = Copper {
        echo_db: Some(echo_db),
        echo_delay,
        ..Copper::clear()
    };
    scenario.settings(move |settings| dialed_choice(settings, accept_key))
}

fn dialed_choice(settings: &mut CallSettings, accept_key: u8) {
    settings.pulse_acceptance = true;
    settings.name_seconds = 4;
    (settings.accept_key, settings.refuse_key) = (accept_key, 2);
}

#[test]
fn pulses_in_the_name_do_not_accept_the_call_by_their_echo() {
    for (pulses, echo_db, delay, cancels) in [
        (3, 6.0, 8, true),
        (5, 12.0, 8, true),
        (5, 18.0, 150, true),
        (5, 24.0, 150, true),
        (5, 0.0, 8, false),
        (5, 24.0, 8, false),
        (10, 12.0, 8, true),
    ] {
        let name = clicks(pulses, 30_000.0, 2);
        let mut scenario = named(name, (pulses % 10) as u8, echo_db, delay);
        scenario.cancel_echo = cancels;
        let out = scenario.run();
        assert!(out.entered("accept").is_some(), "{}", out.tale());
        let accepted = out.fact(|fact| matches!(fact, Fact::Accepted));
        assert!(
            accepted.is_none(),
            "{pulses} pulses, echo {echo_db} dB after {delay}: {}",
            out.tale()
        );
    }
}

/// What the canceller leaves of our own words clicks too, most of all while clicks in the name keep it
/// from settling.
#[test]
fn an_announcement_in_no_language_is_a_dial_by_its_echo() {
    for code in ["en", "es", "fr", "de", "it", "pt", "zh", "ja", "hi"] {
        let name = clicks(3, 30_000.0, 2);
        let mut scenario = named(name, 3, 6.0, 8).settings(move |settings| {
            dialed_choice(settings, 3);
            settings.languages = Language::parse(code).into_iter().collect();
        });
        scenario.cancel_echo = true;
        let out = scenario.lasting(70).run();
        let accepted = out.fact(|fact| matches!(fact, Fact::Accepted));
        assert!(accepted.is_none(), "{code}: {}", out.tale());
        assert!(out.entered("accept").is_some(), "{}", out.tale());
    }
}

/// The key 1 again and again, 37.8 ms long with pauses of 49.9 ms, under a hum `above_db` stronger.
fn keys_under_hum(above_db: f64) -> Clip {
    const HUM: f64 = 16_000.0;
    const TWIST_DB: f64 = 3.6;
    let keys = HUM * 10f64.powf(-above_db / 20.0);
    let split = 10f64.powf(TWIST_DB / 10.0);
    let (low, high) = (
        keys / (1.0 + split).sqrt(),
        keys / (1.0 + 1.0 / split).sqrt(),
    );
    let sample = |n: u32| {
        let turn = |hz: f64| (std::f64::consts::TAU * hz * f64::from(n) / 8000.0).sin();
        let key = low * turn(697.0) + high * turn(1209.0);
        let down = f64::from(n) / 8.0 % (37.8 + 49.9) < 37.8;
        (HUM * turn(370.2) + if down { key } else { 0.0 }) as i16
    };
    let samples: Vec<i16> = (0..3000 * 8).map(sample).collect();
    Clip::from_samples("keys under a hum", &samples)
}

#[test]
fn keys_hidden_in_the_name_do_not_accept_the_call_by_their_echo() {
    for (above_db, cancels) in [(21.9, false), (21.9, true)] {
        let mut scenario = named(keys_under_hum(above_db), 1, 18.0, 400);
        scenario.cancel_echo = cancels;
        let out = scenario.run();
        assert!(out.entered("accept").is_some(), "{}", out.tale());
        let accepted = out.fact(|fact| matches!(fact, Fact::Accepted));
        assert!(
            accepted.is_none(),
            "{above_db} dB, {cancels}: {}",
            out.tale()
        );
    }
}

#[test]
fn keys_hidden_in_the_name_refuse_nobody_for_good_by_their_echo() {
    for cancels in [false, true] {
        let scenario = named(keys_under_hum(21.9), 3, 18.0, 400);
        let mut scenario = scenario.settings(|settings| {
            settings.name_seconds = 4;
            settings.accept_key = 3;
            settings.block_keys.facility = Some(1);
        });
        scenario.cancel_echo = cancels;
        let out = scenario.run();
        assert!(out.entered("accept").is_some(), "{}", out.tale());
        assert!(out.entered("block").is_none(), "{cancels}: {}", out.tale());
    }
}

/// By its echo, or by who is fast: the controller can't tell.
#[test]
fn while_the_name_is_said_the_call_can_be_refused_and_not_accepted() {
    let rung = |party| collect(vec![], party).lasting(30).run();
    let out = rung(vec![wait(40_000)]);
    let name = Clip::inmate_name();
    let said = hearing::find(&out.trunk().heard, name.samples(), Tick::ZERO, out.end)[0].at;
    let answered = out.fact(|fact| matches!(fact, Fact::Answered(_)));
    let before = said
        .since(answered.unwrap_or_else(|| panic!("{}", out.tale())))
        .as_ms();
    let over = before + name.length().as_ms();
    for (ms, key, accepted, refused) in [
        (before + 200, "1", false, false),
        (over + 600, "1", false, false),
        (before + 200, "2", false, true),
        (over + 1500, "1", true, false),
    ] {
        let out = rung(vec![wait(ms), Step::dial(key), wait(40_000)]);
        let was = |wanted: fn(&Fact) -> bool| out.fact(wanted).is_some();
        let chosen = (
            was(|fact| matches!(fact, Fact::Accepted)),
            was(|fact| matches!(fact, Fact::Refused)),
        );
        assert_eq!(
            chosen,
            (accepted, refused),
            "{key} after {ms} ms: {}",
            out.tale()
        );
    }
}

fn tone(hz: f64, ms: u64) -> Step {
    Step::Say(Clip::tone(hz, -8.0, Ticks::ms(ms)))
}

/// The called party says hello and does this.
fn says_hello(steps: Vec<Step>) -> Vec<Step> {
    then(vec![wait(500), Step::Say(Clip::called_hello())], steps)
}

/// The inmate hung up, and nothing else ended the call.
fn lasted(out: &Outcome, what: &str) {
    let record = out.record();
    assert_eq!(
        record.disposition,
        Disposition::Completed,
        "{what}: {}",
        out.tale()
    );
    assert_eq!(
        record.ended_by,
        Some(EndedBy::Inmate),
        "{what}: {}",
        out.tale()
    );
}

#[test]
fn a_machines_tone_whistled_by_who_said_hello_ends_no_call() {
    for (hz, ms, after) in [
        (1100.0, 500, 3000),
        (1300.0, 600, 3000),
        (2100.0, 1500, 3000),
        (2100.0, 3300, 9000),
        (2225.0, 2500, 3000),
    ] {
        let inmate = vec![
            Step::SayFor(Clip::inmate_talk(), Ticks::secs(2)),
            wait(12_000),
            Step::OnHook,
        ];
        let party = says_hello(vec![wait(after), tone(hz, ms), wait(30_000)]);
        let out = direct(inmate, party).lasting(30).run();
        lasted(&out, &format!("{hz} Hz"));
        assert!(classes(&out).contains(&AnswerClass::Person), "{hz} Hz");
    }
}

#[test]
fn a_machines_tone_ends_no_call_that_was_accepted() {
    let inmate = vec![wait(26_000), Step::OnHook];
    // Accepts without a word, and a child whistles.
    let party = vec![
        wait(7000),
        Step::dial("1"),
        wait(2500),
        tone(2100.0, 3000),
        wait(30_000),
    ];
    let out = collect(inmate, party).lasting(45).run();
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    lasted(&out, "accepted");
    // That nobody had said a word is not kept.
    assert_eq!(classes(&out), [AnswerClass::Fax], "{}", out.tale());
}

#[test]
fn who_accepted_stays_a_person_while_thanked() {
    let inmate = vec![wait(26_000), Step::OnHook];
    let accepts = vec![wait(6500), Step::dial("1"), reversing(1200), wait(30_000)];
    let out = collect(inmate, says_hello(accepts)).lasting(45).run();
    lasted(&out, "thanked");
    let fax =
        |fact: &Fact| matches!(fact, Fact::Class(class) if class.evidence == AnswerClass::Fax);
    let (told, talk) = (out.fact(fax), out.entered("talk"));
    assert!(told < talk && told.is_some(), "{}", out.tale());
    let kept = [AnswerClass::Person, AnswerClass::Fax];
    assert_eq!(classes(&out), kept, "{}", out.tale());
}

#[test]
fn a_machines_tone_that_the_inmate_plays_is_no_machine_that_answered() {
    for (hz, cancels, echo_db) in [
        (2100.0, true, 6.0),
        (2100.0, false, 6.0),
        (2100.0, false, 22.0),
        (2225.0, true, 12.0),
        (2225.0, false, 12.0),
        (1100.0, false, 6.0),
    ] {
        // Nobody has said a word yet.
        let ms = if hz < 1500.0 { 500 } else { 1500 };
        let inmate = vec![tone(hz, ms), wait(9000), Step::OnHook];
        let mut scenario = direct(inmate, vec![wait(60_000)]).lasting(25);
        scenario.cancel_echo = cancels;
        scenario.trunk_copper.echo_db = Some(echo_db);
        let out = scenario.run();
        let what = format!("{hz} Hz, echo {echo_db} dB");
        lasted(&out, &what);
        let fax = |class: &AnswerClass| matches!(class, AnswerClass::Fax | AnswerClass::Modem);
        assert!(!classes(&out).iter().any(fax), "{what}: {}", out.tale());
    }
}

#[test]
fn a_machines_tone_in_the_name_is_no_machine_that_answered() {
    let mut scenario = named(Clip::tone(2100.0, -8.0, Ticks::ms(1800)), 5, 6.0, 40);
    scenario.cancel_echo = false;
    let out = scenario.run();
    let fax =
        out.fact(|fact| matches!(fact, Fact::Class(class) if class.evidence == AnswerClass::Fax));
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    assert!(fax.is_none(), "{}", out.tale());
}

/// An answer tone that turns its phase each 450 ms, as no whistle does.
fn reversing(ms: u64) -> Step {
    let sample = |n: u64| {
        let turn = (std::f64::consts::TAU * 2100.0 * n as f64 / 8000.0).sin();
        let sign = if (n / 3600).is_multiple_of(2) {
            1.0
        } else {
            -1.0
        };
        (5000.0 * sign * turn) as i16
    };
    Step::Say(Clip::from_samples(
        "reversing",
        &(0..ms * 8).map(sample).collect::<Vec<i16>>(),
    ))
}

/// The inmate talks on, and what comes back of that may have sounded like a person.
#[test]
fn a_fax_machine_is_told_while_the_inmate_talks() {
    let number = format!("1{MOTHER}");
    let inmate = then(
        keys(&number),
        then(
            vec![Step::SayFor(Clip::inmate_talk(), Ticks::secs(7))],
            hears_fast_busy(),
        ),
    );
    let party = vec![wait(2500), reversing(3300), wait(20_000)];
    let mut scenario = direct(vec![], party).lasting(35);
    scenario.handsets = vec![inmate];
    let out = scenario.run();
    assert_eq!(
        out.record().disposition,
        Disposition::FaxModem,
        "{}",
        out.tale()
    );
    assert!(!out.inmate_heard(Prompt::AnsweredByFax).is_empty());
}

#[test]
fn a_fax_machine_is_told_while_the_inmate_plays_a_tone() {
    for (start, ms) in [(200, 400), (200, 800), (500, 600), (800, 800), (1000, 600)] {
        let inmate = then(vec![wait(start), tone(2225.0, ms)], hears_fast_busy());
        let party = vec![wait(2500), reversing(3300), wait(20_000)];
        let out = direct(inmate, party).lasting(35).run();
        let record = out.record();
        let what = format!("{ms} ms after {start} ms: {}", out.tale());
        assert_eq!(record.disposition, Disposition::FaxModem, "{what}");
    }
}

#[test]
fn a_beep_that_ends_in_a_tone_of_the_inmates_is_no_fax() {
    for start in (1300..2500).step_by(60) {
        let inmate = vec![wait(start), tone(1300.0, 700), wait(8000), Step::OnHook];
        let party = vec![
            wait(500),
            Step::SayFor(Clip::called_talk(), Ticks::secs(3)),
            Step::Say(Clip::tone(2100.0, -20.0, Ticks::ms(650))),
            wait(30_000),
        ];
        let out = direct(inmate, party).lasting(30).run();
        let fax = |class: &AnswerClass| matches!(class, AnswerClass::Fax | AnswerClass::Modem);
        let what = format!("1300 Hz after {start} ms");
        assert!(!classes(&out).iter().any(fax), "{what}: {}", out.tale());
    }
}

#[test]
fn a_key_held_until_the_path_opens_is_one_key() {
    let number = format!("1{MOTHER}");
    let (first, last) = number.split_at(number.len() - 1);
    let digits = Digits::parse(last).expect("a digit");
    let keying = Keying {
        on: Ticks::secs(8),
        ..Keying::STANDARD
    };
    let mut scenario = direct(vec![], vec![wait(60_000)]).lasting(18);
    scenario.handsets = vec![vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(first),
        Step::Dial { digits, keying },
        wait(3000),
        Step::OnHook,
    ]];
    let out = scenario.run();
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    let keyed = out.facts().filter(|(_, f)| matches!(f, Fact::Keyed { .. }));
    assert_eq!(keyed.count(), number.len(), "{}", out.tale());
    assert_eq!(out.record().extra_digits, 0);
}
