//! Hook, ringing, battery, polarity and pulses: what the kernel and cards make of them.

use super::bench::{
    Bench, Places, Wakes, blocks_of, ensure, events_of, failed, hook, kinds, next_block, sleep,
    stretches,
};
use drivers::{
    dahdi::{
        channel::{Channel, Event, Hook, PulseTiming},
        dahdi_port::DahdiPort,
        ioctl,
    },
    port::{Port, PortError, Read},
};
use std::fs::File;
use types::{
    digits::Digits,
    edge::{Edge, EdgeAt, PortCommand},
    frame::{FRAME, Frame, Law},
    tick::{Tick, Ticks},
};

/// A channel that was opened needs this long until ringing is seen on it.
const REST: u64 = 2500;

/// The exchange answers a seizure and disconnects `after` ms later.
fn disconnects(far: &Channel, after: u64) -> Result<(), String> {
    hook(far, Hook::OffHook)?;
    sleep(after);
    hook(far, Hook::OnHook)
}

/// With the kernel's own debounce of 600 ms the disconnect would not come as such.
pub fn a_disconnect_soon_after_off_hook_is_seen(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    let mut port = bench.trunk(2)?;
    sleep(REST);
    bench.edges(&mut port, 10)?;
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(60);
    disconnects(&far, 60)?;
    let edges = bench.edges(&mut port, 1200)?;
    ensure!(
        kinds(&edges) == [Edge::BatteryLost, Edge::BatteryBack],
        "{edges:?}"
    );
    drop(port);
    sleep(1500);
    let path = format!("/dev/dahdi/{}", bench.trunk);
    let plain = File::options().read(true).write(true).open(&path);
    let plain = plain.map_err(|error| format!("{path}: {error}"))?;
    sleep(REST);
    let told = |plain: &File| ioctl::event(plain).map_err(|e| e.to_string());
    while told(&plain)? != 0 {}
    ioctl::hook(&plain, Hook::OffHook as i32).map_err(|e| e.to_string())?;
    sleep(60);
    disconnects(&far, 60)?;
    sleep(300);
    const ON_HOOK: i32 = 1;
    let event = told(&plain)?;
    ensure!(
        event != ON_HOOK,
        "the kernel's own debounce lets it pass: the trap is not there"
    );
    Ok(())
}

/// The burst that falls into the first two seconds is not told; the next one is, from end to end.
pub fn ringing_after_opening(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    sleep(2000);
    let mut port = bench.trunk(2)?;
    let opened = bench.clock.now();
    hook(&far, Hook::Ring)?;
    let edges = bench.edges(&mut port, 9000)?;
    hook(&far, Hook::RingOff)?;
    let begins: Vec<Ticks> = edges
        .iter()
        .filter(|e| e.edge == Edge::RingStart)
        .map(|e| e.at.since(opened))
        .collect();
    ensure!(!begins.is_empty(), "no ringing at all was told: {edges:?}");
    ensure!(
        begins[0] >= Ticks::secs(2),
        "ringing was seen at once: the trap is not there: {edges:?}"
    );
    // The cadence is 2 s of 6: of the first burst only its end could be told.
    ensure!(
        begins.len() == 1 && begins[0] >= Ticks::ms(5900) && begins[0] <= Ticks::ms(6200),
        "{begins:?}"
    );
    let last = edges.last().ok_or("no edges")?;
    ensure!(
        last.edge == Edge::RingStop && last.at.since(opened) <= Ticks::ms(8300),
        "{edges:?}"
    );
    Ok(())
}

