//! When a string of digits is a number: a country's dial plan as data, and its reading.

use crate::{
    digits::Digits,
    phone_number::{CallType, DialingPattern, PhoneNumber},
};

/// One shape a dialed string can have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialRule {
    /// The digits, one character each: `0-9` itself, `N` 2-9, `Z` 1-9, `X` 0-9; a
    /// last `.` stands for any further digits up to `max`.
    pub shape: String,
    /// Fewest and most digits in all, prefix included.
    pub min: u8,
    pub max: u8,
    pub pattern: DialingPattern,
    pub call_type: CallType,
    /// How many leading digits are prefix, not number.
    pub strip: u8,
    /// Digits put before the rest to make the national number (an area code for
    /// seven-digit dialing).
    pub prepend: Digits,
}

/// A country's rules, most specific first: the first that fits is taken.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DialPlan {
    pub rules: Vec<DialRule>,
}

/// A number that a dial plan made out of what was dialed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DialedNumber {
    pub number: PhoneNumber,
    pub pattern: DialingPattern,
    pub call_type: CallType,
}

/// What the digits so far are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialed {
    /// A number, and no rule allows another digit.
    Complete(DialedNumber),
    /// A number if nothing follows.
    CouldEnd(DialedNumber),
    /// The beginning of a number.
    Incomplete,
    /// No rule begins like this.
    Impossible,
}

impl DialPlan {
    pub fn read(&self, digits: &Digits) -> Dialed {
        let mut could_end = None;
        let mut could_grow = false;
        for rule in &self.rules {
            if !rule.begins_with(digits) {
                continue;
            }
            could_grow |= digits.len() < usize::from(rule.max);
            if could_end.is_none() && digits.len() >= usize::from(rule.min) {
                could_end = rule.number(digits);
            }
        }
        match (could_end, could_grow) {
            (Some(number), false) => Dialed::Complete(number),
            (Some(number), true) => Dialed::CouldEnd(number),
            (None, true) => Dialed::Incomplete,
            (None, false) => Dialed::Impossible,
        }
    }

    /// Whether any dialing makes a number that fits a pattern as tables hold it: that of
    /// [`DialRule::could_make`], with `+` before what is abroad.
    pub fn could_make(&self, pattern: &str) -> bool {
        let (international, pattern) = match pattern.strip_prefix('+') {
            Some(abroad) => (true, abroad),
            None => (false, pattern),
        };
        self.rules.iter().any(|rule| {
            let abroad = rule.pattern == DialingPattern::International;
            abroad == international && rule.could_make(pattern)
        })
    }

    /// Whether digits more after a number make another one: where its length is open.
    pub fn could_grow(&self, number: &PhoneNumber) -> bool {
        self.rules.iter().any(|rule| {
            let abroad = rule.pattern == DialingPattern::International;
            rule.min < rule.max
                && abroad == number.international
                && rule.could_make(number.digits.as_str())
        })
    }

    /// The numbers that an exchange may connect before it has taken all of these digits, shortest
    /// first: where the length is open, it stops at a number that it knows and passes over the
    /// rest (ITU-T E.164 leaves the length to each country). So it does at a number of one length that was
    /// dialed with its prefix, if a longer rule let more digits through. Without a prefix it is the
    /// exchange's own numbers that are so, and whether it waits for more is known of it alone.
    pub fn shorter(&self, digits: &Digits) -> Vec<PhoneNumber> {
        let mut all = Vec::new();
        for length in 1..digits.len() {
            let head = digits.head(length);
            let stops = self.rules.iter().filter(|rule| rule.may_stop_at(&head));
            let numbers = stops.filter_map(|rule| rule.number(&head));
            for number in numbers.map(|dialed| dialed.number) {
                if !all.contains(&number) {
                    all.push(number);
                }
            }
        }
        all
    }
}

impl DialRule {
    /// Whether this rule makes a number that fits a pattern of national numbers: digits, `?` for any
    /// digit, and a last `*` for any more.
    pub fn could_make(&self, pattern: &str) -> bool {
        let (body, open) = match pattern.strip_suffix('*') {
            Some(body) => (body, true),
            None => (pattern, false),
        };
        let added = self.prepend.len();
        let length = |dialed: u8| usize::from(dialed.saturating_sub(self.strip)) + added;
        let fits = match open {
            true => length(self.max) >= body.len(),
            false => (length(self.min)..=length(self.max)).contains(&body.len()),
        };
        let shape = self.shape.bytes().skip(usize::from(self.strip));
        let mut places = self.prepend.as_str().bytes().chain(shape);
        fits && body.bytes().all(|wanted| match (places.next(), wanted) {
            (Some(b'X' | b'.') | None, _) | (Some(_), b'?') => true,
            (Some(b'N'), digit) => digit >= b'2',
            (Some(b'Z'), digit) => digit >= b'1',
            (Some(place), digit) => place == digit,
        })
    }

    /// Whether these digits are a number at which an exchange may stop though more are dialed.
    fn may_stop_at(&self, digits: &Digits) -> bool {
        let open = self.min < self.max;
        (open || self.strip > 0)
            && digits.len() >= usize::from(self.min)
            && self.begins_with(digits)
    }

    /// Whether `digits` is the beginning (or the whole) of this shape.
    fn begins_with(&self, digits: &Digits) -> bool {
        if digits.len() > usize::from(self.max) {
            return false;
        }
        let shape = self.shape.as_bytes();
        for (at, digit) in digits.iter().enumerate() {
            let Some(value) = digit.value() else {
                return false;
            };
            let fits = match shape.get(at) {
                Some(b'N') => value >= 2,
                Some(b'Z') => value >= 1,
                Some(b'X') => true,
                Some(b'.') => true,
                Some(&c) => c == digit.ascii(),
                None => shape.last() == Some(&b'.'),
            };
            if !fits {
                return false;
            }
        }
        true
    }

    fn number(&self, digits: &Digits) -> Option<DialedNumber> {
        let rest = digits.tail(usize::from(self.strip));
        let number = PhoneNumber {
            digits: self.prepend.followed_by(rest.as_str())?,
            international: self.pattern == DialingPattern::International,
        };
        Some(DialedNumber {
            number,
            pattern: self.pattern,
            call_type: self.call_type,
        })
    }
}
