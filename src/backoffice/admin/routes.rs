//! Outbound routes.

use super::text;
use crate::{Error, session::Session, stored_routes};
use db::keys::Numbered;
use types::{phone_number::CallType, treatment::Brand, trunk::TrunkGroup, verdict::Handling};

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
        let value = stored_routes::stored(route);
        let table = &self.tables.routes;
        table.put(&mut self.writer, &Numbered(number), &value)?;
        self.journal(actor, "route", number, format!("{route:?}"))
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
