//! The program as its user meets it: what it prints, and with which exit status it ends.

mod accounts;
mod commands;
mod explain;
mod files;
mod hostile_files;
mod imports;
mod officers;
mod pages;
mod places;
mod settings_page;
mod site_errors;
mod statuses;
mod telling;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The sample site as it is shipped.
const SAMPLE: &str = include_str!("../../src/demo/sample.toml");

/// A directory with a site file in it.
struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    /// Writes the file with the mode a file with PINs must have.
    fn with(text: &str) -> Place {
        let place = Place {
            directory: tempfile::tempdir().expect("a directory"),
        };
        fs::write(place.file(), text).expect("the site file");
        place.mode(0o600);
        place
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("site.toml")
    }

    fn mode(&self, mode: u32) {
        fs::set_permissions(self.file(), fs::Permissions::from_mode(mode)).expect("the mode");
    }

    /// Runs the program with `--site` and this file.
    fn run(&self, command: &[&str]) -> Run {
        let file = self.file();
        let mut arguments = command.to_vec();
        let path = file.to_str().expect("a path that is text").to_owned();
        arguments.extend(["--site", &path]);
        sallyport(&arguments)
    }
}

/// What a run of the program left.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sallyport"))
}

/// A copy of the program for whoever can't reach the directory of the build. By a program of its own: what
/// this one has open to write, a child of another test has open too for a moment, and nothing is run
/// that somebody may write to.
fn copied(to: &Path) {
    let copied = Command::new("cp").arg(program()).arg(to).status();
    assert!(copied.expect("cp").success());
}

fn sallyport(arguments: &[&str]) -> Run {
    let output = Command::new(program())
        .args(arguments)
        .output()
        .expect("the program");
    Run::of(output)
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}
