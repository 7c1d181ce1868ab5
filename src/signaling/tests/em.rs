//! E&M by time alone: what is a wink, an answer, a release, and what is a hit on the wire.

use signaling::{
    SupervisionEvent, Trunk,
    step::{Sending, Step, Steps},
};
use types::{
    digits::Digits,
    edge::{Edge, EdgeAt, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    frame::{FRAME_TICKS, Law},
    heard::Heard,
    id::TrunkId,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{
        FeatureGroupD, Outpulsing, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust, Wink,
    },
};

/// A trunk and what its signalling wanted so far.
struct Bench {
    trunk: Trunk,
    now: Tick,
    steps: Vec<Step>,
}

impl Bench {
    fn seized(signalling: TrunkSignalling, trust: TrunkTrust) -> Bench {
        let profile = TrunkProfile {
            id: TrunkId(1),
            law: Law::Mu,
            signalling,
            outpulsing: Outpulsing::Dtmf,
            trust,
            guard: Ticks::secs(1),
            dial_tone_wait: Ticks::secs(4),
            dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
            cancel_echo: false,
            group: TrunkGroup::FIRST,
        };
        let mut bench = Bench {
            trunk: Trunk::new(&profile),
            now: Tick(8000),
            steps: Vec::new(),
        };
        let steps = bench.trunk.seize(bench.now);
        assert_eq!(steps.as_slice(), [Step::Command(PortCommand::OffHook)]);
        bench
    }

    fn wink() -> Bench {
        let standard = TrunkSignalling::EmWink(Wink::STANDARD);
        Bench::seized(standard, TrunkTrust::LOOP_START)
    }

    /// A wink trunk whose number is out.
    fn dialed(trust: TrunkTrust) -> Bench {
        let mut bench = Bench::seized(TrunkSignalling::EmWink(Wink::STANDARD), trust);
        bench.off_hook(200);
        bench.pass(200);
        let steps = bench.trunk.outpulse(bench.now, digits("2155550123"));
        bench.take(steps);
        let steps = bench.trunk.sent(bench.now);
        bench.take(steps);
        assert!(bench.told(|e| *e == SupervisionEvent::Outpulsed));
        bench
    }

    fn take(&mut self, steps: Steps) {
        self.steps.extend(steps);
    }

    fn pass(&mut self, ms: u64) {
        let until = self.now + Ticks::ms(ms);
        while self.now < until {
            self.now += FRAME_TICKS;
            let steps = self.trunk.passed(self.now);
            self.take(steps);
        }
    }

    fn edge(&mut self, edge: Edge) {
        let steps = self.trunk.edge(EdgeAt { at: self.now, edge });
        self.take(steps);
    }

    fn off_hook(&mut self, ms: u64) {
        self.edge(Edge::FarOffHook);
        self.pass(ms);
        self.edge(Edge::FarOnHook);
    }

    fn on_hook(&mut self, ms: u64) {
        self.edge(Edge::FarOnHook);
        self.pass(ms);
        self.edge(Edge::FarOffHook);
    }

    fn told(&self, wanted: impl Fn(&SupervisionEvent) -> bool) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Event(event) if wanted(event)))
    }

    fn answered(&self) -> bool {
        self.told(|e| matches!(e, SupervisionEvent::Answered(_)))
    }

    fn released(&self) -> bool {
        self.told(|e| matches!(e, SupervisionEvent::Released(_)))
    }

    fn doubts_over(&self) -> usize {
        let over = SupervisionEvent::DoubtOver(ReleaseEvidence::FarOnHook);
        let over = Step::Event(over);
        self.steps.iter().filter(|step| **step == over).count()
    }

    fn strings(&self) -> usize {
        let sent = |step: &&Step| matches!(step, Step::Send(Sending::Mf(_)));
        self.steps.iter().filter(sent).count()
    }
}

fn digits(text: &str) -> Digits {
    Digits::parse(text).expect("digits")
}

