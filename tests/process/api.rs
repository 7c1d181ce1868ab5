//! Requests over HTTP beside a running controller.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{Controller, Place, control::done, site};

const START: Duration = Duration::from_secs(20);
const SEVEN: &str = "/api/v1/speed-dials/7";

impl Place {
    fn api(&self) -> PathBuf {
        self.path("database/api.sock")
    }

    /// Status, and what came with it.
    fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = UnixStream::connect(self.api()).expect("a controller");
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: sallyport\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("is answered");
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        let body = serde_json::from_str(body).unwrap_or(Value::Null);
        (
            status.unwrap_or_else(|| panic!("no status: {answer}")),
            body,
        )
    }
}

fn live(place: &Place, log: &str) -> Controller {
    let mut controller = place.start(&["--grace", "0"], log);
    let begun = Instant::now();
    while UnixStream::connect(place.api()).is_err() {
        assert!(controller.is_alive(), "{}", controller.last_words());
        assert!(begun.elapsed() < START, "{}", controller.last_words());
        thread::sleep(Duration::from_millis(20));
    }
    controller
}

#[test]
fn what_a_request_changes_holds_for_calls_at_once_and_after_a_restart() {
    let place = Place::with(&site(&["666666777777"], false));
    let mut controller = live(&place, "run.log");
    let by_code = [
        "explain", "--line", "1", "--inmate", "A-1", "--number", "07",
    ];
    done(&place, &by_code, "speed-dial-not-assigned");
    let (status, made) = place.request("PUT", SEVEN, r#"{"dialed": "02155550100"}"#);
    assert_eq!(
        (status, &made["dialed"]),
        (201, &Value::from("02155550100"))
    );
    done(&place, &by_code, "2155550100");
    done(&place, &["journal"], "stands for 02155550100");
    controller.signal(Signal::SIGTERM);
    assert!(
        controller.wait(START).success(),
        "{}",
        controller.last_words()
    );
    assert!(!place.api().exists(), "the socket goes with its controller");
    let controller = live(&place, "again.log");
    assert_eq!(place.request("GET", SEVEN, ""), (200, made));
    drop(controller);
}

#[test]
fn the_socket_is_its_owners_alone_and_one_that_a_dead_controller_left_is_replaced() {
    let place = Place::with(&site(&["666666777777"], false));
    let mut controller = live(&place, "run.log");
    controller.signal(Signal::SIGKILL);
    controller.wait(START);
    assert!(place.api().exists(), "it could not remove it");
    let _controller = live(&place, "again.log");
    let about = fs::metadata(place.api()).expect("a socket");
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    assert_eq!(place.request("GET", "/api/v1/holidays", "").0, 200);
}

#[test]
fn a_flood_of_requests_delays_no_call() {
    let place = Place::with(&site(&["666666777777"], false));
    let mut controller = live(&place, "run.log");
    // More than there are places: the last ones wait for the first.
    let idle: Vec<UnixStream> = (0..80)
        .filter_map(|_| UnixStream::connect(place.api()).ok())
        .collect();
    thread::sleep(Duration::from_secs(1));
    drop(idle);
    for _ in 0..500 {
        assert_eq!(place.request("GET", "/api/v1/speed-dials", "").0, 200);
    }
    assert!(controller.is_alive());
    let log = controller.log();
    assert!(!log.contains("late-reply"), "{}", controller.last_words());
}
