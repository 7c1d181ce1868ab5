//! A large site, drawn from a seed: who lives there, whom they may call, and what is blocked.
//!
//! What holds for the whole site goes in through the back office, as a site file's does; the many rows
//! go straight into the tables, sorted, so that filling takes a minute.

use super::Size;
use anyhow::Context;
use backoffice::{
    Anchor, BackOffice, CallTypeRules, Class, Config, Days, LineOutcome, NamedTreatment, NewInmate,
    NumberFlags, OutboundRoute, Phone, PhoneRule, PhoneTreatment, PinDetails, Routing, Seed,
    SeedInmate, TreatmentRules,
};
use db::{
    Database, Options,
    codes::Code,
    keys::{
        AllowanceKey, CountedKey, ListKey, ListOf, ListerKey, PartyBlockKey, PinHash, PinNumberKey,
        RegisterKey,
    },
    pattern::Pattern,
    values::{
        Allowance, Allowed, Approver, CallIdV1, CallType as StoredCallType, Contact, Counted,
        Counting, DisabledV1, FraudCount, Group, Inmate, InmateClass as StoredClass, ListEntry,
        NumberRecord, PartyBlock, Pin, PinNumber, Restricted, StepsV1, TimeRestricted, Unit,
    },
};
use std::{collections::BTreeSet, path::Path, sync::Arc};
use suites::random::Random;
use types::{
    dial_plan::{DialPlan, DialRule},
    digits::Digits,
    id::{CallId, GroupId, InmateId, LineId},
    inmate::{Enrollment, InmateClass, Relationship, Review, Scope, Supervision},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    secret::Secret,
    tick::Tick,
    treatment::{Brand, ThreeWayResponse},
    trunk::TrunkGroup,
};

/// 2026-11-24 14:30:00 UTC, a Tuesday; 9:30 in New York.
pub const NOW_UTC_MS: i64 = 1_795_530_600_000;
pub const NOW: Tick = Tick(8_000_000);
pub const SITE: u32 = 7;
pub const LINES: u16 = 64;
pub const CLASSES: u8 = 5;
pub const LEVELS: u8 = 3;
pub const SPEED_CODES: u8 = 50;
/// The facility, its blocks, and the units of these.
pub const BLOCKS: u16 = 10;
pub const UNITS: u16 = 100;

const AREA_CODES: usize = 40;
/// One inmate in so many has an allowance, and as many calls that count in it.
const ALLOWED_EVERY: u32 = 10;
const COUNTED: u64 = 4;
const NOT_DISABLED: DisabledV1 = DisabledV1 {
    disabled: false,
    until_utc_ms: None,
};
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What a stream of random numbers is for; an inmate's comes after them.
mod stream {
    pub const TABLES: u64 = 1;
    pub const LISTS: u64 = 20;
    pub const CALLERS: u64 = 21;
    pub const INMATES: u64 = 1 << 20;
}

/// The site's contents that requests are drawn from as well.
#[derive(Debug)]
pub struct Site {
    pub size: Size,
    pub seed: u64,
    /// What an entry of the allowed table fits.
    pub allowed: Vec<Pattern>,
    pub restricted: Vec<Pattern>,
}

/// The tables that hold for every caller.
#[derive(Clone, Copy)]
enum Table {
    Restricted,
    Allowed,
    TimeRestricted,
    NumberRecords,
    NumberAllowances,
    CallTypes,
}

impl Site {
    pub fn new(size: Size, seed: u64) -> Site {
        let drawn = |table| drawn(size, seed, table).into_iter().collect();
        Site {
            size,
            seed,
            allowed: drawn(Table::Allowed),
            restricted: drawn(Table::Restricted),
        }
    }

    /// The numbers on an inmate's list, each once.
    pub fn list(&self, inmate: InmateId) -> BTreeSet<u64> {
        let mut random = self.of_inmate(inmate);
        let mut list = BTreeSet::new();
        while list.len() < self.size.listed {
            // An attorney's or a bail bondsman's number is on many lists.
            list.insert(match random.chance(0.02) {
                true => national(&mut Random::for_case(self.seed, random.below(5000) as u64)),
                false => national(&mut random),
            });
        }
        list
    }

    pub fn pin(&self, inmate: InmateId) -> PinHash {
        let mut random = Random::for_case(!self.seed, u64::from(inmate.0));
        let mut hash = [0; 32];
        for part in hash.chunks_exact_mut(8) {
            part.copy_from_slice(&random.next_u64().to_be_bytes());
        }
        PinHash(hash)
    }

