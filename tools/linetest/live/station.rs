//! Finds the line that is meant and opens its port.

use std::path::Path;

use drivers::{
    dahdi::{
        channel::Role,
        dahdi_port::DahdiPort,
        setup::{Setup, Signalling},
        survey::{Survey, SurveyError, holders},
    },
    port::Port,
    sim::{
        clocked::{Clock, Clocked},
        far_end::{FarEnd, Side},
        sim_port::{Handle, SimPort},
    },
};
use sallyport::site::{Card, Driver, LineWire, Site, TrunkWire, trunk_role};
use types::{
    frame::{FRAME, Law},
    tick::Tick,
    trunk::{TrunkProfile, TrunkSignalling},
};

use super::{
    digital::{ClearPort, DigitalLoop},
    far::{Kind, TestLine},
    options::Place,
    profile,
    simulation::{FARS, Simulation, simulation, telephone},
    trouble::Trouble,
    wires::Wires,
};

/// Blocks of our own queue on a clear channel.
pub(crate) const SLACK: usize = 2;

/// What a port is towards its far end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// It feeds a telephone.
    Phone,
    Trunk,
    /// A digital channel without a hook.
    Clear,
}

/// The time that a port lives in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Time {
    Virtual(Tick),
    Real(Clock),
}

/// A line that was found, and its port.
pub(crate) struct Station {
    pub name: String,
    pub port: Box<dyn Port>,
    pub part: Part,
    /// DAHDI has it as loop start, and so tells no loop break.
    pub hides_loop_breaks: bool,
    /// How it signals, if it is a trunk.
    pub profile: TrunkProfile,
    pub time: Time,
    /// Samples that our own queue adds to a round trip.
    pub turnaround: usize,
    pub country: Box<tonetables::Country>,
    /// The simulated far end's evidence.
    pub witness: Option<Handle>,
    pub wires: Wires,
}

/// Opens the one line that `place` names.
pub(crate) fn open(place: &Place) -> Result<Station, Trouble> {
    if let Some(far) = &place.sim {
        return simulated(far, place);
    }
    if let Some(number) = place.channel {
        let country = country(place, "us")?;
        let signalled = place.signalling.map(|kind| profile::of(kind, place.mf));
        let name = format!("DAHDI channel {number}");
        let card = Card::default();
        return dahdi(&name, number, place.law, signalled, &card, country);
    }
    let Some(file) = &place.site else {
        return Err(Trouble::Usage(
            "which line? --site FILE with --trunk ID or --line ID, --channel N, or --sim FAR"
                .into(),
        ));
    };
    let site = site(file)?;
    let wire = match (place.trunk, place.line) {
        (Some(id), _) => trunk(&site, id)?,
        (None, Some(id)) => phone(&site, id)?,
        (None, None) => {
            return Err(Trouble::Usage(
                "which line of the site? --trunk ID or --line ID".into(),
            ));
        }
    };
    of_site(&site, place, &wire)
}

pub(crate) fn site(file: &Path) -> Result<Site, Trouble> {
    Site::load(file).map_err(|errors| Trouble::Said(errors.to_string()))
}

/// A line of a site as it is wired.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub name: String,
    channel: u16,
    law: Law,
    /// Of a trunk.
    profile: Option<TrunkProfile>,
    card: Card,
}

impl Wire {
    pub fn trunk(wire: &TrunkWire) -> Wire {
        Wire {
            name: format!("trunk {}", wire.profile.id.0),
            channel: wire.channel,
            law: wire.profile.law,
            profile: Some(wire.profile),
            card: wire.card,
        }
    }

    pub fn phone(wire: &LineWire) -> Wire {
        Wire {
            name: match wire.name.as_str() {
                "" => format!("phone {}", wire.id.0),
                name => format!("phone {} \"{name}\"", wire.id.0),
            },
            channel: wire.channel,
            law: wire.law,
            profile: None,
            card: wire.card,
        }
    }
}

/// A line of a site, by what the site's driver is.
pub(crate) fn of_site(site: &Site, place: &Place, wire: &Wire) -> Result<Station, Trouble> {
    let country = country(place, &site.country)?;
    let (name, channel) = (&wire.name, wire.channel);
    match site.driver {
        Driver::Dahdi => {
            let name = format!("{name} (DAHDI channel {channel})");
            let card = measured(&name, place, wire.card);
            dahdi(&name, channel, Some(wire.law), wire.profile, &card, country)
        }
        Driver::Sim => {
            let place = Place {
                law: Some(wire.law),
                country: Some(site.country.clone()),
                ..place.clone()
            };
            let mut sim = simulation("exchange")?;
            let station = match wire.profile {
                None => on_copper(telephone(), &sim, &place)?,
                Some(profile) => {
                    sim.profile = profile;
                    on_copper(sim.exchange(), &sim, &place)?
                }
            };
            Ok(Station {
                name: format!("{name} (simulated)"),
                ..station
            })
        }
    }
}

