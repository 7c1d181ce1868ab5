//! One behaviour a test, in the words of whoever administers the site.

use crate::world::{ALLOWED, Dials, LISTED, PinIs, Shorter, Time, World};
use screening::{AllowedEntry, Disabled, ListedNumber, Rules, decide};
use types::{
    disposition::Blocked,
    party_block::PartyBlock,
    tick::Ticks,
    verdict::{Check, Finding, RecordingRule},
};

fn outcome(world: World) -> Result<screening::Allowed, Blocked> {
    let Ok(decision) = decide(&world.request(), &world, &world.rules);
    decision.outcome.map_err(|refused| refused.blocked)
}

fn is_allowed(world: World) {
    assert!(outcome(world).is_ok(), "{:?}", outcome(world));
}

fn is_blocked(world: World, why: Blocked) {
    assert_eq!(outcome(world).expect_err("is blocked"), why);
}

fn without_checking_restricted() -> Rules {
    Rules {
        check_restricted: false,
        ..Rules::standard()
    }
}

#[test]
fn a_number_in_no_table_is_allowed_without_pins() {
    is_allowed(World {
        pin_required: false,
        pin: PinIs::NotKeyed,
        ..World::quiet()
    });
}

#[test]
fn a_number_in_no_table_is_allowed_where_restricted_numbers_are_checked() {
    is_allowed(World::quiet());
}

#[test]
fn a_number_in_no_table_is_refused_where_they_are_not_checked() {
    let rules = without_checking_restricted();
    is_blocked(
        World {
            rules,
            ..World::quiet()
        },
        Blocked::NumberNotAllowed,
    );
}

#[test]
fn a_phone_without_pins_checks_restricted_numbers_whatever_the_mode_of_pins() {
    let rules = without_checking_restricted();
    let world = World {
        pin_required: false,
        rules,
        ..World::quiet()
    };
    is_allowed(world);
    is_blocked(
        World {
            restricted: Some(3),
            ..world
        },
        Blocked::NumberRestricted,
    );
}

#[test]
fn an_allowed_exception_of_a_restricted_exchange_is_let_through() {
    let allowed = Some(ALLOWED);
    is_allowed(World {
        restricted: Some(3),
        allowed,
        ..World::quiet()
    });
}

#[test]
fn a_wide_allowed_entry_does_not_rescue_a_number_restricted_by_itself() {
    let allowed = Some(AllowedEntry {
        specificity: 3,
        ..ALLOWED
    });
    let world = World {
        restricted: Some(10),
        allowed,
        ..World::quiet()
    };
    is_blocked(world, Blocked::NumberRestricted);
}

#[test]
fn where_allowed_entries_do_not_rescue_restricted_is_restricted() {
    let rules = Rules {
        allowed_rescues: false,
        ..Rules::standard()
    };
    let world = World {
        restricted: Some(3),
        allowed: Some(ALLOWED),
        rules,
        ..World::quiet()
    };
    is_blocked(world, Blocked::NumberRestricted);
}

#[test]
fn a_global_block_wins_over_the_own_list_unless_set_otherwise() {
    let world = World {
        listed: Some(LISTED),
        restricted: Some(3),
        ..World::quiet()
    };
    is_blocked(world, Blocked::NumberRestricted);
    let rules = Rules {
        global_block_wins: false,
        ..Rules::standard()
    };
    is_allowed(World { rules, ..world });
}

#[test]
fn without_checking_restricted_numbers_a_global_block_wins_for_listed_and_unlisted_ones() {
    let wide = Some(AllowedEntry {
        specificity: 3,
        ..ALLOWED
    });
    for listed in [None, Some(LISTED)] {
        let world = World {
            listed,
            restricted: Some(10),
            allowed: wide,
            rules: without_checking_restricted(),
            ..World::quiet()
        };
        is_blocked(world, Blocked::NumberRestricted);
        let allowed = Some(ALLOWED);
        is_allowed(World { allowed, ..world });
        let rules = Rules {
            allowed_rescues: false,
            ..world.rules
        };
        let world = World { allowed, ..world };
        is_blocked(World { rules, ..world }, Blocked::NumberRestricted);
    }
}

#[test]
fn without_checking_restricted_numbers_none_is_restricted_where_no_global_block_wins() {
    let rules = Rules {
        global_block_wins: false,
        ..without_checking_restricted()
    };
    let world = World {
        restricted: Some(10),
        rules,
        ..World::quiet()
    };
    let wide = AllowedEntry {
        specificity: 3,
        ..ALLOWED
    };
    is_blocked(world, Blocked::NumberNotAllowed);
    for (listed, allowed) in [(None, Some(wide)), (Some(LISTED), None)] {
        is_allowed(World {
            listed,
            allowed,
            ..world
        });
    }
}

