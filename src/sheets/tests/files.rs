//! Files as offices have them, and as nobody should have them.

use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook};
use sheets::{
    BadCell, Cell, Columns, FileError, Format, InmateRow, LONGEST_CELL, NumberRow, RowOf, Sheet,
};
use std::{
    io::{Cursor, Write as _},
    path::Path,
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// What a file gives.
#[derive(Debug)]
struct Read<T> {
    rows: Vec<T>,
    bad: Vec<BadCell>,
}

fn read<T: RowOf>(octets: &[u8], format: Format) -> Result<Read<T>, FileError> {
    let columns = std::cell::OnceCell::new();
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let first = |cells: &[Cell]| -> Result<(), FileError> {
        columns
            .set(Columns::find(cells, T::COLUMNS)?)
            .expect("one first row");
        Ok(())
    };
    let each = |row: u64, cells: &mut [Cell]| -> Result<(), FileError> {
        match T::of(row, cells, columns.get().expect("columns")) {
            Ok(row) => rows.push(row),
            Err(row) => bad.extend(row.cells),
        }
        Ok(())
    };
    sheets::read(Cursor::new(octets), format, first, each)?;
    Ok(Read { rows, bad })
}

fn inmates(text: &str) -> Read<InmateRow> {
    read(text.as_bytes(), Format::Csv).expect("is read")
}

fn refused(octets: &[u8], format: Format) -> String {
    let read = read::<InmateRow>(octets, format);
    read.expect_err("is refused").to_string()
}

#[track_caller]
fn is_bad<T: std::fmt::Debug>(read: &Read<T>, row: u64, column: &str, why: &str) {
    let found = |bad: &BadCell| bad.row == row && bad.column == column && bad.why.contains(why);
    assert!(
        read.bad.iter().any(found),
        "no {row} {column} {why:?} in {read:?}"
    );
}

/// A workbook with these cells, made by whoever fills it.
fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a workbook")
}

fn head(sheet: &mut rust_xlsxwriter::Worksheet, names: &[&str]) {
    for (column, name) in (0..).zip(names) {
        sheet.write_string(0, column, *name).expect("a cell");
    }
}

#[test]
fn columns_are_found_by_name_in_any_order_and_case() {
    let read = inmates("PIN, Name ,ID\n123456,\"Doe, J\",A-1\n,,\n,Roe,A-2\n");
    assert!(read.bad.is_empty(), "{read:?}");
    let [doe, roe] = &read.rows[..] else {
        panic!("two rows: {read:?}");
    };
    assert_eq!(
        (doe.id.as_str(), doe.name.as_deref()),
        ("A-1", Some("Doe, J"))
    );
    assert_eq!(doe.pin.as_ref().expect("a PIN").expose().as_str(), "123456");
    assert_eq!((roe.row, roe.name.as_deref()), (4, Some("Roe")));
    assert!(roe.pin.is_none());
}

#[test]
fn a_column_that_is_unknown_twice_or_missing_is_refused_with_those_that_are_known() {
    let unknown = refused(b"id,nmae\nA-1,Doe\n", Format::Csv);
    assert!(unknown.contains("column 2"), "{unknown}");
    assert!(
        unknown.contains("\"nmae\" is not known; known: id, name, pin"),
        "{unknown}"
    );
    let twice = refused(b"id,name,Id\n", Format::Csv);
    assert!(
        twice.contains("column 3") && twice.contains("twice"),
        "{twice}"
    );
    let missing = refused(b"name\nDoe\n", Format::Csv);
    assert!(missing.contains("no column \"id\""), "{missing}");
    for nothing in ["", "\n\n", ",,,\n"] {
        assert_eq!(refused(nothing.as_bytes(), Format::Csv), "has no rows");
    }
}

#[test]
fn semicolons_tabs_and_a_mark_of_utf8_are_understood() {
    for text in [
        "id;name\nA-1;\"Doe, J\"\n",
        "id\tname\r\nA-1\tDoe, J\r\n",
        "\u{feff}id,name\nA-1,\"Doe, J\"\n",
    ] {
        let read = inmates(text);
        assert_eq!(read.rows[0].name.as_deref(), Some("Doe, J"), "{text:?}");
    }
}

