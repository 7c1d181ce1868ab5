//! The trunk: which one is lent, its proceed signal, and trunks that are dead, taken or rung.

use crate::{
    bench::{self, MOTHER, OTHER_PIN, Outcome, PIN, STRANGER, then, wait},
    hearing,
    short::{dials, hears_fast_busy, keys, ringing},
};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::line::{ExchangeLine, Incoming},
    script::Step,
    tone_plan::{self, TonePlan},
    transcript::Event,
};
use types::{
    disposition::{Disposition, EndedBy},
    fact::Fact,
    id::TrunkId,
    language::Language,
    prompt::Prompt,
    tick::{Tick, Ticks},
    trunk::{Outpulsing, TrunkCondition},
};

pub fn good() -> ExchangeLine {
    ExchangeLine::kewl_start()
}

/// Feeds the line, but never gives dial tone.
pub fn mute() -> ExchangeLine {
    ExchangeLine {
        dial_tone: None,
        ..good()
    }
}

fn rung_at(seconds: u64, rings: u16) -> ExchangeLine {
    let at = Tick::ZERO + Ticks::secs(seconds);
    ExchangeLine {
        incoming: vec![Incoming {
            at,
            rings,
            caller: None,
        }],
        ..good()
    }
}

/// Calls, lets it ring a moment, hangs up.
fn short_call(number: &str, pause: u64) -> Vec<Step> {
    then(dials(number), [wait(4500), Step::OnHook, wait(pause)])
}

pub fn seizures(out: &Outcome, trunk: usize) -> Vec<Tick> {
    let events = out.trunks[trunk - 1].events().iter();
    events
        .filter(|e| e.event == Event::OffHook)
        .map(|e| e.at)
        .collect()
}

pub fn returned(out: &Outcome) -> Vec<(TrunkId, TrunkCondition)> {
    out.facts()
        .filter_map(|(_, f)| match *f {
            Fact::TrunkReturned { trunk, condition } => Some((trunk, condition)),
            _ => None,
        })
        .collect()
}

// ---- the proceed signal

#[test]
fn digits_wait_for_a_slow_dial_tone() {
    let slow = ExchangeLine {
        dial_tone: Some(Ticks::secs(3)),
        ..good()
    };
    let out = ringing(then(dials(MOTHER), [wait(7000), Step::OnHook]))
        .exchange(slow)
        .lasting(13)
        .run();
    let seized = out.seen(|e| *e == Event::OffHook, 0);
    let dial_tone = out.seen(|e| matches!(e, Event::DialTone { .. }), 0);
    let first_digit = out.seen(|e| matches!(e, Event::Digit { .. }), 0);
    assert!(dial_tone.since(seized) >= Ticks::secs(3));
    assert!(first_digit > dial_tone, "{}", out.tale());
    let before = hearing::rms(&out.trunk().heard, seized + Ticks::ms(50), dial_tone);
    assert!(before < 20.0, "nothing is sent into the silence: {before}");
    assert_eq!(out.dialed()[0].as_str(), MOTHER);
}

#[test]
fn a_trunk_without_dial_tone_is_given_up_and_the_next_one_carries_the_call() {
    let out = ringing(then(dials(MOTHER), [wait(9000), Step::OnHook]))
        .trunks(vec![mute(), good()])
        .lasting(15)
        .run();
    assert_eq!(out.lent(1), [TrunkId(1), TrunkId(2)], "{}", out.tale());
    assert_eq!(out.trunks[0].count(|e| matches!(e, Event::Digit { .. })), 0);
    let released = out.trunks[0].count(|e| *e == Event::Released);
    assert_eq!(released, 1, "the dead one is put on-hook");
    let dialed: Vec<_> = out.trunks[1].dialed().collect();
    assert_eq!(dialed.len(), 1, "{}", out.tale());
    assert_eq!(out.record().trunk, Some(TrunkId(2)));
    let conditions = [
        (TrunkId(1), TrunkCondition::Faulty),
        (TrunkId(2), TrunkCondition::Good),
    ];
    assert_eq!(returned(&out), conditions);
}

