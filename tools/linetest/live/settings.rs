//! What was learned of a trunk, as a new file: its settings alone, or a copy of the site file in which
//! this trunk has them. No file is ever replaced.
//!
//! The copy is made line by line, so that all else, remarks too, stays as it was; then it is read as
//! the controller reads it, and is given up unless this trunk is what was learned.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process,
};

use measure::release::Learned;
use types::trunk::TrunkSignalling;

use super::{options::Place, station, trouble::Trouble};

/// Writes the file, and says what is in it.
pub(super) fn write(out: &Path, place: &Place, learned: &Learned) -> Result<String, Trouble> {
    let (Some(site), Some(trunk)) = (&place.site, place.trunk) else {
        create(out, &format!("[[trunk]]\n{}", learned.site_file()))?;
        return Ok(format!("{} has these settings", out.display()));
    };
    let text = fs::read_to_string(site)?;
    let Some(copy) = changed(&text, trunk, learned) else {
        return Err(Trouble::Said(format!(
            "{}: the table of trunk {trunk} is not written in lines of its own: write the settings there by \
             hand",
            site.display()
        )));
    };
    create(out, &copy)?;
    if let Err(trouble) = verify(out, trunk, learned) {
        // What can't be read is not left behind; it is ours alone.
        let _ = fs::remove_file(out);
        return Err(trouble);
    }
    Ok(format!(
        "{} is {} with these settings of trunk {trunk}: compare them (diff), then put it in its place",
        out.display(),
        site.display()
    ))
}

/// A file of its own, for its owner alone: a site file may hold PINs.
fn create(out: &Path, text: &str) -> Result<(), Trouble> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(out);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => refusal(out),
        _ => Trouble::File(out.display().to_string(), error),
    })?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Told before a call is placed, not after: its name, that it is there, that it can't be made.
pub(super) fn check(out: &Path) -> Result<(), Trouble> {
    if out.extension().is_none_or(|ending| ending != "toml") {
        let out = out.display();
        return Err(Trouble::Usage(format!(
            "--out {out}: its name must end in .toml"
        )));
    }
    match out.symlink_metadata() {
        Ok(_) => Err(refusal(out)),
        Err(_) => can_be_made(out),
    }
}

/// A file with a name beside it is made and taken away again.
pub(super) fn can_be_made(path: &Path) -> Result<(), Trouble> {
    let beside = beside(path);
    let made = fs::File::create_new(&beside).and_then(|_| fs::remove_file(&beside));
    made.map_err(|error| Trouble::File(path.display().to_string(), error))
}

/// A name of our own in the same directory.
pub(super) fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", process::id()))
}

fn refusal(out: &Path) -> Trouble {
    let out = out.display();
    Trouble::Said(format!(
        "--out {out}: it is there already and stays as it is"
    ))
}

fn verify(out: &Path, id: u16, learned: &Learned) -> Result<(), Trouble> {
    let site = station::site(out)?;
    let wire = site.trunks.iter().find(|wire| wire.profile.id.0 == id);
    let right = wire.is_some_and(|wire| {
        let profile = &wire.profile;
        profile.trust == learned.trust && profile.signalling == learned.signalling
    });
    match right {
        true => Ok(()),
        false => Err(Trouble::Said(
            "the site file can't be copied with these settings: write them there by hand".into(),
        )),
    }
}

/// The text with this trunk's settings; none where its table can't be found.
fn changed(text: &str, id: u16, learned: &Learned) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let table = tables(&lines).find(|table| is_trunk(&lines[table.clone()], id))?;
    let mut out: Vec<String> = Vec::new();
    out.extend(lines[..table.start].iter().map(|line| (*line).to_owned()));
    let mut in_trust = false;
    for line in &lines[table.clone()] {
        if is_header(line) {
            in_trust = header(line) == "[trunk.trust]";
        }
        match key(line) {
            _ if in_trust => {}
            Some("signalling") if is_two_wire(learned.signalling) => {
                out.push(learned.signalling_keys().trim_end().to_owned());
            }
            _ => out.push((*line).to_owned()),
        }
    }
    while out.last().is_some_and(|line| line.trim().is_empty()) {
        out.pop();
    }
    out.push(String::new());
    out.extend(learned.trust_table().lines().map(str::to_owned));
    let rest = &lines[table.end..];
    out.extend(rest.iter().map(|line| (*line).to_owned()));
    Some(out.join("\n") + "\n")
}

