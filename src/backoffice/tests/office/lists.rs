//! Lists of PINs, and lists that are attached to relationship, class, supervision level and group.

use crate::{
    bench::{Bench, DOE, ONE, ROE, TWO, bench, bench_with},
    people::{DOES_ID, WHO, change, class, found, profile, refuses, settings},
};
use backoffice::{AllowedFlags, InmateProfile, NewContact, NumberFlags};
use types::{
    disposition::Blocked,
    id::{GroupId, InmateId},
    inmate::{Relationship, Scope, Supervision},
    verdict::{Check, Finding},
};

const ROES_ID: InmateId = InmateId(2);
const MOTHER: &str = "2155550123";
const COLLECT: &str = "02155550123";

fn list(bench: &mut Bench, inmate: InmateId, number: &str) {
    change(bench, |office, now| {
        office.add_pin_number(now, WHO, inmate, number, &NumberFlags::default())
    });
}

fn attach(bench: &mut Bench, scope: Scope, blocked: bool, pattern: &str) {
    change(bench, |office, now| {
        office.add_list_number(now, WHO, scope, blocked, pattern, "")
    });
}

fn detach(bench: &mut Bench, scope: Scope, blocked: bool, pattern: &str) {
    let was = change(bench, |office, now| {
        office.remove_list_number(now, WHO, scope, blocked, pattern)
    });
    assert!(was);
}

/// An inmate of the first tier of the east wing, of class 5 and supervision level 2.
struct House {
    bench: Bench,
    east: GroupId,
    tier: GroupId,
    class: Scope,
    supervision: Scope,
}

fn house() -> House {
    let mut bench = bench();
    let east = change(&mut bench, |office, now| {
        office.add_group(now, WHO, "East", None)
    });
    let tier = change(&mut bench, |office, now| {
        office.add_group(now, WHO, "Tier 1", Some(east))
    });
    let class = class(&mut bench, 5, None);
    let supervision = Supervision::new(2).expect("a level");
    let lives = InmateProfile {
        living_unit: Some(tier),
        class: Some(class),
        supervision: Some(supervision),
        ..InmateProfile::default()
    };
    profile(&mut bench, &lives);
    House {
        bench,
        east,
        tier,
        class: Scope::Class(class),
        supervision: Scope::Supervision(supervision),
    }
}

