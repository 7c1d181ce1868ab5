//! Line treatments, call treatments, number records and call types, as the database feeds them.

use crate::bench::{Bench, DOE, ONE, OPEN_PHONE, TWO, bench, bench_with, completed};
use backoffice::{
    Alert, AllowedFlags, CallTypeRules, Days, Error, LineOutcome, NamedTreatment, NumberDetails,
    NumberFlags, Phone, PhoneRule, PhoneTreatment, SeedTreatments, TreatmentRules,
};
use types::{
    disposition::Blocked,
    phone_number::CallType,
    tick::Ticks,
    treatment::{Brand, ExtraDigitResponse, ThreeWayResponse, Warning},
    verdict::{Check, Finding, Handling, RecordingRule, Step},
};

const FRIEND: &str = "02155550123";
const LAWYER: &str = "2155550177";

fn treated(change: impl FnOnce(&mut SeedTreatments)) -> Bench {
    bench_with(|config| change(&mut config.seed.treatments))
}

fn lawyer() -> (String, NumberDetails) {
    let details = NumberDetails {
        privileged: true,
        party: "Roe & Roe".to_owned(),
        ..NumberDetails::default()
    };
    (LAWYER.to_owned(), details)
}

fn record(details: NumberDetails) -> Bench {
    treated(|treatments| treatments.numbers = vec![("2155550123".to_owned(), details)])
}

fn says(rules: TreatmentRules) -> NamedTreatment {
    let name = "as told".to_owned();
    NamedTreatment { name, rules }
}

/// A phone with PIN and one without stand in the law library.
fn law_library() -> Bench {
    let lawyers = PhoneRule {
        privileged_only: true,
        ..PhoneRule::any(LineOutcome::Allow(None))
    };
    bench_with(|config| {
        let seed = &mut config.seed;
        seed.treatments.numbers = vec![lawyer()];
        seed.treatments.line_treatments = vec![(
            4,
            PhoneTreatment {
                name: "law library".to_owned(),
                rules: vec![lawyers],
                others: false,
            },
        )];
        for (line, phone) in &mut seed.phones {
            phone.line_treatment = (*line != TWO).then_some(4);
        }
        let listed = (
            "2155550188".to_owned(),
            NumberFlags {
                privileged: true,
                ..NumberFlags::default()
            },
        );
        seed.inmates[0].numbers = vec![listed, ("2155550123".to_owned(), NumberFlags::default())];
    })
}

#[test]
fn from_the_law_library_only_lawyers_can_be_called_with_and_without_pin() {
    let mut bench = law_library();
    for (line, pin) in [(ONE, Some(DOE)), (OPEN_PHONE, None)] {
        let permit = bench.permitted(line, pin, &format!("0{LAWYER}"));
        assert_eq!(permit.recording, RecordingRule::Privileged);
        assert_eq!(bench.refused(line, pin, FRIEND), Blocked::NotFromThisPhone);
    }
    // The caller's own lawyer, who is nobody else's.
    bench.permitted(ONE, Some(DOE), "02155550188");
    assert_eq!(
        bench.refused(OPEN_PHONE, None, "02155550188"),
        Blocked::NotFromThisPhone
    );
}

#[test]
fn from_another_phone_everybody_can_be_called() {
    let mut bench = law_library();
    bench.permitted(TWO, Some(DOE), FRIEND);
}

#[test]
fn a_refusal_of_the_phone_is_in_the_trace() {
    let mut bench = law_library();
    let verdict = bench.dial(OPEN_PHONE, None, FRIEND);
    let last = verdict.trace.last().copied();
    let (check, finding) = (Check::LineTreatment, Finding::Found);
    assert_eq!(last, Some(Step { check, finding }));
}

