//! Outbound routes.

use super::text;
use crate::{Error, session::Session, stored_routes};
use db::keys::Numbered;
use types::{
    phone_number::{CallType, DialingPattern},
    treatment::Brand,
    trunk::TrunkGroup,
    verdict::Handling,
};

/// The most digits that a route adds, and those of a carrier's access code.
const ADDED: usize = 8;

/// The most leading digits that a route takes off.
const REMOVED: u8 = 15;

/// An outbound route as it is administered. What it does not name it fits.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OutboundRoute {
    pub name: String,
    pub call_types: Option<Vec<CallType>>,
    /// Beginnings of numbers as tables hold them, `+` before those abroad.
    pub prefixes: Option<Vec<String>>,
    pub handlings: Option<Vec<Handling>>,
    /// For the calls of these carriers.
    pub brands: Option<Vec<Brand>>,
    /// Over the trunks of this group; `None` is any trunk.
    pub group: Option<TrunkGroup>,
    /// How many leading digits are taken off what a trunk would be dialed.
    pub remove: u8,
    /// Digits put before what is left.
    pub add: String,
    /// The carrier's access code, before all of them: 101XXXX in North America.
    pub carrier: String,
}

impl Session<'_> {
    pub fn set_route(
        &mut self,
        actor: &str,
        number: u16,
        route: &OutboundRoute,
    ) -> Result<(), Error> {
        text("route's name", &route.name, false)?;
        if number == 0 {
            return Err(Error::invalid("route", "numbered from 1"));
        }
        for prefix in route.prefixes.iter().flatten() {
            let digits = prefix.strip_prefix('+').unwrap_or(prefix);
            if digits.is_empty() || !are_digits(digits) {
                let why =
                    format!("{prefix:?} is no beginning of a number: digits, + before abroad");
                return Err(Error::invalid("prefix of a route", why));
            }
            self.must_be_dialable(&format!("{prefix}*"))?;
        }
        for (what, digits) in [
            ("digits added", &route.add),
            ("carrier code", &route.carrier),
        ] {
            if digits.len() > ADDED || !are_digits(digits) {
                let why = format!("at most {ADDED} digits 0-9");
                return Err(Error::invalid(what, why));
            }
        }
        if route.remove > REMOVED {
            let why = format!("at most {REMOVED}");
            return Err(Error::invalid("digits removed", why));
        }
        self.leaves_the_number(number, route)?;
        let value = stored_routes::stored(route);
        let table = &self.tables.routes;
        table.put(&mut self.writer, &Numbered(number), &value)?;
        self.journal(actor, "route", number, format!("{route:?}"))
    }

    /// A route that takes off more of a number than the beginning that it names would dial several numbers
    /// alike, and is taken for no call.
    fn leaves_the_number(&self, number: u16, route: &OutboundRoute) -> Result<(), Error> {
        let removed = usize::from(route.remove);
        let abroad = self.longest_prefix(true);
        let home = self.longest_prefix(false);
        let refuse = |why: String| Err(Error::invalid("digits removed", why));
        let Some(prefixes) = &route.prefixes else {
            let most = abroad.max(home);
            return match removed > most {
                true => refuse(format!(
                    "at most {most} for route {number}, which names no beginnings of numbers: those that \
                     differ in what is taken off would be dialed alike"
                )),
                false => Ok(()),
            };
        };
        for prefix in prefixes {
            let before = if prefix.starts_with('+') {
                abroad
            } else {
                home
            };
            let most = before + prefix.trim_start_matches('+').len();
            if removed > most {
                return refuse(format!(
                    "at most {most} for route {number} and numbers that begin with {prefix}: those that \
                     differ in what is taken off would be dialed alike"
                ));
            }
        }
        Ok(())
    }

    /// The most digits that are dialed before a number.
    fn longest_prefix(&self, abroad: bool) -> usize {
        let rules = self.fixed.dial_plan.rules().iter();
        let rules = rules.filter(|rule| (rule.pattern == DialingPattern::International) == abroad);
        let of_plan = rules.map(|rule| usize::from(rule.strip)).max();
        let routing = &self.fixed.routing;
        let ours = [&routing.automated_prefix, &routing.operator_prefix];
        let ours = ours.into_iter().map(|digits| digits.len()).max();
        of_plan.max(ours.filter(|_| !abroad)).unwrap_or(0)
    }

    pub fn remove_route(&mut self, actor: &str, number: u16) -> Result<(), Error> {
        let table = &self.tables.routes;
        match table.delete(&mut self.writer, &Numbered(number))? {
            true => self.journal(actor, "route", number, "removed"),
            false => Err(Error::UnknownRoute(number)),
        }
    }
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}
