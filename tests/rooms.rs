//! The rooms of the project and their doors, as data: which room may use which, which outside
//! crates each has let in, and what it never does. A new door is a decision: it is made by
//! changing a table here.

mod source;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use source::Source;

/// A room: its directory, the rooms it may use, the outside crates it has.
struct Room {
    name: &'static str,
    directory: &'static str,
    doors: &'static [&'static str],
    outside: &'static [&'static str],
}

/// Rooms that do not exist yet stand here too, so that they are born with their doors.
const ROOMS: &[Room] = &[
    Room {
        name: "types",
        directory: "src/types",
        doors: &[],
        outside: &["arrayvec", "zeroize"],
    },
    Room {
        name: "dsp",
        directory: "src/dsp",
        doors: &["types"],
        outside: &["arrayvec"],
    },
    Room {
        name: "signaling",
        directory: "src/signaling",
        doors: &["types"],
        outside: &["arrayvec"],
    },
    Room {
        name: "call",
        directory: "src/call",
        doors: &["types"],
        outside: &["arrayvec"],
    },
    Room {
        name: "line",
        directory: "src/line",
        doors: &["types", "dsp", "signaling", "call", "speech"],
        outside: &["arrayvec"],
    },
    Room {
        name: "screening",
        directory: "src/screening",
        doors: &["types"],
        outside: &["arrayvec"],
    },
    Room {
        name: "charging",
        directory: "src/charging",
        doors: &["types"],
        outside: &[],
    },
    Room {
        name: "billing",
        directory: "src/billing",
        doors: &["types"],
        outside: &[],
    },
    Room {
        name: "recording",
        directory: "src/recording",
        doors: &["types"],
        outside: &[],
    },
    Room {
        name: "measure",
        directory: "src/measure",
        doors: &["types", "dsp"],
        outside: &[],
    },
    Room {
        name: "backoffice",
        directory: "src/backoffice",
        doors: &[
            "types",
            "db",
            "screening",
            "charging",
            "billing",
            "recording",
        ],
        outside: &["blake3", "jiff", "thiserror"],
    },
    Room {
        name: "gateways",
        directory: "src/gateways",
        doors: &["types", "billing"],
        outside: &["arrayvec", "serialport"],
    },
    Room {
        name: "admin",
        directory: "src/admin",
        doors: &["types", "backoffice"],
        outside: &[
            "argon2",
            "blake3",
            "form_urlencoded",
            "futures-util",
            "getrandom",
            "hyper",
            "hyper-util",
            "percent-encoding",
            "serde",
            "serde_json",
            "serde_path_to_error",
            "thiserror",
            "tokio",
            "tokio-io-timeout",
            "tower",
            "utoipa",
            "warp",
        ],
    },
    Room {
        name: "drivers",
        directory: "drivers",
        doors: &["types"],
        outside: &["arrayvec", "goertzel-nostd", "nix", "thiserror"],
    },
    Room {
        name: "tonetables",
        directory: "tonetables",
        doors: &["types", "dsp"],
        outside: &["thiserror"],
    },
    Room {
        name: "speech",
        directory: "speech",
        doors: &["types"],
        outside: &["arrayvec", "rust-embed", "thiserror"],
    },
    Room {
        name: "sheets",
        directory: "src/sheets",
        doors: &["types"],
        outside: &["calamine", "csv", "rust_xlsxwriter", "thiserror", "zip"],
    },
    Room {
        name: "db",
        directory: "db",
        doors: &["types"],
        outside: &["heed", "nix", "postcard", "serde", "thiserror"],
    },
];

/// The root package may use every room that is not a tool, and these.
const ROOT_OUTSIDE: &[&str] = &[
    "anyhow",
    "arrayvec",
    "blake3",
    "clap",
    "crossbeam-channel",
    "hound",
    "jiff",
    "libc",
    "mio",
    "nix",
    "rtrb",
    "serde",
    "serde_json",
    "signal-hook",
    "slog",
    "slog-async",
    "slog-json",
    "slog-term",
    "tempfile",
    "thiserror",
    "toml",
];

