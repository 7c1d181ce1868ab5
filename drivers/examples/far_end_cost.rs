//! What the simulated parties cost: CPU time of both far ends of a call in talk, copper and
//! codec included, for each 10 ms frame. Run with `--release`.

use drivers::{
    port::{Port, Read},
    sim::{
        self,
        called_party::{Answer, CalledPartyScript},
        clip::Clip,
        exchange::{line::ExchangeLine, routes::Routes},
        handset::HandsetScript,
        script::Step,
    },
};
use std::{sync::Arc, time::Instant};
use types::{
    edge::PortCommand,
    frame::Frame,
    tick::{Tick, Ticks},
};

const FRAMES: u64 = 60_000;

fn main() {
    let talk = || Step::SayFor(Clip::inmate_talk(), Ticks::secs(1000));
    let keep = Ticks::secs(60);
    let script = HandsetScript::new(vec![
        Step::OffHook,
        Step::wait_ms(600),
        Step::dial("5551234567"),
        talk(),
    ]);
    let party = CalledPartyScript::new(Answer::AfterRings(1), vec![talk()]);
    let routes = Arc::new(Routes::new().to("5551234567", party));
    let line = ExchangeLine {
        keep,
        ..ExchangeLine::kewl_start()
    };
    let (mut phone, mut trunk) = sim::pair(script.keep(keep), line, routes, 1);
    for port in [&mut phone as &mut dyn Port, &mut trunk] {
        port.command(Tick::ZERO, PortCommand::Media(true))
            .expect("media");
    }
    trunk
        .command(Tick::ZERO, PortCommand::OffHook)
        .expect("off-hook");
    let begun = Instant::now();
    for k in 1..=FRAMES {
        let now = Tick(80 * k);
        let (from_phone, from_trunk) = (read(&mut phone, now), read(&mut trunk, now));
        trunk.write(now, &from_phone).expect("a good write");
        phone.write(now, &from_trunk).expect("a good write");
    }
    let each = begun.elapsed().as_nanos() as f64 / FRAMES as f64 / 1000.0;
    println!("{each:.2} us a frame for both far ends of a call");
    for event in trunk.transcript().events() {
        println!("{:>8} ms  {:?}", Ticks(event.at.0).as_ms(), event.event);
    }
}

fn read(port: &mut dyn Port, now: Tick) -> Frame {
    let mut frame = port.law().silence();
    while port.read(now, &mut frame).expect("a good read") == Read::EdgesFirst {
        while port.edge(now).expect("a good port").is_some() {}
    }
    frame
}
