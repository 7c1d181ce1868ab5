//! What a builder can get wrong in a catalogue or a set.

use std::borrow::Cow;

use types::language::Language;

use super::{EN, wav};
use crate::assets::{BuiltIn, Source};
use crate::load;

/// The built-in English with a changed catalogue or a lost recording.
struct Altered {
    from: &'static str,
    to: &'static str,
    recording: Option<(&'static str, Option<Vec<u8>>)>,
}

impl Source for Altered {
    fn languages(&self) -> Vec<Language> {
        BuiltIn.languages()
    }

    fn catalogue(&self, language: Language) -> Option<Cow<'static, [u8]>> {
        let text = BuiltIn.catalogue(language)?;
        let text = std::str::from_utf8(&text).unwrap();
        assert!(
            text.contains(self.from),
            "this test is older than the catalogue"
        );
        Some(text.replacen(self.from, self.to, 1).into_bytes().into())
    }

    fn recording(&self, language: Language, clip: &str) -> Option<Cow<'static, [u8]>> {
        match &self.recording {
            Some((name, recording)) if *name == clip => recording.clone().map(Cow::Owned),
            _ => BuiltIn.recording(language, clip),
        }
    }
}

fn altered(from: &'static str, to: &'static str) -> String {
    let source = Altered {
        from,
        to,
        recording: None,
    };
    load::load(&source, &[EN], None).unwrap_err().to_string()
}

#[test]
fn a_clip_without_a_good_recording_is_named() {
    let lost = |recording| {
        let recording = Some(("please_hold", recording));
        let source = Altered {
            from: "",
            to: "",
            recording,
        };
        load::load(&source, &[EN], None).unwrap_err().to_string()
    };
    let missing = "clip `please_hold` of language `en` has no recording: sets/en/please_hold.wav";
    assert_eq!(lost(None), missing);
    let empty = "sets/en/please_hold.wav: is empty: it holds no sample";
    assert_eq!(lost(Some(wav(7, 1, 8000, 8, &[]))), empty);
}

/// What is changed, into what, and what is then said.
const WRONG: &[(&str, &str, &str)] = &[
    ("[clips]", "[clip]", "there is no section [clip]"),
    ("[clips]", "", "a line before the first section"),
    (
        "hang_up: Please",
        "hang_up Please",
        "a line has the form `name: ...`",
    ),
    (
        "hang_up: Please",
        "Hang up: Please",
        "`Hang up` is no clip name",
    ),
    ("goodbye:", "hang_up:", "clip `hang_up` is there twice"),
    (
        "hang_up: Please hang up.",
        "hang_up: | Please",
        "clip `hang_up` has no words",
    ),
    (
        "call_limit:",
        "call_limits:",
        "there is no prompt `call_limits`",
    ),
    (
        "limited_to {seconds}",
        "limit_to {seconds}",
        "there is no clip `limit_to`",
    ),
    (
        "limited_to {seconds}",
        "limited_to",
        "prompt `call_limit` never says {seconds}",
    ),
    (
        "limited_to {seconds}",
        "",
        "prompt `call_limit` says nothing",
    ),
    (
        "limited_to {seconds}",
        "{key}",
        "prompt `call_limit` has nothing for {key}",
    ),
    (
        "limited_to {seconds}",
        "a{seconds}",
        "{seconds} can not be a part of a clip's name",
    ),
    (
        "limited_to {seconds}",
        "{seconds",
        "`{seconds` has no closing brace",
    ),
    (
        "press_{key}",
        "number_{key}s",
        "there is no clip `number_0s`",
    ),
    (
        "{pause 400}",
        "{pause 9000}",
        "`{pause 9000}` is no pause of 1 to 2000 ms",
    ),
];

#[test]
fn a_wrong_catalogue_is_told_with_file_and_line() {
    for &(from, to, problem) in WRONG {
        let error = altered(from, to);
        let (place, found) = error.split_once(": ").unwrap();
        let line = place.strip_prefix("en.txt:").expect(place);
        assert!(line.parse::<usize>().is_ok(), "{error}");
        assert!(found.starts_with(problem), "{error} is not {problem}");
    }
}

#[test]
fn what_a_catalogue_lacks_is_named() {
    for (from, to, problem) in [
        (
            "\nhang_up:",
            "\nhang:",
            "prompt `hang_up` has neither a line in [prompts] nor a clip of its name",
        ),
        (
            "\ncall_limit:",
            "\n#",
            "prompt `call_limit` needs a line that says {seconds}",
        ),
        ("\nnumber_17:", "\n#", "Number(17) needs a clip `number_17`"),
        (
            "\ndollars:",
            "\n#",
            "Money { minor: 0, currency: Usd } needs a clip `dollars`",
        ),
        (
            "\nand:",
            "\n#",
            "Money { minor: 101, currency: Usd } needs a clip `and`",
        ),
        ("\nlast_9:", "\n#", "Digits(\"99\") needs a clip `last_9`"),
        (
            "limited_to {seconds}",
            "limited_to {seconds} {seconds} {seconds} {seconds} {seconds} {seconds} {seconds}",
            "prompt `call_limit` has up to 36 pieces; the limit is 32",
        ),
    ] {
        assert_eq!(altered(from, to), format!("en.txt: {problem}"));
    }
}