#[test]
fn a_trunk_with_a_fault_rests_before_it_is_tried_again() {
    // The second call comes within the rest: without the fault it would get the first trunk,
    // which has then been idle longest.
    let steps = then(
        then(dials(MOTHER), [wait(5500), Step::OnHook, wait(2500)]),
        then(dials(MOTHER), [wait(2500), Step::OnHook]),
    );
    let out = ringing(steps)
        .trunks(vec![mute(), good()])
        .lasting(22)
        .run();
    assert_eq!(
        out.lent(1),
        [TrunkId(1), TrunkId(2), TrunkId(2)],
        "{}",
        out.tale()
    );
    assert_eq!(seizures(&out, 1).len(), 1);
}

#[test]
fn a_trunk_without_battery_carries_no_call() {
    let dead = ExchangeLine {
        battery: false,
        ..good()
    };
    let out = ringing(then(dials(MOTHER), [wait(4500), Step::OnHook]))
        .trunks(vec![dead, good()])
        .lasting(10)
        .run();
    assert_eq!(out.lent(1), [TrunkId(2)], "{}", out.tale());
    assert_eq!(out.trunks[1].dialed().count(), 1);
}

#[test]
fn with_all_trunks_dead_the_inmate_is_told_that_no_line_is_free() {
    let steps = then(dials(MOTHER), hears_fast_busy());
    let out = bench::phone(steps)
        .trunks(vec![mute(), mute()])
        .lasting(24)
        .run();
    out.failed(Disposition::NoTrunk, Prompt::NoLineAvailable);
    let faulty = |trunk| (TrunkId(trunk), TrunkCondition::Faulty);
    assert_eq!(returned(&out), [faulty(1), faulty(2)]);
}

#[test]
fn no_more_trunks_are_tried_than_the_setting_says() {
    let out = bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .trunks(vec![mute(), good()])
        .settings(|settings| settings.trunk_tries = 1)
        .lasting(20)
        .run();
    out.failed(Disposition::NoTrunk, Prompt::NoLineAvailable);
    assert_eq!(out.lent(1), [TrunkId(1)]);
}

// ---- which trunk

#[test]
fn with_the_only_trunk_taken_a_second_phone_is_told_that_no_line_is_free() {
    let second = then(
        vec![wait(2500)],
        then(keys(&format!("{OTHER_PIN}{STRANGER}")), hears_fast_busy()),
    );
    let out = ringing(then(dials(MOTHER), [wait(14_000), Step::OnHook]))
        .and_phone(second)
        .lasting(20)
        .run();
    out.nothing_was_missed();
    let told = out.heard(&out.phones[1], Language::ENGLISH, Prompt::NoLineAvailable);
    assert_eq!(told.len(), 1, "{}", out.tale());
    let record = out
        .records
        .iter()
        .find(|r| r.line.0 == 2)
        .expect("its record");
    assert_eq!(record.disposition, Disposition::NoTrunk);
    assert_eq!(
        (record.ended_by, record.trunk),
        (Some(EndedBy::Network), None)
    );
    let first = out
        .records
        .iter()
        .find(|r| r.line.0 == 1)
        .expect("its record");
    assert_eq!(
        first.disposition,
        Disposition::Abandoned,
        "the first call is not disturbed"
    );
}

#[test]
fn the_trunk_that_has_been_idle_longest_is_lent_first() {
    let calls = (0..4).flat_map(|_| short_call(MOTHER, 2500)).collect();
    let out = ringing(calls)
        .trunks(vec![good(), good(), good()])
        .lasting(48)
        .run();
    let order = [1, 2, 3, 1].map(TrunkId);
    assert_eq!(out.lent(1), order, "{}", out.tale());
    let recorded: Vec<_> = out.records.iter().filter_map(|r| r.trunk).collect();
    assert_eq!(recorded, order);
}

/// Two calls of two phones over one trunk, the second asking for it when the first has been
/// gone for little more than a second.
fn close_calls(guard: Ticks) -> Outcome {
    let first = then(dials(MOTHER), [wait(4500), Step::OnHook]);
    let second = then(
        vec![wait(6200)],
        then(
            keys(&format!("{OTHER_PIN}{STRANGER}")),
            [wait(4500), Step::OnHook],
        ),
    );
    let mut scenario = ringing(first).and_phone(second).lasting(16);
    scenario.guard = guard;
    scenario.run()
}