/// Of the others the kind is what it was: it was needed to place the call.
fn is_two_wire(signalling: TrunkSignalling) -> bool {
    matches!(
        signalling,
        TrunkSignalling::LoopStart | TrunkSignalling::KewlStart
    )
}

/// Where each `[[trunk]]` stands, with its `[trunk.trust]`.
fn tables(lines: &[&str]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let begins = (0..lines.len()).filter(|&at| header(lines[at]) == "[[trunk]]");
    begins.map(|begin| {
        let after = (begin + 1..lines.len())
            .find(|&at| is_header(lines[at]) && !header(lines[at]).starts_with("[trunk."));
        let mut end = after.unwrap_or(lines.len());
        // Remarks before the next table are its own.
        while end > begin + 1
            && (lines[end - 1].trim().is_empty() || lines[end - 1].starts_with('#'))
        {
            end -= 1;
        }
        begin..end
    })
}

fn is_trunk(table: &[&str], id: u16) -> bool {
    let before_trust = table.iter().skip(1).take_while(|line| !is_header(line));
    before_trust
        .filter(|line| key(line) == Some("id"))
        .any(|line| {
            let value = line.split_once('=').map_or("", |(_, value)| value);
            let value = value.split('#').next().unwrap_or_default().trim();
            value.parse() == Ok(id)
        })
}

fn is_header(line: &str) -> bool {
    line.trim_start().starts_with('[')
}

/// A header without remark and blanks.
fn header(line: &str) -> String {
    let line = line.split('#').next().unwrap_or_default();
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    Some(key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use measure::release::Story;
    use types::{
        edge::{Edge, EdgeAt},
        tick::Tick,
    };

    const SITE: &str = "\
[site]
id = 1 # the first

[[trunk]]
id = 1
channel = 9
signalling = \"loop-start\"

# The one in the corner.
[[trunk]] # second
channel = 10
id = 2 # not 1
signalling = \"loop-start\" # as ordered
guard_seconds = 3

[trunk.trust]
voice = 30

# Simulation.
[sim]
seed = 1
";

    fn learned() -> Learned {
        Story {
            edges: vec![EdgeAt {
                at: Tick(80_500),
                edge: Edge::BatteryLost,
            }],
            hung_up: Tick(80_000),
            ended: Tick(160_000),
            ..Story::new(TrunkSignalling::LoopStart)
        }
        .learn()
    }

    #[test]
    fn one_trunk_is_changed_and_all_else_stays() {
        let copy = changed(SITE, 2, &learned()).expect("a table");
        let trust = learned().trust_table();
        let expected = SITE
            .replace(
                "signalling = \"loop-start\" # as ordered",
                "signalling = \"kewl-start\"",
            )
            .replace("[trunk.trust]\nvoice = 30\n", &trust);
        assert_eq!(copy, expected);
    }

    #[test]
    fn a_trunk_without_a_trust_table_gets_one() {
        let copy = changed(SITE, 1, &learned()).expect("a table");
        let trust = learned().trust_table();
        let begins = format!(
            "[site]\nid = 1 # the first\n\n[[trunk]]\nid = 1\nchannel = 9\nsignalling = \
             \"kewl-start\"\n\n{trust}\n# The one in the corner.\n"
        );
        assert!(copy.starts_with(&begins), "{copy}");
        assert_eq!(changed(SITE, 3, &learned()), None);
    }
}