    fn of_inmate(&self, inmate: InmateId) -> Random {
        Random::for_case(self.seed, stream::INMATES + u64::from(inmate.0))
    }

    /// Makes and fills our database.
    pub fn fill(&self, dir: &Path) -> anyhow::Result<()> {
        drop(BackOffice::open(dir, config(seed())).context("our database")?);
        let options = Options {
            map_size: MAP_SIZE,
            durable: false,
        };
        let database = Database::open(dir, &options)?;
        self.fill_tables(&database)?;
        self.fill_people(&database)?;
        self.fill_inmates(&database)?;
        self.fill_numbers(&database)
    }

    fn fill_tables(&self, database: &Database) -> anyhow::Result<()> {
        let tables = database.tables();
        let mut to = database.write()?;
        let drawn = |table| drawn(self.size, self.seed, table);
        let mut random = Random::for_case(self.seed, stream::TABLES);
        for pattern in &self.restricted {
            let note = "entered by the sheriff".to_owned();
            tables
                .restricted
                .put(&mut to, pattern, &Restricted { note })?;
        }
        for pattern in &self.allowed {
            let allowed = Allowed {
                untimed: random.chance(0.05),
                privileged: random.chance(0.1),
                note: "public defender".to_owned(),
            };
            tables.allowed.put(&mut to, pattern, &allowed)?;
        }
        for pattern in drawn(Table::TimeRestricted) {
            // From 8 to 20, in quarter hours.
            let day = [0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0];
            let open = match random.chance(0.9) {
                true => [day; 7],
                false => [[0; 12]; 7],
            };
            let hours = TimeRestricted { open };
            tables.time_restricted.put(&mut to, &pattern, &hours)?;
        }
        for pattern in drawn(Table::NumberRecords) {
            let record = number_record(&mut random);
            tables.number_records.put(&mut to, &pattern, &record)?;
        }
        for pattern in drawn(Table::NumberAllowances) {
            let allowance = Allowance {
                calls: [Some(10), Some(50), None],
                minutes: [None, Some(600), None],
                between_seconds: None,
            };
            tables
                .number_allowances
                .put(&mut to, &pattern, &allowance)?;
        }
        for pattern in drawn(Table::CallTypes) {
            let call_type = *random.choose(&[CallType::IntraLata, CallType::Mobile]);
            let call_type = Code(call_type);
            let stored = StoredCallType { call_type };
            tables.call_types.put(&mut to, &pattern, &stored)?;
        }
        Ok(to.commit()?)
    }

    /// Groups and classes, and the lists that are attached to them.
    fn fill_people(&self, database: &Database) -> anyhow::Result<()> {
        let tables = database.tables();
        let mut to = database.write()?;
        for group in 1..=1 + BLOCKS + UNITS {
            let parent = match group {
                1 => None,
                group if group <= 1 + BLOCKS => Some(1),
                group => Some(2 + group % BLOCKS),
            };
            let name = format!("group {group}");
            let stored = Group { name, parent };
            tables.groups.put(&mut to, &GroupId(group), &stored)?;
        }
        let mut scopes = Vec::new();
        for number in 1..=CLASSES {
            let class = InmateClass::new(number).context("a class")?;
            let stored = StoredClass {
                name: format!("class {number}"),
                longest_seconds: (number == 2).then_some(600),
                booked_only: false,
            };
            tables.inmate_classes.put(&mut to, &class, &stored)?;
            scopes.push(Scope::Class(class));
        }
        scopes.extend(
            (1..=LEVELS)
                .filter_map(Supervision::new)
                .map(Scope::Supervision),
        );
        scopes.extend((2..=1 + BLOCKS + UNITS).map(GroupId).map(Scope::Group));
        let mut random = Random::for_case(self.seed, stream::LISTS);
        for scope in scopes {
            for entry in 0..30 {
                let blocked = entry % 3 != 0;
                let list = ListOf { scope, blocked };
                let pattern = match entry {
                    0..20 => format!("{}", national(&mut random)),
                    20..28 => format!("{}*", national(&mut random) / 10_000),
                    _ => format!("{}????", national(&mut random) / 10_000),
                };
                let key = ListKey {
                    list,
                    pattern: pattern.parse()?,
                };
                let note = String::new();
                tables.lists.put(&mut to, &key, &ListEntry { note })?;
            }
        }
        Ok(to.commit()?)
    }

