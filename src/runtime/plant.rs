//! All that a runner is built from: lines with their phones, trunks, the back office.

use crate::runtime::{
    office::Office,
    recording::{Finished, RecorderPlan},
    station::{LineLogic, Station},
};
use drivers::port::{Port, PortCounters};
use line::{Line, Shared};
use std::{fmt, sync::Arc};
use types::{
    frame::Law,
    id::{LineId, TrunkId},
    settings::CallSettings,
    trunk::TrunkProfile,
};

/// A phone and its settings.
#[derive(Debug)]
pub struct PlantLine {
    pub id: LineId,
    pub phone: Box<dyn Port>,
    /// A trunk of the phone's own, which never leaves its line, instead of the shared ones.
    pub own_trunk: Option<PlantTrunk>,
    pub settings: CallSettings,
}

/// A trunk and its port.
#[derive(Debug)]
pub struct PlantTrunk {
    pub profile: TrunkProfile,
    pub port: Box<dyn Port>,
}

/// What a line object is made from.
#[derive(Clone, Debug)]
pub struct LineTraits {
    pub id: LineId,
    pub law: Law,
    pub own_trunk: Option<TrunkProfile>,
    pub settings: CallSettings,
}

impl PlantLine {
    pub fn traits(&self) -> LineTraits {
        LineTraits {
            id: self.id,
            law: self.phone.law(),
            own_trunk: self.own_trunk.as_ref().map(|trunk| trunk.profile),
            settings: self.settings.clone(),
        }
    }
}

/// Makes the object of a line, at the start and after each of its deaths.
pub type MakeLine = Arc<dyn Fn(LineTraits) -> Box<dyn LineLogic> + Send + Sync>;

/// A plant that does not run yet.
pub struct Plant {
    /// In order of their ids.
    pub lines: Vec<PlantLine>,
    pub trunks: Vec<PlantTrunk>,
    pub office: Box<dyn Office>,
    pub make_line: MakeLine,
    /// What all lines share, to be kept resident; `None` with scripted lines.
    pub shared: Option<Arc<Shared>>,
    /// `None` where nothing is recorded. On virtual time whoever runs it records.
    pub recorder: Option<RecorderPlan>,
}

impl Plant {
    pub fn new(
        shared: Arc<Shared>,
        lines: Vec<PlantLine>,
        trunks: Vec<PlantTrunk>,
        office: Box<dyn Office>,
    ) -> Plant {
        let common = Arc::clone(&shared);
        let make_line: MakeLine = Arc::new(move |of| {
            let line = Line::new(of.id, of.law, Arc::clone(&common), of.settings);
            Box::new(match of.own_trunk {
                Some(profile) => line.with_own_trunk(profile),
                None => line,
            })
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
            recorder: None,
        }
    }

    pub fn recorded_by(mut self, recorder: RecorderPlan) -> Plant {
        self.recorder = Some(recorder);
        self
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
    /// `None` when its thread failed: the next start finishes what it left.
    pub office: Option<Box<dyn Office>>,
    /// On the real clock, if the recorder came to its end.
    pub recordings: Vec<Finished>,
}

impl Remains {
    /// Of stations that are over, the shared trunks, and the back office.
    pub(crate) fn of(
        stations: impl Iterator<Item = Station>,
        shared_trunks: Vec<(TrunkId, Box<dyn Port>)>,
        office: Option<Box<dyn Office>>,
        recordings: Vec<Finished>,
    ) -> Remains {
        let mut remains = Remains {
            phones: Vec::new(),
            trunks: shared_trunks,
            office,
            recordings,
        };
        for station in stations {
            let id = station.id();
            let (phone, own_trunk) = station.into_ports();
            remains.phones.push((id, phone));
            remains.trunks.extend(own_trunk);
        }
        remains.phones.sort_by_key(|(id, _)| *id);
        remains.trunks.sort_by_key(|(id, _)| *id);
        remains
    }

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
