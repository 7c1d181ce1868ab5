//! What `[defaults]` says of inmates and groups: classes, living units, lists, calling hours.

use std::collections::HashSet;

use backoffice::{
    Allowance, Disabled, InmateClassDetails, InmateProfile, PeopleRules, SeedGroup, SeedPeople,
    SeedPerson, SeedScope, WeekSteps,
};
use db::pattern::Pattern;
use jiff::{civil::Date, tz::TimeZone};
use types::{
    id::LineId,
    inmate::{EnrollmentStep, InmateClass, Relationship, Scope, Supervision},
};

use super::{
    Defaults, InmateDefault, Site,
    defaults::{PATTERN, pattern, plain},
    reader::{Notes, Placed, Section},
    registers,
    schedules::week,
    settings::set_flag,
};

/// What the file says of inmates and groups, beyond the inmates themselves.
#[derive(Clone, Debug)]
pub struct PeopleDefaults {
    pub rules: PeopleRules,
    /// Each after the one it is a part of.
    pub groups: Vec<GroupDefault>,
    pub classes: Vec<(InmateClass, InmateClassDetails)>,
    /// Of the inmates of a class, in place of everybody's.
    pub class_allowances: Vec<(InmateClass, Allowance)>,
    /// Whose list, whether its blocked side, and a pattern.
    pub lists: Vec<(SeedScope, bool, String)>,
    pub windows: Vec<(SeedScope, WeekSteps)>,
    pub entry_restricted: Vec<String>,
}

/// A group, by its full name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupDefault {
    pub name: String,
    pub officer_needed: bool,
}

/// What the file says of one inmate beyond id, name and PIN.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonDefault {
    pub living_unit: Option<String>,
    pub profile: InmateProfile,
    pub suspended: bool,
    /// The first day on which the PIN is valid, and the first on which it is not any more.
    pub valid: (Option<Date>, Option<Date>),
}

const GROUP: &str = "the name of a [[defaults.group]]";
const OF: &str = "\"inmate\", \"class\", \"supervision\", \"relationship\" or \"group\", and which";
const DATE: &str = "a date such as \"2026-12-25\"";

const STEPS: &str = "identified, rules-signed, name-recorded";

impl PeopleDefaults {
    pub(super) fn read(section: &mut Section<'_>) -> PeopleDefaults {
        let rules = rules(section);
        let groups = groups(section);
        let (classes, class_allowances) = classes(section);
        let entry_restricted = section.key("entry_restricted").list(PATTERN, pattern);
        PeopleDefaults {
            rules,
            groups,
            classes,
            class_allowances,
            lists: Vec::new(),
            windows: Vec::new(),
            entry_restricted: plain(entry_restricted),
        }
    }

    /// `[[defaults.list]]` and `[[defaults.window]]`, which may be an inmate's.
    pub(super) fn read_attached(&mut self, section: &mut Section<'_>, inmates: &[InmateDefault]) {
        let known = Known {
            groups: &self.groups,
            classes: &self.classes,
            inmates,
        };
        let (lists, windows) = (lists(section, &known), windows(section, &known));
        (self.lists, self.windows) = (lists, windows);
    }

    /// The groups that a phone or an inmate names.
    pub(super) fn groups_named(&self, section: &mut Section<'_>, key: &'static str) -> Vec<String> {
        plain(section.key(key).list(GROUP, |name| self.group(name)))
    }

