//! Phones, settings, durations, holidays.

use super::Phone;
use super::text;
use crate::{
    Date, Error, SiteSettings, registers::stored_rules, session::Session, stored, words::kebab,
};
use db::{
    keys::{DateKey, DurationKey, ScheduleKey, SiteKey},
    values::{self, Duration, Holiday},
};
use screening::{Class, Durations, Schedule, ScheduleNumber};
use types::{id::LineId, phone_number::CallType};

impl Session<'_> {
    pub fn set_phone(&mut self, actor: &str, line: LineId, phone: &Phone) -> Result<(), Error> {
        text("phone's name", &phone.name, false)?;
        if line.0 == 0 {
            return Err(Error::invalid("line", "lines are numbered from 1"));
        }
        if let Some(number) = phone.schedule {
            self.schedule(number)?;
        }
        if let Some(treatment) = phone.line_treatment {
            self.line_treatment_there(treatment)?;
        }
        let stored = stored::stored_phone(phone);
        self.tables.phones.put(&mut self.writer, &line, &stored)?;
        let change = format!(
            "in service {}, schedule {}, PIN required {}, class {}, privileged {}, \
             line treatment {}",
            phone.in_service,
            phone.schedule.map_or(0, ScheduleNumber::number),
            phone.pin_required,
            phone.class.number(),
            phone.privileged,
            phone.line_treatment.unwrap_or(0)
        );
        self.journal(actor, "phone", line, change)
    }

    pub fn set_in_service(
        &mut self,
        actor: &str,
        line: LineId,
        in_service: bool,
    ) -> Result<(), Error> {
        let phone = self.tables.phones.get(&self.writer, &line)?;
        let phone = phone.ok_or(Error::UnknownPhone(line))?;
        let mut phone = stored::phone(phone)?;
        phone.in_service = in_service;
        self.set_phone(actor, line, &phone)
    }

    pub fn set_site_settings(&mut self, actor: &str, settings: &SiteSettings) -> Result<(), Error> {
        settings.check()?;
        if !self.tables.pins.is_empty(&self.writer)? {
            let length = self.settings()?.call.pin_length;
            if settings.call.pin_length != length {
                let why = format!("PINs of {length} digits are given out");
                return Err(Error::invalid("PIN length", why));
            }
        }
        let stored = stored::stored_settings(settings);
        let table = &self.tables.settings;
        table.put(&mut self.writer, &SiteKey, &stored)?;
        let people = crate::people::stored_rules(&settings.rules.people);
        let table = &self.tables.people_rules;
        table.put(&mut self.writer, &SiteKey, &people)?;
        self.put_identity_settings(settings)?;
        self.set_block_keys(&settings.call.block_keys)?;
        let rules = stored_rules(&settings.registers);
        let table = &self.tables.register_rules;
        table.put(&mut self.writer, &SiteKey, &rules)?;
        self.put_fraud_rules(&settings.fraud)?;
        self.journal(actor, "settings", "site", format!("{settings:?}"))
    }

    pub fn set_durations(
        &mut self,
        actor: &str,
        class: Class,
        call_type: CallType,
        durations: &Durations,
    ) -> Result<(), Error> {
        /// 99 minutes.
        const LONGEST: u32 = 99 * 60;
        let Durations {
            weekday,
            weekend,
            holiday,
        } = *durations;
        let fits = |seconds: &u32| (1..=LONGEST).contains(seconds);
        if ![weekday, weekend, holiday].iter().all(fits) {
            return Err(Error::invalid("duration", "1 second to 99 minutes"));
        }
        let key = DurationKey {
            class: class.number(),
            call_type,
        };
        let value = Duration {
            weekday,
            weekend,
            holiday,
        };
        let table = &self.tables.duration_classes;
        table.put(&mut self.writer, &key, &value)?;
        let subject = format!("class {} {}", class.number(), kebab(call_type));
        let change = format!("{weekday} s weekdays, {weekend} s weekends, {holiday} s holidays");
        self.journal(actor, "durations", subject, change)
    }

    pub fn remove_durations(
        &mut self,
        actor: &str,
        class: Class,
        call_type: CallType,
    ) -> Result<bool, Error> {
        let key = DurationKey {
            class: class.number(),
            call_type,
        };
        let was = (self.tables.duration_classes).delete(&mut self.writer, &key)?;
        let subject = format!("class {} {}", class.number(), kebab(call_type));
        self.removed(actor, "durations", subject, was)
    }

    pub fn set_schedule(
        &mut self,
        actor: &str,
        number: ScheduleNumber,
        name: &str,
        schedule: &Schedule,
    ) -> Result<(), Error> {
        text("schedule's name", name, false)?;
        let value = values::Schedule {
            name: name.to_owned(),
            weekday: schedule.weekday.0,
            weekend: schedule.weekend.0,
            holiday: schedule.holiday.0,
        };
        let key = ScheduleKey(number.number());
        self.tables.schedules.put(&mut self.writer, &key, &value)?;
        self.journal(actor, "schedule", number.number(), format!("{schedule:?}"))
    }

    pub fn remove_schedule(&mut self, actor: &str, number: ScheduleNumber) -> Result<bool, Error> {
        let phones = self.tables.phones.all(&self.writer)?;
        let has = |(_, phone): &&(LineId, values::Phone)| phone.schedule == Some(number.number());
        if let Some((line, _)) = phones.iter().find(has) {
            return Err(Error::InUse {
                what: format!("schedule {}", number.number()),
                by: format!("the phone of line {line}"),
            });
        }
        let key = ScheduleKey(number.number());
        let was = self.tables.schedules.delete(&mut self.writer, &key)?;
        self.removed(actor, "schedule", number.number(), was)
    }

    pub fn remove_holiday(&mut self, actor: &str, (year, month, day): Date) -> Result<bool, Error> {
        let date = date((year, month, day))?;
        let key = DateKey { year, month, day };
        let was = self.tables.holidays.delete(&mut self.writer, &key)?;
        self.removed(actor, "holiday", date, was)
    }

    pub fn set_holiday(
        &mut self,
        actor: &str,
        (year, month, day): Date,
        name: &str,
    ) -> Result<(), Error> {
        text("holiday's name", name, false)?;
        let date = date((year, month, day))?;
        let value = Holiday {
            name: name.to_owned(),
        };
        let key = DateKey { year, month, day };
        self.tables.holidays.put(&mut self.writer, &key, &value)?;
        self.journal(actor, "holiday", date, "entered")
    }
}

fn date((year, month, day): Date) -> Result<jiff::civil::Date, Error> {
    let parts = (i8::try_from(month).ok()).zip(i8::try_from(day).ok());
    let date = parts.and_then(|(month, day)| jiff::civil::Date::new(year, month, day).ok());
    date.ok_or(Error::Date { year, month, day })
}
