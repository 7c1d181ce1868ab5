//! Files of people as offices send them: CSV, and workbooks of Excel.

use sheets::{
    AllowedRow, CardRow, Cell, Columns, ContactRow, FileError, Format, InmateRow, ListRow,
    NumberRow, OfficerRow, ProfileRow, RecordRow, RestrictedRow, RowOf, Sheet,
};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Rows and columns that are written back; more are only read.
const WRITTEN: (usize, usize) = (50, 20);
/// The longest a reason may be: it is shown on a terminal.
const LONGEST_REASON: usize = 4000;

/// The first octet says what the others are: a file of text, a workbook as it is, or the parts of one.
/// Never a panic; rows come in their order; what can't be taken has a reason that can be shown; and what
/// was read comes back when it is written into a file of either kind.
pub fn sheet(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    match choice % 4 {
        0 => file(data, Format::Csv),
        1 => file(data, Format::Xlsx),
        2 => file(&workbook(data), Format::Xlsx),
        _ => {
            let mut texts = texts(data, Format::Csv);
            comes_back(&texts, Format::Csv);
            // The back office lets no name hold a control character, and not each comes back of a workbook.
            texts.retain(|row| !row.iter().any(|text| text.contains(char::is_control)));
            comes_back(&texts, Format::Xlsx);
        }
    }
}

fn file(data: &[u8], format: Format) {
    rows::<InmateRow>(data, format);
    rows::<NumberRow>(data, format);
    rows::<ProfileRow>(data, format);
    rows::<ContactRow>(data, format);
    rows::<CardRow>(data, format);
    rows::<OfficerRow>(data, format);
    rows::<RestrictedRow>(data, format);
    rows::<AllowedRow>(data, format);
    rows::<RecordRow>(data, format);
    rows::<ListRow>(data, format);
    comes_back(&texts(data, format), Format::Csv);
}

/// Reads all rows as rows of this kind.
fn rows<T: RowOf>(data: &[u8], format: Format) {
    let columns = std::cell::OnceCell::new();
    let mut last = 0;
    let first = |cells: &[Cell]| -> Result<(), FileError> {
        let found = Columns::find(cells, T::COLUMNS)?;
        columns.set(found).expect("one first row");
        Ok(())
    };
    let each = |row: u64, cells: &mut [Cell]| -> Result<(), FileError> {
        assert!(row > last, "row {row} after {last}");
        last = row;
        let columns = columns.get().expect("the first row came first");
        if let Err(bad) = T::of(row, cells, columns) {
            assert!(!bad.cells.is_empty(), "refused for nothing");
            for bad in bad.cells {
                assert_eq!(bad.row, row);
                can_be_shown(&bad.why);
                let secret = ["pin", "card", "code"].contains(&&*bad.column);
                if let Ok(Some(text)) = columns.cell(cells, &bad.column).as_text() {
                    // What is allowed has digits too, but no more than seven.
                    let misplaced = types::text::sayable(&text).is_none() && text.len() > 7;
                    let tells = (secret && text.len() > 3 || misplaced) && bad.why.contains(&text);
                    assert!(!tells, "a secret in {:?}", bad.why);
                }
            }
        }
        Ok(())
    };
    if let Err(error) = sheets::read(Cursor::new(data), format, first, each) {
        can_be_shown(&error.to_string());
    }
}

fn can_be_shown(why: &str) {
    assert!(!why.is_empty() && why.len() <= LONGEST_REASON, "{why:?}");
    assert!(!why.contains(char::is_control), "{why:?}");
}

/// The texts of all rows; none where the file is refused.
fn texts(data: &[u8], format: Format) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let text = |cell: &Cell| cell.as_text().ok().flatten().unwrap_or_default();
    let mut note = |cells: &[Cell]| {
        let mut row: Vec<String> = cells.iter().map(text).collect();
        let used = row.iter().rposition(|text| !text.is_empty());
        row.truncate(used.map_or(0, |last| last + 1));
        all.extend((!row.is_empty()).then_some(row));
        Ok::<(), FileError>(())
    };
    let mut first = Vec::new();
    let keep = |cells: &[Cell]| {
        first = cells.to_vec();
        Ok(())
    };
    let read = sheets::read(Cursor::new(data), format, keep, |_, cells| note(cells));
    if read.is_err() {
        return Vec::new();
    }
    let _ = note(&first);
    all
}

fn comes_back(texts: &[Vec<String>], format: Format) {
    let narrow = |row: &&Vec<String>| row.len() <= WRITTEN.1;
    let rows: Vec<_> = texts
        .iter()
        .filter(narrow)
        .take(WRITTEN.0)
        .cloned()
        .collect();
    let mut written = Cursor::new(Vec::new());
    let mut sheet = Sheet::new(format, &["id"; WRITTEN.1], &mut written).expect("a file");
    for row in &rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        let mut full = [""; WRITTEN.1];
        full[..cells.len()].copy_from_slice(&cells);
        sheet.row(&full).expect("is written");
    }
    sheet.finish().expect("is written");
    let mut again = texts_after_first(written.get_ref(), format);
    assert_eq!(again.len(), rows.len(), "{rows:?} is read as {again:?}");
    for (row, again) in rows.iter().zip(again.drain(..)) {
        assert_eq!(*row, again);
    }
}

fn texts_after_first(data: &[u8], format: Format) -> Vec<Vec<String>> {
    let mut all = texts(data, format);
    // The first row is noted last.
    all.pop();
    all
}

/// A workbook of which the octets are the cells, and after an octet 255 each, the shared texts, the
/// styles and the workbook itself. What is left out is as any program writes it.
fn workbook(data: &[u8]) -> Vec<u8> {
    let mut parts = data.split(|octet| *octet == 0xff);
    let cells = parts.next().unwrap_or_default();
    let sheet = [
        b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
            .as_slice(),
        cells,
        b"</sheetData></worksheet>",
    ]
    .concat();
    let mut or_usual = |usual: &'static str| parts.next().unwrap_or(usual.as_bytes());
    let texts = or_usual(TEXTS);
    let styles = or_usual(STYLES);
    let book = or_usual(BOOK);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, octets) in [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", book),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        zip.start_file(name, stored).expect("a part");
        zip.write_all(octets).expect("memory");
    }
    zip.finish().expect("a directory").into_inner()
}

const TYPES: &str =
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const PACKAGE: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="r1" Target="xl/workbook.xml" "#,
    r#"Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>"#,
    "</Relationships>",
);
const RELATIONS: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="r1" Target="worksheets/sheet1.xml" "#,
    r#"Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>"#,
    "</Relationships>",
);
const BOOK: &str = concat!(
    r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" "#,
    r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">"#,
    r#"<sheets><sheet name="people" sheetId="1" r:id="r1"/></sheets></workbook>"#,
);
const STYLES: &str = concat!(
    r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
    r#"<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#,
);
const TEXTS: &str = concat!(
    r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="5" uniqueCount="5">"#,
    "<si><t>id</t></si><si><t>name</t></si><si><t>pin</t></si><si><t>number</t></si>",
    "<si><t>A-17</t></si></sst>",
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Else no cell of any workbook made so would ever be looked at.
    #[test]
    fn a_workbook_of_nothing_but_cells_is_read() {
        let cells =
            br#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row><c r="A2"><v>7</v></c></row>"#;
        let texts = texts(&workbook(cells), Format::Xlsx);
        assert_eq!(texts, [["7"], ["id"]]);
    }
}