#[test]
fn a_trunk_is_not_seized_again_within_its_guard_time() {
    let out = close_calls(Ticks::secs(3));
    let second = out
        .records
        .iter()
        .find(|r| r.line.0 == 2)
        .expect("its record");
    assert_eq!(second.disposition, Disposition::NoTrunk, "{}", out.tale());
    assert_eq!(seizures(&out, 1).len(), 1);
}

#[test]
fn a_trunk_is_seized_again_after_its_guard_time() {
    let guard = Ticks::secs(1);
    let out = close_calls(guard);
    let seized = seizures(&out, 1);
    assert_eq!(seized.len(), 2, "{}", out.tale());
    let released = out.seen(|e| *e == Event::OnHook, 0);
    assert!(
        seized[1].since(released) >= guard,
        "{seized:?} after {released:?}"
    );
}

#[test]
fn a_trunk_that_comes_too_late_goes_back_unused() {
    let mut scenario = bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .settings(|settings| settings.trunk_wait = Ticks::ms(300));
    scenario.options.keeper_reply = Ticks::secs(5);
    let out = scenario.lasting(18).run();
    out.failed(Disposition::NoTrunk, Prompt::NoLineAvailable);
    assert_eq!(out.record().trunk, None);
    assert_eq!(seizures(&out, 1), []);
    assert_eq!(returned(&out), [(TrunkId(1), TrunkCondition::Good)]);
}

#[test]
fn a_trunk_that_comes_after_a_hang_up_is_there_for_the_next_call() {
    let second = then(
        vec![wait(9000)],
        then(
            keys(&format!("{OTHER_PIN}{STRANGER}")),
            [wait(9000), Step::OnHook],
        ),
    );
    let mut scenario = ringing(then(dials(MOTHER), [wait(100), Step::OnHook]))
        .and_phone(second)
        .settings(|settings| settings.trunk_wait = Ticks::secs(6));
    scenario.options.keeper_reply = Ticks::secs(5);
    let out = scenario.lasting(24).run();
    let seize = out
        .phases()
        .iter()
        .position(|p| *p == "seize")
        .expect("a trunk is asked for");
    assert_eq!(
        out.phases()[seize + 1],
        "idle",
        "the wait is what is left; {}",
        out.tale()
    );
    assert_eq!(out.lent(1), []);
    assert_eq!(out.lent(2), [TrunkId(1)], "{}", out.tale());
    assert_eq!(out.dialed()[0].as_str(), STRANGER);
}

// ---- a trunk of the phone's own

/// Two phones call in turn; the first has a trunk of its own.
fn one_with_its_own(own: ExchangeLine) -> Outcome {
    let second = then(
        vec![wait(2500)],
        then(
            keys(&format!("{OTHER_PIN}{STRANGER}")),
            [wait(5500), Step::OnHook],
        ),
    );
    let first = then(dials(MOTHER), [wait(8000), Step::OnHook]);
    let mut scenario = ringing(first).and_phone(second);
    scenario.own_trunk = true;
    scenario.trunks(vec![own, good()]).lasting(16).run()
}

#[test]
fn a_phone_with_a_trunk_of_its_own_calls_over_it_and_nobody_else_does() {
    let out = one_with_its_own(good());
    assert_eq!(out.lent(1), [TrunkId(1)], "{}", out.tale());
    assert_eq!(out.lent(2), [TrunkId(2)], "{}", out.tale());
    let dialed = |trunk: usize| out.trunks[trunk].dialed().next().map(|d| d.to_string());
    assert_eq!(dialed(0).as_deref(), Some(MOTHER));
    assert_eq!(dialed(1).as_deref(), Some(STRANGER));
}

#[test]
fn a_phone_whose_own_trunk_is_dead_gets_no_other() {
    let out = one_with_its_own(mute());
    let first = out.records.iter().find(|r| r.line.0 == 1);
    let first = first.expect("its record");
    assert_eq!(first.disposition, Disposition::NoTrunk, "{}", out.tale());
    assert_eq!(
        seizures(&out, 2).len(),
        1,
        "the shared trunk is the other's"
    );
}

