//! `sallyport check`: a site file in words, and what to change in it.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::ExitCode,
};

use backoffice::{Rules, SeedTreatments};
use db::pattern::Pattern;
use drivers::dahdi::survey::{Holder, Survey, holders};
use nix::unistd::Uid;
use types::{
    credential::ConfirmBy,
    dial_plan::DialPlan,
    phone_number::PhoneNumber,
    tick::Ticks,
    trunk::{Outpulsing, TrunkSignalling},
};

use crate::{
    control,
    demo::counted,
    site::{Driver, Site, compare, limits, open_to_everybody, without_survey},
};

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
            let notes = notes(&site).into_iter().chain(unrouted(&site));
            let notes = notes
                .chain(unconfirmed(&site))
                .chain(cut_short(&site))
                .chain(nobody_told_apart(&site));
            for note in notes {
                let _ = writeln!(text, "  note: {note}");
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
        "  {}, {}",
        counted(site.lines.len(), "phone"),
        counted(site.trunks.len(), "trunk")
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
        "  an empty database begins with {}, {} and {}",
        counted(defaults.inmates.len(), "inmate"),
        counted(defaults.restricted.len(), "restricted number"),
        counted(defaults.allowed.len(), "allowed number")
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
        Ok(shared) if shared.dial_plan.rules().is_empty() => {}
        Ok(shared) => {
            let never = never_matching(site, &shared.dial_plan);
            // The first of those that are told all at once.
            let told = |error: &anyhow::Error| {
                let error = error.downcast_ref();
                let dialed = matches!(error, Some(backoffice::Error::NeverDialed { .. }));
                dialed && !never.is_empty()
            };
            let filled = site.try_filling(shared.dial_plan.clone());
            let filled = filled.or_else(|error| if told(&error) { Ok(()) } else { Err(error) });
            problems.extend(never);
            if let Err(error) = filled {
                let why = super::causes(&error);
                problems.push(format!(
                    "no empty database can be filled with [defaults]: {why}"
                ));
            }
        }
        Err(error) => problems.push(super::causes(&error)),
    }
    problems.extend(site.obstacles());
    problems.extend(recorded_nowhere(site));
    problems.extend(site.useless_routes());
    problems.extend(site.readers_missing());
    problems.extend(site.unmet.iter().map(ToString::to_string));
    problems
}

/// Parties are told that calls are recorded wherever the rules say so.
fn recorded_nowhere(site: &Site) -> Option<String> {
    let nowhere = site.recordings.is_none() && site.defaults.screening.rules.record;
    nowhere.then(|| {
        "`site.recordings` is not there, and `defaults.record` is true: nothing is recorded, though the \
         parties of each call are told that it is; name a directory, or write record = false"
            .to_owned()
    })
}

/// Entries of tables that no number fits which could be dialed.
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
        .chain(lists.map(|entry| ("inmate.numbers", entry)))
        .chain(treated(&defaults.treatments));
    tables
        .filter(|(_, entry)| !plan.could_make(entry))
        .map(|(table, entry)| {
            format!(
                "`defaults.{table}`: no number of the dial plan of {} fits {entry}: it would never \
                 match; write the whole national number, without what is dialed before it{}",
                site.country,
                beginning(&entry, plan)
            )
        })
        .collect()
}

/// The numbers that treatments name.
fn treated(treatments: &SeedTreatments) -> impl Iterator<Item = (&'static str, String)> {
    let numbers = treatments.numbers.iter();
    let numbers = numbers.map(|(pattern, _)| ("number", pattern.clone()));
    let types = treatments.call_types.iter();
    let types = types.map(|(prefix, _)| ("call_type.prefixes", format!("{prefix}*")));
    let rules = treatments.line_treatments.iter();
    let rules = rules.flat_map(|(_, treatment)| &treatment.rules);
    let rules = rules.flat_map(|rule| rule.numbers.iter().flatten());
    let rules = rules.map(|pattern| ("line_treatment.rule.numbers", pattern.clone()));
    let routes = treatments.routes.iter();
    let routes = routes.flat_map(|(_, route)| route.prefixes.iter().flatten());
    let routes = routes.map(|prefix| ("route.prefixes", format!("{prefix}*")));
    numbers.chain(types).chain(rules).chain(routes)
}

/// The same as a beginning, if numbers have it.
fn beginning(entry: &str, plan: &DialPlan) -> String {
    let open = format!("{entry}*");
    match !entry.ends_with('*') && plan.could_make(&open) {
        true => format!("; {open} fits all that begin with it"),
        false => String::new(),
    }
}

