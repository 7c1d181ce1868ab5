//! Reads a catalogue (the format is told in the crate's documentation) and resolves every
//! name in it, so that a phrase is made later by looking up, without anything left to fail.

use std::collections::BTreeMap;

use crate::error::SpeechError;
use crate::grammar::{self, Grammar};
use crate::kind::{Kind, Slot};
use crate::{ClipId, PHRASE_MAX};

/// One language, resolved.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) clips: Vec<ClipText>,
    /// By `Kind as usize`.
    pub(crate) prompts: Vec<Vec<Step>>,
}

#[derive(Debug)]
pub(crate) struct ClipText {
    pub(crate) name: String,
    pub(crate) words: String,
    /// The same as the voice reads it.
    pub(crate) spoken: String,
    /// The clip that is heard where this one has no recording of its own, in the same list.
    pub(crate) same_as: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Clip(ClipId),
    /// `press_{key}`: the clip for each number that may stand there.
    Number(Slot, Vec<ClipId>),
    Carrier {
        intra_lata: ClipId,
        inter_lata: ClipId,
    },
    Duration,
    Calls,
    Name,
    Pause(u16),
}

/// Where a line is, for its error.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    line: usize,
}

impl Place<'_> {
    fn error(&self, problem: impl Into<String>) -> SpeechError {
        SpeechError::Catalogue {
            file: self.file.to_string(),
            line: self.line,
            problem: problem.into(),
        }
    }
}

/// The names of a language's clips; ids are global, counted from the language's first.
type ClipNames<'a> = BTreeMap<&'a str, ClipId>;

/// Parses the catalogue `text` of `file`, whose first clip gets the id `first`.
pub(crate) fn parse(
    file: &str,
    text: &str,
    grammar: &dyn Grammar,
    first: u16,
) -> Result<Catalogue, SpeechError> {
    let sections = Sections::split(file, text)?;
    let clips = clips(&sections.clips)?;
    let names = clip_names(file, &clips, first)?;
    let prompts = prompts(file, &sections.prompts, &names)?;
    let find = |name: &str| names.get(name).copied();
    let lacks = |problem| SpeechError::CatalogueLacks {
        file: file.to_string(),
        problem,
    };
    grammar::check(grammar, &find).map_err(lacks)?;
    check_lengths(&prompts, grammar::longest_duration(grammar, &find)).map_err(lacks)?;
    Ok(Catalogue { clips, prompts })
}

/// A line of a section: where, what stands before the colon, and after it.
type Line<'a> = (Place<'a>, &'a str, &'a str);

#[derive(Default)]
struct Sections<'a> {
    clips: Vec<Line<'a>>,
    prompts: Vec<Line<'a>>,
}

impl<'a> Sections<'a> {
    fn split(file: &'a str, text: &'a str) -> Result<Sections<'a>, SpeechError> {
        let mut sections = Sections::default();
        let mut current = None;
        for (index, line) in text.lines().enumerate() {
            let (line, number) = (line.trim(), index + 1);
            let place = Place { file, line: number };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with('[') {
                current = Some(match line {
                    "[clips]" => &mut sections.clips,
                    "[prompts]" => &mut sections.prompts,
                    _ => return Err(place.error(format!("there is no section {line}"))),
                });
                continue;
            }
            let Some(section) = &mut current else {
                return Err(place.error("a line before the first section"));
            };
            let Some((head, body)) = line.split_once(':') else {
                return Err(place.error("a line has the form `name: ...`"));
            };
            section.push((place, head.trim(), body.trim()));
        }
        Ok(sections)
    }
}

