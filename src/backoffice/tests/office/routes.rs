//! Outbound routes: which calls go out over which trunks, and with which digits.

use crate::bench::{Bench, DOE, ONE, bench, bench_with};
use backoffice::{CallTypeRules, Error, OutboundRoute, PhoneIdentity};
use types::{
    credential::ConfirmBy,
    disposition::Blocked,
    phone_number::CallType,
    route::MAX_ROUTES,
    treatment::Brand,
    trunk::TrunkGroup,
    verdict::{Check, Finding, Handling, Permit},
};

const NEAR: &str = "02155550123";
const FAR: &str = "03105550123";
const ABROAD: &str = "011442079460123";

fn over(group: u8) -> OutboundRoute {
    OutboundRoute {
        group: Some(TrunkGroup(group)),
        ..OutboundRoute::default()
    }
}

/// For numbers of the own area.
fn home(group: u8) -> OutboundRoute {
    OutboundRoute {
        prefixes: Some(vec!["215".to_owned()]),
        ..over(group)
    }
}

fn routed<const N: usize>(routes: [OutboundRoute; N]) -> Bench {
    bench_with(|config| {
        config.seed.treatments.routes = (1..).zip(routes).collect();
    })
}

/// Number, group and digits of each way out.
fn ways(permit: &Permit) -> Vec<(u16, u8, String)> {
    let group = |group: Option<TrunkGroup>| group.map_or(0, |group| group.0);
    let ways = permit.routes.iter();
    ways.map(|way| (way.number, group(way.group), way.outpulse.to_string()))
        .collect()
}

fn way(number: u16, group: u8, digits: &str) -> (u16, u8, String) {
    (number, group, digits.to_owned())
}

#[test]
fn without_routes_any_trunk_is_dialed_as_it_was() {
    let permit = bench().permitted(ONE, Some(DOE), NEAR);
    assert_eq!(ways(&permit), [way(0, 0, "12155550123")]);
}

#[test]
fn the_call_type_chooses_the_group() {
    let of = |kind, group| OutboundRoute {
        call_types: Some(vec![kind]),
        ..over(group)
    };
    let mut bench = routed([of(CallType::Local, 1), of(CallType::InterLata, 2)]);
    let near = bench.permitted(ONE, Some(DOE), NEAR);
    assert_eq!(ways(&near), [way(1, 1, "12155550123")]);
    let far = bench.permitted(ONE, Some(DOE), FAR);
    assert_eq!(ways(&far), [way(2, 2, "13105550123")]);
}

#[test]
fn the_beginning_of_the_number_chooses_the_group_at_home_and_abroad() {
    let of = |prefix: &str, group| OutboundRoute {
        prefixes: Some(vec![prefix.to_owned()]),
        ..over(group)
    };
    let mut bench = routed([of("+44", 1), of("310555", 2), of("+31", 3), of("215", 4)]);
    let group = |bench: &mut Bench, dialed| ways(&bench.permitted(ONE, Some(DOE), dialed))[0].1;
    assert_eq!(group(&mut bench, ABROAD), 1);
    assert_eq!(group(&mut bench, FAR), 2, "+31 is another country's");
    assert_eq!(group(&mut bench, NEAR), 4);
}

#[test]
fn who_handles_a_call_chooses_the_group() {
    let operator = OutboundRoute {
        handlings: Some(vec![Handling::CarrierOperator]),
        ..over(2)
    };
    let mut bench = bench_with(|config| {
        let treatments = &mut config.seed.treatments;
        let handled = CallTypeRules {
            handling: Some(Handling::CarrierOperator),
            ..CallTypeRules::default()
        };
        treatments.call_type_rules = vec![(CallType::InterLata, handled)];
        treatments.routes = vec![(1, operator), (2, over(1))];
    });
    let far = bench.permitted(ONE, Some(DOE), FAR);
    assert_eq!(
        ways(&far),
        [way(1, 2, "03105550123"), way(2, 1, "03105550123")]
    );
    let near = bench.permitted(ONE, Some(DOE), NEAR);
    assert_eq!(ways(&near), [way(2, 1, "12155550123")]);
}

