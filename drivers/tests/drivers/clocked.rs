//! The simulated port on the real clock, under a poll loop as a line runs.

use drivers::{
    port::{Port, Read},
    sim::{
        clip::Clip,
        clocked::{Clock, Clocked},
        copper::Copper,
        handset::{Handset, HandsetScript},
        script::Step,
        sim_port::SimPort,
    },
};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
};
use std::os::fd::AsFd;
use types::{
    edge::{Edge, EdgeAt, PortCommand},
    frame::Law,
    tick::{Tick, Ticks},
};

fn clocked(steps: Vec<Step>, clock: Clock) -> Clocked<Handset> {
    let port = SimPort::handset(HandsetScript::new(steps), Copper::default(), Law::Mu, 1, 17);
    Clocked::new(port, clock).expect("a timer")
}

/// Polls until `until`; how often it woke, the frames' ends and the edges. A loaded machine may
/// lose blocks, but never without saying so.
fn run(port: &mut Clocked<Handset>, clock: Clock, until: Tick) -> (u32, Vec<Tick>, Vec<EdgeAt>) {
    let (mut wakes, mut ends, mut edges) = (0, Vec::new(), Vec::new());
    let mut frame = port.law().silence();
    while clock.now() < until {
        assert!(port.descriptor().is_some());
        wait(port, until.since(clock.now()));
        wakes += 1;
        let now = clock.now();
        loop {
            while let Some(edge) = port.edge(now).expect("a good port") {
                edges.push(edge);
            }
            match port.read(now, &mut frame).expect("a good read") {
                Read::Frame { end, lost } => {
                    check_step(&ends, end, lost);
                    ends.push(end);
                    port.write(now, &frame).expect("a good write");
                }
                Read::Empty => break,
                Read::EdgesFirst => {}
            }
        }
    }
    (wakes, ends, edges)
}

fn check_step(ends: &[Tick], end: Tick, lost: u32) {
    if let Some(last) = ends.last() {
        assert_eq!(end.since(*last), Ticks(80 + u64::from(lost)));
    }
}

/// Level-triggered poll.
fn wait(port: &Clocked<Handset>, longest: Ticks) {
    let mut polled = [PollFd::new(port.as_fd(), PollFlags::POLLIN)];
    let timeout = PollTimeout::try_from(longest.as_ms() as i32 + 1).expect("a short time");
    let _ = poll(&mut polled, timeout);
}

#[test]
fn real_frames_move_under_a_poll_loop() {
    let clock = Clock::starting_now();
    let talk = Step::SayFor(Clip::inmate_talk(), Ticks::secs(10));
    let mut port = clocked(vec![Step::wait_ms(100), Step::OffHook, talk], clock);
    port.command(clock.now(), PortCommand::Media(true))
        .expect("media");
    let (wakes, ends, edges) = run(&mut port, clock, Tick(8000));
    assert!(ends.len() > 50 && ends[ends.len() - 1] > Tick(7800));
    assert!(wakes <= 110, "{wakes} wakes");
    assert_eq!(edges.len(), 1);
}

#[test]
fn an_idle_line_sleeps_until_its_far_end_acts() {
    let clock = Clock::starting_now();
    let mut port = clocked(
        vec![
            Step::wait_ms(400),
            Step::OffHook,
            Step::wait_ms(10),
            Step::OnHook,
        ],
        clock,
    );
    let (wakes, ends, edges) = run(&mut port, clock, Tick(8000));
    assert!(ends.is_empty());
    assert!(wakes < 10, "{wakes} wakes");
    assert_eq!(edges[0].edge, Edge::LoopClosed);
    let at = Ticks(edges[0].at.0).as_ms();
    assert!((400..=420).contains(&at), "off-hook at {at} ms");
}

#[test]
fn a_flush_moves_the_wakes_to_the_new_block() {
    let clock = Clock::starting_now();
    let mut port = clocked(vec![Step::OffHook], clock);
    port.command(clock.now(), PortCommand::Media(true))
        .expect("media");
    run(&mut port, clock, Tick(400));
    let now = clock.now();
    port.flush(now).expect("flush");
    let (_, ends, _) = run(&mut port, clock, now + Ticks::ms(100));
    let first = ends[0].since(now);
    assert!(first <= Ticks(80) && first > Ticks(71), "{first:?}");
}

#[test]
fn edge_triggered_waiting_misses_no_block() {
    let clock = Clock::starting_now();
    let mut port = clocked(vec![Step::OffHook], clock);
    port.command(clock.now(), PortCommand::Media(true))
        .expect("media");
    let epoll = Epoll::new(EpollCreateFlags::empty()).expect("epoll");
    let interest = EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, 0);
    epoll.add(&port, interest).expect("a descriptor");
    let mut ends = Vec::new();
    let mut frame = port.law().silence();
    while clock.now() < Tick(8000) {
        let mut events = [EpollEvent::empty()];
        let woken = epoll
            .wait(&mut events, EpollTimeout::from(100u8))
            .expect("a wait");
        assert_eq!(woken, 1, "a block came without a wake");
        let now = clock.now();
        while port.edge(now).expect("a good port").is_some() {}
        while let Read::Frame { end, lost } = port.read(now, &mut frame).expect("a good read") {
            check_step(&ends, end, lost);
            ends.push(end);
        }
    }
    assert!(ends.len() > 50 && ends[ends.len() - 1] > Tick(7800));
}