#[test]
fn a_number_of_another_pins_list_is_refused_unless_it_is_allowed_for_all() {
    let mut bench = bench();
    list(&mut bench, ROES_ID, MOTHER);
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::NumberPrivate
    );
    bench.permitted(TWO, Some(ROE), COLLECT);
    change(&mut bench, |office, now| {
        office.add_allowed(now, WHO, MOTHER, &AllowedFlags::default())
    });
    let rescued = found(&mut bench, Check::ListsOfOthers);
    assert_eq!(rescued, Some(Finding::Rescued));
    change(&mut bench, |office, now| {
        office.remove_allowed(now, WHO, MOTHER)
    });
    // Several PINs may list one number.
    list(&mut bench, DOES_ID, MOTHER);
    assert_eq!(found(&mut bench, Check::ListsOfOthers), None);
    bench.permitted(ONE, Some(DOE), COLLECT);
    // Taken off the other list, it is nobody's.
    for inmate in [ROES_ID, DOES_ID] {
        change(&mut bench, |office, now| {
            office.remove_pin_number(now, WHO, inmate, MOTHER)
        });
    }
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn a_site_may_leave_the_numbers_of_lists_to_all_callers() {
    let mut bench = bench();
    list(&mut bench, ROES_ID, MOTHER);
    settings(&mut bench, |site| site.rules.people.private_numbers = false);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn a_site_may_let_one_pin_alone_list_a_number() {
    let mut bench = bench();
    list(&mut bench, ROES_ID, MOTHER);
    settings(&mut bench, |site| site.rules.people.shared_numbers = false);
    let words =
        "2155550123 is on the list of another inmate, and the site lets one PIN list a number";
    refuses(&mut bench, words, |office, now| {
        office.add_pin_number(now, WHO, DOES_ID, MOTHER, &NumberFlags::default())
    });
    list(&mut bench, DOES_ID, "2155550124");
}

#[test]
fn an_entry_restricted_number_is_put_on_no_list_and_its_reason_is_told() {
    let mut bench = bench();
    change(&mut bench, |office, now| {
        office.add_entry_restricted(now, WHO, "215555????", "staff of this facility")
    });
    let words = "2155550123 is not taken by a PIN's list (215555????: staff of this facility)";
    refuses(&mut bench, words, |office, now| {
        office.add_pin_number(now, WHO, DOES_ID, MOTHER, &NumberFlags::default())
    });
    change(&mut bench, |office, now| {
        office.remove_entry_restricted(now, WHO, "215555????")
    });
    list(&mut bench, DOES_ID, MOTHER);
    let words = "reason: must not be empty";
    refuses(&mut bench, words, |office, now| {
        office.add_entry_restricted(now, WHO, "900*", " ")
    });
}

#[test]
fn a_number_with_digits_after_it_is_no_way_to_a_private_number() {
    let mut bench = bench();
    list(&mut bench, ROES_ID, "+442079460123");
    let longer = "0114420794601239";
    let blocked = bench.refused(ONE, Some(DOE), longer);
    assert_eq!(blocked, Blocked::NumberPrivate);
    bench.permitted(TWO, Some(ROE), "011442079460123");
}

#[test]
fn the_list_of_the_class_blocks_and_of_both_its_sides_the_blocked_one_wins() {
    let mut house = house();
    let (bench, class) = (&mut house.bench, house.class);
    attach(bench, class, true, "215*");
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::NumberBlockedForInmate
    );
    assert_eq!(found(bench, Check::ClassList), Some(Finding::Blocked));
    // However exact the other side is.
    attach(bench, class, false, MOTHER);
    assert_eq!(found(bench, Check::ClassList), Some(Finding::Blocked));
    // An inmate of no class has nothing to do with it.
    bench.permitted(TWO, Some(ROE), COLLECT);
    detach(bench, class, true, "215*");
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn the_nearest_list_that_has_the_number_decides() {
    let mut house = house();
    let (tier, east) = (Scope::Group(house.tier), Scope::Group(house.east));
    let (class, supervision) = (house.class, house.supervision);
    let bench = &mut house.bench;
    attach(bench, east, true, "*");
    assert_eq!(found(bench, Check::GroupList), Some(Finding::Blocked));
    attach(bench, tier, false, MOTHER);
    assert_eq!(found(bench, Check::GroupList), Some(Finding::Allowed));
    bench.permitted(ONE, Some(DOE), COLLECT);
    attach(bench, supervision, true, "215*");
    assert_eq!(found(bench, Check::SupervisionList), Some(Finding::Blocked));
    attach(bench, class, false, "*");
    assert_eq!(found(bench, Check::ClassList), Some(Finding::Allowed));
    assert_eq!(found(bench, Check::SupervisionList), None, "not asked");
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn the_list_of_a_relationship_is_for_contacts_of_it_and_the_nearest_of_all() {
    let mut house = house();
    let class = house.class;
    let bench = &mut house.bench;
    let friends = Scope::Relationship(Relationship::Friend);
    attach(bench, friends, true, "*");
    attach(bench, class, false, "*");
    bench.permitted(ONE, Some(DOE), COLLECT);
    let contact = NewContact {
        name: "Roe, B".to_owned(),
        relationship: Relationship::Friend,
        number: MOTHER.to_owned(),
        identification: String::new(),
    };
    change(bench, |office, now| {
        office.put_contact(now, WHO, DOES_ID, &contact)
    });
    assert_eq!(
        found(bench, Check::RelationshipList),
        Some(Finding::Blocked)
    );
    detach(bench, friends, true, "*");
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn a_list_lets_a_number_through_where_only_listed_ones_may_be_called() {
    let mut house = house();
    let tier = Scope::Group(house.tier);
    let bench = &mut house.bench;
    settings(bench, |site| site.rules.check_restricted = false);
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::NumberNotAllowed
    );
    attach(bench, tier, false, MOTHER);
    bench.permitted(ONE, Some(DOE), COLLECT);
    // What is blocked for all is blocked for those of a list too, as for a PIN's own.
    change(bench, |office, now| {
        office.add_restricted(now, WHO, MOTHER, "")
    });
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::NumberRestricted
    );
    settings(bench, |site| site.rules.global_block_wins = false);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn a_number_of_the_pins_own_list_is_held_against_lists_where_blocks_for_all_win() {
    let mut house = house();
    let tier = Scope::Group(house.tier);
    let bench = &mut house.bench;
    list(bench, DOES_ID, MOTHER);
    attach(bench, tier, true, MOTHER);
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::NumberBlockedForInmate
    );
    settings(bench, |site| site.rules.global_block_wins = false);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn digits_after_a_number_that_a_list_blocks_do_not_make_it_another() {
    let mut house = house();
    let tier = Scope::Group(house.tier);
    let bench = &mut house.bench;
    attach(bench, tier, true, "+442079460123");
    let longer = "0114420794601239";
    assert_eq!(
        bench.refused(ONE, Some(DOE), longer),
        Blocked::NumberBlockedForInmate
    );
    attach(bench, tier, false, "+4420794601239");
    bench.permitted(ONE, Some(DOE), longer);
}

#[test]
fn the_nearest_list_decides_of_what_is_reached_without_the_last_digits_too() {
    let mut house = house();
    let (class, tier) = (house.class, Scope::Group(house.tier));
    let bench = &mut house.bench;
    attach(bench, tier, true, "+442079460123");
    let longer = "0114420794601239";
    assert_eq!(
        bench.refused(ONE, Some(DOE), longer),
        Blocked::NumberBlockedForInmate
    );
    attach(bench, class, false, "+442079460123");
    bench.permitted(ONE, Some(DOE), longer);
}

#[test]
fn digits_after_a_restricted_number_are_no_way_round_it_for_who_has_a_wider_list() {
    let mut house = house();
    let tier = Scope::Group(house.tier);
    let bench = &mut house.bench;
    settings(bench, |site| site.rules.check_restricted = false);
    attach(bench, tier, false, "+44*");
    change(bench, |office, now| {
        office.add_restricted(now, WHO, "+442079460123", "")
    });
    for dialed in ["011442079460123", "0114420794601239"] {
        let refused = bench.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberRestricted, "{dialed}");
    }
    bench.permitted(ONE, Some(DOE), "011442079460124");
    // Where lists go before what is blocked for all, they do so for both.
    settings(bench, |site| {
        site.rules.check_restricted = true;
        site.rules.global_block_wins = false;
    });
    for dialed in ["011442079460123", "0114420794601239"] {
        bench.permitted(ONE, Some(DOE), dialed);
    }
}

#[test]
fn a_list_is_attached_to_what_is_there() {
    let mut house = house();
    let bench = &mut house.bench;
    let add = |scope: Scope| {
        move |office: &mut backoffice::BackOffice, now| {
            office.add_list_number(now, WHO, scope, true, "900*", "")
        }
    };
    let nowhere = Scope::Group(GroupId(99));
    refuses(bench, "group \"99\" is not entered", add(nowhere));
    let words = "list: what an inmate may call is on the list of the PIN; numbers are blocked here";
    refuses(bench, words, |office, now| {
        office.add_list_number(now, WHO, Scope::Inmate(DOES_ID), false, "900*", "")
    });
    let tier = Scope::Group(house.tier);
    attach(bench, tier, true, "900*");
    let words = "pattern 900* is in the lists table already";
    refuses(bench, words, add(tier));
}

#[test]
fn digits_after_a_number_that_a_list_blocks_are_no_way_round_it_for_its_wider_side() {
    let mut house = house();
    let tier = Scope::Group(house.tier);
    let bench = &mut house.bench;
    attach(bench, tier, true, "+442079460123");
    attach(bench, tier, false, "+44*");
    for dialed in ["011442079460123", "0114420794601239"] {
        let refused = bench.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberBlockedForInmate, "{dialed}");
    }
    bench.permitted(ONE, Some(DOE), "011442079460124");
    // Nor is another's number by way of them anybody's, unless the list has the whole of it.
    list(bench, ROES_ID, "+442079460777");
    let private = "0114420794607779";
    let refused = bench.refused(ONE, Some(DOE), private);
    assert_eq!(refused, Blocked::NumberPrivate);
    attach(bench, tier, false, "+4420794607779");
    bench.permitted(ONE, Some(DOE), private);
    attach(bench, tier, false, "+4420794601239");
    bench.permitted(ONE, Some(DOE), "0114420794601239");
}

