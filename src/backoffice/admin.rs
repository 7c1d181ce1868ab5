//! What administrators change. Each change is checked, written and journaled in one
//! transaction; what is refused leaves nothing behind.

pub(crate) mod accounts;
mod callers;
pub(crate) mod contacts;
mod fraud;
mod groups;
mod hours;
pub(crate) mod identity;
pub(crate) mod lists;
pub(crate) mod numbers;
mod party_blocks;
pub(crate) mod people;
mod registers;
pub(crate) mod roles;
mod routes;
mod site;
pub(crate) mod tokens;
pub(crate) mod treatments;

pub use accounts::{Login, LoginDetails, LoginEntry};
pub use contacts::{Contact, NewContact};
pub use fraud::NumberFraud;
pub use groups::ShutDown;
pub use hours::{BookedCall, Booking, OfficerPhone, OfficerPlace};
pub use people::{InmateClassDetails, InmateDetails, InmateProfile};
pub use registers::AllowanceOf;
pub use roles::Role;
pub use routes::OutboundRoute;
pub use tokens::TokenDetails;
pub use treatments::{NamedTreatment, NumberDetails, PhoneRule, PhoneTreatment};

use crate::{BackOffice, Date, Error, RegisterOf, SiteSettings};
use db::keys::Shut;
use identity::{AccountDetails, Holder, NewOfficer, PhoneIdentity};
use screening::{
    Allowance, CallTypeRules, Class, Disabled, Durations, Schedule, ScheduleNumber, WeekSteps,
};
use types::{
    credential::CardNumber,
    digits::Digits,
    id::{GroupId, InmateId, LineId, OfficerId},
    inmate::{InmateClass, Review, Scope},
    language::Language,
    phone_number::{CallType, DialingPattern},
    right::Rights,
    secret::Secret,
    text::{is_id, unseen},
    tick::Tick,
};

/// Texts an administrator enters are at most this long, in bytes.
const MAX_TEXT: usize = 200;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewInmate {
    /// The facility's own id; given out once.
    pub facility_id: String,
    pub name: String,
}

/// A PIN as it is given out.
#[derive(Clone, Debug)]
pub struct PinDetails {
    pub pin: Secret<Digits>,
    pub language: Option<Language>,
    /// `None` is the class of the phone.
    pub class: Option<Class>,
}

/// What is special about a number on a PIN's list.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct NumberFlags {
    pub untimed: bool,
    pub privileged: bool,
    pub disabled: Disabled,
}

/// What is special about an allowed number.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AllowedFlags {
    pub untimed: bool,
    pub privileged: bool,
    pub note: String,
}

/// When a number may be called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeRestriction {
    pub pattern: String,
    pub open: WeekSteps,
}

/// A handset as it is administered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phone {
    pub name: String,
    pub in_service: bool,
    pub pin_required: bool,
    pub class: Class,
    /// All calls from here are privileged.
    pub privileged: bool,
    /// `None` is every type.
    pub call_types: Option<Vec<CallType>>,
    /// `None` is every pattern.
    pub patterns: Option<Vec<DialingPattern>>,
    /// When it is in service; `None` is always.
    pub schedule: Option<ScheduleNumber>,
    /// What may be called from it; `None` is what is open above.
    pub line_treatment: Option<u16>,
}

impl Phone {
    /// In service, with PIN, open for everything.
    pub fn standard(name: &str) -> Phone {
        Phone {
            name: name.to_owned(),
            in_service: true,
            pin_required: true,
            class: Class::FIRST,
            privileged: false,
            call_types: None,
            patterns: None,
            schedule: None,
            line_treatment: None,
        }
    }
}

/// Declares each change once: the public function is one transaction around the session's.
macro_rules! changes {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) -> $out:ty;)+) => {
        impl BackOffice {
            $(
                $(#[$doc])*
                ///
                /// `now` and `actor` are for the journal.
                pub fn $name(&mut self, now: Tick, actor: &str, $($arg: $type),*) -> Result<$out, Error> {
                    self.change(now, |session| session.$name(actor, $($arg),*))
                }
            )+
        }
    };
}

