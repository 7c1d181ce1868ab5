//! The telephone networks of the world: tone plans and dial plans as text.
//!
//! One file a country, `<code>.txt`, built in. A line is empty, a comment from `#` on, or
//! begins with one of these words:
//!
//! ```text
//! country    United Kingdom             its name
//! source     ITU-T E.180 Supplement 2   where the figures are from; may stand often
//! law        A                          A or mu
//! tone       <tone> <burst>, <burst>, ... [once]
//! tone       <tone> same-as <tone>      the network has one sound for both
//! numbering  none                       no dial plan yet: no number can be dialed
//! numbering  us                         the dial plan of that table, in place of own rules
//! codes      <name> <code> <code> ...   a list to use in shapes as {name}; may go on
//! dial       <shape> <digits> <pattern> <call type> [strip <n>] [prepend <digits>]
//! ```
//!
//! The code is that of ISO 3166; a second plan of one country has a word after it
//! (`us-old`).
//!
//! A burst is `350+440 -13dBm0 on 500 off 500`: Hz, the level of each frequency, and
//! milliseconds. `400x25` is 400 Hz modulated by 25. `steady` in place of `on` has no end
//! and stands last. Frequencies and level may be left out after the first burst: they are
//! those of the burst before. A tone repeats unless it ends with `once` or `steady`. A
//! tone may have several lines; the first is the one that is generated, and all are
//! recognised.
//!
//! Where a source gives no level, a tone has -10 dBm0 (ITU-T E.180, clause 4), or -13 and
//! -15 in each of two and three frequencies; call waiting has -20, record -18, and the
//! special information tone -24 dBm0, as they sound into speech or before it.
//!
//! A tone that has no word of its own stands under the one that has its meaning: number
//! unobtainable under `sit-vacant-code`, special and recall dial tone under `stutter`.
//!
//! In a shape, `0-9` is itself, `N` 2-9, `Z` 1-9, `X` any digit, and a last `.` any
//! digits up to the most. `{name}` stands for each code of a list, `{area}` for the
//! site's own area code; a rule with `{area}` is left out where the site gives none.
//! Digits are how many are dialed in all, `10` or `7-12`. The first rule that fits is
//! taken. Patterns and call types are those of `types::phone_number` in small letters
//! (`zero-plus`, `toll-free`). Numbers are canonical without trunk prefix.

mod dial;
mod parse;
mod tone;
mod write;

use dsp::plan::TonePlan;
use types::{
    dial_plan::{DialPlan, DialRule},
    digits::Digits,
    frame::Law,
    phone_number::CallType,
};

pub use parse::{parse, read};
pub use write::write;

/// One country's network.
#[derive(Clone, PartialEq, Debug)]
pub struct Country {
    /// The name of its file: `us`.
    pub code: String,
    pub name: String,
    pub law: Law,
    pub tones: TonePlan,
    /// The rules that hold without an area code; none where the table has no dial plan.
    pub dial_plan: DialPlan,
    /// All rules in their order.
    templates: Vec<Template>,
}

/// What is wrong with a table, where, and what is allowed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct TableError {
    pub file: String,
    /// From 1. For what is missing, the last line.
    pub line: usize,
    pub what: String,
}

/// A rule that may still wait for the area code.
#[derive(Clone, PartialEq, Debug)]
struct Template {
    rule: DialRule,
    prepend_area: bool,
}

const AREA: &str = "{area}";

