//! Where requests are served: at the back office of a controller, or at one of our own.

use crate::{
    runtime::{clock::Clock, threads::OfficeDoor},
    site::{Site, SiteOffice},
};
use anyhow::{Context as _, anyhow};
use backoffice::{Anchor, BackOffice};
use jiff::tz::TimeZone;
use line::Shared;
use slog::Logger;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use types::{language::Language, tick::Tick};

/// The back office, and what of the site answers are made with.
pub struct Desk {
    way: Way,
    pub shared: Arc<Shared>,
    pub zone: TimeZone,
    /// The site's own language.
    pub language: Language,
}

enum Way {
    /// On the back office's thread of a controller.
    Beside(OfficeDoor),
    /// Nobody else has the database open.
    Here(Box<Mutex<SiteOffice>>, Clock),
}

impl Desk {
    /// At a running controller.
    pub fn beside(site: &Site, shared: Arc<Shared>, door: OfficeDoor) -> Desk {
        Desk::of(site, shared, Way::Beside(door))
    }

    /// With a database that nobody has open.
    pub fn here(site: &Site, log: Logger) -> anyhow::Result<Desk> {
        let shared = site.shared()?;
        let clock = Clock::start();
        let (tick, utc_ms) = clock.anchor();
        let office = site.open_office(&shared, Anchor { tick, utc_ms }, log)?;
        let way = Way::Here(Box::new(Mutex::new(office)), clock);
        Ok(Desk::of(site, shared, way))
    }

    fn of(site: &Site, shared: Arc<Shared>, way: Way) -> Desk {
        Desk {
            way,
            shared,
            zone: site.time_zone.clone(),
            language: site.languages.first().copied().unwrap_or(Language::ENGLISH),
        }
    }

    /// The present instant, UTC in milliseconds.
    pub fn utc_ms(&self) -> anyhow::Result<i64> {
        self.with(|office, now| Ok(office.utc_ms(now)))
    }

    /// Does a bounded portion of work with the back office: lines wait behind it.
    ///
    /// # Errors
    /// Those of the work, and that the back office is too busy or gone.
    pub fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut BackOffice, Tick) -> Result<T, backoffice::Error> + Send + 'static,
    ) -> anyhow::Result<T> {
        let done = match &self.way {
            Way::Here(office, clock) => {
                let mut office = office.lock().unwrap_or_else(PoisonError::into_inner);
                work(office.office_mut(), clock.now())
            }
            Way::Beside(door) => {
                let done = door.ask(|office, now| {
                    let office = SiteOffice::of(office)?;
                    Some(work(office.office_mut(), now))
                });
                done.context("the controller did not serve it")?
                    .ok_or_else(|| anyhow!("the controller has no database"))?
            }
        };
        Ok(done?)
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}
