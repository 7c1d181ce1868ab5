//! Numbers, money and time in each language: against tables that were written by hand, and
//! over the whole range that each clip there is is asked for, and none that is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use types::digits::Digits;
use types::language::Language;

use super::said::every_prompt;
use super::{EN, ES, speech};
use crate::grammar::{self, CALLS_MAX, Form, Said};
use crate::{ClipId, Currency, Phrase, Piece, Speech, Value};

/// As many as a language's table has to have.
const ENOUGH: usize = 60;

/// `(line, what, how it is said)` of `test/said/<language>.txt`.
fn table(language: Language) -> Vec<(usize, String, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("test/said/{language}.txt"));
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut table = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if !line.starts_with('#') {
            let (what, said) = line.split_once(" = ").expect(line);
            table.push((at + 1, what.to_string(), said.to_string()));
        }
    }
    table
}

/// Where one word ends and the next begins is spelling, not speech.
fn sounds(language: Language, text: &str) -> String {
    let words = text.split(' ').map(|word| match (language.code(), word) {
        // An s that nobody hears.
        ("fr", "cents" | "quatre-vingts") => word.trim_end_matches('s'),
        _ => word,
    });
    words.collect::<String>().replace('-', "")
}

#[test]
fn every_language_says_its_table_of_values() {
    let speech = speech();
    let mut wrong = Vec::new();
    for &language in speech.languages() {
        let table = table(language);
        let values: BTreeSet<&String> = table.iter().map(|(_, what, _)| what).collect();
        assert!(values.len() >= ENOUGH, "{language}: {}", values.len());
        for (line, what, expected) in &table {
            let value = Value::parse(what).unwrap_or_else(|| panic!("{language}:{line}: {what}"));
            let said = speech.spoken(language, &value);
            if sounds(language, &said) != sounds(language, expected) {
                wrong.push(format!("{language}:{line}: {what}: {said}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every number to 10,000, and above it every thousand with the ends that differ.
fn numbers() -> impl Iterator<Item = u32> {
    let ends = [0, 1, 2, 11, 21, 99, 100, 101, 110, 111, 200, 999];
    let large = (10..1000).flat_map(move |thousand| ends.map(|end| 1000 * thousand + end));
    (0..10_000).chain(large)
}

#[test]
fn every_number_is_said_in_every_form_and_no_two_alike() {
    let speech = speech();
    for &language in speech.languages() {
        let clips = speech.clips().filter(|(of, ..)| *of == language);
        let names: BTreeMap<&str, ClipId> = clips.map(|(_, id, name)| (name, id)).collect();
        let find = |name: &str| names.get(name).copied();
        let grammar = grammar::of(language).unwrap();
        for form in [Form::Alone, Form::Masculine, Form::Feminine] {
            let mut before = BTreeSet::new();
            for n in numbers() {
                let mut phrase = Phrase::new();
                let mut said = Said::new(&find, &mut phrase);
                grammar.number(n, form, &mut said);
                assert_eq!(said.missing(), None, "{language} {n} {form:?}");
                let clips: Vec<ClipId> = phrase.iter().filter_map(clip).collect();
                assert!((1..=10).contains(&clips.len()), "{language} {n} {form:?}");
                assert!(before.insert(clips), "{language} {n} {form:?}");
            }
        }
    }
}

fn clip(piece: &Piece) -> Option<ClipId> {
    match piece {
        Piece::Clip(id) => Some(*id),
        Piece::Name | Piece::Pause { .. } => None,
    }
}

/// Sums, times and counts of every kind; a missing clip is a panic.
fn values() -> Vec<Value> {
    let mut values: Vec<Value> = (0..=CALLS_MAX).map(Value::Calls).collect();
    values.extend(
        (0..=6000)
            .step_by(7)
            .map(|seconds| Value::Duration { seconds }),
    );
    values.extend((0..60).map(|seconds| Value::Duration { seconds }));
    values.extend((0..1500).map(|minutes| Value::Duration {
        seconds: 60 * minutes,
    }));
    for currency in Currency::ALL {
        let sums = (0..1000).chain((1000..99_999_999).step_by(99_991));
        let sums = sums.chain((0..1000).map(|largest| largest * currency.parts()));
        values.extend(sums.map(|minor| Value::Money { minor, currency }));
    }
    for (hour, minute) in (0..24).flat_map(|hour| (0..60).map(move |minute| (hour, minute))) {
        values.push(Value::Time { hour, minute });
    }
    for digits in [
        "01234567890123456789",
        "00",
        "11",
        "22",
        "33",
        "44",
        "55",
        "66",
        "77",
        "88",
    ] {
        values.extend(Digits::parse(digits).map(Value::Digits));
    }
    values.extend(numbers().step_by(3).map(Value::Number));
    values.extend([100, 1000, 100_000].map(Value::Number));
    values
}

#[test]
fn every_value_is_said_and_no_clip_is_for_nothing() {
    let speech = speech();
    let (values, prompts) = (values(), every_prompt());
    for &language in speech.languages() {
        let mut used = BTreeSet::new();
        for value in &values {
            let phrase = speech.value(language, value);
            assert!(
                phrase.iter().any(|piece| clip(piece).is_some()),
                "{language} {value:?}"
            );
            used.extend(phrase.iter().filter_map(clip));
        }
        for prompt in &prompts {
            used.extend(speech.phrase(language, prompt).iter().filter_map(clip));
        }
        let of_language = speech.clips().filter(|(of, ..)| *of == language);
        let idle = of_language.filter(|(_, id, _)| !used.contains(id));
        let idle: Vec<&str> = idle.map(|(.., name)| name).collect();
        assert!(idle.is_empty(), "{language}: nothing says {idle:?}");
    }
}

#[test]
fn what_is_beyond_a_range_is_said_as_its_end() {
    let speech = speech();
    let said = |value| speech.spoken(EN, &value);
    assert_eq!(said(Value::Number(u32::MAX)), said(Value::Number(999_999)));
    assert_eq!(said(Value::Calls(100)), "ninety-nine calls");
    let late = Value::Time {
        hour: 24,
        minute: 60,
    };
    assert_eq!(said(late), "eleven fifty-nine PM");
    let digits = Digits::parse("11112222333344445555666677778888").unwrap();
    let phrase = speech.value(EN, &Value::Digits(digits));
    assert_eq!(phrase.iter().filter_map(clip).count(), Value::DIGITS);
    assert!(speech.value(EN, &Value::Digits(Digits::EMPTY)).is_empty());
    let english = Speech::load(&[EN], None).unwrap();
    assert_eq!(english.spoken(ES, &Value::Calls(1)), "one call");
}

#[test]
fn values_are_read_as_they_are_written() {
    for wrong in [
        "",
        "number",
        "number -1",
        "digits 55x",
        "time 9",
        "XYZ 1.00",
        "USD 1",
        "USD 1.5",
        "JPY 1.00",
        "USD 99999999.99",
    ] {
        assert_eq!(Value::parse(wrong), None, "{wrong}");
    }
    for currency in Currency::ALL {
        assert_eq!(Currency::parse(currency.code()), Some(currency));
    }
}
