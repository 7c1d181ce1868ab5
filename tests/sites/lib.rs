//! Small random sites as plain rows, and calls asked for at them: what tests of decisions share,
//! those against the rules told once more and those against what a database makes of the rows.

pub mod clock;
mod draw;
pub mod site;
pub mod tables;

pub use draw::cases;

use proptest::test_runner::{Config, TestRunner};
use screening::{Decision, LocalTime, Request, decide};
use site::{Ask, Dials, Site};
use tables::Asked;
use types::{
    dial_plan::DialedNumber,
    id::{LineId, OfficerId},
    phone_number::PhoneNumber,
    query::DialedOrSpeed,
    tick::Ticks,
};

/// As many cases as are asked for by `PROPTEST_CASES`; without, the usual number. What fails is kept
/// beside the `source` of the test.
pub fn runner(source: &'static str, usual: u32) -> TestRunner {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok());
    TestRunner::new(Config {
        source_file: Some(source),
        ..Config::with_cases(cases.unwrap_or(usual))
    })
}

/// The call, as it is asked of whoever decides.
pub fn request<T>(site: &Site, ask: &Ask, decide: impl FnOnce(&Request<'_>) -> T) -> T {
    let shorter: Vec<PhoneNumber> = ask.shorter.iter().map(|n| site::phone_number(n)).collect();
    let local = clock::local(ask.now);
    decide(&Request {
        line: LineId(ask.line),
        pin: ask.pin.map(site::key),
        officer: ask.officer.map(OfficerId),
        number: match ask.dials {
            Dials::Code(code) => DialedOrSpeed::Speed(code),
            Dials::Number(number, pattern) => DialedOrSpeed::Number(DialedNumber {
                number: site::phone_number(number),
                pattern,
                call_type: site::planned_type(number),
            }),
        },
        dialed: match ask.dials {
            Dials::Number(number, pattern) => tables::keys(&site::keyed(number, pattern)),
            Dials::Code(code) => tables::keys(&code.to_string()),
        },
        shorter: &shorter,
        now_utc_ms: ask.now,
        when: LocalTime {
            weekday: local.weekday,
            step: local.step,
            holiday: site.holidays.contains(&local.day),
        },
        in_service_for: ask.in_service_for.map(Ticks::secs),
        hard_limit: Ticks::secs(ask.hard_limit),
        routing: &site.routing,
        recorder_works: ask.recorder_works,
    })
}

/// What is decided over the rows themselves.
pub fn decided(site: &Site, ask: &Ask) -> Decision {
    let Ok(decision) = request(site, ask, |request| {
        decide(request, &Asked { site, ask }, &site.rules)
    });
    decision
}
