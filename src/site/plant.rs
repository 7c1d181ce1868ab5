//! From a site to what a runner is built from.

use std::sync::Arc;

use anyhow::Context as _;
use backoffice::{Anchor, BackOffice};
use drivers::{
    dahdi::{channel::Role, dahdi_port::DahdiPort},
    port::Port,
    sim::{
        clocked::{Clock, Clocked},
        copper::Copper,
        exchange::{line::ExchangeLine, routes::Routes},
        handset::HandsetScript,
        sim_port::{Handle, SimPort},
    },
};
use line::Shared;
use slog::Logger;
use types::id::{LineId, TrunkId};

use super::{Card, LineWire, Site, SiteOffice, TrunkWire, trunk_role};
use crate::runtime::plant::{Plant, PlantLine, PlantTrunk};

/// What simulated people and a simulated exchange do at a site.
pub struct Parties<'a> {
    pub handset: &'a dyn Fn(&LineWire) -> HandsetScript,
    pub exchange: &'a dyn Fn(&TrunkWire) -> ExchangeLine,
    pub routes: Arc<Routes>,
    pub seed: u64,
    /// The real clock; without one the plant is for virtual time.
    pub clock: Option<Clock>,
}

/// A plant of simulated ports, with handles to look at their far ends.
#[derive(Debug)]
pub struct SimPlant {
    pub plant: Plant,
    pub phones: Vec<(LineId, Handle)>,
    pub trunks: Vec<(TrunkId, Handle)>,
}

impl std::fmt::Debug for Parties<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parties")
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// What the file asks for and this version can't do yet.
    pub fn not_yet(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let country = tonetables::load(&self.country);
        if country.is_ok_and(|country| !country.has_dial_plan()) {
            let with = tonetables::codes_with_dial_plan().collect::<Vec<_>>();
            missing.push(format!(
                "`site.country` is \"{}\": its tones are known, its dial plan is not yet, so \
                 that no number could be dialed; there are dial plans of {}",
                self.country,
                with.join(", ")
            ));
        }
        missing
    }

    /// The prompts, tones and dial plan that all lines share.
    pub fn shared(&self) -> anyhow::Result<Arc<Shared>> {
        let country = tonetables::load(&self.country)?;
        let area = (!self.area_code.is_empty()).then(|| self.area_code.as_str());
        let speech = speech::Speech::load(&self.languages, self.prompts.as_deref())
            .context("the prompts")?;
        Ok(Arc::new(Shared {
            dial_plan: country.dial_plan(area),
            plan: country.tones,
            speech,
            echo_tail: self.echo_tail,
        }))
    }

    /// Opens the site's database, and makes it where there is none.
    pub fn open_office(
        &self,
        shared: &Shared,
        anchor: Anchor,
        log: Logger,
    ) -> anyhow::Result<SiteOffice> {
        let config = self.office_config(Arc::new(shared.dial_plan.clone()), anchor);
        let office = BackOffice::open(&self.data, config)?;
        Ok(SiteOffice::new(office, log))
    }

    /// All phones and trunks of the site as simulated ports.
    pub fn sim_plant(
        &self,
        shared: Arc<Shared>,
        office: SiteOffice,
        parties: &Parties<'_>,
    ) -> anyhow::Result<SimPlant> {
        let mut trunks = Vec::new();
        let mut phones = Vec::new();
        let plant = self.plant(
            shared,
            office,
            |wire| {
                let seed = parties.seed ^ u64::from(wire.id.0);
                let script = (parties.handset)(wire);
                let port = SimPort::handset(script, Copper::default(), wire.law, seed, 0);
                phones.push((wire.id, port.handle()));
                on_clock(port, parties.clock)
            },
            |wire| {
                let id = wire.profile.id;
                let seed = parties.seed ^ u64::from(id.0) << 16;
                let line = (parties.exchange)(wire);
                let routes = Arc::clone(&parties.routes);
                let law = wire.profile.law;
                let port = SimPort::trunk(line, routes, Copper::default(), law, seed, 0);
                trunks.push((id, port.handle()));
                on_clock(port, parties.clock)
            },
        )?;
        Ok(SimPlant {
            plant,
            phones,
            trunks,
        })
    }

    /// All phones and trunks of the site as channels of telephone cards. They are opened when
    /// they are first used, and again after they failed.
    pub fn card_plant(&self, shared: Arc<Shared>, office: SiteOffice) -> anyhow::Result<Plant> {
        let open = |card: &Card, channel, role, law| -> anyhow::Result<Box<dyn Port>> {
            let port = DahdiPort::new(card.wiring(channel, role, law));
            let port = port.with_context(|| format!("channel {channel}"))?;
            Ok(Box::new(port.with_setup(card.setup)))
        };
        self.plant(
            shared,
            office,
            |wire| open(&wire.card, wire.channel, Role::Feeds, wire.law),
            |wire| {
                let role = trunk_role(wire.profile.signalling);
                open(&wire.card, wire.channel, role, wire.profile.law)
            },
        )
    }

    fn plant(
        &self,
        shared: Arc<Shared>,
        office: SiteOffice,
        mut phone: impl FnMut(&LineWire) -> anyhow::Result<Box<dyn Port>>,
        mut trunk: impl FnMut(&TrunkWire) -> anyhow::Result<Box<dyn Port>>,
    ) -> anyhow::Result<Plant> {
        let mut trunks = Vec::new();
        for wire in &self.trunks {
            let port = trunk(wire)?;
            let profile = wire.profile;
            trunks.push((wire.line, PlantTrunk { profile, port }));
        }
        let mut lines = Vec::new();
        let now = office.office().anchored_at();
        for wire in &self.lines {
            let own = trunks.iter().position(|(line, _)| *line == Some(wire.id));
            lines.push(PlantLine {
                id: wire.id,
                phone: phone(wire)?,
                own_trunk: own.map(|at| trunks.remove(at).1),
                settings: office.office().settings(now, wire.id)?,
            });
        }
        let trunks = trunks.into_iter().map(|(_, trunk)| trunk).collect();
        Ok(Plant::new(shared, lines, trunks, Box::new(office)))
    }
}

fn on_clock<F>(port: SimPort<F>, clock: Option<Clock>) -> anyhow::Result<Box<dyn Port>>
where
    F: drivers::sim::far_end::FarEnd + 'static,
{
    Ok(match clock {
        Some(clock) => Box::new(Clocked::new(port, clock).context("a timer for a simulated port")?),
        None => Box::new(port),
    })
}
