//! The object itself: opening, and one transaction at a time.

use crate::{
    Alert, Anchor, Config, Error, Routing, SiteSettings, Usage, clock, lookups, memory::Memory,
    recovery, seed, service::Calendar, session::Session, site_key::SiteKey, stored,
};
use db::{Database, Options, keys};
use jiff::tz::TimeZone;
use std::{fmt, path::Path, sync::Arc};
use types::{
    dial_plan::DialPlan,
    id::LineId,
    settings::CallSettings,
    tick::{Tick, Ticks},
};

/// What does not change while the back office is open.
pub(crate) struct Fixed {
    pub site: u32,
    pub zone: TimeZone,
    pub dial_plan: Arc<DialPlan>,
    pub routing: Routing,
    pub key: SiteKey,
}

/// The synchronous back office of one site. It is used by one thread at a time.
pub struct BackOffice {
    pub(crate) database: Database,
    pub(crate) fixed: Fixed,
    pub(crate) anchor: Anchor,
    pub(crate) recorder_works: bool,
    pub(crate) memory: Memory,
    pub(crate) last_failure: Option<Error>,
    alerts: Vec<Alert>,
}

impl BackOffice {
    /// Opens the database in `dir`, makes and seeds it when it is not there, and finishes the
    /// calls that a crash left open.
    pub fn open(dir: &Path, config: Config) -> Result<BackOffice, Error> {
        let zone = clock::time_zone(&config.time_zone)?;
        let options = Options {
            map_size: config.map_size,
            durable: config.durable,
        };
        let database = Database::open(dir, &options)?;
        let meta = {
            let reader = database.read()?;
            database.tables().meta.get(&reader, &keys::SiteKey)?
        };
        let key = SiteKey::open(dir, meta.is_none())?;
        if let Some(meta) = &meta {
            if meta.site != config.site {
                return Err(Error::OtherSite {
                    found: meta.site,
                    configured: config.site,
                });
            }
            if meta.key_check != key.check() {
                return Err(Error::SiteKeyWrong(dir.join("site.key")));
            }
        }
        let mut office = BackOffice {
            database,
            fixed: Fixed {
                site: config.site,
                zone,
                dial_plan: config.dial_plan,
                routing: config.routing,
                key,
            },
            anchor: config.anchor,
            recorder_works: true,
            memory: Memory::default(),
            last_failure: None,
            alerts: Vec::new(),
        };
        let now = config.anchor.tick;
        match meta {
            None => office.change(now, |session| seed::fill(session, &config.seed))?,
            Some(_) => office.change(now, recovery::finish_open_calls)?,
        }
        // Ticks of another process mean nothing here.
        office.memory = Memory::default();
        Ok(office)
    }

    /// From now on, `tick` is this instant. Told by root at start and whenever the system's
    /// clock was stepped; lengths of calls are not touched by it.
    pub fn anchor(&mut self, tick: Tick, utc_ms: i64) {
        self.anchor = Anchor { tick, utc_ms };
    }

    /// The tick whose instant was told last.
    pub fn anchored_at(&self) -> Tick {
        self.anchor.tick
    }

    /// Whether calls that must be recorded can be; told by root before each batch. Until it is told they
    /// can.
    pub fn recorder(&mut self, works: bool) {
        self.recorder_works = works;
    }

    /// What holds for the whole site.
    pub fn site_settings(&self) -> Result<SiteSettings, Error> {
        let reader = self.database.read()?;
        lookups::site_settings(self.database.tables(), &reader)
    }

    /// The settings of a phone at `now`. One that is not entered is out of service, and so is one
    /// whose schedule says so.
    pub fn settings(&self, now: Tick, line: LineId) -> Result<CallSettings, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let site = lookups::site_settings(tables, &reader)?;
        let phone = tables.phones.get(&reader, &line)?;
        let phone = phone.map(stored::phone).transpose()?;
        let mut settings = site.call;
        settings.pin_required = phone.as_ref().is_none_or(|p| p.pin_required);
        settings.in_service = match phone {
            Some(phone) if phone.in_service => {
                let calendar = Calendar {
                    tables,
                    txn: &reader,
                    zone: &self.fixed.zone,
                };
                let now_utc_ms = self.anchor.utc_ms(now);
                let moment = Ticks::ms(1);
                let left =
                    calendar.in_service_for(phone.schedule, site.rules.weekend, now_utc_ms, moment);
                left?.is_none()
            }
            _ => false,
        };
        Ok(settings)
    }

    /// How full the database is.
    pub fn usage(&self) -> Result<Usage, Error> {
        Ok(self.database.usage()?)
    }

    /// What made the last `Unavailable`, for the log; taken by asking.
    pub fn take_failure(&mut self) -> Option<Error> {
        self.last_failure.take()
    }

    /// What an officer is to look at, oldest first; taken by asking.
    pub fn take_alerts(&mut self) -> Vec<Alert> {
        std::mem::take(&mut self.alerts)
    }

    /// One transaction: all of `work` and its journal entries, or nothing.
    pub(crate) fn change<T>(
        &mut self,
        now: Tick,
        work: impl FnOnce(&mut Session<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut session = Session::begin(self, now)?;
        let done = work(&mut session)?;
        let (newly, alerts) = session.commit()?;
        self.alerts.extend(alerts);
        for attempt in newly {
            self.memory.remember(attempt);
        }
        Ok(done)
    }
}

impl fmt::Debug for BackOffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackOffice")
            .field("site", &self.fixed.site)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}
