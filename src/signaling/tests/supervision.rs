//! What battery and tones mean where no simulated exchange plays it.

use signaling::{
    Supervision, SupervisionEvent, Trunk,
    supervision::{LOOP_BREAK, POLARITY_STABLE},
};
use types::{
    edge::{Edge, EdgeAt},
    evidence::{AnswerEvidence, ReleaseEvidence},
    frame::Law,
    heard::Heard,
    id::TrunkId,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{Outpulsing, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust},
};

const SEIZED: Tick = Tick(8000);
const OUTPULSED: Tick = Tick(24_000);

/// Seized and dialed; the polarity is reversed at this time.
fn reversed_at(at: Tick) -> Supervision {
    let mut trunk = Supervision::new(TrunkTrust::LOOP_START);
    trunk.seized();
    let reverse = |trunk: &mut Supervision| {
        assert_eq!(trunk.edge(at, Edge::PolarityReversed), None);
    };
    if at < SEIZED + Ticks::secs(1) {
        reverse(&mut trunk);
    }
    trunk.outpulsing();
    if at > SEIZED + Ticks::secs(1) && at < OUTPULSED {
        reverse(&mut trunk);
    }
    trunk.outpulsed();
    if at >= OUTPULSED {
        reverse(&mut trunk);
    }
    trunk
}

#[test]
fn polarity_that_the_exchange_flips_at_seizure_is_no_answer() {
    let mut trunk = reversed_at(SEIZED + Ticks::ms(50));
    assert_eq!(trunk.passed(OUTPULSED + Ticks::secs(5)), None);
}

#[test]
fn polarity_that_the_exchange_flips_while_it_is_dialed_is_no_answer() {
    let mut trunk = reversed_at(OUTPULSED - Ticks::ms(50));
    assert_eq!(trunk.passed(OUTPULSED + Ticks::secs(5)), None);
}

#[test]
fn polarity_that_is_reversed_after_dialing_and_stays_is_an_answer() {
    let at = OUTPULSED + Ticks::secs(2);
    let mut trunk = reversed_at(at);
    assert_eq!(trunk.passed(at + POLARITY_STABLE - Ticks(1)), None);
    let answered = trunk.passed(at + POLARITY_STABLE);
    assert!(
        matches!(answered, Some(SupervisionEvent::Answered(piece))
            if piece.evidence == AnswerEvidence::PolarityReversal),
        "{answered:?}"
    );
}

#[test]
fn any_dial_tone_after_an_answer_is_a_release() {
    for tone in [Tone::Dial, Tone::StutterDial] {
        let mut trunk = reversed_at(SEIZED);
        trunk.taken_as_answered();
        let start = OUTPULSED + Ticks::secs(30);
        let released = trunk.heard(&Heard::Tone {
            tone,
            cycles: 0,
            start,
            level_dbm0: -13.0,
            confidence: 0.9,
        });
        assert!(
            matches!(released, Some(SupervisionEvent::Released(piece))
                if piece.evidence == ReleaseEvidence::DialTone),
            "{tone:?}: {released:?}"
        );
    }
}

/// In talk since long; the loop breaks at this time for so long. What was told, and when.
fn broken(edges: [Edge; 2], length: Ticks) -> Vec<(Ticks, SupervisionEvent)> {
    let mut trunk = reversed_at(SEIZED);
    trunk.taken_as_answered();
    let at = OUTPULSED + Ticks::secs(30);
    let mut told = Vec::new();
    let mut tell = |now: Tick, event: Option<SupervisionEvent>| {
        told.extend(event.map(|event| (now.since(at), event)));
    };
    tell(at, trunk.edge(at, edges[0]));
    for ms in (10..1000).step_by(10) {
        let now = at + Ticks::ms(ms);
        if now >= at + length && now.since(at + length) < Ticks::ms(10) {
            tell(now, trunk.edge(at + length, edges[1]));
        }
        tell(now, trunk.passed(now));
    }
    told
}

const BREAKS: [[Edge; 2]; 2] = [
    [Edge::BatteryLost, Edge::BatteryBack],
    [Edge::TipOpen, Edge::TipGround],
];

#[test]
fn a_hit_on_the_line_is_a_doubt_and_no_release() {
    for edges in BREAKS {
        for ms in [1, 20, 90] {
            let told = broken(edges, Ticks::ms(ms));
            let [(first, hint), (last, over)] = told.as_slice() else {
                panic!("{ms} ms: {told:?}");
            };
            assert_eq!(*first, Ticks::ZERO);
            assert!(
                matches!(hint, SupervisionEvent::ReleaseHint(piece)
                    if piece.evidence == ReleaseEvidence::LoopBreak),
                "{hint:?}"
            );
            assert_eq!(
                *over,
                SupervisionEvent::DoubtOver(ReleaseEvidence::LoopBreak)
            );
            assert!(*last <= Ticks::ms(ms + 10), "{ms} ms: {last:?}");
        }
    }
}

#[test]
fn a_loop_break_that_lasts_is_a_release_from_when_it_began() {
    for edges in BREAKS {
        for ms in [100, 200, 800] {
            let told = broken(edges, Ticks::ms(ms));
            let [(_, SupervisionEvent::ReleaseHint(_)), (at, released)] = told.as_slice() else {
                panic!("{ms} ms: {told:?}");
            };
            assert!(
                matches!(released, SupervisionEvent::Released(piece)
                    if piece.at == OUTPULSED + Ticks::secs(30)),
                "{released:?}"
            );
            assert_eq!(*at, LOOP_BREAK, "{ms} ms");
        }
    }
}

#[test]
fn hits_do_not_add_up_to_a_release() {
    let mut trunk = reversed_at(SEIZED);
    trunk.taken_as_answered();
    for n in 0..20 {
        let at = OUTPULSED + Ticks::ms(30_000 + 200 * n);
        let told = [
            trunk.edge(at, Edge::BatteryLost),
            trunk.edge(at + Ticks::ms(30), Edge::BatteryBack),
        ];
        let released = told
            .iter()
            .flatten()
            .any(|e| matches!(e, SupervisionEvent::Released(_)));
        assert!(!released, "hit {n}: {told:?}");
    }
}

#[test]
fn a_tip_that_is_open_before_it_was_grounded_releases_nothing() {
    let mut trunk = Trunk::new(&TrunkProfile {
        id: TrunkId(1),
        law: Law::Mu,
        signalling: TrunkSignalling::GroundStart,
        outpulsing: Outpulsing::Dtmf,
        trust: TrunkTrust::LOOP_START,
        guard: Ticks::secs(1),
        dial_tone_wait: Ticks::secs(4),
        dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
        cancel_echo: false,
        group: TrunkGroup::FIRST,
    });
    trunk.seize(SEIZED);
    let edge = Edge::TipOpen;
    assert_eq!(trunk.edge(EdgeAt { at: SEIZED, edge }).as_slice(), []);
    assert_eq!(trunk.passed(SEIZED + Ticks::ms(500)).as_slice(), []);
}
