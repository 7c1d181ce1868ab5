//! Talks that the driver joins past the controller: what is heard, and everything that ends a join.

use crate::{
    bench::{MOTHER, Outcome, Scenario, limit, wait},
    hearing,
    operator::through_the_carrier,
    ready::{direct, first_sound, hung_up, plain, quick, talks},
    third_party::{at_home, flagged, joins_after_talk, not_flagged, says, talked, talks_a_while},
};
use backoffice::AllowedFlags;
use drivers::sim::{
    called_office::{Services, Switching},
    clip::Clip,
    copper::Copper,
    delay::one_way,
    exchange::line::{Afterwards, ExchangeLine, HangUpSignal},
    script::{Keying, Step},
    transcript::{Event, Track},
};
use types::{
    digits::Digits,
    disposition::{Disposition, EndedBy},
    evidence::ReleaseEvidence,
    fact::Fact,
    frame::Law,
    prompt::Prompt,
    query::LineCommand,
    tap::TapEntry,
    tick::{Tick, Ticks},
    verdict::RecordingRule,
};

/// Where the site lets talks be joined.
fn joining(scenario: Scenario) -> Scenario {
    scenario.settings(|settings| settings.join_talk = true)
}

/// An exchange that tells nothing of the answer: the called party's hello is the sign.
fn plain_exchange() -> ExchangeLine {
    ExchangeLine {
        answer_reversal: false,
        ..quick()
    }
}

/// As `direct`, joined where the site may; the called party says hello before its steps, which begin
/// about the mark.
fn greeted(inmate: Vec<Step>, party: Vec<Step>) -> Scenario {
    let mut steps = vec![wait(300), Step::Say(Clip::called_hello()), wait(1200)];
    steps.extend(party);
    joining(direct(inmate, steps).exchange(plain_exchange()))
}

/// Both talk, from the mark on.
fn both_talk(seconds: u64) -> Scenario {
    let long = Ticks::secs(seconds);
    let inmate = vec![Step::SayFor(Clip::inmate_talk(), long), wait(30_000)];
    let party = vec![Step::SayFor(Clip::called_talk(), long + Ticks::secs(2))];
    greeted(inmate, party)
}

/// The joins of the first line, each with its end, if it had one.
fn joins(out: &Outcome) -> Vec<(Tick, Option<Tick>)> {
    let mut joins: Vec<(Tick, Option<Tick>)> = Vec::new();
    for (at, fact) in out.facts() {
        match fact {
            Fact::Joined => joins.push((at, None)),
            Fact::Parted => {
                let last = joins.last_mut().expect("a join before its end");
                assert!(last.1.replace(at).is_none(), "parted twice: {}", out.tale());
            }
            _ => {}
        }
    }
    joins
}

/// The last join, to its end. What looks like a key for a moment ends one now and then.
fn last_join(out: &Outcome) -> (Tick, Tick) {
    let join = joins(out).pop();
    let (from, to) = join.unwrap_or_else(|| panic!("no join: {}", out.tale()));
    (from, to.unwrap_or(out.end))
}

/// How much of this time was joined.
fn joined_for(out: &Outcome, from: Tick, to: Tick) -> Ticks {
    let parts = joins(out).into_iter();
    let parts = parts.map(|(a, b)| b.unwrap_or(out.end).min(to).since(a.max(from)));
    parts.fold(Ticks::ZERO, |sum, part| sum + part)
}

/// That most of this time was joined.
fn mostly_joined(out: &Outcome, from: Tick, length: Ticks) {
    let joined = joined_for(out, from, from + length);
    assert!(10 * joined.0 >= 6 * length.0, "{joined:?}: {}", out.tale());
}

fn never_joined(out: &Outcome) {
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    assert!(joins(out).is_empty(), "{}", out.tale());
}

/// That the join ended this soon after what ended it, and for good.
fn ended_join(out: &Outcome, by: Tick, within: Ticks) {
    let (from, to) = last_join(out);
    assert!(
        from < by,
        "joined at {from:?}, before {by:?}: {}",
        out.tale()
    );
    assert!(to >= by && to.since(by) <= within, "{by:?}: {}", out.tale());
}

