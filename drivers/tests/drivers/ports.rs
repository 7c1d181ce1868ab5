//! The simulated port's queues, clocks and evidence.

use crate::bench::Bench;
use drivers::{
    port::{Port, Read, Write},
    sim::{
        self,
        called_party::CalledPartyScript,
        clip::Clip,
        copper::Copper,
        delay,
        exchange::{line::ExchangeLine, routes::Routes},
        handset::{Handset, HandsetScript},
        script::Step,
        sim_port::SimPort,
        transcript::Event,
    },
};
use std::sync::Arc;
use types::{
    edge::{HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law},
    tick::{Tick, Ticks},
};

const NUMBER: &str = "5551234567";

fn phone(steps: Vec<Step>, phase: u64) -> SimPort<Handset> {
    SimPort::handset(
        HandsetScript::new(steps),
        Copper::clear(),
        Law::Mu,
        3,
        phase,
    )
}

fn read(port: &mut dyn Port, now: Tick) -> Option<(Tick, u32, Frame)> {
    let mut frame = port.law().silence();
    loop {
        match port.read(now, &mut frame).expect("a good read") {
            Read::Frame { end, lost } => return Some((end, lost, frame)),
            Read::Empty => return None,
            Read::EdgesFirst => while port.edge(now).expect("a good port").is_some() {},
        }
    }
}

#[test]
fn blocks_complete_on_the_ports_own_phase() {
    let mut port = phone(vec![], 30);
    port.command(Tick::ZERO, PortCommand::Media(true))
        .expect("media");
    assert!(read(&mut port, Tick(109)).is_none());
    let (end, ..) = read(&mut port, Tick(110)).expect("a block");
    assert_eq!(end, Tick(110));
    assert!(read(&mut port, Tick(189)).is_none());
}

#[test]
fn a_flush_restarts_the_block_on_the_cards_millisecond() {
    let mut port = phone(vec![], 3);
    port.command(Tick::ZERO, PortCommand::Media(true))
        .expect("media");
    port.flush(Tick(1000)).expect("flush");
    // The card's milliseconds fall on 3, 11, ... 995.
    assert!(read(&mut port, Tick(1074)).is_none());
    assert_eq!(read(&mut port, Tick(1075)).expect("a block").0, Tick(1075));
}

#[test]
fn what_is_written_goes_out_one_primed_block_later() {
    for slack in 1..=3 {
        let loud: Frame = [0x80; FRAME];
        let echo = Copper {
            echo_db: Some(0.0),
            ..Copper::clear()
        };
        let script = HandsetScript::new(vec![Step::OffHook]);
        let mut port = SimPort::handset(script, echo, Law::Mu, 1, 0).slack(slack);
        port.command(Tick::ZERO, PortCommand::Media(true))
            .expect("media");
        let mut came = None;
        for k in 1..20u64 {
            let now = Tick(80 * k);
            while let Some((_, _, frame)) = read(&mut port, now) {
                if frame[0] == 0x80 && came.is_none() {
                    came = Some(k - 1);
                }
                port.write(now, &loud).expect("a good write");
            }
        }
        assert_eq!(came, Some(slack as u64), "written at the first block");
        assert_eq!(port.counters().underruns, 0);
    }
}

#[test]
fn a_block_written_too_late_is_an_underrun_and_deepens_the_queue() {
    let mut port = phone(vec![], 0);
    port.command(Tick::ZERO, PortCommand::Media(true))
        .expect("media");
    let frame = port.law().silence();
    for k in 1..=50u64 {
        let late = if k == 20 { 20 } else { 0 };
        let now = Tick(80 * k + late);
        read(&mut port, now);
        assert_eq!(port.write(now, &frame), Ok(Write::Taken));
    }
    assert_eq!(port.counters().underruns, FRAME as u64);
    let mut room = 0;
    while port.write(Tick(4000), &frame) == Ok(Write::Taken) {
        room += 1;
    }
    assert_eq!(room, 2);
}

#[test]
fn a_little_lateness_is_survived() {
    let mut port = phone(vec![], 0);
    port.command(Tick::ZERO, PortCommand::Media(true))
        .expect("media");
    for k in 1..=50u64 {
        let now = Tick(80 * k + 15 * (k % 2));
        read(&mut port, now);
        port.write(now, &port.law().silence())
            .expect("a good write");
    }
    assert_eq!(port.counters().underruns, 0);
}

#[test]
fn an_overrun_is_told_with_the_next_block() {
    let mut port = phone(vec![], 0);
    port.command(Tick::ZERO, PortCommand::Media(true))
        .expect("media");
    let now = Tick(80 * 10);
    let ends: Vec<(u64, u32)> = std::iter::from_fn(|| read(&mut port, now))
        .map(|r| (r.0.0, r.1))
        .collect();
    assert_eq!(ends, [(80, 0), (160, 0), (240, 0), (320, 0)]);
    let (end, lost, _) = read(&mut port, Tick(80 * 11)).expect("a block");
    assert_eq!((end.0, lost), (880, 480));
    assert_eq!(port.counters().overruns, 480);
}