/// Crates that only tests use: open to the tests of every room.
const TEST_ONLY: &[&str] = &[
    "criterion",
    "goertzel-nostd",
    "hound",
    "insta",
    "proptest",
    "rustfft",
    "serialport",
    "sites",
    "tempfile",
    "toml",
];

/// What the root's tests share with those of the suites.
const ROOT_TESTS: &[&str] = &["suites", "zip"];

/// What a room's product code never names: a word, or a path with `::`. A `!` at its end makes
/// it a macro.
const NEVER: &[(&str, &[&str])] = &[
    (
        "types",
        &[
            "std::fs",
            "std::io",
            "std::net",
            "std::thread",
            "std::time",
            "println!",
        ],
    ),
    (
        "dsp",
        &[
            "std::fs",
            "std::net",
            "std::thread",
            "std::time",
            "dyn Fn",
            "dyn FnMut",
            "Language",
        ],
    ),
    (
        "signaling",
        &[
            "libc",
            "ioctl",
            "std::thread",
            "std::time",
            "Permit",
            "Verdict",
            "HashMap",
        ],
    ),
    (
        "call",
        &[
            "std::time",
            "std::thread",
            "std::fs",
            "std::net",
            "rand",
            "HashMap",
            "HashSet",
        ],
    ),
    (
        "line",
        &[
            "std::thread",
            "std::fs",
            "std::net",
            "std::time",
            "HashMap",
            "HashSet",
        ],
    ),
    (
        "measure",
        &[
            "std::fs",
            "std::io",
            "std::net",
            "std::thread",
            "std::time",
            "HashMap",
        ],
    ),
    (
        "screening",
        &[
            "std::time",
            "std::fs",
            "Instant",
            "SystemTime",
            "Timestamp",
            "f32",
            "f64",
        ],
    ),
    (
        "sheets",
        &["std::fs", "std::net", "std::thread", "std::time"],
    ),
    (
        "charging",
        &[
            "std::time",
            "std::fs",
            "Instant",
            "SystemTime",
            "Timestamp",
            "f32",
            "f64",
        ],
    ),
    (
        "drivers",
        &[
            "thread::sleep",
            "thread::park",
            "Disposition",
            "AnswerEvidence",
        ],
    ),
    (
        "db",
        &[
            "Instant",
            "SystemTime",
            "Timestamp",
            "types::call_record::CallRecord",
        ],
    ),
    (
        "backoffice",
        &[
            "std::thread",
            "std::net",
            "Instant",
            "SystemTime",
            "Timestamp::now",
            "Zoned::now",
        ],
    ),
    ("admin", &["std::thread"]),
    ("sallyport", &["screening::decide", "call::phase"]),
];

fn manifest(directory: &Path) -> Option<toml::Table> {
    let text = fs::read_to_string(directory.join("Cargo.toml")).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|error| panic!("{}: {error}", directory.display())),
    )
}

fn names(manifest: &toml::Table, table: &str) -> BTreeSet<String> {
    let table = manifest.get(table).and_then(toml::Value::as_table);
    table
        .into_iter()
        .flat_map(|table| table.keys().cloned())
        .collect()
}

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

#[test]
fn every_member_of_the_workspace_is_a_room() {
    let root = manifest(source::top()).expect("the root manifest");
    let members = root["workspace"]["members"].as_array().expect("members");
    for member in members {
        let member = member.as_str().expect("a directory");
        let known = ROOMS.iter().any(|room| room.directory == member);
        assert!(
            known || member.starts_with("tools/") || member.starts_with("tests/"),
            "{member} is in no table of tests/rooms.rs"
        );
    }
}

