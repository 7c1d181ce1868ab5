//! Where the program runs: a directory with its site file, and the controller that works there.

use std::{
    fs,
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// The program as it was brought along.
pub const PROGRAM: &str = "/job/sallyport";

/// A directory with a site file in it.
#[derive(Debug)]
pub struct Place(PathBuf);

impl Place {
    pub fn new(name: &str, text: &str) -> Place {
        let directory = Path::new("/tmp").join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).expect("a directory");
        let place = Place(directory);
        fs::write(place.file(), text).expect("the site file");
        fs::set_permissions(place.file(), fs::Permissions::from_mode(0o600)).expect("its mode");
        place
    }

    pub fn directory(&self) -> &Path {
        &self.0
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("site.toml")
    }

    pub fn command(&self, command: &[&str]) -> Command {
        let mut program = Command::new(PROGRAM);
        program.args(command).arg("--site").arg(self.file());
        program
    }

    /// Runs a command to its end: its status and all it printed.
    pub fn run(&self, command: &[&str]) -> (Option<i32>, String) {
        ended(&mut self.command(command))
    }

    /// The controller, which runs until it is told to stop.
    pub fn controller(&self) -> Controller {
        let mut command = self.command(&["run", "--grace", "0"]);
        let log = fs::File::create(self.0.join("log")).expect("the log");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(log).spawn().expect("the controller starts");
        Controller {
            child,
            log: self.0.join("log"),
        }
    }
}

/// All files of a directory and those within it.
pub fn files_under(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).map(|path| {
        if path.is_dir() {
            files_under(&path)
        } else {
            vec![path]
        }
    });
    files.flatten().collect()
}

pub fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output = command.stdin(Stdio::null()).output().expect("the program");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (output.status.code(), text)
}

/// A controller at work; killed if it is not stopped.
#[derive(Debug)]
pub struct Controller {
    child: Child,
    log: PathBuf,
}

impl Controller {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        let mut text = String::new();
        let mut file = fs::File::open(&self.log).expect("the log");
        let _ = file.read_to_string(&mut text);
        text
    }

    /// Waits until the log says this.
    pub fn await_log(&self, what: &str, seconds: u64) -> Result<(), String> {
        for _ in 0..seconds * 5 {
            if self.log().contains(what) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(200));
        }
        let log = self.log();
        let last: Vec<&str> = log.lines().rev().take(30).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Err(format!("no {what:?} in its log:\n{}", last.join("\n")))
    }

    /// As a power failure ends it.
    pub fn kill(mut self) -> Result<(), String> {
        self.child.kill().map_err(|error| error.to_string())?;
        let ended = self.child.wait();
        ended.map(drop).map_err(|error| error.to_string())
    }

    pub fn stop(mut self) -> Result<String, String> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").arg(&pid).status();
        told.map_err(|error| format!("it can't be told to stop: {error}"))?;
        for _ in 0..300 {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(self.log()),
                Ok(Some(status)) => return Err(format!("{status}: {}", self.log())),
                _ => thread::sleep(Duration::from_millis(100)),
            }
        }
        Err("it did not stop within 30 s".to_owned())
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
