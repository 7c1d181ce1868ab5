//! All that a runner is built from: lines with their phones, trunks, the back office.

use crate::runtime::{office::Office, station::LineLogic};
use drivers::port::{Port, PortCounters};
use line::{Line, Shared};
use std::{fmt, sync::Arc};
use types::{
    frame::Law,
    id::{LineId, TrunkId},
    settings::CallSettings,
    trunk::TrunkProfile,
};

#[derive(Debug)]
pub struct PlantLine {
    pub id: LineId,
    pub phone: Box<dyn Port>,
    pub settings: CallSettings,
}

#[derive(Debug)]
pub struct PlantTrunk {
    pub profile: TrunkProfile,
    pub port: Box<dyn Port>,
}

/// Makes the object of a line, at the start and after each of its deaths.
pub type MakeLine = Arc<dyn Fn(LineId, Law, CallSettings) -> Box<dyn LineLogic> + Send + Sync>;

/// A plant that does not run yet.
pub struct Plant {
    /// In order of their ids.
    pub lines: Vec<PlantLine>,
    pub trunks: Vec<PlantTrunk>,
    pub office: Box<dyn Office>,
    pub make_line: MakeLine,
    /// What all lines share, to be kept resident; `None` with scripted lines.
    pub shared: Option<Arc<Shared>>,
}

impl Plant {
    pub fn new(
        shared: Arc<Shared>,
        lines: Vec<PlantLine>,
        trunks: Vec<PlantTrunk>,
        office: Box<dyn Office>,
    ) -> Plant {
        let common = Arc::clone(&shared);
        let make_line: MakeLine = Arc::new(move |id, law, settings| {
            Box::new(Line::new(id, law, Arc::clone(&common), settings))
        });
        Plant {
            shared: Some(shared),
            ..Plant::scripted(make_line, lines, trunks, office)
        }
    }

    /// A plant with line objects of the caller's own making.
    pub fn scripted(
        make_line: MakeLine,
        mut lines: Vec<PlantLine>,
        trunks: Vec<PlantTrunk>,
        office: Box<dyn Office>,
    ) -> Plant {
        lines.sort_by_key(|l| l.id);
        Plant {
            lines,
            trunks,
            office,
            make_line,
            shared: None,
        }
    }
}

impl fmt::Debug for Plant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plant")
            .field("lines", &self.lines)
            .field("trunks", &self.trunks)
            .finish_non_exhaustive()
    }
}

/// What is left when a runner is over. A port whose thread never came back is missing.
pub struct Remains {
    pub phones: Vec<(LineId, Box<dyn Port>)>,
    pub trunks: Vec<(TrunkId, Box<dyn Port>)>,
    pub office: Box<dyn Office>,
}

impl Remains {
    /// The counters of each phone's port.
    pub fn phone_counters(&self) -> impl Iterator<Item = (LineId, PortCounters)> + '_ {
        self.phones.iter().map(|(id, port)| (*id, port.counters()))
    }

    pub fn trunk_counters(&self) -> impl Iterator<Item = (TrunkId, PortCounters)> + '_ {
        self.trunks.iter().map(|(id, port)| (*id, port.counters()))
    }
}

impl fmt::Debug for Remains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remains")
            .field("phones", &self.phones)
            .field("trunks", &self.trunks)
            .finish_non_exhaustive()
    }
}
