//! The description of what can be asked for, as a page for people: one file and how it looks, without
//! scripts, so that it can be read where there is no network.

use crate::{openapi, router::Route};
use serde_json::Value;
use std::fmt::Write as _;

pub const LOOKS: &str = include_str!("help.css");

/// The whole page.
pub fn page(routes: &[Route]) -> String {
    let told = serde_json::to_value(openapi::document(routes)).expect("has text keys alone");
    let mut page = Page(String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>sallyport: requests over HTTP</title>\n\
         <link rel=\"stylesheet\" href=\"help.css\">\n</head>\n<body>\n",
    ));
    page.told("h1", "Requests over HTTP");
    page.told("p", word(&told["info"]["description"]));
    let mut tags: Vec<&str> = Vec::new();
    for tag in operations(&told).map(|of| word(&of.what["tags"][0])) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    page.raw("<nav>");
    for tag in &tags {
        let _ = write!(page.0, "<a href=\"#{0}\">{0}</a> ", escaped(tag));
    }
    page.raw("</nav>\n");
    for tag in tags {
        let _ = writeln!(page.0, "<h2 id=\"{0}\">{0}</h2>", escaped(tag));
        for of in operations(&told).filter(|of| of.what["tags"][0] == tag) {
            page.operation(&of);
        }
    }
    page.raw("</body>\n</html>\n");
    page.0
}

/// A method of a path.
struct Of<'d> {
    path: &'d str,
    method: &'d str,
    what: &'d Value,
}

/// In the order of their paths.
fn operations(told: &Value) -> impl Iterator<Item = Of<'_>> {
    let paths = told["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = ["get", "put", "delete"].into_iter();
        methods.filter_map(move |method| {
            let what = item.get(method)?;
            Some(Of { path, method, what })
        })
    })
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// What is between two backticks stands as it is sent.
    fn told(&mut self, element: &str, text: &str) {
        let _ = write!(self.0, "<{element}>");
        for (at, part) in text.split('`').enumerate() {
            let part = escaped(part);
            let _ = match at % 2 {
                0 => write!(self.0, "{part}"),
                _ => write!(self.0, "<code>{part}</code>"),
            };
        }
        let _ = writeln!(self.0, "</{element}>");
    }

    fn operation(&mut self, Of { path, method, what }: &Of<'_>) {
        let method = method.to_uppercase();
        self.raw("<section>\n");
        let path = escaped(path);
        let _ = writeln!(self.0, "<h3><b>{method}</b> <code>{path}</code></h3>");
        self.told("p", word(&what["summary"]));
        if let Some(right) = what["description"].as_str() {
            self.told("p", right);
        }
        let parameters = what["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|it| {
            let wanted = it["required"] == true;
            [
                word(&it["name"]).to_owned(),
                format!(
                    "in the {}{}",
                    word(&it["in"]),
                    if wanted { "" } else { ", may be left out" }
                ),
                word(&it["description"]).to_owned(),
            ]
        });
        self.table("Where", parameters.collect());
        let body = &what["requestBody"]["content"]["application/json"]["schema"];
        self.table("Body", members(body));
        let answers = what["responses"].as_object().into_iter().flatten();
        for (status, answer) in answers.clone() {
            let shown = &answer["content"]["application/json"]["schema"];
            let of = match shown["properties"].get("items") {
                Some(items) => &items["items"],
                None => shown,
            };
            let title = format!("Shown with {status}");
            self.table(&title, members(of));
        }
        let told = answers.map(|(status, answer)| {
            let told = word(&answer["description"]).to_owned();
            [status.clone(), told, String::new()]
        });
        self.table("Answers", told.collect());
        self.raw("</section>\n");
    }

    fn table(&mut self, title: &str, rows: Vec<[String; 3]>) {
        if rows.is_empty() {
            return;
        }
        self.raw("<table>\n");
        self.told("caption", title);
        for [name, kind, what] in rows {
            let (name, kind, what) = (escaped(&name), escaped(&kind), escaped(&what));
            let row = format!("<tr><th>{name}</th><td>{kind}</td><td>{what}</td></tr>\n");
            self.raw(&row);
        }
        self.raw("</table>\n");
    }
}

/// Each member of an object: its name, what it can be, and what it is.
fn members(schema: &Value) -> Vec<[String; 3]> {
    let members = schema["properties"].as_object().into_iter().flatten();
    let member = |(name, of): (&String, &Value)| {
        let mut required = schema["required"].as_array().into_iter().flatten();
        let left_out = match required.any(|it| it == name.as_str()) {
            true => "",
            false => ", may be left out",
        };
        let kind = format!("{}{left_out}", kind(of));
        [name.clone(), kind, word(&of["description"]).to_owned()]
    };
    members.map(member).collect()
}

/// Such as `integer, 1 to 5`, `array of string`.
fn kind(schema: &Value) -> String {
    let mut kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
        of => word(of).to_owned(),
    };
    if schema["items"].is_object() {
        kind = format!("{kind} of {}", self::kind(&schema["items"]));
    }
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(least), Value::Number(most)) => format!("{kind}, {least} to {most}"),
        _ => kind,
    }
}