changes! {
    /// Enters an inmate.
    fn add_inmate(inmate: &NewInmate) -> InmateId;
    /// Gives an inmate a PIN, in place of the one there was.
    fn set_pin(inmate: InmateId, pin: &PinDetails) -> ();
    /// Switches an inmate's PIN off, for a time or for good, or on again; `false` when it was so.
    fn set_pin_disabled(inmate: InmateId, disabled: Disabled) -> bool;
    /// Ends the rest of a phone at which too many PINs failed; `false` when none failed there.
    fn lift_phone_rest(line: LineId) -> bool;
    /// Ends the rest of an inmate's PIN or passcode that failed too often.
    fn lift_pin_rest(inmate: InmateId) -> bool;
    /// Opens the account of an inmate who gets no PIN, or says what holds for it.
    fn open_account(inmate: InmateId, details: &AccountDetails) -> ();
    /// Gives a card to an inmate or an officer, in place of the one there was, which is taken no more.
    /// A card that was anybody's before is refused, lost ones too.
    fn give_card(holder: Holder, card: &Secret<CardNumber>) -> ();
    /// Takes somebody's card for nobody's from now on: it is lost, or broken.
    fn disable_card(holder: Holder, note: &str) -> ();
    /// Takes the card that somebody was given last again: it is found.
    fn enable_card(holder: Holder, note: &str) -> ();
    /// Gives an inmate a passcode, in place of the one there was. It goes with the facility's id.
    fn set_passcode(inmate: InmateId, passcode: &Secret<Digits>) -> ();
    /// Enters an officer, who may confirm calls.
    fn add_officer(officer: &NewOfficer) -> OfficerId;
    /// Gives an officer another name.
    fn set_officer_name(officer: OfficerId, name: &str) -> ();
    /// Says whether an officer may confirm calls and log in.
    fn set_officer_active(officer: OfficerId, active: bool) -> ();
    /// Gives an officer a code, in place of the one there was.
    fn set_officer_code(officer: OfficerId, code: &Secret<Digits>) -> ();
    /// Enters or changes a role; 0 is the administrator's, which is built in.
    fn put_role(number: u16, role: &Role) -> ();
    /// Says what the role of this name may do; makes it, where there is none.
    fn set_role(name: &str, rights: Rights) -> ();
    /// Takes a role out that no account has; `false` when there was none.
    fn remove_role(number: u16) -> bool;
    /// Opens an officer's account.
    fn open_login(officer: OfficerId, details: &LoginDetails) -> ();
    /// Gives an account another password, as its hash, and ends its rest. With `must_change` the officer is
    /// to choose another.
    fn set_login_password(officer: OfficerId, password: &Secret<String>, must_change: bool) -> ();
    /// Switches an account off or on; `false` when it was so.
    fn set_login_active(officer: OfficerId, active: bool) -> bool;
    /// Gives an account another role.
    fn set_login_role(officer: OfficerId, role: u16) -> ();
    /// Binds an account to these groups and all below them; none is the whole facility.
    fn set_login_groups(officer: OfficerId, groups: &[GroupId]) -> ();
    /// Closes an account: its password, its tokens and what it may do are forgotten.
    fn close_login(officer: OfficerId) -> ();
    /// A password was wrong for this id, whether it has an account or not.
    fn login_failed(id: &str) -> ();
    /// A password was right: what failed is forgotten. Refused for who may not log in now.
    fn login_succeeded(officer: OfficerId) -> ();
    /// Makes a token with this secret, of which only the hash is kept.
    fn add_token(officer: OfficerId, token: &TokenDetails, secret: &Secret<String>) -> ();
    /// Takes an officer's token out; `false` when there was none of that name.
    fn remove_token(officer: OfficerId, name: &str) -> bool;
    /// Says how callers at a phone say who they are, and who confirms their calls.
    fn set_phone_identity(line: LineId, identity: &PhoneIdentity) -> ();
    /// Ends the block of a number for the fraud on calls to it, and forgets that; `false` when there was
    /// none.
    fn lift_number_block(number: &str) -> bool;
    /// Puts a number on an inmate's list.
    fn add_pin_number(inmate: InmateId, number: &str, flags: &NumberFlags) -> ();
    /// Changes a number on an inmate's list; `false` when it was so.
    fn set_pin_number(inmate: InmateId, number: &str, flags: &NumberFlags) -> bool;
    /// Takes a number off an inmate's list; `false` when it was not on it.
    fn remove_pin_number(inmate: InmateId, number: &str) -> bool;
    /// Blocks numbers for every caller.
    fn add_restricted(pattern: &str, note: &str) -> ();
    /// The same of numbers that may be blocked: they get another note.
    fn set_restricted(pattern: &str, note: &str) -> ();
    /// Takes a pattern out of the restricted table.
    fn remove_restricted(pattern: &str) -> ();
    /// Allows numbers for every caller.
    fn add_allowed(pattern: &str, flags: &AllowedFlags) -> ();
    /// The same of numbers that may be allowed: they are allowed as is said now.
    fn set_allowed(pattern: &str, flags: &AllowedFlags) -> ();
    /// Takes a pattern out of the allowed table.
    fn remove_allowed(pattern: &str) -> ();
    /// Calls to a number are allowed again that its party had refused for good: those of an inmate, or,
    /// where they had refused every one's, all. `false` when they had not.
    fn lift_called_party_block(number: &str, inmate: Option<InmateId>) -> bool;
    /// Says when numbers may be called.
    fn set_time_restricted(restriction: &TimeRestriction) -> ();
    /// Takes a pattern out of the time restricted table.
    fn remove_time_restricted(pattern: &str) -> ();
    /// Gives a code 01-50 a meaning, as it would be dialed.
    fn set_speed_dial(code: u8, dialed: &str) -> ();
    /// Leaves a code without a meaning; `false` when it had none.
    fn remove_speed_dial(code: u8) -> bool;
    /// Enters or changes a phone.
    fn set_phone(line: LineId, phone: &Phone) -> ();
    /// Puts a phone in or out of service.
    fn set_in_service(line: LineId, in_service: bool) -> ();
    /// Changes what holds for the whole site.
    fn set_site_settings(settings: &SiteSettings) -> ();
    /// Says how long calls of a type may last for a class.
    fn set_durations(class: Class, call_type: CallType, durations: &Durations) -> ();
    /// Leaves calls of a type without a limit of that class; `false` when there was none.
    fn remove_durations(class: Class, call_type: CallType) -> bool;
    /// Enters or changes a circuit schedule.
    fn set_schedule(number: ScheduleNumber, name: &str, schedule: &Schedule) -> ();
    /// Takes a schedule out that no phone has; `false` when there was none.
    fn remove_schedule(number: ScheduleNumber) -> bool;
    /// Enters or changes a call treatment; 0 is what holds for the whole site.
    fn set_call_treatment(number: u16, treatment: &NamedTreatment) -> ();
    /// Takes a call treatment out that nothing names; `false` when there was none. That of the whole
    /// site stays.
    fn remove_call_treatment(number: u16) -> bool;
    /// Enters or changes a line treatment.
    fn set_line_treatment(number: u16, treatment: &PhoneTreatment) -> ();
    /// Takes a line treatment out that no phone has; `false` when there was none.
    fn remove_line_treatment(number: u16) -> bool;
    /// Enters or changes the record of the numbers that fit.
    fn set_number_record(pattern: &str, details: &NumberDetails) -> ();
    /// Takes the record of a pattern out.
    fn remove_number_record(pattern: &str) -> ();
    /// Says which type calls to numbers with this beginning are.
    fn set_call_type(prefix: &str, call_type: CallType) -> ();
    /// Leaves the type of calls with this beginning to a shorter one, or to the dial plan.
    fn remove_call_type(prefix: &str) -> ();
    /// Says how calls of a type are treated.
    fn set_call_type_rules(call_type: CallType, rules: &CallTypeRules) -> ();
    /// Leaves calls of a type to what holds for the whole site; `false` when nothing else did.
    fn remove_call_type_rules(call_type: CallType) -> bool;
    /// Says what may be used in a day, a week, a month; `None` takes it back.
    fn set_allowance(of: &AllowanceOf, allowance: Option<&Allowance>) -> ();
    /// Gives calls and seconds back to a register, or takes some where they are less than nothing;
    /// they count in the day, the week and the month that it is.
    fn adjust_register(of: RegisterOf, calls: i32, seconds: i32, note: &str) -> ();
    /// Forgets what a register counted; what open calls hold stays. `false` when nothing was counted.
    fn reset_register(of: RegisterOf) -> bool;
    /// Enters or changes an outbound route; they are tried in the order of their numbers.
    fn set_route(number: u16, route: &OutboundRoute) -> ();
    /// Takes a route out.
    fn remove_route(number: u16) -> ();
    /// Enters a holiday.
    fn set_holiday(date: Date, name: &str) -> ();
    /// Makes a holiday a day like others; `false` when it was none.
    fn remove_holiday(date: Date) -> bool;
    /// Adds a group as a part of another, or of the facility itself.
    fn add_group(name: &str, parent: Option<GroupId>) -> GroupId;
    /// Gives a group another name.
    fn rename_group(group: GroupId, name: &str) -> ();
    /// Makes a group, with all below it, a part of another, or of the facility itself.
    fn move_group(group: GroupId, parent: Option<GroupId>) -> ();
    /// Removes a group that nothing is in.
    fn remove_group(group: GroupId) -> ();
    /// Puts a phone into a group; `false` when it was in it.
    fn add_group_phone(group: GroupId, line: LineId) -> bool;
    /// Takes a phone out of a group; `false` when it was not in it.
    fn remove_group_phone(group: GroupId, line: LineId) -> bool;
    /// Says what the facility knows of an inmate.
    fn set_profile(inmate: InmateId, profile: &InmateProfile) -> ();
    /// Enters or changes a class of inmates.
    fn set_inmate_class(class: InmateClass, details: &InmateClassDetails) -> ();
    /// Suspends an inmate from calling, for a time or for good, or lifts that. The PIN's own
    /// disabling is apart from it. `false` when it was so.
    fn set_suspended(inmate: InmateId, suspended: Disabled) -> bool;
    /// Says from when and up to when an inmate's PIN is valid, UTC in milliseconds; `None` is
    /// without end.
    fn set_pin_validity(inmate: InmateId, from_utc_ms: Option<i64>, to_utc_ms: Option<i64>) -> ();
    /// Puts numbers on the blocked or the allowed list of a scope; that of an inmate is blocked.
    fn add_list_number(scope: Scope, blocked: bool, pattern: &str, note: &str) -> ();
    /// The same of numbers that may be on it: they get another note.
    fn set_list_number(scope: Scope, blocked: bool, pattern: &str, note: &str) -> ();
    /// Takes numbers off such a list; `false` when they were not on it.
    fn remove_list_number(scope: Scope, blocked: bool, pattern: &str) -> bool;
    /// Lets no PIN's list take these numbers from now on.
    fn add_entry_restricted(pattern: &str, reason: &str) -> ();
    /// The same of numbers that none may take before: another reason.
    fn set_entry_restricted(pattern: &str, reason: &str) -> ();
    /// Lets lists take these numbers again.
    fn remove_entry_restricted(pattern: &str) -> ();
    /// Says when an inmate, a class, or those of a group may call; `None` is at any hour.
    fn set_window(scope: Scope, hours: Option<&WeekSteps>) -> ();
    /// Books a call, and gives its number. Bookings of the inmate that are over are forgotten.
    fn book_call(inmate: InmateId, booking: &Booking) -> u32;
    /// Takes a booking back; `false` when there was none.
    fn cancel_booking(inmate: InmateId, booking: u32) -> bool;
    /// Says whether calls from the phones of a group, and of those below it, need an officer there.
    fn set_officer_needed(group: GroupId, needed: bool) -> ();
    /// An officer is at a group's phones up to this instant (UTC, in milliseconds); `None` is not,
    /// or not any more. `false` when it was so.
    fn officer_present(group: GroupId, until_utc_ms: Option<i64>) -> bool;
    /// Puts a contact forward, or changes one: it is to be reviewed.
    fn put_contact(inmate: InmateId, contact: &NewContact) -> ();
    /// Approves or refuses a contact; gives what it came to. Where two persons approve, the second
    /// is another actor than the first.
    fn review_contact(inmate: InmateId, number: &str, review: Review) -> Review;
    /// Removes a contact; `false` when there was none.
    fn remove_contact(inmate: InmateId, number: &str) -> bool;
    /// Puts a phone, the phones of a group and of all below it, or all phones out of service: idle
    /// ones at once; a call goes on to its end, or with `cut` is cut as by an officer. Where they were so
    /// by the same word and there is no call to cut, nothing is changed. Idle or not, a line hears it when
    /// changes are asked for next.
    fn shut_down(what: Shut, cut: bool) -> ShutDown;
    /// Takes such a word back; `false` when there was none. A phone that is out of service by another
    /// one stays so.
    fn resume(what: Shut) -> bool;
}

pub(crate) fn text(field: &'static str, text: &str, needed: bool) -> Result<(), Error> {
    if needed && text.trim().is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if text.len() > MAX_TEXT {
        let why = format!("at most {MAX_TEXT} bytes");
        return Err(Error::invalid(field, why));
    }
    match unseen(text) {
        None => Ok(()),
        Some(c) => {
            let code = u32::from(c);
            let why = match c.is_control() {
                true => format!("holds a control character (U+{code:04X})"),
                false => format!("holds U+{code:04X}, which nobody sees, or not as what it is"),
            };
            Err(Error::invalid(field, why))
        }
    }
}

/// A text that somebody is known by.
pub(crate) fn id(field: &'static str, id: &str) -> Result<(), Error> {
    if !id.trim().is_empty() && !is_id(id) {
        let why = "letters A to Z, digits and signs of ASCII, and single blanks between them: others \
                   look like them";
        return Err(Error::invalid(field, why));
    }
    text(field, id, true)
}
