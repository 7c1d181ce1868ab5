//! Excel files (.xlsx): a ZIP of XML. It is unpacked once for nothing, to see that it does not
//! unpack to more than it may; then its first sheet is read cell by cell.

use crate::{Cell, FileError, LARGEST_FILE, shown};
use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use zip::{ZipArchive, result::ZipError};

/// What all parts unpack to at most, in octets.
const MOST: u64 = 2 << 30;
/// The same of a small file: this, and so many times what it has.
const MOST_ANYWAY: u64 = 64 << 20;
const MOST_TIMES: u64 = 200;
/// The same of the texts of all cells, which are held in memory.
const MOST_TEXT: u64 = 256 << 20;
/// The most tags in them: each text has four as programs write them, and takes memory if it is empty too.
const MOST_TAGS: usize = 20_000_000;
/// The same of any part but the sheets.
const MOST_OTHER: u64 = 64 << 20;
const MOST_PARTS: usize = 10_000;
/// What is in the name of each sheet's part.
const SHEETS: &str = "/worksheets/";
/// The part with the texts of all cells, in small letters.
const TEXTS: &str = "sharedstrings.xml";
/// The most columns that are looked at.
const MOST_COLUMNS: u32 = 256;

pub(crate) fn read<R, E>(
    mut source: R,
    take: &mut impl FnMut(u64, &mut [Cell]) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read + Seek,
    E: From<FileError>,
{
    unpacks(&mut source)?;
    source.seek(SeekFrom::Start(0)).map_err(FileError::Io)?;
    let mut book: Xlsx<R> = Xlsx::new(source).map_err(damaged)?;
    let sheet = book.sheet_names().into_iter().next();
    let sheet = sheet.ok_or(FileError::Empty)?;
    let mut reader = book.worksheet_cells_reader(&sheet).map_err(damaged)?;
    let mut row = 0;
    let mut cells = Vec::new();
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let (at, column) = found.pos;
        if at < row {
            return Err(FileError::Damaged("rows are out of order".to_owned()).into());
        }
        if at > row {
            take(u64::from(row) + 1, &mut cells)?;
            cells.clear();
            row = at;
        }
        let cell = match found.formula {
            Some(_) => Cell::Wrong("is a formula: put its value in its place"),
            None => plain(found.value),
        };
        if cell.is_empty() {
            continue;
        }
        // What is far to the right is told as beyond the last column.
        let column = column.min(MOST_COLUMNS) as usize;
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
    }
    take(u64::from(row) + 1, &mut cells)
}

fn plain(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::text(&text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::Bool(value) => Cell::Bool(value),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
            Cell::Wrong("is a date or a time: make the column text, and enter it again")
        }
        DataRef::Error(_) => Cell::Wrong("is an error of the spreadsheet"),
    }
}

fn damaged(error: XlsxError) -> FileError {
    let why = match error {
        XlsxError::Io(error) => return FileError::Io(error),
        XlsxError::Password => return FileError::OldExcel,
        XlsxError::Zip(error) => return not_zip(error),
        XlsxError::FileNotFound(part) => format!("its part {} is missing", shown(&part)),
        XlsxError::RelationshipNotFound | XlsxError::WorksheetNotFound(_) => {
            "it has no list of its sheets, or not the sheet that is in it".to_owned()
        }
        XlsxError::XmlEof(_) => "one of its parts ends too early".to_owned(),
        XlsxError::ColumnNumberOverflow | XlsxError::RowNumberOverflow => {
            "a cell is beyond the last column or row of a sheet".to_owned()
        }
        _ => "what is in one of its parts makes no sense".to_owned(),
    };
    FileError::Damaged(why)
}

/// Unpacks every part into nothing, and counts: what its directory says of it need not be true.
fn unpacks<R: Read + Seek>(source: &mut R) -> Result<(), FileError> {
    let packed = source.seek(SeekFrom::End(0))?;
    if packed > LARGEST_FILE {
        return Err(FileError::TooLarge);
    }
    source.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    source.by_ref().take(4).read_to_end(&mut head)?;
    if head == [0xd0, 0xcf, 0x11, 0xe0] {
        return Err(FileError::OldExcel);
    }
    source.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(source).map_err(not_zip)?;
    if archive.len() > MOST_PARTS {
        let part = "too many parts".to_owned();
        return Err(FileError::Bomb { part });
    }
    let mut left = MOST.min(MOST_ANYWAY + MOST_TIMES * packed);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(not_zip)?;
        let name = part.name().map_err(not_zip)?.to_lowercase();
        if name.ends_with("vbaproject.bin") {
            return Err(FileError::Macros);
        }
        let most = match &*name {
            name if name.contains(SHEETS) => left,
            name if name.ends_with(TEXTS) => left.min(MOST_TEXT),
            _ => left.min(MOST_OTHER),
        };
        left -= unpack(&mut part, &name, most)?;
    }
    Ok(())
}

