//! A phone, a group and everything shut down by an officer, as the people on the line meet it.

use crate::{
    bench::{self, MOTHER, Outcome, Scenario, then, wait},
    release::{ORDER, conversation, cut_by},
    short::dials,
};
use backoffice::{BackOffice, Shut};
use drivers::sim::script::Step;
use types::{
    disposition::Disposition,
    fact::Fact,
    id::LineId,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

const DESK: &str = "officer Reyes";

/// The first phone is in tier 1 of the east wing.
fn wings(office: &mut BackOffice) {
    let east = office.add_group(Tick::ZERO, DESK, "East", None);
    let east = east.expect("is added");
    let tier = office.add_group(Tick::ZERO, DESK, "Tier 1", Some(east));
    let tier = tier.expect("is added");
    let put = office.add_group_phone(Tick::ZERO, DESK, tier, LineId(1));
    put.expect("is put in");
}

#[derive(Clone, Copy)]
enum Wide {
    Phone,
    Wing,
    Everything,
}

fn what(wide: Wide, office: &BackOffice) -> Shut {
    match wide {
        Wide::Phone => Shut::Phone(LineId(1)),
        Wide::Wing => Shut::Group(office.group_named("East").expect("is there")),
        Wide::Everything => Shut::Everything,
    }
}

/// A conversation, shut down while it goes on; afterwards the receiver is lifted once more.
fn shut_down(wide: Wide, cut: bool) -> Outcome {
    let shut = move |office: &mut BackOffice, now: Tick| {
        let what = what(wide, office);
        office
            .shut_down(now, DESK, what, cut)
            .expect("is shut down");
    };
    conversation()
        .prepared(wings)
        .administered(ORDER, shut)
        .run()
}

fn is_cut(out: &Outcome) {
    cut_by(out, types::disposition::EndedBy::Officer, Ticks::ms(1300));
    // What comes after the call finds the phone out of service.
    out.inmate_heard_in_order(&[Prompt::CallEndedByFacility, Prompt::OutOfService]);
    assert_eq!(out.records.len(), 1);
}

fn may_finish(out: &Outcome) {
    let record = &out.records[0];
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert!(out.inmate_heard(Prompt::CallEndedByFacility).is_empty());
    out.inmate_heard_in_order(&[Prompt::OutOfService]);
    assert_eq!(out.records.len(), 1);
}

#[test]
fn a_shutdown_of_a_phone_lets_its_call_finish_or_cuts_it_within_a_second() {
    may_finish(&shut_down(Wide::Phone, false));
    is_cut(&shut_down(Wide::Phone, true));
}

#[test]
fn a_shutdown_of_a_wing_is_one_of_the_phones_in_its_tiers() {
    may_finish(&shut_down(Wide::Wing, false));
    is_cut(&shut_down(Wide::Wing, true));
}

#[test]
fn a_shutdown_of_everything_is_one_of_each_phone() {
    may_finish(&shut_down(Wide::Everything, false));
    is_cut(&shut_down(Wide::Everything, true));
}

/// The first phone is lifted at eight seconds for a while; then it calls.
fn lifted_twice() -> Scenario {
    let first = vec![
        wait(8000),
        Step::OffHook,
        wait(5000),
        Step::OnHook,
        wait(6000),
    ];
    bench::phone(then(first, dials(MOTHER)))
        .prepared(wings)
        .lasting(34)
}

#[test]
fn an_idle_phone_is_shut_down_and_resumed_within_a_second() {
    let scenario = lifted_twice()
        .administered(6, |office, now| {
            let what = what(Wide::Wing, office);
            office
                .shut_down(now, DESK, what, false)
                .expect("is shut down");
        })
        .administered(17, |office, now| {
            let what = what(Wide::Wing, office);
            assert!(office.resume(now, DESK, what).expect("is resumed"));
        });
    let out = scenario.run();
    assert_eq!(out.inmate_heard(Prompt::OutOfService).len(), 1);
    assert!(out.entered("seize").is_some(), "{}", out.tale());
}

#[test]
fn what_is_resumed_stays_out_of_service_while_another_shutdown_holds() {
    let scenario = lifted_twice()
        .administered(5, |office, now| {
            for wide in [Wide::Phone, Wide::Wing] {
                let what = what(wide, office);
                office
                    .shut_down(now, DESK, what, false)
                    .expect("is shut down");
            }
        })
        .administered(17, |office, now| {
            let what = what(Wide::Wing, office);
            assert!(office.resume(now, DESK, what).expect("is resumed"));
        });
    let out = scenario.run();
    assert_eq!(out.inmate_heard(Prompt::OutOfService).len(), 2);
    out.no_trunk_seized();
}

#[test]
fn a_call_that_is_being_dialed_is_cut_as_well() {
    let scenario = bench::phone(then(dials(MOTHER), vec![wait(20_000), Step::OnHook]))
        .to(
            MOTHER,
            drivers::sim::exchange::routes::Destination::RingNoAnswer,
        )
        .prepared(wings)
        .administered(9, |office, now| {
            office
                .shut_down(now, DESK, Shut::Everything, true)
                .expect("is shut down");
        })
        .lasting(26);
    let out = scenario.run();
    assert_eq!(
        out.record().disposition,
        Disposition::CutOff,
        "{}",
        out.tale()
    );
    let cut = out.fact(|fact| matches!(fact, Fact::CutOff));
    let cut = cut.expect("is cut").since(Tick::ZERO + Ticks::secs(9));
    assert!(cut <= Ticks::secs(1), "{} ms", cut.as_ms());
}