#[test]
fn a_phone_s_own_trunk_that_rings_is_not_seized() {
    let out = one_with_its_own(rung_at(0, 2));
    assert_eq!(seizures(&out, 1), [], "{}", out.tale());
    let first = out.records.iter().find(|r| r.line.0 == 1);
    assert_eq!(first.expect("its record").disposition, Disposition::NoTrunk);
}

// ---- calls that come in

#[test]
fn a_ring_is_never_answered() {
    let out = bench::phone(vec![wait(500)])
        .exchange(rung_at(2, 3))
        .lasting(22)
        .run();
    let rings = out.trunk().count(|e| *e == Event::RingStart);
    assert_eq!(rings, 3);
    assert_eq!(seizures(&out, 1), []);
}

#[test]
fn a_trunk_that_rings_is_not_lent_even_in_the_pause_between_rings() {
    // Rings from 0.0 to 2.0; the call asks at about 3.6.
    let out = bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .exchange(rung_at(0, 2))
        .lasting(18)
        .run();
    out.failed(Disposition::NoTrunk, Prompt::NoLineAvailable);
    assert_eq!(seizures(&out, 1), []);
}

#[test]
fn with_one_trunk_ringing_another_carries_the_call() {
    let out = ringing(then(dials(MOTHER), [wait(4500), Step::OnHook]))
        .trunks(vec![rung_at(0, 2), good()])
        .lasting(11)
        .run();
    assert_eq!(out.lent(1), [TrunkId(2)]);
    assert_eq!(seizures(&out, 1), []);
}

#[test]
fn glare_gives_the_trunk_up_unheard_and_takes_the_next() {
    let steps = || then(dials(MOTHER), [wait(10_000), Step::OnHook]);
    let run = |incoming: Vec<Incoming>| {
        let first = ExchangeLine { incoming, ..good() };
        ringing(steps())
            .trunks(vec![first, good()])
            .lasting(16)
            .run()
    };
    let seized = seizures(&run(Vec::new()), 1)[0];
    // A call comes in at the very moment: the ring is too late to be seen.
    let at = seized - Ticks::ms(20);
    let caller = Some(Clip::called_talk());
    let out = run(vec![Incoming {
        at,
        rings: 3,
        caller,
    }]);
    assert_eq!(
        out.trunks[0].count(|e| *e == Event::Glare),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.lent(1), [TrunkId(1), TrunkId(2)], "{}", out.tale());
    assert_eq!(out.trunks[0].count(|e| matches!(e, Event::Digit { .. })), 0);
    let talk = Clip::called_talk();
    let talk = &talk.samples()[..8000];
    let heard = hearing::best(&out.phone().heard, talk, Tick::ZERO, out.end);
    assert!(
        heard < hearing::HEARD,
        "the inmate does not hear the caller: {heard}"
    );
    assert_eq!(out.trunks[1].dialed().count(), 1);
}

#[test]
fn a_line_that_the_last_called_party_still_holds_carries_no_other_call() {
    let holding = ExchangeLine {
        held: Ticks::secs(60),
        ..good()
    };
    let party = CalledPartyScript::new(
        Answer::After(Ticks::ms(1200)),
        vec![Step::SayFor(Clip::called_talk(), Ticks::secs(40))],
    );
    let again = then(keys(&format!("{PIN}{STRANGER}")), hears_fast_busy());
    let out = bench::phone(then(dials(MOTHER), [wait(7000), Step::OnHook, wait(2500)]))
        .and_phone(then(vec![wait(14_000)], again))
        .exchange(holding)
        .to(MOTHER, party)
        .lasting(32)
        .run();
    out.nothing_was_missed();
    assert_eq!(
        out.trunk().count(|e| *e == Event::HeldLine),
        1,
        "{}",
        out.tale()
    );
    let second = out
        .records
        .iter()
        .find(|r| r.line.0 == 2)
        .expect("its record");
    assert_eq!(
        (second.disposition, second.talk),
        (Disposition::NoTrunk, Ticks::ZERO)
    );
    assert_eq!(out.dialed().len(), 1, "nothing is dialed into it");
    let talk = Clip::called_talk();
    let heard = hearing::best(
        &out.phones[1].heard,
        &talk.samples()[..8000],
        Tick::ZERO,
        out.end,
    );
    assert!(
        heard < hearing::HEARD,
        "the second inmate does not hear the party: {heard}"
    );
}

