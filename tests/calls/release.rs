//! How calls end: either side's on-hook, by every sign an exchange may give, officers, lost trunks.

use crate::{
    bench::{MOTHER, Outcome, PIN, Scenario, guest, wait, with_pin},
    hearing,
    ready::{collect, direct, hung_up, plain, quick, talks},
};
use drivers::{
    port::PortError,
    sim::{
        clip::Clip,
        exchange::{
            line::{Afterwards, ExchangeLine, HangUpSignal},
            routes::{Destination, Routes},
        },
        script::Step,
        transcript::Event,
    },
    wrap::faulty::Faults,
};
use signaling::supervision::LOOP_BREAK;
use types::{
    disposition::*,
    evidence::ReleaseEvidence,
    fact::Fact,
    heard::Heard,
    prompt::Prompt,
    query::LineCommand,
    tick::{Tick, Ticks},
    tone::Tone,
};

// ---- the inmate hangs up

/// That the inmate's on-hook ended this phase, and that the trunk was on-hook soon after.
fn ended_in(out: &Outcome, phase: &str, held: bool) {
    let ended = |f: &Fact| matches!(f, Fact::Phase { from, to } if *from == phase && *to == "idle");
    let at = out
        .fact(ended)
        .unwrap_or_else(|| panic!("not in {phase}: {}", out.tale()));
    let seized = out.trunk().count(|e| *e == Event::OffHook);
    assert_eq!(seized, usize::from(held), "{}", out.tale());
    if held {
        let opened = hung_up(out);
        assert!(opened.since(at) <= Ticks::ms(500), "{}", out.tale());
        assert_eq!(out.trunk().count(|e| *e == Event::Released), 1);
    }
}

fn abandoned(out: &Outcome) {
    assert_eq!(out.record().disposition, Disposition::Abandoned);
    assert_eq!(out.record().ended_by, Some(EndedBy::Inmate));
    assert_eq!(out.record().talk_utc_ms, None);
}

/// On-hook so long after the name was recorded.
fn named_then(ms: u64) -> Scenario {
    collect(
        vec![wait(ms), Step::OnHook],
        vec![wait(4000), Step::dial("2")],
    )
    .lasting(18)
}

#[test]
fn on_hook_during_dial_tone_leaves_no_record_but_is_counted() {
    let out = crate::bench::phone(vec![wait(300), Step::OffHook, wait(600), Step::OnHook])
        .settings(|s| s.dial_tone = Ticks::secs(3))
        .lasting(4)
        .run();
    ended_in(&out, "dial-tone", false);
    assert!(out.records.is_empty());
    assert_eq!(out.empty_off_hooks, 1);
}

#[test]
fn on_hook_while_the_pin_is_keyed_is_an_abandoned_attempt() {
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(1800),
        Step::dial(&PIN[..3]),
        wait(300),
        Step::OnHook,
    ];
    let out = crate::bench::phone(steps).lasting(6).run();
    ended_in(&out, "pin", false);
    abandoned(&out);
    assert_eq!(out.record().dialed, "");
}

#[test]
fn on_hook_while_the_number_is_keyed_is_an_abandoned_attempt() {
    let mut steps = with_pin(PIN);
    steps.extend([Step::dial("0215555"), wait(300), Step::OnHook]);
    let out = crate::bench::phone(steps).lasting(18).run();
    ended_in(&out, "number", false);
    abandoned(&out);
    assert_eq!(out.record().dialed, "0215555");
}

#[test]
fn on_hook_before_the_name_is_said_is_an_abandoned_call() {
    let number = format!("0{MOTHER}");
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(&number),
        wait(2000),
        Step::OnHook,
    ];
    let out = crate::bench::phone(steps).site(plain).lasting(8).run();
    ended_in(&out, "name", false);
    abandoned(&out);
    assert_eq!(out.record().dialed, number);
}

#[test]
fn on_hook_before_the_exchange_is_ready_returns_the_trunk() {
    let slow = ExchangeLine {
        dial_tone: Some(Ticks::secs(3)),
        ..quick()
    };
    let out = named_then(400).exchange(slow).run();
    ended_in(&out, "seize", true);
    abandoned(&out);
    assert_eq!(out.trunk().dialed().count(), 0);
}

#[test]
fn on_hook_during_outpulsing_returns_the_trunk_and_dials_no_further() {
    let out = named_then(250).run();
    ended_in(&out, "dial", true);
    abandoned(&out);
    assert_eq!(out.trunk().dialed().count(), 0, "{}", out.tale());
}

