//! The parser, `--help` and README's table of commands against each other: none may have an option that
//! another has not.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Command, CommandFactory as _};

use super::Cli;

const README: &str = include_str!("../../README.md");
/// What `FILES` stands for in README.
const FILES: &str = "FILES is one of ";

/// An option, with the name of its value where it takes one.
type Opt = (String, Option<String>);
/// By the words of each command.
type Commands = BTreeMap<String, BTreeSet<Opt>>;

/// Every command that is none of commands, as the parser has it.
fn leaves(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
    let mut any = false;
    for below in command.get_subcommands() {
        any = true;
        leaves(below, format!("{words} {}", below.get_name()).trim(), found);
    }
    if !any {
        found.push((words.to_owned(), command.clone()));
    }
}

fn parsed() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    leaves(&Cli::command(), "", &mut found);
    assert!(found.len() > 30, "{found:?}");
    found
}

/// What the parser takes, but for what every command takes.
fn taken(command: &Command) -> BTreeSet<Opt> {
    let own = command.get_arguments().filter_map(|arg| {
        let long = arg.get_long()?.to_owned();
        let value = arg.get_action().takes_values().then(|| {
            let names = arg.get_value_names().expect("a name of its value");
            names[0].to_string()
        });
        Some((long, value))
    });
    own.filter(|(long, _)| !["help", "version", "site"].contains(&long.as_str()))
        .collect()
}

/// `--log LEVEL` and the like in a text.
fn options(text: &str) -> BTreeSet<Opt> {
    let mut parts = text.split("--");
    parts.next();
    let option = |part: &str| {
        let name = |c: char| c.is_ascii_lowercase() || c == '-';
        let end = part.find(|c| !name(c)).unwrap_or(part.len());
        let value = part[end..].strip_prefix(' ').unwrap_or_default();
        let upper = value.find(|c: char| !c.is_ascii_uppercase());
        let value = &value[..upper.unwrap_or(value.len())];
        let value = (!value.is_empty()).then(|| value.to_owned());
        (part[..end].to_owned(), value)
    };
    parts.map(option).collect()
}

/// README's table: each command with its options; what follows without a command is of the last one.
fn documented() -> Commands {
    let line = README.split(FILES).nth(1).expect("what FILES is");
    let files = options(line.split("\n\n").next().expect("a paragraph"));
    let mut commands = Commands::new();
    let table = README.split("\n| command | |\n|---|---|\n").nth(1);
    let table = table.expect("the table").split("\n\n").next();
    for row in table.expect("its rows").lines() {
        let cell = row.trim_start_matches("| ").split(" | ").next();
        let mut of = None;
        for span in cell.expect("a cell").split('`').skip(1).step_by(2) {
            let words: Vec<&str> = span
                .split(' ')
                .take_while(|word| word.bytes().all(|c| c.is_ascii_lowercase()))
                .collect();
            if !words.is_empty() {
                of = Some(words.join(" "));
            }
            let of = of.clone().expect("a row begins with its command");
            let all = commands.entry(of).or_default();
            all.extend(options(span));
            if span.contains(" FILES") {
                all.extend(files.iter().cloned());
            }
        }
    }
    commands
}

#[test]
fn readme_has_every_option_of_every_command_and_no_other() {
    let taken: Commands = parsed()
        .iter()
        .map(|(words, command)| (words.clone(), taken(command)))
        .collect();
    let documented = documented();
    for (words, options) in &taken {
        assert_eq!(documented.get(words), Some(options), "{words}");
    }
    let unknown = documented
        .keys()
        .filter(|words| !taken.contains_key(*words));
    assert_eq!(unknown.count(), 0, "{documented:?}");
}

#[test]
fn help_tells_every_option_with_what_it_does() {
    // What is said of another command's option is true of one.
    let names = |command: &Command| -> Vec<String> {
        let longs = command.get_arguments().filter_map(clap::Arg::get_long);
        longs.map(str::to_owned).collect()
    };
    let mut all: BTreeSet<String> = parsed().iter().flat_map(|(_, it)| names(it)).collect();
    all.insert("help".to_owned());
    for (words, mut command) in parsed() {
        assert!(command.get_about().is_some(), "{words}: what does it do?");
        let help = command.render_long_help().to_string();
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long() else {
                panic!("{words}: {} has no name", arg.get_id());
            };
            let told = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!told.is_empty(), "{words}: what does --{long} do?");
            assert!(!arg.is_hide_set(), "{words}: --{long} is hidden");
            let listed = |line: &str| {
                let mut words = line.split([' ', ',']).filter(|word| !word.is_empty());
                words.any(|word| word == format!("--{long}"))
            };
            assert!(help.lines().any(listed), "{words}: no --{long} in {help}");
        }
        for (long, _) in options(&help) {
            assert!(
                all.contains(&long),
                "{words}: --{long} is told and not taken"
            );
        }
    }
}

/// What holds if nothing is said is in the help too.
#[test]
fn help_tells_what_frequent_lists_if_nothing_is_said() {
    let mut found = parsed()
        .into_iter()
        .filter(|(words, _)| words == "frequent");
    let (_, mut command) = found.next().expect("the command");
    let help = command.render_long_help().to_string();
    for told in [
        "[default: week]",
        "[default: 50]",
        "every number that was asked for",
    ] {
        assert!(help.contains(told), "no {told:?} in {help}");
    }
}
