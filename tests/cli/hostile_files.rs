//! Files that were made to do harm: each is refused, or read, with little memory and soon.

use std::{
    fs::{self, File},
    io::{BufWriter, Cursor, Write as _},
    process::Command,
    time::Duration,
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{Place, Run, SAMPLE, imports::ends_within, program};

/// Address space of the program, in KiB: what it needs for itself, and little more.
const MEMORY: u32 = 800_000;
/// It is a debug build on a machine that may have other work.
const SOON: Duration = Duration::from_secs(60);
/// It was read to its end, and then there is no database to ask.
const READ: &str = "there is no database in";

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
const SHEET: &str =
    r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const SHEET_ENDS: &str = "</sheetData></worksheet>";
/// The first row of a table of numbers.
const HEAD: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>pattern</t></is></c></row>"#;

impl Place {
    /// Imports it with bounded memory.
    fn reads(&self, what: &str, name: &str) -> Run {
        let mut limited = Command::new("sh");
        let limit = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
        limited.args(["-c", &limit]).arg(program());
        limited.args(["import", what, &self.beside(name), "--site"]);
        limited.arg(self.file());
        ends_within(limited, SOON)
    }
}

#[track_caller]
fn says(run: &Run, why: &str) {
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains(why), "no {why:?} in {}", run.err);
}

/// Letters of which no packer makes little.
fn noise(length: usize) -> String {
    let mut state = 7_u64;
    let mut letter = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'a' + u8::try_from((state >> 33) % 26).expect("a letter"))
    };
    (0..length).map(&mut letter).collect()
}

/// A workbook whose sheet has these rows, so many times, and whose shared texts are these.
fn workbook(row: &str, times: usize, text: &str, texts: usize) -> Vec<u8> {
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
    ] {
        zip.start_file(name, packed).expect("a part");
        zip.write_all(part.as_bytes()).expect("memory");
    }
    let mut part = |name: &str, parts: [&str; 3], times: usize| {
        zip.start_file(name, packed).expect("a part");
        let mut into = BufWriter::with_capacity(1 << 20, &mut zip);
        into.write_all(parts[0].as_bytes()).expect("memory");
        for _ in 0..times {
            into.write_all(parts[1].as_bytes()).expect("memory");
        }
        into.write_all(parts[2].as_bytes()).expect("memory");
    };
    if texts > 0 {
        part("xl/sharedStrings.xml", ["<sst>", text, "</sst>"], texts);
    }
    let begin = format!("{SHEET}{HEAD}");
    part("xl/worksheets/sheet1.xml", [&begin, row, SHEET_ENDS], times);
    zip.finish().expect("a directory").into_inner()
}

/// A ZIP of one part, which its directory has so many times, each by another name.
fn overlapping(octets: usize, times: u16) -> Vec<u8> {
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/00000", packed)
        .expect("a part");
    let zeros = vec![0; 1 << 20];
    for _ in 0..octets >> 20 {
        zip.write_all(&zeros).expect("memory");
    }
    let one = zip.finish().expect("a directory").into_inner();
    let at = |mark: &[u8]| one.windows(4).rposition(|it| it == mark).expect("is there");
    let (directory, end) = (at(b"PK\x01\x02"), at(b"PK\x05\x06"));
    let name = one[directory..end].windows(5).position(|it| it == b"00000");
    let name = name.expect("its name");
    let mut bomb = one[..directory].to_vec();
    for number in 0..times {
        let mut entry = one[directory..end].to_vec();
        entry[name..name + 5].copy_from_slice(format!("{number:05}").as_bytes());
        bomb.extend(entry);
    }
    let length = u32::try_from(bomb.len() - directory).expect("is small");
    let mut last = one[end..].to_vec();
    last[8..10].copy_from_slice(&times.to_le_bytes());
    last[10..12].copy_from_slice(&times.to_le_bytes());
    last[12..16].copy_from_slice(&length.to_le_bytes());
    bomb.extend(last);
    bomb
}

#[test]
fn a_workbook_of_some_kib_that_unpacks_to_gigabytes_is_refused() {
    let place = Place::with(SAMPLE);
    let bomb = overlapping(45 << 20, 120);
    assert!(bomb.len() < 60_000, "{} octets for 5 GiB", bomb.len());
    fs::write(place.beside("in.xlsx"), bomb).expect("a file");
    let run = place.reads("--restricted", "in.xlsx");
    says(
        &run,
        "in.xlsx: unpacks to more than a file may (xl/worksheets/00001)",
    );
    let sheet = workbook(&" ".repeat(1 << 20), 90, "", 0);
    assert!(sheet.len() < 100_000, "{} octets for 90 MiB", sheet.len());
    fs::write(place.beside("in.xlsx"), sheet).expect("a file");
    let run = place.reads("--restricted", "in.xlsx");
    says(
        &run,
        "in.xlsx: unpacks to more than a file may (xl/worksheets/sheet1.xml)",
    );
}

