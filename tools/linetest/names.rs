//! The names of the files to analyse: those of the command line, then those of lists.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::PathBuf,
};

use crate::sound::plain;

/// A recording to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Name {
    /// `-` on the command line.
    StandardInput,
    /// Of the command line: also a pipe or a device, for it is meant.
    File(OsString),
    /// Of a list, which whoever fills a directory may have written: a file, that ends.
    Listed(OsString),
}

impl Name {
    /// As it was given.
    pub fn given(&self) -> &OsStr {
        match self {
            Name::StandardInput => OsStr::new("-"),
            Name::File(name) | Name::Listed(name) => name,
        }
    }

    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        let path = match self {
            Name::StandardInput => return Ok(Box::new(io::stdin().lock())),
            Name::File(path) => path,
            Name::Listed(path) => {
                let kind = fs::metadata(path)?.file_type();
                if !kind.is_file() && !kind.is_dir() {
                    return Err(io::Error::other(NO_FILE));
                }
                path
            }
        };
        Ok(Box::new(File::open(path)?))
    }

    /// It would be more than one line where it is printed as it is.
    pub fn has_lines(&self) -> bool {
        let octets = self.given().as_bytes();
        octets.contains(&b'\n') || octets.contains(&b'\r')
    }
}

const NO_FILE: &str = "a pipe or a device, which is read only where the command line names it";

/// A name as a person sees it: what a terminal would obey, or take for another line, is replaced.
pub(crate) fn shown(name: &OsStr) -> String {
    name.to_string_lossy().replace(char::is_control, "\u{fffd}")
}

/// Yields names as they are read, so that a list may be a pipe that goes on. What is wrong with a
/// list is an item, too.
pub(crate) struct Names {
    files: std::vec::IntoIter<OsString>,
    lists: std::vec::IntoIter<PathBuf>,
    list: Option<List>,
}

struct List {
    name: PathBuf,
    lines: Box<dyn BufRead>,
    line: u64,
    named: u64,
}

/// Longer than the system takes a name for (`PATH_MAX`).
const LONGEST: u64 = 4096;

impl Names {
    pub fn new(files: Vec<OsString>, lists: Vec<PathBuf>) -> Names {
        Names {
            files: files.into_iter(),
            lists: lists.into_iter(),
            list: None,
        }
    }
}

impl Iterator for Names {
    type Item = Result<Name, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(name) = self.files.next() {
            return Some(Ok(match name == "-" {
                true => Name::StandardInput,
                false => Name::File(name),
            }));
        }
        loop {
            if let Some(list) = &mut self.list {
                match list.next() {
                    Some(Ok(name)) => return Some(Ok(Name::Listed(name))),
                    Some(Err(what)) => {
                        let text = format!("{}: {what}", shown(list.name.as_os_str()));
                        self.list = None;
                        return Some(Err(text));
                    }
                    None => self.list = None,
                }
            }
            let name = self.lists.next()?;
            match open(&name) {
                Ok(lines) => {
                    self.list = Some(List {
                        name,
                        lines,
                        line: 0,
                        named: 0,
                    });
                }
                Err(error) => {
                    let name = shown(name.as_os_str());
                    return Some(Err(format!("{name}: {}", plain(&error))));
                }
            }
        }
    }
}

fn open(name: &PathBuf) -> io::Result<Box<dyn BufRead>> {
    if name.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(name)?)))
}

impl List {
    /// The name of the next line that is not empty.
    fn next(&mut self) -> Option<Result<OsString, String>> {
        loop {
            let mut line = Vec::new();
            let mut lines = (&mut self.lines).take(LONGEST + 1);
            if let Err(error) = lines.read_until(b'\n', &mut line) {
                return Some(Err(plain(&error)));
            }
            self.line += 1;
            if line.is_empty() {
                let nothing = "the list names no file".to_owned();
                return (self.named == 0).then(|| {
                    self.named = 1;
                    Err(nothing)
                });
            }
            if line.len() as u64 > LONGEST {
                let what = format!("line {} is longer than any file's name", self.line);
                return Some(Err(what));
            }
            while line.last().is_some_and(|&end| end == b'\n' || end == b'\r') {
                line.pop();
            }
            if !line.is_empty() {
                self.named += 1;
                return Some(Ok(OsString::from_vec(line)));
            }
        }
    }
}