#[test]
fn the_first_rule_that_fits_decides() {
    let mut bench = bench_with(|config| {
        let weekend = Days(0b110_0000);
        let rules = vec![
            PhoneRule {
                days: weekend,
                ..PhoneRule::any(LineOutcome::Refuse)
            },
            PhoneRule {
                numbers: Some(vec!["215-555-012?".to_owned()]),
                ..PhoneRule::any(LineOutcome::Refuse)
            },
            PhoneRule {
                call_types: Some(vec![CallType::Local]),
                ..PhoneRule::any(LineOutcome::Allow(Some(2)))
            },
        ];
        let treatment = PhoneTreatment {
            name: String::new(),
            rules,
            others: false,
        };
        let seed = &mut config.seed;
        seed.treatments.call_treatments = vec![(2, says(TreatmentRules::default()))];
        seed.treatments.line_treatments = vec![(1, treatment)];
        seed.phones[0].1.line_treatment = Some(1);
    });
    assert_eq!(
        bench.refused(ONE, Some(DOE), FRIEND),
        Blocked::NotFromThisPhone
    );
    let permit = bench.permitted(ONE, Some(DOE), "02155550133");
    assert_eq!(permit.treatment.number, 2);
    let call = permit.call;
    assert_eq!(bench.record(call).treatment, Some(2));
    let far = bench.refused(ONE, Some(DOE), "03105550123");
    assert_eq!(far, Blocked::NotFromThisPhone);
    // Saturday.
    bench.wait(4 * 24 * 3600);
    let saturday = bench.refused(ONE, Some(DOE), "02155550133");
    assert_eq!(saturday, Blocked::NotFromThisPhone);
}

/// Four treatments, each named by something else, and that of the site.
fn four_treatments(seed: &mut SeedTreatments) {
    let site = TreatmentRules {
        three_way: Some(ThreeWayResponse::Disconnect),
        extra_digits: Some(ExtraDigitResponse::Disconnect { digits: 3 }),
        origin_every: Some(Ticks::secs(300)),
        ..TreatmentRules::default()
    };
    let warn = TreatmentRules {
        three_way: Some(ThreeWayResponse::Warn(Warning::Random)),
        origin_every: Some(Ticks::ZERO),
        limit_seconds: Some(240),
        announce_limit: Some(false),
        ..TreatmentRules::default()
    };
    seed.call_treatments = vec![
        (0, says(site)),
        (1, says(warn)),
        (2, says(warn)),
        (3, says(warn)),
    ];
    let details = NumberDetails {
        treatment: Some(1),
        ..NumberDetails::default()
    };
    seed.numbers = vec![("2155550123".to_owned(), details)];
    let rule = PhoneRule {
        numbers: Some(vec!["21555501*".to_owned()]),
        ..PhoneRule::any(LineOutcome::Allow(Some(2)))
    };
    let treatment = PhoneTreatment {
        name: String::new(),
        rules: vec![rule],
        others: true,
    };
    seed.line_treatments = vec![(1, treatment)];
    let rules = CallTypeRules {
        treatment: Some(3),
        ..CallTypeRules::default()
    };
    seed.call_type_rules = vec![(CallType::Local, rules)];
}

#[test]
fn a_call_has_the_treatment_of_its_number_its_phone_its_type_or_the_site() {
    let mut bench = bench_with(|config| {
        four_treatments(&mut config.seed.treatments);
        config.seed.phones[0].1.line_treatment = Some(1);
    });
    let cases = [
        ("02155550123", 1, Some(Finding::OfNumber)),
        ("02155550133", 2, Some(Finding::OfPhone)),
        ("02155550233", 3, Some(Finding::OfCallType)),
        ("03105550123", 0, None),
    ];
    for (dialed, number, by) in cases {
        let verdict = bench.dial(ONE, Some(DOE), dialed);
        let step = verdict
            .trace
            .iter()
            .find(|step| step.check == Check::Treatment);
        assert_eq!(step.map(|step| step.finding), by, "{dialed}");
        let permit = verdict.outcome.expect("is permitted");
        assert_eq!(permit.treatment.number, number);
        assert_eq!(bench.record(permit.call).treatment, Some(number));
    }
}

