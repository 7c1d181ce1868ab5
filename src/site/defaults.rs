//! `[defaults]`: what an empty database is seeded with, once. From then on the database says what
//! is administered, and these lines have no effect.

use std::collections::HashSet;

use backoffice::{
    Allowance, FraudRules, GuessRule, RegisterRules, Rules, SeedTreatments, TimeRestriction,
    Weekend,
};
use types::{
    digits::{Digits, List},
    language::Language,
    phone_number::{CallType, PhoneNumber},
    secret::Secret,
    settings::{CallSettings, MAX_LANGUAGES, Unrecorded},
};

use super::{
    fraud,
    identity::{self, Credentials, Given, OfficerDefault},
    people::{PeopleDefaults, PersonDefault},
    phones::{PhoneDefault, duration_class, phone},
    reader::{Placed, Section},
    registers::{self, NumberLimit},
    schedules::{ScheduleDefault, schedules, week},
    settings::{self, set_flag},
    treatments, values,
    wiring::Wired,
};

/// The content of a new database.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub settings: CallSettings,
    pub screening: ScreeningDefaults,
    pub classes: Vec<Class>,
    pub phones: Vec<PhoneDefault>,
    pub inmates: Vec<InmateDefault>,
    pub officers: Vec<OfficerDefault>,
    /// As written, checked to be patterns.
    pub restricted: Vec<String>,
    pub allowed: Vec<AllowedNumbers>,
    pub time_restricted: Vec<TimeRestriction>,
    pub speed_dials: Vec<SpeedDial>,
    pub schedules: Vec<ScheduleDefault>,
    pub holidays: Vec<HolidayDefault>,
    pub people: PeopleDefaults,
    pub treatments: SeedTreatments,
    /// Of every inmate without one of their own, and whose class has none.
    pub allowance: Option<Allowance>,
    pub number_limits: Vec<NumberLimit>,
    pub registers: RegisterRules,
}

/// What screening asks for the whole site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScreeningDefaults {
    /// But for what is asked of people.
    pub rules: Rules,
    /// The most numbers on one PIN's list.
    pub pin_numbers_max: u16,
    pub guessing: GuessRule,
    pub fraud: FraudRules,
}

/// The longest calls of a duration class (C6), in seconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Class {
    /// 1 to 5.
    pub number: u8,
    /// For these call types; none is every type.
    pub call_types: Vec<CallType>,
    pub weekday: u32,
    pub weekend: u32,
    pub holiday: u32,
}

#[derive(Clone, Debug)]
pub struct InmateDefault {
    /// The facility's own id.
    pub id: String,
    pub name: String,
    /// None for who has a card or a passcode in its place.
    pub pin: Option<Secret<Digits>>,
    pub credentials: Credentials,
    pub language: Option<Language>,
    pub class: Option<u8>,
    pub numbers: Vec<ListedNumber>,
    pub person: PersonDefault,
    /// In place of everybody's, and of that of the class.
    pub allowance: Option<Allowance>,
}

/// A number on a PIN's own list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListedNumber {
    pub number: PhoneNumber,
    pub untimed: bool,
    pub privileged: bool,
    pub disabled: bool,
}