/// Whether both hear each other's voice in this time.
fn both_hear(out: &Outcome, from: Tick, length: Ticks) {
    let (phone, trunk) = (out.phone(), out.trunk());
    for (said, heard) in [
        (&phone.emitted, &trunk.heard),
        (&trunk.emitted, &phone.heard),
    ] {
        let way = one_way(said, heard, from, length, Ticks::ms(100)).expect("audio");
        assert!(way.correlation > 0.8, "{way:?}: {}", out.tale());
    }
}

/// The same within a join, of the talk after the mark.
fn hear_in_a_join(out: &Outcome) {
    let talked = talks(out) + Ticks::ms(300);
    let spans = joins(out).into_iter();
    let silent = talked + Ticks::secs(3);
    let spans = spans.map(|(from, to)| (from.max(talked), to.map_or(silent, |to| to.min(silent))));
    let longest = spans.max_by_key(|(from, to)| to.since(*from).0);
    let (from, to) = longest.expect("a join");
    assert!(to.since(from) > Ticks::ms(800), "{}", out.tale());
    both_hear(out, from + Ticks::ms(100), Ticks::ms(600));
}

#[test]
fn a_joined_talk_is_heard_by_both_and_its_length_is_in_the_record() {
    let mut scenario = both_talk(6);
    scenario.handsets[0].extend([Step::OnHook]);
    scenario.handsets[0].retain(|step| !matches!(step, Step::Wait(t) if *t == Ticks::secs(30)));
    let out = scenario.lasting(18).run();
    let talk = out.entered("talk").expect("talk");
    let first = joins(&out)[0].0;
    assert!(first.since(talk) < Ticks::ms(700), "{}", out.tale());
    let from = talks(&out) + Ticks::ms(500);
    mostly_joined(&out, from, Ticks::secs(3));
    hear_in_a_join(&out);
    let joined = out.record().joined.expect("told by the line");
    let seen = joined_for(&out, Tick::ZERO, out.end);
    let apart = joined.0.abs_diff(seen.0);
    assert!(apart <= Ticks::ms(10).0, "{joined:?} of {seen:?}");
    assert!(joined <= out.record().talk, "{:?}", out.record());
    assert_eq!(out.record().disposition, Disposition::Completed);
}

#[test]
fn no_talk_is_joined_where_the_site_does_not_want_it() {
    let out = both_talk(4).settings(|_| {}).lasting(14).run();
    never_joined(&out);
}

#[test]
fn channels_of_two_laws_are_never_joined() {
    for law in [(Law::Mu, Law::A), (Law::A, Law::Mu)] {
        let mut scenario = both_talk(4).lasting(14);
        scenario.law = law;
        let out = scenario.run();
        never_joined(&out);
        both_hear(&out, talks(&out) + Ticks::ms(500), Ticks::secs(2));
    }
    let mut scenario = both_talk(4).lasting(14);
    scenario.law = (Law::A, Law::A);
    let out = scenario.run();
    let from = talks(&out) + Ticks::ms(500);
    mostly_joined(&out, from, Ticks::secs(2));
    hear_in_a_join(&out);
}

#[test]
fn a_trunk_that_needs_our_echo_canceller_is_never_joined() {
    let mut scenario = both_talk(4).lasting(14);
    scenario.cancel_echo = true;
    never_joined(&scenario.run());
}

#[test]
fn a_talk_through_the_carriers_operator_is_never_joined() {
    let inmate = vec![Step::SayFor(Clip::inmate_talk(), Ticks::secs(4))];
    let operator = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(20))];
    let out = joining(through_the_carrier(inmate, operator)).run();
    never_joined(&out);
}

/// The frames of the tap, each with whether it says that it is a copy of a join.
fn tapped(out: &Outcome) -> Vec<(Tick, bool)> {
    let frames = out.story.tap.iter().filter_map(|entry| match entry {
        TapEntry::Frame(frame) => Some((frame.at, frame.flags.joined)),
        _ => None,
    });
    frames.collect()
}

