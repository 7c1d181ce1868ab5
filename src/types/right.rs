//! What an account may do: a verb over a noun.

use std::{fmt, str::FromStr};

macro_rules! named {
    ($(#[$doc:meta])* $type:ident, $noun:literal { $($(#[$of:meta])* $value:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $type {
            $($(#[$of])* $value,)+
        }

        impl $type {
            pub const ALL: &[$type] = &[$($type::$value),+];

            pub fn name(self) -> &'static str {
                match self { $($type::$value => $name,)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = NotARight;

            fn from_str(text: &str) -> Result<$type, NotARight> {
                let named = $type::ALL.iter().find(|value| value.name() == text);
                named.copied().ok_or_else(|| NotARight {
                    noun: $noun,
                    there: $type::ALL.iter().map(|value| value.name()).collect(),
                })
            }
        }
    };
}

named! {
    /// What is administered.
    Noun, "noun" {
        Inmates = "inmates",
        Pins = "pins",
        /// Finding whose a PIN is.
        PinSearch = "pin-search",
        Contacts = "contacts",
        /// Allowed, restricted, entry-restricted and time-restricted ones, their records, and lists.
        Numbers = "numbers",
        SpeedDials = "speed-dials",
        Phones = "phones",
        Trunks = "trunks",
        Groups = "groups",
        Schedules = "schedules",
        Windows = "windows",
        Holidays = "holidays",
        Durations = "durations",
        Treatments = "treatments",
        Routes = "routes",
        Registers = "registers",
        Bookings = "bookings",
        Blocks = "blocks",
        CallRecords = "call-records",
        Searches = "searches",
        Reports = "reports",
        /// As they are now.
        Lines = "lines",
        LineTests = "line-tests",
        Officers = "officers",
        Accounts = "accounts",
        Roles = "roles",
        Tokens = "tokens",
        /// The journal.
        Audit = "audit",
        Settings = "settings",
        Imports = "imports",
        Exports = "exports",
    }
}

named! {
    /// What is done with it.
    Verb, "verb" {
        See = "see",
        /// Enters, changes and removes.
        Change = "change",
        /// Commands, such as disconnect and shut down.
        Do = "do",
    }
}

/// A text that names no noun, or no verb.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotARight {
    noun: &'static str,
    there: Vec<&'static str>,
}

impl fmt::Display for NotARight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no {} of rights: one of {}",
            self.noun,
            self.there.join(", ")
        )
    }
}

impl std::error::Error for NotARight {}

/// Some verbs over some nouns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights(u128);

const _: () = assert!(Noun::ALL.len() * Verb::ALL.len() <= u128::BITS as usize);

impl Rights {
    pub fn none() -> Rights {
        Rights(0)
    }

    pub fn all() -> Rights {
        pairs().collect()
    }

    #[must_use]
    pub fn with(self, noun: Noun, verb: Verb) -> Rights {
        Rights(self.0 | bit(noun, verb))
    }

    pub fn has(self, noun: Noun, verb: Verb) -> bool {
        self.0 & bit(noun, verb) != 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Rights) -> Rights {
        Rights(self.0 & other.0)
    }

    /// Those that are in one of them.
    #[must_use]
    pub fn or(self, other: Rights) -> Rights {
        Rights(self.0 | other.0)
    }

    pub fn is_within(self, other: Rights) -> bool {
        self.and(other) == self
    }

    pub fn iter(self) -> impl Iterator<Item = (Noun, Verb)> {
        pairs().filter(move |(noun, verb)| self.has(*noun, *verb))
    }
}

fn bit(noun: Noun, verb: Verb) -> u128 {
    1 << (noun as usize * Verb::ALL.len() + verb as usize)
}

fn pairs() -> impl Iterator<Item = (Noun, Verb)> {
    let verbs = |noun: &'static Noun| Verb::ALL.iter().map(|verb| (*noun, *verb));
    Noun::ALL.iter().flat_map(verbs)
}

impl FromIterator<(Noun, Verb)> for Rights {
    fn from_iter<I: IntoIterator<Item = (Noun, Verb)>>(pairs: I) -> Rights {
        let with = |rights: Rights, (noun, verb)| rights.with(noun, verb);
        pairs.into_iter().fold(Rights::none(), with)
    }
}

/// One right, such as `see inmates`, or `everything`.
impl FromStr for Rights {
    type Err = NotARight;

    fn from_str(text: &str) -> Result<Rights, NotARight> {
        if text == "everything" {
            return Ok(Rights::all());
        }
        let (verb, noun) = text.split_once(' ').unwrap_or((text, ""));
        let verb = verb.parse()?;
        Ok(Rights::none().with(noun.parse()?, verb))
    }
}

/// `see inmates, change phones`; all and none in a word.
impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Rights::all() {
            return f.write_str("everything");
        }
        let names: Vec<String> = self
            .iter()
            .map(|(noun, verb)| format!("{verb} {noun}"))
            .collect();
        match names.is_empty() {
            true => f.write_str("nothing"),
            false => f.write_str(&names.join(", ")),
        }
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rights({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_read_as_it_is_told() {
        for (noun, verb) in pairs() {
            let right = Rights::none().with(noun, verb);
            assert_eq!(right.to_string().parse(), Ok(right));
        }
        assert_eq!("everything".parse(), Ok(Rights::all()));
        for (text, told) in [
            ("read inmates", "no verb of rights: one of see, change, do"),
            ("see inmate", "no noun of rights: one of inmates, pins"),
            ("see", "no noun of rights"),
            ("", "no verb of rights"),
        ] {
            let why = text.parse::<Rights>().expect_err(text).to_string();
            assert!(why.starts_with(told), "{text}: {why}");
        }
    }

    #[test]
    fn every_right_is_apart_from_every_other() {
        for (noun, verb) in pairs() {
            let one = Rights::none().with(noun, verb);
            assert_eq!(one.iter().collect::<Vec<_>>(), [(noun, verb)]);
            assert!(one.has(noun, verb) && one.is_within(Rights::all()));
            assert!(!Rights::all().is_within(one));
        }
        let all: Vec<_> = Rights::all().iter().collect();
        assert_eq!(all.len(), Noun::ALL.len() * Verb::ALL.len());
        assert_eq!(all.into_iter().collect::<Rights>(), Rights::all());
    }

    #[test]
    fn nouns_and_verbs_are_read_as_they_are_written() {
        for noun in Noun::ALL {
            assert_eq!(noun.to_string().parse(), Ok(*noun));
        }
        for verb in Verb::ALL {
            assert_eq!(verb.to_string().parse(), Ok(*verb));
        }
        let error = "look".parse::<Verb>().expect_err("no verb").to_string();
        assert_eq!(error, "no verb of rights: one of see, change, do");
        let some = Rights::none().with(Noun::CallRecords, Verb::See);
        assert_eq!(some.to_string(), "see call-records");
        assert_eq!(Rights::none().to_string(), "nothing");
        assert_eq!(Rights::all().to_string(), "everything");
    }
}