/// Numbers that everybody may call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AllowedNumbers {
    pub pattern: String,
    pub untimed: bool,
    pub privileged: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HolidayDefault {
    pub date: jiff::civil::Date,
    pub name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpeedDial {
    /// 1 to 50.
    pub code: u8,
    /// As it would be dialed.
    pub dialed: Digits,
}

/// Monday first, as the tables count.
pub(crate) const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

pub(super) const PATTERN: &str =
    "a number in which ? is any digit and a last * any digits, such as \"900???????\" or \"+44*\"";

impl Defaults {
    pub fn has_pins(&self) -> bool {
        !self.inmates.is_empty() || !self.officers.is_empty()
    }

    pub(super) fn read(
        mut section: Section<'_>,
        languages: Option<&List<Language, MAX_LANGUAGES>>,
        wired: &Wired<'_>,
    ) -> Defaults {
        let mut people = PeopleDefaults::read(&mut section);
        let mut given = HashSet::new();
        let classes = section.tables("class").into_iter();
        let classes = classes.filter_map(|of| class(of, &mut given));
        let classes: Vec<Class> = classes.collect();
        let mut settings = settings::read(&mut section, languages);
        let mut screening = screening(&mut section);
        let privileged = &mut screening.rules.officer_for_privileged;
        identity::settings(&mut section, &mut settings, privileged);
        let mut given = Given::default();
        let known = Known {
            settings: &settings,
            languages,
            classes: &classes,
            people: &people,
        };
        let inmates = inmates(&mut section, &mut given, &known);
        people.read_attached(&mut section, &inmates);
        let defaults = Defaults {
            officers: identity::officers(&mut section, &mut given, &settings),
            settings,
            screening,
            classes,
            phones: Vec::new(),
            inmates,
            restricted: plain(section.key("restricted").list(PATTERN, pattern)),
            allowed: allowed(&mut section),
            time_restricted: hours(&mut section),
            speed_dials: speed_dials(section.table("speed_dial")),
            schedules: schedules(&mut section),
            holidays: holidays(section.table("holidays")),
            people,
            treatments: treatments::read(&mut section, wired),
            allowance: registers::allowance(&mut section),
            number_limits: registers::number_limits(&mut section),
            registers: registers::rules(&mut section),
        };
        let phones = section.tables("phone");
        let mut seen = Vec::new();
        let phone = |of| phone(of, &defaults, wired, &mut seen);
        let phones = phones.into_iter().filter_map(phone).collect();
        section.finish();
        Defaults { phones, ..defaults }
    }
}

fn screening(section: &mut Section<'_>) -> ScreeningDefaults {
    let mut defaults = ScreeningDefaults {
        rules: Rules::standard(),
        pin_numbers_max: 20,
        guessing: guessing(section),
        fraud: fraud::rules(section),
    };
    let rules = &mut defaults.rules;
    for (key, value) in [
        ("check_restricted", &mut rules.check_restricted),
        ("allowed_rescues", &mut rules.allowed_rescues),
        ("global_block_wins", &mut rules.global_block_wins),
        ("record", &mut rules.record),
        ("announce_limit", &mut rules.announce_limit),
        ("warn_two_minutes", &mut rules.warnings.two_minutes),
        ("warn_one_minute", &mut rules.warnings.one_minute),
    ] {
        set_flag(section, key, value);
    }
    let unrecorded = section
        .key("unrecorded")
        .one_of(&[("refuse", Unrecorded::Refuse), ("allow", Unrecorded::Allow)]);
    rules.unrecorded = unrecorded.unwrap_or(rules.unrecorded);
    if let Some(seconds) = section.key("default_limit_seconds").int(1..=5940) {
        rules.default_limit_seconds = seconds as u32;
    }
    if let Some(most) = section.key("pin_numbers_max").int(1..=1000) {
        defaults.pin_numbers_max = most as u16;
    }
    let days = section.key("weekend").list(&DAYS.join(", "), |text| {
        DAYS.iter().position(|day| *day == text)
    });
    if let Some(days) = days {
        let days = days.iter().map(|day| 1 << day.value);
        rules.weekend = Weekend(days.fold(0, |all: u8, day: u8| all | day));
    }
    defaults
}

/// When a phone, or a PIN, rests because too many tries failed.
fn guessing(section: &mut Section<'_>) -> GuessRule {
    let mut rule = GuessRule::standard();
    if let Some(borne) = section.key("wrong_pins_borne").int(0..=1000) {
        rule.borne = (borne > 0).then_some(borne as u16);
    }
    let times = [
        ("wrong_pin_forget_seconds", &mut rule.forget_seconds),
        ("rest_seconds", &mut rule.rest_seconds),
        ("longest_rest_seconds", &mut rule.longest_rest_seconds),
    ];
    for (key, value) in times {
        if let Some(seconds) = section.key(key).int(1..=604_800) {
            *value = seconds as u32;
        }
    }
    rule
}

/// `[[defaults.class]]`: 99 minutes at most, as everywhere (C6).
fn class(mut section: Section<'_>, given: &mut HashSet<(u64, CallType)>) -> Option<Class> {
    let number = section.key("number").must().int(1..=5);
    let seconds = section.key("seconds").must().int(1..=5940);
    let weekend = section.key("weekend_seconds").int(1..=5940);
    let holiday = section.key("holiday_seconds").int(1..=5940);
    let call_types = call_types(&mut section);
    let named = |kind: &CallType| call_types.is_empty() || call_types.contains(kind);
    for (name, kind) in values::CALL_TYPES.iter().filter(|(_, kind)| named(kind)) {
        let Some(number) = number else { break };
        let shown = format!("{number} for {name} calls");
        section.once("number", given, (number, *kind), &shown);
    }
    section.finish();
    let weekday = seconds? as u32;
    let weekend = weekend.map_or(weekday, |seconds| seconds as u32);
    Some(Class {
        number: number? as u8,
        call_types,
        weekday,
        weekend,
        holiday: holiday.map_or(weekend, |seconds| seconds as u32),
    })
}

pub(super) fn call_types(section: &mut Section<'_>) -> Vec<CallType> {
    let names = values::call_type_names();
    plain(section.key("call_types").list(&names, values::call_type))
}

/// What inmates may name, and what holds for them.
struct Known<'a> {
    settings: &'a CallSettings,
    languages: Option<&'a List<Language, MAX_LANGUAGES>>,
    classes: &'a [Class],
    people: &'a PeopleDefaults,
}

