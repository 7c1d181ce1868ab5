//! Trunks that are lost: before dial tone another carries the call; later it ends.

use crate::{
    bench::{self, MOTHER, then, wait},
    short::{dials, failing, hears_fast_busy, ringing},
    trunk::{good, returned},
};
use drivers::{
    sim::{
        exchange::{
            line::{ExchangeLine, HangUpSignal},
            routes::{Destination, Routes},
        },
        script::Step,
        transcript::Event,
    },
    wrap::faulty::Faults,
};
use signaling::supervision::LOOP_BREAK;
use types::{
    disposition::{Disposition, EndedBy},
    edge::Edge,
    evidence::ReleaseEvidence,
    fact::Fact,
    id::TrunkId,
    prompt::Prompt,
    tick::{Tick, Ticks},
    trunk::TrunkCondition,
};

/// The first trunk fails like this while the call waits for its dial tone.
fn carried_by_the_next(faults: Faults) {
    let mut scenario = ringing(then(dials(MOTHER), [wait(5500), Step::OnHook]));
    scenario.trunk_faults = vec![(1, faults)];
    let out = scenario.trunks(vec![good(), good()]).lasting(12).run();
    assert_eq!(out.lent(1), [TrunkId(1), TrunkId(2)], "{}", out.tale());
    let conditions = [
        (TrunkId(1), TrunkCondition::Faulty),
        (TrunkId(2), TrunkCondition::Good),
    ];
    assert_eq!(returned(&out), conditions);
    assert_eq!(out.trunks[1].dialed().count(), 1);
}

#[test]
fn a_card_that_goes_away_before_dial_tone_leaves_the_call_to_the_next_trunk() {
    carried_by_the_next(Faults {
        gone_at: Some(Tick::ZERO + Ticks::ms(3800)),
        ..Faults::default()
    });
}

#[test]
fn a_span_in_alarm_before_dial_tone_leaves_the_call_to_the_next_trunk() {
    carried_by_the_next(Faults {
        alarm: Some((Tick::ZERO + Ticks::ms(3800), Ticks::secs(60))),
        ..Faults::default()
    });
}

/// Opens the loop before its dial tone could be known.
fn impatient() -> ExchangeLine {
    ExchangeLine {
        first_digit: Ticks::ms(60),
        hang_up: HangUpSignal {
            delay: Ticks::ms(20),
            ..HangUpSignal::KEWL
        },
        ..good()
    }
}

#[test]
fn what_an_earlier_trunk_showed_is_no_evidence_of_the_one_that_carries_the_call() {
    let out = ringing(then(dials(MOTHER), [wait(5500), Step::OnHook]))
        .trunks(vec![impatient(), good()])
        .lasting(12)
        .run();
    let broken = out.trunks[0].count(|e| *e == Event::BatteryLost);
    assert_eq!(broken, 1, "{}", out.tale());
    assert_eq!(out.lent(1), [TrunkId(1), TrunkId(2)], "{}", out.tale());
    assert_eq!(out.record().trunk, Some(TrunkId(2)));
    assert_eq!(out.record().ended_by, Some(EndedBy::Inmate));
    assert_eq!(out.release_evidence(), []);
}

#[test]
fn the_evidence_of_the_only_trunk_that_failed_stays_in_the_record() {
    let out = bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .exchange(impatient())
        .lasting(18)
        .run();
    out.failed(Disposition::NoTrunk, Prompt::NoLineAvailable);
    assert_eq!(out.record().trunk, Some(TrunkId(1)));
    assert_eq!(out.release_evidence(), [ReleaseEvidence::LoopBreak]);
}

#[test]
fn an_end_of_pulsing_that_nobody_commanded_cuts_no_number_short() {
    let mut scenario = ringing(then(dials(MOTHER), [wait(5500), Step::OnHook]));
    let faults = Faults {
        spurious_edge: Some(Edge::PulsesSent),
        spurious_edges: 0.05,
        ..Faults::default()
    };
    scenario.trunk_faults = vec![(1, faults)];
    let out = scenario.lasting(12).run();
    let told = out.fact(|f| matches!(f, Fact::TrunkEdge(Edge::PulsesSent)));
    assert!(told.is_some(), "{}", out.tale());
    assert_eq!(out.dialed()[0].as_str(), MOTHER, "{}", out.tale());
}

#[test]
fn a_loop_break_while_dialing_ends_the_call() {
    // The exchange loses patience after the first digit and opens the loop.
    let hasty = ExchangeLine {
        inter_digit: Ticks::ms(30),
        hang_up: HangUpSignal {
            delay: Ticks::ms(200),
            ..HangUpSignal::KEWL
        },
        ..good()
    };
    let out = failing(MOTHER).exchange(hasty).run();
    out.failed(Disposition::NetworkBusy, Prompt::CallNotCompleted);
    let lost = out.seen(|e| *e == Event::BatteryLost, 0);
    // An exchange on a channel sees no on-hook before its own disconnect signal is over.
    let released = out.fact(|fact| matches!(fact, Fact::TrunkReturned { .. }));
    let released = released.unwrap_or_else(|| panic!("{}", out.tale()));
    assert!(
        released.since(lost) < LOOP_BREAK + Ticks::ms(100),
        "{}",
        out.tale()
    );
    let seen = out.seen(|e| *e == Event::OnHook, 0);
    assert!(seen.since(lost) < Ticks::ms(1000), "{}", out.tale());
}

#[test]
fn a_span_in_alarm_while_dialing_loses_the_trunk() {
    let mut scenario = failing(MOTHER);
    let alarm = Some((Tick::ZERO + Ticks::ms(5200), Ticks::secs(60)));
    scenario.trunk_faults = vec![(
        1,
        Faults {
            alarm,
            ..Faults::default()
        },
    )];
    let out = scenario.run();
    out.told_then_fast_busy(Prompt::CallNotCompleted);
    assert_eq!(
        out.record().disposition,
        Disposition::TrunkLost,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().ended_by, Some(EndedBy::Network));
    assert_eq!(returned(&out), [(TrunkId(1), TrunkCondition::Faulty)]);
}

#[test]
fn a_card_that_goes_away_while_the_call_rings_loses_the_trunk() {
    let mut scenario = failing(MOTHER);
    scenario.routes = Routes::new().unknown(Destination::RingNoAnswer);
    let gone_at = Some(Tick::ZERO + Ticks::secs(9));
    scenario.trunk_faults = vec![(
        1,
        Faults {
            gone_at,
            ..Faults::default()
        },
    )];
    let out = scenario.run();
    out.told_then_fast_busy(Prompt::CallNotCompleted);
    assert_eq!(
        out.record().disposition,
        Disposition::TrunkLost,
        "{}",
        out.tale()
    );
}
