//! The simulation passes the suite that every driver passes.

use drivers::{
    contract::{self, Pair},
    port::Port,
    sim::{
        clip::Clip,
        copper::Copper,
        exchange::{line::ExchangeLine, routes::Routes},
        handset::HandsetScript,
        script::Step,
        sim_port::SimPort,
    },
    wrap::{
        captured::Captured,
        faulty::{Faults, Faulty},
        traced::Traced,
    },
};
use std::sync::Arc;
use types::{
    frame::Law,
    tick::{Tick, Ticks},
};

fn script() -> HandsetScript {
    HandsetScript::new(vec![
        Step::Wait(contract::OFF_HOOK),
        Step::OffHook,
        Step::Wait(contract::SPEAKS - contract::OFF_HOOK),
        Step::SayFor(
            Clip::tone(800.0, -10.0, Ticks::secs(1)),
            contract::ON_HOOK - contract::SPEAKS,
        ),
        Step::OnHook,
    ])
}

fn line() -> ExchangeLine {
    ExchangeLine {
        first_digit: Ticks::secs(2),
        ..ExchangeLine::kewl_start()
    }
}

fn make(law: Law, phases: [u64; 2], wrap: fn(Box<dyn Port>) -> Box<dyn Port>) -> Pair {
    let copper = Copper::default();
    let phone = SimPort::handset(script(), copper, law, 7, phases[0]);
    let routes = Arc::new(Routes::new());
    let trunk = SimPort::trunk(line(), routes, copper, law, 8, phases[1]);
    let mut clock = Tick::ZERO;
    Pair {
        phone: wrap(Box::new(phone)),
        trunk: wrap(Box::new(trunk)),
        start: Tick::ZERO,
        wait: Box::new(move |until| {
            clock = clock.max(until);
            clock
        }),
        tolerance: Ticks(80),
        lateness: Ticks::ZERO,
        blocks_queued: 3,
    }
}

fn passes(mut make: impl FnMut() -> Pair) {
    let outcomes = contract::check(&mut make);
    assert!(outcomes.len() >= 15);
    let wrong: Vec<_> = outcomes
        .iter()
        .filter(|(_, result)| result.is_err())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_simulation_passes() {
    passes(|| make(Law::Mu, [0, 0], |port| port));
    passes(|| make(Law::A, [0, 0], |port| port));
}

#[test]
fn unaligned_clocks_pass() {
    passes(|| make(Law::Mu, [3, 45], |port| port));
    passes(|| make(Law::Mu, [79, 1], |port| port));
}

#[test]
fn wrappers_pass() {
    passes(|| make(Law::Mu, [0, 0], |port| Box::new(Traced::new(port, 16))));
    passes(|| make(Law::Mu, [0, 0], |port| Box::new(Captured::new(port, 100))));
    passes(|| {
        make(Law::Mu, [0, 0], |port| {
            Box::new(Faulty::new(port, Faults::default()))
        })
    });
}

/// How many checks fail when both ports have these faults.
fn failures(faults: Faults) -> usize {
    let mut make = || {
        let mut pair = make(Law::Mu, [0, 0], |port| port);
        pair.phone = Box::new(Faulty::new(pair.phone, faults));
        pair.trunk = Box::new(Faulty::new(pair.trunk, faults));
        pair
    };
    let outcomes = contract::check(&mut make);
    outcomes
        .iter()
        .filter(|(_, result)| result.is_err())
        .count()
}

#[test]
fn the_suite_notices_a_bad_driver() {
    let faults = Faults::default();
    assert_eq!(failures(faults), 0);
    assert!(
        failures(Faults {
            gone_at: Some(Tick(800)),
            ..faults
        }) > 5
    );
    assert!(
        failures(Faults {
            late_blocks: 0.5,
            ..faults
        }) > 0
    );
    assert!(
        failures(Faults {
            lost_blocks: 0.5,
            ..faults
        }) > 0
    );
}
