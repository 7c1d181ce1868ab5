use crate::{
    AccountDetails, AllowedFlags, Anchor, Error, NamedTreatment, NewInmate, NewOfficer,
    NumberDetails, NumberFlags, OutboundRoute, Phone, PhoneIdentity, PhoneTreatment, PinDetails,
    RegisterRules, SeedPeople, TimeRestriction, admin::identity::MOST_KEYS,
};
use screening::{
    Allowance, CallTypeRules, Class, Durations, FraudRules, GuessRule, Routing, Rules, Schedule,
    ScheduleNumber,
};
use std::sync::Arc;
use types::{
    credential::CardNumber,
    dial_plan::DialPlan,
    digits::Digits,
    id::LineId,
    inmate::{EnrollmentStep, InmateClass},
    phone_number::CallType,
    secret::Secret,
    settings::CallSettings,
};

/// What root knows of the site when it opens the back office.
#[derive(Clone, Debug)]
pub struct Config {
    pub site: u32,
    /// An IANA name, such as `America/New_York`.
    pub time_zone: String,
    pub dial_plan: Arc<DialPlan>,
    /// The most the database may grow to, in bytes.
    pub map_size: u64,
    /// As in [`db::Options`]: `false` only for a database that is thrown away.
    pub durable: bool,
    /// The tick and the UTC instant of opening.
    pub anchor: Anchor,
    pub routing: Routing,
    /// What an empty database begins with; a database that holds something ignores it.
    pub seed: Seed,
}

/// What holds for the whole site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteSettings {
    /// As every phone has them; `in_service` and `pin_required` come from the phone.
    pub call: CallSettings,
    pub rules: Rules,
    /// The most numbers on a PIN's list.
    pub pin_numbers_max: u16,
    pub guessing: GuessRule,
    /// How calls are counted.
    pub registers: RegisterRules,
    /// How much fraud on calls to a number blocks it.
    pub fraud: FraudRules,
}

