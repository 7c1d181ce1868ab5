//! Numbers that are blocked for the fraud on calls to them.

use crate::world::{ALLOWED, LISTED, NOW, World};
use screening::{
    AllowedEntry, FraudCount, FraudRule, FraudRules, ListedNumber, NumberBlock, decide,
};
use types::disposition::{Blocked, FraudKind};

const HOUR: i64 = 3_600_000;

fn block(until: Option<i64>) -> Option<NumberBlock> {
    Some(NumberBlock {
        kind: FraudKind::ThreeWay,
        from: NOW - HOUR,
        until,
    })
}

fn outcome(world: &World) -> Option<Blocked> {
    let Ok(decision) = decide(&world.request(), world, &world.rules);
    decision.outcome.err().map(|refused| refused.blocked)
}

#[test]
fn a_number_is_refused_while_it_is_blocked_and_not_after() {
    for (until, refused) in [
        (None, true),
        (Some(NOW + 1), true),
        (Some(NOW), false),
        (Some(NOW - 1), false),
    ] {
        for listed in [None, Some(LISTED)] {
            for allowed in [None, Some(ALLOWED)] {
                let world = World {
                    block: block(until),
                    listed,
                    allowed,
                    ..World::quiet()
                };
                let expected = refused.then_some(Blocked::NumberFraud);
                assert_eq!(outcome(&world), expected, "{world:?}");
            }
        }
    }
}

#[test]
fn a_block_of_a_number_with_digits_after_it_holds_for_the_number() {
    let world = World {
        block_beyond: block(None),
        ..World::quiet()
    };
    assert_eq!(outcome(&world), Some(Blocked::NumberFraud));
}

#[test]
fn what_others_did_with_an_attorneys_number_is_not_held_against_a_client() {
    let blocked = World {
        block: block(None),
        ..World::quiet()
    };
    let own = ListedNumber {
        privileged: true,
        ..LISTED
    };
    let everybodys = AllowedEntry {
        privileged: true,
        ..ALLOWED
    };
    for world in [
        World {
            listed: Some(own),
            ..blocked
        },
        World {
            allowed: Some(everybodys),
            ..blocked
        },
        World {
            phone_privileged: true,
            ..blocked
        },
    ] {
        assert_eq!(outcome(&world), None, "{world:?}");
    }
    assert_eq!(outcome(&blocked), Some(Blocked::NumberFraud));
}

fn rules() -> FraudRules {
    FraudRules {
        three_way: FraudRule {
            times: Some(3),
            period_seconds: 3600,
        },
        extra_digits: FraudRule {
            times: Some(2),
            period_seconds: 60,
        },
        block_seconds: Some(7200),
    }
}

#[test]
fn so_many_within_the_period_block_whichever_calls_they_were_on() {
    let mut count = FraudCount::default();
    let mut add = |times, at| count.add(FraudKind::ThreeWay, times, NOW + at, &rules());
    assert_eq!(add(1, 0), None);
    assert_eq!(add(1, HOUR / 2), None);
    // The first is forgotten by now.
    assert_eq!(add(1, HOUR), None);
    let block = add(1, HOUR + 1).expect("three in an hour");
    assert_eq!(block.until, Some(NOW + HOUR + 1 + 2 * HOUR));
    assert!(block.holds(NOW + 3 * HOUR) && !block.holds(NOW + 3 * HOUR + 1));
    // What brought a block is used up.
    assert_eq!(add(2, HOUR + 2), None);
    assert!(add(1, HOUR + 3).is_some());
}

#[test]
fn a_block_is_never_made_shorter_by_the_next() {
    let lasting = |block_seconds| FraudRules {
        block_seconds,
        ..rules()
    };
    for (first, second, until) in [
        (None, Some(7200), None),
        (Some(7200), None, None),
        (Some(7200), Some(60), Some(NOW + 2 * HOUR)),
        (Some(60), Some(7200), Some(NOW + 1 + 2 * HOUR)),
    ] {
        let mut count = FraudCount::default();
        let mut add = |at, seconds| count.add(FraudKind::ThreeWay, 3, at, &lasting(seconds));
        assert!(add(NOW, first).is_some());
        let block = add(NOW + 1, second).expect("three more");
        assert_eq!(block.until, until, "{first:?} then {second:?}");
        assert_eq!(count.block, Some(block));
    }
    // One that is over by then says nothing of the next.
    let mut count = FraudCount::default();
    assert!(
        count
            .add(FraudKind::ThreeWay, 3, NOW, &lasting(Some(60)))
            .is_some()
    );
    let block = count.add(FraudKind::ThreeWay, 3, NOW + HOUR, &lasting(Some(60)));
    assert_eq!(
        block.and_then(|block| block.until),
        Some(NOW + HOUR + 60_000)
    );
}

#[test]
fn the_kinds_are_counted_apart() {
    let mut count = FraudCount::default();
    assert_eq!(count.add(FraudKind::ThreeWay, 2, NOW, &rules()), None);
    assert_eq!(count.add(FraudKind::ExtraDigits, 1, NOW, &rules()), None);
    let block = count.add(FraudKind::ExtraDigits, 1, NOW + 59_999, &rules());
    assert_eq!(block.map(|block| block.kind), Some(FraudKind::ExtraDigits));
    assert_eq!(count.three_way.len(), 2);
}

#[test]
fn nothing_is_kept_or_blocked_where_the_site_says_nothing() {
    let mut count = FraudCount::default();
    let rules = FraudRules::standard();
    for at in 0..2000 {
        assert_eq!(count.add(FraudKind::ThreeWay, 9, NOW + at, &rules), None);
    }
    assert_eq!(count, FraudCount::default());
}

#[test]
fn no_more_is_kept_than_the_block_needs() {
    let mut count = FraudCount::default();
    let mut rules = rules();
    rules.three_way.times = Some(1000);
    for at in 0..999 {
        assert_eq!(count.add(FraudKind::ThreeWay, 1, NOW + at, &rules), None);
    }
    assert_eq!(count.three_way.len(), 999);
    let block = count.add(FraudKind::ThreeWay, u16::MAX, NOW + 999, &rules);
    assert!(block.is_some() && count.three_way.is_empty());
}