#[test]
fn a_list_for_any_digits_opens_no_restricted_number_without_its_last() {
    let mut house = house();
    let tier = Scope::Group(house.tier);
    let bench = &mut house.bench;
    settings(bench, |site| site.rules.global_block_wins = false);
    change(bench, |office, now| {
        office.add_restricted(now, WHO, "+442079460123", "")
    });
    // Of thirteen digits, so that the restricted number has none.
    attach(bench, tier, false, "+44???????????");
    let longer = "0114420794601239";
    let refused = bench.refused(ONE, Some(DOE), longer);
    assert_eq!(refused, Blocked::NumberRestricted);
    bench.permitted(ONE, Some(DOE), "0114420794601249");
    attach(bench, tier, false, "+4420794601239");
    bench.permitted(ONE, Some(DOE), longer);
}

#[test]
fn a_number_is_blocked_for_one_inmate_alone_whatever_allows_it() {
    let mut bench = bench();
    let privileged = NumberFlags {
        privileged: true,
        ..NumberFlags::default()
    };
    for inmate in [DOES_ID, ROES_ID] {
        change(&mut bench, |office, now| {
            office.add_pin_number(now, WHO, inmate, MOTHER, &privileged)
        });
    }
    change(&mut bench, |office, now| {
        office.add_allowed(now, WHO, MOTHER, &AllowedFlags::default())
    });
    let own = Scope::Inmate(DOES_ID);
    attach(&mut bench, own, true, "215555????");
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::NumberBlockedForInmate
    );
    bench.permitted(TWO, Some(ROE), COLLECT);
    detach(&mut bench, own, true, "215555????");
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn digits_after_a_number_that_is_blocked_for_an_inmate_are_no_way_round_it() {
    let mut bench = bench();
    let longer = "0114420794601239";
    list(&mut bench, DOES_ID, "+4420794601239");
    bench.permitted(ONE, Some(DOE), longer);
    attach(&mut bench, Scope::Inmate(DOES_ID), true, "+442079460123");
    for dialed in ["011442079460123", longer] {
        let refused = bench.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberBlockedForInmate, "{dialed}");
    }
    bench.permitted(ONE, Some(DOE), "011442079460124");
}

