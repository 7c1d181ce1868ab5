use crate::{
    Error, Result, Tables, environment,
    lock::Lock,
    schema::{self, Migration},
};
use heed::{Env, RoTxn, RwTxn, WithoutTls};
use nix::unistd::Uid;
use std::{
    fmt,
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How the database is to be opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// The most the database may grow to, in bytes. The file is sparse.
    pub map_size: u64,
    /// Commits wait until they are on disk. Without it a power failure or a crash of the
    /// system can lose or damage everything: only for databases that are thrown away.
    pub durable: bool,
}

impl Options {
    pub const DEFAULT_MAP_SIZE: u64 = 64 << 30;
}

impl Default for Options {
    fn default() -> Options {
        Options {
            map_size: Options::DEFAULT_MAP_SIZE,
            durable: true,
        }
    }
}

/// The open database. There is one in a process, and one process has it.
pub struct Database {
    // Fields drop in this order: LMDB is closed before the lock is given up.
    kept: Kept,
    env: Env<WithoutTls>,
    tables: Tables,
    path: PathBuf,
    _lock: Lock,
}

impl Database {
    /// Opens the database in `dir`; makes the directory and the tables if they are not there.
    pub fn open(dir: &Path, options: &Options) -> Result<Database> {
        Database::open_with(dir, options, schema::MIGRATIONS)
    }

    pub(crate) fn open_with(
        dir: &Path,
        options: &Options,
        migrations: &[Migration],
    ) -> Result<Database> {
        own_directory(dir)?;
        let lock = Lock::take(dir)?;
        let opened = |source| Error::Open {
            path: dir.to_owned(),
            source,
        };
        let env = environment::open(dir, options).map_err(opened)?;
        schema::refuse_foreign(&env)?;
        let mut tables = Tables::create(&env)?;
        let kept = Kept::default();
        tables.learn(&kept.read(&env)?)?;
        let database = Database {
            kept,
            env,
            tables,
            path: dir.to_owned(),
            _lock: lock,
        };
        schema::bring_forward(&database, migrations)?;
        Ok(database)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// A look at the last commit. To be short: pages it sees are not reused.
    pub fn read(&self) -> Result<Reader<'_>> {
        self.kept.read(&self.env)
    }

    /// The one write transaction; waits for another to end. Dropped without `commit`, it
    /// leaves nothing behind.
    pub fn write(&self) -> Result<Writer<'_>> {
        Ok(Writer {
            txn: self.env.write_txn()?,
            kept: &self.kept,
        })
    }

    /// How full the map is.
    pub fn usage(&self) -> Result<Usage> {
        let info = self.env.info();
        let reader = self.read()?;
        let main = self.env.unnamed_database_stat();
        let page = u64::from(main.page_size);
        // Two meta pages, the unnamed table, and every named one.
        let own = 2 + main.branch_pages + main.leaf_pages + main.overflow_pages;
        let pages = self.tables.pages(&reader)? + own as u64;
        Ok(Usage {
            used: pages * page,
            high_water: (info.last_page_number as u64 + 1) * page,
            map: info.map_size as u64,
        })
    }
}

/// Makes the directory if it is not there. In one that others may change, they could put another
/// database in this one's place.
fn own_directory(dir: &Path) -> Result<()> {
    let mut own = DirBuilder::new();
    let made = own.recursive(true).mode(0o700).create(dir);
    made.map_err(|source| Error::Directory {
        path: dir.to_owned(),
        source,
    })?;
    trusted(dir)
}

/// Refuses a directory that others may change.
pub(crate) fn trusted(dir: &Path) -> Result<()> {
    let path = || dir.to_owned();
    let about = fs::metadata(dir).map_err(|source| Error::Directory {
        path: path(),
        source,
    })?;
    let mode = about.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(Error::OpenToOthers { path: path(), mode });
    }
    let (owner, us) = (about.uid(), Uid::effective().as_raw());
    if owner != us && owner != 0 {
        return Err(Error::OwnedByOthers {
            path: path(),
            owner,
            us,
        });
    }
    Ok(())
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Bytes of the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// In use by tables.
    pub used: u64,
    /// The most that ever was; freed pages below it are used again.
    pub high_water: u64,
    /// All there is.
    pub map: u64,
}

impl Usage {
    /// An administrator is told from here on.
    pub const WARN_PERCENT: u64 = 70;
    /// Nothing is begun from here on.
    pub const REFUSE_PERCENT: u64 = 90;

    pub fn percent(&self) -> u64 {
        self.used.saturating_mul(100) / self.map.max(1)
    }
}

/// A transaction that can be read from.
pub trait Read {
    #[doc(hidden)]
    fn txn(&self) -> &RoTxn<'_, WithoutTls>;
}

pub struct Reader<'d> {
    /// There until it is dropped.
    txn: Option<RoTxn<'static, WithoutTls>>,
    /// Of how many commits it may know.
    commits: u64,
    kept: &'d Kept,
}

impl Read for Reader<'_> {
    fn txn(&self) -> &RoTxn<'_, WithoutTls> {
        self.txn.as_ref().expect("is there until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut last = self.kept.last();
        if last.commits == self.commits {
            last.txn = self.txn.take();
        }
    }
}

/// The last look that is over, for the next one: as long as nothing is committed both see the same, and
/// LMDB has no need to look up again where each table begins. With a commit it is given up, so that
/// it keeps no page from being used again.
#[derive(Default)]
struct Kept {
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    txn: Option<RoTxn<'static, WithoutTls>>,
    /// So many there were since the database was opened.
    commits: u64,
}

impl Kept {
    fn read(&self, env: &Env<WithoutTls>) -> Result<Reader<'_>> {
        // Counted before it begins: what is committed in between makes it no look to keep.
        let (txn, commits) = {
            let mut last = self.last();
            (last.txn.take(), last.commits)
        };
        let txn = match txn {
            Some(txn) => txn,
            None => env.clone().static_read_txn()?,
        };
        Ok(Reader {
            txn: Some(txn),
            commits,
            kept: self,
        })
    }

    /// There is a commit.
    fn give_up(&self) {
        let mut last = self.last();
        last.commits += 1;
        last.txn = None;
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

pub struct Writer<'d> {
    txn: RwTxn<'d>,
    kept: &'d Kept,
}

impl<'d> Writer<'d> {
    /// Returns when everything written is on disk.
    pub fn commit(self) -> Result<()> {
        let done = self.txn.commit();
        // Also where it failed: what is on disk then is for the next look to find out.
        self.kept.give_up();
        Ok(done?)
    }

    pub(crate) fn txn_mut(&mut self) -> &mut RwTxn<'d> {
        &mut self.txn
    }
}

impl Read for Writer<'_> {
    fn txn(&self) -> &RoTxn<'_, WithoutTls> {
        &self.txn
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}
