//! The suite that every driver passes, on real channels.

use crate::{far_ends::FarEnds, tally::Tally};
use drivers::{
    contract::{self, Pair},
    dahdi::{
        channel::{QUEUE, Role},
        dahdi_port::{DahdiPort, Wiring},
    },
    port::PortError,
    sim::{
        clip::Clip,
        clocked::Clock,
        exchange::{Exchange, line::ExchangeLine, routes::Routes},
        handset::{Handset, HandsetScript},
        script::Step,
    },
};
use std::{sync::Arc, thread, time::Duration};
use types::{frame::Law, tick::Ticks};

const SLACK: usize = 2;

/// One kind of signalling, on channels of `lines.conf`.
struct Kind {
    name: &'static str,
    phone: u16,
    trunk: u16,
    line: fn() -> ExchangeLine,
    /// Checks that can't be made of it, and why.
    without: &'static [(&'static str, &'static str)],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "kewl start",
        phone: 1,
        trunk: 13,
        line: ExchangeLine::kewl_start,
        without: &[],
    },
    Kind {
        name: "loop start",
        phone: 49,
        trunk: 61,
        line: ExchangeLine::loop_start,
        without: &[(
            "a loop break is two edges",
            "loop start has no disconnect signal",
        )],
    },
];

fn script() -> HandsetScript {
    HandsetScript::new(vec![
        Step::Wait(contract::OFF_HOOK),
        Step::OffHook,
        Step::Wait(contract::SPEAKS - contract::OFF_HOOK),
        Step::SayFor(
            Clip::tone(800.0, -10.0, Ticks::secs(1)),
            contract::ON_HOOK - contract::SPEAKS,
        ),
        Step::OnHook,
    ])
}

fn port(channel: u16, role: Role) -> Result<DahdiPort, PortError> {
    DahdiPort::open(Wiring {
        channel,
        role,
        law: Law::Mu,
        slack: SLACK,
    })
}

fn pair(kind: &Kind) -> Pair {
    let clock = Clock::starting_now();
    let phone = port(kind.phone, Role::Feeds).expect("the phone's channel");
    let trunk = port(kind.trunk, Role::IsFed).expect("the trunk's channel");
    // The last far ends have just closed their channels, and ours: the line comes to rest.
    thread::sleep(Duration::from_secs(3));
    let mut far_ends = FarEnds::default();
    let start = clock.now();
    far_ends.add(Handset::new(script()), kind.phone, clock);
    let line = ExchangeLine {
        first_digit: Ticks::secs(2),
        ..(kind.line)()
    };
    let exchange = Exchange::new(line, Arc::new(Routes::new()));
    far_ends.add(exchange, kind.trunk, clock);
    Pair {
        phone: Box::new(phone),
        trunk: Box::new(trunk),
        start,
        wait: Box::new(move |until| {
            let _live = &far_ends;
            let now = clock.now();
            let left = until.since(now);
            thread::sleep(Duration::from_micros(left.0 * 125));
            clock.now()
        }),
        tolerance: Ticks::ms(45),
        lateness: Ticks::ms(9),
        blocks_queued: QUEUE - SLACK,
    }
}

pub fn run(tally: &mut Tally) {
    for kind in KINDS {
        for (check_name, check) in contract::checks() {
            let name = format!("{}: {check_name}", kind.name);
            let without = kind.without.iter().find(|(check, _)| *check == check_name);
            match without {
                Some((_, reason)) => tally.skip(&name, reason),
                None => tally.note(&name, &check(&mut pair(kind))),
            }
        }
    }
}
