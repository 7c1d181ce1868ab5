//! The keeper of the trunks, driven by hand.

use line::keeper::{
    BATTERY_REST, FIRST_REST, Keeper, KeeperInput, KeeperOutput, KeeperOutputs, LONGEST_REST,
    OFF_HOOK_LIMIT, RING_QUIET, TrunkState,
};
use types::{
    digits::Digits,
    edge::{Abcd, Edge, HookState, PortCommand},
    frame::Law,
    id::{LineId, TrunkId},
    mf::MfSignal,
    tick::{Tick, Ticks},
    trunk::{
        Outpulsing, R2Country, R2Trunk, TrunkCondition, TrunkGroup, TrunkProfile, TrunkSignalling,
        TrunkTrust,
    },
};

const GUARD: Ticks = Ticks::ms(1500);
const LINE: LineId = LineId(7);

fn profile(id: u16) -> TrunkProfile {
    TrunkProfile {
        id: TrunkId(id),
        law: Law::Mu,
        signalling: TrunkSignalling::LoopStart,
        outpulsing: Outpulsing::Dtmf,
        trust: TrunkTrust::LOOP_START,
        guard: GUARD,
        dial_tone_wait: Ticks::secs(5),
        dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
        cancel_echo: false,
        group: TrunkGroup::FIRST,
    }
}

/// A keeper and a clock.
struct Bench {
    keeper: Keeper,
    now: Tick,
}

impl Bench {
    /// So many trunks, all past their first guard.
    fn new(trunks: u16) -> Bench {
        Bench::with((1..=trunks).map(profile).collect())
    }

    fn with(profiles: Vec<TrunkProfile>) -> Bench {
        let mut bench = Bench {
            keeper: Keeper::new(Tick::ZERO, &profiles),
            now: Tick::ZERO,
        };
        while bench.keeper.deadline() == Some(bench.now) {
            bench.tell(KeeperInput::Timer);
        }
        bench.wait(GUARD);
        bench
    }

    fn tell(&mut self, input: KeeperInput) -> KeeperOutputs {
        self.keeper.handle(self.now, input)
    }

    fn wait(&mut self, length: Ticks) {
        self.now += length;
        self.tell(KeeperInput::Timer);
    }

    /// The trunk that is lent, or `None`.
    fn borrow(&mut self) -> Option<TrunkId> {
        self.borrow_of(None)
    }

    fn borrow_of(&mut self, group: Option<TrunkGroup>) -> Option<TrunkId> {
        let out = self.tell(KeeperInput::Borrow {
            line: LINE,
            number: 3,
            group,
        });
        match out.as_slice() {
            [
                KeeperOutput::Lend {
                    line: LINE,
                    number: 3,
                    trunk,
                },
            ] => Some(*trunk),
            [
                KeeperOutput::NoneFree {
                    line: LINE,
                    number: 3,
                },
            ] => None,
            other => panic!("a borrower has one answer at once, not {other:?}"),
        }
    }

    fn give_back(&mut self, trunk: u16, condition: TrunkCondition) -> KeeperOutputs {
        self.tell(KeeperInput::Returned {
            trunk: TrunkId(trunk),
            condition,
        })
    }

    fn edge(&mut self, trunk: u16, edge: Edge) -> KeeperOutputs {
        self.tell(KeeperInput::Edge {
            trunk: TrunkId(trunk),
            edge,
        })
    }

    fn state(&self, trunk: u16) -> TrunkState {
        let mut states = self.keeper.states();
        states
            .find(|(id, _)| *id == TrunkId(trunk))
            .expect("the trunk exists")
            .1
    }
}