fn inmates(defaults: &mut Section<'_>, given: &mut Given, known: &Known<'_>) -> Vec<InmateDefault> {
    let (settings, people) = (known.settings, known.people);
    let mut inmates: Vec<InmateDefault> = Vec::new();
    for mut section in defaults.tables("inmate") {
        let id = section.key("id").must().id(40);
        let name = section.key("name").must().text(80);
        let pin = identity::pin(&mut section, settings.pin_length);
        let credentials = identity::credentials(&mut section, given, settings);
        let loaded = |text: &str| {
            let all = known.languages;
            Language::parse(text).filter(|code| all.is_none_or(|all| all.contains(code)))
        };
        let language = section
            .key("language")
            .parsed("a code of [site] languages", loaded);
        let class = duration_class(&mut section, known.classes);
        let numbers = listed_numbers(&mut section);
        let listed_at = (section.line(), section.path("numbers"));
        let person = people.person(&mut section);
        let allowance = registers::allowance(&mut section);
        let (notes, pin_path, id_path) = (section.notes(), section.path("pin"), section.path("id"));
        section.finish();
        let (Some(id), Some(name)) = (id, name) else {
            continue;
        };
        identity::check_id(notes, id_path.clone(), &id, &credentials, settings);
        if let Some(pin) = &pin
            && inmates
                .iter()
                .any(|before| before.pin.as_ref() == Some(&pin.value))
        {
            let what = "is the PIN of an inmate above (not shown); each must be its own";
            notes.add(pin.line, pin_path, what);
        }
        if inmates.iter().any(|before| before.id == id.value) {
            let what = format!("is \"{}\", as above; each must be its own", id.value);
            notes.add(id.line, id_path, what);
        }
        let inmate = InmateDefault {
            person,
            id: id.value,
            name: name.value,
            pin: pin.map(|pin| pin.value),
            credentials,
            language: language.map(|language| language.value),
            class,
            numbers,
            allowance,
        };
        people.check_listed(&inmate, notes, listed_at);
        inmates.push(inmate);
    }
    inmates
}

