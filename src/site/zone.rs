//! The kernel's tone zone against the site: where it matters, and where it does not.

use drivers::dahdi::{channel::Role, tone_zone::ToneZone};
use types::trunk::Outpulsing;

use super::{Site, card::trunk_role};

/// What was found, in words. Another zone than the site's country harms no call.
pub(super) fn found(site: &Site, zone: ToneZone) -> String {
    const OWN: &str = "the controller makes its own tones and digits";
    let country = &site.country;
    match (zone, zone.name()) {
        (ToneZone::NotLoaded, _) => format!(
            "tone zone: none is loaded; {OWN}, but the kernel rings no telephone (`linetest ring`) \
             without one"
        ),
        (_, Some(name)) if ToneZone::of(country) == Some(name) => format!("tone zone: {name}"),
        (ToneZone::Loaded(number), name) => {
            let name = name.map_or_else(|| format!("number {number}"), str::to_owned);
            format!(
                "tone zone: {name}, not {country}; that harms no call, as {OWN}: only \
                 `linetest ring` rings in its cadence"
            )
        }
    }
}

/// What is to be changed: the kernel opens and closes the loop for pulses only once it has a zone.
pub(super) fn wanting(site: &Site, zone: ToneZone) -> Option<String> {
    let by_the_kernel = site.trunks.iter().filter(|wire| {
        let profile = &wire.profile;
        profile.outpulsing == Outpulsing::Pulse && trunk_role(profile.signalling) == Role::IsFed
    });
    let trunks: Vec<String> = by_the_kernel
        .map(|wire| wire.profile.id.to_string())
        .collect();
    if zone != ToneZone::NotLoaded || trunks.is_empty() {
        return None;
    }
    let name = ToneZone::of(&site.country).unwrap_or("us");
    Some(format!(
        "no tone zone is loaded, without which the kernel sends no dial pulses (`outpulsing` of trunk \
         {}); write `loadzone={name}` and `defaultzone={name}` into /etc/dahdi/system.conf and do: \
         dahdi_cfg",
        trunks.join(", ")
    ))
}
