//! The ways out of a call: what is to be dialed for it, and over which trunks.

use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    route::{Route, Routes},
    treatment::Brand,
    trunk::TrunkGroup,
    verdict::Handling,
};

/// How kinds of dialing are handled, and what the trunk is then dialed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Routing {
    /// Collect calls: the automated operator, or the carrier's.
    pub zero_plus: Handling,
    /// Before the national number, when the automated operator places the call itself.
    pub automated_prefix: Digits,
    /// Before the number, to reach the carrier's operator.
    pub operator_prefix: Digits,
    /// The exchange completes a call after seven digits. A whole number that was dialed without
    /// a prefix then goes out with one: else the exchange would connect its first seven digits,
    /// and that is not the number that was screened.
    pub seven_digit_exchange: bool,
}

impl Routing {
    /// North America, with the automated operator for collect calls.
    pub fn north_america() -> Routing {
        Routing {
            zero_plus: Handling::AutomatedOperator,
            automated_prefix: Digits::parse("1").expect("a digit"),
            operator_prefix: Digits::parse("0").expect("a digit"),
            seven_digit_exchange: false,
        }
    }

    /// Who handles a call, if a treatment or its type `asks` for one. The automated operator takes
    /// collect calls (0+) alone.
    pub(crate) fn handling(&self, pattern: DialingPattern, asks: Option<Handling>) -> Handling {
        match (pattern, asks) {
            (DialingPattern::ZeroPlus, None) => self.zero_plus,
            (DialingPattern::ZeroPlus, Some(handling)) => handling,
            (_, Some(Handling::CarrierOperator)) => Handling::CarrierOperator,
            (_, None | Some(Handling::AutomatedOperator | Handling::Direct)) => Handling::Direct,
        }
    }

    /// Whether the called party must accept, if a treatment `asks` for that. Who is to pay always must;
    /// the carrier's operator asks itself.
    pub(crate) fn acceptance(handling: Handling, asks: bool) -> bool {
        match handling {
            Handling::AutomatedOperator => true,
            Handling::CarrierOperator => false,
            Handling::Direct => asks,
        }
    }

    /// What the trunk is dialed; `None` when it does not fit into [`Digits`].
    pub(crate) fn outpulse(
        &self,
        number: &DialedNumber,
        handling: Handling,
        dialed: &Digits,
    ) -> Option<Digits> {
        let national = number.number.digits;
        let prefix = match (number.pattern, handling) {
            (DialingPattern::Direct, _) if national == *dialed && self.seven_digit_exchange => {
                self.automated_prefix
            }
            // A collect call that nobody is to accept is completed like any other.
            (DialingPattern::ZeroPlus, Handling::AutomatedOperator | Handling::Direct) => {
                self.automated_prefix
            }
            (DialingPattern::ZeroPlus, Handling::CarrierOperator) => self.operator_prefix,
            _ => return Some(*dialed),
        };
        prefix.followed_by(national.as_str())
    }

    /// The whole number as a trunk would be dialed it, however it was keyed: with the prefix that is put
    /// before it, and abroad as it was keyed.
    pub(crate) fn whole(
        &self,
        number: &DialedNumber,
        handling: Handling,
        dialed: &Digits,
    ) -> Option<Digits> {
        if number.number.international {
            return Some(*dialed);
        }
        let prefix = match handling {
            Handling::CarrierOperator => self.operator_prefix,
            Handling::AutomatedOperator | Handling::Direct => self.automated_prefix,
        };
        prefix.followed_by(number.number.digits.as_str())
    }
}

/// One of the site's ways out, and the calls that it is for: those that fit all of what it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteRule {
    pub number: u16,
    pub call_types: Option<Vec<CallType>>,
    pub handlings: Option<Vec<Handling>>,
    pub brands: Option<Vec<Brand>>,
    /// Beginnings of numbers, `+` before those abroad.
    pub prefixes: Option<Vec<String>>,
    /// `None` is any trunk.
    pub group: Option<TrunkGroup>,
    /// How many leading digits are taken off what a trunk would be dialed.
    pub remove: u8,
    /// Digits put before what is left.
    pub add: Digits,
    /// The carrier's access code, before all of them.
    pub carrier: Digits,
}

