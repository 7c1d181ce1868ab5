//! What is wrong with a row: all of it is told at once, and before anything of the row is written.

use crate::{Error, error::never_dialed};
use types::text::sayable;

/// A column of which an error speaks.
pub(super) type Fault = (&'static str, Error);

/// What is wrong with one column of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrongCell {
    pub column: &'static str,
    pub why: String,
    /// It is that somebody else has this PIN, card or code.
    pub anothers: bool,
}

/// What is wrong with a row, in the order of the columns.
#[derive(Default, Debug)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// What there is; an error is noted.
    pub(super) fn of<T>(&mut self, column: &'static str, found: Result<T, Error>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(error) => {
                self.note(column, error);
                None
            }
        }
    }

    pub(super) fn note(&mut self, column: &'static str, error: Error) {
        self.0.push((column, error));
    }

    /// # Errors
    /// Itself, if anything is wrong.
    pub(super) fn none(self) -> Result<(), Faults> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(self),
        }
    }

    /// In words.
    ///
    /// # Errors
    /// One that no row can be blamed for.
    pub(super) fn told(self) -> Result<Vec<WrongCell>, Error> {
        let told = |(column, error): Fault| match is_ours(&error) {
            true => Err(error),
            false => Ok(WrongCell {
                column,
                why: told(&error),
                anothers: is_anothers(&error),
            }),
        };
        self.0.into_iter().map(told).collect()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

/// Why a row is bad. What stands in one of its cells is said only where it can't be a secret that is
/// in the wrong place.
fn told(error: &Error) -> String {
    let (text, instead) = match error {
        // What else there is to say of somebody else's card is nobody's who imports it.
        Error::CardTaken { .. } => return "this card is given out already".to_owned(),
        Error::NoPinOf(_) => return "this inmate has no PIN".to_owned(),
        Error::UnknownGroup { name, .. } => (name, "no group has this name".to_owned()),
        Error::ListedElsewhere(number) => (
            number,
            "is on the list of another inmate, and the site lets one PIN list a number".to_owned(),
        ),
        Error::EntryRestricted {
            number,
            pattern,
            reason,
        } => {
            let what = match pattern == number {
                true => reason.clone(),
                false => format!("{pattern}: {reason}"),
            };
            (
                number,
                format!("this number is not taken by a PIN's list ({what})"),
            )
        }
        Error::Pattern { text, why } => (text, format!("this is no pattern: {why}")),
        Error::NeverDialed { number, before } => (number, never_dialed("this number", *before)),
        _ => return error.to_string(),
    };
    match sayable(text) {
        Some(_) => error.to_string(),
        None => instead,
    }
}

/// It tells of a PIN, card or code that somebody has it.
fn is_anothers(error: &Error) -> bool {
    matches!(
        error,
        Error::PinTaken | Error::CardTaken { .. } | Error::CodeTaken
    )
}

/// No row can be blamed for it.
fn is_ours(error: &Error) -> bool {
    matches!(
        error,
        Error::Database(_) | Error::Stored { .. } | Error::Journal { .. }
    )
}