#[test]
fn what_is_wrong_with_a_workbook_is_said_without_the_control_characters_of_its_parts() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let name = format!("xl/\u{1b}[2J{}.xml", "a".repeat(3000));
    zip.start_file(name, stored).expect("a part");
    zip.write_all(b"what the checksum is of").expect("memory");
    let mut book = zip.finish().expect("a directory").into_inner();
    let at = book.windows(4).position(|part| part == b"what");
    book[at.expect("is stored as it is")] = b'W';
    let why = refused(&book, Format::Xlsx);
    assert!(
        why.contains("damaged: its part xl/\\u{1b}[2jaaa"),
        "{why:?}"
    );
    assert!(!why.contains(char::is_control), "{why:?}");
    assert!(why.len() < 500, "{why:?}");
}

/// As a spreadsheet shows them, whatever ends the lines.
#[test]
fn empty_lines_and_cells_of_several_lines_are_rows_as_a_spreadsheet_counts_them() {
    let text =
        "\n\nid,name,pin\n\nA-1,\"Poe\n\n\"\"Allan\",x\n,,\n\n\nA-2,\"\",x\nA-3,a\"b,x\n\"A-4\",,x";
    for ending in ["\n", "\r\n", "\r"] {
        for end in ["", ending] {
            let text = text.replace('\n', ending) + end;
            let rows: Vec<u64> = inmates(&text).bad.iter().map(|bad| bad.row).collect();
            assert_eq!(rows, [5, 9, 10, 11], "{text:?}");
        }
    }
    // More of them than are read at once.
    let text = format!("id,pin\n{}A-1,x\n", "\"a\nb\",1\n".repeat(5000));
    is_bad(&inmates(&text), 5002, "pin", "decimal");
    let text = format!("id,pin\r\n{}A-1,x\n", "\r\n".repeat(20_000));
    is_bad(&inmates(&text), 20_002, "pin", "decimal");
}

#[test]
fn rows_that_end_in_a_carriage_return_alone_have_numbers_of_their_own() {
    let read = inmates("id,pin\rA-1,x\rA-2,123456\r\"A\r3\",y\r");
    assert_eq!(read.rows.len(), 1);
    is_bad(&read, 2, "pin", "decimal");
    is_bad(&read, 4, "pin", "decimal");
}

#[test]
fn characters_that_are_not_utf8_are_told_by_row_and_the_rest_is_read() {
    let octets = b"id,name\nA-1,M\xfcller\nA-2,Roe\n";
    let read: Read<InmateRow> = read(octets, Format::Csv).expect("is read");
    is_bad(&read, 2, "name", "not UTF-8");
    assert_eq!(read.rows.len(), 1);
    assert!(refused(b"\xff\xfei\0d\0", Format::Csv).contains("CSV UTF-8"));
}

#[test]
fn each_bad_cell_is_told_with_row_column_and_reason_and_no_pin_is_said() {
    let read = inmates(
        "id,name,pin,language,class\n\
         ,Doe,123456,,\n\
         A-2,Roe,98x7654,English,9\n\
         A-3,Poe,,,,more\n",
    );
    is_bad(&read, 2, "id", "is empty");
    is_bad(&read, 3, "pin", "is no PIN");
    is_bad(&read, 3, "language", "two letters");
    is_bad(&read, 3, "class", "1 to 5, or phone");
    is_bad(&read, 4, "", "more cells than");
    assert!(read.rows.is_empty());
    assert!(!format!("{:?}", read.bad).contains("98x7654"), "{read:?}");
}

#[test]
fn a_quote_that_the_end_of_the_file_closes_is_told_with_its_row() {
    let swallowed = "id,name\nB-20,First\nB-21,\"Oops\nB-22,a\nB-23,b\n";
    let why = refused(swallowed.as_bytes(), Format::Csv);
    assert!(
        why.starts_with("row 3: a quote that begins in it is never closed"),
        "{why}"
    );
    for good in [
        "id,name\nB-1,5' 10\"",
        "id,name\nB-1,\"he \"\"B\"\"\"",
        "id,name\n\"B-1\",\"x\"\n",
    ] {
        assert_eq!(inmates(good).rows.len(), 1, "{good}");
    }
}

