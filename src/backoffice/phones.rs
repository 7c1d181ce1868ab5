//! Phones by their names.

use crate::{Error, View};
use types::id::LineId;

impl View {
    /// The phone that is called so, by its name or its line's number.
    ///
    /// # Errors
    /// When there is none, or the name is that of several.
    pub fn phone_named(&self, name: &str) -> Result<LineId, Error> {
        let reader = self.database.read()?;
        let phones = self.database.tables().phones.all(&reader)?;
        let named = phones.iter().filter(|(_, phone)| phone.name == name);
        let named: Vec<LineId> = named.map(|(line, _)| *line).collect();
        match &named[..] {
            [line] => Ok(*line),
            [] => {
                let number = name.parse().map(LineId);
                let known = |line: &LineId| phones.iter().any(|(there, _)| there == line);
                let line = number.ok().filter(known);
                line.ok_or_else(|| Error::UnknownPhoneName(name.to_owned()))
            }
            several => Err(Error::AmbiguousPhone {
                name: name.to_owned(),
                several: several.iter().map(LineId::to_string).collect(),
            }),
        }
    }
}