#[test]
fn a_recorded_talk_is_joined_after_the_notice_and_the_tap_says_which_frames() {
    let out = both_talk(8)
        .site(|seed| {
            plain(seed);
            seed.settings.rules.record = true;
        })
        .lasting(16)
        .run();
    let found = joins(&out);
    let notice = out.called_heard(Prompt::RecordingNotice);
    assert_eq!(notice.len(), 1, "{}", out.tale());
    assert!(notice[0].at < found[0].0, "{}", out.tale());
    let frames = tapped(&out);
    assert!(frames.len() > 600);
    for (at, joined) in frames {
        let end = |to: Option<Tick>| to.unwrap_or(out.end);
        let frame = Ticks::ms(10);
        let mut spans = found.iter().map(|&(from, to)| (from, end(to)));
        let inside = spans.clone().any(|(from, to)| at > from + frame && at < to);
        let outside = !spans.any(|(from, to)| at > from && at <= to + frame);
        assert!(joined || !inside, "{at:?} is in the join");
        assert!(!joined || !outside, "{at:?} is outside");
    }
}

#[test]
fn a_privileged_talk_is_joined_with_its_tap_closed() {
    let out = both_talk(5)
        .site(|seed| {
            plain(seed);
            seed.settings.rules.record = true;
            let privileged = AllowedFlags {
                privileged: true,
                ..AllowedFlags::default()
            };
            seed.allowed.push((MOTHER.into(), privileged));
        })
        .lasting(15)
        .run();
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
    let from = talks(&out) + Ticks::ms(500);
    mostly_joined(&out, from, Ticks::secs(2));
    hear_in_a_join(&out);
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
}

/// Both hiss from before the talk on, so that any gap is heard.
fn both_hiss(seconds: u64) -> Scenario {
    let hiss = || Step::Say(crate::ready::hiss(Ticks::secs(seconds)));
    let mut scenario = greeted(vec![hiss(), wait(30_000)], vec![hiss()]);
    (scenario.phone_copper, scenario.trunk_copper) = (Copper::clear(), Copper::clear());
    scenario
}

/// The longest silence in this time.
fn longest_gap(heard: &Track, from: Tick, to: Tick) -> Ticks {
    let (mut longest, mut run) = (0, 0);
    for &sample in &heard.between(from, to.since(from)) {
        run = if sample.unsigned_abs() <= 8 {
            run + 1
        } else {
            0
        };
        longest = longest.max(run);
    }
    Ticks(longest)
}

#[test]
fn a_warning_leaves_the_join_without_a_gap_is_heard_by_both_and_is_joined_after() {
    let out = both_hiss(16)
        .site(|seed| {
            plain(seed);
            limit(65)(seed);
        })
        .lasting(22)
        .run();
    let talk = out.entered("talk").expect("talk");
    let found = joins(&out);
    let [(first, Some(left)), (again, _)] = found[..] else {
        panic!("two joins, not {found:?}: {}", out.tale());
    };
    let due = talk + Ticks::secs(5);
    assert!(first < due && left >= due, "{}", out.tale());
    assert!(left.since(due) <= Ticks::ms(20), "{}", out.tale());
    let prompt = Prompt::TimeRemaining { seconds: 60 };
    for heard in [out.inmate_heard(prompt), out.called_heard(prompt)] {
        assert_eq!(heard.len(), 1, "{}", out.tale());
        assert!(heard[0].at >= left && heard[0].at.since(left) < Ticks::ms(300));
        assert!(again > heard[0].at, "{}", out.tale());
    }
    let hissing = talks(&out) + Ticks::ms(100);
    for (party, heard) in [
        ("inmate", &out.phone().heard),
        ("called", &out.trunk().heard),
    ] {
        for change in [left, again] {
            let from = Tick(change.0 - 800).max(hissing);
            let gap = longest_gap(heard, from, change + Ticks::ms(200));
            assert!(gap <= Ticks::ms(30), "{party}: {gap:?} at {change:?}");
        }
    }
}

fn key(digits: &str, ms: u64) -> Step {
    let keying = Keying {
        on: Ticks::ms(ms),
        off: Ticks::ms(ms),
        level_dbm0: -6.0,
        twist_db: 1.0,
    };
    Step::Dial {
        digits: Digits::parse(digits).expect("digits"),
        keying,
    }
}

