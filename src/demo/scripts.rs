//! What simulated inmates and called parties do: the staged calls of the first lines, and calls
//! by chance, drawn from a seed.

use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::routes::{Destination, Routes},
    script::Step,
};
use types::{phone_number::PhoneNumber, tick::Ticks, tone::SitKind};

use crate::{
    runtime::seed::Seed,
    site::{Ending, Route, Site},
};

/// The number of the staged collect call, whose called party hangs up in the end.
pub const MOTHER: &str = "2155550142";
/// The number of the staged call that is cut at its limit.
pub const FRIEND: &str = "2155550155";
/// A number of the sample site's restricted table.
pub const RESTRICTED: &str = "2155550199";

/// How long the staged called party listens before the key to accept is pressed: the announcement
/// is over then.
const ANNOUNCED: u64 = 15_000;

/// What the inmate at a staged line does. `None`: the line only makes calls by chance.
pub fn staged(line: u16, pin: &str) -> Option<Vec<Step>> {
    let steps = match line {
        1 => [
            accepted_call(pin),
            waits(1000),
            simple_call(pin, RESTRICTED, 15),
        ]
        .concat(),
        2 => [simple_call(pin, RESTRICTED, 15), limited_call(pin)].concat(),
        3 => [waits(700), simple_call(pin, "2155550122", 45)].concat(),
        4 => [waits(1600), simple_call(pin, "2155550133", 30)].concat(),
        5 => [waits(2400), simple_call(pin, "2155550111", 25)].concat(),
        6 => [
            waits(3300),
            collect_call(pin, "2155550144", Ticks::ZERO, Ticks::ZERO),
        ]
        .concat(),
        _ => return None,
    };
    Some(steps)
}

/// Lifts, keys the PIN and the number without waiting for the prompts, as somebody who has done
/// it before does.
fn begins(pin: &str, number: &str) -> Vec<Step> {
    vec![
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(3)),
        Step::dial(pin),
        Step::wait_ms(300),
        Step::dial(number),
    ]
}

/// Waits for the fast busy that ends every attempt, and hangs up.
fn ends(longest: u64) -> Vec<Step> {
    vec![
        Step::await_fast_busy(Ticks::secs(longest)),
        Step::wait_ms(300),
        Step::OnHook,
        Step::wait_ms(2200),
    ]
}

fn waits(ms: u64) -> Vec<Step> {
    vec![Step::wait_ms(ms)]
}

fn simple_call(pin: &str, number: &str, longest: u64) -> Vec<Step> {
    [begins(pin, number), ends(longest)].concat()
}

/// A collect call: says the name after the tone, waits for the other party to accept, and talks.
fn collect_call(pin: &str, number: &str, wait: Ticks, talk: Ticks) -> Vec<Step> {
    let mut steps = begins(pin, &format!("0{number}"));
    steps.push(Step::await_beep(Ticks::secs(12)));
    steps.push(Step::wait_ms(150));
    steps.push(Step::Say(Clip::inmate_name()));
    if talk > Ticks::ZERO {
        steps.push(Step::Wait(wait));
        steps.push(Step::SayFor(Clip::inmate_talk(), talk));
    }
    steps.extend(ends(60));
    steps
}

/// The called party listens to the whole announcement before accepting.
fn accepted_call(pin: &str) -> Vec<Step> {
    [
        waits(500),
        collect_call(pin, MOTHER, Ticks::ms(ANNOUNCED + 10_500), Ticks::secs(10)),
    ]
    .concat()
}

fn limited_call(pin: &str) -> Vec<Step> {
    let mut steps = begins(pin, FRIEND);
    steps.push(Step::Wait(Ticks::secs(9)));
    steps.push(Step::SayFor(Clip::inmate_talk(), Ticks::secs(8)));
    steps.extend(ends(40));
    steps
}