#[test]
fn cutoff_hangs_up_at_the_next_step_and_can_be_seen_from_outside() {
    let mut port = SimPort::trunk(
        ExchangeLine::kewl_start(),
        Arc::new(Routes::new()),
        Copper::clear(),
        Law::Mu,
        1,
        0,
    );
    port.command(Tick::ZERO, PortCommand::OffHook)
        .expect("off-hook");
    let handle = port.handle();
    assert_eq!(handle.hook(), HookState::OffHook);
    port.cutoff().expect("a cutoff").on_hook().expect("on-hook");
    assert_eq!(handle.hook(), HookState::OnHook);
    port.edge(Tick(8000 * 2)).expect("a good port");
    let transcript = port.transcript();
    assert!(transcript.first(|e| *e == Event::Released).is_some());
    assert!(handle.transcript().is_none());
    drop(port);
    assert!(handle.transcript().expect("left behind").events().len() > 1);
}

#[test]
fn an_idle_line_is_not_stepped_and_still_acts_on_time() {
    let mut port = phone(vec![Step::Wait(Ticks::secs(3600)), Step::OffHook], 0);
    let begun = std::time::Instant::now();
    let mut edge = None;
    for second in 0..=3601 {
        edge = edge.or(port.edge(Tick(8000 * second)).expect("a good port"));
    }
    assert_eq!(edge.expect("an edge").at, Tick(8000 * 3600));
    assert!(
        begun.elapsed().as_millis() < 500,
        "an idle hour took {:?}",
        begun.elapsed()
    );
}

/// A whole call through a plain bridge; everything both ports received.
fn call(seed: u64) -> (Bench<Handset>, Vec<Frame>) {
    let script = HandsetScript::new(vec![
        Step::OffHook,
        Step::wait_ms(700),
        Step::dial(NUMBER),
        Step::await_voice(Ticks::secs(30)),
        Step::Say(Clip::inmate_talk()),
    ]);
    let party = CalledPartyScript::answering(1, vec![Step::Say(Clip::called_talk())]);
    let routes = Arc::new(Routes::new().to(NUMBER, party));
    let (phone, mut trunk) = sim::pair(script, ExchangeLine::kewl_start(), routes, seed);
    let mut bench = Bench::new(phone);
    let mut frames = Vec::new();
    for (port, hook) in [
        (&mut bench.port as &mut dyn Port, false),
        (&mut trunk, true),
    ] {
        port.command(Tick::ZERO, PortCommand::Media(true))
            .expect("media");
        port.flush(Tick::ZERO).expect("flush");
        if hook {
            port.command(Tick::ZERO, PortCommand::OffHook)
                .expect("off-hook");
        }
    }
    for k in 1..=4000u64 {
        let now = Tick(80 * k);
        let from_phone = read(&mut bench.port, now).expect("a block").2;
        let from_trunk = read(&mut trunk, now).expect("a block").2;
        trunk.write(now, &from_phone).expect("a good write");
        bench.port.write(now, &from_trunk).expect("a good write");
        frames.extend([from_phone, from_trunk]);
    }
    let (emitted, heard) = (&bench.port.transcript().emitted, &trunk.transcript().heard);
    let from = bench
        .port
        .transcript()
        .first(|e| *e == Event::Step(4))
        .expect("talk")
        + Ticks::secs(1);
    let measured =
        delay::one_way(emitted, heard, from, Ticks::secs(4), Ticks::ms(200)).expect("audio");
    // One block, which is what one primed block costs, and two samples of copper each side.
    assert!(measured.correlation > 0.9, "{measured:?}");
    assert_eq!(measured.delay, Ticks(80 + 4), "{measured:?}");
    (bench, frames)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_the_delay_is_measured() {
    let (bench, first) = call(11);
    let (_, second) = call(11);
    let (_, other) = call(12);
    assert!(first == second);
    assert!(first != other);
    assert!(
        bench
            .port
            .transcript()
            .first(|e| matches!(e, Event::TimedOut(_)))
            .is_none()
    );
}

#[test]
fn transcripts_stop_at_their_capacity_and_count() {
    let script = HandsetScript::new(vec![Step::OffHook]).keep(Ticks::secs(1));
    let port = SimPort::handset(script, Copper::clear(), Law::Mu, 1, 0);
    let mut bench = Bench::new(port);
    bench.command(PortCommand::Media(true));
    bench.run(Ticks::secs(3));
    let heard = &bench.transcript().heard;
    assert_eq!(heard.samples().len(), 8000);
    assert_eq!(heard.dropped(), 16_000);
    assert_eq!(heard.end(), Some(Tick(8000)));
    assert_eq!(bench.now, Tick(24_000) + (FRAME_TICKS - FRAME_TICKS));
}

#[test]
fn unaligned_ports_bridge_without_underruns_after_a_flush() {
    let mut phone = phone(vec![Step::OffHook], 5);
    let mut other = SimPort::handset(
        HandsetScript::new(vec![Step::OffHook]),
        Copper::clear(),
        Law::Mu,
        4,
        66,
    );
    for port in [&mut phone, &mut other] {
        port.command(Tick(1000), PortCommand::Media(true))
            .expect("media");
        port.flush(Tick(1005)).expect("flush");
    }
    let begun = [phone.counters().underruns, other.counters().underruns];
    for k in 1..200u64 {
        let now = Tick(1005 + 80 * k);
        for port in [&mut phone, &mut other] {
            assert!(read(port, now).is_some(), "block {k}");
            assert_eq!(port.write(now, &Law::Mu.silence()), Ok(Write::Taken));
        }
    }
    assert_eq!(
        [phone.counters().underruns, other.counters().underruns],
        begun
    );
}