fn clips(lines: &[Line<'_>]) -> Result<Vec<ClipText>, SpeechError> {
    let mut clips: Vec<ClipText> = Vec::with_capacity(lines.len());
    for &(place, name, body) in lines {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || !name.chars().all(legal) {
            return Err(place.error(format!(
                "`{name}` is no clip name: letters a-z, digits and _ only"
            )));
        }
        if clips.iter().any(|clip| clip.name == name) {
            return Err(place.error(format!("clip `{name}` is there twice")));
        }
        let mut same_as = None;
        let mut body = body;
        if let Some(other) = body.strip_prefix('=').map(str::trim) {
            let at = clips.iter().position(|clip| clip.name == other);
            let unknown = || place.error(format!("there is no clip `{other}` before this one"));
            let at = at.ok_or_else(unknown)?;
            same_as = Some(at);
            body = lines[at].2;
        }
        // After a bar stands how the words are written for the voice.
        let (words, spoken) = body.split_once('|').unwrap_or((body, body));
        let (words, spoken) = (words.trim(), spoken.trim());
        if words.is_empty() {
            return Err(place.error(format!("clip `{name}` has no words")));
        }
        clips.push(ClipText {
            name: name.to_string(),
            words: words.to_string(),
            spoken: spoken.to_string(),
            same_as,
        });
    }
    Ok(clips)
}

fn clip_names<'a>(
    file: &str,
    clips: &'a [ClipText],
    first: u16,
) -> Result<ClipNames<'a>, SpeechError> {
    let mut names = ClipNames::new();
    for (index, clip) in clips.iter().enumerate() {
        let id =
            u16::try_from(usize::from(first) + index).map_err(|_| SpeechError::CatalogueLacks {
                file: file.to_string(),
                problem: format!("more than {} clips in all languages together", u16::MAX),
            })?;
        names.insert(&clip.name, ClipId(id));
    }
    Ok(names)
}

fn prompts(
    file: &str,
    lines: &[Line<'_>],
    names: &ClipNames<'_>,
) -> Result<Vec<Vec<Step>>, SpeechError> {
    let mut found: Vec<Option<Vec<Step>>> = vec![None; Kind::ALL.len()];
    for &(place, name, body) in lines {
        let Some(kind) = Kind::parse(name) else {
            return Err(place.error(format!("there is no prompt `{name}`")));
        };
        let steps = prompt_steps(place, kind, body, names)?;
        if found[kind as usize].replace(steps).is_some() {
            return Err(place.error(format!("prompt `{name}` is there twice")));
        }
    }
    let complete = |(kind, steps): (&Kind, Option<Vec<Step>>)| match steps {
        Some(steps) => Ok(steps),
        None => own_clip(file, *kind, names),
    };
    Kind::ALL.iter().zip(found).map(complete).collect()
}

/// A prompt without a line of its own is the clip of its name.
fn own_clip(file: &str, kind: Kind, names: &ClipNames<'_>) -> Result<Vec<Step>, SpeechError> {
    let lacks = |problem| SpeechError::CatalogueLacks {
        file: file.to_string(),
        problem,
    };
    let name = kind.name();
    if let Some(slot) = kind.slots().first() {
        let problem = format!("prompt `{name}` needs a line that says {{{}}}", slot.name());
        return Err(lacks(problem));
    }
    match names.get(name) {
        Some(&clip) => Ok(vec![Step::Clip(clip)]),
        None => Err(lacks(format!(
            "prompt `{name}` has neither a line in [prompts] nor a clip of its name"
        ))),
    }
}

fn prompt_steps(
    place: Place<'_>,
    kind: Kind,
    body: &str,
    names: &ClipNames<'_>,
) -> Result<Vec<Step>, SpeechError> {
    let mut steps = Vec::new();
    let mut filled = Vec::new();
    for token in tokens(body) {
        let token = Token::parse(place, token)?;
        let slot = token.slot(place, kind)?;
        steps.push(token.resolve(place, slot, names)?);
        filled.extend(slot);
    }
    if steps.is_empty() {
        return Err(place.error(format!("prompt `{}` says nothing", kind.name())));
    }
    if let Some(slot) = kind.slots().iter().find(|slot| !filled.contains(slot)) {
        return Err(place.error(format!(
            "prompt `{}` never says {{{}}}",
            kind.name(),
            slot.name()
        )));
    }
    Ok(steps)
}

/// Splits at white space outside braces: `{pause 120}` is one token.
fn tokens(body: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    body.split(move |c: char| {
        inside = c == '{' || inside && c != '}';
        c.is_whitespace() && !inside
    })
    .filter(|token| !token.is_empty())
}

/// One word of a sequence: a clip, or `before{braces}after`.
struct Token<'a> {
    before: &'a str,
    braces: Option<&'a str>,
    after: &'a str,
}