    /// `unit`, and what else is said of an inmate.
    pub(super) fn person(&self, section: &mut Section<'_>) -> PersonDefault {
        let unit = section.key("unit").parsed(GROUP, |name| self.group(name));
        let class = self.class_of(section);
        let supervision = section.key("supervision").int(1..=9);
        let longest = section.key("longest_seconds").int(1..=5940);
        let mut profile = InmateProfile {
            class,
            supervision: supervision.and_then(|level| Supervision::new(level as u8)),
            longest_seconds: longest.map(|seconds| seconds as u32),
            ..InmateProfile::default()
        };
        set_flag(section, "watched", &mut profile.watched);
        set_flag(section, "booked_only", &mut profile.booked_only);
        for step in steps(section, "enrolled") {
            profile.enrolled = profile.enrolled.with(step);
        }
        let mut suspended = false;
        set_flag(section, "suspended", &mut suspended);
        let day = |found: Option<Placed<Date>>| found.map(|day| day.value);
        let from = day(section
            .key("valid_from")
            .parsed(DATE, |day| day.parse().ok()));
        let to = section.key("valid_to").parsed(DATE, |day| day.parse().ok());
        if let (Some(from), Some(Placed { value, line })) = (from, &to)
            && from >= *value
        {
            let path = section.path("valid_to");
            section
                .notes()
                .add(*line, path, "must be later than `valid_from`");
        }
        PersonDefault {
            living_unit: unit.map(|unit| unit.value),
            profile,
            suspended,
            valid: (from, day(to)),
        }
    }

    /// Tells of a number that an inmate is to list and that no list takes.
    pub(super) fn check_listed(&self, inmate: &InmateDefault, notes: &Notes, at: (usize, String)) {
        for listed in &inmate.numbers {
            let fits = |text: &&String| {
                Pattern::parse(text).is_ok_and(|pattern| pattern.fits(&listed.number))
            };
            if let Some(pattern) = self.entry_restricted.iter().find(fits) {
                let (line, path) = at.clone();
                let number = listed.number;
                notes.add(
                    line,
                    path,
                    format!("has {number}, which `entry_restricted` has as {pattern}"),
                );
            }
        }
    }

    /// The class that an inmate names; it has to be there.
    fn class_of(&self, section: &mut Section<'_>) -> Option<InmateClass> {
        let number = section.key("inmate_class").int(1..=99)?;
        let class = InmateClass::new(number as u8)?;
        if !self.classes.iter().any(|(known, _)| *known == class) {
            let what =
                format!("is {number}, and there is no [[defaults.inmate_class]] of this number");
            let (notes, path) = (section.notes(), section.path("inmate_class"));
            notes.add(section.line(), path, what);
        }
        Some(class)
    }

    fn group(&self, name: &str) -> Option<String> {
        let known = self.groups.iter().any(|group| group.name == name);
        known.then(|| name.to_owned())
    }
}

fn rules(section: &mut Section<'_>) -> PeopleRules {
    let mut rules = PeopleRules::standard();
    for (key, flag) in [
        ("private_numbers", &mut rules.private_numbers),
        ("shared_numbers", &mut rules.shared_numbers),
        ("all_windows", &mut rules.all_windows),
        ("only_approved_contacts", &mut rules.only_approved_contacts),
        ("two_persons_approve", &mut rules.two_persons),
    ] {
        set_flag(section, key, flag);
    }
    for step in steps(section, "enrollment") {
        rules.enrollment = rules.enrollment.with(step);
    }
    rules
}

fn steps(section: &mut Section<'_>, key: &'static str) -> Vec<EnrollmentStep> {
    plain(section.key(key).list(STEPS, EnrollmentStep::named))
}

/// `[[defaults.group]]`: a group comes after the one it is a part of.
fn groups(section: &mut Section<'_>) -> Vec<GroupDefault> {
    let mut groups: Vec<GroupDefault> = Vec::new();
    for mut section in section.tables("group") {
        let name = section.key("name").must().text(200);
        let mut officer_needed = false;
        set_flag(&mut section, "officer", &mut officer_needed);
        let (notes, path) = (section.notes(), section.path("name"));
        section.finish();
        let Some(Placed { value: name, line }) = name else {
            continue;
        };
        let there = |name: &str| groups.iter().any(|group| group.name == name);
        if there(&name) {
            notes.add(line, path, format!("is \"{name}\", as above"));
            continue;
        }
        if let Some((above, own)) = name.rsplit_once('/') {
            if own.trim().is_empty() {
                notes.add(line, path, "has nothing after its last /");
                continue;
            }
            if !there(above) {
                let what =
                    format!("is a part of \"{above}\", which is no [[defaults.group]] above");
                notes.add(line, path, what);
                continue;
            }
        }
        groups.push(GroupDefault {
            name,
            officer_needed,
        });
    }
    groups
}