/// Whose name is said carries the call: its own call type's, or who a call treatment says.
#[test]
fn the_carrier_whose_call_it_is_chooses_the_group() {
    let of = |brand, group| OutboundRoute {
        brands: Some(vec![brand]),
        ..over(group)
    };
    let mut bench = bench_with(|config| {
        let treatments = &mut config.seed.treatments;
        treatments.routes = vec![(1, of(Brand::IntraLata, 1)), (2, of(Brand::InterLata, 2))];
        let rule = CallTypeRules {
            brand: Some(Brand::IntraLata),
            ..CallTypeRules::default()
        };
        treatments.call_type_rules = vec![(CallType::International, rule)];
    });
    let group = |bench: &mut Bench, dialed| ways(&bench.permitted(ONE, Some(DOE), dialed))[0].1;
    assert_eq!(group(&mut bench, NEAR), 1);
    assert_eq!(group(&mut bench, FAR), 2);
    assert_eq!(
        group(&mut bench, ABROAD),
        1,
        "as the site has it for its call type"
    );
}

#[test]
fn digits_are_removed_and_added_and_the_carriers_code_comes_before_all() {
    let seven = OutboundRoute {
        remove: 4,
        ..home(1)
    };
    let switch = OutboundRoute {
        remove: 1,
        add: "9".to_owned(),
        ..over(2)
    };
    let carrier = OutboundRoute {
        carrier: "1010288".to_owned(),
        ..over(3)
    };
    let all = OutboundRoute {
        remove: 1,
        add: "9".to_owned(),
        carrier: "1010288".to_owned(),
        ..over(4)
    };
    let permit = routed([seven, switch, carrier, all]).permitted(ONE, Some(DOE), NEAR);
    let expected = [
        way(1, 1, "5550123"),
        way(2, 2, "92155550123"),
        way(3, 3, "101028812155550123"),
        way(4, 4, "101028892155550123"),
    ];
    assert_eq!(ways(&permit), expected);
}

#[test]
fn a_route_that_leaves_no_digit_is_none() {
    let none_left = OutboundRoute {
        prefixes: Some(vec!["2155550123".to_owned()]),
        remove: 11,
        ..over(1)
    };
    let permit = routed([none_left, over(2)]).permitted(ONE, Some(DOE), NEAR);
    assert_eq!(ways(&permit), [way(2, 2, "12155550123")]);
}

#[test]
fn no_route_is_dialed_without_digits_by_which_the_number_is_another() {
    let seven = OutboundRoute {
        remove: 4,
        ..home(1)
    };
    let of = |dialed| {
        let mut bench = routed([seven.clone(), over(2)]);
        ways(&bench.permitted(ONE, Some(DOE), dialed))
    };
    let short = [way(1, 1, "5550123"), way(2, 2, "12155550123")];
    assert_eq!(of(NEAR), short);
    // However it was keyed.
    assert_eq!(
        of("2155550123"),
        [way(1, 1, "5550123"), way(2, 2, "2155550123")]
    );
}

/// Of `011` the exchange would take `11` and what follows for a number at home.
#[test]
fn what_is_dialed_before_a_number_is_taken_off_whole_or_the_route_is_none() {
    let of = |remove, dialed| {
        let switch = OutboundRoute { remove, ..over(1) };
        let mut bench = routed([switch, over(2)]);
        ways(&bench.permitted(ONE, Some(DOE), dialed))
    };
    let untouched = way(2, 2, ABROAD);
    for part in [1, 2] {
        assert_eq!(of(part, ABROAD), std::slice::from_ref(&untouched));
    }
    assert_eq!(of(3, ABROAD), [way(1, 1, "442079460123"), untouched]);
    assert_eq!(
        of(1, NEAR),
        [way(1, 1, "2155550123"), way(2, 2, "12155550123")]
    );
}

#[test]
fn no_route_leaves_an_exchange_of_seven_digits_more_without_a_prefix() {
    let bare = OutboundRoute {
        remove: 1,
        ..over(1)
    };
    let switch = OutboundRoute {
        remove: 1,
        add: "9".to_owned(),
        ..over(2)
    };
    let local = OutboundRoute {
        remove: 4,
        ..home(3)
    };
    let mut bench = bench_with(|config| {
        config.routing.seven_digit_exchange = true;
        config.seed.treatments.routes = (1..).zip([bare, switch, local]).collect();
    });
    for dialed in [NEAR, "2155550123"] {
        assert_eq!(
            ways(&bench.permitted(ONE, Some(DOE), dialed)),
            [way(2, 2, "92155550123"), way(3, 3, "5550123")],
            "{dialed}"
        );
    }
}

