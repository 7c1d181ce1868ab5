//! `[sim]`: what simulated inmates and a simulated exchange do when `driver = "sim"`.

use types::{phone_number::PhoneNumber, tick::Ticks};

use super::{reader::Section, values};

/// Simulated traffic.
#[derive(Clone, PartialEq, Debug)]
pub struct Sim {
    /// The same seed gives the same traffic.
    pub seed: u64,
    /// Calls that one phone makes in an hour, on average.
    pub calls_per_hour: f64,
    pub routes: Vec<Route>,
}

/// What the simulated network does with one number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    pub number: PhoneNumber,
    pub ending: Ending,
    /// Before the called party picks up.
    pub rings: u8,
    /// How long the called party stays.
    pub talk: Ticks,
}

/// What becomes of a call to a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The called party answers, accepts when asked, talks, and hangs up.
    Answer,
    /// Answers, and refuses when asked.
    Refuse,
    /// Answers and says nothing.
    Silent,
    Busy,
    NoAnswer,
    /// Fast busy.
    Reorder,
    /// A special information tone: the number is not in service.
    Vacant,
}

impl Sim {
    pub(super) fn read(mut section: Section<'_>) -> Sim {
        let sim = Sim {
            seed: section.key("seed").int(0..=i64::MAX as u64).unwrap_or(1),
            calls_per_hour: section
                .key("calls_per_hour")
                .number(0.0..=3600.0)
                .unwrap_or(60.0),
            routes: section
                .tables("route")
                .into_iter()
                .filter_map(route)
                .collect(),
        };
        section.finish();
        sim
    }
}

fn route(mut section: Section<'_>) -> Option<Route> {
    let number = section
        .key("number")
        .must()
        .parsed(values::NUMBER, values::number);
    let ending = section.key("ending").must().one_of(&[
        ("answer", Ending::Answer),
        ("refuse", Ending::Refuse),
        ("silent", Ending::Silent),
        ("busy", Ending::Busy),
        ("no-answer", Ending::NoAnswer),
        ("reorder", Ending::Reorder),
        ("vacant", Ending::Vacant),
    ]);
    let rings = section.key("rings").int(0..=50).unwrap_or(2);
    let talk = section
        .key("talk_seconds")
        .number(0.0..=5940.0)
        .unwrap_or(30.0);
    section.finish();
    Some(Route {
        number: number?.value,
        ending: ending?,
        rings: rings as u8,
        talk: values::ticks(talk),
    })
}