type Classes = Vec<(InmateClass, InmateClassDetails)>;

/// `[[defaults.inmate_class]]`, and the allowances of those that have one.
fn classes(section: &mut Section<'_>) -> (Classes, Vec<(InmateClass, Allowance)>) {
    let mut classes: Classes = Vec::new();
    let mut allowances = Vec::new();
    for mut section in section.tables("inmate_class") {
        let number = section.key("number").must().int(1..=99);
        let name = section.key("name").must().text(80);
        let longest = section.key("longest_seconds").int(1..=5940);
        let mut booked_only = false;
        set_flag(&mut section, "booked_only", &mut booked_only);
        let allowance = registers::allowance(&mut section);
        let (notes, path, at) = (section.notes(), section.path("number"), section.line());
        section.finish();
        let number = number.and_then(|number| InmateClass::new(number as u8));
        let (Some(number), Some(name)) = (number, name) else {
            continue;
        };
        if classes.iter().any(|(before, _)| *before == number) {
            notes.add(at, path, "is the number of an inmate class above");
            continue;
        }
        let details = InmateClassDetails {
            name: name.value,
            longest_seconds: longest.map(|seconds| seconds as u32),
            booked_only,
        };
        classes.push((number, details));
        allowances.extend(allowance.map(|allowance| (number, allowance)));
    }
    (classes, allowances)
}

/// What a scope may name.
struct Known<'a> {
    groups: &'a [GroupDefault],
    classes: &'a [(InmateClass, InmateClassDetails)],
    inmates: &'a [InmateDefault],
}

impl Known<'_> {
    /// `of` of a table, which has to be one that `fits` and is there.
    fn scope(&self, section: &mut Section<'_>, fits: fn(&SeedScope) -> bool) -> Option<SeedScope> {
        let of = section.key("of").must();
        let Placed { value, line } = of.parsed(OF, |text| scope(text).filter(fits))?;
        if let Some(why) = self.missing(&value) {
            section.notes().add(line, section.path("of"), why);
        }
        Some(value)
    }

    /// What is not there of that which is named.
    fn missing(&self, scope: &SeedScope) -> Option<String> {
        let (there, of, what) = match scope {
            SeedScope::Inmate(id) => {
                let there = self.inmates.iter().any(|inmate| inmate.id == *id);
                (there, format!("inmate {id}"), "inmate]] has this id")
            }
            SeedScope::Group(name) => {
                let there = self.groups.iter().any(|group| group.name == *name);
                (there, format!("group {name}"), "group]] has this name")
            }
            SeedScope::Known(Scope::Class(class)) => {
                let there = self.classes.iter().any(|(known, _)| known == class);
                let of = format!("class {}", class.number());
                (there, of, "inmate_class]] has this number")
            }
            SeedScope::Known(_) => return None,
        };
        (!there).then(|| format!("is \"{of}\", and no [[defaults.{what}"))
    }
}

/// `group East/Tier 1`, `class 3`, `inmate A-17` ...
fn scope(text: &str) -> Option<SeedScope> {
    let (kind, which) = text.split_once(' ')?;
    let which = which.trim();
    Some(match kind {
        "inmate" => SeedScope::Inmate(which.to_owned()),
        "group" => SeedScope::Group(which.to_owned()),
        "class" => SeedScope::Known(Scope::Class(InmateClass::new(which.parse().ok()?)?)),
        "supervision" => {
            let level = Supervision::new(which.parse().ok()?)?;
            SeedScope::Known(Scope::Supervision(level))
        }
        "relationship" => {
            let relationship = Relationship::named(which)?;
            SeedScope::Known(Scope::Relationship(relationship))
        }
        _ => return None,
    })
}

