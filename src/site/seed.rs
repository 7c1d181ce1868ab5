//! A site's defaults as the back office takes them into an empty database.

use std::sync::Arc;

use anyhow::Context as _;
use backoffice::{
    AccountDetails, Allowance, AllowedFlags, Anchor, BackOffice, Class, Config, Disabled,
    Durations, NewInmate, NewOfficer, NumberFlags, Phone, PinDetails, Rules, Schedule,
    ScheduleNumber, Seed, SeedAllowance, SeedCredentials, SeedIdentity, SeedInmate, SeedOfficer,
    SiteSettings,
};
use types::{dial_plan::DialPlan, phone_number::CallType, tick::Tick};

use super::{
    Defaults, InmateDefault, LineWire, ListedNumber, OfficerDefault, PhoneDefault, ScheduleDefault,
    Site, people,
};

const NOTE: &str = "from the site file";

/// More than the largest site file fills.
const THROWN_AWAY: u64 = 1 << 30;

impl Site {
    /// What the back office is opened with.
    pub fn office_config(&self, dial_plan: Arc<DialPlan>, anchor: Anchor) -> Config {
        Config {
            site: self.id,
            time_zone: self.time_zone_name.clone(),
            dial_plan,
            map_size: self.map_size,
            durable: self.durable,
            anchor,
            routing: self.routing,
            seed: self.seed(),
        }
    }

    /// Fills a database with the defaults that is thrown away.
    ///
    /// # Errors
    /// Why no empty database can be.
    pub fn try_filling(&self, dial_plan: DialPlan) -> anyhow::Result<()> {
        let directory = tempfile::tempdir().context("a temporary directory")?;
        let utc_ms = jiff::Timestamp::now().as_millisecond();
        let anchor = Anchor {
            tick: Tick::ZERO,
            utc_ms,
        };
        let config = Config {
            map_size: THROWN_AWAY,
            durable: false,
            ..self.office_config(Arc::new(dial_plan), anchor)
        };
        BackOffice::open(directory.path(), config)?;
        Ok(())
    }

    /// What an empty database is filled with.
    pub fn seed(&self) -> Seed {
        let defaults = &self.defaults;
        let phones = self
            .lines
            .iter()
            .map(|line| (line.id, phone(line, defaults)));
        let restricted = defaults.restricted.iter();
        let holidays = defaults.holidays.iter().map(|day| {
            let date = day.date;
            let (month, number) = (date.month().unsigned_abs(), date.day().unsigned_abs());
            (date.year(), month, number, day.name.clone())
        });
        Seed {
            settings: settings(defaults),
            durations: durations(defaults),
            phones: phones.collect(),
            inmates: defaults.inmates.iter().map(inmate).collect(),
            restricted: restricted
                .map(|text| (text.clone(), NOTE.to_owned()))
                .collect(),
            allowed: allowed(defaults),
            time_restricted: defaults.time_restricted.clone(),
            speed_dials: defaults
                .speed_dials
                .iter()
                .map(|dial| (dial.code, dial.dialed.to_string()))
                .collect(),
            schedules: defaults.schedules.iter().map(schedule).collect(),
            holidays: holidays.collect(),
            people: people::seed(self),
            identity: identity(self),
            treatments: defaults.treatments.clone(),
            allowances: allowances(defaults),
        }
    }
}

fn settings(defaults: &Defaults) -> SiteSettings {
    let screening = &defaults.screening;
    SiteSettings {
        call: defaults.settings.clone(),
        rules: Rules {
            people: defaults.people.rules,
            ..screening.rules
        },
        pin_numbers_max: screening.pin_numbers_max,
        guessing: screening.guessing,
        fraud: screening.fraud,
        registers: defaults.registers,
    }
}

/// What everybody may use, what some classes and inmates may instead, and what numbers may be called.
fn allowances(defaults: &Defaults) -> Vec<(SeedAllowance, Allowance)> {
    let everybody = defaults.allowance.map(|a| (SeedAllowance::Everybody, a));
    let classes = defaults.people.class_allowances.iter();
    let classes = classes.map(|(class, allowance)| (SeedAllowance::Class(*class), *allowance));
    let inmates = defaults.inmates.iter().filter_map(|inmate| {
        let of = SeedAllowance::Inmate(inmate.id.clone());
        Some((of, inmate.allowance?))
    });
    let limits = defaults.number_limits.iter();
    let numbers = limits.map(|l| (SeedAllowance::Numbers(l.pattern.clone()), l.allowance));
    everybody
        .into_iter()
        .chain(classes)
        .chain(inmates)
        .chain(numbers)
        .collect()
}