#[test]
fn a_huge_cell_is_bad_and_a_quote_that_is_never_closed_ends_the_reading() {
    let long = "x".repeat(LONGEST_CELL + 1);
    let read = inmates(&format!("id,name\nA-1,{long}\nA-2,Roe\n"));
    is_bad(&read, 2, "name", "longer than a cell");
    assert_eq!(read.rows.len(), 1);
    let open = format!("id,name\nA-1,\"{}", "x,\n".repeat(1 << 20));
    let told = refused(open.as_bytes(), Format::Csv);
    assert!(told.contains("row 2 is longer"), "{told}");
}

#[test]
fn numbers_are_taken_as_people_and_spreadsheets_write_them() {
    let text = "id,number,privileged\nA-1,(215) 555-0123,yes\nA-1,+44 20 7946 0123,\n\
                A-1,2.15555E+09,\nA-1,call me,maybe\n";
    let typed: Read<NumberRow> = read(text.as_bytes(), Format::Csv).expect("is read");
    let numbers: Vec<String> = typed
        .rows
        .iter()
        .map(|row| row.number.to_string())
        .collect();
    assert_eq!(numbers, ["2155550123", "+442079460123"]);
    assert_eq!(
        (typed.rows[0].privileged, typed.rows[1].privileged),
        (Some(true), None)
    );
    is_bad(&typed, 4, "number", "may have rounded");
    is_bad(&typed, 5, "number", "is no number");
    is_bad(&typed, 5, "privileged", "neither yes nor no");
    let book = workbook(|sheet| {
        head(sheet, &["id", "number", "untimed"]);
        sheet.write_number(1, 0, 1042).expect("a cell");
        sheet.write_number(1, 1, 2_155_550_123_u32).expect("a cell");
        sheet.write_boolean(1, 2, true).expect("a cell");
        sheet.write_string(2, 0, "A-2").expect("a cell");
        sheet.write_number(2, 1, 2.5).expect("a cell");
    });
    let book: Read<NumberRow> = read(&book, Format::Xlsx).expect("is read");
    assert_eq!(book.rows[0].id, "1042");
    assert_eq!(book.rows[0].number.to_string(), "2155550123");
    assert_eq!(book.rows[0].untimed, Some(true));
    is_bad(&book, 3, "number", "may have rounded");
}

#[test]
fn formulas_dates_and_errors_in_a_workbook_are_bad_cells() {
    let book = workbook(|sheet| {
        head(sheet, &["id", "name", "pin"]);
        sheet.write_string(1, 0, "A-1").expect("a cell");
        let formula = Formula::new("=1+1").set_result("2");
        sheet.write_formula(1, 1, formula).expect("a cell");
        sheet.write_string(2, 0, "A-2").expect("a cell");
        let date = ExcelDateTime::from_ymd(2026, 11, 24).expect("a date");
        let look = Look::new().set_num_format("yyyy-mm-dd");
        sheet
            .write_datetime_with_format(2, 1, &date, &look)
            .expect("a cell");
        sheet.write_string(3, 0, "A-3").expect("a cell");
        sheet.write_number(3, 2, 12_345).expect("a cell");
        sheet
            .write_string(4, 9, "far to the right")
            .expect("a cell");
    });
    let read: Read<InmateRow> = read(&book, Format::Xlsx).expect("is read");
    is_bad(&read, 2, "name", "is a formula");
    is_bad(&read, 3, "name", "is a date");
    is_bad(&read, 5, "", "more cells than");
    // Leading zeros are gone: how long a PIN must be is known to the site alone.
    assert_eq!(
        read.rows[0].pin.as_ref().expect("a PIN").expose().as_str(),
        "12345"
    );
}

/// A ZIP of these parts.
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, octets) in parts {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("a part");
        zip.write_all(octets).expect("octets");
    }
    zip.finish().expect("a ZIP").into_inner()
}

