//! Rust source as the tests about its form see it: code without comments and text, the lines
//! that are tests, and the paths that are named.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The top of the project.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The path below the top, as messages show it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(top())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// All files of the project: what git knows or would take in.
pub fn files() -> Vec<PathBuf> {
    let listed = std::process::Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(top())
        .output();
    let mut files = match listed {
        Ok(output) if output.status.success() => {
            let names = String::from_utf8(output.stdout).expect("names of files are text");
            let names = names.split('\0').filter(|name| !name.is_empty());
            names
                .map(|name| top().join(name))
                .filter(|path| path.is_file())
                .collect()
        }
        _ => walk(top()),
    };
    files.sort();
    files
}

fn walk(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_file() {
            files.push(path);
        } else if path.is_dir() && name != "target" && name != ".git" {
            files.extend(walk(&path));
        }
    }
    files
}

pub fn rust_files() -> Vec<PathBuf> {
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    files().into_iter().filter(is_rust).collect()
}

/// One source file.
pub struct Source {
    pub path: PathBuf,
    pub text: String,
    /// The text with comments, literals' insides and lifetimes' marks turned into blanks; lines
    /// and columns stay.
    pub code: String,
}

impl Source {
    pub fn read(path: &Path) -> Source {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Source {
            path: path.to_owned(),
            code: blank(&text),
            text,
        }
    }

    /// The numbers, from 1, of the lines inside `#[cfg(test)]` items.
    pub fn test_lines(&self) -> BTreeSet<usize> {
        let mut lines = BTreeSet::new();
        let mut from = 0;
        while let Some(found) = self.code[from..].find("#[cfg(test)]") {
            let start = from + found;
            let end = item_end(&self.code, start);
            lines.extend(line_of(&self.code, start)..=line_of(&self.code, end));
            from = end.max(start + 1);
        }
        lines
    }

    /// Whether the whole file is a test: by its place, or because it is only a module of tests.
    pub fn is_test(&self) -> bool {
        let place = shown(&self.path);
        let parts: Vec<&str> = place.split('/').collect();
        parts.contains(&"tests") || parts.contains(&"benches") || parts.last() == Some(&"tests.rs")
    }

    /// The code without the lines of tests.
    pub fn product_code(&self) -> String {
        let tests = self.test_lines();
        let lines = self.code.lines().enumerate();
        let lines = lines.map(|(at, line)| if tests.contains(&(at + 1)) { "" } else { line });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The line, from 1, of a place.
pub fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|&&c| c == b'\n')
        .count()
}

/// Where the item that begins at `start` ends: its closing brace, or its semicolon.
fn item_end(code: &str, start: usize) -> usize {
    let bytes = code.as_bytes();
    let mut depth = 0_usize;
    let mut brackets = 0_usize;
    for (at, &c) in bytes.iter().enumerate().skip(start) {
        match c {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at,
            b'}' => depth -= 1,
            b';' if depth == 0 && brackets == 0 => return at,
            _ => {}
        }
    }
    bytes.len()
}

/// A function of a file: name, first and last line.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut functions = Vec::new();
    for at in words(code, "fn") {
        let rest = code[at + 2..].trim_start();
        let name: String = rest.chars().take_while(|&c| is_word(c)).collect();
        if name.is_empty() {
            continue;
        }
        let end = item_end(code, at);
        functions.push((name, line_of(code, at), line_of(code, end)));
    }
    functions
}

/// Every place where `word` stands as a word.
pub fn words(code: &str, word: &str) -> Vec<usize> {
    let found = code.match_indices(word);
    let alone = |at: usize| {
        let before = code[..at].chars().next_back().is_none_or(|c| !is_word(c));
        let after = code[at + word.len()..]
            .chars()
            .next()
            .is_none_or(|c| !is_word(c));
        before && after
    };
    found.map(|(at, _)| at).filter(|&at| alone(at)).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every path that the code names, `use` trees taken apart: `std::fs`, with its line.
pub fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut paths = Vec::new();
    let mut rest = code.to_owned();
    for at in words(code, "use") {
        let Some(end) = code[at..].find(';') else {
            continue;
        };
        let tree: String = code[at + 3..at + end]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let line = line_of(code, at);
        expand(&tree, &[], &mut |path| paths.push((line, path)));
        let blanks: String = code[at..at + end]
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect();
        rest.replace_range(at..at + end, &blanks);
    }
    for (at, line) in rest.lines().enumerate() {
        for path in line.split(|c: char| !is_word(c) && c != ':') {
            let parts: Vec<String> = path
                .split("::")
                .map(|part| part.trim_matches(':').to_owned())
                .filter(|part| !part.is_empty())
                .collect();
            if !parts.is_empty() {
                paths.push((at + 1, parts));
            }
        }
    }
    paths
}

fn expand(tree: &str, before: &[String], found: &mut impl FnMut(Vec<String>)) {
    let tree = tree.trim();
    let open = tree.find('{');
    let head = &tree[..open.unwrap_or(tree.len())];
    let mut path = before.to_vec();
    let head = head.split(" as ").next().unwrap_or_default();
    let parts = head
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    path.extend(parts.map(str::to_owned));
    let Some(open) = open else {
        found(path);
        return;
    };
    let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&inside[start..at], &path, found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inside[start..].trim().is_empty() {
        expand(&inside[start..], &path, found);
    }
}

/// Turns comments and the insides of literals into blanks.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = skip_length(rest, code.chars().next_back());
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        for c in rest[..length].chars() {
            match c {
                '\n' => code.push('\n'),
                // One octet for each, so that places in the text and in the code are the same.
                c => code.extend(std::iter::repeat_n(' ', c.len_utf8())),
            }
        }
        rest = &rest[length..];
    }
    code
}

/// How many octets from here are a comment or a literal.
fn skip_length(rest: &str, before: Option<char>) -> usize {
    let bytes = rest.as_bytes();
    match bytes[0] {
        b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
        b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
        b'"' => quoted_length(rest),
        b'r' | b'b' if !before.is_some_and(is_word) => raw_length(rest),
        b'\'' => char_length(rest),
        _ => 0,
    }
}

fn quoted_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"..."`, `r#"..."#`, `br"..."`, `b"..."`, `b'x'`.
fn raw_length(rest: &str) -> usize {
    let body = rest.strip_prefix("br").or(rest.strip_prefix('r'));
    if let Some(body) = body {
        let hashes = body.bytes().take_while(|&c| c == b'#').count();
        if body[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let start = rest.len() - body.len() + hashes + 1;
            return rest[start..]
                .find(&close)
                .map_or(rest.len(), |end| start + end + close.len());
        }
    }
    match rest.strip_prefix('b') {
        Some(body) if body.starts_with('"') => 1 + quoted_length(body),
        Some(body) if body.starts_with('\'') => 1 + char_length(body),
        _ => 0,
    }
}

/// A character's length, or 0 for the mark of a lifetime.
fn char_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => rest[3..].find('\'').map_or(rest.len(), |end| 3 + end + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}
