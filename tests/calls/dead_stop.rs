//! The controller is stopped dead, as by a power failure, a moment after something was noticed in a
//! call: the next start knows of it, and it has its consequences.

use crate::{
    bench::{MOTHER, Outcome, PIN, Scenario, phone, wait},
    called_party::{calls, confirms, offered},
    ready::{direct, picks_up, plain, quick},
    third_party::{at_home, joins_after_talk, talked},
};
use backoffice::FraudRule;
use drivers::sim::{
    called_office::{Services, Switching},
    script::Step,
};
use types::{
    call_record::CallRecord, disposition::Disposition, fact::Fact, party_block::PartyBlock,
    tick::Ticks, treatment::ThreeWayResponse,
};

/// One commit of the back office takes less, and a second passes between two signs of life.
const A_MOMENT: Ticks = Ticks::ms(150);

/// Whatever it is, once is too often.
fn strict(scenario: Scenario) -> Scenario {
    scenario.site(|seed| {
        plain(seed);
        let once = FraudRule {
            times: Some(1),
            period_seconds: 3600,
        };
        seed.settings.fraud.three_way = once;
        seed.settings.fraud.extra_digits = once;
    })
}

/// The same scenario again, which ends in the midst of the call, a moment after this was told.
fn stopped_after(scenario: fn() -> Scenario, told: fn(&Fact) -> bool) -> (Outcome, CallRecord) {
    let whole = scenario().run();
    let at = whole.fact(told);
    let at = at.unwrap_or_else(|| panic!("is told: {}", whole.tale()));
    let mut scenario = scenario();
    scenario.length = Ticks(at.0) + A_MOMENT;
    let out = scenario.run();
    assert_eq!(out.record().disposition, Disposition::InProgress);
    let record = out.records_after_restart().remove(0);
    assert_eq!(record.disposition, Disposition::Interrupted);
    (out, record)
}

/// Whether the next start finds the number blocked for fraud.
fn is_blocked(out: &Outcome) -> bool {
    let mut office = out.restarted();
    let lifted = office.lift_number_block(out.end, "warden", MOTHER);
    lifted.expect("changes")
}

#[test]
fn a_third_party_heard_a_moment_before_a_power_failure_blocks_the_number() {
    let (out, record) = stopped_after(
        || {
            let services = Services::three_way(Switching::ANALOG);
            let party = at_home(joins_after_talk(), services);
            strict(talked(party).treated(|t| t.three_way = ThreeWayResponse::Flag))
        },
        |fact| matches!(fact, Fact::ThreeWay(_)),
    );
    assert!(record.flags.three_way, "{}", out.tale());
    assert_eq!(record.response.three_way_times, 1);
    assert!(!record.three_way.is_empty());
    assert!(is_blocked(&out));
}

#[test]
fn a_key_pressed_a_moment_before_a_power_failure_blocks_the_number() {
    let (out, record) = stopped_after(
        || {
            let steps = vec![wait(2300), Step::dial("5"), wait(9000), Step::OnHook];
            strict(direct(steps, vec![wait(60_000)]))
        },
        |fact| matches!(fact, Fact::Keyed { digit: None }),
    );
    assert!(record.flags.extra_digits, "{}", out.tale());
    assert_eq!(record.extra_digits, 1);
    assert!(is_blocked(&out));
}

#[test]
fn a_refusal_for_good_confirmed_a_moment_before_a_power_failure_holds() {
    let (out, record) = stopped_after(
        || {
            offered(phone(calls(PIN)))
                .exchange(quick())
                .to(&format!("1{MOTHER}"), picks_up(confirms("7")))
                .lasting(75)
        },
        |fact| matches!(fact, Fact::Blocks(_)),
    );
    assert_eq!(
        record.party_block,
        Some(PartyBlock::Inmate),
        "{}",
        out.tale()
    );
    let blocks = out.restarted().called_party_blocks(None, 9);
    let blocks = blocks.expect("reads");
    assert_eq!(blocks.len(), 1);
    assert_eq!(
        (blocks[0].call, blocks[0].inmate),
        (record.call, record.inmate)
    );
}