fn durations(defaults: &Defaults) -> Vec<(Class, CallType, Durations)> {
    let mut all = Vec::new();
    for class in &defaults.classes {
        let number = Class::new(class.number).expect("the site file's classes are 1 to 5");
        let durations = Durations {
            weekday: class.weekday,
            weekend: class.weekend,
            holiday: class.holiday,
        };
        let named =
            |kind: &CallType| class.call_types.is_empty() || class.call_types.contains(kind);
        for kind in CallType::ALL.into_iter().filter(named) {
            all.push((number, kind, durations));
        }
    }
    all
}

fn phone(line: &LineWire, defaults: &Defaults) -> Phone {
    let standard = Phone {
        pin_required: line.pin_required,
        ..Phone::standard(&line.name)
    };
    let of_line = |phone: &&PhoneDefault| phone.line == line.id;
    match defaults.phones.iter().find(of_line) {
        None => standard,
        Some(phone) => Phone {
            in_service: phone.in_service,
            schedule: phone.schedule,
            class: Class::new(phone.class).expect("the site file's classes are 1 to 5"),
            privileged: phone.privileged,
            call_types: (!phone.call_types.is_empty()).then(|| phone.call_types.clone()),
            patterns: (!phone.dialing.is_empty()).then(|| phone.dialing.clone()),
            line_treatment: phone.line_treatment,
            ..standard
        },
    }
}

fn schedule(entry: &ScheduleDefault) -> (ScheduleNumber, String, Schedule) {
    (entry.number, entry.name.clone(), entry.schedule)
}

fn inmate(inmate: &InmateDefault) -> SeedInmate {
    let pin = inmate.pin.clone().map(|pin| PinDetails {
        pin,
        language: inmate.language,
        class: inmate.class.and_then(Class::new),
    });
    let flags = |listed: &ListedNumber| NumberFlags {
        untimed: listed.untimed,
        privileged: listed.privileged,
        disabled: if listed.disabled {
            Disabled::ForGood
        } else {
            Disabled::No
        },
    };
    let numbers = inmate.numbers.iter();
    SeedInmate {
        inmate: NewInmate {
            facility_id: inmate.id.clone(),
            name: inmate.name.clone(),
        },
        pin,
        numbers: numbers
            .map(|listed| (listed.number.to_string(), flags(listed)))
            .collect(),
    }
}

fn identity(site: &Site) -> SeedIdentity {
    let defaults = &site.defaults;
    let credentials = |inmate: &InmateDefault| SeedCredentials {
        facility_id: inmate.id.clone(),
        account: inmate.pin.is_none().then(|| AccountDetails {
            language: inmate.language,
            class: inmate.class.and_then(Class::new),
        }),
        card: inmate.credentials.card.clone(),
        passcode: inmate.credentials.passcode.clone(),
    };
    let officer = |officer: &OfficerDefault| SeedOfficer {
        officer: NewOfficer {
            id: officer.id.clone(),
            name: officer.name.clone(),
        },
        card: officer.card.clone(),
        code: officer.code.clone(),
    };
    let with = |inmate: &&InmateDefault| inmate.credentials.any();
    let phones = defaults.phones.iter();
    // A phone that no [[line]] has is entered nowhere, and asks for nothing.
    let wired = |phone: &&PhoneDefault| site.lines.iter().any(|wire| wire.id == phone.line);
    SeedIdentity {
        inmates: defaults
            .inmates
            .iter()
            .filter(with)
            .map(credentials)
            .collect(),
        officers: defaults.officers.iter().map(officer).collect(),
        phones: phones
            .filter(wired)
            .filter_map(|phone| Some((phone.line, phone.identity?)))
            .collect(),
    }
}

fn allowed(defaults: &Defaults) -> Vec<(String, AllowedFlags)> {
    let flags = |numbers: &super::AllowedNumbers| AllowedFlags {
        untimed: numbers.untimed,
        privileged: numbers.privileged,
        note: NOTE.to_owned(),
    };
    let allowed = defaults.allowed.iter();
    allowed
        .map(|numbers| (numbers.pattern.clone(), flags(numbers)))
        .collect()
}
