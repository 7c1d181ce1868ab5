//! Reads TOML tables key by key and keeps every mistake with its line, its key and what is
//! allowed there, so that one run of `check` shows them all.

use std::{borrow::Cow, cell::RefCell, collections::HashSet, fmt, hash::Hash, ops::RangeInclusive};

use toml::de::{DeTable, DeValue};
use types::text::{is_id, unseen};

use super::nearest::nearest;

/// One mistake in a site file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Counted from 1; 0 when the whole file is meant.
    pub line: usize,
    /// The key with its tables, such as `trunk[2].signalling`.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = printable(&self.what);
        match (self.line, self.key.is_empty()) {
            (0, _) => f.write_str(&what),
            (line, true) => write!(f, "line {line}: {what}"),
            (line, false) => write!(f, "line {line}: `{}` {what}", printable(&self.key)),
        }
    }
}

/// What the file holds reaches terminals and logs: a control character is shown, not sent.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// The lines of a file and the mistakes found in it so far.
#[derive(Debug)]
pub struct Notes {
    /// Where each line begins.
    lines: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
    unmet: RefCell<Vec<Problem>>,
}

impl Notes {
    pub fn new(text: &str) -> Notes {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Notes {
            lines: std::iter::once(0).chain(after).collect(),
            problems: RefCell::new(Vec::new()),
            unmet: RefCell::new(Vec::new()),
        }
    }

    pub fn add(&self, line: usize, key: impl Into<String>, what: impl Into<String>) {
        self.problems.borrow_mut().push(Problem {
            line,
            key: key.into(),
            what: what.into(),
        });
    }

    /// What a site can run with, though something that is named is not there.
    pub fn unmet(&self, line: usize, key: impl Into<String>, what: impl Into<String>) {
        self.unmet.borrow_mut().push(Problem {
            line,
            key: key.into(),
            what: what.into(),
        });
    }

    /// All of that, in the order of their lines.
    pub fn into_unmet(self) -> Vec<Problem> {
        let mut unmet = self.unmet.into_inner();
        unmet.sort_by_key(|problem| problem.line);
        unmet
    }

    pub fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// All mistakes in the order of their lines.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.extend(self.unmet.into_inner());
        problems.sort_by_key(|problem| problem.line);
        problems
    }

    /// The line, counted from 1, of a place in the text.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset)
    }
}

/// A value and the line it stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed<T> {
    pub value: T,
    pub line: usize,
}

