//! The two ways to let a demonstration run: on the real clock, and on virtual time.

use std::{any::Any, path::PathBuf, time::Duration};

use crossbeam_channel::Receiver;
use drivers::port::PortCounters;
use slog::{Logger, warn};
use types::{
    call_record::{CallRecord, Recorded},
    fact::FactAt,
    query::LineCommand,
    tick::{Tick, Ticks},
};

use crate::{
    records::Recorder,
    runtime::{
        clock::Clock,
        gauges::Gauges,
        notice::{Notice, PortName},
        office::Office,
        plant::{Plant, Remains},
        recording::{Finished, Recording as _, Spell},
        threads::{
            Controller, LineDoor, OfficeDoor, ThreadOptions,
            hub::{Audience, Subscription},
        },
        virtual_time::{World, WorldOptions},
    },
    site::SiteOffice,
};

/// Facts that may wait for the one thread that tells them.
const FACTS: usize = 65_536;
/// On virtual time, lines that were cut get this long: for their words, and a little more.
const LAST_CALLS: Ticks = Ticks::secs(10);

/// A plant at work.
pub trait Runner {
    fn now(&self) -> Tick;

    /// Lets this much time pass; what happened in it.
    fn advance(&mut self, length: Ticks) -> Vec<FactAt>;

    /// What failed without which no call can be served as it must be.
    fn failed(&self) -> Option<&'static str> {
        None
    }

    /// The records of all calls that are over.
    fn ended(&mut self) -> Vec<CallRecord>;

    /// Gives calls `grace` to end by themselves, cuts the rest, and ends every record.
    fn finish(self: Box<Self>, grace: Ticks) -> Outcome;
}

/// What is left when it is over.
#[derive(Debug)]
pub struct Outcome {
    /// Facts that nobody had taken yet.
    pub facts: Vec<FactAt>,
    pub records: Vec<CallRecord>,
    pub recordings: Vec<Finished>,
    /// `None` on virtual time, where no frame can be late.
    pub frames: Option<Frames>,
    /// What each port counted; one whose thread never came back is missing.
    pub ports: Vec<(PortName, PortCounters)>,
}

/// How late frames were handled, over all lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Frames {
    pub handled: u64,
    pub late: u64,
    pub worst: Ticks,
    /// Of the worst line.
    pub p999: Ticks,
}

impl Frames {
    fn of<'a>(gauges: impl Iterator<Item = &'a Gauges>) -> Frames {
        gauges.fold(Frames::default(), |all, line| {
            let worst = line.lateness.worst();
            Frames {
                handled: all.handled + line.counts.frames.get(),
                late: all.late + line.lateness.late(),
                worst: all.worst.max(worst),
                // A bucket's bound can lie above the worst in it.
                p999: all.p999.max(line.lateness.p999().min(worst)),
            }
        })
    }
}

/// Threads on the real clock.
#[derive(Debug)]
pub struct Live {
    controller: Controller,
    facts: Subscription<FactAt>,
    notices: Receiver<Notice>,
    log: Logger,
}

impl Live {
    /// `clock` is the one that the plant's ports keep as well.
    pub fn start(
        plant: Plant,
        clock: Clock,
        record: Option<PathBuf>,
        log: Logger,
    ) -> anyhow::Result<Live> {
        let plant = match record {
            None => plant,
            Some(into) => plant.recorded_by(Recorder::plan(&into, log.clone())?),
        };
        let options = ThreadOptions {
            clock,
            ..ThreadOptions::default()
        };
        let mut audience = Audience::default();
        let facts = audience.facts(FACTS);
        let controller = Controller::start(plant, options, audience)?;
        Ok(Live {
            facts,
            notices: controller.notices(),
            controller,
            log,
        })
    }

    /// Lines take no new call, or end those they have, while time goes on as before.
    pub fn wind_down(&self, cut: bool) {
        self.controller.wind_down(cut);
    }

    /// A way to the lines for a thread of its own.
    pub fn line_door(&self) -> LineDoor {
        self.controller.line_door()
    }

    /// A way to the back office beside the lines.
    pub fn office_door(&self) -> OfficeDoor {
        self.controller.office_door()
    }

    /// Whether no call is left; or no line, when they were cut.
    pub fn is_wound_down(&self, cut: bool) -> bool {
        self.controller.is_wound_down(cut)
    }
}

/// What the operator is to know goes to the log.
fn tell_notices(notices: &Receiver<Notice>, log: &Logger) {
    for notice in notices.try_iter() {
        warn!(log, "{}", notice);
    }
}

impl Runner for Live {
    fn now(&self) -> Tick {
        self.controller.clock().now()
    }

    fn advance(&mut self, length: Ticks) -> Vec<FactAt> {
        let until = self.now() + length;
        let mut facts = Vec::new();
        loop {
            let left = until.since(self.now());
            if left == Ticks::ZERO {
                break;
            }
            match self
                .facts
                .receiver
                .recv_timeout(Duration::from_micros(left.0 * 125))
            {
                Ok(fact) => facts.push(fact),
                Err(_) => break,
            }
        }
        tell_notices(&self.notices, &self.log);
        facts
    }