#[test]
fn what_a_treatment_leaves_out_is_as_the_site_has_it() {
    let mut bench = treated(four_treatments);
    let of_number = bench.permitted(ONE, Some(DOE), FRIEND);
    let treatment = of_number.treatment;
    assert_eq!(treatment.three_way, ThreeWayResponse::Warn(Warning::Random));
    assert_eq!(
        treatment.extra_digits,
        ExtraDigitResponse::Disconnect { digits: 3 }
    );
    assert_eq!(treatment.announcements.origin_every, None, "never is said");
    assert_eq!(of_number.limit, Some(Ticks::secs(240)));
    assert!(!of_number.announce_limit);

    let of_site = bench.permitted(ONE, Some(DOE), "03105550123");
    assert_eq!(of_site.treatment.three_way, ThreeWayResponse::Disconnect);
    assert_eq!(
        of_site.treatment.announcements.origin_every,
        Some(Ticks::secs(300))
    );
    assert_eq!(of_site.limit, Some(Ticks::secs(600)), "of its class");
    assert!(of_site.announce_limit);
}

#[test]
fn a_call_treatment_can_be_changed_while_calls_go_on() {
    let mut bench = treated(four_treatments);
    let rules = TreatmentRules {
        record: Some(false),
        ..TreatmentRules::default()
    };
    let now = bench.now;
    bench
        .office
        .set_call_treatment(now, "sgt lee", 1, &says(rules))
        .expect("is entered");
    let permit = bench.permitted(ONE, Some(DOE), FRIEND);
    assert_eq!(permit.recording, RecordingRule::DoNotRecord);
    assert_eq!(
        permit.treatment.three_way,
        ThreeWayResponse::Disconnect,
        "the site's"
    );
}

#[test]
fn a_call_must_be_accepted_where_its_number_phone_type_or_the_site_says_so() {
    let accepted = |wanted| {
        says(TreatmentRules {
            acceptance: wanted,
            ..TreatmentRules::default()
        })
    };
    // Of the number, the phone, the type, the site.
    for at in 0..4u16 {
        let mut bench = bench_with(|config| {
            four_treatments(&mut config.seed.treatments);
            config.seed.phones[0].1.line_treatment = Some(1);
            for (number, treatment) in &mut config.seed.treatments.call_treatments {
                *treatment = accepted((*number == at).then_some(true));
            }
        });
        let cases = [
            ("2155550123", 1),
            ("2155550133", 2),
            ("2155550233", 3),
            ("13105550123", 0),
        ];
        for (dialed, of) in cases {
            let permit = bench.permitted(ONE, Some(DOE), dialed);
            assert_eq!(permit.treatment.number, of);
            assert_eq!(permit.handling, Handling::Direct);
            // What they leave out is as the site has it.
            assert_eq!(permit.acceptance, at == of || at == 0, "{dialed} of {at}");
        }
    }
}

#[test]
fn who_pays_must_accept_and_who_calls_an_operator_or_a_desk_asks_nobody() {
    let permit = |wanted, operator: bool, dialed| {
        let mut bench = bench_with(|config| {
            if operator {
                config.routing.zero_plus = Handling::CarrierOperator;
            }
            let rules = TreatmentRules {
                acceptance: Some(wanted),
                ..TreatmentRules::default()
            };
            let desk = NumberDetails {
                customer_service: true,
                ..NumberDetails::default()
            };
            config.seed.treatments.call_treatments = vec![(0, says(rules))];
            config.seed.treatments.numbers = vec![("2155550199".to_owned(), desk)];
        });
        bench.permitted(ONE, Some(DOE), dialed).acceptance
    };
    for wanted in [true, false] {
        assert!(permit(wanted, false, FRIEND), "collect");
        assert!(!permit(wanted, true, FRIEND), "the operator asks");
        assert_eq!(permit(wanted, false, "12155550123"), wanted);
        assert!(!permit(wanted, false, "12155550199"), "a desk");
    }
}

// ---- records of numbers

