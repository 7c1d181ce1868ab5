//! Calls that an officer must confirm.

use crate::world::{ALLOWED, OfficerIs, PinIs, World};
use screening::{Decision, Rules, decide};
use types::{
    disposition::Blocked,
    verdict::{Check, Finding},
};

fn decided(world: &World) -> Decision {
    let Ok(decision) = decide(&world.request(), world, &world.rules);
    decision
}

fn why(decision: &Decision) -> Option<Blocked> {
    decision.outcome.err().map(|refused| refused.blocked)
}

/// What screening said of the officer, if it came that far.
fn finding(decision: &Decision) -> Option<Finding> {
    let mut steps = decision.trace.iter();
    let step = steps.find(|step| step.check == Check::Officer)?;
    Some(step.finding)
}

fn with(officer: OfficerIs) -> World {
    World {
        officer: Some(officer),
        ..World::quiet()
    }
}

#[test]
fn a_call_waits_for_the_officers_word() {
    let decision = decided(&with(OfficerIs::Nobody));
    assert_eq!(why(&decision), Some(Blocked::NotConfirmed));
    assert_eq!(finding(&decision), Some(Finding::NotFound));
    let decision = decided(&with(OfficerIs::Confirming));
    assert!(decision.outcome.is_ok());
    assert_eq!(finding(&decision), Some(Finding::Found));
}

#[test]
fn who_is_no_officer_any_more_confirms_nothing() {
    let decision = decided(&with(OfficerIs::NoOfficerAnyMore));
    assert_eq!(why(&decision), Some(Blocked::NotConfirmed));
}

#[test]
fn nobody_is_asked_where_the_phone_wants_no_officer() {
    let decision = decided(&World::quiet());
    assert!(decision.outcome.is_ok());
    assert_eq!(finding(&decision), None);
}

#[test]
fn an_officer_is_asked_last_of_all() {
    let decision = decided(&with(OfficerIs::Nobody));
    let last = decision.trace.last().expect("steps");
    assert_eq!(last.check, Check::Officer);
    let world = World {
        pin: PinIs::Disabled,
        ..with(OfficerIs::Nobody)
    };
    let decision = decided(&world);
    assert_eq!(why(&decision), Some(Blocked::PinDisabled));
    assert_eq!(finding(&decision), None);
    let world = World {
        restricted: Some(10),
        ..with(OfficerIs::Confirming)
    };
    let decision = decided(&world);
    assert_eq!(why(&decision), Some(Blocked::NumberRestricted));
}

#[test]
fn a_privileged_call_needs_an_officer_only_if_the_site_says_so() {
    let mut allowed = ALLOWED;
    allowed.privileged = true;
    let mut world = World {
        allowed: Some(allowed),
        ..with(OfficerIs::Nobody)
    };
    let decision = decided(&world);
    assert!(decision.outcome.is_ok());
    assert_eq!(finding(&decision), Some(Finding::No));
    world.rules = Rules {
        officer_for_privileged: true,
        ..world.rules
    };
    assert_eq!(why(&decided(&world)), Some(Blocked::NotConfirmed));
    world.officer = Some(OfficerIs::Confirming);
    assert!(decided(&world).outcome.is_ok());
}