#[test]
fn a_setting_that_changes_the_order_of_checks_is_in_the_trace_where_it_is_asked() {
    let told = |world: World, check| {
        let Ok(decision) = decide(&world.request(), &world, &world.rules);
        let steps = decision.trace.iter().filter(|step| step.check == check);
        steps.map(|step| step.finding).collect::<Vec<_>>()
    };
    for (is, finding) in [(true, Finding::Yes), (false, Finding::No)] {
        let mut world = World::quiet();
        world.rules.global_block_wins = is;
        world.rules.allowed_rescues = is;
        assert_eq!(
            told(world, Check::GlobalBlockWins),
            [],
            "nothing hangs on it"
        );
        assert_eq!(
            told(world, Check::AllowedRescues),
            [],
            "nothing hangs on it"
        );
        world.restricted = Some(3);
        assert_eq!(told(world, Check::AllowedRescues), [finding]);
        world.listed = Some(LISTED);
        assert_eq!(told(world, Check::GlobalBlockWins), [finding]);
        world.listed = None;
        world.rules.check_restricted = false;
        assert_eq!(told(world, Check::GlobalBlockWins), [finding]);
    }
}

#[test]
fn a_number_that_is_blocked_for_the_inmate_is_rescued_by_nothing() {
    let attorney = ListedNumber {
        privileged: true,
        ..LISTED
    };
    let world = World {
        blocked_for_inmate: true,
        ..World::quiet()
    };
    for global_block_wins in [true, false] {
        for (listed, allowed) in [
            (None, None),
            (Some(LISTED), None),
            (Some(attorney), Some(ALLOWED)),
        ] {
            let rules = Rules {
                global_block_wins,
                ..Rules::standard()
            };
            let world = World {
                listed,
                allowed,
                rules,
                ..world
            };
            is_blocked(world, Blocked::NumberBlockedForInmate);
        }
    }
    is_allowed(World {
        pin_required: false,
        ..world
    });
}

#[test]
fn a_listed_number_is_allowed_where_nothing_else_is() {
    let rules = without_checking_restricted();
    is_allowed(World {
        listed: Some(LISTED),
        rules,
        ..World::quiet()
    });
}

#[test]
fn a_disabled_number_of_the_list_is_refused_even_if_allowed_for_all() {
    let listed = Some(ListedNumber {
        disabled: Disabled::ForGood,
        ..LISTED
    });
    let world = World {
        listed,
        allowed: Some(ALLOWED),
        ..World::quiet()
    };
    is_blocked(world, Blocked::PinNumberDisabled);
}

#[test]
fn time_restriction_is_last_and_holds_for_listed_numbers() {
    let world = World {
        listed: Some(LISTED),
        time: Time::Closed,
        ..World::quiet()
    };
    is_blocked(world, Blocked::TimeRestricted);
    is_allowed(World {
        time: Time::Open,
        ..world
    });
}

#[test]
fn a_code_is_screened_like_the_number_it_stands_for() {
    let world = World {
        dials: Dials::Code,
        restricted: Some(3),
        ..World::quiet()
    };
    is_blocked(world, Blocked::NumberRestricted);
    is_allowed(World {
        restricted: None,
        ..world
    });
    let world = World {
        dials: Dials::CodeWithoutNumber,
        ..World::quiet()
    };
    is_blocked(world, Blocked::SpeedDialNotAssigned);
}

#[test]
fn a_pin_is_refused_when_unknown_disabled_or_in_use() {
    let with = |pin| World {
        pin,
        ..World::quiet()
    };
    is_blocked(with(PinIs::NotKeyed), Blocked::PinInvalid);
    is_blocked(with(PinIs::Unknown), Blocked::PinInvalid);
    is_blocked(with(PinIs::Disabled), Blocked::PinDisabled);
    is_blocked(with(PinIs::InUse), Blocked::PinInUse);
}

#[test]
fn a_phone_out_of_service_or_not_entered_places_no_call() {
    let with = |in_service| World {
        in_service,
        ..World::quiet()
    };
    is_blocked(with(Some(false)), Blocked::PhoneOutOfService);
    is_blocked(with(None), Blocked::PhoneOutOfService);
}

#[test]
fn a_type_of_call_that_is_closed_at_the_phone_is_refused() {
    let world = World {
        type_open: false,
        listed: Some(LISTED),
        ..World::quiet()
    };
    is_blocked(world, Blocked::CallTypeNotAllowed);
}

