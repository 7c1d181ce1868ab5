use crate::groups::MAX_GROUP_DEPTH;
use db::pattern::BadPattern;
use std::{io, path::PathBuf};
use types::{
    id::{InmateId, LineId},
    text::counted,
};

/// Why the back office could not do what was asked. No PIN is ever part of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("time zone {0:?} is not known")]
    TimeZone(String),
    #[error(
        "database {path} belongs to site {found}, the site file says {configured}: \
         put the `id` right, or choose another `data`"
    )]
    OtherSite {
        path: PathBuf,
        found: u32,
        configured: u32,
    },
    #[error(
        "site key {0} is missing: restore it from the backup of the database, or no PIN can be \
         recognised"
    )]
    SiteKeyMissing(PathBuf),
    #[error("site key {path}: {source}")]
    SiteKey { path: PathBuf, source: io::Error },
    #[error("site key {0}: not 32 bytes long")]
    SiteKeyLength(PathBuf),
    #[error(
        "site key {path} may be read or changed by others (mode {mode:03o}); \
         do: chmod 600 {path}"
    )]
    SiteKeyOpen { path: PathBuf, mode: u32 },
    #[error(
        "site key {0} is not the one this database was made with: \
         restore the file, or no PIN can be recognised"
    )]
    SiteKeyWrong(PathBuf),
    #[error("stored {what} makes no sense: {why}")]
    Stored { what: &'static str, why: String },

    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: String },
    #[error("a PIN has {expected} decimal digits here; this one does not")]
    PinShape { expected: u8 },
    #[error("this PIN is given out already")]
    PinTaken,
    #[error("inmate {0} has no PIN")]
    NoPin(InmateNumber),
    #[error("inmate {0} has a PIN")]
    HasPin(InmateNumber),
    #[error("this card is given out already{}", disabled.as_ref().map_or(String::new(),
        |note| format!(", and is not taken any more: {note}")))]
    CardTaken { disabled: Option<String> },
    #[error("{0} has no card")]
    NoCard(String),
    #[error("id {0:?} can't be keyed: of digits alone, 16 at most, as many as `id_digits` says")]
    IdNotKeyed(String),
    #[error("officer {0} is not known")]
    UnknownOfficer(u32),
    /// Which is not said: a code may have been entered in its place.
    #[error("no officer has this id: ids are compared exactly, capital and small letters too")]
    UnknownOfficerId,
    #[error("officer's id {0:?} is entered already")]
    DuplicateOfficer(String),
    #[error("officer {0:?} is not active: no call is confirmed in that name")]
    OfficerInactive(String),
    #[error("no call waits for an officer at the phone of line {0}")]
    NoCallWaits(LineId),
    #[error(
        "attempt {attempt} at the phone of line {line} waits for an officer no more: attempt {there}, \
         which waits there now, is another call"
    )]
    OtherCallWaits {
        line: LineId,
        attempt: u64,
        there: u64,
    },
    #[error(
        "the call at the phone of line {0} waits for an officer at that phone: `officer` of the phone \
         takes no console"
    )]
    NotAtConsole(LineId),
    #[error("this code is given out already")]
    CodeTaken,
    #[error("inmate {0:?} has no PIN: nothing but a phone that asks for none can be called from")]
    NoPinOf(String),
    /// Nor here: it may be a PIN.
    #[error("no inmate has this id: ids are compared exactly, capital and small letters too")]
    UnknownFacilityId,
    #[error(
        "the phone of line {0} asks for a PIN: say whose, with the facility's id of the inmate"
    )]
    WhoseCall(LineId),
    #[error("inmate {0} is not known")]
    UnknownInmate(InmateNumber),
    #[error("facility id {0:?} is entered already")]
    DuplicateInmate(String),
    #[error("{0:?} is not a number: digits, with + before a country code")]
    NotANumber(String),
    #[error("{}", never_dialed(&format!("{number:?}"), *before))]
    NeverDialed {
        number: String,
        /// How many digits stand before the number that is perhaps meant.
        before: Option<usize>,
    },
    #[error("number {number} is on the list of inmate {inmate} already")]
    DuplicateNumber {
        inmate: InmateNumber,
        number: String,
    },
    #[error("number {number} is not on the list of {id}")]
    NotListed { id: String, number: String },
    #[error("{pattern} is not blocked for {id}")]
    NotBlockedFor { id: String, pattern: String },
    #[error("{number} is no contact of {id}")]
    NoContact { id: String, number: String },
    #[error("the list of inmate {inmate} is full: it holds {}", counted(*limit, "number"))]
    ListFull { inmate: InmateNumber, limit: u16 },
    #[error("pattern {text:?}: {why}")]
    Pattern { text: String, why: BadPattern },
    #[error("pattern {pattern} is in the {table} table already")]
    DuplicatePattern {
        table: &'static str,
        pattern: String,
    },
    #[error("pattern {pattern} is not in the {table} table")]
    UnknownPattern {
        table: &'static str,
        pattern: String,
    },
    #[error("speed dial codes are 01 to 50, not {0:02}")]
    SpeedCode(u8),
    #[error("speed dial {code:02}: {dialed:?} is no number of the dial plan")]
    SpeedNumber { code: u8, dialed: String },
    #[error("schedule {0} is not entered")]
    UnknownSchedule(u8),
    #[error("{what} is in use by {by}: take it from there first")]
    InUse { what: String, by: String },
    #[error("call treatment {0} is not entered")]
    UnknownCallTreatment(u16),
    #[error("line treatment {0} is not entered")]
    UnknownLineTreatment(u16),
    #[error("no phone is named {0:?}, nor has a line of that number")]
    UnknownPhoneName(String),
    #[error("several phones are named {name:?}: say its line, {}", several.join(" or "))]
    AmbiguousPhone { name: String, several: Vec<String> },
    #[error("route {0} is not entered")]
    UnknownRoute(u16),
    #[error("role {name:?} is not entered{}", there_are(there))]
    UnknownRole { name: String, there: Vec<String> },
    #[error("role {number} is named {name:?}")]
    DuplicateRole { name: String, number: u16 },
    #[error("{0} has no account")]
    NoLogin(String),
    #[error("{0} has an account already")]
    HasLogin(String),
    #[error("the account of {0} is off, or its officer is not active")]
    LoginInactive(String),
    #[error("the password of {0} failed too often: it is not taken now")]
    LoginRests(String),
    #[error(
        "{0} is the last administrator of the whole facility who can log in: make another one first"
    )]
    LastAdministrator(String),
    #[error("the account has a token named {0:?} already")]
    DuplicateToken(String),
    #[error("phone {0} is not entered")]
    UnknownPhone(LineId),
    #[error("class of inmates {0} is not entered")]
    UnknownClass(u8),
    #[error("{number} is not taken by a PIN's list ({pattern}: {reason})")]
    EntryRestricted {
        number: String,
        pattern: String,
        reason: String,
    },
    #[error("{0} is on the list of another inmate, and the site lets one PIN list a number")]
    ListedElsewhere(String),
    #[error("{0} has as many booked calls as one can have")]
    TooManyBookings(String),
    #[error("inmate {inmate} has no contact with number {number}")]
    UnknownContact {
        inmate: InmateNumber,
        number: String,
    },
    #[error("{0} has approved this contact before: the second must be somebody else")]
    SameApprover(String),
    #[error(
        "two persons have to approve a contact, and {0} may be either of them: log in as yourself, \
         and become the controller's own user, not root, by sudo or su alone"
    )]
    WhoApproves(String),
    #[error("group {name:?} is not entered{there}")]
    UnknownGroup {
        name: String,
        /// Which there are, in words.
        there: String,
    },
    #[error("group {name:?} is in several places: say which of {}", several.join(", "))]
    AmbiguousGroup { name: String, several: Vec<String> },
    #[error("group {0:?} is entered already")]
    DuplicateGroup(String),
    #[error("group {name:?} can't be a part of {inside:?}, which is a part of it")]
    GroupCycle { name: String, inside: String },
    #[error("group {0:?} would be more than {MAX_GROUP_DEPTH} levels below the facility")]
    GroupTooDeep(String),
    #[error("group {name:?} still holds {holds}")]
    GroupHolds { name: String, holds: String },
    #[error("{year}-{month:02}-{day:02} is not a date")]
    Date { year: i16, month: u8, day: u8 },
    #[error("journal entry {sequence}: {why}")]
    Journal { sequence: u64, why: &'static str },
}

impl Error {
    pub(crate) fn invalid(field: &'static str, why: impl Into<String>) -> Error {
        let why = why.into();
        Error::Invalid { field, why }
    }
}

fn there_are(names: &[String]) -> String {
    match names.is_empty() {
        true => String::new(),
        false => format!("; there are: {}", names.join(", ")),
    }
}

pub(crate) fn never_dialed(number: &str, before: Option<usize>) -> String {
    let before = match before {
        None => String::new(),
        Some(1) => " (here its first digit)".to_owned(),
        Some(digits) => format!(" (here its first {digits} digits)"),
    };
    format!(
        "no dialing makes {number}: it would never match; write the whole national number, without \
         what is dialed before it{before}, or + and country code for one abroad"
    )
}

/// An inmate's number, as errors show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InmateNumber(pub InmateId);

impl std::fmt::Display for InmateNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.0)
    }
}
