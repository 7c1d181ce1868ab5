//! What any request meets, whatever it asks for.

use crate::bench::{bench, bench_of_nobody, bench_with, read};
use std::io::{Read as _, Write as _};
use types::right::Rights;

const ALL: &str = "/api/v1/speed-dials";

#[test]
fn what_is_not_there_is_told_as_a_problem() {
    let bench = bench();
    for path in [
        "/",
        "/api",
        "/api/v1/",
        "/api/v2/speed-dials",
        "/api/v1/speed-dials/",
    ] {
        let got = bench.get(path);
        assert_eq!(
            (got.status, got.problem().0.as_str()),
            (404, "not-found"),
            "{path}"
        );
    }
    for path in [
        "/api/v1/../../etc/passwd",
        "/api/v1/speed-dials/..%2f..",
        "/api/v1/speed-dials/%00",
    ] {
        assert_eq!(bench.get(path).status, 404, "{path}");
    }
}

#[test]
fn what_can_be_asked_for_is_told_and_each_of_it_is_there() {
    let bench = bench();
    let told = bench.get("/api/v1").json();
    let items = told["items"].as_array().expect("a list");
    for item in items {
        let (method, path) = (item["method"].as_str(), item["path"].as_str());
        let (method, path) = (method.expect("a method"), path.expect("a path"));
        assert!(
            item["summary"]
                .as_str()
                .is_some_and(|said| said.ends_with('.')),
            "{item}"
        );
        let same = items
            .iter()
            .filter(|it| it["method"] == method && it["path"] == path);
        assert_eq!(same.count(), 1, "{item}");
        // Something of this name is there, or none is; the path is known in any case.
        let got = bench.ask(method, path, &[], "");
        assert_ne!(got.status, 405, "{item}");
    }
    assert!(items.len() > 10, "{told}");
}

