//! Compares the structures and the numbers of the driver's calls with DAHDI's own header, by what
//! the C compiler makes of it. Runs on the host, for the header that the guest's modules were
//! built with.

use crate::tally::{Tally, ensure};
use drivers::dahdi::ioctl::*;
use nix::libc::c_int;
use std::{collections::BTreeMap, fs, path::Path, process::Command};

struct Structure {
    name: &'static str,
    of: &'static str,
    size: usize,
    fields: &'static [(&'static str, usize, usize)],
}

struct Call {
    name: &'static str,
    number: u64,
}

include!(concat!(env!("OUT_DIR"), "/driver.rs"));

/// What the C compiler says: the sizes of structures, where each field begins and ends, and the
/// calls by number.
#[derive(Default)]
struct Header {
    sizes: BTreeMap<String, usize>,
    fields: BTreeMap<String, Vec<(usize, usize)>>,
    calls: BTreeMap<u64, String>,
}

/// `include` is where `dahdi/user.h` lies.
pub fn run(tally: &mut Tally, include: &str) {
    let header = match read_header(Path::new(include)) {
        Ok(header) => header,
        Err(error) => return tally.note("the header is read", &Err(error)),
    };
    for structure in STRUCTURES {
        let name = format!("layout of {} is that of {}", structure.name, structure.of);
        tally.note(&name, &lies_the_same(structure, &header));
    }
    for call in CALLS {
        let of = header.calls.get(&call.number);
        let theirs = of.map_or("a call of DAHDI", String::as_str);
        let name = format!("number of {} is that of {theirs}", call.name);
        let what = format!("{:#x} is none", call.number);
        tally.note(&name, &of.map(drop).ok_or(what));
    }
}

/// The same size, and each of our fields begins and ends where one of theirs does: one of ours may
/// stand for some of theirs.
fn lies_the_same(structure: &Structure, header: &Header) -> Result<(), String> {
    let size = header.sizes.get(structure.of);
    ensure!(
        size == Some(&structure.size),
        "its size is {}, the header's {size:?}",
        structure.size
    );
    let theirs = &header.fields[structure.of];
    for &(field, offset, size) in structure.fields {
        let begins = theirs.iter().any(|t| t.0 == offset);
        let ends = theirs.iter().any(|t| t.1 == offset + size);
        ensure!(begins && ends, "{field} lies at {offset}, {size} octets");
    }
    ensure!(!structure.fields.is_empty(), "no fields");
    Ok(())
}

fn read_header(include: &Path) -> Result<Header, String> {
    let path = include.join("dahdi/user.h");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut source = String::from("#include <stdio.h>\n#include <stddef.h>\n");
    source += "#include <dahdi/user.h>\nint main(void) {\n";
    for structure in STRUCTURES {
        let of = structure.of;
        source += &format!("printf(\"size {of} %zu\\n\", sizeof(struct {of}));\n");
        for field in fields_of(&text, of) {
            source += &format!(
                "printf(\"field {of} %zu %zu\\n\", offsetof(struct {of}, {field}), \
                 sizeof(((struct {of} *)0)->{field}));\n"
            );
        }
    }
    for call in calls_of(&text) {
        // Some are for the kernel alone.
        source += &format!(
            "#ifdef {call}\nprintf(\"call {call} %lu\\n\", (unsigned long)({call}));\n#endif\n"
        );
    }
    source += "return 0;\n}\n";
    parse(&compiled(include, &source)?)
}

/// The names of a structure's fields.
fn fields_of(text: &str, structure: &str) -> Vec<String> {
    let body = text.split(&format!("struct {structure} {{")).nth(1);
    let body = body.and_then(|b| b.split('}').next()).unwrap_or_default();
    let mut code = String::new();
    let mut rest = body;
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code += rest;
    let declared = code.split(';').flat_map(|line| line.split(','));
    let names = declared.filter_map(|one| one.split('[').next()?.split_whitespace().last());
    names
        .map(|n| n.trim_start_matches('*').to_owned())
        .collect()
}

/// The names of the calls.
fn calls_of(text: &str) -> Vec<&str> {
    let defined = text.lines().filter_map(|line| {
        let (name, value) = line
            .strip_prefix("#define ")?
            .split_once(char::is_whitespace)?;
        value.contains("(DAHDI_CODE").then_some(name)
    });
    defined.filter(|name| !name.contains('(')).collect()
}

/// Compiles and runs a C program; what it prints.
fn compiled(include: &Path, source: &str) -> Result<String, String> {
    let place = tempfile::tempdir().map_err(|e| e.to_string())?;
    let (file, program) = (place.path().join("layout.c"), place.path().join("layout"));
    fs::write(&file, source).map_err(|e| e.to_string())?;
    let built = Command::new("cc")
        .arg("-w")
        .arg("-I")
        .arg(include)
        .arg(&file)
        .arg("-o")
        .arg(&program)
        .output()
        .map_err(|e| format!("cc: {e}"))?;
    let errors = String::from_utf8_lossy(&built.stderr);
    ensure!(built.status.success(), "cc: {errors}");
    let run = Command::new(&program).output().map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&run.stdout).into_owned())
}

fn parse(facts: &str) -> Result<Header, String> {
    let mut header = Header::default();
    for line in facts.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |place: usize| -> Result<usize, String> {
            words[place]
                .parse()
                .map_err(|_| format!("not understood: {line}"))
        };
        match words[0] {
            "size" => drop(header.sizes.insert(words[1].into(), number(2)?)),
            "field" => {
                let (offset, size) = (number(2)?, number(3)?);
                let fields = header.fields.entry(words[1].into()).or_default();
                fields.push((offset, offset + size));
            }
            "call" => drop(header.calls.insert(number(2)? as u64, words[1].into())),
            _ => return Err(format!("not understood: {line}")),
        }
    }
    Ok(header)
}