    fn fill_inmates(&self, database: &Database) -> anyhow::Result<()> {
        let tables = database.tables();
        let mut pins: Vec<(PinHash, InmateId)> = self.inmates().map(|i| (self.pin(i), i)).collect();
        pins.sort();
        let mut to = database.write()?;
        for (hash, inmate) in pins {
            let of = inmate.0;
            let pin = Pin {
                inmate: of,
                disabled: NOT_DISABLED,
                duration_class: of.is_multiple_of(3).then_some((of % 5 + 1) as u8),
                language: None,
                valid_from_utc_ms: None,
                valid_to_utc_ms: None,
            };
            tables.pins.put(&mut to, &hash, &pin)?;
        }
        for inmate in self.inmates() {
            tables.inmates.put(&mut to, &inmate, &self.inmate(inmate))?;
        }
        for inmate in self.inmates().filter(|i| i.0.is_multiple_of(ALLOWED_EVERY)) {
            let allowance = Allowance {
                calls: [Some(5), Some(20), None],
                minutes: [None, Some(300), None],
                between_seconds: Some(60),
            };
            let key = AllowanceKey::Inmate(inmate);
            tables.allowances.put(&mut to, &key, &allowance)?;
            for call in 1..=COUNTED {
                let at_utc_ms = NOW_UTC_MS - call as i64 * DAY_MS;
                let (site, sequence) = (SITE, u64::from(inmate.0) * COUNTED + call);
                let key = CountedKey {
                    register: RegisterKey::Inmate(inmate),
                    at_utc_ms,
                    call: CallId { site, sequence },
                };
                let counted = Counted {
                    counting: Code(Counting::Call),
                    calls: 1,
                    ticks: 8000 * 60 * 14,
                    ended_utc_ms: Some(at_utc_ms + 15 * 60_000),
                    inmate: Some(inmate.0),
                };
                tables.counted.put(&mut to, &key, &counted)?;
            }
        }
        Ok(to.commit()?)
    }

    fn inmate(&self, inmate: InmateId) -> Inmate {
        let number = inmate.0;
        Inmate {
            facility_id: format!("A{number:07}"),
            name: format!("Inmate number {number}"),
            pin: Some(self.pin(inmate).0),
            living_unit: Some(2 + BLOCKS + (number % u32::from(UNITS)) as u16),
            class: Some((number % u32::from(CLASSES)) as u8 + 1),
            supervision: Some((number % u32::from(LEVELS)) as u8 + 1),
            watched: false,
            suspended: DisabledV1 {
                disabled: number.is_multiple_of(100),
                until_utc_ms: None,
            },
            booked_only: false,
            longest_seconds: None,
            enrolled: StepsV1(Enrollment::NONE),
            note_for_next_call: None,
        }
    }

    fn fill_numbers(&self, database: &Database) -> anyhow::Result<()> {
        let tables = database.tables();
        let mut listers: Vec<(u64, InmateId)> = Vec::new();
        let mut to = database.write()?;
        for inmate in self.inmates() {
            let list = self.list(inmate);
            let first = list.first().copied();
            for number in list {
                listers.push((number, inmate));
                let key = pin_number(inmate, number)?;
                let stored = PinNumber {
                    untimed: number % 50 == 0,
                    privileged: number % 33 == 0,
                    disabled: DisabledV1 {
                        disabled: number % 100 == 0,
                        until_utc_ms: None,
                    },
                };
                tables.pin_numbers.put(&mut to, &key, &stored)?;
            }
            if let Some(number) = first {
                let key = pin_number(inmate, number)?;
                tables.contacts.put(&mut to, &key, &contact())?;
            }
        }
        listers.sort();
        for (number, inmate) in &listers {
            let key = ListerKey {
                number: phone_number(*number)?,
                inmate: *inmate,
            };
            tables.listers.put(&mut to, &key, &Unit)?;
        }
        for (number, inmate) in listers.iter().step_by(400) {
            let number = phone_number(*number)?;
            let every = inmate.0.is_multiple_of(10);
            let inmate = (!every).then_some(*inmate);
            let block = PartyBlock {
                utc_ms: NOW_UTC_MS - DAY_MS,
                call: CallIdV1 {
                    site: SITE,
                    sequence: 1,
                },
                least_digits: 10,
            };
            let key = PartyBlockKey { inmate, number };
            tables.called_party_blocks.put(&mut to, &key, &block)?;
        }
        for (number, _) in listers.iter().step_by(1000) {
            let count = FraudCount {
                three_way: vec![NOW_UTC_MS - DAY_MS],
                extra_digits: Vec::new(),
                block: None,
            };
            tables
                .fraud_counts
                .put(&mut to, &phone_number(*number)?, &count)?;
        }
        Ok(to.commit()?)
    }