#[test]
fn the_limit_is_the_smaller_of_class_and_time_in_service() {
    let limit = |world| outcome(world).expect("is allowed").limit;
    let quiet = World::quiet();
    assert_eq!(limit(quiet), Some(Ticks::secs(20 * 60)));
    let ending = World {
        service: Some(Ticks::secs(300)),
        ..quiet
    };
    assert_eq!(limit(ending), Some(Ticks::secs(300)));
    let by_phone = World {
        class_of_pin: false,
        ..quiet
    };
    assert_eq!(limit(by_phone), Some(Ticks::secs(30 * 60)));
}

#[test]
fn an_untimed_number_ends_only_with_service() {
    let limit = |world| outcome(world).expect("is allowed").limit;
    let listed = Some(ListedNumber {
        untimed: true,
        ..LISTED
    });
    let world = World {
        listed,
        ..World::quiet()
    };
    assert_eq!(limit(world), None);
    let ending = World {
        service: Some(Ticks::secs(300)),
        ..world
    };
    assert_eq!(limit(ending), Some(Ticks::secs(300)));
}

#[test]
fn one_word_makes_a_call_privileged() {
    let rule = |world| outcome(world).expect("is allowed").recording;
    let quiet = World::quiet();
    assert_eq!(rule(quiet), RecordingRule::Record);
    let own = Some(ListedNumber {
        privileged: true,
        ..LISTED
    });
    assert_eq!(
        rule(World {
            listed: own,
            ..quiet
        }),
        RecordingRule::Privileged
    );
    // On the inmate's list without the mark, but counsel's number for everybody.
    let allowed = Some(AllowedEntry {
        privileged: true,
        ..ALLOWED
    });
    let world = World {
        listed: Some(LISTED),
        allowed,
        ..quiet
    };
    assert_eq!(rule(world), RecordingRule::Privileged);
    let room = World {
        phone_privileged: true,
        ..quiet
    };
    assert_eq!(rule(room), RecordingRule::Privileged);
    let rules = Rules {
        record: false,
        ..Rules::standard()
    };
    assert_eq!(rule(World { rules, ..quiet }), RecordingRule::DoNotRecord);
}

// ---- digits after the last

fn reaching(shorter: Shorter) -> World {
    World {
        shorter: Some(shorter),
        ..World::quiet()
    }
}

const RESTRICTED_THERE: Shorter = Shorter {
    restricted: Some(9),
    ..Shorter::IN_NO_TABLE
};
const ATTORNEY: AllowedEntry = AllowedEntry {
    specificity: 9,
    privileged: true,
    ..ALLOWED
};

#[test]
fn a_restricted_number_is_restricted_with_digits_after_its_last() {
    is_allowed(reaching(Shorter::IN_NO_TABLE));
    is_blocked(reaching(RESTRICTED_THERE), Blocked::NumberRestricted);
}

#[test]
fn an_entry_for_the_whole_number_goes_before_a_restricted_beginning() {
    is_allowed(World {
        allowed: Some(ALLOWED),
        ..reaching(RESTRICTED_THERE)
    });
}

#[test]
fn an_attorneys_number_with_digits_after_its_last_is_nobodys() {
    let for_all = Shorter {
        allowed: Some(ATTORNEY),
        ..Shorter::IN_NO_TABLE
    };
    let for_one = Shorter {
        listed: Some(ListedNumber {
            privileged: true,
            ..LISTED
        }),
        ..Shorter::IN_NO_TABLE
    };
    is_blocked(reaching(for_all), Blocked::NumberNotAllowed);
    is_blocked(reaching(for_one), Blocked::NumberNotAllowed);
}

/// A wide entry says nothing of this number: it lets it through neither as the attorney's nor as a
/// stranger's, who would be recorded.
#[test]
fn a_wide_allowed_entry_is_none_for_an_attorneys_number_with_digits_after_its_last() {
    let for_one = Shorter {
        listed: Some(ListedNumber {
            privileged: true,
            ..LISTED
        }),
        ..Shorter::IN_NO_TABLE
    };
    let wide = AllowedEntry {
        specificity: 2,
        ..ALLOWED
    };
    let world = |allowed| World {
        allowed: Some(allowed),
        ..reaching(for_one)
    };
    is_blocked(world(wide), Blocked::NumberNotAllowed);
    is_allowed(world(ALLOWED));
}

#[test]
fn a_strangers_number_with_digits_after_its_last_is_none_of_an_attorneys_range() {
    let stranger = Shorter {
        allowed: Some(AllowedEntry {
            specificity: 9,
            ..ALLOWED
        }),
        ..Shorter::IN_NO_TABLE
    };
    let world = |specificity| World {
        allowed: Some(AllowedEntry {
            specificity,
            privileged: true,
            ..ALLOWED
        }),
        ..reaching(stranger)
    };
    is_blocked(world(5), Blocked::NumberNotAllowed);
    // Who entered the number itself knew whose it is.
    is_allowed(world(10));
}

