//! The demonstration: a sample site on simulated parties, told as a story and a board, on the
//! real clock or on virtual time.

mod board;
mod ending;
mod runner;
mod sample;
pub mod scripts;
pub mod story;

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use backoffice::Anchor;
use drivers::sim::{clocked, exchange::line::ExchangeLine, sim_port::Handle};
use line::Shared;
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike as _},
};
use slog::Logger;
use types::{
    call_record::CallRecord,
    fact::{Fact, FactAt},
    id::{CallId, LineId},
    tick::{Tick, Ticks},
};

use crate::{
    control::{Office, Request},
    records,
    runtime::{
        clock::{Clock, utc_ms},
        virtual_time::WorldOptions,
    },
    site::{Parties, SimPlant, Site},
};

use story::Story;

pub use runner::{Frames, Live, Outcome, Runner, Virtual};
pub use sample::site_text;

/// The line that is followed.
pub const FOLLOWED: LineId = LineId(1);
/// Records are looked for, and the board is drawn, this often.
const SLICE: Ticks = Ticks::ms(100);

/// When a demonstration on virtual time begins: 2026-01-05 10:00 at the sample site.
const VIRTUAL_START: i64 = 1_767_625_200_000;

/// What was asked for on the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    pub phones: u16,
    pub seconds: u32,
    pub seed: u64,
    /// Where recordings go; `None` is a new directory of temporary files.
    pub record: Option<PathBuf>,
    /// On virtual time.
    pub fast: bool,
    /// Only records, as lines of JSON.
    pub json: bool,
}

/// A demonstration that is about to begin.
struct Demo {
    options: Options,
    log: Logger,
    site: Site,
    shared: Arc<Shared>,
    runner: Box<dyn Runner>,
    /// The followed phone, and all trunks.
    phone: Option<Handle>,
    trunks: Vec<(types::id::TrunkId, Handle)>,
    /// The real clock, and when the first call could begin on it.
    clock: Clock,
    began: Tick,
    /// What the processor had done by then.
    cpu_before: Duration,
    /// Holds the database as long as it is needed.
    _database: tempfile::TempDir,
}

/// Runs the demonstration until its time is over or `stop` is set.
pub fn run(options: Options, stop: &AtomicBool, log: &Logger) -> anyhow::Result<()> {
    let mut demo = Demo::start(options, log)?;
    if demo.options.json {
        let told = demo.tell_records(stop);
        demo.end_records(told);
    } else {
        let mut story = demo.story();
        let mut board = board::Board::new(demo.site.lines.iter().map(|wire| wire.id));
        let followed = demo.tell_story(&mut board, &mut story, stop);
        demo.end_story(&board, &mut story, followed);
    }
    Ok(())
}

impl Demo {
    fn start(options: Options, log: &Logger) -> anyhow::Result<Demo> {
        let text = site_text(options.phones);
        let mut site = Site::parse(&text, "the demonstration's own site".as_ref())?;
        let database = tempfile::Builder::new()
            .prefix("sallyport-demo-")
            .tempdir()
            .context("a directory for the database")?;
        site.data = database.path().join("database");
        // Virtual time would wait for the disk; and the database is gone with the demo.
        site.durable = !options.fast;
        let record = recordings(&options)?;
        let shared = site.shared()?;
        let world = WorldOptions {
            seed: options.seed,
            starts_utc_ms: VIRTUAL_START,
            ..WorldOptions::default()
        };
        let starts = if options.fast {
            world.starts_utc_ms
        } else {
            utc_ms()
        };
        let clock = Clock::start();
        let anchor = Anchor {
            tick: Tick::ZERO,
            utc_ms: starts,
        };
        let office = site.open_office(&shared, anchor, log.clone())?;
        let length = Ticks::secs(u64::from(options.seconds));
        let pins = sample::pins(&site);
        let handset = |wire: &crate::site::LineWire| {
            sample::handset(&site, &pins, wire.id, options.seed, length)
        };
        let parties = Parties {
            handset: &handset,
            exchange: &|wire| exchange(&options, wire),
            routes: Arc::new(scripts::staged_routes(&site)),
            seed: options.seed,
            clock: (!options.fast).then(|| clocked::Clock::new(clock.origin())),
        };
        let SimPlant {
            plant,
            phones,
            trunks,
        } = site.sim_plant(Arc::clone(&shared), office, &parties)?;
        let runner: Box<dyn Runner> = if options.fast {
            Box::new(Virtual::start(plant, world, record, log.clone())?)
        } else {
            Box::new(Live::start(plant, clock, record, log.clone())?)
        };
        Ok(Demo {
            phone: phones
                .into_iter()
                .find(|(line, _)| *line == FOLLOWED)
                .map(|(_, port)| port),
            options,
            log: log.clone(),
            shared,
            runner,
            trunks,
            clock,
            began: clock.now(),
            cpu_before: cpu_time(),
            _database: database,
            site,
        })
    }

    fn is_over(&self, stop: &AtomicBool) -> bool {
        let length = Ticks::secs(u64::from(self.options.seconds));
        stop.load(Ordering::Relaxed) || self.runner.now() >= Tick::ZERO + length
    }

    fn story(&self) -> Story {
        let shared = Arc::clone(&self.shared);
        let words = move |language, prompt: &_| shared.speech.words(language, prompt);
        Story::new(Box::new(words))
    }

