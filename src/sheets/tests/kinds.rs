//! Every kind of file, with everything wrong that can be: one table for all of them.

use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook, Worksheet};
use sheets::{
    AllowedRow, BadCell, CardRow, Cell, Column, Columns, ContactRow, FileError, Format, InmateRow,
    LONGEST_CELL, ListRow, NumberRow, OfficerRow, ProfileRow, RecordRow, RestrictedRow, RowOf,
};
use std::{cell::OnceCell, fmt::Debug, io::Cursor};
use types::inmate::{Enrollment, EnrollmentStep, Relationship, Review};

/// Good rows as they are shown, and bad cells.
type Found = Result<(Vec<String>, Vec<BadCell>), FileError>;

fn read<T: RowOf + Debug>(octets: &[u8], format: Format) -> Found {
    let columns = OnceCell::new();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let first = |cells: &[Cell]| -> Result<(), FileError> {
        let found = Columns::find(cells, T::COLUMNS)?;
        columns.set(found).expect("one first row");
        Ok(())
    };
    let each = |row: u64, cells: &mut [Cell]| -> Result<(), FileError> {
        match T::of(row, cells, columns.get().expect("columns")) {
            Ok(row) => good.push(format!("{row:?}")),
            Err(row) => bad.extend(row.cells),
        }
        Ok(())
    };
    sheets::read(Cursor::new(octets), format, first, each)?;
    Ok((good, bad))
}

/// A kind of file: each column with a good cell, a bad one and what is said of it. A text that any
/// cell may hold has no bad one.
struct Kind {
    name: &'static str,
    columns: &'static [Column],
    cells: &'static [(&'static str, Option<(&'static str, &'static str)>)],
    read: fn(&[u8], Format) -> Found,
}

const FLAG: Option<(&str, &str)> = Some(("maybe", "is neither yes nor no"));
const LIMIT: Option<(&str, &str)> = Some(("-1", "is not a whole number from 0 to"));
const PATTERN: Option<(&str, &str)> = Some(("nine*", "is no pattern"));
const NUMBER: Option<(&str, &str)> = Some(("call me", "is no number"));

