//! What administrators entered, as they entered it.

use crate::{Error, View, stored};
use db::{
    keys::{DateKey, DurationKey, ScheduleKey, SpeedCode},
    values,
};
use screening::{Class, Durations, Schedule, ScheduleNumber};
use types::phone_number::CallType;

/// A circuit schedule with its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedSchedule {
    pub number: ScheduleNumber,
    pub name: String,
    pub schedule: Schedule,
}

/// How long calls of a type may last for a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClassDurations {
    pub class: Class,
    pub call_type: CallType,
    pub durations: Durations,
}

/// Year, month, day.
pub type Date = (i16, u8, u8);

impl View {
    /// What a code stands for, as it would be dialed.
    pub fn speed_dial(&self, code: u8) -> Result<Option<String>, Error> {
        let reader = self.database.read()?;
        let table = &self.database.tables().speed_dials;
        let found = table.get(&reader, &SpeedCode(code))?;
        Ok(found.map(|dial| dial.dialed))
    }

    /// All codes that stand for something.
    pub fn speed_dials(&self) -> Result<Vec<(u8, String)>, Error> {
        let reader = self.database.read()?;
        let all = self.database.tables().speed_dials.all(&reader)?.into_iter();
        Ok(all.map(|(code, dial)| (code.0, dial.dialed)).collect())
    }

    /// The name of a holiday.
    pub fn holiday(&self, (year, month, day): Date) -> Result<Option<String>, Error> {
        let reader = self.database.read()?;
        let key = DateKey { year, month, day };
        let found = self.database.tables().holidays.get(&reader, &key)?;
        Ok(found.map(|holiday| holiday.name))
    }

    /// All holidays, by date.
    pub fn holidays(&self) -> Result<Vec<(Date, String)>, Error> {
        let reader = self.database.read()?;
        let all = self.database.tables().holidays.all(&reader)?.into_iter();
        let date = |key: DateKey| (key.year, key.month, key.day);
        Ok(all
            .map(|(key, holiday)| (date(key), holiday.name))
            .collect())
    }

    /// A circuit schedule.
    pub fn schedule(&self, number: ScheduleNumber) -> Result<Option<NamedSchedule>, Error> {
        let reader = self.database.read()?;
        let key = ScheduleKey(number.number());
        let found = self.database.tables().schedules.get(&reader, &key)?;
        found.map(|stored| named(key, stored)).transpose()
    }

    /// All circuit schedules that are entered.
    pub fn schedules(&self) -> Result<Vec<NamedSchedule>, Error> {
        let reader = self.database.read()?;
        let all = self.database.tables().schedules.all(&reader)?.into_iter();
        all.map(|(key, stored)| named(key, stored)).collect()
    }

    /// How long calls of a type may last for a class.
    pub fn durations(&self, class: Class, call_type: CallType) -> Result<Option<Durations>, Error> {
        let reader = self.database.read()?;
        let key = DurationKey {
            class: class.number(),
            call_type,
        };
        let found = (self.database.tables().duration_classes).get(&reader, &key)?;
        Ok(found.map(stored::durations))
    }

    /// The same of all classes and types for which it is entered.
    pub fn all_durations(&self) -> Result<Vec<ClassDurations>, Error> {
        let reader = self.database.read()?;
        let all = self.database.tables().duration_classes.all(&reader)?;
        let of_class = |(key, stored): (DurationKey, values::Duration)| {
            Ok(ClassDurations {
                class: stored::class(key.class)?,
                call_type: key.call_type,
                durations: stored::durations(stored),
            })
        };
        all.into_iter().map(of_class).collect()
    }
}

fn named(
    ScheduleKey(number): ScheduleKey,
    stored: values::Schedule,
) -> Result<NamedSchedule, Error> {
    let known = ScheduleNumber::new(number);
    Ok(NamedSchedule {
        number: known.ok_or_else(|| stored::senseless("schedule", format!("number {number}")))?,
        schedule: stored::schedule(&stored),
        name: stored.name,
    })
}