#[test]
fn all_trunks_are_put_on_hook_first_and_guarded() {
    let profiles: Vec<TrunkProfile> = (1..=19).map(profile).collect();
    let mut keeper = Keeper::new(Tick(100), &profiles);
    let mut told = Vec::new();
    while keeper.deadline() == Some(Tick(100)) {
        told.extend(keeper.handle(Tick(100), KeeperInput::Timer));
    }
    let expected: Vec<KeeperOutput> = (1..=19)
        .map(|id| KeeperOutput::Command {
            trunk: TrunkId(id),
            command: PortCommand::OnHook,
        })
        .collect();
    assert_eq!(told, expected);
    assert_eq!(keeper.deadline(), Some(Tick(100) + GUARD));
    for (_, state) in keeper.states() {
        let until = Tick(100) + GUARD;
        assert_eq!(state, TrunkState::Guard { until });
    }
}

#[test]
fn no_trunk_is_lent_in_its_guard_time() {
    let mut keeper = Keeper::new(Tick::ZERO, &[profile(1)]);
    let ask = KeeperInput::Borrow {
        line: LINE,
        number: 1,
        group: None,
    };
    let early = keeper.handle(Tick(GUARD.0 - 1), ask);
    assert!(matches!(early.as_slice(), [KeeperOutput::NoneFree { .. }]));
    let ripe = keeper.handle(Tick(GUARD.0), ask);
    assert!(matches!(ripe.as_slice(), [KeeperOutput::Lend { .. }]));
}

#[test]
fn the_longest_idle_trunk_is_lent_first() {
    let mut bench = Bench::new(3);
    let order = [bench.borrow(), bench.borrow(), bench.borrow()];
    let expected = [1, 2, 3].map(|id| Some(TrunkId(id)));
    assert_eq!(order, expected, "equals go by their number");
    assert_eq!(bench.borrow(), None);
    for id in [2, 3, 1] {
        bench.give_back(id, TrunkCondition::Good);
        bench.wait(Ticks::secs(1));
    }
    bench.wait(GUARD);
    let order = [bench.borrow(), bench.borrow(), bench.borrow()];
    assert_eq!(order, [2, 3, 1].map(|id| Some(TrunkId(id))));
}

#[test]
fn a_trunk_of_the_group_that_is_asked_for_is_lent_and_no_other() {
    let in_group = |id, group| TrunkProfile {
        group: TrunkGroup(group),
        ..profile(id)
    };
    let mut bench = Bench::with(vec![in_group(1, 1), in_group(2, 2), in_group(3, 2)]);
    let second = Some(TrunkGroup(2));
    assert_eq!(bench.borrow_of(second), Some(TrunkId(2)));
    assert_eq!(bench.borrow_of(second), Some(TrunkId(3)));
    assert_eq!(
        bench.borrow_of(second),
        None,
        "the free one is of another group"
    );
    assert_eq!(bench.borrow_of(Some(TrunkGroup(9))), None);
    assert_eq!(bench.borrow_of(None), Some(TrunkId(1)), "any will do");
    bench.give_back(3, TrunkCondition::Good);
    assert_eq!(bench.borrow_of(second), None, "it is guarded");
    bench.wait(GUARD);
    assert_eq!(bench.borrow_of(second), Some(TrunkId(3)));
}

#[test]
fn a_good_return_is_guarded_and_left_as_it_is() {
    let mut bench = Bench::new(1);
    bench.borrow().expect("a free trunk");
    assert_eq!(bench.state(1), TrunkState::Lent { to: LINE });
    let out = bench.give_back(1, TrunkCondition::Good);
    assert!(out.is_empty(), "the line has put it on-hook: {out:?}");
    let until = bench.now + GUARD;
    assert_eq!(bench.state(1), TrunkState::Guard { until });
    assert_eq!(bench.keeper.deadline(), Some(until));
    bench.wait(GUARD - Ticks(1));
    assert_eq!(bench.borrow(), None);
    bench.wait(Ticks(1));
    assert_eq!(bench.state(1), TrunkState::Idle { since: until });
    assert_eq!(bench.keeper.deadline(), None);
    assert_eq!(bench.borrow(), Some(TrunkId(1)));
}

