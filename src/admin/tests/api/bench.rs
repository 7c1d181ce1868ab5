//! A back office with a server before it, and a client.

use admin::{Actor, Away, Caller, Desk, House, Server, Work};
use backoffice::{Anchor, BackOffice, Config, Error, Phone, Routing, Seed};
use serde_json::Value;
use std::{
    io::{Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use types::{
    dial_plan::{DialPlan, DialRule},
    digits::Digits,
    id::LineId,
    phone_number::{CallType, DialingPattern},
    right::Rights,
    tick::Tick,
};

pub const NOW: Tick = Tick(8_000_000);

/// Who asks.
pub const WHO: &str = "warden";

/// The back office, on whatever thread asks; what this process may, if it may ask at all.
#[derive(Clone)]
pub struct Office(pub Arc<Mutex<BackOffice>>, Option<Rights>);

impl Desk for Office {
    fn who(&self, caller: Caller) -> Option<Actor> {
        let ours = i32::try_from(std::process::id()).expect("fits");
        assert_eq!(caller.process, ours, "the kernel says whose process it is");
        let name = WHO.to_owned();
        self.1.map(|rights| Actor { name, rights })
    }

    fn change(&self, work: Work) -> Result<(), Away> {
        let mut office = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut office, NOW);
        Ok(())
    }
}

pub struct Bench {
    pub office: Office,
    pub server: Server,
    socket: PathBuf,
    _dir: TempDir,
}

/// Numbers of ten digits after a 1, and those abroad after 011.
fn plan() -> DialPlan {
    let rule = |shape: &str, max, pattern, call_type, strip| DialRule {
        shape: shape.to_owned(),
        min: 11,
        max,
        pattern,
        call_type,
        strip,
        prepend: Digits::EMPTY,
    };
    let abroad = DialingPattern::International;
    DialPlan::new(vec![
        rule("011.", 18, abroad, CallType::International, 3),
        rule(
            "1NXXNXXXXXX",
            11,
            DialingPattern::OnePlus,
            CallType::Local,
            1,
        ),
    ])
}

fn office(dir: &TempDir) -> BackOffice {
    let mut seed = Seed::standard();
    seed.phones = vec![(LineId(1), Phone::standard("B1"))];
    let config = Config {
        site: 7,
        time_zone: "America/New_York".to_owned(),
        dial_plan: plan().into(),
        map_size: 8 << 20,
        durable: true,
        anchor: Anchor {
            tick: NOW,
            utc_ms: 1_795_530_600_000,
        },
        routing: Routing::north_america(),
        seed,
    };
    BackOffice::open(dir.path(), config).expect("opens")
}

pub fn bench() -> Bench {
    bench_of(Some(Rights::all()))
}

/// One whose server lets this process have these rights.
pub fn bench_with(rights: Rights) -> Bench {
    bench_of(Some(rights))
}

/// One whose server takes this process for one that may not ask.
pub fn bench_of_nobody() -> Bench {
    bench_of(None)
}

fn bench_of(may: Option<Rights>) -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let office = office(&dir);
    let view = (*office).clone();
    let office = Office(Arc::new(Mutex::new(office)), may);
    let socket = dir.path().join("api.sock");
    let listener = UnixListener::bind(&socket).expect("listens");
    let house = House::new(Box::new(office.clone()), view);
    Bench {
        office,
        server: Server::start(listener, house).expect("serves"),
        socket,
        _dir: dir,
    }
}

/// What came back.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }

    /// The problem's kind, by its last word, and its field.
    pub fn problem(&self) -> (String, Option<String>) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let told = self.json();
        assert_eq!(told["status"], self.status);
        let kind = told["type"].as_str().expect("a kind");
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        (kind, told["field"].as_str().map(str::to_owned))
    }
}

impl Bench {
    /// One request by a connection of its own; `headers` are whole lines.
    pub fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Got {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n");
        if !body.is_empty() {
            head.push_str("Content-Type: application/json\r\n");
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        read(self.raw(format!("{head}\r\n{body}").as_bytes()))
    }

    pub fn get(&self, path: &str) -> Got {
        self.ask("GET", path, &[], "")
    }

    /// A connection with these octets sent.
    pub fn raw(&self, octets: &[u8]) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).expect("connects");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("is set");
        stream.write_all(octets).expect("is sent");
        stream
    }

    /// Changes something by the back office's own door.
    pub fn change<T>(&self, change: impl FnOnce(&mut BackOffice, Tick) -> Result<T, Error>) -> T {
        let mut office = self.office.0.lock().expect("is whole");
        change(&mut office, NOW).expect("is changed")
    }

    /// What the journal says of this noun: who, and what.
    pub fn journaled(&self, noun: &str) -> Vec<String> {
        let office = self.office.0.lock().expect("is whole");
        let entries = office.journal(0, 1000).expect("reads").into_iter();
        let told = entries.filter(|entry| entry.noun == noun && entry.actor == WHO);
        told.map(|entry| format!("{}: {}", entry.subject, entry.change))
            .collect()
    }
}

/// Reads an answer to its end.
pub fn read(mut stream: UnixStream) -> Got {
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).expect("is answered");
    let text = String::from_utf8(octets).expect("is text");
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    Got {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}
