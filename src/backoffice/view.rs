//! What the database says, without writing: from any thread, beside the one that writes.

use crate::{Anchor, Error, Phone, SiteSettings, Usage, lookups, site_key::SiteKey, stored};
use db::{Database, Read};
use jiff::tz::TimeZone;
use screening::Routing;
use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use types::{dial_plan::DialPlan, id::LineId, settings::CallSettings, tick::Tick};

/// What does not change while the back office is open.
pub(crate) struct Fixed {
    pub site: u32,
    pub zone: TimeZone,
    pub dial_plan: Arc<DialPlan>,
    pub routing: Routing,
    pub key: SiteKey,
}

/// What a site's database says. Clones see the same one, each read what was on disk as it began. Reads are
/// short, a page at a time: what a reader sees is not written over, and the database grows by it.
#[derive(Clone)]
pub struct View {
    pub(crate) database: Arc<Database>,
    pub(crate) fixed: Arc<Fixed>,
    pub(crate) shown: Arc<Shown>,
}

/// What root tells the back office, for all views.
pub(crate) struct Shown {
    anchor: RwLock<Anchor>,
    pub recorder_works: AtomicBool,
}

impl View {
    pub(crate) fn new(database: Database, fixed: Fixed, anchor: Anchor) -> View {
        View {
            database: Arc::new(database),
            fixed: Arc::new(fixed),
            shown: Arc::new(Shown {
                anchor: RwLock::new(anchor),
                recorder_works: AtomicBool::new(true),
            }),
        }
    }

    pub(crate) fn anchor(&self, anchor: Anchor) {
        *(self.shown.anchor.write()).unwrap_or_else(PoisonError::into_inner) = anchor;
    }

    pub(crate) fn recorder(&self, works: bool) {
        self.shown.recorder_works.store(works, Ordering::Release);
    }

    pub(crate) fn anchored(&self) -> Anchor {
        *(self.shown.anchor.read()).unwrap_or_else(PoisonError::into_inner)
    }

    /// The instant of a tick, UTC in milliseconds.
    pub fn utc_ms(&self, tick: Tick) -> i64 {
        self.anchored().utc_ms(tick)
    }

    /// The tick whose instant was told last.
    pub fn anchored_at(&self) -> Tick {
        self.anchored().tick
    }

    /// What holds for the whole site.
    pub fn site_settings(&self) -> Result<SiteSettings, Error> {
        let reader = self.database.read()?;
        lookups::site_settings(self.database.tables(), &reader)
    }

    /// The settings of a phone at `now`. One that is not entered is out of service, and so is one
    /// whose schedule says so, or that is shut down by itself, with a group or with everything.
    pub fn settings(&self, now: Tick, line: LineId) -> Result<CallSettings, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let site = lookups::site_settings(tables, &reader)?;
        match tables.phones.get(&reader, &line)? {
            Some(phone) => self.settings_of(now, &reader, &site, line, stored::phone(phone)?),
            None => Ok(CallSettings {
                in_service: false,
                ..site.call
            }),
        }
    }

    pub(crate) fn settings_of(
        &self,
        now: Tick,
        reader: &impl Read,
        site: &SiteSettings,
        line: LineId,
        phone: Phone,
    ) -> Result<CallSettings, Error> {
        let reading = self.reading(now, reader);
        let why_out = reading.why_out(line, &phone, site.rules.weekend)?;
        Ok(reading.identity_of(line)?.put_into(CallSettings {
            in_service: why_out.is_none(),
            pin_required: phone.pin_required,
            ..site.call.clone()
        }))
    }

    /// How full the database is.
    pub fn usage(&self) -> Result<Usage, Error> {
        Ok(self.database.usage()?)
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("site", &self.fixed.site)
            .finish_non_exhaustive()
    }
}
