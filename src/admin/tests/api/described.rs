//! What is described is what is served.

use crate::bench::{Bench, Got, bench};
use serde_json::{Map, Value, json};

fn document(bench: &Bench) -> Value {
    let got = bench.get("/api/v1/openapi.json");
    assert_eq!(got.status, 200);
    got.json()
}

/// Each operation with its method and path.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").iter();
        methods.map(move |(method, what)| (method.to_uppercase(), path.clone(), what.clone()))
    });
    operations.collect()
}

/// A path that there can be, of the examples.
fn example(path: &str, what: &Value) -> String {
    let parameters = what["parameters"].as_array().into_iter().flatten();
    parameters.fold(path.to_owned(), |path, it| {
        let name = it["name"].as_str().expect("a name");
        let example = it["example"].as_str().unwrap_or_default();
        path.replace(&format!("{{{name}}}"), example)
    })
}

/// A value that the schema lets in.
fn sample(schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("object") => {
            let members = schema["properties"].as_object().expect("members").iter();
            Value::Object(
                members
                    .map(|(name, of)| (name.clone(), sample(of)))
                    .collect(),
            )
        }
        Some("array") => json!([]),
        Some("integer") => json!(300),
        Some("boolean") => json!(true),
        _ => json!("12155550123"),
    }
}

#[test]
fn openapi_has_every_route_with_its_places_and_its_right() {
    let bench = bench();
    let document = document(&bench);
    assert_eq!(document["openapi"], "3.1.0");
    let described = operations(&document);
    let index = bench.get("/api/v1").json();
    let listed = index["items"].as_array().expect("a list");
    assert_eq!(described.len(), listed.len());
    for item in listed {
        let of = described
            .iter()
            .find(|(method, path, _)| item["method"] == **method && item["path"] == **path);
        let (method, path, what) = of.unwrap_or_else(|| panic!("{item} is not described"));
        assert_eq!(what["summary"], item["summary"]);
        let right = item["right"].as_str();
        let right = right.map(|right| format!("Takes the right to {right}."));
        assert_eq!(what["description"].as_str(), right.as_deref(), "{path}");
        assert_eq!(what["requestBody"].is_object(), method == "PUT", "{path}");
        let filled = example(path, what);
        assert!(
            !filled.contains('{') && !filled.ends_with('/'),
            "{method} {path}: {filled}"
        );
    }
    let mut ids: Vec<&Value> = described
        .iter()
        .map(|(_, _, it)| &it["operationId"])
        .collect();
    ids.sort_by_key(|id| id.to_string());
    ids.dedup();
    assert_eq!(ids.len(), described.len(), "each has a name of its own");
}

/// All that there must be, and no others.
#[track_caller]
fn has_members(shown: &Value, described: &Value, asked: &str) {
    let shown = shown.as_object().expect("an object");
    let members = described["properties"].as_object().expect("members");
    let unknown = shown.keys().find(|name| !members.contains_key(*name));
    assert_eq!(unknown, None, "{asked}");
    let mut required = described["required"].as_array().into_iter().flatten();
    let missing = required.find(|name| !shown.contains_key(name.as_str().expect("a name")));
    assert_eq!(missing, None, "{asked}");
}

#[track_caller]
fn is_described(what: &Value, got: &Got, asked: &str) {
    let answer = &what["responses"][got.status.to_string()];
    assert!(
        answer.is_object(),
        "{asked}: {} is not described: {got:?}",
        got.status
    );
    let kind = got.header("content-type");
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default());
    let kinds: Vec<&String> = answer["content"]
        .as_object()
        .map(Map::keys)
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(kinds, Vec::from_iter(kind), "{asked}");
    let tagged = answer["headers"]["ETag"].is_object();
    assert_eq!(got.header("etag").is_some(), tagged, "{asked}");
    let shown = &answer["content"]["application/json"]["schema"];
    if shown["type"] == "object" {
        has_members(&got.json(), shown, asked);
    }
}

/// Whatever is sent, what comes is described: its status, its media type, its members.
#[test]
fn every_answer_is_one_that_is_described() {
    let bench = bench();
    let mut met = std::collections::BTreeSet::new();
    for (method, path, what) in operations(&document(&bench)) {
        let path = example(&path, &what);
        let good = sample(&what["requestBody"]["content"]["application/json"]["schema"]);
        let good = if method == "PUT" {
            good.to_string()
        } else {
            String::new()
        };
        let deeply = "[".repeat(10_000);
        let bodies = [
            &good,
            "",
            "{}",
            "[]",
            "null",
            "\u{0}",
            "{\"name\": 7}",
            &deeply,
        ];
        let headers: [&[&str]; 5] = [
            &[],
            &["If-Match: *"],
            &["If-None-Match: *"],
            &["If-Match: \"nobody's\""],
            &["If-Match: *", "If-None-Match: *"],
        ];
        for body in bodies {
            for headers in headers {
                for query in ["", "?what=this"] {
                    let path = format!("{path}{query}");
                    let got = bench.ask(&method, &path, headers, body);
                    let body = body.get(..20).unwrap_or(body);
                    let asked = format!("{method} {path} {headers:?} {body}");
                    is_described(&what, &got, &asked);
                    met.insert(got.status);
                }
            }
        }
    }
    let wanted = [200, 201, 204, 400, 404, 412, 415, 422, 428];
    assert!(wanted.iter().all(|status| met.contains(status)), "{met:?}");
}

#[test]
fn the_page_for_people_has_every_route_and_needs_nothing_from_elsewhere() {
    let bench = bench();
    let got = bench.get("/api/v1/help");
    assert_eq!(got.header("content-type"), Some("text/html; charset=utf-8"));
    for (method, path, what) in operations(&document(&bench)) {
        let head = format!("<b>{method}</b> <code>{path}</code>");
        assert_eq!(got.body.matches(&head).count(), 1, "{head}");
        assert!(
            got.body.contains(what["summary"].as_str().expect("one")),
            "{head}"
        );
    }
    for foreign in ["//", "<script", "style=", "onclick"] {
        assert!(!got.body.contains(foreign), "{foreign}");
    }
    let looks = bench.get("/api/v1/help.css");
    assert_eq!(
        looks.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(!looks.body.contains("url(") && !looks.body.contains("@import"));
    let policy = got.header("content-security-policy").expect("one");
    assert!(policy.contains("style-src 'self'"), "{policy}");
}
