//! Files that the program is told to read or to write. What is no file is refused by what it is, and
//! never waited for: a pipe that nobody writes to would hold whoever opens it. What is written has its
//! name when it is whole, and not before.

use std::{
    fs::{self, File, FileType, Metadata, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process,
};

use nix::{
    errno::Errno,
    fcntl::{AT_FDCWD, RenameFlags, renameat2},
    libc::{O_NOCTTY, O_NONBLOCK},
};

/// How many drafts that were left by others stand in the way before that is told.
const DRAFTS: u32 = 100;

/// Opens a file to be read.
///
/// # Errors
/// In words, why it can't be, without its name.
pub fn open(path: &Path) -> Result<(File, Metadata), String> {
    let failed = |error: io::Error| format!("can't be opened: {}", why(&error));
    // Also of what must not even be opened: some devices do something then.
    regular(&fs::metadata(path).map_err(failed)?)?;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(O_NONBLOCK | O_NOCTTY);
    let file = options.open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    regular(&about)?;
    Ok((file, about))
}

fn regular(about: &Metadata) -> Result<(), String> {
    match about.is_file() {
        true => Ok(()),
        false => Err(format!("is {}, and no file", kind(about.file_type()))),
    }
}

fn kind(of: FileType) -> &'static str {
    match of {
        of if of.is_dir() => "a directory",
        of if of.is_fifo() => "a named pipe",
        of if of.is_socket() => "a socket",
        _ => "a device",
    }
}

/// What the system says of a file, in words.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "this user may not (permission denied)".to_owned(),
        ErrorKind::NotADirectory => "what stands before the last / is no directory".to_owned(),
        ErrorKind::InvalidFilename => "the name is longer than a name may be".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system can only be read".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "this user's share of the disk is used up".to_owned(),
        ErrorKind::FileTooLarge => "it would be larger than a file may be here".to_owned(),
        _ => {
            let text = error.to_string();
            let number = text.find(" (os error");
            number.map_or(text.clone(), |at| text[..at].to_owned())
        }
    }
}

/// A file that gets its name when it is whole; until then, and if it never is, there is none. It is for
/// its owner alone.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    /// In the same directory, as no name can be given across file systems.
    draft: PathBuf,
    file: File,
}

impl NewFile {
    /// # Errors
    /// In words, without its name. A file that is there is never written over.
    pub fn begin(path: &Path) -> Result<NewFile, String> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(there());
        }
        let failed = |error: io::Error| format!("can't be made: {}", why(&error));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut tries = 0;
        loop {
            let draft = path.with_file_name(format!(".sallyport-{}-{tries}.part", process::id()));
            match options.open(&draft) {
                Ok(file) => {
                    let path = path.to_owned();
                    return Ok(NewFile { path, draft, file });
                }
                // Another's of this number, that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < DRAFTS => {
                    tries += 1
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// To be written to.
    pub fn writer(&self) -> Result<File, String> {
        self.file.try_clone().map_err(|error| not_written(&error))
    }

    /// Gives it its name, now that all of it was written: on the disk first, so that a file of that name
    /// is whole also after a power failure.
    pub fn finish(self) -> Result<(), String> {
        let synced = self.file.sync_all();
        synced.map_err(|error| not_written(&error))?;
        let named = named(&self.draft, &self.path);
        named.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => there(),
            _ => format!("can't be made: {}", why(&error)),
        })?;
        let above = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        let directory = File::open(above.unwrap_or(Path::new(".")));
        let synced = directory.and_then(|directory| directory.sync_all());
        synced.map_err(|error| not_written(&error))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // It is gone where the file has its name.
        let _ = fs::remove_file(&self.draft);
    }
}

/// Renames without replacing what is there. Network file systems can't, but can link.
fn named(draft: &Path, path: &Path) -> io::Result<()> {
    match renameat2(
        AT_FDCWD,
        draft,
        AT_FDCWD,
        path,
        RenameFlags::RENAME_NOREPLACE,
    ) {
        Err(Errno::EINVAL | Errno::ENOSYS) => fs::hard_link(draft, path),
        renamed => Ok(renamed?),
    }
}

fn there() -> String {
    "is there already, and stays as it is".to_owned()
}

pub fn not_written(error: &io::Error) -> String {
    format!("can't be written: {}", why(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_file_has_its_name_when_it_is_whole_and_replaces_none() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("out.csv");
        let names = || fs::read_dir(place.path()).expect("reads").count();
        let given_up = NewFile::begin(&path).expect("is begun");
        assert!(!path.exists());
        drop(given_up);
        assert_eq!(names(), 0, "nothing is left of it");
        let [one, other] = [(); 2].map(|()| NewFile::begin(&path).expect("is begun"));
        let mut into = one.writer().expect("a writer");
        into.write_all(b"one").expect("is written");
        one.finish().expect("gets its name");
        assert_eq!(other.finish(), Err(there()));
        assert_eq!(fs::read(&path).expect("reads"), b"one");
        assert_eq!(names(), 1);
        assert_eq!(NewFile::begin(&path).expect_err("is there"), there());
    }

    #[test]
    fn what_the_system_says_has_no_number() {
        for number in 1..134 {
            let told = why(&io::Error::from_raw_os_error(number));
            assert!(!told.is_empty() && !told.contains("os error"), "{told}");
        }
    }
}
