//! Between what is stored of routes, and what screening and administrators speak of.

use crate::{Error, OutboundRoute, stored::senseless};
use db::{codes::Code, values};
use screening::RouteRule;
use types::{digits::Digits, trunk::TrunkGroup};

pub(crate) fn rule(number: u16, stored: values::Route) -> Result<RouteRule, Error> {
    let digits = |text: &str| {
        Digits::parse(text).ok_or_else(|| senseless("digits of a route", format!("{text:?}")))
    };
    Ok(RouteRule {
        number,
        add: digits(&stored.add)?,
        carrier: digits(&stored.carrier)?,
        call_types: stored.call_types.map(plain),
        handlings: stored.handlings.map(plain),
        brands: stored.brands.map(plain),
        prefixes: stored.prefixes,
        group: stored.group.map(TrunkGroup),
        remove: stored.remove,
    })
}

fn plain<T>(codes: Vec<Code<T>>) -> Vec<T> {
    codes.into_iter().map(|code| code.0).collect()
}

pub(crate) fn stored(route: &OutboundRoute) -> values::Route {
    let (types, handlings) = (route.call_types.as_ref(), route.handlings.as_ref());
    values::Route {
        name: route.name.clone(),
        call_types: types.map(|types| types.iter().copied().map(Code).collect()),
        prefixes: route.prefixes.clone(),
        handlings: handlings.map(|all| all.iter().copied().map(Code).collect()),
        group: route.group.map(|group| group.0),
        remove: route.remove,
        add: route.add.clone(),
        carrier: route.carrier.clone(),
        brands: (route.brands.as_ref()).map(|all| all.iter().copied().map(Code).collect()),
    }
}
