//! A facility's own recordings: `<directory>/<language>/<clip>.wav`.
//!
//! Every file there must be of use. A misspelled name that were passed over in silence
//! would leave the built-in voice in its place, and nobody would know.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use types::language::Language;

use crate::error::SpeechError;
use crate::wav;

/// mu-law audio by language and clip.
pub(crate) type Own = BTreeMap<(Language, String), Vec<u8>>;

/// Reads the recordings for `languages`; those for another built-in language wait for the
/// day it is used. `is_clip` tells whether a language has a clip of that name.
pub(crate) fn read(
    directory: &Path,
    languages: &[Language],
    built_in: &[Language],
    is_clip: impl Fn(Language, &str) -> bool,
) -> Result<Own, SpeechError> {
    let mut own = Own::new();
    for folder in entries(directory)? {
        let name = name(&folder)?;
        let language = Language::parse(&name).filter(|language| built_in.contains(language));
        let Some(language) = language.filter(|_| folder.is_dir()) else {
            let problem = "is not the directory of a language that is built in";
            return Err(stray(folder, problem));
        };
        if !languages.contains(&language) {
            continue;
        }
        for file in entries(&folder)? {
            let clip = clip_name(&file)?;
            if !is_clip(language, &clip) {
                let problem = format!("language `{language}` has no clip of this name");
                return Err(stray(file, &problem));
            }
            own.insert((language, clip), recording(&file)?);
        }
    }
    Ok(own)
}

fn recording(file: &Path) -> Result<Vec<u8>, SpeechError> {
    // A pipe would be waited for.
    if fs::metadata(file).is_ok_and(|about| !about.is_file()) {
        return Err(stray(file.to_path_buf(), "is no file"));
    }
    let octets = fs::read(file).map_err(|source| unreadable(file, source))?;
    wav::mulaw(&octets).map_err(|fault| SpeechError::Recording {
        file: file.display().to_string(),
        fault,
    })
}

fn clip_name(file: &Path) -> Result<String, SpeechError> {
    match name(file)?.strip_suffix(".wav") {
        Some(clip) => Ok(clip.to_string()),
        None => Err(stray(
            file.to_path_buf(),
            "is no recording: expected <clip>.wav",
        )),
    }
}

/// What is in a directory, in the order of the names so that the same fault is always
/// told first; without the hidden files that file managers leave behind.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, SpeechError> {
    let fault = |source| unreadable(directory, source);
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Result<String, SpeechError> {
    match path.file_name().and_then(|name| name.to_str()) {
        Some(name) => Ok(name.to_string()),
        None => Err(stray(path.to_path_buf(), "has a name that is not UTF-8")),
    }
}

fn stray(path: PathBuf, problem: &str) -> SpeechError {
    let problem = problem.to_string();
    SpeechError::Stray { path, problem }
}

fn unreadable(path: &Path, source: std::io::Error) -> SpeechError {
    let path = path.to_path_buf();
    SpeechError::Unreadable { path, source }
}
