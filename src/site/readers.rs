//! `[[reader]]`: card readers beside phones, on serial ports.

use gateways::{
    card_reader::Format,
    serial::{ParityBit, Wire},
};
use nix::unistd::{AccessFlags, access};
use std::{os::unix::fs::FileTypeExt, path::PathBuf};
use types::id::LineId;

use super::{
    Site,
    reader::{Placed, Section},
    wiring::LineWire,
};

const FORMATS: &[(&str, Format)] = &[
    ("lines", Format::Lines),
    ("stx-etx", Format::StxEtx),
    ("stx-etx-checksum", Format::StxEtxChecksum),
    ("track-2", Format::Track2),
];

const PARITIES: &[(&str, ParityBit)] = &[
    ("none", ParityBit::None),
    ("even", ParityBit::Even),
    ("odd", ParityBit::Odd),
];

/// A reader's connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReaderWire {
    pub line: LineId,
    pub wire: Wire,
}

pub fn readers(root: &mut Section<'_>, lines: &[LineWire]) -> Vec<ReaderWire> {
    let mut readers: Vec<ReaderWire> = Vec::new();
    for mut section in root.tables("reader") {
        let line = section.key("line").must().int_at(1..=65_535);
        let port = section.key("port").must().text(4096);
        let baud = section.key("baud").int(300..=921_600);
        let parity = section.key("parity").one_of(PARITIES);
        let format = section.key("format").must().one_of(FORMATS);
        if let Some(line) = &line {
            check_line(&section, line, lines, &readers);
        }
        if let Some(port) = &port
            && readers
                .iter()
                .any(|before| before.wire.port.as_os_str() == port.value.as_str())
        {
            let what = format!("is \"{}\", as above; each reader has its own", port.value);
            section.notes().add(port.line, section.path("port"), what);
        }
        section.finish();
        let (Some(line), Some(port), Some(format)) = (line, port, format) else {
            continue;
        };
        readers.push(ReaderWire {
            line: LineId(line.value as u16),
            wire: Wire {
                port: PathBuf::from(port.value),
                baud: baud.unwrap_or(9600) as u32,
                parity: parity.unwrap_or(ParityBit::None),
                format,
            },
        });
    }
    readers
}

fn check_line(
    section: &Section<'_>,
    line: &Placed<u64>,
    lines: &[LineWire],
    before: &[ReaderWire],
) {
    let number = line.value;
    let known = lines.iter().any(|wire| u64::from(wire.id.0) == number);
    let taken = before
        .iter()
        .any(|reader| u64::from(reader.line.0) == number);
    let what = match (known, taken) {
        (false, _) => format!("is {number}, which no [[line]] has"),
        (true, true) => format!("is {number}, as above; a phone has one reader"),
        (true, false) => return,
    };
    section.notes().add(line.line, section.path("line"), what);
}

impl Site {
    /// What of the readers' ports can't work now; they are tried again and again by a controller.
    pub fn readers_missing(&self) -> Vec<String> {
        let unusable = |reader: &ReaderWire| {
            let port = &reader.wire.port;
            let why = match port.metadata() {
                Err(error) => error.to_string(),
                Ok(about) if !about.file_type().is_char_device() => "is no device".to_owned(),
                Ok(_) => access(port, AccessFlags::R_OK | AccessFlags::W_OK)
                    .err()?
                    .desc()
                    .to_owned(),
            };
            let (line, port) = (reader.line, port.display());
            Some(format!("the card reader of line {line}: {port}: {why}"))
        };
        self.readers.iter().filter_map(unusable).collect()
    }
}