const KINDS: &[Kind] = &[
    Kind {
        name: "inmates",
        columns: InmateRow::COLUMNS,
        cells: &[
            ("A-1", None),
            ("Doe, J", None),
            ("123456", Some(("98x7654", "is no PIN"))),
            ("en", Some(("English", "two letters"))),
            ("2", Some(("9", "1 to 5, or phone"))),
            ("2026-11-24 09:30", None),
            ("none", None),
            ("2027-01-01", None),
        ],
        read: read::<InmateRow>,
    },
    Kind {
        name: "numbers",
        columns: NumberRow::COLUMNS,
        cells: &[
            ("A-1", None),
            ("2155550123", NUMBER),
            ("yes", FLAG),
            ("no", FLAG),
            ("no", None),
            ("yes", FLAG),
        ],
        read: read::<NumberRow>,
    },
    Kind {
        name: "profiles",
        columns: ProfileRow::COLUMNS,
        cells: &[
            ("A-1", None),
            ("East/Tier 1", None),
            ("3", Some(("100", "a class of inmates, 1 to 99, nor none"))),
            ("9", Some(("10", "a supervision level, 1 to 9, nor none"))),
            ("yes", FLAG),
            ("no", FLAG),
            ("300", Some(("0", "is not whole seconds, nor none"))),
            (
                "identified; rules-signed",
                Some(("voice-taken", "is not steps as identified")),
            ),
            ("no", None),
            ("monday 08:00-09:00", None),
            ("yes", FLAG),
            ("2", LIMIT),
            ("none", LIMIT),
            ("0", LIMIT),
            ("20", LIMIT),
            ("none", LIMIT),
            ("600", LIMIT),
            ("60", LIMIT),
        ],
        read: read::<ProfileRow>,
    },
    Kind {
        name: "contacts",
        columns: ContactRow::COLUMNS,
        cells: &[
            ("A-1", None),
            ("+442079460123", NUMBER),
            ("Doe, A", None),
            ("parent", Some(("aunt", "is none of spouse, parent"))),
            ("passport seen", None),
            (
                "approved",
                Some(("good", "is none of pending, approved, refused")),
            ),
            ("yes", FLAG),
        ],
        read: read::<ContactRow>,
    },
    Kind {
        name: "cards",
        columns: CardRow::COLUMNS,
        cells: &[
            ("A-1", None),
            (
                "officer",
                Some(("4B7F2210", "is neither inmate nor officer")),
            ),
            ("4b7f2210", Some(("4B 7F 22", "4 to 40 letters and digits"))),
            ("yes", FLAG),
            ("lost", None),
        ],
        read: read::<CardRow>,
    },
    Kind {
        name: "officers",
        columns: OfficerRow::COLUMNS,
        cells: &[
            ("O-1", None),
            ("Sgt. Lee", None),
            ("48291537", Some(("4829x", "is no code"))),
            ("yes", FLAG),
        ],
        read: read::<OfficerRow>,
    },
    Kind {
        name: "restricted",
        columns: RestrictedRow::COLUMNS,
        cells: &[("900???????", PATTERN), ("premium", None), ("no", FLAG)],
        read: read::<RestrictedRow>,
    },
    Kind {
        name: "allowed",
        columns: AllowedRow::COLUMNS,
        cells: &[
            ("+44*", PATTERN),
            ("yes", FLAG),
            ("no", FLAG),
            ("the consulate", None),
            ("yes", FLAG),
        ],
        read: read::<AllowedRow>,
    },
    Kind {
        name: "number-records",
        columns: RecordRow::COLUMNS,
        cells: &[
            ("(215) 555-0123", PATTERN),
            ("yes", FLAG),
            ("no", FLAG),
            ("no", FLAG),
            ("no", FLAG),
            ("no", FLAG),
            ("no", FLAG),
            (
                "warn-random",
                Some(("shout", "is not one of disconnect, warn")),
            ),
            ("300", Some(("0", "is not whole seconds, nor none"))),
            ("none", Some(("0", "is not the number of a call treatment"))),
            ("Court", None),
            ("ask first", None),
            ("yes", FLAG),
        ],
        read: read::<RecordRow>,
    },
    Kind {
        name: "lists",
        columns: ListRow::COLUMNS,
        cells: &[
            ("inmate A-1", Some(("wing East", "is nobody's list"))),
            ("blocked", Some(("dark", "is none of blocked, allowed"))),
            ("2155550123", PATTERN),
            ("gang", None),
            ("yes", FLAG),
        ],
        read: read::<ListRow>,
    },
];

impl Kind {
    fn head(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    fn good(&self) -> Vec<&'static str> {
        self.cells.iter().map(|(good, _)| *good).collect()
    }

    /// A file of CSV: the good row, and one with each column in turn so.
    fn csv(&self, change: impl Fn(usize) -> Option<Vec<u8>>) -> Vec<u8> {
        let quoted = |text: &str| format!("\"{text}\"").into_bytes();
        let mut rows = vec![self.head(), self.good()];
        let mut lines: Vec<Vec<Vec<u8>>> = Vec::new();
        for row in rows.drain(..) {
            lines.push(row.into_iter().map(quoted).collect());
        }
        for at in 0..self.cells.len() {
            let mut row = lines[1].clone();
            if let Some(cell) = change(at) {
                row[at] = cell;
            }
            lines.push(row);
        }
        let line = |cells: Vec<Vec<u8>>| [cells.join(&b","[..]), b"\n".to_vec()].concat();
        lines.into_iter().flat_map(line).collect()
    }

    fn row_of(at: usize) -> u64 {
        at as u64 + 3
    }
}

/// A workbook of the good row, and one with each column in turn made something else.
fn workbook(kind: &Kind, change: impl Fn(&mut Worksheet, u32, u16)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [kind.head(), kind.good()].into_iter();
    let rows = rows.chain(kind.cells.iter().map(|_| kind.good()));
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).expect("a cell");
        }
    }
    for column in 0..kind.cells.len() as u16 {
        change(sheet, u32::from(column) + 2, column);
    }
    book.save_to_buffer().expect("a workbook")
}