impl SiteSettings {
    pub fn standard() -> SiteSettings {
        SiteSettings {
            call: CallSettings::standard(),
            rules: Rules::standard(),
            pin_numbers_max: 20,
            guessing: GuessRule::standard(),
            registers: RegisterRules::standard(),
            fraud: FraudRules::standard(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let call = &self.call;
        let refuse = |field, why: &str| Err(Error::invalid(field, why));
        if !(1..=16).contains(&call.pin_length) {
            return refuse("PIN length", "1 to 16 digits");
        }
        if call.pin_tries == 0 {
            return refuse("PIN tries", "at least one");
        }
        if call.id_length > MOST_KEYS || call.passcode_length > MOST_KEYS {
            return refuse(
                "keys of an id or a passcode",
                "at most 16, or 0 for any number",
            );
        }
        if (1..4).contains(&call.passcode_length) || !(4..=MOST_KEYS).contains(&call.code_length) {
            return refuse("keys of a passcode or an officer's code", "4 to 16");
        }
        if call.languages.is_empty() {
            return refuse("languages", "at least one");
        }
        if call.accept_key > 9 || call.refuse_key > 9 || call.accept_key == call.refuse_key {
            return refuse(
                "keys to accept and to refuse",
                "two different keys of 0 to 9",
            );
        }
        let keys = &call.block_keys;
        let keys: Vec<u8> = [keys.inmate, keys.facility].into_iter().flatten().collect();
        let others = [call.accept_key, call.refuse_key];
        let taken = |key: &u8| *key > 9 || others.contains(key);
        if keys.iter().any(taken) || (keys.len() == 2 && keys[0] == keys[1]) {
            return refuse(
                "keys to refuse all further calls",
                "keys of 0 to 9 that mean nothing else",
            );
        }
        if call.hard_limit.0 == 0 {
            return refuse("hard limit", "longer than nothing");
        }
        if self.rules.weekend.0 > 0x7f {
            return refuse("weekend", "days of a week of seven days");
        }
        if self.rules.people.enrollment.has(EnrollmentStep::VoiceTaken) {
            return refuse(
                "enrollment",
                "voices can't be checked yet, nor be asked for",
            );
        }
        if self.rules.default_limit_seconds == 0 {
            return refuse("default limit", "longer than nothing");
        }
        self.registers.check()?;
        crate::fraud::check(&self.fraud)
    }
}

/// What an empty database is filled with, once.
#[derive(Clone, Debug)]
pub struct Seed {
    pub settings: SiteSettings,
    pub durations: Vec<(Class, CallType, Durations)>,
    pub phones: Vec<(LineId, Phone)>,
    pub inmates: Vec<SeedInmate>,
    /// Pattern and note.
    pub restricted: Vec<(String, String)>,
    pub allowed: Vec<(String, AllowedFlags)>,
    pub time_restricted: Vec<TimeRestriction>,
    /// Code and what it stands for, as it would be dialed.
    pub speed_dials: Vec<(u8, String)>,
    /// Entered before the phones that go by them.
    pub schedules: Vec<(ScheduleNumber, String, Schedule)>,
    /// Year, month, day, name.
    pub holidays: Vec<(i16, u8, u8, String)>,
    /// Groups, and what is attached to inmates.
    pub people: SeedPeople,
    pub treatments: SeedTreatments,
    pub allowances: Vec<(SeedAllowance, Allowance)>,
    pub identity: SeedIdentity,
}

/// How calls are treated, and what their numbers are.
#[derive(Clone, Default, Debug)]
pub struct SeedTreatments {
    pub call_treatments: Vec<(u16, NamedTreatment)>,
    pub line_treatments: Vec<(u16, PhoneTreatment)>,
    /// By pattern.
    pub numbers: Vec<(String, NumberDetails)>,
    /// By the beginning of the numbers.
    pub call_types: Vec<(String, CallType)>,
    pub call_type_rules: Vec<(CallType, CallTypeRules)>,
    /// By number, which is their order.
    pub routes: Vec<(u16, OutboundRoute)>,
}

/// Whose allowance a new database has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SeedAllowance {
    Everybody,
    Class(InmateClass),
    /// By the facility's own id.
    Inmate(String),
    /// By pattern.
    Numbers(String),
}

/// Who has cards, passcodes and codes, and which phones ask for them.
#[derive(Clone, Default, Debug)]
pub struct SeedIdentity {
    /// By the facility's own id of the inmate.
    pub inmates: Vec<SeedCredentials>,
    pub officers: Vec<SeedOfficer>,
    pub phones: Vec<(LineId, PhoneIdentity)>,
}

/// What an inmate has beside a PIN, or in place of one.
#[derive(Clone, Debug)]
pub struct SeedCredentials {
    pub facility_id: String,
    /// For who has no PIN.
    pub account: Option<AccountDetails>,
    pub card: Option<Secret<CardNumber>>,
    pub passcode: Option<Secret<Digits>>,
}

#[derive(Clone, Debug)]
pub struct SeedOfficer {
    pub officer: NewOfficer,
    pub card: Option<Secret<CardNumber>>,
    pub code: Option<Secret<Digits>>,
}

#[derive(Clone, Debug)]
pub struct SeedInmate {
    pub inmate: NewInmate,
    pub pin: Option<PinDetails>,
    pub numbers: Vec<(String, NumberFlags)>,
}

impl Seed {
    /// Standard settings and durations; nobody and no phone yet.
    pub fn standard() -> Seed {
        let minutes = [15, 10, 20, 30, 60];
        let durations = Class::ALL.iter().zip(minutes).flat_map(|(class, minutes)| {
            let seconds = minutes * 60;
            let durations = Durations {
                weekday: seconds,
                weekend: seconds,
                holiday: seconds,
            };
            CallType::ALL.map(|call_type| (*class, call_type, durations))
        });
        Seed {
            settings: SiteSettings::standard(),
            durations: durations.collect(),
            phones: Vec::new(),
            inmates: Vec::new(),
            restricted: Vec::new(),
            allowed: Vec::new(),
            time_restricted: Vec::new(),
            speed_dials: Vec::new(),
            schedules: Vec::new(),
            holidays: Vec::new(),
            people: SeedPeople::default(),
            identity: SeedIdentity::default(),
            treatments: SeedTreatments::default(),
            allowances: Vec::new(),
        }
    }
}