#[test]
fn no_room_has_a_door_that_is_not_in_the_table() {
    let mut wrong = Vec::new();
    for room in ROOMS {
        let Some(manifest) = manifest(&source::top().join(room.directory)) else {
            continue;
        };
        for table in ["dependencies", "build-dependencies"] {
            for name in names(&manifest, table) {
                let name = name.as_str();
                if !room.doors.contains(&name) && !room.outside.contains(&name) {
                    wrong.push(format!("{} -> {name} ({table})", room.name));
                }
            }
        }
        for name in names(&manifest, "dev-dependencies") {
            let name = name.as_str();
            let open = room.doors.contains(&name) || room.outside.contains(&name);
            if !open && !TEST_ONLY.contains(&name) {
                wrong.push(format!("{} -> {name} (in its tests)", room.name));
            }
        }
        if manifest.contains_key("target") {
            wrong.push(format!(
                "{}: [target] tables are not looked into",
                room.name
            ));
        }
    }
    assert!(wrong.is_empty(), "new doors:\n{}", wrong.join("\n"));
}

#[test]
fn the_root_has_only_its_own_doors() {
    let root = manifest(source::top()).expect("the root manifest");
    for name in names(&root, "dependencies") {
        let open = room(&name).is_some() || ROOT_OUTSIDE.contains(&name.as_str());
        assert!(open, "the root package uses {name}: a new door");
    }
    for name in names(&root, "dev-dependencies") {
        let shared = [TEST_ONLY, ROOT_TESTS].concat();
        let open = room(&name).is_some() || shared.contains(&name.as_str());
        assert!(open, "the root's tests use {name}: a new door");
    }
}

#[test]
fn the_doors_form_no_circle() {
    fn reaches(from: &str, to: &str, depth: usize) -> bool {
        assert!(depth <= ROOMS.len(), "a circle through {from}");
        let Some(room) = room(from) else {
            return false;
        };
        room.doors
            .iter()
            .any(|&door| door == to || reaches(door, to, depth + 1))
    }
    for room in ROOMS {
        assert!(
            !reaches(room.name, room.name, 0),
            "{} reaches itself",
            room.name
        );
    }
}

/// The `.rs` files of a room's product, tests and other rooms inside its directory left out.
fn product_files(name: &str) -> Vec<PathBuf> {
    let (directory, inner): (PathBuf, Vec<PathBuf>) = match room(name) {
        Some(room) => (source::top().join(room.directory), Vec::new()),
        None => {
            let rooms = ROOMS.iter().map(|room| source::top().join(room.directory));
            (source::top().join("src"), rooms.collect())
        }
    };
    let files = source::rust_files().into_iter();
    files
        .filter(|path| path.starts_with(&directory))
        .filter(|path| !inner.iter().any(|room| path.starts_with(room)))
        .filter(|path| {
            !source::shown(path)
                .split('/')
                .any(|part| part == "examples")
        })
        .collect()
}

#[test]
fn no_room_does_what_it_never_does() {
    let mut wrong = Vec::new();
    for &(name, forbidden) in NEVER {
        for path in product_files(name) {
            let file = Source::read(&path);
            if file.is_test() {
                continue;
            }
            let code = file.product_code();
            for line in forbidden.iter().flat_map(|word| uses(&code, word)) {
                wrong.push(format!("{name}: {}:{line}", source::shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "forbidden there:\n{}", wrong.join("\n"));
}

/// The lines, with the word, where code names something forbidden.
fn uses(code: &str, forbidden: &str) -> Vec<String> {
    let told = |line: usize| format!("{line} names {forbidden}");
    if forbidden.contains([' ', '!']) {
        let found = code.match_indices(forbidden);
        return found
            .map(|(at, _)| told(source::line_of(code, at)))
            .collect();
    }
    let wanted: Vec<&str> = forbidden.split("::").collect();
    let mut lines = Vec::new();
    for (line, path) in source::paths(code) {
        if path
            .windows(wanted.len())
            .any(|part| part == wanted.as_slice())
        {
            lines.push(told(line));
        }
    }
    lines
}

#[test]
fn the_scan_sees_nested_imports_and_no_comments() {
    let code = "use std::{fmt, time::{Duration, Instant}};\nfn f() { std::fs::read(p) }";
    assert_eq!(uses(code, "std::time").len(), 2);
    assert_eq!(uses(code, "Instant"), ["1 names Instant"]);
    assert_eq!(uses(code, "std::fs"), ["2 names std::fs"]);
    assert!(uses(code, "std::net").is_empty());
}
