//! `sallyport check`: a site file in words, and what to change in it.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use types::trunk::{Outpulsing, TrunkSignalling};

use crate::site::Site;

/// Prints what was found; the exit status says whether the site can run.
pub fn check(file: &Path) -> ExitCode {
    let (text, right) = match Site::load(file) {
        Err(errors) => (format!("{errors}\n"), false),
        Ok(site) => {
            let problems = problems(&site);
            (
                format!("{}{}", description(&site), told(&problems)),
                problems.is_empty(),
            )
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
        };
        let outpulsing = match profile.outpulsing {
            Outpulsing::Dtmf => "DTMF",
            Outpulsing::Pulse => "dial pulses",
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

/// What the file's own grammar can't see.
fn problems(site: &Site) -> Vec<String> {
    let mut problems = site.not_yet();
    if let Err(error) = site.shared() {
        problems.push(format!("prompts and tone tables: {error:#}"));
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