/// `numbers`, and which of them are `untimed`, `privileged` or `disabled`.
fn listed_numbers(section: &mut Section<'_>) -> Vec<ListedNumber> {
    let numbers = section.key("numbers").list(values::NUMBER, values::number);
    let mut listed: Vec<ListedNumber> = plain(numbers)
        .into_iter()
        .map(|number| ListedNumber {
            number,
            untimed: false,
            privileged: false,
            disabled: false,
        })
        .collect();
    mark(section, "untimed", &mut listed, |number| {
        number.untimed = true
    });
    mark(section, "privileged", &mut listed, |number| {
        number.privileged = true
    });
    mark(section, "disabled", &mut listed, |number| {
        number.disabled = true
    });
    listed
}

fn mark(
    section: &mut Section<'_>,
    key: &'static str,
    listed: &mut [ListedNumber],
    set: fn(&mut ListedNumber),
) {
    let marked = section.key(key).list(values::NUMBER, values::number);
    for Placed { value, line } in marked.unwrap_or_default() {
        match listed.iter_mut().find(|entry| entry.number == value) {
            Some(entry) => set(entry),
            None => {
                let what = format!("has {value}, which is not in `numbers` of the same inmate");
                section.notes().add(line, section.path(key), what);
            }
        }
    }
}

/// `allowed`, and the same with a mark: `allowed_untimed`, `allowed_privileged`.
fn allowed(section: &mut Section<'_>) -> Vec<AllowedNumbers> {
    let mut allowed: Vec<AllowedNumbers> = Vec::new();
    let lists = [
        ("allowed", false, false),
        ("allowed_untimed", true, false),
        ("allowed_privileged", true, true),
    ];
    for (key, untimed, privileged) in lists {
        for pattern in plain(section.key(key).list(PATTERN, pattern)) {
            allowed.push(AllowedNumbers {
                pattern,
                untimed,
                privileged,
            });
        }
    }
    allowed
}

/// `[[defaults.hours]]`: when some numbers may be called (C13); several for the same numbers add up.
fn hours(defaults: &mut Section<'_>) -> Vec<TimeRestriction> {
    let mut all: Vec<TimeRestriction> = Vec::new();
    for mut section in defaults.tables("hours") {
        let number = section.key("number").must().parsed(PATTERN, pattern);
        let open = week(&mut section);
        section.finish();
        let Some(Placed { value: pattern, .. }) = number else {
            continue;
        };
        match all.iter_mut().find(|before| before.pattern == pattern) {
            Some(before) => before.open = before.open.or(open),
            None => all.push(TimeRestriction { pattern, open }),
        }
    }
    all
}

fn speed_dials(mut section: Section<'_>) -> Vec<SpeedDial> {
    let notes = section.notes();
    let mut dials = Vec::new();
    for (key, Placed { value, line }) in section.free_texts() {
        let code = key
            .parse()
            .ok()
            .filter(|code| key.len() == 2 && (1..=50).contains(code));
        let path = section.path(&key);
        let Some(code) = code else {
            notes.add(line, path, "is not a speed dial code; allowed: 01 to 50");
            continue;
        };
        match values::dialed(&value) {
            Some(dialed) => dials.push(SpeedDial { code, dialed }),
            None => {
                let what = format!("is \"{value}\"; allowed: digits as they would be dialed");
                notes.add(line, path, what);
            }
        }
    }
    dials
}

/// `[defaults.holidays]`: a date and its name.
fn holidays(mut section: Section<'_>) -> Vec<HolidayDefault> {
    let notes = section.notes();
    let mut holidays = Vec::new();
    for (key, Placed { value, line }) in section.free_texts() {
        match key.parse() {
            Ok(date) => holidays.push(HolidayDefault { date, name: value }),
            Err(_) => {
                let what = "is not a date; allowed: a date in quotes such as \"2026-12-25\"";
                notes.add(line, section.path(&key), what);
            }
        }
    }
    holidays
}

/// Checks a pattern and gives it back without the marks that people put between digits.
pub(super) fn pattern(text: &str) -> Option<String> {
    db::pattern::Pattern::parse(text)
        .ok()
        .map(|pattern| pattern.to_string())
}

pub(super) fn plain<T>(found: Option<Vec<Placed<T>>>) -> Vec<T> {
    found
        .unwrap_or_default()
        .into_iter()
        .map(|placed| placed.value)
        .collect()
}
