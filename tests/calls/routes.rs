//! Outbound routes: groups of trunks, overflow with other digits, and no way out.

use crate::{
    bench::{self, MOTHER, Outcome, STRANGER, Scenario, then, wait},
    short::{hears_fast_busy, keys, ringing, without_pin},
};
use backoffice::{OutboundRoute, Seed};
use drivers::sim::{
    exchange::{line::ExchangeLine, routes::Destination},
    script::Step,
};
use types::{
    disposition::{Blocked, Disposition},
    id::TrunkId,
    language::Language,
    phone_number::CallType,
    prompt::Prompt,
    trunk::TrunkGroup,
};

const FAR: &str = "3105550123";

fn over(group: u8) -> OutboundRoute {
    OutboundRoute {
        group: Some(TrunkGroup(group)),
        ..OutboundRoute::default()
    }
}

/// Another exchange, which wants the whole number as of a toll call.
fn by_the_other_switch(group: u8) -> OutboundRoute {
    OutboundRoute {
        add: "1".to_owned(),
        ..over(group)
    }
}

fn routes(routes: &[OutboundRoute]) -> impl Fn(&mut Seed) + 'static {
    let routes: Vec<_> = (1..).zip(routes.iter().cloned()).collect();
    move |seed| {
        without_pin(seed);
        seed.treatments.routes = routes.clone();
        seed.treatments.call_types = vec![
            ("215".to_owned(), CallType::Local),
            ("310".to_owned(), CallType::InterLata),
        ];
    }
}

/// Trunks of these groups, in their order.
fn groups(mut scenario: Scenario, groups: &[u8]) -> Scenario {
    scenario.groups = groups.iter().copied().map(TrunkGroup).collect();
    scenario.trunks(groups.iter().map(|_| ExchangeLine::kewl_start()).collect())
}

fn rings(digits: &str) -> Vec<Step> {
    then(keys(digits), [wait(8000), Step::OnHook])
}

/// What each trunk was dialed.
fn dialed(out: &Outcome) -> Vec<Vec<String>> {
    let of = |trunk: &drivers::sim::transcript::Transcript| {
        trunk.dialed().map(|digits| digits.to_string()).collect()
    };
    out.trunks.iter().map(of).collect()
}

#[test]
fn the_call_type_chooses_the_trunk_group() {
    let of = |kind, group| OutboundRoute {
        call_types: Some(vec![kind]),
        ..over(group)
    };
    for (number, trunk) in [(MOTHER, 1), (FAR, 0)] {
        let site = routes(&[of(CallType::Local, 7), of(CallType::InterLata, 2)]);
        let scenario = groups(ringing(rings(number)).site(site), &[2, 7]);
        let out = scenario.lasting(14).run();
        let mut expected = vec![Vec::new(), Vec::new()];
        expected[trunk] = vec![number.to_owned()];
        assert_eq!(dialed(&out), expected, "{}", out.tale());
        assert_eq!(out.record().trunk, Some(TrunkId(trunk as u16 + 1)));
        assert_eq!(out.record().route, Some(2 - trunk as u16));
    }
}

#[test]
fn a_busy_group_overflows_to_the_next_route_with_its_digits() {
    let site = routes(&[over(1), by_the_other_switch(2)]);
    let second = then(vec![wait(3000)], rings(MOTHER));
    let scenario = ringing(rings(STRANGER)).and_phone(second).site(site);
    let out = groups(scenario, &[1, 2]).lasting(20).run();
    let expected = [vec![STRANGER.to_owned()], vec![format!("1{MOTHER}")]];
    assert_eq!(dialed(&out), expected, "{}", out.tale());
    let mut ways: Vec<_> = out
        .records
        .iter()
        .map(|r| (r.line.0, r.trunk, r.route))
        .collect();
    ways.sort();
    let expected = [
        (1, Some(TrunkId(1)), Some(1)),
        (2, Some(TrunkId(2)), Some(2)),
    ];
    assert_eq!(ways, expected);
}