    /// The board and the story; the facts of the followed line.
    fn tell_story(
        &mut self,
        board: &mut board::Board,
        story: &mut Story,
        stop: &AtomicBool,
    ) -> Vec<FactAt> {
        board.say(&format!(
            "{}: {}, {}; line 1 followed",
            self.site.name,
            counted(self.site.lines.len(), "phone"),
            counted(self.site.trunks.len(), "trunk")
        ));
        let mut followed = Vec::new();
        while !self.is_over(stop) {
            for fact in self.runner.advance(SLICE) {
                board.note(&fact);
                if fact.line == FOLLOWED {
                    story.tell(&fact).iter().for_each(|line| board.say(line));
                    followed.push(fact);
                } else {
                    story::of_other_line(&fact)
                        .iter()
                        .for_each(|line| board.say(line));
                }
            }
            board.refresh(self.runner.now());
        }
        board.close();
        followed
    }

    /// Nothing but a line of JSON for each call that has ended.
    fn tell_records(&mut self, stop: &AtomicBool) -> Told {
        let mut told = Told::default();
        while !self.is_over(stop) {
            let facts = self.runner.advance(SLICE);
            told.expects |= facts.iter().any(|fact| matches!(fact.fact, Fact::Ended(_)));
            if told.expects {
                told.expects = !told.tell(&self.runner.ended());
            }
        }
        told
    }

    /// The calls that only ended because everything did.
    fn end_records(self, mut told: Told) {
        let outcome = self.runner.finish(Ticks::ZERO);
        told.tell(&outcome.records);
    }

    fn end_story(self, board: &board::Board, story: &mut Story, mut followed: Vec<FactAt>) {
        let simulated = self.runner.now();
        let mut outcome = self.runner.finish(Ticks::ZERO);
        let speed = ending::Speed {
            phones: self.site.lines.len(),
            simulated: simulated.since(Tick::ZERO),
            took: self.clock.now().since(self.began),
            cpu: cpu_time().saturating_sub(self.cpu_before),
        };
        let mut text = String::new();
        for fact in std::mem::take(&mut outcome.facts) {
            if fact.line == FOLLOWED {
                story
                    .tell(&fact)
                    .iter()
                    .for_each(|line| text.extend([line, "\n"]));
                followed.push(fact);
            }
        }
        story
            .end_keys()
            .iter()
            .for_each(|line| text.extend([line, "\n"]));
        let why = why_refused(&self.site, &outcome.records, &self.log);
        let parts = ending::Parts {
            zone: &self.site.time_zone,
            outcome,
            speed,
            followed,
            phone: self.phone,
            trunks: self.trunks,
        };
        text.push_str(&parts.words());
        match why {
            Ok(why) => text.push_str(&why),
            Err(error) => text = format!("{text}\nno refusal can be explained: {error:#}\n"),
        }
        board.say(&text);
    }
}

/// What `sallyport explain` says of the first refused call that passed the most tables; nothing where
/// none was refused. The database has no other user any more.
fn why_refused(site: &Site, records: &[CallRecord], log: &Logger) -> anyhow::Result<String> {
    let refused = records
        .iter()
        .rev()
        .filter(|record| record.blocked.is_some());
    let Some(record) = refused.max_by_key(|record| record.screening.len()) else {
        return Ok(String::new());
    };
    let call = record.call.to_string();
    let mut text =
        format!("\nwhy was call {call} refused? `sallyport explain --call {call}` says:\n");
    let request = Request::ExplainCall { call, json: false };
    for line in Office::reach(site, log)?.ask(request)?.lines {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    Ok(text)
}

/// Which records have been told.
#[derive(Debug, Default)]
struct Told {
    calls: BTreeSet<CallId>,
    /// A call has ended whose record was not there yet.
    expects: bool,
}

impl Told {
    /// Prints the records that were not printed yet; whether there were any.
    fn tell(&mut self, records: &[CallRecord]) -> bool {
        let mut any = false;
        for record in records {
            if record.ended_utc_ms.is_some() && self.calls.insert(record.call) {
                any = true;
                let line = records::json_line(record);
                let _ = writeln!(io::stdout().lock(), "{line}");
            }
        }
        any
    }
}

/// A plain loop start line: that the called party hung up is told by a new dial tone only.
fn exchange(options: &Options, _wire: &crate::site::TrunkWire) -> ExchangeLine {
    use drivers::sim::exchange::line::{Afterwards, HangUpSignal};
    let longest = if options.phones > 16 { 60 } else { 300 };
    ExchangeLine {
        hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::secs(2)),
        keep: Ticks::secs(u64::from(options.seconds.min(longest))),
        ..ExchangeLine::loop_start()
    }
}

/// What this process has used of the processors so far.
fn cpu_time() -> Duration {
    getrusage(UsageWho::RUSAGE_SELF).map_or(Duration::ZERO, |usage| {
        let micros = |time: TimeVal| Duration::from_micros(time.num_microseconds().unsigned_abs());
        micros(usage.user_time()) + micros(usage.system_time())
    })
}

/// "1 phone", "2 phones".
pub fn counted(count: usize, what: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {what}{many}")
}

/// Where recordings go. A demonstration that only prints records keeps none unless told to.
fn recordings(options: &Options) -> anyhow::Result<Option<PathBuf>> {
    if let Some(directory) = &options.record {
        fs::create_dir_all(directory).with_context(|| {
            format!(
                "can't make the directory {} of --record",
                directory.display()
            )
        })?;
    }
    if options.record.is_some() || options.json {
        return Ok(options.record.clone());
    }
    let kept = tempfile::Builder::new()
        .prefix("sallyport-recordings-")
        .tempdir()
        .context("a directory for recordings")?;
    Ok(Some(kept.keep()))
}