impl RouteRule {
    fn fits(&self, number: &DialedNumber, handling: Handling, brand: Brand) -> bool {
        let types = self.call_types.as_ref();
        let handlings = self.handlings.as_ref();
        let brands = self.brands.as_ref();
        let prefixes = self.prefixes.as_ref();
        types.is_none_or(|types| types.contains(&number.call_type))
            && handlings.is_none_or(|handlings| handlings.contains(&handling))
            && brands.is_none_or(|brands| brands.contains(&brand))
            && prefixes.is_none_or(|all| all.iter().any(|prefix| begins(&number.number, prefix)))
    }

    /// The carrier's code, what is added, and what is left of the digits; `None` where nothing is left, it
    /// is too much, or what is left could be another number's: what is dialed before the number is taken
    /// off whole (half of `00` is the prefix of numbers at home), and of the number itself no more than
    /// the beginning by which the route names it; an exchange of seven digits gets no more without
    /// anything before them.
    fn outpulse(&self, outpulse: &Outpulse, number: &PhoneNumber) -> Option<Digits> {
        let rest = match self.remove {
            0 => outpulse.untouched,
            removed => self.left_of(outpulse.whole.as_ref()?, usize::from(removed), number)?,
        };
        let before = self.carrier.followed_by(self.add.as_str())?;
        // Of a number that nothing is before such an exchange connects the first seven digits.
        let is_cut = outpulse.seven_digit_exchange && self.remove > 0 && before.is_empty();
        let bare = 8..=number.digits.len();
        if rest.is_empty() || (is_cut && !number.international && bare.contains(&rest.len())) {
            return None;
        }
        before.followed_by(rest.as_str())
    }

    /// What is left when so many digits are taken off; `None` where that could be another number.
    fn left_of(&self, whole: &Digits, removed: usize, number: &PhoneNumber) -> Option<Digits> {
        let before = whole.len().saturating_sub(number.digits.len());
        let rest = whole.tail(removed);
        let is_known = rest.len() + self.named(number) >= number.digits.len();
        (removed >= before && is_known).then_some(rest)
    }

    /// How many digits of the number it names.
    fn named(&self, number: &PhoneNumber) -> usize {
        let prefixes = self.prefixes.iter().flatten();
        let fitting = prefixes.filter(|prefix| begins(number, prefix));
        let digits = fitting.map(|prefix| prefix.trim_start_matches('+').len());
        digits.max().unwrap_or(0)
    }
}

fn begins(number: &PhoneNumber, prefix: &str) -> bool {
    let (international, digits) = match prefix.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, prefix),
    };
    number.international == international && number.digits.as_str().starts_with(digits)
}

/// A number as a trunk is dialed it.
pub(crate) struct Outpulse {
    /// Where no route takes digits off.
    pub untouched: Digits,
    /// What digits are taken off: [`Routing::whole`].
    pub whole: Option<Digits>,
    /// [`Routing::seven_digit_exchange`].
    pub seven_digit_exchange: bool,
}

/// The first of these ways that fit the call, as many as a call can have; `None` where none does.
pub(crate) fn fitting(
    rules: &[RouteRule],
    number: &DialedNumber,
    handling: Handling,
    brand: Brand,
    outpulse: &Outpulse,
) -> Option<Routes> {
    let fitting = rules
        .iter()
        .filter(|rule| rule.fits(number, handling, brand));
    let mut ways = fitting.filter_map(|rule| {
        Some(Route {
            number: rule.number,
            group: rule.group,
            outpulse: rule.outpulse(outpulse, &number.number)?,
        })
    });
    let mut routes = Routes::only(ways.next()?);
    for way in ways {
        if !routes.push(way) {
            break;
        }
    }
    Some(routes)
}
