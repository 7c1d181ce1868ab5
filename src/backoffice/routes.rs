//! Over which trunks a call goes out, and with which digits: the site's routes in their order.

use crate::{Error, session::Session};
use db::values;
use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    disposition::Blocked,
    phone_number::PhoneNumber,
    route::{Route, Routes},
    treatment::Brand,
    trunk::TrunkGroup,
    verdict::Handling,
};

impl Session<'_> {
    /// The first routes that fit the call. A site without routes uses any trunk; where there are some,
    /// a call that none fits has no way out. `outpulse` is what a trunk would be dialed without them.
    pub fn routes(
        &self,
        number: &DialedNumber,
        handling: Handling,
        brand: Brand,
        outpulse: &Digits,
    ) -> Result<Result<Routes, Blocked>, Error> {
        let table = self.tables.routes.all(&self.writer)?;
        if table.is_empty() {
            return Ok(Ok(Routes::any(*outpulse)));
        }
        let fitting = table
            .iter()
            .filter(|(_, route)| fits(route, number, handling, brand));
        let way = |(key, route): &(db::keys::Numbered, values::Route)| {
            Some(Route {
                number: key.0,
                group: route.group.map(TrunkGroup),
                outpulse: dialed(route, outpulse)?,
            })
        };
        let mut ways = fitting.filter_map(way);
        let Some(first) = ways.next() else {
            return Ok(Err(Blocked::NoRoute));
        };
        let mut routes = Routes::only(first);
        for way in ways {
            if !routes.push(way) {
                break;
            }
        }
        Ok(Ok(routes))
    }
}

fn fits(route: &values::Route, number: &DialedNumber, handling: Handling, brand: Brand) -> bool {
    let types = route.call_types.as_ref();
    let brands = route.brands.as_ref();
    let handlings = route.handlings.as_ref();
    let prefixes = route.prefixes.as_ref();
    types.is_none_or(|types| types.iter().any(|kind| kind.0 == number.call_type))
        && handlings.is_none_or(|handlings| handlings.iter().any(|by| by.0 == handling))
        && brands.is_none_or(|brands| brands.iter().any(|of| of.0 == brand))
        && prefixes.is_none_or(|all| all.iter().any(|prefix| begins(&number.number, prefix)))
}

fn begins(number: &PhoneNumber, prefix: &str) -> bool {
    let (international, digits) = match prefix.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, prefix),
    };
    number.international == international && number.digits.as_str().starts_with(digits)
}

/// The carrier's code, what is added, and what is left of the digits; `None` where nothing is left, or it
/// is too much.
fn dialed(route: &values::Route, outpulse: &Digits) -> Option<Digits> {
    let rest = outpulse.tail(usize::from(route.remove));
    if rest.is_empty() {
        return None;
    }
    let digits = Digits::parse(&route.carrier)?;
    digits.followed_by(&route.add)?.followed_by(rest.as_str())
}