#[test]
fn on_hook_while_it_rings_returns_the_trunk() {
    let mut scenario = named_then(4000);
    scenario.routes = Routes::new().to(&format!("1{MOTHER}"), Destination::RingNoAnswer);
    let out = scenario.run();
    ended_in(&out, "progress", true);
    abandoned(&out);
    assert_eq!(out.record().answered_utc_ms, None);
}

#[test]
fn on_hook_during_the_announcement_stops_it_and_returns_the_trunk() {
    let out = named_then(4000).run();
    ended_in(&out, "accept", true);
    abandoned(&out);
    assert!(out.record().answered_utc_ms.is_some());
    let silent = hearing::rms(&out.trunk().heard, hung_up(&out) + Ticks::ms(30), out.end);
    assert!(silent < 30.0, "the announcement goes on: {silent}");
}

#[test]
fn on_hook_during_the_goodbye_leaves_the_called_partys_refusal_standing() {
    let out = named_then(6000).run();
    ended_in(&out, "farewell", true);
    assert_eq!(out.record().disposition, Disposition::Refused);
    assert_eq!(out.record().ended_by, Some(EndedBy::CalledParty));
}

/// On channels a handset lifts and hangs up 20 ms after it says so, and is seen at the end of a block.
fn late_hands() -> Ticks {
    Ticks::ms(if guest::inside() { 30 } else { 0 })
}

#[test]
fn on_hook_in_a_conversation_completes_the_call() {
    let out = direct(vec![wait(3000), Step::OnHook], vec![wait(60_000)]).run();
    ended_in(&out, "talk", true);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed);
    assert_eq!(record.ended_by, Some(EndedBy::Inmate));
    assert!(record.release_evidence.is_empty());
    let talk = out.entered("talk").expect("talk");
    let on_hook = out.phone().first(|e| *e == Event::OnHook).expect("on-hook");
    let longest = on_hook.since(talk) + Ticks::ms(420) + late_hands();
    assert!(
        record.talk <= longest && record.talk >= on_hook.since(talk),
        "{:?}",
        record.talk
    );
}

#[test]
fn on_hook_after_the_call_writes_no_second_record() {
    let out = direct(
        vec![wait(8000), Step::OnHook],
        vec![wait(4000), Step::OnHook],
    )
    .run();
    assert!(out.entered("aftermath").is_some(), "{}", out.tale());
    assert_eq!(out.record().ended_by, Some(EndedBy::CalledParty));
    assert_eq!(out.empty_off_hooks, 0);
}

// ---- the called party hangs up

/// The called party says hello and talks, then hangs up at a time that is marked "gone".
fn called_party_hangs_up(signal: HangUpSignal, reversal: bool) -> Scenario {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        wait(30_000),
    ];
    let talk = Step::SayFor(Clip::called_talk(), Ticks::ms(1500));
    let hello = Step::Say(Clip::called_hello());
    let party = vec![
        wait(300),
        hello,
        wait(2200),
        talk,
        Step::Mark("gone"),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        hang_up: signal,
        answer_reversal: reversal,
        ..quick()
    };
    direct(inmate, party).exchange(line).lasting(21)
}

/// That the call ended by this evidence, no later than this after the hang-up, and that
/// the inmate was told and then heard fast busy.
fn told_and_ended(out: &Outcome, evidence: ReleaseEvidence, within: Ticks) {
    let opened = hung_up(out).since(told_of_the_hang_up(out, evidence));
    assert!(opened <= within, "{opened:?}: {}", out.tale());
}

/// The call ended by this evidence, and the inmate was told. When the called party hung up.
fn told_of_the_hang_up(out: &Outcome, evidence: ReleaseEvidence) -> Tick {
    let gone = out
        .trunk()
        .mark("gone")
        .unwrap_or_else(|| panic!("{}", out.tale()));
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::CalledParty));
    assert_eq!(out.release_evidence(), [evidence], "{}", out.tale());
    out.inmate_heard_in_order(&[Prompt::FarEndHungUp, Prompt::HangUp]);
    gone
}

/// When the trunk was let go. An exchange on a channel sees no on-hook before its own disconnect
/// signal is over.
fn let_go(out: &Outcome) -> Tick {
    let returned = out.fact(|fact| matches!(fact, Fact::TrunkReturned { .. }));
    returned.unwrap_or_else(|| panic!("{}", out.tale()))
}

fn silent_signal() -> HangUpSignal {
    HangUpSignal {
        delay: Ticks::ms(500),
        ..HangUpSignal::NOTHING
    }
}

