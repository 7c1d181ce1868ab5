//! The tree's own form: what a reviewer would otherwise have to say again and again. Every
//! exception is data with its reason.

mod source;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use source::Source;

/// Lines of a file, tests not counted.
const LONGEST_FILE: usize = 600;
/// Lines of a function, from `fn` to its closing brace.
const LONGEST_FUNCTION: usize = 70;
/// The same in tests, where a story is told from its beginning to its end.
const LONGEST_TEST: usize = 100;
/// Characters of a line of source.
const LONGEST_LINE: usize = 110;
/// Octets of a file that is not audio.
const LARGEST_FILE: u64 = 1 << 20;

/// Files that may break a rule: the rule, the file's path, the reason.
/// A path that ends with `/` is a directory.
/// A path that ends with `/` is a directory.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "dead file",
        "db/values/",
        "declared by the macro `values!`: the compiler asks for each",
    ),
    (
        "long line",
        "db/tests/db/golden.rs",
        "golden bytes: one value a line",
    ),
];

fn excepted(rule: &str, path: &Path) -> bool {
    let path = source::shown(path);
    let holds = |file: &str| match file.ends_with('/') {
        true => path.starts_with(file),
        false => path == file,
    };
    EXCEPTIONS
        .iter()
        .any(|(r, file, _)| *r == rule && holds(file))
}

fn report(rule: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
}

fn sources() -> Vec<Source> {
    source::rust_files()
        .iter()
        .map(|path| Source::read(path))
        .collect()
}

#[test]
fn exceptions_are_still_needed_and_give_a_reason() {
    for (_, file, reason) in EXCEPTIONS {
        assert!(!reason.is_empty(), "{file} has no reason");
    }
    for (_, file, _) in EXCEPTIONS {
        assert!(source::top().join(file).exists(), "{file} is gone");
    }
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let mut wrong = Vec::new();
    for file in sources() {
        if file.is_test() || excepted("long file", &file.path) {
            continue;
        }
        let lines = file.text.lines().count() - file.test_lines().len();
        if lines > LONGEST_FILE {
            wrong.push(format!("{}: {lines} lines", source::shown(&file.path)));
        }
    }
    report(
        &format!("files of more than {LONGEST_FILE} lines without tests"),
        wrong,
    );
}

#[test]
fn no_function_is_longer_than_a_page() {
    let mut wrong = Vec::new();
    for file in sources() {
        let place = source::shown(&file.path);
        let tests = file.test_lines();
        for (name, first, last) in source::functions(&file.code) {
            let lines = last - first + 1;
            let in_test = file.is_test() || tests.contains(&first);
            let most = if in_test {
                LONGEST_TEST
            } else {
                LONGEST_FUNCTION
            };
            if lines > most {
                wrong.push(format!("{place}:{first} {name}: {lines} lines"));
            }
        }
    }
    report(
        &format!("functions of more than {LONGEST_FUNCTION} lines, in tests {LONGEST_TEST}"),
        wrong,
    );
}

#[test]
fn no_line_is_wider_than_a_page() {
    let mut wrong = Vec::new();
    for file in sources() {
        if excepted("long line", &file.path) {
            continue;
        }
        for (at, line) in file.text.lines().enumerate() {
            let width = line.chars().count();
            if width > LONGEST_LINE {
                wrong.push(format!("{}:{}: {width}", source::shown(&file.path), at + 1));
            }
        }
    }
    report(
        &format!("lines of more than {LONGEST_LINE} characters"),
        wrong,
    );
}

/// A note to do something names who will: `TODO(name)`.
#[test]
fn no_work_is_left_to_nobody() {
    let marks: Vec<String> = ["TO", "FIX", "XX"]
        .iter()
        .zip(["DO", "ME", "X"])
        .map(|(a, b)| format!("{a}{b}"))
        .collect();
    let mut wrong = Vec::new();
    for file in sources() {
        for (at, line) in file.text.lines().enumerate() {
            let comment = line.find("//").map_or("", |at| &line[at..]);
            for mark in &marks {
                for found in source::words(comment, mark) {
                    if !comment[found + mark.len()..].starts_with('(') {
                        wrong.push(format!("{}:{}: {mark}", source::shown(&file.path), at + 1));
                    }
                }
            }
        }
    }
    report("work left without an owner", wrong);
}

#[test]
fn no_code_is_commented_out() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (at, line) in file.text.lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("//") else {
                continue;
            };
            if !comment.starts_with(['/', '!']) && looks_like_code(comment.trim()) {
                wrong.push(format!(
                    "{}:{}: {}",
                    source::shown(&file.path),
                    at + 1,
                    line.trim()
                ));
            }
        }
    }
    report("code in comments", wrong);
}

fn looks_like_code(comment: &str) -> bool {
    let starts = [
        "let ", "fn ", "pub ", "use ", "mod ", "return ", "if let ", "impl ", "#[",
    ];
    let statement = starts.iter().any(|start| comment.starts_with(start));
    let ends = comment.ends_with([';', '{', '}']);
    let call = comment.ends_with(");") || comment.ends_with("},");
    (statement && ends) || call
}

#[test]
fn no_source_file_is_dead() {
    let mut reached = BTreeSet::new();
    let all = source::rust_files();
    for path in all.iter().filter(|path| is_crate_root(path)) {
        reach(path, &mut reached);
    }
    let dead = all.iter().filter(|path| !reached.contains(*path));
    let dead = dead.filter(|path| !excepted("dead file", path));
    report(
        "files that no `mod` names",
        dead.map(|path| source::shown(path)).collect(),
    );
}

