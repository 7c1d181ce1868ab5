//! The bench: one or more simulated phones, the controller as it ships, a simulated exchange and
//! called parties, on virtual time with real audio. A scenario is a value; running it gives an
//! [`Outcome`] that shows what each party heard, what the network saw, what was recorded.

pub mod guest;
mod memory;
mod needs;
mod outcome;
mod steps;

pub use outcome::{Outcome, count_leg, head};
pub use steps::*;

use backoffice::{
    AllowedFlags, Anchor, BackOffice, Class, Config, Durations, NewInmate, NumberFlags, Phone,
    PinDetails, Routing, Seed, SeedInmate,
};
use drivers::sim::{
    copper::Copper,
    exchange::{
        line::ExchangeLine,
        routes::{Destination, Routes},
    },
    handset::HandsetScript,
    script::Step,
    sim_port::{Handle, SimPort},
    tone_plan::{self, TonePlan},
};
use drivers::{
    port::Port,
    wrap::faulty::{Faults, Faulty},
};
use line::Shared;
use sallyport::runtime::{
    plant::{Plant, PlantLine, PlantTrunk},
    virtual_time::{World, WorldOptions},
};
use speech::Speech;
use std::{
    any::Any,
    path::Path,
    sync::{Arc, OnceLock},
};
use types::{
    call_record::Recorded,
    digits::Digits,
    frame::Law,
    id::{LineId, OfficerId, TrunkId},
    language::Language,
    phone_number::CallType,
    query::{Answered, Asked, LineCommand, Query, Reply},
    secret::Secret,
    settings::{CallSettings, LanguageChoice},
    tick::{Tick, Ticks},
    treatment::CallTreatment,
    trunk::{Outpulsing, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust},
};

pub const PIN: &str = "483920";
pub const OTHER_PIN: &str = "771034";
/// On the inmate's list; a collect call to it is dialed 0 + this.
pub const MOTHER: &str = "2155550123";
/// On nobody's list, in no table.
pub const STRANGER: &str = "2155550199";
pub const RESTRICTED: &str = "9005550100";

/// 2026-01-05 14:00 UTC, a Monday; 09:00 in New York.
pub const STARTS_UTC_MS: i64 = 1_767_621_600_000;

/// Done to the back office at a tick.
pub type Change = Arc<dyn Fn(&mut BackOffice, Tick) + Send + Sync>;

pub struct Scenario {
    pub seed: u64,
    pub handsets: Vec<Vec<Step>>,
    pub trunks: Vec<ExchangeLine>,
    pub routes: Routes,
    pub settings: Box<dyn Fn(&mut CallSettings)>,
    pub site: Box<dyn Fn(&mut Seed)>,
    pub routing: Routing,
    pub trust: TrunkTrust,
    pub signalling: TrunkSignalling,
    pub outpulsing: Outpulsing,
    /// On-hook time of the trunks before they are lent again.
    pub guard: Ticks,
    pub cancel_echo: bool,
    /// Of the trunks, in their order; the first group where it says nothing.
    pub groups: Vec<TrunkGroup>,
    /// Whose tones and dial plan the controller and the people know.
    pub country: Country,
    /// What administrators do before the first call.
    pub prepare: Box<dyn Fn(&mut BackOffice)>,
    /// The first trunk is wired to the first phone alone.
    pub own_trunk: bool,
    /// What is wrong with the port of a trunk, or of a phone.
    pub trunk_faults: Vec<(usize, Faults)>,
    pub phone_faults: Vec<(usize, Faults)>,
    /// What is done to the channels, in the guest alone.
    pub harm: Option<guest::Harm>,
    /// From the first tick up to the second the back office serves nothing.
    pub office_down: Option<(Tick, Tick)>,
    /// What the call treatment says, in the place of what the back office says.
    pub treatment: Option<CallTreatment>,
    /// A facility's own recordings.
    pub own_recordings: Option<tempfile::TempDir>,
    /// The same of the recorder.
    pub recorder_down: Option<(Tick, Tick)>,
    pub phone_copper: Copper,
    pub trunk_copper: Copper,
    pub trunk_phase: u64,
    pub law: (Law, Law),
    pub options: WorldOptions,
    /// What officers and schedules do, and when.
    pub commands: Vec<(Tick, LineId, LineCommand)>,
    /// What administrators do while calls go on.
    pub changes: Vec<(Tick, Change)>,
    pub length: Ticks,
}

