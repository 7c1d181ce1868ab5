//! The object itself: opening, and one transaction at a time.

use crate::{
    Alert, Anchor, Config, Error, View, clock,
    console::{Attempts, WaitingCall, Word},
    lookups,
    memory::Memory,
    recovery, seed,
    session::Session,
    site_key::SiteKey,
    stored,
    view::Fixed,
};
use db::{Database, Look, Options, keys, values::Meta};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Deref,
    path::Path,
};
use types::{id::LineId, settings::CallSettings, tick::Tick};

/// The synchronous back office of one site. It is used by one thread at a time; what it says without
/// writing its [`View`] says to any.
pub struct BackOffice {
    view: View,
    pub(crate) memory: Memory,
    pub(crate) last_failure: Option<Error>,
    alerts: Vec<Alert>,
    /// Lines whose call is to be cut.
    cuts: BTreeSet<LineId>,
    /// Calls that wait for an officer.
    pub(crate) waiting: BTreeMap<LineId, WaitingCall>,
    /// What the next of them is numbered.
    attempts: Attempts,
    /// Words of officers at a console that lines are to be told.
    pub(crate) words: Vec<Word>,
    /// The settings of phones as they were told last.
    told: Option<BTreeMap<LineId, CallSettings>>,
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
        let key = match &meta {
            None => SiteKey::open(dir, true)?,
            Some(meta) => own_key(dir, meta, config.site)?,
        };
        let mut office = BackOffice {
            view: View::new(
                database,
                Fixed {
                    site: config.site,
                    zone,
                    dial_plan: config.dial_plan,
                    routing: config.routing,
                    key,
                },
                config.anchor,
            ),
            memory: Memory::default(),
            last_failure: None,
            alerts: Vec::new(),
            cuts: BTreeSet::new(),
            waiting: BTreeMap::new(),
            attempts: Attempts::since(config.anchor.utc_ms),
            words: Vec::new(),
            told: None,
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

    /// Whether a site's database can be opened, as far as that shows without changing anything.
    ///
    /// # Errors
    /// Those that opening would have.
    pub fn examine(dir: &Path, site: u32) -> Result<(), Error> {
        match db::look(dir)? {
            Look::Good(meta) => own_key(dir, &meta, site).map(drop),
            Look::Empty | Look::Held(_) => Ok(()),
        }
    }

    /// From now on, `tick` is this instant. Told by root at start and whenever the system's
    /// clock was stepped; lengths of calls are not touched by it.
    pub fn anchor(&mut self, tick: Tick, utc_ms: i64) {
        self.view.anchor(Anchor { tick, utc_ms });
    }

    /// Whether calls that must be recorded can be; told by root before each batch. Until it is told they
    /// can.
    pub fn recorder(&mut self, works: bool) {
        self.view.recorder(works);
    }

    /// The settings of phones that changed since this was asked last; nothing the first time.
    pub fn settings_changes(&mut self, now: Tick) -> Result<Vec<(LineId, CallSettings)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let site = lookups::site_settings(tables, &reader)?;
        let mut settings = BTreeMap::new();
        for (line, phone) in tables.phones.all(&reader)? {
            let of_phone = self.settings_of(now, &reader, &site, line, stored::phone(phone)?)?;
            settings.insert(line, of_phone);
        }
        drop(reader);
        let Some(before) = self.told.replace(settings) else {
            return Ok(Vec::new());
        };
        let now_told = self.told.iter().flatten();
        let changed = now_told.filter(|(line, settings)| before.get(line) != Some(settings));
        Ok(changed
            .map(|(line, settings)| (*line, settings.clone()))
            .collect())
    }

    /// Lines whose call an officer cuts with a shutdown, since this was asked last.
    pub fn take_cuts(&mut self) -> Vec<LineId> {
        std::mem::take(&mut self.cuts).into_iter().collect()
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
        let committed = session.commit()?;
        self.alerts.extend(committed.alerts);
        self.cuts.extend(committed.cuts);
        for mut call in committed.waiting {
            call.attempt = self.attempts.next();
            self.waiting.insert(call.line, call);
        }
        for (line, off_hook_at) in committed.settled {
            let call = self.waiting.get(&line);
            if call.is_some_and(|call| call.off_hook_at == off_hook_at) {
                self.waiting.remove(&line);
            }
        }
        for attempt in committed.attempts {
            self.memory.remember(attempt);
        }
        Ok(done)
    }
}

/// The key of a database that is this site's.
fn own_key(dir: &Path, meta: &Meta, site: u32) -> Result<SiteKey, Error> {
    if meta.site != site {
        return Err(Error::OtherSite {
            path: dir.to_owned(),
            found: meta.site,
            configured: site,
        });
    }
    let key = SiteKey::open(dir, false)?;
    match meta.key_check == key.check() {
        true => Ok(key),
        false => Err(Error::SiteKeyWrong(dir.join("site.key"))),
    }
}

/// What it says without writing.
impl Deref for BackOffice {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
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
