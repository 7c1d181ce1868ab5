//! Puts languages, catalogues and recordings together, and refuses what does not fit.

use std::path::Path;

use types::language::Language;

use crate::assets::{Source, catalogue_file};
use crate::catalogue::{self, Catalogue};
use crate::error::SpeechError;
use crate::grammar::{self, Grammar};
use crate::own::{self, Own};
use crate::{Clip, ClipId, Script, Speech, wav};

pub(crate) fn load(
    source: &impl Source,
    languages: &[Language],
    own: Option<&Path>,
) -> Result<Speech, SpeechError> {
    check_choice(source, languages)?;
    let scripts = catalogues(source, languages)?;
    let own = match own {
        Some(directory) => {
            let is_clip = |language, name: &str| has_clip(&scripts, language, name);
            own::read(directory, languages, &source.languages(), is_clip)?
        }
        None => Own::new(),
    };
    record(source, scripts, own)
}

fn check_choice(source: &impl Source, languages: &[Language]) -> Result<(), SpeechError> {
    let known = source.languages();
    let codes: Vec<String> = known.iter().map(Language::to_string).collect();
    let built_in = codes.join(", ");
    if languages.is_empty() {
        return Err(SpeechError::NoLanguage { built_in });
    }
    for (index, &language) in languages.iter().enumerate() {
        if !known.contains(&language) {
            return Err(SpeechError::UnknownLanguage { language, built_in });
        }
        if languages[..index].contains(&language) {
            return Err(SpeechError::LanguageTwice { language });
        }
    }
    Ok(())
}

type Scripts = Vec<(Language, &'static dyn Grammar, Catalogue)>;

fn catalogues(source: &impl Source, languages: &[Language]) -> Result<Scripts, SpeechError> {
    let mut scripts = Scripts::new();
    let mut clips = 0;
    for &language in languages {
        let file = catalogue_file(language);
        let lacks = |problem: &str| SpeechError::CatalogueLacks {
            file: file.clone(),
            problem: problem.to_string(),
        };
        let text = source
            .catalogue(language)
            .ok_or_else(|| lacks("is missing"))?;
        let text = std::str::from_utf8(&text).map_err(|_| lacks("is not UTF-8"))?;
        let grammar = grammar::of(language).ok_or_else(|| lacks("has no grammar"))?;
        let catalogue = catalogue::parse(&file, text, grammar, clips)?;
        // The parser has refused more clips than a u16 can count.
        clips += catalogue.clips.len() as u16;
        scripts.push((language, grammar, catalogue));
    }
    Ok(scripts)
}

fn has_clip(scripts: &Scripts, language: Language, name: &str) -> bool {
    let mut of_language = scripts.iter().filter(|(found, ..)| *found == language);
    of_language.any(|(.., catalogue)| catalogue.clips.iter().any(|clip| clip.name == name))
}

fn record(source: &impl Source, scripts: Scripts, mut own: Own) -> Result<Speech, SpeechError> {
    let mut audio = Vec::new();
    let mut clips: Vec<Clip> = Vec::new();
    let mut finished = Vec::new();
    let mut languages = Vec::new();
    for (language, grammar, catalogue) in scripts {
        let first = clips.len();
        for text in catalogue.clips {
            let own = own.remove(&(language, text.name.clone()));
            let start = audio.len();
            let heard = match (own, text.same_as) {
                (Some(recording), _) => {
                    audio.extend(recording);
                    start..audio.len()
                }
                (None, Some(other)) => clips[first + other].audio.clone(),
                (None, None) => {
                    audio.extend(built_in(source, language, &text.name)?);
                    start..audio.len()
                }
            };
            clips.push(Clip {
                language,
                name: text.name,
                words: text.words,
                spoken: text.spoken,
                audio: heard,
            });
        }
        languages.push(language);
        finished.push(Script {
            prompts: catalogue.prompts,
            grammar,
            by_name: by_name(&clips, first),
        });
    }
    Ok(Speech {
        languages,
        scripts: finished,
        clips,
        audio: audio.into_boxed_slice(),
    })
}

/// The clips from `first` on, in the order of their names.
fn by_name(clips: &[Clip], first: usize) -> Vec<ClipId> {
    // The parser has refused more clips than a u16 can count.
    let mut ids: Vec<ClipId> = (first..clips.len()).map(|id| ClipId(id as u16)).collect();
    ids.sort_by(|a, b| {
        clips[usize::from(a.0)]
            .name
            .cmp(&clips[usize::from(b.0)].name)
    });
    ids
}

fn built_in(source: &impl Source, language: Language, clip: &str) -> Result<Vec<u8>, SpeechError> {
    let Some(file) = source.recording(language, clip) else {
        let clip = clip.to_string();
        return Err(SpeechError::MissingClip { language, clip });
    };
    wav::mulaw(&file).map_err(|fault| SpeechError::Recording {
        file: format!("sets/{language}/{clip}.wav"),
        fault,
    })
}