impl<'a> Token<'a> {
    fn parse(place: Place<'_>, token: &'a str) -> Result<Token<'a>, SpeechError> {
        let (before, rest) = token.split_once('{').unwrap_or((token, ""));
        let (braces, after) = match rest.split_once('}') {
            Some((braces, after)) => (Some(braces), after),
            None if token.contains('{') => {
                return Err(place.error(format!("`{token}` has no closing brace")));
            }
            None => (None, ""),
        };
        if after.contains(['{', '}']) || before.contains('}') {
            return Err(place.error(format!("`{token}` has more than one pair of braces")));
        }
        Ok(Token {
            before,
            braces,
            after,
        })
    }

    /// Whether the braces stand alone, rather than within a clip's name.
    fn alone(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// The clip that the token names when its braces hold `value`.
    fn clip(
        &self,
        place: Place<'_>,
        value: impl std::fmt::Display,
        names: &ClipNames<'_>,
    ) -> Result<ClipId, SpeechError> {
        let name = match self.braces {
            Some(_) => format!("{}{value}{}", self.before, self.after),
            None => self.before.to_string(),
        };
        match names.get(name.as_str()) {
            Some(&clip) => Ok(clip),
            None => Err(place.error(format!("there is no clip `{name}`"))),
        }
    }

    fn pause(&self, place: Place<'_>) -> Result<Option<u16>, SpeechError> {
        let Some(milliseconds) = self.braces.and_then(|braces| braces.strip_prefix("pause "))
        else {
            return Ok(None);
        };
        match milliseconds.trim().parse::<u16>() {
            Ok(ms) if (1..=PAUSE_MAX_MS).contains(&ms) && self.alone() => Ok(Some(ms)),
            _ => Err(place.error(format!(
                "`{{pause {milliseconds}}}` is no pause of 1 to {PAUSE_MAX_MS} ms"
            ))),
        }
    }

    fn slot(&self, place: Place<'_>, kind: Kind) -> Result<Option<Slot>, SpeechError> {
        match self.braces {
            None => Ok(None),
            Some(braces) if braces.starts_with("pause ") => Ok(None),
            Some(braces) => match Slot::parse(braces) {
                Some(slot) if kind.slots().contains(&slot) => Ok(Some(slot)),
                _ => {
                    let name = kind.name();
                    Err(place.error(format!("prompt `{name}` has nothing for {{{braces}}}")))
                }
            },
        }
    }

    fn resolve(
        &self,
        place: Place<'_>,
        slot: Option<Slot>,
        names: &ClipNames<'_>,
    ) -> Result<Step, SpeechError> {
        if let Some(ms) = self.pause(place)? {
            return Ok(Step::Pause(ms));
        }
        match slot {
            None => Ok(Step::Clip(self.clip(place, "", names)?)),
            Some(Slot::Seconds) if self.alone() => Ok(Step::Duration),
            Some(Slot::Calls) if self.alone() => Ok(Step::Calls),
            Some(Slot::Name) if self.alone() => Ok(Step::Name),
            Some(Slot::Carrier) if self.alone() => {
                let named = |name| Token::parse(place, name)?.clip(place, "", names);
                Ok(Step::Carrier {
                    intra_lata: named("carrier")?,
                    inter_lata: named("carrier_interlata")?,
                })
            }
            Some(slot @ (Slot::Seconds | Slot::Calls | Slot::Name | Slot::Carrier)) => {
                let name = slot.name();
                Err(place.error(format!("{{{name}}} can not be a part of a clip's name")))
            }
            Some(slot @ (Slot::Key | Slot::Accept | Slot::Refuse | Slot::Choice)) => {
                let clips = slot.range().map(|number| self.clip(place, number, names));
                Ok(Step::Number(slot, clips.collect::<Result<_, _>>()?))
            }
        }
    }
}

/// A longer silence sounds like a lost call.
const PAUSE_MAX_MS: u16 = 2000;

fn check_lengths(prompts: &[Vec<Step>], longest_duration: usize) -> Result<(), String> {
    for (kind, steps) in Kind::ALL.iter().zip(prompts) {
        let pieces = steps.iter().map(|step| match step {
            // A count of calls is half a duration.
            Step::Duration | Step::Calls => longest_duration,
            _ => 1,
        });
        let pieces: usize = pieces.sum();
        if pieces > PHRASE_MAX {
            return Err(format!(
                "prompt `{}` has up to {pieces} pieces; the limit is {PHRASE_MAX}",
                kind.name()
            ));
        }
    }
    Ok(())
}
