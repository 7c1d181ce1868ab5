//! The names of the files to analyse: those of the command line, then those of lists.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    os::unix::ffi::OsStringExt as _,
    path::PathBuf,
};

use crate::sound::plain;

/// A recording to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Name {
    /// `-` on the command line.
    StandardInput,
    File(OsString),
}

impl Name {
    /// As it was given.
    pub fn given(&self) -> &OsStr {
        match self {
            Name::StandardInput => OsStr::new("-"),
            Name::File(name) => name,
        }
    }
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
                    Some(Ok(name)) => return Some(Ok(Name::File(name))),
                    Some(Err(what)) => {
                        let text = format!("{}: {what}", list.name.display());
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
                Err(error) => return Some(Err(format!("{}: {}", name.display(), plain(&error)))),
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