fn two_tones(hz: [f64; 2], ms: usize) -> Vec<i16> {
    let turn = |hz: f64, at: usize| (std::f64::consts::TAU * hz * at as f64 / 8000.0).sin();
    let both = |at| (4000.0 * (turn(hz[0], at) + turn(hz[1], at))) as i16;
    (0..8 * ms).map(both).collect()
}

/// An exchange that does not ring at once: a call is there for seconds without a ring.
static SILENT_AT_FIRST: TonePlan = {
    let mut plan = tone_plan::US;
    plan.ring = (0, 6000);
    plan
};

/// The caller waits for the trunk to be seized, plays dial tone for so long, then ringback, and talks.
fn plays_the_exchange(dial_tone_ms: usize, stutters: bool, outpulsing: Outpulsing) -> Outcome {
    let mut says = Vec::new();
    while stutters && says.len() < 8 * dial_tone_ms {
        says.extend(two_tones([350.0, 440.0], 100));
        says.extend([0; 800]);
    }
    says.extend(two_tones([350.0, 440.0], dial_tone_ms));
    says.extend([0; 8 * 2500]);
    says.extend(two_tones([440.0, 480.0], 2000));
    says.extend([0; 8 * 700]);
    says.extend(Clip::called_talk().samples());
    let steps = || then(dials(MOTHER), [wait(10_000), Step::OnHook]);
    let quiet = ringing(steps()).lasting(6).run();
    let called = ExchangeLine {
        plan: &SILENT_AT_FIRST,
        incoming: vec![Incoming {
            at: seizures(&quiet, 1)[0] - Ticks::secs(2),
            rings: 3,
            caller: Some(Clip::from_samples("caller", &says)),
        }],
        ..good()
    };
    let mut scenario = ringing(steps()).trunks(vec![called, good()]).lasting(18);
    scenario.outpulsing = outpulsing;
    scenario.run()
}

#[test]
fn a_caller_who_is_not_rung_yet_is_not_taken_for_the_exchange() {
    for (ms, stutters) in [(1000, false), (1500, false), (5000, false), (3000, true)] {
        let out = plays_the_exchange(ms, stutters, Outpulsing::Dtmf);
        assert_eq!(out.trunks[0].count(|e| *e == Event::Glare), 1);
        let lent = out.lent(1);
        assert_eq!(lent, [TrunkId(1), TrunkId(2)], "{ms} ms: {}", out.tale());
        let digits = out.trunks[0].count(|e| matches!(e, Event::Digit { .. }));
        assert!(digits <= 1, "{ms} ms: {digits} digits; {}", out.tale());
        assert!(returned(&out).contains(&(TrunkId(1), TrunkCondition::Faulty)));
        assert_eq!(out.trunks[1].dialed().count(), 1);
    }
}

#[test]
fn by_dial_pulses_a_caller_is_not_taken_for_the_exchange_either() {
    let out = plays_the_exchange(5000, false, Outpulsing::Pulse);
    let lent = out.lent(1);
    assert_eq!(lent, [TrunkId(1), TrunkId(2)], "{}", out.tale());
}

#[test]
fn dial_pulses_go_out_when_dial_tone_broke_on_the_first_digit() {
    let mut scenario = ringing(then(dials(MOTHER), [wait(20_000), Step::OnHook])).lasting(26);
    scenario.outpulsing = Outpulsing::Pulse;
    let out = scenario.run();
    let dialed = out.dialed();
    assert_eq!(dialed[0].as_str(), MOTHER, "{}", out.tale());
    assert_eq!(returned(&out), [(TrunkId(1), TrunkCondition::Good)]);
}
