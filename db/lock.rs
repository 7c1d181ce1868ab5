//! One process has the database open: flock on a file that says which.

use crate::Error;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt},
    path::Path,
};

const NAME: &str = "sallyport.lock";

/// Held as long as the database is open; the kernel frees it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

/// Given back at once: a process that this one is about to start may hold the file for a moment more.
impl Drop for Lock {
    fn drop(&mut self) {
        // If it fails, closing the file gives it back.
        let _ = self.file.unlock();
    }
}

impl Lock {
    pub(crate) fn take(dir: &Path) -> Result<Lock, Error> {
        let path = dir.join(NAME);
        let failed = |source| Error::Directory {
            path: path.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse {
                    path: dir.to_owned(),
                    pid: holder(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let pid = std::process::id().to_string();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(pid.as_bytes()))
            .map_err(failed)?;
        Ok(Lock { file })
    }
}

/// What the holder wrote; it may be about to write it.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(n) if n > 0 => text.trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// The process that has the database of a directory open, as far as this user may see. Nothing is
/// locked for it: a controller that starts at this moment would be refused.
pub fn holder_of(dir: &Path) -> Option<u32> {
    let mut file = File::open(dir.join(NAME)).ok()?;
    let place = file.metadata().ok()?.ino();
    let pid: u32 = holder(&mut file).parse().ok()?;
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks
        .lines()
        .any(|lock| is_held(lock, pid, place))
        .then_some(pid)
}

/// Whether a line of the kernel's list is a lock of this process on the file with this number.
fn is_held(lock: &str, pid: u32, place: u64) -> bool {
    // 1: FLOCK  ADVISORY  WRITE 18004 fe:00:10135313 0 EOF
    let words: Vec<&str> = lock.split_whitespace().collect();
    let &[_, "FLOCK", _, "WRITE", process, file, ..] = words.as_slice() else {
        return false;
    };
    let number = file.rsplit(':').next();
    process.parse() == Ok(pid) && number.and_then(|n| n.parse().ok()) == Some(place)
}