fn administer(world: &mut World, at: Tick, change: &Change) {
    world.run_until(at);
    change(own_office(world.office()), at);
}

fn own_office(office: &mut dyn sallyport::runtime::office::Office) -> &mut BackOffice {
    let office: &mut dyn Any = office;
    let direct = office.downcast_mut::<Direct>();
    &mut direct.expect("the bench's own").office
}

/// The port with what is wrong with it.
fn faulty(port: Box<dyn Port>, number: u16, faults: &[(usize, Faults)]) -> Box<dyn Port> {
    match faults.iter().find(|f| f.0 == usize::from(number)) {
        Some((_, faults)) => Box::new(Faulty::new(port, *faults)),
        None => port,
    }
}

/// A scenario of one phone doing this, on a good day.
pub fn phone(steps: Vec<Step>) -> Scenario {
    Scenario {
        seed: 1,
        handsets: vec![steps],
        trunks: vec![ExchangeLine::kewl_start()],
        routes: Routes::new(),
        settings: Box::new(|_| {}),
        site: Box::new(|_| {}),
        routing: Routing::north_america(),
        trust: TrunkTrust::LOOP_START,
        signalling: TrunkSignalling::KewlStart,
        outpulsing: Outpulsing::Dtmf,
        guard: Ticks::secs(1),
        cancel_echo: false,
        groups: Vec::new(),
        country: UNITED_STATES,
        prepare: Box::new(|_| {}),
        own_trunk: false,
        trunk_faults: Vec::new(),
        phone_faults: Vec::new(),
        harm: None,
        office_down: None,
        treatment: None,
        own_recordings: None,
        recorder_down: None,
        phone_copper: Copper::default(),
        trunk_copper: Copper::default(),
        trunk_phase: 0,
        law: (Law::Mu, Law::Mu),
        options: WorldOptions {
            starts_utc_ms: STARTS_UTC_MS,
            ..WorldOptions::default()
        },
        commands: Vec::new(),
        changes: Vec::new(),
        length: Ticks::secs(60),
    }
}

impl Scenario {
    pub fn and_phone(mut self, steps: Vec<Step>) -> Scenario {
        self.handsets.push(steps);
        self
    }

    pub fn to(mut self, digits: &str, to: impl Into<Destination>) -> Scenario {
        self.routes = self.routes.to(digits, to);
        self
    }

    /// One exchange line for all that was there.
    pub fn exchange(mut self, line: ExchangeLine) -> Scenario {
        self.trunks = vec![line];
        self
    }

    pub fn trunks(mut self, lines: Vec<ExchangeLine>) -> Scenario {
        self.trunks = lines;
        self
    }

    pub fn settings(mut self, change: impl Fn(&mut CallSettings) + 'static) -> Scenario {
        self.settings = Box::new(change);
        self
    }

    pub fn site(mut self, change: impl Fn(&mut Seed) + 'static) -> Scenario {
        self.site = Box::new(change);
        self
    }

    pub fn at(mut self, seconds: u64, command: LineCommand) -> Scenario {
        self.commands
            .push((Tick::ZERO + Ticks::secs(seconds), LineId(1), command));
        self
    }

    /// An administrator does this so many seconds after the start.
    pub fn administered(
        mut self,
        seconds: u64,
        change: impl Fn(&mut BackOffice, Tick) + Send + Sync + 'static,
    ) -> Scenario {
        let at = Tick::ZERO + Ticks::secs(seconds);
        self.changes.push((at, Arc::new(change)));
        self
    }