/// `[[defaults.list]]`.
fn lists(section: &mut Section<'_>, known: &Known<'_>) -> Vec<(SeedScope, bool, String)> {
    let (mut lists, mut given) = (Vec::new(), HashSet::new());
    for mut section in section.tables("list") {
        let of = known.scope(&mut section, |_| true);
        let sides = [("blocked", true), ("allowed", false)].map(|(key, blocked)| {
            let patterns = plain(section.key(key).list(PATTERN, pattern));
            patterns
                .into_iter()
                .map(move |pattern| (key, blocked, pattern))
        });
        for (key, blocked, pattern) in sides.into_iter().flatten() {
            let Some(of) = &of else { continue };
            if let (SeedScope::Inmate(_), false) = (of, blocked) {
                let why = "an inmate's list is blocked: what one may call is in `numbers` of the \
                           [[defaults.inmate]]";
                let notes = section.notes();
                notes.add(section.line(), section.path(key), why);
                break;
            }
            let one = (of.clone(), pattern.clone());
            section.once(key, &mut given, one, &pattern);
            lists.push((of.clone(), blocked, pattern));
        }
        section.finish();
    }
    lists
}

/// `[[defaults.window]]`: several for the same add up.
fn windows(section: &mut Section<'_>, known: &Known<'_>) -> Vec<(SeedScope, WeekSteps)> {
    let mut windows: Vec<(SeedScope, WeekSteps)> = Vec::new();
    for mut section in section.tables("window") {
        let of = known.scope(&mut section, |of| {
            !matches!(
                of,
                SeedScope::Known(Scope::Supervision(_) | Scope::Relationship(_))
            )
        });
        let open = week(&mut section);
        section.finish();
        let Some(of) = of else { continue };
        match windows.iter_mut().find(|(scope, _)| *scope == of) {
            Some((_, week)) => *week = week.or(open),
            None => windows.push((of, open)),
        }
    }
    windows
}

/// As the back office takes them into an empty database.
pub(super) fn seed(site: &Site) -> SeedPeople {
    let defaults = &site.defaults;
    let people = &defaults.people;
    let note = |text: &String| (text.clone(), "from the site file".to_owned());
    SeedPeople {
        groups: people
            .groups
            .iter()
            .map(|group| of_group(group, defaults))
            .collect(),
        classes: people.classes.clone(),
        persons: defaults
            .inmates
            .iter()
            .map(|inmate| {
                (
                    inmate.id.clone(),
                    of_person(&inmate.person, &site.time_zone),
                )
            })
            .collect(),
        lists: people.lists.clone(),
        windows: people.windows.clone(),
        entry_restricted: people.entry_restricted.iter().map(note).collect(),
    }
}

fn of_group(group: &GroupDefault, defaults: &Defaults) -> SeedGroup {
    let in_it = defaults
        .phones
        .iter()
        .filter(|phone| phone.groups.contains(&group.name));
    let phones: Vec<LineId> = in_it.map(|phone| phone.line).collect();
    SeedGroup {
        name: group.name.clone(),
        officer_needed: group.officer_needed,
        phones,
    }
}

fn of_person(person: &PersonDefault, zone: &TimeZone) -> SeedPerson {
    let begins = |day: Option<Date>| {
        let midnight = day?.to_zoned(zone.clone()).ok()?;
        Some(midnight.timestamp().as_millisecond())
    };
    SeedPerson {
        profile: person.profile.clone(),
        living_unit: person.living_unit.clone(),
        suspended: match person.suspended {
            true => Disabled::ForGood,
            false => Disabled::No,
        },
        pin_valid: (begins(person.valid.0), begins(person.valid.1)),
    }
}