#[test]
fn what_unpacks_to_more_than_it_may_is_refused_before_it_is_read() {
    let zeros = vec![0; 65 << 20];
    let bomb = zip(&[("xl/media/picture.png", &zeros)]);
    assert!(bomb.len() < 1 << 20, "it is small as it lies there");
    assert!(refused(&bomb, Format::Xlsx).contains("xl/media/picture.png"));
    // A part that says it has more texts than it has octets for would have room made for them.
    let texts = br#"<sst xmlns="x" uniqueCount = "99999999999"><si><t>a</t></si></sst>"#;
    let lie = zip(&[("xl/sharedStrings.xml", texts)]);
    assert!(refused(&lie, Format::Xlsx).contains("made to do harm"));
    let honest = br#"<sst uniqueCount="1"><si><t>a</t></si></sst>"#;
    let other = refused(&zip(&[("xl/sharedStrings.xml", honest)]), Format::Xlsx);
    assert!(
        other.contains("damaged"),
        "that is no bomb, and no workbook: {other}"
    );
}

#[test]
fn macros_old_excel_and_what_is_something_else_are_told_apart() {
    let macros = zip(&[("xl/vbaProject.bin", b"Sub Auto_Open")]);
    assert!(refused(&macros, Format::Xlsx).contains("macros"));
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on";
    assert!(refused(old, Format::Xlsx).contains(".xls"));
    assert!(refused(b"id,name\n", Format::Xlsx).contains("no Excel file"));
    assert!(refused(&macros, Format::Csv).contains("though its name ends in .csv"));
    let book = workbook(|sheet| head(sheet, &["id"]));
    for cut in [5, book.len() / 3, book.len() - 30] {
        assert!(
            refused(&book[..cut], Format::Xlsx).contains("no Excel file"),
            "cut at {cut}"
        );
    }
    let name = |name| Format::of(Path::new(name)).map_err(|error| error.to_string());
    assert_eq!(name("a/b.CSV"), Ok(Format::Csv));
    assert!(name("a.xlsm").expect_err("macros").contains("macros"));
    assert!(name("a.xls").expect_err("old").contains("old Excel"));
    assert!(name("a.pdf").expect_err("no").contains(".csv or .xlsx"));
}

#[test]
fn what_is_written_comes_back_the_same_from_both_kinds_of_files() {
    let names = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "'q",
        "'=q",
        "Smith;=1+1",
        "Smith;'=q;'twas",
        "Müller, \"Jo\"\nrg",
        "李",
        "007",
        "1e5",
    ];
    for format in [Format::Csv, Format::Xlsx] {
        let mut octets = Vec::new();
        let mut sheet = Sheet::new(format, &["id", "name"], &mut octets).expect("a file");
        for (at, name) in names.iter().enumerate() {
            sheet.row(&[&format!("0{at}"), name]).expect("a row");
        }
        sheet.finish().expect("a file");
        let read: Read<InmateRow> = read(&octets, format).expect("is read");
        let back: Vec<&str> = read
            .rows
            .iter()
            .filter_map(|row| row.name.as_deref())
            .collect();
        assert_eq!(back, names, "{format:?}");
        assert_eq!(read.rows[3].id, "03", "leading zeros stay");
        if format == Format::Csv {
            let text = String::from_utf8(octets).expect("text");
            let active = |line: &str| [",=", ",@", ";="].iter().any(|at| line.contains(at));
            assert!(!text.lines().any(active), "{text}");
        }
    }
}

/// Every file that is cut or changed somewhere is read or refused, and that is all.
#[test]
fn a_workbook_damaged_anywhere_never_panics() {
    let book = workbook(|sheet| {
        head(sheet, &["id", "name"]);
        sheet.write_string(1, 0, "A-1").expect("a cell");
        sheet.write_number(1, 1, 5).expect("a cell");
    });
    let step = book.len() / 400 + 1;
    for at in (0..book.len()).step_by(step) {
        for change in [0x00, 0xff] {
            let mut damaged = book.clone();
            damaged[at] ^= change | 0x01;
            let _ = read::<InmateRow>(&damaged, Format::Xlsx);
        }
    }
}