/// Each way to dial one number, with a code that stands for it.
fn bench_of_ways() -> Bench {
    bench_with(|config| config.seed.speed_dials = vec![(7, "12155550123".to_owned())])
}

const WAYS: [&str; 4] = ["02155550123", "12155550123", "2155550123", "07"];

#[test]
fn a_number_that_is_blocked_for_an_inmate_is_so_however_it_is_dialed_until_it_is_unblocked() {
    let mut bench = bench_of_ways();
    let own = Scope::Inmate(DOES_ID);
    for dialed in WAYS {
        bench.permitted(ONE, Some(DOE), dialed);
    }
    attach(&mut bench, own, true, MOTHER);
    for dialed in WAYS {
        let refused = bench.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberBlockedForInmate, "{dialed}");
        bench.permitted(TWO, Some(ROE), dialed);
    }
    detach(&mut bench, own, true, MOTHER);
    for dialed in WAYS {
        bench.permitted(ONE, Some(DOE), dialed);
    }
    assert_eq!(bench.office.blocked_for(DOES_ID).expect("reads"), []);
}

#[test]
fn a_number_that_is_restricted_or_blocked_by_a_list_is_so_however_it_is_dialed() {
    let mut restricted = bench_of_ways();
    change(&mut restricted, |office, now| {
        office.add_restricted(now, WHO, MOTHER, "")
    });
    let mut of_class = bench_of_ways();
    let class = class(&mut of_class, 5, None);
    let classed = InmateProfile {
        class: Some(class),
        ..InmateProfile::default()
    };
    profile(&mut of_class, &classed);
    attach(&mut of_class, Scope::Class(class), true, MOTHER);
    for dialed in WAYS {
        let refused = restricted.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberRestricted, "{dialed}");
        let refused = of_class.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberBlockedForInmate, "{dialed}");
    }
}

#[test]
fn what_is_blocked_for_an_inmate_is_no_number_of_the_pins_list() {
    let mut bench = bench();
    settings(&mut bench, |site| site.rules.people.shared_numbers = false);
    change(&mut bench, |office, now| {
        office.add_entry_restricted(now, WHO, "215555????", "staff of this facility")
    });
    for inmate in [DOES_ID, ROES_ID] {
        attach(&mut bench, Scope::Inmate(inmate), true, MOTHER);
    }
    detach(&mut bench, Scope::Inmate(ROES_ID), true, MOTHER);
    // It takes no place of the list, and is not private against who is not blocked.
    assert_eq!(bench.office.listed_numbers(DOES_ID).expect("reads"), []);
    bench.permitted(TWO, Some(ROE), COLLECT);
    let blocked = bench.office.blocked_for(DOES_ID).expect("reads");
    assert_eq!(blocked, [(MOTHER.to_owned(), String::new())]);
}
