//! `sallyport check`: a site file in words, and what to change in it.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use drivers::dahdi::survey::{Holder, Survey, holders};
use types::{
    dial_plan::{DialPlan, DialRule},
    phone_number::DialingPattern,
    trunk::{Outpulsing, TrunkSignalling},
};

use crate::site::{Driver, Site, compare, limits, open_to_everybody, without_survey};

/// Prints what was found; the exit status says whether the site can run.
pub fn check(file: &Path) -> ExitCode {
    let (text, right) = match Site::load(file) {
        Err(errors) => (format!("{errors}\n"), false),
        Ok(site) => {
            let mut text = description(&site);
            let mut problems = problems(&site);
            if site.driver == Driver::Dahdi {
                cards(&site, &mut text, &mut problems);
            }
            (format!("{text}{}", told(&problems)), problems.is_empty())
        }
    };
    let _ = io::stdout().lock().write_all(text.as_bytes());
    if right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What is in the file, for a person who wrote it.
fn description(site: &Site) -> String {
    let mut text = format!("{}: site {}, {}\n", site.file.display(), site.id, site.name);
    let languages: Vec<&str> = site
        .languages
        .iter()
        .map(|language| language.code())
        .collect();
    let _ = writeln!(
        text,
        "  network of {}, time of {}, prompts in {}",
        site.country,
        site.time_zone_name,
        languages.join(" and ")
    );
    let _ = writeln!(
        text,
        "  {} phones, {} trunks",
        site.lines.len(),
        site.trunks.len()
    );
    for trunk in &site.trunks {
        let profile = &trunk.profile;
        let signalling = match profile.signalling {
            TrunkSignalling::LoopStart => "loop start",
            TrunkSignalling::KewlStart => "loop start with disconnect supervision",
            TrunkSignalling::GroundStart => "ground start",
            TrunkSignalling::EmImmediate { .. } => "E&M immediate start",
            TrunkSignalling::EmWink(_) => "E&M wink start",
            TrunkSignalling::EmDelayDial => "E&M delay dial",
            TrunkSignalling::FeatureGroupD(_) => "E&M feature group D",
            TrunkSignalling::R2(_) => "MFC-R2",
        };
        let outpulsing = match profile.outpulsing {
            _ if matches!(profile.signalling, TrunkSignalling::R2(_)) => "compelled registers",
            _ if matches!(profile.signalling, TrunkSignalling::FeatureGroupD(_)) => {
                "R1 multifrequency"
            }
            Outpulsing::Dtmf => "DTMF",
            Outpulsing::Pulse => "dial pulses",
            Outpulsing::Mf => "R1 multifrequency",
        };
        let only = trunk
            .line
            .map_or(String::new(), |line| format!(", for line {line} alone"));
        let _ = writeln!(
            text,
            "  trunk {}: channel {}, {signalling}, {outpulsing}{only}",
            profile.id, trunk.channel
        );
    }
    let defaults = &site.defaults;
    let _ = writeln!(
        text,
        "  an empty database begins with {} inmates, {} restricted and {} allowed numbers",
        defaults.inmates.len(),
        defaults.restricted.len(),
        defaults.allowed.len()
    );
    text
}

/// The telephone cards and the system.
fn cards(site: &Site, text: &mut String, problems: &mut Vec<String>) {
    match Survey::take() {
        Ok(survey) => {
            let compared = compare(site, &survey, &known(site, holders()));
            for found in &compared.found {
                let _ = writeln!(text, "  {found}");
            }
            problems.extend(compared.problems);
        }
        Err(error) => problems.push(without_survey(&error)),
    }
    problems.extend(open_to_everybody(Path::new("/dev/dahdi")));
    // Prompts that can't be loaded have been told.
    let prompts = site
        .shared()
        .map_or(0, |shared| shared.speech.audio().len());
    problems.extend(limits(site, prompts));
}

/// The controller of this site is known by its database too, whatever file it runs from.
fn known(site: &Site, mut holders: Vec<Holder>) -> Vec<Holder> {
    let controller = db::holder_of(&site.data);
    for holder in &mut holders {
        holder.same_program |= controller == Some(holder.process);
    }
    holders
}

/// What the file's own grammar can't see.
fn problems(site: &Site) -> Vec<String> {
    let mut problems = site.not_yet();
    match site.shared() {
        // Without a dial plan nothing could match; that is already told.
        Ok(shared) if shared.dial_plan.rules.is_empty() => {}
        Ok(shared) => problems.extend(never_matching(site, &shared.dial_plan)),
        Err(error) => problems.push(super::causes(&error)),
    }
    for (what, path) in [
        ("data", Some(&site.data)),
        ("recordings", site.recordings.as_ref()),
    ] {
        if let Some(problem) = path.and_then(|path| not_a_directory(path)) {
            problems.push(format!("`site.{what}`: {problem}"));
        }
    }
    problems
}

/// Entries of tables that are too short or too long for any number that could be dialed.
fn never_matching(site: &Site, plan: &DialPlan) -> Vec<String> {
    let defaults = &site.defaults;
    let restricted = defaults.restricted.iter().cloned();
    let allowed = defaults.allowed.iter().map(|entry| entry.pattern.clone());
    let hours = defaults.time_restricted.iter();
    let hours = hours.map(|window| window.pattern.clone());
    let lists = defaults.inmates.iter().flat_map(|inmate| &inmate.numbers);
    let lists = lists.map(|entry| entry.number.to_string());
    let tables = restricted
        .map(|entry| ("restricted", entry))
        .chain(allowed.map(|entry| ("allowed", entry)))
        .chain(hours.map(|entry| ("hours", entry)))
        .chain(lists.map(|entry| ("inmate.numbers", entry)));
    tables
        .filter(|(_, entry)| !could_match(entry, plan))
        .map(|(table, entry)| {
            format!(
                "`defaults.{table}`: {entry} has {} digits, as no number of {} has: it would \
                 never match; write the whole national number, without what is dialed before it",
                entry.len(),
                site.country
            )
        })
        .collect()
}

fn could_match(entry: &str, plan: &DialPlan) -> bool {
    if entry.starts_with('+') || entry.ends_with('*') {
        return true;
    }
    let national = |rule: &&DialRule| rule.pattern != DialingPattern::International;
    plan.rules.iter().filter(national).any(|rule| {
        let added = rule.prepend.len();
        let length = |dialed: u8| usize::from(dialed.saturating_sub(rule.strip)) + added;
        (length(rule.min)..=length(rule.max)).contains(&entry.len())
    })
}

/// A directory may be missing, because it is made at the first start; a file in its place not.
fn not_a_directory(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(about) if !about.is_dir() => Some(format!("{} is not a directory", path.display())),
        _ => None,
    }
}

fn told(problems: &[String]) -> String {
    if problems.is_empty() {
        return "  nothing to change\n".to_owned();
    }
    problems
        .iter()
        .map(|problem| format!("  to change: {problem}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::site_text;

    fn found(restricted: &str) -> Vec<String> {
        let text = site_text(8).replacen("2155550199", restricted, 1);
        let site = Site::parse(&text, "sample.toml".as_ref()).expect("its form is right");
        problems(&site)
    }

    #[test]
    fn an_entry_that_no_number_can_match_is_told() {
        for entry in ["5550199", "1-215-555-0199", "555????"] {
            let problems = found(entry);
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains("never match"), "{problems:?}");
        }
    }

    #[test]
    fn an_entry_that_numbers_can_match_is_right() {
        for entry in ["215-555-0198", "+44*", "215*", "???5550199"] {
            assert_eq!(found(entry), [""; 0], "{entry}");
        }
    }
}