/// The good row is read; of each other one its column is told with the reason.
#[track_caller]
fn each_is_told(kind: &Kind, found: Found, why: impl Fn(usize) -> Option<&'static str>) {
    let (good, bad) = found.unwrap_or_else(|error| panic!("{}: {error}", kind.name));
    let wrong = (0..kind.cells.len())
        .filter(|at| why(*at).is_some())
        .count();
    let right = kind.cells.len() - wrong + 1;
    assert_eq!(good.len(), right, "{}: {bad:?}", kind.name);
    assert_eq!(bad.len(), wrong, "{}: {bad:?}", kind.name);
    for (at, column) in kind.columns.iter().enumerate() {
        let Some(why) = why(at) else { continue };
        let told = |it: &BadCell| {
            it.row == Kind::row_of(at) && it.column == column.name && it.why.contains(why)
        };
        let (name, column) = (kind.name, column.name);
        assert!(bad.iter().any(told), "{name} {column} {why}: {bad:?}");
    }
}

#[test]
fn a_cell_of_the_wrong_kind_is_told_with_row_column_and_reason_in_every_file() {
    for kind in KINDS {
        let bad = |at: usize| kind.cells[at].1;
        let csv = kind.csv(|at| Some(bad(at)?.0.as_bytes().to_vec()));
        let found = (kind.read)(&csv, Format::Csv);
        each_is_told(kind, found, |at| Some(bad(at)?.1));
        let found = (kind.read)(&csv, Format::Csv).expect("is read").1;
        for (column, (_, wrong)) in kind.columns.iter().zip(kind.cells) {
            let Some((wrong, _)) = wrong.filter(|_| column.secret) else {
                continue;
            };
            let said = format!("{found:?}");
            assert!(!said.contains(wrong), "{}: {said}", kind.name);
        }
    }
}

#[test]
fn what_is_needed_and_empty_is_told_and_any_other_empty_cell_is_nothing() {
    for kind in KINDS {
        let found = (kind.read)(&kind.csv(|_| Some(Vec::new())), Format::Csv);
        each_is_told(kind, found, |at| {
            kind.columns[at].needed.then_some("is empty")
        });
    }
}

#[test]
fn octets_that_are_not_utf8_and_huge_cells_are_told_in_every_column() {
    for kind in KINDS {
        let found = (kind.read)(&kind.csv(|_| Some(b"M\xfcller".to_vec())), Format::Csv);
        each_is_told(kind, found, |_| Some("not UTF-8"));
        let huge = vec![b'1'; LONGEST_CELL + 1];
        let found = (kind.read)(&kind.csv(|_| Some(huge.clone())), Format::Csv);
        each_is_told(kind, found, |_| Some("longer than a cell"));
    }
}

#[test]
fn formulas_dates_and_fractions_are_told_in_every_column_of_a_workbook() {
    for kind in KINDS {
        let formula = workbook(kind, |sheet, row, column| {
            let formula = Formula::new("=1+1").set_result("2");
            sheet.write_formula(row, column, formula).expect("a cell");
        });
        let found = (kind.read)(&formula, Format::Xlsx);
        each_is_told(kind, found, |_| Some("is a formula"));
        let date = workbook(kind, |sheet, row, column| {
            let date = ExcelDateTime::from_ymd(2026, 11, 24).expect("a date");
            let look = Look::new().set_num_format("yyyy-mm-dd");
            let written = sheet.write_datetime_with_format(row, column, &date, &look);
            written.expect("a cell");
        });
        let found = (kind.read)(&date, Format::Xlsx);
        each_is_told(kind, found, |_| Some("is a date"));
        let half = workbook(kind, |sheet, row, column| {
            sheet.write_number(row, column, 0.5).expect("a cell");
        });
        let found = (kind.read)(&half, Format::Xlsx);
        each_is_told(kind, found, |_| Some("may have rounded"));
    }
}