    /// One of those who live there.
    pub fn any(&self, random: &mut Random) -> InmateId {
        InmateId(CALLERS + 1 + random.below(self.size.inmates as usize) as u32)
    }

    fn inmates(&self) -> impl Iterator<Item = InmateId> + use<> {
        (1..=self.size.inmates).map(|number| InmateId(CALLERS + number))
    }
}

const MAP_SIZE: u64 = 16 << 30;

pub fn pin_number(inmate: InmateId, number: u64) -> anyhow::Result<PinNumberKey> {
    let number = phone_number(number)?;
    Ok(PinNumberKey { inmate, number })
}

pub fn phone_number(number: u64) -> anyhow::Result<PhoneNumber> {
    PhoneNumber::national(&number.to_string()).context("a number")
}

/// A number of ten digits, in one of the area codes in which people live.
pub fn national(random: &mut Random) -> u64 {
    let area = 201 + 7 * random.below(AREA_CODES) as u64;
    let exchange = 200 + random.below(800) as u64;
    (area * 1000 + exchange) * 10_000 + random.below(10_000) as u64
}

/// The patterns of a table: most are exact, a fifth are prefixes, and some have `?`.
fn drawn(size: Size, seed: u64, table: Table) -> BTreeSet<Pattern> {
    let mut random = Random::for_case(seed, stream::TABLES + 1 + table as u64);
    let mut patterns = BTreeSet::new();
    while patterns.len() < size.entries {
        let number = national(&mut random);
        let (area, exchange) = (number / 10_000_000, number / 10_000);
        // Premium and other far codes, in which nobody lives.
        let far = 601 + random.below(300);
        let text = match (random.below(1000), table) {
            (_, Table::CallTypes) => format!("{exchange}*"),
            (0..780, _) => number.to_string(),
            (780..960, _) => format!("{exchange}*"),
            (960..970, _) => format!("{far}*"),
            (970..980, _) => format!("+{far}*"),
            (980..985, _) => format!("{far}???????"),
            (985..990, _) => format!("{exchange}????"),
            (990..995, _) => format!("???{}{:02}??", exchange % 1000, random.below(100)),
            _ => format!("{area}???{:04}", number % 10_000),
        };
        patterns.insert(text.parse().expect("a pattern"));
    }
    patterns
}

fn number_record(random: &mut Random) -> NumberRecord {
    NumberRecord {
        blocked: random.chance(0.1),
        free: false,
        privileged: random.chance(0.05),
        no_recording: random.chance(0.05),
        customer_service: random.chance(0.05),
        watched: random.chance(0.1),
        three_way: random.chance(0.1).then_some(Code(ThreeWayResponse::Ignore)),
        limit: random.chance(0.1).then_some(300),
        treatment: random.chance(0.1).then_some(1),
        party: "County court".to_owned(),
        note: String::new(),
    }
}

fn contact() -> Contact {
    Contact {
        name: "Mother".to_owned(),
        relationship: Code(Relationship::Parent),
        identification: "passport".to_owned(),
        review: Code(Review::Approved),
        approved_by: vec![Approver {
            user: Some(1000),
            named: "user 1000 (miller)".to_owned(),
        }],
    }
}

/// What opens our database, filled or not.
pub fn config(seed: Seed) -> Config {
    Config {
        site: SITE,
        time_zone: "America/New_York".to_owned(),
        dial_plan: Arc::new(plan()),
        map_size: MAP_SIZE,
        durable: true,
        anchor: Anchor {
            tick: NOW,
            utc_ms: NOW_UTC_MS,
        },
        routing: Routing::north_america(),
        seed,
    }
}