/// What is right, and perhaps not meant: numbers that one table refuses and another lets pass.
fn notes(site: &Site) -> Vec<String> {
    let defaults = &site.defaults;
    let parsed = |text: &String| Pattern::parse(text).ok();
    let restricted: Vec<Pattern> = defaults.restricted.iter().filter_map(parsed).collect();
    let allowed = defaults.allowed.iter();
    let both = allowed.filter_map(|entry| {
        let pattern = parsed(&entry.pattern)?;
        let number = PhoneNumber::parse(&entry.pattern);
        let fits = |other: &&Pattern| {
            **other == pattern || number.is_some_and(|number| other.fits(&number))
        };
        let by = restricted
            .iter()
            .filter(fits)
            .max_by_key(|by| by.specificity())?;
        let wins = wins(
            &defaults.screening.rules,
            pattern.specificity() >= by.specificity(),
        );
        let written = match *by == pattern {
            true => String::new(),
            false => format!(" (as {by})"),
        };
        Some(format!(
            "{pattern} is both restricted{written} and allowed: {wins}"
        ))
    });
    both.collect()
}

/// Which of two entries for one number decides, and by which setting.
fn wins(rules: &Rules, as_specific: bool) -> &'static str {
    let asked = rules.check_restricted || rules.global_block_wins;
    match (asked, rules.allowed_rescues) {
        (false, _) => {
            "with a PIN it may be called, as `check_restricted` and `global_block_wins` are false; at a \
             phone without PINs the restricted table is asked"
        }
        (true, false) => "it is refused, as `allowed_rescues` is false",
        (true, true) if as_specific => "it may be called, as `allowed_rescues` is true",
        (true, true) => "it is refused, as the restricted entry is the more specific",
    }
}

/// Phones whose calls wait for an officer, where none of the file could confirm them. One may be imported.
fn unconfirmed(site: &Site) -> Vec<String> {
    let officers = &site.defaults.officers;
    let wanting = site.defaults.phones.iter().filter_map(|phone| {
        let (can, what) = match phone.identity?.officer {
            ConfirmBy::Nobody => return None,
            ConfirmBy::Card => (officers.iter().any(|of| of.card.is_some()), "with a card"),
            ConfirmBy::Code => (officers.iter().any(|of| of.code.is_some()), "with a code"),
            ConfirmBy::Console | ConfirmBy::Any => (!officers.is_empty(), "at all"),
        };
        let line = phone.line;
        (!can).then(|| {
            format!(
                "each call from line {line} waits for an officer (`officer` in [[defaults.phone]]), and \
                 there is no [[defaults.officer]] {what}: none is placed before `import` brings one"
            )
        })
    });
    wanting.collect()
}

/// Classes that promise more than any call may have.
fn cut_short(site: &Site) -> Option<String> {
    let defaults = &site.defaults;
    let hard = defaults.settings.hard_limit;
    let classes = defaults.classes.iter();
    let longest = classes.flat_map(|class| [class.weekday, class.weekend, class.holiday]);
    let longest = longest.max()?;
    (Ticks::secs(u64::from(longest)) > hard).then(|| {
        let hard = hard.as_secs();
        format!(
            "a [[defaults.class]] allows {longest} s, and no call lasts longer than {hard} s \
             (`hard_limit_seconds` in [defaults]): that is what inmates are told"
        )
    })
}

/// Two persons are to approve, and nobody could be told from another: no contact is approved then. Whoever
/// has the database is who the controller runs as.
fn nobody_told_apart(site: &Site) -> Option<String> {
    if !site.defaults.people.rules.two_persons {
        return None;
    }
    let owner = fs::metadata(&site.data).map(|about| about.uid());
    let account = owner.unwrap_or_else(|_| Uid::effective().as_raw());
    control::tells_nobody(account).map(|why| {
        format!(
            "two_persons_approve in [defaults] wants two persons, and no command will be known as a \
             person's: {why}; no contact will be approved"
        )
    })
}

/// Kinds of calls that routes were forgotten for.
fn unrouted(site: &Site) -> Vec<String> {
    let Ok(shared) = site.shared() else {
        return Vec::new();
    };
    let rules = shared.dial_plan.rules().iter();
    site.without_route(rules.map(|rule| rule.call_type))
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
        for entry in [
            "5550199",
            "1-215-555-0199",
            "555????",
            "900",
            "1900*",
            "+1*",
        ] {
            let problems = found(entry);
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains("never match"), "{problems:?}");
        }
    }

    #[test]
    fn an_entry_that_numbers_can_match_is_right() {
        for entry in [
            "215-555-0198",
            "+44*",
            "900*",
            "215*",
            "???5550199",
            "?*",
            "+4?20*",
        ] {
            assert_eq!(found(entry), [""; 0], "{entry}");
        }
    }
}