    pub fn prepared(mut self, prepare: impl Fn(&mut BackOffice) + 'static) -> Scenario {
        self.prepare = Box::new(prepare);
        self
    }

    pub fn treated(mut self, change: impl FnOnce(&mut CallTreatment)) -> Scenario {
        let mut treatment = CallTreatment::standard();
        change(&mut treatment);
        self.treatment = Some(treatment);
        self
    }

    pub fn lasting(mut self, seconds: u64) -> Scenario {
        self.length = Ticks::secs(seconds);
        self
    }

    pub fn run(mut self) -> Outcome {
        let config = self.config();
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut office = BackOffice::open(dir.path(), config.clone()).expect("a back office");
        (self.prepare)(&mut office);
        if guest::inside() {
            return guest::run(self, office, dir, config);
        }
        let mut phones: Vec<Handle> = Vec::new();
        let lines = self.lines(&office, |number, script| {
            let seed = self.seed + u64::from(number);
            let port = SimPort::handset(script, self.phone_copper, self.law.0, seed, 0);
            phones.push(port.handle());
            Box::new(port)
        });
        let mut exchange: Vec<Handle> = Vec::new();
        let routes = Arc::new(std::mem::take(&mut self.routes));
        let trunks = self.trunks_with(|number, line| {
            let routes = Arc::clone(&routes);
            let (copper, law) = (self.trunk_copper, self.law.1);
            let seed = self.seed + 1000 + u64::from(number);
            let port = SimPort::trunk(line, routes, copper, law, seed, self.trunk_phase);
            exchange.push(port.handle());
            Box::new(port)
        });
        let options = WorldOptions {
            seed: self.seed,
            ..self.options
        };
        let plant = self.plant(lines, trunks, office);
        let mut world = World::new(plant, options);
        let mut changes = self.changes_in_order().into_iter().peekable();
        for (at, line, command) in self.commands_in_order() {
            while let Some((when, change)) = changes.next_if(|c| c.0 <= at) {
                administer(&mut world, when, &change);
            }
            world.run_until(at);
            world.command(line, command);
        }
        for (when, change) in changes {
            administer(&mut world, when, &change);
        }
        world.run_until(Tick::ZERO + self.length);
        Outcome::of_world(world, &phones, &exchange, dir, config)
    }

    /// The lines with the phones that `port` makes.
    fn lines(
        &self,
        office: &BackOffice,
        mut port: impl FnMut(u16, HandsetScript) -> Box<dyn Port>,
    ) -> Vec<PlantLine> {
        (1u16..)
            .zip(&self.handsets)
            .map(|(number, steps)| {
                let id = LineId(number);
                let phone = port(number, self.script(steps));
                PlantLine {
                    id,
                    phone: faulty(phone, number, &self.phone_faults),
                    own_trunk: None,
                    settings: office.settings(Tick::ZERO, id).expect("settings"),
                }
            })
            .collect()
    }

    fn script(&self, steps: &[Step]) -> HandsetScript {
        let script = HandsetScript::new(steps.to_vec()).keep(self.length);
        script.plan(self.country.heard_as)
    }

    fn exchange_line(&self, line: &ExchangeLine) -> ExchangeLine {
        ExchangeLine {
            keep: self.length,
            ..line.clone()
        }
    }

    /// The trunks that `port` makes, with what is wrong with them.
    fn trunks_with(
        &self,
        mut port: impl FnMut(u16, ExchangeLine) -> Box<dyn Port>,
    ) -> Vec<PlantTrunk> {
        let mut trunks = Vec::new();
        for (number, line) in (1u16..).zip(&self.trunks) {
            let line = self.exchange_line(line);
            let profile = TrunkProfile {
                id: TrunkId(number),
                law: self.law.1,
                signalling: self.signalling,
                outpulsing: self.outpulsing,
                trust: self.trust,
                guard: self.guard,
                dial_tone_wait: Ticks::secs(4),
                dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
                cancel_echo: self.cancel_echo,
                group: self
                    .groups
                    .get(usize::from(number) - 1)
                    .copied()
                    .unwrap_or(TrunkGroup::FIRST),
            };
            let port = faulty(port(number, line), number, &self.trunk_faults);
            trunks.push(PlantTrunk { profile, port });
        }
        trunks
    }