#[test]
fn a_ring_is_never_answered_and_rests_the_trunk() {
    let mut bench = Bench::new(1);
    // Two seconds of ringing, four of pause, three times over.
    for _ in 0..3 {
        assert!(bench.edge(1, Edge::RingStart).is_empty());
        assert!(matches!(bench.state(1), TrunkState::Ringing { .. }));
        bench.wait(Ticks::secs(2));
        assert!(bench.edge(1, Edge::RingStop).is_empty());
        bench.wait(Ticks::secs(4));
        assert_eq!(bench.borrow(), None, "in the pause of ringing");
    }
    bench.wait(RING_QUIET - Ticks::secs(4) - Ticks(1));
    assert_eq!(bench.borrow(), None);
    bench.wait(Ticks(1));
    assert_eq!(bench.borrow(), Some(TrunkId(1)));
}

#[test]
fn faults_rest_a_trunk_twice_as_long_each_time_up_to_a_cap() {
    let mut bench = Bench::new(1);
    let mut expected = FIRST_REST;
    for faults in 1..=12 {
        assert_eq!(bench.borrow(), Some(TrunkId(1)), "fault {faults}");
        bench.give_back(1, TrunkCondition::Faulty);
        let until = bench.now + expected;
        assert_eq!(bench.state(1), TrunkState::Resting { until, faults });
        bench.wait(expected - Ticks(1));
        assert_eq!(bench.borrow(), None);
        bench.wait(Ticks(1));
        expected = Ticks(expected.0 * 2).min(LONGEST_REST);
    }
    assert_eq!(expected, LONGEST_REST);
    bench.borrow().expect("tried again");
    bench.give_back(1, TrunkCondition::Good);
    bench.wait(GUARD);
    bench.borrow().expect("a good return ends the rest");
    bench.give_back(1, TrunkCondition::Faulty);
    let until = bench.now + FIRST_REST;
    assert_eq!(bench.state(1), TrunkState::Resting { until, faults: 1 });
}

#[test]
fn a_suspect_trunk_is_put_on_hook_and_rests() {
    for condition in [TrunkCondition::Suspect, TrunkCondition::Faulty] {
        let mut bench = Bench::new(1);
        bench.borrow().expect("a free trunk");
        let out = bench.give_back(1, condition);
        let commands = [PortCommand::Media(false), PortCommand::OnHook];
        let expected = commands.map(|command| KeeperOutput::Command {
            trunk: TrunkId(1),
            command,
        });
        assert_eq!(out.as_slice(), expected);
        assert!(matches!(bench.state(1), TrunkState::Resting { .. }));
    }
}

#[test]
fn a_trunk_in_alarm_is_not_lent_until_it_is_over_and_guarded() {
    let mut bench = Bench::new(1);
    bench.edge(1, Edge::AlarmOn);
    bench.wait(Ticks::secs(3600));
    assert_eq!(bench.state(1), TrunkState::Alarm);
    assert_eq!(bench.borrow(), None);
    bench.edge(1, Edge::AlarmOff);
    assert_eq!(bench.borrow(), None);
    bench.wait(GUARD);
    assert_eq!(bench.borrow(), Some(TrunkId(1)));
}

#[test]
fn lost_battery_holds_a_trunk_back_until_it_returns_but_not_for_ever() {
    let mut bench = Bench::new(1);
    bench.edge(1, Edge::BatteryLost);
    bench.wait(GUARD + GUARD);
    assert_eq!(bench.borrow(), None);
    bench.edge(1, Edge::BatteryBack);
    assert_eq!(bench.borrow(), None, "guarded once more");
    bench.wait(GUARD);
    assert_eq!(bench.borrow(), Some(TrunkId(1)));
    bench.give_back(1, TrunkCondition::Good);
    bench.edge(1, Edge::BatteryLost);
    bench.wait(BATTERY_REST);
    assert_eq!(bench.borrow(), Some(TrunkId(1)));
}