    fn failed(&self) -> Option<&'static str> {
        self.controller.failed()
    }

    fn ended(&mut self) -> Vec<CallRecord> {
        let records = self.controller.office(|office, _| ended(office));
        records.unwrap_or_else(|error| {
            warn!(self.log, "records can't be read"; "why" => %error);
            Vec::new()
        })
    }

    fn finish(self: Box<Self>, grace: Ticks) -> Outcome {
        let frames = Frames::of(self.controller.gauges());
        let notices = self.notices.clone();
        let mut remains = self.controller.stop(Duration::from_millis(grace.as_ms()));
        let recordings = std::mem::take(&mut remains.recordings);
        let facts = self.facts.receiver.try_iter().collect();
        tell_notices(&notices, &self.log);
        Outcome {
            facts,
            ports: ports(&remains),
            records: last_records(remains),
            recordings,
            frames: Some(frames),
        }
    }
}

/// One thread on virtual time.
#[derive(Debug)]
pub struct Virtual {
    world: World,
    /// Facts and tap entries that were taken already.
    facts: usize,
    tap: usize,
    lines: Vec<types::id::LineId>,
    recorder: Option<Recorder>,
    recordings: Vec<Finished>,
    spell: Spell,
    /// The recorder's last write failed.
    broken: bool,
    log: Logger,
}

impl Virtual {
    pub fn start(
        plant: Plant,
        options: WorldOptions,
        record: Option<PathBuf>,
        log: Logger,
    ) -> anyhow::Result<Virtual> {
        let options = WorldOptions {
            keep_tap: record.is_some(),
            ..options
        };
        Ok(Virtual {
            lines: plant.lines.iter().map(|line| line.id).collect(),
            recorder: record
                .map(|into| Recorder::new(&into, log.clone()))
                .transpose()?,
            recordings: Vec::new(),
            spell: Spell::default(),
            broken: false,
            log,
            world: World::new(plant, options),
            facts: 0,
            tap: 0,
        })
    }

    fn take(&mut self) -> Vec<FactAt> {
        let story = self.world.story();
        if let Some(recorder) = &mut self.recorder {
            story.tap[self.tap..]
                .iter()
                .for_each(|entry| recorder.take(entry));
        }
        self.note_recordings();
        let story = self.world.story();
        let facts = story.facts[self.facts..].to_vec();
        (self.facts, self.tap) = (story.facts.len(), story.tap.len());
        facts
    }
}

impl Virtual {
    /// What the recorder's own threads do on the real clock.
    fn note_recordings(&mut self) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let now = self.world.now();
        let office = self.world.office();
        let mut outcome = recorder.take_outcome();
        if outcome.is_none() && self.broken {
            let tried = recorder.try_disk();
            outcome = Some(tried.map_err(|error| error.to_string()));
        }
        if let Some(outcome) = outcome {
            self.broken = outcome.is_err();
            office.recorder(!self.broken);
            if let Some(notice) = self.spell.look(now, outcome.err(), 0) {
                warn!(self.log, "{}", notice);
            }
        }
        let finished = recorder.take_finished();
        let recorded: Vec<Recorded> = finished.iter().map(|f| f.recorded).collect();
        // The log has heard why it can't be stored.
        office.recorded(now, &recorded);
        self.recordings.extend(finished);
    }
}

impl Runner for Virtual {
    fn now(&self) -> Tick {
        self.world.now()
    }

    fn advance(&mut self, length: Ticks) -> Vec<FactAt> {
        self.world.run_until(self.world.now() + length);
        self.take()
    }

    fn ended(&mut self) -> Vec<CallRecord> {
        ended(self.world.office())
    }

    fn finish(mut self: Box<Self>, grace: Ticks) -> Outcome {
        for (cut, length) in [(false, grace), (true, LAST_CALLS)] {
            for &line in &self.lines {
                self.world.command(line, LineCommand::Stop { cut });
            }
            let limit = self.world.now() + length;
            let over = |world: &World| {
                if cut {
                    world.is_stopped()
                } else {
                    world.is_quiet()
                }
            };
            self.world.run_while(|world| !over(world), limit);
        }
        // The ends of the last calls are still on their way to the disk.
        self.world.run_until(self.world.now() + Ticks::secs(1));
        let facts = self.take();
        if let Some(recorder) = &mut self.recorder {
            recorder.finish();
        }
        self.note_recordings();
        let recordings = self.recordings;
        let (remains, _) = self.world.finish();
        Outcome {
            facts,
            ports: ports(&remains),
            records: last_records(remains),
            recordings,
            frames: None,
        }
    }
}

fn ports(remains: &Remains) -> Vec<(PortName, PortCounters)> {
    let phones = remains.phone_counters();
    let phones = phones.map(|(line, counters)| (PortName::Phone(line), counters));
    let trunks = remains.trunk_counters();
    let trunks = trunks.map(|(trunk, counters)| (PortName::Trunk(trunk), counters));
    phones.chain(trunks).collect()
}

/// The records of calls that are over.
fn ended(office: &mut dyn Office) -> Vec<CallRecord> {
    let office = SiteOffice::of(office).expect("the plant was built with a site's office");
    let records = office.records_since(i64::MIN).unwrap_or_default();
    records
        .into_iter()
        .filter(|record| record.ended_utc_ms.is_some())
        .collect()
}

/// All records, from the database that nobody else uses any more. The ports are dropped, which
/// gives their far ends' transcripts free.
fn last_records(remains: Remains) -> Vec<CallRecord> {
    let Some(office) = remains.office else {
        return Vec::new();
    };
    let office: Box<dyn Any> = office;
    match office.downcast::<SiteOffice>() {
        Ok(office) => office.records_since(i64::MIN).unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}
