//! What must not come out: PINs, in words or in tones; audio of calls that may not be recorded.

use crate::{
    bench::{
        COLLECT_CALL, MOTHER, OTHER_PIN, Outcome, PIN, Scenario, collect_call, phone, then, wait,
    },
    hearing,
    ready::{direct, plain, talks},
};
use backoffice::{AllowedFlags, Seed};
use drivers::sim::{clip::Clip, dtmf_register::DtmfRegister, script::Step, transcript::Track};
use types::{
    disposition::Disposition,
    fact::Fact,
    frame::{FRAME, Samples},
    prompt::Prompt,
    tap::{TapEntry, TapFrame},
    tick::{Tick, Ticks},
    verdict::RecordingRule,
};

/// A whole call with PIN, talked and recorded; first a wrong PIN is tried.
fn recorded_call() -> Outcome {
    let mut steps = vec![
        wait(500),
        Step::OffHook,
        wait(2500),
        Step::dial(OTHER_PIN_WITH_A_SLIP),
    ];
    steps.push(wait(600));
    let rest = collect_call(PIN, MOTHER);
    // The second try begins where the first call's dial tone was awaited.
    let retry = rest
        .into_iter()
        .skip_while(|s| !matches!(s, Step::Dial { .. }));
    steps.extend(retry);
    let steps = then(
        steps,
        [
            wait(22_000),
            Step::SayFor(Clip::inmate_talk(), Ticks::secs(5)),
            Step::OnHook,
        ],
    );
    let said = Step::SayFor(Clip::called_talk(), Ticks::secs(20));
    let party = crate::ready::picks_up(vec![wait(9000), Step::dial("1"), wait(2500), said]);
    let number = format!("1{MOTHER}");
    phone(steps)
        .exchange(crate::ready::quick())
        .to(&number, party)
        .lasting(58)
        .run()
}

const OTHER_PIN_WITH_A_SLIP: &str = "771035";

/// The digits that an ear of another make hears in this.
pub fn keyed(frames: impl Iterator<Item = Samples>) -> String {
    let mut register = DtmfRegister::new();
    frames
        .filter_map(|frame| register.hear(&frame))
        .map(|d| d.to_string())
        .collect()
}

pub fn frames(out: &Outcome) -> impl Iterator<Item = &TapFrame> + '_ {
    out.story.tap.iter().filter_map(|entry| match entry {
        TapEntry::Frame(frame) => Some(frame),
        _ => None,
    })
}

fn samples_of(track: &Track) -> impl Iterator<Item = Samples> + '_ {
    track
        .samples()
        .chunks_exact(FRAME)
        .map(|c| c.try_into().expect("a frame"))
}

fn holds_a_pin(text: &str) -> bool {
    [PIN, OTHER_PIN, OTHER_PIN_WITH_A_SLIP]
        .iter()
        .any(|pin| text.contains(pin))
}

/// A share of a PIN is too much, too.
fn holds_part_of_a_pin(digits: &str) -> bool {
    [PIN, OTHER_PIN_WITH_A_SLIP]
        .iter()
        .any(|pin| (0..=pin.len() - 4).any(|at| digits.contains(&pin[at..at + 4])))
}

#[test]
fn no_pin_is_in_any_fact_or_record() {
    let out = recorded_call();
    assert_eq!(
        out.record().disposition,
        Disposition::Completed,
        "{}",
        out.tale()
    );
    let secret = out
        .facts()
        .filter(|(_, f)| matches!(f, Fact::Keyed { digit: None }))
        .count();
    assert_eq!(secret, 12, "two PINs were keyed: {}", out.tale());
    for fact in &out.story.facts {
        assert!(!holds_a_pin(&format!("{fact:?}")), "{fact:?}");
    }
    let shown: String = out
        .facts()
        .filter_map(|(_, f)| match f {
            Fact::Keyed { digit: Some(digit) } => Some(digit.to_string()),
            _ => None,
        })
        .collect();
    assert!(
        shown.contains(MOTHER) && !holds_part_of_a_pin(&shown),
        "{shown}"
    );
    assert!(!holds_a_pin(&format!(
        "{:?} {:?}",
        out.records, out.story.records
    )));
}

#[test]
fn no_pin_is_in_the_tones_of_anything_that_leaves_the_line() {
    let out = recorded_call();
    assert!(frames(&out).count() > 1000, "it is recorded");
    let streams = [
        keyed(frames(&out).map(|f| f.from_phone)),
        keyed(frames(&out).map(|f| f.from_trunk)),
        keyed(frames(&out).map(|f| f.to_phone)),
        keyed(frames(&out).map(|f| f.to_trunk)),
        keyed(samples_of(&out.trunk().heard)),
    ];
    for digits in &streams {
        assert!(!holds_part_of_a_pin(digits), "{streams:?}");
    }
    assert!(
        streams[1].contains('1'),
        "the ear does hear keys: {streams:?}"
    );
    assert!(
        streams[4].contains(MOTHER),
        "and what was dialed: {streams:?}"
    );
    let in_the_room = keyed(samples_of(&out.phone().emitted));
    assert!(
        in_the_room.contains(PIN),
        "the PIN was really keyed: {in_the_room}"
    );
}

