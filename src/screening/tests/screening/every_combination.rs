use crate::{
    oracle,
    world::{ALLOWED, Dials, FromPhone, Held, INMATE, LISTED, NOW, PinIs, Shorter, Time, World},
};
use screening::{
    AllowedEntry, CallTypeRules, Disabled, ListedNumber, NumberRecord, Rules, TreatmentRules,
    decide,
};
use types::{
    dial_plan::DialedNumber,
    party_block::PartyBlock,
    phone_number::CallType,
    tick::Ticks,
    treatment::{Brand, ExtraDigitResponse, ThreeWayResponse},
    verdict::Handling,
};

const BOTH: [bool; 2] = [false, true];

fn agree(world: &World) {
    let Ok(decision) = decide(&world.request(), world, &world.rules);
    let expected = oracle::answer(world);
    let steps: Vec<_> = decision
        .trace
        .iter()
        .map(|s| (s.check, s.finding))
        .collect();
    assert_eq!(steps, expected.steps, "{world:?}");
    match (decision.outcome, expected.blocked) {
        (Err(blocked), why) => assert_eq!(Some(blocked), why, "{world:?}"),
        (Ok(allowed), None) => {
            assert_eq!(allowed.limit, expected.limit, "{world:?}");
            assert_eq!(allowed.recording, expected.recording, "{world:?}");
            assert_eq!(allowed.treatment, expected.treatment, "{world:?}");
            assert_eq!(allowed.handling, expected.handling, "{world:?}");
            let number = DialedNumber {
                call_type: world.type_of_table.unwrap_or(CallType::InterLata),
                ..World::number()
            };
            assert_eq!(decision.number, Some(number), "{world:?}");
            assert_eq!(decision.inmate.is_some(), world.pin_required, "{world:?}");
        }
        (Ok(_), Some(why)) => panic!("let through, but {why:?}: {world:?}"),
    }
    if let Some(inmate) = decision.inmate {
        assert_eq!(inmate, INMATE);
    }
}

/// The ways to come to a number: phone, PIN, code, type.
fn ways_in() -> Vec<World> {
    let mut worlds = Vec::new();
    for in_service in [None, Some(false), Some(true)] {
        for pin_required in BOTH {
            for pin in [
                PinIs::NotKeyed,
                PinIs::Unknown,
                PinIs::Disabled,
                PinIs::InUse,
                PinIs::Good,
            ] {
                for dials in [Dials::Number, Dials::Code, Dials::CodeWithoutNumber] {
                    for (type_open, pattern_open) in [(true, true), (true, false), (false, true)] {
                        worlds.push(World {
                            in_service,
                            pin_required,
                            pin,
                            dials,
                            type_open,
                            pattern_open,
                            ..World::quiet()
                        });
                    }
                }
            }
        }
    }
    worlds
}

/// What tables and settings can say of the number.
fn with_tables(from: &World, each: &mut impl FnMut(&World)) {
    let listed = [
        None,
        Some(LISTED),
        Some(ListedNumber {
            untimed: true,
            ..LISTED
        }),
        Some(ListedNumber {
            privileged: true,
            ..LISTED
        }),
        Some(ListedNumber {
            disabled: Disabled::ForGood,
            ..LISTED
        }),
        Some(ListedNumber {
            disabled: Disabled::Until(NOW),
            ..LISTED
        }),
    ];
    let allowed = [
        None,
        Some(ALLOWED),
        Some(AllowedEntry {
            specificity: 3,
            ..ALLOWED
        }),
        Some(AllowedEntry {
            untimed: true,
            ..ALLOWED
        }),
        Some(AllowedEntry {
            privileged: true,
            ..ALLOWED
        }),
    ];
    for listed in listed {
        for allowed in allowed {
            for restricted in [None, Some(3), Some(4), Some(10)] {
                for time in [Time::NotRestricted, Time::Open, Time::Closed] {
                    for bits in 0..8 {
                        let rules = Rules {
                            check_restricted: bits & 1 != 0,
                            allowed_rescues: bits & 2 != 0,
                            global_block_wins: bits & 4 != 0,
                            ..Rules::standard()
                        };
                        each(&World {
                            listed,
                            allowed,
                            restricted,
                            time,
                            rules,
                            ..*from
                        });
                    }
                }
            }
        }
    }
}