#[test]
fn a_route_takes_off_no_more_than_prefixes_and_the_beginnings_that_it_names() {
    let mut bench = bench();
    let now = bench.now;
    let mut set = |remove, prefixes: &[&str]| {
        let route = OutboundRoute {
            remove,
            prefixes: (!prefixes.is_empty())
                .then(|| prefixes.iter().map(|text| (*text).to_owned()).collect()),
            ..over(1)
        };
        let set = bench.office.set_route(now, "sgt lee", 1, &route);
        set.map_err(|error| error.to_string())
    };
    assert_eq!(set(4, &["215"]), Ok(()));
    assert_eq!(set(5, &["+44"]), Ok(()), "011 and the country");
    assert_eq!(set(3, &[]), Ok(()), "011 is no digit of the number");
    let told = set(4, &[]).expect_err("numbers of all areas would be one");
    assert!(
        told.contains("route 1, which names no beginnings"),
        "{told}"
    );
    let told = set(4, &["215", "61"]).expect_err("numbers of 610 and 611 would be one");
    assert!(
        told.contains("route 1 and numbers that begin with 61:"),
        "{told}"
    );
    assert!(set(6, &["+44"]).is_err());
}

#[test]
fn a_call_has_the_first_routes_that_fit_and_no_more_than_are_tried() {
    let many: [OutboundRoute; MAX_ROUTES + 2] = std::array::from_fn(|at| over(at as u8 + 1));
    let mut bench = routed(many);
    let numbers = |permit: &Permit| ways(permit).iter().map(|way| way.0).collect::<Vec<_>>();
    let permit = bench.permitted(ONE, Some(DOE), NEAR);
    assert_eq!(numbers(&permit), [1, 2, 3, 4]);
    let now = bench.now;
    bench
        .office
        .remove_route(now, "sgt lee", 2)
        .expect("is there");
    let permit = bench.permitted(ONE, Some(DOE), NEAR);
    assert_eq!(numbers(&permit), [1, 3, 4, 5]);
    let gone = bench.office.remove_route(now, "sgt lee", 2);
    assert!(matches!(gone, Err(Error::UnknownRoute(2))));
}

#[test]
fn a_call_that_no_route_fits_is_refused_and_says_so() {
    let near = OutboundRoute {
        call_types: Some(vec![CallType::Local]),
        ..over(1)
    };
    let mut bench = routed([near]);
    let verdict = bench.dial(ONE, Some(DOE), FAR);
    let last = verdict.trace.last().map(|step| (step.check, step.finding));
    assert_eq!(last, Some((Check::Route, Finding::NotFound)));
    let refusal = verdict.outcome.expect_err("has no way out");
    assert_eq!(refusal.blocked, Blocked::NoRoute);
    let record = bench.record(refusal.call);
    assert_eq!(record.blocked, Some(Blocked::NoRoute));
    let last = record.screening.last().map(|step| step.check);
    assert_eq!(last, Some(Check::Route));
}

#[test]
fn the_trace_says_that_a_route_was_found_and_a_site_without_routes_says_nothing_of_them() {
    let routes = |bench: &mut Bench| {
        let verdict = bench.dial(ONE, Some(DOE), NEAR);
        let mut steps = verdict.trace.iter();
        steps.find(|step| step.check == Check::Route).copied()
    };
    let found = routes(&mut routed([over(1)])).map(|step| step.finding);
    assert_eq!(found, Some(Finding::Found));
    assert_eq!(routes(&mut bench()), None);
}

#[test]
fn no_officer_is_asked_to_confirm_a_call_that_has_no_way_out() {
    let far = OutboundRoute {
        prefixes: Some(vec!["310".to_owned()]),
        ..over(1)
    };
    let mut bench = routed([far]);
    let identity = PhoneIdentity {
        officer: ConfirmBy::Console,
        ..PhoneIdentity::standard()
    };
    let now = bench.now;
    let set = bench
        .office
        .set_phone_identity(now, "sgt lee", ONE, &identity);
    set.expect("is set");
    assert_eq!(bench.refused(ONE, Some(DOE), NEAR), Blocked::NoRoute);
    assert_eq!(bench.office.waiting_calls(bench.now), []);
}

#[test]
fn nonsense_is_no_route() {
    let mut bench = bench();
    let (now, who) = (bench.now, "sgt lee");
    let office = &mut bench.office;
    let prefixes = Some(vec!["21?".to_owned()]);
    let wrong = [
        OutboundRoute {
            prefixes,
            ..over(1)
        },
        OutboundRoute {
            add: "1#".to_owned(),
            ..over(1)
        },
        OutboundRoute {
            carrier: "101028801".to_owned(),
            ..over(1)
        },
        OutboundRoute {
            remove: 16,
            ..over(1)
        },
    ];
    for route in wrong {
        assert!(office.set_route(now, who, 1, &route).is_err(), "{route:?}");
    }
    assert!(office.set_route(now, who, 0, &over(1)).is_err());
    office.set_route(now, who, 1, &over(1)).expect("is one");
}
