//! Wrappers: what they keep and what they disturb.

use drivers::{
    port::{Port, PortError, Read},
    sim::{copper::Copper, handset::HandsetScript, script::Step, sim_port::SimPort},
    wrap::{
        captured::Captured,
        faulty::{Faults, Faulty},
        traced::{Traced, What},
    },
};
use types::{
    edge::{Edge, PortCommand},
    frame::{FRAME, Law},
    tick::{Tick, Ticks},
};

fn phone() -> Box<dyn Port> {
    let script = HandsetScript::new(vec![Step::wait_ms(100), Step::OffHook]);
    Box::new(SimPort::handset(script, Copper::default(), Law::Mu, 1, 0))
}

#[derive(Debug, Default, PartialEq)]
struct Seen {
    frames: u64,
    lost: u64,
    edges: Vec<Edge>,
    empty_ticks: u64,
    edges_first: u64,
    errors: Vec<PortError>,
}

/// Ten seconds of a plain line.
fn run(port: &mut dyn Port) -> Seen {
    let mut seen = Seen::default();
    let mut frame = port.law().silence();
    port.command(Tick::ZERO, PortCommand::Media(true))
        .expect("media");
    for k in 1..=1000u64 {
        let now = Tick(80 * k);
        let before = seen.frames;
        loop {
            match port.read(now, &mut frame) {
                Ok(Read::Frame { lost, .. }) => {
                    seen.frames += 1;
                    seen.lost += u64::from(lost);
                    let _ = port.write(now, &frame);
                }
                Ok(Read::Empty) => break,
                Ok(Read::EdgesFirst) => {
                    seen.edges_first += 1;
                    while let Ok(Some(edge)) = port.edge(now) {
                        seen.edges.push(edge.edge);
                    }
                }
                Err(error) => {
                    seen.errors.push(error);
                    let _ = port.edge(now);
                    break;
                }
            }
        }
        seen.empty_ticks += u64::from(seen.frames == before);
    }
    seen
}

#[test]
fn traced_counts_and_keeps_the_last_events() {
    let mut port = Traced::new(phone(), 2);
    let handed = port.handed();
    run(&mut port);
    assert_eq!(port.trace().counts.frames, 1000);
    assert_eq!(port.trace().counts.written, 1000);
    assert_eq!(port.trace().counts.edges, 1);
    assert_eq!(port.trace().last().count(), 2);
    drop(port);
    let trace = handed.get().expect("left behind");
    assert!(
        trace
            .last()
            .any(|(_, what)| matches!(what, What::Edge(e) if e.edge == Edge::LoopClosed))
    );
}

#[test]
fn captured_keeps_both_directions_up_to_its_capacity() {
    let mut port = Captured::new(phone(), 300);
    let handed = port.handed();
    run(&mut port);
    drop(port);
    let capture = handed.get().expect("left behind");
    assert_eq!((capture.received.len(), capture.sent.len()), (300, 300));
    assert_eq!(capture.dropped, 1400);
    assert_eq!(capture.received[0].at, Tick(80));
}

#[test]
fn no_faults_disturb_nothing() {
    assert_eq!(
        run(&mut *phone()),
        run(&mut Faulty::new(phone(), Faults::default()))
    );
}

#[test]
fn lost_blocks_are_told_sample_for_sample() {
    let faults = Faults {
        seed: 4,
        lost_blocks: 0.05,
        ..Faults::default()
    };
    let seen = run(&mut Faulty::new(phone(), faults));
    assert!((20..=90).contains(&(1000 - seen.frames)), "{seen:?}");
    assert_eq!(seen.frames * FRAME as u64 + seen.lost, 80_000);
    assert_eq!(
        seen,
        run(&mut Faulty::new(phone(), faults)),
        "the same seed, the same faults"
    );
}

#[test]
fn late_blocks_come_a_frame_later() {
    let faults = Faults {
        seed: 4,
        late_blocks: 0.05,
        ..Faults::default()
    };
    let seen = run(&mut Faulty::new(phone(), faults));
    assert!((20..=90).contains(&seen.empty_ticks), "{seen:?}");
    assert!(seen.frames >= 998);
}

#[test]
fn reads_ask_for_edges_that_are_not_there() {
    let faults = Faults {
        seed: 4,
        edges_first: 0.05,
        ..Faults::default()
    };
    let seen = run(&mut Faulty::new(phone(), faults));
    assert!(seen.edges_first > 30);
    assert_eq!((seen.frames, seen.edges.len()), (1000, 1));
}

#[test]
fn spurious_edges_come() {
    let faults = Faults {
        seed: 4,
        spurious_edges: 0.01,
        spurious_edge: Some(Edge::LoopOpen),
        ..Faults::default()
    };
    let seen = run(&mut Faulty::new(phone(), faults));
    assert!(seen.edges.iter().filter(|&&e| e == Edge::LoopOpen).count() > 3);
}

#[test]
fn an_alarm_comes_with_edges_and_goes() {
    let faults = Faults {
        alarm: Some((Tick(8000), Ticks::secs(1))),
        ..Faults::default()
    };
    let seen = run(&mut Faulty::new(phone(), faults));
    assert_eq!(
        seen.edges,
        [Edge::LoopClosed, Edge::AlarmOn, Edge::AlarmOff]
    );
    assert!(seen.errors.iter().all(|e| *e == PortError::Alarm));
    assert!(
        (90..=101).contains(&seen.errors.len()),
        "{}",
        seen.errors.len()
    );
}

#[test]
fn a_port_that_is_gone_stays_gone() {
    let faults = Faults {
        gone_at: Some(Tick(40_000)),
        ..Faults::default()
    };
    let seen = run(&mut Faulty::new(phone(), faults));
    assert_eq!(seen.frames, 499);
    assert!(seen.errors.iter().all(|e| *e == PortError::Gone));
}