#[test]
fn a_blocked_record_is_a_block_in_every_mode_unless_an_allowed_entry_rescues() {
    let blocked = NumberDetails {
        blocked: true,
        ..NumberDetails::default()
    };
    for check_restricted in [true, false] {
        let mut bench = bench_with(|config| {
            let seed = &mut config.seed;
            seed.settings.rules.check_restricted = check_restricted;
            seed.treatments.numbers = vec![("215555*".to_owned(), blocked.clone())];
            seed.allowed = vec![
                ("215*".to_owned(), AllowedFlags::default()),
                ("2155550133".to_owned(), AllowedFlags::default()),
            ];
            seed.inmates[0].numbers = vec![("2155550144".to_owned(), NumberFlags::default())];
        });
        assert_eq!(
            bench.refused(ONE, Some(DOE), FRIEND),
            Blocked::NumberRestricted
        );
        let listed = bench.refused(ONE, Some(DOE), "02155550144");
        assert_eq!(listed, Blocked::NumberRestricted, "a global block wins");
        assert_eq!(
            bench.refused(OPEN_PHONE, None, FRIEND),
            Blocked::NumberRestricted
        );
        bench.permitted(ONE, Some(DOE), "02155550133");
    }
}

#[test]
fn a_narrower_record_takes_its_number_out_of_a_wider_block() {
    let mut bench = treated(|treatments| {
        let blocked = NumberDetails {
            blocked: true,
            ..NumberDetails::default()
        };
        treatments.numbers = vec![
            ("215*".to_owned(), blocked),
            ("2155550123".to_owned(), NumberDetails::default()),
        ];
    });
    bench.permitted(ONE, Some(DOE), FRIEND);
    assert_eq!(
        bench.refused(ONE, Some(DOE), "02155550124"),
        Blocked::NumberRestricted
    );
}

#[test]
fn a_privileged_record_is_never_recorded_and_its_third_parties_are_ignored() {
    let mut bench = treated(|treatments| {
        four_treatments(treatments);
        treatments.numbers = vec![lawyer()];
        treatments.call_type_rules = Vec::new();
    });
    let permit = bench.permitted(ONE, Some(DOE), &format!("0{LAWYER}"));
    assert_eq!(permit.recording, RecordingRule::Privileged);
    assert_eq!(permit.treatment.three_way, ThreeWayResponse::Ignore);
}

#[test]
fn an_attorneys_number_with_digits_after_its_last_is_nobodys() {
    let abroad = |details: NumberDetails| {
        treated(|treatments| {
            treatments.numbers = vec![("+442079460123".to_owned(), details)];
        })
    };
    let privileged = NumberDetails {
        privileged: true,
        ..NumberDetails::default()
    };
    let unrecorded = NumberDetails {
        no_recording: true,
        ..NumberDetails::default()
    };
    let blocked = NumberDetails {
        blocked: true,
        ..NumberDetails::default()
    };
    let cases = [
        (privileged, Blocked::NumberNotAllowed),
        (unrecorded, Blocked::NumberNotAllowed),
        (blocked, Blocked::NumberRestricted),
    ];
    for (details, why) in cases {
        let mut bench = abroad(details);
        assert_eq!(bench.refused(ONE, Some(DOE), "0114420794601239"), why);
    }
    abroad(NumberDetails::default()).permitted(ONE, Some(DOE), "0114420794601239");
}

#[test]
fn a_number_refused_from_a_phone_is_refused_with_digits_after_its_last() {
    let mut bench = bench_with(|config| {
        let refused = PhoneRule {
            numbers: Some(vec!["+442079460123".to_owned()]),
            ..PhoneRule::any(LineOutcome::Refuse)
        };
        let treatment = PhoneTreatment {
            name: String::new(),
            rules: vec![refused],
            others: true,
        };
        config.seed.treatments.line_treatments = vec![(1, treatment)];
        config.seed.phones[0].1.line_treatment = Some(1);
    });
    for dialed in ["011442079460123", "0114420794601234"] {
        assert_eq!(
            bench.refused(ONE, Some(DOE), dialed),
            Blocked::NotFromThisPhone
        );
    }
    bench.permitted(ONE, Some(DOE), "011442079460124");
}