/// For 800 ms after a disconnect signal the kernel takes no off-hook.
pub fn fed_again_after_a_disconnect(bench: &Bench) -> Result<(), String> {
    const OFF_HOOK: i32 = 1;
    let far = bench.far_phone()?;
    let mut port = bench.phone(2)?;
    sleep(100);
    hook(&far, Hook::OffHook)?;
    bench.edges(&mut port, 50)?;
    bench.command(&mut port, PortCommand::Media(true))?;
    // A line that just went off-hook is still in its debounce.
    sleep(200);
    events_of(&far)?;
    bench.command(&mut port, PortCommand::LoopOpen(Ticks::ms(500)))?;
    bench.command(&mut port, PortCommand::Media(true))?;
    let fed = bench.params(bench.phone)?.txhooksig;
    ensure!(fed != OFF_HOOK, "fed at once: the trap is not there");
    let edges = bench.edges(&mut port, 1000)?;
    let fed = bench.params(bench.phone)?.txhooksig;
    ensure!(fed == OFF_HOOK, "not fed again: {fed}, {edges:?}");
    ensure!(edges.is_empty(), "edges of our own signal: {edges:?}");
    let told = events_of(&far)?;
    ensure!(
        told.contains(&Event::OnHook),
        "the phone saw no disconnect: {told:?}"
    );
    hook(&far, Hook::OnHook)?;
    let edges = bench.edges(&mut port, 300)?;
    ensure!(kinds(&edges) == [Edge::LoopOpen], "{edges:?}");
    Ok(())
}

fn at(edges: &[EdgeAt], edge: Edge) -> Result<Tick, String> {
    let found = edges.iter().find(|e| e.edge == edge);
    found
        .map(|e| e.at)
        .ok_or_else(|| format!("no {edge:?} among {edges:?}"))
}

/// The kernel tells that battery is lost, never that it is back.
pub fn the_end_of_a_break_is_told(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    let mut port = bench.trunk(2)?;
    sleep(REST);
    for on_hook_meanwhile in [false, true] {
        bench.command(&mut port, PortCommand::OffHook)?;
        sleep(300);
        bench.edges(&mut port, 10)?;
        disconnects(&far, 300)?;
        let mut edges = bench.edges(&mut port, 200)?;
        if on_hook_meanwhile {
            bench.command(&mut port, PortCommand::OnHook)?;
        }
        edges.extend(bench.edges(&mut port, 800)?);
        let lasted = at(&edges, Edge::BatteryBack)?.since(at(&edges, Edge::BatteryLost)?);
        ensure!(
            lasted >= Ticks::ms(450) && lasted <= Ticks::ms(560),
            "500 ms of break lasted {lasted:?}: {edges:?}"
        );
        ensure!(edges.len() == 2, "{edges:?}");
        bench.command(&mut port, PortCommand::OnHook)?;
        sleep(1500);
        events_of(&far)?;
    }
    Ok(())
}

/// Breaks of the loop that the exchange's end saw.
fn breaks(events: &[Event]) -> usize {
    events.iter().filter(|&&e| e == Event::OnHook).count()
}

/// We write a block each 10 ms while the kernel pulses: the port keeps them from it.
pub fn pulses_are_not_ended_by_writing(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    let mut port = bench.trunk(2)?;
    sleep(REST);
    bench.command(&mut port, PortCommand::Media(true))?;
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(300);
    hook(&far, Hook::OffHook)?;
    sleep(300);
    events_of(&far)?;
    let digits = Digits::parse("152").ok_or("digits")?;
    bench.command(&mut port, PortCommand::Pulse(digits))?;
    let mut wakes = Wakes::of(&port)?;
    let mut frame = Law::Mu.silence();
    let (mut seen, mut sent) = (Vec::new(), None);
    let start = bench.clock.now();
    while sent.is_none() && bench.clock.now() < start + Ticks::secs(6) {
        wakes.wait(100)?;
        let now = bench.clock.now();
        while next_block_but_edges(&mut port, now, &mut frame)? {
            port.write(now, &Law::Mu.silence()).map_err(failed)?;
        }
        while let Some(edge) = port.edge(now).map_err(failed)? {
            if edge.edge == Edge::PulsesSent {
                sent = Some(edge.at.since(start));
            }
        }
        seen.extend(events_of(&far)?);
    }
    let sent = sent.ok_or("the end of the pulses was not told")?;
    // Eight pulses of 100 ms, and 700 ms after each digit.
    ensure!(
        sent >= Ticks::ms(2800) && sent <= Ticks::ms(3300),
        "told after {sent:?}"
    );
    ensure!(breaks(&seen) == 8, "{} breaks: {seen:?}", breaks(&seen));
    bears_lateness_again(bench, &far, &mut port)?;
    writing_ends_pulses(bench, &far, port)
}

