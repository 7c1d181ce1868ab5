//! The ways out of a call: over which trunks, with which digits.

use crate::{digits::Digits, trunk::TrunkGroup};

/// A call has at most so many ways out.
pub const MAX_ROUTES: usize = 4;

/// One way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// Its number in the table; 0 where the site has none.
    pub number: u16,
    /// `None` is any trunk.
    pub group: Option<TrunkGroup>,
    /// What the trunk is dialed.
    pub outpulse: Digits,
}

/// The ways out of one call, in the order in which they are tried. There is one at least.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Routes {
    first: Route,
    then: [Option<Route>; MAX_ROUTES - 1],
}

impl Routes {
    pub const fn only(route: Route) -> Routes {
        Routes {
            first: route,
            then: [None; MAX_ROUTES - 1],
        }
    }

    /// Any trunk, dialed like this.
    pub const fn any(outpulse: Digits) -> Routes {
        Routes::only(Route {
            number: 0,
            group: None,
            outpulse,
        })
    }

    /// Adds one to be tried last; `false` when there is no room.
    pub fn push(&mut self, route: Route) -> bool {
        let free = self.then.iter_mut().find(|place| place.is_none());
        free.map(|place| *place = Some(route)).is_some()
    }

    pub fn first(&self) -> &Route {
        &self.first
    }

    pub fn get(&self, at: usize) -> Option<&Route> {
        self.iter().nth(at)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        std::iter::once(&self.first).chain(self.then.iter().flatten())
    }
}