#[test]
fn every_combination_is_decided_as_the_flowchart_says() {
    let mut count = 0u64;
    for way in ways_in() {
        with_tables(&way, &mut |world| {
            agree(world);
            count += 1;
        });
    }
    assert_eq!(count, 270 * 2880);
}

#[test]
fn every_combination_of_limits_and_recording_is_as_the_flowchart_says() {
    let service = [
        None,
        Some(Ticks::ZERO),
        Some(Ticks::secs(60)),
        Some(Ticks::secs(7200)),
    ];
    for pin_required in BOTH {
        for service in service {
            for bits in 0..16u8 {
                let way = World {
                    pin_required,
                    service,
                    class_of_pin: bits & 1 != 0,
                    phone_privileged: bits & 2 != 0,
                    durations_entered: bits & 4 != 0,
                    ..World::quiet()
                };
                with_tables(&way, &mut |world| {
                    let mut world = *world;
                    world.rules.record = bits & 8 != 0;
                    agree(&world);
                });
            }
        }
    }
}

/// What the tables can say of a number that an exchange may connect before the last digit.
fn shorter_numbers() -> Vec<Shorter> {
    let listed = [
        None,
        Some(LISTED),
        Some(ListedNumber {
            privileged: true,
            ..LISTED
        }),
        Some(ListedNumber {
            disabled: Disabled::ForGood,
            ..LISTED
        }),
    ];
    let allowed = [(9, false), (9, true), (3, true)].map(|(specificity, privileged)| {
        Some(AllowedEntry {
            specificity,
            privileged,
            ..ALLOWED
        })
    });
    let mut all = Vec::new();
    for listed in listed {
        for allowed in [None].into_iter().chain(allowed) {
            for restricted in [None, Some(3), Some(9)] {
                for (party, closed) in [
                    (None, false),
                    (None, true),
                    (Some(PartyBlock::Inmate), true),
                ] {
                    all.push(Shorter {
                        listed,
                        restricted,
                        allowed,
                        party,
                        closed,
                        ..Shorter::IN_NO_TABLE
                    });
                }
            }
        }
    }
    all
}

#[test]
fn every_combination_with_a_called_party_who_refuses_is_decided_as_the_flowchart_says() {
    let said = [None, Some(PartyBlock::Inmate), Some(PartyBlock::Facility)];
    for party in said {
        for party_beyond in said {
            for (pin_required, phone_privileged) in [(false, false), (true, false), (true, true)] {
                let way = World {
                    pin_required,
                    phone_privileged,
                    party,
                    party_beyond,
                    ..World::quiet()
                };
                with_tables(&way, &mut agree);
            }
        }
    }
}

#[test]
fn every_combination_with_a_shorter_number_is_decided_by_the_strictest() {
    for shorter in shorter_numbers() {
        for pin_required in BOTH {
            let way = World {
                pin_required,
                shorter: Some(shorter),
                ..World::quiet()
            };
            with_tables(&way, &mut agree);
        }
    }
}

/// What a record can say of a number.
fn records(specificity: u8) -> Vec<Option<NumberRecord>> {
    let plain = NumberRecord {
        specificity,
        ..NumberRecord::default()
    };
    let said = [
        plain,
        NumberRecord {
            blocked: true,
            ..plain
        },
        NumberRecord {
            privileged: true,
            ..plain
        },
        NumberRecord {
            no_recording: true,
            ..plain
        },
        NumberRecord {
            customer_service: true,
            watched: true,
            ..plain
        },
        NumberRecord {
            treatment: Some(7),
            customer_service: true,
            ..plain
        },
        NumberRecord {
            treatment: Some(8),
            limit_seconds: Some(120),
            ..plain
        },
        NumberRecord {
            three_way: Some(ThreeWayResponse::Flag),
            privileged: true,
            limit_seconds: Some(99_000),
            ..plain
        },
    ];
    let mut all = vec![None];
    all.extend(said.map(Some));
    all
}

