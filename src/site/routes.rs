//! `[[defaults.route]]`: the ways out, and such of them as no call comes to.

use backoffice::OutboundRoute;
use types::{
    phone_number::CallType, route::MAX_ROUTES, treatment::Brand, trunk::TrunkGroup,
    verdict::Handling,
};

use super::{
    Site,
    defaults::plain,
    reader::{Placed, Section},
    treatments::{BRANDS, HANDLINGS},
    values,
    wiring::Wired,
};
use crate::records::names;

pub fn read(defaults: &mut Section<'_>, wired: &Wired<'_>) -> Vec<(u16, OutboundRoute)> {
    let mut routes: Vec<(u16, OutboundRoute)> = Vec::new();
    for mut section in defaults.tables("route") {
        let number = section.key("number").must().int(1..=65_535);
        let route = route(&mut section, wired);
        let (notes, at, path) = (section.notes(), section.line(), section.path("number"));
        section.finish();
        let Some(number) = number.map(|number| number as u16) else {
            continue;
        };
        if routes.iter().any(|(before, _)| *before == number) {
            notes.add(at, path, "is the number of a route above");
            continue;
        }
        routes.push((number, route));
    }
    routes.sort_by_key(|(number, _)| *number);
    routes
}

fn route(section: &mut Section<'_>, wired: &Wired<'_>) -> OutboundRoute {
    let name = section.key("name").text(80);
    let types = values::call_type_names();
    let call_types = section.key("call_types").list(&types, values::call_type);
    let prefixes = section.key("prefixes").list(values::PREFIX, values::prefix);
    let known: Vec<&str> = HANDLINGS.iter().map(|(name, _)| *name).collect();
    let handling = |text: &str| HANDLINGS.iter().find(|(name, _)| *name == text);
    let handlings = section.key("handlings").list(&known.join(", "), |text| {
        handling(text).map(|(_, handling)| *handling)
    });
    let known: Vec<&str> = BRANDS.iter().map(|(name, _)| *name).collect();
    let brand = |text: &str| BRANDS.iter().find(|(name, _)| *name == text);
    let brands = section.key("brands").list(&known.join(", "), |text| {
        brand(text).map(|(_, brand)| *brand)
    });
    let group = trunk_group(section, wired);
    let remove = section.key("remove").int(0..=15);
    let digits = |text: &str| {
        let fits = text.len() <= 8 && text.bytes().all(|c| c.is_ascii_digit());
        fits.then(|| text.to_owned())
    };
    let allowed = "at most 8 digits, in quotes";
    let add = section.key("add").parsed(allowed, digits);
    let carrier = section.key("carrier").parsed(allowed, digits);
    OutboundRoute {
        name: name.map_or_else(String::new, |name| name.value),
        call_types: call_types.map(|types| plain(Some(types))),
        prefixes: prefixes.map(|prefixes| plain(Some(prefixes))),
        handlings: handlings.map(|handlings| plain(Some(handlings))),
        brands: brands.map(|brands| plain(Some(brands))),
        group,
        remove: remove.unwrap_or(0) as u8,
        add: add.map_or_else(String::new, |add| add.value),
        carrier: carrier.map_or_else(String::new, |carrier| carrier.value),
    }
}

/// The trunk group that a route is over.
fn trunk_group(section: &mut Section<'_>, wired: &Wired<'_>) -> Option<TrunkGroup> {
    let Placed { value, line } = section.key("group").int_at(1..=255)?;
    if !wired.has_group(value) {
        let what = format!(
            "is {value}, in which there is no trunk; write `group = {value}` in a [[trunk]], or \
             choose another group"
        );
        section.notes().unmet(line, section.path("group"), what);
    }
    Some(TrunkGroup(value as u8))
}

impl Site {
    /// Routes that no call comes to.
    pub fn useless_routes(&self) -> Vec<String> {
        let routes = &self.defaults.treatments.routes;
        let mut useless = Vec::new();
        for (at, (number, route)) in routes.iter().enumerate() {
            let before = routes[..at].iter();
            let before = before.filter(|(_, earlier)| covers(earlier, route)).count();
            if before >= MAX_ROUTES {
                useless.push(format!(
                    "`defaults.route`: no call comes to route {number}: {MAX_ROUTES} routes before it fit \
                     all that it fits, and no more are tried; give it a smaller number, or take one out"
                ));
            }
        }
        useless
    }

    /// Call types of the dial plan, or of the site's own table, that no route is for.
    pub fn without_route(&self, of_plan: impl Iterator<Item = CallType>) -> Vec<String> {
        let treatments = &self.defaults.treatments;
        if treatments.routes.is_empty() {
            return Vec::new();
        }
        let mut types: Vec<CallType> = of_plan.collect();
        types.extend(treatments.call_types.iter().map(|(_, kind)| *kind));
        let known = CallType::ALL
            .into_iter()
            .filter(|kind| types.contains(kind));
        let routed = |kind: &CallType| {
            let mut routes = treatments.routes.iter();
            let all = |route: &OutboundRoute| route.call_types.clone();
            routes.any(|(_, route)| all(route).is_none_or(|types| types.contains(kind)))
        };
        known
            .filter(|kind| !routed(kind))
            .map(|kind| {
                let name = names::call_type(kind);
                format!("no [[defaults.route]] is for {name} calls: they are refused")
            })
            .collect()
    }
}

/// Whether a route fits every call that another fits.
fn covers(one: &OutboundRoute, other: &OutboundRoute) -> bool {
    let begins = |longer: &String| {
        let mut all = one.prefixes.iter().flatten();
        all.any(|prefix| longer.starts_with(prefix.as_str()))
    };
    let prefixes = match (&one.prefixes, &other.prefixes) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(others)) => others.iter().all(begins),
    };
    prefixes
        && holds::<CallType>(one.call_types.as_deref(), other.call_types.as_deref())
        && holds::<Brand>(one.brands.as_deref(), other.brands.as_deref())
        && holds::<Handling>(one.handlings.as_deref(), other.handlings.as_deref())
}

/// Whether one list, of which `None` is all there is, holds another.
fn holds<T: PartialEq>(one: Option<&[T]>, other: Option<&[T]>) -> bool {
    match (one, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(one), Some(other)) => other.iter().all(|value| one.contains(value)),
    }
}