#[test]
fn a_call_that_overflows_is_dialed_without_the_digits_that_the_next_route_removes() {
    // A switch that wants a 9 and a number of the own area.
    let removes = OutboundRoute {
        prefixes: Some(vec![MOTHER[..3].to_owned()]),
        remove: 4,
        add: "9".to_owned(),
        ..over(2)
    };
    let site = routes(&[over(1), removes]);
    let dials = format!("1{MOTHER}");
    let second = then(vec![wait(3000)], rings(&dials));
    let short = format!("9{}", &MOTHER[3..]);
    let scenario = ringing(rings(&dials))
        .to(&short, Destination::RingNoAnswer)
        .and_phone(second)
        .site(site);
    let out = groups(scenario, &[1, 2]).lasting(20).run();
    let expected = [vec![dials], vec![short]];
    assert_eq!(dialed(&out), expected, "{}", out.tale());
    let second = out.records.iter().find(|record| record.line.0 == 2);
    assert_eq!(second.expect("a record").route, Some(2));
}

#[test]
fn a_group_that_gives_no_dial_tone_overflows_too() {
    let dead = ExchangeLine {
        dial_tone: None,
        ..ExchangeLine::kewl_start()
    };
    let site = routes(&[over(1), by_the_other_switch(2)]);
    // Each of the two dead trunks is waited for.
    let patient = then(keys(MOTHER), [wait(16_000), Step::OnHook]);
    let mut scenario = ringing(patient).site(site);
    scenario.groups = [1, 1, 2].map(TrunkGroup).to_vec();
    let out = scenario
        .trunks(vec![dead.clone(), dead, ExchangeLine::kewl_start()])
        .lasting(30)
        .run();
    let expected = [vec![], vec![], vec![format!("1{MOTHER}")]];
    assert_eq!(dialed(&out), expected, "{}", out.tale());
    assert_eq!(out.record().route, Some(2));
}

#[test]
fn where_all_groups_are_busy_no_line_is_available() {
    let site = routes(&[over(1), by_the_other_switch(2)]);
    let late = |wait_ms, steps| then(vec![wait(wait_ms)], steps);
    let out = groups(
        ringing(rings(STRANGER))
            .and_phone(late(1500, rings(MOTHER)))
            .and_phone(late(4000, then(keys(MOTHER), hears_fast_busy())))
            .site(site),
        &[1, 2],
    )
    .lasting(25)
    .run();
    let refused = out.records.iter().find(|record| record.line.0 == 3);
    let refused = refused.unwrap_or_else(|| panic!("no record: {}", out.tale()));
    assert_eq!(refused.disposition, Disposition::NoTrunk, "{}", out.tale());
    assert_eq!((refused.trunk, refused.route), (None, None));
    let told = out.heard(&out.phones[2], Language::ENGLISH, Prompt::NoLineAvailable);
    assert!(!told.is_empty(), "{}", out.tale());
}

#[test]
fn a_call_that_no_route_is_for_is_refused_before_a_trunk_is_seized() {
    let near = OutboundRoute {
        call_types: Some(vec![CallType::Local]),
        ..over(1)
    };
    let out = bench::phone(then(keys(FAR), hears_fast_busy()))
        .site(routes(&[near]))
        .run();
    out.refused(Prompt::CallTypeNotAllowed, Blocked::NoRoute);
}

#[test]
fn a_phones_own_trunk_serves_the_routes_of_its_group_alone() {
    let site = routes(&[over(1), by_the_other_switch(2)]);
    let mut scenario = groups(ringing(rings(MOTHER)).site(site), &[2]);
    scenario.own_trunk = true;
    let out = scenario.lasting(14).run();
    assert_eq!(dialed(&out), [[format!("1{MOTHER}")]], "{}", out.tale());
}