/// The tables by their code, in alphabetical order.
macro_rules! built_in {
    ($($code:literal)*) => {
        &[$(($code, include_str!(concat!($code, ".txt")))),*]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in! {
    "ae" "ar" "at" "au" "bb" "be" "bg" "br" "ca" "ch" "cl" "cn" "cr" "cy" "cz" "de" "dk" "ec" "ee"
    "es" "et" "fi" "fr" "gb" "gh" "gr" "hk" "hr" "hu" "id" "ie" "il" "in" "ir" "is" "it" "jm" "jp"
    "kr" "kw" "ky" "lt" "lu" "ma" "mo" "mx" "my" "nl" "no" "np" "nz" "om" "pa" "ph" "pl" "pt" "qa"
    "ru" "sa" "se" "sg" "si" "sk" "sv" "th" "tn" "tr" "tt" "tw" "us" "us-old" "uy" "ve" "vn" "za"
    "zm" "zw"
};

/// The countries that are built in, in alphabetical order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(code, _)| *code)
}

/// Those with rules for numbers; of the others only the tones are known.
pub fn codes_with_dial_plan() -> impl Iterator<Item = &'static str> {
    codes().filter(|code| load(code).is_ok_and(|country| country.has_dial_plan()))
}

/// A built-in country.
pub fn load(code: &str) -> Result<Country, TableError> {
    match BUILT_IN.iter().find(|(known, _)| *known == code) {
        Some((code, text)) => parse(text, &format!("{code}.txt")),
        None => {
            let known: Vec<_> = codes().collect();
            Err(TableError {
                file: format!("{code}.txt"),
                line: 0,
                what: format!("no such country; there are {}", known.join(", ")),
            })
        }
    }
}

/// The rules of a built-in table that has its own.
fn load_own(code: &str) -> Option<Vec<Template>> {
    let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == code)?;
    let takes = text.lines().any(|line| line.starts_with("numbering"));
    if takes {
        return None;
    }
    Some(load(code).ok()?.templates)
}

impl Country {
    /// Whether numbers can be dialed. Without, only the tones are known.
    pub fn has_dial_plan(&self) -> bool {
        !self.templates.is_empty()
    }

    /// The rules for a site in this area, which has decimal digits only. Rules that need an
    /// area are left out without one, as are those whose shape has no room for this one.
    pub fn dial_plan(&self, area: Option<&str>) -> DialPlan {
        let rules = self.templates.iter().filter_map(|t| t.with(area));
        DialPlan::new(rules.collect())
    }
}

impl Country {
    /// Whether an area code could be one of this country: its rules have room for it, and numbers from
    /// elsewhere in the country begin with it. A country whose rules ask for none takes any.
    pub fn takes_area(&self, area: &str) -> bool {
        let mut asking = self.templates.iter().filter(|t| t.asks_area()).peekable();
        if asking.peek().is_none() {
            return true;
        }
        let room = asking.all(|t| t.with(Some(area)).is_some());
        room && self.templates.iter().any(|t| t.is_of_area(area))
    }
}

impl Template {
    fn asks_area(&self) -> bool {
        self.prepend_area || self.rule.shape.contains(AREA)
    }

    /// Whether it is for the ordinary numbers of an area, however far away.
    fn is_of_area(&self, area: &str) -> bool {
        let rule = &self.rule;
        let ordinary = matches!(
            rule.call_type,
            CallType::Local
                | CallType::IntraLata
                | CallType::InterLata
                | CallType::Interstate
                | CallType::National
        );
        let shape = rule.shape.get(usize::from(rule.strip)..);
        let begins = |shape: &str| {
            let shape = format!("{}{shape}", rule.prepend.as_str());
            let mut places = shape.bytes();
            area.bytes().all(|digit| match places.next() {
                Some(b'N') => digit >= b'2',
                Some(b'Z') => digit >= b'1',
                Some(b'X') => true,
                Some(b'.') | None => shape.ends_with('.'),
                Some(place) => place == digit,
            })
        };
        ordinary && !self.asks_area() && shape.is_some_and(begins)
    }

    fn with(&self, area: Option<&str>) -> Option<DialRule> {
        let mut rule = self.rule.clone();
        if !self.prepend_area && !rule.shape.contains(AREA) {
            return Some(rule);
        }
        let area = area.filter(|area| area.bytes().all(|c| c.is_ascii_digit()))?;
        rule.shape = rule.shape.replace(AREA, area);
        if self.prepend_area {
            rule.prepend = Digits::parse(area)?;
        }
        dial::has_room(&rule).then_some(rule)
    }
}