#[test]
fn a_workbook_of_many_shared_texts_is_refused_or_read_in_little_memory() {
    let place = Place::with(SAMPLE);
    // As short as a text can be, and as many as the size allows.
    let text = "<si><t>x</t></si>";
    for (texts, why) in [
        (
            6_000_000,
            "unpacks to more than a file may (xl/sharedstrings.xml)",
        ),
        (3_000_000, READ),
    ] {
        fs::write(place.beside("in.xlsx"), workbook("", 0, text, texts)).expect("a file");
        says(&place.reads("--restricted", "in.xlsx"), why);
    }
    // Texts that are not even there take memory too. This one packs badly, so that the file may be as large.
    let nothing = format!("<!--{}-->{}", noise(40 << 10), "<si/>".repeat(1 << 20));
    fs::write(place.beside("in.xlsx"), workbook("", 0, &nothing, 21)).expect("a file");
    says(
        &place.reads("--restricted", "in.xlsx"),
        "unpacks to more than a file may (xl/sharedstrings.xml)",
    );
    // One text that everything is.
    let long = format!("<si><t>{}</t></si>", "x".repeat(40 << 20));
    let row = r#"<row r="2"><c r="A2" t="s"><v>0</v></c></row>"#;
    fs::write(place.beside("in.xlsx"), workbook(row, 1, &long, 1)).expect("a file");
    says(&place.reads("--restricted", "in.xlsx"), READ);
}

#[test]
fn a_workbook_of_a_million_empty_rows_is_read() {
    let place = Place::with(SAMPLE);
    for row in [
        "<row/>",
        r#"<row spans="1:8" ht="15"></row>"#,
        r#"<row><c s="1"/><c/></row>"#,
    ] {
        fs::write(place.beside("in.xlsx"), workbook(row, 1_000_000, "", 0)).expect("a file");
        says(
            &place.reads("--lists", "in.xlsx"),
            "there is no column \"of\"",
        );
        says(&place.reads("--restricted", "in.xlsx"), READ);
    }
}

#[test]
fn a_workbook_whose_xml_is_made_to_do_harm_is_refused_or_read() {
    let place = Place::with(SAMPLE);
    let entities = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>"#;
    for (row, times, why) in [
        // Parts in parts, as deep as the size allows.
        ("<x>", 15_000_000, READ),
        (
            r#"<row r="99999999999"><c r="A99999999999"/></row>"#,
            1,
            "is no Excel file, or damaged: ",
        ),
        (
            r#"<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>"#,
            1,
            "is no Excel file, or damaged: ",
        ),
        (
            r#"<row r="2"><c r="A2" t="s"><v>7</v></c></row>"#,
            1,
            "is no Excel file, or damaged: ",
        ),
        (
            r#"<row r="2"><c r="A2" t="x"><v>7</v></c></row>"#,
            1,
            "is no Excel file, or damaged: ",
        ),
        (entities, 1, READ),
    ] {
        fs::write(place.beside("in.xlsx"), workbook(row, times, "", 0)).expect("a file");
        says(&place.reads("--number-records", "in.xlsx"), why);
    }
}

#[test]
fn a_file_of_text_without_an_end_is_refused() {
    let place = Place::with(SAMPLE);
    let file = File::create(place.beside("in.csv")).expect("a file");
    // It has holes, and takes no place on the disk.
    file.set_len((1 << 30) + 1).expect("a length");
    says(
        &place.reads("--allowed", "in.csv"),
        "in.csv: is larger than a file may be (1024 MiB)",
    );
    file.set_len(1 << 30).expect("a length");
    let endless = "in.csv: row 1 is longer than a row may be: is a quote never closed?";
    says(&place.reads("--allowed", "in.csv"), endless);
    let commas = format!("pattern\n{}\n", ",".repeat(2 << 20));
    fs::write(place.beside("in.csv"), commas).expect("a file");
    says(
        &place.reads("--allowed", "in.csv"),
        "in.csv: row 2 is longer than a row may be",
    );
    let quoted = format!("pattern\n\n\"{}", "2155550191\n".repeat(1 << 20));
    fs::write(place.beside("in.csv"), quoted).expect("a file");
    says(
        &place.reads("--lists", "in.csv"),
        "there is no column \"of\"",
    );
    says(
        &place.reads("--allowed", "in.csv"),
        "in.csv: row 3 is longer than a row may be",
    );
}

#[test]
fn a_file_of_more_bad_cells_than_are_kept_is_refused() {
    let place = Place::with(SAMPLE);
    let rows = format!("pattern\n{}", "x\n".repeat(1_000_001));
    fs::write(place.beside("in.csv"), rows).expect("a file");
    let run = place.reads("--restricted", "in.csv");
    says(
        &run,
        "more than 1000000 cells are bad: is it a file of another kind?",
    );
}
