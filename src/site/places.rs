//! The directories of a site: whether a start would find them as it needs them. `check` and `run` ask the
//! same; nothing is left behind by asking.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use backoffice::BackOffice;

use super::{Site, rights};
use crate::control;

impl Site {
    /// What of the directories and the database stands in the way of a start.
    pub fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        let mut directory = |key: &str, path: &Path, why: Option<String>| {
            let obstacle = why.map(|why| format!("`site.{key}`: {}: {why}", path.display()));
            let works = obstacle.is_none();
            obstacles.extend(obstacle);
            works
        };
        let data = unusable(&self.data)
            .or_else(|| rights::replaceable(&self.data))
            .or_else(|| control::too_long(&self.data));
        let data_works = directory("data", &self.data, data);
        if let Some(recordings) = &self.recordings {
            let why = if place(recordings) == place(&self.data) {
                Some("is the directory of `data` too; each needs its own".to_owned())
            } else {
                unusable(recordings).or_else(|| rights::replaceable(recordings))
            };
            directory("recordings", recordings, why);
        }
        if data_works && let Err(error) = BackOffice::examine(&self.data, self.id) {
            obstacles.push(format!("`site.data`: {error}"));
        }
        obstacles
    }
}

/// Why nothing can be written into a directory, which may not be there yet: tried with a file or a
/// directory that is gone at once.
fn unusable(path: &Path) -> Option<String> {
    match fs::metadata(path) {
        Ok(about) if !about.is_dir() => Some("is not a directory".to_owned()),
        Ok(_) => {
            let tried = tempfile::tempfile_in(path).map(drop);
            tried
                .err()
                .map(|error| format!("can't be written: {error}"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let made = would_be_made(path).err();
            made.map(|(at, error)| format!("can't be made in {}: {error}", at.display()))
        }
        Err(error) => Some(format!("can't be reached: {error}")),
    }
}

/// Makes a directory in the nearest one that is there, and takes it away again.
fn would_be_made(path: &Path) -> Result<(), (PathBuf, io::Error)> {
    let above = path
        .ancestors()
        .skip(1)
        .map(|above| match above.as_os_str().is_empty() {
            true => Path::new("."),
            false => above,
        });
    let mut there = above.filter(|above| above.exists());
    let at = there.next().unwrap_or(Path::new("/"));
    let tried = tempfile::tempdir_in(at).and_then(tempfile::TempDir::close);
    tried.map_err(|error| (at.to_owned(), error))
}

/// A directory by its true name, as far as it is there.
fn place(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(place), ..) => place,
        (Err(_), Some(above), Some(name)) => place(above).join(name),
        _ => path.to_owned(),
    }
}
