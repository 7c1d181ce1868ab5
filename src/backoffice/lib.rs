//! The back office: answers the lines' questions over the database.
//!
//! A synchronous object without threads and without a clock. Root tells it which UTC instant
//! a tick is ([`BackOffice::anchor`]) and hands it questions in batches
//! ([`BackOffice::answer`]); each batch is one transaction, and what it answers is on disk.
//!
//! * An admission is decided on the writer's own view, with its record, its journal entry and
//!   its hold on the PIN in the same transaction.
//! * What a call may use of lockout registers is reserved with its admission and settled with its
//!   end, whoever tells that: the line, or the next start after a crash.
//! * A record is opened once and finished once. Asking twice to end a call changes nothing.
//! * Calls that a crash left open are finished when the database is opened, at the last
//!   second they were seen.
//! * Who calls by card or passcode is held to the rules of PINs: each comes down to the key of one.
//! * PINs, cards, passcodes, codes and tokens are kept only as hashes under the site's key; nothing prints or
//!   stores them.

#![forbid(unsafe_code)]

mod admin;
mod admit;
mod answer;
mod clock;
mod config;
mod console;
mod end;
mod entered;
mod error;
mod explain;
mod fraud;
mod groups;
mod guessing;
mod identify;
mod import;
mod journal;
mod lookups;
mod memory;
mod noticed;
mod office;
mod party_block;
mod people;
mod phones;
mod reached;
mod reading;
mod records;
mod recovery;
mod registers;
mod seed;
mod service;
mod session;
mod site_key;
mod stored;
mod stored_routes;
mod stored_treatments;
mod view;
mod watch;
mod words;

pub use admin::identity::{AccountDetails, Holder, NewOfficer, PhoneIdentity};
pub use admin::{
    AllowanceOf, AllowedFlags, BookedCall, Booking, Contact, InmateClassDetails, InmateDetails,
    InmateProfile, Login, LoginDetails, LoginEntry, NamedTreatment, NewContact, NewInmate,
    NumberDetails, NumberFlags, NumberFraud, OfficerPhone, OfficerPlace, OutboundRoute, Phone,
    PhoneRule, PhoneTreatment, PinDetails, Role, ShutDown, TimeRestriction, TokenDetails,
};
pub use clock::Anchor;
pub use config::{
    Config, Seed, SeedAllowance, SeedCredentials, SeedIdentity, SeedInmate, SeedOfficer,
    SeedTreatments, SiteSettings,
};
pub use console::{Confirmed, WaitingCall};
pub use db::{Usage, keys::Shut};
pub use entered::{ClassDurations, Date, NamedSchedule};
pub use error::Error;
pub use explain::{Asking, Explanation, WhyOut};
pub use groups::{Group, MAX_GROUP_DEPTH, MAX_GROUPS, Shutdown};
pub use guessing::{Alert, Rest, RestOf};
pub use import::{
    AllowanceImport, AllowedImport, CardExport, CardImport, ContactImport, ImportMode, ImportOff,
    ImportRow, Imported, InmateExport, InmateImport, ListExport, ListImport, ListPlace,
    NumberExport, NumberImport, NumberOf, OfficerExport, OfficerImport, PinDays, ProfileExport,
    ProfileImport, RecordImport, RestrictedImport, WrongCell,
};
pub use journal::{JournalEntry, JournalSummary, acting};
pub use office::BackOffice;
pub use party_block::CalledPartyBlock;
pub use records::{Counters, PinTerms, RecordRange};
pub use registers::{
    FrequentNumber, FrequentTally, Often, RegisterOf, RegisterRules, RegisterState,
};
pub use screening::{
    Allowance, CallTypeRules, Class, DayKind, DaySteps, Days, Disabled, Durations, FraudRule,
    FraudRules, GuessRule, LimitedBy, LineOutcome, NumberBlock, PeopleRules, Period, Periods,
    Routing, Rules, Schedule, ScheduleNumber, TreatmentRules, Used, WeekSteps, Weekend,
};
pub use seed::{SeedGroup, SeedPeople, SeedPerson, SeedScope};
pub use view::View;
pub use words::{kebab, moment, off};