#[test]
fn a_loop_break_of_the_exchange_ends_the_call_at_once() {
    let signal = HangUpSignal {
        loop_break: Some(Ticks::ms(650)),
        ..silent_signal()
    };
    let out = called_party_hangs_up(signal, false).run();
    let gone = told_of_the_hang_up(&out, ReleaseEvidence::LoopBreak);
    let opened = let_go(&out).since(gone);
    assert!(
        opened <= signal.delay + LOOP_BREAK + Ticks::ms(60),
        "{opened:?}: {}",
        out.tale()
    );
    let seen = hung_up(&out).since(gone);
    assert!(seen <= Ticks::ms(1500), "{seen:?}: {}", out.tale());
}

#[test]
fn polarity_that_falls_back_ends_the_call() {
    let signal = HangUpSignal {
        polarity_back: true,
        ..silent_signal()
    };
    let out = called_party_hangs_up(signal, true).run();
    told_and_ended(&out, ReleaseEvidence::PolarityBack, Ticks::ms(750));
}

#[test]
fn busy_tone_in_a_conversation_ends_the_call() {
    let signal = HangUpSignal::only(Afterwards::Busy, Ticks::ms(800));
    let out = called_party_hangs_up(signal, false).run();
    told_and_ended(
        &out,
        ReleaseEvidence::Tone(Tone::Busy),
        Ticks::ms(800 + 3200),
    );
}

#[test]
fn reorder_tone_in_a_conversation_ends_the_call() {
    let signal = HangUpSignal::only(Afterwards::Reorder, Ticks::ms(800));
    let out = called_party_hangs_up(signal, false).run();
    told_and_ended(
        &out,
        ReleaseEvidence::Tone(Tone::Reorder),
        Ticks::ms(800 + 2000),
    );
}

#[test]
fn a_second_dial_tone_ends_the_call_where_the_exchange_tells_nothing_else() {
    let signal = HangUpSignal::only(Afterwards::DialTone, Ticks::secs(5));
    let out = called_party_hangs_up(signal, false).run();
    told_and_ended(&out, ReleaseEvidence::DialTone, Ticks::ms(5000 + 1000));
    // It is how this exchange says so, at each call's end: nobody would look at such a flag.
    assert!(!out.record().flags.second_dial_tone);
    assert_eq!(out.trunk().dialed().count(), 1);
}

#[test]
fn silence_ends_the_call_where_the_exchange_tells_nothing_at_all() {
    let scenario = called_party_hangs_up(HangUpSignal::NOTHING, false);
    let out = scenario.settings(|s| s.talk_silence = Ticks::secs(5)).run();
    told_and_ended(&out, ReleaseEvidence::Silence, Ticks::ms(9000));
}

#[test]
fn the_path_closes_at_the_first_cycle_of_busy() {
    let signal = HangUpSignal::only(Afterwards::Busy, Ticks::ms(2500));
    let out = called_party_hangs_up(signal, false).run();
    let busy = out.trunk().mark("gone").expect("gone") + Ticks::ms(2500);
    let first = hearing::rms(
        &out.phone().heard,
        busy + Ticks::ms(50),
        busy + Ticks::ms(450),
    );
    assert!(
        first > 300.0,
        "one burst is heard, as a voice would be: {first}"
    );
    let opened = hung_up(&out);
    assert!(opened.since(busy) > Ticks::ms(1300), "{}", out.tale());
    let second = hearing::rms(&out.phone().heard, busy + Ticks::ms(1200), opened);
    assert!(
        second < 60.0,
        "after its first cycle no more of it: {second}"
    );
}

#[test]
fn after_the_far_end_hung_up_there_is_fast_busy_and_no_dial_tone_before_on_hook_and_guard() {
    let inmate = vec![
        wait(2000),
        Step::await_fast_busy(Ticks::secs(12)),
        Step::Mark("fast busy"),
        wait(4000),
        Step::OnHook,
        wait(1000),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(3)),
        Step::Mark("too soon"),
        Step::OnHook,
        wait(2000),
        Step::OffHook,
        Step::await_dial_tone(Ticks::ms(1500)),
        Step::Mark("again"),
        Step::OnHook,
    ];
    let out = direct(inmate, vec![wait(3000), Step::OnHook])
        .lasting(34)
        .run();
    let waited_in_vain: Vec<u16> = out.phone().timed_out().collect();
    assert_eq!(
        waited_in_vain.len(),
        1,
        "only the first dial tone fails: {}",
        out.tale()
    );
    let (soon, again) = (out.phone().mark("too soon"), out.phone().mark("again"));
    let gave_up = out.phone().first(|e| matches!(e, Event::TimedOut(_)));
    assert_eq!(gave_up, soon, "it was the one too soon");
    assert!(again.is_some() && out.phone().mark("fast busy").is_some());
}

// ---- what must not end a call