#[test]
fn a_record_says_recording_limit_response_and_that_it_is_a_desk() {
    let details = NumberDetails {
        no_recording: true,
        customer_service: true,
        three_way: Some(ThreeWayResponse::Disconnect),
        limit_seconds: Some(120),
        ..NumberDetails::default()
    };
    let permit = record(details).permitted(ONE, Some(DOE), FRIEND);
    assert_eq!(permit.recording, RecordingRule::DoNotRecord);
    assert_eq!(permit.limit, Some(Ticks::secs(120)));
    assert_eq!(permit.treatment.three_way, ThreeWayResponse::Disconnect);
    assert_eq!(permit.handling, Handling::Direct);
    assert_eq!(
        permit.routes.first().outpulse.as_str(),
        "12155550123",
        "as any direct call"
    );
}

#[test]
fn each_try_to_call_a_watched_number_is_told_and_journaled() {
    let watched = NumberDetails {
        watched: true,
        blocked: true,
        ..NumberDetails::default()
    };
    let mut bench = record(watched);
    bench.refused(ONE, Some(DOE), FRIEND);
    bench.permitted(ONE, Some(DOE), "02155550124");
    let alerts = bench.office.take_alerts();
    let [Alert::WatchedNumber { line, call }] = alerts[..] else {
        panic!("{alerts:?}");
    };
    assert_eq!(line, ONE);
    assert_eq!(bench.record(call).blocked, Some(Blocked::NumberRestricted));
    let told = Alert::WatchedNumber { line, call }.to_string();
    assert_eq!(
        told,
        "a watched number was dialed at the phone of line 1: call 7-1"
    );
    let journal = bench.office.journal(0, 100).expect("reads");
    assert!(
        journal
            .iter()
            .any(|entry| entry.noun == "alert" && entry.change == told)
    );
}

#[test]
fn a_watched_number_is_told_also_where_something_else_refuses_the_call() {
    let watched = NumberDetails {
        watched: true,
        ..NumberDetails::default()
    };
    let mut bench = bench_with(|config| {
        let seed = &mut config.seed;
        seed.treatments.numbers = vec![("2155550123".to_owned(), watched)];
        seed.phones[0].1.call_types = Some(vec![CallType::International]);
    });
    let blocked = bench.refused(ONE, Some(DOE), FRIEND);
    assert_eq!(blocked, Blocked::CallTypeNotAllowed);
    let told = bench.office.take_alerts();
    assert!(
        matches!(told[..], [Alert::WatchedNumber { line: ONE, .. }]),
        "{told:?}"
    );
}

// ---- call types

#[test]
fn the_longest_prefix_says_the_call_type_and_the_dial_plan_where_there_is_none() {
    let mut bench = treated(|treatments| {
        let types = [
            ("215", CallType::IntraLata),
            ("215555", CallType::Local),
            ("2155550*", CallType::Interstate),
            ("+44", CallType::Premium),
        ];
        let types = types.map(|(prefix, kind)| (prefix.to_owned(), kind));
        treatments.call_types = types.to_vec();
    });
    let cases = [
        ("02155550123", CallType::Interstate),
        ("02155551123", CallType::Local),
        ("12156551123", CallType::IntraLata),
        ("03105550123", CallType::InterLata),
        ("011442079460123", CallType::Premium),
        ("011332079460123", CallType::International),
    ];
    for (dialed, kind) in cases {
        let permit = bench.permitted(ONE, Some(DOE), dialed);
        assert_eq!(permit.call_type, kind, "{dialed}");
        assert_eq!(bench.record(permit.call).call_type, Some(kind));
    }
    let now = bench.now;
    bench
        .office
        .remove_call_type(now, "sgt lee", "2155550")
        .expect("is there");
    let kind = bench.permitted(ONE, Some(DOE), FRIEND).call_type;
    assert_eq!(kind, CallType::Local);
}