#[test]
fn a_method_that_is_not_known_there_is_told_with_those_that_are() {
    let bench = bench();
    for method in ["POST", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        let got = bench.ask(method, ALL, &[], "");
        assert_eq!(
            (got.status, got.header("allow")),
            (405, Some("GET")),
            "{method}"
        );
    }
    let head = bench.ask("HEAD", ALL, &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

/// Of each route the one right that it tells is enough, and no other is.
#[test]
fn each_route_takes_the_right_that_it_tells_and_no_other() {
    let told = bench().get("/api/v1").json();
    let items = told["items"].as_array().expect("a list");
    let rights = |right: &str| {
        let all = Rights::all().iter();
        let fitting = all.filter(|(noun, verb)| format!("{verb} {noun}") == right);
        fitting.fold(Rights::none(), |all, (noun, verb)| all.with(noun, verb))
    };
    let mut rights_told: Vec<&str> = items.iter().filter_map(|it| it["right"].as_str()).collect();
    rights_told.sort_unstable();
    rights_told.dedup();
    assert!(rights_told.len() >= 8, "{told}");
    for own in &rights_told {
        let bench = bench_with(rights(own));
        for item in items {
            let (method, path) = (item["method"].as_str(), item["path"].as_str());
            let (method, path) = (method.expect("a method"), path.expect("a path"));
            let got = bench.ask(method, path, &[], "");
            let may = item["right"].is_null() || item["right"] == *own;
            assert_eq!(got.status != 403, may, "with {own}: {item}: {got:?}");
            if !may {
                assert_eq!(got.problem().0, "not-allowed");
            }
        }
    }
}

#[test]
fn every_answer_says_that_it_is_kept_nowhere_and_runs_nowhere() {
    let bench = bench();
    for path in [ALL, "/nowhere"] {
        let got = bench.get(path);
        assert_eq!(got.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
        let policy = got.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_came() {
    let bench = bench();
    let long = "x".repeat((1 << 20) + 1);
    let got = bench.ask("PUT", "/api/v1/speed-dials/7", &[], &long);
    assert_eq!((got.status, got.problem().0.as_str()), (413, "too-large"));
}

#[test]
fn a_body_of_another_kind_is_refused() {
    let bench = bench();
    let text = "PUT /api/v1/speed-dials/7 HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\
                Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    let got = read(bench.raw(text.as_bytes()));
    assert_eq!((got.status, got.problem().0.as_str()), (415, "not-json"));
}

#[test]
fn a_request_that_can_be_read_in_two_ways_is_not_served() {
    let bench = bench();
    // Two lengths; a length and chunks: what one reader takes for a body another takes for a request.
    for (head, status) in [
        ("Content-Length: 2\r\nContent-Length: 30", 400),
        ("Transfer-Encoding: xchunked", 400),
        // In chunks, of which there is none: no JSON. What follows is nobody's (RFC 9112, 6.1).
        ("Content-Length: 2\r\nTransfer-Encoding: chunked", 422),
    ] {
        let text = format!(
            "PUT /api/v1/speed-dials/7 HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
             {head}\r\n\r\n0\r\n\r\nGET /api/v1/speed-dials HTTP/1.1\r\nHost: here\r\n\
             Connection: close\r\n\r\n"
        );
        let got = read(bench.raw(text.as_bytes()));
        assert_eq!(got.status, status, "{head}");
        assert!(!got.body.contains("HTTP/1.1 200"), "{head}: {}", got.body);
    }
    assert_eq!(bench.journaled("speed-dial"), [""; 0]);
}

#[test]
fn a_head_that_is_too_long_or_has_too_many_lines_is_refused() {
    let bench = bench();
    let mut stream = bench.raw(b"GET /api/v1/speed-dials HTTP/1.1\r\nX-Long: ");
    // Refused while it is sent, and closed.
    let _ = stream.write_all(&[b'x'; 200_000]);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    let many: Vec<String> = (0..100).map(|at| format!("X-{at}: y")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let got = bench.ask("GET", ALL, &many, "");
    assert_eq!(got.status, 431);
}

#[test]
fn a_parameter_that_nothing_here_takes_is_not_passed_over() {
    let bench = bench();
    let got = bench.get("/api/v1/speed-dials?limits=1");
    assert_eq!(got.status, 400);
    let named = Some("limits".to_owned());
    assert_eq!(got.problem(), ("not-readable".to_owned(), named));
}

#[test]
fn whose_process_may_not_ask_gets_no_answer() {
    let bench = bench_of_nobody();
    let mut answer = Vec::new();
    let mut stream = bench.raw(b"");
    // Closed before or after the request is sent.
    let _ = stream.write_all(b"GET /api/v1/speed-dials HTTP/1.1\r\n\r\n");
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(answer, b"");
}

#[test]
fn who_says_nothing_or_half_of_something_loses_the_place() {
    let bench = bench();
    let head = "PUT /api/v1/speed-dials/7 HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\
                Content-Type: application/json\r\n";
    let late = [
        (bench.raw(b""), ""),
        (bench.raw(head.as_bytes()), ""),
        (
            bench.raw(format!("{head}\r\n{{").as_bytes()),
            "HTTP/1.1 400",
        ),
    ];
    for (mut stream, told) in late {
        let mut answer = String::new();
        // The client's own patience is longer than the server's.
        stream.read_to_string(&mut answer).expect("is closed");
        assert!(answer.starts_with(told), "{answer}");
        assert_eq!(answer.is_empty(), told.is_empty(), "{answer}");
    }
    assert_eq!(bench.get(ALL).status, 200);
}

#[test]
fn a_server_that_ends_lets_no_client_wait() {
    let bench = bench();
    let mut resting = bench.raw(b"GET /api/v1/speed-dials HTTP/1.1\r\n");
    drop(bench.server);
    let mut answer = Vec::new();
    let _ = resting.read_to_end(&mut answer);
    assert_eq!(answer, b"", "half a request has no answer");
}