fn next_block_but_edges(
    port: &mut DahdiPort,
    now: Tick,
    frame: &mut Frame,
) -> Result<bool, String> {
    let read = port.read(now, frame).map_err(failed)?;
    Ok(matches!(read, Read::Frame { .. }))
}

/// What is written after the pulses has its slack again: 8 ms of lateness cost nothing.
fn bears_lateness_again(bench: &Bench, far: &Channel, port: &mut DahdiPort) -> Result<(), String> {
    let mut wakes = Wakes::of(port)?;
    let (mut places, mut heard) = (Places::new(), Vec::new());
    let mut frame = Law::Mu.silence();
    far.flush().map_err(failed)?;
    for wake in 1..=200u32 {
        wakes.wait(100)?;
        if wake.is_multiple_of(10) {
            sleep(8);
        }
        let now = bench.clock.now();
        while next_block(bench, port, &mut frame)?.is_some() {
            places.fill(&mut frame);
            port.write(now, &frame).map_err(failed)?;
        }
        blocks_of(far, &mut |frame| heard.extend_from_slice(frame))?;
    }
    let all = stretches(&heard, 0);
    ensure!(
        all.len() == 1 && all[0].samples > 190 * FRAME,
        "audio after the pulses was broken: {all:?}"
    );
    Ok(())
}

/// The trap itself: a plain channel that writes in the middle of its pulses.
fn writing_ends_pulses(bench: &Bench, far: &Channel, port: DahdiPort) -> Result<(), String> {
    drop(port);
    sleep(1500);
    let plain = Channel::open(bench.trunk, Law::Mu).map_err(failed)?;
    sleep(REST);
    events_of(&plain)?;
    hook(&plain, Hook::OffHook)?;
    sleep(300);
    events_of(far)?;
    let digits = Digits::parse("8").ok_or("digits")?;
    let timing = PulseTiming {
        break_: Ticks::ms(60),
        make: Ticks::ms(40),
        between: Ticks::ms(700),
    };
    plain.pulse(&digits, timing).map_err(failed)?;
    sleep(250);
    plain.write(&Law::Mu.silence()).map_err(failed)?;
    sleep(1500);
    let seen = events_of(far)?;
    ensure!(
        breaks(&seen) < 8,
        "all pulses came: the trap is not there: {seen:?}"
    );
    Ok(())
}

fn polarity(edges: &[EdgeAt]) -> Vec<Edge> {
    let mut kinds = kinds(edges);
    kinds.retain(|e| matches!(e, Edge::PolarityReversed | Edge::PolarityNormal));
    kinds
}

fn reverse(far: &Channel, reversed: bool) -> Result<(), String> {
    match far.reverse(reversed).map_err(failed)? {
        true => Ok(()),
        false => Err("the line did not take its polarity".into()),
    }
}

pub fn polarity_is_told_both_ways(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    reverse(&far, false)?;
    sleep(500);
    let mut port = bench.trunk(2)?;
    ensure!(
        bench.edges(&mut port, 500)?.is_empty(),
        "edges of a line at rest"
    );
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(300);
    hook(&far, Hook::OffHook)?;
    for (reversed, edge) in [
        (true, Edge::PolarityReversed),
        (false, Edge::PolarityNormal),
    ] {
        reverse(&far, reversed)?;
        let from = bench.clock.now();
        let edges = bench.edges(&mut port, 300)?;
        ensure!(kinds(&edges) == [edge], "{edges:?}");
        let late = edges[0].at.since(from);
        ensure!(
            late >= Ticks::ms(55) && late <= Ticks::ms(80),
            "told after {late:?}, the card's debounce is 64 ms"
        );
    }
    // What is rung has no polarity to change, and says so.
    hook(&far, Hook::OnHook)?;
    bench.command(&mut port, PortCommand::OnHook)?;
    sleep(3000);
    hook(&far, Hook::Ring)?;
    sleep(50);
    let taken = far.reverse(true);
    ensure!(taken == Ok(false), "a line being rung: {taken:?}");
    hook(&far, Hook::RingOff)?;
    let phone = bench.phone(2)?;
    drop(phone);
    let none = bench.far_phone()?.reverse(true);
    ensure!(none == Ok(false), "the fed side of a line: {none:?}");
    Ok(())
}

