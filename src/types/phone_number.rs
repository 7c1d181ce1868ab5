//! A number in its canonical form, and patterns over it.

use crate::digits::Digits;
use std::fmt;

/// A called number as tables hold it: national significant digits without prefix, or
/// country code and number when `international`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PhoneNumber {
    pub digits: Digits,
    pub international: bool,
}

impl PhoneNumber {
    pub fn national(digits: &str) -> Option<PhoneNumber> {
        PhoneNumber::checked(digits, false)
    }

    pub fn international(digits: &str) -> Option<PhoneNumber> {
        PhoneNumber::checked(digits, true)
    }

    fn checked(digits: &str, international: bool) -> Option<PhoneNumber> {
        let all_decimal = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
        if !all_decimal {
            return None;
        }
        Some(PhoneNumber {
            digits: Digits::parse(digits)?,
            international,
        })
    }

    /// Parses `2155550123` or `+442079460123`.
    pub fn parse(text: &str) -> Option<PhoneNumber> {
        match text.strip_prefix('+') {
            Some(rest) => PhoneNumber::international(rest),
            None => PhoneNumber::national(text),
        }
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            if self.international { "+" } else { "" },
            self.digits
        )
    }
}

/// What the inmate's keys looked like: kept in the record (C9a).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DialingPattern {
    /// Operator prefix and number: a collect call.
    ZeroPlus,
    /// Trunk prefix and number.
    OnePlus,
    /// The number without a prefix.
    Direct,
    /// International prefix and number.
    International,
    /// A two-digit code.
    SpeedDial,
}

/// The rating class a number falls in, seen from the facility.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallType {
    Local,
    IntraLata,
    InterLata,
    Interstate,
    /// Long distance in countries without LATAs.
    National,
    Mobile,
    TollFree,
    Premium,
    International,
    /// Short codes of the network.
    Service,
}

impl CallType {
    pub const ALL: [CallType; 10] = [
        CallType::Local,
        CallType::IntraLata,
        CallType::InterLata,
        CallType::Interstate,
        CallType::National,
        CallType::Mobile,
        CallType::TollFree,
        CallType::Premium,
        CallType::International,
        CallType::Service,
    ];
}