/// How much a part unpacks to.
fn unpack(part: &mut impl Read, name: &str, most: u64) -> Result<u64, FileError> {
    let bomb = || FileError::Bomb { part: shown(name) };
    let damaged = |_| FileError::Damaged(format!("its part {} can't be unpacked", shown(name)));
    let mut octets = vec![0; 64 << 10];
    let mut all: u64 = 0;
    let mut texts = Texts::default();
    let are_texts = name.ends_with(TEXTS);
    let mut places = Places::default();
    let mut tags = 0;
    loop {
        let count = part.read(&mut octets).map_err(damaged)?;
        if count == 0 {
            break;
        }
        all += count as u64;
        if all > most {
            return Err(bomb());
        }
        texts.look(&octets[..count]);
        if name.contains(SHEETS) && !octets[..count].iter().all(|&octet| places.look(octet)) {
            let why = "a cell is beyond the last column or row of a sheet";
            return Err(FileError::Damaged(why.to_owned()));
        }
        if are_texts {
            tags += octets[..count]
                .iter()
                .filter(|&&octet| octet == b'<')
                .count();
        }
        if tags > MOST_TAGS {
            return Err(bomb());
        }
    }
    // The reader makes room for as many texts as a part says it has: each has five octets at least.
    match texts.told {
        Some(told) if told > all / 5 => Err(bomb()),
        _ => Ok(all),
    }
}

/// The largest `uniqueCount` that is told anywhere in a part, wherever it is cut into pieces.
#[derive(Default)]
struct Texts {
    /// How much of the name was met, and of what comes after it.
    met: usize,
    number: Option<u64>,
    told: Option<u64>,
}

const COUNT: &[u8] = b"uniqueCount";

impl Texts {
    fn look(&mut self, octets: &[u8]) {
        for &octet in octets {
            match (self.met == COUNT.len(), octet) {
                (false, octet) if octet == COUNT[self.met] => self.met += 1,
                (false, octet) => self.met = usize::from(octet == COUNT[0]),
                (true, b'0'..=b'9') => {
                    let number = self.number.unwrap_or(0).saturating_mul(10);
                    self.number = Some(number.saturating_add(u64::from(octet - b'0')));
                    self.told = self.told.max(self.number);
                }
                (true, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'+') => {}
                (true, _) => (self.met, self.number) = (0, None),
            }
        }
    }
}

/// Looks for places of cells (`r="XFD1048576"`) that are none: the reader counts in numbers that they would
/// be too large for.
#[derive(Clone, Copy, Default)]
enum Places {
    #[default]
    Elsewhere,
    /// What stands before an attribute's name.
    Blank,
    Name,
    Equals,
    Value {
        quote: u8,
        letters: u8,
        digits: u8,
    },
}

impl Places {
    /// `false` where one is beyond the last column or row.
    fn look(&mut self, octet: u8) -> bool {
        let blank = octet.is_ascii_whitespace();
        *self = match (*self, octet) {
            (Places::Value { quote, .. }, octet) if octet == quote => Places::Elsewhere,
            (
                Places::Value {
                    quote,
                    letters,
                    digits,
                },
                octet,
            ) => {
                let letters = letters + u8::from(octet.is_ascii_alphabetic());
                let digits = digits + u8::from(octet.is_ascii_digit());
                if letters > 3 || digits > 7 {
                    return false;
                }
                Places::Value {
                    quote,
                    letters,
                    digits,
                }
            }
            (Places::Blank, b'r') => Places::Name,
            (Places::Name, b'=') => Places::Equals,
            (Places::Name | Places::Equals, _) if blank => *self,
            (Places::Equals, quote @ (b'"' | b'\'')) => Places::Value {
                quote,
                letters: 0,
                digits: 0,
            },
            _ if blank => Places::Blank,
            _ => Places::Elsewhere,
        };
        true
    }
}

fn not_zip(error: ZipError) -> FileError {
    match error {
        ZipError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => FileError::Io(error),
        ZipError::UnsupportedArchive(why) if why.contains("assword") => FileError::OldExcel,
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
            FileError::Damaged("it is packed in a way that no Excel packs".to_owned())
        }
        _ => FileError::NotExcel,
    }
}