#[test]
fn the_type_of_the_sites_table_is_what_the_phone_and_the_limit_go_by() {
    let mut bench = bench_with(|config| {
        let seed = &mut config.seed;
        let types = [
            ("215555", CallType::Premium),
            ("215556", CallType::IntraLata),
        ];
        let types = types.map(|(prefix, kind)| (prefix.to_owned(), kind));
        seed.treatments.call_types = types.to_vec();
        seed.phones[0].1.call_types = Some(vec![CallType::Local, CallType::IntraLata]);
        for (_, kind, durations) in &mut seed.durations {
            if *kind == CallType::IntraLata {
                durations.weekday = 77;
            }
        }
    });
    assert_eq!(
        bench.refused(ONE, Some(DOE), FRIEND),
        Blocked::CallTypeNotAllowed
    );
    let permit = bench.permitted(ONE, Some(DOE), "02155560123");
    assert_eq!(permit.limit, Some(Ticks::secs(77)));
}

#[test]
fn each_call_type_is_handled_as_it_says_and_else_as_wired() {
    let handled = |handling| CallTypeRules {
        handling: Some(handling),
        ..CallTypeRules::default()
    };
    let mut bench = treated(|treatments| {
        treatments.call_type_rules = vec![
            (CallType::InterLata, handled(Handling::CarrierOperator)),
            (CallType::International, handled(Handling::CarrierOperator)),
            (CallType::Local, handled(Handling::AutomatedOperator)),
        ];
    });
    let cases = [
        (FRIEND, Handling::AutomatedOperator, "12155550123"),
        ("03105550123", Handling::CarrierOperator, "03105550123"),
        ("13105550123", Handling::CarrierOperator, "13105550123"),
        (
            "011442079460123",
            Handling::CarrierOperator,
            "011442079460123",
        ),
        // The automated operator takes collect calls alone.
        ("2155550123", Handling::Direct, "2155550123"),
    ];
    for (dialed, handling, outpulse) in cases {
        let permit = bench.permitted(ONE, Some(DOE), dialed);
        assert_eq!(permit.handling, handling, "{dialed}");
        assert_eq!(permit.routes.first().outpulse.as_str(), outpulse);
    }
}

#[test]
fn the_brand_is_the_carriers_of_the_call_type() {
    let mut bench = treated(|treatments| {
        let rules = CallTypeRules {
            brand: Some(Brand::IntraLata),
            ..CallTypeRules::default()
        };
        treatments.call_type_rules = vec![(CallType::International, rules)];
    });
    let cases = [
        (FRIEND, Brand::IntraLata),
        ("03105550123", Brand::InterLata),
        ("011442079460123", Brand::IntraLata),
    ];
    for (dialed, brand) in cases {
        let permit = bench.permitted(ONE, Some(DOE), dialed);
        assert_eq!(permit.treatment.brand, brand, "{dialed}");
    }
}

// ---- mistakes

#[test]
fn what_is_not_there_cannot_be_named_and_nonsense_is_refused() {
    let mut bench = bench();
    let (now, who) = (bench.now, "sgt lee");
    let office = &mut bench.office;
    let naming = NumberDetails {
        treatment: Some(9),
        ..NumberDetails::default()
    };
    let unknown = office.set_number_record(now, who, "215*", &naming);
    assert!(matches!(unknown, Err(Error::UnknownCallTreatment(9))));
    let rule = PhoneRule::any(LineOutcome::Allow(Some(9)));
    let treatment = PhoneTreatment {
        name: String::new(),
        rules: vec![rule],
        others: true,
    };
    let unknown = office.set_line_treatment(now, who, 1, &treatment);
    assert!(matches!(unknown, Err(Error::UnknownCallTreatment(9))));
    let rules = CallTypeRules {
        treatment: Some(9),
        ..CallTypeRules::default()
    };
    let unknown = office.set_call_type_rules(now, who, CallType::Local, &rules);
    assert!(matches!(unknown, Err(Error::UnknownCallTreatment(9))));
    let phone = Phone {
        line_treatment: Some(9),
        ..Phone::standard("B1")
    };
    let unknown = office.set_phone(now, who, ONE, &phone);
    assert!(matches!(unknown, Err(Error::UnknownLineTreatment(9))));

    let handled = TreatmentRules {
        handling: Some(Handling::Direct),
        ..TreatmentRules::default()
    };
    assert!(
        office
            .set_call_treatment(now, who, 0, &says(handled))
            .is_err()
    );
    office
        .set_call_treatment(now, who, 1, &says(handled))
        .expect("of some calls it may be said");
    let wrong = [
        TreatmentRules {
            handling: Some(Handling::AutomatedOperator),
            acceptance: Some(false),
            ..handled
        },
        TreatmentRules {
            handling: Some(Handling::CarrierOperator),
            acceptance: Some(true),
            ..handled
        },
        TreatmentRules {
            limit_seconds: Some(0),
            ..handled
        },
        TreatmentRules {
            origin_every: Some(Ticks::secs(9)),
            ..handled
        },
        TreatmentRules {
            extra_digits: Some(ExtraDigitResponse::Disconnect { digits: 0 }),
            ..handled
        },
    ];
    for rules in wrong {
        assert!(
            office
                .set_call_treatment(now, who, 1, &says(rules))
                .is_err(),
            "{rules:?}"
        );
    }
    assert!(
        office
            .set_call_type(now, who, "21?555", CallType::Local)
            .is_err()
    );
    assert!(office.remove_number_record(now, who, "215*").is_err());
}