/// One table of the file. Keys that nobody asked for are mistakes, told by [`Section::finish`].
#[derive(Debug)]
pub struct Section<'a> {
    notes: &'a Notes,
    path: String,
    line: usize,
    table: Option<&'a DeTable<'a>>,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The file's outermost table.
    pub fn root(notes: &'a Notes, table: &'a DeTable<'a>) -> Section<'a> {
        Section::new(notes, String::new(), 1, Some(table))
    }

    fn new(
        notes: &'a Notes,
        path: String,
        line: usize,
        table: Option<&'a DeTable<'a>>,
    ) -> Section<'a> {
        Section {
            notes,
            path,
            line,
            table,
            known: Vec::new(),
        }
    }

    pub fn line(&self) -> usize {
        self.line
    }

    pub fn notes(&self) -> &'a Notes {
        self.notes
    }

    /// The full name of a key of this table.
    pub fn path(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    /// Begins to read a key.
    pub fn key(&mut self, key: &'static str) -> Field<'_, 'a> {
        self.known.push(key);
        Field {
            section: self,
            key,
            must: false,
        }
    }

    /// The table under `key`; an empty one when it is absent.
    pub fn table(&mut self, key: &'static str) -> Section<'a> {
        self.known.push(key);
        let path = self.path(key);
        let Some((line, value)) = self.find(key) else {
            return Section::new(self.notes, path, self.line, None);
        };
        let table = value.as_table();
        if table.is_none() {
            let what = format!("must be a table `[{path}]`, not {}", kind(value));
            self.notes.add(line, path.clone(), what);
        }
        Section::new(self.notes, path, line, table)
    }

    /// Whether the file has this key.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Whether this key is a list with nothing in it.
    pub fn is_empty_list(&self, key: &str) -> bool {
        let list = self.find(key).and_then(|(_, value)| value.as_array());
        list.is_some_and(|list| list.iter().next().is_none())
    }

    /// The tables of `[[key]]` in order.
    pub fn tables(&mut self, key: &'static str) -> Vec<Section<'a>> {
        self.known.push(key);
        let path = self.path(key);
        let Some((line, value)) = self.find(key) else {
            return Vec::new();
        };
        let Some(array) = value.as_array() else {
            let what = format!("must be written as `[[{path}]]`, not as {}", kind(value));
            self.notes.add(line, path, what);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (at, item) in array.iter().enumerate() {
            let path = format!("{path}[{}]", at + 1);
            let line = self.notes.line_of(item.span().start);
            match item.get_ref().as_table() {
                Some(table) => sections.push(Section::new(self.notes, path, line, Some(table))),
                None => self.notes.add(line, path, "must be a table"),
            }
        }
        sections
    }

    /// All keys of this table that hold text, for tables whose keys are data.
    pub fn free_texts(&mut self) -> Vec<(String, Placed<String>)> {
        let notes = self.notes;
        let mut entries = Vec::new();
        for (key, value) in self.table.into_iter().flat_map(|table| table.iter()) {
            let line = notes.line_of(key.span().start);
            match value.get_ref().as_str() {
                Some(text) => entries.push((
                    key.get_ref().to_string(),
                    Placed {
                        value: text.to_owned(),
                        line,
                    },
                )),
                None => notes.add(line, self.path(key.get_ref()), "must be text in quotes"),
            }
        }
        self.table = None;
        entries
    }

    /// Notes an entry whose key a table above has too: the later would silently replace it.
    pub fn once<T: Eq + Hash>(&self, key: &str, above: &mut HashSet<T>, value: T, shown: &str) {
        if !above.insert(value) {
            let what = format!("is {shown}, as above: one would replace the other");
            self.notes.add(self.line, self.path(key), what);
        }
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self) {
        for (key, _) in self.table.into_iter().flat_map(|table| table.iter()) {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let line = self.notes.line_of(key.span().start);
            let near = nearest(name, self.known.iter().copied());
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let allowed = self.known.join(", ");
            let what = format!("is not a key here{hint} (allowed: {allowed})");
            self.notes.add(line, self.path(name), what);
        }
    }

    fn find(&self, key: &str) -> Option<(usize, &'a DeValue<'a>)> {
        let (name, value) = self
            .table?
            .iter()
            .find(|(name, _)| *name.get_ref() == key)?;
        Some((self.notes.line_of(name.span().start), value.get_ref()))
    }
}

/// A key about to be read. Each reading gives `None` when the key is absent or wrong; what is
/// wrong has then been noted.
#[derive(Debug)]
pub struct Field<'s, 'a> {
    section: &'s mut Section<'a>,
    key: &'static str,
    must: bool,
}

impl<'a> Field<'_, 'a> {
    /// The key may not be absent.
    pub fn must(mut self) -> Self {
        self.must = true;
        self
    }

    pub fn int(self, allowed: RangeInclusive<u64>) -> Option<u64> {
        Some(self.int_at(allowed)?.value)
    }

    pub fn int_at(self, allowed: RangeInclusive<u64>) -> Option<Placed<u64>> {
        let text = format!(
            "a whole number from {} to {}",
            allowed.start(),
            allowed.end()
        );
        self.read(&text, Quote::Yes, |value| {
            let number = value.as_integer().filter(|number| number.radix() == 10)?;
            let number = number.as_str().parse().ok()?;
            allowed.contains(&number).then_some(number)
        })
    }

    pub fn number(self, allowed: RangeInclusive<f64>) -> Option<f64> {
        let text = format!("a number from {} to {}", allowed.start(), allowed.end());
        let found = self.read(&text, Quote::Yes, |value| {
            let number: f64 = match value {
                DeValue::Integer(whole) => whole.as_str().parse().ok()?,
                DeValue::Float(real) => real.as_str().parse().ok()?,
                _ => return None,
            };
            allowed.contains(&number).then_some(number)
        });
        Some(found?.value)
    }

    pub fn flag(self) -> Option<bool> {
        Some(
            self.read("true or false", Quote::Yes, DeValue::as_bool)?
                .value,
        )
    }

    /// Text of 1 to `longest` characters, none of which moves a terminal's cursor.
    pub fn text(self, longest: usize) -> Option<Placed<String>> {
        let allowed = format!("text of 1 to {longest} printable characters in quotes");
        self.read(&allowed, Quote::Yes, |value| {
            let text = value.as_str()?;
            let fits = (1..=longest).contains(&text.chars().count());
            (fits && unseen(text).is_none()).then(|| text.to_owned())
        })
    }

    /// What somebody is known by, of at most so many characters.
    pub fn id(self, longest: usize) -> Option<Placed<String>> {
        let allowed = format!("1 to {longest} letters A to Z, digits and signs of ASCII in quotes");
        self.read(&allowed, Quote::Yes, |value| {
            let text = value.as_str()?;
            (text.len() <= longest && is_id(text)).then(|| text.to_owned())
        })
    }

    pub fn parsed<T>(self, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Placed<T>> {
        self.read(allowed, Quote::Yes, |value| parse(value.as_str()?))
    }

    /// As `parsed`, for values that no message may show.
    pub fn secret<T>(self, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Placed<T>> {
        self.read(allowed, Quote::No, |value| parse(value.as_str()?))
    }

    pub fn one_of<T: Copy>(self, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<String> = choices
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        let allowed = match names.as_slice() {
            [only] => only.clone(),
            _ => format!("one of {}", names.join(", ")),
        };
        let found = self.read(&allowed, Quote::Yes, |value| {
            let text = value.as_str()?;
            choices
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, choice)| *choice)
        });
        Some(found?.value)
    }

    /// An array of texts, each of which `parse` must take.
    pub fn list<T>(
        self,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<Placed<T>>> {
        let Field { section, key, must } = self;
        let notes = section.notes;
        let Some((line, value)) = section.find(key) else {
            absent(section, key, must, &format!("a list of {allowed}"));
            return None;
        };
        let path = section.path(key);
        let Some(array) = value.as_array() else {
            notes.add(
                line,
                path,
                format!("must be a list in brackets of {allowed}"),
            );
            return None;
        };
        let mut items = Vec::new();
        for item in array.iter() {
            let line = notes.line_of(item.span().start);
            match item.get_ref().as_str().and_then(&parse) {
                Some(value) => items.push(Placed { value, line }),
                None => {
                    let what = format!("has {}; allowed: {allowed}", shown(item.get_ref()));
                    notes.add(line, path.clone(), what);
                }
            }
        }
        Some(items)
    }

    fn read<T>(
        self,
        allowed: &str,
        quote: Quote,
        parse: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Option<Placed<T>> {
        let Field { section, key, must } = self;
        let Some((line, value)) = section.find(key) else {
            absent(section, key, must, allowed);
            return None;
        };
        let parsed = parse(value);
        if parsed.is_none() {
            let what = match quote {
                Quote::Yes => format!("is {}; allowed: {allowed}", shown(value)),
                Quote::No => {
                    format!("has a value that is not allowed (not shown); allowed: {allowed}")
                }
            };
            section.notes.add(line, section.path(key), what);
        }
        Some(Placed {
            value: parsed?,
            line,
        })
    }
}

/// Whether a message may show the value it is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Yes,
    No,
}

fn absent(section: &Section<'_>, key: &str, must: bool, allowed: &str) {
    if must && section.table.is_some() {
        let what = format!("is missing; allowed: {allowed}");
        section.notes.add(section.line, section.path(key), what);
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        other => kind(other).to_owned(),
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
