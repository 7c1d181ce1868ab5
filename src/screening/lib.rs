//! May this call be placed? A pure decision over tables that somebody else holds, with the
//! trace of the checks that it passed, in the order of the flowchart:
//!
//! 1. does the phone require a PIN; is the PIN known, enabled, valid today, and not in use; may
//!    the inmate call at all;
//! 2. what does a speed dial code stand for; which type of call is it by the site's own table;
//! 3. may this type of call be made from this phone;
//! 4. is the number blocked for the inmate alone, which nothing overrules; is it on the PIN's own list,
//!    and enabled there; does its global record block it, in
//!    every mode, unless an allowed entry as exact rescues it; is whom it belongs to approved; is
//!    it on lists of other PINs only; what does the nearest list say that is attached to the
//!    relationship, the inmate's class, the supervision level, or the living unit;
//! 5. are restricted numbers checked at all, or do blocks for everybody win in each mode (a list's
//!    number is held against them then too); is it restricted, and does an allowed entry
//!    rescue it; is it allowed; does the phone's line treatment let it through;
//! 6. does the called party take calls of this inmate, and from here (listed, allowed and privileged
//!    numbers too: nobody overrules it but an administrator who lifts it);
//! 7. may it be called at this time of this day (listed numbers too); may the inmate call at this
//!    time, is the call booked where it must be, is an officer present where one must be;
//! 8. where the length of numbers is open: do the same tables, or the called party, block what is
//!    reached if the last digits count for nothing;
//! 9. is it, or what is reached so, blocked for the fraud on calls to it (privileged calls apart);
//! 10. which call treatment has it (that of the number's record, of the line treatment's rule, of the
//!     call type, of the site);
//! 11. do the lockout registers of the inmate and of the number hold one more call;
//! 12. how long may the call last: the least of class, inmate, service, hours, number, treatment, and
//!     minutes left in the registers;
//! 13. who handles it, what is a trunk dialed, and which of the site's routes fit; can it be recorded
//!     where it must be;
//! 14. must an officer confirm it, and has one.
//!
//! No clock, no database, no floats: the same question has the same answer.

#![forbid(unsafe_code)]

mod calendar;
mod decide;
mod fraud;
mod guessing;
mod people;
mod registers;
mod routes;
mod rules;
mod tables;
mod treatments;

pub use calendar::{
    DayKind, DaySteps, LocalTime, STEPS_A_DAY, Schedule, ScheduleNumber, WeekSteps, Weekend,
};
pub use decide::{
    Allowed, Counts, Decision, LimitedBy, PinState, Refused, Request, decide, pin_state,
};
pub use fraud::{FraudCount, FraudRule, FraudRules, MAX_FRAUD_TIMES, NumberBlock};
pub use guessing::{GuessRule, Guesses};
pub use people::{Contact, Listing, Open, PeopleRules, Profile};
pub use registers::{
    Allowance, Ended, Entry, LEAST_TALK, Lack, Period, Periods, Register, Room, Span, Spans, Used,
};
pub use routes::{RouteRule, Routing};
pub use rules::Rules;
pub use tables::{
    AllowedEntry, Class, Disabled, Durations, ListedNumber, PhoneRules, PinEntry, PinKey,
    RestrictedEntry, SpeedDial, Tables,
};
pub use treatments::{
    CallTypeRules, Days, LineOutcome, LineRule, LineTreatment, NumberRecord, TreatmentRules,
};