#[test]
fn a_key_ends_a_join_and_no_second_key_is_heard_by_the_trunk() {
    let keys = vec![
        wait(600),
        Step::Mark("key"),
        key("5", 150),
        wait(1200),
        Step::Mark("second"),
        key("7", 150),
        wait(8000),
        Step::OnHook,
    ];
    let mut scenario = greeted(keys, vec![wait(60_000)]);
    scenario.phone_copper = Copper::clear();
    scenario.trunk_copper = Copper::clear();
    let out = scenario.lasting(20).run();
    let (first, second) = (out.marked("key"), out.marked("second"));
    ended_join(&out, first, Ticks::ms(50));
    assert_eq!(out.record().extra_digits, 2);
    let heard = &out.trunk().heard;
    let loud = |from: Tick, length| {
        let samples = heard.between(from, length);
        samples.iter().filter(|s| s.unsigned_abs() > 100).count()
    };
    let passed = loud(first, Ticks::ms(400));
    // 20 ms until it is known for a key, the frame that tells, and the way.
    assert!(
        passed > 0 && passed <= 8 * 45,
        "{passed} samples of the first"
    );
    let most = loud(second, Ticks::ms(400));
    assert!(most <= 8 * 21, "{most} samples of the second");
}

/// The same key with the column's tone so far above the row's that it is told by nobody.
fn twisted(ms: u64) -> Step {
    let keying = Keying {
        on: Ticks::ms(ms),
        level_dbm0: -18.0,
        twist_db: 10.0,
        ..Keying::STANDARD
    };
    Step::Dial {
        digits: Digits::parse("5").expect("a digit"),
        keying,
    }
}

#[test]
fn what_may_be_a_key_ends_a_join_soon_and_when_it_was_steady_for_as_long_as_a_key() {
    let keys = vec![
        wait(600),
        Step::Mark("key"),
        twisted(150),
        wait(3000),
        Step::Mark("later"),
        wait(9000),
        Step::OnHook,
    ];
    let mut scenario = greeted(keys, vec![wait(60_000)]);
    scenario.phone_copper = Copper::clear();
    scenario.trunk_copper = Copper::clear();
    let out = scenario.lasting(26).run();
    let (first, later) = (out.marked("key"), out.marked("later"));
    assert!(!out.record().flags.extra_digits, "{}", out.tale());
    let found = joins(&out);
    let ended = found.iter().find(|(from, _)| *from < first);
    let ended = ended.and_then(|join| join.1).expect("a join that ends");
    assert!(ended.since(first) <= Ticks::ms(60), "{}", out.tale());
    let again = found.iter().find(|(from, _)| *from > first);
    let again = again.unwrap_or_else(|| panic!("joined again: {}", out.tale()));
    assert!(again.0 > later + Ticks::secs(6), "{}", out.tale());
}

/// The called party hangs up, and the exchange says so with a new dial tone only; the inmate keys
/// a number so long after the talk's beginning.
fn chain_dialed(after: Ticks, on: u64) -> Outcome {
    let inmate = vec![Step::Wait(after), key("18005550199", on), wait(9000)];
    let party = vec![
        wait(300),
        Step::Say(Clip::called_hello()),
        wait(2200),
        Step::SayFor(Clip::called_talk(), Ticks::secs(2)),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::secs(3)),
        ..plain_exchange()
    };
    joining(direct(inmate, party).exchange(line))
        .lasting(24)
        .run()
}

/// When the exchange offered a second call.
fn second_dial_tone(out: &Outcome) -> Tick {
    let again = |e: &Event| matches!(e, Event::DialTone { again: true });
    let again = out.trunk().first(again);
    again.unwrap_or_else(|| panic!("no second dial tone: {}", out.tale()))
}