    fn plant(
        &self,
        mut lines: Vec<PlantLine>,
        mut trunks: Vec<PlantTrunk>,
        office: BackOffice,
    ) -> Plant {
        if self.own_trunk {
            lines[0].own_trunk = Some(trunks.remove(0));
        }
        let office = Direct {
            office,
            down: self.office_down,
            recorder_down: self.recorder_down,
            treatment: self.treatment,
        };
        let shared = match &self.own_recordings {
            Some(own) => load(self.country, Some(own.path())),
            None => shared_of(self.country),
        };
        Plant::new(shared, lines, trunks, Box::new(office))
    }

    fn changes_in_order(&self) -> Vec<(Tick, Change)> {
        let mut changes = self.changes.clone();
        changes.sort_by_key(|c| c.0);
        changes
    }

    fn commands_in_order(&self) -> Vec<(Tick, LineId, LineCommand)> {
        let mut commands = self.commands.clone();
        commands.sort_by_key(|c| c.0);
        commands
    }

    pub fn config(&self) -> Config {
        let mut seed = site_seed(self.handsets.len());
        (self.settings)(&mut seed.settings.call);
        (self.site)(&mut seed);
        Config {
            site: 7,
            time_zone: "America/New_York".into(),
            dial_plan: Arc::new(shared_of(self.country).dial_plan.clone()),
            map_size: 64 << 20,
            durable: false,
            anchor: Anchor {
                tick: Tick::ZERO,
                utc_ms: self.options.starts_utc_ms,
            },
            routing: self.routing,
            seed,
        }
    }
}

/// Two inmates, their lists, the tables: what every scenario starts from.
fn site_seed(phones: usize) -> Seed {
    let inmate = |id: &str, name: &str, pin: &str, numbers: &[&str]| SeedInmate {
        inmate: NewInmate {
            facility_id: id.into(),
            name: name.into(),
        },
        pin: Some(PinDetails {
            pin: Secret::new(Digits::parse(pin).expect("digits")),
            language: None,
            class: None,
        }),
        numbers: numbers
            .iter()
            .map(|&n| (n.to_owned(), NumberFlags::default()))
            .collect(),
    };
    let mut seed = Seed::standard();
    seed.inmates = vec![
        inmate("1001", "Robert Miller", PIN, &[MOTHER]),
        inmate("1002", "James Wilson", OTHER_PIN, &[MOTHER]),
    ];
    seed.restricted = vec![("900???????".into(), "pay-per-call".into())];
    seed.speed_dials = vec![(7, format!("0{MOTHER}"))];
    let phone = |n: usize| Phone::standard(&format!("phone {n}"));
    seed.phones = (1..=phones).map(|n| (LineId(n as u16), phone(n))).collect();
    seed.settings.call.dial_tone = Ticks::ms(1000);
    seed
}

/// All calls of all classes last this long.
pub fn limit(seconds: u32) -> impl Fn(&mut Seed) + 'static {
    move |seed| {
        let all = Durations {
            weekday: seconds,
            weekend: seconds,
            holiday: seconds,
        };
        seed.durations = Class::ALL
            .iter()
            .flat_map(|&class| CallType::ALL.map(|call_type| (class, call_type, all)))
            .collect();
    }
}

pub fn also_allowed(pattern: &str) -> (String, AllowedFlags) {
    (pattern.to_owned(), AllowedFlags::default())
}