/// The called party's conversation holds this sound in its middle.
fn called_party_plays(sound: Clip) -> Outcome {
    let talk = || Step::SayFor(Clip::called_talk(), Ticks::secs(3));
    let party = vec![
        talk(),
        Step::Mark("plays"),
        Step::Say(sound),
        Step::Mark("played"),
        wait(1700),
        Step::Mark("talks again"),
        talk(),
        wait(60_000),
    ];
    let out = direct(vec![wait(60_000)], party).lasting(26).run();
    out.goes_on();
    out
}

/// Two frequencies, on and off for so long, so many times.
fn cadence(hz: [f64; 2], on: u64, off: u64, times: usize) -> Clip {
    let [low, high] = hz.map(|hz| Clip::tone(hz, -20.0, Ticks::ms(on)));
    let mut samples = Vec::new();
    for _ in 0..times {
        samples.extend(
            low.samples()
                .iter()
                .zip(high.samples())
                .map(|(&a, &b)| a + b),
        );
        samples.resize(samples.len() + Ticks::ms(off).0 as usize, 0);
    }
    Clip::from_samples("cadence", &samples)
}

#[test]
fn one_cycle_of_something_like_busy_does_not_end_a_conversation() {
    // It is a cycle only once another burst has begun.
    let out = called_party_plays(cadence([480.0, 620.0], 500, 500, 2));
    let busy = |f: &Fact| {
        matches!(
            f,
            Fact::Heard {
                heard: Heard::Tone {
                    tone: Tone::Busy,
                    cycles: 1,
                    ..
                },
                ..
            }
        )
    };
    assert!(out.fact(busy).is_some(), "{}", out.tale());
    let again = out.trunk().mark("talks again").expect("talks again");
    let said = &Clip::called_talk().samples()[2000..14_000].to_vec();
    let heard = hearing::best(&out.phone().heard, said, again, again + Ticks::secs(3));
    assert!(heard > 0.8, "and it goes on: {heard}");
}

#[test]
fn music_with_the_frequencies_of_busy_in_another_cadence_does_not_end_a_conversation() {
    called_party_plays(cadence([480.0, 620.0], 900, 120, 6));
}

#[test]
fn a_tone_near_busy_in_the_cadence_of_busy_does_not_end_a_conversation() {
    called_party_plays(cadence([523.3, 659.3], 500, 500, 6));
}

#[test]
fn a_long_steady_note_does_not_end_a_conversation() {
    called_party_plays(Clip::tone(440.0, -15.0, Ticks::secs(6)));
}

// ---- officers, stops, lost trunks

/// A conversation with something done to the line in its ninth second.
pub fn conversation() -> Scenario {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(8)),
        wait(1000),
        Step::OnHook,
        wait(3000),
        Step::OffHook,
        wait(4000),
        Step::OnHook,
    ];
    direct(
        inmate,
        vec![
            wait(1000),
            Step::SayFor(Clip::called_talk(), Ticks::secs(30)),
        ],
    )
    .lasting(26)
}

/// When an order is given to a conversation.
pub const ORDER: u64 = 10;

fn within_a_moment(at: Tick, seconds: u64) -> bool {
    let wanted = Tick::ZERO + Ticks::secs(seconds);
    at >= wanted && at.since(wanted) <= Ticks::ms(300)
}

/// Cut while they talked, at most so long after the order.
pub fn cut_by(out: &Outcome, by: EndedBy, within: Ticks) {
    assert_eq!(
        out.record().disposition,
        Disposition::CutOff,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().ended_by, Some(by));
    let late = hung_up(out).since(Tick::ZERO + Ticks::secs(ORDER));
    assert!(late <= within, "{}", out.tale());
    out.inmate_heard_in_order(&[Prompt::CallEndedByFacility, Prompt::HangUp]);
}

#[test]
fn an_officer_cuts_a_conversation() {
    let out = conversation().at(ORDER, LineCommand::CutOff).lasting(16);
    cut_by(&out.run(), EndedBy::Officer, Ticks::ms(300));
}

#[test]
fn an_officer_cuts_a_call_that_is_being_announced() {
    let scenario = collect(vec![wait(20_000)], vec![wait(30_000)]).at(12, LineCommand::CutOff);
    let out = scenario.lasting(16).run();
    assert_eq!(
        out.record().disposition,
        Disposition::CutOff,
        "{}",
        out.tale()
    );
    assert!(within_a_moment(hung_up(&out), 12), "{}", out.tale());
}

#[test]
fn a_stop_that_cuts_ends_a_conversation_at_once() {
    let stop = LineCommand::Stop { cut: true };
    let out = conversation().at(ORDER, stop).lasting(16);
    cut_by(&out.run(), EndedBy::Controller, Ticks::ms(300));
}