/// The DAHDI channel that is meant, where another program has it open.
pub(crate) fn in_use(place: &Place) -> Result<Option<u16>, Trouble> {
    let number = match (place.channel, &place.site) {
        (Some(number), _) => number,
        (None, Some(file)) => {
            let site = site(file)?;
            if site.driver != Driver::Dahdi {
                return Ok(None);
            }
            match (place.trunk, place.line) {
                (Some(id), _) => trunk(&site, id)?.channel,
                (None, Some(id)) => phone(&site, id)?.channel,
                (None, None) => return Ok(None),
            }
        }
        (None, None) => return Ok(None),
    };
    let survey = survey()?;
    let (_, found) = survey.channel(number).ok_or(Trouble::NoChannel(number))?;
    Ok(found.in_use.then_some(number))
}

fn trunk(site: &Site, id: u16) -> Result<Wire, Trouble> {
    let found = site.trunks.iter().find(|wire| wire.profile.id.0 == id);
    let known = || {
        site.trunks
            .iter()
            .map(|wire| wire.profile.id.0.to_string())
            .collect()
    };
    let wire = found.ok_or_else(|| absent("trunk", id, known()))?;
    Ok(Wire::trunk(wire))
}

fn phone(site: &Site, id: u16) -> Result<Wire, Trouble> {
    let found = site.lines.iter().find(|wire| wire.id.0 == id);
    let known = || {
        site.lines
            .iter()
            .map(|wire| wire.id.0.to_string())
            .collect()
    };
    let wire = found.ok_or_else(|| absent("line", id, known()))?;
    Ok(Wire::phone(wire))
}

fn absent(what: &str, id: u16, known: Vec<String>) -> Trouble {
    Trouble::Said(format!(
        "the site has no {what} {id}; there are {}",
        known.join(", ")
    ))
}

/// The country of a line: what is said, else its site's, else North America.
pub(crate) fn country_of(place: &Place) -> Result<String, Trouble> {
    let code = match (&place.country, &place.site) {
        (Some(code), _) => code.clone(),
        (None, Some(file)) => site(file)?.country,
        (None, None) => "us".to_owned(),
    };
    Ok(code.to_ascii_lowercase())
}

fn country(place: &Place, usual: &str) -> Result<Box<tonetables::Country>, Trouble> {
    let code = place
        .country
        .as_deref()
        .unwrap_or(usual)
        .to_ascii_lowercase();
    let known: Vec<_> = tonetables::codes().collect();
    if !known.contains(&code.as_str()) {
        let what = format!("no such country; there are {}", known.join(", "));
        return Err(Trouble::Usage(what));
    }
    let loaded = tonetables::load(&code).map_err(|error| Trouble::Said(error.to_string()))?;
    Ok(Box::new(loaded))
}

/// What DAHDI has, or why that can't be said.
pub(crate) fn survey() -> Result<Survey, Trouble> {
    Survey::take().map_err(|error| match error {
        SurveyError::NotLoaded => Trouble::NoDahdi,
        SurveyError::Denied { .. } => Trouble::Denied,
        error => Trouble::Said(error.to_string()),
    })
}

/// A card as it is measured: set up as the controller has it, so that levels are what that hears. A
/// canceller would take away what is sent to come back.
fn measured(name: &str, place: &Place, card: Card) -> Card {
    let mut card = card;
    if place.hears_itself && card.setup.echo_taps > 0 {
        card.setup.echo_taps = 0;
        super::say(&format!("{name}: its echo canceller is off meanwhile"));
    }
    card
}

fn dahdi(
    name: &str,
    number: u16,
    law: Option<Law>,
    signalled: Option<TrunkProfile>,
    card: &Card,
    country: Box<tonetables::Country>,
) -> Result<Station, Trouble> {
    let failed = |error| Trouble::Port {
        line: name.to_owned(),
        error,
        holders: holders(),
    };
    let survey = survey()?;
    let (_, found) = survey.channel(number).ok_or(Trouble::NoChannel(number))?;
    let (signalling, law) = (found.signalling, law.unwrap_or(found.law));
    if let [first, .., last] = survey.bundle(number)[..] {
        return Err(Trouble::Bundled { first, last });
    }
    // It is measured as it is configured, not only as it should be.
    let setup = Setup {
        signalling: None,
        ..card.setup
    };
    say_difference(name, card.setup.signalling, signalling);
    let open = |role| -> Result<Box<dyn Port>, Trouble> {
        let port = DahdiPort::new(card.wiring(number, role, law));
        let port = port.and_then(|port| port.with_setup(setup).open_now());
        Ok(Box::new(port.map_err(failed)?))
    };
    let mut profile = signalled.unwrap_or(profile::of(TrunkSignalling::LoopStart, false));
    let (part, port): (Part, Box<dyn Port>) = if signalling.feeds() {
        (Part::Phone, open(Role::Feeds)?)
    } else if signalling.is_fed() {
        profile.signalling = match signalling {
            Signalling::FXSKS => TrunkSignalling::KewlStart,
            _ => TrunkSignalling::LoopStart,
        };
        (Part::Trunk, open(Role::IsFed)?)
    } else if signalling == Signalling::CAS {
        signalled.ok_or_else(|| which_signalling(name))?;
        (Part::Trunk, open(trunk_role(profile.signalling))?)
    } else if signalling == Signalling::CLEAR {
        let port = ClearPort::open(number, law).map_err(failed)?;
        (Part::Clear, Box::new(port))
    } else {
        return Err(unsupported(name, number, signalling));
    };
    Ok(Station {
        name: format!("{name}, {}", signalling.name()),
        port,
        part,
        hides_loop_breaks: signalling == Signalling::FXSLS,
        profile,
        time: Time::Real(Clock::starting_now()),
        turnaround: usize::from(card.slack) * FRAME,
        country,
        witness: None,
        wires: match signalling {
            Signalling::CAS => Wires::Channel(number),
            _ => Wires::None,
        },
    })
}