pub fn two_languages(choice: LanguageChoice) -> impl Fn(&mut CallSettings) + 'static {
    move |settings| {
        settings.languages = [Language::ENGLISH, Language::SPANISH].into_iter().collect();
        settings.language_choice = choice;
    }
}

/// A country as the controller knows it (by its table) and as people and exchanges do.
#[derive(Clone, Copy)]
pub struct Country {
    pub table: &'static str,
    pub area: &'static str,
    pub heard_as: &'static TonePlan,
}

pub const UNITED_STATES: Country = Country {
    table: "us",
    area: "215",
    heard_as: &tone_plan::US,
};
pub const UNITED_KINGDOM: Country = Country {
    table: "gb",
    area: "20",
    heard_as: &tone_plan::GB,
};

/// What all scenarios share, loaded once.
pub fn shared() -> Arc<Shared> {
    static SHARED: OnceLock<Arc<Shared>> = OnceLock::new();
    Arc::clone(SHARED.get_or_init(|| load(UNITED_STATES, None)))
}

fn shared_of(country: Country) -> Arc<Shared> {
    if country.table == UNITED_STATES.table {
        shared()
    } else {
        load(country, None)
    }
}

fn load(country: Country, own: Option<&Path>) -> Arc<Shared> {
    let tables = tonetables::load(country.table).expect("the tables of the country");
    let languages = [Language::ENGLISH, Language::SPANISH];
    Arc::new(Shared {
        dial_plan: tables.dial_plan(Some(country.area)),
        plan: tables.tones,
        speech: Speech::load(&languages, own).expect("prompts"),
        echo_tail: 256,
    })
}

struct Direct {
    office: BackOffice,
    down: Option<(Tick, Tick)>,
    recorder_down: Option<(Tick, Tick)>,
    treatment: Option<CallTreatment>,
}

impl Direct {
    fn treat(&self, mut answered: Vec<(LineId, Answered)>) -> Vec<(LineId, Answered)> {
        let replies = answered.iter_mut().map(|(_, answered)| &mut answered.reply);
        for reply in replies {
            if let (Reply::Admitted(verdict), Some(treatment)) = (reply, self.treatment)
                && let Ok(permit) = &mut verdict.outcome
            {
                permit.treatment = treatment;
            }
        }
        answered
    }
}

impl sallyport::runtime::office::Office for Direct {
    fn serve(&mut self, now: Tick, batch: &[(LineId, Asked)]) -> Vec<(LineId, Answered)> {
        if let Some((from, to)) = self.recorder_down {
            self.recorder(!(from..to).contains(&now));
        }
        if self.down.is_none_or(|(from, to)| now < from || now >= to) {
            let answered = self.office.answer(now, batch);
            return self.treat(answered);
        }
        let asked = batch
            .iter()
            .filter(|(_, a)| !matches!(a.query, Query::Seen { .. } | Query::EmptyOffHook));
        let none = |(line, asked): &(LineId, Asked)| {
            (
                *line,
                Answered {
                    number: asked.number,
                    reply: Reply::Unavailable,
                },
            )
        };
        asked.map(none).collect()
    }

    fn take_failure(&mut self) -> Option<String> {
        None
    }

    fn recorder(&mut self, works: bool) {
        self.office.recorder(works);
    }

    fn recorded(&mut self, now: Tick, recordings: &[Recorded]) -> bool {
        self.office.recorded(now, recordings).is_ok()
    }

    fn settings_changes(&mut self, now: Tick) -> Vec<(LineId, CallSettings)> {
        self.office.settings_changes(now).expect("settings")
    }

    fn cuts(&mut self) -> Vec<LineId> {
        self.office.take_cuts()
    }

    fn words(&mut self, now: Tick) -> Vec<(LineId, OfficerId)> {
        self.office.take_words(now)
    }

    fn anchor(&mut self, now: Tick, utc_ms: i64) {
        // The guest's own wall clock says another day than the scenario's.
        if !guest::inside() {
            self.office.anchor(now, utc_ms);
        }
    }
}