#[test]
fn of_a_number_keyed_into_a_second_dial_tone_one_digit_passes_at_most() {
    let silent = chain_dialed(Ticks::secs(14), 90);
    let offered = second_dial_tone(&silent).since(talks(&silent));
    for (offset, on) in [(10, 90), (45, 90), (100, 90), (15, 50), (60, 50), (20, 200)] {
        let out = chain_dialed(offered + Ticks::ms(offset), on);
        let again = second_dial_tone(&out);
        let (from, to) = last_join(&out);
        assert!(from < again && to >= again, "{offset} {on}: {}", out.tale());
        let digits = out.trunk().events().iter();
        let taken = digits.filter(|e| e.at >= again && matches!(e.event, Event::Digit { .. }));
        let taken: Vec<_> = taken.collect();
        assert!(taken.len() <= 1, "{offset} {on}: {taken:?} {}", out.tale());
        assert_eq!(out.trunk().dialed().count(), 1, "{}", out.tale());
        assert!(out.record().flags.second_dial_tone, "{}", out.tale());
        assert!(out.record().flags.extra_digits, "{}", out.tale());
    }
}

/// The called party talks, then hangs up at a time that is marked.
fn called_party_hangs_up(signal: HangUpSignal) -> Outcome {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        wait(30_000),
    ];
    let party = vec![
        wait(300),
        Step::Say(Clip::called_hello()),
        wait(2200),
        Step::SayFor(Clip::called_talk(), Ticks::ms(2500)),
        Step::Mark("gone"),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        hang_up: signal,
        ..plain_exchange()
    };
    let scenario = joining(direct(inmate, party).exchange(line));
    let out = scenario.lasting(21).run();
    assert_eq!(
        out.record().ended_by,
        Some(EndedBy::CalledParty),
        "{}",
        out.tale()
    );
    out.inmate_heard_in_order(&[Prompt::FarEndHungUp, Prompt::HangUp]);
    out
}

#[test]
fn a_loop_break_ends_a_join_within_a_block() {
    let out = called_party_hangs_up(HangUpSignal {
        delay: Ticks::ms(500),
        loop_break: Some(Ticks::ms(650)),
        ..HangUpSignal::NOTHING
    });
    assert_eq!(out.release_evidence(), [ReleaseEvidence::LoopBreak]);
    let lost = out.fact(|f| matches!(f, Fact::TrunkEdge(types::edge::Edge::BatteryLost)));
    ended_join(&out, lost.expect("a loop break"), Ticks::ms(10));
}

#[test]
fn a_tone_of_the_exchange_ends_a_join_as_it_is_told() {
    let out = called_party_hangs_up(HangUpSignal::only(Afterwards::Busy, Ticks::ms(1500)));
    let heard =
        |f: &Fact| matches!(f, Fact::Heard { heard, .. } if format!("{heard:?}").contains("Busy"));
    let told = out.fact(heard).expect("busy");
    ended_join(&out, told, Ticks::ms(10));
    let dial = called_party_hangs_up(HangUpSignal::only(Afterwards::DialTone, Ticks::secs(4)));
    assert_eq!(dial.release_evidence(), [ReleaseEvidence::DialTone]);
    ended_join(
        &dial,
        dial.entered("aftermath").expect("the end"),
        Ticks::ZERO,
    );
}

#[test]
fn the_limit_ends_a_join_and_the_inmate_is_told() {
    let out = both_talk(20)
        .site(|seed| {
            plain(seed);
            limit(9)(seed);
        })
        .lasting(26)
        .run();
    let zero = out.entered("talk").expect("talk") + Ticks::secs(9);
    ended_join(&out, zero, Ticks::ms(20));
    assert_eq!(out.record().disposition, Disposition::Limited);
    out.inmate_heard_in_order(&[Prompt::TimeIsUp, Prompt::HangUp]);
    neither_hears_the_other(&out, zero + Ticks::ms(60));
}

/// Nothing of what one says is heard by the other from then on.
fn neither_hears_the_other(out: &Outcome, from: Tick) {
    let called = &Clip::called_talk().samples()[..8000].to_vec();
    let heard = hearing::best(&out.phone().heard, called, from, out.end);
    assert!(heard < 0.35, "the inmate hears the called party: {heard}");
    let inmate = &Clip::inmate_talk().samples()[..8000].to_vec();
    let heard = hearing::best(&out.trunk().heard, inmate, from, out.end);
    assert!(heard < 0.35, "the called party hears the inmate: {heard}");
}

