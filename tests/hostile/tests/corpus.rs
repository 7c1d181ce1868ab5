//! The committed corpus, and random inputs from a seed, through what fuzzing runs.
//!
//! `HOSTILE_INPUTS=100000` runs so many random inputs of each kind, `HOSTILE_SEED` others.

use hostile::{detectors, recording, sheet, table};
use std::{fs, path::Path};
use suites::random::Random;

fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name);
    text.map_or(default, |text| text.parse().expect("a number"))
}

/// Runs every file of the corpus of a target; how many there were.
fn corpus(target: &str, run: fn(&[u8])) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(
        files.len() >= 5,
        "{} files in {}",
        files.len(),
        directory.display()
    );
    let mut inputs = Vec::new();
    for file in files {
        println!("{}", file.display());
        let data = fs::read(&file).expect("a readable file");
        run(&data);
        inputs.push(data);
    }
    inputs
}

/// Runs random octets, and files of the corpus with some changed, cut or doubled.
fn random(inputs: &[Vec<u8>], count: u64, length: usize, run: fn(&[u8])) {
    let seed = setting("HOSTILE_SEED", 1);
    let count = setting("HOSTILE_INPUTS", count);
    for case in 0..count {
        println!("HOSTILE_SEED={seed}, input {case}");
        let mut random = Random::for_case(seed, case);
        run(&input(inputs, length, &mut random));
    }
}

fn input(inputs: &[Vec<u8>], length: usize, random: &mut Random) -> Vec<u8> {
    let octet = |random: &mut Random| random.next_u64() as u8;
    if random.chance(0.3) {
        let length = random.below(length);
        return (0..length).map(|_| octet(random)).collect();
    }
    let mut data = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(data.len() + 1);
        match random.below(6) {
            0 => data.truncate(at),
            1 => data.insert(at, octet(random)),
            2 if at < data.len() => drop(data.remove(at)),
            3 => {
                // A piece of another file in the middle.
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(200)).min(other.len());
                data.splice(at..at, other[from..to].iter().copied());
            }
            4 if at < data.len() => {
                let extremes = [0, 0xff, 0x7f, 0x80, b'9', b'-', b'.', b'+', b','];
                data[at] = extremes[random.below(extremes.len())];
            }
            _ if at < data.len() => data[at] = octet(random),
            _ => {}
        }
    }
    data
}

#[test]
fn detectors_bear_whatever_a_line_brings() {
    let inputs = corpus("detectors", detectors);
    random(&inputs, 80, 600, detectors);
}

#[test]
fn tables_are_read_or_refused() {
    let inputs = corpus("table", table);
    random(&inputs, 2000, 2000, table);
}

#[test]
fn recordings_are_read_or_refused() {
    let inputs = corpus("recording", recording);
    random(&inputs, 5000, 3000, recording);
}

#[test]
fn sheets_are_read_or_refused_and_come_back() {
    let inputs = corpus("sheet", sheet);
    random(&inputs, 3000, 2000, sheet);
}