/// Calls by chance for so long: each to one of the site's routes, in one of the ways to dial.
pub fn by_chance(site: &Site, seed: &mut Seed, pin: &str, length: Ticks) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut left = length;
    let pause = Ticks::ms((3_600_000.0 / site.sim.calls_per_hour.max(1.0)) as u64);
    while left > Ticks::ZERO && !site.sim.routes.is_empty() {
        let wait = seed.up_to(pause);
        let talk = Ticks::secs(3) + seed.up_to(Ticks::secs(12));
        let number = drawn(site, seed);
        steps.push(Step::Wait(wait));
        if seed.once_in(400) {
            steps.extend(collect_call(pin, &number, Ticks::secs(14), talk));
        } else {
            steps.extend(begins(pin, &number));
            steps.push(Step::Wait(Ticks::secs(10)));
            steps.push(Step::SayFor(Clip::inmate_talk(), talk));
            steps.extend(ends(30));
        }
        left = left - wait - talk - Ticks::secs(20);
    }
    steps
}

/// One of the numbers that lead somewhere, now and then one that is restricted.
fn drawn(site: &Site, seed: &mut Seed) -> String {
    let routes = &site.sim.routes;
    let place = seed.up_to(Ticks(routes.len() as u64)).0 as usize;
    routes
        .get(place)
        .map_or_else(|| RESTRICTED.to_owned(), |route| dialed(&route.number))
}

fn dialed(number: &PhoneNumber) -> String {
    let prefix = if number.international { "011" } else { "" };
    format!("{prefix}{}", number.digits)
}

/// The network of a site: its routes, under the number as it is dialed and with the prefix
/// that the automated operator puts before it.
pub fn routes(site: &Site) -> Routes {
    let mut routes = Routes::new();
    for route in &site.sim.routes {
        let number = dialed(&route.number);
        routes = routes.to(&number, destination(route, false));
        if !route.number.international {
            let prefixed = format!("{}{number}", site.routing.automated_prefix);
            routes = routes.to(&prefixed, destination(route, true));
        }
    }
    routes
}

/// The same with the called parties of the staged calls.
pub fn staged_routes(site: &Site) -> Routes {
    let prefix = site.routing.automated_prefix;
    routes(site)
        .to(
            &format!("{prefix}{MOTHER}"),
            accepting(1, Ticks::ms(ANNOUNCED), mother()),
        )
        .to(
            FRIEND,
            answering(1, vec![Step::SayFor(Clip::called_talk(), Ticks::secs(60))]),
        )
}

/// Talks, listens, says a last sentence, and hangs up.
fn mother() -> Vec<Step> {
    vec![
        Step::wait_ms(1800),
        Step::SayFor(Clip::called_talk(), Ticks::secs(9)),
        Step::wait_ms(1500),
        Step::OnHook,
    ]
}

fn answering(rings: u16, then: Vec<Step>) -> Destination {
    CalledPartyScript::answering(rings, then).into()
}

/// Says hello, listens to the announcement for a while, accepts, and then does this.
fn accepting(rings: u16, listens: Ticks, then: Vec<Step>) -> Destination {
    let mut steps = vec![
        Step::await_voice(Ticks::secs(8)),
        Step::Wait(listens),
        Step::dial("1"),
    ];
    steps.extend(then);
    answering(rings, steps)
}

/// What a route's called party does; asked to accept it is only by the automated operator.
fn destination(route: &Route, asked: bool) -> Destination {
    let rings = u16::from(route.rings.max(1));
    match route.ending {
        Ending::Answer => {
            let talks = vec![Step::SayFor(Clip::called_talk(), route.talk), Step::OnHook];
            if asked {
                accepting(rings, Ticks::secs(5), talks)
            } else {
                answering(rings, talks)
            }
        }
        Ending::Refuse if asked => {
            let refuses = vec![
                Step::await_voice(Ticks::secs(8)),
                Step::Wait(Ticks::secs(5)),
                Step::dial("2"),
                Step::Wait(Ticks::secs(4)),
                Step::OnHook,
            ];
            answering(rings, refuses)
        }
        // Hangs up on somebody who is not wanted.
        Ending::Refuse => answering(rings, vec![Step::wait_ms(1500), Step::OnHook]),
        Ending::Silent => CalledPartyScript::new(Answer::AfterRings(rings), Vec::new()).into(),
        Ending::Busy => Destination::Busy,
        Ending::NoAnswer => Destination::RingNoAnswer,
        Ending::Reorder => Destination::Reorder,
        Ending::Vacant => Destination::Sit(SitKind::VacantCode, None),
    }
}
