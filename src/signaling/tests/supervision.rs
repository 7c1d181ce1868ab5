//! What battery and tones mean where no simulated exchange plays it.

use signaling::{Supervision, SupervisionEvent, supervision::POLARITY_STABLE};
use types::{
    edge::Edge,
    evidence::{AnswerEvidence, ReleaseEvidence},
    heard::Heard,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::TrunkTrust,
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
