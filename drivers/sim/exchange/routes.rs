//! Where dialed numbers lead.

use crate::sim::{called_party::CalledPartyScript, clip::Clip, exchange::line::Numbering};
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering},
};
use types::{digits::Digits, tone::SitKind};

#[derive(Clone, Debug)]
pub enum Destination {
    Party(Arc<CalledPartyScript>),
    Busy,
    Reorder,
    /// A special information tone, and what is said after it.
    Sit(SitKind, Option<Clip>),
    RingNoAnswer,
    Silence,
}

impl From<CalledPartyScript> for Destination {
    fn from(script: CalledPartyScript) -> Destination {
        Destination::Party(Arc::new(script))
    }
}

/// The network behind all lines of an exchange.
#[derive(Debug)]
pub struct Routes {
    routes: BTreeMap<Digits, Route>,
    unknown: Destination,
}

#[derive(Debug, Default)]
struct Route {
    destinations: Vec<Destination>,
    taken: AtomicUsize,
}

/// What a string of digits is to a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    Complete,
    /// A number if nothing follows.
    CouldEnd,
    Incomplete,
}

impl Routes {
    /// No number leads anywhere: vacant code for all.
    pub fn new() -> Routes {
        Routes {
            routes: BTreeMap::new(),
            unknown: Destination::Sit(SitKind::VacantCode, None),
        }
    }

    /// Adds a destination. Of several for the same digits each call takes the next; the last
    /// one stays.
    ///
    /// # Panics
    ///
    /// When `digits` are none: a mistake in the scenario.
    pub fn to(mut self, digits: &str, destination: impl Into<Destination>) -> Routes {
        let digits = Digits::parse(digits)
            .unwrap_or_else(|| panic!("a route for {digits:?}, which are no digits"));
        let route = self.routes.entry(digits).or_default();
        route.destinations.push(destination.into());
        self
    }

    /// Where complete numbers without a route lead.
    pub fn unknown(self, destination: impl Into<Destination>) -> Routes {
        Routes {
            unknown: destination.into(),
            ..self
        }
    }

    /// The destination of the next call to these digits, and whether there is a route.
    pub fn take(&self, digits: &Digits) -> (&Destination, bool) {
        let Some(route) = self.routes.get(digits) else {
            return (&self.unknown, false);
        };
        let number = route.taken.fetch_add(1, Ordering::Relaxed);
        let last = route.destinations.len() - 1;
        (&route.destinations[number.min(last)], true)
    }

    /// Where the next call to these digits leads.
    pub fn look(&self, digits: &Digits) -> &Destination {
        let Some(route) = self.routes.get(digits) else {
            return &self.unknown;
        };
        let number = route.taken.load(Ordering::Relaxed);
        &route.destinations[number.min(route.destinations.len() - 1)]
    }

    /// Whether these digits are a number yet.
    pub fn completeness(&self, numbering: Numbering, digits: &Digits) -> Completeness {
        let routed = self.routes.contains_key(digits);
        let shape = match numbering {
            Numbering::NorthAmerica { seven_digits } => north_american(digits, seven_digits),
            Numbering::Open => Completeness::Incomplete,
        };
        match (routed, shape) {
            _ if self.any_longer(digits) => {
                if routed {
                    Completeness::CouldEnd
                } else {
                    weaker(shape)
                }
            }
            (true, _) => Completeness::Complete,
            (false, shape) => shape,
        }
    }

    fn any_longer(&self, digits: &Digits) -> bool {
        let after = (Bound::Excluded(*digits), Bound::Unbounded);
        let next = self.routes.range(after).next();
        next.is_some_and(|(route, _)| route.as_str().starts_with(digits.as_str()))
    }
}

impl Default for Routes {
    fn default() -> Routes {
        Routes::new()
    }
}

fn weaker(shape: Completeness) -> Completeness {
    match shape {
        Completeness::Complete => Completeness::CouldEnd,
        other => other,
    }
}

fn north_american(digits: &Digits, seven_digits: bool) -> Completeness {
    use Completeness::{Complete, CouldEnd, Incomplete};
    let text = digits.as_str();
    match (text.as_bytes(), text.len()) {
        ([b'0', b'1', b'1', rest @ ..], _) => match rest {
            [.., b'#'] => Complete,
            _ if rest.len() >= 7 => CouldEnd,
            _ => Incomplete,
        },
        ([b'0', ..], 1) => CouldEnd,
        ([b'0' | b'1', ..], 11..) => Complete,
        ([b'0' | b'1', ..], _) => Incomplete,
        ([_, b'1', b'1'], 3) => CouldEnd,
        (_, 7) if seven_digits => Complete,
        (_, 7) => CouldEnd,
        (_, 10..) => Complete,
        _ => Incomplete,
    }
}