#[test]
fn the_tap_opens_after_the_verdict_and_closes_with_the_call() {
    let out = recorded_call();
    let at = |wanted: fn(&TapEntry) -> Option<Tick>| {
        let all: Vec<Tick> = out.story.tap.iter().filter_map(wanted).collect();
        assert_eq!(all.len(), 1);
        all[0]
    };
    let open = at(|e| {
        if let TapEntry::Open { at, .. } = e {
            Some(*at)
        } else {
            None
        }
    });
    let close = at(|e| {
        if let TapEntry::Close { at, .. } = e {
            Some(*at)
        } else {
            None
        }
    });
    assert!(matches!(out.story.tap.first(), Some(TapEntry::Open { .. })));
    assert!(matches!(out.story.tap.last(), Some(TapEntry::Close { .. })));
    let decided = out
        .fact(|f| matches!(f, Fact::Decided(_)))
        .expect("a verdict");
    assert!(open >= decided, "{open:?} {decided:?}");
    let ended = out.fact(|f| matches!(f, Fact::Ended(_))).expect("an end");
    assert!(close.since(ended) <= Ticks::ms(10) && close >= ended);
    let call = out.record().call;
    let mut due: Option<Tick> = None;
    let mut steps = 0;
    for frame in frames(&out) {
        assert_eq!(frame.call, call);
        assert!(frame.at >= open && frame.at <= close);
        // Where the trunk is connected the blocks of both ports are made to begin together.
        let late = due.map_or(Ticks::ZERO, |due| frame.at.since(due));
        assert!(late < Ticks::ms(10), "a frame is missing at {:?}", frame.at);
        steps += usize::from(late > Ticks::ZERO);
        due = Some(frame.at + Ticks(FRAME as u64));
        if frame.flags.masked {
            assert_eq!(frame.from_phone, [0; FRAME]);
        }
    }
    assert!(steps <= 1, "{steps} times out of step");
}

#[test]
fn the_tap_holds_what_both_said_and_what_was_said_to_them() {
    let out = recorded_call();
    let whole = |of: fn(&TapFrame) -> Samples| -> Vec<i16> { frames(&out).flat_map(of).collect() };
    let likeness = |audio: &[i16], clip: &[i16]| {
        hearing::likeness(audio, clip)
            .into_iter()
            .fold(0.0, f32::max)
    };
    let inmate = likeness(
        &whole(|f| f.from_phone),
        &Clip::inmate_talk().samples()[4000..20_000],
    );
    assert!(inmate > 0.8, "{inmate}");
    let called = likeness(
        &whole(|f| f.from_trunk),
        &Clip::called_talk().samples()[4000..20_000],
    );
    assert!(called > 0.8, "{called}");
    let head = |prompt| crate::bench::head(types::language::Language::ENGLISH, prompt);
    let told = likeness(&whole(|f| f.to_trunk), &head(COLLECT_CALL));
    assert!(told > 0.8, "{told}");
    let told = likeness(&whole(|f| f.to_phone), &head(Prompt::PleaseHold));
    assert!(told > 0.8, "{told}");
    let muted: Vec<bool> = frames(&out).map(|f| f.flags.muted).collect();
    assert!(muted[0] && muted.iter().any(|m| !m), "muted until talk");
}

/// A talked call at a site that records, changed like this.
fn talked(change: impl Fn(&mut Seed) + 'static) -> Outcome {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(2)),
        Step::OnHook,
    ];
    let scenario: Scenario = direct(inmate, vec![wait(60_000)]);
    let out = scenario
        .site(move |seed| {
            plain(seed);
            seed.settings.rules.record = true;
            change(seed);
        })
        .lasting(12)
        .run();
    assert!(talks(&out) > Tick::ZERO);
    out
}

#[test]
fn a_call_that_may_be_recorded_is_in_the_tap() {
    let out = talked(|_| {});
    assert_eq!(out.record().recording, Some(RecordingRule::Record));
    assert!(frames(&out).count() > 300);
}

#[test]
fn a_privileged_number_lets_nothing_into_the_tap_and_no_notice_is_said() {
    let out = talked(|seed| {
        let privileged = AllowedFlags {
            privileged: true,
            ..AllowedFlags::default()
        };
        seed.allowed.push((MOTHER.into(), privileged));
    });
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
    assert!(out.called_heard(Prompt::RecordingNotice).is_empty());
    assert!(out.inmate_heard(Prompt::RecordingNotice).is_empty());
}

#[test]
fn a_privileged_number_of_a_pin_lets_nothing_into_the_tap() {
    let steps = then(collect_call(PIN, MOTHER), [wait(6000), Step::OnHook]);
    let number = format!("1{MOTHER}");
    let party = crate::ready::picks_up(vec![]);
    let out = phone(steps)
        .exchange(crate::ready::quick())
        .to(&number, party)
        .site(|seed| seed.inmates[0].numbers[0].1.privileged = true)
        .lasting(32)
        .run();
    assert_eq!(
        out.record().recording,
        Some(RecordingRule::Privileged),
        "{}",
        out.tale()
    );
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    assert!(out.called_heard(Prompt::RecordingNotice).is_empty());
}

#[test]
fn a_privileged_phone_lets_nothing_into_the_tap() {
    let out = talked(|seed| seed.phones[0].1.privileged = true);
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
}

#[test]
fn a_site_that_does_not_record_lets_nothing_into_the_tap() {
    let out = talked(|seed| seed.settings.rules.record = false);
    assert_eq!(out.record().recording, Some(RecordingRule::DoNotRecord));
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
}

#[test]
fn a_refused_call_lets_nothing_into_the_tap() {
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial("19005550100"),
        wait(4000),
        Step::OnHook,
    ];
    let out = phone(steps)
        .site(|seed| {
            plain(seed);
            seed.settings.rules.record = true;
        })
        .lasting(9)
        .run();
    assert_eq!(
        out.record().disposition,
        Disposition::Blocked,
        "{}",
        out.tale()
    );
    assert!(out.story.tap.is_empty());
}