#[test]
fn a_wink_is_as_long_as_its_limits_say() {
    for (ms, proceeds) in [
        (60, false),
        (90, false),
        (100, true),
        (350, true),
        (360, false),
    ] {
        let mut bench = Bench::wink();
        bench.pass(150);
        bench.off_hook(ms);
        bench.pass(60);
        assert!(
            !bench.told(|e| *e == SupervisionEvent::Proceed),
            "too early"
        );
        bench.pass(200);
        assert_eq!(
            bench.told(|e| *e == SupervisionEvent::Proceed),
            proceeds,
            "{ms} ms"
        );
        assert_eq!(
            bench.told(|e| *e == SupervisionEvent::InUse),
            ms > 350,
            "{ms} ms"
        );
    }
}

#[test]
fn hits_on_the_wire_are_neither_winks_nor_calls() {
    let mut bench = Bench::wink();
    for _ in 0..5 {
        bench.off_hook(20);
        bench.pass(50);
    }
    assert_eq!(bench.steps, []);
    let wait = Ticks::ms(200);
    let mut bench = Bench::seized(
        TrunkSignalling::EmImmediate { wait },
        TrunkTrust::LOOP_START,
    );
    bench.off_hook(30);
    bench.pass(300);
    assert!(bench.told(|e| *e == SupervisionEvent::Proceed));
}

#[test]
fn an_immediate_start_trunk_that_is_off_hook_is_in_use() {
    let wait = Ticks::ms(200);
    let mut bench = Bench::seized(
        TrunkSignalling::EmImmediate { wait },
        TrunkTrust::LOOP_START,
    );
    bench.off_hook(500);
    assert!(bench.told(|e| *e == SupervisionEvent::InUse));
    assert!(!bench.told(|e| *e == SupervisionEvent::Proceed));
}

#[test]
fn an_off_hook_among_the_digits_fails_the_call() {
    let mut bench = Bench::wink();
    bench.off_hook(200);
    bench.pass(200);
    let steps = bench.trunk.outpulse(bench.now, digits("2155550123"));
    bench.take(steps);
    bench.edge(Edge::FarOffHook);
    bench.pass(500);
    assert!(bench.told(|e| *e == SupervisionEvent::Failed(Tone::Reorder)));
}

#[test]
fn only_a_lasting_off_hook_answers() {
    for (ms, answers) in [(20, false), (200, false), (350, false), (400, true)] {
        let mut bench = Bench::dialed(TrunkTrust::LOOP_START);
        bench.off_hook(ms);
        assert_eq!(bench.answered(), answers, "{ms} ms");
    }
}

#[test]
fn a_flash_in_the_talk_puts_it_in_doubt_and_only_a_lasting_on_hook_releases() {
    let mut bench = Bench::dialed(TrunkTrust::LOOP_START);
    bench.edge(Edge::FarOffHook);
    bench.pass(1000);
    for _ in 0..4 {
        bench.on_hook(250);
        bench.pass(1000);
    }
    let doubts = bench.steps.iter().filter(|step| {
        matches!(step, Step::Event(SupervisionEvent::ReleaseHint(piece))
            if piece.evidence == ReleaseEvidence::FarOnHook)
    });
    assert_eq!(doubts.count(), 4, "{:?}", bench.steps);
    assert_eq!(bench.doubts_over(), 4, "{:?}", bench.steps);
    assert!(!bench.released());
    bench.edge(Edge::FarOnHook);
    bench.pass(310);
    assert!(bench.released());
}

#[test]
fn a_hit_on_the_wire_in_the_talk_is_no_doubt() {
    let mut bench = Bench::dialed(TrunkTrust::LOOP_START);
    bench.edge(Edge::FarOffHook);
    bench.pass(1000);
    bench.steps.clear();
    for ms in [10, 20, 30] {
        bench.on_hook(ms);
        bench.pass(500);
    }
    assert_eq!(bench.steps, []);
    bench.edge(Edge::FarOnHook);
    bench.pass(40);
    let doubt = |e: &SupervisionEvent| matches!(e, SupervisionEvent::ReleaseHint(_));
    assert!(bench.told(doubt), "{:?}", bench.steps);
}