#[test]
fn digits_after_the_last_of_a_number_with_a_limit_do_not_take_it_off() {
    let limit = |world| outcome(world).expect("is allowed").limit;
    let untimed = |specificity| {
        Some(AllowedEntry {
            specificity,
            untimed: true,
            ..ALLOWED
        })
    };
    let for_all = Shorter {
        allowed: Some(AllowedEntry {
            specificity: 9,
            ..ALLOWED
        }),
        ..Shorter::IN_NO_TABLE
    };
    let for_one = Shorter {
        listed: Some(LISTED),
        ..Shorter::IN_NO_TABLE
    };
    for timed in [for_all, for_one] {
        let world = |allowed| World {
            allowed,
            ..reaching(timed)
        };
        assert_ne!(limit(world(untimed(5))), None, "{timed:?}");
        assert_eq!(limit(world(untimed(10))), None, "{timed:?}");
    }
}

#[test]
fn digits_after_the_last_open_no_closed_hours_and_switch_nothing_on() {
    let closed = Shorter {
        closed: true,
        ..Shorter::IN_NO_TABLE
    };
    let off = Shorter {
        listed: Some(ListedNumber {
            disabled: Disabled::ForGood,
            ..LISTED
        }),
        ..Shorter::IN_NO_TABLE
    };
    is_blocked(reaching(closed), Blocked::TimeRestricted);
    is_blocked(reaching(off), Blocked::PinNumberDisabled);
}

#[test]
fn the_trace_reads_like_the_flowchart() {
    let world = World {
        restricted: Some(3),
        allowed: Some(ALLOWED),
        ..World::quiet()
    };
    let Ok(decision) = decide(&world.request(), &world, &world.rules);
    let steps: Vec<_> = decision
        .trace
        .iter()
        .map(|s| (s.check, s.finding))
        .collect();
    assert_eq!(
        steps,
        [
            (Check::PinRequired, Finding::Yes),
            (Check::PinTable, Finding::Found),
            (Check::PinInUse, Finding::No),
            (Check::CallType, Finding::Passed),
            (Check::PinNumberList, Finding::NotFound),
            (Check::RestrictedMode, Finding::Yes),
            (Check::RestrictedTable, Finding::Found),
            (Check::AllowedRescues, Finding::Yes),
            (Check::AllowedTable, Finding::Rescued),
            (Check::TimeRestricted, Finding::NotFound),
            (Check::Limit, Finding::Yes),
        ]
    );
}

// ---- what the called party refused

#[test]
fn a_party_who_refuses_an_inmates_calls_is_not_called_by_him_whatever_lists_say() {
    let attorney = World {
        listed: Some(ListedNumber {
            privileged: true,
            untimed: true,
            ..LISTED
        }),
        allowed: Some(ALLOWED),
        party: Some(PartyBlock::Inmate),
        ..World::quiet()
    };
    for rules in [Rules::standard(), without_checking_restricted()] {
        let world = World { rules, ..attorney };
        is_blocked(world, Blocked::CalledPartyBlocksInmate);
    }
}

#[test]
fn a_party_who_refuses_the_facility_is_called_from_no_phone_of_it() {
    for pin_required in [true, false] {
        let world = World {
            pin_required,
            party: Some(PartyBlock::Facility),
            ..World::quiet()
        };
        is_blocked(world, Blocked::CalledPartyBlocksFacility);
    }
}

#[test]
fn a_refusal_of_one_inmate_says_nothing_of_a_phone_where_nobody_is_known() {
    is_allowed(World {
        pin_required: false,
        party: Some(PartyBlock::Inmate),
        ..World::quiet()
    });
}

#[test]
fn digits_after_the_number_of_a_party_who_refuses_are_no_way_round_it() {
    let refused = Shorter {
        party: Some(PartyBlock::Inmate),
        ..Shorter::IN_NO_TABLE
    };
    is_blocked(
        World {
            shorter: Some(refused),
            listed: Some(LISTED),
            ..World::quiet()
        },
        Blocked::CalledPartyBlocksInmate,
    );
}

#[test]
fn a_refusal_by_a_party_who_was_reached_with_digits_after_the_number_holds_for_the_number() {
    let world = World {
        party_beyond: Some(PartyBlock::Inmate),
        ..World::quiet()
    };
    is_blocked(world, Blocked::CalledPartyBlocksInmate);
}

#[test]
fn a_refusal_is_told_before_the_hours_and_after_the_tables() {
    let world = World {
        party: Some(PartyBlock::Facility),
        time: Time::Closed,
        ..World::quiet()
    };
    is_blocked(world, Blocked::CalledPartyBlocksFacility);
    let restricted = Some(10);
    is_blocked(
        World {
            restricted,
            ..world
        },
        Blocked::NumberRestricted,
    );
}
