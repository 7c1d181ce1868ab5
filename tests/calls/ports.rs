//! Ports that fail and work again: other lines don't notice, nothing has to be restarted.

use crate::{
    bench::{self, MOTHER, OTHER_PIN, STRANGER, then, wait},
    short::{dials, hears_fast_busy, keys, ringing},
    trunk::{good, mute, returned, seizures},
};
use drivers::{
    port::PortError,
    sim::script::Step,
    wrap::faulty::{Faults, Hit},
};
use line::keeper::FIRST_REST;
use types::{
    disposition::Disposition,
    edge::Edge,
    fact::{Fact, Leg},
    id::{LineId, TrunkId},
    tick::{Tick, Ticks},
    trunk::TrunkCondition,
};

/// All that can be wrong with a channel.
const ERRORS: [PortError; 8] = [
    PortError::Busy,
    PortError::Gone,
    PortError::Unconfigured,
    PortError::Signalling,
    PortError::Denied,
    PortError::Alarm,
    PortError::PutOnHook,
    PortError::Driver(5),
];

fn failing(from_ms: u64, ms: u64, error: PortError) -> Faults {
    Faults {
        fails: Some((Tick::ZERO + Ticks::ms(from_ms), Ticks::ms(ms), error)),
        ..Faults::default()
    }
}

/// Lets it ring a moment and hangs up.
fn call(number: &str) -> Vec<Step> {
    then(dials(number), [wait(4500), Step::OnHook])
}

#[test]
fn a_trunk_whose_port_fails_is_lent_again_when_it_works() {
    for error in ERRORS {
        let again = then(vec![wait(18_000)], call(MOTHER));
        let mut scenario = ringing(then(then(dials(MOTHER), hears_fast_busy()), again));
        scenario.trunk_faults = vec![(1, failing(0, 15_000, error))];
        let out = scenario.lasting(50).run();
        assert_eq!(out.records.len(), 2, "{error}: {}", out.tale());
        assert_eq!(out.records[0].disposition, Disposition::NoTrunk, "{error}");
        assert_eq!(out.lent(1), [TrunkId(1)], "{error}: {}", out.tale());
        assert_eq!(out.trunks[0].dialed().count(), 1, "{error}");
    }
}

#[test]
fn a_phone_whose_port_fails_in_a_call_leaves_the_others_alone_and_calls_again() {
    for error in ERRORS {
        let other = then(
            vec![wait(2500)],
            then(
                keys(&format!("{OTHER_PIN}{STRANGER}")),
                [wait(12_000), Step::OnHook],
            ),
        );
        let hangs_up = [wait(6000), Step::OnHook, wait(3000)];
        let twice = then(then(dials(MOTHER), hangs_up), call(MOTHER));
        let mut scenario = ringing(twice).and_phone(other);
        // The first call rings by then.
        scenario.phone_faults = vec![(1, failing(8000, 2500, error))];
        let out = scenario.trunks(vec![good(), good()]).lasting(40).run();
        assert_eq!(out.lent(1).len(), 2, "{error}: {}", out.tale());
        let failed = |line| {
            let mut facts = out.story.of(LineId(line));
            facts.any(|f| matches!(f.fact, Fact::PortFault { leg: Leg::Phone }))
        };
        assert!(failed(1) && !failed(2), "{error}: {}", out.tale());
        assert_eq!(out.lent(2).len(), 1, "{error}: {}", out.tale());
        let mut facts = out.story.of(LineId(2));
        let good = |f: &Fact| {
            let condition = TrunkCondition::Good;
            matches!(f, Fact::TrunkReturned { condition: of, .. } if *of == condition)
        };
        assert!(facts.any(|f| good(&f.fact)), "{error}: {}", out.tale());
    }
}

#[test]
fn a_phones_own_trunk_that_is_dead_rests_twice_as_long_each_time() {
    let tries = || then(then(dials(MOTHER), hears_fast_busy()), [wait(2500)]);
    let steps = then(then(tries(), tries()), then(tries(), tries()));
    let mut scenario = bench::phone(steps);
    scenario.own_trunk = true;
    let out = scenario.trunks(vec![mute()]).lasting(90).run();
    assert_eq!(out.records.len(), 4, "{}", out.tale());
    // One of the tries fell into the second rest.
    let seized = seizures(&out, 1);
    assert_eq!(seized.len(), 3, "{seized:?} {}", out.tale());
    let dead = out.facts().filter_map(|(at, fact)| match *fact {
        Fact::TrunkReturned { condition, .. } => Some((at, condition)),
        _ => None,
    });
    let dead: Vec<(Tick, TrunkCondition)> = dead.collect();
    for (times, (at, condition)) in (0..).zip(&dead) {
        assert_eq!(*condition, TrunkCondition::Faulty);
        let rest = Ticks(FIRST_REST.0 << times);
        let next = seized.iter().find(|seized| *seized > at);
        assert!(
            next.is_none_or(|next| next.since(*at) >= rest),
            "{seized:?} {dead:?}"
        );
    }
}

#[test]
fn a_phones_own_trunk_in_alarm_is_not_seized_until_the_alarm_is_over() {
    // The first try is later than a lost battery would keep the trunk.
    let first = then(vec![wait(11_000)], dials(MOTHER));
    let steps = then(then(first, hears_fast_busy()), [wait(12_000)]);
    let mut scenario = ringing(then(steps, call(MOTHER)));
    scenario.own_trunk = true;
    let alarm = Some((Tick::ZERO + Ticks::ms(500), Ticks::secs(20)));
    scenario.trunk_faults = vec![(
        1,
        Faults {
            alarm,
            ..Faults::default()
        },
    )];
    let out = scenario.trunks(vec![good()]).lasting(60).run();
    let seized = seizures(&out, 1);
    assert_eq!(seized.len(), 1, "{}", out.tale());
    assert!(seized[0] > Tick::ZERO + Ticks::ms(20_500));
    assert_eq!(returned(&out), [(TrunkId(1), TrunkCondition::Good)]);
}

#[test]
fn a_phones_own_trunk_is_free_again_when_its_battery_is_back() {
    let mut scenario = ringing(call(MOTHER));
    scenario.own_trunk = true;
    let hit = Some(Hit {
        at: Tick::ZERO + Ticks::ms(100),
        length: Ticks::ms(600),
        edges: [Edge::BatteryLost, Edge::BatteryBack],
    });
    scenario.trunk_faults = vec![(
        1,
        Faults {
            hit,
            ..Faults::default()
        },
    )];
    let out = scenario.trunks(vec![good()]).lasting(12).run();
    assert_eq!(seizures(&out, 1).len(), 1, "{}", out.tale());
}

#[test]
fn a_phone_that_is_off_hook_in_an_alarm_makes_no_attempt_until_it_is_over() {
    let steps = vec![wait(500), Step::OffHook, wait(25_000), Step::OnHook];
    let mut scenario = bench::phone(steps);
    scenario.phone_faults = vec![(
        1,
        Faults {
            alarm: Some((Tick::ZERO + Ticks::secs(2), Ticks::secs(15))),
            ..Faults::default()
        },
    )];
    let out = scenario.lasting(28).run();
    let lifted = out.facts().filter(|(_, f)| matches!(f, Fact::OffHook));
    let lifted: Vec<Tick> = lifted.map(|(at, _)| at).collect();
    assert_eq!(lifted.len(), 2, "{}", out.tale());
    let again = lifted[1].since(Tick::ZERO + Ticks::secs(17));
    assert!(again <= Ticks::ms(1100), "{}", out.tale());
}
