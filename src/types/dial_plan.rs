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
    rules: Vec<DialRule>,
    /// Those at whose numbers an exchange may stop though more digits are dialed.
    stops: Vec<usize>,
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
    pub fn new(rules: Vec<DialRule>) -> Self {
        let stops = |rule: &DialRule| rule.stops_among(&rules);
        let stops = (0..rules.len()).filter(|&at| stops(&rules[at])).collect();
        Self { rules, stops }
    }

    pub fn rules(&self) -> &[DialRule] {
        &self.rules
    }

    pub fn read(&self, digits: &Digits) -> Dialed {
        let mut could_end = None;
        let mut could_grow = false;
        for rule in &self.rules {
            if !rule.begins_with(digits) {
                continue;
            }
            could_grow |= digits.len() < usize::from(rule.max);
            if could_end.is_none() && rule.takes(digits) {
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

    /// Whether a number may be among the [`DialPlan::shorter`] of more digits.
    pub fn could_grow(&self, number: &PhoneNumber) -> bool {
        self.stops().any(|rule| {
            let abroad = rule.pattern == DialingPattern::International;
            abroad == number.international && rule.could_make(number.digits.as_str())
        })
    }

    /// The numbers that an exchange may connect before it has taken all of these digits, shortest
    /// first: where the length is open, it stops at a number that it knows and passes over the
    /// rest (ITU-T E.164 leaves the length to each country). So it does at a number of one length
    /// that was dialed with its prefix, if a longer rule let more digits through. Without a prefix
    /// it is the exchange's own numbers that are so: whether it waits for more is known of it alone.
    pub fn shorter(&self, digits: &Digits) -> Vec<PhoneNumber> {
        let mut all = Vec::new();
        for length in 1..digits.len() {
            let head = digits.head(length);
            for rule in self.stops().filter(|rule| rule.takes(&head)) {
                let number = rule.number(&head).map(|dialed| dialed.number);
                all.extend(number.filter(|number| !all.contains(number)));
            }
        }
        all
    }

    fn stops(&self) -> impl Iterator<Item = &DialRule> {
        self.stops.iter().map(|&at| &self.rules[at])
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
        fits && body.bytes().all(|wanted| {
            let place = places.next().unwrap_or(b'.');
            wanted == b'?' || is_one_of(place, wanted)
        })
    }

    /// Whether more digits may follow one of its numbers, be they passed over by the exchange.
    fn stops_among(&self, rules: &[Self]) -> bool {
        let goes_on = |longer: &Self| longer.max > self.max && longer.begins_like(self);
        self.min < self.max || (self.strip > 0 && rules.iter().any(goes_on))
    }

    /// Whether there are digits with which both can begin.
    fn begins_like(&self, shorter: &Self) -> bool {
        (0..usize::from(shorter.max)).all(|at| {
            let (own, other) = (self.place(at), shorter.place(at));
            (b'0'..=b'9').any(|key| is_one_of(own, key) && is_one_of(other, key))
        })
    }

    /// What stands at this place of its shape; nothing does behind the end of one that has no `.`.
    fn place(&self, at: usize) -> u8 {
        let shape = self.shape.as_bytes();
        let last = shape.last().filter(|&&last| last == b'.');
        shape.get(at).or(last).copied().unwrap_or(b' ')
    }

    /// Whether these digits are one of its numbers.
    fn takes(&self, digits: &Digits) -> bool {
        digits.len() >= usize::from(self.min) && self.begins_with(digits)
    }

    /// Whether `digits` is the beginning (or the whole) of this shape.
    fn begins_with(&self, digits: &Digits) -> bool {
        if digits.len() > usize::from(self.max) {
            return false;
        }
        digits
            .iter()
            .enumerate()
            .all(|(at, digit)| is_one_of(self.place(at), digit.ascii()))
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

/// Whether a place of a shape, [`DialRule::shape`], takes a key.
fn is_one_of(place: u8, key: u8) -> bool {
    match place {
        b'N' => matches!(key, b'2'..=b'9'),
        b'Z' => matches!(key, b'1'..=b'9'),
        b'X' | b'.' => key.is_ascii_digit(),
        digit => digit == key,
    }
}
