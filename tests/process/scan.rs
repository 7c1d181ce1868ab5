//! The search for digits in octets: as text, and packed in the ways in which programs pack
//! digits.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// All forms in which these digits may stand in a file, with a name each.
fn forms(digits: &str) -> Vec<(&'static str, Vec<u8>)> {
    let values: Vec<u8> = digits.bytes().map(|c| c - b'0').collect();
    let number: u64 = digits.parse().expect("digits that fit");
    let mut forms = vec![
        ("text", digits.as_bytes().to_vec()),
        ("text backwards", digits.bytes().rev().collect()),
        ("UTF-16", digits.bytes().flat_map(|c| [c, 0]).collect()),
        ("a value an octet", values.clone()),
        ("a varint", varint(number)),
    ];
    // Six digits would be found anywhere by chance.
    if digits.len() >= 12 {
        let short = |octets: &[u8]| octets[..6].to_vec();
        forms.push(("binary", short(&number.to_le_bytes())));
        forms.push(("binary", number.to_be_bytes()[2..].to_vec()));
        for skip in [0, 1] {
            let pairs = values[skip..].chunks_exact(2);
            forms.push(("BCD", pairs.clone().map(|p| p[0] << 4 | p[1]).collect()));
            forms.push(("swapped BCD", pairs.map(|p| p[1] << 4 | p[0]).collect()));
        }
    } else {
        forms.retain(|(name, _)| *name != "a varint");
    }
    forms
}

/// Seven bits an octet, the lowest first, as the stored values have it.
fn varint(mut number: u64) -> Vec<u8> {
    let mut octets = Vec::new();
    while number >= 0x80 {
        octets.push(number as u8 | 0x80);
        number >>= 7;
    }
    octets.push(number as u8);
    octets
}

/// The forms of several numbers, by their third octet: the first two are zero too often.
struct Search<'a> {
    forms: [Vec<(&'a str, &'static str, Vec<u8>)>; 256],
}

/// Where a form is told apart from most others.
const TELLING: usize = 2;

impl<'a> Search<'a> {
    fn new(all: &[&'a str]) -> Search<'a> {
        let mut search = Search {
            forms: [const { Vec::new() }; 256],
        };
        for &digits in all {
            for (name, form) in forms(digits) {
                search.forms[usize::from(form[TELLING])].push((digits, name, form));
            }
        }
        search
    }

    /// The number that is in these octets, and its form.
    fn find(&self, octets: &[u8]) -> Option<(&'a str, &'static str)> {
        for (at, octet) in octets.iter().enumerate().skip(TELLING) {
            for (digits, name, form) in &self.forms[usize::from(*octet)] {
                if octets[at - TELLING..].starts_with(form) {
                    return Some((digits, name));
                }
            }
        }
        None
    }
}

/// The form in which the digits are in these octets.
pub fn found(octets: &[u8], digits: &str) -> Option<&'static str> {
    Search::new(&[digits]).find(octets).map(|(_, name)| name)
}

/// Every file under a directory.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).expect("the directory") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push(path),
        }
    }
    all
}

/// Fails for a file that holds one of these, in content or name.
pub fn hold_none(files: &[PathBuf], pins: &[&str]) {
    assert!(!files.is_empty(), "nothing was searched");
    let search = Search::new(pins);
    for file in files {
        let octets = fs::read(file).expect("the file");
        assert_eq!(search.find(&octets), None, "in {}", file.display());
        let name = file.to_string_lossy();
        assert!(pins.iter().all(|pin| !name.contains(pin)), "{name}");
    }
}

/// Fails for text that holds one of these PINs, or more than half of one.
pub fn tells_none(text: &str, pins: &[&str]) {
    for pin in pins {
        let most = (pin.len() / 2 + 1).max(6);
        for at in 0..=pin.len() - most {
            let piece = &pin[at..at + most];
            let line = text.lines().find(|line| line.contains(piece));
            assert_eq!(line, None, "tells {piece} of the PIN {pin}");
        }
    }
}

#[test]
fn digits_are_found_in_every_form_between_other_octets() {
    let pin = "738946387496";
    assert_eq!(forms(pin).len(), 11);
    for (name, form) in forms(pin) {
        for at in [0, 1, 7] {
            let mut octets = vec![0xa7; at];
            octets.extend(&form);
            octets.extend([0x13; 5]);
            assert!(found(&octets, pin).is_some(), "{name} at {at}");
            octets.truncate(at + form.len() - 1);
            assert_eq!(found(&octets, pin), None, "{name} without its last octet");
        }
    }
}

#[test]
fn a_part_of_a_pin_in_text_is_told() {
    let tells = |text: &str| std::panic::catch_unwind(|| tells_none(text, &["738946387496"]));
    assert!(tells("a\nms 3894638 b").is_err());
    assert!(tells("a\nms 389463 8749 b").is_ok());
}