#[test]
fn a_stop_that_waits_lets_the_conversation_end_and_takes_no_other_call() {
    let out = conversation()
        .at(ORDER, LineCommand::Stop { cut: false })
        .run();
    assert_eq!(
        out.records[0].disposition,
        Disposition::Completed,
        "{}",
        out.tale()
    );
    assert_eq!(out.records[0].ended_by, Some(EndedBy::Inmate));
    assert!(hung_up(&out) > Tick::ZERO + Ticks::secs(ORDER + 5));
    out.inmate_heard_in_order(&[Prompt::OutOfService]);
    assert_eq!(out.records.len(), 1);
}

fn lost(faults: Faults) -> Outcome {
    let mut scenario = conversation().lasting(16);
    scenario.trunk_faults = vec![(1, faults)];
    let out = scenario.run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::TrunkLost, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Network));
    out.inmate_heard_in_order(&[Prompt::CallNotCompleted, Prompt::HangUp]);
    out
}

#[test]
fn a_trunk_whose_card_goes_away_in_a_conversation_is_lost() {
    lost(Faults {
        gone_at: Some(Tick::ZERO + Ticks::secs(ORDER)),
        ..Faults::default()
    });
}

#[test]
fn a_trunk_whose_span_goes_into_alarm_in_a_conversation_is_lost() {
    let alarm = Some((Tick::ZERO + Ticks::secs(ORDER), Ticks::secs(2)));
    let out = lost(Faults {
        alarm,
        ..Faults::default()
    });
    assert_eq!(
        out.release_evidence(),
        [ReleaseEvidence::Alarm],
        "{}",
        out.tale()
    );
}

#[test]
fn a_trunk_whose_battery_goes_for_good_is_released() {
    let signal = HangUpSignal {
        loop_break: Some(Ticks::secs(60)),
        ..silent_signal()
    };
    let out = called_party_hangs_up(signal, false).run();
    assert_eq!(out.release_evidence(), [ReleaseEvidence::LoopBreak]);
    assert!(talks(&out) > Tick::ZERO);
}

#[test]
fn a_phone_whose_port_is_lost_in_a_conversation_has_not_hung_up() {
    let at = Tick::ZERO + Ticks::secs(ORDER);
    let gone = Some((at, Ticks::secs(2), PortError::Gone));
    for alarm in [false, true] {
        let mut scenario = conversation().lasting(16);
        let faults = Faults {
            alarm: alarm.then_some((at, Ticks::secs(2))),
            fails: gone.filter(|_| !alarm),
            ..Faults::default()
        };
        scenario.phone_faults = vec![(1, faults)];
        let out = scenario.run();
        let record = out.records.first().expect("a record");
        assert_eq!(record.disposition, Disposition::PhoneLost, "{}", out.tale());
        assert_eq!(record.ended_by, Some(EndedBy::Controller));
        assert!(within_a_moment(hung_up(&out), ORDER), "{}", out.tale());
    }
}

#[test]
fn a_span_in_alarm_that_carries_phone_and_trunk_loses_the_call_for_neither_party() {
    let mut scenario = conversation().lasting(16);
    let alarm = Faults {
        alarm: Some((Tick::ZERO + Ticks::secs(ORDER), Ticks::secs(2))),
        ..Faults::default()
    };
    scenario.trunk_faults = vec![(1, alarm)];
    scenario.phone_faults = vec![(1, alarm)];
    let out = scenario.run();
    let record = out.records.first().expect("a record");
    assert_eq!(record.disposition, Disposition::TrunkLost, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Network));
    let evidence: Vec<_> = record.release_evidence.iter().map(|e| e.0).collect();
    assert_eq!(evidence, [ReleaseEvidence::Alarm]);
}

#[test]
fn silence_that_ended_a_talk_is_no_talk() {
    let party = vec![
        wait(300),
        Step::SayFor(Clip::called_talk(), Ticks::secs(4)),
        Step::Mark("gone"),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        hang_up: HangUpSignal::NOTHING,
        ..quick()
    };
    let out = direct(vec![wait(60_000)], party)
        .exchange(line)
        .settings(|settings| settings.talk_silence = Ticks::secs(30))
        .lasting(48)
        .run();
    let gone = out.trunk().mark("gone").expect("the called party hangs up");
    let talk = out.entered("talk").expect("talk");
    let (said, told) = (gone.since(talk), out.record().talk);
    assert!(
        told <= said + Ticks::secs(3),
        "{told:?} for {said:?}: {}",
        out.tale()
    );
}