#[test]
fn digits_after_the_last_leave_a_numbers_limit_watch_and_response() {
    let limit = |seconds| NumberDetails {
        limit_seconds: Some(seconds),
        ..NumberDetails::default()
    };
    let strict = NumberDetails {
        watched: true,
        three_way: Some(ThreeWayResponse::Disconnect),
        treatment: Some(1),
        ..limit(120)
    };
    let wide = NumberDetails {
        three_way: Some(ThreeWayResponse::Flag),
        ..limit(300)
    };
    let mut bench = treated(|treatments| {
        treatments.call_treatments = vec![(1, says(TreatmentRules::default()))];
        treatments.numbers = vec![
            ("+442079460123".to_owned(), strict),
            ("+44207946*".to_owned(), wide),
            ("+4420794601234".to_owned(), limit(180)),
            ("+442079460777".to_owned(), limit(400)),
        ];
    });
    for dialed in ["011442079460123", "0114420794601239"] {
        let permit = bench.permitted(ONE, Some(DOE), dialed);
        assert_eq!(permit.limit, Some(Ticks::secs(120)), "{dialed}");
        let treatment = permit.treatment;
        assert_eq!(treatment.three_way, ThreeWayResponse::Disconnect);
        assert_eq!(treatment.number, 1, "{dialed}");
        assert_eq!(bench.office.take_alerts().len(), 1, "{dialed}");
        bench.end(ONE, completed(Some(permit.call), bench.now));
    }
    // Who entered the whole number knew where it goes.
    let own = bench.permitted(ONE, Some(DOE), "0114420794601234");
    assert_eq!(own.limit, Some(Ticks::secs(180)));
    assert_ne!(own.treatment.three_way, ThreeWayResponse::Disconnect);
    bench.end(ONE, completed(Some(own.call), bench.now));
    // The number that is dialed loses nothing by what may be reached.
    let both = bench.permitted(ONE, Some(DOE), "0114420794607779");
    assert_eq!(both.limit, Some(Ticks::secs(300)));
    assert_eq!(bench.office.take_alerts(), []);
}

#[test]
fn of_several_numbers_that_may_be_reached_none_loses_its_limit_watch_or_response() {
    let limit = |seconds| NumberDetails {
        limit_seconds: Some(seconds),
        ..NumberDetails::default()
    };
    let strict = NumberDetails {
        watched: true,
        three_way: Some(ThreeWayResponse::Disconnect),
        ..limit(120)
    };
    let mut bench = treated(|treatments| {
        treatments.numbers = vec![
            ("+44207946012".to_owned(), strict),
            ("+442079460123".to_owned(), limit(300)),
        ];
    });
    let permit = bench.permitted(ONE, Some(DOE), "0114420794601239");
    assert_eq!(permit.limit, Some(Ticks::secs(120)));
    assert_eq!(permit.treatment.three_way, ThreeWayResponse::Disconnect);
    assert_eq!(bench.office.take_alerts().len(), 1);
}
