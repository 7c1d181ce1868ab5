//! Reads a table line by line and checks it as a whole.

use crate::{Country, TableError, Template, dial, tone};
use dsp::plan::{ToneDef, TonePlan};
use std::collections::{BTreeMap, BTreeSet};
use types::{dial_plan::DialPlan, frame::Law, tone::Tone};

/// Reads and checks a table. The country's code is the file's name without its ending.
pub fn parse(text: &str, file_name: &str) -> Result<Country, TableError> {
    let mut reader = Reader::default();
    for (n, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            reader.line(line, n + 1).map_err(|what| TableError {
                file: file_name.into(),
                line: n + 1,
                what,
            })?;
        }
    }
    let last = text.lines().count().max(1);
    reader.finish(file_name).map_err(|(line, what)| TableError {
        file: file_name.into(),
        line: line.unwrap_or(last),
        what,
    })
}

/// Reads one line of a table that defines a tone, as [`write`](crate::write()) writes it.
pub fn read(line: &str) -> Result<ToneDef, String> {
    match line.trim().split_once(char::is_whitespace) {
        Some(("tone", rest)) => tone::read(rest.trim(), std::iter::empty()),
        _ => Err("a line is \"tone busy 425 -10dBm0 on 500 off 500\"".into()),
    }
}

#[derive(Default)]
struct Reader {
    country: Option<String>,
    sources: Vec<String>,
    law: Option<Law>,
    /// With the line each stands on.
    tones: Vec<(ToneDef, usize)>,
    numbering: Option<Numbering>,
    codes: BTreeMap<String, Vec<String>>,
    templates: Vec<Template>,
}

/// The most tones, frequencies in them, and rules (lists of codes multiplied) of a table.
const MAX_TONES: usize = 100;
const MAX_HZ: usize = 60;
const MAX_RULES: usize = 4000;

/// What stands in place of rules.
enum Numbering {
    None,
    /// The rules of another table.
    Of(Vec<Template>),
}

/// Tones without which a call cannot be followed.
const NEEDED: [Tone; 4] = [Tone::Dial, Tone::Ringback, Tone::Busy, Tone::Reorder];

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        if rest.is_empty() {
            return Err(format!("nothing follows \"{word}\""));
        }
        match word {
            "country" if self.country.is_some() => return Err("a second country".into()),
            "country" => self.country = Some(rest.into()),
            "source" => self.sources.push(rest.into()),
            "law" if self.law.is_some() => return Err("a second law".into()),
            "law" => self.law = Some(law(rest)?),
            "tone" => {
                let def = tone::read(rest, self.tones.iter().map(|(def, _)| def))?;
                if self.tones.len() == MAX_TONES {
                    return Err(format!("more than {MAX_TONES} tones"));
                }
                self.tones.push((def, number));
                self.count_frequencies()?;
            }
            "numbering" if self.numbering.is_some() => return Err("a second numbering".into()),
            "numbering" => self.numbering = Some(numbering(rest)?),
            "codes" => self.codes(rest)?,
            "dial" => {
                let room = MAX_RULES - self.templates.len();
                self.templates.extend(dial::read(rest, &self.codes, room)?);
            }
            _ => {
                return Err(format!(
                    "\"{word}\" is no line; there are country, source, law, tone, numbering, \
                     codes, dial"
                ));
            }
        }
        Ok(())
    }

    fn count_frequencies(&self) -> Result<(), String> {
        let bursts = self.tones.iter().flat_map(|(def, _)| &def.bursts);
        let hz = bursts.flat_map(|burst| {
            let by = burst.modulation.unwrap_or(0.0);
            let sides = burst
                .freqs()
                .iter()
                .flat_map(move |hz| [hz - by, *hz, hz + by]);
            sides.map(|hz| hz.round() as u32)
        });
        let count = hz.collect::<BTreeSet<u32>>().len();
        if count > MAX_HZ {
            return Err(format!(
                "{count} frequencies with this one; at most {MAX_HZ}"
            ));
        }
        Ok(())
    }

    fn codes(&mut self, rest: &str) -> Result<(), String> {
        let mut words = rest.split_whitespace();
        let name = words.next().unwrap_or_default();
        if name == "area" {
            return Err("{area} is the site's own area code; call the list something else".into());
        }
        let list = self.codes.entry(name.into()).or_default();
        for code in words {
            dial::check_code(code)?;
            if list.iter().any(|known| known == code) {
                return Err(format!("{code} is already in {{{name}}}"));
            }
            list.push(code.into());
        }
        if list.is_empty() {
            return Err(format!("{{{name}}} has no codes"));
        }
        Ok(())
    }

    fn finish(self, file_name: &str) -> Result<Country, (Option<usize>, String)> {
        let missing = |what: &str| (None, format!("there is no {what} line"));
        let name = self.country.ok_or_else(|| missing("country"))?;
        let law = self.law.ok_or_else(|| missing("law"))?;
        if self.sources.is_empty() {
            return Err(missing("source"));
        }
        for needed in NEEDED {
            if !self.tones.iter().any(|(def, _)| def.tone == needed) {
                let tone = tone::name(needed);
                let hint = format!(
                    "there is no tone {tone} line; \
                     if another tone serves, \"tone {tone} same-as busy\""
                );
                return Err((None, hint));
            }
        }
        tell_apart(&self.tones)?;
        let templates = match (self.numbering, self.templates) {
            (None, rules) if rules.is_empty() => {
                let hint = "there is no dial line; if no rule is known, \"numbering none\"";
                return Err((None, hint.into()));
            }
            (None, rules) => rules,
            (Some(_), rules) if !rules.is_empty() => {
                return Err((None, "there are a numbering line and dial lines".into()));
            }
            (Some(Numbering::None), _) => Vec::new(),
            (Some(Numbering::Of(rules)), _) => rules,
        };
        let code = file_name.strip_suffix(".txt").unwrap_or(file_name);
        let mut country = Country {
            code: code.into(),
            tones: TonePlan {
                country: code.split('-').next().unwrap_or(code).into(),
                name: name.clone(),
                source: self.sources.join("; "),
                tones: self.tones.into_iter().map(|(def, _)| def).collect(),
            },
            name,
            law,
            dial_plan: DialPlan::default(),
            templates,
        };
        country.dial_plan = country.dial_plan(None);
        Ok(country)
    }
}

fn numbering(text: &str) -> Result<Numbering, String> {
    if text == "none" {
        return Ok(Numbering::None);
    }
    // A table that takes another's rules is never taken itself: no circle can be built in.
    match crate::load_own(text) {
        Some(rules) => Ok(Numbering::Of(rules)),
        None => Err(format!(
            "\"{text}\" has no dial lines to take; \"none\", or the code of a table that has"
        )),
    }
}

fn law(text: &str) -> Result<Law, String> {
    match text {
        "mu" => Ok(Law::Mu),
        "A" => Ok(Law::A),
        _ => Err(format!("\"{text}\" is no law; there are mu and A")),
    }
}

fn tell_apart(tones: &[(ToneDef, usize)]) -> Result<(), (Option<usize>, String)> {
    for (n, (def, line)) in tones.iter().enumerate() {
        for (other, other_line) in &tones[..n] {
            let known = def.same_as.is_some() || other.same_as.is_some();
            if def.tone != other.tone && !known && def.sounds_like(other) {
                let (one, two) = (tone::name(def.tone), tone::name(other.tone));
                let what = format!(
                    "{one} sounds like {two} of line {other_line}; \
                     if the network has one sound for both, \"tone {one} same-as {two}\""
                );
                return Err((Some(*line), what));
            }
        }
    }
    Ok(())
}