const FROM_PHONE: [FromPhone; 9] = [
    FromPhone::NoTreatment,
    FromPhone::Missing,
    FromPhone::Others(true),
    FromPhone::Others(false),
    FromPhone::Refused,
    FromPhone::Allowed(None),
    FromPhone::Allowed(Some(7)),
    FromPhone::AttorneysOnly,
    FromPhone::AnotherDay,
];

#[test]
fn every_combination_of_records_and_line_treatments_is_decided_as_the_order_says() {
    for record in records(4) {
        for from_phone in FROM_PHONE {
            for pin_required in BOTH {
                let way = World {
                    record,
                    from_phone,
                    pin_required,
                    ..World::quiet()
                };
                with_tables(&way, &mut agree);
            }
        }
    }
}

#[test]
fn every_combination_of_lockout_registers_is_decided_as_they_say() {
    let held = [
        Held::Boundless,
        Held::Minutes(5),
        Held::Minutes(200),
        Held::NoCalls,
        Held::NoMinutes,
        Held::NoTime,
    ];
    for of_inmate in held {
        for of_number in held {
            for (pin_required, service) in [
                (true, None),
                (true, Some(Ticks::secs(120))),
                (false, None),
                (true, Some(Ticks::ZERO)),
            ] {
                let way = World {
                    pin_required,
                    service,
                    of_inmate,
                    of_number,
                    ..World::quiet()
                };
                with_tables(&way, &mut agree);
            }
        }
    }
}

#[test]
fn every_combination_of_treatments_is_chosen_most_specific_first() {
    let of_site = TreatmentRules {
        three_way: Some(ThreeWayResponse::Disconnect),
        extra_digits: Some(ExtraDigitResponse::Disconnect { digits: 3 }),
        record: Some(false),
        limit_seconds: Some(60),
        ..TreatmentRules::default()
    };
    let sites = [
        None,
        Some(TreatmentRules {
            brand: Some(Brand::IntraLata),
            record: Some(true),
            ..of_site
        }),
        Some(of_site),
    ];
    let plain = CallTypeRules::default();
    let of_types = [
        plain,
        CallTypeRules {
            treatment: Some(7),
            ..plain
        },
        CallTypeRules {
            handling: Some(Handling::AutomatedOperator),
            ..plain
        },
        CallTypeRules {
            treatment: Some(8),
            brand: Some(Brand::IntraLata),
            ..plain
        },
    ];
    for record in records(10) {
        for from_phone in FROM_PHONE {
            for site in sites {
                for type_rules in of_types {
                    for type_of_table in [None, Some(CallType::Local), Some(CallType::Interstate)] {
                        for bits in 0..8 {
                            let untimed = bits & 1 != 0;
                            let mut world = World {
                                record,
                                from_phone,
                                site,
                                type_rules,
                                type_of_table,
                                allowed: Some(AllowedEntry { untimed, ..ALLOWED }),
                                phone_privileged: bits & 2 != 0,
                                ..World::quiet()
                            };
                            world.rules.record = bits & 4 != 0;
                            agree(&world);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_combination_of_records_with_a_shorter_number_is_decided_by_the_strictest() {
    let mut shorters = Vec::new();
    for record in records(9) {
        for refused_from_phone in [None, Some(0), Some(9), Some(11)] {
            for type_closed in BOTH {
                shorters.push(Shorter {
                    record,
                    refused_from_phone,
                    type_closed,
                    ..Shorter::IN_NO_TABLE
                });
            }
        }
    }
    let of_whole = [3, 9, 10].into_iter().flat_map(records);
    let of_whole: Vec<_> = of_whole.collect();
    let allowed = [None, Some(3), Some(9)].map(|specificity| {
        specificity.map(|specificity| AllowedEntry {
            specificity,
            ..ALLOWED
        })
    });
    for shorter in shorters {
        for record in &of_whole {
            for from_phone in FROM_PHONE {
                for allowed in allowed {
                    for listed in [None, Some(LISTED)] {
                        for bits in 0..4 {
                            let mut world = World {
                                shorter: Some(shorter),
                                record: *record,
                                from_phone,
                                allowed,
                                listed,
                                ..World::quiet()
                            };
                            world.rules.allowed_rescues = bits & 1 != 0;
                            world.rules.global_block_wins = bits & 2 != 0;
                            agree(&world);
                        }
                    }
                }
            }
        }
    }
}
