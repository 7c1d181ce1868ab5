//! The catalogues and recordings inside the binary.

use std::borrow::Cow;

use rust_embed::RustEmbed;
use types::language::Language;

#[derive(RustEmbed)]
#[folder = "catalogue/"]
struct Catalogues;

#[derive(RustEmbed)]
#[folder = "sets/"]
struct Sets;

/// Where the texts and recordings of the languages come from; tests have their own.
pub(crate) trait Source {
    fn languages(&self) -> Vec<Language>;
    fn catalogue(&self, language: Language) -> Option<Cow<'static, [u8]>>;
    fn recording(&self, language: Language, clip: &str) -> Option<Cow<'static, [u8]>>;
}

pub(crate) struct BuiltIn;

impl Source for BuiltIn {
    fn languages(&self) -> Vec<Language> {
        let code = |file: Cow<'static, str>| Language::parse(file.strip_suffix(".txt")?);
        let mut languages: Vec<Language> = Catalogues::iter().filter_map(code).collect();
        languages.sort();
        languages
    }

    fn catalogue(&self, language: Language) -> Option<Cow<'static, [u8]>> {
        Some(Catalogues::get(&catalogue_file(language))?.data)
    }

    fn recording(&self, language: Language, clip: &str) -> Option<Cow<'static, [u8]>> {
        Some(Sets::get(&format!("{language}/{clip}.wav"))?.data)
    }
}

pub(crate) fn catalogue_file(language: Language) -> String {
    format!("{language}.txt")
}