#[test]
fn a_trunk_that_its_far_end_holds_or_blocks_is_lent_when_it_is_free_and_guarded() {
    let bits = |ab: u8| Edge::Bits(Abcd::new(ab << 2 | 0b01));
    let r2 = TrunkSignalling::R2(R2Trunk {
        country: R2Country::Itu,
        ani: Digits::EMPTY,
        category: MfSignal::new(1).expect("a signal"),
        metering: None,
    });
    for (signalling, held, free) in [
        (
            TrunkSignalling::EmDelayDial,
            Edge::FarOffHook,
            Edge::FarOnHook,
        ),
        (TrunkSignalling::GroundStart, Edge::TipGround, Edge::TipOpen),
        (r2, bits(0b11), bits(0b10)),
    ] {
        let mut bench = Bench::with(vec![TrunkProfile {
            signalling,
            ..profile(1)
        }]);
        assert_eq!(bench.borrow(), Some(TrunkId(1)));
        // It comes back before the far end has let it go.
        bench.give_back(1, TrunkCondition::Good);
        bench.edge(1, held);
        bench.wait(Ticks::secs(600));
        let since = bench.now - Ticks::secs(600);
        assert_eq!(bench.state(1), TrunkState::Blocked { since });
        assert_eq!(bench.borrow(), None, "{held:?}");
        bench.edge(1, free);
        assert_eq!(bench.borrow(), None, "guarded once more");
        bench.wait(GUARD);
        assert_eq!(bench.borrow(), Some(TrunkId(1)), "{free:?}");
        // What is told anew of a free trunk guards nothing.
        bench.give_back(1, TrunkCondition::Good);
        bench.wait(GUARD);
        bench.edge(1, free);
        assert_eq!(bench.borrow(), Some(TrunkId(1)));
    }
}

#[test]
fn an_idle_trunk_found_off_hook_is_put_on_hook_and_then_faulty() {
    let mut bench = Bench::new(1);
    for time in 1..=OFF_HOOK_LIMIT {
        let out = bench.tell(KeeperInput::Hook {
            trunk: TrunkId(1),
            hook: HookState::OffHook,
        });
        let expected = KeeperOutput::Command {
            trunk: TrunkId(1),
            command: PortCommand::OnHook,
        };
        assert_eq!(out.as_slice(), [expected]);
        let resting = matches!(bench.state(1), TrunkState::Resting { .. });
        assert_eq!(resting, time == OFF_HOOK_LIMIT, "time {time}");
        bench.wait(Ticks::secs(1));
    }
    // Of a lent trunk the keeper knows nothing.
    bench.wait(LONGEST_REST);
    bench.borrow().expect("a free trunk");
    let out = bench.tell(KeeperInput::Hook {
        trunk: TrunkId(1),
        hook: HookState::OffHook,
    });
    assert!(out.is_empty());
}

#[test]
fn the_fault_of_an_idle_port_rests_it() {
    let mut bench = Bench::new(2);
    bench.tell(KeeperInput::Fault { trunk: TrunkId(1) });
    assert!(matches!(
        bench.state(1),
        TrunkState::Resting { faults: 1, .. }
    ));
    assert_eq!(bench.borrow(), Some(TrunkId(2)));
    assert_eq!(bench.borrow(), None);
}

#[test]
fn what_was_not_lent_cannot_come_back() {
    let mut bench = Bench::new(1);
    assert!(bench.give_back(1, TrunkCondition::Faulty).is_empty());
    assert!(bench.give_back(9, TrunkCondition::Suspect).is_empty());
    assert_eq!(bench.borrow(), Some(TrunkId(1)));
}

#[test]
fn nothing_whatever_makes_the_keeper_seize_a_trunk() {
    let edges = [
        Edge::RingStart,
        Edge::RingStop,
        Edge::BatteryLost,
        Edge::BatteryBack,
        Edge::PolarityReversed,
        Edge::PolarityNormal,
        Edge::PulsesSent,
        Edge::AlarmOn,
        Edge::AlarmOff,
        Edge::LoopClosed,
    ];
    let mut bench = Bench::new(1);
    for edge in edges {
        let out = bench.edge(1, edge);
        assert!(out.is_empty(), "{edge:?}: {out:?}");
        bench.wait(Ticks::secs(1));
    }
}
