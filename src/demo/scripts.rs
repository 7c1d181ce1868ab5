//! What simulated inmates and called parties do: the staged calls of the first lines, and calls
//! by chance, drawn from a seed.

use drivers::sim::{
    called_office::{Services, Switching},
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::routes::{Destination, Routes},
    script::Step,
    subscriber::SubscriberLine,
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
/// Somebody who talks, as long as one lets her.
const SISTER: &str = "2155550156";
/// Who wants no more calls of the inmate.
const FORMER_PARTNER: &str = "2155550157";
/// Who joins a third party.
const COUSIN: &str = "2155550158";
/// The third party.
const THIRD: &str = "2155550159";
/// An attorney's, privileged in the sample.
const ATTORNEY: &str = "2155550177";

/// How long the staged called party listens before the key to accept is pressed: the announcement
/// is over then.
const ANNOUNCED: u64 = 20_000;

/// A call that is staged: by whom, to which number, and what its record is to say.
pub struct Staged {
    pub line: u16,
    pub dialed: &'static str,
    pub disposition: &'static str,
    /// Why it is refused.
    pub blocked: Option<&'static str>,
    steps: fn(pin: &str, dialed: &str) -> Vec<Step>,
}

impl std::fmt::Debug for Staged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "line {}: {} {}",
            self.line, self.dialed, self.disposition
        )
    }
}

const fn staged_call(
    line: u16,
    dialed: &'static str,
    disposition: &'static str,
    steps: fn(&str, &str) -> Vec<Step>,
) -> Staged {
    Staged {
        line,
        dialed,
        disposition,
        blocked: None,
        steps,
    }
}

const fn staged_refusal(
    line: u16,
    dialed: &'static str,
    blocked: &'static str,
    steps: fn(&str, &str) -> Vec<Step>,
) -> Staged {
    Staged {
        line,
        dialed,
        disposition: "blocked",
        blocked: Some(blocked),
        steps,
    }
}

/// All staged calls, those of a line in their order.
pub const STAGED: &[Staged] = &[
    staged_call(1, "02155550142", "completed", |pin, to| {
        [
            waits(500),
            collect_call(pin, to, Ticks::ms(ANNOUNCED + 10_500), Ticks::secs(10)),
        ]
        .concat()
    }),
    staged_refusal(1, RESTRICTED, "number-restricted", after_a_second),
    staged_refusal(2, RESTRICTED, "number-restricted", simple_call),
    staged_call(2, FRIEND, "limited", talked_call),
    staged_call(3, "2155550122", "no-answer", after_a_second),
    staged_call(3, SISTER, "completed", short_talk),
    staged_refusal(3, SISTER, "calls-used-up", after_a_second),
    staged_call(4, "2155550133", "intercept", after_a_second),
    staged_call(4, "02155550157", "refused", unheard_collect_call),
    staged_refusal(4, FORMER_PARTNER, "called-party-blocks-inmate", simple_call),
    staged_call(5, "2155550111", "busy", after_two_seconds),
    staged_call(5, SISTER, "dtmf-disconnect", keys_in_talk),
    staged_call(6, "02155550144", "refused", unheard_collect_call),
    staged_refusal(6, COUSIN, "number-fraud", after_half_a_minute),
    staged_call(7, COUSIN, "pfe-disconnect", long_talk),
    staged_refusal(8, SISTER, "not-from-this-phone", after_two_seconds),
    staged_call(8, ATTORNEY, "completed", talked_call),
];