/// Files that cargo compiles by their place, or because a manifest names them.
fn is_crate_root(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let parent = path.parent().unwrap_or(Path::new(""));
    let place = parent
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let grand = parent.parent().unwrap_or(Path::new(""));
    let grand_name = grand
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let of_package = |place: &str, directory: &Path| {
        let targets = ["tests", "examples", "benches"];
        let package = directory
            .parent()
            .is_some_and(|top| top.join("Cargo.toml").exists());
        targets.contains(&place) && package
    };
    is_named_in_a_manifest(path)
        || (place == "src" && (name == "main.rs" || name == "lib.rs"))
        || of_package(place, parent)
        || (name == "main.rs" && of_package(grand_name, grand))
}

/// Whether the manifest of some directory above has this path in quotes.
fn is_named_in_a_manifest(path: &Path) -> bool {
    path.ancestors()
        .skip(1)
        .take_while(|above| above.starts_with(source::top()))
        .any(|above| {
            let manifest = fs::read_to_string(above.join("Cargo.toml")).unwrap_or_default();
            let below = path.strip_prefix(above).expect("an ancestor").display();
            manifest.contains(&format!("\"{below}\""))
        })
}

/// Follows `mod name;` from one file to the next.
fn reach(path: &Path, reached: &mut BTreeSet<PathBuf>) {
    if !path.exists() || !reached.insert(path.to_owned()) {
        return;
    }
    let file = Source::read(path);
    let parent = path.parent().unwrap_or(Path::new(""));
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let own = stem == "mod" || is_crate_root(path);
    let directory = if own {
        parent.to_owned()
    } else {
        parent.join(stem)
    };
    for named in attribute_paths(&file.text) {
        reach(&parent.join(named), reached);
    }
    for at in source::words(&file.code, "mod") {
        let rest = file.code[at + 3..].trim_start();
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        match rest[name.len()..].trim_start().chars().next() {
            Some(';') => {
                reach(&directory.join(format!("{name}.rs")), reached);
                reach(&directory.join(&name).join("mod.rs"), reached);
            }
            // A module written in place: its own modules are files of a directory of its name.
            Some('{') => {
                for inner in source::words(&file.code, "mod") {
                    let rest = file.code[inner + 3..].trim_start();
                    let inner: String = rest
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    reach(&directory.join(&name).join(format!("{inner}.rs")), reached);
                }
            }
            _ => {}
        }
    }
}

/// The files of `#[path = "..."]`.
fn attribute_paths(text: &str) -> Vec<&str> {
    let attributes = text.split("#[path = \"").skip(1);
    attributes
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn no_large_file_but_audio_is_kept() {
    let mut wrong = Vec::new();
    for path in source::files() {
        let audio = path.extension().is_some_and(|ending| ending == "wav");
        let size = fs::metadata(&path).map_or(0, |about| about.len());
        if size > LARGEST_FILE && !audio && !excepted("large file", &path) {
            wrong.push(format!("{}: {size} octets", source::shown(&path)));
        }
    }
    report("files of more than a mebibyte", wrong);
}

/// What must not get into the tree: places on the machine it was written on. The words are put
/// together here, so that this file does not hold them.
#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let banned: Vec<String> = [
        ("/wo", "rk/"),
        ("../sha", "red"),
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("index.crates", ".io"),
        ("static.crates", ".io"),
        ("pypi", ".org/simple"),
        ("registry.npmjs", ".org"),
    ]
    .iter()
    .map(|(a, b)| format!("{a}{b}"))
    .collect();
    let mut wrong = Vec::new();
    for path in source::files() {
        let audio = path.extension().is_some_and(|ending| ending == "wav");
        if audio || excepted("banned word", &path) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            for word in banned.iter().filter(|word| line.contains(word.as_str())) {
                wrong.push(format!("{}:{}: {word}", source::shown(&path), at + 1));
            }
        }
    }
    report("words that name a machine", wrong);
}

/// The README's feature table, and the lists below it, claim what tests show: each test that they name
/// must be there.
#[test]
fn every_test_that_the_readme_names_is_there() {
    let readme = fs::read_to_string(source::top().join("README.md")).expect("README.md");
    let mut known = BTreeSet::new();
    for file in sources() {
        known.extend(
            source::functions(&file.code)
                .into_iter()
                .map(|(name, _, _)| name),
        );
    }
    let is_row = |line: &&str| {
        let id: Vec<u8> = line.bytes().skip(2).take(2).collect();
        line.starts_with("| ") && id[0].is_ascii_uppercase() && id[1].is_ascii_digit()
    };
    let mut wrong = Vec::new();
    let features = readme.split("\n## Features\n").nth(1).expect("a section");
    let features = features.split("\n## ").next().expect("its text");
    let rows = features
        .lines()
        .filter(|line| line.len() > 4)
        .filter(is_row);
    let rows = rows.count();
    let told =
        |line: &&str| line.starts_with("| ") || line.starts_with("* **") || line.starts_with("  `");
    for line in features.lines().filter(told) {
        for name in line.split('`').skip(1).step_by(2) {
            if name.contains('_') && !known.contains(name) {
                wrong.push(name.to_owned());
            }
        }
    }
    assert!(rows > 60, "the feature table has {rows} rows");
    report("tests that README.md names and nobody wrote", wrong);
}

#[test]
fn the_top_level_is_only_what_was_agreed() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "drivers",
        "tonetables",
        "speech",
        "db",
        "tools",
        "tests",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ];
    let mut wrong = BTreeSet::new();
    for path in source::files() {
        let place = source::shown(&path);
        let top = place.split('/').next().unwrap_or_default().to_owned();
        if !top.starts_with('.') && !allowed.contains(&top.as_str()) {
            wrong.insert(top);
        }
    }
    report("entries of the top level", wrong.into_iter().collect());
}
