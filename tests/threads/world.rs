//! Virtual time: the same seed gives the same bytes, and everything comes back.

use crate::{
    parts::{Parts, PortState},
    scripted_line::Script,
};
use sallyport::runtime::virtual_time::{Story, World, WorldOptions};
use std::sync::{Arc, atomic::Ordering::SeqCst};
use types::{
    disposition::Disposition,
    fact::Fact,
    id::LineId,
    query::LineCommand,
    tick::{Tick, Ticks},
};

fn parts() -> Parts {
    Parts {
        script: Script {
            talk_frames: Some(200),
            ..Script::default()
        },
        ..Parts::new(3, 2)
    }
}

fn second(seconds: u64) -> Tick {
    Tick::ZERO + Ticks::secs(seconds)
}

/// Two calls and a half: the third finds no trunk.
fn run(seed: u64, options: &WorldOptions) -> (String, Story, Parts) {
    let parts = parts();
    let options = WorldOptions {
        seed,
        ..options.clone()
    };
    let mut world = World::new(parts.plant(), options);
    world.run_until(second(1));
    for phone in &parts.phones {
        phone.lift();
        world.run_until(world.now() + Ticks::ms(130));
    }
    world.run_until(second(10));
    for phone in &parts.phones {
        phone.hang_up();
    }
    world.run_until(second(12));
    let hash = world.hash().to_string();
    let (remains, story) = world.finish();
    assert_eq!((remains.phones.len(), remains.trunks.len()), (3, 2));
    (hash, story, parts)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let options = WorldOptions::default();
    let (first, story, _) = run(7, &options);
    let (again, same, _) = run(7, &options);
    assert_eq!(first, again);
    let text = |story: &Story| format!("{:?}{:?}", story.facts, story.tap);
    assert!(text(&story) == text(&same));
    let (other, ..) = run(8, &options);
    assert_ne!(first, other, "replies come at other times");
}

#[test]
fn a_whole_call_is_told_and_stored() {
    let (_, story, parts) = run(1, &WorldOptions::default());
    let of = |line| -> Vec<Disposition> {
        let mine = story.records.iter().filter(|(l, _)| *l == LineId(line));
        mine.map(|(_, end)| end.disposition).collect()
    };
    assert_eq!(of(1), [Disposition::Completed]);
    assert_eq!(of(2), [Disposition::Completed]);
    assert_eq!(of(3), [Disposition::NoTrunk]);
    assert_eq!(parts.office.stored.lock().expect("no panic").len(), 3);
    let talk = |f: &&types::fact::FactAt| matches!(f.fact, Fact::TalkBegins | Fact::Ended(_));
    let times: Vec<Tick> = story.of(LineId(1)).filter(talk).map(|f| f.at).collect();
    // The first frame after the flush is a part of one; 200 frames are two seconds.
    let length = times[1].since(times[0]);
    assert!(
        (Ticks::ms(1990)..=Ticks::ms(2000)).contains(&length),
        "{length:?}"
    );
    // An opening, the frames, a closing; the third call had no talk.
    assert_eq!(story.tap.len(), 2 * (1 + 200 + 1) + 2);
    assert_eq!(parts.office.anchors.load(SeqCst), 13);
}

#[test]
fn frames_are_handled_when_they_are_complete() {
    let parts = parts();
    let mut world = World::new(parts.plant(), WorldOptions::default());
    world.run_until(Tick(8003));
    parts.phones[0].lift();
    world.run_until(second(4));
    let gauges = world.gauges(LineId(1)).expect("a line");
    assert!(gauges.counts.frames.get() > 200);
    assert_eq!(
        (gauges.lateness.late(), gauges.lateness.worst()),
        (0, Ticks::ZERO)
    );
}

#[test]
fn late_replies_are_a_fault_that_can_be_had() {
    let options = WorldOptions {
        late_replies: Some((1000, Ticks::secs(30))),
        ..WorldOptions::default()
    };
    let (_, story, _) = run(1, &options);
    let decided = |f: &&types::fact::FactAt| matches!(f.fact, Fact::Decided(_));
    let late = story.facts.iter().find(decided);
    assert!(late.is_none_or(|f| f.at > second(2)), "{late:?}");
}

#[test]
fn a_run_ends_when_its_condition_does_and_never_past_its_limit() {
    let parts = parts();
    let mut world = World::new(parts.plant(), WorldOptions::default());
    world.run_until(second(1));
    parts.phones[0].lift();
    let ended = world.run_while(|w| w.story().records.is_empty(), second(60));
    assert!(ended && world.now() < second(5));
    assert_eq!(world.phase(LineId(1)), Some("aftermath"));
    let before = world.now();
    assert!(!world.run_while(|_| true, before + Ticks(5)));
    assert_eq!(world.now(), before + Ticks(5));
}

#[test]
fn commands_reach_a_line_and_a_run_in_mid_call_gives_all_ports_back() {
    let parts = parts();
    let mut world = World::new(parts.plant(), WorldOptions::default());
    world.run_until(second(1));
    parts.phones[0].lift();
    parts.phones[1].lift();
    let up = |t: &Arc<PortState>| t.media();
    world.run_while(|_| !parts.trunks.iter().all(up), second(9));
    world.command(LineId(1), LineCommand::CutOff);
    world.run_until(world.now() + Ticks::ms(100));
    assert_eq!(world.story().records.len(), 1);
    assert_eq!(world.story().records[0].1.disposition, Disposition::CutOff);
    let (remains, _) = world.finish();
    assert_eq!((remains.phones.len(), remains.trunks.len()), (3, 2));
    assert!(!parts.trunks.iter().any(up), "the other trunk was released");
}
