//! Short disturbances of a trunk's signals in a conversation: a hit is no hang-up, and nobody is kept
//! from the other for longer than it takes to know that.

use crate::{
    bench::{Outcome, Scenario, wait},
    hearing,
    ready::{direct, hiss, quick, talks},
};
use drivers::{
    sim::{
        exchange::{
            line::ExchangeLine,
            signalling::{EmLine, LineSignalling},
        },
        script::Step,
        transcript::Track,
    },
    wrap::faulty::{Faults, Hit},
};
use types::{
    disposition::{Disposition, EndedBy},
    edge::Edge,
    evidence::ReleaseEvidence,
    fact::Fact,
    tick::{Tick, Ticks},
    trunk::{TrunkSignalling, Wink},
};

/// When the trunk is hit: both have been talking for a while.
const HIT_AT: Tick = Tick(12 * Ticks::PER_SECOND);
/// Both hiss at each other until here.
const QUIET_FROM: Tick = Tick(15 * Ticks::PER_SECOND);

/// Its signal goes away for so long.
fn hit(signalling: TrunkSignalling, line: ExchangeLine, edges: [Edge; 2], ms: u64) -> Outcome {
    let inmate = vec![
        Step::Say(hiss(Ticks::secs(10))),
        Step::Mark("hangs up"),
        Step::OnHook,
    ];
    let party = vec![Step::Say(hiss(Ticks::secs(16))), wait(60_000)];
    let mut scenario = Scenario {
        signalling,
        ..direct(inmate, party).exchange(line).lasting(24)
    };
    let hit = Hit {
        at: HIT_AT,
        length: Ticks::ms(ms),
        edges,
    };
    scenario.trunk_faults = vec![(
        1,
        Faults {
            hit: Some(hit),
            ..Faults::default()
        },
    )];
    let out = scenario.run();
    assert!(talks(&out) < HIT_AT, "{}", out.tale());
    let told = out.fact(|f| matches!(f, Fact::TrunkEdge(edge) if *edge == edges[0]));
    assert!(told.is_some(), "{}", out.tale());
    out
}

/// How long nothing was heard in the conversation round the hit.
fn longest_silence(track: &Track) -> Ticks {
    const LOUD: f32 = 230.0;
    const STEP: Ticks = Ticks::ms(5);
    let (mut longest, mut silent) = (0, 0);
    for at in (HIT_AT.0 - Ticks::PER_SECOND..QUIET_FROM.0).step_by(STEP.0 as usize) {
        let quiet = hearing::rms(track, Tick(at), Tick(at) + STEP) < LOUD;
        silent = if quiet { silent + STEP.0 } else { 0 };
        longest = longest.max(silent);
    }
    Ticks(longest)
}

/// That the call went on until the inmate ended it, and how long each heard nothing at most.
fn goes_on(out: &Outcome, longest: Ticks) {
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Inmate), "{}", out.tale());
    assert_eq!(record.release_evidence, [], "{}", out.tale());
    for track in [&out.phone().heard, &out.trunk().heard] {
        let silence = longest_silence(track);
        assert!(silence <= longest, "{} ms; {}", silence.as_ms(), out.tale());
    }
}

fn ground() -> ExchangeLine {
    ExchangeLine {
        answer_reversal: true,
        post_dial: Ticks::ms(200),
        ..ExchangeLine::ground_start()
    }
}

fn wink() -> (TrunkSignalling, ExchangeLine) {
    let line = ExchangeLine {
        post_dial: Ticks::ms(200),
        ..ExchangeLine::digital(LineSignalling::Em(EmLine::wink()))
    };
    (TrunkSignalling::EmWink(Wink::STANDARD), line)
}

const BATTERY: [Edge; 2] = [Edge::BatteryLost, Edge::BatteryBack];
const TIP: [Edge; 2] = [Edge::TipOpen, Edge::TipGround];
const FAR_HOOK: [Edge; 2] = [Edge::FarOnHook, Edge::FarOffHook];

#[test]
fn a_break_of_the_loop_that_is_no_disconnect_ends_no_call() {
    for ms in [10, 80] {
        let out = hit(TrunkSignalling::KewlStart, quick(), BATTERY, ms);
        goes_on(&out, Ticks::ms(ms + 40));
    }
}

#[test]
fn one_wrong_bit_of_a_ground_start_trunk_ends_no_call() {
    let out = hit(TrunkSignalling::GroundStart, ground(), TIP, 10);
    goes_on(&out, Ticks::ms(50));
}

#[test]
fn a_tip_that_stays_open_is_a_release() {
    let out = hit(TrunkSignalling::GroundStart, ground(), TIP, 200);
    assert_eq!(out.record().ended_by, Some(EndedBy::CalledParty));
    assert_eq!(out.release_evidence(), [ReleaseEvidence::LoopBreak]);
    let released = out.fact(|f| matches!(f, Fact::Released(_)));
    let late = released.expect("a release").since(HIT_AT);
    assert!(late <= Ticks::ms(120), "{} ms", late.as_ms());
    // From the first sign on nobody hears the other.
    let heard = hearing::rms(&out.trunk().heard, HIT_AT + Ticks::ms(60), QUIET_FROM);
    assert!(heard < hearing::QUIET, "{heard}");
}

#[test]
fn one_wrong_bit_of_an_e_and_m_trunk_is_not_heard() {
    let (signalling, line) = wink();
    goes_on(&hit(signalling, line, FAR_HOOK, 20), Ticks::ms(10));
}

#[test]
fn a_flash_of_the_far_operators_closes_the_path_for_as_long_as_it_lasts() {
    let (signalling, line) = wink();
    let out = hit(signalling, line, FAR_HOOK, 250);
    goes_on(&out, Ticks::ms(300));
    for track in [&out.phone().heard, &out.trunk().heard] {
        let silence = longest_silence(track);
        assert!(silence >= Ticks::ms(180), "{} ms", silence.as_ms());
    }
}
