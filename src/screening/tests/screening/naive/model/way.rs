//! Who handles a call, what is dialed for it, and where it goes out.

use super::*;
use types::{settings::Unrecorded, treatment::Brand};

impl Model<'_> {
    /// Who handles it, whether it must be accepted, and the ways out: number, trunk group, digits.
    pub(super) fn way(&mut self, known: &Known, call: &Call) -> Refused<Way> {
        let (_, pattern, _) = self.number.clone().expect("it has a number");
        let collect = pattern == DialingPattern::ZeroPlus;
        // Nobody but who is called collect talks to the automated operator.
        let handling = match (call.handling, collect) {
            (Some(handling), true) => handling,
            (None, true) => self.site.routing.zero_plus,
            (Some(Handling::CarrierOperator), false) => Handling::CarrierOperator,
            (_, false) => Handling::Direct,
        };
        let routing = &self.site.routing;
        let national: String = known.number.chars().filter(char::is_ascii_digit).collect();
        let dialed = match (collect, pattern) {
            (true, _) if handling == Handling::CarrierOperator => {
                format!("{}{national}", routing.operator_prefix)
            }
            (true, _) => format!("{}{national}", routing.automated_prefix),
            (false, DialingPattern::Direct) if routing.seven_digit_exchange => {
                format!("{}{national}", routing.automated_prefix)
            }
            (false, pattern) => site::keyed(&known.number, pattern),
        };
        if dialed.len() > MOST_DIGITS {
            return Err(vec![Blocked::NumberNotValid]);
        }
        let mut ways = Vec::new();
        for row in &self.site.routes {
            // Digits are taken off the number with its prefix, however it was keyed.
            let whole = match (known.number.starts_with('+'), handling) {
                (true, _) => site::keyed(&known.number, pattern),
                (false, Handling::CarrierOperator) => {
                    format!("{}{national}", routing.operator_prefix)
                }
                (false, _) => format!("{}{national}", routing.automated_prefix),
            };
            let whole = if row.remove == 0 { &dialed } else { &whole };
            if whole.len() > MOST_DIGITS {
                continue;
            }
            let digits = whole.get(row.remove..).unwrap_or_default();
            let outpulsed = format!("{}{}{digits}", row.carrier, row.add);
            // Of the number itself only what the row names may be left to the exchange to know.
            let named = row.prefixes.iter().flatten();
            let named = named.filter(|prefix| known.number.starts_with(**prefix));
            let named = named.map(|prefix| site::digits(prefix)).max();
            let told = digits.len() + named.unwrap_or(0);
            let goes = !digits.is_empty()
                && outpulsed.len() <= MOST_DIGITS
                && (row.remove == 0 || told >= national.len())
                // Half of what is dialed before a number is before another one.
                && (row.remove == 0 || row.remove >= whole.len() - national.len())
                // An exchange of seven digits takes no more of a number that nothing is before.
                && (row.remove == 0
                    || !routing.seven_digit_exchange
                    || known.number.starts_with('+')
                    || outpulsed != digits
                    || !(8..=national.len()).contains(&digits.len()));
            if goes && is_for(row, known, handling, call.brand) {
                ways.push((row.number, row.group, outpulsed));
            }
        }
        ways.truncate(MOST_WAYS);
        if self.site.routes.is_empty() {
            ways.push((0, None, dialed));
        } else if ways.is_empty() {
            return self.no(Check::Route, Finding::NotFound, Blocked::NoRoute);
        } else {
            self.step(Check::Route, Finding::Found);
        }
        Ok(Way {
            handling,
            // Who pays is asked; so is whom the treatment has asked; the carrier's operator asks for itself.
            acceptance: handling == Handling::AutomatedOperator
                || handling == Handling::Direct && call.acceptance,
            ways,
        })
    }

    /// Where the site will have no call that it can't record.
    pub(super) fn recorded(&self, call: &Call) -> Refused<()> {
        let must = call.recording == RecordingRule::Record;
        if must && !self.ask.recorder_works && self.site.rules.unrecorded == Unrecorded::Refuse {
            return Err(vec![Blocked::NotRecordable]);
        }
        Ok(())
    }
}

const MOST_DIGITS: usize = 32;
const MOST_WAYS: usize = 4;

fn is_for(row: &site::Way, known: &Known, handling: Handling, brand: Brand) -> bool {
    fn named<T: PartialEq>(all: &Option<Vec<T>>, one: &T) -> bool {
        match all {
            None => true,
            Some(all) => all.contains(one),
        }
    }
    let begins = match &row.prefixes {
        None => true,
        Some(all) => all.iter().any(|prefix| known.number.starts_with(prefix)),
    };
    named(&row.call_types, &known.call_type)
        && named(&row.handlings, &handling)
        && named(&row.brands, &brand)
        && begins
}

/// What is said of a refusal: its own prompt, and where that would tell of others, or what is not so, or
/// nobody could understand it, another's.
pub fn said(why: Blocked) -> String {
    let other = match why {
        Blocked::PinNumberDisabled | Blocked::NumberBlockedForInmate => "NumberBlocked",
        Blocked::NumberPrivate => "NumberNotAllowed",
        Blocked::TimeRestricted => "NumberTimeRestricted",
        Blocked::NoRoute => "CallTypeNotAllowed",
        Blocked::PhoneOutOfService => "OutOfService",
        _ => return format!("{why:?}"),
    };
    other.to_owned()
}