/// The site file and DAHDI do not agree.
fn say_difference(name: &str, wanted: Option<Signalling>, found: Signalling) {
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        super::say(&format!(
            "{name} is to be {} by the site file and is {}: \"sallyport check\" says what to change",
            wanted.name(),
            found.name()
        ));
    }
}

fn which_signalling(name: &str) -> Trouble {
    let kinds: Vec<&str> = profile::KINDS.iter().map(|(kind, _)| *kind).collect();
    Trouble::Said(format!(
        "{name} passes signalling bits on (cas): say with --signalling what they mean ({}), or name the \
         trunk of a site file",
        kinds.join(", ")
    ))
}

fn unsupported(name: &str, number: u16, signalling: Signalling) -> Trouble {
    if signalling == Signalling::EM {
        return Trouble::Said(format!(
            "{name} is configured as e&m, the kernel's own E&M, which keeps winks and their times to \
             itself; write `cas={number}:0000` into /etc/dahdi/system.conf instead, do: dahdi_cfg, and \
             say with --signalling how the far end starts (em-wink, em-immediate, em-delay-dial)"
        ));
    }
    Trouble::Said(format!(
        "{name} is {}: linetest measures on handset ports (fxo...), two-wire trunks (fxs...), trunks \
         signalled by bits (cas) and clear channels",
        match signalling {
            Signalling::NONE => "not configured".to_owned(),
            other => format!("configured as {}", other.name()),
        }
    ))
}

fn simulated(text: &str, place: &Place) -> Result<Station, Trouble> {
    let mut sim = simulation(text)?;
    if place.mf {
        sim.profile = profile::of(sim.profile.signalling, true);
    }
    let test = |kind, side| TestLine::new(kind, side);
    match sim.far.as_str() {
        "loopback" => on_copper(test(Kind::Loopback, Side::Trunk), &sim, place),
        "phone-loopback" => on_copper(test(Kind::Loopback, Side::Phone), &sim, place),
        "milliwatt" => on_copper(test(Kind::Milliwatt, Side::Trunk), &sim, place),
        "quiet" => on_copper(test(Kind::Quiet, Side::Trunk), &sim, place),
        "exchange" => on_copper(sim.exchange(), &sim, place),
        _ if sim.profile.signalling != TrunkSignalling::LoopStart => {
            on_copper(sim.exchange(), &sim, place)
        }
        "phone" => on_copper(telephone(), &sim, place),
        "digital" => Ok(Station {
            name: "simulated digital loop".into(),
            port: Box::new(DigitalLoop::new(sim.faults)),
            part: Part::Clear,
            hides_loop_breaks: false,
            profile: sim.profile,
            time: Time::Virtual(Tick::ZERO),
            turnaround: FRAME,
            country: country(place, "us")?,
            witness: None,
            wires: Wires::None,
        }),
        other => Err(Trouble::Usage(format!(
            "--sim: no far end {other:?}; there are {FARS}"
        ))),
    }
}

fn on_copper<F: FarEnd + 'static>(
    far: F,
    sim: &Simulation,
    place: &Place,
) -> Result<Station, Trouble> {
    let part = match far.side() {
        Side::Phone => Part::Phone,
        Side::Trunk => Part::Trunk,
    };
    let name = format!("simulated {}", sim.far);
    let wires = match part {
        Part::Trunk => Wires::simulated(sim.profile.signalling),
        _ => Wires::None,
    };
    let port = SimPort::new(far, sim.copper, place.law.unwrap_or(Law::Mu), 1, 0);
    let port = match wires {
        Wires::None => port,
        _ => port.digital(),
    };
    let witness = Some(port.handle());
    let (time, port): (Time, Box<dyn Port>) = if place.real_time {
        let clock = Clock::starting_now();
        let clocked = Clocked::new(port, clock).map_err(|error| Trouble::Port {
            line: name.clone(),
            error,
            holders: Vec::new(),
        })?;
        (Time::Real(clock), Box::new(clocked))
    } else {
        (Time::Virtual(Tick::ZERO), Box::new(port))
    };
    Ok(Station {
        name,
        port,
        part,
        hides_loop_breaks: false,
        profile: sim.profile,
        time,
        turnaround: FRAME,
        country: country(place, "us")?,
        witness,
        wires,
    })
}