/// What the inmate at a staged line does. `None`: the line only makes calls by chance.
pub fn staged(line: u16, pin: &str) -> Option<Vec<Step>> {
    let of_line = STAGED.iter().filter(|call| call.line == line);
    let steps: Vec<Step> = of_line
        .flat_map(|call| (call.steps)(pin, call.dialed))
        .collect();
    (!steps.is_empty()).then_some(steps)
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

/// How long the longest attempt without a talk takes: ringing, announcements, fast busy.
const LONGEST: u64 = 60;

fn simple_call(pin: &str, number: &str) -> Vec<Step> {
    [begins(pin, number), ends(LONGEST)].concat()
}

fn after_a_second(pin: &str, number: &str) -> Vec<Step> {
    [waits(1000), simple_call(pin, number)].concat()
}

fn after_two_seconds(pin: &str, number: &str) -> Vec<Step> {
    [waits(2000), simple_call(pin, number)].concat()
}

/// When the third party on another inmate's call was heard and its number is blocked.
fn after_half_a_minute(pin: &str, number: &str) -> Vec<Step> {
    [waits(30_000), simple_call(pin, number)].concat()
}

/// Hears the announcement of the limit out, says this, and waits for the end.
fn talk(pin: &str, number: &str, says: Vec<Step>) -> Vec<Step> {
    [begins(pin, number), waits(9000), says, ends(40)].concat()
}

fn talked_call(pin: &str, number: &str) -> Vec<Step> {
    talk(
        pin,
        number,
        vec![Step::SayFor(Clip::inmate_talk(), Ticks::secs(8))],
    )
}

/// Hangs up after some words.
fn short_talk(pin: &str, number: &str) -> Vec<Step> {
    let words = Step::SayFor(Clip::inmate_talk(), Ticks::secs(5));
    let hangs_up = vec![words, Step::OnHook, Step::wait_ms(2200)];
    [begins(pin, number), waits(9000), hangs_up].concat()
}

/// Presses keys while they talk.
fn keys_in_talk(pin: &str, number: &str) -> Vec<Step> {
    let words = Step::SayFor(Clip::inmate_talk(), Ticks::secs(4));
    talk(pin, number, vec![words, Step::dial("5550")])
}

fn long_talk(pin: &str, number: &str) -> Vec<Step> {
    let words = || Step::SayFor(Clip::inmate_talk(), Ticks::secs(5));
    talk(pin, number, vec![words(), Step::wait_ms(16_000), words()])
}

/// A collect call that comes to no talk.
fn unheard_collect_call(pin: &str, number: &str) -> Vec<Step> {
    [
        waits(1500),
        collect_call(pin, number, Ticks::ZERO, Ticks::ZERO),
    ]
    .concat()
}

/// A collect call: says the name after the tone, waits for the other party to accept, and talks.
fn collect_call(pin: &str, dialed: &str, wait: Ticks, talk: Ticks) -> Vec<Step> {
    let mut steps = begins(pin, dialed);
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
            steps.extend(collect_call(
                pin,
                &format!("0{number}"),
                Ticks::secs(14),
                talk,
            ));
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
        .to(FRIEND, answering(1, talks_for_a_minute()))
        .to(SISTER, answering(1, talks_for_a_minute()))
        .to(
            &format!("{prefix}{FORMER_PARTNER}"),
            answering(1, refuses_for_good()),
        )
        .to(COUSIN, at_home(1, joins_a_third()))
        .to(THIRD, third())
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

fn talks_for_a_minute() -> Vec<Step> {
    vec![Step::SayFor(Clip::called_talk(), Ticks::secs(60))]
}

/// Hears the announcement out, presses the key against this inmate, and once more when asked.
fn refuses_for_good() -> Vec<Step> {
    let hears_it_out = || Step::await_quiet(Ticks::ms(1200), Ticks::secs(40));
    vec![
        hears_it_out(),
        Step::dial("7"),
        Step::wait_ms(600),
        hears_it_out(),
        Step::dial("7"),
        Step::Wait(Ticks::secs(8)),
        Step::OnHook,
    ]
}

/// Somebody in a house, whose exchange joins a third party to a call.
fn at_home(rings: u16, then: Vec<Step>) -> Destination {
    CalledPartyScript::answering(rings, then)
        .on(SubscriberLine::house(2.0, 17.0, -56.0))
        .with(Services::three_way(Switching::ANALOG))
        .into()
}

/// Talks, then flashes, dials the third, tells them, and flashes again: all three are joined.
fn joins_a_third() -> Vec<Step> {
    let says = |seconds| Step::SayFor(Clip::called_talk(), Ticks::secs(seconds));
    vec![
        says(4),
        Step::wait_ms(6000),
        says(4),
        Step::wait_ms(500),
        Step::flash_ms(550),
        Step::await_dial_tone(Ticks::secs(3)),
        Step::wait_ms(400),
        Step::dial(THIRD),
        Step::await_voice(Ticks::secs(15)),
        Step::wait_ms(2500),
        says(3),
        Step::wait_ms(500),
        Step::flash_ms(450),
        Step::wait_ms(9000),
        says(4),
        Step::wait_ms(60_000),
    ]
}

/// Somebody farther away, in a louder room, who answers the called party and then all.
fn third() -> Destination {
    let says = |seconds| Step::SayFor(Clip::inmate_shout(), Ticks::secs(seconds));
    let steps = vec![
        Step::wait_ms(500),
        says(2),
        Step::wait_ms(6500),
        says(7),
        Step::wait_ms(8000),
        says(9),
        Step::wait_ms(60_000),
    ];
    CalledPartyScript::new(Answer::After(Ticks::secs(4)), steps)
        .on(SubscriberLine::house(5.0, 13.0, -47.0))
        .into()
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