/// One change is lost, as when 64 events wait: until the line rests the port has it the wrong way
/// round; afterwards each call starts with what the line then is.
pub fn polarity_counts_from_rest(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    reverse(&far, false)?;
    sleep(500);
    let mut port = bench.trunk(2)?;
    sleep(REST);
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(100);
    // An exchange that keeps its line reversed after the call.
    reverse(&far, true)?;
    let edges = bench.edges(&mut port, 300)?;
    ensure!(kinds(&edges) == [Edge::PolarityReversed], "{edges:?}");
    bench.command(&mut port, PortCommand::OnHook)?;
    let edges = bench.edges(&mut port, 500)?;
    ensure!(polarity(&edges).is_empty(), "no rest yet: {edges:?}");
    let edges = bench.edges(&mut port, 1000)?;
    ensure!(polarity(&edges) == [Edge::PolarityNormal], "{edges:?}");
    // The next call is answered by a change from there.
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(100);
    reverse(&far, false)?;
    let edges = bench.edges(&mut port, 300)?;
    ensure!(polarity(&edges) == [Edge::PolarityReversed], "{edges:?}");
    // Back by itself within the rest, as most exchanges do.
    bench.command(&mut port, PortCommand::OnHook)?;
    sleep(400);
    reverse(&far, true)?;
    let edges = bench.edges(&mut port, 2000)?;
    ensure!(polarity(&edges) == [Edge::PolarityNormal], "{edges:?}");
    // A change that nobody told, and then a call.
    bench.tell(&format!("event {} {POLARITY}", bench.trunk))?;
    let edges = bench.edges(&mut port, 2000)?;
    ensure!(
        polarity(&edges) == [Edge::PolarityReversed, Edge::PolarityNormal],
        "{edges:?}"
    );
    reverse(&far, false)?;
    bench.edges(&mut port, 1500)?;
    drop(port);
    let mut port = bench.trunk(2)?;
    let edges = bench.edges(&mut port, 1500)?;
    ensure!(edges.is_empty(), "edges after a new opening: {edges:?}");
    Ok(())
}

const POLARITY: i32 = 17;

pub fn a_short_reversal_is_none(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    reverse(&far, false)?;
    sleep(500);
    let mut port = bench.trunk(2)?;
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(300);
    bench.edges(&mut port, 10)?;
    reverse(&far, true)?;
    sleep(30);
    reverse(&far, false)?;
    let edges = bench.edges(&mut port, 300)?;
    ensure!(edges.is_empty(), "30 ms of reversal: {edges:?}");
    let none = far.reverse(false);
    ensure!(none != Err(PortError::Gone), "{none:?}");
    Ok(())
}

pub fn battery_lost_for_long(bench: &Bench) -> Result<(), String> {
    let mut port = bench.trunk(2)?;
    sleep(REST);
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(300);
    bench.edges(&mut port, 10)?;
    bench.tell(&format!("battery {} 0", bench.trunk))?;
    let mut edges = bench.edges(&mut port, 2000)?;
    bench.tell(&format!("battery {} 1", bench.trunk))?;
    let back = bench.clock.now();
    edges.extend(bench.edges(&mut port, 2000)?);
    let wanted = [
        Edge::BatteryLost,
        Edge::AlarmOn,
        Edge::BatteryBack,
        Edge::AlarmOff,
    ];
    ensure!(kinds(&edges) == wanted, "{edges:?}");
    let late = at(&edges, Edge::BatteryBack)?.since(back);
    ensure!(late <= Ticks::ms(90), "back told after {late:?}");
    Ok(())
}

/// DAHDI tells of battery only off-hook.
pub fn battery_lost_on_hook(bench: &Bench) -> Result<(), String> {
    let mut port = bench.trunk(2)?;
    sleep(REST);
    bench.edges(&mut port, 10)?;
    bench.tell(&format!("battery {} 0", bench.trunk))?;
    let mut edges = bench.edges(&mut port, 2000)?;
    bench.tell(&format!("battery {} 1", bench.trunk))?;
    edges.extend(bench.edges(&mut port, 2000)?);
    ensure!(
        kinds(&edges) == [Edge::AlarmOn, Edge::AlarmOff],
        "{edges:?}"
    );
    Ok(())
}