#[test]
fn columns_that_are_unknown_twice_or_missing_are_refused_in_every_file() {
    for kind in KINDS {
        let refused = |head: &[&str]| {
            let text = format!("{}\n", head.join(","));
            let found = (kind.read)(text.as_bytes(), Format::Csv);
            found.expect_err("is refused").to_string()
        };
        let head = kind.head();
        let unknown = refused(&[&head[..], &["nmae"]].concat());
        assert!(unknown.contains("\"nmae\" is not known"), "{unknown}");
        for column in &head {
            let twice = refused(&[&head[..], &[*column]].concat());
            assert!(twice.contains("is there twice"), "{twice}");
        }
        for needed in kind.columns.iter().filter(|column| column.needed) {
            let rest = head.iter().copied().filter(|name| *name != needed.name);
            let missing = refused(&rest.collect::<Vec<_>>());
            let told = format!("there is no column {:?}", needed.name);
            assert!(missing.contains(&told), "{missing}");
        }
    }
}

#[test]
fn what_is_secret_is_in_no_row_as_it_is_shown() {
    let mut secrets = 0;
    for kind in KINDS {
        let (good, bad) = (kind.read)(&kind.csv(|_| None), Format::Csv).expect("is read");
        assert!(bad.is_empty(), "{}: {bad:?}", kind.name);
        for (column, (cell, _)) in kind.columns.iter().zip(kind.cells) {
            let shown = good[0].to_lowercase().contains(&cell.to_lowercase());
            assert!(!(column.secret && shown), "{} {good:?}", kind.name);
            secrets += usize::from(column.secret);
        }
    }
    assert_eq!(secrets, 3, "a PIN, a card, a code");
}

#[test]
fn every_relationship_review_and_step_that_can_be_is_read_by_its_name() {
    for relationship in Relationship::ALL {
        let text = format!(
            "id,number,relationship\nA-1,2155550123,{}\n",
            relationship.name()
        );
        let (good, bad) = read::<ContactRow>(text.as_bytes(), Format::Csv).expect("is read");
        let shown = format!("relationship: Some({relationship:?})");
        assert!(good[0].contains(&shown), "{good:?} {bad:?}");
    }
    for review in Review::ALL {
        let text = format!("id,number,review\nA-1,2155550123,{}\n", review.name());
        let (good, bad) = read::<ContactRow>(text.as_bytes(), Format::Csv).expect("is read");
        let shown = format!("review: Some({review:?})");
        assert!(good[0].contains(&shown), "{good:?} {bad:?}");
    }
    for step in EnrollmentStep::ALL {
        let text = format!("id,enrolled\nA-1,{}\n", step.name());
        let (good, bad) = read::<ProfileRow>(text.as_bytes(), Format::Csv).expect("is read");
        let shown = format!("enrolled: Some({:?})", Enrollment::NONE.with(step));
        match step {
            EnrollmentStep::VoiceTaken => assert_eq!((good.len(), bad.len()), (0, 1)),
            _ => assert!(good[0].contains(&shown), "{good:?} {bad:?}"),
        }
    }
}

/// Each is in no error, whatever column it stands in, nor a part of it.
const MISPLACED: [&str; 5] = ["482915", "4829-1537", "4 8 2 9 1", "98x7654", "4B7F2210"];

#[track_caller]
fn says_nothing_of(secret: &str, said: &str) {
    let runs = |text: &str| -> Vec<String> {
        let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
        digits.windows(3).map(String::from_iter).collect()
    };
    let told = runs(said);
    let leaked = runs(secret).into_iter().find(|run| told.contains(run));
    assert_eq!(leaked, None, "of {secret} in {said}");
}

#[test]
fn no_digits_of_a_cell_in_the_wrong_place_are_said() {
    for (kind, secret) in KINDS
        .iter()
        .flat_map(|k| MISPLACED.map(|secret| (k, secret)))
    {
        let csv = kind.csv(|_| Some(secret.as_bytes().to_vec()));
        let (_, bad) = (kind.read)(&csv, Format::Csv).expect("is read");
        assert!(!bad.is_empty(), "{} takes {secret} everywhere", kind.name);
        for it in &bad {
            says_nothing_of(secret, &it.why);
        }
        // A file whose first row has no names.
        let headless = (kind.read)(format!("{secret},A\n").as_bytes(), Format::Csv);
        let told = headless.expect_err("is refused").to_string();
        assert!(told.contains("is not known; known: "), "{told}");
        says_nothing_of(secret, told.split("known: ").next().unwrap_or_default());
    }
}