pub fn plan() -> DialPlan {
    let rule = |shape: &str, pattern, call_type, strip| DialRule {
        shape: shape.to_owned(),
        min: shape.len() as u8,
        max: shape.len() as u8,
        pattern,
        call_type,
        strip,
        prepend: Digits::EMPTY,
    };
    use CallType::{InterLata, Local};
    DialPlan::new(vec![
        rule("0NXXNXXXXXX", DialingPattern::ZeroPlus, InterLata, 1),
        rule("1NXXNXXXXXX", DialingPattern::OnePlus, InterLata, 1),
        rule("NXXNXXXXXX", DialingPattern::Direct, Local, 0),
    ])
}

/// What holds for the whole site: phones, treatments, codes.
fn seed() -> Seed {
    let mut seed = Seed::standard();
    let treated = |seconds| NamedTreatment {
        name: "a treatment".to_owned(),
        rules: TreatmentRules {
            limit_seconds: seconds,
            ..TreatmentRules::default()
        },
    };
    let treatments = &mut seed.treatments;
    treatments.call_treatments = vec![(0, treated(None)), (1, treated(Some(1200)))];
    let refused = PhoneRule {
        call_types: None,
        numbers: Some(vec!["900*".to_owned(), "9??5550000".to_owned()]),
        days: Days::ALL,
        privileged_only: false,
        outcome: LineOutcome::Refuse,
    };
    let allowed = PhoneRule {
        call_types: Some(vec![CallType::Mobile]),
        numbers: None,
        outcome: LineOutcome::Allow(Some(1)),
        ..refused.clone()
    };
    let treatment = PhoneTreatment {
        name: "yard".to_owned(),
        rules: vec![refused, allowed],
        others: true,
    };
    treatments.line_treatments = vec![(1, treatment)];
    let rules = CallTypeRules {
        treatment: Some(1),
        ..CallTypeRules::default()
    };
    treatments.call_type_rules = vec![(CallType::InterLata, rules)];
    treatments.routes = routes();
    seed.phones = (1..=LINES)
        .map(|line| {
            let phone = Phone {
                class: Class::ALL[usize::from(line % 5)],
                line_treatment: line.is_multiple_of(2).then_some(1),
                ..Phone::standard(&format!("phone {line}"))
            };
            (LineId(line), phone)
        })
        .collect();
    let mut random = Random::new(stream::LISTS);
    let code = |code| (code, format!("0{}", national(&mut random)));
    seed.speed_dials = (1..=SPEED_CODES).map(code).collect();
    seed.inmates = (1..=CALLERS).map(seed_caller).collect();
    seed
}

/// As many as a site of two carriers has: one for local calls, two for each carrier, one for all else.
fn routes() -> Vec<(u16, OutboundRoute)> {
    let over = |name: &str, group| OutboundRoute {
        name: name.to_owned(),
        group: Some(TrunkGroup(group)),
        ..OutboundRoute::default()
    };
    let of = |name, group, brand, carrier: &str| OutboundRoute {
        brands: Some(vec![brand]),
        carrier: carrier.to_owned(),
        ..over(name, group)
    };
    let local = OutboundRoute {
        call_types: Some(vec![CallType::Local]),
        prefixes: Some(vec!["215555".to_owned(), "610".to_owned()]),
        remove: 1,
        ..over("near", 1)
    };
    let routes = [
        local,
        of("IntraLATA", 1, Brand::IntraLata, ""),
        of("IntraLATA, overflow", 2, Brand::IntraLata, "1010288"),
        of("InterLATA", 2, Brand::InterLata, ""),
        of("InterLATA, overflow", 1, Brand::InterLata, "1010222"),
        over("all else", 3),
    ];
    (1..).zip(routes).collect()
}

/// Those whose calls are admitted: they go in by the site file, so that the back office knows their PINs.
pub const CALLERS: u32 = 64;

/// A caller's PIN and the numbers on the list.
pub fn caller(number: u32) -> (String, Vec<u64>) {
    let mut random = Random::for_case(stream::CALLERS, u64::from(number));
    let numbers = (0..5).map(|_| national(&mut random)).collect();
    ((100_000 + number).to_string(), numbers)
}

fn seed_caller(number: u32) -> SeedInmate {
    let (pin, numbers) = caller(number);
    let list = numbers
        .iter()
        .map(|number| (number.to_string(), NumberFlags::default()));
    SeedInmate {
        inmate: NewInmate {
            facility_id: format!("C{number:07}"),
            name: format!("Caller number {number}"),
        },
        pin: Some(PinDetails {
            pin: Secret::new(Digits::parse(&pin).expect("digits")),
            language: None,
            class: None,
        }),
        numbers: list.collect(),
    }
}