fn voice() -> Heard {
    Heard::Voice {
        start: Tick(40_000),
        level_dbm0: -20.0,
    }
}

#[test]
fn where_the_hook_answers_voices_alone_do_not() {
    let mut bench = Bench::dialed(TrunkTrust::LOOP_START);
    let ringback = Heard::Tone {
        tone: Tone::Ringback,
        cycles: 1,
        start: Tick(30_000),
        level_dbm0: -20.0,
        confidence: 0.9,
    };
    for heard in [ringback, voice(), voice(), voice()] {
        let steps = bench.trunk.heard(&heard);
        bench.take(steps);
    }
    assert!(!bench.answered(), "{:?}", bench.steps);
    bench.edge(Edge::FarOffHook);
    bench.pass(500);
    let by_hook = |e: &SupervisionEvent| {
        matches!(e, SupervisionEvent::Answered(piece)
            if piece.evidence == AnswerEvidence::FarOffHook)
    };
    assert!(bench.told(by_hook), "{:?}", bench.steps);
}

#[test]
fn where_the_hook_is_not_believed_voices_answer() {
    let mut bench = Bench::dialed(TrunkTrust {
        line_signal: 0,
        voice: 100,
        ..TrunkTrust::LOOP_START
    });
    bench.edge(Edge::FarOffHook);
    bench.pass(1000);
    assert!(!bench.answered());
    let steps = bench.trunk.heard(&voice());
    bench.take(steps);
    assert!(bench.answered());
}

#[test]
fn a_dial_tone_is_no_proceed_signal_where_a_wink_is() {
    let mut bench = Bench::wink();
    let dial_tone = Heard::Tone {
        tone: Tone::Dial,
        cycles: 0,
        start: Tick(9000),
        level_dbm0: -15.0,
        confidence: 1.0,
    };
    assert_eq!(bench.trunk.heard(&dial_tone).as_slice(), []);
    bench.off_hook(200);
    bench.pass(100);
    assert!(bench.told(|e| *e == SupervisionEvent::Proceed));
}

fn carrier(change: impl Fn(&mut FeatureGroupD)) -> Bench {
    let mut carrier = FeatureGroupD::direct(digits("2155557100"));
    change(&mut carrier);
    let mut bench = Bench::seized(
        TrunkSignalling::FeatureGroupD(carrier),
        TrunkTrust::LOOP_START,
    );
    bench.off_hook(200);
    bench.pass(100);
    let steps = bench.trunk.outpulse(bench.now, digits("2155550123"));
    bench.take(steps);
    bench
}

impl Bench {
    fn sent(&mut self) {
        let steps = self.trunk.sent(self.now);
        self.take(steps);
    }
}

#[test]
fn a_carrier_s_number_follows_its_identification_or_the_second_wink() {
    let mut bench = carrier(|_| {});
    assert_eq!(bench.strings(), 1);
    bench.sent();
    assert_eq!(bench.strings(), 2);
    let mut bench = carrier(|carrier| carrier.winks_for_number = true);
    bench.sent();
    bench.pass(500);
    assert_eq!(bench.strings(), 1, "the wink is awaited");
    bench.off_hook(200);
    bench.pass(100);
    assert_eq!(bench.strings(), 2);
}

#[test]
fn a_carrier_that_does_not_wink_in_time_fails_the_call() {
    let failed = |e: &SupervisionEvent| *e == SupervisionEvent::Failed(Tone::Reorder);
    let mut bench = carrier(|carrier| carrier.winks_for_number = true);
    bench.sent();
    bench.pass(3900);
    assert!(!bench.told(failed));
    bench.pass(200);
    assert!(bench.told(failed));
    let mut bench = carrier(|_| {});
    bench.sent();
    bench.sent();
    bench.pass(19_900);
    assert!(!bench.told(failed));
    bench.pass(200);
    assert!(bench.told(failed), "no acknowledgement");
}
