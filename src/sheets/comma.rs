//! Files of text: CSV with commas, semicolons or tabs, UTF-8 with or without a mark.

use crate::{Cell, FileError, LARGEST_FILE};
use csv::{ByteRecord, ReaderBuilder};
use std::{
    cell::{Cell as Shared, RefCell},
    collections::VecDeque,
    io::{self, Read, Seek, SeekFrom},
    rc::Rc,
};

/// The longest row, in octets, quotes and all.
const LONGEST_ROW: usize = 1 << 20;
/// As much as is looked at for what separates the columns.
const HEAD: usize = 64 << 10;
const MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// Octets of one row at most, and of the file.
struct Bounded<R> {
    source: R,
    of_row: Rc<Shared<usize>>,
    of_file: u64,
    /// What was read, and is not yet a row's.
    ahead: Rc<RefCell<VecDeque<u8>>>,
}

#[derive(Debug)]
struct Spent;

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too long")
    }
}

impl std::error::Error for Spent {}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, part: &mut [u8]) -> io::Result<usize> {
        let left = self
            .of_row
            .get()
            .min(usize::try_from(self.of_file).unwrap_or(usize::MAX));
        if left == 0 {
            return Err(io::Error::other(Spent));
        }
        let most = part.len().min(left);
        let count = self.source.read(&mut part[..most])?;
        self.of_row.set(self.of_row.get() - count);
        self.of_file -= count as u64;
        self.ahead.borrow_mut().extend(&part[..count]);
        Ok(count)
    }
}

/// Numbers rows as a spreadsheet does: an empty line is one, and a cell of several lines is in one.
struct Numbers {
    ahead: Rc<RefCell<VecDeque<u8>>>,
    /// How much of the file was in rows.
    taken: u64,
    row: u64,
    /// The row before ended in a carriage return, of which a line feed may be a part.
    half: bool,
    /// What the last row was in the file.
    last: Vec<u8>,
}

impl Numbers {
    /// The row after the last one: each end of a line before it is an empty one.
    fn next(&mut self) -> u64 {
        let ahead = self.ahead.borrow();
        let mut half = self.half;
        let mut empty = 0;
        for octet in ahead.iter() {
            match octet {
                b'\n' if half => half = false,
                b'\r' | b'\n' => {
                    empty += 1;
                    half = *octet == b'\r';
                }
                _ => break,
            }
        }
        self.row + empty + 1
    }

    /// The row that was read, now that so much of the file was.
    fn read(&mut self, all: u64) -> u64 {
        self.row = self.next();
        let octets = usize::try_from(all - self.taken).expect("a row that was in memory");
        self.last.clear();
        self.last.extend(self.ahead.borrow_mut().drain(..octets));
        self.half = self.last.last() == Some(&b'\r');
        self.taken = all;
        self.row
    }
}

pub(crate) fn read<R, E>(
    mut source: R,
    take: &mut impl FnMut(u64, &mut [Cell]) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read + Seek,
    E: From<FileError>,
{
    let fail = |error: io::Error| E::from(FileError::Io(error));
    let mut head = Vec::new();
    let looked = source.by_ref().take(HEAD as u64).read_to_end(&mut head);
    looked.map_err(fail)?;
    let skip = text_begins(&head)?;
    source.seek(SeekFrom::Start(skip as u64)).map_err(fail)?;
    let of_row = Rc::new(Shared::new(LONGEST_ROW));
    let ahead = Rc::new(RefCell::new(VecDeque::new()));
    let bounded = Bounded {
        source,
        of_row: Rc::clone(&of_row),
        of_file: LARGEST_FILE,
        ahead: Rc::clone(&ahead),
    };
    let separator = separator(&head[skip..]);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(bounded);
    let mut record = ByteRecord::new();
    let mut cells = Vec::new();
    let mut numbers = Numbers {
        ahead,
        taken: 0,
        row: 0,
        half: false,
        last: Vec::new(),
    };
    loop {
        of_row.set(LONGEST_ROW);
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) if is_open(&numbers.last, separator) => {
                return Err(FileError::OpenQuote { row: numbers.row }.into());
            }
            Ok(false) => return Ok(()),
            Err(error) => return Err(not_read(error, numbers.next(), of_row.get()).into()),
        }
        let row = numbers.read(reader.position().byte());
        cells.clear();
        cells.extend(
            record
                .iter()
                .map(|octets| match std::str::from_utf8(octets) {
                    Ok(text) => Cell::text(text),
                    Err(_) => Cell::Wrong(
                        "has characters that are not UTF-8: save the file as \"CSV UTF-8\"",
                    ),
                }),
        );
        take(row, &mut cells)?;
    }
}

/// Where the text begins in it.
fn text_begins(head: &[u8]) -> Result<usize, FileError> {
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(FileError::Utf16),
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(FileError::NotCsv),
        head if head.starts_with(MARK) => Ok(MARK.len()),
        _ => Ok(0),
    }
}

/// Whichever is most in the first row, outside of quotes.
fn separator(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0; 3];
    for octet in text {
        match octet {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    match counts {
        [commas, semicolons, tabs] if semicolons > commas && semicolons >= tabs => b';',
        [commas, _, tabs] if tabs > commas => b'\t',
        _ => b',',
    }
}

/// Whether a quote of a row is never closed. One begins a cell, or is two of them within.
fn is_open(row: &[u8], separator: u8) -> bool {
    let (mut open, mut begins) = (false, true);
    for octet in row {
        let quote = *octet == b'"';
        open ^= quote && (open || begins);
        // Of two within, the second opens again.
        begins = (quote && !open) || [separator, b'\r', b'\n'].contains(octet);
    }
    open
}

fn not_read(error: csv::Error, row: u64, left_of_row: usize) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|e| e.is::<Spent>()) => {
            match left_of_row {
                0 => FileError::LongRow { row },
                _ => FileError::TooLarge,
            }
        }
        csv::ErrorKind::Io(error) => FileError::Io(error),
        kind => FileError::Damaged(format!("{kind:?}")),
    }
}