#[test]
fn an_officers_cut_off_ends_a_join() {
    let out = both_talk(20).at(12, LineCommand::CutOff).lasting(20).run();
    let cut = Tick::ZERO + Ticks::secs(12);
    ended_join(&out, cut, Ticks::ms(20));
    assert_eq!(out.record().disposition, Disposition::CutOff);
    out.inmate_heard_in_order(&[Prompt::CallEndedByFacility]);
    neither_hears_the_other(&out, cut + Ticks::ms(60));
}

#[test]
fn on_hook_of_the_inmate_ends_a_join_before_the_trunk_is_released() {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        Step::Mark("hangs up"),
        Step::OnHook,
    ];
    let party = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(30))];
    let out = greeted(inmate, party).lasting(16).run();
    let down = out.marked("hangs up");
    ended_join(&out, down, Ticks::ms(30));
    let (_, parted) = last_join(&out);
    assert!(parted <= hung_up(&out), "{}", out.tale());
    let sound = first_sound(&out.phone().heard, down + Ticks::ms(60), out.end);
    assert_eq!(sound, None, "on-hook the phone hears nothing");
}

#[test]
fn a_flash_ends_a_join() {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        Step::Mark("flash"),
        Step::flash_ms(250),
        wait(4000),
        Step::OnHook,
    ];
    let out = greeted(inmate, vec![wait(60_000)]).run();
    let found = joins(&out);
    let flash = out.marked("flash");
    let ended = found.iter().filter_map(|join| join.1);
    let ended = ended.filter(|to| *to >= flash).min().expect("an end");
    assert!(ended.since(flash) <= Ticks::ms(30), "{}", out.tale());
    let again = found.iter().map(|join| join.0).find(|from| *from > ended);
    let again = again.unwrap_or_else(|| panic!("joined again: {}", out.tale()));
    assert!(again.since(ended) >= Ticks::ms(700), "{}", out.tale());
    assert!(out.record().flags.switch_hook);
}

#[test]
fn after_a_joined_talk_the_next_call_on_the_trunk_is_not_heard() {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        Step::OnHook,
        wait(12_000),
        Step::OffHook,
        wait(8000),
        Step::OnHook,
    ];
    let party = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(4))];
    let number = format!("1{MOTHER}");
    let other = vec![
        wait(13_000),
        Step::OffHook,
        wait(300),
        Step::dial(&number),
        wait(4000),
        wait(10_000),
    ];
    let out = greeted(inmate, party).and_phone(other).lasting(36).run();
    assert!(!joins(&out).is_empty(), "{}", out.tale());
    assert_eq!(out.records.len(), 2, "{}", out.tale());
    // The first phone was lifted again while the second one talks over the trunk.
    let called = &Clip::called_talk().samples()[..8000].to_vec();
    let after = Tick::ZERO + Ticks::secs(14);
    let heard = hearing::best(&out.phone().heard, called, after, out.end);
    assert!(
        heard < 0.35,
        "the first phone hears the second's call: {heard}"
    );
    let there = hearing::best(&out.phones[1].heard, called, after, out.end);
    assert!(there > 0.45, "the second one hears it: {there}");
}

#[test]
fn a_third_party_is_found_in_a_joined_talk() {
    for switching in [Switching::ANALOG, Switching::DIGITAL] {
        let services = Services::three_way(switching);
        let out = joining(talked(at_home(joins_after_talk(), services))).run();
        mostly_joined(&out, talks(&out), Ticks::secs(80));
        flagged(&out);
    }
}

#[test]
fn joining_and_parting_is_nothing_of_a_third_party() {
    // Warnings, flashes and what looks like a key take the talk from one path to the other.
    let services = Services::three_way(Switching::ANALOG);
    let mut steps = talks_a_while();
    steps.extend([wait(9000), says(&Clip::called_talk(), 6), wait(6000)]);
    steps.extend([says(&Clip::called_talk(), 9), wait(60_000)]);
    let out = joining(talked(at_home(steps, services)))
        .site(|seed| {
            plain(seed);
            limit(155)(seed);
            seed.settings.rules.warnings.two_minutes = true;
        })
        .run();
    assert!(joins(&out).len() >= 3, "{}", out.tale());
    mostly_joined(&out, talks(&out), Ticks::secs(80));
    not_flagged(&out);
}
